//! NAT gateways, addresses, endpoints and data transfer.

use super::{Place, Placed, agree, unknown};
use crate::prices::input::Row;
use crate::prices::region;
use crate::prices::unit::Unit;

pub(super) fn nat(row: &Row, what: &str) -> Result<Placed, String> {
    let (usage_type, theirs, unit): (&str, &[&str], Unit) = match what {
        "hour" => ("NatGateway-Hours", &["Hrs"], Unit::HOURS),
        "gb" => ("NatGateway-Bytes", &["GB"], Unit::GB),
        _ => return Err(unknown(row)),
    };
    row.unit_is(theirs)?;
    agree(row, usage_type)?;
    Ok(Place::new("AmazonEC2", row, usage_type, unit).into())
}

pub(super) fn vpc(row: &Row, what: &str) -> Result<Placed, String> {
    let (usage_type, theirs, unit): (&str, &[&str], Unit) = match what {
        "public_ipv4" => match row.need("state")? {
            "in-use" => ("PublicIPv4:InUseAddress", &["Hrs", "Hours"], Unit::HOURS),
            "idle" => ("PublicIPv4:IdleAddress", &["Hrs", "Hours"], Unit::HOURS),
            other => return Err(format!("unknown state of an address '{other}'")),
        },
        "interface_endpoint_hour" => ("VpcEndpoint-Hours", &["Hrs"], Unit::HOURS),
        "interface_endpoint_gb" => ("VpcEndpoint-Bytes", &["GB"], Unit::GB),
        _ => return Err(unknown(row)),
    };
    row.unit_is(theirs)?;
    agree(row, usage_type)?;
    Ok(Place::new("AmazonVPC", row, usage_type, unit).into())
}

/// Data transfer. AWS's EC2 rows of it are the same rates as those of the transfer list.
pub(super) fn data_transfer(row: &Row, what: &str) -> Result<Placed, String> {
    const SERVICE: &str = "AWSDataTransfer";
    row.unit_is(&["GB"])?;
    if row.region == "global" {
        return Ok(Placed::Dropped("a free band of data transfer: it stands in allowances.csv"));
    }
    let usage_type = match what {
        "internet_out" => "DataTransfer-Out-Bytes".to_owned(),
        "internet_in" => "DataTransfer-In-Bytes".to_owned(),
        "inter_az" => "DataTransfer-Regional-Bytes".to_owned(),
        "inter_region" => match row.attr("to") {
            Some(to) => inter_region(row, to)?,
            None => {
                return Ok(Placed::Dropped("a transfer between two regions that does not name the other one"));
            }
        },
        _ => return Err(unknown(row)),
    };
    agree(row, &usage_type)?;
    Ok(Place::new(SERVICE, row, usage_type, Unit::GB).into())
}

/// The usage type of a transfer to another region: it begins with the prefix of that region.
fn inter_region(row: &Row, to: &str) -> Result<String, String> {
    let prefix = match (to, row.region.as_str()) {
        ("other regions", _) => "*",
        ("the other US East region", "us-east-1") => "USE2",
        ("the other US East region", "us-east-2") => "USE1",
        (region, _) => match (region::prefix(region), row.stated()?) {
            (Some(prefix), _) => prefix,
            // A Local Zone is no region of the table; its row states the usage type.
            (None, Some(stated)) if stated.ends_with("-AWS-Out-Bytes") => {
                return Ok(stated.to_owned());
            }
            (None, _) => return Err(format!("unknown destination '{to}'")),
        },
    };
    Ok(format!("{prefix}-AWS-Out-Bytes"))
}

#[cfg(test)]
mod tests {
    use crate::prices::place::tests::{check, told};

    #[test]
    fn the_destination_is_in_the_usage_type() {
        let east = "AWSDataTransfer us-east-1 datatransfer.inter_region";
        check(east, "to=the other US East region", "GB", "USE2-AWS-Out-Bytes||GB");
        check(east, "to=other regions", "GB", "*-AWS-Out-Bytes||GB");
        check(east, "note=cross-region, one pair;sku=X", "GB", "dropped");
        let south = "AWSDataTransfer sa-east-1 datatransfer.inter_region";
        check(south, "to=eu-west-1;usagetype=SAE1-EU-AWS-Out-Bytes", "GB", "EU-AWS-Out-Bytes||GB");
        check(south, "to=us-west-2-lax-1;usagetype=SAE1-LAX1-AWS-Out-Bytes", "GB", "LAX1-AWS-Out-Bytes||GB");
        assert!(told(south, "to=eu-west-1;usagetype=SAE1-EUW2-AWS-Out-Bytes", "GB").is_err());
        assert!(told(south, "to=the moon", "GB").is_err());
    }

    #[test]
    fn free_bands_are_no_rates() {
        let free = "usagetype=Global-DataTransfer-Out-Bytes;note=free tier";
        check("AWSDataTransfer global datatransfer.internet_out", free, "GB", "dropped");
    }

    #[test]
    fn addresses_and_gateways() {
        check("AmazonVPC us-east-1 vpc.public_ipv4", "state=idle", "Hours", "PublicIPv4:IdleAddress||Hrs");
        check("AmazonEC2 us-east-1 nat.gb", "usagetype=NatGateway-Bytes", "GB", "NatGateway-Bytes||GB");
        assert!(told("AmazonEC2 us-east-1 nat.hour", "usagetype=RegionalNatGateway-Hours", "Hrs").is_err());
    }
}
