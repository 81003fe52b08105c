//! Commitments that are owned, as they are typed: `compute:1yr:no=0.05`.

use stackcost_model::commitment::{Card, Catalog, Commitment, Instance, Plan, Reserved};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::{Region, UsageType};
use stackcost_model::price::{Payment, PlanKind, Term};

/// How an owned commitment is written.
pub const OWNED: &str = "write compute:1yr:no=0.05 for a Savings Plan of 0.05 dollars an hour (compute, database; \
                         1yr, 3yr; no, partial, all), or InstanceUsage:db.r6g.large/CreateDBInstance:0014:1yr:no=2 for \
                         two reservations";

/// An owned commitment, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owned {
    /// A Savings Plan of so many dollars an hour.
    Plan(Plan),
    /// Reservations.
    Reserved {
        /// The usage type that one covers.
        usage_type: String,
        /// The operation, or empty.
        operation: String,
        /// How long.
        term: Term,
        /// How it is paid.
        payment: Payment,
        /// How many.
        count: u32,
    },
}

impl Owned {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Owned, String> {
        let form = || OWNED.to_string();
        let (what, amount) = text.rsplit_once('=').ok_or_else(form)?;
        let (what, word) = what.rsplit_once(':').ok_or_else(form)?;
        let (what, term) = what.rsplit_once(':').ok_or_else(form)?;
        let term = Term::from_word(term).ok_or_else(|| format!("`{term}` is no term: 1yr or 3yr"))?;
        let payment = Payment::from_word(word).filter(|&payment| payment != Payment::Heavy);
        let payment = payment.ok_or_else(|| format!("`{word}` is no payment: no, partial or all"))?;
        let kind = match what {
            "compute" => Some(PlanKind::Compute),
            "database" => Some(PlanKind::Database),
            _ => None,
        };
        if let Some(kind) = kind {
            let hourly = Ratio::parse(amount).ok_or_else(|| format!("`{amount}` is no amount of dollars an hour"))?;
            let percent = match payment {
                Payment::All => 100,
                Payment::Partial => 50,
                _ => 0,
            };
            let plan = Plan::new(text, Card::new(kind, term, payment), hourly, percent);
            return plan.map(Owned::Plan).map_err(|error| error.to_string());
        }
        let (usage_type, operation) = what.split_once('/').unwrap_or((what, ""));
        if !usage_type.contains(':') {
            return Err(form());
        }
        let count = amount.parse().ok().filter(|&count| count > 0);
        let count = count.ok_or_else(|| format!("`{amount}` is no number of reservations from 1 up"))?;
        Ok(Owned::Reserved { usage_type: usage_type.into(), operation: operation.into(), term, payment, count })
    }

    /// The region that the prefix of its usage type says, if it is of reservations and has one.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        match self {
            Owned::Plan(_) => None,
            Owned::Reserved { usage_type, .. } => UsageType::parse(usage_type).region,
        }
    }

    /// The region that it is for, where that is another one than this: what is reserved there covers nothing here.
    #[must_use]
    pub fn elsewhere(&self, here: Region) -> Option<Region> {
        self.region().filter(|region| *region != here)
    }

    /// What it was typed as, for words: of reservations the usage type.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Owned::Plan(plan) => plan.name(),
            Owned::Reserved { usage_type, .. } => usage_type,
        }
    }

    /// The commitment, whose price a catalog knows.
    ///
    /// # Errors
    /// Reservations that have no price there, in words.
    pub fn commitment(&self, catalog: &Catalog, region: Region) -> Result<Commitment, String> {
        match self {
            Owned::Plan(plan) => Ok(plan.clone().into()),
            Owned::Reserved { usage_type, operation, term, payment, count } => {
                let service = if usage_type.contains(":cache.") { "AmazonElastiCache" } else { "AmazonRDS" };
                let instance = Instance::of(service, region.code(), usage_type, operation)
                    .ok_or_else(|| format!("`{usage_type}` is nothing that is reserved"))?;
                // What AWS does not sell is in no price list: that is not to be looked for.
                let nothing = (Ratio::ZERO, Ratio::ZERO);
                Reserved::new(usage_type, instance.clone(), *count, (*term, *payment), nothing)
                    .map_err(|error| error.to_string())?;
                let of = catalog.reservation(&instance, *term, *payment).ok_or_else(|| {
                    format!(
                        "no reservation of {instance} for {term} with payment \"{payment}\" is known in {region}: \
                         `stackcost prices refresh` brings in AWS's price list"
                    )
                })?;
                let prices = (Ratio::from(of.hourly), Ratio::from(of.upfront));
                let reserved = Reserved::new(usage_type, instance, *count, (*term, *payment), prices);
                reserved.map(Commitment::from).map_err(|error| error.to_string())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owned_as_it_is_typed() {
        let plan = |text: &str| match Owned::parse(text) {
            Ok(Owned::Plan(plan)) => (plan.card().to_string(), plan.hourly().to_string(), plan.upfront().to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(
            plan("compute:1yr:no=0.05"),
            ("ComputeSavingsPlans, 1yr, payment \"no\"".into(), "0.05".into(), "0".into())
        );
        assert_eq!(plan("database:3yr:all=1").2, "26280");
        assert_eq!(
            Owned::parse("Multi-AZUsage:db.r6g.large/CreateDBInstance:0014:3yr:partial=2"),
            Ok(Owned::Reserved {
                usage_type: "Multi-AZUsage:db.r6g.large".into(),
                operation: "CreateDBInstance:0014".into(),
                term: Term::ThreeYears,
                payment: Payment::Partial,
                count: 2,
            })
        );
    }

    #[test]
    fn what_is_no_commitment() {
        for (text, expect) in [
            ("", OWNED),
            ("compute=1", OWNED),
            ("lambda:1yr:no=1", OWNED),
            ("compute:2yr:no=1", "`2yr` is no term"),
            ("compute:1yr:none=1", "`none` is no payment"),
            ("compute:1yr:heavy=1", "`heavy` is no payment"),
            ("compute:1yr:no=-1", "a Savings Plan commits to 0.001 to 1,000,000 dollars an hour"),
            ("compute:1yr:no=0.123456", "at most five decimals"),
            ("compute:1yr:no=much", "`much` is no amount"),
            ("InstanceUsage:db.r6g.large:1yr:no=0", "`0` is no number of reservations"),
        ] {
            let problem = Owned::parse(text).unwrap_err();
            assert!(problem.contains(expect), "{text}: {problem}");
        }
    }
}
