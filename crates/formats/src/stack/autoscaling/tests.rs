use super::*;
use crate::classes::Classes;
use crate::schedule::Named;
use crate::stack::{Env, StackFile};
use stackcost_model::scaling::{Adjustment, LaunchTime, Rollout, simulate};

const LOAD: &str = "timestamp,value\n2026-10-05T00:00Z,300\n2026-10-05T00:01Z,900\n2026-10-05T00:02Z,1500\n";

/// The service of `tasks = { ... }`, or what is wrong with it.
fn service(tasks: &str) -> Result<Autoscaled, String> {
    let text = format!(
        "name = \"x\"\nregion = \"us-east-1\"\n[fargate.api]\ncpu = 256\nmemory = 512\ntasks = {{ {tasks} }}\n"
    );
    let classes = Classes::parse(stackcost_prices::CLASSES).unwrap();
    let load = |named: &Named<'_>| match named.path {
        "load.csv" => Ok(LOAD.as_bytes().to_vec()),
        "bad.csv" => Ok(b"timestamp,value\n2026-10-05T00:00Z,many\n".to_vec()),
        other => Err(format!("no file {other}")),
    };
    let env = Env { classes: &classes, load: &load };
    let file = StackFile::parse("stack.toml", &text).map_err(|problems| problems.to_string())?;
    let mut resolved = file.resolve(None, &env).map_err(|problems| problems.to_string())?;
    Ok(resolved.autoscaled.remove(0).1)
}

const LEAST: &str = "trace = \"load.csv\", capacity_per_task = \"600/min\", min = 2, max = 10";

fn with(more: &str) -> Autoscaled {
    service(&format!("{LEAST}, {more}")).unwrap()
}

#[track_caller]
fn refused(tasks: &str, want: &str) {
    let error = service(tasks).expect_err(tasks);
    assert!(error.contains(want), "{tasks}: {error}");
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

#[test]
fn what_cannot_be() {
    let least = |more: &str| format!("{LEAST}, {more}");
    refused(
        "trace = \"load.csv\", capacity_per_task = \"600/min\", min = 5, max = 2, target = \"70% cpu\"",
        "the least capacity, 5, is above the most, 2 (swap them)",
    );
    refused(&least("target = \"0% cpu\""), "the target is 0");
    refused(&least("target = \"120% cpu\""), "above 100 %");
    refused(&least("target = \"70% disk\""), "`disk` is no metric in percent");
    refused(&least("targte = \"70% cpu\""), "did you mean \"target\"?");
    refused(&least("scale_out_cooldown = \"60s\""), "`scale_out_cooldown` goes with a `target`");
    refused("trace = \"load.csv\", capacity_per_task = 0, min = 1, max = 2", "a task that serves nothing");
    refused("trace = \"load.csv\", min = 1, max = 2", "needs `capacity_per_task`");
    refused(
        "trace = \"load.csv\", load_unit = \"tasks\", capacity_per_task = 5, min = 1, max = 2",
        "one for each task",
    );
    refused("trace = \"load.csv\", load_unit = \"cpu%\", min = 1, max = 2", "without how many tasks");
    refused("trace = \"gone.csv\", capacity_per_task = 5, min = 1, max = 2", "cannot read gone.csv: no file gone.csv");
    refused(
        "trace = \"bad.csv\", capacity_per_task = 5, min = 1, max = 2",
        "bad.csv:2: `many` in column `value` is no number",
    );
    refused("capacity_per_task = 5, min = 1, max = 2", "needs `trace`");
    refused(&least("target = \"70% cpu\", scale = 0"), "no factor");
    refused(&least("scheduled = [{ schedule = \"cron(0 8 * * *)\", min = 1 }]"), "cron");
    refused(&least("scheduled = [{ schedule = \"rate(1 hour)\" }]"), "sets `min`, `max` or both");
    refused(
        &least("policies = [{ step = { alarm = \"60% cpu\", steps = [{ from = 0, add = 1 }] } }]"),
        "when the alarm is on",
    );
    refused(
        &least(
            "policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 0, to = 5, add = 1 }, { from = 9, add = 2 }] } }]",
        ),
        "gap between two steps",
    );
    refused(&least("suspended = [{ from = \"2h\", to = \"1h\" }]"), "ends after it begins");
    refused(
        &least("deployments = [{ at = \"1min\", minimum_healthy = \"100%\", maximum = \"100%\" }]"),
        "replaces nothing",
    );
    refused(&least("health_check = \"90s\", health_check_grace = \"60s\""), "ECS stops them after 60 s");
    refused(&least("spot_interruptions = \"5%/h\""), "nothing is on Spot");
    refused(&least("predictive = { buffer = \"2h\" }"), "this is not from");
}
