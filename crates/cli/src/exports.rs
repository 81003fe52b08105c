//! Finding and opening export files: what a user names becomes a list of files, each read once.

use crate::args::ExportArgs;
use crate::failure::Failure;
use crate::output::say;
use flate2::read::MultiGzDecoder;
use stackcost_formats::bill::{Kind, Manifest, Options, Outcome, ReadAt, Reading, kind};
use stackcost_formats::problem::Problem;
use stackcost_model::bill::{Dimension, Query};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How much of a file tells what it is.
const MAGIC: usize = 8;

/// Adds up what the user's files say.
pub(crate) fn read(query: Query, args: &ExportArgs) -> Result<Outcome, Failure> {
    read_lacking(query, args, &[])
}

/// The same, for a query that files may answer without some of its dimensions.
pub(crate) fn read_lacking(query: Query, args: &ExportArgs, may_lack: &[Dimension]) -> Result<Outcome, Failure> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options { threads, skip_bad_rows: args.skip_bad_rows };
    let mut reading = Reading::new(query, options).that_may_lack(may_lack);
    let files = find(&args.from)?;
    refuse_twins(&files)?;
    for file in &files {
        add(&mut reading, file)?;
    }
    let outcome = reading.finish()?;
    if outcome.bad_rows > 0 {
        for bad in &outcome.bad {
            say(&format!("left out: {bad}"));
        }
        let rows = if outcome.bad_rows == 1 { "row was" } else { "rows were" };
        say(&format!("{} bad {rows} left out (--skip-bad-rows)", outcome.bad_rows));
    }
    Ok(outcome)
}

/// What the files are called, for the title of a report.
pub(crate) fn names(from: &[PathBuf]) -> String {
    match from {
        [one] if one == Path::new("-") => "standard input".to_string(),
        [one] => one.file_name().unwrap_or(one.as_os_str()).to_string_lossy().into_owned(),
        several => format!("{} files", several.len()),
    }
}

fn add(reading: &mut Reading, path: &Path) -> Result<(), Failure> {
    if path == Path::new("-") {
        return add_stdin(reading);
    }
    let name = path.display().to_string();
    let mut file = File::open(path).map_err(|error| unreadable(&name, &error))?;
    let start = start(&mut file).map_err(|error| unreadable(&name, &error))?;
    match kind(&start) {
        kind @ (Kind::Zip | Kind::Parquet) => {
            file.seek(SeekFrom::Start(0)).map_err(|error| unreadable(&name, &error))?;
            whole(reading, &name, file, kind)
        }
        kind => Ok(text(reading, &name, Cursor::new(start).chain(file), kind)?),
    }
}

/// Standard input is read as it comes; formats whose index is at their end go to a temporary file.
fn add_stdin(reading: &mut Reading) -> Result<(), Failure> {
    let name = "standard input";
    let mut stdin = std::io::stdin().lock();
    let start = start(&mut stdin).map_err(|error| unreadable(name, &error))?;
    match kind(&start) {
        kind @ (Kind::Zip | Kind::Parquet) => {
            let mut file = tempfile::tempfile().map_err(|error| unreadable(name, &error))?;
            let copied = std::io::copy(&mut Cursor::new(start).chain(stdin), &mut file);
            copied.and_then(|_| file.seek(SeekFrom::Start(0))).map_err(|error| unreadable(name, &error))?;
            whole(reading, name, file, kind)
        }
        kind => Ok(text(reading, name, Cursor::new(start).chain(stdin), kind)?),
    }
}

/// The first bytes, fewer if there are not so many.
fn start(source: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::with_capacity(MAGIC);
    source.take(MAGIC as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// CSV, plain or compressed.
fn text(reading: &mut Reading, name: &str, source: impl Read, kind: Kind) -> Result<(), Problem> {
    match kind {
        Kind::Gzip => reading.csv(name, MultiGzDecoder::new(source)),
        Kind::Unknown(what) => {
            let problem = Problem::of_text(format!("{name} is {what}, not a bill"));
            Err(problem.help("exports are CSV (plain, gzip or zip) or Parquet"))
        }
        _ => reading.csv(name, source),
    }
}

/// Formats with an index at their end.
fn whole(reading: &mut Reading, name: &str, file: File, kind: Kind) -> Result<(), Failure> {
    if kind == Kind::Parquet {
        return Ok(parquet(reading, name, file)?);
    }
    let broken = |error: zip::result::ZipError| {
        Problem::of_text(format!("{name} is a damaged zip archive: {error}")).help("fetch it again")
    };
    let mut archive = zip::ZipArchive::new(file).map_err(broken)?;
    let mut any = false;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(broken)?;
        let inner = entry.name().map_err(broken)?.into_owned();
        let inside = format!("{name}/{inner}");
        if entry.is_dir() || !is_data(Path::new(&inner)) {
            continue;
        }
        any = true;
        let start = start(&mut entry).map_err(|error| unreadable(&inside, &error))?;
        match kind_of_entry(&start) {
            Kind::Parquet => {
                let mut file = tempfile::tempfile().map_err(|error| unreadable(&inside, &error))?;
                let copied = std::io::copy(&mut Cursor::new(start).chain(entry), &mut file);
                copied.and_then(|_| file.seek(SeekFrom::Start(0))).map_err(|error| unreadable(&inside, &error))?;
                parquet(reading, &inside, file)?;
            }
            kind => text(reading, &inside, Cursor::new(start).chain(entry), kind)?,
        }
    }
    if any { Ok(()) } else { Err(Problem::of_text(format!("{name} has no CSV or Parquet file in it")).into()) }
}

/// A damaged file can make the Parquet library panic: that becomes a problem like any other, and
/// nothing else is said of it.
fn parquet(reading: &mut Reading, name: &str, file: File) -> Result<(), Problem> {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = reading.parquet(name, Disk(file));
    std::panic::set_hook(usual);
    outcome
}

/// A file that threads read at places of their own.
struct Disk(File);

impl ReadAt for Disk {
    fn length(&self) -> u64 {
        self.0.metadata().map_or(0, |metadata| metadata.len())
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.0, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.0, buffer, offset)
    }
}

/// An archive in an archive is no export.
fn kind_of_entry(start: &[u8]) -> Kind {
    match kind(start) {
        Kind::Zip => Kind::Unknown("a zip archive in another"),
        kind => kind,
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Problem {
    Problem::of_text(format!("cannot read {name}: {error}"))
}

/// The files that were named, and those of folders: what a manifest names, or all that are data.
fn find(from: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in from {
        if path != Path::new("-") && path.is_dir() {
            files.extend(in_folder(path)?);
        } else if is_manifest(path) {
            let (there, _) = walk(folder_of(path))?;
            files.extend(named_by(&read_manifest(path)?, path, &there)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// The folder below which the files of a manifest lie: its own, or, where it lies below `metadata`
/// as data exports have it, the one that has `metadata` and `data`.
fn folder_of(manifest: &Path) -> &Path {
    let metadata = manifest.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "metadata"));
    let folder = metadata.unwrap_or(manifest).parent().unwrap_or(manifest);
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let (data, mut manifests) = walk(folder)?;
    let nothing = || Problem::of_text(format!("{} has no CSV or Parquet file in it", folder.display()));
    if manifests.is_empty() {
        return if data.is_empty() { Err(nothing().into()) } else { Ok(data) };
    }
    // A month has one manifest that counts. Legacy reports write a copy beside each version; the
    // one nearest to the top names the newest.
    let depth = |path: &Path| path.components().count();
    manifests.sort_by_key(|path| depth(path));
    let mut months: BTreeMap<String, (PathBuf, Manifest)> = BTreeMap::new();
    for path in manifests {
        let manifest = read_manifest(&path)?;
        match months.get(&manifest.period) {
            Some((known, same)) if depth(known) == depth(&path) && same.files != manifest.files => {
                let (known, path) = (known.display(), path.display());
                let message = format!("{known} and {path} both say which files are of {}", manifest.period);
                return Err(Problem::of_text(message).help("name the one that counts, instead of the folder").into());
            }
            Some(_) => {}
            None => {
                months.insert(manifest.period.clone(), (path, manifest));
            }
        }
    }
    let mut files = Vec::new();
    for (path, manifest) in months.values() {
        files.extend(named_by(manifest, path, &data)?);
    }
    files.sort();
    files.dedup();
    let left = data.len() - files.len();
    if left > 0 {
        let are = if left == 1 { "file is" } else { "files are" };
        say(&format!(
            "{left} {are} in no manifest of {}, and left aside: older versions, or of months without one",
            folder.display()
        ));
    }
    Ok(files)
}

fn read_manifest(path: &Path) -> Result<Manifest, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(&name, &error))?;
    Ok(Manifest::parse(&name, &text)?)
}

/// The files that a manifest names, found here by the ends of their paths. The name alone does not
/// do, but for files beside their manifest: older versions of a month have the same.
fn named_by(manifest: &Manifest, path: &Path, there: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for key in &manifest.files {
        let wanted: Vec<&str> = key.rsplit('/').collect();
        let matching = |file: &PathBuf| {
            let parts = file.components().rev().map(|part| part.as_os_str().to_string_lossy().into_owned());
            parts.zip(&wanted).take_while(|(part, wanted)| part == *wanted).count()
        };
        match there.iter().map(|file| (matching(file), file)).max_by_key(|(fit, _)| *fit) {
            Some((fit, file)) if fit > 1 || fit == 1 && file.parent() == path.parent() => files.push(file.clone()),
            _ => {
                let problem = Problem::of_text(format!("{} names {key}, which is not here", path.display()));
                return Err(problem.help("fetch the whole folder of the export").into());
            }
        }
    }
    Ok(files)
}

/// All data files and all manifests below a folder, sorted.
fn walk(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let (mut data, mut manifests) = (Vec::new(), Vec::new());
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let name = folder.display().to_string();
        for entry in std::fs::read_dir(&folder).map_err(|error| unreadable(&name, &error))? {
            let path = entry.map_err(|error| unreadable(&name, &error))?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['.', '_']));
            if hidden {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if is_manifest(&path) {
                manifests.push(path);
            } else if is_data(&path) {
                data.push(path);
            }
        }
    }
    data.sort();
    manifests.sort();
    Ok((data, manifests))
}

fn ends_with(path: &Path, endings: &[&str]) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    endings.iter().any(|ending| name.ends_with(ending))
}

fn is_manifest(path: &Path) -> bool {
    ends_with(path, &["manifest.json"])
}

fn is_data(path: &Path) -> bool {
    ends_with(path, DATA)
}

/// How the names of data files end.
const DATA: &[&str] = &[".csv", ".gz", ".zip", ".parquet"];

/// The same costs twice make a bill that nobody got: two paths to one file, or two copies of it.
fn refuse_twins(files: &[PathBuf]) -> Result<(), Failure> {
    let mut by_length: BTreeMap<u64, Vec<&PathBuf>> = BTreeMap::new();
    let mut by_stem: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    for file in files {
        let name = file.display().to_string();
        if file == Path::new("-") {
            continue;
        }
        let metadata = std::fs::metadata(file).map_err(|error| unreadable(&name, &error))?;
        if !metadata.is_file() {
            // A pipe can be read once, and has no length.
            continue;
        }
        if let Some(other) = by_stem.insert(stem(file), file)
            && other != file
        {
            let message = format!(
                "{} and {name} seem to be one export in two forms: its costs would count twice",
                other.display()
            );
            return Err(Problem::of_text(message)
                .help("name the one that counts, or rename one if they are two")
                .into());
        }
        let same_length = by_length.entry(metadata.len()).or_default();
        for other in &*same_length {
            if same(other, file).map_err(|error| unreadable(&name, &error))? {
                let message = format!("{} and {name} are the same file: its costs would count twice", other.display());
                return Err(Problem::of_text(message).help("name it once, or take the copy away").into());
            }
        }
        same_length.push(file);
    }
    if files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
        return Err(Problem::of_text("standard input can be read once, not twice").into());
    }
    Ok(())
}

/// The path without what says how the file is written: `cur.csv`, `cur.csv.gz` and `cur.parquet` are
/// `cur`.
fn stem(file: &Path) -> PathBuf {
    let mut stem = file.to_path_buf();
    while ends_with(&stem, DATA) && stem.extension().is_some() {
        stem.set_extension("");
    }
    stem
}

/// Whether two files have the same bytes; different bills differ in their first rows.
fn same(one: &Path, other: &Path) -> std::io::Result<bool> {
    if one.canonicalize()? == other.canonicalize()? {
        return Ok(true);
    }
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    loop {
        left.clear();
        right.clear();
        (&mut one).take(1 << 16).read_to_end(&mut left)?;
        (&mut other).take(1 << 16).read_to_end(&mut right)?;
        if left != right || left.is_empty() {
            return Ok(left == right);
        }
    }
}
