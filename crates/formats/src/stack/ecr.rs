//! `[ecr.NAME]`.

use super::calibrate::{Form, Quantity};
use super::{Part, region};
use crate::problem::Problem;
use crate::scalar::{self, MOST};
use crate::tree::{Node, Reader, Value};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::Region;
use stackcost_model::services::Component;
use stackcost_model::services::ecr::{Ecr, Images, Keep, Stored};

/// Keys that are quantities of a bill.
pub(super) const QUANTITIES: &[Quantity] = &[
    Quantity { instead_of: &["images"], ..Quantity::new("TimedStorage-ByteHrs", "stored", Form::Gb) },
    Quantity::new("TimedStorage-Archive-ByteHrs", "archived", Form::Gb),
];

pub(super) fn read(part: &Part<'_>) -> Result<Component, Problem> {
    let table = &part.table;
    let images = table.read("images", images)?;
    let stored = table.read("stored", |node| Ok((scalar::gb(node, false, "\"2 GB\"")?, node)))?;
    let stored = match (stored, images) {
        (Some((gb, _)), None) => Stored::Gb(gb),
        (None, Some(images)) => Stored::Images(images),
        (Some((_, node)), Some(_)) => {
            return Err(Problem::new(&node.at, "`stored` is what `images` make: give one or the other"));
        }
        (None, None) => {
            return Err(Problem::new(&table.at, format!("{} needs `stored` or `images`", table.name))
                .help("stored = \"2 GB\", or images = { pushed = \"10/week\", size = \"500 MB\", keep = 10 }"));
        }
    };
    let archived_gb = table.read("archived", |node| scalar::gb(node, false, "\"50 GB\""))?;
    let retrieved = table.read("archive_retrieved", |node| scalar::gb_flow(node, part.horizon()))?;
    let pulled_to_gb = table.read("pulled_to", |node| to_regions(part, node))?;
    Ok(Ecr {
        stored,
        archived_gb: archived_gb.unwrap_or_default(),
        archive_retrieved_gb: retrieved.unwrap_or_default(),
        pulled_to_gb: pulled_to_gb.unwrap_or_default(),
    }
    .into())
}

fn images(node: &Node) -> Result<Images, Problem> {
    let table = Reader::new(node, "`images`")?;
    let pushed_per_week = scalar::per_average_day(table.need("pushed", "\"10/week\"")?)? * Ratio::whole(7);
    let size_gb = scalar::gb(table.need("size", "\"500 MB\"")?, false, "\"500 MB\"")?;
    let shared = table.read("shared_layers", scalar::percent)?.unwrap_or_default();
    let keep = table.read("keep", keep)?.unwrap_or(Keep::All);
    let month = table.read("month", |node| scalar::whole(node, 1, 1_200))?;
    table.finish()?;
    if keep == Keep::All && month.is_none() {
        return Err(Problem::new(&node.at, "without a lifecycle policy the images only grow: which month?")
            .help("add keep = 10, keep = \"30d\", or month = 12"));
    }
    Ok(Images { pushed_per_week, size_gb, shared, keep, month })
}

/// `10` for the newest images, `"30d"` for young ones, `"all"` for no policy.
fn keep(node: &Node) -> Result<Keep, Problem> {
    match &node.value {
        Value::Number(_) => scalar::whole(node, 1, MOST).map(Keep::Newest),
        Value::String(text) if text == "all" => Ok(Keep::All),
        _ => scalar::days(node, "\"30d\"").map(Keep::Days),
    }
}

/// `[{ region = "eu-west-1", data = "5 GB/month" }]`.
pub(super) fn to_regions(part: &Part<'_>, node: &Node) -> Result<Vec<(Region, Ratio)>, Problem> {
    let Value::Array(items) = &node.value else {
        return Err(Problem::new(&node.at, format!("this is a list, not {}", node.value.kind()))
            .help("write [{ region = \"eu-west-1\", data = \"5 GB/month\" }]"));
    };
    items
        .iter()
        .map(|item| {
            let table = Reader::new(item, "a destination")?;
            let region_node = table.need("region", "\"eu-west-1\"")?;
            let to = region(region_node)?;
            if to == part.region {
                return Err(Problem::new(&region_node.at, "this is the stack's own region")
                    .help("within a region pulls are free, and data between zones is `inter_az`"));
            }
            let gb = scalar::gb_flow(table.need("data", "\"5 GB/month\"")?, part.horizon())?;
            table.finish()?;
            Ok((to, gb))
        })
        .collect()
}
