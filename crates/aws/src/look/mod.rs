//! Reading accounts into snapshots: only what guards need, and all of it at once.

mod parts;
mod ecr;
mod logs;
mod load_balancers;
mod ecs;
mod cloudwatch;
mod sns;
mod scaling;
mod billing;

pub(crate) use parts::Part;

use crate::services::{Account, Site};
use crate::{Error, Kind};
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;
use jiff::Timestamp;
use stackcost_model::fixes::snapshot::{self, Place};
use stackcost_model::fixes::{Gap, Seen, Wish};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is to be read, and who is told of it.
pub(crate) struct Look<'a> {
    pub(crate) parts: BTreeSet<Part>,
    pub(crate) wish: &'a Wish,
    pub(crate) now: Timestamp,
    pub(crate) progress: RefCell<&'a mut dyn FnMut(&str)>,
}

/// The sites of an account: those of the regions, and the one that bills.
pub(crate) struct Sites {
    pub(crate) account: Arc<Account>,
    pub(crate) regions: Vec<Arc<Site>>,
    pub(crate) billing: Arc<Site>,
}

impl Look<'_> {
    /// Reads all accounts.
    pub(crate) async fn accounts(&self, sites: &[Sites]) -> Vec<snapshot::Account> {
        join_all(sites.iter().map(|sites| self.account(sites))).await
    }

    async fn account(&self, sites: &Sites) -> snapshot::Account {
        let regions = join_all(sites.regions.iter().map(|site| self.place(site)));
        let (regions, billing) = futures_util::join!(regions, billing::billing(self, &sites.billing));
        snapshot::Account { id: sites.account.id.clone(), profile: sites.account.named.clone(), regions, billing }
    }

    async fn place(&self, site: &Site) -> Place {
        let registry = async {
            let scanning = self.part(Part::RegistryScanning, site, "registry", ecr::registry_scanning(site));
            let repositories = self.list(Part::Repositories, site, "repositories", ecr::repositories(self, site));
            futures_util::join!(scanning, repositories)
        };
        let logs = async {
            let policies = logs::account_retention(site);
            let policies = self.list(Part::AccountRetention, site, "retention policies", policies);
            let groups = self.list(Part::LogGroups, site, "log groups", logs::groups(self, site));
            futures_util::join!(policies, groups)
        };
        let watch = async {
            let wished = BTreeSet::from([self.wish.alarms.topic.clone()]);
            let alarms = self.list(Part::Alarms, site, "alarms", cloudwatch::alarms(site));
            let topics = self.list(Part::Topics, site, "topics", sns::topics(site, &wished));
            let dashboards = self.list(Part::Dashboards, site, "dashboards", cloudwatch::dashboards(self, site));
            futures_util::join!(alarms, topics, dashboards)
        };
        let scaling = async {
            let targets = self.part(Part::ScalableTargets, site, "scalable targets", scaling::targets(site));
            let policies = self.list(Part::ScalingPolicies, site, "scaling policies", scaling::policies(site));
            futures_util::join!(targets, policies)
        };
        let containers = ecs::containers(self, site);
        let read = futures_util::join!(registry, logs, watch, scaling, containers);
        let ((registry_scanning, repositories), (account_retention, log_groups), watch, scaling, containers) = read;
        let ((alarms, topics, dashboards), (scalable_targets, scaling_policies)) = (watch, scaling);
        let ecs::Containers { clusters, services, task_definitions, running, target_groups } = containers;
        Place {
            region: site.region,
            repositories,
            registry_scanning,
            log_groups,
            account_retention,
            clusters,
            services,
            task_definitions,
            running,
            target_groups,
            alarms,
            topics,
            dashboards,
            scalable_targets,
            scaling_policies,
            // Somebody lists them for it.
            security_groups: Err(Gap::NotAsked),
        }
    }

    /// Reads a list, if anybody asked for it, and says how long it is.
    async fn list<T>(
        &self,
        part: Part,
        site: &Site,
        what: &str,
        read: impl Future<Output = Result<Vec<T>, Error>>,
    ) -> Seen<Vec<T>> {
        let seen = self.seen(part, read).await?;
        self.say(site, &format!("{} {what}", seen.len()));
        Ok(seen)
    }

    /// Reads a part, if anybody asked for it.
    async fn part<T>(
        &self,
        part: Part,
        site: &Site,
        what: &str,
        read: impl Future<Output = Result<T, Error>>,
    ) -> Seen<T> {
        let seen = self.seen(part, read).await?;
        self.say(site, what);
        Ok(seen)
    }

    async fn seen<T>(&self, part: Part, read: impl Future<Output = Result<T, Error>>) -> Seen<T> {
        match self.parts.contains(&part) {
            true => read.await.map_err(gap),
            false => Err(Gap::NotAsked),
        }
    }

    fn say(&self, site: &Site, what: &str) {
        (self.progress.borrow_mut())(&format!("{} {}: {what}", site.account.id, site.region));
    }
}

/// Why something was not read.
fn gap(error: Error) -> Gap {
    let action = error.action.to_string();
    match error.kind {
        Kind::Denied => Gap::Denied { action },
        _ => Gap::Failed { action, why: error.message },
    }
}

/// Does something with each, many at once, and gives what came of it in their order.
async fn each<T, R, F: Future<Output = R>>(
    site: &Site,
    items: impl IntoIterator<Item = T>,
    read: impl Fn(T) -> F,
) -> Vec<R> {
    // More than there is room for, since some wait for their pace; but not all, which takes memory.
    stream::iter(items).map(read).buffered(4 * site.traffic.parallel).collect().await
}

/// What all of them gave, or the first that failed.
fn flat<T>(parts: Vec<Result<Vec<T>, Error>>) -> Result<Vec<T>, Error> {
    Ok(parts.into_iter().collect::<Result<Vec<Vec<T>>, Error>>()?.into_iter().flatten().collect())
}
