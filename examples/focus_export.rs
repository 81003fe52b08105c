//! A bill made by hand as FOCUS 1.2: shown as CSV, written as Parquet if a file is named.
//!
//! ```sh
//! cargo run -p stackcost-formats --example focus_export -- bill.parquet
//! ```
//!
//! It has a charge of every kind, so that FOCUS's own validator has something to look at
//! (`tests/focus/validate.sh`).
#![allow(clippy::print_stdout, reason = "an example shows what it finds")]

use stackcost_formats::render::focus::{Context, csv, parquet, query};
use stackcost_model::bill::{Amount, Bill, ChargeKind, Dimension, Entry, Step};
use stackcost_model::time::Date;
use std::error::Error;

/// Account, service, usage type, operation, region, charge type, purchase type, resource, tag;
/// quantity and unit; billed, amortised and list cost.
type Charge = ([&'static str; 9], (&'static str, &'static str), [&'static str; 3]);

#[rustfmt::skip]
const CHARGES: &[Charge] = &[
    (["444455556666", "AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU", "FargateTask", "us-east-1", "Usage", "On Demand", "arn:aws:ecs:us-east-1:444455556666:task/news/0c5f", "prod"], ("365", "vCPU-Hours"), ["14.7752", "14.7752", "14.7752"]),
    (["444455556666", "AmazonECS", "USE1-Fargate-GB-Hours", "FargateTask", "us-east-1", "SavingsPlanCoveredUsage", "Savings Plans", "", "prod"], ("730", "GB-Hours"), ["3.24485", "2.59588", "3.24485"]),
    (["444455556666", "AmazonECS", "USE1-Fargate-GB-Hours", "FargateTask", "us-east-1", "SavingsPlanNegation", "Savings Plans", "", "prod"], ("730", ""), ["-3.24485", "0", "0"]),
    (["111122223333", "ComputeSavingsPlans", "ComputeSP:1yrNoUpfront", "", "", "SavingsPlanRecurringFee", "", "", ""], ("744", ""), ["37.2", "4.6", "37.2"]),
    (["444455556666", "AmazonEC2", "SpotUsage:c7g.large", "RunInstances:SV", "us-west-2", "Usage", "Spot", "i-0a1b2c", "dev"], ("12.5", "Hrs"), ["0.3625", "0.3625", "0.90625"]),
    (["444455556666", "AmazonRDS", "EU-InstanceUsage:db.r6g.xl", "CreateDBInstance:0014", "eu-west-1", "DiscountedUsage", "Reserved", "arn:aws:rds:eu-west-1:444455556666:db:news", "prod"], ("744", "Hrs"), ["0", "226.92", "372"]),
    (["111122223333", "AmazonRDS", "EU-HeavyUsage:db.r6g.xl", "CreateDBInstance:0014", "eu-west-1", "RIFee", "", "", ""], ("744", "Hrs"), ["226.92", "3.05", "226.92"]),
    (["111122223333", "AmazonRDS", "", "", "", "Fee", "", "", ""], ("1", ""), ["500", "0", "500"]),
    (["444455556666", "AmazonS3", "Requests-Tier1", "PutObject", "us-east-1", "Usage", "On Demand", "news-prod", ""], ("3.62E3", "Requests"), ["1.81E-2", "1.81E-2", "1.81E-2"]),
    (["444455556666", "AmazonS3", "Requests-Tier1", "PutObject", "us-east-1", "EdpDiscount", "", "", ""], ("3620", "Requests"), ["-7.24E-4", "-7.24E-4", "0"]),
    (["444455556666", "AmazonCloudWatch", "DataProcessing-Bytes", "PutLogEvents", "us-east-1", "Usage", "On Demand", "", "prod"], ("3.0416666667", "GB"), ["1.5208333333", "1.5208333333", "1.5208333333"]),
    (["444455556666", "AmazonRoute53", "HostedZone", "", "global", "Usage", "On Demand", "", ""], ("1", "HostedZone"), ["0.5", "0.5", "0.5"]),
    (["444455556666", "AmazonBrandNew", "USE1-New:Thing", "", "us-east-1", "Usage", "On Demand", "", ""], ("2", "Things"), ["0.02", "0.02", "0.02"]),
    (["444455556666", "AmazonRDS", "", "", "", "Credit", "", "", ""], ("0", ""), ["-5", "-5", "0"]),
    (["444455556666", "AmazonRDS", "InstanceUsage:db.t3.micro", "", "us-east-1", "Refund", "", "", ""], ("0", ""), ["-12.5", "-12.5", "0"]),
    (["111122223333", "AmazonECS", "", "", "", "Tax", "", "", ""], ("0", ""), ["1.23", "1.23", "1.23"]),
];

fn bill() -> Result<Bill, Box<dyn Error>> {
    let extra = [Dimension::Resource, Dimension::Tag("environment".into())];
    let mut bill = Bill::new(query(None, Step::Month, &extra), "USD");
    let amount = |text: &str| Amount::parse(text.as_bytes()).ok_or("no decimal");
    for (keys, (quantity, unit), costs) in CHARGES {
        bill.entries.push(Entry {
            period: Date::constant(2026, 10, 1),
            keys: keys.iter().map(|key| (*key).to_string()).collect(),
            kind: ChargeKind::from_line_item_type(keys[5]),
            unit: (*unit).into(),
            amounts: costs.iter().map(|cost| amount(cost)).collect::<Result<_, _>>()?,
            quantity: amount(quantity)?,
            charges: 1,
            without_list: 0,
        });
    }
    bill.settle()?;
    Ok(bill)
}

/// Shows and writes it.
pub fn main() -> Result<(), Box<dyn Error>> {
    let bill = bill()?;
    let names = [("111122223333", "payer"), ("444455556666", "news-prod")];
    let names = names.map(|(id, name)| (id.to_string(), name.to_string())).into();
    let context = Context { payer: "111122223333".into(), names };
    print!("{}", csv(&bill, &context)?);
    let parquet = parquet(&bill, &context)?;
    if let Some(path) = std::env::args().skip(1).find(|argument| argument.ends_with(".parquet")) {
        std::fs::write(path, parquet.bytes)?;
    }
    Ok(())
}
