//! `stackcost prices refresh`: AWS's price lists become a dated book.

use crate::Outcome;
use crate::args::Format;
use crate::failure::Failure;
use crate::input::{BUNDLE, read_data};
use crate::output::{self, say};
use crate::prices::args::PricesRefreshArgs;
use crate::prices::{self, Found, Lock, Way, Wish, folder};
use stackcost_aws::Access;
use stackcost_formats::book::{Book, MANIFEST, Manifest, Pin};
use stackcost_formats::offers::urls;
use stackcost_formats::problem::Problem;
use stackcost_formats::render::{Precision, html, markdown, refresh, table};
use stackcost_model::meter::Region;
use std::path::Path;

pub(crate) fn run(args: &PricesRefreshArgs) -> Result<Outcome, Failure> {
    let wish = Wish::of(args)?;
    let regions = &wish.regions;
    let pinned = args.pinned.as_deref().map(manifest).transpose()?;
    let Some(from) = args.from.as_deref() else {
        commands(args.format, regions, pinned.as_ref())?;
        return Ok(Outcome::Complete);
    };
    let mut made = Vec::new();
    if args.api {
        let (profile, endpoint_url) = (args.profile.clone(), args.endpoint_url.clone());
        let access = Access { profile, endpoint_url, ..Access::default() };
        made = prices::ask(&access, &wish, &Way { bulk: args.bulk, as_of: args.as_of }, from)?;
    }
    if args.download {
        made = prices::download(args.endpoint_url.as_deref(), &wish, pinned.as_ref(), from)?;
    }
    let (found, aside) = prices::find(from)?;
    for name in aside {
        say(&format!("{name} is left aside: price lists end in .json, .csv, or these and .gz"));
    }
    if found.is_empty() {
        // What to do about it, ready to be run.
        commands(args.format, regions, pinned.as_ref())?;
        let what = format!("there is no price list in {}", from.display());
        return Err(Problem::of_text(what).help("download the lists that are named above into it").into());
    }
    let into = match &args.into {
        Some(path) => path.clone(),
        None => folder::usual()?,
    };
    let _lock = Lock::take(&into)?;
    // Read before the lists: nothing that takes long is in vain.
    let mut book = match folder::files(&into)? {
        Some(files) => Book::read(&files).map_err(|problems| prices::of_book(problems, &into))?,
        None => Book::default(),
    };
    let allowances = BUNDLE.free()?;
    let mut pins: Vec<Pin> = Vec::new();
    for file in &found {
        let (mut list, mut pin) = prices::read(file, &allowances)?;
        let mut only: Option<Vec<Region>> = Some(regions.clone()).filter(|regions| !regions.is_empty());
        if let Some(pinned) = &pinned {
            // Of versions that were called the same, the files cannot be; the book is the same.
            let known = is_pinned(file, &pin, pinned)?;
            (pin.file, pin.url) = (known.file.clone(), known.url.clone());
            only = only.or_else(|| Some(known.places()));
        }
        // A list of which nothing is of use does not say of which region it is.
        pin.url = pin.url.or_else(|| made.iter().find(|made| made.file == file.name)?.url.clone());
        if let Some(only) = &only {
            list.keep_regions(only);
            // Its digest and its address are those of the whole list.
            pin = Pin { url: pin.url, ..Pin::of(&list, &pin.file, &pin.sha256) };
        }
        book.add(list, pin.clone())?;
        pins.push(pin);
    }
    if let Some(lacking) =
        pinned.iter().flat_map(|of| &of.lists).find(|of| !pins.iter().any(|pin| pin.sha256 == of.sha256))
    {
        let problem = Problem::of_text(format!("{} is pinned, but not in {}", lacking.file, from.display()));
        return Err(problem
            .help(lacking.url.as_ref().map_or("ask for it again".to_string(), |url| format!("it is at {url}")))
            .into());
    }
    folder::replace(&into, &book.files()?)?;
    let shown = into.display().to_string();
    let report = || refresh::report(&pins, &shown);
    output::data(&match args.format {
        Format::Table => table::render(&report(), Precision::Full, output::stdout_width()),
        Format::Markdown => markdown::render(&report(), Precision::Full),
        Format::Html => html::page(&[report()], Precision::Full, None),
        Format::Json => refresh::json(&pins, &shown),
        Format::Ndjson => refresh::ndjson(&pins),
        Format::Csv => refresh::csv(&pins),
    })?;
    Ok(Outcome::Complete)
}

/// A manifest, or that of a book.
fn manifest(path: &Path) -> Result<Manifest, Failure> {
    let path = if path.is_dir() { path.join(MANIFEST) } else { path.to_path_buf() };
    Ok(Manifest::parse(&path.display().to_string(), &read_data(&path)?)?)
}

/// A file must be the one that is pinned, to the last bit.
fn is_pinned<'p>(file: &Found, pin: &Pin, pinned: &'p Manifest) -> Result<&'p Pin, Problem> {
    let shown = file.path.display();
    match pinned.pin(&file.name, &pin.sha256) {
        Some(known) if known.sha256 == pin.sha256 => Ok(known),
        Some(known) => Err(Problem::of_text(format!(
            "{shown} is not the file that is pinned: its SHA-256 is {}, pinned is {}",
            pin.sha256, known.sha256
        ))
        .help(
            known
                .url
                .as_ref()
                .map_or("put the right one there".to_string(), |url| format!("the right one is at {url}")),
        )),
        None => Err(Problem::of_text(format!("{shown} is not pinned; its SHA-256 is {}", pin.sha256))
            .help("take it out of the folder, or refresh without --pinned")),
    }
}

/// How to get the newest lists, or those of a manifest.
fn commands(format: Format, regions: &[Region], pinned: Option<&Manifest>) -> Result<(), Failure> {
    let regions = if regions.is_empty() { &[Region::US_EAST_1] } else { regions };
    let wanted = match pinned {
        Some(manifest) => manifest.downloads(),
        None => regions.iter().flat_map(|region| urls::downloads(*region)).collect(),
    };
    match format {
        Format::Json => output::data(&refresh::downloads_json(&wanted)),
        _ => output::data(&refresh::downloads(&wanted)),
    }
}
