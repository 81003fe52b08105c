//! From usage to priced lines. An estimate never fails and never hides a gap.

use crate::account::{Account, Currency, Elsewhere};
use crate::exact::Ratio;
use crate::free::{Allowance, Offer};
use crate::meter::{Meter, Region, ServiceCode};
use crate::money::Usd;
use crate::price::{Basis, Confidence, Gap, Price, PriceBook, Source, Tariff};
use crate::stack::Stack;
use crate::time::{Date, Horizon};
use crate::unit::{AnyQuantity, UnitKind};
use crate::usage::{Pricing, Usage};
use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// A priced stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Its name.
    pub stack: String,
    /// The scenario that was applied, if any.
    pub scenario: Option<String>,
    /// Where it is.
    pub region: Region,
    /// The time it covers.
    pub horizon: Horizon,
    /// Which price book, and as of when (`None`: the newest rate of each).
    pub book: (String, Option<Date>),
    /// The components of the stack, in its order.
    pub components: Vec<Arc<str>>,
    /// What else is to be known of the rates: how old they are, for one.
    pub remarks: Vec<String>,
    /// What could be priced.
    pub lines: Vec<Line>,
    /// What could not: while this is not empty the total is a lower bound.
    pub unpriced: Vec<Unpriced>,
    /// What credits pay from month to month, until they are used up or expire.
    pub drawdown: Vec<CreditMonth>,
    /// The currency in which the total is shown, too.
    pub currency: Option<Currency>,
}

/// What credits pay in a calendar month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditMonth {
    /// Its first day, or the first day on which there were credits.
    pub from: Date,
    /// What the stack costs before credits, from then on.
    pub gross: Usd,
    /// What they pay.
    pub credits: Usd,
    /// What of them expires in it, unused.
    pub expired: Usd,
    /// What is left of them at its end, without what expired.
    pub left: Usd,
}

/// What a line is, after AWS's line item types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LineKind {
    /// Usage, at its rate.
    Usage,
    /// What an agreement with AWS takes off.
    Discount,
    /// What commitments pay for, taken off, and what they cost.
    Commitment,
    /// What credits pay, in dollars at a rate of -1.
    Credit,
}

impl LineKind {
    /// As documents write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            LineKind::Usage => "usage",
            LineKind::Discount => "discount",
            LineKind::Commitment => "commitment",
            LineKind::Credit => "credit",
        }
    }
}

/// A priced usage, or a part of one that has a rate of its own; or what is taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Whose: `fargate.api`.
    pub component: Arc<str>,
    /// Who bills it.
    pub service: ServiceCode,
    /// The usage type as AWS writes it in this region.
    pub usage_type: Cow<'static, str>,
    /// The operation that decides the price, or empty.
    pub operation: Cow<'static, str>,
    /// How much.
    pub quantity: AnyQuantity,
    /// Dollars for one unit.
    pub rate: Ratio,
    /// What it costs: quantity × rate, rounded once.
    pub amount: Usd,
    /// How the quantity came about.
    pub because: String,
    /// Where the rate comes from.
    pub source: Source,
}

/// A usage without a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpriced {
    /// Whose.
    pub component: Arc<str>,
    /// Who bills it.
    pub service: ServiceCode,
    /// The usage type as AWS writes it in this region.
    pub usage_type: Cow<'static, str>,
    /// The operation, or empty.
    pub operation: Cow<'static, str>,
    /// How much.
    pub quantity: AnyQuantity,
    /// How the quantity came about.
    pub because: String,
    /// Why there is no price.
    pub gap: Gap,
}

/// A total that cannot be mistaken for a complete one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// All usage was priced.
    Exactly(Usd),
    /// Some was not.
    AtLeast(Usd),
}

impl Total {
    /// The sum of what was priced.
    #[must_use]
    pub const fn usd(self) -> Usd {
        match self {
            Total::Exactly(usd) | Total::AtLeast(usd) => usd,
        }
    }
}

impl Estimate {
    /// The sum of the lines of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: LineKind) -> Usd {
        self.lines.iter().filter(|line| line.kind == kind).map(|line| line.amount).sum()
    }

    /// The sum of the lines.
    #[must_use]
    pub fn total(&self) -> Total {
        let sum = self.lines.iter().map(|line| line.amount).sum();
        if self.unpriced.is_empty() { Total::Exactly(sum) } else { Total::AtLeast(sum) }
    }

    /// The names of the components that have lines or gaps, in the order of the stack.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        let lines = self.lines.iter().map(|line| &*line.component);
        let used: BTreeSet<&str> = lines.chain(self.unpriced.iter().map(|gap| &*gap.component)).collect();
        self.components.iter().map(|name| &**name).filter(move |name| used.contains(name))
    }

    /// What a component costs.
    #[must_use]
    pub fn of_component(&self, name: &str) -> Total {
        let lines = self.lines.iter().filter(|line| &*line.component == name);
        let sum = lines.map(|line| line.amount).sum();
        if self.unpriced.iter().any(|gap| &*gap.component == name) { Total::AtLeast(sum) } else { Total::Exactly(sum) }
    }
}

/// Prices a stack from a book, as of a date (`None`: the newest rate of each meter).
///
/// Each usage passes three steps, in this order, since that is how a bill comes about: what is
/// free is taken off first, the rest runs through the bands of its rate, and every part becomes a
/// line. Bands and allowances are of the month and shared by all usage of a meter in the stack,
/// in the order of its components.
#[must_use]
pub fn estimate(stack: &Stack, book: &PriceBook, as_of: Option<Date>) -> Estimate {
    let usage = stack.usage();
    let months = stack.horizon.months();
    let account = &stack.account;
    let day = as_of.or_else(|| book.day());
    let own = stack.allowances();
    // What the stack makes free by itself is of the horizon, what an account has is of a month.
    let pools =
        own.iter().map(|allowance| Pool { allowance, left: allowance.quantity, share: Ratio::ONE, shared: false });
    let monthly = book.allowances().iter().map(|allowance| Pool {
        allowance,
        left: allowance.quantity * months,
        share: share(account, allowance.offer, stack.horizon, day),
        shared: true,
    });
    let mut pricer = Pricer {
        region: stack.region,
        months,
        book,
        as_of,
        pools: pools.chain(monthly.filter(|pool| !pool.share.is_zero())).collect(),
        consumed: Vec::new(),
        lines: Vec::with_capacity(usage.len() + 4),
        unpriced: Vec::new(),
    };
    for used in &account.elsewhere {
        pricer.use_elsewhere(used);
    }
    for used in usage {
        pricer.price(used);
    }
    Estimate {
        stack: stack.name.clone(),
        scenario: None,
        region: stack.region,
        horizon: stack.horizon,
        book: (book.version().to_string(), as_of),
        components: stack.components.iter().map(|(name, _)| Arc::clone(name)).collect(),
        remarks: free_words(account, book, stack.horizon, day).into_iter().collect(),
        lines: pricer.lines,
        unpriced: pricer.unpriced,
        drawdown: Vec::new(),
        currency: None,
    }
}

/// An allowance with what is left of it.
struct Pool<'a> {
    allowance: &'a Allowance,
    left: Ratio,
    /// The part of the horizon in which it is there.
    share: Ratio,
    /// Whether all that is billed together has it, not the stack alone.
    shared: bool,
}

/// The part of the horizon in which an account has an offer and wants it.
fn share(account: &Account, offer: Offer, horizon: Horizon, day: Option<Date>) -> Ratio {
    let wanted = match offer {
        Offer::Always => account.always_free,
        Offer::Months { .. } => account.offers,
    };
    if wanted { offer.share(account.opened, horizon, day) } else { Ratio::ZERO }
}

/// Until when an account that says when it was opened has the offers of its first months.
fn free_words(account: &Account, book: &PriceBook, horizon: Horizon, day: Option<Date>) -> Option<String> {
    let opened = account.opened.filter(|_| account.offers)?;
    let offer = book.allowances().iter().map(|allowance| allowance.offer).find(|offer| *offer != Offer::Always)?;
    let Offer::Months { months, opened_before } = offer else { return None };
    let Some(end) = offer.ends(opened) else {
        return Some(format!(
            "accounts opened from {opened_before} on have credits instead of {months} months of free usage"
        ));
    };
    let when = match (horizon, day) {
        (Horizon::Month { .. }, _) | (_, None) => String::new(),
        (_, Some(day)) => format!("; this {} is taken as of {day}", horizon.label()),
    };
    Some(format!("opened on {opened}, the account has {months} months of free usage: until {end}{when}"))
}

struct Pricer<'a> {
    region: Region,
    months: Ratio,
    book: &'a PriceBook,
    as_of: Option<Date>,
    pools: Vec<Pool<'a>>,
    /// What graduated meters have used up to now in this month.
    consumed: Vec<(Meter, Ratio)>,
    lines: Vec<Line>,
    unpriced: Vec<Unpriced>,
}

impl Pricer<'_> {
    fn price(&mut self, mut used: Usage) {
        if self.take_free(&mut used) {
            return;
        }
        match (self.book.tariff(&used.meter, self.region, self.as_of), &used.pricing) {
            (Ok(tariff), _) => match tariff.flat() {
                Some(price) => self.charge(used, Ratio::from(price.band.usd), price.source.clone()),
                None => self.charge_bands(&used, &tariff),
            },
            (Err(_), Pricing::Discounted { from, off }) => {
                let (from, off) = (from.clone(), *off);
                self.charge_discounted(used, &from, off);
            }
            (Err(gap), Pricing::Listed) => self.gap(used, gap),
        }
    }

    /// What others have used of free quantities and bands before.
    fn use_elsewhere(&mut self, used: &Elsewhere) {
        let mut rest = used.quantity * self.months;
        for pool in self.pools.iter_mut().filter(|pool| pool.shared && pool.allowance.covers(&used.meter)) {
            let free = pool.left.min(rest * pool.share);
            pool.left = pool.left - free;
            rest = rest - free;
        }
        if used.region == self.region {
            self.add_up(&used.meter, rest);
        }
    }

    /// Takes off what allowances leave free; a zero line says so. Returns whether that was all.
    fn take_free(&mut self, used: &mut Usage) -> bool {
        let mut any = false;
        for at in 0..self.pools.len() {
            let Pool { allowance, left, share, .. } = &mut self.pools[at];
            if left.is_zero() || !allowance.covers(&used.meter) {
                continue;
            }
            let free = (*left).min(used.quantity.value * *share);
            if free.is_zero() {
                continue;
            }
            any = true;
            *left = *left - free;
            used.quantity.value = used.quantity.value - free;
            let source = Source { from: Arc::clone(&allowance.source), ..free_source() };
            let because = format!("{}; {}", used.because, allowance.name);
            let freed = Usage { quantity: AnyQuantity { value: free, ..used.quantity }, because, ..used.clone() };
            self.charge(freed, Ratio::ZERO, source);
        }
        any && used.quantity.value.is_zero()
    }

    fn charge_bands(&mut self, used: &Usage, tariff: &Tariff<'_>) {
        let already = self.consume(used);
        let part = |value: Ratio| Usage { quantity: AnyQuantity { value, ..used.quantity }, ..used.clone() };
        let (slices, rest) = tariff.slices(already, used.quantity.value, self.months);
        let several = slices.len() + usize::from(rest.is_some()) > 1;
        for slice in slices {
            let mut part = part(slice.quantity);
            if several {
                part.because = format!("{}; {}", part.because, band_words(slice.price));
            }
            self.charge(part, Ratio::from(slice.price.band.usd), slice.price.source.clone());
        }
        if let Some((left, gap)) = rest {
            self.gap(part(left), gap);
        }
    }

    /// How much of the meter was used before in this month; adds this usage.
    fn consume(&mut self, used: &Usage) -> Ratio {
        self.add_up(&used.meter, used.quantity.value)
    }

    fn add_up(&mut self, meter: &Meter, quantity: Ratio) -> Ratio {
        match self.consumed.iter_mut().find(|(known, _)| known == meter) {
            Some((_, sum)) => {
                let before = *sum;
                *sum = *sum + quantity;
                before
            }
            None => {
                self.consumed.push((meter.clone(), quantity));
                Ratio::ZERO
            }
        }
    }

    /// A rate that no list has: another one, less what the user says is off.
    fn charge_discounted(&mut self, used: Usage, from: &Meter, off: Option<Ratio>) {
        let Some(off) = off else { return self.gap(used, Gap::NoSpotDiscount) };
        match self.book.tariff(from, self.region, self.as_of) {
            Ok(tariff) => {
                let Some(price) = tariff.bands().first() else { return self.gap(used, Gap::NoRate) };
                let percent = off * Ratio::whole(100);
                let listed = Ratio::from(price.band.usd);
                let mut source = price.source.clone();
                source.from = format!("{percent} % (user) off {listed}, {}", source.from).into();
                source.confidence = Confidence::User;
                // That SKU is what the other rate is of: nothing that is agreed for it is for this one.
                source.sku = None;
                self.charge(used, listed * (Ratio::ONE - off), source);
            }
            Err(gap) => self.gap(used, gap),
        }
    }

    fn charge(&mut self, used: Usage, rate: Ratio, source: Source) {
        let Some(amount) = Usd::round(rate * used.quantity.value) else { return self.gap(used, Gap::TooLarge) };
        self.lines.push(Line {
            kind: LineKind::Usage,
            usage_type: used.meter.written(self.region),
            component: used.component,
            service: used.meter.service,
            operation: used.meter.operation,
            quantity: used.quantity,
            rate,
            amount,
            because: used.because,
            source,
        });
    }

    /// Nothing used costs nothing at any rate; everything else without a price is listed.
    fn gap(&mut self, used: Usage, gap: Gap) {
        if used.quantity.value.is_zero() {
            return;
        }
        self.unpriced.push(Unpriced {
            usage_type: used.meter.written(self.region),
            component: used.component,
            service: used.meter.service,
            operation: used.meter.operation,
            quantity: used.quantity,
            because: used.because,
            gap,
        });
    }
}

/// An allowance is a rule, not a rate: it has no SKU and no date.
fn free_source() -> Source {
    Source { sku: None, date: None, basis: Basis::Undated, from: Arc::from(""), confidence: Confidence::QuotedRule }
}

fn band_words(price: &Price) -> String {
    let unit: UnitKind = price.unit;
    match price.band.to {
        Some(to) if price.band.from.is_zero() => format!("the first {to} {unit} of the month"),
        Some(to) => format!("from {} to {to} {unit} of the month", price.band.from),
        None => format!("beyond {} {unit} of the month", price.band.from),
    }
}
