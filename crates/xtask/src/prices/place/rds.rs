//! RDS. The engine is not in the usage type: for instances the operation says it, for storage it makes no difference.

use super::{Place, Placed, agree, same_operation, unknown};
use crate::prices::input::Row;
use crate::prices::unit::Unit;

const SERVICE: &str = "AmazonRDS";

/// The storage usage types that are kept, with the volume and the deployment they are for.
const STORAGE: [(&str, &str, &str); 14] = [
    ("RDS:GP2-Storage", "gp2", "Single-AZ"),
    ("RDS:Multi-AZ-GP2-Storage", "gp2", "Multi-AZ"),
    ("RDS:GP3-Storage", "gp3", "Single-AZ"),
    ("RDS:Multi-AZ-GP3-Storage", "gp3", "Multi-AZ"),
    ("RDS:Multi-AZCluster-GP3-Storage", "gp3", "Multi-AZ (readable standbys)"),
    ("RDS:PIOPS-Storage", "io1", "Single-AZ"),
    ("RDS:Multi-AZ-PIOPS-Storage", "io1", "Multi-AZ"),
    ("RDS:Multi-AZCluster-PIOPS-Storage", "io1", "Multi-AZ (readable standbys)"),
    ("RDS:PIOPS-Storage-IO2", "io2", "Single-AZ"),
    ("RDS:Multi-AZ-PIOPS-Storage-IO2", "io2", "Multi-AZ"),
    ("RDS:Multi-AZCluster-PIOPS-Storage-IO2", "io2", "Multi-AZ (readable standbys)"),
    ("RDS:StorageUsage", "magnetic", "Single-AZ"),
    ("RDS:Multi-AZ-StorageUsage", "magnetic", "Multi-AZ"),
    ("RDS:Multi-AZCluster-StorageUsage", "magnetic", "Multi-AZ (readable standbys)"),
];

/// The same for provisioned I/O operations.
const IOPS: [(&str, &str, &str); 8] = [
    ("RDS:PIOPS", "io1", "Single-AZ"),
    ("RDS:Multi-AZ-PIOPS", "io1", "Multi-AZ"),
    ("RDS:Multi-AZCluster-PIOPS", "io1", "Multi-AZ (readable standbys)"),
    ("RDS:GP3-PIOPS", "gp3", "Single-AZ"),
    ("RDS:Multi-AZ-GP3-PIOPS", "gp3", "Multi-AZ"),
    ("RDS:Multi-AZCluster-GP3-PIOPS", "gp3", "Multi-AZ (readable standbys)"),
    ("RDS:IO2-PIOPS", "io2", "Single-AZ"),
    ("RDS:Multi-AZ-IO2-PIOPS", "io2", "Multi-AZ"),
];

/// The same for throughput.
const THROUGHPUT: [(&str, &str, &str); 2] =
    [("RDS:GP3-Throughput", "gp3", "Single-AZ"), ("RDS:Multi-AZ-GP3-Throughput", "gp3", "Multi-AZ")];

pub(super) fn place(row: &Row, what: &str) -> Result<Placed, String> {
    match what {
        "instance" | "reserved_upfront" => instance(row, what),
        "storage" => volume(row, &STORAGE, &["GB-Mo"], Unit::GB_MONTHS),
        "iops" => volume(row, &IOPS, &["IOPS-Mo"], Unit::IOPS_MONTHS),
        "throughput" => volume(row, &THROUGHPUT, &["MBPS-Mo"], Unit::MBPS_MONTHS),
        "io_requests" => one(row, "RDS:StorageIOUsage", &["IOs"], Unit::IOS),
        "backup" => one(row, "RDS:ChargedBackupUsage", &["GB-Mo"], Unit::GB_MONTHS),
        "snapshot_export" => one(row, "RDS:SnapshotExportToS3", &["GB"], Unit::GB),
        "cpu_credit" => {
            let usage_type = format!("CPUCredits:{}", row.need("class_family")?);
            one(row, &usage_type, &["vCPU-Hours"], Unit::VCPU_HOURS)
        }
        "proxy_vcpu" => match row.stated()? {
            Some("RDS:Proxy-ASv2-Usage") => one(row, "RDS:Proxy-ASv2-Usage", &["ACU-Hr"], Unit::ACU_HOURS),
            _ => one(row, "RDS:ProxyUsage", &["Hrs"], Unit::VCPU_HOURS),
        },
        "extended_support" => extended_support(row),
        _ => Err(unknown(row)),
    }
}

pub(super) fn savings_plan(row: &Row) -> Result<Placed, String> {
    match row.need("applies_to")? {
        "rds.instance" => node(row).map(Placed::SavingsPlan),
        other => Err(format!("nobody has said where a Savings Plans rate of {other} belongs")),
    }
}

fn one(row: &Row, usage_type: &str, units: &[&str], unit: Unit) -> Result<Placed, String> {
    row.unit_is(units)?;
    agree(row, usage_type)?;
    Ok(Place::new(SERVICE, row, usage_type, unit).into())
}

/// A DB instance: on demand, or one part of a reservation.
fn instance(row: &Row, what: &str) -> Result<Placed, String> {
    let place = node(row)?;
    match (row.need("term")?, what) {
        ("OnDemand", "instance") => Ok(place.into()),
        ("1yr" | "3yr", _) => Ok(Placed::Reserved(place)),
        (term, _) => Err(format!("a {what} row with the term {term}")),
    }
}

fn node(row: &Row) -> Result<Place, String> {
    row.unit_is(&["Hrs", "Quantity"])?;
    let class = row.need("class")?;
    let kind = match row.need("deployment")? {
        "Single-AZ" => "InstanceUsage",
        "Multi-AZ" => "Multi-AZUsage",
        "Multi-AZ (readable standbys)" => "Multi-AZClusterUsage",
        other => return Err(format!("unknown deployment '{other}'")),
    };
    let usage_type = format!("{kind}:{class}");
    if let Some(stated) = row.stated()?
        && full(stated) != usage_type
    {
        return Err(format!("the row states {stated}, its attributes say {usage_type}"));
    }
    let operation = operation(row.need("engine")?)?;
    same_operation(row, operation)?;
    Ok(Place::new(SERVICE, row, usage_type, Unit::HOURS).operation(operation))
}

/// The operation AWS books an engine under.
fn operation(engine: &str) -> Result<&'static str, String> {
    match engine {
        "MySQL" => Ok("CreateDBInstance:0002"),
        "PostgreSQL" => Ok("CreateDBInstance:0014"),
        "MariaDB" => Ok("CreateDBInstance:0018"),
        "Aurora MySQL" => Ok("CreateDBInstance:0016"),
        "Aurora PostgreSQL" => Ok("CreateDBInstance:0021"),
        other => Err(format!("unknown engine '{other}'")),
    }
}

/// A usage type with its class in full: AWS writes `db.r6g.4xl` for `db.r6g.4xlarge`.
fn full(usage_type: &str) -> String {
    match usage_type.strip_suffix("xl") {
        Some(rest) if rest.ends_with(|last: char| last.is_ascii_digit() || last == '.') => {
            format!("{rest}xlarge")
        }
        _ => usage_type.to_owned(),
    }
}

/// Storage, operations or throughput. A stated usage type decides, whatever the deployment says: the price list has
/// rows where the two disagree and the usage type is right.
fn volume(row: &Row, known: &[(&str, &str, &str)], units: &[&str], unit: Unit) -> Result<Placed, String> {
    row.unit_is(units)?;
    if let Some(stated) = row.stated()? {
        if stated.starts_with("RDS:Mirror-") {
            return Ok(Placed::Dropped("SQL Server mirrors are not priced here"));
        }
        let (usage_type, _, _) = known
            .iter()
            .find(|(usage_type, _, _)| *usage_type == stated)
            .ok_or_else(|| format!("unknown usage type {stated}"))?;
        return Ok(Place::new(SERVICE, row, *usage_type, unit).into());
    }
    let volume = row.need("volume")?;
    let deployment = row.need("deployment")?;
    let mut places = Vec::new();
    for volume in volume.split('/') {
        let (usage_type, _, _) = known
            .iter()
            .find(|(_, of_volume, of_deployment)| *of_volume == volume && *of_deployment == deployment)
            .ok_or_else(|| format!("no usage type is known for {volume}, {deployment}"))?;
        places.push(Place::new(SERVICE, row, *usage_type, unit));
    }
    Ok(Placed::Rates(places))
}

/// Extended support: one name for all engines and versions, whose rates are the same.
fn extended_support(row: &Row) -> Result<Placed, String> {
    row.unit_is(&["vCPU-hour", "vCPU-Hours"])?;
    let usage_type = match row.need("year")? {
        "1-2" => "ExtendedSupport:Yr1-Yr2",
        "3" => "ExtendedSupport:Yr3",
        other => return Err(format!("unknown year '{other}' of extended support")),
    };
    match row.stated()? {
        Some(stated) if !stated.strip_prefix(usage_type).is_some_and(|rest| rest.starts_with(':')) => {
            Err(format!("the row states {stated}, its year says {usage_type}"))
        }
        _ => Ok(Place::new(SERVICE, row, usage_type, Unit::VCPU_HOURS).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::full;
    use crate::prices::place::tests::{check, told};

    #[test]
    fn the_class_is_written_in_full() {
        assert_eq!(full("InstanceUsage:db.r6g.4xl"), "InstanceUsage:db.r6g.4xlarge");
        assert_eq!(full("InstanceUsage:db.r6g.xl"), "InstanceUsage:db.r6g.xlarge");
        assert_eq!(full("InstanceUsage:db.r4.xlarge"), "InstanceUsage:db.r4.xlarge");
        assert_eq!(full("InstanceUsage:db.t3.micro"), "InstanceUsage:db.t3.micro");
        check(
            "AmazonRDS eu-west-1 rds.instance",
            "class=db.r6g.4xlarge;engine=PostgreSQL;deployment=Multi-AZ;term=OnDemand;\
             usagetype=EU-Multi-AZUsage:db.r6g.4xl",
            "Hrs",
            "Multi-AZUsage:db.r6g.4xlarge|CreateDBInstance:0014|Hrs",
        );
    }

    #[test]
    fn a_term_makes_a_reservation() {
        check(
            "AmazonRDS us-east-1 rds.instance",
            "class=db.t3.large;engine=MySQL;deployment=Multi-AZ;term=1yr;upfront=No Upfront",
            "Hrs",
            "reserved Multi-AZUsage:db.t3.large|CreateDBInstance:0002",
        );
        check(
            "AmazonRDS ap-south-1 rds.reserved_upfront",
            "class=db.m5.8xlarge;engine=MariaDB;deployment=Single-AZ;term=1yr;upfront=All Upfront",
            "Quantity",
            "reserved InstanceUsage:db.m5.8xlarge|CreateDBInstance:0018",
        );
    }

    #[test]
    fn the_usage_type_beats_a_wrong_deployment() {
        let throughput = "AmazonRDS eu-west-1 rds.throughput";
        check(
            throughput,
            "engine=Any;deployment=Multi-AZ (SQL Server Mirror);usagetype=EU-RDS:Multi-AZ-GP3-Throughput",
            "MBPS-Mo",
            "RDS:Multi-AZ-GP3-Throughput||MBPS-Mo",
        );
        check(
            throughput,
            "engine=Any;deployment=Multi-AZ;usagetype=EU-RDS:Mirror-GP3-Throughput",
            "MBPS-Mo",
            "dropped",
        );
    }

    #[test]
    fn a_volume_and_a_deployment_make_a_usage_type() {
        let storage = "AmazonRDS us-east-1 rds.storage";
        check(storage, "volume=io1;engine=MySQL;deployment=Single-AZ", "GB-Mo", "RDS:PIOPS-Storage||GB-Mo");
        check(storage, "volume=magnetic;engine=MySQL;deployment=Single-AZ", "GB-Mo", "RDS:StorageUsage||GB-Mo");
        check(
            storage,
            "volume=io1/io2;engine=PostgreSQL;deployment=Single-AZ",
            "GB-Mo",
            "RDS:PIOPS-Storage||GB-Mo + RDS:PIOPS-Storage-IO2||GB-Mo",
        );
        check(
            "AmazonRDS us-east-1 rds.iops",
            "volume=gp3;engine=any;deployment=Multi-AZ;note=12000 at >=400 GB",
            "IOPS-Mo",
            "RDS:Multi-AZ-GP3-PIOPS||IOPS-Mo",
        );
        assert!(told(storage, "volume=tape;engine=MySQL;deployment=Single-AZ", "GB-Mo").is_err());
    }

    #[test]
    fn extended_support_has_one_name_for_all_engines() {
        let support = "AmazonRDS us-east-1 rds.extended_support";
        let name = "ExtendedSupport:Yr1-Yr2||vCPU-Hours";
        check(support, "engine=MySQL;version=5.7;year=1-2", "vCPU-hour", name);
        check(support, "year=1-2;usagetype=ExtendedSupport:Yr1-Yr2:<Engine><ver>", "vCPU-hour", name);
        assert!(told(support, "year=3;usagetype=ExtendedSupport:Yr1-Yr2:MySQL5.7", "vCPU-hour").is_err());
    }

    #[test]
    fn a_database_plan_is_told_apart() {
        check(
            "AmazonRDS ap-south-2 savingsplan.database",
            "applies_to=rds.instance;class=db.m7g.12xlarge;engine=MariaDB;deployment=Multi-AZ;term=1yr;\
             upfront=No Upfront;usagetype=APS5-Multi-AZUsage:db.m7g.12xl;operation=CreateDBInstance:0018",
            "Hrs",
            "plan Multi-AZUsage:db.m7g.12xlarge|CreateDBInstance:0018",
        );
    }
}
