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

    /// What comes next instead of an answer, so many times.
    pub fn fault(&self, service: &str, op: &str, times: u32, mut what: Value) {
        what["service"] = service.into();
        what["op"] = op.into();
        what["times"] = times.into();
        self.http("POST", "faults", &json!({"account": self.id, "faults": [what]}).to_string());
    }

    /// What Cost Explorer answers, one a call.
    pub fn answers(&self, op: &str, answers: &[Value]) {
        self.http("POST", "answers", &json!({"account": self.id, "op": op, "answers": answers}).to_string());
    }

    /// The calls of one operation so far.
    pub fn calls(&self, op: &str) -> Vec<Value> {
        let journal = self.http("GET", &format!("journal?account={}", self.id), "");
        let calls: Vec<Value> = serde_json::from_str(&journal).expect("a list");
        calls.into_iter().filter(|call| call["op"] == op).collect()
    }

    fn http(&self, method: &str, what: &str, body: &str) -> String {
        let address = self.endpoint.strip_prefix("http://").expect("an endpoint");
        let mut stream = TcpStream::connect(address).expect("the double listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        let length = body.len();
        write!(
            stream,
            "{method} /double/{what} HTTP/1.1\r\nHost: double\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("it can be asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 200"), "{method} {what}: {head}");
        body.to_string()
    }
}
