//! Cost allocation tags. A tag can be activated once it was seen on a bill.

use crate::services::Site;
use crate::{Call, Error};
use aws_sdk_costexplorer::types as sdk;
use stackcost_model::fixes::State;

pub(super) async fn read(site: &Site, key: &str) -> Result<Option<State>, Error> {
    let call = Call::ListCostAllocationTags;
    let output = site.ask(call, site.reads.costs().list_cost_allocation_tags().tag_keys(key).send()).await?;
    let found: Vec<_> = output.cost_allocation_tags.unwrap_or_default();
    let mut same = found.iter().filter(|tag| tag.tag_key == key).peekable();
    match same.peek() {
        None => Ok(None),
        Some(_) => Ok(Some(State::CostTag { active: same.any(is_active) })),
    }
}

pub(crate) fn is_active(tag: &sdk::CostAllocationTag) -> bool {
    tag.status == sdk::CostAllocationTagStatus::Active
}

pub(super) async fn put(site: &Site, key: &str, active: bool) -> Result<(), Error> {
    let call = Call::UpdateCostAllocationTagsStatus;
    let status = match active {
        true => sdk::CostAllocationTagStatus::Active,
        false => sdk::CostAllocationTagStatus::Inactive,
    };
    let entry = sdk::CostAllocationTagStatusEntry::builder().tag_key(key).status(status).build();
    let entry = entry.map_err(|error| Error::bad_request(call, &error.to_string()))?;
    let put = site.writes.costs().update_cost_allocation_tags_status().cost_allocation_tags_status(entry);
    let output = site.tell(call, || put.clone().send()).await?;
    // It answers well also when it did nothing.
    match output.errors.unwrap_or_default().into_iter().next() {
        None => Ok(()),
        Some(error) => {
            let said = [error.code, error.message].into_iter().flatten().collect::<Vec<_>>().join(": ");
            Err(Error::bad_request(call, &format!("{}: {said}", call.action())))
        }
    }
}
