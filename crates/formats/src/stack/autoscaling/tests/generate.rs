//! Loads that nobody measured, key by key.

use super::{LEAST, resolved, service};
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::LoadUnit;

const REST: &str = "min = 2, max = 10, target = \"70% cpu\"";
/// 2026-01-05, a Monday, and 2026-10-05, another one.
const MONDAY: i64 = 1_767_571_200;
const OCTOBER: i64 = 1_791_158_400;

/// A service of requests with these keys of `generate`.
fn with(keys: &str) -> String {
    format!("generate = {{ {keys} }}, capacity_per_task = \"600/min\", {REST}")
}

/// The load in units at these seconds, with when it begins.
#[track_caller]
fn at(tasks: &str, seconds: &[u64]) -> (i64, Vec<Ratio>) {
    let load = service(tasks).unwrap().load;
    let value = |&second: &u64| {
        let place = usize::try_from(second / u64::from(load.step())).unwrap();
        Ratio::new(load.values()[place].into(), load.ticks().into())
    };
    (load.start(), seconds.iter().map(value).collect())
}

#[test]
fn every_key() {
    const HOUR: u64 = 3_600;
    const DAY: u64 = 24 * HOUR;
    for (keys, start, seconds, units) in [
        ("base = \"600/min\"", MONDAY, [0, 7 * DAY - 60], [600, 600]),
        ("base = 600", MONDAY, [0, DAY], [600, 600]),
        ("base = \"10/s\"", MONDAY, [0, DAY], [600, 600]),
        ("base = \"1k/min\"", MONDAY, [0, DAY], [1_000, 1_000]),
        ("base = 0, daily = { height = \"3k/min\", at = \"15:00\" }", MONDAY, [3 * HOUR, 15 * HOUR], [0, 3_000]),
        ("base = 100, weekend = \"40%\"", MONDAY, [5 * DAY - 60, 5 * DAY], [100, 40]),
        ("base = 100, weekend = 1.5", MONDAY, [0, 6 * DAY], [100, 150]),
        ("base = 100, weekend = 0", MONDAY, [0, 6 * DAY], [100, 0]),
        ("base = 100, growth = { by = \"50%\", per = \"day\" }", MONDAY, [DAY, 2 * DAY], [150, 225]),
        ("base = 100, length = \"2week\", growth = { by = \"-50%\", per = \"week\" }", MONDAY, [0, 7 * DAY], [100, 50]),
        (
            "base = 100, length = \"31d\", growth = { by = \"100 %\", per = \"month\" }",
            MONDAY,
            [0, 30 * DAY],
            [100, 200],
        ),
        ("base = 1, ramps = [{ at = \"1h\", lasting = \"2h\", height = 8 }]", MONDAY, [2 * HOUR, DAY], [5, 9]),
        ("base = 1, ramps = [{ at = \"2026-01-05T01:00\", height = 8 }]", MONDAY, [0, HOUR], [1, 9]),
        ("base = 1, spikes = [{ at = \"1h\", lasting = \"1min\", height = 8 }]", MONDAY, [HOUR, HOUR + 60], [9, 1]),
        (
            "base = 1, spikes = [{ at = \"1h\", every = \"1day\", lasting = \"1min\", height = 8 }]",
            MONDAY,
            [DAY + HOUR, 6 * DAY + HOUR],
            [9, 9],
        ),
        ("base = 7, start = 2026-10-05", OCTOBER, [0, 60], [7, 7]),
        ("base = 7, start = \"2026-10-05T02:00+02:00\", length = \"1h\"", OCTOBER, [0, HOUR - 60], [7, 7]),
        (
            "base = 1, step = \"10s\", length = \"10min\", spikes = [{ at = \"20s\", lasting = \"10s\", height = 5 }]",
            MONDAY,
            [20, 30],
            [6, 1],
        ),
    ] {
        assert_eq!(at(&with(keys), &seconds), (start, units.map(Ratio::whole).to_vec()), "{keys}");
    }
    let steps = service(&with("base = 1, step = \"10s\", length = \"10min\"")).unwrap();
    assert_eq!((steps.load.step(), steps.load.seconds(), steps.usual_step, steps.source), (10, 600, 10, "generate"));
    assert_eq!(steps.remarks, ["the load is made up, not measured"]);
}

#[test]
fn noise_by_its_seed() {
    let load = |keys: &str| service(&with(&format!("base = 1000, length = \"1h\", {keys}"))).unwrap().load;
    assert_eq!(load("noise = \"5%\""), load("noise = \"5 %\", seed = 0"));
    assert_ne!(load("noise = \"5%\""), load("noise = \"5%\", seed = 1"));
    assert_ne!(load("noise = \"5%\""), load("noise = \"2.5%\""));
    let calm = load("noise = \"0%\"");
    assert!(calm.values().iter().all(|value| *value == calm.peak()));
}

#[test]
fn keys_beside_it() {
    let second =
        format!("generate = {{ base = 10 }}, load_unit = \"requests/s\", capacity_per_task = \"10/s\", {REST}");
    assert_eq!(at(&second, &[0]).1, [Ratio::whole(600)]);
    let minute =
        format!("generate = {{ base = \"60/min\" }}, load_unit = \"requests/s\", capacity_per_task = 5, {REST}");
    assert_eq!(at(&minute, &[0]).1, [Ratio::whole(60)]);
    let tasks =
        format!("generate = {{ base = 2.5, daily = {{ height = 1, at = \"12:00\" }} }}, load_unit = \"tasks\", {REST}");
    let found = service(&tasks).unwrap();
    assert_eq!((found.load.unit(), found.service.capacity), (LoadUnit::TaskUnits, Ratio::ONE));
    assert_eq!(at(&tasks, &[43_200]).1, [Ratio::new(7, 2)]);
    let larger = service(&format!("{}, scale = \"150%\"", with("base = 100"))).unwrap();
    assert_eq!(larger.load.mean(), Ratio::whole(150));
    assert_eq!(larger.remarks[1..], ["the load times 1.5"]);
    // By the clock of New York: midnight there, and the highest at its noon.
    let zoned =
        format!("{}, timezone = \"America/New_York\"", with("base = 0, daily = { height = 8, at = \"12:00\" }"));
    assert_eq!(at(&zoned, &[12 * 3_600]), (MONDAY + 5 * 3_600, vec![Ratio::whole(8)]));
}

#[test]
fn what_lies_outside() {
    let keys = "base = 1, length = \"1h\", ramps = [{ at = \"1h\", height = 8 }], \
                spikes = [{ at = \"2h\", every = \"1h\", lasting = \"1min\", height = 8 }]";
    let found = service(&with(keys)).unwrap();
    assert_eq!(
        found.remarks[1..],
        ["a ramp begins after the load has ended", "a spike begins after the load has ended"]
    );
    assert_eq!(found.load.mean(), Ratio::ONE);
}

#[test]
fn what_the_command_line_has_goes_first() {
    let generated = with("base = 7");
    let found = resolved(&generated, "", |file| file.set_tasks("api", "trace", "other.csv").unwrap()).unwrap();
    assert_eq!((found.autoscaled[0].1.load.seconds(), found.autoscaled[0].1.source), (60, "trace"));
    let set = |tasks: &str, assignment: &str| {
        resolved(tasks, "", |file| file.set(assignment).unwrap()).unwrap().autoscaled.remove(0).1
    };
    assert_eq!(set(&generated, "fargate.api.tasks.trace=load.csv").load.seconds(), 180);
    assert_eq!(set(&generated, "fargate.api.tasks.generate.base=9").load.mean(), Ratio::whole(9));
    let traced = format!("{LEAST}, target = \"70% cpu\"");
    assert_eq!(set(&traced, "fargate.api.tasks.generate={ base = 9 }").load.mean(), Ratio::whole(9));
}

/// Each with the words that it must be told in.
const BROKEN: &[(&str, &str)] = &[
    ("", "stack.toml:7:22: `generate` needs `base` (for example: base = \"600/min\")"),
    ("bas = 5", "did you mean \"base\"?"),
    ("base = \"many\"", "how many a minute"),
    ("base = -5", "a quantity cannot be negative"),
    ("base = \"5/month\"", "how many a minute"),
    ("base = \"3G/min\"", "`G` is no unit that fits here"),
    (
        "base = \"3B/min\"",
        "a value is too large (a load is at most 2,147,483,647: write smaller amounts, or less growth)",
    ),
    ("base = 1, peak = 5", "unknown key `peak` in `generate`"),
    ("base = 1, daily = 5", "`daily` must be a table"),
    ("base = 1, daily = { at = \"15:00\" }", "`daily` needs `height`"),
    ("base = 1, daily = { height = 5 }", "`daily` needs `at` (for example: at = \"15:00\")"),
    (
        "base = 1, daily = { height = 5, at = \"25:00\" }",
        "this is no time of the day (a clock time is written \"09:00\"",
    ),
    ("base = 1, daily = { height = 5, at = 15 }", "text in quotes"),
    ("base = 1, daily = { height = 5, at = \"15:00\", by = 1 }", "unknown key `by` in `daily`"),
    ("base = 1, weekend = \"half\"", "this is no factor for a load (write weekend = \"40%\", or 0.4)"),
    ("base = 1, weekend = -1", "this is no factor for a load"),
    ("base = 1, growth = \"5%\"", "`growth` must be a table"),
    ("base = 1, growth = { per = \"day\" }", "`growth` needs `by`"),
    ("base = 1, growth = { by = \"5%\" }", "`growth` needs `per`"),
    ("base = 1, growth = { by = 5, per = \"day\" }", "this is no growth (write \"5%\", or \"-5%\" where it shrinks)"),
    ("base = 1, growth = { by = \"-101%\", per = \"day\" }", "cannot shrink by more than all of it"),
    (
        "base = 1, growth = { by = \"5%\", per = \"year\" }",
        "\"year\" is no period of growth (one of: day, week, month)",
    ),
    ("base = 1, growth = { by = \"900%\", per = \"day\" }, length = \"60d\"", "write smaller amounts, or less growth"),
    ("base = 1, ramps = 5", "`ramps` is a list"),
    ("base = 1, ramps = [{ height = 5 }]", "a ramp needs `at`"),
    ("base = 1, ramps = [{ at = \"2h\" }]", "a ramp needs `height`"),
    ("base = 1, ramps = [{ at = \"2h\", height = 5, lasting = 9 }]", "the unit is missing"),
    ("base = 1, ramps = [{ at = \"2h\", height = 5, for = \"1h\" }]", "unknown key `for` in a ramp"),
    ("base = 1, ramps = [{ at = \"2025-01-01\", height = 5 }]", "this is before the load begins"),
    ("base = 1, spikes = { at = \"2h\" }", "`spikes` is a list"),
    ("base = 1, spikes = [{ at = \"2h\", height = 5 }]", "a spike needs `lasting`"),
    ("base = 1, spikes = [{ at = \"noon\", lasting = \"1min\", height = 5 }]", "this is no moment"),
    ("base = 1, spikes = [{ at = \"2h\", lasting = \"0s\", height = 5 }]", "this is not from 1 s to 3653 day"),
    ("base = 1, spikes = [{ at = \"2h\", lasting = \"1s\", every = \"1s\", height = 5 }]", "this is not from 1 min to"),
    (
        "base = 1, length = \"3653d\", spikes = [{ at = \"0s\", lasting = \"1s\", every = \"1min\", height = 5 }]",
        "a load has at most 100,000 spikes (give fewer, or less often)",
    ),
    ("base = 1, noise = 5", "a share from \"0%\" to \"100%\""),
    ("base = 1, noise = \"2.55%\"", "this is finer than a tenth of a percent"),
    ("base = 1, seed = \"lucky\"", "a whole number from 0"),
    ("base = 1, start = \"monday\"", "this is no time (write 2026-10-05, or \"2026-10-05T14:00Z\")"),
    ("base = 1, start = 5", "this is no time"),
    ("base = 1, start = \"2026-10-05T14:00:30Z\"", "a load begins on a whole minute"),
    ("base = 1, start = \"1969-10-05\"", "not between the years 1970 and 2200"),
    ("base = 1, start = \"2199-12-31\"", "a load lies between the years 1970 and 2200 (begin earlier"),
    ("base = 1, length = 5", "the unit is missing"),
    ("base = 1, length = \"30s\"", "this is not from 1 min to 3653 day"),
    (
        "base = 1, length = \"3653d\", step = \"1s\"",
        "at most 20,000,000 steps (write a longer `step`, or a shorter `length`)",
    ),
    ("base = 1, step = \"7s\"", "a step of 7 s does not divide a minute"),
    ("base = 1, step = \"2min\"", "this is not from 1 s to 1 min"),
];

#[test]
fn what_cannot_be() {
    let mut told_otherwise = Vec::new();
    let mut check = |tasks: String, want: &str| match service(&tasks) {
        Err(error) if error.contains(want) => {}
        other => told_otherwise.push(format!("{tasks}\n{:?}\ninstead of {want}\n", other.err())),
    };
    for (keys, want) in BROKEN {
        check(with(keys), want);
    }
    let rest = "capacity_per_task = \"600/min\", min = 2, max = 10, target = \"70% cpu\"";
    for (keys, want) in [
        ("generate = 5", "`generate` must be a table"),
        ("generat = { base = 1 }", "did you mean \"generate\"?"),
        (
            "trace = \"load.csv\", generate = { base = 1 }",
            "stack.toml:7:19: a load is read from a trace or generated, not both (leave `trace` or `generate` out)",
        ),
        ("generate = { base = 1 }, gaps = \"zero\"", "`gaps` says how a trace is read, but this load is generated"),
        ("generate = { base = 1 }, series = \"m1\"", "`series` says how a trace is read, but this load is generated"),
        ("generate = { base = 1 }, load_unit = \"requests/row\"", "one of: requests/min, requests/s, tasks"),
        ("generate = { base = 1 }, load_unit = \"cpu%\"", "this unit is for rows of a trace"),
        ("generate = { base = 1 }, load_unit = \"cpu%\", measured_at = 2", "this unit is for rows of a trace"),
        ("generate = { base = 1 }, measured_at = 2", "`measured_at` goes with load_unit = \"cpu%\""),
        ("generate = { base = \"5/min\" }, load_unit = \"tasks\"", "a load in tasks is how many it keeps busy"),
        ("generate = { base = 1 }, scale = 0", "this is no factor for a load (write scale = 1.5, or \"150%\")"),
    ] {
        check(format!("{keys}, {rest}"), want);
    }
    check("generate = { base = 1 }, min = 2, max = 10, target = \"70% cpu\"".into(), "needs `capacity_per_task`");
    assert!(told_otherwise.is_empty(), "{}", told_otherwise.join("\n"));
}
