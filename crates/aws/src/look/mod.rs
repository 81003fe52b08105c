//! Reading accounts into snapshots: only what guards need, and all of it at once.

mod parts;
mod pages;
mod ecr;
mod logs;

pub(crate) use ecr::policy as lifecycle_policy;
pub(crate) use parts::Part;

use crate::services::{Account, Site};
use crate::{Error, Kind};
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;
use jiff::Timestamp;
use stackcost_model::fixes::snapshot::{self, Billing, Place};
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
        let (regions, billing) = futures_util::join!(regions, self.billing(&sites.billing));
        snapshot::Account { id: sites.account.id.clone(), profile: sites.account.named.clone(), regions, billing }
    }

    async fn place(&self, site: &Site) -> Place {
        let mut place = Place::unasked(site.region);
        let registry = self.part(Part::RegistryScanning, site, "registry", ecr::registry_scanning(site));
        let repositories = self.list(Part::Repositories, site, "repositories", ecr::repositories(self, site));
        let groups = self.list(Part::LogGroups, site, "log groups", logs::groups(self, site));
        let policies = self.list(Part::AccountRetention, site, "retention policies", logs::account_retention(site));
        let read = futures_util::join!(registry, repositories, groups, policies);
        (place.registry_scanning, place.repositories, place.log_groups, place.account_retention) = read;
        place
    }

    async fn billing(&self, _site: &Site) -> Billing {
        Billing::unasked()
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
