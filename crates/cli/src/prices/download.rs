//! AWS's published price lists, which need no credentials: an index of each offer says where the
//! newest version of a region is, and under that address it stays for ever.

use super::fetch::{Fetch, Made, Wanted, tell_of_more};
use super::wanted::Wish;
use crate::failure::Failure;
use crate::output::say;
use stackcost_formats::book::Manifest;
use stackcost_formats::offers::urls::{HOST, region_index, version_in};
use stackcost_formats::problem::Problem;
use std::path::Path;

/// Gets the newest lists, or those of a manifest, into a folder; `mirror` is asked instead of AWS.
pub(crate) fn download(
    mirror: Option<&str>,
    wish: &Wish,
    pinned: Option<&Manifest>,
    into: &Path,
) -> Result<Vec<Made>, Failure> {
    let fetch = Fetch::new(mirror, into)?;
    let base = mirror.map_or(HOST, |mirror| mirror.trim_end_matches('/'));
    let wanted = match pinned {
        Some(manifest) => of_manifest(manifest, base)?,
        None => newest(&fetch, wish, base)?,
    };
    let made = wanted.iter().map(|wanted| fetch.get(wanted)).collect::<Result<Vec<_>, _>>()?;
    // With a manifest, what it does not name is an error, and is told then.
    if pinned.is_none() {
        tell_of_more(into, &made)?;
    }
    Ok(made)
}

/// What the indexes name.
fn newest(fetch: &Fetch<'_>, wish: &Wish, base: &str) -> Result<Vec<Wanted>, Failure> {
    let (offers, plans) = wish.offers();
    let mut wanted = Vec::new();
    for offer in offers.into_iter().chain(plans) {
        let index = format!("{base}{}", offer.index());
        let paths = region_index(&index, &fetch.text(&index)?)?;
        for region in &wish.regions {
            let Some(path) = paths.get(region.code()) else {
                say(&format!("{} in {region}: AWS has no price list", offer.code));
                continue;
            };
            let version = version_in(path).unwrap_or_default();
            // The index names JSON; CSV lies beside it.
            let path = match path.strip_suffix("index.json") {
                Some(folder) => format!("{folder}index.{}", offer.ending),
                None => path.clone(),
            };
            wanted.push(Wanted {
                url: format!("{base}{path}"),
                kept_at: Some(format!("{HOST}{path}")),
                file: offer.file(*region, version, offer.ending),
                sha256: None,
                what: format!("{} in {region}, version {version}", offer.code),
            });
        }
    }
    Ok(wanted)
}

/// What a manifest names, each with its digest.
fn of_manifest(manifest: &Manifest, base: &str) -> Result<Vec<Wanted>, Failure> {
    let lists = manifest.lists.iter().map(|pin| {
        let cannot =
            |why: &str, help: &str| Problem::of_text(format!("{} cannot be downloaded: {why}", pin.file)).help(help);
        // Whoever wrote the manifest chooses neither where to ask nor where to write.
        let path = pin.url.as_deref().and_then(|url| url.strip_prefix(HOST)).filter(|path| path.starts_with('/'));
        let path = path.ok_or_else(|| {
            let help = "put the file itself into the folder, and refresh without --download";
            cannot("the manifest has no address of AWS for it", help)
        })?;
        let safe = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']);
        let file = manifest.name_of(pin);
        if !file.split('/').all(safe) {
            return Err(cannot("the name leads out of the folder", "is this a manifest of stackcost?"));
        }
        Ok(Wanted {
            url: format!("{base}{path}"),
            kept_at: pin.url.clone(),
            what: format!("{file}, version {}", pin.version),
            file,
            sha256: Some(pin.sha256.clone()),
        })
    });
    Ok(lists.collect::<Result<_, _>>()?)
}
