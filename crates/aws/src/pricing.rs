//! AWS's price list service. It answers the same whoever asks, and asking it is free.

use crate::connect::{self, Configuration};
use crate::{Access, Call, Error, Page};
use aws_config::Region;
use aws_sdk_pricing::primitives::DateTime;
use aws_sdk_pricing::types::{Filter, FilterType, PriceList};
use jiff::Timestamp;

/// One of the few regions where the service is; it knows the prices of all.
const HOME: Region = Region::from_static("us-east-1");
/// The most products, or price lists, a page can have.
const PAGE: i32 = 100;

/// The form of the file of a price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ListFormat {
    /// JSON.
    Json,
    /// Comma-separated values.
    Csv,
}

impl ListFormat {
    /// As the service and the names of files have it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            ListFormat::Json => "json",
            ListFormat::Csv => "csv",
        }
    }
}

/// A price list that held on some day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What AWS calls it: `arn:aws:pricing:::price-list/aws/AmazonEC2/USD/20230504183145/us-east-1`.
    pub arn: String,
    /// The region it is of; empty where it is of all.
    pub region: String,
    /// The forms in which its file is there; one that is not known here is left out.
    pub formats: Vec<ListFormat>,
}

/// A connection to the price list service.
#[derive(Debug)]
pub struct PriceLists {
    runtime: tokio::runtime::Runtime,
    client: aws_sdk_pricing::Client,
    profile: String,
}

impl PriceLists {
    /// Reads the configuration as the AWS CLI does. Nothing is sent yet.
    ///
    /// # Errors
    /// A profile that is not there, a configuration that cannot be read.
    pub fn connect(access: &Access) -> Result<PriceLists, Error> {
        let runtime = connect::runtime()?;
        let Configuration { profile, config, .. } = runtime.block_on(connect::configuration(access))?;
        let config = aws_sdk_pricing::config::Builder::from(&config).region(HOME).build();
        Ok(PriceLists { runtime, client: aws_sdk_pricing::Client::from_conf(config), profile })
    }

    /// A page of the products of a service whose attributes are all exactly these; `page` is what
    /// the page before gave as `next`. Each product is JSON, as AWS gives it.
    ///
    /// # Errors
    /// See [`crate::Kind`].
    pub fn products(
        &self,
        service: &str,
        attributes: &[(&str, &str)],
        page: Option<&str>,
    ) -> Result<Page<Vec<String>>, Error> {
        connect::outside_of_async()?;
        let call = Call::Products;
        let filter = |(field, value): &(&str, &str)| {
            let filter = Filter::builder().field(*field).r#type(FilterType::TermMatch).value(*value).build();
            filter.map_err(|error| Error::bad_request(call, &error.to_string()))
        };
        let filters = attributes.iter().map(filter).collect::<Result<Vec<_>, _>>()?;
        let sent = self
            .client
            .get_products()
            .service_code(service)
            .set_filters(Some(filters))
            .format_version("aws_v1")
            .max_results(PAGE)
            .set_next_token(page.map(str::to_string));
        let output = self.runtime.block_on(sent.send()).map_err(|error| Error::of_sdk(call, &self.profile, error))?;
        let next = output.next_token.filter(|token| !token.is_empty());
        Ok(Page { answer: output.price_list.unwrap_or_default(), next })
    }

    /// A page of the price lists of a service, or of Savings Plans (`ComputeSavingsPlans`,
    /// `DatabaseSavingsPlans`), that held at a moment, past or present, in a region; `page` is what
    /// the page before gave as `next`. The currency is as in ISO 4217: `USD`.
    ///
    /// # Errors
    /// See [`crate::Kind`].
    pub fn lists(
        &self,
        service: &str,
        at: Timestamp,
        region: &str,
        currency: &str,
        page: Option<&str>,
    ) -> Result<Page<Vec<Listed>>, Error> {
        connect::outside_of_async()?;
        let call = Call::ListPriceLists;
        let sent = self
            .client
            .list_price_lists()
            .service_code(service)
            .effective_date(DateTime::from_secs(at.as_second()))
            .region_code(region)
            .currency_code(currency)
            .max_results(PAGE)
            .set_next_token(page.map(str::to_string));
        let output = self.runtime.block_on(sent.send()).map_err(|error| Error::of_sdk(call, &self.profile, error))?;
        let listed = output.price_lists.unwrap_or_default().into_iter().map(listed);
        let answer =
            listed.collect::<Option<Vec<_>>>().ok_or_else(|| Error::no_answer(call, "a list without an ARN"))?;
        Ok(Page { answer, next: output.next_token.filter(|token| !token.is_empty()) })
    }

    /// The address of the file of a price list; [`crate::Downloads`] gets it.
    ///
    /// # Errors
    /// See [`crate::Kind`].
    pub fn file_url(&self, arn: &str, format: ListFormat) -> Result<String, Error> {
        connect::outside_of_async()?;
        let call = Call::GetPriceListFileUrl;
        let sent = self.client.get_price_list_file_url().price_list_arn(arn).file_format(format.word());
        let output = self.runtime.block_on(sent.send()).map_err(|error| Error::of_sdk(call, &self.profile, error))?;
        let url = output.url.filter(|url| !url.is_empty());
        url.ok_or_else(|| Error::no_answer(call, "no address"))
    }
}

/// Without a name it cannot be asked for.
fn listed(list: PriceList) -> Option<Listed> {
    let formats = list.file_formats.unwrap_or_default();
    let is_there = |format: &ListFormat| formats.iter().any(|word| word.eq_ignore_ascii_case(format.word()));
    Some(Listed {
        arn: list.price_list_arn.filter(|arn| !arn.is_empty())?,
        region: list.region_code.unwrap_or_default(),
        formats: [ListFormat::Json, ListFormat::Csv].into_iter().filter(is_there).collect(),
    })
}
