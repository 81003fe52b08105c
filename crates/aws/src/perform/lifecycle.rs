//! Lifecycle policies of repositories. ECR applies a new one within 24 hours.

use crate::services::Site;
use crate::{Call, Error};
use stackcost_model::fixes::State;

pub(super) async fn read(site: &Site, repository: &str) -> Result<Option<State>, Error> {
    Ok(policy(site, repository).await?.map(|text| State::LifecyclePolicy { text }))
}

/// The policy of a repository, if it has one.
pub(crate) async fn policy(site: &Site, repository: &str) -> Result<Option<String>, Error> {
    let call = Call::GetLifecyclePolicy;
    match site.ask(call, site.reads.ecr().get_lifecycle_policy().repository_name(repository).send()).await {
        Ok(output) => {
            let text = output.lifecycle_policy_text;
            text.map(Some).ok_or_else(|| Error::no_answer(call, "no lifecyclePolicyText"))
        }
        Err(error) if error.is_code("LifecyclePolicyNotFoundException") => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn put(site: &Site, repository: &str, text: &str) -> Result<(), Error> {
    let put = site.writes.ecr().put_lifecycle_policy().repository_name(repository).lifecycle_policy_text(text);
    site.tell(Call::PutLifecyclePolicy, || put.clone().send()).await.map(drop)
}

pub(super) async fn delete(site: &Site, repository: &str) -> Result<(), Error> {
    let delete = site.writes.ecr().delete_lifecycle_policy().repository_name(repository);
    site.tell(Call::DeleteLifecyclePolicy, || delete.clone().send()).await.map(drop)
}
