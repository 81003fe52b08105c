//! What somebody wants of an account. Every table and nearly every key has a default;
//! `examples/fixes.toml` shows all of them.
//!
//! A table that can be left out of the checks is `false` instead: `dashboard = false`.

use crate::problem::{Problem, Problems};
use crate::scalar::{self, MOST};
use crate::stack::{read_compression, retention_days};
use crate::tree::{self, Node, Reader, Value};
use stackcost_model::exact::Ratio;
use stackcost_model::fixes::Wish;
use stackcost_model::fixes::setting::TargetTracking;
use stackcost_model::fixes::wish::{BudgetWish, DeploymentWish, LogsWish, ScalingWish};
use stackcost_model::money::Usd;

/// What an alarm's topic can be called, by SNS.
const TOPIC: Name = Name { of: "an SNS topic", most: 256, says: LETTERS, allowed: letter };
/// What a dashboard can be called, by CloudWatch.
const DASHBOARD: Name = Name { of: "a dashboard", most: 255, says: LETTERS, allowed: letter };
/// What a budget can be called, by AWS Budgets.
const BUDGET: Name = Name { of: "a budget", most: 100, says: "characters other than : and \\", allowed: of_budget };
/// What a policy can be called, by Application Auto Scaling.
const POLICY: Name = Name { of: "a scaling policy", most: 256, says: "printable characters", allowed: printable };

const LETTERS: &str = "letters from A to Z and a to z, digits, - and _";

/// A wish file with everything in it that can be wished, at its defaults.
#[must_use]
pub fn wish_example() -> &'static str {
    include_str!("../../../../examples/fixes.toml")
}

/// Reads what is wished. `name` is what messages call the text: its path.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_wish(name: &str, text: &str) -> Result<Wish, Problems> {
    let root = tree::parse(name, text)?;
    let table = Reader::new(&root, "the wish file")?;
    let mut wish = Wish::default();
    let mut faults = Faults::default();
    faults.set(&mut wish.protect, table.read("protect", patterns));
    faults.set(&mut wish.services, table.read("services", patterns));
    ecr(&table, &mut wish, &mut faults);
    logs(&table, &mut wish.logs, &mut faults);
    billing(&table, &mut wish, &mut faults);
    budget(&table, &mut wish, &mut faults);
    deployment(&table, &mut wish.deployment, &mut faults);
    scaling(&table, &mut wish, &mut faults);
    alarms(&table, &mut wish, &mut faults);
    dashboard(&table, &mut wish, &mut faults);
    others(&table, &mut wish, &mut faults);
    faults.finish(&table);
    if faults.0.is_empty() { Ok(wish) } else { Err(Problems(faults.0)) }
}

/// All that is wrong so far: a file is mended at once, not one mistake at a time.
#[derive(Default)]
struct Faults(Vec<Problem>);

impl Faults {
    fn keep<T>(&mut self, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| self.0.push(problem)).ok()
    }

    /// Takes what was read, if it was there; a default stays otherwise.
    fn set<T>(&mut self, slot: &mut T, read: Result<Option<T>, Problem>) {
        if let Some(value) = self.keep(read).flatten() {
            *slot = value;
        }
    }

    /// A table of the file, if it is there.
    fn section<'a>(&mut self, table: &Reader<'a>, key: &'static str) -> Option<Reader<'a>> {
        let node = table.opt(key)?;
        self.keep(reader(table, node, key, format!("[{key}]")))
    }

    /// A table that can be `false`: then nothing is looked at.
    fn section_or_off<'a>(&mut self, table: &Reader<'a>, key: &'static str, on: &mut bool) -> Option<Reader<'a>> {
        let node = table.opt(key)?;
        match node.value {
            Value::Bool(value) => {
                *on = value;
                None
            }
            Value::Table(_) => self.keep(reader(table, node, key, format!("[{key}]"))),
            _ => {
                let message = format!("`{key}` is a table or false, not {}", node.value.kind());
                let problem = Problem::new(&node.at, message);
                self.0.push(problem.help(format!("write [{key}] with what is wished, or {key} = false")));
                None
            }
        }
    }

    /// Refuses keys that were not asked for. One that looked like a key that is missing has been
    /// told of already.
    fn finish(&mut self, table: &Reader<'_>) {
        for problem in table.unknown() {
            if !self.0.iter().any(|known| known.at == problem.at) {
                self.0.push(problem);
            }
        }
    }
}

/// The table under a key; a header's own span is more telling than the empty one of its table.
fn reader<'a>(table: &Reader<'a>, node: &'a Node, key: &str, name: String) -> Result<Reader<'a>, Problem> {
    let help = format!("write {name}, then its keys");
    let inner = Reader::new(node, name).map_err(|problem| problem.help(help))?;
    let header = table.table.entries.iter().find(|entry| entry.key == key);
    Ok(match header {
        Some(entry) => inner.found_at(entry.key_at.clone()),
        None => inner,
    })
}

fn ecr(table: &Reader<'_>, wish: &mut Wish, faults: &mut Faults) {
    let Some(table) = faults.section(table, "ecr") else { return };
    let wish = &mut wish.ecr;
    faults.set(&mut wish.keep, table.read("keep", |node| scalar::whole(node, 1, MOST)));
    faults.set(&mut wish.untagged_days, table.read("untagged", |node| days(node).map(Some)));
    faults.set(&mut wish.headroom, table.read("headroom", |node| scalar::whole(node, 0, MOST)));
    faults.set(&mut wish.rollback_revisions, table.read("rollback_revisions", |node| scalar::whole(node, 0, MOST)));
    faults.set(&mut wish.scan_on_push, table.read("scan_on_push", scalar::boolean));
    faults.finish(&table);
}

/// At least one day.
fn days(node: &Node) -> Result<u32, Problem> {
    match scalar::days(node, "\"14d\"")? {
        0 => {
            Err(Problem::new(&node.at, "less than a day cannot be asked for").help("write whole days such as \"14d\""))
        }
        days => Ok(days),
    }
}

fn logs(table: &Reader<'_>, wish: &mut LogsWish, faults: &mut Faults) {
    let Some(table) = faults.section(table, "logs") else { return };
    faults.set(&mut wish.days, table.read("retention", retention));
    faults.set(&mut wish.rules, table.read("rules", |node| list(node, rule)));
    faults.set(&mut wish.allow_shorten, table.read("allow_shorten", scalar::boolean));
    faults.set(&mut wish.compression, table.read("compression", read_compression));
    faults.finish(&table);
}

fn rule(node: &Node) -> Result<(String, u32), Problem> {
    let table = Reader::new(node, "a rule")
        .map_err(|problem| problem.help("write { groups = \"/prod/*\", retention = \"90d\" }"))?;
    let groups = pattern(table.need("groups", "\"/prod/*\"")?)?;
    let days = retention(table.need("retention", "\"90d\"")?)?;
    table.finish()?;
    Ok((groups, days))
}

/// One of the periods that CloudWatch Logs offers; that logs expire is what the wish is about.
fn retention(node: &Node) -> Result<u32, Problem> {
    if matches!(&node.value, Value::String(text) if text == "never") {
        let problem = Problem::new(&node.at, "a retention of \"never\" is what is mended, not wished");
        return Err(problem.help("protect = [\"/audit/*\"] leaves log groups as they are"));
    }
    retention_days(node)
}

fn billing(table: &Reader<'_>, wish: &mut Wish, faults: &mut Faults) {
    let Some(table) = faults.section(table, "billing") else { return };
    let wish = &mut wish.billing;
    faults.set(&mut wish.thresholds, table.read("thresholds", thresholds));
    faults.set(&mut wish.topic, table.read("topic", |node| TOPIC.read(node)));
    faults.set(&mut wish.emails, table.read("emails", |node| list(node, email)));
    faults.finish(&table);
}

/// Dollars, each more than the one before.
fn thresholds(node: &Node) -> Result<Vec<Usd>, Problem> {
    let amounts = list(node, |node| Ok((positive_usd(node)?, node)))?;
    for pair in amounts.windows(2) {
        if let [(before, first), (usd, second)] = pair
            && usd <= before
        {
            let what = if usd == before { "is there twice" } else { "is less than the one before it" };
            let problem = Problem::new(&second.at, format!("a threshold of {usd} USD {what}"));
            return Err(problem.and(&first.at).help("write them in ascending order, each once"));
        }
    }
    Ok(amounts.into_iter().map(|(usd, _)| usd).collect())
}

fn positive_usd(node: &Node) -> Result<Usd, Problem> {
    let usd = scalar::usd(node)?;
    if usd == Usd::ZERO {
        return Err(Problem::new(&node.at, "this must be more than nothing").help("write dollars such as 75"));
    }
    Ok(usd)
}

fn email(node: &Node) -> Result<String, Problem> {
    let text = scalar::string(node)?;
    let sides = text.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if sides.is_none() || text.chars().any(|sign| sign.is_whitespace() || sign.is_control()) {
        let problem = Problem::new(&node.at, format!("\"{text}\" is no e-mail address"));
        return Err(problem.help("write one address, such as \"ops@example.com\""));
    }
    Ok(text.to_string())
}

fn budget(table: &Reader<'_>, wish: &mut Wish, faults: &mut Faults) {
    let Some(table) = faults.section(table, "budget") else { return };
    let name = faults.keep(table.read("name", |node| BUDGET.read(node)));
    let amount = faults.keep(table.need("amount", "100").and_then(positive_usd));
    let percent = faults.keep(table.read("forecast", |node| scalar::whole_percent(node, 1, 1_000)));
    faults.finish(&table);
    if let (Some(name), Some(amount), Some(percent)) = (name, amount, percent) {
        let name = name.unwrap_or_else(|| "monthly".to_string());
        wish.budget = Some(BudgetWish { name, amount, forecast_percent: percent.unwrap_or(100) });
    }
}

fn deployment(table: &Reader<'_>, wish: &mut DeploymentWish, faults: &mut Faults) {
    let Some(table) = faults.section_or_off(table, "deployment", &mut wish.on) else { return };
    let least = table.read("minimum_healthy", |node| scalar::whole_percent(node, 0, 100));
    let most = table.read("maximum", |node| scalar::whole_percent(node, 100, 10_000));
    faults.set(&mut wish.minimum_healthy, least);
    faults.set(&mut wish.maximum, most);
    if wish.minimum_healthy >= 100 && wish.maximum <= 100 {
        let at = ["maximum", "minimum_healthy"].into_iter().find_map(|key| table.table.get(key));
        let at = at.map_or(&table.at, |node| &node.at);
        let message = "at 100% healthy and 100% at most nothing could roll: no task may stop before its successor \
                       runs, and there is no room for a successor";
        faults.0.push(Problem::new(at, message).help("write maximum = \"200%\", or minimum_healthy = \"50%\""));
    }
    faults.finish(&table);
}

fn scaling(table: &Reader<'_>, wish: &mut Wish, faults: &mut Faults) {
    let Some(table) = faults.section(table, "scaling") else { return };
    for entry in &table.table.entries {
        let name = format!("[scaling.\"{}\"]", entry.key);
        let whole = entry.key.split('/').all(|part| !part.trim().is_empty()) && entry.key.matches('/').count() == 1;
        if !whole {
            let problem = Problem::new(&entry.key_at, format!("`{}` names no service", entry.key));
            faults.0.push(problem.help("write [scaling.\"CLUSTER/SERVICE\"]"));
            continue;
        }
        let service = reader(&table, &entry.node, &entry.key, name);
        if let Some(service) = faults.keep(service).and_then(|table| scaling_of(&table, faults)) {
            wish.scaling.insert(entry.key.clone(), service);
        }
    }
}

/// What a service is scaled by: the word of the wish, and the metric as AWS calls it.
const METRICS: [(&str, (&str, &str)); 3] = [
    ("cpu", ("cpu", "ECSServiceAverageCPUUtilization")),
    ("memory", ("memory", "ECSServiceAverageMemoryUtilization")),
    ("requests", ("requests", "ALBRequestCountPerTarget")),
];

/// What suits a service is not guessed: bounds, metric and target must be given.
fn scaling_of(table: &Reader<'_>, faults: &mut Faults) -> Option<ScalingWish> {
    let min = faults.keep(table.need("min", "2").and_then(|node| scalar::whole(node, 0, MOST)));
    let max = faults.keep(table.need("max", "10").and_then(|node| scalar::whole(node, 1, MOST)));
    let metric = faults.keep(table.need("metric", "\"cpu\"").and_then(|node| scalar::word(node, "metric", &METRICS)));
    let requests = metric.is_some_and(|(word, _)| word == "requests");
    let example = if requests { "\"1000/min\"" } else { "\"70%\"" };
    let target = faults.keep(table.need("target", example).and_then(|node| match metric {
        Some(_) if requests => decimal(node, scalar::per_minute(node)?),
        Some(_) => decimal(node, scalar::percent(node)? * Ratio::whole(100)),
        // What it must be is not known.
        None => Ok(String::new()),
    }));
    let scale_out = faults.keep(table.read("scale_out_cooldown", seconds));
    let scale_in = faults.keep(table.read("scale_in_cooldown", seconds));
    let policy = faults.keep(table.read("policy", |node| POLICY.read(node)));
    let only_out = faults.keep(table.read("disable_scale_in", scalar::boolean));
    let label = faults.keep(table.read("resource_label", resource_label));
    match (table.table.get("resource_label"), metric) {
        (None, Some(_)) if requests => {
            let problem = Problem::new(&table.at, format!("{} needs `resource_label`", table.name));
            faults.0.push(problem.label("in this table").help(
                "requests are counted for one target group of one load balancer: \
                 resource_label = \"app/NAME/ID/targetgroup/NAME/ID\", the ends of their two ARNs",
            ));
        }
        (Some(node), Some((word, _))) if !requests => {
            let problem = Problem::new(&node.at, format!("`resource_label` means nothing for the metric \"{word}\""));
            faults.0.push(problem.help("it goes with metric = \"requests\""));
        }
        _ => {}
    }
    if let (Some(min), Some(max)) = (min, max)
        && min > max
        && let (Some(at_min), Some(at_max)) = (table.table.get("min"), table.table.get("max"))
    {
        let problem = Problem::new(&at_min.at, format!("`min` is {min}, which is more than `max`, {max}"));
        faults.0.push(problem.and(&at_max.at));
    }
    faults.finish(table);
    let (word, name) = metric?;
    Some(ScalingWish {
        min: min?,
        max: max?,
        policy: policy?.unwrap_or_else(|| format!("{word}-target")),
        tracking: TargetTracking {
            metric: name.to_string(),
            resource_label: label?,
            target: target?,
            scale_out_cooldown: scale_out?,
            scale_in_cooldown: scale_in?,
            disable_scale_in: only_out?.unwrap_or(false),
        },
    })
}

/// A decimal number that is more than nothing, as AWS is told it.
fn decimal(node: &Node, value: Ratio) -> Result<String, Problem> {
    if value.is_zero() {
        return Err(Problem::new(&node.at, "this must be more than nothing"));
    }
    if !value.fits(9) {
        return Err(Problem::new(&node.at, "this has no end as a decimal number").help("write it for each minute"));
    }
    let text = value.to_fixed(9);
    Ok(text.trim_end_matches('0').trim_end_matches('.').to_string())
}

fn seconds(node: &Node) -> Result<u32, Problem> {
    let seconds = scalar::duration(node, "\"60s\"")?;
    let whole = seconds.to_whole().and_then(|seconds| u32::try_from(seconds).ok());
    whole.filter(|seconds| *seconds <= MOST).ok_or_else(|| {
        Problem::new(&node.at, "this is no cooldown").help("write whole seconds such as \"60s\", or \"5min\"")
    })
}

fn resource_label(node: &Node) -> Result<String, Problem> {
    let text = scalar::string(node)?;
    let parts: Vec<&str> = text.split('/').collect();
    match parts[..] {
        ["app", name, id, "targetgroup", group, group_id]
            if [name, id, group, group_id].iter().all(|part| !part.is_empty()) =>
        {
            Ok(text.to_string())
        }
        _ => Err(Problem::new(&node.at, format!("\"{text}\" names no target group of a load balancer"))
            .help("write \"app/NAME/ID/targetgroup/NAME/ID\", the ends of their two ARNs")),
    }
}

fn alarms(table: &Reader<'_>, wish: &mut Wish, faults: &mut Faults) {
    let wish = &mut wish.alarms;
    let Some(table) = faults.section_or_off(table, "alarms", &mut wish.on) else { return };
    faults.set(&mut wish.topic, table.read("topic", |node| TOPIC.read(node)));
    faults.set(&mut wish.emails, table.read("emails", |node| list(node, email)));
    faults.set(&mut wish.errors_5xx, table.read("errors_5xx", |node| scalar::whole(node, 0, MOST)));
    faults.set(&mut wish.p99_seconds, table.read("p99", |node| decimal(node, latency(node)?)));
    faults.set(&mut wish.cpu_percent, table.read("cpu", |node| scalar::whole_percent(node, 1, 100)));
    faults.finish(&table);
}

/// Seconds; of responses one speaks in milliseconds, too.
fn latency(node: &Node) -> Result<Ratio, Problem> {
    if let Value::String(text) = &node.value
        && let Some(number) = text.trim().strip_suffix("ms")
        && let Some(number) = Ratio::parse(number.trim()).filter(|number| !number.is_negative())
    {
        return Ok(number / Ratio::whole(1_000));
    }
    scalar::duration(node, "\"1s\" or \"500ms\"")
}

fn dashboard(table: &Reader<'_>, wish: &mut Wish, faults: &mut Faults) {
    let wish = &mut wish.dashboard;
    let Some(table) = faults.section_or_off(table, "dashboard", &mut wish.on) else { return };
    faults.set(&mut wish.name, table.read("name", |node| DASHBOARD.read(node)));
    faults.finish(&table);
}

/// Tables of one key.
fn others(table: &Reader<'_>, wish: &mut Wish, faults: &mut Faults) {
    if let Some(table) = faults.section(table, "tags") {
        faults.set(&mut wish.cost_tags, table.read("cost_allocation", |node| list(node, tag)));
        faults.finish(&table);
    }
    if let Some(table) = faults.section(table, "container_insights") {
        let words = ["enabled", "enhanced", "disabled"].map(|word| (word, word));
        let want = table.read("want", |node| scalar::word(node, "state of Container Insights", &words));
        faults.set(&mut wish.container_insights, want.map(|want| want.map(|word| Some(word.to_string()))));
        faults.finish(&table);
    }
    if let Some(table) = faults.section(table, "ports") {
        faults.set(&mut wish.ports.web, table.read("web", |node| list(node, port)));
        faults.finish(&table);
    }
}

fn tag(node: &Node) -> Result<String, Problem> {
    let key = scalar::string(node)?;
    if key.trim().is_empty() || key.chars().any(char::is_control) {
        return Err(Problem::new(&node.at, "the key of a tag is printable text").help("such as \"Environment\""));
    }
    Ok(key.to_string())
}

fn port(node: &Node) -> Result<u16, Problem> {
    // The bounds are those of the type.
    scalar::whole(node, 1, u32::from(u16::MAX)).map(|port| u16::try_from(port).unwrap_or(u16::MAX))
}

fn patterns(node: &Node) -> Result<Vec<String>, Problem> {
    list(node, pattern)
}

fn pattern(node: &Node) -> Result<String, Problem> {
    let text = scalar::string(node)?;
    if text.trim().is_empty() {
        let problem = Problem::new(&node.at, "an empty pattern fits nothing");
        return Err(problem.help("write a name, with * for any run of characters: \"/audit/*\""));
    }
    Ok(text.to_string())
}

fn list<'n, T>(node: &'n Node, read: impl Fn(&'n Node) -> Result<T, Problem>) -> Result<Vec<T>, Problem> {
    match &node.value {
        Value::Array(items) => items.iter().map(read).collect(),
        other => {
            let problem = Problem::new(&node.at, format!("a list is wanted, not {}", other.kind()));
            Err(problem.help("write it in brackets: [...]"))
        }
    }
}

/// What AWS permits as a name.
struct Name {
    of: &'static str,
    most: usize,
    says: &'static str,
    allowed: fn(char) -> bool,
}

impl Name {
    fn read(&self, node: &Node) -> Result<String, Problem> {
        let text = scalar::string(node)?;
        let fits = (1..=self.most).contains(&text.chars().count()) && text.chars().all(self.allowed);
        if !fits || text.trim().is_empty() {
            let problem = Problem::new(&node.at, format!("{} cannot be called \"{text}\"", self.of));
            return Err(problem.help(format!("AWS permits 1 to {} {}", self.most, self.says)));
        }
        Ok(text.to_string())
    }
}

fn letter(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_')
}

fn of_budget(sign: char) -> bool {
    !matches!(sign, ':' | '\\') && printable(sign)
}

fn printable(sign: char) -> bool {
    !sign.is_control()
}
