//! Tasks of this repository, run as `cargo run -p xtask -- <task>`.
//!
//! `prices` turns a folder of collected list prices into the price book in `pricing-data/`. The same input always
//! gives the same bytes, and a row the task does not understand stops it: nothing is guessed, nothing is left out
//! without a word.
#![forbid(unsafe_code)]
#![deny(clippy::float_arithmetic)]

mod prices;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the stackcost repository.
#[derive(Debug, Parser)]
#[command(name = "xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Build the price book from collected prices and our own supplement.
    Prices {
        /// The folder that holds `prices.csv` and `classes.csv`.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// The folder of the price book; its `supplement.csv` is read, everything generated is rewritten.
        #[arg(long, value_name = "DIR", default_value = "pricing-data")]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.task {
        Task::Prices { from, out } => prices::run(&from, &out),
    };
    match done {
        Ok(summary) => {
            // A closed pipe is not our failure: the files are written.
            let _ = write!(std::io::stdout().lock(), "{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}
