//! `stackcost spend`: what is paid for and kept, whose it is, and what is said when it does not come.

use super::desk::{Desk, USAGE, answer, by, month, period, ran, this_month};
use super::double::account;
use serde_json::{Value, json};

const ONE: &str = "spend --months 1 --format json";

fn one(amount: &str) -> Value {
    this_month(&[("Amazon ECS/Usage", amount)])
}

fn denied() -> Value {
    json!({"status": 400, "code": "AccessDeniedException", "message": "User: arn:aws:iam::1:user/ci is not authorized"})
}

#[test]
fn a_warm_cache_asks_nobody() {
    let desk = Desk::new();
    desk.account.answers(USAGE, &[one("1.5"), one("2.5")]);
    let first = desk.run(ONE);
    first.ends(0, &["1 request for account", "1 request, $0.01"]);
    let second = desk.run(ONE);
    second.ends(0, &["1 answer from the cache"]);
    assert_eq!(first.stdout, second.stdout);
    let calls = |operation: &str| desk.account.calls(operation).len();
    assert_eq!((calls(USAGE), calls("GetCallerIdentity")), (1, 1));
    let offline = desk.run(&format!("{ONE} --offline"));
    assert_eq!(offline.ends(0, &[]).stdout, first.stdout);
    // Another question, and the same one anew.
    desk.run("spend --months 2 --offline").fails(1, &["is not in the cache", "without --offline"]);
    let anew = desk.run(&format!("{ONE} --refresh"));
    assert_eq!(anew.ends(0, &["1 request, $0.01"]).json()["total"]["net"], "2.5");
    assert_eq!((calls(USAGE), calls("GetCallerIdentity")), (2, 1));
    desk.run(&format!("{ONE} --refresh --offline")).fails(2, &["cannot be used with"]);
}

#[test]
fn offline_without_a_cache_says_what_is_missing() {
    let desk = Desk::new();
    desk.run(&format!("{ONE} --offline")).fails(1, &["not known offline", "once without --offline"]);
    assert!(desk.account.calls("GetCallerIdentity").is_empty());
}

#[test]
fn no_more_is_paid_than_allowed() {
    let desk = Desk::new();
    let group_by = [by("SERVICE"), by("RECORD_TYPE")];
    let page =
        |service: &str, next| answer(&group_by, vec![period(month(0), "UnblendedCost", true, &[(service, "1")])], next);
    desk.account.answers(USAGE, &[page("a/Usage", Some("two")), page("b/Usage", None)]);
    desk.run(&format!("{ONE} --max-requests 0")).fails(1, &["more than --max-requests 0"]);
    assert!(desk.sent(USAGE).is_empty());
    desk.run(&format!("{ONE} --max-requests 1")).fails(1, &["more than --max-requests 1", "it goes on", "$0.01"]);
    // It goes on where it stopped: two cents in all.
    let whole = desk.run(&format!("{ONE} --max-requests 1"));
    assert_eq!(whole.ends(0, &[]).json()["total"]["net"], "2");
    assert_eq!(desk.sent(USAGE)[1]["NextPageToken"], "two");
    desk.run(&format!("{ONE} --max-requests 0")).ends(0, &["from the cache"]);
}

#[test]
fn throttling_is_waited_out() {
    let desk = Desk::new();
    let throttled = json!({"status": 400, "code": "ThrottlingException", "message": "Rate exceeded"});
    desk.account.fault("ce", USAGE, 2, throttled);
    desk.account.answers(USAGE, &[one("1.5")]);
    // Errors are not paid for.
    assert_eq!(desk.run(ONE).ends(0, &["1 request, $0.01"]).json()["total"]["net"], "1.5");
    assert_eq!(desk.sent(USAGE).len(), 3);
}

#[test]
fn a_denial_names_the_action_and_the_policy() {
    let desk = Desk::new();
    desk.account.fault("ce", USAGE, 1, denied());
    desk.run("spend --months 1")
        .fails(1, &["ce:GetCostAndUsage", "user/ci is not authorized", "`stackcost iam spend`"]);
    assert_eq!(desk.sent(USAGE).len(), 1);
}

#[test]
fn what_is_no_answer_of_aws_is_no_bill() {
    let desk = Desk::new();
    desk.account.fault("ce", USAGE, 9, json!({"status": 500, "raw": "<html><title>Proxy</title></html>"}));
    desk.run("spend --months 1").fails(1, &["HTTP 500 (text/html)", "<title>Proxy</title>"]);
    let desk = Desk::new();
    desk.account.fault("ce", USAGE, 9, json!({"cut": true}));
    desk.run("spend --months 1").fails(1, &["did not reach AWS"]);
    // And nothing of it is kept.
    desk.run("spend --months 1 --offline").fails(1, &["is not in the cache"]);
}

#[test]
fn without_credentials_nothing_is_asked() {
    let desk = Desk::new();
    let mut command = desk.command("spend --months 1");
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    ran(&mut command).fails(1, &["there are no AWS credentials", "aws configure"]);
    desk.run_with_profiles(&[("billing", &desk.account.id)], "spend --months 1 --profile biling")
        .fails(2, &["no AWS profile \"biling\"", "billing"]);
    assert!(desk.sent(USAGE).is_empty());
}

#[test]
fn one_of_two_accounts_denied_is_a_partial_result() {
    let (desk, other) = (Desk::new(), account());
    desk.account.answers(USAGE, &[one("1.5")]);
    other.fault("ce", USAGE, 2, denied());
    let profiles = [("a", desk.account.id.as_str()), ("b", other.id.as_str())];
    let asked = "spend --months 1 --profile a --profile b --format json";
    let partial = desk.run_with_profiles(&profiles, asked);
    let document = partial.ends(5, &["profile b: ce:GetCostAndUsage is denied", "partial:", "--allow-partial"]).json();
    assert_eq!((&document["total"]["net"], &document["total"]["kind"]), (&"1.5".into(), &"at-least".into()));
    assert_eq!(document["source"], format!("Cost Explorer, account {}", desk.account.id));
    assert!(document["missing"][0].as_str().expect("text").contains("profile b"), "{document}");
    let allowed = desk.run_with_profiles(&profiles, &format!("{asked} --allow-partial"));
    assert_eq!(allowed.ends(0, &["profile b"]).stdout, partial.stdout);

    // Both answer: their sum, for a cent each; the one that came before is in the cache.
    other.answers(USAGE, &[one("2")]);
    let both = desk.run_with_profiles(&profiles, asked);
    let total = &both.ends(0, &["1 request, $0.01; 1 answer from the cache"]).json()["total"];
    assert_eq!((&total["net"], &total["kind"]), (&"3.5".into(), &"exactly".into()));
}

#[test]
fn an_account_of_two_profiles_counts_once() {
    let desk = Desk::new();
    desk.account.answers(USAGE, &[one("1.5")]);
    let id = desk.account.id.as_str();
    let asked = "spend --months 1 --profile a --profile b --format json";
    let ran = desk.run_with_profiles(&[("a", id), ("b", id)], asked);
    let said = format!("profiles a and b are the same account, {id}: it counts once");
    assert_eq!(ran.ends(0, &[&said]).json()["total"]["net"], "1.5");
    assert_eq!(desk.sent(USAGE).len(), 1);
}

#[test]
fn a_member_of_two_payers_is_refused() {
    let (desk, other) = (Desk::new(), account());
    let members = |groups: &[(&str, &str)]| {
        let period = period(month(0), "UnblendedCost", true, groups);
        answer(&[by("LINKED_ACCOUNT"), by("RECORD_TYPE")], vec![period], None)
    };
    desk.account.answers(USAGE, &[members(&[("111122223333/Usage", "1"), ("444455556666/Usage", "1")])]);
    other.answers(USAGE, &[members(&[("444455556666/Usage", "1")])]);
    let profiles = [("payer", desk.account.id.as_str()), ("member", other.id.as_str())];
    desk.run_with_profiles(&profiles, "spend --months 1 --by account --profile payer --profile member")
        .fails(2, &["444455556666", "they would count twice", "the account that pays"]);
}
