use super::*;
use proptest::prelude::*;
use stackcost_model::scaling::MISSING;
use stackcost_model::time::zone;

fn options(form: LoadForm) -> TraceOptions {
    TraceOptions { form, ..TraceOptions::default() }
}

/// What a text comes to: step, values in units, remarks; or the message.
fn told(text: &str, options: &TraceOptions) -> String {
    match read("load", text.as_bytes(), options) {
        Ok(trace) => {
            let ticks = Ratio::from(trace.load.ticks());
            let value = |&value: &u32| match value {
                MISSING => "-".to_string(),
                value => (Ratio::from(value) / ticks).to_string(),
            };
            let values: Vec<String> = trace.load.values().iter().map(value).collect();
            let remarks: String = trace.remarks.iter().map(|remark| format!("; {remark}")).collect();
            format!("{} s: {}{remarks}", trace.load.step(), values.join(" "))
        }
        Err(problem) => problem.to_string(),
    }
}

#[track_caller]
fn check(text: &str, want: &str) {
    assert_eq!(told(text, &options(LoadForm::RequestsPerMinute)), want, "{text}");
}

#[test]
fn traces_in_csv() {
    check("timestamp,value\n2026-10-05T00:00Z,300\n2026-10-05T00:01Z,420.5\n", "60 s: 300 420.5");
    check("\u{feff}Time,Count\r\n\"2026-10-05 00:00:00\",1e3\r\n2026-10-05 00:01:00,2.5E1\r\n", "60 s: 1000 25");
    check("# a remark\nseconds,value\n0,1\n60,2\n120,\n180,4\n", "60 s: 1 2 - 4");
    check("timestamp,value\n1790000040,1\n1790000100,2\n", "60 s: 1 2");
    check("timestamp,value\n1790000040000,1\n1790000100000,2\n", "60 s: 1 2");
    check("other,time,value\nx,2026-10-05T02:00:00+02:00,7\n", "60 s: 7");
    check(
        "seconds,value\n0,10\n60,20\n60,40\n120,5\n",
        "60 s: 10 30 5; 1 rows have the time of the row before: their mean counts",
    );
    check("seconds,value\n0,10\n60,20\n240,5\n", "60 s: 10 20 20 20 5; 1 gaps, 120 s in all: the value before goes on");
}

#[test]
fn values_of_many_kinds() {
    let text = "seconds,value\n0,50\n300,100\n";
    let later = "; rows are 300 s apart: what happens between them, and what alarms make of it, cannot be seen";
    let five = |value: &str| [value; 5].join(" ");
    let want = |a, b| format!("60 s: {} {}{later}", five(a), five(b));
    assert_eq!(told(text, &options(LoadForm::RequestsPerRow)), want("10", "20"));
    assert_eq!(told(text, &options(LoadForm::RequestsPerSecond)), want("3000", "6000"));
    let full =
        "60 s: 2 2 2 2 2 4 4 4 4 4; 1 rows are at 100 % CPU: what was asked of the tasks then may have been more";
    assert_eq!(told(text, &options(LoadForm::CpuPercent { tasks: 4 })), format!("{full}{later}"));
}

#[test]
fn what_is_no_trace() {
    check("", "load is empty (a trace has a row for each minute or so)");
    check("timestamp,value\n", "load has no rows (a trace has a row for each minute or so)");
    check(
        "timestamp,valeu\n1,2\n",
        "load has no column of values: its header is `timestamp,valeu` (did you mean \"value\"?)",
    );
    check(
        "when,value\n1,2\n",
        "load has no column of times: its header is `when,value` (call it one of: timestamp, time, datetime, date, seconds)",
    );
    check("timestamp;value\n1;2\n", "load has no commas between its columns (write them with commas: timestamp,value)");
    check("seconds,value\n0,high\n", "load:2: `high` in column `value` is no number (a load is a number from 0 on)");
    check("seconds,value\n0,1\n60,-3\n", "load:3: `-3` in column `value` is negative (a load is a number from 0 on)");
    check("seconds,value\n60,1\n0,3\n", "load:3: `0` is before the time of the row above (sort the rows by time)");
    check(
        "timestamp,value\nnoon,1\n",
        "load:2: `noon` in column `timestamp` is no time (times are written like 2026-10-05T14:00:00Z, 2026-10-05 14:00, or as Unix seconds)",
    );
    check(
        "seconds,value\n0,99999999999999999999\n",
        "load:2: `99999999999999999999` in column `value` is too large (a load is a number from 0 on)",
    );
    check(
        "seconds,value\n0,\n60,\n",
        "load: there is no load: every step of the trace is missing (is it the right file, and the right column?)",
    );
    check(
        "seconds,value\n0,1,2\n",
        "load: CSV error: record 1 (line: 2, byte: 14): found record with 3 fields, but the previous record has 2 fields",
    );
}

#[test]
fn traces_in_json() {
    check(
        r#"[{"timestamp": "2026-10-05T00:00:00Z", "value": 3.5}, {"timestamp": "2026-10-05T00:01:00Z", "value": null}]"#,
        "60 s: 3.5 -",
    );
    check("[[1790000040, 1], [1790000100, 2]]", "60 s: 1 2");
    check(
        "[[1790000100, 1], [1790000040, 2]]",
        "load: item 2 is before the time of the one above (sort the rows by time)",
    );
    let result = |id: &str, status: &str| {
        format!(
            r#"{{"Id": "{id}", "Label": "RequestCount", "Timestamps": ["2026-10-05T00:01:00+00:00", "2026-10-05T00:00:00+00:00"], "Values": [20.0, 10.0], "StatusCode": "{status}"}}"#
        )
    };
    let data = |results: &str| format!(r#"{{"MetricDataResults": [{results}], "Messages": []}}"#);
    check(&data(&result("m1", "Complete")), "60 s: 10 20");
    check(&data(&result("m1", "PartialData")), "60 s: 10 20; CloudWatch has more data than this: it is partial");
    let two = data(&format!("{}, {}", result("m1", "Complete"), result("m2", "Complete")));
    check(&two, "load has several results: m1, m2 (choose one: series = \"m1\")");
    let series = |id: &str| TraceOptions { series: Some(id.into()), ..TraceOptions::default() };
    assert_eq!(told(&two, &series("m2")), "60 s: 10 20");
    assert_eq!(told(&two, &series("m3")), "load has no result \"m3\" (it has: m1, m2)");
    check(
        r#"{"Label": "RequestCount", "Datapoints": [{"Timestamp": "2026-10-05T00:01:00Z", "Sum": 8.0, "Unit": "Count"}, {"Timestamp": "2026-10-05T00:00:00Z", "Sum": 4.0, "Unit": "Count"}]}"#,
        "60 s: 4 8",
    );
    check(
        r#"{"a": 1}"#,
        "load is JSON, but no trace (what `aws cloudwatch get-metric-data` or `get-metric-statistics` prints, or a list of times and values)",
    );
    check(r#"[[1790000040, "x"]]"#, "load: item 1: `\"x\"` is no number");
    assert!(told("[[1, 2]", &TraceOptions::default()).starts_with("load:1:"));
}

#[test]
fn clocks_that_change() {
    // In New York the clock goes from 02:00 to 03:00 on 2026-03-08, and back at 02:00 on 2026-11-01.
    let new_york = TraceOptions { zone: zone("America/New_York").unwrap(), ..TraceOptions::default() };
    let spring = "timestamp,value\n2026-03-08 01:30,1\n2026-03-08 03:00,2\n2026-03-08 03:30,3\n";
    assert!(told(spring, &new_york).starts_with("60 s: 1 1"), "half an hour apart, as always");
    let autumn = "timestamp,value\n2026-11-01 01:00,1\n2026-11-01 01:30,2\n2026-11-01 01:00,3\n2026-11-01 01:30,4\n2026-11-01 02:00,5\n";
    let got = told(autumn, &new_york);
    assert!(got.contains("2 times are shown twice by the clock of their zone: the second counts"), "{got}");
    assert!(!got.contains("gaps"), "{got}");
    let skipped = "timestamp,value\n2026-03-08 01:45,1\n2026-03-08 02:15,2\n";
    assert!(told(skipped, &new_york).contains("1 times are skipped by the clock of their zone"));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = read("load", text.as_bytes(), &TraceOptions::default());
    }

    #[test]
    fn any_rows_are_read_or_refused(rows in proptest::collection::vec((0_u32..10_000, "[0-9.eE-]{0,6}"), 0..20)) {
        let rows: String = rows.iter().map(|(at, value)| format!("{at},{value}\n")).collect();
        let _ = read("load", format!("seconds,value\n{rows}").as_bytes(), &TraceOptions::default());
    }

    #[test]
    fn the_order_of_equal_times_does_not_matter(a in 0_u32..1_000, b in 0_u32..1_000) {
        let text = |a, b| format!("seconds,value\n0,{a}\n0,{b}\n60,1\n");
        let options = TraceOptions::default();
        prop_assert_eq!(told(&text(a, b), &options), told(&text(b, a), &options));
    }
}
