//! AWS's own price lists as rates: the files of its bulk lists and the answers of its API.
//!
//! | form | where AWS has it |
//! |---|---|
//! | JSON or CSV of an offer | `/offers/v1.0/aws/AmazonRDS/current/us-east-1/index.json`, `index.csv` |
//! | JSON or CSV of Savings Plans | `/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/...` |
//! | answers of GetProducts | `aws pricing get-products`: `{"PriceList": ["{...}", ...]}` |
//!
//! All are read as they come, and only what this tool can use is kept, under the names of the
//! bundled book; the rest is counted by reason. So a list of gigabytes needs no more memory than
//! a small one. What is not clear is an error that names both rows: two prices for one thing from
//! one day, bands with a hole, a rate code that is there twice, a file that is cut off. Of what is left out no
//! code is remembered: two rows of it change nothing in a book, and a large list has millions of them.

mod csv;
mod gather;
mod json;
mod place;
pub mod questions;
#[cfg(test)]
mod tests;
pub mod urls;

use crate::problem::{Problem, Problems};
use gather::Gather;
use stackcost_model::free::Allowance;
use stackcost_model::meter::Region;
use stackcost_model::price::{PlanRate, Price, Reservation};
use stackcost_model::time::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::BufRead;

/// What a price list says of what this tool can price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceList {
    /// What it was.
    pub form: Form,
    /// AWS's code of the offer: `AmazonRDS`, `AWSComputeSavingsPlan`.
    pub offer: String,
    /// AWS's version of it: `20260813190319`.
    pub version: String,
    /// The day on which AWS published it.
    pub published: Date,
    /// Its region, or how many it has, before any were taken out.
    place: String,
    /// On-demand rates, sorted by service, usage type, operation, region, band and date.
    pub rates: Vec<Price>,
    /// Reservations, sorted likewise.
    pub reservations: Vec<Reservation>,
    /// Rates under Savings Plans, sorted likewise.
    pub plans: Vec<PlanRate>,
    /// What was left out, and an example of each.
    pub left_out: BTreeMap<Why, LeftOut>,
}

impl PriceList {
    /// Where AWS keeps this version of it for ever; `None` where only the API has it.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        let ending = match self.form {
            Form::Json => "json",
            Form::Csv => "csv",
            Form::Answers => return None,
        };
        let region = match self.regions().into_iter().flatten().collect::<Vec<_>>()[..] {
            [region] => region,
            _ => return None,
        };
        let root = if self.plans.is_empty() { urls::OFFERS } else { urls::SAVINGS_PLANS };
        Some(format!("{root}/{}/{}/{region}/index.{ending}", self.offer, self.version))
    }

    /// The regions it has rates of; `None` is what is billed once for all.
    #[must_use]
    pub fn regions(&self) -> BTreeSet<Option<Region>> {
        let rates = self.rates.iter().map(|rate| rate.region);
        let reservations = self.reservations.iter().map(|of| Some(of.region));
        rates.chain(reservations).chain(self.plans.iter().map(|plan| Some(plan.region))).collect()
    }

    /// The region of the whole list, or how many it has: `eu-west-1`, `3 regions`, `global`.
    #[must_use]
    pub fn place(&self) -> &str {
        if self.place.is_empty() { "global" } else { &self.place }
    }

    /// Keeps only what is in these regions, and what is billed once for all.
    pub fn keep_regions(&mut self, regions: &[Region]) {
        self.rates.retain(|rate| rate.region.is_none_or(|region| regions.contains(&region)));
        self.reservations.retain(|of| regions.contains(&of.region));
        self.plans.retain(|plan| regions.contains(&plan.region));
    }

    /// Whether nothing of it is of use here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty() && self.reservations.is_empty() && self.plans.is_empty()
    }
}

/// The forms of price lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// JSON of an offer or of Savings Plans.
    Json,
    /// CSV of either.
    Csv,
    /// Answers of GetProducts: parts of lists, which no address names.
    Answers,
}

/// How much was left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Products or rows.
    pub count: u64,
    /// The usage type of the first.
    pub example: String,
}

/// Why a part of a price list is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Why {
    /// Nothing in this tool is billed by it.
    NotUsed,
    /// A database or cache engine, or another operation, that this tool does not price.
    OtherEngine,
    /// On Outposts, in a Local Zone or a Wavelength zone, at the prices of those.
    OutsideRegions,
    /// A product of its own that says what is free for all regions together: an allowance.
    FreeTwin,
    /// A term of the free tier beside the one on demand.
    FreeTerm,
    /// A first band without a price that is one of the allowances.
    FreeBand,
    /// Counted in a unit that is not known for it.
    OtherUnit,
    /// The list says no region, one that is not known, or two.
    UnknownRegion,
    /// A reservation of a kind that is not sold for these services.
    OtherTerm,
}

impl Why {
    /// Every reason.
    pub const ALL: [Why; 9] = [
        Why::NotUsed,
        Why::OtherEngine,
        Why::OutsideRegions,
        Why::FreeTwin,
        Why::FreeTerm,
        Why::FreeBand,
        Why::OtherUnit,
        Why::UnknownRegion,
        Why::OtherTerm,
    ];

    /// In words.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Why::NotUsed => "usage types that nothing here is billed by",
            Why::OtherEngine => "other engines and operations",
            Why::OutsideRegions => "Outposts, Local Zones and Wavelength",
            Why::FreeTwin => "free twins of all regions together (`Global-`)",
            Why::FreeTerm => "terms of the free tier",
            Why::FreeBand => "free first bands that are allowances",
            Why::OtherUnit => "counted in another unit",
            Why::UnknownRegion => "no region, or two",
            Why::OtherTerm => "other kinds of reservations",
        }
    }

    /// As in JSON and CSV: `not-used`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Why::NotUsed => "not-used",
            Why::OtherEngine => "other-engine",
            Why::OutsideRegions => "outside-regions",
            Why::FreeTwin => "free-twin",
            Why::FreeTerm => "free-term",
            Why::FreeBand => "free-band",
            Why::OtherUnit => "other-unit",
            Why::UnknownRegion => "unknown-region",
            Why::OtherTerm => "other-term",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// Reads a price list of AWS in any of its forms. `allowances` are what is free each month: a
/// first band without a price that is one of them is left out, as it is taken off before bands.
///
/// # Errors
/// A text that is no price list, is cut off, has prices in another currency, or is not clear.
pub fn read(name: &str, mut source: impl BufRead, allowances: &[Allowance]) -> Result<PriceList, Problems> {
    let mut gather = Gather::new(name, allowances);
    // A byte order mark, and space, may stand before the first sign that tells the form.
    let start = source.fill_buf().map_err(|error| unreadable(name, &error))?;
    let first = start.iter().position(|byte| !b"\xef\xbb\xbf \t\r\n".contains(byte));
    match first.and_then(|at| start.get(at)) {
        None => return Err(Problem::of_text(format!("{name} is empty")).help("download it again").into()),
        Some(b'{' | b'[') => {
            source.consume(first.unwrap_or(0));
            json::read(&mut gather, source)?;
        }
        Some(b'<') => {
            let text: String = String::from_utf8_lossy(start).split_whitespace().collect::<Vec<_>>().join(" ");
            let text: String = text.trim_start_matches('\u{feff}').chars().take(60).collect();
            let problem = Problem::of_text(format!("{name} is a page in HTML or XML, not a price list: {text}"));
            return Err(problem
                .help("a server sent it instead, perhaps to say why: read it, and download again")
                .into());
        }
        Some(_) => csv::read(&mut gather, source)?,
    }
    Ok(gather.finish()?)
}

/// What is wrong with a file that ends too early, is damaged, or cannot be read at all.
fn unreadable(name: &str, error: &std::io::Error) -> Problem {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        UnexpectedEof => Problem::of_text(format!("{name} is cut off: {error}")).help(NOT_ENDED),
        InvalidData | InvalidInput => Problem::of_text(format!("{name} is damaged: {error}")).help("download it again"),
        _ => Problem::of_text(format!("cannot read {name}: {error}")),
    }
}

/// What to do about a file that is cut off.
const NOT_ENDED: &str = "the download did not end: get it again";
