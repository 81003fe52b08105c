//! The stackcost command line: arguments, files and the terminal. It computes no money.
//!
//! Exit codes: 0 done and complete; 1 it failed; 2 bad usage or input; 3 a threshold crossed;
//! 4 findings (with `--detailed-exitcode`, and of `check`); 5 a partial result; 130, as shells say it, interrupted.
#![forbid(unsafe_code)]
#![deny(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

mod args;
mod bill;
mod commands;
mod exports;
mod cost_explorer;
mod failure;
mod fixes;
mod focus;
mod forecast;
mod input;
mod output;
mod prices;
mod progress;
mod scaling;

use args::{Cli, Command, PricesCommand};
use clap::Parser;
use failure::Failure;
use fixes::args::FixCommand;
use std::process::ExitCode;

/// How a command that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Complete,
    ThresholdCrossed,
    Findings,
    Partial,
    /// Something was done, something was not; that was told already.
    Failed,
    /// Somebody stopped it.
    Interrupted,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are no errors; clap's own code for bad usage is 2, as ours.
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run(cli.command) {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::ThresholdCrossed) => ExitCode::from(3),
        Ok(Outcome::Findings) => ExitCode::from(4),
        Ok(Outcome::Partial) => ExitCode::from(5),
        Ok(Outcome::Failed) => ExitCode::FAILURE,
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Estimate(args) => commands::estimate::run(&args),
        Command::Compare(args) => commands::compare::run(&args),
        Command::Simulate(args) => commands::simulate::run(&args),
        Command::Optimize(args) => commands::optimize::run(&args),
        Command::Explain(args) => commands::explain::run(&args),
        Command::Spend(args) => commands::spend::run(&args),
        Command::Drivers(args) => commands::drivers::run(&args),
        Command::Reconcile(args) => commands::reconcile::run(&args),
        Command::Fix(args) => match args.command {
            FixCommand::Plan(args) => commands::fix_plan::run(&args),
            FixCommand::Apply(args) => commands::fix_apply::run(&args),
            FixCommand::Undo(args) => commands::fix_undo::run(&args),
            FixCommand::Status(args) => commands::fix_status::run(&args),
        },
        Command::Check(args) => commands::check::run(&args),
        Command::Init(args) => commands::init::run(&args),
        Command::Prices(args) => match args.command {
            PricesCommand::Show(args) => commands::prices_show::run(&args),
            PricesCommand::Verify(args) => commands::prices_verify::run(&args),
            PricesCommand::Diff(args) => commands::prices_diff::run(&args),
            PricesCommand::Refresh(args) => commands::prices_refresh::run(&args),
        },
        Command::Iam(args) => commands::iam::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Man(args) => commands::man::run(&args),
    }
}
