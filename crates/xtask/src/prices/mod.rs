//! Builds the price book: collected rows in, one readable file per service and region out.
//!
//! In order: [`input`] reads the rows, [`place`] says under which AWS usage type each belongs, [`merge`] drops
//! repetitions and refuses contradictions, [`supplement`] adds what the collection lacks, [`render`] writes the text
//! and [`tree`] puts it on disk.

mod classes;
mod date;
mod error;
mod input;
mod merge;
mod place;
mod rate;
mod region;
mod render;
mod reserved;
mod source;
mod summary;
mod supplement;
mod tiers;
mod tree;
mod unit;

use std::collections::BTreeMap;
use std::path::Path;

pub(crate) use error::Error;
pub(crate) use summary::Summary;

use place::{Place, Placed, Scope};
use rate::Rate;
use reserved::{Half, Reserved};
use source::Sources;
use tree::Tree;

/// The service and the region whose rows share one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shelf {
    /// AWS's service code, such as `AmazonECS`.
    pub service: String,
    /// AWS's region code, or `global`.
    pub region: String,
}

/// Everything the price book holds, before it is text.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// On-demand rates.
    pub rates: BTreeMap<Shelf, Vec<Rate>>,
    /// Reservations.
    pub reserved: BTreeMap<Shelf, Vec<Reserved>>,
    /// Savings Plans rates.
    pub savings_plans: BTreeMap<Shelf, Vec<reserved::PlanRate>>,
}

/// Builds the price book in `out` from the collection in `from`.
pub(crate) fn run(from: &Path, out: &Path) -> Result<Summary, Error> {
    let mut summary = Summary::default();
    let mut sources = Sources::default();

    let prices = from.join("prices.csv");
    let rows = input::read(&prices)?;
    summary.rows_read = rows.len();
    let mut book = collect(&prices, &rows, &mut sources, &mut summary)?;
    for rates in book.rates.values_mut() {
        *rates = merge::merge(std::mem::take(rates))?;
    }
    supplement::apply(out, &mut book.rates, &mut sources, &mut summary)?;
    for (shelf, rates) in &book.rates {
        tiers::check(shelf, rates, &mut summary)?;
    }
    summary.count(&book);

    let mut tree = Tree::default();
    render::book(&book, &mut tree)?;
    tree.put("classes.csv", classes::read(&from.join("classes.csv"), &classes::priced(&book.rates))?);
    tree.put("sources.csv", sources.render()?);
    tree.put("src/index.rs", render::index(&book, &tree)?);
    summary.bytes = tree.bytes();
    summary.files_changed = tree.write(out)?;
    Ok(summary)
}

/// Places every row on its shelf.
fn collect(path: &Path, rows: &[input::Row], sources: &mut Sources, summary: &mut Summary) -> Result<Book, Error> {
    let mut book = Book::default();
    let mut halves = Vec::new();
    let mut everywhere = Vec::new();
    for row in rows {
        let at = |what: String| Error::row(path, row.line, what);
        let named = source::name(row).map_err(at)?;
        let origin = rate::Origin::new(path, row.line);
        match place::place(row).map_err(at)? {
            Placed::Dropped(why) => summary.drop(why, row),
            Placed::Rates(places) => {
                sources.used(&named);
                for place in places {
                    let (scope, rate) = rate_of(row, place, &named, origin.clone());
                    match scope {
                        Scope::Here(shelf) => book.rates.entry(shelf).or_default().push(rate),
                        Scope::Everywhere { service } => everywhere.push((service, rate)),
                    }
                }
            }
            Placed::Reserved(place) => {
                sources.used(&named);
                halves.push(Half::of(row, place, &named, origin));
            }
            Placed::SavingsPlan(place) => {
                sources.used(&named);
                let (scope, rate) = rate_of(row, place, &named, origin);
                if let Scope::Here(shelf) = scope {
                    let plan = reserved::PlanRate::of(row, rate).map_err(at)?;
                    book.savings_plans.entry(shelf).or_default().push(plan);
                }
            }
        }
    }
    for (service, rate) in everywhere {
        summary.spread += spread(&mut book, service, &rate);
    }
    for (shelf, reserved) in reserved::join(halves)? {
        book.reserved.insert(shelf, reserved);
    }
    for plans in book.savings_plans.values_mut() {
        plans.sort();
    }
    Ok(book)
}

/// One rate out of a row and its place.
fn rate_of(row: &input::Row, place: Place, named: &source::Named, origin: rate::Origin) -> (Scope, Rate) {
    let rate = Rate {
        usage_type: place.usage_type,
        operation: place.operation.to_owned(),
        unit: place.unit,
        from: place.from.unwrap_or(row.begin),
        to: row.end,
        usd: row.price,
        date: row.date.day,
        basis: named.basis,
        sku: row.attr("sku").unwrap_or_default().to_owned(),
        source: named.id.clone(),
        confidence: row.confidence,
        origin,
    };
    (place.scope, rate)
}

/// Writes a price that AWS states for all regions into every region where the service has rates and none of its own.
fn spread(book: &mut Book, service: &str, rate: &Rate) -> usize {
    let mut written = 0;
    for (shelf, rates) in &mut book.rates {
        let own = rates.iter().any(|known| known.usage_type == rate.usage_type);
        if shelf.service == service && !own {
            rates.push(rate.clone());
            written += 1;
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HEADER: &str = "service,region,family,attributes,unit,begin_range,end_range,price_usd,effective_date,\
                          source,confidence";

    /// Builds a book from these rows, and gives its folder or the complaint.
    fn build(rows: &[&str]) -> Result<tempfile::TempDir, String> {
        let from = tempfile::tempdir().unwrap();
        let out = tempfile::tempdir().unwrap();
        fs::write(from.path().join("prices.csv"), format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
        let classes = "service,class,vcpu,memory_gib,normalization_factor\nAmazonRDS,db.t3.micro,2,1,0.5\n";
        fs::write(from.path().join("classes.csv"), classes).unwrap();
        let supplement = "service,region,usage_type,operation,unit,from,to,usd,date,basis,sku,source,confidence,note\n\
                          AWSELB,eu-west-1,LCUUsage,LoadBalancing:Network,LCU-Hrs,0,,0.0060,2026-05-11,read,,ours,\
                          worked-example,\n";
        fs::write(out.path().join("supplement.csv"), supplement).unwrap();
        fs::write(out.path().join("supplement-sources.csv"), "id,source\nours,\"a page, read once\"\n").unwrap();
        run(from.path(), out.path()).map_err(|error| error.to_string())?;
        Ok(out)
    }

    const ALB: &str = "AWSELB,eu-west-1,alb.hour,sku=T29J;usagetype=EU-LoadBalancerUsage,Hrs,0,Inf,0.02520,\
                       pub 2026-08-31,mooncitizen/togen:internal/cost/prices/aws.json@a5b2dad6,offer-file";

    #[test]
    fn rows_become_a_file_for_their_service_and_region() {
        let out = build(&[ALB]).unwrap();
        let read = |path: &str| fs::read_to_string(out.path().join(path)).unwrap();
        assert_eq!(
            read("rates/AWSELB/eu-west-1.csv"),
            "# stackcost price book 1; AWSELB; eu-west-1\n\
             usage_type,operation,unit,from,to,usd,date,basis,sku,source,confidence\n\
             LCUUsage,LoadBalancing:Network,LCU-Hrs,0,,0.006,2026-05-11,read,,ours,worked-example\n\
             LoadBalancerUsage,LoadBalancing:Application,Hrs,0,,0.0252,2026-08-31,published,T29J,s3,offer-file\n"
        );
        assert!(read("src/index.rs").contains("VERSION: &str = \"2026-08-31\""));
        assert!(read("sources.csv").contains("\nours,\"a page, read once\"\n"));
        assert!(read("classes.csv").ends_with("\nAmazonRDS,db.t3.micro,2,1,0.5\n"));
    }

    #[test]
    fn a_contradiction_names_both_lines() {
        let other = ALB.replace("0.02520", "0.0300");
        let complaint = build(&[ALB, &other]).unwrap_err();
        assert!(complaint.contains("prices.csv:2") && complaint.contains("prices.csv:3"), "{complaint}");
    }

    #[test]
    fn a_row_of_another_region_is_named() {
        let complaint = build(&[&ALB.replace("EU-Load", "EUW2-Load")]).unwrap_err();
        assert!(complaint.contains("prices.csv:2") && complaint.contains("eu-west-2"), "{complaint}");
    }
}
