//! Classes in more depth: what is inherited, what is private, what `New`, `Delete` and properties do.

use super::modules_print;

#[test]
fn inheritance() {
    modules_print(
        "Derived classes; overriding methods of a base class; Sub New",
        &[
            (
                "Class A\nPublic n\nSub New(x, y)\nn = x + y\nEnd Sub\nEnd Class\nClass B As A\nSub New(x), A(x, 10)\nn = n * 2\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New B(1)\nPrint o.n\nEnd Sub",
                "22",
            ),
            (
                "Class A\nSub New(x)\nPrint \"A\" & x\nEnd Sub\nEnd Class\nClass B As A\nEnd Class\nSub Initialize\nDim o As New B(3)\nEnd Sub",
                "A3",
            ),
            (
                "Class A\nSub New\nPrint \"A\"\nEnd Sub\nEnd Class\nClass B As A\nSub New\nPrint \"B\"\nEnd Sub\nEnd Class\nClass C As B\nSub New\nPrint \"C\"\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New C\nEnd Sub",
                "A|B|C",
            ),
            (
                "Class A\nSub New(x)\nEnd Sub\nEnd Class\nClass B As A\nSub New\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New B\nEnd Sub",
                "error 217",
            ),
            (
                "Class A\nPublic n\nEnd Class\nClass B As A\nPublic m\nSub show\nPrint n & m\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New B\no.n = 1 : o.m = 2\no.show\nEnd Sub",
                "12",
            ),
            (
                "Class A\nFunction f(x)\nf = \"A\" & x\nEnd Function\nEnd Class\nClass B As A\nFunction f(x)\nf = \"B\" & A..f(x)\nEnd Function\nEnd Class\nClass C As B\nFunction f(x)\nf = \"C\" & B..f(x)\nEnd Function\nEnd Class\nSub Initialize\nDim o As A\nSet o = New C\nPrint o.f(1)\nEnd Sub",
                "CBA1",
            ),
            (
                "Class A\nSub one\nPrint \"A1\"\nCall two\nEnd Sub\nSub two\nPrint \"A2\"\nEnd Sub\nEnd Class\nClass B As A\nSub two\nPrint \"B2\"\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New B\no.one\nEnd Sub",
                "A1|B2",
            ),
            (
                "Class A\nx\nProperty Get p\np = x\nEnd Property\nProperty Set p\nx = p\nEnd Property\nEnd Class\nClass B As A\nProperty Set p\nA..p = p * 10\nEnd Property\nEnd Class\nSub Initialize\nDim o As New B\no.p = 4\nPrint o.p\nEnd Sub",
                "40",
            ),
            (
                "Class A\nPublic n\nEnd Class\nClass B As A\nSub change\nA..n = 5\nPrint A..n\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New B\no.change\nEnd Sub",
                "5",
            ),
            (
                "Class A\nl List\nProperty Set p(k) As Variant\nl(k) = p\nEnd Property\nProperty Get p(k)\np = l(k)\nEnd Property\nEnd Class\nClass B As A\nSub change\nA..p(\"x\") = 8\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New B\no.change\nPrint o.p(\"x\")\nEnd Sub",
                "8",
            ),
            (
                "Class A\nSub Delete\nPrint \"A\"\nEnd Sub\nEnd Class\nClass B As A\nEnd Class\nSub Initialize\nDim o As New B\nDelete o\nPrint \"end\"\nEnd Sub",
                "A|end",
            ),
            (
                "Class A\nEnd Class\nClass B As A\nEnd Class\nSub Initialize\nDim a As A\nSet a = New B\nPrint TypeName(a) & (a IsA \"A\") & (a IsA \"B\")\nEnd Sub",
                "BTrueTrue",
            ),
        ],
    );
}

#[test]
fn members() {
    modules_print(
        "Class statement: members, Public and Private; Me",
        &[
            (
                "Class A\nn As Integer\nEnd Class\nSub Initialize\nDim o As New A\nPrint o.n\nEnd Sub",
                "error 185",
            ),
            (
                "Class A\nPrivate n As Integer\nEnd Class\nSub Initialize\nDim o As New A\no.n = 1\nEnd Sub",
                "error 185",
            ),
            (
                "Class A\nPrivate Sub secret\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New A\no.secret\nEnd Sub",
                "error 185",
            ),
            (
                "Class A\nn As Integer\nFunction same(o As A)\nsame = o.n = n\nEnd Function\nEnd Class\nSub Initialize\nDim o As New A, p As New A\nPrint o.same(p)\nEnd Sub",
                "True",
            ),
            (
                "Class A\nn As Integer\nEnd Class\nClass B As A\nSub change\nMe.n = 3\nPrint n\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New B\no.change\nEnd Sub",
                "3",
            ),
            (
                "Class A\nPublic n As Integer\nSub change(n)\nMe.n = n\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New A\no.change 6\nPrint o.n\nEnd Sub",
                "6",
            ),
            (
                "Class A\nPublic s As String\nFunction add(x) As A\ns = s & x\nSet add = Me\nEnd Function\nEnd Class\nSub Initialize\nDim o As New A\nPrint o.add(1).add(2).add(3).s\nEnd Sub",
                "123",
            ),
            (
                "Class A\nPublic l List As A\nPublic n\nEnd Class\nSub Initialize\nDim o As New A\nSet o.l(\"x\") = New A\nSet o.l(\"x\").l(\"y\") = New A\no.l(\"x\").l(\"y\").n = 9\nPrint o.l(\"x\").l(\"y\").n\nEnd Sub",
                "9",
            ),
            (
                "Class A\nPublic a() As Integer\nSub New\nReDim a(2)\nEnd Sub\nSub grow\nReDim Preserve a(4)\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New A\no.a(2) = 7\no.grow\nPrint UBound(o.a) & o.a(2)\nEnd Sub",
                "47",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub Initialize\nDim o(2) As A\nSet o(1) = New A\no(1).n = 4\nPrint o(1).n & (o(0) Is Nothing)\nPrint o(0).n\nEnd Sub",
                "4True|error 91",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub Initialize\nDim o As New A\nWith o\n.n = 1\nSet o = New A\n.n = .n + 1\nPrint .n & o.n\nEnd With\nEnd Sub",
                "20",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub Initialize\nDim o As New A\nWith o\nWith o\n.n = 5\nEnd With\nPrint .n\nEnd With\nEnd Sub",
                "5",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub Initialize\nDim o As New A\no.n = \"x\"\nEnd Sub",
                "error 13",
            ),
            (
                "Class A\nPublic n As Integer\nEnd Class\nSub Initialize\nSet v = New A\nv.n = 2.5\nPrint v.n & TypeName(v) & DataType(v)\nEnd Sub",
                "2A34",
            ),
            (
                "Class A\nEnd Class\nSub Initialize\nDim o As New A, a(1) As A, l List As A\nPrint TypeName(o) & \",\" & TypeName(a) & \",\" & TypeName(l) & \",\" & DataType(a) & \",\" & TypeName(Nothing)\nEnd Sub",
                "A,A( ),A LIST,8226,OBJECT",
            ),
        ],
    );
}

#[test]
fn properties() {
    modules_print(
        "Property Get and Property Set statements",
        &[
            (
                "Class A\nn\nProperty Get p\np = n + 1\nEnd Property\nEnd Class\nSub Initialize\nDim o As New A\nPrint o.p\no.p = 3\nEnd Sub",
                "1|error 185",
            ),
            (
                "Class A\nn\nProperty Set p As Integer\nn = p\nEnd Property\nFunction fetch\nfetch = n\nEnd Function\nEnd Class\nSub Initialize\nDim o As New A\no.p = 2.5\nPrint o.fetch\no.p = \"x\"\nEnd Sub",
                "2|error 13",
            ),
            (
                "Class A\nother As A\nProperty Set p As A\nSet other = p\nEnd Property\nProperty Get p As A\nSet p = other\nEnd Property\nPublic n\nEnd Class\nSub Initialize\nDim o As New A\nSet o.p = New A\no.p.n = 3\nPrint o.p.n\nEnd Sub",
                "3",
            ),
            (
                "Class A\nProperty Get all\nall = Split(\"a b c\")\nEnd Property\nEnd Class\nSub Initialize\nDim o As New A\nPrint o.all(1)\nForAll x In o.all\nPrint x;\nEnd ForAll\nEnd Sub",
                "b|abc",
            ),
            (
                "Class A\nProperty Get p As Integer\nIf True Then Exit Property\np = 1\nEnd Property\nEnd Class\nSub Initialize\nDim o As New A\nPrint o.p\nEnd Sub",
                "0",
            ),
            (
                "Dim n\nProperty Get p\np = n * 2\nEnd Property\nSub Initialize\nn = 4\nPrint p\nEnd Sub",
                "8",
            ),
            (
                "Dim n\nProperty Set p As Integer\nn = n + p\nEnd Property\nProperty Get p As Integer\np = n * 2\nEnd Property\nSub Initialize\nDim k As Integer\nk = 3\np = k\np = \"4\"\nPrint p; k\np = \"x\"\nEnd Sub",
                "143|error 13",
            ),
            (
                "Class A\nPublic n\nEnd Class\nDim o As A\nProperty Set p As A\nSet o = p\nEnd Property\nProperty Get p As A\nSet p = o\nEnd Property\nSub Initialize\nSet p = New A\np.n = 3\nPrint p.n\nEnd Sub",
                "3",
            ),
        ],
    );
}

#[test]
fn ends() {
    modules_print(
        "Delete statement; Sub Delete; deleting an object",
        &[
            (
                "Class A\nSub Delete\nPrint \"gone\"\nEnd Sub\nEnd Class\nSub make\nDim o As New A\nPrint \"in\"\nEnd Sub\nSub Initialize\nmake\nPrint \"out\"\nEnd Sub",
                "in|gone|out",
            ),
            (
                "Class A\nSub Delete\nPrint \"gone\"\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New A, p As A\nSet p = o\nSet o = Nothing\nPrint \"held\"\nSet p = Nothing\nPrint \"end\"\nEnd Sub",
                "held|gone|end",
            ),
            (
                "Class A\nPublic n\nSub Delete\nPrint \"gone\" & n\nEnd Sub\nEnd Class\nSub Initialize\nDim o As New A\no.n = 1\nSet o = New A\nPrint \"second\"\nEnd Sub",
                "gone1|second|gone",
            ),
            (
                "Class A\nEnd Class\nSub Initialize\nDim o As A\nDelete o\nEnd Sub",
                "error 91",
            ),
            ("Sub Initialize\nv = 5\nDelete v\nEnd Sub", "error 102"),
            (
                "Class A\nPublic n\nEnd Class\nSub Initialize\nDim o As New A, p As A\nSet p = o\nDelete o\nPrint (o Is Nothing) & (p Is Nothing)\nEnd Sub",
                "TrueTrue",
            ),
            (
                "Class A\nPublic n\nSub Delete\nPrint \"d\" & n\nEnd Sub\nEnd Class\nSub Initialize\nDim l List As A\nSet l(\"a\") = New A\nl(\"a\").n = 1\nErase l(\"a\")\nPrint \"x\"\nEnd Sub",
                "d1|x",
            ),
        ],
    );
}
