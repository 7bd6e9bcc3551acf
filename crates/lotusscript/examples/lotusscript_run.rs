//! Runs `Initialize` of files and says how long it took: `cargo run --release -p lotusscript --example lotusscript_run -- FILE…`

use lotusscript::run::{Console, Limits, Module, Program, RunOptions};
use lotusscript::syntax::parse;
use std::error::Error;
use std::io::Write;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let script = parse(&std::fs::read_to_string(&path)?);
        if let Some(error) = script.errors().first() {
            writeln!(out, "{path}({}): {}", error.place.line, error.message)?;
            continue;
        }
        let module = Module {
            name: &path,
            script: &script,
        };
        let program = Program::new(&[module], &[])?;
        let mut console = Console::default();
        let limits = Limits {
            steps: u64::MAX,
            memory_bytes: 200 << 20,
            ..Limits::default()
        };
        let begun = Instant::now();
        let outcome = program.run(
            "Initialize",
            Vec::new(),
            &mut console,
            &RunOptions {
                limits,
                ..RunOptions::default()
            },
        );
        let took_s = begun.elapsed().as_secs_f64();
        for line in &console.lines {
            writeln!(out, "{line}")?;
        }
        match outcome {
            Ok(_) => writeln!(out, "{path}: ended after {took_s:.3} s")?,
            Err(error) => writeln!(out, "{error} (after {took_s:.3} s)")?,
        }
    }
    Ok(())
}
