//! The text of a trace, and places in it.

use super::moment::BadMoment;
use super::number::BadNumber;
use crate::problem::{At, Problem, Text};
use memchr::{memchr_iter, memrchr_iter};
use std::ops::Range;
use std::sync::Arc;

/// A text that is read where it stands: it is copied for a problem alone.
pub(super) struct Source<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
}

/// How many lines above its place a problem holds, and how many bytes after it: traces are large.
const ABOVE: usize = 3;
const AFTER: usize = 4_096;

impl Source<'_> {
    /// Where a part of the text stands; a part of another text stands at its end.
    pub fn span(&self, part: &[u8]) -> Range<usize> {
        let start = part.as_ptr().addr().wrapping_sub(self.bytes.as_ptr().addr()).min(self.bytes.len());
        start..(start + part.len()).min(self.bytes.len())
    }

    /// A problem with a part of the text.
    pub fn problem(&self, part: &[u8], message: impl Into<String>) -> Problem {
        let span = self.span(part);
        // Lines far above the place are counted, not shown: their ends are enough.
        let above = self.bytes.get(..span.start).unwrap_or_default();
        let kept = memrchr_iter(b'\n', above).nth(ABOVE).map_or(0, |end| end + 1);
        let mut content = "\n".repeat(memchr_iter(b'\n', above.get(..kept).unwrap_or_default()).count());
        // What is no UTF-8 is replaced, which moves what stands after it.
        let text = |range: Range<usize>| String::from_utf8_lossy(self.bytes.get(range).unwrap_or_default());
        content.push_str(&text(kept..span.start));
        let start = content.len();
        content.push_str(&text(span.clone()));
        let end = content.len();
        content.push_str(&text(span.end..self.bytes.len().min(span.end + AFTER)));
        let text = Arc::new(Text { name: self.name.to_string(), content });
        Problem::new(&At { text, span: start..end }, message)
    }

    /// A time that cannot be taken.
    pub fn bad_moment(&self, part: &[u8], shown: &[u8], bad: BadMoment) -> Problem {
        let shown = short(shown);
        match bad {
            BadMoment::No if shown.is_empty() => self.problem(part, "the time is missing"),
            BadMoment::No => self.problem(part, format!("`{shown}` is no time")).help(
                "times are written 2026-10-01T09:00:00Z, 2026-10-01 09:00:00, or in Unix seconds or milliseconds",
            ),
            BadMoment::NoSeconds => self
                .problem(part, format!("`{shown}` is no number of seconds"))
                .help("a column of times is called `timestamp`"),
            BadMoment::Negative => {
                self.problem(part, format!("`{shown}` is negative")).help("seconds count from the start of the trace")
            }
            BadMoment::Small => self
                .problem(part, format!("`{shown}` is no time: Unix seconds of today have 10 digits"))
                .help("a column of seconds from the start is called `seconds`"),
            BadMoment::Far => self.problem(part, format!("`{shown}` is not between the years 1970 and 2200")),
            BadMoment::Skipped(zone) => self
                .problem(part, format!("`{shown}` is no time in {zone}: its clocks went forward over it"))
                .help("these times may be in UTC, or in another zone"),
        }
    }

    /// A value that cannot be taken.
    pub fn bad_number(&self, part: &[u8], shown: &[u8], bad: BadNumber) -> Problem {
        let shown = short(shown);
        match bad {
            BadNumber::Text if shown.contains(',') => self
                .problem(part, format!("`{shown}` is no number"))
                .help("write 1500.5, with a point and without separators of thousands"),
            BadNumber::Text => self
                .problem(part, format!("`{shown}` is no number"))
                .help("values are numbers such as 1500 or 0.25, and empty where nothing is known"),
            BadNumber::TooLarge => self.problem(part, format!("`{shown}` is too large")),
            BadNumber::Negative => self.problem(part, format!("`{shown}` is negative, and no load is")),
        }
    }
}

/// As much of a text as fits a sentence.
pub(super) fn short(text: &[u8]) -> String {
    const MOST: usize = 40;
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    match text.char_indices().nth(MOST) {
        None => text.to_string(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}
