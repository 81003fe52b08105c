//! Counting what is sent, attempts included: what the SDK tries again by itself is seen here only.

use aws_sdk_sts::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_sts::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sts::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Calls by IAM action.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts(Arc<Mutex<BTreeMap<String, u64>>>);

impl Counts {
    pub(crate) fn so_far(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts what a client of a service sends; the service as in IAM actions.
    pub(crate) fn of(&self, service: &'static str) -> Count {
        Count { service, counts: self.clone() }
    }
}

/// Counts the calls of one client.
#[derive(Debug)]
pub(crate) struct Count {
    service: &'static str,
    counts: Counts,
}

#[dyn_dispatch_hint]
impl Intercept for Count {
    fn name(&self) -> &'static str {
        "Count"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = settings.load::<Metadata>().map(Metadata::name).unwrap_or_default();
        let mut counts = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(action(self.service, operation)).or_default() += 1;
        Ok(())
    }
}

/// The IAM action of an operation. They have the same names, but for those of budgets.
fn action(service: &str, operation: &str) -> String {
    let name = match (service, operation.starts_with("Describe")) {
        ("budgets", true) => "ViewBudget",
        ("budgets", false) => "ModifyBudget",
        _ => operation,
    };
    format!("{service}:{name}")
}
