//! `examples/stack.schema.json` and the reader of stack files know the same keys, and every stack
//! file of the repository is valid under the schema.

#[path = "schema/lists.rs"]
mod lists;

use boon::{Compiler, SchemaIndex, Schemas};
use lists::{GENERATES, GENERATING, RUNNING, SCALES, SCALING, SCHEDULES, TABLES};
use serde_json::{Map, Value, json};
use stackcost_formats::classes::Classes;
use stackcost_formats::stack::{Env, StackFile, component_types};
use stackcost_model::meter::{Region, ServiceCode};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SCHEMA: &str = include_str!("../../../examples/stack.schema.json");
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A key that is in no table, and resembles none.
const NO_KEY: &str = "zzzzzzzzzzzz";

/// What every file holds that a stack here names: a timeline, or a trace of a minute.
const FILE: &[u8] = b"seconds,value\n60,1\n";

fn schema() -> Value {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

/// All texts of the lists above, by place.
fn probes() -> Vec<(String, String)> {
    let mut probes: Vec<(String, String)> =
        TABLES.iter().map(|(place, text)| ((*place).to_string(), (*text).to_string())).collect();
    let window = "days = 'mon', from = '1:00', to = '2:00'";
    for (place, key, value, text) in SCHEDULES {
        let mut add = |place: String, schedule: &str| probes.push((place, text.replace('?', schedule)));
        add((*place).to_string(), &format!("{{ base = {value}, @ }}"));
        for key in [key, "value"] {
            let windows = format!("[{{ {window}, {key} = {value}, @ }}]");
            let schedule = format!("{{ base = {value}, timezone = 'Etc/UTC', windows = {windows} }}");
            add(format!("{place}.windows[]"), &schedule);
        }
    }
    for (place, more) in SCALING {
        probes.push((format!("fargate.*.tasks{place}"), SCALES.replace('?', more)));
    }
    for (place, more) in GENERATING {
        probes.push((format!("fargate.*.tasks.generate{place}"), GENERATES.replace('?', more)));
    }
    for (place, text) in RUNNING {
        let mut add = |place: String, running: &str| probes.push((place, text.replace('?', running)));
        add((*place).to_string(), "{ hours_per_day = 8, @ }");
        add(format!("{place}.windows[]"), &format!("{{ timezone = 'Etc/UTC', windows = [{{ {window}, @ }}] }}"));
    }
    probes
}

/// The keys that the reader asks for in the table where `@` stands: it says so when it meets one
/// that it does not know.
fn known_to_the_reader(text: &str) -> BTreeSet<String> {
    let head = "name = 'x'\nregion = 'us-east-1'\n";
    let text = format!("{head}{}", text.replace('@', &format!("{NO_KEY} = 1")));
    let classes = Classes::parse(stackcost_prices::CLASSES).expect("the bundled classes");
    let file = StackFile::parse("probe", &text).expect("TOML");
    let env = Env { classes: &classes, load: &|_| Ok(FILE.to_vec()) };
    let problems = file.resolve(None, &env).expect_err("there is no such key");
    let unknown = problems.0.iter().find(|problem| problem.message.starts_with(&format!("unknown key `{NO_KEY}` in")));
    let help = unknown.and_then(|problem| problem.help.as_deref());
    let keys = help.and_then(|help| help.strip_prefix("known keys: "));
    let keys = keys.unwrap_or_else(|| panic!("the known keys are not told for\n{text}\nbut: {problems}"));
    keys.split(", ").map(str::to_string).collect()
}

type Tables = BTreeMap<String, BTreeSet<String>>;

/// The keys of every table that a schema has, by place: `rds.*.storage`, `ecr.*.pulled_to[]`.
fn tables(root: &Value, schema: &Value, place: &str, found: &mut Tables) {
    if let Some(to) = schema["$ref"].as_str() {
        tables(root, target(root, to), place, found);
    }
    for alternative in schema["oneOf"].as_array().into_iter().flatten() {
        tables(root, alternative, place, found);
    }
    let below = |key: &str| if place.is_empty() { key.to_string() } else { format!("{place}.{key}") };
    if let Some(properties) = schema["properties"].as_object() {
        let keys = found.entry(place.to_string()).or_default();
        keys.extend(properties.keys().cloned());
        for (key, value) in properties {
            tables(root, value, &below(key), found);
        }
    }
    if schema["additionalProperties"].is_object() {
        tables(root, &schema["additionalProperties"], &below("*"), found);
    }
    if schema["items"].is_object() {
        tables(root, &schema["items"], &format!("{place}[]"), found);
    }
}

fn target<'a>(root: &'a Value, to: &str) -> &'a Value {
    let pointer = to.strip_prefix('#').unwrap_or_else(|| panic!("{to} leaves the file"));
    root.pointer(pointer).unwrap_or_else(|| panic!("there is no {to}"))
}

fn all_tables() -> Tables {
    let root = schema();
    let mut found = Tables::new();
    tables(&root, &root, "", &mut found);
    found
}

#[test]
fn reader_and_schema_have_the_same_keys() {
    let mut of_the_reader = Tables::new();
    for (place, text) in probes() {
        of_the_reader.entry(place).or_default().extend(known_to_the_reader(&text));
    }
    // Any usage type is a key here, and `as_of` the only other one.
    of_the_reader.insert("prices".to_string(), BTreeSet::from(["as_of".to_string()]));
    let mut of_the_schema = all_tables();
    of_the_schema.retain(|place, _| !place.starts_with("scenario."));
    for (place, keys) in &of_the_schema {
        let known = of_the_reader.get(place).unwrap_or_else(|| panic!("add [{place}] to the lists of this test"));
        assert_eq!(keys, known, "[{place}]: the schema's keys and the reader's");
    }
    let unknown: Vec<&String> = of_the_reader.keys().filter(|place| !of_the_schema.contains_key(*place)).collect();
    assert!(unknown.is_empty(), "not in the schema: {unknown:?}");
}

#[test]
fn a_scenario_has_the_keys_of_the_stack() {
    let tables = all_tables();
    for (place, keys) in &tables {
        let mut keys = keys.clone();
        let in_scenario = if place.is_empty() {
            // A scenario has no scenarios, and does not name the stack itself.
            keys.remove("scenario");
            keys.remove("baseline");
            "scenario.*".to_string()
        } else {
            format!("scenario.*.{place}")
        };
        if !place.starts_with("scenario") {
            assert_eq!(tables.get(&in_scenario), Some(&keys), "[{in_scenario}]");
        }
    }
}

/// Keys that are asked for in a case which the lists above do not come to.
#[test]
fn every_key_in_the_readers_source_is_in_the_schema() {
    let in_schema: BTreeSet<String> = all_tables().into_values().flatten().collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = files_in(&source.join("stack"), "rs");
    files.extend(files_in(&source.join("stack/autoscaling"), "rs"));
    files.retain(|path| !path.ends_with("tests.rs"));
    files.push(source.join("schedule.rs"));
    let mut seen = 0;
    for path in files {
        let text = fs::read_to_string(&path).expect("a source file");
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("( \"", "(\"");
        for call in ["opt", "need", "read", "get", "text", "count", "gb", "flow", "requests", "schedule"] {
            for (at, found) in text.match_indices(&format!("{call}(\"")) {
                if text[..at].ends_with("of_") {
                    continue; // `Problem::of_text("...")`
                }
                let key = text[at + found.len()..].split('"').next().unwrap_or_default();
                seen += 1;
                let known = in_schema.contains(key);
                assert!(known, "{call}(\"{key}\") in {} is not in the schema", path.display());
            }
        }
    }
    assert!(seen > 100, "the source reads its keys in another way: only {seen} were found");
}

#[test]
fn words_are_those_of_the_model() {
    let root = schema();
    let words = |pointer: &str| -> BTreeSet<String> {
        let words = root.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no words at {pointer}"));
        words.iter().map(|word| word.as_str().expect("a word").to_string()).collect()
    };
    assert_eq!(words("/$defs/region/enum"), Region::all().map(|region| region.code().to_string()).collect());
    let codes = ServiceCode::ALL.iter().map(|service| service.code().to_string()).collect();
    assert_eq!(words("/$defs/service/enum"), codes);
    let properties = schema()["properties"].clone();
    assert!(component_types().all(|kind| properties[kind].is_object()));

    for (service, name) in [("AmazonRDS", "db_class"), ("AmazonElastiCache", "cache_class")] {
        let (schemas, class) = compile(&format!("#/$defs/{name}"));
        let classes = Classes::parse(stackcost_prices::CLASSES).expect("the bundled classes");
        for class_name in classes.names(service) {
            assert!(schemas.validate(&json!(class_name), class).is_ok(), "{class_name} is no {name}");
        }
    }
}

/// Objects are closed, every key says what it is, and nothing is there twice or in vain.
#[test]
fn the_schema_is_tidy() {
    let root = schema();
    let mut used = BTreeSet::new();
    walk(&root, &mut |node| {
        if let Some(to) = node.get("$ref").and_then(Value::as_str) {
            used.insert(to.to_string());
            target(&root, to);
        }
        let open =
            node.contains_key("properties") && node.contains_key("type") && !node.contains_key("additionalProperties");
        let typed = node.get("type").and_then(Value::as_str) == Some("object");
        assert!(!(open && typed && node.contains_key("description")), "an object takes any key: {node:?}");
    });
    let defined = root["$defs"].as_object().expect("definitions");
    for name in defined.keys() {
        assert!(used.contains(&format!("#/$defs/{name}")), "{name} is used nowhere");
    }
    let described = |value: &Value| {
        value["description"].is_string()
            || value["$ref"].as_str().is_some_and(|to| target(&root, to)["description"].is_string())
    };
    // What begins with `whole_` only says which keys must be there.
    let described_here = defined.iter().filter(|(name, _)| !name.starts_with("whole_")).map(|(_, value)| value);
    let top = Value::Object(
        root.as_object()
            .expect("an object")
            .iter()
            .filter(|(key, _)| *key == "properties")
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    );
    for part in described_here.chain([&top]) {
        walk(part, &mut |node| {
            for (key, value) in node.get("properties").and_then(Value::as_object).into_iter().flatten() {
                assert!(described(value), "`{key}` has no description: {value}");
            }
        });
    }
}

/// Every object in a schema.
fn walk<'a>(value: &'a Value, see: &mut impl FnMut(&'a Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(object);
            object.values().for_each(|value| walk(value, see));
        }
        Value::Array(items) => items.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

/// Compiles a part of the schema, which also holds it against the schema of schemas.
fn compile(part: &str) -> (Schemas, SchemaIndex) {
    let mut compiler = Compiler::new();
    compiler.add_resource("file:///stack.schema.json", schema()).expect("a resource");
    let mut schemas = Schemas::new();
    let compiled = compiler.compile(&format!("file:///stack.schema.json{part}"), &mut schemas);
    let compiled = compiled.unwrap_or_else(|error| panic!("the schema is none: {error:#}"));
    (schemas, compiled)
}

/// TOML as an editor shows it to a JSON schema: dates are strings.
fn to_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, to_json(value))).collect(),
        toml::Value::Array(items) => items.into_iter().map(to_json).collect(),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(value) => json!(value),
    }
}

fn read(text: &str) -> Value {
    to_json(toml::Value::Table(text.parse().expect("TOML")))
}

fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

#[test]
fn every_stack_file_of_the_repository_is_valid() {
    let (schemas, stack) = compile("");
    let mut files = files_in(&Path::new(REPOSITORY).join("examples"), "toml");
    // What is wished of an account is no stack.
    files.retain(|path| !path.ends_with("fixes.toml"));
    let services = Path::new(REPOSITORY).join("crates/model/src/services");
    for entry in fs::read_dir(services).expect("the services") {
        let example = entry.expect("an entry").path().join("example.toml");
        if example.exists() {
            files.push(example);
        }
    }
    assert!(!files.is_empty());
    for path in files {
        let value = read(&fs::read_to_string(&path).expect("a stack file"));
        if let Err(error) = schemas.validate(&value, stack) {
            panic!("{}: {error:#}", path.display());
        }
    }
}

/// Whether the schema and the reader take a stack, which must be the same: lines to go below its
/// name and region.
fn taken(schemas: &Schemas, stack: SchemaIndex, classes: &Classes, lines: &str) -> (bool, bool) {
    let text = format!("name = 'x'\nregion = 'us-east-1'\n{lines}");
    let env = Env { classes, load: &|_| Ok(FILE.to_vec()) };
    let by_the_reader = StackFile::parse("x", &text).and_then(|file| {
        file.resolve(None, &env)?;
        let scenarios: Vec<&str> = file.scenarios().collect();
        scenarios.into_iter().try_for_each(|scenario| file.resolve(Some(scenario), &env).map(drop))
    });
    (schemas.validate(&read(&text), stack).is_ok(), by_the_reader.is_ok())
}

const FARGATE: &str = "[fargate.x]\ncpu = 256\nmemory = 512\n";
const RDS: &str = "[rds.x]\nengine = 'mysql'\nclass = 'db.t3.micro'\n";

const SCALES_WELL: &[&str] = &[
    "target = '70% cpu', scale_out_cooldown = '60s', scale_in_cooldown = '5min', disable_scale_in = true",
    "target = ' 62.5 % CPU ', resolution = '20s', metric_delay = '18s', low_periods = 30, name = 'mine'",
    "target = '75% memory', memory_idle = '30%', memory_busy = '40%', start = 2, scale = '150 %', gaps = 'zero'",
    "target = '1k/min per target', timezone = 'Europe/Berlin', scale = 1.5, series = 'value', over = '80%', seed = 7",
    "target = '20/s', launch_time = '23s', provisioning = '5s', health_check = '10s', health_check_grace = '60s'",
    "target = '100', metric = { trace = 'queue.csv', per_task = true, gaps = 'missing' }",
    "policies = [{ target = 100, metric = { trace = 'queue.csv' } }, { target = '70% cpu' }]",
    "policies = [{ step = { alarm = '>= 60% cpu', periods = 2, period = '20s', steps = [{ from = 0, to = 10, add = 1 }, { from = 10, add = 2 }] } }]",
    "policies = [{ step = { alarm = '<20/min per target', adjustment = 'exact', steps = [{ to = 0, set = 1 }] } }]",
    "policies = [{ step = { alarm = '< 20% memory', memory_idle = '5%', memory_busy = '9%', adjustment = 'percent', min_magnitude = 2, statistic = 'minimum', cooldown = '90s', steps = [{ to = -5.5, remove = '50%' }] } }]",
    "scheduled = [{ schedule = 'cron(0 8 ? * MON-FRI *)', timezone = 'Europe/Berlin', name = 'morning', start = 2026-10-05, end = '2026-11-05T00:00Z', min = 2 }, { schedule = 'at(2026-10-05T08:00:00)', max = 4 }]",
    "predictive = { mode = 'forecast-and-scale', target = '60%', buffer = '10min', max_behavior = 'increase', max_buffer = '10%' }",
    "target = '70% cpu', suspended = [{ from = '0s', to = '1h', what = ['in', 'out'] }, { from = 2026-10-05, to = '2026-10-06T00:00' }]",
    "target = '70% cpu', deployments = [{ at = '30s', every = '1day', minimum_healthy = '50%', maximum = '150%' }, { at = '1h', strategy = 'canary', bake = '10min' }]",
    "target = '70% cpu', launch_time = { min = '20s', max = '40s' }, deregistration_delay = '30s', stop_timeout = '120s'",
    "target = '70% cpu', launch_time = { measured = ['53s'] }, launch_burst = 10, launches_per_second = 1, launches_per_minute = 60",
    "target = '70% cpu', scale_in = 'one-step', cooldown_credit = 'added', aggregation = 'newest', preset = 'aws-benchmark-2026'",
    "target = '70% cpu', spot_interruptions = '5%/h' }\nspot = '50%'\n[scenario.one]\nfargate.x.tasks = { base = 1",
    "target = '70% cpu' }\n[scenario.large]\nfargate.x.tasks = { trace = 'load.csv', load_unit = 'cpu%', measured_at = 4, min = 1, max = 2, target = '60% cpu'",
    "target = '70% cpu' }\n[scenario.large]\nfargate.x.tasks.max = 20\nfargate.x.tasks.target = '60% cpu'\nfargate.x.tasks.launch_time = { measured = ['1s']",
];

const GENERATES_WELL: &[&str] = &[
    "base = 0",
    "base = '600/min', daily = { height = '3k/min', at = '15:00' }, weekend = '40%'",
    "base = '10 / s', weekend = 0, growth = { by = '5%', per = 'week' }",
    "base = 1.5, weekend = '150 %', growth = { by = '-12.5 %', per = 'month' }",
    "base = 1, growth = { by = '-100%', per = 'day' }, noise = '2.5%', seed = 7, step = '20s'",
    "base = 1, ramps = [{ at = '10min', height = 5 }, { at = '2026-01-05T00:30', lasting = '30min', height = 5 }]",
    "base = 1, spikes = [{ at = '10min', every = '20min', lasting = '1min', height = '5k/min' }]",
    "base = 1, start = 2026-10-05, step = '1min'",
    "base = 1, start = '2026-10-05T14:00+02:00', step = '60s'",
    "base = 1 }, load_unit = 'requests/s', timezone = 'Europe/Berlin', scale = '50%', seed = 7, launch_time = { measured = ['1s']",
];

const GENERATES_BADLY: &[&str] = &[
    "",
    "base = -1",
    "base = '600/month'",
    "base = true",
    "base = 1, peak = 2",
    "base = 1, daily = { height = 5 }",
    "base = 1, daily = { at = '15:00' }",
    "base = 1, daily = { height = 5, at = '15 h' }",
    "base = 1, weekend = -0.5",
    "base = 1, growth = '5%'",
    "base = 1, growth = { by = '5%' }",
    "base = 1, growth = { by = 0.05, per = 'day' }",
    "base = 1, growth = { by = '-100.5%', per = 'day' }",
    "base = 1, growth = { by = '5%', per = 'year' }",
    "base = 1, ramps = [{ at = '1min' }]",
    "base = 1, ramps = [{ height = 5 }]",
    "base = 1, spikes = [{ at = '1min', height = 5 }]",
    "base = 1, spikes = [{ at = 'noon', lasting = '1min', height = 5 }]",
    "base = 1, noise = 0.05",
    "base = 1, seed = -1",
    "base = 1, start = 'monday'",
    "base = 1, step = '7s'",
    "base = 1, step = '2min'",
    "base = 1 }, trace = 'load.csv', launch_time = { measured = ['1s']",
    "base = 1 }, gaps = 'zero', launch_time = { measured = ['1s']",
    "base = 1 }, series = 'm1', launch_time = { measured = ['1s']",
    "base = 1 }, load_unit = 'requests/row', launch_time = { measured = ['1s']",
];

const SCALES_BADLY: &[&str] = &[
    "target = '70%'",
    "target = '70% disk'",
    "target = '1000/min per task'",
    "target = 0",
    "target = true",
    "target = '70% cpu', policies = []",
    "targets = '70% cpu'",
    "scale_in_cooldown = '60s'",
    "target = '70% cpu', scale_in_cooldown = 60",
    "target = '70% cpu', resolution = '30s'",
    "target = '70% cpu', low_periods = 31",
    "target = '75% memory', memory_idle = '30%'",
    "target = '70% cpu', metric = { per_task = true }",
    "target = '70% cpu', load_unit = 'requests'",
    "target = '70% cpu', load_unit = 'tasks'",
    "target = '70% cpu', measured_at = 4",
    "target = '70% cpu', scale = 0",
    "target = '70% cpu', gaps = 'fill'",
    "target = '70% cpu', start = -1",
    "target = '70% cpu', start = 100001",
    "target = '70% cpu', over = 0.7",
    "target = '70% cpu', seed = 'lucky'",
    "target = '70% cpu', launch_time = 30",
    "target = '70% cpu', launch_time = { min = '20s' }",
    "target = '70% cpu', launch_time = { measured = [] }",
    "target = '70% cpu', launch_burst = 0",
    "target = '70% cpu', spot_interruptions = '5%'",
    "target = '70% cpu', scale_in = 'two-step'",
    "target = '70% cpu', preset = 'aws'",
    "policies = [{ }]",
    "policies = [{ target = '70% cpu', step = { alarm = '> 1', steps = [] } }]",
    "policies = [{ step = { alarm = '60% cpu', steps = [{ from = 0, add = 1 }] } }]",
    "policies = [{ step = { alarm = '> 60% cpu', steps = [] } }]",
    "policies = [{ step = { alarm = '> 60% cpu', steps = [{ from = 0 }] } }]",
    "policies = [{ step = { alarm = '> 60% cpu', steps = [{ add = 1 }] } }]",
    "policies = [{ step = { alarm = '> 60% cpu', steps = [{ from = 0, add = 1, remove = 1 }] } }]",
    "policies = [{ step = { alarm = '> 60% cpu', steps = [{ from = '0', add = 1 }] } }]",
    "scheduled = [{ schedule = 'cron(0 8 ? * MON-FRI *)' }]",
    "scheduled = [{ schedule = 'daily', min = 1 }]",
    "scheduled = [{ min = 1 }]",
    "predictive = { max_buffer = '10%' }",
    "predictive = { mode = 'guess' }",
    "target = '70% cpu', suspended = [{ from = '0s' }]",
    "target = '70% cpu', suspended = [{ from = '0s', to = '1h', what = [] }]",
    "target = '70% cpu', suspended = [{ from = 'noon', to = '1h' }]",
    "target = '70% cpu', deployments = [{ at = '1h', strategy = 'big-bang' }]",
    "target = '70% cpu', deployments = [{ every = '1day' }]",
];

#[test]
fn what_the_schema_takes_the_reader_takes() {
    let (schemas, stack) = compile("");
    let classes = Classes::parse(stackcost_prices::CLASSES).expect("the bundled classes");
    let tasks = |tasks: &str| format!("{FARGATE}tasks = {tasks}");
    let good = [
        "".to_string(),
        "[alb.x]\nlcu = '37.2 LCU-hours/month'\n[nlb.x]\nlcu = '1.5 LCU-Hours'".to_string(),
        "month = '2026-10'\n[account]\nalways_free = false".to_string(),
        "[account]\nopened = 2025-03-01\nfirst_months_free = false\ndiscount = '7%'".to_string(),
        "[account]\nowned = ['compute:1yr:no=0.05', 'InstanceUsage:db.r6g.large/CreateDBInstance:0014:3yr:all=2']"
            .to_string(),
        "[account]\nopened = '2025-09-01'\nplan = 'free'\nsign_up_credits = '150 USD'".to_string(),
        "[account]\nelsewhere = { DataTransfer-Out-Bytes = '20 TB', KMS-Requests = '5M' }".to_string(),
        "[account.elsewhere]\nLCUUsage = { quantity = 9.5, operation = 'LoadBalancing:Application' }".to_string(),
        "[account]\nprivate_rates = { 8CESGAFWKAJ98PME = 0.036, KMS-Keys = { off = '10%', note = 'contract' } }".to_string(),
        "[account]\ndiscount = { off = '7.5 %', except = ['AmazonVPC'] }\ncurrency = { code = 'EUR', per_usd = 0.92 }"
            .to_string(),
        "[account]\ncredits = [{ amount = '1_000', expires = 2027-06-30, services = ['AmazonECS'], since = 2026-11-01 }]"
            .to_string(),
        "[prices]\nas_of = 2026-09-01\nKMS-Keys = '0.9'\nLCUUsage = 0.007".to_string(),
        "[prices]\nTimedStorage-ByteHrs = { service = 'AmazonECR', rate = '0.09', note = 'contract' }".to_string(),
        "[fargate.x]\ncpu = '0.25 vCPU'\nmemory = '0.5GB'\ntasks = 0".to_string(),
        format!("{FARGATE}tasks = 1\nspot = '70%'\nspot_discount = '12.5 %'\nephemeral = 30"),
        format!("{FARGATE}tasks = 1\nspot = {{ share = '70%' }}\nephemeral = '30 GB'"),
        tasks("{ base = 2 }"),
        tasks("{ base = 2, peak = 8, peak_hours_per_day = 4.5 }"),
        tasks("{ base = 2, peak = 8, peak_hours_per_month = '100' }"),
        tasks(
            "{ base = 2, timezone = 'Etc/UTC', windows = [{ days = 'Mon-fri, sun', from = '9:00', to = '24:00', tasks = 8 }] }",
        ),
        tasks(
            "{ base = 2, timezone = 'Etc/UTC', windows = [{ days = 'daily', from = '22:00:30', to = '06:00', value = 8 }] }",
        ),
        tasks("{ timeline = 'tasks.csv' }"),
        tasks("{ runs = '50/day', lasting = '3h' }"),
        format!(
            "{RDS}storage = {{ type = 'gp3', size = 20 }}\nrunning = {{ hours_per_day = 8 }}\nbackup = '1_000.5 GiB'"
        ),
        "[rds.x]\nengine = 'aurora-mysql'\nclass = 'db.r6g.large'\nstorage = '1 GB'\nio_requests = '10M/month'"
            .to_string(),
        "[rds.x]\nengine = 'aurora-mysql'\nacu = 0.5\nstorage = '1 GB'\nio_requests = { base = '10/s' }".to_string(),
        "[elasticache.x]\nengine = 'valkey'\nserverless = { data = '1 GB', ecpus = '10M' }".to_string(),
        "[alb.x]\nrules = 20\nrequests = '10k/min'\nprocessed = '300 KB/s'\nactive_connections = '3k'".to_string(),
        "[nlb.x]\nscheme = 'internal'\ntcp = { new_connections = '800 /s', processed = 0 }".to_string(),
        "[ecr.x]\nimages = { pushed = '10/week', size = '500 MB', keep = '30d', shared_layers = '80%' }".to_string(),
        "[cloudwatch.x]\ningested = '100 MB/day'\nretention = 'never'\nmonth = 12\nalarms = { composite = 1 }"
            .to_string(),
        "[cloudwatch.x]\nstored = '1 GB'\nmetrics = '1k'\nalarms = 3".to_string(),
        "[data_transfer.x]\ninternet_out = '0.5 TB'\ninter_region = [{ region = 'eu-west-1', data = '5 GB/month' }]"
            .to_string(),
        format!("{FARGATE}tasks = 1\n[scenario.\"at peak\"]\nmonth = '30d'\nfargate.x.tasks = 8\nkms.new.keys = 1"),
        format!("{RDS}storage = {{ type = 'gp2', size = 20 }}\n[scenario.large]\nrds.x.storage.size = '40 GB'"),
        tasks("{ base = 2, peak = 8, peak_hours_per_day = 4 }\n[scenario.large]\nfargate.x.tasks.peak = 9"),
        format!(
            "{}\n[scenario.more]\nfargate.x.tasks.generate.growth = {{ by = '1%', per = 'day' }}",
            GENERATES.replace('?', "base = 1")
        ),
    ];
    let generated = GENERATES_WELL.iter().map(|more| GENERATES.replace('?', more));
    let good = good.into_iter().chain(SCALES_WELL.iter().map(|more| SCALES.replace('?', more))).chain(generated);
    for lines in good {
        assert_eq!(taken(&schemas, stack, &classes, &lines), (true, true), "(schema, reader) take\n{lines}");
    }
}

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let (schemas, stack) = compile("");
    let classes = Classes::parse(stackcost_prices::CLASSES).expect("the bundled classes");
    let tasks = |tasks: &str| format!("{FARGATE}tasks = {tasks}");
    let bad = [
        "colour = 'red'".to_string(),
        "month = '2026-13'".to_string(),
        "month = '367d'".to_string(),
        "[account]\nalways_free = 'no'".to_string(),
        "[account]\nopened = 'in March'".to_string(),
        "[account]\nowned = ['compute=0.05']".to_string(),
        "[account]\nowned = 'compute:1yr:no=0.05'".to_string(),
        "[account]\nplan = 'trial'".to_string(),
        "[account]\nelsewhere = { KMS-Requests = { service = 'awskms' } }".to_string(),
        "[account]\nprivate_rates = { KMS-Keys = { rate = 1, off = '1%' } }".to_string(),
        "[account]\nprivate_rates = { KMS-Keys = { note = 'nothing' } }".to_string(),
        "[account]\ndiscount = '101%'".to_string(),
        "[account]\ndiscount = { except = ['AmazonVPC'] }".to_string(),
        "[account]\ncredits = { amount = 1 }".to_string(),
        "[account]\ncredits = [{ name = 'nothing' }]".to_string(),
        "[account]\ncurrency = { code = 'euro', per_usd = 1 }".to_string(),
        "[account]\ncurrency = { code = 'EUR' }".to_string(),
        "[prices]\nKMS-Keys = { note = 'no rate' }".to_string(),
        "[ec2.x]\ncount = 1".to_string(),
        "kms = 3".to_string(),
        FARGATE.to_string(),
        tasks("-1"),
        tasks("1.5"),
        tasks("'2'"),
        tasks("{ peak = 8, peak_hours_per_day = 4 }"),
        tasks("{ base = 2, peak = 8 }"),
        tasks("{ base = 2, peak_hours_per_day = 4 }"),
        tasks("{ base = 2, peak = 8, peak_hours_per_day = 25 }"),
        tasks("{ base = 2, peak = 8, peak_hours_per_day = 4, peak_hours_per_month = 100 }"),
        tasks("{ base = 2, windows = [{ days = 'mon-fri', from = '9:00', to = '17:00', tasks = 8 }] }"),
        tasks(
            "{ base = 2, timezone = 'Etc/UTC', windows = [{ days = 'monday', from = '9:00', to = '17:00', tasks = 8 }] }",
        ),
        tasks("{ base = 2, timezone = 'Etc/UTC', windows = [{ days = 'mon', from = '9', to = '17:00', tasks = 8 }] }"),
        tasks(
            "{ base = 2, timezone = 'Etc/UTC', windows = [{ days = 'mon', from = '9:00', to = '24:01', tasks = 8 }] }",
        ),
        tasks("{ base = 2, timezone = 'Etc/UTC', windows = [{ days = 'mon', from = '9:00', to = '17:00' }] }"),
        tasks("{ runs = '50/day' }"),
        tasks("{ timeline = 'tasks.csv', base = 2 }"),
        tasks("1\ntask = 2"),
        tasks("1\nspot = 0.7"),
        tasks("1\nspot = '101%'"),
        tasks("1\nspot = { discount = '65%' }"),
        tasks("1\narch = 'arm'"),
        "[fargate.x]\ncpu = 0.25\nmemory = 512\ntasks = 1".to_string(),
        format!("{RDS}storage = '20 GB'"),
        format!("{RDS}storage = {{ type = 'gp2' }}"),
        format!("{RDS}storage = {{ type = 'gp5', size = 20 }}"),
        format!("{RDS}storage = {{ type = 'gp2', size = 20 }}\nbackup = 30"),
        format!("{RDS}storage = {{ type = 'gp2', size = 20 }}\nacu = 2"),
        format!("{RDS}storage = {{ type = 'gp2', size = 20 }}\nmulti_az = true\ndeployment = 'multi-az'"),
        format!(
            "{RDS}storage = {{ type = 'gp2', size = 20 }}\nrunning = {{ hours_per_day = 8, hours_per_month = 200 }}"
        ),
        "[rds.x]\nengine = 'aurora-mysql'\nclass = 'db.r6g.large'\nstorage = '1 GB'\nproxy = true".to_string(),
        "[rds.x]\nengine = 'aurora-mysql'\nstorage = '1 GB'".to_string(),
        "[elasticache.x]\nengine = 'valkey'".to_string(),
        "[elasticache.x]\nengine = 'valkey'\nnode = 'cache.t3.micro'\nnodes = 2\nreplicas = 1".to_string(),
        "[alb.x]".to_string(),
        "[alb.x]\nlcu = 1\nrequests = '1/s'".to_string(),
        "[alb.x]\nnew_connections = 25".to_string(),
        "[alb.x]\nprocessed = '1 GB'".to_string(),
        "[alb.x]\nlcu = 1\nzones = 7".to_string(),
        "[alb.x]\nlcu = '5 LCU'".to_string(),
        "[alb.x]\nlcu = { base = '5 LCU-hours', peak = 2, peak_hours_per_day = 1 }".to_string(),
        "[nlb.x]\ntcp = { rule_evaluations = '1/s' }".to_string(),
        "[ecr.x]\nstored = 5".to_string(),
        "[ecr.x]\nimages = { pushed = '10/week', size = '500 MB', keep = 'all' }".to_string(),
        "[cloudwatch.x]\ningested = '100 MB/day'".to_string(),
        "[cloudwatch.x]\ningested = '100 MB/fortnight'\nretention = '7d'".to_string(),
        "[cloudwatch.x]\ncompression = 1.5".to_string(),
        "[data_transfer.x]\ninter_region = [{ region = 'eu-west-9', data = '5 GB' }]".to_string(),
        "[secrets_manager.x]\nreplicas = 1".to_string(),
        "[kms.x]\nkeys = 1\nrequests = '10 requests'".to_string(),
        "[scenario.x]\nregion = 'here'".to_string(),
        "[scenario.x.scenario.y]".to_string(),
        tasks("{ trace = 'load.csv', min = 1, max = 2, target = '70% cpu' }"),
        tasks("{ trace = 'load.csv', capacity_per_task = 1, max = 2, target = '70% cpu' }"),
        tasks("{ capacity_per_task = 1, min = 1, max = 2, target = '70% cpu' }"),
        tasks("{ trace = 'load.csv', capacity_per_task = 1, min = 1, max = 2, base = 2, target = '70% cpu' }"),
        tasks("{ trace = 'load.csv', capacity_per_task = 1, min = 1, max = 2 }"),
    ];
    let generated = GENERATES_BADLY.iter().map(|more| GENERATES.replace('?', more));
    let bad = bad.into_iter().chain(SCALES_BADLY.iter().map(|more| SCALES.replace('?', more))).chain(generated);
    for lines in bad {
        assert_eq!(taken(&schemas, stack, &classes, &lines), (false, false), "(schema, reader) refuse\n{lines}");
    }
    let (nameless, regionless) = (read("region = 'us-east-1'"), read("name = 'x'"));
    assert!(schemas.validate(&nameless, stack).is_err() && schemas.validate(&regionless, stack).is_err());
}
