//! Commitments over usage, as AWS bills them.

use super::error::Error;
use super::owned::Commitment;
use super::till::{Running, Till};
use super::usage::{Demand, Key};
use crate::exact::Ratio;
use crate::money::Usd;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

/// What a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// All that was used, at its rate on demand.
    Usage,
    /// What of it a commitment paid for, taken off again: negative.
    Negated,
    /// The same at the commitment's rate.
    Covered,
    /// What of a commitment covered nothing, and is paid for all the same.
    Unused,
}

/// A part of the bill. Lines are added and never edited; all of them together are the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is of.
    pub kind: LineKind,
    /// Whose usage; none for what is unused.
    pub key: Option<Key>,
    /// Which commitment paid; none for usage.
    pub commitment: Option<Arc<str>>,
    /// How much, in units of the usage; of what is unused, dollars committed.
    pub quantity: Ratio,
    /// What a unit is called.
    pub unit: Arc<str>,
    /// Dollars for a unit.
    pub rate: Ratio,
    /// What it comes to. Amounts of one commitment, and of one usage, are rounded so that they add up.
    pub amount: Usd,
    /// How it came about.
    pub because: String,
}

/// What a commitment costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fee {
    /// What it is called.
    pub name: Arc<str>,
    /// Paid for the hours as they pass.
    pub recurring: Usd,
    /// The hours' part of what is paid at once.
    pub amortised: Usd,
    /// Paid at once, for the whole term: cash.
    pub upfront: Usd,
}

impl Fee {
    /// What the hours come to: the recurring fee and the part of the upfront payment.
    #[must_use]
    pub fn effective(&self) -> Usd {
        self.recurring + self.amortised
    }
}

/// A demand under commitments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The bill, upfront payments spread over their term.
    pub lines: Vec<Line>,
    /// What each commitment costs, in the order that they were given. Their effective fees are the lines of
    /// what is covered and what is unused.
    pub fees: Vec<Fee>,
}

impl Applied {
    fn sum(&self, kinds: &[LineKind]) -> Usd {
        self.lines.iter().filter(|line| kinds.contains(&line.kind)).map(|line| line.amount).sum()
    }

    /// The sum of all lines.
    #[must_use]
    pub fn total(&self) -> Usd {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// What all usage costs on demand.
    #[must_use]
    pub fn without(&self) -> Usd {
        self.sum(&[LineKind::Usage])
    }

    /// What is still paid on demand.
    #[must_use]
    pub fn on_demand(&self) -> Usd {
        self.sum(&[LineKind::Usage, LineKind::Negated])
    }

    /// What covered usage would cost on demand.
    #[must_use]
    pub fn covered(&self) -> Usd {
        -self.sum(&[LineKind::Negated])
    }

    /// What all commitments cost, upfront payments spread over their term.
    #[must_use]
    pub fn committed(&self) -> Usd {
        self.sum(&[LineKind::Covered, LineKind::Unused])
    }

    /// What of that covered nothing.
    #[must_use]
    pub fn unused(&self) -> Usd {
        self.sum(&[LineKind::Unused])
    }

    /// What is paid while these hours pass, upfront payments apart: the cash of a month, but for the first.
    #[must_use]
    pub fn cash(&self) -> Usd {
        self.on_demand() + self.fees.iter().map(|fee| fee.recurring).sum()
    }

    /// The part of the usage, by its cost on demand, that commitments pay for; nothing of nothing.
    #[must_use]
    pub fn coverage(&self) -> Ratio {
        part(self.covered(), self.without())
    }

    /// The part of the commitments that covers something; nothing of nothing.
    #[must_use]
    pub fn utilisation(&self) -> Ratio {
        part(self.committed() - self.unused(), self.committed())
    }
}

/// A part of a whole; nothing of nothing.
pub(super) fn part(of: Usd, whole: Usd) -> Ratio {
    if whole == Usd::ZERO { Ratio::ZERO } else { of.to_ratio() / whole.to_ratio() }
}

/// Applies commitments to a demand hour by hour, as AWS does: see [the module](super).
///
/// ```
/// use stackcost_model::commitment::{Card, Commitment, Demand, Key, Plan, Row, apply};
/// use stackcost_model::exact::Ratio;
/// use stackcost_model::price::{Payment, PlanKind, Term};
///
/// let rate = |text: &str| Ratio::parse(text).unwrap();
/// let card = Card::new(PlanKind::Compute, Term::OneYear, Payment::No);
/// let key = Key::new("AmazonECS", "us-east-1", "Fargate-vCPU-Hours:perCPU", "");
/// let vcpu = Row::new(key, "vCPU-Hours", rate("0.04"), 1, vec![100, 300]).under(&card, rate("0.03"));
/// let plan = Plan::new("ours", card, rate("6"), 0).unwrap(); // 200 vCPUs of its rate
/// let bill = apply(&Demand::new(vec![vcpu]).unwrap(), &[plan.into()]).unwrap();
/// assert_eq!(bill.without().to_string(), "16");
/// assert_eq!(bill.on_demand().to_string(), "4"); // 100 vCPUs in the second hour
/// assert_eq!(bill.unused().to_string(), "3"); // half of the first hour; nothing is carried over
/// assert_eq!(bill.total().to_string(), "16");
/// ```
///
/// # Errors
/// [`Error::NotOffered`] for a plan, and [`Error::NothingToReserve`] for reservations, that no usage could ever
/// use: a typing error, most likely. [`Error::TooLarge`].
pub fn apply(demand: &Demand, commitments: &[Commitment]) -> Result<Applied, Error> {
    check_used(demand, commitments)?;
    let till = Till::new(demand, commitments)?;
    let sums = till.sums(0..demand.hours())?;
    let repeats = demand.repeats();
    let mut lines = Vec::new();
    let mut usages = vec![Running::default(); demand.rows().len()];
    for row in demand.rows() {
        let quantity = super::usage::units(row, row.ticks())? * repeats;
        lines.push(Line {
            kind: LineKind::Usage,
            key: Some(row.key.clone()),
            commitment: None,
            quantity,
            unit: Arc::clone(&row.unit),
            rate: row.on_demand,
            amount: Usd::round(quantity * row.on_demand).ok_or(Error::TooLarge)?,
            because: String::from("all usage at its On-Demand rate"),
        });
    }
    let names: Vec<Arc<str>> = till.sources.iter().map(|source| source.name.as_str().into()).collect();
    let mut paid_out = vec![Running::default(); till.sources.len()];
    let mut covered = vec![Usd::ZERO; till.sources.len()];
    for (step, ticks) in till.steps.iter().zip(&sums.paid).filter(|(_, ticks)| !ticks.is_zero()) {
        let (Some(row), Some(name)) = (demand.rows().get(step.row), names.get(step.source)) else { continue };
        let quantity = *ticks / Ratio::from(row.per_unit) * repeats;
        let rate = till.rate(step);
        let line = |kind, rate, amount, because| Line {
            kind,
            key: Some(row.key.clone()),
            commitment: Some(Arc::clone(name)),
            quantity,
            unit: Arc::clone(&row.unit),
            rate,
            amount,
            because,
        };
        if let (Some(usage), Some(out), Some(sum)) =
            (usages.get_mut(step.row), paid_out.get_mut(step.source), covered.get_mut(step.source))
        {
            let negated = -usage.add(quantity * row.on_demand)?;
            lines.push(line(LineKind::Negated, -row.on_demand, negated, format!("paid for by {name}")));
            let amount = out.add(quantity * rate)?;
            *sum = *sum + amount;
            let off = (Ratio::ONE - if row.on_demand.is_zero() { Ratio::ONE } else { rate / row.on_demand })
                * Ratio::whole(100);
            lines.push(line(LineKind::Covered, rate, amount, format!("{} % below On-Demand", off.to_fixed(1))));
        }
    }
    let mut fees: Vec<Option<Fee>> = vec![None; commitments.len()];
    for (at, (source, covered)) in till.sources.iter().zip(&covered).enumerate() {
        let mut all = Usd::ZERO;
        let (mut effective, mut recurring) = (Running::default(), Running::default());
        for &member in &source.members {
            let (Some(of), Some(fee)) = (commitments.get(member), fees.get_mut(member)) else { continue };
            let own = self::fee(of, demand.all_hours(), &mut effective, &mut recurring)?;
            all = all + own.effective();
            *fee = Some(own);
        }
        let unused = all - *covered;
        if sums.unused.get(at).is_some_and(|left| !left.is_zero()) {
            let quantity = sums.unused.get(at).copied().unwrap_or_default() * source.usd * repeats;
            lines.push(Line {
                kind: LineKind::Unused,
                key: None,
                commitment: names.get(at).map(Arc::clone),
                quantity,
                unit: "USD".into(),
                rate: Ratio::ONE,
                amount: unused,
                because: String::from("committed to and covered nothing; it is not carried over"),
            });
        }
    }
    Ok(Applied { lines, fees: fees.into_iter().flatten().collect() })
}

/// Commitments that nothing in the demand could use are typing errors.
fn check_used(demand: &Demand, commitments: &[Commitment]) -> Result<(), Error> {
    match commitments.iter().find(|commitment| !is_of_use(demand, commitment)) {
        Some(Commitment::Plan(plan)) => Err(Error::NotOffered(plan.card().clone())),
        Some(Commitment::Reserved(reserved)) => Err(Error::NothingToReserve(reserved.name().into())),
        None => Ok(()),
    }
}

/// Whether any usage of a demand could be covered by a commitment.
#[must_use]
pub fn is_of_use(demand: &Demand, commitment: &Commitment) -> bool {
    match commitment {
        Commitment::Plan(plan) => demand.rows().iter().any(|row| row.rate(plan.card()).is_some()),
        Commitment::Reserved(reserved) => {
            let covers = |used: &super::instance::Instance| reserved.instance().covers(used).is_some();
            demand.rows().iter().any(|row| row.instance.as_ref().is_some_and(covers))
        }
    }
}

/// Fees of a pool are rounded so that they add up to the pool's, which is what its lines add up to when all of
/// it is used.
fn fee(of: &Commitment, hours: Ratio, effective: &mut Running, recurring: &mut Running) -> Result<Fee, Error> {
    let recurring = recurring.add(of.recurring() * hours)?;
    Ok(Fee {
        name: of.name().into(),
        recurring,
        amortised: effective.add(of.effective() * hours)? - recurring,
        upfront: Usd::round(of.upfront()).ok_or(Error::TooLarge)?,
    })
}

/// One hour under commitments. Each figure is rounded by itself: sums over hours may differ from those of
/// [`apply`] in the twelfth decimal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// What all usage costs on demand.
    pub without: Usd,
    /// What is still paid on demand.
    pub on_demand: Usd,
    /// What of the commitments covers something.
    pub used: Usd,
    /// What of them covers nothing.
    pub unused: Usd,
}

/// The same hour by hour, for a picture: the pattern's hours, once.
///
/// # Errors
/// As [`apply`].
pub fn hourly(demand: &Demand, commitments: &[Commitment]) -> Result<Vec<Hour>, Error> {
    check_used(demand, commitments)?;
    let till = Till::new(demand, commitments)?;
    let effective: Ratio = commitments.iter().map(Commitment::effective).sum();
    let (mut rest, mut left) = (Vec::new(), Vec::new());
    let mut hours = Vec::with_capacity(demand.hours());
    let usd = |exact: Ratio| Usd::round(exact).ok_or(Error::TooLarge);
    for hour in 0..demand.hours() {
        till.hour(hour, &mut rest, &mut left, |_, _| {});
        let cost = |ticks: Ratio, row: &super::usage::Row| ticks / Ratio::from(row.per_unit) * row.on_demand;
        let used = |row: &super::usage::Row| row.hourly.get(hour).copied().map_or(Ratio::ZERO, Ratio::from);
        let without: Ratio = demand.rows().iter().map(|row| cost(used(row), row)).sum();
        let on_demand: Ratio = demand.rows().iter().zip(&rest).map(|(row, &ticks)| cost(ticks, row)).sum();
        let unused: Ratio = till.sources.iter().zip(&left).map(|(source, &left)| left * source.usd).sum();
        hours.push(Hour {
            without: usd(without)?,
            on_demand: usd(on_demand)?,
            used: usd(effective - unused)?,
            unused: usd(unused)?,
        });
    }
    Ok(hours)
}
