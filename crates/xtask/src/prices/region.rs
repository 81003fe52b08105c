//! AWS's region prefixes: `EU-LoadBalancerUsage` is `LoadBalancerUsage` in eu-west-1.

/// Every prefix AWS puts before a usage type, with the region it stands for.
const PREFIXES: [(&str, &str); 37] = [
    ("AFS1", "af-south-1"),
    ("APE1", "ap-east-1"),
    ("APE2", "ap-east-2"),
    ("APN1", "ap-northeast-1"),
    ("APN2", "ap-northeast-2"),
    ("APN3", "ap-northeast-3"),
    ("APS1", "ap-southeast-1"),
    ("APS2", "ap-southeast-2"),
    ("APS3", "ap-south-1"),
    ("APS4", "ap-southeast-3"),
    ("APS5", "ap-south-2"),
    ("APS6", "ap-southeast-4"),
    ("APS7", "ap-southeast-5"),
    ("APS8", "ap-southeast-6"),
    ("APS9", "ap-southeast-7"),
    ("CAN1", "ca-central-1"),
    ("CAN2", "ca-west-1"),
    ("ESC1", "eusc-de-east-1"),
    ("EU", "eu-west-1"),
    ("EUC1", "eu-central-1"),
    ("EUC2", "eu-central-2"),
    ("EUN1", "eu-north-1"),
    ("EUS1", "eu-south-1"),
    ("EUS2", "eu-south-2"),
    ("EUW2", "eu-west-2"),
    ("EUW3", "eu-west-3"),
    ("ILC1", "il-central-1"),
    ("MEC1", "me-central-1"),
    ("MES1", "me-south-1"),
    ("MXC1", "mx-central-1"),
    ("SAE1", "sa-east-1"),
    ("UGE1", "us-gov-east-1"),
    ("UGW1", "us-gov-west-1"),
    ("USE1", "us-east-1"),
    ("USE2", "us-east-2"),
    ("USW1", "us-west-1"),
    ("USW2", "us-west-2"),
];

/// Whether the price book knows a region of this code.
pub(crate) fn known(region: &str) -> bool {
    PREFIXES.iter().any(|(_, known)| *known == region)
}

/// The prefix of a region.
pub(crate) fn prefix(region: &str) -> Option<&'static str> {
    PREFIXES.iter().find(|(_, known)| *known == region).map(|(prefix, _)| *prefix)
}

/// Takes the prefix of `region` off a usage type.
///
/// A first word that is no prefix belongs to the usage type (`Multi-AZUsage:...`); a prefix of another region is an
/// error, for then the row and its usage type speak of two places.
pub(crate) fn strip<'a>(usage_type: &'a str, region: &str) -> Result<&'a str, String> {
    if let Some(rest) = usage_type.strip_prefix(region).and_then(|rest| rest.strip_prefix('-')) {
        return Ok(rest);
    }
    let Some((first, rest)) = usage_type.split_once('-') else {
        return Ok(usage_type);
    };
    match PREFIXES.iter().find(|(prefix, _)| *prefix == first) {
        None => Ok(usage_type),
        Some((_, theirs)) if *theirs == region => Ok(rest),
        Some((_, theirs)) => Err(format!("usage type {usage_type} is of {theirs}, the row is of {region}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_prefix_is_taken_off() {
        assert_eq!(strip("EU-LoadBalancerUsage", "eu-west-1"), Ok("LoadBalancerUsage"));
        assert_eq!(strip("APS3-RDS:GP3-Storage", "ap-south-1"), Ok("RDS:GP3-Storage"));
        assert_eq!(strip("LoadBalancerUsage", "us-east-1"), Ok("LoadBalancerUsage"));
        assert_eq!(strip("USE1-VendedLog-Bytes", "us-east-1"), Ok("VendedLog-Bytes"));
        assert_eq!(strip("Multi-AZUsage:db.t3.micro", "us-east-1"), Ok("Multi-AZUsage:db.t3.micro"));
        assert_eq!(strip("SAE1-USE1-AWS-Out-Bytes", "sa-east-1"), Ok("USE1-AWS-Out-Bytes"));
    }

    #[test]
    fn kms_writes_the_region_itself() {
        assert_eq!(strip("ca-central-1-KMS-Keys", "ca-central-1"), Ok("KMS-Keys"));
    }

    #[test]
    fn another_region_is_refused() {
        assert!(strip("EUW2-LCUUsage", "eu-west-1").is_err());
    }

    #[test]
    fn the_table_has_each_prefix_and_region_once() {
        for (index, (prefix, region)) in PREFIXES.iter().enumerate() {
            for (other_prefix, other_region) in PREFIXES.iter().skip(index + 1) {
                assert_ne!(prefix, other_prefix);
                assert_ne!(region, other_region);
            }
        }
    }
}
