//! Whole price lists over the network: those that the price list service names, and those that AWS
//! publishes for all.

use super::double::{Account, account};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// 2026-11-28: all lists of the tests are there by then.
const NOW: &str = "1795824000";
/// What has a name in `tests/data/price-lists`, and how the network calls it.
const LISTS: [(&str, &str, &str, &str); 5] = [
    ("AmazonECS", "AmazonECS", "20260720101010", "july/AmazonECS.json"),
    ("AmazonSNS", "AmazonSNS", "20260720111111", "july/AmazonSNS.json"),
    ("AmazonRDS", "AmazonRDS", "20260720121212", "july/AmazonRDS.csv"),
    ("DatabaseSavingsPlans", "AWSDatabaseSavingsPlans", "20260720131313", "july/AWSDatabaseSavingsPlans.csv"),
    ("ComputeSavingsPlans", "AWSComputeSavingsPlan", "20260720141414", "plans/AWSComputeSavingsPlan.json"),
];
const NOVEMBER: (&str, &str, &str, &str) = ("AmazonECS", "AmazonECS", "20261103101010", "november/AmazonECS.json");
const STACK: &str =
    "name = \"a\"\nregion = \"eu-west-1\"\n[fargate.api]\ncpu = \"0.25 vCPU\"\nmemory = \"0.5 GB\"\ntasks = 2\n";

/// An account whose price lists are these, and a folder to work in.
struct Desk {
    account: Account,
    folder: TempDir,
}

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/price-lists").join(path)
}

fn listed((service, offer, version, path): (&str, &str, &str, &str)) -> Value {
    let ending = path.rsplit('.').next().expect("an ending");
    json!({"service": service, "offer": offer, "region": "eu-west-1", "version": version, "formats": {ending: path}})
}

fn desk(lists: &[(&str, &str, &str, &str)]) -> Desk {
    let account = account();
    let mut lists: Vec<Value> = lists.iter().copied().map(listed).collect();
    // What a stack can use, but is not there in its region.
    lists
        .push(json!({"service": "AmazonVPC", "offer": "AmazonVPC", "region": "us-west-2", "version": "20260720101010",
                      "formats": {"json": "july/AmazonSNS.json"}}));
    account.state(&json!({"region": "us-east-1", "lists": lists}));
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("stack.toml"), STACK).expect("written");
    Desk { account, folder }
}

impl Desk {
    fn refresh(&self, more: &[&str]) -> Output {
        let mut command: Command = self.account.command(env!("CARGO_BIN_EXE_stackcost"));
        command.args(["prices", "refresh", "--from", "lists", "--into", "book"]).args(more);
        command.env("SOURCE_DATE_EPOCH", NOW).current_dir(self.folder.path()).output().expect("the binary starts")
    }

    /// It worked; what it said.
    fn done(&self, more: &[&str]) -> String {
        let output = self.refresh(more);
        assert!(output.status.success(), "{more:?}: {}", text(&output));
        text(&output)
    }

    /// It did not; what it said.
    fn fails(&self, more: &[&str]) -> String {
        let output = self.refresh(more);
        assert_eq!(output.status.code(), Some(1), "{more:?}: {}", text(&output));
        text(&output)
    }

    /// As AWS publishes, from the double.
    fn download(&self) -> [String; 5] {
        let mirror = format!("{}/published/{}", self.account.endpoint, self.account.id);
        ["--download", "--stack", "stack.toml", "--endpoint-url", &mirror].map(str::to_string)
    }

    fn downloaded(&self, more: &[&str]) -> Result<String, String> {
        let words = self.download();
        let words: Vec<&str> = words.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let output = self.refresh(&words);
        if output.status.success() { Ok(text(&output)) } else { Err(text(&output)) }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).into_iter().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The files of the book, with their texts.
    fn book(&self) -> BTreeMap<String, String> {
        let (mut found, mut folders) = (BTreeMap::new(), vec![self.path("book")]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.expect("an entry").path();
                match path.is_dir() {
                    true => folders.push(path),
                    false => {
                        let name = path.strip_prefix(self.path("book")).expect("below").display().to_string();
                        drop(found.insert(name, std::fs::read_to_string(&path).expect("text")));
                    }
                }
            }
        }
        found
    }

    /// Services that lists were asked for.
    fn asked(&self) -> Vec<String> {
        let calls = self.account.calls("ListPriceLists");
        let of = |call: Value| {
            let body: Value = serde_json::from_str(call["body"].as_str().expect("a body")).expect("JSON");
            body["ServiceCode"].as_str().expect("a service").to_string()
        };
        calls.into_iter().map(of).collect()
    }
}

fn text(output: &Output) -> String {
    let all = String::from_utf8_lossy(&output.stderr).into_owned();
    all.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ")
}

/// The lists under the names that a download gives them, put there by hand.
fn by_hand(into: &Path) {
    std::fs::create_dir_all(into).expect("a folder");
    for (_, offer, version, path) in LISTS {
        let ending = path.rsplit('.').next().expect("an ending");
        std::fs::copy(data(path), into.join(format!("{offer}-eu-west-1-{version}.{ending}"))).expect("copied");
    }
}

#[test]
fn the_book_of_the_service_is_the_book_of_the_files() {
    let desk = desk(&LISTS);
    let said = desk.done(&["--api", "--bulk", "--region", "eu-west-1"]);
    assert!(said.contains("AmazonECS in eu-west-1, version 20260720101010: 3.3 kB"), "{said}");
    assert!(said.contains("AmazonECR in eu-west-1: AWS has no price list as of 2026-11-28"), "{said}");
    assert!(desk.account.calls("GetProducts").is_empty());
    let book = desk.book();
    assert!(book.contains_key("savings-plans/AmazonECS/eu-west-1.csv") && book.len() > 6, "{book:?}");
    by_hand(&desk.path("by-hand"));
    std::fs::remove_dir_all(desk.path("book")).expect("removed");
    let by_hand = Command::new(env!("CARGO_BIN_EXE_stackcost"))
        .args(["prices", "refresh", "--from", "by-hand", "--into", "book", "--region", "eu-west-1"])
        .current_dir(desk.folder.path())
        .output()
        .expect("the binary starts");
    assert!(by_hand.status.success(), "{}", text(&by_hand));
    assert_eq!(desk.book(), book);
    // Packed, they are the same lists.
    std::fs::remove_dir_all(desk.path("lists")).expect("removed");
    std::fs::remove_dir_all(desk.path("book")).expect("removed");
    desk.account.state(&json!({"region": "us-east-1", "packed": true}));
    desk.done(&["--api", "--bulk", "--region", "eu-west-1"]);
    assert!(desk.names("lists").iter().all(|name| name.ends_with(".gz")), "{:?}", desk.names("lists"));
    assert_eq!(desk.book(), book);
}

#[test]
fn savings_plans_come_with_the_products_too() {
    let desk = desk(&LISTS);
    let said = desk.done(&["--api", "--region", "eu-west-1"]);
    assert_eq!(desk.asked(), ["ComputeSavingsPlans", "DatabaseSavingsPlans"], "{said}");
    assert!(!desk.account.calls("GetProducts").is_empty());
    assert!(desk.book().contains_key("savings-plans/AmazonRDS/eu-west-1.csv"));
}

#[test]
fn lists_of_a_day_that_is_past_and_of_a_stack_alone() {
    let desk = desk(&[&LISTS[..], &[NOVEMBER]].concat());
    desk.done(&["--api", "--as-of", "2026-10-31", "--stack", "stack.toml"]);
    assert_eq!(desk.asked(), ["AmazonECS", "AmazonVPC", "ComputeSavingsPlans"]);
    let names = ["AWSComputeSavingsPlan-eu-west-1-20260720141414.json", "AmazonECS-eu-west-1-20260720101010.json"];
    assert_eq!(desk.names("lists"), names);
    // In a book of today they are what was before.
    desk.done(&["--api", "--bulk", "--stack", "stack.toml"]);
    std::fs::remove_dir_all(desk.path("book")).expect("removed");
    std::fs::remove_file(desk.path("lists").join(names[1])).expect("removed");
    desk.done(&[]);
    let rates = |desk: &Desk| {
        let text = desk.book()["rates/AmazonECS/eu-west-1.csv"].clone();
        let of_vcpu = text.lines().filter(|row| row.starts_with("Fargate-vCPU")).map(str::to_string);
        of_vcpu.map(|row| row.split(',').nth(6).expect("a date").to_string()).collect::<Vec<_>>()
    };
    assert_eq!(rates(&desk), ["2026-11-01"]);
    desk.done(&["--api", "--as-of", "2026-10-31", "--stack", "stack.toml"]);
    assert_eq!(rates(&desk), ["2026-07-01", "2026-11-01"]);
    let none = desk.fails_as_input(&["--api", "--as-of", "2026-12-31", "--region", "eu-west-1"]);
    assert!(none.contains("2026-12-31 is still to come"), "{none}");
    let nowhere = desk.fails_as_input(&["--api"]);
    assert!(nowhere.contains("which region's prices are asked for is not said"), "{nowhere}");
}

impl Desk {
    fn fails_as_input(&self, more: &[&str]) -> String {
        let output = self.refresh(more);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {}", text(&output));
        text(&output)
    }
}

#[test]
fn lists_come_in_pages() {
    let desk = desk(&LISTS);
    let decoys: Vec<Value> = (0..150)
        .map(|_| {
            json!({"service": "AmazonECS", "offer": "AmazonECS", "region": "us-west-2", "version": "20260101000000",
                   "formats": {"json": "july/AmazonECS.json"}, "always": true})
        })
        .collect();
    desk.account.state(&json!({"region": "us-east-1", "lists": decoys}));
    desk.done(&["--api", "--bulk", "--stack", "stack.toml"]);
    assert_eq!(desk.asked(), ["AmazonECS", "AmazonECS", "AmazonVPC", "ComputeSavingsPlans"]);
    assert_eq!(desk.names("lists").len(), 2);
}

#[test]
fn whoever_may_not_list_is_told_what_would_help() {
    let desk = desk(&LISTS);
    desk.done(&["--api", "--bulk", "--stack", "stack.toml"]);
    let book = desk.book();
    for op in ["ListPriceLists", "GetPriceListFileUrl"] {
        let no = json!({"code": "AccessDeniedException", "status": 400, "message": "no"});
        desk.account.fault("pricing", op, 1, no);
        let said = desk.fails(&["--api", "--bulk", "--stack", "stack.toml"]);
        assert!(said.contains(&format!("pricing:{op} is denied")) && said.contains("stackcost iam prices"), "{said}");
    }
    assert_eq!(desk.book(), book);
    desk.account.fault("pricing", "ListPriceLists", 1, json!({"code": "ThrottlingException", "status": 400}));
    desk.done(&["--api", "--bulk", "--stack", "stack.toml"]);
}

#[test]
fn published_lists_need_no_credentials_and_are_pinned_where_they_stay() {
    let desk = desk(&[LISTS[0], LISTS[4], NOVEMBER]);
    let said = desk.downloaded(&[]).expect("it works");
    assert!(said.contains("AmazonECS in eu-west-1, version 20261103101010"), "{said}");
    let names = ["AWSComputeSavingsPlan-eu-west-1-20260720141414.json", "AmazonECS-eu-west-1-20261103101010.json"];
    assert_eq!(desk.names("lists"), names);
    let book = desk.book();
    let manifest = &book["manifest.json"];
    for url in [
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonECS/20261103101010/eu-west-1/index.json",
        "https://pricing.us-east-1.amazonaws.com/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/20260720141414/eu-west-1/index.json",
    ] {
        assert!(manifest.contains(url), "{manifest}");
    }
    assert!(desk.account.journal().iter().all(|call| call["service"] == "published" && call["write"] == false));
    // So is a list of which nothing is of use, which does not say itself of which region it is.
    let useless = json!({"service": "AmazonVPC", "offer": "AmazonVPC", "region": "eu-west-1", "version": "20260720101010",
                         "formats": {"json": "july/AmazonSNS.json"}});
    desk.account.state(&json!({"region": "us-east-1", "lists": [useless], "edits": [["AmazonSNS", "AmazonVPC"]]}));
    desk.downloaded(&[]).expect("it works");
    let book = desk.book();
    let url = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonVPC/20260720101010/eu-west-1/index.json";
    assert!(book["manifest.json"].contains(url), "{}", book["manifest.json"]);
    // What is there already is not asked for again.
    desk.account.forget();
    let said = desk.downloaded(&[]).expect("it works");
    assert!(said.contains("is in lists already") && desk.account.calls("file").is_empty(), "{said}");
    // The same book from nothing but its manifest.
    std::fs::rename(desk.path("book"), desk.path("known")).expect("moved");
    std::fs::remove_dir_all(desk.path("lists")).expect("removed");
    desk.account.state(&json!({"region": "us-east-1", "packed": true}));
    desk.downloaded(&["--pinned", "known"]).expect("it works");
    assert_eq!(desk.book(), book);
    // A version never changes; if it does, that is no list to take.
    std::fs::remove_dir_all(desk.path("lists")).expect("removed");
    desk.account.state(&json!({"region": "us-east-1", "edits": [["0.0", "0.1"]]}));
    let moved = desk.downloaded(&["--pinned", "known"]).expect_err("it is another file");
    assert!(moved.contains("is not kept: its SHA-256 is") && moved.contains("pinned is"), "{moved}");
    assert!(desk.names("lists").is_empty(), "{:?}", desk.names("lists"));
    assert_eq!(desk.book(), book);
}

#[test]
fn a_download_that_is_cut_off_goes_on_or_leaves_nothing() {
    let desk = desk(&[LISTS[0], LISTS[4]]);
    desk.downloaded(&[]).expect("it works");
    let book = desk.book();
    let again = |faults: &[(u32, Value)]| {
        std::fs::remove_dir_all(desk.path("lists")).expect("removed");
        desk.account.forget();
        for (times, fault) in faults {
            desk.account.fault("published", "file", *times, fault.clone());
        }
        desk.downloaded(&[])
    };
    // Twice cut in its midst, and gone on with: the bytes of all parts are the file.
    again(&[(2, json!({"cut_after_bytes": 300}))]).expect("it goes on");
    assert_eq!(desk.account.calls("file").len(), 4);
    assert_eq!(
        std::fs::read(desk.path("lists/AmazonECS-eu-west-1-20260720101010.json")).expect("a list"),
        std::fs::read(data("july/AmazonECS.json")).expect("a list")
    );
    assert_eq!(desk.book(), book);
    again(&[(1, json!({"cut": true})), (1, json!({"raw": "busy", "status": 503}))]).expect("it is tried again");
    // Each time, it is given up; the book stays, and half a file has no name.
    let cut = again(&[(3, json!({"cut_after_bytes": 100}))]).expect_err("it is cut");
    assert!(cut.contains("was cut off after 300 of"), "{cut}");
    assert!(desk.names("lists").is_empty(), "{:?}", desk.names("lists"));
    let page = again(&[(1, json!({"raw": "<html>sign in</html>", "status": 200}))]).expect_err("it is a page");
    assert!(page.contains("gave HTTP 200 (text/html) and no file: <html>sign in</html>"), "{page}");
    let page = again(&[(1, json!({"raw": "<html>sign in</html>", "status": 200, "type": "text/plain"}))]);
    assert!(page.expect_err("it is a page").contains("is not kept: it is no price list"));
    let gone = again(&[(1, json!({"raw": "<Error/>", "status": 403, "type": "application/xml"}))]);
    let gone = gone.expect_err("it is not there");
    assert!(gone.contains("gave HTTP 403") && gone.contains("does AWS sell this there"), "{gone}");
    assert_eq!(desk.account.calls("file").len(), 1, "a refusal is not asked again");
    assert!(desk.names("lists").is_empty(), "{:?}", desk.names("lists"));
    assert_eq!(desk.book(), book);
    // What a download that was killed left is taken away; what another one still writes is not.
    std::fs::write(desk.path("lists/.stackcost-download-old"), "{").expect("written");
    std::fs::write(desk.path("lists/.stackcost-download-new"), "{").expect("written");
    let busy = std::fs::File::open(desk.path("lists/.stackcost-download-new")).expect("opened");
    busy.lock().expect("locked");
    desk.downloaded(&[]).expect("it works");
    let names = desk.names("lists");
    assert!(names.iter().any(|name| name.ends_with("new")) && !names.iter().any(|name| name.ends_with("old")));
    assert_eq!(names.len(), 3, "{names:?}");
}
