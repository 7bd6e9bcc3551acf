//! Values of different types together: what is compared, added and joined as what, Null and Empty, and how long things are.

use super::{bodies_print, modules_print, values_print};

#[test]
fn comparison_and_addition() {
    bodies_print(
        "Relational (comparison) operators: operands of different types",
        &[
            ("s = \"34\"\nn = 34\nPrint n < s", "True"),
            ("s = \"34\"\nPrint 45 > s", "True"),
            ("n = 34\nPrint \"45\" > n", "True"),
            ("n = 34\nPrint \"34\" = n", "True"),
            ("n = 34\nPrint \"34.0\" = n", "False"),
            ("s = \"34.0\"\nPrint s = 34", "True"),
            ("s = \"x\"\nPrint s = 34", "error 13"),
            ("s = \"x\"\nn = 34\nPrint s = n", "False"),
            ("Dim s As String, n As Variant\nn = 0\nPrint s = n", "False"),
            ("Dim s As String\nPrint s = e", "True"),
            ("Dim i As Integer\nPrint i = e", "True"),
            ("v = \"\"\nPrint v = e", "True"),
            ("v = 0\nPrint v = e", "True"),
            ("v = \"a\"\nPrint v > e", "True"),
            ("v = Null\nPrint IsNull(v = 1) & IsNull(1 < v)", "TrueTrue"),
            ("v = True\nPrint v = -1", "True"),
            (
                "d = DateNumber(2026, 1, 2)\nPrint d > DateNumber(2026, 1, 1)",
                "True",
            ),
            (
                "d = DateNumber(2026, 1, 2)\nPrint d = \"01/02/2026\"",
                "True",
            ),
            (
                "v = 5\nSelect Case v\nCase \"5\" : Print \"text\"\nCase 5 : Print \"number\"\nEnd Select",
                "text",
            ),
            (
                "v = \"5\"\nSelect Case v\nCase 4 To 6 : Print \"in\"\nEnd Select",
                "in",
            ),
            (
                "l& = 5 : c@ = 5 : d# = 5\nPrint (l& = c@) And (c@ = d#)",
                "True",
            ),
        ],
    );
    bodies_print(
        "Addition operator; string concatenation operators",
        &[
            ("a = \"8\"\nPrint a + 7", "15"),
            ("a = \"8\"\nPrint a + \"7\"", "87"),
            ("a = \"8\"\nDim b As Integer\nb = 7\nPrint a + b", "15"),
            ("a = 8\nPrint \"7\" + a", "78"),
            ("a = 8\nDim s As String\ns = \"7\"\nPrint a + s", "87"),
            ("a = \"8\"\nb = 7\nPrint a + b", "15"),
            ("a = \"x\"\nPrint a + 7", "error 13"),
            ("Print 100 & \"200\"", "100200"),
            ("Print 100 + \"200\"", "300"),
            ("Print TypeName(e + e)", "INTEGER"),
            (
                "v = Null\nPrint IsNull(v + \"a\") & \"[\" & v & \"]\"",
                "True[]",
            ),
            ("Print 56 & \" Baker St.\"", "56 Baker St."),
            ("x% = 5\nPrint x% & True & e", "5True"),
            ("Print TypeName(DateNumber(2026, 1, 1) + 1)", "DATE"),
            (
                "Print TypeName(1! + 1&) & TypeName(1! * 1#) & TypeName(2 ^ 2)",
                "SINGLEDOUBLEDOUBLE",
            ),
        ],
    );
    modules_print(
        "Automatic data type conversion: what is declared does not grow",
        &[
            (
                "Sub Initialize\nDim i As Integer\ni = 32767\nPrint i + 1\nEnd Sub",
                "error 6",
            ),
            ("Sub Initialize\nv = 32767\nPrint v + 1\nEnd Sub", "32768"),
            (
                "Sub f(i As Integer)\nPrint i + 1\nEnd Sub\nSub Initialize\nf 32767\nEnd Sub",
                "error 6",
            ),
            (
                "Function f As Integer\nf = 32767\nEnd Function\nSub Initialize\nPrint f() + 1\nEnd Sub",
                "error 6",
            ),
            (
                "Function f\nf = 32767\nEnd Function\nSub Initialize\nPrint f() + 1\nEnd Sub",
                "32768",
            ),
            (
                "Sub Initialize\nDim l As Long\nl = 2147483647\nl = l + 1\nEnd Sub",
                "error 6",
            ),
            (
                "Sub Initialize\nDim l As Long\nl = 200 * 200\nEnd Sub",
                "error 6",
            ),
            (
                "Sub Initialize\nDim l As Long\nl = 200 * 200&\nPrint l\nEnd Sub",
                "40000",
            ),
            (
                "Sub Initialize\nDim b As Byte\nb = 255\nPrint TypeName(b + b) & (b + b)\nEnd Sub",
                "INTEGER510",
            ),
            (
                "Sub Initialize\nDim c As Currency\nc = 922337203685477\nc = c * 10\nEnd Sub",
                "error 6",
            ),
            (
                "Sub Initialize\nDim i As Integer\ni = -32768\nPrint -i\nEnd Sub",
                "error 6",
            ),
            (
                "Sub Initialize\nDim a(1) As Integer\na(0) = 32767\nPrint a(0) + a(0)\nEnd Sub",
                "error 6",
            ),
        ],
    );
}

#[test]
fn null_and_empty() {
    bodies_print(
        "NULL and EMPTY values",
        &[
            (
                "v = Null\nPrint IsNull(v + 1) & IsNull(v * 0) & IsNull(-v) & IsNull(Not v)",
                "TrueTrueTrueTrue",
            ),
            ("v = Null\ns$ = v", "error 94"),
            ("v = Null\nIf v Then Print 1 Else Print 2", "2"),
            ("v = Null\nDo While v\nPrint 1\nLoop\nPrint 2", "2"),
            (
                "v = Null\nPrint IsNull(v Or True) & (v And False)",
                "FalseFalse",
            ),
            (
                "v = Null\nPrint TypeName(v) & DataType(v) & IsEmpty(v)",
                "NULL1False",
            ),
            ("v = Null\nPrint v & \"x\"", "x"),
            ("Print e + 5 & \",\" & e * 2 & \",\" & e & \"x\"", "5,0,x"),
            (
                "Print IsEmpty(e) & TypeName(e) & DataType(e) & IsNumeric(e)",
                "TrueEMPTY0True",
            ),
            ("Dim v\nv = 5\nv = Empty\nPrint IsEmpty(v)", "True"),
            ("Dim a(1)\nPrint IsEmpty(a(0))", "True"),
            (
                "Dim i%, s$, b As Boolean\nPrint i% & \",\" & s$ & \",\" & b",
                "0,,False",
            ),
            ("i% = 5\ni% = Empty\nPrint i%", "0"),
            ("s$ = \"x\"\ns$ = Empty\nPrint \"[\" & s$ & \"]\"", "[]"),
            (
                "Print IsNull(Mid(Null, 1)) & IsNull(UCase(Null)) & IsNull(InStr(Null, \"a\")) & IsNull(Abs(Null))",
                "TrueTrueTrueTrue",
            ),
            (
                "Print IsNull(Year(Null)) & IsNull(Int(Null)) & IsNull(Sgn(Null))",
                "TrueTrueTrue",
            ),
            (
                "v = Null\nPrint IsNull(v Like \"*\") & IsNull(\"a\" Like v)",
                "TrueTrue",
            ),
            (
                "x = e\nPrint IsEmpty(x) & (x = \"\") & (x = 0)",
                "TrueTrueTrue",
            ),
        ],
    );
}

#[test]
fn lengths() {
    bodies_print(
        "Len, LenB functions",
        &[
            (
                "Dim i As Integer, l As Long, d As Double, c As Currency, s As Single, b As Byte\nPrint Len(i) & Len(l) & Len(d) & Len(c) & Len(s) & Len(b)",
                "248841",
            ),
            ("v = 12345\nPrint Len(v) & LenB(v)", "510"),
            ("Print Len(e) & Len(\"\")", "00"),
            ("Print Len(Null)", "error 94"),
            ("v = True\nPrint Len(v)", "4"),
            ("Dim s As String * 8\nPrint Len(s)", "8"),
            ("Dim a(1) As Long\nPrint Len(a(0))", "4"),
            (
                "Dim l List As String\nl(\"x\") = \"abc\"\nPrint Len(l(\"x\"))",
                "3",
            ),
            ("Print Len(\"a\" & 1)", "2"),
        ],
    );
    modules_print(
        "Len function: a user-defined data type",
        &[(
            "Type P\na As Integer\nb As Double\nc As String * 4\nd(2) As Long\nEnd Type\nSub Initialize\nDim p As P\nPrint Len(p)\nEnd Sub",
            "26",
        )],
    );
}

#[test]
fn places_of_zones() {
    bodies_print(
        "Print statement: zones, Tab and Spc",
        &[
            ("Print 1, 2", "1             2"),
            (
                "Print \"fourteen chars\", 2",
                "fourteen chars              2",
            ),
            ("Print , 1", "              1"),
            ("Print 1,\nPrint 2", "1             2"),
            ("Print \"a\"; Spc(3); \"b\"", "a   b"),
            ("Print \"a\"; Tab(5); \"b\"; Tab(2); \"c\"", "a   b| c"),
            ("Print Tab(3); \"x\"", "  x"),
            ("Print \"a\" \"b\"", "ab"),
            ("Print True; 1.5; 2@; Null; \"s\"", "True1.52#NULL#s"),
            ("Print -1; 1", "-11"),
        ],
    );
}

#[test]
fn rounding() {
    values_print(
        "CInt, CLng, CCur, Round, Int, Fix functions; integer division and Mod operators: rounding",
        &[
            ("CInt(0.5) & CInt(1.5) & CInt(-0.5) & CInt(-1.5)", "020-2"),
            ("CLng(32768.5) & \",\" & CLng(\"1E3\")", "32768,1000"),
            ("CInt(True) & CInt(\"-3.7\")", "-1-4"),
            ("CCur(0.00005) & \",\" & CCur(0.00015)", "0,0.0002"),
            ("CByte(254.5) & CByte(True And False)", "2540"),
            (
                "Round(-2.5, 0) & Round(0.125, 2) & Round(1.005, 2)",
                "-20.121",
            ),
            (
                "Int(-0.5) & Fix(-0.5) & Int(3) & TypeName(Int(2.5))",
                "-103DOUBLE",
            ),
            ("16.9 \\ 5.6 & \",\" & -16.9 \\ 5.6", "2,-2"),
            ("2.5 Mod 2 & \",\" & 3.5 Mod 3 & \",\" & -7 Mod 4", "0,1,-3"),
            ("CBool(0.1) & CBool(\"0\") & CBool(Empty)", "TrueFalseFalse"),
            ("CSng(0.1) + CSng(0.2)", "0.3"),
            ("CDbl(\"1,5\")", "error 13"),
            (
                "CStr(1E15) & \",\" & CStr(0.00001) & \",\" & CStr(-0.5)",
                "1E+15,1E-05,-0.5",
            ),
            (
                "CStr(123456789012345#) & \",\" & CStr(1 / 3)",
                "123456789012345,0.333333333333333",
            ),
            (
                "Fraction(-1.25) & \",\" & Sgn(-0.1) & \",\" & Abs(-32768&)",
                "-0.25,-1,32768",
            ),
        ],
    );
}
