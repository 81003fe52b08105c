//! What is wrong with a text: where, why, and what to do.

use stackcost_model::meter::Region;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A named text that problems point into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it is called: a path, or `--set`.
    pub name: String,
    /// All of it.
    pub content: String,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The text.
    pub text: Arc<Text>,
    /// Bytes of it.
    pub span: Range<usize>,
}

impl At {
    /// Line and column, both from one.
    #[must_use]
    pub fn line_and_column(&self) -> (usize, usize) {
        let before = self.text.content.get(..self.span.start).unwrap_or(&self.text.content);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }
}

/// Something that a user wrote and that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in a sentence without a full stop.
    pub message: String,
    /// The words at the caret.
    pub label: String,
    /// Where, and a second place if two things clash.
    pub at: Vec<At>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn new(at: &At, message: impl Into<String>) -> Problem {
        Problem { message: message.into(), label: "here".into(), at: vec![at.clone()], help: None }
    }

    /// A problem with a text as a whole.
    #[must_use]
    pub fn of_text(message: impl Into<String>) -> Problem {
        Problem { message: message.into(), label: String::new(), at: Vec::new(), help: None }
    }

    /// The same with words at the caret.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Problem {
        Problem { label: label.into(), ..self }
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Problem {
        Problem { help: Some(help.into()), ..self }
    }

    /// The same with a second place.
    #[must_use]
    pub fn and(mut self, at: &At) -> Problem {
        if self.at.is_empty() {
            self.label = "here".into();
        }
        self.at.push(at.clone());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.at.first() {
            let (line, column) = at.line_and_column();
            write!(f, "{}:{line}:{column}: ", at.text.name)?;
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// What is wrong with JSON, shown at its place; `what` begins the sentence.
pub(crate) fn json(name: &str, text: &str, what: &str, error: &serde_json::Error) -> Problem {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut start = (before + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let at = At { text: Arc::new(Text { name: name.into(), content: text.into() }), span: start..start };
    let message = error.to_string();
    // The place is drawn, so the words need not say it.
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    Problem::new(&at, format!("{what}: {message}"))
}

/// Everything that is wrong with what was given: at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Problems {
        Problems(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The known word closest to what was written, if one is close: `did you mean "memory"?`.
#[must_use]
pub fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let written = written.to_lowercase();
    let length = written.chars().count();
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&written, &word.to_lowercase()), word))
        // One slip in four letters: of words of three (sns, sqs) each is as good as another.
        .filter(|(distance, word)| *distance <= word.chars().count().max(length) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| format!("did you mean \"{word}\"?"))
}

/// The region of that code.
///
/// # Errors
/// A problem without a place, with the nearest code.
pub fn region(code: &str) -> Result<Region, Problem> {
    code.parse().map_err(|_| {
        let problem = Problem::of_text(format!("there is no region \"{code}\""));
        match did_you_mean(code, Region::all().map(Region::code)) {
            Some(guess) => problem.help(guess),
            None => problem.help("regions are written like us-east-1 or eu-west-1"),
        }
    })
}
