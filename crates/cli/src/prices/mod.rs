//! Price books of the user: files of rates, and folders that were made of AWS's price lists.

pub(crate) mod age;
pub(crate) mod args;
pub(crate) mod folder;
mod ask;
mod lists;
mod own;

pub(crate) use ask::ask;
pub(crate) use lists::{Found, find, read};
pub(crate) use own::OwnBook;
