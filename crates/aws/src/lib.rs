//! What stackcost asks AWS, as blocking calls that take and give plain values.
//!
//! Only this crate names the AWS SDK. It fetches and sets, and decides nothing: no cache, no
//! printing. Calls block, so they are refused inside of async code.
//!
//! [`Client`] asks Cost Explorer: a call that is paid for is one page, so a caller can count and
//! stop. [`PriceLists`] asks for AWS's list prices, [`Downloads`] gets the files of price lists. [`Session`] is for many accounts at once: it reads them into a snapshot, and reads and
//! writes single settings while a plan is carried out.
//!
//! ```no_run
//! use stackcost_aws::{Access, Client};
//! use stackcost_model::cost_explorer::{Granularity, Metric, Request};
//!
//! let client = Client::connect(&Access { profile: Some("billing".into()), ..Access::default() })?;
//! println!("account {}", client.account()?);
//! let request = Request {
//!     start: "2026-09-01".parse().unwrap(),
//!     end: "2026-10-01".parse().unwrap(),
//!     granularity: Granularity::Monthly,
//!     metrics: vec![Metric::UnblendedCost],
//!     group_by: vec![],
//!     filter: None,
//! };
//! let page = client.cost_and_usage(&request, None)?; // a cent
//! println!("{:?}", page.answer.periods);
//! # Ok::<(), stackcost_aws::Error>(())
//! ```
#![forbid(unsafe_code)]
#![deny(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

mod call;
mod guards;
mod error;
mod question;
mod answer;
mod connect;
mod endpoint;
mod number;
mod count;
mod download;
mod pace;
mod services;
mod pages;
mod perform;
mod look;
mod preview;
mod pricing;
mod session;

pub use call::Call;
pub use connect::Access;
pub use download::{Downloads, Head, Sink};
pub use error::{Error, Kind};
pub use guards::{reads, writes};
pub use pricing::{ListFormat, Listed, PriceLists};
pub use session::{Event, Options, PreviewRequest, Session, SessionAccount};

use aws_sdk_costexplorer::error::{ProvideErrorMetadata, SdkError};
use stackcost_model::cost_explorer::{Answer, BadRequest, Drivers, DriversRequest, Forecast, ForecastRequest, Request};
use std::error::Error as StdError;

/// A connection to an account.
#[derive(Debug)]
pub struct Client {
    runtime: tokio::runtime::Runtime,
    cost_explorer: aws_sdk_costexplorer::Client,
    sts: aws_sdk_sts::Client,
    /// The profile that is used, for errors.
    profile: String,
}

/// What one paid request answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// This page.
    pub answer: T,
    /// What asks for the next; without it this was the last.
    pub next: Option<String>,
}

impl Client {
    /// Reads the configuration as the AWS CLI does. Nothing is sent yet.
    ///
    /// # Errors
    /// A profile that is not there, a configuration that cannot be read.
    pub fn connect(access: &Access) -> Result<Client, Error> {
        connect::connect(access)
    }

    /// The number of the account that the credentials belong to. Free, and allowed to everybody.
    ///
    /// # Errors
    /// Credentials that are missing or refused, and the network.
    pub fn account(&self) -> Result<String, Error> {
        let identity = self.ask(Call::CallerIdentity, self.sts.get_caller_identity().send())?;
        account_number(identity.account)
    }

    /// A page of what was spent and used; `page` is what the page before gave as `next`. Paid.
    ///
    /// # Errors
    /// See [`Kind`].
    pub fn cost_and_usage(&self, request: &Request, page: Option<&str>) -> Result<Page<Answer>, Error> {
        let call = Call::CostAndUsage;
        check(call, request.check())?;
        let sent = self
            .cost_explorer
            .get_cost_and_usage()
            .time_period(question::period(call, request.start, request.end)?)
            .granularity(question::granularity(request.granularity))
            .set_metrics(Some(request.metrics.iter().map(|metric| metric.name().to_string()).collect()))
            .set_group_by(question::group_by(&request.group_by))
            .set_filter(question::filter(call, request.filter.as_ref())?)
            .set_next_page_token(page.map(str::to_string));
        let output = self.ask(call, sent.send())?;
        let next = output.next_page_token.clone().filter(|token| !token.is_empty());
        let answer = answer::cost_and_usage(output).map_err(|what| Error::no_answer(call, &what))?;
        Ok(Page { answer, next })
    }

    /// What AWS expects to be spent. Paid.
    ///
    /// # Errors
    /// See [`Kind`].
    pub fn cost_forecast(&self, request: &ForecastRequest) -> Result<Forecast, Error> {
        let call = Call::CostForecast;
        check(call, request.check())?;
        let sent = self
            .cost_explorer
            .get_cost_forecast()
            .time_period(question::period(call, request.start, request.end)?)
            .granularity(question::granularity(request.granularity))
            .metric(request.metric.word().into())
            .set_filter(question::filter(call, request.filter.as_ref())?)
            .set_prediction_interval_level(request.confidence.map(i32::from));
        let output = self.ask(call, sent.send())?;
        answer::forecast(output).map_err(|what| Error::no_answer(call, &what))
    }

    /// A page of what moved the cost between two months. Paid.
    ///
    /// # Errors
    /// See [`Kind`].
    pub fn cost_comparison_drivers(
        &self,
        request: &DriversRequest,
        page: Option<&str>,
    ) -> Result<Page<Drivers>, Error> {
        let call = Call::CostComparisonDrivers;
        check(call, request.check())?;
        let sent = self
            .cost_explorer
            .get_cost_comparison_drivers()
            .baseline_time_period(question::month(call, request.baseline)?)
            .comparison_time_period(question::month(call, request.comparison)?)
            .metric_for_comparison(request.metric.name())
            .set_group_by(question::group_by(&request.group_by))
            .set_filter(question::filter(call, request.filter.as_ref())?)
            .set_next_page_token(page.map(str::to_string));
        let output = self.ask(call, sent.send())?;
        let next = output.next_page_token.clone().filter(|token| !token.is_empty());
        let answer = answer::drivers(output).map_err(|what| Error::no_answer(call, &what))?;
        Ok(Page { answer, next })
    }

    /// Waits for one call; the SDK tries again by itself where that can help.
    fn ask<T, E: ProvideErrorMetadata + StdError + Send + Sync + 'static>(
        &self,
        call: Call,
        asked: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> Result<T, Error> {
        connect::outside_of_async()?;
        self.runtime.block_on(asked).map_err(|error| Error::of_sdk(call, &self.profile, error))
    }
}

fn account_number(said: Option<String>) -> Result<String, Error> {
    let account = said.unwrap_or_default();
    // Callers may name files after it.
    match account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(account),
        false => Err(Error::no_answer(Call::CallerIdentity, &format!("the account number `{account}`"))),
    }
}

fn check(call: Call, checked: Result<(), BadRequest>) -> Result<(), Error> {
    checked.map_err(|wrong| Error::bad_request(call, &wrong.to_string()))
}
