//! What to ask GetProducts for, and its answers as a file.

use stackcost_model::meter::{Meter, Region, ServiceCode};
use stackcost_model::unit::UnitKind;

/// Attributes that a product must have, with their values.
pub type Attributes = Vec<(&'static str, String)>;

/// For each service the questions that bring all that this tool prices in a region.
#[must_use]
pub fn of(region: Region) -> Vec<(ServiceCode, Vec<Attributes>)> {
    let here = |more: &[(&'static str, &str)]| {
        let more = more.iter().map(|(name, value)| (*name, value.to_string()));
        std::iter::once(("regionCode", region.to_string())).chain(more).collect::<Attributes>()
    };
    let questions = |service: &ServiceCode| match service {
        // All of EC2 would be a hundred thousand products.
        ServiceCode::Ec2 => vec![here(&[("productFamily", "NAT Gateway")])],
        // Dashboards are of no region.
        ServiceCode::CloudWatch => vec![here(&[]), vec![("usagetype", "DashboardsUsageHour-Basic".into())]],
        // Transfers are between two places, and are named after that where they are billed.
        ServiceCode::DataTransfer => {
            let inward = Meter::new(ServiceCode::DataTransfer, "DataTransfer-In-Bytes", UnitKind::Gb).written(region);
            vec![
                vec![("fromRegionCode", region.to_string())],
                vec![("toRegionCode", region.to_string()), ("usagetype", inward.into_owned())],
            ]
        }
        _ => vec![here(&[])],
    };
    ServiceCode::ALL.iter().map(|service| (*service, questions(service))).collect()
}

/// Answers in the form in which `aws pricing get-products` prints them; the same answers give the
/// same text.
#[must_use]
pub fn answers<'a>(products: impl IntoIterator<Item = &'a String>) -> String {
    let lines: Vec<String> = products.into_iter().map(|text| serde_json::to_string(text).unwrap_or_default()).collect();
    format!("{{\"FormatVersion\": \"aws_v1\", \"PriceList\": [\n{}\n]}}\n", lines.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_has_its_questions() {
        let all = of("eu-west-1".parse().unwrap());
        assert_eq!(all.len(), ServiceCode::ALL.len());
        let told: Vec<String> = all
            .iter()
            .filter(|(_, questions)| questions.len() > 1 || questions[0].len() > 1)
            .map(|(service, questions)| format!("{service} {questions:?}"))
            .collect();
        assert_eq!(
            told,
            [
                r#"AmazonCloudWatch [[("regionCode", "eu-west-1")], [("usagetype", "DashboardsUsageHour-Basic")]]"#,
                r#"AmazonEC2 [[("regionCode", "eu-west-1"), ("productFamily", "NAT Gateway")]]"#,
                r#"AWSDataTransfer [[("fromRegionCode", "eu-west-1")], [("toRegionCode", "eu-west-1"), ("usagetype", "EU-DataTransfer-In-Bytes")]]"#,
            ]
        );
    }
}
