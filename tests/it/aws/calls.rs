//! `stackcost-aws`: what it sends, what it makes of the answers, and what it says when there is none.

use super::double::{Account, account};
use super::probe::{patience, probe, probe_with, profile};
use serde_json::{Value, json};
use std::path::Path;

const USAGE: &str = "GetCostAndUsage";

fn month(groups: &[(&str, &str)], next: Option<&str>) -> Value {
    let groups: Vec<Value> = groups
        .iter()
        .map(|(key, amount)| json!({"Keys": [key], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}))
        .collect();
    let period = json!({
        "TimePeriod": {"Start": "2026-09-01", "End": "2026-10-01"}, "Total": {}, "Groups": groups, "Estimated": false
    });
    let mut page = json!({
        "GroupDefinitions": [{"Type": "DIMENSION", "Key": "SERVICE"}],
        "ResultsByTime": [period], "DimensionValueAttributes": []
    });
    if let Some(next) = next {
        page["NextPageToken"] = next.into();
    }
    page
}

/// A file with this text in a fresh folder.
fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(&path, text).expect("a file");
    path
}

fn says(said: &Value, kind: &str, words: &[&str]) {
    assert_eq!(said["kind"], kind, "{said}");
    for word in words {
        assert!(said.to_string().contains(word), "`{word}` is not in {said}");
    }
}

#[test]
fn pages_make_one_answer_even_with_an_empty_one_between() {
    let account = account();
    let empty = json!({"ResultsByTime": [], "NextPageToken": "three"});
    account.answers(
        USAGE,
        &[month(&[("a", "0.0000000282")], Some("two")), empty, month(&[("b", "-1.10"), ("Tax", "0")], None)],
    );
    let said = probe(&account, "usage");
    assert_eq!(said["ok"], month(&[("a", "0.0000000282"), ("b", "-1.10"), ("Tax", "0")], None));
    let tokens: Vec<Value> = account.calls(USAGE).iter().map(|call| body(call)["NextPageToken"].clone()).collect();
    assert_eq!(tokens, [Value::Null, "two".into(), "three".into()]);
}

fn body(call: &Value) -> Value {
    serde_json::from_str(call["body"].as_str().expect("a body")).expect("JSON")
}

#[test]
fn requests_are_sent_as_they_are() {
    let account = account();
    account.answers(USAGE, &[month(&[], None)]);
    probe(&account, "everything");
    let metrics = [
        "AmortizedCost",
        "BlendedCost",
        "NetAmortizedCost",
        "NetUnblendedCost",
        "NormalizedUsageAmount",
        "UnblendedCost",
        "UsageQuantity",
    ];
    let not_credits = json!({"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit"]}}});
    let teams = json!({"Tags": {"Key": "team", "Values": ["web", "api"]}});
    let production = json!({"CostCategories": {"Key": "env", "Values": ["prod"]}});
    assert_eq!(
        body(&account.calls(USAGE)[0]),
        json!({
            "TimePeriod": {"Start": "2026-09-01", "End": "2026-10-01"},
            "Granularity": "DAILY",
            "Metrics": metrics,
            "GroupBy": [{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "TAG", "Key": "team"}],
            "Filter": {"Or": [{"And": [not_credits, teams]}, production]},
        })
    );
}

#[test]
fn throttling_is_retried_for_a_while() {
    let account = account();
    let throttled = || json!({"status": 400, "code": "ThrottlingException", "message": "Rate exceeded"});
    account.fault("ce", USAGE, 2, throttled());
    account.answers(USAGE, &[month(&[("a", "1")], None)]);
    assert_eq!(probe(&account, "usage")["ok"], month(&[("a", "1")], None));
    assert_eq!(account.calls(USAGE).len(), 3);
    account.fault(
        "ce",
        USAGE,
        9,
        json!({"status": 400, "code": "LimitExceededException", "message": "too many calls"}),
    );
    let said = probe_with(&account, "usage", |command| {
        command.env("AWS_MAX_ATTEMPTS", "2");
    });
    says(&said, "Throttled", &["too many calls", "AWS_MAX_ATTEMPTS"]);
    assert_eq!(account.calls(USAGE).len(), 5);
}

#[test]
fn a_denial_is_not_retried_and_names_the_action() {
    for (op, asked, action) in [
        (USAGE, "usage", "ce:GetCostAndUsage"),
        ("GetCostForecast", "forecast", "ce:GetCostForecast"),
        ("GetCostComparisonDrivers", "drivers", "ce:GetCostComparisonDrivers"),
    ] {
        let account = account();
        let message = "User: arn:aws:iam::123456789012:user/ci is not authorized";
        account.fault("ce", op, 1, json!({"status": 400, "code": "AccessDeniedException", "message": message}));
        let said = probe(&account, asked);
        says(&said, "Denied", &["user/ci is not authorized", "stackcost iam"]);
        assert_eq!(said["action"], action);
        assert_eq!(account.calls(op).len(), 1);
    }
}

#[test]
fn what_aws_has_no_data_for() {
    let account = account();
    let said = |code: &str, message: &str| {
        account.fault("ce", USAGE, 1, json!({"status": 400, "code": code, "message": message}));
        probe(&account, "usage")
    };
    let not_enabled = said("AccessDeniedException", "User not enabled for cost explorer access");
    says(&not_enabled, "DataUnavailable", &["enable Cost Explorer"]);
    says(&said("DataUnavailableException", "none"), "DataUnavailable", &["13 months"]);
    let too_long_ago = said("ValidationException", "You haven't enabled historical data beyond 14 months");
    says(&too_long_ago, "DataUnavailable", &["begin later"]);
    says(&said("ExpiredTokenException", "The security token is expired"), "BadCredentials", &["get new ones"]);
    says(&said("UnrecognizedClientException", "invalid token"), "BadCredentials", &["secret key"]);
}

#[test]
fn what_is_no_answer_of_aws_is_said() {
    let account = account();
    let html = "<html><head><title>Bad Gateway</title>\n</head></html>";
    account.fault("ce", USAGE, 3, json!({"status": 502, "raw": html}));
    let said = probe(&account, "usage");
    says(&said, "Network", &["HTTP 502 (text/html)", "<title>Bad Gateway</title>"]);
    assert_eq!(account.calls(USAGE).len(), 3, "a server's error is retried");
    account.fault("ce", USAGE, 1, json!({"status": 200, "raw": html}));
    says(&probe(&account, "usage"), "Network", &["HTTP 200", "Bad Gateway"]);
    account.fault("ce", USAGE, 9, json!({"cut": true}));
    says(&probe(&account, "usage"), "Network", &["did not reach AWS"]);
}

#[test]
fn what_an_answer_lacks_is_no_zero() {
    let account = account();
    let mut lacking = month(&[("a", "1")], None);
    lacking["ResultsByTime"][0]["Groups"][0]["Metrics"]["UnblendedCost"] = json!({"Unit": "USD"});
    account.answers(USAGE, &[lacking, json!({})]);
    says(&probe(&account, "usage"), "Network", &["a metric without an amount"]);
    says(&probe(&account, "usage"), "Network", &["no ResultsByTime"]);
}

#[test]
fn a_slow_answer_is_given_up() {
    let account = account();
    account.fault("ce", USAGE, 9, json!({"delay": 1}));
    let said = probe_with(&account, "usage", |command| {
        patience(command, 150);
        command.env("AWS_MAX_ATTEMPTS", "1");
    });
    says(&said, "Timeout", &["no answer in time"]);
}

#[test]
fn requests_that_aws_refuses() {
    let account = account();
    says(&probe(&account, "future"), "BadRequest", &["ValidationException", "before current date"]);
    says(&probe(&account, "three groups"), "BadRequest", &["two things at most"]);
    assert_eq!(account.calls(USAGE).len(), 1, "what is known to be refused is not sent");
}

#[test]
fn forecasts_and_drivers() {
    let account = account();
    let time = json!({"Start": "9998-01-01", "End": "9998-02-01"});
    let expected = json!({
        "TimePeriod": time, "MeanValue": "31.5", "PredictionIntervalLowerBound": "29", "PredictionIntervalUpperBound": "34"
    });
    let total = json!({"Amount": "31.5", "Unit": "USD"});
    account.answers("GetCostForecast", &[json!({"Total": total, "ForecastResultsByTime": [expected]})]);
    let said = probe(&account, "forecast");
    assert!(said["ok"].as_str().is_some_and(|said| said.contains(r#"Some(("29", "34"))"#)), "{said}");
    let sent = body(&account.calls("GetCostForecast")[0]);
    assert_eq!((&sent["Metric"], &sent["PredictionIntervalLevel"]), (&"NET_AMORTIZED_COST".into(), &80.into()));

    let change = json!({
        "BaselineTimePeriodAmount": "10", "ComparisonTimePeriodAmount": "14", "Difference": "4", "Unit": "USD"
    });
    let driver = json!({"Type": "USAGE_CHANGE", "Name": "Fargate", "Metrics": {"UnblendedCost": change}});
    let moved = json!({
        "CostSelector": {"And": [{"Dimensions": {"Key": "SERVICE", "Values": ["ECS"]}}, {"Tags": {"Key": "team", "Values": ["web"]}}]},
        "Metrics": {"UnblendedCost": change}, "CostDrivers": [driver]
    });
    account.answers("GetCostComparisonDrivers", &[json!({"CostComparisonDrivers": [moved], "NextPageToken": "more"})]);
    let said = probe(&account, "drivers");
    let words = ["USAGE_CHANGE", r#"difference: "4""#, "And([Dimension", r#"next: Some("more")"#];
    assert!(words.iter().all(|word| said["ok"].as_str().is_some_and(|said| said.contains(word))), "{said}");
    let sent = body(&account.calls("GetCostComparisonDrivers")[0]);
    assert_eq!(sent["BaselineTimePeriod"], json!({"Start": "2026-09-01", "End": "2026-10-01"}));
    assert_eq!(sent["ComparisonTimePeriod"], json!({"Start": "2026-10-01", "End": "2026-11-01"}));
}

#[test]
fn cost_explorer_is_asked_in_us_east_1() {
    let account = account();
    account.answers(USAGE, &[month(&[], None)]);
    for asked in ["usage", "account"] {
        let said = probe_with(&account, asked, |command| {
            command.env("AWS_REGION", "eu-west-1");
        });
        assert!(!said["ok"].is_null(), "{said}");
    }
    assert_eq!(account.calls(USAGE)[0]["region"], "us-east-1");
    assert_eq!(account.calls("GetCallerIdentity")[0]["region"], "eu-west-1");
}

#[test]
fn the_account_is_that_of_the_credentials() {
    let account = account();
    assert_eq!(probe(&account, "account")["ok"], account.id);
    account.fault("sts", "GetCallerIdentity", 1, json!({"status": 403, "code": "InvalidClientTokenId"}));
    says(&probe(&account, "account"), "BadCredentials", &["sts:GetCallerIdentity", "does not know"]);
    let elsewhere = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>../../etc</Account>\
                     </GetCallerIdentityResult></GetCallerIdentityResponse>";
    account.fault("sts", "GetCallerIdentity", 1, json!({"status": 200, "raw": elsewhere, "type": "text/xml"}));
    says(&probe(&account, "account"), "Network", &["the account number `../../etc`"]);
}

#[test]
fn the_endpoint_of_one_service_goes_before_that_of_all() {
    let account = account();
    account.answers(USAGE, &[month(&[], None)]);
    let said = probe_with(&account, "usage", |command| {
        command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9").env("AWS_ENDPOINT_URL_COST_EXPLORER", &account.endpoint);
    });
    assert!(said["ok"].is_object(), "{said}");
}

#[test]
fn a_named_profile_goes_before_keys_in_the_environment() {
    let (environment, named) = (account(), account());
    let folder = tempfile::tempdir().expect("a folder");
    let config = format!("[profile billing]\naws_access_key_id = {}\naws_secret_access_key = secret\n", named.id);
    let config = file(&folder, "config", &config);
    let said = probe_with(&environment, "account", |command| {
        command.env("AWS_CONFIG_FILE", &config);
        profile(command, "billing");
    });
    assert_eq!(said["ok"], named.id);
    // AWS_PROFILE is weaker than keys, as in the AWS CLI.
    let said = probe_with(&environment, "account", |command| {
        command.env("AWS_CONFIG_FILE", &config).env("AWS_PROFILE", "billing");
    });
    assert_eq!(said["ok"], environment.id);
}

#[cfg(unix)]
#[test]
fn a_process_can_give_credentials() {
    let account = account();
    let folder = tempfile::tempdir().expect("a folder");
    let keys = json!({"Version": 1, "AccessKeyId": account.id, "SecretAccessKey": "secret"}).to_string();
    let keys = file(&folder, "keys.json", &keys);
    let config = format!("[profile vault]\ncredential_process = /bin/cat {}\n", keys.display());
    let config = file(&folder, "config", &config);
    let said = probe_with(&account, "account", |command| {
        command.env("AWS_CONFIG_FILE", &config);
        profile(command, "vault");
    });
    assert_eq!(said["ok"], account.id);
}

#[test]
fn an_unknown_profile_is_held_against_those_there_are() {
    let account = account();
    let folder = tempfile::tempdir().expect("a folder");
    let config = file(&folder, "config", "[profile billing]\nregion = us-east-1\n[default]\nregion = us-east-1\n");
    let said = probe_with(&account, "account", |command| {
        command.env("AWS_CONFIG_FILE", &config);
        profile(command, "biling");
    });
    says(&said, "UnknownProfile", &["there is no AWS profile \\\"biling\\\"", "there are: billing, default"]);
    says(&probe_with(&account, "account", |command| profile(command, "any")), "UnknownProfile", &["aws configure"]);
}

fn without_keys(account: &Account, config: &Path, home: &Path, asked: &str, name: &str) -> Value {
    probe_with(account, asked, |command| {
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        command.env("AWS_CONFIG_FILE", config).env("HOME", home).env("USERPROFILE", home);
        if !name.is_empty() {
            profile(command, name);
        }
    })
}

#[test]
fn proxies_and_certificates_of_the_environment() {
    let account = account();
    let nowhere = "http://127.0.0.1:9";
    let said = probe_with(&account, "account", |command| {
        command.env("HTTP_PROXY", nowhere);
    });
    says(&said, "Network", &["did not reach AWS"]);
    let said = probe_with(&account, "account", |command| {
        command.env("HTTP_PROXY", nowhere).env("NO_PROXY", "127.0.0.1");
    });
    assert_eq!(said["ok"], account.id);
    let folder = tempfile::tempdir().expect("a folder");
    let no_certificate = "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n";
    for (text, why) in
        [("", "there is none in it"), (no_certificate, "BadEncoding"), ("-----BEGIN CERT", "illegal section")]
    {
        let bundle = file(&folder, "ca.pem", text);
        let said = probe_with(&account, "account", |command| {
            command.env("AWS_CA_BUNDLE", &bundle);
        });
        says(&said, "NoCredentials", &["cannot use the certificates of AWS_CA_BUNDLE", why]);
    }
}

#[test]
fn no_credentials() {
    let account = account();
    let folder = tempfile::tempdir().expect("a folder");
    let config = file(&folder, "config", "[default]\nregion = us-east-1\n");
    for name in ["", "default"] {
        let said = without_keys(&account, &config, folder.path(), "account", name);
        says(&said, "NoCredentials", &["there are no AWS credentials", "aws configure"]);
    }
    assert!(account.calls("GetCallerIdentity").is_empty());
}

#[test]
fn an_expired_sso_session_says_how_to_renew_it() {
    let account = account();
    let folder = tempfile::tempdir().expect("a folder");
    let role = format!("sso_account_id = {}\nsso_role_name = Billing\nregion = us-east-1\n", account.id);
    let config = format!(
        "[profile new]\nsso_session = corp\n{role}[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n\
         sso_region = us-east-1\n[profile old]\nsso_start_url = https://corp.awsapps.com/start\n\
         sso_region = us-east-1\n{role}"
    );
    let config = file(&folder, "config", &config);
    for name in ["new", "old"] {
        // Never logged in.
        let said = without_keys(&account, &config, folder.path(), "account", name);
        says(&said, "ExpiredSso", &[&format!("run `aws sso login --profile {name}`")]);
    }
    // The names are the SHA-1 of the session and of the start address.
    let address = "https://corp.awsapps.com/start";
    let ended = "2020-01-01T00:00:00Z";
    let token = json!({"accessToken": "gone", "expiresAt": ended, "region": "us-east-1", "startUrl": address});
    // The old kind is not known to be over before AWS says so.
    let refused = json!({"status": 401, "code": "UnauthorizedException", "message": "Session token not found"});
    account.fault("sso", "GET /federation/credentials", 1, refused);
    for (session, hash) in
        [("new", "ee0bfd2552fbd840c02cc48b6e823320543c450f"), ("old", "a51746d4aa793ae07b25e90c3a5db96fc7832bd7")]
    {
        file(&folder, &format!(".aws/sso/cache/{hash}.json"), &token.to_string());
        let said = without_keys(&account, &config, folder.path(), "account", session);
        says(&said, "ExpiredSso", &[&format!("run `aws sso login --profile {session}`")]);
    }
}
