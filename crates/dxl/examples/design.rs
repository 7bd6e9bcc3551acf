//! Says what design is in files, as the typed views find it, a JSON object a line: `design FILE…`. `tests/proofs/dxl-builder` compares it with what lxml finds.

use dxl::design::{Design, DesignElement, designs};
use dxl::{Limits, Tree};
use serde_json::json;
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for file in std::env::args_os().skip(1) {
        let tree = Tree::read(BufReader::new(File::open(&file)?), Limits::default())?;
        for design in designs(tree.root()) {
            let code: Vec<_> = design
                .code()
                .map(|code| {
                    json!({
                        "language": format!("{:?}", code.language()),
                        "event": code.event(),
                        "element": code.element().name(),
                        "text": code.text(),
                        "line": code.position().line,
                        "byte": code.position().byte,
                    })
                })
                .collect();
            let fields: Vec<_> = match design {
                Design::Form(form) => form.fields().map(|field| field.name()).collect(),
                Design::Subform(form) => form.fields().map(|field| field.name()).collect(),
                Design::Page(page) => page.fields().map(|field| field.name()).collect(),
                _ => Vec::new(),
            };
            let line = json!({
                "file": file.to_string_lossy(),
                "element": design.element().name(),
                "sort": format!("{:?}", design.sort()),
                "name": design.name(),
                "aliases": design.aliases(),
                "unid": design.unid(),
                "fields": fields,
                "code": code,
            });
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
