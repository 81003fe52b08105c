//! Files over HTTPS, without credentials. They come in pieces, as price lists can have gigabytes.

use crate::error::chain;
use crate::{Error, Kind, connect, endpoint};
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::byte_stream::ByteStream;
use std::io;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

/// A server that says nothing for so long has died, be it before an answer or in the midst of one.
const PATIENCE: Duration = Duration::from_secs(60);
/// As the SDK's standard retries: so many attempts, unless `AWS_MAX_ATTEMPTS` says otherwise.
const ATTEMPTS: u32 = 3;
/// Between attempts, at most so long; half of it after the first, as far as that is less.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(20));
/// How much of an answer that is none is read, to be shown.
const SHOWN: usize = 4096;

/// What a server says of a body before it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Whether it is packed with gzip.
    pub packed: bool,
    /// How many bytes it has, as it comes; not every server says so.
    pub length: Option<u64>,
}

/// Where a body goes.
pub trait Sink {
    /// A body begins, perhaps anew: what came of it in an attempt that failed does not count.
    ///
    /// # Errors
    /// What keeps it from being kept; the download ends with that.
    fn begin(&mut self, head: &Head) -> io::Result<()>;

    /// The next bytes of it.
    ///
    /// # Errors
    /// As of [`Sink::begin`].
    fn take(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// A connection to servers that give files.
#[derive(Debug)]
pub struct Downloads {
    runtime: Runtime,
    connector: Connector,
    attempts: u32,
    patience: Duration,
    /// A server of the user's own, which may be asked without TLS.
    mirror: Option<String>,
}

impl Downloads {
    /// Reads certificates and proxy as for calls of AWS. Nothing is sent yet. `mirror` is a server
    /// that the user names; `patience` is how long it may say nothing: a minute without it.
    ///
    /// # Errors
    /// An address that is none, certificates that cannot be read.
    pub fn connect(mirror: Option<&str>, patience: Option<Duration>) -> Result<Downloads, Error> {
        if let Some(mirror) = mirror {
            endpoint::check_one("", mirror)?;
        }
        let runtime = connect::runtime()?;
        let connector = connect::connector(None, None, &connect::tls()?);
        let said = std::env::var("AWS_MAX_ATTEMPTS").ok().and_then(|text| text.parse().ok());
        Ok(Downloads {
            runtime,
            connector,
            attempts: said.unwrap_or(ATTEMPTS).max(1),
            patience: patience.unwrap_or(PATIENCE),
            mirror: mirror.map(|mirror| mirror.trim_end_matches('/').to_string()),
        })
    }

    /// Gets a file. What ends too early is gone on with where the server can do that, and begun
    /// anew where it cannot.
    ///
    /// # Errors
    /// An address that is not safe; a server that refuses, or sends a page for people instead of a
    /// file; a body that ended too early each time; a sink that does not take it.
    pub fn get(&self, url: &str, sink: &mut dyn Sink) -> Result<(), Error> {
        connect::outside_of_async()?;
        self.is_safe(url)?;
        self.runtime.block_on(async {
            let mut so_far = SoFar::default();
            let mut attempt = 1;
            loop {
                match self.attempt(url, &mut so_far, sink).await {
                    Err(Ended { error, again: true }) if attempt < self.attempts => {
                        let _ = error;
                        sleep(pause(attempt)).await;
                        attempt += 1;
                    }
                    Err(Ended { error, .. }) => return Err(error),
                    Ok(()) => return Ok(()),
                }
            }
        })
    }

    /// Gets a file that is small, as it is.
    ///
    /// # Errors
    /// As of [`Downloads::get`], and more than so many bytes.
    pub fn bytes(&self, url: &str, most: usize) -> Result<(Head, Vec<u8>), Error> {
        struct Memory {
            head: Head,
            bytes: Vec<u8>,
            most: usize,
        }
        impl Sink for Memory {
            fn begin(&mut self, head: &Head) -> io::Result<()> {
                self.head = head.clone();
                self.bytes.clear();
                Ok(())
            }
            fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
                if self.bytes.len() + bytes.len() > self.most {
                    return Err(io::Error::other(format!("it has more than {} bytes", self.most)));
                }
                self.bytes.extend_from_slice(bytes);
                Ok(())
            }
        }
        let mut memory = Memory { head: Head::default(), bytes: Vec::new(), most };
        self.get(url, &mut memory)?;
        Ok((memory.head, memory.bytes))
    }

    /// A price list is money: nobody on the way may write it. Without TLS only what the user names
    /// is asked, and what is on this machine.
    fn is_safe(&self, url: &str) -> Result<(), Error> {
        let of_mirror = |mirror: &String| url.strip_prefix(mirror.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let here = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"];
        if url.starts_with("https://") || here.iter().any(|start| url.starts_with(start)) {
            return Ok(());
        }
        if self.mirror.as_ref().is_some_and(of_mirror) {
            return Ok(());
        }
        Err(failed(Kind::BadRequest, format!("{url} is not asked: it is not HTTPS"), "AWS's own addresses all are"))
    }

    async fn attempt(&self, url: &str, so_far: &mut SoFar, sink: &mut dyn Sink) -> Result<(), Ended> {
        let not_sent =
            |why: String| Ended::for_good(failed(Kind::BadRequest, format!("{url} is no address: {why}"), ""));
        let mut request = HttpRequest::get(url).map_err(|error| not_sent(chain(&error)))?;
        let headers = request.headers_mut();
        headers.insert("accept-encoding", "gzip");
        headers.insert("user-agent", concat!("stackcost/", env!("CARGO_PKG_VERSION")));
        if let Some((etag, at)) = so_far.resumes() {
            headers.insert("range", format!("bytes={at}-"));
            headers.insert("if-range", etag.to_string());
        }
        let silent = |_| Ended::for_now(failed(Kind::Timeout, format!("{url} says nothing any more"), "try again"));
        let mut answer = match timeout(self.patience, self.connector.call(request)).await.map_err(silent)? {
            Ok(answer) => answer,
            Err(error) => {
                let why = chain(&error);
                let help = match why.contains("certificate") {
                    true => "is there a proxy in between? AWS_CA_BUNDLE names a file of certificates to trust",
                    false => "is the network there?",
                };
                return Err(Ended::for_now(failed(Kind::Network, format!("{url} was not reached: {why}"), help)));
            }
        };
        let header = |name: &str| answer.headers().get(name).map(str::to_string);
        let (kind, encoding) = (header("content-type").unwrap_or_default(), header("content-encoding"));
        let goes_on = answer.status().as_u16() == 206 && so_far.goes_on_with(header("content-range").as_deref());
        let refused = match answer.status().as_u16() {
            200 => kind.starts_with("text/html"),
            206 => !goes_on,
            _ => true,
        };
        if refused {
            return Err(self.refusal(url, answer).await);
        }
        if !goes_on {
            let packed = match encoding.as_deref() {
                None | Some("" | "identity") => false,
                Some("gzip" | "x-gzip") => true,
                Some(other) => {
                    let message = format!("{url} is packed with {other}, which was not asked for");
                    return Err(Ended::for_good(failed(Kind::Network, message, "is there a proxy in between?")));
                }
            };
            let head = Head { packed, length: header("content-length").and_then(|text| text.parse().ok()) };
            *so_far = SoFar { etag: header("etag"), bytes: 0, length: head.length };
            sink.begin(&head).map_err(|error| not_kept(url, &error))?;
        }
        let mut body = ByteStream::new(answer.take_body());
        while let Some(next) = timeout(self.patience, body.next()).await.map_err(silent)? {
            let bytes = next.map_err(|error| so_far.cut(url, &chain(&error)))?;
            sink.take(&bytes).map_err(|error| not_kept(url, &error))?;
            so_far.bytes += bytes.len() as u64;
        }
        match so_far.length {
            Some(length) if length != so_far.bytes => Err(so_far.cut(url, "the connection ended")),
            _ => Ok(()),
        }
    }

    /// Why there is no file, in words of the server.
    async fn refusal(&self, url: &str, mut answer: HttpResponse) -> Ended {
        let status = answer.status().as_u16();
        let kind = answer.headers().get("content-type").unwrap_or("no content type").to_string();
        let place = answer.headers().get("location").map(str::to_string);
        let (mut body, mut start) = (ByteStream::new(answer.take_body()), Vec::new());
        while start.len() < SHOWN
            && let Ok(Some(Ok(bytes))) = timeout(self.patience, body.next()).await
        {
            start.extend_from_slice(&bytes);
        }
        let start = String::from_utf8_lossy(&start);
        let start: String = start.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
        let said = if start.is_empty() { String::new() } else { format!(": {start}") };
        let message = format!("{url} gave HTTP {status} ({kind}) and no file{said}");
        let (kind, again, help) = match status {
            // AWS's server says so of a file that there is not, too.
            403 => {
                (Kind::Denied, false, "the server refuses it, or has no such file: does AWS sell this there?".into())
            }
            404 | 410 => (Kind::DataUnavailable, false, "does AWS sell this service in this region?".into()),
            429 => (Kind::Throttled, true, "it was tried again in vain: wait a minute".into()),
            300..=399 => {
                let at = place.map_or("somewhere else".to_string(), |place| format!("at {place}"));
                (Kind::BadRequest, false, format!("it is {at}; only AWS's own server is asked"))
            }
            500.. => (Kind::Network, true, "the server itself failed: try again".into()),
            _ => (Kind::Network, false, "is there a proxy or another server in between?".into()),
        };
        Ended { error: failed(kind, message, &help), again }
    }
}

/// How far a body has come.
#[derive(Debug, Default)]
struct SoFar {
    etag: Option<String>,
    bytes: u64,
    length: Option<u64>,
}

impl SoFar {
    /// What asks for the rest: only a strong tag says that it is of the same bytes (RFC 9110, 13.1.5).
    fn resumes(&self) -> Option<(&str, u64)> {
        let etag = self.etag.as_deref().filter(|etag| etag.starts_with('"'))?;
        (self.bytes > 0).then_some((etag, self.bytes))
    }

    /// Whether a part begins where the last one ended: `bytes 100-199/200`.
    fn goes_on_with(&self, range: Option<&str>) -> bool {
        let begin = range.and_then(|range| range.strip_prefix("bytes ")?.split_once('-')).map(|(begin, _)| begin);
        self.bytes > 0 && begin.and_then(|begin| begin.parse().ok()) == Some(self.bytes)
    }

    fn cut(&self, url: &str, why: &str) -> Ended {
        let of = self.length.map_or(String::new(), |length| format!(" of {length}"));
        let message = format!("{url} was cut off after {}{of} bytes: {why}", self.bytes);
        Ended::for_now(failed(Kind::Network, message, "try again"))
    }
}

/// Why an attempt came to nothing, and whether another can help.
struct Ended {
    error: Error,
    again: bool,
}

impl Ended {
    fn for_now(error: Error) -> Ended {
        Ended { error, again: true }
    }
    fn for_good(error: Error) -> Ended {
        Ended { error, again: false }
    }
}

fn failed(kind: Kind, message: String, help: &str) -> Error {
    Error { kind, action: "", message, help: (!help.is_empty()).then(|| help.to_string()) }
}

fn not_kept(url: &str, error: &io::Error) -> Ended {
    Ended::for_good(failed(Kind::Local, format!("{url} cannot be kept: {error}"), ""))
}

/// How long to wait after so many attempts: a random part of a time that doubles.
fn pause(attempts: u32) -> Duration {
    let (first, most) = PAUSES;
    let most = most.min(first * 2_u32.saturating_pow(attempts - 1));
    Duration::from_millis(fastrand::u64(0..=u64::try_from(most.as_millis()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_safe_is_asked() {
        let downloads = Downloads::connect(Some("http://mirror.example:8080/"), None).unwrap();
        for good in ["https://a.example/b", "http://127.0.0.1:4566/b", "http://mirror.example:8080/b"] {
            assert!(downloads.is_safe(good).is_ok(), "{good}");
        }
        for bad in ["http://a.example/b", "http://mirror.example:8080.evil.example/b", "file:///etc/passwd", ""] {
            assert!(downloads.is_safe(bad).is_err(), "{bad}");
        }
        assert!(Downloads::connect(Some("mirror"), None).is_err());
    }

    #[test]
    fn a_part_is_only_taken_where_the_last_one_ended() {
        let mut so_far = SoFar { etag: Some("\"a\"".into()), bytes: 100, length: Some(200) };
        assert_eq!(so_far.resumes(), Some(("\"a\"", 100)));
        assert!(so_far.goes_on_with(Some("bytes 100-199/200")));
        assert!(!so_far.goes_on_with(Some("bytes 0-199/200")) && !so_far.goes_on_with(None));
        so_far.etag = Some("W/\"a\"".into());
        assert_eq!(so_far.resumes(), None);
        assert!((1..40).all(|attempts| pause(attempts) <= PAUSES.1));
    }
}
