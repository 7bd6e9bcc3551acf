//! Statements: flow, procedures, classes, errors.

use super::{bodies_print, modules_print};

#[test]
fn flow() {
    bodies_print(
        "If, Select Case statements",
        &[
            ("If 1 < 2 Then Print \"a\" Else Print \"b\"", "a"),
            ("If Null Then Print \"a\" Else Print \"b\"", "b"),
            ("If \"x\" Then Print 1", "error 13"),
            (
                "x = 5\nIf x = 1 Then\nPrint 1\nElseIf x = 5 Then\nPrint 5\nElse\nPrint 9\nEnd If",
                "5",
            ),
            (
                "Select Case 3\nCase 1, 2 : Print \"a\"\nCase 3 To 5 : Print \"b\"\nCase Else : Print \"c\"\nEnd Select",
                "b",
            ),
            (
                "Select Case 9\nCase Is > 5 : Print \"big\"\nCase Else : Print \"small\"\nEnd Select",
                "big",
            ),
            (
                "Select Case \"x\"\nCase \"a\" To \"m\" : Print 1\nCase \"n\" To \"z\" : Print 2\nEnd Select",
                "2",
            ),
            (
                "Select Case 7\nCase 1 : Print 1\nEnd Select\nPrint \"end\"",
                "end",
            ),
        ],
    );
    bodies_print(
        "For, Do, While statements",
        &[
            ("For i = 1 To 3\nPrint i;\nNext", "123"),
            ("For i = 3 To 1 Step -1\nPrint i;\nNext", "321"),
            ("For i = 1 To 0\nPrint i;\nNext\nPrint i", "1"),
            ("For i = 1 To 3\nNext\nPrint i", "4"),
            ("n = 3\nFor i = 1 To n\nn = 5\nPrint i;\nNext", "123"),
            ("For i = 1 To 9\nIf i = 3 Then Exit For\nNext\nPrint i", "3"),
            (
                "For x = 0 To 1 Step 0.5\nPrint x & \";\";\nNext",
                "0;0.5;1;",
            ),
            (
                "For i = 1 To 2\nFor j = 1 To 2\nPrint i & j & \" \";\nNext j\nNext i",
                "11 12 21 22 ",
            ),
            ("Dim i As Integer\nFor i = 32766 To 32767\nNext", "error 6"),
            ("Do While x < 3\nx = x + 1\nLoop\nPrint x", "3"),
            ("Do\nx = x + 1\nLoop Until x >= 3\nPrint x", "3"),
            ("Do\nx = x + 1\nIf x = 2 Then Exit Do\nLoop\nPrint x", "2"),
            ("Do Until True\nPrint 1\nLoop\nPrint 2", "2"),
            ("While x < 2\nx = x + 1\nWend\nPrint x", "2"),
        ],
    );
    bodies_print(
        "ForAll statement",
        &[
            ("ForAll w In Split(\"a b\")\nPrint w;\nEnd ForAll", "ab"),
            (
                "Dim a(2) As Integer\nForAll x In a\nx = 7\nEnd ForAll\nPrint a(2)",
                "7",
            ),
            (
                "Dim l List As Integer\nl(\"x\") = 1 : l(\"y\") = 2\nForAll e In l\nPrint ListTag(e) & e & \" \";\nEnd ForAll",
                "x1 y2 ",
            ),
            (
                "Dim l List As Integer\nl(\"x\") = 1\nForAll e In l\ne = e + 1\nEnd ForAll\nPrint l(\"x\")",
                "2",
            ),
            (
                "ForAll w In Split(\"a b c\")\nIf w = \"b\" Then Exit ForAll\nPrint w;\nEnd ForAll",
                "a",
            ),
            ("x = 1\nForAll w In x\nEnd ForAll", "error 183"),
            (
                "Dim a(1) As Integer\nForAll x In a\nx = \"q\"\nEnd ForAll",
                "error 13",
            ),
        ],
    );
    bodies_print(
        "GoTo, GoSub, Return, On...GoTo, On...GoSub statements",
        &[
            ("GoTo over\nPrint 1\nover:\nPrint 2", "2"),
            (
                "GoSub part\nPrint 2\nExit Sub\npart:\nPrint 1\nReturn",
                "1|2",
            ),
            ("Return", "error 3"),
            ("On 2 GoTo a, b\na: Print \"a\"\nb: Print \"b\"", "b"),
            ("On 5 GoTo a\nPrint \"next\"\na: Print \"a\"", "next|a"),
            (
                "On 1 GoSub a\nPrint \"end\"\nExit Sub\na: Print \"a\"\nReturn",
                "a|end",
            ),
            (
                "For i = 1 To 3\nIf i = 2 Then GoTo out\nNext\nout: Print i",
                "2",
            ),
            ("If True GoTo l Else Print 1\nPrint 2\nl: Print 3", "3"),
        ],
    );
}

#[test]
fn lists_and_texts() {
    bodies_print(
        "Lists; IsElement, ListTag functions; Erase statement",
        &[
            (
                "Dim l List As String\nl(\"a\") = \"x\"\nPrint IsElement(l(\"a\")) & IsElement(l(\"b\"))",
                "TrueFalse",
            ),
            ("Dim l List As String\nPrint l(\"a\")", "error 120"),
            ("Dim l List\nl(1) = 5\nPrint l(\"1\")", "5"),
            (
                "Dim l List\nl(\"a\") = 1\nErase l(\"a\")\nPrint IsElement(l(\"a\"))",
                "False",
            ),
            ("Dim l List\nErase l(\"a\")", "error 120"),
            (
                "Dim l List\nl(\"a\") = 1\nErase l\nForAll e In l\nPrint e\nEnd ForAll\nPrint \"none\"",
                "none",
            ),
            ("Dim l List As Integer\nl(\"a\") = \"x\"", "error 13"),
            (
                "Dim l List\nl(\"a\") = 1\nl(\"A\") = 2\nPrint l(\"a\") & l(\"A\")",
                "12",
            ),
            (
                "Dim l List\nPrint TypeName(l) & IsList(l)",
                "VARIANT LISTTrue",
            ),
            (
                "Dim l List\nl(\"a\") = Split(\"x y\")\nl(\"a\")(1) = \"z\"\nPrint l(\"a\")(1)",
                "z",
            ),
        ],
    );
    bodies_print(
        "Mid, LSet, RSet statements; Print statement",
        &[
            ("s = \"abcdef\"\nMid(s, 2, 2) = \"XYZ\"\nPrint s", "aXYdef"),
            ("s$ = \"abc\"\nMid$(s$, 3) = \"XYZ\"\nPrint s$", "abX"),
            (
                "Dim s As String * 5\nLSet s = \"ab\"\nPrint s & \"|\"\nRSet s = \"ab\"\nPrint s",
                "ab   ||   ab",
            ),
            ("Print \"a\"; \"b\", \"c\"", "ab            c"),
            ("Print \"a\";\nPrint \"b\"", "ab"),
            ("Print Tab(4); \"x\"; Spc(2); \"y\"", "   x  y"),
            ("Print", ""),
            ("Print Null", "#NULL#"),
            ("Print Empty & \"e\"", "e"),
            (
                "s$ = \"a\"\ns$ = s$ & \"b\" & 1\ns$ = s$ + \"c\"\nPrint s$",
                "ab1c",
            ),
            ("v = 5\nv = v & \"x\"\nPrint v", "5x"),
            ("s$ = \"a\"\nt$ = s$\ns$ = s$ & \"b\"\nPrint s$ & t$", "aba"),
            ("s$ = \"a\"\ns$ = s$ & s$ & s$\nPrint s$", "aaa"),
            ("End", ""),
            ("Print 1\nEnd 3\nPrint 2", "1"),
        ],
    );
}

#[test]
fn errors() {
    bodies_print(
        "On Error, Resume, Error statements; Err, Erl, Error functions",
        &[
            (
                "On Error GoTo h\nx = 1 / 0\nPrint \"no\"\nExit Sub\nh: Print Err & Error$\nExit Sub",
                "11Division by zero",
            ),
            (
                "On Error GoTo h\nx = 1 / 0\nPrint \"on\" & Err\nExit Sub\nh: Resume Next",
                "on0",
            ),
            (
                "On Error Resume Next\nx = 1 / 0\nPrint Err\nError 5\nPrint Err",
                "11|5",
            ),
            (
                "y = 0\nOn Error GoTo h\nPrint 1 / y\nExit Sub\nh: y = 2\nResume",
                "0.5",
            ),
            (
                "On Error GoTo h\nError 1001, \"mine\"\nPrint \"after\"\nExit Sub\nh: Print Err & Error\nResume l\nl: Print \"l\"",
                "1001mine|l",
            ),
            ("Error 7000", "error 7000"),
            ("Error 0", "error 5"),
            ("Print Error(11)", "Division by zero"),
            ("Resume", "error 20"),
            (
                "On Error 11 GoTo h\nError 5\nExit Sub\nh: Print Err",
                "error 5",
            ),
            (
                "On Error GoTo g\nOn Error 11 GoTo h\nx = 1 / 0\ng: Print \"g\"\nExit Sub\nh: Print \"h\"",
                "h",
            ),
            (
                "On Error GoTo g\nOn Error 11 GoTo 0\nx = 1 / 0\nExit Sub\ng: Print \"g\"",
                "g",
            ),
            (
                "On Error GoTo h\nOn Error GoTo 0\nx = 1 / 0\nh: Print 1",
                "error 11",
            ),
            ("On Error GoTo h\nx = 1 / 0\nh: Error 5", "error 5"),
            (
                "On Error GoTo h\nx = 1 / 0\nExit Sub\nh:\nPrint Erl\nExit Sub",
                "3",
            ),
            ("Err = 9\nPrint Err\nError Err", "9|error 9"),
            (
                "On Error Resume Next\nIf 1 / 0 = 1 Then\nPrint \"in\"\nEnd If\nPrint \"out\"",
                "in|out",
            ),
            (
                "On Error Resume Next\nFor i = 1 To 2\nx = 1 / 0\nPrint i;\nNext",
                "12",
            ),
            ("Set x = 5", "error 13"),
            ("Dim o As NotesDocument\nPrint o.Form", "error 91"),
            ("x = 1\nPrint x.y", "error 182"),
            ("Print NoSuchThing(1)", "error 35"),
        ],
    );
    modules_print(
        "Errors in procedures: they pass up through the callers",
        &[
            (
                "Sub f\nError 1000, \"deep\"\nEnd Sub\nSub Initialize\nOn Error GoTo h\nCall f\nPrint \"after\"\nExit Sub\nh: Print Err & Error & Erl\nResume Next\nEnd Sub",
                "1000deep3|after",
            ),
            (
                "Sub f\nOn Error GoTo h\nError 1\nExit Sub\nh: Error 2\nEnd Sub\nSub Initialize\nOn Error GoTo h\nf\nExit Sub\nh: Print Err\nEnd Sub",
                "2",
            ),
            (
                "Sub f\nOn Error GoTo h\nError 9\nh:\nEnd Sub\nSub Initialize\nf\nPrint Err\nEnd Sub",
                "0",
            ),
            (
                "Sub Initialize\nOn Error GoTo h\nn = n + f()\nPrint n\nExit Sub\nh: Resume Next\nEnd Sub\nFunction f\nError 5\nEnd Function",
                "",
            ),
        ],
    );
}

#[test]
fn procedures() {
    modules_print(
        "Function, Sub statements; passing by reference and by value",
        &[
            (
                "Function add(a As Integer, b As Integer) As Integer\nadd = a + b\nEnd Function\nSub Initialize\nPrint add(2, 3)\nEnd Sub",
                "5",
            ),
            (
                "Sub fie(a%, b%, ByVal c%)\na = 11 : b = 12 : c = 13\nEnd Sub\nSub Initialize\nDim x%, y%, z%\nx = 1 : y = 2 : z = 3\nfie x, (y), z\nPrint x & \",\" & y & \",\" & z\nEnd Sub",
                "11,2,3",
            ),
            (
                "Sub up(n)\nn = n + 1\nEnd Sub\nSub Initialize\nDim a(2) As Integer\nup a(1)\nup a(1)\nPrint a(1)\nEnd Sub",
                "2",
            ),
            (
                "Sub up(n)\nn = n + 1\nEnd Sub\nSub Initialize\nDim l List As Integer\nl(\"x\") = 5\nup l(\"x\")\nPrint l(\"x\")\nEnd Sub",
                "6",
            ),
            (
                "Sub up(n As Long)\nn = n + 1\nEnd Sub\nSub Initialize\nx = 5&\nup x\nPrint x\nup ByVal x\nPrint x\nEnd Sub",
                "6|6",
            ),
            (
                "Sub fill(a() As Integer)\na(1) = 9\nEnd Sub\nSub Initialize\nDim a(2) As Integer\nCall fill(a)\nPrint a(1)\nEnd Sub",
                "9",
            ),
            (
                "Sub fill(l List As String)\nl(\"k\") = \"v\"\nEnd Sub\nSub Initialize\nDim l List As String\nfill l\nPrint l(\"k\")\nEnd Sub",
                "v",
            ),
            (
                "Sub more(a)\nReDim Preserve a(3)\nEnd Sub\nSub Initialize\nReDim a(1)\na(1) = 4\nmore a\nPrint UBound(a) & a(1)\nEnd Sub",
                "34",
            ),
            (
                "Function fact(n As Long) As Double\nIf n < 2 Then fact = 1 Else fact = n * fact(n - 1)\nEnd Function\nSub Initialize\nPrint fact(10)\nEnd Sub",
                "3628800",
            ),
            (
                "Function f\nf = 5\nf = f + 1\nEnd Function\nSub Initialize\nPrint f\nPrint f()\nEnd Sub",
                "6|6",
            ),
            (
                "Function f As String\nEnd Function\nSub Initialize\nPrint \"[\" & f & \"]\"\nEnd Sub",
                "[]",
            ),
            (
                "Sub f(a, b)\nEnd Sub\nSub Initialize\nf 1\nEnd Sub",
                "error 217",
            ),
            (
                "Sub count\nStatic n As Integer\nn = n + 1\nPrint n;\nEnd Sub\nSub Initialize\ncount\ncount\ncount\nEnd Sub",
                "123",
            ),
            (
                "Static Sub count\nDim n As Integer\nn = n + 1\nPrint n;\nEnd Sub\nSub Initialize\nCall count : Call count\nEnd Sub",
                "12",
            ),
            (
                "Dim total As Integer\nSub add\ntotal = total + 2\nEnd Sub\nSub Initialize\nCall add : Call add\nPrint total\nEnd Sub",
                "4",
            ),
            (
                "Const a = 5, b = a * 2\nConst t$ = \"x\" & \"y\"\nSub Initialize\nPrint b & t$\nEnd Sub",
                "10xy",
            ),
            (
                "Function swap(a, b)\nt = a\na = b\nb = t\nEnd Function\nSub Initialize\nx = 1 : y = \"z\"\nCall swap(x, y)\nPrint x & y\nEnd Sub",
                "z1",
            ),
            ("Sub Initialize\nx = 1\nPrint x & X\nEnd Sub", "11"),
        ],
    );
    modules_print(
        "Option Base, Option Compare, DefInt statements; %Include",
        &[
            (
                "Option Base 1\nSub Initialize\nDim a(3) As Integer\nPrint LBound(a)\nEnd Sub",
                "1",
            ),
            (
                "Option Compare NoCase\nSub Initialize\nPrint (\"a\" = \"A\") & InStr(\"ABC\", \"b\") & (\"ABC\" Like \"a*\")\nEnd Sub",
                "True2True",
            ),
            (
                "Option Compare NoCase\nSub Initialize\nDim l List\nl(\"a\") = 1\nPrint IsElement(l(\"A\"))\nEnd Sub",
                "True",
            ),
            (
                "DefInt A-Z\nSub Initialize\nn = 2.5\nPrint n & TypeName(n)\nEnd Sub",
                "2INTEGER",
            ),
            (
                "%Include \"lsconst.lss\"\nSub Initialize\nPrint MB_YESNO\nEnd Sub",
                "4",
            ),
            ("Sub Initialize\nPrint ACLLEVEL_MANAGER\nEnd Sub", "6"),
        ],
    );
}

#[test]
fn records() {
    modules_print(
        "Type statement",
        &[
            (
                "Type P\nname As String\nage As Integer\nEnd Type\nSub Initialize\nDim a As P, b As P\na.name = \"x\" : a.age = 3\nb = a\nb.age = 4\nPrint a.name & a.age & b.age\nEnd Sub",
                "x34",
            ),
            (
                "Type P\nv(2) As Integer\nEnd Type\nSub Initialize\nDim a As P\na.v(1) = 7\nPrint a.v(1) & a.v(0)\nEnd Sub",
                "70",
            ),
            (
                "Type P\nn As Integer\nEnd Type\nType Q\np As P\nEnd Type\nSub Initialize\nDim q As Q\nq.p.n = 5\nPrint q.p.n\nEnd Sub",
                "5",
            ),
            (
                "Type P\nn As Integer\nEnd Type\nSub Initialize\nDim a(2) As P\na(1).n = 5\nPrint a(1).n & a(0).n\nEnd Sub",
                "50",
            ),
            (
                "Type P\nn As Integer\nEnd Type\nSub up(x As P)\nx.n = x.n + 1\nEnd Sub\nSub Initialize\nDim a As P\nup a\nup a\nPrint a.n\nEnd Sub",
                "2",
            ),
            (
                "Type P\nn As Integer\nEnd Type\nSub Initialize\nDim a As P\nWith a\n.n = 3\nPrint .n\nEnd With\nPrint a.n\nEnd Sub",
                "3|3",
            ),
            (
                "Type P\nn As Integer\nEnd Type\nSub Initialize\nDim a As P\na.m = 3\nEnd Sub",
                "error 185",
            ),
            (
                "Type P\nn As Integer\nEnd Type\nSub Initialize\nDim a As P\nv = a\nEnd Sub",
                "error 13",
            ),
        ],
    );
}

#[test]
fn classes() {
    modules_print(
        "Class, Property, Sub New, Sub Delete, Set, Delete statements; Me; Is, IsA",
        &[
            (
                "Class A\nPublic n As Integer\nSub New(x As Integer)\nn = x\nEnd Sub\nFunction twice\ntwice = n * 2\nEnd Function\nEnd Class\nSub Initialize\nDim o As New A(4)\nPrint o.twice & o.n\nEnd Sub",
                "84",
            ),
            (
                "Class A\nFunction name\nname = \"A\"\nEnd Function\nFunction hello\nhello = \"I am \" & Me.name()\nEnd Function\nEnd Class\nClass B As A\nFunction name\nname = \"B\"\nEnd Function\nEnd Class\nSub Initialize\nDim q As New B\nPrint q.hello()\nEnd Sub",
                "I am B",
            ),
            (
                "Class A\nSub New(x)\nPrint \"A\" & x\nEnd Sub\nEnd Class\nClass B As A\nSub New(x), A(x + 1)\nPrint \"B\" & x\nEnd Sub\nEnd Class\nSub Initialize\nSet o = New B(1)\nEnd Sub",
                "A2|B1",
            ),
            (
                "Class A\nSub New(x)\nPrint \"A\" & x\nEnd Sub\nEnd Class\nClass B As A\nSub New(x)\nPrint \"B\" & x\nEnd Sub\nEnd Class\nSub Initialize\nSet o = New B(1)\nEnd Sub",
                "A1|B1",
            ),
            (
                "Class A\nSub Delete\nPrint \"gone\"\nEnd Sub\nEnd Class\nSub Initialize\nDim p As New A\nDelete p\nPrint p Is Nothing\nEnd Sub",
                "gone|True",
            ),
            (
                "Class A\nSub Delete\nPrint \"gone\"\nEnd Sub\nEnd Class\nSub Initialize\nDim p As New A\nSet p = Nothing\nPrint \"after\"\nEnd Sub",
                "gone|after",
            ),
            (
                "Class A\nSub Delete\nPrint \"A\"\nEnd Sub\nEnd Class\nClass B As A\nSub Delete\nPrint \"B\"\nEnd Sub\nEnd Class\nSub Initialize\nDim q As New B\nDelete q\nEnd Sub",
                "B|A",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub Initialize\nDim p As New A\nSet q = p\nDelete p\nPrint q.n\nEnd Sub",
                "error 91",
            ),
            (
                "Class A\nPublic x As Integer\nProperty Get half As Integer\nhalf = x / 2\nEnd Property\nProperty Set half As Integer\nx = half * 2\nEnd Property\nEnd Class\nSub Initialize\nDim p As New A\np.half = 4\nPrint p.half & p.x\nEnd Sub",
                "48",
            ),
            (
                "Class A\nl List As String\nProperty Get item(k As String) As String\nitem = l(k)\nEnd Property\nProperty Set item(k As String) As String\nl(k) = item\nEnd Property\nEnd Class\nSub Initialize\nDim p As New A\np.item(\"x\") = \"y\"\nPrint p.item(\"x\")\nEnd Sub",
                "y",
            ),
            (
                "Class A\nPublic v(2) As Integer\nFunction all\nall = v\nEnd Function\nEnd Class\nSub Initialize\nDim p As New A\np.v(1) = 6\nPrint p.v(1) & p.all()(1)\nEnd Sub",
                "66",
            ),
            (
                "Class A\nEnd Class\nClass B As A\nEnd Class\nSub Initialize\nDim p As A, q As B\nSet p = New B\nPrint (p IsA \"A\") & (p IsA \"B\") & (p IsA \"C\")\nSet q = p\nSet p = New A\nSet q = p\nEnd Sub",
                "TrueTrueFalse|error 13",
            ),
            (
                "Class A\nFunction f\nf = 1\nEnd Function\nEnd Class\nClass B As A\nFunction f\nf = A..f() + 1\nEnd Function\nEnd Class\nSub Initialize\nDim q As New B\nPrint q.f\nEnd Sub",
                "2",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub up(n)\nn = n + 1\nEnd Sub\nSub Initialize\nDim p As New A\nup p.n\nPrint p.n\nEnd Sub",
                "1",
            ),
            (
                "Class N\nPublic nx As N\nPublic v As Integer\nEnd Class\nSub Initialize\nDim p As New N\nSet p.nx = New N\np.nx.v = 5\nPrint p.nx.v\nPrint p.nx.nx Is Nothing\nPrint p.nx.nx.v\nEnd Sub",
                "5|True|error 91",
            ),
            (
                "Class A\nSub run\nPrint \"ran\" & Me.k\nEnd Sub\nPublic k As String\nEnd Class\nSub Initialize\nDim l List As A\nSet l(\"x\") = New A\nl(\"x\").k = \"!\"\nCall l(\"x\").run()\nEnd Sub",
                "ran!",
            ),
            (
                "Class A\nEnd Class\nSub Initialize\nDim p As New A\nPrint p.nothere\nEnd Sub",
                "error 185",
            ),
            (
                "Class A\nSub New(x)\nEnd Sub\nEnd Class\nSub Initialize\nDim p As New A\nEnd Sub",
                "error 217",
            ),
            (
                "Class A\nEnd Class\nSub Initialize\nDim p As New A\nv = p\nEnd Sub",
                "error 13",
            ),
            (
                "Class A\nPublic t As String\nSub add(s)\nt = t & s\nEnd Sub\nEnd Class\nSub Initialize\nDim p As New A\nWith p\n.add \"x\"\n.add \"y\"\nPrint .t\nEnd With\nEnd Sub",
                "xy",
            ),
            (
                "Class A\nFunction me2 As A\nSet me2 = Me\nEnd Function\nPublic n As Integer\nEnd Class\nSub Initialize\nDim p As New A\np.me2().n = 3\nPrint p.n & (p.me2 Is p)\nEnd Sub",
                "3True",
            ),
        ],
    );
}
