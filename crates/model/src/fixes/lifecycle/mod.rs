//! ECR lifecycle policies.

use alloc::string::String;
use alloc::vec::Vec;
use jiff::Timestamp;

/// An image of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its digest.
    pub digest: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was pushed.
    pub pushed_at: Timestamp,
    /// Its compressed size; layers that images share are counted in each.
    pub bytes: u64,
    /// Digests that an index or manifest list refers to; none of a plain image.
    pub children: Vec<String>,
    /// Its storage class.
    pub storage: Storage,
    /// When it was last pulled.
    pub pulled_at: Option<Timestamp>,
    /// When it went to the archive.
    pub archived_at: Option<Timestamp>,
}

/// A storage class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// It can be pulled.
    Standard,
    /// It must be brought back first.
    Archive,
}
