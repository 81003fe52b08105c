//! Bills in export files: legacy CUR, CUR 2.0 and FOCUS, as CSV or Parquet, recognised by their
//! header, added up in exact decimals with constant memory.
//!
//! ```
//! use stackcost_formats::bill::{Options, Reading};
//! use stackcost_model::bill::{Dimension, Metric, Query};
//!
//! let text = "bill_billing_period_start_date,line_item_line_item_type,line_item_product_code,line_item_unblended_cost\n\
//!             2026-10-01T00:00:00Z,Usage,AmazonECS,1.81E-8\n\
//!             2026-10-01T00:00:00Z,Credit,AmazonECS,-0.5\n";
//! let mut reading = Reading::new(Query::new(vec![Dimension::Service], Metric::Unblended), Options::default());
//! reading.csv("cur.csv", text.as_bytes())?;
//! let bill = reading.finish()?.bill;
//! assert_eq!(bill.total(0).unwrap().to_string(), "-0.4999999819");
//! # Ok::<(), stackcost_formats::problem::Problem>(())
//! ```

mod manifest;
mod date;
mod dialect;
mod tags;
mod fold;
mod csv;
mod parquet;

pub use dialect::Dialect;
pub use manifest::{Kind, Manifest, kind};
pub use parquet::ReadAt;

use crate::problem::Problem;
use csv::{Found, Stop};
use dialect::{Value, nowhere};
use fold::Part;
use stackcost_model::bill::{Bill, CannotAdd, Condition, Dimension, Query};
use std::collections::BTreeSet;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How files are read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many threads add rows up, beside the one that reads.
    pub threads: usize,
    /// Whether a row that cannot be read is left out and counted, instead of stopping.
    pub skip_bad_rows: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { threads: 1, skip_bad_rows: false }
    }
}

/// Several files being added up to the answer of one query.
pub struct Reading {
    query: Query,
    options: Options,
    whole: Part,
    /// The first file, and what it is.
    dialect: Option<(String, Dialect)>,
    /// Dimensions that some file has, or that need not be there.
    present: BTreeSet<Dimension>,
    bad: Vec<String>,
    bad_rows: u64,
}

/// What the files say.
#[derive(Debug)]
pub struct Outcome {
    /// The answer.
    pub bill: Bill,
    /// What the files are.
    pub dialect: Option<Dialect>,
    /// How many rows were read, in all files.
    pub rows: u64,
    /// How many rows were left out, and the first of them in words.
    pub bad_rows: u64,
    /// File, row, byte and reason of the first bad rows of each file.
    pub bad: Vec<String>,
}

impl Reading {
    /// Nothing read yet.
    #[must_use]
    pub fn new(query: Query, options: Options) -> Reading {
        let whole = Part::new(&query);
        let (present, bad) = (BTreeSet::new(), Vec::new());
        Reading { query, options, whole, dialect: None, present, bad, bad_rows: 0 }
    }

    /// The same, for a query whose answer is still one without these dimensions: charges then have
    /// the empty text for them.
    #[must_use]
    pub fn that_may_lack(mut self, dimensions: &[Dimension]) -> Reading {
        self.present.extend(dimensions.iter().cloned());
        self
    }

    /// Adds a file in CSV, read to its end.
    ///
    /// # Errors
    /// What is wrong with the file, with row and byte: not a bill, cut off, damaged, a row that
    /// cannot be read, another currency or dialect than the files before it.
    pub fn csv(&mut self, file: &str, reader: impl Read) -> Result<(), Problem> {
        let found = csv::read(file, reader, &self.query, self.options.threads, self.options.skip_bad_rows);
        self.add(file, found)
    }

    /// Adds a file in Parquet.
    ///
    /// # Errors
    /// As [`Reading::csv`]; and a column of a type that no export has.
    pub fn parquet(&mut self, file: &str, source: impl ReadAt) -> Result<(), Problem> {
        let Options { threads, skip_bad_rows } = self.options;
        let read = AssertUnwindSafe(|| parquet::read(file, source, &self.query, threads, skip_bad_rows));
        let found = catch_unwind(read).unwrap_or_else(|why| Err(parquet::gave_up(file, &*why)));
        self.add(file, found)
    }

    fn add(&mut self, file: &str, found: Result<Found, Stop>) -> Result<(), Problem> {
        let found = found.map_err(|stop| match stop {
            Stop::Problem(problem) => problem,
            Stop::Row(row, byte, bad) => {
                let problem = Problem::of_text(bad_row(file, row, byte, &bad));
                problem.help("--skip-bad-rows leaves such rows out, counts and shows them")
            }
        })?;
        let dialect = found.layout.dialect;
        match &self.dialect {
            Some((first, known)) if *known != dialect => {
                let message = format!("{first} is {known}, {file} is {dialect}: the same costs would count twice");
                return Err(Problem::of_text(message).help("name the files of one export, not of two"));
            }
            Some(_) => {}
            None => self.dialect = Some((file.to_string(), dialect)),
        }
        let wanted = self.query.by.iter().chain(self.query.filter.iter().map(|condition| &condition.dimension));
        let values = found.layout.groups.iter().chain(&found.layout.filter);
        for (dimension, value) in wanted.zip(values) {
            if !matches!(value, Value::Absent | Value::Entry(..)) || found.part.found.contains(dimension) {
                self.present.insert(dimension.clone());
            }
        }
        self.whole.keys.extend(dialect::keys_of(&found.header).map(str::to_string));
        self.bad_rows += found.bad_count;
        self.bad.extend(found.bad.iter().map(|(row, (byte, bad))| bad_row(file, *row, *byte, bad)));
        self.whole.join(found.part).map_err(|error| {
            let problem = Problem::of_text(format!("{file}: {error}"));
            if matches!(error, CannotAdd::Currency(..)) { problem.help(csv::ONE_CURRENCY) } else { problem }
        })
    }

    /// The answer.
    ///
    /// # Errors
    /// When no file says anything about a dimension that was asked for: the likely cause is a
    /// misspelt tag.
    pub fn finish(self) -> Result<Outcome, Problem> {
        let wanted = self.query.by.iter().chain(self.query.filter.iter().map(|condition| &condition.dimension));
        for dimension in wanted {
            if self.whole.rows > 0 && !self.present.contains(dimension) {
                let other = |condition: &Condition| condition.dimension != *dimension;
                let chosen = self.query.span.is_some() || self.query.filter.iter().any(other);
                return Err(nowhere(dimension, &self.whole.keys, chosen));
            }
        }
        Ok(Outcome {
            bill: self.whole.bill,
            dialect: self.dialect.map(|(_, dialect)| dialect),
            rows: self.whole.rows,
            bad_rows: self.bad_rows,
            bad: self.bad,
        })
    }
}

fn bad_row(file: &str, row: u64, byte: u64, bad: &fold::Bad) -> String {
    let column = if bad.column.is_empty() { String::new() } else { format!("{}: ", bad.column) };
    format!("{file}: row {row} (byte {byte}): {column}{}", bad.why)
}
