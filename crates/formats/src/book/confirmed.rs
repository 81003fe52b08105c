//! What later lists said again. A price that did not change is one row of a book, whatever number of
//! lists has it; but a list that comes later and is older may say something else in between, and
//! then it must be known who confirmed the price when.
//!
//! ```csv
//! date,source,sku,rows,of
//! 2026-09-01,AWSELB-eu-west-1-20260910101010,,1-12 14,14
//! ```
//!
//! A line is one list and day; `rows` are those of the file in the same place without `confirmed/`,
//! counted from 1, of so many in all. Without an SKU it is that of the row; `-` is none.

use super::rows::{Ids, csv_of};
use super::{Dated, Problem, Sources};
use crate::problem::Problems;
use stackcost_model::price::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

const HEADER: [&str; 5] = ["date", "source", "sku", "rows", "of"];
/// There is no SKU, though the row has one.
const NONE: &str = "-";

/// Rows without repetition, and what repeats them.
pub(super) struct Folded<T> {
    /// The rows of a file, sorted.
    pub kept: Vec<T>,
    /// What says the same as one of them later, with the place of that.
    pub again: Vec<(usize, T)>,
}

impl<T: Dated> Folded<T> {
    /// The file that tells of repetitions; `None` where there are none.
    pub fn text(&self, ids: &Ids) -> Option<String> {
        let mut events: BTreeMap<[String; 3], Vec<usize>> = BTreeMap::new();
        for (at, row) in &self.again {
            let (source, kept) = (row.source(), self.kept.get(*at).map(Dated::source));
            let sku = match (&source.sku, kept.and_then(|kept| kept.sku.as_ref())) {
                (same, of_row) if same.as_ref() == of_row => "",
                (Some(sku), _) => sku,
                (None, _) => NONE,
            };
            let id = ids.get(&source.from).cloned().unwrap_or_default();
            let event = [source.date_text().unwrap_or_default(), id, sku.to_string()];
            events.entry(event).or_default().push(at + 1);
        }
        let of = self.kept.len().to_string();
        let line = |([date, id, sku], rows): ([String; 3], Vec<usize>)| vec![date, id, sku, ranges(&rows), of.clone()];
        (!events.is_empty()).then(|| csv_of(&HEADER, events.into_iter().map(line)))
    }
}

/// The repetitions that such a file tells of, as rows like those that they repeat.
pub(super) fn read<T: Dated + Clone>(
    name: &str,
    text: &str,
    rows: &[T],
    sources: &Sources,
) -> Result<Vec<T>, Problems> {
    let wrong = |line: u64, what: String| {
        let problem = Problem::of_text(format!("{name}:{line}: {what}"));
        problem.help("the files of a book belong together: take all of them from one copy, or begin a new book")
    };
    let mut again = Vec::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    if !reader.headers().is_ok_and(|header| header == HEADER[..]) {
        return Err(wrong(1, format!("the header is not {}", HEADER.join(","))).into());
    }
    for line in reader.records() {
        let line = line.map_err(|error| Problem::of_text(format!("{name}: {error}")))?;
        let at = line.position().map_or(0, csv::Position::line);
        let [date, id, sku, places, of] = [0, 1, 2, 3, 4].map(|column| line.get(column).unwrap_or(""));
        if of.parse() != Ok(rows.len()) {
            return Err(wrong(at, format!("it is of a file of {of} rows, which has {}", rows.len())).into());
        }
        let date = match date {
            "" => None,
            date => Some(date.parse().map_err(|_| wrong(at, format!("`{date}` is no date such as 2026-09-01")))?),
        };
        let from = sources.get(id).ok_or_else(|| wrong(at, format!("the source `{id}` is not in the list")))?;
        let places = places_of(places, rows.len()).ok_or_else(|| wrong(at, format!("`{places}` are no rows of it")))?;
        for row in places.into_iter().filter_map(|place| rows.get(place)) {
            let sku = match sku {
                "" => row.source().sku.clone(),
                NONE => None,
                sku => Some(sku.into()),
            };
            again.push(row.said_by(Source { date, sku, from: Arc::clone(from), ..row.source().clone() }));
        }
    }
    Ok(again)
}

/// Numbers that go up, in short: `1-12 14`.
fn ranges(numbers: &[usize]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b).filter_map(|run| match (run.first()?, run.last()?) {
        (first, last) if first == last => Some(first.to_string()),
        (first, last) => Some(format!("{first}-{last}")),
    });
    runs.collect::<Vec<_>>().join(" ")
}

/// The places from 0, of rows counted from 1; `None` where there is none, or no such row.
fn places_of(text: &str, most: usize) -> Option<Vec<usize>> {
    let mut places = Vec::new();
    for run in text.split(' ') {
        let (first, last) = run.split_once('-').unwrap_or((run, run));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first < 1 || last < first || last > most {
            return None;
        }
        places.extend(first - 1..last);
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_back() {
        for (numbers, text) in [(vec![1], "1"), (vec![1, 2, 3], "1-3"), (vec![1, 2, 5, 7, 8], "1-2 5 7-8")] {
            assert_eq!(ranges(&numbers), text);
            let places: Vec<usize> = numbers.iter().map(|number| number - 1).collect();
            assert_eq!(places_of(text, 8), Some(places));
        }
        for bad in ["", "0", "9", "3-2", "1-9", "a", "1  2", "-1"] {
            assert_eq!(places_of(bad, 8), None, "{bad}");
        }
    }
}
