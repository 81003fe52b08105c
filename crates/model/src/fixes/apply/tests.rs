//! The state machine against a world in which anything can happen at any call.

use super::*;
use crate::fixes::{Guard, Money, PlanAccount, Target, Undo, undo};
use crate::meter::Region;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::vec;
use proptest::prelude::*;

const ACCOUNT: &str = "123456789012";

fn target(number: usize) -> Target {
    Target::LogRetention { group: format!("/group/{number}") }
}

fn days(days: u32) -> Option<State> {
    (days > 0).then_some(State::LogRetention { days })
}

fn name(number: usize) -> String {
    Step::name(ACCOUNT, Region::US_EAST_1, &target(number))
}

/// Steps from `before` to `after` days (0: never expires), each with the steps that it needs.
fn plan(steps: &[(u32, u32, Vec<usize>)]) -> Plan {
    let step = |(number, (before, after, needs)): (usize, &(u32, u32, Vec<usize>))| Step {
        id: name(number),
        guard: Guard::LogRetention,
        about: String::new(),
        account: ACCOUNT.into(),
        region: Region::US_EAST_1,
        target: target(number),
        before: days(*before),
        after: days(*after),
        now: String::new(),
        then: vec![],
        loses: vec![],
        money: Money::none(""),
        undo: Undo::Wholly,
        needs: needs.iter().map(|number| name(*number)).collect(),
    };
    let plan = Plan {
        made: Timestamp::UNIX_EPOCH,
        tool: "test".into(),
        undoes: None,
        accounts: vec![PlanAccount { id: ACCOUNT.into(), profile: None, regions: vec![] }],
        steps: steps.iter().enumerate().map(step).collect(),
        gaps: vec![],
        by_hand: vec![],
    };
    assert_eq!(plan.check(), Ok(()));
    plan
}

fn failed(why: &str, uncertain: bool) -> CallError {
    CallError { why: why.into(), uncertain }
}

/// Does what is ordered until nothing is, each call at once; gives the outcomes and the number of
/// writes. `answer` says what becomes of each write: whether it takes effect, and what is answered.
fn run(
    plan: &Plan,
    world: &mut BTreeMap<Target, Option<State>>,
    mut answer: impl FnMut(usize) -> (bool, Result<(), CallError>),
) -> (Vec<Outcome>, usize) {
    let mut apply = Apply::new(plan, None);
    let (mut orders, mut writes) = (Vec::new(), 0);
    loop {
        orders.extend(apply.orders(4, 4));
        let Some(order) = orders.pop() else { break };
        match order {
            Order::Read(at) => apply.read(at, Ok(world[&plan.steps[at].target].clone())),
            Order::RecordIntent(at) => apply.intent_recorded(at),
            Order::RecordOutcome(..) => {}
            Order::Write(at) => {
                writes += 1;
                let (effect, answered) = answer(at);
                if effect {
                    world.insert(plan.steps[at].target.clone(), plan.steps[at].after.clone());
                }
                orders.extend(apply.wrote(at, answered));
            }
        }
    }
    assert!(apply.is_over());
    (apply.outcomes().into_iter().map(|outcome| outcome.expect("it ended").clone()).collect(), writes)
}

#[test]
fn each_way_a_step_can_go() {
    // What is there, what becomes of each write, how it ends, what is there then, and how many writes.
    type Row = (u32, fn(usize) -> (bool, Result<(), CallError>), Outcome, u32, usize);
    let rows: [Row; 6] = [
        (0, |_| (true, Ok(())), Outcome::Done, 30, 1),
        (30, |_| (true, Ok(())), Outcome::AlreadySo, 30, 0),
        (90, |_| (true, Ok(())), Outcome::Stale { found: days(90) }, 90, 0),
        (0, |_| (false, Err(failed("cut", false))), Outcome::Failed { why: "cut".into(), uncertain: false }, 0, 1),
        // The answer was lost, the effect was not.
        (0, |_| (true, Err(failed("cut", true))), Outcome::Done, 30, 1),
        // Three times nothing happened, which reading shows.
        (0, |_| (false, Err(failed("cut", true))), Outcome::Failed { why: "cut".into(), uncertain: true }, 0, 3),
    ];
    for (there, answer, ends, left, writes) in rows {
        let plan = plan(&[(0, 30, vec![])]);
        let mut world = BTreeMap::from([(target(0), days(there))]);
        let (outcomes, written) = run(&plan, &mut world, answer);
        assert_eq!((outcomes, written, &world[&target(0)]), (vec![ends], writes, &days(left)));
    }
}

#[test]
fn what_needs_a_step_that_failed_is_not_reached() {
    let plan = plan(&[(0, 1, vec![]), (0, 1, vec![0]), (0, 1, vec![1]), (0, 1, vec![])]);
    let mut world: BTreeMap<_, _> = (0..4).map(|number| (target(number), None)).collect();
    let (outcomes, writes) =
        run(&plan, &mut world, |at| (at != 0, if at == 0 { Err(failed("no", false)) } else { Ok(()) }));
    let not_reached = |number| Outcome::NotReached { needs: name(number) };
    let no = Outcome::Failed { why: "no".into(), uncertain: false };
    assert_eq!((outcomes, writes), (vec![no, not_reached(0), not_reached(1), Outcome::Done], 2));
}

#[test]
fn an_intent_without_an_outcome_is_looked_at_first() {
    let plan = plan(&[(0, 30, vec![])]);
    let mut journal = Journal::new(plan.clone());
    journal.entries.push(Entry::Intent { at: Timestamp::UNIX_EPOCH, step: name(0) });
    let mut apply = Apply::new(&plan, Some(&journal));
    assert_eq!(apply.orders(1, 1), [Order::Read(0)]);
    apply.read(0, Ok(days(30)));
    assert_eq!(apply.orders(1, 1), [Order::RecordOutcome(0, Outcome::Done)]);
    assert!(apply.is_over());
}

#[test]
fn stopped_it_ends_what_it_began() {
    let plan = plan(&[(0, 30, vec![]), (0, 30, vec![]), (0, 30, vec![])]);
    let mut apply = Apply::new(&plan, None);
    assert_eq!(apply.orders(2, 1), [Order::Read(0), Order::Read(1)]);
    apply.read(0, Ok(None));
    apply.read(1, Ok(None));
    // One write at once: the second is only seen.
    assert_eq!(apply.orders(2, 1), [Order::RecordIntent(0)]);
    apply.stop();
    apply.intent_recorded(0);
    assert!(!apply.is_over());
    assert_eq!(apply.orders(9, 9), [Order::Write(0)]);
    assert_eq!(apply.wrote(0, Ok(())), None);
    assert!(apply.is_over());
    assert_eq!(apply.outcomes(), [Some(&Outcome::Done), None, None]);
}

/// A world in which calls are under way, answers get lost, others change things, and the machine
/// that drives can die.
struct World<'p> {
    plan: &'p Plan,
    settings: BTreeMap<Target, Option<State>>,
    /// What is on disk.
    journal: Journal,
    /// How often each step took effect: changed a setting to what the step wants.
    effects: BTreeMap<usize, usize>,
    /// Targets that somebody else has changed.
    touched: BTreeSet<usize>,
    /// What each step's target was when it was last read.
    seen: BTreeMap<usize, Option<State>>,
}

/// A call under way.
#[derive(Clone, Debug)]
enum Call {
    Read(usize),
    Write(usize),
}

/// What may happen next.
#[derive(Clone, Copy, Debug)]
enum Chance {
    /// A call under way comes to its end: which, and how.
    Answer(u8, Fate),
    /// Somebody else sets a target: to its before-state, its after-state, or something else.
    Outside(u8, u8),
    /// The machine dies; calls under way take effect or do not.
    Crash(u8),
    /// Somebody asks it to stop, and starts it again.
    Stop,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Good,
    Refused,
    LostBefore,
    LostAfter,
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![4 => Just(Fate::Good), 1 => Just(Fate::Refused), 1 => Just(Fate::LostBefore), 1 => Just(Fate::LostAfter)]
}

fn chance(outside: u32) -> impl Strategy<Value = Chance> {
    prop_oneof![
        20 => (any::<u8>(), fate()).prop_map(|(which, fate)| Chance::Answer(which, fate)),
        outside => (any::<u8>(), 0_u8..3).prop_map(|(which, to)| Chance::Outside(which, to)),
        2 => any::<u8>().prop_map(Chance::Crash),
        1 => Just(Chance::Stop),
    ]
}

fn steps() -> impl Strategy<Value = Vec<(u32, u32, Vec<usize>)>> {
    let step = (prop::sample::select(vec![0_u32, 7, 90]), prop::sample::select(vec![1_u32, 30, 365]), any::<u16>());
    prop::collection::vec(step, 1..8).prop_map(|steps| {
        let needs = |at: usize, bits: u16| (0..at).filter(|other| bits >> (other * 2) & 3 == 3).collect();
        steps.into_iter().enumerate().map(|(at, (before, after, bits))| (before, after, needs(at, bits))).collect()
    })
}

impl<'p> World<'p> {
    fn new(plan: &'p Plan) -> World<'p> {
        World {
            plan,
            settings: plan.steps.iter().map(|step| (step.target.clone(), step.before.clone())).collect(),
            journal: Journal::new(plan.clone()),
            effects: BTreeMap::new(),
            touched: BTreeSet::new(),
            seen: BTreeMap::new(),
        }
    }

    fn take_effect(&mut self, at: usize) {
        let step = &self.plan.steps[at];
        let was = self.settings.insert(step.target.clone(), step.after.clone());
        if was != Some(step.after.clone()) {
            *self.effects.entry(at).or_default() += 1;
        }
    }

    /// Checks what must hold whenever a write is ordered.
    fn may_write(&self, at: usize) {
        let step = &self.plan.steps[at];
        let last = self.journal.entries.iter().rfind(|entry| match entry {
            Entry::Intent { step: name, .. } | Entry::Outcome { step: name, .. } => *name == step.id,
        });
        assert!(matches!(last, Some(Entry::Intent { .. })), "a write without an intent on disk: {last:?}");
        assert_eq!(self.seen.get(&at), Some(&step.before), "a write over what was not approved");
        for needed in &step.needs {
            let stages = self.journal.stages();
            let good = matches!(stages.get(needed.as_str()), Some(Stage::Ended(outcome)) if outcome.is_good());
            assert!(good, "{} is written before {needed} is good", step.id);
        }
    }

    /// One life of the program: until it is over, dies, or the chances run out, after which
    /// everything goes well. Returns how it ended, if it did.
    fn live(&mut self, chances: &mut impl Iterator<Item = Chance>) -> Option<Vec<Option<Outcome>>> {
        let told = self.journal.clone();
        let mut apply = Apply::new(self.plan, Some(&told));
        let mut orders: Vec<Order> = Vec::new();
        let mut calls: Vec<Call> = Vec::new();
        loop {
            orders.extend(apply.orders(3, 2));
            for order in core::mem::take(&mut orders) {
                if let Some(entry) = order.entry(self.plan, Timestamp::UNIX_EPOCH) {
                    self.journal.entries.push(entry);
                }
                match order {
                    Order::Read(at) => calls.push(Call::Read(at)),
                    Order::RecordIntent(at) => apply.intent_recorded(at),
                    Order::RecordOutcome(..) => {}
                    Order::Write(at) => {
                        self.may_write(at);
                        calls.push(Call::Write(at));
                    }
                }
            }
            let more = apply.orders(3, 2);
            if !more.is_empty() {
                orders = more;
                continue;
            }
            if calls.is_empty() {
                assert!(apply.is_over(), "nothing is under way, and it is not over");
                return Some(apply.outcomes().into_iter().map(|outcome| outcome.cloned()).collect());
            }
            match chances.next().unwrap_or(Chance::Answer(0, Fate::Good)) {
                Chance::Answer(which, fate) => {
                    let call = calls.remove(usize::from(which) % calls.len());
                    orders.extend(self.answer(&mut apply, call, fate));
                }
                Chance::Outside(which, to) => {
                    let at = usize::from(which) % self.plan.steps.len();
                    let step = &self.plan.steps[at];
                    let state = [step.before.clone(), step.after.clone(), days(3_653)][usize::from(to)].clone();
                    self.settings.insert(step.target.clone(), state);
                    self.touched.insert(at);
                }
                Chance::Crash(bits) => {
                    for (number, call) in calls.into_iter().enumerate() {
                        if let Call::Write(at) = call
                            && bits >> (number % 8) & 1 == 1
                        {
                            self.take_effect(at);
                        }
                    }
                    self.seen.clear();
                    return None;
                }
                Chance::Stop => apply.stop(),
            }
        }
    }

    fn answer(&mut self, apply: &mut Apply<'_>, call: Call, fate: Fate) -> Option<Order> {
        match call {
            Call::Read(at) => {
                let found = self.settings[&self.plan.steps[at].target].clone();
                if fate == Fate::Good {
                    self.seen.insert(at, found.clone());
                }
                apply.read(at, if fate == Fate::Good { Ok(found) } else { Err(failed("no", fate != Fate::Refused)) });
                None
            }
            Call::Write(at) => {
                self.seen.remove(&at);
                if matches!(fate, Fate::Good | Fate::LostAfter) {
                    self.take_effect(at);
                }
                apply.wrote(
                    at,
                    match fate {
                        Fate::Good => Ok(()),
                        Fate::Refused => Err(failed("no", false)),
                        Fate::LostBefore | Fate::LostAfter => Err(failed("lost", true)),
                    },
                )
            }
        }
    }

    /// Lives until the plan has come to its end, going on after every crash and stop.
    fn live_on(&mut self, chances: &mut impl Iterator<Item = Chance>) -> Vec<Outcome> {
        for _ in 0..1_000 {
            if let Some(outcomes) = self.live(chances)
                && let Some(all) = outcomes.into_iter().collect()
            {
                return all;
            }
        }
        panic!("it never comes to its end");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Faults and crashes, but nobody else: no step takes effect twice, and what is said is so.
    #[test]
    fn nothing_is_done_twice(steps in steps(), chances in prop::collection::vec(chance(0), 0..60)) {
        let plan = plan(&steps);
        let mut world = World::new(&plan);
        let outcomes = world.live_on(&mut chances.into_iter());
        for (at, outcome) in outcomes.iter().enumerate() {
            let step = &plan.steps[at];
            let (is, effects) = (&world.settings[&step.target], world.effects.get(&at).copied().unwrap_or(0));
            prop_assert!(effects <= 1, "{} took effect {effects} times", step.id);
            match outcome {
                Outcome::Done => prop_assert_eq!((is, effects), (&step.after, 1)),
                Outcome::Failed { uncertain: false, .. } | Outcome::NotReached { .. } => {
                    prop_assert_eq!((is, effects), (&step.before, 0));
                }
                // Reading failed after a write without an answer: nobody knows.
                Outcome::Failed { uncertain: true, .. } => {}
                other => prop_assert!(false, "{other:?} of {}", step.id),
            }
        }
        // Going on once more, with nothing in the way, all is done, and each exactly once.
        let outcomes = world.live_on(&mut core::iter::empty());
        prop_assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Done), "{outcomes:?}");
        prop_assert!((0..plan.steps.len()).all(|at| world.effects[&at] == 1));
        prop_assert!(world.journal.is_finished());
    }

    /// Others change things, too: what they made is never written over, whatever is answered, and
    /// the plan always comes to its end. (`may_write` looks at every single write.)
    #[test]
    fn what_others_changed_stays(steps in steps(), chances in prop::collection::vec(chance(6), 0..60)) {
        let plan = plan(&steps);
        let mut world = World::new(&plan);
        let outcomes = world.live_on(&mut chances.into_iter());
        for (at, outcome) in outcomes.iter().enumerate() {
            if world.touched.contains(&at) {
                continue;
            }
            let step = &plan.steps[at];
            prop_assert!(world.effects.get(&at).copied().unwrap_or(0) <= 1);
            if outcome.is_good() {
                prop_assert_eq!(&world.settings[&step.target], &step.after);
            }
        }
    }

    /// Wherever it was killed, the journal puts everything back.
    #[test]
    fn undo_puts_everything_back(steps in steps(), chances in prop::collection::vec(chance(0), 0..60)) {
        let plan = plan(&steps);
        let mut world = World::new(&plan);
        // One life only: it may have died anywhere.
        let _ = world.live(&mut chances.into_iter());
        let back = undo(&world.journal, "journal", "test", Timestamp::UNIX_EPOCH);
        prop_assert_eq!(back.check(), Ok(()));
        let mut undoing = World::new(&back);
        undoing.settings = world.settings.clone();
        let outcomes = undoing.live_on(&mut core::iter::empty());
        prop_assert!(outcomes.iter().all(Outcome::is_good), "{outcomes:?}");
        for step in &plan.steps {
            prop_assert_eq!(&undoing.settings[&step.target], &step.before);
        }
        // And undoing that again does what was done.
        let again = undo(&undoing.journal, "undo", "test", Timestamp::UNIX_EPOCH);
        prop_assert_eq!(again.check(), Ok(()));
    }
}
