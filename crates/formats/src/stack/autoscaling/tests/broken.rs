//! Everything that can be wrong with the keys of a service that scales, and how it is told.

use super::{LEAST, resolved, service};

/// Each with the words that it must be told in; `TASKS` stands for the least that a service needs.
const BROKEN: &[(&str, &str)] = &[
    // The load.
    ("capacity_per_task = 5, min = 1, max = 2", "`tasks` needs `trace` or `generate`"),
    ("trac = \"load.csv\", capacity_per_task = 5, min = 1, max = 2", "did you mean \"trace\"?"),
    ("trace = 5, min = 1, max = 2", "text in quotes"),
    ("trace = \"gone.csv\", capacity_per_task = 5, min = 1, max = 2", "cannot read gone.csv: there is none"),
    ("trace = \"empty.csv\", capacity_per_task = 5, min = 1, max = 2", "empty.csv is empty"),
    ("trace = \"rowless.csv\", capacity_per_task = 5, min = 1, max = 2", "rowless.csv has no rows"),
    ("trace = \"binary.csv\", capacity_per_task = 5, min = 1, max = 2", "is no text in UTF-8: it has NUL bytes"),
    ("trace = \"bad.csv\", capacity_per_task = 5, min = 1, max = 2", "bad.csv:2:19: `many` is no number"),
    ("TASKS, load_unit = \"requests\"", "\"requests\" is no unit of load"),
    ("TASKS, measured_at = 4", "`measured_at` goes with load_unit = \"cpu%\""),
    ("trace = \"load.csv\", load_unit = \"cpu%\", min = 1, max = 2", "add measured_at = 4"),
    ("trace = \"load.csv\", load_unit = \"cpu%\", measured_at = 0, min = 1, max = 2", "from 1 to 100000"),
    ("TASKS, scale = 0", "this is no factor for a load"),
    ("TASKS, scale = \"much\"", "this is no factor for a load"),
    ("TASKS, scale = 10000000000", "too large"),
    ("TASKS, gaps = \"fill\"", "one of: hold, zero, missing"),
    ("TASKS, timezone = \"Europe/Berlon\"", "did you mean \"Europe/Berlin\"?"),
    ("TASKS, series = 5", "text in quotes"),
    // The service.
    ("trace = \"load.csv\", min = 1, max = 2", "for example: capacity_per_task = \"600/min\""),
    ("trace = \"load.csv\", capacity_per_task = 0, min = 1, max = 2", "a task that serves nothing"),
    ("trace = \"load.csv\", capacity_per_task = \"600/month\", min = 1, max = 2", "how many a minute"),
    (
        "trace = \"load.csv\", load_unit = \"tasks\", capacity_per_task = 5, min = 1, max = 2",
        "leave `capacity_per_task` out",
    ),
    ("trace = \"load.csv\", capacity_per_task = 5, max = 2", "`tasks` needs `min`"),
    ("trace = \"load.csv\", capacity_per_task = 5, min = 2", "`tasks` needs `max`"),
    ("trace = \"load.csv\", capacity_per_task = 5, min = -1, max = 2", "from 0 to 100000"),
    ("trace = \"load.csv\", capacity_per_task = 5, min = 1, max = 100001", "from 0 to 100000"),
    (
        "trace = \"load.csv\", capacity_per_task = 5, min = 5, max = 2, target = \"70% cpu\"",
        "stack.toml:7:60: the least capacity, 5, is above the most, 2 (swap them)",
    ),
    ("TASKS, target = \"70% cpu\", start = 1.5", "from 0 to 100000"),
    ("TASKS, target = \"70% cpu\", over = \"0%\"", "above 0 and at most 1"),
    ("TASKS, target = \"70% cpu\", over = \"101%\"", "a share from \"0%\" to \"100%\""),
    ("TASKS, target = \"70% cpu\", seed = -1", "a whole number from 0"),
    ("TASKS", "nothing scales this service"),
    ("TASKS, policies = []", "nothing scales this service"),
    ("TASKS, targte = \"70% cpu\"", "nothing scales this service"),
    ("TASKS, target = \"70% cpu\", sed = 1", "unknown key `sed` in `tasks`"),
    ("TASKS, target = \"70% cpu\", base = 2", "unknown key `base` in `tasks`"),
    // What AWS does not say.
    ("TASKS, target = \"70% cpu\", scale_in = \"one step\"", "did you mean \"one-step\"?"),
    ("TASKS, target = \"70% cpu\", cooldown_credit = \"all\"", "one of: running, added"),
    ("TASKS, target = \"70% cpu\", aggregation = \"oldest\"", "one of: evaluated, newest"),
    ("TASKS, target = \"70% cpu\", preset = \"aws\"", "one of: aws-benchmark-2026"),
    // Targets.
    ("TASKS, target = \"0% cpu\"", "the target is 0"),
    ("TASKS, target = 0", "the target is 0"),
    ("TASKS, target = \"120% cpu\"", "stack.toml:7:90: policy \"120% cpu\": the target is above 100 %"),
    ("TASKS, target = \"70%\"", "of what, cpu or memory, is missing"),
    ("TASKS, target = \"70% disk\"", "`disk` is no metric in percent"),
    ("TASKS, target = \"-5% cpu\"", "a quantity cannot be negative"),
    ("TASKS, target = \"half the cpu\"", "says neither a metric nor a number"),
    ("TASKS, target = \"1000/min each\"", "`each` is not what requests are counted by"),
    ("TASKS, target = \"1000/fortnight\"", "`fortnight` is no period of time"),
    ("TASKS, target = \"0.00000001% cpu\"", "finer than a millionth"),
    ("TASKS, target = [70]", "this is text, not a list"),
    ("TASKS, target = 100", "a plain number says nothing about which metric it is of"),
    ("TASKS, target = \"70% cpu\", metric = { trace = \"load.csv\" }", "`metric` is for a metric of one's own"),
    ("TASKS, target = 100, metric = { per_task = true }", "`metric` needs `trace`"),
    ("TASKS, target = 100, metric = \"queue.csv\"", "must be a table"),
    ("TASKS, target = 100, metric = { trace = \"seconds.csv\" }", "cut both traces to the same time"),
    ("TASKS, target = 100, metric = { trace = \"load.csv\", per_task = 1 }", "true or false"),
    ("TASKS, target = 100, metric = { trace = \"load.csv\", per_tasks = true }", "did you mean \"per_task\"?"),
    ("TASKS, target = \"75% memory\", memory_busy = \"30%\"", "needs `memory_idle`"),
    ("TASKS, target = \"75% memory\", memory_idle = \"30%\"", "needs `memory_busy`"),
    ("TASKS, target = \"75% memory\", memory_idle = \"130%\", memory_busy = \"1%\"", "a share from"),
    ("TASKS, target = \"75% cpu\", memory_idle = \"30%\"", "`memory_idle` goes with memory"),
    ("TASKS, scale_out_cooldown = \"60s\"", "`scale_out_cooldown` goes with a `target`"),
    ("TASKS, target = \"70% cpu\", scale_out_cooldown = 60", "the unit is missing"),
    ("TASKS, target = \"70% cpu\", scale_in_cooldown = \"2day\"", "this is not from 0 s to 1 day"),
    ("TASKS, target = \"70% cpu\", scale_in_cooldown = \"0.5s\"", "no whole number of seconds"),
    ("TASKS, target = \"70% cpu\", disable_scale_in = \"yes\"", "true or false"),
    ("TASKS, target = \"70% cpu\", resolution = \"30s\"", "one of: 60s, 20s"),
    ("TASKS, target = \"100/min\", resolution = \"20s\"", "only cpu and memory are measured every 20 s"),
    ("TASKS, target = \"70% cpu\", metric_delay = \"6min\"", "this is not from 0 s to 5 min"),
    ("TASKS, target = \"70% cpu\", low_periods = 31", "from 1 to 30"),
    ("TASKS, target = \"70% cpu\", name = \" \"", "a name is printable text"),
    (
        "trace = \"load.csv\", load_unit = \"tasks\", min = 1, max = 2, target = \"100/min\"",
        "need a load in requests a minute",
    ),
    // Several policies.
    ("TASKS, target = \"70% cpu\", policies = []", "`target` is one policy and `policies` are several"),
    ("TASKS, policies = [], scale_in_cooldown = \"60s\"", "write it into the policy that it is for"),
    ("TASKS, policies = { target = \"70% cpu\" }", "`policies` is a list, not a table"),
    ("TASKS, policies = [{ }]", "a policy needs a `target` or a `step`"),
    ("TASKS, policies = [{ targt = \"70% cpu\" }]", "did you mean \"target\"?"),
    ("TASKS, policies = [{ target = \"70% cpu\" }, { target = \"70% cpu\" }]", "two policies are called \"70% cpu\""),
    ("TASKS, policies = [{ target = \"70% cpu\", step = {} }]", "a policy has a `target` or a `step`"),
    ("TASKS, policies = [{ target = \"70% cpu\", cooldown = \"60s\" }]", "unknown key `cooldown` in a policy"),
    // Steps; `STEP` stands for the least that a policy of them needs.
    ("TASKS, policies = [{ step = { steps = [] } }]", "`step` needs `alarm`"),
    ("TASKS, policies = [{ step = { alarm = \"> 60% cpu\" } }]", "`step` needs `steps`"),
    ("TASKS, policies = [{ step = { alarm = \"60% cpu\", steps = [{ from = 0, add = 1 }] } }]", "when the alarm is on"),
    ("TASKS, policies = [{ step = { alarm = \"> 60%\", steps = [{ from = 0, add = 1 }] } }]", "of what, cpu or memory"),
    ("TASKS, policies = [{ step = { STEP, period = \"45s\" } }]", "a period is 10, 20 or 30 s, or whole minutes"),
    ("TASKS, policies = [{ step = { STEP, periods = 0 } }]", "from 1 to 30"),
    ("TASKS, policies = [{ step = { STEP, metric_delay = \"10min\" } }]", "this is not from 0 s to 5 min"),
    ("TASKS, policies = [{ step = { STEP, adjustment = \"changes\" } }]", "did you mean \"change\"?"),
    ("TASKS, policies = [{ step = { STEP, statistic = \"median\" } }]", "one of: average, minimum, maximum"),
    ("TASKS, policies = [{ step = { STEP, min_magnitude = 2 } }]", "a least magnitude is for percents alone"),
    ("TASKS, policies = [{ step = { STEP, cooldown = \"2day\" } }]", "this is not from 0 s to 1 day"),
    ("TASKS, policies = [{ step = { STEP, cooldwon = \"2s\" } }]", "did you mean \"cooldown\"?"),
    ("TASKS, policies = [{ step = { STEP, adjustment = \"exact\" } }]", "`add` does not go with this adjustment"),
    ("TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [] } }]", "it has no steps"),
    ("TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 0 }] } }]", "needs `add` or `remove`"),
    ("TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ add = 1 }] } }]", "a step has no bound at all"),
    (
        "TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 5, to = 5, add = 1 }] } }]",
        "ends where it begins",
    ),
    (
        "TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 0, set = 1 }] } }]",
        "`set` does not go with",
    ),
    (
        "TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 0, add = 1, remove = 1 }] } }]",
        "a step does one thing",
    ),
    (
        "TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = \"0\", add = 1 }] } }]",
        "no distance from the threshold",
    ),
    (
        "TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 0, add = \"50%\" }] } }]",
        "from 0 to 100000",
    ),
    (
        "TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 0, up = 1 }] } }]",
        "unknown key `up` in a step",
    ),
    (
        "TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 0, to = 9, add = 1 }, { from = 5, add = 2 }] } }]",
        "two steps overlap",
    ),
    (
        "TASKS, policies = [{ step = { alarm = \"> 60% cpu\", steps = [{ from = 0, to = 5, add = 1 }, { from = 9, add = 2 }] } }]",
        "stack.toml:7:93: policy \"> 60% cpu\": there is a gap between two steps",
    ),
    // Known times.
    ("TASKS, scheduled = { min = 1 }", "`scheduled` is a list"),
    ("TASKS, scheduled = [{ min = 1 }]", "a scheduled action needs `schedule`"),
    ("TASKS, scheduled = [{ schedule = \"rate(1 hour)\" }]", "sets `min`, `max` or both"),
    (
        "TASKS, scheduled = [{ schedule = \"rate(1 hour)\", min = 5, max = 2 }]",
        "the least capacity, 5, is above the most, 2",
    ),
    ("TASKS, scheduled = [{ schedule = \"cron(0 8 * * *)\", min = 1 }]", "cron"),
    ("TASKS, scheduled = [{ schedule = \"daily\", min = 1 }]", "stack.toml:7:107: a schedule is at("),
    ("TASKS, scheduled = [{ schedule = \"rate(1 hour)\", min = 1, timezone = \"Mars\" }]", "no time zone \"Mars\""),
    ("TASKS, scheduled = [{ schedule = \"rate(1 hour)\", min = 1, start = \"8h\" }]", "this is no time"),
    ("TASKS, scheduled = [{ schedule = \"rate(1 hour)\", min = 1, end = 8 }]", "this is no time"),
    ("TASKS, scheduled = [{ schedule = \"rate(1 hour)\", min = 1, name = \"\" }]", "a name is printable text"),
    ("TASKS, scheduled = [{ schedule = \"rate(1 hour)\", mn = 1 }]", "unknown key `mn` in a scheduled action"),
    ("TASKS, predictive = { mode = \"forecast\" }", "is no mode of predictive scaling"),
    ("TASKS, predictive = { target = \"0%\" }", "target"),
    ("TASKS, predictive = { buffer = \"1h\" }", "this is not from 0 s to 3599 s"),
    ("TASKS, predictive = { max_behavior = \"ignore\" }", "one of: honor, increase"),
    ("TASKS, predictive = { max_buffer = \"10%\" }", "`max_buffer` goes with max_behavior = \"increase\""),
    ("TASKS, predictive = { max_behavior = \"increase\", max_buffer = \"200%\" }", "from \"0%\" to \"100%\""),
    ("TASKS, target = \"70% cpu\", suspended = [{ from = \"2h\", to = \"1h\" }]", "ends after it begins"),
    ("TASKS, target = \"70% cpu\", suspended = [{ from = \"noon\", to = \"1h\" }]", "this is no moment"),
    ("TASKS, target = \"70% cpu\", suspended = [{ from = \"2026-13-05\", to = \"1h\" }]", "this is no moment"),
    ("TASKS, target = \"70% cpu\", suspended = [{ from = 5, to = \"1h\" }]", "this is no moment"),
    ("TASKS, target = \"70% cpu\", suspended = [{ to = \"1h\" }]", "a suspension needs `from`"),
    ("TASKS, target = \"70% cpu\", suspended = [{ from = \"1h\" }]", "a suspension needs `to`"),
    ("TASKS, target = \"70% cpu\", suspended = [{ from = \"0s\", to = \"1h\", what = [] }]", "nothing is suspended"),
    (
        "TASKS, target = \"70% cpu\", suspended = [{ from = \"0s\", to = \"1h\", what = [\"all\"] }]",
        "one of: in, out, scheduled",
    ),
    ("TASKS, target = \"70% cpu\", deployments = [{ every = \"1day\" }]", "a deployment needs `at`"),
    (
        "TASKS, target = \"70% cpu\", deployments = [{ at = \"1s\", every = \"1min\" }]",
        "this is not from 10 min to 365 day",
    ),
    (
        "TASKS, target = \"70% cpu\", deployments = [{ at = \"1s\", strategy = \"bluegreen\" }]",
        "did you mean \"blue-green\"?",
    ),
    (
        "TASKS, target = \"70% cpu\", deployments = [{ at = \"1s\", bake = \"1min\" }]",
        "a rolling deployment does not bake",
    ),
    (
        "TASKS, target = \"70% cpu\", deployments = [{ at = \"1s\", strategy = \"linear\", maximum = \"150%\" }]",
        "these percents are for rolling deployments",
    ),
    ("TASKS, target = \"70% cpu\", deployments = [{ at = \"1s\", maximum = \"90%\" }]", "from \"100%\" to \"200%\""),
    (
        "TASKS, target = \"70% cpu\", deployments = [{ at = \"1s\", minimum_healthy = \"101%\" }]",
        "from \"0%\" to \"100%\"",
    ),
    ("TASKS, target = \"70% cpu\", deployments = [{ at = \"1s\", maximum = \"100%\" }]", "replaces nothing"),
    // Tasks.
    ("TASKS, target = \"70% cpu\", launch_time = \"2day\"", "this is not from 0 s to 1 day"),
    ("TASKS, target = \"70% cpu\", launch_time = { min = \"2s\" }", "is `min` and `max`, or `measured`"),
    (
        "TASKS, target = \"70% cpu\", launch_time = { min = \"40s\", max = \"20s\" }",
        "at least 40 s, but at most 20 s (swap them)",
    ),
    ("TASKS, target = \"70% cpu\", launch_time = { measured = [] }", "no launch times were measured"),
    ("TASKS, target = \"70% cpu\", launch_time = { mean = \"2s\" }", "unknown key `mean` in `launch_time`"),
    ("TASKS, target = \"70% cpu\", provisioning = \"2day\"", "this is not from 0 s to 1 day"),
    ("TASKS, target = \"70% cpu\", health_check = \"90s\", health_check_grace = \"60s\"", "ECS stops them after 60 s"),
    ("TASKS, target = \"70% cpu\", deregistration_delay = \"2h\"", "this is not from 0 s to 1 h"),
    ("TASKS, target = \"70% cpu\", stop_timeout = \"121s\"", "this is not from 0 s to 2 min"),
    ("TASKS, target = \"70% cpu\", launch_burst = 0", "from 1 to 100000"),
    ("TASKS, target = \"70% cpu\", launches_per_second = 0", "from 1 to 100000"),
    ("TASKS, target = \"70% cpu\", launches_per_minute = 0", "from 1 to 100000"),
    ("TASKS, target = \"70% cpu\", spot_interruptions = \"5%/h\"", "nothing is on Spot"),
];

#[test]
fn what_cannot_be() {
    let least_step = "alarm = \"> 60% cpu\", steps = [{ from = 0, add = 1 }]";
    let mut told_otherwise = Vec::new();
    for (tasks, want) in BROKEN {
        let tasks = tasks.replace("TASKS", LEAST).replace("STEP", least_step);
        match service(&tasks) {
            Err(error) if error.contains(want) => {}
            other => told_otherwise.push(format!("{tasks}\n{:?}\ninstead of {want}\n", other.err())),
        }
    }
    assert!(told_otherwise.is_empty(), "{}", told_otherwise.join("\n"));
    for interruptions in ["5%", "5/h", "101%/h", "often"] {
        let tasks = format!("{LEAST}, target = \"70% cpu\", spot_interruptions = \"{interruptions}\"");
        let error = resolved(&tasks, "spot = \"50%\"", |_| {}).expect_err(interruptions);
        assert!(error.contains("5%/h") || error.contains("a share from"), "{error}");
    }
}
