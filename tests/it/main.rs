//! The one integration binary: the tool as its users meet it, and rules that speak for all of it.

mod aws;
mod bills;
mod bundled;
mod cli;
mod fixes;
mod hostile_lists;
mod prices;
mod properties;
mod reconcile;
mod scaling;
mod services;
mod tidy;
mod truth;

#[test]
fn no_forgotten_test_files() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/it");
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(folder).expect("the folder of this file") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let known = name == "main" || main.contains(&format!("mod {name};"));
        assert!(known, "{} is not in main.rs", path.display());
    }
}
