//! For each date and time on standard input, written as DXL writes it: the milliseconds since 1970 UTC, and the same made again from them.
//! `tests/proofs/dxl-dates` compares both with Python's `zoneinfo`.

use dxl::notes::DateTime;
use std::error::Error;
use std::io::{BufRead, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let written = DateTime::parse(&line?, false)?;
        let (Some(instant), Some(zone)) = (written.instant(), written.zone) else {
            return Err("a date, a time and a zone on each line".into());
        };
        match DateTime::from_instant(instant, zone.offset_minutes(), false) {
            Some(made) => writeln!(out, "{instant} {made}")?,
            None => writeln!(out, "{instant} -")?,
        }
    }
    Ok(())
}
