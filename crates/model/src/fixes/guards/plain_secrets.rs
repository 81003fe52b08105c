//! Secrets are not plain environment variables: whoever may describe a task definition reads those.
//!
//! Only names are looked at; values never leave AWS. To mend it, a secret must be made and a
//! revision deployed, which is not done here. Source: ECS developer guide, "Pass sensitive data to
//! an Amazon ECS container".

use super::super::plan::{Finding, Verdict};
use super::super::snapshot::{Place, TaskDefinition};
use super::price::monthly;
use super::{Spot, service_name};
use crate::exact::Ratio;
use crate::services::secrets_manager::SecretsManager;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// What a name has that stands for a secret.
const SECRET: [&str; 12] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "CREDENTIAL",
    "DATABASE_URL",
    "DSN",
    "CONNECTION_STRING",
];
/// How a name ends that only tells where a secret is, or how it is used.
const ABOUT: [&str; 10] =
    ["_ARN", "_NAME", "_PATH", "_FILE", "_ID", "_TTL", "_EXPIRY", "_LENGTH", "_ENABLED", "_HEADER"];

pub(super) fn look(spot: &Spot<'_>, place: &Place) -> Vec<Finding> {
    let services = match spot.services(place) {
        Ok(services) => services,
        Err(gap) => return vec![spot.unknown("services", &gap)],
    };
    let definitions = match &place.task_definitions {
        Ok(definitions) => definitions,
        Err(gap) => return vec![spot.unknown("task definitions", gap)],
    };
    services
        .into_iter()
        .map(|service| {
            let name = service_name(service);
            match definitions.iter().find(|one| one.arn == service.task_definition) {
                Some(definition) => look_at(spot, &name, definition),
                None => spot.finding(&name, Verdict::Unknown, "its task definition was not read"),
            }
        })
        .collect()
}

fn look_at(spot: &Spot<'_>, name: &str, definition: &TaskDefinition) -> Finding {
    let plain = |name: &&String| is_secret(name);
    let found: Vec<String> = definition
        .containers
        .iter()
        .flat_map(|one| {
            one.environment.iter().filter(plain).map(move |variable| format!("{} of {}", variable, one.name))
        })
        .collect();
    if found.is_empty() {
        let secrets = definition.containers.iter().map(|one| one.secrets.len()).sum();
        let says = format!("no plain secrets, {} from a store", super::count(secrets, "secret"));
        return spot.finding(name, Verdict::Pass, says);
    }
    let secrets = SecretsManager { secrets: 1, replicas: 0, api_calls: Ratio::ZERO };
    let cost = match monthly(spot.eyes.book, spot.region, secrets) {
        Ok(cost) => format!(" ({} USD a month each)", cost.usd),
        Err(_) => String::new(),
    };
    let says = format!("plain environment variables that look like secrets: {}", found.join(", "));
    let remedy = format!(
        "put them into Secrets Manager{cost}, name them under `secrets` with `valueFrom` in a new revision, and change \
         the values, which have been readable"
    );
    spot.finding(name, Verdict::Fail, says).remedy(remedy)
}

/// Whether a variable of this name holds a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRET.iter().any(|word| name.contains(word)) && !ABOUT.iter().any(|end| name.ends_with(end))
}
