//! ECR: what is stored, given or as a lifecycle policy leaves it; the archive; pulls into other regions.

use super::*;
use crate::services::declares;
use alloc::string::{String, ToString};
use alloc::vec;

fn site(month: &str) -> Site {
    Site { component: "ecr.images".into(), region: "us-east-1".parse().unwrap(), horizon: month.parse().unwrap() }
}

fn of(stored: Stored) -> Ecr {
    Ecr { stored, archived_gb: Ratio::ZERO, archive_retrieved_gb: Ratio::ZERO, pulled_to_gb: Vec::new() }
}

/// Ten images of 500 MB a week.
fn ten_a_week(keep: Keep) -> Images {
    Images { pushed_per_week: Ratio::whole(10), size_gb: Ratio::new(1, 2), shared: Ratio::ZERO, keep, month: None }
}

#[track_caller]
fn check(ecr: &Ecr, month: &str, lines: &[&str]) {
    let usage = ecr.usage(&site(month));
    assert!(usage.iter().all(|used| declares(Ecr::METERS, &used.meter) && used.quantity.unit == used.meter.unit));
    let shown: Vec<String> =
        usage.iter().map(|used| format!("{} {} | {}", used.meter.usage_type, used.quantity, used.because)).collect();
    assert_eq!(shown, lines);
}

#[track_caller]
fn check_images(images: Images, line: &str) {
    check(&of(Stored::Images(images)), "average", &[line]);
}

#[test]
fn stored_gb_are_gb_months() {
    let two = || of(Stored::Gb(Ratio::whole(2)));
    check(&two(), "average", &["TimedStorage-ByteHrs 2 GB-Mo | 2 GB stored"]);
    check(&two(), "2026-02", &["TimedStorage-ByteHrs 2 GB-Mo | 2 GB stored"]);
    check(&two(), "15d", &["TimedStorage-ByteHrs 1 GB-Mo | 2 GB stored x 0.5 month"]);
    check(&of(Stored::Gb(Ratio::ZERO)), "average", &[]);
}

#[test]
fn the_newest_images_are_kept() {
    check_images(
        ten_a_week(Keep::Newest(20)),
        "TimedStorage-ByteHrs 10 GB-Mo | 20 images x 0.5 GB, reached after 0.5 months of 10 images a week",
    );
}

#[test]
fn images_are_kept_for_days() {
    check_images(
        ten_a_week(Keep::Days(28)),
        "TimedStorage-ByteHrs 20 GB-Mo | 40 images x 0.5 GB, reached after 0.9 months of 10 images a week",
    );
}

#[test]
fn without_a_policy_images_only_grow() {
    // 365/84 weeks a month.
    let after = |month| Images { month: Some(month), ..ten_a_week(Keep::All) };
    check_images(
        after(1),
        "TimedStorage-ByteHrs 21.72619047619 GB-Mo | ~43.452381 images x 0.5 GB, at the end of month 1",
    );
    check_images(
        after(12),
        "TimedStorage-ByteHrs 260.714285714286 GB-Mo | ~521.428571 images x 0.5 GB, at the end of month 12",
    );
    assert_eq!(ten_a_week(Keep::All).kept(), None);
    assert_eq!(ten_a_week(Keep::All).months_until_steady(), None);
}

#[test]
fn a_policy_bites_once_there_are_enough_images() {
    let after = |month| Images { month: Some(month), ..ten_a_week(Keep::Newest(100)) };
    // 43.45 images after a month, 86.9 after two, 130.36 after three: capped at 100.
    check_images(
        after(2),
        "TimedStorage-ByteHrs 43.452380952381 GB-Mo | ~86.904762 images x 0.5 GB, at the end of month 2",
    );
    check_images(after(3), "TimedStorage-ByteHrs 50 GB-Mo | 100 images x 0.5 GB, at the end of month 3");
    let steady = ten_a_week(Keep::Newest(100)).months_until_steady().unwrap();
    assert_eq!(steady.to_string(), "2.301369863014");
}

#[test]
fn a_shared_layer_is_stored_once() {
    let shared = |percent| Images { shared: Ratio::new(percent, 100), ..ten_a_week(Keep::Newest(10)) };
    // The first whole, of nine others two fifths: 0.5 x (1 + 9 x 0.4).
    check_images(
        shared(60),
        "TimedStorage-ByteHrs 2.3 GB-Mo | 10 images x 0.5 GB, 60 % of each but the first already stored, reached after 0.2 months of 10 images a week",
    );
    check_images(
        shared(100),
        "TimedStorage-ByteHrs 0.5 GB-Mo | 10 images x 0.5 GB, 100 % of each but the first already stored, reached after 0.2 months of 10 images a week",
    );
    // With less than one image there is nothing to share with.
    let slow = Images { pushed_per_week: Ratio::new(1, 10), month: Some(1), ..shared(60) };
    let (gb, _) = slow.stored();
    assert_eq!(gb, slow.size_gb * Ratio::new(1, 10) * Ratio::new(365, 84));
}

#[test]
fn growing_without_a_month_is_a_gap_and_never_free() {
    let usage = of(Stored::Images(ten_a_week(Keep::All))).usage(&site("average"));
    assert!(usage[0].quantity.value.is_too_large());
}

#[test]
fn the_archive_and_what_comes_back_from_it() {
    let ecr =
        Ecr { archived_gb: Ratio::whole(50), archive_retrieved_gb: Ratio::whole(3), ..of(Stored::Gb(Ratio::ZERO)) };
    check(
        &ecr,
        "15d",
        &[
            "TimedStorage-Archive-ByteHrs 25 GB-Mo | 50 GB archived x 0.5 month",
            "ArchiveRetrieval-Bytes 3 GB | 3 GB brought back from the archive",
        ],
    );
}

#[test]
fn pulls_into_other_regions_are_data_transfer() {
    let to = |code: &str| code.parse::<Region>().unwrap();
    let pulled_to_gb = vec![(to("eu-west-1"), Ratio::whole(5)), (to("us-east-2"), Ratio::whole(7))];
    let ecr = Ecr { pulled_to_gb, ..of(Stored::Gb(Ratio::ZERO)) };
    check(
        &ecr,
        "average",
        &[
            "EU-AWS-Out-Bytes 5 GB | 5 GB of images pulled into eu-west-1",
            "USE2-AWS-Out-Bytes 7 GB | 7 GB of images pulled into us-east-2",
        ],
    );
    assert_eq!(ecr.usage(&site("average"))[0].meter.service, ServiceCode::DataTransfer);
}
