//! Where AWS publishes its price lists. They need no credentials.

use crate::problem::{Problem, Problems};
use serde::Serialize;
use serde::de::{Deserialize, Deserializer};
use stackcost_model::meter::{Region, ServiceCode};
use std::collections::BTreeMap;

/// Where AWS publishes them.
pub const HOST: &str = "https://pricing.us-east-1.amazonaws.com";
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

/// A price list that this tool reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// AWS's code of it, as in addresses: `AmazonRDS`, `AWSComputeSavingsPlan`.
    pub code: &'static str,
    /// What the price list service calls it: `AmazonRDS`, `ComputeSavingsPlans`.
    pub service_code: &'static str,
    /// Whether it is of Savings Plans.
    pub of_plans: bool,
    /// The form that is taken: `json` or `csv`.
    pub ending: &'static str,
}

impl Offer {
    /// The list of a service.
    #[must_use]
    pub const fn of(service: ServiceCode) -> Offer {
        // Only the gateways of EC2 are of use; its CSV can be read as it comes, and its JSON has
        // gigabytes of which the half must be known before the other.
        let ending = if matches!(service, ServiceCode::Ec2) { "csv" } else { "json" };
        Offer { code: service.code(), service_code: service.code(), of_plans: false, ending }
    }

    /// The lists of Savings Plans that cover a service, if there are any (AWS's pages on Savings
    /// Plans: Compute Savings Plans are for Fargate, Database Savings Plans for RDS and ElastiCache).
    #[must_use]
    pub const fn of_plans(service: ServiceCode) -> Option<Offer> {
        let (code, service_code) = match service {
            ServiceCode::Ecs => ("AWSComputeSavingsPlan", "ComputeSavingsPlans"),
            ServiceCode::Rds | ServiceCode::ElastiCache => ("AWSDatabaseSavingsPlans", "DatabaseSavingsPlans"),
            _ => return None,
        };
        Some(Offer { code, service_code, of_plans: true, ending: "json" })
    }

    /// Below [`HOST`], the index that says where the newest list of each region is.
    #[must_use]
    pub fn index(&self) -> String {
        let root = if self.of_plans { SAVINGS_PLANS } else { OFFERS };
        let root = root.strip_prefix(HOST).unwrap_or(root);
        format!("{root}/{}/current/region_index.json", self.code)
    }

    /// What to call the file of a version in a region: it is another one for each, so that lists
    /// of several days can be in one folder.
    #[must_use]
    pub fn file(&self, region: Region, version: &str, ending: &str) -> String {
        format!("{}-{region}-{version}.{ending}", self.code)
    }
}

/// The version in the path or the ARN of a price list: 14 digits between strokes.
#[must_use]
pub fn version_in(path: &str) -> Option<&str> {
    path.split('/').find(|part| part.len() == 14 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Reads an index of regions: the path of the newest list of each, below [`HOST`]. That of offers
/// is a map, and that of Savings Plans a list.
///
/// # Errors
/// Text that is none, or that leads somewhere else.
pub fn region_index(name: &str, text: &str) -> Result<BTreeMap<String, String>, Problems> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        region_code: String,
        #[serde(alias = "versionUrl")]
        current_version_url: String,
    }
    #[derive(serde::Deserialize)]
    struct Index {
        #[serde(deserialize_with = "either")]
        regions: Vec<Entry>,
    }
    fn either<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Entry>, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Either {
            List(Vec<Entry>),
            Map(BTreeMap<String, Entry>),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::List(list) => list,
            Either::Map(map) => map.into_values().collect(),
        })
    }
    let index: Index = serde_json::from_str(text)
        .map_err(|error| crate::problem::json(name, text, "this is no index of price lists by region", &error))?;
    // What would be asked with it is written by whoever answered.
    let stays = |path: &str| path.starts_with('/') && !path.starts_with("//") && !path.contains("..");
    let entries = index.regions.into_iter();
    entries
        .map(|entry| match stays(&entry.current_version_url) && version_in(&entry.current_version_url).is_some() {
            true => Ok((entry.region_code, entry.current_version_url)),
            false => {
                let what = format!("{name}: `{}` is no path of a price list", entry.current_version_url);
                Err(Problem::of_text(what).help("is there another server in between?").into())
            }
        })
        .collect()
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
        let ending = Offer::of(*service).ending;
        let note = match service {
            ServiceCode::Ec2 => "hundreds of MB to gigabytes: only NAT gateways are read of it",
            ServiceCode::CloudWatch => "has no dashboards: those are in the list of all regions",
            _ => "",
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

    #[test]
    fn an_index_is_a_map_or_a_list() {
        let path = "/offers/v1.0/aws/AmazonECS/20260720101010/eu-west-1/index.json";
        let map = format!(r#"{{"regions":{{"eu-west-1":{{"regionCode":"eu-west-1","currentVersionUrl":"{path}"}}}}}}"#);
        let list = format!(r#"{{"regions":[{{"regionCode":"eu-west-1","versionUrl":"{path}"}}]}}"#);
        for text in [&map, &list] {
            assert_eq!(region_index("index", text).unwrap()["eu-west-1"], path);
        }
        assert_eq!(version_in(path), Some("20260720101010"));
        for evil in
            ["//evil.example/20260720101010/", "https://evil.example/20260720101010/x", "/a/../20260720101010/x", "/a"]
        {
            let problem = region_index("index", &list.replace(path, evil)).unwrap_err().to_string();
            assert!(problem.contains("is no path of a price list"), "{problem}");
        }
        assert!(region_index("index", "{}").is_err());
        assert_eq!(Offer::of(ServiceCode::Ecs).index(), "/offers/v1.0/aws/AmazonECS/current/region_index.json");
    }
}
