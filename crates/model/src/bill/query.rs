//! What is asked of a bill: groups, measures and filters, as one value.

use crate::time::Date;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

/// What to group, sum and keep of a bill.
///
/// It is plain data: the readers of export files run it, Cost Explorer is asked it, and it could
/// be written out as SQL for an engine that stands where the bill lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Only this time, whole months or days; everything there is without it.
    pub span: Option<Span>,
    /// What one period of the result is.
    pub step: Step,
    /// The groups, in order. Charges are always kept apart by period and
    /// [`ChargeKind`](super::ChargeKind) as well.
    pub by: Vec<Dimension>,
    /// What is summed; at least one.
    pub metrics: Vec<Metric>,
    /// Whether quantities are summed too; groups are then also by unit.
    pub quantity: bool,
    /// All of these hold for what is kept.
    pub filter: Vec<Condition>,
}

impl Query {
    /// Everything, by month and by these groups, in this metric.
    #[must_use]
    pub fn new(by: Vec<Dimension>, metric: Metric) -> Query {
        Query { span: None, step: Step::Month, by, metrics: [metric].to_vec(), quantity: false, filter: Vec::new() }
    }
}

/// A stretch of days, half-open: `end` is the first day after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub start: Date,
    /// The first day after it.
    pub end: Date,
}

impl Span {
    /// Whether the day lies in it.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.start <= day && day < self.end
    }
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A billing month: the one that charges are billed in.
    Month,
    /// A day, in UTC: the one that usage began on.
    Day,
}

/// What charges are grouped and filtered by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// The service: its product code in Cost and Usage Reports (`AmazonRDS`), its name elsewhere.
    Service,
    /// AWS's usage type (`USE1-Fargate-vCPU-Hours:perCPU`).
    UsageType,
    /// AWS's operation (`CreateDBInstance:0014`).
    Operation,
    /// The region's code.
    Region,
    /// The account that used it.
    Account,
    /// The account that pays; in export files only.
    Payer,
    /// What the bill calls the charge: line item type, record type, or charge category.
    ChargeType,
    /// How it was bought: on demand, on Spot, or by which commitment.
    PurchaseType,
    /// The resource.
    Resource,
    /// What a line says of itself; in export files only.
    Description,
    /// When the usage of a row began: `2026-10-01T05:00:00Z`. In export files only.
    UsageStart,
    /// When it ended; the first second that is no longer of it. In export files only.
    UsageEnd,
    /// The public rate on demand, as the file writes it. In export files only.
    ListRate,
    /// The Savings Plan or reservation that covers it or that it is the fee of. In export files only.
    Commitment,
    /// The value of a cost allocation tag.
    Tag(String),
    /// The value of a cost category.
    CostCategory(String),
}

impl Dimension {
    /// The forms that can be written, for messages.
    pub const FORMS: &'static [&'static str] = &[
        "service",
        "usage-type",
        "operation",
        "region",
        "account",
        "payer",
        "charge-type",
        "purchase-type",
        "resource",
        "description",
        "usage-start",
        "usage-end",
        "list-rate",
        "commitment",
        "tag:KEY",
        "cost-category:NAME",
    ];

    /// The heading of its column in CSV: `usage_type`, `tag:Environment`.
    #[must_use]
    pub fn column(&self) -> String {
        match self {
            Dimension::Tag(_) | Dimension::CostCategory(_) => {
                self.to_string().replace("cost-category:", "cost_category:")
            }
            _ => self.to_string().replace('-', "_"),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dimension::Service => "service",
            Dimension::UsageType => "usage-type",
            Dimension::Operation => "operation",
            Dimension::Region => "region",
            Dimension::Account => "account",
            Dimension::Payer => "payer",
            Dimension::ChargeType => "charge-type",
            Dimension::PurchaseType => "purchase-type",
            Dimension::Resource => "resource",
            Dimension::Description => "description",
            Dimension::UsageStart => "usage-start",
            Dimension::UsageEnd => "usage-end",
            Dimension::ListRate => "list-rate",
            Dimension::Commitment => "commitment",
            Dimension::Tag(key) => return write!(f, "tag:{key}"),
            Dimension::CostCategory(name) => return write!(f, "cost-category:{name}"),
        })
    }
}

impl FromStr for Dimension {
    type Err = BadQuery;

    /// `service`, `usage-type` (or `usage_type`), `tag:Environment`, `cost-category:Team`, ...
    fn from_str(text: &str) -> Result<Dimension, BadQuery> {
        let named = |rest: &str, of: fn(String) -> Dimension, what: &str| {
            if rest.is_empty() {
                Err(BadQuery(format!("\"{text}\" does not say which {what}")))
            } else {
                Ok(of(rest.into()))
            }
        };
        if let Some(key) = text.strip_prefix("tag:") {
            return named(key, Dimension::Tag, "tag: write tag:Environment");
        }
        if let Some(name) = text.strip_prefix("cost-category:").or_else(|| text.strip_prefix("cost_category:")) {
            return named(name, Dimension::CostCategory, "cost category: write cost-category:Team");
        }
        Ok(match text.replace('_', "-").as_str() {
            "service" => Dimension::Service,
            "usage-type" => Dimension::UsageType,
            "operation" => Dimension::Operation,
            "region" => Dimension::Region,
            "account" | "linked-account" => Dimension::Account,
            "payer" => Dimension::Payer,
            "charge-type" | "record-type" | "line-item-type" => Dimension::ChargeType,
            "purchase-type" => Dimension::PurchaseType,
            "resource" => Dimension::Resource,
            "description" => Dimension::Description,
            "usage-start" => Dimension::UsageStart,
            "usage-end" => Dimension::UsageEnd,
            "list-rate" => Dimension::ListRate,
            "commitment" => Dimension::Commitment,
            _ => return Err(BadQuery(format!("\"{text}\" is nothing to group or choose by"))),
        })
    }
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $aws:literal;)*) => {
        /// Which cost is summed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Metric { $($(#[$doc])* $name,)* }

        impl Metric {
            /// Every metric.
            pub const ALL: &'static [Metric] = &[$(Metric::$name,)*];

            /// As it is typed: `net-amortized`.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Metric::$name => $word,)* }
            }

            /// As Cost Explorer writes it (`NetAmortizedCost`), and reports name it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Metric::$name => $aws,)* }
            }
        }
    };
}

metrics! {
    /// What is charged as it is charged: upfront fees on their day. FOCUS: BilledCost.
    Unblended = "unblended", "UnblendedCost";
    /// The same after negotiated discounts.
    NetUnblended = "net-unblended", "NetUnblendedCost";
    /// At the organisation's average rates.
    Blended = "blended", "BlendedCost";
    /// Upfront and recurring fees of commitments spread over what they cover. FOCUS: EffectiveCost.
    Amortized = "amortized", "AmortizedCost";
    /// The same after negotiated discounts.
    NetAmortized = "net-amortized", "NetAmortizedCost";
    /// What the usage would cost at public on-demand rates. FOCUS: ListCost. Not in Cost Explorer.
    List = "list", "ListCost";
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Metric {
    type Err = BadQuery;

    /// `unblended`, `amortised` or `amortized`, or Cost Explorer's name (`UnblendedCost`).
    fn from_str(text: &str) -> Result<Metric, BadQuery> {
        let word = text.replace("ised", "ized");
        let known = |metric: &&Metric| metric.word() == word || metric.name() == text;
        Metric::ALL.iter().find(known).copied().ok_or_else(|| {
            let words: Vec<&str> = Metric::ALL.iter().map(|metric| metric.word()).collect();
            BadQuery(format!("\"{text}\" is no cost metric; there are: {}", words.join(", ")))
        })
    }
}

/// One condition on charges: the dimension has one of these values, or has none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What is looked at.
    pub dimension: Dimension,
    /// Whether charges with these values are left out instead of kept.
    pub negated: bool,
    /// The values; the empty text is "has none", such as an untagged resource.
    pub values: Vec<String>,
}

impl FromStr for Condition {
    type Err = BadQuery;

    /// `service=AmazonRDS`, `tag:Environment=prod|staging`, `region!=us-east-1`, `tag:Team=`.
    fn from_str(text: &str) -> Result<Condition, BadQuery> {
        let wrong =
            || BadQuery(format!("\"{text}\" is no condition: write service=AmazonRDS or tag:Environment!=prod"));
        let (left, values) = text.split_once('=').ok_or_else(wrong)?;
        let (left, negated) = left.strip_suffix('!').map_or((left, false), |left| (left, true));
        let dimension = left.trim().parse()?;
        Ok(Condition { dimension, negated, values: values.split('|').map(|value| value.trim().to_string()).collect() })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negated { "!=" } else { "=" };
        write!(f, "{}{sign}{}", self.dimension, self.values.join("|"))
    }
}

/// The text asks for nothing a bill can answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadQuery(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_read_as_written() {
        for (text, column) in [
            ("service", "service"),
            ("usage_type", "usage_type"),
            ("usage-type", "usage_type"),
            ("usage-start", "usage_start"),
            ("commitment", "commitment"),
            ("tag:cost-center", "tag:cost-center"),
            ("tag:aws:createdBy", "tag:aws:createdBy"),
            ("cost-category:Team X", "cost_category:Team X"),
        ] {
            let dimension: Dimension = text.parse().unwrap();
            assert_eq!(dimension.column(), column);
            assert_eq!(dimension.to_string().parse::<Dimension>(), Ok(dimension));
        }
        for text in ["", "tag:", "cost-category:", "Service", "services"] {
            assert!(text.parse::<Dimension>().is_err(), "{text}");
        }
    }

    #[test]
    fn conditions() {
        let condition: Condition = "tag:Environment!=prod|staging".parse().unwrap();
        assert_eq!((condition.negated, condition.values.len()), (true, 2));
        assert_eq!(condition.to_string(), "tag:Environment!=prod|staging");
        assert_eq!("tag:Team=".parse::<Condition>().unwrap().values, [""]);
        assert!("service".parse::<Condition>().is_err());
    }

    #[test]
    fn metrics_by_word_or_name() {
        for metric in Metric::ALL {
            assert_eq!(metric.word().parse(), Ok(*metric));
            assert_eq!(metric.name().parse(), Ok(*metric));
        }
        assert_eq!("amortised".parse(), Ok(Metric::Amortized));
        assert!("cost".parse::<Metric>().is_err());
    }
}
