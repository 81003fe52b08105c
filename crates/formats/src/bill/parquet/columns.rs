//! Columns of a row group: what their bits mean, and the values of one batch of rows.

use super::dictionary::{Coded, Levels, doubles, is_coded, texts};
use crate::problem::Problem;
use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as PhysicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::file::statistics::Statistics;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};
use stackcost_model::bill::Amount;
use std::borrow::Cow;
use std::cell::RefCell;

/// Where a column's values are, and what they mean.
pub(super) enum Source {
    Plain { leaf: usize, meaning: Meaning, levels: i16 },
    Map { keys: usize, values: usize, key_levels: i16, value_levels: i16 },
}

/// What the bits of a value mean.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
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
    pub(super) fn of(file: &str, schema: &SchemaDescriptor, root: usize, name: &str) -> Result<Source, Problem> {
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

    pub(super) fn open(&self, group: &dyn RowGroupReader) -> Result<Column, ParquetError> {
        if let Source::Plain { leaf, meaning, .. } = *self
            && let Some(constant) = Constant::of(group, leaf, meaning)
        {
            return Ok(Column::Constant(constant));
        }
        if let Source::Plain { leaf, meaning, levels } = *self
            && let Some(coded) = CodedColumn::of(group, leaf, meaning, levels)?
        {
            return Ok(Column::Coded(Box::new(coded)));
        }
        Ok(match *self {
            Source::Plain { leaf, meaning, levels } => Column::Plain(Box::new(Plain {
                values: Values::of(group.get_column_reader(leaf)?)?,
                meaning,
                levels: Present { most: levels, def: Vec::new(), at: Vec::new() },
                doubles: Doubles::new(),
            })),
            Source::Map { keys, values, key_levels, value_levels } => Column::Map(Box::new(Map {
                keys: Texts::of(group, keys, key_levels)?,
                values: Texts::of(group, values, value_levels)?,
                key_levels,
                value_levels,
                entries: Vec::new(),
                ends: Vec::new(),
            })),
        })
    }
}

impl Meaning {
    pub(super) fn of(column: &ColumnDescriptor) -> Option<Meaning> {
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
pub(super) struct Constant {
    pub(super) text: Vec<u8>,
    /// Seconds since 1970.
    pub(super) moment: Option<i64>,
}

impl Constant {
    /// Longer bounds may have been cut off, and then do not say the value.
    const LONGEST: usize = 32;

    pub(super) fn of(group: &dyn RowGroupReader, leaf: usize, meaning: Meaning) -> Option<Constant> {
        let column = group.metadata().column(leaf);
        let statistics = column.statistics()?;
        let nulls = statistics.null_count_opt()?;
        if i64::try_from(nulls) == Ok(column.num_values()) {
            return Some(Constant { text: Vec::new(), moment: None });
        }
        let (least, most) = (statistics.min_bytes_opt()?, statistics.max_bytes_opt()?);
        if nulls > 0 || least != most || least.len() > Self::LONGEST {
            return None;
        }
        match (statistics, meaning) {
            (Statistics::ByteArray(_), Meaning::Text) => Some(Constant { text: said(least).to_vec(), moment: None }),
            (Statistics::Int64(only), Meaning::Moment(parts)) => {
                Some(Constant { text: Vec::new(), moment: Some(only.min_opt()?.div_euclid(parts)) })
            }
            _ => None,
        }
    }
}

/// A text that does not mean "none".
pub(super) fn said(text: &[u8]) -> &[u8] {
    match text {
        b"NULL" | b"null" | b"None" => b"",
        text => text,
    }
}

/// The rows of a batch, of one column.
pub(super) enum Column {
    Constant(Constant),
    Coded(Box<CodedColumn>),
    Plain(Box<Plain>),
    Map(Box<Map>),
}

pub(super) struct Plain {
    pub(super) values: Values,
    pub(super) meaning: Meaning,
    pub(super) levels: Present,
    pub(super) doubles: Doubles,
}

/// Doubles as decimals, the latest of each place: hour after hour costs the same, and finding the
/// shortest text of a double takes longer than all else about a row.
pub(super) struct Doubles(RefCell<Vec<(u64, Option<Amount>)>>);

impl Doubles {
    /// How many are remembered, a power of two.
    const MOST: usize = 1 << 12;

    pub(super) fn new() -> Doubles {
        // The bits of 0.
        Doubles(RefCell::new(vec![(0, Some(Amount::ZERO)); Self::MOST]))
    }

    /// The decimal of the shortest text that is this double: the decimal that was written, if one
    /// was. `None` for what is no number, or does not fit.
    pub(super) fn amount(&self, bits: u64) -> Option<Amount> {
        let slot = (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize;
        let mut known = self.0.borrow_mut();
        let place = known.get_mut(slot)?;
        if place.0 != bits {
            *place = (bits, decimal_of(bits));
        }
        place.1
    }
}

/// Which of the values each row has: rows without one are not stored.
pub(super) struct Present {
    most: i16,
    def: Vec<i16>,
    at: Vec<u32>,
}

pub(super) const NONE: u32 = u32::MAX;

impl Present {
    pub(super) fn settle(&mut self) {
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

    pub(super) fn of(&self, row: usize) -> Option<usize> {
        if self.most == 0 {
            return Some(row);
        }
        self.at.get(row).filter(|at| **at != NONE).map(|at| *at as usize)
    }
}

/// A reader of one physical type, and what it read.
pub(super) struct Typed<T: DataType> {
    reader: ColumnReaderImpl<T>,
    pub(super) values: Vec<T::T>,
}

impl<T: DataType> Typed<T> {
    pub(super) fn read(
        &mut self,
        rows: usize,
        def: &mut Vec<i16>,
        rep: Option<&mut Vec<i16>>,
    ) -> Result<(), ParquetError> {
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
        pub(super) enum Values { $($name(Typed<parquet::data_type::$type>),)* }

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

/// A column that is places in a dictionary.
pub(super) struct CodedColumn {
    coded: Coded,
    dictionary: Dictionary,
}

enum Dictionary {
    Texts(Vec<Bytes>),
    /// Doubles by their bits, and the decimals that they are.
    Doubles(Vec<(u64, Option<Amount>)>),
}

impl CodedColumn {
    fn of(
        group: &dyn RowGroupReader,
        leaf: usize,
        meaning: Meaning,
        levels: i16,
    ) -> Result<Option<CodedColumn>, ParquetError> {
        if !matches!(meaning, Meaning::Text | Meaning::Double) || !is_coded(group.metadata().column(leaf)) {
            return Ok(None);
        }
        let (coded, buf, count) = Coded::open(group, leaf, [levels, 0])?;
        let dictionary = if matches!(meaning, Meaning::Text) {
            Dictionary::Texts(texts(&buf, count)?)
        } else {
            let doubles = doubles(&buf, count)?.into_iter();
            Dictionary::Doubles(doubles.map(|bits| (bits, decimal_of(bits))).collect())
        };
        Ok(Some(CodedColumn { coded, dictionary }))
    }

    fn place(&self, row: usize) -> Option<usize> {
        self.coded.batch.places.get(row).filter(|place| **place != NONE).map(|place| *place as usize)
    }

    /// The cell as text; empty for none.
    pub(super) fn text(&self, row: usize) -> Cow<'_, [u8]> {
        match (&self.dictionary, self.place(row)) {
            (Dictionary::Texts(texts), Some(place)) => {
                Cow::Borrowed(texts.get(place).map(|text| said(text)).unwrap_or_default())
            }
            (Dictionary::Doubles(doubles), Some(place)) => {
                let bits = doubles.get(place).map_or(0, |double| double.0);
                Cow::Owned(shortest(bits).into_bytes())
            }
            (_, None) => Cow::Borrowed(b""),
        }
    }

    /// The cell as a decimal.
    pub(super) fn amount(&self, row: usize) -> Result<Option<Amount>, ()> {
        match (&self.dictionary, self.place(row)) {
            (_, None) => Ok(None),
            (Dictionary::Doubles(doubles), Some(place)) => {
                doubles.get(place).and_then(|double| double.1).map(Some).ok_or(())
            }
            (Dictionary::Texts(_), Some(_)) => {
                let text = self.text(row);
                if text.is_empty() { Ok(None) } else { Amount::parse(&text).map(Some).ok_or(()) }
            }
        }
    }
}

/// The shortest text that is the double of these bits: the decimal that was written, if one was.
#[expect(clippy::disallowed_types, reason = "Parquet stores doubles; here they become decimals")]
fn shortest(bits: u64) -> String {
    ryu::Buffer::new().format(f64::from_bits(bits)).to_string()
}

/// The decimal of that text; `None` for what is no number, or does not fit.
fn decimal_of(bits: u64) -> Option<Amount> {
    Amount::parse(shortest(bits).as_bytes())
}

/// A column of texts.
pub(super) enum Texts {
    Coded { coded: Coded, dictionary: Vec<Bytes> },
    Typed(Box<TypedTexts>),
}

/// Texts that stand in the file one after another.
pub(super) struct TypedTexts {
    typed: Typed<parquet::data_type::ByteArrayType>,
    def: Vec<i16>,
    rep: Vec<i16>,
    batch: Levels,
}

impl Texts {
    fn of(group: &dyn RowGroupReader, leaf: usize, levels: i16) -> Result<Texts, ParquetError> {
        if is_coded(group.metadata().column(leaf)) {
            let (coded, buf, count) = Coded::open(group, leaf, [levels, 1])?;
            return Ok(Texts::Coded { coded, dictionary: texts(&buf, count)? });
        }
        match group.get_column_reader(leaf)? {
            ColumnReader::ByteArrayColumnReader(reader) => {
                let typed = Typed { reader, values: Vec::new() };
                let (def, rep, batch) = (Vec::new(), Vec::new(), Levels::default());
                Ok(Texts::Typed(Box::new(TypedTexts { typed, def, rep, batch })))
            }
            _ => Err(ParquetError::General("a map has values that are no texts".into())),
        }
    }

    /// Reads so many rows; `levels` is the definition level of what has a value.
    fn read(&mut self, rows: usize, levels: i16) -> Result<(), ParquetError> {
        match self {
            Texts::Coded { coded, .. } => coded.read(rows),
            Texts::Typed(texts) => {
                let TypedTexts { typed, def, rep, batch } = &mut **texts;
                typed.read(rows, def, Some(rep))?;
                let plain = |level: &i16| u16::try_from(*level).unwrap_or(0);
                batch.def = def.iter().map(plain).collect();
                batch.rep = rep.iter().map(plain).collect();
                let mut next = 0;
                let places = def.iter().map(|level| {
                    if *level < levels {
                        return NONE;
                    }
                    next += 1;
                    next - 1
                });
                batch.places = places.collect();
                Ok(())
            }
        }
    }

    fn batch(&self) -> &Levels {
        match self {
            Texts::Coded { coded, .. } => &coded.batch,
            Texts::Typed(texts) => &texts.batch,
        }
    }

    /// The value at a place; empty for [`NONE`].
    fn text(&self, at: u32) -> &[u8] {
        match self {
            Texts::Coded { dictionary, .. } => dictionary.get(at as usize).map(|text| &text[..]).unwrap_or_default(),
            Texts::Typed(texts) => texts.typed.values.get(at as usize).map(ByteArray::data).unwrap_or_default(),
        }
    }
}

/// A column of maps from text to text.
pub(super) struct Map {
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
        self.keys.read(rows, self.key_levels)?;
        self.values.read(rows, self.value_levels)?;
        self.entries.clear();
        self.ends.clear();
        let (keys, values) = (self.keys.batch(), self.values.batch());
        if keys.rep.len() != values.rep.len() {
            return Err(ParquetError::General("a map has other keys than values".into()));
        }
        for ((rep, key), value) in keys.rep.iter().zip(&keys.places).zip(&values.places) {
            if *rep == 0 {
                self.ends.push(self.entries.len());
            }
            if *key != NONE {
                self.entries.push((*key, *value));
            }
            if let Some(end) = self.ends.last_mut() {
                *end = self.entries.len();
            }
        }
        Ok(())
    }

    pub(super) fn pairs(&self, row: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(row).copied().unwrap_or(start);
        self.entries[start..end].iter().map(|(key, value)| (self.keys.text(*key), self.values.text(*value)))
    }
}

impl Column {
    pub(super) fn read(&mut self, rows: usize) -> Result<(), ParquetError> {
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
            Column::Coded(column) => column.coded.read(rows),
        }
    }
}
