//! `stackcost prices show`.

use crate::Outcome;
use crate::args::{Format, PricesShowArgs};
use crate::failure::Failure;
use crate::input::BUNDLE;
use crate::output;
use crate::prices::OwnBook;
use stackcost_formats::problem::{Problem, did_you_mean, region};
use stackcost_formats::render::{Precision, commitment_prices, html, markdown, prices, table};
use stackcost_formats::stack::component_types;
use stackcost_model::meter::{Region, ServiceCode, UsageType};
use stackcost_model::price::{Price, Source};
use stackcost_model::report;
use stackcost_model::services::rds::AuroraEngine;
use std::collections::BTreeSet;

pub(crate) fn run(args: &PricesShowArgs) -> Result<Outcome, Failure> {
    // An empty AWS_REGION is none.
    let region = region(if args.region.is_empty() { "us-east-1" } else { &args.region })?;
    let (service, family) = service(&args.service)?;
    if args.commitments {
        return commitments(args, service, family, region);
    }
    let wanted = |known: ServiceCode, at: Option<Region>| known == service && at.is_none_or(|at| at == region);
    let mut book = BUNDLE.read(stackcost_prices::files(), wanted)?;
    if let Some(path) = &args.price_book {
        OwnBook::open(path)?.lay_over(&mut book, wanted)?;
    }
    let wanted = args.usage_type.as_deref().map(|text| UsageType::parse(text).rest);
    let fits = |price: &&Price| {
        price.service == service
            && price.region.is_none_or(|at| at == region)
            && family.fits(&price.usage_type, &price.operation)
            && wanted.as_ref().is_none_or(|wanted| price.usage_type.contains(wanted.as_str()))
            && args.as_of.is_none_or(|day| price.source.may_apply(day))
    };
    let shown: Vec<&Price> = book.overrides().iter().chain(book.prices()).filter(fits).collect();
    if shown.is_empty() {
        return Err(nothing(args, service, region).into());
    }
    let title = format!("{} in {region} ({}), book of {}", args.service, region.place(), book.version());
    let notes = vec![stackcost_prices::DISCLAIMER.to_string()];
    output::data(&match args.format {
        Format::Table => table::render(&report::prices(&title, shown, notes), Precision::Full, output::stdout_width()),
        Format::Markdown => markdown::render(&report::prices(&title, shown, notes), Precision::Full),
        Format::Html => html::page(&[report::prices(&title, shown, notes)], Precision::Full, None),
        Format::Json => prices::json(book.version(), stackcost_prices::DISCLAIMER, shown),
        Format::Ndjson => prices::ndjson(shown),
        Format::Csv => prices::csv(shown),
    })?;
    Ok(Outcome::Complete)
}

/// What it costs under commitments: of the user's book, then of the bundled one.
fn commitments(
    args: &PricesShowArgs,
    service: ServiceCode,
    family: Family,
    region: Region,
) -> Result<Outcome, Failure> {
    let services = BTreeSet::from([service]);
    let own = args.price_book.as_deref().map(OwnBook::open).transpose()?;
    let (mut plans, mut reserved) = match &own {
        Some(own) => own.commitments(&services, region)?,
        None => Default::default(),
    };
    let (more_plans, more_reserved) = crate::prices::bundled(&services, region)?;
    plans.extend(more_plans);
    reserved.extend(more_reserved);
    let wanted = args.usage_type.as_deref().map(|text| UsageType::parse(text).rest);
    let fits = |usage_type: &str, operation: &str, source: &Source| {
        family.fits(usage_type, operation)
            && wanted.as_ref().is_none_or(|wanted| usage_type.contains(wanted.as_str()))
            && args.as_of.is_none_or(|day| source.may_apply(day))
    };
    plans.retain(|plan| fits(&plan.usage_type, &plan.operation, &plan.source));
    reserved.retain(|of| fits(&of.usage_type, &of.operation, &of.source));
    if plans.is_empty() && reserved.is_empty() {
        let filter =
            args.usage_type.as_ref().map(|text| format!(" with \"{text}\" in its usage type")).unwrap_or_default();
        let what = format!("no commitment for {} in {region}{filter} is known here", args.service);
        return Err(Problem::of_text(what)
            .help(format!(
                "`stackcost prices refresh --download --region {region} --from lists/ --into prices/` makes a book of \
                 AWS's lists; give it with --price-book"
            ))
            .into());
    }
    let title = format!("{} in {region} ({}), under commitments", args.service, region.place());
    let report =
        || report::commitment_prices(&title, &plans, &reserved, vec![stackcost_prices::DISCLAIMER.to_string()]);
    output::data(&match args.format {
        Format::Table => table::render(&report(), Precision::Full, output::stdout_width()),
        Format::Markdown => markdown::render(&report(), Precision::Full),
        Format::Html => html::page(&[report()], Precision::Full, None),
        Format::Json => commitment_prices::json(stackcost_prices::DISCLAIMER, &plans, &reserved),
        Format::Ndjson => commitment_prices::ndjson(&plans, &reserved),
        Format::Csv => commitment_prices::csv(&plans, &reserved),
    })?;
    Ok(Outcome::Complete)
}

fn nothing(args: &PricesShowArgs, service: ServiceCode, region: Region) -> Problem {
    let filter = args.usage_type.as_ref().map(|text| format!(" with \"{text}\" in its usage type")).unwrap_or_default();
    Problem::of_text(format!("the book has no rate of {} in {region}{filter}", args.service)).help(format!(
        "`stackcost prices verify --region {region}` lists what it lacks; give rates of {service} yourself with --price-book"
    ))
}

/// The part of a service's price list that a component type is billed by.
#[derive(Clone, Copy)]
enum Family {
    All,
    /// Usage types that begin so.
    Prefix(&'static str),
    /// Operations that end so.
    Operation(&'static str),
    /// What Aurora adds, and its instances.
    Aurora,
}

impl Family {
    fn fits(self, usage_type: &str, operation: &str) -> bool {
        match self {
            Family::All => true,
            Family::Prefix(prefix) => usage_type.starts_with(prefix),
            Family::Operation(ending) => operation.ends_with(ending),
            Family::Aurora => {
                let engines = [AuroraEngine::MySql, AuroraEngine::PostgreSql];
                usage_type.starts_with("Aurora") || engines.iter().any(|engine| operation == engine.operation())
            }
        }
    }
}

/// A component type, or AWS's code.
fn service(name: &str) -> Result<(ServiceCode, Family), Problem> {
    let found = match name {
        "fargate" => (ServiceCode::Ecs, Family::All),
        "rds" => (ServiceCode::Rds, Family::All),
        "aurora" => (ServiceCode::Rds, Family::Aurora),
        "elasticache" => (ServiceCode::ElastiCache, Family::All),
        "alb" => (ServiceCode::Elb, Family::Operation(":Application")),
        "nlb" => (ServiceCode::Elb, Family::Operation(":Network")),
        "ecr" => (ServiceCode::Ecr, Family::All),
        "cloudwatch" => (ServiceCode::CloudWatch, Family::All),
        "nat_gateway" => (ServiceCode::Ec2, Family::Prefix("NatGateway")),
        "public_ipv4" => (ServiceCode::Vpc, Family::Prefix("PublicIPv4")),
        "data_transfer" => (ServiceCode::DataTransfer, Family::All),
        "secrets_manager" => (ServiceCode::SecretsManager, Family::All),
        "sns" => (ServiceCode::Sns, Family::All),
        "kms" => (ServiceCode::Kms, Family::All),
        code => match ServiceCode::from_code(code) {
            Some(service) => (service, Family::All),
            None => {
                let known = component_types().chain(["aurora"]).chain(ServiceCode::ALL.iter().map(|code| code.code()));
                let names: Vec<&str> = known.clone().collect();
                let problem = Problem::of_text(format!("there is no service \"{name}\" here"));
                return Err(
                    problem.help(did_you_mean(name, known).unwrap_or_else(|| format!("one of: {}", names.join(", "))))
                );
            }
        },
    };
    Ok(found)
}
