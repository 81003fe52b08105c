//! The questions that are paid for by the page: what differs between them.

use super::Aws;
use jiff::Span;
use stackcost_aws::{Error, Page};
use stackcost_formats::cost_explorer::Question;
use stackcost_model::cost_explorer::{
    Answer, BadRequest, Drivers, DriversRequest, Expression, Forecast, ForecastRequest, GroupBy, Request,
};
use stackcost_model::time::Date;

/// How long after its end a month may still change.
const DAYS_TO_FINAL: i64 = 7;

/// A question to Cost Explorer.
pub(super) trait Paid: Question<Answer: Clone> + PartialEq {
    /// Whether AWS could take it.
    fn check(&self) -> Result<(), BadRequest>;
    /// In words: `2026-09-01 until 2026-10-01, monthly, by SERVICE`.
    fn describe(&self) -> String;
    /// Pays for a page.
    fn page(&self, aws: &dyn Aws, token: Option<&str>) -> Result<Page<Self::Answer>, Error>;
    /// One answer out of pages in their order, or why they are not one.
    fn join(pages: Vec<Self::Answer>) -> Result<Self::Answer, String>;
    /// Whether an answer of that day stays as it is: AWS closes the books of a month some days
    /// after its end.
    fn is_final(&self, answer: &Self::Answer, asked_on: Date) -> bool;
}

impl Paid for Request {
    fn check(&self) -> Result<(), BadRequest> {
        Request::check(self)
    }

    fn describe(&self) -> String {
        let Request { start, end, granularity, group_by, filter, .. } = self;
        let time = format!("{start} until {end}, {}", granularity.word().to_lowercase());
        format!("{time}{}{}", grouped(group_by), filtered(filter.as_ref()))
    }

    fn page(&self, aws: &dyn Aws, token: Option<&str>) -> Result<Page<Answer>, Error> {
        aws.cost_and_usage(self, token)
    }

    fn join(pages: Vec<Answer>) -> Result<Answer, String> {
        Answer::join(pages).map_err(|wrong| wrong.to_string())
    }

    fn is_final(&self, answer: &Answer, asked_on: Date) -> bool {
        closed(self.end, asked_on) && !answer.periods.iter().any(|period| period.estimated)
    }
}

impl Paid for ForecastRequest {
    fn check(&self) -> Result<(), BadRequest> {
        ForecastRequest::check(self)
    }

    fn describe(&self) -> String {
        let ForecastRequest { start, end, filter, .. } = self;
        format!("the forecast for {start} until {end}{}", filtered(filter.as_ref()))
    }

    fn page(&self, aws: &dyn Aws, _token: Option<&str>) -> Result<Page<Forecast>, Error> {
        Ok(Page { answer: aws.cost_forecast(self)?, next: None })
    }

    fn join(pages: Vec<Forecast>) -> Result<Forecast, String> {
        let mut pages = pages.into_iter();
        match (pages.next(), pages.next()) {
            (Some(only), None) => Ok(only),
            _ => Err("a forecast has one page".to_string()),
        }
    }

    /// Tomorrow AWS knows better.
    fn is_final(&self, _answer: &Forecast, _asked_on: Date) -> bool {
        false
    }
}

impl Paid for DriversRequest {
    fn check(&self) -> Result<(), BadRequest> {
        DriversRequest::check(self)
    }

    fn describe(&self) -> String {
        let month = |day: Date| format!("{:04}-{:02}", day.year(), day.month());
        let (baseline, comparison) = (month(self.baseline), month(self.comparison));
        let by = grouped(&self.group_by);
        format!("what moved the cost from {baseline} to {comparison}{by}{}", filtered(self.filter.as_ref()))
    }

    fn page(&self, aws: &dyn Aws, token: Option<&str>) -> Result<Page<Drivers>, Error> {
        aws.cost_comparison_drivers(self, token)
    }

    fn join(pages: Vec<Drivers>) -> Result<Drivers, String> {
        Drivers::join(pages).map_err(|wrong| wrong.to_string())
    }

    fn is_final(&self, _answer: &Drivers, asked_on: Date) -> bool {
        let later = self.baseline.max(self.comparison);
        later.last_of_month().tomorrow().is_ok_and(|end| closed(end, asked_on))
    }
}

/// Whether the books of the time before this day were closed.
fn closed(end: Date, asked_on: Date) -> bool {
    end.checked_add(Span::new().days(DAYS_TO_FINAL)).is_ok_and(|closed| closed <= asked_on)
}

fn grouped(group_by: &[GroupBy]) -> String {
    let key = |group: &GroupBy| match group {
        GroupBy::Dimension(key) | GroupBy::Tag(key) | GroupBy::CostCategory(key) => key.clone(),
    };
    let keys: Vec<String> = group_by.iter().map(key).collect();
    if keys.is_empty() { String::new() } else { format!(", by {}", keys.join(" and ")) }
}

fn filtered(filter: Option<&Expression>) -> &'static str {
    if filter.is_some() { ", filtered" } else { "" }
}
