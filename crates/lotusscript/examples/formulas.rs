//! Reads every formula of DXL files: `formulas FILE…`. One object of JSON a file, on a line: how many formulas, the errors in their syntax, what the checker
//! finds, which functions a host would have to answer. `tests/proofs/formulas` adds them up.

use dxl::design::{Code, Codes, Language};
use dxl::{Limits, Tree};
use lotusscript::formula::check::{Options, Purpose, check_parsed, needs_of};
use lotusscript::formula::{International, parse, tokens};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write};

#[derive(Serialize, Default)]
struct Report {
    file: String,
    unreadable: Option<String>,
    formulas: usize,
    compiled: usize,
    bytes: usize,
    lossless: usize,
    syntax_errors: Vec<Wrong>,
    findings: BTreeMap<String, Vec<Wrong>>,
    asked_of_the_host: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Wrong {
    line: u32,
    /// How it begins.
    formula: String,
    message: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for file in std::env::args().skip(1) {
        serde_json::to_writer(&mut out, &report(&file))?;
        writeln!(out)?;
    }
    Ok(())
}

fn report(file: &str) -> Report {
    let mut report = Report {
        file: file.to_owned(),
        ..Report::default()
    };
    let read = File::open(file)
        .map_err(|why| why.to_string())
        .and_then(|bytes| {
            Tree::read(BufReader::new(bytes), Limits::default()).map_err(|why| why.to_string())
        });
    let tree = match read {
        Ok(tree) => tree,
        Err(why) => {
            report.unreadable = Some(why);
            return report;
        }
    };
    for code in Codes::of(tree.root()) {
        match code.language() {
            Language::Formula => look(code, &mut report),
            Language::CompiledFormula => report.compiled += 1,
            _ => {}
        }
    }
    report
}

fn look(code: Code<'_>, report: &mut Report) {
    let (source, line) = (&*code.text(), code.position().line);
    // An event without code is written as an empty formula.
    if source.trim().is_empty() {
        return;
    }
    report.formulas += 1;
    report.bytes += source.len();
    let whole: String = tokens(source).map(|token| token.span.of(source)).collect();
    report.lossless += usize::from(whole == source);
    let parsed = parse(source, &International::default());
    let wrong = |message: String| Wrong {
        line,
        formula: source.chars().take(200).collect(),
        message,
    };
    report
        .syntax_errors
        .extend(parsed.errors.iter().map(|error| wrong(error.to_string())));
    let options = Options {
        purpose: Purpose::of_code(code),
        ..Options::default()
    };
    for finding in check_parsed(&parsed, &options) {
        let listed = report.findings.entry(finding.code.clone()).or_default();
        listed.push(wrong(finding.to_string()));
    }
    for function in needs_of(&parsed.formula) {
        *report.asked_of_the_host.entry(function.name).or_default() += 1;
    }
}
