//! Writing results: data to standard output, talk to standard error.

use crate::failure::Failure;
use crate::{Outcome, args::OutputArgs};
use stackcost_formats::problem::Problem;
use std::io::{ErrorKind, IsTerminal, Write};
use terminal_size::{Height, Width, terminal_size_of};

/// Without a terminal, reports are as wide as the narrowest usual one.
const USUAL_WIDTH: usize = 80;

/// How wide the terminal on standard output is.
pub(crate) fn stdout_width() -> usize {
    let stdout = std::io::stdout();
    columns(if stdout.is_terminal() { terminal_size_of(&stdout) } else { None })
}

/// How wide the terminal on standard error is.
pub(crate) fn stderr_width() -> usize {
    let stderr = std::io::stderr();
    columns(if stderr.is_terminal() { terminal_size_of(&stderr) } else { None })
}

fn columns(terminal: Option<(Width, Height)>) -> usize {
    terminal.map_or(USUAL_WIDTH, |(Width(columns), _)| usize::from(columns).max(20))
}

/// Writes data; nothing of it commands the terminal, whoever named what it tells of.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    match text.chars().any(commands) {
        true => bytes(visible(text).as_bytes()),
        false => bytes(text.as_bytes()),
    }
}

/// Writes data that is no text; a terminal is not sent it.
pub(crate) fn binary(data: &[u8], what: &str) -> Result<(), Failure> {
    if std::io::stdout().is_terminal() {
        let problem = Problem::of_text(format!("{what} is no text for a terminal"));
        return Err(problem.help("send it to a file: ... > spend.parquet").into());
    }
    bytes(data)
}

fn bytes(data: &[u8]) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    let written = stdout.write_all(data).and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::Failed(Problem::of_text(format!("cannot write the result: {error}"))),
    })
}

/// Says something beside the data, which may quote it: nothing of it commands the terminal.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", visible(text));
}

/// Whether a sign would command a terminal.
fn commands(sign: char) -> bool {
    sign.is_control() && !matches!(sign, '\n' | '\r' | '\t')
}

/// The text without what would command a terminal, byte for byte as long, so that places stay right.
pub(crate) fn visible(text: &str) -> String {
    let signs = text.chars().map(|sign| if commands(sign) { "?".repeat(sign.len_utf8()) } else { sign.to_string() });
    signs.collect()
}

/// The verdict on figures of which some did not come, said after they were written.
pub(crate) fn came_whole(missing: &[String], allow_partial: bool) -> Outcome {
    if missing.is_empty() || allow_partial {
        return Outcome::Complete;
    }
    say("partial: some figures are missing (--allow-partial accepts that)");
    Outcome::Partial
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
