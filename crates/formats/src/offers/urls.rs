//! Where AWS publishes its price lists. They need no credentials.

use serde::Serialize;
use stackcost_model::meter::{Region, ServiceCode};

const HOST: &str = "https://pricing.us-east-1.amazonaws.com";
/// The lists of offers.
pub const OFFERS: &str = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws";
/// The lists of Savings Plans.
pub const SAVINGS_PLANS: &str = "https://pricing.us-east-1.amazonaws.com/savingsPlan/v1.0/aws";

/// A list to download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Download {
    /// AWS's code of the offer.
    pub offer: String,
    /// Where its newest version is, or, of Savings Plans, the index that names it.
    pub url: String,
    /// What to call it.
    pub file: String,
    /// What to know of it.
    pub note: String,
    /// What downloads it, in a shell.
    pub command: String,
}

/// What downloads a file under a name.
#[must_use]
pub fn curl(url: &str, file: &str) -> String {
    format!("curl -fsSL --create-dirs -o {} {}", quoted(file), quoted(url))
}

/// A word that a shell takes as it is: names can come from a manifest of somebody else.
fn quoted(word: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./:".contains(sign);
    match word.starts_with(|sign: char| sign.is_ascii_alphanumeric()) && word.chars().all(plain) {
        true => word.to_string(),
        false => format!("'./{}'", word.replace('\'', "'\\''")),
    }
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
        let url = format!("{OFFERS}/{offer}/current/{region}/index.{ending}");
        let file = format!("{offer}-{region}.{ending}");
        Download { offer: offer.into(), command: curl(&url, &file), url, file, note: note.into() }
    });
    let plans = ["AWSComputeSavingsPlan", "AWSDatabaseSavingsPlans"].map(|offer| {
        let url = format!("{SAVINGS_PLANS}/{offer}/current/region_index.json");
        let file = format!("{offer}-{region}.json");
        // The index is a list, and not by region.
        let filter = format!(".regions[] | select(.regionCode == \"{region}\") | \"{HOST}\" + .versionUrl");
        let command = format!("curl -fsSL {url} | jq -r '{filter}' | xargs curl -fsSL -o {file}");
        let note = "no address stands for the newest list: an index names it (this needs jq)".into();
        Download { offer: offer.into(), url, file, note, command }
    });
    offers.chain(plans).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_command() {
        assert_eq!(curl("https://a/b", "a-1.json"), "curl -fsSL --create-dirs -o a-1.json https://a/b");
        assert_eq!(quoted("a; b's"), "'./a; b'\\''s'");
        assert_eq!(quoted("-rf"), "'./-rf'");
    }

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
