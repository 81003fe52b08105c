//! One AWS double (`tests/aws-double/host.py`) for this binary, one account of it for each test.

use serde_json::{Value, json};
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A running double.
struct Host {
    port: u16,
    /// Held, never written: the host ends when this closes, however this process ends.
    _stdin: ChildStdin,
}

/// What to do without it; nothing is skipped.
const NEEDED: &str = "the tests against AWS need Python 3.10 or later with venv and pip (Debian: apt install \
                      python3 python3-venv), and once the network for `pip install`";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/aws-double")
}

fn run(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let shown = format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{shown}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{shown}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A Python with the pinned packages, made once below `target/` for each list of them.
fn python() -> Result<PathBuf, String> {
    let requirements = folder().join("requirements.txt");
    let wanted = fs::read(&requirements).map_err(|error| error.to_string())?;
    let python3 = Path::new(if cfg!(windows) { "python" } else { "python3" });
    let mut hash = DefaultHasher::new();
    (wanted, run(python3, &["--version"])?).hash(&mut hash);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let made = root.join(format!("aws-double-{:016x}", hash.finish()));
    let python = made.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let lock = File::create(root.join("aws-double.lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    if !made.join("complete").exists() {
        // Past the capture of test output: somebody is waiting for this.
        let _ = writeln!(std::io::stderr(), "installing the AWS double (moto) below target/, once: some 20 s");
        let _ = fs::remove_dir_all(&made);
        run(python3, &["-m", "venv", &made.to_string_lossy()])?;
        let install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"];
        run(&python, &[&install[..], &[&requirements.to_string_lossy()]].concat())?;
        fs::write(made.join("complete"), "").map_err(|error| error.to_string())?;
    }
    Ok(python)
}

fn start() -> Result<Host, String> {
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aws-double.log");
    let mut child = Command::new(python()?)
        .arg(folder().join("host.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).map_err(|error| error.to_string())?)
        .spawn()
        .map_err(|error| error.to_string())?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
    }
    let port = serde_json::from_str::<Value>(&line).ok().and_then(|said| said["port"].as_u64());
    let port = port.and_then(|port| u16::try_from(port).ok()).ok_or_else(|| {
        let why = fs::read_to_string(&log).unwrap_or_default();
        format!("it did not start:\n{why}")
    })?;
    Ok(Host { port, _stdin: child.stdin.take().expect("it is piped") })
}

/// An account of its own, empty.
pub struct Account {
    pub id: String,
    pub endpoint: String,
}

/// A fresh account.
pub fn account() -> Account {
    static HOST: OnceLock<Result<Host, String>> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let host = HOST.get_or_init(start).as_ref().unwrap_or_else(|why| panic!("{NEEDED}\n{why}"));
    let id = format!("{:012}", 100_000_000_000 + NEXT.fetch_add(1, Ordering::Relaxed));
    Account { id, endpoint: format!("http://127.0.0.1:{}", host.port) }
}

impl Account {
    /// The program with the keys of this account and nothing of the developer's environment.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", &self.id)
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/nowhere/config")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials");
        command
    }

    /// What comes next instead of an answer, so many times; `*` is any operation of the service.
    pub fn fault(&self, service: &str, op: &str, times: u32, mut what: Value) {
        what["service"] = service.into();
        what["op"] = op.into();
        what["times"] = times.into();
        self.admin("faults", &json!({"account": self.id, "faults": [what]}));
    }

    /// What Cost Explorer answers, one a call.
    pub fn answers(&self, op: &str, answers: &[Value]) {
        self.admin("answers", &json!({"account": self.id, "op": op, "answers": answers}));
    }

    /// What no API can set, in one region: `{"region", ...}`; each module of the double says what it takes.
    pub fn state(&self, what: &Value) {
        let mut said = what.clone();
        said["account"] = self.id.as_str().into();
        self.admin("state", &said);
    }

    /// Each call of this account takes at least so long.
    pub fn latency(&self, each: Duration) {
        self.admin("latency", &json!({"account": self.id, "seconds": each.as_secs_f64()}));
    }

    /// ECR applies the lifecycle policies of this region, as it does within 24 hours.
    pub fn expire(&self, region: &str) {
        self.admin("expire", &json!({"account": self.id, "region": region}));
    }

    /// The calls so far were to set things up: the journal begins anew.
    pub fn forget(&self) {
        self.admin("forget", &json!({"account": self.id}));
    }

    /// All calls so far.
    pub fn journal(&self) -> Vec<Value> {
        let (_, journal) = self.http("GET", &format!("/double/journal?account={}", self.id), &[], "");
        serde_json::from_str(&journal).expect("a list")
    }

    /// The calls so far that may have changed something, in order.
    pub fn writes(&self) -> Vec<Value> {
        self.journal().into_iter().filter(|call| call["write"] == true).collect()
    }

    /// The calls of one operation so far.
    pub fn calls(&self, op: &str) -> Vec<Value> {
        self.journal().into_iter().filter(|call| call["op"] == op).collect()
    }

    /// Asks a service that speaks JSON, CloudWatch among them (as `monitoring`), past every SDK.
    pub fn aws(&self, service: &str, op: &str, region: &str, asked: &Value) -> Value {
        let (status, answer) = self.asked(service, op, region, asked);
        assert_eq!(status, 200, "{op} {asked}: {answer}");
        answer
    }

    /// The same where it is refused: the code of the error.
    pub fn refused(&self, service: &str, op: &str, region: &str, asked: &Value) -> String {
        let (status, answer) = self.asked(service, op, region, asked);
        assert_eq!(status, 400, "{op} {asked}: {answer}");
        answer["__type"].as_str().expect("a code").to_string()
    }

    /// Asks a service that speaks XML.
    pub fn query(&self, service: &str, region: &str, parameters: &[(&str, &str)]) -> String {
        let pairs: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        let (status, answer) = self.signed(service, region, "Accept: text/xml", &pairs.join("&"));
        assert_eq!(status, 200, "{parameters:?}: {answer}");
        answer
    }

    fn asked(&self, service: &str, op: &str, region: &str, asked: &Value) -> (u16, Value) {
        let (status, answer) = self.signed(service, region, &format!("X-Amz-Target: Double.{op}"), &asked.to_string());
        (status, if answer.is_empty() { Value::Null } else { serde_json::from_str(&answer).expect("JSON") })
    }

    /// Signed as far as the double looks.
    fn signed(&self, service: &str, region: &str, header: &str, body: &str) -> (u16, String) {
        let scope = format!("{}/20260101/{region}/{service}/aws4_request", self.id);
        let authorization = format!("Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=, Signature=");
        let kind = if body.starts_with('{') { "x-amz-json-1.1" } else { "x-www-form-urlencoded" };
        self.http("POST", "/", &[header, &authorization, &format!("Content-Type: application/{kind}")], body)
    }

    fn admin(&self, what: &str, said: &Value) {
        let (status, answer) = self.http("POST", &format!("/double/{what}"), &[], &said.to_string());
        assert_eq!(status, 200, "{what} {said}: {answer}");
    }

    /// The status, and the body.
    fn http(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String) {
        let address = self.endpoint.strip_prefix("http://").expect("an endpoint");
        let mut stream = TcpStream::connect(address).expect("the double listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        let length = format!("Content-Length: {}", body.len());
        let fixed = [&format!("{method} {path} HTTP/1.1"), "Host: double", "Connection: close", &length];
        let head: String = [&fixed, headers].concat().iter().map(|line| format!("{line}\r\n")).collect();
        write!(stream, "{head}\r\n{body}").expect("it can be asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, answer) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer.to_string())
    }
}

/// As in a URL.
fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
