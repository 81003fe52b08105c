//! Price books made of price lists, by the binary as users run it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn lists() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/price-lists")
}

fn stackcost(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stackcost"))
        .args(words)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join("data"))
        .env_remove("AWS_REGION")
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary starts")
}

fn refresh(folder: &Path, from: &Path, more: &[&str]) -> Output {
    let from = from.display().to_string();
    stackcost(folder, &[&["prices", "refresh", "--from", &from], more].concat())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("lists") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("copied");
    }
}

/// All files below a folder with their texts.
fn tree(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().replace('\\', "/");
                found.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ")
}

#[test]
fn lists_become_a_book_with_several_dates() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let first = refresh(at, &lists().join("july"), &["--into", "book"]);
    assert!(first.status.success(), "{}", stderr(&first));
    let book = tree(&at.join("book"));
    let names: Vec<&str> = book.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "manifest.json",
            "rates/AmazonECS/eu-west-1.csv",
            "rates/AmazonRDS/eu-west-1.csv",
            "rates/AmazonSNS/eu-west-1.csv",
            "reserved/AmazonRDS/eu-west-1.csv",
            "savings-plans/AmazonRDS/eu-west-1.csv",
            "sources.csv",
        ]
    );
    // Twice the same is the same.
    assert!(refresh(at, &lists().join("july"), &["--into", "book"]).status.success());
    assert_eq!(tree(&at.join("book")), book);
    let second = refresh(at, &lists().join("november"), &["--into", "book"]);
    assert!(second.status.success(), "{}", stderr(&second));
    let ecs = &tree(&at.join("book"))["rates/AmazonECS/eu-west-1.csv"];
    assert_eq!(ecs.lines().filter(|row| row.starts_with("Fargate-vCPU")).count(), 2, "{ecs}");
    assert_eq!(ecs.lines().filter(|row| row.starts_with("Fargate-GB")).count(), 1, "{ecs}");
    let shown = |day: &str| {
        let words = ["prices", "show", "fargate", "--region", "eu-west-1", "--price-book", "book", "--format", "csv"];
        let output = stackcost(at, &[&words[..], &["--as-of", day]].concat());
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(!shown("2026-10-31").contains(",0.05,") && shown("2026-11-01").contains(",0.05,"));
    // Nothing of it is used unless it is named.
    let words = ["prices", "show", "fargate", "--region", "eu-west-1", "--format", "csv"];
    let bundled = String::from_utf8(stackcost(at, &words).stdout).expect("text");
    assert!(!bundled.contains(",0.05,"), "{bundled}");
}

#[test]
fn an_older_list_makes_a_book_go_further_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    for (of, book) in [("july", "forwards"), ("november", "forwards"), ("november", "backwards"), ("july", "backwards")]
    {
        let made = refresh(at, &lists().join(of), &["--into", book]);
        assert!(made.status.success(), "{}", stderr(&made));
    }
    assert_eq!(tree(&at.join("backwards")), tree(&at.join("forwards")));
    // Both lists in one folder are no riddle, either.
    copy(&lists().join("july"), &at.join("both"));
    std::fs::copy(lists().join("november/AmazonECS.json"), at.join("both/AmazonECS-2.json")).expect("copied");
    let made = refresh(at, &at.join("both"), &["--into", "at-once"]);
    assert!(made.status.success(), "{}", stderr(&made));
    let rates = |book: &str| tree(&at.join(book))["rates/AmazonECS/eu-west-1.csv"].clone();
    assert_eq!(rates("at-once"), rates("forwards"));
    // Of two files of the same name, the manifest of the book still tells which is which.
    let pinned = at.join("pinned");
    copy(&lists().join("july"), &pinned);
    std::fs::rename(pinned.join("AmazonECS.json"), pinned.join("AmazonECS-20260720101010.json")).expect("moved");
    std::fs::copy(lists().join("november/AmazonECS.json"), pinned.join("AmazonECS-20261103101010.json"))
        .expect("copied");
    let again = refresh(at, &pinned, &["--into", "again", "--pinned", "forwards"]);
    assert!(again.status.success(), "{}", stderr(&again));
    assert_eq!(tree(&at.join("again")), tree(&at.join("forwards")));
}

#[test]
fn a_refresh_that_fails_leaves_the_book_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    assert!(refresh(at, &lists().join("july"), &["--into", "book"]).status.success());
    let before = tree(&at.join("book"));
    let broken = at.join("lists");
    let text = std::fs::read_to_string(lists().join("november/AmazonECS.json")).expect("a list");
    let fails = |name: &str, text: &str, what: &str| {
        copy(&lists().join("november"), &broken);
        std::fs::write(broken.join(name), text).expect("written");
        let output = refresh(at, &broken, &["--into", "book"]);
        assert_eq!(output.status.code(), Some(2), "{what}");
        assert!(stderr(&output).contains(what), "{}", stderr(&output));
        assert_eq!(tree(&at.join("book")), before, "{what}");
        std::fs::remove_dir_all(&broken).expect("removed");
    };
    fails("AmazonECS.json", &text[..text.len() / 2], "is cut off in line");
    // One version is one list; JSON and CSV of it would say the same.
    fails("other.json", &text.replace("\"0.05", "\"0.06"), "AmazonECS.json and other.json");
    fails("AmazonECS.json", &text.replace("2026-11-01T", "2026-07-01T"), "two prices for Fargate-vCPU-Hours:perCPU");
    fails("AmazonECS.json", &text.replace("\"USD\"", "\"CNY\""), "is not in US dollars");
    fails("index.json", "{\"regions\": {}}", "is an index of price lists");
    let left: Vec<_> =
        std::fs::read_dir(at).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["book"], "something was left behind");
    // A folder with other things in it is not overwritten.
    std::fs::create_dir(at.join("mine")).expect("a folder");
    std::fs::write(at.join("mine/letter.txt"), "dear").expect("written");
    let output = refresh(at, &lists().join("july"), &["--into", "mine"]);
    assert!(stderr(&output).contains("holds something else than a price book"), "{}", stderr(&output));
}

#[test]
fn pinned_lists_make_the_same_book_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let from = at.join("lists");
    copy(&lists().join("july"), &from);
    assert!(refresh(at, &from, &["--into", "book"]).status.success());
    // Packed, the text is still the same.
    let text = std::fs::read(from.join("AmazonECS.json")).expect("a list");
    let packed = Command::new("gzip").arg("-9").arg(from.join("AmazonECS.json")).status();
    if !packed.is_ok_and(|status| status.success()) {
        std::fs::write(from.join("AmazonECS.json"), &text).expect("written");
    }
    let again = refresh(at, &from, &["--into", "again", "--pinned", "book"]);
    assert!(again.status.success(), "{}", stderr(&again));
    assert_eq!(tree(&at.join("again")), tree(&at.join("book")));
    let _ = std::fs::remove_file(from.join("AmazonECS.json.gz"));
    let lacking = refresh(at, &from, &["--into", "third", "--pinned", "book/manifest.json"]);
    assert!(stderr(&lacking).contains("AmazonECS.json is pinned, but not in"), "{}", stderr(&lacking));
    std::fs::write(from.join("AmazonECS.json"), [&text[..], b"\n"].concat()).expect("written");
    let other = refresh(at, &from, &["--into", "third", "--pinned", "book"]);
    assert!(stderr(&other).contains("is not the file that is pinned: its SHA-256 is"), "{}", stderr(&other));
    std::fs::write(from.join("AmazonECS.json"), &text).expect("written");
    std::fs::write(from.join("more.json"), &text).expect("written");
    let more = refresh(at, &from, &["--into", "third", "--pinned", "book"]);
    assert!(stderr(&more).contains("more.json is not pinned"), "{}", stderr(&more));
    assert!(!at.join("third").exists());
    let urls = stackcost(at, &["prices", "refresh", "--urls", "--pinned", "book"]);
    let urls = String::from_utf8(urls.stdout).expect("text");
    assert!(urls.contains("/offers/v1.0/aws/AmazonECS/20260720101010/eu-west-1/index.json"), "{urls}");
}

/// A list of two regions, taken one at a time in any order, is the same book as both at once; its manifest says
/// both, and what is pinned of it is what comes back.
#[test]
fn regions_of_a_list_add_up_in_any_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let from = at.join("lists");
    std::fs::create_dir_all(&from).expect("a folder");
    let text = std::fs::read_to_string(lists().join("july/AmazonRDS.csv")).expect("a list");
    let rows = text.lines().skip(6).map(|row| {
        let row = row.replace("\"EU-", "\"").replace("eu-west-1", "us-east-1");
        ["A", "B", "C", "D"].iter().fold(row, |row, sku| {
            let (own, code) = (format!("\"{sku}\","), format!("\"{sku}."));
            row.replace(&own, &format!("\"E{sku}\",")).replace(&code, &format!("\"E{sku}."))
        })
    });
    let both = text.lines().map(str::to_string).chain(rows).collect::<Vec<_>>().join("\n") + "\n";
    std::fs::write(from.join("AmazonRDS.csv"), both).expect("written");
    for (book, regions) in [
        ("both", vec![vec!["--region", "us-east-1", "--region", "eu-west-1"]]),
        ("east", vec![vec!["--region", "us-east-1"], vec!["--region", "eu-west-1"]]),
        ("west", vec![vec!["--region", "eu-west-1"], vec!["--region", "us-east-1"], vec!["--region", "eu-west-1"]]),
        ("all", vec![vec![]]),
        ("one", vec![vec!["--region", "eu-west-1"]]),
    ] {
        for region in regions {
            let output = refresh(at, &from, &[&["--into", book], &region[..]].concat());
            assert!(output.status.success(), "{}", stderr(&output));
        }
        let pinned = refresh(at, &from, &["--into", "again", "--pinned", book]);
        assert!(pinned.status.success(), "{}", stderr(&pinned));
        assert_eq!(tree(&at.join("again")), tree(&at.join(book)), "{book}");
        std::fs::remove_dir_all(at.join("again")).expect("taken away");
        if book != "one" {
            assert_eq!(tree(&at.join(book)), tree(&at.join("both")), "{book}");
        }
    }
    let manifest = std::fs::read_to_string(at.join("west/manifest.json")).expect("a manifest");
    assert!(manifest.contains("\"rates\": 4") && manifest.contains("\"us-east-1\""), "{manifest}");
}

#[test]
fn without_a_folder_it_is_the_users_data_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let output = refresh(at, &lists().join("july"), &["--region", "us-east-1", "--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("\"schema\": \"stackcost.price-refresh/1\"") && text.contains("\"rates\": 0"), "{text}");
    assert!(at.join("data/stackcost/prices/manifest.json").is_file());
    let none = refresh(at, &at.join("nowhere"), &[]);
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("there is no price list in"), "{}", stderr(&none));
    assert!(String::from_utf8_lossy(&none.stdout).contains("curl -fsSL"));
}

#[test]
fn two_refreshes_of_a_book_come_one_after_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    assert!(refresh(at, &lists().join("july"), &["--into", "book"]).status.success());
    let before = tree(&at.join("book"));
    // Somebody has it, and keeps it.
    let path = at.join(".stackcost-prices-book.lock");
    std::fs::write(&path, "process 1, since 2026-11-28T00:00:00Z\n").expect("written");
    let held = std::fs::File::open(&path).expect("opened");
    held.lock().expect("locked");
    let busy = refresh(at, &lists().join("november"), &["--into", "book"]);
    assert_eq!(busy.status.code(), Some(1));
    let said = stderr(&busy);
    let who = "another refresh (process 1, since 2026-11-28T00:00:00Z) is at work on book: nothing was changed";
    assert!(said.contains("waiting for its end, 5 seconds at most") && said.contains(who), "{said}");
    assert_eq!(tree(&at.join("book")), before);
    // It ends in time.
    let ends = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(500));
        drop(held);
    });
    assert!(refresh(at, &lists().join("november"), &["--into", "book"]).status.success());
    ends.join().expect("it ended");
    // All at once: none is lost.
    assert!(refresh(at, &lists().join("plans"), &["--into", "book"]).status.success());
    let all = tree(&at.join("book"));
    std::fs::remove_dir_all(at.join("book")).expect("removed");
    assert!(refresh(at, &lists().join("july"), &["--into", "book"]).status.success());
    std::thread::scope(|scope| {
        for of in ["plans", "july", "november", "plans"] {
            scope.spawn(move || {
                let made = refresh(at, &lists().join(of), &["--into", "book"]);
                assert!(made.status.success(), "{}", stderr(&made));
            });
        }
    });
    assert_eq!(tree(&at.join("book")), all);
    let left: Vec<_> =
        std::fs::read_dir(at).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["book"], "something was left behind");
}

#[test]
fn what_a_killed_refresh_left_is_taken_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    assert!(refresh(at, &lists().join("july"), &["--into", "book"]).status.success());
    let book = tree(&at.join("book"));
    let left = at.join(".stackcost-prices-book-Ab12Cd");
    // A book of a longer name, whose refresh may be at work.
    let other = at.join(".stackcost-prices-book-two-Ab12Cd");
    for path in [&left, &other] {
        std::fs::create_dir_all(path.join("rates/AmazonECS")).expect("a folder");
    }
    assert!(refresh(at, &lists().join("july"), &["--into", "book"]).status.success());
    assert!(!left.exists() && other.exists());
    assert_eq!(tree(&at.join("book")), book);
    // Killed between two steps, it left the book under another name.
    std::fs::rename(at.join("book"), left.with_extension("old")).expect("moved");
    let fails = refresh(at, &at.join("book"), &["--into", "book"]);
    assert!(!fails.status.success() && !at.join("book").exists());
    std::fs::create_dir(at.join("broken")).expect("a folder");
    std::fs::write(at.join("broken/a.json"), "{").expect("written");
    let fails = refresh(at, &at.join("broken"), &["--into", "book"]);
    assert!(stderr(&fails).contains("is back as it was"), "{}", stderr(&fails));
    assert_eq!(tree(&at.join("book")), book);
}
