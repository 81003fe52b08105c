//! `[account]`: who pays, and what was agreed with AWS.
//!
//! ```toml
//! [account]
//! opened        = "2025-03-01"
//! elsewhere     = { "DataTransfer-Out-Bytes" = "20 TB" }
//! private_rates = { "8CESGAFWKAJ98PME" = "0.036", "TimedStorage-ByteHrs" = { service = "AmazonECR", off = "10%" } }
//! discount      = { off = "7%", except = ["AmazonVPC"] }
//! credits       = [{ name = "start-up programme", amount = "1000 USD", expires = "2027-06-30" }]
//! owned         = ["compute:1yr:no=0.05"]
//! currency      = { code = "EUR", per_usd = "0.92", note = "our treasury, November" }
//! ```

use super::prices::{date, decimal, meter, service_code};
use crate::owned::Owned;
use crate::problem::{At, Problem};
use crate::scalar;
use crate::tree::{Entry, Node, Reader, Value};
use stackcost_model::account::{Account, Credit, Currency, Discount, Elsewhere, Priced, PrivateRate, Terms};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::{Region, ServiceCode, UsageType};
use stackcost_model::money::Usd;
use stackcost_model::time::Date;
use stackcost_model::unit::UnitKind;

/// The day on which AWS began to let accounts in.
const FIRST_DAY: Date = Date::constant(2006, 3, 14);

/// More of a currency than this is no dollar.
const MOST_PER_USD: i64 = 1_000_000_000;

/// Reads the account, and what commitments it owns.
pub(super) fn read(node: &Node, region: Region) -> Result<(Account, Vec<Owned>), Problem> {
    let table = Reader::new(node, "[account]")?;
    let usual = Account::default();
    let account = Account {
        always_free: table.read("always_free", scalar::boolean)?.unwrap_or(usual.always_free),
        opened: table.read("opened", opened)?,
        offers: table.read("first_months_free", scalar::boolean)?.unwrap_or(usual.offers),
        sign_up_credits: table.read("sign_up_credits", scalar::usd)?,
        free_plan: table.read("plan", |node| scalar::word(node, "plan", &[("free", true), ("paid", false)]))?
            == Some(true),
        elsewhere: each(&table, "elsewhere", |entry| elsewhere(entry, region))?,
        private_rates: each(&table, "private_rates", private_rate)?,
        discount: table.read("discount", discount)?,
        credits: table.read("credits", credits)?.unwrap_or_default(),
        currency: table.read("currency", currency)?,
    };
    let owned = table.read("owned", owned)?.unwrap_or_default();
    table.finish()?;
    Ok((account, owned))
}

fn owned(node: &Node) -> Result<Vec<Owned>, Problem> {
    let one = |node: &Node| {
        Owned::parse(scalar::string(node)?).map_err(|why| Problem::new(&node.at, "this is no commitment").help(why))
    };
    list(node)?.iter().map(one).collect()
}

/// The entries of a table, each read by `read`.
fn each<T>(
    table: &Reader<'_>,
    key: &'static str,
    read: impl Fn(&Entry) -> Result<T, Problem>,
) -> Result<Vec<T>, Problem> {
    let Some(node) = table.opt(key) else { return Ok(Vec::new()) };
    Reader::new(node, format!("`{key}`"))?.table.entries.iter().map(read).collect()
}

fn opened(node: &Node) -> Result<Date, Problem> {
    let day = date(node, "opened")?;
    if day >= FIRST_DAY {
        return Ok(day);
    }
    Err(Problem::new(&node.at, format!("{day} is before AWS had accounts"))
        .help("write the day the account was opened: opened = \"2025-03-01\""))
}

fn elsewhere(entry: &Entry, stack_region: Region) -> Result<Elsewhere, Problem> {
    let parsed = UsageType::parse(&entry.key);
    let (service, operation, node) = match &entry.node.value {
        Value::Table(_) => {
            let table = Reader::new(&entry.node, format!("the usage of {}", entry.key))?;
            let service = table.read("service", service_code)?;
            let operation = table.read("operation", |node| scalar::string(node).map(str::to_string))?;
            let quantity = table.need("quantity", "\"20 TB\"")?;
            table.finish()?;
            (service, operation.unwrap_or_default(), quantity)
        }
        _ => (None, String::new(), &entry.node),
    };
    let known = meter(entry, &parsed.rest, service, &operation, "quantity")?;
    let quantity = match known.unit {
        UnitKind::Gb | UnitKind::GbMonth => scalar::gb(node, false, "\"20 TB\"")?,
        _ => scalar::number(node, "10 or \"5M\"")?,
    };
    let mut meter = known.clone();
    meter.usage_type = parsed.rest.into();
    if !operation.is_empty() {
        meter.operation = operation.into();
    }
    Ok(Elsewhere { meter, region: parsed.region.unwrap_or(stack_region), quantity })
}

fn private_rate(entry: &Entry) -> Result<PrivateRate, Problem> {
    let mut from = place("private_rates", &entry.key_at);
    let (service, terms) = match &entry.node.value {
        Value::Table(_) => {
            let table = Reader::new(&entry.node, format!("the private rate of {}", entry.key))?;
            let service = table.read("service", service_code)?;
            let rate = table.read("rate", decimal)?;
            let off = table.read("off", scalar::percent)?;
            from = noted(from, &table)?;
            table.finish()?;
            let terms = match (rate, off) {
                (Some(rate), None) => Terms::Rate(rate),
                (None, Some(off)) => Terms::Off(off),
                (None, None) => {
                    return Err(Problem::new(&entry.key_at, "a private rate needs `rate` or `off`")
                        .help("write { rate = \"0.036\" }, or { off = \"10%\" }"));
                }
                (Some(_), Some(_)) => {
                    return Err(Problem::new(&entry.key_at, "a private rate has `rate` or `off`, not both"));
                }
            };
            (service, terms)
        }
        _ => (None, Terms::Rate(decimal(&entry.node)?)),
    };
    let of = if is_sku(&entry.key) {
        Priced::Sku(entry.key.clone())
    } else {
        let UsageType { region, rest } = UsageType::parse(&entry.key);
        let service = meter(entry, &rest, service, "", "rate")?.service;
        Priced::UsageType(service, region, rest)
    };
    Ok(PrivateRate { of, terms, from })
}

/// SKUs are sixteen capital letters and digits.
fn is_sku(key: &str) -> bool {
    key.len() == 16 && key.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
}

fn discount(node: &Node) -> Result<Discount, Problem> {
    if !matches!(node.value, Value::Table(_)) {
        return Ok(Discount { off: scalar::percent(node)?, except: Vec::new(), from: place("discount", &node.at) });
    }
    let table = Reader::new(node, "`discount`")?;
    let discount = Discount {
        off: scalar::percent(table.need("off", "\"7%\"")?)?,
        except: table.read("except", services)?.unwrap_or_default(),
        from: noted(place("discount", &node.at), &table)?,
    };
    table.finish()?;
    Ok(discount)
}

fn credits(node: &Node) -> Result<Vec<Credit>, Problem> {
    list(node)?.iter().map(credit).collect()
}

fn credit(node: &Node) -> Result<Credit, Problem> {
    let table = Reader::new(node, "a credit")?;
    let amount_at = table.need("amount", "\"1000 USD\"")?;
    let amount = scalar::usd(amount_at)?;
    if amount == Usd::ZERO {
        return Err(Problem::new(&amount_at.at, "a credit of nothing").help("leave it out"));
    }
    let name = table.read("name", |node| scalar::string(node).map(str::to_string))?;
    let since = table.read("since", |node| date(node, "since"))?;
    // The last day is still one of it.
    let until = table.read("expires", |node| date(node, "expires").map(|day| (day, &node.at)))?;
    if let (Some(since), Some((until, at))) = (since, until)
        && until < since
    {
        return Err(Problem::new(at, format!("the credit expires before {since}, the day since when it is drawn on")));
    }
    let credit = Credit {
        name: name.unwrap_or_else(|| "credits".to_string()),
        amount,
        since,
        until: until.map(|(day, _)| day.tomorrow().unwrap_or(day)),
        services: table.read("services", services)?.unwrap_or_default(),
        from: noted(place("credits", &node.at), &table)?,
    };
    table.finish()?;
    Ok(credit)
}

fn currency(node: &Node) -> Result<Currency, Problem> {
    let table = Reader::new(node, "`currency`")?;
    let code_at = table.need("code", "\"EUR\"")?;
    let code = scalar::string(code_at)?;
    if code.len() != 3 || !code.chars().all(|sign| sign.is_ascii_uppercase()) {
        return Err(Problem::new(&code_at.at, format!("\"{code}\" is no currency"))
            .help("write its code of ISO 4217, such as \"EUR\""));
    }
    let rate_at = table.need("per_usd", "\"0.92\"")?;
    let per_usd = per_usd(rate_at)?;
    let currency = Currency { code: code.to_string(), per_usd, from: noted(place("currency", &node.at), &table)? };
    table.finish()?;
    Ok(currency)
}

/// How much of a currency a dollar is: with at most twelve decimals, so that every report shows it whole.
fn per_usd(node: &Node) -> Result<Ratio, Problem> {
    let wrong = |what: String| {
        Problem::new(&node.at, what).help("write how much of the currency one dollar is, such as per_usd = \"0.92\"")
    };
    let (Value::String(text) | Value::Number(text)) = &node.value else {
        return Err(wrong(format!("a rate is a decimal, not {}", node.value.kind())));
    };
    let Some(rate) = Ratio::parse(text).filter(|rate| !rate.is_negative()) else {
        return Err(wrong(format!("`{text}` is no rate of a currency")));
    };
    if rate.is_zero() {
        return Err(wrong("a dollar is worth something".to_string()));
    }
    if rate > Ratio::whole(MOST_PER_USD) || !rate.fits(Usd::PLACES) {
        return Err(wrong(format!(
            "`{text}` is no rate of a currency: at most a thousand million, with twelve decimals"
        )));
    }
    Ok(rate)
}

fn services(node: &Node) -> Result<Vec<ServiceCode>, Problem> {
    list(node)?.iter().map(service_code).collect()
}

fn list(node: &Node) -> Result<&[Node], Problem> {
    match &node.value {
        Value::Array(nodes) => Ok(nodes),
        other => Err(Problem::new(&node.at, format!("this must be a list, not {}", other.kind()))),
    }
}

/// Where the user says so.
fn place(key: &str, at: &At) -> String {
    format!("`{key}` of [account] in {}", at.text.name)
}

fn noted(place: String, table: &Reader<'_>) -> Result<String, Problem> {
    let note = table.read("note", |node| scalar::string(node).map(str::to_string))?;
    Ok(match note {
        Some(note) => format!("{place}: {note}"),
        None => place,
    })
}
