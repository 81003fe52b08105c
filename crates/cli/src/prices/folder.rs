//! Price books on disk. A book takes the place of the old one as a whole, or not at all.

use super::lock::{OLD, prefix};
use crate::failure::Failure;
use crate::input::read_data;
use stackcost_formats::book::{CONFIRMED, MANIFEST, PLANS, RATES, RESERVED};
use stackcost_formats::problem::{Problem, Problems};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Whether a folder holds a price book.
pub(crate) fn is_book(path: &Path) -> bool {
    path.join(MANIFEST).is_file()
}

/// The names in a folder, sorted; of none if it is not there.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, Problem> {
    let cannot = |error: std::io::Error| Problem::of_text(format!("cannot read {}: {error}", path.display()));
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(cannot)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Where books are kept, unless the user says otherwise.
pub(crate) fn usual() -> Result<PathBuf, Failure> {
    use etcetera::BaseStrategy;
    match etcetera::choose_base_strategy() {
        Ok(folders) => Ok(folders.data_dir().join("stackcost").join("prices")),
        Err(_) => {
            let problem = Problem::of_text("there is no home folder to keep a price book in");
            Err(Failure::Failed(problem.help("name a folder with --into")))
        }
    }
}

/// All files of a book by their paths below its folder; none where there is no folder yet.
pub(crate) fn files(root: &Path) -> Result<Option<BTreeMap<String, String>>, Failure> {
    let there = names(root)?;
    if there.is_empty() {
        return Ok(None);
    }
    if !is_book(root) {
        let problem = Problem::of_text(format!("{} holds something else than a price book", root.display()));
        return Err(problem.help("name a new or empty folder with --into").into());
    }
    let mut files = BTreeMap::new();
    let mut below = there;
    while let Some(path) = below.pop() {
        let is_shelf = [RATES, RESERVED, PLANS, CONFIRMED].iter().any(|folder| path.split('/').next() == Some(folder));
        if is_shelf && root.join(&path).is_dir() {
            below.extend(names(&root.join(&path))?.into_iter().map(|name| format!("{path}/{name}")));
        } else {
            let text = read_data(&root.join(&path))?;
            files.insert(path, text);
        }
    }
    Ok(Some(files))
}

/// Writes a book: all of it beside, on disk, then in place of what is there. Whoever calls it has
/// the lock of the book ([`super::Lock`]).
pub(crate) fn replace(root: &Path, files: &BTreeMap<String, String>) -> Result<(), Failure> {
    write(root, files).map_err(|error| {
        let problem = Problem::of_text(format!("cannot write the price book {}: {error}", root.display()));
        Failure::Failed(problem.help("what was there before is as it was"))
    })
}

fn write(root: &Path, files: &BTreeMap<String, String>) -> std::io::Result<()> {
    let parent = parent_of(root);
    let new = tempfile::Builder::new().prefix(&format!("{}-", prefix(root))).tempdir_in(parent)?;
    let mut folders = vec![new.path().to_path_buf()];
    for (path, text) in files {
        let path = new.path().join(path);
        if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
            std::fs::create_dir_all(folder)?;
            folders.push(folder.to_path_buf());
        }
        let mut file = File::create(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    // As any new folder, not as a secret one.
    #[cfg(unix)]
    std::fs::set_permissions(new.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    folders.iter().try_for_each(|folder| sync(folder))?;
    swap(new.path(), root)?;
    sync(parent)
}

/// The folder that something is in.
pub(super) fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A name is on disk once its folder is.
pub(super) fn sync(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Puts a folder in the place of another; the old one, if any, ends where the new one was.
fn swap(new: &Path, root: &Path) -> std::io::Result<()> {
    if !root.exists() {
        return std::fs::rename(new, root);
    }
    // One step, where the system has it: nobody sees a moment without a book.
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, new, CWD, root, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let aside = new.with_extension(OLD.trim_start_matches('.'));
    std::fs::rename(root, &aside)?;
    if let Err(error) = std::fs::rename(new, root) {
        std::fs::rename(&aside, root)?;
        return Err(error);
    }
    std::fs::remove_dir_all(aside)
}

impl Failure {
    /// What is wrong, for those who only hand on problems.
    pub fn into_problems(self) -> Problems {
        match self {
            Failure::Input(problems) => problems,
            Failure::Failed(problem) => problem.into(),
            Failure::BrokenPipe => Problems(Vec::new()),
        }
    }
}
