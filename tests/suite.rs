//! All tests of the library and the command from outside, as one program: thirty of them took minutes to link, and each used
//! one core. `cargo test --test suite NAME` runs what one file guards.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail by panicking")]

mod adbench;
mod agreement;
mod architecture;
mod attack;
mod benign_rates;
mod capture_loss;
mod columns;
mod command;
mod counts;
mod cut_handshakes;
mod detectors;
mod dialects;
mod docs;
mod evasion;
mod explore;
mod exports;
mod facts;
mod field;
mod filter_language;
mod filters;
mod fixtures;
mod folder;
mod forms;
#[path = "fuzz/src/lib.rs"]
mod fuzz;
mod lab;
mod languages;
mod lessons;
mod logs;
mod lost_packets;
mod malformed;
mod memory;
mod needs;
mod odd_tables;
mod pages;
mod parity;
mod pieces;
mod properties;
mod pseudonyms;
mod secrets;
mod seeds;
mod site;
mod source;
mod summary;
mod supply_chain;
mod tables;
mod techniques;
mod texts;
mod tool_dialects;
mod tool_forms;
mod training;
mod typed_fields;
mod unmeasured;

#[test]
fn every_file_beside_this_one_belongs_to_a_program() {
    let manifest = include_str!("../Cargo.toml");
    let missing: Vec<String> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok()?.strip_suffix(".rs").map(str::to_owned))
        .filter(|stem| {
            !include_str!("suite.rs").contains(&format!("mod {stem};"))
                && !manifest.contains(&format!("tests/{stem}.rs"))
        })
        .collect();
    assert!(missing.is_empty(), "without `mod` here or `[[test]]` in Cargo.toml they are not run: {missing:?}");
}
