//! Which images of a repository ECS runs, or would run after a rollback.
//!
//! All accounts and regions of the snapshot are looked at, since images are pulled across them.
//! What runs elsewhere (Lambda, EKS, other accounts) is not seen: `protect` is for that.

use super::super::snapshot::{Gap, Repository, Snapshot};
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Images of one repository that must stay.
#[derive(Default)]
pub(super) struct InUse {
    /// Their digests.
    pub digests: BTreeSet<String>,
    /// References that services have now and that no image of the repository answers to.
    pub missing: BTreeSet<String>,
}

/// What an image reference of a task definition names in a repository.
enum Named<'r> {
    Tag(&'r str),
    Digest(&'r str),
}

/// Images of the repository that are in use.
///
/// # Errors
/// What could not be read: then nobody knows what runs.
pub(super) fn in_use(snapshot: &Snapshot, repository: &Repository) -> Result<InUse, Gap> {
    let mut found = InUse::default();
    let images = repository.images.as_ref().map_err(Clone::clone)?;
    for place in snapshot.accounts.iter().flat_map(|account| &account.regions) {
        let services = place.services.as_ref().map_err(Clone::clone)?;
        let definitions = place.task_definitions.as_ref().map_err(Clone::clone)?;
        let running = place.running.as_ref().map_err(Clone::clone)?;
        let active: BTreeSet<&str> = services.iter().map(|service| service.task_definition.as_str()).collect();
        for definition in definitions {
            for container in &definition.containers {
                let Some(named) = named(&container.image, &repository.uri) else { continue };
                let there = match named {
                    Named::Digest(digest) => images.iter().find(|image| image.digest == digest),
                    Named::Tag(tag) => images.iter().find(|image| image.tags.iter().any(|known| known == tag)),
                };
                match there {
                    Some(image) => {
                        found.digests.insert(image.digest.clone());
                    }
                    None if active.contains(definition.arn.as_str()) => {
                        found.missing.insert(container.image.clone());
                    }
                    // A revision that nothing runs, and whose image is gone already.
                    None => {}
                }
            }
        }
        let here = running.iter().filter(|one| named(&one.image, &repository.uri).is_some());
        found.digests.extend(here.filter_map(|one| one.digest.clone()));
    }
    Ok(found)
}

/// What a reference names, if it is to this repository: `URI:TAG`, `URI@DIGEST`, `URI:TAG@DIGEST`,
/// or the URI alone, which means the tag `latest`. A registry has several names.
fn named<'r>(reference: &'r str, uri: &str) -> Option<Named<'r>> {
    let (registry, rest) = registry(reference)?;
    let (own, name) = self::registry(uri)?;
    if registry != own {
        return None;
    }
    let rest = rest.strip_prefix(name)?;
    if let Some((before, digest)) = rest.split_once('@') {
        return (before.is_empty() || before.starts_with(':')).then_some(Named::Digest(digest));
    }
    match rest.strip_prefix(':') {
        Some(tag) => Some(Named::Tag(tag)),
        None => rest.is_empty().then_some(Named::Tag("latest")),
    }
}

/// Account and region of the registry that a reference is to, and what follows its host:
/// `123456789012.dkr.ecr.us-east-1.amazonaws.com/api`, with `ecr-fips` for FIPS, or
/// `123456789012.dkr-ecr.us-east-1.on.aws/api`. Source: ECR user guide, "Private registry".
fn registry(reference: &str) -> Option<((&str, &str), &str)> {
    let (host, rest) = reference.split_once('/')?;
    let (account, host) = host.split_once('.')?;
    let hosts = ["dkr.ecr.", "dkr.ecr-fips.", "dkr-ecr.", "dkr-ecr-fips."];
    let host = hosts.iter().find_map(|start| host.strip_prefix(start))?;
    let (region, _) = host.split_once('.')?;
    Some(((account, region), rest))
}

/// Digests shortened as people write them: `sha256:0123456789ab`.
pub(super) fn short(digest: &str) -> String {
    match digest.split_once(':') {
        Some((kind, hex)) => alloc::format!("{kind}:{}", hex.chars().take(12).collect::<String>()),
        None => digest.to_string(),
    }
}

/// The first names of many.
pub(super) fn some(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(3).map(String::as_str).collect();
    let more = names.len().saturating_sub(shown.len());
    let more = if more > 0 { alloc::format!(" and {more} more") } else { String::new() };
    alloc::format!("{}{more}", shown.join(", "))
}
