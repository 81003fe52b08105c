//! Topics: who may publish to some of them, with which key, and who gets it.

use super::{each, gap};
use crate::perform::{subscription, topic};
use crate::services::Site;
use crate::{Call, Error, pages};
use stackcost_model::fixes::Gap;
use stackcost_model::fixes::snapshot::Topic;
use std::collections::BTreeSet;

/// All topics; of those in question their policies, keys and subscriptions, too.
pub(super) async fn topics(site: &Site, in_question: &BTreeSet<String>) -> Result<Vec<Topic>, Error> {
    let call = Call::ListTopics;
    let listed = pages::all(call, |token| async {
        let output = site.ask(call, site.reads.sns().list_topics().set_next_token(token).send()).await?;
        Ok((output.topics, output.next_token))
    });
    let names = listed.await?.into_iter().map(|topic| Some(topic.topic_arn?.rsplit(':').next()?.to_string()));
    let names: Option<Vec<String>> = names.collect();
    let names = names.ok_or_else(|| Error::no_answer(call, "a topic without an ARN"))?;
    let read = |name: String| async {
        if !in_question.contains(&name) {
            let (policy, key) = (Err(Gap::NotAsked), Err(Gap::NotAsked));
            return Topic { name, policy, key, subscriptions: Err(Gap::NotAsked) };
        }
        let (attributes, all) = futures_util::join!(topic::attributes(site, &name), subscription::all(site, &name));
        let (policy, key) = match attributes.map_err(gap) {
            Ok(attributes) => (attributes.policy.map_err(gap), Ok(attributes.key)),
            Err(gap) => (Err(gap.clone()), Err(gap)),
        };
        Topic { policy, key, subscriptions: all.map_err(gap), name }
    };
    Ok(each(site, names, read).await)
}

/// The name of a topic of this account and region, by its ARN.
pub(super) fn name<'a>(site: &Site, arn: &'a str) -> Option<&'a str> {
    arn.strip_prefix(site.arn("sns", "").as_str())
}
