//! The same rules written down a second time, as plainly as can be, and held against the first.

use super::*;
use alloc::vec;
use proptest::prelude::*;

/// What the hours cost, upfront payments spread over their term.
pub(super) fn bill(demand: &Demand, commitments: &[Commitment]) -> Ratio {
    let hours = 0..demand.hours();
    hours
        .map(|hour| {
            rest(demand, commitments, hour).iter().zip(demand.rows()).map(|(rest, row)| *rest * row.on_demand).sum()
        })
        .sum::<Ratio>()
        + commitments.iter().map(Commitment::effective).sum::<Ratio>() * Ratio::from(demand.hours() as u64)
}

/// Units of each row in an hour that nothing pays for.
pub(super) fn rest(demand: &Demand, commitments: &[Commitment], hour: usize) -> Vec<Ratio> {
    let rows = demand.rows();
    let mut rest: Vec<Ratio> =
        rows.iter().map(|row| Ratio::new(row.hourly[hour].into(), row.per_unit.into())).collect();
    let mut units: Vec<Ratio> = commitments
        .iter()
        .map(|one| match one {
            Commitment::Reserved(lot) => lot.instance().units() * Ratio::from(lot.count()),
            Commitment::Plan(plan) => plan.hourly(),
        })
        .collect();
    for how in [Covers::Exactly, Covers::BySize, Covers::OtherEngine] {
        for (at, one) in commitments.iter().enumerate() {
            let Commitment::Reserved(lot) = one else { continue };
            let mut covered: Vec<usize> = (0..rows.len())
                .filter(|&row| rows[row].instance.as_ref().is_some_and(|used| lot.instance().covers(used) == Some(how)))
                .collect();
            covered.sort_by_key(|&row| rows[row].instance.as_ref().unwrap().units());
            for row in covered {
                let each = rows[row].instance.as_ref().unwrap().units();
                let paid = Ord::min(rest[row], units[at] / each);
                rest[row] = rest[row] - paid;
                units[at] = units[at] - paid * each;
            }
        }
    }
    for kind in [PlanKind::Ec2Instance, PlanKind::Compute, PlanKind::Database] {
        // While there is money and usage, the pair with the highest saving, then the lowest rate.
        loop {
            let mut best: Option<(Ratio, Ratio, usize, usize)> = None;
            for (at, one) in commitments.iter().enumerate() {
                let Commitment::Plan(plan) = one else { continue };
                if plan.card().kind != kind || units[at].is_zero() {
                    continue;
                }
                for (row, usage) in rows.iter().enumerate() {
                    let Some(rate) = usage.rate(plan.card()).filter(|_| !rest[row].is_zero()) else { continue };
                    let pair = (rate / usage.on_demand, rate, row, at);
                    if best.is_none_or(|best| pair < best) {
                        best = Some(pair);
                    }
                }
            }
            let Some((_, rate, row, at)) = best else { break };
            let paid = Ord::min(rest[row], units[at] / rate);
            rest[row] = rest[row] - paid;
            units[at] = units[at] - paid * rate;
        }
    }
    rest
}

/// A database plan's usage and one of its instances, in two sizes; caches of two engines; compute under two
/// cards and an EC2 plan.
pub(super) fn demands() -> impl Strategy<Value = Demand> {
    let hourly = |hours| proptest::collection::vec(0_u64..6, hours);
    let rates = proptest::collection::vec((1_i128..20, 1_i128..20, 1_i128..20), 6);
    (1_usize..6).prop_flat_map(move |hours| (proptest::collection::vec(hourly(hours), 6), rates.clone())).prop_map(
        |(hourly, rates)| {
            let instance = |at: usize| match at {
                0 => Instance::of("AmazonRDS", "us-east-1", "InstanceUsage:db.r7g.large", "CreateDBInstance:0014"),
                1 => Instance::of("AmazonRDS", "us-east-1", "InstanceUsage:db.r7g.xlarge", "CreateDBInstance:0014"),
                2 => Instance::of(
                    "AmazonElastiCache",
                    "us-east-1",
                    "NodeUsage:cache.r7g.large",
                    "CreateCacheCluster:Valkey",
                ),
                3 => Instance::of(
                    "AmazonElastiCache",
                    "us-east-1",
                    "NodeUsage:cache.r7g.large",
                    "CreateCacheCluster:0002",
                ),
                _ => None,
            };
            let rows = hourly.into_iter().zip(rates).enumerate().map(|(at, (hourly, (price, plan, other)))| {
                let cents = |value| Ratio::new(value, 100);
                // A rate under a plan may be as high as on demand, not higher.
                let (plan, other) = (cents(plan.min(price)), cents(other.min(price)));
                // Sevenths of an hour: what covers an hour then has more decimals than a commitment.
                let mut row = Row::new(key(&alloc::format!("row {at}")), "Hrs", cents(price), [2, 7][at % 2], hourly);
                row.instance = instance(at);
                match at {
                    0..=2 => row.under(&card(PlanKind::Database), plan),
                    3 => row,
                    4 => row.under(&card(PlanKind::Compute), plan).under(&three(), other),
                    _ => row.under(&card(PlanKind::Compute), plan).under(&card(PlanKind::Ec2Instance), other),
                }
            });
            Demand::new(rows.collect()).unwrap()
        },
    )
}

pub(super) fn three() -> Card {
    Card::new(PlanKind::Compute, Term::ThreeYears, Payment::No)
}

/// Plans and reservations that the demands above can use.
pub(super) fn commitments() -> impl Strategy<Value = Vec<Commitment>> {
    let plan = (0_usize..4, 1_i128..60).prop_map(|(which, hundredths)| {
        let card =
            [card(PlanKind::Database), card(PlanKind::Compute), card(PlanKind::Ec2Instance), three()][which].clone();
        Plan::new("plan", card, Ratio::new(hundredths, 100), 0).unwrap().into()
    });
    let lot = (0_usize..4, 1_u32..4, 0_i128..20).prop_map(|(which, count, price)| reserved(which, count, price));
    proptest::collection::vec(prop_oneof![plan, lot], 0..5)
}

pub(super) fn reserved(which: usize, count: u32, price: i128) -> Commitment {
    let (service, usage_type, operation) = RESERVABLE[which];
    let instance = Instance::of(service, "us-east-1", usage_type, operation).unwrap();
    Reserved::new("lot", instance, count, (Term::OneYear, Payment::No), (Ratio::new(price, 100), Ratio::ZERO))
        .unwrap()
        .into()
}

pub(super) const RESERVABLE: [(&str, &str, &str); 4] = [
    ("AmazonRDS", "InstanceUsage:db.r7g.large", "CreateDBInstance:0014"),
    ("AmazonRDS", "InstanceUsage:db.r7g.xlarge", "CreateDBInstance:0014"),
    ("AmazonElastiCache", "NodeUsage:cache.r7g.large", "CreateCacheCluster:Valkey"),
    ("AmazonElastiCache", "NodeUsage:cache.r7g.large", "CreateCacheCluster:0002"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn billed_as_the_naive_till_bills(demand in demands(), commitments in commitments()) {
        let applied = apply(&demand, &commitments).unwrap();
        let naive = bill(&demand, &commitments);
        let apart = applied.total().to_ratio() - naive;
        // A line is rounded once, to 10⁻¹² dollars.
        prop_assert!(apart.ticks().abs() * 10_i128.pow(11) <= apart.per_unit(), "{} {}", applied.total(), naive);
        prop_assert_eq!(applied.total(), applied.on_demand() + applied.committed());
        prop_assert_eq!(applied.committed(), applied.fees.iter().map(Fee::effective).sum());
        prop_assert!(applied.unused() >= crate::money::Usd::ZERO);
        prop_assert!(applied.on_demand() >= crate::money::Usd::ZERO);
        let hours = hourly(&demand, &commitments).unwrap();
        let sum: Ratio = hours.iter().map(|hour| (hour.on_demand + hour.used + hour.unused).to_ratio()).sum();
        let apart = sum - naive;
        prop_assert!(apart.ticks().abs() * 10_i128.pow(10) <= apart.per_unit());
    }

    #[test]
    fn the_order_of_plans_does_not_matter_and_reservations_go_first(demand in demands(), commitments in commitments()) {
        let mut turned = commitments.clone();
        turned.sort_by_key(|one| matches!(one, Commitment::Reserved(_)));
        let apart = apply(&demand, &commitments).unwrap().total() - apply(&demand, &turned).unwrap().total();
        prop_assert!(apart.to_ratio().ticks().abs() * 10_i128.pow(11) <= apart.to_ratio().per_unit());
    }

    #[test]
    fn a_pattern_that_repeats_is_the_pattern_over_and_over(demand in demands(), commitments in commitments(), times in 1_usize..4) {
        let long = demand.rows().iter().map(|row| Row { hourly: row.hourly.repeat(times), ..row.clone() });
        let long = Demand::new(long.collect()).unwrap();
        let repeated = demand.repeated(Ratio::whole(times as i64));
        let (long, repeated) = (apply(&long, &commitments).unwrap(), apply(&repeated, &commitments).unwrap());
        prop_assert_eq!(long.lines.iter().map(|line| line.amount).collect::<Vec<_>>(), repeated.lines.iter().map(|line| line.amount).collect::<Vec<_>>());
        prop_assert_eq!(long.fees, repeated.fees);
    }
}

#[test]
fn a_scaled_demand_costs_as_much_more() {
    let demand = Demand::new(vec![row("a", "0.3", &[3, 0, 5])]).unwrap();
    for factor in [Ratio::new(1, 3), Ratio::whole(2), Ratio::new(7, 4), Ratio::ZERO] {
        assert_eq!(demand.scaled(factor).unwrap().on_demand().unwrap(), demand.on_demand().unwrap() * factor);
    }
    assert_eq!(demand.scaled(Ratio::whole(-1)), Err(Error::TooLarge));
}
