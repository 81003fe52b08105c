//! Some accounts at once: what is asked of them, and what is under way there.

use crate::count::Counts;
use crate::look::{Look, Part, Sites};
use crate::pace::Pace;
use crate::services::{Account, Site, Traffic};
use crate::{Access, Call, Error, connect, perform, preview};
use aws_config::retry::RetryConfig;
use futures_util::future::join_all;
use stackcost_model::fixes::{Guard, Snapshot, State, Target, Wish};
use stackcost_model::meter::Region;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How often something is read before it counts as failed, unless somebody says it
/// (`AWS_MAX_ATTEMPTS`). The SDK's own number, 3, is for one caller, not for many at once.
const ATTEMPTS: u32 = 5;

/// How calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How many at once.
    pub parallel: usize,
    /// Whether to keep to the rates of AWS. Another server may answer as fast as it can.
    pub pace: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { parallel: 16, pace: true }
    }
}

/// Connections to some accounts, and what is under way there.
///
/// Reads and writes are begun and go on while [`Session::wait`] waits; nothing happens in between.
#[derive(Debug)]
pub struct Session {
    accounts: Vec<Arc<Account>>,
    sites: BTreeMap<(String, Region), Arc<Site>>,
    traffic: Arc<Traffic>,
    under_way: JoinSet<Vec<Event>>,
    /// What came without asking anybody.
    come: Vec<Event>,
    /// Last, since what is under way must end before it.
    runtime: Runtime,
}

/// An account of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionAccount {
    /// Its twelve digits.
    pub id: String,
    /// The profile that was asked for; without it the credentials of the environment are used.
    pub profile: Option<String>,
    /// The region of the flag, the environment or the profile.
    pub region: String,
}

/// What came of a call that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What a target is set to.
    Read(usize, Result<Option<State>, Error>),
    /// Whether a target was set.
    Wrote(usize, Result<(), Error>),
}

/// A lifecycle policy that ECR is to preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewRequest {
    /// The account.
    pub account: String,
    /// The region.
    pub region: Region,
    /// The repository.
    pub repository: String,
    /// The policy, a JSON document.
    pub policy: String,
}

impl Session {
    /// Reads the configuration as the AWS CLI does, and asks whose credentials these are. Of two
    /// that belong to the same account the first is used.
    ///
    /// # Errors
    /// The first that cannot be used: an unknown profile, credentials that are missing, have
    /// expired or are refused, the network.
    pub fn connect(accesses: &[Access], options: &Options) -> Result<Session, Error> {
        let runtime = connect::runtime()?;
        let parallel = options.parallel.max(1);
        let (slots, pace) = (Semaphore::new(parallel), Pace::new(options.pace));
        let traffic = Arc::new(Traffic { parallel, slots, pace, counts: Counts::default() });
        let found = runtime.block_on(join_all(accesses.iter().map(|access| account(access, &traffic))));
        let mut accounts: Vec<Arc<Account>> = Vec::new();
        for account in found {
            let account = account?;
            if accounts.iter().all(|known| known.id != account.id) {
                accounts.push(Arc::new(account));
            }
        }
        let (sites, under_way, come) = (BTreeMap::new(), JoinSet::new(), Vec::new());
        Ok(Session { accounts, sites, traffic, under_way, come, runtime })
    }

    /// The accounts, each once.
    #[must_use]
    pub fn accounts(&self) -> Vec<SessionAccount> {
        let account = |account: &Arc<Account>| SessionAccount {
            id: account.id.clone(),
            profile: account.named.clone(),
            region: account.region.clone(),
        };
        self.accounts.iter().map(account).collect()
    }

    /// Reads what guards need of all accounts in these regions, much of it at once. What is denied
    /// or fails is a gap. `progress` is told what has been read, with account and region.
    ///
    /// How much comes into log groups that keep events for longer than any wish is a metric each:
    /// AWS takes a cent for 1,000 of them.
    pub fn snapshot(
        &mut self,
        regions: &[Region],
        guards: &BTreeSet<Guard>,
        wish: &Wish,
        now: jiff::Timestamp,
        progress: &mut dyn FnMut(&str),
    ) -> Snapshot {
        let regions: BTreeSet<Region> = regions.iter().copied().collect();
        let sites = |session: &mut Session, account: Arc<Account>| Sites {
            regions: regions.iter().map(|region| session.site(&account, *region)).collect(),
            billing: session.site(&account, Region::US_EAST_1),
            account,
        };
        let sites: Vec<Sites> = self.accounts.clone().into_iter().map(|account| sites(self, account)).collect();
        let look = Look { parts: Part::of(guards), wish, now, progress: RefCell::new(progress) };
        Snapshot { taken: now, accounts: self.runtime.block_on(look.accounts(&sites)) }
    }

    /// What ECR itself says that policies would take: digests, each with the priority of the rule
    /// that takes it. Waits for a minute at most until ECR has made up its mind. In the order of
    /// what was asked.
    pub fn previews(&mut self, asked: &[PreviewRequest]) -> Vec<Result<Vec<(String, u32)>, Error>> {
        let sites: Vec<_> = asked.iter().map(|asked| self.reach(&asked.account, asked.region)).collect();
        let preview = |(asked, site): (&PreviewRequest, Result<Arc<Site>, Error>)| {
            let (repository, policy) = (asked.repository.clone(), asked.policy.clone());
            async move { preview::preview(&*site?, &repository, &policy).await }
        };
        self.runtime.block_on(join_all(asked.iter().zip(sites).map(preview)))
    }

    /// Begins to read targets, each under a number. Those of log groups are read 50 at a time.
    pub fn read(&mut self, asked: Vec<(usize, &str, Region, Target)>) {
        let mut groups: BTreeMap<(String, Region), Vec<(usize, String)>> = BTreeMap::new();
        for (at, account, region, target) in asked {
            match target {
                Target::LogRetention { group } => {
                    groups.entry((account.to_string(), region)).or_default().push((at, group));
                }
                target => match self.reach(account, region) {
                    Ok(site) => self.begin(async move { vec![Event::Read(at, perform::read(&site, &target).await)] }),
                    Err(error) => self.come.push(Event::Read(at, Err(error))),
                },
            }
        }
        for ((account, region), groups) in groups {
            match self.reach(&account, region) {
                Ok(site) => {
                    for some in groups.chunks(perform::log_retention::AT_ONCE) {
                        let (site, some) = (site.clone(), some.to_vec());
                        self.begin(async move {
                            let names: Vec<&str> = some.iter().map(|(_, name)| name.as_str()).collect();
                            let states = perform::log_retention::read_some(&site, &names).await;
                            some.iter().zip(states).map(|((at, _), state)| Event::Read(*at, state)).collect()
                        });
                    }
                }
                Err(error) => self.come.extend(groups.iter().map(|(at, _)| Event::Read(*at, Err(error.clone())))),
            }
        }
    }

    /// Begins to set a target from one state to another.
    pub fn write(
        &mut self,
        at: usize,
        account: &str,
        region: Region,
        target: &Target,
        before: Option<&State>,
        after: Option<&State>,
    ) {
        let (target, before, after) = (target.clone(), before.cloned(), after.cloned());
        match self.reach(account, region) {
            Ok(site) => self.begin(async move {
                let done = perform::write(&site, &target, before.as_ref(), after.as_ref()).await;
                vec![Event::Wrote(at, done)]
            }),
            Err(error) => self.come.push(Event::Wrote(at, Err(error))),
        }
    }

    /// Waits until something has come, but no longer than this, and gives all that has come.
    pub fn wait(&mut self, at_most: Duration) -> Vec<Event> {
        let mut come = std::mem::take(&mut self.come);
        let under_way = &mut self.under_way;
        let ended = self.runtime.block_on(async {
            // Even without patience all get their turn: what was begun is sent.
            tokio::task::yield_now().await;
            let patience = if come.is_empty() { at_most } else { Duration::ZERO };
            let first = tokio::time::timeout(patience, under_way.join_next()).await.ok().flatten();
            first.into_iter().chain(std::iter::from_fn(|| under_way.try_join_next())).collect::<Vec<_>>()
        });
        for ended in ended {
            match ended {
                Ok(events) => come.extend(events),
                // Nothing is aborted, so it is a bug, and not one to go on after.
                Err(failed) => std::panic::resume_unwind(failed.into_panic()),
            }
        }
        come
    }

    /// Whether nothing is under way, and nothing has come that was not given out.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.under_way.is_empty() && self.come.is_empty()
    }

    /// How many calls have been made by IAM action, with those that the SDK tried again.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.traffic.counts.so_far()
    }

    fn begin(&mut self, call: impl Future<Output = Vec<Event>> + Send + 'static) {
        self.under_way.spawn_on(call, self.runtime.handle());
    }

    /// The site of an account that is named by its number.
    fn reach(&mut self, account: &str, region: Region) -> Result<Arc<Site>, Error> {
        let known = self.accounts.iter().find(|known| known.id == account).cloned();
        let known = known.ok_or_else(|| Error::configuration(format!("no credentials are for account {account}")))?;
        Ok(self.site(&known, region))
    }

    fn site(&mut self, account: &Arc<Account>, region: Region) -> Arc<Site> {
        let make = || Arc::new(Site::new(account.clone(), region, self.traffic.clone()));
        self.sites.entry((account.id.clone(), region)).or_insert_with(make).clone()
    }
}

/// Who it is that an access gives credentials of.
async fn account(access: &Access, traffic: &Traffic) -> Result<Account, Error> {
    let found = connect::configuration(access).await?;
    let retries = found.config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let with = |retries| found.config.to_builder().retry_config(retries).build();
    let mut account = Account {
        id: String::new(),
        named: access.profile.clone(),
        reading: with(retries.with_max_attempts(found.attempts.unwrap_or(ATTEMPTS))),
        writing: with(RetryConfig::disabled()),
        profile: found.profile,
        region: found.region,
    };
    let settings = aws_sdk_sts::config::Builder::from(&account.reading).interceptor(traffic.counts.of("sts")).build();
    let _slot = traffic.slots.acquire().await;
    let identity = aws_sdk_sts::Client::from_conf(settings).get_caller_identity().send().await;
    let identity = identity.map_err(|error| Error::of_sdk(Call::CallerIdentity, &account.profile, error))?;
    account.id = crate::account_number(identity.account)?;
    Ok(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_nobody_has_credentials_of() {
        let runtime = connect::runtime().unwrap();
        let (slots, pace) = (Semaphore::new(1), Pace::new(false));
        let traffic = Arc::new(Traffic { parallel: 1, slots, pace, counts: Counts::default() });
        let (accounts, sites, under_way, come) = (Vec::new(), BTreeMap::new(), JoinSet::new(), Vec::new());
        let mut session = Session { accounts, sites, traffic, under_way, come, runtime };
        assert!(session.is_idle());
        let group = Target::LogRetention { group: "/a".to_string() };
        let topic = Target::Topic { name: "a".to_string() };
        session.read(vec![(3, "123456789012", Region::US_EAST_1, group.clone())]);
        session.read(vec![(4, "123456789012", Region::US_EAST_1, topic)]);
        session.write(5, "123456789012", Region::US_EAST_1, &group, None, None);
        assert!(!session.is_idle());
        let come = session.wait(Duration::from_secs(60));
        assert!(
            matches!(come[..], [Event::Read(3, Err(_)), Event::Read(4, Err(_)), Event::Wrote(5, Err(_))]),
            "{come:?}"
        );
        assert!(session.is_idle() && session.wait(Duration::ZERO).is_empty());
    }
}
