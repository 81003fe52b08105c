//! A proposal of commitments as JSON, and its offers as CSV. Parts and amounts by the hour that have no end
//! have twelve decimals.

use super::json::Horizon;
use serde::Serialize;
use stackcost_model::commitment::{
    Applied, BackTest, Choice, Commitment, Judged, Judgement, Lacking, Offer, Proposed, Purchase, Rule, Standing,
    Together, Tried, purchase,
};
use stackcost_model::exact::Ratio;
use stackcost_model::hourly_bill::{HourlyUsage, moment};
use stackcost_model::joint::{Joint, Pair};
use stackcost_model::report::{assumption_words, lacking_words, offer_words};

/// What a proposal is of.
#[derive(Clone, Debug)]
pub struct Of<'a> {
    /// The name of the stack; none of a bill.
    pub stack: Option<&'a str>,
    /// Its scenario.
    pub scenario: Option<&'a str>,
    /// AWS's code of the region; none where there are several.
    pub region: Option<&'a str>,
    /// The bill, and what it is called.
    pub bill: Option<(&'a str, &'a HourlyUsage)>,
    /// Hours of the horizon.
    pub hours: Ratio,
    /// What the horizon is called.
    pub label: String,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    stack: Option<&'a str>,
    scenario: Option<&'a str>,
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill: Option<BillJson<'a>>,
    horizon: Horizon,
    offers: Vec<OfferJson>,
    together: Vec<TogetherJson>,
    other_demand: Vec<JudgedJson>,
    /// Fitted to the days before, judged on the days after.
    back_tests: Vec<TriedJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policies: Option<Vec<PolicyJson>>,
    assumed: Vec<String>,
    owned_without_use: Vec<String>,
    lacking: Vec<LackingJson>,
}

#[derive(Serialize)]
struct BillJson<'a> {
    source: &'a str,
    from: String,
    to: String,
    hours: usize,
    hours_without_rows: usize,
    /// Whole months without rows in between, which are left out.
    months_without_rows: Vec<String>,
    regions: Vec<&'static str>,
    /// Left aside: covered by commitments today, at rates on demand.
    covered: String,
    /// The same, where it counts.
    covered_and_counted: String,
    /// Left aside: on Spot.
    spot: String,
    /// Left aside: what no commitment that is known covers, by service.
    others: Vec<OtherJson<'a>>,
    /// Left aside: usage types without a rate on demand.
    unrated: &'a [String],
    /// Dollars that rounding the hours of long quantities can come to at most.
    rounded_by_at_most: Option<String>,
}

#[derive(Serialize)]
struct OtherJson<'a> {
    service: &'a str,
    usd: String,
}

#[derive(Serialize)]
struct Kind {
    kind: String,
    /// The instance, or what the plan is bound to.
    of: String,
    term: &'static str,
    payment: &'static str,
}

#[derive(Serialize)]
struct OfferJson {
    name: String,
    #[serde(flatten)]
    kind: Kind,
    buy: Option<BuyJson>,
    saves: String,
    covered: String,
    used: String,
    break_even: Option<String>,
    level_saving: Option<String>,
    paid_back_month: Option<u32>,
}

#[derive(Serialize)]
struct BuyJson {
    /// Dollars an hour over the term.
    hourly: String,
    /// Dollars an hour as they pass.
    recurring: String,
    upfront: String,
    count: Option<u32>,
    purchase: PurchaseJson,
}

#[derive(Serialize)]
struct PurchaseJson {
    find: CallJson,
    buy: CallJson,
}

#[derive(Serialize)]
struct CallJson {
    action: &'static str,
    parameters: Vec<ParameterJson>,
}

#[derive(Serialize)]
struct ParameterJson {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct TogetherJson {
    term: &'static str,
    exact: bool,
    buy: Vec<BoughtJson>,
    before: String,
    after: String,
    saves: String,
    covered: String,
    used: String,
    unused_usd: String,
    upfront: String,
    lines: Vec<LineJson>,
}

#[derive(Serialize)]
struct BoughtJson {
    offer: String,
    #[serde(flatten)]
    buy: BuyJson,
}

#[derive(Serialize)]
struct LineJson {
    service: Option<String>,
    usage_type: Option<String>,
    operation: Option<String>,
    commitment: Option<String>,
    quantity: String,
    unit: String,
    rate: String,
    amount: String,
    because: String,
}

#[derive(Serialize)]
struct JudgedJson {
    offer: String,
    term: &'static str,
    hours: String,
    levels: Vec<LevelJson>,
    best_as_it_is: usize,
    best_when_bad: usize,
    least_regret: usize,
}

#[derive(Serialize)]
struct LevelJson {
    hourly: String,
    saves: String,
    median: String,
    bad: String,
    scenarios: Vec<ScenarioJson>,
    regret: String,
}

#[derive(Serialize)]
struct ScenarioJson {
    name: String,
    saves: String,
    regret: String,
}

#[derive(Serialize)]
struct TriedJson {
    offer: String,
    term: &'static str,
    rules: Vec<RuleJson>,
}

#[derive(Serialize)]
struct RuleJson {
    rule: &'static str,
    lookback_days: usize,
    judged_days: usize,
    /// Means of the tries.
    saves: String,
    best: String,
    worst: String,
    losses: usize,
    regret: String,
    tries: Vec<TryJson>,
}

#[derive(Serialize)]
struct TryJson {
    /// The hour that it was judged from, counted from the first.
    from_hour: usize,
    hourly: String,
    saves: String,
    best: String,
}

/// A policy with the best commitments for it.
#[derive(Serialize)]
struct PolicyJson {
    target: String,
    min: u32,
    max: u32,
    scale_out_cooldown: u32,
    scale_in_cooldown: u32,
    period: u32,
    load_over: String,
    on_demand: String,
    committed_hourly: String,
    saves: String,
    total: String,
    cheapest_on_demand: bool,
    choice: bool,
}

#[derive(Serialize)]
struct LackingJson {
    kind: &'static str,
    service: String,
    region: String,
    usage_types: Vec<String>,
    words: String,
}

fn bill<'a>(source: &'a str, usage: &'a HourlyUsage) -> BillJson<'a> {
    let aside = &usage.aside;
    let others = aside.others.iter().map(|(service, usd)| OtherJson { service, usd: usd.to_string() });
    BillJson {
        source,
        from: moment(usage.from),
        to: moment(usage.to),
        hours: usage.hours,
        hours_without_rows: usage.empty_hours,
        months_without_rows: usage.absent.iter().map(|month| month.strftime("%Y-%m").to_string()).collect(),
        regions: usage.regions.iter().map(|region| region.code()).collect(),
        covered: aside.covered.to_string(),
        covered_and_counted: aside.covered_counted.to_string(),
        spot: aside.spot.to_string(),
        others: others.collect(),
        unrated: &aside.unrated,
        rounded_by_at_most: usage.rounded.map(|usd| usd.to_string()),
    }
}

fn kind(offer: &Offer) -> Kind {
    match offer {
        Offer::Plan { card, .. } => Kind {
            kind: card.kind.word().to_string(),
            of: card.scope.to_string(),
            term: card.term.word(),
            payment: card.payment.word(),
        },
        Offer::Reservation { instance, term, payment, .. } => Kind {
            kind: "reservation".to_string(),
            of: instance.to_string(),
            term: term.word(),
            payment: payment.word(),
        },
    }
}

fn call((action, parameters): &(&'static str, Vec<(&'static str, String)>)) -> CallJson {
    let parameter = |(name, value): &(&'static str, String)| ParameterJson { name, value: value.clone() };
    CallJson { action, parameters: parameters.iter().map(parameter).collect() }
}

fn buy(of: &Commitment) -> BuyJson {
    let Purchase { find, buy } = purchase(of);
    BuyJson {
        hourly: of.effective().to_string(),
        recurring: of.recurring().to_string(),
        upfront: of.upfront().to_string(),
        count: match of {
            Commitment::Reserved(reserved) => Some(reserved.count()),
            Commitment::Plan(_) => None,
        },
        purchase: PurchaseJson { find: call(&find), buy: call(&buy) },
    }
}

fn offer(offer: &Offer, choice: &Choice) -> OfferJson {
    OfferJson {
        name: offer_words(offer),
        kind: kind(offer),
        buy: choice.buy.as_ref().map(buy),
        saves: choice.saving().to_string(),
        covered: choice.coverage().to_string(),
        used: choice.utilisation().to_string(),
        break_even: choice.break_even().map(|part| part.to_string()),
        level_saving: choice.value.map(|value| value.level_saving.to_string()),
        paid_back_month: choice.value.and_then(|value| value.paid_back_month),
    }
}

fn line(of: &stackcost_model::commitment::Line) -> LineJson {
    let key = of.key.as_ref();
    LineJson {
        service: key.map(|key| key.service.to_string()),
        usage_type: key.map(|key| key.usage_type.to_string()),
        operation: key.map(|key| key.operation.to_string()),
        commitment: of.commitment.as_ref().map(ToString::to_string),
        quantity: of.quantity.to_string(),
        unit: of.unit.to_string(),
        rate: of.rate.to_string(),
        amount: of.amount.to_string(),
        because: of.because.clone(),
    }
}

fn together(found: &Proposed, of: &Together) -> TogetherJson {
    let applied: &Applied = &of.mix.applied;
    let bought = |(place, of): &(usize, Commitment)| {
        let offer = found.offers.get(*place)?;
        Some(BoughtJson { offer: offer_words(offer), buy: buy(of) })
    };
    TogetherJson {
        term: of.term.word(),
        exact: of.mix.exact,
        buy: of.mix.buy.iter().filter_map(bought).collect(),
        before: of.mix.before.to_string(),
        after: applied.total().to_string(),
        saves: of.mix.saving().to_string(),
        covered: of.covered.to_string(),
        used: of.used.to_string(),
        unused_usd: applied.unused().to_string(),
        upfront: of.mix.buy.iter().map(|(_, buy)| buy.upfront()).sum::<Ratio>().to_string(),
        lines: applied.lines.iter().map(line).collect(),
    }
}

fn judged(found: &Proposed, of: &Judgement) -> Option<JudgedJson> {
    let level = |standing: &Standing| LevelJson {
        hourly: of
            .stage
            .candidates()
            .get(standing.candidate)
            .into_iter()
            .flatten()
            .map(Commitment::effective)
            .sum::<Ratio>()
            .to_string(),
        saves: standing.seen.to_string(),
        median: standing.savings.median.to_string(),
        bad: standing.tail.to_string(),
        scenarios: standing
            .scenarios
            .iter()
            .map(|of| ScenarioJson {
                name: of.name.to_string(),
                saves: of.saving.to_string(),
                regret: of.regret.to_string(),
            })
            .collect(),
        regret: standing.regret.to_string(),
    };
    Some(JudgedJson {
        offer: offer_words(found.offers.get(of.offer)?),
        term: of.term.word(),
        hours: of.hours.to_string(),
        levels: of.robust.standings.iter().map(level).collect(),
        best_as_it_is: of.robust.hindsight,
        best_when_bad: of.robust.best_tail,
        least_regret: of.robust.least_regret,
    })
}

fn tried(found: &Proposed, of: &Tried) -> Option<TriedJson> {
    let one = |judged: &Judged| TryJson {
        from_hour: judged.from,
        hourly: judged.hourly.to_string(),
        saves: judged.saving.to_string(),
        best: judged.best.to_string(),
    };
    let rule = |test: &BackTest| RuleJson {
        rule: match test.rule {
            Rule::Hindsight => "hindsight",
            Rule::LeastRegret => "least-regret",
        },
        lookback_days: test.lookback_days,
        judged_days: test.judged_days,
        saves: test.mean.to_string(),
        best: test.best.to_string(),
        worst: test.worst.to_string(),
        losses: test.losses(),
        regret: test.regret.to_string(),
        tries: test.judged.iter().map(one).collect(),
    };
    Some(TriedJson {
        offer: offer_words(found.offers.get(of.offer)?),
        term: of.term.word(),
        rules: of.tests.iter().map(rule).collect(),
    })
}

fn lacking(of: &Lacking) -> LackingJson {
    LackingJson {
        kind: of.kind.map_or("reservation", |kind| kind.word()),
        service: of.service.to_string(),
        region: of.region.to_string(),
        usage_types: of.usage_types.clone(),
        words: lacking_words(of),
    }
}

fn offers(found: &Proposed) -> Vec<OfferJson> {
    found.alone.iter().filter_map(|choice| Some(offer(found.offers.get(choice.offer)?, choice))).collect()
}

fn policies(joint: &Joint) -> Vec<PolicyJson> {
    let policy = |(place, pair): (usize, &Pair)| PolicyJson {
        target: Ratio::new(pair.candidate.target.into(), 1_000_000).to_string(),
        min: pair.candidate.min,
        max: pair.candidate.max,
        scale_out_cooldown: pair.candidate.scale_out_cooldown,
        scale_in_cooldown: pair.candidate.scale_in_cooldown,
        period: pair.candidate.period,
        load_over: pair.sample.served.requests_over().to_string(),
        on_demand: pair.on_demand.to_string(),
        committed_hourly: pair.together.as_ref().map_or(Ratio::ZERO, |of| of.hourly).to_string(),
        saves: pair.saves().to_string(),
        total: pair.total().to_string(),
        cheapest_on_demand: place == joint.apart,
        choice: place == joint.choice,
    };
    joint.pairs.iter().enumerate().map(policy).collect()
}

/// `stackcost.commitments/1`; with the policies that were looked at, where commitments were chosen together
/// with one.
#[must_use]
pub fn json(found: &Proposed, joint: Option<&Joint>, of: &Of<'_>) -> String {
    let document = Document {
        schema: "stackcost.commitments/1",
        stack: of.stack,
        scenario: of.scenario,
        region: of.region,
        bill: of.bill.map(|(source, usage)| bill(source, usage)),
        horizon: Horizon { hours: of.hours.to_string(), label: of.label.clone() },
        offers: offers(found),
        together: found.together.iter().map(|of| together(found, of)).collect(),
        other_demand: found.judged.iter().filter_map(|of| judged(found, of)).collect(),
        back_tests: found.tried.iter().filter_map(|of| tried(found, of)).collect(),
        policies: joint.map(policies),
        assumed: found.assumed.iter().map(assumption_words).collect(),
        owned_without_use: found.idle.iter().map(ToString::to_string).collect(),
        lacking: found.lacking.iter().map(lacking).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// One offer a line, as in [`json`].
#[must_use]
pub fn ndjson(found: &Proposed) -> String {
    offers(found).iter().map(|offer| serde_json::to_string(offer).unwrap_or_default() + "\n").collect()
}

/// Each try of the back-tests, a line each.
#[must_use]
pub fn back_tests_ndjson(found: &Proposed) -> String {
    tries(found).map(|row| serde_json::to_string(&row).unwrap_or_default() + "\n").collect()
}

/// Each try of the back-tests.
#[must_use]
pub fn back_tests_csv(found: &Proposed) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail. The header is there without tries, too.
    if tries(found).next().is_none() {
        let _ = writer.write_record(TRY_COLUMNS);
    }
    tries(found).for_each(|row| {
        let _ = writer.serialize(row);
    });
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

const TRY_COLUMNS: [&str; 9] =
    ["offer", "term", "rule", "lookback_days", "judged_days", "from_hour", "hourly", "saves", "best"];

#[derive(Serialize)]
struct TryRow {
    offer: String,
    term: &'static str,
    rule: &'static str,
    lookback_days: usize,
    judged_days: usize,
    from_hour: usize,
    hourly: String,
    saves: String,
    best: String,
}

fn tries(found: &Proposed) -> impl Iterator<Item = TryRow> {
    found.tried.iter().filter_map(|of| tried(found, of)).flat_map(|TriedJson { offer, term, rules }| {
        rules.into_iter().flat_map(move |of| {
            let offer = offer.clone();
            of.tries.into_iter().map(move |one| TryRow {
                offer: offer.clone(),
                term,
                rule: of.rule,
                lookback_days: of.lookback_days,
                judged_days: of.judged_days,
                from_hour: one.from_hour,
                hourly: one.hourly,
                saves: one.saves,
                best: one.best,
            })
        })
    })
}

/// The best of each offer alone.
#[must_use]
pub fn csv(found: &Proposed) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record([
        "kind",
        "of",
        "term",
        "payment",
        "hourly",
        "count",
        "upfront",
        "saves",
        "covered",
        "used",
        "break_even",
    ]);
    for of in offers(found) {
        let buy = of.buy.as_ref();
        let text = |of: Option<String>| of.unwrap_or_default();
        let _ = writer.write_record([
            of.kind.kind,
            of.kind.of,
            of.kind.term.to_string(),
            of.kind.payment.to_string(),
            text(buy.map(|buy| buy.hourly.clone())),
            text(buy.and_then(|buy| buy.count).map(|count| count.to_string())),
            text(buy.map(|buy| buy.upfront.clone())),
            of.saves,
            of.covered,
            of.used,
            text(of.break_even),
        ]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}
