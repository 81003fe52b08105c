//! Credits: what they pay, and how long they last.
//!
//! Where several can pay, AWS takes the one that expires first, then the one for the fewest services, then
//! the oldest (AWS Billing user guide, "Applying AWS credits"). What was drawn before the horizon is taken
//! to be what the stack costs now, hour by hour: of the past nothing else is known here.

use super::{CREDITS, Error};
use crate::account::{Account, Credit};
use crate::estimate::{CreditMonth, Estimate, Line, LineKind};
use crate::exact::Ratio;
use crate::free::{SignUp, months_after};
use crate::meter::ServiceCode;
use crate::money::Usd;
use crate::price::{Basis, Confidence, Source};
use crate::time::{Date, Horizon};
use crate::unit::{AnyQuantity, UnitKind};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use jiff::Span;

/// More months than this are not told one by one: credits last long where little is used.
const MOST_MONTHS: usize = 36;
/// Nor are more months than this told that passed before.
const MONTHS_BEFORE: i64 = 12;
/// Hours of a day.
const DAY: i64 = 24;

pub(super) fn pay(
    priced: &mut Estimate,
    account: &Account,
    sign_up: Option<(Date, Usd, &SignUp)>,
    day: Option<Date>,
) -> Result<(), Error> {
    let mut credits: Vec<(Credit, Source)> =
        account.credits.iter().map(|credit| (credit.clone(), Source::user(&credit.from))).collect();
    if let Some((opened, usd, rule)) = sign_up.filter(|(_, usd, _)| *usd != Usd::ZERO) {
        credits.push(of_sign_up(opened, usd, rule));
    }
    if credits.is_empty() {
        priced.remarks.extend(free_plan(priced, account, sign_up));
        return Ok(());
    }
    let start = match priced.horizon {
        Horizon::Month { first } => Some(first),
        _ => day,
    };
    let hourly = hourly(priced);
    let mut ledger = Ledger::new(credits, start);
    let dated = start.is_some();
    let start = start.unwrap_or_default();
    let first = ledger.first().unwrap_or(start).min(start);
    let hours = i64::try_from(priced.horizon.seconds() / 3_600).unwrap_or(i64::MAX);
    let mut months = ledger.clone();
    if dated {
        priced.remarks.extend(ledger.idle(start, hours, &hourly));
    }
    ledger.draw(first, days(first, start) * DAY, &hourly)?;
    let left: Vec<Usd> = ledger.accounts.iter().map(|account| account.left).collect();
    let draws = ledger.draw(start, hours, &hourly)?;
    let name: Arc<str> = CREDITS.into();
    for (at, service, paid) in draws {
        let (Some(account), Some(left)) = (ledger.accounts.get(at), left.get(at)) else { continue };
        priced.lines.push(line(&name, account, service, (*left, paid)));
    }
    if priced.lines.iter().any(|line| line.component == name) {
        priced.components.push(name);
    }
    if dated {
        let told = told_from(ledger.first().unwrap_or(start), start);
        months.draw(first, days(first, told) * DAY, &hourly)?;
        priced.drawdown = months.by_month(told, &hourly)?;
    }
    if first < start {
        priced.remarks.push(format!("credits were drawn on since {first} by what the stack costs now"));
    }
    priced.remarks.extend(free_plan(priced, account, sign_up));
    Ok(())
}

/// The day from which on months are told: when the first credit is there, but not long before the horizon, which
/// begins on `start`.
fn told_from(first: Date, start: Date) -> Date {
    if first.first_of_month() > start {
        return first.first_of_month();
    }
    let before = start.first_of_month().saturating_sub(Span::new().months(MONTHS_BEFORE));
    first.min(start).max(before)
}

/// When the free plan ends, for an account that is on it.
fn free_plan(priced: &Estimate, account: &Account, sign_up: Option<(Date, Usd, &SignUp)>) -> Option<String> {
    let (opened, _, rule) = sign_up.filter(|_| account.free_plan)?;
    let used_up = priced.drawdown.iter().find(|month| month.left == Usd::ZERO).map(|month| month.from);
    let end = months_after(opened, rule.free_plan_months);
    let sooner = used_up.filter(|used_up| *used_up < end);
    let sooner = sooner.map(|month| format!("; its credits are used up in {}", month.strftime("%Y-%m")));
    Some(format!(
        "the free plan ends on {end}, or when its credits are used up: the account is then closed, unless it goes over \
         to the paid plan{}",
        sooner.unwrap_or_default()
    ))
}

fn of_sign_up(opened: Date, usd: Usd, rule: &SignUp) -> (Credit, Source) {
    let source = Source {
        sku: None,
        date: None,
        basis: Basis::Undated,
        from: Arc::clone(&rule.source),
        confidence: Confidence::QuotedRule,
    };
    let credit = Credit {
        name: "credits of a new account".into(),
        amount: usd,
        since: Some(opened),
        until: Some(months_after(opened, rule.months)),
        services: Vec::new(),
        from: rule.source.to_string(),
    };
    (credit, source)
}

/// What each service costs in an hour; what is not billed at all is not paid.
fn hourly(priced: &Estimate) -> Vec<(ServiceCode, Ratio)> {
    let mut sums: Vec<(ServiceCode, Usd)> = Vec::new();
    for line in &priced.lines {
        match sums.iter_mut().find(|(service, _)| *service == line.service) {
            Some((_, sum)) => *sum = *sum + line.amount,
            None => sums.push((line.service, line.amount)),
        }
    }
    let hours = priced.horizon.hours();
    sums.into_iter()
        .filter(|(_, sum)| *sum > Usd::ZERO)
        .map(|(service, sum)| (service, sum.to_ratio() / hours))
        .collect()
}

fn line(name: &Arc<str>, account: &Balance, service: ServiceCode, (left, paid): (Usd, Usd)) -> Line {
    let last = account.credit.until.map(|until| until.yesterday().unwrap_or(until));
    let until = last.map(|last| format!(", to expire on {last}")).unwrap_or_default();
    Line {
        kind: LineKind::Credit,
        component: Arc::clone(name),
        service,
        usage_type: "Credit".into(),
        operation: "".into(),
        quantity: AnyQuantity { value: paid.to_ratio(), unit: UnitKind::Dollar },
        rate: Ratio::ZERO - Ratio::ONE,
        amount: -paid,
        because: format!("{service} by {}: {left} USD left before{until}", account.credit.name),
        source: account.source.clone(),
    }
}

/// From one day to a later one.
fn days(from: Date, to: Date) -> i64 {
    to.since(from).map_or(0, |span| span.get_days().into())
}

#[derive(Clone)]
struct Balance {
    credit: Credit,
    source: Source,
    left: Usd,
}

impl Balance {
    fn is_there(&self, day: Date) -> bool {
        self.credit.since.is_none_or(|since| since <= day) && self.credit.until.is_none_or(|until| day < until)
    }
}

/// What is left of each credit, as time passes.
#[derive(Clone)]
struct Ledger {
    /// In the order in which they pay.
    accounts: Vec<Balance>,
}

impl Ledger {
    /// Without a day nothing can be said of the past or of an end: all is there.
    fn new(credits: Vec<(Credit, Source)>, start: Option<Date>) -> Ledger {
        let balance = |(mut credit, source): (Credit, Source)| {
            match start {
                Some(start) => credit.since = credit.since.or(Some(start)),
                None => (credit.since, credit.until) = (None, None),
            }
            Balance { left: credit.amount, credit, source }
        };
        let mut accounts: Vec<Balance> = credits.into_iter().map(balance).collect();
        let key = |of: &Balance| {
            let services = Some(of.credit.services.len()).filter(|&count| count > 0).unwrap_or(usize::MAX);
            (of.credit.until.unwrap_or(Date::MAX), services, of.credit.since)
        };
        accounts.sort_by_key(key);
        Ledger { accounts }
    }

    /// The first day on which there is one.
    fn first(&self) -> Option<Date> {
        self.accounts.iter().filter_map(|account| account.credit.since).min()
    }

    /// Why credits pay nothing in the hours from `start` on, where that is not for having been used up.
    fn idle(&self, start: Date, hours: i64, hourly: &[(ServiceCode, Ratio)]) -> Vec<String> {
        let why = |Balance { credit, .. }: &Balance| match (credit.since, credit.until) {
            (_, Some(until)) if until <= start => {
                Some(format!("expired on {}, before what is estimated", until.yesterday().unwrap_or(until)))
            }
            (Some(since), _) if since > start && days(start, since) * DAY >= hours => {
                Some(format!("is drawn on from {since} on, after what is estimated"))
            }
            _ if !hourly.iter().any(|(service, _)| credit.pays_for(*service)) => {
                Some("is for nothing that the stack pays for".to_string())
            }
            _ => None,
        };
        let words = |of: &Balance| why(of).map(|why| format!("the credit \"{}\" {why}", of.credit.name));
        self.accounts.iter().filter_map(words).collect()
    }

    /// Lets hours pass; says what each credit paid of each service.
    fn draw(
        &mut self,
        from: Date,
        hours: i64,
        hourly: &[(ServiceCode, Ratio)],
    ) -> Result<Vec<(usize, ServiceCode, Usd)>, Error> {
        let mut paid: Vec<(usize, ServiceCode, Usd)> = Vec::new();
        let (mut day, mut left) = (from, hours);
        let cost = |service: ServiceCode, rate: Ratio, hours: i64| {
            let cost = Usd::round(rate * Ratio::whole(hours));
            cost.ok_or_else(|| Error::TooLarge(format!("what {service} costs")))
        };
        while left > 0 {
            // Until the next credit begins or ends.
            let ends = self.accounts.iter().flat_map(|account| [account.credit.since, account.credit.until]);
            let next = ends.flatten().filter(|end| *end > day).min();
            let stretch = next.map_or(left, |next| (days(day, next) * DAY).min(left));
            for &(service, rate) in hourly {
                // What it cost up to the end, less up to the beginning: stretches then add up to the whole.
                let passed = hours - left;
                let mut open = cost(service, rate, passed + stretch)? - cost(service, rate, passed)?;
                for (at, account) in self.accounts.iter_mut().enumerate() {
                    let part = account.left.min(open);
                    if part == Usd::ZERO || !account.is_there(day) || !account.credit.pays_for(service) {
                        continue;
                    }
                    account.left = account.left - part;
                    open = open - part;
                    match paid.iter_mut().find(|(of, by, _)| (*of, *by) == (at, service)) {
                        Some((_, _, sum)) => *sum = *sum + part,
                        None => paid.push((at, service, part)),
                    }
                }
            }
            left -= stretch;
            match next {
                Some(next) if left > 0 => day = next,
                _ => break,
            }
        }
        Ok(paid)
    }

    /// Month by month, until nothing is left that could pay.
    fn by_month(&mut self, first: Date, hourly: &[(ServiceCode, Ratio)]) -> Result<Vec<CreditMonth>, Error> {
        let mut months = vec![];
        let mut from = first;
        while months.len() < MOST_MONTHS {
            let next = months_after(from.first_of_month(), 1);
            if next <= from {
                // The calendar ends.
                break;
            }
            let hours = days(from, next) * DAY;
            let credits: Usd = self.draw(from, hours, hourly)?.into_iter().map(|(_, _, paid)| paid).sum();
            let costs = hourly.iter().map(|(_, rate)| Usd::round(*rate * Ratio::whole(hours)));
            let gross: Option<Usd> = costs.sum();
            let gross = gross.ok_or_else(|| Error::TooLarge("what the stack costs".to_string()))?;
            let begun = |account: &&Balance| account.credit.since.is_none_or(|since| since < next);
            let there = |account: &&Balance| begun(account) && account.credit.until.is_none_or(|until| until > next);
            let left: Usd = self.accounts.iter().filter(there).map(|account| account.left).sum();
            let gone = |account: &&Balance| account.credit.until.is_some_and(|until| from < until && until <= next);
            let expired: Usd = self.accounts.iter().filter(gone).map(|account| account.left).sum();
            months.push(CreditMonth { from, gross, credits, expired, left });
            let usable = |account: &Balance| {
                let pays = hourly.iter().any(|(service, _)| account.credit.pays_for(*service));
                pays && account.left != Usd::ZERO && account.credit.until.is_none_or(|until| until > next)
            };
            if !self.accounts.iter().any(usable) {
                break;
            }
            from = next;
        }
        Ok(months)
    }
}
