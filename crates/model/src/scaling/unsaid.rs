//! What AWS does not say: the choices that it may have made, one by one, for who wants to know what
//! depends on them.

use super::{Aggregation, Autoscaling, Credit, Policy, Rules, Sampling, ScaleIn};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The same service with a choice that AWS may have made as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// What it is called: `datapoints later`.
    pub name: &'static str,
    /// The key of a stack file that chooses it, and what it is about.
    pub remark: String,
    /// The service with it.
    pub service: Autoscaling,
}

/// Seconds after which AWS's own benchmark of June 2026 has seen datapoints, and after which they are
/// taken to be seen: of periods below a minute, and of others.
const DELAYS: [[u32; 2]; 2] = [[18, 150], [Sampling::HIGH_RESOLUTION.delay, Sampling::MINUTE.delay]];

/// The same service where AWS could do otherwise: each rule that it does not document, one by one.
#[must_use]
pub fn others(service: &Autoscaling) -> Vec<Other> {
    let mut others = Vec::new();
    let rules = service.rules;
    let with = |rules: Rules| Autoscaling { rules, ..service.clone() };
    if service.policies.iter().any(|policy| matches!(policy, Policy::TargetTracking(_))) {
        for (name, word, scale_in) in [
            ("scale-in at once", "proportional", ScaleIn::Proportional),
            ("scale-in by one task", "one-step", ScaleIn::OneStep),
            ("scale-in by one first", "one-step-then-proportional", ScaleIn::OneStepThenProportional),
        ] {
            if scale_in != rules.scale_in {
                let remark = format!("scale_in = \"{word}\": how far target tracking scales in at once");
                others.push(Other { name, remark, service: with(Rules { scale_in, ..rules }) });
            }
        }
        let (name, word, credit) = match rules.credit {
            Credit::Running => ("less in a cooldown", "added", Credit::Added),
            Credit::Added => ("all in a cooldown", "running", Credit::Running),
        };
        let remark = format!("cooldown_credit = \"{word}\": what a larger scale-out within a cooldown comes to");
        others.push(Other { name, remark, service: with(Rules { credit, ..rules }) });
    }
    if !service.policies.is_empty() {
        let (name, word, aggregation) = match rules.aggregation {
            Aggregation::Evaluated => ("newest datapoint", "newest", Aggregation::Newest),
            Aggregation::Newest => ("all datapoints", "evaluated", Aggregation::Evaluated),
        };
        let remark = format!("aggregation = \"{word}\": which datapoints of an alarm a policy reckons with");
        others.push(Other { name, remark, service: with(Rules { aggregation, ..rules }) });
        others.extend(other_delay(service));
        others.extend(other_low_periods(service));
    }
    others
}

fn sampling(policy: &mut Policy) -> &mut Sampling {
    match policy {
        Policy::TargetTracking(policy) => &mut policy.sampling,
        Policy::StepScaling(policy) => &mut policy.sampling,
    }
}

/// With datapoints as late as in AWS's benchmark; as soon as usual where they are as late already.
fn other_delay(service: &Autoscaling) -> Option<Other> {
    let with = |[fast, slow]: [u32; 2]| {
        let mut other = service.clone();
        let mut told: Vec<String> = Vec::new();
        for policy in &mut other.policies {
            let sampling = sampling(policy);
            sampling.delay = if sampling.period < 60 { fast } else { slow };
            let text = format!("\"{}s\"", sampling.delay);
            if !told.contains(&text) {
                told.push(text);
            }
        }
        (other, told.join(" and "))
    };
    let [benchmark, usual] = DELAYS.map(with);
    let (name, (service, told), whose) = if benchmark.0 == *service {
        ("datapoints sooner", usual, "here as is usually taken")
    } else {
        ("datapoints later", benchmark, "here as in AWS's benchmark of June 2026")
    };
    let remark = format!("metric_delay = {told}: how late datapoints are seen, {whose}");
    Some(Other { name, remark, service })
}

/// With the other count of datapoints that the low alarm of a metric of less than a minute may have.
fn other_low_periods(service: &Autoscaling) -> Option<Other> {
    let mut other = service.clone();
    let mut told = None;
    for policy in &mut other.policies {
        if let Policy::TargetTracking(policy) = policy
            && policy.sampling.period < 60
        {
            policy.low_periods = if policy.low_periods == 30 { 15 } else { 30 };
            told = Some(policy.low_periods);
        }
    }
    told.map(|periods| Other {
        name: if periods == 30 { "low alarm of 30" } else { "low alarm of 15" },
        remark: format!(
            "low_periods = {periods}: how many datapoints the low alarm of a metric of less than a minute has"
        ),
        service: other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Ratio;
    use crate::scaling::{Metric, TargetTracking};
    use alloc::borrow::ToOwned;

    fn service() -> Autoscaling {
        let policy = Policy::TargetTracking(TargetTracking::new(Metric::Cpu, 700_000));
        Autoscaling::between(2, 10, Ratio::whole(600)).with(policy)
    }

    fn settings(service: &Autoscaling) -> Vec<String> {
        others(service).into_iter().filter_map(|other| Some(other.remark.split_once(": ")?.0.to_owned())).collect()
    }

    #[test]
    fn each_rule_that_aws_does_not_document_is_turned_round_alone() {
        assert_eq!(
            settings(&service()),
            [
                "scale_in = \"one-step\"",
                "scale_in = \"one-step-then-proportional\"",
                "cooldown_credit = \"added\"",
                "aggregation = \"newest\"",
                "metric_delay = \"150s\"",
            ]
        );
        for other in others(&service()) {
            assert_ne!(other.service, service(), "{}", other.name);
        }
        let mut other = service();
        other.rules = Rules { scale_in: ScaleIn::OneStep, credit: Credit::Added, aggregation: Aggregation::Newest };
        sampling(&mut other.policies[0]).delay = 150;
        assert_eq!(
            settings(&other),
            [
                "scale_in = \"proportional\"",
                "scale_in = \"one-step-then-proportional\"",
                "cooldown_credit = \"running\"",
                "aggregation = \"evaluated\"",
                "metric_delay = \"60s\"",
            ]
        );
        assert_eq!(settings(&Autoscaling::between(2, 10, Ratio::ONE)), [""; 0]);
    }

    #[test]
    fn a_fast_metric_has_a_low_alarm_of_15_or_of_30() {
        let mut fast = service();
        *sampling(&mut fast.policies[0]) = Sampling::HIGH_RESOLUTION;
        assert_eq!(settings(&fast)[4..], ["metric_delay = \"18s\"", "low_periods = 30"]);
        if let Policy::TargetTracking(policy) = &mut fast.policies[0] {
            policy.low_periods = 30;
        }
        assert_eq!(settings(&fast)[5..], ["low_periods = 15"]);
    }
}
