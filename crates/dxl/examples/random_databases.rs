//! Writes databases that the builder made up at random, and what is in them: `random_databases COUNT FOLDER`. `tests/proofs/dxl-builder` holds them to HCL's DTD.

#[path = "../tests/random_database/mod.rs"]
mod random_database;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(count), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("random_databases COUNT FOLDER".into());
    };
    let count: u64 = count.to_str().ok_or("COUNT is a number")?.parse()?;
    let folder = PathBuf::from(folder);
    for seed in 0..count {
        let made = random_database::random(seed);
        let tree = made.database.build()?;
        fs::write(folder.join(format!("{seed}.dxl")), tree.to_xml()?)?;
    }
    Ok(())
}
