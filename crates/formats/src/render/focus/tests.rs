use super::*;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::RowAccessor;
use stackcost_model::bill::{ChargeKind, Entry};
use stackcost_model::time::Date;

/// Account, service, usage type, operation, region, charge type, purchase type, and what is extra.
type Of<'a> = &'a [&'a str];

fn amount(text: &str) -> Amount {
    Amount::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text}"))
}

/// An entry of October: quantity, unit; billed, amortised and list cost.
fn entry(of: Of, quantity: &str, unit: &str, costs: [&str; 3]) -> Entry {
    Entry {
        period: Date::constant(2026, 10, 1),
        keys: of.iter().map(ToString::to_string).collect(),
        kind: ChargeKind::from_line_item_type(of[5]),
        unit: unit.into(),
        amounts: costs.map(amount).to_vec(),
        quantity: amount(quantity),
        charges: 1,
        without_list: 0,
    }
}

fn bill(step: Step, extra: &[Dimension], entries: Vec<Entry>) -> Bill {
    let mut bill = Bill::new(query(None, step, extra), "USD");
    bill.entries = entries;
    bill
}

fn context() -> Context {
    let names = [("111122223333".to_string(), "payer".to_string())].into();
    Context { payer: "111122223333".into(), names }
}

/// The rows of the CSV by column.
fn read(bill: &Bill) -> Vec<BTreeMap<String, String>> {
    let text = csv(bill, &context()).unwrap();
    ::csv::Reader::from_reader(text.as_bytes()).deserialize().map(Result::unwrap).collect()
}

const FARGATE: Of =
    &["444455556666", "AmazonECS", "USE1-Fargate-GB-Hours", "FargateTask", "us-east-1", "Usage", "On Demand"];

/// Fargate's keys with another charge type and purchase type.
fn fargate(charge_type: &'static str, purchase: &'static str) -> Vec<&'static str> {
    [&FARGATE[..5], &[charge_type, purchase]].concat()
}

/// What the rows of some entries say, in the columns that matter to them.
#[test]
fn charges_as_rows() {
    let fee = |charge_type| ["111122223333", "AmazonRDS", "HeavyUsage:db.t3.micro", "", "eu-west-1", charge_type, ""];
    let bare = |charge_type| ["111122223333", "AmazonRDS", "", "", "", charge_type, ""];
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Entry>, Vec<&str>)> = vec![
        ("on demand", vec![entry(FARGATE, "730", "GB-Hours", ["3.24485", "3.24485", "3.24485"])], vec![
            "ChargeCategory=Usage ChargeClass= ChargeFrequency=Usage-Based PricingCategory=Standard BilledCost=3.24485 \
             EffectiveCost=3.24485 ListCost=3.24485 ContractedCost=3.24485 ConsumedQuantity=730.0 ConsumedUnit=GB-Hours \
             PricingQuantity=730.0 PricingUnit=GB-Hours ListUnitPrice=0.004445 ContractedUnitPrice=0.004445 \
             SkuId=AmazonECS/USE1-Fargate-GB-Hours/FargateTask SkuMeter=USE1-Fargate-GB-Hours RegionId=us-east-1 \
             ServiceCategory=Compute ServiceSubcategory=Containers SubAccountId=444455556666 x_CommitmentStatus= \
             BillingPeriodStart=2026-10-01T00:00:00Z BillingPeriodEnd=2026-11-01T00:00:00Z \
             ChargePeriodStart=2026-10-01T00:00:00Z ChargePeriodEnd=2026-11-01T00:00:00Z ProviderName=AWS \
             PublisherName=AWS InvoiceIssuerName=AWS InvoiceId= Tags= PricingCurrency=USD BillingCurrency=USD"]),
        ("spot", vec![entry(&fargate("Usage", "Spot Instances"), "1", "Hrs", ["1E-8", "1E-8", "4E-8"])], vec![
            "PricingCategory=Dynamic BilledCost=0.00000001 ListCost=0.00000004 ConsumedUnit=Hours"]),
        ("a Savings Plan's usage and its negation", vec![
            entry(&fargate("SavingsPlanCoveredUsage", "Savings Plans"), "730", "GB-Hours", ["3.24485", "2.6", "3.24485"]),
            entry(&fargate("SavingsPlanNegation", ""), "730", "", ["-3.24485", "0", "0"]),
        ], vec![
            "ChargeCategory=Usage PricingCategory=Committed BilledCost=0.0 EffectiveCost=2.6 ContractedCost=3.24485 \
             ListCost=3.24485 ConsumedQuantity=730.0 x_CommitmentType=Savings|Plan x_CommitmentStatus=Used \
             CommitmentDiscountId= CommitmentDiscountStatus="]),
        ("a negation whose usage is elsewhere", vec![
            entry(&fargate("Savings Plan Negation", ""), "730", "", ["-3.24485", "0", "0"]),
        ], vec![
            "ChargeCategory=Usage BilledCost=-3.24485 EffectiveCost=0.0 ListCost=0.0 PricingQuantity=-1.0 \
             ContractedUnitPrice=3.24485 ListUnitPrice=0.0 PricingUnit=Quantity ConsumedQuantity=0.0"]),
        ("reserved", vec![entry(&fargate("DiscountedUsage", "Reserved"), "2", "Hrs", ["0", "1.2", "2"])], vec![
            "PricingCategory=Committed BilledCost=0.0 EffectiveCost=1.2 ListCost=2.0 ContractedCost=2.0 \
             x_CommitmentType=Reserved|Instance"]),
        ("a recurring fee, a part of it unused", vec![entry(&fee("RIFee"), "744", "Hrs", ["74.4", "3.05", "74.4"])], vec![
            "ChargeCategory=Usage ChargeFrequency=Recurring PricingCategory=Committed BilledCost=0.0 EffectiveCost=3.05 \
             ListCost=0.0 ContractedCost=0.0 PricingQuantity=0.0 ListUnitPrice=0.0 ConsumedQuantity=0.0 \
             x_CommitmentStatus=Unused",
            "ChargeCategory=Purchase ChargeFrequency=Recurring PricingCategory=Standard BilledCost=74.4 \
             EffectiveCost=0.0 PricingQuantity=744.0 PricingUnit=Hours ListUnitPrice=0.1 ConsumedQuantity= ConsumedUnit= \
             x_CommitmentStatus= x_CommitmentType=Reserved|Instance"]),
        ("an upfront fee", vec![entry(&bare("Savings Plan Upfront Fee"), "0", "", ["500", "0", "500"])], vec![
            "ChargeCategory=Purchase ChargeFrequency=One-Time BilledCost=500.0 EffectiveCost=0.0 PricingQuantity=1.0 \
             PricingUnit=Quantity ContractedUnitPrice=500.0"]),
        ("a fee for no commitment", vec![entry(&bare("Fee"), "1", "", ["49", "49", "49"])], vec![
            "ChargeCategory=Purchase BilledCost=49.0 EffectiveCost=49.0 SkuId=AmazonRDS/Fee/ SkuMeter=Fee"]),
        ("a discount", vec![entry(&fargate("EdpDiscount", ""), "730", "GB-Hours", ["-0.1", "-0.1", "0"])], vec![
            "ChargeCategory=Usage BilledCost=-0.1 ListCost=0.0 ContractedCost=-0.1 PricingQuantity=-1.0 \
             ContractedUnitPrice=0.1 ConsumedQuantity=0.0 PricingCategory=Standard"]),
        ("tax", vec![entry(&bare("Tax"), "1", "", ["1.23", "1.23", "1.23"])], vec![
            "ChargeCategory=Tax ChargeFrequency=One-Time BilledCost=1.23 ListCost=1.23 SkuId= SkuMeter= SkuPriceId= \
             PricingQuantity= PricingUnit= ConsumedQuantity= PricingCategory= ListUnitPrice= ContractedUnitPrice= \
             RegionId= RegionName= ChargeDescription=Tax"]),
        ("a credit", vec![entry(&bare("Credit"), "0", "", ["-5", "-5", "0"])], vec![
            "ChargeCategory=Credit BilledCost=-5.0 ListCost=-5.0 ContractedCost=-5.0 PricingQuantity="]),
        ("a refund", vec![entry(&bare("Refund"), "0", "", ["-12.5", "-12.5", "0"])], vec![
            "ChargeCategory=Adjustment ChargeClass= BilledCost=-12.5 EffectiveCost=-12.5"]),
        ("what nobody knows", vec![entry(&bare("Surprise"), "0", "", ["1", "1", "0"])], vec![
            "ChargeCategory=Adjustment x_ChargeType=Surprise"]),
        ("usage that a correction made negative", vec![entry(FARGATE, "-2", "GB-Hours", ["-1", "-1", "-1"])], vec![
            "PricingQuantity=-2.0 ConsumedQuantity=-2.0 ContractedUnitPrice=0.5"]),
        ("usage for nothing", vec![entry(FARGATE, "5", "GB-Hours", ["0", "0", "0"])], vec![
            "PricingQuantity=5.0 ListUnitPrice=0.0 BilledCost=0.0"]),
    ];
    for (name, entries, expected) in cases {
        let bill = bill(Step::Month, &[], entries);
        let rows = read(&bill);
        assert_eq!(rows.len(), expected.len(), "{name}");
        for (column, metric) in [("BilledCost", 0), ("EffectiveCost", 1)] {
            assert_eq!(Amount::sum(rows.iter().map(|row| amount(&row[column]))), bill.total(metric), "{name}");
        }
        for (row, expected) in rows.iter().zip(expected) {
            for cell in expected.split_whitespace() {
                let (column, value) = cell.split_once('=').unwrap();
                assert_eq!(row.get(column), Some(&value.replace('|', " ")), "{name}: {column}");
            }
        }
    }
}

#[test]
fn derived_columns_are_named() {
    let mut usage = entry(FARGATE, "730", "", ["3.24485", "3.24485", "1"]);
    usage.without_list = 1;
    usage.keys[1] = "AmazonBrandNew".into();
    usage.keys[4] = "us-east-1-bos-1".into();
    let rows = read(&bill(Step::Month, &[], vec![usage]));
    assert_eq!(rows[0]["ListCost"], "3.24485");
    assert_eq!((rows[0]["ServiceName"].as_str(), rows[0]["ServiceCategory"].as_str()), ("AmazonBrandNew", "Other"));
    assert_eq!(
        (rows[0]["RegionName"].as_str(), rows[0]["SubAccountName"].as_str()),
        ("us-east-1-bos-1", "444455556666")
    );
    for column in [
        "SubAccountName",
        "ChargeDescription",
        "ServiceCategory",
        "SkuId",
        "RegionName",
        "ListCost",
        "ContractedCost",
        "ConsumedUnit",
        "PricingUnit",
        "ListUnitPrice",
    ] {
        assert!(rows[0]["x_DerivedColumns"].split(' ').any(|name| name == column), "{column}");
    }
}

#[test]
fn what_costs_extra() {
    let extra = [
        Dimension::Resource,
        Dimension::Description,
        Dimension::Tag("env".into()),
        Dimension::Tag("team".into()),
        Dimension::CostCategory("Unit".into()),
    ];
    let more = ["arn:aws:ecs:us-east-1:1:task/news/0c", "=1+1", "pro\"d", "", "Web"];
    let rows = read(&bill(Step::Day, &extra, vec![entry(&[FARGATE, &more].concat(), "1", "Hrs", ["1", "1", "1"])]));
    for (column, value) in [
        ("ResourceType", "ecs:task"),
        ("ChargeDescription", "'=1+1"),
        ("Tags", r#"{"env":"pro\"d"}"#),
        ("x_CostCategories", r#"{"Unit":"Web"}"#),
        ("ChargePeriodEnd", "2026-10-02T00:00:00Z"),
        ("BillingPeriodEnd", "2026-11-01T00:00:00Z"),
    ] {
        assert_eq!(rows[0][column], value);
    }
}

#[test]
fn types_of_resources_and_units() {
    for (id, expected) in [
        ("arn:aws:rds:eu-west-1:1:db:news", Some("rds:db")),
        ("arn:aws:s3:::bucket", Some("s3")),
        ("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/x/1", Some("elasticloadbalancing:loadbalancer")),
        ("i-0a1b", None),
        ("arn:aws", None),
    ] {
        assert_eq!(charge::resource_type(id).as_deref(), expected, "{id}");
    }
    for (aws, focus) in
        [("Hrs", "Hours"), ("LCU-Hrs", "LCU-Hours"), ("GB-Mo", "GB-Months"), ("Requests", "Requests"), ("", "")]
    {
        assert_eq!(charge::unit(aws), focus);
    }
}

#[test]
fn columns_are_those_of_focus_and_then_ours() {
    let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    assert!(names[..57].is_sorted() && names[..57].iter().all(|name| !name.starts_with("x_")));
    assert!(names[57..].is_sorted() && names[57..].iter().all(|name| name.starts_with("x_")));
}

#[test]
fn what_cannot_be_written() {
    let whole = bill(Step::Month, &[], Vec::new());
    assert_eq!(csv(&whole, &Context::default()), Err(CannotWrite::Payer));
    let mut lacking = whole.clone();
    lacking.query.metrics = vec![Metric::NetUnblended];
    assert_eq!(csv(&lacking, &context()), Err(CannotWrite::Lacks("amortized cost")));
    lacking = whole;
    lacking.query.by.clear();
    assert_eq!(csv(&lacking, &context()), Err(CannotWrite::Lacks("services")));
}

#[test]
fn parquet_has_the_same_rows() {
    let entries = vec![
        entry(FARGATE, "730", "GB-Hours", ["3.24485", "1e-19", "3.24485"]),
        entry(FARGATE, "1", "GB-Hours", ["-1.5", "-1.5", "-1.5"]),
    ];
    let bill = bill(Step::Month, &[], entries);
    let written = parquet(&bill, &context()).unwrap();
    // EffectiveCost and PricingCurrencyEffectiveCost.
    assert_eq!(written.rounded, 2);
    let reader = SerializedFileReader::new(bytes::Bytes::from(written.bytes)).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 2);
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    for (row, cells) in rows.iter().zip(read(&bill)) {
        for (at, column) in Column::ALL.iter().enumerate() {
            let cell = &cells[column.name()];
            match column.kind() {
                _ if cell.is_empty() => assert!(row.get_string(at).is_err(), "{}", column.name()),
                columns::Kind::Text => assert_eq!(row.get_string(at).unwrap(), cell),
                columns::Kind::Time => {
                    let millis = row.get_timestamp_millis(at).unwrap();
                    let day = Date::constant(1970, 1, 1).saturating_add(jiff::ToSpan::days(millis / 86_400_000));
                    assert_eq!(format!("{day}T00:00:00Z"), *cell);
                }
                columns::Kind::Decimal => {
                    let decimal = row.get_decimal(at).unwrap();
                    let value = i128::from_be_bytes(decimal.data().try_into().unwrap());
                    assert_eq!(decimal.scale(), 18);
                    assert_eq!(
                        amount(&format!("{value}e-18")).to_string(),
                        amount(&amount(cell).to_fixed(18)).to_string()
                    );
                }
            }
        }
    }
}

#[test]
fn a_bill_without_charges_is_a_file_without_rows() {
    let written = parquet(&bill(Step::Month, &[], Vec::new()), &context()).unwrap();
    let reader = SerializedFileReader::new(bytes::Bytes::from(written.bytes)).unwrap();
    assert_eq!((reader.metadata().file_metadata().num_rows(), reader.num_row_groups()), (0, 0));
}

#[test]
fn what_38_digits_do_not_hold_is_refused() {
    let bill = bill(Step::Month, &[], vec![entry(FARGATE, "1.5e20", "Hrs", ["1", "1", "1"])]);
    assert!(matches!(parquet(&bill, &context()), Err(CannotWrite::TooLarge(_, "ConsumedQuantity"))));
}
