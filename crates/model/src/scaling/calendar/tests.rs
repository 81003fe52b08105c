use super::*;
use crate::time::zone;
use alloc::format;
use alloc::vec;
use jiff::ToSpan;
use jiff::civil::Weekday;
use proptest::prelude::*;

fn unix(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

/// The first times an expression runs in the days from `start` on, in UTC.
fn times(expression: &str, clock: &str, start: &str, days: u64, count: usize) -> Vec<String> {
    let schedule: Schedule = expression.parse().unwrap_or_else(|error| panic!("{expression}: {error}"));
    let start = unix(start);
    let zone = zone(clock).unwrap();
    let seconds = schedule.occurrences(&zone, start, days * DAY, None, None);
    let text = |second: u64| Timestamp::from_second(start.saturating_add_unsigned(second)).unwrap().to_string();
    seconds.take(count).map(text).collect()
}

#[track_caller]
fn utc(expression: &str, want: &[&str]) {
    let found = times(expression, "Etc/UTC", "2026-01-01T00:00:00Z", 365 * 30, want.len());
    let want: Vec<String> = want.iter().map(|time| format!("{time}:00Z")).collect();
    assert_eq!(found, want, "{expression}");
}

#[test]
fn examples_of_aws() {
    // 2026 begins on a Thursday.
    utc("cron(0 10 * * ? *)", &["2026-01-01T10:00", "2026-01-02T10:00", "2026-01-03T10:00"]);
    utc("cron(15 12 * * ? *)", &["2026-01-01T12:15", "2026-01-02T12:15"]);
    utc("cron(0 18 ? * MON-FRI *)", &["2026-01-01T18:00", "2026-01-02T18:00", "2026-01-05T18:00"]);
    utc("cron(0 8 1 * ? *)", &["2026-01-01T08:00", "2026-02-01T08:00"]);
    utc("cron(0/15 * * * ? *)", &["2026-01-01T00:00", "2026-01-01T00:15", "2026-01-01T00:30"]);
    utc("cron(0/10 * ? * MON-FRI *)", &["2026-01-01T00:00", "2026-01-01T00:10"]);
    utc("cron(0/5 8-17 ? * MON-FRI *)", &["2026-01-01T08:00", "2026-01-01T08:05"]);
    utc("cron(30 6 ? * MON *)", &["2026-01-05T06:30", "2026-01-12T06:30"]);
    utc("cron(1/10 * * * ? *)", &["2026-01-01T00:01", "2026-01-01T00:11", "2026-01-01T00:21"]);
    utc(
        "cron(0 0 ? JAN,FEB,MAR 3#2 *)",
        &["2026-01-13T00:00", "2026-02-10T00:00", "2026-03-10T00:00", "2027-01-12T00:00"],
    );
}

#[test]
fn days_of_the_month() {
    utc("cron(0 0 L * ? *)", &["2026-01-31T00:00", "2026-02-28T00:00", "2026-03-31T00:00"]);
    utc("cron(0 0 L FEB ? 2028)", &["2028-02-29T00:00"]);
    utc("cron(0 12 29 2 ? *)", &["2028-02-29T12:00", "2032-02-29T12:00"]);
    // 31 January is a Saturday, 28 February too, 31 May a Sunday.
    utc(
        "cron(0 0 LW 1-5 ? *)",
        &["2026-01-30T00:00", "2026-02-27T00:00", "2026-03-31T00:00", "2026-04-30T00:00", "2026-05-29T00:00"],
    );
    utc("cron(0 0 15W FEB,AUG ? *)", &["2026-02-16T00:00", "2026-08-14T00:00"]);
    // Never in another month: the 1st of August is a Saturday, the 31st of May a Sunday.
    utc("cron(0 0 1W 8 ? *)", &["2026-08-03T00:00"]);
    utc("cron(0 0 31W * ? *)", &["2026-01-30T00:00", "2026-03-31T00:00", "2026-05-29T00:00"]);
    utc(
        "cron(0 0 1/10 * ? *)",
        &["2026-01-01T00:00", "2026-01-11T00:00", "2026-01-21T00:00", "2026-01-31T00:00", "2026-02-01T00:00"],
    );
    utc("cron(0 0 5,3,3-4 * ? *)", &["2026-01-03T00:00", "2026-01-04T00:00", "2026-01-05T00:00", "2026-02-03T00:00"]);
}

#[test]
fn days_of_the_week() {
    utc("cron(0 0 ? * 1 *)", &["2026-01-04T00:00", "2026-01-11T00:00"]);
    utc("cron(0 0 ? * L *)", &["2026-01-03T00:00", "2026-01-10T00:00"]);
    utc("cron(0 0 ? * 6L *)", &["2026-01-30T00:00", "2026-02-27T00:00"]);
    utc("cron(0 0 ? * fril *)", &["2026-01-30T00:00", "2026-02-27T00:00"]);
    utc("cron(0 0 ? * MON#5 *)", &["2026-03-30T00:00", "2026-06-29T00:00"]);
    utc("cron(0 0 ? * 2/2 *)", &["2026-01-02T00:00", "2026-01-05T00:00", "2026-01-07T00:00", "2026-01-09T00:00"]);
    utc("cron(0 0 ? * SAT-THU *)", &["2026-01-01T00:00", "2026-01-03T00:00", "2026-01-04T00:00"]);
    utc("cron(0 0 ? * * *)", &["2026-01-01T00:00", "2026-01-02T00:00"]);
}

#[test]
fn months_years_and_steps() {
    utc("cron(0 0 1 1/6 ? *)", &["2026-01-01T00:00", "2026-07-01T00:00", "2027-01-01T00:00"]);
    utc("cron(0 0 1 jan ? 2026/2)", &["2026-01-01T00:00", "2028-01-01T00:00", "2030-01-01T00:00"]);
    utc("cron(0 0 1 1 ? 2020-2028/4,2031)", &["2028-01-01T00:00", "2031-01-01T00:00"]);
    utc("cron(*/20 5-20/5 * * ? *)", &["2026-01-01T05:00", "2026-01-01T05:20", "2026-01-01T05:40", "2026-01-01T10:00"]);
    utc("  cron( 0   0 1\t1 ? 2027 ) ", &["2027-01-01T00:00"]);
    utc("at(2026-03-01T08:00:00)", &["2026-03-01T08:00"]);
    utc("rate(1 minute)", &["2026-01-01T00:00", "2026-01-01T00:01"]);
    utc("rate(36 hours)", &["2026-01-01T00:00", "2026-01-02T12:00", "2026-01-04T00:00"]);
    utc("rate(5 days)", &["2026-01-01T00:00", "2026-01-06T00:00"]);
}

#[test]
fn clocks_that_change() {
    for (expression, clock, start, want) in [
        // New York's clock goes from 02:00 to 03:00 on 8 March 2026, at 07:00 UTC.
        ("cron(30 2 * * ? *)", "America/New_York", "2026-03-07T00:00:00Z", vec!["07T07:30", "08T07:00", "09T06:30"]),
        (
            "cron(0/30 1-3 8 3 ? *)",
            "America/New_York",
            "2026-03-07T00:00:00Z",
            vec!["08T06:00", "08T06:30", "08T07:00", "08T07:30"],
        ),
        ("cron(0 9 * * ? *)", "America/New_York", "2026-03-07T00:00:00Z", vec!["07T14:00", "08T13:00", "09T13:00"]),
        ("at(2026-03-08T02:30:00)", "America/New_York", "2026-03-07T00:00:00Z", vec!["08T07:00"]),
        // A load that begins at that moment has it, too.
        ("cron(30 2 * * ? *)", "America/New_York", "2026-03-08T07:00:00Z", vec!["08T07:00", "09T06:30", "10T06:30"]),
        // It goes back from 02:00 to 01:00 on 1 November, at 06:00 UTC.
        ("cron(30 1 1 * ? *)", "America/New_York", "2026-11-01T00:00:00Z", vec!["01T05:30"]),
        ("cron(30 1 * * ? *)", "America/New_York", "2026-11-01T06:00:00Z", vec!["02T06:30", "03T06:30", "04T06:30"]),
        (
            "cron(0/30 0-2 1 11 ? *)",
            "America/New_York",
            "2026-11-01T00:00:00Z",
            vec!["01T04:00", "01T04:30", "01T05:00", "01T05:30", "01T07:00", "01T07:30"],
        ),
        (
            "rate(1 day)",
            "America/New_York",
            "2026-11-01T00:00:00Z",
            vec!["01T00:00", "02T00:00", "03T00:00", "04T00:00"],
        ),
        // Berlin's on 29 March and 25 October, both at 01:00 UTC.
        (
            "cron(30 2 * * ? *)",
            "Europe/Berlin",
            "2026-03-28T00:00:00Z",
            vec!["28T01:30", "29T01:00", "30T00:30", "31T00:30"],
        ),
        (
            "cron(30 2 * * ? *)",
            "Europe/Berlin",
            "2026-10-24T00:00:00Z",
            vec!["24T00:30", "25T00:30", "26T01:30", "27T01:30"],
        ),
        // In Cairo it is midnight that is skipped, and Samoa went without 30 December 2011.
        (
            "cron(30 0 * * ? *)",
            "Africa/Cairo",
            "2026-04-22T00:00:00Z",
            vec!["22T22:30", "23T22:00", "24T21:30", "25T21:30"],
        ),
        (
            "cron(0 10 * * ? *)",
            "Pacific/Apia",
            "2011-12-29T00:00:00Z",
            vec!["29T20:00", "30T10:00", "30T20:00", "31T20:00"],
        ),
    ] {
        let found = times(expression, clock, start, 4, 9);
        let want: Vec<String> = want.iter().map(|time| format!("{}-{time}:00Z", &start[..7])).collect();
        assert_eq!(found[..want.len().min(found.len())], want, "{expression} {clock}");
    }
}

#[test]
fn start_and_end_time() {
    // The load is the first day of 2026; hours of it, 24 is its end.
    let start = unix("2026-01-01T00:00:00Z");
    let at = |hour: i64| start + hour * 3_600;
    for (expression, not_before, not_after, want) in [
        ("cron(0 0/6 * * ? *)", None, None, vec![0, 6, 12, 18]),
        ("cron(0 0/6 * * ? *)", Some(at(7)), None, vec![7, 12, 18]),
        ("cron(0 0/6 * * ? *)", Some(at(6)), Some(at(12)), vec![6, 12]),
        ("cron(0 0/6 * * ? *)", Some(at(-5)), Some(at(11)), vec![0, 6]),
        ("cron(0 0/6 * * ? *)", Some(at(24)), None, vec![]),
        ("cron(0 0/6 * * ? *)", Some(at(8)), Some(at(7)), vec![]),
        ("cron(0 0 30 2 ? *)", Some(at(3)), None, vec![3]),
        ("rate(10 hours)", None, None, vec![0, 10, 20]),
        ("rate(10 hours)", None, Some(at(10)), vec![0, 10]),
        ("rate(10 hours)", Some(at(3)), None, vec![3, 13, 23]),
        ("rate(10 hours)", Some(at(-3)), None, vec![7, 17]),
        ("rate(10 hours)", Some(at(-10)), None, vec![0, 10, 20]),
        ("rate(2 days)", Some(at(-24)), None, vec![]),
        ("rate(4000000000 days)", Some(at(-24)), None, vec![]),
        ("at(2026-01-01T05:00:00)", None, None, vec![5]),
        ("at(2026-01-01T05:00:00)", Some(at(3)), None, vec![5]),
        ("at(2026-01-01T05:00:00)", Some(at(6)), None, vec![]),
        ("at(2026-01-02T00:00:00)", None, None, vec![]),
        ("at(2025-12-31T23:59:59)", None, None, vec![]),
    ] {
        let schedule: Schedule = expression.parse().unwrap();
        let found: Vec<u64> = schedule
            .occurrences(&TimeZone::UTC, start, DAY, not_before, not_after)
            .map(|second| second / 3_600)
            .collect();
        assert_eq!(found, want, "{expression} {not_before:?} {not_after:?}");
    }
}

#[test]
fn what_never_runs() {
    for (expression, can) in [
        ("cron(0 0 30 2 ? *)", false),
        ("cron(0 0 31 4,6,9,11 ? *)", false),
        ("cron(0 0 29 2 ? 2027)", false),
        ("cron(0 0 29 2 ? *)", true),
        ("cron(0 0 ? 2 1#5 2027-2030)", false),
        ("at(1999-01-01T00:00:00)", true),
        ("rate(1 day)", true),
    ] {
        assert_eq!(expression.parse::<Schedule>().unwrap().can_run(), can, "{expression}");
    }
    // Nor in times that no calendar holds.
    let always: Schedule = "cron(* * * * ? *)".parse().unwrap();
    for (start, seconds) in [(i64::MIN, 60), (i64::MIN, u64::MAX), (-DAY.cast_signed(), DAY), (i64::MAX, u64::MAX)] {
        assert!(always.occurrences(&TimeZone::UTC, start, seconds, None, None).take(2).count() < 3);
    }
}

#[test]
fn a_minute_for_a_year() {
    let always: Schedule = "cron(* * * * ? *)".parse().unwrap();
    let count = |clock, start| always.occurrences(&zone(clock).unwrap(), unix(start), 365 * DAY, None, None).count();
    assert_eq!(count("Etc/UTC", "2026-01-01T00:00:00Z"), 525_600);
    // The hour that comes twice has its minutes once.
    assert_eq!(count("America/New_York", "2026-01-01T05:00:00Z"), 525_600 - 60);
}

#[test]
fn what_is_no_schedule() {
    let form = "a schedule is at(2026-03-01T08:00:00), rate(5 minutes) or cron(0 8 * * ? *)";
    let at = "the time, from 1970 to 2199, is written yyyy-mm-ddThh:mm:ss by the clock of the time zone";
    for text in ["", "0 8 * * ? *", "cron", "cron(0 8 * * ? *", "CRON(0 8 * * ? *)", "every(5 minutes)"] {
        assert_eq!(message(text), form, "{text}");
    }
    for text in [
        "",
        "2026-03-01",
        "2026-03-01T08:00",
        "2026-03-01 08:00:00",
        "2026-03-01T08:00:00Z",
        "2026-03-01T08:00:00+01:00",
        "2026-02-30T08:00:00",
        "2026-03-01T24:00:00",
        "2026-03-01T08:00:60",
        "2026-03-01T08:00:00.5",
        "1969-12-31T08:00:00",
    ] {
        assert_eq!(message(&format!("at({text})")), format!("at({text}): {at}"));
    }
    let number = "the number is a whole one above 0";
    for (text, why) in [
        ("5", "a rate is a number and a unit, as in rate(5 minutes)"),
        ("5 min utes", "a rate is a number and a unit, as in rate(5 minutes)"),
        ("0 minutes", number),
        ("+5 minutes", number),
        ("1.5 hours", number),
        ("5000000000 days", number),
        ("5 seconds", "the unit is minutes, hours or days (minute, hour, day with 1)"),
        ("1 minutes", "1 takes the singular: minute, hour, day"),
        ("2 hour", "more than 1 takes the plural: minutes, hours, days"),
    ] {
        assert_eq!(message(&format!("rate({text})")), format!("rate({text}): {why}"));
    }
    let fields = "cron has 6 fields, minute hour day-of-month month day-of-week year, not ";
    for (text, want) in [
        ("", "0"),
        ("0 8 * * ?", "5: add the year, or *"),
        ("0 0 8 * * ? *", "7: seconds, which would come first, cannot be told"),
    ] {
        assert_eq!(message(&format!("cron({text})")), format!("{fields}{want}"));
    }
    assert_eq!(
        message("cron(0 8 ? * ? *)"),
        "day of month and day of week are both ?: put * in one of them for every day"
    );
    assert_eq!(
        message("cron(0 8 * * MON *)"),
        "day of month \"*\" and day of week \"MON\" are both told: put ? in one of them"
    );
}

fn message(text: &str) -> String {
    text.parse::<Schedule>().map_or_else(|error| error.to_string(), |_| format!("{text} was read"))
}

#[test]
fn fields_that_cannot_be_read() {
    for (fields, want) in [
        ("60 8 * * ? *", "minute \"60\": too large"),
        ("-5 8 * * ? *", "minute \"-5\": a value is missing"),
        ("0/0 8 * * ? *", "minute \"0/0\": a step of 0 goes nowhere"),
        ("0/61 8 * * ? *", "minute \"0/61\": the step is larger than the field"),
        ("0/x 8 * * ? *", "minute \"0/x\": after / comes a whole number"),
        ("/5 8 * * ? *", "minute \"/5\": a value is missing"),
        ("0,,5 8 * * ? *", "minute \"0,,5\": a value is missing"),
        ("? 8 * * ? *", "minute \"?\": ? stands alone, and for a day"),
        ("0 24 * * ? *", "hour \"24\": too large"),
        ("0 22-5 * * ? *", "hour \"22-5\": a range goes up; write two, as in 22-23,0-5"),
        ("0 8am * * ? *", "hour \"8am\": this is no value of it"),
        ("0 8 0 * ? *", "day of month \"0\": too small"),
        ("0 8 32W * ? *", "day of month \"32W\": too large"),
        ("0 8 W * ? *", "day of month \"W\": a value is missing"),
        ("0 8 1,L * ? *", "day of month \"1,L\": L and W stand alone, not in a list"),
        ("0 8 L-3 * ? *", "day of month \"L-3\": days before the last one cannot be told"),
        ("0 8 1,? * ? *", "day of month \"1,?\": ? stands alone, and for a day"),
        ("0 8 * 13 ? *", "month \"13\": too large"),
        ("0 8 * JANUARY ? *", "month \"JANUARY\": this is no value of it"),
        ("0 8 ? * 0 *", "day of week \"0\": too small"),
        ("0 8 ? * 8 *", "day of week \"8\": too large"),
        ("0 8 ? * MON#6 *", "day of week \"MON#6\": after # comes 1 to 5"),
        ("0 8 ? * MON#+1 *", "day of week \"MON#+1\": after # comes 1 to 5"),
        ("0 8 ? * 3#1,6#3 *", "day of week \"3#1,6#3\": L and # stand alone, not in a list"),
        ("0 8 ? * MON,FRIL *", "day of week \"MON,FRIL\": L and # stand alone, not in a list"),
        ("0 8 ? * MONL-5 *", "day of week \"MONL-5\": this is no value of it"),
        ("0 8 * * ? 1969", "year \"1969\": too small"),
        ("0 8 * * ? 2200", "year \"2200\": too large"),
        ("0 8 * * ? 99999", "year \"99999\": this is no value of it"),
        ("0 8 * * ? *,", "year \"*,\": a value is missing"),
    ] {
        let found = message(&format!("cron({fields})"));
        let (why, allowed) = found.split_once("; allowed are ").unwrap_or_else(|| panic!("{fields}: {found}"));
        assert_eq!(why, want);
        assert!(!allowed.is_empty());
    }
    assert_eq!(
        message("cron(0 24 * * ? *)"),
        "hour \"24\": too large; allowed are 0-23, lists (8,18), ranges (8-17), steps (0/6), *"
    );
}

fn action(name: &str, schedule: &str, min: u32) -> PlannedAction {
    PlannedAction {
        name: name.to_string(),
        schedule: schedule.parse().unwrap(),
        zone: TimeZone::UTC,
        not_before: None,
        not_after: None,
        min: Some(min),
        max: None,
    }
}

#[test]
fn actions_over_a_load() {
    let actions = [
        action("night", "cron(0 20 * * ? *)", 1),
        action("never", "cron(0 0 30 2 ? *)", 9),
        action("day", "cron(0 8,20 * * ? *)", 5),
        action("past", "at(1969-12-31T00:00:00)".replace("1969", "1970").as_str(), 7),
        action("first", "rate(20 hours)", 2),
    ];
    let planned = plan_actions(&actions, 0, DAY).unwrap();
    let found: Vec<(u64, &str, Option<u32>)> =
        planned.runs.iter().map(|run| (run.at / 3_600, run.name.as_str(), run.min)).collect();
    // Of the same second in the order they are told.
    let want = [(0, "first", 2), (8, "day", 5), (20, "night", 1), (20, "day", 5), (20, "first", 2)];
    assert_eq!(found, want.map(|(hour, name, min)| (hour, name, Some(min))));
    assert_eq!(planned.idle, [1, 3]);
    assert_eq!(plan_actions(&[], 0, DAY), Ok(Planned { runs: vec![], idle: vec![] }));
}

#[test]
fn more_actions_than_can_be() {
    let many = |count: usize, schedule: &str| vec![action("one", schedule, 1); count];
    assert_eq!(plan_actions(&many(200, "rate(1 day)"), 0, DAY).map(|planned| planned.runs.len()), Ok(200));
    let error = plan_actions(&many(201, "rate(1 day)"), 0, DAY).unwrap_err();
    assert_eq!(error.to_string(), "201 scheduled actions are more than AWS lets a service have (200)");
    assert_eq!(plan_actions(&many(4, "rate(1 minute)"), 0, 365 * DAY), Err(TooManyActions::Runs));
}

/// A second reading of cron: walks a clock minute by minute and asks of each time whether each field
/// names it, with nothing laid out.
mod naive {
    use super::*;

    const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    fn value(text: &str, least: i32, names: &[&str]) -> i32 {
        names
            .iter()
            .position(|name| *name == text)
            .map_or_else(|| text.parse().unwrap(), |at| least + i32::try_from(at).unwrap())
    }

    fn names(text: &str, is: i32, least: i32, most: i32, words: &[&str]) -> bool {
        text.split(',').any(|part| {
            let (range, step) = part.split_once('/').map_or((part, 1), |(range, step)| (range, step.parse().unwrap()));
            let open = part.contains('/');
            let (first, last) = if range == "*" {
                (least, most)
            } else if let Some((first, last)) = range.split_once('-') {
                (value(first, least, words), value(last, least, words))
            } else {
                let first = value(range, least, words);
                (first, if open { most } else { first })
            };
            // A range of weekdays may go round.
            let length = if first <= last { last - first } else { last - first + 7 };
            let distance = if first <= last || is >= first { is - first } else { is - first + 7 };
            (0..=length).contains(&distance) && distance % step == 0
        })
    }

    fn is_workday(day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    fn weekday(text: &str) -> Weekday {
        Weekday::from_sunday_one_offset(i8::try_from(value(text, 1, WEEKDAYS)).unwrap()).unwrap()
    }

    fn on_day(day: Date, of_month: &str, of_week: &str) -> bool {
        if of_week == "?" {
            if of_month == "L" {
                return day == day.last_of_month();
            }
            if of_month == "LW" {
                let later = |days: i64| day + days.days();
                return is_workday(day)
                    && (1..8).map(later).all(|day2| day2.month() != day.month() || !is_workday(day2));
            }
            if let Some(wanted) = of_month.strip_suffix('W') {
                let Ok(wanted) = Date::new(day.year(), day.month(), wanted.parse().unwrap()) else { return false };
                let near = [0_i64, -1, 1, -2, 2].into_iter().map(|days| wanted + days.days());
                return near.clone().find(|near| near.month() == day.month() && is_workday(*near)) == Some(day);
            }
            return names(of_month, day.day().into(), 1, 31, &[]);
        }
        if of_week == "L" {
            return day.weekday() == Weekday::Saturday;
        }
        if let Some((name, nth)) = of_week.split_once('#') {
            return day.nth_weekday_of_month(nth.parse().unwrap(), weekday(name)).ok() == Some(day);
        }
        if let Some(name) = of_week.strip_suffix('L') {
            return day.nth_weekday_of_month(-1, weekday(name)).ok() == Some(day);
        }
        names(of_week, day.weekday().to_sunday_one_offset().into(), 1, 7, WEEKDAYS)
    }

    fn on(time: DateTime, fields: &[String]) -> bool {
        names(&fields[1], time.hour().into(), 0, 23, &[])
            && names(&fields[0], time.minute().into(), 0, 59, &[])
            && names(&fields[3], time.month().into(), 1, 12, MONTHS)
            && names(&fields[5], time.year().into(), 1970, 2199, &[])
            && on_day(time.date(), &fields[2], &fields[4])
    }

    /// All whole minutes of a span at which the clock comes to a time that the fields name, for the
    /// first time: shown, or jumped over.
    pub fn runs(fields: &[String], zone: &TimeZone, start: i64, seconds: u64) -> Vec<u64> {
        let shown = |second| zone.to_datetime(Timestamp::from_second(second).unwrap());
        let end = start.saturating_add_unsigned(seconds);
        let mut found = Vec::new();
        // Two days before, to know what the clock has shown.
        let mut second = start - 2 * DAY.cast_signed();
        let mut highest = shown(second);
        while second + 60 < end {
            second += 60;
            let mut named = false;
            while highest < shown(second) {
                highest += 1.minute();
                named = named || (second >= start && on(highest, fields));
            }
            if named {
                found.push(second.abs_diff(start));
            }
        }
        found
    }
}

/// A list, range, step, value or `*` of a field.
fn field(least: u32, most: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*".to_string()),
        (least..=most).prop_map(|value| value.to_string()),
        (least..=most, least..=most).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        (least..=most, 1..=most - least).prop_map(|(first, step)| format!("{first}/{step}")),
        (least..=most, least..=most, 1..=5_u32).prop_map(|(a, b, step)| format!("{}-{}/{step}", a.min(b), a.max(b))),
        proptest::collection::vec(least..=most, 1..4).prop_map(|values| values
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",")),
        (1..=most - least).prop_map(|step| format!("*/{step}")),
    ]
}

const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "1", "2", "3", "4", "5", "6", "7"];

fn named_day() -> impl Strategy<Value = (String, String)> {
    let day = || proptest::sample::select(DAYS);
    let of_month = prop_oneof![
        3 => field(1, 31),
        1 => Just("L".to_string()),
        1 => Just("LW".to_string()),
        2 => (1..=31_u32).prop_map(|day| format!("{day}W")),
    ];
    let of_week = prop_oneof![
        field(1, 7),
        (day(), day()).prop_map(|(first, last)| format!("{first}-{last}")),
        day().prop_map(|day| format!("{day}L")),
        (day(), 1..=5).prop_map(|(day, nth)| format!("{day}#{nth}")),
        Just("L".to_string()),
    ];
    prop_oneof![of_month.prop_map(|day| (day, "?".to_string())), of_week.prop_map(|day| ("?".to_string(), day))]
}

fn fields() -> impl Strategy<Value = Vec<String>> {
    let month = prop_oneof![3 => Just("*".to_string()), 1 => field(1, 12), 1 => Just("JAN-MAR,OCT-DEC".to_string())];
    let year = prop_oneof![3 => Just("*".to_string()), 1 => field(2010, 2040)];
    (field(0, 59), field(0, 23), named_day(), month, year)
        .prop_map(|(minute, hour, (day, weekday), month, year)| vec![minute, hour, day, month, weekday, year])
}

const ZONES: &[&str] = &[
    "Etc/UTC",
    "America/New_York",
    "Europe/Berlin",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Pacific/Apia",
];

/// A zone, and a moment, often one near which its clock changes.
fn moment() -> impl Strategy<Value = (TimeZone, i64)> {
    let years = unix("2010-01-01T00:00:00Z")..unix("2040-01-01T00:00:00Z");
    (proptest::sample::select(ZONES), years, any::<bool>(), 0..2 * DAY.cast_signed()).prop_map(
        |(name, second, near, before)| {
            let zone = zone(name).unwrap();
            let next =
                zone.following(Timestamp::from_second(second).unwrap()).next().map(|next| next.timestamp().as_second());
            let second = if near { next.unwrap_or(second) - before } else { second };
            (zone, second - second.rem_euclid(60))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn as_a_clock_that_is_watched(fields in fields(), (zone, start) in moment(), minutes in 1..4 * 24 * 60_u64) {
        let schedule: Schedule = format!("cron({})", fields.join(" ")).parse().unwrap();
        let found: Vec<u64> = schedule.occurrences(&zone, start, minutes * 60, None, None).collect();
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert!(found.iter().all(|&second| second < minutes * 60));
        prop_assert_eq!(found, naive::runs(&fields, &zone, start, minutes * 60));
    }

    #[test]
    fn a_span_in_two_is_the_span(fields in fields(), (zone, start) in moment(), cut in 0..40 * DAY) {
        let schedule: Schedule = format!("cron({})", fields.join(" ")).parse().unwrap();
        let over = |start: i64, seconds: u64| schedule.occurrences(&zone, start, seconds, None, None);
        let parts = over(start, cut).chain(over(start.saturating_add_unsigned(cut), 40 * DAY - cut).map(|second| second + cut));
        prop_assert!(parts.eq(over(start, 40 * DAY)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(cron|rate|at)?\\(?[0-9A-Za-z*?/,# -]*\\)?") {
        if let Err(error) = text.parse::<Schedule>() {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
