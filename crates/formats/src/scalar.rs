//! Values with units: `"100 MB/day"`, `"0.25 vCPU"`, `"25/s"`, `"70%"`.
//!
//! | written | read as |
//! |---|---|
//! | `GB`, `GiB` | what AWS bills as a GB: 2³⁰ bytes |
//! | `MB`, `KB`, `B` | thousandths of it, as AWS's examples reckon (100 MB a day for 30 days is 3 GB) |
//! | `MiB`, `KiB` | 1/1024 of the next larger one |
//! | `TB`, `TiB`, `PB` | 1,024 of the next smaller one, as AWS's tiers reckon |
//! | `k`, `M`, `B` after a count | thousand, million, (US) billion |
//! | `/s`, `/min`, `/h`, `/day`, `/week`, `/month` | how often; nothing means a month |

use crate::problem::{Problem, did_you_mean};
use crate::tree::{Node, Value};
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::money::Usd;
use stackcost_model::time::{self, DAY, HOUR, Horizon, WEEK};

/// No quantity of a stack is larger: a typing error, not a workload.
const ABSURD: i64 = 1_000_000_000_000_000;

/// How often something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    Seconds(u64),
    /// A twelfth of a year: the horizon's month.
    Month,
}

impl Period {
    pub(crate) fn parse(text: &str) -> Option<Period> {
        Some(match text {
            "s" | "sec" | "second" | "seconds" => Period::Seconds(1),
            "min" | "minute" | "minutes" => Period::Seconds(60),
            "h" | "hour" | "hours" => Period::Seconds(HOUR),
            "d" | "day" | "days" => Period::Seconds(DAY),
            "w" | "week" | "weeks" => Period::Seconds(WEEK),
            "mo" | "month" | "months" => Period::Month,
            _ => return None,
        })
    }

    /// How many times the period fits in the horizon.
    fn times(self, horizon: Horizon) -> Ratio {
        match self {
            Period::Seconds(seconds) => Ratio::from(horizon.seconds()) / Ratio::from(seconds),
            Period::Month => horizon.months(),
        }
    }

    /// How many times it fits in an hour; of a month, in an hour of it.
    fn per_hour(self, horizon: Horizon) -> Ratio {
        self.times(horizon) / horizon.hours()
    }
}

/// `number`, `unit` and `period` of a text such as `1.5 GB/day`.
struct Parts<'a> {
    number: Ratio,
    unit: &'a str,
    period: Option<Period>,
}

fn parts<'a>(node: &'a Node, wanted: &str) -> Result<Parts<'a>, Problem> {
    let text = match &node.value {
        Value::String(text) | Value::Number(text) => text.trim(),
        other => return Err(wrong(node, wanted).label(format!("{} here", other.kind()))),
    };
    let end = text
        .char_indices()
        .find(|&(at, sign)| {
            !(sign.is_ascii_digit() || sign == '.' || sign == '_' || (at == 0 && (sign == '-' || sign == '+')))
        })
        .map_or(text.len(), |(at, _)| at);
    let (number, rest) = text.split_at(end);
    let number = Ratio::parse(number).ok_or_else(|| wrong(node, wanted))?;
    if number.is_negative() {
        return Err(Problem::new(&node.at, "a quantity cannot be negative").help(format!("write {wanted}")));
    }
    if number > Ratio::whole(ABSURD) {
        return Err(Problem::new(&node.at, "this is more than any stack uses").help(format!("write {wanted}")));
    }
    let (unit, period) = match rest.split_once('/') {
        Some((unit, period)) => {
            let period = period.trim();
            let known = Period::parse(period).ok_or_else(|| {
                Problem::new(&node.at, format!("`{period}` is no period of time"))
                    .help("periods are s, min, h, day, week, month")
            })?;
            (unit.trim(), Some(known))
        }
        None => (rest.trim(), None),
    };
    Ok(Parts { number, unit, period })
}

fn wrong(node: &Node, wanted: &str) -> Problem {
    let written = match &node.value {
        Value::String(text) => format!("\"{text}\""),
        Value::Number(text) => text.clone(),
        other => other.kind().to_string(),
    };
    Problem::new(&node.at, format!("{written} is not what is wanted here")).help(format!("write {wanted}"))
}

fn wrong_unit(node: &Node, unit: &str, wanted: &str) -> Problem {
    if unit.is_empty() {
        return Problem::new(&node.at, "the unit is missing").help(format!("write {wanted}"));
    }
    Problem::new(&node.at, format!("`{unit}` is no unit that fits here")).help(format!("write {wanted}"))
}

/// GB in one of a unit of data.
fn gb_in(unit: &str) -> Option<Ratio> {
    Some(match unit {
        "B" => Ratio::new(1, 1_000_000_000),
        "KB" | "kB" => Ratio::new(1, 1_000_000),
        "MB" => Ratio::new(1, 1_000),
        "KiB" => Ratio::new(1, 1 << 20),
        "MiB" => Ratio::new(1, 1 << 10),
        "GB" | "GiB" => Ratio::ONE,
        "TB" | "TiB" => Ratio::whole(1 << 10),
        "PB" | "PiB" => Ratio::whole(1 << 20),
        _ => return None,
    })
}

fn count_in(unit: &str) -> Option<Ratio> {
    Some(match unit {
        "" => Ratio::ONE,
        "k" | "K" => Ratio::whole(1_000),
        "M" => Ratio::whole(1_000_000),
        "B" => Ratio::whole(1_000_000_000),
        _ => return None,
    })
}

/// A size in GB. A bare number is one only where AWS's own settings are bare (`bare_gb`).
pub(crate) fn gb(node: &Node, bare_gb: bool, example: &str) -> Result<Ratio, Problem> {
    let wanted = format!("a size such as {example}");
    let parts = parts(node, &wanted)?;
    let factor = match gb_in(parts.unit) {
        Some(factor) if parts.period.is_none() => factor,
        None if parts.unit.is_empty() && parts.period.is_none() && bare_gb => Ratio::ONE,
        _ if parts.period.is_some() => {
            return Err(
                Problem::new(&node.at, "this is a size, not an amount per time").help(format!("write {wanted}"))
            );
        }
        _ => return Err(wrong_unit(node, parts.unit, &wanted)),
    };
    Ok(parts.number * factor)
}

/// GB that flow over the horizon.
pub(crate) fn gb_flow(node: &Node, horizon: Horizon) -> Result<Ratio, Problem> {
    let wanted = "an amount of data and how often, such as \"100 MB/day\" or \"50 GB/month\"";
    let parts = parts(node, wanted)?;
    let factor = match gb_in(parts.unit) {
        Some(factor) => factor,
        None if parts.number.is_zero() && parts.unit.is_empty() => Ratio::ZERO,
        None => return Err(wrong_unit(node, parts.unit, wanted)),
    };
    Ok(parts.number * factor * parts.period.unwrap_or(Period::Month).times(horizon))
}

/// GB an hour.
pub(crate) fn gb_per_hour(node: &Node, horizon: Horizon) -> Result<Ratio, Problem> {
    let wanted = "an amount of data and how often, such as \"1 GB/h\" or \"300 KB/s\"";
    let parts = parts(node, wanted)?;
    if parts.number.is_zero() && parts.unit.is_empty() {
        return Ok(Ratio::ZERO);
    }
    match (gb_in(parts.unit), parts.period) {
        (Some(factor), Some(period)) => Ok(parts.number * factor * period.per_hour(horizon)),
        _ => Err(wrong_unit(node, parts.unit, wanted)),
    }
}

/// Things that happen, over the horizon.
pub(crate) fn count_flow(node: &Node, horizon: Horizon) -> Result<Ratio, Problem> {
    let wanted = "a count and how often, such as \"10M/month\" or \"30/s\"";
    let parts = parts(node, wanted)?;
    let factor = count_in(parts.unit).ok_or_else(|| wrong_unit(node, parts.unit, wanted))?;
    Ok(parts.number * factor * parts.period.unwrap_or(Period::Month).times(horizon))
}

/// Things that happen each second.
pub(crate) fn per_second(node: &Node, horizon: Horizon) -> Result<Ratio, Problem> {
    let wanted = "how many and how often, such as \"25/s\" or \"600/min\"";
    let parts = parts(node, wanted)?;
    let factor = count_in(parts.unit).ok_or_else(|| wrong_unit(node, parts.unit, wanted))?;
    match parts.period {
        Some(period) => Ok(parts.number * factor * period.per_hour(horizon) / Ratio::from(HOUR)),
        None if parts.number.is_zero() => Ok(Ratio::ZERO),
        None => Err(Problem::new(&node.at, "how often is missing").help(format!("write {wanted}"))),
    }
}

/// Things that happen each day of the average year, whatever the horizon.
pub(crate) fn per_average_day(node: &Node) -> Result<Ratio, Problem> {
    let wanted = "how many and how often, such as \"10/week\" or \"40/month\"";
    let parts = parts(node, wanted)?;
    let factor = count_in(parts.unit).ok_or_else(|| wrong_unit(node, parts.unit, wanted))?;
    let days = match parts.period {
        Some(Period::Seconds(seconds)) => Ratio::from(seconds) / Ratio::from(DAY),
        Some(Period::Month) => Ratio::new(365, 12),
        None => return Err(Problem::new(&node.at, "how often is missing").help(format!("write {wanted}"))),
    };
    Ok(parts.number * factor / days)
}

/// A plain number, possibly with `k`, `M` or `B`.
pub(crate) fn number(node: &Node, example: &str) -> Result<Ratio, Problem> {
    let wanted = format!("a number such as {example}");
    let parts = parts(node, &wanted)?;
    match (count_in(parts.unit), parts.period) {
        (Some(factor), None) => Ok(parts.number * factor),
        _ => Err(wrong_unit(node, parts.unit, &wanted)),
    }
}

/// Hours used, such as vCPU-hours: a number with that unit, or bare; over the horizon.
pub(crate) fn unit_flow(node: &Node, unit: &str, horizon: Horizon, example: &str) -> Result<Ratio, Problem> {
    let wanted = format!("an amount such as {example}");
    let parts = parts(node, &wanted)?;
    if !(parts.unit.is_empty() || parts.unit.eq_ignore_ascii_case(unit)) {
        return Err(wrong_unit(node, parts.unit, &wanted));
    }
    Ok(parts.number * parts.period.unwrap_or(Period::Month).times(horizon))
}

/// A whole number from `least` to `most`.
pub(crate) fn whole(node: &Node, least: u32, most: u32) -> Result<u32, Problem> {
    let wanted = format!("a whole number from {least} to {most}");
    let Value::Number(text) = &node.value else { return Err(wrong(node, &wanted)) };
    text.replace('_', "")
        .parse::<u32>()
        .ok()
        .filter(|value| (least..=most).contains(value))
        .ok_or_else(|| wrong(node, &wanted))
}

/// The most of anything that is counted one by one.
pub(crate) const MOST: u32 = 1_000_000;

/// A share between nothing and all.
pub(crate) fn percent(node: &Node) -> Result<Ratio, Problem> {
    let wanted = "a share from \"0%\" to \"100%\"";
    let parts = parts(node, wanted)?;
    if parts.unit != "%" || parts.period.is_some() || parts.number > Ratio::whole(100) {
        return Err(wrong(node, wanted));
    }
    Ok(parts.number / Ratio::whole(100))
}

/// Whole percent from `least` to `most`, which may be more than all.
pub(crate) fn whole_percent(node: &Node, least: u32, most: u32) -> Result<u32, Problem> {
    let wanted = format!("whole percent from \"{least}%\" to \"{most}%\"");
    let parts = parts(node, &wanted)?;
    if parts.unit != "%" || parts.period.is_some() {
        return Err(wrong_unit(node, parts.unit, &wanted));
    }
    let percent = to_u32(node, parts.number, &wanted)?;
    if (least..=most).contains(&percent) { Ok(percent) } else { Err(wrong(node, &wanted)) }
}

/// Dollars: `75`, `"75.50"`, `"75 USD"`.
pub(crate) fn usd(node: &Node) -> Result<Usd, Problem> {
    let wanted = "dollars such as 75, \"75.50\" or \"75 USD\"";
    let parts = parts(node, wanted)?;
    if !matches!(parts.unit, "" | "USD") || parts.period.is_some() {
        return Err(wrong_unit(node, parts.unit, wanted));
    }
    let exact = Some(parts.number).filter(|usd| usd.fits(Usd::PLACES)).ok_or_else(|| {
        Problem::new(&node.at, "dollars have at most twelve decimals").help(format!("write {wanted}"))
    })?;
    Usd::round(exact).ok_or_else(|| {
        Problem::new(&node.at, "this is more than a million million dollars").help(format!("write {wanted}"))
    })
}

/// Things that happen each minute; a bare number is that many.
pub(crate) fn per_minute(node: &Node) -> Result<Ratio, Problem> {
    let wanted = "how many a minute, such as 1000, \"1000/min\" or \"20/s\"";
    let parts = parts(node, wanted)?;
    let factor = count_in(parts.unit).ok_or_else(|| wrong_unit(node, parts.unit, wanted))?;
    match parts.period.unwrap_or(Period::Seconds(60)) {
        Period::Seconds(seconds) => Ok(parts.number * factor * Ratio::from(60_u32) / Ratio::from(seconds)),
        Period::Month => Err(wrong(node, wanted)),
    }
}

/// A length of time in seconds.
pub(crate) fn duration(node: &Node, example: &str) -> Result<Ratio, Problem> {
    let wanted = format!("a length of time such as {example}");
    let parts = parts(node, &wanted)?;
    match (Period::parse(parts.unit), parts.period) {
        (Some(Period::Seconds(seconds)), None) => Ok(parts.number * Ratio::from(seconds)),
        _ => Err(wrong_unit(node, parts.unit, &wanted)),
    }
}

/// Whole days.
pub(crate) fn days(node: &Node, example: &str) -> Result<u32, Problem> {
    let seconds = duration(node, example)?;
    let days = seconds / Ratio::from(DAY);
    days.to_whole()
        .and_then(|days| u32::try_from(days).ok())
        .ok_or_else(|| wrong(node, &format!("whole days such as {example}")))
}

/// CPU units: `256`, `"256"` (1,024 are one vCPU) or `"0.25 vCPU"`.
pub(crate) fn cpu_units(node: &Node) -> Result<u32, Problem> {
    let wanted = "\"0.25 vCPU\", or CPU units such as 256";
    let parts = parts(node, wanted)?;
    let units = match parts.unit {
        "vCPU" | "vcpu" | "VCPU" | "vCPUs" => parts.number * Ratio::whole(1_024),
        "" if parts.number >= Ratio::whole(128) => parts.number,
        "" => {
            return Err(Problem::new(&node.at, format!("{} CPU units is too small: 1,024 are one vCPU", parts.number))
                .help(format!("did you mean \"{} vCPU\"?", parts.number)));
        }
        other => return Err(wrong_unit(node, other, wanted)),
    };
    to_u32(node, units, wanted)
}

/// MiB of memory: `512`, `"512 MB"` (as in a task definition, where MB are MiB) or `"0.5 GB"`.
pub(crate) fn memory_mib(node: &Node) -> Result<u32, Problem> {
    let wanted = "\"0.5 GB\", or MiB such as 512";
    let parts = parts(node, wanted)?;
    let mib = match parts.unit {
        "MB" | "MiB" => parts.number,
        "GB" | "GiB" => parts.number * Ratio::whole(1_024),
        "" if parts.number >= Ratio::whole(128) => parts.number,
        "" => {
            return Err(Problem::new(&node.at, format!("{} MiB is too small", parts.number))
                .help(format!("did you mean \"{} GB\"?", parts.number)));
        }
        other => return Err(wrong_unit(node, other, wanted)),
    };
    to_u32(node, mib, wanted)
}

fn to_u32(node: &Node, value: Ratio, wanted: &str) -> Result<u32, Problem> {
    value.to_whole().and_then(|value| u32::try_from(value).ok()).ok_or_else(|| wrong(node, wanted))
}

/// Text.
pub(crate) fn string(node: &Node) -> Result<&str, Problem> {
    match &node.value {
        Value::String(text) => Ok(text),
        _ => Err(wrong(node, "text in quotes")),
    }
}

/// `true` or `false`.
pub(crate) fn boolean(node: &Node) -> Result<bool, Problem> {
    match node.value {
        Value::Bool(value) => Ok(value),
        _ => Err(wrong(node, "true or false")),
    }
}

/// A time zone of the IANA database.
pub(crate) fn zone(node: &Node) -> Result<TimeZone, Problem> {
    let name = string(node)?;
    time::zone(name).map_err(|_| {
        let problem = Problem::new(&node.at, format!("no time zone \"{name}\" in the IANA database"));
        match did_you_mean(name, time::zone_names()) {
            Some(guess) => problem.help(guess),
            None => problem.help("zones are written like \"Europe/Berlin\" or \"Etc/UTC\""),
        }
    })
}

/// One of a few words.
pub(crate) fn word<T: Copy>(node: &Node, what: &str, words: &[(&str, T)]) -> Result<T, Problem> {
    let written = string(node)?;
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == written) {
        return Ok(*value);
    }
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let problem = Problem::new(&node.at, format!("\"{written}\" is no {what}"));
    Err(match did_you_mean(written, known.iter().copied()) {
        Some(guess) => problem.help(guess),
        None => problem.help(format!("one of: {}", known.join(", "))),
    })
}
