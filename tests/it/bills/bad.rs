//! Files that are damaged, or no bills: those that cannot stand as text in `tests/cases`.

use super::forms::{gzip, put, zip};
use super::twins::{Form, parquet};
use super::{bill, bill_text, complaint, report, spend};

/// Each file of a scratch folder, with what must be said of it.
fn all_complain(files: &[(&str, Vec<u8>, &[&str])]) {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes, said) in files {
        put(scratch.path(), name, bytes);
        let got = complaint(scratch.path(), &["--from", name]);
        for said in *said {
            assert!(got.contains(said), "{name}: \"{said}\" is not in: {got}");
        }
        assert!(got.contains(name) && !got.contains("panicked"), "{name}: {got}");
    }
}

#[test]
fn damaged_archives() {
    // Stored, not squeezed: what is flipped is text, and only the checksum can tell.
    let stored = {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
        encoder.write_all(&bill("cur-2.csv")).expect("packed");
        encoder.finish().expect("packed")
    };
    let flip = |mut bytes: Vec<u8>, at: usize| {
        bytes[at] ^= 0x01;
        bytes
    };
    let squeezed = gzip(&bill("cur-2.csv"));
    let zipped = zip(&[("cur.csv", &bill("cur-2.csv"))]);
    let half = |bytes: &[u8]| bytes[..bytes.len() / 2].to_vec();
    let last_digit = stored.len() - 60;
    all_complain(&[
        ("cut.csv.gz", half(&squeezed), &["ends early, at byte ", "of its text", "fetch it again"]),
        ("cut-sum.csv.gz", squeezed[..squeezed.len() - 4].to_vec(), &["ends early, at byte 8588"]),
        ("flipped.csv.gz", flip(stored, last_digit), &["is damaged (corrupt gzip stream", "the file is corrupt"]),
        ("flipped.gz", flip(squeezed.clone(), squeezed.len() / 2), &["is damaged", "fetch it again"]),
        ("trailer.gz", [squeezed, b"more".to_vec()].concat(), &["at byte ", "fetch it again"]),
        ("cut.zip", half(&zipped), &["is a damaged zip archive", "fetch it again"]),
        ("flipped.zip", flip(zipped.clone(), 500), &["cur.csv is damaged"]),
        ("no-bill.zip", zip(&[("notes.txt", b"hello")]), &["has no CSV or Parquet file in it"]),
        ("in-another.zip", zip(&[("a.zip", &zipped)]), &["a.zip is a zip archive in another, not a bill"]),
        ("empty.csv.gz", gzip(b""), &["is empty"]),
    ]);
}

#[test]
fn damaged_parquet() {
    let text = bill_text("cur-2.csv");
    let whole = parquet(&text, Form::Doubles, 100);
    let euros = text.replacen(",USD,-25.5", ",EUR,-25.5", 1);
    let no_cost = text.replacen(",USD,7.75", ",USD,", 1);
    all_complain(&[
        ("cut.parquet", whole[..whole.len() / 2].to_vec(), &["has no Parquet footer", "cut off or corrupt"]),
        ("start-only.parquet", b"PAR1".to_vec(), &["cannot be read as Parquet: EOF: Parquet file too small"]),
        ("ends-only.parquet", b"PAR1\xff\xff\xff\x7fPAR1".to_vec(), &["cut off or corrupt: fetch it again"]),
        ("euros.parquet", parquet(&euros, Form::Texts, 9), &["row 28 (byte ", "\"EUR\" is another currency than USD"]),
        (
            "no-cost.parquet",
            parquet(&no_cost, Form::Decimals, 9),
            &["row 12 (byte ", "line_item_unblended_cost: \"\" is no cost"],
        ),
        ("not-a-bill.parquet", parquet("name,age\na,1\n", Form::Texts, 9), &["is no bill that is known here"]),
    ]);
}

#[test]
fn other_files() {
    let utf16: Vec<u8> = bill_text("cur-2.csv").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut endless = bill("cur-2.csv");
    endless.extend_from_slice(b"x,\"");
    endless.extend(std::iter::repeat_n(b"no end\n", 3 << 20).flatten());
    all_complain(&[
        ("spreadsheet.csv", utf16, &["is no text, not a bill"]),
        ("squeezed.csv.zst", b"\x28\xb5\x2f\xfd\x04\x00".to_vec(), &["is compressed with zstd, not a bill"]),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\xff\xfe".to_vec(), &["is no CSV: its first row is no text of columns"]),
        ("quote.csv", endless, &["goes on for 16 MiB within the row that begins at byte 8588", "after row 30"]),
        ("blank.csv", b"\n\n\n".to_vec(), &["is no CSV"]),
    ]);
}

/// A row of 10 MB is a row.
#[test]
fn very_long_rows() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let long = bill_text("cur-2.csv").replacen("Tax for product code", &"a very long story ".repeat(600_000), 1);
    put(scratch.path(), "long.csv", long.as_bytes());
    let expected = report(&super::folder(), &["--from", "cur-2.csv", "--format", "csv"]);
    assert_eq!(report(scratch.path(), &["--from", "long.csv", "--format", "csv"]), expected);
}

/// Names of columns may have spaces around them and columns that nobody asks for may stand twice.
#[test]
fn untidy_headers() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let text = bill_text("cur-legacy.csv");
    let (header, rows) = text.split_once('\n').expect("a header");
    let untidy = header.replace(',', " , ").replace("lineItem/LineItemDescription", "lineItem/ResourceId");
    put(scratch.path(), "untidy.csv", format!("{untidy} \n{rows}").as_bytes());
    let args = ["--format", "csv", "--by", "service,tag:Environment"];
    let expected = report(&super::folder(), &[&["--from", "cur-legacy.csv"], &args[..]].concat());
    assert_eq!(report(scratch.path(), &[&["--from", "untidy.csv"], &args[..]].concat()), expected);
    let said = complaint(scratch.path(), &["--from", "untidy.csv", "--by", "resource"]);
    assert!(said.contains("more than one column called lineItem/ResourceId"), "{said}");
}

/// Of many bad rows the first are shown, and all are counted.
#[test]
fn many_bad_rows() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let text = bill_text("cur-2.csv");
    let row = text.lines().nth(11).expect("the tax");
    let bad = format!("{}\n", row.replace("7.75", "seven")).repeat(50_000);
    put(scratch.path(), "bad.csv", format!("{text}{bad}").as_bytes());
    put(scratch.path(), "bad.parquet", &parquet(&format!("{text}{bad}"), Form::Texts, 10_000));
    for file in ["bad.csv", "bad.parquet"] {
        let output = spend(scratch.path(), &["--from", file, "--skip-bad-rows", "--format", "csv"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let shown: Vec<&str> = said.lines().collect();
        assert_eq!(shown.len(), 21, "{said}");
        let place = if file == "bad.csv" { "row 31 (byte 8588)" } else { "row 31 (byte " };
        assert!(shown[0].starts_with(&format!("left out: {file}: {place}")), "{said}");
        assert!(shown[0].contains("line_item_unblended_cost: \"seven\" is no decimal"), "{said}");
        assert_eq!(shown[20], "50000 bad rows were left out (--skip-bad-rows)");
        let expected = report(&super::folder(), &["--from", "cur-2.csv", "--format", "csv"]);
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }
}
