//! One bill in every packing that exports come in.

use super::twins::reports;
use super::{bill, bill_text, complaint, folder, report, spend, spend_stdin};
use std::io::Write;
use std::path::Path;

/// Writes a file of a scratch folder, with the folders it lies in.
pub fn put(root: &Path, name: &str, bytes: &[u8]) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
    std::fs::write(path, bytes).expect("written");
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("compressed");
    encoder.finish().expect("compressed")
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).expect("started");
        archive.write_all(bytes).expect("compressed");
    }
    archive.finish().expect("finished").into_inner()
}

/// The rows of a bill shared out over two texts that each have the header.
pub fn halves(text: &str, first: impl Fn(usize, &str) -> bool) -> [String; 2] {
    let mut lines = text.lines();
    let header = lines.next().expect("a header");
    let mut halves = [format!("{header}\n"), format!("{header}\n")];
    for (at, line) in lines.enumerate() {
        let half = usize::from(!first(at, line));
        halves[half].push_str(line);
        halves[half].push('\n');
    }
    halves
}

fn by_month(name: &str) -> [String; 2] {
    halves(&bill_text(name), |_, line| line.contains("2026-09-01T00:00:00"))
}

#[test]
fn packed_files() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let root = scratch.path();
    for name in ["cur-2.csv", "cur-legacy.csv", "focus-1.2.csv"] {
        let expected = reports(&folder(), name);
        let text = bill_text(name);
        let unix = text.trim_start_matches('\u{feff}');
        let halves = halves(&text, |at, _| at < 7);
        // Concatenated gzip is one text, as AWS and pigz write it.
        let (front, back) = text.as_bytes().split_at(1000);
        for (file, bytes) in [
            ("cur.csv.gz", gzip(text.as_bytes())),
            ("two-members.gz", [gzip(front), gzip(back)].concat()),
            ("cur.zip", zip(&[("cur-00001.csv", text.as_bytes())])),
            ("two.zip", zip(&[("a/1.csv", halves[0].as_bytes()), ("a/2.csv.gz", &gzip(halves[1].as_bytes()))])),
            ("with-readme.zip", zip(&[("README.txt", b"hello"), ("cur.csv", text.as_bytes())])),
            (".csv", text.clone().into_bytes()),
            ("no-ending", text.clone().into_bytes()),
            ("mark.csv", format!("\u{feff}{unix}").into_bytes()),
            ("no-mark.csv", unix.as_bytes().to_vec()),
            ("crlf.csv", text.replace('\n', "\r\n").into_bytes()),
            ("no-last-line-end.csv", text.trim_end().as_bytes().to_vec()),
            ("blank-lines.csv", text.replace('\n', "\n\n\r\n").into_bytes()),
        ] {
            put(root, file, &bytes);
            assert_eq!(reports(root, file), expected, "{name} as {file}");
        }
    }
}

#[test]
fn standard_input() {
    let text = bill("cur-2.csv");
    let args = ["--from", "-", "--format", "csv", "--by", "service,tag:CostCenter"];
    let expected = report(&folder(), &["--from", "cur-2.csv", "--format", "csv", "--by", "service,tag:CostCenter"]);
    let parquet = super::twins::parquet(&bill_text("cur-2.csv"), super::twins::Form::Doubles, 9);
    for bytes in [text.clone(), gzip(&text), zip(&[("cur.csv", &text)]), parquet] {
        let output = spend_stdin(&folder(), &args, Some(&bytes));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }
    let twice = spend_stdin(&folder(), &["--from", "-", "--from", "-"], Some(&text));
    assert_eq!(twice.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("standard input can be read once, not twice"));
}

/// `--from <(zcat a.gz) --from <(zcat b.gz)`: pipes are read once, and not compared.
#[cfg(unix)]
#[test]
fn named_pipes() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let root = scratch.path().to_path_buf();
    let halves = by_month("cur-2.csv");
    for (at, half) in halves.iter().enumerate() {
        let path = root.join(format!("pipe{at}"));
        assert!(std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        let half = half.clone();
        // The writer waits until the reader opens the pipe.
        std::thread::spawn(move || std::fs::write(path, half));
    }
    let got = report(&root, &["--from", "pipe0", "--from", "pipe1", "--format", "csv"]);
    assert_eq!(got, report(&folder(), &["--from", "cur-2.csv", "--format", "csv"]));
}

#[test]
fn folders_and_partitions() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let root = scratch.path();
    let [september, october] = by_month("cur-2.csv");
    let form = super::twins::Form::Doubles;
    put(root, "data/BILLING_PERIOD=2026-09/cur-00001.csv.gz", &gzip(september.as_bytes()));
    put(root, "data/BILLING_PERIOD=2026-10/cur-00001.snappy.parquet", &super::twins::parquet(&october, form, 5));
    put(root, "data/BILLING_PERIOD=2026-10/_SUCCESS", b"");
    put(root, "data/.hidden.csv", b"nothing");
    put(root, "data/notes.txt", b"nothing");
    let expected = reports(&folder(), "cur-2.csv");
    assert_eq!(reports(root, "data"), expected);
    assert_eq!(reports(root, "."), expected);
    let both = ["--from", "data/BILLING_PERIOD=2026-09", "--from", "data/BILLING_PERIOD=2026-10", "--format", "csv"];
    assert_eq!(report(root, &both), report(&folder(), &["--from", "cur-2.csv", "--format", "csv"]));
    assert!(complaint(root, &["--from", "data", "--from", "data"]).contains("are the same file"));
}

#[test]
fn legacy_manifests_name_the_newest_assembly() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let root = scratch.path();
    let [september, october] = by_month("cur-legacy.csv");
    let older = october.replace("59.1008", "11");
    let manifest = |period: &str, assembly: &str, name: &str| {
        format!(
            r#"{{"assemblyId": "{assembly}", "billingPeriod": {{"start": "{period}T000000.000Z", "end": "x"}},
               "compression": "GZIP", "reportKeys": ["bills/cur/{period}-x/{assembly}/{name}"]}}"#
        )
    };
    let month = |period: &str, assembly: &str, text: &str, counts: bool| {
        let name = "cur-00001.csv.gz";
        put(root, &format!("cur/{period}-x/{assembly}/{name}"), &gzip(text.as_bytes()));
        let manifest = manifest(period, assembly, name);
        put(root, &format!("cur/{period}-x/{assembly}/cur-Manifest.json"), manifest.as_bytes());
        if counts {
            put(root, &format!("cur/{period}-x/cur-Manifest.json"), manifest.as_bytes());
        }
    };
    month("20260901", "aaa", &september, true);
    month("20261001", "bbb", &older, false);
    month("20261001", "ccc", &october, true);
    let expected = reports(&folder(), "cur-legacy.csv");
    for from in [".", "cur"] {
        assert_eq!(reports(root, from), expected);
    }
    let output = spend(root, &["--from", "cur"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("1 file is in no manifest of cur, and left aside: older versions"), "{said}");
    let only = report(root, &["--from", "cur/20261001-x/cur-Manifest.json", "--format", "csv"]);
    let october_only = ["--from", "cur-legacy.csv", "--format", "csv", "--months", "2026-10"];
    assert_eq!(only, report(&folder(), &october_only));
    // The newest is not here: an older one of the same name is no substitute.
    std::fs::remove_file(root.join("cur/20261001-x/ccc/cur-00001.csv.gz")).expect("removed");
    let said = complaint(root, &["--from", "cur"]);
    assert!(said.contains("ccc/cur-00001.csv.gz, which is not here") && said.contains("whole folder"), "{said}");
    let said = complaint(root, &["--from", "cur/20261001-x/cur-Manifest.json"]);
    assert!(said.contains("which is not here"), "{said}");
}

#[test]
fn manifests_of_data_exports() {
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let root = scratch.path();
    for (month, text) in ["2026-09", "2026-10"].iter().zip(by_month("cur-2.csv")) {
        let file = format!("BILLING_PERIOD={month}/e-00001.csv.gz");
        put(root, &format!("e/data/{file}"), &gzip(text.as_bytes()));
        let manifest = format!(r#"{{"dataFiles": ["s3://bucket/prefix/e/data/{file}"]}}"#);
        put(root, &format!("e/metadata/BILLING_PERIOD={month}/e-Manifest.json"), manifest.as_bytes());
    }
    put(root, "e/data/BILLING_PERIOD=2026-10/e-00002.csv.gz", &gzip(b"an export that broke off"));
    let expected = reports(&folder(), "cur-2.csv");
    assert_eq!(reports(root, "e"), expected);
    let month = report(root, &["--from", "e/metadata/BILLING_PERIOD=2026-10/e-Manifest.json", "--format", "csv"]);
    assert_eq!(month, report(&folder(), &["--from", "cur-2.csv", "--format", "csv", "--months", "1"]));
    // Two that say different things of one month: which counts cannot be known.
    put(
        root,
        "e/metadata/BILLING_PERIOD=2026-10/f-Manifest.json",
        br#"{"dataFiles": ["s3://b/BILLING_PERIOD=2026-10/x"]}"#,
    );
    let said = complaint(root, &["--from", "e"]);
    assert!(said.contains("both say which files are of BILLING_PERIOD=2026-10"), "{said}");
    put(root, "flat/cur-Manifest.json", br#"{"dataFiles": ["s3://b/prefix/BILLING_PERIOD=2026-10/cur.csv"]}"#);
    put(root, "flat/cur.csv", &bill("cur-2.csv"));
    assert_eq!(reports(root, "flat"), expected);
}
