//! A stack's estimate and its timelines as a demand.

use super::*;
use crate::estimate::{Line as Priced, estimate};
use crate::meter::ServiceCode;
use crate::money::Usd;
use crate::price::{Band, Basis, PlanRate, Price, PriceBook, Reservation, Source};
use crate::services::InstanceClass;
use crate::services::fargate::{Fargate, Platform, Size, Tasks};
use crate::services::rds::{Deployment, Engine, Rds, Storage, StorageKind};
use crate::stack::Stack;
use crate::time::{HOUR, Horizon, Weekdays};
use crate::timeline::{Timeline, Window};
use crate::unit::UnitKind;
use alloc::string::ToString;
use alloc::vec;
use proptest::prelude::*;

pub(super) fn book() -> PriceBook {
    let price = |service, usage_type: &str, operation: &str, unit, usd: &str| Price {
        service,
        region: Some("eu-west-1".parse().unwrap()),
        usage_type: usage_type.into(),
        operation: operation.into(),
        unit,
        band: Band::flat(usd.parse().unwrap()),
        source: Source::user("a test"),
    };
    PriceBook::new(
        "test",
        [
            price(ServiceCode::Ecs, "Fargate-vCPU-Hours:perCPU", "", UnitKind::VcpuHour, "0.04048"),
            price(ServiceCode::Ecs, "Fargate-GB-Hours", "", UnitKind::GbHour, "0.004445"),
            price(ServiceCode::Rds, "InstanceUsage:db.r7g.large", "CreateDBInstance:0014", UnitKind::Hour, "0.2"),
        ],
    )
}

pub(super) fn stack(horizon: Horizon, tasks: Tasks) -> Stack {
    let mut stack = Stack::new("api", "eu-west-1".parse().unwrap(), horizon);
    stack.add("fargate.api", fargate(tasks));
    stack
}

pub(super) fn fargate(tasks: Tasks) -> Fargate {
    Fargate {
        size: Size::new(512, 1_024).unwrap(),
        platform: Platform::LinuxX86,
        ephemeral_gb: 20,
        tasks,
        spot: None,
        public_ip: false,
    }
}

pub(super) fn eligible(line: &Priced) -> Eligible {
    let instance = Instance::of(line.service.code(), "eu-west-1", &line.usage_type, &line.operation);
    let kind = if instance.is_some() { PlanKind::Database } else { PlanKind::Compute };
    Eligible { rates: vec![(card(kind), line.rate * ratio("0.8"))], instance }
}

#[test]
fn office_hours_are_a_week_of_hours() {
    let window = Window {
        days: "mon-fri".parse::<Weekdays>().unwrap(),
        from: "09:30".parse().unwrap(),
        to: "17:00".parse().unwrap(),
        value: 6_u32,
    };
    let tasks = Timeline::windows(2, &[window], &jiff::tz::TimeZone::UTC, Horizon::AverageMonth).unwrap();
    let stack = stack(Horizon::AverageMonth, Tasks::Running(tasks));
    let estimate = estimate(&stack, &book(), None);
    let demand = Demand::of_stack(&stack, &estimate, eligible).unwrap();
    assert_eq!((demand.hours(), demand.all_hours()), (168, Ratio::whole(730)));
    let vcpu = &demand.rows()[0];
    let units = |hour: usize| Ratio::new(vcpu.hourly[hour].into(), vcpu.per_unit.into());
    // Half a vCPU a task; from half past nine on.
    assert_eq!([8, 9, 10, 16, 17].map(units), ["1", "2", "3", "3", "1"].map(ratio));
    // To the rounding of two lines.
    let on_demand = Usd::round(demand.on_demand().unwrap()).unwrap();
    assert_eq!(on_demand.to_fixed(11), estimate.total().usd().to_fixed(11));
    // Two tasks of the whole week are worth a plan that saves a fifth, the peak is not.
    let offer = Offer::Plan { card: card(PlanKind::Compute), upfront_percent: 0 };
    let proposal = optimum(&demand, &[offer], &[], Ratio::ZERO).unwrap();
    let always = (ratio("0.04048") + ratio("0.004445") * Ratio::whole(2)) * ratio("0.8");
    let bought = proposal.together.buy[0].1.effective();
    assert!(bought <= always && always - bought < Ratio::new(1, 100_000), "{bought} {always}");
}

#[test]
fn a_database_beside_tasks_is_laid_out_with_them() {
    let mut stack =
        stack(Horizon::AverageMonth, Tasks::Running(Timeline::daily(1, 3, 2 * HOUR, Horizon::AverageMonth)));
    let storage = Storage::new(StorageKind::Gp2, Ratio::whole(20)).unwrap();
    stack.add(
        "rds.main",
        Rds {
            engine: Engine::PostgreSql,
            class: InstanceClass { name: "db.r7g.large".into(), vcpus: 2 },
            count: 2,
            deployment: Deployment::SingleAz,
            running: Timeline::constant(true, 730 * HOUR),
            storage,
            backup_gb: Ratio::ZERO,
            cpu_credit_vcpu_hours: Ratio::ZERO,
            proxy: false,
            extended_support: None,
            snapshot_export_gb: Ratio::ZERO,
        },
    );
    let estimate = estimate(&stack, &book(), None);
    let demand = Demand::of_stack(&stack, &estimate, eligible).unwrap();
    assert_eq!((demand.hours(), demand.rows().len(), demand.all_hours()), (24, 3, Ratio::whole(730)));
    let database = &demand.rows()[2];
    assert_eq!(database.instance.as_ref().unwrap().units(), Ratio::whole(4));
    assert!(database.hourly.iter().all(|&ticks| ticks == 2 * database.per_unit));
    assert_eq!(Demand::of_stack(&stack, &estimate, |_| Eligible::default()), Err(Error::NoHours));
}

#[test]
fn rates_and_reservations_of_a_price_book() {
    let region: crate::meter::Region = "eu-west-1".parse().unwrap();
    let rate = |kind, region: &str, usage_type: &str, unit, usd: &str| PlanRate {
        kind,
        service: ServiceCode::Ecs,
        region: region.parse().unwrap(),
        usage_type: usage_type.into(),
        operation: "".into(),
        unit,
        term: Term::OneYear,
        payment: Payment::No,
        usd: usd.parse().unwrap(),
        source: Source::user("a test"),
    };
    let (vcpu, memory) = ("Fargate-vCPU-Hours:perCPU", "Fargate-GB-Hours");
    let rates = [
        rate(PlanKind::Compute, "eu-west-1", vcpu, UnitKind::VcpuHour, "0.03"),
        rate(PlanKind::Compute, "us-east-1", memory, UnitKind::GbHour, "0.003"),
        rate(PlanKind::Compute, "eu-west-1", memory, UnitKind::Hour, "0.003"),
    ];
    let stack = stack(Horizon::AverageMonth, Tasks::Running(Timeline::constant(2, 730 * HOUR)));
    let estimate = estimate(&stack, &book(), None);
    let demand = Demand::of_stack(&stack, &estimate, |line| {
        Eligible::of(Named::of(line, region), &rates, |unit| unit == line.quantity.unit)
    })
    .unwrap();
    // Memory has rates elsewhere and of another unit alone.
    let keys: Vec<&str> = demand.rows().iter().map(|row| &*row.key.usage_type).collect();
    assert_eq!((keys, demand.cards()), (vec!["EU-Fargate-vCPU-Hours:perCPU"], vec![card(PlanKind::Compute)]));
    let proposal = optimum(&demand, &[Offer::plan(card(PlanKind::Compute))], &[], Ratio::ZERO).unwrap();
    assert_eq!(proposal.together.buy[0].1.effective(), ratio("0.03"));
    let reservation = Reservation {
        service: ServiceCode::Rds,
        region,
        usage_type: "Multi-AZUsage:db.r7g.large".into(),
        operation: "CreateDBInstance:0014".into(),
        term: Term::OneYear,
        payment: Payment::All,
        hourly: "0".parse().unwrap(),
        upfront: "1000".parse().unwrap(),
        amortised: false,
        source: Source::user("a test"),
    };
    assert!(
        matches!(Offer::reservation(&reservation), Some(Offer::Reservation { instance, .. }) if instance.copies == 2)
    );
    assert_eq!(Offer::reservation(&Reservation { usage_type: "RDS:GP3-Storage".into(), ..reservation }), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hours_add_up_to_the_timeline(steps in proptest::collection::vec((1_u64..9_000, 0_u32..9), 1..6), repeats in any::<bool>()) {
        let once = Timeline::steps(steps).unwrap();
        let tasks = if repeats { once.repeated_over(Horizon::AverageMonth) } else { once };
        prop_assume!(tasks.pattern().0.len() > 1);
        let Some((hourly, times)) = hourly_seconds(&tasks) else { return Ok(()) };
        let sum: Ratio = hourly.into_iter().map(Ratio::from).sum();
        prop_assert_eq!(sum * times, tasks.integrate(Ratio::from));
    }

    #[test]
    fn a_demand_costs_what_the_estimate_says(base in 1_u32..5, peak in 0_u32..9, hours in 1_u64..24) {
        let timeline = Timeline::daily(base, peak, hours * HOUR, Horizon::AverageMonth);
        let stack = stack(Horizon::AverageMonth, Tasks::Metered(timeline));
        let estimate = estimate(&stack, &book(), None);
        let demand = Demand::of_stack(&stack, &estimate, eligible).unwrap();
        let apart = demand.on_demand().unwrap() - estimate.total().usd().to_ratio();
        prop_assert!(apart.ticks().abs() * 10_i128.pow(11) <= apart.per_unit());
    }
}

/// A rate of tasks under a Compute Savings Plan, from a day on.
fn plan_rate(usage_type: &str, unit: UnitKind, usd: &str, day: &str) -> PlanRate {
    PlanRate {
        kind: PlanKind::Compute,
        service: ServiceCode::Ecs,
        region: "eu-west-1".parse().unwrap(),
        usage_type: usage_type.into(),
        operation: "".into(),
        unit,
        term: Term::OneYear,
        payment: Payment::No,
        usd: usd.parse().unwrap(),
        source: Source { date: Some(day.parse().unwrap()), basis: Basis::Effective, ..Source::user("a test") },
    }
}

pub(super) fn vcpu_rate(usd: &str, day: &str) -> PlanRate {
    plan_rate("Fargate-vCPU-Hours:perCPU", UnitKind::VcpuHour, usd, day)
}

fn memory_rate(usd: &str, day: &str) -> PlanRate {
    plan_rate("Fargate-GB-Hours", UnitKind::GbHour, usd, day)
}

#[test]
fn of_several_books_the_first_counts_and_of_several_days_the_newest() {
    let stack = stack(Horizon::AverageMonth, Tasks::Running(Timeline::constant(1, 730 * HOUR)));
    let estimate = estimate(&stack, &book(), None);
    let rate = |catalog: &Catalog| {
        let rates = catalog.eligible(estimate.region, &estimate.lines[0]).rates;
        rates.first().map(|(_, rate)| rate.to_string())
    };
    let own = || vec![vcpu_rate("0.03", "2026-01-01"), vcpu_rate("0.028", "2026-06-01")];
    let bundled = || vec![vcpu_rate("0.032", "2025-01-01")];
    let catalog = |books: Vec<Vec<PlanRate>>, as_of: Option<&str>| {
        let books = books.into_iter().map(|plans| (plans, Vec::new()));
        rate(&Catalog::new(books, as_of.map(|day| day.parse().unwrap())).unwrap())
    };
    assert_eq!(catalog(vec![own(), bundled()], None).as_deref(), Some("0.028"));
    assert_eq!(catalog(vec![own(), bundled()], Some("2026-05-31")).as_deref(), Some("0.03"));
    // A date of effect is a start: before it what another book says counts.
    assert_eq!(catalog(vec![own(), bundled()], Some("2025-12-31")).as_deref(), Some("0.032"));
    assert_eq!(catalog(vec![own(), bundled()], Some("2024-12-31")), None);
    assert_eq!(catalog(vec![bundled(), own()], None).as_deref(), Some("0.032"));
    let twice = vec![vcpu_rate("0.03", "2026-01-01"), vcpu_rate("0.02", "2026-01-01")];
    let error = Catalog::new([(twice, Vec::new())], None).unwrap_err().to_string();
    assert!(error.contains("0.03 and 0") && error.contains("0.02 and 0"), "{error}");
}

#[test]
fn a_proposal_says_what_to_buy_and_what_it_cannot_judge() {
    let tasks = Tasks::Running(Timeline::daily(2, 6, 8 * HOUR, Horizon::AverageMonth));
    let stack = stack(Horizon::AverageMonth, tasks);
    let estimate = estimate(&stack, &book(), None);
    let day = "2026-01-01";
    let plans = vec![vcpu_rate("0.032384", day), memory_rate("0.003556", day)];
    let catalog = Catalog::new([(plans.clone(), Vec::new())], None).unwrap();
    let found = propose(&stack, &estimate, &catalog, &Wanted::default()).unwrap();
    // Both of 8 hours in 24 are too few for a plan that saves a fifth: two tasks are what it is for.
    let always = ratio("0.032384") + ratio("0.003556") * Ratio::whole(2);
    let best = found.best().unwrap();
    assert_eq!((best.term, best.mix.buy.len(), found.lacking.len()), (Term::OneYear, 1, 0));
    assert!(best.hourly <= always && always - best.hourly < Ratio::new(1, 100_000), "{}", best.hourly);
    // Every day is like the others. Half of the demand, where it is asked for, makes the amount of least regret smaller
    // than what is best as it is.
    let judged = &found.judged[0];
    assert_eq!((judged.robust.least_regret, judged.hours), (judged.robust.hindsight, Ratio::whole(336)));
    let wanted = Wanted { factors_count: true, ..Wanted::default() };
    let asked = propose(&stack, &estimate, &catalog, &wanted).unwrap();
    let judged = &asked.judged[0];
    let hourly = |place: usize| judged.stage.candidates()[place].iter().map(Commitment::effective).sum::<Ratio>();
    assert!(hourly(judged.robust.least_regret) < hourly(judged.robust.hindsight));
    // What is owned covers it already: nothing is left to buy.
    let owned = Plan::new("owned", card(PlanKind::Compute), best.hourly, 0).unwrap();
    let wanted = Wanted { held: vec![owned.into()], ..Wanted::default() };
    let with = propose(&stack, &estimate, &catalog, &wanted).unwrap();
    assert!(with.best().is_none(), "{:?}", with.best().map(|of| of.hourly));
    // A term that nothing is offered for, and rates that are not known.
    let terms = Terms { terms: vec![Term::ThreeYears], ..Terms::default() };
    let none = propose(&stack, &estimate, &catalog, &Wanted { terms, ..Wanted::default() }).unwrap();
    assert!(none.offers.is_empty() && none.together.is_empty() && none.demand.is_some());
    let part = Catalog::new([(plans[..1].to_vec(), Vec::new())], None).unwrap();
    let found = propose(&stack, &estimate, &part, &Wanted::default()).unwrap();
    let lacking: Vec<_> = found.lacking.iter().map(|of| (of.kind, of.usage_types.join(" "))).collect();
    assert_eq!(lacking, [(Some(PlanKind::Compute), "Fargate-GB-Hours".to_string())]);
    let nothing = propose(&stack, &estimate, &Catalog::default(), &Wanted::default()).unwrap();
    assert!(nothing.demand.is_none() && nothing.lacking[0].usage_types.len() == 2);
}

#[test]
fn what_is_taken_for_granted_is_said() {
    let daily = |peak| Tasks::Running(Timeline::daily(2, peak, 8 * HOUR, Horizon::AverageMonth));
    let catalog = Catalog::new([(vec![vcpu_rate("0.03", "2026-01-01")], Vec::new())], None).unwrap();
    let assumed =
        |stack: &Stack| propose(stack, &estimate(stack, &book(), None), &catalog, &Wanted::default()).unwrap().assumed;
    let one = stack(Horizon::AverageMonth, daily(6));
    assert_eq!(assumed(&one), []);
    // Two whose patterns have no clock: that their peaks come together is not known.
    let mut two = one.clone();
    two.add("fargate.jobs", fargate(daily(6)));
    assert_eq!(assumed(&two), [Assumption::SideBySide]);
    let mut runs = one;
    let always = Tasks::Running(Timeline::constant(1, 730 * HOUR));
    runs.add("fargate.always", fargate(always));
    assert_eq!(assumed(&runs), []);
}

#[test]
fn patterns_that_never_meet() {
    let part = |hours: usize| {
        let row = Row::new(key("r5.large"), "Hrs", ratio("1"), 1, vec![1; hours]);
        let times = Ratio::new(9_973 * 168, i128::try_from(hours).unwrap());
        Demand::new(vec![row]).unwrap().repeated(times)
    };
    assert_eq!(Demand::together(vec![part(168), part(9_973)]), Err(Error::Patterns));
    assert!(Demand::together(vec![part(168), part(24)]).is_ok());
}
