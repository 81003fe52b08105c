//! Price books of the user: files of rates, and folders that were made of AWS's price lists.

pub(crate) mod age;
pub(crate) mod args;
pub(crate) mod folder;
mod ask;
mod commitments;
mod download;
mod fetch;
mod lists;
mod lock;
mod own;
mod wanted;

pub(crate) use ask::{Way, ask};
pub(crate) use commitments::{bundled, catalog, missing};
pub(crate) use download::download;
pub(crate) use lists::{Found, find, read};
pub(crate) use lock::Lock;
pub(crate) use own::{OwnBook, of_book};
pub(crate) use wanted::Wish;
