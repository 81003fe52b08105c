//! SNS topics: their access policies. Other attributes are not touched.

use super::found;
use crate::services::Site;
use crate::{Call, Error};
use stackcost_model::fixes::State;

/// The attribute of the access policy.
const POLICY: &str = "Policy";
/// How SNS says that there is no such topic.
pub(super) const NOT_THERE: [&str; 2] = ["NotFound", "NotFoundException"];

pub(super) async fn read(site: &Site, name: &str) -> Result<Option<State>, Error> {
    let policy = found(policy(site, name).await, &NOT_THERE)?;
    Ok(policy.map(|policy| State::Topic { policy }))
}

/// The access policy of a topic.
pub(crate) async fn policy(site: &Site, name: &str) -> Result<String, Error> {
    let call = Call::GetTopicAttributes;
    let output = site.ask(call, site.reads.sns().get_topic_attributes().topic_arn(arn(site, name)).send()).await?;
    let policy = output.attributes.unwrap_or_default().remove(POLICY);
    policy.ok_or_else(|| Error::no_answer(call, "a topic without a policy"))
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

pub(super) async fn delete(site: &Site, name: &str) -> Result<(), Error> {
    let delete = site.writes.sns().delete_topic().topic_arn(arn(site, name));
    site.tell(Call::DeleteTopic, || delete.clone().send()).await.map(drop)
}
