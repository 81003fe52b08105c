//! What can be typed after `stackcost prices refresh` and `prices diff`.

use crate::args::{Format, date};
use clap::{ArgGroup, Args};
use stackcost_formats::render::Precision;
use stackcost_model::time::Date;
use std::path::PathBuf;

pub(crate) const REFRESH_EXAMPLES: &str = "Examples:
  stackcost prices refresh --urls --region eu-west-1
  stackcost prices refresh --from lists/ --into book/
  stackcost prices refresh --download --region eu-west-1 --from lists/ --into book/
  stackcost prices refresh --download --stack stack.toml --from lists/ --into book/
  stackcost prices refresh --api --region eu-west-1 --from answers/ --into book/
  stackcost prices refresh --api --as-of 2025-01-31 --stack stack.toml --from lists/ --into book/
  stackcost prices refresh --from lists/ --into again/ --pinned book/manifest.json
  stackcost estimate stack.toml --price-book book/

AWS publishes its price lists for all, without credentials: --download gets them, and --urls prints
the commands that do. Those of a day that is past are only known to its price list service: --api.
JSON and CSV of offers and Savings Plans are read, and what `aws pricing get-products` prints; plain
or packed with gzip. Only what this tool prices is kept. Lists add to a book in any order: of a price
that changed it keeps each date of effect, so that --as-of can go back. The book is not used by itself:
give it with --price-book.";

pub(crate) const DIFF_EXAMPLES: &str = "Examples:
  stackcost prices diff bundled book/ --region eu-west-1
  stackcost prices diff old/ new/ --stack stack.toml
  stackcost prices diff old/ new/ --format markdown --detailed-exitcode

A book is a folder made by `prices refresh`, a CSV file of rates, or the word `bundled`. Services and
regions that only one of them has are counted, not listed.";

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("asks").args(["api", "download"])))]
pub(crate) struct PricesRefreshArgs {
    /// The folder with AWS's price lists
    #[arg(long, value_name = "DIR", required_unless_present = "urls")]
    pub from: Option<PathBuf>,
    /// Keep only rates of this region (repeat for several) [default: all that the lists have]
    #[arg(long, value_name = "REGION")]
    pub region: Vec<String>,
    /// The folder of the book; made, or added to [default: stackcost/prices in the user's data folder]
    #[arg(long, value_name = "BOOK", conflicts_with = "urls")]
    pub into: Option<PathBuf>,
    /// Take only lists that this manifest of a book names, each with the SHA-256 it has there, and
    /// all of them
    #[arg(long, value_name = "MANIFEST")]
    pub pinned: Option<PathBuf>,
    /// Download the newest lists into --from first, or those of --pinned, as AWS publishes them for
    /// all: no credentials are needed. What is there already is not downloaded again
    #[arg(long, conflicts_with = "urls")]
    pub download: bool,
    /// Ask AWS's price list service first, and keep its answers in --from; free, but for the
    /// rights that `stackcost iam prices` names. On-demand rates and reservations come product by
    /// product, Savings Plans as whole lists
    #[arg(long, conflicts_with_all = ["urls", "pinned"])]
    pub api: bool,
    /// With --api, take whole lists of everything, not products. That of EC2 is large
    #[arg(long, requires = "api")]
    pub bulk: bool,
    /// With --api, take the whole lists that held on this day
    #[arg(long, value_name = "DATE", value_parser = date, requires = "api")]
    pub as_of: Option<Date>,
    /// Ask only for the services that this stack and its scenarios use, and in its region
    #[arg(long, value_name = "STACK", requires = "asks")]
    pub stack: Option<PathBuf>,
    /// The AWS profile to ask with [default: as the AWS CLI]
    #[arg(long, value_name = "NAME", requires = "api")]
    pub profile: Option<String>,
    /// Ask this server instead of AWS; with --download, one that has the lists under the same paths
    #[arg(long, value_name = "URL", requires = "asks")]
    pub endpoint_url: Option<String>,
    /// Print the commands that download the newest lists, or those of --pinned, and nothing more
    #[arg(long, conflicts_with = "from")]
    pub urls: bool,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PricesDiffArgs {
    /// The book to compare with: a folder, a CSV file, or `bundled`
    pub before: PathBuf,
    /// The book to look at
    pub after: PathBuf,
    /// Only this region [default: all]
    #[arg(long)]
    pub region: Option<String>,
    /// As of this day: rates with a later date of effect are left out [default: the newest of each]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// Say what it does to the bill of this stack and each of its scenarios
    #[arg(long, value_name = "FILE")]
    pub stack: Option<PathBuf>,
    /// Exit with 4 when the books differ
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Decimals of dollars in tables: auto, cents, full, or a number
    #[arg(long, value_name = "DECIMALS", default_value = "auto")]
    pub precision: Precision,
}
