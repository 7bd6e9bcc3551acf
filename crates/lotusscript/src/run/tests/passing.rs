//! What is passed, and how: by reference and by value, in every shape that a script has.

use super::modules_print;

/// A Sub that is called, and what is done with it.
fn calls_print(page: &str, cases: &[(&str, &str, &str)]) {
    let sources: Vec<String> = cases
        .iter()
        .map(|(called, body, _)| format!("{called}\nSub Initialize\n{body}\nEnd Sub\n"))
        .collect();
    let cases: Vec<(&str, &str)> = sources
        .iter()
        .zip(cases)
        .map(|(source, (_, _, expected))| (source.as_str(), *expected))
        .collect();
    modules_print(page, &cases);
}

const UP: &str = "Sub up(n As Integer)\nn = n + 1\nEnd Sub";
const ANY: &str = "Sub change(x)\nx = \"new\"\nEnd Sub";
const COPY: &str = "Sub change(ByVal x)\nx = \"new\"\nEnd Sub";

#[test]
fn by_reference() {
    calls_print(
        "Passing arguments by reference and by value",
        &[
            (UP, "Dim i As Integer\nup i\nCall up(i)\nPrint i", "2"),
            (UP, "Dim i As Integer\nup (i)\nPrint i", "0"),
            (UP, "Dim i As Integer\nCall up((i))\nPrint i", "0"),
            (UP, "Dim i As Integer\nup ByVal i\nPrint i", "0"),
            (UP, "Dim i As Integer\nup i + 0\nPrint i", "0"),
            (UP, "up 5\nPrint \"ok\"", "ok"),
            (UP, "up 2.5\nPrint \"ok\"", "ok"),
            (UP, "up \"x\"", "error 13"),
            (UP, "up 40000", "error 6"),
            (UP, "Dim l As Long\nup l", "error 13"),
            (UP, "Dim d As Double\nup ByVal d\nPrint d", "0"),
            (UP, "Dim s As String\nup s", "error 13"),
            (UP, "v = 5\nup v\nPrint v", "6"),
            (UP, "v = 5&\nup v\nPrint v", "5"),
            (UP, "v = \"5\"\nup v\nPrint v", "5"),
            (UP, "Dim a(3) As Integer\nup a(2)\nPrint a(2)", "1"),
            (
                UP,
                "Dim a(1, 1) As Integer\nup a(1, 0)\nPrint a(1, 0) & a(0, 1)",
                "10",
            ),
            (UP, "Dim a(3) As Integer\nup (a(2))\nPrint a(2)", "0"),
            (
                UP,
                "Dim l List As Integer\nl(\"k\") = 1\nup l(\"k\")\nPrint l(\"k\")",
                "2",
            ),
            (UP, "Dim l List As Integer\nup l(\"k\")", "error 120"),
            (
                UP,
                "Dim a(1) As Integer\nForAll x In a\nup x\nEnd ForAll\nPrint a(0) & a(1)",
                "11",
            ),
            (ANY, "change v\nPrint v", "new"),
            (ANY, "Dim s As String\nchange s\nPrint s", "new"),
            (ANY, "Dim s As String * 2\nchange s\nPrint s", "ne"),
            (ANY, "Dim i As Integer\nchange i", "error 13"),
            (ANY, "Dim a(1)\nchange a(1)\nPrint a(1)", "new"),
            (
                ANY,
                "Dim l List\nl(\"k\") = 1\nchange l(\"k\")\nPrint l(\"k\")",
                "new",
            ),
            (
                ANY,
                "v = Split(\"a b\")\nchange v(1)\nPrint Join(v)",
                "a new",
            ),
            (ANY, "v = Split(\"a b\")\nchange v\nPrint v", "new"),
            (COPY, "v = \"old\"\nchange v\nPrint v", "old"),
            (COPY, "v = Split(\"a b\")\nchange v(0)\nPrint v(0)", "a"),
            (
                "Sub outer(x)\nCall inner(x)\nEnd Sub\nSub inner(x)\nx = x * 2\nEnd Sub",
                "v = 4\nouter v\nPrint v",
                "8",
            ),
            (
                "Sub both(a, b)\na = 1\nb = 2\nEnd Sub",
                "both v, v\nPrint v",
                "2",
            ),
            (
                "Dim g\nSub f(x)\nx = 1\ng = g + 1\nx = x + 1\nEnd Sub",
                "f g\nPrint g",
                "3",
            ),
            (
                "Sub f(x, n)\nIf n > 0 Then f x, n - 1\nx = x & n\nEnd Sub",
                "f s, 3\nPrint s",
                "0123",
            ),
        ],
    );
}

#[test]
fn containers_and_objects() {
    const RECORD: &str = "Type P\nn As Integer\na(1) As String\nEnd Type";
    calls_print(
        "Passing arguments: arrays, lists, types, objects",
        &[
            (
                "Sub fill(a() As String)\nReDim a(2)\na(2) = \"z\"\nEnd Sub",
                "Dim d() As String\nfill d\nPrint UBound(d) & d(2)",
                "2z",
            ),
            (
                "Sub fill(a)\na(0) = 9\nEnd Sub",
                "Dim a(1) As Integer\nfill a\nPrint a(0)",
                "9",
            ),
            (
                "Sub fill(ByVal a)\na(0) = 9\nEnd Sub",
                "Dim a(1) As Integer\nfill a\nPrint a(0)",
                "0",
            ),
            (
                "Sub fill(a() As Integer)\nEnd Sub",
                "Dim s As String\nfill s",
                "error 13",
            ),
            (
                "Sub fill(l List As Integer)\nErase l(\"a\")\nl(\"b\") = 7\nEnd Sub",
                "Dim l List As Integer\nl(\"a\") = 1\nfill l\nForAll x In l\nPrint ListTag(x) & x\nEnd ForAll",
                "b7",
            ),
            (
                "Function total(a) As Long\nForAll x In a\ntotal = total + x\nEnd ForAll\nEnd Function",
                "Dim a(2) As Integer, l List As Integer\na(0) = 1 : a(2) = 2 : l(\"x\") = 5\nPrint total(a) + total(l)",
                "8",
            ),
            (
                &format!("{RECORD}\nSub change(p As P)\np.n = 4\np.a(1) = \"x\"\nEnd Sub"),
                "Dim p As P\nchange p\nPrint p.n & p.a(1)",
                "4x",
            ),
            (
                &format!("{RECORD}\nSub up(n As Integer)\nn = n + 1\nEnd Sub"),
                "Dim p(1) As P\nup p(1).n\nup p(1).n\nPrint p(1).n",
                "2",
            ),
            (
                &format!("{RECORD}\nSub change(s As String)\ns = \"y\"\nEnd Sub"),
                "Dim p As P\nWith p\nchange .a(1)\nEnd With\nPrint p.a(1)",
                "y",
            ),
            (
                "Class A\nPublic n As Integer\nPublic l List As Integer\nEnd Class\nSub up(n As Integer)\nn = n + 1\nEnd Sub",
                "Dim o As New A\nup o.n\no.l(\"k\") = 5\nup o.l(\"k\")\nPrint o.n & o.l(\"k\")",
                "16",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub change(o As A)\no.n = 5\nSet o = Nothing\nEnd Sub",
                "Dim o As New A, p As A\nSet p = o\nchange o\nPrint (o Is Nothing) & p.n",
                "True5",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub change(ByVal o As A)\no.n = 5\nSet o = Nothing\nEnd Sub",
                "Dim o As New A\nchange o\nPrint (o Is Nothing) & o.n",
                "False5",
            ),
            (
                "Class A\nEnd Class\nClass B As A\nEnd Class\nFunction f(o As A)\nf = TypeName(o)\nEnd Function",
                "Dim b As New B\nPrint f(b)",
                "B",
            ),
            (
                "Class A\nEnd Class\nClass B As A\nEnd Class\nFunction f(o As B)\nf = TypeName(o)\nEnd Function",
                "Dim a As New A\nPrint f(a)",
                "error 13",
            ),
            (
                "Function f(o As Variant)\nf = o Is Nothing\nEnd Function",
                "Print f(Nothing)",
                "True",
            ),
            (
                "Function three\nDim a(2)\na(2) = 3\nthree = a\nEnd Function",
                "Print three()(2)\nv = three\nPrint UBound(v)",
                "3|2",
            ),
            (
                "Class A\nPublic n\nEnd Class\nFunction make(n) As A\nSet make = New A\nmake.n = n\nEnd Function",
                "Print make(7).n",
                "7",
            ),
        ],
    );
}
