//! One rate of the price book, with the evidence for it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::unit::Unit;

/// What the date of a rate means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Basis {
    /// AWS's own effective date.
    Effective,
    /// The publication of the price list it was read in.
    Published,
    /// The day somebody read it, or the month of the bill it stood on.
    Read,
    /// Nobody says.
    Undated,
}

impl Basis {
    const ALL: [(Self, &str); 4] = [
        (Self::Effective, "effective"),
        (Self::Published, "published"),
        (Self::Read, "read"),
        (Self::Undated, "undated"),
    ];

    pub(crate) fn parse(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == label).map(|(basis, _)| basis)
    }

    pub(crate) fn label(self) -> &'static str {
        Self::ALL.iter().find(|(basis, _)| *basis == self).map_or("", |(_, label)| label)
    }
}

/// How far a rate is to be trusted; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Confidence {
    /// Out of an AWS price list file, exactly.
    OfferFile,
    /// The list price printed on a real bill.
    BillLine,
    /// Made by a tool from an AWS price list file.
    OfferDerived,
    /// AWS's pricing page.
    PricingPage,
    /// A document that quotes the price list.
    DocText,
    /// The expected output of another tool's tests.
    GoldenTest,
    /// A billing rule that quotes the rate.
    QuotedRule,
    /// A worked example that quotes the rate.
    WorkedExample,
    /// A priced case of another tool.
    PeerCase,
}

impl Confidence {
    const ALL: [(Self, &str); 9] = [
        (Self::OfferFile, "offer-file"),
        (Self::BillLine, "bill-line"),
        (Self::OfferDerived, "offer-derived"),
        (Self::PricingPage, "pricing-page"),
        (Self::DocText, "doc-text"),
        (Self::GoldenTest, "golden-test"),
        (Self::QuotedRule, "quoted-rule"),
        (Self::WorkedExample, "worked-example"),
        (Self::PeerCase, "peer-case"),
    ];

    pub(crate) fn parse(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == label).map(|(confidence, _)| confidence)
    }

    pub(crate) fn label(self) -> &'static str {
        Self::ALL.iter().find(|(confidence, _)| *confidence == self).map_or("", |(_, label)| label)
    }
}

/// The row a rate came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    path: Rc<PathBuf>,
    line: u64,
}

impl Origin {
    pub(crate) fn new(path: &Path, line: u64) -> Self {
        Self { path: Rc::new(path.to_owned()), line }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.path.display(), self.line)
    }
}

/// US dollars for one unit of one usage type, in one tier, from one date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rate {
    /// AWS's usage type without the region prefix.
    pub usage_type: String,
    /// AWS's operation, where it decides the price; otherwise empty.
    pub operation: String,
    pub unit: Unit,
    /// Where the tier begins.
    pub from: Decimal,
    /// Where it ends; `None` for never.
    pub to: Option<Decimal>,
    pub usd: Decimal,
    pub date: Option<Date>,
    pub basis: Basis,
    pub sku: String,
    /// An id of `sources.csv`.
    pub source: String,
    pub confidence: Confidence,
    pub origin: Origin,
}

impl Rate {
    /// What makes two rows speak of the same thing at the same time.
    pub(crate) fn key(&self) -> (&str, &str, Decimal, Option<Date>) {
        (&self.usage_type, &self.operation, self.from, self.date)
    }

    /// The same, whatever the time.
    pub(crate) fn band(&self) -> (&str, &str, Decimal) {
        (&self.usage_type, &self.operation, self.from)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::date;
    use super::*;

    /// A rate for tests.
    pub(crate) fn sample(usage_type: &str, usd: &str, day: &str, confidence: Confidence, line: u64) -> Rate {
        Rate {
            usage_type: usage_type.to_owned(),
            operation: String::new(),
            unit: Unit::GB,
            from: Decimal::ZERO,
            to: None,
            usd: Decimal::from_str_exact(usd).expect("a price"),
            date: date::day(day),
            basis: Basis::Read,
            sku: String::new(),
            source: "s1".to_owned(),
            confidence,
            origin: Origin::new(Path::new("prices.csv"), line),
        }
    }
}
