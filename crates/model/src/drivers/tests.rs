use super::*;
use crate::bill::{Entry, Query};
use alloc::string::ToString;
use alloc::vec;
use proptest::prelude::*;

fn amount(text: &str) -> Amount {
    Amount::parse(text.as_bytes()).unwrap()
}

fn month(text: &str) -> Date {
    text.parse().unwrap()
}

fn bill(entries: Vec<(&str, &str, &str, ChargeKind, &str, Amount, Amount)>) -> Bill {
    let mut query = Query::new(vec![Dimension::Service, Dimension::UsageType], Metric::Unblended);
    query.quantity = true;
    let mut bill = Bill::new(query, "USD");
    for (period, service, usage_type, kind, unit, quantity, cost) in entries {
        bill.entries.push(Entry {
            period: month(period),
            keys: vec![service.to_string(), usage_type.to_string()],
            kind,
            unit: unit.to_string(),
            amounts: vec![cost],
            quantity,
            charges: 1,
            without_list: 0,
        });
    }
    bill.settle().unwrap();
    bill
}

const VCPU: &str = "USE1-Fargate-vCPU-Hours:perCPU";

/// Four tasks of 0.25 vCPU in September (720 h), eight in October (744 h), at one rate.
fn doubled() -> Bill {
    let usage = ChargeKind::Usage;
    bill(vec![
        ("2026-09-01", "AmazonECS", VCPU, usage, "hours", amount("720"), amount("29.1456")),
        ("2026-10-01", "AmazonECS", VCPU, usage, "hours", amount("1488"), amount("60.23424")),
    ])
}

fn drivers(bill: &Bill, options: Options) -> Drivers {
    Drivers::new(bill, month("2026-09-01"), month("2026-10-01"), options).unwrap()
}

#[test]
fn more_tasks_at_one_rate_are_usage_alone() {
    let options = Options { task_vcpu: Ratio::parse("0.25"), ..Options::default() };
    let drivers = drivers(&doubled(), options);
    let item = &drivers.groups[0].items[0];
    assert_eq!(item.effects, Effects { usage: amount("31.08864"), ..Effects::default() });
    assert_eq!(item.words, "8 tasks on average instead of 4");
}

#[test]
fn a_longer_month_is_told_apart_on_request() {
    let drivers = drivers(&doubled(), Options { per_day: true, ..Options::default() });
    let effects = drivers.effects().unwrap();
    // 29.1456 x 31 / 30 - 29.1456
    assert_eq!(effects.days, amount("0.97152"));
    assert_eq!(effects.usage, amount("30.11712"));
    assert_eq!(effects.total(), Some(amount("31.08864")));
}

#[test]
fn another_rate_is_price_alone() {
    let usage = ChargeKind::Usage;
    let bill = bill(vec![
        ("2026-09-01", "AmazonRDS", "InstanceUsage:db.t3.micro", usage, "Hrs", amount("720"), amount("12.96")),
        ("2026-10-01", "AmazonRDS", "InstanceUsage:db.t3.micro", usage, "Hrs", amount("720"), amount("14.40")),
    ]);
    let effects = drivers(&bill, Options::default()).effects().unwrap();
    assert_eq!(effects, Effects { price: amount("1.44"), ..Effects::default() });
}

#[test]
fn the_same_hours_on_a_dearer_class_are_mix() {
    let usage = ChargeKind::Usage;
    let (small, large) = ("InstanceUsage:db.t3.micro", "InstanceUsage:db.t3.medium");
    let bill = bill(vec![
        ("2026-09-01", "AmazonRDS", small, usage, "Hrs", amount("600"), amount("6")),
        ("2026-09-01", "AmazonRDS", large, usage, "Hrs", amount("100"), amount("4")),
        ("2026-10-01", "AmazonRDS", small, usage, "Hrs", amount("100"), amount("1")),
        ("2026-10-01", "AmazonRDS", large, usage, "Hrs", amount("600"), amount("24")),
    ]);
    let effects = drivers(&bill, Options::default()).effects().unwrap();
    assert_eq!(effects, Effects { mix: amount("15"), ..Effects::default() });
}

#[test]
fn what_comes_goes_or_has_no_usage() {
    let bill = bill(vec![
        ("2026-09-01", "AmazonEC2", "NatGateway-Hours", ChargeKind::Usage, "Hrs", amount("720"), amount("32.4")),
        (
            "2026-10-01",
            "AmazonElastiCache",
            "NodeUsage:cache.t3.micro",
            ChargeKind::Usage,
            "Hrs",
            amount("744"),
            amount("12.648"),
        ),
        ("2026-09-01", "", "", ChargeKind::Tax, "", Amount::ZERO, amount("7")),
        ("2026-10-01", "", "", ChargeKind::Tax, "", Amount::ZERO, amount("5")),
    ]);
    let drivers = drivers(&bill, Options::default());
    let effects = drivers.effects().unwrap();
    let expected = Effects { gone: amount("-32.4"), new: amount("12.648"), price: amount("-2"), ..Effects::default() };
    assert_eq!(effects, expected);
    let order: Vec<&str> = drivers.groups.iter().map(|group| group.name.as_str()).collect();
    assert_eq!(order, ["AmazonEC2", "AmazonElastiCache", ""], "in order of dollars");
    assert_eq!(drivers.groups[0].items[0].words, "no NAT gateways, 1 on average before");
    assert_eq!(drivers.groups[1].items[0].words, "1 cache.t3.micro cache node on average, none before");
}

fn any_charge() -> impl Strategy<Value = (bool, usize, usize, bool, i64, i64)> {
    (any::<bool>(), 0_usize..3, 0_usize..4, any::<bool>(), -1_000_i64..100_000, -10_000_000_i64..10_000_000)
}

proptest! {
    #[test]
    fn the_effects_are_the_change(charges in proptest::collection::vec(any_charge(), 0..40), per_day: bool) {
        let services = ["AmazonECS", "AmazonRDS", ""];
        let types = ["a", "b", "c", VCPU];
        let entries = charges.iter().map(|(after, service, usage_type, is_usage, quantity, cost)| {
            let kind = if *is_usage { ChargeKind::Usage } else { ChargeKind::Credit };
            let quantity = if *is_usage { Amount::from_units((*quantity).into(), 3).unwrap() } else { Amount::ZERO };
            let period = if *after { "2026-10-01" } else { "2026-09-01" };
            let unit = if *is_usage { "Hrs" } else { "" };
            let cost = Amount::from_units((*cost).into(), 7).unwrap();
            (period, services[*service], types[*usage_type], kind, unit, quantity, cost)
        });
        let bill = bill(entries.collect());
        let drivers = drivers(&bill, Options { per_day, ..Options::default() });
        let [before, after] = drivers.totals().unwrap();
        prop_assert_eq!(drivers.effects().unwrap().total(), after.checked_sub(before));
        prop_assert_eq!(bill.total(0), before.checked_add(after));
        for group in &drivers.groups {
            let [before, after] = group.costs().unwrap();
            prop_assert_eq!(group.effects().unwrap().total(), after.checked_sub(before));
            for item in &group.items {
                let cost = |measured: Option<Measured>| measured.map_or(Amount::ZERO, |measured| measured.cost);
                prop_assert_eq!(item.effects.total(), cost(item.after).checked_sub(cost(item.before)));
            }
        }
    }
}
