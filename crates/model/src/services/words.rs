//! The few phrases that lines share when they say why.

use crate::exact::Ratio;
use crate::time::HOUR;
use crate::timeline::Timeline;
use alloc::format;
use alloc::string::String;
use core::fmt::{self, Write};

/// A number in a sentence: up to six decimals, exact or with `~` in front.
pub(super) struct Num(pub Ratio);

impl fmt::Display for Num {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.fits(6) {
            f.write_str("~")?;
        }
        self.0.write_short(f, 6)
    }
}

/// Seconds as hours: `730 h`.
pub(super) fn hours(seconds: Ratio) -> String {
    format!("{} h", Num(seconds / Ratio::from(HOUR)))
}

/// A timeline of counts: `2 tasks x 730 h`, or its parts with a `+` between them in brackets.
pub(super) fn over_time(timeline: &Timeline<u32>, what: &str) -> String {
    let mut text = String::new();
    let mut totals = timeline.totals();
    if totals.len() > 1 {
        totals.retain(|(count, _)| *count > 0);
    }
    for (at, (count, seconds)) in totals.iter().enumerate() {
        let joint = if at > 0 { " + " } else { "" };
        let hours = Num(*seconds / Ratio::from(HOUR));
        // Writing to a string does not fail.
        let _ = write!(text, "{joint}{count} {what}{} x {hours} h", plural((*count).into()));
    }
    if totals.len() > 1 { format!("({text})") } else { text }
}

/// `s`, unless it is one.
pub(super) const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// ` x 2 billing months`, when the horizon is not one.
pub(super) fn months(months: Ratio) -> String {
    if months == Ratio::ONE { String::new() } else { format!(" x {} month", Num(months)) }
}
