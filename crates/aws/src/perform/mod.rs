//! Reading and writing one setting. One file a kind of [`Target`]: its two sides next to each other,
//! so that what one gives the other takes.

mod lifecycle;
mod log_retention;
mod scan_on_push;

pub(crate) use log_retention::{AT_ONCE as LOG_GROUPS, read_some as log_retentions};

use crate::services::Site;
use crate::{Call, Error};
use stackcost_model::fixes::{State, Target};

/// What a target is set to.
pub(crate) async fn read(site: &Site, target: &Target) -> Result<Option<State>, Error> {
    match target {
        Target::LifecyclePolicy { repository } => lifecycle::read(site, repository).await,
        Target::ScanOnPush { repository } => scan_on_push::read(site, repository).await,
        Target::LogRetention { group } => log_retention::read(site, group).await,
        other => Err(Error::configuration(format!("this version cannot read {other}"))),
    }
}

/// Sets a target from one state to another.
pub(crate) async fn write(
    site: &Site,
    target: &Target,
    _before: Option<&State>,
    after: Option<&State>,
) -> Result<(), Error> {
    match (target, after) {
        (Target::LifecyclePolicy { repository }, None) => lifecycle::delete(site, repository).await,
        (Target::LifecyclePolicy { repository }, Some(State::LifecyclePolicy { text })) => {
            lifecycle::put(site, repository, text).await
        }
        (Target::ScanOnPush { repository }, Some(State::ScanOnPush { enabled })) => {
            scan_on_push::put(site, repository, *enabled).await
        }
        (Target::LogRetention { group }, None) => log_retention::delete(site, group).await,
        (Target::LogRetention { group }, Some(State::LogRetention { days })) => {
            log_retention::put(site, group, *days).await
        }
        (other, _) => Err(Error::configuration(format!("{other} cannot be set to that"))),
    }
}

/// A number as the SDK has it.
fn number(call: Call, value: u32) -> Result<i32, Error> {
    i32::try_from(value).map_err(|_| Error::bad_request(call, &format!("{value} is too large")))
}
