//! `stackcost spend --format focus-csv` and `focus-parquet`.

use crate::Outcome;
use crate::args::{Months, SpendArgs, SpendFormat};
use crate::bill::{Charged, charged, of_files};
use crate::failure::Failure;
use crate::output::{self, say};
use stackcost_formats::problem::Problem;
use stackcost_formats::render::focus::{self, CannotWrite, Context};
use stackcost_model::bill::{Bill, Dimension, Metric, Query};

/// Writes the charges as FOCUS, by month or day; what the user groups by beyond FOCUS's own
/// dimensions (tags, resources) is kept apart as well.
pub(crate) fn write(wanted: Query, args: &SpendArgs) -> Result<Outcome, Failure> {
    let ignored = [
        (args.forecast, "FOCUS has no place for a forecast"),
        (args.fail_over.is_some(), "--fail-over is for a report, not for FOCUS, which has every cost"),
        (args.top.is_some(), "--top is for a report, not for FOCUS, which has every charge"),
    ];
    if let Some((_, why)) = ignored.into_iter().find(|(given, _)| *given) {
        return Err(Problem::of_text(why).help("ask for it in another format").into());
    }
    let mut charged =
        if args.export.from.is_empty() { from_cost_explorer(wanted, args)? } else { from_files(wanted, args)? };
    if let Some(Months::Last(count)) = args.months {
        charged.bill.keep_last(count as usize);
    }
    let (bill, payer) = paid_by(charged.bill, &charged.accounts)?;
    let context = Context { payer, ..Context::default() };
    let failed = |error: CannotWrite| Failure::Failed(Problem::of_text(error.to_string()));
    if args.format == SpendFormat::FocusCsv {
        output::data(&focus::csv(&bill, &context).map_err(failed)?)?;
    } else {
        let file = focus::parquet(&bill, &context).map_err(failed)?;
        output::binary(&file.bytes, "Parquet")?;
        if file.rounded > 0 {
            say(&format!(
                "{} amounts have more than 18 decimals and were rounded to them; CSV has them all",
                file.rounded
            ));
        }
    }
    Ok(output::came_whole(&charged.missing, args.allow_partial))
}

/// What FOCUS lets be null may be missing in the files as well.
fn from_files(wanted: Query, args: &SpendArgs) -> Result<Charged, Failure> {
    let span = match args.months {
        Some(Months::Span(span)) => Some(span),
        _ => None,
    };
    let extra: Vec<Dimension> = wanted.by.into_iter().chain([Dimension::Payer]).collect();
    let query = Query { filter: wanted.filter, ..focus::query(span, wanted.step, &extra) };
    let may_lack = [Dimension::UsageType, Dimension::Operation, Dimension::Region, Dimension::PurchaseType];
    of_files(query, &args.export, &may_lack)
}

/// Cost Explorer groups by two things at most: service and charge type. What else FOCUS has
/// columns for stays null.
fn from_cost_explorer(wanted: Query, args: &SpendArgs) -> Result<Charged, Failure> {
    if wanted.by.iter().any(|dimension| *dimension != Dimension::Service) {
        let problem = Problem::of_text("FOCUS from Cost Explorer is by service");
        return Err(problem.help("for more, name an export file with --from").into());
    }
    let query = Query {
        by: vec![Dimension::Service, Dimension::ChargeType],
        metrics: vec![Metric::Unblended, Metric::Amortized],
        quantity: false,
        ..wanted
    };
    let mut charged = charged(query, args.months, &args.export, &args.cost_explorer)?;
    let [account] = &charged.accounts[..] else {
        return Err(Problem::of_text("FOCUS is written for one account that pays, not for several").into());
    };
    let focus = focus::query(charged.bill.query.span, charged.bill.query.step, &[]);
    for entry in &mut charged.bill.entries {
        let mut given = std::mem::take(&mut entry.keys).into_iter();
        let (service, charge_type) = (given.next().unwrap_or_default(), given.next().unwrap_or_default());
        let value = |dimension: &Dimension| match dimension {
            Dimension::Account => account.clone(),
            Dimension::Service => service.clone(),
            Dimension::ChargeType => charge_type.clone(),
            _ => String::new(),
        };
        entry.keys = focus.by.iter().map(value).collect();
    }
    charged.bill.query = Query { by: focus.by, quantity: true, ..charged.bill.query };
    Ok(charged)
}

/// Takes the account that pays out of the groups.
fn paid_by(mut bill: Bill, accounts: &[String]) -> Result<(Bill, String), Failure> {
    let Some(at) = bill.query.by.iter().position(|dimension| *dimension == Dimension::Payer) else {
        return Ok((bill, accounts.first().cloned().unwrap_or_default()));
    };
    bill.query.by.remove(at);
    let mut payers: Vec<String> = bill.entries.iter_mut().map(|entry| entry.keys.remove(at)).collect();
    payers.sort();
    payers.dedup();
    match &payers[..] {
        [payer] => Ok((bill, payer.clone())),
        [] => Err(Problem::of_text("there are no charges to write").into()),
        several => {
            let problem = Problem::of_text(format!("the charges are paid by several accounts: {}", several.join(", ")));
            Err(problem.help("write one at a time: --where payer=ACCOUNT").into())
        }
    }
}
