//! A run in columns of equal time: of each the most that there was in it.

use stackcost_model::scaling::{Autoscaling, Load, MISSING, Run, needed};

/// What there was at most in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Column {
    /// Tasks that ran.
    pub running: u32,
    /// Tasks that were billed.
    pub billed: u32,
    /// Tasks that keep the load at its target.
    pub needed: u32,
    /// The load, in its ticks.
    pub load: u32,
}

impl Column {
    /// The most tasks of any kind.
    pub fn most(&self) -> u32 {
        self.running.max(self.billed).max(self.needed)
    }
}

/// A run in so many columns.
pub(super) fn columns(run: &Run, load: &Load, service: &Autoscaling, count: usize) -> Vec<Column> {
    let steps = |timeline: &[(u64, u32)]| most(timeline.iter().copied(), run.seconds, count);
    let (running, billed) = (steps(run.running.pattern().0), steps(run.billed.pattern().0));
    let known = |&value: &u32| (u64::from(load.step()), if value == MISSING { 0 } else { value });
    let loads = most(load.values().iter().map(known), run.seconds, count);
    let all = running.into_iter().zip(billed).zip(loads);
    all.map(|((running, billed), most)| Column { running, billed, needed: needed(load, service, most), load: most })
        .collect()
}

/// The most of steps one after another, `(seconds, value)`, in each of so many columns.
fn most(steps: impl Iterator<Item = (u64, u32)>, seconds: u64, count: usize) -> Vec<u32> {
    let mut out = vec![0_u32; count];
    let (seconds, columns) = (seconds.max(1), count as u64);
    let mut begin = 0;
    for (length, value) in steps {
        let end = begin + length;
        let (first, last) = (begin * columns / seconds, (end * columns).div_ceil(seconds));
        let place = |column: u64| usize::try_from(column).unwrap_or(count).min(count);
        for most in &mut out[place(first)..place(last)] {
            *most = value.max(*most);
        }
        begin = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_has_what_is_in_it_and_nothing_else() {
        let steps = [(60, 1), (60, 5), (120, 2)];
        for (count, want) in [
            (1, &[5][..]),
            (2, &[5, 2]),
            (4, &[1, 5, 2, 2]),
            (8, &[1, 1, 5, 5, 2, 2, 2, 2]),
            // A column of 80 s: the first holds 20 s of the peak.
            (3, &[5, 5, 2]),
        ] {
            assert_eq!(most(steps.into_iter(), 240, count), want, "{count} columns");
        }
        // More columns than seconds.
        assert_eq!(most([(1, 1), (1, 2)].into_iter(), 2, 5), [1, 1, 2, 2, 2]);
    }
}
