//! The book keeps its own rules: every line of every file is read here the way a reader of it would.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Tiered rates of which only the lower bands are known: usage above them has no price.
const PARTIAL: [(&str, &str, &str); 7] = [
    ("AmazonCloudWatch", "ap-southeast-1", "CW:MetricMonitorUsage"),
    ("AmazonCloudWatch", "ap-southeast-3", "CW:MetricMonitorUsage"),
    ("AmazonCloudWatch", "eu-central-1", "VendedLog-Bytes"),
    ("AmazonCloudWatch", "eu-west-2", "CW:MetricMonitorUsage"),
    ("AmazonCloudWatch", "us-west-2", "CW:MetricMonitorUsage"),
    ("AmazonECR", "us-east-1", "TimedStorage-Archive-ByteHrs"),
    ("AmazonVPC", "eu-west-2", "VpcEndpoint-Bytes"),
];

const UNITS: [&str; 18] = [
    "vCPU-Hours",
    "GB-Hours",
    "Hrs",
    "GB-Mo",
    "GB",
    "IOPS-Mo",
    "MBPS-Mo",
    "IOs",
    "LCU-Hrs",
    "ACU-Hr",
    "ElastiCacheProcessingUnit",
    "Requests",
    "Notifications",
    "Metrics",
    "Alarms",
    "Dashboards",
    "Secrets",
    "Keys",
];

const CONFIDENCE: [&str; 9] = [
    "offer-file",
    "bill-line",
    "offer-derived",
    "pricing-page",
    "doc-text",
    "golden-test",
    "quoted-rule",
    "worked-example",
    "peer-case",
];

/// The fields of a line; a field in quotes may hold a comma.
fn fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            letter => field.push(letter),
        }
    }
    fields.push(field);
    fields
}

/// The rows of a table after its header, with what is wrong with its shape.
fn table(name: &str, text: &str, header: &str, problems: &mut Vec<String>) -> Vec<Vec<String>> {
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line) != Some(header) {
        problems.push(format!("{name}: the header is not {header}"));
    }
    let columns = fields(header).len();
    let mut rows = Vec::new();
    for (index, line) in lines {
        let row = fields(line);
        if row.len() == columns {
            rows.push(row);
        } else {
            problems.push(format!("{name}:{}: {} columns, not {columns}", index + 1, row.len()));
        }
    }
    rows
}

/// The rows of a file of prices, which begins with a comment that names it.
fn shelf(file: (&str, &str, &str), header: &str, problems: &mut Vec<String>) -> Vec<Vec<String>> {
    let (service, region, text) = file;
    let (title, rest) = text.split_once('\n').unwrap_or_default();
    if title != format!("# stackcost price book 1; {service}; {region}") {
        problems.push(format!("{service} {region}: the title is '{title}'"));
    }
    table(&format!("{service} {region}"), rest, header, problems)
}

fn sources() -> BTreeSet<String> {
    let rows = table("sources.csv", stackcost_prices::SOURCES, "id,source", &mut Vec::new());
    rows.into_iter().map(|row| row[0].clone()).collect()
}

/// A plain decimal without a sign, an exponent, a leading or a trailing zero that says nothing.
fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "1"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let tidy = whole == "0" || !whole.starts_with('0');
    digits(whole) && digits(fraction) && tidy && !fraction.ends_with('0')
}

fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Compares two plain decimals.
fn compare(a: &str, b: &str) -> Ordering {
    let (a_whole, a_fraction) = a.split_once('.').unwrap_or((a, ""));
    let (b_whole, b_fraction) = b.split_once('.').unwrap_or((b, ""));
    a_whole.len().cmp(&b_whole.len()).then_with(|| a_whole.cmp(b_whole)).then_with(|| a_fraction.cmp(b_fraction))
}

/// The date, basis, source and confidence that every priced row ends with.
fn check_evidence(at: &str, row: &[String], known: &BTreeSet<String>, problems: &mut Vec<String>) {
    let [day, basis, sku, source, confidence] = row else {
        problems.push(format!("{at}: no evidence"));
        return;
    };
    if basis == "undated" {
        if !day.is_empty() {
            problems.push(format!("{at}: an undated rate of {day}"));
        }
    } else if !["effective", "published", "read"].contains(&basis.as_str()) || !is_day(day) {
        problems.push(format!("{at}: {basis} on '{day}'"));
    }
    if !sku.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        problems.push(format!("{at}: the SKU '{sku}'"));
    }
    if !known.contains(source) {
        problems.push(format!("{at}: the source '{source}' is not in sources.csv"));
    }
    if !CONFIDENCE.contains(&confidence.as_str()) {
        problems.push(format!("{at}: the confidence '{confidence}'"));
    }
}

#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

const RATES: &str = "usage_type,operation,unit,from,to,usd,date,basis,sku,source,confidence";

#[test]
fn every_rate_is_well_formed_and_sorted() {
    let known = sources();
    let mut problems = Vec::new();
    for file in stackcost_prices::files() {
        let rows = shelf(file, RATES, &mut problems);
        if rows.is_empty() {
            problems.push(format!("{} {}: no rates", file.0, file.1));
        }
        for row in &rows {
            let at = format!("{} {} {} {}", file.0, file.1, row[0], row[1]);
            if row[0].is_empty() {
                problems.push(format!("{at}: no usage type"));
            }
            if !UNITS.contains(&row[2].as_str()) {
                problems.push(format!("{at}: the unit '{}'", row[2]));
            }
            if !(is_decimal(&row[3]) && is_decimal(&row[5]) && (row[4].is_empty() || is_decimal(&row[4]))) {
                problems.push(format!("{at}: {} to {} for {}", row[3], row[4], row[5]));
            }
            check_evidence(&at, &row[6..], &known, &mut problems);
        }
        for pair in rows.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            let order = (&a[0], &a[1]).cmp(&(&b[0], &b[1])).then(compare(&a[3], &b[3])).then(a[6].cmp(&b[6]));
            if order.is_ge() {
                problems.push(format!("{} {}: {} is not before {}", file.0, file.1, a.join(","), b.join(",")));
            }
        }
    }
    none(&problems);
}

#[test]
fn tiers_follow_one_another_from_zero() {
    let mut problems = Vec::new();
    let mut partial = Vec::new();
    for file in stackcost_prices::files() {
        let mut tiers: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
        for row in shelf(file, RATES, &mut problems) {
            let bands = tiers.entry((row[0].clone(), row[1].clone())).or_default();
            let band = (row[3].clone(), row[4].clone());
            // A later price of the same band repeats it.
            if bands.last() != Some(&band) {
                bands.push(band);
            }
        }
        for ((usage_type, operation), bands) in tiers {
            let mut end = "0".to_owned();
            for (from, to) in bands {
                if from != end {
                    problems.push(format!("{} {} {usage_type} {operation}: from {from} after {end}", file.0, file.1));
                }
                end = to;
            }
            if !end.is_empty() {
                partial.push((file.0, file.1, usage_type));
            }
        }
    }
    none(&problems);
    let partial: Vec<_> = partial.iter().map(|(service, region, name)| (*service, *region, name.as_str())).collect();
    assert_eq!(partial, PARTIAL);
}

#[test]
fn reservations_are_well_formed_and_sorted() {
    let header = "usage_type,operation,term,payment,hourly,upfront,date,basis,sku,source,confidence,amortised";
    let known = sources();
    let mut problems = Vec::new();
    for file in stackcost_prices::reserved_files() {
        let rows = shelf(file, header, &mut problems);
        for row in &rows {
            let at = format!("{} {} {} {} {} {}", file.0, file.1, row[0], row[1], row[2], row[3]);
            let kinds = ["1yr", "3yr"].contains(&row[2].as_str())
                && ["no", "partial", "all", "heavy"].contains(&row[3].as_str())
                && ["true", "false"].contains(&row[11].as_str());
            if !(kinds && is_decimal(&row[4]) && is_decimal(&row[5])) {
                problems.push(format!("{at}: {}", row.join(",")));
            }
            if (row[3] == "no") != (row[5] == "0") || (row[3] == "all") != (row[4] == "0") {
                problems.push(format!("{at}: {} an hour and {} at once", row[4], row[5]));
            }
            check_evidence(&at, &row[6..11], &known, &mut problems);
        }
        let payment = |row: &[String]| ["no", "partial", "all", "heavy"].iter().position(|kind| *kind == row[3]);
        for pair in rows.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            let order = (&a[..3], payment(a), &a[6]).cmp(&(&b[..3], payment(b), &b[6]));
            if order.is_ge() {
                problems.push(format!("{} {}: {} is not before {}", file.0, file.1, a.join(","), b.join(",")));
            }
        }
    }
    none(&problems);
}

#[test]
fn savings_plans_are_well_formed() {
    let header = "usage_type,operation,unit,term,payment,usd,date,basis,sku,source,confidence";
    let known = sources();
    let mut problems = Vec::new();
    for file in stackcost_prices::savings_plans_files() {
        for row in shelf(file, header, &mut problems) {
            let at = format!("{} {} {} {}", file.0, file.1, row[0], row[1]);
            if !(UNITS.contains(&row[2].as_str()) && is_decimal(&row[5])) {
                problems.push(format!("{at}: {}", row.join(",")));
            }
            check_evidence(&at, &row[6..], &known, &mut problems);
        }
    }
    none(&problems);
}

#[test]
fn allowances_are_of_meters_the_book_prices() {
    let known = sources();
    let mut problems = Vec::new();
    let header = "name,quantity,unit,scope,usage_types,source,note,operation,months,opened_before";
    for row in table("allowances.csv", stackcost_prices::ALLOWANCES, header, &mut problems) {
        if !(is_decimal(&row[1]) && UNITS.contains(&row[2].as_str()) && known.contains(&row[5])) {
            problems.push(format!("allowances.csv: {}", row.join(",")));
        }
        if row[8].is_empty() != row[9].is_empty() || !(row[9].is_empty() || is_day(&row[9])) {
            problems.push(format!("allowances.csv: whose it is is not clear: {}", row.join(",")));
        }
        for meter in row[4].split('|') {
            let (service, usage_type) = meter.split_once('/').unwrap_or_default();
            let row_of = format!("\n{usage_type},{}", row[7]);
            if !stackcost_prices::files().any(|(of, _, text)| of == service && text.contains(&row_of)) {
                problems.push(format!("allowances.csv: nothing is priced as {meter}"));
            }
        }
    }
    none(&problems);
}

#[test]
fn what_new_accounts_are_credited_is_one_row() {
    let mut problems = Vec::new();
    let header = "given,most,opened_from,months,free_plan_months,source,note";
    let rows = table("sign-up.csv", stackcost_prices::SIGN_UP, header, &mut problems);
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert!(is_decimal(&row[0]) && is_decimal(&row[1]) && is_day(&row[2]) && sources().contains(&row[5]), "{row:?}");
    // The day from which on there are credits is the day before which there were offers.
    assert!(stackcost_prices::ALLOWANCES.contains(&format!(",12,{}", row[2])));
    none(&problems);
}

#[test]
fn classes_are_told_once() {
    let mut problems = Vec::new();
    let header = "service,class,vcpu,memory_gib,normalization_factor";
    let rows = table("classes.csv", stackcost_prices::CLASSES, header, &mut problems);
    assert!(rows.len() > 200, "{} classes", rows.len());
    for pair in rows.windows(2) {
        if pair[0][..2] >= pair[1][..2] {
            problems.push(format!("classes.csv: {} is not before {}", pair[0].join(","), pair[1].join(",")));
        }
    }
    none(&problems);
}

#[test]
fn no_supplement_row_is_lost() {
    let mut problems = Vec::new();
    let text = include_str!("../supplement.csv");
    let header = format!("service,region,{RATES},note");
    for row in table("supplement.csv", text, &header, &mut problems) {
        let line = format!("\n{}\n", row[2..13].join(","));
        if !stackcost_prices::rates(&row[0], &row[1]).is_some_and(|text| text.contains(&line)) {
            problems.push(format!("supplement.csv: run the task again: {}", row.join(",")));
        }
    }
    none(&problems);
}

#[test]
fn files_are_found_by_service_and_region() {
    let all: Vec<_> = stackcost_prices::files().collect();
    assert!(all.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
    for (service, region, text) in all {
        assert_eq!(stackcost_prices::rates(service, region), Some(text));
    }
    assert!(stackcost_prices::rates("AmazonECS", "us-east-9").is_none());
    assert!(stackcost_prices::reserved("AmazonRDS", "us-east-1").is_some());
    assert!(stackcost_prices::savings_plans("AmazonRDS", "ap-south-2").is_some());
}

#[test]
fn the_version_is_the_newest_date_of_a_rate() {
    let newest = stackcost_prices::files()
        .flat_map(|(_, _, text)| text.lines().skip(2))
        .filter_map(|line| fields(line).get(6).cloned())
        .max();
    assert_eq!(newest.as_deref(), Some(stackcost_prices::VERSION));
}

#[test]
fn the_reference_rates_are_what_they_are() {
    let rate = |service: &str, region: &str, usage_type: &str, operation: &str| {
        let text = stackcost_prices::rates(service, region)?;
        let begins = format!("{usage_type},{operation},");
        text.lines().find(|line| line.starts_with(&begins)).map(|line| fields(line)[5].clone())
    };
    for (service, region, usage_type, operation, usd) in [
        ("AmazonECS", "us-east-1", "Fargate-vCPU-Hours:perCPU", "", "0.04048"),
        ("AmazonECS", "us-east-1", "Fargate-GB-Hours", "", "0.004445"),
        ("AmazonRDS", "us-east-1", "InstanceUsage:db.t3.micro", "CreateDBInstance:0014", "0.018"),
        ("AmazonRDS", "us-east-1", "RDS:GP2-Storage", "", "0.115"),
        ("AmazonElastiCache", "us-east-1", "NodeUsage:cache.t3.micro", "CreateCacheCluster:0002", "0.017"),
        ("AWSELB", "us-east-1", "LoadBalancerUsage", "LoadBalancing:Application", "0.0225"),
        ("AWSELB", "us-east-1", "LCUUsage", "LoadBalancing:Application", "0.008"),
        ("AmazonECR", "us-east-1", "TimedStorage-ByteHrs", "", "0.1"),
        ("AmazonCloudWatch", "us-east-1", "DataProcessing-Bytes", "", "0.5"),
        ("AmazonCloudWatch", "us-east-1", "TimedStorage-ByteHrs", "", "0.03"),
        ("AmazonCloudWatch", "global", "DashboardsUsageHour-Basic", "", "3"),
        ("AmazonElastiCache", "sa-east-1", "ElastiCacheProcessingUnits:Valkey", "", "0.0000000037"),
    ] {
        assert_eq!(
            rate(service, region, usage_type, operation).as_deref(),
            Some(usd),
            "{service} {region} {usage_type}"
        );
    }
}
