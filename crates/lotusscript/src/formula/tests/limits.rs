//! What goes on without end, or grows without end, is stopped; what the host has not is named.

use super::host;
use crate::formula::host::{Answer, Memory};
use crate::formula::{Formula, Limits, StopReason, Value};

fn stop_of(source: &str) -> StopReason {
    stop_within(source, &Limits::default())
}

fn stop_within(source: &str, limits: &Limits) -> StopReason {
    let formula = Formula::parse(source).unwrap();
    match formula.evaluate(&mut host(), limits) {
        Ok(outcome) => panic!("{source}: {:?}", outcome.value.type_name()),
        Err(stop) => stop.reason,
    }
}

#[test]
fn loops_without_end_are_stopped() {
    let limit = StopReason::Steps(Limits::default().steps);
    for source in [
        "@While(1; 1)",
        "@DoWhile(1; 1)",
        "@For(x := 1; 1; x := x + 1; x)",
        "x := 1; @While(x > 0; x := x + 1)",
        // No handler sees it.
        "@IfError(@While(1; 1); 5)",
        "@IsError(@While(1; 1))",
    ] {
        assert_eq!(stop_of(source), limit, "{source}");
    }
}

#[test]
fn growth_without_end_is_stopped() {
    let default = Limits::default();
    let elements = StopReason::Elements(default.elements);
    let bytes = StopReason::Bytes(default.bytes as u64);
    for (source, reason) in [
        ("x := \"ab\"; @While(1; x := x + x)", &bytes),
        ("@Repeat(\"abc\"; 1E300)", &bytes),
        ("@Repeat(\"abc\"; 500000)", &bytes),
        (
            "x := @Repeat(\"a\"; 100000); @ReplaceSubstring(x; \"a\"; x)",
            &bytes,
        ),
        (
            "x := @Explode(@Repeat(\"a \"; 60000)); @Implode(x; @Repeat(\"-\"; 1000))",
            &bytes,
        ),
        ("x := 1; @While(1; x := x : x)", &elements),
        ("x := @Explode(@Repeat(\"a \"; 1000)); x *+ x", &elements),
        ("x := @Explode(@Repeat(\"a \"; 1000)); x *= x", &elements),
        ("@Explode([01/01/0001 - 12/31/9999])", &elements),
    ] {
        assert_eq!(&stop_of(source), reason, "{source}");
    }
    let all = StopReason::Bytes(default.bytes_in_all);
    let steps = StopReason::Steps(default.steps);
    assert_eq!(
        stop_of("x := @Repeat(\"a\"; 900000); @While(1; y := x + \"b\")"),
        all
    );
    assert_eq!(
        stop_of("x := @Repeat(\"a\"; 900000); @Matches(x; @Repeat(\"*a\"; 400000))"),
        steps
    );
    assert_eq!(
        stop_of(
            "x := @Explode(@Repeat(\"a \"; 60000)); @Sort(x; [CUSTOMSORT]; @Do(1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 12))"
        ),
        steps
    );
}

#[test]
fn long_texts_are_work() {
    let limits = Limits {
        steps: 400_000,
        bytes_in_all: 8 << 20,
        ..Limits::default()
    };
    let limit = StopReason::Steps(limits.steps);
    let bytes = StopReason::Bytes(limits.bytes_in_all);
    for body in [
        "@Transform(x; \"y\"; 1)",
        "x[1]",
        "x = x",
        "l *= l",
        "x : x; 1",
        "@Subset(x; 1)",
        "@Unique(x)",
        "@Member(x; x)",
        "@IsMember(x; x)",
        "@Replace(x; x; \"a\")",
        "@Contains(x; x)",
        "@Length(x)",
        "@ProperCase(x)",
        "@Name([CN]; x)",
        "@Sort(x)",
        "@Compare(x; x)",
        "@Keywords(x; x)",
        "@Explode(x; \"b\")",
        "@Matches(x; \"*\")",
        "@Like(x; \"%\")",
        "@CheckFormulaSyntax(\"@x\")",
        "@IfError(@TextToNumber(x); 1)",
        "@IfError(@TextToTime(x); 1)",
        "@Text(@Now)",
    ] {
        let source = format!(
            "x := @Repeat(\"a/\"; 250000); l := @Explode(@Repeat(\"abcdefg \"; 200)); @While(1; {body})"
        );
        let reason = stop_within(&source, &limits);
        assert!(reason == limit || reason == bytes, "{body}: {reason:?}");
    }
}

#[test]
fn formulas_within_formulas_have_a_depth() {
    let nested = StopReason::Depth(Limits::default().depth);
    assert_eq!(stop_of("f := \"@Eval(f)\"; @Eval(f)"), nested);
    // As deep as may be read may be run, on the smallest stack that a thread has here.
    let deep = format!("{}1{}", "@Abs(-".repeat(55), ")".repeat(55));
    let formula = Formula::parse(&deep).unwrap();
    let outcome = formula.evaluate(&mut host(), &Limits::default()).unwrap();
    assert_eq!(outcome.value, Value::number(1.0));
}

#[test]
fn a_long_list_needs_no_depth() {
    let source = vec!["\"a\""; 20_000].join(":");
    let formula = Formula::parse(&format!("@Elements({source})")).unwrap();
    let outcome = formula.evaluate(&mut host(), &Limits::default()).unwrap();
    assert_eq!(outcome.value, Value::number(20_000.0));
}

#[test]
fn what_the_host_has_not_is_named() {
    for (source, said) in [
        (
            "@DbLookup(\"\"; \"\"; \"v\"; \"k\"; 1)",
            "line 1, column 1: @DbLookup is not available here",
        ),
        (
            "1;\n@IsError(@Prompt([OK]; \"a\"; \"b\"))",
            "line 2, column 10: @Prompt is not available here",
        ),
        (
            "@Command([FileSave])",
            "line 1, column 1: @Command is not available here",
        ),
        (
            "@Password(\"x\")",
            "line 1, column 1: @Password is not covered: its hash is a secret of Notes",
        ),
        (
            "@Frobnicate(1)",
            "line 1, column 1: there is no `@Frobnicate`",
        ),
        (
            "@Left(1)",
            "line 1, column 1: @Left takes 2 arguments; here is 1",
        ),
    ] {
        let formula = Formula::parse(source).unwrap();
        let stop = formula
            .evaluate(&mut host(), &Limits::default())
            .unwrap_err();
        assert_eq!(stop.to_string(), said);
    }
}

#[test]
fn the_host_is_asked_with_what_was_computed() {
    let mut host = Memory::default();
    host.on("@DbLookup", |given| match given[3].as_texts() {
        Some([key]) if key == "k1" => Answer::Value(Value::number(7.0)),
        _ => Answer::Failed("Entry not found in index".into()),
    });
    let mut run = |source: &str| {
        let formula = Formula::parse(source).unwrap();
        formula
            .evaluate(&mut host, &Limits::default())
            .unwrap()
            .value
    };
    assert_eq!(
        run("@DbLookup(\"\"; \"\"; \"v\"; \"k\" + \"1\"; 2) + 1"),
        Value::number(8.0)
    );
    assert_eq!(
        run("r := @DbLookup(\"\"; \"\"; \"v\"; \"k2\"; 2); @If(@IsError(r); \"none\"; r)"),
        Value::text("none")
    );
    let fault = run("@DbLookup(\"\"; \"\"; \"v\"; \"k2\"; 2)");
    assert_eq!(
        fault.as_fault().unwrap().message,
        "Entry not found in index"
    );
    // An error is not asked about.
    assert!(
        run("@DbLookup(\"\"; \"\"; \"v\"; @Error; 2)")
            .as_fault()
            .is_some()
    );
}

#[test]
fn a_host_that_hands_over_an_empty_list_has_said_nothing() {
    let mut host = Memory::default();
    let nothing = || Value::Text(std::sync::Arc::new(Vec::new()));
    host.document.insert("x".into(), nothing());
    host.fact("@UserRoles", nothing());
    for source in [
        "x + \"a\"",
        "@GetField(\"x\") + \"a\"",
        "@UserRoles *+ \"a\"",
        "@Implode(x : @UserRoles; \"a\")",
    ] {
        let formula = Formula::parse(source).unwrap();
        let outcome = formula.evaluate(&mut host, &Limits::default()).unwrap();
        assert_eq!(outcome.value, Value::text("a"), "{source}");
    }
}
