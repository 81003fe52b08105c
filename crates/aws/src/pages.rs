//! Lists that come in pages.

use crate::{Call, Error};

/// All pages of a list, one after the other: each says how to ask for the next.
pub(crate) async fn all<T, F>(call: Call, mut page: impl FnMut(Option<String>) -> F) -> Result<Vec<T>, Error>
where
    F: Future<Output = Result<(Option<Vec<T>>, Option<String>), Error>>,
{
    let mut all = Vec::new();
    let mut token = None;
    loop {
        let (some, next) = page(token.clone()).await?;
        all.extend(some.unwrap_or_default());
        match next.filter(|next| !next.is_empty()) {
            None => return Ok(all),
            // It would go on for ever.
            same if same == token => return Err(Error::no_answer(call, "a page that is followed by itself")),
            next => token = next,
        }
    }
}
