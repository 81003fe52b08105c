//! A spend report: what was charged, by period and group, with kinds of charges apart.

use crate::bill::{Amount, Bill, ChargeKind, Dimension, Metric, Step};
use crate::exact::Ratio;
use crate::time::Date;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// Charges by group and period, side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend {
    /// The cost that is summed.
    pub metric: Metric,
    /// The currency of all amounts.
    pub currency: String,
    /// What the groups are by.
    pub by: Vec<Dimension>,
    /// What a period is.
    pub step: Step,
    /// The periods, in order.
    pub periods: Vec<Period>,
    /// The groups, the dearest first; what was put together as "other" last.
    pub groups: Vec<Group>,
    /// How many charges of usage have no list cost, where that is the metric: sums are then lower
    /// bounds.
    pub without_list: u64,
}

/// A stretch of time of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub start: Date,
    /// The first day after it.
    pub end: Date,
    /// Whether its figures can still change.
    pub estimated: bool,
}

/// A group of charges, or what is left of all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The value of each dimension; empty where charges have none.
    pub keys: Vec<String>,
    /// How many groups it stands for, when it is the "other" of a report of the dearest.
    pub others: Option<usize>,
    /// What was charged, by period; `None` where there is no charge.
    pub periods: Vec<Option<Split>>,
}

/// A sum of charges with its kinds apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    kinds: BTreeMap<ChargeKind, Amount>,
    /// Quantities by unit, where they were asked for.
    pub quantities: BTreeMap<String, Amount>,
}

impl Split {
    /// The charges of a kind.
    #[must_use]
    pub fn of(&self, kind: ChargeKind) -> Amount {
        self.kinds.get(&kind).copied().unwrap_or(Amount::ZERO)
    }

    /// All charges before discounts, credits and refunds; `None` when the sum leaves the range.
    #[must_use]
    pub fn gross(&self) -> Option<Amount> {
        Amount::sum(self.kinds.iter().filter(|(kind, _)| !kind.is_reduction()).map(|(_, amount)| *amount))
    }

    /// Discounts, credits and refunds.
    #[must_use]
    pub fn reductions(&self) -> Option<Amount> {
        Amount::sum(self.kinds.iter().filter(|(kind, _)| kind.is_reduction()).map(|(_, amount)| *amount))
    }

    /// All charges.
    #[must_use]
    pub fn net(&self) -> Option<Amount> {
        Amount::sum(self.kinds.values().copied())
    }

    fn add(&mut self, other: &Split) -> Option<()> {
        for (kind, amount) in &other.kinds {
            let sum = self.kinds.entry(*kind).or_default();
            *sum = sum.checked_add(*amount)?;
        }
        for (unit, quantity) in &other.quantities {
            let sum = self.quantities.entry(unit.clone()).or_default();
            *sum = sum.checked_add(*quantity)?;
        }
        Some(())
    }
}

impl Spend {
    /// The report of a bill in the first metric of its query: all groups, or the `top` dearest
    /// over all periods with the others put together. `None` when a sum leaves the range.
    #[must_use]
    pub fn new(bill: &Bill, top: Option<usize>) -> Option<Spend> {
        let query = &bill.query;
        let periods: Vec<Period> = bill
            .periods()
            .into_iter()
            .map(|start| Period {
                start,
                end: end(start, query.step),
                estimated: bill.estimated.contains(&start.first_of_month()),
            })
            .collect();
        let mut groups: BTreeMap<&[String], Vec<Option<Split>>> = BTreeMap::new();
        for entry in &bill.entries {
            let at = periods.iter().position(|period| period.start == entry.period)?;
            let known = groups.entry(&entry.keys).or_insert_with(|| vec![None; periods.len()]);
            let amount = *entry.amounts.first()?;
            let mut one = Split::default();
            one.kinds.insert(entry.kind, amount);
            if query.quantity && entry.kind == ChargeKind::Usage {
                one.quantities.insert(entry.unit.clone(), entry.quantity);
            }
            known.get_mut(at)?.get_or_insert_default().add(&one)?;
        }
        let groups = groups.into_iter().map(|(keys, periods)| Group { keys: keys.to_vec(), others: None, periods });
        let mut dear: Vec<(Amount, Group)> =
            groups.map(|group| Some((group.total()?.net()?, group))).collect::<Option<_>>()?;
        dear.sort_by(|a, b| Reverse(a.0).cmp(&Reverse(b.0)).then_with(|| a.1.keys.cmp(&b.1.keys)));
        let mut groups: Vec<Group> = dear.into_iter().map(|(_, group)| group).collect();
        if let Some(top) = top
            && groups.len() > top
        {
            let rest = groups.split_off(top);
            groups.push(together(&rest, query.by.len(), periods.len())?);
        }
        Some(Spend {
            metric: *query.metrics.first()?,
            currency: bill.currency.clone(),
            by: query.by.clone(),
            step: query.step,
            periods,
            groups,
            without_list: bill.entries.iter().map(|entry| entry.without_list).sum(),
        })
    }

    /// The sum of all groups in a period: exactly the sum of its rows. `None` when it leaves the
    /// range.
    #[must_use]
    pub fn total_of(&self, period: usize) -> Option<Split> {
        add_up(self.groups.iter().filter_map(|group| group.periods.get(period)?.as_ref()))
    }

    /// The sum over everything.
    #[must_use]
    pub fn total(&self) -> Option<Split> {
        add_up(self.groups.iter().flat_map(|group| group.periods.iter().flatten()))
    }
}

impl Group {
    /// Its sum over all periods; `None` when it leaves the range.
    #[must_use]
    pub fn total(&self) -> Option<Split> {
        add_up(self.periods.iter().flatten())
    }

    /// Its net amount in a period, nothing where there is no charge.
    #[must_use]
    pub fn net(&self, period: usize) -> Amount {
        self.periods.get(period).and_then(Option::as_ref).and_then(Split::net).unwrap_or(Amount::ZERO)
    }
}

fn add_up<'a>(splits: impl Iterator<Item = &'a Split>) -> Option<Split> {
    let mut sum = Split::default();
    for split in splits {
        sum.add(split)?;
    }
    Some(sum)
}

fn together(groups: &[Group], dimensions: usize, periods: usize) -> Option<Group> {
    let mut keys = vec![String::new(); dimensions];
    if let Some(first) = keys.first_mut() {
        *first = "other".to_string();
    }
    let sum = |at: usize| {
        let mut there = groups.iter().filter_map(|group| group.periods.get(at)?.as_ref()).peekable();
        if there.peek().is_some() { add_up(there).map(Some) } else { Some(None) }
    };
    let periods = (0..periods).map(sum).collect::<Option<_>>()?;
    Some(Group { keys, others: Some(groups.len()), periods })
}

/// The first day after a period.
fn end(start: Date, step: Step) -> Date {
    let next = match step {
        Step::Month => start.last_of_month().tomorrow(),
        Step::Day => start.tomorrow(),
    };
    // The calendar ends in the year 9999.
    next.unwrap_or(start)
}

/// The name of a period: `2026-10`, or `2026-10-07`.
#[must_use]
pub fn period_name(start: Date, step: Step) -> String {
    match step {
        Step::Month => format!("{:04}-{:02}", start.year(), start.month()),
        Step::Day => start.to_string(),
    }
}

/// How an amount changed, in percent of what it was; `None` when it was nothing.
#[must_use]
pub fn percent(before: Amount, after: Amount) -> Option<Ratio> {
    let change = after.checked_sub(before)?;
    let percent = change.mul_div(Amount::parse(b"100")?, before.abs())?;
    Some(percent.to_ratio())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::{Entry, Query};

    fn bill(entries: &[(&str, &str, ChargeKind, &str)]) -> Bill {
        let mut bill = Bill::new(Query::new(vec![Dimension::Service], Metric::Unblended), "USD");
        bill.entries = entries
            .iter()
            .map(|(period, service, kind, cost)| Entry {
                period: period.parse().unwrap(),
                keys: vec![service.to_string()],
                kind: *kind,
                unit: String::new(),
                amounts: vec![Amount::parse(cost.as_bytes()).unwrap()],
                quantity: Amount::ZERO,
                charges: 1,
                without_list: 0,
            })
            .collect();
        bill.settle().unwrap();
        bill
    }

    fn sample() -> Bill {
        bill(&[
            ("2026-09-01", "AmazonECS", ChargeKind::Usage, "18.02005"),
            ("2026-10-01", "AmazonECS", ChargeKind::Usage, "72.0802"),
            ("2026-10-01", "AmazonECS", ChargeKind::Credit, "-10"),
            ("2026-10-01", "AmazonRDS", ChargeKind::Usage, "15.44"),
            ("2026-10-01", "AmazonECR", ChargeKind::Usage, "0.5"),
            ("2026-10-01", "", ChargeKind::Tax, "7.75"),
        ])
    }

    #[test]
    fn the_total_is_the_sum_of_its_rows() {
        let spend = Spend::new(&sample(), None).unwrap();
        let october = spend.total_of(1).unwrap();
        assert_eq!(october.net().unwrap().to_string(), "85.7702");
        assert_eq!(october.gross().unwrap().to_string(), "95.7702");
        assert_eq!(october.of(ChargeKind::Credit).to_string(), "-10");
        assert_eq!(spend.groups[0].keys, ["AmazonECS"]);
        assert_eq!(spend.groups[1].periods[0], None);
        assert_eq!(spend.periods[1].end.to_string(), "2026-11-01");
    }

    #[test]
    fn the_others_are_put_together() {
        let whole = Spend::new(&sample(), None).unwrap();
        let top = Spend::new(&sample(), Some(2)).unwrap();
        assert_eq!(top.groups.len(), 3);
        assert_eq!((top.groups[2].keys[0].as_str(), top.groups[2].others), ("other", Some(2)));
        assert_eq!(top.total(), whole.total());
        assert_eq!(Spend::new(&sample(), Some(9)).unwrap(), whole);
    }

    #[test]
    fn changes_in_percent() {
        let amount = |text: &str| Amount::parse(text.as_bytes()).unwrap();
        assert_eq!(percent(amount("120"), amount("180")), Some(Ratio::whole(50)));
        assert_eq!(percent(Amount::ZERO, amount("1")), None);
        assert_eq!(percent(amount("-10"), amount("-20")), Some(Ratio::whole(-100)));
    }
}
