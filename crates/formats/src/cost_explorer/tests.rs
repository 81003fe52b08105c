use super::*;
use stackcost_model::cost_explorer::{
    DriversRequest, Expression, ForecastRequest, Granularity, GroupBy, Metric, Request,
};

const MONTH: &str = r#"{
  "GroupDefinitions": [
    {
      "Type": "DIMENSION",
      "Key": "LINKED_ACCOUNT"
    },
    {
      "Type": "TAG",
      "Key": "team"
    }
  ],
  "ResultsByTime": [
    {
      "TimePeriod": {
        "Start": "2026-09-01",
        "End": "2026-10-01"
      },
      "Total": {},
      "Groups": [
        {
          "Keys": [
            "123456789012",
            "team$"
          ],
          "Metrics": {
            "UnblendedCost": {
              "Amount": "-0.0000000282",
              "Unit": "USD"
            },
            "UsageQuantity": {
              "Amount": "5.8E-9",
              "Unit": "N/A"
            }
          }
        }
      ],
      "Estimated": true
    }
  ],
  "DimensionValueAttributes": [
    {
      "Value": "123456789012",
      "Attributes": {
        "description": "web"
      }
    }
  ]
}
"#;

#[test]
fn what_is_written_is_read_and_the_other_way_round() {
    let answer = read_answer("a.json", MONTH).unwrap();
    assert_eq!(answer.group_definitions[1], GroupBy::Tag("team".into()));
    assert_eq!(answer.attributes, [("123456789012".to_string(), "web".to_string())]);
    assert_eq!(answer.periods[0].groups[0].metrics["UsageQuantity"].amount, "5.8E-9");
    assert_eq!(write_answer(&answer), MONTH);
    let forecast = r#"{
  "Total": {
    "Amount": "31.5",
    "Unit": "USD"
  },
  "ForecastResultsByTime": [
    {
      "TimePeriod": {
        "Start": "2026-12-01",
        "End": "2027-01-01"
      },
      "MeanValue": "31.5",
      "PredictionIntervalLowerBound": "29",
      "PredictionIntervalUpperBound": "34"
    }
  ]
}
"#;
    let read = read_forecast("f.json", forecast).unwrap();
    assert_eq!(read.periods[0].interval, Some(("29".to_string(), "34".to_string())));
    assert_eq!(write_forecast(&read), forecast);
}

#[test]
fn pages_are_joined_and_a_missing_one_is_said() {
    let first = MONTH.replacen("  \"GroupDefinitions\"", "  \"NextPageToken\": \"t\", \"GroupDefinitions\"", 1);
    let error = read_answer("p.json", &first).unwrap_err();
    assert!(error.message.contains("only a part"), "{error}");
    let second = MONTH.replace("team$", "team$web");
    let pages = format!("[{first}, {second}]");
    assert_eq!(read_answer("p.json", &pages).unwrap().periods[0].groups.len(), 2);
    let twice = format!("[{first}, {MONTH}]");
    assert!(read_answer("p.json", &twice).unwrap_err().message.contains("comes twice"));
}

#[test]
fn what_is_no_answer_is_shown_at_its_place() {
    for (was, wrong, why) in [
        ("\"-0.0000000282\"", "\"1,5\"", "`1,5` is no amount"),
        ("\"2026-09-01\"", "\"2026-09-01T00:00:00Z\"", "is no day"),
        ("\"Estimated\"", "\"Estimate\"", "unknown field `Estimate`"),
        ("\"-0.0000000282\"", "1.5", "invalid type: floating point"),
        ("\"TAG\"", "\"TAGS\"", "unknown variant `TAGS`"),
    ] {
        let error = read_answer("a.json", &MONTH.replacen(was, wrong, 1)).unwrap_err();
        assert!(error.message.contains(why), "{error}");
        let line = MONTH[..MONTH.find(was).unwrap()].matches('\n').count() + 1;
        assert_eq!(error.at[0].line_and_column().0, line, "{error}");
    }
    for nothing in ["", "{}", "[1]", "\"\"", "<html>", "{\"ResultsByTime\": null}"] {
        assert!(read_answer("a.json", nothing).is_err(), "{nothing}");
    }
    for number in ["", "-", ".5", "5.", "1E", "0x1", "NaN", "1 ", "٣"] {
        assert!(read_answer("a.json", &MONTH.replace("5.8E-9", number)).is_err(), "{number}");
    }
}

fn request() -> Request {
    let dimension = |key: &str, value: &str| Expression::Dimension { key: key.into(), values: vec![value.into()] };
    let not = Expression::Not(Box::new(dimension("RECORD_TYPE", "Credit")));
    Request {
        start: "2026-09-01".parse().unwrap(),
        end: "2026-10-01".parse().unwrap(),
        granularity: Granularity::Monthly,
        metrics: vec![Metric::UnblendedCost, Metric::UsageQuantity],
        group_by: vec![GroupBy::CostCategory("env".into())],
        filter: Some(Expression::And(vec![not, dimension("REGION", "us-east-1")])),
    }
}

#[test]
fn a_request_is_written_as_aws_gets_it() {
    assert_eq!(
        write_request(&request()),
        concat!(
            r#"{"TimePeriod":{"Start":"2026-09-01","End":"2026-10-01"},"Granularity":"MONTHLY","#,
            r#""Metrics":["UnblendedCost","UsageQuantity"],"GroupBy":[{"Type":"COST_CATEGORY","Key":"env"}],"#,
            r#""Filter":{"And":[{"Not":{"Dimensions":{"Key":"RECORD_TYPE","Values":["Credit"]}}},"#,
            r#"{"Dimensions":{"Key":"REGION","Values":["us-east-1"]}}]}}"#
        )
    );
}

const DRIVERS: &str = r#"{
  "CostComparisonDrivers": [
    {
      "CostSelector": {
        "And": [
          {
            "Dimensions": {
              "Key": "SERVICE",
              "Values": [
                "ECS"
              ]
            }
          },
          {
            "Not": {
              "Tags": {
                "Key": "team",
                "Values": [
                  "web"
                ]
              }
            }
          }
        ]
      },
      "Metrics": {
        "UnblendedCost": {
          "BaselineTimePeriodAmount": "10",
          "ComparisonTimePeriodAmount": "14.5",
          "Difference": "4.5",
          "Unit": "USD"
        }
      },
      "CostDrivers": [
        {
          "Type": "USAGE_CHANGE",
          "Name": "Fargate",
          "Metrics": {}
        }
      ]
    }
  ]
}
"#;

#[test]
fn drivers_are_read_as_they_are_written() {
    let read = read_drivers("d.json", DRIVERS).unwrap();
    assert_eq!(read.moved[0].metrics["UnblendedCost"].difference, "4.5");
    assert!(matches!(&read.moved[0].selector, Some(Expression::And(parts)) if parts.len() == 2));
    assert_eq!(write_drivers(&read), DRIVERS);
    // Several fields of one selector all hold.
    let (dimensions, tags) =
        (r#""Dimensions": {"Key": "SERVICE"}"#, r#""Tags": {"Key": "team", "MatchOptions": ["EQUALS"]}"#);
    let both = format!(r#"{{"CostComparisonDrivers": [{{"CostSelector": {{{dimensions}, {tags}}}}}]}}"#);
    let Some(Expression::And(parts)) = read_drivers("d.json", &both).unwrap().moved[0].selector.clone() else {
        panic!("two conditions")
    };
    assert_eq!(parts[1], Expression::Tag { key: "team".into(), values: vec![] });
    let pages = format!("[{DRIVERS}, {both}]");
    assert_eq!(read_drivers("d.json", &pages).unwrap().moved.len(), 2);
    for (wrong, why) in [
        (format!("[{DRIVERS}, {DRIVERS}]"), "comes twice"),
        (DRIVERS.replace("\"4.5\"", "\"4,5\""), "`4,5` is no amount"),
        (both.replace(&format!("{dimensions}, {tags}"), ""), "selects by nothing"),
        (r#"{"CostComparisonDrivers": [], "NextPageToken": "t"}"#.to_string(), "only a part"),
    ] {
        let error = read_drivers("d.json", &wrong).unwrap_err();
        assert!(error.message.contains(why), "{error}");
    }
}

#[test]
fn other_questions_are_written_as_aws_gets_them() {
    let day = |text: &str| text.parse().unwrap();
    let forecast = ForecastRequest {
        start: day("2026-11-24"),
        end: day("2026-12-01"),
        granularity: Granularity::Monthly,
        metric: Metric::UnblendedCost,
        filter: None,
        confidence: Some(80),
    };
    assert_eq!(
        write_request(&forecast),
        concat!(
            r#"{"TimePeriod":{"Start":"2026-11-24","End":"2026-12-01"},"Granularity":"MONTHLY","#,
            r#""Metric":"UNBLENDED_COST","PredictionIntervalLevel":80}"#
        )
    );
    let drivers = DriversRequest {
        baseline: day("2026-11-24"),
        comparison: day("2026-12-31"),
        metric: Metric::UnblendedCost,
        group_by: vec![GroupBy::Dimension("SERVICE".into())],
        filter: None,
    };
    assert_eq!(
        write_request(&drivers),
        concat!(
            r#"{"BaselineTimePeriod":{"Start":"2026-11-01","End":"2026-12-01"},"#,
            r#""ComparisonTimePeriod":{"Start":"2026-12-01","End":"2027-01-01"},"#,
            r#""MetricForComparison":"UnblendedCost","GroupBy":[{"Type":"DIMENSION","Key":"SERVICE"}]}"#
        )
    );
    let saved = Saved {
        account: "123456789012".into(),
        endpoint: None,
        fetched: "2026-10-09T08:00:00Z".parse().unwrap(),
        answer: read_drivers("d.json", DRIVERS).unwrap(),
        next: Some("more".into()),
    };
    let text = write_saved(&drivers, saved.clone());
    assert_eq!(read_saved("s.json", &text, &drivers), Ok(saved));
    assert!(read_saved("s.json", &text, &forecast).unwrap_err().message.contains("another question"));
}

#[test]
fn an_answer_is_kept_with_its_question() {
    let saved = Saved {
        account: "123456789012".into(),
        endpoint: None,
        fetched: "2026-10-09T08:00:00Z".parse().unwrap(),
        answer: read_answer("a.json", MONTH).unwrap(),
        next: Some("more".into()),
    };
    let text = write_saved(&request(), saved.clone());
    assert_eq!(read_saved("s.json", &text, &request()), Ok(saved));
    let other = Request { granularity: Granularity::Daily, ..request() };
    assert!(read_saved("s.json", &text, &other).unwrap_err().message.contains("another question"));
    let error = read_saved("s.json", &text.replace("explorer/1", "explorer/2"), &request()).unwrap_err();
    assert!(error.message.contains("explorer/2, not"), "{error}");
    assert!(read_saved("s.json", &text[..text.len() / 2], &request()).is_err());
    assert!(read_saved("s.json", &text.replace("08:00", "25:00"), &request()).is_err());
}
