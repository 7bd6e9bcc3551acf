//! Writes databases that the builder made up at random, and what is in them: `random_databases COUNT FOLDER`. `tests/proofs/dxl-builder` holds them to HCL's DTD.

#[path = "../tests/random_database/mod.rs"]
mod random_database;

use std::error::Error;
use std::fs;
use std::io::Write;
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
    // Names and attributes that nobody looked at: what the builder lets through must be valid too.
    let mut refused = 0;
    for seed in 0..10 * count {
        match random_database::careless(seed) {
            Ok(tree) => fs::write(folder.join(format!("careless-{seed}.dxl")), tree.to_xml()?)?,
            Err(_) => refused += 1,
        }
    }
    writeln!(std::io::stdout(), "{refused}")?;
    Ok(())
}
