//! The repository's files, and the Rust in them without comments, texts and tests.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of ours.
pub struct Source {
    /// From the repository's root, with `/`.
    pub path: String,
    pub text: String,
}

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The file at `path`, from the root.
pub fn read(path: &str) -> Source {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"));
    Source {
        path: path.to_owned(),
        text,
    }
}

/// Every `.rs` file below these folders, in the order of their paths.
pub fn rust_files(folders: &[&str]) -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut paths);
    }
    paths.sort();
    assert!(!paths.is_empty(), "no Rust below {folders:?}");
    paths.iter().map(|path| read(path)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<String>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" {
                collect(&path, paths);
            }
        } else if name.ends_with(".rs") {
            let path = path.strip_prefix(root()).unwrap();
            paths.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
}

/// The text with comments, texts and characters blanked, lines kept; so that words in them are not taken for code.
pub fn code_of(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let end = end_of_words(&letters, at);
        if end == at {
            code.push(letters[at]);
            at += 1;
        } else {
            code.extend(
                letters[at..end]
                    .iter()
                    .map(|letter| if *letter == '\n' { '\n' } else { ' ' }),
            );
            at = end;
        }
    }
    code
}

/// Where the comment, text or character that begins at `at` ends; `at` if none does.
fn end_of_words(letters: &[char], at: usize) -> usize {
    let here = |offset: usize| letters.get(at + offset).copied().unwrap_or('\0');
    let follows_name = at > 0 && (letters[at - 1].is_alphanumeric() || letters[at - 1] == '_');
    match here(0) {
        '/' if here(1) == '/' => find(letters, at, &['\n']),
        '/' if here(1) == '*' => find(letters, at + 2, &['*', '/']) + 2,
        '"' => after_quote(letters, at + 1, '"'),
        'r' if !follows_name || here_is_byte(letters, at) => raw_end(letters, at),
        // A lifetime has no closing quote right after its first letter.
        '\'' if here(1) == '\\' || here(2) == '\'' => after_quote(letters, at + 1, '\''),
        _ => at,
    }
    .min(letters.len())
}

fn here_is_byte(letters: &[char], at: usize) -> bool {
    letters[at - 1] == 'b' && !(at > 1 && letters[at - 2].is_alphanumeric())
}

/// `r"…"`, `r#"…"#` …
fn raw_end(letters: &[char], at: usize) -> usize {
    let hashes = letters[at + 1..]
        .iter()
        .take_while(|letter| **letter == '#')
        .count();
    if letters.get(at + 1 + hashes) != Some(&'"') {
        return at;
    }
    let mut close = vec!['"'];
    close.extend(std::iter::repeat_n('#', hashes));
    find(letters, at + 2 + hashes, &close) + close.len()
}

fn after_quote(letters: &[char], mut at: usize, quote: char) -> usize {
    while at < letters.len() && letters[at] != quote {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn find(letters: &[char], from: usize, wanted: &[char]) -> usize {
    (from..letters.len())
        .find(|at| letters[*at..].starts_with(wanted))
        .unwrap_or(letters.len())
}

/// Code without its tests: what `#[cfg(test)]` stands before is blanked, and the modules that it declares in files of their own are named.
pub fn without_tests(code: &str) -> (String, Vec<String>) {
    let mut shipped = code.to_owned();
    let mut modules = Vec::new();
    while let Some(start) = shipped.find("#[cfg(test)]") {
        let item = &shipped[start..];
        let open = item.find('{').unwrap_or(item.len());
        let semicolon = item.find(';').unwrap_or(item.len());
        let end = if semicolon < open {
            modules.extend(declared_module(&item[..semicolon]));
            semicolon + 1
        } else {
            end_of_block(item, open)
        };
        let blank: String = item[..end]
            .chars()
            .map(|letter| if letter == '\n' { '\n' } else { ' ' })
            .collect();
        shipped = format!("{}{blank}{}", &shipped[..start], &item[end..]);
    }
    (shipped, modules)
}

fn declared_module(item: &str) -> Option<String> {
    let (_, name) = item.rsplit_once("mod ")?;
    Some(name.trim().to_owned())
}

fn end_of_block(item: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, letter) in item.char_indices().skip_while(|(at, _)| *at < open) {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    item.len()
}

/// The line (from 1) that `offset` is in.
pub fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

#[test]
fn words_and_tests_are_no_code() {
    let text = "use a; // crate::b\n\"crate::c\"; r#\"crate::\"d\"#; 'x'; fn f<'a>() {}\n#[cfg(test)]\nmod tests {\n fn g() { h(); }\n}\n#[cfg(test)]\nmod corpus;\nend";
    let (code, modules) = without_tests(&code_of(text));
    assert!(!code.contains("crate"), "{code}");
    assert!(!code.contains("h()"), "{code}");
    assert!(code.contains("fn f<'a>() {}") && code.ends_with("end"));
    assert_eq!(modules, ["corpus"]);
    assert_eq!(code.matches('\n').count(), text.matches('\n').count());
}
