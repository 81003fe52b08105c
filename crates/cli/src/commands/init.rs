//! `stackcost init`.

use crate::Outcome;
use crate::args::InitArgs;
use crate::failure::Failure;
use crate::output::{self, say};
use stackcost_formats::problem::Problem;
use std::io::Write;
use std::path::Path;

/// The starter is the example of the README, but for what needs a trace, which is a file of its own.
const STARTER: &str = include_str!("../../../../examples/news-api.toml");
/// The JSON Schema of stack files.
const SCHEMA: &str = include_str!("../../../../examples/stack.schema.json");

pub(crate) fn run(args: &InitArgs) -> Result<Outcome, Failure> {
    let (text, usual) = match (args.schema, args.wish) {
        (true, _) => (SCHEMA, "-"),
        (_, true) => (stackcost_formats::fixes::wish_example(), "fixes.toml"),
        _ => (STARTER.split("\n# A service that scales by a trace").next().unwrap_or(STARTER), "stack.toml"),
    };
    let path = args.path.as_deref().unwrap_or(Path::new(usual));
    if path == Path::new("-") {
        output::data(text)?;
        return Ok(Outcome::Complete);
    }
    write_new(path, text, args.force)?;
    let next = if args.wish { "fix plan --wish" } else { "compare" };
    say(&format!("wrote {0}; next: stackcost {next} {0}", path.display()));
    Ok(Outcome::Complete)
}

/// Writes the whole file or nothing: into a file beside it, which then takes its place.
pub(crate) fn write_new(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    if !force && path.exists() {
        let problem = Problem::of_text(format!("{} is there already", path.display()));
        return Err(problem.help("name another file, or replace it with --force").into());
    }
    let failed =
        |error: &std::io::Error| Failure::Failed(Problem::of_text(format!("cannot write {}: {error}", path.display())));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = beside(folder, text).map_err(|error| failed(&error))?;
    let placed = if force { file.persist(path) } else { file.persist_noclobber(path) };
    placed.map(drop).map_err(|error| failed(&error.error))
}

/// The text in a file of a folder that has no name yet, as any new file has it: not as a secret one, the
/// umask takes off the rest.
pub(crate) fn beside(folder: &Path, text: &str) -> std::io::Result<tempfile::NamedTempFile> {
    let mut new = tempfile::Builder::new();
    #[cfg(unix)]
    new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = new.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}
