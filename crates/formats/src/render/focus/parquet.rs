//! The same rows in Parquet: decimals as DECIMAL(38, 18), times as milliseconds in UTC, Snappy.

use super::columns::{Column, Kind};
use super::row::{Cell, Row, Rows};
use super::{CannotWrite, Context};
use ::parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;
use stackcost_model::bill::{Amount, Bill};
use stackcost_model::time::Date;
use std::sync::Arc;

/// A bill in Parquet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parquet {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many decimals had more than 18 places and were rounded to them, half up; in CSV they
    /// have all digits. Worth a word to the user when it is not 0.
    pub rounded: u64,
}

impl From<ParquetError> for CannotWrite {
    fn from(error: ParquetError) -> CannotWrite {
        CannotWrite::Parquet(error.to_string())
    }
}

/// The bill in Parquet, every column optional.
///
/// # Errors
/// As [`csv`](super::csv()), and [`CannotWrite::TooLarge`].
pub fn parquet(bill: &Bill, context: &Context) -> Result<Parquet, CannotWrite> {
    let rows = Rows::new(bill, context)?;
    let mut rounded = 0;
    let fields = Column::ALL.iter().map(|column| field(*column).map(Arc::new)).collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("focus").with_fields(fields).build()?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut rest = rows.iter();
    loop {
        let rows: Vec<Row> = rest.by_ref().take(ROWS).collect();
        if rows.is_empty() {
            break;
        }
        let mut group = writer.next_row_group()?;
        for column in Column::ALL {
            let Some(mut open) = group.next_column()? else { break };
            let cells: Vec<&Cell> = rows.iter().map(|row| row.cell(*column)).collect();
            let levels: Vec<i16> = cells.iter().map(|cell| i16::from(**cell != Cell::Null)).collect();
            match column.kind() {
                Kind::Text => {
                    let texts: Vec<ByteArray> = cells.into_iter().filter_map(text).collect();
                    open.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?;
                }
                Kind::Time => {
                    let times: Vec<i64> = cells.into_iter().filter_map(millis).collect();
                    open.typed::<Int64Type>().write_batch(&times, Some(&levels), None)?;
                }
                Kind::Decimal => {
                    let mut decimals = Vec::with_capacity(cells.len());
                    for cell in cells {
                        if let Cell::Amount(amount) = cell {
                            let (decimal, cut) =
                                decimal(*amount).ok_or(CannotWrite::TooLarge(*amount, column.name()))?;
                            rounded += u64::from(cut);
                            decimals.push(decimal);
                        }
                    }
                    open.typed::<FixedLenByteArrayType>().write_batch(&decimals, Some(&levels), None)?;
                }
            }
            open.close()?;
        }
        group.close()?;
    }
    Ok(Parquet { bytes: writer.into_inner()?, rounded })
}

/// How many rows a row group has: what is in memory at once beside the bill.
const ROWS: usize = 50_000;
const PRECISION: i32 = 38;
const SCALE: u32 = Amount::PLACES;

fn field(column: Column) -> Result<Type, ParquetError> {
    let of = |physical| Type::primitive_type_builder(column.name(), physical).with_repetition(Repetition::OPTIONAL);
    match column.kind() {
        Kind::Text => of(Physical::BYTE_ARRAY).with_logical_type(Some(LogicalType::String)).build(),
        Kind::Time => {
            let time = LogicalType::timestamp(true, TimeUnit::MILLIS);
            of(Physical::INT64).with_logical_type(Some(time)).build()
        }
        Kind::Decimal => {
            let scale = i32::try_from(SCALE).unwrap_or_default();
            of(Physical::FIXED_LEN_BYTE_ARRAY)
                .with_length(16)
                .with_logical_type(Some(LogicalType::decimal(scale, PRECISION)))
                .with_precision(PRECISION)
                .with_scale(scale)
                .build()
        }
    }
}

fn text(cell: &Cell) -> Option<ByteArray> {
    match cell {
        Cell::Text(text) => Some(ByteArray::from(&**text)),
        _ => None,
    }
}

/// Milliseconds since 1970 at the beginning of a day in UTC.
fn millis(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Time(date) => Some(date.duration_since(Date::constant(1970, 1, 1)).as_secs() * 1000),
        _ => None,
    }
}

/// Whole 10⁻¹⁸ as 16 bytes, the highest first, and whether digits were lost. `None` beyond 38
/// digits.
fn decimal(amount: Amount) -> Option<(FixedLenByteArray, bool)> {
    let fixed = amount.to_fixed(SCALE);
    let value: i128 = fixed.replace('.', "").parse().ok()?;
    let fits = value.unsigned_abs() < 10_u128.pow(PRECISION.unsigned_abs());
    let cut = Amount::parse(fixed.as_bytes()) != Some(amount);
    fits.then(|| (FixedLenByteArray::from(value.to_be_bytes().to_vec()), cut))
}
