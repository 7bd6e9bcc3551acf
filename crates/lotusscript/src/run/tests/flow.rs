//! Flow in more depth: cases, loops and jumps in their less frequent forms; arrays, lists, constants and directives.

use super::{bodies_print, modules_print};

#[test]
fn cases_and_conditions() {
    bodies_print(
        "Select Case statement; If...Then...Else, If...Then...ElseIf statements",
        &[
            (
                "Select Case 5\nCase Is < 3, Is > 4 : Print \"out\"\nCase Else : Print \"in\"\nEnd Select",
                "out",
            ),
            (
                "Select Case 5\nCase 1 To 3, 5 To 7 : Print \"yes\"\nEnd Select",
                "yes",
            ),
            (
                "Select Case 3\nCase 5 To 1 : Print \"backwards\"\nCase Else : Print \"else\"\nEnd Select",
                "else",
            ),
            (
                "Select Case \"b\"\nCase \"a\" To \"c\" : Print 1\nEnd Select",
                "1",
            ),
            (
                "Select Case \"B\"\nCase \"b\" : Print 1\nCase \"B\" : Print 2\nEnd Select",
                "2",
            ),
            (
                "Select Case 2\nCase 2 : Print 1\nCase 2 : Print 2\nEnd Select",
                "1",
            ),
            (
                "Select Case Null\nCase 1 : Print 1\nCase Else : Print \"else\"\nEnd Select",
                "else",
            ),
            (
                "Select Case True\nCase 1 > 2 : Print 1\nCase 2 > 1 : Print 2\nEnd Select",
                "2",
            ),
            (
                "x = 1\nSelect Case x\nCase 1\nx = 2\nPrint x\nCase 2\nPrint \"no\"\nEnd Select",
                "2",
            ),
            (
                "Select Case 1\nCase 1\nSelect Case 2\nCase 2 : Print \"inner\"\nEnd Select\nPrint \"outer\"\nEnd Select",
                "inner|outer",
            ),
            ("If 0 Then Print 1 Else If 1 Then Print 2 Else Print 3", "2"),
            ("If 1 Then Print 1 : Print 2 Else Print 3 : Print 4", "1|2"),
            ("If 0 Then Print 1 : Print 2 Else Print 3 : Print 4", "3|4"),
            ("If 2 Then Print \"two\"", "two"),
            ("If \"1\" Then Print \"text\"", "text"),
            ("If 0.4 Then Print \"not zero\"", "not zero"),
            ("If e Then Print 1 Else Print \"empty\"", "empty"),
        ],
    );
}

#[test]
fn loops_and_jumps() {
    bodies_print(
        "For...Next, ForAll, Do, While statements; Exit statement",
        &[
            (
                "For i = 10 To 1 Step -3\nPrint i & \" \";\nNext",
                "10 7 4 1 ",
            ),
            (
                "For i = 1 To 2.5 Step 0.5\nPrint i & \" \";\nNext",
                "1 1.5 2 2.5 ",
            ),
            (
                "For i% = 1 To 3\ni% = i% + 1\nPrint i%;\nNext\nPrint i%",
                "245",
            ),
            ("For i = 5 To 1\nPrint i\nNext\nPrint \"none\" & i", "none5"),
            (
                "s = 2\nFor i = 1 To 6 Step s\ns = 100\nPrint i;\nNext",
                "135",
            ),
            (
                "For i = 1 To 2\nFor j = 1 To 9\nIf j = 2 Then Exit For\nPrint i & j & \" \";\nNext\nNext",
                "11 21 ",
            ),
            (
                "Do\nDo\nn = n + 1\nIf n = 2 Then Exit Do\nLoop\nPrint n\nExit Do\nLoop",
                "2",
            ),
            ("Do Until n = 3\nn = n + 1\nLoop\nPrint n", "3"),
            ("Do\nn = n + 1\nLoop While n < 3\nPrint n", "3"),
            ("Do\nn = n + 1\nLoop While False\nPrint n", "1"),
            (
                "While n < 3\nn = n + 1\nIf n = 2 Then GoTo out\nWend\nout: Print n",
                "2",
            ),
            (
                "On Error Resume Next\nFor i = 1 To 1 / 0\nPrint \"in\"\nNext\nPrint \"out\" & Err",
                "in|out92",
            ),
            (
                "Dim a(1 To 2, 1 To 2) As Integer\nForAll x In a\nn = n + 1\nx = n\nEnd ForAll\nPrint a(1, 1) & a(2, 1) & a(1, 2) & a(2, 2)",
                "1234",
            ),
            (
                "Dim l List As String\nl(\"b\") = 1 : l(\"a\") = 2\nForAll x In l\nForAll y In l\nPrint ListTag(x) & ListTag(y) & \" \";\nEnd ForAll\nEnd ForAll",
                "bb ba ab aa ",
            ),
            (
                "Dim l List As Integer\nFor i = 1 To 4\nl(i) = i\nNext\nForAll x In l\nIf x Mod 2 = 0 Then Erase l(ListTag(x))\nEnd ForAll\nForAll x In l\nPrint x;\nEnd ForAll",
                "13",
            ),
            (
                "ForAll x In Split(\"c a b\")\nForAll y In Split(x & \",\", \",\")\nPrint y;\nEnd ForAll\nEnd ForAll",
                "cab",
            ),
            (
                "v = Split(\"a b\")\nForAll x In v\nx = UCase(x)\nEnd ForAll\nPrint Join(v)",
                "A B",
            ),
            (
                "ReDim a(1)\na(0) = Split(\"a b\")\nForAll x In a\nIf IsArray(x) Then Print x(1)\nEnd ForAll",
                "b",
            ),
        ],
    );
    bodies_print(
        "GoSub, Return, On...GoSub, On...GoTo, GoTo statements",
        &[
            (
                "For i = 1 To 3\nGoSub part\nNext\nExit Sub\npart: Print i;\nReturn",
                "123",
            ),
            (
                "GoSub a\nPrint 3\nExit Sub\na: GoSub b\nPrint 2\nReturn\nb: Print 1\nReturn",
                "1|2|3",
            ),
            (
                "For i = 0 To 3\nOn i GoSub a, b\nPrint \"-\";\nNext\nExit Sub\na: Print \"a\";\nReturn\nb: Print \"b\";\nReturn",
                "-a-b--",
            ),
            ("On -1 GoTo a\na: Print 1", "error 5"),
            (
                "On 1.5 GoTo a, b\na: Print \"a\"\nExit Sub\nb: Print \"b\"",
                "b",
            ),
            ("again: n = n + 1\nIf n < 3 GoTo again\nPrint n", "3"),
            (
                "GoTo inside\nIf False Then\ninside: Print \"in\"\nEnd If\nPrint \"out\"",
                "in|out",
            ),
        ],
    );
}

#[test]
fn arrays_and_lists() {
    bodies_print(
        "Dim, ReDim, Erase statements; arrays and lists",
        &[
            (
                "Dim a(-2 To 2) As String\na(-2) = \"x\"\nPrint LBound(a) & UBound(a) & a(-2) & \"[\" & a(2) & \"]\"",
                "-22x[]",
            ),
            (
                "Dim a(1, 2, 3) As Integer\na(1, 2, 3) = 5\nPrint a(1, 2, 3) & UBound(a, 3)\nPrint UBound(a, 4)",
                "53|error 9",
            ),
            ("Dim a(2) As Integer\nPrint a(1, 1)", "error 9"),
            ("Dim a(2) As Integer\na(1.5) = 7\nPrint a(2)", "7"),
            ("Dim a(2) As Integer\na(\"1\") = 7\nPrint a(1)", "7"),
            (
                "ReDim a(3) As Integer\nFor i = 0 To 3\na(i) = i\nNext\nReDim Preserve a(1)\nPrint UBound(a) & a(1)\nReDim Preserve a(2)\nPrint a(2)",
                "11|0",
            ),
            ("ReDim a(1 To 2)\nReDim Preserve a(2 To 3)", "error 9"),
            ("ReDim a(1, 1)\nReDim Preserve a(3)", "error 9"),
            ("ReDim a(-1)", "error 9"),
            ("n = 2\nReDim a(n * 2)\nPrint UBound(a)", "4"),
            ("Dim v\nReDim v(2)\nv(0) = 1\nv = 5\nPrint v", "5"),
            (
                "Dim a() As Integer\nPrint IsArray(a) & TypeName(a)",
                "TrueINTEGER( )",
            ),
            (
                "Dim a(1) As String\nPrint TypeName(a) & DataType(a)",
                "STRING( )8200",
            ),
            (
                "Dim a(1)\na(0) = Split(\"x y\")\nPrint a(0)(1)\na(0)(1) = \"z\"\nPrint a(0)(1)",
                "y|z",
            ),
            (
                "a = Split(\"x y\")\nb = a\nb(0) = \"q\"\nPrint a(0) & b(0)",
                "xq",
            ),
            (
                "Dim l List As Integer\nl(\"a\") = l(\"a\") + 1",
                "error 120",
            ),
            (
                "Dim l List As Integer\nl(\"a\") = 1\nErase l(\"a\")\nl(\"a\") = 2\nPrint l(\"a\")",
                "2",
            ),
            (
                "Dim l List\nl(1) = \"a\" : l(\"1\") = \"b\"\nForAll x In l\nPrint ListTag(x) & x\nEnd ForAll",
                "1b",
            ),
            ("Dim l List As Integer\nl = 5", "error 13"),
            (
                "Dim l List As Integer\nl(\"x\") = 1\nv = l\nPrint v(\"x\") & TypeName(v)",
                "1INTEGER LIST",
            ),
            (
                "Dim l List As Integer\nPrint IsList(l) & DataType(l) & IsElement(l(\"x\"))",
                "True2050False",
            ),
            (
                "Dim l List As String\nl(\"x\") = \"a\"\nl(\"x\") = l(\"x\") & \"b\"\nPrint l(\"x\")",
                "ab",
            ),
        ],
    );
}

#[test]
fn constants_statics_and_directives() {
    modules_print(
        "Const, Static, Option, Deftype statements; %If, %Include directives",
        &[
            (
                "Const a = 2\nConst b = a ^ 3 & \"x\"\nSub Initialize\nPrint b\nEnd Sub",
                "8x",
            ),
            (
                "Sub Initialize\nConst k% = 7.0\nPrint TypeName(k%)\nEnd Sub",
                "INTEGER",
            ),
            (
                "Const k = 1\nSub Initialize\nConst k = 2\nPrint k\nEnd Sub",
                "2",
            ),
            (
                "Sub f\nStatic n\nn = n + 1\nPrint n;\nEnd Sub\nSub g\nStatic n\nn = n + 10\nPrint n;\nEnd Sub\nSub Initialize\nCall f : Call g : Call f : Call g\nEnd Sub",
                "110220",
            ),
            (
                "Static Function f\nDim l List As Integer\nl(\"x\") = 1\nf = IsElement(l(\"y\"))\nl(\"y\") = 1\nEnd Function\nSub Initialize\nPrint f & f\nEnd Sub",
                "FalseTrue",
            ),
            (
                "Option Base 1\nSub Initialize\nDim a(2), b(0 To 2)\nReDim c(3)\nPrint LBound(a) & LBound(b) & LBound(c) & LBound(Split(\"a\"))\nEnd Sub",
                "1010",
            ),
            (
                "Option Compare NoCase\nSub Initialize\nPrint (\"ABC\" = \"abc\") & (\"a\" < \"B\") & StrCompare(\"A\", \"a\") & StrCompare(\"A\", \"a\", 0)\nEnd Sub",
                "TrueTrue0-1",
            ),
            (
                "Option Compare NoCase\nSub Initialize\nPrint Replace(\"aXa\", \"A\", \"b\") & ArrayGetIndex(Split(\"x Y\"), \"y\") & Join(ArrayUnique(Split(\"a A b\")))\nEnd Sub",
                "bXb1a b",
            ),
            (
                "Option Compare NoCase\nSub Initialize\nSelect Case \"X\"\nCase \"x\" : Print 1\nEnd Select\nPrint InStr(\"ABC\", \"b\") & StrLeft(\"aXb\", \"x\")\nEnd Sub",
                "1|2a",
            ),
            (
                "Option Compare Binary\nSub Initialize\nPrint \"a\" = \"A\"\nEnd Sub",
                "False",
            ),
            (
                "DefStr S\nDefLng L-N\nSub Initialize\nPrint TypeName(s1) & TypeName(m) & TypeName(x)\nEnd Sub",
                "STRINGLONGEMPTY",
            ),
            (
                "%If WIN32\nConst k = \"win\"\n%Else\nConst k = \"other\"\n%End If\nSub Initialize\nPrint k\nEnd Sub",
                "win",
            ),
            (
                "Sub Initialize\n%If UNIX\nPrint \"unix\"\n%ElseIf WIN32\nPrint \"win\"\n%Else\nPrint \"else\"\n%End If\nEnd Sub",
                "win",
            ),
            (
                "%Include \"lserr.lss\"\nSub Initialize\nOn Error Resume Next\nx = 1 / 0\nPrint Err = ErrDivisionByZero\nEnd Sub",
                "True",
            ),
            (
                "Dim g As Integer\nSub Initialize\ng = 4\nPrint g\nEnd Sub\nSub Terminate\nPrint \"end\" & g\nEnd Sub",
                "4|end4",
            ),
            (
                "Class A\nSub Delete\nPrint \"gone\"\nEnd Sub\nEnd Class\nDim g As A\nSub Initialize\nSet g = New A\nEnd Sub\nSub Terminate\nPrint \"end\"\nEnd Sub",
                "end|gone",
            ),
            ("Sub Initialize\nPrint |a\nb| & {c}\nEnd Sub", "a\nbc"),
            (
                "Sub Initialize\nx = 1 + _\n2\nPrint x : Print &HFF & &O17 & &B101\nEnd Sub",
                "3|255155",
            ),
        ],
    );
}

#[test]
fn dates() {
    bodies_print(
        "DateNumber, TimeNumber, DateValue, TimeValue, CDat, Weekday, Format functions; date arithmetic",
        &[
            ("Print DateNumber(1999, 10, 8)", "10/08/1999"),
            ("Print DateNumber(99, 2 - 5, 4 - 10)", "08/25/1998"),
            ("Print DateNumber(99, -3, -6)", "08/25/1998"),
            (
                "Print DateNumber(12, 1, 1) & \",\" & DateNumber(88, 1, 1)",
                "01/01/2012,01/01/1988",
            ),
            (
                "Print DateNumber(1995, -2, 10) & \",\" & DateNumber(1995, 5, -3)",
                "10/10/1994,04/27/1995",
            ),
            ("Print Year(\"1/1/49\") & Year(\"1/1/50\")", "20491950"),
            (
                "Print TimeNumber(25, 0, 0) & \",\" & TimeNumber(1, 61, 0)",
                "01:00:00 AM,02:01:00 AM",
            ),
            (
                "d = DateNumber(2026, 2, 28) + 1\nPrint Month(d) & Day(d) & Weekday(d)",
                "311",
            ),
            (
                "d = DateNumber(2026, 11, 21)\nPrint Year(d) * 10000 + Month(d) * 100 + Day(d)",
                "20261121",
            ),
            (
                "t = TimeNumber(23, 59, 58)\nPrint (Hour(t) * 60 + Minute(t)) * 60 + Second(t)",
                "86398",
            ),
            ("d = DateNumber(2024, 2, 28) + 1\nPrint Day(d)", "29"),
            (
                "d = DateNumber(2026, 1, 1) + TimeNumber(6, 0, 0)\nPrint d & \",\" & Hour(d + 0.25)",
                "01/01/2026 06:00:00 AM,12",
            ),
            (
                "Print DateValue(\"March 4, 2026\") - DateValue(\"3/1/2026\")",
                "3",
            ),
            (
                "Print CDbl(TimeValue(\"12:00\")) & CDbl(CDat(2.5))",
                "0.52.5",
            ),
            (
                "Print IsDate(\"2/30/2026\") & IsDate(\"10:61\") & IsDate(Now) & IsDate(\"June 2026\")",
                "FalseFalseTrueTrue",
            ),
            ("Print Month(60) & Day(60) & Year(60)", "2281900"),
            ("Print Year(-657434) & \",\" & Year(2958465)", "100,9999"),
            ("Print Year(2958466)", "error 13"),
            ("Print Hour(0.999999999) & Minute(0.5)", "00"),
            (
                "Print TypeName(Today) & (Today = Int(Now)) & (Now > Today)",
                "DATETrueTrue",
            ),
            (
                "Print Format(DateNumber(2026, 11, 5), \"dddd, d mmmm yyyy\")",
                "Thursday, 5 November 2026",
            ),
            (
                "Print Format(DateNumber(2026, 11, 5), \"dd/mm/yy\") & Format(0.75, \" hh:mm AM/PM\")",
                "05/11/26 06:00 PM",
            ),
            (
                "Print Format(DateNumber(2026, 11, 5), \"q\") & \",\" & Format(DateNumber(2026, 2, 1), \"y\") & \",\" & Format(DateNumber(2026, 11, 5), \"w\")",
                "4,32,5",
            ),
            ("Print Format(\"11/5/2026\", \"yyyymmdd\")", "20261105"),
            (
                "Print Format(100000, \"##0,.\") & Format(12345678, \"#,##0,.0\") & Format(500, \"##0,.\")",
                "100.12,345.71.",
            ),
            (
                "Print Format(12.5, \"0000.00\") & Format(-12.5, \"#,##0.00;(#,##0.00)\") & Format(0, \"0;-0;\"\"nil\"\"\")",
                "0012.50(12.50)nil",
            ),
            (
                "Print Format(\"abc\", \"0.00\") & Format(Null, \"0\") & Format(\"12\", \"0.0\")",
                "abc12.0",
            ),
            (
                "Print Format(True, \"Yes/No\") & Format(0, \"True/False\") & Format(0.5, \"Percent\")",
                "YesFalse50.00%",
            ),
        ],
    );
}
