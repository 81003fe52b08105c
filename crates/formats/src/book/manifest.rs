//! What a book was made of: each price list with its version and digest, so that the same book can
//! be made again.

use crate::offers::urls::{Download, curl};
use crate::offers::{PriceList, Why};
use crate::price_book::{file_of_region, region_of_file};
use crate::problem::{Problem, Problems};
use serde::{Deserialize, Serialize};
use stackcost_model::meter::Region;
use stackcost_model::time::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The first field of a manifest.
const FORMAT: &str = "stackcost.price-book/1";

/// The price lists that a book was made of, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Each of them.
    pub lists: Vec<Pin>,
    /// Whether the book has kept from the first list on which prices later ones confirmed. Books of
    /// older versions of this tool have not.
    pub confirms: bool,
}

impl Default for Manifest {
    fn default() -> Manifest {
        Manifest { lists: Vec::new(), confirms: true }
    }
}

/// A price list that is part of a book.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// AWS's code of the offer.
    pub offer: String,
    /// AWS's version.
    pub version: String,
    /// What the file was called.
    pub file: String,
    /// The day on which AWS published it.
    pub published: String,
    /// The regions it has rates of here; `global` is what is billed once for all.
    pub regions: Vec<String>,
    /// Where AWS keeps this version.
    pub url: Option<String>,
    /// Of the text, unpacked, in hexadecimal digits.
    pub sha256: String,
    /// How many rates on demand it has.
    pub rates: usize,
    /// How many reservations.
    pub reservations: usize,
    /// How many rates under Savings Plans.
    pub plans: usize,
    /// How much was left out, by reason.
    pub left_out: BTreeMap<String, u64>,
}

impl Pin {
    /// What is kept of a list.
    #[must_use]
    pub fn of(list: &PriceList, file: &str, sha256: &str) -> Pin {
        Pin {
            offer: list.offer.clone(),
            version: list.version.clone(),
            file: file.to_string(),
            published: list.published.to_string(),
            regions: list.regions().into_iter().map(|region| file_of_region(region).to_string()).collect(),
            url: list.url(),
            sha256: sha256.to_string(),
            rates: list.rates.len(),
            reservations: list.reservations.len(),
            plans: list.plans.len(),
            left_out: list.left_out.iter().map(|(why, of)| (why.word().to_string(), of.count)).collect(),
        }
    }

    /// The same file as it is known already, perhaps of other regions: both together. `list` is what is read of it
    /// now.
    #[must_use]
    pub(super) fn and(self, known: Pin, list: &PriceList) -> Pin {
        let url = self.url.or(known.url);
        if known.regions.iter().all(|region| self.regions.contains(region)) {
            return Pin { url, ..self };
        }
        let is_new = |region: Option<Region>| !known.regions.iter().any(|of| of == file_of_region(region));
        let all = known.regions.iter().chain(&self.regions).filter_map(|region| region_of_file(region));
        let all: BTreeSet<Option<Region>> = all.collect();
        Pin {
            url,
            regions: all.into_iter().map(|region| file_of_region(region).to_string()).collect(),
            rates: known.rates + list.rates.iter().filter(|rate| is_new(rate.region)).count(),
            reservations: known.reservations + list.reservations.iter().filter(|of| is_new(Some(of.region))).count(),
            plans: known.plans + list.plans.iter().filter(|plan| is_new(Some(plan.region))).count(),
            ..self
        }
    }

    /// The regions it has rates of.
    #[must_use]
    pub fn places(&self) -> Vec<Region> {
        self.regions.iter().filter_map(|region| region_of_file(region)?).collect()
    }

    /// How much was left out, by reason.
    pub fn reasons(&self) -> impl Iterator<Item = (Why, u64)> + '_ {
        Why::ALL.into_iter().filter_map(|why| Some((why, *self.left_out.get(why.word())?)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    #[serde(default)]
    confirms: bool,
    lists: Vec<Pin>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// Text that is none.
    pub fn parse(name: &str, text: &str) -> Result<Manifest, Problems> {
        let document: Document = serde_json::from_str(text)
            .map_err(|error| crate::problem::json(name, text, "this is no manifest of a price book", &error))?;
        if document.schema != FORMAT {
            let problem = Problem::of_text(format!("{name} is of the form `{}`, not `{FORMAT}`", document.schema));
            return Err(problem.help("make the book again with `stackcost prices refresh`").into());
        }
        if let Some(pin) = document.lists.iter().find(|pin| pin.published.parse::<Date>().is_err()) {
            let problem = Problem::of_text(format!(
                "{name}: {} was published on `{}`, which is no date such as 2026-09-01",
                pin.file, pin.published
            ));
            return Err(problem.help("it was changed by hand: take it from a copy, or make the book again").into());
        }
        Ok(Manifest { lists: document.lists, confirms: document.confirms })
    }

    /// As JSON; the same lists give the same text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lists = self.lists.clone();
        lists.sort();
        let document = Document { schema: FORMAT.to_string(), confirms: self.confirms, lists };
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }

    /// The pin of the file of that name; of several versions that were called the same, the one
    /// with this digest.
    #[must_use]
    pub fn pin(&self, file: &str, sha256: &str) -> Option<&Pin> {
        let called = || self.lists.iter().filter(|pin| pin.file == file || self.name_of(pin) == file);
        called().find(|pin| pin.sha256 == sha256).or_else(|| called().next())
    }

    /// What to call the file of a list, so that no other is called the same: as it was, but for
    /// versions of an offer that were.
    #[must_use]
    pub fn name_of(&self, pin: &Pin) -> String {
        let alone = self.lists.iter().filter(|other| other.file == pin.file).count() < 2;
        match pin.file.rsplit_once('.') {
            Some((name, ending)) if !alone => format!("{name}-{}.{ending}", pin.version),
            _ => pin.file.clone(),
        }
    }

    /// The files that a source of rates stands for.
    #[must_use]
    pub fn files_of(&self, source: &str) -> Vec<&str> {
        let is = |pin: &&Pin| {
            source.starts_with(&format!("AWS price list {}", pin.offer))
                && source.ends_with(&format!(", version {}, published {}", pin.version, pin.published))
        };
        self.lists.iter().filter(is).map(|pin| pin.file.as_str()).collect()
    }

    /// The lists to download to make the same book again.
    #[must_use]
    pub fn downloads(&self) -> Vec<Download> {
        let of = |pin: &Pin| Download {
            offer: pin.offer.clone(),
            url: pin.url.clone().unwrap_or_default(),
            file: self.name_of(pin),
            note: format!("version {}, sha256 {}", pin.version, pin.sha256),
            command: pin
                .url
                .as_ref()
                .map_or("# no address: it was an answer of GetProducts, or of several regions".into(), |url| {
                    curl(url, &self.name_of(pin))
                }),
        };
        self.lists.iter().map(of).collect()
    }

    /// The newest day on which a list was published, in ISO form.
    #[must_use]
    pub fn newest(&self) -> Option<&str> {
        self.lists.iter().map(|pin| pin.published.as_str()).max()
    }
}
