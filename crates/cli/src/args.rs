//! What can be typed. Doc comments here are the help texts and the man pages.

use crate::cost_explorer::CostExplorerArgs;
use crate::fixes::args::{CheckArgs, FixArgs};
use crate::prices::args::{DIFF_EXAMPLES, PricesDiffArgs, PricesRefreshArgs, REFRESH_EXAMPLES};
use crate::scaling::args::{SIMULATE_EXAMPLES, SimulateArgs};
use crate::scaling::optimize_args::{OPTIMIZE_EXAMPLES, OptimizeArgs};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use stackcost_formats::render::Precision;
use stackcost_model::bill::{Amount, BadQuery, Metric, Span};
use stackcost_model::fixes::Guard;
use stackcost_model::time::{Date, Horizon};
use std::path::PathBuf;
use std::str::FromStr;

/// What a container stack on AWS costs, before and after a change, exactly
#[derive(Debug, Parser)]
#[command(name = "stackcost", version, arg_required_else_help = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 complete, 1 failed, 2 bad usage or input, 3 threshold crossed,\n4 findings (--detailed-exitcode), 5 partial result"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Price a stack, line by line
    #[command(after_help = ESTIMATE_EXAMPLES)]
    Estimate(EstimateArgs),
    /// Put the scenarios of a stack, or several stacks, side by side
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArgs),
    /// Run a service that scales over its load: tasks over time, cost, what is not served in time
    #[command(after_help = SIMULATE_EXAMPLES)]
    Simulate(Box<SimulateArgs>),
    /// Search for the cheapest target tracking policy within limits, held against what it has not seen
    #[command(after_help = OPTIMIZE_EXAMPLES)]
    Optimize(Box<OptimizeArgs>),
    /// Say how each line came about: arithmetic, rate, its source and date
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// What it really cost, by month and service, tag, account, ...: from Cost Explorer or from
    /// export files
    #[command(after_help = SPEND_EXAMPLES)]
    Spend(SpendArgs),
    /// What moved the bill from one month to another: price, usage, mix, new and gone
    #[command(after_help = DRIVERS_EXAMPLES)]
    Drivers(DriversArgs),
    /// Hold the estimate of a stack against its bill, usage type by usage type, with causes
    #[command(after_help = RECONCILE_EXAMPLES)]
    Reconcile(Box<ReconcileArgs>),
    /// Fix what wastes money or leaves the bill unguarded: plan, apply, undo, status
    Fix(FixArgs),
    /// Hold an account against the operations checklist: pass, fail or unknown, line by line
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Box<CheckArgs>),
    /// Write a starter stack file
    #[command(
        after_help = "Examples:\n  stackcost init\n  stackcost init - | less\n  stackcost init --schema stack.schema.json"
    )]
    Init(InitArgs),
    /// The price book
    Prices(PricesArgs),
    /// Print the IAM policy that a command needs to ask AWS, and nothing more
    #[command(after_help = "Examples:\n  stackcost iam spend > policy.json\n  stackcost iam spend --format table")]
    Iam(IamArgs),
    /// Print a completion script for a shell
    #[command(
        after_help = "Example:\n  stackcost completions bash > ~/.local/share/bash-completion/completions/stackcost"
    )]
    Completions(CompletionsArgs),
    /// Print the manual page, or write all of them into a folder
    #[command(after_help = "Examples:\n  stackcost man | man -l -\n  stackcost man --out-dir ~/.local/share/man/man1")]
    Man(ManArgs),
}

const ESTIMATE_EXAMPLES: &str = "Examples:
  stackcost estimate stack.toml
  stackcost estimate stack.toml --scenario autoscaled --format json
  stackcost estimate stack.toml --set fargate.api.tasks=8 --set month=2026-10
  stackcost estimate stack.toml --fail-over 100";
const COMPARE_EXAMPLES: &str = "Examples:
  stackcost compare stack.toml
  stackcost compare stack.toml --scenario \"fixed at peak\" --scenario autoscaled
  stackcost compare before.toml after.toml --fail-increase 10%";
const EXPLAIN_EXAMPLES: &str = "Examples:
  stackcost explain stack.toml
  stackcost explain stack.toml fargate.api
  stackcost explain stack.toml LCUUsage";

const SPEND_EXAMPLES: &str = "Examples:
  stackcost spend --months 6 --by service --format csv
  stackcost spend --from cur.csv.gz --by service,usage-type
  stackcost spend --from exports/ --by tag:Environment --months 3 --top 10
  stackcost spend --from cur.parquet --where service=AmazonRDS,tag:Environment=prod --metric amortized
  stackcost spend --from cur.csv --by service,day --format csv > october.csv
  stackcost spend --months 1 --forecast --fail-over 500

Forecasts: the run rate is what the whole days of the month cost so far (in UTC, until yesterday;
of files, before the last day with usage), divided by how many they are, times the days of the
month; fees and taxes of the first are multiplied, too. AWS's own forecast is that of Cost Explorer
from today on, with its 80 % interval, added to what the whole days cost. CSV and NDJSON have
no place for it: it goes to standard error.";

const DRIVERS_EXAMPLES: &str = "Examples:
  stackcost drivers 2026-09 2026-10
  stackcost drivers 2026-09 2026-10 --from exports/ --per-day --stack stack.toml
  stackcost drivers 2026-09 2026-10 --from cur.csv.gz --by tag:Team,usage-type --format markdown";
const RECONCILE_EXAMPLES: &str = "Examples:
  stackcost reconcile stack.toml --month 2026-10 --from cur.csv.gz
  stackcost reconcile stack.toml --month 2026-10 --from exports/ --where tag:Environment=prod
  stackcost reconcile stack.toml --month 2026-10 --fail-difference 10%
  stackcost reconcile stack.toml --month 2026-10 --from cur.csv --calibrate as-billed.toml
  stackcost reconcile --rerate --from cur.csv";

const CHECK_EXAMPLES: &str = "Examples:
  stackcost check
  stackcost check --only log-retention --format json
  aws ec2 describe-security-groups | stackcost check --security-groups -

Exit codes: 0 all pass, 4 something fails, 5 something is unknown.";

#[derive(Debug, Args)]
pub(crate) struct EstimateArgs {
    /// The stack file; `-` reads standard input
    pub stack: PathBuf,
    /// Price this scenario of the stack
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    #[command(flatten)]
    pub pricing: PricingArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Exit with 3 when the total is more than this many dollars
    #[arg(long, value_name = "USD", value_parser = output_usd)]
    pub fail_over: Option<stackcost_model::money::Usd>,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The stack files; one alone is compared with its own scenarios
    #[arg(required = true)]
    pub stacks: Vec<PathBuf>,
    /// Only these scenarios, next to the stack itself (repeat for several)
    #[arg(long, value_name = "NAME")]
    pub scenario: Vec<String>,
    /// Hold the others against this one instead of the first
    #[arg(long, value_name = "NAME")]
    pub baseline: Option<String>,
    #[command(flatten)]
    pub pricing: PricingArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Exit with 3 when a total is more than this many dollars
    #[arg(long, value_name = "USD", value_parser = output_usd)]
    pub fail_over: Option<stackcost_model::money::Usd>,
    /// Exit with 3 when a scenario costs more than the baseline by more than this: 25 or 10%
    #[arg(long, value_name = "USD|%", value_parser = increase)]
    pub fail_increase: Option<Increase>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The stack file; `-` reads standard input
    pub stack: PathBuf,
    /// A component (fargate.api) or a part of a usage type (LCUUsage); all lines without it
    pub line: Option<String>,
    /// Explain this scenario of the stack
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    #[command(flatten)]
    pub pricing: PricingArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What is priced, and from which book.
#[derive(Debug, Default, Args)]
pub(crate) struct PricingArgs {
    /// Set a value over the file and its scenarios: fargate.api.tasks=8 (repeat for several)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// What the account pays, for all its stacks: a TOML file with the tables [account] and [prices] of
    /// a stack file, before those of the stack
    #[arg(long, value_name = "FILE")]
    pub account: Option<PathBuf>,
    /// Rates that go before the bundled ones: a CSV file, or a folder made by `prices refresh`
    #[arg(long, value_name = "PATH")]
    pub price_book: Option<PathBuf>,
    /// As of this day: rates with a later date of effect do not count [default: the newest of each]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// Say under the report when the newest rates are older than so many days [default: 365]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i32).range(0..))]
    pub max_age: Option<i32>,
}

#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Decimals of dollars in tables: auto, cents, full, or a number
    #[arg(long, value_name = "DECIMALS", default_value = "auto")]
    pub precision: Precision,
    /// Exit with 0 although some usage has no price
    #[arg(long)]
    pub allow_partial: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For eyes
    Table,
    /// One document; amounts are strings
    Json,
    /// One JSON object a line
    Ndjson,
    /// One fact a row, for spreadsheets
    Csv,
    /// For pull requests
    Markdown,
    /// One page that needs nothing else
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct SpendArgs {
    #[command(flatten)]
    pub export: ExportArgs,
    #[command(flatten)]
    pub cost_explorer: CostExplorerArgs,
    /// Group by these, separated by commas: service, usage-type, operation, region, account,
    /// charge-type, purchase-type, resource, description, usage-start, usage-end, list-rate, commitment,
    /// tag:KEY, cost-category:NAME, month, day
    #[arg(long, value_name = "GROUPS", default_value = "service")]
    pub by: String,
    /// Keep only these charges, separated by commas: service=AmazonRDS,tag:Environment=prod,
    /// region!=us-east-1 (repeat, or | between values, for one of several)
    #[arg(long = "where", value_name = "CONDITIONS")]
    pub conditions: Vec<String>,
    /// The last N months, the running one among them, one month (2026-10) or a range
    /// (2026-05..2026-10) [default: all of the files; 6 of Cost Explorer]
    #[arg(long, visible_alias = "month", value_name = "MONTHS")]
    pub months: Option<Months>,
    /// Which cost: unblended, net-unblended, blended, amortized, net-amortized, list
    #[arg(long, value_name = "METRIC", default_value = "unblended", value_parser = metric)]
    pub metric: Metric,
    /// Show only the N dearest groups, and the others as one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,
    /// Sum quantities of usage as well, by their units
    #[arg(long)]
    pub quantity: bool,
    /// Say what a month comes to that is not over: at its rate so far, and as AWS expects (with
    /// Cost Explorer, for two requests more); see `Forecasts` below
    #[arg(long)]
    pub forecast: bool,
    /// Exit with 3 when a month is more than this; with --forecast also when it will be: as AWS
    /// expects, or else at its run rate
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    pub fail_over: Option<Amount>,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = SpendFormat::Table)]
    pub format: SpendFormat,
    /// Decimals of amounts in tables: auto, cents, full, or a number
    #[arg(long, value_name = "DECIMALS", default_value = "cents")]
    pub precision: Precision,
    /// Exit with 0 although some figures are missing
    #[arg(long)]
    pub allow_partial: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DriversArgs {
    /// The month to compare with
    pub before: Month,
    /// The month to look at
    pub after: Month,
    #[command(flatten)]
    pub export: ExportArgs,
    #[command(flatten)]
    pub cost_explorer: CostExplorerArgs,
    /// Group by these, as in `spend`; the first heads the groups [default: service,usage-type, and
    /// operation where the bill has it]
    #[arg(long, value_name = "GROUPS")]
    pub by: Option<String>,
    /// Keep only these charges, as in `spend`
    #[arg(long = "where", value_name = "CONDITIONS")]
    pub conditions: Vec<String>,
    /// Which cost, as in `spend`
    #[arg(long, value_name = "METRIC", default_value = "unblended", value_parser = metric)]
    pub metric: Metric,
    /// Take the lengths of the months (28 days against 31) out of the usage effect
    #[arg(long)]
    pub per_day: bool,
    /// Show what Cost Explorer itself says moved the bill, too (a paid request)
    #[arg(long)]
    pub aws: bool,
    /// A stack file that says how large a Fargate task is, so that tasks can be counted
    #[arg(long, value_name = "FILE")]
    pub stack: Option<PathBuf>,
    /// Show the N groups that moved most dollars, and the others as one
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub top: u32,
    #[command(flatten)]
    pub output: BilledOutputArgs,
}

/// How to write what is made of a bill: its amounts have more digits than anybody reads.
#[derive(Debug, Args)]
pub(crate) struct BilledOutputArgs {
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Decimals of amounts in tables: auto, cents, full, or a number
    #[arg(long, value_name = "DECIMALS", default_value = "cents")]
    pub precision: Precision,
    /// Exit with 0 although something has no price or some figures are missing
    #[arg(long)]
    pub allow_partial: bool,
}

/// Export files.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// An export file (CUR, CUR 2.0 or FOCUS; CSV, gzip, zip or Parquet), a folder or manifest of
    /// many, or `-` for standard input (repeat for several) [default: ask Cost Explorer]
    #[arg(long, value_name = "PATH")]
    pub from: Vec<PathBuf>,
    /// Leave out rows that cannot be read, count and show them, instead of stopping
    #[arg(long)]
    pub skip_bad_rows: bool,
}

/// Which months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Months {
    /// The last so many, the running one among them.
    Last(u32),
    /// From the first of a month to the first of the month after the last.
    Span(Span),
}

/// How spend can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SpendFormat {
    /// For eyes
    Table,
    /// One document; amounts are strings
    Json,
    /// One JSON object a line
    Ndjson,
    /// A row for each period and group, for spreadsheets
    Csv,
    /// For pull requests and reports
    Markdown,
    /// One page with a picture that needs nothing else
    Html,
    /// FOCUS 1.2, for other FinOps tools
    FocusCsv,
    /// FOCUS 1.2 as a Parquet file
    FocusParquet,
}

#[derive(Debug, Args)]
pub(crate) struct ReconcileArgs {
    /// The stack file; `-` reads standard input
    #[arg(required_unless_present = "rerate", conflicts_with = "rerate")]
    pub stack: Option<PathBuf>,
    /// The month of the bill (2026-10); the stack is estimated over it
    #[arg(long, value_name = "MONTH", required_unless_present = "rerate", value_parser = month_span)]
    pub month: Option<Span>,
    #[command(flatten)]
    pub export: ExportArgs,
    #[command(flatten)]
    pub cost_explorer: CostExplorerArgs,
    /// Keep only these charges, separated by commas: tag:Environment=prod,account=123456789012
    /// (repeat, or | between values, for one of several)
    #[arg(long = "where", value_name = "CONDITIONS")]
    pub conditions: Vec<String>,
    /// Estimate this scenario of the stack
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    #[command(flatten)]
    pub pricing: PricingArgs,
    /// Price the usage of the bill with the book, and hold it against the bill's own list prices;
    /// needs no stack
    #[arg(long, requires = "from", conflicts_with_all = ["set", "scenario"])]
    pub rerate: bool,
    /// Write a stack file with the quantities of the bill: the stack's own text, edited
    #[arg(long, value_name = "OUT", conflicts_with_all = ["rerate", "set"])]
    pub calibrate: Option<PathBuf>,
    /// Replace the file of --calibrate if it is there
    #[arg(long, requires = "calibrate")]
    pub force: bool,
    /// Exit with 3 when billed and estimated differ by more than this: 25, or 10% of the estimate
    #[arg(long, value_name = "USD|%", value_parser = increase)]
    pub fail_difference: Option<Increase>,
    #[command(flatten)]
    pub output: BilledOutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write it; `-` for standard output [default: stack.toml, for a schema `-`]
    pub path: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
    /// Write the JSON Schema of stack files instead, for editors
    #[arg(long, conflicts_with = "wish")]
    pub schema: bool,
    /// Write a file of wishes for `stackcost fix` instead, with the defaults
    #[arg(long)]
    pub wish: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PricesArgs {
    #[command(subcommand)]
    pub command: PricesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PricesCommand {
    /// List rates with where they come from
    #[command(
        after_help = "Examples:\n  stackcost prices show fargate --region eu-west-1\n  stackcost prices show rds db.t4g.micro --format csv\n  stackcost prices show fargate --commitments --price-book prices/"
    )]
    Show(PricesShowArgs),
    /// List what the book lacks for the components of this tool, and warn of what looks odd
    #[command(
        after_help = "Examples:\n  stackcost prices verify\n  stackcost prices verify --region eu-west-1 --detailed-exitcode"
    )]
    Verify(PricesVerifyArgs),
    /// Make a dated book of AWS's price lists, or add others to it
    #[command(after_help = REFRESH_EXAMPLES)]
    Refresh(PricesRefreshArgs),
    /// Say what changed from one book to another, and what that does to the bill of a stack
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(PricesDiffArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PricesShowArgs {
    /// A component type (fargate, rds, ...) or an AWS service code (AmazonECS)
    pub service: String,
    /// Only usage types that contain this
    pub usage_type: Option<String>,
    /// List what it costs under Savings Plans and as reservations instead
    #[arg(long)]
    pub commitments: bool,
    /// Whose rates
    #[arg(long, default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
    /// Rates that go before the bundled ones: a CSV file, or a folder made by `prices refresh`
    #[arg(long, value_name = "PATH")]
    pub price_book: Option<PathBuf>,
    /// As of this day: rates with a later date of effect are left out [default: all there are]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PricesVerifyArgs {
    /// Only this region [default: all]
    #[arg(long)]
    pub region: Option<String>,
    /// Rates that go before the bundled ones: a CSV file, or a folder made by `prices refresh`
    #[arg(long, value_name = "PATH")]
    pub price_book: Option<PathBuf>,
    /// Warn of regions whose newest rate is more than so many days old
    #[arg(long, value_name = "DAYS", default_value_t = 365, value_parser = clap::value_parser!(i32).range(0..))]
    pub max_age: i32,
    /// Exit with 4 when something is lacking; warnings do not count
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct IamArgs {
    /// The command
    pub verb: IamVerb,
    /// Only what these guards need: log-retention, ... (repeat for several; `fix` and `check`)
    #[arg(long = "only", value_name = "GUARD")]
    pub guards: Vec<Guard>,
    /// How to write it
    #[arg(long, short, value_enum, default_value_t = IamFormat::Json)]
    pub format: IamFormat,
}

/// Commands that ask AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IamVerb {
    /// What was really spent
    Spend,
    /// What moved the bill
    Drivers,
    /// The model against the bill
    Reconcile,
    /// `prices refresh --api`
    Prices,
    /// Plan, apply, undo and status of fixes
    Fix,
    /// The operations checklist, which only reads
    Check,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum IamFormat {
    /// The policy, ready to attach
    Json,
    /// The actions, what for, and what they cost
    Table,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write a page for each command into this folder
    #[arg(long, value_name = "FOLDER")]
    pub out_dir: Option<PathBuf>,
}

/// How much more is too much.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Increase {
    Usd(stackcost_model::money::Usd),
    Percent(stackcost_model::exact::Ratio),
}

pub(crate) fn output_usd(text: &str) -> Result<stackcost_model::money::Usd, String> {
    let amount = text.strip_prefix('$').unwrap_or(text);
    stackcost_model::money::Usd::parse(amount)
        .filter(|usd| *usd >= stackcost_model::money::Usd::ZERO)
        .ok_or_else(|| "an amount of dollars such as 100 or 99.50".to_string())
}

fn increase(text: &str) -> Result<Increase, String> {
    match text.strip_suffix('%') {
        Some(percent) => stackcost_model::exact::Ratio::parse(percent.trim())
            .filter(|percent| !percent.is_negative())
            .map(Increase::Percent)
            .ok_or_else(|| "a percentage such as 10%".to_string()),
        None => output_usd(text).map(Increase::Usd),
    }
}

fn amount(text: &str) -> Result<Amount, String> {
    let plain = text.strip_prefix('$').unwrap_or(text);
    Amount::parse(plain.as_bytes())
        .filter(|amount| !amount.is_negative())
        .ok_or_else(|| "an amount such as 100 or 99.50".to_string())
}

fn metric(text: &str) -> Result<Metric, String> {
    text.parse().map_err(|error: BadQuery| error.to_string())
}

impl FromStr for Months {
    type Err = String;

    fn from_str(text: &str) -> Result<Months, String> {
        let wrong = || "months are a number (6), a month (2026-10) or a range (2026-05..2026-10)".to_string();
        if let Ok(count) = text.parse::<u32>() {
            return if (1..=120).contains(&count) { Ok(Months::Last(count)) } else { Err(wrong()) };
        }
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (start, last) = (month(first).ok_or_else(wrong)?, month(last).ok_or_else(wrong)?);
        let end = last.last_of_month().tomorrow().map_err(|_| wrong())?;
        if start < end {
            Ok(Months::Span(Span { start, end }))
        } else {
            Err(format!("{first} is after {}", &text[first.len() + 2..]))
        }
    }
}

/// A month, by its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Month(pub Date);

impl FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Month, String> {
        month(text).map(Month).ok_or_else(|| "a month such as 2026-10".to_string())
    }
}

/// All days of a month such as `2026-10`.
fn month_span(text: &str) -> Result<Span, String> {
    let wrong = || "a month such as 2026-10".to_string();
    match text.parse() {
        Ok(Months::Span(span)) if !text.contains("..") => Ok(span),
        _ => Err(wrong()),
    }
}

/// The first day of a month such as `2026-10`.
fn month(text: &str) -> Option<Date> {
    match text.parse().ok()? {
        Horizon::Month { first } => Some(first),
        _ => None,
    }
}

pub(crate) fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "a date such as 2026-09-01".to_string())
}
