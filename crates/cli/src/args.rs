//! What can be typed. Doc comments here are the help texts and the man pages.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use stackcost_formats::render::Precision;
use stackcost_model::time::Date;
use std::path::PathBuf;

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
    /// Say how each line came about: arithmetic, rate, its source and date
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
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
#[derive(Debug, Args)]
pub(crate) struct PricingArgs {
    /// Set a value over the file and its scenarios: fargate.api.tasks=8 (repeat for several)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// A CSV file of your own rates, which go before the book's
    #[arg(long, value_name = "FILE")]
    pub price_book: Option<PathBuf>,
    /// As of this day: rates with a later date of effect do not count [default: the newest of each]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
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
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Where to write it; `-` for standard output [default: stack.toml, for a schema `-`]
    pub path: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
    /// Write the JSON Schema of stack files instead, for editors
    #[arg(long)]
    pub schema: bool,
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
        after_help = "Examples:\n  stackcost prices show fargate --region eu-west-1\n  stackcost prices show rds db.t4g.micro --format csv"
    )]
    Show(PricesShowArgs),
    /// List what the book lacks for the components of this tool
    #[command(
        after_help = "Examples:\n  stackcost prices verify\n  stackcost prices verify --region eu-west-1 --detailed-exitcode"
    )]
    Verify(PricesVerifyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PricesShowArgs {
    /// A component type (fargate, rds, ...) or an AWS service code (AmazonECS)
    pub service: String,
    /// Only usage types that contain this
    pub usage_type: Option<String>,
    /// Whose rates
    #[arg(long, default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
    /// A CSV file of your own rates, which go before the book's
    #[arg(long, value_name = "FILE")]
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
    /// A CSV file of your own rates, which go before the book's
    #[arg(long, value_name = "FILE")]
    pub price_book: Option<PathBuf>,
    /// Exit with 4 when something is lacking
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

fn output_usd(text: &str) -> Result<stackcost_model::money::Usd, String> {
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

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "a date such as 2026-09-01".to_string())
}
