//! Any text as a formula, and as pieces of formulas in any order: read without loss, checked, and run under limits against a document in memory, without a
//! panic. What is found has its place, and a text that names formulas within formulas is no exception.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lotusscript::formula::host::Memory;
use lotusscript::formula::{International, Limits, Value, check, parse, tokens};

const LIMITS: Limits = Limits {
    steps: 20_000,
    elements: 1_000,
    bytes: 20_000,
    bytes_in_all: 400_000,
    depth: 60,
};

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    let source = match choice % 2 {
        0 => String::from_utf8_lossy(rest).into_owned(),
        _ => pieces(rest),
    };
    look(&source);
});

fn look(source: &str) {
    let whole: String = tokens(source).map(|token| token.span.of(source)).collect();
    assert!(whole == source, "tokens are the text to the byte");
    let international = International::australia();
    let parsed = parse(source, &international);
    for error in &parsed.errors {
        assert!(error.line > 0 && error.column > 0, "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    for finding in check::check_parsed(&parsed, &check::Options::default()) {
        assert!(finding.line > 0 && !finding.message.is_empty() && !finding.remedy.is_empty());
    }
    let mut host = Memory {
        international,
        now: 1_773_167_415_000,
        zone: jiff_zone(),
        ..Memory::default()
    };
    host.document.insert("x".into(), Value::texts(vec!["a b".into(), "C".into()]));
    host.document.insert("y".into(), Value::number(2.5));
    host.fact("@UserName", Value::text("CN=Sam Lee/O=Acme"));
    let _ = parsed.formula.evaluate(&mut host, &LIMITS);
}

/// A zone with clock changes.
fn jiff_zone() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get("Australia/Sydney").expect("the zones are compiled in")
}

/// Each byte a piece.
fn pieces(bytes: &[u8]) -> String {
    let functions: Vec<&str> = lotusscript::formula::functions::Function::all()
        .iter()
        .map(|function| function.name)
        .collect();
    const OTHERS: &[&str] = &[
        "(", ")", ";", ";", ":", "+", "*+", "-", "*-", "*", "**", "/", "*/", "=", "*=", "<>", "<", "*>", "!", "&", "|", "[1]", "[",
        "]", ":=", "x", "y", "z", "0", "1", "2", "-3", ".5", "1E9", "1E300", "\"a\"", "\"b c\"", "\"x\"", "\"\"", "{d-e}", "[CN]",
        "[ABBREVIATE]", "[31/12/2025]", "[10:30]", "[31/12/2025 10:30 PM]", "[CUSTOMSORT]", "FIELD x := ", "REM {r};", "SELECT ",
        "\n", "\"F2,\"", "\"S2T1\"", "\"y:=1\"", "@If(", "@Do(", "@While(", "@Eval(", "@Transform(", "@Sort(",
    ];
    let mut source = String::new();
    for pair in bytes.chunks(2).take(200) {
        let number = usize::from(pair[0]) * 256 + usize::from(*pair.last().unwrap_or(&0));
        let count = functions.len() + OTHERS.len() * 4;
        match number % count {
            at if at < functions.len() => {
                source += functions[at];
                source.push('(');
            }
            at => source += OTHERS[(at - functions.len()) % OTHERS.len()],
        }
    }
    source
}
