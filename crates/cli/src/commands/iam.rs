//! `stackcost iam`: the least-privilege policy that a verb needs.

use crate::Outcome;
use crate::args::{IamArgs, IamFormat, IamVerb};
use crate::failure::Failure;
use crate::output::{self, say};
use serde_json::json;
use stackcost_aws::{Call, reads, writes};
use stackcost_formats::problem::Problem;
use stackcost_model::fixes::Guard;
use std::collections::BTreeSet;

/// What whoever registers a scalable target for the first time must be allowed, too.
const LINKED_ROLE: &str = "iam:CreateServiceLinkedRole";

/// The calls that a verb makes: those that read, and those that change something.
fn calls(args: &IamArgs) -> (Vec<Call>, Vec<Call>) {
    let guards = if args.guards.is_empty() { Guard::ALL.to_vec() } else { args.guards.clone() };
    let each = |calls: fn(Guard) -> &'static [Call]| -> Vec<Call> {
        let all: BTreeSet<Call> = guards.iter().flat_map(|guard| calls(*guard)).copied().collect();
        all.into_iter().collect()
    };
    let with_identity = |mut calls: Vec<Call>| {
        calls.insert(0, Call::CallerIdentity);
        calls
    };
    match args.verb {
        IamVerb::Spend => (vec![Call::CallerIdentity, Call::CostAndUsage, Call::CostForecast], Vec::new()),
        IamVerb::Drivers => (vec![Call::CallerIdentity, Call::CostAndUsage, Call::CostComparisonDrivers], Vec::new()),
        IamVerb::Prices => (vec![Call::Products, Call::ListPriceLists, Call::GetPriceListFileUrl], Vec::new()),
        IamVerb::Reconcile => (vec![Call::CallerIdentity, Call::CostAndUsage], Vec::new()),
        // Some of what changes something reads first what everybody reads.
        IamVerb::Fix => {
            let reading = with_identity(each(reads));
            let writing = each(writes).into_iter().filter(|call| !reading.contains(call)).collect();
            (reading, writing)
        }
        IamVerb::Check => (with_identity(each(reads)), Vec::new()),
    }
}

pub(crate) fn run(args: &IamArgs) -> Result<Outcome, Failure> {
    let (reading, writing) = calls(args);
    if !args.guards.is_empty() && !matches!(args.verb, IamVerb::Fix | IamVerb::Check) {
        return Err(Problem::of_text("--only is for `iam fix` and `iam check`, whose guards it chooses").into());
    }
    let (allowed, free): (Vec<Call>, Vec<Call>) = reading.iter().partition(|call| call.needs_permission());
    output::data(&match args.format {
        IamFormat::Json => policy(&allowed, &writing),
        IamFormat::Table => table(&[reading, writing].concat()),
    })?;
    for call in free {
        say(&format!("{} is called, too; it needs no permission", call.action()));
    }
    Ok(Outcome::Complete)
}

/// The calls are on whatever is found in the account, so `Resource` is everything. What changes
/// something is a statement of its own: whoever only plans leaves it out.
fn policy(reading: &[Call], writing: &[Call]) -> String {
    let statement = |sid: &str, calls: &[Call]| {
        let mut actions: Vec<&str> = calls.iter().map(|call| call.action()).collect();
        actions.dedup();
        json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*"})
    };
    let mut statements = vec![statement("Stackcost", reading)];
    if !writing.is_empty() {
        statements.push(statement("StackcostChanges", writing));
    }
    // AWS makes such a role by itself the first time, for whoever may have it made.
    for service in writing.iter().filter_map(|call| call.service_linked_role()) {
        statements.push(json!({
            "Sid": "StackcostServiceLinkedRole",
            "Effect": "Allow",
            "Action": [LINKED_ROLE],
            "Resource": "*",
            "Condition": {"StringEquals": {"iam:AWSServiceName": service}},
        }));
    }
    format!("{:#}\n", json!({"Version": "2012-10-17", "Statement": statements}))
}

/// An action a line, and below it what it is for.
fn table(calls: &[Call]) -> String {
    let wide = calls.iter().map(|call| call.action().len()).max().unwrap_or_default();
    let mut text = String::new();
    for call in calls {
        let price = match call {
            Call::GetMetricData => "$0.01 for 1,000 metrics",
            call if call.is_paid() => "$0.01 a page",
            _ => "free",
        };
        text.push_str(&format!("{:wide$}  {price}\n    {}\n", call.action(), call.purpose()));
        if let Some(service) = call.service_linked_role() {
            text.push_str(&format!(
                "{:wide$}  free\n    AWS makes the role of {service} the first time\n",
                LINKED_ROLE
            ));
        }
    }
    text
}
