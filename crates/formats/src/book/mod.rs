//! A price book as a folder, in the layout of the bundled one: a file for each service and region,
//! what the source ids stand for, and a manifest of the price lists it was made of.
//!
//! | file | holds |
//! |---|---|
//! | `rates/<service>/<region>.csv` | on-demand rates |
//! | `reserved/<service>/<region>.csv` | reservations |
//! | `savings-plans/<service>/<region>.csv` | rates under Savings Plans |
//! | `confirmed/rates/...` and so on | which lists said the same again, and when |
//! | `sources.csv` | what a source id stands for |
//! | `manifest.json` | the price lists, with version and SHA-256 |
//!
//! Price lists add to a book in any order: of a rate that changed, it holds every date of effect.
//! The same lists give the same bytes.

mod confirmed;
mod manifest;
mod rows;
#[cfg(test)]
mod tests;

pub use manifest::{Manifest, Pin};
pub use rows::{plans, reservations};

use crate::offers::PriceList;
use crate::price_book::{Sources, file_of_region, region_of_file, shelf};
use crate::problem::{Problem, Problems};
use confirmed::Folded;
use rows::Ids;
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::{PlanRate, Price, Reservation, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The name of the file that makes a folder a book.
pub const MANIFEST: &str = "manifest.json";
/// The name of the file of sources.
pub const SOURCES: &str = "sources.csv";
/// The folder of on-demand rates.
pub const RATES: &str = "rates";
/// The folder of reservations.
pub const RESERVED: &str = "reserved";
/// The folder of rates under Savings Plans.
pub const PLANS: &str = "savings-plans";
/// The folder of what later lists said again.
pub const CONFIRMED: &str = "confirmed";

type Shelf = (ServiceCode, Option<Region>);

/// A book as a whole.
#[derive(Clone, Debug, Default)]
pub struct Book {
    rates: BTreeMap<Shelf, Vec<Price>>,
    reserved: BTreeMap<Shelf, Vec<Reservation>>,
    plans: BTreeMap<Shelf, Vec<PlanRate>>,
    ids: Ids,
    manifest: Manifest,
}

impl Book {
    /// Reads the files of a book: their paths below its folder, with `/`, and their texts.
    ///
    /// # Errors
    /// A file that is no part of a book, or has a row that cannot be read.
    pub fn read(files: &BTreeMap<String, String>) -> Result<Book, Problems> {
        let text = |path: &str| files.get(path).map_or("", String::as_str);
        let sources = Sources::parse(text(SOURCES))?;
        let mut book = Book {
            ids: sources.iter().map(|(id, source)| (Arc::clone(source), id.to_string())).collect(),
            manifest: Manifest::parse(MANIFEST, text(MANIFEST))?,
            ..Book::default()
        };
        for (path, text) in files.iter().filter(|(path, _)| !matches!(path.as_str(), SOURCES | MANIFEST)) {
            let strange = || {
                let problem = Problem::of_text(format!("{path} is no file of a price book"));
                problem.help("a book has rates/SERVICE/REGION.csv, and likewise reserved and savings-plans")
            };
            let (folder, service, region) = place(path).ok_or_else(strange)?;
            match (folder, region) {
                (RATES, _) => drop(book.rates.insert((service, region), shelf(path, text, service, region, &sources)?)),
                (RESERVED, Some(at)) => {
                    book.reserved.insert((service, region), reservations(path, text, service, at, &sources)?);
                }
                (PLANS, Some(at)) => {
                    drop(book.plans.insert((service, region), plans(path, text, service, at, &sources)?))
                }
                (CONFIRMED, _) => {}
                _ => return Err(strange().into()),
            }
        }
        for (path, text) in files {
            let Some((kind, service, region)) =
                path.strip_prefix(CONFIRMED).and_then(|rest| place(rest.strip_prefix('/')?))
            else {
                continue;
            };
            let shelf = (service, region);
            match kind {
                RATES => confirm(book.rates.entry(shelf).or_default(), path, text, &sources)?,
                RESERVED => confirm(book.reserved.entry(shelf).or_default(), path, text, &sources)?,
                _ => confirm(book.plans.entry(shelf).or_default(), path, text, &sources)?,
            }
        }
        Ok(book)
    }

    /// The price lists it was made of.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Adds what a price list says. What the book has already stays, as of its date: a newer list
    /// goes on where it ends, and an older one fills in what was before and in between.
    ///
    /// # Errors
    /// A list from between two others, where the book was made by a version of this tool that did
    /// not keep what lists confirmed.
    pub fn add(&mut self, list: PriceList, mut pin: Pin) -> Result<(), Problem> {
        for region in list.regions().into_iter().filter(|_| !self.manifest.confirms) {
            // A price that did not change was not kept, so one that comes in between would seem to last.
            let (name, published) = (file_of_region(region), list.published.to_string());
            let same = |of: &&Pin| of.offer == list.offer && of.regions.iter().any(|of| of == name);
            let mut lists = self.manifest.lists.iter().filter(same).filter(|of| of.sha256 != pin.sha256);
            let older = lists.clone().find(|of| of.published < published);
            let newer = lists.find(|of| of.published > published);
            if let (Some(older), Some(newer)) = (older, newer) {
                let problem = Problem::of_text(format!(
                    "{} of {name} in {} was published on {published}, between {} and {}, and the book does not say \
                     what the later one confirmed",
                    list.offer, pin.file, older.published, newer.published
                ));
                return Err(problem.help("it was made by an older stackcost: begin a new book, with another --into"));
            }
        }
        let source = list.rates.iter().map(|rate| &rate.source).chain(list.reservations.iter().map(|of| &of.source));
        if let Some(source) = source.chain(list.plans.iter().map(|plan| &plan.source)).next() {
            self.name_source(&list, source);
        }
        if let Some(at) = self.manifest.lists.iter().position(|known| known.sha256 == pin.sha256) {
            // What is known of the same file stays known.
            let known = self.manifest.lists.swap_remove(at);
            pin = pin.and(known, &list);
        }
        self.manifest.lists.push(pin);
        for rate in list.rates {
            self.rates.entry((rate.service, rate.region)).or_default().push(rate);
        }
        for of in list.reservations {
            self.reserved.entry((of.service, Some(of.region))).or_default().push(of);
        }
        for plan in list.plans {
            self.plans.entry((plan.service, Some(plan.region))).or_default().push(plan);
        }
        Ok(())
    }

    /// An id that tells a reader what it is, whichever regions of the list are kept first.
    fn name_source(&mut self, list: &PriceList, source: &Source) {
        if self.ids.contains_key(&source.from) {
            return;
        }
        let id = format!("{}-{}-{}", list.offer, list.place().replace(' ', "-"), list.version);
        // So many regions can be others in another file.
        let twins = self.ids.values().filter(|known| known.starts_with(&id)).count();
        let id = if twins == 0 { id } else { format!("{id}-{}", twins + 1) };
        self.ids.insert(Arc::clone(&source.from), id);
    }

    /// The files of the book: paths below its folder, and texts.
    ///
    /// # Errors
    /// Two prices for one thing from one day.
    pub fn files(mut self) -> Result<BTreeMap<String, String>, Problem> {
        let mut files = BTreeMap::new();
        let path =
            |folder: &str, (service, region): &Shelf| format!("{folder}/{service}/{}.csv", file_of_region(*region));
        let mut put = |path: String, text: String, again: Option<String>| {
            files.extend(again.map(|again| (format!("{CONFIRMED}/{path}"), again)));
            files.insert(path, text);
        };
        for (shelf, rates) in &mut self.rates {
            let folded = fold(std::mem::take(rates), &self.manifest)?;
            let text = rows::write_rates(shelf.0, shelf.1, &folded.kept, &self.ids);
            put(path(RATES, shelf), text, folded.text(&self.ids));
        }
        for (shelf, reserved) in &mut self.reserved {
            let folded = fold(std::mem::take(reserved), &self.manifest)?;
            if let Some(region) = shelf.1 {
                let text = rows::write_reserved(shelf.0, region, &folded.kept, &self.ids);
                put(path(RESERVED, shelf), text, folded.text(&self.ids));
            }
        }
        for (shelf, plans) in &mut self.plans {
            let folded = fold(std::mem::take(plans), &self.manifest)?;
            if let Some(region) = shelf.1 {
                let text = rows::write_plans(shelf.0, region, &folded.kept, &self.ids);
                put(path(PLANS, shelf), text, folded.text(&self.ids));
            }
        }
        let mut sources: Vec<Vec<String>> =
            self.ids.iter().map(|(text, id)| vec![id.clone(), text.to_string()]).collect();
        sources.sort_unstable();
        files.insert(SOURCES.to_string(), rows::csv_of(&["id", "source"], sources.into_iter()));
        files.insert(MANIFEST.to_string(), self.manifest.text());
        Ok(files)
    }
}

/// Adds what a file of confirmations tells of the rows of another.
fn confirm<T: Dated + Clone>(rows: &mut Vec<T>, path: &str, text: &str, sources: &Sources) -> Result<(), Problems> {
    let again = confirmed::read(path, text, rows, sources)?;
    rows.extend(again);
    Ok(())
}

/// The folder, service and region that a path stands for.
fn place(path: &str) -> Option<(&str, ServiceCode, Option<Region>)> {
    if let Some(below) = path.strip_prefix(CONFIRMED).and_then(|rest| rest.strip_prefix('/')) {
        let (folder, service, region) = place(below)?;
        return matches!(folder, RATES | RESERVED | PLANS).then_some((CONFIRMED, service, region));
    }
    let mut parts = path.split('/');
    let (folder, service, file) = (parts.next()?, parts.next()?, parts.next()?);
    let region = region_of_file(file.strip_suffix(".csv")?)?;
    parts.next().is_none().then_some((folder, ServiceCode::from_code(service)?, region))
}

/// A row of a book: what it is of, since when, and at what price.
trait Dated {
    /// What it is of; rows with the same key say the same thing at different times.
    fn key(&self) -> impl Ord + '_;
    /// What is paid, in words that are the same for the same price.
    fn price(&self) -> String;
    /// Whose word it is.
    fn source(&self) -> &Source;
    /// The same, by the word of another.
    #[must_use]
    fn said_by(&self, source: Source) -> Self;
    /// The usage type.
    fn usage_type(&self) -> &str;
}

impl Dated for Price {
    fn key(&self) -> impl Ord + '_ {
        (&*self.usage_type, &*self.operation, self.band.from)
    }
    fn price(&self) -> String {
        let to = self.band.to.map_or("on".to_string(), |to| format!("to {}", to.normalize()));
        format!("{} a {} from {} {to}", self.band.usd.normalize(), self.unit, self.band.from.normalize())
    }
    fn source(&self) -> &Source {
        &self.source
    }
    fn said_by(&self, source: Source) -> Self {
        Price { source, ..self.clone() }
    }
    fn usage_type(&self) -> &str {
        &self.usage_type
    }
}

impl Dated for Reservation {
    fn key(&self) -> impl Ord + '_ {
        (&*self.usage_type, &*self.operation, self.term, self.payment)
    }
    fn price(&self) -> String {
        format!("{} an hour and {} at once", self.hourly.normalize(), self.upfront.normalize())
    }
    fn source(&self) -> &Source {
        &self.source
    }
    fn said_by(&self, source: Source) -> Self {
        Reservation { source, ..self.clone() }
    }
    fn usage_type(&self) -> &str {
        &self.usage_type
    }
}

impl Dated for PlanRate {
    fn key(&self) -> impl Ord + '_ {
        (self.kind, &*self.usage_type, &*self.operation, self.term, self.payment)
    }
    fn price(&self) -> String {
        format!("{} a {}", self.usd.normalize(), self.unit)
    }
    fn source(&self) -> &Source {
        &self.source
    }
    fn said_by(&self, source: Source) -> Self {
        PlanRate { source, ..self.clone() }
    }
    fn usage_type(&self) -> &str {
        &self.usage_type
    }
}

/// Sorts rows, and puts those aside that say what is known already: AWS dates every price anew with
/// each list, whether it has changed or not.
fn fold<T: Dated>(mut rows: Vec<T>, manifest: &Manifest) -> Result<Folded<T>, Problem> {
    rows.sort_by(|a, b| {
        a.key()
            .cmp(&b.key())
            .then(a.source().date.cmp(&b.source().date))
            .then_with(|| a.source().from.cmp(&b.source().from))
            .then_with(|| a.source().sku.cmp(&b.source().sku))
    });
    // The same list twice, perhaps in another form.
    rows.dedup_by(|a, b| a.key() == b.key() && a.source() == b.source() && a.price() == b.price());
    let mut kept: Vec<T> = Vec::with_capacity(rows.len());
    let mut again = Vec::new();
    for row in rows {
        match kept.last().filter(|last| last.key() == row.key()) {
            Some(last) if last.price() == row.price() => again.push((kept.len() - 1, row)),
            Some(last) if last.source().date == row.source().date => {
                let (usage_type, date) = (row.usage_type(), row.source().date_text().unwrap_or_default());
                let problem = Problem::of_text(format!(
                    "two prices for {usage_type} from {date}: {} ({}), {} ({})",
                    last.price(),
                    last.source(),
                    row.price(),
                    row.source()
                ));
                if row.source().from != last.source().from {
                    return Err(problem.help("AWS corrected it: begin a new book, with another --into"));
                }
                let files = manifest.files_of(&row.source().from).join(" and ");
                let help = "a version of a list never changes: get it again, and take the other file away";
                return Err(Problem { message: format!("{}: {files}", problem.message), ..problem.help(help) });
            }
            _ => kept.push(row),
        }
    }
    Ok(Folded { kept, again })
}
