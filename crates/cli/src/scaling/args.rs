//! What can be typed after `simulate`.

use crate::args::{OutputArgs, PricingArgs};
use clap::Args;
use std::path::PathBuf;

pub(crate) const SIMULATE_EXAMPLES: &str = "Examples:
  stackcost simulate stack.toml --scenario \"target tracking\"
  stackcost simulate stack.toml --trace load.csv --activities
  stackcost simulate stack.toml --runs 100 --noise 5 --svg tasks.svg
  aws cloudwatch get-metric-data ... | stackcost simulate stack.toml --trace -

A service scales where its tasks have a trace: tasks = { trace = \"load.csv\", capacity_per_task =
\"600/min\", min = 2, max = 10, target = \"70% cpu\" }. Where AWS does not say what it does, the other
choice is shown, too.";

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// The stack file; `-` reads standard input
    pub stack: PathBuf,
    /// The scenario of the stack whose service scales [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// The component that scales: fargate.api [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    /// Another trace than that of the stack file; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Make so many runs with other launch times and loads, and show median and range
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub runs: u32,
    /// How far loads are drawn off in those runs, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0, requires = "runs", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub noise: u32,
    /// List every scaling activity with its reason
    #[arg(long)]
    pub activities: bool,
    /// Write a picture of tasks over time
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    #[command(flatten)]
    pub pricing: PricingArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Exit with 3 when scaling costs more than this many dollars
    #[arg(long, value_name = "USD", value_parser = crate::args::output_usd)]
    pub fail_over: Option<stackcost_model::money::Usd>,
}
