//! Truth tests: figures that others have published, in tables of our own, held against this tool.
//!
//! `tests/truth/*.toml` carry what a public source printed, what is exact, and whether the two
//! agree. A case describes a stack, and says which of its lines are summed:
//!
//! | key | meaning |
//! |---|---|
//! | `id`, `also` | what the source calls it, and others of its cases with the same stack |
//! | `region`, `month`, `always_free` | of the stack; else us-east-1, average, true |
//! | `base`, `stack`, `set` | a text of `[bases]`, then this text, then assignments over both |
//! | `from`, `measure` | keys of a second stack; `usd`, `percent` or `times` from it to the first |
//! | `sum` | a component, a usage type, a rate (`@0.09`), or several of them; else all lines |
//! | `exact` | what must come out, to twelve places, or `no line` |
//! | `plus` | what the source adds that is none of our services |
//! | `printed`, `verdict` | what the source printed, and how that stands to the exact figure: see [`holds`] |
//! | `checks` | several of `sum`, `exact`, `plus`, `printed`, `verdict`, `why` for one stack |
//! | `refused` | the stack, or the comparison, must be refused with this in the message |
//! | `source`, `why` | who printed it (else the file's), and why it is not the exact figure |
//!
//! `[[not_expressible]]` names what a source has and a stack cannot say, with the reason.
use stackcost_formats::classes::Classes;
use stackcost_formats::price_book::Bundle;
use stackcost_formats::stack::{Env, StackFile};
use stackcost_model::compare::{Comparison, Delta, Scenario};
use stackcost_model::estimate::{Estimate, Line, Total, estimate};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::UsageType;
use stackcost_model::money::Usd;
use stackcost_model::price::PriceBook;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use toml::{Table, Value};

#[test]
fn reference_scenario() {
    passes("reference-scenario.toml", include_str!("../truth/reference-scenario.toml"), [112, 130, 19]);
}

#[test]
fn worked_examples() {
    passes("worked-examples.toml", include_str!("../truth/worked-examples.toml"), [63, 90, 5]);
}

#[test]
fn peer_cases() {
    passes("peer-cases.toml", include_str!("../truth/peer-cases.toml"), [113, 294, 28]);
}

/// Runs a file; `counts` are its cases, their checks, and what is not expressible, so that none
/// of them gets lost.
fn passes(name: &str, text: &str, counts: [usize; 3]) {
    let file: Table = text.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
    let (mut found, mut failures) = ([0; 3], Vec::new());
    let mut ids = BTreeSet::new();
    for case in tables(&file, "case") {
        let names = [string(case, "id").expect("an id")].into_iter().chain(strings(case, "also"));
        let names: Vec<&str> = names.collect();
        found[0] += names.len();
        failures.extend(names.iter().filter(|id| !ids.insert(id.to_string())).map(|id| format!("{id} is there twice")));
        failures.extend(mistakes(&file, case).into_iter().map(|what| format!("{}: {what}", names[0])));
        for check in checks(case) {
            found[1] += 1;
            if let Err(what) = run(&file, case, check) {
                failures.push(format!("{}: {what}", names[0]));
            }
        }
    }
    for row in tables(&file, "not_expressible") {
        found[2] += 1;
        let id = string(row, "id").expect("an id");
        failures.extend((!ids.insert(id.to_string())).then(|| format!("{id} is there twice")));
        failures.extend(string(row, "why").is_none().then(|| format!("{id} has no reason")));
    }
    assert!(failures.is_empty(), "{name}: {} failures\n{}", failures.len(), failures.join("\n"));
    assert_eq!(found, counts, "{name}: cases, checks, not expressible");
}

/// What a case itself has wrong: a key nobody reads would be a check that never runs.
fn mistakes(file: &Table, case: &Table) -> Vec<String> {
    const STACK: &[&str] = &["region", "month", "always_free", "base", "stack", "set"];
    const CASE: &[&str] = &["id", "also", "source", "from", "measure", "checks", "why"];
    const CHECK: &[&str] = &["sum", "exact", "plus", "printed", "verdict", "refused", "why"];
    let unread = |table: &Table, known: &[&[&str]]| -> Vec<String> {
        let read = |key: &str| known.iter().any(|known| known.contains(&key));
        table.keys().filter(|key| !read(key)).map(|key| format!("nobody reads `{key}`")).collect()
    };
    let alone = !case.contains_key("checks");
    let mut mistakes = unread(case, if alone { &[STACK, CASE, CHECK] } else { &[STACK, CASE] });
    mistakes.extend(tables(case, "checks").into_iter().flat_map(|check| unread(check, &[CHECK])));
    mistakes.extend(case.get("from").and_then(Value::as_table).map_or(vec![], |from| unread(from, &[STACK])));
    if [file, case].iter().all(|table| string(table, "source").is_none()) {
        mistakes.push("no source".to_string());
    }
    mistakes
}

fn run(file: &Table, case: &Table, check: &Table) -> Result<(), String> {
    let sum = string(check, "sum").unwrap_or("");
    let outcome = outcome(file, case, sum);
    if let Some(words) = string(check, "refused") {
        return match outcome {
            Err(message) if message.contains(words) => Ok(()),
            other => Err(format!("expected to be refused with \"{words}\", got {other:?}")),
        };
    }
    let (exact, lines) = outcome?;
    let expected = string(check, "exact").ok_or("nothing is expected")?;
    let got = exact.map_or("no line".to_string(), shown);
    let detail = || format!("{sum}: expected {expected}, got {got}\n    {}", lines.join("\n    "));
    if got != expected {
        return Err(detail());
    }
    let verdict = string(check, "verdict").ok_or("no verdict")?;
    let why = string(check, "why").or(string(case, "why"));
    if verdict != "agrees" && why.is_none() {
        return Err(format!("{sum}: `{verdict}`, but why?"));
    }
    let plus = string(check, "plus").map_or(Ratio::ZERO, number);
    let amounts: Vec<Ratio> = lines.iter().filter_map(|line| Ratio::parse(line.split(' ').next()?)).collect();
    match (holds(verdict, exact.unwrap_or_default() + plus, &amounts, string(check, "printed")), verdict) {
        (true, _) => Ok(()),
        (false, verdict) => Err(format!("not `{verdict}` with {:?}: {}", string(check, "printed"), detail())),
    }
}

/// How a printed figure stands to the exact one.
fn holds(verdict: &str, exact: Ratio, lines: &[Ratio], printed: Option<&str>) -> bool {
    let Some(printed) = printed else { return verdict == "missing" };
    if let Some((least, most)) = printed.split_once("..") {
        let inside = number(least) <= exact && exact <= number(most);
        return inside == (verdict == "inside") && ["inside", "outside"].contains(&verdict);
    }
    let places =
        printed.split_once('.').map_or(0, |(_, decimals)| u32::try_from(decimals.len()).expect("a few places"));
    let last_place = Ratio::new(1, 10_i128.pow(places));
    let (figure, agrees) = (number(printed), exact.to_fixed(places) == printed);
    match verdict {
        // Equal when rounded half up to the places printed.
        "agrees" => agrees,
        // Each line rounded so, then added up.
        "lines" => lines.iter().map(|line| number(&line.to_fixed(places))).sum::<Ratio>() == figure,
        // Cut off, or rounded up, where half up gives another figure.
        "truncated" => !agrees && figure <= exact && exact < figure + last_place,
        "up" => !agrees && exact <= figure && figure < exact + last_place,
        // Not the rounded figure, but within a twentieth of it.
        "loose" => !agrees && size(exact - figure) * Ratio::whole(20) <= size(figure),
        "wrong" => !agrees,
        _ => false,
    }
}

/// The sum asked for, `None` without a line; and all lines, for a reader of a failure.
fn outcome(file: &Table, case: &Table, sum: &str) -> Result<(Option<Ratio>, Vec<String>), String> {
    let to = priced(file, case)?;
    let words = |lines: Vec<&Line>| {
        lines.into_iter().map(|line| format!("{} {} = {}", line.amount, line.usage_type, line.because)).collect()
    };
    let Some(over) = case.get("from") else {
        return Ok((total(&to, sum).map(Usd::to_ratio), words(selected(&to, sum))));
    };
    let mut other = case.clone();
    other.extend(over.as_table().expect("`from` is a table").clone());
    let from = priced(file, &other)?;
    let delta = Delta::between(total(&from, sum).ok_or("no line in `from`")?, total(&to, sum).ok_or("no line")?);
    let lines = words([selected(&from, sum), selected(&to, sum)].concat());
    let scenario = |name: &str, estimate| Scenario { name: name.into(), estimate };
    Comparison::new(vec![scenario("one", from), scenario("other", to)]).map_err(|error| error.to_string())?;
    let measured = match string(case, "measure") {
        Some("usd") => Some(delta.usd.to_ratio()),
        Some("percent") => delta.percent,
        Some("times") => delta.percent.map(|percent| percent / Ratio::whole(100) + Ratio::ONE),
        _ => return Err("`from` needs a `measure`".into()),
    };
    Ok((measured, lines))
}

fn selected<'a>(estimate: &'a Estimate, sum: &str) -> Vec<&'a Line> {
    let is = |line: &Line, word: &str| match word.strip_prefix('@') {
        Some(rate) => line.rate == number(rate),
        None => *line.component == *word || UsageType::parse(&line.usage_type).rest == word,
    };
    estimate.lines.iter().filter(|line| sum.split_whitespace().all(|word| is(line, word))).collect()
}

fn total(estimate: &Estimate, sum: &str) -> Option<Usd> {
    let lines = selected(estimate, sum);
    (!lines.is_empty()).then(|| lines.iter().map(|line| line.amount).sum())
}

/// Reads and prices the stack of a case; everything in it must have a price.
fn priced(file: &Table, case: &Table) -> Result<Estimate, String> {
    let (book, classes) = bundled();
    let mut stack = StackFile::parse("stack", &stack_text(file, case)).map_err(|problems| problems.to_string())?;
    for assignment in strings(case, "set") {
        stack.set(assignment).map_err(|problems| problems.to_string())?;
    }
    let resolved = stack.resolve(None, &Env::without_files(classes)).map_err(|problems| problems.to_string())?;
    let estimate = if resolved.prices.is_empty() {
        estimate(&resolved.stack, book, None)
    } else {
        let mut book = book.clone();
        book.override_with(resolved.prices);
        estimate(&resolved.stack, &book, None)
    };
    match estimate.total() {
        Total::Exactly(_) => Ok(estimate),
        Total::AtLeast(_) => Err(format!("without a price: {:?}", estimate.unpriced)),
    }
}

fn stack_text(file: &Table, case: &Table) -> String {
    let or = |key, usual| string(case, key).unwrap_or(usual);
    let (region, month) = (or("region", "us-east-1"), or("month", "average"));
    let always_free = case.get("always_free").is_none_or(|value| value.as_bool().expect("true or false"));
    let base = string(case, "base").map_or("", |name| {
        let bases = file["bases"].as_table().expect("a table of texts");
        string(bases, name).unwrap_or_else(|| panic!("there is no base {name}"))
    });
    let head =
        format!("name = \"truth\"\nregion = \"{region}\"\nmonth = \"{month}\"\naccount.always_free = {always_free}\n");
    format!("{head}{base}\n{}", or("stack", ""))
}

fn bundled() -> &'static (PriceBook, Classes) {
    static BUNDLED: OnceLock<(PriceBook, Classes)> = OnceLock::new();
    BUNDLED.get_or_init(|| {
        use stackcost_prices::{ALLOWANCES, CLASSES, SIGN_UP, SOURCES, VERSION, files};
        let bundle = Bundle { version: VERSION, sources: SOURCES, allowances: ALLOWANCES, sign_up: SIGN_UP };
        let book = bundle.read(files(), |_, _| true).expect("the bundled book");
        (book, Classes::parse(CLASSES).expect("the bundled classes"))
    })
}

/// The checks of a case: those listed, or the case itself.
fn checks(case: &Table) -> Vec<&Table> {
    let listed = tables(case, "checks");
    if listed.is_empty() { vec![case] } else { listed }
}

fn tables<'a>(table: &'a Table, key: &str) -> Vec<&'a Table> {
    let rows = table.get(key).map_or(&[][..], |value| value.as_array().expect("a list"));
    rows.iter().map(|row| row.as_table().expect("a list of tables")).collect()
}

fn string<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).map(|value| value.as_str().unwrap_or_else(|| panic!("`{key}` is no text: {value:?}")))
}

fn strings<'a>(table: &'a Table, key: &str) -> Vec<&'a str> {
    let rows = table.get(key).map_or(&[][..], |value| value.as_array().expect("a list"));
    rows.iter().map(|row| row.as_str().expect("a list of texts")).collect()
}

fn number(text: &str) -> Ratio {
    Ratio::parse(text).unwrap_or_else(|| panic!("`{text}` is no decimal"))
}

fn size(value: Ratio) -> Ratio {
    value.max(-value)
}

/// Up to twelve places, without trailing zeros.
fn shown(value: Ratio) -> String {
    let text = value.to_fixed(Usd::PLACES);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}
