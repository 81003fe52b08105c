//! Which export a header is from, and which of its columns a query needs.

use crate::problem::{Problem, did_you_mean};
use stackcost_model::bill::{Dimension, Metric, Query};
use std::collections::BTreeSet;
use std::fmt;

/// The forms of bill that are known by their header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Legacy Cost and Usage Report: `lineItem/UnblendedCost`.
    LegacyCur,
    /// CUR 2.0, and the legacy report under its Athena names: `line_item_unblended_cost`.
    Cur2,
    /// FOCUS 1.0 to 1.4: `BilledCost`.
    Focus,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dialect::LegacyCur => "legacy Cost and Usage Report",
            Dialect::Cur2 => "CUR 2.0",
            Dialect::Focus => "FOCUS",
        })
    }
}

impl Dialect {
    /// The dialect that has such columns.
    fn of(header: &[String]) -> Option<Dialect> {
        if header.iter().any(|name| name.starts_with("lineItem/")) {
            Some(Dialect::LegacyCur)
        } else if header.iter().any(|name| name.starts_with("line_item_")) {
            Some(Dialect::Cur2)
        } else if header.iter().any(|name| name == "BilledCost") {
            Some(Dialect::Focus)
        } else {
            None
        }
    }
}

/// Where a value stands: a place in [`Layout::columns`].
pub(super) type Slot = usize;

/// The columns that a query needs of one file.
#[derive(Debug)]
pub(super) struct Layout {
    pub dialect: Dialect,
    /// The columns to read, in the order of slots: their places in the file and their names there.
    pub columns: Vec<Column>,
    /// How many columns the file has.
    pub width: usize,
    pub month: Option<Slot>,
    pub day: Option<Slot>,
    pub kind: Slot,
    /// FOCUS's `ChargeClass`.
    pub class: Option<Slot>,
    pub currency: Option<Slot>,
    pub invoice: Option<Slot>,
    pub quantity: Option<(Slot, Option<Slot>)>,
    pub groups: Vec<Value>,
    pub filter: Vec<Value>,
    pub costs: Vec<Cost>,
    /// Whether the values of groups are cells that stay where they are while a batch of rows is
    /// added up; a reader that knows says so.
    pub steady: bool,
}

#[derive(Debug)]
pub(super) struct Column {
    pub at: usize,
    pub name: String,
}

/// How the value of a dimension is found in a row.
#[derive(Debug)]
pub(super) enum Value {
    /// The cell.
    Cell(Slot),
    /// The first of two that is there.
    Either(Slot, Slot),
    /// The moment in a cell, written one way whatever the file.
    Moment(Slot),
    /// The entry of a map: one JSON text, or a Parquet map.
    Entry(Slot, Key),
    /// How it was bought, from line item type and usage type.
    Purchase { usage_type: Option<Slot> },
    /// The file does not say.
    Absent,
}

/// A wanted key of a map of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub exact: String,
    pub user_tag: bool,
}

/// How a metric is found in a row.
#[derive(Debug)]
pub(super) enum Cost {
    Cell(Slot),
    /// The net figure where there is one.
    Net(Option<Slot>, Slot),
    Amortized(Box<Amortized>),
    List {
        list: Option<Slot>,
        unblended: Slot,
        /// The reservation that a fee is of.
        reservation: Option<Slot>,
    },
}

/// The columns of amortised cost. Each pair is the net column and the plain one.
#[derive(Debug)]
pub(super) struct Amortized {
    pub unblended: [Option<Slot>; 2],
    pub plan_effective: [Option<Slot>; 2],
    pub plan_total: Option<Slot>,
    pub plan_used: Option<Slot>,
    pub reserved_effective: [Option<Slot>; 2],
    pub unused_upfront: [Option<Slot>; 2],
    pub unused_recurring: [Option<Slot>; 2],
    pub reservation: Option<Slot>,
}

impl Layout {
    /// What the query needs of a file with this header.
    pub fn new(file: &str, header: &[String], query: &Query) -> Result<Layout, Problem> {
        let dialect = Dialect::of(header).ok_or_else(|| unknown(file, header))?;
        let names = header.iter().map(|name| dialect.common(name)).collect();
        let mut finder = Finder { file, dialect, header, names, columns: Vec::new() };
        let (month, day) = (finder.any(MONTH), finder.any(DAY));
        if month.is_none() && day.is_none() {
            return Err(finder.lacks(MONTH[dialect.focus()][0], "the month"));
        }
        let kind = finder.need(KIND, "what a charge is for")?;
        let focus = dialect == Dialect::Focus;
        let quantity = match query.quantity {
            false => None,
            true => Some((finder.need(QUANTITY, "quantities")?, finder.any(UNIT))),
        };
        let groups = query.by.iter().map(|by| finder.dimension(by)).collect::<Result<_, _>>()?;
        let conditions = query.filter.iter().map(|condition| &condition.dimension);
        let filter = conditions.map(|by| finder.dimension(by)).collect::<Result<_, _>>()?;
        let costs = query.metrics.iter().map(|metric| finder.cost(*metric)).collect::<Result<_, _>>()?;
        let class = if focus { finder.any(&[&[], &["ChargeClass"]]) } else { None };
        let (currency, invoice) = (finder.any(CURRENCY), finder.any(INVOICE));
        let twice = |column: &&Column| header.iter().filter(|name| **name == column.name).count() > 1;
        if let Some(Column { name, .. }) = finder.columns.iter().find(twice) {
            let problem = Problem::of_text(format!("{file} has more than one column called {name}"));
            return Err(problem.help("which of them counts cannot be known: rename or remove the others"));
        }
        Ok(Layout {
            dialect,
            width: header.len(),
            month,
            day,
            kind,
            class,
            currency,
            invoice,
            quantity,
            groups,
            filter,
            costs,
            steady: false,
            columns: finder.columns,
        })
    }
}

fn unknown(file: &str, header: &[String]) -> Problem {
    let shown: Vec<&str> = header.iter().take(5).map(String::as_str).collect();
    Problem::of_text(format!("{file} is no bill that is known here: its header begins with {}", shown.join(", "))).help(
        "an export is recognised by its columns: lineItem/... (legacy CUR), line_item_... (CUR 2.0), BilledCost (FOCUS)",
    )
}

/// Names of a column in reports, under their CUR 2.0 names, and in FOCUS.
type Names = [&'static [&'static str]; 2];

const MONTH: &Names = &[&["bill_billing_period_start_date"], &["BillingPeriodStart"]];
const DAY: &Names = &[&["line_item_usage_start_date"], &["ChargePeriodStart"]];
const END: &Names = &[&["line_item_usage_end_date"], &["ChargePeriodEnd"]];
const KIND: &Names = &[&["line_item_line_item_type"], &["ChargeCategory"]];
const CURRENCY: &Names = &[&["line_item_currency_code"], &["BillingCurrency"]];
const INVOICE: &Names = &[&["bill_invoice_id"], &["InvoiceId"]];
const QUANTITY: &Names = &[&["line_item_usage_amount"], &["ConsumedQuantity", "PricingQuantity"]];
const UNIT: &Names = &[&["pricing_unit"], &["ConsumedUnit", "PricingUnit"]];
const SERVICE: &Names = &[&["line_item_product_code"], &["x_ServiceCode", "ServiceName"]];
const USAGE_TYPE: &Names = &[&["line_item_usage_type"], &["x_UsageType", "SkuMeter"]];
const OPERATION: &Names = &[&["line_item_operation"], &["x_Operation"]];
const REGION: &Names = &[&["product_region_code", "product_region"], &["RegionId", "Region"]];
const RESOURCE: &Names = &[&["line_item_resource_id"], &["ResourceId"]];
const DESCRIPTION: &Names = &[&["line_item_line_item_description"], &["ChargeDescription"]];
const UNBLENDED: &Names = &[&["line_item_unblended_cost"], &["BilledCost"]];
const LIST: &Names = &[&["pricing_public_on_demand_cost"], &["ListCost"]];
const LIST_RATE: &Names = &[&["pricing_public_on_demand_rate"], &["ListUnitPrice"]];
const PLAN: &Names = &[&["savings_plan_savings_plan_a_r_n", "savings_plan_savings_plan_arn"], &[]];
const RESERVATION: &Names = &[&["reservation_reservation_a_r_n", "reservation_reservation_arn"], &[]];

impl Dialect {
    /// Which half of [`Names`] counts.
    fn focus(self) -> usize {
        usize::from(self == Dialect::Focus)
    }

    /// The name under which a column is looked up: legacy reports under the names that AWS gives
    /// the same columns in Athena and CUR 2.0 (`lineItem/UnblendedCost` is
    /// `line_item_unblended_cost`).
    fn common(self, name: &str) -> String {
        if self != Dialect::LegacyCur || name.starts_with("resourceTags/") || name.starts_with("costCategory/") {
            return name.to_string();
        }
        let mut out = String::with_capacity(name.len() + 8);
        for sign in name.chars() {
            match sign {
                '/' => out.push('_'),
                _ if sign.is_ascii_uppercase() => {
                    if !out.is_empty() && !out.ends_with('_') {
                        out.push('_');
                    }
                    out.push(sign.to_ascii_lowercase());
                }
                _ => out.push(sign),
            }
        }
        out
    }
}

/// Looks columns up and gives each that is needed a slot.
struct Finder<'a> {
    file: &'a str,
    dialect: Dialect,
    header: &'a [String],
    /// The header under common names.
    names: Vec<String>,
    columns: Vec<Column>,
}

impl Finder<'_> {
    fn slot(&mut self, at: usize) -> Slot {
        if let Some(known) = self.columns.iter().position(|column| column.at == at) {
            return known;
        }
        self.columns.push(Column { at, name: self.header[at].clone() });
        self.columns.len() - 1
    }

    fn named(&mut self, name: &str) -> Option<Slot> {
        let at = self.names.iter().position(|known| known == name)?;
        Some(self.slot(at))
    }

    fn any(&mut self, names: &Names) -> Option<Slot> {
        names[self.dialect.focus()].iter().find_map(|name| self.named(name))
    }

    fn need(&mut self, names: &Names, what: &str) -> Result<Slot, Problem> {
        match self.any(names) {
            Some(slot) => Ok(slot),
            None => Err(self.lacks(names[self.dialect.focus()].first().unwrap_or(&""), what)),
        }
    }

    fn lacks(&self, column: &str, what: &str) -> Problem {
        let (file, dialect) = (self.file, self.dialect);
        Problem::of_text(format!("{file} ({dialect}) has no column {column}, which says {what}"))
            .help("export it with that column, or leave out of the report what needs it")
    }

    /// A net column and the plain one.
    fn pair(&mut self, net: bool, plain: &str, with_net: &str) -> [Option<Slot>; 2] {
        [if net { self.named(with_net) } else { None }, self.named(plain)]
    }

    fn dimension(&mut self, dimension: &Dimension) -> Result<Value, Problem> {
        let names: &Names = match dimension {
            Dimension::Service => SERVICE,
            Dimension::UsageType => USAGE_TYPE,
            Dimension::Operation => OPERATION,
            Dimension::Region => REGION,
            Dimension::Resource => RESOURCE,
            Dimension::Description => DESCRIPTION,
            Dimension::ChargeType => KIND,
            Dimension::ListRate => LIST_RATE,
            Dimension::UsageStart => return Ok(self.any(DAY).map_or(Value::Absent, Value::Moment)),
            Dimension::UsageEnd => return Ok(self.any(END).map_or(Value::Absent, Value::Moment)),
            Dimension::Commitment if self.dialect == Dialect::Focus => &[&[], &["CommitmentDiscountId"]],
            Dimension::Commitment => {
                return Ok(match (self.any(PLAN), self.any(RESERVATION)) {
                    (Some(plan), Some(reservation)) => Value::Either(plan, reservation),
                    (Some(one), None) | (None, Some(one)) => Value::Cell(one),
                    (None, None) => Value::Absent,
                });
            }
            Dimension::Account if self.dialect == Dialect::Focus => {
                let (own, payer) = (self.named("SubAccountId"), self.named("BillingAccountId"));
                return Ok(match (own, payer) {
                    (Some(own), Some(payer)) => Value::Either(own, payer),
                    (Some(one), None) | (None, Some(one)) => Value::Cell(one),
                    (None, None) => Value::Absent,
                });
            }
            Dimension::Account => &[&["line_item_usage_account_id"], &[]],
            Dimension::Payer => &[&["bill_payer_account_id"], &["BillingAccountId"]],
            Dimension::PurchaseType if self.dialect == Dialect::Focus => &[&[], &["PricingCategory"]],
            Dimension::PurchaseType => return Ok(Value::Purchase { usage_type: self.any(USAGE_TYPE) }),
            Dimension::Tag(key) => return self.entry(key, true),
            Dimension::CostCategory(name) => return self.entry(name, false),
        };
        Ok(self.any(names).map_or(Value::Absent, Value::Cell))
    }

    /// A tag or a cost category: a column of its own, or an entry of a map.
    fn entry(&mut self, key: &str, user_tag: bool) -> Result<Value, Problem> {
        let key = Key { exact: key.to_string(), user_tag };
        let (prefixes, map): (&[&str], &str) = match (self.dialect, user_tag) {
            (Dialect::Focus, true) => (&[], "Tags"),
            (Dialect::Focus, false) => (&[], "x_CostCategories"),
            (_, true) => (&["resourceTags/", "resource_tags_"], "resource_tags"),
            (_, false) => (&["costCategory/", "cost_category_"], "cost_category"),
        };
        let own = |name: &String| prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).map(str::to_string);
        let columns: Vec<(usize, String)> =
            self.names.iter().enumerate().filter_map(|(at, name)| Some((at, own(name)?))).collect();
        let best = columns.iter().filter_map(|(at, name)| Some((key.fit(name)?, *at))).collect::<Vec<_>>();
        if let Some(&(fit, at)) = best.iter().min() {
            let same: Vec<&str> =
                best.iter().filter(|other| other.0 == fit).map(|other| self.header[other.1].as_str()).collect();
            if same.len() > 1 {
                let exact = &key.exact;
                let problem = Problem::of_text(format!("\"{exact}\" fits more than one column: {}", same.join(", ")));
                return Err(problem.help("write the key as the column has it"));
            }
            return Ok(Value::Cell(self.slot(at)));
        }
        match self.named(map) {
            Some(slot) => Ok(Value::Entry(slot, key)),
            None => Ok(Value::Absent),
        }
    }

    fn cost(&mut self, metric: Metric) -> Result<Cost, Problem> {
        let what = metric.name();
        if self.dialect == Dialect::Focus {
            return Ok(match metric {
                Metric::Unblended | Metric::NetUnblended => Cost::Cell(self.need(UNBLENDED, what)?),
                Metric::Amortized | Metric::NetAmortized => Cost::Cell(self.need(&[&[], &["EffectiveCost"]], what)?),
                Metric::List => {
                    let (list, unblended) = (self.need(LIST, what)?, self.need(UNBLENDED, what)?);
                    Cost::List { list: Some(list), unblended, reservation: None }
                }
                Metric::Blended => {
                    let problem = Problem::of_text(format!("{}: FOCUS has no blended cost", self.file));
                    return Err(
                        problem.help("there are: unblended (BilledCost), amortized (EffectiveCost), list (ListCost)")
                    );
                }
            });
        }
        let unblended = self.need(UNBLENDED, "UnblendedCost")?;
        Ok(match metric {
            Metric::Unblended => Cost::Cell(unblended),
            Metric::NetUnblended => Cost::Net(self.named("line_item_net_unblended_cost"), unblended),
            Metric::Blended => Cost::Cell(self.need(&[&["line_item_blended_cost"], &[]], what)?),
            Metric::List => Cost::List { list: self.any(LIST), unblended, reservation: self.any(RESERVATION) },
            Metric::Amortized | Metric::NetAmortized => {
                let net = metric == Metric::NetAmortized;
                let net_unblended = if net { self.named("line_item_net_unblended_cost") } else { None };
                Cost::Amortized(Box::new(Amortized {
                    unblended: [net_unblended, Some(unblended)],
                    plan_effective: self.pair(
                        net,
                        "savings_plan_savings_plan_effective_cost",
                        "savings_plan_net_savings_plan_effective_cost",
                    ),
                    plan_total: self.named("savings_plan_total_commitment_to_date"),
                    plan_used: self.named("savings_plan_used_commitment"),
                    reserved_effective: self.pair(net, "reservation_effective_cost", "reservation_net_effective_cost"),
                    unused_upfront: self.pair(
                        net,
                        "reservation_unused_amortized_upfront_fee_for_billing_period",
                        "reservation_net_unused_amortized_upfront_fee_for_billing_period",
                    ),
                    unused_recurring: self.pair(
                        net,
                        "reservation_unused_recurring_fee",
                        "reservation_net_unused_recurring_fee",
                    ),
                    reservation: self.any(RESERVATION),
                }))
            }
        })
    }
}

impl Key {
    /// What was asked for.
    pub fn dimension(&self) -> Dimension {
        let name = self.exact.clone();
        if self.user_tag { Dimension::Tag(name) } else { Dimension::CostCategory(name) }
    }

    /// How well a key of the file fits, the smaller the better: as written, without AWS's prefix
    /// for tags of users, or by letters and digits alone (Athena and CUR 2.0 write `user_cost_center`
    /// for `user:CostCenter`).
    pub fn fit(&self, name: &str) -> Option<u8> {
        if name == self.exact {
            return Some(0);
        }
        if self.user_tag && name.strip_prefix("user:") == Some(self.exact.as_str()) {
            return Some(1);
        }
        let letters = |text: &str| -> String {
            text.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let wanted = letters(&self.exact);
        if letters(name) == wanted {
            return Some(2);
        }
        (self.user_tag && letters(without_user(name)) == wanted).then_some(3)
    }
}

/// The key of a tag without AWS's mark for tags of users.
pub(super) fn without_user(name: &str) -> &str {
    name.strip_prefix("user:").or_else(|| name.strip_prefix("user_")).unwrap_or(name)
}

/// No file has a value for these dimensions.
pub(super) fn nowhere(dimension: &Dimension, seen: &BTreeSet<String>, chosen: bool) -> Problem {
    let charge = if chosen { "no charge that was chosen" } else { "no charge" };
    let problem = Problem::of_text(match dimension {
        Dimension::Tag(key) => format!("{charge} has a tag \"{key}\""),
        Dimension::CostCategory(name) => format!("{charge} has a cost category \"{name}\""),
        other => format!("the bill does not say the {other} of charges"),
    });
    let (Dimension::Tag(wanted) | Dimension::CostCategory(wanted)) = dimension else {
        return problem.help("export it with that column, or group by something else");
    };
    match did_you_mean(wanted, seen.iter().map(String::as_str)) {
        Some(guess) => problem.help(guess),
        None if seen.is_empty() && chosen => problem.help("others may have one: leave out --where and --months"),
        None if seen.is_empty() => problem.help("cost allocation tags must be activated in the billing console first"),
        None => {
            let seen: Vec<&str> = seen.iter().take(20).map(String::as_str).collect();
            problem.help(format!("there are: {}", seen.join(", ")))
        }
    }
}

/// The keys of tags or cost categories that the header itself names.
pub(super) fn keys_of(header: &[String]) -> impl Iterator<Item = &str> {
    const PREFIXES: [&str; 5] =
        ["resourceTags/user:", "resourceTags/", "costCategory/", "resource_tags_user_", "cost_category_"];
    header.iter().filter_map(|name| PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_names_are_those_of_athena() {
        for (legacy, common) in [
            ("lineItem/UnblendedCost", "line_item_unblended_cost"),
            ("bill/BillingPeriodStartDate", "bill_billing_period_start_date"),
            ("savingsPlan/SavingsPlanARN", "savings_plan_savings_plan_a_r_n"),
            ("pricing/publicOnDemandCost", "pricing_public_on_demand_cost"),
            ("product/regionCode", "product_region_code"),
            ("resourceTags/user:CostCenter", "resourceTags/user:CostCenter"),
        ] {
            assert_eq!(Dialect::LegacyCur.common(legacy), common);
        }
    }

    #[test]
    fn keys_of_tags_fit_as_aws_writes_them() {
        let key = Key { exact: "CostCenter".into(), user_tag: true };
        for (name, fit) in [
            ("CostCenter", Some(0)),
            ("user:CostCenter", Some(1)),
            ("cost_center", Some(2)),
            ("user_cost_center", Some(3)),
            ("user_CostCenter", Some(3)),
            ("userCostCenter", None),
            ("aws:createdBy", None),
            ("CostCenters", None),
        ] {
            assert_eq!(key.fit(name), fit, "{name}");
        }
        let category = Key { exact: "Team".into(), user_tag: false };
        assert_eq!((category.fit("team"), category.fit("user:Team")), (Some(2), None));
    }
}
