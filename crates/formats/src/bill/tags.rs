//! Maps of tags and cost categories, and moments: texts that are made and remembered, since most
//! rows have those of another.

use super::dialect::{Key, without_user};
use hashbrown::HashMap;
use stackcost_model::bill::Dimension;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The value of one key in each map.
type Values = HashMap<Box<[u8]>, Box<[u8]>>;

/// What texts of maps were found to say, and moments as text.
#[derive(Default)]
pub(super) struct Memo {
    /// By the wanted key, then by the text of the map.
    known: Vec<(Key, Values)>,
    /// Moments by their seconds since 1970.
    moments: HashMap<i64, Box<[u8]>>,
    /// How well names that were seen fit a key, the first [`MOST_FITS`].
    fits: Vec<(Box<[u8]>, Key, Option<u8>)>,
    /// All keys that maps had, up to [`MOST_KEYS`].
    pub seen: BTreeSet<String>,
    /// The wanted keys that some map had.
    pub found: BTreeSet<Dimension>,
}

/// How many different maps are remembered; beyond that all are forgotten, so that memory stays
/// bounded whatever the file.
const MOST: usize = 4_096;
/// How many moments are: the hours of a year, and some.
const MOST_MOMENTS: usize = 10_000;
/// How many names are remembered: maps of one bill have few, and those of its first rows.
const MOST_FITS: usize = 64;
/// How many keys are kept for messages.
const MOST_KEYS: usize = 500;

impl Memo {
    /// The value of the key in the map that `text` writes; `raw` is the text as it stands in the
    /// file, which is what it is remembered by. Empty when the map has no such key.
    pub fn entry(&mut self, raw: &[u8], key: &Key, text: impl FnOnce() -> Vec<u8>) -> Result<Cow<'_, [u8]>, ()> {
        if raw.is_empty() {
            return Ok(Cow::Borrowed(b""));
        }
        let at = match self.known.iter().position(|(known, _)| known == key) {
            Some(at) => at,
            None => {
                self.known.push((key.clone(), HashMap::new()));
                self.known.len() - 1
            }
        };
        if !self.known[at].1.contains_key(raw) {
            let map: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&text()).map_err(|_| ())?;
            let pairs: Vec<(&str, Cow<'_, str>)> =
                map.iter().map(|(name, value)| (name.as_str(), plain(value))).collect();
            let value = self.pick(key, pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))).into();
            let known = &mut self.known[at].1;
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(raw.into(), value);
        }
        Ok(self.known[at].1.get(raw).map(|value| Cow::Borrowed(&**value)).unwrap_or_default())
    }

    /// A moment in seconds since 1970 as text in UTC: `2026-10-01T05:00:00Z`.
    pub fn moment(&mut self, seconds: i64) -> &[u8] {
        if self.moments.len() >= MOST_MOMENTS {
            self.moments.clear();
        }
        let text = || jiff::Timestamp::from_second(seconds).map(|at| at.to_string()).unwrap_or_default();
        self.moments.entry(seconds).or_insert_with(|| text().into_bytes().into())
    }

    /// The value whose name fits the key best.
    pub fn pick<'v>(&mut self, key: &Key, pairs: impl Iterator<Item = (&'v [u8], &'v [u8])>) -> &'v [u8] {
        let mut best: Option<(u8, &[u8])> = None;
        for (name, value) in pairs {
            if let Some(fit) = self.fit(key, name)
                && best.is_none_or(|(known, _)| fit < known)
            {
                best = Some((fit, value));
            }
        }
        best.map(|(_, value)| value).unwrap_or_default()
    }

    /// How well a name fits the key, and a note that there is such a name.
    fn fit(&mut self, key: &Key, name: &[u8]) -> Option<u8> {
        if let Some(known) = self.fits.iter().find(|known| *known.0 == *name && known.1 == *key) {
            return known.2;
        }
        let text = String::from_utf8_lossy(name);
        let fit = key.fit(&text);
        if self.seen.len() < MOST_KEYS {
            self.seen.insert(without_user(&text).to_string());
        }
        if fit.is_some() {
            self.found.insert(key.dimension());
        }
        if self.fits.len() < MOST_FITS {
            self.fits.push((name.into(), key.clone(), fit));
        }
        fit
    }
}

/// The value of a tag as text: FOCUS allows numbers, and `true` for keys without a value.
fn plain(value: &serde_json::Value) -> Cow<'_, str> {
    match value {
        serde_json::Value::String(text) => Cow::Borrowed(text),
        serde_json::Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}
