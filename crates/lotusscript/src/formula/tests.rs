//! Tests of the whole: read, checked and run.

mod checks;
mod dates;
mod limits;
mod properties;
mod semantics;
mod syntax;

use super::host::Memory;
use super::{Formula, Limits, Outcome, Stop, Value};
use jiff::tz::TimeZone;

/// 2026-03-10 14:30:15 in New York, where summer time began two days before.
const NOW: i64 = 1_773_167_415_000;

/// A host with a document, a user and a clock.
fn host() -> Memory {
    let mut host = Memory {
        now: NOW,
        zone: TimeZone::get("America/New_York").unwrap(),
        ..Memory::default()
    };
    host.fact("@UserName", Value::text("CN=Sam Lee/OU=Sales/O=Acme"));
    for (name, value) in [
        ("subject", Value::text("Hello")),
        ("colors", Value::texts(vec!["Red".into(), "Green".into()])),
        ("amount", Value::number(12.5)),
        ("empty", Value::text("")),
    ] {
        host.document.insert(name.into(), value);
    }
    host
}

fn run_on(host: &mut Memory, source: &str) -> Result<Outcome, Stop> {
    match Formula::parse_in(source, &host.international) {
        Ok(formula) => formula.evaluate(host, &Limits::default()),
        Err(errors) => panic!("{source}: {errors}"),
    }
}

/// The value of a formula on [`host`].
fn value(source: &str) -> Value {
    match run_on(&mut host(), source) {
        Ok(outcome) => outcome.value,
        Err(stop) => panic!("{source}: {stop}"),
    }
}
