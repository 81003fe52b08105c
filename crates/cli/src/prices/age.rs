//! How old rates are. Only here the time of day counts for prices.

use super::OwnBook;
use crate::bill::clock;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use stackcost_model::estimate::Estimate;
use stackcost_model::price::Old;
use stackcost_model::time::Date;

/// Rates that are older than this many days are told of, unless the user says otherwise. AWS changes
/// most of them less often.
pub(crate) const OLD: i32 = 365;

/// The day in UTC. `SOURCE_DATE_EPOCH`, the usual way to make a build reproducible, goes first, so
/// that the same inputs can give the same report.
pub(crate) fn today() -> Date {
    given().map_or_else(|| clock().1, |now| now.to_zoned(TimeZone::UTC).date())
}

/// The moment, likewise.
pub(crate) fn now() -> Timestamp {
    given().unwrap_or_else(Timestamp::now)
}

fn given() -> Option<Timestamp> {
    let seconds = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok())
}

/// What to say of an estimate at the newest rates there are, if these are old.
pub(crate) fn remark(estimate: &Estimate, own: Option<&OwnBook>, most: i32) -> Option<String> {
    if estimate.book.1.is_some() {
        return None;
    }
    let sources = || estimate.lines.iter().map(|line| &line.source);
    let confirmed =
        own.filter(|own| sources().any(|source| own.says(source))).and_then(|own| own.confirmed(estimate.region));
    let (newest, days) = Old { today: today(), most, confirmed }.is(sources())?;
    Some(format!(
        "these rates are known as of {newest}, {days} days ago; `stackcost prices refresh` makes a newer book"
    ))
}
