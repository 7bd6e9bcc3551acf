//! What the checker finds, and what it leaves alone; and that the table of functions and its document agree.

use crate::formula::check::{Options, Purpose, check};
use crate::formula::functions::{Covered, Function, MANY};
use crate::notes::Release;
use std::fmt::Write;
use std::str::FromStr;

#[test]
fn what_is_wrong_is_found() {
    let any = Options::default();
    let purpose = |purpose| Options {
        purpose,
        ..Options::default()
    };
    let release = |text| Options {
        release: Release::from_str(text).ok(),
        ..Options::default()
    };
    let cases: &[(&str, &Options, &[&str])] = &[
        (
            "@Uppercas(x)",
            &any,
            &["1:1 unknown-function did you mean @UpperCase?"],
        ),
        (
            "@Frobnicate(x)",
            &any,
            &["1:1 unknown-function look its name up in the table of @functions"],
        ),
        (
            "@Left(x)",
            &any,
            &["1:1 argument-count give @Left 2 arguments"],
        ),
        (
            "@If(a; b; c; d)",
            &any,
            &["1:1 argument-count write @If(condition; value; value for all else)"],
        ),
        (
            "@Today(1)",
            &any,
            &["1:1 argument-count give @Today no arguments"],
        ),
        (
            "@Name([CM]; x)",
            &any,
            &["1:7 unknown-keyword did you mean [CN]?"],
        ),
        (
            "@Sort(x; [FOO])",
            &any,
            &[
                "1:10 unknown-keyword @Sort takes ACCENTINSENSITIVE, ACCENTSENSITIVE, ASCENDING, CASEINSENSITIVE, CASESENSITIVE, CUSTOMSORT, DESCENDING, PITCHINSENSITIVE, PITCHSENSITIVE",
            ],
        ),
        (
            "@Name(\"CN\"; x)",
            &any,
            &["1:7 keyword-expected write [CN]"],
        ),
        (
            "@Sort(x; [ASCENDING]:[CASEINSENSITVE])",
            &any,
            &["1:22 unknown-keyword did you mean [CASEINSENSITIVE]?"],
        ),
        (
            "@Prompt([OkCancelEdti]; \"a\"; \"b\")",
            &any,
            &["1:9 unknown-keyword did you mean [OKCANCELEDIT]?"],
        ),
        (
            "@Command([FileSav])",
            &any,
            &["1:10 unknown-command did you mean [FileSave]?"],
        ),
        (
            "@Return(1);\n2; 3",
            &any,
            &["2:1 unreachable take it out, or put @Return into an @If"],
        ),
        (
            "@Do(@Return(1); 2)",
            &any,
            &["1:17 unreachable take it out, or put @Return into an @If"],
        ),
        (
            "x = 5; y",
            &any,
            &["1:1 comparison-as-statement write x := … to assign"],
        ),
        (
            "@While(a < 3; a = a + 1)",
            &any,
            &["1:15 comparison-as-statement write a := … to assign"],
        ),
        (
            "@If(x := 1; 2; 3)",
            &any,
            &["1:5 assignment-as-condition write x = …"],
        ),
        (
            "@If(\"yes\"; 2; 3)",
            &any,
            &["1:5 condition-type compare it with something"],
        ),
        (
            "@If(a; FIELD b := 1; 2)",
            &any,
            &["1:8 keyword-inside write @SetField(\"b\"; …)"],
        ),
        (
            "FIELD x := 1; x",
            &purpose(Purpose::Column),
            &["1:1 field-in-view write x := … for a variable"],
        ),
        (
            "@Prompt([OK]; \"a\"; \"b\")",
            &purpose(Purpose::Column),
            &["1:1 not-in-views compute it in a field of the form, and show that field"],
        ),
        (
            "SELECT @DbLookup(\"\"; \"\"; \"v\"; k; 1) = 1",
            &purpose(Purpose::Selection),
            &["1:8 not-in-views compute it in a field of the form, and show that field"],
        ),
        (
            "SELECT a; SELECT b",
            &any,
            &["1:11 select-twice join the conditions with & or |"],
        ),
        (
            "REM {x}",
            &any,
            &["1:1 no-main-expression add one, such as \"\""],
        ),
        (
            "select := 1",
            &any,
            &["1:8 no-value write the name that is assigned to before `:=`"],
        ),
        ("@Sort(x)", &release("5"), &["1:1 too-new do without it"]),
        (
            "x*-1",
            &any,
            &["1:4 permuted-sign write x * (-1), or a blank behind *-"],
        ),
        (
            "@Date(2025; 1)",
            &any,
            &["1:1 argument-count give @Date 1, 3 or 6 arguments"],
        ),
        ("@Now()", &any, &["1:1 empty-parentheses write @Now"]),
        (
            "@If(a; b)",
            &any,
            &["1:1 argument-count write @If(condition; value; value for all else)"],
        ),
        (
            "1 + ",
            &any,
            &["1:5 no-value write a text, a number, a field or an @function here"],
        ),
        (
            "@Lefft(a); x := ",
            &any,
            &[
                "1:1 unknown-function did you mean @Left?",
                "1:17 no-value write a text, a number, a field or an @function here",
            ],
        ),
    ];
    for (source, options, expected) in cases {
        let found: Vec<String> = check(source, options)
            .iter()
            .map(|one| format!("{}:{} {} {}", one.line, one.column, one.code, one.remedy))
            .collect();
        assert_eq!(&found, expected, "{source}");
    }
}

#[test]
fn what_is_right_is_left_alone() {
    for source in [
        "x = 5",
        "x *- 1; \"a\" : \"b\" *+ \"c\"",
        "@If(x = 5; @Return(1); \"\"); 2",
        "@Command([FileSave]); @Command([Compose]; \"\"; \"Memo\")",
        "@Command([SomethingOfANewRelease])",
        "@Sort(x; [DESCENDING]:[CUSTOMSORT]; $A > $B)",
        "@Name([Abbreviate]; @UserName)",
        "k := \"x\"; @Do(k = 1)",
        "SELECT @All",
        "REM {x}; REM {y}; z",
        "@Adjust(@Now; 0; 0; 1; 0; 0; 0; [InLocalTime])",
        "@Transform(x; \"y\"; y = 1)",
    ] {
        assert_eq!(check(source, &Options::default()), [], "{source}");
    }
    let nine = Options {
        release: Release::from_str("9.0.1").ok(),
        ..Options::default()
    };
    assert_eq!(check("@Sort(x) : @WhichFolders", &nine), []);
}

#[test]
fn what_a_formula_is_for_is_seen_in_the_design() {
    let file = "<database xmlns='http://www.lotus.com/dxl'><view name='v'><code event='selection'><formula>@Do(1)</formula></code>\
        <code event='queryopen'><formula>@Do(2)</formula></code>\
        <column itemname='a'><code event='value'><formula>@Do(3)</formula></code></column></view>\
        <form name='f'><body><richtext><par><field name='x' type='text' kind='editable'>\
        <code event='defaultvalue'><formula>@Do(4)</formula></code></field></par></richtext></body></form></database>";
    let tree = dxl::Tree::parse(file).unwrap();
    let purposes: Vec<Purpose> = dxl::design::Codes::of(tree.root())
        .map(Purpose::of_code)
        .collect();
    assert_eq!(
        purposes,
        [
            Purpose::Selection,
            Purpose::Any,
            Purpose::Column,
            Purpose::Value
        ]
    );
    let found = |purpose| {
        let options = Options {
            purpose,
            ..Options::default()
        };
        check("@Do(1)", &options).len()
    };
    let counts: Vec<usize> = purposes.into_iter().map(found).collect();
    assert_eq!(counts, [1, 0, 1, 0]);
}

#[test]
fn findings_are_json() {
    let found = check("@Lefft(1)", &Options::default());
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json[0]["code"], "unknown-function");
    assert_eq!(json[0]["severity"], "error");
    assert_eq!(json[0]["span"]["end"], 6);
}

#[test]
fn codes_of_syntax_are_spelled_alike_everywhere() {
    for source in ["1 +", "'", "@", "x[1", "1.2.3", "(1;2)", "REM x"] {
        let found = check(source, &Options::default());
        let errors = crate::formula::Formula::parse(source).unwrap_err();
        assert_eq!(
            serde_json::to_value(errors.errors[0].code).unwrap(),
            found[0].code
        );
    }
}

#[test]
fn the_table_is_in_order_and_whole() {
    let all = Function::all();
    assert!(all.is_sorted_by_key(|function| function.name.to_lowercase()));
    for function in all {
        assert!(function.least <= function.most, "{}", function.name);
        assert!(function.since.is_empty() || Release::from_str(function.since).is_ok());
        assert!(Function::named(&function.name.to_uppercase()).is_some());
        assert!(!function.description.is_empty());
    }
}

/// `docs/FORMULA.md` as the table has it.
fn document() -> String {
    let mut text = String::from(
        "# @functions\n\nMade of `crates/lotusscript/src/formula/functions/table.rs` by a test; `FORMULA_MD=write cargo test -p lotusscript` writes it anew.\n\n\
         *here*: computed by the crate. *host*: asked of the host, and refused by name where that has it not. *no*: refused always. *since*: the release that the\n\
         documentation says it is new with, where it says so.\n\n| function | arguments | since | computed | what it is |\n|---|---|---|---|---|\n",
    );
    for function in Function::all() {
        let arguments = match (function.least, function.most) {
            (least, MANY) => format!("{least} or more"),
            (least, most) if least == most => least.to_string(),
            (least, most) => format!("{least} to {most}"),
        };
        let computed = match function.covered() {
            Covered::Here => "here".to_owned(),
            Covered::ByHost => "host".to_owned(),
            Covered::Not(why) => format!("no: {why}"),
        };
        writeln!(
            text,
            "| {} | {arguments} | {} | {computed} | {} |",
            function.name, function.since, function.description
        )
        .unwrap();
    }
    text
}

#[test]
fn the_document_is_that_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/FORMULA.md");
    if std::env::var_os("FORMULA_MD").is_some_and(|wish| wish == "write") {
        std::fs::write(path, document()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == document(),
        "docs/FORMULA.md is not that of the table"
    );
}
