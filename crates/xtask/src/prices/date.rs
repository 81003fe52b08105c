//! Dates as the collection writes them, and what a date means.

use jiff::civil::Date;

use super::rate::Basis;

/// A date and what it says about the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dated {
    /// The day; the first of the month or year where only that is known.
    pub day: Option<Date>,
    /// What the text itself says; `None` for a bare full date, whose meaning depends on the source.
    pub basis: Option<Basis>,
}

/// Reads `2026-07-01`, `pub 2026-08-31`, `read 2026-06`, `2026-08-21 (repo HEAD)`, `2023-11`, `2026` or `undated`.
pub(crate) fn parse(text: &str) -> Result<Dated, String> {
    let (rest, basis) = if text == "undated" {
        return Ok(Dated { day: None, basis: Some(Basis::Undated) });
    } else if let Some(rest) = text.strip_prefix("pub ") {
        (rest, Some(Basis::Published))
    } else if let Some(rest) = text.strip_prefix("read ") {
        (rest, Some(Basis::Read))
    } else if let Some(rest) = text.strip_suffix(" (repo HEAD)") {
        (rest, Some(Basis::Read))
    } else {
        (text, None)
    };
    let (full, basis) = match rest.len() {
        4 => (format!("{rest}-01-01"), basis.or(Some(Basis::Read))),
        7 => (format!("{rest}-01"), basis.or(Some(Basis::Read))),
        _ => (rest.to_owned(), basis),
    };
    let day = day(&full).ok_or_else(|| format!("'{text}' is not a date"))?;
    Ok(Dated { day: Some(day), basis })
}

/// Reads `yyyy-mm-dd` and nothing else.
pub(crate) fn day(text: &str) -> Option<Date> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, Option<Basis>) {
        let dated = parse(text).expect("a date");
        (dated.day.map(|day| day.to_string()), dated.basis)
    }

    #[test]
    fn every_form_of_the_collection_is_read() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("2026-07-01"), (some("2026-07-01"), None));
        assert_eq!(read("pub 2026-08-31"), (some("2026-08-31"), Some(Basis::Published)));
        assert_eq!(read("pub 2026-09"), (some("2026-09-01"), Some(Basis::Published)));
        assert_eq!(read("read 2026"), (some("2026-01-01"), Some(Basis::Read)));
        assert_eq!(read("2026-08-21 (repo HEAD)"), (some("2026-08-21"), Some(Basis::Read)));
        assert_eq!(read("2023-11"), (some("2023-11-01"), Some(Basis::Read)));
        assert_eq!(read("2025"), (some("2025-01-01"), Some(Basis::Read)));
        assert_eq!(read("undated"), (None, Some(Basis::Undated)));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "soon", "2026-13-01", "2026-02-30", "26-01-01", "pub ", "2026-7-1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
