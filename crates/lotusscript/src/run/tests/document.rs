//! `docs/LOTUSSCRIPT.md`: what is behind its guide is made here, of the tables and of what samples do, so that it stays true.

use super::super::builtin;
use super::*;
use crate::check::{CheckOptions, Severity, check};
use crate::notes::{Function, Library, Member, MemberKind, NotesClass, NotesParameter};
use std::fmt::Write;

/// Behind this line everything is made.
const MARK: &str = "<!-- made below -->\n";

/// Statements, each with a module that uses it, in the order of the language reference.
const STATEMENTS: &[(&str, &str)] = &[
    ("Beep", "Sub Initialize\nBeep\nEnd Sub"),
    (
        "Call",
        "Sub Initialize\nCall A(1)\nEnd Sub\nSub A(b As Integer)\nEnd Sub",
    ),
    ("ChDir, ChDrive", "Sub Initialize\nChDir \"a\"\nEnd Sub"),
    (
        "Class, New, Delete",
        "Class A\nSub New\nEnd Sub\nSub Delete\nEnd Sub\nEnd Class\nSub Initialize\nDim b As New A\nDelete b\nEnd Sub",
    ),
    (
        "Class … As",
        "Class A\nEnd Class\nClass B As A\nEnd Class\nSub Initialize\nDim c As New B\nPrint TypeName(c)\nEnd Sub",
    ),
    ("Close", "Sub Initialize\nClose #1\nEnd Sub"),
    ("Const", "Const A = 1\nSub Initialize\nPrint A\nEnd Sub"),
    (
        "Declare (forward)",
        "Declare Sub A\nSub Initialize\nA\nEnd Sub\nSub A\nEnd Sub",
    ),
    (
        "Declare (external C call)",
        "Declare Function A Lib \"nnotes\" () As Integer\nSub Initialize\nPrint A()\nEnd Sub",
    ),
    (
        "DefInt and its like",
        "DefInt A-Z\nSub Initialize\nDim a\nPrint a\nEnd Sub",
    ),
    (
        "Dim, Public, Private, Static",
        "Private a As Integer\nPublic b As Long\nSub Initialize\nStatic c As Integer\nDim d As String\nc = a + b\nd = c\nPrint d\nEnd Sub",
    ),
    (
        "Dim … List",
        "Sub Initialize\nDim a List As String\na(\"b\") = \"c\"\nPrint IsElement(a(\"b\"))\nEnd Sub",
    ),
    ("Do", "Sub Initialize\nDo\nExit Do\nLoop\nEnd Sub"),
    ("End", "Sub Initialize\nEnd\nEnd Sub"),
    (
        "Erase",
        "Sub Initialize\nDim a() As String\nReDim a(1)\nErase a\nEnd Sub",
    ),
    (
        "Error",
        "Sub Initialize\nOn Error Resume Next\nError 1000\nEnd Sub",
    ),
    ("Exit", "Sub Initialize\nExit Sub\nEnd Sub"),
    ("FileCopy", "Sub Initialize\nFileCopy \"a\", \"b\"\nEnd Sub"),
    (
        "For",
        "Sub Initialize\nDim a As Integer\nFor a = 1 To 2 Step 1\nNext\nEnd Sub",
    ),
    (
        "ForAll",
        "Sub Initialize\nDim a(1) As String\nForAll b In a\nb = \"c\"\nEnd ForAll\nEnd Sub",
    ),
    (
        "Function",
        "Function A As Integer\nA = 1\nEnd Function\nSub Initialize\nPrint A\nEnd Sub",
    ),
    (
        "Get, Put",
        "Sub Initialize\nDim a As String\nGet #1, , a\nPut #1, , a\nEnd Sub",
    ),
    (
        "GoSub, Return",
        "Sub Initialize\nGoSub A\nExit Sub\nA:\nReturn\nEnd Sub",
    ),
    ("GoTo", "Sub Initialize\nGoTo A\nA:\nEnd Sub"),
    (
        "If (block)",
        "Sub Initialize\nIf True Then\nPrint 1\nElseIf False Then\nPrint 2\nElse\nPrint 3\nEnd If\nEnd Sub",
    ),
    (
        "If (one line)",
        "Sub Initialize\nIf True Then Print 1 Else Print 2\nEnd Sub",
    ),
    ("If … GoTo", "Sub Initialize\nIf True GoTo A\nA:\nEnd Sub"),
    ("%If", "%If WINNT\nDim a\n%End If\nSub Initialize\nEnd Sub"),
    (
        "%Include",
        "%Include \"lsconst.lss\"\nSub Initialize\nPrint MB_OK\nEnd Sub",
    ),
    (
        "Input #, Line Input #",
        "Sub Initialize\nDim a As String\nLine Input #1, a\nInput #1, a\nPrint a\nEnd Sub",
    ),
    ("Kill", "Sub Initialize\nKill \"a\"\nEnd Sub"),
    (
        "Let",
        "Sub Initialize\nDim a As Integer\nLet a = 1\nPrint a\nEnd Sub",
    ),
    (
        "Lock, Unlock",
        "Sub Initialize\nLock #1\nUnlock #1\nEnd Sub",
    ),
    (
        "LSet, RSet",
        "Sub Initialize\nDim a As String * 4\nLSet a = \"b\"\nRSet a = \"c\"\nPrint a\nEnd Sub",
    ),
    (
        "Mid (statement)",
        "Sub Initialize\nDim a As String\na = \"abc\"\nMid(a, 2, 1) = \"x\"\nPrint a\nEnd Sub",
    ),
    ("MkDir, RmDir", "Sub Initialize\nMkDir \"a\"\nEnd Sub"),
    ("Name", "Sub Initialize\nName \"a\" As \"b\"\nEnd Sub"),
    (
        "On Error",
        "Sub Initialize\nOn Error GoTo A\nExit Sub\nA:\nResume Next\nEnd Sub",
    ),
    (
        "On Error (one number)",
        "Sub Initialize\nOn Error 11 GoTo A\nExit Sub\nA:\nResume B\nB:\nEnd Sub",
    ),
    (
        "On Event",
        "Sub Initialize\nDim t As New NotesTimer(1)\nOn Event Alarm From t Call A\nEnd Sub\nSub A(t As NotesTimer)\nEnd Sub",
    ),
    (
        "On … GoTo, On … GoSub",
        "Sub Initialize\nOn 1 GoTo A, B\nA:\nB:\nEnd Sub",
    ),
    (
        "Open",
        "Sub Initialize\nOpen \"a\" For Input As #1\nEnd Sub",
    ),
    (
        "Option Base, Compare, Declare, Public",
        "Option Base 1\nOption Compare NoCase\nOption Declare\nOption Public\nSub Initialize\nEnd Sub",
    ),
    ("Print", "Sub Initialize\nPrint 1; 2, 3\nEnd Sub"),
    (
        "Print #, Write #",
        "Sub Initialize\nPrint #1, 1\nWrite #1, 1\nEnd Sub",
    ),
    (
        "Property Get, Property Set (of a class)",
        "Class A\nPrivate b As Integer\nProperty Get C As Integer\nC = b\nEnd Property\nProperty Set C As Integer\nb = C\nEnd Property\nEnd Class\nSub Initialize\nDim d As New A\nd.C = 2\nPrint d.C\nEnd Sub",
    ),
    (
        "Property Get, Property Set (of a module)",
        "Property Get A As Integer\nA = 1\nEnd Property\nProperty Set A As Integer\nPrint A\nEnd Property\nSub Initialize\nA = 2\nPrint A\nEnd Sub",
    ),
    ("Randomize", "Sub Initialize\nRandomize 1\nEnd Sub"),
    (
        "ReDim, ReDim Preserve",
        "Sub Initialize\nDim a() As String\nReDim a(1)\nReDim Preserve a(2)\nEnd Sub",
    ),
    (
        "Rem, %Rem",
        "%Rem\nA\n%End Rem\nSub Initialize\nRem B\nEnd Sub",
    ),
    (
        "Resume",
        "Sub Initialize\nDim a As Integer\nOn Error GoTo B\nError 1\nExit Sub\nB:\na = a + 1\nIf a = 1 Then Resume\nResume Next\nEnd Sub",
    ),
    ("Seek", "Sub Initialize\nSeek #1, 1\nEnd Sub"),
    (
        "Select Case",
        "Sub Initialize\nSelect Case 2\nCase 1 To 3, Is > 7\nPrint 1\nCase Else\nPrint 2\nEnd Select\nEnd Sub",
    ),
    ("SendKeys", "Sub Initialize\nSendKeys \"a\"\nEnd Sub"),
    (
        "Set",
        "Class A\nEnd Class\nSub Initialize\nDim b As A\nSet b = New A\nEnd Sub",
    ),
    (
        "Set … = Bind",
        "Sub Initialize\nDim a As Variant\nSet a = Bind(\"b\")\nEnd Sub",
    ),
    (
        "SetFileAttr",
        "Sub Initialize\nSetFileAttr \"a\", 1\nEnd Sub",
    ),
    ("Stop", "Sub Initialize\nStop\nEnd Sub"),
    (
        "Sub",
        "Sub A(b As Integer, ByVal c As String, d() As Long, e List As String)\nEnd Sub\nSub Initialize\nEnd Sub",
    ),
    (
        "Type",
        "Type A\nb As Integer\nc(1) As String\nEnd Type\nSub Initialize\nDim d As A\nd.b = 1\nPrint d.b\nEnd Sub",
    ),
    ("Use", "Use \"library\"\nSub Initialize\nEnd Sub"),
    ("UseLSX", "UseLSX \"*lsxlc\"\nSub Initialize\nEnd Sub"),
    ("While", "Sub Initialize\nWhile False\nWend\nEnd Sub"),
    ("Width #", "Sub Initialize\nWidth #1, 80\nEnd Sub"),
    (
        "With",
        "Class A\nPublic b As Integer\nEnd Class\nSub Initialize\nDim c As New A\nWith c\n.b = 1\nEnd With\nEnd Sub",
    ),
];

/// Whether the checker has nothing against a sample.
fn is_known(source: &str) -> bool {
    let findings = check(&parse(source), &CheckOptions::default());
    findings
        .iter()
        .all(|finding| finding.severity != Severity::Error)
}

/// What running a sample comes to: here, by a host that has it, or refused.
fn run_of(source: &str) -> String {
    let script = parse(source);
    let library = parse("");
    let modules = [("agent", &script), ("library", &library)];
    let modules = modules.map(|(name, script)| Module { name, script });
    let program = match Program::new(&modules, &[]) {
        Ok(program) => program,
        Err(error) => return format!("no: {error}"),
    };
    let outcome = program.run(
        "Initialize",
        Vec::new(),
        &mut Console::default(),
        &RunOptions::default(),
    );
    match outcome {
        Ok(_) => "here".to_owned(),
        Err(RunError {
            fault: Fault::Error(error),
            ..
        }) if error.number == NOT_THERE => "host".to_owned(),
        Err(RunError {
            fault: Fault::Error(error),
            ..
        }) => format!("no: {error}"),
        Err(error) => format!("no: {error}"),
    }
}

fn statements(text: &mut String) {
    text.push_str("### Statements\n\n| statement | checked | run |\n|---|---|---|\n");
    for (name, source) in STATEMENTS {
        let known = match is_known(source) {
            true => "known",
            false => "no",
        };
        writeln!(text, "| {name} | {known} | {} |", run_of(source)).unwrap();
    }
}

fn shown(parameters: &[NotesParameter]) -> String {
    let names = parameters.iter().map(|parameter| {
        let end = if parameter.is_optional { "?" } else { "" };
        format!("{}{end}", parameter.name)
    });
    names.collect::<Vec<_>>().join(", ")
}

fn functions(text: &mut String) {
    text.push_str("\n### Functions and subs\n\n| name | gives | run |\n|---|---|---|\n");
    let library = Library::get();
    let mut all: Vec<&Function> = library.functions().collect();
    all.sort_by_key(|function| function.name.to_lowercase());
    for function in all {
        let name = function.name.to_lowercase();
        let is_here = builtin::find(&name).is_some()
            || functions::OF_THE_LANGUAGE
                .split(' ')
                .any(|known| known == name);
        let dollar = match function.has_dollar {
            true => format!(", {}$", function.name),
            false => String::new(),
        };
        let [plain, with_dollar] = [false, true].map(|dollar| {
            function
                .gives(dollar)
                .map_or("", |of| library.type_name(of))
        });
        let gives = match plain == with_dollar {
            true => plain.to_owned(),
            false => format!("{plain}; {}$ {with_dollar}", function.name),
        };
        let run = if is_here { "here" } else { "host" };
        let (name, parameters) = (function.name, shown(&function.parameters));
        writeln!(text, "| {name}({parameters}){dollar} | {gives} | {run} |").unwrap();
    }
}

fn member(member: &Member) -> String {
    let since = member
        .since
        .map_or(String::new(), |since| format!(" <sup>{since}</sup>"));
    match &member.kind {
        MemberKind::Property { .. } => format!("{}{since}", member.name),
        MemberKind::Method { parameters } => {
            format!("{}({}){since}", member.name, shown(parameters))
        }
    }
}

fn classes(text: &mut String) {
    text.push_str("\n### Classes of Notes\n\n| class | since | based on | members known |\n|---|---|---|---|\n");
    let mut all: Vec<&NotesClass> = Library::get().classes().iter().collect();
    all.sort_by_key(|class| class.name.to_lowercase());
    for class in all {
        let since = class.since.map_or(String::new(), |since| since.to_string());
        let mut members: Vec<&Member> = class.members().collect();
        members.sort_by_key(|member| member.name.to_lowercase());
        let mut members: Vec<String> = members.into_iter().map(member).collect();
        members.extend(class.is_open.then(|| "others".to_owned()));
        let base = class
            .base
            .map_or("", |base| Library::get().about(base).name);
        let (name, members) = (class.name, members.join(", "));
        writeln!(text, "| {name} | {since} | {base} | {members} |").unwrap();
    }
}

#[test]
fn the_document_is_that_of_the_tables() {
    let mut made = String::new();
    statements(&mut made);
    functions(&mut made);
    classes(&mut made);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/LOTUSSCRIPT.md");
    let written = std::fs::read_to_string(path).unwrap();
    let (guide, tables) = written.split_once(MARK).unwrap();
    if std::env::var_os("LOTUSSCRIPT_MD").is_some_and(|wish| wish == "write") {
        std::fs::write(path, format!("{guide}{MARK}\n{made}")).unwrap();
        return;
    }
    assert!(
        tables.trim_start() == made,
        "docs/LOTUSSCRIPT.md is not that of the tables; LOTUSSCRIPT_MD=write writes it anew"
    );
}
