//! Keeping to the rates that AWS takes, so that it need not refuse: a token bucket for each account,
//! region and action, as AWS has them.

use crate::Call;
use stackcost_model::meter::Region;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Calls a second by the beginning of their IAM action; the first that fits counts.
///
/// CloudWatch: its user guide, "CloudWatch service quotas". ECS: its developer guide, "Request
/// throttling for the Amazon ECS API", which has 20 for reading clusters. Those with a (?) are not
/// verified, and chosen low.
const RATES: &[(&str, u32)] = &[
    ("cloudwatch:PutMetricAlarm", 3),
    ("cloudwatch:DescribeAlarms", 9),
    ("cloudwatch:DeleteAlarms", 3),   // (?)
    ("cloudwatch:GetMetricData", 10), // (?) of 50, which whoever looks at dashboards shares
    ("cloudwatch:PutDashboard", 10),
    ("cloudwatch:GetDashboard", 10),
    ("logs:", 10), // (?)
    ("ecs:DescribeClusters", 20),
    ("ecs:Describe", 20), // (?)
    ("ecs:List", 20),     // (?)
    ("ecs:Update", 5),    // (?)
    ("ecr:", 20),         // (?)
    ("", 10),             // (?)
];

/// How much may be made up for: calls of so long may come at once.
const BURST: Duration = Duration::from_secs(1);

/// When each bucket is full again.
#[derive(Debug)]
pub(crate) struct Pace {
    on: bool,
    full_at: Mutex<HashMap<(String, Region, Call), Instant>>,
}

impl Pace {
    pub(crate) fn new(on: bool) -> Pace {
        Pace { on, full_at: Mutex::default() }
    }

    /// Waits until a call may be made, and takes its place.
    pub(crate) async fn wait(&self, account: &str, region: Region, call: Call) {
        if self.on {
            tokio::time::sleep_until(self.turn(account, region, call)).await;
        }
    }

    fn turn(&self, account: &str, region: Region, call: Call) -> Instant {
        let now = Instant::now();
        let mut buckets = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.entry((account.to_string(), region, call)).or_insert(now);
        *full_at = now.max(*full_at) + Duration::from_secs(1) / rate(call);
        full_at.checked_sub(BURST).unwrap_or(now)
    }
}

fn rate(call: Call) -> u32 {
    RATES.iter().find(|(action, _)| call.action().starts_with(action)).map_or(1, |(_, rate)| *rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_calls_at_once_and_then_one_by_one() {
        let pace = Pace::new(true);
        let region = Region::US_EAST_1;
        let begun = Instant::now();
        let turns: Vec<Instant> = (0..6).map(|_| pace.turn("1", region, Call::PutMetricAlarm)).collect();
        assert!(turns[2] <= begun + Duration::from_millis(10), "three are let go at once");
        assert!(turns[5] > begun + Duration::from_millis(900), "three more take another second");
        assert!(pace.turn("2", region, Call::PutMetricAlarm) <= Instant::now(), "accounts have their own");
        assert!(Call::ALL.into_iter().all(|call| rate(call) > 1));
    }
}
