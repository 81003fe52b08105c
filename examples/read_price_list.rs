//! What AWS's own price list says of what this library can price.
//!
//! ```sh
//! cargo run -p stackcost-formats --example read_price_list -- AmazonRDS-us-east-1.json
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use stackcost_formats::offers;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;

/// Reads a list and says what is in it.
pub fn main() -> Result<(), Box<dyn Error>> {
    let named = std::env::args().nth(1).filter(|name| name.ends_with(".json") || name.ends_with(".csv"));
    // Without a name: a list of one load balancer, in the form of AWS's.
    let list = match named {
        Some(path) => offers::read(&path, BufReader::new(File::open(&path)?), &[])?,
        None => offers::read("a small list", SMALL.as_bytes(), &[])?,
    };
    println!("{}, version {}, published {}", list.offer, list.version, list.published);
    let (rates, reservations, plans) = (list.rates.len(), list.reservations.len(), list.plans.len());
    println!("{rates} rates, {reservations} reservations, {plans} rates under Savings Plans");
    for rate in list.rates.iter().take(5) {
        println!("{} {}: {} USD a {}", rate.usage_type, rate.operation, rate.band.usd, rate.unit);
    }
    for (why, left) in &list.left_out {
        println!("left out: {} {why}, such as {}", left.count, left.example);
    }
    Ok(())
}

const SMALL: &str = r#"{
  "offerCode": "AWSELB", "version": "20260720184950", "publicationDate": "2026-07-20T18:49:50Z",
  "products": {"A": {"sku": "A", "attributes": {"locationType": "AWS Region", "regionCode": "eu-west-1",
    "usagetype": "EU-LCUUsage", "operation": "LoadBalancing:Application"}}},
  "terms": {"OnDemand": {"A": {"A.J": {"offerTermCode": "J", "sku": "A", "effectiveDate": "2026-07-01T00:00:00Z",
    "priceDimensions": {"A.J.R": {"rateCode": "A.J.R", "unit": "LCU-Hrs", "beginRange": "0", "endRange": "Inf",
      "pricePerUnit": {"USD": "0.0080000000"}}}}}}}
}"#;
