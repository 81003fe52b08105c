//! What a stream of pushed images and a lifecycle policy leave stored.

use super::Num;
use crate::exact::Ratio;
use alloc::format;
use alloc::string::String;

/// Weeks in the average month: 365 / 84.
const WEEKS_A_MONTH: (i128, i128) = (365, 84);

/// Images pushed at a steady pace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Images pushed a week.
    pub pushed_per_week: Ratio,
    /// Compressed size of an image in GB.
    pub size_gb: Ratio,
    /// The fraction of an image whose layers the repository already has, 0 to 1.
    pub shared: Ratio,
    /// What the lifecycle policy keeps.
    pub keep: Keep,
    /// The month since the first push to look at; `None` for the steady state.
    pub month: Option<u32>,
}

/// What a lifecycle policy keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The newest images: `imageCountMoreThan`.
    Newest(u32),
    /// Images younger than this many days: `sinceImagePushed`.
    Days(u32),
    /// Everything: there is no policy, and no steady state.
    All,
}

impl Images {
    /// The images kept once the policy bites, `None` if it never does.
    #[must_use]
    pub fn kept(&self) -> Option<Ratio> {
        match self.keep {
            Keep::Newest(_) if self.pushed_per_week.is_zero() => Some(Ratio::ZERO),
            Keep::Newest(count) => Some(Ratio::from(count)),
            Keep::Days(days) => Some(self.pushed_per_week * Ratio::new(days.into(), 7)),
            Keep::All => None,
        }
    }

    /// Months from the first push until the policy bites; `None` if it never does.
    #[must_use]
    pub fn months_until_steady(&self) -> Option<Ratio> {
        let (weeks, months) = WEEKS_A_MONTH;
        let months_a_week = Ratio::new(months, weeks);
        match self.keep {
            Keep::Newest(count) if !self.pushed_per_week.is_zero() => {
                Some(Ratio::from(count) / self.pushed_per_week * months_a_week)
            }
            Keep::Days(days) => Some(Ratio::new(days.into(), 7) * months_a_week),
            Keep::Newest(_) | Keep::All => None,
        }
    }

    /// GB stored, and how it comes about. The first image is stored whole, of each further one
    /// the part that is new.
    pub(super) fn stored(&self) -> (Ratio, String) {
        let (weeks, months) = WEEKS_A_MONTH;
        let pushed = self.month.map(|month| self.pushed_per_week * Ratio::from(month) * Ratio::new(weeks, months));
        let images = match (self.kept(), pushed) {
            (Some(kept), Some(pushed)) => kept.min(pushed),
            (Some(kept), None) => kept,
            (None, Some(pushed)) => pushed,
            // The stack file refuses "all" without a month.
            (None, None) => Ratio::TOO_LARGE,
        };
        let rest = if images > Ratio::ONE { images - Ratio::ONE } else { Ratio::ZERO };
        let whole = images.min(Ratio::ONE);
        let gb = self.size_gb * (whole + rest * (Ratio::ONE - self.shared));
        let mut words = format!("{} images x {} GB", Num(images), Num(self.size_gb));
        if !self.shared.is_zero() {
            let percent = self.shared * Ratio::whole(100);
            words = format!("{words}, {} % of each but the first already stored", Num(percent));
        }
        words = match (self.month, self.months_until_steady()) {
            (Some(month), _) => format!("{words}, at the end of month {month}"),
            (None, Some(steady)) => {
                let tenths = crate::exact::trim(&steady.to_fixed(1)).into();
                let tenths: String = tenths;
                format!("{words}, reached after {tenths} months of {} images a week", Num(self.pushed_per_week))
            }
            (None, None) => words,
        };
        (gb, words)
    }
}
