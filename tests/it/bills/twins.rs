//! Parquet twins of CSV bills, and that they say the same.

use super::{bill_text, report};
use num_bigint::BigInt;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::path::Path;
use std::sync::Arc;

/// How a twin writes what has more than one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Costs as doubles, moments in milliseconds, tags as a map: AWS's own.
    Doubles,
    /// Costs as decimals, moments in the old 96 bits, tags as JSON.
    Decimals,
    /// Costs as decimals of 64 bits with ten places, dates as days, tags as a map.
    SmallDecimals,
    /// Everything as text.
    Texts,
}

pub const FORMS: [Form; 4] = [Form::Doubles, Form::Decimals, Form::SmallDecimals, Form::Texts];

/// What a column is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Text,
    Cost,
    Moment,
    Tags,
}

fn is(name: &str, form: Form) -> Is {
    let cost = name.contains("cost") || name.contains("Cost") || name.contains("_fee") || name.contains("commitment");
    let date = name.ends_with("_start_date")
        || name.ends_with("_end_date")
        || name.ends_with("PeriodStart")
        || name.ends_with("PeriodEnd");
    let tags = matches!(name, "resource_tags" | "Tags") && form != Form::Decimals;
    match name {
        _ if form == Form::Texts => Is::Text,
        _ if tags => Is::Tags,
        _ if date => Is::Moment,
        _ if cost => Is::Cost,
        _ => Is::Text,
    }
}

fn field(name: &str, form: Form) -> String {
    match (is(name, form), form) {
        (Is::Text, _) => format!("optional binary {name} (STRING);"),
        (Is::Cost, Form::Doubles) => format!("optional double {name};"),
        (Is::Cost, Form::SmallDecimals) => format!("optional int64 {name} (DECIMAL(18,10));"),
        (Is::Cost, _) => format!("optional fixed_len_byte_array(16) {name} (DECIMAL(38,18));"),
        (Is::Moment, Form::Decimals) => format!("optional int96 {name};"),
        (Is::Moment, Form::SmallDecimals) => format!("optional int32 {name} (DATE);"),
        (Is::Moment, _) => format!("optional int64 {name} (TIMESTAMP(MILLIS,true));"),
        (Is::Tags, _) => format!(
            "optional group {name} (MAP) {{ repeated group key_value {{ required binary key (STRING); \
             optional binary value (STRING); }} }}"
        ),
    }
}

/// Whole 10⁻³⁶ of a decimal, worked out on its text alone: nothing of the library's.
pub fn ticks(text: &str) -> BigInt {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.trim_start_matches('+').parse().expect("an exponent");
    let digits: BigInt = format!("{whole}{fraction}").trim_start_matches('+').parse().expect("digits");
    let zeros = 36 + exponent - i64::try_from(fraction.len()).expect("short");
    digits * BigInt::from(10).pow(u32::try_from(zeros).expect("at most 36 places"))
}

/// As the reports write it: no zeros at the end.
pub fn decimal(ticks: &BigInt) -> String {
    let sign = if ticks < &BigInt::from(0) { "-" } else { "" };
    let digits = format!("{:0>37}", ticks.magnitude());
    let (whole, fraction) = digits.split_at(digits.len() - 36);
    format!("{sign}{whole}.{fraction}").trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Whole units of so many places.
fn units(text: &str, places: u32) -> i128 {
    i128::try_from(ticks(text) / BigInt::from(10).pow(36 - places)).expect("it fits")
}

/// Seconds since 1970 of `2026-10-01T05:00:00...` or with a space.
fn seconds(text: &str) -> i64 {
    let moment: jiff::civil::DateTime = text[..19].replace(' ', "T").parse().expect("a moment");
    moment.to_zoned(jiff::tz::TimeZone::UTC).expect("UTC").timestamp().as_second()
}

fn values<T>(cells: &[&str], value: impl Fn(&str) -> T) -> (Vec<T>, Vec<i16>) {
    let there = |cell: &&&str| !cell.is_empty() && **cell != "NULL";
    let levels = cells.iter().map(|cell| i16::from(there(&cell))).collect();
    (cells.iter().filter(there).map(|cell| value(cell)).collect(), levels)
}

#[expect(clippy::disallowed_types, reason = "AWS's own exports have doubles")]
fn write(column: &mut ColumnWriter<'_>, cells: &[&str], form: Form, key: Option<bool>) {
    const JULIAN_1970: i64 = 2_440_588;
    match column {
        ColumnWriter::DoubleColumnWriter(writer) => {
            let (values, levels) = values(cells, |cell| cell.parse::<f64>().expect("a number"));
            writer.write_batch(&values, Some(&levels), None)
        }
        ColumnWriter::FixedLenByteArrayColumnWriter(writer) => {
            let bytes = |cell: &str| units(cell, 18).to_be_bytes().to_vec();
            let (values, levels) = values(cells, |cell| FixedLenByteArray::from(ByteArray::from(bytes(cell))));
            writer.write_batch(&values, Some(&levels), None)
        }
        ColumnWriter::Int64ColumnWriter(writer) => {
            let (values, levels) = values(cells, |cell| match form {
                Form::SmallDecimals => i64::try_from(units(cell, 10)).expect("it fits"),
                _ => seconds(cell) * 1_000,
            });
            writer.write_batch(&values, Some(&levels), None)
        }
        ColumnWriter::Int32ColumnWriter(writer) => {
            let (values, levels) = values(cells, |cell| i32::try_from(seconds(cell) / 86_400).expect("a day"));
            writer.write_batch(&values, Some(&levels), None)
        }
        ColumnWriter::Int96ColumnWriter(writer) => {
            let (values, levels) = values(cells, |cell| {
                let (day, nanos) = (seconds(cell).div_euclid(86_400), seconds(cell).rem_euclid(86_400) * 1_000_000_000);
                let mut moment = Int96::new();
                let low = u32::try_from(nanos & 0xffff_ffff).expect("32 bits");
                let high = u32::try_from(nanos >> 32).expect("32 bits");
                moment.set_data(low, high, u32::try_from(day + JULIAN_1970).expect("32 bits"));
                moment
            });
            writer.write_batch(&values, Some(&levels), None)
        }
        ColumnWriter::ByteArrayColumnWriter(writer) => match key {
            None => {
                let (values, levels) = values(cells, |cell| ByteArray::from(cell));
                writer.write_batch(&values, Some(&levels), None)
            }
            Some(key) => {
                let (values, defined, repeated) = entries(cells, key);
                writer.write_batch(&values, Some(&defined), Some(&repeated))
            }
        },
        _ => unreachable!("no other type is in the schema"),
    }
    .expect("written");
}

/// Keys or values of maps from JSON, with their levels.
fn entries(cells: &[&str], key: bool) -> (Vec<ByteArray>, Vec<i16>, Vec<i16>) {
    let (mut values, mut defined, mut repeated) = (Vec::new(), Vec::new(), Vec::new());
    for cell in cells {
        let map: serde_json::Map<String, serde_json::Value> = match *cell {
            "" | "NULL" => {
                defined.push(0);
                repeated.push(0);
                continue;
            }
            text => serde_json::from_str(text).expect("a map"),
        };
        if map.is_empty() {
            defined.push(1);
            repeated.push(0);
        }
        for (at, (name, value)) in map.iter().enumerate() {
            defined.push(if key { 2 } else { 3 });
            repeated.push(i16::from(at > 0));
            values.push(ByteArray::from(if key { name } else { value.as_str().expect("text") }));
        }
    }
    (values, defined, repeated)
}

/// The same bill in Parquet, so many rows a row group.
pub fn parquet(csv: &str, form: Form, group: usize) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let fields: String = header.iter().map(|name| field(name, form)).collect();
    let schema = Arc::new(parse_message_type(&format!("message bill {{ {fields} }}")).expect("a schema"));
    let mut out = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(&mut out, schema, properties).expect("a writer");
    for rows in rows.chunks(group) {
        let mut into = writer.next_row_group().expect("a row group");
        for (at, name) in header.iter().enumerate() {
            let cells: Vec<&str> = rows.iter().map(|row| &row[at]).collect();
            let leaves: &[Option<bool>] = if is(name, form) == Is::Tags { &[Some(true), Some(false)] } else { &[None] };
            for key in leaves {
                let mut column = into.next_column().expect("written").expect("as many as in the schema");
                write(column.untyped(), &cells, form, *key);
                column.close().expect("closed");
            }
        }
        into.close().expect("closed");
    }
    writer.close().expect("closed");
    out
}

const REPORTS: [&[&str]; 5] = [
    &["--by", "service,usage-type", "--quantity"],
    &["--by", "tag:Environment,tag:CostCenter"],
    &["--by", "charge-type,day", "--metric", "amortized"],
    &["--by", "region", "--metric", "list"],
    &["--by", "account", "--where", "tag:CostCenter=1001", "--metric", "net-unblended"],
];

/// The reports of a file that was written into the folder.
pub fn reports(folder: &Path, file: &str) -> Vec<String> {
    REPORTS.iter().map(|args| report(folder, &[&["--from", file, "--format", "csv"], *args].concat())).collect()
}

#[test]
fn parquet_says_what_csv_says() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let write = |file: &str, bytes: &[u8]| std::fs::write(scratch.path().join(file), bytes).expect("written");
    for name in ["cur-2.csv", "focus-1.2.csv"] {
        for form in FORMS {
            // 17 digits after the point have no room in ten places.
            let small = form == Form::SmallDecimals;
            let text =
                bill_text(name).replace("0.30000000000000004", if small { "0.3" } else { "0.30000000000000004" });
            write("bill.csv", text.as_bytes());
            let expected = reports(scratch.path(), "bill.csv");
            for group in [1, 7, 1000] {
                write("bill.parquet", &parquet(&text, form, group));
                assert_eq!(reports(scratch.path(), "bill.parquet"), expected, "{name} {form:?} {group}");
            }
        }
    }
}
