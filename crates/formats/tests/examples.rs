//! Every example of the repository runs.

#[path = "../../../examples/fixed_versus_autoscaled.rs"]
mod fixed_versus_autoscaled;
#[path = "../../../examples/focus_export.rs"]
mod focus_export;
#[path = "../../../examples/own_price_book.rs"]
mod own_price_book;
#[path = "../../../examples/price_a_stack.rs"]
mod price_a_stack;
#[path = "../../../examples/read_price_list.rs"]
mod read_price_list;
#[path = "../../../examples/what_if_sweep.rs"]
mod what_if_sweep;

/// Runs each example as a test of its name.
macro_rules! run {
    ($($example:ident),* $(,)?) => {
        const RUN: &[&str] = &[$(stringify!($example)),*];

        mod run {
            $(#[test]
            fn $example() -> Result<(), Box<dyn std::error::Error>> {
                super::$example::main()
            })*
        }
    };
}

run!(fixed_versus_autoscaled, focus_export, own_price_book, price_a_stack, read_price_list, what_if_sweep);

#[test]
fn no_example_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    let manifest = include_str!("../Cargo.toml");
    for entry in std::fs::read_dir(folder).expect("the folder of the examples") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            assert!(RUN.contains(&name.as_str()), "{name} is not run here");
            assert!(manifest.contains(&format!("[[example]]\nname = \"{name}\"")), "{name} is not in Cargo.toml");
        }
    }
}
