//! Bills in CSV: one thread cuts the text into blocks of whole rows, the others add them up.
//! Memory is bounded by a few blocks, whatever the size of the file.

use super::bad_row;
use super::dialect::{Key, Layout, Slot};
use super::fold::{Bad, Fold, Part, Row};
use super::tags::Memo;
use crate::problem::Problem;
use memchr::{memchr_iter, memrchr_iter};
use simd_csv::{ZeroCopyByteRecord, ZeroCopyReaderBuilder};
use stackcost_model::bill::{CannotAdd, Query};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};

/// How much text a block has; a few are under way at a time.
const BLOCK: usize = 1 << 20;
/// A row longer than this is none: a quote was opened and never closed.
const LONGEST_ROW: usize = 16 << 20;

/// What a file gave.
pub(super) struct Found {
    pub part: Part,
    pub layout: Layout,
    pub header: Vec<String>,
    /// Rows that could not be read: row, byte, and what is wrong.
    pub bad: BTreeMap<u64, (u64, Bad)>,
    pub bad_count: u64,
}

/// How many bad rows are kept to be shown.
pub(super) const MOST_BAD: usize = 20;

/// Why a file could not be added up.
#[derive(Debug)]
pub(super) enum Stop {
    Problem(Problem),
    /// A row that cannot be read: its number (the header is row 1), the byte it begins at.
    Row(u64, u64, Bad),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Problem(problem)
    }
}

struct Block {
    /// Its number, from nothing.
    number: u64,
    /// Where it begins, in bytes of the text.
    start: u64,
    text: Vec<u8>,
}

/// Reads a bill in CSV to its end.
pub(super) fn read(
    file: &str,
    reader: impl Read,
    query: &Query,
    threads: usize,
    skip_bad_rows: bool,
) -> Result<Found, Stop> {
    let mut blocks = Blocks { file, reader, carry: Vec::new(), start: 0, number: 0, ended: false };
    let Some(mut first) = blocks.next(Vec::new())? else {
        return Err(Problem::of_text(format!("{file} is empty")).into());
    };
    let header = take_header(file, &mut first)?;
    let layout = Layout::new(file, &header, query)?;
    let shared = Shared { query, layout: &layout, skip_bad_rows, stop: AtomicBool::new(false) };
    // A block waits for each thread while it works on another.
    let (send, receive) = sync_channel::<Block>(threads);
    let (give_back, spare) = channel::<Vec<u8>>();
    let receive = Mutex::new(receive);
    let (cut, works) = std::thread::scope(|scope| {
        let shared = &shared;
        let receive = &receive;
        let works: Vec<_> = (0..threads.max(1))
            .map(|_| {
                let give_back = give_back.clone();
                scope.spawn(move || work(shared, receive, &give_back))
            })
            .collect();
        let cut = cut_all(&mut blocks, first, send, &spare, &shared.stop);
        // A thread that panicked took its rows with it: no sum without them.
        let works: Vec<_> =
            works.into_iter().map(|work| work.join().unwrap_or_else(|why| resume_unwind(why))).collect();
        (cut, works)
    });
    let mut rows_of = BTreeMap::new();
    let mut bad = BTreeMap::new();
    let mut whole = Part::new(query);
    let mut bad_count = 0;
    for work in works {
        rows_of.extend(work.bad.rows_of);
        bad.extend(work.bad.bad);
        bad_count += work.bad.count;
        work.part.and_then(|part| whole.join(part)).map_err(|error| Problem::of_text(format!("{file}: {error}")))?;
    }
    // Rows are numbered as a text editor would find them, had every row one line.
    let before = |block: u64| rows_of.range(..block).map(|(_, rows)| rows).sum::<u64>() + 1;
    let place = |(block, row): (u64, u64)| before(block) + row;
    let mut bad: BTreeMap<u64, (u64, Bad)> =
        bad.into_iter().map(|(at, (byte, bad))| (place(at), (byte, bad))).collect();
    if !skip_bad_rows && let Some((row, (byte, bad))) = bad.pop_first() {
        return Err(Stop::Row(row, byte, bad));
    }
    cut.map_err(|error| after_row(error, rows_of.values().sum::<u64>() + 1))?;
    whole.settle_currency(&layout).map_err(|((block, row, byte), bad)| {
        Problem::of_text(bad_row(file, place((block, row)), byte, &bad)).help(ONE_CURRENCY)
    })?;
    while bad.len() > MOST_BAD {
        bad.pop_last();
    }
    Ok(Found { part: whole, layout, header, bad, bad_count })
}

/// What to do about a second currency.
pub(super) const ONE_CURRENCY: &str = "--where keeps charges of one: --where account=... for the accounts billed in it";

/// What is wrong with the text itself, with the last row that was read before it.
fn after_row(problem: Problem, row: u64) -> Problem {
    let message = format!("{}, after row {row}", problem.message);
    Problem { message, ..problem }
}

/// What all threads know.
struct Shared<'a> {
    query: &'a Query,
    layout: &'a Layout,
    skip_bad_rows: bool,
    stop: AtomicBool,
}

/// What one thread did.
struct Work {
    part: Result<Part, CannotAdd>,
    bad: BadRows,
}

/// How many rows each block had, and which could not be read.
struct BadRows {
    rows_of: BTreeMap<u64, u64>,
    /// By block and row of the block: the byte, and what is wrong.
    bad: BTreeMap<(u64, u64), (u64, Bad)>,
    count: u64,
}

fn work(shared: &Shared<'_>, blocks: &Mutex<Receiver<Block>>, give_back: &std::sync::mpsc::Sender<Vec<u8>>) -> Work {
    let mut fold = Fold::new(shared.query, shared.layout);
    let mut bad = BadRows { rows_of: BTreeMap::new(), bad: BTreeMap::new(), count: 0 };
    loop {
        // No thread panics while it holds the lock, and a receiver cannot be left half changed.
        let next = blocks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(block) = next else { break };
        add(&block, shared, &mut fold, &mut bad);
        let _ = give_back.send(block.text);
    }
    Work { part: fold.finish(), bad }
}

/// Adds the rows of a block.
fn add(block: &Block, shared: &Shared<'_>, fold: &mut Fold<'_>, work: &mut BadRows) {
    let mut builder = ZeroCopyReaderBuilder::new();
    let mut reader = builder.has_headers(false).flexible(true).from_reader(&block.text[..]);
    let width = shared.layout.width;
    let mut row = 0;
    loop {
        let mut at = reader.position();
        // Blank lines are passed over, and count as rows.
        let ahead = block.text.get(usize::try_from(at).unwrap_or(usize::MAX)..).unwrap_or_default();
        for sign in ahead.iter().take_while(|sign| matches!(sign, b'\n' | b'\r')) {
            at += 1;
            row += u64::from(*sign == b'\n');
        }
        let bad = match reader.read_byte_record() {
            Ok(None) => break,
            Ok(Some(record)) if record.len() != width => {
                let cut = if record.len() < width { " (is the file cut off?)" } else { "" };
                Some(Bad::row(format!("has {} columns instead of {width}{cut}", record.len())))
            }
            Ok(Some(record)) if !lines_are_quoted(&record) => {
                Some(Bad::row("has a line end between quotes that do not begin and end a cell"))
            }
            Ok(Some(record)) => {
                let place = (block.number, row + 1, block.start + at);
                fold.row(&Record { record: &record, layout: shared.layout }, place).err()
            }
            Err(error) => Some(Bad::row(format!("cannot be read: {error}"))),
        };
        row += 1;
        if let Some(bad) = bad {
            work.count += 1;
            if work.bad.len() < MOST_BAD {
                work.bad.insert((block.number, row), (block.start + at, bad));
            }
            if !shared.skip_bad_rows {
                shared.stop.store(true, Ordering::Relaxed);
                break;
            }
        }
    }
    work.rows_of.insert(block.number, row);
}

/// Whether each line end in a row stands in a cell that is quoted as a whole. A quote astray makes
/// one row of two: `5" disk,1` and `3" disk,2`, say, where the first amount would be lost.
fn lines_are_quoted(record: &ZeroCopyByteRecord<'_>) -> bool {
    memchr::memchr(b'\n', record.as_slice()).is_none()
        || record.iter().all(|cell| match cell {
            [b'"', inner @ .., b'"'] => quotes_are_doubled(inner),
            cell => !cell.contains(&b'\n'),
        })
}

/// Whether quotes within a quoted cell come in twos.
fn quotes_are_doubled(inner: &[u8]) -> bool {
    inner.split(|sign| *sign != b'"').all(|quotes| quotes.len().is_multiple_of(2))
}

/// Sends block after block to the threads, until the end or until one of them stops.
fn cut_all(
    blocks: &mut Blocks<'_, impl Read>,
    first: Block,
    send: SyncSender<Block>,
    spare: &Receiver<Vec<u8>>,
    stop: &AtomicBool,
) -> Result<(), Problem> {
    let mut next = Some(first);
    while let Some(block) = next {
        if stop.load(Ordering::Relaxed) || send.send(block).is_err() {
            return Ok(());
        }
        next = blocks.next(spare.try_recv().unwrap_or_default())?;
    }
    Ok(())
}

/// Cuts a text into blocks of whole rows.
struct Blocks<'a, R> {
    file: &'a str,
    reader: R,
    /// The beginning of a row that goes on in the next block.
    carry: Vec<u8>,
    start: u64,
    number: u64,
    ended: bool,
}

impl<R: Read> Blocks<'_, R> {
    fn next(&mut self, mut text: Vec<u8>) -> Result<Option<Block>, Problem> {
        text.clear();
        text.append(&mut self.carry);
        let mut end = 0;
        while end == 0 {
            if !self.ended {
                self.fill(&mut text)?;
            }
            if text.is_empty() {
                return Ok(None);
            }
            end = rows_end(&text);
            if self.ended && end < text.len() {
                // The last row may lack its line end, but not the end of a quoted cell.
                if !memchr_iter(b'"', &text).count().is_multiple_of(2) {
                    return Err(self.unclosed("ends", end));
                }
                end = text.len();
            }
            if end == 0 && text.len() >= LONGEST_ROW {
                return Err(self.unclosed("goes on for 16 MiB", end));
            }
        }
        self.carry.extend_from_slice(&text[end..]);
        text.truncate(end);
        let block = Block { number: self.number, start: self.start, text };
        self.number += 1;
        self.start += u64::try_from(end).unwrap_or(0);
        Ok(Some(block))
    }

    /// A row that begins so far on, and does not end.
    fn unclosed(&self, what: &str, ahead: usize) -> Problem {
        let byte = self.start + u64::try_from(ahead).unwrap_or(0);
        let message =
            format!("{} {what} within the row that begins at byte {byte}: a quote in it is not closed", self.file);
        Problem::of_text(message).help("the file is cut off, or that row is not quoted as CSV is: fetch it again")
    }

    /// Reads one block more.
    fn fill(&mut self, text: &mut Vec<u8>) -> Result<(), Problem> {
        let wanted = text.len() + BLOCK;
        let mut at = text.len();
        text.resize(wanted, 0);
        while at < wanted {
            match self.reader.read(&mut text[at..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(read) => at += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let byte = self.start + u64::try_from(at).unwrap_or(0);
                    return Err(broken(self.file, byte, &error));
                }
            }
        }
        text.truncate(at);
        Ok(())
    }
}

/// A file that cannot be read to its end.
fn broken(file: &str, byte: u64, error: &std::io::Error) -> Problem {
    let (what, help) = match error.kind() {
        ErrorKind::UnexpectedEof => ("ends early".to_string(), "the file is cut off: fetch it again"),
        ErrorKind::InvalidInput | ErrorKind::InvalidData => {
            (format!("is damaged ({error})"), "the file is corrupt: fetch it again")
        }
        _ => (format!("cannot be read on: {error}"), "try again"),
    };
    Problem::of_text(format!("{file} {what}, at byte {byte} of its text")).help(help)
}

/// Where the last whole row of a text that begins with a row ends; nothing when none does.
///
/// A line ends a row unless it stands in a quoted cell, that is, after an odd number of quotes
/// (a quote in a cell is written twice, so it counts for nothing).
fn rows_end(text: &[u8]) -> usize {
    let mut odd = !memchr_iter(b'"', text).count().is_multiple_of(2);
    let mut end = text.len();
    for line in memrchr_iter(b'\n', text) {
        odd ^= !memchr_iter(b'"', &text[line..end]).count().is_multiple_of(2);
        end = line;
        if !odd {
            return line + 1;
        }
    }
    0
}

/// Takes the header off the first block.
fn take_header(file: &str, first: &mut Block) -> Result<Vec<String>, Problem> {
    let mark = if first.text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&first.text[mark..]);
    let mut record = csv::StringRecord::new();
    let read = reader.read_record(&mut record);
    if !matches!(read, Ok(true)) {
        let problem = Problem::of_text(format!("{file} is no CSV: its first row is no text of columns"));
        return Err(problem.help("exports are CSV, gzip, zip or Parquet"));
    }
    let mut length = mark + usize::try_from(reader.position().byte()).unwrap_or(0);
    length += usize::from(first.text[..length].ends_with(b"\r") && first.text[length..].starts_with(b"\n"));
    first.text.drain(..length);
    first.start += u64::try_from(length).unwrap_or(0);
    Ok(record.iter().map(|name| name.trim().to_string()).collect())
}

/// A row of CSV, whose cells are looked at where they stand.
struct Record<'a> {
    record: &'a ZeroCopyByteRecord<'a>,
    layout: &'a Layout,
}

impl Record<'_> {
    /// The cell as it stands, without the quotes around it.
    fn raw(&self, slot: Slot) -> (&[u8], bool) {
        let cell = self.layout.columns.get(slot).and_then(|column| self.record.get(column.at)).unwrap_or_default();
        match cell {
            [b'"', inner @ .., b'"'] => (inner, true),
            _ => (cell, false),
        }
    }
}

impl Row for Record<'_> {
    fn text(&self, slot: Slot) -> Cow<'_, [u8]> {
        match self.raw(slot) {
            (b"NULL" | b"null" | b"None", _) => Cow::Borrowed(b""),
            (cell, true) => unescape(cell),
            (cell, false) => Cow::Borrowed(cell),
        }
    }

    fn entry<'a>(&'a self, slot: Slot, key: &Key, memo: &'a mut Memo) -> Result<Cow<'a, [u8]>, ()> {
        match self.raw(slot).0 {
            b"" | b"NULL" | b"null" | b"None" => Ok(Cow::Borrowed(b"")),
            raw => memo.entry(raw, key, || unescape(raw).into_owned()),
        }
    }
}

/// A quoted cell with its doubled quotes made single.
fn unescape(cell: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'"', cell).is_none() {
        return Cow::Borrowed(cell);
    }
    let mut out = Vec::with_capacity(cell.len());
    let mut before = false;
    for &sign in cell {
        if sign == b'"' && before {
            before = false;
            continue;
        }
        before = sign == b'"';
        out.push(sign);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_end_outside_quotes() {
        for (text, end) in [
            ("a,b\nc,d\n", 8),
            ("a,b\nc", 4),
            ("a,\"b\nc", 0),
            ("a\nb,\"c\nd", 2),
            ("a,\"b\nc\"\nd", 8),
            ("a,\"b\"\"\n\"\"c\"\nd", 12),
            ("", 0),
        ] {
            assert_eq!(rows_end(text.as_bytes()), end, "{text:?}");
        }
    }

    #[test]
    fn doubled_quotes_are_one() {
        assert_eq!(&*unescape(br#"{""a"": ""b""}"#), br#"{"a": "b"}"#);
        assert_eq!(&*unescape(b"\"\"\"\""), b"\"\"");
        assert_eq!(&*unescape(b"plain"), b"plain");
    }
}
