//! The rules of ARCHITECTURE.md that a machine can check.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// All files below a folder of the workspace with one of these endings, and their text.
fn texts(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with("target") && name != ".git" {
                folders.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let shown = path.strip_prefix(&root).expect("below the root").to_string_lossy().replace('\\', "/");
                found.push((shown, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "nothing in {folder}");
    found
}

/// Code lines of a file with their numbers: no comments, nothing from `mod tests {` on.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..)
        .zip(text.lines())
        .take_while(|(_, line)| !line.starts_with("mod tests {"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The code lines below these folders that `breaks`, given path and line, finds fault with.
fn lines_that(folders: &[&str], breaks: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in folders.iter().flat_map(|folder| texts(folder, &[".rs"])) {
        let broken = code(&text).filter(|(_, line)| breaks(&path, line));
        found.extend(broken.map(|(number, line)| format!("{path}:{number}: {}", line.trim())));
    }
    found
}

fn complain(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}\n{}", found.join("\n"));
}

/// Modules of a crate in the order of its lib.rs use only modules above them.
fn reading_order(lib: &str, folder: &str, allowed: &[(&str, &str)]) -> Vec<String> {
    let lib = std::fs::read_to_string(root().join(lib)).expect("lib.rs");
    let modules: Vec<&str> = lib
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "))
        .filter_map(|rest| rest.strip_suffix(';'))
        .collect();
    assert!(modules.len() > 4, "no modules in lib.rs?");
    let mut found = Vec::new();
    for (at, module) in modules.iter().enumerate() {
        for (path, text) in texts(folder, &[".rs"]) {
            let inside = path == format!("{folder}/{module}.rs") || path.starts_with(&format!("{folder}/{module}/"));
            if !inside || path.ends_with("tests.rs") {
                continue;
            }
            for later in &modules[at + 1..] {
                let names = |line: &str| {
                    line.contains(&format!("crate::{later}::")) || line.contains(&format!("use crate::{later};"))
                };
                for (number, line) in code(&text).filter(|(_, line)| names(line)) {
                    if !allowed.contains(&(module, later)) {
                        found.push(format!(
                            "{path}:{number}: `{module}` uses `{later}`, which comes below it: {}",
                            line.trim()
                        ));
                    }
                }
            }
        }
    }
    found
}

#[test]
fn modules_use_only_modules_above_them() {
    // An allowance names what it covers by the types of `usage`, which stands above `price`.
    complain(
        reading_order("crates/model/src/lib.rs", "crates/model/src", &[]),
        "the reading order of the model is broken",
    );
    complain(
        reading_order("crates/formats/src/lib.rs", "crates/formats/src", &[]),
        "the reading order of formats is broken",
    );
}

#[test]
fn the_model_is_pure() {
    let lib = std::fs::read_to_string(root().join("crates/model/src/lib.rs")).expect("lib.rs");
    assert!(lib.contains("#![no_std]") && lib.contains("#![forbid(unsafe_code)]"));
    let impure = ["std::", "async ", ".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
    let found = lines_that(&["crates/model/src"], |path, line| {
        let float = line.split(|sign: char| !sign.is_alphanumeric()).any(|word| word == "f64" || word == "f32");
        !path.ends_with("tests.rs") && (float || impure.iter().any(|word| line.contains(word)))
    });
    complain(found, "the model has no std, no floats, no async, and does not panic");
}

#[test]
fn only_the_command_line_prints() {
    let worldly = ["println!(", "print!(", "eprintln!(", "eprint!(", "dbg!(", "std::env", "std::fs", "std::net"];
    let found = lines_that(&["crates/model/src", "crates/formats/src", "pricing-data/src"], |_, line| {
        worldly.iter().any(|word| line.contains(word))
    });
    complain(found, "only `cli` prints, reads files, the environment or the network");
    let found = lines_that(&["crates/aws/src"], |_, line| worldly[..5].iter().any(|word| line.contains(word)));
    complain(found, "`aws` fetches and does not print");
}

#[test]
fn only_the_aws_crate_names_the_sdk() {
    let mut found = Vec::new();
    for (path, text) in texts("crates", &[".rs", "Cargo.toml"]) {
        let allowed = path.starts_with("crates/aws/");
        let sdk = ["aws_sdk_", "aws-sdk-", "aws_config", "aws_smithy_"];
        if !allowed && sdk.iter().any(|word| text.contains(word)) {
            found.push(path);
        }
    }
    complain(found, "only `crates/aws` names the AWS SDK");
}

#[test]
fn the_command_line_computes_no_money() {
    let found = lines_that(&["crates/cli/src"], |_, line| {
        line.contains("Usd::round") || line.contains("Decimal") || line.contains(".charge(")
    });
    complain(found, "`cli` computes no money");
}

#[test]
fn money_is_printed_by_usd_alone() {
    // `{:.2}` on a decimal truncates: 26.6598 would become 26.65.
    let found = lines_that(&["crates/model/src", "crates/formats/src", "crates/cli/src"], |_, line| {
        line.contains(":.2}") || line.contains(":.4}")
    });
    complain(found, "decimals are not formatted with a precision: `Usd::to_fixed` and `Ratio::to_fixed` round half up");
}

#[test]
fn no_file_is_two_rooms() {
    let mut found = Vec::new();
    for folder in ["crates", "tests", "examples", "benches", "pricing-data/src"] {
        for (path, text) in texts(folder, &[".rs"]) {
            let lines = text.lines().count();
            if lines > 700 {
                found.push(format!("{path}: {lines} lines"));
            }
        }
    }
    complain(found, "a file of more than 700 lines holds two things");
}

#[test]
fn nothing_is_left_open() {
    let marks = ["todo!(", "unimplemented!(", "FIXME", "XXX", "#[ignore", "HACK"];
    let mut found = Vec::new();
    for folder in ["crates", "examples", "benches", "pricing-data/src"] {
        for (path, text) in texts(folder, &[".rs"]) {
            if marks.iter().any(|mark| text.contains(mark)) {
                found.push(path);
            }
        }
    }
    complain(found, "unfinished or switched-off code");
}

#[test]
fn the_pictures_in_the_readme_are_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    for (folder, words) in [
        ("", "compare examples/news-api.toml"),
        ("", "simulate examples/news-api.toml"),
        ("tests/cases/drivers", "drivers 2026-09 2026-10 --from bill.csv --stack stack.toml --top 3"),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_stackcost"))
            .args(words.split(' '))
            .env("SOURCE_DATE_EPOCH", "1795824000")
            .current_dir(root().join(folder))
            .output()
            .expect("the binary starts");
        let output = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(
            !output.is_empty() && readme.contains(&format!("$ stackcost {words}\n{}", output.trim_end())),
            "README.md shows other output than `{words}` gives"
        );
    }
}

#[test]
fn cargo_run_is_the_tool() {
    // Two programs in the workspace: without `default-members` cargo refuses the README's command.
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let defaults = metadata["workspace_default_members"].as_array().expect("default members");
    let programs: Vec<&str> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .filter(|package| defaults.contains(&package["id"]))
        .flat_map(|package| package["targets"].as_array().expect("targets"))
        .filter(|target| target["kind"][0] == "bin")
        .filter_map(|target| target["name"].as_str())
        .collect();
    assert_eq!(programs, ["stackcost"], "`cargo run` cannot tell which program is meant");
}
