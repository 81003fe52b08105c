//! AWS's price lists on disk: plain or packed, each with its digest.

use super::folder::names;
use crate::failure::Failure;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use stackcost_formats::book::{MANIFEST, Pin};
use stackcost_formats::offers::{self, PriceList};
use stackcost_formats::problem::Problem;
use stackcost_model::free::Allowance;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// A file that can be a price list.
pub(crate) struct Found {
    pub path: PathBuf,
    /// Its path below the folder, with `/`, and without `.gz`.
    pub name: String,
}

/// The price lists below a folder, sorted, and what is none by its name.
pub(crate) fn find(root: &Path) -> Result<(Vec<Found>, Vec<String>), Problem> {
    let (mut found, mut aside) = (Vec::new(), Vec::new());
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for name in names(&root.join(&folder))? {
            let below = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let path = root.join(&below);
            if name.starts_with('.') || below == MANIFEST {
                continue;
            }
            if path.is_dir() {
                folders.push(below);
                continue;
            }
            let plain = below.strip_suffix(".gz");
            let shown = plain.unwrap_or(&below).to_string();
            if shown.ends_with(".json") || shown.ends_with(".csv") {
                found.push(Found { path, name: shown });
            } else {
                aside.push(below);
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(pair) = found.windows(2).find(|pair| matches!(pair, [a, b] if a.name == b.name)) {
        let problem = Problem::of_text(format!("{} is there plain and packed", pair[0].name));
        return Err(problem.help("keep one of them"));
    }
    Ok((found, aside))
}

/// Reads a price list, with the digest of its text.
pub(crate) fn read(file: &Found, allowances: &[Allowance]) -> Result<(PriceList, Pin), Failure> {
    let shown = file.path.display().to_string();
    let source = File::open(&file.path).and_then(unpacked);
    let source = source.map_err(|error| Problem::of_text(format!("cannot read {shown}: {error}")))?;
    let mut hashed = Hashed { source, hash: Sha256::new() };
    let list = offers::read(&shown, BufReader::with_capacity(1 << 18, &mut hashed), allowances)?;
    let pin = Pin::of(&list, &file.name, &hexadecimal(hashed.hash));
    Ok((list, pin))
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The text of a file. Whether it is packed, its first bytes say (RFC 1952), and its name may not:
/// some programs unpack what they download, and some that should do not.
fn unpacked(file: File) -> std::io::Result<Box<dyn Read>> {
    let mut file = BufReader::with_capacity(1 << 16, file);
    let packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// What can be seen of a file without reading it as a list.
pub(super) struct Looks {
    /// Of its text, unpacked.
    pub sha256: String,
    /// The first and the last byte that are no space.
    pub first: Option<u8>,
    pub last: Option<u8>,
}

/// Unpacks a file to the end, as a packed one says of itself whether it is whole.
pub(super) fn look_at(file: File) -> std::io::Result<Looks> {
    let mut source = unpacked(file)?;
    let (mut hash, mut first, mut last, mut buffer) = (Sha256::new(), None, None, vec![0; 1 << 16]);
    loop {
        let read = match source.read(&mut buffer) {
            Ok(0) => return Ok(Looks { sha256: hexadecimal(hash), first, last }),
            Ok(read) => buffer.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(read);
        let mut signs = read.iter().copied().filter(|byte| !b"\xef\xbb\xbf \t\r\n".contains(byte));
        let (here, end) = (signs.next(), signs.next_back());
        first = first.or(here);
        last = end.or(here).or(last);
    }
}

/// Takes the digest of what passes.
struct Hashed<R> {
    source: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.hash.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
