//! What commitments can cover: usage hour by hour, with its rate on demand and under plans.

use super::error::Error;
use super::instance::Instance;
use super::layout::{Frame, Shape};
use crate::estimate::{Estimate, Line};
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode, UsageType};
use crate::price::{Payment, PlanKind, PlanRate, Term};
use crate::services::Component;
use crate::services::elasticache::Capacity;
use crate::services::fargate::Tasks;
use crate::stack::Stack;
use crate::time::HOUR;
use crate::timeline::Timeline;
use crate::unit::UnitKind;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

/// More hours than this are not laid out: a typing error, not a bill.
pub const MOST_HOURS: usize = 200_000;

/// Whose usage: AWS's words, or any others that tell usages apart. Nothing here needs to be known to
/// this crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Who bills it: `AmazonECS`, `AWSLambda`.
    pub service: Arc<str>,
    /// Where.
    pub region: Arc<str>,
    /// The usage type.
    pub usage_type: Arc<str>,
    /// The operation, or empty.
    pub operation: Arc<str>,
}

impl Key {
    /// A key of these words.
    #[must_use]
    pub fn new(service: &str, region: &str, usage_type: &str, operation: &str) -> Key {
        Key {
            service: service.into(),
            region: region.into(),
            usage_type: usage_type.into(),
            operation: operation.into(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.service, self.region, self.usage_type)?;
        if self.operation.is_empty() { Ok(()) } else { write!(f, " {}", self.operation) }
    }
}

/// Under which conditions a Savings Plan has its rates: all plans of one card have the same ones, and their
/// commitments are one pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Card {
    /// What it covers. Its order is AWS's: what covers less is applied first.
    pub kind: PlanKind,
    /// The instance family and region of an EC2 Instance Savings Plan, `r5 us-east-1`; else empty.
    pub scope: Arc<str>,
    /// How long it lasts.
    pub term: Term,
    /// How it is paid.
    pub payment: Payment,
}

impl Card {
    /// A plan that is bound to no family.
    #[must_use]
    pub fn new(kind: PlanKind, term: Term, payment: Payment) -> Card {
        Card { kind, scope: Arc::from(""), term, payment }
    }
}

impl fmt::Display for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if !self.scope.is_empty() {
            write!(f, " {}", self.scope)?;
        }
        write!(f, ", {}, payment \"{}\"", self.term, self.payment)
    }
}

/// The usage of one kind, hour by hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub key: Key,
    /// What one unit is called: `vCPU-Hours`.
    pub unit: Arc<str>,
    /// Dollars for a unit on demand, as the account pays it now (after a private discount).
    pub on_demand: Ratio,
    /// How many ticks make a unit: 3,600 for vCPU-hours that are counted in vCPU-seconds.
    pub per_unit: u64,
    /// Ticks used in each hour. What begins or ends within an hour counts as the hour's sum.
    pub hourly: Vec<u64>,
    /// Dollars for a unit under each Savings Plan that covers it, above 0.
    pub rates: Vec<(Card, Ratio)>,
    /// What it is an hour of, where reservations may cover it. Its unit is then an instance-hour.
    pub instance: Option<Instance>,
}

impl Row {
    /// Usage that nothing covers yet, counted in ticks.
    #[must_use]
    pub fn new(key: Key, unit: &str, on_demand: Ratio, per_unit: u64, hourly: Vec<u64>) -> Row {
        Row { key, unit: unit.into(), on_demand, per_unit, hourly, rates: Vec::new(), instance: None }
    }

    /// The same from quantities in units: the tick becomes the largest one that divides all of them.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where no such tick fits, or a quantity is negative.
    pub fn of_quantities(key: Key, unit: &str, on_demand: Ratio, quantities: &[Ratio]) -> Result<Row, Error> {
        let mut per_unit = 1_i128;
        for quantity in quantities {
            per_unit = lcm(per_unit, quantity.per_unit()).ok_or(Error::TooLarge)?;
        }
        let ticks = |quantity: &Ratio| u64::try_from((*quantity * Ratio::new(per_unit, 1)).ticks());
        let hourly = quantities.iter().map(ticks).collect::<Result<Vec<u64>, _>>().map_err(|_| Error::TooLarge)?;
        Ok(Row::new(key, unit, on_demand, u64::try_from(per_unit).map_err(|_| Error::TooLarge)?, hourly))
    }

    /// The same with a rate under a plan.
    #[must_use]
    pub fn under(mut self, card: &Card, rate: Ratio) -> Row {
        self.rates.push((card.clone(), rate));
        self
    }

    /// The same, an hour of this instance.
    #[must_use]
    pub fn of_instance(self, instance: Instance) -> Row {
        Row { instance: Some(instance), ..self }
    }

    /// The rate under a plan, where the plan covers it. A usage that is free on demand needs no plan.
    #[must_use]
    pub fn rate(&self, card: &Card) -> Option<Ratio> {
        let rate = self.rates.iter().find(|(of, _)| of == card).map(|&(_, rate)| rate);
        rate.filter(|_| !self.on_demand.is_zero())
    }

    /// Ticks used in all hours.
    #[must_use]
    pub fn ticks(&self) -> u128 {
        self.hourly.iter().copied().map(u128::from).sum()
    }
}

/// Least common multiple; none where it leaves what a [`Ratio`] holds.
pub(super) fn lcm(a: i128, b: i128) -> Option<i128> {
    if a <= 0 || b <= 0 {
        return None;
    }
    // In lowest terms a/b is (a/g)/(b/g).
    let b = if b == 1 { 1 } else { Ratio::new(b, a).ticks() };
    a.checked_mul(b).filter(|&both| both < 10_i128.pow(36))
}

/// All usage that commitments may cover, over the same hours.
///
/// The hours may be a pattern that repeats, a week of a schedule for one: quantities and amounts are then of
/// all repeats together, 365/84 weeks in the average month.
///
/// ```
/// use stackcost_model::commitment::{Demand, Key, Row};
/// use stackcost_model::exact::Ratio;
/// let key = Key::new("AmazonECS", "us-east-1", "Fargate-vCPU-Hours:perCPU", "");
/// let rate = Ratio::parse("0.04048").unwrap();
/// // Half an hour of two vCPUs, then an hour of two.
/// let vcpu = Row::new(key, "vCPU-Hours", rate, 3_600, vec![3_600, 7_200]);
/// let demand = Demand::new(vec![vcpu]).unwrap();
/// assert_eq!((demand.hours(), demand.on_demand().unwrap().to_string().as_str()), (2, "0.12144"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    hours: usize,
    repeats: Ratio,
    rows: Vec<Row>,
}

impl Demand {
    /// These usages over the hours that they have in common.
    ///
    /// # Errors
    /// [`Error`] when there is no hour, or not the same number, or a rate that cannot be.
    pub fn new(rows: Vec<Row>) -> Result<Demand, Error> {
        let hours = rows.first().map_or(0, |row| row.hourly.len());
        if hours == 0 || hours > MOST_HOURS {
            return Err(if hours == 0 { Error::NoHours } else { Error::TooLarge });
        }
        for row in &rows {
            let key = || row.key.clone();
            if row.hourly.len() != hours {
                return Err(Error::Length { key: key(), hours: row.hourly.len(), expected: hours });
            }
            if row.per_unit == 0 {
                return Err(Error::NoTick(key()));
            }
            if row.on_demand.is_negative() {
                return Err(Error::NegativeRate(key()));
            }
            if row.on_demand.is_too_large() {
                return Err(Error::TooLarge);
            }
            for (at, (card, rate)) in row.rates.iter().enumerate() {
                if *rate <= Ratio::ZERO || rate.is_too_large() {
                    return Err(Error::PlanRate { key: key(), card: card.clone() });
                }
                if row.rates.iter().take(at).any(|(before, _)| before == card) {
                    return Err(Error::TwoRates { key: key(), card: card.clone() });
                }
            }
        }
        Ok(Demand { hours, repeats: Ratio::ONE, rows })
    }

    /// The same hours, this many times over.
    #[must_use]
    pub fn repeated(self, repeats: Ratio) -> Demand {
        Demand { repeats, ..self }
    }

    /// How many hours the pattern has.
    #[must_use]
    pub fn hours(&self) -> usize {
        self.hours
    }

    /// How often they repeat.
    #[must_use]
    pub fn repeats(&self) -> Ratio {
        self.repeats
    }

    /// All hours, repeats and all.
    #[must_use]
    pub fn all_hours(&self) -> Ratio {
        Ratio::new(i128::try_from(self.hours).unwrap_or(0), 1) * self.repeats
    }

    /// The usages.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The plans that any usage has a rate under, in AWS's order.
    #[must_use]
    pub fn cards(&self) -> Vec<Card> {
        let mut cards: Vec<Card> = self.rows.iter().flat_map(|row| &row.rates).map(|(card, _)| card.clone()).collect();
        cards.sort();
        cards.dedup();
        cards
    }

    /// What all of it costs on demand, unrounded.
    ///
    /// # Errors
    /// [`Error::TooLarge`]
    pub fn on_demand(&self) -> Result<Ratio, Error> {
        let cost = |row: &Row| Ok(units(row, row.ticks())? * row.on_demand);
        let sum = self.rows.iter().map(cost).sum::<Result<Ratio, Error>>()? * self.repeats;
        if sum.is_too_large() { Err(Error::TooLarge) } else { Ok(sum) }
    }

    /// The hours from one up to another, once; none where there are none.
    #[must_use]
    pub fn between(&self, from: usize, to: usize) -> Option<Demand> {
        let part = |row: &Row| Some(Row { hourly: row.hourly.get(from..to)?.to_vec(), ..row.clone() });
        let rows = self.rows.iter().map(part).collect::<Option<Vec<Row>>>()?;
        Demand::new(rows).ok()
    }

    /// The same with another number of units in every hour: times 2, times 1/2.
    ///
    /// # Errors
    /// [`Error::TooLarge`], also for a negative factor.
    pub fn scaled(&self, factor: Ratio) -> Result<Demand, Error> {
        let (times, parts) = (u64::try_from(factor.ticks()), u64::try_from(factor.per_unit()));
        let (Ok(times), Ok(parts)) = (times, parts) else { return Err(Error::TooLarge) };
        let scale = |row: &Row| {
            let hourly = row.hourly.iter().map(|ticks| ticks.checked_mul(times)).collect::<Option<Vec<u64>>>()?;
            Some(Row { per_unit: row.per_unit.checked_mul(parts).filter(|&ticks| ticks > 0)?, hourly, ..row.clone() })
        };
        let rows = self.rows.iter().map(scale).collect::<Option<Vec<Row>>>().ok_or(Error::TooLarge)?;
        Ok(Demand { rows, ..self.clone() })
    }

    /// Usages of several demands together, laid out over hours that hold each pattern whole times.
    ///
    /// # Errors
    /// [`Error`] when they do not cover the same time, or the layout has more than [`MOST_HOURS`].
    pub fn together(parts: Vec<Demand>) -> Result<Demand, Error> {
        let mut hours = 1;
        let mut all = None;
        for part in &parts {
            hours = i128::try_from(part.hours).ok().and_then(|own| lcm(hours, own)).ok_or(Error::Patterns)?;
            let covers = part.all_hours();
            if let (Some(all), Some(row)) = (all, part.rows.first())
                && all != covers
            {
                let expected =
                    |hours: Ratio| hours.to_whole().and_then(|whole| usize::try_from(whole).ok()).unwrap_or(0);
                return Err(Error::Length { key: row.key.clone(), hours: expected(covers), expected: expected(all) });
            }
            all = Some(covers);
        }
        let all = all.ok_or(Error::NoHours)?;
        // What is asked for once (a month, day by day) is not cut: it decides how long the layout is.
        let hours = usize::try_from(hours).ok().filter(|&hours| hours <= MOST_HOURS).ok_or(Error::Patterns)?;
        let spread = |row: Row| Row { hourly: row.hourly.iter().copied().cycle().take(hours).collect(), ..row };
        let rows = parts.into_iter().flat_map(|part| part.rows).map(spread).collect();
        let repeats = all / Ratio::new(i128::try_from(hours).unwrap_or(1), 1);
        Ok(Demand::new(rows)?.repeated(repeats))
    }

    /// The usage of a stack that commitments may cover, hour by hour: each line of its estimate for which
    /// `eligible` has a rate under a plan, or which is of an instance that can be reserved.
    ///
    /// The estimate says how much and at what rate, the components say when: tasks, databases and caches as
    /// they run, all else evenly. A line's quantity is spread over the hours as the seconds of its component
    /// are, so its sum is the estimate's to the last digit, minimums and shares on Spot and all.
    ///
    /// Patterns that say when they begin lie to each other by their dates, weekdays and clocks, whatever zone
    /// those are in; others begin with the hours. Where patterns fit the hours no whole number of times, each
    /// hour is a little more or less than what runs in it, so that the sum stays the estimate's.
    ///
    /// # Errors
    /// [`Error`] when nothing is eligible, or patterns do not fit together.
    pub fn of_stack(stack: &Stack, estimate: &Estimate, eligible: impl Fn(&Line) -> Eligible) -> Result<Demand, Error> {
        let mut used = Vec::new();
        let mut shapes: Vec<Shape> = Vec::new();
        for line in &estimate.lines {
            let eligible = eligible(line);
            // What is free needs no commitment.
            let pays = !line.quantity.value.is_zero() && !line.rate.is_zero();
            if (eligible.rates.is_empty() && eligible.instance.is_none()) || !pays {
                continue;
            }
            let component = stack.components.iter().find(|(name, _)| *name == line.component);
            let timeline = component.and_then(|(_, component)| running(component));
            shapes.push(match timeline.as_ref().map(Shape::of) {
                Some(shape) => shape.ok_or(Error::TooLarge)?,
                None => Shape::even(estimate.horizon.hours()),
            });
            used.push((line, eligible));
        }
        let frame = Frame::of(&shapes, estimate.horizon)?;
        let rows = used.into_iter().zip(&shapes).map(|((line, Eligible { rates, instance }), shape)| {
            let region = estimate.region.code();
            let key = Key::new(line.service.code(), region, &line.usage_type, &line.operation);
            let row = spread(key, line, &frame.lay(shape), frame.repeats)?;
            Ok(Row { rates, instance, ..row })
        });
        Ok(Demand::new(rows.collect::<Result<Vec<Row>, Error>>()?)?.repeated(frame.repeats))
    }
}

/// Usage by AWS's words, of an estimate or of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// Who bills it.
    pub service: ServiceCode,
    /// Where.
    pub region: Region,
    /// The usage type, with region prefix or without.
    pub usage_type: &'a str,
    /// The operation, or empty.
    pub operation: &'a str,
}

impl<'a> Named<'a> {
    /// The words of a line of an estimate in a region.
    #[must_use]
    pub fn of(line: &'a Line, region: Region) -> Named<'a> {
        Named { service: line.service, region, usage_type: &line.usage_type, operation: &line.operation }
    }
}

/// What may cover a usage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Eligible {
    /// Its rates under Savings Plans.
    pub rates: Vec<(Card, Ratio)>,
    /// What it is an hour of: see [`Instance::of`].
    pub instance: Option<Instance>,
}

impl Eligible {
    /// What rates of plans, by units that are these, cover a usage, and whether it is of an instance.
    ///
    /// A rate without an operation is for all of them that have none of their own. An EC2 Instance Savings Plan is
    /// of the family of its usage type, in the region: `r5 us-east-1`.
    #[must_use]
    pub fn of(used: Named<'_>, rates: &[PlanRate], is_unit: impl Fn(UnitKind) -> bool) -> Eligible {
        let (region, usage_type) = (used.region, UsageType::parse(used.usage_type).rest);
        let same = |rate: &&PlanRate| {
            (rate.service, rate.region) == (used.service, region)
                && is_unit(rate.unit)
                && *rate.usage_type == *usage_type
                && (rate.operation.is_empty() || *rate.operation == *used.operation)
        };
        let card = |rate: &PlanRate| {
            let family = usage_type.split_once(':').and_then(|(_, class)| class.rsplit_once('.'));
            let scope = match (rate.kind, family) {
                (PlanKind::Ec2Instance, Some((family, _))) => format!("{family} {region}").into(),
                _ => Arc::from(""),
            };
            (Card { scope, ..Card::new(rate.kind, rate.term, rate.payment) }, Ratio::from(rate.usd))
        };
        let mut own: Vec<&PlanRate> = rates.iter().filter(same).collect();
        own.sort_by_key(|rate| rate.operation.is_empty());
        let mut known: Vec<(Card, Ratio)> = Vec::new();
        for (card, usd) in own.into_iter().map(card) {
            if !known.iter().any(|(before, _)| *before == card) {
                known.push((card, usd));
            }
        }
        Eligible {
            rates: known,
            instance: Instance::of(used.service.code(), region.code(), used.usage_type, used.operation),
        }
    }
}

/// Ticks of a row in units.
pub(super) fn units(row: &Row, ticks: u128) -> Result<Ratio, Error> {
    Ok(Ratio::new(i128::try_from(ticks).map_err(|_| Error::TooLarge)?, row.per_unit.into()))
}

/// A line's quantity over the hours, as these seconds are.
fn spread(key: Key, line: &Line, seconds: &[u64], repeats: Ratio) -> Result<Row, Error> {
    let all = seconds.iter().copied().map(u128::from).sum::<u128>();
    let all = Ratio::new(i128::try_from(all).map_err(|_| Error::TooLarge)?, 1) * repeats;
    // One second is this many units: so many ticks of which so many make a unit.
    let second = if all.is_zero() { Ratio::TOO_LARGE } else { line.quantity.value / all };
    let (ticks, per_unit) = (u64::try_from(second.ticks()), u64::try_from(second.per_unit()));
    let (Ok(ticks), Ok(per_unit), false) = (ticks, per_unit, second.is_too_large()) else {
        return Err(Error::TooLarge);
    };
    let hourly = seconds.iter().map(|&seconds| seconds.checked_mul(ticks)).collect::<Option<Vec<u64>>>();
    Ok(Row::new(key, line.quantity.unit.label(), line.rate, per_unit, hourly.ok_or(Error::TooLarge)?))
}

/// When a component runs, and how many of it; none for what is not timed.
pub(super) fn running(component: &Component) -> Option<Timeline<u32>> {
    match component {
        Component::Fargate(fargate) => match &fargate.tasks {
            Tasks::Running(tasks) | Tasks::Metered(tasks) => Some(tasks.clone()),
            Tasks::Runs { .. } => None,
        },
        Component::Rds(database) => Some(database.running.map(u32::from)),
        Component::ElastiCache(cache) => match &cache.capacity {
            Capacity::Nodes { running, .. } => Some(running.map(u32::from)),
            Capacity::Serverless { .. } => None,
        },
        _ => None,
    }
}

/// The seconds of each hour of a timeline, summed over what runs at once (task-seconds), and how often these
/// hours repeat. What never changes is one hour; a pattern that is no whole number of hours long is laid out
/// until it is, unless it happens once: then its last hour is not full.
///
/// None where that takes too many hours, or nothing fits.
///
/// ```
/// use stackcost_model::commitment::hourly_seconds;
/// use stackcost_model::timeline::Timeline;
/// let tasks = Timeline::steps([(5_400, 2_u32), (1_800, 4)]).unwrap();
/// assert_eq!(hourly_seconds(&tasks).unwrap().0, [7_200, 3_600 + 7_200]);
/// ```
#[must_use]
pub fn hourly_seconds(timeline: &Timeline<u32>) -> Option<(Vec<u64>, Ratio)> {
    let (steps, repeats) = timeline.pattern();
    if let Some(value) = timeline.as_constant() {
        let hours = timeline.seconds() / Ratio::from(HOUR);
        return Some((vec![HOUR.checked_mul(value.into())?], hours));
    }
    let pattern = steps.iter().try_fold(0_u64, |sum, &(seconds, _)| sum.checked_add(seconds))?;
    let whole = if repeats == Ratio::ONE { pattern } else { u64::try_from(lcm(pattern.into(), HOUR.into())?).ok()? };
    let count = usize::try_from(whole.div_ceil(HOUR)).ok().filter(|&hours| hours <= MOST_HOURS)?;
    let mut hourly = vec![0_u64; count];
    let mut now = 0_u64;
    while now < whole {
        for &(seconds, value) in steps {
            let end = now + seconds;
            while now < end {
                let hour = now / HOUR;
                let until = end.min((hour + 1) * HOUR);
                let sum = hourly.get_mut(usize::try_from(hour).ok()?)?;
                *sum = sum.checked_add((until - now).checked_mul(value.into())?)?;
                now = until;
            }
        }
    }
    Some((hourly, repeats * Ratio::new(pattern.into(), whole.into())))
}
