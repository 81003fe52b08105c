use super::*;
use stackcost_model::cost_explorer::{
    Expression, ForecastPeriod, Granularity, Group, GroupBy, Measure, Metric, Moved, Period,
};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

pub(super) fn request() -> Request {
    Request {
        start: "2026-09-01".parse().unwrap(),
        end: "2026-10-01".parse().unwrap(),
        granularity: Granularity::Monthly,
        metrics: vec![Metric::UnblendedCost],
        group_by: vec![GroupBy::Dimension("SERVICE".into())],
        filter: None,
    }
}

pub(super) fn answer(service: &str) -> Answer {
    let measure = Measure { amount: "1".into(), unit: "USD".into() };
    let metrics = BTreeMap::from([("UnblendedCost".to_string(), measure)]);
    let groups = vec![Group { keys: vec![service.into()], metrics }];
    let (start, end) = (request().start, request().end);
    let period = Period { start, end, estimated: false, groups, total: BTreeMap::new() };
    Answer { periods: vec![period], group_definitions: request().group_by, attributes: vec![] }
}

/// A page, or why there is none.
type Paged = Result<Page<Answer>, Error>;

fn page(service: &str, next: Option<&str>) -> Paged {
    Ok(Page { answer: answer(service), next: next.map(str::to_string) })
}

fn error(kind: Kind) -> Error {
    Error { kind, action: "ce:GetCostAndUsage", message: format!("{kind:?}"), help: None }
}

/// What a stand-in for AWS answers, and the tokens it was asked with.
#[derive(Clone, Default)]
struct Script {
    pages: Rc<RefCell<VecDeque<Paged>>>,
    asked: Rc<RefCell<Vec<Option<String>>>>,
    connected: Rc<RefCell<Vec<String>>>,
}

struct Stand {
    account: Result<String, Error>,
    script: Script,
}

impl Aws for Stand {
    fn account(&self) -> Result<String, Error> {
        self.account.clone()
    }

    fn cost_and_usage(&self, _: &Request, token: Option<&str>) -> Paged {
        self.script.asked.borrow_mut().push(token.map(str::to_string));
        self.script.pages.borrow_mut().pop_front().expect("a page")
    }

    fn cost_forecast(&self, request: &ForecastRequest) -> Result<Forecast, Error> {
        self.script.asked.borrow_mut().push(None);
        let total = Measure { amount: "31.5".into(), unit: "USD".into() };
        let period = ForecastPeriod { start: request.start, end: request.end, mean: "31.5".into(), interval: None };
        Ok(Forecast { total, periods: vec![period] })
    }

    /// Two pages.
    fn cost_comparison_drivers(&self, _: &DriversRequest, token: Option<&str>) -> Result<Page<Drivers>, Error> {
        self.script.asked.borrow_mut().push(token.map(str::to_string));
        let selector = Expression::Tag { key: "team".into(), values: vec![token.unwrap_or("first").into()] };
        let moved = Moved { selector: Some(selector), metrics: BTreeMap::new(), drivers: vec![] };
        Ok(Page { answer: Drivers { moved: vec![moved] }, next: token.is_none().then(|| "second".to_string()) })
    }
}

/// A cache folder, and runs against it. The name of a profile is its account.
struct World {
    folder: tempfile::TempDir,
    script: Script,
}

impl World {
    fn new() -> World {
        World { folder: tempfile::tempdir().unwrap(), script: Script::default() }
    }

    fn run<Q: Paid>(
        &self,
        now: &str,
        requests: &[Q],
        profiles: &[&str],
        change: fn(&mut CostExplorerArgs),
        pages: Vec<Paged>,
    ) -> Result<Fetched<Q::Answer>, Failure> {
        let profiles = profiles.iter().map(|name| name.to_string()).collect();
        let (max_requests, paid) = (100, Cell::new(0));
        let mut args =
            CostExplorerArgs { profiles, endpoint_url: None, max_requests, offline: false, refresh: false, paid };
        change(&mut args);
        *self.script.pages.borrow_mut() = pages.into();
        self.script.asked.borrow_mut().clear();
        self.script.connected.borrow_mut().clear();
        let connect = |profile: Option<&str>| {
            let name = profile.unwrap_or("123456789012").trim_start_matches("again:").to_string();
            self.script.connected.borrow_mut().push(name.clone());
            let account = match name.as_str() {
                "unknown" => return Err(error(Kind::UnknownProfile)),
                "expired" => Err(error(Kind::ExpiredSso)),
                _ => Ok(name),
            };
            Ok(Box::new(Stand { account, script: self.script.clone() }) as Box<dyn Aws>)
        };
        let fingerprint = |profile: Option<&str>| Some(profile.unwrap_or("none").replace(':', "-"));
        let cache = Cache::at(self.folder.path());
        let (now, endpoint) = (now.parse().unwrap(), None);
        let fetch = Fetch { requests, args: &args, now, cache, endpoint, fingerprint: &fingerprint, connect: &connect };
        let fetched = fetch.run();
        assert!(self.script.pages.borrow().is_empty(), "asked too little");
        fetched
    }

    fn asked(&self) -> usize {
        self.script.asked.borrow().len()
    }
}

const LATER: &str = "2026-10-09T12:00:00Z";

fn as_is(_: &mut CostExplorerArgs) {}

fn problem(failure: Failure) -> String {
    match failure {
        Failure::Failed(problem) => format!("failed: {problem}"),
        Failure::Input(problems) => format!("input: {problems}"),
        Failure::BrokenPipe => "broken pipe".to_string(),
    }
}

#[test]
fn an_answer_is_paid_for_once() {
    let world = World::new();
    let pages = vec![page("a", Some("2")), page("b", None)];
    let first = world.run(LATER, &[request()], &[], as_is, pages).unwrap();
    assert_eq!((first.paid, first.cached), (2, 0));
    assert_eq!(first.accounts[0].answers[0].as_ref().unwrap().periods[0].groups.len(), 2);
    assert_eq!(*world.script.asked.borrow(), [None, Some("2".to_string())]);

    let second = world.run(LATER, &[request()], &[], as_is, vec![]).unwrap();
    assert_eq!((second.paid, second.cached), (0, 1));
    assert_eq!(second.accounts[0].answers, first.accounts[0].answers);
    assert!(world.script.connected.borrow().is_empty(), "a warm cache connects to nothing");

    let anew = world.run(LATER, &[request()], &[], |args| args.refresh = true, vec![page("c", None)]).unwrap();
    assert_eq!((anew.paid, anew.cached), (1, 0));
    // Years later the month is as final, but whose account it is is asked again.
    let third = world.run("2030-01-01T00:00:00Z", &[request()], &[], as_is, vec![]).unwrap();
    assert_eq!((third.paid, third.cached, world.script.connected.borrow().len()), (0, 1, 1));
}

#[test]
fn offline_takes_what_there_is_and_says_what_there_is_not() {
    let world = World::new();
    let offline = |args: &mut CostExplorerArgs| args.offline = true;
    let said = problem(world.run(LATER, &[request()], &[], offline, vec![]).unwrap_err());
    assert!(said.contains("is not known offline"), "{said}");
    world.run("2026-10-02T00:00:00Z", &[request()], &[], as_is, vec![page("a", None)]).unwrap();
    let old = world.run(LATER, &[request()], &[], offline, vec![]).unwrap();
    assert_eq!(old.cached, 1);
    let other = Request { granularity: Granularity::Daily, ..request() };
    let partial = world.run(LATER, &[request(), other.clone()], &[], offline, vec![]).unwrap();
    assert!(partial.accounts[0].answers[0].is_some() && partial.accounts[0].answers[1].is_none());
    assert!(partial.failures[0].problem.message.contains("daily"));
    let said = problem(world.run(LATER, &[other], &[], offline, vec![]).unwrap_err());
    assert!(said.contains("2026-09-01 until 2026-10-01, daily, by SERVICE of account 123456789012"), "{said}");
    assert!(world.script.connected.borrow().is_empty());
}

#[test]
fn no_more_is_paid_than_allowed_and_nothing_paid_is_lost() {
    let world = World::new();
    let one = |args: &mut CostExplorerArgs| args.max_requests = 1;
    let said = problem(world.run(LATER, &[request()], &[], one, vec![page("a", Some("2"))]).unwrap_err());
    assert!(said.contains("more than --max-requests 1"), "{said}");
    // It goes on where it stopped.
    let rest = world.run("2026-10-09T12:30:00Z", &[request()], &[], one, vec![page("b", None)]).unwrap();
    assert_eq!(*world.script.asked.borrow(), [Some("2".to_string())]);
    assert_eq!(rest.accounts[0].answers[0].as_ref().unwrap().periods[0].groups.len(), 2);

    // From the start when AWS has forgotten where that was, or when it is too long ago.
    let daily = [Request { granularity: Granularity::Daily, ..request() }];
    world.run(LATER, &daily, &[], one, vec![page("a", Some("2"))]).unwrap_err();
    let pages = vec![Err(error(Kind::BadRequest)), page("a", None)];
    let anew = world.run("2026-10-09T12:30:00Z", &daily, &[], one, pages).unwrap();
    assert_eq!((anew.paid, world.asked()), (1, 2), "an error is not paid for");
    world
        .run(LATER, &daily, &[], |args| (args.max_requests, args.refresh) = (1, true), vec![page("a", Some("2"))])
        .unwrap_err();
    world.run("2026-10-09T13:00:00Z", &daily, &[], one, vec![page("a", None)]).unwrap();

    // None at all allows what is in the cache.
    let none = |args: &mut CostExplorerArgs| args.max_requests = 0;
    assert_eq!(world.run(LATER, &[request()], &[], none, vec![]).unwrap().cached, 1);
}

#[test]
fn the_same_question_is_asked_once() {
    let world = World::new();
    let daily = Request { granularity: Granularity::Daily, ..request() };
    let requests = [request(), daily, request()];
    let fetched = world.run(LATER, &requests, &[], as_is, vec![page("a", None), page("b", None)]).unwrap();
    let answers = &fetched.accounts[0].answers;
    assert_eq!((fetched.paid, answers.len(), answers[0] == answers[2]), (2, 3, true));
    // And a denial of it is said once.
    let refresh = |args: &mut CostExplorerArgs| args.refresh = true;
    let pages = vec![Err(error(Kind::Denied)), page("b", None)];
    let fetched = world.run(LATER, &requests, &[], refresh, pages).unwrap();
    let came: Vec<bool> = fetched.accounts[0].answers.iter().map(Option::is_some).collect();
    assert_eq!((came, fetched.failures.len()), (vec![false, true, false], 1));
}

#[test]
fn a_forecast_is_good_for_a_day() {
    let world = World::new();
    let day = |text: &str| text.parse().unwrap();
    let forecast = ForecastRequest {
        start: day("2026-10-09"),
        end: day("2026-11-01"),
        granularity: Granularity::Monthly,
        metric: Metric::UnblendedCost,
        filter: None,
        confidence: Some(80),
    };
    for (now, paid, cached) in [(LATER, 1, 0), ("2026-10-10T11:59:59Z", 0, 1), ("2027-01-01T00:00:00Z", 1, 0)] {
        let fetched = world.run(now, std::slice::from_ref(&forecast), &[], as_is, vec![]).unwrap();
        assert_eq!((fetched.paid, fetched.cached), (paid, cached), "{now}");
        assert_eq!(fetched.accounts[0].answers[0].as_ref().unwrap().total.amount, "31.5");
    }
    let none = |args: &mut CostExplorerArgs| (args.max_requests, args.refresh) = (0, true);
    let said = problem(world.run(LATER, &[forecast], &[], none, vec![]).unwrap_err());
    assert!(said.contains("the forecast for 2026-10-09 until 2026-11-01 of account"), "{said}");
}

#[test]
fn drivers_of_closed_months_are_good_for_ever() {
    let world = World::new();
    let day = |text: &str| text.parse().unwrap();
    let drivers = |baseline: &str, comparison: &str| DriversRequest {
        baseline: day(baseline),
        comparison: day(comparison),
        metric: Metric::UnblendedCost,
        group_by: vec![],
        filter: None,
    };
    let closed = [drivers("2026-08-01", "2026-09-01")];
    let one = |args: &mut CostExplorerArgs| args.max_requests = 1;
    let said = problem(world.run(LATER, &closed, &[], one, vec![]).unwrap_err());
    assert!(said.contains("what moved the cost from 2026-08 to 2026-09"), "{said}");
    let rest = world.run(LATER, &closed, &[], one, vec![]).unwrap();
    assert_eq!(rest.accounts[0].answers[0].as_ref().unwrap().moved.len(), 2);
    let kept = world.run("2030-01-01T00:00:00Z", &closed, &[], as_is, vec![]).unwrap();
    assert_eq!((kept.paid, kept.cached), (0, 1));
    let open = [drivers("2026-09-01", "2026-10-01")];
    assert_eq!(world.run(LATER, &open, &[], as_is, vec![]).unwrap().paid, 2);
    assert_eq!(world.run("2026-10-11T12:00:00Z", &open, &[], as_is, vec![]).unwrap().paid, 2);
}

#[test]
fn an_account_counts_once() {
    let world = World::new();
    let profiles = ["111111111111", "again:111111111111", "222222222222"];
    let fetched = world.run(LATER, &[request()], &profiles, as_is, vec![page("a", None), page("b", None)]).unwrap();
    let accounts: Vec<&str> = fetched.accounts.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(accounts, ["111111111111", "222222222222"]);
    assert_eq!(fetched.paid, 2);
}

#[test]
fn one_failure_does_not_keep_the_others() {
    let world = World::new();
    let other = Request { granularity: Granularity::Daily, ..request() };
    let profiles = ["expired", "111111111111", "unknown"];
    let pages = vec![Err(error(Kind::Denied)), page("a", None)];
    let fetched = world.run(LATER, &[request(), other], &profiles, as_is, pages).unwrap();
    assert_eq!(fetched.accounts.len(), 1);
    assert!(fetched.accounts[0].answers[0].is_none() && fetched.accounts[0].answers[1].is_some());
    let missing: Vec<_> = fetched.failures.iter().map(|missing| &*missing.problem.message).collect();
    let wanted = ["profile expired: ExpiredSso", "profile 111111111111: Denied", "profile unknown: UnknownProfile"];
    assert_eq!(missing, wanted);
    assert_eq!(fetched.paid, 1);
}

#[test]
fn when_nothing_came_it_is_a_failure() {
    let world = World::new();
    let run = |profiles: &[&str], pages| problem(world.run(LATER, &[request()], profiles, as_is, pages).unwrap_err());
    assert_eq!(run(&["unknown"], vec![]), "input: UnknownProfile");
    assert_eq!(run(&["expired"], vec![]), "failed: ExpiredSso");
    assert_eq!(run(&["unknown", "expired"], vec![]), "failed: profile expired: ExpiredSso");
    assert_eq!(run(&[], vec![Err(error(Kind::Denied))]), "failed: Denied");
    let twice = Request { end: request().start, ..request() };
    assert!(problem(world.run(LATER, &[twice], &[], as_is, vec![]).unwrap_err()).starts_with("input: the end"));
}

#[test]
fn what_does_not_fit_is_no_answer() {
    let world = World::new();
    let run = |pages| problem(world.run(LATER, &[request()], &[], as_is, pages).unwrap_err());
    assert!(run(vec![page("a", Some("2")), page("a", None)]).contains("a comes twice"));
    let again = vec![page("b", Some("2"))];
    assert!(run(again).contains("the same page again"));
}
