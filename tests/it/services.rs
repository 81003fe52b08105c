//! What holds for every AWS service: its folder is complete, its example prices exactly, its README says
//! what the reader accepts. A new service is in these tests as soon as it has a folder.
use stackcost_formats::classes::Classes;
use stackcost_formats::price_book::Bundle;
use stackcost_formats::problem::Problems;
use stackcost_formats::stack::{Env, Resolved, StackFile};
use stackcost_model::estimate::{Total, estimate};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::{Meter, Region};
use stackcost_model::money::Usd;
use stackcost_model::price::{Price, PriceBook};
use stackcost_model::services::{Component, declares};
use stackcost_model::stack::Stack;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Meters without a rate in us-east-1: usage type, unit, and why. One that gets a rate must leave the list.
const WITHOUT_RATE: &[(&str, &str, &str)] = &[
    ("SpotUsage-Fargate-vCPU-Hours:perCPU", "vCPU-Hours", SPOT),
    ("SpotUsage-Fargate-GB-Hours", "GB-Hours", SPOT),
    ("SpotUsage-Fargate-ARM-vCPU-Hours:perCPU", "vCPU-Hours", SPOT),
    ("SpotUsage-Fargate-ARM-GB-Hours", "GB-Hours", SPOT),
    ("Multi-AZClusterUsage:", "Hrs", UNSEEN),
    ("RDS:Multi-AZCluster-GP3-PIOPS", "IOPS-Mo", UNSEEN),
    ("RDS:GP3-Throughput", "MBPS-Mo", UNSEEN),
    ("RDS:Multi-AZ-GP3-Throughput", "MBPS-Mo", UNSEEN),
    ("RDS:Multi-AZCluster-GP3-Throughput", "MBPS-Mo", UNSEEN),
    ("RDS:Multi-AZ-PIOPS-Storage", "GB-Mo", UNSEEN),
    ("RDS:Multi-AZCluster-PIOPS-Storage", "GB-Mo", UNSEEN),
    ("RDS:Multi-AZ-PIOPS", "IOPS-Mo", UNSEEN),
    ("RDS:Multi-AZCluster-PIOPS", "IOPS-Mo", UNSEEN),
    ("RDS:Multi-AZ-PIOPS-Storage-IO2", "GB-Mo", UNSEEN),
    ("RDS:Multi-AZCluster-PIOPS-Storage-IO2", "GB-Mo", UNSEEN),
    ("RDS:Multi-AZ-IO2-PIOPS", "IOPS-Mo", UNSEEN),
    ("RDS:Multi-AZCluster-IO2-PIOPS", "IOPS-Mo", UNSEEN),
    ("RDS:Multi-AZ-StorageUsage", "GB-Mo", UNSEEN),
    ("ExtendedSupport:Yr1-Yr2", "ACU-Hr", PER_ACU),
    ("ExtendedSupport:Yr3", "ACU-Hr", PER_ACU),
    ("ExtendedSupportYr1_Yr2-NodeUsage:", "Hrs", UNSEEN),
    ("ExtendedSupportYr3-NodeUsage:", "Hrs", UNSEEN),
    ("BackupUsage:", "GB-Mo", UNSEEN),
    ("S3-Egress-InputBytes", "GB", "only a rate of us-east-2 is known"),
];
const SPOT: &str = "a market price, in no price list: the user gives the discount";
const UNSEEN: &str = "no source of the price book has it for us-east-1";
const PER_ACU: &str = "the rate is known per vCPU-hour only, and a capacity unit is none";

/// Meters that have a rate and are in no example all the same.
const NOT_SHOWN: &[(&str, &str)] = &[(
    "RDS:Multi-AZCluster-GP3-Storage",
    "the instances of such a cluster have no rate, so the example would have a gap",
)];

/// Components whose usage is not twice as large in twice the time: they are given in hours of the horizon.
const NOT_LINEAR: &[&str] = &["nat_gateway.migration"];

/// Stacks that each documented key is tried in: the least a component needs, in every variant that has keys
/// of its own. A key fits when one of them takes it.
const MINIMAL: &[(&str, &[&str])] = &[
    (
        "fargate",
        &[
            "cpu = 256\nmemory = 512\ntasks = 2\nspot.share = \"70%\"",
            "cpu = 1024\nmemory = 2048\ntasks.runs = \"50/day\"\ntasks.lasting = \"3h\"",
        ],
    ),
    (
        "rds",
        &[
            "engine = \"postgres\"\nclass = \"db.t3.micro\"\nstorage.type = \"gp3\"\nstorage.size = \"500 GB\"",
            "engine = \"postgres\"\nclass = \"db.t3.micro\"\nstorage.type = \"magnetic\"\nstorage.size = \"500 GB\"",
            "engine = \"aurora-mysql\"\nclass = \"db.t3.medium\"\nstorage = \"50 GB\"",
            "engine = \"aurora-mysql\"\nstorage = \"50 GB\"",
        ],
    ),
    (
        "elasticache",
        &[
            "engine = \"redis\"\nnode = \"cache.t3.micro\"\nbackups.count = 7\nbackups.size = \"2 GB\"",
            "engine = \"redis\"\nserverless.data = \"1 GB\"",
        ],
    ),
    ("alb", &["new_connections = \"25/s\"", "rules = 60\nrequests = \"40/s\"", "running.hours_per_day = 8"]),
    ("nlb", &["tcp.processed = \"1 GB/h\"", "scheme = \"internal\""]),
    ("ecr", &["stored = \"2 GB\"", "images.pushed = \"10/week\"\nimages.size = \"500 MB\"\nimages.keep = 10"]),
    (
        "cloudwatch",
        &[
            "alarms.standard = 1\ncontainer_insights.clusters = 1",
            "ingested = \"3 GB/month\"\nretention = \"never\"\nmonth = 12",
        ],
    ),
    ("nat_gateway", &["count = 1"]),
    ("public_ipv4", &["in_use = 1"]),
    ("data_transfer", &["inter_az = \"1 GB/month\""]),
    ("secrets_manager", &["secrets = 1"]),
    ("sns", &["requests = \"1/s\""]),
    ("kms", &["keys = 1"]),
];

struct Folder {
    name: String,
    path: PathBuf,
}

impl Folder {
    fn read(&self, file: &str) -> String {
        let path = self.path.join(file);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn example(&self) -> Resolved {
        self.example_over(None)
    }

    fn example_over(&self, month: Option<&str>) -> Resolved {
        let mut file =
            StackFile::parse(&format!("{}/example.toml", self.name), &self.read("example.toml")).expect("TOML");
        if let Some(month) = month {
            file.set(&format!("month={month}")).expect("a month");
        }
        resolve(&file).unwrap_or_else(|problems| panic!("{problems}"))
    }
}

fn folders() -> Vec<Folder> {
    let services = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/model/src/services");
    let mut folders: Vec<Folder> = std::fs::read_dir(services)
        .expect("the folder of the services")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .map(|path| Folder { name: path.file_name().expect("a name").to_string_lossy().into_owned(), path })
        .collect();
    folders.sort_by(|a, b| a.name.cmp(&b.name));
    folders
}

fn classes() -> Classes {
    Classes::parse(stackcost_prices::CLASSES).expect("the bundled classes")
}

fn resolve(file: &StackFile) -> Result<Resolved, Problems> {
    let classes = classes();
    file.resolve(None, &Env::without_files(&classes))
}

fn here() -> Region {
    "us-east-1".parse().expect("a region")
}

fn book() -> PriceBook {
    use stackcost_prices as prices;
    let bundle = Bundle {
        version: prices::VERSION,
        sources: prices::SOURCES,
        allowances: prices::ALLOWANCES,
        sign_up: prices::SIGN_UP,
    };
    let wanted = |_, region: Option<Region>| region.is_none_or(|region| region == here());
    bundle.read(prices::files(), wanted).expect("the bundled prices")
}

fn total(stack: &Stack, book: &PriceBook) -> Usd {
    match estimate(stack, book, None).total() {
        Total::Exactly(usd) => usd,
        Total::AtLeast(usd) => panic!("{} is not priced in full: at least {usd}", stack.name),
    }
}

/// The type of a component, `alb` of `alb.public`.
fn kind(component: &str) -> &str {
    component.split('.').next().unwrap_or(component)
}

#[test]
fn every_folder_is_complete() {
    let folders = folders();
    assert!(folders.len() >= 12, "the folders are not where they were");
    for folder in folders {
        assert!(folder.read("README.md").starts_with("# "), "{}: a README begins with a title", folder.name);
        assert!(folder.read("tests.rs").contains("#[test]"), "{} has no tests", folder.name);
        let components = folder.example().stack.components;
        assert!(
            components.iter().any(|(name, _)| kind(name) == folder.name),
            "{}: the example shows something else",
            folder.name
        );
    }
}

#[test]
fn every_type_of_component_is_in_an_example() {
    let shown: BTreeSet<String> = folders()
        .iter()
        .flat_map(|folder| folder.example().stack.components)
        .map(|(name, _)| kind(&name).to_string())
        .collect();
    let all: BTreeSet<String> = stackcost_formats::stack::component_types().map(str::to_string).collect();
    assert_eq!(shown, all);
    assert_eq!(MINIMAL.iter().map(|(kind, _)| kind.to_string()).collect::<BTreeSet<_>>(), all);
}

#[test]
fn every_example_prices_without_a_gap() {
    let book = book();
    for folder in folders() {
        let resolved = folder.example();
        assert_eq!(resolved.stack.region, here());
        let estimate = estimate(&resolved.stack, &book, None);
        assert!(estimate.unpriced.is_empty(), "{}: {:#?}", folder.name, estimate.unpriced);
        assert!(total(&resolved.stack, &book) > Usd::ZERO, "{}", folder.name);
        assert!(resolved.prices.is_empty(), "{}: an example takes the prices of the book", folder.name);
    }
}

#[test]
fn every_usage_names_a_declared_meter_in_its_unit() {
    for folder in folders() {
        let stack = folder.example().stack;
        for used in stack.usage() {
            let (_, component) =
                stack.components.iter().find(|(name, _)| *name == used.component).expect("its component");
            assert!(declares(component.meters(), &used.meter), "{}: {:?} is not declared", used.component, used.meter);
            assert_eq!(used.quantity.unit, used.meter.unit, "{}: {}", used.component, used.meter.usage_type);
            assert!(!used.because.is_empty(), "{}: {} does not say why", used.component, used.meter.usage_type);
        }
    }
}

fn without_rate(meter: &Meter) -> bool {
    WITHOUT_RATE.iter().any(|&(usage_type, unit, _)| usage_type == meter.usage_type && unit == meter.unit.label())
}

fn priced_meter(price: &Price) -> Meter {
    Meter {
        service: price.service,
        usage_type: Cow::Owned(price.usage_type.to_string()),
        operation: Cow::Owned(price.operation.to_string()),
        unit: price.unit,
    }
}

#[test]
fn every_meter_has_a_rate_or_a_reason() {
    let book = book();
    for meter in Component::all_meters() {
        let has_rate = book.prices().iter().any(|price| declares(std::slice::from_ref(meter), &priced_meter(price)));
        let name = format!("{} of {} in {}", meter.usage_type, meter.service, meter.unit);
        assert!(has_rate || without_rate(meter), "{name} has no rate: add it to WITHOUT_RATE, with the reason");
        assert!(!(has_rate && without_rate(meter)), "{name} has a rate now: take it from WITHOUT_RATE");
    }
    for (usage_type, unit, reason) in WITHOUT_RATE {
        let known = Component::all_meters().any(|meter| meter.usage_type == *usage_type && meter.unit.label() == *unit);
        assert!(known && !reason.is_empty(), "{usage_type} in {unit} is nobody's meter");
    }
}

#[test]
fn examples_show_every_meter_that_can_have_a_price() {
    let mut left_out = BTreeSet::new();
    for folder in folders() {
        let stack = folder.example().stack;
        let used: Vec<Meter> = stack.usage().into_iter().map(|used| used.meter).collect();
        let readme = folder.read("README.md");
        let named = readme.lines().find_map(|line| line.strip_prefix("Not in the example: ")).unwrap_or("");
        let mut missing = BTreeSet::new();
        for meter in stack.components.iter().flat_map(|(_, component)| component.meters()) {
            if used.iter().any(|used| declares(std::slice::from_ref(meter), used)) {
                continue;
            }
            let name = meter.usage_type.to_string();
            let excused = without_rate(meter) || NOT_SHOWN.iter().any(|(usage_type, _)| *usage_type == name);
            assert!(excused, "{}: the example does not show {name}", folder.name);
            if used.iter().any(|used| *used.usage_type == name) {
                continue; // It is shown, in another unit.
            }
            assert!(
                named.contains(&format!("`{name}`")),
                "{}: the README does not say that {name} is left out",
                folder.name
            );
            missing.insert(name);
        }
        let said: BTreeSet<String> = named.split('`').skip(1).step_by(2).map(str::to_string).collect();
        assert_eq!(said, missing, "{}: the README names as left out what the example shows", folder.name);
        left_out.extend(missing);
    }
    for (usage_type, reason) in NOT_SHOWN {
        assert!(left_out.contains(*usage_type) && !reason.is_empty(), "{usage_type} is in an example now");
    }
}

/// The quantities of each component, in order.
fn quantities(stack: &Stack) -> BTreeMap<String, Vec<(Meter, Ratio)>> {
    let mut by_component: BTreeMap<String, Vec<(Meter, Ratio)>> = BTreeMap::new();
    for used in stack.usage() {
        by_component.entry(used.component.to_string()).or_default().push((used.meter, used.quantity.value));
    }
    by_component
}

#[test]
fn twice_the_time_is_twice_the_usage() {
    let two = Ratio::whole(2);
    for folder in folders() {
        let half = quantities(&folder.example_over(Some("15d")).stack);
        let whole = quantities(&folder.example_over(Some("30d")).stack);
        for (component, used) in &half {
            let doubled: Vec<(Meter, Ratio)> =
                used.iter().map(|(meter, value)| (meter.clone(), *value * two)).collect();
            let linear = whole.get(component) == Some(&doubled);
            let excused = NOT_LINEAR.contains(&component.as_str());
            assert!(linear != excused, "{component}: 15 days {used:?}, 30 days {:?}", whole.get(component));
        }
    }
}

#[test]
fn no_part_of_an_example_costs_more_than_the_whole() {
    let book = book();
    for folder in folders() {
        let stack = folder.example().stack;
        let whole = total(&stack, &book);
        for chosen in 0_u32..1 << stack.components.len() {
            let is_chosen = |at: usize| chosen & (1 << at) != 0;
            let components =
                stack.components.iter().enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, part)| part.clone());
            let part = Stack { components: components.collect(), ..stack.clone() };
            let cost = total(&part, &book);
            let names: Vec<&str> = part.components.iter().map(|(name, _)| &**name).collect();
            assert!(cost <= whole, "{}: {names:?} cost {cost}, all of it {whole}", folder.name);
        }
    }
}

/// The key tables of a README: type of component, key (`storage.iops`), example value.
fn documented(readme: &str) -> Vec<(String, String, String)> {
    let mut keys = Vec::new();
    let mut of = None;
    for line in readme.lines() {
        if line.starts_with('#') {
            let heading = line.strip_prefix("## Keys of `[");
            of = heading.and_then(|rest| rest.split_once('.')).map(|(kind, _)| kind.to_string());
        }
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        if let (Some(kind), ["", key, example, _, _, ""]) = (&of, &cells[..])
            && line.starts_with("| `")
        {
            keys.push((kind.clone(), (*key).to_string(), (*example).to_string()));
        }
    }
    keys
}

fn minimal(kind: &str) -> &'static [&'static str] {
    MINIMAL.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, stacks)| stacks)
}

/// A stack of one component, with `key = value` instead of what it had under that key.
fn with_key(kind: &str, base: &str, key: &str, value: &str) -> Result<Resolved, Problems> {
    let same = |line: &&str| {
        let written = line.split(" = ").next().unwrap_or(line);
        written == key || written.starts_with(&format!("{key}."))
    };
    let rest: Vec<&str> = base.lines().filter(|line| !same(line)).collect();
    let text = format!("name = \"x\"\nregion = \"us-east-1\"\n[{kind}.x]\n{}\n{key} = {value}\n", rest.join("\n"));
    resolve(&StackFile::parse("README.md", &text)?)
}

#[test]
fn every_documented_key_is_accepted_with_its_example() {
    for folder in folders() {
        let keys = documented(&folder.read("README.md"));
        assert!(!keys.is_empty(), "{}: the README has no table of keys", folder.name);
        for (kind, key, example) in keys {
            let refused: Vec<String> = minimal(&kind)
                .iter()
                .filter_map(|base| with_key(&kind, base, &key, &example).err())
                .map(|found| found.to_string())
                .collect();
            let accepted = refused.len() < minimal(&kind).len();
            assert!(accepted, "{}: {key} = {example} is not taken: {refused:#?}", folder.name);
        }
    }
}

/// The keys that the reader lists when it meets one it does not know, below `prefix`.
fn known_keys(kind: &str, prefix: &str) -> BTreeSet<String> {
    let no_key = format!("{prefix}qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq");
    let listed = minimal(kind).iter().filter_map(|base| {
        let problems = with_key(kind, base, &no_key, "1").expect_err("no such key");
        problems.0.iter().find_map(|problem| Some(problem.help.as_ref()?.strip_prefix("known keys: ")?.to_string()))
    });
    listed.flat_map(|list| list.split(", ").map(|key| format!("{prefix}{key}")).collect::<Vec<_>>()).collect()
}

#[test]
fn every_key_that_is_accepted_is_documented() {
    for folder in folders() {
        let documented: BTreeSet<(String, String)> =
            documented(&folder.read("README.md")).into_iter().map(|(kind, key, _)| (kind, key)).collect();
        let kinds: BTreeSet<&str> = documented.iter().map(|(kind, _)| kind.as_str()).collect();
        for kind in kinds {
            let tables = documented.iter().filter(|(of, _)| of == kind).filter_map(|(_, key)| key.rsplit_once('.'));
            let prefixes: BTreeSet<String> =
                tables.map(|(table, _)| format!("{table}.")).chain([String::new()]).collect();
            for prefix in prefixes {
                let known = known_keys(kind, &prefix);
                assert!(!known.is_empty(), "{kind}: no minimal stack reaches the keys of `{prefix}`");
                for key in known {
                    assert!(
                        documented.contains(&(kind.to_string(), key.clone())),
                        "{}: {kind} takes `{key}`, the README does not say so",
                        folder.name
                    );
                }
            }
        }
    }
}
