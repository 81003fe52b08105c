//! The generated files, and how they reach the disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::Error;

/// The folders that hold nothing but generated files.
const OWNED: [&str; 3] = ["rates", "reserved", "savings-plans"];

/// Generated files by their path below the price book, with `/` between the parts.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Adds a file.
    pub(crate) fn put(&mut self, path: impl Into<String>, text: String) {
        self.files.insert(path.into(), text);
    }

    /// The paths that begin with a folder, in order.
    pub(crate) fn paths(&self, folder: &str) -> impl Iterator<Item = &str> {
        let folder = format!("{folder}/");
        self.files.keys().map(String::as_str).filter(move |path| path.starts_with(&folder))
    }

    /// The size of all files.
    pub(crate) fn bytes(&self) -> usize {
        self.files.values().map(String::len).sum()
    }

    /// Writes what changed and removes what is no longer generated. A file is replaced whole or not at all.
    pub(crate) fn write(&self, root: &Path) -> Result<usize, Error> {
        let mut changed = 0;
        for (path, text) in &self.files {
            let path = root.join(path);
            if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
                continue;
            }
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|cause| Error::io(folder, cause))?;
            }
            let mut beside = path.clone().into_os_string();
            beside.push(".new");
            let beside = PathBuf::from(beside);
            fs::write(&beside, text).map_err(|cause| Error::io(&beside, cause))?;
            fs::rename(&beside, &path).map_err(|cause| Error::io(&path, cause))?;
            changed += 1;
        }
        for folder in OWNED {
            changed += self.sweep(root, folder)?;
        }
        Ok(changed)
    }

    /// Removes files of an owned folder that are not in the tree.
    fn sweep(&self, root: &Path, folder: &str) -> Result<usize, Error> {
        let at = root.join(folder);
        let mut removed = 0;
        let entries = match fs::read_dir(&at) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(cause) => return Err(Error::io(&at, cause)),
        };
        for entry in entries {
            let entry = entry.map_err(|cause| Error::io(&at, cause))?;
            let inner = format!("{folder}/{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(|cause| Error::io(&entry.path(), cause))?;
            if kind.is_dir() {
                removed += self.sweep(root, &inner)?;
                // A folder that still holds something stays.
                let _ = fs::remove_dir(entry.path());
            } else if !self.files.contains_key(&inner) {
                fs::remove_file(entry.path()).map_err(|cause| Error::io(&entry.path(), cause))?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writing_changes_nothing_and_stale_files_go() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let mut tree = Tree::default();
        tree.put("rates/S/a.csv", "one\n".to_owned());
        tree.put("rates/T/b.csv", "two\n".to_owned());
        tree.put("sources.csv", "id\n".to_owned());
        assert_eq!(tree.write(root).ok(), Some(3));
        assert_eq!(tree.write(root).ok(), Some(0));
        fs::write(root.join("supplement.csv"), "ours").expect("a file of ours");

        let mut tree = Tree::default();
        tree.put("rates/S/a.csv", "three\n".to_owned());
        assert_eq!(tree.write(root).ok(), Some(2));
        assert_eq!(fs::read_to_string(root.join("rates/S/a.csv")).ok().as_deref(), Some("three\n"));
        assert!(!root.join("rates/T").exists());
        assert!(root.join("supplement.csv").exists());
    }
}
