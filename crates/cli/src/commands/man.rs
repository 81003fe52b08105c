//! `stackcost man`.

use crate::Outcome;
use crate::args::{Cli, ManArgs};
use crate::failure::Failure;
use crate::output::{self, say};
use clap::CommandFactory;
use stackcost_formats::problem::Problem;

pub(crate) fn run(args: &ManArgs) -> Result<Outcome, Failure> {
    let failed = |error: std::io::Error| Failure::Failed(Problem::of_text(format!("cannot write the manual: {error}")));
    match &args.out_dir {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(failed)?;
            clap_mangen::generate_to(Cli::command(), folder).map_err(failed)?;
            say(&format!("wrote the manual pages to {}", folder.display()));
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(failed)?;
            output::data(&String::from_utf8_lossy(&page))?;
        }
    }
    Ok(Outcome::Complete)
}
