//! Rates under Savings Plans: plans in one list, their rates in another.

use super::{Product, State, place};
use crate::offers::gather::{PlanRow, offer_of_plan, payment, plan_kind, term_of_lease};
use crate::offers::place::Place;
use crate::problem::Problem;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use stackcost_model::price::{Payment, PlanKind, Term};
use std::fmt;

/// What stands of a plan in its list of products.
pub(super) struct Plan {
    kind: Option<PlanKind>,
    term: Option<Term>,
    payment: Option<Payment>,
}

/// A rate of a plan whose product may come later.
pub(super) struct Pending {
    plan: String,
    lease: Option<Term>,
    effective: String,
    place: Place,
    rate: PlanRate,
}

impl State<'_, '_> {
    /// Gives each rate of a plan what its product says.
    pub(super) fn plans_are_known(&mut self) -> Result<(), Problem> {
        for pending in std::mem::take(&mut self.rates) {
            let plan = self.plans.get(&pending.plan);
            let rate = &pending.rate;
            let row = PlanRow {
                kind: plan.and_then(|plan| plan.kind),
                term: plan.and_then(|plan| plan.term).or(pending.lease),
                payment: plan.and_then(|plan| plan.payment),
                effective: &pending.effective,
                sku: &rate.sku,
                code: &rate.rate_code,
                unit: &rate.unit,
                usd: &rate.rate.price,
                currency: &rate.rate.currency,
            };
            self.gather.plan(&pending.place, &row)?;
        }
        if !self.plans.is_empty() && self.gather.offer.is_none() {
            // Files of Savings Plans may leave it out; their products say whose they are.
            let kind = self.plans.values().find_map(|plan| plan.kind);
            self.gather.offer = kind.map(|kind| offer_of_plan(kind).to_string());
        }
        Ok(())
    }
}

#[derive(Deserialize)]
pub(super) struct PlanProduct {
    #[serde(default)]
    pub(super) sku: String,
    #[serde(default, rename = "productFamily")]
    family: String,
    #[serde(default, rename = "serviceCode")]
    service: String,
    #[serde(default, rename = "usageType")]
    usage_type: String,
    #[serde(default)]
    attributes: PlanAttributes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PlanAttributes {
    purchase_option: String,
    purchase_term: String,
}

#[derive(Deserialize)]
struct Lease {
    duration: u8,
    unit: String,
}

#[derive(Deserialize)]
struct PlanRate {
    #[serde(default, rename = "discountedSku")]
    sku: String,
    #[serde(rename = "discountedUsageType")]
    usage_type: String,
    #[serde(default, rename = "discountedOperation")]
    operation: String,
    #[serde(rename = "discountedServiceCode")]
    service: String,
    #[serde(default, rename = "discountedRegionCode")]
    region: String,
    #[serde(rename = "rateCode")]
    rate_code: String,
    unit: String,
    #[serde(rename = "discountedRate")]
    rate: PlanPrice,
}

#[derive(Deserialize)]
struct PlanPrice {
    price: String,
    currency: String,
}

impl PlanProduct {
    /// What counts of it.
    pub(super) fn plan(&self) -> Plan {
        Plan {
            kind: plan_kind(&self.family, &self.service, &self.usage_type),
            term: term_of_lease(&self.attributes.purchase_term),
            payment: payment(&self.attributes.purchase_option),
        }
    }
}

/// The plans of a list of Savings Plans, each with its rates.
pub(super) struct PlanTerms<'s, 'g, 'a>(pub(super) &'s mut State<'g, 'a>);

impl<'de> DeserializeSeed<'de> for PlanTerms<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PlanTerms<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of plans")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(PlanTerm(&mut *self.0))?.is_some() {}
        Ok(())
    }
}

/// One plan. Its rates may stand before what they share.
struct PlanTerm<'s, 'g, 'a>(&'s mut State<'g, 'a>);

impl<'de> DeserializeSeed<'de> for PlanTerm<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PlanTerm<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plan")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut sku, mut effective, mut lease) = (String::new(), String::new(), None);
        let mut rates = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match &*key {
                "sku" => sku = map.next_value()?,
                "effectiveDate" => effective = map.next_value()?,
                "leaseContractLength" => {
                    let of: Lease = map.next_value()?;
                    lease = match (of.duration, &*of.unit) {
                        (1, "year") => Some(Term::OneYear),
                        (3, "year") => Some(Term::ThreeYears),
                        _ => None,
                    };
                }
                "rates" => map.next_value_seed(PlanRates { state: &mut *self.0, rates: &mut rates })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        self.0.rates.extend(rates.into_iter().map(|(place, rate)| Pending {
            plan: sku.clone(),
            lease,
            effective: effective.clone(),
            place,
            rate,
        }));
        Ok(())
    }
}

/// The rates of a plan; those of other services are many.
struct PlanRates<'s, 'g, 'a> {
    state: &'s mut State<'g, 'a>,
    rates: &'s mut Vec<(Place, PlanRate)>,
}

impl<'de> DeserializeSeed<'de> for PlanRates<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PlanRates<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rates")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(rate) = seq.next_element::<PlanRate>()? {
            let product = Product {
                service: &rate.service,
                usage_type: &rate.usage_type,
                operation: &rate.operation,
                region: &rate.region,
                ..Product::default()
            };
            match place(&product) {
                Ok(place) => self.rates.push((place, rate)),
                Err(why) => self.state.gather.leave_out(why, &rate.usage_type),
            }
        }
        Ok(())
    }
}
