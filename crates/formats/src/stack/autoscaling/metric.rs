//! What a policy watches: `"70% cpu"`, `"75% memory"`, `"1000/min per target"`, or a plain number of a
//! metric of one's own.

use super::load;
use super::value::{micro, micro_percent, seconds};
use crate::problem::Problem;
use crate::scalar;
use crate::schedule::Clock;
use crate::tree::{Node, Reader, Value};
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{Load, Metric, Micro, Sampling};

/// Settings of a whole set of keys at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Preset {
    /// What AWS's own benchmark of June 2026 comes to: datapoints are seen 150 s after their minute, or
    /// 18 s after 20 s; tasks take 23 s to launch.
    AwsBenchmark2026,
}

impl Preset {
    pub const WORDS: [(&str, Preset); 1] = [("aws-benchmark-2026", Preset::AwsBenchmark2026)];
}

/// Which metric a text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Cpu,
    Memory,
    RequestsPerTarget,
    /// A metric of one's own.
    Own,
}

impl Kind {
    /// Whether it is counted in percent.
    pub fn is_percent(self) -> bool {
        matches!(self, Kind::Cpu | Kind::Memory)
    }
}

/// What a metric is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub kind: Kind,
    pub value: Micro,
}

const WANTED: &str =
    "write \"70% cpu\", \"75% memory\", \"1000/min per target\", or a number for a `metric` of one's own";

/// A level as a target or a threshold is written; `text` is that of the node, or the end of it.
pub(super) fn level(node: &Node, text: &str) -> Result<Level, Problem> {
    let part = |text: &str| Node { value: Value::String(text.to_string()), at: node.at.clone() };
    if let Some((number, of)) = text.split_once('%') {
        let kind = match &*of.trim().to_lowercase() {
            "cpu" => Kind::Cpu,
            "memory" => Kind::Memory,
            "" => return Err(Problem::new(&node.at, "of what, cpu or memory, is missing").help(WANTED)),
            other => return Err(Problem::new(&node.at, format!("`{other}` is no metric in percent")).help(WANTED)),
        };
        let value = scalar::number(&part(number), "70% cpu")? / Ratio::whole(100);
        return Ok(Level { kind, value: micro(node, value)? });
    }
    if let Some((count, rest)) = text.split_once('/') {
        let mut words = rest.split_whitespace();
        let period = words.next().unwrap_or("");
        let of: Vec<&str> = words.collect();
        if !matches!(of[..], [] | ["per", "target"]) {
            let message = format!("`{}` is not what requests are counted by", of.join(" "));
            return Err(Problem::new(&node.at, message).help(WANTED));
        }
        let value = scalar::per_minute(&part(&format!("{count}/{period}")))?;
        return Ok(Level { kind: Kind::RequestsPerTarget, value: micro(node, value)? });
    }
    if !text.starts_with(|sign: char| sign.is_ascii_digit() || matches!(sign, '-' | '+')) {
        return Err(Problem::new(&node.at, format!("\"{text}\" says neither a metric nor a number")).help(WANTED));
    }
    Ok(Level { kind: Kind::Own, value: micro(node, scalar::number(&part(text), "100")?)? })
}

/// The text of a node that may be a bare number.
pub(super) fn text(node: &Node) -> Result<&str, Problem> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Ok(text.trim()),
        other => Err(Problem::new(&node.at, format!("this is text, not {}", other.kind())).help(WANTED)),
    }
}

/// What reading policies needs, and the series that metrics of one's own have added.
pub(super) struct Watch<'a> {
    pub clock: &'a Clock<'a>,
    /// The load that they scale by.
    pub load: &'a Load,
    /// The zone of times that name none.
    pub zone: &'a TimeZone,
    pub preset: Option<Preset>,
    /// The series of [`Metric::Custom`].
    pub custom: Vec<Load>,
    pub remarks: Vec<String>,
}

impl Watch<'_> {
    /// The metric of a kind, with the keys beside it that only that kind has.
    pub fn metric(&mut self, table: &Reader<'_>, kind: Kind, level: &Node) -> Result<Metric, Problem> {
        let memory = ["memory_idle", "memory_busy"].map(|key| (key, table.opt(key)));
        let own = table.opt("metric");
        if kind != Kind::Memory
            && let Some((key, Some(node))) = memory.iter().find(|(_, node)| node.is_some())
        {
            return Err(Problem::new(&node.at, format!("`{key}` goes with memory, which is not watched here"))
                .help("write a target such as \"75% memory\", or leave it out"));
        }
        if kind != Kind::Own
            && let Some(node) = own
        {
            return Err(Problem::new(&node.at, "`metric` is for a metric of one's own, but another is watched")
                .help("give a plain number, such as target = 100, or leave `metric` out"));
        }
        match kind {
            Kind::Cpu => Ok(Metric::Cpu),
            Kind::RequestsPerTarget => Ok(Metric::AlbRequestCountPerTarget),
            Kind::Memory => Ok(Metric::Memory {
                idle: micro_percent(table.need("memory_idle", "\"30%\"")?)?,
                busy: micro_percent(table.need("memory_busy", "\"40%\"")?)?,
            }),
            Kind::Own => {
                let Some(node) = own else {
                    return Err(Problem::new(&level.at, "a plain number says nothing about which metric it is of")
                        .help("write \"70% cpu\", or add metric = { trace = \"queue.csv\" }"));
                };
                self.own(node)
            }
        }
    }

    /// `{ trace = "queue.csv", per_task = true }`.
    fn own(&mut self, node: &Node) -> Result<Metric, Problem> {
        let table = Reader::new(node, "`metric`")?;
        let per_task = table.read("per_task", scalar::boolean)?.unwrap_or(false);
        let (series, remarks) = load::series(&table, self.clock, self.load, self.zone)?;
        table.finish()?;
        self.custom.push(series);
        self.remarks.extend(remarks);
        Ok(Metric::Custom { series: self.custom.len() - 1, per_task })
    }

    /// How a metric is measured: `metric_delay` after a period that was read before.
    pub fn sampling(&self, table: &Reader<'_>, period: u32) -> Result<Sampling, Problem> {
        let usual = if period < 60 { Sampling::HIGH_RESOLUTION } else { Sampling::MINUTE };
        let usual = match (self.preset, period < 60) {
            (None, _) => usual.delay,
            (Some(Preset::AwsBenchmark2026), false) => 150,
            (Some(Preset::AwsBenchmark2026), true) => 18,
        };
        let delay = table.read("metric_delay", |node| seconds(node, "\"60s\"", 0, 300))?;
        Ok(Sampling { period, delay: delay.unwrap_or(usual) })
    }
}
