//! Repositories: how they scan, what they expire, and which images they hold.

use super::{Look, Part, each, gap};
use crate::perform::lifecycle;
use crate::services::Site;
use crate::{Call, Error, Kind, pages};
use aws_sdk_ecr::types as sdk;
use jiff::Timestamp;
use serde_json::Value;
use stackcost_model::fixes::Gap;
use stackcost_model::fixes::lifecycle::{Image, Storage};
use stackcost_model::fixes::snapshot::{RegistryScanning, Repository};
use std::collections::BTreeMap;

/// Indexes that ECR gives at once. Source: API reference, `BatchGetImage`.
const MANIFESTS: usize = 100;
/// What refers to other images.
const INDEXES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

pub(super) async fn registry_scanning(site: &Site) -> Result<RegistryScanning, Error> {
    let call = Call::GetRegistryScanningConfiguration;
    let output = site.ask(call, site.reads.ecr().get_registry_scanning_configuration().send()).await?;
    let scanning = output.scanning_configuration.ok_or_else(|| Error::no_answer(call, "no scanningConfiguration"))?;
    let manual = |rule: &sdk::RegistryScanningRule| rule.scan_frequency == sdk::ScanFrequency::Manual;
    let rules = scanning.rules.unwrap_or_default().into_iter().filter(|rule| !manual(rule));
    let patterns = rules.flat_map(|rule| rule.repository_filters).map(|filter| filter.filter);
    Ok(RegistryScanning { enhanced: scanning.scan_type == Some(sdk::ScanType::Enhanced), on_push: patterns.collect() })
}

pub(super) async fn repositories(look: &Look<'_>, site: &Site) -> Result<Vec<Repository>, Error> {
    let call = Call::DescribeRepositories;
    let described = pages::all(call, |token| async {
        let sent = site.reads.ecr().describe_repositories().max_results(1000).set_next_token(token);
        let output = site.ask(call, sent.send()).await?;
        Ok((output.repositories, output.next_token))
    });
    let read = |repository| self::repository(look, site, repository);
    each(site, described.await?, read).await.into_iter().collect()
}

async fn repository(look: &Look<'_>, site: &Site, described: sdk::Repository) -> Result<Repository, Error> {
    let lacking = || Error::no_answer(Call::DescribeRepositories, "a repository without a name");
    let name = described.repository_name.ok_or_else(lacking)?;
    let (policy, images) = match look.parts.contains(&Part::Images) {
        true => {
            let (policy, images) = futures_util::join!(lifecycle::policy(site, &name), images(site, &name));
            (policy.map_err(gap), images.map_err(gap))
        }
        false => (Err(Gap::NotAsked), Err(Gap::NotAsked)),
    };
    Ok(Repository {
        uri: described.repository_uri.ok_or_else(lacking)?,
        scan_on_push: described.image_scanning_configuration.is_some_and(|scanning| scanning.scan_on_push),
        name,
        policy,
        images,
    })
}

/// All images, also those in the archive.
async fn images(site: &Site, repository: &str) -> Result<Vec<Image>, Error> {
    let call = Call::DescribeImages;
    // Without it, ECR leaves archived images out.
    let any = sdk::DescribeImagesFilter::builder().image_status(sdk::ImageStatusFilter::Any).build();
    let details = pages::all(call, |token| async {
        let sent = site.reads.ecr().describe_images().repository_name(repository).max_results(1000);
        let output = site.ask(call, sent.filter(any.clone()).set_next_token(token).send()).await?;
        Ok((output.image_details, output.next_token))
    });
    let details = details.await?;
    let is_index = |detail: &&sdk::ImageDetail| {
        let media_type = detail.image_manifest_media_type.as_deref().unwrap_or_default();
        // What is in the archive cannot be read.
        INDEXES.contains(&media_type) && storage(detail) == Storage::Standard
    };
    let indexes: Vec<String> =
        details.iter().filter(is_index).filter_map(|detail| detail.image_digest.clone()).collect();
    let batches = each(site, indexes.chunks(MANIFESTS), |digests| children(site, repository, digests)).await;
    let mut children = BTreeMap::new();
    for batch in batches {
        children.extend(batch?);
    }
    details
        .into_iter()
        .map(|detail| image(detail, &mut children).ok_or_else(|| Error::no_answer(call, "half an image")))
        .collect()
}

fn image(detail: sdk::ImageDetail, children: &mut BTreeMap<String, Vec<String>>) -> Option<Image> {
    let storage = storage(&detail);
    let time = |time: aws_sdk_ecr::primitives::DateTime| {
        Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
    };
    let digest = detail.image_digest?;
    // What came back from the archive is as old as that, to AWS.
    let activated = detail.last_activated_at.and_then(time);
    let pushed = time(detail.image_pushed_at?)?;
    Some(Image {
        children: children.remove(&digest).unwrap_or_default(),
        digest,
        tags: detail.image_tags.unwrap_or_default(),
        pushed_at: activated.map_or(pushed, |activated| activated.max(pushed)),
        bytes: u64::try_from(detail.image_size_in_bytes.unwrap_or_default()).ok()?,
        storage,
        pulled_at: detail.last_recorded_pull_time.and_then(time).max(activated),
        archived_at: detail.last_archived_at.filter(|_| storage == Storage::Archive).and_then(time),
    })
}

fn storage(detail: &sdk::ImageDetail) -> Storage {
    match detail.image_status {
        Some(sdk::ImageStatus::Archived | sdk::ImageStatus::Activating) => Storage::Archive,
        _ => Storage::Standard,
    }
}

/// What indexes refer to, by digest.
async fn children(site: &Site, repository: &str, digests: &[String]) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let call = Call::BatchGetImage;
    let id = |digest: &String| sdk::ImageIdentifier::builder().image_digest(digest).build();
    let sent = site
        .reads
        .ecr()
        .batch_get_image()
        .repository_name(repository)
        .set_image_ids(Some(digests.iter().map(id).collect()))
        .set_accepted_media_types(Some(INDEXES.map(str::to_string).to_vec()));
    let output = site.ask(call, sent.send()).await?;
    // One that was deleted in between holds nothing any more; of any other, nobody knows.
    let gone = |failure: &sdk::ImageFailure| failure.failure_code == Some(sdk::ImageFailureCode::ImageNotFound);
    if let Some(failure) = output.failures.unwrap_or_default().iter().find(|failure| !gone(failure)) {
        let why = failure.failure_reason.as_deref().unwrap_or("no reason given");
        return Err(Error::new(Kind::BadRequest, call, format!("{} of {repository}: {why}", call.action()), ""));
    }
    let mut children = BTreeMap::new();
    for image in output.images.unwrap_or_default() {
        let digest = image.image_id.and_then(|id| id.image_digest);
        let manifest = image.image_manifest.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let listed = manifest.as_ref().and_then(|manifest| manifest.get("manifests")).and_then(Value::as_array);
        let (Some(digest), Some(listed)) = (digest, listed) else {
            return Err(Error::no_answer(call, "an index that lists no manifests"));
        };
        let digests = listed.iter().filter_map(|one| one.get("digest")?.as_str().map(str::to_string));
        children.insert(digest, digests.collect());
    }
    Ok(children)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecr::primitives::DateTime;

    #[test]
    fn what_came_back_is_as_old_as_that() {
        for (pulled, activated, is_pushed, is_pulled) in [
            (None, None, 10, None),
            (Some(20), None, 10, Some(20)),
            (None, Some(30), 30, Some(30)),
            (Some(20), Some(30), 30, Some(30)),
            (Some(40), Some(30), 30, Some(40)),
            // Pushed again since.
            (None, Some(5), 10, Some(5)),
        ] {
            let detail = sdk::ImageDetail::builder().image_digest("sha256:1").image_pushed_at(DateTime::from_secs(10));
            let detail = detail.set_last_recorded_pull_time(pulled.map(DateTime::from_secs));
            let detail = detail.set_last_activated_at(activated.map(DateTime::from_secs)).build();
            let seen = image(detail, &mut BTreeMap::new()).expect("an image");
            assert_eq!(
                (seen.pushed_at.as_second(), seen.pulled_at.map(Timestamp::as_second)),
                (is_pushed, is_pulled),
                "{pulled:?} {activated:?}"
            );
        }
    }
}
