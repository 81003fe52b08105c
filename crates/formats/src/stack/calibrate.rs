//! A stack file with the quantities of a bill: the user's own text, edited where it says how much.

use super::{Env, Resolved, StackFile, alb, cloudwatch, ecr, elasticache, fargate, neighbours, rds};
use crate::problem::{Problem, Problems};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::UsageType;
use stackcost_model::reconcile::{Line, Part, Reconciliation};
use stackcost_model::services::Component;
use stackcost_model::spend::period_name;
use std::fmt;
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// A key of a component whose value is the quantity of a usage type.
pub(super) struct Quantity {
    /// AWS's usage type without the region; one that ends in `:` stands for all classes.
    pub usage_type: &'static str,
    /// The key; a key of an inner table after a dot.
    pub key: &'static str,
    /// How the quantity is written.
    pub form: Form,
    /// Keys that say the same in other words, and are taken out.
    pub instead_of: &'static [&'static str],
}

/// How a quantity is written over a calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// Hours of a number of things that exist all month, or for some hours of it.
    Hours,
    /// Hours of so many vCPUs a task.
    TasksByVcpu,
    /// Hours of so many GB a task.
    TasksByMemory,
    /// `"37.2 LCU-hours/month"`.
    LcuHours,
    /// `"12 vCPU-hours/month"`.
    VcpuHours,
    /// `"7.5 GB"`.
    Gb,
    /// `"20 GB"` of each of a number of databases.
    GbOfEach,
    /// `"8 GB/month"`.
    GbFlow,
    /// `"8 GB/month"`, billed on both sides.
    GbFlowTwice,
    /// `"1200/month"`.
    CountFlow,
    /// `20`, or `"20.5"`.
    Number,
}

impl Quantity {
    /// A key that nothing else says.
    pub(super) const fn new(usage_type: &'static str, key: &'static str, form: Form) -> Quantity {
        Quantity { usage_type, key, form, instead_of: &[] }
    }

    fn is_of(&self, rest: &str) -> bool {
        rest == self.usage_type || (self.usage_type.ends_with(':') && rest.starts_with(self.usage_type))
    }
}

/// The keys of all component types that are quantities of a bill.
const KEYS: &[(&str, &[Quantity])] = &[
    ("fargate", fargate::QUANTITIES),
    ("rds", rds::QUANTITIES),
    ("elasticache", elasticache::QUANTITIES),
    ("alb", alb::QUANTITIES),
    ("nlb", alb::NLB_QUANTITIES),
    ("ecr", ecr::QUANTITIES),
    ("cloudwatch", cloudwatch::QUANTITIES),
    ("nat_gateway", neighbours::NAT_GATEWAY),
    ("public_ipv4", neighbours::PUBLIC_IPV4),
    ("data_transfer", neighbours::DATA_TRANSFER),
    ("secrets_manager", neighbours::SECRETS_MANAGER),
    ("sns", neighbours::SNS),
    ("kms", neighbours::KMS),
];

/// A stack file as it was billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibrated {
    /// The text.
    pub text: String,
    /// The keys that were written: `fargate.api.tasks`.
    pub set: Vec<String>,
    /// What was left as it is.
    pub left: Vec<Left>,
}

/// A usage type that no key could be given the quantity of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The usage type as the bill writes it.
    pub usage_type: String,
    /// The operation, or empty.
    pub operation: String,
    /// Whose it is, and why.
    pub why: String,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.usage_type, self.why)
    }
}

/// The stack file `text`, called `name`, with the quantities of a bill: an estimate of it has
/// those of the bill for every usage type that one component alone uses and one key can say.
/// Comments stay, but for those beside keys that are taken out. With a scenario, it is the scenario
/// that is changed.
///
/// # Errors
/// What is wrong with the stack file.
pub fn calibrate(name: &str, text: &str, of: &Reconciliation, env: &Env<'_>) -> Result<Calibrated, Problems> {
    let mut document: DocumentMut =
        text.parse().map_err(|error| Problem::of_text(format!("{name}: not valid TOML: {error}")))?;
    put(document.as_table_mut(), "month", period_name(of.month, stackcost_model::bill::Step::Month).into(), &[]);
    // The stack itself has a name among its scenarios.
    let baseline = StackFile::parse(name, text)?.baseline()?;
    let scenario = of.scenario.as_deref().filter(|scenario| *scenario != baseline);
    let mut work = Work { name, scenario, env, document, set: Vec::new(), left: Vec::new() };
    let mut lines: Vec<&Line> = of.lines.iter().filter(|line| line.part == Part::Both).collect();
    // How many there are decides how large each is.
    lines.sort_by_key(|line| (form_of(line), line.usage_type.as_str()));
    for line in &lines {
        work.line(line, &lines)?;
    }
    // A later key may have undone what an earlier one said, or have said what none of its own did.
    let resolved = work.resolve(&work.document)?;
    for line in lines {
        let [component] = &line.components[..] else { continue };
        let known = |left: &Left| left.usage_type == line.usage_type && left.operation == line.operation;
        if used(&resolved, component, line) == line.billed_quantity.to_ratio() {
            work.left.retain(|left| !known(left));
        } else if !work.left.iter().any(known) {
            work.leave(line, format!("{component}: another key changes it, too"));
        }
    }
    Ok(Calibrated { text: work.document.to_string(), set: work.set, left: work.left })
}

struct Work<'a> {
    name: &'a str,
    scenario: Option<&'a str>,
    env: &'a Env<'a>,
    document: DocumentMut,
    set: Vec<String>,
    left: Vec<Left>,
}

impl Work<'_> {
    fn line(&mut self, line: &Line, all: &[&Line]) -> Result<(), Problems> {
        let wanted = line.billed_quantity.to_ratio();
        let [component] = &line.components[..] else {
            self.leave(line, format!("{} share it", line.components.join(" and ")));
            return Ok(());
        };
        let resolved = self.resolve(&self.document)?;
        if used(&resolved, component, line) == wanted {
            return Ok(());
        }
        if matches!(form_of(line), Some(Form::TasksByVcpu | Form::TasksByMemory))
            && let Some(why) = tasks_disagree(&resolved, component, all)
        {
            self.leave(line, format!("{component}: {why}"));
            return Ok(());
        }
        for quantity in keys_of(component, line) {
            for value in values(quantity.form, wanted, &resolved, component, line) {
                let mut changed = self.document.clone();
                if self.change(&mut changed, component, quantity, value).is_none() {
                    continue;
                }
                let Ok(after) = self.resolve(&changed) else { continue };
                if used(&after, component, line) == wanted {
                    self.document = changed;
                    self.set.push(format!("{component}.{}", quantity.key));
                    return Ok(());
                }
            }
        }
        let (billed, unit) = (line.billed_quantity, &line.unit);
        self.leave(line, format!("{component}: no key alone makes it {billed} {unit}"));
        Ok(())
    }

    fn leave(&mut self, line: &Line, why: String) {
        let (usage_type, operation) = (line.usage_type.clone(), line.operation.clone());
        self.left.push(Left { usage_type, operation, why });
    }

    fn resolve(&self, document: &DocumentMut) -> Result<Resolved, Problems> {
        StackFile::parse(self.name, &document.to_string())?.resolve(self.scenario, self.env)
    }

    /// Writes a value of a component; `None` where the file says it in a way that this does not
    /// know.
    fn change(&self, document: &mut DocumentMut, component: &str, quantity: &Quantity, value: Written) -> Option<()> {
        let mut table: &mut dyn TableLike = document.as_table_mut();
        let (kind, name) = component.split_once('.')?;
        let inner = quantity.key.rsplit_once('.').map(|(outer, _)| outer);
        let scenario = self.scenario.into_iter().flat_map(|scenario| ["scenario", scenario]);
        for part in scenario.chain([kind, name]) {
            table = enter(table, part)?;
        }
        match value {
            Written::Of(value) => {
                if let Some(inner) = inner {
                    table = enter(table, inner)?;
                }
                put(table, quantity.key.rsplit('.').next()?, value, quantity.instead_of);
            }
            Written::Things { count, running } => {
                if let Some(count) = count {
                    put(table, quantity.key, count.into(), quantity.instead_of);
                }
                match running {
                    Some(hours) => put(table, "running", inline([("hours_per_month", hours)]), &[]),
                    None => drop(table.remove("running")),
                }
            }
        }
        Some(())
    }
}

/// The table under a key, made if need be.
fn enter<'a>(table: &'a mut dyn TableLike, key: &str) -> Option<&'a mut dyn TableLike> {
    let new = || {
        let mut table = Table::new();
        table.set_dotted(true);
        Item::Table(table)
    };
    table.entry(key).or_insert_with(new).as_table_like_mut()
}

/// Writes a value where it stood, with the remarks around it; takes out what said it otherwise,
/// whose remarks above stay.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value, instead_of: &[&str]) {
    if let Some(Item::Value(old)) = table.get(key) {
        *value.decor_mut() = old.decor().clone();
    }
    let mut above = String::new();
    for other in instead_of {
        let remark = table.key(other).and_then(|key| key.leaf_decor().prefix()?.as_str().map(str::to_string));
        above.extend(remark.filter(|remark| remark.contains('#')));
        table.remove(other);
    }
    match table.get_mut(key) {
        // In place: the key keeps what stands above it.
        Some(known) => *known = Item::Value(value),
        None => drop(table.insert(key, Item::Value(value))),
    }
    if !above.is_empty()
        && let Some(mut key) = table.key_mut(key)
    {
        let own = key.leaf_decor().prefix().and_then(|own| own.as_str()).unwrap_or("").to_string();
        key.leaf_decor_mut().set_prefix(above + &own);
    }
}

fn inline<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::InlineTable(fields.into_iter().collect::<InlineTable>())
}

/// What is written for a quantity.
enum Written {
    Of(Value),
    /// Another number of things, and for how many hours they run; nothing for the whole month.
    Things {
        count: Option<i64>,
        running: Option<Value>,
    },
}

fn keys_of(component: &str, line: &Line) -> impl Iterator<Item = &'static Quantity> {
    let rest = UsageType::parse(&line.usage_type).rest;
    let kind = component.split('.').next().unwrap_or("");
    let keys = KEYS.iter().filter(move |(known, _)| *known == kind).flat_map(|(_, keys)| keys.iter());
    keys.filter(move |quantity| quantity.is_of(&rest)).collect::<Vec<_>>().into_iter()
}

fn form_of(line: &Line) -> Option<Form> {
    keys_of(line.components.first()?, line).map(|quantity| quantity.form).next()
}

/// How much of a line's usage type a component uses.
fn used(resolved: &Resolved, component: &str, line: &Line) -> Ratio {
    let wanted = UsageType::parse(&line.usage_type).rest;
    let usage = resolved.stack.usage().into_iter();
    usage
        .filter(|used| &*used.component == component && used.meter.usage_type == wanted)
        .fold(Ratio::ZERO, |sum, used| sum + used.quantity.value)
}

/// The component of that name.
fn component_of<'a>(resolved: &'a Resolved, name: &str) -> Option<&'a Component> {
    resolved.stack.components.iter().find(|(known, _)| **known == *name).map(|(_, component)| component)
}

/// Hours of tasks that a quantity of vCPU or memory stands for.
fn task_hours(component: Option<&Component>, form: Option<Form>, quantity: Ratio) -> Option<Ratio> {
    let Some(Component::Fargate(fargate)) = component else { return None };
    match form? {
        Form::TasksByVcpu => Some(quantity / fargate.size.vcpus()),
        Form::TasksByMemory => Some(quantity / fargate.size.memory_gb()),
        _ => None,
    }
}

/// Whether vCPU and memory of the bill stand for other tasks than the stack's.
fn tasks_disagree(resolved: &Resolved, component: &str, all: &[&Line]) -> Option<String> {
    let own = all.iter().filter(|line| line.components.len() == 1 && *line.components[0] == *component);
    let hours: Vec<(&str, Ratio)> = own
        .filter_map(|line| {
            let hours = task_hours(component_of(resolved, component), form_of(line), line.billed_quantity.to_ratio())?;
            Some((line.usage_type.as_str(), hours))
        })
        .collect();
    let (first, others) = hours.split_first()?;
    let other = others.iter().find(|other| other.1 != first.1)?;
    Some(format!(
        "{} stands for {} task-hours of this size, {} for {}: is the size right?",
        first.0, first.1, other.0, other.1
    ))
}

/// The ways to write a quantity, the plainest first.
fn values(form: Form, wanted: Ratio, resolved: &Resolved, component: &str, line: &Line) -> Vec<Written> {
    let month = resolved.stack.horizon.hours();
    let text = |value: Ratio, unit: &str| decimal(value).map(|value| Written::Of(format!("{value}{unit}").into()));
    let written = match form {
        Form::Hours => return things(wanted, used(resolved, component, line), month),
        Form::TasksByVcpu | Form::TasksByMemory => {
            let hours = task_hours(component_of(resolved, component), Some(form), wanted);
            return hours.map(|hours| tasks(hours, month)).unwrap_or_default();
        }
        Form::LcuHours => text(wanted, " LCU-hours/month"),
        Form::VcpuHours => text(wanted, " vCPU-hours/month"),
        Form::Gb => text(wanted, " GB"),
        Form::GbOfEach => match component_of(resolved, component) {
            Some(Component::Rds(rds)) => text(wanted / Ratio::from(rds.count), " GB"),
            _ => None,
        },
        Form::GbFlow => text(wanted, " GB/month"),
        Form::GbFlowTwice => text(wanted / Ratio::whole(2), " GB/month"),
        Form::CountFlow => text(wanted, "/month"),
        Form::Number => plain(wanted).map(Written::Of),
    };
    written.into_iter().collect()
}

/// A value as a decimal, if one of 18 places holds it.
fn decimal(value: Ratio) -> Option<String> {
    let fixed = value.fits(18).then(|| value.to_fixed(18))?;
    Some(fixed.trim_end_matches('0').trim_end_matches('.').to_string())
}

/// A number of TOML where it is whole; else text, since numbers of TOML are read as floats elsewhere.
fn plain(value: Ratio) -> Option<Value> {
    value.to_whole().map(Value::from).or_else(|| decimal(value).map(Value::from))
}

/// Things that run all month, or as many as there are for a part of it.
fn things(wanted: Ratio, now: Ratio, month: Ratio) -> Vec<Written> {
    let whole = (wanted / month).to_whole().map(|count| (Some(count), None));
    let each = (now / month).to_whole().filter(|count| *count > 0).unwrap_or(1);
    let part = plain(wanted / Ratio::whole(each)).map(|hours| (None, Some(hours)));
    let counted = whole.into_iter().map(|(count, running)| Written::Things { count, running });
    // A load balancer has no number: it is there once, or for a part of the month.
    let once = (wanted == month).then_some(Written::Things { count: None, running: None });
    once.into_iter().chain(counted).chain(part.map(|(count, running)| Written::Things { count, running })).collect()
}

/// Tasks that run for so many hours in all: a number, one more for a part of the month, or as many
/// runs of an hour.
fn tasks(hours: Ratio, month: Ratio) -> Vec<Written> {
    if let Some(count) = (hours / month).to_whole() {
        return vec![Written::Of(count.into())];
    }
    let below = (hours / month).ceil() - Ratio::ONE;
    let more = plain(hours - below * month);
    let schedule = below.to_whole().zip(more).map(|(base, more)| {
        inline([("base", base.into()), ("peak", (base + 1).into()), ("peak_hours_per_month", more)])
    });
    let runs =
        decimal(hours).map(|hours| inline([("runs", format!("{hours}/month").into()), ("lasting", "1h".into())]));
    schedule.into_iter().chain(runs).map(Written::Of).collect()
}
