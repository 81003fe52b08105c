//! Services scale: a scalable target and a policy are registered.
//!
//! What suits a service is not guessed: its bounds and target are wished, by hand or from
//! `stackcost optimize`. Source: Application Auto Scaling user guide.

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{State, Target};
use super::super::snapshot::{Place, SeenPolicy, Service};
use super::super::wish::ScalingWish;
use super::{Change, Spot, count, service_name};
use alloc::format;
use alloc::string::ToString;
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

fn bounds_words((min, max): (u32, u32)) -> alloc::string::String {
    format!("{min} to {max} tasks")
}

/// A service of which nothing is wished.
fn as_is(spot: &Spot<'_>, service: &Service, bounds: Option<(u32, u32)>, policies: &[&SeenPolicy]) -> Finding {
    let name = service_name(service);
    match (bounds, policies.is_empty()) {
        (Some(bounds), false) => {
            let policies = count(policies.len(), "policy").replace("policys", "policies");
            spot.finding(&name, Verdict::Pass, format!("{}, {policies}", bounds_words(bounds)))
        }
        (Some(bounds), true) => spot
            .finding(&name, Verdict::Fail, format!("{}, but no policy scales it", bounds_words(bounds)))
            .remedy(how(&name)),
        (None, _) => spot
            .finding(&name, Verdict::Fail, format!("fixed at {}", count(service.desired as usize, "task")))
            .remedy(how(&name)),
    }
}

fn how(name: &str) -> alloc::string::String {
    format!("say how: [scaling.\"{name}\"] min, max, metric and target in the wish file")
}

fn wished(
    spot: &Spot<'_>,
    service: &Service,
    resource: &str,
    bounds: Option<(u32, u32)>,
    policies: &[&SeenPolicy],
    wish: &ScalingWish,
) -> Finding {
    let name = service_name(service);
    let mut steps = Vec::new();
    if bounds != Some((wish.min, wish.max)) {
        let state = |(min, max)| State::ScalableTarget { min, max };
        steps.push(spot.step(Change {
            target: Target::ScalableTarget { resource: resource.to_string() },
            before: bounds.map(state),
            after: Some(state((wish.min, wish.max))),
            now: bounds.map_or_else(|| format!("fixed at {}", count(service.desired as usize, "task")), bounds_words),
            then: vec![bounds_words((wish.min, wish.max))],
            loses: Vec::new(),
            money: Money::unknown("it depends on the load: `stackcost compare` prices what-ifs"),
            undo: Undo::Setting("the number of tasks stays as scaling left it".to_string()),
            needs: Vec::new(),
        }));
    }
    let seen = policies.iter().find(|seen| seen.name == wish.policy);
    if let Some(SeenPolicy { tracking: None, .. }) = seen {
        let says = format!("policy {} is of another kind", wish.policy);
        return spot.finding(&name, Verdict::Fail, says).remedy("it is not changed by this tool: give another name");
    }
    let before = seen.and_then(|seen| seen.tracking.clone());
    if before.as_ref() != Some(&wish.tracking) {
        let words =
            |tracking: &super::super::setting::TargetTracking| format!("{} at {}", tracking.metric, tracking.target);
        steps.push(spot.step(Change {
            target: Target::ScalingPolicy { resource: resource.to_string(), name: wish.policy.clone() },
            now: before.as_ref().map_or_else(|| "there is none".to_string(), words),
            then: vec![words(&wish.tracking)],
            before: before.map(State::ScalingPolicy),
            after: Some(State::ScalingPolicy(wish.tracking.clone())),
            loses: Vec::new(),
            // One alarm for scaling out, one for scaling in.
            money: Money::unknown("it depends on the load; its two alarms are billed as alarms"),
            undo: Undo::Setting("the number of tasks stays as scaling left it".to_string()),
            needs: steps.iter().map(|step: &super::super::plan::Step| step.id.clone()).collect(),
        }));
    }
    if steps.is_empty() {
        let says =
            format!("{}, {} at {}", bounds_words((wish.min, wish.max)), wish.tracking.metric, wish.tracking.target);
        return spot.finding(&name, Verdict::Pass, says);
    }
    let mut finding = spot.finding(&name, Verdict::Fail, "scaling is not as wished");
    finding.steps = steps;
    finding
}
