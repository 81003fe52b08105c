//! Fargate. The EKS price list repeats the rates of the ECS one; both stand under ECS.

use super::{Place, Placed, agree, unknown};
use crate::prices::input::Row;
use crate::prices::unit::Unit;

const SERVICE: &str = "AmazonECS";

pub(super) fn place(row: &Row, what: &str) -> Result<Placed, String> {
    if row.attr("spot") == Some("true") || what == "spot_discount" {
        return Ok(Placed::Dropped("Fargate Spot: a market price of one moment, not a list price"));
    }
    let (usage_type, unit) = match what {
        "vcpu" => {
            row.unit_is(&["hours", "Hours"])?;
            (format!("Fargate-{}vCPU-Hours:perCPU", kind(row)?), Unit::VCPU_HOURS)
        }
        "memory" => {
            row.unit_is(&["hours", "Hours"])?;
            (format!("Fargate-{}GB-Hours", kind(row)?), Unit::GB_HOURS)
        }
        "os_license" => {
            row.unit_is(&["hours", "Hours"])?;
            ("Fargate-Windows-OS-Hours:perCPU".to_owned(), Unit::VCPU_HOURS)
        }
        "ephemeral_storage" => {
            row.unit_is(&["GB-Hours"])?;
            ("Fargate-EphemeralStorage-GB-Hours".to_owned(), Unit::GB_HOURS)
        }
        _ => return Err(unknown(row)),
    };
    agree(row, &usage_type)?;
    Ok(Place::new(SERVICE, row, usage_type, unit).into())
}

/// The word between `Fargate-` and the resource.
fn kind(row: &Row) -> Result<&'static str, String> {
    match (row.need("arch")?, row.need("os")?) {
        ("x86", "linux") => Ok(""),
        ("arm64", "linux") => Ok("ARM-"),
        ("x86", "windows") => Ok("Windows-"),
        (arch, os) => Err(format!("no Fargate rate is known for {os} on {arch}")),
    }
}

#[cfg(test)]
mod tests {
    use crate::prices::place::tests::{check, told};

    #[test]
    fn each_architecture_has_its_own_usage_type() {
        let vcpu = "AmazonECS us-east-1 fargate.vcpu";
        check(vcpu, "arch=x86;os=linux", "hours", "Fargate-vCPU-Hours:perCPU||vCPU-Hours");
        check(vcpu, "arch=arm64;os=linux", "Hours", "Fargate-ARM-vCPU-Hours:perCPU||vCPU-Hours");
        check(vcpu, "arch=x86;os=windows", "hours", "Fargate-Windows-vCPU-Hours:perCPU||vCPU-Hours");
        let memory = "AmazonECS eu-west-1 fargate.memory";
        check(memory, "arch=x86;os=linux;usagetype=EU-Fargate-GB-Hours", "hours", "Fargate-GB-Hours||GB-Hours");
        let licence = "AmazonECS us-east-1 fargate.os_license";
        check(licence, "os=windows;per=vCPU", "hours", "Fargate-Windows-OS-Hours:perCPU||vCPU-Hours");
        let twin = "AmazonEKS sa-east-1 fargate.ephemeral_storage";
        check(twin, "arch=x86;os=linux", "GB-Hours", "Fargate-EphemeralStorage-GB-Hours||GB-Hours");
    }

    #[test]
    fn spot_is_left_out() {
        check("AmazonECS sa-east-1 fargate.vcpu", "arch=x86;os=linux;spot=true;note=a; b", "hours", "dropped");
    }

    #[test]
    fn a_usage_type_that_says_otherwise_is_refused() {
        let vcpu = "AmazonECS us-east-1 fargate.vcpu";
        assert!(told(vcpu, "arch=arm64;os=linux;usagetype=USE1-Fargate-vCPU-Hours:perCPU", "hours").is_err());
    }
}
