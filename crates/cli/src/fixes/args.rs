//! What can be typed after `fix` and `check`.

use crate::args::Format;
use clap::{Args, Subcommand};
use jiff::SignedDuration;
use stackcost_formats::render::Precision;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    #[command(subcommand)]
    pub command: FixCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FixCommand {
    /// Say what would be changed, what it saves, what is lost, and whether it can be undone
    #[command(after_help = PLAN_EXAMPLES)]
    Plan(Box<PlanArgs>),
    /// Change exactly what a plan says
    #[command(after_help = APPLY_EXAMPLES)]
    Apply(Box<ApplyArgs>),
    /// Put back what an apply has changed
    #[command(after_help = UNDO_EXAMPLES)]
    Undo(Box<UndoArgs>),
    /// Say what was applied, and whether alarms really reach somebody
    #[command(after_help = "Examples:\n  stackcost fix status\n  stackcost fix status --wish fixes.toml --format json")]
    Status(Box<StatusArgs>),
}

const PLAN_EXAMPLES: &str = "Examples:
  stackcost fix plan
  stackcost fix plan -o plan.json --wish fixes.toml --stack stack.toml
  stackcost fix plan --only log-retention --except \"/audit/*\"
  stackcost fix plan --profile a --profile b --region us-east-1 --region eu-west-1

Nothing is changed. The policy that this needs is printed by `stackcost iam fix`.";
const APPLY_EXAMPLES: &str = "Examples:
  stackcost fix apply plan.json
  stackcost fix apply plan.json --yes
  stackcost fix apply plan.json --resume
  stackcost fix apply --only log-retention

Every setting is read again before it is changed, and left alone if it is no longer as planned.
What is about to be done is written to a journal first; `stackcost fix undo` puts it back.";
const UNDO_EXAMPLES: &str = "Examples:
  stackcost fix undo
  stackcost fix undo journal.ndjson --yes
  stackcost fix undo -o back.json";

/// Whom to ask, and how.
#[derive(Debug, Args)]
pub(crate) struct ReachArgs {
    /// The AWS profile to use (repeat for several accounts) [default: as the AWS CLI]
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,
    /// Ask this server instead of AWS
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// How long to wait for one answer
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub timeout: SignedDuration,
    /// Calls at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
}

/// What to look at.
#[derive(Debug, Args)]
pub(crate) struct LookArgs {
    #[command(flatten)]
    pub reach: ReachArgs,
    /// The region to look at (repeat for several) [default: that of the profile or AWS_REGION]
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// What is wished, a TOML file; `stackcost init --wish` writes one with the defaults
    #[arg(long, value_name = "FILE")]
    pub wish: Option<PathBuf>,
    /// A stack file: thresholds of billing alarms are proposed from what it is estimated to cost
    #[arg(long, value_name = "FILE")]
    pub stack: Option<PathBuf>,
    #[command(flatten)]
    pub choose: ChooseArgs,
    /// Never change what has a name like this, but say what is wrong with it (repeat for several)
    #[arg(long, value_name = "PATTERN")]
    pub protect: Vec<String>,
    /// Let retentions that are set become shorter
    #[arg(long)]
    pub allow_shorten: bool,
    /// Do not have ECR itself preview lifecycle policies
    #[arg(long)]
    pub no_preview: bool,
    /// What `aws ec2 describe-security-groups` printed (`-`: standard input), to look at open ports
    #[arg(long, value_name = "FILE")]
    pub security_groups: Option<PathBuf>,
}

/// What of it.
#[derive(Debug, Args)]
pub(crate) struct ChooseArgs {
    /// Only these guards, resources or services: log-retention, "/ecs/*" (repeat for several)
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<String>,
    /// Not these guards, resources or services (repeat for several)
    #[arg(long, value_name = "PATTERN")]
    pub except: Vec<String>,
}

/// Where a plan goes.
#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// Write the plan to this file, for `stackcost fix apply`, and change nothing
    #[arg(long, short, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace that file even if it is no plan
    #[arg(long, requires = "out")]
    pub force: bool,
}

/// How to write what was found.
#[derive(Debug, Args)]
pub(crate) struct FoundOutputArgs {
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Decimals of dollars in tables: auto, cents, full, or a number
    #[arg(long, value_name = "DECIMALS", default_value = "auto")]
    pub precision: Precision,
    /// Exit with 0 although something could not be read
    #[arg(long)]
    pub allow_partial: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub file: FileArgs,
    #[command(flatten)]
    pub output: FoundOutputArgs,
    /// Exit with 4 when something would be changed
    #[arg(long)]
    pub detailed_exitcode: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The plan; without it one is made and shown first
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub consent: ConsentArgs,
    /// Go on where an apply of this plan was interrupted
    #[arg(long, requires = "plan")]
    pub resume: bool,
    /// Refuse plans that are older
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = duration)]
    pub max_age: SignedDuration,
    #[command(flatten)]
    pub output: FoundOutputArgs,
}

/// Who says yes, and where it is written down.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
    /// Keep the journal in this file [default: one in the folder that `fix status` names]
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Wait while another apply is at work in the same account, instead of refusing
    #[arg(long)]
    pub wait: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    /// The journal to undo [default: the last that was not undone]
    pub journal_file: Option<PathBuf>,
    #[command(flatten)]
    pub reach: ReachArgs,
    #[command(flatten)]
    pub consent: ConsentArgs,
    #[command(flatten)]
    pub choose: ChooseArgs,
    #[command(flatten)]
    pub file: FileArgs,
    #[command(flatten)]
    pub output: FoundOutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub output: FoundOutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub look: LookArgs,
    #[command(flatten)]
    pub output: FoundOutputArgs,
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "a time such as 24h, 90m or 7d".to_string();
    // jiff's durations have no days, since a day need not have 24 hours; those of an age do.
    let parsed = match text.strip_suffix('d').map(str::parse::<i64>) {
        Some(Ok(days)) => days.checked_mul(24).map(SignedDuration::from_hours),
        _ => text.parse().ok(),
    };
    parsed.filter(|age| age.is_positive()).ok_or_else(wrong)
}
