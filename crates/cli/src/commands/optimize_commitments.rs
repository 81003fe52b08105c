//! `stackcost optimize --commitments`.

use crate::Outcome;
use crate::args::Format;
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{self, say};
use crate::prices::OwnBook;
use crate::scaling::optimize_args::OptimizeArgs;
use stackcost_formats::book;
use stackcost_formats::offers::urls::downloads;
use stackcost_formats::price_book::Sources;
use stackcost_formats::problem::{Problem, Problems};
use stackcost_formats::render::commitments::{self as render, Of};
use stackcost_formats::render::{Precision, html, markdown, table};
use stackcost_model::commitment::{Catalog, Error, Proposed, Terms, Wanted, propose};
use stackcost_model::estimate::{Estimate, Total, estimate};
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::{PlanKind, PlanRate, Reservation};
use stackcost_model::report::{self, Report};
use std::collections::BTreeSet;

pub(crate) fn run(args: &OptimizeArgs) -> Result<Outcome, Failure> {
    let mut input = Input::read(&args.of.stack, &args.pricing)?;
    let keys = args.of.load.keys();
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, value)| (*key, value.as_str())).collect();
    input.set_tasks(args.of.component.as_deref(), &keys)?;
    let scenario = args.of.scenario.as_deref();
    let resolved = input.resolve(scenario)?;
    let as_of = input.as_of(&resolved);
    let mut priced = estimate(&resolved.stack, &input.book(&resolved)?, as_of);
    priced.scenario = scenario.map(str::to_string);
    let catalog = Catalog::new(books(&priced, input.own())?, as_of);

    let asked = &args.committing;
    let held = asked.owned.iter().map(|owned| owned.commitment(&catalog, priced.region));
    let held = held.collect::<Result<Vec<_>, String>>().map_err(|why| Problem::of_text(format!("--owned: {why}")))?;
    let wanted = Wanted {
        terms: Terms {
            terms: asked.terms.clone(),
            payments: asked.payments.clone(),
            upfront_percent: asked.partial_upfront,
        },
        held,
        discount: asked.discount_rate,
        factors: asked.demand.clone(),
        resamples: asked.resamples,
        seed: args.seed.unwrap_or_default(),
        ..Wanted::default()
    };
    let impossible = |why: Error| Failure::from(Problem::of_text(why.to_string()));
    let found = propose(&resolved.stack, &priced, &catalog, &wanted).map_err(impossible)?;
    show(&found, &priced, args)?;
    for step in missing(&found) {
        say(&step);
    }
    if !found.lacking.is_empty() && !args.output.allow_partial {
        say("partial: some usage has no rate under commitments that cover it (--allow-partial accepts that)");
        return Ok(Outcome::Partial);
    }
    Ok(output::complete(matches!(priced.total(), Total::Exactly(_)), &args.output))
}

fn show(found: &Proposed, priced: &Estimate, args: &OptimizeArgs) -> Result<(), Failure> {
    let scenario = priced.scenario.as_deref();
    let horizon = &priced.horizon;
    let named = scenario.map(|name| format!(", {name}")).unwrap_or_default();
    let title =
        format!("{}{named}: commitments, {}, {} ({} h)", priced.stack, priced.region, horizon.label(), horizon.hours());
    let first = report::commitments(found, title, horizon.hours());
    let reports: Vec<Report> = [first].into_iter().chain(report::other_demand(found)).collect();
    let precision = args.output.precision;
    let each = |render: &dyn Fn(&Report, Precision) -> String| {
        let texts: Vec<String> = reports.iter().map(|report| render(report, precision)).collect();
        texts.join("\n")
    };
    output::data(&match args.output.format {
        Format::Table => {
            let width = output::stdout_width();
            each(&|report, precision| table::render(report, precision, width))
        }
        Format::Markdown => each(&markdown::render),
        Format::Html => html::page(&reports, precision, None),
        Format::Json => {
            let of = Of {
                stack: &priced.stack,
                scenario,
                region: priced.region.code(),
                hours: horizon.hours(),
                label: horizon.label().to_string(),
            };
            render::json(found, &of)
        }
        Format::Ndjson => render::ndjson(found),
        Format::Csv => render::csv(found),
    })
}

/// What a price book says of commitments.
type Rates = (Vec<PlanRate>, Vec<Reservation>);

/// What price books say of commitments, the user's own first.
fn books(priced: &Estimate, own: Option<&OwnBook>) -> Result<Vec<Rates>, Failure> {
    let services: BTreeSet<ServiceCode> = priced.lines.iter().map(|line| line.service).collect();
    let own = own.map(|own| own.commitments(&services, priced.region)).transpose()?;
    Ok(own.into_iter().chain([bundled(&services, priced.region)?]).collect())
}

fn bundled(services: &BTreeSet<ServiceCode>, region: Region) -> Result<Rates, Problems> {
    let sources = Sources::parse(stackcost_prices::SOURCES)?;
    let (mut plans, mut reserved) = (Vec::new(), Vec::new());
    for &service in services {
        let name = format!("{service} in {region}");
        if let Some(text) = stackcost_prices::savings_plans(service.code(), region.code()) {
            plans.extend(book::plans(&name, text, service, region, &sources)?);
        }
        if let Some(text) = stackcost_prices::reserved(service.code(), region.code()) {
            reserved.extend(book::reservations(&name, text, service, region, &sources)?);
        }
    }
    Ok((plans, reserved))
}

/// What to download for rates that are not known.
fn missing(found: &Proposed) -> Vec<String> {
    let mut steps: Vec<String> = Vec::new();
    for lacking in &found.lacking {
        let offer = match lacking.kind {
            Some(PlanKind::Database) => "AWSDatabaseSavingsPlans",
            Some(_) => "AWSComputeSavingsPlan",
            None => lacking.service.code(),
        };
        let Some(download) = downloads(lacking.region).into_iter().find(|download| download.offer == offer) else {
            continue;
        };
        let note = if download.note.is_empty() { String::new() } else { format!(" ({})", download.note) };
        let step = format!("rates that are not known here: download {}{note}", download.url);
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    if !steps.is_empty() {
        steps.push("then: stackcost prices refresh --from FOLDER --into prices/, and --price-book prices/".to_string());
    }
    steps
}
