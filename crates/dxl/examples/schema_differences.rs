//! Whether the built-in schema and a DTD are the same model: `cargo run -p dxl --example schema_differences DTD`.

use dxl::schema::{Content, Schema, differences};
use std::process::ExitCode;

#[expect(clippy::print_stdout, reason = "it is a command")]
fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let file = std::env::args_os()
        .nth(1)
        .ok_or("name the DTD: schema_differences domino_9_0_1.dtd")?;
    let ours = Schema::domino_9_0_1();
    let theirs = Schema::from_dtd(&std::fs::read(&file)?)?;
    let found = differences(ours, &theirs);
    for difference in &found {
        println!("{difference}");
    }
    let attributes: usize = theirs
        .elements()
        .map(|element| element.attributes.len())
        .sum();
    let states: usize = theirs
        .elements()
        .map(|element| match &element.content {
            Content::Children(automaton) => automaton.states(),
            _ => 0,
        })
        .sum();
    println!(
        "{} elements, {attributes} attributes, {states} states of automata: {} differences",
        theirs.elements().len(),
        found.len()
    );
    Ok(if found.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
