use super::place::{NAMES, files, put_policy, register_target, terraform};
use super::*;
use crate::classes::Classes;
use crate::price_book::Bundle;
use crate::stack::{Env, StackFile};
use jiff::tz::TimeZone;
use stackcost_model::optimization::optimization;
use stackcost_model::scaling::optimize::{Arena, Grid, Limit, Objective, Question, Search, tuned};
use stackcost_model::scaling::{Measure, Policy};
use stackcost_model::simulation::Pricing;

/// What is found for a service that is busy for six hours of each of twelve days.
fn found(target: &str) -> Optimization {
    let text = format!(
        "name = \"small\"\nregion = \"us-east-1\"\n[fargate.api]\ncpu = 256\nmemory = 512\ntasks = {{ trace = \"load.csv\", capacity_per_task = \"100/min\", min = 1, max = 8, target = \"{target}\" }}\n"
    );
    let minutes = (0..12 * 1_440).map(|minute| {
        let busy = (720..1_080).contains(&(minute % 1_440));
        format!("{},{}\n", 1_767_225_600 + minute * 60, if busy { 400 } else { 60 })
    });
    let trace = format!("timestamp,value\n{}", minutes.collect::<String>());
    let classes = Classes::parse(stackcost_prices::CLASSES).unwrap();
    let load = |_: &crate::stack::Named<'_>| Ok(trace.clone().into_bytes());
    let env = Env { classes: &classes, load: &load };
    let resolved = StackFile::parse("small.toml", &text).unwrap().resolve(None, &env).unwrap();
    let (component, scaled) = &resolved.autoscaled[0];
    use stackcost_prices as prices;
    let bundle = Bundle {
        version: prices::VERSION,
        sources: prices::SOURCES,
        allowances: prices::ALLOWANCES,
        sign_up: prices::SIGN_UP,
    };
    let book = bundle.read(prices::files(), |_, region| region == Some(resolved.stack.region) || region.is_none());
    let book = book.unwrap();
    let pricing = Pricing { stack: &resolved.stack, component, book: &book, as_of: None };
    let limits = vec![Limit::AtMost(Measure::RequestsOver, Ratio::ZERO)];
    let objective = Objective { spot: pricing.spot(), limits };
    let place = tuned(&scaled.service).unwrap();
    let zone = TimeZone::UTC;
    let arena = Arena::new(Question {
        load: &scaled.load,
        service: &scaled.service,
        place,
        objective: &objective,
        hold_out: Ratio::new(1, 4),
        zone: &zone,
        least: 1,
        seed: 0,
    })
    .unwrap();
    let now = match &scaled.service.policies[place] {
        Policy::TargetTracking(policy) => policy.target,
        Policy::StepScaling(_) => panic!("the first is target tracking"),
    };
    let grid = Grid {
        targets: vec![now / 2, now],
        mins: vec![1, 6],
        maxes: vec![8],
        scale_out_cooldowns: vec![60],
        scale_in_cooldowns: vec![300],
        periods: vec![60],
    };
    let mut search: Search = arena.search(grid, 4);
    let batch = search.next_batch();
    search.learn(batch.into_iter().map(|candidate| arena.judge(candidate).unwrap()));
    optimization(&arena, &search, &pricing, true).unwrap().unwrap()
}

const NAMED: Place<'_> = Place { cluster: Some("prod"), service: Some("api"), policy: None, resource_label: None };

#[test]
fn requests_have_the_names_of_aws() {
    let found = found("70% cpu");
    assert_eq!(
        register_target(&found, &NAMED),
        r#"{
  "ServiceNamespace": "ecs",
  "ResourceId": "service/prod/api",
  "ScalableDimension": "ecs:service:DesiredCount",
  "MinCapacity": 6,
  "MaxCapacity": 8
}
"#
    );
    assert_eq!(
        put_policy(&found, &NAMED),
        r#"{
  "PolicyName": "cpu-target-tracking",
  "ServiceNamespace": "ecs",
  "ResourceId": "service/prod/api",
  "ScalableDimension": "ecs:service:DesiredCount",
  "PolicyType": "TargetTrackingScaling",
  "TargetTrackingScalingPolicyConfiguration": {
    "TargetValue": 70,
    "PredefinedMetricSpecification": {
      "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
    },
    "ScaleOutCooldown": 60,
    "ScaleInCooldown": 300,
    "DisableScaleIn": false
  }
}
"#
    );
}

#[test]
fn what_is_not_known_is_no_name() {
    let found = found("75/min per target");
    let policy = put_policy(&found, &Place::default());
    assert!(policy.contains("\"ResourceId\": \"service/YOUR-CLUSTER/YOUR-SERVICE\""));
    assert!(policy.contains("\"PredefinedMetricType\": \"ALBRequestCountPerTarget\""));
    assert!(policy.contains("\"ResourceLabel\": \"app/YOUR-LOAD-BALANCER/ID/targetgroup/YOUR-TARGET-GROUP/ID\""));
    let text = terraform(&found, &Place::default());
    assert!(
        text.contains(
            "# Fill in before running: YOUR-CLUSTER (--cluster), YOUR-SERVICE (--service), the ResourceLabel"
        )
    );
    let label = "app/lb/1/targetgroup/tg/2";
    let told = Place { resource_label: Some(label), ..NAMED };
    assert!(put_policy(&found, &told).contains(label));
    assert!(!terraform(&found, &told).contains("Fill in"));
}

#[test]
fn as_terraform() {
    assert_eq!(
        terraform(&found("70% cpu"), &NAMED),
        r#"# On what was held out the clock schedule wins, 33.60 USD cheaper than a fixed count.
# This puts the choice in place all the same.
# A policy of the same name is replaced (--policy-name); one of another name stays beside it until it is deleted.
resource "aws_appautoscaling_target" "service" {
  service_namespace  = "ecs"
  resource_id        = "service/prod/api"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 6
  max_capacity       = 8
}

resource "aws_appautoscaling_policy" "service" {
  name               = "cpu-target-tracking"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.service.service_namespace
  resource_id        = aws_appautoscaling_target.service.resource_id
  scalable_dimension = aws_appautoscaling_target.service.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 70
    scale_out_cooldown = 60
    scale_in_cooldown  = 300
    disable_scale_in   = false

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
"#
    );
}

#[test]
fn a_schedule_that_wins_is_put_in_place() {
    let found = found("70% cpu");
    assert_eq!(found.verdict.winner, Some(Winner::ClockSchedule));
    let files = files(&found, &NAMED);
    let names: Vec<&str> = files.iter().map(|file| file.name).collect();
    assert_eq!(names, NAMES);
    let of = |name: &str| files.iter().find(|file| file.name == name).map(|file| file.text.as_str()).unwrap();
    let shell = of("schedule/put-schedule.sh");
    assert!(shell.contains(
        r#"aws application-autoscaling put-scheduled-action --cli-input-json '{"ServiceNamespace":"ecs","ResourceId":"service/prod/api","ScalableDimension":"ecs:service:DesiredCount","ScheduledActionName":"daily-1800-1-tasks","Schedule":"cron(0 18 * * ? *)","Timezone":"UTC","ScalableTargetAction":{"MinCapacity":1,"MaxCapacity":1}}'"#
    ), "{shell}");
    let tf = of("schedule/schedule.tf");
    assert!(tf.contains("resource \"aws_appautoscaling_scheduled_action\" \"clock_daily_1159_6_tasks\""), "{tf}");
    assert!(tf.contains("    ignore_changes = [min_capacity, max_capacity]\n  }\n}\n"));
    assert_eq!(tf.matches('{').count(), tf.matches('}').count());
}

#[test]
fn the_trade_off_in_every_format() {
    let found = found("70% cpu");
    let csv = curve_csv(&found);
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), found.curve.len() + 1);
    assert_eq!(rows.iter().filter(|row| row.ends_with(",true,true")).count(), 1, "{csv}");
    assert_eq!(curve_ndjson(&found).lines().count(), found.curve.len());
    let picture = picture(&found).into_string();
    assert_eq!(picture.matches("<circle").count(), found.curve.len());
    assert_eq!(picture.matches(">choice<").count(), 1);
    let of = Of { scenario: Some("one"), component: "fargate.api", start: 1_767_225_600, place: NAMED };
    let document: serde_json::Value = serde_json::from_str(&json(&found, &of)).unwrap();
    assert_eq!(document["schema"], "stackcost.optimization/1");
    assert_eq!(document["load"]["held_out_from"], 9 * 86_400);
    assert_eq!(document["put"]["put_scaling_policy"]["PolicyType"], "TargetTrackingScaling");
    assert_eq!(document["contenders"].as_array().unwrap().len(), 5);
    assert_eq!(document["curve"].as_array().unwrap().len(), found.curve.len());
}
