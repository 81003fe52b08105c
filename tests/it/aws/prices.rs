//! `stackcost prices refresh --api` against the double: what is asked, and what becomes of it.

use super::double::account;
use serde_json::{Value, json};
use std::process::Output;

fn product(service: &str, sku: &str, usage_type: &str, operation: &str, unit: &str, usd: &str) -> Value {
    let (term, code) = (format!("{sku}.J"), format!("{sku}.J.R"));
    json!({
        "product": {"sku": sku, "attributes": {
            "servicecode": service, "regionCode": "eu-west-1", "locationType": "AWS Region",
            "usagetype": usage_type, "operation": operation,
        }},
        "serviceCode": service,
        "version": "20261103101010",
        "publicationDate": "2026-11-03T10:10:10Z",
        "terms": {"OnDemand": {term: {
            "offerTermCode": "J", "sku": sku, "effectiveDate": "2026-11-01T00:00:00Z", "termAttributes": {},
            "priceDimensions": {code.clone(): {
                "rateCode": code, "unit": unit, "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": usd},
            }},
        }}},
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ")
}

#[test]
fn answers_become_files_and_a_book() {
    let account = account();
    let mut products = vec![
        product("AmazonECS", "V", "EU-Fargate-vCPU-Hours:perCPU", "", "hours", "0.0500000000"),
        product("AWSELB", "L", "EU-LCUUsage", "LoadBalancing:Application", "LCU-Hrs", "0.0080000000"),
    ];
    // More than one page.
    products.extend((0..150).map(|at| {
        let node = format!("EU-NodeUsage:cache.x{at}.large");
        product("AmazonElastiCache", &format!("N{at}"), &node, "CreateCacheCluster:0002", "Hrs", "0.1")
    }));
    account.state(&json!({"region": "us-east-1", "products": products}));
    let folder = tempfile::tempdir().expect("a folder");
    let refresh = |more: &[&str]| -> Output {
        let mut command = account.command(env!("CARGO_BIN_EXE_stackcost"));
        command.args(["prices", "refresh", "--from", "lists", "--into", "book"]).args(more);
        command.current_dir(folder.path()).output().expect("the binary starts")
    };
    let made = refresh(&["--api", "--region", "eu-west-1", "--format", "csv"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    assert!(
        text(&made.stderr).contains("AmazonElastiCache in eu-west-1: 150 products, 2 requests"),
        "{}",
        text(&made.stderr)
    );
    let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).expect(path);
    assert!(
        read("book/rates/AmazonECS/eu-west-1.csv")
            .contains("Fargate-vCPU-Hours:perCPU,,vCPU-Hours,0,,0.05,2026-11-01,effective,V,")
    );
    assert_eq!(read("book/rates/AmazonElastiCache/eu-west-1.csv").lines().count(), 152);
    // The service is asked where it is, whatever the region of the prices.
    let asked: Vec<Value> = account.journal().into_iter().filter(|call| call["op"] == "GetProducts").collect();
    assert!(asked.iter().all(|call| call["region"] == "us-east-1" && call["write"] == false), "{asked:?}");
    assert!(asked.iter().any(|call| call["body"].as_str().is_some_and(|body| body.contains("NAT Gateway"))));
    // The answers are files: the same book without AWS.
    let manifest = read("book/manifest.json");
    std::fs::remove_dir_all(folder.path().join("book")).expect("removed");
    assert!(refresh(&["--region", "eu-west-1"]).status.success());
    assert_eq!(read("book/manifest.json"), manifest);
    // Somebody who may not ask is told what would help, and the book stays.
    account.fault(
        "pricing",
        "GetProducts",
        1,
        json!({"code": "AccessDeniedException", "status": 400, "message": "no"}),
    );
    let denied = refresh(&["--api", "--region", "eu-west-1"]);
    assert_eq!(denied.status.code(), Some(1));
    let said = text(&denied.stderr);
    assert!(said.contains("pricing:GetProducts") && said.contains("stackcost iam prices"), "{said}");
    assert_eq!(read("book/manifest.json"), manifest);
}
