//! Operators, types and conversions.

use super::{bodies_print, values_print};

#[test]
fn arithmetic() {
    values_print(
        "Operators: + - * / ^",
        &[
            ("1 + 2", "3"),
            ("7 - 9", "-2"),
            ("6 * 7", "42"),
            ("1 / 4", "0.25"),
            ("6 / 3", "2"),
            ("2 ^ 10", "1024"),
            ("-2 ^ 2", "-4"),
            ("2 ^ -1", "0.5"),
            ("2 ^ 3 ^ 2", "64"),
            ("10000 ^ 10", "1E+40"),
            ("(-8) ^ 0.5", "error 5"),
            ("1 / 0", "error 11"),
            ("0 ^ -1", "error 11"),
            ("32767 + 1", "error 6"),
            ("32767 + 1&", "32768"),
            ("2147483647 + 1", "error 6"),
            ("300 * 300", "error 6"),
            ("1.5 + 1", "2.5"),
            ("0.1 + 0.2", "0.3"),
            ("1E308 * 10", "error 6"),
            ("1.10@ + 2", "3.1"),
            ("1.5@ * 1.5@", "2.25"),
            ("10@ / 3", "3.33333333333333"),
            ("True + True", "-2"),
            ("\"8\" + 7", "15"),
            ("\"8\" + \"7\"", "87"),
            ("\"x\" + 7", "error 13"),
            ("\"8\" * \"7\"", "56"),
            ("-(-5)", "5"),
            ("+5", "5"),
        ],
    );
    values_print(
        "Operators: \\ and Mod",
        &[
            ("7 \\ 2", "3"),
            ("-7 \\ 2", "-3"),
            ("7.5 \\ 2", "4"),
            ("6.5 \\ 2", "3"),
            ("7 \\ 0", "error 11"),
            ("10 Mod 3", "1"),
            ("-10 Mod 3", "-1"),
            ("10 Mod -3", "1"),
            ("10 Mod 0", "error 11"),
            ("42.5 Mod 9", "6"),
            ("40000 \\ 2", "20000"),
        ],
    );
}

#[test]
fn texts_and_comparison() {
    values_print(
        "Operator: &",
        &[
            ("\"a\" & \"b\"", "ab"),
            ("1 & 2", "12"),
            ("\"a\" & 1.5 & True", "a1.5True"),
            ("\"a\" & Null", "a"),
            ("Null & Null", "#NULL#"),
            ("\"x\" & Empty & \"y\"", "xy"),
            ("Empty + \"a\"", "a"),
        ],
    );
    values_print(
        "Comparison operators",
        &[
            ("1 = 1.0", "True"),
            ("1 < 2 And 2 < 1", "False"),
            ("\"a\" < \"b\"", "True"),
            ("\"a\" = \"A\"", "False"),
            ("\"B\" < \"a\"", "True"),
            ("\"10\" = 10", "True"),
            ("\"a\" = 1", "error 13"),
            ("Empty = 0", "True"),
            ("Empty = \"\"", "True"),
            ("Null = Null", "#NULL#"),
            ("1.5@ = 1.5", "True"),
            ("3 >= 3", "True"),
            ("3 <> 3", "False"),
            ("3 =< 2", "False"),
            ("3 >< 2", "True"),
        ],
    );
    values_print(
        "Like operator",
        &[
            ("\"abc\" Like \"a*\"", "True"),
            ("\"abc\" Like \"a?c\"", "True"),
            ("\"abc\" Like \"A*\"", "False"),
            ("\"a1c\" Like \"a#c\"", "True"),
            ("\"abc\" Like \"a#c\"", "False"),
            ("\"b\" Like \"[a-c]\"", "True"),
            ("\"b\" Like \"[!a-c]\"", "False"),
            ("\"d\" Like \"[!a-c]\"", "True"),
            ("\"a*c\" Like \"a[*]c\"", "True"),
            ("\"\" Like \"*\"", "True"),
            ("\"aXbXc\" Like \"*X*c\"", "True"),
            ("\"abc\" Like \"ab\"", "False"),
            ("\"a\" Like \"[c-a]\"", "error 93"),
            ("\"a\" Like \"[a\"", "False"),
            ("\"[ab\" Like \"[a*\"", "True"),
            ("Null Like \"a\"", "#NULL#"),
        ],
    );
}

#[test]
fn logic() {
    values_print(
        "Logical operators",
        &[
            ("True And False", "False"),
            ("True Or False", "True"),
            ("Not True", "False"),
            ("Not 5", "-6"),
            ("6 And 3", "2"),
            ("6 Or 3", "7"),
            ("6 Xor 3", "5"),
            ("6 Eqv 3", "-6"),
            ("6 Imp 3", "-5"),
            ("True Xor True", "False"),
            ("True Eqv True", "True"),
            ("True Imp False", "False"),
            ("Null And False", "False"),
            ("Null And True", "#NULL#"),
            ("Null Or True", "True"),
            ("Not Null", "#NULL#"),
            ("&HFF And &H0F", "15"),
            ("65536 Or 1", "65537"),
        ],
    );
}

#[test]
fn conversion() {
    values_print(
        "CInt, CLng, CDbl, CSng, CCur, CStr, CBool, CByte functions",
        &[
            ("CInt(2.5)", "2"),
            ("CInt(3.5)", "4"),
            ("CInt(-2.5)", "-2"),
            ("CInt(\"12\")", "12"),
            ("CInt(40000)", "error 6"),
            ("CInt(\"a\")", "error 13"),
            ("CInt(\"\")", "error 13"),
            ("CInt(Null)", "error 94"),
            ("CLng(2147483648#)", "error 6"),
            ("CLng(1.5)", "2"),
            ("CDbl(\"1.25\")", "1.25"),
            ("CSng(1.1)", "1.1"),
            ("CCur(1.23456)", "1.2346"),
            ("CCur(1.00005)", "1"),
            ("CStr(1.5)", "1.5"),
            ("CStr(True)", "True"),
            ("CStr(Empty)", ""),
            ("CBool(5)", "True"),
            ("CBool(\"True\")", "True"),
            ("CBool(0)", "False"),
            ("CByte(255)", "255"),
            ("CByte(256)", "error 6"),
            ("CByte(-1)", "error 6"),
            ("CDbl(\"&H10\")", "16"),
            ("CDbl(\" 7 \")", "7"),
        ],
    );
    bodies_print(
        "Automatic data type conversion",
        &[
            ("Dim i As Integer\ni = 2.5\nPrint i", "2"),
            ("Dim i As Integer\ni = 12 / 7\nPrint i", "2"),
            ("Dim i As Integer\ni = 40000", "error 6"),
            ("Dim i As Integer\ni = \"17\"\nPrint i", "17"),
            ("Dim i As Integer\ni = Null", "error 94"),
            (
                "Dim i%, l&, d#, s$\ni = 3 : l = i : d = l : s = d\nPrint s",
                "3",
            ),
            (
                "v = 32767\nPrint TypeName(v)\nv = v + 5\nPrint TypeName(v)",
                "INTEGER|LONG",
            ),
            ("v = 2147483647\nv = v + 1\nPrint TypeName(v)", "DOUBLE"),
            ("v = Null\nPrint IsNull(v * 5)", "True"),
            (
                "Dim s As String * 3\ns = \"abcdef\"\nPrint s & \"|\"\ns = \"a\"\nPrint s & \"|\"",
                "abc||a  |",
            ),
            (
                "v = 1\nPrint v\nv = \"one\"\nPrint v\nv = 1.5@\nPrint TypeName(v)",
                "1|one|CURRENCY",
            ),
            ("Dim b As Boolean\nb = 7\nPrint b", "True"),
            ("Dim c As Currency\nc = \"12.3456\"\nPrint c", "12.3456"),
            (
                "Print 123456789012345.6789@; 92233720368547@; 922337203685477.5807@; -922337203685477.5807@",
                "123456789012345.678992233720368547922337203685477.5807-922337203685477.5807",
            ),
            ("Dim d As Single\nd = 1E39", "error 6"),
        ],
    );
    values_print(
        "TypeName, DataType functions",
        &[
            ("TypeName(1)", "INTEGER"),
            ("TypeName(1&)", "LONG"),
            ("TypeName(1.5)", "DOUBLE"),
            ("TypeName(1.5!)", "SINGLE"),
            ("TypeName(\"\")", "STRING"),
            ("TypeName(1@)", "CURRENCY"),
            ("TypeName(Null)", "NULL"),
            ("TypeName(x)", "EMPTY"),
            ("TypeName(True)", "BOOLEAN"),
            ("TypeName(Now)", "DATE"),
            ("DataType(1)", "2"),
            ("DataType(\"\")", "8"),
            ("DataType(Split(\"a b\"))", "8712"),
            ("VarType(Null)", "1"),
            ("TypeName(1 + 1&)", "LONG"),
            ("TypeName(1 / 1)", "DOUBLE"),
            ("TypeName(1! + 1)", "SINGLE"),
            ("TypeName(1# + 1@)", "CURRENCY"),
        ],
    );
    values_print(
        "IsNumeric, IsDate, IsArray, IsEmpty, IsNull, IsObject, IsScalar functions",
        &[
            ("IsNumeric(\"12\")", "True"),
            ("IsNumeric(\"12a\")", "False"),
            ("IsNumeric(1)", "True"),
            ("IsNumeric(Empty)", "True"),
            ("IsDate(\"1/2/2020\")", "True"),
            ("IsDate(\"31/31/2020\")", "False"),
            ("IsDate(5)", "False"),
            ("IsArray(Split(\"a b\"))", "True"),
            ("IsArray(1)", "False"),
            ("IsEmpty(x)", "True"),
            ("IsNull(Null)", "True"),
            ("IsObject(Nothing)", "True"),
            ("IsScalar(1)", "True"),
            ("IsScalar(Split(\"a\"))", "False"),
        ],
    );
}

#[test]
fn dates() {
    values_print(
        "Date arithmetic; DateNumber, TimeNumber, Year, Weekday, CDat functions",
        &[
            ("DateNumber(2026, 11, 21)", "11/21/2026"),
            ("DateNumber(2026, 11, 21) + 1", "11/22/2026"),
            ("DateNumber(2026, 3, 1) - DateNumber(2026, 2, 1)", "28"),
            ("DateNumber(2026, 13, 1)", "01/01/2027"),
            ("TimeNumber(13, 30, 0)", "01:30:00 PM"),
            ("Year(DateNumber(1999, 5, 6))", "1999"),
            ("Month(\"5/6/1999\")", "5"),
            ("Day(\"5/6/1999\")", "6"),
            ("Weekday(DateNumber(2026, 11, 21))", "7"),
            ("Hour(\"5:06:07 PM\")", "17"),
            ("Minute(\"5:06:07 PM\")", "6"),
            ("Second(\"5:06:07 PM\")", "7"),
            ("CDat(\"11/21/2026 18:00\")", "11/21/2026 06:00:00 PM"),
            ("CDat(\"never\")", "error 13"),
            ("CDat(0.5)", "12:00:00 PM"),
            ("CDbl(CDat(\"1/1/1900\"))", "2"),
            ("Now", "11/21/2026 06:00:00 PM"),
            ("Today", "11/21/2026"),
            ("Date$", "11/21/2026"),
            ("TypeName(Date$) & TypeName(Time$)", "STRINGSTRING"),
            ("TypeName(Date) & TypeName(Time)", "DATEDATE"),
            ("Time$", "06:00:00 PM"),
            ("Timer", "64800"),
            ("DateValue(\"11/21/2026 18:00\")", "11/21/2026"),
            ("TimeValue(\"11/21/2026 18:00\")", "06:00:00 PM"),
            (
                "DateNumber(2026, 11, 21) > DateNumber(2026, 11, 20)",
                "True",
            ),
            ("CDat(\"11/21/2026\") = \"11/21/2026\"", "True"),
            ("TypeName(Now - Today)", "DOUBLE"),
        ],
    );
}
