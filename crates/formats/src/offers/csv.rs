//! Price lists in CSV: some lines about the list, a header, a row for each price. The columns
//! differ between offers, so they are found by name.

use super::Form;
use super::gather::{Dimension, Gather, PlanRow, TermOf, payment, plan_kind, term_of_lease};
use super::place::{Product, place};
use super::{NOT_ENDED, unreadable};
use crate::problem::Problem;
use csv::{ReaderBuilder, StringRecord};
use std::cell::Cell;
use std::io::{BufRead, Read};

/// Where the header is in lists of today.
const HEADER_LINE: u64 = 6;
/// More lines in front are something else.
const PREAMBLE: usize = 20;

pub(super) fn read(gather: &mut Gather<'_>, source: impl BufRead) -> Result<(), Problem> {
    gather.form = Form::Csv;
    let (bytes, last) = (Cell::new(0), Cell::new(0));
    let source = Watched { source, bytes: &bytes, last: &last };
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(source);
    let broken = |name: &str, error: &csv::Error| match error.kind() {
        csv::ErrorKind::Io(error) => unreadable(name, error),
        csv::ErrorKind::Utf8 { pos, .. } => {
            let line = pos.as_ref().map_or(1, csv::Position::line);
            let problem = Problem::of_text(format!("{name}:{line}: this is no text in UTF-8"));
            problem
                .help("a price list is JSON or CSV as AWS publishes it, plain or packed with gzip: download it again")
        }
        _ => Problem::of_text(format!("{name}: {error}")),
    };
    let mut row = StringRecord::new();
    let (mut version, mut published) = (None, None);
    let (mut line, mut begun) = (1, false);
    let header = loop {
        let more = reader.read_record(&mut row).map_err(|error| broken(gather.name, &error))?;
        line = row.position().map_or(line, csv::Position::line);
        if !more && begun && line <= HEADER_LINE {
            return Err(cut_off(gather.name, line, bytes.get()));
        }
        if !more || line > PREAMBLE as u64 {
            let problem = gather.problem("there is no header line that begins with SKU");
            return Err(
                problem.help("a price list in CSV is as AWS publishes it, with the lines in front of its header")
            );
        }
        let (key, value) = (row.get(0).unwrap_or("").trim_start_matches('\u{feff}'), row.get(1).unwrap_or(""));
        match plain(key).as_str() {
            "sku" => break Header::of(&row),
            "formatversion" => begun = true,
            "offercode" => gather.offer = Some(value.to_string()),
            "version" => version = Some(value.to_string()),
            "publicationdate" => published = Some(value.to_string()),
            _ => {}
        }
    };
    if let (Some(version), Some(published)) = (version, published) {
        gather.is_version(&version, &published)?;
    }
    let mut rows = false;
    while reader.read_record(&mut row).map_err(|error| broken(gather.name, &error))? {
        line = row.position().map_or(0, csv::Position::line);
        rows = true;
        if row.len() != header.width {
            let (has, width) = (row.len(), header.width);
            let cut = reader.is_done() || !rest_follows(&mut reader);
            return Err(if cut {
                cut_off(gather.name, line, bytes.get())
            } else {
                Problem::of_text(format!("{}:{line}: {has} columns instead of {width}", gather.name))
            });
        }
        let taken = if header.is_of_plans { plan(gather, &header, &row) } else { offer(gather, &header, &row) };
        taken.map_err(|problem| at_line(gather.name, problem, line))?;
    }
    // A row can be whole and the last cell not; AWS ends the last line, too. No list of AWS has a header alone.
    if !rows || !matches!(last.get(), b'\n' | b'"') {
        return Err(cut_off(gather.name, line, bytes.get()));
    }
    Ok(())
}

fn rest_follows<R: Read>(reader: &mut csv::Reader<R>) -> bool {
    reader.read_record(&mut StringRecord::new()).unwrap_or(false)
}

fn cut_off(name: &str, line: u64, bytes: u64) -> Problem {
    Problem::of_text(format!("{name} is cut off in line {line}, after {bytes} bytes")).help(NOT_ENDED)
}

/// The line goes into the message, as the text itself is not kept.
fn at_line(name: &str, problem: Problem, line: u64) -> Problem {
    let message = match problem.message.strip_prefix(name).and_then(|rest| rest.strip_prefix(": ")) {
        Some(what) => format!("{name}:{line}: {what}"),
        None => problem.message.clone(),
    };
    Problem { message, ..problem }
}

/// Remembers how much was read and how it ended.
struct Watched<'w, R> {
    source: R,
    bytes: &'w Cell<u64>,
    last: &'w Cell<u8>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes.set(self.bytes.get() + read as u64);
        if let Some(last) = read.checked_sub(1).and_then(|at| buffer.get(at)) {
            self.last.set(*last);
        }
        Ok(read)
    }
}

/// A name of a column without spaces and capitals, which differ between lists.
fn plain(name: &str) -> String {
    name.chars().filter(|sign| !sign.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

macro_rules! columns {
    ($($field:ident = $name:literal,)*) => {
        /// Where each column is.
        struct Header { width: usize, is_of_plans: bool, $($field: Option<usize>,)* }

        impl Header {
            fn of(row: &StringRecord) -> Header {
                let names: Vec<String> = row.iter().map(plain).collect();
                let at = |wanted: &str| names.iter().position(|name| name == wanted);
                Header { width: row.len(), is_of_plans: at("discountedusagetype").is_some(), $($field: at($name),)* }
            }
        }
    };
}

columns! {
    sku = "sku",
    term_code = "offertermcode",
    rate_code = "ratecode",
    term_type = "termtype",
    effective = "effectivedate",
    from = "startingrange",
    to = "endingrange",
    unit = "unit",
    price = "priceperunit",
    currency = "currency",
    lease = "leasecontractlength",
    lease_unit = "leasecontractlengthunit",
    option = "purchaseoption",
    class = "offeringclass",
    service = "servicecode",
    family = "productfamily",
    location_type = "locationtype",
    from_location_type = "fromlocationtype",
    to_location_type = "tolocationtype",
    usage_type = "usagetype",
    operation = "operation",
    region = "regioncode",
    from_region = "fromregioncode",
    to_region = "toregioncode",
    engine = "databaseengine",
    volume = "volumetype",
    discounted_rate = "discountedrate",
    discounted_sku = "discountedsku",
    discounted_service = "discountedservicecode",
    discounted_usage_type = "discountedusagetype",
    discounted_operation = "discountedoperation",
    discounted_region = "discountedregioncode",
}

fn cell(row: &StringRecord, at: Option<usize>) -> &str {
    at.and_then(|at| row.get(at)).unwrap_or("")
}

fn offer(gather: &mut Gather<'_>, header: &Header, row: &StringRecord) -> Result<(), Problem> {
    let get = |at| cell(row, at);
    let offer = gather.offer.clone().unwrap_or_default();
    let location = match (header.location_type, header.to_location_type) {
        (Some(_), _) => get(header.location_type),
        (None, None) => get(header.from_location_type),
        (None, Some(_)) => "",
    };
    let product = Product {
        service: if get(header.service).is_empty() { &offer } else { get(header.service) },
        usage_type: get(header.usage_type),
        operation: get(header.operation),
        region: get(header.region),
        from_region: get(header.from_region),
        to_region: get(header.to_region),
        location_type: location,
        engine: get(header.engine),
        volume: get(header.volume),
    };
    let place = match place(&product) {
        Ok(place) => place,
        Err(why) => {
            gather.leave_out(why, product.usage_type);
            return Ok(());
        }
    };
    let term = TermOf {
        code: get(header.term_code),
        sku: get(header.sku),
        effective: get(header.effective),
        lease: get(header.lease),
        option: get(header.option),
        class: get(header.class),
    };
    let dimension = Dimension {
        code: get(header.rate_code),
        unit: get(header.unit),
        usd: Some(get(header.price)).filter(|_| get(header.currency) == "USD"),
        from: get(header.from),
        to: get(header.to),
    };
    match get(header.term_type) {
        "OnDemand" => gather.on_demand(&place, &term, &dimension),
        "Reserved" => gather.reserved(&place, &term, &dimension),
        other => Err(gather.problem(format!("the term type `{other}` is neither OnDemand nor Reserved"))),
    }
}

fn plan(gather: &mut Gather<'_>, header: &Header, row: &StringRecord) -> Result<(), Problem> {
    let get = |at| cell(row, at);
    let product = Product {
        service: get(header.discounted_service),
        usage_type: get(header.discounted_usage_type),
        operation: get(header.discounted_operation),
        region: get(header.discounted_region),
        ..Product::default()
    };
    let place = match place(&product) {
        Ok(place) => place,
        Err(why) => {
            gather.leave_out(why, product.usage_type);
            return Ok(());
        }
    };
    let term = match get(header.lease_unit) {
        "year" => term_of_lease(get(header.lease)),
        _ => None,
    };
    let row = PlanRow {
        kind: plan_kind(get(header.family), get(header.service), get(header.usage_type)),
        term,
        payment: payment(get(header.option)),
        effective: get(header.effective),
        sku: get(header.discounted_sku),
        code: get(header.rate_code),
        unit: get(header.unit),
        usd: get(header.discounted_rate),
        currency: get(header.currency),
    };
    gather.plan(&place, &row)
}
