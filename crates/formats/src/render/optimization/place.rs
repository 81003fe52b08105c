//! What puts a policy, or a schedule, in place: requests of Application Auto Scaling as `aws` takes
//! them, and the same as Terraform.

use serde::Serialize;
use serde_json::value::RawValue;
use stackcost_model::exact::Ratio;
use stackcost_model::optimization::Optimization;
use stackcost_model::report::verdict_words;
use stackcost_model::scaling::optimize::{Contender, Winner};
use stackcost_model::scaling::{ClockAction, ClockSchedule, Metric};

/// Which service of which cluster; what is not known is written so that nobody takes it for a name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// The ECS cluster.
    pub cluster: Option<&'a str>,
    /// The ECS service.
    pub service: Option<&'a str>,
    /// `PolicyName`: that of a policy that is replaced.
    pub policy: Option<&'a str>,
    /// Of `ALBRequestCountPerTarget`: `app/NAME/ID/targetgroup/NAME/ID`.
    pub resource_label: Option<&'a str>,
}

/// A file, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// All of it.
    pub text: String,
}

const NAMESPACE: &str = "ecs";
const DIMENSION: &str = "ecs:service:DesiredCount";

impl Place<'_> {
    /// `service/CLUSTER/SERVICE`.
    #[must_use]
    pub fn resource_id(&self) -> String {
        format!("service/{}/{}", self.cluster.unwrap_or("YOUR-CLUSTER"), self.service.unwrap_or("YOUR-SERVICE"))
    }

    fn label(&self) -> &str {
        self.resource_label.unwrap_or("app/YOUR-LOAD-BALANCER/ID/targetgroup/YOUR-TARGET-GROUP/ID")
    }

    /// What has to be filled in.
    fn missing(&self, metric: Metric) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if self.cluster.is_none() {
            missing.push("YOUR-CLUSTER (--cluster)");
        }
        if self.service.is_none() {
            missing.push("YOUR-SERVICE (--service)");
        }
        if metric == Metric::AlbRequestCountPerTarget && self.resource_label.is_none() {
            missing.push("the ResourceLabel (--resource-label)");
        }
        if matches!(metric, Metric::Custom { .. }) {
            missing.push("YOUR-METRIC and YOUR-NAMESPACE");
        }
        missing
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    service_namespace: &'static str,
    resource_id: String,
    scalable_dimension: &'static str,
    min_capacity: u32,
    max_capacity: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutPolicy<'a> {
    policy_name: &'a str,
    service_namespace: &'static str,
    resource_id: String,
    scalable_dimension: &'static str,
    policy_type: &'static str,
    target_tracking_scaling_policy_configuration: Configuration<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration<'a> {
    /// A number with all its digits: AWS takes it as JSON's.
    target_value: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    predefined_metric_specification: Option<Predefined<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customized_metric_specification: Option<Customized>,
    scale_out_cooldown: u32,
    scale_in_cooldown: u32,
    disable_scale_in: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Predefined<'a> {
    predefined_metric_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_label: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Customized {
    metric_name: &'static str,
    namespace: &'static str,
    statistic: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutAction<'a> {
    service_namespace: &'static str,
    resource_id: String,
    scalable_dimension: &'static str,
    scheduled_action_name: &'a str,
    schedule: &'a str,
    timezone: &'a str,
    scalable_target_action: Bounds,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Bounds {
    min_capacity: u32,
    max_capacity: u32,
}

/// `PredefinedMetricType` of a metric measured so often; none for one's own.
fn metric_type(metric: Metric, period: u32) -> Option<&'static str> {
    match (metric, period < 60) {
        (Metric::Cpu, false) => Some("ECSServiceAverageCPUUtilization"),
        (Metric::Cpu, true) => Some("ECSServiceAverageCPUUtilizationHighResolution"),
        (Metric::Memory { .. }, false) => Some("ECSServiceAverageMemoryUtilization"),
        (Metric::Memory { .. }, true) => Some("ECSServiceAverageMemoryUtilizationHighResolution"),
        (Metric::AlbRequestCountPerTarget, _) => Some("ALBRequestCountPerTarget"),
        (Metric::Custom { .. }, _) => None,
    }
}

/// `PolicyName`: of a stack file a policy may be called by the target that it had.
fn policy_name(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu => "cpu-target-tracking",
        Metric::Memory { .. } => "memory-target-tracking",
        Metric::AlbRequestCountPerTarget => "requests-target-tracking",
        Metric::Custom { .. } => "metric-target-tracking",
    }
}

/// A target as AWS takes it: percent, or what the metric counts.
fn value(metric: Metric, target: u64) -> Ratio {
    let per = if matches!(metric, Metric::Cpu | Metric::Memory { .. }) { 10_000 } else { 1_000_000 };
    Ratio::new(target.into(), per)
}

fn json(value: &impl Serialize) -> String {
    // What is serialised here has string keys alone.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The request of `register-scalable-target`.
#[must_use]
pub fn register_target(found: &Optimization, place: &Place<'_>) -> String {
    target(place, found.choice.min, found.choice.max)
}

fn target(place: &Place<'_>, min: u32, max: u32) -> String {
    json(&Target {
        service_namespace: NAMESPACE,
        resource_id: place.resource_id(),
        scalable_dimension: DIMENSION,
        min_capacity: min,
        max_capacity: max,
    })
}

/// The request of `put-scaling-policy`.
#[must_use]
pub fn put_policy(found: &Optimization, place: &Place<'_>) -> String {
    let policy = &found.policy;
    let number = value(policy.metric, policy.target).to_string();
    let Ok(target_value) = RawValue::from_string(number) else { return String::new() };
    let metric_type = metric_type(policy.metric, policy.sampling.period);
    let label = (policy.metric == Metric::AlbRequestCountPerTarget).then(|| place.label());
    json(&PutPolicy {
        policy_name: place.policy.unwrap_or(policy_name(policy.metric)),
        service_namespace: NAMESPACE,
        resource_id: place.resource_id(),
        scalable_dimension: DIMENSION,
        policy_type: "TargetTrackingScaling",
        target_tracking_scaling_policy_configuration: Configuration {
            target_value,
            predefined_metric_specification: metric_type
                .map(|name| Predefined { predefined_metric_type: name, resource_label: label }),
            customized_metric_specification: metric_type.is_none().then_some(Customized {
                metric_name: "YOUR-METRIC",
                namespace: "YOUR-NAMESPACE",
                statistic: "Average",
            }),
            scale_out_cooldown: policy.scale_out_cooldown,
            scale_in_cooldown: policy.scale_in_cooldown,
            disable_scale_in: policy.disable_scale_in,
        },
    })
}

/// The schedule, where it wins.
fn winning_clock(found: &Optimization) -> Option<&ClockSchedule> {
    found.entries.iter().filter(|_| found.verdict.winner == Some(Winner::ClockSchedule)).find_map(
        |priced| match &priced.entry.contender {
            Contender::Clock(clock) => Some(clock),
            _ => None,
        },
    )
}

fn zone(clock: &ClockSchedule) -> &str {
    clock.zone().iana_name().unwrap_or("UTC")
}

fn actions(found: &Optimization, clock: &ClockSchedule) -> Vec<ClockAction> {
    clock.actions(ClockSchedule::lead(&found.service))
}

/// With a capital letter.
fn sentence(words: &str) -> String {
    let mut signs = words.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

/// What is to be known, and what has to be done before, by hand: `#` and a sentence a line.
fn remarks(found: &Optimization, place: &Place<'_>) -> String {
    let policy = &found.policy;
    let mut out = format!("# {}.\n", sentence(&verdict_words(found)));
    if found.verdict.winner != Some(Winner::Autoscaling) {
        out.push_str("# This puts the choice in place all the same.\n");
    }
    let choice = found.entries.iter().find(|priced| matches!(priced.entry.contender, Contender::Choice(_)));
    if choice.is_some_and(|priced| !priced.entry.counts().met) {
        out.push_str("# The choice does not keep to the limits.\n");
    }
    let missing = place.missing(policy.metric);
    if !missing.is_empty() {
        out.push_str(&format!("# Fill in before running: {}.\n", missing.join(", ")));
    }
    if place.policy.is_none() {
        out.push_str(
            "# A policy of the same name is replaced (--policy-name); one of another name stays beside it until it is deleted.\n",
        );
    }
    if !found.service.scheduled.is_empty() || found.service.policies.len() > 1 {
        out.push_str(
            "# Scheduled actions and other policies of the service stay: they move these bounds, and the count.\n",
        );
    }
    if policy.sampling.period < 60 {
        out.push_str(&format!(
            "# Before this, measure the service every {} s (monitoring.metricConfigurations, resolutionSeconds): CloudWatch bills that.\n",
            policy.sampling.period
        ));
    }
    out
}

/// The names of all files that [`files`] may give.
pub const NAMES: [&str; 6] = [
    "register-scalable-target.json",
    "put-scaling-policy.json",
    "put-policy.sh",
    "policy.tf",
    "schedule/put-schedule.sh",
    "schedule/schedule.tf",
];

/// All files: requests for `aws --cli-input-json`, the commands that send them, and Terraform. Those of
/// a schedule are there where it wins, in a folder of their own: it and the policy are two ways, not one,
/// and Terraform reads all of a folder.
#[must_use]
pub fn files(found: &Optimization, place: &Place<'_>) -> Vec<File> {
    let mut files = vec![
        File { name: "register-scalable-target.json", text: register_target(found, place) },
        File { name: "put-scaling-policy.json", text: put_policy(found, place) },
        File { name: "put-policy.sh", text: commands(found, place) },
        File { name: "policy.tf", text: terraform(found, place) },
    ];
    if let Some(text) = schedule_commands(found, place) {
        files.push(File { name: "schedule/put-schedule.sh", text });
    }
    if let Some(text) = schedule_terraform(found, place) {
        files.push(File { name: "schedule/schedule.tf", text });
    }
    files
}

const SHELL: &str = "#!/bin/sh\nset -eu\n";

/// The commands that put the policy in place, beside the files they send.
fn commands(found: &Optimization, place: &Place<'_>) -> String {
    format!(
        "{SHELL}{}cd \"$(dirname \"$0\")\"\naws application-autoscaling register-scalable-target --cli-input-json file://register-scalable-target.json\naws application-autoscaling put-scaling-policy --cli-input-json file://put-scaling-policy.json\n",
        remarks(found, place)
    )
}

/// The commands that put the winning schedule in place.
fn schedule_commands(found: &Optimization, place: &Place<'_>) -> Option<String> {
    let clock = winning_clock(found)?;
    let mut out = format!("{SHELL}# The clock schedule, in place of the policy: delete that first, or both scale.\n");
    let missing: Vec<&str> = place.missing(Metric::Cpu);
    if !missing.is_empty() {
        out.push_str(&format!("# Fill in before running: {}.\n", missing.join(", ")));
    }
    let quoted = |text: &str| format!("'{}'", text.trim_end().replace('\'', "'\\''"));
    let (lowest, highest) = counts(clock);
    let register = "aws application-autoscaling register-scalable-target --cli-input-json";
    out.push_str("# The bounds hold the count that there is; the next action sets the one of its hour.\n");
    out.push_str(&format!(
        "{register} {}\n",
        quoted(&compact(&Target {
            service_namespace: NAMESPACE,
            resource_id: place.resource_id(),
            scalable_dimension: DIMENSION,
            min_capacity: lowest,
            max_capacity: highest,
        }))
    ));
    for action in actions(found, clock) {
        let request = PutAction {
            service_namespace: NAMESPACE,
            resource_id: place.resource_id(),
            scalable_dimension: DIMENSION,
            scheduled_action_name: &action.name,
            schedule: &action.schedule,
            timezone: zone(clock),
            scalable_target_action: Bounds { min_capacity: action.tasks, max_capacity: action.tasks },
        };
        let put = "aws application-autoscaling put-scheduled-action --cli-input-json";
        out.push_str(&format!("{put} {}\n", quoted(&compact(&request))));
    }
    Some(out)
}

/// The lowest and the highest count of a schedule: bounds within which it changes nothing by itself.
fn counts(clock: &ClockSchedule) -> (u32, u32) {
    let counts = || clock.counts().iter().copied();
    (counts().min().unwrap_or(0), counts().max().unwrap_or(0))
}

fn compact(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Text in quotes, as Terraform reads it: a `${` or `%{` in it is no template.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => {
                out.push('\\');
                out.push(sign);
            }
            sign if sign.is_control() => out.push(' '),
            sign => out.push(sign),
        }
    }
    out.push('"');
    out.replace("${", "$${").replace("%{", "%%{")
}

fn terraform_target(place: &Place<'_>, name: &str, min: u32, max: u32, more: &str) -> String {
    format!(
        "resource \"aws_appautoscaling_target\" \"{name}\" {{\n  service_namespace  = \"{NAMESPACE}\"\n  resource_id        = {}\n  scalable_dimension = \"{DIMENSION}\"\n  min_capacity       = {min}\n  max_capacity       = {max}\n{more}}}\n",
        quoted(&place.resource_id())
    )
}

/// What refers to a target.
fn of_target(name: &str) -> String {
    let of = |key: &str| format!("aws_appautoscaling_target.{name}.{key}");
    format!(
        "  service_namespace  = {}\n  resource_id        = {}\n  scalable_dimension = {}\n",
        of("service_namespace"),
        of("resource_id"),
        of("scalable_dimension")
    )
}

/// The policy and its target as Terraform.
#[must_use]
pub fn terraform(found: &Optimization, place: &Place<'_>) -> String {
    let policy = &found.policy;
    let specification = match metric_type(policy.metric, policy.sampling.period) {
        Some(name) => {
            let label = if policy.metric == Metric::AlbRequestCountPerTarget {
                format!("      resource_label         = {}\n", quoted(place.label()))
            } else {
                String::new()
            };
            format!(
                "    predefined_metric_specification {{\n      predefined_metric_type = \"{name}\"\n{label}    }}\n"
            )
        }
        None => "    customized_metric_specification {\n      metric_name = \"YOUR-METRIC\"\n      namespace   = \"YOUR-NAMESPACE\"\n      statistic   = \"Average\"\n    }\n".to_string(),
    };
    format!(
        "{}{}\nresource \"aws_appautoscaling_policy\" \"service\" {{\n  name               = {}\n  policy_type        = \"TargetTrackingScaling\"\n{}\n  target_tracking_scaling_policy_configuration {{\n    target_value       = {}\n    scale_out_cooldown = {}\n    scale_in_cooldown  = {}\n    disable_scale_in   = {}\n\n{specification}  }}\n}}\n",
        remarks(found, place),
        terraform_target(place, "service", found.choice.min, found.choice.max, ""),
        quoted(place.policy.unwrap_or(policy_name(policy.metric))),
        of_target("service"),
        value(policy.metric, policy.target),
        policy.scale_out_cooldown,
        policy.scale_in_cooldown,
        policy.disable_scale_in
    )
}

/// The winning schedule as Terraform.
fn schedule_terraform(found: &Optimization, place: &Place<'_>) -> Option<String> {
    let clock = winning_clock(found)?;
    let (lowest, highest) = counts(clock);
    let mut out = String::from(
        "# The clock schedule, in place of the policy. Scheduled actions move the bounds of the target: Terraform\n# must not move them back.\n",
    );
    let ignore = "\n  lifecycle {\n    ignore_changes = [min_capacity, max_capacity]\n  }\n";
    out.push_str(&terraform_target(place, "clock", lowest, highest, ignore));
    for action in actions(found, clock) {
        let ClockAction { name, schedule, tasks } = &action;
        let label = format!("clock_{}", name.replace('-', "_"));
        out.push_str(&format!(
            "\nresource \"aws_appautoscaling_scheduled_action\" \"{label}\" {{\n  name               = {}\n{}  schedule           = {}\n  timezone           = {}\n\n  scalable_target_action {{\n    min_capacity = {tasks}\n    max_capacity = {tasks}\n  }}\n}}\n",
            quoted(name),
            of_target("clock"),
            quoted(schedule),
            quoted(zone(clock))
        ));
    }
    Some(out)
}

/// All of it for a reader, file by file.
#[must_use]
pub fn shown(found: &Optimization, place: &Place<'_>) -> Vec<(String, String)> {
    files(found, place).into_iter().map(|file| (file.name.to_string(), file.text)).collect()
}
