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

/// So many different values are told one by one; of more, the range and the average.
const TOLD: usize = 6;

/// A timeline of counts: `2 tasks x 730 h`, or its parts with a `+` between them in brackets.
pub(super) fn over_time(timeline: &Timeline<u32>, what: &str) -> String {
    let one = |count: u32| format!("{count} {what}{}", plural(count.into()));
    let (text, parts) = told(timeline, one, Ratio::from, &format!("{what}s"));
    if parts > 1 { format!("({text})") } else { text }
}

/// A timeline of amounts: `2 ACU x 730 h`, or its parts with a `+` between them.
pub(super) fn amounts_over_time(timeline: &Timeline<Ratio>, what: &str) -> String {
    told(timeline, |amount| format!("{} {what}", Num(amount)), |amount| amount, what).0
}

/// The words, and how many parts they tell.
fn told<T: Copy + Ord + Default>(
    timeline: &Timeline<T>,
    one: impl Fn(T) -> String,
    amount: impl Fn(T) -> Ratio,
    what: &str,
) -> (String, usize) {
    let mut totals = timeline.totals();
    if totals.len() > TOLD {
        let all = timeline.seconds();
        let least = totals.iter().map(|total| amount(total.0)).min().unwrap_or_default();
        let most = totals.iter().map(|total| amount(total.0)).max().unwrap_or_default();
        let average = Num(timeline.integrate(&amount) / all);
        return (format!("{average} {what} on average ({} to {}) x {}", Num(least), Num(most), hours(all)), 1);
    }
    if totals.len() > 1 {
        totals.retain(|(value, _)| *value != T::default());
    }
    let mut text = String::with_capacity(32);
    for (at, &(value, seconds)) in totals.iter().enumerate() {
        let joint = if at > 0 { " + " } else { "" };
        let hours = Num(seconds / Ratio::from(HOUR));
        // Writing to a string does not fail.
        let _ = write!(text, "{joint}{} x {hours} h", one(value));
    }
    (text, totals.len())
}

/// `s`, unless it is one.
pub(super) const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// ` x 2 billing months`, when the horizon is not one.
pub(super) fn months(months: Ratio) -> String {
    if months == Ratio::ONE { String::new() } else { format!(" x {} month", Num(months)) }
}
