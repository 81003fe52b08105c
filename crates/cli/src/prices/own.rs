//! The book that a user names with `--price-book`.

use super::folder;
use crate::failure::Failure;
use crate::input::{read_data, user_book};
use stackcost_formats::book::{self, MANIFEST, Manifest, PLANS, RATES, RESERVED, SOURCES};
use stackcost_formats::price_book::{Sources, region_of_file, shelf};
use stackcost_formats::problem::{Problem, Problems};
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::{PlanRate, Price, PriceBook, Reservation, Source};
use stackcost_model::time::Date;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Rates that go before those of the bundled book.
pub(crate) enum OwnBook {
    /// A file, read as a whole.
    File(Vec<Price>),
    /// A folder, of which only the files that are needed are read.
    Folder { path: PathBuf, sources: Sources, manifest: Manifest },
}

impl OwnBook {
    pub fn open(path: &Path) -> Result<OwnBook, Failure> {
        if !path.is_dir() {
            return Ok(OwnBook::File(user_book(path)?));
        }
        if !folder::is_book(path) {
            let problem = Problem::of_text(format!("{} is no price book: it has no {MANIFEST}", path.display()));
            return Err(problem.help("`stackcost prices refresh --from DIR --into BOOK` makes one").into());
        }
        let name = path.join(MANIFEST);
        let manifest = Manifest::parse(&name.display().to_string(), &read_data(&name)?)?;
        let sources = Sources::parse(&read_data(&path.join(SOURCES))?)?;
        Ok(OwnBook::Folder { path: path.to_path_buf(), sources, manifest })
    }

    /// Whether a rate comes from it, and from one of its price lists.
    pub fn says(&self, source: &Source) -> bool {
        match self {
            OwnBook::File(_) => false,
            OwnBook::Folder { sources, .. } => sources.iter().any(|(_, from)| *from == source.from),
        }
    }

    /// The day of the newest list that has rates of a region.
    pub fn confirmed(&self, region: Region) -> Option<Date> {
        let OwnBook::Folder { manifest, .. } = self else { return None };
        let lists = manifest.lists.iter().filter(|pin| pin.regions.iter().any(|of| of == region.code()));
        lists.filter_map(|pin| pin.published.parse().ok()).max()
    }

    /// Its rates of the services and regions that are wanted.
    pub fn rates(&self, wanted: impl Fn(ServiceCode, Option<Region>) -> bool) -> Result<Vec<Price>, Problems> {
        let (path, sources) = match self {
            OwnBook::File(rates) => return Ok(rates.clone()),
            OwnBook::Folder { path, sources, .. } => (path, sources),
        };
        let mut rates = Vec::new();
        for service in ServiceCode::ALL.iter().copied() {
            for name in folder::names(&path.join(RATES).join(service.code()))? {
                let Some(region) = name.strip_suffix(".csv").and_then(region_of_file) else { continue };
                if !wanted(service, region) {
                    continue;
                }
                let file = path.join(RATES).join(service.code()).join(&name);
                let text = read_data(&file).map_err(Failure::into_problems)?;
                let read = shelf(&file.display().to_string(), &text, service, region, sources);
                rates.extend(read.map_err(|problems| of_book(problems, path))?);
            }
        }
        Ok(rates)
    }

    /// What it says of commitments for some services in a region; a file of rates says nothing.
    pub fn commitments(
        &self,
        services: &BTreeSet<ServiceCode>,
        region: Region,
    ) -> Result<(Vec<PlanRate>, Vec<Reservation>), Failure> {
        let (mut plans, mut reserved) = (Vec::new(), Vec::new());
        let OwnBook::Folder { path, sources, .. } = self else { return Ok((plans, reserved)) };
        for &service in services {
            let text = |kind: &str| {
                let file = path.join(kind).join(service.code()).join(format!("{region}.csv"));
                let name = file.display().to_string();
                Ok::<_, Failure>(if file.is_file() { Some((name, read_data(&file)?)) } else { None })
            };
            if let Some((name, text)) = text(PLANS)? {
                let read = book::plans(&name, &text, service, region, sources);
                plans.extend(read.map_err(|problems| of_book(problems, path))?);
            }
            if let Some((name, text)) = text(RESERVED)? {
                let read = book::reservations(&name, &text, service, region, sources);
                reserved.extend(read.map_err(|problems| of_book(problems, path))?);
            }
        }
        Ok((plans, reserved))
    }

    /// Lays its rates over a book.
    pub fn lay_over(
        &self,
        book: &mut PriceBook,
        wanted: impl Fn(ServiceCode, Option<Region>) -> bool,
    ) -> Result<(), Problems> {
        book.override_with(self.rates(wanted)?);
        if let OwnBook::Folder { path, manifest, .. } = self {
            let newest = manifest.newest().unwrap_or("no list");
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            book.set_version(format!("{newest} ({name}) over {}", book.version()));
        }
        Ok(())
    }
}

/// Problems with a file of a book, with what to do where they do not say it.
pub(crate) fn of_book(Problems(problems): Problems, book: &Path) -> Problems {
    let told = |problem: Problem| {
        match problem.help {
        Some(_) => problem,
        None => problem.help(format!(
            "it is a file of the price book {}: take it from a copy, or make the book again with `stackcost prices refresh`",
            book.display()
        )),
    }
    };
    Problems(problems.into_iter().map(told).collect())
}
