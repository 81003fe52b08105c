use super::*;
use crate::bill::Entry;
use crate::estimate::Line as EstimateLine;
use crate::meter::ServiceCode;
use crate::money::Usd;
use crate::price::{Band, Decimal, Gap, Price, PriceBook, Source};
use crate::unit::AnyQuantity;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use proptest::prelude::*;

fn amount(text: &str) -> Amount {
    Amount::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
}

fn october() -> Span {
    Span { start: Date::constant(2026, 10, 1), end: Date::constant(2026, 11, 1) }
}

/// An estimate of lines: component, service, usage type, operation, quantity, rate.
fn estimate(lines: &[(&str, ServiceCode, &str, &str, &str, &str)]) -> Estimate {
    let lines: Vec<EstimateLine> = lines
        .iter()
        .map(|(component, service, usage_type, operation, quantity, rate)| {
            let (quantity, rate) = (Ratio::parse(quantity).unwrap(), Ratio::parse(rate).unwrap());
            EstimateLine {
                kind: crate::estimate::LineKind::Usage,
                component: (*component).into(),
                service: *service,
                usage_type: usage_type.to_string().into(),
                operation: operation.to_string().into(),
                quantity: AnyQuantity { value: quantity, unit: UnitKind::Hour },
                rate,
                amount: Usd::round(rate * quantity).unwrap(),
                because: String::new(),
                source: Source::user("a test"),
            }
        })
        .collect();
    Estimate {
        stack: "test".to_string(),
        scenario: None,
        region: "us-east-1".parse().unwrap(),
        horizon: "2026-10".parse().unwrap(),
        book: ("test".to_string(), None),
        components: lines.iter().map(|line| Arc::clone(&line.component)).collect(),
        remarks: Vec::new(),
        lines,
        unpriced: Vec::new(),
        drawdown: Vec::new(),
        currency: None,
    }
}

/// A charge: service, usage type, operation, charge type, description, quantity, cost, list cost.
type Charge<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, &'a str, &'a str, &'a str);

fn bill(charges: &[Charge<'_>]) -> Bill {
    let mut bill = Bill::new(query_of_files(october(), &[]), "USD");
    bill.entries = charges
        .iter()
        .map(|(service, usage_type, operation, charge_type, description, quantity, cost, list)| {
            let keys = [service, usage_type, operation, charge_type, &"", description];
            Entry {
                period: october().start,
                keys: keys.map(|key| key.to_string()).to_vec(),
                kind: ChargeKind::from_line_item_type(charge_type),
                unit: "Hrs".to_string(),
                amounts: vec![amount(cost), if list.is_empty() { Amount::ZERO } else { amount(list) }],
                quantity: amount(quantity),
                charges: 1,
                without_list: u64::from(list.is_empty()),
            }
        })
        .collect();
    bill.settle().unwrap();
    bill
}

fn reconcile(estimate: &Estimate, bill: &Bill) -> Reconciliation {
    Reconciliation::new(estimate, bill, &[]).unwrap()
}

/// `part usage type: usage effect, price effect; causes`, line by line.
fn told(of: &Reconciliation) -> Vec<String> {
    let line = |line: &Line| {
        let causes: Vec<String> = line.causes.iter().map(Cause::to_string).collect();
        let (usage, price) = (line.usage_effect, line.price_effect);
        format!("{} {}: {usage}, {price}; {}", line.part.word(), line.usage_type, causes.join(", "))
    };
    of.lines.iter().map(line).collect()
}

const ELB: ServiceCode = ServiceCode::Elb;
const ALB: &str = "LoadBalancing:Application";

#[test]
fn usage_and_price_make_the_difference() {
    let ours = estimate(&[("alb.a", ELB, "LCUUsage", ALB, "100", "0.008")]);
    let theirs = bill(&[("AWSELB", "LCUUsage", ALB, "Usage", "", "150", "1.35", "1.35")]);
    let of = reconcile(&ours, &theirs);
    assert_eq!(told(&of), ["both LCUUsage: 0.4, 0.15; our rate is 0.008, the bill's list rate 0.009"]);
    let totals = of.totals;
    assert_eq!((totals.difference, totals.residual, totals.unexplained), (amount("0.55"), Amount::ZERO, Amount::ZERO));
}

/// A bill has discounts and credits under other kinds of charges: what an account takes off is no usage.
#[test]
fn what_is_taken_off_is_in_no_sum() {
    let mut ours = estimate(&[("alb.a", ELB, "LCUUsage", ALB, "100", "0.008")]);
    let credit = crate::estimate::Line {
        kind: crate::estimate::LineKind::Credit,
        usage_type: "Credit".into(),
        rate: Ratio::whole(-1),
        amount: -ours.lines[0].amount,
        ..ours.lines[0].clone()
    };
    ours.lines.push(credit);
    let theirs = bill(&[("AWSELB", "LCUUsage", ALB, "Usage", "", "100", "0.8", "0.8")]);
    let totals = reconcile(&ours, &theirs).totals;
    assert_eq!((totals.difference, totals.residual), (Amount::ZERO, Amount::ZERO));
}

#[test]
fn without_list_costs_another_rate_is_unexplained() {
    let ours = estimate(&[("alb.a", ELB, "LCUUsage", ALB, "100", "0.008")]);
    let theirs = bill(&[("AWSELB", "LCUUsage", ALB, "Usage", "", "100", "0.9", "")]);
    let of = reconcile(&ours, &theirs);
    assert_eq!(told(&of), ["both LCUUsage: 0, 0.1; "]);
    assert_eq!(of.totals.unexplained, amount("0.1"));
}

#[test]
fn operations_join_where_both_sides_say_them() {
    let db = "InstanceUsage:db.t3.micro";
    let postgres = "CreateDBInstance:0014";
    let ours = estimate(&[
        ("rds.db", ServiceCode::Rds, db, postgres, "744", "0.018"),
        ("fargate.a", ServiceCode::Ecs, "USE1-Fargate-GB-Hours", "", "744", "0.004445"),
    ]);
    let theirs = bill(&[
        ("AmazonRDS", db, postgres, "Usage", "", "744", "13.392", "13.392"),
        ("AmazonRDS", db, "CreateDBInstance:0002", "Usage", "", "10", "0.17", "0.17"),
        ("AmazonECS", "USE1-Fargate-GB-Hours", "FargateTask", "Usage", "", "744", "3.30708", "3.30708"),
        ("AmazonECS", "EU-Fargate-GB-Hours", "FargateTask", "Usage", "", "1", "0.01", "0.01"),
        ("AmazonS3", "USE1-Fargate-GB-Hours", "", "Usage", "", "1", "0.001", "0.001"),
    ]);
    assert_eq!(
        told(&reconcile(&ours, &theirs)),
        [
            "only-billed InstanceUsage:db.t3.micro: 0, 0; not in this stack",
            "only-billed EU-Fargate-GB-Hours: 0, 0; not in this stack",
            "only-billed USE1-Fargate-GB-Hours: 0, 0; not modelled",
            "both InstanceUsage:db.t3.micro: 0, 0; ",
            "both USE1-Fargate-GB-Hours: 0, 0; ",
        ]
    );
}

#[test]
fn a_bill_without_services_puts_together_what_it_cannot_tell_apart() {
    let ours = estimate(&[
        ("ecr.a", ServiceCode::Ecr, "TimedStorage-ByteHrs", "", "5", "0.1"),
        ("cloudwatch.a", ServiceCode::CloudWatch, "TimedStorage-ByteHrs", "", "2", "0.03"),
    ]);
    let mut theirs = Bill::new(query_of_cost_explorer(october(), &[]), "USD");
    theirs.entries = vec![Entry {
        period: october().start,
        keys: vec!["TimedStorage-ByteHrs".to_string(), "Usage".to_string()],
        kind: ChargeKind::Usage,
        unit: "GB-Mo".to_string(),
        amounts: vec![amount("0.56")],
        quantity: amount("7"),
        charges: 1,
        without_list: 0,
    }];
    let of = reconcile(&ours, &theirs);
    assert_eq!(of.lines.len(), 1);
    assert_eq!(of.lines[0].components.len(), 2);
    assert_eq!((of.totals.difference, of.lines[0].price_effect), (Amount::ZERO, Amount::ZERO));
}

#[test]
fn commitments_free_rows_and_discounts_are_known() {
    let (fargate, ecs) = ("USE1-Fargate-vCPU-Hours:perCPU", ServiceCode::Ecs);
    let line = |quantity| estimate(&[("fargate.a", ecs, fargate, "", quantity, "0.04")]);
    let usage = |kind, what, quantity, cost, list| -> Charge<'_> {
        ("AmazonECS", fargate, "FargateTask", kind, what, quantity, cost, list)
    };
    // What a Savings Plan takes back has a quantity, too, and it does not count.
    let covered = bill(&[
        usage("SavingsPlanCoveredUsage", "", "100", "4", "4"),
        usage("SavingsPlanNegation", "", "100", "-4", "0"),
    ]);
    let of = reconcile(&line("100"), &covered);
    assert_eq!(of.lines[0].billed_quantity, amount("100"));
    assert_eq!(told(&of), ["both USE1-Fargate-vCPU-Hours:perCPU: 0, -4; covered by a Savings Plan"]);
    let free = bill(&[usage("Usage", "free", "20", "0", "0"), usage("Usage", "", "80", "3.2", "3.2")]);
    assert_eq!(
        told(&reconcile(&line("100"), &free)),
        ["both USE1-Fargate-vCPU-Hours:perCPU: 0, -0.8; free on the bill"]
    );
    let negotiated = bill(&[usage("Usage", "", "100", "3.6", "4")]);
    assert_eq!(
        told(&reconcile(&line("100"), &negotiated)),
        ["both USE1-Fargate-vCPU-Hours:perCPU: 0, -0.4; below the bill's own list rate: a negotiated discount"]
    );
    let rounded = bill(&[usage("Usage", "", "100", "3.9999999999", "4")]);
    assert_eq!(
        told(&reconcile(&line("100"), &rounded)),
        ["both USE1-Fargate-vCPU-Hours:perCPU: 0, -0.0000000001; rounding"]
    );
}

#[test]
fn what_has_no_price_is_no_zero() {
    let mut ours = estimate(&[]);
    ours.unpriced.push(Unpriced {
        component: "fargate.a".into(),
        service: ServiceCode::Ecs,
        usage_type: "USE1-SpotUsage-Fargate-GB-Hours".into(),
        operation: "".into(),
        quantity: AnyQuantity { value: Ratio::whole(10), unit: UnitKind::GbHour },
        because: String::new(),
        gap: Gap::NoSpotDiscount,
    });
    let none = reconcile(&ours, &bill(&[]));
    assert_eq!((none.lines.len(), none.unpriced.len()), (0, 1));
    let usage = ("AmazonECS", "USE1-SpotUsage-Fargate-GB-Hours", "", "Usage", "", "10", "0.01", "0.01");
    let of = reconcile(&ours, &bill(&[usage]));
    assert_eq!(of.lines[0].price_effect, amount("0.01"));
    assert!(matches!(of.lines[0].causes[0], Cause::NoPrice(_)), "{:?}", of.lines[0].causes);
}

#[test]
fn charges_without_the_tag_are_told_and_not_counted() {
    let condition: Condition = "tag:Environment=prod".parse().unwrap();
    let query = query_of_files(october(), core::slice::from_ref(&condition));
    assert_eq!(query.filter[0].values, ["prod", ""]);
    let mut theirs = Bill::new(query, "USD");
    let entry = |tag: &str, cost: &str, kind: ChargeKind| Entry {
        period: october().start,
        keys: ["AWSELB", "LCUUsage", ALB, "Usage", "", "", tag].map(str::to_string).to_vec(),
        kind,
        unit: "LCU-Hrs".to_string(),
        amounts: vec![amount(cost), amount(cost)],
        quantity: amount("1"),
        charges: 1,
        without_list: 0,
    };
    theirs.entries =
        vec![entry("prod", "1", ChargeKind::Usage), entry("", "2", ChargeKind::Usage), entry("", "4", ChargeKind::Tax)];
    let of = Reconciliation::new(&estimate(&[]), &theirs, &[condition]).unwrap();
    assert_eq!(of.totals.billed, amount("1"));
    assert_eq!(of.untagged.len(), 1);
    assert_eq!(of.untagged[0].billed, amount("2"));
}

#[test]
fn other_months_and_currencies_are_refused() {
    let usage = ("AWSELB", "LCUUsage", ALB, "Usage", "", "1", "1", "1");
    let mut theirs = bill(&[usage]);
    theirs.currency = "CNY".to_string();
    let refused = Reconciliation::new(&estimate(&[]), &theirs, &[]);
    assert_eq!(refused, Err(CannotReconcile::Currency("CNY".to_string())));
    let mut average = estimate(&[]);
    average.horizon = Horizon::AverageMonth;
    assert!(matches!(Reconciliation::new(&average, &bill(&[usage]), &[]), Err(CannotReconcile::Time(_))));
}

#[test]
fn units_contradict_only_where_they_measure_something_else() {
    for (ours, billed, wrong) in [
        (UnitKind::Hour, "Hrs", false),
        (UnitKind::Hour, "hours", false),
        (UnitKind::Hour, "Hours", false),
        (UnitKind::VcpuHour, "hours", false),
        (UnitKind::VcpuHour, "vCPU-Hours", false),
        (UnitKind::GbHour, "GB-Hours", false),
        (UnitKind::LcuHour, "LCU-Hrs", false),
        (UnitKind::AcuHour, "ACU-Hr", false),
        (UnitKind::GbMonth, "GB-Mo", false),
        (UnitKind::GbMonth, "GB-month", false),
        (UnitKind::Gb, "GB", false),
        (UnitKind::Request, "Requests", false),
        (UnitKind::Request, "API Requests", false),
        (UnitKind::Request, "Count", false),
        (UnitKind::MetricMonth, "Metrics", false),
        (UnitKind::MetricMonth, "Count", false),
        (UnitKind::Ecpu, "ElastiCacheProcessingUnit", false),
        (UnitKind::Gb, "anything new", false),
        (UnitKind::Gb, "", false),
        (UnitKind::Hour, "GB", true),
        (UnitKind::GbMonth, "GB", true),
        (UnitKind::GbMonth, "Hrs", true),
        (UnitKind::Gb, "Requests", true),
        (UnitKind::Request, "GB-Mo", true),
        (UnitKind::GbHour, "GB-Mo", true),
    ] {
        assert_eq!(contradicts(ours, billed), wrong, "{ours} and {billed}");
    }
}

fn book(rows: &[(ServiceCode, &str, &str, UnitKind, &str, &str, &str)]) -> PriceBook {
    let decimal = |text: &str| text.parse::<Decimal>().unwrap();
    let prices = rows.iter().map(|(service, usage_type, operation, unit, from, to, usd)| Price {
        service: *service,
        region: "us-east-1".parse().ok(),
        usage_type: usage_type.to_string().into(),
        operation: operation.to_string().into(),
        unit: *unit,
        band: Band { from: decimal(from), to: (!to.is_empty()).then(|| decimal(to)), usd: decimal(usd) },
        source: Source::user("a test"),
    });
    PriceBook::new("test", prices)
}

#[test]
fn usage_is_priced_anew() {
    let book = book(&[
        (ELB, "LCUUsage", ALB, UnitKind::LcuHour, "0", "", "0.008"),
        (ServiceCode::DataTransfer, "DataTransfer-Out-Bytes", "", UnitKind::Gb, "0", "100", "0.09"),
        (ServiceCode::DataTransfer, "DataTransfer-Out-Bytes", "", UnitKind::Gb, "100", "", "0.05"),
    ]);
    let mut theirs = Bill::new(rerate_query(None), "USD");
    let mut add = |service: &str, usage_type: &str, operation: &str, region: &str, unit: &str, numbers: [&str; 3]| {
        let [quantity, cost, list] = numbers;
        theirs.entries.push(Entry {
            period: october().start,
            keys: [service, usage_type, operation, region, "Usage", ""].map(str::to_string).to_vec(),
            kind: ChargeKind::Usage,
            unit: unit.to_string(),
            amounts: vec![amount(cost), amount(if list.is_empty() { "0" } else { list })],
            quantity: amount(quantity),
            charges: 1,
            without_list: u64::from(list.is_empty()),
        });
    };
    // Two services sent data: its bands run over both regions' own usage, not over each row.
    add("AmazonEC2", "DataTransfer-Out-Bytes", "RunInstances", "us-east-1", "GB", ["150", "11.5", "11.5"]);
    add("AmazonEC2", "DataTransfer-Out-Bytes", "RunInstances", "us-east-1", "GB", ["100", "0", "0"]);
    add("AWSELB", "LCUUsage", ALB, "us-east-1", "LCU-Hrs", ["10", "0.08", "0.09"]);
    add("AWSELB", "EU-LCUUsage", ALB, "eu-west-1", "LCU-Hrs", ["10", "0.08", "0.09"]);
    add("AWSELB", "LCUUsage", ALB, "", "GB", ["1", "0.08", "0.09"]);
    add("AWSELB", "LCUUsage", ALB, "us-east-1", "Hrs", ["1", "0.008", ""]);
    add("AmazonS3", "TimedStorage-ByteHrs", "", "us-east-1", "GB-Mo", ["1", "0.023", "0.023"]);
    let of = rerate(&theirs, &book, None).unwrap();
    let told: Vec<String> = of
        .lines
        .iter()
        .map(|line| {
            format!("{} {} {} {}", line.usage_type, line.verdict.word(), line.difference(), line.verdict.reason())
        })
        .collect();
    assert_eq!(
        told,
        [
            "LCUUsage differs -0.01 ",
            "EU-LCUUsage no-price 0 no rate in the price book",
            "LCUUsage unit 0 the book counts LCU-Hrs",
            "LCUUsage no-list 0 the bill has no list cost",
            "DataTransfer-Out-Bytes agrees 0 ",
        ]
    );
    assert_eq!((of.difference, of.others), (amount("-0.01"), (1, amount("0.023"))));
}

const TYPES: [(&str, &str, ServiceCode); 5] = [
    ("AWSELB", "LCUUsage", ELB),
    ("AmazonECS", "USE1-Fargate-GB-Hours", ServiceCode::Ecs),
    ("AmazonECR", "TimedStorage-ByteHrs", ServiceCode::Ecr),
    ("AmazonCloudWatch", "TimedStorage-ByteHrs", ServiceCode::CloudWatch),
    ("AmazonS3", "Requests-Tier1", ServiceCode::Sns),
];
const KINDS: [&str; 6] = ["Usage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "Tax", "Credit", "Fee"];

fn any_estimate() -> impl Strategy<Value = Estimate> {
    let line = (0_usize..TYPES.len(), 0_u8..3, 0_i64..10_000_000, 0_i64..1_000_000);
    proptest::collection::vec(line, 0..12).prop_map(|lines| {
        let mut all = estimate(&[]);
        for (at, component, quantity, rate) in lines {
            let (_, usage_type, service) = TYPES[at];
            // Thirds have no decimal.
            let quantity = Ratio::new(i128::from(quantity), 3_000);
            let rate = Ratio::new(i128::from(rate), 1_000_000);
            let mut one = estimate(&[("", service, usage_type, "", "0", "0")]).lines;
            let component: Arc<str> = format!("component.{component}").into();
            one[0] = EstimateLine {
                component,
                quantity: AnyQuantity { value: quantity, unit: UnitKind::Hour },
                rate,
                amount: Usd::round(rate * quantity).unwrap(),
                ..one[0].clone()
            };
            all.lines.append(&mut one);
        }
        all
    })
}

fn any_bill() -> impl Strategy<Value = Bill> {
    let charge = (0_usize..TYPES.len(), 0_usize..KINDS.len(), 0_u8..2, 0_u32..1_000_000, -1_000_000_i64..10_000_000);
    proptest::collection::vec(charge, 0..20).prop_map(|charges| {
        let mut all = bill(&[]);
        for (at, kind, operation, quantity, cost) in charges {
            let (service, usage_type, _) = TYPES[at];
            let (quantity, cost) = (format!("{quantity}e-3"), format!("{cost}e-10"));
            let operation = ["", "Any"][usize::from(operation)];
            all.entries
                .extend(bill(&[(service, usage_type, operation, KINDS[kind], "", &quantity, &cost, "")]).entries);
        }
        all.settle().unwrap();
        all
    })
}

proptest! {
    #[test]
    fn everything_is_in_some_line(ours in any_estimate(), theirs in any_bill()) {
        let of = reconcile(&ours, &theirs);
        prop_assert_eq!(of.totals.residual, Amount::ZERO);
        prop_assert_eq!(Some(of.totals.billed), theirs.total(0));
        let sum = |side: fn(&Line) -> Amount| Amount::sum(of.lines.iter().map(side)).unwrap();
        prop_assert_eq!(sum(|line| line.billed), of.totals.billed);
        prop_assert_eq!(sum(|line| line.estimated), of.totals.estimated);
        for line in of.lines.iter().filter(|line| line.part == Part::Both) {
            let effects = line.usage_effect.checked_add(line.price_effect);
            prop_assert_eq!(effects, line.difference());
        }
    }

    #[test]
    fn the_order_of_entries_says_nothing(ours in any_estimate(), theirs in any_bill(), by in 0_usize..20) {
        let mut turned = theirs.clone();
        let by = by % turned.entries.len().max(1);
        turned.entries.rotate_left(by);
        turned.entries.reverse();
        prop_assert_eq!(reconcile(&ours, &turned), reconcile(&ours, &theirs));
    }

    #[test]
    fn three_times_both_sides_is_three_times_all(ours in any_estimate(), theirs in any_bill()) {
        let (mut more, mut dearer) = (ours.clone(), theirs.clone());
        for line in &mut more.lines {
            line.quantity.value = line.quantity.value * Ratio::whole(3);
            line.amount = line.amount + line.amount + line.amount;
        }
        let thrice = |amount: Amount| Amount::sum([amount; 3]).unwrap();
        for entry in &mut dearer.entries {
            entry.quantity = thrice(entry.quantity);
            entry.amounts.iter_mut().for_each(|amount| *amount = thrice(*amount));
        }
        let (one, three) = (reconcile(&ours, &theirs).totals, reconcile(&more, &dearer).totals);
        for of in [
            |totals: &Totals| totals.billed,
            |totals: &Totals| totals.estimated,
            |totals: &Totals| totals.difference,
            |totals: &Totals| totals.only_billed,
            |totals: &Totals| totals.only_estimated,
            |totals: &Totals| totals.apart,
        ] {
            prop_assert_eq!(thrice(of(&one)), of(&three));
        }
        // Effects are rounded once each: three roundings against one, of 5 x 10^-19 each, a line.
        for of in [|totals: &Totals| totals.usage_effects, |totals: &Totals| totals.price_effects] {
            let by = thrice(of(&one)).checked_sub(of(&three)).unwrap().abs();
            prop_assert!(by <= amount("10e-18"), "{}", by);
        }
    }
}
