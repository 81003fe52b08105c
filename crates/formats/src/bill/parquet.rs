//! Bills in Parquet: row groups are shared out among threads, and of each only the columns that a
//! query needs are read, batch by batch.

use super::bad_row;
use super::csv::{Found, MOST_BAD, ONE_CURRENCY, Stop};
use super::dialect::{Key, Layout, Slot, Value};
use super::fold::{Bad, Days, Fold, Part, Row};
use super::tags::Memo;
use crate::problem::Problem;
use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as PhysicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, Length, RowGroupReader, SerializedFileReader};
use parquet::file::statistics::Statistics;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};
use stackcost_model::bill::{Amount, Query};
use stackcost_model::time::Date;
use std::any::Any;
use std::borrow::Cow;
use std::cell::RefCell;
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

/// Where a column's values are, and what they mean.
enum Source {
    Plain { leaf: usize, meaning: Meaning, levels: i16 },
    Map { keys: usize, values: usize, key_levels: i16, value_levels: i16 },
}

/// What the bits of a value mean.
#[derive(Clone, Copy)]
enum Meaning {
    Text,
    Double,
    Float,
    Integer,
    /// A moment, in so many parts of a second since 1970.
    Moment(i64),
    Day,
    Decimal(u32),
    Boolean,
}

impl Source {
    fn of(file: &str, schema: &SchemaDescriptor, root: usize, name: &str) -> Result<Source, Problem> {
        let leaves: Vec<usize> =
            (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == root).collect();
        let unknown = |what: &str| {
            Problem::of_text(format!("{file}: column {name} is {what}, which no bill has"))
                .help("exports have texts, numbers, moments and maps of texts")
        };
        match leaves[..] {
            [leaf] => {
                let column = schema.column(leaf);
                let meaning = Meaning::of(&column).ok_or_else(|| unknown("of an unknown type"))?;
                if column.max_rep_level() > 0 {
                    return Err(unknown("a list"));
                }
                Ok(Source::Plain { leaf, meaning, levels: column.max_def_level() })
            }
            [keys, values] => {
                let (key, value) = (schema.column(keys), schema.column(values));
                let texts = [&key, &value].iter().all(|leaf| leaf.physical_type() == PhysicalType::BYTE_ARRAY);
                if !texts || key.max_rep_level() != 1 || value.max_rep_level() != 1 {
                    return Err(unknown("no map of texts"));
                }
                Ok(Source::Map { keys, values, key_levels: key.max_def_level(), value_levels: value.max_def_level() })
            }
            _ => Err(unknown("a structure")),
        }
    }

    fn open(&self, group: &dyn RowGroupReader) -> Result<Column, ParquetError> {
        if let Source::Plain { leaf, meaning, .. } = *self
            && let Some(constant) = Constant::of(group, leaf, meaning)
        {
            return Ok(Column::Constant(constant));
        }
        Ok(match *self {
            Source::Plain { leaf, meaning, levels } => Column::Plain(Box::new(Plain {
                values: Values::of(group.get_column_reader(leaf)?)?,
                meaning,
                levels: Levels { most: levels, def: Vec::new(), at: Vec::new() },
                doubles: Doubles::new(),
            })),
            Source::Map { keys, values, key_levels, value_levels } => Column::Map(Box::new(Map {
                keys: Texts::of(group.get_column_reader(keys)?)?,
                values: Texts::of(group.get_column_reader(values)?)?,
                key_levels,
                value_levels,
                entries: Vec::new(),
                ends: Vec::new(),
            })),
        })
    }
}

impl Meaning {
    fn of(column: &ColumnDescriptor) -> Option<Meaning> {
        let logical = column.logical_type_ref();
        Some(match (column.physical_type(), logical, column.converted_type()) {
            (PhysicalType::BOOLEAN, _, _) => Meaning::Boolean,
            (PhysicalType::DOUBLE, _, _) => Meaning::Double,
            (PhysicalType::FLOAT, _, _) => Meaning::Float,
            (_, Some(LogicalType::Decimal(_)), _) | (_, _, ConvertedType::DECIMAL) => {
                Meaning::Decimal(u32::try_from(column.type_scale()).ok()?)
            }
            (PhysicalType::INT96, _, _) => Meaning::Moment(1_000_000_000),
            (PhysicalType::INT64, Some(LogicalType::Timestamp(moment)), _) => Meaning::Moment(match moment.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            }),
            (PhysicalType::INT64, _, ConvertedType::TIMESTAMP_MILLIS) => Meaning::Moment(1_000),
            (PhysicalType::INT64, _, ConvertedType::TIMESTAMP_MICROS) => Meaning::Moment(1_000_000),
            (PhysicalType::INT32, Some(LogicalType::Date), _) | (PhysicalType::INT32, _, ConvertedType::DATE) => {
                Meaning::Day
            }
            (PhysicalType::INT32 | PhysicalType::INT64, _, _) => Meaning::Integer,
            (PhysicalType::BYTE_ARRAY, _, _) => Meaning::Text,
            (PhysicalType::FIXED_LEN_BYTE_ARRAY, _, _) => return None,
        })
    }
}

/// The one value that a column has in a whole row group, as its statistics tell: the month, the
/// currency, an invoice that is not there yet. Nothing of it needs to be read.
struct Constant {
    text: Vec<u8>,
    /// Days since 1970.
    day: Option<i64>,
}

impl Constant {
    /// Longer bounds may have been cut off, and then do not say the value.
    const LONGEST: usize = 32;

    fn of(group: &dyn RowGroupReader, leaf: usize, meaning: Meaning) -> Option<Constant> {
        let column = group.metadata().column(leaf);
        let statistics = column.statistics()?;
        let nulls = statistics.null_count_opt()?;
        if i64::try_from(nulls) == Ok(column.num_values()) {
            return Some(Constant { text: Vec::new(), day: None });
        }
        let (least, most) = (statistics.min_bytes_opt()?, statistics.max_bytes_opt()?);
        if nulls > 0 || least != most || least.len() > Self::LONGEST {
            return None;
        }
        match (statistics, meaning) {
            (Statistics::ByteArray(_), Meaning::Text) => Some(Constant { text: said(least).to_vec(), day: None }),
            (Statistics::Int64(only), Meaning::Moment(parts)) => {
                Some(Constant { text: Vec::new(), day: Some(only.min_opt()?.div_euclid(86_400 * parts)) })
            }
            _ => None,
        }
    }
}

/// A text that does not mean "none".
fn said(text: &[u8]) -> &[u8] {
    match text {
        b"NULL" | b"null" | b"None" => b"",
        text => text,
    }
}

/// The rows of a batch, of one column.
enum Column {
    Constant(Constant),
    Plain(Box<Plain>),
    Map(Box<Map>),
}

struct Plain {
    values: Values,
    meaning: Meaning,
    levels: Levels,
    doubles: Doubles,
}

/// Doubles as decimals, the latest of each place: hour after hour costs the same, and finding the
/// shortest text of a double takes longer than all else about a row.
struct Doubles(RefCell<Vec<(u64, Option<Amount>)>>);

impl Doubles {
    /// How many are remembered, a power of two.
    const MOST: usize = 1 << 10;

    fn new() -> Doubles {
        // The bits of 0.
        Doubles(RefCell::new(vec![(0, Some(Amount::ZERO)); Self::MOST]))
    }

    /// The decimal of the shortest text that is this double: the decimal that was written, if one
    /// was. `None` for what is no number, or does not fit.
    #[expect(clippy::disallowed_types, reason = "Parquet stores doubles; here they become decimals")]
    fn amount(&self, value: f64) -> Option<Amount> {
        let bits = value.to_bits();
        let slot = (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize;
        let mut known = self.0.borrow_mut();
        let place = known.get_mut(slot)?;
        if place.0 != bits {
            *place = (bits, Amount::parse(ryu::Buffer::new().format(value).as_bytes()));
        }
        place.1
    }
}

/// Which of the values each row has: rows without one are not stored.
struct Levels {
    most: i16,
    def: Vec<i16>,
    at: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Levels {
    fn settle(&mut self) {
        self.at.clear();
        let mut next = 0;
        self.at.extend(self.def.iter().map(|level| {
            if *level < self.most {
                return NONE;
            }
            next += 1;
            next - 1
        }));
    }

    fn of(&self, row: usize) -> Option<usize> {
        if self.most == 0 {
            return Some(row);
        }
        self.at.get(row).filter(|at| **at != NONE).map(|at| *at as usize)
    }
}

/// A reader of one physical type, and what it read.
struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    values: Vec<T::T>,
}

impl<T: DataType> Typed<T> {
    fn read(&mut self, rows: usize, def: &mut Vec<i16>, rep: Option<&mut Vec<i16>>) -> Result<(), ParquetError> {
        self.values.clear();
        def.clear();
        let (read, _, _) = match rep {
            Some(rep) => {
                rep.clear();
                self.reader.read_records(rows, Some(def), Some(rep), &mut self.values)?
            }
            None => self.reader.read_records(rows, Some(def), None, &mut self.values)?,
        };
        if read == rows { Ok(()) } else { Err(ParquetError::EOF(format!("a column ends after {read} of {rows} rows"))) }
    }
}

macro_rules! values {
    ($($name:ident = $reader:ident, $type:ident;)*) => {
        enum Values { $($name(Typed<parquet::data_type::$type>),)* }

        impl Values {
            fn of(reader: ColumnReader) -> Result<Values, ParquetError> {
                Ok(match reader {
                    $(ColumnReader::$reader(reader) => Values::$name(Typed { reader, values: Vec::new() }),)*
                })
            }

            fn read(&mut self, rows: usize, def: &mut Vec<i16>) -> Result<(), ParquetError> {
                match self { $(Values::$name(typed) => typed.read(rows, def, None),)* }
            }
        }
    };
}

values! {
    Boolean = BoolColumnReader, BoolType;
    Int32 = Int32ColumnReader, Int32Type;
    Int64 = Int64ColumnReader, Int64Type;
    Int96 = Int96ColumnReader, Int96Type;
    Float = FloatColumnReader, FloatType;
    Double = DoubleColumnReader, DoubleType;
    Bytes = ByteArrayColumnReader, ByteArrayType;
    Fixed = FixedLenByteArrayColumnReader, FixedLenByteArrayType;
}

/// A column of texts.
struct Texts {
    typed: Typed<parquet::data_type::ByteArrayType>,
    def: Vec<i16>,
    rep: Vec<i16>,
}

impl Texts {
    fn of(reader: ColumnReader) -> Result<Texts, ParquetError> {
        match reader {
            ColumnReader::ByteArrayColumnReader(reader) => {
                Ok(Texts { typed: Typed { reader, values: Vec::new() }, def: Vec::new(), rep: Vec::new() })
            }
            _ => Err(ParquetError::General("a map has values that are no texts".into())),
        }
    }

    fn read(&mut self, rows: usize) -> Result<(), ParquetError> {
        self.typed.read(rows, &mut self.def, Some(&mut self.rep))
    }

    /// The value at a place; empty for [`NONE`].
    fn text(&self, at: u32) -> &[u8] {
        self.typed.values.get(at as usize).map(ByteArray::data).unwrap_or_default()
    }
}

/// A column of maps from text to text.
struct Map {
    keys: Texts,
    values: Texts,
    key_levels: i16,
    value_levels: i16,
    /// Places of key and value of each entry; a value can be missing.
    entries: Vec<(u32, u32)>,
    /// Where the entries of each row end.
    ends: Vec<usize>,
}

impl Map {
    fn read(&mut self, rows: usize) -> Result<(), ParquetError> {
        self.keys.read(rows)?;
        self.values.read(rows)?;
        self.entries.clear();
        self.ends.clear();
        let (mut key, mut value) = (0, 0);
        let levels = self.keys.def.iter().zip(&self.keys.rep).zip(&self.values.def);
        for ((key_def, rep), value_def) in levels {
            if *rep == 0 {
                self.ends.push(self.entries.len());
            }
            let at = if *value_def >= self.value_levels {
                value += 1;
                value - 1
            } else {
                NONE
            };
            if *key_def >= self.key_levels {
                self.entries.push((key, at));
                key += 1;
            }
            if let Some(end) = self.ends.last_mut() {
                *end = self.entries.len();
            }
        }
        Ok(())
    }

    fn pairs(&self, row: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(row).copied().unwrap_or(start);
        self.entries[start..end].iter().map(|(key, value)| (self.keys.text(*key), self.values.text(*value)))
    }
}

impl Column {
    fn read(&mut self, rows: usize) -> Result<(), ParquetError> {
        match self {
            Column::Plain(plain) => {
                let Plain { values, levels, .. } = &mut **plain;
                values.read(rows, &mut levels.def)?;
                if levels.most > 0 {
                    levels.settle();
                }
                Ok(())
            }
            Column::Map(map) => map.read(rows),
            Column::Constant(_) => Ok(()),
        }
    }
}

/// One row of a batch.
struct BatchRow<'a> {
    columns: &'a [Column],
    row: usize,
}

impl BatchRow<'_> {
    /// The values of a plain column, what they mean, and which is this row's.
    fn plain(&self, slot: Slot) -> Option<(&Values, Meaning, usize)> {
        match self.columns.get(slot)? {
            Column::Plain(plain) => Some((&plain.values, plain.meaning, plain.levels.of(self.row)?)),
            Column::Map(_) | Column::Constant(_) => None,
        }
    }

    /// The moment or day of this row, as days since 1970; `None` when it is neither.
    fn epoch_day(&self, slot: Slot) -> Option<i64> {
        if let Some(Column::Constant(constant)) = self.columns.get(slot) {
            return constant.day;
        }
        let (values, meaning, at) = self.plain(slot)?;
        match (values, meaning) {
            (Values::Int64(typed), Meaning::Moment(parts)) => Some(typed.values.get(at)?.div_euclid(86_400 * parts)),
            (Values::Int96(typed), Meaning::Moment(_)) => Some(typed.values.get(at)?.to_seconds().div_euclid(86_400)),
            (Values::Int32(typed), Meaning::Day) => typed.values.get(at).map(|day| i64::from(*day)),
            _ => None,
        }
    }
}

impl Row for BatchRow<'_> {
    fn text(&self, slot: Slot) -> Cow<'_, [u8]> {
        if let Some(Column::Constant(constant)) = self.columns.get(slot) {
            return Cow::Borrowed(&constant.text);
        }
        let Some((values, meaning, at)) = self.plain(slot) else { return Cow::Borrowed(b"") };
        if let (Values::Bytes(typed), Meaning::Text) = (values, meaning) {
            return Cow::Borrowed(said(typed.values.get(at).map(ByteArray::data).unwrap_or_default()));
        }
        Cow::Owned(other_text(values, meaning, at).unwrap_or_default().into_bytes())
    }

    fn amount(&self, slot: Slot) -> Result<Option<Amount>, ()> {
        let Some((values, meaning, at)) = self.plain(slot) else {
            let text = self.text(slot);
            return if text.is_empty() { Ok(None) } else { Amount::parse(&text).map(Some).ok_or(()) };
        };
        match (values, meaning) {
            (Values::Double(typed), _) => {
                let value = *typed.values.get(at).ok_or(())?;
                match self.columns.get(slot) {
                    Some(Column::Plain(plain)) => plain.doubles.amount(value).map(Some).ok_or(()),
                    _ => Err(()),
                }
            }
            (_, Meaning::Decimal(places)) => {
                let units = decimal(values, at).ok_or(())?;
                Amount::from_units(units, places).map(Some).ok_or(())
            }
            _ => {
                let text = self.text(slot);
                if text.is_empty() { Ok(None) } else { Amount::parse(&text).map(Some).ok_or(()) }
            }
        }
    }

    fn date(&self, slot: Slot, days: &mut Days) -> Option<Date> {
        match self.epoch_day(slot) {
            Some(day) => days.epoch(day),
            None => days.day(&self.text(slot)),
        }
    }

    fn entry<'a>(&'a self, slot: Slot, key: &Key, memo: &'a mut Memo) -> Result<Cow<'a, [u8]>, ()> {
        match self.columns.get(slot) {
            Some(Column::Map(map)) => Ok(Cow::Borrowed(memo.pick(key, map.pairs(self.row)))),
            _ => match self.text(slot) {
                Cow::Borrowed(raw) => memo.entry(raw, key, || raw.to_vec()),
                Cow::Owned(_) => Err(()),
            },
        }
    }
}

/// Values that are no text, as text.
fn other_text(values: &Values, meaning: Meaning, at: usize) -> Option<String> {
    Some(match (values, meaning) {
        (Values::Boolean(typed), _) => typed.values.get(at)?.to_string(),
        (Values::Float(typed), _) => ryu::Buffer::new().format(*typed.values.get(at)?).to_string(),
        (Values::Double(typed), _) => ryu::Buffer::new().format(*typed.values.get(at)?).to_string(),
        (_, Meaning::Decimal(places)) => Amount::from_units(decimal(values, at)?, places)?.to_string(),
        (Values::Int32(typed), _) => typed.values.get(at)?.to_string(),
        (Values::Int64(typed), _) => typed.values.get(at)?.to_string(),
        _ => return None,
    })
}

/// The whole units of a decimal, big-endian where it is bytes.
fn decimal(values: &Values, at: usize) -> Option<i128> {
    let bytes = match values {
        Values::Int32(typed) => return typed.values.get(at).map(|units| i128::from(*units)),
        Values::Int64(typed) => return typed.values.get(at).map(|units| i128::from(*units)),
        Values::Bytes(typed) => typed.values.get(at)?.data(),
        Values::Fixed(typed) => typed.values.get(at)?.data(),
        _ => return None,
    };
    let first = *bytes.first()?;
    if bytes.len() > 16 {
        return None;
    }
    let mut whole = [if first & 0x80 == 0 { 0 } else { 0xff }; 16];
    whole[16 - bytes.len()..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(whole))
}
