//! What is no formula: each mistake with its place, and what a person would want to be told.

use crate::formula::SyntaxCode::{self, *};
use crate::formula::{Formula, International, parse};

/// Formula, then for each mistake: code, line, column, a piece of what is said.
type Case = (
    &'static str,
    &'static [(SyntaxCode, u32, u32, &'static str)],
);

const CASES: &[Case] = &[
    ("", &[(Empty, 1, 1, "write what the formula is to return")]),
    ("  ;;\n", &[(Empty, 1, 1, "found nothing")]),
    ("\"abc", &[(OpenText, 1, 1, "close the text")]),
    ("x := \"a\\\"", &[(OpenText, 1, 6, "written \\\"")]),
    ("{abc", &[(OpenBrace, 1, 1, "`}`")]),
    ("x + {", &[(OpenBrace, 1, 5, "`}`")]),
    ("[01/01/2025", &[(OpenBracket, 1, 1, "`]`")]),
    ("@Name([CN; x)", &[(OpenBracket, 1, 7, "`]`")]),
    (
        "[13/01/2025]",
        &[(OddBracket, 1, 1, "write a date as [12/31/2025]")],
    ),
    (
        "[02/30/2025]",
        &[(OddBracket, 1, 1, "a date-time or a keyword")],
    ),
    ("[25:00]", &[(OddBracket, 1, 1, "[05:30 PM]")]),
    ("[]", &[(OddBracket, 1, 1, "a keyword as [OK]")]),
    (
        "@Left(x; 2",
        &[(OpenParenthesis, 1, 6, "@Left is never closed")],
    ),
    (
        "x := (1 + 2",
        &[(OpenParenthesis, 1, 6, "close what was opened")],
    ),
    (
        "@If(a; @Left(b; 1; c)",
        &[(OpenParenthesis, 1, 4, "@If is never closed")],
    ),
    ("1 + 2)", &[(StrayClose, 1, 6, "take it out")]),
    ("x]", &[(StrayClose, 1, 2, "take it out")]),
    ("x[1", &[(OpenSubscript, 1, 2, "close the subscript")]),
    ("x[1; 2", &[(OpenSubscript, 1, 2, "found `;`")]),
    ("x[]", &[(NoValue, 1, 3, "found `]`")]),
    ("1 +", &[(NoValue, 1, 4, "found the end")]),
    ("1 + ; 2", &[(NoValue, 1, 5, "before `;`")]),
    ("* 2", &[(NoValue, 1, 1, "found `*`")]),
    ("1 + * 2", &[(NoValue, 1, 5, "found `*`")]),
    ("@If(a; ; b)", &[(NoValue, 1, 8, "an empty text is \"\"")]),
    ("@If(a; b; )", &[(NoValue, 1, 11, "before `)`")]),
    ("x := ; y", &[(NoValue, 1, 6, "found `;`")]),
    (":= 5", &[(NoValue, 1, 1, "the name that is assigned to")]),
    ("!", &[(NoValue, 1, 2, "a value")]),
    ("()", &[(NoValue, 1, 2, "before `)`")]),
    (
        "a b",
        &[(NoOperator, 1, 3, "end the statement before with `;`")],
    ),
    (
        "x := 1\ny := 2",
        &[(NoOperator, 2, 1, "an operator or `;`")],
    ),
    ("\"a\" \"b\"", &[(NoOperator, 1, 5, "found `\"b\"`")]),
    ("@Today @Now", &[(NoOperator, 1, 8, "found `@Now`")]),
    ("@Left(a b; 2)", &[(NoOperator, 1, 9, "`;` or `)`")]),
    ("(a b)", &[(NoOperator, 1, 4, "an operator or `)`")]),
    ("1 {x}", &[(NoOperator, 1, 3, "found `{x}`")]),
    ("1.2.3", &[(OddNumber, 1, 1, "found `1.2.3`")]),
    ("12abc", &[(OddNumber, 1, 1, "does not begin with a digit")]),
    ("1E", &[(OddNumber, 1, 1, "1E-3")]),
    ("x := 2x + 1", &[(OddNumber, 1, 6, "found `2x`")]),
    ("a = 'b'", &[(OddCharacter, 1, 5, "between \"…\" or {…}")]),
    (
        "@Left(a, 2)",
        &[(OddCharacter, 1, 8, "arguments of @Left are parted by `;`")],
    ),
    ("5 % 2", &[(OddCharacter, 1, 3, "@Modulo")]),
    ("2 ^ 3", &[(OddCharacter, 1, 3, "@Power")]),
    ("a.b", &[(OddCharacter, 1, 2, "no dot")]),
    ("a }", &[(OddCharacter, 1, 3, "take it out")]),
    ("x := “a”", &[(OddCharacter, 1, 6, "between")]),
    ("a == b", &[(OddOperator, 1, 3, "equality is `=`")]),
    ("a && b", &[(OddOperator, 1, 3, "and is `&`")]),
    ("a || b", &[(OddOperator, 1, 3, "or is `|`")]),
    ("a => b", &[(OddOperator, 1, 3, "is `>=`")]),
    ("a =< b", &[(OddOperator, 1, 3, "is `<=`")]),
    ("@If(a == b; 1; 2)", &[(OddOperator, 1, 7, "equality")]),
    ("@ + 1", &[(NoFunctionName, 1, 1, "right behind @")]),
    (
        "Left(x; 2)",
        &[(NotAFunction, 1, 5, "functions begin with @")],
    ),
    (
        "@If(Len(x); 1; 2)",
        &[(NotAFunction, 1, 8, "`Len` is no function")],
    ),
    (
        "x[1] := 2",
        &[(NotAssignable, 1, 6, "assign to a name alone")],
    ),
    (
        "@Left(x; 1) := 2",
        &[(NotAssignable, 1, 13, "assign to a name")],
    ),
    (
        "@Do(x[1] := 2)",
        &[(NotAssignable, 1, 10, "making the list anew")],
    ),
    ("FIELD := 5", &[(NoName, 1, 7, "write FIELD name := value")]),
    (
        "FIELD \"x\" := 5",
        &[(NoName, 1, 7, "the name that FIELD is for")],
    ),
    (
        "FIELD x = 5",
        &[(NoAssignment, 1, 9, "write FIELD x := value")],
    ),
    ("DEFAULT x", &[(NoAssignment, 1, 10, "write DEFAULT x")]),
    (
        "environment y; 1",
        &[(NoAssignment, 1, 14, "ENVIRONMENT y")],
    ),
    ("REM a comment; 1", &[(NoRemark, 1, 5, "REM {…}")]),
    ("REM {x; 1", &[(OpenBrace, 1, 5, "close")]),
    ("1 + SELECT", &[(ReservedWord, 1, 5, "begins a statement")]),
    ("SELECT", &[(NoValue, 1, 7, "found the end")]),
    (
        "(a; b)",
        &[(StraySemicolon, 1, 3, "a function's name before it")],
    ),
    // Several at once, each told once.
    (
        "x := ; y := 'a'; z := 1..2; 5",
        &[
            (NoValue, 1, 6, ""),
            (OddCharacter, 1, 13, ""),
            (OddNumber, 1, 23, ""),
        ],
    ),
    (
        "@If(; a b; \"x\" == 1)",
        &[
            (NoValue, 1, 5, ""),
            (NoOperator, 1, 9, ""),
            (OddOperator, 1, 16, ""),
        ],
    ),
    (
        "x := (1 + ) * 2;\n@Left('a'; [99/99/99])",
        &[
            (NoValue, 1, 11, ""),
            (OddCharacter, 2, 7, ""),
            (OddBracket, 2, 12, ""),
        ],
    ),
    // Columns count characters.
    ("\"äöü\" ;\n «", &[(OddCharacter, 2, 2, "`«`")]),
];

#[test]
fn mistakes_have_their_place_and_remedy() {
    assert!(CASES.len() >= 50);
    let mut wrong = Vec::new();
    for (source, expected) in CASES {
        let errors = parse(source, &International::default()).errors;
        let places = |code, line, column| (code, line, column);
        let got: Vec<_> = errors
            .iter()
            .map(|one| places(one.code, one.line, one.column))
            .collect();
        let wanted: Vec<_> = expected
            .iter()
            .map(|(code, line, column, _)| places(*code, *line, *column))
            .collect();
        let says = expected
            .iter()
            .zip(&errors)
            .all(|((.., piece), error)| error.to_string().contains(piece));
        if got != wanted || !says {
            let said: Vec<_> = errors.iter().map(ToString::to_string).collect();
            wrong.push(format!("{source:?}: {}", said.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_nested_too_deeply_is_refused_once() {
    for source in [
        "(".repeat(100_000),
        "-".repeat(100_000),
        "@Do(".repeat(100_000),
        "x:=".repeat(100_000),
        "1+(".repeat(100_000),
        "x[".repeat(100_000),
    ] {
        let errors = Formula::parse(&source).unwrap_err().errors;
        assert_eq!(errors[0].code, TooDeep, "{}", errors[0]);
        assert_eq!(errors.len(), 1);
    }
}

#[test]
fn a_formula_that_is_too_long_is_not_read() {
    let long = format!("\"{}\"", "x".repeat(crate::formula::MOST_BYTES));
    assert_eq!(Formula::parse(&long).unwrap_err().errors[0].code, TooLong);
}

#[test]
fn there_is_an_end_to_what_is_told() {
    let errors = Formula::parse(&"+;".repeat(1000)).unwrap_err().errors;
    assert_eq!(errors.len(), crate::formula::MOST_ERRORS);
}

#[test]
fn spans_are_those_of_the_text() {
    let formula = Formula::parse("FIELD Total := (Price + 1) * @Round(Tax; .5)[1]").unwrap();
    let mut seen: Vec<&str> = formula.nodes().map(|(id, _)| formula.text_of(id)).collect();
    seen.sort_unstable();
    assert_eq!(
        seen,
        [
            "(Price + 1)",
            "(Price + 1) * @Round(Tax; .5)[1]",
            ".5",
            "1",
            "1",
            "@Round(Tax; .5)",
            "@Round(Tax; .5)[1]",
            "FIELD Total := (Price + 1) * @Round(Tax; .5)[1]",
            "Price",
            "Tax"
        ]
    );
    assert_eq!(formula.names_read(), ["price", "tax"]);
}

#[test]
fn formulas_that_designer_takes_are_read() {
    for source in [
        "SELECT (Form = \"A\" | Form = \"B\") & !@IsResponseDoc",
        "REM \"one\"; REM {two \"quoted\"}; REM; @All",
        "@Command([FileSave]); @PostedCommand([FileCloseWindow])",
        "a*-1; a *=b; x:=\"\\\"\"; {\\}",
        "@If(x; FIELD y := 1; DEFAULT z := 2)",
        "@Prompt([OkCancelList] : [NoSort]; \"t\"; \"p\"; \"\"; \"a\" : \"b\")",
        "$Ref + _x + Größe1",
        "@DbLookup(\"\" : \"NoCache\"; \"\" : \"\"; \"v\"; k; 2)",
        "x[1][1]",
        "[01/02/2025 10:00 AM - 01/02/2025 11:00 AM]",
        "[01/02/2025-01/05/2025]",
        "[2025-12-31]",
        ";;1;;",
        "@Text( @Now ; \"D0\" )\r\n",
    ] {
        if let Err(errors) = Formula::parse(source) {
            panic!("{source}: {errors}");
        }
    }
}
