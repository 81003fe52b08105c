//! What is best, held against trying everything.

use super::naive_tests::{RESERVABLE, bill, demands, reserved, rest, three};
use super::*;
use crate::commitment::curve::{Curve, Rest};
use crate::commitment::hourly as hourly_of;
use alloc::vec;
use proptest::prelude::*;

fn offer(which: usize, price: i128) -> Offer {
    let (service, usage_type, operation) = RESERVABLE[which];
    Offer::Reservation {
        instance: Instance::of(service, "us-east-1", usage_type, operation).unwrap(),
        term: Term::OneYear,
        payment: Payment::No,
        hourly: Ratio::new(price, 100),
        upfront: Ratio::ZERO,
    }
}

fn plan_offer(card: Card) -> Offer {
    Offer::Plan { card, upfront_percent: 0 }
}

/// All commitments of a card at which anything can change, rounded both ways to what AWS sells, and none.
fn levels(demand: &Demand, held: &[Commitment], card: &Card) -> Vec<Ratio> {
    let mut rows: Vec<usize> =
        (0..demand.rows().len()).filter(|&row| demand.rows()[row].rate(card).is_some()).collect();
    let part = |row: usize| demand.rows()[row].rate(card).unwrap() / demand.rows()[row].on_demand;
    rows.sort_by_key(|&row| part(row));
    let mut levels = vec![Ratio::ZERO];
    for hour in 0..demand.hours() {
        let rest = rest(demand, held, hour);
        let mut sum = Ratio::ZERO;
        for &row in &rows {
            sum = sum + rest[row] * demand.rows()[row].rate(card).unwrap();
            let places = Ratio::whole(100_000);
            let above = (sum * places).ceil();
            for steps in [above, above - Ratio::ONE] {
                let hourly = steps / places;
                if hourly > Ratio::ZERO {
                    levels.push(hourly.max(least_hourly()));
                }
            }
        }
    }
    levels.sort();
    levels.dedup();
    levels
}

fn with(held: &[Commitment], card: &Card, hourly: Ratio) -> Vec<Commitment> {
    let mut all = held.to_vec();
    if !hourly.is_zero() {
        all.push(Plan::new("tried", card.clone(), hourly, 0).unwrap().into());
    }
    all
}

fn cost_of(demand: &Demand, held: &[Commitment], mix: &Mix) -> Ratio {
    let all: Vec<Commitment> = held.iter().cloned().chain(mix.buy.iter().map(|(_, buy)| buy.clone())).collect();
    bill(demand, &all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_plan_is_the_best_of_all_levels(demand in demands(), compute in any::<bool>(), held in 0_i128..30) {
        let card = card(if compute { PlanKind::Compute } else { PlanKind::Database });
        // What is owned: a plan of the same card, and reservations.
        let mut owned = with(&[], &card, Ratio::new(held / 2, 100));
        if held % 2 == 1 {
            owned.push(reserved(0, 1, 3));
        }
        let mix = jointly(&demand, &[plan_offer(card.clone())], &owned).unwrap();
        prop_assert!(mix.exact);
        // Levels at which the pool as a whole can change lie at the ends of usage that reservations leave.
        let reservations: Vec<Commitment> = owned.iter().filter(|one| matches!(one, Commitment::Reserved(_))).cloned().collect();
        let pool = Ratio::new(held / 2, 100);
        let all = levels(&demand, &reservations, &card).into_iter().map(|level| if level > pool { (level - pool).max(least_hourly()) } else { Ratio::ZERO });
        let best = all.map(|level| bill(&demand, &with(&owned, &card, level))).min().unwrap();
        prop_assert_eq!(cost_of(&demand, &owned, &mix), best);
    }

    #[test]
    fn reservations_and_a_plan_are_the_best_of_all_pairs(
        demand in demands(), rds in 0_usize..2, prices in (0_i128..14, 0_i128..14), both in any::<bool>(), pool in 0_i128..12,
    ) {
        let card = card(PlanKind::Database);
        let mut offers = vec![plan_offer(card.clone()), offer(rds, prices.0)];
        if both {
            offers.push(offer(2, prices.1));
        }
        // Half of the time a plan of the same pool is owned.
        let pool = Ratio::new((pool - 6).max(0), 10);
        let owned = with(&[], &card, pool);
        let mix = jointly(&demand, &offers, &owned).unwrap();
        prop_assert!(mix.exact);
        let mut best: Option<Ratio> = None;
        for first in 0_u32..=8 {
            for second in 0..=if both { 3 } else { 0 } {
                let mut lots = Vec::new();
                if first > 0 { lots.push(reserved(rds, first, prices.0)); }
                if second > 0 { lots.push(reserved(2, second, prices.1)); }
                for level in levels(&demand, &lots, &card) {
                    let level = if level > pool { (level - pool).max(least_hourly()) } else { Ratio::ZERO };
                    let all: Vec<Commitment> = lots.iter().chain(&owned).cloned().collect();
                    let cost = bill(&demand, &with(&all, &card, level));
                    best = Some(best.map_or(cost, |best| Ord::min(best, cost)));
                }
            }
        }
        prop_assert_eq!(Some(cost_of(&demand, &owned, &mix)), best);
    }

    /// One and two availability zones, at prices that are not in proportion.
    #[test]
    fn sizes_are_the_best_of_all_mixes(
        single in proptest::collection::vec(0_u64..6, 6), multi in proptest::collection::vec(0_u64..4, 6),
        rates in (1_i128..14, 1_i128..28), prices in (1_i128..14, 1_i128..28),
    ) {
        let of = |usage_type: &str| Instance::of("AmazonRDS", "us-east-1", usage_type, "CreateDBInstance:0014").unwrap();
        let sizes = [of("InstanceUsage:db.r6g.large"), of("Multi-AZUsage:db.r6g.large")];
        let row = |at: usize, rate: i128, hourly: &[u64]| {
            Row::new(key("db"), "Hrs", Ratio::new(rate, 10), 1, hourly.to_vec()).of_instance(sizes[at].clone())
        };
        let demand = Demand::new(vec![row(0, rates.0, &single), row(1, rates.1, &multi)]).unwrap();
        let offers: Vec<Offer> = sizes.iter().zip([prices.0, prices.1]).map(|(instance, price)| Offer::Reservation {
            instance: instance.clone(),
            term: Term::OneYear,
            payment: Payment::No,
            hourly: Ratio::new(price, 10),
            upfront: Ratio::ZERO,
        }).collect();
        let mix = optimum(&demand, &offers, &[], Ratio::ZERO).unwrap().together;
        prop_assert!(mix.exact);
        let mut best: Option<Ratio> = None;
        for one in 0_u32..=12 {
            for two in 0_u32..=6 {
                let lots = [(0, one), (1, two)].into_iter().filter_map(|(at, count)| offers[at].of_count(count).unwrap());
                let cost = bill(&demand, &lots.collect::<Vec<_>>());
                best = Some(best.map_or(cost, |best| Ord::min(best, cost)));
            }
        }
        prop_assert_eq!(Some(cost_of(&demand, &[], &mix)), best);
    }

    #[test]
    fn reservations_alone_are_the_best_of_all_counts(demand in demands(), which in 0_usize..4, price in 0_i128..20, held in 0_u32..3) {
        let owned: Vec<Commitment> = (held > 0).then(|| reserved(2, held, 4)).into_iter().collect();
        let mix = jointly(&demand, &[offer(which, price)], &owned).unwrap();
        prop_assert!(mix.exact);
        let best = (0_u32..=9).map(|count| {
            let lot = (count > 0).then(|| reserved(which, count, price));
            bill(&demand, &owned.iter().cloned().chain(lot).collect::<Vec<_>>())
        });
        prop_assert_eq!(cost_of(&demand, &owned, &mix), best.min().unwrap());
    }

    /// Whatever is asked, it is answered or refused.
    #[test]
    fn nothing_panics(
        prices in proptest::collection::vec((any::<u64>(), any::<u64>(), 0_u32..30), 3), per_unit in any::<u64>(),
        hourly in proptest::collection::vec(any::<u64>(), 3), shift in 0_u32..64, repeats in (any::<i64>(), any::<i64>()),
    ) {
        let card = card(PlanKind::Database);
        let usd = |(digits, _, places): (u64, u64, u32)| Ratio::new(digits.into(), 10_i128.pow(places));
        let plan = |(_, digits, places): (u64, u64, u32)| Ratio::new(digits.into(), 10_i128.pow(places));
        let hourly: Vec<u64> = hourly.into_iter().map(|ticks| ticks >> shift).collect();
        let rows = prices.into_iter().map(|price| {
            let mut used = Row::new(key("a"), "Hrs", usd(price), per_unit >> shift, hourly.clone()).under(&card, plan(price));
            used.instance = Instance::of("AmazonRDS", "us-east-1", "InstanceUsage:db.r7g.large", "CreateDBInstance:0014");
            used
        });
        let Ok(demand) = Demand::new(rows.collect()) else { return Ok(()) };
        let demand = demand.repeated(Ratio::new(repeats.0.into(), repeats.1.into()));
        let held = with(&[reserved(0, 3, 2)], &card, ratio("12.34567"));
        let _ = apply(&demand, &held);
        let _ = hourly_of(&demand, &held);
        let _ = optimum(&demand, &[plan_offer(card), offer(0, 7)], &held, ratio("0.1"));
        let _ = demand.scaled(Ratio::new(repeats.0.into(), repeats.1.into()));
    }

    /// One rate: the level that is exceeded in as many hours as the saving asks for (O1).
    #[test]
    fn one_rate_is_a_quantile(hourly in proptest::collection::vec(0_u64..50, 1..40), plan in 1_i128..=20) {
        let (card, price) = (card(PlanKind::Compute), Ratio::ONE);
        let demand = Demand::new(vec![Row::new(key("a"), "Hrs", price, 1, hourly.clone()).under(&card, Ratio::new(plan, 20))]).unwrap();
        let best = Curve::new(&demand, &Rest::all(&demand), &card).unwrap().exact_best().unwrap();
        let (hours, off) = (hourly.len() as i128, 20 - plan);
        // The smallest level that at most a part `s/p` of the hours exceeds.
        let exceeded = |level: u64| hourly.iter().filter(|&&used| used > level).count() as i128;
        let quantile = (0..=50).find(|&level| exceeded(level) * 20 <= plan * hours).unwrap();
        prop_assert_eq!(best, Ratio::from(quantile) * Ratio::new(plan, 20), "{} of {}", off, hours);
    }

    #[test]
    fn a_mix_never_costs_more_than_nothing(demand in demands(), price in 0_i128..20) {
        let offers = [
            plan_offer(card(PlanKind::Compute)), plan_offer(three()), plan_offer(card(PlanKind::Database)),
            plan_offer(card(PlanKind::Ec2Instance)), offer(0, price), offer(2, price), offer(3, price),
        ];
        let proposal = optimum(&demand, &offers, &[], Ratio::new(8, 100)).unwrap();
        prop_assert_eq!(proposal.alone.len(), offers.len());
        for choice in &proposal.alone {
            prop_assert!(choice.after <= choice.before);
            prop_assert_eq!(choice.saving(), choice.replaces - choice.fee);
            prop_assert!(choice.coverage() <= Ratio::ONE && choice.utilisation() <= Ratio::ONE);
            if let Some(even) = choice.break_even() { prop_assert!(even <= choice.utilisation()); }
        }
        let crumbs = crate::money::Usd::parse("0.00000000002").unwrap();
        prop_assert!(proposal.together.applied.total() <= proposal.together.before + crumbs);
    }
}

#[test]
fn what_is_not_exact_says_so() {
    let (compute, ec2) = (card(PlanKind::Compute), card(PlanKind::Ec2Instance));
    let used =
        row("a", "1", &[3, 5, 9]).under(&compute, ratio("0.8")).under(&ec2, ratio("0.6")).under(&three(), ratio("0.5"));
    let demand = Demand::new(vec![used]).unwrap();
    let exact = |offers: &[Offer], held: &[Commitment]| jointly(&demand, offers, held).unwrap().exact;
    let owned = |card: &Card| with(&[], card, ratio("1"));
    let offers = [plan_offer(compute.clone()), plan_offer(ec2.clone())];
    assert!(exact(&offers[..1], &[]) && exact(&offers[1..], &[]) && !exact(&offers, &[]));
    // What is held and comes before is simply subtracted; what comes after, or beside, is not.
    assert!(exact(&offers[..1], &owned(&ec2)) && exact(&offers[..1], &owned(&compute)));
    assert!(!exact(&offers[1..], &owned(&compute)) && !exact(&offers[..1], &owned(&three())));
}

/// Rates of ten digits have no small common denominator, neither have their quotients.
#[test]
fn rates_of_many_digits_fit() {
    let card = card(PlanKind::Compute);
    let rows = (0..12_i128).map(|at| {
        let rate = |digits| Ratio::new(digits, 10_i128.pow(10));
        let hourly = (0..50).map(|hour| (hour * 7_919 + at as u64 * 104_729) % 3_600_000).collect();
        let used = Row::new(key(&alloc::format!("row {at}")), "Hrs", rate(404_800_001 + 7_907 * at), 3_600, hourly);
        used.under(&card, rate(323_840_003 - 65_537 * at))
    });
    let demand = Demand::new(rows.collect()).unwrap();
    let owned: Commitment = Plan::new("owned", three(), ratio("3.33333"), 0).unwrap().into();
    assert_eq!(jointly(&demand, &[plan_offer(card.clone())], &[owned]).unwrap_err(), Error::NotOffered(three()));
    let owned = with(&[], &card, ratio("3.33333"));
    let proposal = optimum(&demand, &[plan_offer(card.clone())], &owned, ratio("0.08")).unwrap();
    assert!(proposal.together.saving() > crate::money::Usd::ZERO);
    // No neighbour of five decimals is better.
    let bought = proposal.together.buy[0].1.effective();
    let curve = Curve::new(&demand, &Rest::all(&demand), &card).unwrap();
    let saving = |hourly: Ratio| curve.saving(ratio("3.33333") + hourly).unwrap();
    for step in [1, 2, 10, 1_000, -1, -2, -10, -1_000] {
        assert!(saving(bought) >= saving(bought + Ratio::new(step, 100_000)), "{step}");
    }
}

#[test]
fn options_are_ranked_by_what_they_are_worth_now() {
    let cards = [
        (Term::OneYear, Payment::No, "0.8", 0),
        (Term::OneYear, Payment::All, "0.78", 100),
        (Term::ThreeYears, Payment::No, "0.6", 0),
    ];
    let of = |(term, payment, _, _)| Card::new(PlanKind::Compute, term, payment);
    let used = cards.into_iter().fold(row("a", "1", &[1; 24]), |row, one| row.under(&of(one), ratio(one.2)));
    let offers: Vec<Offer> = cards.map(|one| Offer::Plan { card: of(one), upfront_percent: one.3 }).into();
    let demand = Demand::new(vec![used]).unwrap();
    for (discount, order) in [("0", [2, 1, 0]), ("0.12", [2, 0, 1])] {
        let proposal = optimum(&demand, &offers, &[], ratio(discount)).unwrap();
        assert_eq!(proposal.ranked().iter().map(|choice| choice.offer).collect::<Vec<_>>(), order);
        assert_eq!(proposal.together.buy.iter().map(|(offer, _)| *offer).collect::<Vec<_>>(), [2]);
    }
    let alternatives = jointly(&demand, &offers, &[]).unwrap_err();
    assert!(matches!(alternatives, Error::Alternatives(_, _)), "{alternatives}");
}

#[test]
fn how_to_buy_it() {
    let compute = Card::new(PlanKind::Compute, Term::ThreeYears, Payment::Partial);
    let database =
        Instance::of("AmazonRDS", "us-east-1", "Multi-AZUsage:db.r6g.large", "CreateDBInstance:0014").unwrap();
    let rows = vec![
        row("a", "1", &[2; 3]).under(&compute, ratio("0.5")),
        row("b", "1", &[3; 3]).of_instance(database.clone()),
    ];
    let reservation = Offer::Reservation {
        instance: database,
        term: Term::OneYear,
        payment: Payment::All,
        hourly: Ratio::ZERO,
        upfront: Ratio::whole(4_380),
    };
    let offers = [Offer::Plan { card: compute, upfront_percent: 60 }, reservation];
    let proposal = optimum(&Demand::new(rows).unwrap(), &offers, &[], Ratio::ZERO).unwrap();
    let bought: Vec<_> = proposal.alone.iter().map(|choice| choice.purchase.clone().unwrap()).collect();
    assert_eq!(bought[0].buy.1, [("commitment", "1".into()), ("upfrontPaymentAmount", "15768".into())]);
    assert_eq!(bought[0].find.1[0], ("planTypes", "Compute".into()));
    assert_eq!(bought[1].buy, ("rds:PurchaseReservedDBInstancesOffering", vec![("DBInstanceCount", "3".into())]));
    assert_eq!(bought[1].find.1[4], ("MultiAZ", "true".into()));
}
