//! What Cost Explorer is asked and what it answers, as values. Amounts stay the text that AWS sent.

mod ask;

pub use ask::{BadAnswer, CannotAsk, bill, drivers_request, expected, forecast_request, last_months, requests};

use crate::exact::Ratio;
use crate::money::Usd;
use crate::time::Date;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

/// What so many paid requests cost: a cent each. Every page of an answer is a request; an
/// error is none.
///
/// "Each request incurs a cost of $0.01": the pricing page of AWS Cost Management, and SKU
/// BX68HKNBJP73AFBV of its price list. Beyond 10¹³ requests the sum stays where it is.
///
/// ```
/// assert_eq!(stackcost_model::cost_explorer::price_of(3).to_string(), "0.03");
/// ```
#[must_use]
pub fn price_of(requests: u64) -> Usd {
    Usd::round(Ratio::new(i128::from(requests.min(10_u64.pow(13))), 100)).unwrap_or_default()
}

/// A `GetCostAndUsage` request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// How the time is cut.
    pub granularity: Granularity,
    /// What is asked for, at least one.
    pub metrics: Vec<Metric>,
    /// What it is split by, at most two.
    pub group_by: Vec<GroupBy>,
    /// What counts; everything without it.
    pub filter: Option<Expression>,
}

impl Request {
    /// Whether AWS could take it: what it would refuse is refused before it is sent.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), BadRequest> {
        check(self.start, self.end, &self.group_by)?;
        if self.metrics.is_empty() { Err(BadRequest::NoMetric) } else { Ok(()) }
    }
}

/// A `GetCostForecast` request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ForecastRequest {
    /// The first day: AWS wants today or later.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
    /// How the time is cut.
    pub granularity: Granularity,
    /// What is asked for: one of the costs.
    pub metric: Metric,
    /// What counts; everything without it.
    pub filter: Option<Expression>,
    /// How sure the interval is to hold the truth, 51 to 99 percent; without it there is none.
    pub confidence: Option<u8>,
}

impl ForecastRequest {
    /// Whether AWS could take it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), BadRequest> {
        if self.confidence.is_some_and(|percent| !(51..=99).contains(&percent)) {
            return Err(BadRequest::Confidence);
        }
        check(self.start, self.end, &[])
    }
}

/// A `GetCostComparisonDrivers` request: two whole months.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DriversRequest {
    /// A day in the month that is compared with.
    pub baseline: Date,
    /// A day in the month that is looked at.
    pub comparison: Date,
    /// What is asked for.
    pub metric: Metric,
    /// What it is split by, at most two.
    pub group_by: Vec<GroupBy>,
    /// What counts; everything without it.
    pub filter: Option<Expression>,
}

impl DriversRequest {
    /// Whether AWS could take it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), BadRequest> {
        let (baseline, comparison) = (self.baseline.first_of_month(), self.comparison.first_of_month());
        check(baseline, comparison, &self.group_by)
    }
}

fn check(start: Date, end: Date, group_by: &[GroupBy]) -> Result<(), BadRequest> {
    if end <= start {
        return Err(BadRequest::EndBeforeStart { start, end });
    }
    if group_by.len() > 2 { Err(BadRequest::TooManyGroups(group_by.len())) } else { Ok(()) }
}

/// What AWS would not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// No time is asked about.
    #[error("the end, {end}, must come after the start, {start} (the end itself does not count)")]
    EndBeforeStart {
        /// The first day.
        start: Date,
        /// The day after the last.
        end: Date,
    },
    /// AWS splits by two things at most.
    #[error("Cost Explorer groups by two things at most, not by {0}")]
    TooManyGroups(usize),
    /// Nothing is asked for.
    #[error("no metric is asked for")]
    NoMetric,
    /// Not a confidence that AWS computes.
    #[error("the confidence of a forecast is 51 to 99 percent")]
    Confidence,
}

/// How the time is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Granularity {
    /// Days in UTC.
    Daily,
    /// Calendar months in UTC; the first and the last may be parts of one.
    Monthly,
}

impl Granularity {
    /// AWS's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Granularity::Daily => "DAILY",
            Granularity::Monthly => "MONTHLY",
        }
    }
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Upfront fees spread over the time they are for.
    AmortizedCost,
    /// Average rates over an organisation.
    BlendedCost,
    /// Amortized, after discounts.
    NetAmortizedCost,
    /// Unblended, after discounts.
    NetUnblendedCost,
    /// Usage of instances in units of a normal size.
    NormalizedUsageAmount,
    /// As charged.
    UnblendedCost,
    /// How much was used; sums over usage types mix units.
    UsageQuantity,
}

impl Metric {
    /// All of them.
    pub const ALL: [Metric; 7] = [
        Metric::AmortizedCost,
        Metric::BlendedCost,
        Metric::NetAmortizedCost,
        Metric::NetUnblendedCost,
        Metric::NormalizedUsageAmount,
        Metric::UnblendedCost,
        Metric::UsageQuantity,
    ];

    /// AWS's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Metric::AmortizedCost => "AmortizedCost",
            Metric::BlendedCost => "BlendedCost",
            Metric::NetAmortizedCost => "NetAmortizedCost",
            Metric::NetUnblendedCost => "NetUnblendedCost",
            Metric::NormalizedUsageAmount => "NormalizedUsageAmount",
            Metric::UnblendedCost => "UnblendedCost",
            Metric::UsageQuantity => "UsageQuantity",
        }
    }

    /// AWS's word for it in a forecast.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Metric::AmortizedCost => "AMORTIZED_COST",
            Metric::BlendedCost => "BLENDED_COST",
            Metric::NetAmortizedCost => "NET_AMORTIZED_COST",
            Metric::NetUnblendedCost => "NET_UNBLENDED_COST",
            Metric::NormalizedUsageAmount => "NORMALIZED_USAGE_AMOUNT",
            Metric::UnblendedCost => "UNBLENDED_COST",
            Metric::UsageQuantity => "USAGE_QUANTITY",
        }
    }
}

/// What an answer is split by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupBy {
    /// `SERVICE`, `USAGE_TYPE`, `LINKED_ACCOUNT`, ...
    Dimension(String),
    /// A cost allocation tag. Its keys in the answer are `tag$value`.
    Tag(String),
    /// A cost category. Its keys in the answer are `category$value`.
    CostCategory(String),
}

/// What counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expression {
    /// A dimension is one of these.
    Dimension {
        /// `SERVICE`, `REGION`, ...
        key: String,
        /// Any of these.
        values: Vec<String>,
    },
    /// A cost allocation tag is one of these.
    Tag {
        /// The tag.
        key: String,
        /// Any of these.
        values: Vec<String>,
    },
    /// A cost category is one of these.
    CostCategory {
        /// The category.
        key: String,
        /// Any of these.
        values: Vec<String>,
    },
    /// All but that.
    Not(Box<Expression>),
    /// All of these hold, at least two.
    And(Vec<Expression>),
    /// One of these holds, at least two.
    Or(Vec<Expression>),
}

/// What `GetCostAndUsage` answers, or one page of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// In the order of time.
    pub periods: Vec<Period>,
    /// What the groups are of.
    pub group_definitions: Vec<GroupBy>,
    /// Names for values of a dimension: the account numbers of an organisation and their names.
    pub attributes: Vec<(String, String)>,
}

/// A day or month of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub start: Date,
    /// The day after its last.
    pub end: Date,
    /// Whether AWS may still change it.
    pub estimated: bool,
    /// Its parts, when the request has a `group_by`.
    pub groups: Vec<Group>,
    /// Its sums by the name of the metric, when the request has none.
    pub total: BTreeMap<String, Measure>,
}

/// A part of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// One value for each `group_by`.
    pub keys: Vec<String>,
    /// By the name of the metric.
    pub metrics: BTreeMap<String, Measure>,
}

/// An amount as AWS sent it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Measure {
    /// A decimal: `0.0051256592`.
    pub amount: String,
    /// `USD`, `GB-Month`, `N/A`, ...
    pub unit: String,
}

impl Answer {
    /// One answer out of its pages, in their order. A period that is split over pages is one; an
    /// empty page changes nothing.
    ///
    /// # Errors
    /// Pages that are not of one request: a group or a total comes twice, or they are split by
    /// different things.
    pub fn join(pages: impl IntoIterator<Item = Answer>) -> Result<Answer, NotOneAnswer> {
        let mut whole = Answer::default();
        let mut periods: BTreeMap<(Date, Date), Period> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for page in pages {
            if whole.group_definitions.is_empty() {
                whole.group_definitions = page.group_definitions;
            } else if !page.group_definitions.is_empty() && page.group_definitions != whole.group_definitions {
                return Err(NotOneAnswer::Groupings);
            }
            for named in page.attributes {
                if !whole.attributes.contains(&named) {
                    whole.attributes.push(named);
                }
            }
            for Period { start, end, estimated, groups, total } in page.periods {
                let period = periods.entry((start, end)).or_insert_with(|| Period {
                    start,
                    end,
                    estimated,
                    groups: Vec::new(),
                    total: BTreeMap::new(),
                });
                period.estimated |= estimated;
                for group in groups {
                    if !seen.insert((start, end, group.keys.clone())) {
                        return Err(NotOneAnswer::Group { start, keys: group.keys });
                    }
                    period.groups.push(group);
                }
                for (metric, measure) in total {
                    if period.total.contains_key(&metric) {
                        return Err(NotOneAnswer::Total { start, metric });
                    }
                    period.total.insert(metric, measure);
                }
            }
        }
        whole.periods = periods.into_values().collect();
        Ok(whole)
    }
}

impl Drivers {
    /// One answer out of its pages, in their order.
    ///
    /// # Errors
    /// The same move twice: a page came again.
    pub fn join(pages: impl IntoIterator<Item = Drivers>) -> Result<Drivers, NotOneAnswer> {
        let mut whole = Drivers::default();
        for moved in pages.into_iter().flat_map(|page| page.moved) {
            if whole.moved.contains(&moved) {
                return Err(NotOneAnswer::Moved);
            }
            whole.moved.push(moved);
        }
        Ok(whole)
    }
}

/// Pages that do not belong together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOneAnswer {
    /// The same group twice in a period: its cost would count twice.
    #[error("the group {} comes twice in the period from {start}", keys.join(", "))]
    Group {
        /// The first day of the period.
        start: Date,
        /// The group.
        keys: Vec<String>,
    },
    /// The same total twice in a period.
    #[error("the total of {metric} comes twice in the period from {start}")]
    Total {
        /// The first day of the period.
        start: Date,
        /// The metric.
        metric: String,
    },
    /// The same move twice.
    #[error("what moved a part of the cost comes twice")]
    Moved,
    /// One page is split by this, another by that.
    #[error("the pages are grouped by different things")]
    Groupings,
}

/// What `GetCostForecast` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// The sum of the means.
    pub total: Measure,
    /// In the order of time.
    pub periods: Vec<ForecastPeriod>,
}

/// A day or month of a forecast. Amounts have the unit of the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForecastPeriod {
    /// Its first day.
    pub start: Date,
    /// The day after its last.
    pub end: Date,
    /// What AWS expects.
    pub mean: String,
    /// The bounds of the interval that holds the truth with the confidence asked for.
    pub interval: Option<(String, String)>,
}

/// What `GetCostComparisonDrivers` answers, or one page of it: what moved the cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drivers {
    /// One for each part of the cost that moved.
    pub moved: Vec<Moved>,
}

/// A part of the cost that moved, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which part; all of it without a selector.
    pub selector: Option<Expression>,
    /// How far, by the name of the metric.
    pub metrics: BTreeMap<String, Change>,
    /// Why.
    pub drivers: Vec<Driver>,
}

/// A reason why cost moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Driver {
    /// AWS's word: `CREDIT`, `REFUND`, `TAX`, ...
    pub kind: String,
    /// Which one.
    pub name: String,
    /// How far, by the name of the metric.
    pub metrics: BTreeMap<String, Change>,
}

/// A move from one month to another, as AWS sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// In the month compared with.
    pub baseline: String,
    /// In the month looked at.
    pub comparison: String,
    /// By how much it is more.
    pub difference: String,
    /// `USD`, ...
    pub unit: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn page(start: &str, end: &str, keys: &[&str]) -> Answer {
        let measure = || Measure { amount: "1".into(), unit: "USD".into() };
        let groups = keys.iter().map(|key| Group {
            keys: vec![key.to_string()],
            metrics: BTreeMap::from([("UnblendedCost".to_string(), measure())]),
        });
        let groups = groups.collect();
        Answer {
            periods: vec![Period {
                start: day(start),
                end: day(end),
                estimated: false,
                groups,
                total: BTreeMap::new(),
            }],
            group_definitions: vec![GroupBy::Dimension("SERVICE".into())],
            attributes: vec![("123456789012".into(), "payer".into())],
        }
    }

    #[test]
    fn a_period_split_over_pages_is_one() {
        let mut second = page("2026-09-01", "2026-10-01", &["b"]);
        second.periods[0].estimated = true;
        let pages = [
            page("2026-09-01", "2026-10-01", &["a"]),
            Answer::default(),
            second,
            page("2026-08-01", "2026-09-01", &["a"]),
        ];
        let whole = Answer::join(pages).unwrap();
        assert_eq!(whole.attributes.len(), 1);
        assert_eq!(whole.periods.iter().map(|period| period.start.month()).collect::<Vec<_>>(), [8, 9]);
        let september = &whole.periods[1];
        assert_eq!(september.groups.iter().map(|group| &*group.keys[0]).collect::<Vec<_>>(), ["a", "b"]);
        assert!(september.estimated && !whole.periods[0].estimated);
    }

    #[test]
    fn nothing_counts_twice() {
        let twice = [page("2026-09-01", "2026-10-01", &["a"]), page("2026-09-01", "2026-10-01", &["a"])];
        let error = Answer::join(twice).unwrap_err();
        assert_eq!(error.to_string(), "the group a comes twice in the period from 2026-09-01");
        let mut by_tag = page("2026-08-01", "2026-09-01", &["team$web"]);
        by_tag.group_definitions = vec![GroupBy::Tag("team".into())];
        let mixed = [page("2026-09-01", "2026-10-01", &["a"]), by_tag];
        assert_eq!(Answer::join(mixed), Err(NotOneAnswer::Groupings));
        let mut total = page("2026-09-01", "2026-10-01", &[]);
        total.periods[0].total.insert("UnblendedCost".into(), Measure { amount: "1".into(), unit: "USD".into() });
        let error = Answer::join([total.clone(), total]).unwrap_err();
        assert_eq!(error.to_string(), "the total of UnblendedCost comes twice in the period from 2026-09-01");
        assert_eq!(Answer::join([]), Ok(Answer::default()));
    }

    #[test]
    fn what_aws_refuses_is_refused_here() {
        let service = || GroupBy::Dimension("SERVICE".into());
        let good = Request {
            start: day("2026-09-01"),
            end: day("2026-10-01"),
            granularity: Granularity::Monthly,
            metrics: vec![Metric::UnblendedCost],
            group_by: vec![service(), service()],
            filter: None,
        };
        assert_eq!(good.check(), Ok(()));
        let three = Request { group_by: vec![service(), service(), service()], ..good.clone() };
        assert_eq!(three.check(), Err(BadRequest::TooManyGroups(3)));
        let (start, end) = (good.start, good.start);
        assert_eq!(Request { end, ..good.clone() }.check(), Err(BadRequest::EndBeforeStart { start, end }));
        assert_eq!(Request { metrics: vec![], ..good }.check(), Err(BadRequest::NoMetric));
    }

    #[test]
    fn requests_cost_a_cent() {
        assert_eq!(price_of(0), Usd::ZERO);
        assert_eq!(price_of(u64::MAX).to_string(), "100000000000");
    }
}
