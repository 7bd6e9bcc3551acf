//! The fixtures of the checker: in each exactly what it was made for is found, and every rule has one.

use dxl::check::{Options, Profile, Rule, check};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// `file profile line:column rule`, one finding a line. What is found for reading is found for import as well.
fn expected() -> Vec<[String; 4]> {
    let text = fs::read_to_string(folder().join("EXPECTED")).unwrap();
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            words.try_into().unwrap_or_else(|_| panic!("{line}"))
        })
        .collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check")
}

fn fixtures() -> Vec<String> {
    let mut files: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".dxl"))
        .collect();
    files.sort();
    files
}

#[test]
fn each_fixture_has_its_findings_and_no_other() {
    let expected = expected();
    let mut wrong = Vec::new();
    for file in fixtures() {
        let bytes = fs::read(folder().join(&file)).unwrap();
        for (profile, names) in [
            (Profile::Reading, &["reading"][..]),
            (Profile::Import, &["reading", "import"]),
        ] {
            let wanted: Vec<String> = expected
                .iter()
                .filter(|[of, profile, ..]| *of == file && names.contains(&profile.as_str()))
                .map(|[_, _, place, rule]| format!("{place} {rule}"))
                .collect();
            let checked = check(&file, bytes.as_slice(), &Options::new(profile)).unwrap();
            let found: Vec<String> = checked
                .findings
                .iter()
                .map(|finding| format!("{}:{} {}", finding.line, finding.column, finding.rule))
                .collect();
            if found != wanted {
                let said: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
                wrong.push(format!("{file} for {profile:?}\n  wanted {wanted:?}\n  found  {found:?}\n  {}", said.join("\n  ")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_fixture() {
    let expected = expected();
    let files = fixtures();
    let found: BTreeSet<&str> = expected
        .iter()
        .inspect(|[file, ..]| assert!(files.contains(file), "there is no {file}"))
        .map(|[.., rule]| rule.as_str())
        .collect();
    let all: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    assert_eq!(found, all);
    for rule in all {
        let own = format!("{rule}.dxl");
        assert!(files.contains(&own), "there is no {own}");
    }
}
