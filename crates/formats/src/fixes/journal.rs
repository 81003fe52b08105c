//! Journals as text, a line each: first the plan with its seal, then what was meant and done.
//!
//! Lines are only ever added, and a change is only made after its line is on disk to the line
//! break. So the one thing that a sudden end can leave is an unfinished last line, and no change
//! followed it: it is dropped. Anything else that is not whole is an error.

use super::plan::{sealed_line, unseal};
use crate::problem::{At, Problem, Text};
use serde::de::IgnoredAny;
use stackcost_model::fixes::{Entry, Journal, Plan};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

const SCHEMA: &str = "stackcost.journal/1";

/// A journal as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadJournal {
    /// All lines that are whole.
    pub journal: Journal,
    /// The byte at which an unfinished last line begins. Whoever goes on with the journal cuts it
    /// off there first.
    pub cut: Option<usize>,
}

/// The first line of a journal.
#[must_use]
pub fn journal_header(plan: &Plan) -> String {
    sealed_line(SCHEMA, plan)
}

/// A line of a journal.
#[must_use]
pub fn journal_line(entry: &Entry) -> String {
    // Texts and whole numbers: this does not fail.
    let mut text = serde_json::to_string(entry).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads a journal. It is given as bytes, since a sudden end can cut a character in two.
///
/// # Errors
/// A first line that is cut or whose plan was edited; a line before the last that is no entry; an
/// entry for a step that the plan does not have.
pub fn read_journal(name: &str, bytes: &[u8]) -> Result<ReadJournal, Problem> {
    let mut lines = Lines { bytes, at: 0 };
    let Some(header) = lines.next().filter(|header| header.whole) else {
        let problem = Problem::of_text(format!("the first line of {name} is cut: the plan is not all there"));
        return Err(problem.help("a change is made after that line is whole, so none was made: apply the plan again"));
    };
    let header = String::from_utf8_lossy(header.of(bytes));
    // Nobody reads that line: it is named, not shown.
    let unshown = |problem: Problem| Problem {
        message: format!("{}, in line 1", problem.message),
        label: String::new(),
        at: Vec::new(),
        ..problem
    };
    let plan = unseal(name, header.trim_end_matches('\n'), SCHEMA, "journal").map_err(unshown)?;
    let steps: BTreeSet<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
    let mut entries = Vec::new();
    let mut cut = None;
    for line in lines {
        let text = line.of(bytes);
        if !line.whole || (line.last(bytes) && serde_json::from_slice::<IgnoredAny>(text).is_err()) {
            cut = Some(line.span.start);
            break;
        }
        let entry: Entry = serde_json::from_slice(text).map_err(|error| {
            let message = error.to_string();
            // Its "line 1" would be this line.
            let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
            line.problem(name, bytes, format!("line {} of {name} is no entry: {message}", line.number(bytes)))
        })?;
        let (Entry::Intent { step, .. } | Entry::Outcome { step, .. }) = &entry;
        if !steps.contains(step.as_str()) {
            let message =
                format!("line {} of {name} is of step `{step}`, which its plan does not have", line.number(bytes));
            return Err(line.problem(name, bytes, message));
        }
        entries.push(entry);
    }
    Ok(ReadJournal { journal: Journal { plan, entries }, cut })
}

/// The lines of a text, with their line breaks.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
}

struct Line {
    span: Range<usize>,
    /// Whether it ends with a line break.
    whole: bool,
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest).map(|end| self.at + end + 1);
        let span = self.at..end.unwrap_or(self.bytes.len());
        self.at = span.end;
        Some(Line { span, whole: end.is_some() })
    }
}

impl Line {
    fn of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.span.clone()).unwrap_or_default()
    }

    fn last(&self, bytes: &[u8]) -> bool {
        self.span.end == bytes.len()
    }

    fn number(&self, bytes: &[u8]) -> usize {
        1 + memchr::memchr_iter(b'\n', bytes.get(..self.span.start).unwrap_or_default()).count()
    }

    /// A problem with the line. The lines before it are shown empty: the plan in the first one is
    /// longer than anybody reads.
    fn problem(&self, name: &str, bytes: &[u8], message: String) -> Problem {
        let before = "\n".repeat(self.number(bytes) - 1);
        let line = String::from_utf8_lossy(self.of(bytes));
        let span = before.len()..before.len() + line.trim_end().len();
        let text = Text { name: name.to_string(), content: before + &line };
        Problem::new(&At { text: Arc::new(text), span }, message)
    }
}
