//! Services scale: a scalable target and a policy are registered.
//!
//! What suits a service is not guessed: its bounds and target are wished, by hand or from
//! `stackcost optimize`. Source: Application Auto Scaling user guide.

use super::super::plan::{Finding, Money, Step, Undo, Verdict};
use super::super::setting::{State, Target, TargetTracking};
use super::super::snapshot::{Bounds, Place, SeenPolicy, Service};
use super::super::wish::ScalingWish;
use super::{Change, Spot, count, service_name};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    let services = match spot.services(place) {
        Ok(services) => services,
        Err(gap) => return vec![spot.unknown("services", &gap)],
    };
    match (&place.scalable_targets, &place.scaling_policies) {
        (Ok(bounds), Ok(policies)) => services
            .into_iter()
            .map(|service| {
                let resource = format!("service/{}", service_name(service));
                let bounds = bounds.get(&resource).copied();
                let policies: Vec<&SeenPolicy> = policies.iter().filter(|seen| seen.resource == resource).collect();
                match spot.eyes.wish.scaling.get(&service_name(service)) {
                    Some(wish) => wished(spot, service, &resource, bounds, &policies, wish),
                    None => as_is(spot, service, bounds, &policies),
                }
            })
            .collect(),
        (Err(gap), _) | (_, Err(gap)) => vec![spot.unknown("scaling of services", gap)],
    }
}

fn bounds_words(bounds: Bounds) -> String {
    format!("{} to {} tasks", bounds.min, bounds.max)
}

/// A service of which nothing is wished.
fn as_is(spot: &Spot<'_>, service: &Service, bounds: Option<Bounds>, policies: &[&SeenPolicy]) -> Finding {
    let name = service_name(service);
    let failed = |says: String| spot.finding(&name, Verdict::Fail, says);
    match (bounds, policies.is_empty()) {
        (Some(bounds), _) if bounds.suspended => failed(format!("{}, but scaling is suspended", bounds_words(bounds)))
            .remedy("resume it: aws application-autoscaling register-scalable-target --suspended-state ..."),
        (Some(bounds), false) => {
            let policies = count(policies.len(), "policy").replace("policys", "policies");
            spot.finding(&name, Verdict::Pass, format!("{}, {policies}", bounds_words(bounds)))
        }
        (Some(bounds), true) => failed(format!("{}, but no policy scales it", bounds_words(bounds))).remedy(how(&name)),
        (None, _) => failed(format!("fixed at {}", tasks(service.desired))).remedy(how(&name)),
    }
}

fn tasks(number: u32) -> String {
    count(number as usize, "task")
}

fn how(name: &str) -> String {
    format!("say how: [scaling.\"{name}\"] min, max, metric and target in the wish file")
}

fn wished(
    spot: &Spot<'_>,
    service: &Service,
    resource: &str,
    bounds: Option<Bounds>,
    policies: &[&SeenPolicy],
    wish: &ScalingWish,
) -> Finding {
    let name = service_name(service);
    // AWS takes one target tracking policy for a metric: another name for it is changed, not doubled.
    let same_metric = |seen: &&&SeenPolicy| {
        let metric = (&wish.tracking.metric, &wish.tracking.resource_label);
        seen.tracking.as_ref().is_some_and(|tracking| (&tracking.metric, &tracking.resource_label) == metric)
    };
    let named = policies.iter().find(|seen| seen.name == wish.policy);
    let seen = named.or_else(|| policies.iter().find(same_metric));
    if let Some(SeenPolicy { tracking: None, .. }) = seen {
        let says = format!("policy {} is of another kind", wish.policy);
        return spot.finding(&name, Verdict::Fail, says).remedy("it is not changed by this tool: give another name");
    }
    let mut steps = Vec::new();
    if bounds.map(|bounds| (bounds.min, bounds.max)) != Some((wish.min, wish.max)) {
        steps.push(spot.step(change_bounds(service, resource, bounds, wish)));
    }
    let before = seen.and_then(|seen| seen.tracking.clone());
    if before.as_ref() != Some(&wish.tracking) {
        let words = |tracking: &TargetTracking| format!("{} at {}", tracking.metric, tracking.target);
        let policy = seen.map_or(&wish.policy, |seen| &seen.name);
        steps.push(spot.step(Change {
            target: Target::ScalingPolicy { resource: resource.to_string(), name: policy.clone() },
            now: before.as_ref().map_or_else(|| "there is none".to_string(), words),
            then: vec![words(&wish.tracking)],
            before: before.map(State::ScalingPolicy),
            after: Some(State::ScalingPolicy(wish.tracking.clone())),
            loses: Vec::new(),
            money: Money::unknown("it depends on the load; its two alarms are billed as alarms"),
            undo: Undo::Setting("the number of tasks stays as scaling left it".to_string()),
            needs: steps.iter().map(|step: &Step| step.id.clone()).collect(),
        }));
    }
    if steps.is_empty() {
        let bounds = format!("{} to {} tasks", wish.min, wish.max);
        let says = format!("{bounds}, {} at {}", wish.tracking.metric, wish.tracking.target);
        return spot.finding(&name, Verdict::Pass, says);
    }
    let mut finding = spot.finding(&name, Verdict::Fail, "scaling is not as wished");
    finding.steps = steps;
    finding
}

/// What is outside of the bounds is moved into them at once.
fn change_bounds(service: &Service, resource: &str, bounds: Option<Bounds>, wish: &ScalingWish) -> Change {
    let state = |min, max| State::ScalableTarget { min, max };
    let mut then = vec![format!("{} to {} tasks", wish.min, wish.max)];
    let moved = service.desired.clamp(wish.min, wish.max.max(wish.min));
    let mut loses = Vec::new();
    if moved != service.desired {
        then.push(format!("{} instead of {} at once", tasks(moved), service.desired));
    }
    if moved < service.desired {
        loses.push(format!("{} that run now", tasks(service.desired - moved)));
    }
    Change {
        target: Target::ScalableTarget { resource: resource.to_string() },
        before: bounds.map(|bounds| state(bounds.min, bounds.max)),
        after: Some(state(wish.min, wish.max)),
        now: bounds.map_or_else(|| format!("fixed at {}", tasks(service.desired)), bounds_words),
        then,
        loses,
        money: Money::unknown("it depends on the load: `stackcost compare` prices what-ifs"),
        undo: Undo::Setting("the number of tasks stays as scaling left it".to_string()),
        needs: Vec::new(),
    }
}
