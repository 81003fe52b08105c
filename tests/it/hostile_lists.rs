//! Price lists and books that are damaged, or something else: each is told, with what to do, or read
//! rightly. Nothing panics, and the book stays as it was.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn list(path: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/price-lists");
    std::fs::read(root.join(path)).expect("a list")
}

fn stackcost(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackcost"));
    command.args(words).current_dir(folder).env("XDG_DATA_HOME", folder.join("data")).env("NO_COLOR", "1");
    command.output().expect("the binary starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ")
}

/// All files below a folder with their bytes.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.clone(), std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

fn cut(bytes: &[u8], at: usize) -> Vec<u8> {
    bytes[..at].to_vec()
}

/// The text with every price replaced.
fn with_prices(bytes: &[u8], price: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).expect("text");
    text.replace("\"0.0400000000\"", price).into_bytes()
}

/// A book and what to do with it.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().expect("a folder"));
        desk.put("july/AmazonECS.json", &list("july/AmazonECS.json"));
        desk.put("july/AmazonRDS.csv", &list("july/AmazonRDS.csv"));
        desk.put("november/AmazonECS.json", &list("november/AmazonECS.json"));
        for of in ["july", "november"] {
            let made = stackcost(desk.0.path(), &["prices", "refresh", "--from", of, "--into", "book"]);
            assert!(made.status.success(), "{}", said(&made));
        }
        desk
    }

    fn put(&self, path: &str, bytes: &[u8]) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, bytes).expect("written");
    }

    fn refresh(&self, files: &[(&str, Vec<u8>)]) -> Output {
        let _ = std::fs::remove_dir_all(self.0.path().join("lists"));
        for (name, bytes) in files {
            self.put(&format!("lists/{name}"), bytes);
        }
        stackcost(self.0.path(), &["prices", "refresh", "--from", "lists", "--into", "book"])
    }
}

#[test]
fn a_list_that_is_none_is_told_and_the_book_stays() {
    let desk = Desk::new();
    let before = tree(&desk.0.path().join("book"));
    let (json, csv) = (list("july/AmazonECS.json"), list("july/AmazonRDS.csv"));
    let text = String::from_utf8(json.clone()).expect("text");
    let row = String::from_utf8(csv.clone()).expect("text").lines().nth(6).expect("a row").to_string() + "\n";
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        (
            "a.json",
            cut(&json, 500),
            &["lists/a.json is cut off in line 19, after 500 bytes", "did not end: get it again"],
        ),
        ("a.csv", cut(&csv, 60), &["lists/a.csv is cut off in line", "did not end: get it again"]),
        ("a.csv", cut(&csv, 1500), &["lists/a.csv is cut off in line 10, after 1500 bytes"]),
        ("a.json.gz", cut(&packed(&json), 300), &["lists/a.json.gz is cut off", "get it again"]),
        ("a.csv.gz", cut(&packed(&csv), 300), &["lists/a.csv.gz is cut off", "get it again"]),
        ("a.json", Vec::new(), &["lists/a.json is empty", "download it again"]),
        ("a.csv.gz", packed(b""), &["lists/a.csv.gz is empty"]),
        ("a.csv.gz", Vec::new(), &["lists/a.csv.gz is empty"]),
        (
            "a.json",
            b"<!DOCTYPE html>\n<html>\n<body>Sign in</body></html>".to_vec(),
            &[
                "lists/a.json is a page in HTML or XML, not a price list: <!DOCTYPE html> <html> <body>Sign in",
                "download again",
            ],
        ),
        (
            "a.csv",
            b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>".to_vec(),
            &["HTML or XML", "Error"],
        ),
        (
            "a.json",
            br#"{"regions":{"eu-west-1":{}}}"#.to_vec(),
            &["is an index of price lists, not a price list", ".../AmazonECS/20260720101010/eu-west-1/index.json"],
        ),
        ("a.json", br#"{"formatVersion":"v1.0","offers":{}}"#.to_vec(), &["is an index of price lists"]),
        ("a.json", br#"{"offerCode":"AmazonECS","versions":{}}"#.to_vec(), &["is an index of price lists"]),
        ("a.json", with_prices(&json, "\"-0.0404800000\""), &["`-0.0404800000` of V.", "download the list again"]),
        ("a.json", with_prices(&json, "\"NaN\""), &["`NaN` of V.", "is no decimal from 0 up"]),
        ("a.json", with_prices(&json, "\"\""), &["`` of V.", "is no decimal from 0 up"]),
        ("a.json", with_prices(&json, "0.04048"), &["lists/a.json:", "invalid type: floating point"]),
        ("a.csv", [&csv[..], row.as_bytes()].concat(), &["lists/a.csv:13: the rate code", "is there twice"]),
        ("a.json", text.replace("\"M.JRTCKXETXF.RATE0\"", "\"V.JRTCKXETXF.RATE0\"").into_bytes(), &["is there twice"]),
        ("a.csv", b"\xff\xfe\x00\x01".to_vec(), &["lists/a.csv:1: this is no text in UTF-8", "as AWS publishes it"]),
        ("a.json", b"[[[[".repeat(100_000), &["lists/a.json"]),
        ("a.json", b"null".to_vec(), &["there is no header line"]),
        ("a.json", b"{}".to_vec(), &["it has no `terms`"]),
    ];
    for (name, bytes, wanted) in cases {
        let failed = desk.refresh(&[(name, bytes)]);
        let said = said(&failed);
        assert_eq!(failed.status.code(), Some(2), "{wanted:?}: {said}");
        for wanted in wanted {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
        assert_eq!(tree(&desk.0.path().join("book")), before, "{wanted:?}");
    }
    let both = desk.refresh(&[("AmazonECS.json", json.clone()), ("AmazonECS.json.gz", packed(&json))]);
    assert!(said(&both).contains("AmazonECS.json is there plain and packed"), "{}", said(&both));
    assert_eq!(tree(&desk.0.path().join("book")), before);
}

#[test]
fn what_only_looks_odd_is_read_rightly() {
    let desk = Desk::new();
    let rates = |made: Output| {
        assert!(made.status.success(), "{}", said(&made));
        tree(&desk.0.path().join("book")).into_iter().filter(|(path, _)| !path.ends_with("manifest.json")).collect()
    };
    let (json, csv) = (list("july/AmazonECS.json"), list("july/AmazonRDS.csv"));
    let before: BTreeMap<_, _> = rates(desk.refresh(&[("AmazonECS.json", json.clone())]));
    let text = String::from_utf8(csv.clone()).expect("text");
    for (name, bytes) in [
        ("crlf.csv", text.replace('\n', "\r\n").into_bytes()),
        ("bom.csv", [b"\xef\xbb\xbf", &csv[..]].concat()),
        ("bom.json", [b"\xef\xbb\xbf", &json[..]].concat()),
        ("blank.json", [b"\n \t", &json[..], b"\n\n"].concat()),
        ("no-last-newline.csv", text.trim_end().as_bytes().to_vec()),
        // Named by somebody who did not look.
        ("packed.json", packed(&json)),
        ("packed.csv", packed(&csv)),
        ("plain.json.gz", json.clone()),
        ("two-parts.csv.gz", [packed(&csv[..700]), packed(&csv[700..])].concat()),
    ] {
        assert_eq!(rates(desk.refresh(&[(name, bytes)])), before, "{name}");
    }
}

#[test]
fn a_book_that_is_damaged_is_told_by_all_who_read_it() {
    let desk = Desk::new();
    let root = desk.0.path().join("book");
    let book = tree(&root);
    let verify: &[&str] = &["prices", "verify", "--region", "eu-west-1", "--price-book", "book"];
    let refresh: &[&str] = &["prices", "refresh", "--from", "november", "--into", "book"];
    for (path, bytes) in &book {
        let shown = path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
        let text = String::from_utf8(bytes.clone()).expect("text");
        for damaged in [
            cut(bytes, bytes.len() / 2),
            Vec::new(),
            b"\xff\xfe\x00".to_vec(),
            b"<html></html>".to_vec(),
            text.replace(",0.0", ",-0.0").into_bytes(),
            text.replace("-07-01", "-99-01").replace("-07-20", "-99-20").into_bytes(),
        ] {
            std::fs::write(path, &damaged).expect("written");
            let harmless = damaged == *bytes || (shown == "sources.csv" && damaged.len() > bytes.len() / 2);
            // What lists confirmed, only those need who add others.
            let unread = shown.starts_with("confirmed/");
            for (words, passes) in [(verify, harmless || unread), (refresh, harmless)] {
                let output = stackcost(desk.0.path(), words);
                let (code, said) = (output.status.code(), said(&output));
                let case = format!("{shown}, {words:?}, {:?}: {said}", String::from_utf8_lossy(&damaged));
                if passes {
                    assert_eq!(code, Some(0), "{case}");
                    continue;
                }
                assert_eq!(code, Some(2), "{case}");
                assert!(said.contains("help: ") || said.contains("manifest.json:"), "{case}");
                assert_eq!(std::fs::read(path).expect("it is there"), damaged, "{case}");
            }
            for (path, bytes) in &book {
                std::fs::write(path, bytes).expect("written");
            }
        }
    }
}
