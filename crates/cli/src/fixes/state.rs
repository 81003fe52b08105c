//! What is kept on this machine: journals, and who is at work.

use crate::failure::Failure;
use crate::output::say;
use jiff::Timestamp;
use stackcost_formats::fixes::{digest, journal_header, journal_line, read_journal};
use stackcost_formats::problem::Problem;
use stackcost_model::fixes::{Entry, Journal, Plan, Step, undo};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A journal and where it is.
type Known = (PathBuf, Journal);

/// The folder where journals are.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// `$XDG_STATE_HOME/stackcost`, or what stands for it on this system. It is not made yet.
    pub fn find() -> Result<Folder, Failure> {
        let found = etcetera::choose_base_strategy().ok();
        let state = found.map(|folders| {
            use etcetera::BaseStrategy;
            folders.state_dir().unwrap_or_else(|| folders.data_dir())
        });
        match state {
            Some(state) => Ok(Folder(state.join("stackcost"))),
            None => Err(Failure::Failed(
                Problem::of_text("there is no home folder to keep journals in: nothing was changed")
                    .help("set HOME or XDG_STATE_HOME"),
            )),
        }
    }

    /// Where the journals are.
    pub fn journals(&self) -> PathBuf {
        self.0.join("journals")
    }

    /// All journals with their paths, oldest first, and those that cannot be read.
    fn scan(&self) -> (Vec<Known>, Vec<(PathBuf, Failure)>) {
        let entries = std::fs::read_dir(self.journals()).into_iter().flatten();
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
        paths.sort();
        let (mut whole, mut broken) = (Vec::new(), Vec::new());
        for path in paths {
            match read(&path) {
                Ok((journal, _)) => whole.push((path, journal)),
                Err(failure) => broken.push((path, failure)),
            }
        }
        (whole, broken)
    }

    /// All journals with their paths, oldest first. One that cannot be read is said.
    pub fn all(&self) -> Vec<(PathBuf, Journal)> {
        let (whole, broken) = self.scan();
        for (path, failure) in broken {
            let why = failure.miss();
            say(&format!("journal {} is left aside: {why}", path.display()));
        }
        whole
    }

    /// The steps of a journal that are undone: what journals of undoing it tell of.
    pub fn undone(&self, name: &str) -> BTreeSet<String> {
        let (all, _) = self.scan();
        let of = |journal: &&Journal| journal.plan.undoes.as_deref() == Some(name);
        let made = all.iter().map(|(_, journal)| journal).filter(of).flat_map(Journal::made);
        made.map(str::to_string).collect()
    }

    /// The last journal of which something is not undone.
    pub fn last(&self) -> Result<Option<(PathBuf, Journal)>, Failure> {
        let (all, broken) = self.scan();
        let undone: BTreeSet<(&str, &str)> = all
            .iter()
            .filter_map(|(_, journal)| Some((journal.plan.undoes.as_deref()?, journal)))
            .flat_map(|(name, journal)| journal.made().into_iter().map(move |step| (name, step)))
            .collect();
        let counts = |(path, journal): &&(PathBuf, Journal)| {
            let name = name(path);
            let back = undo(journal, &name, "", journal.plan.made);
            let open = |step: &Step| !undone.contains(&(name.as_str(), step.id.as_str()));
            journal.plan.undoes.is_none() && back.steps.iter().any(open)
        };
        let last = all.iter().rfind(counts).cloned();
        // To undo an older one instead would be a surprise.
        let newer = |path: &PathBuf| last.as_ref().is_none_or(|(last, _)| path > last);
        match broken.into_iter().rfind(|(path, _)| newer(path)) {
            Some((path, failure)) => {
                let why = failure.miss();
                let what = format!("the newest journal, {}, cannot be read: {why}", path.display());
                Err(Failure::Failed(Problem::of_text(what).help("name the journal that is meant")))
            }
            None => Ok(last),
        }
    }

    /// The last journal of a plan.
    pub fn of_plan(&self, plan: &Plan) -> Option<(PathBuf, Journal)> {
        let wanted = digest(plan);
        self.all().into_iter().rfind(|(_, journal)| digest(&journal.plan) == wanted)
    }

    /// A path for the journal of a plan: by time, so that they sort.
    pub fn path_for(&self, plan: &Plan, now: Timestamp) -> PathBuf {
        let time = now.strftime("%Y%m%dT%H%M%S%.3fZ");
        let digest = digest(plan);
        let short: String = digest.rsplit(':').next().unwrap_or_default().chars().take(8).collect();
        let kind = if plan.undoes.is_some() { "-undo" } else { "" };
        self.journals().join(format!("{time}-{short}{kind}.ndjson"))
    }

    /// Keeps others out of these accounts until it is dropped.
    pub fn lock(&self, plan: &Plan, wait: bool) -> Result<Vec<File>, Failure> {
        let folder = self.0.join("locks");
        let accounts: BTreeSet<&str> = plan.accounts.iter().map(|account| account.id.as_str()).collect();
        accounts.into_iter().map(|account| lock(&folder, account, wait)).collect()
    }
}

fn lock(folder: &Path, account: &str, wait: bool) -> Result<File, Failure> {
    let path = folder.join(format!("{account}.lock"));
    let cannot = |error: std::io::Error| {
        let what = format!("cannot use {}: {error}; nothing was changed", path.display());
        Failure::Failed(Problem::of_text(what).help("set XDG_STATE_HOME to a folder that can be written"))
    };
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path).map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) if wait => {
            say(&format!("another apply is at work in account {account}: waiting for its end"));
            file.lock().map_err(cannot)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let what = format!("another apply is at work in account {account}: nothing was changed");
            Err(Failure::Failed(Problem::of_text(what).help("--wait waits for its end")))
        }
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// How a journal is called in plans that undo it.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads a journal; with the byte where an unfinished last line begins.
pub(crate) fn read(path: &Path) -> Result<(Journal, Option<usize>), Failure> {
    let name = path.display().to_string();
    let text = std::fs::read(path)
        .map_err(|error| Failure::Failed(Problem::of_text(format!("cannot read the journal {name}: {error}"))))?;
    let read = read_journal(&name, &text)?;
    Ok((read.journal, read.cut))
}

/// A journal that is being written.
pub(crate) struct JournalFile {
    file: File,
    path: PathBuf,
}

impl JournalFile {
    /// A new journal, with its plan on disk.
    pub fn create(path: &Path, plan: &Plan) -> Result<JournalFile, Failure> {
        let cannot = |error: std::io::Error| cannot_write(path, &error);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(cannot)?;
        // Whole or not at all, and never over another.
        let mut new = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
        new.write_all(journal_header(plan).as_bytes()).and_then(|()| new.as_file().sync_all()).map_err(cannot)?;
        let file = new.persist_noclobber(path).map_err(|error| cannot(error.error))?;
        sync_folder(folder);
        Ok(JournalFile { file, path: path.to_path_buf() })
    }

    /// Goes on with a journal; a line that was never finished is taken away, since its call was
    /// never made.
    pub fn go_on(path: &Path, cut: Option<usize>) -> Result<JournalFile, Failure> {
        let cannot = |error: std::io::Error| cannot_write(path, &error);
        let mut file = OpenOptions::new().append(true).open(path).map_err(cannot)?;
        if let Some(cut) = cut {
            file.set_len(cut as u64).map_err(cannot)?;
        }
        // Whether the disk takes it must be known before anything is changed.
        file.flush().and_then(|()| file.sync_all()).map_err(cannot)?;
        Ok(JournalFile { file, path: path.to_path_buf() })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds entries, and returns when they are on disk.
    pub fn add(&mut self, entries: &[Entry]) -> std::io::Result<()> {
        let lines: String = entries.iter().map(journal_line).collect();
        self.file.write_all(lines.as_bytes())?;
        self.file.sync_data()
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("cannot keep the journal {}: {error}; nothing was changed", path.display());
    Failure::Failed(Problem::of_text(what).help("--journal FILE keeps it elsewhere"))
}

/// A new name is only safe when its folder is; where that cannot be asked for, it is not needed.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
