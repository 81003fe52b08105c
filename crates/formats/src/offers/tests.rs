//! Small lists in the form of AWS's, one trap each. The forms are those of the files that AWS
//! publishes (`/offers/v1.0/aws/...`, format version v1.0); the figures are made up.

use super::*;
use stackcost_model::exact::Ratio;
use stackcost_model::free::Offer;
use stackcost_model::meter::ServiceCode;
use std::fmt::Write as _;

const HEAD: &str = r#""formatVersion":"v1.0","disclaimer":"d","offerCode":"OFFER","version":"20260813190319","publicationDate":"2026-08-13T19:03:19Z""#;

/// A product of sa-east-1: `sku usagetype operation`, and more attributes as JSON.
fn product(text: &str, more: &str) -> String {
    let [sku, usage_type, operation] = words(text);
    format!(
        r#""{sku}":{{"sku":"{sku}","attributes":{{"locationType":"AWS Region","regionCode":"sa-east-1","usagetype":"{usage_type}","operation":"{operation}"{more}}}}}"#
    )
}

/// A term on demand: `sku term effective`, and its prices: `unit from to usd` each.
fn term(text: &str, attributes: &str, prices: &[&str]) -> String {
    let [sku, code, effective] = words(text);
    let mut dimensions = Vec::new();
    for (at, price) in prices.iter().enumerate() {
        let [unit, from, to, usd] = words(price);
        let mut range = String::new();
        if from != "-" {
            let _ = write!(range, r#""beginRange":"{from}","endRange":"{to}","#);
        }
        dimensions.push(format!(
            r#""{sku}.{code}.R{at}":{{"rateCode":"{sku}.{code}.R{at}","description":"$9 each",{range}"unit":"{}","pricePerUnit":{{"USD":"{usd}"}},"appliesTo":[]}}"#,
            unit.replace('_', " ")
        ));
    }
    format!(
        r#""{sku}.{code}":{{"offerTermCode":"{code}","sku":"{sku}","effectiveDate":"{effective}T00:00:00Z","priceDimensions":{{{}}},"termAttributes":{{{attributes}}}}}"#,
        dimensions.join(",")
    )
}

fn words<const N: usize>(text: &str) -> [&str; N] {
    let mut words = text.split(' ');
    [(); N].map(|()| words.next().unwrap_or(""))
}

/// A term for a reservation.
fn lease(text: &str, length: &str, option: &str, prices: &[&str]) -> String {
    let attributes =
        format!(r#""LeaseContractLength":"{length}","OfferingClass":"standard","PurchaseOption":"{option}""#);
    term(text, &attributes, prices)
}

/// A list of an offer: products, then terms by SKU.
fn list(offer: &str, products: &[String], on_demand: &[(&str, String)], reserved: &[(&str, String)]) -> String {
    let of = |terms: &[(&str, String)]| {
        let mut skus: Vec<&str> = terms.iter().map(|(sku, _)| *sku).collect();
        skus.dedup();
        let terms_of = |sku: &str| {
            let terms: Vec<&str> = terms.iter().filter(|(of, _)| *of == sku).map(|(_, term)| term.as_str()).collect();
            format!(r#""{sku}":{{{}}}"#, terms.join(","))
        };
        skus.into_iter().map(terms_of).collect::<Vec<_>>().join(",")
    };
    format!(
        r#"{{{},"products":{{{}}},"terms":{{"OnDemand":{{{}}},"Reserved":{{{}}}}},"attributesList":{{}}}}"#,
        HEAD.replace("OFFER", offer),
        products.join(","),
        of(on_demand),
        of(reserved)
    )
}

/// 1,000 requests of SNS a month, free for everybody.
fn allowances() -> Vec<Allowance> {
    vec![Allowance {
        name: "first 1,000 requests".into(),
        meters: vec![(ServiceCode::Sns, "Requests-Tier1".into()), (ServiceCode::CloudWatch, "CW:Requests".into())]
            .into(),
        operation: "".into(),
        quantity: Ratio::whole(1_000),
        offer: Offer::Always,
        source: "a test".into(),
    }]
}

fn list_of(text: &str) -> Result<PriceList, String> {
    read("list.json", text.as_bytes(), &allowances()).map_err(|problems| problems.to_string())
}

/// What a list comes to: a line for each rate, reservation and plan, then what was left out.
fn told(text: &str) -> String {
    let list = match list_of(text) {
        Ok(list) => list,
        Err(problem) => return format!("error: {problem}"),
    };
    let date = |source: &stackcost_model::price::Source| source.date_text().unwrap_or_default();
    let mut told = Vec::new();
    for rate in &list.rates {
        let band = match (rate.band.from.is_zero(), rate.band.to) {
            (true, None) => String::new(),
            (_, None) => format!(" from {}", rate.band.from),
            (_, Some(to)) => format!(" from {} to {to}", rate.band.from),
        };
        let operation = if rate.operation.is_empty() { String::new() } else { format!("|{}", rate.operation) };
        let region = rate.region.map_or("global", Region::code);
        told.push(format!(
            "{region} {}{operation} {}{band} since {}",
            rate.usage_type,
            rate.band.usd,
            date(&rate.source)
        ));
    }
    for of in &list.reservations {
        told.push(format!("{} {} {} {} + {}", of.usage_type, of.term, of.payment, of.hourly, of.upfront));
    }
    for plan in &list.plans {
        let kind = plan.kind;
        told.push(format!("{kind} {} {} {} {}", plan.usage_type, plan.term, plan.payment, plan.usd));
    }
    told.extend(list.left_out.iter().map(|(why, of)| format!("{} x {}: {}", of.count, why.word(), of.example)));
    told.join("\n")
}

#[track_caller]
fn check(text: &str, want: &[&str]) {
    assert_eq!(told(text), want.join("\n"));
}

fn elb(prices: &[&str]) -> String {
    let product = product("A SAE1-LCUUsage LoadBalancing:Application", "");
    list("AWSELB", &[product], &[("A", term("A JRTCKXETXF 2026-07-01", "", prices))], &[])
}

#[test]
fn a_rate_with_its_source() {
    let list = list_of(&elb(&["LCU-Hrs 0 Inf 0.0110000000"])).unwrap();
    assert_eq!((&*list.offer, &*list.version), ("AWSELB", "20260813190319"));
    assert_eq!(list.published.to_string(), "2026-08-13");
    let rate = &list.rates[0];
    assert_eq!(rate.source.sku.as_deref(), Some("A"));
    assert_eq!(
        rate.source.to_string(),
        "AWS price list AWSELB of sa-east-1, version 20260813190319, published 2026-08-13, SKU A, effective 2026-07-01"
    );
    assert_eq!(rate.band.usd.to_string(), "0.011");
    assert_eq!(list.regions().len(), 1);
}

#[test]
fn wrong_descriptions_and_places_that_are_no_region() {
    let outpost = product("B SAE1-LCUUsage LoadBalancing:Application", "").replace("AWS Region", "AWS Outposts");
    let twin = product("C Global-LCUUsage LoadBalancing:Application", "");
    let other = product("D SAE1-Outposts-LCUUsage LoadBalancing:Application", "");
    let own = product("A SAE1-LCUUsage LoadBalancing:Application", "");
    let terms = [
        ("A", term("A J 2026-07-01", "", &["LCU-Hrs 0 Inf 0.011"])),
        ("B", term("B J 2026-07-01", "", &["LCU-Hrs 0 Inf 0.00"])),
        ("D", term("D J 2026-07-01", "", &["LCU-Hrs 0 Inf 0.00"])),
    ];
    check(
        &list("AWSELB", &[own, outpost, twin, other], &terms, &[]),
        &[
            "sa-east-1 LCUUsage|LoadBalancing:Application 0.011 since 2026-07-01",
            "1 x not-used: SAE1-Outposts-LCUUsage",
            "1 x outside-regions: SAE1-LCUUsage",
            "1 x free-twin: Global-LCUUsage",
        ],
    );
}

#[test]
fn the_free_tier_is_no_price() {
    let sns = product("A SAE1-Requests-Tier1 Publish", "");
    let free = term("A A429C66SYZ 2026-07-01", "", &["Requests 0 1000 0.0000000000"]);
    let paid = term("A JRTCKXETXF 2026-07-01", "", &["Requests 0 Inf 0.0000005000"]);
    check(
        &list("AmazonSNS", std::slice::from_ref(&sns), &[("A", free.clone()), ("A", paid)], &[]),
        &["sa-east-1 Requests-Tier1 0.0000005 since 2026-07-01", "1 x free-term: Requests-Tier1"],
    );
    // What is paid begins where the free term ends, or where a free first band does.
    let after = term("A JRTCKXETXF 2026-07-01", "", &["Requests 1000 Inf 0.0000005000"]);
    check(
        &list("AmazonSNS", std::slice::from_ref(&sns), &[("A", free), ("A", after)], &[]),
        &["sa-east-1 Requests-Tier1 0.0000005 since 2026-07-01", "1 x free-term: Requests-Tier1"],
    );
    let banded = term("A J 2026-07-01", "", &["Requests 0 1000 0", "Requests 1000 5000 0.5", "Requests 5000 Inf 0.4"]);
    check(
        &list("AmazonSNS", std::slice::from_ref(&sns), &[("A", banded)], &[]),
        &[
            "sa-east-1 Requests-Tier1 0.5 from 0 to 4000 since 2026-07-01",
            "sa-east-1 Requests-Tier1 0.4 from 4000 since 2026-07-01",
            "1 x free-band: Requests-Tier1",
        ],
    );
    // Another size than the allowance: the bands stay where they are, the first begins at 0.
    let other = term("A J 2026-07-01", "", &["Requests 0 100 0", "Requests 100 5000 0.5", "Requests 5000 Inf 0.4"]);
    check(
        &list("AmazonSNS", &[sns], &[("A", other)], &[]),
        &[
            "sa-east-1 Requests-Tier1 0.5 from 0 to 5000 since 2026-07-01",
            "sa-east-1 Requests-Tier1 0.4 from 5000 since 2026-07-01",
            "1 x free-band: Requests-Tier1",
        ],
    );
    // Without an allowance a rate of 0 is a rate.
    let mail = product("A SAE1-DeliveryAttempts-SMTP Deliver", "");
    let banded = term("A J 2026-07-01", "", &["Notifications 0 1000 0", "Notifications 1000 Inf 0.00002"]);
    check(
        &list("AmazonSNS", &[mail], &[("A", banded)], &[]),
        &[
            "sa-east-1 DeliveryAttempts-SMTP 0 from 0 to 1000 since 2026-07-01",
            "sa-east-1 DeliveryAttempts-SMTP 0.00002 from 1000 since 2026-07-01",
        ],
    );
}

#[test]
fn bands_join() {
    check(
        &elb(&["LCU-Hrs 0 10240 0.09", "LCU-Hrs 10240 Inf 0.085"]),
        &[
            "sa-east-1 LCUUsage|LoadBalancing:Application 0.09 from 0 to 10240 since 2026-07-01",
            "sa-east-1 LCUUsage|LoadBalancing:Application 0.085 from 10240 since 2026-07-01",
        ],
    );
    check(
        &elb(&["LCU-Hrs 0 10240 0.09", "LCU-Hrs 20480 Inf 0.085"]),
        &[
            "error: list.json: the bands of LCUUsage overlap or have a hole before A.JRTCKXETXF.R1 (download it again; a part of a product is not enough)",
        ],
    );
    check(&elb(&["LCU-Hrs 5 5 0.09"]), &["error: list.json: the band of A.JRTCKXETXF.R0 ends before it begins"]);
    check(
        &elb(&["LCU-Hrs 0 Inf -1"]),
        &[
            "error: list.json: `-1` of A.JRTCKXETXF.R0 is no decimal from 0 up (AWS writes prices as 0.0404800000: download the list again)",
        ],
    );
    check(&elb(&["Furlongs 0 Inf 1"]), &["1 x other-unit: LCUUsage"]);
}

#[test]
fn changed_skus_are_one_price_and_two_prices_an_error() {
    let products = [
        product("A SAE1-LCUUsage LoadBalancing:Application", ""),
        product("B SAE1-LCUUsage LoadBalancing:Application", ""),
    ];
    let of = |usd: &str, date: &str| {
        let terms = [
            ("A", term("A J 2026-07-01", "", &["LCU-Hrs 0 Inf 0.0110000000"])),
            ("B", term(&format!("B J {date}"), "", &[&format!("LCU-Hrs 0 Inf {usd}")])),
        ];
        list("AWSELB", &products, &terms, &[])
    };
    check(&of("0.011", "2026-07-01"), &["sa-east-1 LCUUsage|LoadBalancing:Application 0.011 since 2026-07-01"]);
    check(
        &of("0.012", "2026-07-01"),
        &[
            "error: list.json: two prices for LCUUsage from one day: 0.011 (from 0) of A.J.R0, 0.012 (from 0) of B.J.R0 (which one counts is not clear: give the rate yourself with --price-book)",
        ],
    );
    check(
        &of("0.012", "2026-08-01"),
        &[
            "sa-east-1 LCUUsage|LoadBalancing:Application 0.011 since 2026-07-01",
            "sa-east-1 LCUUsage|LoadBalancing:Application 0.012 since 2026-08-01",
        ],
    );
}

#[test]
fn names_with_and_without_prefix_and_products_without_a_family() {
    let bare = product("A LCUUsage LoadBalancing:Application", "").replace("sa-east-1", "us-east-1");
    let prefixed =
        product("B USE1-LCUUsage LoadBalancing:Network", r#","productFamily":"x""#).replace("sa-east-1", "us-east-1");
    let terms = [
        ("A", term("A J 2026-07-01", "", &["LCU-Hrs 0 Inf 0.008"])),
        ("B", term("B J 2026-07-01", "", &["LCU-Hrs 0 Inf 0.006"])),
    ];
    check(
        &list("AWSELB", &[bare, prefixed], &terms, &[]),
        &[
            "us-east-1 LCUUsage|LoadBalancing:Application 0.008 since 2026-07-01",
            "us-east-1 LCUUsage|LoadBalancing:Network 0.006 since 2026-07-01",
        ],
    );
    let dashboard =
        product("A DashboardsUsageHour-Basic DashboardHour", "").replace(r#""regionCode":"sa-east-1","#, "");
    let terms = [("A", term("A J 2026-07-01", "", &["Dashboards 0 Inf 3"]))];
    check(
        &list("AmazonCloudWatch", &[dashboard], &terms, &[]),
        &["global DashboardsUsageHour-Basic 3 since 2026-07-01"],
    );
}

#[test]
fn storage_of_all_engines_is_one_rate() {
    let of = |sku: &str, engine: &str| {
        product(
            &format!("{sku} SAE1-RDS:GP2-Storage "),
            &format!(r#","databaseEngine":"{engine}","volumeType":"General Purpose""#),
        )
    };
    let rate = |sku: &str, usd: &str| term(&format!("{sku} J 2026-07-01"), "", &[&format!("GB-Mo 0 Inf {usd}")]);
    let products =
        [of("A", "Any"), of("B", "MySQL"), of("C", "Oracle"), of("D", "MySQL").replace("Purpose", "Purpose (SSD)")];
    let terms =
        |b: &str| [("A", rate("A", "0.2")), ("B", rate("B", b)), ("C", rate("C", "0.9")), ("D", rate("D", "0.8"))];
    check(
        &list("AmazonRDS", &products, &terms("0.20"), &[]),
        &["sa-east-1 RDS:GP2-Storage 0.2 since 2026-07-01", "2 x other-engine: SAE1-RDS:GP2-Storage"],
    );
    assert!(
        told(&list("AmazonRDS", &products, &terms("0.3"), &[]))
            .contains("0.2 (from 0) of A.J.R0, 0.3 (from 0) of B.J.R0")
    );
}

#[test]
fn reservations_are_what_their_terms_say() {
    let node = product("N SAE1-NodeUsage:cache.t4g.micro CreateCacheCluster:0002", "");
    let on_demand = [("N", term("N J 2026-08-01", "", &["Hrs 0 Inf 0.0300000000"]))];
    // The codes of terms say nothing: these are exchanged.
    let reserved = [
        ("N", lease("N NQ3QZPMQV9 2026-08-01", "1yr", "No Upfront", &["Hrs 0 Inf 0.0200000000"])),
        ("N", lease("N 6QCMYABX3D 2026-08-01", "1 yr", "All Upfront", &["Hrs 0 Inf 0.0000000000", "Quantity - - 167"])),
        (
            "N",
            lease("N 4NA7Y494T4 2026-08-01", "3yr", "Partial Upfront", &["Quantity - - 189", "Hrs 0 Inf 0.0070000000"]),
        ),
        ("N", lease("N HU7G6KETJZ 2026-08-01", "5yr", "No Upfront", &["Hrs 0 Inf 0.001"])),
    ];
    check(
        &list("AmazonElastiCache", std::slice::from_ref(&node), &on_demand, &reserved),
        &[
            "sa-east-1 NodeUsage:cache.t4g.micro|CreateCacheCluster:0002 0.03 since 2026-08-01",
            "NodeUsage:cache.t4g.micro 1yr no 0.02 + 0",
            "NodeUsage:cache.t4g.micro 1yr all 0 + 167",
            "NodeUsage:cache.t4g.micro 3yr partial 0.007 + 189",
            "1 x other-term: NodeUsage:cache.t4g.micro",
        ],
    );
    let lacking = [("N", lease("N X 2026-08-01", "1yr", "All Upfront", &["Hrs 0 Inf 0.0"]))];
    assert!(
        told(&list("AmazonElastiCache", std::slice::from_ref(&node), &[], &lacking)).contains("nothing says how much")
    );
    let twice = [
        ("N", lease("N X 2026-08-01", "1yr", "No Upfront", &["Hrs 0 Inf 0.1"])),
        ("N", lease("N Y 2026-08-01", "1yr", "No Upfront", &["Hrs 0 Inf 0.2"])),
    ];
    assert!(told(&list("AmazonElastiCache", &[node], &[], &twice)).contains("0.1 of N.X.R0, 0.2 of N.Y.R0"));
}

/// A half of a reservation is not a cheap one, and what AWS does not sell is nothing to recommend.
#[test]
fn reservations_that_cannot_be() {
    for (service, product_of, length, option, prices, want) in [
        (
            "AmazonElastiCache",
            "cache",
            "1yr",
            "Partial Upfront",
            ["Hrs 0 Inf 0.01", ""],
            "in part, but nothing says how",
        ),
        ("AmazonElastiCache", "cache", "1yr", "Partial Upfront", ["Quantity - - 50", ""], "by the hour, but nothing"),
        (
            "AmazonElastiCache",
            "cache",
            "1yr",
            "Partial Upfront",
            ["Days 0 Inf 1", "Quantity - - 50"],
            "that can be read",
        ),
        ("AmazonElastiCache", "cache", "1yr", "No Upfront", ["Quantity - - 50", ""], "by the hour, but nothing"),
        ("AmazonElastiCache", "cache", "1yr", "No Upfront", ["Hrs 0 Inf -0.01", ""], "no decimal from 0 up"),
        ("AmazonRDS", "db", "3yr", "No Upfront", ["Hrs 0 Inf 0.01", ""], "AWS does not sell: 3yr, No Upfront"),
        ("AmazonRDS", "db", "1yr", "No Upfront", ["Hrs 0 Inf 0.01", ""], "1yr no 0.01 + 0"),
        ("AmazonElastiCache", "cache", "3yr", "No Upfront", ["Hrs 0 Inf 0.01", ""], "3yr no 0.01 + 0"),
    ] {
        let product = match product_of {
            "db" => product("N SAE1-InstanceUsage:db.t4g.micro CreateDBInstance:0014", ""),
            _ => product("N SAE1-NodeUsage:cache.t4g.micro CreateCacheCluster:0002", ""),
        };
        let prices: Vec<&str> = prices.into_iter().filter(|price| !price.is_empty()).collect();
        let told = told(&list(service, &[product], &[], &[("N", lease("N X 2026-08-01", length, option, &prices))]));
        assert!(told.contains(want), "{told}");
    }
}

#[test]
fn an_eks_list_has_the_rates_of_fargate() {
    let products = [
        product("A SAE1-Fargate-GB-Hours ", ""),
        product("B SAE1-EKS-Auto:m8i.large-management-hours EKSAutoUsage", ""),
    ];
    let terms = [("A", term("A J 2026-08-01", "", &["hours 0 Inf 0.0076000000"]))];
    check(
        &list("AmazonEKS", &products, &terms, &[]),
        &[
            "sa-east-1 Fargate-GB-Hours 0.0076 since 2026-08-01",
            "1 x not-used: SAE1-EKS-Auto:m8i.large-management-hours",
        ],
    );
}

#[test]
fn what_is_broken_is_told() {
    let whole = elb(&["LCU-Hrs 0 Inf 0.011"]);
    for end in [whole.len() - 1, whole.len() / 2, 30] {
        let cut = told(&whole[..end]);
        assert_eq!(
            cut,
            format!(
                "error: list.json is cut off in line 1, after {end} bytes (the download did not end: get it again)"
            )
        );
    }
    for (from, to, want) in [
        (r#"{"USD":"0.011"}"#, r#"{"CNY":"0.07"}"#, "is not in US dollars"),
        (r#""0.011""#, "0.011", "invalid type: floating point"),
        (r#""version":"20260813190319","#, "", "it has no version"),
        (r#""offerCode":"AWSELB","#, "", "it has no offer code"),
        ("2026-07-01T", "July", "is no date such as"),
        (r#""terms""#, r#""words""#, "it has no `terms`"),
        (r#""products""#, r#""goods""#, "the terms come before the products"),
        (
            r#""A":{"sku":"A""#,
            r#""A":{"sku":"A","attributes":{"regionCode":"sa-east-1","usagetype":"LCUUsage","operation":"LoadBalancing"}},"A":{"sku":"A""#,
            "the product A is there twice",
        ),
        (r#""products":"#, r#""regions":{},"products":"#, "is an index of price lists"),
    ] {
        let broken = told(&whole.replacen(from, to, 1));
        assert!(broken.starts_with("error: list.json") && broken.contains(want), "{broken}");
    }
    let dimension = r#""A.J.R0":{"rateCode":"A.J.R0","unit":"LCU-Hrs","pricePerUnit":{"USD":"1"}}"#;
    let twice = term("A J 2026-07-01", "", &["LCU-Hrs 0 Inf 1"])
        .replace(r#""priceDimensions":{"#, &format!(r#""priceDimensions":{{{dimension},"#));
    let broken = told(&list("AWSELB", &[product("A SAE1-LCUUsage LoadBalancing", "")], &[("A", twice)], &[]));
    assert!(broken.contains("the rate code A.J.R0 is there twice"), "{broken}");
    assert_eq!(told("  \n"), "error: list.json is empty (download it again)");
    assert!(told("[1]").contains("list.json:1:3: invalid type: integer `1`, expected a string"), "{}", told("[1]"));
    assert!(told("PK").contains("no header line"));
}

#[test]
fn answers_of_get_products() {
    let answer = |sku: &str, version: &str| {
        let product = product(&format!("{sku} SAE1-LCUUsage LoadBalancing:Application"), "");
        let (_, product) = product.split_once(':').unwrap();
        let term = term(&format!("{sku} J 2026-07-01"), "", &["LCU-Hrs 0 Inf 0.011"]);
        let text = format!(
            r#"{{"product":{product},"serviceCode":"AWSELB","terms":{{"OnDemand":{{{term}}}}},"version":"{version}","publicationDate":"2026-08-13T00:00:00Z"}}"#
        );
        serde_json::to_string(&text).unwrap()
    };
    let want = "sa-east-1 LCUUsage|LoadBalancing:Application 0.011 since 2026-07-01";
    let (a, b) = (answer("A", "1"), answer("B", "1"));
    check(&format!(r#"{{"PriceList":[{a},{b}],"FormatVersion":"aws_v1"}}"#), &[want]);
    check(&format!("\u{feff}\n[{a}]"), &[want]);
    let mixed = told(&format!("[{a},{}]", answer("B", "2")));
    assert_eq!(
        mixed,
        "error: list.json: products of two versions, 1 and 2 (AWS published a new one in between: ask for all of it again)"
    );
}

const CSV: &str = r#""FormatVersion","v1.0"
"Disclaimer","a ""quoted"" word"
"Publication Date","2026-08-31T22:31:09Z"
"Version","20260831223109"
"OfferCode","AmazonRDS"
"SKU","OfferTermCode","RateCode","TermType","EffectiveDate","StartingRange","EndingRange","Unit","PricePerUnit","Currency","LeaseContractLength","PurchaseOption","OfferingClass","serviceCode","Location Type","usageType","operation","Region Code","Database Engine"
"A","J","A.J.1","OnDemand","2026-08-01","0","Inf","Hrs","0.0180000000","USD","","","","AmazonRDS","AWS Region","EUW2-InstanceUsage:db.t4g.micro","CreateDBInstance:0014","eu-west-2","PostgreSQL"
"A","K","A.K.1","Reserved","2026-08-01","0","Inf","Hrs","0.0050000000","USD","3yr","Partial Upfront","standard","AmazonRDS","AWS Region","EUW2-InstanceUsage:db.t4g.micro","CreateDBInstance:0014","eu-west-2","PostgreSQL"
"A","K","A.K.2","Reserved","2026-08-01","","","Quantity","131","USD","3yr","Partial Upfront","standard","AmazonRDS","AWS Region","EUW2-InstanceUsage:db.t4g.micro","CreateDBInstance:0014","eu-west-2","PostgreSQL"
"#;

#[test]
fn csv_is_read_by_its_header() {
    let want = [
        "eu-west-2 InstanceUsage:db.t4g.micro|CreateDBInstance:0014 0.018 since 2026-08-01",
        "InstanceUsage:db.t4g.micro 3yr partial 0.005 + 131",
    ];
    check(CSV, &want);
    check(CSV.trim_end(), &want);
    check(&CSV.replace('\n', "\r\n"), &want);
    for (from, to, want) in [
        ("USD", "CNY", "list.json:7: the price of A.J.1 is not in US dollars"),
        ("A.K.1", "A.J.1", "list.json:8: the rate code A.J.1 is there twice"),
        ("OnDemand", "Rented", "list.json:7: the term type `Rented` is neither"),
        ("\"SKU\"", "\"KUS\"", "no header line that begins with SKU"),
        ("\"A\",\"J\"", "\"J\"", "list.json:7: 18 columns instead of 19"),
    ] {
        let broken = told(&CSV.replacen(from, to, 1));
        assert!(broken.contains(want), "{broken}");
    }
    for end in [CSV.len() - 5, CSV.len() - 60, CSV.len() - 20] {
        let cut = told(&CSV[..end]);
        assert!(cut.contains(&format!("list.json is cut off in line 9, after {end} bytes")), "{cut}");
    }
    // Between two rows nothing shows a cut, but a header alone is no list; one can end with the sign that a row does.
    let header = CSV.find("\n\"A\"").unwrap() + 1;
    for end in [header, header - 1, header - ",\"Database Engine\"\n".len()] {
        let cut = told(&CSV[..end]);
        assert!(cut.contains(&format!("list.json is cut off in line 6, after {end} bytes")), "{cut}");
    }
}

#[test]
fn savings_plans_in_both_forms() {
    let csv = r#"FormatVersion,v1.0
Disclaimer,d
Publication Date,2026-04-22T00:00:00Z
Version,20260422000000
OfferCode,AWSDatabaseSavingsPlans
SKU,RateCode,Unit,EffectiveDate,DiscountedRate,Currency,DiscountedSKU,DiscountedServiceCode,DiscountedUsageType,DiscountedOperation,PurchaseOption,LeaseContractLength,LeaseContractLengthUnit,ServiceCode,UsageType,Product Family,DiscountedRegionCode
P,P.1,Hrs,2026-04-20,1.824,USD,D,AmazonRDS,APS5-Multi-AZUsage:db.r7i.2xl,CreateDBInstance:0014,No Upfront,1,year,DatabaseSavingsPlans,DatabaseSP:1yrNoUpfront,DatabaseSavingsPlans,ap-south-2
P,P.2,Hrs,2026-04-20,1.9,USD,E,AmazonDynamoDB,APS5-Something,x,No Upfront,1,year,DatabaseSavingsPlans,DatabaseSP:1yrNoUpfront,DatabaseSavingsPlans,ap-south-2
"#;
    // Rows that are left out do not change a book, however often they are there.
    let row = csv.lines().last().unwrap();
    assert!(told(&format!("{csv}{row}\n")).ends_with("2 x not-used: APS5-Something"));
    let free = told(&csv.replace(",1.824,", ",0.000,"));
    assert!(free.contains("list.json:7: `0.000` of P.1 is no rate under a Savings Plan"), "{free}");
    check(csv, &["DatabaseSavingsPlans Multi-AZUsage:db.r7i.2xlarge 1yr no 1.824", "1 x not-used: APS5-Something"]);
    let json = r#"{"version":"20260422000000","publicationDate":"2026-04-22T00:00:00Z","regionCode":"sa-east-1",
"products":[{"sku":"P","productFamily":"ComputeSavingsPlans","serviceCode":"ComputeSavingsPlans","usageType":"ComputeSP:3yrAllUpfront","attributes":{"purchaseOption":"All Upfront","purchaseTerm":"3yr"}}],
"terms":{"savingsPlan":[{"sku":"P","effectiveDate":"2026-04-20T00:00:00Z","leaseContractLength":{"duration":3,"unit":"year"},"rates":[
{"discountedSku":"F","discountedUsageType":"SAE1-Fargate-GB-Hours","discountedOperation":"","discountedServiceCode":"AmazonECS","rateCode":"P.F","unit":"hours","discountedRate":{"price":"0.0036","currency":"USD"},"discountedRegionCode":"sa-east-1"},
{"discountedSku":"G","discountedUsageType":"SAE1-Fargate-GB-Hours","discountedOperation":"","discountedServiceCode":"AmazonEKS","rateCode":"P.G","unit":"hours","discountedRate":{"price":"0.0036","currency":"USD"},"discountedRegionCode":"sa-east-1"},
{"discountedSku":"H","discountedUsageType":"SAE1-BoxUsage:m5.large","discountedOperation":"RunInstances","discountedServiceCode":"AmazonEC2","rateCode":"P.H","unit":"Hrs","discountedRate":{"price":"0.05","currency":"USD"},"discountedRegionCode":"sa-east-1"}]}]}}"#;
    check(json, &["ComputeSavingsPlans Fargate-GB-Hours 3yr all 0.0036", "1 x not-used: SAE1-BoxUsage:m5.large"]);
    assert_eq!(list_of(json).unwrap().offer, "AWSComputeSavingsPlan");
    let other = told(&json.replacen("0.0036", "0.0040", 1));
    assert!(other.contains("two prices for Fargate-GB-Hours under one plan: 0.004 of P.F, 0.0036 of P.G"), "{other}");
    assert!(told(&json.replacen("USD", "EUR", 1)).contains("the price of P.F is not in US dollars"));
}

proptest::proptest! {
    /// Whatever is cut off, or changed in one place, is told or read; it is never a crash.
    #[test]
    fn no_text_is_too_strange(cut in 0..2_000_usize, at in 0..2_000_usize, sign in 32..127_u8) {
        for text in [elb(&["LCU-Hrs 0 10 0.011", "LCU-Hrs 10 Inf 0.01"]), CSV.to_string()] {
            let mut bytes = text.into_bytes();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = sign;
            }
            bytes.truncate(bytes.len().saturating_sub(cut));
            let _ = read("list", &bytes[..], &[]);
        }
    }
}
