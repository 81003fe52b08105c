//! Answers of GetProducts: texts in a text, each a product with its terms.

use super::{ProductOf, State, TermBody};
use crate::offers::Form;
use crate::problem::Problem;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use std::collections::HashMap;
use std::fmt;

/// Answers of GetProducts: each a text that is JSON of one product with its terms.
pub(super) struct Answers<'s, 'g, 'a>(pub(super) &'s mut State<'g, 'a>);

impl<'de> DeserializeSeed<'de> for Answers<'_, '_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Answers<'_, '_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of texts, each a product as JSON")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(text) = seq.next_element::<String>()? {
            answer(self.0, &text).map_err(|problem| self.0.stop(problem))?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    product: ProductOf,
    #[serde(default)]
    service_code: String,
    terms: AnswerTerms,
    version: String,
    publication_date: String,
}

#[derive(Deserialize)]
struct AnswerTerms {
    #[serde(default, rename = "OnDemand")]
    on_demand: HashMap<String, TermBody>,
    #[serde(default, rename = "Reserved")]
    reserved: HashMap<String, TermBody>,
}

fn answer(state: &mut State<'_, '_>, text: &str) -> Result<(), Problem> {
    let answer: Answer = serde_json::from_str(text)
        .map_err(|error| state.gather.problem(format!("an entry of PriceList is no product: {error}")))?;
    state.gather.form = Form::Answers;
    let service = answer.service_code;
    if let Some(other) = state.gather.offer.as_ref().filter(|other| **other != service) {
        let problem = state.gather.problem(format!("products of two services, {other} and {service}"));
        return Err(problem.help("keep the answers of each service in a file of their own"));
    }
    state.gather.is_version(&answer.version, &answer.publication_date)?;
    let place = state.product(&answer.product, &service);
    state.gather.offer = Some(service);
    let Some(place) = place else { return Ok(()) };
    let sku = answer.product.sku;
    for (terms, reserved) in [(answer.terms.on_demand, false), (answer.terms.reserved, true)] {
        for term in terms.values() {
            state.term(&place, &sku, term, reserved)?;
        }
    }
    Ok(())
}
