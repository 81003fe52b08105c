//! The stack file: TOML in, a [`Stack`] out.
//!
//! The top level has `name`, `region`, `month`, `baseline`; tables `[account]`, `[prices]`,
//! `[scenario.NAME]`; and components, `[TYPE.NAME]`. Each type has one file here, which reads its
//! keys. A key nobody asks for is an error.

mod account;
mod alb;
mod autoscaling;
mod calibrate;
mod cloudwatch;
mod ecr;
mod elasticache;
mod fargate;
mod neighbours;
mod prices;
mod rds;

pub use crate::schedule::{FileKind, Named};
pub use autoscaling::Autoscaled;
pub use calibrate::{Calibrated, Left, calibrate};
pub(crate) use cloudwatch::{read_compression, retention_days};

use crate::classes::Classes;
use crate::owned::Owned;
use crate::problem::{Problem, Problems, did_you_mean};
use crate::scalar;
use crate::schedule::Clock;
use crate::tree::{self, Entry, Node, Reader, Table, Value, unknown_key};
use stackcost_model::meter::Region;
use stackcost_model::price::Price;
use stackcost_model::services::{Component, ExtendedSupport, InstanceClass};
use stackcost_model::stack::Stack;
use stackcost_model::time::{Date, Horizon};
use std::cell::RefCell;

/// What a stack file cannot know by itself.
pub struct Env<'a> {
    /// Which database and cache classes there are.
    pub classes: &'a Classes,
    /// Reads a file that the stack file names (a timeline, a trace), or says in a sentence why it cannot.
    pub load: &'a dyn Fn(&Named<'_>) -> Result<Vec<u8>, String>,
}

impl<'a> Env<'a> {
    /// For stacks that name no other files.
    #[must_use]
    pub fn without_files(classes: &'a Classes) -> Env<'a> {
        Env { classes, load: &|named| Err(format!("cannot read {}: no files can be read here", named.path)) }
    }
}

/// A parsed stack file, before a scenario is chosen.
#[derive(Clone, Debug)]
pub struct StackFile {
    root: Node,
    scenarios: Vec<(String, Table)>,
    sets: Vec<Table>,
}

/// A stack as a scenario has it.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What is to be priced.
    pub stack: Stack,
    /// Rates that the file gives itself.
    pub prices: Vec<Price>,
    /// The date whose prices it asks for.
    pub as_of: Option<Date>,
    /// The commitments that the account owns.
    pub owned: Vec<Owned>,
    /// The services that scale, by the names of their components; what they come to is in the stack.
    pub autoscaled: Vec<(String, Autoscaled)>,
}

/// The name the stack itself has among its scenarios, unless the file gives one.
pub const BASELINE: &str = "baseline";

impl StackFile {
    /// Reads a document. `name` is what messages call it: its path.
    ///
    /// # Errors
    /// What is not TOML, and scenarios that are no tables.
    pub fn parse(name: &str, content: &str) -> Result<StackFile, Problems> {
        let mut root = tree::parse(name, content)?;
        let mut scenarios = Vec::new();
        if let Value::Table(table) = &mut root.value
            && let Some(at) = table.entries.iter().position(|entry| entry.key == "scenario")
        {
            let Value::Table(found) = table.entries.remove(at).node.value else {
                return Err(Problem::new(&root.at, "`scenario` holds tables")
                    .help("write [scenario.\"a name\"]")
                    .into());
            };
            for Entry { key, node, key_at } in found.entries {
                let named = !key.trim().is_empty() && !key.chars().any(char::is_control);
                match node.value {
                    Value::Table(over) if named => scenarios.push((key, over)),
                    Value::Table(_) => return Err(Problem::new(&key_at, "a scenario needs a printable name").into()),
                    other => {
                        let message = format!("a scenario is a table, not {}", other.kind());
                        return Err(Problem::new(&node.at, message).help("write [scenario.\"a name\"]").into());
                    }
                }
            }
        }
        let file = StackFile { root, scenarios, sets: Vec::new() };
        let baseline = file.baseline()?;
        if let Some((_, over)) = file.scenarios.iter().find(|(name, _)| *name == baseline) {
            let at = over.entries.first().map_or(&file.root.at, |entry| &entry.key_at);
            let problem = Problem::new(at, format!("the stack itself is called \"{baseline}\" among its scenarios"));
            return Err(problem
                .help("give this scenario another name, or the stack one with baseline = \"...\"")
                .into());
        }
        Ok(file)
    }

    /// Lays a file of an account under the scenarios: what the account pays, for all its stacks. It has tables
    /// `[account]` and `[prices]`, as a stack file has them; key by key it goes before the stack file.
    ///
    /// # Errors
    /// What is not TOML, and keys that are not of an account.
    pub fn of_account(&mut self, name: &str, content: &str) -> Result<(), Problems> {
        let file = tree::parse(name, content)?;
        let table = Reader::new(&file, "the file of an account")?;
        let parts = [table.opt("account"), table.opt("prices")];
        table.finish()?;
        if parts.iter().all(Option::is_none) {
            let problem = Problem::of_text(format!("{name} says nothing of an account"));
            return Err(problem.help("write a table [account], or [prices], as in a stack file").into());
        }
        if let (Value::Table(root), Value::Table(over)) = (&mut self.root.value, &file.value) {
            root.merge(over);
        }
        Ok(())
    }

    /// Sets a value over the file and all scenarios: `fargate.api.tasks=8`. What is no TOML value
    /// (`30d`, `0.5 GB`) is taken as text.
    ///
    /// # Errors
    /// What has no `=`, or a key that is none.
    pub fn set(&mut self, assignment: &str) -> Result<(), Problems> {
        let Some((key, value)) = assignment.split_once('=') else {
            let problem = Problem::of_text(format!("`--set {assignment}` has no value"));
            return Err(problem.help("write --set fargate.api.tasks=8").into());
        };
        let (key, value) = (key.trim(), value.trim());
        if key.split('.').next() == Some("scenario") {
            let problem = Problem::of_text("`--set` goes over the stack and all its scenarios");
            return Err(problem.help("choose a scenario with --scenario, and set the key itself").into());
        }
        let as_is = format!("{key} = {value}");
        let quoted = format!("{key} = \"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
        let looks_plain = !value.starts_with(['{', '[', '"', '\'']);
        let parsed = match tree::parse("--set", &as_is) {
            // 2026-10-01 is a TOML date, but here only text is wanted of it.
            Ok(node) if !(looks_plain && holds_date(&node)) => Ok(node),
            Err(problems) if !looks_plain => Err(problems),
            _ => tree::parse("--set", &quoted),
        };
        match parsed?.value {
            Value::Table(table) => self.sets.push(table),
            _ => return Err(Problem::of_text(format!("`--set {assignment}` sets nothing")).into()),
        }
        Ok(())
    }

    /// Gives `tasks` of a Fargate component another value of a key, as an option of a command line has
    /// it that is named as the key is: `load_unit` is told of as `--load-unit`. A `trace` of that kind is
    /// not relative to the stack file.
    ///
    /// # Errors
    /// A component, key or value that cannot be written as TOML.
    pub fn set_tasks(&mut self, component: &str, key: &str, value: &str) -> Result<(), Problems> {
        let quoted = |text: &str| toml_edit::Value::from(text).to_string();
        let assignment = format!("fargate.{}.tasks.{key} = {}", quoted(component), quoted(value));
        let option = format!("--{}", key.replace('_', "-"));
        if let Value::Table(table) = tree::parse(&option, &assignment)?.value {
            self.sets.push(table);
        }
        Ok(())
    }

    /// The names of the Fargate components of the stack itself.
    pub fn fargate(&self) -> impl Iterator<Item = &str> {
        let found = match &self.root.value {
            Value::Table(table) => table.get("fargate"),
            _ => None,
        };
        let entries = match found.map(|node| &node.value) {
            Some(Value::Table(parts)) => &parts.entries[..],
            _ => &[],
        };
        entries.iter().map(|entry| entry.key.as_str())
    }

    /// The names of the scenarios, in the order of the file.
    pub fn scenarios(&self) -> impl Iterator<Item = &str> {
        self.scenarios.iter().map(|(name, _)| name.as_str())
    }

    /// What the stack itself is called among its scenarios.
    ///
    /// # Errors
    /// A `baseline` that is no text.
    pub fn baseline(&self) -> Result<String, Problems> {
        let Value::Table(table) = &self.root.value else { return Ok(BASELINE.to_string()) };
        let named = table.get("baseline").map(|node| scalar::string(node).map(str::to_string)).transpose()?;
        Ok(named.unwrap_or_else(|| BASELINE.to_string()))
    }

    /// The stack as it is (`None`) or as a scenario has it.
    ///
    /// # Errors
    /// Everything that is wrong with it, and a scenario that is not in the file.
    pub fn resolve(&self, scenario: Option<&str>, env: &Env<'_>) -> Result<Resolved, Problems> {
        let mut root = self.root.clone();
        if let Value::Table(table) = &mut root.value {
            if let Some(name) = scenario.filter(|name| self.baseline().as_deref() != Ok(name)) {
                let over = self.scenario(name)?;
                if let Some(entry) = over.entries.iter().find(|entry| entry.key == "baseline") {
                    let problem = Problem::new(&entry.key_at, "`baseline` names the stack itself, not a scenario");
                    return Err(problem.help("write it at the top of the file").into());
                }
                table.merge(over);
            }
            for set in &self.sets {
                table.merge(set);
            }
        }
        read(&root, env)
    }

    fn scenario(&self, name: &str) -> Result<&Table, Problems> {
        if let Some((_, table)) = self.scenarios.iter().find(|(known, _)| known == name) {
            return Ok(table);
        }
        let problem = Problem::of_text(format!("there is no scenario \"{name}\""));
        let known: Vec<&str> = self.scenarios().collect();
        let help = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| match known[..] {
            [] => "the stack file has no scenarios".to_string(),
            _ => format!("the stack file has: {}", known.join(", ")),
        });
        Err(problem.help(help).into())
    }
}

fn holds_date(node: &Node) -> bool {
    match &node.value {
        Value::Date(_) => true,
        Value::Table(table) => table.entries.iter().any(|entry| holds_date(&entry.node)),
        _ => false,
    }
}

/// What the reader of a component is given.
struct Part<'a> {
    table: Reader<'a>,
    clock: Clock<'a>,
    region: Region,
    classes: &'a Classes,
    /// What a service that scales is told by, beside its component.
    autoscaled: &'a RefCell<Option<Autoscaled>>,
}

impl Part<'_> {
    fn horizon(&self) -> Horizon {
        self.clock.horizon
    }

    /// A class of a service, or the nearest ones.
    fn class(&self, node: &Node, service: &str) -> Result<InstanceClass, Problem> {
        let name = scalar::string(node)?;
        self.classes.get(service, name).ok_or_else(|| {
            let problem = Problem::new(&node.at, format!("there is no class \"{name}\" of {service}"));
            match did_you_mean(name, self.classes.names(service)) {
                Some(guess) => problem.help(guess),
                None => problem.help("classes are written like db.t4g.micro or cache.r7g.large"),
            }
        })
    }

    /// The year of extended support that RDS and ElastiCache bill.
    fn extended_support(&self) -> Result<Option<ExtendedSupport>, Problem> {
        let words = [
            ("year 1", ExtendedSupport::Years1To2),
            ("year 2", ExtendedSupport::Years1To2),
            ("year 3", ExtendedSupport::Year3),
        ];
        self.table.read("extended_support", |node| scalar::word(node, "year of extended support", &words))
    }
}

type ReadComponent = fn(&Part<'_>) -> Result<Component, Problem>;

/// The component types, with what they are called in a stack file.
const TYPES: &[(&str, ReadComponent)] = &[
    ("fargate", fargate::read),
    ("rds", rds::read),
    ("elasticache", elasticache::read),
    ("alb", alb::read),
    ("nlb", alb::read_nlb),
    ("ecr", ecr::read),
    ("cloudwatch", cloudwatch::read),
    ("nat_gateway", neighbours::nat_gateway),
    ("public_ipv4", neighbours::public_ipv4),
    ("data_transfer", neighbours::data_transfer),
    ("secrets_manager", neighbours::secrets_manager),
    ("sns", neighbours::sns),
    ("kms", neighbours::kms),
];

/// The names of the component types.
pub fn component_types() -> impl Iterator<Item = &'static str> + Clone {
    TYPES.iter().map(|(name, _)| *name)
}

fn read(root: &Node, env: &Env<'_>) -> Result<Resolved, Problems> {
    let table = Reader::new(root, "the stack file")?;
    let name_node = table.need("name", "\"news-api\"")?;
    let name = scalar::string(name_node)?.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Problem::new(&name_node.at, "a name is printable text").into());
    }
    let region = region(table.need("region", "\"us-east-1\"")?)?;
    let horizon = table.read("month", horizon)?.unwrap_or(Horizon::AverageMonth);
    table.read("baseline", |node| scalar::string(node).map(str::to_string))?;
    let mut stack = Stack::new(name, region, horizon);
    let (mut problems, mut autoscaled) = (Vec::new(), Vec::new());
    let mut owned = Vec::new();
    if let Some(node) = table.opt("account") {
        (stack.account, owned) = account::read(node, region)?;
    }
    let (prices, as_of) = match table.opt("prices") {
        Some(node) => prices::read(node, region)?,
        None => (Vec::new(), None),
    };
    const OTHERS: [&str; 6] = ["name", "region", "month", "baseline", "account", "prices"];
    for entry in &table.table.entries {
        if OTHERS.contains(&entry.key.as_str()) {
            continue;
        }
        let Some((kind, read)) = TYPES.iter().find(|(kind, _)| *kind == entry.key) else {
            let known = OTHERS.into_iter().chain(["scenario"]).chain(component_types());
            problems.push(unknown_key(entry, "the stack file", known));
            continue;
        };
        let Value::Table(parts) = &entry.node.value else {
            let message = format!("`{kind}` holds components, not {}", entry.node.value.kind());
            problems.push(Problem::new(&entry.key_at, message).help(format!("write [{kind}.NAME]")));
            continue;
        };
        for part in &parts.entries {
            let component = format!("{kind}.{}", part.key);
            let scales = RefCell::new(None);
            match read_part(part, &component, &stack, env, (*read, &scales)) {
                Ok(read) => stack.add(&component, read),
                Err(problem) => problems.push(problem),
            }
            autoscaled.extend(scales.into_inner().map(|scales| (component, scales)));
        }
    }
    if problems.is_empty() { Ok(Resolved { stack, prices, as_of, owned, autoscaled }) } else { Err(Problems(problems)) }
}

fn read_part(
    entry: &Entry,
    name: &str,
    stack: &Stack,
    env: &Env<'_>,
    (read, autoscaled): (ReadComponent, &RefCell<Option<Autoscaled>>),
) -> Result<Component, Problem> {
    let table = Reader::new(&entry.node, format!("[{name}]"))
        .map_err(|problem| problem.help(format!("write [{name}], then the keys of the component")))?;
    // A header's own span is more telling than the empty one of its table.
    let table = table.found_at(entry.key_at.clone());
    if entry.key.is_empty() || entry.key.chars().any(char::is_control) {
        return Err(Problem::new(&entry.key_at, "a name is printable text"));
    }
    let clock = Clock { horizon: stack.horizon, load: env.load };
    let part = Part { table, clock, region: stack.region, classes: env.classes, autoscaled };
    let component = read(&part)?;
    part.table.finish()?;
    Ok(component)
}

fn region(node: &Node) -> Result<Region, Problem> {
    crate::problem::region(scalar::string(node)?).map_err(|problem| problem.and(&node.at))
}

fn horizon(node: &Node) -> Result<Horizon, Problem> {
    scalar::string(node)?.parse().map_err(|error: stackcost_model::time::BadHorizon| {
        Problem::new(&node.at, "this is no month").help(error.to_string())
    })
}
