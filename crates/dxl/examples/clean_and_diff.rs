//! For `tests/proofs/dxl-diff`: `clean_and_diff clean FILE OUT` cleans a file, `clean_and_diff diff OLD NEW` compares two; status 1 if they
//! differ, 2 if one cannot be read.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

use dxl::clean::clean;
use dxl::diff::{Options, diff};
use dxl::{Limits, Tree};
use std::error::Error;
use std::ffi::OsStr;
use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [what, one, other] = arguments.as_slice() else {
        return Err("clean_and_diff clean FILE OUT | clean_and_diff diff OLD NEW".into());
    };
    let mut tree = read(one)?;
    if what == "clean" {
        clean(&mut tree);
        tree.write(&mut File::create(other)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let difference = diff(&tree, &read(other)?, &Options::default());
    print!("{difference}");
    Ok(ExitCode::from(u8::from(!difference.is_empty())))
}

fn read(file: &OsStr) -> Result<Tree, Box<dyn Error>> {
    let bytes = BufReader::new(File::open(file)?);
    Ok(Tree::read(bytes, Limits::default())?)
}
