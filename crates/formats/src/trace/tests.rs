//! Traces as texts, and what is read from them.

use super::*;
use proptest::prelude::*;
use stackcost_model::exact::Ratio;
use stackcost_model::scaling::{LoadUnit, MISSING};
use stackcost_model::time::zone;

/// Steps in units, a dash where nothing is known, with the beginning and the step of the grid.
fn shown(load: &Load) -> String {
    let unit = |&value: &u32| match value {
        MISSING => "-".to_string(),
        value => Ratio::new(value.into(), load.ticks().into()).to_string(),
    };
    let steps: Vec<String> = load.values().iter().map(unit).collect();
    let start = jiff::Timestamp::from_second(load.start()).unwrap();
    format!("{start}+{}: {}", load.step(), steps.join(" "))
}

/// Reads a text, and compares the load with its remarks, or the whole problem.
fn check_with(options: &TraceOptions, text: &str, expect: &str) {
    let found = match read("load", text.as_bytes(), options) {
        Ok(trace) => std::iter::once(shown(&trace.load)).chain(trace.remarks).collect::<Vec<_>>().join("; "),
        Err(problem) => problem.to_string(),
    };
    assert_eq!(found, expect, "{text}");
}

fn check(text: &str, expect: &str) {
    check_with(&TraceOptions::default(), text, expect);
}

fn series(name: &str) -> TraceOptions {
    TraceOptions { series: Some(name.into()), ..TraceOptions::default() }
}

fn new_york() -> TraceOptions {
    TraceOptions { zone: zone("America/New_York").unwrap(), ..TraceOptions::default() }
}

const NINE: &str = "2026-10-01T09:00:00Z+60";

#[test]
fn csv_however_it_is_written() {
    for text in [
        "timestamp,value\n2026-10-01T09:00:00Z,5\n2026-10-01T09:01:00Z,7.5\n",
        "\u{feff}Timestamp,Value\r\n2026-10-01T09:00:00Z,5\r\n2026-10-01T09:01:00Z,7.5",
        "# of the load balancer\n\ntimestamp,value\n# first\n2026-10-01T09:00:00Z,5\n\n2026-10-01T09:01:00Z,7.5\n,,\n",
        "time , host , Requests\n2026-10-01T09:00:00Z , a , 5\n2026-10-01T09:01:00Z , b , 7.5\n",
        "\"date\",\"note\",\"sum\"\n\"2026-10-01T09:00:00Z\",\"a, \"\"b\"\"\",\"5\"\n2026-10-01T09:01:00Z,,0.75e1\n",
        "value,timestamp\n5,1790845200\n7.5,1790845260\n",
        "value,ts\n+5.0,1790845200000\n75E-1,1790845260000\n",
    ] {
        check(text, &format!("{NINE}: 5 7.5"));
    }
    check("timestamp,value\n2026-10-01 09:00,5\n2026-10-01 09:01,7.5", &format!("{NINE}: 5 7.5"));
    check(
        "timestamp,value\n2026-10-01T09:00:00.250Z,5\n2026-10-01T09:01:00Z,7.5",
        &format!("{NINE}: 5 7.5; a time has a fraction of a second, which is cut"),
    );
    check("seconds,value\n0,5\n60,7.5\n", "1970-01-01T00:00:00Z+60: 5 7.5");
}

#[test]
fn rows_that_are_missing_or_double() {
    let text = "timestamp,value\n2026-10-01T09:00:00Z,5\n2026-10-01T09:01:00Z,\n2026-10-01T09:02:00Z,2\n\
                2026-10-01T09:02:00Z,4\n2026-10-01T09:04:00Z,6\n";
    let remarks = |rule| {
        format!(
            "2 rows share 1 timestamp: their mean is taken; a gap of 1 minute between rows: {rule} there; \
             1 row without a value: {rule} there"
        )
    };
    for (gaps, steps, rule) in [
        (Gaps::Hold, "5 5 3 3 6", "the value before holds"),
        (Gaps::Zero, "5 0 3 0 6", "the load is 0"),
        (Gaps::Missing, "5 - 3 - 6", "nothing is known"),
    ] {
        let options = TraceOptions { gaps, ..TraceOptions::default() };
        check_with(&options, text, &format!("{NINE}: {steps}; {}", remarks(rule)));
    }
}

#[test]
fn which_column_is_the_load() {
    let text = "timestamp,host,Sum,Average\n2026-10-01T09:00:00Z,a,5,1\n";
    check(text, &format!("{NINE}: 5; values are from `Sum`, not from `Average`"));
    check_with(&series("average"), text, &format!("{NINE}: 1"));
    check_with(&series("Averge"), text, "load:1:1: there is no column `Averge` (did you mean \"Average\"?)");
    check_with(
        &series("p99"),
        text,
        "load:1:1: there is no column `p99` (the columns are: timestamp, host, Sum, Average)",
    );
}

#[test]
fn counts_that_are_read_as_so_many_a_minute() {
    let text = "timestamp,Sum\n2026-10-01T09:00:00Z,10\n2026-10-01T09:02:00Z,20\n";
    let coarse = "rows are 2 minutes apart: what happens between them, and what alarms make of it, cannot be seen";
    check(
        text,
        &format!(
            "{NINE}: 10 10 20 20; `Sum` often counts what came from one row to the next, here 120 s, and is read as \
             so many a minute: if it counts, say that values are requests per row; {coarse}"
        ),
    );
    let counts = TraceOptions { form: LoadForm::RequestsPerRow, ..TraceOptions::default() };
    check_with(&counts, text, &format!("{NINE}: 5 5 10 10; {coarse}"));
}

#[test]
fn values_as_they_are_counted() {
    let text = "timestamp,value\n2026-10-01T09:00:00Z,50\n2026-10-01T09:01:00Z,25\n";
    for (form, unit, steps) in [
        (LoadForm::RequestsPerMinute, LoadUnit::RequestsPerMinute, "50 25"),
        (LoadForm::RequestsPerSecond, LoadUnit::RequestsPerMinute, "3000 1500"),
        (LoadForm::TaskUnits, LoadUnit::TaskUnits, "50 25"),
        (LoadForm::CpuPercent { tasks: 3 }, LoadUnit::TaskUnits, "1.5 0.75"),
    ] {
        let options = TraceOptions { form, ..TraceOptions::default() };
        let trace = read("load", text.as_bytes(), &options).unwrap();
        assert_eq!((trace.load.unit(), shown(&trace.load)), (unit, format!("{NINE}: {steps}")), "{form:?}");
        assert_eq!((trace.rows, trace.usual_step), (2, 60));
    }
}

#[test]
fn clocks_of_new_york() {
    // Forward at two: nothing is missing, although the clock shows an hour less.
    check_with(
        &new_york(),
        "time,value\n2026-03-08 01:58,1\n2026-03-08 01:59,2\n2026-03-08 03:00,3\n",
        "2026-03-08T06:58:00Z+60: 1 2 3",
    );
    // Back at two: one o'clock comes twice.
    let back = "time,value\n2026-11-01 01:59,1\n2026-11-01 01:00,2\n2026-11-01 01:01,3\n";
    check_with(
        &new_york(),
        back,
        "2026-11-01T05:59:00Z+60: 1 2 3; \
         2 rows are taken for the second time that the clocks of America/New_York show, as they go back",
    );
    // A row that is there twice is no clock that goes back, where rows are minutes apart.
    check_with(
        &new_york(),
        "time,value\n2026-11-01 00:59,1\n2026-11-01 01:00,2\n2026-11-01 01:00,4\n2026-11-01 01:01,5\n",
        "2026-11-01T04:59:00Z+60: 1 3 5; 2 rows share 1 timestamp: their mean is taken",
    );
    let hours = "time,value\n2026-11-01 00:00,1\n2026-11-01 01:00,2\n2026-11-01 01:00,3\n2026-11-01 02:00,4\n";
    let trace = read("load", hours.as_bytes(), &new_york()).unwrap();
    assert_eq!((trace.load.values().len(), trace.rows), (240, 4));
    assert!(trace.remarks.iter().any(|remark| remark.starts_with("a row is taken for the second time")));
    // Newest first, as CloudWatch gives it.
    let newest = r#"{"MetricDataResults": [{"Id": "m", "Label": "m", "Values": [3, 2, 1, 0],
        "Timestamps": ["2026-11-01T01:01:00", "2026-11-01T01:00:00", "2026-11-01T01:59:00", "2026-11-01T01:58:00"]}]}"#;
    check_with(
        &new_york(),
        newest,
        "2026-11-01T05:58:00Z+60: 0 1 2 3; \
         2 rows are taken for the second time that the clocks of America/New_York show, as they go back",
    );
    check_with(
        &new_york(),
        r#"{"Datapoints": [{"Timestamp": "2026-11-01T01:01:00", "Sum": 3}]}"#,
        "load:1:17: the clocks show this time twice (datapoints are in no order, so write their times with an offset)",
    );
    check(
        back,
        "load:3:1: `2026-11-01 01:00` is before the time of the row above \
         (if the clocks went back, name the time zone of the trace; else sort its rows by time)",
    );
    check_with(
        &new_york(),
        "time,value\n2026-03-08 02:30,1\n",
        "load:2:1: `2026-03-08 02:30` is no time in America/New_York: its clocks went forward over it \
         (these times may be in UTC, or in another zone)",
    );
}

#[test]
fn broken_csv() {
    let times = "times are written 2026-10-01T09:00:00Z, 2026-10-01 09:00:00, or in Unix seconds or milliseconds";
    let example = "a trace is CSV with a header `timestamp,value`, or JSON from `aws cloudwatch get-metric-data`";
    for (text, expect) in [
        ("", format!("load is empty ({example})")),
        (" \n\n", format!("load is empty ({example})")),
        ("timestamp,value\n", format!("load has no rows ({example})")),
        ("# nothing\n", format!("load has no rows ({example})")),
        ("a\0b", "load is no text in UTF-8: it has NUL bytes (save it as CSV in UTF-8)".into()),
        (
            "timestamp;value\n2026-10-01;5",
            "load:1:1: columns are separated by semicolons (save it with commas between columns, and points in numbers)"
                .into(),
        ),
        (
            "timestamp\tvalue\n2026-10-01\t5",
            "load:1:1: columns are separated by tabs (save it with commas between columns, and points in numbers)".into(),
        ),
        (
            "2026-10-01,5\n2026-10-02,6",
            "load:1:1: there is no header: the first line is a row (write `timestamp,value` above it)".into(),
        ),
        ("timestmp,value\n", "load:1:1: there is no column of times (did you mean \"timestamp\"?)".into()),
        (
            "when,value\n",
            "load:1:1: there is no column of times (it is called one of: timestamp, time, datetime, date_time, \
             date time, date, ts, seconds, second, elapsed)"
                .into(),
        ),
        (
            "time,FargateOnECS\n",
            format!("load:1:1: there is no column of values (it is called one of: {})", VALUES.join(", ")),
        ),
        (
            "timestamp,value\n2026-10-01,5\n2026-10-02,abc\n",
            "load:3:12: `abc` is no number (values are numbers such as 1500 or 0.25, and empty where nothing is known)"
                .into(),
        ),
        (
            "timestamp,value\n2026-10-01,\"1,500\"\n",
            "load:2:1: `1,500` is no number (write 1500.5, with a point and without separators of thousands)".into(),
        ),
        ("timestamp,value\n2026-10-01,-5\n", "load:2:12: `-5` is negative, and no load is".into()),
        ("timestamp,value\n2026-10-01,1e40\n", "load:2:12: `1e40` is too large".into()),
        ("timestamp,value\n2026-10-01,1e10\n", "load: a value is too large (a load is at most 2,147,483,647: is it the right column, and the right unit?)".into()),
        ("timestamp,value\n2026-10-01,\n", "load: there is no load: every step of the trace is missing (is it the right file, and the right column?)".into()),
        ("timestamp,value\nnoon,5\n", format!("load:2:1: `noon` is no time ({times})")),
        ("timestamp,value\n,5\n", "load:2:1: the time is missing".into()),
        (
            "time,value\n0,5\n",
            "load:2:1: `0` is no time: Unix seconds of today have 10 digits \
             (a column of seconds from the start is called `seconds`)"
                .into(),
        ),
        ("time,value\n1066-10-14,5\n", "load:2:1: `1066-10-14` is not between the years 1970 and 2200".into()),
        (
            "time,value\n2026-10-02,5\n2026-10-01,5\n",
            "load:3:1: `2026-10-01` is before the time of the row above (sort the rows by time)".into(),
        ),
        ("seconds,value\n-60,5\n", "load:2:1: `-60` is negative (seconds count from the start of the trace)".into()),
        (
            "seconds,value\nnoon,5\n",
            "load:2:1: `noon` is no number of seconds (a column of times is called `timestamp`)".into(),
        ),
        (
            "seconds,value\n60,5\n60,5\n",
            "load:3:1: `seconds` do not go forward \
             (in a trace they count from its start, and are not how long a value holds)"
                .into(),
        ),
        (
            "time,value\n1990-01-01,5\n2026-10-01,5\n",
            "load: a load lasts ten years at most, and has at most 20,000,000 steps \
             (cut it to the time that matters, or give rows that are farther apart)".into(),
        ),
        ("time,value\n2026-10-01\n", "load:2:1: this row has 1 of 2 cells: is the file cut off?".into()),
        ("time,value\n2026-10-01,1,500\n", "load:2:1: this row has 3 cells instead of 2".into()),
        ("time,value\n\"2026-10-01,5\n", "load:2:1: a quote on this line is not closed (a row is one line)".into()),
    ] {
        check(text, &expect);
    }
    let latin = b"time,value,caf\xe9\n2026-10-01,abc,\xe9\n";
    let problem = read("load", latin, &TraceOptions::default()).unwrap_err();
    assert!(problem.to_string().starts_with("load:2:12: `abc` is no number"), "{problem}");
}

#[test]
fn far_down_a_large_trace() {
    let rows: String = (0..1_000).map(|row| format!("{},5\n", 1_790_845_200 + row * 60)).collect();
    let text = format!("timestamp,value\n{rows}1790905200,many\n{rows}");
    let problem = read("load", text.as_bytes(), &TraceOptions::default()).unwrap_err();
    assert!(problem.to_string().starts_with("load:1002:12: `many` is no number"), "{problem}");
    // Of what is not shown only the ends of lines are kept, and not all that follows.
    let content = &problem.at[0].text.content;
    assert!(content.starts_with("\n\n") && content.len() < 6_000, "{}", content.len());
    assert!(content.contains("1790905140,5\n1790905200,many\n1790845200,5\n"));
}

#[test]
fn json_rows() {
    for text in [
        r#"[{"timestamp": "2026-10-01T09:00:00Z", "value": 5}, {"value": 7.50, "timestamp": "2026-10-01T09:01:00Z"}]"#,
        r#"[{"Time": 1790845200, "Requests": "5"}, {"Time": 1790845260.0, "Requests": 75e-1}]"#,
        r#" [[1790845200000, 5.0], ["2026-10-01T09:01:00Z", 7.5]]"#,
    ] {
        check(text, &format!("{NINE}: 5 7.5"));
    }
    let text = r#"[{"time": 1790845200, "in": 1, "out": 2}, {"time": 1790845260, "in": null, "out": 4}]"#;
    check_with(&series("out"), text, &format!("{NINE}: 2 4"));
    check_with(&series("IN"), text, &format!("{NINE}: 1 1; 1 row without a value: the value before holds there"));
}

#[test]
fn json_of_get_metric_data() {
    let page = |id: &str, times: &str, values: &str, status: &str| {
        format!(
            r#"{{"Id": "{id}", "Label": "RequestCount", "Timestamps": [{times}], "Values": [{values}], "StatusCode": "{status}"}}"#
        )
    };
    let answer = |pages: &[String], more: &str| {
        format!(r#"{{"MetricDataResults": [{}], "Messages": [] {more}}}"#, pages.join(", "))
    };
    let (first, second) = (r#""2026-10-01T09:00:00+00:00""#, r#""2026-10-01T09:01:00+00:00""#);
    let oldest = page("m1", &format!("{first}, {second}"), "5.0, 7.5", "Complete");
    let newest = page("m1", &format!("{second}, {first}"), "7.5, 5.0", "Complete");
    check(&answer(std::slice::from_ref(&oldest), ""), &format!("{NINE}: 5 7.5"));
    check(&answer(std::slice::from_ref(&newest), r#", "NextToken": null"#), &format!("{NINE}: 5 7.5"));
    // Pages of one metric, as the command line joins them.
    let pages = [page("m1", second, "7.5", "PartialData"), page("m1", first, "5.0", "Complete")];
    check(&answer(&pages, ""), &format!("{NINE}: 5 7.5"));
    let partial = format!("{NINE}: 5 7.5; CloudWatch gave a part of the data only: there are more pages to fetch");
    check(&answer(std::slice::from_ref(&oldest), r#", "NextToken": "abc""#), &partial);
    let cut = page("m1", &format!("{first}, {second}"), "5.0, 7.5", "PartialData");
    check(&answer(&[cut], ""), &partial);
    let two = answer(&[oldest.clone(), page("m2", first, "3", "Complete")], "");
    check(&two, "load has 2 metrics, and which is the load is not said (it is one of: m1, m2)");
    check_with(&series("m2"), &two, &format!("{NINE}: 3"));
    check_with(&series("RequestCount"), &two, &format!("{NINE}: 5 7.5"));
    check_with(&series("m3"), &two, "load has no metric `m3` (it is one of: m1, m2)");
    check(
        &answer(&[page("m1", first, "", "Complete")], ""),
        "load: `m1` has 1 timestamps and 0 values (fetch it again)",
    );
    check(
        &answer(&[page("m1", first, "5", "InternalError")], ""),
        "load: CloudWatch answered InternalError (fetch it again)",
    );
    check(
        &answer(&[page("m1", first, "5", "InternalError"), page("m1", second, "7", "Complete")], ""),
        "load: CloudWatch answered InternalError (fetch it again)",
    );
    for empty in [answer(&[page("m1", "", "", "Complete")], ""), answer(&[], "")] {
        check(
            &empty,
            "load has no rows \
             (a trace is CSV with a header `timestamp,value`, or JSON from `aws cloudwatch get-metric-data`)",
        );
    }
}

#[test]
fn json_of_get_metric_statistics() {
    let text = r#"{"Label": "RequestCount", "Datapoints": [
        {"Timestamp": "2026-10-01T09:02:00+00:00", "Sum": 30.0, "Unit": "Count"},
        {"Timestamp": "2026-10-01T09:00:00+00:00", "Sum": 10.0, "Unit": "Count"},
        {"Timestamp": "2026-10-01T09:01:00+00:00", "Sum": 20.0, "Unit": "Count"}]}"#;
    check(text, &format!("{NINE}: 10 20 30"));
    let text = r#"{"Label": "CPUUtilization", "Datapoints": [{"Timestamp": "2026-10-01T09:00:00Z", "Average": 6.4479999999999995,
        "Maximum": 100.0, "ExtendedStatistics": {"p99": 81.5}, "Unit": "Percent"}]}"#;
    check(
        text,
        "load:1:44: there are several statistics, and which is the load is not said (it is one of: Average, Maximum, p99)",
    );
    let percent = "the values are percent: they are no load unless it is said on how many tasks";
    check_with(&series("average"), text, &format!("{NINE}: 6.448; {percent}"));
    let cpu = |name: &str| TraceOptions { form: LoadForm::CpuPercent { tasks: 2 }, ..series(name) };
    check_with(&cpu("p99"), text, &format!("{NINE}: 1.63"));
    check_with(
        &cpu("Maximum"),
        text,
        &format!(
            "{NINE}: 2; 1 row is at 100 % CPU: more may have been asked for than was done, so the load is a lower bound there"
        ),
    );
}

#[test]
fn broken_json() {
    let row = "a row is {\"timestamp\": ..., \"value\": ...} or [time, value]";
    for (text, expect) in [
        ("[", "load:1:1: this is no trace: EOF while parsing a list".to_string()),
        ("[1]", format!("load:1:2: this is no row ({row})")),
        ("[[1790845200]]", format!("load:1:2: this is no row ({row})")),
        (
            "{}",
            "load has neither `MetricDataResults` nor `Datapoints` \
             (JSON is a list of rows, or from `aws cloudwatch get-metric-data` or `get-metric-statistics`)"
                .into(),
        ),
        (
            "[{\"time\": 1790845200, \"x\": 5}]",
            format!("load:1:2: this row has no value (it is called one of: {})", VALUES.join(", ")),
        ),
        (
            "[{\"value\": 5}]",
            format!("load:1:2: this row has no time (it is called one of: {})", TIMES.join(", ")),
        ),
        (
            "[{\"time\": 1790845200, \"value\": 5},\n {\"time\": 1790845260}]",
            "load:2:2: this row has no `value`".into(),
        ),
        (
            "[[1790845200, true]]",
            "load:1:15: `true` is no number (values are numbers such as 1500 or 0.25, and empty where nothing is known)"
                .into(),
        ),
        ("[[1790845200, -1]]", "load:1:15: `-1` is negative, and no load is".into()),
        ("[[1790845200, 1],\n[1790845199, 1]]", "load:2:1: this row is before the row above (sort the rows by time)".into()),
        ("[[1790845200, null]]", "load: there is no load: every step of the trace is missing (is it the right file, and the right column?)".into()),
        (
            "[[60, 1]]",
            "load:1:3: `60` is no time: Unix seconds of today have 10 digits \
             (a column of seconds from the start is called `seconds`)"
                .into(),
        ),
    ] {
        check(text, &expect);
    }
}

/// Texts that look like traces.
fn any_text() -> impl Strategy<Value = String> {
    let cell = "[0-9]{0,12}|2026-1[0-2]-[0-3][0-9][T ]0[0-9]:[0-9]{2}(:00)?(Z|[+]0[0-9]:00)?|-?[0-9]{1,9}[.][0-9]{1,9}|[a-zé\"#;]{0,3}";
    let row = prop::collection::vec(cell, 1..4).prop_map(|cells| cells.join(","));
    let csv = prop::collection::vec(row, 0..8).prop_map(|rows| format!("time,value\n{}", rows.join("\n")));
    let json = "\\[(\\[[0-9]{8,13},[0-9.]{1,5}\\],?){0,4}\\]?|\\{\"(MetricDataResults|Datapoints)\":\\[.{0,20}\\]\\}";
    prop_oneof![csv, json, "\\PC*"]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any_text(), in_zone: bool) {
        let options = if in_zone { new_york() } else { TraceOptions::default() };
        if let Ok(trace) = read("load", text.as_bytes(), &options) {
            prop_assert!(trace.rows > 0 && trace.load.seconds() > 0);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let text = [b"time,value\n2026-10-01,".as_slice(), &bytes].concat();
        for bytes in [bytes, text] {
            if let Err(problem) = read("load", &bytes, &TraceOptions::default()) {
                prop_assert!(!problem.to_string().is_empty());
            }
        }
    }

    /// The same rows are the same load, in CSV, in JSON, and as CloudWatch gives them, newest first.
    #[test]
    fn forms_agree(values in prop::collection::vec((0_u32..1_000_000, 0_u32..6), 1..30), step in 1_i64..400) {
        let rows: Vec<(i64, String)> = (0..).zip(&values).map(|(row, &(digits, places))| {
            (1_790_845_200 + row * step, rust_decimal::Decimal::new(digits.into(), places).to_string())
        }).collect();
        let joined = |row: fn(&(i64, String)) -> String, with: &str| rows.iter().map(row).collect::<Vec<_>>().join(with);
        let csv = format!("timestamp,value\n{}", joined(|(at, value)| format!("{at},{value}"), "\n"));
        let json = format!("[{}]", joined(|(at, value)| format!("[{at},{value}]"), ","));
        let newest = |part: fn(&(i64, String)) -> String| rows.iter().rev().map(part).collect::<Vec<_>>().join(",");
        let (times, values) = (newest(|row| row.0.to_string()), newest(|row| row.1.clone()));
        let answer = format!("{{\"MetricDataResults\":[{{\"Id\":\"m\",\"Timestamps\":[{times}],\"Values\":[{values}]}}]}}");
        let read = |text: &str| read("load", text.as_bytes(), &TraceOptions::default()).unwrap();
        prop_assert_eq!(read(&csv), read(&json));
        prop_assert_eq!(read(&csv), read(&answer));
    }
}
