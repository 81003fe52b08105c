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

/// Words, between `_`, that stand for a secret by themselves.
const SECRET: [&str; 12] = [
    "PASSWORD",
    "PASSWD",
    "PASS",
    "PWD",
    "PASSPHRASE",
    "SECRET",
    "SECRETS",
    "TOKEN",
    "APIKEY",
    "DSN",
    "CREDENTIAL",
    "CREDENTIALS",
];
/// Words before `KEY` that make it one.
const KEYS: [&str; 8] = ["API", "PRIVATE", "ACCESS", "SECRET", "ENCRYPTION", "SIGNING", "JWT", "MASTER"];
/// Words before `URL` or `URI` of addresses that usually have a password in them.
const ADDRESSES: [&str; 8] = ["DATABASE", "DB", "REDIS", "MONGODB", "MONGO", "POSTGRES", "AMQP", "WEBHOOK"];
/// Last words of names that only tell where a secret is, or how it is used.
const ABOUT: [&str; 16] = [
    "ARN", "NAME", "PATH", "FILE", "DIR", "ID", "TTL", "EXPIRY", "EXPIRES", "LENGTH", "ENABLED", "HEADER", "REGION",
    "PREFIX", "VERSION", "TYPE",
];

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

/// Whether a variable of this name holds a secret, as far as a name can say it.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words: Vec<&str> = name.split(['_', '-', '.']).filter(|word| !word.is_empty()).collect();
    let Some((last, before)) = words.split_last() else { return false };
    if ABOUT.contains(last) || *last == "CREDENTIALS" && before.contains(&"APPLICATION") {
        return false;
    }
    if matches!(*last, "URL" | "URI") {
        return before.last().is_some_and(|word| ADDRESSES.contains(word));
    }
    let pair = |two: &[&str]| two[1] == "KEY" && KEYS.contains(&two[0]) || two == ["CONNECTION", "STRING"];
    words.iter().any(|word| SECRET.contains(word)) || words.windows(2).any(pair)
}
