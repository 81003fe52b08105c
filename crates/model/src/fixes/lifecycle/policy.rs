//! The rules of a policy, and what AWS asks of them.

use super::super::pattern::matches;
use super::{Image, Storage};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

/// A policy that AWS takes, but for its length ([`Policy::fits`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// By priority.
    rules: Vec<Rule>,
}

impl Policy {
    /// How many characters AWS takes. Source: ECR API model, `LifecyclePolicyText`.
    pub const LENGTH: RangeInclusive<usize> = 100..=30_720;
    /// How many rules AWS takes. Source: ECR service quotas.
    pub const MOST_RULES: usize = 50;
    /// How many `*` a pattern may have.
    pub const MOST_WILDCARDS: usize = 4;
    /// For how many days AWS keeps what is archived, at least.
    pub const ARCHIVE_DAYS: u32 = 90;

    /// A start for [`merge`](super::merge()), which puts a rule into it: no policy by itself.
    pub(super) const EMPTY: Policy = Policy { rules: Vec::new() };

    /// A policy of these rules, in any order.
    ///
    /// # Errors
    ///
    /// [`BadPolicy`] names the first rule, by priority, that AWS would refuse.
    pub fn new(mut rules: Vec<Rule>) -> Result<Policy, BadPolicy> {
        if rules.is_empty() {
            return Err(BadPolicy::NoRules);
        }
        if rules.len() > Policy::MOST_RULES {
            return Err(BadPolicy::TooManyRules { rules: rules.len() });
        }
        rules.sort_by_key(|rule| rule.priority);
        for (at, rule) in rules.iter().enumerate() {
            rule.check()?;
            rules.iter().take(at).try_for_each(|earlier| rule.check_after(earlier))?;
        }
        Ok(Policy { rules })
    }

    /// The rules, lowest priority number first.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether its text is neither too short nor too long for AWS ([`Policy::LENGTH`]). Never too
    /// short: the shortest rule has more than 100 characters.
    #[must_use]
    pub fn fits(&self) -> bool {
        Policy::LENGTH.contains(&self.to_text().chars().count())
    }

    /// The rule that selects all, or all untagged, images that can be pulled; there is at most one.
    pub(super) fn rule_of(&self, select: &Select) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.storage() == Storage::Standard && rule.select == *select)
    }

    /// The same with another rule in the place of the one with its priority, or beside the others.
    pub(super) fn with(&self, rule: &Rule) -> Result<Policy, BadPolicy> {
        let others = self.rules.iter().filter(|other| other.priority != rule.priority);
        Policy::new(others.cloned().chain([rule.clone()]).collect())
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// When it is applied: the lowest number is first. From 1, each once, gaps allowed.
    pub priority: u32,
    /// What it is for, in somebody's words.
    pub description: Option<String>,
    /// Which images it is about.
    pub select: Select,
    /// Which of these it marks.
    pub count: Count,
    /// What becomes of those.
    pub action: Action,
}

impl Rule {
    /// The storage class it looks at, which its count decides.
    #[must_use]
    pub fn storage(&self) -> Storage {
        match self.count {
            Count::SinceTransitionedDays(_) => Storage::Archive,
            Count::MoreThan(_) | Count::SincePushedDays(_) | Count::SincePulledDays(_) => Storage::Standard,
        }
    }

    /// Whether it is about an image, which is then shielded from later rules. Its count is not asked.
    #[must_use]
    pub fn selects(&self, image: &Image) -> bool {
        image.storage == self.storage()
            && match &self.select {
                Select::Tagged(wanted) => wanted.all_met_by(&image.tags),
                Select::Untagged => image.tags.is_empty(),
                Select::Any => true,
            }
    }

    /// What AWS asks of a rule by itself.
    fn check(&self) -> Result<(), BadPolicy> {
        let priority = self.priority;
        if priority == 0 {
            return Err(BadPolicy::PriorityZero);
        }
        match (self.count, self.action) {
            (count, _) if count.number() == 0 => return Err(BadPolicy::CountZero { priority }),
            (Count::SincePulledDays(_), Action::Expire) => return Err(BadPolicy::PulledExpires { priority }),
            (Count::SinceTransitionedDays(_), Action::TransitionToArchive) => {
                return Err(BadPolicy::ArchivedAgain { priority });
            }
            (Count::SinceTransitionedDays(days), _) if days < Policy::ARCHIVE_DAYS => {
                return Err(BadPolicy::ArchivedTooShort { priority, days });
            }
            _ => {}
        }
        let Select::Tagged(tags) = &self.select else { return Ok(()) };
        let (TagMatch::Prefixes(entries) | TagMatch::Patterns(entries)) = tags;
        if entries.is_empty() {
            return Err(BadPolicy::NoTags { priority });
        }
        let TagMatch::Patterns(patterns) = tags else { return Ok(()) };
        match patterns.iter().find(|pattern| pattern.matches('*').count() > Policy::MOST_WILDCARDS) {
            Some(pattern) => Err(BadPolicy::TooManyWildcards { priority, pattern: pattern.clone() }),
            None => Ok(()),
        }
    }

    /// What AWS asks of a rule that stands after another.
    fn check_after(&self, earlier: &Rule) -> Result<(), BadPolicy> {
        let (priority, first) = (self.priority, earlier.priority);
        if priority == first {
            return Err(BadPolicy::SamePriority { priority });
        }
        if self.storage() != earlier.storage() {
            return Ok(());
        }
        match (&earlier.select, &self.select) {
            (Select::Any, Select::Any) => Err(BadPolicy::SecondAny { first, priority }),
            (Select::Any, _) => Err(BadPolicy::AnyNotLast { any: first, priority }),
            (Select::Untagged, Select::Untagged) => Err(BadPolicy::SecondUntagged { first, priority }),
            (Select::Tagged(TagMatch::Prefixes(a)), Select::Tagged(TagMatch::Prefixes(b)))
                if a.iter().collect::<BTreeSet<_>>() == b.iter().collect() =>
            {
                Err(BadPolicy::SamePrefixes { first, priority })
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Rule {
    /// In a sentence: `rule 10: all images beyond the newest 10 expire`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {}: {} ", self.priority, self.select)?;
        match self.count {
            Count::MoreThan(keep) => write!(f, "beyond the newest {keep}")?,
            Count::SincePushedDays(days) => write!(f, "pushed more than {days} days ago")?,
            Count::SincePulledDays(days) => write!(f, "not pulled for more than {days} days")?,
            Count::SinceTransitionedDays(days) => write!(f, "archived more than {days} days ago")?,
        }
        f.write_str(match self.action {
            Action::Expire => " expire",
            Action::TransitionToArchive => " go to the archive",
        })
    }
}

/// Which images a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// Those with certain tags.
    Tagged(TagMatch),
    /// Those without a tag.
    Untagged,
    /// All.
    Any,
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Select::Tagged(TagMatch::Prefixes(list)) => write!(f, "images tagged {}*", list.join("* and ")),
            Select::Tagged(TagMatch::Patterns(list)) => write!(f, "images tagged {}", list.join(" and ")),
            Select::Untagged => f.write_str("untagged images"),
            Select::Any => f.write_str("all images"),
        }
    }
}

/// The tags of [`Select::Tagged`]. Of several entries an image meets all, each with any tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagMatch {
    /// What a tag begins with.
    Prefixes(Vec<String>),
    /// What a tag is, with up to four `*` for runs of characters, also empty ones. Everything else
    /// stands for itself.
    Patterns(Vec<String>),
}

impl TagMatch {
    /// Whether each entry is met by one of the tags.
    pub(super) fn all_met_by(&self, tags: &[String]) -> bool {
        match self {
            TagMatch::Prefixes(prefixes) => {
                prefixes.iter().all(|prefix| tags.iter().any(|tag| tag.starts_with(prefix)))
            }
            TagMatch::Patterns(patterns) => patterns.iter().all(|pattern| tags.iter().any(|tag| matches(pattern, tag))),
        }
    }
}

/// Which of the selected images a rule marks. Numbers begin with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// All but so many that were pushed last: `imageCountMoreThan`.
    MoreThan(u32),
    /// Those pushed more than so many days ago: `sinceImagePushed`.
    SincePushedDays(u32),
    /// Those not pulled, or pushed if never pulled, for more than so many days:
    /// `sinceImagePulled`. They can only go to the archive.
    SincePulledDays(u32),
    /// Those archived more than so many days ago, 90 or more: `sinceImageTransitioned`. They can
    /// only expire.
    SinceTransitionedDays(u32),
}

impl Count {
    /// Its number.
    pub(super) fn number(self) -> u32 {
        match self {
            Count::MoreThan(number)
            | Count::SincePushedDays(number)
            | Count::SincePulledDays(number)
            | Count::SinceTransitionedDays(number) => number,
        }
    }
}

/// What becomes of marked images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// They are deleted, for good.
    Expire,
    /// They go to the archive, where they cannot be pulled.
    TransitionToArchive,
}

/// Why something is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// The text is no JSON.
    #[error("the policy is no JSON: {why}")]
    NotJson {
        /// What the reader says, with line and column.
        why: String,
    },
    /// A value is missing, unknown, or not what belongs there.
    #[error("{path}: {problem}")]
    Document {
        /// Where: `rules[0].selection.countType`.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There is none.
    #[error("a policy needs a rule")]
    NoRules,
    /// There are too many.
    #[error("a policy has at most {} rules, this one has {rules}", Policy::MOST_RULES)]
    TooManyRules {
        /// How many.
        rules: usize,
    },
    /// Priorities begin with 1.
    #[error("a rule has priority 0; they begin with 1")]
    PriorityZero,
    /// Each priority is there once.
    #[error("two rules have priority {priority}")]
    SamePriority {
        /// Which.
        priority: u32,
    },
    /// Counts begin with 1.
    #[error("rule {priority}: its countNumber is 0; it is 1 or more")]
    CountZero {
        /// The rule.
        priority: u32,
    },
    /// `tagged` without saying which.
    #[error("rule {priority}: tagged needs at least one entry in its tagPatternList or tagPrefixList")]
    NoTags {
        /// The rule.
        priority: u32,
    },
    /// A pattern has too many `*`.
    #[error("rule {priority}: \"{pattern}\" has more than {} *", Policy::MOST_WILDCARDS)]
    TooManyWildcards {
        /// The rule.
        priority: u32,
        /// The pattern.
        pattern: String,
    },
    /// Images that are not pulled cannot expire.
    #[error("rule {priority}: sinceImagePulled can only archive images, not expire them")]
    PulledExpires {
        /// The rule.
        priority: u32,
    },
    /// Images of the archive cannot go there.
    #[error("rule {priority}: sinceImageTransitioned can only expire images: they are in the archive")]
    ArchivedAgain {
        /// The rule.
        priority: u32,
    },
    /// The archive keeps images for 90 days at least.
    #[error(
        "rule {priority}: the archive keeps images for {} days at least, {days} is too short",
        Policy::ARCHIVE_DAYS
    )]
    ArchivedTooShort {
        /// The rule.
        priority: u32,
        /// Its days.
        days: u32,
    },
    /// One rule of a storage class may select untagged images.
    #[error("rule {priority}: only one rule of a storage class selects untagged images, and rule {first} does")]
    SecondUntagged {
        /// The rule that does.
        first: u32,
        /// The one too many.
        priority: u32,
    },
    /// One rule of a storage class may select any image.
    #[error("rule {priority}: only one rule of a storage class selects any image, and rule {first} does")]
    SecondAny {
        /// The rule that does.
        first: u32,
        /// The one too many.
        priority: u32,
    },
    /// The rule for any image has the highest priority number of its storage class.
    #[error("rule {any} selects any image, so it comes last; rule {priority} is after it")]
    AnyNotLast {
        /// The rule for any image.
        any: u32,
        /// One after it.
        priority: u32,
    },
    /// Two rules of a storage class have the same prefixes, in any order. That lists may share some
    /// is not verified.
    #[error("rule {priority}: it has the same prefixes as rule {first}")]
    SamePrefixes {
        /// The rule that has them first.
        first: u32,
        /// The one that has them again.
        priority: u32,
    },
}
