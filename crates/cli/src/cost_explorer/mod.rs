//! Cost Explorer for the commands: answers from the cache, or from AWS for a cent a page. What
//! it may cost is said before, what it did cost after.

mod cache;
mod identity;

use crate::failure::{self, Failure};
use crate::output::say;
use cache::Cache;
use clap::Args;
use jiff::Timestamp;
use stackcost_aws::{Access, Client, Error, Kind, Page};
use stackcost_formats::cost_explorer::Saved;
use stackcost_formats::problem::{Problem, Problems};
use stackcost_model::cost_explorer::{Answer, GroupBy, Request, price_of};

/// Whom to ask, and how much may be paid for it.
#[derive(Debug, Args)]
pub(crate) struct CostExplorerArgs {
    /// The AWS profile to use (repeat for several accounts) [default: as the AWS CLI]
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,
    /// Ask this server instead of AWS
    #[arg(long, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Never pay for more pages than this; each is $0.01
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub max_requests: u64,
    /// Take answers only from the cache
    #[arg(long, conflicts_with = "refresh")]
    pub offline: bool,
    /// Ask again for what is in the cache
    #[arg(long)]
    pub refresh: bool,
}

/// What came.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// In the order of the profiles, each account once.
    pub accounts: Vec<Account>,
    /// What did not come; it has been said on standard error, so all that is left is to be partial.
    pub failures: Vec<Missing>,
    /// Pages that were paid for.
    pub paid: u64,
    /// Answers that were in the cache.
    pub cached: u64,
}

/// The answers for an account.
#[derive(Debug)]
pub(crate) struct Account {
    /// Its number.
    pub id: String,
    /// The first profile that belongs to it, if one was named.
    pub profile: Option<String>,
    /// One for each request, in their order; `None` has a failure. None of them is ever empty
    /// because something went wrong.
    pub answers: Vec<Option<Answer>>,
}

/// What did not come, and why.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    /// The profile, if one was named.
    pub profile: Option<String>,
    /// The account, if it is known.
    pub account: Option<String>,
    /// Which request; all of them without it.
    pub request: Option<usize>,
    /// Why.
    pub problem: Problem,
    /// Whether what was typed is to blame: bad usage.
    pub bad_input: bool,
}

/// Asks for all of `requests` in all accounts. A denied account or request does not keep the
/// others from being answered.
///
/// # Errors
/// A request that AWS would refuse; and when nothing came at all, why.
pub(crate) fn fetch(requests: &[Request], args: &CostExplorerArgs, now: Timestamp) -> Result<Fetched, Failure> {
    let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let endpoint = identity::endpoint(args.endpoint_url.as_deref(), &environment);
    let connect = |profile: Option<&str>| {
        let access = Access {
            profile: profile.map(str::to_string),
            endpoint_url: args.endpoint_url.clone(),
            ..Access::default()
        };
        Ok(Box::new(Client::connect(&access)?) as Box<dyn Aws>)
    };
    let cache = Cache::open();
    // Whole seconds are easier to read in the cache; never one to come.
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let fingerprint = |profile: Option<&str>| identity::fingerprint(profile, endpoint.as_deref(), &environment);
    Fetch { requests, args, now, cache, endpoint: endpoint.clone(), fingerprint: &fingerprint, connect: &connect }.run()
}

/// A page, or why there is none.
type Paged = Result<Page<Answer>, Error>;
/// A connection, or why there is none.
type Connected = Result<Box<dyn Aws>, Error>;

/// What is asked of AWS; tests stand in for it.
trait Aws {
    fn account(&self) -> Result<String, Error>;
    fn page(&self, request: &Request, token: Option<&str>) -> Paged;
}

impl Aws for Client {
    fn account(&self) -> Result<String, Error> {
        Client::account(self)
    }

    fn page(&self, request: &Request, token: Option<&str>) -> Paged {
        self.cost_and_usage(request, token)
    }
}

struct Fetch<'a> {
    requests: &'a [Request],
    args: &'a CostExplorerArgs,
    now: Timestamp,
    cache: Cache,
    endpoint: Option<String>,
    /// Stands for the credentials that a profile has now; none if that cannot be known.
    fingerprint: &'a dyn Fn(Option<&str>) -> Option<String>,
    connect: &'a dyn Fn(Option<&str>) -> Connected,
}

impl Fetch<'_> {
    fn run(&self) -> Result<Fetched, Failure> {
        for request in self.requests {
            request.check().map_err(|wrong| Problem::of_text(wrong.to_string()))?;
        }
        let mut profiles: Vec<Option<&str>> = self.args.profiles.iter().map(|name| Some(name.as_str())).collect();
        if profiles.is_empty() {
            profiles.push(None);
        }
        let mut fetched = Fetched { accounts: Vec::new(), failures: Vec::new(), paid: 0, cached: 0 };
        for profile in profiles {
            self.profile(profile, &mut fetched);
        }
        self.summary(&fetched);
        let came = fetched.accounts.iter().any(|account| account.answers.iter().any(Option::is_some));
        let mut said: Vec<&Problem> = Vec::new();
        for Missing { problem, .. } in &fetched.failures {
            if !said.contains(&problem) {
                said.push(problem);
            }
        }
        match said.split_last() {
            Some((last, others)) if !came => {
                if fetched.failures.iter().all(|missing| missing.bad_input) {
                    return Err(Problems(said.into_iter().cloned().collect()).into());
                }
                others.iter().for_each(|problem| failure::show((*problem).clone()));
                Err(Failure::Failed((*last).clone()))
            }
            _ => {
                said.into_iter().for_each(|problem| failure::show(problem.clone()));
                Ok(fetched)
            }
        }
    }

    /// Adds what the account of a profile answers.
    fn profile(&self, profile: Option<&str>, fetched: &mut Fetched) {
        let (account, mut aws) = match self.account(profile) {
            Ok(found) => found,
            Err(why) => return self.miss(fetched, profile, None, None, why),
        };
        if let Some(known) = fetched.accounts.iter().find(|known| known.id == account) {
            let name = |profile: Option<&str>| profile.unwrap_or("default").to_string();
            let (this, first) = (name(profile), name(known.profile.as_deref()));
            return say(&format!("profiles {first} and {this} are the same account, {account}: it counts once"));
        }
        let mut answers: Vec<Option<Answer>> = Vec::new();
        let mut begun: Vec<(usize, Option<Saved>)> = Vec::new();
        for (index, request) in self.requests.iter().enumerate() {
            match self.cached(&account, request) {
                Found::Answer(answer) => {
                    fetched.cached += 1;
                    answers.push(Some(answer));
                    continue;
                }
                Found::Start(saved) => begun.push((index, Some(saved))),
                Found::Nothing => begun.push((index, None)),
            }
            answers.push(None);
        }
        if self.args.offline {
            for (index, _) in begun {
                let what = describe(&self.requests[index]);
                let problem = Problem::of_text(format!("{what} of account {account} is not in the cache"));
                let problem = problem.help("without --offline it is asked for, at $0.01 a page");
                self.miss(fetched, profile, Some(&account), Some(index), problem.into());
            }
        } else if !begun.is_empty() {
            let requests = plural(begun.len() as u64, "request");
            say(&format!("Cost Explorer: {requests} for account {account}, ${} a page", price_of(1)));
            for (index, saved) in begun {
                match self.ask(profile, &account, &mut aws, &self.requests[index], saved, &mut fetched.paid) {
                    Ok(answer) => answers[index] = Some(answer),
                    Err(why) => self.miss(fetched, profile, Some(&account), Some(index), why),
                }
            }
        }
        fetched.accounts.push(Account { id: account, profile: profile.map(str::to_string), answers });
    }

    /// The account of a profile, remembered or asked for; with the connection, if one was made.
    fn account(&self, profile: Option<&str>) -> Result<(String, Option<Box<dyn Aws>>), Why> {
        let fingerprint = (self.fingerprint)(profile);
        if let Some(print) = &fingerprint
            && let Some(account) = self.cache.account(print, self.now, self.args.offline)
        {
            return Ok((account, None));
        }
        if self.args.offline {
            let whose = profile.map_or("these credentials".to_string(), |name| format!("profile {name}"));
            let problem = Problem::of_text(format!("the account of {whose} is not known offline"));
            return Err(problem.help("once without --offline, and it is remembered").into());
        }
        let aws = (self.connect)(profile)?;
        let account = aws.account()?;
        if let Some(print) = &fingerprint {
            self.cache.remember_account(print, &account, self.now);
        }
        Ok((account, Some(aws)))
    }

    fn cached(&self, account: &str, request: &Request) -> Found {
        if self.args.refresh {
            return Found::Nothing;
        }
        match self.cache.answer(account, self.endpoint.as_deref(), request) {
            Some(saved) if saved.next.is_some() => {
                if cache::may_go_on(&saved, self.now) {
                    Found::Start(saved)
                } else {
                    Found::Nothing
                }
            }
            Some(saved) if cache::holds(&saved, request, self.now) => Found::Answer(saved.answer),
            Some(saved) if self.args.offline => {
                say(&format!("{} of account {account} is that of {}", describe(request), saved.fetched));
                Found::Answer(saved.answer)
            }
            _ => Found::Nothing,
        }
    }

    /// Pays for the pages of an answer that are still to come, and keeps them.
    fn ask(
        &self,
        profile: Option<&str>,
        account: &str,
        aws: &mut Option<Box<dyn Aws>>,
        request: &Request,
        begun: Option<Saved>,
        paid: &mut u64,
    ) -> Result<Answer, Why> {
        let aws = match aws {
            Some(aws) => aws,
            None => aws.insert((self.connect)(profile)?),
        };
        let mut goes_on = begun.is_some();
        let (mut answer, mut next) = begun.map_or_else(Default::default, |saved| (saved.answer, saved.next));
        let keep = |answer: &Answer, next: &Option<String>| {
            let (account, endpoint, fetched) = (account.to_string(), self.endpoint.clone(), self.now);
            self.cache.keep(request, Saved { account, endpoint, fetched, answer: answer.clone(), next: next.clone() });
        };
        loop {
            if *paid >= self.args.max_requests {
                let why =
                    format!("{} of account {account} would take more than --max-requests {}", describe(request), paid);
                return Err(Problem::of_text(why)
                    .help("what has come is in the cache: allow more, and it goes on")
                    .into());
            }
            let page = match aws.page(request, next.as_deref()) {
                Ok(page) => page,
                // The token that was kept is no longer good: from the start, then.
                Err(error) if goes_on && error.kind == Kind::BadRequest => {
                    goes_on = false;
                    (answer, next) = Default::default();
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            *paid += 1;
            goes_on = false;
            if page.next.is_some() && page.next == next {
                return Err(
                    Problem::of_text(format!("Cost Explorer gives account {account} the same page again")).into()
                );
            }
            next = page.next;
            answer = Answer::join([answer, page.answer]).map_err(|wrong| {
                Problem::of_text(format!("Cost Explorer's pages do not fit: {wrong}")).help("--refresh asks anew")
            })?;
            keep(&answer, &next);
            if next.is_none() {
                return Ok(answer);
            }
        }
    }

    fn miss(
        &self,
        fetched: &mut Fetched,
        profile: Option<&str>,
        account: Option<&str>,
        request: Option<usize>,
        Why { mut problem, bad_input }: Why,
    ) {
        // Of one alone it is clear which.
        if let (Some(name), [_, _, ..]) = (profile, self.args.profiles.as_slice()) {
            problem.message = format!("profile {name}: {}", problem.message);
        }
        let owned = |text: Option<&str>| text.map(str::to_string);
        fetched.failures.push(Missing {
            profile: owned(profile),
            account: owned(account),
            request,
            problem,
            bad_input,
        });
    }

    fn summary(&self, fetched: &Fetched) {
        let paid = (fetched.paid > 0)
            .then(|| format!("{}, ${}", plural(fetched.paid, "request"), price_of(fetched.paid).to_fixed(2)));
        let cached = (fetched.cached > 0).then(|| format!("{} from the cache", plural(fetched.cached, "answer")));
        let parts: Vec<String> = paid.into_iter().chain(cached).collect();
        if !parts.is_empty() {
            say(&format!("Cost Explorer: {}", parts.join("; ")));
        }
    }
}

/// What the cache has for a request.
enum Found {
    Answer(Answer),
    /// Pages of an answer that goes on.
    Start(Saved),
    Nothing,
}

/// Why something did not come.
struct Why {
    problem: Problem,
    bad_input: bool,
}

impl From<Problem> for Why {
    fn from(problem: Problem) -> Why {
        Why { problem, bad_input: false }
    }
}

impl From<Error> for Why {
    fn from(error: Error) -> Why {
        let problem = Problem { help: error.help, ..Problem::of_text(error.message) };
        Why { problem, bad_input: error.kind == Kind::UnknownProfile }
    }
}

/// A request in words: `2026-09-01 until 2026-10-01, monthly, by SERVICE`.
fn describe(request: &Request) -> String {
    let Request { start, end, granularity, group_by, .. } = request;
    let mut text = format!("{start} until {end}, {}", granularity.word().to_lowercase());
    for (index, group) in group_by.iter().enumerate() {
        let (GroupBy::Dimension(key) | GroupBy::Tag(key) | GroupBy::CostCategory(key)) = group;
        text.push_str(if index == 0 { ", by " } else { " and " });
        text.push_str(key);
    }
    text
}

fn plural(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
