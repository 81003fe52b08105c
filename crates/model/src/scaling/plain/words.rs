//! Datapoints of minutes as bits, 64 minutes at a time.

use crate::scaling::meter::{State, Taken, alarm};

/// Minutes of a block.
pub(super) const BLOCK: usize = 64;

/// A bit for each minute of a block and of the one before it, the oldest in bit 0. No alarm looks back
/// further than a block: 32 datapoints, seen 5 minutes late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    before: u64,
    pub now: u64,
}

impl Words {
    /// The next block begins.
    pub fn roll(&mut self) {
        (self.before, self.now) = (self.now, 0);
    }

    /// Clears what is older than so many minutes, where a block begins.
    fn forget(&mut self, look: usize) {
        self.before &= !range(0, BLOCK.saturating_sub(look));
    }

    /// Both blocks: bit 64 is the first minute of this one.
    pub fn both(self) -> u128 {
        u128::from(self.now) << 64 | u128::from(self.before)
    }

    /// Sets the bits of this block that are not `kept`.
    pub fn fill(&mut self, bits: u64, kept: u64) {
        self.now = self.now & kept | bits & !kept;
    }

    /// The bits before the minute `place` of this block: bit 0 is the newest.
    fn newest(self, place: usize, unseen: usize) -> u64 {
        let newest_first = (self.both() << (64 - place + unseen)).reverse_bits();
        u64::try_from(newest_first & u128::from(u64::MAX)).unwrap_or(0)
    }

    /// At which minutes of this block so many bits in a row are seen, the newest so many minutes ago.
    pub fn rows(self, periods: u32, unseen: usize) -> u64 {
        let (mut rows, mut long) = (self.both(), 1);
        while long < periods {
            let more = long.min(periods - long);
            rows &= rows << more;
            long += more;
        }
        // What is seen at a minute ended before it.
        u64::try_from(rows << (unseen + 1) >> 64).unwrap_or(0)
    }
}

/// Which minutes have a datapoint, and which of them breach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Points {
    pub present: Words,
    pub high: Words,
    pub low: Words,
}

impl Points {
    /// Clears what is older than so many minutes, where a block begins.
    pub fn forget(&mut self, look: usize) {
        self.present.forget(look);
        self.high.forget(look);
        self.low.forget(look);
    }

    /// The next block begins.
    pub fn roll(&mut self) {
        self.present.roll();
        self.high.roll();
        self.low.roll();
    }

    /// What an alarm comes to at a minute of this block, and the datapoints that it took.
    pub fn alarm(
        &self,
        breaching: Words,
        periods: u32,
        (place, unseen): (usize, usize),
        before: State,
    ) -> (State, Taken) {
        alarm(self.present.newest(place, unseen), breaching.newest(place, unseen), periods, before)
    }
}

/// The bits from one place of a block on until before another.
pub(super) fn range(from: usize, to: usize) -> u64 {
    let below = |place: usize| if place < BLOCK { (1_u64 << place) - 1 } else { u64::MAX };
    below(to) & !below(from)
}

/// Which values are at least so large, a bit for each.
pub(super) fn at_least(values: &[u32; BLOCK], least: u32) -> u64 {
    // Signed and strict, as the compiler has it in one instruction; values are below 2³¹.
    let below = least.wrapping_sub(1).cast_signed();
    let mut found = [0_u8; BLOCK];
    for (found, value) in found.iter_mut().zip(values) {
        *found = u8::from(value.cast_signed() > below);
    }
    let (eights, _) = found.as_chunks::<8>();
    eights.iter().rev().fold(0, |bits, &eight| {
        // Byte i of ones and zeros comes to bit i of the highest byte.
        bits << 8 | u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}
