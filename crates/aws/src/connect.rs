//! From flags, environment and profile files to settings of the SDK, as the AWS CLI reads them.

use crate::{Client, Error, endpoint};
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileSet};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_costexplorer::config::SharedAsyncSleep;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::http::HttpConnectorSettings;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::fmt::Display;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Cost Explorer lives here, whatever the region of the profile.
const COST_EXPLORER_REGION: Region = Region::from_static("us-east-1");
/// A large answer takes Cost Explorer some seconds; what takes longer than this has died.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which credentials to use, and where to send. What is not said comes from the environment
/// (`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_COST_EXPLORER`,
/// `AWS_CA_BUNDLE`, `HTTPS_PROXY`, ...) and from the profile.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// A profile, which goes before keys in the environment.
    pub profile: Option<String>,
    /// Where to ask for the account; Cost Explorer is always asked in us-east-1.
    pub region: Option<String>,
    /// Another server than AWS.
    pub endpoint_url: Option<String>,
    /// How long one attempt at a call may take: a minute without it.
    pub patience: Option<Duration>,
}

/// What flags, environment and files say.
pub(crate) struct Configuration {
    /// The profile that is used, for errors.
    pub(crate) profile: String,
    /// Where STS is asked: the region of the flag, the environment or the profile.
    pub(crate) region: String,
    /// How often a call is tried, if somebody says it.
    pub(crate) attempts: Option<u32>,
    pub(crate) config: SdkConfig,
}

pub(crate) fn connect(access: &Access) -> Result<Client, Error> {
    let runtime = runtime()?;
    let Configuration { profile, config, .. } = runtime.block_on(configuration(access))?;
    let cost_explorer = aws_sdk_costexplorer::config::Builder::from(&config).region(COST_EXPLORER_REGION).build();
    Ok(Client {
        runtime,
        cost_explorer: aws_sdk_costexplorer::Client::from_conf(cost_explorer),
        sts: aws_sdk_sts::Client::new(&config),
        profile,
    })
}

/// One thread, the caller's: all that is done is waiting.
pub(crate) fn runtime() -> Result<Runtime, Error> {
    outside_of_async()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Error::configuration(format!("cannot start: {error}")))
}

/// tokio panics when one of its runtimes blocks inside of another.
pub(crate) fn outside_of_async() -> Result<(), Error> {
    match tokio::runtime::Handle::try_current() {
        Ok(_) => Err(Error::configuration("these calls block: make them outside of async code".to_string())),
        Err(_) => Ok(()),
    }
}

/// Reads all settings; asks AWS nothing yet.
pub(crate) async fn configuration(access: &Access) -> Result<Configuration, Error> {
    let (system, environment, files) = (Default::default(), Default::default(), Default::default());
    let chosen = access.profile.clone().map(Into::into);
    let profiles = aws_config::profile::load(&system, &environment, &files, chosen).await.map_err(|error| {
        Error::configuration(format!("cannot read the configuration of AWS: {}", crate::error::chain(&error)))
    })?;
    let profile = profiles.selected_profile().to_string();
    if profiles.get_profile(&profile).is_none() && (access.profile.is_some() || profile != "default") {
        return Err(Error::unknown_profile(&profile, profiles.profiles()));
    }
    endpoint::check(access.endpoint_url.as_deref(), &profiles)?;
    let patience = access.patience.unwrap_or(PATIENCE);
    let timeouts = aws_config::timeout::TimeoutConfig::builder().operation_attempt_timeout(patience).build();
    let http = http_client()?;
    let region = region(access, &profiles);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http.clone())
        .profile_name(&profile)
        .region(Region::new(region.clone()))
        .timeout_config(timeouts);
    if let Some(url) = &access.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if access.profile.is_some() {
        // A profile that was asked for by name goes before keys in the environment, as in the AWS CLI.
        let settings = aws_config::provider_config::ProviderConfig::default()
            .with_http_client(http)
            .with_region(Some(Region::new(region.clone())));
        let provider = ProfileFileCredentialsProvider::builder().profile_name(&profile).configure(&settings).build();
        loader = loader.credentials_provider(provider);
    }
    let config = endpoint::without_empty(loader.load().await);
    let said = std::env::var_os("AWS_MAX_ATTEMPTS").is_some() || profiles.get("max_attempts").is_some();
    let attempts = config.retry_config().filter(|_| said).map(|retries| retries.max_attempts());
    Ok(Configuration { profile, region, attempts, config })
}

/// Where STS is asked. The SDK's own search would end at the metadata service of a machine that
/// may not be one of AWS.
fn region(access: &Access, profiles: &ProfileSet) -> String {
    let environment = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().filter_map(|name| std::env::var(name).ok());
    let said = access.region.clone().into_iter().chain(environment).chain(profiles.get("region").map(str::to_string));
    said.into_iter().find(|region| !region.is_empty()).unwrap_or_else(|| COST_EXPLORER_REGION.to_string())
}

/// HTTPS with the certificates of the machine, or of `AWS_CA_BUNDLE`, through the proxy that the
/// environment names: the SDK's own client knows neither.
fn http_client() -> Result<aws_sdk_costexplorer::config::SharedHttpClient, Error> {
    let tls = tls()?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        connector(settings.cloned(), components.and_then(|components| components.sleep_impl()), &tls)
    }))
}

/// What makes one request, through the proxy if there is one.
pub(crate) fn connector(
    settings: Option<HttpConnectorSettings>,
    sleep: Option<SharedAsyncSleep>,
    tls: &TlsContext,
) -> Connector {
    let mut connector = Connector::builder().proxy_config(ProxyConfig::from_env());
    connector.set_connector_settings(settings);
    connector.set_sleep_impl(sleep);
    connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).tls_context(tls.clone()).build()
}

/// Whom to trust: the certificates of the machine, or of `AWS_CA_BUNDLE`.
pub(crate) fn tls() -> Result<TlsContext, Error> {
    let mut trusted = TrustStore::default();
    if let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        let cannot = |why: &dyn Display| {
            Error::configuration(format!("cannot use the certificates of AWS_CA_BUNDLE, {}: {why}", path.display()))
        };
        let pem = std::fs::read(&path).map_err(|error| cannot(&error))?;
        check_certificates(&pem).map_err(|why| cannot(&why))?;
        trusted = TrustStore::empty().with_pem_certificate(pem);
    }
    let tls = TlsContext::builder().with_trust_store(trusted).build();
    tls.map_err(|error| Error::configuration(format!("cannot use TLS: {}", crate::error::chain(&error))))
}

/// The SDK's client panics on certificates that it cannot read.
fn check_certificates(pem: &[u8]) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("there is none in it".to_string()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_of_async_code_it_is_refused() {
        let outer = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let refused = outer.block_on(async { connect(&Access::default()) });
        assert!(refused.unwrap_err().message.contains("outside of async code"));
    }
}
