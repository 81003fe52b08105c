//! What moved a bill between two months: price, usage, mix, and what came and went.
//!
//! Of a charge that both months have, with usage `u` and cost `c`, let `h = u₁ · c₀ / u₀` be what
//! the usage of now would have cost at the rate of before (one exact multiplication and division,
//! one rounding to 18 places). Then the price effect is `c₁ − h`, and `h − c₀` is what usage did.
//! Of charges of one family, such as the hours of several database classes, the part that the sum
//! of their usage explains, `c₀ · U₁ / U₀ − c₀`, is the usage effect, and the rest of `h − c₀` is
//! the mix effect: the same hours on other classes, on Arm, in another region. What only one month has is new or
//! gone. A charge without usage, such as a fee or a tax, counts as one unit: its change is one of
//! price. So on every level
//!
//! > change = price + usage + mix + new + gone (+ days)
//!
//! holds exactly, by construction. The split is the price-volume-mix analysis of cost accounting.

mod words;

use crate::bill::{Amount, Bill, ChargeKind, Dimension, Metric};
use crate::exact::Ratio;
use crate::time::Date;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// Why a bill is another than in an earlier month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drivers {
    /// The first day of the month compared with.
    pub before: Date,
    /// The first day of the month looked at.
    pub after: Date,
    /// The cost that is compared.
    pub metric: Metric,
    /// The currency of all amounts.
    pub currency: String,
    /// What the items are by; the first is the group's.
    pub by: Vec<Dimension>,
    /// Whether the lengths of the months were taken out of usage; see [`Effects::days`].
    pub per_day: bool,
    /// Whether figures of a month can still change.
    pub estimated: [bool; 2],
    /// What moved, the most dollars first.
    pub groups: Vec<Group>,
}

/// Charges of one service and kind, whose usage can be added up: of one family and unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The service, or whatever the first dimension is.
    pub name: String,
    /// What its usage types have in common: `InstanceUsage`, `Fargate-vCPU-Hours`. Empty when the
    /// bill is not by usage type.
    pub family: String,
    /// What they are for.
    pub kind: ChargeKind,
    /// What their usage is counted in; empty when they have none.
    pub unit: String,
    /// Its charges, the most dollars first.
    pub items: Vec<Item>,
}

/// One kind of charge in both months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The values of the dimensions after the first: usage type, operation.
    pub keys: Vec<String>,
    /// What it was before; `None` when there was no such charge.
    pub before: Option<Measured>,
    /// What it is now.
    pub after: Option<Measured>,
    /// How the change came about.
    pub effects: Effects,
    /// The same in words, where something can be said: `8 tasks on average instead of 2`.
    pub words: String,
}

/// A cost and what was used for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The cost.
    pub cost: Amount,
    /// How much was used; nothing for charges that are not for usage.
    pub quantity: Amount,
}

/// The parts of a change; they add up to it exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Another rate.
    pub price: Amount,
    /// More or less of it.
    pub usage: Amount,
    /// As much of it, but of other kinds.
    pub mix: Amount,
    /// What was not there before.
    pub new: Amount,
    /// What is no longer there.
    pub gone: Amount,
    /// More or fewer days in the month. Part of `usage` unless it was asked for apart.
    pub days: Amount,
}

impl Effects {
    /// The whole change; `None` when it leaves the range.
    #[must_use]
    pub fn total(&self) -> Option<Amount> {
        Amount::sum([self.price, self.usage, self.mix, self.new, self.gone, self.days])
    }

    /// The sums of both; `None` when one leaves the range.
    #[must_use]
    pub fn plus(self, other: Effects) -> Option<Effects> {
        Some(Effects {
            price: self.price.checked_add(other.price)?,
            usage: self.usage.checked_add(other.usage)?,
            mix: self.mix.checked_add(other.mix)?,
            new: self.new.checked_add(other.new)?,
            gone: self.gone.checked_add(other.gone)?,
            days: self.days.checked_add(other.days)?,
        })
    }
}

/// How to look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Takes the lengths of the months (28 days against 31) out of the usage effect.
    pub per_day: bool,
    /// The vCPUs of a Fargate task, so that words can speak of tasks.
    pub task_vcpu: Option<Ratio>,
}

/// Name, family, kind and unit of a group.
type GroupKey = (String, String, ChargeKind, String);

impl Drivers {
    /// What moved the first metric of a bill, which must have both months and quantities, from one
    /// month to the other. `None` when a sum leaves the range.
    #[must_use]
    pub fn new(bill: &Bill, before: Date, after: Date, options: Options) -> Option<Drivers> {
        let days = [before, after].map(|month| Amount::round(Ratio::whole(i64::from(month.days_in_month()))));
        let [Some(days_before), Some(days_after)] = days else { return None };
        let usage_type = bill.query.by.iter().position(|dimension| *dimension == Dimension::UsageType);
        let mut found: BTreeMap<GroupKey, BTreeMap<Vec<String>, [Option<Measured>; 2]>> = BTreeMap::new();
        for entry in &bill.entries {
            let month = entry.period.first_of_month();
            let at = if month == before {
                0
            } else if month == after {
                1
            } else {
                continue;
            };
            let name = entry.keys.first().cloned().unwrap_or_default();
            let family = usage_type.and_then(|at| entry.keys.get(at)).map(|usage_type| words::family(usage_type));
            let items = found.entry((name, family.unwrap_or_default(), entry.kind, entry.unit.clone())).or_default();
            let item = items.entry(entry.keys.iter().skip(1).cloned().collect()).or_default();
            let known = item[at].get_or_insert(Measured { cost: Amount::ZERO, quantity: Amount::ZERO });
            known.cost = known.cost.checked_add(*entry.amounts.first()?)?;
            known.quantity = known.quantity.checked_add(entry.quantity)?;
        }
        let mut groups = Vec::with_capacity(found.len());
        for ((name, family, kind, unit), items) in found {
            let totals = totals(items.values())?;
            let mut group = Group { name, family, kind, unit, items: Vec::with_capacity(items.len()) };
            for (keys, [was, is]) in items {
                let per_day = options.per_day.then_some((days_before, days_after));
                let effects = effects(was, is, totals, per_day)?;
                let words = match usage_type {
                    Some(0) => words::of(&group, &group.name, was, is, [before, after], options.task_vcpu),
                    Some(at) => words::of(&group, keys.get(at - 1)?, was, is, [before, after], options.task_vcpu),
                    None => String::new(),
                };
                group.items.push(Item { keys, before: was, after: is, effects, words });
            }
            group.items.sort_by_cached_key(|item| Reverse(item.effects.total().map(Amount::abs)));
            groups.push(group);
        }
        let mut sorted: Vec<(Amount, Group)> =
            groups.into_iter().map(|group| Some((group.effects()?.total()?.abs(), group))).collect::<Option<_>>()?;
        sorted.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.1.name, &a.1.family).cmp(&(&b.1.name, &b.1.family))));
        Some(Drivers {
            before,
            after,
            metric: *bill.query.metrics.first()?,
            currency: bill.currency.clone(),
            by: bill.query.by.clone(),
            per_day: options.per_day,
            estimated: [before, after].map(|month| bill.estimated.contains(&month)),
            groups: sorted.into_iter().map(|(_, group)| group).collect(),
        })
    }

    /// The effects on the whole bill.
    #[must_use]
    pub fn effects(&self) -> Option<Effects> {
        self.groups.iter().try_fold(Effects::default(), |sum, group| sum.plus(group.effects()?))
    }

    /// The whole bill in the month compared with, and in the month looked at.
    #[must_use]
    pub fn totals(&self) -> Option<[Amount; 2]> {
        let sum = |pick: fn(&Item) -> Option<Measured>| {
            let items = self.groups.iter().flat_map(|group| &group.items);
            Amount::sum(items.filter_map(pick).map(|measured| measured.cost))
        };
        Some([sum(|item| item.before)?, sum(|item| item.after)?])
    }
}

impl Group {
    /// The effects of all its items.
    #[must_use]
    pub fn effects(&self) -> Option<Effects> {
        self.items.iter().try_fold(Effects::default(), |sum, item| sum.plus(item.effects))
    }

    /// What it cost before and costs now.
    #[must_use]
    pub fn costs(&self) -> Option<[Amount; 2]> {
        let sum = |pick: fn(&Item) -> Option<Measured>| {
            Amount::sum(self.items.iter().filter_map(pick).map(|measured| measured.cost))
        };
        Some([sum(|item| item.before)?, sum(|item| item.after)?])
    }
}

/// A quantity that a rate can be made of: one where none was measured.
fn measured(quantity: Amount) -> Amount {
    if quantity.is_zero() { one() } else { quantity }
}

fn one() -> Amount {
    Amount::round(Ratio::ONE).unwrap_or_default()
}

/// The usage of all items that both months have, before and now.
fn totals<'a>(items: impl Iterator<Item = &'a [Option<Measured>; 2]>) -> Option<[Amount; 2]> {
    let mut sums = [Amount::ZERO; 2];
    for [was, is] in items {
        if let (Some(was), Some(is)) = (was, is)
            && !was.quantity.is_zero()
            && !is.quantity.is_zero()
        {
            sums[0] = sums[0].checked_add(was.quantity)?;
            sums[1] = sums[1].checked_add(is.quantity)?;
        }
    }
    Some(sums)
}

/// The effects of one item, given the usage of its group and the days of the months.
fn effects(
    was: Option<Measured>,
    is: Option<Measured>,
    totals: [Amount; 2],
    per_day: Option<(Amount, Amount)>,
) -> Option<Effects> {
    let none = Effects::default();
    let (was, is) = match (was, is) {
        (Some(was), Some(is)) => (was, is),
        (None, Some(is)) => return Some(Effects { new: is.cost, ..none }),
        (Some(was), None) => return Some(Effects { gone: was.cost.checked_neg()?, ..none }),
        (None, None) => return Some(none),
    };
    if was.quantity.is_zero() != is.quantity.is_zero() || was.quantity.is_zero() {
        return Some(Effects { price: is.cost.checked_sub(was.cost)?, ..none });
    }
    let at_old_rate = was.cost.mul_div(measured(is.quantity), measured(was.quantity))?;
    let price = is.cost.checked_sub(at_old_rate)?;
    // Usage as the whole group's grew; sums of nothing say nothing about a mix.
    let as_the_group = if totals[0].is_zero() || totals[1].is_zero() {
        at_old_rate
    } else {
        was.cost.mul_div(totals[1], totals[0])?
    };
    let mix = at_old_rate.checked_sub(as_the_group)?;
    let usage = as_the_group.checked_sub(was.cost)?;
    let Some((days_before, days_after)) = per_day else { return Some(Effects { price, usage, mix, ..none }) };
    let days = was.cost.mul_div(days_after, days_before)?.checked_sub(was.cost)?;
    Some(Effects { price, usage: usage.checked_sub(days)?, mix, days, ..none })
}

#[cfg(test)]
mod tests;
