//! A policy as AWS writes it.
//!
//! What is not known is refused, as AWS does: a rule that were read in part would be written back
//! in part.

use super::{Action, BadPolicy, Count, Policy, Rule, Select, Storage, TagMatch};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::{Map, Value};

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// [`BadPolicy`]: the text is no JSON, a value at some path is not what belongs there, or AWS
    /// would refuse a rule.
    pub fn parse(text: &str) -> Result<Policy, BadPolicy> {
        let value: Value = serde_json::from_str(text).map_err(|error| BadPolicy::NotJson { why: error.to_string() })?;
        let document = Node { path: "policy".to_string(), value: &value }.object(&["rules"])?;
        let rules = document.need("rules")?.list()?;
        Policy::new(rules.iter().map(rule).collect::<Result<_, _>>()?)
    }

    /// As AWS takes it, without spaces, by priority. The same policy, the same text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let rules: Vec<String> = self.rules().iter().map(written).collect();
        format!("{{\"rules\":[{}]}}", rules.join(","))
    }
}

fn rule(node: &Node<'_>) -> Result<Rule, BadPolicy> {
    let rule = node.object(&["rulePriority", "description", "selection", "action"])?;
    let selection = rule.need("selection")?.object(&[
        "tagStatus",
        "tagPatternList",
        "tagPrefixList",
        "storageClass",
        "countType",
        "countUnit",
        "countNumber",
    ])?;
    Ok(Rule {
        priority: rule.need("rulePriority")?.number()?,
        description: rule.get("description").map(|node| node.text().map(String::from)).transpose()?,
        select: select(&selection)?,
        count: count(&selection)?,
        action: action(&rule.need("action")?.object(&["type", "targetStorageClass"])?)?,
    })
}

fn select(selection: &Object<'_>) -> Result<Select, BadPolicy> {
    let status = selection.need("tagStatus")?;
    let lists = (selection.get("tagPatternList"), selection.get("tagPrefixList"));
    match (status.text()?, lists) {
        ("tagged", (Some(patterns), None)) => Ok(Select::Tagged(TagMatch::Patterns(patterns.texts()?))),
        ("tagged", (None, Some(prefixes))) => Ok(Select::Tagged(TagMatch::Prefixes(prefixes.texts()?))),
        ("tagged", (Some(_), Some(second))) => Err(second.bad("there is a tagPatternList as well; only one may be")),
        ("tagged", (None, None)) => Err(status.bad("tagged needs a tagPatternList or tagPrefixList")),
        ("untagged" | "any", (Some(list), _) | (None, Some(list))) => Err(list.bad("only tagged may have it")),
        ("untagged", (None, None)) => Ok(Select::Untagged),
        ("any", (None, None)) => Ok(Select::Any),
        _ => Err(status.not_among(&["tagged", "untagged", "any"])),
    }
}

fn count(selection: &Object<'_>) -> Result<Count, BadPolicy> {
    let kind = selection.need("countType")?;
    let (count, by_days): (fn(u32) -> Count, bool) = match kind.text()? {
        "imageCountMoreThan" => (Count::MoreThan, false),
        "sinceImagePushed" => (Count::SincePushedDays, true),
        "sinceImagePulled" => (Count::SincePulledDays, true),
        "sinceImageTransitioned" => (Count::SinceTransitionedDays, true),
        _ => {
            return Err(kind.not_among(&[
                "imageCountMoreThan",
                "sinceImagePushed",
                "sinceImagePulled",
                "sinceImageTransitioned",
            ]));
        }
    };
    match selection.get("countUnit") {
        Some(unit) if !by_days => return Err(unit.bad("imageCountMoreThan has none")),
        Some(unit) if unit.text()? != "days" => return Err(unit.not_among(&["days"])),
        None if by_days => return Err(kind.bad("it needs a countUnit, \"days\"")),
        _ => {}
    }
    let archived = matches!(count(0), Count::SinceTransitionedDays(_));
    match selection.get("storageClass") {
        Some(class) if archived && class.text()? != "archive" => return Err(class.not_among(&["archive"])),
        Some(class) if !archived && class.text()? != "standard" => return Err(class.not_among(&["standard"])),
        None if archived => return Err(kind.bad("it needs the storageClass \"archive\"")),
        _ => {}
    }
    Ok(count(selection.need("countNumber")?.number()?))
}

fn action(action: &Object<'_>) -> Result<Action, BadPolicy> {
    let kind = action.need("type")?;
    match (kind.text()?, action.get("targetStorageClass")) {
        ("expire", None) => Ok(Action::Expire),
        ("expire", Some(class)) => Err(class.bad("only transition may have it")),
        ("transition", None) => Err(kind.bad("it needs the targetStorageClass \"archive\"")),
        ("transition", Some(class)) if class.text()? == "archive" => Ok(Action::TransitionToArchive),
        ("transition", Some(class)) => Err(class.not_among(&["archive"])),
        _ => Err(kind.not_among(&["expire", "transition"])),
    }
}

fn written(rule: &Rule) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let list = |entries: &[String]| Value::from(entries).to_string();
    let description =
        rule.description.as_deref().map(|words| format!("\"description\":{},", text(words))).unwrap_or_default();
    let tags = match &rule.select {
        Select::Tagged(TagMatch::Patterns(patterns)) => {
            format!("\"tagStatus\":\"tagged\",\"tagPatternList\":{}", list(patterns))
        }
        Select::Tagged(TagMatch::Prefixes(prefixes)) => {
            format!("\"tagStatus\":\"tagged\",\"tagPrefixList\":{}", list(prefixes))
        }
        Select::Untagged => "\"tagStatus\":\"untagged\"".to_string(),
        Select::Any => "\"tagStatus\":\"any\"".to_string(),
    };
    let class = match rule.storage() {
        Storage::Standard => "",
        Storage::Archive => "\"storageClass\":\"archive\",",
    };
    let count = match rule.count {
        Count::MoreThan(_) => "\"imageCountMoreThan\"",
        Count::SincePushedDays(_) => "\"sinceImagePushed\",\"countUnit\":\"days\"",
        Count::SincePulledDays(_) => "\"sinceImagePulled\",\"countUnit\":\"days\"",
        Count::SinceTransitionedDays(_) => "\"sinceImageTransitioned\",\"countUnit\":\"days\"",
    };
    let action = match rule.action {
        Action::Expire => "\"type\":\"expire\"",
        Action::TransitionToArchive => "\"type\":\"transition\",\"targetStorageClass\":\"archive\"",
    };
    format!(
        "{{\"rulePriority\":{},{description}\"selection\":{{{tags},{class}\"countType\":{count},\"countNumber\":{}}},\"action\":{{{action}}}}}",
        rule.priority,
        rule.count.number()
    )
}

/// A value and where it is.
struct Node<'a> {
    path: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    fn bad(&self, problem: impl Into<String>) -> BadPolicy {
        BadPolicy::Document { path: self.path.clone(), problem: problem.into() }
    }

    /// What is expected, and what is there instead.
    fn expected(&self, what: &str) -> BadPolicy {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.bad(format!("{what} is expected, not {found}"))
    }

    fn not_among(&self, words: &[&str]) -> BadPolicy {
        self.bad(format!("{} is not known; there is {}", self.value, words.join(", ")))
    }

    fn text(&self) -> Result<&'a str, BadPolicy> {
        self.value.as_str().ok_or_else(|| self.expected("a text"))
    }

    fn number(&self) -> Result<u32, BadPolicy> {
        let Value::Number(number) = self.value else { return Err(self.expected("a number")) };
        let whole = number.as_u64().and_then(|number| u32::try_from(number).ok());
        whole.ok_or_else(|| self.bad(format!("{number} is no whole number from 0 to {}", u32::MAX)))
    }

    fn list(&self) -> Result<Vec<Node<'a>>, BadPolicy> {
        let list = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        let node = |(at, value)| Node { path: format!("{}[{at}]", self.path), value };
        Ok(list.iter().enumerate().map(node).collect())
    }

    fn texts(&self) -> Result<Vec<String>, BadPolicy> {
        self.list()?.iter().map(|node| node.text().map(String::from)).collect()
    }

    /// An object with no other keys than these.
    fn object(&self, keys: &[&str]) -> Result<Object<'a>, BadPolicy> {
        let entries = self.value.as_object().ok_or_else(|| self.expected("an object"))?;
        match entries.keys().find(|key| !keys.contains(&key.as_str())) {
            Some(key) => Err(self.bad(format!("\"{key}\" is not known; there is {}", keys.join(", ")))),
            None => Ok(Object { path: self.path.clone(), entries }),
        }
    }
}

/// An object and where it is.
struct Object<'a> {
    path: String,
    entries: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    fn get(&self, key: &str) -> Option<Node<'a>> {
        // AWS's own words for places begin with the rules.
        let path = if self.path == "policy" { key.to_string() } else { format!("{}.{key}", self.path) };
        self.entries.get(key).map(|value| Node { path, value })
    }

    fn need(&self, key: &str) -> Result<Node<'a>, BadPolicy> {
        let missing = || BadPolicy::Document { path: self.path.clone(), problem: format!("{key} is missing") };
        self.get(key).ok_or_else(missing)
    }
}
