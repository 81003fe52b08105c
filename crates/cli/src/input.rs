//! Reading what the user names: stack files, timelines, price books.

use crate::args::PricingArgs;
use crate::failure::Failure;
use crate::output::say;
use crate::prices::{self, OwnBook, age};
use stackcost_formats::classes::Classes;
use stackcost_formats::owned::Owned as Typed;
use stackcost_formats::price_book::{self, Bundle};
use stackcost_formats::problem::{Problem, Problems, did_you_mean};
use stackcost_formats::stack::{Calibrated, Env, FileKind, Named, Resolved, StackFile, calibrate};
use stackcost_model::commitment::Catalog;
use stackcost_model::estimate::{Estimate, estimate};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::{Price, PriceBook};
use stackcost_model::reconcile::Reconciliation;
use stackcost_model::report::load_remarks;
use stackcost_model::services::Component;
use stackcost_model::settle::{Owned, settle};
use stackcost_model::time::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Larger stack files are something else by mistake.
const STACK_BYTES: u64 = 1 << 20;
/// Larger timelines and price books, too.
const DATA_BYTES: u64 = 64 << 20;
/// Larger traces, too: ten million rows.
const TRACE_BYTES: u64 = 1 << 30;

/// The texts of the bundled book.
pub(crate) const BUNDLE: Bundle = Bundle {
    version: stackcost_prices::VERSION,
    sources: stackcost_prices::SOURCES,
    allowances: stackcost_prices::ALLOWANCES,
    sign_up: stackcost_prices::SIGN_UP,
};

/// A stack file with what it takes to price it.
pub(crate) struct Input {
    name: String,
    text: String,
    file: StackFile,
    folder: PathBuf,
    classes: Classes,
    /// The user's rates, and the day whose rates count.
    own: Option<OwnBook>,
    as_of: Option<Date>,
    /// What "now" is where a month has no date, if not the day of the book.
    now: Option<Date>,
    /// Rates of more days than this are told of.
    max_age: i32,
}

impl Input {
    /// Reads a stack file (`-`: standard input), applies `--set`, reads `--price-book`.
    pub fn read(path: &Path, args: &PricingArgs) -> Result<Input, Failure> {
        let stdin = path == Path::new("-");
        let (name, text) = if stdin {
            ("standard input".to_string(), read_text(std::io::stdin().lock(), "standard input", STACK_BYTES)?)
        } else {
            (
                path.display().to_string(),
                read_file(path, STACK_BYTES, Some("`stackcost init` writes a starter stack file"))?,
            )
        };
        let mut file = StackFile::parse(&name, &text)?;
        if let Some(account) = &args.account {
            let (name, text) = account_text(account, stdin)?;
            file.of_account(&name, &text)?;
        }
        for set in &args.set {
            file.set(set)?;
        }
        let folder = if stdin { PathBuf::new() } else { path.parent().map(Path::to_path_buf).unwrap_or_default() };
        let own = args.price_book.as_deref().map(OwnBook::open).transpose()?;
        let classes = Classes::parse(stackcost_prices::CLASSES)?;
        let max_age = args.max_age.unwrap_or(age::OLD);
        Ok(Input { name, text, file, folder, classes, own, as_of: args.as_of, now: None, max_age })
    }

    /// Estimates over this month, whatever the file and `--set` say.
    pub fn set_month(&mut self, month: &str) -> Result<(), Failure> {
        Ok(self.file.set(&format!("month={month}"))?)
    }

    /// Takes months without a date as of this day, whatever day the book is of.
    pub fn set_now(&mut self, day: Date) {
        self.now = Some(day);
    }

    /// The day that months without a date are taken as of.
    pub fn now(&self) -> Result<Option<Date>, Problems> {
        let resolved = self.resolve(None)?;
        Ok(self.as_of(&resolved).or(self.book(&resolved)?.day()))
    }

    /// Other values of keys of `tasks` of a component (the only one, without a name).
    pub fn set_tasks(&mut self, component: Option<&str>, keys: &[(&str, &str)]) -> Result<(), Failure> {
        if keys.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.file.fargate().collect();
        let name = match (component, &names[..]) {
            (Some(component), _) => component.strip_prefix("fargate.").unwrap_or(component).to_string(),
            (None, [only]) => (*only).to_string(),
            (None, _) => {
                return Err(Problem::of_text("which service the trace is of is not clear")
                    .help("choose one with --component fargate.NAME")
                    .into());
            }
        };
        for (key, value) in keys {
            self.file.set_tasks(&name, key, value)?;
        }
        Ok(())
    }

    /// The day whose rates count.
    pub fn as_of(&self, resolved: &Resolved) -> Option<Date> {
        self.as_of.or(resolved.as_of)
    }

    /// The stack file.
    pub fn file(&self) -> &StackFile {
        &self.file
    }

    /// Prices the stack as it is, or as a scenario has it.
    pub fn price(&self, scenario: Option<&str>) -> Result<Estimate, Failure> {
        self.price_and_tell(scenario).map(|(priced, _)| priced)
    }

    /// The same at list prices, for what a bill tells of usage: what was agreed with AWS stands under other
    /// kinds of charges there.
    pub fn at_list_prices(&self, scenario: Option<&str>) -> Result<Estimate, Failure> {
        let resolved = self.resolve(scenario)?;
        let mut priced = estimate(&resolved.stack, &self.book(&resolved)?, self.as_of(&resolved));
        priced.scenario = scenario.map(str::to_string);
        priced.remarks.extend(self.age(&priced));
        say_left_out(&resolved, true, true);
        Ok(priced)
    }

    /// The same, with what to know of the loads that it was priced by, a line each.
    pub fn price_and_tell(&self, scenario: Option<&str>) -> Result<(Estimate, Vec<String>), Failure> {
        let resolved = self.resolve(scenario)?;
        let book = self.book(&resolved)?;
        let mut priced = self.settled(&resolved, &book)?;
        priced.scenario = scenario.map(str::to_string);
        priced.remarks.extend(self.age(&priced));
        let told = resolved.autoscaled.iter().flat_map(|(component, scaled)| {
            let lines = load_remarks(scaled.source, &scaled.remarks, scaled.usual_step, &scaled.service);
            lines.into_iter().map(move |line| format!("{component}, {line}"))
        });
        Ok((priced, told.collect()))
    }

    /// The estimate with what the account takes off.
    fn settled(&self, resolved: &Resolved, book: &PriceBook) -> Result<Estimate, Failure> {
        let as_of = self.as_of(resolved);
        let mut priced = estimate(&resolved.stack, book, as_of);
        let catalog = match resolved.owned.is_empty() {
            true => Catalog::default(),
            false => self.catalog(&priced, as_of)?,
        };
        let wrong = |why: String| Problem::of_text(format!("[account] of {}: {why}", self.name));
        let here = priced.region;
        let (held, away) = of_region(&resolved.owned, here);
        priced.remarks.extend(away);
        let held = held.into_iter().map(|owned| owned.commitment(&catalog, here));
        let held = held.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let owned = Owned { catalog: &catalog, commitments: &held, from: "`owned` of [account]" };
        let lacking = if held.is_empty() { Vec::new() } else { catalog.lacking(&priced) };
        settle(priced, &resolved.stack, book, Some(&owned)).map_err(|why| {
            let problem = wrong(why.to_string());
            match &prices::missing(&lacking)[..] {
                [] => problem.into(),
                steps => problem.help(steps.join("\n")).into(),
            }
        })
    }

    /// What is known of commitments that may cover an estimate.
    pub fn catalog(&self, priced: &Estimate, as_of: Option<Date>) -> Result<Catalog, Failure> {
        let mut services: BTreeSet<ServiceCode> = priced.lines.iter().map(|line| line.service).collect();
        // What is owned may be for other stacks.
        services.extend([ServiceCode::Ecs, ServiceCode::Rds, ServiceCode::ElastiCache]);
        prices::catalog(&BTreeMap::from([(priced.region, services)]), self.own.as_ref(), as_of)
    }

    /// What to say under a report of rates that are old.
    pub fn age(&self, priced: &Estimate) -> Option<String> {
        age::remark(priced, self.own.as_ref(), self.max_age)
    }

    /// The part of the bundled book that a stack needs. Later overrides go first: the stack
    /// file's `[prices]` over `--price-book` over the bundle.
    pub fn book(&self, resolved: &Resolved) -> Result<PriceBook, Problems> {
        let components = resolved.stack.components.iter();
        let meters = components.flat_map(|(_, component)| component.meters());
        let services: BTreeSet<ServiceCode> = meters.map(|meter| meter.service).collect();
        let here = resolved.stack.region;
        let wanted = |service: ServiceCode, region: Option<Region>| {
            services.contains(&service) && region.is_none_or(|region| region == here)
        };
        let mut book = BUNDLE.read(stackcost_prices::files(), wanted)?;
        if let Some(own) = &self.own {
            own.lay_over(&mut book, wanted)?;
        }
        book.override_with(resolved.prices.iter().cloned());
        if let Some(now) = self.now {
            book.set_day(now);
        }
        Ok(book)
    }

    /// The stack as it is, or as a scenario has it.
    pub fn resolve(&self, scenario: Option<&str>) -> Result<Resolved, Problems> {
        self.file.resolve(scenario, &Env { classes: &self.classes, load: &|named| self.load(named) })
    }

    /// What is in a file that the stack file names; a path of the command line is as it stands there.
    fn load(&self, named: &Named<'_>) -> Result<Vec<u8>, String> {
        let path = if named.beside { PathBuf::from(named.path) } else { self.folder.join(named.path) };
        let most = match named.kind {
            FileKind::Timeline => DATA_BYTES,
            FileKind::Trace => TRACE_BYTES,
        };
        read_bytes(&path, most).map_err(|failure| match failure {
            Failure::Input(Problems(problems)) => problems.into_iter().map(|problem| problem.message).collect(),
            Failure::Failed(problem) => problem.message,
            Failure::BrokenPipe => String::new(),
        })
    }

    /// The stack file with the quantities of a bill.
    pub fn calibrate(&self, of: &Reconciliation) -> Result<Calibrated, Problems> {
        let env = Env { classes: &self.classes, load: &|named| self.load(named) };
        calibrate(&self.name, &self.text, of, &env)
    }
}

/// The commitments that may cover something in a region, and words on those that are for others.
pub(crate) fn of_region<'a>(owned: impl IntoIterator<Item = &'a Typed>, here: Region) -> (Vec<&'a Typed>, Vec<String>) {
    let (mut held, mut away) = (Vec::new(), Vec::new());
    for owned in owned {
        match owned.elsewhere(here) {
            None => held.push(owned),
            Some(region) => away.push(format!("{} is owned in {region}: it covers nothing in {here}", owned.name())),
        }
    }
    (held, away)
}

/// Says what of an account a command leaves out that goes by list prices, or of which only private rates and
/// what is owned count.
pub(crate) fn say_left_out(resolved: &Resolved, rates_too: bool, owned_too: bool) {
    let account = &resolved.stack.account;
    let parts = [
        ("private rates", rates_too && !account.private_rates.is_empty()),
        ("commitments that are owned", owned_too && !resolved.owned.is_empty()),
        ("the discount", account.discount.is_some()),
        ("credits", !account.credits.is_empty()),
    ];
    let left: Vec<&str> = parts.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect();
    if !left.is_empty() {
        let by = if rates_too { "this goes by list prices" } else { "only rates count here" };
        say(&format!("{by}: of [account], {} left out", listed(&left)));
    }
}

/// `a is`, `a and b are`, `a, b and c are`.
fn listed(names: &[&str]) -> String {
    match names {
        [only] => format!("{only} {}", if only.ends_with('s') { "are" } else { "is" }),
        [first @ .., last] => format!("{} and {last} are", first.join(", ")),
        [] => String::new(),
    }
}

/// How many vCPUs a Fargate task of the stack has, where all its services have the same.
pub(crate) fn task_vcpu(path: &Path) -> Result<Option<Ratio>, Failure> {
    let input = Input::read(path, &PricingArgs::default())?;
    let stack = input.resolve(None)?.stack;
    let mut sizes = stack.components.iter().filter_map(|(_, component)| match component {
        Component::Fargate(fargate) => Some(fargate.size.vcpus()),
        _ => None,
    });
    let first = sizes.next();
    Ok(first.filter(|first| sizes.all(|size| size == *first)))
}

/// A user's CSV of rates. A usage type that neither a component nor the bundled book knows is a
/// slip of the pen: its rate would never be looked at.
pub(crate) fn user_book(path: &Path) -> Result<Vec<Price>, Failure> {
    let name = path.display().to_string();
    let prices = price_book::user_book(&name, &read_file(path, DATA_BYTES, None)?)?;
    let billed = |price: &Price| {
        let mut meters = Component::all_meters();
        meters.any(|meter| {
            meter.service == price.service && meter.unit == price.unit && meter.stands_for(&price.usage_type)
        })
    };
    let strange: Vec<&Price> = prices.iter().filter(|price| !billed(price)).collect();
    if strange.is_empty() {
        return Ok(prices);
    }
    let services: Vec<ServiceCode> = strange.iter().map(|price| price.service).collect();
    let book = BUNDLE.read(stackcost_prices::files(), |service, _| services.contains(&service))?;
    let listed = |price: &Price| {
        let mut known = book.prices().iter();
        known.any(|known| {
            known.service == price.service && known.usage_type == price.usage_type && known.unit == price.unit
        })
    };
    if let Some(price) = strange.into_iter().find(|price| !listed(price)) {
        let (service, usage_type, unit) = (price.service, &price.usage_type, price.unit);
        let problem = Problem::of_text(format!("{name}: {service} has no usage type `{usage_type}` counted in {unit}"));
        let known = book.prices().iter().filter(|known| known.service == service).map(|known| &*known.usage_type);
        return Err(problem
            .help(did_you_mean(usage_type, known).unwrap_or_else(|| {
                "`stackcost prices show SERVICE --format csv` lists usage types and units".to_string()
            }))
            .into());
    }
    Ok(prices)
}

/// The file of an account, or standard input (`-`) where the stack is not that.
fn account_text(path: &Path, stack_is_stdin: bool) -> Result<(String, String), Failure> {
    let stdin = "standard input";
    if path != Path::new("-") {
        let missing = "it is a TOML file with the table [account], or [prices], as in a stack file";
        return Ok((path.display().to_string(), read_file(path, STACK_BYTES, Some(missing))?));
    }
    if stack_is_stdin {
        return Err(Problem::of_text("standard input can be read once, as the stack or as the account").into());
    }
    Ok((stdin.to_string(), read_text(std::io::stdin().lock(), stdin, STACK_BYTES)?))
}

/// Reads a small text file.
pub(crate) fn read_small(path: &Path) -> Result<String, Failure> {
    read_file(path, STACK_BYTES, None)
}

/// Reads a text of some size.
pub(crate) fn read_data(path: &Path) -> Result<String, Failure> {
    read_file(path, DATA_BYTES, None)
}

/// Reads a text of some size, or standard input (`-`); with its name.
pub(crate) fn read_named(path: &Path) -> Result<(String, String), Failure> {
    if path == Path::new("-") {
        let name = "standard input";
        return Ok((name.to_string(), read_text(std::io::stdin().lock(), name, DATA_BYTES)?));
    }
    Ok((path.display().to_string(), read_file(path, DATA_BYTES, None)?))
}

/// Reads a text file; `missing` is what to do when it is not there.
fn read_file(path: &Path, most: u64, missing: Option<&str>) -> Result<String, Failure> {
    let name = path.display().to_string();
    read_text(open(path, missing)?, &name, most)
}

/// Reads a file of at most so many bytes; `-` is standard input.
fn read_bytes(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    if path == Path::new("-") {
        return bytes(std::io::stdin().lock(), "standard input", most);
    }
    bytes(open(path, None)?, &path.display().to_string(), most)
}

fn open(path: &Path, missing: Option<&str>) -> Result<File, Failure> {
    let name = path.display().to_string();
    let failed = |error: &std::io::Error| {
        let problem = Problem::of_text(format!("cannot read {name}: {error}"));
        match missing.filter(|_| error.kind() == std::io::ErrorKind::NotFound) {
            Some(help) => problem.help(help),
            None => problem,
        }
    };
    let file = File::open(path).map_err(|error| failed(&error))?;
    let metadata = file.metadata().map_err(|error| failed(&error))?;
    if metadata.is_dir() {
        return Err(Problem::of_text(format!("{name} is a folder, not a file")).into());
    }
    Ok(file)
}

/// Reads at most so many bytes.
fn bytes(source: impl Read, name: &str, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    source
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Problem::of_text(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > most {
        return Err(Problem::of_text(format!(
            "{name} is larger than {} MiB, too large for what it should be",
            most >> 20
        ))
        .into());
    }
    Ok(bytes)
}

/// Reads UTF-8 text of at most so many bytes.
fn read_text(source: impl Read, name: &str, most: u64) -> Result<String, Failure> {
    String::from_utf8(bytes(source, name, most)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Problem::of_text(format!("{name} is no text: byte {at} is not UTF-8")).help("is it the right file?").into()
    })
}
