//! Price lists in JSON, read as they come: of what is not used, nothing is kept.

mod answers;
mod plans;

use super::gather::{Dimension, Gather, TermOf};
use super::place::{Place, Product, place};
use super::{NOT_ENDED, unreadable};
use crate::problem::Problem;
use answers::Answers;
use plans::{Pending, Plan, PlanProduct, PlanTerms};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, Read};

pub(super) fn read(gather: &mut Gather<'_>, source: impl BufRead) -> Result<(), Problem> {
    let mut source = Counted { source, bytes: 0 };
    let mut state = State {
        gather,
        products: HashMap::new(),
        plans: HashMap::new(),
        rates: Vec::new(),
        had_products: false,
        stopped: None,
    };
    let mut deserializer =
        serde_json::Deserializer::from_reader(std::io::BufReader::with_capacity(1 << 16, &mut source));
    let read = Body(&mut state).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    drop(deserializer);
    if let Some(stopped) = state.stopped.take() {
        return Err(stopped);
    }
    let bytes = source.bytes;
    match read {
        Ok(()) => state.plans_are_known(),
        Err(error) => Err(broken(state.gather, &error, bytes)),
    }
}

fn broken(gather: &Gather<'_>, error: &serde_json::Error, bytes: u64) -> Problem {
    let (name, line) = (gather.name, error.line());
    if error.is_eof() {
        return Problem::of_text(format!("{name} is cut off in line {line}, after {bytes} bytes")).help(NOT_ENDED);
    }
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    if let Some(kind) = error.io_error_kind() {
        return unreadable(name, &std::io::Error::new(kind, message));
    }
    let problem = Problem::of_text(format!("{name}:{line}:{}: {message}", error.column()));
    problem.help("a price list is JSON or CSV as AWS publishes it, or what `aws pricing get-products` prints")
}

/// Counts what was read, so that a cut can be told.
struct Counted<R> {
    source: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

struct State<'g, 'a> {
    gather: &'g mut Gather<'a>,
    /// Where the products that are used belong, by SKU.
    products: HashMap<String, Place>,
    plans: HashMap<String, Plan>,
    rates: Vec<Pending>,
    had_products: bool,
    /// Why reading was stopped, where the reason is not one of JSON.
    stopped: Option<Problem>,
}

impl State<'_, '_> {
    /// Stops reading for a reason of our own.
    fn stop<E: de::Error>(&mut self, problem: Problem) -> E {
        self.stopped = Some(problem);
        E::custom("stopped")
    }

    fn product(&mut self, product: &ProductOf, service: &str) -> Option<Place> {
        let of = &product.attributes;
        let said = if of.servicecode.is_empty() { service } else { &of.servicecode };
        let found = place(&Product {
            service: said,
            usage_type: &of.usagetype,
            operation: &of.operation,
            region: &of.region_code,
            from_region: &of.from_region_code,
            to_region: &of.to_region_code,
            location_type: of
                .location_type
                .as_deref()
                .or(of.from_location_type.as_deref().filter(|_| of.to_location_type.is_none()))
                .unwrap_or(""),
            engine: &of.database_engine,
            volume: &of.volume_type,
        });
        found.map_err(|why| self.gather.leave_out(why, &of.usagetype)).ok()
    }

    fn term(&mut self, place: &Place, sku: &str, term: &TermBody, reserved: bool) -> Result<(), Problem> {
        let of = TermOf {
            code: &term.offer_term_code,
            sku,
            effective: &term.effective_date,
            lease: &term.attributes.lease,
            option: &term.attributes.option,
            class: &term.attributes.class,
        };
        for dimension in &term.dimensions.0 {
            let usd = dimension.price.0.as_deref();
            let dimension = Dimension {
                code: &dimension.rate_code,
                unit: &dimension.unit,
                usd,
                from: dimension.begin.as_deref().unwrap_or(""),
                to: dimension.end.as_deref().unwrap_or(""),
            };
            if reserved {
                self.gather.reserved(place, &of, &dimension)?;
            } else {
                self.gather.on_demand(place, &of, &dimension)?;
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct ProductOf {
    #[serde(default)]
    sku: String,
    attributes: Attributes,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Attributes {
    servicecode: String,
    usagetype: String,
    operation: String,
    region_code: String,
    from_region_code: String,
    to_region_code: String,
    location_type: Option<String>,
    from_location_type: Option<String>,
    to_location_type: Option<String>,
    database_engine: String,
    volume_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TermBody {
    #[serde(default)]
    offer_term_code: String,
    effective_date: String,
    #[serde(default, rename = "termAttributes")]
    attributes: TermAttributes,
    #[serde(rename = "priceDimensions")]
    dimensions: Dimensions,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TermAttributes {
    #[serde(rename = "LeaseContractLength")]
    lease: String,
    #[serde(rename = "PurchaseOption")]
    option: String,
    #[serde(rename = "OfferingClass")]
    class: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DimensionBody {
    rate_code: String,
    unit: String,
    #[serde(rename = "pricePerUnit")]
    price: Dollars,
    #[serde(default, rename = "beginRange")]
    begin: Option<String>,
    #[serde(default, rename = "endRange")]
    end: Option<String>,
}

/// The prices of a term; a map whose keys repeat what is in the values.
struct Dimensions(Vec<DimensionBody>);

impl<'de> Deserialize<'de> for Dimensions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Values;
        impl<'de> Visitor<'de> for Values {
            type Value = Dimensions;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("prices by rate code")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Dimensions, A::Error> {
                let mut found = Vec::with_capacity(2);
                while map.next_key::<IgnoredAny>()?.is_some() {
                    found.push(map.next_value()?);
                }
                Ok(Dimensions(found))
            }
        }
        deserializer.deserialize_map(Values)
    }
}

/// The price in US dollars, if there is one. A price in digits would have passed through floats.
struct Dollars(Option<String>);

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Price {
            #[serde(default, rename = "USD")]
            usd: Option<String>,
        }
        Price::deserialize(deserializer).map(|price| Dollars(price.usd))
    }
}

/// The document as a whole.
struct Body<'s, 'g, 'a>(&'s mut State<'g, 'a>);

impl<'de> DeserializeSeed<'de> for Body<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Body<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a price list of AWS")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let state = self.0;
        let (mut version, mut published): (Option<String>, Option<String>) = (None, None);
        let mut any = false;
        while let Some(key) = map.next_key::<String>()? {
            match &*key {
                "offerCode" => state.gather.offer = Some(map.next_value()?),
                "version" => version = Some(map.next_value()?),
                "publicationDate" => published = Some(map.next_value()?),
                "products" => {
                    map.next_value_seed(Products(state))?;
                    state.had_products = true;
                }
                "terms" => {
                    map.next_value_seed(Terms(state))?;
                    any = true;
                }
                "PriceList" => {
                    map.next_value_seed(Answers(state))?;
                    return drain(map);
                }
                "offers" | "regions" | "versions" => {
                    let problem =
                        Problem::of_text(format!("{} is an index of price lists, not a price list", state.gather.name));
                    let help = "take it out of the folder; a price list is at an address that such an index leads to, as \
                                .../AmazonECS/20260720101010/eu-west-1/index.json: `prices refresh --download` finds it";
                    return Err(state.stop(problem.help(help)));
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if !any {
            let problem = state.gather.problem("it has no `terms`, so no prices");
            return Err(state.stop(problem.help("a price list of AWS has `products` and `terms`")));
        }
        if let (Some(version), Some(published)) = (version, published) {
            state.gather.is_version(&version, &published).map_err(|problem| state.stop(problem))?;
        }
        Ok(())
    }

    /// The strings of `PriceList` alone.
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        Answers(self.0).visit_seq(seq)
    }
}

fn drain<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// `products`: a map by SKU in offers, a list in Savings Plans.
struct Products<'s, 'g, 'a>(&'s mut State<'g, 'a>);

impl<'de> DeserializeSeed<'de> for Products<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Products<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("products")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let state = self.0;
        let offer = state.gather.offer.clone().unwrap_or_default();
        while let Some(sku) = map.next_key::<String>()? {
            let product: ProductOf = map.next_value()?;
            let Some(place) = state.product(&product, &offer) else { continue };
            if state.products.contains_key(&sku) {
                let problem = state.gather.problem(format!("the product {sku} is there twice"));
                return Err(state.stop(problem.help("download it again")));
            }
            state.products.insert(sku, place);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(product) = seq.next_element::<PlanProduct>()? {
            let plan = product.plan();
            self.0.plans.insert(product.sku, plan);
        }
        Ok(())
    }
}

/// `terms`, by their kind.
struct Terms<'s, 'g, 'a>(&'s mut State<'g, 'a>);

impl<'de> DeserializeSeed<'de> for Terms<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Terms<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("terms by kind")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let state = self.0;
        while let Some(kind) = map.next_key::<String>()? {
            match &*kind {
                "OnDemand" | "Reserved" if !state.had_products => {
                    let problem =
                        state.gather.problem("the terms come before the products, which says what they are of");
                    return Err(state.stop(problem.help("AWS writes products first: download it again")));
                }
                "OnDemand" => map.next_value_seed(OfSkus { state, reserved: false })?,
                "Reserved" => map.next_value_seed(OfSkus { state, reserved: true })?,
                "savingsPlan" => map.next_value_seed(PlanTerms(state))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The terms of one kind, by SKU.
struct OfSkus<'s, 'g, 'a> {
    state: &'s mut State<'g, 'a>,
    reserved: bool,
}

impl<'de> DeserializeSeed<'de> for OfSkus<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OfSkus<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("terms by SKU")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // One text for all keys: most of them are of no use, and there can be a million.
        let mut sku = String::new();
        while map.next_key_seed(Into(&mut sku))?.is_some() {
            match self.state.products.get(&sku).cloned() {
                Some(place) => {
                    map.next_value_seed(OfProduct {
                        state: &mut *self.state,
                        sku: &sku,
                        place: &place,
                        reserved: self.reserved,
                    })?;
                }
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Reads a text into one that is there already.
struct Into<'t>(&'t mut String);

impl<'de> DeserializeSeed<'de> for Into<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Into<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(text);
        Ok(())
    }
}

/// The terms of one product, by their codes.
struct OfProduct<'s, 'g, 'a> {
    state: &'s mut State<'g, 'a>,
    sku: &'s str,
    place: &'s Place,
    reserved: bool,
}

impl<'de> DeserializeSeed<'de> for OfProduct<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OfProduct<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("terms by code")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            let term: TermBody = map.next_value()?;
            let taken = self.state.term(self.place, self.sku, &term, self.reserved);
            taken.map_err(|problem| self.state.stop(problem))?;
        }
        Ok(())
    }
}
