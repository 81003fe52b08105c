//! The binary as its users run it: every folder under `tests/cases` is a case.
//!
//! `cmd` holds the command line (`stackcost estimate stack.toml`), possibly a line `exit: 2` and a
//! line `stdin: FILE` or `epoch: SECONDS` (the time that counts as now); `stdout` and `stderr` hold what must come out (a missing file: nothing
//! may). `SNAPSHOTS=overwrite cargo test -p stackcost --test it cli` writes them anew: read the
//! difference before you commit it.

use snapbox::cmd::Command;
use snapbox::{Assert, Data, assert::Action, assert::DEFAULT_ACTION_ENV};
use std::path::Path;

/// Runs one case; returns what differs.
fn run(folder: &Path) -> Result<(), String> {
    let script = std::fs::read_to_string(folder.join("cmd")).map_err(|error| format!("no cmd: {error}"))?;
    let field = |name: &str| script.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let code: i32 = field("exit:").map_or(Ok(0), str::parse).map_err(|_| "exit: is no number".to_string())?;
    let line = script.lines().next().unwrap_or("");
    let mut words = split(line).into_iter();
    if words.next().as_deref() != Some("stackcost") {
        return Err("cmd does not begin with `stackcost`".to_string());
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackcost"))
        .args(words)
        .current_dir(folder)
        .env_remove("AWS_REGION")
        // How old rates are depends on the day; here it is always 2026-11-28.
        .env("SOURCE_DATE_EPOCH", field("epoch:").unwrap_or("1795824000"))
        .env("NO_COLOR", "1");
    if let Some(file) = field("stdin:") {
        command = command.stdin(Data::read_from(&folder.join(file), None));
    }
    let output = command.output().map_err(|error| error.to_string())?;
    let got = output.status.code();
    let overwrite = std::env::var(DEFAULT_ACTION_ENV).as_deref() == Ok("overwrite");
    let mut wrong = Vec::new();
    if got != Some(code) {
        wrong.push(format!("exit code {got:?} instead of {code}"));
    }
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let path = folder.join(name);
        let text = String::from_utf8_lossy(bytes).into_owned();
        if overwrite {
            if text.is_empty() {
                let _ = std::fs::remove_file(&path);
            } else {
                std::fs::write(&path, &text).map_err(|error| error.to_string())?;
            }
            continue;
        }
        let expected = if path.exists() { Data::read_from(&path, None) } else { Data::text("") };
        let assert = Assert::new().action(Action::Verify);
        if let Err(difference) = assert.try_eq(Some(&name), text.into(), expected.raw()) {
            wrong.push(difference.to_string());
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Words of a command line; double quotes hold spaces together.
fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("starts with one").push(sign),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn every_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let mut folders: Vec<_> =
        std::fs::read_dir(&root).expect("tests/cases").map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    assert!(folders.len() >= 30, "only {} cases: has the folder moved?", folders.len());
    let failures: Vec<String> = folders
        .iter()
        .filter_map(|folder| run(folder).err().map(|why| format!("== {}\n{why}", folder.display())))
        .collect();
    assert!(failures.is_empty(), "{} of {} cases failed:\n{}", failures.len(), folders.len(), failures.join("\n"));
}

/// A reader that goes away early (`stackcost ... | head -1`) is no failure.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    use std::process::{Command, Stdio};
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/news-api.toml");
    let mut child = Command::new(env!("CARGO_BIN_EXE_stackcost"))
        .args(["compare", example, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// A file is written as a whole or not at all, and never over another.
#[test]
fn init_writes_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let init = |more: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_stackcost"))
            .arg("init")
            .args(more)
            .current_dir(folder.path())
            .output()
            .expect("the binary starts")
    };
    assert!(init(&[]).status.success());
    let first = std::fs::read(folder.path().join("stack.toml")).expect("it was written");
    std::fs::write(folder.path().join("stack.toml"), "mine").expect("writable");
    assert_eq!(init(&[]).status.code(), Some(2));
    assert_eq!(std::fs::read(folder.path().join("stack.toml")).expect("still there"), b"mine");
    assert!(init(&["--force"]).status.success());
    assert_eq!(std::fs::read(folder.path().join("stack.toml")).expect("still there"), first);
    assert_eq!(init(&["nowhere/stack.toml"]).status.code(), Some(1));
    assert_eq!(std::fs::read_dir(folder.path()).expect("readable").count(), 1, "nothing else is left behind");
}

/// Two runs give the same bytes.
#[test]
fn same_input_same_bytes() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/news-api.toml");
    for format in ["table", "json", "ndjson", "csv", "markdown"] {
        let run = || {
            std::process::Command::new(env!("CARGO_BIN_EXE_stackcost"))
                .args(["compare", example, "--format", format])
                .output()
                .expect("the binary starts")
                .stdout
        };
        assert_eq!(run(), run(), "{format}");
    }
}

/// Without a terminal, and on one of 80 columns, no line of a table is longer than that.
#[test]
fn tables_fit_eighty_columns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut stacks = vec![root.join("examples/news-api.toml")];
    let services = root.join("crates/model/src/services");
    for entry in std::fs::read_dir(services).expect("the services") {
        stacks.push(entry.expect("an entry").path().join("example.toml"));
    }
    let mut wide = Vec::new();
    for stack in stacks.into_iter().filter(|stack| stack.exists()) {
        for verb in ["estimate", "compare"] {
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_stackcost")).arg(verb).arg(&stack).output();
            let output = output.expect("the binary starts");
            assert!(output.status.success(), "{verb} {}", stack.display());
            let text = String::from_utf8(output.stdout).expect("UTF-8");
            let long = text.lines().filter(|line| line.chars().count() > 80);
            wide.extend(long.map(|line| format!("{verb} {}: {line}", stack.display())));
        }
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

/// What is no stack file at all is refused, and none of it commands the terminal.
#[test]
fn files_that_are_no_text() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, start: &[u8], length: u64| {
        let path = folder.path().join(name);
        std::fs::write(&path, start).expect("a file");
        std::fs::OpenOptions::new().write(true).open(&path).expect("the file").set_len(length).expect("its length");
    };
    write("huge.toml", b"name = \"x\"\n", 100 << 20);
    write("picture.toml", b"\x89PNG\r\n\x1a\n", 8);
    write("zeros.toml", b"", 64);
    write("escape.toml", b"name = \"a\x1b[31mb\"\n", 17);
    for (name, why) in [
        ("huge.toml", "huge.toml is larger than 1 MiB"),
        ("picture.toml", "picture.toml is no text: byte 0 is not UTF-8"),
        ("zeros.toml", "not valid TOML"),
        ("escape.toml", "escape.toml:1:10"),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_stackcost"))
            .args(["estimate", name])
            .current_dir(folder.path())
            .output()
            .expect("the binary starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {said}");
        assert!(output.stdout.is_empty() && said.contains(why) && !said.contains("panicked"), "{name}: {said}");
        let commands = said.chars().any(|sign| sign.is_control() && sign != '\n');
        assert!(!commands, "{name}: control characters reach the terminal: {said:?}");
    }
}
