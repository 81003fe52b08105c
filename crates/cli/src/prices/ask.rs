//! AWS's price list service, asked for what this tool prices. Its answers are kept as files, so that
//! a book can be made of them again.

use super::age::{now, today};
use super::fetch::{Fetch, Made, Wanted, tell_of_more};
use super::wanted::Wish;
use crate::commands::init::write_new;
use crate::cost_explorer::failure_of;
use crate::failure::Failure;
use crate::output::say;
use jiff::Timestamp;
use stackcost_aws::{Access, ListFormat, PriceLists};
use stackcost_formats::offers::questions;
use stackcost_formats::offers::urls::{HOST, Offer, version_in};
use stackcost_formats::problem::Problem;
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::time::Date;
use std::collections::BTreeSet;
use std::path::Path;

/// The only currency that is read.
const CURRENCY: &str = "USD";

/// How to ask.
pub(crate) struct Way {
    /// Whole price lists as files, instead of products one by one.
    pub bulk: bool,
    /// The lists that held on this day, which are always files.
    pub as_of: Option<Date>,
}

/// Asks for each region, and keeps the answers: a file for each service and region. Savings Plans
/// are not among the products, so their lists are always files.
pub(crate) fn ask(access: &Access, wish: &Wish, way: &Way, into: &Path) -> Result<Vec<Made>, Failure> {
    let lists = PriceLists::connect(access).map_err(failure_of)?;
    let fetch = Fetch::new(access.endpoint_url.as_deref(), into)?;
    let at = moment(way.as_of)?;
    let (offers, plans) = wish.offers();
    let mut made = Vec::new();
    for region in &wish.regions {
        let mut files = plans.clone();
        if way.bulk || way.as_of.is_some() {
            files.splice(0..0, offers.iter().copied());
        } else {
            made.extend(products(&lists, &wish.services, *region, into)?);
        }
        for offer in files {
            made.extend(list(&lists, &fetch, offer, *region, at)?);
        }
    }
    // What is there already is part of the book, too.
    tell_of_more(into, &made)?;
    Ok(made)
}

/// When the lists must hold: now, or at the end of a day that is over.
fn moment(as_of: Option<Date>) -> Result<Timestamp, Failure> {
    let now = now();
    let Some(day) = as_of.filter(|day| *day != today()) else { return Ok(now) };
    let end = day.at(23, 59, 59, 0).to_zoned(jiff::tz::TimeZone::UTC).map(|end| end.timestamp());
    match end.ok().filter(|end| *end <= now) {
        Some(end) => Ok(end),
        None => Err(Problem::of_text(format!("{day} is still to come: AWS has no price lists of it"))
            .help("without --as-of, the lists are those of today")
            .into()),
    }
}

/// The products of the services in a region; the names of the files that were made.
fn products(
    lists: &PriceLists,
    services: &BTreeSet<ServiceCode>,
    region: Region,
    into: &Path,
) -> Result<Vec<Made>, Failure> {
    let mut made = Vec::new();
    for (service, all) in questions::of(region).into_iter().filter(|(service, _)| services.contains(service)) {
        // Two questions can have an answer in common, and pages have no order of their own.
        let (mut found, mut pages) = (BTreeSet::new(), 0_u32);
        for attributes in &all {
            let attributes: Vec<(&str, &str)> = attributes.iter().map(|(name, value)| (*name, &**value)).collect();
            let mut next: Option<String> = None;
            loop {
                let page = lists.products(service.code(), &attributes, next.as_deref()).map_err(failure_of)?;
                found.extend(page.answer);
                pages += 1;
                if page.next.is_none() || page.next == next {
                    break;
                }
                next = page.next;
            }
        }
        say(&format!("{service} in {region}: {} products, {pages} requests", found.len()));
        let name = format!("GetProducts-{service}-{region}.json");
        if !found.is_empty() {
            write_new(&into.join(&name), &questions::answers(&found), true)?;
            made.push(Made { file: name.clone(), name, url: None });
        }
    }
    Ok(made)
}

/// The files of the price lists of an offer in a region that hold at a moment.
fn list(
    lists: &PriceLists,
    fetch: &Fetch<'_>,
    offer: Offer,
    region: Region,
    at: Timestamp,
) -> Result<Vec<Made>, Failure> {
    let (mut found, mut next) = (Vec::new(), None::<String>);
    loop {
        let page = lists.lists(offer.service_code, at, region.code(), CURRENCY, next.as_deref()).map_err(failure_of)?;
        found.extend(page.answer);
        if page.next.is_none() || page.next == next {
            break;
        }
        next = page.next;
    }
    found.retain(|list| list.region.is_empty() || list.region == region.code());
    if found.is_empty() {
        say(&format!("{} in {region}: AWS has no price list as of {}", offer.code, at.strftime("%Y-%m-%d")));
    }
    let mut made = Vec::new();
    for list in found {
        let usual = list.formats.iter().find(|format| format.word() == offer.ending);
        let format = usual.or(list.formats.first()).copied().unwrap_or(ListFormat::Json);
        // The ARN says the version; where it does not, it is itself the name of one.
        let version = version_in(&list.arn).map_or_else(|| plain(&list.arn), str::to_string);
        let url = lists.file_url(&list.arn, format).map_err(failure_of)?;
        let kept_at = Some(url.clone()).filter(|url| url.starts_with(HOST) && !url.contains('?'));
        made.push(fetch.get(&Wanted {
            url,
            kept_at,
            file: offer.file(region, &version, format.word()),
            sha256: None,
            what: format!("{} in {region}, version {version}", offer.code),
        })?);
    }
    Ok(made)
}

/// Part of a name of a file.
fn plain(text: &str) -> String {
    text.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' }).collect()
}
