//! The entries of a bill as rows of FOCUS.

use super::charge::{Charge, resource_type, unit};
use super::columns::Column;
use super::{CannotWrite, Context};
use crate::services;
use serde_json::{Map, Value};
use stackcost_model::bill::{Amount, Bill, Dimension, Entry, Metric, Step};
use stackcost_model::meter::Region;
use stackcost_model::time::Date;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What a column says of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    Null,
    Text(Cow<'a, str>),
    Amount(Amount),
    Time(Date),
}

impl<'a> From<Cow<'a, str>> for Cell<'a> {
    /// Empty is null.
    fn from(text: Cow<'a, str>) -> Cell<'a> {
        if text.is_empty() { Cell::Null } else { Cell::Text(text) }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Cell<'a> {
        Cow::from(text).into()
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Cow::<str>::from(text).into()
    }
}

impl From<Amount> for Cell<'_> {
    fn from(amount: Amount) -> Self {
        Cell::Amount(amount)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(cell: Option<T>) -> Cell<'a> {
        cell.map_or(Cell::Null, Into::into)
    }
}

/// One row: a cell for each column.
pub(super) struct Row<'a>(Vec<Cell<'a>>);

impl<'a> Row<'a> {
    pub fn cell(&self, column: Column) -> &Cell<'a> {
        &self.0[column as usize]
    }

    fn set(&mut self, column: Column, cell: impl Into<Cell<'a>>) {
        self.0[column as usize] = cell.into();
    }
}

/// Where the bill has the metrics.
struct Metrics {
    billed: usize,
    effective: usize,
    list: Option<usize>,
}

impl Metrics {
    fn of(bill: &Bill) -> Result<Metrics, CannotWrite> {
        let at = |metric| bill.query.metrics.iter().position(|known| *known == metric);
        Ok(Metrics {
            billed: at(Metric::NetUnblended)
                .or_else(|| at(Metric::Unblended))
                .ok_or(CannotWrite::Lacks("unblended cost"))?,
            effective: at(Metric::NetAmortized)
                .or_else(|| at(Metric::Amortized))
                .ok_or(CannotWrite::Lacks("amortized cost"))?,
            list: at(Metric::List),
        })
    }
}

/// A charge with the costs that FOCUS gives it.
struct Line<'a> {
    entry: &'a Entry,
    charge: Charge,
    billed: Amount,
    effective: Amount,
    contracted: Amount,
    list: Amount,
    /// Whether the bill says the list cost, and the contracted one.
    list_known: bool,
    contracted_known: bool,
}

/// A bill that is being written, row by row.
pub(super) struct Rows<'a> {
    bill: &'a Bill,
    context: &'a Context,
    lines: Vec<Line<'a>>,
}

impl<'a> Rows<'a> {
    pub fn new(bill: &'a Bill, context: &'a Context) -> Result<Rows<'a>, CannotWrite> {
        if context.payer.is_empty() {
            return Err(CannotWrite::Payer);
        }
        if !bill.query.quantity {
            return Err(CannotWrite::Lacks("quantities"));
        }
        for (needed, what) in [(Dimension::Service, "services"), (Dimension::ChargeType, "charge types")] {
            if !bill.query.by.contains(&needed) {
                return Err(CannotWrite::Lacks(what));
            }
        }
        let lines = lines(bill, &Keys { by: &bill.query.by }, &Metrics::of(bill)?);
        Ok(Rows { bill, context, lines })
    }

    /// Each is made when it is wanted: a row is larger than what it is made of.
    pub fn iter(&self) -> impl Iterator<Item = Row<'a>> {
        self.lines.iter().map(|line| row(line, self.bill, self.context))
    }
}

/// The values of an entry by dimension.
struct Keys<'a> {
    by: &'a [Dimension],
}

impl Keys<'_> {
    fn get<'e>(&self, entry: &'e Entry, dimension: &Dimension) -> &'e str {
        let at = self.by.iter().position(|known| known == dimension);
        at.and_then(|at| entry.keys.get(at)).map_or("", String::as_str)
    }

    fn charge(&self, entry: &Entry) -> Charge {
        let purchase = self.get(entry, &Dimension::PurchaseType);
        Charge::of(self.get(entry, &Dimension::ChargeType), entry.kind, purchase)
    }

    /// What usage covered by a Savings Plan and its negation have in common.
    fn covered<'e>(&self, entry: &'e Entry) -> (Date, Vec<&'e str>) {
        use Dimension::{ChargeType, Description, PurchaseType};
        let same = |dimension: &Dimension| !matches!(dimension, ChargeType | Description | PurchaseType);
        let keys = self.by.iter().zip(&entry.keys).filter(|(dimension, _)| same(dimension));
        (entry.period, keys.map(|(_, key)| key.as_str()).collect())
    }
}

fn lines<'a>(bill: &'a Bill, keys: &Keys, metrics: &Metrics) -> Vec<Line<'a>> {
    let amount = |entry: &Entry, at: usize| entry.amounts.get(at).copied().unwrap_or_default();
    let mut lines = Vec::new();
    let mut covered = BTreeMap::new();
    let mut negations = Vec::new();
    for entry in &bill.entries {
        let charge = keys.charge(entry);
        let (billed, effective) = (amount(entry, metrics.billed), amount(entry, metrics.effective));
        let mut line = Line {
            entry,
            charge,
            billed,
            effective,
            contracted: billed,
            list: billed,
            list_known: true,
            contracted_known: charge != Charge::Usage,
        };
        let listed = metrics.list.map(|at| amount(entry, at));
        if matches!(charge, Charge::Usage | Charge::Covered(_) | Charge::Fee { .. }) {
            // Reserved usage is billed at nothing: what it would cost, only the list cost says.
            if let (Charge::Covered(_), true, Some(listed)) = (charge, billed.is_zero(), listed) {
                line.contracted = listed;
                line.contracted_known = false;
            }
            line.list_known = listed.is_some() && entry.without_list == 0;
            // With gaps the list cost is a lower bound; it is not below what was paid at full rates.
            line.list = match listed {
                Some(listed) if line.list_known => listed,
                Some(listed) => listed.max(line.contracted),
                None => line.contracted,
            };
        }
        match charge {
            // Discounts are taken off list costs, not part of them.
            Charge::Negation | Charge::Discount => line.list = Amount::ZERO,
            Charge::Fee { of: Some(of), .. } => {
                line.effective = Amount::ZERO;
                if !effective.is_zero() {
                    let zero = Amount::ZERO;
                    let charge = Charge::Unused(of);
                    lines.push(Line { charge, billed: zero, effective, contracted: zero, list: zero, ..line });
                }
            }
            _ => {}
        }
        match charge {
            Charge::Negation => negations.push(line),
            Charge::Covered(_) => {
                covered.entry(keys.covered(entry)).or_insert(lines.len());
                lines.push(line);
            }
            _ => lines.push(line),
        }
    }
    for negation in negations {
        let usage = covered.get(&keys.covered(negation.entry)).and_then(|at: &usize| lines.get_mut(*at));
        let sums = usage.and_then(|usage| {
            let billed = usage.billed.checked_add(negation.billed)?;
            let effective = usage.effective.checked_add(negation.effective)?;
            Some((usage, billed, effective))
        });
        match sums {
            Some((usage, billed, effective)) => (usage.billed, usage.effective) = (billed, effective),
            None => lines.push(negation),
        }
    }
    lines
}

/// A row being written, and the columns of it that the bill does not say.
struct Writer<'a> {
    row: Row<'a>,
    derived: Vec<&'static str>,
}

impl<'a> Writer<'a> {
    fn set(&mut self, column: Column, cell: impl Into<Cell<'a>>) {
        self.row.set(column, cell);
    }

    fn derive(&mut self, column: Column, cell: impl Into<Cell<'a>>) {
        self.set(column, cell);
        self.derived.push(column.name());
    }

    /// The value if the bill says one, else a derived one.
    fn set_or(&mut self, column: Column, said: impl Into<Cow<'a, str>>, otherwise: impl Into<Cell<'a>>) {
        let said = said.into();
        if said.is_empty() { self.derive(column, otherwise) } else { self.set(column, said) }
    }
}

fn row<'a>(line: &Line<'a>, bill: &'a Bill, context: &'a Context) -> Row<'a> {
    let keys = &Keys { by: &bill.query.by };
    let mut out = Writer { row: Row(vec![Cell::Null; Column::ALL.len()]), derived: Vec::new() };
    accounts(&mut out, line, bill, keys, context);
    what(&mut out, line, keys);
    where_and_whose(&mut out, line, keys);
    costs(&mut out, line, &bill.currency);
    let get = |dimension: Dimension| keys.get(line.entry, &dimension);
    out.set(Column::XChargeType, get(Dimension::ChargeType));
    out.set(Column::XOperation, get(Dimension::Operation));
    out.set(Column::XPurchaseType, get(Dimension::PurchaseType));
    out.set(Column::XUsageType, get(Dimension::UsageType));
    out.set(Column::XDerivedColumns, out.derived.join(" "));
    out.row
}

fn accounts<'a>(out: &mut Writer<'a>, line: &Line<'a>, bill: &Bill, keys: &Keys, context: &'a Context) {
    let name = |id: &str| context.names.get(id).map_or("", String::as_str);
    out.set(Column::BillingAccountId, context.payer.as_str());
    out.set_or(Column::BillingAccountName, name(&context.payer), context.payer.as_str());
    out.set(Column::BillingAccountType, "Payer Account");
    let account = keys.get(line.entry, &Dimension::Account);
    if !account.is_empty() {
        out.set(Column::SubAccountId, account);
        out.set_or(Column::SubAccountName, name(account), account);
        out.set(Column::SubAccountType, "Linked Account");
    }
    // The three must be the same, or the charge counts as one of a third party's.
    for column in [Column::ProviderName, Column::PublisherName, Column::InvoiceIssuerName] {
        out.set(column, "AWS");
    }
    let period = line.entry.period;
    let (first, next) = (period.first_of_month(), after(period.last_of_month()));
    out.set(Column::BillingPeriodStart, Cell::Time(first));
    out.set(Column::BillingPeriodEnd, Cell::Time(next));
    let (start, end) = match bill.query.step {
        Step::Month => (first, next),
        Step::Day => (period, after(period)),
    };
    out.set(Column::ChargePeriodStart, Cell::Time(start));
    out.set(Column::ChargePeriodEnd, Cell::Time(end));
}

/// The day after; the end of time stays.
fn after(day: Date) -> Date {
    day.tomorrow().unwrap_or(day)
}

/// What kind of charge it is, and for what.
fn what<'a>(out: &mut Writer<'a>, line: &Line<'a>, keys: &Keys) {
    let get = |dimension: Dimension| keys.get(line.entry, &dimension);
    let (charge, purchase) = (line.charge, get(Dimension::PurchaseType));
    let (charge_type, usage_type, operation) =
        (get(Dimension::ChargeType), get(Dimension::UsageType), get(Dimension::Operation));
    out.set(Column::ChargeCategory, charge.category());
    out.set(Column::ChargeFrequency, charge.frequency());
    out.set(Column::PricingCategory, charge.pricing(purchase));
    if let Some((of, status)) = charge.commitment() {
        out.set(Column::XCommitmentType, of.word());
        out.set(Column::XCommitmentStatus, status);
    }
    let words = [charge_type, usage_type, operation].into_iter().filter(|word| !word.is_empty());
    let words = words.collect::<Vec<_>>().join(", ");
    out.set_or(Column::ChargeDescription, get(Dimension::Description), words);

    let service = get(Dimension::Service);
    let code = services::code_of(service);
    match (code, code.and_then(services::name_of), code.and_then(services::category)) {
        (Some(code), Some(name), Some((category, subcategory))) => {
            out.set(Column::XServiceCode, code);
            out.set(Column::ServiceName, name);
            out.set(Column::ServiceCategory, category);
            out.set(Column::ServiceSubcategory, subcategory);
        }
        _ => {
            out.set(Column::XServiceCode, service);
            out.set_or(Column::ServiceName, service, "AWS");
            out.derive(Column::ServiceCategory, "Other");
            out.derive(Column::ServiceSubcategory, "Other (Other)");
        }
    }
    if charge.is_priced() {
        let service = code.unwrap_or(service);
        let metered = if usage_type.is_empty() { charge_type } else { usage_type };
        let sku = [service, metered, operation].join("/");
        out.derive(Column::SkuId, sku.clone());
        out.derive(Column::SkuPriceId, sku);
        out.set_or(Column::SkuMeter, usage_type, metered);
    }
}

fn where_and_whose<'a>(out: &mut Writer<'a>, line: &Line<'a>, keys: &Keys) {
    let region = keys.get(line.entry, &Dimension::Region);
    // Cost Explorer's words for charges of no region.
    if !matches!(region, "" | "global" | "NoRegion") {
        out.set(Column::RegionId, region);
        let place = region.parse::<Region>().map_or("", Region::place);
        out.set_or(Column::RegionName, place, region);
    }
    let resource = keys.get(line.entry, &Dimension::Resource);
    if !resource.is_empty() {
        out.set(Column::ResourceId, resource);
        out.derive(Column::ResourceType, resource_type(resource).map_or(Cow::Borrowed("Resource"), Cow::Owned));
    }
    let (mut tags, mut categories) = (Map::new(), Map::new());
    for (dimension, value) in keys.by.iter().zip(&line.entry.keys).filter(|(_, value)| !value.is_empty()) {
        match dimension {
            Dimension::Tag(key) => tags.insert(key.clone(), Value::String(value.clone())),
            Dimension::CostCategory(name) => categories.insert(name.clone(), Value::String(value.clone())),
            _ => None,
        };
    }
    for (column, map) in [(Column::Tags, tags), (Column::XCostCategories, categories)] {
        if !map.is_empty() {
            out.set(column, Value::Object(map).to_string());
        }
    }
}

fn costs<'a>(out: &mut Writer<'a>, line: &Line<'a>, currency: &'a str) {
    out.set(Column::BillingCurrency, currency);
    out.set(Column::PricingCurrency, currency);
    out.set(Column::BilledCost, line.billed);
    out.set(Column::EffectiveCost, line.effective);
    out.set(Column::PricingCurrencyEffectiveCost, line.effective);
    out.set(Column::ListCost, line.list);
    out.set(Column::ContractedCost, line.contracted);
    if !line.list_known {
        out.derived.push(Column::ListCost.name());
    }
    if !line.contracted_known {
        out.derived.push(Column::ContractedCost.name());
    }
    if !line.charge.is_priced() {
        return;
    }
    let said = unit(&line.entry.unit);
    // Negations, discounts and what a commitment did not cover consume nothing and have no quantity.
    let (consumed, quantity) = match line.charge {
        Charge::Usage | Charge::Covered(_) => (line.entry.quantity, line.entry.quantity),
        Charge::Fee { .. } => (Amount::ZERO, line.entry.quantity),
        _ => (Amount::ZERO, Amount::ZERO),
    };
    if line.charge.category() == "Usage" {
        out.set(Column::ConsumedQuantity, consumed);
        out.set_or(Column::ConsumedUnit, said.clone(), "Quantity");
    }
    // A price is not below nothing, and times the quantity it is the cost.
    let negative = line.contracted.is_negative();
    let costs_nothing = line.contracted.is_zero() && line.list.is_zero();
    let quantity = if costs_nothing || (!quantity.is_zero() && quantity.is_negative() == negative) {
        out.set(Column::PricingQuantity, quantity);
        out.set_or(Column::PricingUnit, said, "Quantity");
        quantity
    } else {
        let one = Amount::parse(if negative { b"-1" } else { b"1" }).unwrap_or_default();
        out.derive(Column::PricingQuantity, one);
        out.derive(Column::PricingUnit, "Quantity");
        one
    };
    let price = |cost: Amount| {
        if quantity.is_zero() {
            return Some(Amount::ZERO);
        }
        cost.mul_div(Amount::parse(b"1")?, quantity)
    };
    let (list, contracted) = (price(line.list), price(line.contracted));
    out.derive(Column::ListUnitPrice, list);
    out.derive(Column::ContractedUnitPrice, contracted);
    out.set(Column::PricingCurrencyListUnitPrice, list);
    out.set(Column::PricingCurrencyContractedUnitPrice, contracted);
}
