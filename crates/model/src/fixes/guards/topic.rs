//! A topic that alarms publish to, and who gets it.

use super::super::plan::{Finding, Money, Undo, Verdict};
use super::super::setting::{State, Target};
use super::super::snapshot::{Seen, Topic};
use super::{Change, Spot};
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde_json::{Value, json};

/// Who publishes for alarms.
const CLOUDWATCH: &str = "cloudwatch.amazonaws.com";

/// A topic as it is wished.
pub(super) struct Wished<'a> {
    pub name: &'a str,
    pub emails: &'a [String],
}

/// What to do when nobody would hear of an alarm.
pub(super) const NOBODY: &str = "nobody would be told: name who is, with emails = [\"...\"] in the wish file";

/// What was seen of a topic.
pub(super) struct Looked {
    pub findings: Vec<Finding>,
    /// Names of the steps that others need before they use it.
    pub needs: Vec<String>,
    /// Whether somebody gets what is published, or will.
    pub tells: bool,
}

/// What the topic lacks.
pub(super) fn look(spot: &Spot<'_>, topics: &Seen<Vec<Topic>>, wished: &Wished<'_>) -> Looked {
    let subject = format!("topic {}", wished.name);
    let topics = match topics {
        Ok(topics) => topics,
        Err(gap) => return Looked { findings: vec![spot.unknown(&subject, gap)], needs: Vec::new(), tells: false },
    };
    let arn = spot.arn("sns", wished.name);
    let topic = topics.iter().find(|topic| topic.name == wished.name);
    let somebody = |topic: &Topic| topic.subscriptions.as_ref().map_or(true, |known| !known.is_empty());
    let tells = !wished.emails.is_empty() || topic.is_some_and(somebody);
    if topic.is_none() && !tells {
        let finding = spot.finding(&subject, Verdict::Fail, "there is none").remedy(NOBODY);
        return Looked { findings: vec![finding], needs: Vec::new(), tells };
    }
    let mut findings = vec![publishing(spot, topic, wished, &arn, &subject)];
    findings.extend(topic.and_then(|topic| encrypted(spot, topic, &subject)));
    let needs: Vec<String> = findings.iter().flat_map(|finding| &finding.steps).map(|step| step.id.clone()).collect();
    findings.extend(deliveries(spot, topic, wished, &needs));
    Looked { findings, needs, tells }
}

/// A topic that is encrypted takes what CloudWatch publishes only if the key lets it. Source: SNS
/// developer guide, "Key management", and AWS's knowledge centre.
fn encrypted(spot: &Spot<'_>, topic: &Topic, subject: &str) -> Option<Finding> {
    let subject = format!("key of {subject}");
    match &topic.key {
        Ok(None) => None,
        Ok(Some(key)) if key.ends_with("alias/aws/sns") => {
            let says = "it is encrypted with AWS's own key, which CloudWatch may not use: alarms reach nobody";
            let remedy =
                "use a key of your own that lets cloudwatch.amazonaws.com do kms:Decrypt and kms:GenerateDataKey*";
            Some(spot.finding(&subject, Verdict::Fail, says).remedy(remedy))
        }
        Ok(Some(key)) => {
            let says = format!("it is encrypted with {key}, whose policy is not read");
            let remedy = "its policy must let cloudwatch.amazonaws.com do kms:Decrypt and kms:GenerateDataKey*";
            Some(spot.finding(&subject, Verdict::Unknown, says).remedy(remedy))
        }
        Err(gap) => Some(spot.unknown(&subject, gap)),
    }
}

/// The names of the topics of this account and region among actions, each once.
pub(super) fn names<'a>(spot: &Spot<'_>, actions: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    let here = spot.arn("sns", "");
    actions.filter_map(|action| action.strip_prefix(here.as_str())).map(ToString::to_string).collect()
}

/// Whether CloudWatch may publish.
fn publishing(spot: &Spot<'_>, topic: Option<&Topic>, wished: &Wished<'_>, arn: &str, subject: &str) -> Finding {
    let name = wished.name;
    let target = Target::Topic { name: name.to_string() };
    let Some(topic) = topic else {
        let change = Change {
            target,
            before: None,
            after: Some(State::Topic { policy: policy(spot, arn), wished: wished.emails.to_vec() }),
            now: "there is none".to_string(),
            then: vec![format!("topic {name}, to which CloudWatch may publish")],
            loses: Vec::new(),
            money: Money::none("topics are free; e-mails are beyond 1,000 a month"),
            undo: Undo::Wholly,
            needs: Vec::new(),
        };
        return spot.finding(subject, Verdict::Fail, "there is none").step(spot.step(change));
    };
    let text = match &topic.policy {
        Ok(text) => text,
        Err(gap) => return spot.unknown(subject, gap),
    };
    match allows_cloudwatch(text, &spot.account.id) {
        Some(Allowed::Yes) => spot.finding(subject, Verdict::Pass, "CloudWatch may publish to it"),
        None => spot.finding(subject, Verdict::Unknown, "its access policy is not understood"),
        Some(Allowed::Denied) => spot
            .finding(
                subject,
                Verdict::Fail,
                "its access policy denies publishing to all or some: alarms may reach nobody",
            )
            .remedy("read the Deny statements of its access policy, and let cloudwatch.amazonaws.com publish"),
        Some(Allowed::No) => {
            let after = with_cloudwatch(text, spot, arn).unwrap_or_else(|| policy(spot, arn));
            let change = Change {
                target,
                before: Some(State::Topic { policy: text.clone(), wished: Vec::new() }),
                after: Some(State::Topic { policy: after, wished: Vec::new() }),
                now: "its access policy does not let CloudWatch publish".to_string(),
                then: vec![format!("+ allow {CLOUDWATCH} sns:Publish")],
                loses: Vec::new(),
                money: Money::none("access policies are free"),
                undo: Undo::Wholly,
                needs: Vec::new(),
            };
            let says = "its access policy does not let CloudWatch publish: alarms reach nobody";
            spot.finding(subject, Verdict::Fail, says).step(spot.step(change))
        }
    }
}

/// Whether somebody gets what is published.
fn deliveries(spot: &Spot<'_>, topic: Option<&Topic>, wished: &Wished<'_>, needs: &[String]) -> Vec<Finding> {
    let known = match topic.map(|topic| &topic.subscriptions) {
        Some(Ok(known)) => known.as_slice(),
        Some(Err(gap)) => return vec![spot.unknown(&format!("subscriptions of {}", wished.name), gap)],
        None => &[],
    };
    let mut findings = Vec::new();
    for email in wished.emails {
        let subject = format!("e-mail to {email}");
        let seen = known.iter().find(|known| known.protocol == "email" && known.endpoint == *email);
        let confirm =
            format!("open the mail \"AWS Notification - Subscription Confirmation\" to {email} and confirm it");
        findings.push(match seen {
            Some(seen) if seen.confirmed => spot.finding(&subject, Verdict::Pass, "confirmed"),
            Some(_) => {
                let says = "not confirmed: AWS delivers nothing yet";
                spot.finding(&subject, Verdict::Fail, says).remedy(confirm)
            }
            None => {
                let change = Change {
                    target: Target::Subscription {
                        topic: wished.name.to_string(),
                        protocol: "email".to_string(),
                        endpoint: email.clone(),
                    },
                    before: None,
                    after: Some(State::Subscription),
                    now: "not subscribed".to_string(),
                    then: vec![format!("{email} gets a mail to confirm")],
                    loses: Vec::new(),
                    money: Money::none("the first 1,000 e-mails of a month are free"),
                    undo: Undo::Setting(
                        "the mail that asks to confirm is sent; what nobody confirms AWS drops by itself".to_string(),
                    ),
                    needs: needs.to_vec(),
                };
                let finding = spot.finding(&subject, Verdict::Fail, "not subscribed");
                finding.step(spot.step(change)).remedy(confirm)
            }
        });
    }
    let others = known.iter().filter(|known| !wished.emails.contains(&known.endpoint));
    for other in others {
        let subject = format!("{} to {}", other.protocol, other.endpoint);
        findings.push(match other.confirmed {
            true => spot.finding(&subject, Verdict::Pass, "confirmed"),
            false => spot
                .finding(&subject, Verdict::Fail, "not confirmed: AWS delivers nothing yet")
                .remedy("confirm it from there, or remove it"),
        });
    }
    if findings.is_empty() {
        let finding = spot.finding(&format!("subscriptions of {}", wished.name), Verdict::Fail, "nobody is subscribed");
        findings.push(finding.remedy("name who is told: emails = [\"...\"] in the wish file"));
    }
    findings
}

/// The policy of a new topic: its account as by default, and CloudWatch of this account.
fn policy(spot: &Spot<'_>, arn: &str) -> String {
    let owner = json!({
        "Sid": "Owner",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
            "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": spot.account.id}},
    });
    json!({"Version": "2012-10-17", "Statement": [owner, statement(spot, arn)]}).to_string()
}

fn statement(spot: &Spot<'_>, arn: &str) -> Value {
    json!({
        "Sid": "AlarmsOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": CLOUDWATCH},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": spot.account.id}},
    })
}

/// The policy with one statement more.
fn with_cloudwatch(text: &str, spot: &Spot<'_>, arn: &str) -> Option<String> {
    let mut document: Value = serde_json::from_str(text).ok()?;
    let statements = document.as_object_mut()?.get_mut("Statement")?;
    if !statements.is_array() {
        *statements = Value::Array(vec![statements.take()]);
    }
    statements.as_array_mut()?.push(statement(spot, arn));
    Some(document.to_string())
}

/// Whether the alarms of an account may publish.
enum Allowed {
    Yes,
    No,
    /// Something is denied, and whether that is about alarms is not decided here.
    Denied,
}

/// Whether a policy lets the alarms of an account publish; `None` when it is no policy.
///
/// Alarms publish for their account: so a statement for everybody that asks for the account as
/// source, which is what AWS gives a new topic, lets them. A denial of what is not encrypted on its
/// way is usual, and is not about them.
fn allows_cloudwatch(text: &str, account: &str) -> Option<Allowed> {
    let document: Value = serde_json::from_str(text).ok()?;
    let mut allowed = Allowed::No;
    for statement in list(document.get("Statement")?) {
        match statement.get("Effect").and_then(Value::as_str)? {
            "Allow" if lets(&statement, account) => allowed = Allowed::Yes,
            "Deny" if !is_about_transport(&statement) => return Some(Allowed::Denied),
            _ => {}
        }
    }
    Some(allowed)
}

/// Whether a statement that allows something allows alarms of the account to publish.
fn lets(statement: &Value, account: &str) -> bool {
    let publishes = |word: &str| matches!(word.to_ascii_lowercase().as_str(), "*" | "sns:*" | "sns:publish");
    let principal = statement.get("Principal");
    let service = has(principal.and_then(|who| who.get("Service")), &|who| who == CLOUDWATCH);
    let everybody =
        has(principal, &|who| who == "*") || has(principal.and_then(|who| who.get("AWS")), &|who| who == "*");
    // A condition that names the account, or an ARN in it, is met by its alarms.
    let conditions = statement.get("Condition");
    let ours = conditions.is_none_or(|conditions| conditions.to_string().contains(account));
    has(statement.get("Action"), &publishes) && (service || everybody) && ours
}

fn is_about_transport(statement: &Value) -> bool {
    statement.get("Condition").is_some_and(|condition| condition.to_string().contains("aws:SecureTransport"))
}

/// One or many, as policies write both.
fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn has(value: Option<&Value>, wanted: &dyn Fn(&str) -> bool) -> bool {
    value.is_some_and(|value| list(value).iter().filter_map(Value::as_str).any(wanted))
}
