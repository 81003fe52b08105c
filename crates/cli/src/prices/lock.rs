//! One refresh of a book at a time: a second one would read the book before the first has written
//! it, and what that added would be lost.

use super::folder::{is_book, names, parent_of};
use crate::failure::Failure;
use crate::output::say;
use jiff::Timestamp;
use stackcost_formats::problem::Problem;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A refresh takes some seconds: so long another one waits for its end.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it looks.
const AGAIN: Duration = Duration::from_millis(100);

/// Keeps other refreshes from a book until it is dropped; the system lets go of it, too, when this
/// process ends in any other way.
pub(crate) struct Lock {
    /// Held, not read.
    _file: File,
    path: PathBuf,
}

impl Lock {
    /// Waits a little for whoever has it, then says who that is. What a refresh that was killed
    /// left beside the book is taken away.
    pub fn take(book: &Path) -> Result<Lock, Failure> {
        let parent = parent_of(book);
        let path = parent.join(format!("{}.lock", prefix(book)));
        let cannot = |error: io::Error| {
            let problem = Problem::of_text(format!("cannot use {}: {error}", path.display()));
            Failure::Failed(problem.help("the folder that the book is in must be one that can be written"))
        };
        std::fs::create_dir_all(parent).map_err(cannot)?;
        let begun = Instant::now();
        let mut file = loop {
            let file = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(&path);
            let mut file = file.map_err(cannot)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, &path) => break file,
                // Whoever had it took it away when he had done.
                Ok(()) => continue,
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = if holder.is_empty() { String::new() } else { format!(" ({})", holder.trim()) };
            let what = format!("another refresh{holder} is at work on {}", book.display());
            if begun.elapsed() >= PATIENCE {
                let problem = Problem::of_text(format!("{what}: nothing was changed"));
                return Err(Failure::Failed(problem.help("try again when it has ended")));
            }
            if begun.elapsed() < AGAIN {
                say(&format!("{what}: waiting for its end, {} seconds at most", PATIENCE.as_secs()));
            }
            std::thread::sleep(AGAIN);
        };
        let holder =
            format!("process {}, since {}\n", std::process::id(), Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"));
        file.set_len(0).and_then(|()| file.write_all(holder.as_bytes())).map_err(cannot)?;
        let lock = Lock { _file: file, path };
        clear(book).map_err(|error| {
            let what = format!("cannot take away what is left of an earlier refresh of {}: {error}", book.display());
            Failure::Failed(Problem::of_text(what))
        })?;
        Ok(lock)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still held, and only where `is_at` tells others that it is gone.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// How names of what belongs to the refreshes of a book begin.
pub(super) fn prefix(book: &Path) -> String {
    let name = book.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    format!(".stackcost-prices-{name}")
}

/// Whether it is this file that has this name.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(open), Ok(named)) = (file.metadata(), std::fs::metadata(path)) else { return false };
        (open.dev(), open.ino()) == (named.dev(), named.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

/// Takes away folders of refreshes that were killed: with the lock, nobody else makes one. One may
/// hold the book itself, where the system cannot put a folder in the place of another in one step.
fn clear(book: &Path) -> io::Result<()> {
    let (parent, prefix) = (parent_of(book), format!("{}-", prefix(book)));
    let all = names(parent).map_err(|problem| io::Error::other(problem.message))?;
    let left = |name: &&String| {
        let rest = name.strip_prefix(&prefix).map(|rest| rest.strip_suffix(OLD).unwrap_or(rest));
        // Of another book, whose name is longer, it is if there is more than what makes it unique.
        rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    for name in all.iter().filter(left) {
        let path = parent.join(name);
        if name.ends_with(OLD) && is_book(&path) && !book.exists() {
            say(&format!("{} is back as it was before a refresh that did not end", book.display()));
            std::fs::rename(path, book)?;
        } else if path.is_dir() {
            std::fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

/// How the name of a book ends that another takes the place of.
pub(super) const OLD: &str = ".old";
