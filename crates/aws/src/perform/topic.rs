//! SNS topics: their access policies. Other attributes are not touched.

use super::{found, subscription};
use crate::services::Site;
use crate::{Call, Error};
use stackcost_model::fixes::State;
use stackcost_model::fixes::snapshot::Subscription;

/// The attributes of the access policy and of the key that encrypts.
const POLICY: &str = "Policy";
const KEY: &str = "KmsMasterKeyId";
/// How SNS says that there is no such topic.
pub(super) const NOT_THERE: [&str; 2] = ["NotFound", "NotFoundException"];

pub(super) async fn read(site: &Site, name: &str) -> Result<Option<State>, Error> {
    match found(attributes(site, name).await, &NOT_THERE)? {
        // Whose subscriptions are wished is not AWS's to know.
        Some(attributes) => Ok(Some(State::Topic { policy: attributes.policy?, wished: Vec::new() })),
        None => Ok(None),
    }
}

/// What a topic says of itself.
pub(crate) struct Attributes {
    /// Its access policy.
    pub(crate) policy: Result<String, Error>,
    /// The KMS key that it is encrypted with, if it is.
    pub(crate) key: Option<String>,
}

pub(crate) async fn attributes(site: &Site, name: &str) -> Result<Attributes, Error> {
    let call = Call::GetTopicAttributes;
    let output = site.ask(call, site.reads.sns().get_topic_attributes().topic_arn(arn(site, name)).send()).await?;
    let mut all = output.attributes.unwrap_or_default();
    let policy = all.remove(POLICY).ok_or_else(|| Error::no_answer(call, "a topic without a policy"));
    Ok(Attributes { policy, key: all.remove(KEY).filter(|key| !key.is_empty()) })
}

/// Topics are only ever named within the account and region of the site.
pub(super) fn arn(site: &Site, name: &str) -> String {
    site.arn("sns", name)
}

pub(super) async fn make(site: &Site, name: &str, policy: &str) -> Result<(), Error> {
    let make = site.writes.sns().create_topic().name(name).attributes(POLICY, policy);
    site.tell(Call::CreateTopic, || make.clone().send()).await.map(drop)
}

pub(super) async fn put(site: &Site, name: &str, policy: &str) -> Result<(), Error> {
    let put = site.writes.sns().set_topic_attributes().topic_arn(arn(site, name));
    let put = put.attribute_name(POLICY).attribute_value(policy);
    site.tell(Call::SetTopicAttributes, || put.clone().send()).await.map(drop)
}

/// Deletes a topic, unless anybody has subscribed whose subscription is not wished: it would go
/// with the topic, and nothing brings it back.
pub(super) async fn delete(site: &Site, name: &str, wished: &[String]) -> Result<(), Error> {
    let all = found(subscription::all(site, name).await, &NOT_THERE)?.unwrap_or_default();
    if let Some(other) = other(&all, wished) {
        let who = format!("{} {}", other.protocol, other.endpoint);
        let why = format!("others have subscribed to the topic ({who}): it is not deleted");
        return Err(Error::bad_request(Call::DeleteTopic, &why));
    }
    let delete = site.writes.sns().delete_topic().topic_arn(arn(site, name));
    site.tell(Call::DeleteTopic, || delete.clone().send()).await.map(drop)
}

/// A subscription that is not wished, confirmed or not.
fn other<'a>(all: &'a [Subscription], wished: &[String]) -> Option<&'a Subscription> {
    all.iter().find(|one| !wished.contains(&one.endpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_wished_is_of_others() {
        let to = |endpoint: &str, confirmed| {
            let (protocol, endpoint) = ("email".to_string(), endpoint.to_string());
            Subscription { protocol, endpoint, confirmed }
        };
        let wished = ["a@example.com".to_string()];
        assert_eq!(other(&[], &[]), None);
        assert_eq!(other(&[to("a@example.com", false)], &wished), None);
        for confirmed in [false, true] {
            let all = [to("a@example.com", true), to("b@example.com", confirmed)];
            assert_eq!(other(&all, &wished), Some(&all[1]));
        }
    }
}
