//! Hourly bills as what commitments may cover: the same as the stack that they were made of, in every form.

use super::bill_text;
use super::properties::{Memory, cases};
use super::twins::{FORMS, Form, parquet};
use crate::bundled::{book, classes};
use proptest::prelude::*;
use stackcost_formats::bill::{Options, Reading};
use stackcost_formats::stack::{Env, StackFile};
use stackcost_model::bill::Bill;
use stackcost_model::commitment::{Catalog, Demand, Offer, Proposed, Wanted, propose, propose_for};
use stackcost_model::estimate::estimate;
use stackcost_model::exact::Ratio;
use stackcost_model::hourly_bill::{
    Ground, HourlyError, HourlyUsage, MAY_LACK, hourly_query, hourly_usage, moment, places,
};
use stackcost_model::meter::ServiceCode;
use stackcost_model::price::{Decimal, Payment, PlanKind, PlanRate, Reservation, Source, Term};
use stackcost_model::unit::UnitKind;

fn catalog() -> Catalog {
    let usd = |text: &str| -> Decimal { text.parse().expect("a decimal") };
    let region = "us-east-1".parse().expect("a region");
    let plan = |usage_type: &str, unit, price: &str| PlanRate {
        kind: PlanKind::Compute,
        service: ServiceCode::Ecs,
        region,
        usage_type: usage_type.into(),
        operation: "".into(),
        unit,
        term: Term::OneYear,
        payment: Payment::No,
        usd: usd(price),
        source: Source::user("a test"),
    };
    let plans = vec![
        plan("Fargate-vCPU-Hours:perCPU", UnitKind::VcpuHour, "0.032384"),
        plan("Fargate-GB-Hours", UnitKind::GbHour, "0.003556"),
    ];
    let reserved = Reservation {
        service: ServiceCode::Rds,
        region,
        usage_type: "InstanceUsage:db.t3.micro".into(),
        operation: "CreateDBInstance:0014".into(),
        term: Term::OneYear,
        payment: Payment::No,
        hourly: usd("0.013"),
        upfront: Decimal::ZERO,
        amortised: false,
        source: Source::user("a test"),
    };
    Catalog::new([(plans, vec![reserved])], None).expect("one price each")
}

fn read(name: &str, add: impl FnOnce(&mut Reading)) -> Bill {
    let mut reading = Reading::new(hourly_query(None), Options::default()).that_may_lack(&MAY_LACK);
    add(&mut reading);
    reading.finish().unwrap_or_else(|problem| panic!("{name}: {problem}")).bill
}

fn of_csv(text: &str) -> Bill {
    read("bill.csv", |reading| reading.csv("bill.csv", text.as_bytes()).expect("a bill"))
}

fn usage(bill: &Bill) -> Result<HourlyUsage, HourlyError> {
    let catalog = catalog();
    hourly_usage(bill, &Ground { catalog: &catalog, book: book(), as_of: None, covered_too: false })
}

const HEADER: &str = "bill_billing_period_start_date,line_item_line_item_type,line_item_usage_start_date,\
    line_item_usage_end_date,line_item_product_code,line_item_usage_type,line_item_operation,line_item_usage_amount,\
    line_item_currency_code,line_item_unblended_cost,pricing_public_on_demand_rate,pricing_unit\n";

/// The bill of usage: each hour in rows of a half, a quarter and the rest, the first of them of half an hour.
fn billed(demand: &Demand, from: i64) -> String {
    let mut text = HEADER.to_string();
    for row in demand.rows() {
        for hour in 0..demand.hours() {
            let all = Ratio::from(row.hourly[hour]) / Ratio::from(row.per_unit);
            let (half, quarter) = (all * Ratio::new(1, 2), all * Ratio::new(1, 4));
            let start = from + i64::try_from(hour).expect("few hours") * 3_600;
            for (part, end) in [(half, start + 1_800), (quarter, start + 3_600), (all - half - quarter, start + 3_600)]
            {
                if part.is_zero() {
                    continue;
                }
                let (usage_type, operation) = (&row.key.usage_type, &row.key.operation);
                let (first, last, rate) = (moment(start), moment(end), row.on_demand);
                text += &format!(
                    "2026-10-01T00:00:00Z,Usage,{first},{last},{},{usage_type},{operation},{part},USD,1,{rate},{}\n",
                    row.key.service, row.unit
                );
            }
        }
    }
    text
}

/// What is proposed, whatever the order of offers: of each alone and of all together what is bought, and costs.
fn proposals(found: &Proposed) -> Vec<(String, String)> {
    let name = |offer: &Offer| offer.name();
    let alone = found.alone.iter().map(|choice| {
        let bought = choice.buy.as_ref().map(|buy| (buy.effective().to_string(), buy.upfront().to_string()));
        (name(&found.offers[choice.offer]), format!("{bought:?} {} {} {}", choice.before, choice.after, choice.unused))
    });
    let together = found.together.iter().map(|of| {
        let mut buy: Vec<String> =
            of.mix.buy.iter().map(|(at, buy)| format!("{} {}", name(&found.offers[*at]), buy.effective())).collect();
        buy.sort();
        (format!("together {:?}", of.term), format!("{buy:?} {} {}", of.mix.before, of.mix.applied.total()))
    });
    let mut all: Vec<(String, String)> = alone.chain(together).collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn a_bill_of_the_usage_of_a_stack_gives_the_proposal_of_the_stack(
        base in 0_u32..5,
        peak in 1_u32..9,
        from in 0_u32..24,
        length in 1_u32..24,
        zone in prop_oneof![Just("Europe/Berlin"), Just("Asia/Kolkata"), Just("America/New_York")],
        size in prop_oneof![Just((256, 512)), Just((1024, 4096))],
        database in any::<bool>(),
    ) {
        let to = (from + length) % 24;
        let database = if database { "[rds.db]\nengine = \"postgres\"\nclass = \"db.t3.micro\"\nstorage = { type = \"gp2\", size = \"20 GB\" }\n" } else { "" };
        let text = format!(
            "name = \"random\"\nregion = \"us-east-1\"\nmonth = \"2026-10\"\n[fargate.web]\ncpu = {}\nmemory = {}\n\
             tasks = {{ base = {base}, timezone = \"{zone}\", windows = [{{ days = \"mon-fri\", from = \"{from:02}:00\", \
             to = \"{to:02}:30\", tasks = {peak} }}] }}\n{database}",
            size.0, size.1
        );
        let file = StackFile::parse("random.toml", &text).expect("a stack");
        let stack = file.resolve(None, &Env::without_files(classes())).expect("a stack").stack;
        let (priced, catalog) = (estimate(&stack, book(), None), catalog());
        let wanted = Wanted { resamples: 20, ..Wanted::default() };
        let of_stack = propose(&stack, &priced, &catalog, &wanted).expect("a proposal");
        let demand = of_stack.demand.clone().expect("Fargate is covered");
        prop_assume!(demand.repeats() == Ratio::ONE);
        let october = 1_790_812_800; // 2026-10-01T00:00:00Z
        let bill = of_csv(&billed(&demand, october));
        let usage = usage(&bill).expect("hourly");
        prop_assert_eq!(usage.rounded, None);
        let of_bill = propose_for(usage.given, &catalog, &wanted).expect("a proposal");
        // The bill has no hours before the first and after the last row.
        if usage.hours == demand.hours() {
            prop_assert_eq!(proposals(&of_bill), proposals(&of_stack));
        } else {
            prop_assert!(base == 0 && database.is_empty());
        }
    }
}

#[test]
fn every_form_has_the_same_hours() {
    let quantities = |bill: &Bill| -> Vec<Vec<String>> {
        let usage = usage(bill).expect("hourly");
        assert_eq!((usage.from, usage.hours, usage.empty_hours), (1_790_812_800, 72, 0));
        let demand = usage.given.demand.expect("a demand");
        let cost = |row: &stackcost_model::commitment::Row| {
            row.hourly.iter().map(|&ticks| (Ratio::from(ticks) / Ratio::from(row.per_unit)).to_fixed(8)).collect()
        };
        demand.rows().iter().map(cost).collect()
    };
    let (cur, focus) = (bill_text("hourly-cur.csv"), bill_text("hourly-focus.csv"));
    let expected = quantities(&of_csv(&cur));
    assert_eq!(expected, quantities(&of_csv(&focus)));
    for form in FORMS.into_iter().filter(|form| *form != Form::SmallDecimals) {
        let file = parquet(&focus, form, 100);
        let bill = read("bill.parquet", |reading| reading.parquet("bill.parquet", Memory(file)).expect("a bill"));
        assert_eq!(expected, quantities(&bill), "{form:?}");
    }
}

/// A month in between without any row is one whose file is missing, not one without usage; hours of other months
/// without rows are.
#[test]
fn a_month_without_rows_is_left_out() {
    let rows = |hours: &[&str]| {
        let of = |hour: &&str| {
            format!(
                "2026-01-01,Usage,{hour}:00:00Z,{hour}:59:59Z,AmazonECS,USE1-Fargate-GB-Hours,,1,USD,1,0.0044,hours\n"
            )
        };
        usage(&of_csv(&format!("{HEADER}{}", hours.iter().map(of).collect::<String>()))).expect("hourly")
    };
    for (hours, absent, counted) in [
        (vec!["2026-10-31T22", "2026-11-01T01"], vec![], 4),
        // The end of January, and the beginning of March.
        (vec!["2026-01-31T23", "2026-03-01T00"], vec!["2026-02-01"], 2),
        // A day of March is there, so the rest of it is without usage.
        (vec!["2026-01-31T23", "2026-03-02T00"], vec!["2026-02-01"], 26),
        (vec!["2025-11-30T00", "2026-02-01T00", "2026-02-01T02"], vec!["2025-12-01", "2026-01-01"], 27),
        (vec!["2026-01-31T23", "2026-02-28T23", "2026-05-01T00"], vec!["2026-03-01", "2026-04-01"], 28 * 24 + 2),
    ] {
        let found = rows(&hours);
        let months: Vec<String> = found.absent.iter().map(ToString::to_string).collect();
        assert_eq!((months, found.hours), (absent.iter().map(ToString::to_string).collect(), counted), "{hours:?}");
        assert_eq!(found.empty_hours, counted - hours.len());
        let demand = found.given.demand.expect("a demand");
        let used: Vec<usize> = (0..counted).filter(|&hour| demand.rows()[0].hourly[hour] > 0).collect();
        assert_eq!((used.len(), used[0], used[used.len() - 1]), (hours.len(), 0, counted - 1));
    }
}

#[test]
fn what_is_not_by_the_hour_is_refused() {
    let row = |start: &str, end: &str, usage_type: &str, amount: &str, rate: &str| {
        let text =
            format!("{HEADER}2026-10-01,Usage,{start},{end},AmazonECS,{usage_type},,{amount},USD,1,{rate},hours\n");
        usage(&of_csv(&text)).err().map(|why| why.to_string()).unwrap_or_default()
    };
    let vcpu = "USE1-Fargate-vCPU-Hours:perCPU";
    let (one, two) = ("2026-10-01T01:00:00Z", "2026-10-01T02:00:00Z");
    for ((start, end, amount, rate), expected) in [
        (("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z", "24", "0.04"), "is one row, and commitments are by the hour"),
        (("2026-10-01T00:30:00Z", "2026-10-01T01:30:00Z", "1", "0.04"), "lies in two hours"),
        ((one, one, "1", "0.04"), "does not say which hour it is of"),
        ((one, "", "1", "0.04"), "does not say which hour it is of"),
        ((one, two, "-1", "0.04"), "below 0 in the hour from 2026-10-01T01:00:00Z"),
        ((one, two, "1", "dear"), "\"dear\" is no rate"),
        ((one, two, "99999999999999999", "0.04"), "too large"),
    ] {
        let why = row(start, end, vcpu, amount, rate);
        assert!(why.contains(expected), "{start} {end}: {why}");
    }
    // What no commitment covers may be by the day, but then no hour is known.
    let why =
        row("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z", "USE1-Fargate-EphemeralStorage-GB-Hours", "1", "0.04");
    assert_eq!(why, HourlyError::NoHours.to_string());
    // Without a rate of the bill, the book's counts.
    assert_eq!(row(one, two, vcpu, "1", ""), "");
}

#[test]
fn digits_that_are_not_counted_are_told() {
    let rows = |amount: &str| {
        let part = |at: &str| {
            format!(
                "2026-10-01,Usage,2026-10-01T{at}:00:00Z,2026-10-01T{at}:59:59Z,AmazonECS,USE1-Fargate-GB-Hours,,{amount},USD,1,0.004445,GB-Hours\n"
            )
        };
        let bill = of_csv(&format!("{HEADER}{}{}", part("01"), part("03")));
        assert_eq!(places(&bill).len(), 1);
        usage(&bill).expect("hourly")
    };
    let exact = rows("0.0000000001");
    assert_eq!((exact.rounded, exact.hours, exact.empty_hours), (None, 3, 1));
    let long = rows("0.16666666666666666");
    // Three hours, each by half of a tick at most.
    let most = Ratio::parse("0.004445").expect("a rate") * Ratio::new(3, 20_000_000_000);
    assert_eq!(long.rounded, Some(most));
    let demand = long.given.demand.expect("a demand");
    assert_eq!(
        (demand.rows()[0].per_unit, demand.rows()[0].hourly.clone()),
        (10_000_000_000, vec![1_666_666_667, 0, 1_666_666_667])
    );
}

#[test]
fn regions_and_what_is_covered_are_told_apart() {
    let row = |kind: &str, usage_type: &str, rate: &str, amount: &str| {
        format!(
            "2026-10-01,{kind},2026-10-01T01:00:00Z,2026-10-01T02:00:00Z,AmazonECS,{usage_type},,{amount},USD,0.5,{rate},hours\n"
        )
    };
    let (here, there) = ("USE1-Fargate-vCPU-Hours:perCPU", "EU-Fargate-vCPU-Hours:perCPU");
    let rows = [
        row("Usage", here, "0.04048", "1"),
        row("Usage", here, "0.04048", "2"),
        row("SavingsPlanCoveredUsage", here, "0.04048", "4"),
        row("SavingsPlanNegation", here, "0.04048", "4"),
        row("Usage", "USE1-SpotUsage-Fargate-vCPU-Hours:perCPU", "0.04048", "8"),
        row("Usage", there, "0.04048", "16"),
        row("Usage", "EU-Fargate-GB-Hours", "", "32"),
        row("Credit", here, "", "1"),
    ];
    let bill = of_csv(&format!("{HEADER}{}", rows.concat()));
    let (catalog, found) = (catalog(), usage(&bill).expect("hourly"));
    let quantities = |usage: &HourlyUsage| -> Vec<String> {
        let rows = usage.given.demand.as_ref().map(Demand::rows).unwrap_or_default();
        let units = |row: &stackcost_model::commitment::Row| Ratio::from(row.hourly[0]) / Ratio::from(row.per_unit);
        rows.iter().map(|row| format!("{} {}", row.key.region, units(row))).collect()
    };
    assert_eq!(quantities(&found), ["us-east-1 3"]);
    // The book here is of one region, and the catalog, too.
    let lacking: Vec<String> =
        found.given.lacking.iter().map(|of| format!("{} {:?}", of.region, of.usage_types)).collect();
    assert_eq!(lacking, [r#"eu-west-1 ["Fargate-GB-Hours", "Fargate-vCPU-Hours:perCPU"]"#]);
    assert_eq!((found.aside.spot.to_string(), found.aside.others[0].1.to_string()), ("0.5".into(), "1".into()));
    let ground = Ground { catalog: &catalog, book: book(), as_of: None, covered_too: true };
    assert_eq!(quantities(&hourly_usage(&bill, &ground).expect("hourly")), ["us-east-1 7"]);
}
