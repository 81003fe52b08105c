//! ECR lifecycle policies: what a policy takes from a repository, and how one is made stricter
//! without taking what runs.
//!
//! ECR carries a policy out by itself and does not know which images ECS runs, so it is evaluated
//! here first, on values. Source, unless said otherwise: ECR user guide, lifecycle policies (2026).
//!
//! # How a policy is evaluated
//!
//! * A rule selects images of one storage class by their tags, marks some of them by number or age,
//!   and has them expire or go to the archive. `sinceImageTransitioned` looks at archived images,
//!   every other count at images that can be pulled.
//! * All rules mark at once, then they are applied, lowest priority number first. An image answers
//!   to the first rule that selects it, and to no other: it is shielded from the later ones even
//!   if the first leaves it alone. Later rules still count it.
//! * Several patterns or prefixes in one rule must all be met, each by any tag of the image.
//! * "More than N days" is more than N times 86,400 seconds: in the guide's example an image pushed
//!   one day ago outlives a rule of one day. That AWS compares to the second is not verified.
//! * Images pushed in the same instant are ordered by digest, which is ours.
//!
//! # Images of several platforms
//!
//! What an index (or manifest list) of the repository refers to can neither expire nor be archived
//! before the index is. Such children are not counted either, by a preview of September 2026 that
//! users report (DefangLabs/pulumi-defang#466). So they are no candidates here as long as an index
//! holds them, tagged or not; for tagged ones that is not verified. An archived index holds nothing.
//! Single users say that a rule for untagged images took children of an index that stayed; against
//! the guide, this is not in the model.
//!
//! A child whose last index leaves becomes an image like any other: AWS's next run, within a day,
//! takes it if a rule marks it then. [`evaluate`] gives the state after the last of these runs.
//! A policy without a rule for untagged images leaves the children of expired indexes behind for
//! good, and they are not in the verdicts.
//!
//! # Less sure
//!
//! Signatures and other artifacts that refer to an image leave within a day after it. Here they are
//! images of their own: they count, as users report (aws/containers-roadmap#2613), and leave only if
//! a rule takes them.
//!
//! Whether AWS refuses two rules with the same patterns, as it does with the same prefixes, is not
//! verified: they are accepted here, and the later one never acts.
//!
//! # Protecting images in use
//!
//! ECR cannot pin a digest. A count can be raised until it reaches far enough ([`protects`]), or
//! a tag be selected by an earlier rule that leaves it alone ([`shield`]). Both hold for the
//! repository as it is: every push moves the count on, and a tag that moves leaves its image bare.
//!
//! ```
//! use stackcost_model::fixes::lifecycle::{Image, Policy, Protection, Storage, Wished, evaluate, merge, protects};
//! let now: jiff::Timestamp = "2026-10-01T00:00:00Z".parse().unwrap();
//! let pushed = |day: &str| Image {
//!     digest: format!("sha256:{day}"),
//!     tags: vec![format!("build-{day}")],
//!     pushed_at: format!("2026-09-{day}T12:00:00Z").parse().unwrap(),
//!     bytes: 120_000_000,
//!     children: Vec::new(),
//!     storage: Storage::Standard,
//!     pulled_at: None,
//!     archived_at: None,
//! };
//! let images: Vec<Image> = ["01", "08", "15", "22"].map(pushed).into();
//!
//! let wish = Wished { keep: 2, untagged_days: None, protect: Vec::new() };
//! let policy = merge(None, &wish).policy;
//! assert_eq!(Policy::parse(&policy.to_text()).as_ref(), Ok(&policy));
//! let taken: Vec<String> = evaluate(&policy, &images, now).into_iter().map(|verdict| verdict.digest).collect();
//! assert_eq!(taken, ["sha256:01", "sha256:08"]);
//!
//! // ECS still runs the second image: with three kept it stays.
//! let in_use = [String::from("sha256:08")].into();
//! assert_eq!(protects(&policy, &images, &in_use, now), Protection::ByCount { keep: 3 });
//! ```

mod policy;
mod document;
mod evaluate;
mod protect;
mod merge;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod property_tests;

pub use evaluate::{Verdict, bytes_of, evaluate};
pub use merge::{DiffLine, Merged, Wished, merge};
pub use policy::{Action, BadPolicy, Count, Policy, Rule, Select, TagMatch};
pub use protect::{Protection, endangered, protects, shield};

use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;

/// An image of a repository: an image of one platform, an index of several, or another artifact.
///
/// A digest names one image of a repository. If several of a list have the same, the one pushed
/// last counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Image {
    /// Its digest: `sha256:...`.
    pub digest: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was pushed. Of an image that came back from the archive: when it came back
    /// (`lastActivatedAt`), since AWS orders such images by that.
    pub pushed_at: Timestamp,
    /// Its compressed size in bytes; layers that images share are counted in each. Of an index
    /// AWS says the size of its largest child.
    pub bytes: u64,
    /// Digests that an index or manifest list refers to; none of a plain image.
    pub children: Vec<String>,
    /// Its storage class.
    pub storage: Storage,
    /// When it was last pulled, or came back from the archive if that is later. Without it the
    /// push counts.
    pub pulled_at: Option<Timestamp>,
    /// When it last went to the archive.
    pub archived_at: Option<Timestamp>,
}

/// A storage class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Storage {
    /// It can be pulled.
    Standard,
    /// It must be brought back first.
    Archive,
}
