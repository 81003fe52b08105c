//! Price books as CSV: one rate a row, each with its source.
//!
//! ```csv
//! # stackcost price book 1; AmazonECS; us-east-1
//! usage_type,operation,unit,from,to,usd,date,basis,sku,source,confidence
//! Fargate-GB-Hours,,GB-Hours,0,,0.004445,2026-08-31,published,PBZNQUSEXZUC34C9,s3,offer-file
//! ```
//!
//! Columns are found by their header. A file for several services or regions has columns
//! `service` and `region` in front. `operation`, `from`, `to`, `date`, `basis`, `sku`, `source`
//! and `confidence` may be left out or empty; usage types may carry their region prefix.

use crate::problem::{Problem, Problems};
use rust_decimal::Decimal;
use stackcost_model::exact::Ratio;
use stackcost_model::free::{Allowance, Offer, SignUp};
use stackcost_model::meter::{Region, ServiceCode, UsageType};
use stackcost_model::money::Usd;
use stackcost_model::price::{Band, Basis, Confidence, Price, PriceBook, Source};
use stackcost_model::time::Date;
use stackcost_model::unit::UnitKind;
use std::collections::HashMap;
use std::sync::Arc;

/// The columns of a user's price book, in the order in which one is written.
pub const COLUMNS: [&str; 13] = [
    "service",
    "region",
    "usage_type",
    "operation",
    "unit",
    "from",
    "to",
    "usd",
    "date",
    "basis",
    "sku",
    "source",
    "confidence",
];

/// The region of a bundled file whose rates are billed once for all regions.
const EVERYWHERE: &str = "global";

/// The texts of a bundled book, apart from its rates.
#[derive(Clone, Copy, Debug)]
pub struct Bundle {
    /// The name of the book.
    pub version: &'static str,
    /// `id,source` rows.
    pub sources: &'static str,
    /// `name,quantity,unit,scope,usage_types,source,note,operation,months,opened_before` rows.
    pub allowances: &'static str,
    /// A `given,most,opened_from,months,free_plan_months,source,note` row.
    pub sign_up: &'static str,
}

impl Bundle {
    /// What is free each month for every account.
    ///
    /// # Errors
    /// A row that is no allowance: a mistake in the bundle.
    pub fn free(&self) -> Result<Vec<Allowance>, Problems> {
        let mut all = allowances(self.allowances, &sources(self.sources)?)?;
        all.retain(|allowance| allowance.offer == Offer::Always);
        Ok(all)
    }

    /// Reads those of the bundled `(service, region, text)` files that `wanted` asks for by
    /// service and region; rates billed once for all regions are read with every region.
    ///
    /// # Errors
    /// A row that is no rate: a mistake in the bundle.
    pub fn read<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
        wanted: impl Fn(ServiceCode, Option<Region>) -> bool,
    ) -> Result<PriceBook, Problems> {
        let sources = sources(self.sources)?;
        let mut prices = Vec::new();
        for (service, region, text) in files {
            let Some(service) = ServiceCode::from_code(service) else { continue };
            let region = match region {
                EVERYWHERE => None,
                code => match code.parse() {
                    Ok(region) => Some(region),
                    Err(_) => continue,
                },
            };
            if wanted(service, region) {
                let defaults = Defaults { service: Some(service), region, sources: &sources, own: None };
                prices.extend(rates(
                    &format!("{service} in {}", region.map_or(EVERYWHERE, Region::code)),
                    text,
                    &defaults,
                )?);
            }
        }
        let sign_up = sign_up(self.sign_up, &sources)?;
        let book = PriceBook::new(self.version, prices).with_allowances(allowances(self.allowances, &sources)?);
        Ok(book.with_sign_up(Some(sign_up)))
    }
}

/// What the source ids of a book stand for.
#[derive(Clone, Debug, Default)]
pub struct Sources(HashMap<String, Arc<str>>);

impl Sources {
    /// Reads `id,source` rows.
    ///
    /// # Errors
    /// A row that is no CSV.
    pub fn parse(text: &str) -> Result<Sources, Problems> {
        sources(text).map(Sources)
    }

    /// What an id stands for.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<str>> {
        self.0.get(id)
    }

    /// Each id and what it stands for, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.0.iter().map(|(id, source)| (id.as_str(), source))
    }
}

/// The region that a file of a book is named after: `None` for `global`.
#[must_use]
pub fn region_of_file(name: &str) -> Option<Option<Region>> {
    if name == EVERYWHERE { Some(None) } else { name.parse().ok().map(Some) }
}

/// What the file of a region is named after.
#[must_use]
pub fn file_of_region(region: Option<Region>) -> &'static str {
    region.map_or(EVERYWHERE, Region::code)
}

/// Reads the rates of one service in one region, a file of a book that is a folder.
///
/// # Errors
/// The first row that is no rate, with its line.
pub fn shelf(
    name: &str,
    text: &str,
    service: ServiceCode,
    region: Option<Region>,
    sources: &Sources,
) -> Result<Vec<Price>, Problems> {
    rates(name, text, &Defaults { service: Some(service), region, sources: &sources.0, own: None })
}

/// Reads a user's own price book, a file with `service` and `region` columns.
///
/// # Errors
/// The first row that is no rate, with its line.
pub fn user_book(name: &str, text: &str) -> Result<Vec<Price>, Problems> {
    let sources = HashMap::new();
    let mut prices = rates(name, text, &Defaults { service: None, region: None, sources: &sources, own: Some(name) })?;
    prices.sort_by(|a, b| tariff_of(a).cmp(&tariff_of(b)).then(a.band.from.cmp(&b.band.from)));
    for tariff in prices.chunk_by(|a, b| tariff_of(a) == tariff_of(b)) {
        let mut end = Some(Decimal::ZERO);
        for price in tariff {
            if end != Some(price.band.from) {
                let message = format!("{name}: the bands of {} overlap or have a hole", price.usage_type);
                return Err(Problem::of_text(message)
                    .help("each band begins where the one before ends, the first at 0; only the last is open")
                    .into());
            }
            end = price.band.to;
        }
    }
    Ok(prices)
}

/// What the bands of one tariff share.
fn tariff_of(price: &Price) -> (ServiceCode, &str, &str, Option<Region>, Option<Date>) {
    (price.service, &price.usage_type, &price.operation, price.region, price.source.date)
}

/// What a row takes where its file has no column for it.
struct Defaults<'a> {
    service: Option<ServiceCode>,
    region: Option<Region>,
    sources: &'a HashMap<String, Arc<str>>,
    /// The name of the user's file, whose rows are the user's word.
    own: Option<&'a str>,
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes())
}

/// Where each known column is.
struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    fn find(header: &csv::StringRecord) -> Columns {
        Columns(COLUMNS.map(|name| header.iter().position(|column| column.eq_ignore_ascii_case(name))))
    }

    fn get<'r>(&self, row: &'r csv::StringRecord, name: &str) -> &'r str {
        let at = COLUMNS.iter().position(|known| *known == name).and_then(|at| self.0[at]);
        at.and_then(|at| row.get(at)).unwrap_or("")
    }

    fn has(&self, name: &str) -> bool {
        COLUMNS.iter().position(|known| *known == name).is_some_and(|at| self.0[at].is_some())
    }
}

fn rates(name: &str, text: &str, defaults: &Defaults<'_>) -> Result<Vec<Price>, Problems> {
    let mut reader = reader(text);
    let broken = |error: csv::Error| Problem::of_text(format!("{name}: {error}"));
    let columns = Columns::find(reader.headers().map_err(broken)?);
    for needed in ["usage_type", "unit", "usd"] {
        if !columns.has(needed) {
            return Err(Problem::of_text(format!("{name} has no column `{needed}`"))
                .help(format!("the header is {}", COLUMNS.join(",")))
                .into());
        }
    }
    let mut prices = Vec::new();
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row).map_err(broken)? {
        let price = rate(&columns, &row, defaults).map_err(|what| {
            let line = row.position().map_or(0, csv::Position::line);
            Problem::of_text(format!("{name}:{line}: {what}"))
        })?;
        prices.push(price);
    }
    Ok(prices)
}

fn rate(columns: &Columns, row: &csv::StringRecord, defaults: &Defaults<'_>) -> Result<Price, String> {
    let field = |name| columns.get(row, name);
    let decimal = |name: &str| {
        let text = columns.get(row, name);
        Decimal::from_str_exact(text)
            .ok()
            .filter(|value| !value.is_sign_negative())
            .ok_or_else(|| format!("`{text}` in column {name} is no decimal from 0 up"))
    };
    let written = field("usage_type");
    if written.is_empty() {
        return Err("the usage type is missing".to_string());
    }
    let service = match (field("service"), defaults.service) {
        ("", Some(service)) => service,
        ("", None) => return Err("the service is missing, such as AmazonECS".to_string()),
        (code, _) => ServiceCode::from_code(code).ok_or_else(|| format!("`{code}` is no service of this tool"))?,
    };
    let (usage_type, prefix) = if defaults.own.is_some() {
        let parsed = UsageType::parse(written);
        (parsed.rest, parsed.region)
    } else {
        (written.to_string(), None)
    };
    let region = match (field("region"), defaults.region.or(prefix)) {
        ("", Some(region)) => Some(region),
        ("", None) if defaults.own.is_some() => return Err("the region is missing, such as us-east-1".to_string()),
        ("", None) | (EVERYWHERE, _) => None,
        (code, _) => Some(code.parse::<Region>().map_err(|_| format!("`{code}` is no region"))?),
    };
    let unit = UnitKind::from_label(field("unit")).ok_or_else(|| {
        let known: Vec<&str> = UnitKind::ALL.iter().map(|unit| unit.label()).collect();
        format!("`{}` is no unit; units are {}", field("unit"), known.join(", "))
    })?;
    let band = Band {
        from: if field("from").is_empty() { Decimal::ZERO } else { decimal("from")? },
        to: if field("to").is_empty() { None } else { Some(decimal("to")?) },
        usd: decimal("usd")?,
    };
    if band.to.is_some_and(|to| to <= band.from) {
        return Err("the band ends before it begins".to_string());
    }
    Ok(Price {
        service,
        region,
        usage_type: usage_type.into(),
        operation: field("operation").into(),
        unit,
        band,
        source: source(columns, row, defaults)?,
    })
}

fn source(columns: &Columns, row: &csv::StringRecord, defaults: &Defaults<'_>) -> Result<Source, String> {
    let field = |name| columns.get(row, name);
    let date = match field("date") {
        "" => None,
        date => Some(date.parse().map_err(|_| format!("`{date}` is no date such as 2026-09-01"))?),
    };
    let named = field("source");
    let from = match (defaults.own, named) {
        (Some(own), "") => own.into(),
        (Some(own), named) => format!("{named} (in {own})").into(),
        (None, named) => {
            defaults.sources.get(named).cloned().ok_or_else(|| format!("the source `{named}` is not in the list"))?
        }
    };
    let basis = match field("basis") {
        "" => Basis::Undated,
        word => Basis::from_word(word)
            .ok_or_else(|| format!("`{word}` is no basis: effective, published, read, undated"))?,
    };
    let confidence = match (defaults.own, field("confidence")) {
        // Whatever the row says: it counts because the user says so.
        (Some(_), word) if word.is_empty() || Confidence::from_word(word).is_some() => Confidence::User,
        (_, word) => Confidence::from_word(word).ok_or_else(|| format!("`{word}` is no confidence"))?,
    };
    let sku = Some(field("sku")).filter(|sku| !sku.is_empty()).map(Arc::from);
    Ok(Source { sku, date, basis, from, confidence })
}

fn sources(text: &str) -> Result<HashMap<String, Arc<str>>, Problems> {
    let mut sources = HashMap::new();
    for row in reader(text).records() {
        let row = row.map_err(|error| Problem::of_text(format!("the list of sources: {error}")))?;
        sources.insert(row.get(0).unwrap_or("").to_string(), row.get(1).unwrap_or("").into());
    }
    Ok(sources)
}

/// Reads what is free each month.
fn allowances(text: &str, sources: &HashMap<String, Arc<str>>) -> Result<Vec<Allowance>, Problems> {
    let mut allowances = Vec::new();
    let mut rows = reader(text);
    let header = rows.headers().cloned().unwrap_or_default();
    for row in rows.records() {
        let broken = || Problem::of_text(format!("the list of allowances is broken: {row:?}"));
        let row = row.as_ref().map_err(|_| broken())?;
        let field = |name: &str| header.iter().position(|known| known == name).and_then(|at| row.get(at)).unwrap_or("");
        let mut meters: Vec<(ServiceCode, Arc<str>)> = Vec::new();
        for pair in field("usage_types").split('|') {
            let (service, usage_type) = pair.split_once('/').ok_or_else(broken)?;
            meters.push((ServiceCode::from_code(service).ok_or_else(broken)?, usage_type.into()));
        }
        let offer = match field("months") {
            "" => Offer::Always,
            months => Offer::Months {
                months: months.parse().map_err(|_| broken())?,
                opened_before: field("opened_before").parse().map_err(|_| broken())?,
            },
        };
        let end = if offer == Offer::Always { "" } else { ", in the first months of the account" };
        allowances.push(Allowance {
            name: format!("first {} a month free{end}", field("name")).into(),
            meters: meters.into(),
            operation: field("operation").into(),
            quantity: Ratio::parse(field("quantity")).ok_or_else(broken)?,
            offer,
            source: sources.get(field("source")).cloned().unwrap_or_else(|| field("source").into()),
        });
    }
    Ok(allowances)
}

/// Reads what new accounts are credited.
fn sign_up(text: &str, sources: &HashMap<String, Arc<str>>) -> Result<SignUp, Problems> {
    let broken = || Problem::of_text("the row of credits at the opening of an account is broken");
    let row = reader(text).records().next().and_then(Result::ok).ok_or_else(broken)?;
    let field = |at| row.get(at).unwrap_or("");
    Ok(SignUp {
        given: Usd::parse(field(0)).ok_or_else(broken)?,
        most: Usd::parse(field(1)).ok_or_else(broken)?,
        opened_from: field(2).parse().map_err(|_| broken())?,
        months: field(3).parse().map_err(|_| broken())?,
        free_plan_months: field(4).parse().map_err(|_| broken())?,
        source: sources.get(field(5)).cloned().unwrap_or_else(|| field(5).into()),
    })
}
