//! Where to send, if not to AWS: what flags, environment and profiles say of it.
//!
//! The SDK fails with each call at an address that is none, and takes an empty one for an address;
//! the AWS CLI takes it for none.

use crate::Error;
use aws_config::SdkConfig;
use aws_config::profile::ProfileSet;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

const VARIABLE: &str = "AWS_ENDPOINT_URL";
const SETTING: &str = "endpoint_url";
/// A variable that nobody sets.
const NO_VARIABLE: &str = "STACKCOST_NO_VARIABLE";

/// Refuses what cannot be an address.
pub(crate) fn check(flag: Option<&str>, profiles: &ProfileSet) -> Result<(), Error> {
    let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let variables = variables.map(|(name, value)| (name, value.to_string_lossy().into_owned()));
    check_all(flag, variables, &|setting| profiles.get(setting).map(str::to_string))
}

fn check_all(
    flag: Option<&str>,
    variables: impl Iterator<Item = (String, String)>,
    profile: &dyn Fn(&str) -> Option<String>,
) -> Result<(), Error> {
    // It goes before everything else.
    if let Some(url) = flag {
        return check_one("", url);
    }
    let (said, all): (Vec<_>, Vec<_>) = variables.partition(|(name, _)| name == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    let ignored = said.into_iter().next().map(|(_, value)| value);
    let ignored = ignored.or_else(|| profile("ignore_configured_endpoint_urls"));
    if ignored.is_some_and(|said| said.eq_ignore_ascii_case("true")) {
        return Ok(());
    }
    // That of a service has the name of the service behind it.
    let of_endpoints = |name: &str| name.strip_prefix(VARIABLE).is_some_and(|of| of.is_empty() || of.starts_with('_'));
    for (name, url) in all.iter().filter(|(name, url)| of_endpoints(name) && !url.is_empty()) {
        check_one(&format!(" in {name}"), url)?;
    }
    let url = profile(SETTING).filter(|url| !url.is_empty());
    url.map_or(Ok(()), |url| check_one(" in the profile", &url))
}

/// Refuses an address that is none.
pub(crate) fn check_one(of: &str, url: &str) -> Result<(), Error> {
    match is_address(url) {
        true => Ok(()),
        false => {
            let like = "it must be like https://example.com or http://localhost:4566";
            Err(Error::configuration(format!("the endpoint URL{of} is `{url}`: {like}")))
        }
    }
}

/// Whether it is HTTP or HTTPS to a host.
fn is_address(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match place.rsplit_once(':') {
        // The colons of an IPv6 address are in brackets.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().is_ok()),
        _ => (place, true),
    };
    let http = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    // The SDK's own parser has the last word: it is what would fail later.
    http && port && !host.is_empty() && HttpRequest::empty().set_uri(url).is_ok()
}

/// The configuration, with empty addresses taken for none.
pub(crate) fn without_empty(config: SdkConfig) -> SdkConfig {
    let variable = std::env::var(VARIABLE).ok();
    config.to_builder().service_config(Filled { config, variable }).build()
}

/// Settings of services, as the SDK has them, but for addresses that are empty.
#[derive(Debug)]
struct Filled {
    config: SdkConfig,
    /// The address for all services.
    variable: Option<String>,
}

impl LoadServiceConfig for Filled {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let (service, setting) = (key.service_id(), key.profile());
        let (all, is_endpoint) = (self.config.service_config()?, key.env() == VARIABLE);
        let said = all.load_config(key)?;
        if !is_endpoint || !said.is_empty() {
            return Some(said);
        }
        // The variable of the service may be what is empty; if that of all is, the profile counts.
        let variable = self.variable.clone();
        let profile = || {
            let key = ServiceConfigKey::builder().service_id(service).profile(setting).env(NO_VARIABLE).build();
            all.load_config(key.ok()?)
        };
        variable.filter(|url| !url.is_empty()).or_else(profile).filter(|url| !url.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in
            ["http://localhost:4566", "https://example.com/aws", "HTTP://[::1]:80", "http://[::1]", "http://127.0.0.1"]
        {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "localhost:4566",
            "localhost",
            "http://",
            "https:///path",
            "http://:80",
            "http://a b",
            "ftp://example.com",
            "http://host:port",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_said_where() {
        let none = |_: &str| None;
        let said = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect::<Vec<_>>().into_iter()
        };
        let refused = |done: Result<(), Error>| done.unwrap_err().message;
        assert!(refused(check_all(Some(""), said(&[]), &none)).starts_with("the endpoint URL is ``: it must be like"));
        let bad = [(VARIABLE, "nowhere")];
        assert!(check_all(Some("http://here"), said(&bad), &none).is_ok());
        assert!(refused(check_all(None, said(&bad), &none)).contains("in AWS_ENDPOINT_URL is `nowhere`"));
        let of_ecr = [(VARIABLE, "http://here"), ("AWS_ENDPOINT_URL_ECR", "nowhere")];
        assert!(refused(check_all(None, said(&of_ecr), &none)).contains("in AWS_ENDPOINT_URL_ECR is"));
        assert!(check_all(None, said(&[(VARIABLE, ""), ("AWS_ENDPOINT_URLS", "nowhere")]), &none).is_ok());
        let ignored = [bad[0], ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
        assert!(check_all(None, said(&ignored), &none).is_ok());
        let profile = |setting: &str| (setting == SETTING).then(|| "nowhere".to_string());
        assert!(refused(check_all(None, said(&[]), &profile)).contains("in the profile is `nowhere`"));
    }

    /// Settings of a test.
    #[derive(Debug)]
    struct Said(&'static str, &'static str);

    impl LoadServiceConfig for Said {
        fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
            let said = if key.env() == NO_VARIABLE { self.1 } else { self.0 };
            (said != "none").then(|| said.to_string())
        }
    }

    #[test]
    fn an_empty_address_is_none() {
        let key = |variable| ServiceConfigKey::builder().service_id("ECR").profile(SETTING).env(variable).build();
        for (said, profile, of_all, is) in [
            ("none", "http://b", None, None),
            ("http://a", "http://b", Some("http://a"), Some("http://a")),
            ("", "http://b", Some(""), Some("http://b")),
            ("", "http://b", Some("http://c"), Some("http://c")),
            ("", "", Some(""), None),
            ("", "none", Some(""), None),
        ] {
            let config = SdkConfig::builder().service_config(Said(said, profile)).build();
            let filled = Filled { config, variable: of_all.map(str::to_string) };
            let load = |variable| filled.load_config(key(variable).ok()?);
            assert_eq!(load(VARIABLE).as_deref(), is, "{said} {profile}");
            assert_eq!(load("AWS_OTHER").is_some(), said != "none", "others are as they are");
        }
    }
}
