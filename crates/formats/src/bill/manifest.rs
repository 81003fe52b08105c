//! What is in a file, and which files make an export.

use crate::problem::Problem;
use serde::Deserialize;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, perhaps CSV.
    Text,
    /// Compressed with gzip.
    Gzip,
    /// A zip archive.
    Zip,
    /// Parquet.
    Parquet,
    /// Something else, by its name.
    Unknown(&'static str),
}

/// What begins so.
#[must_use]
pub fn kind(start: &[u8]) -> Kind {
    match start {
        [0x1f, 0x8b, ..] => Kind::Gzip,
        [b'P', b'K', 3, 4, ..] => Kind::Zip,
        [b'P', b'A', b'R', b'1', ..] => Kind::Parquet,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Unknown("compressed with zstd"),
        [b'{' | b'[', ..] => Kind::Unknown("JSON"),
        [b'P', b'K', 5, 6, ..] => Kind::Unknown("an empty zip archive"),
        start if start.contains(&0) => Kind::Unknown("no text"),
        _ => Kind::Text,
    }
}

/// The list of files that AWS writes beside an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The billing period it is of, in the manifest's own words; empty when it does not say.
    pub period: String,
    /// The keys of its files in their bucket.
    pub files: Vec<String>,
}

impl Manifest {
    /// Reads the manifest of a legacy report (`reportKeys`) or of a data export (`dataFiles`).
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(file: &str, text: &str) -> Result<Manifest, Problem> {
        #[derive(Deserialize)]
        struct Period {
            start: Option<String>,
        }
        #[derive(Deserialize)]
        struct Json {
            #[serde(rename = "billingPeriod", default)]
            period: Option<Period>,
            #[serde(rename = "reportKeys", alias = "dataFiles", alias = "files", default)]
            files: Vec<String>,
        }
        let json: Json = serde_json::from_str(text)
            .map_err(|error| Problem::of_text(format!("{file} is no manifest of an export: {error}")))?;
        if json.files.is_empty() {
            let problem = Problem::of_text(format!("{file} is no manifest of an export: it names no files"));
            return Err(problem.help("manifests have reportKeys (legacy report) or dataFiles (data export)"));
        }
        // Without a period of its own, a manifest is of the partition its files lie in.
        let partition = json.files.first().and_then(|key| key.split('/').find(|part| part.contains('=')));
        let period = json.period.and_then(|period| period.start).or_else(|| partition.map(str::to_string));
        Ok(Manifest { period: period.unwrap_or_default(), files: json.files })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_their_first_bytes() {
        for (start, known) in [
            (&b"bill/BillType,"[..], Kind::Text),
            (b"\x1f\x8b\x08", Kind::Gzip),
            (b"PK\x03\x04", Kind::Zip),
            (b"PAR1\x15", Kind::Parquet),
            (b"", Kind::Text),
            (b"{\"a\":", Kind::Unknown("JSON")),
            (b"\x7fELF\0", Kind::Unknown("no text")),
        ] {
            assert_eq!(kind(start), known);
        }
    }

    #[test]
    fn both_kinds_of_manifest() {
        let legacy = r#"{"assemblyId": "a", "billingPeriod": {"start": "20261001T000000.000Z", "end": "x"},
            "reportKeys": ["cur/20261001-20261101/a/cur-00001.csv.gz"], "compression": "GZIP"}"#;
        let manifest = Manifest::parse("m", legacy).unwrap();
        assert_eq!((manifest.period.as_str(), manifest.files.len()), ("20261001T000000.000Z", 1));
        let export = r#"{"dataFiles": ["s3://b/cur/data/BILLING_PERIOD=2026-10/cur-00001.csv.gz"]}"#;
        assert_eq!(Manifest::parse("m", export).unwrap().period, "BILLING_PERIOD=2026-10");
        assert!(Manifest::parse("m", "{}").is_err());
        assert!(Manifest::parse("m", "[]").is_err());
    }
}
