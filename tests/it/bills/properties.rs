//! What holds for every bill, checked on random ones.

use super::forms::gzip;
use super::twins::{Form, decimal, parquet, ticks};
use num_bigint::BigInt;
use proptest::prelude::*;
use stackcost_formats::bill::{Options, Outcome, ReadAt, Reading};
use stackcost_formats::problem::Problem;
use stackcost_formats::render::spend::csv;
use stackcost_model::bill::{Dimension, Metric, Query, Step};
use stackcost_model::spend::Spend;
use std::io::Read;

/// So many cases, or what `PROPTEST_CASES` says.
pub(super) fn cases(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: wanted.unwrap_or(usual), ..ProptestConfig::default() }
}

/// A file in memory.
pub(super) struct Memory(pub Vec<u8>);

impl ReadAt for Memory {
    fn length(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        (&self.0[start..]).read(buffer)
    }
}

const HEADER: &str = "bill_invoice_id,bill_billing_period_start_date,line_item_usage_start_date,\
    line_item_line_item_type,line_item_product_code,line_item_resource_id,line_item_usage_amount,\
    line_item_currency_code,line_item_unblended_cost,pricing_unit,resource_tags\n";

const TYPES: [&str; 8] = ["Usage", "Tax", "Credit", "Refund", "Fee", "EdpDiscount", "SavingsPlanNegation", "NewKind"];
const SERVICES: [&str; 4] = ["AmazonECS", "AmazonRDS", "AmazonEC2", ""];
const TAGS: [&str; 7] = [
    "",
    "{}",
    "{\"user_team\":\"a\"}",
    "{\"team\":\"b, \\\"c\\\"\",\"x\":\"1\"}",
    "{\"user:Team\":\"é\\n2\"}",
    "NULL",
    "{\"team\":\"\"}",
];

/// Decimals as bills write them, that a double gives back digit for digit.
fn amount() -> impl Strategy<Value = String> {
    (
        -999_999_999_999_i64..999_999_999_999,
        0_usize..12,
        prop_oneof![Just(""), Just("E"), Just("e-0"), Just("E+")],
        0..7,
    )
        .prop_map(|(digits, point, sign, power)| {
            let text = format!("{:0>13}", digits.unsigned_abs());
            let (whole, fraction) = text.split_at(text.len() - point);
            let minus = if digits < 0 { "-" } else { "" };
            let exponent = if sign.is_empty() { String::new() } else { format!("{sign}{power}") };
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            let dot = if fraction.is_empty() { "" } else { "." };
            format!("{minus}{whole}{dot}{fraction}{exponent}")
        })
}

/// A charge as a row of CUR 2.0, and its cost.
fn charge() -> impl Strategy<Value = (String, String)> {
    let time = (1_u32..=3, 1_u32..=28, any::<bool>());
    let what = (0..TYPES.len(), 0..SERVICES.len(), 0_u32..5, 0..TAGS.len());
    (time, what, amount(), amount(), any::<bool>()).prop_map(|((month, day, fine), (kind, service, id, tags), cost, quantity, quoted)| {
        let end = if fine { ".000Z" } else { "Z" };
        let invoice = if month < 3 { "1" } else { "" };
        let tags = format!("\"{}\"", TAGS[tags].replace('"', "\"\""));
        let cost_cell = if quoted { format!("\"{cost}\"") } else { cost.clone() };
        let (kind, service) = (TYPES[kind], SERVICES[service]);
        let row = format!(
            "{invoice},2026-{month:02}-01T00:00:00{end},2026-{month:02}-{day:02}T07:00:00{end},{kind},{service},i-{id},{quantity},USD,{cost_cell},Hrs,{tags}"
        );
        (row, cost)
    })
}

fn charges() -> impl Strategy<Value = Vec<(String, String)>> {
    proptest::collection::vec(charge(), 1..40)
}

fn text(charges: &[(String, String)]) -> String {
    charges.iter().fold(HEADER.to_string(), |text, (row, _)| text + row + "\n")
}

fn queries() -> Vec<Query> {
    let tag = || Dimension::Tag("team".into());
    [
        vec![],
        vec![Dimension::Service],
        vec![tag(), Dimension::ChargeType],
        vec![Dimension::Resource, Dimension::Service, tag()],
    ]
    .into_iter()
    .flat_map(|by| {
        [Step::Month, Step::Day].map(|step| {
            let quantity = by.len() == 1;
            Query { step, quantity, ..Query::new(by.clone(), Metric::Unblended) }
        })
    })
    .collect()
}

/// The report of what was read, or nothing where the bill has no such tag.
fn shown(reading: Reading) -> String {
    match reading.finish() {
        Ok(outcome) => csv(&Spend::new(&outcome.bill, None).expect("in range")),
        Err(problem) => {
            assert!(problem.message.contains("no charge has a tag"), "{problem}");
            String::new()
        }
    }
}

fn reading(query: &Query, threads: usize) -> Reading {
    Reading::new(query.clone(), Options { threads, skip_bad_rows: false })
}

fn from_csv(query: &Query, threads: usize, text: impl Read) -> String {
    let mut reading = reading(query, threads);
    reading.csv("bill.csv", text).unwrap_or_else(|problem| panic!("{problem}"));
    shown(reading)
}

proptest! {
    #![proptest_config(cases(20))]

    /// Whatever it is grouped by, the report adds up to the sum of the rows, worked out on their
    /// texts with another kind of number.
    #[test]
    fn reports_add_up(charges in charges()) {
        let naive: BigInt = charges.iter().map(|(_, cost)| ticks(cost)).sum();
        let text = text(&charges);
        for query in queries() {
            let mut reading = reading(&query, 1);
            reading.csv("bill.csv", text.as_bytes()).expect("a bill");
            let Ok(outcome) = reading.finish() else { continue };
            prop_assert_eq!(outcome.rows, charges.len() as u64);
            for top in [None, Some(1), Some(3)] {
                let spend = Spend::new(&outcome.bill, top).expect("in range");
                let total = spend.total().and_then(|split| split.net()).expect("in range");
                prop_assert_eq!(total.to_string(), decimal(&naive));
                let text = csv(&spend);
                let mut rows = csv::Reader::from_reader(text.as_bytes());
                let net_at = rows.headers().expect("a header").iter().position(|name| name == "net").expect("net");
                let sum: BigInt = rows.records().map(|row| ticks(&row.expect("a row")[net_at])).sum();
                prop_assert_eq!(&sum, &naive);
            }
        }
    }

    /// Packing, order, files and threads change nothing.
    #[test]
    fn one_bill_one_report(charges in charges(), seed in any::<u64>(), cut in 0_usize..40, group in 1_usize..50) {
        let whole = text(&charges);
        let mut shuffled = charges.clone();
        shuffled.sort_by_key(|(row, _)| {
            row.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        });
        let shuffled = text(&shuffled);
        let parts = [&charges[..cut.min(charges.len())], &charges[cut.min(charges.len())..]].map(text);
        for query in queries() {
            let expected = from_csv(&query, 1, whole.as_bytes());
            prop_assert_eq!(&from_csv(&query, 3, whole.as_bytes()), &expected);
            prop_assert_eq!(&from_csv(&query, 1, shuffled.as_bytes()), &expected);
            let zipped = gzip(whole.as_bytes());
            prop_assert_eq!(&from_csv(&query, 2, flate2::read::MultiGzDecoder::new(&zipped[..])), &expected);
            let mut reading = reading(&query, 2);
            for (part, name) in parts.iter().zip(["1.csv", "2.csv"]) {
                reading.csv(name, part.as_bytes()).expect("a bill");
            }
            prop_assert_eq!(&shown(reading), &expected);
        }
        // A double has no room for what is no shortest text: amounts above have 12 digits.
        for form in [Form::Doubles, Form::Texts] {
            let file = parquet(&whole, form, group);
            for query in queries() {
                for threads in [1, 3] {
                    let mut reading = reading(&query, threads);
                    reading.parquet("bill.parquet", Memory(file.clone())).expect("a bill");
                    prop_assert_eq!(&shown(reading), &from_csv(&query, 1, whole.as_bytes()), "{:?}", form);
                }
            }
        }
    }
}

/// Reads bytes as what they seem to be, in all ways; `Ok` or a message that says where.
fn any_file(bytes: &[u8], parquet: bool) -> Result<Outcome, Problem> {
    let mut last = None;
    for (threads, skip_bad_rows) in [(1, false), (2, true)] {
        let query = Query { quantity: true, ..Query::new(vec![Dimension::Tag("team".into())], Metric::Unblended) };
        let mut reading = Reading::new(query, Options { threads, skip_bad_rows });
        let added =
            if parquet { reading.parquet("random", Memory(bytes.to_vec())) } else { reading.csv("random", bytes) };
        last = Some(added.and_then(|()| reading.finish()));
    }
    last.expect("two ways")
}

fn check(outcome: Result<Outcome, Problem>) -> Result<(), TestCaseError> {
    match outcome {
        Ok(outcome) => {
            prop_assert!(Spend::new(&outcome.bill, Some(2)).is_some());
            prop_assert!(outcome.bad.len() <= 20 && outcome.bad.len() as u64 <= outcome.bad_rows);
            prop_assert!(outcome.bad.iter().all(|bad| bad.starts_with("random: row ") && bad.contains(" (byte ")));
        }
        Err(problem) => {
            let of_file = problem.message.contains("random");
            prop_assert!(of_file || problem.message.starts_with("no charge"), "{}", problem);
        }
    }
    Ok(())
}

/// One small thing changed.
fn mutate(bytes: &mut Vec<u8>, at: usize, change: u8, with: u8) {
    let at = at % bytes.len().max(1);
    match change % 5 {
        _ if bytes.is_empty() => bytes.push(with),
        0 => bytes[at] = with,
        1 => bytes.insert(at, with),
        2 => {
            bytes.remove(at);
        }
        3 => bytes.truncate(at.max(1)),
        _ => {
            let piece = bytes[at..(at + usize::from(with)).min(bytes.len())].to_vec();
            bytes.extend(piece);
        }
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn random_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..600), rows in "[-0-9a-zA-Z,\"\n\r .:{}]{0,300}") {
        check(any_file(&bytes, false))?;
        check(any_file(&bytes, true))?;
        check(any_file(format!("{HEADER}{rows}").as_bytes(), false))?;
        check(any_file(&[b"PAR1", &bytes[..], b"PAR1"].concat(), true))?;
    }

    #[test]
    fn damaged_csv_is_refused_or_read(
        charges in proptest::collection::vec(charge(), 1..8),
        changes in proptest::collection::vec((any::<usize>(), any::<u8>(), prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), any::<u8>()]), 1..6),
    ) {
        let mut bytes = text(&charges).into_bytes();
        for (at, change, with) in changes {
            mutate(&mut bytes, at, change, with);
        }
        check(any_file(&bytes, false))?;
    }

    #[test]
    fn damaged_parquet_is_refused_or_read(
        charges in proptest::collection::vec(charge(), 1..8),
        changes in proptest::collection::vec((any::<usize>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = parquet(&text(&charges), Form::Doubles, 5);
        for (at, change, with) in changes {
            mutate(&mut bytes, at, change, with);
        }
        check(any_file(&bytes, true))?;
    }
}

/// Rows and quoted line ends across the borders of blocks: 5 MB, read by any number of threads.
#[test]
fn blocks_are_cut_between_rows() {
    let mut text = HEADER.to_string();
    let mut naive = BigInt::from(0);
    for at in 0..40_000_u64 {
        let mix = at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let cost = format!("{}.{:03}", mix % 1000, mix % 997);
        naive += ticks(&cost);
        let filler = "x\n\"\"".repeat(usize::try_from(mix % 40).expect("small"));
        text += &format!(
            "1,2026-0{}-01,2026-01-0{},Usage,\"S{},\n\",\"{filler}\",1,USD,{cost},Hrs,\n",
            1 + mix % 3,
            1 + mix % 9,
            mix % 5
        );
    }
    assert!(text.len() > 4 << 20);
    for query in [
        Query::new(vec![Dimension::Service], Metric::Unblended),
        Query::new(vec![Dimension::Resource], Metric::Unblended),
    ] {
        let expected = from_csv(&query, 1, text.as_bytes());
        for threads in [2, 5] {
            assert_eq!(from_csv(&query, threads, text.as_bytes()), expected);
        }
        let mut reading = reading(&query, 2);
        reading.csv("bill.csv", text.as_bytes()).expect("a bill");
        let outcome = reading.finish().expect("a bill");
        assert_eq!((outcome.rows, outcome.bill.total(0).map(|sum| sum.to_string())), (40_000, Some(decimal(&naive))));
    }
    // The row of a bad cell does not depend on the threads, nor on the blocks before it.
    let bad = format!("{text}1,2026-01-01,2026-01-01,Usage,S,r,1,USD,none,Hrs,\n").replace("\"S4,\n\"", "S4");
    for threads in [1, 4] {
        let mut reading = reading(&Query::new(vec![], Metric::Unblended), threads);
        let problem = reading.csv("bill.csv", bad.as_bytes()).expect_err("a bad row");
        assert!(problem.message.contains("row 40002 (byte ") && problem.message.contains("\"none\""), "{problem}");
    }
}

#[test]
fn a_second_currency_is_found_by_any_number_of_threads() {
    let row = |currency: &str| format!("1,2026-01-01,2026-01-01,Usage,S,{},1,{currency},1,Hrs,\n", "r".repeat(1000));
    let text =
        format!("{HEADER}{}{}{}{}", row("").repeat(2), row("USD").repeat(3_000), row("EUR"), row("USD").repeat(5));
    for skip_bad_rows in [false, true] {
        for threads in [1, 2, 5] {
            let query = Query::new(vec![], Metric::Unblended);
            let mut reading = Reading::new(query, Options { threads, skip_bad_rows });
            let problem = reading.csv("bill.csv", text.as_bytes()).expect_err("two currencies");
            assert!(problem.message.contains("row 3004 (byte "), "{problem}");
            assert!(problem.message.contains("\"EUR\" is another currency than USD"), "{problem}");
        }
    }
}

#[test]
fn rows_that_are_left_out_leave_nothing() {
    let good = "1,2026-01-01,2026-01-01,Usage,S,r,1,USD,2,Hrs,\n";
    let text = format!(
        "{HEADER}{good},2026-02-01,2026-01-01,Usage,T,r,x,EUR,7,Hrs,\n,2026-02-01,2026-01-01,Usage,T,r,1,EUR,x,Hrs,\n"
    );
    let query = Query { quantity: true, ..Query::new(vec![Dimension::Service], Metric::Unblended) };
    let mut reading = Reading::new(query.clone(), Options { threads: 1, skip_bad_rows: true });
    reading.csv("bill.csv", text.as_bytes()).expect("bad rows are left out");
    let outcome = reading.finish().expect("a bill");
    assert_eq!((outcome.rows, outcome.bad_rows), (3, 2));
    assert!(outcome.bill.estimated.is_empty());
    let mut alone = Reading::new(query, Options::default());
    alone.csv("bill.csv", format!("{HEADER}{good}").as_bytes()).expect("a bill");
    assert_eq!(outcome.bill, alone.finish().expect("a bill").bill);
}

#[test]
fn odd_numbers_are_read_exactly() {
    for (cost, net) in [
        ("-0", "0"),
        ("-0.00", "0"),
        ("+1.5", "1.5"),
        (" 2 ", "2"),
        ("\"3\"", "3"),
        (".5", "0.5"),
        ("1234567890123456789.012345", "1234567890123456789.012345"),
        ("0.1234567890123456789012345", "0.1234567890123456789012345"),
        ("4.9406564584124654E-12", "0.0000000000049406564584124654"),
    ] {
        let text = format!("{HEADER}1,2026-01-01,2026-01-01,Usage,S,r,1,USD,{cost},Hrs,\n");
        let shown = from_csv(&Query::new(vec![], Metric::Unblended), 1, text.as_bytes());
        assert!(shown.contains(&format!(",{net},{net},USD,")), "{cost}: {shown}");
    }
}
