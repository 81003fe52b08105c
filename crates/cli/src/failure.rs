//! What went wrong, shown with the place in the user's text.

use crate::output::visible;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use stackcost_formats::problem::{Problem, Problems};
use std::fmt;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// Of more problems at once nobody reads the rest.
const MOST_SHOWN: usize = 20;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the user gave cannot be taken: exit code 2.
    Input(Problems),
    /// The world did not play along: exit code 1.
    Failed(Problem),
    /// Whoever read our output has gone: nobody is left to tell, and nothing is wrong.
    BrokenPipe,
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Failure {
        Failure::Input(problems)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Failure {
        Failure::Input(problem.into())
    }
}

impl Failure {
    /// A sum that leaves the range.
    pub fn too_large() -> Failure {
        Failure::Failed(Problem::of_text("a sum is too large to count"))
    }

    /// Says on standard error what is wrong, and gives it in short: something is missing, but not
    /// everything.
    pub fn miss(self) -> String {
        let why = match &self {
            Failure::Failed(problem) => problem.message.clone(),
            Failure::Input(problems) => problems.to_string(),
            Failure::BrokenPipe => String::new(),
        };
        let _ = self.report();
        why
    }

    /// Says on standard error what is wrong, and gives the exit code.
    pub fn report(self) -> ExitCode {
        match self {
            Failure::Input(problems) => {
                let more = problems.0.len().saturating_sub(MOST_SHOWN);
                for problem in problems.0.into_iter().take(MOST_SHOWN) {
                    show(problem);
                }
                if more > 0 {
                    crate::output::say(&format!("and {more} more like these"));
                }
                ExitCode::from(2)
            }
            Failure::Failed(problem) => {
                show(problem);
                ExitCode::FAILURE
            }
            Failure::BrokenPipe => ExitCode::SUCCESS,
        }
    }
}

/// Draws a problem on standard error.
pub(crate) fn show(problem: Problem) {
    let stderr = std::io::stderr();
    let fancy = stderr.is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    let colour = fancy && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let theme = match (fancy, colour) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(crate::output::stderr_width()).with_links(false);
    let shown = Shown::new(problem);
    if handler.render_report(&mut text, &shown).is_err() {
        text = format!("{shown}\n");
    }
    // Nothing can be done when even this cannot be written.
    let _ = stderr.lock().write_all(text.as_bytes());
}

/// A problem as miette draws it.
#[derive(Debug)]
struct Shown {
    problem: Problem,
    source: Option<NamedSource<String>>,
}

impl Shown {
    fn new(problem: Problem) -> Shown {
        let text = problem.at.first().map(|at| &at.text);
        let source = text.map(|text| NamedSource::new(visible(&text.name), visible(&text.content)));
        let (message, help) = (visible(&problem.message), problem.help.as_deref().map(visible));
        Shown { problem: Problem { message, help, label: visible(&problem.label), ..problem }, source }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let first = self.problem.at.first()?;
        let here = self.problem.at.iter().filter(|at| at.text == first.text);
        let labels = here.enumerate().map(|(index, at)| {
            let label = if index == 0 { self.problem.label.clone() } else { "and here".to_string() };
            LabeledSpan::new(Some(label), at.span.start, at.span.len())
        });
        Some(Box::new(labels))
    }
}
