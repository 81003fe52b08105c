//! What can be typed after `simulate`.

use crate::args::{OutputArgs, PricingArgs};
use clap::Args;
use stackcost_model::exact::Ratio;
use std::path::PathBuf;

pub(crate) const SIMULATE_EXAMPLES: &str = "Examples:
  stackcost simulate stack.toml --scenario \"target tracking\"
  stackcost simulate stack.toml --trace load.csv --activities
  stackcost simulate stack.toml --runs 100 --noise 5% --svg tasks.svg
  stackcost simulate stack.toml --scale 150% --fail-requests-over 0.1%
  stackcost simulate stack.toml --steps --format csv > tasks.csv
  aws cloudwatch get-metric-data ... | stackcost simulate stack.toml --trace - --load-unit requests/row

A service scales where its tasks have a trace: tasks = { trace = \"load.csv\", capacity_per_task =
\"600/min\", min = 2, max = 10, target = \"70% cpu\" }. Options that are named as these keys are go before
them. Where AWS does not say what it does, what the other choice comes to is always shown, too.

CSV holds one table: the ways to run the service, with --activities the activities, with --steps the
times at which tasks run, or are billed, in another number. JSON holds all of it.";

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    /// The stack file; `-` reads standard input
    pub stack: PathBuf,
    #[command(flatten)]
    pub of: ServiceArgs,
    /// Make so many runs with other launch times, Spot interruptions and loads, and show median and
    /// range [default: 20 where any of them is drawn, else 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub runs: Option<u32>,
    /// How far each step of the load is drawn off in those runs: 5%
    #[arg(long, value_name = "PERCENT", default_value = "0%", value_parser = noise)]
    pub noise: u32,
    /// What is drawn by [default: that of the stack file, or 0]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// List every scaling activity with its reason
    #[arg(long)]
    pub activities: bool,
    /// List every time at which tasks run, or are billed, in another number
    #[arg(long)]
    pub steps: bool,
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
    /// Exit with 3 when more than this part of the load comes while the service is over target: 0.1%
    #[arg(long, value_name = "PERCENT", value_parser = part)]
    pub fail_requests_over: Option<Ratio>,
}

/// Which service, and its load.
#[derive(Debug, Args)]
pub(crate) struct ServiceArgs {
    /// The scenario of the stack whose service scales [default: the stack itself if it does, or the
    /// only scenario that does]
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// The component that scales: fargate.api [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub component: Option<String>,
    #[command(flatten)]
    pub load: LoadArgs,
}

/// The load, and how its trace is read; each goes before the key of the stack file.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// Another trace than that of the stack file, or one instead of its `generate`; `-` reads standard
    /// input
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// What the values of the trace are: requests/min, requests/s, requests/row, tasks, cpu%
    #[arg(long, value_name = "UNIT")]
    pub load_unit: Option<String>,
    /// What a task serves at 100 % CPU: 600/min
    #[arg(long, value_name = "RATE")]
    pub capacity_per_task: Option<String>,
    /// The load so many times as high: 1.5 or 150%
    #[arg(long, value_name = "FACTOR")]
    pub scale: Option<String>,
    /// What holds in gaps of the trace: hold, zero, missing
    #[arg(long, value_name = "RULE")]
    pub gaps: Option<String>,
    /// The time zone of times that name none, by whose clock times are told, too [default: that of the
    /// stack file, or UTC]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
}

impl LoadArgs {
    /// The keys of a stack file that they stand for.
    pub fn keys(&self) -> Vec<(&'static str, String)> {
        let keys = [
            ("trace", self.trace.as_ref().map(|path| path.display().to_string())),
            ("load_unit", self.load_unit.clone()),
            ("capacity_per_task", self.capacity_per_task.clone()),
            ("scale", self.scale.clone()),
            ("gaps", self.gaps.clone()),
            ("timezone", self.timezone.clone()),
        ];
        keys.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

/// `5%` or `5`, as thousandths.
fn noise(text: &str) -> Result<u32, String> {
    let percent = Ratio::parse(text.strip_suffix('%').unwrap_or(text).trim_end());
    let thousandths = percent.and_then(|percent| (percent * Ratio::whole(10)).to_whole());
    thousandths
        .and_then(|thousandths| u32::try_from(thousandths).ok())
        .filter(|&thousandths| thousandths <= 1_000)
        .ok_or_else(|| "a percentage from 0% to 100% with at most one decimal, such as 5%".to_string())
}

/// `0.1%`, as a part of 1.
fn part(text: &str) -> Result<Ratio, String> {
    let percent = text.strip_suffix('%').and_then(|percent| Ratio::parse(percent.trim_end()));
    percent
        .filter(|percent| !percent.is_negative())
        .map(|percent| percent / Ratio::whole(100))
        .ok_or_else(|| "a percentage such as 0.1%".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages() {
        for (text, want) in [("5%", Ok(50)), ("2.5 %", Ok(25)), ("5", Ok(50)), ("0", Ok(0)), ("100%", Ok(1_000))] {
            assert_eq!(noise(text).map_err(drop), want, "{text}");
        }
        for text in ["", "-1%", "100.1%", "2.55%", "much"] {
            assert!(noise(text).is_err(), "{text}");
        }
        assert_eq!(part("0.1%"), Ok(Ratio::new(1, 1_000)));
        for text in ["0.1", "-1%", "%", "1e3%"] {
            assert!(part(text).is_err(), "{text}");
        }
    }
}
