//! ECR's own preview of a lifecycle policy.

use crate::services::Site;
use crate::{Call, Error, Kind};
use aws_sdk_ecr::types::{ImageActionType, LifecyclePolicyPreviewResult, LifecyclePolicyPreviewStatus as Status};
use serde_json::Value;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long it is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// The first and the longest time between two looks.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(2));

/// Digests of the images that a policy would take, each with the priority of the rule that does.
/// What it would only archive is not among them.
pub(crate) async fn preview(site: &Site, repository: &str, policy: &str) -> Result<Vec<(String, u32)>, Error> {
    let until = Instant::now() + PATIENCE;
    start(site, repository, policy, until).await?;
    let call = Call::GetLifecyclePolicyPreview;
    let mut wait = WAITS.0;
    let mut taken = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let sent = site.reads.ecr().get_lifecycle_policy_preview().repository_name(repository).max_results(100);
        let output = site.ask(call, sent.set_next_token(token.clone()).send()).await?;
        match output.status {
            Some(Status::Complete) => {
                if !same(output.lifecycle_policy_text.as_deref(), policy) {
                    return Err(Error::bad_request(call, &format!("somebody else has {repository} previewed")));
                }
                for result in output.preview_results.unwrap_or_default().into_iter().filter(expires) {
                    let priority = result.applied_rule_priority.and_then(|priority| u32::try_from(priority).ok());
                    let half = || Error::no_answer(call, "half a preview of an image");
                    taken.push((result.image_digest.ok_or_else(half)?, priority.ok_or_else(half)?));
                }
                match output.next_token.filter(|next| !next.is_empty()) {
                    None => return Ok(taken),
                    same if same == token => {
                        return Err(Error::no_answer(call, "a page that is followed by itself"));
                    }
                    next => token = next,
                }
            }
            Some(Status::InProgress) if Instant::now() + wait < until => {
                sleep(wait).await;
                wait = WAITS.1.min(wait * 2);
            }
            Some(Status::InProgress) => {
                let message = format!("ECR did not preview the policy of {repository} within a minute");
                return Err(Error::new(Kind::Timeout, call, message, "try again"));
            }
            status => {
                let status = status.map_or_else(|| "no status".to_string(), |status| status.as_str().to_string());
                return Err(Error::bad_request(call, &format!("ECR's preview for {repository} ended with {status}")));
            }
        }
    }
}

/// Whether an image is deleted; a rule may also have it archived.
fn expires(result: &LifecyclePolicyPreviewResult) -> bool {
    let action = result.action.as_ref().and_then(|action| action.r#type.as_ref());
    action == Some(&ImageActionType::Expire)
}

/// Begins; ECR previews one policy of a repository at a time.
async fn start(site: &Site, repository: &str, policy: &str, until: Instant) -> Result<(), Error> {
    let call = Call::StartLifecyclePolicyPreview;
    let sent = site.reads.ecr().start_lifecycle_policy_preview();
    let sent = sent.repository_name(repository).lifecycle_policy_text(policy);
    loop {
        match site.ask(call, sent.clone().send()).await {
            Err(busy) if busy.is_code("LifecyclePolicyPreviewInProgressException") && Instant::now() < until => {
                sleep(WAITS.1).await;
            }
            begun => return begun.map(drop),
        }
    }
}

/// Whether it is this policy that was previewed; ECR may write it anew.
fn same(previewed: Option<&str>, policy: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    previewed.is_some_and(|previewed| previewed == policy || json(previewed) == json(policy))
}
