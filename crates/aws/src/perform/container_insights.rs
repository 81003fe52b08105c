//! Container Insights of ECS clusters. There is always a setting.

use crate::services::Site;
use crate::{Call, Error};
use aws_sdk_ecs::types as sdk;
use stackcost_model::fixes::State;

pub(super) async fn read(site: &Site, cluster: &str) -> Result<Option<State>, Error> {
    let call = Call::DescribeClusters;
    let sent = site.reads.ecs().describe_clusters().clusters(cluster).include(sdk::ClusterField::Settings);
    let output = site.ask(call, sent.send()).await?;
    let named = |found: &&sdk::Cluster| found.cluster_name.as_deref() == Some(cluster);
    match output.clusters.unwrap_or_default().iter().find(named) {
        Some(found) => Ok(Some(State::ContainerInsights { value: value(found) })),
        None => Err(Error::bad_request(call, &format!("there is no ECS cluster {cluster}"))),
    }
}

/// `enabled`, `enhanced` or `disabled`; without the setting it is disabled.
pub(crate) fn value(cluster: &sdk::Cluster) -> String {
    let insights = |setting: &&sdk::ClusterSetting| setting.name == Some(sdk::ClusterSettingName::ContainerInsights);
    let found = cluster.settings().iter().find(insights).and_then(|setting| setting.value.clone());
    found.unwrap_or_else(|| "disabled".to_string())
}

pub(super) async fn put(site: &Site, cluster: &str, value: &str) -> Result<(), Error> {
    let setting = sdk::ClusterSetting::builder().name(sdk::ClusterSettingName::ContainerInsights).value(value).build();
    let put = site.writes.ecs().update_cluster_settings().cluster(cluster).settings(setting);
    site.tell(Call::UpdateClusterSettings, || put.clone().send()).await.map(drop)
}
