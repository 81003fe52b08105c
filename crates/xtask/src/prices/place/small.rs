//! Services with a handful of rates: ECR, KMS, Secrets Manager and SNS.

use super::{Place, Placed, agree, unknown};
use crate::prices::input::Row;
use crate::prices::unit::Unit;

pub(super) fn place(row: &Row) -> Result<Placed, String> {
    let (usage_type, theirs, unit): (&str, &[&str], Unit) = match row.family.as_str() {
        "ecr.storage" => ("TimedStorage-ByteHrs", &["GB-Mo", "GB-Months"], Unit::GB_MONTHS),
        "kms.key" => ("KMS-Keys", &["Keys"], Unit::KEYS),
        "kms.request" => ("KMS-Requests", &["Requests"], Unit::REQUESTS),
        "secretsmanager.secret" => ("AWSSecretsManager-Secrets", &["Secrets"], Unit::SECRETS),
        "secretsmanager.api_request" => ("AWSSecretsManagerAPIRequest", &["API Requests"], Unit::REQUESTS),
        "sns.api_request" => ("Requests-Tier1", &["Requests"], Unit::REQUESTS),
        "sns.email_notification" => ("DeliveryAttempts-SMTP", &["Notifications"], Unit::NOTIFICATIONS),
        "sns.http_notification" => ("DeliveryAttempts-HTTP", &["Notifications"], Unit::NOTIFICATIONS),
        _ => return Err(unknown(row)),
    };
    row.unit_is(theirs)?;
    // Some regions write the secret in the singular; both are the same meter.
    if row.stated()? != Some("AWSSecretsManager-Secret") || usage_type != "AWSSecretsManager-Secrets" {
        agree(row, usage_type)?;
    }
    let place = Place::new(&row.service, row, usage_type, unit);
    // The free first band of SNS is an allowance; the rate itself holds from 0.
    Ok(if row.service == "AmazonSNS" { place.starting_at_zero() } else { place }.into())
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use crate::prices::input::tests::sample;
    use crate::prices::place::tests::check;
    use crate::prices::place::{Placed, place};

    #[test]
    fn one_spelling_for_secrets() {
        let secret = "AWSSecretsManager ap-southeast-1 secretsmanager.secret";
        let name = "AWSSecretsManager-Secrets||Secrets";
        check(secret, "usagetype=APS1-AWSSecretsManager-Secret", "Secrets", name);
        check(secret, "usagetype=APS1-AWSSecretsManager-Secrets", "Secrets", name);
        let calls = "AWSSecretsManager us-east-1 secretsmanager.api_request";
        check(calls, "", "API Requests", "AWSSecretsManagerAPIRequest||Requests");
    }

    #[test]
    fn kms_is_prefixed_by_the_region_itself() {
        check("awskms ca-central-1 kms.key", "usagetype=ca-central-1-KMS-Keys", "Keys", "KMS-Keys||Keys");
    }

    #[test]
    fn the_free_band_of_sns_is_an_allowance() {
        let mut row = sample("AmazonSNS us-east-1 sns.api_request", "usagetype=Requests-Tier1", "Requests");
        row.begin = Decimal::from(1_000_000);
        let Ok(Placed::Rates(places)) = place(&row) else { panic!("a rate") };
        assert_eq!(places.first().and_then(|place| place.from), Some(Decimal::ZERO));
    }
}
