//! Whether a repository scans on push. There is always an answer: without a setting it does not.

use crate::services::Site;
use crate::{Call, Error};
use aws_sdk_ecr::types::ImageScanningConfiguration;
use stackcost_model::fixes::State;

pub(super) async fn read(site: &Site, repository: &str) -> Result<Option<State>, Error> {
    let call = Call::DescribeRepositories;
    let output = site.ask(call, site.reads.ecr().describe_repositories().repository_names(repository).send()).await?;
    let found = output.repositories.unwrap_or_default().into_iter().next();
    let found = found.ok_or_else(|| Error::no_answer(call, "not the repository that was asked for"))?;
    let enabled = found.image_scanning_configuration.is_some_and(|scanning| scanning.scan_on_push);
    Ok(Some(State::ScanOnPush { enabled }))
}

pub(super) async fn put(site: &Site, repository: &str, enabled: bool) -> Result<(), Error> {
    let scanning = ImageScanningConfiguration::builder().scan_on_push(enabled).build();
    let put = site.writes.ecr().put_image_scanning_configuration();
    let put = put.repository_name(repository).image_scanning_configuration(scanning);
    site.tell(Call::PutImageScanningConfiguration, || put.clone().send()).await.map(drop)
}
