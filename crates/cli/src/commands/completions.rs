//! `stackcost completions`.

use crate::Outcome;
use crate::args::{Cli, CompletionsArgs};
use crate::failure::Failure;
use crate::output;
use clap::CommandFactory;

pub(crate) fn run(args: &CompletionsArgs) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "stackcost", &mut script);
    output::data(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Complete)
}
