//! CloudWatch dashboards.

use super::found;
use crate::services::Site;
use crate::{Call, Error};
use stackcost_model::fixes::State;

/// How CloudWatch says that there is no such dashboard.
const NOT_THERE: [&str; 2] = ["ResourceNotFound", "DashboardNotFoundError"];

pub(super) async fn read(site: &Site, name: &str) -> Result<Option<State>, Error> {
    Ok(found(body(site, name).await, &NOT_THERE)?.map(|body| State::Dashboard { body }))
}

/// The document of a dashboard.
pub(crate) async fn body(site: &Site, name: &str) -> Result<String, Error> {
    let call = Call::GetDashboard;
    let output = site.ask(call, site.reads.cloudwatch().get_dashboard().dashboard_name(name).send()).await?;
    output.dashboard_body.ok_or_else(|| Error::no_answer(call, "a dashboard without a body"))
}

pub(super) async fn put(site: &Site, name: &str, body: &str) -> Result<(), Error> {
    let put = site.writes.cloudwatch().put_dashboard().dashboard_name(name).dashboard_body(body);
    site.tell(Call::PutDashboard, || put.clone().send()).await.map(drop)
}

pub(super) async fn delete(site: &Site, name: &str) -> Result<(), Error> {
    let delete = site.writes.cloudwatch().delete_dashboards().dashboard_names(name);
    site.tell(Call::DeleteDashboards, || delete.clone().send()).await.map(drop)
}
