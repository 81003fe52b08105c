//! Writing results: data to standard output, talk to standard error.

use crate::failure::Failure;
use crate::{Outcome, args::OutputArgs};
use stackcost_formats::problem::Problem;
use std::io::{ErrorKind, IsTerminal, Write};
use terminal_size::{Width, terminal_size_of};

/// Without a terminal, reports are as wide as the narrowest usual one.
const USUAL_WIDTH: usize = 80;

/// How wide the terminal behind a stream is.
pub(crate) fn width(stream: &(impl IsTerminal + std::os::fd::AsFd)) -> usize {
    let terminal = if stream.is_terminal() { terminal_size_of(stream) } else { None };
    terminal.map_or(USUAL_WIDTH, |(Width(columns), _)| usize::from(columns).max(20))
}

/// How wide the terminal on standard output is.
pub(crate) fn stdout_width() -> usize {
    width(&std::io::stdout())
}

/// Writes data.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::Failed(Problem::of_text(format!("cannot write the result: {error}"))),
    })
}

/// Says something beside the data.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The verdict on a result that may have gaps, said after it was written.
pub(crate) fn complete(complete: bool, args: &OutputArgs) -> Outcome {
    if complete {
        return Outcome::Complete;
    }
    if args.allow_partial {
        return Outcome::Complete;
    }
    say("partial: some usage has no price, totals are lower bounds (--allow-partial accepts that)");
    Outcome::Partial
}
