//! What holds for every stack, not only for examples: checked on random ones.

use crate::bundled::{book, classes};
use proptest::prelude::*;
use stackcost_formats::classes::Classes;
use stackcost_formats::price_book::user_book;
use stackcost_formats::render::{Precision, csv, json, markdown, table};
use stackcost_formats::stack::{Env, StackFile};
use stackcost_model::estimate::{Estimate, Total, estimate};
use stackcost_model::exact::Ratio;
use stackcost_model::money::Usd;
use stackcost_model::report;

/// So many cases, or what `PROPTEST_CASES` says: `benches/RESULTS.md` tells of long runs.
fn cases(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: wanted.unwrap_or(usual), ..ProptestConfig::default() }
}

fn price(text: &str) -> Estimate {
    let env = Env::without_files(classes());
    let file = StackFile::parse("random.toml", text).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    let resolved = file.resolve(None, &env).unwrap_or_else(|problems| panic!("{problems}\n{text}"));
    estimate(&resolved.stack, book(), None)
}

const HEAD: &str = "name = \"random\"\nregion = \"us-east-1\"\n";

/// A schedule of tasks in one of the ways a stack file has.
fn tasks() -> impl Strategy<Value = String> {
    prop_oneof![
        (0_u32..200).prop_map(|count| count.to_string()),
        (0_u32..50, 0_u32..50, 0_u32..=24)
            .prop_map(|(base, peak, hours)| format!("{{ base = {base}, peak = {peak}, peak_hours_per_day = {hours} }}")),
        (0_u32..50, 0_u32..50, 0_u32..=168)
            .prop_map(|(base, peak, hours)| format!("{{ base = {base}, peak = {peak}, peak_hours_per_month = {hours} }}")),
        (0_u32..50, 0_u32..50, 0_u32..24, 1_u32..24).prop_map(|(base, peak, from, length)| {
            let to = (from + length) % 24;
            format!(
                "{{ base = {base}, timezone = \"Europe/Berlin\", windows = [{{ days = \"mon-fri\", from = \"{from:02}:00\", to = \"{to:02}:30\", tasks = {peak} }}] }}"
            )
        }),
    ]
}

/// A random component, as a table under the name it is given.
fn component() -> impl Strategy<Value = (&'static str, String)> {
    let fargate = (tasks(), prop_oneof![Just((256, 512)), Just((1024, 4096)), Just((4096, 30720))], 20_u32..200)
        .prop_map(|(tasks, (cpu, memory), disk)| {
            ("fargate", format!("cpu = {cpu}\nmemory = {memory}\nephemeral = {disk}\ntasks = {tasks}\n"))
        });
    let alb = (0_u32..5_000, 0_u32..1_000_000, 0_u32..2_000, 0_u32..40_000).prop_map(|(new, active, gb, rules)| {
        ("alb", format!("new_connections = \"{new}/s\"\nactive_connections = {active}\nprocessed = \"{gb} GB/day\"\nrule_evaluations = \"{rules}/min\"\n"))
    });
    let rds = (20_u32..4_000, 0_u32..9_000, any::<bool>()).prop_map(|(size, backup, multi_az)| {
        ("rds", format!("engine = \"mysql\"\nclass = \"db.t3.large\"\nmulti_az = {multi_az}\nstorage = {{ type = \"gp2\", size = \"{size} GB\" }}\nbackup = \"{backup} GB\"\n"))
    });
    let cache = (1_u32..40, 0_u32..=5).prop_map(|(shards, replicas)| {
        (
            "elasticache",
            format!("engine = \"redis\"\nnode = \"cache.t3.micro\"\nshards = {shards}\nreplicas = {replicas}\n"),
        )
    });
    let logs = (0_u32..5_000, 0_u32..100_000, 0_u32..30, 0_u32..12, 0_u32..400_000).prop_map(|(gb, vended, alarms, boards, metrics)| {
        ("cloudwatch", format!("ingested = \"{gb} GB/month\"\nvended = \"{vended} GB\"\nretention = \"30d\"\nalarms = {alarms}\ndashboards = {boards}\nmetrics = {metrics}\n"))
    });
    let transfer = (0_u32..300_000, 0_u32..5_000).prop_map(|(out, zones)| {
        ("data_transfer", format!("internet_out = \"{out} GB\"\ninter_az = \"{zones} GB\"\n"))
    });
    let others = (0_u32..9, 0_u32..3_000_000)
        .prop_map(|(count, calls)| ("secrets_manager", format!("secrets = {count}\napi_calls = {calls}\n")));
    prop_oneof![fargate, alb, rds, cache, logs, transfer, others]
}

fn month() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("average"), Just("30d"), Just("2026-02"), Just("2026-10"), Just("7d")]
}

/// Components of a random stack, each as a table of its own.
fn parts() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(component(), 1..8).prop_map(|parts| {
        parts.into_iter().enumerate().map(|(at, (kind, keys))| format!("[{kind}.c{at}]\n{keys}")).collect()
    })
}

fn stack(month: &str, parts: &[String]) -> String {
    format!("{HEAD}month = \"{month}\"\n{}", parts.concat())
}

fn exactly(estimate: &Estimate) -> Usd {
    match estimate.total() {
        Total::Exactly(usd) => usd,
        Total::AtLeast(_) => panic!("a gap: {:?}", estimate.unpriced),
    }
}

/// The amounts that a rendered table or CSV shows in its last column, lines only.
fn sum_of(texts: impl Iterator<Item = String>) -> Usd {
    texts.map(|text| Usd::parse(text.trim()).unwrap_or_else(|| panic!("{text:?} is no amount"))).sum()
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn total_is_the_sum_of_lines_in_every_format(parts in parts(), month in month(), places in 0_u32..=12) {
        let estimate = price(&stack(month, &parts));
        let total = exactly(&estimate);

        let document: serde_json::Value = serde_json::from_str(&json::estimate(&estimate)).expect("valid JSON");
        let lines = document["lines"].as_array().expect("a list").iter();
        prop_assert_eq!(sum_of(lines.map(|line| line["amount"].as_str().expect("a string").to_string())), total);
        prop_assert_eq!(document["total"]["usd"].as_str().expect("a string"), total.to_string());

        let ndjson = json::ndjson([("", &estimate)]);
        let records = ndjson.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("valid JSON"));
        let amounts = records.filter(|record| record["type"] == "line").map(|record| record["amount"].as_str().expect("a string").to_string());
        prop_assert_eq!(sum_of(amounts), total);

        let text = csv::estimates([("", &estimate)]);
        let amount = csv::HEADER.iter().position(|name| *name == "amount").expect("a column");
        let mut rows = text.lines();
        prop_assert_eq!(rows.next().map(|header| header.split(',').count()), Some(csv::HEADER.len()));
        let cells = rows.map(|row| cells_of(row)[amount].clone());
        prop_assert_eq!(sum_of(cells), total);

        // Rounded tables: lines add up to their group, groups to the total, whatever the precision.
        for precision in [Precision::Auto, Precision::Places(places), Precision::Full] {
            let text = table::render(&report::estimate(&estimate), precision, 400);
            let last = |line: &str| line.split_whitespace().last().unwrap_or("").to_string();
            let rows: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("---")).skip(1).collect();
            let end = rows.iter().position(|line| line.starts_with("---")).expect("a rule above the total");
            let is_line = |line: &&&str| line.starts_with("  ") && !line.starts_with("    ");
            let is_group = |line: &&&str| !line.starts_with(' ');
            let lines = sum_of(rows[..end].iter().filter(is_line).map(|line| last(line)));
            let groups = sum_of(rows[..end].iter().filter(is_group).map(|line| last(line)));
            let shown = Usd::parse(&last(rows[end + 1])).expect("a total");
            prop_assert_eq!(lines, shown);
            prop_assert_eq!(groups, shown);
        }
        prop_assert!(markdown::render(&report::estimate(&estimate), Precision::Places(places)).contains("**TOTAL**"));
    }

    #[test]
    fn a_part_never_costs_more_than_the_whole(parts in parts(), month in month(), keep in any::<u64>()) {
        let some: Vec<String> = parts.iter().enumerate().filter(|(at, _)| keep >> at & 1 == 1).map(|(_, part)| part.clone()).collect();
        prop_assert!(exactly(&price(&stack(month, &some))) <= exactly(&price(&stack(month, &parts))));
    }

    #[test]
    fn no_line_is_negative_and_every_line_says_why(parts in parts(), month in month()) {
        for line in price(&stack(month, &parts)).lines {
            prop_assert!(line.amount >= Usd::ZERO && !line.quantity.value.is_negative());
            prop_assert!(!line.because.is_empty() && !line.source.from.is_empty());
            // One rounding: the amount is within half a last digit of quantity x rate.
            let exact = line.rate * line.quantity.value;
            prop_assert_eq!(Usd::round(exact), Some(line.amount));
        }
    }

    #[test]
    fn twice_the_tasks_cost_twice(tasks in 1_u32..500, hours in 0_u32..=24, peak in 0_u32..500) {
        let of = |factor: u32| {
            let (base, peak) = (tasks * factor, peak * factor);
            let keys = format!("cpu = 1024\nmemory = 2048\ntasks = {{ base = {base}, peak = {peak}, peak_hours_per_day = {hours} }}\n");
            price(&stack("average", &[format!("[fargate.a]\n{keys}")]))
        };
        let (once, twice) = (of(1), of(2));
        for (once, twice) in once.lines.iter().zip(&twice.lines) {
            prop_assert_eq!(once.quantity.value + once.quantity.value, twice.quantity.value);
        }
    }

    /// Bands: more usage never costs less, a little more costs little more, and a month cut in
    /// two components costs what it costs in one.
    #[test]
    fn tiers_are_monotone_continuous_and_shared(gb in 0_u32..400_000, more in 0_u32..1_000, cut in 0_u32..400_000) {
        let cost = |parts: &[u32]| {
            let tables: Vec<String> =
                parts.iter().enumerate().map(|(at, gb)| format!("[data_transfer.c{at}]\ninternet_out = \"{gb} GB\"\n")).collect();
            exactly(&price(&stack("average", &tables)))
        };
        let (less, all) = (cost(&[gb]), cost(&[gb + more]));
        prop_assert!(less <= all);
        let dearest = Ratio::new(9, 100) * Ratio::from(more);
        prop_assert!(all.to_ratio() - less.to_ratio() <= dearest);
        let cut = cut.min(gb);
        prop_assert_eq!(cost(&[cut, gb - cut]), less);
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    /// Whatever is thrown at the readers: an answer, never a panic.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let env = Env::without_files(classes());
        for text in [text.clone(), String::from_utf8_lossy(&bytes).into_owned()] {
            if let Ok(mut file) = StackFile::parse("any", &text) {
                let _ = file.set(&text);
                let _ = file.resolve(None, &env);
            }
            let _ = user_book("any", &text);
            let _ = Classes::parse(&text);
        }
    }

    /// Valid stacks with one value exchanged for junk: a problem that points somewhere, never a panic.
    #[test]
    fn junk_values_are_refused_in_place(part in component(), at in 0_usize..8, junk in junk()) {
        let (kind, keys) = part;
        let mut lines: Vec<String> = keys.lines().map(str::to_string).collect();
        let at = at % lines.len();
        let key = lines[at].split(" = ").next().expect("a key").to_string();
        lines[at] = format!("{key} = {junk}");
        let text = format!("{HEAD}[{kind}.c]\n{}\n", lines.join("\n"));
        let env = Env::without_files(classes());
        match StackFile::parse("junk.toml", &text).and_then(|file| file.resolve(None, &env)) {
            Ok(resolved) => {
                // Some junk is valid for some keys; then it has a price, or a gap that is listed.
                let estimate = estimate(&resolved.stack, book(), None);
                prop_assert!(!estimate.lines.is_empty() || !estimate.unpriced.is_empty() || estimate.total() == Total::Exactly(Usd::ZERO));
            }
            Err(problems) => {
                for problem in &problems.0 {
                    prop_assert!(!problem.at.is_empty(), "no place: {}", problem.message);
                    prop_assert!(!problem.to_string().is_empty());
                }
            }
        }
    }
}

/// Values that are wrong nearly everywhere.
fn junk() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\"512 apples\"".to_string()),
        Just("-1".to_string()),
        Just("1e400".to_string()),
        Just("99999999999999999999999999999999999999".to_string()),
        Just("nan".to_string()),
        Just("[]".to_string()),
        Just("{}".to_string()),
        Just("{ base = 1, windows = 3 }".to_string()),
        Just("{ base = 1, timezone = \"Etc/UTC\", windows = [{ days = \"mon\", from = \"25:00\", to = \"1:00\", tasks = 1 }] }".to_string()),
        Just("2026-10-01".to_string()),
        Just("true".to_string()),
        Just("\"\"".to_string()),
        Just("\"1 GB/fortnight\"".to_string()),
        Just("\"99999999999 PB/s\"".to_string()),
        "\"[0-9a-zA-Z/ %.]{0,20}\"",
        any::<i64>().prop_map(|number| number.to_string()),
    ]
}

/// The cells of a CSV row without line breaks in it.
fn cells_of(row: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for sign in row.chars() {
        match sign {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cells.last_mut().expect("starts with one").push(sign),
        }
    }
    cells
}

/// The JSON of an estimate holds all that is needed to add it up again, digit by digit.
#[test]
fn json_goes_round() {
    let estimate = price(&format!("{HEAD}[kms.a]\nkeys = 3\nrequests = \"25k/day\"\n[alb.b]\nlcu = 3\n"));
    let document: serde_json::Value = serde_json::from_str(&json::estimate(&estimate)).expect("valid JSON");
    let again = serde_json::to_string_pretty(&document).expect("valid JSON");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&again).expect("valid JSON"), document);
    for (line, shown) in estimate.lines.iter().zip(document["lines"].as_array().expect("a list")) {
        let text = |name: &str| shown[name].as_str().expect("a string").to_string();
        assert_eq!(Usd::parse(&text("amount")), Some(line.amount));
        let (quantity, rate) =
            (Ratio::parse(&text("quantity")).expect("a number"), Ratio::parse(&text("rate")).expect("a number"));
        assert_eq!(rate, line.rate);
        assert!((quantity - line.quantity.value).max(line.quantity.value - quantity) <= Ratio::new(1, 10_i128.pow(12)));
    }
}
