//! `stackcost spend` of Cost Explorer: what it asks, and what it makes of the answers.

use super::desk::{Desk, USAGE, answer, by, month, name, period, this_month, today};
use serde_json::{Value, json};
use stackcost_model::bill::Amount;
use stackcost_model::time::Date;

const SIX_MONTHS: &str = include_str!("../../data/spend/six-months.csv");
/// See `tests/data/spend/README.md`.
const SUMS: [&str; 6] =
    ["205.4479067066", "471.5618570973", "303.2400848554", "306.0460632127", "285.9882013419", "385.3958308832"];

fn amount(value: &Value) -> Amount {
    Amount::parse(value.as_str().expect("text").as_bytes()).expect("a decimal")
}

fn sum(values: impl IntoIterator<Item = Amount>) -> String {
    Amount::sum(values).expect("in range").to_string()
}

fn tomorrow() -> Date {
    today().tomorrow().expect("a day")
}

/// The six months of the data file, as the last six of today.
fn six_months() -> Value {
    let rows: Vec<Vec<&str>> = SIX_MONTHS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let mut names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    names.dedup();
    let months = names.iter().zip(0..).map(|(name, at)| {
        let groups: Vec<(String, &str)> =
            rows.iter().filter(|row| row[0] == *name).map(|row| (format!("{}/Usage", row[1]), row[2])).collect();
        let groups: Vec<(&str, &str)> = groups.iter().map(|(keys, amount)| (keys.as_str(), *amount)).collect();
        period(month(5 - at), "UnblendedCost", at == 5, &groups)
    });
    answer(&[by("SERVICE"), by("RECORD_TYPE")], months.collect(), None)
}

#[test]
fn six_months_by_service_are_one_request_and_every_digit() {
    let desk = Desk::new();
    desk.account.answers(USAGE, &[six_months()]);
    let ran = desk.run("spend --months 6 --by service --format csv");
    ran.ends(0, &["1 request for account", "$0.01 a page", "Cost Explorer: 1 request, $0.01"]);
    assert_eq!(
        desk.sent(USAGE),
        [json!({
            "TimePeriod": {"Start": month(5).to_string(), "End": tomorrow().to_string()},
            "Granularity": "MONTHLY",
            "Metrics": ["UnblendedCost"],
            "GroupBy": [by("SERVICE"), by("RECORD_TYPE")],
        })]
    );
    let rows = ran.rows();
    assert_eq!(rows.len(), SIX_MONTHS.lines().count() - 1, "a row for each month and service");
    for (at, total) in (0..6).zip(SUMS) {
        let of_month = || rows.iter().filter(|row| row["month"] == name(month(5 - at)));
        assert_eq!(sum(of_month().map(|row| amount(&row["net"]))), total);
        assert_eq!(sum(of_month().map(|row| amount(&row["usage"]))), total);
        let estimated = if at == 5 { "true" } else { "false" };
        assert!(of_month().all(|row| row["estimated"] == estimated && row["metric"] == "UnblendedCost"));
    }
    // JSON has the sums; they come from the cache, as does the table.
    let document = desk.run("spend --months 6 --by service --format json").json();
    let months = document["periods"].as_array().expect("periods");
    assert_eq!(months.iter().map(|month| month["net"].as_str().expect("text")).collect::<Vec<_>>(), SUMS);
    let all = document["rows"].as_array().expect("rows").iter().map(|row| amount(&row["net"]));
    assert_eq!(document["total"]["net"], sum(all));
    assert_eq!(document["total"]["net"], "1957.6799440971");
    let table = desk.run("spend --months 6 --precision 10").stdout;
    assert!(table.contains(&format!("{}*", name(month(0)))), "{table}");
    assert!(!table.contains(&format!("{}*", name(month(1)))), "{table}");
    for total in SUMS {
        assert!(table.contains(total), "{total}\n{table}");
    }
    assert_eq!(desk.sent(USAGE).len(), 1, "all of them make one request");
}

#[test]
fn kinds_of_charges_are_apart() {
    let desk = Desk::new();
    let groups = [
        ("Amazon ECS/Usage", "100"),
        ("Amazon ECS/SavingsPlanCoveredUsage", "10"),
        ("Amazon ECS/SavingsPlanNegation", "-10"),
        ("Amazon ECS/Credit", "-30.5"),
        ("Amazon ECS/Refund", "-1.25"),
        ("Amazon RDS/Recurring", "7"),
        ("Tax/Tax", "8.75"),
    ];
    desk.account.answers(USAGE, &[this_month(&groups)]);
    let ran = desk.run("spend --months 1 --format json");
    let document = ran.ends(0, &[]).json();
    let total = &document["total"];
    for (kind, sum) in [
        ("usage", "100"),
        ("fees", "7"),
        ("tax", "8.75"),
        ("credits", "-30.5"),
        ("refunds", "-1.25"),
        ("gross", "115.75"),
        ("net", "84"),
    ] {
        assert_eq!(total[kind], sum, "{kind}");
    }
    let table = desk.run("spend --months 1").stdout;
    for word in ["gross", "credits", "refunds", "tax", "fees", "NET", "84.00", "* estimated"] {
        assert!(table.contains(word), "{word}\n{table}");
    }
}

#[test]
fn two_groups_take_two_requests() {
    let desk = Desk::new();
    let usage = answer(
        &[by("SERVICE"), by("USAGE_TYPE")],
        vec![period(
            month(0),
            "UnblendedCost",
            true,
            &[("ECS/Fargate-GB-Hours", "3"), ("ECS/Fargate-vCPU-Hours", "4")],
        )],
        None,
    );
    desk.account.answers(USAGE, &[usage, this_month(&[("ECS/Credit", "-1"), ("Tax/Tax", "0.5")])]);
    let ran = desk.run("spend --months 1 --by service,usage-type --format csv");
    ran.ends(0, &["2 requests for account", "2 requests, $0.02"]);
    let sent = desk.sent(USAGE);
    let kinds = json!({"Dimensions": {
        "Key": "RECORD_TYPE",
        "Values": ["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage", "SavingsPlanNegation"],
    }});
    assert_eq!((&sent[0]["Filter"], &sent[0]["GroupBy"]), (&kinds, &json!([by("SERVICE"), by("USAGE_TYPE")])));
    assert_eq!(sent[1]["Filter"], json!({"Not": kinds}));
    assert_eq!(sent[1]["GroupBy"], json!([by("SERVICE"), by("RECORD_TYPE")]));
    assert_eq!(sum(ran.rows().iter().map(|row| amount(&row["net"]))), "6.5");
    assert_eq!(ran.rows().len(), 4);
    // Three are refused before anything is sent.
    desk.run("spend --by service,region,account").fails(2, &["two things at most", "--from"]);
    assert_eq!(desk.sent(USAGE).len(), 2);
}

#[test]
fn days_metrics_and_filters_are_sent() {
    let desk = Desk::new();
    let days = [month(0), month(0).tomorrow().expect("a day")].into_iter().take(if today().day() == 1 { 1 } else { 2 });
    let days = days.map(|day| period(day, "UnblendedCost", true, &[("ECS/Usage", "1.5")])).collect();
    desk.account.answers(USAGE, &[answer(&[by("SERVICE"), by("RECORD_TYPE")], days, None)]);
    let ran = desk.run(&format!("spend --months {} --by service,day --format csv", name(month(0))));
    assert_eq!(ran.ends(0, &[]).rows()[0]["day"], month(0).to_string());
    let sent = &desk.sent(USAGE)[0];
    assert_eq!((&sent["Granularity"], &sent["TimePeriod"]["End"]), (&"DAILY".into(), &tomorrow().to_string().into()));

    for metric in ["NetUnblendedCost", "BlendedCost", "AmortizedCost", "NetAmortizedCost"] {
        let desk = Desk::new();
        let of_metric = period(month(0), metric, true, &[("ECS/Usage", "2")]);
        desk.account.answers(USAGE, &[answer(&[by("SERVICE"), by("RECORD_TYPE")], vec![of_metric], None)]);
        let ran = desk.run(&format!("spend --months 1 --metric {metric} --format csv"));
        assert_eq!(ran.ends(0, &[]).rows()[0]["metric"], metric);
        assert_eq!(desk.sent(USAGE)[0]["Metrics"], json!([metric]));
    }
    desk.run("spend --metric list").fails(2, &["no list cost", "--from"]);

    let desk = Desk::new();
    desk.account.answers(USAGE, &[this_month(&[("ECS/Usage", "2")])]);
    let filter = "service=ECS|RDS,tag:team!=web,cost-category:env=prod";
    desk.run(&format!("spend --months 1 --where {filter}")).ends(0, &[]);
    assert_eq!(
        desk.sent(USAGE)[0]["Filter"],
        json!({"And": [
            {"Dimensions": {"Key": "SERVICE", "Values": ["ECS", "RDS"]}},
            {"Not": {"Tags": {"Key": "team", "Values": ["web"]}}},
            {"CostCategories": {"Key": "env", "Values": ["prod"]}},
        ]})
    );
    desk.run("spend --where tag:team=").fails(2, &["without a value", "--from"]);
}

#[test]
fn keys_of_tags_and_cost_categories_are_plain() {
    for (wanted, kind, key, column) in
        [("tag:team", "TAG", "team", "tag:team"), ("cost-category:env", "COST_CATEGORY", "env", "cost_category:env")]
    {
        let desk = Desk::new();
        let group_by = [json!({"Type": kind, "Key": key}), by("RECORD_TYPE")];
        let keys = [format!("{key}$web/Usage"), format!("{key}$a$b/Usage"), format!("{key}$/Usage")];
        let groups: Vec<(&str, &str)> = keys.iter().map(|keys| (keys.as_str(), "1")).collect();
        desk.account.answers(USAGE, &[answer(&group_by, vec![period(month(0), "UnblendedCost", true, &groups)], None)]);
        let ran = desk.run(&format!("spend --months 1 --by {wanted} --format csv"));
        let mut values: Vec<String> =
            ran.ends(0, &[]).rows().iter().map(|row| row[column].as_str().expect("text").to_string()).collect();
        values.sort();
        assert_eq!(values, ["", "a$b", "web"]);
        assert_eq!(desk.sent(USAGE)[0]["GroupBy"], json!(group_by));
        let table = desk.run(&format!("spend --months 1 --by {wanted}")).stdout;
        assert!(table.contains(&format!("(no {wanted})")), "{table}");
    }
}

#[test]
fn pages_are_one_answer_even_with_an_empty_one_between() {
    let desk = Desk::new();
    let group_by = [by("SERVICE"), by("RECORD_TYPE")];
    let page =
        |groups: &[(&str, &str)], next| answer(&group_by, vec![period(month(0), "UnblendedCost", true, groups)], next);
    let pages =
        [page(&[("a/Usage", "1")], Some("two")), answer(&[], vec![], Some("three")), page(&[("b/Usage", "2")], None)];
    desk.account.answers(USAGE, &pages);
    let ran = desk.run("spend --months 1 --format json");
    assert_eq!(ran.ends(0, &["3 requests, $0.03"]).json()["total"]["net"], "3");
    let tokens: Vec<Value> = desk.sent(USAGE).iter().map(|sent| sent["NextPageToken"].clone()).collect();
    assert_eq!(tokens, [Value::Null, "two".into(), "three".into()]);
}

#[test]
fn an_answer_without_any_month_is_no_bill_of_nothing() {
    let desk = Desk::new();
    desk.account.answers(USAGE, &[answer(&[by("SERVICE")], vec![], None)]);
    desk.run("spend --months 1").fails(1, &["without any month"]);
    // Nor is half an answer the whole.
    let desk = Desk::new();
    let usage = period(month(0), "UnblendedCost", true, &[("ECS/Fargate-GB-Hours", "3")]);
    let half = [answer(&[by("SERVICE"), by("USAGE_TYPE")], vec![usage], None), answer(&[by("SERVICE")], vec![], None)];
    desk.account.answers(USAGE, &half);
    desk.run("spend --months 1 --by service,usage-type").fails(1, &["without any month"]);
}

#[test]
fn two_currencies_have_no_sum() {
    let desk = Desk::new();
    let mut mixed = this_month(&[("ECS/Usage", "1"), ("RDS/Usage", "1")]);
    mixed["ResultsByTime"][0]["Groups"][1]["Metrics"]["UnblendedCost"]["Unit"] = "CNY".into();
    desk.account.answers(USAGE, &[mixed]);
    desk.run("spend --months 1").fails(1, &["two currencies, USD and CNY"]);
}

#[test]
fn months_to_come_are_refused_unasked() {
    let desk = Desk::new();
    let next = name(month(-1));
    desk.run(&format!("spend --months {next}")).fails(2, &[&format!("{next} lies in the future"), "in UTC"]);
    desk.run("spend --months 0").fails(2, &["months are a number"]);
    assert!(desk.sent(USAGE).is_empty() && desk.account.calls("GetCallerIdentity").is_empty());
    // A range that ends in the future ends with today.
    desk.account.answers(USAGE, &[this_month(&[("ECS/Usage", "1")])]);
    desk.run(&format!("spend --months {}..{next}", name(month(0)))).ends(0, &[]);
    assert_eq!(desk.sent(USAGE)[0]["TimePeriod"]["End"], tomorrow().to_string());
}

#[test]
fn a_threshold_is_for_every_month_shown() {
    let desk = Desk::new();
    desk.account.answers(USAGE, &[six_months()]);
    let ran = desk.run("spend --fail-over 385 --format csv");
    ran.ends(3, &[&format!("{} is 471.5618570973 USD, more than --fail-over 385", name(month(4))), &name(month(0))]);
    assert!(!ran.stdout.is_empty());
    desk.run("spend --fail-over 471.5618570973").ends(0, &[]);
}
