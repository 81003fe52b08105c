//! Why a call gave nothing: what kind of thing it was, in words, and what to do.

use crate::Call;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_costexplorer::config::http::HttpResponse;
use aws_sdk_costexplorer::error::{ProvideErrorMetadata, SdkError};
use std::error::Error as StdError;

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of thing it was.
    pub kind: Kind,
    /// The IAM action of the call; empty before there was one.
    pub action: &'static str,
    /// What happened, without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Kinds of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The credentials do not allow the action.
    Denied,
    /// There are no credentials, or their configuration is broken.
    NoCredentials,
    /// AWS does not know the credentials, or not any more.
    BadCredentials,
    /// The session of IAM Identity Center has ended, or was never begun.
    ExpiredSso,
    /// No profile has this name.
    UnknownProfile,
    /// AWS was asked too often, and retrying did not help.
    Throttled,
    /// AWS has no such data: Cost Explorer is not enabled, or the time is too long ago.
    DataUnavailable,
    /// AWS does not take the request.
    BadRequest,
    /// No proper answer came: a cut connection, an error of a server, something that is not AWS.
    Network,
    /// No answer came in time.
    Timeout,
    /// What came could not be kept on this machine.
    Local,
}

/// An error and what caused it, in one line; a cause that only repeats is left out.
pub(crate) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !text.contains(&why) {
            text.push_str(": ");
            text.push_str(&why);
        }
        cause = error.source();
    }
    text
}

impl Error {
    pub(crate) fn new(kind: Kind, call: Call, message: String, help: &str) -> Error {
        let help = (!help.is_empty()).then(|| help.to_string());
        Error { kind, action: call.action(), message, help }
    }

    /// Whether what was asked may have happened nevertheless: no answer came, or one that says
    /// nothing of it. A refusal is certain.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        matches!(self.kind, Kind::Network | Kind::Timeout)
    }

    /// Whether AWS refused with this code; it is the first word of the message.
    pub(crate) fn is_code(&self, code: &str) -> bool {
        let said = self.message.strip_prefix(self.action).and_then(|said| said.strip_prefix(": "));
        said.and_then(|said| said.strip_prefix(code)).is_some_and(|rest| rest.starts_with(':'))
    }

    pub(crate) fn configuration(message: String) -> Error {
        Error { kind: Kind::NoCredentials, action: "", message, help: None }
    }

    /// What this tool does not do, before there was any call.
    pub(crate) fn not_done(message: String) -> Error {
        Error { kind: Kind::BadRequest, action: "", message, help: None }
    }

    pub(crate) fn bad_request(call: Call, why: &str) -> Error {
        Error::new(Kind::BadRequest, call, why.to_string(), "")
    }

    pub(crate) fn no_answer(call: Call, what: &str) -> Error {
        let message = format!("{} answered what cannot be understood: {what}", call.action());
        Error::new(Kind::Network, call, message, "is the endpoint AWS?")
    }

    pub(crate) fn unknown_profile<'a>(profile: &str, known: impl Iterator<Item = &'a str>) -> Error {
        let mut known: Vec<&str> = known.collect();
        known.sort_unstable();
        let help = match known.is_empty() {
            true => "there are no profiles: `aws configure` or `aws configure sso` makes one".to_string(),
            false => format!("there are: {}", known.join(", ")),
        };
        let message = format!("there is no AWS profile \"{profile}\"");
        Error { kind: Kind::UnknownProfile, action: "", message, help: Some(help) }
    }

    pub(crate) fn of_sdk<E>(call: Call, profile: &str, error: SdkError<E>) -> Error
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let action = call.action();
        match &error {
            SdkError::ConstructionFailure(_) => Error::new(Kind::BadRequest, call, chain(&error), ""),
            SdkError::TimeoutError(_) => {
                Error::new(Kind::Timeout, call, format!("{action} got no answer in time"), "try again")
            }
            SdkError::DispatchFailure(failure) => {
                if let Some(credentials) = credentials_error(&error) {
                    return no_credentials(call, profile, credentials);
                }
                let what = failure.as_connector_error().map_or_else(|| chain(&error), |cause| chain(cause));
                let kind = if failure.is_timeout() { Kind::Timeout } else { Kind::Network };
                // Only of the words of a connection that was never made can it be told apart.
                let lost = if what.contains("(Connect)") { "" } else { ", or its answer was lost" };
                Error::new(kind, call, format!("{action} did not reach AWS{lost}: {what}"), "is the network there?")
            }
            SdkError::ServiceError(refused) => {
                let code = refused.err().code().unwrap_or_default();
                let said = refused.err().message().unwrap_or_default();
                match code {
                    "" => not_aws(call, refused.raw(), &error),
                    _ => refusal(call, code, said, refused.raw()),
                }
            }
            SdkError::ResponseError(strange) => not_aws(call, strange.raw(), &error),
            _ => Error::new(Kind::Network, call, format!("{action} failed: {}", chain(&error)), ""),
        }
    }
}

/// AWS said no, in its own words.
fn refusal(call: Call, code: &str, said: &str, raw: &HttpResponse) -> Error {
    let action = call.action();
    let message = format!("{action}: {code}: {said}");
    let new = |kind, help: &str| Error::new(kind, call, message.clone(), help);
    match code {
        // Cost Explorer says it with the code of a denial.
        _ if said.contains("not enabled for cost explorer") => new(
            Kind::DataUnavailable,
            "enable Cost Explorer in the console of the payer account; its first data comes within a day",
        ),
        // SNS has a word of its own for it.
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" | "AuthorizationError" => {
            let verb = call.verb();
            let help =
                format!("the credentials need the IAM action {action}: `stackcost iam {verb}` prints the policy");
            Error::new(Kind::Denied, call, format!("{action} is denied: {said}"), &help)
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            new(Kind::BadCredentials, "the credentials have expired: get new ones")
        }
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken" => {
            new(Kind::BadCredentials, "AWS does not know these credentials: is the secret key right, and the clock?")
        }
        // Elsewhere it is a quota of the account: waiting does not help.
        "LimitExceededException" if !action.starts_with("ce:") => {
            new(Kind::BadRequest, "a quota of the account is used up")
        }
        // The last three say that somebody else changes the same thing in this moment.
        "LimitExceededException"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "SlowDown"
        | "OperationAbortedException"
        | "ConcurrentUpdateException"
        | "ConcurrentModificationException" => {
            new(Kind::Throttled, "it was tried again in vain: wait a minute, or raise AWS_MAX_ATTEMPTS")
        }
        "DataUnavailableException" | "BillExpirationException" => {
            new(Kind::DataUnavailable, "Cost Explorer keeps 13 months, and has the last day's data within 24 hours")
        }
        "ValidationException" if said.contains("historical data") => {
            new(Kind::DataUnavailable, "Cost Explorer keeps 13 months unless more was enabled: begin later")
        }
        _ if raw.status().is_server_error() => new(Kind::Network, "AWS itself failed: try again"),
        _ => new(Kind::BadRequest, ""),
    }
}

/// An answer that AWS's API does not give.
fn not_aws(call: Call, raw: &HttpResponse, error: &(dyn StdError + 'static)) -> Error {
    let status = raw.status().as_u16();
    let kind = raw.headers().get("content-type").unwrap_or("no content type");
    let start: String = raw.body().bytes().map(|body| String::from_utf8_lossy(body).into_owned()).unwrap_or_default();
    let start: String = start.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
    let came = match start.is_empty() {
        true => format!("HTTP {status} ({kind}): {}", chain(error)),
        false => format!("HTTP {status} ({kind}): {start}"),
    };
    let message = format!("{} got no answer of AWS's API but {came}", call.action());
    Error::new(Kind::Network, call, message, "try again; is there a proxy or another endpoint in between?")
}

/// The error of a credentials provider among the causes.
fn credentials_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a CredentialsError> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

/// What to do without credentials.
const NAME_A_PROFILE: &str =
    "name a profile with --profile or AWS_PROFILE; `aws configure sso` or `aws configure` makes one";

fn no_credentials(call: Call, profile: &str, error: &CredentialsError) -> Error {
    let why = chain(error);
    // The SDK has no type for these: its words must do (`aws_config::sso`). AWS's own answer to a
    // token that it no longer takes is an UnauthorizedException of GetRoleCredentials.
    let sso = ["SSO token", "sso/cache", "sso\\cache", "UnauthorizedException"];
    if sso.iter().any(|word| why.contains(word)) {
        let message = format!("the SSO session of profile \"{profile}\" has ended or was not begun");
        return Error::new(Kind::ExpiredSso, call, message, &format!("run `aws sso login --profile {profile}`"));
    }
    match error {
        CredentialsError::CredentialsNotLoaded(_) => Error::new(
            Kind::NoCredentials,
            call,
            format!("there are no AWS credentials: nothing in the environment, none in profile \"{profile}\", no role"),
            NAME_A_PROFILE,
        ),
        CredentialsError::ProviderTimedOut(_) => Error::new(Kind::Timeout, call, why, "try again"),
        _ => Error::new(
            Kind::NoCredentials,
            call,
            format!("no credentials from profile \"{profile}\": {why}"),
            NAME_A_PROFILE,
        ),
    }
}
