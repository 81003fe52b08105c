//! Regret, resamples and the back-test, held against what they say.

use super::*;
use crate::money::Usd;
use alloc::vec;
use proptest::prelude::*;

fn one(hourly: Vec<u64>) -> (Demand, Offer) {
    let card = card(PlanKind::Compute);
    let used = Row::new(key("a"), "Hrs", Ratio::ONE, 1, hourly).under(&card, ratio("0.7"));
    (Demand::new(vec![used]).unwrap(), Offer::Plan { card, upfront_percent: 0 })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_resample_is_the_bill_of_its_days(hourly in proptest::collection::vec(0_u64..9, 72..=96), seed in any::<u64>()) {
        let (demand, offer) = one(hourly);
        let stage = Stage::new(&demand, &[], levels(&demand, &offer, &[], 5).unwrap(), DAY_HOURS, &[]).unwrap();
        // Drawn by a second copy of the rule, and laid out.
        use rand_chacha::rand_core::{RngCore, SeedableRng};
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let mut hourly = Vec::new();
        for _ in 0..stage.blocks() {
            let day = ((u64::from(random.next_u32()) * stage.blocks() as u64) >> 32) as usize;
            hourly.extend_from_slice(&demand.rows()[0].hourly[day * 24..][..24]);
        }
        let (drawn, _) = one(hourly);
        let draws = stage.resample(seed..seed.saturating_add(1));
        prop_assume!(draws.len() == 1);
        let robust = stage.judge(&draws, Ratio::ONE).unwrap();
        let totals: Vec<Usd> = stage.candidates().iter().map(|candidate| apply(&drawn, candidate).unwrap().total()).collect();
        let least = totals.iter().min().copied().unwrap();
        for (standing, &total) in robust.standings.iter().zip(&totals) {
            let near = |a: Usd, b: Usd| (a - b).to_ratio().ticks().abs() * 10_i128.pow(10) <= (a - b).to_ratio().per_unit();
            prop_assert!(near(standing.savings.median, totals[0] - total));
            prop_assert!(near(standing.regret, total - least));
            prop_assert_eq!(standing.tail, standing.savings.mean);
        }
    }

    #[test]
    fn seeds_draw_the_same_in_any_ranges(hourly in proptest::collection::vec(0_u64..9, 48..=96), cut in 0_u64..20) {
        let (demand, offer) = one(hourly);
        let stage = Stage::new(&demand, &[], levels(&demand, &offer, &[], 4).unwrap(), DAY_HOURS, &[]).unwrap();
        let mut parts = stage.resample(0..cut);
        parts.extend(&stage.resample(cut..20));
        prop_assert_eq!(parts, stage.resample(0..20));
    }

    #[test]
    fn what_is_best_in_hindsight_is_among_the_levels(hourly in proptest::collection::vec(0_u64..9, 48..=48), count in 1_usize..6) {
        let (demand, offer) = one(hourly);
        let best = jointly(&demand, core::slice::from_ref(&offer), &[]).unwrap();
        let (stage, robust) = robust(&demand, &offer, &[], count, &[], 0..10, Ratio::new(1, 20)).unwrap();
        prop_assert!(stage.candidates()[0].is_empty());
        let hindsight = &robust.standings[robust.hindsight];
        let apart = (hindsight.seen - best.saving()).to_ratio();
        prop_assert!(apart.ticks().abs() * 10_i128.pow(10) <= apart.per_unit());
        for standing in &robust.standings {
            prop_assert!(robust.standings[robust.least_regret].regret <= standing.regret);
            prop_assert!(robust.standings[robust.best_tail].tail >= standing.tail);
            prop_assert!(standing.tail <= standing.savings.mean && standing.savings.lowest <= standing.savings.p5);
        }
    }
}

/// Over a load that never changes the best in hindsight has no regret on any day; half of it decides only where it
/// was asked for, and is shown in both cases.
#[test]
fn what_nobody_asked_for_does_not_decide() {
    let (demand, offer) = one(vec![50; 20 * 24]);
    let choice = |counts: bool| {
        let scenario = Scenario { name: "half".into(), demand: demand.scaled(Ratio::new(1, 2)).unwrap(), counts };
        let (stage, robust) = robust(&demand, &offer, &[], 10, &[scenario], 0..20, Ratio::new(1, 20)).unwrap();
        assert_eq!((stage.scenarios_count(), robust.standings[robust.hindsight].scenarios.len()), (counts, 1));
        (robust.least_regret == robust.hindsight, robust.standings[robust.hindsight].regret)
    };
    assert_eq!(choice(false), (true, Usd::ZERO));
    let (same, regret) = choice(true);
    assert!(!same && regret > Usd::ZERO);
}

#[test]
fn a_spread_is_made_of_its_amounts() {
    // Twenty days, of which one is busy: by seeds 0 to 99.
    let mut hourly = vec![1; 20 * 24];
    hourly[..24].fill(100);
    let (demand, offer) = one(hourly);
    let (_, robust) = robust(&demand, &offer, &[], 4, &[], 0..100, Ratio::new(1, 20)).unwrap();
    let nothing = &robust.standings[0];
    assert_eq!((nothing.seen, nothing.savings.lowest, nothing.savings.highest), (Usd::ZERO, Usd::ZERO, Usd::ZERO));
    let most = robust.standings.last().unwrap();
    // 70 an hour: a busy day saves 24 x 30, a quiet one loses 24 x 69. All busy days are never drawn.
    assert_eq!(most.seen, Usd::parse("-30744").unwrap());
    assert!(most.savings.lowest == Usd::parse("-33120").unwrap() && most.savings.highest > most.seen);
    assert_eq!(robust.hindsight, 1);
}

#[test]
fn a_short_lookback_on_event_traffic_loses_money() {
    // A quiet service with a busy week every sixth: right after it a look-back of 7 days commits to it.
    let hourly = (0..240_u64 * 24).map(|hour| if hour / 168 % 6 == 3 { 100 } else { 10 }).collect();
    let (demand, offer) = one(hourly);
    let usual =
        Question { lookbacks: vec![7, 30, 63], levels: 10, resamples: 10, judged_days: 7, ..Question::default() };
    // No day that was seen says that a quiet week follows: that is for whoever knows of it to ask.
    let question = Question { factors: vec![Ratio::new(1, 2)], ..usual.clone() };
    let tests = backtest(&demand, &offer, &[], &question).unwrap();
    let of = |rule, days| tests.iter().find(|test| (test.rule, test.lookback_days) == (rule, days)).unwrap();
    let (week, months) = (of(Rule::Hindsight, 7), of(Rule::Hindsight, 63));
    assert!(week.losses() > 0 && week.worst < Usd::ZERO && week.mean < months.mean);
    assert_eq!((months.losses(), months.judged.len()), (0, 25));
    assert_eq!(months.judged.len(), week.judged.len());
    let robust = of(Rule::LeastRegret, 7);
    assert!(robust.worst > week.worst);
    let unasked = backtest(&demand, &offer, &[], &usual).unwrap();
    let unasked = unasked.iter().find(|test| (test.rule, test.lookback_days) == (Rule::LeastRegret, 7)).unwrap();
    assert_eq!((unasked.worst, unasked.mean), (week.worst, week.mean));
    for judged in tests.iter().flat_map(|test| &test.judged) {
        assert!(judged.saving <= judged.best);
    }
}

#[test]
fn too_little_is_told() {
    let (demand, offer) = one(vec![1; 30]);
    let stage = |block| Stage::new(&demand, &[], vec![], block, &[]).map(|stage| stage.blocks());
    assert_eq!(stage(24), Err(Error::TooFew("blocks of the demand", 2)));
    assert_eq!(stage(0), Err(Error::TooFew("blocks of the demand", 2)));
    assert_eq!(stage(15), Ok(2));
    assert_eq!(levels(&demand, &offer, &[], 0), Err(Error::TooFew("levels", 1)));
    let stage = Stage::new(&demand, &[], vec![], 10, &[]).unwrap();
    assert_eq!(stage.judge(&stage.resample(0..0), Ratio::ONE), Err(Error::TooFew("resamples", 1)));
    assert_eq!(stage.judge(&stage.resample(0..1), Ratio::ZERO), Err(Error::TooFew("draws in the tail", 1)));
    let short = backtest(&demand, &offer, &[], &Question::default()).unwrap();
    assert!(short.iter().all(|test| test.judged.is_empty() && test.mean == Usd::ZERO));
    let days = Question { judged_days: 0, ..Question::default() };
    assert_eq!(backtest(&demand, &offer, &[], &days), Err(Error::TooFew("days", 1)));
}
