//! The neighbours on the same bill: `[nat_gateway.NAME]`, `[public_ipv4.NAME]`,
//! `[data_transfer.NAME]`, `[secrets_manager.NAME]`, `[sns.NAME]`, `[kms.NAME]`.

use super::calibrate::{Form, Quantity};
use super::{Part, ecr::to_regions};
use crate::problem::Problem;
use crate::scalar::{self, MOST};
use stackcost_model::exact::Ratio;
use stackcost_model::services::Component;
use stackcost_model::services::data_transfer::DataTransfer;
use stackcost_model::services::kms::Kms;
use stackcost_model::services::nat_gateway::NatGateway;
use stackcost_model::services::public_ipv4::PublicIpv4;
use stackcost_model::services::secrets_manager::SecretsManager;
use stackcost_model::services::sns::Sns;

/// Keys of `[nat_gateway.NAME]` that are quantities of a bill.
pub(super) const NAT_GATEWAY: &[Quantity] = &[
    Quantity::new("NatGateway-Hours", "count", Form::Hours),
    Quantity::new("NatGateway-Bytes", "processed", Form::GbFlow),
];
/// Those of `[public_ipv4.NAME]`.
pub(super) const PUBLIC_IPV4: &[Quantity] = &[
    Quantity::new("PublicIPv4:InUseAddress", "in_use", Form::Hours),
    Quantity::new("PublicIPv4:IdleAddress", "idle", Form::Hours),
];
/// Those of `[data_transfer.NAME]`.
pub(super) const DATA_TRANSFER: &[Quantity] = &[
    Quantity::new("DataTransfer-Out-Bytes", "internet_out", Form::GbFlow),
    Quantity::new("DataTransfer-In-Bytes", "internet_in", Form::GbFlow),
    Quantity::new("DataTransfer-Regional-Bytes", "inter_az", Form::GbFlowTwice),
];
/// Those of `[secrets_manager.NAME]`.
pub(super) const SECRETS_MANAGER: &[Quantity] = &[
    Quantity::new("AWSSecretsManager-Secrets", "secrets", Form::Number),
    Quantity::new("AWSSecretsManagerAPIRequest", "api_calls", Form::CountFlow),
];
/// Those of `[sns.NAME]`.
pub(super) const SNS: &[Quantity] = &[
    Quantity::new("Requests-Tier1", "requests", Form::CountFlow),
    Quantity::new("DeliveryAttempts-SMTP", "email", Form::CountFlow),
    Quantity::new("DeliveryAttempts-HTTP", "http", Form::CountFlow),
];
/// Those of `[kms.NAME]`.
pub(super) const KMS: &[Quantity] =
    &[Quantity::new("KMS-Keys", "keys", Form::Number), Quantity::new("KMS-Requests", "requests", Form::CountFlow)];

impl Part<'_> {
    fn count(&self, key: &'static str, usual: u32) -> Result<u32, Problem> {
        Ok(self.table.read(key, |node| scalar::whole(node, 0, MOST))?.unwrap_or(usual))
    }

    fn gb(&self, key: &'static str) -> Result<Ratio, Problem> {
        Ok(self.table.read(key, |node| scalar::gb_flow(node, self.horizon()))?.unwrap_or_default())
    }

    fn requests(&self, key: &'static str) -> Result<Ratio, Problem> {
        Ok(self.table.read(key, |node| scalar::count_flow(node, self.horizon()))?.unwrap_or_default())
    }
}

pub(super) fn nat_gateway(part: &Part<'_>) -> Result<Component, Problem> {
    let kinds = [("public", true), ("private", false)];
    let public = part.table.read("connectivity", |node| scalar::word(node, "connectivity", &kinds))?;
    Ok(NatGateway {
        count: part.count("count", 1)?,
        running: part.clock.running(part.table.opt("running"))?,
        processed_gb: part.gb("processed")?,
        public: public.unwrap_or(true),
    }
    .into())
}

pub(super) fn public_ipv4(part: &Part<'_>) -> Result<Component, Problem> {
    Ok(PublicIpv4 {
        in_use: part.count("in_use", 0)?,
        idle: part.count("idle", 0)?,
        running: part.clock.running(part.table.opt("running"))?,
    }
    .into())
}

pub(super) fn data_transfer(part: &Part<'_>) -> Result<Component, Problem> {
    let to_regions = part.table.read("inter_region", |node| to_regions(part, node))?;
    Ok(DataTransfer {
        internet_out_gb: part.gb("internet_out")?,
        internet_in_gb: part.gb("internet_in")?,
        between_zones_gb: part.gb("inter_az")?,
        to_regions_gb: to_regions.unwrap_or_default(),
    }
    .into())
}

pub(super) fn secrets_manager(part: &Part<'_>) -> Result<Component, Problem> {
    Ok(SecretsManager {
        secrets: scalar::whole(part.table.need("secrets", "3")?, 0, MOST)?,
        replicas: part.count("replicas", 0)?,
        api_calls: part.requests("api_calls")?,
    }
    .into())
}

pub(super) fn sns(part: &Part<'_>) -> Result<Component, Problem> {
    Ok(Sns { requests: part.requests("requests")?, email: part.requests("email")?, http: part.requests("http")? }
        .into())
}

pub(super) fn kms(part: &Part<'_>) -> Result<Component, Problem> {
    Ok(Kms { keys: scalar::whole(part.table.need("keys", "1")?, 0, MOST)?, requests: part.requests("requests")? }
        .into())
}
