//! Price lists from the network to a folder: each whole under its name, or not there at all.

use super::folder::{names, sync};
use super::lists::look_at;
use crate::cost_explorer::failure_of;
use crate::failure::Failure;
use crate::output::say;
use crate::progress::Progress;
use stackcost_aws::{Downloads, Head, Sink};
use stackcost_formats::problem::Problem;
use std::fs::{File, TryLockError};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// How files begin that are not whole yet.
const UNFINISHED: &str = ".stackcost-download-";
/// Indexes have some kilobytes.
const INDEX_BYTES: usize = 16 << 20;

/// A list to get.
pub(crate) struct Wanted {
    /// Where it is.
    pub url: String,
    /// Where AWS keeps it for ever, if that is known.
    pub kept_at: Option<String>,
    /// What to call it; `.gz` is added where it comes packed.
    pub file: String,
    /// The digest that its text must have.
    pub sha256: Option<String>,
    /// What it is, for people.
    pub what: String,
}

/// A list that is there now.
pub(crate) struct Made {
    /// Its file, perhaps with `.gz`.
    pub name: String,
    /// The same without.
    pub file: String,
    /// Where AWS keeps it.
    pub url: Option<String>,
}

/// A folder that price lists are downloaded to.
pub(crate) struct Fetch<'a> {
    downloads: Downloads,
    into: &'a Path,
}

impl<'a> Fetch<'a> {
    /// Makes the folder, and takes away what a download that was killed left there.
    pub fn new(mirror: Option<&str>, into: &'a Path) -> Result<Fetch<'a>, Failure> {
        let downloads = Downloads::connect(mirror, None).map_err(failure_of)?;
        std::fs::create_dir_all(into)
            .map_err(|error| failed(&format!("make the folder {}", into.display()), &error))?;
        for name in names(into)?.iter().filter(|name| name.starts_with(UNFINISHED)) {
            let path = into.join(name);
            // Whoever still writes it holds its lock.
            if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                let _ = std::fs::remove_file(path);
            }
        }
        Ok(Fetch { downloads, into })
    }

    /// The text of a small file.
    pub fn text(&self, url: &str) -> Result<String, Failure> {
        let (head, bytes) = self.downloads.bytes(url, INDEX_BYTES).map_err(failure_of)?;
        let mut text = String::new();
        let source: Box<dyn Read> = match head.packed {
            true => Box::new(flate2::read::MultiGzDecoder::new(&bytes[..])),
            false => Box::new(&bytes[..]),
        };
        let read = source.take(INDEX_BYTES as u64).read_to_string(&mut text);
        read.map_err(|error| failed(&format!("read {url}"), &error))?;
        Ok(text)
    }

    /// Gets a list, unless it is there: a version never changes.
    pub fn get(&self, wanted: &Wanted) -> Result<Made, Failure> {
        let made = |name: &str| Made { name: name.to_string(), file: wanted.file.clone(), url: wanted.kept_at.clone() };
        let (plain, packed) = (wanted.file.clone(), format!("{}.gz", wanted.file));
        for name in [&plain, &packed] {
            let path = self.into.join(name);
            let right = |file| is_right(file, wanted).is_ok();
            if path.is_file() && File::open(&path).is_ok_and(right) {
                say(&format!("{} is in {} already", wanted.what, self.into.display()));
                return Ok(made(name));
            }
        }
        let (file, packed_here, bytes) = self.unfinished(wanted)?;
        let whole = file.as_file().try_clone().and_then(|mut file| file.rewind().map(|()| file));
        let whole = whole.map_err(|error| failed(&format!("read {}", file.path().display()), &error))?;
        is_right(whole, wanted)?;
        let (name, twin) = if packed_here { (packed, plain) } else { (plain, packed) };
        let path = self.into.join(&name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(&format!("make {}", folder.display()), &error))?;
        }
        file.persist(&path).map_err(|error| failed(&format!("keep {}", path.display()), &error.error))?;
        // The same list, otherwise packed, is now an old one.
        let _ = std::fs::remove_file(self.into.join(twin));
        sync(path.parent().unwrap_or(self.into))
            .map_err(|error| failed(&format!("keep {}", path.display()), &error))?;
        say(&format!("{}: {}", wanted.what, megabytes(bytes)));
        Ok(made(&name))
    }

    /// The file on disk, without its name yet; whether it is packed, and how many bytes came.
    fn unfinished(&self, wanted: &Wanted) -> Result<(NamedTempFile, bool, u64), Failure> {
        let cannot = |error: io::Error| failed(&format!("write into {}", self.into.display()), &error);
        let mut new = tempfile::Builder::new();
        new.prefix(UNFINISHED);
        #[cfg(unix)]
        new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = loop {
            let file = new.tempfile_in(self.into).map_err(cannot)?;
            match file.as_file().try_lock() {
                // Between the two, another download may have taken it for one that nobody writes.
                Ok(()) if !file.path().exists() => {}
                Err(TryLockError::WouldBlock) => {}
                // Where there are no locks, nobody takes it away either.
                Ok(()) | Err(TryLockError::Error(_)) => break file,
            }
        };
        // By the one handle: elsewhere a lock keeps the others of a process out, too.
        let writer = BufWriter::with_capacity(1 << 18, file.as_file());
        let mut disk = Disk { writer, head: Head::default(), came: 0, what: &wanted.what, progress: Progress::open() };
        self.downloads.get(&wanted.url, &mut disk).map_err(failure_of)?;
        disk.writer.flush().map_err(cannot)?;
        let (packed, came) = (disk.head.packed, disk.came);
        drop(disk);
        file.as_file().sync_all().map_err(cannot)?;
        Ok((file, packed, came))
    }
}

/// Whether a file is a whole list, and the one that is pinned.
fn is_right(file: File, wanted: &Wanted) -> Result<(), Problem> {
    let bad = |why: String| {
        let what = format!("what {} gave is not kept: {why}", wanted.url);
        Problem::of_text(what).help("try again; is there a proxy or another server in between?")
    };
    let looks = look_at(file).map_err(|error| bad(format!("it cannot be unpacked: {error}")))?;
    if let Some(pinned) = wanted.sha256.as_ref().filter(|pinned| **pinned != looks.sha256) {
        return Err(bad(format!("its SHA-256 is {}, pinned is {pinned}", looks.sha256)));
    }
    let whole = match (looks.first, looks.last) {
        (Some(b'{'), Some(b'}')) => wanted.file.ends_with(".json"),
        // The first cell of a CSV of AWS is a word, quoted or not.
        (Some(b'"' | b'A'..=b'Z' | b'a'..=b'z'), Some(_)) => wanted.file.ends_with(".csv"),
        _ => false,
    };
    if whole { Ok(()) } else { Err(bad("it is no price list".to_string())) }
}

/// A body on its way to a file.
struct Disk<'w> {
    writer: BufWriter<&'w File>,
    head: Head,
    came: u64,
    what: &'w str,
    progress: Progress,
}

impl Sink for Disk<'_> {
    fn begin(&mut self, head: &Head) -> io::Result<()> {
        self.writer.rewind()?;
        self.writer.get_ref().set_len(0)?;
        (self.head, self.came) = (head.clone(), 0);
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)?;
        self.came += bytes.len() as u64;
        let of = self.head.length.map_or(String::new(), |length| format!(" of {}", megabytes(length)));
        self.progress.told(&format!("{}: {}{of}", self.what, megabytes(self.came)));
        Ok(())
    }
}

/// For people: `12.3 MB`.
fn megabytes(bytes: u64) -> String {
    match bytes {
        0..100_000 => format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

fn failed(what: &str, error: &io::Error) -> Failure {
    Failure::Failed(Problem::of_text(format!("cannot {what}: {error}")))
}

/// Says what else is in a folder whose lists become a book, as all of it does.
pub(crate) fn tell_of_more(into: &Path, made: &[Made]) -> Result<(), Problem> {
    let strange = |name: &String| {
        !name.starts_with('.')
            && !made.iter().any(|made| made.name == *name)
            && !PathBuf::from(into).join(name).is_dir()
    };
    let more = names(into)?.into_iter().filter(strange).count();
    if more > 0 {
        say(&format!("{more} more files in {} are read with them", into.display()));
    }
    Ok(())
}
