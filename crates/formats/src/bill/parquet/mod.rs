//! Bills in Parquet: row groups are shared out among threads, and of each only the columns that a
//! query needs are read, batch by batch.

mod dictionary;
mod columns;
mod row;

use super::bad_row;
use super::csv::{Found, MOST_BAD, ONE_CURRENCY, Stop};
use super::dialect::{Layout, Slot, Value};
use super::fold::{Bad, Fold, Part};
use crate::problem::Problem;
use bytes::Bytes;
use columns::{Meaning, Source};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use row::BatchRow;
use stackcost_model::bill::Query;
use std::any::Any;
use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many rows are decoded at a time.
const BATCH: usize = 8_192;

/// A file that several threads read at once, each at a place of its own.
pub trait ReadAt: Send + Sync + 'static {
    /// How long it is.
    fn length(&self) -> u64;

    /// Reads some bytes that stand at `offset`; none at the end.
    ///
    /// # Errors
    /// What the file system says.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize>;
}

/// Reads a bill in Parquet.
pub(super) fn read(
    file: &str,
    source: impl ReadAt,
    query: &Query,
    threads: usize,
    skip_bad_rows: bool,
) -> Result<Found, Stop> {
    let damaged = |error: &ParquetError| Stop::Problem(damaged(file, error));
    let reader = SerializedFileReader::new(Shared(Arc::new(source))).map_err(|error| damaged(&error))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let header: Vec<String> = schema.root_schema().get_fields().iter().map(|field| field.name().to_string()).collect();
    let mut layout = Layout::new(file, &header, query)?;
    let sources = layout.columns.iter().map(|column| Source::of(file, &schema, column.at, &column.name));
    let sources: Vec<Source> = sources.collect::<Result<_, _>>()?;
    // Values out of JSON texts are made, not found; texts and maps of texts stand in the batch.
    let text = |slot: Slot| matches!(sources.get(slot), Some(Source::Plain { meaning: Meaning::Text, .. }));
    let stands = |value: &Value| match value {
        Value::Entry(slot, _) => matches!(sources.get(*slot), Some(Source::Map { .. })),
        Value::Moment(_) => false,
        Value::Cell(slot) => text(*slot),
        Value::Either(first, second) => text(*first) && text(*second),
        Value::Purchase { .. } | Value::Absent => true,
    };
    let unit = layout.quantity.and_then(|(_, unit)| unit);
    layout.steady = layout.groups.iter().all(stands) && unit.is_none_or(text);
    let layout = layout;
    let groups = reader.num_row_groups();
    let mut starts = vec![0_u64];
    for group in reader.metadata().row_groups() {
        starts.push(starts[starts.len() - 1] + u64::try_from(group.num_rows()).unwrap_or(0));
    }
    let work = Work {
        reader: &reader,
        sources: &sources,
        starts: &starts,
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        skip_bad_rows,
    };
    let done: Vec<_> = std::thread::scope(|scope| {
        let works: Vec<_> = (0..threads.clamp(1, groups.max(1)))
            .map(|_| {
                let mut fold = Fold::new(query, &layout);
                let work = &work;
                scope.spawn(move || {
                    let outcome = work.run(&mut fold);
                    (outcome, fold.finish())
                })
            })
            .collect();
        // A thread that panicked took its rows with it: no sum without them.
        works.into_iter().map(|work| work.join().unwrap_or_else(|why| resume_unwind(why))).collect()
    });
    let mut whole = Part::new(query);
    let (mut bad, mut bad_count) = (BTreeMap::new(), 0);
    for (outcome, part) in done {
        let (rows, count) = outcome.map_err(|error| damaged(&error))?;
        bad.extend(rows);
        bad_count += count;
        part.and_then(|part| whole.join(part)).map_err(|error| Problem::of_text(format!("{file}: {error}")))?;
    }
    if !skip_bad_rows && let Some((row, (byte, bad))) = bad.pop_first() {
        return Err(Stop::Row(row, byte, bad));
    }
    whole
        .settle_currency(&layout)
        .map_err(|((_, row, byte), bad)| Problem::of_text(bad_row(file, row, byte, &bad)).help(ONE_CURRENCY))?;
    while bad.len() > MOST_BAD {
        bad.pop_last();
    }
    Ok(Found { part: whole, layout, header, bad, bad_count })
}

/// The library panics at some kinds of damage: that is a damaged file, too.
pub(super) fn gave_up(file: &str, why: &(dyn Any + Send)) -> Stop {
    let text = why.downcast_ref::<&str>().copied().or(why.downcast_ref::<String>().map(String::as_str));
    damaged(file, &ParquetError::General(text.unwrap_or("the reader gave up").to_string())).into()
}

fn damaged(file: &str, error: &ParquetError) -> Problem {
    let text = error.to_string();
    let text = text.strip_prefix("Parquet error: ").unwrap_or(&text);
    let message = if text.contains("footer") || text.contains("Invalid Parquet file") {
        format!("{file} has no Parquet footer: {text}")
    } else {
        format!("{file} cannot be read as Parquet: {text}")
    };
    Problem::of_text(message).help("the file is cut off or corrupt: fetch it again")
}

/// The file as the Parquet reader wants it.
struct Shared<F>(Arc<F>);

impl<F: ReadAt> Length for Shared<F> {
    fn len(&self) -> u64 {
        self.0.length()
    }
}

impl<F: ReadAt> ChunkReader for Shared<F> {
    type T = BufReader<From<F>>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(BufReader::new(From { file: Arc::clone(&self.0), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // What a damaged footer says is not asked of memory.
        if start.checked_add(length as u64).is_none_or(|end| end > self.0.length()) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} are beyond its end")));
        }
        let mut bytes = vec![0; length];
        From { file: Arc::clone(&self.0), at: start }.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// The file from some place on.
struct From<F> {
    file: Arc<F>,
    at: u64,
}

impl<F: ReadAt> Read for From<F> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += u64::try_from(read).unwrap_or(0);
        Ok(read)
    }
}

/// What all threads share.
struct Work<'a, F: ReadAt> {
    reader: &'a SerializedFileReader<Shared<F>>,
    sources: &'a [Source],
    /// The first row of each group.
    starts: &'a [u64],
    next: AtomicUsize,
    stop: AtomicBool,
    skip_bad_rows: bool,
}

type BadRows = BTreeMap<u64, (u64, Bad)>;

impl<F: ReadAt> Work<'_, F> {
    /// Row group after row group, until none is left.
    fn run(&self, fold: &mut Fold<'_>) -> Result<(BadRows, u64), ParquetError> {
        let (mut bad, mut count) = (BTreeMap::new(), 0);
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            if at >= self.reader.num_row_groups() || self.stop.load(Ordering::Relaxed) {
                return Ok((bad, count));
            }
            let group = self.reader.get_row_group(at)?;
            let byte = u64::try_from(group.metadata().file_offset().unwrap_or(0)).unwrap_or(0);
            let mut columns = self.sources.iter().map(|source| source.open(&*group)).collect::<Result<Vec<_>, _>>()?;
            let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let mut row = self.starts[at];
            let mut left = rows;
            while left > 0 {
                let batch = left.min(BATCH);
                for column in &mut columns {
                    column.read(batch)?;
                }
                fold.next_batch();
                for index in 0..batch {
                    // Rows are numbered as in CSV, where the header is the first.
                    row += 1;
                    if let Err(wrong) = fold.row(&BatchRow { columns: &columns, row: index }, (0, row + 1, byte)) {
                        count += 1;
                        if bad.len() < MOST_BAD {
                            bad.insert(row + 1, (byte, wrong));
                        }
                        if !self.skip_bad_rows {
                            self.stop.store(true, Ordering::Relaxed);
                            return Ok((bad, count));
                        }
                    }
                }
                left -= batch;
            }
        }
    }
}
