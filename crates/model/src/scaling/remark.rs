//! What holds where rows of a trace are missing, and what to know of a load made from rows.

use crate::exact::Ratio;
use crate::time::{DAY, HOUR};
use core::fmt;

/// What holds where rows are missing: from the usual distance after a row on, if the next is more than
/// 1.5 times that distance away; and for as long as a row without a value lasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// The value before.
    #[default]
    Hold,
    /// Nothing was asked: so with metrics that are sent only when there is something to count.
    Zero,
    /// Nothing is known: such steps are [`MISSING`](super::MISSING), and count for nothing.
    Missing,
}

/// Something about a trace that whoever reads figures made from it should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceRemark {
    /// Rows are more than a minute apart.
    Coarse {
        /// How far, in seconds.
        every: u64,
    },
    /// Rows are less than a minute apart, at a distance that does not divide it.
    Uneven {
        /// How far, in seconds.
        every: u64,
    },
    /// Rows of one moment, which count as their mean.
    Duplicates {
        /// How many moments have more than one row.
        moments: u64,
        /// How many rows these have.
        rows: u64,
    },
    /// Distances of rows that are more than 1.5 times the usual one.
    Gaps {
        /// How many.
        count: u64,
        /// How long they are in all, in seconds, beyond the usual distance.
        seconds: u64,
        /// How long the longest is.
        longest: u64,
        /// What holds in them.
        rule: Gaps,
    },
    /// Rows without a value.
    Empty {
        /// How many.
        rows: u64,
        /// What holds in them.
        rule: Gaps,
    },
    /// Steps had to be rounded.
    Rounded {
        /// To which part of a unit.
        ticks: u64,
    },
    /// CPU of 100 %: the load is a lower bound there.
    Saturated {
        /// In how many rows.
        rows: u64,
    },
}

impl fmt::Display for TraceRemark {
    /// A sentence without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            TraceRemark::Coarse { every } => {
                let every = Length(every);
                write!(f, "rows are {every} apart: what happens between them, and what alarms make of it, ")?;
                f.write_str("cannot be seen")
            }
            TraceRemark::Uneven { every } => {
                write!(f, "rows are {every} s apart, which does not divide a minute: steps are means of a minute")
            }
            TraceRemark::Duplicates { moments, rows } => {
                write!(f, "{rows} rows share {moments} timestamp{}: their mean is taken", s(moments))
            }
            TraceRemark::Gaps { count, seconds, longest, rule } => {
                let seconds = Length(seconds);
                if count == 1 {
                    return write!(f, "a gap of {seconds} between rows: {rule} there");
                }
                let longest = Length(longest);
                write!(f, "{count} gaps between rows, {seconds} in all, the longest {longest}: {rule} there")
            }
            TraceRemark::Empty { rows, rule } => {
                write!(f, "{rows} row{} without a value: {rule} there", s(rows))
            }
            TraceRemark::Rounded { ticks: 1 } => f.write_str("the load is rounded to whole units"),
            TraceRemark::Rounded { ticks } => {
                write!(f, "the load is rounded to {}", Ratio::new(1, ticks.into()))
            }
            TraceRemark::Saturated { rows } => {
                let are = if rows == 1 { "row is" } else { "rows are" };
                write!(f, "{rows} {are} at 100 % CPU: more may have been asked for than was done, ")?;
                f.write_str("so the load is a lower bound there")
            }
        }
    }
}

/// The plural's ending.
fn s(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

impl fmt::Display for Gaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Gaps::Hold => "the value before holds",
            Gaps::Zero => "the load is 0",
            Gaps::Missing => "nothing is known",
        })
    }
}

/// Seconds in the largest unit that they are whole in.
struct Length(u64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (seconds, name) in [(DAY, "day"), (HOUR, "hour"), (60, "minute")] {
            if self.0 > 0 && self.0.is_multiple_of(seconds) {
                let count = self.0 / seconds;
                return write!(f, "{count} {name}{}", s(count));
            }
        }
        write!(f, "{} s", self.0)
    }
}
