//! Reads and checks LotusScript, a JSON object for each source: `lotusscript FILE…`, of DXL or of LotusScript alone. `tests/proofs/lotusscript` counts what comes of it.

use dxl::{Limits, Tree};
use lotusscript::sources::{Source, sources};
use lotusscript::syntax::parse;
use serde_json::json;
use std::error::Error;
use std::io::Write;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for file in std::env::args().skip(1) {
        let bytes = std::fs::read(&file)?;
        for source in read(&file, &bytes) {
            let script = parse(&source.text);
            let errors: Vec<_> = script
                .errors()
                .iter()
                .map(|error| {
                    let place = source.in_file(error.place);
                    json!({ "line": place.line, "column": place.column, "code": error.code, "message": error.message, "remedy": error.remedy })
                })
                .collect();
            let line = json!({
                "file": file,
                "owner": source.owner,
                "lines": script.lines().lines(),
                "bytes": source.text.len(),
                "lossless": script.print() == source.text,
                "errors": errors,
            });
            writeln!(out, "{line}")?;
        }
    }
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
        _ => vec![Source::of_text(file, &String::from_utf8_lossy(bytes))],
    }
}
