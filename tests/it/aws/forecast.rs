//! `stackcost spend --forecast`: the rate so far, and AWS's own forecast.

use super::desk::{Desk, USAGE, answer, by, month, name, period, this_month, today};
use serde_json::{Value, json};
use stackcost_model::bill::Amount;

const FORECAST: &str = "GetCostForecast";

fn rest(mean: &str, unit: &str) -> Value {
    let end = today().last_of_month().tomorrow().expect("a day").to_string();
    json!({
        "Total": {"Amount": mean, "Unit": unit},
        "ForecastResultsByTime": [{
            "TimePeriod": {"Start": today().to_string(), "End": end},
            "MeanValue": mean, "PredictionIntervalLowerBound": "10", "PredictionIntervalUpperBound": "14.5"
        }]
    })
}

/// The running month, and its whole days if there are any: on the first there is none to ask for.
fn answers(desk: &Desk, month: Value, until_today: &str) {
    let whole_days = answer(
        &[by("RECORD_TYPE")],
        vec![period(super::desk::month(0), "UnblendedCost", true, &[("Usage", until_today), ("Credit", "-1")])],
        None,
    );
    let all = [month, whole_days];
    desk.account.answers(USAGE, &all[..1 + usize::from(over() > 0)]);
}

/// How many days of this month are over.
fn over() -> i8 {
    today().day() - 1
}

/// A run rate, worked out as the rule says.
fn run_rate(spent: &str) -> Option<String> {
    let count = |days: i8| Amount::parse(days.to_string().as_bytes()).expect("a number");
    let rate =
        Amount::parse(spent.as_bytes()).expect("a decimal").mul_div(count(today().days_in_month()), count(over()));
    rate.map(|rate| rate.to_string())
}

fn plus(one: &str, other: &str) -> String {
    let amount = |text: &str| Amount::parse(text.as_bytes()).expect("a decimal");
    amount(one).checked_add(amount(other)).expect("in range").to_string()
}

#[test]
fn the_rate_so_far_and_what_aws_expects() {
    let desk = Desk::new();
    answers(&desk, this_month(&[("ECS/Usage", "47"), ("ECS/Credit", "-1")]), "46.5");
    desk.account.answers(FORECAST, &[rest("12.25", "USD")]);
    let spent = if over() > 0 { "45.5" } else { "0" };
    let asked = "spend --months 1 --forecast --format json --where service=ECS --metric unblended";
    let document = desk.run(asked).ends(0, &["1 request, $0.01"]).json();
    let forecast = &document["forecast"];
    assert_eq!(forecast["month"], name(month(0)));
    assert_eq!((&forecast["days_over"], &forecast["days"]), (&over().into(), &today().days_in_month().into()));
    assert_eq!(forecast["spent"], spent);
    assert_eq!(forecast["run_rate"].as_str().map(str::to_string), run_rate(spent));
    let interval = |add: &str| {
        let sum = |amount: &str| plus(amount, add);
        json!({"mean": sum("12.25"), "low": sum("10"), "high": sum("14.5"), "confidence_percent": 80})
    };
    assert_eq!((&forecast["aws_rest"], &forecast["aws_month"]), (&interval("0"), &interval(spent)));

    let end = today().last_of_month().tomorrow().expect("a day").to_string();
    let filter = json!({"Dimensions": {"Key": "SERVICE", "Values": ["ECS"]}});
    assert_eq!(
        desk.sent(FORECAST),
        [json!({
            "TimePeriod": {"Start": today().to_string(), "End": end}, "Granularity": "MONTHLY",
            "Metric": "UNBLENDED_COST", "PredictionIntervalLevel": 80, "Filter": filter
        })]
    );
    let sent = desk.sent(USAGE);
    if over() > 0 {
        assert_eq!(sent[1]["TimePeriod"], json!({"Start": month(0).to_string(), "End": today().to_string()}));
        assert_eq!((&sent[1]["GroupBy"], &sent[1]["Filter"]), (&json!([by("RECORD_TYPE")]), &filter));
    }
    // The same from the cache, for eyes and beside CSV.
    let table = desk.run(&asked.replace("json", "table"));
    let words = ["as AWS expects", "80 % interval", if over() > 0 { "run rate" } else { "no run rate" }];
    for word in words {
        assert!(table.stdout.contains(word), "{word}\n{}", table.stdout);
    }
    let csv = desk.run(&asked.replace("json", "csv"));
    csv.ends(0, &words);
    assert!(!csv.stdout.contains("AWS expects"), "{}", csv.stdout);
    assert!(desk.run(&asked.replace("json", "markdown")).stdout.contains("### Forecast of"));
    assert_eq!((desk.sent(USAGE).len(), desk.sent(FORECAST).len()), (sent.len(), 1));
}

#[test]
fn a_threshold_is_also_for_what_will_be() {
    let desk = Desk::new();
    answers(&desk, this_month(&[("ECS/Usage", "47")]), "46.5");
    desk.account.answers(FORECAST, &[rest("12.25", "USD")]);
    let spent = if over() > 0 { "45.5" } else { "0" };
    let mean = plus(spent, "12.25");
    let asked = "spend --months 1 --forecast --format csv --fail-over";
    let crossed = format!("{} will be {mean} USD as AWS expects, more than --fail-over 12", name(month(0)));
    desk.run(&format!("{asked} 12")).ends(3, &[&crossed]);
    let enough = if mean == "12.25" { "47" } else { &mean };
    desk.run(&format!("{asked} {enough}")).ends(0, &[]);
}

#[test]
fn without_aws_the_run_rate_stands_and_the_result_is_partial() {
    let desk = Desk::new();
    answers(&desk, this_month(&[("ECS/Usage", "47")]), "46.5");
    let denied = json!({"status": 400, "code": "AccessDeniedException", "message": "not authorized"});
    desk.account.fault("ce", FORECAST, 9, denied);
    let asked = "spend --months 1 --forecast --format json";
    let ran = desk.run(asked);
    let words = ["ce:GetCostForecast", "`stackcost iam spend`", "partial: the forecast lacks AWS's forecast"];
    let document = ran.ends(5, &words).json();
    assert_eq!((&document["forecast"]["aws_month"], &document["total"]["kind"]), (&Value::Null, &"exactly".into()));
    desk.run(&format!("{asked} --allow-partial")).ends(0, &[]);
    if let Some(rate) = run_rate("45.5") {
        assert_eq!(document["forecast"]["run_rate"], rate);
        desk.run(&format!("{asked} --fail-over 47")).ends(3, &["at its run rate"]);
    }
    // Another currency is no sum.
    let desk = Desk::new();
    answers(&desk, this_month(&[("ECS/Usage", "47")]), "46.5");
    desk.account.answers(FORECAST, &[rest("12.25", "CNY")]);
    desk.run(asked).ends(5, &["two currencies, USD and CNY"]);
}

#[test]
fn forecasts_of_accounts_are_added_without_an_interval() {
    let (desk, other) = (Desk::new(), Desk::new());
    for desk in [&desk, &other] {
        answers(desk, this_month(&[("ECS/Usage", "47")]), "46.5");
        desk.account.answers(FORECAST, &[rest("12.25", "USD")]);
    }
    let profiles = [("a", desk.account.id.as_str()), ("b", other.account.id.as_str())];
    let asked = "spend --months 1 --profile a --profile b --forecast --format json";
    let document = desk.run_with_profiles(&profiles, asked).ends(0, &[]).json();
    assert_eq!(document["forecast"]["spent"], if over() > 0 { "91" } else { "0" });
    let both = json!({"mean": "24.5", "low": null, "high": null, "confidence_percent": 80});
    assert_eq!(document["forecast"]["aws_rest"], both);
    // The forecast of one alone is none of both.
    let denied = json!({"status": 400, "code": "AccessDeniedException", "message": "not authorized"});
    other.account.fault("ce", FORECAST, 1, denied);
    desk.account.answers(FORECAST, &[rest("12.25", "USD")]);
    for desk in [&desk, &other] {
        answers(desk, this_month(&[("ECS/Usage", "47")]), "46.5");
    }
    let ran = desk.run_with_profiles(&profiles, &format!("{asked} --refresh"));
    let document = ran.ends(5, &["profile b: ce:GetCostForecast is denied", "not for all accounts"]).json();
    assert_eq!(document["forecast"]["aws_month"], Value::Null);
}

#[test]
fn the_most_that_may_be_paid_is_for_all_questions() {
    let desk = Desk::new();
    answers(&desk, this_month(&[("ECS/Usage", "47")]), "46.5");
    desk.account.answers(FORECAST, &[rest("12.25", "USD")]);
    let usage = 1 + u32::from(over() > 0);
    let asked = |most: u32| format!("spend --months 1 --forecast --format json --max-requests {most}");
    desk.run(&asked(usage)).ends(5, &[&format!("more than --max-requests {usage}")]);
    assert!(desk.sent(FORECAST).is_empty());
    desk.run(&asked(1)).ends(0, &["1 request, $0.01"]);
}

#[test]
fn a_report_by_day_has_the_days_already() {
    let desk = Desk::new();
    let groups = [("ECS/Usage", "2")];
    let mut days = vec![period(today(), "UnblendedCost", true, &groups)];
    if over() > 0 {
        days.insert(0, period(month(0), "UnblendedCost", true, &groups));
    }
    desk.account.answers(USAGE, &[answer(&[by("SERVICE"), by("RECORD_TYPE")], days, None)]);
    desk.account.answers(FORECAST, &[rest("12.25", "USD")]);
    let ran = desk.run("spend --months 1 --by service,day --forecast --format json");
    assert_eq!(ran.ends(0, &[]).json()["forecast"]["spent"], if over() > 0 { "2" } else { "0" });
    assert_eq!(desk.sent(USAGE).len(), 1);
}

#[test]
fn months_without_the_running_one_have_no_forecast() {
    let desk = Desk::new();
    let ran = desk.run(&format!("spend --months {} --forecast", name(month(1))));
    ran.fails(2, &["running month", &name(month(0))]);
    desk.run("spend --forecast --format focus-csv").fails(2, &["FOCUS has no place for a forecast"]);
    assert!(desk.sent(USAGE).is_empty());
}

/// A report of October 2026 that ends on its 11th: ten whole days of 3 dollars.
fn october(last: u32) -> String {
    let header = "identity/LineItemId,bill/BillingPeriodStartDate,lineItem/UsageStartDate,lineItem/LineItemType,\
                  lineItem/ProductCode,lineItem/UsageType,lineItem/UnblendedCost,lineItem/CurrencyCode\n";
    let row = |day: u32| {
        format!("i{day},2026-10-01T00:00:00Z,2026-10-{day:02}T05:00:00Z,Usage,AmazonECS,Fargate-GB-Hours,3,USD\n")
    };
    header.to_string() + &(1..=last).map(row).collect::<String>()
}

#[test]
fn files_have_a_run_rate_up_to_the_day_their_data_ends() {
    let desk = Desk::new();
    let file = desk.folder.path().join("october.csv");
    let asked = format!("spend --from {} --forecast --format json", file.display());
    std::fs::write(&file, october(11)).expect("a file");
    let ran = desk.run(&asked);
    let document = ran.ends(0, &["october.csv ends on 2026-10-11"]).json();
    let forecast = &document["forecast"];
    assert_eq!((&forecast["spent"], &forecast["run_rate"]), (&"30".into(), &"93".into()));
    assert_eq!((&forecast["last_day"], &forecast["aws_month"]), (&"2026-10-10".into(), &Value::Null));
    let crossed = "2026-10 will be 93 USD at its run rate, more than --fail-over 92";
    desk.run(&format!("{asked} --fail-over 92")).ends(3, &[crossed]);
    desk.run(&format!("{asked} --fail-over 93")).ends(0, &[]);
    let by_day = desk.run(&format!("{asked} --by service,day"));
    assert_eq!(by_day.ends(0, &[]).json()["forecast"], *forecast);
    desk.run("spend --from - --forecast").fails(2, &["standard input can be read once"]);
    std::fs::write(&file, october(31)).expect("a file");
    let whole = desk.run(&asked);
    assert!(whole.ends(0, &["no forecast: 2026-10 is complete"]).json().get("forecast").is_none());
    assert!(desk.account.calls("GetCallerIdentity").is_empty());
}
