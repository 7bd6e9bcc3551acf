//! Runs `Initialize` of each script in DXL and text files, and says how that ended: `cargo run --release -p lotusscript --example lotusscript_run -- FILE…`
//!
//! The script libraries of all files, and `.lss` files by their names, are what they may use and include.

use dxl::{Limits as ReadLimits, Tree};
use lotusscript::run::{Console, GLOBALS, Module, Program, RunOptions};
use lotusscript::sources::{Source, sources};
use lotusscript::syntax::{Script, parse};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// A script and where it comes from.
struct Read {
    file: String,
    /// Which is the first of its file.
    first: usize,
    source: Source,
    script: Script,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut all: Vec<Read> = Vec::new();
    for file in std::env::args().skip(1) {
        let bytes = std::fs::read(&file)?;
        let first = all.len();
        for source in read(&file, &bytes) {
            let script = parse(&source.text);
            all.push(Read {
                file: file.clone(),
                first,
                source,
                script,
            });
        }
    }
    let mut out = std::io::stdout().lock();
    for own in &all {
        let end = run(own, &all, &mut out).unwrap_or_else(|error| format!("no program: {error}"));
        writeln!(out, "{} {}: {end}", own.file, own.source.owner)?;
    }
    Ok(())
}

/// The sources of a file; of what is no DXL, the file itself.
fn read(file: &str, bytes: &[u8]) -> Vec<Source> {
    let text = String::from_utf8_lossy(bytes);
    if text
        .trim_start_matches('\u{FEFF}')
        .trim_start()
        .starts_with('<')
        && let Ok(tree) = Tree::read(bytes, ReadLimits::default())
    {
        return sources(tree.root());
    }
    let mut source = Source::of_text(file, &text);
    let path = Path::new(file);
    if path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("lss"))
    {
        source.library = path
            .file_stem()
            .map(|name| name.to_string_lossy().into_owned());
    }
    vec![source]
}

fn run(own: &Read, all: &[Read], out: &mut impl Write) -> Result<String, Box<dyn Error>> {
    let others = all
        .iter()
        .filter(|other| !std::ptr::eq(*other, own) && other.script.errors().is_empty());
    let libraries: Vec<(&str, String, &Script)> = others
        .filter_map(|other| Some((other.source.library.as_deref()?, &other.script)))
        .map(|(name, script)| (name, format!("{name}.lss"), script))
        .collect();
    let mut modules = vec![Module {
        name: &own.source.owner,
        script: &own.script,
    }];
    let globals = own
        .source
        .globals
        .and_then(|globals| all.get(own.first + globals));
    modules.extend(globals.map(|globals| Module {
        name: GLOBALS,
        script: &globals.script,
    }));
    modules.extend(
        libraries
            .iter()
            .map(|(name, _, script)| Module { name, script }),
    );
    let includes: Vec<Module<'_>> = libraries
        .iter()
        .map(|(_, file, script)| Module { name: file, script })
        .collect();
    let program = Program::new(&modules, &includes)?;
    if !program.has("Initialize") {
        return Ok("nothing to run".to_owned());
    }
    let mut console = Console::default();
    let options = RunOptions::default();
    let begun = Instant::now();
    let outcome = program.run("Initialize", Vec::new(), &mut console, &options);
    let took_s = begun.elapsed().as_secs_f64();
    for line in &console.lines {
        writeln!(out, "{line}")?;
    }
    let end = outcome.map_or_else(|error| error.to_string(), |_| "ended".to_owned());
    Ok(format!("{end} after {took_s:.3} s"))
}
