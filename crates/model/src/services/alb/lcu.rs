//! LCUs: the busiest of four dimensions, hour by hour.

use super::Busiest;
use crate::exact::Ratio;
use crate::time::HOUR;
use crate::timeline::Timeline;
use alloc::string::String;

/// Traffic of an ALB, each field in the unit that AWS measures it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// New connections a second.
    pub new_connections: Ratio,
    /// Active connections, sampled each minute.
    pub active_connections: Ratio,
    /// GB an hour to instances, containers and IP addresses.
    pub processed_gb: Ratio,
    /// GB an hour to Lambda functions.
    pub processed_lambda_gb: Ratio,
    /// Rule evaluations a second, the free rules taken off: see [`Traffic::rule_evaluations`].
    pub rule_evaluations: Ratio,
}

/// What an LCU is used up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// New connections.
    NewConnections,
    /// Active connections.
    ActiveConnections,
    /// Processed bytes.
    ProcessedBytes,
    /// Rule evaluations.
    RuleEvaluations,
}

/// Rules that are processed free of charge.
const FREE_RULES: u32 = 10;

impl Traffic {
    /// Nothing passes.
    pub const NONE: Traffic = Traffic {
        new_connections: Ratio::ZERO,
        active_connections: Ratio::ZERO,
        processed_gb: Ratio::ZERO,
        processed_lambda_gb: Ratio::ZERO,
        rule_evaluations: Ratio::ZERO,
    };

    /// Billed rule evaluations a second: `(rules processed - 10) x requests a second`.
    #[must_use]
    pub fn rule_evaluations(rules: u32, requests_per_second: Ratio) -> Ratio {
        Ratio::from(rules.saturating_sub(FREE_RULES)) * requests_per_second
    }

    /// The busiest dimension and its LCUs; of equals the first in the order above.
    #[must_use]
    pub fn lcus(&self, mutual_tls: bool) -> (Dimension, Ratio) {
        let active_per_lcu = if mutual_tls { 1_500 } else { 3_000 };
        let dimensions = [
            (Dimension::NewConnections, self.new_connections / Ratio::whole(25)),
            (Dimension::ActiveConnections, self.active_connections / Ratio::whole(active_per_lcu)),
            (Dimension::ProcessedBytes, self.processed_gb + self.processed_lambda_gb * Ratio::new(10, 4)),
            (Dimension::RuleEvaluations, self.rule_evaluations / Ratio::whole(1_000)),
        ];
        let first = dimensions[0];
        dimensions.into_iter().fold(first, |best, next| if next.1 > best.1 { next } else { best })
    }

    fn scaled_add(&self, sum: Traffic, factor: Ratio) -> Traffic {
        Traffic {
            new_connections: sum.new_connections + self.new_connections * factor,
            active_connections: sum.active_connections + self.active_connections * factor,
            processed_gb: sum.processed_gb + self.processed_gb * factor,
            processed_lambda_gb: sum.processed_lambda_gb + self.processed_lambda_gb * factor,
            rule_evaluations: sum.rule_evaluations + self.rule_evaluations * factor,
        }
    }
}

impl Dimension {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Dimension::NewConnections => "new connections",
            Dimension::ActiveConnections => "active connections",
            Dimension::ProcessedBytes => "processed bytes",
            Dimension::RuleEvaluations => "rule evaluations",
        }
    }
}

/// LCU-hours, with the winning dimension in words.
pub(super) fn lcu_hours(timeline: &Timeline<Traffic>, mutual_tls: bool) -> Option<(Ratio, String)> {
    let mut busiest = Busiest::new();
    for (times, parts) in timeline.hours()? {
        let seconds = Ratio::from(parts.iter().map(|part| part.0).sum::<u64>());
        let average = match parts[..] {
            [(_, traffic)] => traffic,
            _ => parts
                .iter()
                .fold(Traffic::NONE, |sum, (part, traffic)| traffic.scaled_add(sum, Ratio::from(*part) / seconds)),
        };
        busiest.add(times * seconds / Ratio::from(HOUR), average.lcus(mutual_tls));
    }
    Some((busiest.unit_hours, busiest.words("LCU", Dimension::name)))
}
