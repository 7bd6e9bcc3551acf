//! Random programs: they end within their limits, without a panic, and give back what they used.

use super::*;
use proptest::prelude::*;
use std::time::Duration;

const DECLARED: &str = "Class A\nPublic n As Integer\nPublic l List As String\nPublic o As A\nPublic v\nFunction f(x)\nf = x\nn = n + 1\nEnd Function\nProperty Get p As Integer\np = n\nEnd Property\n\
    Property Set p As Integer\nn = p\nEnd Property\nSub Delete\nn = 0\nEnd Sub\nEnd Class\nClass B As A\nFunction f(x)\nf = A..f(x) & \"b\"\nEnd Function\nEnd Class\n\
    Type T\ns As String\na(3) As Integer\nEnd Type\nDim g\nSub up(x)\nx = x & x\nEnd Sub\nSub deep(x)\ndeep x(0)\nEnd Sub\nFunction one\none = 1\nEnd Function\n\
    Sub Initialize\nDim o As New A, b As New B, r As T, d() As String, a(5) As Integer, l List, s As String, i%, c@\n";

const VALUES: &[&str] = &[
    "1",
    "-3",
    "0",
    "2.5",
    "1.5@",
    "32767",
    "\"x\"",
    "\"12\"",
    "\"ä😀\"",
    "Null",
    "Empty",
    "True",
    "Nothing",
    "o",
    "b",
    "r",
    "a",
    "d",
    "l",
    "s",
    "i",
    "c",
    "v",
    "w",
    "g",
    "o.n",
    "o.o",
    "o.l",
    "o.v",
    "o.p",
    "b.f(v)",
    "r.s",
    "r.a",
    "r.a(1)",
    "a(2)",
    "a(i)",
    "d(0)",
    "l(\"k\")",
    "l(s)",
    "v(0)",
    "v(v)",
    "one",
    "Now",
    "Err",
    "Error$",
    "Split(s, \"x\")",
    "Join(v)",
    "Mid(s, 2, 1)",
    "Len(v)",
    "InStr(v, w)",
    "Replace(s, v, w)",
    "UBound(v)",
    "ArrayAppend(v, w)",
    "ArrayUnique(v)",
    "Format(v, s)",
    "Format(v, \"#,##0.0#;(0)\")",
    "Format(v, \"dd mmm yy hh:mm\")",
    "CDat(v)",
    "CInt(v)",
    "String(3, v)",
    "Left(s, i)",
    "StrRight(s, v)",
    "v Like s",
    "TypeName(v)",
    "New A",
    "New B",
    "IsElement(l(v))",
    "FullTrim(v)",
    "Val(s)",
    "Round(v, 1)",
    "Hex(v)",
    "Weekday(v)",
    "Abs(v)",
];
const OPERATORS: &[&str] = &[
    "+", "-", "*", "/", "\\", "Mod", "^", "&", "=", "<", "Is", "And", "Or", "Xor", "Imp", "Like",
];
const TARGETS: &[&str] = &[
    "s",
    "i",
    "c",
    "v",
    "w",
    "g",
    "a(2)",
    "a(i)",
    "d(1)",
    "l(\"k\")",
    "l(v)",
    "v(0)",
    "v(1)",
    "o.n",
    "o.p",
    "o.v",
    "o.v(0)",
    "o.l(\"x\")",
    "r.s",
    "r.a(1)",
    "r",
    "o.o.n",
    "d",
    "b.v",
    "Mid(s, 1, 2)",
];
const STATEMENTS: &[&str] = &[
    "Call up(@t)",
    "Call up(v)",
    "Call deep(v)",
    "Set o = New B",
    "Set o.o = o",
    "Set v = o",
    "Set o.v = b",
    "Delete o",
    "Delete v",
    "Erase l",
    "Erase l(\"k\")",
    "Erase a",
    "Erase d",
    "Erase v",
    "ReDim d(i)",
    "ReDim Preserve d(3)",
    "ReDim v(2)",
    "ReDim Preserve v(5)",
    "ForAll e In @v\ne = @v\nEnd ForAll",
    "ForAll e In l\nPrint ListTag(e)\nErase l\nEnd ForAll",
    "For i = @v To @v\nv = @v\nNext",
    "For v = @v To 3 Step @v\nNext",
    "Do While @v\nv = @v\nLoop",
    "If @v Then\n@t = @v\nElse\n@t = @v\nEnd If",
    "Select Case @v\nCase @v, 2 To @v\nPrint 1\nCase Else\nPrint 2\nEnd Select",
    "With o\n.n = @v\n.v = .n\nEnd With",
    "With r\n.s = @v\nEnd With",
    "Print @v; @v, @v",
    "Error 7",
    "On Error Resume Next",
    "On Error GoTo 0",
    "On Error GoTo h",
    "Resume Next",
    "GoSub h",
    "Return",
    "LSet s = @v",
    "RSet s = @v",
    "s = s & @v",
    "v = v & @v",
    "v = v + v",
    "Exit Sub",
    "Set l(\"o\") = o",
    "Call b.f(@t)",
    "On @v GoTo h",
    "End 3",
];

fn pick(from: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(from)
}

fn value() -> impl Strategy<Value = String> {
    (pick(VALUES), pick(OPERATORS), pick(VALUES), any::<bool>()).prop_map(
        |(one, operator, two, both)| match both {
            true => format!("{one} {operator} {two}"),
            false => one.to_owned(),
        },
    )
}

fn statement() -> impl Strategy<Value = String> {
    let parts = (
        prop::collection::vec(value(), 4),
        prop::collection::vec(pick(TARGETS), 2),
    );
    (pick(STATEMENTS), 0..3_u8, parts).prop_map(|(form, sort, (values, targets))| {
        let mut text = match sort {
            0 => form.to_owned(),
            _ => "@t = @v".to_owned(),
        };
        for value in &values {
            text = text.replacen("@v", value, 1);
        }
        for target in &targets {
            text = text.replacen("@t", target, 1);
        }
        text
    })
}

proptest! {
    #[test]
    fn random_programs_end(statements in prop::collection::vec(statement(), 1..25), on_error in any::<bool>()) {
        let lead = if on_error { "On Error Resume Next\n" } else { "" };
        let source = format!("{DECLARED}{lead}{}\nExit Sub\nh:\nPrint Err\nEnd Sub\n", statements.join("\n"));
        let script = parse(&source);
        prop_assert!(script.errors().is_empty(), "{source}\n{:?}", script.errors());
        let before = value::weight();
        {
            let program = Program::traced(&[Module { name: "random", script: &script }], &[]);
            prop_assert!(program.is_ok(), "{source}\n{:?}", program.err());
            let limits = Limits { steps: 5000, depth: 40, memory_bytes: 1 << 20, time: Duration::from_secs(3600) };
            let options = RunOptions { limits, ..RunOptions::default() };
            if let Err(error) = program.unwrap().run("Initialize", Vec::new(), &mut Console::default(), &options) {
                let is_internal = matches!(&error.fault, Fault::Error(error) if error.number == 51);
                prop_assert!(!is_internal, "{source}\n{error}");
            }
        }
        prop_assert_eq!(value::weight(), before, "{}", source);
    }
}
