//! Data transfer: out, in, between zones (both sides), between regions.

use super::*;
use crate::services::declares;
use alloc::string::String;
use alloc::vec;

fn site() -> Site {
    Site {
        component: "data_transfer.net".into(),
        region: "us-east-1".parse().unwrap(),
        horizon: crate::time::Horizon::AverageMonth,
    }
}

const NONE: DataTransfer = DataTransfer {
    internet_out_gb: Ratio::ZERO,
    internet_in_gb: Ratio::ZERO,
    between_zones_gb: Ratio::ZERO,
    to_regions_gb: Vec::new(),
};

#[track_caller]
fn check(transfer: &DataTransfer, lines: &[&str]) {
    let usage = transfer.usage(&site());
    assert!(
        usage.iter().all(|used| declares(DataTransfer::METERS, &used.meter) && used.quantity.unit == used.meter.unit)
    );
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

#[test]
fn each_direction() {
    check(&NONE, &[]);
    let some = DataTransfer { internet_out_gb: Ratio::whole(200), internet_in_gb: Ratio::whole(50), ..NONE };
    check(
        &some,
        &[
            "DataTransfer-Out-Bytes 200 GB | 200 GB to the internet",
            "DataTransfer-In-Bytes 50 GB | 50 GB from the internet",
        ],
    );
}

#[test]
fn between_zones_both_sides_pay() {
    let some = DataTransfer { between_zones_gb: Ratio::whole(30), ..NONE };
    check(&some, &["DataTransfer-Regional-Bytes 60 GB | 30 GB between zones, billed on each side"]);
}

#[test]
fn the_destination_is_in_the_name() {
    let to = |code: &str| code.parse::<Region>().unwrap();
    let to_regions_gb = vec![(to("eu-west-1"), Ratio::whole(5)), (to("us-east-2"), Ratio::whole(7))];
    let some = DataTransfer { to_regions_gb, ..NONE };
    check(&some, &["EU-AWS-Out-Bytes 5 GB | 5 GB to eu-west-1", "USE2-AWS-Out-Bytes 7 GB | 7 GB to us-east-2"]);
    let written = some.usage(&site())[0].meter.written(site().region);
    assert_eq!(written, "USE1-EU-AWS-Out-Bytes");
}
