//! Looking at accounts: wishes, prices and what is there become findings.

use super::args::{LookArgs, ReachArgs};
use crate::args::PricingArgs;
use crate::failure::Failure;
use crate::input::{self, BUNDLE, Input};
use crate::output::say;
use crate::progress::Progress;
use jiff::Timestamp;
use stackcost_aws::{Access, Options, PreviewRequest, Session};
use stackcost_formats::fixes::{read_security_groups, read_wish};
use stackcost_formats::problem::{Problem, did_you_mean, region};
use stackcost_model::estimate::{LineKind, Total};
use stackcost_model::fixes::{
    self, Eyes, Finding, Gap, Guard, Plan, Seen, Snapshot, State, Target, Wish, hold_against_preview,
};
use stackcost_model::meter::{Region, ServiceCode};
use stackcost_model::price::PriceBook;
use std::collections::BTreeSet;
use std::path::Path;

/// What was seen.
pub(crate) struct Looked {
    /// Connections, to go on with.
    pub session: Session,
    /// The findings that were chosen.
    pub findings: Vec<Finding>,
    snapshot: Snapshot,
    book: PriceBook,
}

impl Looked {
    /// The plan that the findings lead to.
    pub fn plan(&self) -> Plan {
        fixes::plan(&self.snapshot, &self.findings, &self.book, env!("CARGO_PKG_VERSION"))
    }
}

/// Looks with these guards, or those of them that `--only` and `--except` leave.
pub(crate) fn look(args: &LookArgs, guards: &[Guard], now: Timestamp) -> Result<Looked, Failure> {
    let wish = wish(args)?;
    let chosen = chosen(args, guards)?;
    let wanted_regions = args.regions.iter().map(|code| region(code)).collect::<Result<Vec<_>, _>>()?;
    let security_groups = args.security_groups.as_deref().map(security_groups).transpose()?;
    let mut session = connect(&args.reach, args.regions.first().map(String::as_str), &args.reach.profiles)?;
    let regions = regions(&session, wanted_regions)?;
    let progress = Progress::open();
    let mut snapshot = session.snapshot(&regions, &chosen, &wish, now, &mut |what| progress.told(what));
    if let Some(groups) = security_groups {
        put_security_groups(&mut snapshot, groups)?;
    }
    let book = book(&regions)?;
    let eyes = Eyes { wish: &wish, book: &book, guards: &chosen, now };
    let mut findings = fixes::look(&snapshot, &eyes);
    select(&mut findings, &args.choose.only, &args.choose.except);
    if !args.no_preview {
        preview(&mut session, &snapshot, &mut findings);
    }
    drop(progress);
    Ok(Looked { session, findings, snapshot, book })
}

/// The wishes of the file, and what was typed.
fn wish(args: &LookArgs) -> Result<Wish, Failure> {
    let mut wish = match &args.wish {
        Some(path) => read_wish(&path.display().to_string(), &input::read_small(path)?)?,
        None => Wish::default(),
    };
    wish.protect.extend(args.protect.iter().cloned());
    wish.logs.allow_shorten |= args.allow_shorten;
    if let Some(stack) = &args.stack {
        let priced = Input::read(stack, &PricingArgs::default())?.price(None)?;
        let total = priced.total();
        if matches!(total, Total::AtLeast(_)) {
            say("the estimate of the stack is a lower bound: thresholds proposed from it are low");
        }
        // Credits run out: an alarm at what they leave would sound in every month after them.
        wish.billing.expected = Some(total.usd() - priced.of_kind(LineKind::Credit));
    }
    Ok(wish)
}

/// The guards that are meant: a pattern that is the word of a guard chooses that guard alone.
fn chosen(args: &LookArgs, guards: &[Guard]) -> Result<BTreeSet<Guard>, Failure> {
    let named = |patterns: &[String]| -> BTreeSet<Guard> {
        patterns.iter().filter_map(|pattern| pattern.parse().ok()).collect()
    };
    for pattern in args.choose.only.iter().chain(&args.choose.except) {
        // A word that is nearly that of a guard, and no path or pattern, is a slip.
        let plain = pattern.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let guess = did_you_mean(pattern, Guard::ALL.map(Guard::word));
        if let Some(guess) = guess.filter(|_| plain && pattern.parse::<Guard>().is_err()) {
            return Err(Problem::of_text(format!("there is no guard \"{pattern}\"")).help(guess).into());
        }
    }
    let (only, except) = (named(&args.choose.only), named(&args.choose.except));
    let all_named = !args.choose.only.is_empty() && only.len() == args.choose.only.len();
    let chosen: BTreeSet<Guard> = guards
        .iter()
        .copied()
        .filter(|guard| (!all_named || only.contains(guard)) && !except.contains(guard))
        .collect();
    if chosen.is_empty() {
        return Err(Problem::of_text("no guard is left to look").help(guard_words()).into());
    }
    Ok(chosen)
}

fn guard_words() -> String {
    format!("guards are: {}", Guard::ALL.map(Guard::word).join(", "))
}

/// Keeps what `only` names and `except` does not: guards by their word, resources and services by
/// name; and what that needs.
fn select(findings: &mut Vec<Finding>, only: &[String], except: &[String]) {
    let mut kept: Vec<bool> =
        findings.iter().map(|one| (only.is_empty() || one.is_named(only)) && !one.is_named(except)).collect();
    loop {
        let steps = findings.iter().zip(&kept).filter(|(_, kept)| **kept).flat_map(|(finding, _)| &finding.steps);
        let needed: BTreeSet<String> = steps.flat_map(|step| step.needs.iter().cloned()).collect();
        let needs = |finding: &Finding| finding.steps.iter().any(|step| needed.contains(&step.id));
        let more = |at: &usize| !kept[*at] && needs(&findings[*at]) && !findings[*at].is_named(except);
        let Some(at) = (0..findings.len()).find(more) else { break };
        kept[at] = true;
    }
    let mut kept = kept.into_iter();
    findings.retain(|_| kept.next().unwrap_or_default());
}

/// Connects to the accounts of these profiles, or of the environment.
pub(crate) fn connect(reach: &ReachArgs, region: Option<&str>, profiles: &[String]) -> Result<Session, Failure> {
    let mut named: Vec<Option<String>> = profiles.iter().cloned().map(Some).collect();
    if named.is_empty() {
        named.push(None);
    }
    let access = |profile| Access {
        profile,
        region: region.map(str::to_string),
        endpoint_url: reach.endpoint_url.clone(),
        patience: Some(reach.timeout.unsigned_abs()),
    };
    let accesses: Vec<Access> = named.into_iter().map(access).collect();
    let options = Options { parallel: usize::from(reach.parallel), pace: is_aws(reach) };
    Session::connect(&accesses, &options).map_err(failed)
}

/// Whether AWS itself is asked, whose published rates are kept to; another server is asked as fast
/// as it answers.
fn is_aws(reach: &ReachArgs) -> bool {
    let variable = || std::env::var("AWS_ENDPOINT_URL").ok().filter(|url| !url.is_empty());
    let elsewhere = reach.endpoint_url.clone().or_else(variable);
    elsewhere.is_none_or(|url| url.contains(".amazonaws.com") || url.contains(".api.aws"))
}

/// A call that failed, as this program says it.
pub(crate) fn failed(error: stackcost_aws::Error) -> Failure {
    crate::cost_explorer::failure_of(error)
}

/// The regions that were asked for, or those of the profiles.
fn regions(session: &Session, wanted: Vec<Region>) -> Result<Vec<Region>, Failure> {
    let mut regions: BTreeSet<Region> = wanted.into_iter().collect();
    if regions.is_empty() {
        for account in session.accounts() {
            regions.insert(region(&account.region)?);
        }
    }
    Ok(regions.into_iter().collect())
}

/// The part of the bundled book that guards use.
fn book(regions: &[Region]) -> Result<PriceBook, Failure> {
    let services = [ServiceCode::Ecr, ServiceCode::CloudWatch, ServiceCode::SecretsManager];
    let here = |region: Region| regions.contains(&region) || region == Region::US_EAST_1;
    Ok(BUNDLE
        .read(stackcost_prices::files(), |service, region| services.contains(&service) && region.is_none_or(here))?)
}

fn security_groups(path: &Path) -> Result<Vec<fixes::snapshot::SecurityGroup>, Failure> {
    let (name, text) = input::read_named(path)?;
    Ok(read_security_groups(&name, &text)?)
}

/// What was listed is of one account and region.
fn put_security_groups(snapshot: &mut Snapshot, groups: Vec<fixes::snapshot::SecurityGroup>) -> Result<(), Failure> {
    let mut places = snapshot.accounts.iter_mut().flat_map(|account| &mut account.regions);
    match (places.next(), places.next()) {
        (Some(place), None) => {
            place.security_groups = Ok(groups);
            Ok(())
        }
        _ => Err(Problem::of_text("--security-groups is about one account and region: look at one alone").into()),
    }
}

/// Has ECR preview the policies that would be put, and holds them against our own evaluation.
fn preview(session: &mut Session, snapshot: &Snapshot, findings: &mut [Finding]) {
    let mut asked = Vec::new();
    let mut whose = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        for step in &finding.steps {
            if let (Target::LifecyclePolicy { repository }, Some(State::LifecyclePolicy { text })) =
                (&step.target, &step.after)
            {
                whose.push(at);
                asked.push(PreviewRequest {
                    account: step.account.clone(),
                    region: step.region,
                    repository: repository.clone(),
                    policy: text.clone(),
                });
            }
        }
    }
    let answers = session.previews(&asked);
    for (at, answer) in whose.into_iter().zip(answers) {
        let seen: Seen<Vec<(String, u32)>> = answer.map_err(|error| match error.kind {
            stackcost_aws::Kind::Denied => Gap::Denied { action: error.action.to_string() },
            _ => Gap::Failed { action: error.action.to_string(), why: error.message },
        });
        hold_against_preview(snapshot, &mut findings[at], seen);
    }
}
