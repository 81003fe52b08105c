//! A load in two: what is looked at when choosing, and what is held out.

use crate::exact::Ratio;
use crate::scaling::{Autoscaling, Cause, Deployment, Floor, Load, Run, ScheduledAction, Suspension};
use crate::time::DAY;

/// A load in two: what is looked at when choosing, and what is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The first part.
    pub seen: Load,
    /// The last part, held out.
    pub held_out: Load,
}

impl Split {
    /// The default part that is held out: a quarter.
    #[must_use]
    pub fn quarter() -> Ratio {
        Ratio::new(1, 4)
    }

    /// Holds out the last `part` of a load, in whole minutes; at least a day, when the load has three.
    /// None where that leaves one of the parts empty, or without a step that is known.
    #[must_use]
    pub fn of(load: &Load, part: Ratio) -> Option<Split> {
        let seconds = load.seconds();
        if part <= Ratio::ZERO {
            return None;
        }
        let wanted = Ratio::from(seconds) * part;
        let wanted = wanted.ceil().to_whole().and_then(|wanted| u64::try_from(wanted).ok())?;
        let held_out = if seconds >= 3 * DAY { wanted.max(DAY) } else { wanted };
        // What follows begins on a whole minute, as every load does.
        let cut = seconds.checked_sub(held_out)? / 60 * 60;
        Some(Split { seen: between(load, 0, cut)?, held_out: between(load, cut, seconds)? })
    }
}

/// The part of a load between two seconds, whole steps; none where nothing of it is known.
fn between(load: &Load, from: u64, to: u64) -> Option<Load> {
    let place = |second: u64| usize::try_from(second / u64::from(load.step())).unwrap_or(usize::MAX);
    let values = load.values().get(place(from)..place(to))?.to_vec();
    Load::new(load.unit(), load.start().checked_add_unsigned(from)?, load.step(), load.ticks(), values).ok()
}

/// A service over the seconds from `from` to `to` of its load, with what is told by the time of that;
/// it begins as it is. None where nothing is known of a series of its own.
pub(super) fn during(service: &Autoscaling, from: u64, to: u64) -> Option<Autoscaling> {
    let late = |at: u64| (from..to).contains(&at).then(|| at - from);
    let floor = |floor: &Floor| late(floor.at).map(|at| Floor { at, ..*floor });
    // The floor that holds when the part begins.
    let holds = service.floors.iter().rfind(|floor| floor.at < from && from > 0).map(|floor| Floor { at: 0, ..*floor });
    let action = |action: &ScheduledAction| late(action.at).map(|at| ScheduledAction { at, ..action.clone() });
    let suspension = |s: &Suspension| {
        let (begin, end) = (s.from.max(from), s.to.min(to));
        (begin < end).then(|| Suspension { from: begin - from, to: end - from, ..*s })
    };
    Some(Autoscaling {
        custom: service.custom.iter().map(|series| between(series, from, to)).collect::<Option<_>>()?,
        scheduled: service.scheduled.iter().filter_map(action).collect(),
        floors: holds.into_iter().chain(service.floors.iter().filter_map(floor)).collect(),
        suspended: service.suspended.iter().filter_map(suspension).collect(),
        deployments: service
            .deployments
            .iter()
            .filter_map(|deployment| late(deployment.at).map(|at| Deployment { at, ..*deployment }))
            .collect(),
        ..service.clone()
    })
}

/// The count and the bounds that a run ended with, on the service it goes on with.
pub(super) fn as_ended(service: Autoscaling, run: &Run) -> Autoscaling {
    let bounds = run.activities.iter().rev().find_map(|activity| match activity.cause {
        Cause::Scheduled { min, max, .. } => Some((min, max)),
        _ => None,
    });
    let (min, max) = bounds.unwrap_or((service.min, service.max));
    let start = run.activities.last().map_or(service.start, |activity| activity.to);
    Autoscaling { min, max, start, ..service }
}
