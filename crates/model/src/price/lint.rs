//! What looks odd in a price book: age, and ratios that AWS's rates nearly always have. They are
//! reasons to look, and nothing more: a rate is never made of a ratio.

use super::{Basis, Price, PriceBook};
use crate::exact::Ratio;
use crate::meter::{Meter, Region, ServiceCode};
use crate::time::Date;
use crate::unit::UnitKind;
use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

words! {
    /// Why a rate is looked at.
    Oddity {
        /// All rates of a region are old.
        Age = "age",
        /// It has another ratio to its like than such rates have.
        Ratio = "ratio",
    }
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub region: Region,
    /// Why.
    pub kind: Oddity,
    /// What, in words.
    pub text: String,
}

/// How many days lie between the newest date of some rates and a day; `None` where no rate has a
/// date, or one that is later.
fn age<'a>(sources: impl IntoIterator<Item = &'a super::Source>, today: Date) -> Option<(Date, i32)> {
    let dated = sources.into_iter().filter(|source| source.basis != Basis::Undated);
    let newest = dated.filter_map(|source| source.date).max()?;
    let days = today.since(newest).ok()?.get_days();
    (days >= 0).then_some((newest, days))
}

/// When rates are old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Old {
    /// The day it is.
    pub today: Date,
    /// How many days old rates may be.
    pub most: i32,
    /// The day of the newest price list that confirmed them, as a rate keeps the date since which
    /// it is so.
    pub confirmed: Option<Date>,
}

impl Old {
    /// How old these are, if that is too old: the newest day and the days since.
    #[must_use]
    pub fn is<'a>(&self, sources: impl IntoIterator<Item = &'a super::Source>) -> Option<(Date, i32)> {
        let (newest, days) = age(sources, self.today)?;
        let confirmed = self.confirmed.and_then(|day| Some((day, self.today.since(day).ok()?.get_days())));
        let (newest, days) = confirmed.filter(|(day, _)| *day > newest).unwrap_or((newest, days));
        (days > self.most).then_some((newest, days))
    }
}

/// What looks odd in a region; with `old`, its age, too.
#[must_use]
pub fn oddities(book: &PriceBook, region: Region, old: Option<Old>) -> Vec<Warning> {
    let here = || book.overrides().iter().chain(book.prices()).filter(move |price| price.region == Some(region));
    let mut found = Vec::new();
    let mut tell = |kind, text| found.push(Warning { region, kind, text });
    if let Some((newest, days)) = old.and_then(|old| old.is(here().map(|price| &price.source))) {
        tell(Oddity::Age, format!("the newest rate is of {newest}, {days} days ago"));
    }
    let names = |fits: &dyn Fn(&Price) -> bool| -> BTreeSet<(String, String)> {
        let fitting = here().filter(|price| fits(price));
        fitting.map(|price| (price.usage_type.to_string(), price.operation.to_string())).collect()
    };
    let rate = |service, usage_type: &str, operation: &str, unit| {
        first_rate(book, region, service, usage_type, operation, unit)
    };
    let mut ratio =
        |a: (&str, Option<Ratio>), b: (&str, Option<Ratio>), least: (i128, i128), most: (i128, i128), usual: &str| {
            let ((a, Some(of)), (b, Some(to))) = (a, b) else { return };
            if to.is_zero() {
                return;
            }
            let got = of / to;
            if got < Ratio::new(least.0, least.1) || got > Ratio::new(most.0, most.1) {
                tell(Oddity::Ratio, format!("{a} is {} x {b}; usual is {usual}", got.to_fixed(3)));
            }
        };
    for (node, redis) in names(&|price| {
        price.service == ServiceCode::ElastiCache
            && price.usage_type.starts_with("NodeUsage:")
            && &*price.operation == "CreateCacheCluster:0002"
    }) {
        let of = |operation: &str| rate(ServiceCode::ElastiCache, &node, operation, UnitKind::Hour);
        let (valkey, redis) = (of("CreateCacheCluster:Valkey"), of(&redis));
        // Rounded to whole thousandths of a cent, as AWS does with small nodes.
        ratio((&format!("Valkey on {node}"), valkey), ("Redis", redis), (799, 1_000), (801, 1_000), "0.8");
    }
    for (what, unit) in [("vCPU-Hours:perCPU", UnitKind::VcpuHour), ("GB-Hours", UnitKind::GbHour)] {
        let arm = rate(ServiceCode::Ecs, &format!("Fargate-ARM-{what}"), "", unit);
        let x86 = rate(ServiceCode::Ecs, &format!("Fargate-{what}"), "", unit);
        ratio((&format!("Fargate-ARM-{what}"), arm), ("x86", x86), (7, 10), (9, 10), "about 0.8");
    }
    for (single, engine) in
        names(&|price| price.service == ServiceCode::Rds && price.usage_type.starts_with("InstanceUsage:db."))
    {
        let class = single.trim_start_matches("InstanceUsage:");
        let of = |kind: &str| rate(ServiceCode::Rds, &format!("{kind}:{class}"), &engine, UnitKind::Hour);
        let name = format!("Multi-AZUsage:{class} ({engine})");
        ratio((&name, of("Multi-AZUsage")), ("Single-AZ", of("InstanceUsage")), (19, 10), (22, 10), "about 2");
    }
    for storage in ["GP2-Storage", "GP3-Storage"] {
        let of = |name: &str| rate(ServiceCode::Rds, name, "", UnitKind::GbMonth);
        let (multi, single) = (format!("RDS:Multi-AZ-{storage}"), format!("RDS:{storage}"));
        ratio((&multi, of(&multi)), ("Single-AZ", of(&single)), (19, 10), (22, 10), "about 2");
    }
    let nat = |name: &str, unit| rate(ServiceCode::Ec2, name, "", unit);
    let (gb, hour) = (nat("NatGateway-Bytes", UnitKind::Gb), nat("NatGateway-Hours", UnitKind::Hour));
    ratio(("a GB of NatGateway-Bytes", gb), ("an hour of NatGateway-Hours", hour), (1, 1), (1, 1), "1");
    found
}

/// What the first unit costs.
fn first_rate(
    book: &PriceBook,
    region: Region,
    service: ServiceCode,
    usage_type: &str,
    operation: &str,
    unit: UnitKind,
) -> Option<Ratio> {
    let meter = Meter {
        service,
        usage_type: Cow::Owned(usage_type.to_string()),
        operation: Cow::Owned(operation.to_string()),
        unit,
    };
    let tariff = book.tariff(&meter, region, None).ok()?;
    tariff.bands().first().map(|price| Ratio::from(price.band.usd))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::{Band, Source};

    /// `service usage-type operation unit usd` a rate.
    fn told(rates: &[&str], today: &str) -> Vec<String> {
        let region: Region = "us-east-1".parse().unwrap();
        let price = |text: &&str| {
            let words: Vec<&str> = text.split(' ').collect();
            Price {
                service: ServiceCode::from_code(words[0]).unwrap(),
                region: Some(region),
                usage_type: words[1].into(),
                operation: if words[2] == "-" { "".into() } else { words[2].into() },
                unit: UnitKind::from_label(words[3]).unwrap(),
                band: Band::flat(words[4].parse().unwrap()),
                source: Source { date: "2026-01-01".parse().ok(), basis: Basis::Read, ..Source::user("a test") },
            }
        };
        let book = PriceBook::new("test", rates.iter().map(price));
        let old = today.parse().ok().map(|today| Old { today, most: 365, confirmed: "2025-12-01".parse().ok() });
        oddities(&book, region, old).into_iter().map(|warning| warning.text).collect()
    }

    #[test]
    fn usual_ratios_are_not_told() {
        let usual = [
            "AmazonElastiCache NodeUsage:cache.t3.micro CreateCacheCluster:0002 Hrs 0.017",
            "AmazonElastiCache NodeUsage:cache.t3.micro CreateCacheCluster:Valkey Hrs 0.0136",
            "AmazonECS Fargate-vCPU-Hours:perCPU - vCPU-Hours 0.04048",
            "AmazonECS Fargate-ARM-vCPU-Hours:perCPU - vCPU-Hours 0.03238",
            "AmazonRDS InstanceUsage:db.t3.micro CreateDBInstance:0002 Hrs 0.065",
            "AmazonRDS Multi-AZUsage:db.t3.micro CreateDBInstance:0002 Hrs 0.129",
            "AmazonEC2 NatGateway-Hours - Hrs 0.045",
            "AmazonEC2 NatGateway-Bytes - GB 0.045",
        ];
        assert!(told(&usual, "2026-12-31").is_empty());
    }

    #[test]
    fn others_are() {
        let odd = [
            "AmazonElastiCache NodeUsage:cache.t3.micro CreateCacheCluster:0002 Hrs 0.017",
            "AmazonElastiCache NodeUsage:cache.t3.micro CreateCacheCluster:Valkey Hrs 0.017",
            "AmazonECS Fargate-GB-Hours - GB-Hours 0.004",
            "AmazonECS Fargate-ARM-GB-Hours - GB-Hours 0.002",
            "AmazonRDS RDS:GP2-Storage - GB-Mo 0.1",
            "AmazonRDS RDS:Multi-AZ-GP2-Storage - GB-Mo 0.1",
            "AmazonEC2 NatGateway-Hours - Hrs 0.045",
            "AmazonEC2 NatGateway-Bytes - GB 0.059",
        ];
        assert_eq!(
            told(&odd, ""),
            [
                "Valkey on NodeUsage:cache.t3.micro is 1.000 x Redis; usual is 0.8",
                "Fargate-ARM-GB-Hours is 0.500 x x86; usual is about 0.8",
                "RDS:Multi-AZ-GP2-Storage is 1.000 x Single-AZ; usual is about 2",
                "a GB of NatGateway-Bytes is 1.311 x an hour of NatGateway-Hours; usual is 1",
            ]
        );
    }

    #[test]
    fn age_is_of_the_newest() {
        let nat = ["AmazonEC2 NatGateway-Hours - Hrs 0.045"];
        assert!(told(&nat, "2027-01-01").is_empty());
        assert_eq!(told(&nat, "2027-01-02"), ["the newest rate is of 2026-01-01, 366 days ago"]);
        assert!(told(&nat, "2025-01-01").is_empty());
    }
}
