//! Maps of tags and cost categories: JSON texts, remembered, since most rows have the map of
//! another.

use super::dialect::Key;
use hashbrown::HashMap;
use stackcost_model::bill::Dimension;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The value of one key in each map.
type Values = HashMap<Box<[u8]>, Box<[u8]>>;

/// What texts of maps were found to say.
#[derive(Default)]
pub(super) struct Memo {
    /// By the wanted key, then by the text of the map.
    known: Vec<(Key, Values)>,
    /// All keys that maps had, up to [`MOST_KEYS`].
    pub seen: BTreeSet<String>,
    /// The wanted keys that some map had.
    pub found: BTreeSet<Dimension>,
}

/// How many different maps are remembered; beyond that all are forgotten, so that memory stays
/// bounded whatever the file.
const MOST: usize = 4_096;
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
            let pairs = map.iter().map(|(name, value)| (name.as_str(), plain(value)));
            let value = self.pick(key, pairs);
            let known = &mut self.known[at].1;
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(raw.into(), value.into_bytes().into());
        }
        Ok(self.known[at].1.get(raw).map(|value| Cow::Borrowed(&**value)).unwrap_or_default())
    }

    /// The value whose name fits the key best.
    pub fn pick<'v>(&mut self, key: &Key, pairs: impl Iterator<Item = (&'v str, Cow<'v, str>)>) -> String {
        let mut best: Option<(u8, String)> = None;
        for (name, value) in pairs {
            if self.seen.len() < MOST_KEYS && !self.seen.contains(name) {
                self.seen.insert(name.to_string());
            }
            if let Some(fit) = key.fit(name)
                && best.as_ref().is_none_or(|(known, _)| fit < *known)
            {
                best = Some((fit, value.into_owned()));
            }
        }
        match best {
            Some((_, value)) => {
                let dimension = key.dimension();
                if !self.found.contains(&dimension) {
                    self.found.insert(dimension);
                }
                value
            }
            None => String::new(),
        }
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
