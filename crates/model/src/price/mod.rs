//! Dated prices with their source.
//!
//! A [`PriceBook`] answers one question: what does one unit of this meter cost in this region, as
//! of a date, and who says so? It is keyed by AWS's usage type and operation. It never derives a
//! price: what it does not hold is a gap.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$item_doc])* $item,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$item,)*];

            /// As written in a price book.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($name::$item => $word,)* }
            }

            /// The value written so.
            #[must_use]
            pub fn from_word(word: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

mod diff;
mod diff_committed;
mod gaps;
mod lint;
mod tariff;
mod term;

/// The decimals that rates are: part of this crate's interface.
pub use rust_decimal::Decimal;

pub use diff::{BookDiff, Change, Shelf, compare_books};
pub use diff_committed::{Committed, CommittedChange, CommittedDiff, Committing, compare_commitments};
pub use gaps::{RegionGaps, gaps};
pub use lint::{Oddity, Old, Warning, oddities};
pub use tariff::{Band, Slice, Tariff};
pub use term::{Payment, PlanKind, PlanRate, Reservation, Term};

use crate::free::{Allowance, SignUp};
use crate::meter::{Meter, Region, ServiceCode};
use crate::time::Date;
use crate::unit::UnitKind;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

/// Where a rate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// AWS's stock-keeping unit, where known.
    pub sku: Option<Arc<str>>,
    /// The date of the rate, `None` where the source gives none.
    pub date: Option<Date>,
    /// What that date means.
    pub basis: Basis,
    /// Who says so: a price list, a bill, a page.
    pub from: Arc<str>,
    /// How far it is to be trusted.
    pub confidence: Confidence,
}

words! {
    /// What the date of a rate means.
    Basis {
        /// The rate applies from this day, says the price list.
        Effective = "effective",
        /// The price list that holds it was published on this day.
        Published = "published",
        /// Somebody read or was billed it on this day.
        Read = "read",
        /// No date is known.
        Undated = "undated",
    }
}

words! {
    /// How far a rate is to be trusted, best first.
    Confidence {
        /// The user's own rate.
        User = "user",
        /// A row of AWS's price list, with its SKU or to the letter.
        OfferFile = "offer-file",
        /// A list price printed on a real bill.
        BillLine = "bill-line",
        /// Produced by a tool from the price list.
        OfferDerived = "offer-derived",
        /// Read off an AWS pricing page.
        PricingPage = "pricing-page",
        /// Quoted by a document.
        DocText = "doc-text",
        /// Expected by another tool's tests.
        GoldenTest = "golden-test",
        /// Quoted with a billing rule.
        QuotedRule = "quoted-rule",
        /// Used in an example that AWS or its calculator published.
        WorkedExample = "worked-example",
        /// Follows from a priced case of another tool.
        PeerCase = "peer-case",
    }
}

/// One rate of a price book: a band of a tariff, in one region, from one date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Who bills it.
    pub service: ServiceCode,
    /// Where; `None` for what is billed once for all regions.
    pub region: Option<Region>,
    /// AWS's usage type, as in [`Meter::usage_type`].
    pub usage_type: Arc<str>,
    /// AWS's operation, or empty.
    pub operation: Arc<str>,
    /// What one unit is.
    pub unit: UnitKind,
    /// The part of the month's usage this rate is for.
    pub band: Band,
    /// Whose word it is.
    pub source: Source,
}

impl Price {
    fn key(&self) -> (ServiceCode, &str, &str, Option<Region>) {
        (self.service, &self.usage_type, &self.operation, self.region)
    }
}

/// All rates that are known, for any number of regions and dates.
///
/// ```
/// use stackcost_model::price::{Band, Price, PriceBook, Source};
/// use stackcost_model::{meter::{Meter, ServiceCode}, unit::UnitKind};
///
/// let alb = Meter::new(ServiceCode::Elb, "LCUUsage", UnitKind::LcuHour);
/// let region = "eu-west-1".parse().unwrap();
/// let rate = Price {
///     service: ServiceCode::Elb,
///     region: Some(region),
///     usage_type: "LCUUsage".into(),
///     operation: "".into(),
///     unit: UnitKind::LcuHour,
///     band: Band::flat("0.008".parse().unwrap()),
///     source: Source::user("our contract"),
/// };
/// let book = PriceBook::new("mine", [rate]);
/// assert!(book.tariff(&alb, region, None).is_ok());
/// assert!(book.tariff(&alb, "us-east-1".parse().unwrap(), None).is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceBook {
    version: String,
    /// What was set as "now".
    day: Option<Date>,
    /// Sorted by key, band, then date.
    prices: Vec<Price>,
    /// Sorted likewise; looked at first.
    overrides: Vec<Price>,
    allowances: Vec<Allowance>,
    sign_up: Option<SignUp>,
}

impl PriceBook {
    /// A book of these rates, in any order.
    #[must_use]
    pub fn new(version: impl Into<String>, prices: impl IntoIterator<Item = Price>) -> PriceBook {
        let mut prices: Vec<Price> = prices.into_iter().collect();
        sort(&mut prices);
        PriceBook { version: version.into(), prices, ..PriceBook::default() }
    }

    /// Lays rates over the book: what they say of a meter in a region counts, whatever the book
    /// says. A rate without an operation counts for all operations.
    pub fn override_with(&mut self, prices: impl IntoIterator<Item = Price>) {
        self.overrides.extend(prices);
        sort(&mut self.overrides);
    }

    /// The same book with what is free of charge each month.
    #[must_use]
    pub fn with_allowances(self, allowances: impl IntoIterator<Item = Allowance>) -> PriceBook {
        PriceBook { allowances: allowances.into_iter().collect(), ..self }
    }

    /// What is free of charge each month: who has it, each says itself.
    #[must_use]
    pub fn allowances(&self) -> &[Allowance] {
        &self.allowances
    }

    /// The same book with what new accounts are credited.
    #[must_use]
    pub fn with_sign_up(self, sign_up: Option<SignUp>) -> PriceBook {
        PriceBook { sign_up, ..self }
    }

    /// What new accounts are credited.
    #[must_use]
    pub fn sign_up(&self) -> Option<&SignUp> {
        self.sign_up.as_ref()
    }

    /// What "now" is for a horizon without a date: the newest day that the book's name has, so that the same
    /// book gives the same estimate on any day, or what [`PriceBook::set_day`] says.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.day.or_else(|| self.version.split_whitespace().filter_map(|word| word.parse().ok()).max())
    }

    /// Makes another day "now": that of the other book where two are compared, for one. Rates are not
    /// chosen by it.
    pub fn set_day(&mut self, day: Date) {
        self.day = Some(day);
    }

    /// The name of this book: the date of its newest rate, as a rule.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Calls the book otherwise: after another was laid over it, for one.
    pub fn set_version(&mut self, version: impl Into<String>) {
        self.version = version.into();
    }

    /// The book's rates, sorted by service, usage type, operation, region, band and date.
    #[must_use]
    pub fn prices(&self) -> &[Price] {
        &self.prices
    }

    /// The rates laid over the book, sorted likewise.
    #[must_use]
    pub fn overrides(&self) -> &[Price] {
        &self.overrides
    }

    /// What the meter costs in the region as of a date (`None`: the newest rate of each band).
    ///
    /// What is laid over the book goes first. A rate is looked up under the meter's operation,
    /// then under none: storage rates, for one, are the same for all engines. A transfer to a
    /// region without a rate of its own takes the rate "to other regions" where the book has one
    /// (`*-AWS-Out-Bytes`).
    ///
    /// A rate whose date is AWS's date of effect does not count before it. A date of publication
    /// or reading only says when somebody looked: of such rates the newest that is old enough
    /// counts, or else the oldest.
    ///
    /// # Errors
    /// [`Gap`] when the book has no rate, or none that old, or one for another unit.
    pub fn tariff<'book>(
        &'book self,
        meter: &Meter,
        region: Region,
        as_of: Option<Date>,
    ) -> Result<Tariff<'book>, Gap> {
        let elsewhere = meter.usage_type.ends_with("-AWS-Out-Bytes").then_some("*-AWS-Out-Bytes");
        let operations = [Some(meter.operation.as_ref()), (!meter.operation.is_empty()).then_some("")];
        let mut gap = Gap::NoRate;
        for usage_type in [Some(meter.usage_type.as_ref()), elsewhere].into_iter().flatten() {
            for prices in [&self.overrides, &self.prices].into_iter().filter(|prices| !prices.is_empty()) {
                for region in [Some(region), None] {
                    for operation in operations.into_iter().flatten() {
                        let key = (meter.service, usage_type, operation, region);
                        let Some(rows) = rows(prices, &key) else { continue };
                        // Once a date of effect was too young, only a rate that is known to be
                        // older will do.
                        let strict = matches!(gap, Gap::NotThatOld { .. });
                        match Tariff::as_of(rows, meter.unit, as_of, strict) {
                            // An older rate may stand elsewhere: below an override, for one.
                            Err(Gap::NotThatOld { first }) => {
                                let before = if let Gap::NotThatOld { first } = gap { Some(first) } else { None };
                                gap = Gap::NotThatOld { first: before.map_or(first, |before| before.min(first)) };
                            }
                            found => return found,
                        }
                    }
                }
            }
        }
        Err(gap)
    }
}

/// The rows of one key.
fn rows<'book>(prices: &'book [Price], key: &(ServiceCode, &str, &str, Option<Region>)) -> Option<&'book [Price]> {
    let from = prices.partition_point(|price| price.key() < *key);
    let rows = prices.get(from..)?;
    let rows = rows.get(..rows.partition_point(|price| price.key() == *key))?;
    (!rows.is_empty()).then_some(rows)
}

fn sort(prices: &mut [Price]) {
    // Files come sorted, and a stable sort of sorted runs is a merge.
    prices.sort_by(|a, b| {
        a.key().cmp(&b.key()).then(a.band.from.cmp(&b.band.from)).then(a.source.date.cmp(&b.source.date))
    });
}

impl Source {
    /// A rate that the user gives, from `place` (a file, a contract).
    #[must_use]
    pub fn user(place: &str) -> Source {
        Source { sku: None, date: None, basis: Basis::Undated, from: place.into(), confidence: Confidence::User }
    }

    /// Whether what it says can have applied on that day: only AWS's own date of effect says that it did not
    /// apply before.
    #[must_use]
    pub fn may_apply(&self, day: Date) -> bool {
        self.basis != Basis::Effective || self.date.is_none_or(|date| date <= day)
    }

    /// The date in ISO form; `None` where the source gives none.
    #[must_use]
    pub fn date_text(&self) -> Option<String> {
        self.date.map(|date| date.to_string())
    }
}

/// Why a usage has no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Gap {
    /// The book does not know the meter in this region.
    #[error("no rate in the price book")]
    NoRate,
    /// All rates are younger than the date asked for.
    #[error("no rate that old: the first known is of {first}")]
    NotThatOld {
        /// The oldest date the book has.
        first: Date,
    },
    /// The known bands end below the usage.
    #[error("the book has no rate for usage from {from} {unit} a month on")]
    NoBand {
        /// Where the known bands end.
        from: Decimal,
        /// What is counted.
        unit: UnitKind,
    },
    /// The rate counts something else.
    #[error("{0}")]
    Unit(#[from] crate::unit::UnitMismatch),
    /// The user gave a share on Spot but no discount, and no price list has Spot rates.
    #[error(
        "Spot rates are in no price list: give `spot = {{ share = \"...\", discount = \"...\" }}`, or the rate under [prices]"
    )]
    NoSpotDiscount,
    /// The quantity or the amount does not fit.
    #[error("too large to be counted exactly")]
    TooLarge,
}

/// How a rate is described in one line: date, SKU, who says so.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.from)?;
        if let Some(sku) = &self.sku {
            write!(f, ", SKU {sku}")?;
        }
        match self.date {
            Some(date) => write!(f, ", {} {date}", self.basis),
            None if self.confidence == Confidence::User => Ok(()),
            None => f.write_str(", undated"),
        }
    }
}
