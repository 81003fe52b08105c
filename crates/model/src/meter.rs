//! AWS's own names for what it meters: regions, usage types, operations.
//!
//! A usage type with its operation is the join key of estimate, price book and bill. AWS writes
//! a region prefix in front (`EU-LoadBalancerUsage`), nothing at all in us-east-1 for the older
//! services, and the region's code for KMS; inside this crate the prefix is gone, and it is put
//! back the way AWS writes it when a line is shown ([`Meter::written`]).

use crate::unit::UnitKind;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

/// An AWS region.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(u8);

/// `(code, usage-type prefix, place)`, sorted by code. Source: the AWSDataTransfer price list.
const REGIONS: &[(&str, &str, &str)] = &[
    ("af-south-1", "AFS1", "Cape Town"),
    ("ap-east-1", "APE1", "Hong Kong"),
    ("ap-east-2", "APE2", "Taipei"),
    ("ap-northeast-1", "APN1", "Tokyo"),
    ("ap-northeast-2", "APN2", "Seoul"),
    ("ap-northeast-3", "APN3", "Osaka"),
    ("ap-south-1", "APS3", "Mumbai"),
    ("ap-south-2", "APS5", "Hyderabad"),
    ("ap-southeast-1", "APS1", "Singapore"),
    ("ap-southeast-2", "APS2", "Sydney"),
    ("ap-southeast-3", "APS4", "Jakarta"),
    ("ap-southeast-4", "APS6", "Melbourne"),
    ("ap-southeast-5", "APS7", "Malaysia"),
    ("ap-southeast-6", "APS8", "New Zealand"),
    ("ap-southeast-7", "APS9", "Thailand"),
    ("ca-central-1", "CAN1", "Central Canada"),
    ("ca-west-1", "CAN2", "Calgary"),
    ("eu-central-1", "EUC1", "Frankfurt"),
    ("eu-central-2", "EUC2", "Zurich"),
    ("eu-north-1", "EUN1", "Stockholm"),
    ("eu-south-1", "EUS1", "Milan"),
    ("eu-south-2", "EUS2", "Spain"),
    ("eu-west-1", "EU", "Ireland"),
    ("eu-west-2", "EUW2", "London"),
    ("eu-west-3", "EUW3", "Paris"),
    ("eusc-de-east-1", "ESC1", "European Sovereign Cloud, Germany"),
    ("il-central-1", "ILC1", "Tel Aviv"),
    ("me-central-1", "MEC1", "UAE"),
    ("me-south-1", "MES1", "Bahrain"),
    ("mx-central-1", "MXC1", "Central Mexico"),
    ("sa-east-1", "SAE1", "São Paulo"),
    ("us-east-1", "USE1", "N. Virginia"),
    ("us-east-2", "USE2", "Ohio"),
    ("us-gov-east-1", "UGE1", "GovCloud US-East"),
    ("us-gov-west-1", "UGW1", "GovCloud US-West"),
    ("us-west-1", "USW1", "N. California"),
    ("us-west-2", "USW2", "Oregon"),
];

impl Region {
    /// Where AWS keeps what an account has once: billing metrics, budgets, Cost Explorer.
    pub const US_EAST_1: Region = Region(31);

    /// All regions, by code.
    pub fn all() -> impl Iterator<Item = Region> {
        (0_u8..).take(REGIONS.len()).map(Region)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        REGIONS.get(usize::from(self.0)).copied().unwrap_or(("", "", ""))
    }

    /// As in `--region`: `eu-west-1`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The partition of AWS that it is in, as in ARNs: `aws`, `aws-us-gov`, ...
    #[must_use]
    pub fn partition(self) -> &'static str {
        let code = self.code();
        match code.split('-').next() {
            Some("cn") => "aws-cn",
            Some("eusc") => "aws-eusc",
            _ if code.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// As in usage types: `EU`.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        self.row().1
    }

    /// Where it is: `Ireland`.
    #[must_use]
    pub fn place(self) -> &'static str {
        self.row().2
    }

    /// The region whose usage types begin with this prefix.
    #[must_use]
    pub fn from_prefix(prefix: &str) -> Option<Region> {
        Self::all().find(|region| region.prefix() == prefix)
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;
    fn from_str(code: &str) -> Result<Region, UnknownRegion> {
        let at = REGIONS.binary_search_by(|row| row.0.cmp(code)).map_err(|_| UnknownRegion)?;
        u8::try_from(at).map(Region).map_err(|_| UnknownRegion)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// AWS has no region of that code that this crate knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such AWS region")]
pub struct UnknownRegion;

macro_rules! service_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// The service that a price list and a bill file a usage under.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ServiceCode { $($(#[$doc])* $name,)* }

        impl ServiceCode {
            /// Every service.
            pub const ALL: &'static [ServiceCode] = &[$(ServiceCode::$name,)*];

            /// AWS's code: `AmazonECS`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(ServiceCode::$name => $code,)* }
            }
        }
    };
}

service_codes! {
    /// Fargate.
    Ecs = "AmazonECS";
    /// RDS and Aurora.
    Rds = "AmazonRDS";
    /// ElastiCache.
    ElastiCache = "AmazonElastiCache";
    /// Load balancers.
    Elb = "AWSELB";
    /// Container registry.
    Ecr = "AmazonECR";
    /// CloudWatch and CloudWatch Logs.
    CloudWatch = "AmazonCloudWatch";
    /// NAT gateways.
    Ec2 = "AmazonEC2";
    /// Public IPv4 addresses.
    Vpc = "AmazonVPC";
    /// Data transfer. On a bill it is filed under the service that sent the data.
    DataTransfer = "AWSDataTransfer";
    /// Secrets Manager.
    SecretsManager = "AWSSecretsManager";
    /// Simple Notification Service.
    Sns = "AmazonSNS";
    /// Key Management Service.
    Kms = "awskms";
}

impl ServiceCode {
    /// The service with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<ServiceCode> {
        Self::ALL.iter().copied().find(|service| service.code() == code)
    }
}

impl fmt::Display for ServiceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A thing AWS meters: the join key of estimate, price book and bill, and its unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meter {
    /// Who bills it.
    pub service: ServiceCode,
    /// AWS's usage type without the region prefix, database classes in full
    /// (`InstanceUsage:db.r6g.4xlarge`).
    pub usage_type: Cow<'static, str>,
    /// AWS's operation where it decides the price, else empty.
    pub operation: Cow<'static, str>,
    /// What is counted.
    pub unit: UnitKind,
}

impl Meter {
    /// A meter that no operation qualifies.
    #[must_use]
    pub const fn new(service: ServiceCode, usage_type: &'static str, unit: UnitKind) -> Meter {
        Meter::with_operation(service, usage_type, "", unit)
    }

    /// A meter whose price its operation decides.
    #[must_use]
    pub const fn with_operation(
        service: ServiceCode,
        usage_type: &'static str,
        operation: &'static str,
        unit: UnitKind,
    ) -> Meter {
        Meter { service, usage_type: Cow::Borrowed(usage_type), operation: Cow::Borrowed(operation), unit }
    }

    /// `family:class`, the usage type of an instance or node.
    #[must_use]
    pub fn of_class(service: ServiceCode, family: &str, class: &str, operation: &'static str, unit: UnitKind) -> Meter {
        let mut usage_type = String::with_capacity(family.len() + class.len() + 1);
        usage_type.push_str(family);
        usage_type.push(':');
        usage_type.push_str(class);
        Meter { service, usage_type: Cow::Owned(usage_type), operation: Cow::Borrowed(operation), unit }
    }

    /// Whether this meter stands for a usage type: a declared one that ends in `:` stands for all
    /// classes (`NodeUsage:`), one that begins with `*` for all destinations
    /// (`*-AWS-Out-Bytes`), any other for itself.
    #[must_use]
    pub fn stands_for(&self, usage_type: &str) -> bool {
        let declared = self.usage_type.as_ref();
        match declared.strip_prefix('*') {
            Some(ending) => usage_type.ends_with(ending),
            None => usage_type == declared || (declared.ends_with(':') && usage_type.starts_with(declared)),
        }
    }

    /// Whether this meter stands for more than one usage type; see [`Meter::stands_for`].
    #[must_use]
    pub fn is_family(&self) -> bool {
        self.usage_type.ends_with(':') || self.usage_type.starts_with('*')
    }

    /// The usage type as AWS writes it in that region's price list and bill.
    #[must_use]
    pub fn written(&self, region: Region) -> Cow<'static, str> {
        let usage_type = match self.service {
            ServiceCode::Rds => abbreviated(&self.usage_type).map_or_else(|| self.usage_type.clone(), Cow::Owned),
            _ => self.usage_type.clone(),
        };
        match prefix_rule(self.service, &self.usage_type) {
            PrefixRule::Never => usage_type,
            PrefixRule::ExceptUsEast1 if region.code() == "us-east-1" => usage_type,
            PrefixRule::RegionCode => joined(region.code(), &usage_type),
            PrefixRule::ExceptUsEast1 | PrefixRule::Always => joined(region.prefix(), &usage_type),
        }
    }
}

fn joined(prefix: &str, usage_type: &str) -> Cow<'static, str> {
    Cow::Owned([prefix, "-", usage_type].concat())
}

enum PrefixRule {
    /// Also in us-east-1.
    Always,
    /// The older services: nothing in us-east-1.
    ExceptUsEast1,
    /// `us-east-1-KMS-Keys`.
    RegionCode,
    /// Billed once for all regions.
    Never,
}

/// How AWS prefixes a usage type. Source: price lists and bills of 2023 to 2026.
fn prefix_rule(service: ServiceCode, usage_type: &str) -> PrefixRule {
    match service {
        ServiceCode::Ecs | ServiceCode::Vpc | ServiceCode::SecretsManager => PrefixRule::Always,
        ServiceCode::Kms => PrefixRule::RegionCode,
        ServiceCode::CloudWatch if usage_type.starts_with("Dashboards") => PrefixRule::Never,
        ServiceCode::CloudWatch if usage_type.starts_with("VendedLog") => PrefixRule::Always,
        ServiceCode::DataTransfer if usage_type.ends_with("-AWS-Out-Bytes") => PrefixRule::Always,
        _ => PrefixRule::ExceptUsEast1,
    }
}

/// A database usage type as AWS abbreviates it: `db.r6g.4xlarge` is `db.r6g.4xl`. The families
/// of before 2016, and a few later ones, keep the long form. Source: the eu-west-1 price list.
fn abbreviated(usage_type: &str) -> Option<String> {
    let (head, class) = usage_type.split_once(":db.")?;
    let (family, size) = class.split_once('.')?;
    let number = size.strip_suffix("xlarge")?;
    let in_full = match family {
        "m1" | "m2" | "m3" | "r3" | "t1" | "t2" | "t4g" | "x2g" => true,
        "m4" => matches!(size, "xlarge" | "2xlarge" | "4xlarge"),
        "r4" => matches!(size, "xlarge" | "2xlarge" | "4xlarge" | "8xlarge"),
        _ => false,
    };
    (!in_full).then(|| format!("{head}:db.{family}.{number}xl"))
}

/// A usage type taken apart: the region it names, if any, and the rest, in the form of
/// [`Meter::usage_type`].
///
/// ```
/// use stackcost_model::meter::UsageType;
/// let parsed = UsageType::parse("EU-InstanceUsage:db.r6g.4xl");
/// assert_eq!(parsed.region.unwrap().code(), "eu-west-1");
/// assert_eq!(parsed.rest, "InstanceUsage:db.r6g.4xlarge");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageType {
    /// The region of its prefix. A usage type without one is of us-east-1, or of no region.
    pub region: Option<Region>,
    /// The usage type without prefix, spelled as this crate spells it.
    pub rest: String,
}

impl UsageType {
    /// Takes any text: what is not a known prefix is part of the usage type.
    #[must_use]
    pub fn parse(text: &str) -> UsageType {
        let by_code = Region::all().find_map(|region| {
            let rest = text.strip_prefix(region.code())?.strip_prefix('-')?;
            Some((region, rest))
        });
        let by_prefix = || {
            let (prefix, rest) = text.split_once('-')?;
            // `USE2-AWS-Out-Bytes` is transfer *to* us-east-2: the prefix belongs to the name.
            (rest != "AWS-Out-Bytes").then_some((Region::from_prefix(prefix)?, rest))
        };
        let (region, rest) = match by_code.or_else(by_prefix) {
            Some((region, rest)) => (Some(region), rest),
            None => (None, text),
        };
        UsageType { region, rest: canonical(rest) }
    }
}

fn canonical(usage_type: &str) -> String {
    if usage_type == "AWSSecretsManager-Secret" {
        return "AWSSecretsManager-Secrets".to_string();
    }
    // AWS appends engine and version, which do not change the price: `ExtendedSupport:Yr3:MySQL5.7`.
    if let Some(years) = usage_type.strip_prefix("ExtendedSupport:") {
        return format!("ExtendedSupport:{}", years.split(':').next().unwrap_or(years));
    }
    match usage_type.strip_suffix("xl") {
        Some(class) if usage_type.contains(":db.") => format!("{class}xlarge"),
        _ => usage_type.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_billing() {
        assert_eq!(Region::US_EAST_1.code(), "us-east-1");
        let partition = |code: &str| code.parse::<Region>().unwrap().partition();
        assert_eq!((partition("eu-west-1"), partition("us-gov-west-1")), ("aws", "aws-us-gov"));
        assert_eq!(partition("eusc-de-east-1"), "aws-eusc");
    }

    #[test]
    fn regions_are_sorted_and_found() {
        assert!(REGIONS.is_sorted());
        for region in Region::all() {
            assert_eq!(region.code().parse(), Ok(region));
            assert_eq!(Region::from_prefix(region.prefix()), Some(region));
        }
        assert_eq!("eu-west-9".parse::<Region>(), Err(UnknownRegion));
    }

    #[test]
    fn written_as_aws_writes_it() {
        for (service, usage_type, region, written) in [
            (ServiceCode::Ecs, "Fargate-GB-Hours", "us-east-1", "USE1-Fargate-GB-Hours"),
            (ServiceCode::Elb, "LCUUsage", "us-east-1", "LCUUsage"),
            (ServiceCode::Elb, "LCUUsage", "eu-west-1", "EU-LCUUsage"),
            (ServiceCode::Kms, "KMS-Keys", "ca-central-1", "ca-central-1-KMS-Keys"),
            (ServiceCode::CloudWatch, "DashboardsUsageHour-Basic", "eu-west-1", "DashboardsUsageHour-Basic"),
            (ServiceCode::Rds, "InstanceUsage:db.r6g.4xlarge", "us-east-1", "InstanceUsage:db.r6g.4xl"),
            (ServiceCode::Rds, "Multi-AZUsage:db.m4.2xlarge", "eu-west-1", "EU-Multi-AZUsage:db.m4.2xlarge"),
            (ServiceCode::Rds, "InstanceUsage:db.t3.micro", "us-east-1", "InstanceUsage:db.t3.micro"),
            (ServiceCode::DataTransfer, "USE2-AWS-Out-Bytes", "us-east-1", "USE1-USE2-AWS-Out-Bytes"),
        ] {
            let region: Region = region.parse().unwrap();
            let meter = Meter::new(service, usage_type, UnitKind::Hour);
            assert_eq!(meter.written(region), written);
            assert_eq!(UsageType::parse(written).rest, usage_type);
        }
        assert_eq!(UsageType::parse("APS1-AWSSecretsManager-Secret").rest, "AWSSecretsManager-Secrets");
        assert_eq!(UsageType::parse("EU-ExtendedSupport:Yr1-Yr2:PostgreSQL11").rest, "ExtendedSupport:Yr1-Yr2");
        assert_eq!(UsageType::parse("USE2-AWS-Out-Bytes").rest, "USE2-AWS-Out-Bytes");
        assert_eq!(UsageType::parse("EU-USE2-AWS-Out-Bytes").rest, "USE2-AWS-Out-Bytes");
        assert_eq!(UsageType::parse("TS-LoadBalancerUsage").region, None);
    }
}
