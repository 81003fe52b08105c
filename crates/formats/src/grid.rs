//! What a search for a policy is told: values to try, and limits.
//!
//! | written | read as |
//! |---|---|
//! | `40%..80%:5%` | 40 %, 45 %, ... 80 % (a step of 5 % where none is told) |
//! | `400..800:100` | requests a minute and target, or what else a metric counts |
//! | `1..6`, `8,12`, `2..8:2` | counts of tasks |
//! | `0s,60s`, `1min..5min:60s` | lengths of time in seconds (a step of 60 s where none is told) |
//! | `requests-over<=0.1%`, `time-over<=now`, `lost<=0`, `max<=12`, `latency<=5min` | limits |

use crate::problem::did_you_mean;
use crate::scalar::Period;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::optimize::Limit;
use stackcost_model::scaling::{Measure, Micro};

/// No list is longer: a typing error, not a search.
const MOST: usize = 1_000;

/// Targets to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    /// In millionths.
    pub values: Vec<Micro>,
    /// Whether they were told in percent.
    pub percent: bool,
}

/// Targets: `40%..80%:5%`, `50%,70%`, or numbers for metrics that count.
///
/// # Errors
/// What is wrong, with what is wanted.
pub fn targets(text: &str) -> Result<Targets, String> {
    let percent = text.contains('%');
    let wanted = "targets such as 40%..80%:5% or 50%,70% (for metrics that count, 400..800:100)";
    let micro = |text: &str| {
        let (number, per) = match text.strip_suffix('%') {
            Some(number) => (number, 10_000),
            None if percent => return None,
            None => (text, 1_000_000),
        };
        let value = Ratio::parse(number.trim())? * Ratio::whole(per);
        value.to_whole().and_then(|value| u64::try_from(value).ok()).filter(|&value| value > 0)
    };
    Ok(Targets { values: list(text, if percent { Some(50_000) } else { None }, wanted, micro)?, percent })
}

/// Counts of tasks: `1..6`, `8,12`.
///
/// # Errors
/// What is wrong, with what is wanted.
pub fn counts(text: &str) -> Result<Vec<u32>, String> {
    let whole = |text: &str| text.parse::<u32>().ok().map(u64::from);
    narrow(list(text, Some(1), "counts of tasks such as 1..6, 2..8:2 or 8,12", whole)?)
}

/// Lengths of time: `0s,60s`, `1min..5min`.
///
/// # Errors
/// What is wrong, with what is wanted.
pub fn lengths(text: &str) -> Result<Vec<u32>, String> {
    narrow(list(text, Some(60), "lengths of time such as 0s,60s or 1min..5min:60s", seconds)?)
}

/// Resolutions of metrics: `60s`, `20s`, `60s,20s`.
///
/// # Errors
/// What is wrong, with what is wanted.
pub fn resolutions(text: &str) -> Result<Vec<u32>, String> {
    let wanted = "resolutions of metrics: 60s, 20s or 60s,20s";
    narrow(list(text, None, wanted, |text| seconds(text).filter(|seconds| matches!(seconds, 20 | 60)))?)
}

/// The part of a load that is held out: `25%`, or `0` for none.
///
/// # Errors
/// What is wrong.
pub fn held_out(text: &str) -> Result<Ratio, String> {
    part(text).filter(|part| *part < Ratio::ONE).ok_or_else(|| "a part of the load such as 25%, below all of it".into())
}

/// A limit: `requests-over<=0.1%`.
///
/// # Errors
/// What is wrong, with what was meant where that can be guessed.
pub fn limit(text: &str) -> Result<Limit, String> {
    const NAMES: [&str; 5] = ["requests-over", "time-over", "lost", "max", "latency"];
    let Some((name, most)) = text.split_once("<=").map(|(name, most)| (name.trim(), most.trim())) else {
        return Err("a limit is a name, <= and the most it may be, such as requests-over<=0.1%".to_string());
    };
    let measure = |measure: Measure| match (most, part(most)) {
        ("now", _) => Ok(Limit::AsNow(measure)),
        (_, Some(part)) => Ok(Limit::AtMost(measure, part)),
        _ => Err(format!("{name} is at most a percentage, such as {name}<=0.1%, or as now: {name}<=now")),
    };
    match name {
        "requests-over" => measure(Measure::RequestsOver),
        "time-over" => measure(Measure::TimeOver),
        "lost" => measure(Measure::Lost),
        "max" => most.parse().map(Limit::Peak).map_err(|_| "max is a count of tasks, such as max<=12".to_string()),
        "latency" => {
            seconds(most).map(Limit::Latency).ok_or_else(|| "latency is a time, such as latency<=5min".to_string())
        }
        _ => {
            let meant = did_you_mean(name, NAMES).unwrap_or_else(|| format!("limits are {}", NAMES.join(", ")));
            Err(format!("`{name}` is no limit; {meant}"))
        }
    }
}

/// A percentage from 0 to 100, or a bare 0.
fn part(text: &str) -> Option<Ratio> {
    if text == "0" {
        return Some(Ratio::ZERO);
    }
    let percent = Ratio::parse(text.strip_suffix('%')?.trim())?;
    (!percent.is_negative() && percent <= Ratio::whole(100)).then(|| percent / Ratio::whole(100))
}

/// Seconds of a length of time; a bare number is seconds.
fn seconds(text: &str) -> Option<u64> {
    let end = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: u64 = number.parse().ok()?;
    let unit = match (unit.trim(), Period::parse(unit.trim())) {
        ("", _) => 1,
        (_, Some(Period::Seconds(seconds))) => seconds,
        _ => return None,
    };
    number.checked_mul(unit)
}

/// Values and ranges with steps, separated by commas; each value once, in order.
fn list(
    text: &str,
    usual_step: Option<u64>,
    wanted: &str,
    value: impl Fn(&str) -> Option<u64>,
) -> Result<Vec<u64>, String> {
    let wrong = || format!("`{text}` is not what is wanted here: write {wanted}");
    let mut values = Vec::new();
    for part in text.split(',').map(str::trim) {
        let Some((first, rest)) = part.split_once("..") else {
            values.push(value(part).ok_or_else(wrong)?);
            continue;
        };
        let (last, step) = match rest.split_once(':') {
            Some((last, step)) => (last, Some(value(step.trim()).ok_or_else(wrong)?)),
            None => (rest, usual_step),
        };
        let (first, last) = (value(first.trim()).ok_or_else(wrong)?, value(last.trim()).ok_or_else(wrong)?);
        let step = step.filter(|&step| step > 0).ok_or_else(|| format!("`{part}` needs a step: write {wanted}"))?;
        if first > last {
            return Err(format!("`{part}` ends before it begins: write {wanted}"));
        }
        if (last - first) / step >= MOST as u64 {
            return Err(format!("`{part}` is more than {MOST} values: take a wider step"));
        }
        values.extend((0..=(last - first) / step).map(|times| first + times * step));
    }
    values.sort_unstable();
    values.dedup();
    if values.len() > MOST {
        Err(format!("`{text}` is more than {MOST} values: take a wider step"))
    } else {
        Ok(values)
    }
}

fn narrow(values: Vec<u64>) -> Result<Vec<u32>, String> {
    let narrow = |value: u64| u32::try_from(value).map_err(|_| format!("{value} is too large"));
    values.into_iter().map(narrow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_to_try() {
        for (text, want) in [
            ("40%..80%:20%", Ok(vec![400_000, 600_000, 800_000])),
            ("40%..52%", Ok(vec![400_000, 450_000, 500_000])),
            ("70%, 50%,70%", Ok(vec![500_000, 700_000])),
            ("62.5%", Ok(vec![625_000])),
            ("400..600:100", Ok(vec![400_000_000, 500_000_000, 600_000_000])),
            ("400..600", Err("`400..600` needs a step")),
            ("80%..40%", Err("`80%..40%` ends before it begins")),
            ("40..80%", Err("`40..80%` is not what is wanted here")),
            ("0%", Err("`0%` is not what is wanted here")),
            ("1%..99%:0.001%", Err("`1%..99%:0.001%` is more than 1000 values")),
            ("", Err("`` is not what is wanted here")),
        ] {
            match (targets(text), want) {
                (Ok(got), Ok(want)) => assert_eq!((got.values, got.percent), (want, text.contains('%')), "{text}"),
                (Err(got), Err(want)) => assert!(got.starts_with(want), "{text}: {got}"),
                (got, want) => panic!("{text}: {got:?}, not {want:?}"),
            }
        }
        assert_eq!(counts("1..3,8"), Ok(vec![1, 2, 3, 8]));
        assert_eq!(counts("2..8:3"), Ok(vec![2, 5, 8]));
        assert!(counts("two").is_err() && counts("1..").is_err() && counts("5000000000").is_err());
        assert_eq!(lengths("0s,60s"), Ok(vec![0, 60]));
        assert_eq!(lengths("1min..5min:2min"), Ok(vec![60, 180, 300]));
        assert_eq!(lengths("0,300"), Ok(vec![0, 300]));
        assert!(lengths("60x").is_err() && lengths("1month").is_err());
        assert_eq!(resolutions("20s,60s"), Ok(vec![20, 60]));
        assert!(resolutions("30s").is_err());
        assert_eq!(held_out("25%"), Ok(Ratio::new(1, 4)));
        assert!(held_out("100%").is_err() && held_out("1").is_err());
    }

    #[test]
    fn limits() {
        for (text, want) in [
            ("requests-over<=0.1%", Ok(Limit::AtMost(Measure::RequestsOver, Ratio::new(1, 1_000)))),
            ("time-over <= 1%", Ok(Limit::AtMost(Measure::TimeOver, Ratio::new(1, 100)))),
            ("time-over<=now", Ok(Limit::AsNow(Measure::TimeOver))),
            ("lost<=0", Ok(Limit::AtMost(Measure::Lost, Ratio::ZERO))),
            ("max<=12", Ok(Limit::Peak(12))),
            ("latency<=5min", Ok(Limit::Latency(300))),
            ("lost<0", Err("a limit is a name, <=")),
            ("lost<=101%", Err("lost is at most a percentage")),
            ("request-over<=1%", Err("`request-over` is no limit; did you mean \"requests-over\"?")),
            ("cost<=1", Err("`cost` is no limit; ")),
            ("max<=many", Err("max is a count of tasks")),
            ("latency<=soon", Err("latency is a time")),
        ] {
            match (limit(text), want) {
                (Ok(got), Ok(want)) => assert_eq!(got, want, "{text}"),
                (Err(got), Err(want)) => assert!(got.starts_with(want), "{text}: {got}"),
                (got, want) => panic!("{text}: {got:?}, not {want:?}"),
            }
        }
    }
}
