//! How to buy it.

use super::owned::Commitment;
use crate::price::{Payment, Term};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

/// What to buy to get it: the call that finds the offering, the call that buys it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The call that lists offerings, and its parameters.
    pub find: (&'static str, Vec<(&'static str, String)>),
    /// The call that buys one, and its parameters beside the offering's identifier.
    pub buy: (&'static str, Vec<(&'static str, String)>),
}

/// How to buy a commitment. Sources: the references of `DescribeSavingsPlansOfferings` and
/// `CreateSavingsPlan`, `PurchaseReservedDBInstancesOffering`, `PurchaseReservedCacheNodesOffering`.
#[must_use]
pub fn purchase(of: &Commitment) -> Purchase {
    let payment_words = |payment: Payment| match payment {
        Payment::No => "No Upfront",
        Payment::Partial => "Partial Upfront",
        Payment::All => "All Upfront",
        Payment::Heavy => "Heavy Utilization",
    };
    let duration = |term: Term| match term {
        Term::OneYear => "31536000",
        Term::ThreeYears => "94608000",
    };
    let text = |text: &str| String::from(text);
    match of {
        Commitment::Plan(plan) => {
            let card = plan.card();
            let kind = card.kind.word().trim_end_matches("SavingsPlans");
            let mut find = vec![
                ("planTypes", text(kind)),
                ("durations", text(duration(card.term))),
                ("paymentOptions", text(payment_words(card.payment))),
            ];
            if !card.scope.is_empty() {
                find.push(("filters", text(&card.scope)));
            }
            let mut buy = vec![("commitment", plan.hourly().to_string())];
            if card.payment == Payment::Partial {
                buy.push(("upfrontPaymentAmount", plan.upfront().to_string()));
            }
            Purchase {
                find: ("savingsplans:DescribeSavingsPlansOfferings", find),
                buy: ("savingsplans:CreateSavingsPlan", buy),
            }
        }
        Commitment::Reserved(reserved) => {
            let instance = reserved.instance();
            let class = format!("{}.{}", instance.family, instance.size);
            let engine = Arc::clone(&instance.engine);
            let database = &*instance.service != "AmazonElastiCache";
            let mut find = vec![
                (if database { "DBInstanceClass" } else { "CacheNodeType" }, class),
                ("Duration", text(duration(reserved.term()))),
                ("ProductDescription", text(product(&engine))),
                ("OfferingType", text(payment_words(reserved.payment()))),
            ];
            if database {
                find.push(("MultiAZ", text(if instance.copies > 1 { "true" } else { "false" })));
                let buy = vec![("DBInstanceCount", reserved.count().to_string())];
                return Purchase {
                    find: ("rds:DescribeReservedDBInstancesOfferings", find),
                    buy: ("rds:PurchaseReservedDBInstancesOffering", buy),
                };
            }
            let buy = vec![("CacheNodeCount", reserved.count().to_string())];
            Purchase {
                find: ("elasticache:DescribeReservedCacheNodesOfferings", find),
                buy: ("elasticache:PurchaseReservedCacheNodesOffering", buy),
            }
        }
    }
}

/// The product description of an engine; of one that is not known here its operation.
#[must_use]
pub fn product(operation: &str) -> &str {
    match operation {
        "CreateDBInstance:0002" => "mysql",
        "CreateDBInstance:0014" => "postgresql",
        "CreateDBInstance:0016" => "aurora-mysql",
        "CreateDBInstance:0018" => "mariadb",
        "CreateDBInstance:0021" => "aurora-postgresql",
        "CreateCacheCluster:0001" => "memcached",
        "CreateCacheCluster:0002" => "redis",
        "CreateCacheCluster:Valkey" => "valkey",
        other => other,
    }
}
