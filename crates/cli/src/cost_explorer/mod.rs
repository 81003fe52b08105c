//! Cost Explorer for the commands: answers from the cache, or from AWS for a cent a page. What
//! it may cost is said before, what it did cost after.

mod cache;
mod identity;
mod question;

use crate::failure::{self, Failure};
use crate::output::say;
use cache::Cache;
use clap::Args;
use jiff::Timestamp;
use question::Paid;
use stackcost_aws::{Access, Client, Error, Kind, Page};
use stackcost_formats::cost_explorer::Saved;
use stackcost_formats::problem::{Problem, Problems};
use stackcost_model::cost_explorer::{Answer, Drivers, DriversRequest, Forecast, ForecastRequest, Request, price_of};
use std::cell::Cell;

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
    /// Pages that this run has paid for: the most is for all of its questions together.
    #[arg(skip)]
    pub paid: Cell<u64>,
}

/// What came.
#[derive(Debug)]
pub(crate) struct Fetched<A> {
    /// In the order of the profiles, each account once.
    pub accounts: Vec<Account<A>>,
    /// What did not come; it has been said on standard error, so all that is left is to be partial.
    pub failures: Vec<Missing>,
    /// Pages that were paid for.
    pub paid: u64,
    /// Answers that were in the cache.
    pub cached: u64,
}

/// The answers for an account.
#[derive(Debug)]
pub(crate) struct Account<A> {
    /// Its number.
    pub id: String,
    /// The first profile that belongs to it, if one was named.
    pub profile: Option<String>,
    /// One for each request, in their order; `None` has a failure. None of them is ever empty
    /// because something went wrong.
    pub answers: Vec<Option<A>>,
}

/// Why something did not come.
#[derive(Clone, Debug)]
pub(crate) struct Missing {
    /// With the profile, where several were named.
    pub problem: Problem,
    /// Whether what was typed is to blame: bad usage.
    bad_input: bool,
}

/// Asks what was spent, by all of `requests` in all accounts; the same request twice is asked
/// once. A denied account or request does not keep the others from being answered.
///
/// # Errors
/// A request that AWS would refuse; and when nothing came at all, why.
pub(crate) fn fetch(requests: &[Request], args: &CostExplorerArgs, now: Timestamp) -> Result<Fetched<Answer>, Failure> {
    fetch_any(requests, args, now)
}

/// Asks what AWS expects to be spent. A forecast is good for a day.
///
/// # Errors
/// As [`fetch`].
pub(crate) fn fetch_forecast(
    requests: &[ForecastRequest],
    args: &CostExplorerArgs,
    now: Timestamp,
) -> Result<Fetched<Forecast>, Failure> {
    fetch_any(requests, args, now)
}

/// Asks what moved the cost between months. Those of two months whose books are closed are good
/// for ever.
///
/// # Errors
/// As [`fetch`].
pub(crate) fn fetch_drivers(
    requests: &[DriversRequest],
    args: &CostExplorerArgs,
    now: Timestamp,
) -> Result<Fetched<Drivers>, Failure> {
    fetch_any(requests, args, now)
}

fn fetch_any<Q: Paid>(requests: &[Q], args: &CostExplorerArgs, now: Timestamp) -> Result<Fetched<Q::Answer>, Failure> {
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

/// A connection, or why there is none.
type Connected = Result<Box<dyn Aws>, Error>;

/// What is asked of AWS; tests stand in for it.
trait Aws {
    fn account(&self) -> Result<String, Error>;
    fn cost_and_usage(&self, request: &Request, token: Option<&str>) -> Result<Page<Answer>, Error>;
    fn cost_forecast(&self, request: &ForecastRequest) -> Result<Forecast, Error>;
    fn cost_comparison_drivers(&self, request: &DriversRequest, token: Option<&str>) -> Result<Page<Drivers>, Error>;
}

impl Aws for Client {
    fn account(&self) -> Result<String, Error> {
        Client::account(self)
    }

    fn cost_and_usage(&self, request: &Request, token: Option<&str>) -> Result<Page<Answer>, Error> {
        Client::cost_and_usage(self, request, token)
    }

    fn cost_forecast(&self, request: &ForecastRequest) -> Result<Forecast, Error> {
        Client::cost_forecast(self, request)
    }

    fn cost_comparison_drivers(&self, request: &DriversRequest, token: Option<&str>) -> Result<Page<Drivers>, Error> {
        Client::cost_comparison_drivers(self, request, token)
    }
}

struct Fetch<'a, Q> {
    requests: &'a [Q],
    args: &'a CostExplorerArgs,
    now: Timestamp,
    cache: Cache,
    endpoint: Option<String>,
    /// Stands for the credentials that a profile has now; none if that cannot be known.
    fingerprint: &'a dyn Fn(Option<&str>) -> Option<String>,
    connect: &'a dyn Fn(Option<&str>) -> Connected,
}

impl<Q: Paid> Fetch<'_, Q> {
    fn run(&self) -> Result<Fetched<Q::Answer>, Failure> {
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
    fn profile(&self, profile: Option<&str>, fetched: &mut Fetched<Q::Answer>) {
        let (account, mut aws) = match self.account(profile) {
            Ok(found) => found,
            Err(why) => return fetched.failures.push(self.named(profile, why)),
        };
        if let Some(known) = fetched.accounts.iter().find(|known| known.id == account) {
            let name = |profile: Option<&str>| profile.unwrap_or("default").to_string();
            let (this, first) = (name(profile), name(known.profile.as_deref()));
            return say(&format!("profiles {first} and {this} are the same account, {account}: it counts once"));
        }
        let mut answers: Vec<Option<Q::Answer>> = Vec::new();
        let mut begun: Vec<(usize, Option<Saved<Q::Answer>>)> = Vec::new();
        // Where each question stands for the first time.
        let first = |request: &Q| self.requests.iter().position(|other| other == request);
        for (index, request) in self.requests.iter().enumerate() {
            if first(request) != Some(index) {
                answers.push(None);
                continue;
            }
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
                let what = self.requests[index].describe();
                let problem = Problem::of_text(format!("{what} of account {account} is not in the cache"));
                let problem = problem.help("without --offline it is asked for, at $0.01 a page");
                fetched.failures.push(self.named(profile, problem.into()));
            }
        } else if !begun.is_empty() {
            let requests = plural(begun.len() as u64, "request");
            say(&format!("Cost Explorer: {requests} for account {account}, ${} a page", price_of(1)));
            for (index, saved) in begun {
                match self.ask(profile, &account, &mut aws, &self.requests[index], saved, &mut fetched.paid) {
                    Ok(answer) => answers[index] = Some(answer),
                    Err(why) => fetched.failures.push(self.named(profile, why)),
                }
            }
        }
        let answers = self.requests.iter().map(|request| answers[first(request)?].clone()).collect();
        fetched.accounts.push(Account { id: account, profile: profile.map(str::to_string), answers });
    }

    /// The account of a profile, remembered or asked for; with the connection, if one was made.
    fn account(&self, profile: Option<&str>) -> Result<(String, Option<Box<dyn Aws>>), Missing> {
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

    fn cached(&self, account: &str, request: &Q) -> Found<Q::Answer> {
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
                say(&format!("{} of account {account} is that of {}", request.describe(), saved.fetched));
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
        request: &Q,
        begun: Option<Saved<Q::Answer>>,
        paid: &mut u64,
    ) -> Result<Q::Answer, Missing> {
        let aws = match aws {
            Some(aws) => aws,
            None => aws.insert((self.connect)(profile)?),
        };
        let mut goes_on = begun.is_some();
        let (mut answer, mut next) = begun.map_or((None, None), |saved| (Some(saved.answer), saved.next));
        loop {
            let most = self.args.max_requests;
            if self.args.paid.get() >= most {
                let what = request.describe();
                let why = format!("{what} of account {account} would take more than --max-requests {most}");
                return Err(Problem::of_text(why)
                    .help("what has come is in the cache: allow more, and it goes on")
                    .into());
            }
            let page = match request.page(&**aws, next.as_deref()) {
                Ok(page) => page,
                // The token that was kept is no longer good: from the start, then.
                Err(error) if goes_on && error.kind == Kind::BadRequest => {
                    goes_on = false;
                    (answer, next) = (None, None);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            *paid += 1;
            self.args.paid.set(self.args.paid.get() + 1);
            goes_on = false;
            if page.next.is_some() && page.next == next {
                return Err(
                    Problem::of_text(format!("Cost Explorer gives account {account} the same page again")).into()
                );
            }
            next = page.next;
            let whole = Q::join(answer.take().into_iter().chain([page.answer]).collect()).map_err(|wrong| {
                Problem::of_text(format!("Cost Explorer's pages do not fit: {wrong}")).help("--refresh asks anew")
            })?;
            let (account, endpoint, fetched) = (account.to_string(), self.endpoint.clone(), self.now);
            let saved = Saved { account, endpoint, fetched, answer: whole.clone(), next: next.clone() };
            self.cache.keep(request, saved);
            if next.is_none() {
                return Ok(whole);
            }
            answer = Some(whole);
        }
    }

    /// Says whose it is; of one profile alone it is clear.
    fn named(&self, profile: Option<&str>, mut missing: Missing) -> Missing {
        if let (Some(name), [_, _, ..]) = (profile, self.args.profiles.as_slice()) {
            missing.problem.message = format!("profile {name}: {}", missing.problem.message);
        }
        missing
    }

    fn summary(&self, fetched: &Fetched<Q::Answer>) {
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
enum Found<A> {
    Answer(A),
    /// Pages of an answer that goes on.
    Start(Saved<A>),
    Nothing,
}

impl From<Problem> for Missing {
    fn from(problem: Problem) -> Missing {
        Missing { problem, bad_input: false }
    }
}

impl From<Error> for Missing {
    fn from(error: Error) -> Missing {
        let problem = Problem { help: error.help, ..Problem::of_text(error.message) };
        Missing { problem, bad_input: error.kind == Kind::UnknownProfile }
    }
}

/// A call that failed, as this program says it.
pub(crate) fn failure_of(error: Error) -> Failure {
    let Missing { problem, bad_input } = error.into();
    if bad_input { problem.into() } else { Failure::Failed(problem) }
}

fn plural(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
