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
fn an_older_list_fills_in_what_was_before() {
    // The same price twice, and in between, as comes to light later, another one.
    let mut book = Book::default();
    add(&mut book, "one.json", list("10", "eu-west-1", "2026-08-01", "0.011")).unwrap();
    add(&mut book, "three.json", list("20", "eu-west-1", "2026-10-01", "0.011")).unwrap();
    let files = book.files().unwrap();
    assert_eq!(rates(&files).len(), 1);
    assert_eq!(
        files["confirmed/rates/AWSELB/eu-west-1.csv"],
        "date,source,sku,rows,of\n2026-10-01,AWSELB-eu-west-1-20,,1,1\n"
    );
    let mut book = Book::read(&files).unwrap();
    add(&mut book, "two.json", list("15", "eu-west-1", "2026-09-01", "0.012")).unwrap();
    let filled = book.files().unwrap();
    let dates: Vec<Vec<&str>> = rates(&filled).iter().map(|row| row.split(',').skip(5).take(2).collect()).collect();
    assert_eq!(dates, [["0.011", "2026-08-01"], ["0.012", "2026-09-01"], ["0.011", "2026-10-01"]]);
    // A book that did not keep what was confirmed cannot say what came after.
    let mut old = files.clone();
    old.retain(|path, _| !path.starts_with(CONFIRMED));
    let manifest = old["manifest.json"].replace("\"confirms\": true", "\"confirms\": false");
    old.insert(MANIFEST.to_string(), manifest);
    let mut book = Book::read(&old).unwrap();
    let between = add(&mut book, "two.json", list("15", "eu-west-1", "2026-09-01", "0.012")).unwrap_err();
    assert!(
        between.message.starts_with(
            "AWSELB of eu-west-1 in two.json was published on 2026-08-15, between 2026-08-10 and 2026-08-20"
        ),
        "{between}"
    );
    add(&mut book, "zero.json", list("05", "eu-west-1", "2026-07-01", "0.01")).unwrap();
    assert_eq!(rates(&book.files().unwrap()).len(), 2);
}

#[test]
fn versions_that_were_called_the_same_have_names_of_their_own() {
    let mut book = Book::default();
    add(&mut book, "elb.json", list("10", "eu-west-1", "2026-08-01", "0.011")).unwrap();
    let mut second = Pin::of(&list("20", "eu-west-1", "2026-09-01", "0.012"), "elb.json", "other");
    second.file = "elb.json".to_string();
    book.add(list("20", "eu-west-1", "2026-09-01", "0.012"), second).unwrap();
    let manifest = book.manifest();
    let files: Vec<String> = manifest.downloads().into_iter().map(|download| download.file).collect();
    assert_eq!(files, ["elb-10.json", "elb-20.json"]);
    assert_eq!(manifest.pin("elb.json", "other").map(|pin| pin.version.as_str()), Some("20"));
    assert_eq!(manifest.pin("elb-10.json", "any").map(|pin| pin.version.as_str()), Some("10"));
    assert_eq!(manifest.pin("more.json", "other"), None);
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
    let mut book = Book::read(&book.files().unwrap()).unwrap();
    add(&mut book, "two.json", list("20", "eu-west-1", "2026-08-01", "0.012")).unwrap();
    let clash = book.files().unwrap_err();
    assert!(clash.message.starts_with("two prices for LCUUsage from 2026-08-01: 0.011 a LCU-Hrs"), "{clash}");
    assert!(clash.message.contains("version 10") && clash.message.contains("version 20"), "{clash}");
    // One version is one list: both files are named.
    let mut book = Book::default();
    add(&mut book, "one.json", list("10", "eu-west-1", "2026-08-01", "0.011")).unwrap();
    add(&mut book, "two.json", list("10", "eu-west-1", "2026-08-01", "0.012")).unwrap();
    let clash = book.files().unwrap_err();
    assert!(clash.message.ends_with(": one.json and two.json"), "{clash}");
    assert!(clash.help.is_some_and(|help| help.contains("a version of a list never changes")));
}

/// A list of Savings Plans with a rate of a service under a plan of each of these kinds.
fn plans_of(service: &str, usage_type: &str, kinds: &[(&str, &str)]) -> PriceList {
    let mut text = String::from(
        "\"Publication Date\",\"2026-08-10T00:00:00Z\"\n\"Version\",\"10\"\n\"OfferCode\",\"AWSComputeSavingsPlan\"\n\
         SKU,RateCode,Unit,EffectiveDate,DiscountedRate,Currency,DiscountedSKU,DiscountedServiceCode,DiscountedUsageType,\
         DiscountedOperation,PurchaseOption,LeaseContractLength,LeaseContractLengthUnit,UsageType,Product Family,DiscountedRegionCode\n",
    );
    for (at, (kind, usd)) in kinds.iter().enumerate() {
        text += &format!(
            "P{at},P{at}.V,Hrs,2026-08-01,{usd},USD,V,{service},{usage_type},,No Upfront,1,year,,{kind},eu-west-1\n"
        );
    }
    offers::read("plans", text.as_bytes(), &[]).unwrap()
}

#[test]
fn a_rate_says_which_kind_of_plan_it_is_under() {
    let mut book = Book::default();
    // Nobody sells a Database plan for Fargate; the book must not need to know that.
    let kinds =
        [("ComputeSavingsPlans", "0.03"), ("EC2InstanceSavingsPlans", "0.02"), ("DatabaseSavingsPlans", "0.01")];
    add(&mut book, "plans.csv", plans_of("AmazonECS", "EU-Fargate-vCPU-Hours:perCPU", &kinds)).unwrap();
    let files = book.files().unwrap();
    let text = &files["savings-plans/AmazonECS/eu-west-1.csv"];
    let shown: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(shown, ["kind", "EC2InstanceSavingsPlans", "ComputeSavingsPlans", "DatabaseSavingsPlans"]);
    let sources = Sources::parse(&files[SOURCES]).unwrap();
    let read = |text: &str, service| plans("p", text, service, "eu-west-1".parse().unwrap(), &sources);
    let all = read(text, ServiceCode::Ecs).unwrap();
    use stackcost_model::price::PlanKind;
    let kinds: Vec<PlanKind> = all.iter().map(|plan| plan.kind).collect();
    assert_eq!(kinds, [PlanKind::Ec2Instance, PlanKind::Compute, PlanKind::Database]);
    assert_eq!(Book::read(&files).unwrap().files().unwrap(), files);
    let wrong = read(&text.replace("\nDatabaseSavingsPlans", "\nGarden"), ServiceCode::Ecs).unwrap_err().to_string();
    assert!(wrong.contains("p:5: `Garden` is no kind"), "{wrong}");
    assert!(read(&text.replace("\nDatabaseSavingsPlans", "\n"), ServiceCode::Ecs).is_err(), "an empty cell is no kind");
    // Without the column it is a book of an older version, which had one kind for a service.
    let old: String = text
        .lines()
        .filter(|line| !line.starts_with("EC2") && !line.starts_with("Database"))
        .map(|line| {
            line.strip_prefix("kind,").or(line.strip_prefix("ComputeSavingsPlans,")).unwrap_or(line).to_string() + "\n"
        })
        .collect();
    assert_eq!(read(&old, ServiceCode::Ecs).unwrap()[0].kind, PlanKind::Compute);
    assert_eq!(read(&old, ServiceCode::Rds).unwrap()[0].kind, PlanKind::Database);
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
    let confirmed =
        |text: &str| files("confirmed/rates/AWSELB/eu-west-1.csv", &format!("date,source,sku,rows,of\n{text}"));
    assert!(confirmed("2026-10-01,AWSELB-eu-west-1-10,,1,2\n").contains("it is of a file of 2 rows, which has 1"));
    assert!(confirmed("2026-10-01,AWSELB-eu-west-1-10,,1-2,1\n").contains("`1-2` are no rows of it"));
    assert!(confirmed("2026-10-01,nobody,,1,1\n").contains("the source `nobody` is not in the list"));
    assert!(files("confirmed/letters/AWSELB/eu-west-1.csv", "").contains("is no file of a price book"));
    assert!(files("manifest.json", "{}").contains("this is no manifest of a price book"));
    assert!(
        files("sources.csv", "id,source\n")
            .contains("rates/AWSELB/eu-west-1.csv:3: the source `AWSELB-eu-west-1-10` is not in the list")
    );
}

proptest::proptest! {
    /// Whatever the order in which lists come, and in how many refreshes, they make one book.
    #[test]
    fn any_order_of_lists_makes_one_book(
        prices in proptest::collection::btree_map(1..29_u32, 1..4_u32, 1..8),
        seed in proptest::collection::vec(0..100_usize, 8),
        whole in proptest::prelude::any::<bool>(),
    ) {
        let lists: Vec<_> = prices.iter().collect();
        let mut shuffled = lists.clone();
        shuffled.sort_by_key(|(day, _)| seed[**day as usize % 8]);
        let made = |lists: &[(&u32, &u32)], whole: bool| {
            let mut book = Book::default();
            for (day, usd) in lists {
                let list = list(&format!("{day:02}"), "eu-west-1", &format!("2026-08-{day:02}"), &usd.to_string());
                add(&mut book, &format!("{day}.json"), list).unwrap();
                if !whole {
                    book = Book::read(&book.files().unwrap()).unwrap();
                }
            }
            book.files().unwrap()
        };
        let expected = made(&lists, true);
        proptest::prop_assert_eq!(&made(&shuffled, whole), &expected);
        // Once more changes nothing.
        proptest::prop_assert_eq!(&made(&[&shuffled[..], &lists[..]].concat(), whole), &expected);
    }

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
