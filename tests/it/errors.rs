//! `docs/ERRORS.md` against the code: every refusal has its row, with the code and the SOAP code that the doors send.

use crate::tree::{read, rust_files};
use emailsms::soap::fault::FaultReason;
use emailsms::to_handset::Refusal;
use std::collections::BTreeSet;

/// The cells of the table rows below the heading that starts with `heading`.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let text = read("docs/ERRORS.md").text;
    let section = text
        .split("\n## ")
        .find(|section| section.starts_with(heading))
        .unwrap_or_else(|| panic!("docs/ERRORS.md has no section `{heading}`"));
    section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cells = line.trim_matches('|').split(" | ");
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect()
}

#[test]
fn every_refusal_has_its_row() {
    let rows = rows("Refusals");
    for refusal in Refusal::one_of_each() {
        let code = format!("`{}`", refusal.code());
        let found: Vec<&Vec<String>> = rows.iter().filter(|row| row[0] == code).collect();
        let [row] = found[..] else {
            panic!("{code} has {} rows in docs/ERRORS.md, not one", found.len());
        };
        assert_eq!(
            row[1],
            refusal.soap_code().to_string(),
            "SOAP code of {code}"
        );
        let status: u16 = row[2].parse().unwrap_or_default();
        assert!((400..600).contains(&status), "HTTP status of {code}");
        assert_eq!(
            refusal.is_temporary(),
            row[3] == "gateway" && status >= 500,
            "whose fault {code} is"
        );
        assert!(row[4].len() > 10, "what to do about {code}");
    }
    let codes: BTreeSet<String> = Refusal::one_of_each()
        .iter()
        .map(|refusal| format!("`{}`", refusal.code()))
        .collect();
    let listed: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(listed, codes, "rows and refusals");
}

/// The list of examples is written by hand; the words of `Refusal::code` in the source are what it must cover.
#[test]
fn no_refusal_is_left_out_of_the_examples() {
    let source = read("src/to_handset/refusal.rs").text;
    let body = source.split("fn code(&self)").nth(1).unwrap_or_default();
    let body = body.split("\n    }\n").next().unwrap_or_default();
    let words: BTreeSet<&str> = body.split('"').skip(1).step_by(2).collect();
    let examples: BTreeSet<&str> = Refusal::one_of_each().iter().map(Refusal::code).collect();
    assert_eq!(examples, words);
    assert_eq!(Refusal::one_of_each().len(), words.len(), "one of each");
}

/// Every named SOAP Fault of the source has its row.
#[test]
fn every_fault_has_its_row() {
    let source = read("src/soap/fault.rs").text;
    let body = source
        .split("pub enum FaultReason {")
        .nth(1)
        .unwrap_or_default();
    let body = body.split("\n}\n").next().unwrap_or_default();
    let names: BTreeSet<String> = body
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(char::is_uppercase))
        .map(|line| {
            let end = line.find(|letter: char| !letter.is_alphanumeric());
            format!("`{}`", &line[..end.unwrap_or(line.len())])
        })
        .collect();
    let rows = rows("SOAP Faults");
    let listed: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(listed, names);
    for (name, reason) in [
        ("`VersionMismatch`", FaultReason::VersionMismatch),
        ("`Internal`", FaultReason::Internal),
        ("`Empty`", FaultReason::Empty),
    ] {
        let row = rows.iter().find(|row| row[0] == name).unwrap();
        assert_eq!(row[1], reason.code(), "{name}");
    }
}

/// The commit points that proofs name are those that the code passes.
#[test]
fn every_commit_point_that_the_map_names_exists() {
    let map = read("docs/ARCHITECTURE.md").text;
    let mut points = BTreeSet::new();
    for file in rust_files(&["src"]) {
        for line in file.text.lines() {
            let quoted = line.split('"').nth(1).unwrap_or_default();
            if line.trim_start().starts_with("const NAME: &'static str =") {
                points.insert(format!("{quoted}.before_commit"));
                points.insert(format!("{quoted}.after_commit"));
            } else if line.contains("fails_at(\"") {
                points.insert(quoted.to_owned());
            }
        }
    }
    let named: Vec<&str> = map
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|span| span.contains('.') && span.split('.').nth(1).is_some_and(is_seam))
        .collect();
    assert!(named.len() > 5, "the map names {named:?} only");
    for name in named {
        assert!(
            points.contains(name),
            "`{name}` is no commit point; there are {points:?}"
        );
    }
}

fn is_seam(word: &str) -> bool {
    matches!(
        word,
        "before_commit" | "after_commit" | "after_write" | "after_relay"
    )
}
