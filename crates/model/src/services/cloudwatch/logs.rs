//! Logs: taken in, delivered, kept, searched, masked.

use super::cloudwatch;
use crate::exact::Ratio;
use crate::meter::Meter;
use crate::services::words::{Num, months};
use crate::time::DAY;
use crate::unit::{Gb, GbMonth, Quantity, UnitKind};
use crate::usage::{Site, Usage};
use alloc::format;
use alloc::vec::Vec;

/// Log groups of one class and retention. All amounts are GB over the horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logs {
    /// The class that `ingested_gb` and `vended_gb` go to.
    pub class: LogClass,
    /// Custom logs, such as those of containers, before compression.
    pub ingested_gb: Ratio,
    /// Vended logs (VPC flow logs, Route 53 queries, ...): graduated rates.
    pub vended_gb: Ratio,
    /// Vended logs delivered to S3.
    pub to_s3_gb: Ratio,
    /// Vended logs delivered to Firehose.
    pub to_firehose_gb: Ratio,
    /// Logs converted to Parquet on their way to S3.
    pub parquet_gb: Ratio,
    /// What of it is kept.
    pub kept: Kept,
    /// Searched by Logs Insights.
    pub scanned_gb: Ratio,
    /// Searched for data to mask.
    pub masked_gb: Ratio,
}

/// A log class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogClass {
    /// Standard.
    Standard,
    /// Infrequent Access: half the price to take in.
    InfrequentAccess,
}

/// What of the logs is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// GB on average, compressed as AWS meters them.
    Gb(Ratio),
    /// All that came in within the retention, in the steady state.
    Days {
        /// Retention in days.
        days: u32,
        /// Compressed over uncompressed size.
        compression: Ratio,
    },
    /// All that ever came in, at the end of a month since the first.
    Forever {
        /// Months of logs that have come in.
        months: u32,
        /// Compressed over uncompressed size.
        compression: Ratio,
    },
}

/// Retention periods that CloudWatch Logs permits, in days.
pub const RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288, 3_653];

pub(super) const INGESTED: Meter = cloudwatch("DataProcessing-Bytes", UnitKind::Gb);
pub(super) const INGESTED_IA: Meter = cloudwatch("DataProcessingIA-Bytes", UnitKind::Gb);
pub(super) const VENDED: Meter = cloudwatch("VendedLog-Bytes", UnitKind::Gb);
pub(super) const VENDED_IA: Meter = cloudwatch("VendedLogIA-Bytes", UnitKind::Gb);
pub(super) const TO_S3: Meter = cloudwatch("S3-Egress-Bytes", UnitKind::Gb);
pub(super) const TO_FIREHOSE: Meter = cloudwatch("FH-Egress-Bytes", UnitKind::Gb);
pub(super) const PARQUET: Meter = cloudwatch("S3-Egress-InputBytes", UnitKind::Gb);
pub(super) const STORED: Meter = cloudwatch("TimedStorage-ByteHrs", UnitKind::GbMonth);
pub(super) const SCANNED: Meter = cloudwatch("DataScanned-Bytes", UnitKind::Gb);
pub(super) const MASKED: Meter = cloudwatch("DataProtection-Bytes", UnitKind::Gb);

impl Kept {
    /// What AWS's calculator takes for compressed over uncompressed size. An AWS example has 0.2.
    #[must_use]
    pub fn usual_compression() -> Ratio {
        Ratio::new(15, 100)
    }
}

impl Default for Logs {
    fn default() -> Logs {
        Logs {
            class: LogClass::Standard,
            ingested_gb: Ratio::ZERO,
            vended_gb: Ratio::ZERO,
            to_s3_gb: Ratio::ZERO,
            to_firehose_gb: Ratio::ZERO,
            parquet_gb: Ratio::ZERO,
            kept: Kept::Gb(Ratio::ZERO),
            scanned_gb: Ratio::ZERO,
            masked_gb: Ratio::ZERO,
        }
    }
}

impl Logs {
    pub(super) fn usage(&self, site: &Site) -> Vec<Usage> {
        let (ingested, vended) = match self.class {
            LogClass::Standard => (INGESTED, VENDED),
            LogClass::InfrequentAccess => (INGESTED_IA, VENDED_IA),
        };
        let moved = |(meter, gb, what): (Meter, Ratio, &str)| {
            (!gb.is_zero()).then(|| site.usage(meter, Quantity::<Gb>::new(gb), format!("{} GB {what}", Num(gb))))
        };
        let taken_in = [
            (ingested, self.ingested_gb, "taken in"),
            (vended, self.vended_gb, "of vended logs taken in"),
            (TO_S3, self.to_s3_gb, "of vended logs to S3"),
            (TO_FIREHOSE, self.to_firehose_gb, "of vended logs to Firehose"),
            (PARQUET, self.parquet_gb, "converted to Parquet"),
        ];
        let read = [(SCANNED, self.scanned_gb, "searched by Logs Insights"), (MASKED, self.masked_gb, "masked")];
        let mut usage: Vec<Usage> = taken_in.into_iter().filter_map(moved).collect();
        usage.extend(self.stored(site));
        usage.extend(read.into_iter().filter_map(moved));
        usage
    }

    fn stored(&self, site: &Site) -> Option<Usage> {
        let held = site.horizon.months();
        let all = self.ingested_gb + self.vended_gb;
        let a_day = all * Ratio::from(DAY) / Ratio::from(site.horizon.seconds());
        let (gb, because) = match self.kept {
            Kept::Gb(gb) => (gb, format!("{} GB kept, compressed", Num(gb))),
            Kept::Days { days, compression } => {
                let because = format!("{} GB a day x {days} days x {} compressed size", Num(a_day), Num(compression));
                (a_day * Ratio::from(days) * compression, because)
            }
            Kept::Forever { months, compression } => {
                let a_month = all / held;
                let because = format!(
                    "{} GB a month x {months} months that never expire x {} compressed size",
                    Num(a_month),
                    Num(compression)
                );
                (a_month * Ratio::from(months) * compression, because)
            }
        };
        let because = format!("{because}{}", months(held));
        (!gb.is_zero()).then(|| site.usage(STORED, Quantity::<GbMonth>::new(gb * held), because))
    }
}
