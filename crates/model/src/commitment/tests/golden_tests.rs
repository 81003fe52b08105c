//! The Savings Plans user guide, "Understanding how Savings Plans apply to your usage", its five scenarios;
//! the RDS and ElastiCache user guides' examples of size flexibility.

use super::*;
use crate::money::Usd;
use alloc::vec;

/// The usage of the guide: an hour of four r5.4xlarge, one m5.24xlarge on Windows, 400 vCPUs and 1,600 GB of
/// Fargate, 1.5 million GB-seconds and a million requests of Lambda.
fn guide() -> Demand {
    let compute = card(PlanKind::Compute);
    let r5 = Instance {
        service: "AmazonEC2".into(),
        region: "us-east-1".into(),
        family: "r5".into(),
        size: "4xlarge".into(),
        engine: "RunInstances".into(),
        copies: 1,
        flexible: true,
    };
    let ec2 = Card { scope: "r5 us-east-1".into(), ..card(PlanKind::Ec2Instance) };
    let rows = vec![
        row("BoxUsage:r5.4xlarge", "1.00", &[4])
            .under(&compute, ratio("0.70"))
            .under(&ec2, ratio("0.60"))
            .of_instance(r5),
        row("BoxUsage:m5.24xlarge", "10", &[1]).under(&compute, ratio("8.20")),
        row("Fargate-vCPU-Hours:perCPU", "0.04", &[400]).under(&compute, ratio("0.03")),
        row("Fargate-GB-Hours", "0.004", &[1_600]).under(&compute, ratio("0.003")),
        row("Lambda-GB-Second", "0.000015", &[1_500_000]).under(&compute, ratio("0.00001275")),
        row("Request", "0.20", &[1]).under(&compute, ratio("0.20")),
    ];
    Demand::new(rows).unwrap()
}

fn figures(applied: &Applied) -> [String; 4] {
    [applied.without(), applied.on_demand(), applied.committed() - applied.unused(), applied.unused()]
        .map(|usd| usd.to_string())
}

use alloc::string::{String, ToString};

#[test]
fn the_five_scenarios_of_the_guide() {
    let demand = guide();
    let ec2 = Card { scope: "r5 us-east-1".into(), ..card(PlanKind::Ec2Instance) };
    let two = demand.rows()[0].instance.clone().unwrap();
    let reserved = Reserved::new("ri", two, 2, (Term::OneYear, Payment::No), (Ratio::ZERO, Ratio::ZERO)).unwrap();
    let ec2: Commitment = Plan::new("ec2", ec2, ratio("3"), 0).unwrap().into();
    for (commitments, [on_demand, used, unused]) in [
        // 1: all is covered, 47.125 of it; on demand it would be 59.10.
        (vec![plan(PlanKind::Compute, "50")], ["0", "47.125", "2.875"]),
        // 2: 2.857 of the four instances. The guide says 56.24.
        (vec![plan(PlanKind::Compute, "2")], ["56.242857142857", "2", "0"]),
        // 3: r5, then memory and vCPUs, equal in percent.
        (vec![plan(PlanKind::Compute, "19.60")], ["32.7", "19.6", "0"]),
        // 4: two instances are reserved.
        (vec![plan(PlanKind::Compute, "18.20"), reserved.into()], ["32.7", "18.2", "0"]),
        // 5: the EC2 plan covers its family for 2.40, and 0.60 of it is lost.
        (vec![ec2, plan(PlanKind::Compute, "16.80")], ["32.7", "19.2", "0.6"]),
    ] {
        let applied = apply(&demand, &commitments).unwrap();
        assert_eq!(figures(&applied), ["59.1", on_demand, used, unused], "{commitments:?}");
        assert_eq!(applied.total(), applied.on_demand() + applied.committed());
    }
    // Scenario 2, to the last digit: 59.10 - 2 / 0.7.
    let exact = apply(&demand, &[plan(PlanKind::Compute, "2")]).unwrap().on_demand();
    assert_eq!(exact, Usd::round(ratio("59.1") - Ratio::new(20, 7)).unwrap());
}

#[test]
fn fargate_memory_goes_before_vcpus_of_equal_saving() {
    // After r5 (2.80) there is 4.80 left: all memory, no vCPU.
    let applied = apply(&guide(), &[plan(PlanKind::Compute, "7.60")]).unwrap();
    let covered: Vec<&str> = applied
        .lines
        .iter()
        .filter(|line| line.kind == LineKind::Covered)
        .map(|line| &*line.key.as_ref().unwrap().usage_type)
        .collect();
    assert_eq!(covered, ["BoxUsage:r5.4xlarge", "Fargate-GB-Hours"]);
}

#[test]
fn two_plans_of_a_kind_are_one_pool_and_nothing_is_carried_over() {
    let compute = card(PlanKind::Compute);
    let demand = Demand::new(vec![row("a", "1", &[0, 10]).under(&compute, ratio("0.5"))]).unwrap();
    let one = apply(&demand, &[plan(PlanKind::Compute, "4")]).unwrap();
    let two = apply(&demand, &[plan(PlanKind::Compute, "1"), plan(PlanKind::Compute, "3")]).unwrap();
    assert_eq!(figures(&one), ["10", "2", "4", "4"]);
    assert_eq!(figures(&one), figures(&two));
    let fees: Vec<String> = two.fees.iter().map(|fee| fee.effective().to_string()).collect();
    assert_eq!(fees, ["2", "6"]);
}

fn database(class: &str, count: u64) -> Row {
    let usage_type = alloc::format!("InstanceUsage:{class}");
    let instance = Instance::of("AmazonRDS", "us-east-1", &usage_type, "CreateDBInstance:0002").unwrap();
    row(class, "1", &[count]).of_instance(instance)
}

fn reserve(used: &Row, count: u32) -> Commitment {
    let prices = (ratio("0.5"), Ratio::ZERO);
    Reserved::new("ri", used.instance.clone().unwrap(), count, (Term::OneYear, Payment::No), prices).unwrap().into()
}

#[test]
fn size_flexible_databases() {
    let reserved = [reserve(&database("db.t2.medium", 1), 1)];
    for (used, left, unused) in [
        // A db.t2.medium covers two db.t2.small, or half of a db.t2.large.
        (database("db.t2.small", 2), "0", "0"),
        (database("db.t2.small", 3), "1", "0"),
        (database("db.t2.large", 1), "0.5", "0"),
        (database("db.t2.medium", 1), "0", "0"),
        (database("db.t2.small", 1), "0", "0.25"),
    ] {
        let applied = apply(&Demand::new(vec![used.clone()]).unwrap(), &reserved).unwrap();
        assert_eq!([applied.on_demand(), applied.unused()].map(|usd| usd.to_string()), [left, unused], "{}", used.key);
    }
    // What is reserved exactly goes first, then what is smaller.
    let all =
        Demand::new(vec![database("db.t2.large", 1), database("db.t2.small", 1), database("db.t2.medium", 1)]).unwrap();
    let applied = apply(&all, &[reserve(&database("db.t2.medium", 1), 2)]).unwrap();
    let covered: Vec<(String, String)> = applied
        .lines
        .iter()
        .filter(|line| line.kind == LineKind::Covered)
        .map(|line| (line.key.as_ref().unwrap().usage_type.to_string(), line.quantity.to_string()))
        .collect();
    assert_eq!(
        covered,
        [("db.t2.medium", "1"), ("db.t2.small", "1"), ("db.t2.large", "0.25")]
            .map(|(a, b)| (a.to_string(), b.to_string()))
    );
}

#[test]
fn a_redis_reservation_on_a_valkey_node() {
    let node = |engine: &str| {
        let instance = Instance::of("AmazonElastiCache", "us-east-1", "NodeUsage:cache.r7g.4xlarge", engine).unwrap();
        row(engine, "1", &[1]).of_instance(instance)
    };
    let (redis, valkey) = (node("CreateCacheCluster:0002"), node("CreateCacheCluster:Valkey"));
    let applied = apply(&Demand::new(vec![valkey.clone()]).unwrap(), &[reserve(&redis, 1)]).unwrap();
    // 32 units, 25.6 of them used: 6.4 are left, a fifth of the fee.
    assert_eq!([applied.on_demand(), applied.unused()].map(|usd| usd.to_string()), ["0", "0.1"]);
    assert_eq!(applied.utilisation() * Ratio::whole(32), ratio("25.6"));
    let both = Demand::new(vec![redis.clone(), valkey.clone()]).unwrap();
    // The one that covers less is spent first, whatever the order they are told in.
    for commitments in [[reserve(&redis, 1), reserve(&valkey, 1)], [reserve(&valkey, 1), reserve(&redis, 1)]] {
        let applied = apply(&both, &commitments).unwrap();
        assert_eq!([applied.on_demand(), applied.unused()].map(|usd| usd.to_string()), ["0", "0"]);
    }
    let alone = apply(&Demand::new(vec![redis]).unwrap(), &[reserve(&valkey, 1)]);
    assert_eq!(alone, Err(Error::NothingToReserve("ri".into())));
}

#[test]
fn databases_are_reserved_before_their_plan() {
    let plan_card = card(PlanKind::Database);
    let used = database("db.r7g.large", 3).under(&plan_card, ratio("0.8"));
    let demand = Demand::new(vec![used.clone()]).unwrap();
    let applied = apply(&demand, &[plan(PlanKind::Database, "1"), reserve(&used, 2)]).unwrap();
    // Two are reserved for 0.5 each; the plan covers the third for 0.8 and loses 0.2.
    assert_eq!(figures(&applied), ["3", "0", "1.8", "0.2"]);
}

#[test]
fn upfront_is_cash_at_once_and_spread_over_the_term() {
    let compute = Card::new(PlanKind::Compute, Term::OneYear, Payment::Partial);
    let demand = Demand::new(vec![row("a", "1", &[10; 730]).under(&compute, ratio("0.5"))]).unwrap();
    let bought = Plan::new("half", compute, ratio("4"), 50).unwrap();
    let applied = apply(&demand, &[bought.into()]).unwrap();
    let fee = &applied.fees[0];
    assert_eq!(
        [fee.upfront, fee.recurring, fee.amortised, fee.effective()].map(|usd| usd.to_string()),
        ["17520", "1460", "1460", "2920"]
    );
    assert_eq!([applied.total(), applied.cash()].map(|usd| usd.to_string()), ["4380", "2920"]);
}

#[test]
fn what_aws_does_not_sell_is_refused() {
    let compute = card(PlanKind::Compute);
    let new =
        |hourly: &str, payment, percent| Plan::new("p", Card { payment, ..compute.clone() }, ratio(hourly), percent);
    for hourly in ["-1", "0", "0.0009", "1000000.00001"] {
        assert_eq!(new(hourly, Payment::No, 0), Err(Error::Hourly(ratio(hourly))));
    }
    assert_eq!(new("1.000001", Payment::No, 0), Err(Error::Places(ratio("1.000001"))));
    for (payment, percent) in
        [(Payment::Partial, 49), (Payment::Partial, 100), (Payment::No, 50), (Payment::All, 99), (Payment::Heavy, 0)]
    {
        assert_eq!(new("1", payment, percent), Err(Error::Upfront { payment, percent }));
    }
    for percent in [50, 99] {
        assert!(new("1", Payment::Partial, percent).is_ok());
    }
    let instance = database("db.t3.micro", 1).instance.unwrap();
    let reserve = |count, term, payment, hourly: &str| {
        Reserved::new("ri", instance.clone(), count, (term, payment), (ratio(hourly), Ratio::ZERO))
    };
    let refused = Error::NoSuchTerm { service: "AmazonRDS".into(), term: Term::ThreeYears, payment: Payment::No };
    assert_eq!(refused.to_string(), "AWS sells no reservation of AmazonRDS for 3yr with payment \"no\"");
    assert_eq!(reserve(1, Term::ThreeYears, Payment::No, "1"), Err(refused));
    assert!(reserve(1, Term::ThreeYears, Payment::Partial, "1").is_ok());
    assert_eq!(reserve(0, Term::OneYear, Payment::No, "1"), Err(Error::NothingReserved("ri".into())));
    assert_eq!(reserve(1, Term::OneYear, Payment::No, "-1"), Err(Error::NegativePrice("ri".into())));
    // Which Database Savings Plans there are is data: a card without rates is not offered.
    let database = Card::new(PlanKind::Database, Term::ThreeYears, Payment::All);
    let demand = Demand::new(vec![row("a", "1", &[1]).under(&compute, ratio("0.5"))]).unwrap();
    let offer = Offer::Plan { card: database.clone(), upfront_percent: 100 };
    assert_eq!(optimum(&demand, &[offer], &[], Ratio::ZERO).unwrap_err(), Error::NotOffered(database.clone()));
    let owned: Commitment = Plan::new("p", database.clone(), ratio("1"), 100).unwrap().into();
    assert_eq!(apply(&demand, &[owned]).unwrap_err(), Error::NotOffered(database));
}

#[test]
fn demands_that_cannot_be_are_refused() {
    let compute = card(PlanKind::Compute);
    let good = row("a", "1", &[1, 2]);
    assert_eq!(Demand::new(vec![]), Err(Error::NoHours));
    assert_eq!(Demand::new(vec![row("a", "1", &[])]), Err(Error::NoHours));
    let short = Demand::new(vec![good.clone(), row("b", "1", &[1])]);
    assert_eq!(short, Err(Error::Length { key: key("b"), hours: 1, expected: 2 }));
    assert_eq!(Demand::new(vec![Row { per_unit: 0, ..good.clone() }]), Err(Error::NoTick(key("a"))));
    assert_eq!(Demand::new(vec![row("a", "-1", &[1])]), Err(Error::NegativeRate(key("a"))));
    for rate in ["0", "-0.5"] {
        let refused = Error::PlanRate { key: key("a"), card: compute.clone() };
        assert_eq!(Demand::new(vec![good.clone().under(&compute, ratio(rate))]), Err(refused));
    }
    let twice = good.under(&compute, ratio("0.5")).under(&compute, ratio("0.6"));
    assert_eq!(Demand::new(vec![twice]), Err(Error::TwoRates { key: key("a"), card: compute }));
}
