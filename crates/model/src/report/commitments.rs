//! A proposal of commitments as tables: what to buy, what each offer comes to alone, and other demand.

use super::optimization::{candidate_words, heading};
use super::simulation::hundredths;
use super::{Cell, Report, Row, RowKind, number, text};
use crate::bill::Amount;
use crate::commitment::{
    Assumption, BackTest, Choice, Commitment, DAY_HOURS, Judgement, Lacking, Offer, Proposed, Purchase, Question, Rule,
    Standing, Together, product, purchase,
};
use crate::exact::{Ratio, trim};
use crate::hourly_bill::{Aside, HourlyUsage};
use crate::joint::{Joint, Pair};
use crate::money::Usd;
use crate::price::{Payment, PlanKind, Term};
use crate::scaling::Metric;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// An offer in words: `Compute Savings Plan, 1 year, No Upfront`.
#[must_use]
pub fn offer_words(offer: &Offer) -> String {
    let (term, payment) = match offer {
        Offer::Plan { card, .. } => (card.term, card.payment),
        Offer::Reservation { term, payment, .. } => (*term, *payment),
    };
    format!("{}, {}, {}", covers_words(offer), term_words(term), payment_words(payment))
}

/// What is on offer, without its term: `Compute Savings Plan`, `db.r6g.large Multi-AZ (postgresql)`.
fn covers_words(offer: &Offer) -> String {
    match offer {
        Offer::Plan { card, .. } if card.scope.is_empty() => plan_words(card.kind).to_string(),
        Offer::Plan { card, .. } => format!("{} {}", plan_words(card.kind), card.scope),
        Offer::Reservation { instance, .. } => {
            let copies = match instance.copies {
                0 | 1 => "",
                2 => " Multi-AZ",
                _ => " Multi-AZ cluster",
            };
            format!("{}.{}{copies} ({})", instance.family, instance.size, product(&instance.engine))
        }
    }
}

/// A kind of plan in AWS's words.
#[must_use]
pub fn plan_words(kind: PlanKind) -> &'static str {
    match kind {
        PlanKind::Ec2Instance => "EC2 Instance Savings Plan",
        PlanKind::Compute => "Compute Savings Plan",
        PlanKind::Database => "Database Savings Plan",
    }
}

/// A term in words.
#[must_use]
pub fn term_words(term: Term) -> &'static str {
    match term {
        Term::OneYear => "1 year",
        Term::ThreeYears => "3 years",
    }
}

/// A payment option in AWS's words.
#[must_use]
pub fn payment_words(payment: Payment) -> &'static str {
    match payment {
        Payment::No => "No Upfront",
        Payment::Partial => "Partial Upfront",
        Payment::All => "All Upfront",
        Payment::Heavy => "Heavy Utilization",
    }
}

/// How to buy something: the calls of the AWS CLI.
#[must_use]
pub fn purchase_words(purchase: &Purchase) -> String {
    let call = |(name, parameters): &(&'static str, Vec<(&'static str, String)>)| {
        let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{name}: {}", parameters.join(", "))
    };
    format!("{}\n{}", call(&purchase.find), call(&purchase.buy))
}

/// What is lacking, in words: `Fargate-GB-Hours of AmazonECS in us-east-1: rates under Compute Savings Plans`.
#[must_use]
pub fn lacking_words(lacking: &Lacking) -> String {
    let of = match lacking.kind {
        Some(kind) => format!("rates under a {}", plan_words(kind)),
        None => "prices of reservations".to_string(),
    };
    format!("no {of} are known for {} of {} in {}", lacking.usage_types.join(", "), lacking.service, lacking.region)
}

/// What is taken for granted, in words.
#[must_use]
pub fn assumption_words(assumed: &Assumption) -> String {
    match assumed {
        Assumption::SideBySide => {
            "several components change over time, and not all of them say at what times: those that do not are \
             taken to begin with the hours that are looked at"
                .to_string()
        }
        Assumption::SpreadEvenly(component) => {
            format!(
                "{component} runs now and then: it is taken as spread evenly over all hours, though an hour does \
                     not carry over what another leaves unused"
            )
        }
    }
}

fn idle_words(found: &Proposed) -> Option<String> {
    let names: Vec<&str> = found.idle.iter().map(|name| &**name).collect();
    (!names.is_empty()).then(|| format!("owned, but covers nothing here, and is not counted: {}", names.join(", ")))
}

fn percent(part: Ratio) -> Cell {
    Cell::Text((part * Ratio::whole(100)).to_fixed(1))
}

fn part(some: Usd, all: Usd) -> Ratio {
    if all == Usd::ZERO { Ratio::ZERO } else { some.to_ratio() / all.to_ratio() }
}

fn hourly(usd: Ratio) -> Cell {
    Cell::Text(trim(&usd.to_fixed(5)).to_string())
}

fn usd(ratio: Ratio) -> Cell {
    Usd::round(ratio).map_or(Cell::Empty, Cell::Amount)
}

/// What is bought together for a term, and its parts.
fn together(found: &Proposed, of: &Together) -> Vec<Row> {
    let saving = of.mix.saving();
    let mut rows = vec![Row {
        kind: RowKind::Figure,
        cells: vec![
            Cell::Text(format!("{}, together", term_words(of.term))),
            hourly(of.hourly),
            usd(of.mix.buy.iter().map(|(_, buy)| buy.upfront()).sum()),
            Cell::Amount(saving),
            percent(part(saving, of.mix.before)),
            percent(of.covered),
            percent(of.used),
            Cell::Empty,
        ],
        remark: None,
    }];
    for (place, buy) in &of.mix.buy {
        let Some(offer) = found.offers.get(*place) else { continue };
        let mut row = bought(offer, buy);
        row.remark = Some(purchase_words(&purchase(buy)));
        rows.push(row);
    }
    rows
}

fn bought(offer: &Offer, buy: &Commitment) -> Row {
    let payment = match offer {
        Offer::Plan { card, .. } => card.payment,
        Offer::Reservation { payment, .. } => *payment,
    };
    let count = match buy {
        Commitment::Reserved(reserved) => format!("{} x ", reserved.count()),
        Commitment::Plan(_) => String::new(),
    };
    let mut cells = vec![
        Cell::Text(format!("  {count}{}, {}", covers_words(offer), payment_words(payment))),
        hourly(buy.effective()),
        usd(buy.upfront()),
    ];
    cells.resize(8, Cell::Empty);
    Row { kind: RowKind::Figure, cells, remark: None }
}

/// The best of one offer.
fn alone(found: &Proposed, choice: &Choice) -> Option<Row> {
    let (offer, buy) = (found.offers.get(choice.offer)?, choice.buy.as_ref()?);
    let mut row = bought(offer, buy);
    row.cells.truncate(3);
    row.cells.extend([
        Cell::Amount(choice.saving()),
        percent(part(choice.saving(), choice.before)),
        percent(choice.coverage()),
        percent(choice.utilisation()),
        choice.break_even().map_or(Cell::Empty, percent),
    ]);
    Some(row)
}

/// What to commit to: together for each term, and each offer alone; `of` is `this stack` or `this bill`.
#[must_use]
pub fn commitments(found: &Proposed, title: String, hours: Ratio, of: &str) -> Report {
    let columns = vec![
        text(""),
        number("USD/h"),
        number("upfront"),
        number("saves"),
        number("save"),
        number("covers"),
        number("used"),
        number("even"),
    ];
    let mut rows = Vec::new();
    for of in &found.together {
        if of.mix.buy.is_empty() {
            rows.push(heading(format!("{}: nothing that is offered saves anything", term_words(of.term)), &columns));
        } else {
            rows.extend(together(found, of));
        }
    }
    for term in Term::ALL {
        let of_term = |choice: &&Choice| match found.offers.get(choice.offer) {
            Some(Offer::Plan { card, .. }) => card.term == *term,
            Some(Offer::Reservation { term: of, .. }) => of == term,
            None => false,
        };
        let each: Vec<Row> = found.alone.iter().filter(of_term).filter_map(|choice| alone(found, choice)).collect();
        if !each.is_empty() {
            rows.push(heading(format!("{}, each alone:", term_words(*term)), &columns));
            rows.extend(each);
        }
    }
    let mut notes = Vec::new();
    match (&found.demand, found.together.first()) {
        (Some(_), Some(of)) => notes.push(format!(
            "savings are of {} USD, which is what the usage that commitments can cover costs now in {hours} h, with what is owned",
            of.mix.before
        )),
        (Some(_), None) if found.lacking.is_empty() => {
            notes.push(format!("commitments cover some of {of}, and none is offered for these terms and payments"));
        }
        (Some(_), None) => notes.push(format!("what commitments can cover of {of} has no rates that are known")),
        (None, _) if found.lacking.is_empty() => notes.push(format!("no usage of {of} is covered by commitments")),
        (None, _) => notes.push(format!("no usage of {of} has rates under commitments that are known")),
    }
    if found.alone.is_empty() {
        notes.extend(found.lacking.iter().map(lacking_words));
        notes.extend(idle_words(found));
        return Report { title, columns, rows, notes };
    }
    notes.push(
        "amounts are USD, upfront payments spread over the term in USD/h; save, covers, used and even are %: of those \
         costs, of what is on demand without it, of what is bought, and the part that must be used to cost no more \
         than on demand"
            .to_string(),
    );
    if found.together.iter().any(|of| !of.mix.exact) {
        notes.push(
            "together: not every mix of amounts was tried against every other; each is best given the others"
                .to_string(),
        );
    }
    notes.extend(found.assumed.iter().map(assumption_words));
    notes.extend(idle_words(found));
    notes.extend(found.lacking.iter().map(lacking_words));
    Report { title, columns, rows, notes }
}

/// What to know of an hourly bill that commitments are proposed for, a line each.
#[must_use]
pub fn bill_notes(usage: &HourlyUsage) -> Vec<String> {
    let Aside { covered, covered_counted, spot, others, unrated } = &usage.aside;
    let mut notes = Vec::new();
    if !usage.absent.is_empty() {
        let months: Vec<String> = usage.absent.iter().map(|month| month.strftime("%Y-%m").to_string()).collect();
        notes.push(format!(
            "no row of any service is of {}: left out, and not counted as months without usage; perhaps a file is \
             missing",
            months.join(", ")
        ));
    }
    if usage.empty_hours > 0 {
        notes.push(format!(
            "{} of {} hours have no row of any service: they count as hours without usage",
            usage.empty_hours, usage.hours
        ));
    }
    notes.push("rates on demand are the public ones: a private discount lowers what commitments save".to_string());
    if !covered.is_zero() {
        notes.push(format!(
            "left aside: what Savings Plans and reservations cover today, {} USD at rates on demand as far as the \
             bill says; with --owned for all that is owned it counts, and they take it off first",
            covered.to_fixed(2)
        ));
    }
    if !covered_counted.is_zero() {
        notes.push(format!(
            "what Savings Plans and reservations cover in the bill counts, {} USD at rates on demand: --owned is to \
             name all that cover it, or it counts as on demand",
            covered_counted.to_fixed(2)
        ));
    }
    if !spot.is_zero() {
        notes.push(format!("left aside: Spot, {} USD, which no commitment covers", spot.to_fixed(2)));
    }
    if !others.is_empty() {
        let shown = others.iter().take(SHOWN).map(|(service, usd)| format!("{service} {}", usd.to_fixed(2)));
        let mut shown: Vec<String> = shown.collect();
        if let Some(more) = others.get(SHOWN..).filter(|more| !more.is_empty()) {
            let sum = Amount::sum(more.iter().map(|(_, usd)| *usd)).map_or_else(String::new, |sum| sum.to_fixed(2));
            shown.push(format!("{} others {sum}", more.len()));
        }
        notes.push(format!("left aside: what no commitment that is known here covers, in USD: {}", shown.join(", ")));
    }
    let compute = |(service, _): &(String, Amount)| {
        service.contains("Lambda") || service.contains("EC2") || service.contains("Elastic Compute")
    };
    if others.iter().any(compute) {
        notes.push(
            "Compute Savings Plans cover EC2 instances and Lambda, too; their rates are not known here, so what is \
             proposed is for the rest alone"
                .to_string(),
        );
    }
    if usage.hours < Question::default().least_hours() {
        notes.push(format!(
            "no amount is tried on the past: that takes {} days of hours, 7 to choose by and 30 to judge on",
            Question::default().least_hours() / DAY_HOURS
        ));
    }
    if !unrated.is_empty() {
        notes.push(format!("no rate on demand is known for {}: left aside", unrated.join(", ")));
    }
    if let Some(by) = usage.rounded {
        notes.push(format!(
            "quantities have more digits than are counted: hours are rounded, by {} USD in all at most",
            by.to_fixed(9)
        ));
    }
    notes
}

/// Services that are named of what is left aside.
const SHOWN: usize = 5;

/// How amounts of what is proposed stand under other demand; none where nothing is proposed.
#[must_use]
pub fn other_demand(found: &Proposed, hours: Ratio) -> Option<Report> {
    let first = found.judged.first()?;
    let mut columns = vec![text(""), number("USD/h"), number("as it is"), number("median"), number("bad")];
    let scenarios = first.robust.standings.first().map(|standing| standing.scenarios.as_slice()).unwrap_or_default();
    columns.extend(scenarios.iter().map(|of| number(&of.name)));
    columns.push(number("regret"));
    let mut rows = Vec::new();
    for judged in &found.judged {
        let Some(offer) = found.offers.get(judged.offer) else { continue };
        rows.push(heading(format!("{}:", offer_words(offer)), &columns));
        for (name, place) in picks(judged) {
            let Some(standing) = judged.robust.standings.get(place) else { continue };
            rows.push(level(name, judged, standing, hours));
        }
    }
    Some(Report {
        title: "What amounts save under other demand".to_string(),
        columns,
        rows,
        notes: vec![
            format!(
                "savings in USD in {hours} h, of whole days, against buying none of it, with all else that is proposed"
            ),
            "median and bad: of days drawn again from the demand; bad is the mean of the worst of them".to_string(),
            if first.stage.scenarios_count() {
                "regret: the most that it costs more than the best amount, in any of them".to_string()
            } else {
                "regret: the most that it costs more than the best amount, on days drawn again; other demand counts, \
                 too, where --demand asks for it"
                    .to_string()
            },
        ],
    })
}

/// What was proposed, fitted to the days before and judged on the days after them; none where there were too
/// few days.
#[must_use]
pub fn back_tests(found: &Proposed) -> Option<Report> {
    let first = found.tried.first()?.tests.first()?;
    let columns = vec![
        text(""),
        number("tries"),
        number("USD/h"),
        number("saves"),
        number("best"),
        number("worst"),
        number("losses"),
        number("regret"),
    ];
    let mut rows = Vec::new();
    for tried in &found.tried {
        let Some(offer) = found.offers.get(tried.offer) else { continue };
        rows.push(heading(format!("{}:", offer_words(offer)), &columns));
        rows.extend(tried.tests.iter().map(back_test));
    }
    let notes = vec![
        format!(
            "each chosen by the days before and judged on the {} days after them, again and again, alone with what is \
             owned; USD in those days",
            first.judged_days
        ),
        "saves, best: the mean, and what the best amount for those days would have saved; worst: the least of any \
         try; losses: tries that cost more than they saved; regret: the most that one saved less than the best"
            .to_string(),
    ];
    Some(Report { title: "What amounts chosen by the past would have saved".to_string(), columns, rows, notes })
}

fn back_test(test: &BackTest) -> Row {
    let count = Ratio::from(test.judged.len() as u64);
    let mean = test.judged.iter().map(|judged| judged.hourly).sum::<Ratio>() / count;
    Row {
        kind: RowKind::Figure,
        cells: vec![
            Cell::Text(format!("  {} days back, {}", test.lookback_days, rule_words(test.rule))),
            Cell::Text(test.judged.len().to_string()),
            hourly(mean),
            Cell::Amount(test.mean),
            Cell::Amount(test.best),
            Cell::Amount(test.worst),
            Cell::Text(test.losses().to_string()),
            Cell::Amount(test.regret),
        ],
        remark: None,
    }
}

/// How an amount was chosen, in words.
#[must_use]
pub fn rule_words(rule: Rule) -> &'static str {
    match rule {
        Rule::Hindsight => "best there",
        Rule::LeastRegret => "least regret there",
    }
}

/// The levels that are shown.
fn picks(judged: &Judgement) -> Vec<(String, usize)> {
    let robust = &judged.robust;
    let mut picks: Vec<(String, usize)> = Vec::new();
    for (name, place) in [
        ("best as it is", robust.hindsight),
        ("best when bad", robust.best_tail),
        ("least regret", robust.least_regret),
    ] {
        match picks.iter_mut().find(|(_, known)| *known == place) {
            Some((names, _)) => *names = format!("{names}, {name}"),
            None => picks.push((name.to_string(), place)),
        }
    }
    picks
}

fn level(name: String, judged: &Judgement, standing: &Standing, hours: Ratio) -> Row {
    let bought = judged.stage.candidates().get(standing.candidate);
    let amount = |saving: Usd| usd(saving.to_ratio() * hours / judged.hours);
    let mut cells = vec![
        Cell::Text(format!("  {name}")),
        hourly(bought.into_iter().flatten().map(Commitment::effective).sum()),
        amount(standing.seen),
        amount(standing.savings.median),
        amount(standing.tail),
    ];
    cells.extend(standing.scenarios.iter().map(|of| amount(of.saving)));
    cells.push(amount(standing.regret));
    Row { kind: RowKind::Figure, cells, remark: None }
}

/// Policies with the best commitments for each: why the cheapest policy may be another one with them.
#[must_use]
pub fn joint(found: &Joint, metric: Metric) -> Report {
    let columns = vec![
        text(""),
        number("on demand"),
        number("committed, USD/h"),
        number("saves"),
        number("with it"),
        number("load over, %"),
    ];
    let row = |(place, pair): (usize, &Pair)| {
        let mark = match (place == found.choice, place == found.apart) {
            (true, _) => "-> ",
            (false, true) => "(-> ",
            (false, false) => "   ",
        };
        let name =
            format!("{mark}{}{}", candidate_words(&pair.candidate, metric), if mark == "(-> " { ")" } else { "" });
        Row {
            kind: RowKind::Figure,
            cells: vec![
                Cell::Text(name),
                Cell::Amount(pair.on_demand),
                pair.together.as_ref().map_or(Cell::Empty, |of| hourly(of.hourly)),
                Cell::Amount(pair.saves()),
                Cell::Amount(pair.total()),
                Cell::Text(hundredths(pair.sample.served.requests_over())),
            ],
            remark: None,
        }
    };
    let mut notes = Vec::new();
    if let (Some(apart), Some(choice)) = (found.pairs.get(found.apart), found.pairs.get(found.choice)) {
        notes.push(if found.apart == found.choice {
            "->: the cheapest on demand, and with commitments, too".to_string()
        } else {
            format!(
                "->: the cheapest with commitments, {} USD; (->): the cheapest on demand, which with commitments is {} USD",
                choice.total(),
                apart.total()
            )
        });
    }
    if let (Some(first), Some(last)) = (found.pairs.first(), found.pairs.last())
        && first.candidate.min < last.candidate.min
    {
        let committed = |pair: &Pair| {
            let hourly = pair.together.as_ref().map_or(Ratio::ZERO, |of| of.hourly);
            trim(&hourly.to_fixed(5)).to_string()
        };
        notes.push(format!(
            "commitments pay for what runs nearly all the time: {} USD/h with a least capacity of {}, {} with {}",
            committed(first),
            first.candidate.min,
            committed(last),
            last.candidate.min
        ));
    }
    notes.push("of each least capacity the cheapest policies within the limits, over the part of the load that is not held out".to_string());
    Report {
        title: "Policy and commitments together, the whole stack".to_string(),
        columns,
        rows: found.pairs.iter().enumerate().map(row).collect(),
        notes,
    }
}
