//! `optimize` where it meets files, signals and threads.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The service of a case, in a folder of its own with a load of so many days.
fn folder(days: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let stack = include_str!("../../cases/optimize/stack.toml");
    std::fs::write(folder.path().join("stack.toml"), stack).expect("a stack");
    let rows = (0..days * 1_440).map(|minute| {
        let busy = if (540..1_020).contains(&(minute % 1_440)) { 3_000 } else { 600 };
        format!("{},{}\n", 1_790_985_600 + minute * 60, busy + minute * 7_919 % 300)
    });
    let load = format!("timestamp,value\n{}", rows.collect::<String>());
    std::fs::write(folder.path().join("load.csv"), load).expect("a load");
    folder
}

fn optimize(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stackcost"));
    command.args(["optimize", "stack.toml"]).args(words).current_dir(folder).stdin(Stdio::null());
    command
}

fn run(folder: &Path, words: &[&str]) -> Output {
    optimize(folder, words).output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_puts_it_in_place_is_written_and_never_over_what_is_there() {
    let folder = folder(4);
    let words = ["--budget", "6", "--emit", "new", "--cluster", "prod", "--service", "api", "--format", "csv"];
    let first = run(folder.path(), &words);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let read = |name: &str| std::fs::read_to_string(folder.path().join("new").join(name)).expect(name);
    let policy: serde_json::Value = serde_json::from_str(&read("put-scaling-policy.json")).expect("JSON");
    assert_eq!(policy["ResourceId"], "service/prod/api");
    assert_eq!(policy["PolicyType"], "TargetTrackingScaling");
    let target: serde_json::Value = serde_json::from_str(&read("register-scalable-target.json")).expect("JSON");
    assert_eq!(target["ScalableDimension"], "ecs:service:DesiredCount");
    assert!(read("policy.tf").contains("resource \"aws_appautoscaling_policy\""));
    assert!(read("put-policy.sh").contains("aws application-autoscaling put-scaling-policy"));

    std::fs::write(folder.path().join("new/policy.tf"), "mine").expect("a file");
    let again = run(folder.path(), &words);
    assert_eq!(again.status.code(), Some(2), "{}", text(&again.stderr));
    assert!(text(&again.stderr).contains("is there already") && again.stdout.is_empty());
    assert_eq!(read("policy.tf"), "mine");
    let forced = run(folder.path(), &[&words[..], &["--force", "--svg", "curve.svg"]].concat());
    assert!(forced.status.success() && read("policy.tf") != "mine");
    let picture = std::fs::read_to_string(folder.path().join("curve.svg")).expect("a picture");
    let picture = roxmltree::Document::parse(&picture).expect("SVG");
    let points = picture.descendants().filter(|node| node.has_tag_name("circle")).count();
    assert_eq!(points, text(&forced.stdout).lines().count() - 1, "one for each line of the trade-off");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = folder(3);
    let of = |threads| run(folder.path(), &["--budget", "60", "--format", "json", "--threads", threads]);
    let (one, three) = (of("1"), of("3"));
    assert!(one.status.success(), "{}", text(&one.stderr));
    assert_eq!(text(&one.stdout), text(&three.stdout));
}

#[test]
#[cfg(unix)]
fn who_stops_it_gets_the_best_so_far() {
    let folder = folder(5);
    // Hours of work.
    let words = ["--targets", "30%..90%:0.1%", "--mins", "1..20", "--maxes", "20..60", "--budget", "1000000"];
    // How long a busy machine takes until something is tried, nobody knows.
    let stopped = [1, 4, 16].into_iter().map(|seconds| {
        let child = optimize(folder.path(), &[&words[..], &["--format", "json"]].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_secs(seconds));
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.expect("kill runs").success());
        let begun = Instant::now();
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
        assert!(begun.elapsed() < Duration::from_secs(10), "it stops at once");
        output
    });
    let output = stopped.into_iter().find(|output| !output.stdout.is_empty()).expect("something was tried");
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["finished"], false);
    assert!(found["tried"].as_u64().is_some_and(|tried| tried > 0));
    assert!(text(&output.stderr).contains("the best so far"));
}
