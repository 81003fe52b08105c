use super::*;
use crate::offers;

/// A list of AWS's load balancers with one rate on demand.
fn list(version: &str, region: &str, effective: &str, usd: &str) -> PriceList {
    let text = format!(
        r#"{{"offerCode":"AWSELB","version":"{version}","publicationDate":"2026-08-{version}T00:00:00Z","products":{{"A":{{"attributes":{{"regionCode":"{region}","usagetype":"LCUUsage","operation":"LoadBalancing:Application"}}}}}},"terms":{{"OnDemand":{{"A":{{"A.J":{{"offerTermCode":"J","effectiveDate":"{effective}","priceDimensions":{{"A.J.R":{{"rateCode":"A.J.R","unit":"LCU-Hrs","pricePerUnit":{{"USD":"{usd}"}}}}}}}}}}}}}}}}"#
    );
    offers::read("list", text.as_bytes(), &[]).unwrap()
}

fn add(book: &mut Book, name: &str, list: PriceList) -> Result<(), Problem> {
    let pin = Pin::of(&list, name, &format!("{name}-sha"));
    book.add(list, pin)
}

fn rates(files: &BTreeMap<String, String>) -> Vec<&str> {
    files["rates/AWSELB/eu-west-1.csv"].lines().skip(2).collect()
}

#[test]
fn a_book_is_files_and_back() {
    let mut book = Book::default();
    add(&mut book, "one.json", list("10", "eu-west-1", "2026-08-01", "0.0110000000")).unwrap();
    let files = book.files().unwrap();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["manifest.json", "rates/AWSELB/eu-west-1.csv", "sources.csv"]);
    let row =
        "LCUUsage,LoadBalancing:Application,LCU-Hrs,0,,0.011,2026-08-01,effective,A,AWSELB-eu-west-1-10,offer-file";
    assert_eq!(rates(&files), [row]);
    assert!(
        files["sources.csv"].ends_with(
            "AWSELB-eu-west-1-10,\"AWS price list AWSELB of eu-west-1, version 10, published 2026-08-10\"\n"
        )
    );
    assert!(files["manifest.json"].contains(
        r#""url": "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSELB/10/eu-west-1/index.json""#
    ));
    assert_eq!(Book::read(&files).unwrap().files().unwrap(), files);
}

#[test]
fn newer_lists_add_what_changed() {
    let mut book = Book::default();
    add(&mut book, "one.json", list("10", "eu-west-1", "2026-08-01", "0.011")).unwrap();
    let mut book = Book::read(&book.files().unwrap()).unwrap();
    add(&mut book, "two.json", list("20", "eu-west-1", "2026-09-01", "0.011")).unwrap();
    let files = book.files().unwrap();
    assert_eq!(rates(&files).len(), 1, "a price that did not change has one date");
    let mut book = Book::read(&files).unwrap();
    add(&mut book, "three.json", list("30", "eu-west-1", "2026-10-01", "0.012")).unwrap();
    let files = book.files().unwrap();
    let dates: Vec<&str> = rates(&files).iter().map(|row| row.split(',').nth(6).unwrap()).collect();
    assert_eq!(dates, ["2026-08-01", "2026-10-01"]);
    assert_eq!(Manifest::parse("m", &files["manifest.json"]).unwrap().newest(), Some("2026-08-30"));
}

#[test]
fn the_order_of_lists_does_not_matter() {
    let lists = || {
        [
            ("a", list("10", "eu-west-1", "2026-08-01", "0.011")),
            ("b", list("11", "eu-west-2", "2026-08-01", "0.012")),
            ("c", list("12", "us-east-1", "2026-08-01", "0.008")),
        ]
    };
    let made = |lists: Vec<(&str, PriceList)>| {
        let mut book = Book::default();
        for (name, list) in lists {
            add(&mut book, name, list).unwrap();
        }
        book.files().unwrap()
    };
    let mut backwards: Vec<_> = lists().into();
    backwards.reverse();
    assert_eq!(made(lists().into()), made(backwards));
}

#[test]
fn what_is_not_clear_is_an_error() {
    let mut book = Book::default();
    add(&mut book, "one.json", list("10", "eu-west-1", "2026-08-01", "0.011")).unwrap();
    let mixed = add(&mut book, "two.json", list("20", "eu-west-1", "2026-09-01", "0.011")).unwrap_err();
    assert_eq!(mixed.message, "two versions of AWSELB in eu-west-1: 10 in one.json, 20 in two.json");
    let mut book = Book::read(&book.files().unwrap()).unwrap();
    add(&mut book, "two.json", list("20", "eu-west-1", "2026-08-01", "0.012")).unwrap();
    let clash = book.files().unwrap_err();
    assert!(clash.message.starts_with("two prices for LCUUsage from 2026-08-01: 0.011 a LCU-Hrs"), "{clash}");
    let mut book = Book::default();
    add(&mut book, "two.json", list("20", "eu-west-1", "2026-09-01", "0.011")).unwrap();
    let mut book = Book::read(&book.files().unwrap()).unwrap();
    let older = add(&mut book, "one.json", list("10", "eu-west-1", "2026-08-01", "0.012")).unwrap_err();
    assert_eq!(
        older.message,
        "AWSELB of eu-west-1 in one.json was published on 2026-08-10, and the book has a newer list, of 2026-08-20"
    );
    assert!(clash.message.contains("version 10") && clash.message.contains("version 20"), "{clash}");
}

#[test]
fn a_book_that_is_none_is_told() {
    let files = |path: &str, text: &str| {
        let mut book = Book::default();
        add(&mut book, "one.json", list("10", "eu-west-1", "2026-08-01", "0.011")).unwrap();
        let mut files = book.files().unwrap();
        files.insert(path.to_string(), text.to_string());
        Book::read(&files).unwrap_err().to_string()
    };
    assert!(files("rates/AWSELB/the-moon-1.csv", "").contains("is no file of a price book"));
    assert!(files("reserved/AmazonRDS/eu-west-1.csv", "usage_type\n").contains("has no column `operation`"));
    assert!(files("manifest.json", "{}").contains("this is no manifest of a price book"));
    assert!(
        files("sources.csv", "id,source\n")
            .contains("rates/AWSELB/eu-west-1.csv:3: the source `AWSELB-eu-west-1-10` is not in the list")
    );
}

proptest::proptest! {
    /// Lists come one after the other; on any day the price is the newest by then.
    #[test]
    fn a_day_has_the_newest_price_by_then(
        prices in proptest::collection::btree_map(1..29_u32, 1..4_u32, 1..8),
        day in 1..29_u32,
    ) {
        use stackcost_model::meter::Meter;
        use stackcost_model::price::PriceBook;
        use stackcost_model::unit::UnitKind;

        let mut files = Book::default().files().unwrap();
        for (day, usd) in &prices {
            let mut book = Book::read(&files).unwrap();
            let list = list(&format!("{day:02}"), "eu-west-1", &format!("2026-08-{day:02}"), &usd.to_string());
            add(&mut book, &format!("{day}.json"), list).unwrap();
            files = book.files().unwrap();
        }
        let region: Region = "eu-west-1".parse().unwrap();
        let sources = Sources::parse(&files["sources.csv"]).unwrap();
        let text = &files["rates/AWSELB/eu-west-1.csv"];
        let rates = shelf("rates", text, ServiceCode::Elb, Some(region), &sources).unwrap();
        let book = PriceBook::new("test", rates);
        let meter = Meter::with_operation(ServiceCode::Elb, "LCUUsage", "LoadBalancing:Application", UnitKind::LcuHour);
        let got = book.tariff(&meter, region, format!("2026-08-{day:02}").parse().ok());
        let got = got.ok().and_then(|tariff| tariff.flat().map(|price| price.band.usd.to_string()));
        let want = prices.range(..=day).next_back().map(|(_, usd)| usd.to_string());
        proptest::prop_assert_eq!(got, want);
    }
}
