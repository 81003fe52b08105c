//! A TOML document as a tree that remembers where everything stands, so that scenarios and
//! `--set` can be laid over it and problems still point to the right text.

use crate::problem::{At, Problem, Problems, Text, did_you_mean};
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub value: Value,
    pub at: At,
}

/// A TOML value; numbers stay text, since a float would round.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(String),
    Number(String),
    Bool(bool),
    Date(String),
    Array(Vec<Node>),
    Table(Table),
}

/// Keys in the order they are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub entries: Vec<Entry>,
    /// `{ ... }`: an override replaces it as a whole.
    pub inline: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub key_at: At,
    pub node: Node,
}

impl Value {
    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::String(_) => "a string",
            Value::Number(_) => "a number",
            Value::Bool(_) => "true or false",
            Value::Date(_) => "a date",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

/// Reads a document.
pub(crate) fn parse(name: &str, content: &str) -> Result<Node, Problems> {
    let text = Arc::new(Text { name: name.to_string(), content: content.to_string() });
    let (root, errors) = DeTable::parse_recoverable(&text.content);
    if !errors.is_empty() {
        let problem = |error: &toml::de::Error| {
            let span = error.span().unwrap_or(0..0);
            let at = At { text: Arc::clone(&text), span };
            Problem::new(&at, format!("not valid TOML: {}", error.message()))
        };
        // One mistake often makes more: the first is the one to mend.
        return Err(Problems(errors.iter().take(1).map(problem).collect()));
    }
    let span = root.span();
    Ok(Node { value: Value::Table(table(&text, &root.into_inner(), false)), at: At { text, span } })
}

fn table(text: &Arc<Text>, table: &DeTable<'_>, inline: bool) -> Table {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_at: at(text, key.span()),
            node: node(text, value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_at.span.start);
    Table { entries, inline }
}

fn node(text: &Arc<Text>, value: &Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let inline = text.content.get(span.clone()).is_some_and(|source| source.starts_with('{'));
    let value = match value.get_ref() {
        DeValue::String(string) => Value::String(string.to_string()),
        DeValue::Integer(number) => Value::Number(number.to_string()),
        DeValue::Float(number) => Value::Number(number.to_string()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(values) => Value::Array(values.iter().map(|value| node(text, value)).collect()),
        DeValue::Table(inner) => Value::Table(table(text, inner, inline)),
    };
    Node { value, at: at(text, span) }
}

fn at(text: &Arc<Text>, span: Range<usize>) -> At {
    At { text: Arc::clone(text), span }
}

impl Table {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// Lays `over` over this table: tables merge key by key, everything else (an inline table
    /// included) is replaced.
    pub fn merge(&mut self, over: &Table) {
        for entry in &over.entries {
            let Some(known) = self.entries.iter_mut().find(|known| known.key == entry.key) else {
                self.entries.push(entry.clone());
                continue;
            };
            match (&mut known.node.value, &entry.node.value) {
                (Value::Table(under), Value::Table(over)) if !over.inline => {
                    under.merge(over);
                }
                _ => *known = entry.clone(),
            }
        }
    }
}

/// Reads a table key by key; what was not asked for is an unknown key.
pub(crate) struct Reader<'a> {
    pub table: &'a Table,
    /// Where the table stands, for missing keys.
    pub at: At,
    /// Its name, for messages: `[fargate.api]`.
    pub name: String,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Reader<'a> {
    pub fn new(node: &'a Node, name: impl Into<String>) -> Result<Reader<'a>, Problem> {
        let name = name.into();
        match &node.value {
            Value::Table(table) => Ok(Reader { table, at: node.at.clone(), name, asked: RefCell::default() }),
            other => Err(Problem::new(&node.at, format!("{name} must be a table, not {}", other.kind()))),
        }
    }

    /// The same table, found at another place.
    pub fn found_at(self, at: At) -> Reader<'a> {
        Reader { at, ..self }
    }

    /// The value of a key, if it is there.
    pub fn opt(&self, key: &'static str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    /// The value of a key that must be there.
    pub fn need(&self, key: &'static str, example: &str) -> Result<&'a Node, Problem> {
        self.opt(key).ok_or_else(|| {
            self.mistyped(key).unwrap_or_else(|| {
                Problem::new(&self.at, format!("{} needs `{key}`", self.name))
                    .label("in this table")
                    .help(format!("for example: {key} = {example}"))
            })
        })
    }

    /// A key that is nearly this one is this one, mistyped.
    pub fn mistyped(&self, key: &'static str) -> Option<Problem> {
        let nearly = |entry: &&Entry| entry.key.len() > 2 && did_you_mean(&entry.key, [key]).is_some();
        let entry = self.table.entries.iter().find(nearly)?;
        Some(unknown_key(entry, &self.name, std::iter::once(key)))
    }

    /// An optional key, read by `read`.
    pub fn read<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'a Node) -> Result<T, Problem>,
    ) -> Result<Option<T>, Problem> {
        self.opt(key).map(read).transpose()
    }

    /// Refuses keys that were not asked for.
    pub fn finish(&self) -> Result<(), Problem> {
        self.unknown().into_iter().next().map_or(Ok(()), Err)
    }

    /// All keys that were not asked for.
    pub fn unknown(&self) -> Vec<Problem> {
        let asked = self.asked.borrow();
        let entries = self.table.entries.iter().filter(|entry| !asked.contains(&entry.key.as_str()));
        entries.map(|entry| unknown_key(entry, &self.name, asked.iter().copied())).collect()
    }
}

/// A key that means nothing here.
pub(crate) fn unknown_key<'a>(entry: &Entry, table: &str, known: impl Iterator<Item = &'a str> + Clone) -> Problem {
    let problem = Problem::new(&entry.key_at, format!("unknown key `{}` in {table}", entry.key)).label("unknown key");
    match did_you_mean(&entry.key, known.clone()) {
        Some(guess) => problem.help(guess),
        None => {
            let mut known: Vec<&str> = known.collect();
            known.sort_unstable();
            known.dedup();
            problem.help(format!("known keys: {}", known.join(", ")))
        }
    }
}
