//! Answers that were paid for, below the user's cache folder: one readable JSON file each.
//!
//! An answer holds for ever once it is final, else for a day. Final is what was asked for seven
//! days or more after the last day it covers, and what AWS does not call estimated; a forecast
//! never is.

use super::question::Paid;
use crate::output::say;
use etcetera::BaseStrategy;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use sha2::{Digest, Sha256};
use stackcost_formats::cost_explorer::{Question, Saved, read_saved, write_request, write_saved};
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// How long what is not final holds, and an account number is remembered.
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// How long Cost Explorer may know where a page ended. AWS does not say; a kept token that is
/// no longer good costs a refused request, which is free.
const GOES_ON: SignedDuration = SignedDuration::from_hours(1);

/// Whether an answer can be used without asking again.
pub(super) fn holds<Q: Paid>(saved: &Saved<Q::Answer>, request: &Q, now: Timestamp) -> bool {
    let asked_on = saved.fetched.to_zoned(TimeZone::UTC).date();
    request.is_final(&saved.answer, asked_on) || young(saved.fetched, now, DAY)
}

/// Whether the pages still to come can be asked for.
pub(super) fn may_go_on<A>(saved: &Saved<A>, now: Timestamp) -> bool {
    young(saved.fetched, now, GOES_ON)
}

/// A time to come is the mistake of some clock: it is not young.
fn young(then: Timestamp, now: Timestamp, most: SignedDuration) -> bool {
    let age = now.duration_since(then);
    !age.is_negative() && age < most
}

/// The SHA-256 of parts that cannot run into each other, in hexadecimal digits.
pub(super) fn sha256<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The folder; without a home there is none, and nothing is kept.
pub(super) struct Cache(Option<PathBuf>);

impl Cache {
    /// `$XDG_CACHE_HOME/stackcost`, or what stands for it on this system.
    pub fn open() -> Cache {
        Cache(etcetera::choose_base_strategy().ok().map(|folders| folders.cache_dir().join("stackcost")))
    }

    #[cfg(test)]
    pub fn at(folder: &Path) -> Cache {
        Cache(Some(folder.to_path_buf()))
    }

    fn answer_path(&self, account: &str, endpoint: Option<&str>, request: &impl Question) -> Option<PathBuf> {
        let query = write_request(request);
        let key = sha256([account, endpoint.unwrap_or_default(), &query].map(str::as_bytes));
        Some(self.0.as_ref()?.join("cost-explorer").join(format!("{account}-{key}.json")))
    }

    /// What is kept for a request, complete or not, old or not. A broken file is said, and is none.
    pub fn answer<Q: Question>(&self, account: &str, endpoint: Option<&str>, request: &Q) -> Option<Saved<Q::Answer>> {
        let path = self.answer_path(account, endpoint, request)?;
        let text = read(&path)?;
        match read_saved(&path.display().to_string(), &text, request) {
            Ok(saved) if saved.account == account && saved.endpoint.as_deref() == endpoint => Some(saved),
            Ok(_) => {
                say(&format!("{} is of another account: not used", path.display()));
                None
            }
            Err(problem) => {
                say(&format!("not used: {problem}"));
                None
            }
        }
    }

    /// Keeps an answer. That it cannot is said, and is no failure: the answer is there.
    pub fn keep<Q: Question>(&self, request: &Q, saved: Saved<Q::Answer>) {
        if let Some(path) = self.answer_path(&saved.account, saved.endpoint.as_deref(), request) {
            write(&path, &write_saved(request, saved));
        }
    }

    fn account_path(&self, fingerprint: &str) -> Option<PathBuf> {
        Some(self.0.as_ref()?.join("accounts").join(fingerprint))
    }

    /// The account that credentials belonged to when it was last asked: for a day, for `offline`
    /// longer.
    pub fn account(&self, fingerprint: &str, now: Timestamp, offline: bool) -> Option<String> {
        let text = read(&self.account_path(fingerprint)?)?;
        let (account, asked) = text.trim().split_once(' ')?;
        let good = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        (good && (offline || young(asked.parse().ok()?, now, DAY))).then(|| account.to_string())
    }

    /// Remembers whose account it is.
    pub fn remember_account(&self, fingerprint: &str, account: &str, now: Timestamp) {
        if let Some(path) = self.account_path(fingerprint) {
            write(&path, &format!("{account} {now}\n"));
        }
    }
}

fn read(path: &Path) -> Option<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            say(&format!("cannot read {}, so it is asked for anew: {error}", path.display()));
            None
        }
    }
}

/// Whole or not at all, and for nobody else's eyes: that is how temporary files are made.
fn write(path: &Path, text: &str) {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    });
    if let Err(error) = written {
        say(&format!("cannot keep what came in {}: {error}", path.display()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost_explorer::tests::{answer, request};
    use stackcost_model::cost_explorer::{Answer, Request};

    fn saved(fetched: &str, estimated: bool) -> Saved<Answer> {
        let mut answer = answer("a");
        answer.periods[0].estimated = estimated;
        Saved { account: "123456789012".into(), endpoint: None, fetched: fetched.parse().unwrap(), answer, next: None }
    }

    #[test]
    fn a_closed_month_holds_for_ever_and_the_rest_for_a_day() {
        let september = request();
        for (fetched, estimated, now, good) in [
            // A week after the end of September it is final ...
            ("2026-10-08T00:00:00Z", false, "2036-01-01T00:00:00Z", true),
            // ... a second before, not.
            ("2026-10-07T23:59:59Z", false, "2026-10-08T23:59:58Z", true),
            ("2026-10-07T23:59:59Z", false, "2026-10-08T23:59:59Z", false),
            ("2026-10-08T00:00:00Z", true, "2026-10-08T23:59:59Z", true),
            ("2026-10-08T00:00:00Z", true, "2026-10-09T00:00:00Z", false),
            // From a clock that ran ahead.
            ("2026-09-20T12:00:00Z", false, "2026-09-20T11:59:59Z", false),
        ] {
            assert_eq!(holds(&saved(fetched, estimated), &september, now.parse().unwrap()), good, "{fetched} {now}");
        }
    }

    #[test]
    fn what_is_kept_is_found_again_and_a_broken_file_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let kept = saved("2026-10-08T00:00:00Z", false);
        assert_eq!(cache.answer("123456789012", None, &request()), None);
        cache.keep(&request(), kept.clone());
        assert_eq!(cache.answer("123456789012", None, &request()), Some(kept));
        assert_eq!(cache.answer("123456789013", None, &request()), None);
        assert_eq!(cache.answer("123456789012", Some("http://127.0.0.1:1"), &request()), None);
        let other = Request { group_by: vec![], ..request() };
        assert_eq!(cache.answer("123456789012", None, &other), None);

        let files: Vec<_> = std::fs::read_dir(folder.path().join("cost-explorer")).unwrap().collect();
        assert_eq!(files.len(), 1);
        let path = files[0].as_ref().unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"TimePeriod\"") && text.contains("2026-10-08T00:00:00Z"), "{text}");
        std::fs::write(&path, &text[..text.len() - 9]).unwrap();
        assert_eq!(cache.answer("123456789012", None, &request()), None);
        std::fs::write(&path, text.replace("123456789012", "123456789013")).unwrap();
        assert_eq!(cache.answer("123456789012", None, &request()), None);
    }

    #[test]
    fn an_account_is_remembered_for_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let at = |text: &str| text.parse().unwrap();
        cache.remember_account("f", "123456789012", at("2026-10-08T00:00:00Z"));
        let known = Some("123456789012".to_string());
        assert_eq!(cache.account("f", at("2026-10-08T23:59:59Z"), false), known);
        assert_eq!(cache.account("f", at("2026-10-09T00:00:00Z"), false), None);
        assert_eq!(cache.account("f", at("2027-10-09T00:00:00Z"), true), known);
        assert_eq!(cache.account("g", at("2026-10-08T00:00:00Z"), false), None);
        std::fs::write(folder.path().join("accounts/f"), "12345 2026-10-08T00:00:00Z").unwrap();
        assert_eq!(cache.account("f", at("2026-10-08T00:00:00Z"), true), None);
    }

    #[test]
    fn parts_of_a_key_do_not_run_into_each_other() {
        assert_eq!(sha256([]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_ne!(sha256([&b"ab"[..], b"c"]), sha256([&b"a"[..], b"bc"]));
    }

    #[test]
    fn without_a_folder_nothing_is_kept() {
        let cache = Cache(None);
        cache.keep(&request(), saved("2026-10-08T00:00:00Z", false));
        assert_eq!(cache.answer("123456789012", None, &request()), None);
        // Nor in one that cannot be made.
        let file = tempfile::NamedTempFile::new().unwrap();
        Cache::at(file.path()).keep(&request(), saved("2026-10-08T00:00:00Z", false));
    }
}
