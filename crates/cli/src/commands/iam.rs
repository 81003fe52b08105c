//! `stackcost iam`: the least-privilege policy that a verb needs.

use crate::Outcome;
use crate::args::{IamArgs, IamFormat, IamVerb};
use crate::failure::Failure;
use crate::output::{self, say};
use serde_json::json;
use stackcost_aws::Call;

/// The calls that each verb makes.
fn calls(verb: IamVerb) -> &'static [Call] {
    match verb {
        IamVerb::Spend => &[Call::CallerIdentity, Call::CostAndUsage, Call::CostForecast],
        IamVerb::Drivers => &[Call::CallerIdentity, Call::CostAndUsage, Call::CostComparisonDrivers],
        IamVerb::Reconcile => &[Call::CallerIdentity, Call::CostAndUsage],
    }
}

pub(crate) fn run(args: &IamArgs) -> Result<Outcome, Failure> {
    let (allowed, free): (Vec<Call>, Vec<Call>) = calls(args.verb).iter().partition(|call| call.needs_permission());
    output::data(&match args.format {
        IamFormat::Json => policy(&allowed),
        IamFormat::Table => table(calls(args.verb)),
    })?;
    for call in free {
        say(&format!("{} is called, too; it needs no permission", call.action()));
    }
    Ok(Outcome::Complete)
}

/// Cost Explorer knows no resources below the account, so `Resource` is everything.
fn policy(allowed: &[Call]) -> String {
    let actions: Vec<&str> = allowed.iter().map(|call| call.action()).collect();
    let statement = json!({"Sid": "Stackcost", "Effect": "Allow", "Action": actions, "Resource": "*"});
    format!("{:#}\n", json!({"Version": "2012-10-17", "Statement": [statement]}))
}

fn table(calls: &[Call]) -> String {
    let mut text = String::new();
    for call in calls {
        let price = if call.is_paid() { "$0.01 a page" } else { "free" };
        text.push_str(&format!("{:29} {:41} {price}\n", call.action(), call.purpose()));
    }
    text
}
