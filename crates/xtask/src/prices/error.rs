//! What can stop the build, said with file and line.

use std::path::{Path, PathBuf};

use super::rate::{Origin, Rate};

/// A reason to stop.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The file system refused.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A row that is not understood.
    #[error("{}:{line}: {what}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Two rows that contradict each other.
    #[error("{what}\n  {first}\n  {second}")]
    Conflict {
        /// What they disagree on.
        what: String,
        /// The first row.
        first: Origin,
        /// The second row.
        second: Origin,
    },
    /// Text that cannot be written as CSV.
    #[error("cannot write {file}: {cause}")]
    Write {
        /// The file that was being made.
        file: String,
        /// What the writer said.
        cause: String,
    },
}

impl Error {
    /// A file system error about `path`.
    pub(crate) fn io(path: &Path, cause: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), cause }
    }

    /// A row that is not understood.
    pub(crate) fn row(path: &Path, line: u64, what: impl Into<String>) -> Self {
        Self::Row { path: path.to_owned(), line, what: what.into() }
    }

    /// An error of the CSV reader, which knows its line.
    pub(crate) fn csv(path: &Path, cause: csv::Error) -> Self {
        let line = cause.position().map_or(1, csv::Position::line);
        match cause.into_kind() {
            csv::ErrorKind::Io(cause) => Self::io(path, cause),
            kind => Self::row(path, line, format!("{kind:?}")),
        }
    }

    /// Two rates that contradict each other.
    pub(crate) fn conflict(first: &Rate, second: &Rate, about: &str) -> Self {
        Self::Conflict {
            what: format!(
                "two rates of {} {} from {} disagree on {about}: {} and {}",
                first.usage_type,
                first.operation,
                first.from.normalize(),
                first.usd.normalize(),
                second.usd.normalize(),
            ),
            first: first.origin.clone(),
            second: second.origin.clone(),
        }
    }
}
