//! What can be typed after `optimize`.

use super::args::ServiceArgs;
use crate::args::{Months, OutputArgs, PricingArgs};
use clap::Args;
use stackcost_formats::grid::{self, Targets};
use stackcost_formats::owned::Owned;
use stackcost_model::exact::Ratio;
use stackcost_model::price::{Payment, Term};
use stackcost_model::scaling::optimize::Limit;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

pub(crate) const OPTIMIZE_EXAMPLES: &str = "Examples:
  stackcost optimize stack.toml --scenario \"target tracking\"
  stackcost optimize stack.toml --constraint \"requests-over<=0.1%\" --constraint \"max<=12\"
  stackcost optimize stack.toml --targets 40%..80%:5% --mins 1..6 --maxes 8,12 --emit autoscaling/
  stackcost optimize stack.toml --trace load.csv --format csv > trade-off.csv
  stackcost optimize stack.toml --commitments --price-book prices/ --owned compute:1yr:no=0.05
  stackcost optimize --commitments --from exports/ --price-book prices/

The policy that is cheapest within the limits is searched for on the first part of the load; it, the
policy there is, fixed counts and the best schedule by the clock are then held against what was held
out, the last quarter. Limits are requests-over, time-over and lost (percent, or now: as much as
under the policy there is), max (tasks at once) and latency (from the first breach until tasks
serve). Where nothing limits what is over target, or what is lost, it may not be more than now. Over
target is what the stack file says (over = \"70%\"), or else the target that it has, whatever target is
tried. Nothing is changed in an account.

With --commitments it is Savings Plans and reservations that are searched for: the best amount of each
offer and of all together, exactly, for the stack (or --scenario) as it runs hour by hour, what is owned
taken off first; and what amounts save under other demand. With --jointly the policy is chosen for what it costs
with commitments: --constraint and the lists of what to try are as without. Rates of commitments come from the price
book: `stackcost prices refresh` makes one of AWS's price lists.

With --from it is the usage of an hourly bill that commitments are searched for, at the rates on demand that the
bill has, or else the price book. Accounts count together. What is on demand counts, as in AWS's own
recommendations; what commitments cover today is left aside, and said. With --owned it counts, too, and what is
owned takes it off first: name all of it, usage types with the prefix that their region has (EU-InstanceUsage:...).
An hour without rows is an hour without usage; a month without rows is left out, as its file is not there.";

#[derive(Debug, Args)]
pub(crate) struct OptimizeArgs {
    /// The stack file; `-` reads standard input
    #[arg(required_unless_present = "from")]
    stack: Option<PathBuf>,
    #[command(flatten)]
    pub of: ServiceArgs,
    /// What it has to keep to: "requests-over<=0.1%" (repeat for several)
    #[arg(long, value_name = "LIMIT", value_parser = grid::limit)]
    pub constraint: Vec<Limit>,
    /// Targets to try: 40%..80%:5% [default: 30 % to 90 %, and that there is]
    #[arg(long, value_name = "LIST", value_parser = grid::targets)]
    pub targets: Option<Targets>,
    /// Least capacities to try: 1..6 [default: from 2, or from what is the least now where that is lower, to
    /// what the load needs in the mean]; the least of them holds for the schedule and fixed counts, too
    #[arg(long, value_name = "LIST", value_parser = counts)]
    pub mins: Option<Values>,
    /// Most capacities to try: 8,12 [default: that there is, what the load needs at its peak, and a
    /// limit on max]
    #[arg(long, value_name = "LIST", value_parser = counts)]
    pub maxes: Option<Values>,
    /// Scale-out cooldowns to try: 0s,60s [default: 0s,60s,300s]
    #[arg(long, value_name = "LIST", value_parser = lengths)]
    pub scale_out_cooldowns: Option<Values>,
    /// Scale-in cooldowns to try: 60s,300s [default: 60s,300s]
    #[arg(long, value_name = "LIST", value_parser = lengths)]
    pub scale_in_cooldowns: Option<Values>,
    /// Resolutions of CPU and memory to try: 60s,20s [default: that there is]
    #[arg(long, value_name = "LIST", value_parser = resolutions)]
    pub resolutions: Option<Values>,
    /// The last part of the load, not looked at when choosing; at least a day, when the load has three
    /// [default: 25%]
    #[arg(long, value_name = "PERCENT", value_parser = grid::held_out)]
    pub hold_out: Option<Ratio>,
    /// Try at most so many policies [default: 2000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub budget: Option<u32>,
    /// What launch times and Spot interruptions are drawn by [default: that of the stack file]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Run so many policies at once [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// The ECS cluster, for what puts the policy in place
    #[arg(long, value_name = "NAME", value_parser = ecs_name)]
    pub cluster: Option<String>,
    /// The ECS service, for what puts the policy in place
    #[arg(long, value_name = "NAME", value_parser = ecs_name)]
    pub service: Option<String>,
    /// The name of the policy, so that one that is there is replaced
    #[arg(long, value_name = "NAME", value_parser = policy_name)]
    pub policy_name: Option<String>,
    /// Of requests per target: app/NAME/ID/targetgroup/NAME/ID
    #[arg(long, value_name = "LABEL", value_parser = resource_label)]
    pub resource_label: Option<String>,
    /// Write a picture of the trade-off
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write what puts the policy in place into this folder: JSON, shell and Terraform
    #[arg(long, value_name = "FOLDER")]
    pub emit: Option<PathBuf>,
    /// Replace files of --emit that are there
    #[arg(long, requires = "emit")]
    pub force: bool,
    #[command(flatten)]
    pub committing: CommitmentArgs,
    #[command(flatten)]
    pub pricing: PricingArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// The part of the load that is held out where nothing else is asked for.
const HELD_OUT: (i128, i128) = (1, 4);
/// How many policies are tried at most where nothing else is asked for.
const BUDGET: u32 = 2_000;

impl OptimizeArgs {
    /// The stack file; there is one wherever no bill is looked at.
    pub fn stack(&self) -> &Path {
        self.stack.as_deref().unwrap_or(Path::new(""))
    }

    /// The part of the load that is not looked at when choosing.
    pub fn held_out(&self) -> Ratio {
        self.hold_out.unwrap_or_else(|| Ratio::new(HELD_OUT.0, HELD_OUT.1))
    }

    /// How many policies are tried at most.
    pub fn most_tried(&self) -> u32 {
        self.budget.unwrap_or(BUDGET)
    }

    /// What was typed that is for policies alone.
    pub fn of_policies(&self) -> Option<&'static str> {
        let typed = [
            (!self.constraint.is_empty(), "--constraint"),
            (self.targets.is_some(), "--targets"),
            (self.mins.is_some(), "--mins"),
            (self.maxes.is_some(), "--maxes"),
            (self.scale_out_cooldowns.is_some(), "--scale-out-cooldowns"),
            (self.scale_in_cooldowns.is_some(), "--scale-in-cooldowns"),
            (self.resolutions.is_some(), "--resolutions"),
            (self.hold_out.is_some(), "--hold-out"),
            (self.budget.is_some(), "--budget"),
            (self.threads.is_some(), "--threads"),
        ];
        typed.into_iter().find(|(is, _)| *is).map(|(_, name)| name)
    }
}

/// What says something of a stack, and nothing of a bill.
const OF_STACKS: [&str; 13] = [
    "stack",
    "account",
    "max_age",
    "jointly",
    "scenario",
    "component",
    "trace",
    "load_unit",
    "capacity_per_task",
    "scale",
    "gaps",
    "timezone",
    "set",
];

/// What to commit to, instead of a policy.
#[derive(Debug, Args)]
#[command(next_help_heading = "Commitments")]
pub(crate) struct CommitmentArgs {
    /// Search for Savings Plans and reservations instead of a policy
    #[arg(long, conflicts_with_all = ["cluster", "service", "policy_name", "resource_label", "svg", "emit"])]
    pub commitments: bool,
    /// Search for the policy of the service that scales, too, and choose both together
    #[arg(long, requires = "commitments")]
    pub jointly: bool,
    /// Search for what an hourly bill commits to, instead of a stack: an export file (CUR, CUR 2.0 or FOCUS; CSV,
    /// gzip, zip or Parquet), a folder or manifest of many, or `-` for standard input (repeat for several)
    #[arg(long, requires = "commitments", value_name = "PATH", conflicts_with_all = OF_STACKS)]
    pub from: Vec<PathBuf>,
    /// Of a bill, keep only these charges, as in `spend`
    #[arg(long = "where", requires = "from", value_name = "CONDITIONS")]
    pub conditions: Vec<String>,
    /// Of a bill, keep only these months, as in `spend`
    #[arg(long, visible_alias = "month", requires = "from", value_name = "MONTHS")]
    pub months: Option<Months>,
    /// Of a bill, leave out rows that cannot be read, count and show them, instead of stopping
    #[arg(long, requires = "from")]
    pub skip_bad_rows: bool,
    /// How long they may last
    #[arg(long, requires = "commitments", value_name = "TERMS", value_delimiter = ',', default_value = "1yr,3yr", value_parser = term)]
    pub terms: Vec<Term>,
    /// How they may be paid
    #[arg(long, requires = "commitments", value_name = "PAYMENTS", value_delimiter = ',', default_value = "no,partial,all", value_parser = payment)]
    pub payments: Vec<Payment>,
    /// The part of a Partial Upfront plan that is paid at once, 50 to 99
    #[arg(long, requires = "commitments", value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(50..=99))]
    pub partial_upfront: u32,
    /// The yearly rate at which later payments count less
    #[arg(long, requires = "commitments", value_name = "PERCENT", default_value = "0%", value_parser = percent, allow_hyphen_values = true)]
    pub discount_rate: Ratio,
    /// A commitment that is there already (repeat for several): compute:1yr:no=0.05, or
    /// InstanceUsage:db.r6g.large/CreateDBInstance:0014:1yr:no=2
    #[arg(long, requires = "commitments", value_name = "COMMITMENT", value_parser = Owned::parse)]
    pub owned: Vec<Owned>,
    /// Other demand to hold it against, in percent of what is used; what you name counts for the least regret, too
    /// [default: 50%,80%,120%, which are only shown]
    #[arg(long, requires = "commitments", value_name = "PERCENTS", value_delimiter = ',', value_parser = percent)]
    pub demand: Vec<Ratio>,
    /// Draw the days of the demand anew so often
    #[arg(long, requires = "commitments", value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u64).range(20..=100_000))]
    pub resamples: u64,
    /// Of CSV and NDJSON: each try of an amount chosen by the past, instead of the offers
    #[arg(long, requires = "commitments")]
    pub back_tests: bool,
}

fn term(text: &str) -> Result<Term, String> {
    Term::from_word(text).ok_or_else(|| "a term is 1yr or 3yr".to_string())
}

fn payment(text: &str) -> Result<Payment, String> {
    let payment = Payment::from_word(text).filter(|&payment| payment != Payment::Heavy);
    payment.ok_or_else(|| "a payment is no, partial or all".to_string())
}

fn percent(text: &str) -> Result<Ratio, String> {
    let number = text.strip_suffix('%').and_then(|number| Ratio::parse(number.trim()));
    let percent = number.filter(|percent| !percent.is_negative() && *percent <= Ratio::whole(10_000));
    percent.map(|percent| percent / Ratio::whole(100)).ok_or_else(|| "write a percentage such as 80%".to_string())
}

/// A list as one value: clap would take a vector for many.
#[derive(Clone, Debug)]
pub(crate) struct Values(pub Vec<u32>);

fn counts(text: &str) -> Result<Values, String> {
    grid::counts(text).map(Values)
}

fn lengths(text: &str) -> Result<Values, String> {
    grid::lengths(text).map(Values)
}

fn resolutions(text: &str) -> Result<Values, String> {
    grid::resolutions(text).map(Values)
}

/// Names of clusters and services: nothing in them means anything to a shell.
fn ecs_name(text: &str) -> Result<String, String> {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
    if !text.is_empty() && text.len() <= 255 && text.chars().all(plain) {
        return Ok(text.to_string());
    }
    Err("the name (not the ARN) has letters, digits, - and _, 255 at most".to_string())
}

/// What AWS takes as the name of a policy, without what means something to a shell.
fn policy_name(text: &str) -> Result<String, String> {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.' | ':' | '/' | ' ');
    if !text.is_empty() && text.len() <= 256 && text.chars().all(plain) {
        return Ok(text.to_string());
    }
    Err("a name has letters, digits, spaces and - _ . : /, 256 at most".to_string())
}

fn resource_label(text: &str) -> Result<String, String> {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '/' | '.');
    let parts: Vec<&str> = text.split('/').collect();
    if let ["app", _, _, "targetgroup", _, _] = parts[..]
        && text.chars().all(plain)
        && parts.iter().all(|part| !part.is_empty())
    {
        return Ok(text.to_string());
    }
    Err("a label is app/NAME/ID/targetgroup/NAME/ID: the ends of both ARNs".to_string())
}
