//! `stackcost check`: the operations checklist.

use crate::Outcome;
use crate::args::Format;
use crate::failure::Failure;
use crate::fixes::args::{CheckArgs, FoundOutputArgs};
use crate::fixes::{clock, look, say_calls};
use crate::output::{self, say};
use stackcost_formats::render::{fixes as render, html, markdown, table};
use stackcost_model::fixes::{Finding, Guard, Verdict};
use stackcost_model::report;

pub(crate) fn run(args: &CheckArgs) -> Result<Outcome, Failure> {
    let looked = look(&args.look, &Guard::ALL, clock())?;
    show(&looked.findings, &[], &args.output)?;
    say_calls(&looked.session);
    Ok(verdict(&looked.findings, args.output.allow_partial))
}

/// Shows findings, with notes below.
pub(super) fn show(findings: &[Finding], notes: &[String], args: &FoundOutputArgs) -> Result<(), Failure> {
    let report = || {
        let mut report = report::checklist(findings);
        report.notes.extend(notes.iter().cloned());
        report
    };
    output::data(&match args.format {
        Format::Table => table::render(&report(), args.precision, output::stdout_width()),
        Format::Markdown => markdown::render(&report(), args.precision),
        Format::Html => html::page(&[report()], args.precision, None),
        Format::Json => render::checklist_json(findings, notes),
        Format::Ndjson => render::checklist_ndjson(findings),
        Format::Csv => render::checklist_csv(findings),
    })
}

/// A failure goes before what is unknown.
pub(super) fn verdict(findings: &[Finding], allow_partial: bool) -> Outcome {
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let (fail, unknown) = (count(Verdict::Fail), count(Verdict::Unknown));
    if fail > 0 {
        say(&format!("{fail} of {} checks fail", findings.len()));
        return Outcome::Findings;
    }
    if unknown > 0 && !allow_partial {
        say(&format!("{unknown} of {} checks are unknown (--allow-partial accepts that)", findings.len()));
        return Outcome::Partial;
    }
    Outcome::Complete
}
