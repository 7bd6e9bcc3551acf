//! The fixtures of the checker: in each exactly what it was made for is found, and every rule has one.

#![allow(clippy::unwrap_used)]

use dxl::check::{Options, Profile, Rule, check};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// `file profile line:column rule`, one finding a line. What is found for reading is found for import as well.
fn expected() -> Vec<[String; 4]> {
    let text = fs::read_to_string(folder().join("EXPECTED")).unwrap();
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
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
                wrong.push(format!(
                    "{file} for {profile:?}\n  wanted {wanted:?}\n  found  {found:?}\n  {}",
                    said.join("\n  ")
                ));
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

#[test]
fn findings_beyond_the_limit_are_counted() {
    let stray = "<stray a='1'/>".repeat(5_000);
    let file = format!("<database xmlns='http://www.lotus.com/dxl'>{stray}</database>");
    let mut options = Options::new(Profile::Reading);
    options.most_findings = 10;
    let checked = check("many.dxl", file.as_bytes(), &options).unwrap();
    assert_eq!(checked.findings.len(), 10);
    assert_eq!((checked.errors, checked.left_out), (5_000, 4_990));
}

#[test]
fn findings_are_told_as_json() {
    let file = "<form xmlns='http://www.lotus.com/dxl' name='A\u{202E}B'>\n<acl/></form>";
    let checked = check("a.dxl", file.as_bytes(), &Options::new(Profile::Reading)).unwrap();
    let json = serde_json::to_value(&checked).unwrap();
    assert_eq!(
        json["findings"][0],
        serde_json::json!({
            "file": "a.dxl",
            "line": 2,
            "column": 1,
            "path": "form[A\\u{202e}B]/acl",
            "rule": "element-not-allowed",
            "severity": "error",
            "message": "<acl> may not stand in <form>",
            "why": "each element holds certain others only",
            "remedy": "move it into <database>, or remove it",
        })
    );
    assert_eq!((&json["errors"], &json["left_out"]), (&1.into(), &0.into()));
}

#[test]
fn a_dtd_of_ones_own_decides_instead() {
    let dtd = b"<!ELEMENT top (a, b?)><!ELEMENT a (#PCDATA)><!ELEMENT b EMPTY><!ATTLIST b c (d|e) #REQUIRED>";
    let schema = dxl::schema::Schema::from_dtd(dtd).unwrap();
    let options = Options {
        schema: &schema,
        ..Options::new(Profile::Reading)
    };
    for (file, wanted) in [
        ("<top><a>x</a><b c='e'/></top>", ""),
        ("<top><b c='d'/></top>", "element-missing"),
        ("<top><a/><b/></top>", "attribute-missing"),
        ("<form/>", "wrong-root"),
    ] {
        let checked = check("", file.as_bytes(), &options).unwrap();
        let rules: Vec<_> = checked
            .findings
            .iter()
            .map(|found| found.rule.name())
            .collect();
        assert_eq!(rules.join(" "), wanted, "{file}");
    }
}

/// What has no end, or no bottom, ends the check at its limit, at the place where that is.
#[test]
fn what_no_export_is_like_is_a_finding() {
    let ns = "xmlns='http://www.lotus.com/dxl'";
    let deep = format!("<database {ns}>{}", "<block>".repeat(1_000_000));
    let attributes: String = (0..100_000).map(|at| format!(" a{at}='1'")).collect();
    let broad = format!("<database {ns}{attributes}/>");
    let cut = format!("<database {ns}><form name='A'><body><rich");
    let two = format!("<database {ns}/>\n<database {ns}/>");
    for (file, place, rule) in [
        (deep.as_str(), "1:7037", "limit"),
        (&broad, "", "limit"),
        (&cut, "1:70", "well-formed"),
        (&two, "2:1", "well-formed"),
        ("", "1:1", "well-formed"),
        ("not XML", "1:1", "well-formed"),
    ] {
        let checked = check("", file.as_bytes(), &Options::new(Profile::Import)).unwrap();
        let last = checked
            .findings
            .iter()
            .find(|found| found.rule.name() == rule);
        let last = last.unwrap_or_else(|| panic!("{:?}", checked.findings));
        let found = format!("{}:{}", last.line, last.column);
        assert!(
            place.is_empty() || found == place,
            "{found} is not {place}: {last}"
        );
    }
}

/// What ends the check comes first, however many findings there are before it and however few are listed.
#[test]
fn what_ends_the_check_comes_first() {
    let stray = "<stray/>".repeat(2_000);
    let cut = format!("<database xmlns='http://www.lotus.com/dxl'>{stray}<form");
    for (most, listed) in [(0, 1), (3, 4), (10_000, 2_001)] {
        let options = Options {
            most_findings: most,
            ..Options::new(Profile::Reading)
        };
        let checked = check("", cut.as_bytes(), &options).unwrap();
        assert_eq!(checked.findings.len(), listed);
        assert_eq!(checked.findings[0].rule.name(), "well-formed");
        let all = checked.findings.len() as u64 + checked.left_out;
        assert_eq!((checked.errors, all), (2_001, 2_001));
    }
}

/// A text of any length is no reason to end the check, and counts as one.
#[test]
fn texts_have_no_limit() {
    let options = Options {
        limits: dxl::Limits {
            text: 2 << 20,
            ..dxl::Limits::default()
        },
        ..Options::new(Profile::Import)
    };
    let space = "xmlns='http://www.lotus.com/dxl'";
    for (text, wanted) in [
        ("QUJD".repeat(2 << 20), vec![]),
        ("QUJD\n".repeat(2 << 20), vec![]),
        (
            "QUJD\n".repeat(1 << 20) + "*" + &"QUJD\n".repeat(1 << 20),
            vec!["1048577:1 base64"],
        ),
        ("QUJD".repeat(1 << 20) + "Q", vec!["1:68 base64"]),
    ] {
        let file = format!(
            "<document form='A' {space}><item name='B'><rawitemdata type='1'>{text}</rawitemdata></item></document>"
        );
        let place = file.find("<rawitemdata").unwrap() + 1;
        let checked = check("", file.as_bytes(), &options).unwrap();
        let found: Vec<String> = checked
            .findings
            .iter()
            .map(|found| format!("{}:{} {}", found.line, found.column, found.rule))
            .collect();
        assert_eq!(found, wanted, "{place}");
    }
    let script = "Print 1\n".repeat(1 << 19);
    let file = format!(
        "<scriptlibrary name='A' {space}><code event='x'><lotusscript>\n\t{script}End Sub</lotusscript></code></scriptlibrary>"
    );
    assert_eq!(check("", file.as_bytes(), &options).unwrap().findings, []);
}

proptest::proptest! {
    #[test]
    fn no_file_is_too_odd(pieces in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let file: String = pieces.into_iter().map(|at| PIECES[at]).collect();
        let checked = check("", file.as_bytes(), &Options::new(Profile::Import)).unwrap();
        proptest::prop_assert_eq!(checked.errors + checked.warnings, checked.findings.len() as u64);
    }
}

/// What files are made of, and what they are not.
const PIECES: &[&str] = &[
    "<database xmlns='http://www.lotus.com/dxl'>",
    "</database>",
    "<form name='A'>",
    "</form>",
    "<body><richtext>",
    "</richtext></body>",
    "<par>",
    "</par>",
    "<agent restrictions='unrestricted'>",
    "</agent>",
    "<trigger type='scheduled'><schedule type='byminutes'>",
    "</schedule></trigger>",
    "<starttime><datetime>",
    "</datetime></starttime>",
    "<code event='options'><lotusscript>",
    "</lotusscript></code>",
    "<item name='B'><rawitemdata type='1'>",
    "</rawitemdata></item>",
    "<picture>",
    "</picture>",
    "<font/>",
    "Use \"x\"\n",
    "%REM\n",
    "\n  ",
    "QUJD=",
    "T000000,00",
    "é",
    "<",
    "&amp;",
    "&#13;",
    "<![CDATA[x]]>",
    "<!-- x -->",
    "<?x y?>",
    "\r\n",
    "\u{85}",
];
