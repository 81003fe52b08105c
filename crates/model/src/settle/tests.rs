use super::*;
use crate::account::{Credit, Currency, Discount, Priced, PrivateRate, Terms};
use crate::commitment::{Card, Plan};
use crate::estimate::{LineKind, estimate};
use crate::exact::Ratio;
use crate::free::SignUp;
use crate::meter::ServiceCode;
use crate::price::{Band, Payment, PlanKind, PlanRate, Price, Source, Term};
use crate::services::fargate::{Fargate, Platform, Size, Tasks};
use crate::services::kms::Kms;
use crate::services::secrets_manager::SecretsManager;
use crate::time::{HOUR, Horizon};
use crate::timeline::Timeline;
use crate::unit::UnitKind;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

/// A key is a dollar a month, a secret 40 cents.
fn book() -> PriceBook {
    let price = |service, usage_type: &'static str, unit, usd: &str, sku: &str| Price {
        service,
        region: None,
        usage_type: usage_type.into(),
        operation: "".into(),
        unit,
        band: Band::flat(usd.parse().unwrap()),
        source: Source { sku: Some(sku.into()), ..Source::user("a test") },
    };
    let prices = [
        price(ServiceCode::Kms, "KMS-Keys", UnitKind::KeyMonth, "1", "KEY"),
        price(ServiceCode::SecretsManager, "AWSSecretsManager-Secrets", UnitKind::SecretMonth, "0.4", "SECRET"),
    ];
    PriceBook::new("2026-10-07", prices).with_sign_up(Some(SignUp {
        given: Usd::parse("100").unwrap(),
        most: Usd::parse("200").unwrap(),
        opened_from: "2025-07-15".parse().unwrap(),
        months: 12,
        free_plan_months: 6,
        source: "a rule".into(),
    }))
}

/// 62 keys and 10 secrets: 66 dollars.
fn stack(month: &str, account: Account) -> Stack {
    let mut stack = Stack::new("s", "us-east-1".parse().unwrap(), month.parse().unwrap());
    stack.account = account;
    stack.add("kms.a", Kms { keys: 62, requests: Ratio::ZERO });
    stack.add("secrets_manager.b", SecretsManager { secrets: 10, replicas: 0, api_calls: Ratio::ZERO });
    stack
}

fn priced(month: &str, account: Account) -> Result<Estimate, Error> {
    let (stack, book) = (stack(month, account), book());
    settle(estimate(&stack, &book, None), &stack, &book, None)
}

/// What is not usage: `component service kind: quantity x rate = amount`.
fn told(priced: &Estimate) -> Vec<String> {
    let lines = priced.lines.iter().filter(|line| line.kind != LineKind::Usage);
    lines
        .map(|line| {
            let (kind, value) = (line.kind.word(), line.quantity.value);
            format!("{} {} {kind}: {value} x {} = {}", line.component, line.service, line.rate, line.amount)
        })
        .collect()
}

fn credit(name: &str, usd: &str) -> Credit {
    Credit {
        name: name.into(),
        amount: Usd::parse(usd).unwrap(),
        since: None,
        until: None,
        services: Vec::new(),
        from: "a test".into(),
    }
}

fn months(priced: &Estimate) -> Vec<String> {
    let months = priced.drawdown.iter();
    months.map(|month| format!("{} {} -{} {}", month.from, month.gross, month.credits, month.left)).collect()
}

#[test]
fn private_rates_first_and_the_discount_of_the_rest() {
    let rate = |of, terms| PrivateRate { of, terms, from: "a contract".into() };
    let account = Account {
        private_rates: vec![
            rate(Priced::Sku("KEY".into()), Terms::Rate("0.9".parse().unwrap())),
            // A SKU goes before its usage type.
            rate(Priced::UsageType(ServiceCode::Kms, None, "KMS-Keys".into()), Terms::Off(Ratio::new(1, 2))),
            rate(
                Priced::UsageType(ServiceCode::SecretsManager, None, "AWSSecretsManager-Secrets".into()),
                Terms::Off(Ratio::new(1, 4)),
            ),
        ],
        discount: Some(Discount { off: Ratio::new(1, 10), except: Vec::new(), from: "EDP".into() }),
        ..Account::default()
    };
    let got = priced("average", account).unwrap();
    assert_eq!(
        told(&got),
        [
            "kms.a awskms discount: 62 x -0.1 = -6.2",
            "secrets_manager.b AWSSecretsManager discount: 10 x -0.1 = -1",
            "kms.a awskms discount: 55.8 x -0.1 = -5.58",
            "secrets_manager.b AWSSecretsManager discount: 3 x -0.1 = -0.3",
        ]
    );
    assert_eq!(got.total().usd().to_string(), "52.92");
    assert_eq!(got.remarks, ["the private rate of KMS-Keys is of nothing that the stack pays for"]);
}

#[test]
fn a_discount_has_exceptions() {
    let discount = Discount { off: Ratio::new(7, 100), except: vec![ServiceCode::Kms], from: "EDP".into() };
    let got = priced("average", Account { discount: Some(discount), ..Account::default() }).unwrap();
    assert_eq!(told(&got), ["secrets_manager.b AWSSecretsManager discount: 4 x -0.07 = -0.28"]);
}

#[test]
fn the_credit_that_expires_first_pays_first() {
    let credits = vec![
        credit("for ever", "1000"),
        Credit { services: vec![ServiceCode::SecretsManager], ..credit("secrets", "3") },
        Credit { until: Some("2026-12-01".parse().unwrap()), ..credit("soon", "60") },
    ];
    let got = priced("2026-11", Account { credits, ..Account::default() }).unwrap();
    assert_eq!(
        told(&got),
        [
            "credits awskms credit: 60 x -1 = -60",
            "credits awskms credit: 2 x -1 = -2",
            "credits AWSSecretsManager credit: 3 x -1 = -3",
            "credits AWSSecretsManager credit: 1 x -1 = -1",
        ]
    );
    assert_eq!(got.total().usd(), Usd::ZERO);
    assert_eq!(months(&got)[..2], ["2026-11-01 66 -66 997", "2026-12-01 68.2 -68.2 928.8"]);
}

/// November has 30 days, so a day is 2.2 dollars.
#[test]
fn a_credit_that_ends_within_the_month_pays_until_then() {
    let credits = vec![Credit { until: Some("2026-11-11".parse().unwrap()), ..credit("soon", "60") }];
    let got = priced("2026-11", Account { credits, ..Account::default() }).unwrap();
    assert_eq!(got.total().usd().to_string(), "44");
    assert_eq!(months(&got), ["2026-11-01 66 -22 0"]);
    assert_eq!(got.drawdown[0].expired.to_string(), "38");
}

#[test]
fn what_was_drawn_before_is_gone() {
    let credits = vec![Credit { since: Some("2026-10-22".parse().unwrap()), ..credit("ours", "50") }];
    let got = priced("2026-11", Account { credits, ..Account::default() }).unwrap();
    // Ten days of October.
    assert_eq!(told(&got), ["credits awskms credit: 28 x -1 = -28"]);
    assert_eq!(months(&got), ["2026-10-22 22 -22 28", "2026-11-01 66 -28 0"]);
    assert_eq!(got.remarks, ["credits were drawn on since 2026-10-22 by what the stack costs now"]);
}

/// Stretches between credits add up to what the month costs, and what they pay is never more.
#[test]
fn credits_pay_to_the_last_digit() {
    // 20 dollars in three times ten days: 6.666666666667 each, were each rounded by itself.
    let until = |day: &str| Some(day.parse().unwrap());
    let credits = vec![
        Credit { until: until("2026-11-11"), ..credit("a", "1000") },
        Credit { until: until("2026-11-21"), ..credit("b", "1000") },
        credit("c", "1000"),
    ];
    let mut stack = Stack::new("s", "us-east-1".parse().unwrap(), "2026-11".parse().unwrap());
    stack.account = Account { credits, ..Account::default() };
    stack.add("kms.a", Kms { keys: 20, requests: Ratio::ZERO });
    let book = book();
    let got = settle(estimate(&stack, &book, None), &stack, &book, None).unwrap();
    assert_eq!(got.total().usd(), Usd::ZERO);
    assert!(got.drawdown.iter().all(|month| month.credits <= month.gross), "{:?}", got.drawdown);
}

#[test]
fn months_are_told_from_where_credits_are() {
    let of = |month: &str, since: &str, usd: &str| {
        let credits = vec![Credit { since: since.parse().ok(), ..credit("ours", usd) }];
        let got = priced(month, Account { credits, ..Account::default() }).unwrap();
        (months(&got), got.remarks)
    };
    // What is not there yet is not told month by month, nor counted as left.
    let (later, remarks) = of("2026-11", "2027-01-01", "100");
    assert_eq!(later, ["2027-01-01 68.2 -68.2 31.8", "2027-02-01 61.6 -31.8 0"]);
    assert_eq!(remarks, ["the credit \"ours\" is drawn on from 2027-01-01 on, after what is estimated"]);
    // Of the past a year, so that the month that is asked for is among them.
    let (long, _) = of("2026-11", "2016-11-01", "100000");
    assert!(long[0].starts_with("2025-11-01 66 -66 "), "{long:?}");
    assert!(long.iter().any(|month| month.starts_with("2026-11-01 66 -66 ")), "{long:?}");
    // The calendar ends.
    assert_eq!(of("9999-12", "9999-12-01", "100000").0.len(), 1);
}

#[test]
fn credits_that_pay_nothing_are_told() {
    let credits = vec![
        Credit { until: "2026-11-01".parse().ok(), ..credit("old", "5") },
        Credit { services: vec![ServiceCode::Rds], ..credit("for databases", "5") },
        credit("in use", "5"),
    ];
    let got = priced("2026-11", Account { credits, ..Account::default() }).unwrap();
    assert_eq!(
        got.remarks,
        [
            "the credit \"old\" expired on 2026-10-31, before what is estimated",
            "the credit \"for databases\" is for nothing that the stack pays for",
        ]
    );
}

#[test]
fn a_private_rate_is_of_its_region() {
    let of = |region: &str| {
        let rate = PrivateRate {
            of: Priced::UsageType(ServiceCode::Kms, region.parse().ok(), "KMS-Keys".into()),
            terms: Terms::Off(Ratio::new(1, 2)),
            from: "a contract".into(),
        };
        let got = priced("average", Account { private_rates: vec![rate], ..Account::default() }).unwrap();
        (got.of_kind(LineKind::Discount).to_string(), got.remarks)
    };
    assert_eq!(of("us-east-1"), ("-31".to_string(), Vec::new()));
    assert_eq!(of(""), ("-31".to_string(), Vec::new()));
    let unused = "the private rate of KMS-Keys in eu-central-1 is of nothing that the stack pays for";
    assert_eq!(of("eu-central-1"), ("0".to_string(), vec![unused.to_string()]));
}

#[test]
fn a_new_account_has_credits_and_an_old_one_has_not() {
    let of = |opened: &str, month: &str, sign_up_credits: Option<&str>, free_plan| {
        let sign_up_credits = sign_up_credits.map(|usd| Usd::parse(usd).unwrap());
        let account = Account { opened: opened.parse().ok(), sign_up_credits, free_plan, ..Account::default() };
        priced(month, account).map(|got| got.total().usd().to_string()).map_err(|error| error.to_string())
    };
    let ok = |usd: &str| Ok(usd.to_string());
    assert_eq!(of("2026-11-01", "2026-11", None, false), ok("0"));
    // December costs 66 in 744 hours, so November is taken to have cost 66 x 720 / 744.
    assert_eq!(of("2026-11-01", "2026-12", None, false), ok("29.870967741935"));
    assert_eq!(of("2026-11-01", "2026-12", Some("200"), true), ok("0"));
    assert_eq!(of("2026-11-01", "2026-11", Some("0"), false), ok("66"));
    assert_eq!(of("2025-07-15", "2026-11", None, false), ok("66"));
    assert_eq!(of("2025-07-14", "2026-11", None, false), ok("66"));
    assert_eq!(of("", "2026-11", None, false), ok("66"));
    // An average month is one as of the book's day.
    assert_eq!(of("2026-10-07", "average", None, false), ok("0"));
    let error = |what: &str| Err::<String, String>(what.to_string());
    assert_eq!(
        of("2026-11-01", "2026-11", Some("201"), false),
        error("an account gets at most 200 USD of credits at and after its opening, not 201")
    );
    let old = "credits at the opening, and the free plan, are for accounts opened from 2025-07-15 on";
    assert_eq!(of("2025-07-14", "2026-11", None, true), error(old));
    assert_eq!(of("2025-07-14", "2026-11", Some("100"), false), error(old));
    assert!(of("", "2026-11", Some("100"), false).is_err());
}

#[test]
fn a_book_without_the_rule_says_so() {
    let account = Account { opened: "2026-11-01".parse().ok(), free_plan: true, ..Account::default() };
    let (stack, book) = (stack("2026-11", account), book().with_sign_up(None));
    assert_eq!(settle(estimate(&stack, &book, None), &stack, &book, None), Err(Error::NoRule));
}

#[test]
fn the_free_plan_ends() {
    let account = Account { opened: "2026-11-01".parse().ok(), free_plan: true, ..Account::default() };
    let got = priced("2026-11", account).unwrap();
    assert_eq!(
        got.remarks,
        ["the free plan ends on 2027-05-01, or when its credits are used up: the account is then closed, unless it \
          goes over to the paid plan; its credits are used up in 2026-12"]
    );
    // Without credits, too.
    let none = Some(Usd::ZERO);
    let account =
        Account { opened: "2026-11-01".parse().ok(), free_plan: true, sign_up_credits: none, ..Account::default() };
    let got = priced("2026-11", account).unwrap();
    assert!(got.remarks[0].starts_with("the free plan ends on 2027-05-01"), "{:?}", got.remarks);
}

#[test]
fn another_currency_is_only_shown() {
    let currency = Some(Currency { code: "EUR".into(), per_usd: Ratio::new(92, 100), from: "a test".into() });
    let got = priced("average", Account { currency: currency.clone(), ..Account::default() }).unwrap();
    assert_eq!((got.total().usd().to_string().as_str(), &got.currency), ("66", &currency));
}

#[test]
fn nothing_agreed_is_the_list() {
    let (stack, book) = (stack("average", Account::default()), book());
    let list = estimate(&stack, &book, None);
    assert_eq!(settle(list.clone(), &stack, &book, None), Ok(list));
}

/// Tasks of one vCPU and two GB: a dollar and 10 cents an hour; three quarters of that under a plan.
fn tasks() -> (PriceBook, Catalog) {
    let region = "us-east-1".parse().unwrap();
    let of = [
        ("Fargate-vCPU-Hours:perCPU", UnitKind::VcpuHour, "1", "0.75"),
        ("Fargate-GB-Hours", UnitKind::GbHour, "0.05", "0.0375"),
    ];
    let price = of.map(|(usage_type, unit, usd, _)| Price {
        service: ServiceCode::Ecs,
        region: Some(region),
        usage_type: usage_type.into(),
        operation: "".into(),
        unit,
        band: Band::flat(usd.parse().unwrap()),
        source: Source::user("a test"),
    });
    let plan = of.map(|(usage_type, unit, _, usd)| PlanRate {
        kind: PlanKind::Compute,
        service: ServiceCode::Ecs,
        region,
        usage_type: usage_type.into(),
        operation: "".into(),
        unit,
        term: Term::OneYear,
        payment: Payment::No,
        usd: usd.parse().unwrap(),
        source: Source::user("a test"),
    });
    (PriceBook::new("2026-10-07", price), Catalog::new([(plan.to_vec(), Vec::new())], None).unwrap())
}

/// `base` tasks, `peak` of them for six hours a day, under a plan and with what else was agreed.
fn with_plan(base: u32, peak: u32, hourly: &str, account: Account) -> Estimate {
    let (book, catalog) = tasks();
    let mut stack = Stack::new("s", "us-east-1".parse().unwrap(), "30d".parse().unwrap());
    stack.account = account;
    let running = Timeline::daily(base, peak, 6 * HOUR, Horizon::Days(30));
    let platform = Platform::LinuxX86;
    let size = Size::new(1_024, 2_048).unwrap();
    let tasks = Tasks::Running(running);
    stack.add("fargate.api", Fargate { size, platform, ephemeral_gb: 20, tasks, spot: None, public_ip: false });
    let card = Card::new(PlanKind::Compute, Term::OneYear, Payment::No);
    let commitments = [Plan::new("ours", card, Ratio::parse(hourly).unwrap(), 0).unwrap().into()];
    let owned = Owned { catalog: &catalog, commitments: &commitments, from: "a test" };
    settle(estimate(&stack, &book, None), &stack, &book, Some(&owned)).unwrap()
}

/// By hand: 2 tasks for 540 hours and 4 for 180 use 1,800 task-hours, 1,980 dollars. A plan of 2.475 an hour pays
/// for 3 tasks: what is on demand is the fourth, for 180 hours; a third of it is unused for 540 hours.
#[test]
fn a_plan_that_is_owned_pays_for_what_it_covers() {
    let got = with_plan(2, 4, "2.475", Account::default());
    let sum = |negative: bool| {
        let lines = got.lines.iter().filter(|line| line.kind == LineKind::Commitment);
        lines.map(|line| line.amount).filter(|usd| (*usd < Usd::ZERO) == negative).sum::<Usd>().to_string()
    };
    assert_eq!(got.of_kind(LineKind::Usage).to_string(), "1980");
    assert_eq!((sum(true), sum(false)), ("-1782".to_string(), "1782".to_string()));
    assert_eq!(got.total().usd().to_string(), "1980");
    let unused = got.lines.iter().find(|line| &*line.usage_type == "UnusedCommitment").unwrap();
    assert_eq!((unused.component.as_ref(), unused.amount.to_string().as_str()), (COMMITMENTS, "445.5"));
    assert_eq!(
        got.remarks,
        [
            "commitments cost 1782.00 as the hours pass; 75.0 % of them is used, 90.0 % of what they can cover is covered"
        ]
    );
}

proptest! {
    /// What a plan pays for is taken off at the rate that the account pays, so a bill is never more than usage and
    /// the whole commitment, and what is left on demand is never negative.
    #[test]
    fn plan_private_rate_and_discount_add_up(
        base in 0_u32..6,
        more in 0_u32..6,
        cents in 1_u32..600,
        off in 0_u32..=20,
        discount in 0_u32..=30,
    ) {
        prop_assume!(base + more > 0);
        let part = |percent: u32| Ratio::new(percent.into(), 100);
        let account = Account {
            private_rates: vec![PrivateRate {
                of: Priced::UsageType(ServiceCode::Ecs, None, "Fargate-vCPU-Hours:perCPU".into()),
                terms: Terms::Off(part(off)),
                from: "a contract".into(),
            }],
            discount: Some(Discount { off: part(discount), except: Vec::new(), from: "EDP".into() }),
            ..Account::default()
        };
        let hourly = format!("{}.{:02}", cents / 100, cents % 100);
        let got = with_plan(base, base + more, &hourly, account);
        let kept = Ratio::ONE - part(discount);
        let fee = Ratio::parse(&hourly).unwrap() * Ratio::whole(720);
        let usage = got.of_kind(LineKind::Usage).to_ratio();
        let total = got.total().usd().to_ratio();
        let near = Ratio::new(1, 1_000_000_000);
        prop_assert!(total >= fee * kept - near, "{total} is less than the fee {fee}");
        prop_assert!(total <= (usage + fee) * kept + near, "{total} is more than all usage {usage} and the fee {fee}");
    }
}
