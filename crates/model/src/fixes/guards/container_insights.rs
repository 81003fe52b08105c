//! Container Insights of clusters: its state, and what it costs. Its metrics are billed as custom
//! metrics. Source: CloudWatch user guide, "Container Insights".

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{State, Target};
use super::super::snapshot::{Cluster, Place};
use super::price::{Priced, difference, monthly};
use super::{Change, Spot};
use crate::services::cloudwatch::{CloudWatch, ContainerInsights, Metrics};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    match &place.clusters {
        Ok(clusters) => clusters.iter().map(|cluster| look_at(spot, place, cluster)).collect(),
        Err(gap) => vec![spot.unknown("clusters", gap)],
    }
}

fn look_at(spot: &Spot<'_>, place: &Place, cluster: &Cluster) -> Finding {
    let is = cluster.insights.as_str();
    let Some(wished) = spot.eyes.wish.container_insights.as_deref() else {
        let cost = match cost(spot, place, cluster, is) {
            Ok(Some(cost)) => format!("{is}: {} USD a month at least, its logs not counted", cost.usd),
            Ok(None) => String::from(is),
            Err(gap) => format!("{is}; {gap}"),
        };
        return spot.finding(&cluster.name, Verdict::Pass, cost);
    };
    if is == wished {
        return spot.finding(&cluster.name, Verdict::Pass, is);
    }
    let nothing = || Priced { usd: crate::money::Usd::ZERO, formula: String::new() };
    let of = |value: &str| cost(spot, place, cluster, value).map(|cost| cost.unwrap_or_else(nothing));
    let step = spot.step(Change {
        target: Target::ContainerInsights { cluster: cluster.name.clone() },
        before: Some(State::ContainerInsights { value: String::from(is) }),
        after: Some(State::ContainerInsights { value: String::from(wished) }),
        now: String::from(is),
        then: vec![String::from(wished)],
        loses: Vec::new(),
        // What enhanced observability writes depends on tasks and containers.
        money: match is == "enhanced" || wished == "enhanced" {
            true => Money::unknown("enhanced observability bills metrics of each task and container"),
            false => difference(of(is), of(wished)),
        },
        undo: Undo::Wholly,
        needs: Vec::new(),
    });
    spot.finding(&cluster.name, Verdict::Fail, format!("{is}, {wished} is wished")).step(step)
}

/// What it costs a month in a state; nothing when it is off.
fn cost(spot: &Spot<'_>, place: &Place, cluster: &Cluster, state: &str) -> Result<Option<Priced>, String> {
    if state == "disabled" {
        return Ok(None);
    }
    let services = place.services.as_ref().map_err(|gap| format!("what it costs is unknown, {}", gap.words()))?;
    let here = services.iter().filter(|service| service.cluster == cluster.name);
    let family = |arn: &str| Some(String::from(arn.rsplit('/').next()?.split(':').next()?));
    let families: BTreeSet<String> = here.clone().filter_map(|service| family(&service.task_definition)).collect();
    let insights = ContainerInsights {
        clusters: 1,
        services: u32::try_from(here.count()).unwrap_or(u32::MAX),
        task_families: u32::try_from(families.len()).unwrap_or(u32::MAX),
        enhanced: state == "enhanced",
    };
    let metrics = Metrics { container_insights: Some(insights), ..Metrics::default() };
    monthly(spot.eyes.book, spot.region, CloudWatch { metrics, ..CloudWatch::default() }).map(Some)
}
