//! Reads and checks LotusScript, a JSON object for each source: `lotusscript [--notes RELEASE] FILE…`, of DXL or of LotusScript alone. The script libraries among the files
//! are at hand for all of them, by their names, or by those of their files. `tests/proofs/lotusscript` counts what comes of it.

use dxl::{Limits, Tree};
use lotusscript::check::{CheckOptions, Interface, check};
use lotusscript::notes::Release;
use lotusscript::sources::{Source, sources};
use lotusscript::syntax::{Script, parse};
use serde_json::json;
use std::collections::HashMap;
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

struct Read {
    file: String,
    /// Of the first source of the same file, among all.
    first: usize,
    source: Source,
    script: Script,
    interface: Interface,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut notes = Release::NEWEST;
    let mut all: Vec<Read> = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--notes" {
            notes = arguments.next().ok_or("--notes needs a release")?.parse()?;
            continue;
        }
        let bytes = std::fs::read(&argument)?;
        let first = all.len();
        for source in read(&argument, &bytes) {
            let script = parse(&source.text);
            let interface = Interface::of(&script);
            all.push(Read {
                file: argument.clone(),
                first,
                source,
                script,
                interface,
            });
        }
    }
    let mut out = std::io::stdout().lock();
    for read in &all {
        tell(read, &all, notes, &mut out)?;
    }
    Ok(())
}

/// The libraries that a file sees: of those with the same name the one that is nearest to it.
fn libraries<'a>(file: &str, all: &'a [Read]) -> HashMap<String, &'a Interface> {
    let common = |other: &str| {
        file.bytes()
            .zip(other.bytes())
            .take_while(|(own, other)| own == other)
            .count()
    };
    let mut found: HashMap<String, (usize, &Interface)> = HashMap::new();
    for read in all {
        if let Some(name) = &read.source.library {
            let near = common(&read.file);
            let known = found
                .entry(name.to_lowercase())
                .or_insert((near, &read.interface));
            if near > known.0 {
                *known = (near, &read.interface);
            }
        }
    }
    found
        .into_iter()
        .map(|(name, (_, interface))| (name, interface))
        .collect()
}

fn tell(
    read: &Read,
    all: &[Read],
    notes: Release,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let Read {
        file,
        source,
        script,
        ..
    } = read;
    let options = CheckOptions {
        notes,
        libraries: libraries(file, all),
        is_partial: source.is_partial,
        globals: source
            .globals
            .and_then(|globals| all.get(read.first + globals))
            .map(|globals| &globals.interface),
    };
    let started = Instant::now();
    parse(&source.text);
    let findings = check(script, &options);
    let seconds = started.elapsed().as_secs_f64();
    let findings: Vec<_> = findings
        .iter()
        .map(|finding| {
            let place = source.in_file(finding.place);
            json!({
                "line": place.line, "column": place.column, "code": finding.code, "severity": finding.severity, "message": finding.message, "remedy": finding.remedy,
                "text": source.text.lines().nth(finding.place.line as usize - 1).unwrap_or_default().trim().chars().take(200).collect::<String>(),
            })
        })
        .collect();
    let line = json!({
        "file": file,
        "owner": source.owner,
        "lines": script.lines().lines(),
        "bytes": source.text.len(),
        "lossless": script.print() == source.text,
        "errors": script.errors().len(),
        "findings": findings,
        "seconds": seconds,
    });
    writeln!(out, "{line}")?;
    Ok(())
}

/// The sources of a file; of what is no DXL, the file itself.
fn read(file: &str, bytes: &[u8]) -> Vec<Source> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let is_xml = head
        .trim_start_matches('\u{FEFF}')
        .trim_start()
        .starts_with('<');
    match Tree::read(bytes, Limits::default()) {
        Ok(tree) if is_xml => sources(tree.root()),
        _ => {
            let mut source = Source::of_text(file, &String::from_utf8_lossy(bytes));
            let path = Path::new(file);
            let is_library = path
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case("lss"));
            source.library = is_library.then(|| {
                path.file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            });
            vec![source]
        }
    }
}
