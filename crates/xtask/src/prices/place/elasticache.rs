//! ElastiCache. The engine of a node is in the operation, the engine of a serverless cache in the usage type.

use super::{Place, Placed, Scope, agree, same_operation, unknown};
use crate::prices::input::Row;
use crate::prices::unit::Unit;

const SERVICE: &str = "AmazonElastiCache";

pub(super) fn place(row: &Row, what: &str) -> Result<Placed, String> {
    match what {
        "node" | "reserved_upfront" => {
            let place = node(row, "NodeUsage", &["Hrs", "Quantity"])?;
            match (row.need("term")?, what) {
                ("OnDemand", "node") => Ok(place.into()),
                ("1yr" | "3yr", _) => Ok(Placed::Reserved(place)),
                (term, _) => Err(format!("a {what} row with the term {term}")),
            }
        }
        "sync_durability_node" => Ok(node(row, "SyncDurability-NodeUsage", &["Hrs"])?.into()),
        "extended_support_node" => {
            let year = match (row.attr("year"), row.stated()?) {
                (Some("1-2"), _) => "Yr1_Yr2",
                (Some("3"), _) => "Yr3",
                (None, Some(stated)) if stated.starts_with("ExtendedSupportYr1_Yr2-") => "Yr1_Yr2",
                (None, Some(stated)) if stated.starts_with("ExtendedSupportYr3-") => "Yr3",
                _ => return Err("extended support of no known year".to_owned()),
            };
            Ok(node(row, &format!("ExtendedSupport{year}-NodeUsage"), &["Hrs"])?.into())
        }
        "serverless_storage" => serverless(row, "CachedData", "GB-Hours", Unit::GB_HOURS),
        "serverless_ecpu" => serverless(row, "ElastiCacheProcessingUnits", "ElastiCacheProcessingUnit", Unit::ECPUS),
        "serverless_backup" => serverless(row, "BackupUsage", "GB-months", Unit::GB_MONTHS),
        "backup" => backup(row),
        "global_datastore_out" => {
            row.unit_is(&["GigaBytes"])?;
            agree(row, "ElastiCache-Out-Bytes")?;
            Ok(Place::new(SERVICE, row, "ElastiCache-Out-Bytes", Unit::GB).into())
        }
        _ => Err(unknown(row)),
    }
}

/// A Savings Plans rate. Its rows of serverless caches name no engine: the usage type they state does.
pub(super) fn savings_plan(row: &Row) -> Result<Placed, String> {
    let (kind, theirs, unit) = match row.need("applies_to")? {
        "elasticache.node" => return node(row, "NodeUsage", &["Hrs"]).map(Placed::SavingsPlan),
        "elasticache.serverless_storage" => ("CachedData", "GB-Hours", Unit::GB_HOURS),
        "elasticache.serverless_ecpu" => ("ElastiCacheProcessingUnits", "ElastiCacheProcessingUnit", Unit::ECPUS),
        other => {
            return Err(format!("nobody has said where a Savings Plans rate of {other} belongs"));
        }
    };
    row.unit_is(&[theirs])?;
    let stated = row.stated()?.ok_or("a Savings Plans row that states no usage type")?;
    match stated.split_once(':') {
        Some((of, "Memcached" | "Redis" | "Valkey")) if of == kind => {
            Ok(Placed::SavingsPlan(Place::new(SERVICE, row, stated, unit)))
        }
        _ => Err(format!("the row states {stated}, it applies to {kind}")),
    }
}

/// A node, or a surcharge on one.
fn node(row: &Row, kind: &str, units: &[&str]) -> Result<Place, String> {
    row.unit_is(units)?;
    let usage_type = format!("{kind}:{}", row.need("class")?);
    agree(row, &usage_type)?;
    let operation = match row.need("engine")? {
        "Memcached" => "CreateCacheCluster:0001",
        "Redis" => "CreateCacheCluster:0002",
        "Valkey" => "CreateCacheCluster:Valkey",
        other => return Err(format!("unknown engine '{other}'")),
    };
    same_operation(row, operation)?;
    Ok(Place::new(SERVICE, row, usage_type, Unit::HOURS).operation(operation))
}

fn serverless(row: &Row, kind: &str, theirs: &str, unit: Unit) -> Result<Placed, String> {
    row.unit_is(&[theirs])?;
    let usage_type = format!("{kind}:{}", row.need("engine")?);
    agree(row, &usage_type)?;
    Ok(Place::new(SERVICE, row, usage_type, unit).into())
}

/// Backups of node-based caches. AWS states one price for all regions; Valkey has a usage type of its own.
fn backup(row: &Row) -> Result<Placed, String> {
    row.unit_is(&["GB-Mo"])?;
    let usage_type = match row.stated()? {
        None | Some("ElastiCache:BackupUsage") => "ElastiCache:BackupUsage",
        Some("ElastiCache:BackupUsage:Valkey") => "ElastiCache:BackupUsage:Valkey",
        Some(other) => return Err(format!("unknown usage type {other}")),
    };
    let place = Place::new(SERVICE, row, usage_type, Unit::GB_MONTHS);
    if row.region == "all" {
        return Ok(Place { scope: Scope::Everywhere { service: SERVICE }, ..place }.into());
    }
    Ok(place.into())
}

#[cfg(test)]
mod tests {
    use crate::prices::place::tests::check;

    #[test]
    fn the_engine_is_in_the_operation() {
        let node = "AmazonElastiCache us-east-1 elasticache.node";
        let name = |operation: &str| format!("NodeUsage:cache.t3.micro|CreateCacheCluster:{operation}|Hrs");
        for (engine, operation) in [("Memcached", "0001"), ("Redis", "0002"), ("Valkey", "Valkey")] {
            let attrs = format!("class=cache.t3.micro;engine={engine};term=OnDemand");
            check(node, &attrs, "Hrs", &name(operation));
        }
    }

    #[test]
    fn surcharges_keep_their_own_usage_type() {
        check(
            "AmazonElastiCache sa-east-1 elasticache.extended_support_node",
            "class=cache.m4.large;engine=Redis;term=OnDemand;operation=CreateCacheCluster:0002;\
             usagetype=SAE1-ExtendedSupportYr3-NodeUsage:cache.m4.large",
            "Hrs",
            "ExtendedSupportYr3-NodeUsage:cache.m4.large|CreateCacheCluster:0002|Hrs",
        );
        check(
            "AmazonElastiCache ap-northeast-2 elasticache.extended_support_node",
            "class=cache.t4g.micro;engine=Redis;year=1-2",
            "Hrs",
            "ExtendedSupportYr1_Yr2-NodeUsage:cache.t4g.micro|CreateCacheCluster:0002|Hrs",
        );
    }

    #[test]
    fn serverless_has_the_engine_in_its_usage_type() {
        check(
            "AmazonElastiCache sa-east-1 elasticache.serverless_ecpu",
            "engine=Valkey;term=OnDemand;usagetype=SAE1-ElastiCacheProcessingUnits:Valkey",
            "ElastiCacheProcessingUnit",
            "ElastiCacheProcessingUnits:Valkey||ElastiCacheProcessingUnit",
        );
        check(
            "AmazonElastiCache sa-east-1 elasticache.serverless_backup",
            "engine=Redis;term=OnDemand",
            "GB-months",
            "BackupUsage:Redis||GB-Mo",
        );
    }

    #[test]
    fn a_plan_rate_of_a_serverless_cache_is_known_by_its_usage_type() {
        check(
            "AmazonElastiCache ap-south-2 savingsplan.database",
            "applies_to=elasticache.serverless_storage;engine=CreateServerlessCache;term=1yr;upfront=No Upfront;\
             usagetype=APS5-CachedData:Valkey",
            "GB-Hours",
            "plan CachedData:Valkey|",
        );
    }

    #[test]
    fn all_regions_share_one_backup_price() {
        check("AmazonElastiCache all elasticache.backup", "engine=Redis", "GB-Mo", "ElastiCache:BackupUsage||GB-Mo");
    }
}
