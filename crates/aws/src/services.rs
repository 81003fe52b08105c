//! Accounts, and the clients of their services in a region.

use crate::count::Counts;
use crate::pace::Pace;
use crate::{Call, Error, Kind};
use aws_config::SdkConfig;
use aws_sdk_sts::config::Region as SdkRegion;
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use stackcost_model::meter::Region;
use std::error::Error as StdError;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// An account that can be reached.
#[derive(Debug)]
pub(crate) struct Account {
    /// Its twelve digits.
    pub(crate) id: String,
    /// The profile that was asked for.
    pub(crate) named: Option<String>,
    /// The profile that is used, for errors.
    pub(crate) profile: String,
    /// The region of its flag, environment or profile.
    pub(crate) region: String,
    /// The SDK tries again by itself.
    pub(crate) reading: SdkConfig,
    /// The SDK sends each request once: a write that it sent again would be in no journal.
    pub(crate) writing: SdkConfig,
}

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Traffic {
    /// How many calls at once.
    pub(crate) parallel: usize,
    pub(crate) slots: Semaphore,
    pub(crate) pace: Pace,
    pub(crate) counts: Counts,
}

/// One region of an account: the clients of its services, and the two ways to call them.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) account: Arc<Account>,
    pub(crate) region: Region,
    pub(crate) traffic: Arc<Traffic>,
    /// For what only reads.
    pub(crate) reads: Services,
    /// For what changes something.
    pub(crate) writes: Services,
}

/// How often a write is sent that AWS refuses as too fast.
const SENT_AT_MOST: u32 = 8;
/// The first and the longest wait before it is sent again.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(20));

impl Site {
    pub(crate) fn new(account: Arc<Account>, region: Region, traffic: Arc<Traffic>) -> Site {
        let services = |config: &SdkConfig| Services::new(config.clone(), region, traffic.counts.clone());
        let (reads, writes) = (services(&account.reading), services(&account.writing));
        Site { account, region, traffic, reads, writes }
    }

    /// Reads, when there is room and the pace allows it.
    pub(crate) async fn ask<T, E: Refusal>(
        &self,
        call: Call,
        sent: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> Result<T, Error> {
        self.traffic.pace.wait(&self.account.id, self.region, call).await;
        let _slot = self.traffic.slots.acquire().await;
        sent.await.map_err(|error| Error::of_sdk(call, &self.account.profile, error))
    }

    /// Writes. It is sent again only when AWS says that it was too fast, and so did nothing.
    pub(crate) async fn tell<T, E: Refusal, F: Future<Output = Result<T, SdkError<E>>>>(
        &self,
        call: Call,
        send: impl Fn() -> F,
    ) -> Result<T, Error> {
        let mut wait = WAITS.0;
        for _ in 1..SENT_AT_MOST {
            match self.ask(call, send()).await {
                Err(error) if error.kind == Kind::Throttled => {
                    // Half of it at least; the rest by chance, so that not all come again at once.
                    let half = wait / 2;
                    tokio::time::sleep(half + half * fastrand::u32(0..=100) / 100).await;
                    wait = WAITS.1.min(wait * 2);
                }
                done => return done,
            }
        }
        self.ask(call, send()).await
    }

    /// The ARN of something in this account and region.
    pub(crate) fn arn(&self, service: &str, rest: &str) -> String {
        let (partition, code) = (self.region.partition(), self.region.code());
        format!("arn:{partition}:{service}:{code}:{}:{rest}", self.account.id)
    }
}

/// What the SDK's errors of operations are.
pub(crate) trait Refusal: ProvideErrorMetadata + StdError + Send + Sync + 'static {}

impl<E: ProvideErrorMetadata + StdError + Send + Sync + 'static> Refusal for E {}

macro_rules! services {
    ($($name:ident: $sdk:ident as $iam:literal in $region:expr;)*) => {
        /// Clients, made when they are first used.
        #[derive(Debug)]
        pub(crate) struct Services {
            config: SdkConfig,
            region: Region,
            counts: Counts,
            $($name: OnceLock<$sdk::Client>,)*
        }

        impl Services {
            fn new(config: SdkConfig, region: Region, counts: Counts) -> Services {
                Services { config, region, counts, $($name: OnceLock::new(),)* }
            }

            $(pub(crate) fn $name(&self) -> &$sdk::Client {
                self.$name.get_or_init(|| {
                    let region: fn(Region) -> Region = $region;
                    let settings = $sdk::config::Builder::from(&self.config)
                        .region(SdkRegion::from_static(region(self.region).code()))
                        .retry_partition(patient())
                        .interceptor(self.counts.of($iam))
                        .build();
                    $sdk::Client::from_conf(settings)
                })
            })*
        }
    };
}

services! {
    ecr: aws_sdk_ecr as "ecr" in |region| region;
    logs: aws_sdk_cloudwatchlogs as "logs" in |region| region;
    cloudwatch: aws_sdk_cloudwatch as "cloudwatch" in |region| region;
    sns: aws_sdk_sns as "sns" in |region| region;
    ecs: aws_sdk_ecs as "ecs" in |region| region;
    scaling: aws_sdk_applicationautoscaling as "application-autoscaling" in |region| region;
    load_balancers: aws_sdk_elasticloadbalancingv2 as "elasticloadbalancing" in |region| region;
    budgets: aws_sdk_budgets as "budgets" in |_| Region::US_EAST_1;
    costs: aws_sdk_costexplorer as "ce" in |_| Region::US_EAST_1;
}

/// The SDK stops retrying when many calls to a service fail, in whatever account. Here only so many
/// are made at once, and each has few attempts: so one account that is slowed down need not fail
/// what is read of the others.
fn patient() -> RetryPartition {
    RetryPartition::custom("stackcost").token_bucket(TokenBucket::unlimited()).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A site that is never asked anything.
    fn site(region: &str) -> Site {
        let config = SdkConfig::builder().build();
        let account = Account {
            id: "123456789012".to_string(),
            named: None,
            profile: "default".to_string(),
            region: region.to_string(),
            reading: config.clone(),
            writing: config,
        };
        let (slots, pace, counts) = (Semaphore::new(1), Pace::new(false), Counts::default());
        let traffic = Traffic { parallel: 1, slots, pace, counts };
        Site::new(Arc::new(account), region.parse().unwrap(), Arc::new(traffic))
    }

    #[test]
    fn arns_are_of_the_partition_of_the_region() {
        for (region, partition) in
            [("eu-west-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")]
        {
            let arn = site(region).arn("sns", "alerts");
            assert_eq!(arn, format!("arn:{partition}:sns:{region}:123456789012:alerts"));
        }
    }

    #[test]
    fn only_what_was_too_fast_is_sent_again() {
        use aws_sdk_sts::error::ErrorMetadata;
        use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let site = site("eu-west-1");
        let refused = |code: &str, status: u16| {
            let metadata = ErrorMetadata::builder().code(code).message("no").build();
            let error = aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError::generic(metadata);
            let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).unwrap();
            SdkError::service_error(error, HttpResponse::new(status, "".into()))
        };
        for (code, status, sent, kind) in [
            ("Throttling", 400, 2, None),
            ("InternalFailure", 500, 1, Some(Kind::Network)),
            ("ValidationError", 400, 1, Some(Kind::BadRequest)),
            ("AccessDenied", 403, 1, Some(Kind::Denied)),
        ] {
            let count = std::cell::Cell::new(0);
            let send = || {
                count.set(count.get() + 1);
                let answer = if count.get() == 1 { Err(refused(code, status)) } else { Ok(()) };
                async move { answer }
            };
            let done = runtime.block_on(site.tell(Call::PutDashboard, send));
            assert_eq!(count.get(), sent, "{code}");
            assert_eq!(done.err().map(|error| error.kind), kind, "{code}");
        }
    }
}
