//! Properties that hold for any text: nothing is lost, nothing panics.

use crate::syntax::*;
use proptest::prelude::*;

/// Pieces that sources are made of.
const PIECES: &[&str] = &[
    "Sub",
    "End",
    "Function",
    "If",
    "Then",
    "Else",
    "ElseIf",
    "For",
    "ForAll",
    "Next",
    "To",
    "Step",
    "In",
    "While",
    "Wend",
    "Do",
    "Loop",
    "Until",
    "Select",
    "Case",
    "With",
    "Class",
    "Type",
    "Property",
    "Get",
    "Set",
    "Call",
    "Dim",
    "ReDim",
    "As",
    "New",
    "Integer",
    "String",
    "List",
    "Const",
    "Declare",
    "Lib",
    "Public",
    "Private",
    "Static",
    "Option",
    "Use",
    "On",
    "Error",
    "GoTo",
    "Resume",
    "Exit",
    "Print",
    "Open",
    "Input",
    "Line",
    "Write",
    "#",
    "(",
    ")",
    ",",
    ";",
    ":",
    ".",
    "..",
    "=",
    "<",
    ">",
    "+",
    "-",
    "*",
    "/",
    "\\",
    "^",
    "&",
    "Mod",
    "Not",
    "And",
    "Is",
    "Me",
    "x",
    "y$",
    "z%",
    "1",
    "2.5",
    "&HFF",
    "\"a\"",
    "\"",
    "|b\nc|",
    "|",
    "{d}",
    "{",
    "}",
    "_\n",
    "_",
    "' r\n",
    "Rem r\n",
    "%REM\n",
    "%END REM\n",
    "%If win32\n",
    "%Else\n",
    "%End If\n",
    "%Include",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\t",
    "~",
    "~$",
    "ä",
    "\u{FEFF}",
    "End If\n",
    "End Sub\n",
    "@",
    "!",
    "?",
];

fn soup() -> impl Strategy<Value = String> {
    proptest::collection::vec((0..PIECES.len(), any::<bool>()), 0..80).prop_map(|pieces| {
        pieces
            .into_iter()
            .map(|(at, blank)| PIECES[at].to_owned() + if blank { " " } else { "" })
            .collect()
    })
}

fn check(source: &str) {
    let script = parse(source);
    let mut end = 0;
    for token in script.tokens() {
        assert_eq!(token.span.start, end, "a gap in {source:?}");
        end = token.span.end;
    }
    assert_eq!(end as usize, source.len());
    assert_eq!(script.print(), source);
    for error in script.errors() {
        assert!(error.span.end as usize <= source.len());
        assert!(error.place.line <= script.lines().lines());
        assert!(!error.message.is_empty());
    }
    // What went wrong is told.
    let mut wrong = 0;
    for statement in script.module() {
        wrong += count_wrong(statement);
    }
    assert!(wrong == 0 || !script.errors().is_empty(), "{source:?}");
}

fn count_wrong(statement: &Statement) -> usize {
    let mut wrong = usize::from(matches!(statement.kind, StatementKind::Wrong));
    parts_of_statement(statement, &mut |part| {
        if let Part::Statement(inner) = part {
            wrong += count_wrong(inner);
        }
    });
    wrong
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_lost_of_any_text(source in any::<String>()) {
        check(&source);
    }

    #[test]
    fn nothing_is_lost_of_what_looks_like_script(source in soup()) {
        check(&source);
        check(&format!("Sub t\n{source}\nEnd Sub\n"));
        check(&format!("Class c\n{source}\nEnd Class\n"));
    }
}
