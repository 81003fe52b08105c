//! Bad deployments end and go back: the circuit breaker with rollback, and enough healthy tasks.
//!
//! To change these settings deploys nothing. Source: ECS developer guide, "Deployment circuit
//! breaker".

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{Deployment, State, Target};
use super::super::snapshot::{Place, Service};
use super::{Change, Spot, service_name};
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    if !spot.eyes.wish.deployment.on {
        return Vec::new();
    }
    match spot.services(place) {
        Ok(services) => services.into_iter().map(|service| look_at(spot, service)).collect(),
        Err(gap) => vec![spot.unknown("services", &gap)],
    }
}

fn look_at(spot: &Spot<'_>, service: &Service) -> Finding {
    let name = service_name(service);
    let Some(is) = &service.deployment else {
        let says = format!("{} rolls it out: its own settings count", service.rollout);
        return spot.finding(&name, Verdict::Pass, says);
    };
    let wish = &spot.eyes.wish.deployment;
    // Without room for a second task somebody wants no two at once (one writer, a fixed port).
    let alone = is.maximum <= 100;
    let (minimum_healthy, maximum) =
        if alone { (is.minimum_healthy, is.maximum) } else { (wish.minimum_healthy, wish.maximum) };
    let wished =
        Deployment { circuit_breaker: true, rollback: true, minimum_healthy, maximum, alarms: is.alarms.clone() };
    if *is == wished {
        return spot.finding(&name, Verdict::Pass, words(is));
    }
    let step = spot.step(Change {
        target: Target::Deployment { cluster: service.cluster.clone(), service: service.name.clone() },
        before: Some(State::Deployment(is.clone())),
        after: Some(State::Deployment(wished.clone())),
        now: words(is),
        then: vec![words(&wished)],
        loses: Vec::new(),
        money: Money::none("while a deployment runs, its extra tasks are billed as tasks"),
        undo: Undo::Wholly,
        needs: Vec::new(),
    });
    spot.finding(&name, Verdict::Fail, words(is)).step(step)
}

fn words(is: &Deployment) -> String {
    let breaker = match (is.circuit_breaker, is.rollback) {
        (true, true) => "circuit breaker with rollback",
        (true, false) => "circuit breaker without rollback",
        (false, _) => "no circuit breaker",
    };
    format!("{breaker}, {} % healthy at least, {} % at most", is.minimum_healthy, is.maximum)
}
