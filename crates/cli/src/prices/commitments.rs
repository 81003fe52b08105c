//! What price books say of commitments, and what to do where they say nothing.

use super::OwnBook;
use crate::failure::Failure;
use stackcost_formats::book;
use stackcost_formats::offers::urls::downloads;
use stackcost_formats::price_book::Sources;
use stackcost_formats::problem::{Problem, Problems};
use stackcost_model::commitment::{Catalog, Lacking};
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::{PlanKind, PlanRate, Reservation};
use stackcost_model::time::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What a price book says of commitments.
pub(crate) type Rates = (Vec<PlanRate>, Vec<Reservation>);

/// What price books say of commitments for the services of each region, the user's own first.
pub(crate) fn catalog(
    places: &BTreeMap<Region, BTreeSet<ServiceCode>>,
    own: Option<&OwnBook>,
    as_of: Option<Date>,
) -> Result<Catalog, Failure> {
    let (mut first, mut then) = (Rates::default(), Rates::default());
    let add = |book: &mut Rates, (plans, reserved): Rates| {
        book.0.extend(plans);
        book.1.extend(reserved);
    };
    for (&region, services) in places {
        if let Some(own) = own {
            add(&mut first, own.commitments(services, region)?);
        }
        add(&mut then, bundled(services, region)?);
    }
    let catalog = Catalog::new([first, then], as_of);
    Ok(catalog.map_err(|why| Problem::of_text(why.to_string()).help("one of the two rows is to go"))?)
}

/// What the bundled book says of them.
pub(crate) fn bundled(services: &BTreeSet<ServiceCode>, region: Region) -> Result<Rates, Problems> {
    let sources = Sources::parse(stackcost_prices::SOURCES)?;
    let (mut plans, mut reserved) = (Vec::new(), Vec::new());
    for &service in services {
        let name = format!("{service} in {region}");
        if let Some(text) = stackcost_prices::savings_plans(service.code(), region.code()) {
            plans.extend(book::plans(&name, text, service, region, &sources)?);
        }
        if let Some(text) = stackcost_prices::reserved(service.code(), region.code()) {
            reserved.extend(book::reservations(&name, text, service, region, &sources)?);
        }
    }
    Ok((plans, reserved))
}

/// What to download for rates that are not known.
pub(crate) fn missing(lacking: &[Lacking]) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for lacking in lacking {
        let offer = match lacking.kind {
            Some(PlanKind::Database) => "AWSDatabaseSavingsPlans",
            Some(_) => "AWSComputeSavingsPlan",
            None => lacking.service.code(),
        };
        let Some(download) = downloads(lacking.region).into_iter().find(|download| download.offer == offer) else {
            continue;
        };
        let note = if download.note.is_empty() { String::new() } else { format!(" ({})", download.note) };
        let step = format!("rates that are not known here: download {}{note}", download.url);
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    if !steps.is_empty() {
        let region = lacking.first().map_or(Region::US_EAST_1, |lacking| lacking.region);
        steps.push(format!(
            "`stackcost prices refresh --download --region {region} --from lists/ --into prices/` gets them; then \
             --price-book prices/"
        ));
    }
    steps
}
