//! Tables of what is written and what is read; what cannot be read is in `broken`.

mod broken;
mod generate;

use super::*;
use crate::classes::Classes;
use crate::schedule::Named;
use crate::stack::{Env, Resolved, StackFile};
use stackcost_model::scaling::{
    Adjustment, Comparison, Deployment, LaunchQuota, LaunchTime, LoadUnit, Rollout, ScheduledAction, SpotTasks,
    Statistic, Step, StepScaling, Suspension, TaskLife, simulate,
};
use stackcost_model::services::Component;
use stackcost_model::services::fargate::Tasks;

const LOAD: &str = "timestamp,value\n2026-10-05T00:00Z,300\n2026-10-05T00:01Z,900\n2026-10-05T00:02Z,1500\n";

/// The service of `tasks = { ... }`, or what is wrong with it.
fn service(tasks: &str) -> Result<Autoscaled, String> {
    let mut resolved = resolved(tasks, "", |_| {})?;
    Ok(resolved.autoscaled.remove(0).1)
}

/// The stack with `tasks = { ... }` and what stands beside it, after what a command line sets.
fn resolved(tasks: &str, beside: &str, set: impl Fn(&mut StackFile)) -> Result<Resolved, String> {
    let text = format!(
        "name = \"x\"\nregion = \"us-east-1\"\n[fargate.api]\ncpu = 256\nmemory = 512\n{beside}\ntasks = {{ {tasks} }}\n"
    );
    let classes = Classes::parse(stackcost_prices::CLASSES).unwrap();
    let load = |named: &Named<'_>| match named.path {
        "load.csv" => Ok(LOAD.as_bytes().to_vec()),
        "other.csv" if named.beside => Ok(b"timestamp,value\n2026-10-06T00:00Z,60\n".to_vec()),
        "seconds.csv" => Ok(b"seconds,value\n0,5\n60,10\n120,20\n".to_vec()),
        "local.csv" => Ok(b"timestamp,value\n2026-10-05T02:00,5\n2026-10-05T02:01,5\n2026-10-05T02:02,5\n".to_vec()),
        "gap.csv" => Ok(b"seconds,value\n0,6\n60,6\n120,6\n300,6\n".to_vec()),
        "two.json" => Ok(CLOUDWATCH.as_bytes().to_vec()),
        "day.csv" => Ok(day()),
        "bad.csv" => Ok(b"timestamp,value\n2026-10-05T00:00Z,many\n".to_vec()),
        "empty.csv" => Ok(Vec::new()),
        "rowless.csv" => Ok(b"timestamp,value\n".to_vec()),
        "binary.csv" => Ok(vec![0xff, 0xfe, 0]),
        other => Err(format!("cannot read {other}: there is none")),
    };
    let env = Env { classes: &classes, load: &load };
    let mut file = StackFile::parse("stack.toml", &text).map_err(|problems| problems.to_string())?;
    set(&mut file);
    file.resolve(None, &env).map_err(|problems| problems.to_string())
}

/// Two days by the hour, of which the working hours have more to do.
fn day() -> Vec<u8> {
    let mut text = String::from("seconds,value\n");
    for hour in 0..48 {
        let value = if (9..17).contains(&(hour % 24)) { 3_000 } else { 300 };
        text.push_str(&format!("{},{value}\n", hour * 3_600));
    }
    text.into_bytes()
}

const CLOUDWATCH: &str = r#"{ "MetricDataResults": [
  { "Id": "m1", "Timestamps": ["2026-10-05T00:00:00Z", "2026-10-05T00:01:00Z"], "Values": [5, 6] },
  { "Id": "m2", "Timestamps": ["2026-10-05T00:00:00Z", "2026-10-05T00:01:00Z"], "Values": [7, 8] }
] }"#;

const LEAST: &str = "trace = \"load.csv\", capacity_per_task = \"600/min\", min = 2, max = 10";

fn with(more: &str) -> Autoscaled {
    service(&format!("{LEAST}, {more}")).unwrap()
}

#[test]
fn the_short_form() {
    let found = with("target = \"70% cpu\", scale_out_cooldown = \"60s\", scale_in_cooldown = \"300s\"");
    assert_eq!((found.service.min, found.service.max, found.service.start), (2, 10, 2));
    assert_eq!(found.service.over, Ratio::new(7, 10));
    let [Policy::TargetTracking(policy)] = &found.service.policies[..] else { panic!("one policy") };
    assert_eq!((policy.target, policy.scale_out_cooldown, policy.scale_in_cooldown), (700_000, 60, 300));
    assert_eq!((policy.metric, policy.sampling.period, policy.sampling.delay), (Metric::Cpu, 60, 60));
    assert!(simulate(&found.load, &found.service, found.seed).is_ok());
}

#[test]
fn other_targets() {
    let policy = |more: &str| match with(more).service.policies.remove(0) {
        Policy::TargetTracking(policy) => policy,
        Policy::StepScaling(policy) => panic!("{policy:?}"),
    };
    assert_eq!(policy("target = \"300/min per target\"").metric, Metric::AlbRequestCountPerTarget);
    assert_eq!(with("target = \"300/min\"").service.over, Ratio::new(1, 2));
    let memory = policy("target = \"75% memory\", memory_idle = \"30%\", memory_busy = \"50%\"");
    assert_eq!(memory.metric, Metric::Memory { idle: 300_000, busy: 500_000 });
    let fast = policy("target = \"70% cpu\", resolution = \"20s\"");
    assert_eq!((fast.sampling.period, fast.sampling.delay, fast.low_periods), (20, 15, 30));
    let slow = policy("target = \"70% cpu\", preset = \"aws-benchmark-2026\"");
    assert_eq!(slow.sampling.delay, 150);
    let own = policy("target = 100, metric = { trace = \"load.csv\", per_task = true }");
    assert_eq!((own.metric, own.target), (Metric::Custom { series: 0, per_task: true }, 100_000_000));
    assert!(policy("target = \"70% cpu\", disable_scale_in = true").disable_scale_in);
}

#[test]
fn several_policies_and_what_happens_at_known_times() {
    let found = with(
        "policies = [{ target = \"70% cpu\" }, { step = { alarm = \">= 90% cpu\", periods = 1, adjustment = \"percent\", \
         steps = [{ from = 0, to = 5, add = 50 }, { from = 5, add = 100 }], min_magnitude = 2 } }], \
         scheduled = [{ schedule = \"at(2026-10-05T00:01:00)\", min = 4 }], \
         suspended = [{ from = \"1min\", to = \"2min\", what = [\"in\"] }], \
         deployments = [{ at = \"2026-10-05T00:01Z\" }, { at = \"2min\", strategy = \"blue-green\", bake = \"30s\" }], \
         launch_time = { measured = [\"53s\", \"57s\"] }, seed = 7, over = \"80%\"",
    );
    let [_, Policy::StepScaling(steps)] = &found.service.policies[..] else { panic!("two policies") };
    assert_eq!((steps.adjustment, steps.steps.len(), steps.min_magnitude), (Adjustment::PercentChangeInCapacity, 2, 2));
    assert_eq!((steps.steps[0].upper, steps.steps[1].lower), (Some(50_000), Some(50_000)));
    assert_eq!((found.service.scheduled[0].at, found.service.scheduled[0].min), (60, Some(4)));
    assert!(found.service.suspended[0].scale_in && !found.service.suspended[0].scale_out);
    let rollouts: Vec<(u64, Rollout)> = found.service.deployments.iter().map(|one| (one.at, one.rollout)).collect();
    let rolling = Rollout::Rolling { minimum_healthy_percent: 100, maximum_percent: 200 };
    assert_eq!(rollouts, [(60, rolling), (120, Rollout::BlueGreen { bake: 30 })]);
    assert_eq!(found.service.tasks.launch, LaunchTime::Measured(vec![53, 57]));
    assert_eq!((found.seed, found.service.over), (7, Ratio::new(4, 5)));
}

#[test]
fn loads() {
    let scaled = with("target = \"70% cpu\", scale = \"150%\"");
    assert_eq!(scaled.load.known().1, 4_050 * u128::from(scaled.load.ticks()));
    let tasks =
        service("trace = \"load.csv\", load_unit = \"tasks\", min = 2, max = 10, target = \"70% cpu\"").unwrap();
    assert_eq!(tasks.service.capacity, Ratio::ONE);
    let cpu = "trace = \"load.csv\", load_unit = \"cpu%\", measured_at = 4, min = 2, max = 10, target = \"70% cpu\"";
    assert!(service(cpu).unwrap().remarks[0].starts_with("3 rows are at 100 % CPU"));
}

/// The load of a trace in ticks, as whole units.
#[track_caller]
fn units(tasks: &str) -> (LoadUnit, i64, u64, Vec<u64>) {
    let load = service(tasks).unwrap().load;
    let per_minute = usize::try_from(60 / load.step()).unwrap();
    let minutes = load.values().iter().step_by(per_minute);
    let value = |&value: &u32| if value == u32::MAX { u64::MAX } else { u64::from(value) / load.ticks() };
    (load.unit(), load.start(), load.seconds(), minutes.map(value).collect())
}

#[test]
fn every_key_of_a_load() {
    use LoadUnit::{RequestsPerMinute, TaskUnits};
    const MONDAY: i64 = 1_791_158_400;
    let rest = "min = 2, max = 10, target = \"70% cpu\"";
    let requests = format!("capacity_per_task = \"600/min\", {rest}");
    let cases = [
        (format!("trace = \"load.csv\", {requests}"), (RequestsPerMinute, MONDAY, 180, vec![300, 900, 1_500])),
        (
            format!("trace = \"load.csv\", load_unit = \"requests/min\", {requests}"),
            (RequestsPerMinute, MONDAY, 180, vec![300, 900, 1_500]),
        ),
        (
            format!("trace = \"seconds.csv\", load_unit = \"requests/s\", {requests}"),
            (RequestsPerMinute, 0, 180, vec![300, 600, 1_200]),
        ),
        (
            format!("trace = \"seconds.csv\", load_unit = \"requests/row\", {requests}"),
            (RequestsPerMinute, 0, 180, vec![5, 10, 20]),
        ),
        (format!("trace = \"seconds.csv\", load_unit = \"tasks\", {rest}"), (TaskUnits, 0, 180, vec![5, 10, 20])),
        (
            format!("trace = \"seconds.csv\", load_unit = \"cpu%\", measured_at = 100, {rest}"),
            (TaskUnits, 0, 180, vec![5, 10, 20]),
        ),
        (
            format!("trace = \"seconds.csv\", scale = 3, load_unit = \"tasks\", {rest}"),
            (TaskUnits, 0, 180, vec![15, 30, 60]),
        ),
        (
            format!("trace = \"seconds.csv\", scale = \"20 %\", load_unit = \"tasks\", {rest}"),
            (TaskUnits, 0, 180, vec![1, 2, 4]),
        ),
        (format!("trace = \"gap.csv\", {requests}"), (RequestsPerMinute, 0, 360, vec![6; 6])),
        (format!("trace = \"gap.csv\", gaps = \"hold\", {requests}"), (RequestsPerMinute, 0, 360, vec![6; 6])),
        (
            format!("trace = \"gap.csv\", gaps = \"zero\", {requests}"),
            (RequestsPerMinute, 0, 360, vec![6, 6, 6, 0, 0, 6]),
        ),
        (
            format!("trace = \"gap.csv\", gaps = \"missing\", {requests}"),
            (RequestsPerMinute, 0, 360, vec![6, 6, 6, u64::MAX, u64::MAX, 6]),
        ),
        (
            format!("trace = \"local.csv\", timezone = \"Europe/Berlin\", {requests}"),
            (RequestsPerMinute, MONDAY, 180, vec![5; 3]),
        ),
        (format!("trace = \"local.csv\", {requests}"), (RequestsPerMinute, MONDAY + 7_200, 180, vec![5; 3])),
        (format!("trace = \"two.json\", series = \"m2\", {requests}"), (RequestsPerMinute, MONDAY, 120, vec![7, 8])),
    ];
    for (tasks, want) in cases {
        assert_eq!(units(&tasks), want, "{tasks}");
    }
    let told = service(&format!("trace = \"gap.csv\", scale = 2, {requests}")).unwrap();
    assert_eq!((told.usual_step, told.remarks.len()), (60, 2), "{:?}", told.remarks);
}

#[test]
fn every_key_of_a_service() {
    let found = with("target = \"70% cpu\"");
    assert_eq!((found.service.capacity, found.service.over, found.seed), (Ratio::whole(600), Ratio::new(7, 10), 0));
    assert_eq!(found.service.tasks, TaskLife::default());
    assert_eq!(found.service.rules, Rules::default());
    assert_eq!(with("target = \"70% cpu\", start = 5").service.start, 5);
    // It may lie outside the bounds.
    assert_eq!(with("target = \"70% cpu\", start = 20").service.start, 20);
    for (capacity, want) in [("\"10/s\"", 600), ("\"1k/min\"", 1_000), ("600", 600), ("\"36k/h\"", 600)] {
        let tasks =
            format!("trace = \"load.csv\", capacity_per_task = {capacity}, min = 0, max = 1, target = \"70% cpu\"");
        assert_eq!(service(&tasks).unwrap().service.capacity, Ratio::whole(want), "{capacity}");
    }
    for (more, over) in [
        ("target = \"70% cpu\", over = \"62.5%\"", Ratio::new(5, 8)),
        ("target = \"300/min\"", Ratio::new(1, 2)),
        ("target = \"1200/min per target\"", Ratio::ONE),
        ("target = \"75% memory\", memory_idle = \"30%\", memory_busy = \"50%\"", Ratio::ONE),
        ("policies = [{ target = 5, metric = { trace = \"load.csv\" } }, { target = \"40% cpu\" }]", Ratio::new(2, 5)),
        ("scheduled = [{ schedule = \"rate(1 minute)\", min = 1 }]", Ratio::ONE),
    ] {
        assert_eq!(with(more).service.over, over, "{more}");
    }
}

#[test]
fn every_key_of_the_life_of_tasks() {
    let usual = TaskLife::default();
    let quota = LaunchQuota::default();
    let cases = [
        ("launch_time = \"1min\"", TaskLife { launch: LaunchTime::Fixed(60), ..usual.clone() }),
        (
            "launch_time = { min = \"20s\", max = \"40s\" }",
            TaskLife { launch: LaunchTime::Between(20, 40), ..usual.clone() },
        ),
        (
            "launch_time = { measured = [\"53s\"] }",
            TaskLife { launch: LaunchTime::Measured(vec![53]), ..usual.clone() },
        ),
        ("preset = \"aws-benchmark-2026\"", TaskLife { launch: LaunchTime::Fixed(23), ..usual.clone() }),
        (
            "preset = \"aws-benchmark-2026\", launch_time = \"9s\"",
            TaskLife { launch: LaunchTime::Fixed(9), ..usual.clone() },
        ),
        ("provisioning = \"10s\"", TaskLife { provisioning: 10, ..usual.clone() }),
        ("health_check = \"20s\"", TaskLife { health_check: 20, ..usual.clone() }),
        (
            "health_check = \"20s\", health_check_grace = \"20s\"",
            TaskLife { health_check: 20, grace: Some(20), ..usual.clone() },
        ),
        ("deregistration_delay = \"0s\"", TaskLife { deregistration: 0, ..usual.clone() }),
        ("stop_timeout = \"2min\"", TaskLife { stop: 120, ..usual.clone() }),
        ("launch_burst = 7", TaskLife { quota: LaunchQuota { burst: 7, ..quota }, ..usual.clone() }),
        ("launches_per_second = 3", TaskLife { quota: LaunchQuota { per_second: 3, ..quota }, ..usual.clone() }),
        (
            "launches_per_minute = 9",
            TaskLife { quota: LaunchQuota { per_service_minute: 9, ..quota }, ..usual.clone() },
        ),
    ];
    for (more, want) in cases {
        assert_eq!(with(&format!("target = \"70% cpu\", {more}")).service.tasks, want, "{more}");
    }
    let windows = resolved(&format!("{LEAST}, target = \"70% cpu\""), "os = \"windows\"", |_| {});
    // Fargate bills Windows for five minutes at least.
    assert!(windows.is_ok_and(|found| found.autoscaled[0].1.service.tasks.minimum == 300));
}

#[test]
fn every_choice_where_aws_does_not_say() {
    let rules = |more: &str| with(&format!("target = \"70% cpu\", {more}")).service.rules;
    let usual = Rules::default();
    let cases = [
        ("scale_in = \"proportional\"", usual),
        ("scale_in = \"one-step\"", Rules { scale_in: ScaleIn::OneStep, ..usual }),
        ("scale_in = \"one-step-then-proportional\"", Rules { scale_in: ScaleIn::OneStepThenProportional, ..usual }),
        ("cooldown_credit = \"running\"", usual),
        ("cooldown_credit = \"added\"", Rules { credit: Credit::Added, ..usual }),
        ("aggregation = \"evaluated\"", usual),
        ("aggregation = \"newest\"", Rules { aggregation: Aggregation::Newest, ..usual }),
    ];
    for (more, want) in cases {
        assert_eq!(rules(more), want, "{more}");
    }
}

/// The only policy.
#[track_caller]
fn tracking(more: &str) -> stackcost_model::scaling::TargetTracking {
    match with(more).service.policies.remove(0) {
        Policy::TargetTracking(policy) => policy,
        Policy::StepScaling(policy) => panic!("{policy:?}"),
    }
}

#[test]
fn every_key_of_target_tracking() {
    let values = [
        ("\"70% cpu\"", 700_000),
        ("\" 62.5 %  CPU \"", 625_000),
        ("\"1000/min per target\"", 1_000_000_000),
        ("\"20/s\"", 1_200_000_000),
        ("\"1.5k/min\"", 1_500_000_000),
    ];
    for (target, value) in values {
        assert_eq!(tracking(&format!("target = {target}")).target, value, "{target}");
    }
    let usual = tracking("target = \"70% cpu\"");
    assert_eq!((usual.name.as_str(), usual.high_periods, usual.low_periods), ("70% cpu", 3, 15));
    assert_eq!((usual.scale_out_cooldown, usual.scale_in_cooldown, usual.disable_scale_in), (300, 300, false));
    assert_eq!(tracking("target = \"70% cpu\", name = \"mine\"").name, "mine");
    assert_eq!(tracking("target = \"70% cpu\", low_periods = 20").low_periods, 20);
    assert_eq!(tracking("target = \"70% cpu\", scale_in_cooldown = \"0s\"").scale_in_cooldown, 0);
    for (more, period, delay) in [
        ("resolution = \"60s\"", 60, 60),
        ("resolution = \"20s\"", 20, 15),
        ("metric_delay = \"2min\"", 60, 120),
        ("preset = \"aws-benchmark-2026\"", 60, 150),
        ("preset = \"aws-benchmark-2026\", resolution = \"20s\"", 20, 18),
        ("preset = \"aws-benchmark-2026\", metric_delay = \"0s\"", 60, 0),
    ] {
        let sampling = tracking(&format!("target = \"70% cpu\", {more}")).sampling;
        assert_eq!((sampling.period, sampling.delay), (period, delay), "{more}");
    }
    let own =
        with("target = \"2.5\", metric = { trace = \"local.csv\", gaps = \"zero\" }, timezone = \"Europe/Berlin\"");
    assert_eq!(own.service.custom[0].start(), own.load.start());
}

#[test]
fn every_key_of_step_scaling() {
    let policy = |keys: &str| match with(&format!("policies = [{{ step = {{ {keys} }} }}]")).service.policies.remove(0)
    {
        Policy::StepScaling(policy) => policy,
        Policy::TargetTracking(policy) => panic!("{policy:?}"),
    };
    let least = policy("alarm = \"> 60% cpu\", steps = [{ from = 0, add = 1 }]");
    let up = |lower, upper, adjustment| Step { lower, upper, adjustment };
    let usual = StepScaling {
        name: "> 60% cpu".to_string(),
        metric: Metric::Cpu,
        sampling: stackcost_model::scaling::Sampling::MINUTE,
        threshold: 600_000,
        comparison: Comparison::Above,
        periods: 1,
        adjustment: Adjustment::ChangeInCapacity,
        steps: vec![up(Some(0), None, 1)],
        statistic: Statistic::Average,
        min_magnitude: 0,
        cooldown: 300,
    };
    assert_eq!(least, usual);
    let all = policy(
        "name = \"mine\", alarm = \"<= 12.5% memory\", memory_idle = \"1%\", memory_busy = \"50%\", period = \"5min\", \
         metric_delay = \"90s\", periods = 4, adjustment = \"percent\", statistic = \"maximum\", min_magnitude = 2, \
         cooldown = \"10min\", steps = [{ from = -5.5, to = 0, remove = \"20%\" }, { to = -5.5, remove = 50 }]",
    );
    let want = StepScaling {
        name: "mine".to_string(),
        metric: Metric::Memory { idle: 10_000, busy: 500_000 },
        sampling: stackcost_model::scaling::Sampling { period: 300, delay: 90 },
        threshold: 125_000,
        comparison: Comparison::AtMost,
        periods: 4,
        adjustment: Adjustment::PercentChangeInCapacity,
        steps: vec![up(Some(-55_000), Some(0), -20), up(None, Some(-55_000), -50)],
        statistic: Statistic::Maximum,
        min_magnitude: 2,
        cooldown: 600,
    };
    assert_eq!(all, want);
    let exact = policy(
        "alarm = \">= 1000/min per target\", adjustment = \"exact\", steps = [{ from = 0, to = 200, set = 4 }, { from = 200, set = 8 }]",
    );
    assert_eq!((exact.metric, exact.comparison), (Metric::AlbRequestCountPerTarget, Comparison::AtLeast));
    assert_eq!(exact.steps, [up(Some(0), Some(200_000_000), 4), up(Some(200_000_000), None, 8)]);
    let own = policy(
        "alarm = \"< 5\", metric = { trace = \"load.csv\" }, statistic = \"minimum\", period = \"20s\", steps = [{ to = 0, remove = 1 }]",
    );
    assert_eq!((own.metric, own.comparison), (Metric::Custom { series: 0, per_task: false }, Comparison::Below));
    assert_eq!((own.statistic, own.sampling.period, own.sampling.delay), (Statistic::Minimum, 20, 15));
}

#[test]
fn every_key_of_known_times() {
    let found = with(
        "scheduled = [{ name = \"up\", schedule = \"rate(1 minute)\", start = \"2026-10-05T00:01:00Z\", end = 2026-10-05T00:01:30Z, min = 4, max = 8 }, \
         { schedule = \"at(2026-10-05T02:00:00)\", timezone = \"Europe/Berlin\", max = 9 }, { schedule = \"at(2027-01-01T00:00:00)\", min = 1 }]",
    );
    let actions: Vec<ScheduledAction> = found.service.scheduled;
    assert_eq!((actions[0].at, actions[0].name.as_str(), actions[0].max), (0, "scheduled action 2", Some(9)));
    assert_eq!((actions[1].at, actions[1].name.as_str(), actions[1].min, actions[1].max), (60, "up", Some(4), Some(8)));
    assert_eq!(actions.len(), 2);
    assert_eq!(found.remarks, ["the scheduled action \"scheduled action 3\" does not run within the load"]);

    let all = Suspension { from: 0, to: 60, scale_in: true, scale_out: true, scheduled: true };
    let found = with(
        "target = \"70% cpu\", timezone = \"Europe/Berlin\", suspended = [{ from = \"2026-10-05T01:00\", to = \"2026-10-05T02:01\" }, \
         { from = \"0s\", to = \"60s\", what = [\"in\", \"out\", \"scheduled\"] }, { from = \"0s\", to = \"60s\", what = [\"out\"] }]",
    );
    let only_out = Suspension { scale_in: false, scheduled: false, ..all };
    assert_eq!(found.service.suspended, [all, all, only_out]);

    let rolling = |least, most| Rollout::Rolling { minimum_healthy_percent: least, maximum_percent: most };
    let found = service(
        "trace = \"day.csv\", capacity_per_task = 600, min = 2, max = 10, target = \"70% cpu\", deployments = [\
         { at = \"6h\", every = \"1day\", strategy = \"rolling\", minimum_healthy = \"50%\", maximum = \"150%\" }, \
         { at = \"1h\", strategy = \"canary\" }, { at = \"1970-01-01T02:00Z\", strategy = \"linear\", bake = \"5min\" }, { at = \"3day\" }]",
    );
    let found = found.unwrap();
    let want = [
        (3_600, Rollout::BlueGreen { bake: 0 }),
        (7_200, Rollout::BlueGreen { bake: 300 }),
        (21_600, rolling(50, 150)),
        (108_000, rolling(50, 150)),
    ];
    let want: Vec<Deployment> = want.into_iter().map(|(at, rollout)| Deployment { at, rollout }).collect();
    assert_eq!(found.service.deployments, want);
    assert!(found.remarks.iter().any(|remark| remark.contains("outside of the load")), "{:?}", found.remarks);
}

#[test]
fn every_key_of_a_forecast() {
    let floors = |keys: &str| {
        let tasks = format!(
            "trace = \"day.csv\", capacity_per_task = 600, min = 1, max = 4, target = \"50% cpu\", predictive = {{ {keys} }}"
        );
        let floors = service(&tasks).unwrap().service.floors;
        // The second day is forecast from the first: 3,000 a minute from nine on.
        floors.into_iter().find(|floor| floor.tasks > 1).map(|floor| (floor.at, floor.tasks, floor.max))
    };
    const NINE: u64 = (24 + 9) * 3_600;
    assert_eq!(floors(""), Some((NINE - 300, 10, 0)));
    assert_eq!(floors("mode = \"forecast-and-scale\", buffer = \"10min\""), Some((NINE - 600, 10, 0)));
    assert_eq!(floors("mode = \"forecast-only\""), None);
    assert_eq!(floors("target = \"100%\""), Some((NINE - 300, 5, 0)));
    assert_eq!(floors("max_behavior = \"honor\""), Some((NINE - 300, 10, 0)));
    assert_eq!(floors("max_behavior = \"increase\", max_buffer = \"10%\""), Some((NINE - 300, 10, 11)));
    let short = with("predictive = {}");
    assert!(short.remarks.iter().any(|remark| remark.contains("24 hours")), "{:?}", short.remarks);
}

#[test]
fn what_is_billed_is_what_the_run_came_to() {
    let tasks = format!("{LEAST}, target = \"70% cpu\", spot_interruptions = \"5%/h\"");
    let found = resolved(&tasks, "spot = \"40%\"\nspot_discount = \"65%\"", |_| {}).unwrap();
    let (name, scaled) = &found.autoscaled[0];
    assert_eq!(name, "fargate.api");
    assert_eq!(scaled.service.spot, Some(SpotTasks { share: Ratio::new(2, 5), interrupted: 50_000 }));
    let run = simulate(&scaled.load, &scaled.service, scaled.seed).unwrap();
    let Component::Fargate(fargate) = &found.stack.components[0].1 else { panic!("{:?}", found.stack) };
    assert_eq!(fargate.tasks, Tasks::Metered(run.billed.repeated_over(found.stack.horizon)));
    // Two tasks, of which one may be on Spot before more than two fifths are.
    let share = Ratio::new(run.spot_task_seconds.into(), run.task_seconds.into());
    assert_eq!(fargate.spot.map(|spot| (spot.share, spot.off)), Some((share, Some(Ratio::new(13, 20)))));
    assert!(resolved("base = 2", "", |_| {}).unwrap().autoscaled.is_empty());
}

/// `--set` changes one key of an inline table; a trace of the command line is not looked for beside the
/// stack file.
#[test]
fn what_a_command_line_sets() {
    let tasks = format!("{LEAST}, target = \"70% cpu\"");
    let set = |assignment: &'static str| resolved(&tasks, "", move |file| file.set(assignment).unwrap());
    let found = set("fargate.api.tasks.target=60% cpu").unwrap().autoscaled.remove(0).1;
    assert_eq!((found.service.over, found.service.max), (Ratio::new(3, 5), 10));
    let found = set("fargate.api.tasks.max=20").unwrap().autoscaled.remove(0).1;
    assert_eq!((found.service.over, found.service.max), (Ratio::new(7, 10), 20));
    assert_eq!(
        set("fargate.api.tasks.trace=other.csv").unwrap_err(),
        "--set:1:27: cannot read other.csv: there is none"
    );
    let found = resolved(&tasks, "", |file| file.set_tasks("api", "trace", "other.csv").unwrap()).unwrap();
    assert_eq!(found.autoscaled[0].1.load.seconds(), 60);
    // A service of a fixed count becomes one that scales only with all that it takes.
    let fixed = resolved("base = 2", "", |file| file.set_tasks("api", "trace", "other.csv").unwrap());
    assert!(fixed.unwrap_err().contains("needs `capacity_per_task`"));
}
