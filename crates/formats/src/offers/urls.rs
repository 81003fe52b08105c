//! Where AWS publishes its price lists. They need no credentials.

use stackcost_model::meter::{Region, ServiceCode};

/// The lists of offers.
pub const OFFERS: &str = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws";
/// The lists of Savings Plans.
pub const SAVINGS_PLANS: &str = "https://pricing.us-east-1.amazonaws.com/savingsPlan/v1.0/aws";

/// A list to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// AWS's code of the offer.
    pub offer: &'static str,
    /// Where its newest version is, or, of Savings Plans, the index that names it.
    pub url: String,
    /// What to call it.
    pub file: String,
    /// What to know of it.
    pub note: &'static str,
}

/// The newest lists of everything that this tool prices, for one region.
#[must_use]
pub fn downloads(region: Region) -> Vec<Download> {
    let offers = ServiceCode::ALL.iter().map(|service| {
        let offer = service.code();
        let (ending, note) = match service {
            // Only the gateways are of use; CSV can be read as it comes, and JSON has gigabytes.
            ServiceCode::Ec2 => ("csv", "hundreds of MB to gigabytes: only NAT gateways are read of it"),
            ServiceCode::CloudWatch => ("json", "has no dashboards: those are in the list of all regions"),
            _ => ("json", ""),
        };
        Download {
            offer,
            url: format!("{OFFERS}/{offer}/current/{region}/index.{ending}"),
            file: format!("{offer}-{region}.{ending}"),
            note,
        }
    });
    let plans = ["AWSComputeSavingsPlan", "AWSDatabaseSavingsPlans"].map(|offer| Download {
        offer,
        url: format!("{SAVINGS_PLANS}/{offer}/current/region_index.json"),
        file: format!("{offer}-region_index.json"),
        note: "an index: download what it names as versionUrl for the region, and not the index itself",
    });
    offers.chain(plans).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_offer_has_its_address() {
        let all = downloads("eu-west-1".parse().unwrap());
        let of =
            |offer: &str| all.iter().find(|download| download.offer == offer).map(|download| download.url.as_str());
        assert_eq!(
            of("AmazonECS"),
            Some("https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonECS/current/eu-west-1/index.json")
        );
        assert_eq!(
            of("AWSDatabaseSavingsPlans"),
            Some(
                "https://pricing.us-east-1.amazonaws.com/savingsPlan/v1.0/aws/AWSDatabaseSavingsPlans/current/region_index.json"
            )
        );
        assert_eq!(all.len(), ServiceCode::ALL.len() + 2);
    }
}
