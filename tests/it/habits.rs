//! What is true of every file: it says what it owns, and nothing in it waits to be written.

use crate::tree::{Source, code_of, line_of, rust_files};

fn everything() -> Vec<Source> {
    rust_files(&["src", "crates", "migrations", "fuzz", "tests"])
}

#[test]
fn every_file_says_what_it_owns() {
    let silent: Vec<String> = everything()
        .into_iter()
        .filter(|file| {
            let opening = file.text.lines().find(|line| !line.starts_with("#!["));
            opening.is_none_or(|line| {
                line.strip_prefix("//! ")
                    .is_none_or(|sentence| sentence.len() < 20)
            })
        })
        .map(|file| file.path)
        .collect();
    assert!(
        silent.is_empty(),
        "these open without a sentence after `//! `: {silent:#?}"
    );
}

#[test]
fn nothing_waits_to_be_written() {
    let mut found = Vec::new();
    for file in everything() {
        let code = code_of(&file.text);
        for word in ["todo!(", "unimplemented!(", "dbg!("] {
            for (at, _) in code.match_indices(word) {
                found.push(format!("{}:{}: {word}…)", file.path, line_of(&code, at)));
            }
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
