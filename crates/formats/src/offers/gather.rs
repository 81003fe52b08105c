//! What all forms of price lists have in common: rows come in, clear rates go out.

use super::place::{Place, means};
use super::{Form, LeftOut, PriceList, Why};
use crate::problem::Problem;
use rust_decimal::Decimal;
use stackcost_model::exact::Ratio;
use stackcost_model::free::Allowance;
use stackcost_model::meter::ServiceCode;
use stackcost_model::price::{Band, Basis, Confidence, Payment, PlanKind, PlanRate, Price, Reservation, Source, Term};
use stackcost_model::time::Date;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The code of terms that AWS puts beside the one on demand for what new accounts have free.
const FREE_TIER: &str = "A429C66SYZ";

/// One price of a term, as the list writes it; what it does not say is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dimension<'a> {
    pub code: &'a str,
    pub unit: &'a str,
    /// In dollars; `None` when the list has it in other currencies only.
    pub usd: Option<&'a str>,
    pub from: &'a str,
    pub to: &'a str,
}

/// What a term says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TermOf<'a> {
    pub code: &'a str,
    pub sku: &'a str,
    pub effective: &'a str,
    pub lease: &'a str,
    pub option: &'a str,
    pub class: &'a str,
}

/// A rate under a Savings Plan, as the list writes it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PlanRow<'a> {
    pub kind: Option<PlanKind>,
    pub term: Option<Term>,
    pub payment: Option<Payment>,
    pub effective: &'a str,
    pub sku: &'a str,
    pub code: &'a str,
    pub unit: &'a str,
    pub usd: &'a str,
    pub currency: &'a str,
}

/// A rate with its code, for errors that name it.
struct Coded<T> {
    value: T,
    code: Box<str>,
}

/// One part of a reservation.
struct Half {
    place: Place,
    term: Term,
    payment: Payment,
    date: Date,
    sku: Arc<str>,
    upfront: bool,
    usd: Decimal,
    code: Box<str>,
}

/// What was read so far.
pub(super) struct Gather<'a> {
    pub name: &'a str,
    pub form: Form,
    pub offer: Option<String>,
    pub version: Option<String>,
    pub published: Option<Date>,
    allowances: &'a [Allowance],
    left_out: BTreeMap<Why, LeftOut>,
    rates: Vec<Coded<Price>>,
    halves: Vec<Half>,
    plans: Vec<Coded<PlanRate>>,
    codes: HashSet<Box<str>>,
    /// Filled in when all is read: version and date may stand at the end.
    nobody: Arc<str>,
}

impl<'a> Gather<'a> {
    pub fn new(name: &'a str, allowances: &'a [Allowance]) -> Gather<'a> {
        Gather {
            name,
            form: Form::Json,
            offer: None,
            version: None,
            published: None,
            allowances,
            left_out: BTreeMap::new(),
            rates: Vec::new(),
            halves: Vec::new(),
            plans: Vec::new(),
            codes: HashSet::new(),
            nobody: "".into(),
        }
    }

    /// A problem with this file.
    pub fn problem(&self, what: impl std::fmt::Display) -> Problem {
        Problem::of_text(format!("{}: {what}", self.name))
    }

    /// The version and day of publication, which all parts of a file must share.
    pub fn is_version(&mut self, version: &str, published: &str) -> Result<(), Problem> {
        if let Some(other) = self.version.as_ref().filter(|other| *other != version) {
            let problem = self.problem(format!("products of two versions, {other} and {version}"));
            return Err(problem.help("AWS published a new one in between: ask for all of it again"));
        }
        self.version = Some(version.to_string());
        self.published = Some(self.date(published)?);
        Ok(())
    }

    /// A moment as AWS writes it; the day of it.
    pub fn date(&self, text: &str) -> Result<Date, Problem> {
        let day = text.get(..10).and_then(|day| day.parse().ok());
        day.ok_or_else(|| self.problem(format!("`{text}` is no date such as 2026-09-01T00:00:00Z")))
    }

    pub fn leave_out(&mut self, why: Why, usage_type: &str) {
        let entry = self.left_out.entry(why).or_insert_with(|| LeftOut { count: 0, example: usage_type.to_string() });
        entry.count += 1;
    }

    fn decimal(&self, text: &str, code: &str) -> Result<Decimal, Problem> {
        let value = Decimal::from_str_exact(text).ok().filter(|value| !value.is_sign_negative());
        let value = value.ok_or_else(|| {
            let problem = self.problem(format!("`{text}` of {code} is no decimal from 0 up"));
            problem.help("AWS writes prices as 0.0404800000: download the list again")
        })?;
        Ok(value.normalize())
    }

    fn dollars(&self, dimension: &Dimension<'_>) -> Result<Decimal, Problem> {
        let text = dimension.usd.ok_or_else(|| self.other_currency(dimension.code))?;
        self.decimal(text, dimension.code)
    }

    fn other_currency(&self, code: &str) -> Problem {
        self.problem(format!("the price of {code} is not in US dollars"))
            .help("only price lists in USD are read: those of China are in CNY; convert what you need and give it with --price-book")
    }

    fn is_new(&mut self, code: &str) -> Result<(), Problem> {
        if code.is_empty() {
            return Err(self.problem("a price without a rate code").help("download it again"));
        }
        match self.codes.insert(code.into()) {
            true => Ok(()),
            false => Err(self.problem(format!("the rate code {code} is there twice")).help("download it again")),
        }
    }

    fn source(&self, term: &TermOf<'_>) -> Result<Source, Problem> {
        Ok(Source {
            sku: Some(term.sku).filter(|sku| !sku.is_empty()).map(Arc::from),
            date: Some(self.date(term.effective)?),
            basis: Basis::Effective,
            from: Arc::clone(&self.nobody),
            confidence: Confidence::OfferFile,
        })
    }

    /// A price on demand.
    pub fn on_demand(&mut self, place: &Place, term: &TermOf<'_>, dimension: &Dimension<'_>) -> Result<(), Problem> {
        self.is_new(dimension.code)?;
        let usd = self.dollars(dimension)?;
        // Beside the price on demand, and 0: who takes the first price he finds takes that.
        if term.code == FREE_TIER && usd.is_zero() {
            self.leave_out(Why::FreeTerm, &place.usage_type);
            return Ok(());
        }
        if !means(place.unit, dimension.unit) {
            self.leave_out(Why::OtherUnit, &place.usage_type);
            return Ok(());
        }
        let code = dimension.code;
        let from = if dimension.from.is_empty() { Decimal::ZERO } else { self.decimal(dimension.from, code)? };
        let to = match dimension.to {
            "" | "Inf" => None,
            to => Some(self.decimal(to, code)?),
        };
        if to.is_some_and(|to| to <= from) {
            return Err(self.problem(format!("the band of {code} ends before it begins")));
        }
        let value = Price {
            service: place.service,
            region: place.region,
            usage_type: Arc::clone(&place.usage_type),
            operation: Arc::clone(&place.operation),
            unit: place.unit,
            band: Band { from, to, usd },
            source: self.source(term)?,
        };
        self.rates.push(Coded { value, code: code.into() });
        Ok(())
    }

    /// A part of a reservation: so much an hour, or so much at once.
    pub fn reserved(&mut self, place: &Place, term: &TermOf<'_>, dimension: &Dimension<'_>) -> Result<(), Problem> {
        self.is_new(dimension.code)?;
        // By what the term says of itself: codes of terms are not for ever.
        let length = term_of_lease(term.lease);
        let payment = payment(term.option);
        let (Some(length), Some(payment), Some(_)) = (length, payment, place.region) else {
            self.leave_out(Why::OtherTerm, &place.usage_type);
            return Ok(());
        };
        if !matches!(term.class, "" | "standard") {
            self.leave_out(Why::OtherTerm, &place.usage_type);
            return Ok(());
        }
        if (place.service, length, payment) == (ServiceCode::Rds, Term::ThreeYears, Payment::No) {
            let what = format!("{} is a reservation of {} that AWS does not sell", dimension.code, place.usage_type);
            let help = "databases are reserved for three years with a payment at once alone: download it again";
            return Err(self.problem(format!("{what}: 3yr, No Upfront")).help(help));
        }
        let upfront = dimension.unit == "Quantity";
        if !upfront && !means(place.unit, dimension.unit) {
            self.leave_out(Why::OtherUnit, &place.usage_type);
            return Ok(());
        }
        let half = Half {
            place: place.clone(),
            term: length,
            payment,
            date: self.date(term.effective)?,
            sku: term.sku.into(),
            upfront,
            usd: self.dollars(dimension)?,
            code: dimension.code.into(),
        };
        self.halves.push(half);
        Ok(())
    }

    /// A rate under a Savings Plan.
    pub fn plan(&mut self, place: &Place, row: &PlanRow<'_>) -> Result<(), Problem> {
        self.is_new(row.code)?;
        if row.currency != "USD" {
            return Err(self.other_currency(row.code));
        }
        let (Some(kind), Some(term), Some(payment), Some(region)) = (row.kind, row.term, row.payment, place.region)
        else {
            self.leave_out(Why::OtherTerm, &place.usage_type);
            return Ok(());
        };
        if !means(place.unit, row.unit) {
            self.leave_out(Why::OtherUnit, &place.usage_type);
            return Ok(());
        }
        let usd = self.decimal(row.usd, row.code)?;
        if usd.is_zero() {
            let problem = self.problem(format!("`{}` of {} is no rate under a Savings Plan", row.usd, row.code));
            return Err(problem.help("what a plan covers costs something: download it again"));
        }
        let sku = TermOf { sku: row.sku, effective: row.effective, ..TermOf::default() };
        let value = PlanRate {
            kind,
            service: place.service,
            region,
            usage_type: Arc::clone(&place.usage_type),
            operation: Arc::clone(&place.operation),
            unit: place.unit,
            term,
            payment,
            usd,
            source: self.source(&sku)?,
        };
        self.plans.push(Coded { value, code: row.code.into() });
        Ok(())
    }

    /// Puts the parts together, and refuses what is not clear.
    pub fn finish(mut self) -> Result<PriceList, Problem> {
        let no_list = |what: &str| {
            self.problem(format!("it has no {what}"))
                .help("a price list of AWS has offer code, version and publication date")
        };
        let offer = self.offer.clone().ok_or_else(|| no_list("offer code"))?;
        let version = self.version.clone().ok_or_else(|| no_list("version"))?;
        let published = self.published.ok_or_else(|| no_list("publication date"))?;
        let halves = std::mem::take(&mut self.halves);
        let mut reservations = self.whole(halves)?;
        reservations.sort_by(|a, b| reservation_key(a).cmp(&reservation_key(b)));
        let rates = std::mem::take(&mut self.rates);
        let rates = self.clear(rates)?;
        let plans = std::mem::take(&mut self.plans);
        let plans = self.clear_plans(plans)?;
        let left_out = self.left_out;
        let (form, place) = (self.form, String::new());
        let mut list = PriceList { form, offer, version, published, place, rates, reservations, plans, left_out };
        list.place = place_of(&list);
        let from: Arc<str> = source_of(&list).into();
        let sources = list.rates.iter_mut().map(|rate| &mut rate.source);
        let sources = sources.chain(list.reservations.iter_mut().map(|of| &mut of.source));
        for source in sources.chain(list.plans.iter_mut().map(|plan| &mut plan.source)) {
            source.from = Arc::clone(&from);
        }
        Ok(list)
    }

    /// Drops what is there twice, takes free bands off, and looks that bands join.
    fn clear(&mut self, mut rates: Vec<Coded<Price>>) -> Result<Vec<Price>, Problem> {
        rates.sort_by(|a, b| {
            let (x, y) = (&a.value, &b.value);
            tariff_key(x)
                .cmp(&tariff_key(y))
                .then(x.band.from.cmp(&y.band.from))
                .then_with(|| x.source.sku.cmp(&y.source.sku))
                .then_with(|| a.code.cmp(&b.code))
        });
        let mut kept: Vec<Coded<Price>> = Vec::with_capacity(rates.len());
        for rate in rates {
            let twin = kept.last().filter(|last| {
                tariff_key(&last.value) == tariff_key(&rate.value) && last.value.band.from == rate.value.band.from
            });
            match twin {
                // SKUs change, and storage has one for each engine: the same price is the same fact.
                Some(twin) if twin.value.band == rate.value.band => {}
                Some(twin) => {
                    let (code, usage_type) = (&twin.code, &rate.value.usage_type);
                    let problem = self.problem(format!(
                        "two prices for {usage_type} from one day: {} of {code}, {} of {}",
                        band(&twin.value.band),
                        band(&rate.value.band),
                        rate.code
                    ));
                    return Err(problem.help("which one counts is not clear: give the rate yourself with --price-book"));
                }
                None => kept.push(rate),
            }
        }
        let mut clear = Vec::with_capacity(kept.len());
        for tariff in kept.chunk_by_mut(|a, b| tariff_key(&a.value) == tariff_key(&b.value)) {
            let bands = self.without_free_band(tariff);
            for coded in bands.iter().scan(Some(Decimal::ZERO), |end, coded| {
                let joined = *end == Some(coded.value.band.from);
                *end = coded.value.band.to;
                Some((joined, coded))
            }) {
                let (joined, coded) = coded;
                if !joined {
                    let what =
                        format!("the bands of {} overlap or have a hole before {}", coded.value.usage_type, coded.code);
                    return Err(self.problem(what).help("download it again; a part of a product is not enough"));
                }
                clear.push(coded.value.clone());
            }
        }
        Ok(clear)
    }

    /// A first band without a price that is an allowance is not a price: allowances are taken off
    /// before the bands, so these begin where it ends.
    fn without_free_band<'r>(&mut self, tariff: &'r mut [Coded<Price>]) -> &'r [Coded<Price>] {
        let Some(first) = tariff.first().map(|coded| coded.value.clone()) else { return tariff };
        let allowed = self.allowances.iter().find(|allowance| {
            let mut meters = allowance.meters.iter();
            meters.any(|(service, usage_type)| *service == first.service && *usage_type == first.usage_type)
        });
        let Some(allowed) = allowed else { return tariff };
        let free = match first.band {
            Band { from, to: Some(to), usd } if from.is_zero() && usd.is_zero() && tariff.len() > 1 => to,
            // The free term that stood before it is gone already.
            Band { from, usd, .. } if !from.is_zero() && !usd.is_zero() => from,
            _ => return tariff,
        };
        let tariff = if first.band.from.is_zero() {
            self.leave_out(Why::FreeBand, &first.usage_type);
            tariff.get_mut(1..).unwrap_or_default()
        } else {
            tariff
        };
        // The same size moves the bands as a whole; another one is not taken off here, and so the
        // first of them only begins earlier.
        let moved = if Ratio::from(free) == allowed.quantity { free } else { Decimal::ZERO };
        for coded in tariff.iter_mut() {
            let band = &mut coded.value.band;
            band.from = if band.from == free { Decimal::ZERO } else { band.from - moved };
            band.to = band.to.map(|to| to - moved);
        }
        tariff
    }

    /// Joins what is paid an hour and what is paid at once.
    fn whole(&self, mut halves: Vec<Half>) -> Result<Vec<Reservation>, Problem> {
        fn key(half: &Half) -> (&Place, Term, Payment, Date) {
            (&half.place, half.term, half.payment, half.date)
        }
        halves.sort_by(|a, b| key(a).cmp(&key(b)).then(a.upfront.cmp(&b.upfront)).then_with(|| a.sku.cmp(&b.sku)));
        let mut whole = Vec::new();
        for parts in halves.chunk_by(|a, b| key(a) == key(b)) {
            let mut found: [Option<&Half>; 2] = [None, None];
            for half in parts {
                let slot = &mut found[usize::from(half.upfront)];
                match slot {
                    Some(twin) if twin.usd != half.usd => {
                        let what = format!(
                            "two prices for a reservation of {} from one day: {} of {}, {} of {}",
                            half.place.usage_type, twin.usd, twin.code, half.usd, half.code
                        );
                        return Err(self.problem(what));
                    }
                    Some(_) => {}
                    None => *slot = Some(half),
                }
            }
            let Some(one) = found[0].or(found[1]) else { continue };
            let Some(region) = one.place.region else { continue };
            // With one half alone it would seem to be cheaper than it is.
            let lacks = match (one.payment, found) {
                (Payment::All, [_, None]) => Some("is paid at once, but nothing says how much"),
                (Payment::Partial, [_, None]) => Some("is paid at once in part, but nothing says how much of it"),
                (Payment::No | Payment::Partial, [None, _]) => {
                    Some("is paid by the hour, but nothing that can be read says how much")
                }
                _ => None,
            };
            if let Some(lacks) = lacks {
                let what = format!("the reservation of {} with {} {lacks}", one.place.usage_type, one.code);
                return Err(self.problem(what).help("download it again; a part of a product is not enough"));
            }
            whole.push(Reservation {
                service: one.place.service,
                region,
                usage_type: Arc::clone(&one.place.usage_type),
                operation: Arc::clone(&one.place.operation),
                term: one.term,
                payment: one.payment,
                hourly: found[0].map_or(Decimal::ZERO, |half| half.usd),
                upfront: found[1].map_or(Decimal::ZERO, |half| half.usd),
                amortised: false,
                source: Source {
                    sku: Some(Arc::clone(&one.sku)),
                    date: Some(one.date),
                    basis: Basis::Effective,
                    from: Arc::clone(&self.nobody),
                    confidence: Confidence::OfferFile,
                },
            });
        }
        Ok(whole)
    }

    fn clear_plans(&self, mut plans: Vec<Coded<PlanRate>>) -> Result<Vec<PlanRate>, Problem> {
        plans.sort_by(|a, b| {
            plan_key(&a.value).cmp(&plan_key(&b.value)).then_with(|| a.value.source.sku.cmp(&b.value.source.sku))
        });
        let mut kept: Vec<Coded<PlanRate>> = Vec::with_capacity(plans.len());
        for plan in plans {
            match kept.last().filter(|last| plan_key(&last.value) == plan_key(&plan.value)) {
                Some(twin) if twin.value.usd == plan.value.usd => {}
                Some(twin) => {
                    let what = format!(
                        "two prices for {} under one plan: {} of {}, {} of {}",
                        plan.value.usage_type, twin.value.usd, twin.code, plan.value.usd, plan.code
                    );
                    return Err(self.problem(what));
                }
                None => kept.push(plan),
            }
        }
        Ok(kept.into_iter().map(|coded| coded.value).collect())
    }
}

/// What a source is called in reports.
fn source_of(list: &PriceList) -> String {
    let of = if list.place.is_empty() { String::new() } else { format!(" of {}", list.place) };
    format!("AWS price list {}{of}, version {}, published {}", list.offer, list.version, list.published)
}

/// The region of a list, or how many it has: `eu-west-1`, `3 regions`; empty without any.
fn place_of(list: &PriceList) -> String {
    let regions = list.regions();
    let mut places = regions.iter().flatten();
    match (places.next(), places.count()) {
        (Some(region), 0) => region.to_string(),
        (None, _) => String::new(),
        (Some(_), more) => format!("{} regions", more + 1),
    }
}

fn band(band: &Band) -> String {
    match band.to {
        Some(to) => format!("{} ({} to {to})", band.usd, band.from),
        None => format!("{} (from {})", band.usd, band.from),
    }
}

/// What the bands of one tariff share, in the order of a book.
fn tariff_key(price: &Price) -> impl Ord + '_ {
    (price.service, &*price.usage_type, &*price.operation, price.region, price.source.date)
}

fn reservation_key(of: &Reservation) -> impl Ord + '_ {
    (of.service, of.region, &*of.usage_type, &*of.operation, of.term, of.payment, of.source.date)
}

fn plan_key(plan: &PlanRate) -> impl Ord + '_ {
    (
        plan.kind,
        plan.service,
        plan.region,
        &*plan.usage_type,
        &*plan.operation,
        plan.term,
        plan.payment,
        plan.source.date,
    )
}

/// `1yr`, or with a space as some files have it.
pub(super) fn term_of_lease(lease: &str) -> Option<Term> {
    match lease.trim_end_matches("yr").trim_end() {
        "1" => Some(Term::OneYear),
        "3" => Some(Term::ThreeYears),
        _ => None,
    }
}

/// How it is paid, as `PurchaseOption` has it.
pub(super) fn payment(option: &str) -> Option<Payment> {
    match option {
        "No Upfront" => Some(Payment::No),
        "Partial Upfront" => Some(Payment::Partial),
        "All Upfront" => Some(Payment::All),
        "Heavy Utilization" => Some(Payment::Heavy),
        _ => None,
    }
}

/// The kind of a plan, by the words that its list has for it.
pub(super) fn plan_kind(family: &str, service: &str, usage_type: &str) -> Option<PlanKind> {
    let said = [family, service].into_iter().find_map(PlanKind::from_word);
    said.or_else(|| {
        let (of, _) = usage_type.split_once("SP:")?;
        match of.rsplit('-').next()? {
            "Compute" => Some(PlanKind::Compute),
            "Database" => Some(PlanKind::Database),
            "EC2" => Some(PlanKind::Ec2Instance),
            _ => None,
        }
    })
}

/// The offer whose list has the plans of a kind.
pub(super) fn offer_of_plan(kind: PlanKind) -> &'static str {
    match kind {
        PlanKind::Database => "AWSDatabaseSavingsPlans",
        _ => "AWSComputeSavingsPlan",
    }
}
