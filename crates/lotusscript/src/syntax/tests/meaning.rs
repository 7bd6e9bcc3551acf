//! What sources mean: the tree, written in a short form of its own.

use crate::syntax::*;
use std::fmt::Write;

fn expression(expression: &Expression) -> String {
    match &expression.kind {
        ExpressionKind::Number(number) => match number {
            Number::Integer(value) => format!("{value}%"),
            Number::Long(value) => format!("{value}&"),
            Number::Single(value) => format!("{value}!"),
            Number::Double(value) => format!("{value}#"),
            Number::Currency(value) => format!("{value}@"),
        },
        ExpressionKind::Text(text) => format!("{text:?}"),
        ExpressionKind::Constant(literal) => format!("{literal:?}"),
        ExpressionKind::Name(name) => name.text.to_string(),
        ExpressionKind::Me => "Me".to_owned(),
        ExpressionKind::Member { object, name } => format!(
            "{}.{}",
            object
                .as_ref()
                .map_or(String::new(), |object| self::expression(object)),
            name.text
        ),
        ExpressionKind::BaseMember { class, name } => {
            format!("{}..{}", self::expression(class), name.text)
        }
        ExpressionKind::Call {
            target,
            arguments,
            parenthesized,
        } => {
            let name = self::expression(target);
            let arguments = list(arguments);
            if *parenthesized {
                format!("{name}({arguments})")
            } else {
                format!("{name} <{arguments}>")
            }
        }
        ExpressionKind::New { class, arguments } => {
            format!("New {}({})", class.text, list(arguments))
        }
        ExpressionKind::Bind { class, name } => format!(
            "Bind {}({})",
            class.as_ref().map_or("", |class| class.text.as_ref()),
            self::expression(name)
        ),
        ExpressionKind::Unary { operator, operand } => {
            format!("[{} {}]", operator.text(), self::expression(operand))
        }
        ExpressionKind::Binary {
            operator,
            left,
            right,
        } => format!(
            "[{} {} {}]",
            self::expression(left),
            operator.text(),
            self::expression(right)
        ),
        ExpressionKind::Parenthesized(inner) => format!("({})", self::expression(inner)),
        ExpressionKind::Missing => "?".to_owned(),
    }
}

fn list(arguments: &[Argument]) -> String {
    let one = |argument: &Argument| {
        let value = argument.value.as_ref().map_or(String::new(), expression);
        if argument.by_value {
            format!("ByVal {value}")
        } else {
            value
        }
    };
    arguments.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn block(statements: &[Statement]) -> String {
    statements
        .iter()
        .map(statement)
        .collect::<Vec<_>>()
        .join("; ")
}

fn variables(variables: &[Variable]) -> String {
    let one = |variable: &Variable| {
        let mut text = variable.name.text.to_string();
        text.extend(variable.name.suffix.map(Suffix::letter));
        match &variable.shape {
            Shape::Scalar => {}
            Shape::List => text += " List",
            Shape::Array(bounds) => {
                let bounds: Vec<String> = bounds
                    .iter()
                    .map(|bounds| {
                        bounds
                            .lower
                            .as_ref()
                            .map_or(String::new(), |lower| expression(lower) + " To ")
                            + &expression(&bounds.upper)
                    })
                    .collect();
                write!(text, "({})", bounds.join(", ")).unwrap();
            }
        }
        match &variable.of {
            None => {}
            Some(TypeName::Basic(of, _)) => write!(text, " As {}", of.text()).unwrap(),
            Some(TypeName::FixedString(length, _)) => {
                write!(text, " As String * {}", expression(length)).unwrap()
            }
            Some(TypeName::Named(name)) => write!(text, " As {}", name.text).unwrap(),
            Some(other) => write!(text, " As {other:?}").unwrap(),
        }
        if let Some(arguments) = &variable.new {
            write!(text, " New({})", list(arguments)).unwrap();
        }
        text
    };
    variables.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn optional(value: Option<&Expression>) -> String {
    value.map_or("-".to_owned(), expression)
}

fn statement(statement: &Statement) -> String {
    match &statement.kind {
        StatementKind::Assign {
            form,
            target,
            value,
        } => format!("{form:?} {} = {}", expression(target), expression(value)),
        StatementKind::Call { explicit, target } => format!(
            "{}{}",
            if *explicit { "Call " } else { "" },
            expression(target)
        ),
        StatementKind::If(branches) => {
            let mut text = String::new();
            for branch in &branches.branches {
                write!(
                    text,
                    "If {} {{{}}} ",
                    expression(&branch.condition),
                    block(&branch.body)
                )
                .unwrap();
            }
            text + &branches
                .otherwise
                .as_ref()
                .map_or(String::new(), |otherwise| {
                    format!("Else {{{}}}", block(otherwise))
                })
        }
        StatementKind::IfGoTo {
            condition,
            label,
            otherwise,
        } => format!(
            "If {} GoTo {} {:?}",
            expression(condition),
            label.text,
            otherwise.as_deref().map(block)
        ),
        StatementKind::Select(select) => {
            let mut text = format!("Select {}", expression(&select.subject));
            for case in &select.cases {
                let tests: Vec<String> = case
                    .tests
                    .iter()
                    .map(|test| match test {
                        CaseTest::Value(value) => expression(value),
                        CaseTest::Range(from, to) => {
                            format!("{} To {}", expression(from), expression(to))
                        }
                        CaseTest::Is(operator, value) => {
                            format!("Is {} {}", operator.text(), expression(value))
                        }
                    })
                    .collect();
                write!(text, " | {} {{{}}}", tests.join(", "), block(&case.body)).unwrap();
            }
            text + &select
                .otherwise
                .as_ref()
                .map_or(String::new(), |otherwise| {
                    format!(" | Else {{{}}}", block(otherwise))
                })
        }
        StatementKind::For(looped) => format!(
            "For {} {} {} {} {{{}}} {}",
            expression(&looped.variable),
            expression(&looped.from),
            expression(&looped.to),
            optional(looped.step.as_ref()),
            block(&looped.body),
            optional(looped.next.as_ref())
        ),
        StatementKind::ForAll(looped) => format!(
            "ForAll {} {} {{{}}}",
            looped.variable.text,
            expression(&looped.container),
            block(&looped.body)
        ),
        StatementKind::While { condition, body } => {
            format!("While {} {{{}}}", expression(condition), block(body))
        }
        StatementKind::Do(looped) => {
            let condition = looped
                .condition
                .as_ref()
                .map_or(String::new(), |condition| {
                    format!(
                        "{}{} {}",
                        if condition.at_end { "end " } else { "" },
                        if condition.until { "Until" } else { "While" },
                        expression(&condition.condition)
                    )
                });
            format!("Do {condition} {{{}}}", block(&looped.body))
        }
        StatementKind::With { object, body } => {
            format!("With {} {{{}}}", expression(object), block(body))
        }
        StatementKind::Dim(declaration) => format!(
            "{:?} {}",
            declaration.kind,
            variables(&declaration.variables)
        ),
        StatementKind::ReDim {
            preserve,
            variables: list,
        } => format!("ReDim {preserve} {}", variables(list)),
        StatementKind::Const(declaration) => declaration
            .constants
            .iter()
            .map(|constant| {
                format!(
                    "Const {} = {}",
                    constant.name.text,
                    expression(&constant.value)
                )
            })
            .collect::<Vec<_>>()
            .join(", "),
        StatementKind::Label(name) => format!("{}:", name.text),
        StatementKind::Print { file, items } => {
            let items: String = items
                .iter()
                .map(|item| {
                    optional(item.value.as_ref())
                        + match item.separator {
                            Some(PrintSeparator::Comma) => ",",
                            Some(PrintSeparator::Semicolon) => ";",
                            None => "",
                        }
                })
                .collect();
            format!("Print {} {items}", optional(file.as_ref()))
        }
        StatementKind::Procedure(procedure) => format!(
            "{} {} {{{}}}",
            procedure.kind.words(),
            procedure.name.text,
            block(&procedure.body)
        ),
        StatementKind::Class(class) => format!(
            "Class {} {} {{{}}}",
            class.name.text,
            class.base.as_ref().map_or("-", |base| base.text.as_ref()),
            block(&class.members)
        ),
        StatementKind::Type(definition) => format!(
            "Type {} {{{}}}",
            definition.name.text,
            variables(&definition.members)
        ),
        StatementKind::Open(open) => format!(
            "Open {} {:?} {:?} {:?} {} {} {}",
            expression(&open.path),
            open.mode,
            open.access,
            open.lock,
            expression(&open.file),
            optional(open.record_length.as_ref()),
            optional(open.charset.as_ref())
        ),
        other => {
            let mut text = format!("{other:?}");
            text.truncate(text.find([' ', '(', '{']).unwrap_or(text.len()));
            parts_of_statement(statement, &mut |part| match part {
                Part::Statement(inner) => write!(text, " {}", self::statement(inner)).unwrap(),
                Part::Expression(inner) => write!(text, " {}", expression(inner)).unwrap(),
            });
            text
        }
    }
}

#[track_caller]
fn meaning_of(source: &str) -> String {
    let script = parse(source);
    assert_eq!(script.errors(), [], "{source}");
    assert_eq!(script.print(), source);
    block(script.module())
}

#[track_caller]
fn means(body: &str, expected: &str) {
    let whole = meaning_of(&format!("Sub t\n{body}\nEnd Sub"));
    assert_eq!(whole, format!("Sub t {{{expected}}}"), "{body}");
}

#[test]
fn operators_bind_as_the_reference_has_it() {
    let cases = [
        ("-2 ^ 2", "[- [2% ^ 2%]]"),
        ("2 ^ -1 * 3", "[[2% ^ [- 1%]] * 3%]"),
        ("2 ^ 3 ^ 2", "[[2% ^ 3%] ^ 2%]"),
        ("-a * b", "[[- a] * b]"),
        ("a * b / c", "[[a * b] / c]"),
        ("a \\ b * c", "[a \\ [b * c]]"),
        ("a Mod b \\ c", "[a Mod [b \\ c]]"),
        ("a + b Mod c", "[a + [b Mod c]]"),
        ("a - b + c", "[[a - b] + c]"),
        ("a & b + c", "[a & [b + c]]"),
        ("a = b & c", "[a = [b & c]]"),
        ("a < b = c", "[[a < b] = c]"),
        ("Not a = b", "[Not [a = b]]"),
        ("Not a And b", "[[Not a] And b]"),
        ("a Or b And c", "[a Or [b And c]]"),
        ("a Xor b Or c", "[a Xor [b Or c]]"),
        ("a Eqv b Xor c", "[a Eqv [b Xor c]]"),
        ("a Imp b Eqv c", "[a Imp [b Eqv c]]"),
        ("a Is Nothing", "[a Is Nothing]"),
        ("Not a Is Nothing", "[Not [a Is Nothing]]"),
        ("a IsA \"B\" And c Like d", "[[a IsA \"B\"] And [c Like d]]"),
        ("(a + b) * c", "[([a + b]) * c]"),
        ("a >< b", "[a <> b]"),
        ("a =< b", "[a <= b]"),
        ("a => b", "[a >= b]"),
    ];
    for (source, expected) in cases {
        means(&format!("x = {source}"), &format!("Let x = {expected}"));
    }
}

#[test]
fn literals_have_the_type_that_they_are_written_with() {
    let cases = [
        ("32767", "32767%"),
        ("32768", "32768&"),
        ("2147483648", "2147483648#"),
        ("5&", "5&"),
        ("5!", "5!"),
        ("5#", "5#"),
        ("1.25@", "12500@"),
        (".5", "0.5#"),
        ("1E3", "1000#"),
        ("&HFF", "255%"),
        ("&HFFFF", "-1%"),
        ("&HFFFF&", "65535&"),
        ("&O17", "15%"),
        ("&B101", "5%"),
        ("\"a\"\"b\"", "\"a\\\"b\""),
        ("|a||b|", "\"a|b\""),
        ("{a{b}}}", "\"a{b}\""),
        ("True", "True"),
        ("Pi", "Pi"),
    ];
    for (source, expected) in cases {
        means(&format!("x = {source}"), &format!("Let x = {expected}"));
    }
}

#[test]
fn statements_mean_what_they_say() {
    let cases = [
        ("Call f", "Call f"),
        ("Call a.f(1, x)", "Call a.f(1%, x)"),
        ("f", "f"),
        ("f 1, , 2", "f <1%, , 2%>"),
        ("f (1)", "f(1%)"),
        ("f (a) & b, c", "f <[(a) & b], c>"),
        ("f (a), b", "f <(a), b>"),
        ("f ByVal x", "f <ByVal x>"),
        ("f -1", "f <[- 1%]>"),
        ("a.b(1).c(2) = 3", "Let a.b(1%).c(2%) = 3%"),
        ("a(1)(2) = 3", "Let a(1%)(2%) = 3%"),
        ("doc.~$Ref = x", "Let doc.$Ref = x"),
        ("doc.Form = doc.Type(0)", "Let doc.Form = doc.Type(0%)"),
        (
            "Set x = New NotesDocument(db)",
            "Set x = New NotesDocument(db)",
        ),
        ("Set x = Bind Thing(\"a\")", "Set x = Bind Thing(\"a\")"),
        ("Me.x = Me", "Let Me.x = Me"),
        ("Call Base..Show(1)", "Call Base..Show(1%)"),
        ("LSet x = \"a\"", "LSet x = \"a\""),
        ("Mid$(s$, 1, 2) = \"x\"", "Let Mid(s, 1%, 2%) = \"x\""),
        ("Date$ = \"1\" : Time = x", "Let Date = \"1\"; Let Time = x"),
        ("If a Then b", "If a {b} "),
        ("If a Then b : c Else d : e", "If a {b; c} Else {d; e}"),
        ("If a Then If b Then c Else d", "If a {If b {c} Else {d}} "),
        ("If a Then Else b", "If a {} Else {b}"),
        ("If a Then : b", "If a {b} "),
        (
            "If a Then ' why\nb\nElseIf c Then\nd\nElse\ne\nEnd If",
            "If a {b} If c {d} Else {e}",
        ),
        ("If a GoTo x Else b", "If a GoTo x Some(\"b\")"),
        (
            "If a Then For i = 1 To 2 : b : Next",
            "If a {For i 1% 2% - {b} -} ",
        ),
        (
            "Select Case a\nCase 1, 2 To 3, Is > 4 : b\nCase Else\nc\nEnd Select",
            "Select a | 1%, 2% To 3%, Is > 4% {b} | Else {c}",
        ),
        (
            "For i% = 10 To 1 Step -1\na\nNext i%",
            "For i 10% 1% [- 1%] {a} i",
        ),
        (
            "ForAll v In doc.Items\na v\nEnd ForAll",
            "ForAll v doc.Items {a <v>}",
        ),
        ("While a\nb\nWend", "While a {b}"),
        ("Do\na\nLoop", "Do  {a}"),
        ("Do Until a\nb\nLoop", "Do Until a {b}"),
        ("Do\nb\nLoop While a", "Do end While a {b}"),
        (
            "With a\n.b = .c\n.d .e\nEnd With",
            "With a {Let .b = .c; .d <.e>}",
        ),
        ("x:\nGoTo x", "x:; GoTo"),
        ("Beep : a", "Beep; a"),
        ("On a GoTo b, c", "OnGoTo a"),
        (
            "On Error GoTo 0 : On Error 5 Resume Next : On Error errX GoTo h",
            "OnError; OnError 5%; OnError errX",
        ),
        ("On Event PostOpen From doc Call f", "OnEvent doc f"),
        (
            "Resume : Resume 0 : Resume Next : Resume h",
            "Resume; Resume; Resume; Resume",
        ),
        (
            "End : End 5 : Stop : Return : Exit Sub",
            "End; End 5%; Stop; Return; Exit",
        ),
        (
            "Dim a, b As Integer, c$(1 To 2, 3), d List As String, e As String * 5",
            "Dim a, b As Integer, c$(1% To 2%, 3%), d List As String, e As String * 5%",
        ),
        (
            "Dim a As New NotesDocument(db)",
            "Dim a As NotesDocument New(db)",
        ),
        ("Static n As Long", "Static n As Long"),
        (
            "ReDim Preserve a(n + 1) As String, b(2)",
            "ReDim true a([n + 1%]) As String, b(2%)",
        ),
        ("Erase a, b : Delete c", "Erase a b; Delete c"),
        ("Const a = 1, b$ = \"x\"", "Const a = 1%, Const b = \"x\""),
        (
            "Print : Print a; b, c; : Print #1, a b",
            "Print - ; Print - a;b,c;; Print 1% a;b",
        ),
        (
            "Open p For Append Access Write Lock Read As #n Len = 5 Charset = \"UTF-8\"",
            "Open p Some(Append) Some(Write) Some(LockRead) n 5% \"UTF-8\"",
        ),
        ("Open p As 1", "Open p None None None 1% - -"),
        (
            "Line Input #1, a$ : Input #1, b, c(2)",
            "LineInput 1% a; Input 1% b c(2%)",
        ),
        (
            "Write #1, a, b : Close : Close #1, 2",
            "Write 1% a b; Close; Close 1% 2%",
        ),
        (
            "Get #1, , x : Put 1, 5, x : Seek #1, 3",
            "Get 1% x; Put 1% 5% x; Seek 1% 3%",
        ),
        (
            "Lock #1, 1 To 5 : Unlock #1 : Width #1, 80",
            "Lock 1% 1% 5%; Lock 1%; Width 1% 80%",
        ),
        (
            "Name a As b : Kill a : FileCopy a, b",
            "Rename a b; Kill <a>; FileCopy <a, b>",
        ),
        ("x = Input$(5, #1)", "Let x = Input(5%, 1%)"),
        ("a = Seek(1) : b = Lock", "Let a = Seek(1%); Let b = Lock"),
        (
            "Error 5 : Error 1000, \"x\" : x = Error$",
            "Error <5%>; Error <1000%, \"x\">; Let x = Error",
        ),
        ("x = 1 _ ' one\n + 2", "Let x = [1% + 2%]"),
        ("%REM\nIf\n%END REM\na", "a"),
        ("x = |one\ntwo|", "Let x = \"one\\ntwo\""),
        ("Rem x = \na ' b", "a"),
    ];
    for (source, expected) in cases {
        means(source, expected);
    }
}

#[test]
fn declarations_of_a_module_are_read() {
    let cases = [
        (
            "Option Public\nOption Declare\nOption Base 1\nOption Compare NoCase, NoPitch",
            "Option; Option; Option; Option",
        ),
        (
            "Use \"a\"\nUseLSX \"*b\"\n%Include \"lsconst.lss\"",
            "Use \"a\"; UseLsx \"*b\"; Include",
        ),
        ("DefInt A-C, X", "DefType"),
        (
            "Public a As String\nPrivate b(5)",
            "Public a As String; Private b(5%)",
        ),
        (
            "Declare Sub f(a As Integer)\nDeclare Class C As B\nDeclare Private Type T",
            "Forward; ForwardClass; ForwardType",
        ),
        (
            "Declare Private Function f Lib \"user32\" Alias \"F\" (ByVal a As LMBCS String, b As Any) As Long",
            "External \"user32\" \"F\"",
        ),
        (
            "Public Type t\na As String * 5\nb(3) As Integer, c List\nType As Long\nEnd Type",
            "Type t {a As String * 5%, b(3%) As Integer, c List, Type As Long}",
        ),
        (
            "Class C As B\na As String\nPublic b, d(5) As Integer\nList As Integer\nSub New(x), B(x, 1)\nEnd Sub\nSub Delete\nEnd Sub\nProperty Get P As Integer\nP = 1\nEnd Property\nProperty Set P As Integer\nEnd Property\nPrivate Function Print(x) As Variant\nEnd Function\nEnd Class",
            "Class C B {Private a As String; Public b, d(5%) As Integer; Private List As Integer; Sub New {}; Sub Delete {}; Property Get P {Let P = 1%}; Property Set P {}; Function Print {}}",
        ),
        (
            "Static Function f$(ByVal a%, b() As String, c List As Integer)\nEnd Function",
            "Function f {}",
        ),
        (
            "%If WIN16\nSub a\n%Else\nSub b\n%End If\nEnd Sub",
            "Sub b {}",
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(meaning_of(source), expected, "{source}");
    }
}

#[test]
fn loose_statements_are_taken_where_execute_takes_them() {
    let options = ParseOptions {
        loose_statements: true,
        ..ParseOptions::default()
    };
    assert_eq!(parse_with("x = 1\nPrint x", &options).errors(), []);
    assert_eq!(parse("x = 1\nPrint x").errors().len(), 1);
}

#[test]
fn what_is_too_deep_is_an_error_and_no_overflow() {
    let deep = |open: &str, close: &str, times: usize| {
        format!(
            "Sub t\nx = {}1{}\nEnd Sub",
            open.repeat(times),
            close.repeat(times)
        )
    };
    for source in [
        deep("(", ")", 100_000),
        deep("f(", ")", 100_000),
        deep("-", "", 100_000),
        deep("Not ", "", 100_000),
        deep("1 + ", "", 100_000),
        deep("2 ^ -", "", 100_000),
        format!("Sub t\nx = a{}\nEnd Sub", ".b".repeat(100_000)),
        format!("Sub t\nx = a{}\nEnd Sub", "(1)".repeat(100_000)),
        format!("Sub t\na{} = 1\nEnd Sub", ".b(1)".repeat(100_000)),
        format!("Sub t\n{}", "If a Then\n".repeat(100_000)),
        format!("Sub t\n{}", "If a Then ".repeat(100_000)),
        format!("Sub t\n{}", "Do\n".repeat(100_000)),
        "Class a\n".repeat(10_000),
        "Sub a\n".repeat(10_000),
    ] {
        let script = parse(&source);
        assert!(!script.errors().is_empty());
        assert!(script.errors().len() <= MAX_ERRORS);
        assert_eq!(script.print(), source);
    }
    let long = format!("Sub t\nx = a{}\nEnd Sub", " & a".repeat(MAX_CHAIN - 2));
    assert_eq!(parse(&long).errors(), []);
}
