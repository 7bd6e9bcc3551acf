//! Reads a DXL file as a tree and writes it back: `round_trip FILE OUT`. `tests/proofs/dxl-round-trip` compares the two.

use dxl::{Limits, Tree};
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(file), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("round_trip FILE OUT".into());
    };
    let tree = Tree::read(BufReader::new(File::open(file)?), Limits::default())?;
    let mut out = BufWriter::new(File::create(out)?);
    tree.write(&mut out)?;
    out.flush()?;
    Ok(())
}
