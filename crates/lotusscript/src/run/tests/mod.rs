//! What runs mean: sources, and what they print. "As documented" in HCL's language reference for Domino Designer; each group names the page.

mod document;
mod errors;
mod flow;
mod functions;
mod hosts;
mod limits;
mod mixed;
mod objects;
mod operators;
mod passing;
mod random;
mod statements;

use super::*;
use crate::syntax::parse;

/// What a module prints, its lines joined by `|`; behind them the error that ended it.
pub(super) fn outcome_of(source: &str) -> String {
    let script = parse(source);
    assert_eq!(script.errors(), [], "{source}");
    let module = Module {
        name: "Agent",
        script: &script,
    };
    let program = match Program::new(&[module], &[]) {
        Ok(program) => program,
        Err(error) => return error.to_string(),
    };
    let mut clock = Clock::default();
    let limits = Limits {
        steps: 1_000_000,
        memory_bytes: 32 << 20,
        time: std::time::Duration::from_secs(3600),
        ..Limits::default()
    };
    let options = RunOptions {
        limits,
        ..RunOptions::default()
    };
    let outcome = program.run("Initialize", Vec::new(), &mut clock, &options);
    let mut lines = clock.lines;
    match outcome {
        Ok(_) => {}
        Err(RunError {
            fault: Fault::Error(error),
            ..
        }) => lines.push(format!("error {}", error.number)),
        Err(RunError {
            fault: Fault::Stop(stop),
            ..
        }) => lines.push(stop.to_string()),
    }
    lines.join("|")
}

/// A console on Saturday, 21 November 2026, 18:00.
#[derive(Debug, Default)]
struct Clock {
    lines: Vec<String>,
}

impl Host for Clock {
    fn print(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    fn now(&mut self) -> f64 {
        46_347.75
    }
}

/// Statements of a Sub, and what they print.
pub(super) fn bodies_print(page: &str, cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (body, expected) in cases {
        let outcome = outcome_of(&format!("Sub Initialize\n{body}\nEnd Sub\n"));
        if outcome != *expected {
            wrong.push(format!(
                "{page}: {body}\n    expected {expected}\n    but      {outcome}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Expressions, and what they print.
pub(super) fn values_print(page: &str, cases: &[(&str, &str)]) {
    let bodies: Vec<(String, &str)> = cases
        .iter()
        .map(|(value, expected)| (format!("Print {value}"), *expected))
        .collect();
    let bodies: Vec<(&str, &str)> = bodies
        .iter()
        .map(|(body, expected)| (body.as_str(), *expected))
        .collect();
    bodies_print(page, &bodies);
}

/// Modules, and what they print.
pub(super) fn modules_print(page: &str, cases: &[(&str, &str)]) {
    let outcomes = cases
        .iter()
        .map(|(source, expected)| (source, expected, outcome_of(source)));
    let wrong: Vec<String> = outcomes
        .filter(|(_, expected, outcome)| outcome != *expected)
        .map(|(source, expected, outcome)| {
            format!("{page}: {source}\n    expected {expected}\n    but      {outcome}")
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
