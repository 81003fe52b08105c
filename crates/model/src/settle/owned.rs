//! Commitments that are owned: what they pay for is taken off, and they are paid instead.
//!
//! Upfront payments are spread over the term; what was paid at once is said beside. What covers nothing in
//! an hour is a line of its own: other stacks of the account may use it.

use super::{COMMITMENTS, Error, Owned};
use crate::commitment::{self, Applied, Commitment, Demand, Key, apply, is_of_use};
use crate::estimate::{Estimate, Line, LineKind};
use crate::exact::Ratio;
use crate::meter::ServiceCode;
use crate::money::Usd;
use crate::price::{PlanKind, Source};
use crate::stack::Stack;
use crate::unit::{AnyQuantity, UnitKind};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What of a commitment covers nothing.
const UNUSED: &str = "UnusedCommitment";

/// Covers usage, which is at the rates that the account pays on demand.
pub(super) fn cover(priced: &mut Estimate, stack: &Stack, usage: Vec<Line>, owned: &Owned<'_>) -> Result<(), Error> {
    let at_own_rates = Estimate { lines: usage, ..priced.clone() };
    let eligible = |line: &Line| owned.catalog.eligible(priced.region, line);
    let demand = match Demand::of_stack(stack, &at_own_rates, eligible) {
        Ok(demand) => Some(demand),
        Err(commitment::Error::NoHours) => None,
        Err(error) => return Err(error.into()),
    };
    let lacking = owned.catalog.lacking(priced);
    let mut used = Vec::new();
    for commitment in owned.commitments {
        if demand.as_ref().is_some_and(|demand| is_of_use(demand, commitment)) {
            used.push(commitment.clone());
            continue;
        }
        // What it would cover is there, and at what rate is not known: to say that it covers nothing is wrong.
        if let Commitment::Plan(plan) = commitment
            && lacking.iter().any(|lacking| lacking.kind == Some(plan.card().kind))
        {
            return Err(commitment::Error::NotOffered(plan.card().clone()).into());
        }
        let name = commitment.name();
        priced.remarks.push(format!("{name} covers nothing of this stack: it is left to others of the account"));
    }
    let Some(demand) = demand.filter(|_| !used.is_empty()) else { return Ok(()) };
    let applied = apply(&demand, &used)?;
    let name: Arc<str> = COMMITMENTS.into();
    let lines = applied.lines.iter().filter(|line| line.kind != commitment::LineKind::Usage);
    let lines: Vec<Line> = lines.filter_map(|line| of_line(line, &name, owned)).collect();
    priced.remarks.push(cash(&applied));
    priced.lines.extend(lines);
    priced.components.push(name);
    Ok(())
}

/// Services and units are those of the estimate's own lines, so each line has them.
fn of_line(line: &commitment::Line, name: &Arc<str>, owned: &Owned<'_>) -> Option<Line> {
    let of = line.commitment.as_deref().unwrap_or_default();
    let (service, usage_type, operation) = match &line.key {
        Some(Key { service, usage_type, operation, .. }) => {
            (ServiceCode::from_code(service)?, String::from(&**usage_type), String::from(&**operation))
        }
        None => (pays_for(owned.commitments, of), UNUSED.into(), String::new()),
    };
    let because = match line.kind {
        commitment::LineKind::Covered => format!("{of}: {}", line.because),
        commitment::LineKind::Unused => format!("{of}: what of it covers nothing in its hour is not carried over"),
        _ => line.because.clone(),
    };
    Some(Line {
        kind: LineKind::Commitment,
        component: Arc::clone(name),
        service,
        usage_type: usage_type.into(),
        operation: operation.into(),
        quantity: AnyQuantity { value: line.quantity, unit: UnitKind::from_label(&line.unit)? },
        rate: line.rate,
        amount: line.amount,
        because,
        source: Source::user(owned.from),
    })
}

/// The service that a commitment is for: of a plan for several, the first.
fn pays_for(commitments: &[Commitment], name: &str) -> ServiceCode {
    let reserved = commitments.iter().find_map(|commitment| match commitment {
        Commitment::Reserved(reserved) if name.starts_with(reserved.name()) => {
            ServiceCode::from_code(&reserved.instance().service)
        }
        _ => None,
    });
    let database = name.starts_with(PlanKind::Database.word());
    reserved.unwrap_or(if database { ServiceCode::Rds } else { ServiceCode::Ecs })
}

/// What the commitments cost in these hours, and when.
fn cash(applied: &Applied) -> String {
    let sum = |of: &dyn Fn(&commitment::Fee) -> Usd| applied.fees.iter().map(of).sum::<Usd>();
    let (recurring, amortised, upfront) =
        (sum(&|fee| fee.recurring), sum(&|fee| fee.amortised), sum(&|fee| fee.upfront));
    let part = if upfront == Usd::ZERO {
        String::new()
    } else {
        format!(" and {} as the part of {} that was paid at once", amortised.to_fixed(2), upfront.to_fixed(2))
    };
    let percent = |part: Ratio| (part * Ratio::whole(100)).to_fixed(1);
    format!(
        "commitments cost {} as the hours pass{part}; {} % of them is used, {} % of what they can cover is covered",
        recurring.to_fixed(2),
        percent(applied.utilisation()),
        percent(applied.coverage())
    )
}
