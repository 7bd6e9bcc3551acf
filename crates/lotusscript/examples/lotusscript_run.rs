//! Runs `Initialize` of files and says how long it took: `cargo run --release -p lotusscript --example lotusscript_run -- [--with FOLDER] FILE…`
//!
//! The `.lss` files of the folder are the libraries and includes that the files may use, by their names without the ending, and with it.

use lotusscript::run::{Console, Limits, Module, Program, RunOptions};
use lotusscript::syntax::{Script, parse};
use std::error::Error;
use std::io::Write;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let mut files: Vec<String> = std::env::args().skip(1).collect();
    let mut libraries = Vec::new();
    if files.first().is_some_and(|first| first == "--with") && files.len() > 1 {
        libraries = scripts_of(&files[1])?;
        files.drain(..2);
    }
    for path in &files {
        let script = parse(&std::fs::read_to_string(path)?);
        let outcome = run(path, &script, &libraries, &mut out);
        writeln!(
            out,
            "{path}: {}",
            outcome.unwrap_or_else(|error| error.to_string())
        )?;
    }
    Ok(())
}

fn scripts_of(folder: &str) -> Result<Vec<(String, Script)>, Box<dyn Error>> {
    let mut scripts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
        if let (Some(name), true) = (name, path.extension().is_some_and(|end| end == "lss")) {
            scripts.push((name, parse(&std::fs::read_to_string(&path)?)));
        }
    }
    Ok(scripts)
}

fn run(
    path: &str,
    script: &Script,
    libraries: &[(String, Script)],
    out: &mut impl Write,
) -> Result<String, Box<dyn Error>> {
    let others = libraries
        .iter()
        .filter(|(_, other)| other.source() != script.source());
    let named: Vec<(String, &Script)> = others
        .map(|(name, script)| (format!("{name}.lss"), script))
        .collect();
    let includes: Vec<Module<'_>> = named
        .iter()
        .map(|(name, script)| Module { name, script })
        .collect();
    let mut modules = vec![Module { name: path, script }];
    modules.extend(includes.iter().map(|include| Module {
        name: include.name.trim_end_matches(".lss"),
        script: include.script,
    }));
    let program = Program::new(&modules, &includes)?;
    let mut console = Console::default();
    let limits = Limits {
        steps: u64::MAX,
        ..Limits::default()
    };
    let options = RunOptions {
        limits,
        ..RunOptions::default()
    };
    let begun = Instant::now();
    let outcome = program.run("Initialize", Vec::new(), &mut console, &options);
    let took_s = begun.elapsed().as_secs_f64();
    for line in &console.lines {
        writeln!(out, "{line}")?;
    }
    let end = outcome.map_or_else(|error| error.to_string(), |_| "ended".to_owned());
    Ok(format!("{end} after {took_s:.3} s"))
}
