//! Subscriptions to SNS topics. One that waits for its confirmation is there, too.

use super::{found, topic};
use crate::services::Site;
use crate::{Call, Error, pages};
use aws_sdk_sns::types as sdk;
use stackcost_model::fixes::State;
use stackcost_model::fixes::snapshot::Subscription;

/// What SNS shows instead of the ARN of one that is not confirmed, or is gone.
const PENDING: &str = "PendingConfirmation";
const DELETED: &str = "Deleted";

pub(super) async fn read(site: &Site, topic: &str, protocol: &str, endpoint: &str) -> Result<Option<State>, Error> {
    Ok(find(site, topic, protocol, endpoint).await?.map(|_| State::Subscription))
}

/// Who gets what is published to a topic.
pub(crate) async fn all(site: &Site, topic: &str) -> Result<Vec<Subscription>, Error> {
    let seen = |(arn, protocol, endpoint): Subscribed| Subscription { protocol, endpoint, confirmed: arn != PENDING };
    Ok(subscribed(site, topic).await?.into_iter().map(seen).collect())
}

/// ARN or what stands for it, protocol, endpoint.
type Subscribed = (String, String, String);

async fn subscribed(site: &Site, topic: &str) -> Result<Vec<Subscribed>, Error> {
    let call = Call::ListSubscriptionsByTopic;
    let arn = topic::arn(site, topic);
    let listed = pages::all(call, |token| async {
        let sent = site.reads.sns().list_subscriptions_by_topic().topic_arn(&arn).set_next_token(token);
        let output = site.ask(call, sent.send()).await?;
        Ok((output.subscriptions, output.next_token))
    });
    let whole = |one: sdk::Subscription| Some((one.subscription_arn?, one.protocol?, one.endpoint?));
    let all: Option<Vec<Subscribed>> = listed.await?.into_iter().map(whole).collect();
    let mut all = all.ok_or_else(|| Error::no_answer(call, "half a subscription"))?;
    all.retain(|(arn, ..)| arn != DELETED);
    Ok(all)
}

/// The ARN of a subscription, or what stands for it.
async fn find(site: &Site, topic: &str, protocol: &str, endpoint: &str) -> Result<Option<String>, Error> {
    let all = found(subscribed(site, topic).await, &topic::NOT_THERE)?.unwrap_or_default();
    let same = |(_, of, to): &Subscribed| of == protocol && to == endpoint;
    Ok(all.into_iter().find(same).map(|(arn, ..)| arn))
}

pub(super) async fn make(site: &Site, topic: &str, protocol: &str, endpoint: &str) -> Result<(), Error> {
    let make = site.writes.sns().subscribe().topic_arn(topic::arn(site, topic)).protocol(protocol).endpoint(endpoint);
    site.tell(Call::Subscribe, || make.clone().send()).await.map(drop)
}

pub(super) async fn delete(site: &Site, topic: &str, protocol: &str, endpoint: &str) -> Result<(), Error> {
    let call = Call::Unsubscribe;
    match find(site, topic, protocol, endpoint).await? {
        None => Ok(()),
        // One that was never confirmed cannot be removed, and delivers nothing; AWS drops it by itself.
        Some(arn) if arn == PENDING => Ok(()),
        Some(arn) => {
            let delete = site.writes.sns().unsubscribe().subscription_arn(arn);
            site.tell(call, || delete.clone().send()).await.map(drop)
        }
    }
}
