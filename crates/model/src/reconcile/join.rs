//! The join of estimate and bill.

use super::{Cause, Line, Part, Untagged, asks_for_tag, cause};
use crate::bill::{Amount, Bill, ChargeKind, Condition, Dimension, Entry};
use crate::estimate::{Estimate, LineKind};
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode, UsageType};
use crate::services::Component;
use crate::unit::UnitKind;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

/// Everything of both sides.
pub(super) struct Joined {
    pub lines: Vec<Line>,
    pub untagged: Vec<Untagged>,
    /// The sum of all charges that count.
    pub billed: Amount,
}

/// What the estimate has of one meter in one region.
pub(super) struct Estimated {
    service: ServiceCode,
    region: Option<Region>,
    rest: String,
    operation: String,
    usage_type: String,
    components: Vec<Arc<str>>,
    pub unit: UnitKind,
    quantity: Ratio,
    cost: Amount,
    /// The rate of its first line.
    rate: Ratio,
    /// What of it is not free.
    pub paid_quantity: Ratio,
    pub paid_cost: Amount,
    /// Whether some of it is free.
    pub free: bool,
    /// Whether it has more than one rate.
    pub graduated: bool,
    /// Why some of it has no price.
    pub gap: Option<String>,
}

/// What the bill has of it.
#[derive(Default)]
pub(super) struct Billed {
    service: String,
    usage_type: String,
    operation: String,
    pub units: Vec<String>,
    quantity: Amount,
    cost: Amount,
    pub charges: u64,
    /// What covers some of it.
    pub commitment: Option<&'static str>,
    /// Whether some of it is on Spot.
    pub spot: bool,
    /// Whether some of it is charged nothing.
    pub free: bool,
    /// What is neither free nor covered by a commitment, and at list rates, if all of it has one.
    pub paid_quantity: Amount,
    pub paid: Amount,
    pub paid_list: Option<Amount>,
}

/// The join; `None` when a sum leaves the range.
pub(super) fn join(estimate: &Estimate, bill: &Bill, conditions: &[Condition]) -> Option<Joined> {
    let columns = Columns::new(bill, conditions);
    let estimated = estimated(estimate)?;
    let mut usage: BTreeMap<Key, Billed> = BTreeMap::new();
    let mut apart: BTreeMap<(ChargeKind, String), Line> = BTreeMap::new();
    let mut untagged: BTreeMap<(String, String), Untagged> = BTreeMap::new();
    let mut billed = Amount::ZERO;
    for entry in &bill.entries {
        let cost = *entry.amounts.first()?;
        if !columns.counts(entry) {
            if entry.kind == ChargeKind::Usage && columns.modelled(entry) {
                columns.add_untagged(&mut untagged, entry, cost)?;
            }
            continue;
        }
        billed = billed.checked_add(cost)?;
        if entry.kind == ChargeKind::Usage {
            usage.entry(columns.key(entry)).or_default().add(&columns, entry, cost)?;
        } else {
            columns.add_apart(&mut apart, entry, cost)?;
        }
    }
    let mut lines: Vec<Line> = apart.into_values().collect();
    join_usage(usage, estimated, &mut lines)?;
    Some(Joined { lines, untagged: untagged.into_values().collect(), billed })
}

/// What charges of one usage have in common: service, region, usage type without it, operation.
pub(super) type Key = (String, Option<Region>, String, String);

fn join_usage(usage: BTreeMap<Key, Billed>, estimated: Vec<Estimated>, lines: &mut Vec<Line>) -> Option<()> {
    let fits: Vec<Vec<usize>> = usage.keys().map(|key| candidates(key, &estimated)).collect();
    // What a bill without services or operations cannot tell apart is one line.
    let mut leader: Vec<usize> = (0..estimated.len()).collect();
    for fits in &fits {
        let Some(first) = fits.iter().map(|at| leader[*at]).min() else { continue };
        let joined: Vec<usize> = fits.iter().map(|at| leader[*at]).collect();
        leader.iter_mut().filter(|at| joined.contains(at)).for_each(|at| *at = first);
    }
    let mut sides: Vec<(Option<Estimated>, Option<Billed>)> = Vec::new();
    let mut place: Vec<usize> = vec![0; estimated.len()];
    for (at, one) in estimated.into_iter().enumerate() {
        if leader[at] == at {
            place[at] = sides.len();
            sides.push((Some(one), None));
        } else if let Some((Some(known), _)) = sides.get_mut(place[leader[at]]) {
            known.join(one)?;
        }
    }
    let mut others = Vec::new();
    for ((key, one), fits) in usage.into_iter().zip(&fits) {
        match fits.first().and_then(|at| sides.get_mut(place[leader[*at]])) {
            Some((_, billed @ None)) => *billed = Some(one),
            Some((_, Some(known))) => known.join(one)?,
            None => others.push((key, one)),
        }
    }
    for side in sides {
        lines.extend(match side {
            (Some(estimated), Some(billed)) => Some(both(estimated, billed)?),
            (Some(estimated), None) => only_estimated(estimated),
            _ => None,
        });
    }
    lines.extend(others.into_iter().map(|(key, billed)| only_billed(&key, billed)));
    Some(())
}

/// Which of the estimate this usage can be: those with its very operation, else those that any
/// operation fits.
fn candidates((service, region, rest, operation): &Key, estimated: &[Estimated]) -> Vec<usize> {
    let here = |one: &Estimated| one.region == *region && one.rest == *rest && is_of(service, one.service);
    let exact = |one: &Estimated| one.operation == *operation;
    let any = |one: &Estimated| one.operation.is_empty() || operation.is_empty();
    let of = |fits: &dyn Fn(&Estimated) -> bool| -> Vec<usize> {
        (0..).zip(estimated).filter(|(_, one)| here(one) && fits(one)).map(|(at, _)| at).collect()
    };
    let same = of(&exact);
    if same.is_empty() { of(&any) } else { same }
}

/// What Cost Explorer and FOCUS call the services of this crate, where that is not their code.
const NAMES: &[(&str, ServiceCode)] = &[
    ("Amazon Elastic Container Service", ServiceCode::Ecs),
    ("Amazon Relational Database Service", ServiceCode::Rds),
    ("Amazon ElastiCache", ServiceCode::ElastiCache),
    ("Amazon Elastic Load Balancing", ServiceCode::Elb),
    ("Elastic Load Balancing", ServiceCode::Elb),
    ("Amazon EC2 Container Registry (ECR)", ServiceCode::Ecr),
    ("Amazon Elastic Container Registry", ServiceCode::Ecr),
    ("Amazon CloudWatch", ServiceCode::CloudWatch),
    ("EC2 - Other", ServiceCode::Ec2),
    ("Amazon Elastic Compute Cloud", ServiceCode::Ec2),
    ("Amazon Elastic Compute Cloud - Compute", ServiceCode::Ec2),
    ("Amazon Virtual Private Cloud", ServiceCode::Vpc),
    ("AWS Data Transfer", ServiceCode::DataTransfer),
    ("AWS Secrets Manager", ServiceCode::SecretsManager),
    ("Amazon Simple Notification Service", ServiceCode::Sns),
    ("AWS Key Management Service", ServiceCode::Kms),
];

/// The service that a bill calls so, if it is one of this crate's.
#[must_use]
pub fn service_of(name: &str) -> Option<ServiceCode> {
    let known = || NAMES.iter().find(|known| known.0 == name).map(|known| known.1);
    ServiceCode::from_code(name).or_else(known)
}

/// Whether charges that a bill files under `name` can be usage of `ours`. A bill that does not say
/// can mean any; data transfer is filed under whatever sent the data.
fn is_of(name: &str, ours: ServiceCode) -> bool {
    name.is_empty() || ours == ServiceCode::DataTransfer || service_of(name) == Some(ours)
}

/// Where a bill says what.
struct Columns<'a> {
    service: Option<usize>,
    usage_type: Option<usize>,
    operation: Option<usize>,
    charge_type: Option<usize>,
    purchase_type: Option<usize>,
    /// The tags that charges must have.
    tags: Vec<(usize, &'a [String])>,
}

impl<'a> Columns<'a> {
    fn new(bill: &Bill, conditions: &'a [Condition]) -> Columns<'a> {
        let at = |wanted: &Dimension| bill.query.by.iter().position(|dimension| dimension == wanted);
        let tags = conditions.iter().filter(|condition| asks_for_tag(condition));
        Columns {
            service: at(&Dimension::Service),
            usage_type: at(&Dimension::UsageType),
            operation: at(&Dimension::Operation),
            charge_type: at(&Dimension::ChargeType),
            purchase_type: at(&Dimension::PurchaseType),
            tags: tags.filter_map(|tag| Some((at(&tag.dimension)?, tag.values.as_slice()))).collect(),
        }
    }

    fn text<'e>(&self, entry: &'e Entry, at: Option<usize>) -> &'e str {
        at.and_then(|at| entry.keys.get(at)).map_or("", String::as_str)
    }

    /// Whether the charge has the tags that were asked for.
    fn counts(&self, entry: &Entry) -> bool {
        self.tags.iter().all(|(at, values)| entry.keys.get(*at).is_some_and(|key| values.contains(key)))
    }

    fn key(&self, entry: &Entry) -> Key {
        let UsageType { region, rest } = UsageType::parse(self.text(entry, self.usage_type));
        let of = |at| self.text(entry, at).to_string();
        (of(self.service), region.or_else(us_east_1), rest, of(self.operation))
    }

    fn modelled(&self, entry: &Entry) -> bool {
        modelled(&self.key(entry))
    }

    fn add_untagged(
        &self,
        untagged: &mut BTreeMap<(String, String), Untagged>,
        entry: &Entry,
        cost: Amount,
    ) -> Option<()> {
        let (service, usage_type) = (self.text(entry, self.service), self.text(entry, self.usage_type));
        let known = untagged.entry((service.to_string(), usage_type.to_string())).or_insert_with(|| Untagged {
            service: service.to_string(),
            usage_type: usage_type.to_string(),
            quantity: Amount::ZERO,
            unit: entry.unit.clone(),
            billed: Amount::ZERO,
        });
        known.billed = known.billed.checked_add(cost)?;
        known.quantity = known.quantity.checked_add(self.quantity(entry))?;
        Some(())
    }

    fn add_apart(&self, apart: &mut BTreeMap<(ChargeKind, String), Line>, entry: &Entry, cost: Amount) -> Option<()> {
        let name = match self.text(entry, self.charge_type) {
            "" => entry.kind.word(),
            name => name,
        };
        let line = apart.entry((entry.kind, name.to_string())).or_insert_with(|| Line {
            part: Part::Apart(entry.kind),
            service: String::new(),
            usage_type: name.to_string(),
            operation: String::new(),
            components: Vec::new(),
            unit: String::new(),
            billed_quantity: Amount::ZERO,
            estimated_quantity: Ratio::ZERO,
            billed: Amount::ZERO,
            estimated: Amount::ZERO,
            usage_effect: Amount::ZERO,
            price_effect: Amount::ZERO,
            charges: 0,
            causes: vec![Cause::Kind(entry.kind)],
        });
        line.billed = line.billed.checked_add(cost)?;
        line.charges += entry.charges;
        Some(())
    }

    /// How much was used. What a Savings Plan takes back has the quantity of what it covers,
    /// which would count twice.
    fn quantity(&self, entry: &Entry) -> Amount {
        if is(self.text(entry, self.charge_type), "savingsplannegation") { Amount::ZERO } else { entry.quantity }
    }

    /// What covers this charge.
    fn commitment(&self, entry: &Entry) -> Option<&'static str> {
        let (charge, purchase) = (self.text(entry, self.charge_type), self.text(entry, self.purchase_type));
        if is(charge, "savingsplancoveredusage") || is(charge, "savingsplannegation") || is(purchase, "savingsplans") {
            Some("covered by a Savings Plan")
        } else if is(charge, "discountedusage") || is(purchase, "reserved") {
            Some("covered by a reservation")
        } else {
            // FOCUS.
            is(purchase, "committed").then_some("covered by a commitment")
        }
    }
}

/// Whether the text is this word, whatever its case, spaces and marks.
fn is(text: &str, word: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase());
    letters.eq(word.bytes())
}

/// Usage types without a prefix are of us-east-1, or of no region.
fn us_east_1() -> Option<Region> {
    "us-east-1".parse().ok()
}

/// Whether some component can be billed by this.
pub(super) fn modelled((service, _, rest, operation): &Key) -> bool {
    Component::all_meters().any(|meter| {
        let same = meter.operation.is_empty() || operation.is_empty() || *meter.operation == **operation;
        same && meter.stands_for(rest) && is_of(service, meter.service)
    })
}

impl Billed {
    fn add(&mut self, columns: &Columns<'_>, entry: &Entry, cost: Amount) -> Option<()> {
        let quantity = columns.quantity(entry);
        if self.charges == 0 {
            self.service = columns.text(entry, columns.service).to_string();
            self.usage_type = columns.text(entry, columns.usage_type).to_string();
            self.operation = columns.text(entry, columns.operation).to_string();
            self.paid_list = Some(Amount::ZERO);
        }
        if !entry.unit.is_empty() && !self.units.contains(&entry.unit) {
            self.units.push(entry.unit.clone());
        }
        self.quantity = self.quantity.checked_add(quantity)?;
        self.cost = self.cost.checked_add(cost)?;
        self.charges += entry.charges;
        let purchase = columns.text(entry, columns.purchase_type);
        self.spot |= self.usage_type.contains("SpotUsage") || is(purchase, "spot") || is(purchase, "dynamic");
        match columns.commitment(entry) {
            Some(covered) => self.commitment = Some(covered),
            None if cost.is_zero() && !quantity.is_zero() => self.free = true,
            None => {
                let list = entry.amounts.get(1).filter(|_| entry.without_list == 0);
                self.paid_list = self.paid_list.zip(list.copied()).and_then(|(sum, list)| sum.checked_add(list));
                self.paid_quantity = self.paid_quantity.checked_add(quantity)?;
                self.paid = self.paid.checked_add(cost)?;
            }
        }
        Some(())
    }

    fn join(&mut self, other: Billed) -> Option<()> {
        self.units.extend(other.units.into_iter().filter(|unit| !self.units.contains(unit)).collect::<Vec<_>>());
        self.quantity = self.quantity.checked_add(other.quantity)?;
        self.cost = self.cost.checked_add(other.cost)?;
        self.charges += other.charges;
        self.commitment = self.commitment.or(other.commitment);
        self.spot |= other.spot;
        self.free |= other.free;
        self.paid_quantity = self.paid_quantity.checked_add(other.paid_quantity)?;
        self.paid = self.paid.checked_add(other.paid)?;
        self.paid_list = self.paid_list.zip(other.paid_list).and_then(|(one, other)| one.checked_add(other));
        Some(())
    }
}

/// The lines and gaps of an estimate by meter, in its order; `None` when a sum leaves the range.
fn estimated(estimate: &Estimate) -> Option<Vec<Estimated>> {
    let mut all: Vec<Estimated> = Vec::new();
    // A bill has what is taken off as charges of other kinds, not with the usage.
    let usage = estimate.lines.iter().filter(|line| line.kind == LineKind::Usage);
    let lines = usage.map(|line| {
        let priced = Some((line.rate, line.amount));
        (&line.component, line.service, &line.usage_type, &line.operation, line.quantity, priced, None)
    });
    let gaps = estimate.unpriced.iter().map(|gap| {
        let why = Some(gap.gap.to_string());
        (&gap.component, gap.service, &gap.usage_type, &gap.operation, gap.quantity, None, why)
    });
    for (component, service, usage_type, operation, quantity, priced, gap) in lines.chain(gaps) {
        let UsageType { region, rest } = UsageType::parse(usage_type);
        let (rate, amount) = priced.unwrap_or_default();
        let cost = Amount::round(amount.to_ratio())?;
        // What has no price is in no sum.
        let quantity_priced = if priced.is_some() { quantity.value } else { Ratio::ZERO };
        let paid = !rate.is_zero();
        let one = Estimated {
            service,
            region: region.or_else(us_east_1),
            rest,
            operation: operation.to_string(),
            usage_type: usage_type.to_string(),
            components: vec![Arc::clone(component)],
            unit: quantity.unit,
            quantity: quantity_priced,
            cost,
            rate,
            paid_quantity: if paid { quantity_priced } else { Ratio::ZERO },
            paid_cost: cost,
            free: priced.is_some() && !paid && !quantity.value.is_zero(),
            graduated: false,
            gap,
        };
        let same = |known: &&mut Estimated| {
            (known.service, known.region, &known.rest, &known.operation)
                == (one.service, one.region, &one.rest, &one.operation)
        };
        match all.iter_mut().find(same) {
            Some(known) => known.join(one)?,
            None => all.push(one),
        }
    }
    Some(all)
}

impl Estimated {
    fn join(&mut self, other: Estimated) -> Option<()> {
        for component in other.components {
            if !self.components.contains(&component) {
                self.components.push(component);
            }
        }
        let both_paid = !self.paid_quantity.is_zero() && !other.paid_quantity.is_zero();
        self.graduated |= other.graduated || (both_paid && self.rate != other.rate);
        if self.rate.is_zero() {
            self.rate = other.rate;
        }
        self.quantity = self.quantity + other.quantity;
        self.cost = self.cost.checked_add(other.cost)?;
        self.paid_quantity = self.paid_quantity + other.paid_quantity;
        self.paid_cost = self.paid_cost.checked_add(other.paid_cost)?;
        self.free |= other.free;
        self.gap = self.gap.take().or(other.gap);
        Some(())
    }

    /// What so much of it costs at its average rate, or at its rate where it has no quantity.
    fn cost_of(&self, quantity: Amount) -> Option<Amount> {
        if !self.quantity.is_zero() {
            self.cost.mul_over(quantity, self.quantity)
        } else if self.rate.is_zero() {
            Some(Amount::ZERO)
        } else {
            quantity.mul_over(super::ONE, Ratio::ONE / self.rate)
        }
    }
}

fn both(estimated: Estimated, billed: Billed) -> Option<Line> {
    let at_our_rate = estimated.cost_of(billed.quantity)?;
    let usage_effect = at_our_rate.checked_sub(estimated.cost)?;
    let price_effect = billed.cost.checked_sub(at_our_rate)?;
    let causes = cause::of_price(&billed, &estimated, price_effect);
    Some(Line {
        part: Part::Both,
        service: if billed.service.is_empty() { estimated.service.code().to_string() } else { billed.service },
        usage_type: billed.usage_type,
        operation: if billed.operation.is_empty() { estimated.operation } else { billed.operation },
        components: estimated.components,
        unit: unit(&billed.units, estimated.unit.label()),
        billed_quantity: billed.quantity,
        estimated_quantity: estimated.quantity,
        billed: billed.cost,
        estimated: estimated.cost,
        usage_effect,
        price_effect,
        charges: billed.charges,
        causes,
    })
}

fn unit(billed: &[String], otherwise: &str) -> String {
    billed.first().map_or(otherwise, String::as_str).to_string()
}

/// What the bill does not have. A gap without a price is told among the gaps alone.
fn only_estimated(estimated: Estimated) -> Option<Line> {
    if estimated.gap.is_some() && estimated.quantity.is_zero() {
        return None;
    }
    Some(Line {
        part: Part::OnlyEstimated,
        service: estimated.service.code().to_string(),
        usage_type: estimated.usage_type,
        operation: estimated.operation,
        components: estimated.components,
        unit: estimated.unit.label().to_string(),
        billed_quantity: Amount::ZERO,
        estimated_quantity: estimated.quantity,
        billed: Amount::ZERO,
        estimated: estimated.cost,
        usage_effect: Amount::ZERO,
        price_effect: Amount::ZERO,
        charges: 0,
        causes: vec![Cause::NotBilled],
    })
}

fn only_billed(key: &Key, billed: Billed) -> Line {
    let mut causes = vec![if modelled(key) { Cause::NotInStack } else { Cause::NotModelled }];
    causes.extend(billed.commitment.map(Cause::Commitment));
    Line {
        part: Part::OnlyBilled,
        unit: unit(&billed.units, ""),
        service: billed.service,
        usage_type: billed.usage_type,
        operation: billed.operation,
        components: Vec::new(),
        billed_quantity: billed.quantity,
        estimated_quantity: Ratio::ZERO,
        billed: billed.cost,
        estimated: Amount::ZERO,
        usage_effect: Amount::ZERO,
        price_effect: Amount::ZERO,
        charges: billed.charges,
        causes,
    }
}
