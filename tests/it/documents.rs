//! The documents name nothing that is not there, and leave out no room.

use crate::tree::{Source, code_of, line_of, read, root, rust_files, without_tests};
use std::collections::BTreeSet;
use std::fs;

/// What a path from the root begins with.
const FOLDERS: &[&str] = &[
    "src/",
    "crates/",
    "migrations/",
    "tests/",
    "benches/",
    "fuzz/",
    "docs/",
    "openapi/",
    ".ci/",
];

fn documents() -> Vec<Source> {
    let mut paths = vec!["README.md".to_owned()];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") {
            paths.push(format!("docs/{name}"));
        }
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

#[test]
fn every_path_that_is_named_exists() {
    let mut missing = Vec::new();
    let mut seen = 0;
    for document in documents() {
        let folder = root().join(&document.path);
        let folder = folder.parent().unwrap();
        for (at, path) in code_spans(&document.text) {
            if FOLDERS.iter().any(|known| path.starts_with(known)) {
                seen += 1;
                let path = path.split_whitespace().next().unwrap_or_default();
                if !path.contains('*') && !root().join(path).exists() {
                    missing.push(format!(
                        "{}:{}: {path}",
                        document.path,
                        line_of(&document.text, at)
                    ));
                }
            }
        }
        for (at, target) in links(&document.text) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") {
                continue;
            }
            seen += 1;
            if !folder.join(file).exists() {
                missing.push(format!(
                    "{}:{}: {target}",
                    document.path,
                    line_of(&document.text, at)
                ));
            }
        }
    }
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
    assert!(
        seen > 20,
        "only {seen} paths were found: the search is broken"
    );
}

#[test]
fn the_map_leaves_out_no_room() {
    let map = read("docs/ARCHITECTURE.md").text;
    let (_, for_tests) = without_tests(&code_of(&read("src/lib.rs").text));
    let rooms: BTreeSet<String> = rust_files(&["src"])
        .iter()
        .filter_map(|file| file.path.strip_prefix("src/"))
        .map(|inside| match inside.split_once('/') {
            Some((folder, _)) => format!("`{folder}/`"),
            None => format!("`{inside}`"),
        })
        .filter(|room| !matches!(room.as_str(), "`lib.rs`" | "`main.rs`"))
        .filter(|room| !for_tests.contains(&room.trim_matches(['`', '/']).replace(".rs", "")))
        .collect();
    // A folder whose module file lies beside it is one room.
    let missing: Vec<&String> = rooms
        .iter()
        .filter(|room| !map.contains(room.as_str()))
        .filter(|room| !rooms.contains(&room.replace(".rs`", "/`")))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/ARCHITECTURE.md does not name {missing:?}"
    );
}

/// What stands between single backquotes in a line, with its offset; fenced blocks are left out.
fn code_spans(text: &str) -> Vec<(usize, &str)> {
    let mut spans = Vec::new();
    let mut offset = 0;
    let mut fenced = false;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let mut from = 0;
            for (number, piece) in line.split('`').enumerate() {
                if number % 2 == 1 {
                    spans.push((offset + from, piece));
                }
                from += piece.len() + 1;
            }
        }
        offset += line.len();
    }
    spans
}

/// The targets of `[…](…)`.
fn links(text: &str) -> Vec<(usize, &str)> {
    text.match_indices("](")
        .filter_map(|(at, _)| {
            let rest = &text[at + 2..];
            Some((at, &rest[..rest.find(')')?]))
        })
        .collect()
}
