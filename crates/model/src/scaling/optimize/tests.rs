use super::split::{as_ended, during};
use super::*;
use crate::exact::Ratio;
use crate::scaling::{
    Autoscaling, Deployment, Floor, LaunchTime, Load, LoadUnit, MISSING, Measure, Metric, Policy, Rollout, Sample,
    Sampling, ScheduledAction, Served, SpotTasks, Suspension, TargetTracking, others, simulate, totals,
};
use crate::time::zone;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;
use std::thread;

/// A load in tenths of a task, minute by minute.
fn load(values: Vec<u32>) -> Load {
    Load::new(LoadUnit::TaskUnits, 0, 60, 10, values).unwrap()
}

/// Some days, with a busy stretch in each: how many minutes, how much, and how much else.
fn days(of: &[(usize, u32, u32)]) -> Load {
    let day =
        |&(busy, high, low): &(usize, u32, u32)| [vec![low; 720], vec![high; busy], vec![low; 720 - busy]].concat();
    load(of.iter().flat_map(day).collect())
}

fn service() -> Autoscaling {
    let policy = TargetTracking { scale_in_cooldown: 60, ..TargetTracking::new(Metric::Cpu, 700_000) };
    Autoscaling::between(2, 10, Ratio::ONE).with(Policy::TargetTracking(policy))
}

fn grid() -> Grid {
    Grid {
        targets: vec![700_000, 500_000, 500_000],
        mins: vec![4, 1],
        maxes: vec![10, 3],
        scale_out_cooldowns: vec![0, 60],
        scale_in_cooldowns: vec![300],
        periods: vec![60],
    }
}

fn at_most(percent: i128) -> Objective {
    Objective { spot: Ratio::ONE, limits: vec![Limit::AtMost(Measure::RequestsOver, Ratio::new(percent, 100))] }
}

fn candidate(target: u64, min: u32, max: u32) -> Candidate {
    Candidate { target: target * 10_000, min, max, scale_out_cooldown: 300, scale_in_cooldown: 60, period: 60 }
}

#[test]
fn a_grid_is_all_combinations_that_can_be() {
    let grid = grid().sorted();
    assert_eq!(grid.targets, [500_000, 700_000]);
    assert_eq!(grid.combinations(), 16);
    let all: Vec<Candidate> = grid.candidates().collect();
    assert_eq!(all.len(), 12, "4 to 3 tasks cannot be");
    assert!(all.is_sorted());
    assert!(all.iter().all(|candidate| candidate.min <= candidate.max));
    let empty = Grid { targets: vec![], ..grid };
    assert_eq!((empty.combinations(), empty.candidates().count()), (0, 0));
}

#[test]
fn a_grid_that_is_too_large_loses_values_between() {
    let wide = Grid { targets: (3..=9).map(|tenths| tenths * 100_000).collect(), ..grid() }.sorted();
    let thin = wide.clone().thinned(40);
    assert_eq!(thin.targets, [300_000, 500_000, 700_000, 900_000]);
    assert_eq!((wide.combinations(), thin.combinations()), (56, 32));
    assert_eq!(wide.clone().thinned(56), wide);
    assert_eq!(wide.thinned(1).combinations(), 16, "lists of two stay");
}

#[test]
fn a_candidate_on_a_service() {
    let mut base = service();
    base.policies.insert(0, Policy::TargetTracking(TargetTracking::new(Metric::Cpu, 1)));
    assert_eq!(tuned(&base), Some(0));
    assert_eq!(Candidate::of(&base, 1), Some(candidate(70, 2, 10)));
    assert_eq!(Candidate::of(&base, 2), None);
    let other = Candidate { period: 20, scale_out_cooldown: 7, ..candidate(50, 3, 9) }.on(&base, 1);
    assert_eq!((other.min, other.max, other.start), (3, 9, 3), "what is there is moved into the bounds");
    let Policy::TargetTracking(policy) = &other.policies[1] else { panic!("it is still one") };
    assert_eq!((policy.target, policy.scale_out_cooldown, policy.low_periods), (500_000, 7, 30));
    assert_eq!(policy.sampling, Sampling::HIGH_RESOLUTION);
    assert_eq!(other.policies[0], base.policies[0]);
    assert_eq!(Candidate::of(&base, 1).unwrap().on(&base, 1), base);
}

#[test]
fn what_is_tried_where_nothing_is_told() {
    let grid = Grid::around(&days(&[(240, 80, 15)]), &service(), 0).unwrap();
    assert_eq!(grid.targets, (3..=9).map(|tenths| tenths * 100_000).collect::<Vec<u64>>());
    // 1.5 tasks for 20 hours and 8 for 4 are 2.6 in the mean.
    assert_eq!((grid.mins, grid.maxes), (vec![2, 3], vec![8, 10]));
    assert_eq!((grid.scale_out_cooldowns, grid.scale_in_cooldowns), (vec![0, 60, 300], vec![60, 300]));
    assert_eq!(Grid::around(&load(vec![1]), &service(), 1), None);
    let within = Grid { maxes: vec![8, 12], ..self::grid() }.within(&[Limit::Peak(10)]);
    assert_eq!(within.maxes, [8, 10]);
}

/// A sample of so many task-seconds, with so many of 1,000 over target.
fn sample(task_seconds: u64, over: u128) -> Sample {
    let served = Served { seconds: 1_000, load: 1_000, load_over: over, ..Served::default() };
    Sample { task_seconds, served, peak: 5, ..Sample::default() }
}

#[test]
fn limits() {
    let of = Sample { longest: Some(90), ..sample(100, 30) };
    for (limit, met) in [
        (Limit::AtMost(Measure::RequestsOver, Ratio::new(3, 100)), true),
        (Limit::AtMost(Measure::RequestsOver, Ratio::new(29, 1_000)), false),
        (Limit::AtMost(Measure::Lost, Ratio::ZERO), true),
        (Limit::Peak(5), true),
        (Limit::Peak(4), false),
        (Limit::Latency(90), true),
        (Limit::Latency(89), false),
    ] {
        assert_eq!(Objective { spot: Ratio::ONE, limits: vec![limit] }.met(&of), met, "{limit:?}");
    }
    let lost = Sample { served: Served { lost: 1, ..of.served }, ..of };
    assert!(!Objective::as_now().over(&sample(7, 30)).met(&lost), "who serves less is not cheaper");
    assert!(Objective::as_now().over(&sample(7, 30)).met(&of));
    assert!(!Objective::as_now().over(&sample(7, 29)).met(&of));
}

#[test]
fn spot_is_cheaper() {
    let objective = Objective { spot: Ratio::new(3, 10), limits: vec![] };
    let of = Sample { spot_task_seconds: 40, ..sample(100, 0) };
    assert_eq!(objective.cost(&of), Ratio::whole(72));
}

#[test]
fn the_cheapest_within_the_limit_is_best_and_else_the_nearest() {
    let trials = [
        (candidate(50, 1, 9), sample(100, 10)),
        (candidate(60, 1, 9), sample(90, 20)),
        (candidate(70, 1, 9), sample(80, 90)),
    ];
    let best = |limits: &[Limit]| {
        let mut search = Search::new(grid(), Objective { spot: Ratio::ONE, limits: limits.to_vec() }, 9, None);
        search.learn(trials.iter().map(|&(candidate, sample)| Trial { candidate, sample }));
        search.best().unwrap().candidate.target / 10_000
    };
    let over = |thousandths| Limit::AtMost(Measure::RequestsOver, Ratio::new(thousandths, 1_000));
    assert_eq!([5, 10, 20, 89, 90].map(|most| best(&[over(most)])), [50, 50, 60, 60, 70]);
    assert_eq!(best(&[]), 70);
    assert_eq!(best(&[over(1), Limit::Peak(1)]), 50);
}

/// Searches with so many threads; what each learns comes in any order.
fn searched(
    load: &Load,
    service: &Autoscaling,
    grid: Grid,
    objective: &Objective,
    (budget, threads): (usize, usize),
) -> Search {
    let mut search = Search::new(grid, objective.clone(), budget, Candidate::of(service, 0));
    loop {
        let batch = search.next_batch();
        if batch.is_empty() {
            return search;
        }
        let chunks: Vec<Vec<Trial>> = thread::scope(|scope| {
            let run = |place: usize| {
                batch
                    .iter()
                    .skip(place)
                    .step_by(threads)
                    .map(|&candidate| judge(load, service, 0, candidate, objective, 0).unwrap())
                    .collect()
            };
            let running: Vec<_> = (0..threads).map(|place| scope.spawn(move || run(place))).collect();
            running.into_iter().rev().map(|thread| thread.join().unwrap()).collect()
        });
        search.learn(chunks.into_iter().flatten());
    }
}

#[test]
fn neither_threads_nor_the_order_of_values_change_anything() {
    let (load, service, objective) = (days(&[(300, 60, 12)]), service(), at_most(2));
    let one = searched(&load, &service, grid(), &objective, (200, 1));
    let three = searched(&load, &service, grid().sorted(), &objective, (200, 3));
    assert_eq!((one.trials(), one.curve()), (three.trials(), three.curve()));
    assert_eq!(one.best(), three.best());
    assert!(one.trials().len() > 12, "it looks beyond the grid");
}

#[test]
fn of_equals_the_one_that_changes_least() {
    // A load that any of these serves the same.
    let (load, objective) = (load(vec![5; 300]), at_most(2));
    let service = Autoscaling { min: 1, start: 1, ..service() };
    let with_now = Grid { scale_out_cooldowns: vec![0, 300], scale_in_cooldowns: vec![60, 300], ..grid() };
    let best = searched(&load, &service, with_now, &objective, (300, 1)).best().unwrap().candidate;
    assert_eq!(best, Candidate::of(&service, 0).unwrap());
    // Where what there is now is not to be tried: one of the grid, with room above.
    let no_zero = Grid { targets: vec![500_000, 600_000], ..grid() };
    let best = searched(&load, &service, no_zero, &objective, (300, 1)).best().unwrap().candidate;
    assert_eq!((best.min, best.max, best.scale_out_cooldown), (1, 10, 60));
}

#[test]
fn what_there_is_now_is_tried_first_and_a_small_budget_sees_all_of_the_grid() {
    let (load, service) = (days(&[(300, 60, 12)]), service());
    let now = Candidate::of(&service, 0).unwrap();
    let wide = Grid::around(&load, &service, 0).unwrap();
    let mut search = Search::new(wide.clone(), at_most(2), 6, Some(now));
    let batch = search.next_batch();
    assert_eq!((batch[0], batch.len(), search.is_thinned()), (now, 6, true));
    assert!(batch.iter().any(|one| one.target == 300_000) && batch.iter().any(|one| one.target > 600_000), "{batch:?}");
    let narrow = Grid { targets: vec![400_000, 500_000], ..wide };
    assert!(!Search::new(narrow, at_most(2), 6, Some(now)).next_batch().contains(&now), "it is not to be tried");
}

#[test]
fn the_budget_holds() {
    let (load, service) = (days(&[(300, 60, 12)]), service());
    for budget in [1, 5, 30] {
        assert!(searched(&load, &service, grid(), &at_most(2), (budget, 1)).trials().len() <= budget);
    }
}

#[test]
fn what_is_looked_for_around_the_best_is_better() {
    let (load, service, objective) = (days(&[(300, 60, 12)]), service(), at_most(5));
    let search = searched(&load, &service, grid(), &objective, (500, 2));
    let grid = grid().sorted();
    let of_grid = grid.candidates().map(|candidate| judge(&load, &service, 0, candidate, &objective, 0).unwrap());
    let best_of_grid = of_grid.min_by_key(|trial| objective.rank(trial)).unwrap();
    let best = search.best().unwrap();
    assert!(objective.met(&best.sample));
    assert!(objective.cost(&best.sample) < objective.cost(&best_of_grid.sample));
    assert!(grid.targets[0] <= best.candidate.target && best.candidate.target <= grid.targets[1]);
}

#[test]
fn what_is_held_out() {
    let day = 1_440;
    for (minutes, part, want) in [
        (100, Ratio::new(1, 4), Some(25)),
        // Whole minutes, and no less than the part.
        (90, Ratio::new(1, 4), Some(23)),
        (2 * day, Ratio::new(1, 4), Some(day / 2)),
        (3 * day, Ratio::new(1, 4), Some(day)),
        (8 * day, Ratio::new(1, 4), Some(2 * day)),
        (3 * day, Ratio::ZERO, None),
        (3 * day, Ratio::ONE, None),
        (1, Ratio::new(1, 4), None),
    ] {
        let split = Split::of(&load(vec![1; minutes]), part);
        let held_out = split.as_ref().map(|split| split.held_out.values().len());
        assert_eq!(held_out, want, "{minutes} minutes, {part}");
        if let Some(Split { seen, held_out }) = split {
            assert_eq!(held_out.start(), seen.start() + i64::try_from(seen.seconds()).unwrap());
            assert_eq!(seen.values().len() + held_out.values().len(), minutes);
        }
    }
    assert_eq!(Split::of(&load([vec![1; 50], vec![MISSING; 50]].concat()), Split::quarter()), None);
}

#[test]
fn a_service_in_a_part_of_its_load() {
    let action = |at, min| ScheduledAction { at, name: "one".to_string(), min: Some(min), max: Some(9) };
    let suspension = |from, to| Suspension { from, to, scale_in: true, scale_out: false, scheduled: false };
    let rollout = Rollout::BlueGreen { bake: 0 };
    let base = Autoscaling {
        scheduled: vec![action(60, 3), action(240, 4)],
        floors: vec![
            Floor { at: 0, tasks: 5, max: 0 },
            Floor { at: 120, tasks: 6, max: 0 },
            Floor { at: 300, tasks: 7, max: 0 },
        ],
        suspended: vec![suspension(0, 30), suspension(100, 250)],
        deployments: vec![Deployment { at: 180, rollout }],
        custom: vec![load(vec![1, 2, 3, 4, 5, 6])],
        ..service()
    };
    let second = during(&base, 180, 360).unwrap();
    assert_eq!(second.scheduled, [action(60, 4)]);
    assert_eq!(second.floors, [Floor { at: 0, tasks: 6, max: 0 }, Floor { at: 120, tasks: 7, max: 0 }]);
    assert_eq!(second.suspended, [suspension(0, 70)]);
    assert_eq!(second.deployments, [Deployment { at: 0, rollout }]);
    assert_eq!(second.custom[0].values(), [4, 5, 6]);
    let first = during(&base, 0, 180).unwrap();
    assert_eq!((first.scheduled.len(), first.floors.len(), first.deployments.len()), (1, 2, 0));
    // It goes on with what the first part ended with.
    let run = simulate(&load(vec![50, 50, 50]), &first, 0).unwrap();
    let on = as_ended(second, &run);
    assert_eq!((on.min, on.max, on.start), (3, 9, 6));
}

fn question<'a>(
    load: &'a Load,
    service: &'a Autoscaling,
    objective: &'a Objective,
    zone: &'a jiff::tz::TimeZone,
) -> Question<'a> {
    Question { load, service, place: 0, objective, hold_out: Split::quarter(), zone, least: 1, seed: 0 }
}

/// The choice for a load, and the contest.
fn chosen(load: &Load, service: &Autoscaling, objective: &Objective) -> (Candidate, Contest) {
    let utc = zone("Etc/UTC").unwrap();
    let arena = Arena::new(question(load, service, objective, &utc)).unwrap();
    let mut search = arena.search(grid(), 40);
    loop {
        let batch = search.next_batch();
        if batch.is_empty() {
            break;
        }
        search.learn(batch.into_iter().map(|candidate| arena.judge(candidate).unwrap()));
    }
    let choice = search.best().unwrap().candidate;
    (choice, arena.contest(choice).unwrap())
}

#[test]
fn what_is_held_out_does_not_move_the_choice() {
    let busy = [(300, 60, 12); 3];
    let (choice, contest) = chosen(&days(&[&busy[..], &[(300, 60, 12)]].concat()), &service(), &at_most(2));
    let (same, other) = chosen(&days(&[&busy[..], &[(700, 95, 50)]].concat()), &service(), &at_most(2));
    assert_eq!(choice, same);
    let standings = |contest: &Contest| {
        contest.entries.iter().map(|entry| (entry.contender.clone(), entry.seen)).collect::<Vec<_>>()
    };
    assert_eq!(standings(&contest), standings(&other));
    assert_ne!(contest.entries[1].held_out, other.entries[1].held_out);
    assert!(!other.entries[2].counts().met, "six tasks are not enough for what comes");
}

#[test]
fn who_wins() {
    // Each day the same, and long busy hours: the clock knows them.
    let even = days(&[(360, 60, 10); 12]);
    let (_, contest) = chosen(&even, &service(), &at_most(0));
    assert_eq!(contest.verdict.winner, Some(Winner::ClockSchedule));
    let (next, more) = contest.verdict.ahead.unwrap();
    assert_eq!(next, Winner::Fixed, "no alarm is there before the load");
    assert!(more > Ratio::ZERO);
    // Load that never changes: nothing has to.
    let (_, contest) = chosen(&load(vec![35; 600]), &service(), &at_most(0));
    assert_eq!(contest.verdict.winner, Some(Winner::Fixed));
    assert!(!contest.depends_on_rules());
    // Hours that the first part does not have: the clock is wrong, and a count too high.
    let day = |from: usize| [vec![10; from], vec![60; 360], vec![10; 1_080 - from]].concat();
    let moving = load([100, 300, 500, 700, 900, 1_000].into_iter().flat_map(day).collect());
    let (_, contest) = chosen(&moving, &service(), &at_most(5));
    assert_eq!(contest.verdict.winner, Some(Winner::Autoscaling));
    // Nobody keeps to it.
    let grown = days(&[&[(300, 30, 10); 6][..], &[(700, 95, 60); 2]].concat());
    let few = Objective { limits: [&at_most(0).limits[..], &[Limit::Peak(2)]].concat(), ..at_most(0) };
    let (_, contest) = chosen(&grown, &Autoscaling { max: 3, ..service() }, &few);
    assert_eq!(contest.verdict, Verdict { winner: None, ahead: None });
}

#[test]
fn the_choice_is_run_under_each_open_rule() {
    let (choice, contest) = chosen(&days(&[(300, 60, 12); 4]), &service(), &at_most(2));
    assert_eq!(contest.under.len(), 5, "two ways to scale in, and one of cooldowns, datapoints and delay each");
    let arena_seen = days(&[(300, 60, 12); 3]);
    for (under, other) in contest.under.iter().zip(others(&choice.on(&service(), 0))) {
        assert_eq!((under.name, &under.remark), (other.name, &other.remark));
        assert_eq!(under.seen.sample, totals(&arena_seen, &other.service, 0).unwrap().into());
    }
    assert_eq!(contest.luck, None, "nothing is drawn")
}

#[test]
fn with_other_luck_what_there_is_now_keeps_to_itself() {
    let mut service = service();
    service.tasks.launch = LaunchTime::Between(10, 300);
    service.spot = Some(SpotTasks { share: Ratio::new(1, 2), interrupted: 300_000 });
    let (load, objective, utc) = (days(&[(300, 60, 12); 4]), Objective::as_now(), zone("Etc/UTC").unwrap());
    let arena = Arena::new(question(&load, &service, &objective, &utc)).unwrap();
    let luck = arena.contest(Candidate::of(&service, 0).unwrap()).unwrap().luck.unwrap();
    assert_eq!((luck.runs, luck.kept), (20, 20));
    assert!(luck.task_seconds.low < luck.task_seconds.high, "something is drawn");
    assert_eq!(luck.wins.iter().map(|(_, runs)| runs).sum::<u32>(), 20, "now, at least, keeps to it");
}

#[test]
fn without_anything_held_out_all_is_seen() {
    let (load, service, objective, utc) = (load(vec![20; 3]), service(), Objective::as_now(), zone("Etc/UTC").unwrap());
    let asked = Question { hold_out: Ratio::ZERO, ..question(&load, &service, &objective, &utc) };
    let arena = Arena::new(asked).unwrap();
    assert_eq!((arena.seen(), arena.held_out()), (&load, None));
    let contest = arena.contest(candidate(70, 2, 10)).unwrap();
    assert!(contest.entries.iter().all(|entry| entry.held_out.is_none()));
    assert!(matches!(
        arena.objective().limits[..],
        [Limit::AtMost(Measure::RequestsOver, _), Limit::AtMost(Measure::Lost, _)]
    ));
}

#[test]
fn latency_is_looked_at_where_it_is_limited() {
    let mut slow = service();
    slow.tasks.launch = LaunchTime::Fixed(120);
    let load = days(&[(300, 60, 12)]);
    let of = |limits| {
        judge(&load, &slow, 0, candidate(70, 2, 10), &Objective { spot: Ratio::ONE, limits }, 0).unwrap().sample
    };
    assert_eq!(of(vec![]).longest, None);
    // Three datapoints and their delay, then two minutes.
    assert_eq!(of(vec![Limit::Latency(1)]).longest, Some(240 + 120));
}

fn trials() -> impl Strategy<Value = Vec<Trial>> {
    prop::collection::vec((1_u32..4, 1_u64..20, 0_u128..20), 1..40).prop_map(|all| {
        let trial = |(min, seconds, over)| Trial { candidate: candidate(50, min, 9), sample: sample(seconds, over) };
        all.into_iter().map(trial).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_curve_has_what_nothing_beats_and_beats_all_else(trials in trials()) {
        let objective = at_most(0);
        let curve = curve(&trials, &objective, |&candidate| candidate);
        let figures = |trial: &Trial| (objective.cost(&trial.sample), trial.sample.served.load_over);
        let beats = |one: &Trial, other: &Trial| {
            let (one, other) = (figures(one), figures(other));
            one.0 <= other.0 && one.1 <= other.1 && one != other
        };
        prop_assert!(curve.iter().all(|point| !trials.iter().any(|other| beats(other, point))));
        prop_assert!(trials.iter().all(|trial| curve.iter().any(|point| beats(point, trial) || figures(point) == figures(trial))));
        prop_assert!(curve.windows(2).all(|pair| figures(&pair[0]).0 < figures(&pair[1]).0));
        let mut turned = trials;
        turned.reverse();
        prop_assert_eq!(super::curve(&turned, &objective, |&candidate| candidate), curve);
    }

    #[test]
    fn a_run_that_stands_for_others_is_theirs(
        values in prop::collection::vec(0_u32..80, 30..90), start in 0_u32..8, target in 40_u64..80, spot in any::<bool>(),
    ) {
        let load = load(values.iter().flat_map(|&value| [value; 4]).collect());
        let spot = spot.then_some(SpotTasks { share: Ratio::new(1, 2), interrupted: 400_000 });
        let service = Autoscaling { start, spot, ..service() };
        let grid = Grid {
            targets: vec![target * 10_000],
            mins: (0..6).collect(),
            maxes: (4..12).collect(),
            scale_out_cooldowns: vec![0, 120],
            scale_in_cooldowns: vec![60],
            periods: vec![60],
        };
        let candidates: Vec<Candidate> = grid.candidates().collect();
        let groups = alike(&candidates);
        prop_assert_eq!(groups.iter().map(Vec::len).sum::<usize>(), candidates.len());
        // Candidates that differ in more than bounds, too.
        for group in groups.into_iter().chain([candidates]) {
            let all = judge_all(&load, &service, 0, &group, &at_most(1), 7).unwrap();
            let each: Vec<Trial> =
                group.iter().map(|&one| judge(&load, &service, 0, one, &at_most(1), 7).unwrap()).collect();
            prop_assert_eq!(all, each);
        }
    }

    #[test]
    fn the_choice_is_what_trying_all_gives(
        values in prop::collection::vec(0_u32..80, 30..90), percent in 0_i128..30, target in 40_u64..80,
    ) {
        let load = load(values.iter().flat_map(|&value| [value; 4]).collect());
        let (service, objective) = (service(), at_most(percent));
        // No list has room for a step between its values.
        let grid = Grid {
            targets: vec![target * 10_000, (target + 1) * 10_000],
            mins: vec![1, 2],
            maxes: vec![7, 8],
            scale_out_cooldowns: vec![0, 10],
            scale_in_cooldowns: vec![60],
            periods: vec![20, 60],
        };
        let search = searched(&load, &service, grid.clone(), &objective, (1_000, 2));
        let mut best: Option<Trial> = None;
        for candidate in grid.candidates() {
            let sample: Sample = totals(&load, &candidate.on(&service, 0), 0).unwrap().into();
            let better = best.is_none_or(|best| {
                let of = |sample: &Sample| {
                    let part = Ratio::new(percent, 100);
                    let over = sample.served.requests_over();
                    (if over > part { over - part } else { Ratio::ZERO }, sample.task_seconds, sample.served.load_over)
                };
                of(&sample) < of(&best.sample)
            });
            if better {
                best = Some(Trial { candidate, sample });
            }
        }
        // Of those that come to the same any may be chosen.
        prop_assert_eq!(search.best().map(|trial| objective.rank(trial)), best.map(|trial| objective.rank(&trial)));
        prop_assert_eq!(search.trials().len(), 32);
    }
}
