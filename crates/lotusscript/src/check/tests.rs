//! Tests of the checker: what it says of what, and that it says nothing of what is right.

use super::*;
use crate::syntax::parse;

/// `line:code` of all that is found.
fn found(source: &str, options: &CheckOptions<'_>) -> Vec<String> {
    let findings = check(&parse(source), options);
    findings
        .iter()
        .map(|finding| format!("{}:{}", finding.place.line, finding.code))
        .collect()
}

/// In a Sub, with `Option Declare`; the body begins in line 3.
fn in_sub(body: &str) -> Vec<String> {
    found(
        &format!("Option Declare\nSub t(x As Variant)\n{body}\nEnd Sub\n"),
        &CheckOptions::default(),
    )
}

#[test]
fn each_rule_finds_what_it_is_for_and_nothing_else() {
    let cases: &[(&str, &[&str])] = &[
        // Names.
        ("y = 1", &["3:undeclared-name"]),
        ("Print y", &["3:undeclared-name"]),
        ("Dim y : y = 1", &[]),
        ("x = PROMPT_OK", &[]),
        ("x = MB_OK", &["3:missing-include"]),
        ("x = Left$(\"a\", 1) & UCase(\"b\") & Date$ & Today", &[]),
        ("Call nowhere(1)", &["3:unknown-procedure"]),
        ("nowhere 1", &["3:unknown-procedure"]),
        ("x = nowhere(1)", &["3:unknown-procedure"]),
        ("ReDim a(5) : a(1) = 2", &[]),
        ("ForAll v In x : Print v : End ForAll", &[]),
        ("Dim y, y", &["3:redeclared", "3:unused-variable"]),
        ("Dim x", &["3:redeclared"]),
        (
            "Dim v\nForAll v In x\nPrint v\nEnd ForAll",
            &["3:unused-variable", "4:redeclared"],
        ),
        ("Dim y", &["3:unused-variable"]),
        ("Const c = 1", &["3:unused-variable"]),
        ("Const c = 1\nc = 2", &["4:not-assignable"]),
        ("PROMPT_OK = 2", &["3:not-assignable"]),
        ("Right = 2", &["3:not-assignable"]),
        ("Mid(x, 1, 2) = \"a\" : Date = x", &[]),
        // Types.
        (
            "Dim y As NotesDocumnt : Print y Is Nothing",
            &["3:unknown-type"],
        ),
        (
            "Dim y As New NotesView : Print y.Name",
            &["3:not-creatable"],
        ),
        ("Dim s As String : Print s(1)", &["3:not-an-array"]),
        // Calls. [LSAZ_CALL_STATEMENT]
        ("t(1, 2)", &["3:argument-count", "3:call-form"]),
        (
            "Dim d As NotesDocument\nd.Save(True, False)",
            &["4:call-form"],
        ),
        (
            "Dim d As NotesDocument\nd.Remove(True)\nCall d.Save(True, False)\nd.Save True, False",
            &[],
        ),
        ("x.Anything(1, 2)", &["3:call-form"]),
        ("MsgBox(\"a\", 64, \"b\")", &[]),
        ("Call Left(\"a\", 1)", &["3:call-form"]),
        (
            "Call MessageBox(\"a\") : Call Sleep(1) : Call Randomize",
            &[],
        ),
        ("x = x()", &["3:empty-parentheses"]),
        (
            "Dim a() As Variant, d As NotesDocument\nReDim a(1)\nx = a()\nx = Today()\nt x",
            &["3:unused-variable"],
        ),
        // Loops. [H_STR_MISITER, H_STR_ITERINUSE]
        (
            "Dim i, j\nFor i = 1 To 3\nNext j",
            &["3:unused-variable", "5:loop-variable"],
        ),
        (
            "Dim i\nFor i = 1 To 3\nFor I = 1 To 2\nNext\nNext i\nFor i = 1 To 2\nNext I",
            &["5:loop-variable"],
        ),
        // Arrays.
        ("Dim a(3)\nReDim a(4)", &["4:fixed-array"]),
        (
            "Dim a(3), b(1 To 2, -1 To 1)\na(1, 1) = 2\nPrint b(1, -1)\nPrint b(1)",
            &["4:array-bounds", "6:array-bounds"],
        ),
        (
            "Dim a(3)\nx = a(4)\na(-1) = 1\nx = a(0) + a(3)",
            &["4:array-bounds", "5:array-bounds"],
        ),
        (
            "Dim a(3 To 1)\nPrint a(1)",
            &["3:array-bounds", "4:array-bounds"],
        ),
        ("Dim a(40000) : Print a(1)", &["3:array-bounds"]),
        ("Dim a()\nReDim a(4)\nPrint a(9), a(1, 2)", &[]),
        // Operands.
        (
            "Dim d As NotesDocument\nIf d.Subject = \"\" Then Print 1",
            &["4:array-operand"],
        ),
        (
            "Dim d As NotesDocument\nPrint \"a\" & d.Subject",
            &["4:array-operand"],
        ),
        (
            "Dim d As NotesDocument\nIf d.Subject(0) = \"\" And d.UniversalID = \"\" Then x = d.Subject",
            &[],
        ),
        (
            "Dim d As NotesDocument\nIf d = Nothing Then Print 1\nIf Not d Is Nothing Then Print 2",
            &["4:object-compared"],
        ),
        (
            "Dim i As Integer\ni = \"seven\"\ni = \"7\"\ni = \"&HF\"\nx = \"seven\"\nPrint i",
            &["4:not-a-number"],
        ),
        ("x = 5 + \"-\"", &["3:not-a-number"]),
        (
            "x = x + \"-\" : x = \"a\" + \"b\" : x = 5 + \"7\" : x = 5 & \"-\"",
            &[],
        ),
        ("x = x * \"-\"", &["3:not-a-number"]),
        ("Dim s As String : Print s.Length", &["3:unknown-member"]),
        ("Dim s() As String : Print s(1)", &[]),
        ("Dim s List As String : Print s(\"a\")", &[]),
        // Members.
        (
            "Dim s As New NotesSession : Print s.UserNam",
            &["3:unknown-member"],
        ),
        (
            "Dim s As New NotesSession : s.UserName = x",
            &["3:read-only"],
        ),
        ("Dim s As New NotesSession : s.ConvertMIME = False", &[]),
        (
            "Dim s As New NotesSession : s.CreateName = x",
            &["3:not-assignable"],
        ),
        (
            "Dim s As New NotesSession : Print s.UserName(0)",
            &["3:not-an-array"],
        ),
        (
            "Dim d As NotesDocument : Print d.Subject(0), d.~$Ref(0) : d.Form = \"a\"",
            &[],
        ),
        (
            "Dim d As NotesDocument : Call d.Svae(True, False)",
            &["3:unknown-member"],
        ),
        (
            "Dim d As NotesDocument : Print d.ParentDatabase.Titel",
            &["3:unknown-member"],
        ),
        (
            "Dim r As NotesRichTextItem : Print r.Values, r.Name : Call r.AppendText(\"a\")",
            &[],
        ),
        (
            "With New NotesSession : Print .UserNam : End With",
            &["3:unknown-member"],
        ),
        (
            "Dim s As New NotesSession : With s.CurrentDatabase : Print .Title, .Tilte : End With",
            &["3:unknown-member"],
        ),
        // Arguments.
        (
            "Dim d As NotesDocument : Call d.Save(True)",
            &["3:argument-count"],
        ),
        ("Dim d As NotesDocument : Call d.Save(True, False)", &[]),
        (
            "Dim d As NotesDocument : Call d.Save(True, False, True, 1)",
            &["3:argument-count"],
        ),
        ("Print Left(\"a\")", &["3:argument-count"]),
        ("Print InStr(\"a\", \"b\"), InStr(1, \"a\", \"b\", 5)", &[]),
        ("MessageBox \"a\", , \"b\"", &[]),
        (
            "Dim d As NotesDocument : Call d.CopyItem(\"a\", \"b\")",
            &["3:argument-type"],
        ),
        (
            "Dim d As NotesDocument : Call d.RemoveItem(d)",
            &["3:argument-type"],
        ),
        (
            "Dim d As NotesDocument, v As NotesView : Call v.GetNextDocument(v)\nCall v.GetNextDocument(d)",
            &["3:argument-type"],
        ),
        (
            "Dim d As NotesDocument : Call d.CopyAllItems(Nothing, True)",
            &[],
        ),
        ("Call t(1, 2)", &["3:argument-count"]),
        ("Print t(1)", &["3:no-value"]),
        // Set.
        (
            "Dim s As New NotesSession, d As NotesDatabase : d = s.CurrentDatabase",
            &["3:set-missing"],
        ),
        (
            "Dim s As New NotesSession : x = s.CurrentDatabase",
            &["3:set-missing"],
        ),
        ("Dim s As New NotesSession : Set x = s.CurrentDatabase", &[]),
        (
            "Dim s As New NotesSession, n As String : Set n = s.UserName",
            &["3:set-wrong"],
        ),
        ("Set x = \"a\"", &["3:set-wrong"]),
        ("Dim d As NotesDocument : d = 5", &["3:type-mismatch"]),
        (
            "Dim d As NotesDocument, v As NotesView : Set d = v",
            &["3:type-mismatch"],
        ),
        (
            "Dim d As NotesDocument, r As NotesRichTextItem : Set r = d.GetFirstItem(\"Body\")",
            &[],
        ),
        (
            "Dim d As NotesDocument : Set d = Nothing : d.Amount = 5",
            &[],
        ),
        // Labels.
        ("GoTo y", &["3:missing-label"]),
        ("y: GoTo y\ny: Print", &["4:duplicate-label"]),
        ("On Error GoTo y\nExit Sub\ny:\nResume Next", &[]),
        ("Exit Sub\ny:\nPrint Err, Error$", &["4:unreached-handler"]),
        ("Exit Sub\nPrint 1", &["4:unreachable"]),
        ("If x Then Exit Sub\nPrint 1", &[]),
        ("On x GoTo a, b\na:\nb:\nPrint", &[]),
        ("Print Me.x", &["3:stray-me"]),
        ("If x Then", &["4:syntax"]),
    ];
    for (body, expected) in cases {
        let (mut told, mut expected) = (in_sub(body), expected.to_vec());
        told.sort();
        expected.sort_unstable();
        assert_eq!(told, expected, "{body}");
    }
}

#[test]
fn without_option_declare_names_declare_themselves() {
    let source = "Sub t\ny = 1\nPrint y(0), MB_OK\nCall nowhere(1)\nEnd Sub";
    assert_eq!(
        found(source, &CheckOptions::default()),
        ["4:unknown-procedure"]
    );
}

#[test]
fn modules_and_classes_are_checked_as_a_whole() {
    let cases: &[(&str, &[&str])] = &[
        (
            "Type t\nx As New NotesSession\nEnd Type\nSub s(ByVal z() As Integer, ByVal y As Integer)\nEnd Sub",
            &["2:bad-declaration", "4:bad-declaration"],
        ),
        (
            "Option Base 1\nDim a(2) As Integer\nSub s\na(1) = a(0)\nReDim a(5)\nEnd Sub",
            &["4:array-bounds", "5:fixed-array"],
        ),
        ("Dim a\nDim A", &["2:redeclared"]),
        ("Declare Sub a\nSub a\nEnd Sub", &[]),
        (
            "Sub a\nEnd Sub\nFunction a\nEnd Function",
            &["3:redeclared"],
        ),
        (
            "Function f As Integer\nPrint 1\nEnd Function",
            &["1:no-result"],
        ),
        ("Function f As Integer\nf = 1\nEnd Function", &[]),
        (
            "Function f As Integer\nReDim f(2)\nf(1) = 1\nEnd Function",
            &[],
        ),
        (
            "Function f(n)\nf = f(n - 1) + f(1, 2)\nEnd Function",
            &["2:argument-count"],
        ),
        (
            "Function f(n)\ng = 1\nf = 2\nEnd Function\nSub g\nEnd Sub",
            &["2:not-assignable"],
        ),
        (
            "Class C\nn As Integer\nSub New(a)\nn = a\nEnd Sub\nEnd Class\nSub t\nDim c As New C\nPrint c.n\nEnd Sub",
            &["8:argument-count", "9:private-member"],
        ),
        (
            "Class C\nPublic n As Integer\nEnd Class\nClass D As C\nSub t\nn = 1 : Me.n = 2 : Print Me.m\nEnd Sub\nEnd Class",
            &["6:unknown-member"],
        ),
        (
            "Class C\nProperty Get p As Integer\np = 1\nEnd Property\nProperty Set p As Integer\nPrint p\nEnd Property\nEnd Class\nSub t\nDim c As New C\nc.p = c.p + 1\nEnd Sub",
            &[],
        ),
        (
            "Class C\nFunction f\nMe.f = 1\nEnd Function\nEnd Class",
            &[],
        ),
        (
            "Declare Type T\nDeclare Function T Lib \"x\" (a As T)\nType T\nn As Integer\nEnd Type",
            &[],
        ),
        (
            "Sub a(n As Long, ByVal m As Long)\nEnd Sub\nSub b(i As Integer, l As Long, v)\nCall a(l, i)\nCall a(v, i)\nCall a((i), i)\nCall a(ByVal i, i)\nCall a(5, i)\nCall a(i, i)\nEnd Sub",
            &["9:argument-type"],
        ),
        (
            "Sub a(d As NotesDocument)\nEnd Sub\nSub b(d As NotesDocument, s As String)\na d\nCall a(d)\na(d)\nEnd Sub",
            &["6:passed-by-value"],
        ),
        ("Sub a(s)\nEnd Sub\nSub b(s As String)\na(s)\nEnd Sub", &[]),
        (
            "Class C\nSub New\nPrint\nEnd Sub\nEnd Class\nSub t\nDim c As New C, s As New NotesSession\nEnd Sub",
            &["7:unused-variable"],
        ),
        ("Class D As Nowhere\nEnd Class", &["1:unknown-type"]),
        ("Class D As NotesItem\nEnd Class", &["1:unknown-type"]),
        ("Class D As D\nEnd Class", &["1:base-class-order"]),
        (
            "Class D As C\nEnd Class\nClass C\nEnd Class\nClass E As D\nEnd Class",
            &["1:base-class-order"],
        ),
        (
            "Declare Class C\nClass D As C\nEnd Class\nClass C\nEnd Class",
            &[],
        ),
        (
            "Class C\nSub s(a, b)\nCall s(1)\nEnd Sub\nEnd Class",
            &["3:argument-count"],
        ),
        (
            "Class C\na As Integer\nSub a\nEnd Sub\nEnd Class",
            &["3:redeclared"],
        ),
        (
            "Type T\nn As Integer\nEnd Type\nSub s\nDim v As T\nPrint v.n, v.m\nEnd Sub",
            &["6:unknown-member"],
        ),
        (
            "Use \"nowhere\"\nSub t\nPrint anything(1)\nEnd Sub",
            &["1:unknown-library"],
        ),
        (
            "Option Declare\n%Include \"lsconst.lss\"\nSub t\nPrint MB_OK\nEnd Sub",
            &[],
        ),
        (
            "Option Declare\n%Include \"lserr.lss\"\nSub t\nPrint ErrOverflow, lsERR_NOTES_ANY\nEnd Sub",
            &[],
        ),
        (
            "Option Declare\n%Include \"own.lss\"\nSub t\nPrint anything\nEnd Sub",
            &[],
        ),
        (
            "DefInt A-Z\nSub t(n)\nPrint n(1)\nEnd Sub",
            &["3:not-an-array"],
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(
            found(source, &CheckOptions::default()),
            *expected,
            "{source}"
        );
    }
}

#[test]
fn releases_decide_what_is_there() {
    let source = "Sub t\nDim s As New NotesSession\nDim r As NotesHTTPRequest, j As NotesJSONNavigator\nSet r = s.CreateHTTPRequest()\nSet j = s.CreateJSONNavigator(\"\")\nPrint j.Stringify(), r.ResponseCode\nCall r.SetProxy(\"p\")\nEnd Sub";
    let at = |release: &str| {
        let options = CheckOptions {
            notes: release.parse().unwrap(),
            ..CheckOptions::default()
        };
        found(source, &options)
    };
    assert_eq!(
        at("9"),
        [
            "3:not-in-release",
            "3:not-in-release",
            "4:not-in-release",
            "5:not-in-release",
            "6:not-in-release",
            "7:not-in-release"
        ]
    );
    assert_eq!(at("10"), ["6:not-in-release", "7:not-in-release"]);
    assert_eq!(at("11.0.1"), ["7:not-in-release"]);
    assert_eq!(at("14"), Vec::<String>::new());
}

#[test]
fn libraries_and_globals_give_their_names() {
    let core = Interface::of(&parse(
        "Public Const LIMIT = 5\nPublic Sub Shout(text As String)\nEnd Sub\nPrivate Sub Hidden\nEnd Sub\nPublic Class Dog\nPublic name As String\nEnd Class\n",
    ));
    let more = Interface::of(&parse("Use \"Core\"\n"));
    let globals = Interface::of(&parse("Dim shared_by_all As String\n"));
    let options = CheckOptions {
        libraries: [("core".to_owned(), &core), ("more".to_owned(), &more)].into(),
        globals: Some(&globals),
        ..CheckOptions::default()
    };
    let sub = "Sub t\nDim d As New Dog\nCall Shout(d.nam)\nPrint LIMIT, shared_by_all\nCall Hidden\nEnd Sub";
    for used in ["Core", "more"] {
        let source = format!("Option Declare\nUse \"{used}\"\n{sub}");
        assert_eq!(
            found(&source, &options),
            ["5:unknown-member", "7:unknown-procedure"],
            "{used}"
        );
    }
    let source = format!("Option Declare\n{sub}");
    assert_eq!(
        found(&source, &options),
        [
            "3:missing-use",
            "4:missing-use",
            "5:missing-use",
            "6:unknown-procedure"
        ]
    );
}

#[test]
fn findings_say_what_why_and_how_to_mend_it() {
    let source = "Option Declare\nSub t\nDim customer As String\nPrint custmer\nEnd Sub";
    let finding = &check(&parse(source), &CheckOptions::default())[1];
    assert_eq!(finding.message, "`custmer` is not declared");
    assert_eq!(finding.remedy, "perhaps `customer` is meant");
    let json = serde_json::to_value(finding).unwrap();
    assert_eq!(
        (
            json["code"].as_str(),
            json["line"].as_u64(),
            json["severity"].as_str()
        ),
        (Some("undeclared-name"), Some(4), Some("error"))
    );
    for code in Code::ALL {
        assert!(!code.name().is_empty() && !code.why().is_empty());
    }
}

#[test]
fn remedies_are_what_a_person_wants() {
    let cases = [
        (
            "Dim b As New Integer : Print b",
            "`New` makes objects, and Integer is no class",
            "leave `New` out",
        ),
        (
            "x = NotesSession",
            "`NotesSession` is not declared",
            "it is a class: declare a variable for its objects, as in `Dim x As NotesSession`",
        ),
        (
            "Dim i As Integer\nPrint i(1)",
            "`i` is an Integer, which has no elements",
            "leave the subscript out",
        ),
        (
            "t(1, 2)",
            "parentheses around the 2 arguments of `t` need `Call`",
            "write `Call t(…)`, or leave the parentheses out",
        ),
    ];
    for (body, message, remedy) in cases {
        let source = format!("Option Declare\nSub t(x As Variant, y As Variant)\n{body}\nEnd Sub");
        let found = check(&parse(&source), &CheckOptions::default());
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.message.as_str(), one.remedy.as_str()))
            .collect();
        assert_eq!(told, [(message, remedy)], "{body}");
    }
    assert_eq!(
        found(
            "Option Declare\ng = 3\nSub t\nEnd Sub",
            &CheckOptions::default()
        ),
        ["2:syntax"]
    );
}

#[test]
fn any_source_is_checked_without_a_panic() {
    for source in [
        "Class a As b\nSub c\nPrint Me.x, d\nEnd Sub\nEnd Class\nClass b As a\nEnd Class",
        "Class a As a\nSub c\nPrint Me.x\nEnd Sub\nEnd Class",
        "Sub\nSub (\nFunction f As\nDim If\nEnd",
        "Type t\nx As t\nEnd Type\nSub a\nDim y As t\nPrint y.x.x.x.z\nEnd Sub",
    ] {
        check(&parse(source), &CheckOptions::default());
    }
    // As deep as the parser lets through: blocks in blocks, and in the innermost a call in a call.
    for inner in [
        format!("x = s{}", ".Evaluate(\"\")".repeat(120)),
        format!("x = {}1{}", "Abs(".repeat(40), ")".repeat(40)),
        format!("x = {}", "-(1 + ".repeat(3) + "1" + &")".repeat(3)),
        format!("x = a{}", " & b(1)".repeat(240)),
    ] {
        let blocks = 50;
        let source = format!(
            "Sub t\nDim s As New NotesSession\n{}{inner}\n{}End Sub",
            "If x Then\n".repeat(blocks),
            "End If\n".repeat(blocks)
        );
        let script = parse(&source);
        assert_eq!(script.errors(), [], "{inner}");
        check(&script, &CheckOptions::default());
    }
    let chain = format!(
        "Sub t\nDim s As New NotesSession\nPrint s{}\nEnd Sub",
        ".CurrentDatabase.Parent".repeat(100)
    );
    assert_eq!(
        found(&chain, &CheckOptions::default()),
        Vec::<String>::new()
    );
}
