//! AWS's price list service. It answers the same whoever asks, and asking it is free.

use crate::connect::{self, Configuration};
use crate::{Access, Call, Error, Page};
use aws_config::Region;
use aws_sdk_pricing::types::{Filter, FilterType};

/// One of the few regions where the service is; it knows the prices of all.
const HOME: Region = Region::from_static("us-east-1");
/// The most products a page can have.
const PAGE: i32 = 100;

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
}
