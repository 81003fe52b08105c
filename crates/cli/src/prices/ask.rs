//! AWS's price list service, asked for what this tool prices. Its answers are kept as files, so that
//! a book can be made of them again.

use super::folder;
use crate::commands::init::write_new;
use crate::cost_explorer::failure_of;
use crate::failure::Failure;
use crate::output::say;
use stackcost_aws::{Access, PriceLists};
use stackcost_formats::offers::questions;
use stackcost_formats::problem::Problem;
use stackcost_model::meter::Region;
use std::collections::BTreeSet;
use std::path::Path;

/// Asks for each region, and keeps the answers: a file for each service and region.
pub(crate) fn ask(access: &Access, regions: &[Region], into: &Path) -> Result<(), Failure> {
    let lists = PriceLists::connect(access).map_err(failure_of)?;
    let cannot = |error: std::io::Error| {
        Failure::Failed(Problem::of_text(format!("cannot make the folder {}: {error}", into.display())))
    };
    std::fs::create_dir_all(into).map_err(cannot)?;
    for region in regions {
        for (service, all) in questions::of(*region) {
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
            if !found.is_empty() {
                let name = format!("GetProducts-{service}-{region}.json");
                write_new(&into.join(name), &questions::answers(&found), true)?;
            }
        }
    }
    // What is there already is part of the book, too.
    let more = folder::names(into)?.into_iter().filter(|name| !name.starts_with("GetProducts-")).count();
    if more > 0 {
        say(&format!("{more} more files in {} are read with them", into.display()));
    }
    Ok(())
}
