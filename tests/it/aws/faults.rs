//! `fix apply` when things go wrong: nothing half done, nothing twice, nothing of others lost.

use super::fixes::{Bench, REGION, Ran, json_of, ran};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

const NAMES: [&str; 6] = ["/a", "/b", "/c", "/d", "/e", "/f"];

/// An account with log groups that never expire, and a plan that changes that.
fn planned(names: &[&str]) -> Bench {
    let bench = Bench::new();
    bench.log_groups(names);
    let plan = bench.run(&["fix", "plan", "--only", "log-retention", "-o", "plan.json"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    bench.account.forget();
    bench
}

fn apply(bench: &Bench, more: &[&str]) -> Ran {
    bench.run(&[&["fix", "apply", "plan.json", "--yes"], more].concat())
}

/// How often each log group was written.
fn writes(bench: &Bench) -> BTreeMap<String, usize> {
    let mut writes = BTreeMap::new();
    for call in bench.account.writes() {
        let body: Value = serde_json::from_str(call["body"].as_str().expect("a body")).expect("JSON");
        *writes.entry(body["logGroupName"].as_str().expect("a group").to_string()).or_default() += 1;
    }
    writes
}

/// Every group is as planned, and each was written just once.
#[track_caller]
fn all_done_once(bench: &Bench, names: &[&str]) {
    assert!(bench.retentions().iter().all(|(_, days)| *days == Some(30)), "{:?}", bench.retentions());
    let expected: BTreeMap<String, usize> = names.iter().map(|name| (name.to_string(), 1)).collect();
    assert_eq!(writes(bench), expected);
}

#[test]
fn throttled_it_waits_and_goes_on() {
    let bench = planned(&NAMES);
    let throttled = json!({"status": 400, "code": "ThrottlingException", "message": "Rate exceeded"});
    bench.account.fault("logs", "PutRetentionPolicy", 5, throttled);
    let applied = apply(&bench, &[]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert!(bench.retentions().iter().all(|(_, days)| *days == Some(30)));
    assert_eq!(writes(&bench).values().sum::<usize>(), NAMES.len() + 5, "each that was throttled was tried again");
}

#[test]
fn an_answer_that_is_lost_is_looked_for_and_not_asked_for_again() {
    for lost in [
        json!({"status": 500, "raw": "<html>Internal Server Error</html>", "after": true}),
        json!({"cut": true, "after": true}),
        json!({"cut_after_bytes": 0}),
    ] {
        let bench = planned(&["/a", "/b"]);
        bench.account.fault("logs", "PutRetentionPolicy", 2, lost.clone());
        let applied = apply(&bench, &[]);
        assert_eq!(applied.code, Some(0), "{lost}: {applied:?}");
        all_done_once(&bench, &["/a", "/b"]);
    }
}

#[test]
fn what_did_not_happen_is_tried_again_and_then_told() {
    // Each fault comes before the effect: reading shows that nothing happened.
    let html = json!({"status": 500, "raw": "<html>Internal Server Error</html>"});
    let bench = planned(&["/a"]);
    bench.account.fault("logs", "PutRetentionPolicy", 2, html.clone());
    assert_eq!(apply(&bench, &[]).code, Some(0));
    assert_eq!(writes(&bench)["/a"], 3);
    let bench = planned(&["/a", "/b"]);
    bench.account.fault("logs", "PutRetentionPolicy", 6, html);
    let applied = apply(&bench, &[]);
    assert_eq!(applied.code, Some(1), "{applied:?}");
    assert!(applied.out.contains("HTTP 500") || applied.out.contains("500"), "{applied:?}");
    assert!(applied.said.contains("--resume"), "{applied:?}");
    // Once AWS answers again, going on does the rest.
    let resumed = apply(&bench, &["--resume"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert!(bench.retentions().iter().all(|(_, days)| *days == Some(30)));
}

#[test]
fn what_is_denied_is_told_with_its_action_and_the_rest_is_done() {
    let bench = planned(&NAMES);
    let denied = json!({"status": 400, "code": "AccessDeniedException", "message": "not authorized"});
    bench.account.fault("logs", "PutRetentionPolicy", 1, denied);
    let applied = apply(&bench, &["--parallel", "1"]);
    assert_eq!(applied.code, Some(1), "{applied:?}");
    let set = bench.retentions().iter().filter(|(_, days)| *days == Some(30)).count();
    assert_eq!(set, NAMES.len() - 1, "the others are done");
    assert!(
        applied.out.contains("logs:PutRetentionPolicy") && applied.out.contains("stackcost iam fix"),
        "{applied:?}"
    );
    assert_eq!(apply(&bench, &["--resume"]).code, Some(0));
    assert!(bench.retentions().iter().all(|(_, days)| *days == Some(30)));
}

#[test]
fn a_plan_that_cannot_read_everything_is_partial() {
    let bench = Bench::new();
    bench.log_groups(&["/a"]);
    bench.account.forget();
    let denied = json!({"status": 400, "code": "AccessDeniedException", "message": "not authorized"});
    bench.account.fault("logs", "DescribeLogGroups", 3, denied);
    let plan = bench.run(&["fix", "plan", "-o", "plan.json"]);
    assert_eq!(plan.code, Some(5), "{plan:?}");
    assert!(plan.out.contains("logs:DescribeLogGroups is denied"), "{plan:?}");
    assert!(plan.said.contains("partial"), "{plan:?}");
    assert_eq!(bench.run(&["fix", "plan", "--allow-partial"]).code, Some(0));
    // Without a plan file, what is not known is not changed by the way.
    let applied = bench.run(&["fix", "apply", "--only", "log-retention", "--yes"]);
    assert_eq!(applied.code, Some(1), "{applied:?}");
    assert_eq!(bench.account.writes(), [] as [Value; 0]);
    assert_eq!(bench.run(&["fix", "apply", "--only", "log-retention", "--yes"]).code, Some(0));
    assert_eq!(bench.retentions(), [("/a".into(), Some(30))]);
}

#[test]
fn what_others_have_changed_is_left_as_they_made_it() {
    let bench = planned(&["/a", "/b", "/c"]);
    bench.aws("logs", "PutRetentionPolicy", json!({"logGroupName": "/a", "retentionInDays": 400}));
    bench.aws("logs", "PutRetentionPolicy", json!({"logGroupName": "/b", "retentionInDays": 30}));
    bench.account.forget();
    let applied = apply(&bench, &["--format", "json"]);
    assert_eq!(applied.code, Some(1), "{applied:?}");
    assert_eq!(bench.retentions(), [("/a".into(), Some(400)), ("/b".into(), Some(30)), ("/c".into(), Some(30))]);
    let steps = json_of(&applied)["steps"].clone();
    let how: Vec<&str> =
        steps.as_array().expect("steps").iter().map(|step| step["outcome"]["how"].as_str().expect("how")).collect();
    assert_eq!(how, ["stale", "already-so", "done"]);
    // And a group that is gone is no reason to make one.
    let bench = planned(&["/a"]);
    bench.aws("logs", "DeleteLogGroup", json!({"logGroupName": "/a"}));
    let applied = apply(&bench, &[]);
    assert_eq!(applied.code, Some(1), "{applied:?}");
    assert_eq!(bench.retentions(), []);
}

/// Undo, too, leaves what others have made since.
#[test]
fn undo_leaves_what_others_have_changed() {
    let bench = planned(&["/a", "/b"]);
    assert_eq!(apply(&bench, &[]).code, Some(0));
    bench.aws("logs", "PutRetentionPolicy", json!({"logGroupName": "/a", "retentionInDays": 7}));
    let undone = bench.run(&["fix", "undo", "--yes"]);
    assert_eq!(undone.code, Some(1), "{undone:?}");
    assert_eq!(bench.retentions(), [("/a".into(), Some(7)), ("/b".into(), None)]);
}

/// Killed after any number of writes, it goes on, and nothing is done twice.
#[cfg(unix)]
#[test]
fn killed_at_each_step_it_goes_on() {
    for after in 0..NAMES.len() {
        let bench = planned(&NAMES);
        bench.account.latency(Duration::from_millis(40));
        let mut child = bench
            .command(&["fix", "apply", "plan.json", "--yes", "--parallel", "2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let begun = Instant::now();
        while bench.account.writes().len() <= after && child.try_wait().expect("a child").is_none() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it never wrote");
            sleep(Duration::from_millis(1));
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        bench.account.latency(Duration::ZERO);
        // What was under way at AWS comes to its end there.
        sleep(Duration::from_millis(100));
        // Applying the plan as if nothing had happened is refused, if something is open.
        let resumed = apply(&bench, &["--resume"]);
        assert_eq!(resumed.code, Some(0), "killed after {after}: {resumed:?}");
        all_done_once(&bench, &NAMES);
        assert_eq!(bench.journals().len(), 1, "one journal tells it all");
        // And all of it can be undone.
        let undone = bench.run(&["fix", "undo", "--yes"]);
        assert_eq!(undone.code, Some(0), "{undone:?}");
        assert!(bench.retentions().iter().all(|(_, days)| days.is_none()), "{:?}", bench.retentions());
    }
}

#[cfg(unix)]
#[test]
fn a_plan_that_was_interrupted_is_gone_on_with_and_not_begun_again() {
    let bench = planned(&NAMES);
    bench.account.latency(Duration::from_millis(60));
    let mut child = bench
        .command(&["fix", "apply", "plan.json", "--yes", "--parallel", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    while bench.account.writes().is_empty() {
        sleep(Duration::from_millis(1));
    }
    // Ctrl-C: what is under way ends, nothing else is begun.
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    bench.account.latency(Duration::ZERO);
    let stopped = writes(&bench);
    assert!(!stopped.is_empty() && stopped.len() < NAMES.len(), "{stopped:?}");
    let again = apply(&bench, &[]);
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.said.contains("--resume"), "{again:?}");
    assert_eq!(writes(&bench), stopped, "nothing was changed");
    assert_eq!(apply(&bench, &["--resume"]).code, Some(0));
    all_done_once(&bench, &NAMES);
    let again = apply(&bench, &["--resume"]);
    assert!(again.code == Some(0) && again.said.contains("all changes are made"), "{again:?}");
}

#[cfg(unix)]
#[test]
fn of_two_at_once_one_refuses_or_waits() {
    let bench = planned(&NAMES);
    bench.account.latency(Duration::from_millis(100));
    let mut first = bench
        .command(&["fix", "apply", "plan.json", "--yes", "--parallel", "1"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    while bench.account.writes().is_empty() {
        sleep(Duration::from_millis(1));
    }
    let second = apply(&bench, &[]);
    assert_eq!(second.code, Some(1), "{second:?}");
    assert!(second.said.contains("another apply is at work"), "{second:?}");
    let undo = bench.run(&["fix", "undo", "--yes"]);
    assert!(undo.code == Some(1) && undo.said.contains("another apply is at work"), "{undo:?}");
    bench.account.latency(Duration::ZERO);
    let third = apply(&bench, &["--wait"]);
    assert_eq!(first.wait().expect("it ends").code(), Some(0));
    assert_eq!(third.code, Some(0), "{third:?}");
    all_done_once(&bench, &NAMES);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_it_before_the_next_change() {
    let names: Vec<String> = (0..60).map(|number| format!("/group/{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bench = planned(&names);
    // A file may not grow beyond the plan and some lines: what a full disk says, too.
    let twin = planned(&names);
    assert_eq!(apply(&twin, &["--journal", "whole.ndjson"]).code, Some(0));
    let whole = std::fs::read(twin.path("whole.ndjson")).expect("a journal");
    let header = whole.iter().position(|byte| *byte == b'\n').expect("a first line");
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", (header + 3_000) / 512);
    let mut command = bench.account.command("sh");
    let binary = env!("CARGO_BIN_EXE_stackcost");
    command
        .args(["-c", &script, binary, "fix", "apply", "plan.json", "--yes", "--parallel", "2"])
        .current_dir(bench.folder.path())
        .env("AWS_REGION", REGION)
        .env("PATH", "/usr/bin:/bin")
        .env("XDG_STATE_HOME", bench.path("state"));
    let full = ran(command.output().expect("a shell"));
    assert_eq!(full.code, Some(1), "{full:?}");
    assert!(full.said.contains("cannot write the journal") && full.said.contains("--resume"), "{full:?}");
    let done = writes(&bench);
    assert!(!done.is_empty() && done.len() < names.len(), "{} of {} were done", done.len(), names.len());
    // Every change that was made is in the journal.
    let journal = std::fs::read_to_string(&bench.journals()[0]).expect("a journal");
    for name in done.keys() {
        let intent = journal
            .lines()
            .any(|line| line.contains("\"intent\"") && line.contains(&format!("log-retention {name}\"")));
        assert!(intent, "{name} was changed without a word in the journal");
    }
    let resumed = apply(&bench, &["--resume"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    all_done_once(&bench, &names);
}

#[cfg(target_os = "linux")]
#[test]
fn where_nothing_can_be_written_nothing_is_changed() {
    let bench = planned(&["/a"]);
    let output = bench.command(&["fix", "apply", "plan.json", "--yes"]).env("XDG_STATE_HOME", "/proc/nowhere").output();
    let refused = ran(output.expect("the binary starts"));
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.said.contains("nothing was changed"), "{refused:?}");
    let refused = apply(&bench, &["--journal", "/proc/nowhere/journal.ndjson"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.said.contains("nothing was changed") && refused.said.contains("--journal"), "{refused:?}");
    assert_eq!(bench.account.writes(), [] as [Value; 0]);
    let plan = bench.run(&["fix", "plan", "--only", "log-retention", "-o", "/proc/plan.json"]);
    assert!(plan.code == Some(1) && plan.said.contains("cannot write /proc/plan.json"), "{plan:?}");
}

#[test]
fn a_plan_that_is_not_as_it_was_made_is_refused() {
    let bench = planned(&["/a"]);
    let text = std::fs::read_to_string(bench.path("plan.json")).expect("a plan");
    let seven = text.replace("\"days\": 30", "\"days\": 7");
    assert_ne!(seven, text);
    let refused = |name: &str, text: &str, says: &str| {
        bench.write("plan.json", text);
        let refused = apply(&bench, &[]);
        assert_eq!(refused.code, Some(2), "{name}: {refused:?}");
        assert!(refused.said.contains(says), "{name}: {refused:?}");
    };
    refused("edited", &seven, "stackcost fix plan");
    refused("cut", &text[..text.len() / 2], "plan.json");
    refused("another schema", &text.replace("stackcost.plan/1", "stackcost.plan/9"), "stackcost.plan/9");
    refused("no plan", "{}", "plan.json");
    refused("empty", "", "plan.json");
    bench.write("plan.json", &text);
    sleep(Duration::from_secs(2));
    let old = apply(&bench, &["--max-age", "1s"]);
    assert!(old.code == Some(2) && old.said.contains("--max-age"), "{old:?}");
    let said_already = apply(&bench, &["--allow-shorten"]);
    assert!(said_already.code == Some(2) && said_already.said.contains("--allow-shorten"), "{said_already:?}");
    assert_eq!(bench.account.writes(), [] as [Value; 0]);
    assert_eq!(apply(&bench, &[]).code, Some(0));
}

#[test]
fn a_plan_is_for_its_account_alone() {
    let bench = planned(&["/a"]);
    let other = Bench::new();
    other.log_groups(&["/a"]);
    other.account.forget();
    std::fs::copy(bench.path("plan.json"), other.path("plan.json")).expect("a copy");
    let refused = apply(&other, &[]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.said.contains(&bench.account.id) && refused.said.contains(&other.account.id), "{refused:?}");
    assert_eq!(other.account.writes(), [] as [Value; 0]);
}

#[test]
fn a_journal_that_is_cut_is_read_as_far_as_it_goes() {
    let bench = planned(&NAMES);
    assert_eq!(apply(&bench, &["--journal", "mine.ndjson"]).code, Some(0));
    let whole = std::fs::read(bench.path("mine.ndjson")).expect("a journal");
    let lines: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    // Cut in a line in the middle: what stands before is gone on with, and nothing is done twice.
    let cut = lines[4] + 20;
    std::fs::write(bench.path("mine.ndjson"), &whole[..cut]).expect("writable");
    let resumed = apply(&bench, &["--journal", "mine.ndjson", "--resume"]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    all_done_once(&bench, &NAMES);
    let text = std::fs::read_to_string(bench.path("mine.ndjson")).expect("UTF-8");
    assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{text}");
    // Cut in the plan: that is said, and nothing is changed.
    std::fs::write(bench.path("mine.ndjson"), &whole[..lines[0] - 5]).expect("writable");
    for verb in [
        &["fix", "undo", "mine.ndjson", "--yes"][..],
        &["fix", "apply", "plan.json", "--yes", "--resume", "--journal", "mine.ndjson"],
    ] {
        let refused = bench.run(verb);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.said.contains("mine.ndjson"), "{refused:?}");
    }
    // Garbage in the middle is no end.
    let mut garbage = whole.clone();
    garbage[lines[2] + 3] = b'#';
    std::fs::write(bench.path("mine.ndjson"), &garbage).expect("writable");
    let refused = bench.run(&["fix", "undo", "mine.ndjson", "--yes"]);
    assert!(refused.code == Some(2) && refused.said.contains("line 4"), "{refused:?}");
    all_done_once(&bench, &NAMES);
    std::fs::write(bench.path("mine.ndjson"), &whole).expect("writable");
    assert_eq!(bench.run(&["fix", "undo", "mine.ndjson", "--yes"]).code, Some(0));
    assert!(bench.retentions().iter().all(|(_, days)| days.is_none()));
}

#[test]
fn without_credentials_or_with_old_ones_it_says_what_to_do() {
    let bench = planned(&["/a"]);
    let run = |change: &dyn Fn(&mut std::process::Command), words: &[&str]| {
        let mut command = bench.command(words);
        change(&mut command);
        ran(command.output().expect("the binary starts"))
    };
    let verbs: [&[&str]; 3] = [&["fix", "plan"], &["fix", "apply", "plan.json", "--yes"], &["check"]];
    for verb in verbs {
        let none = run(
            &|command| {
                command.env_remove("AWS_ACCESS_KEY_ID");
            },
            verb,
        );
        assert_eq!(none.code, Some(1), "{none:?}");
        assert!(none.said.contains("no AWS credentials"), "{none:?}");
    }
    let config = "[profile corp]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Ops\n\
                  region = us-east-1\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n";
    bench.write("config", config);
    for verb in verbs {
        let expired = run(
            &|command| {
                command.env("AWS_CONFIG_FILE", bench.path("config")).env("HOME", bench.folder.path());
                command.args(["--profile", "corp"]);
            },
            verb,
        );
        assert_eq!(expired.code, Some(1), "{expired:?}");
        assert!(expired.said.contains("aws sso login --profile corp"), "{expired:?}");
    }
    let typo = run(
        &|command| {
            command.args(["--region", "us-esat-1"]);
        },
        &["fix", "plan"],
    );
    assert_eq!(typo.code, Some(2), "{typo:?}");
    assert!(typo.said.contains("us-esat-1") && typo.said.contains("us-east-1"), "{typo:?}");
    let nobody = run(
        &|command| {
            command.args(["--profile", "nobody"]);
        },
        &["check"],
    );
    assert_eq!(nobody.code, Some(2), "{nobody:?}");
    assert_eq!(bench.account.writes(), [] as [Value; 0]);
}

#[test]
fn a_server_that_does_not_answer_in_time_is_told() {
    let bench = planned(&["/a"]);
    // The connection is refused: nothing listens there.
    let gone = bench.run(&["fix", "apply", "plan.json", "--yes", "--endpoint-url", "http://127.0.0.1:9"]);
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert!(gone.said.contains("did not reach AWS"), "{gone:?}");
    assert_eq!(bench.retentions(), [("/a".into(), None)]);
}

/// What takes too long may have happened: it is looked for, and not asked for again.
#[test]
fn an_answer_that_takes_too_long_is_looked_for() {
    let bench = planned(&["/a"]);
    bench.account.fault("logs", "PutRetentionPolicy", 1, json!({"after": true, "delay": 3}));
    let applied = apply(&bench, &["--timeout", "1s"]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    all_done_once(&bench, &["/a"]);
    // Reading can wait, too: then nothing was changed.
    let bench = planned(&["/a"]);
    bench.account.fault("logs", "DescribeLogGroups", 9, json!({"delay": 3}));
    let applied = bench
        .command(&["fix", "apply", "plan.json", "--yes", "--timeout", "500ms"])
        .env("AWS_MAX_ATTEMPTS", "2")
        .output();
    let applied = ran(applied.expect("the binary starts"));
    assert_eq!(applied.code, Some(1), "{applied:?}");
    assert!(applied.out.contains("no answer in time"), "{applied:?}");
    assert_eq!(bench.retentions(), [("/a".into(), None)]);
}

/// The same wish in two regions and two accounts, in one plan.
#[test]
fn several_accounts_and_regions_in_one_plan() {
    let (bench, other) = (Bench::new(), Bench::new());
    bench.log_groups(&["/a"]);
    bench.account.aws("logs", "CreateLogGroup", "eu-west-1", &json!({"logGroupName": "/eu"}));
    other.log_groups(&["/b"]);
    let keys = |name: &str, id: &str| format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = secret\n");
    bench.write("credentials", &format!("{}{}", keys("one", &bench.account.id), keys("two", &other.account.id)));
    let run = |words: &[&str]| {
        let mut command = bench.command(words);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        command.env("AWS_SHARED_CREDENTIALS_FILE", bench.path("credentials"));
        ran(command.output().expect("the binary starts"))
    };
    let plan = run(&[
        "fix",
        "plan",
        "--only",
        "log-retention",
        "-o",
        "plan.json",
        "--profile",
        "one",
        "--profile",
        "two",
        "--region",
        "us-east-1",
        "--region",
        "eu-west-1",
    ]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let applied = run(&["fix", "apply", "plan.json", "--yes"]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert_eq!(
        (bench.retentions(), other.retentions()),
        (vec![("/a".into(), Some(30))], vec![("/b".into(), Some(30))])
    );
    let eu = bench.account.aws("logs", "DescribeLogGroups", "eu-west-1", &json!({}));
    assert_eq!(eu["logGroups"][0]["retentionInDays"], 30);
    assert_eq!(run(&["fix", "undo", "--yes"]).code, Some(0));
    assert_eq!((bench.retentions(), other.retentions()), (vec![("/a".into(), None)], vec![("/b".into(), None)]));
}

/// What ECS runs survives a policy that ECR carries out.
#[test]
fn an_image_that_runs_survives() {
    let bench = Bench::new();
    bench.account.state(&json!({"region": REGION, "make_repositories": {"prefix": "api-", "count": 1, "images": 15}}));
    // v0 is the newest or the oldest, whichever: the one pushed 13th from the last.
    let images = bench.aws("ecr", "DescribeImages", json!({"repositoryName": "api-0"}));
    let mut images: Vec<(i64, String)> = images["imageDetails"]
        .as_array()
        .expect("images")
        .iter()
        .map(|one| {
            (
                one["imagePushedAt"].as_f64().map(|at| at as i64).expect("a time"),
                one["imageTags"][0].as_str().expect("a tag").to_string(),
            )
        })
        .collect();
    images.sort();
    let tag = images[images.len() - 13].1.clone();
    let image = format!("{}.dkr.ecr.{REGION}.amazonaws.com/api-0:{tag}", bench.account.id);
    bench.service("api", &image, json!([]), None);
    let plan = bench.run(&["fix", "plan", "--only", "ecr-lifecycle", "-o", "plan.json"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert!(plan.out.contains("keeps 13 instead of 10"), "{plan:?}");
    assert!(plan.out.contains("ECR's own preview takes the same 2 images"), "{plan:?}");
    assert_eq!(apply(&bench, &[]).code, Some(0));
    bench.account.expire(REGION);
    let left = bench.aws("ecr", "DescribeImages", json!({"repositoryName": "api-0"}));
    let left = left["imageDetails"].as_array().expect("images");
    assert_eq!(left.len(), 13);
    assert!(left.iter().any(|one| one["imageTags"][0] == tag.as_str()), "the image that runs is there");
}

/// `fix status` says what a person must still do, until it is done.
#[test]
fn status_tells_whether_alarms_reach_somebody() {
    let bench = Bench::new();
    bench.write("fixes.toml", "[billing]\nthresholds = [50]\nemails = [\"ops@example.com\"]\n");
    let only = ["--wish", "fixes.toml", "--only", "billing-alarm"];
    assert_eq!(bench.run(&[&["fix", "plan", "-o", "plan.json"], &only[..]].concat()).code, Some(0));
    assert_eq!(apply(&bench, &[]).code, Some(0));
    let status = bench.run(&[&["fix", "status"], &only[..]].concat());
    assert_eq!(status.code, Some(4), "{status:?}");
    assert!(status.out.contains("Subscription Confirmation") && status.out.contains("payer account"), "{status:?}");
    assert!(status.out.contains("3 of 3 changes made"), "{status:?}");
    let topic = format!("arn:aws:sns:us-east-1:{}:billing-alerts", bench.account.id);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a time").as_secs();
    bench.account.state(&json!({"region": "us-east-1",
        "sns": [{"topic_arn": topic, "endpoint": "ops@example.com", "pending": false}],
        "metrics": [{"namespace": "AWS/Billing", "name": "EstimatedCharges", "dimensions": {"Currency": "USD"},
            "stat": "Maximum", "values": [[now - 7_200, 42.5]]}]}));
    let status = bench.run(&[&["fix", "status"], &only[..]].concat());
    assert_eq!(status.code, Some(0), "{status:?}");
}

/// Undoing is not undone, nor gone on with after it; and of several applies the one that is meant.
#[test]
fn undo_knows_which_journal_is_meant() {
    let bench = planned(&["/a", "/b"]);
    assert_eq!(apply(&bench, &["--only", "/a"]).code, Some(0));
    assert_eq!(apply(&bench, &["--only", "/b", "--journal", "b.ndjson"]).code, Some(0));
    let undone = bench.run(&["fix", "undo", "b.ndjson", "--yes"]);
    assert_eq!(undone.code, Some(0), "{undone:?}");
    assert_eq!(bench.retentions(), [("/a".into(), Some(30)), ("/b".into(), None)]);
    // What was undone is not done again by going on with it.
    let again = bench.run(&["fix", "apply", "b.ndjson", "--yes", "--resume"]);
    assert!(again.code == Some(2) && again.said.contains("was undone"), "{again:?}");
    let undo_of_it = bench.journals().into_iter().find(|path| path.to_string_lossy().contains("-undo")).expect("one");
    let refused = bench.run(&["fix", "undo", &undo_of_it.to_string_lossy(), "--yes"]);
    assert!(refused.code == Some(2) && refused.said.contains("make a new plan"), "{refused:?}");
    // A newer journal that cannot be read is no reason to undo an older one.
    std::fs::write(bench.path("state/stackcost/journals/99990101T000000.000Z-x.ndjson"), "{").expect("writable");
    let unsure = bench.run(&["fix", "undo", "--yes"]);
    assert!(unsure.code == Some(1) && unsure.said.contains("99990101"), "{unsure:?}");
    assert_eq!(bench.retentions(), [("/a".into(), Some(30)), ("/b".into(), None)]);
}

/// What AWS refused was never made: undo leaves what somebody else has set since.
#[test]
fn what_was_refused_is_not_undone() {
    let bench = planned(&["/a"]);
    let denied = json!({"status": 400, "code": "AccessDeniedException", "message": "not authorized"});
    bench.account.fault("logs", "PutRetentionPolicy", 1, denied);
    assert_eq!(apply(&bench, &[]).code, Some(1));
    bench.aws("logs", "PutRetentionPolicy", json!({"logGroupName": "/a", "retentionInDays": 30}));
    let undone = bench.run(&["fix", "undo", "--yes"]);
    assert_eq!(undone.code, Some(2), "{undone:?}");
    assert_eq!(bench.retentions(), [("/a".into(), Some(30))]);
}

/// An interrupted apply of a part says how that part goes on: its journal holds it.
#[test]
fn a_journal_is_enough_to_go_on() {
    let bench = planned(&NAMES);
    let html = json!({"status": 500, "raw": "<html></html>"});
    // Each of five, three times.
    bench.account.fault("logs", "PutRetentionPolicy", 15, html);
    let part = apply(&bench, &["--except", "/f", "--parallel", "1"]);
    assert_eq!(part.code, Some(1), "{part:?}");
    let journal = bench.journals()[0].to_string_lossy().into_owned();
    assert!(part.said.contains(&format!("stackcost fix apply {journal} --resume")), "{part:?}");
    std::fs::remove_file(bench.path("plan.json")).expect("it is there");
    assert_eq!(bench.run(&["fix", "apply", &journal, "--resume", "--yes"]).code, Some(0));
    let left: Vec<String> = bench.retentions().into_iter().filter(|one| one.1.is_none()).map(|one| one.0).collect();
    assert_eq!(left, ["/f"]);
}

/// After the plan was made the service went back to an old image: the policy is not put.
#[test]
fn what_runs_is_looked_at_again_before_a_policy_is_put() {
    let bench = Bench::new();
    bench.account.state(&json!({"region": REGION, "make_repositories": {"prefix": "api-", "count": 1, "images": 25}}));
    let image = |tag: &str| format!("{}.dkr.ecr.{REGION}.amazonaws.com/api-0:{tag}", bench.account.id);
    bench.service("api", &image("v24"), json!([]), None);
    assert_eq!(bench.run(&["fix", "plan", "--only", "ecr-lifecycle", "-o", "plan.json"]).code, Some(0));
    bench.service("old", &image("v2"), json!([]), None);
    bench.account.forget();
    let applied = apply(&bench, &[]);
    assert_eq!(applied.code, Some(1), "{applied:?}");
    assert!(applied.out.contains("images that run by now"), "{applied:?}");
    assert_eq!(bench.account.writes(), [] as [Value; 0]);
}

/// A task that a schedule starts belongs to no service, and does not run now.
#[test]
fn what_a_schedule_runs_is_in_use() {
    let bench = Bench::new();
    bench.account.state(&json!({"region": REGION, "make_repositories": {"prefix": "job-", "count": 1, "images": 25}}));
    let image = format!("{}.dkr.ecr.{REGION}.amazonaws.com/job-0:v2", bench.account.id);
    let container = json!({"name": "nightly", "image": image, "memory": 512});
    bench.aws("ecs", "RegisterTaskDefinition", json!({"family": "nightly", "containerDefinitions": [container]}));
    let plan = bench.run(&["fix", "plan", "--only", "ecr-lifecycle"]);
    assert!(plan.out.contains("keeps 23 instead of 10"), "{plan:?}");
}
