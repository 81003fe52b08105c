//! Under which meter a product of a price list belongs, or why it is left out.
//!
//! A usage type is compared whole, never by a part of it: `LCUUsage` is also the tail of
//! `ReservedLCUUsage`, and `PIOPS` of seven others. The names are those of the bundled book.

use super::Why;
use stackcost_model::meter::{Region, ServiceCode, UsageType};
use stackcost_model::unit::UnitKind;
use std::sync::Arc;

/// What a price list says of a product, as far as it matters here; what it does not say is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Product<'a> {
    pub service: &'a str,
    pub usage_type: &'a str,
    pub operation: &'a str,
    pub region: &'a str,
    pub from_region: &'a str,
    pub to_region: &'a str,
    pub location_type: &'a str,
    pub engine: &'a str,
    pub volume: &'a str,
}

/// The meter and the region of a product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub service: ServiceCode,
    pub region: Option<Region>,
    pub usage_type: Arc<str>,
    pub operation: Arc<str>,
    pub unit: UnitKind,
}

/// What of the operation makes a price of its own.
#[derive(Clone, Copy)]
enum Operation {
    /// Nothing: the price is the same under each.
    Any,
    /// All of it; other operations are not priced here.
    Of(&'static [&'static str]),
    /// All of it where there is one.
    OfOrNone(&'static [&'static str]),
}

use Operation::{Any, Of, OfOrNone};

/// `LoadBalancing` alone is the classic kind.
const BALANCERS: Operation =
    Of(&["LoadBalancing:Application", "LoadBalancing:Network", "LoadBalancing:Gateway", "LoadBalancing"]);
/// MySQL, PostgreSQL, MariaDB, Aurora MySQL, Aurora PostgreSQL.
const ENGINES: &[&str] = &[
    "CreateDBInstance:0002",
    "CreateDBInstance:0014",
    "CreateDBInstance:0018",
    "CreateDBInstance:0016",
    "CreateDBInstance:0021",
];
/// Memcached, Redis, Valkey.
const CACHES: Operation = Of(&["CreateCacheCluster:0001", "CreateCacheCluster:0002", "CreateCacheCluster:Valkey"]);

/// What is billed under a service: usage types (one that ends in `:` or `.` stands for all that begin so), what of
/// the operation counts, and the unit.
fn meters(service: ServiceCode) -> &'static [(&'static str, Operation, UnitKind)] {
    match service {
        ServiceCode::Ecs => &[
            ("Fargate-vCPU-Hours:perCPU", Any, UnitKind::VcpuHour),
            ("Fargate-GB-Hours", Any, UnitKind::GbHour),
            ("Fargate-ARM-vCPU-Hours:perCPU", Any, UnitKind::VcpuHour),
            ("Fargate-ARM-GB-Hours", Any, UnitKind::GbHour),
            ("Fargate-Windows-vCPU-Hours:perCPU", Any, UnitKind::VcpuHour),
            ("Fargate-Windows-GB-Hours", Any, UnitKind::GbHour),
            ("Fargate-Windows-OS-Hours:perCPU", Any, UnitKind::VcpuHour),
            ("Fargate-EphemeralStorage-GB-Hours", Any, UnitKind::GbHour),
        ],
        ServiceCode::Rds => RDS,
        ServiceCode::ElastiCache => &[
            ("NodeUsage:cache.", CACHES, UnitKind::Hour),
            ("SyncDurability-NodeUsage:cache.", CACHES, UnitKind::Hour),
            ("ExtendedSupportYr1_Yr2-NodeUsage:cache.", CACHES, UnitKind::Hour),
            ("ExtendedSupportYr3-NodeUsage:cache.", CACHES, UnitKind::Hour),
            ("CachedData:", Any, UnitKind::GbHour),
            ("ElastiCacheProcessingUnits:", Any, UnitKind::Ecpu),
            ("BackupUsage:", Any, UnitKind::GbMonth),
            ("ElastiCache:BackupUsage", Any, UnitKind::GbMonth),
            ("ElastiCache:BackupUsage:Valkey", Any, UnitKind::GbMonth),
            ("ElastiCache-Out-Bytes", Any, UnitKind::Gb),
        ],
        ServiceCode::Elb => &[
            ("LoadBalancerUsage", BALANCERS, UnitKind::Hour),
            ("LCUUsage", BALANCERS, UnitKind::LcuHour),
            ("ReservedLCUUsage", BALANCERS, UnitKind::LcuHour),
            ("TS-LoadBalancerUsage", BALANCERS, UnitKind::Hour),
            ("DataProcessing-Bytes", BALANCERS, UnitKind::Gb),
        ],
        ServiceCode::Ecr => &[
            ("TimedStorage-ByteHrs", Any, UnitKind::GbMonth),
            ("TimedStorage-Archive-ByteHrs", Any, UnitKind::GbMonth),
            ("ArchiveRetrieval-Bytes", Any, UnitKind::Gb),
        ],
        ServiceCode::CloudWatch => CLOUDWATCH,
        ServiceCode::Ec2 => &[("NatGateway-Hours", Any, UnitKind::Hour), ("NatGateway-Bytes", Any, UnitKind::Gb)],
        ServiceCode::Vpc => &[
            ("PublicIPv4:InUseAddress", Any, UnitKind::Hour),
            ("PublicIPv4:IdleAddress", Any, UnitKind::Hour),
            ("VpcEndpoint-Hours", Any, UnitKind::Hour),
            ("VpcEndpoint-Bytes", Any, UnitKind::Gb),
        ],
        ServiceCode::DataTransfer => &[
            ("DataTransfer-Out-Bytes", Any, UnitKind::Gb),
            ("DataTransfer-In-Bytes", Any, UnitKind::Gb),
            ("DataTransfer-Regional-Bytes", Any, UnitKind::Gb),
        ],
        ServiceCode::SecretsManager => &[
            ("AWSSecretsManager-Secrets", Any, UnitKind::SecretMonth),
            ("AWSSecretsManagerAPIRequest", Any, UnitKind::Request),
        ],
        ServiceCode::Sns => &[
            ("Requests-Tier1", Any, UnitKind::Request),
            ("DeliveryAttempts-HTTP", Any, UnitKind::Notification),
            ("DeliveryAttempts-SMTP", Any, UnitKind::Notification),
        ],
        ServiceCode::Kms => &[("KMS-Keys", Any, UnitKind::KeyMonth), ("KMS-Requests", Any, UnitKind::Request)],
        _ => &[],
    }
}

const RDS: &[(&str, Operation, UnitKind)] = &[
    ("InstanceUsage:db.", Of(ENGINES), UnitKind::Hour),
    ("Multi-AZUsage:db.", Of(ENGINES), UnitKind::Hour),
    ("Multi-AZClusterUsage:db.", Of(ENGINES), UnitKind::Hour),
    ("InstanceUsageIOOptimized:db.", Of(ENGINES), UnitKind::Hour),
    ("CPUCredits:db.", OfOrNone(ENGINES), UnitKind::VcpuHour),
    ("ExtendedSupport:Yr1-Yr2", Any, UnitKind::VcpuHour),
    ("ExtendedSupport:Yr3", Any, UnitKind::VcpuHour),
    ("RDS:GP2-Storage", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZ-GP2-Storage", Any, UnitKind::GbMonth),
    ("RDS:GP3-Storage", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZ-GP3-Storage", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZCluster-GP3-Storage", Any, UnitKind::GbMonth),
    ("RDS:PIOPS-Storage", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZ-PIOPS-Storage", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZCluster-PIOPS-Storage", Any, UnitKind::GbMonth),
    ("RDS:PIOPS-Storage-IO2", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZ-PIOPS-Storage-IO2", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZCluster-PIOPS-Storage-IO2", Any, UnitKind::GbMonth),
    ("RDS:StorageUsage", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZ-StorageUsage", Any, UnitKind::GbMonth),
    ("RDS:Multi-AZCluster-StorageUsage", Any, UnitKind::GbMonth),
    ("RDS:StorageIOUsage", Any, UnitKind::Io),
    ("RDS:PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:Multi-AZ-PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:Multi-AZCluster-PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:GP3-PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:Multi-AZ-GP3-PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:Multi-AZCluster-GP3-PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:IO2-PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:Multi-AZ-IO2-PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:Multi-AZCluster-IO2-PIOPS", Any, UnitKind::IopsMonth),
    ("RDS:GP3-Throughput", Any, UnitKind::MbpsMonth),
    ("RDS:Multi-AZ-GP3-Throughput", Any, UnitKind::MbpsMonth),
    ("RDS:Multi-AZCluster-GP3-Throughput", Any, UnitKind::MbpsMonth),
    ("RDS:ChargedBackupUsage", Any, UnitKind::GbMonth),
    ("RDS:SnapshotExportToS3", Any, UnitKind::Gb),
    // Per vCPU, though AWS writes `Hrs`.
    ("RDS:ProxyUsage", Any, UnitKind::VcpuHour),
    ("RDS:Proxy-ASv2-Usage", Any, UnitKind::AcuHour),
    ("Aurora:StorageUsage", Any, UnitKind::GbMonth),
    ("Aurora:IO-OptimizedStorageUsage", Any, UnitKind::GbMonth),
    ("Aurora:StorageIOUsage", Any, UnitKind::Io),
    ("Aurora:BackupUsage", Any, UnitKind::GbMonth),
    ("Aurora:BacktrackUsage", Any, UnitKind::Io),
    ("Aurora:ServerlessV2Usage", Any, UnitKind::AcuHour),
    ("Aurora:ServerlessV2IOOptimizedUsage", Any, UnitKind::AcuHour),
];

const CLOUDWATCH: &[(&str, Operation, UnitKind)] = &[
    ("CW:MetricMonitorUsage", Any, UnitKind::MetricMonth),
    ("CW:AlarmMonitorUsage", Any, UnitKind::AlarmMonth),
    ("CW:HighResAlarmMonitorUsage", Any, UnitKind::AlarmMonth),
    ("CW:CompositeAlarmMonitorUsage", Any, UnitKind::AlarmMonth),
    ("CW:MetricInsightAlarmUsage", Any, UnitKind::AlarmMonth),
    (DASHBOARDS, Any, UnitKind::DashboardMonth),
    ("CW:Requests", Any, UnitKind::Request),
    ("CW:GMD-Metrics", Any, UnitKind::Request),
    ("CW:GMWI-Metrics", Any, UnitKind::Request),
    ("CW:GIRR-Metrics", Any, UnitKind::Request),
    ("CW:MetricStreamUsage", Any, UnitKind::Request),
    ("CW:Canary-runs", Any, UnitKind::Request),
    ("CW:ContributorInsightEvents", Any, UnitKind::Request),
    ("CW:ContributorInsightRules", Any, UnitKind::MetricMonth),
    ("DataProcessing-Bytes", Any, UnitKind::Gb),
    ("DataProcessingIA-Bytes", Any, UnitKind::Gb),
    ("VendedLog-Bytes", Any, UnitKind::Gb),
    ("VendedLogIA-Bytes", Any, UnitKind::Gb),
    ("S3-Egress-Bytes", Any, UnitKind::Gb),
    ("FH-Egress-Bytes", Any, UnitKind::Gb),
    ("S3-Egress-InputBytes", Any, UnitKind::Gb),
    ("TimedStorage-ByteHrs", Any, UnitKind::GbMonth),
    ("DataScanned-Bytes", Any, UnitKind::Gb),
    ("DataProtection-Bytes", Any, UnitKind::Gb),
];

/// Billed once for all regions, and written without one.
const DASHBOARDS: &str = "DashboardsUsageHour-Basic";
/// The rest of the name of a transfer to another region, after the prefix of that.
const TO_REGION: &str = "-AWS-Out-Bytes";
/// The only kind of place with a price of its own here. A price list also has Outposts, Local Zones and Wavelength.
const IN_A_REGION: &str = "AWS Region";

/// The place of a product.
pub(super) fn place(product: &Product<'_>) -> Result<Place, Why> {
    let service = match product.service {
        // Fargate's rates stand in both lists, and are billed under ECS for both.
        "AmazonEKS" => ServiceCode::Ecs,
        code => ServiceCode::from_code(code).ok_or(Why::NotUsed)?,
    };
    if product.usage_type.starts_with("Global-") {
        return Err(Why::FreeTwin);
    }
    let parsed = UsageType::parse(product.usage_type);
    let usage_type = parsed.rest.as_str();
    let (operation, unit) = meter(service, usage_type).ok_or(Why::NotUsed)?;
    if !matches!(product.location_type, "" | IN_A_REGION) {
        return Err(Why::OutsideRegions);
    }
    let operation = match operation {
        Any if !engine_is_priced(product) => return Err(Why::OtherEngine),
        Any => "",
        OfOrNone(_) if product.operation.is_empty() => "",
        Of(known) | OfOrNone(known) => {
            known.iter().find(|known| **known == product.operation).ok_or(Why::OtherEngine)?
        }
    };
    let region = match usage_type {
        DASHBOARDS => None,
        _ => Some(region(service, product, parsed.region)?),
    };
    Ok(Place { service, region, usage_type: usage_type.into(), operation: operation.into(), unit })
}

fn meter(service: ServiceCode, usage_type: &str) -> Option<(Operation, UnitKind)> {
    if service == ServiceCode::DataTransfer && usage_type.ends_with(TO_REGION) {
        return Some((Any, UnitKind::Gb));
    }
    let stands_for = |known: &str| {
        usage_type == known
            || (known.ends_with([':', '.']) && usage_type.len() > known.len() && usage_type.starts_with(known))
    };
    meters(service).iter().find(|(known, ..)| stands_for(known)).map(|(_, operation, unit)| (*operation, *unit))
}

/// Storage has a row for each engine and one for `Any`, at one price. Those of commercial engines and of RDS Custom
/// (`(SSD)`) are not what is priced here.
fn engine_is_priced(product: &Product<'_>) -> bool {
    let priced = ["", "Any", "MySQL", "PostgreSQL", "MariaDB", "Aurora MySQL", "Aurora PostgreSQL"];
    (product.service != "AmazonRDS" || priced.contains(&product.engine)) && !product.volume.contains("(SSD)")
}

/// Where a product is: of a transfer what its usage type says, of anything else what the list says.
fn region(service: ServiceCode, product: &Product<'_>, prefix: Option<Region>) -> Result<Region, Why> {
    let code = |code: &str| code.parse::<Region>().ok();
    let said = code(product.region);
    let found = if service == ServiceCode::DataTransfer {
        prefix.or(code(product.from_region)).or(said).or(code(product.to_region))
    } else {
        // A region that this program does not know is none of its prefixes either.
        if product.region.is_empty() { prefix } else { said.filter(|said| prefix.is_none_or(|prefix| prefix == *said)) }
    };
    found.ok_or(Why::UnknownRegion)
}

/// Whether AWS's word for a unit means ours.
pub(super) fn means(unit: UnitKind, word: &str) -> bool {
    let words: &[&str] = match unit {
        UnitKind::VcpuHour => &["hours", "hrs", "vcpu-hours", "vcpu-hour", "vcpu-hrs"],
        UnitKind::GbHour => &["hours", "hrs", "gb-hours", "gb-hour"],
        UnitKind::Hour => &["hrs", "hours", "hour"],
        UnitKind::GbMonth => &["gb-mo", "gb-month", "gb-months"],
        UnitKind::Gb => &["gb", "gigabytes"],
        UnitKind::IopsMonth => &["iops-mo", "iops-month"],
        UnitKind::MbpsMonth => &["mbps-mo", "mibps-mo", "mbps-month"],
        UnitKind::Io => &["ios", "io"],
        UnitKind::LcuHour => &["lcu-hrs", "lcu-hours", "reservedlcu-hr"],
        UnitKind::AcuHour => &["acu-hr", "acu-hrs", "acu-hour", "acu-hours"],
        UnitKind::Ecpu => &["elasticacheprocessingunit"],
        UnitKind::Request => &["requests", "api requests", "api calls", "metrics", "metric update", "runs", "events"],
        UnitKind::Notification => &["notifications"],
        UnitKind::MetricMonth => &["metrics", "rule", "rules"],
        UnitKind::AlarmMonth => &["alarms"],
        UnitKind::DashboardMonth => &["dashboards", "dashboard"],
        UnitKind::SecretMonth => &["secrets"],
        UnitKind::KeyMonth => &["keys"],
        _ => &[],
    };
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use stackcost_model::services::Component;

    /// `service region usage type|operation|unit`, or why not.
    fn told(product: &Product<'_>) -> String {
        match place(product) {
            Ok(place) => {
                let region = place.region.map_or("global", Region::code);
                format!("{} {region} {}|{}|{}", place.service, place.usage_type, place.operation, place.unit)
            }
            Err(why) => why.label().to_string(),
        }
    }

    #[track_caller]
    fn check(service: &str, region: &str, usage_type: &str, operation: &str, want: &str) {
        let product =
            Product { service, region, usage_type, operation, location_type: IN_A_REGION, ..Product::default() };
        assert_eq!(told(&product), want, "{service} {usage_type}");
    }

    #[test]
    fn names_are_compared_whole() {
        let alb = "LoadBalancing:Application";
        check(
            "AWSELB",
            "sa-east-1",
            "SAE1-LCUUsage",
            alb,
            "AWSELB sa-east-1 LCUUsage|LoadBalancing:Application|LCU-Hrs",
        );
        check(
            "AWSELB",
            "eu-west-1",
            "EU-TS-LoadBalancerUsage",
            alb,
            "AWSELB eu-west-1 TS-LoadBalancerUsage|LoadBalancing:Application|Hrs",
        );
        check("AWSELB", "sa-east-1", "SAE1-Outposts-LCUUsage", alb, "usage types that nothing here is billed by");
        check("AmazonEC2", "us-east-1", "NatGateway-Hours", "NatGateway", "AmazonEC2 us-east-1 NatGateway-Hours||Hrs");
        check(
            "AmazonEC2",
            "us-east-1",
            "RegionalNatGateway-Hours",
            "NatGateway",
            "usage types that nothing here is billed by",
        );
        check(
            "AmazonEC2",
            "us-east-1",
            "NatGateway-Prvd-Bytes",
            "NatGateway",
            "usage types that nothing here is billed by",
        );
        check(
            "AmazonECS",
            "us-east-1",
            "USE1-SpotUsage-Fargate-GB-Hours",
            "",
            "usage types that nothing here is billed by",
        );
    }

    #[test]
    fn spelled_as_the_bundled_book_spells_them() {
        let mysql = "CreateDBInstance:0002";
        check(
            "AmazonRDS",
            "eu-west-1",
            "EU-InstanceUsage:db.r6g.4xl",
            mysql,
            "AmazonRDS eu-west-1 InstanceUsage:db.r6g.4xlarge|CreateDBInstance:0002|Hrs",
        );
        check(
            "AmazonRDS",
            "us-east-1",
            "ExtendedSupport:Yr3:MySQL5.7",
            "x",
            "AmazonRDS us-east-1 ExtendedSupport:Yr3||vCPU-Hours",
        );
        check(
            "AWSSecretsManager",
            "ap-southeast-1",
            "APS1-AWSSecretsManager-Secret",
            "",
            "AWSSecretsManager ap-southeast-1 AWSSecretsManager-Secrets||Secrets",
        );
        check("awskms", "ca-central-1", "ca-central-1-KMS-Keys", "CurrentKeys", "awskms ca-central-1 KMS-Keys||Keys");
        check("AmazonEKS", "sa-east-1", "SAE1-Fargate-GB-Hours", "", "AmazonECS sa-east-1 Fargate-GB-Hours||GB-Hours");
        check("AmazonECS", "us-east-1", "Fargate-GB-Hours", "", "AmazonECS us-east-1 Fargate-GB-Hours||GB-Hours");
    }

    #[test]
    fn the_engine_decides_where_it_does() {
        check(
            "AmazonElastiCache",
            "us-east-1",
            "NodeUsage:cache.t3.micro",
            "CreateCacheCluster:Valkey",
            "AmazonElastiCache us-east-1 NodeUsage:cache.t3.micro|CreateCacheCluster:Valkey|Hrs",
        );
        check(
            "AmazonRDS",
            "us-east-1",
            "InstanceUsage:db.m5.large",
            "CreateDBInstance:0005",
            "other engines and operations",
        );
        check("AmazonRDS", "us-east-1", "CPUCredits:db.t3", "", "AmazonRDS us-east-1 CPUCredits:db.t3||vCPU-Hours");
        let storage = Product {
            service: "AmazonRDS",
            region: "us-east-1",
            usage_type: "RDS:GP2-Storage",
            engine: "Oracle",
            ..Product::default()
        };
        assert_eq!(told(&storage), "other engines and operations");
        let storage = Product { engine: "Any", operation: "CreateDBInstance:0002", ..storage };
        assert_eq!(told(&storage), "AmazonRDS us-east-1 RDS:GP2-Storage||GB-Mo");
    }

    #[test]
    fn only_regions_have_prices_here() {
        for place in ["AWS Outposts", "AWS Local Zone", "AWS Wavelength Zone"] {
            let product = Product {
                service: "AWSELB",
                region: "sa-east-1",
                usage_type: "SAE1-LCUUsage",
                operation: "LoadBalancing:Application",
                location_type: place,
                ..Product::default()
            };
            assert_eq!(told(&product), "Outposts, Local Zones and Wavelength");
        }
        check("AWSELB", "us-moon-1", "LoadBalancerUsage", "LoadBalancing", "no region, or two");
        check("AWSELB", "eu-west-1", "EUW2-LoadBalancerUsage", "LoadBalancing", "no region, or two");
        check(
            "AmazonCloudWatch",
            "",
            "DashboardsUsageHour-Basic",
            "DashboardHour",
            "AmazonCloudWatch global DashboardsUsageHour-Basic||Dashboards",
        );
        check(
            "AWSDataTransfer",
            "",
            "Global-DataTransfer-Out-Bytes",
            "",
            "free twins of all regions together (`Global-`)",
        );
    }

    #[test]
    fn transfers_are_where_they_come_from() {
        let transfer = |usage_type, from_region, to_region| {
            told(&Product { service: "AWSDataTransfer", usage_type, from_region, to_region, ..Product::default() })
        };
        assert_eq!(
            transfer("SAE1-USE1-AWS-Out-Bytes", "sa-east-1", "us-east-1"),
            "AWSDataTransfer sa-east-1 USE1-AWS-Out-Bytes||GB"
        );
        assert_eq!(
            transfer("DataTransfer-Out-Bytes", "us-east-1", ""),
            "AWSDataTransfer us-east-1 DataTransfer-Out-Bytes||GB"
        );
        assert_eq!(
            transfer("DataTransfer-In-Bytes", "", "us-east-1"),
            "AWSDataTransfer us-east-1 DataTransfer-In-Bytes||GB"
        );
        assert_eq!(
            transfer("SAE1-USE1-AWS-In-Bytes", "us-east-1", "sa-east-1"),
            "usage types that nothing here is billed by"
        );
    }

    /// What a component is billed by is kept of AWS's lists, in the same unit; but for a name that is
    /// ours alone, and Spot, which is in no list.
    #[test]
    fn every_meter_of_every_component_is_kept() {
        for meter_of in Component::all_meters() {
            let usage_type = match meter_of.usage_type.as_ref() {
                "CW:ContainerInsights-ECS" => continue,
                name if name.starts_with("SpotUsage-") => continue,
                "*-AWS-Out-Bytes" => "USE2-AWS-Out-Bytes".to_string(),
                family if family.ends_with(':') => match meter_of.service {
                    ServiceCode::Rds => format!("{family}db.t3.micro"),
                    _ => format!("{family}cache.t3.micro"),
                },
                name => name.to_string(),
            };
            let found = meter(meter_of.service, &usage_type).map(|(_, unit)| unit);
            // Of serverless databases it is per ACU, which AWS lists under the same beginning.
            let unit = if usage_type.starts_with("ExtendedSupport:") { UnitKind::VcpuHour } else { meter_of.unit };
            assert_eq!(found, Some(unit), "{} {usage_type}", meter_of.service);
        }
    }
}
