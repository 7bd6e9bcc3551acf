//! Functions of texts, numbers and arrays.

use super::{bodies_print, values_print};

#[test]
fn texts() {
    values_print(
        "Left, Right, Mid, Len functions",
        &[
            ("Left(\"abcdef\", 2)", "ab"),
            ("Left$(\"ab\", 9)", "ab"),
            ("Left(\"ab\", -1)", "error 5"),
            ("Right(\"abcdef\", 2)", "ef"),
            ("Mid(\"abcdef\", 3)", "cdef"),
            ("Mid$(\"abcdef\", 3, 2)", "cd"),
            ("Mid(\"abc\", 9)", ""),
            ("Mid(\"abc\", 0)", "error 5"),
            ("Len(\"abc\")", "3"),
            ("Len(\"\")", "0"),
            ("LenB(\"abc\")", "6"),
            ("IsNull(Left(Null, 1))", "True"),
            ("Len(\"äöü\")", "3"),
            ("Mid(\"äöü\", 2, 1)", "ö"),
        ],
    );
    values_print(
        "InStr function",
        &[
            ("InStr(\"abcabc\", \"c\")", "3"),
            ("InStr(4, \"abcabc\", \"c\")", "6"),
            ("InStr(\"abc\", \"x\")", "0"),
            ("InStr(\"abc\", \"\")", "1"),
            ("InStr(\"\", \"a\")", "0"),
            ("InStr(1, \"ABC\", \"b\")", "0"),
            ("InStr(1, \"ABC\", \"b\", 1)", "2"),
            ("InStr(1, \"ABC\", \"b\", 5)", "2"),
            ("InStr(9, \"abc\", \"a\")", "0"),
            ("InStr(0, \"abc\", \"a\")", "error 5"),
        ],
    );
    values_print(
        "LCase, UCase, Trim, LTrim, RTrim, FullTrim, StrConv functions",
        &[
            ("LCase(\"ABC\")", "abc"),
            ("UCase$(\"äbc\")", "ÄBC"),
            ("\"[\" & Trim(\"  a b  \") & \"]\"", "[a b]"),
            ("\"[\" & LTrim(\"  a \") & \"]\"", "[a ]"),
            ("\"[\" & RTrim(\" a  \") & \"]\"", "[ a]"),
            ("\"[\" & FullTrim(\"  a   b \") & \"]\"", "[a b]"),
            ("StrConv(\"the quick fox\", 3)", "The Quick Fox"),
            ("StrConv(\"abc\", 1)", "ABC"),
        ],
    );
    values_print(
        "Asc, Chr, Uni, UChr, String, Space functions",
        &[
            ("Asc(\"A\")", "65"),
            ("Asc(\"\")", "error 5"),
            ("Chr(65)", "A"),
            ("Uni(\"€\")", "8364"),
            ("UChr(8364)", "€"),
            ("Len(Chr(13) & Chr(10))", "2"),
            ("String(3, \"ab\")", "aaa"),
            ("String(2, 65)", "AA"),
            ("\"[\" & Space(3) & \"]\"", "[   ]"),
            ("Space(-1)", "error 5"),
        ],
    );
    values_print(
        "StrLeft, StrLeftBack, StrRight, StrRightBack, StrToken functions",
        &[
            ("StrLeft(\"a.b.c\", \".\")", "a"),
            ("StrLeftBack(\"a.b.c\", \".\")", "a.b"),
            ("StrRight(\"a.b.c\", \".\")", "b.c"),
            ("StrRightBack(\"a.b.c\", \".\")", "c"),
            ("StrLeft(\"abc\", \"x\")", ""),
            ("StrRight(\"aXb\", \"x\", 5)", "b"),
            ("StrLeft(\"a.b.c\", \".\", 0, 2)", "a.b"),
            ("StrToken(\"a,b,c\", \",\", 2)", "b"),
            ("StrToken(\"a,b,c\", \",\", -1)", "c"),
            ("StrToken(\"a,b,c\", \",\", 9)", ""),
        ],
    );
    values_print(
        "StrCompare, Str, Val, Hex, Oct, Bin functions",
        &[
            ("StrCompare(\"a\", \"b\")", "-1"),
            ("StrCompare(\"b\", \"a\")", "1"),
            ("StrCompare(\"a\", \"A\", 1)", "0"),
            ("StrCompare(\"a\", \"A\", 0)", "1"),
            ("\"[\" & Str(459) & \"]\"", "[ 459]"),
            ("Str(-4.5)", "-4.5"),
            ("Val(\"12 34abc\")", "1234"),
            ("Val(\"abc\")", "0"),
            ("Val(\"1.5E2x\")", "150"),
            ("Val(\"&HFF\")", "255"),
            ("Hex(255)", "FF"),
            ("Hex(-1)", "FFFFFFFF"),
            ("Oct(8)", "10"),
            ("Bin(5)", "101"),
        ],
    );
}

#[test]
fn numbers() {
    values_print(
        "Abs, Sgn, Int, Fix, Fraction, Round functions",
        &[
            ("Abs(-5)", "5"),
            ("Abs(\"-2.5\")", "2.5"),
            ("Sgn(-3)", "-1"),
            ("Sgn(0)", "0"),
            ("Int(2.7)", "2"),
            ("Int(-2.7)", "-3"),
            ("Fix(-2.7)", "-2"),
            ("Fraction(2.75)", "0.75"),
            ("Fraction(-2.75)", "-0.75"),
            ("Fraction(2)", "0"),
            ("Round(2.5, 0)", "2"),
            ("Round(3.5, 0)", "4"),
            ("Round(2.345, 2)", "2.34"),
            ("Round(1234, -2)", "1200"),
            ("Int(2.5@)", "2"),
        ],
    );
    values_print(
        "Sqr, Exp, Log, Sin, Cos, Tan, ATn, ATn2, ASin, ACos, Pi",
        &[
            ("Sqr(16)", "4"),
            ("Sqr(-1)", "error 5"),
            ("Exp(0)", "1"),
            ("Exp(1000)", "error 6"),
            ("Log(1)", "0"),
            ("Log(0)", "error 5"),
            ("Sin(0)", "0"),
            ("Cos(0)", "1"),
            ("Round(Tan(Pi / 4), 9)", "1"),
            ("Round(ATn(1) * 4, 9)", "3.141592654"),
            ("Round(ATn2(1, 1) * 4, 9)", "3.141592654"),
            ("ACos(1)", "0"),
            ("ASin(2)", "error 5"),
        ],
    );
    bodies_print(
        "Rnd function, Randomize statement",
        &[
            (
                "x = Rnd\nPrint x >= 0 And x < 1\nPrint Rnd(0) = x",
                "True|True",
            ),
            ("Randomize 5\na = Rnd\nRandomize 5\nPrint Rnd = a", "True"),
            ("a = Rnd(-3)\nPrint Rnd(-3) = a", "True"),
            ("a = Rnd\nPrint Rnd = a", "False"),
        ],
    );
}

#[test]
fn arrays() {
    bodies_print(
        "Split, Join, Implode, Explode, Replace functions",
        &[
            ("a = Split(\"x y z\")\nPrint UBound(a) & a(1)", "2y"),
            (
                "a = Split(\"x,y,,z\", \",\")\nPrint UBound(a) & \"[\" & a(2) & \"]\"",
                "3[]",
            ),
            ("a = Split(\"x,y,z\", \",\", 2)\nPrint a(1)", "y,z"),
            ("Print Join(Split(\"a b c\"), \"-\")", "a-b-c"),
            ("Print Join(Split(\"a b\"))", "a b"),
            ("Print Implode(Split(\"a b\"), \"\")", "ab"),
            ("Print Join(Explode(\"a, b;c\"), \"-\")", "a-b-c"),
            ("Print Replace(\"abcabc\", \"b\", \"x\")", "axcaxc"),
            ("Print Replace(\"abcabc\", \"b\", \"\", 1, 1)", "acabc"),
            ("Print Replace(\"ABC\", \"b\", \"x\", 1, 9, 1)", "AxC"),
            ("Print Replace(\"abc\", \"b\", \"x\", 2)", "xc"),
            (
                "a = Replace(Split(\"ab bc\"), \"b\", \"-\")\nPrint a(0) & a(1)",
                "a--c",
            ),
            ("Print Join(1)", "error 13"),
        ],
    );
    bodies_print(
        "ArrayAppend, ArrayGetIndex, ArrayReplace, ArrayUnique, FullTrim functions",
        &[
            (
                "a = ArrayAppend(Split(\"a b\"), Split(\"c\"))\nPrint Join(a) & UBound(a)",
                "a b c2",
            ),
            ("a = ArrayAppend(Split(\"a b\"), 5)\nPrint a(2)", "5"),
            ("Print ArrayGetIndex(Split(\"a b c\"), \"b\")", "1"),
            (
                "Print IsNull(ArrayGetIndex(Split(\"a b c\"), \"B\"))",
                "True",
            ),
            ("Print ArrayGetIndex(Split(\"a b c\"), \"B\", 5)", "1"),
            (
                "Print Join(ArrayReplace(Split(\"a b c\"), Split(\"b c\"), Split(\"x y\")))",
                "a x y",
            ),
            ("Print Join(ArrayUnique(Split(\"a b a A\")))", "a b A"),
            ("Print Join(ArrayUnique(Split(\"a b a A\"), 5))", "a b"),
            (
                "Print Join(FullTrim(Split(\",a,, b  c ,\", \",\")), \";\")",
                "a;b c",
            ),
            ("Print ArrayAppend(1, 2)", "error 13"),
        ],
    );
    bodies_print(
        "LBound, UBound functions; Dim, ReDim, Erase statements",
        &[
            (
                "Dim a(5) As Integer\nPrint LBound(a) & UBound(a) & a(3)",
                "050",
            ),
            (
                "Dim a(1 To 3, -1 To 1) As String\nPrint UBound(a, 2) & LBound(a, 2) & \"[\" & a(1, 0) & \"]\"",
                "1-1[]",
            ),
            ("Dim a(2) As Integer\na(3) = 1", "error 9"),
            ("Dim a(2) As Integer\na(-1) = 1", "error 9"),
            ("Dim a() As Integer\nPrint UBound(a)", "error 200"),
            ("Dim a() As Integer\na(0) = 1", "error 200"),
            (
                "Dim a() As Integer\nReDim a(2)\na(1) = 7\nReDim Preserve a(4)\nPrint a(1) & UBound(a)",
                "74",
            ),
            (
                "ReDim a(2) As String\na(1) = \"x\"\nReDim a(1)\nPrint \"[\" & a(1) & \"]\"",
                "[]",
            ),
            ("Dim a(2) As Integer\nReDim a(3)", "error 10"),
            (
                "ReDim a(1, 1)\na(1, 0) = 5\nReDim Preserve a(1, 3)\nPrint a(1, 0)",
                "5",
            ),
            ("ReDim a(1, 1)\nReDim Preserve a(2, 1)", "error 9"),
            (
                "Dim a(1 To 2) As Integer\na(1) = 5\nErase a\nPrint a(1)",
                "0",
            ),
            ("ReDim a(2)\nErase a\nPrint UBound(a)", "error 200"),
            (
                "Dim a(3) As Integer\na(1) = 2.5\nPrint a(1)\na(2) = \"x\"",
                "2|error 13",
            ),
            (
                "Dim a(2), b\na(1) = 5\nb = a\na(1) = 6\nPrint b(1) & a(1)",
                "56",
            ),
            ("Dim v\nv = Split(\"a b\")\nv(1) = \"c\"\nPrint v(1)", "c"),
            ("v = 5\nPrint v(1)", "error 184"),
            (
                "Dim a(1 To 2, 1 To 2) As Integer, i As Integer\nForAll x In a\ni = i + 1\nx = i\nEnd ForAll\nPrint a(2, 1) & a(1, 2)",
                "23",
            ),
            ("Dim a() As String\na = Split(\"p q\")\nPrint a(1)", "q"),
            ("Dim a(1) As String\na = Split(\"p q\")", "error 13"),
            ("ReDim a(0 To 1) As Long\nPrint DataType(a)", "8707"),
        ],
    );
}

#[test]
fn formats() {
    values_print(
        "Format function: named formats",
        &[
            ("Format(1234.5, \"General Number\")", "1234.5"),
            ("Format(1234.5, \"Currency\")", "$1,234.50"),
            ("Format(-1234.5, \"Currency\")", "($1,234.50)"),
            ("Format(1234.567, \"Fixed\")", "1234.57"),
            ("Format(1234.567, \"Standard\")", "1,234.57"),
            ("Format(0.256, \"Percent\")", "25.60%"),
            ("Format(12345, \"Scientific\")", "1.23E+04"),
            ("Format(1, \"Yes/No\")", "Yes"),
            ("Format(0, \"True/False\")", "False"),
            ("Format(0, \"On/Off\")", "Off"),
            (
                "Format(DateNumber(2026, 11, 21), \"Long Date\")",
                "Saturday, November 21, 2026",
            ),
            (
                "Format(DateNumber(2026, 11, 21), \"Medium Date\")",
                "21-Nov-26",
            ),
            ("Format(TimeNumber(18, 5, 0), \"Short Time\")", "18:05"),
            ("Format(TimeNumber(18, 5, 0), \"Medium Time\")", "06:05 PM"),
        ],
    );
    values_print(
        "Format function: formats of numbers",
        &[
            ("Format(5, \"000\")", "005"),
            ("Format(5.5, \"0.00\")", "5.50"),
            ("Format(1234567, \"#,##0\")", "1,234,567"),
            ("Format(0.5, \"#.##\")", ".5"),
            ("Format(5, \"#.##\")", "5."),
            ("Format(0.125, \"0.0%\")", "12.5%"),
            ("Format(-5, \"0;(0)\")", "(5)"),
            ("Format(0, \"0;(0);zero\")", "zero"),
            ("Format(5, \"$0.00\")", "$5.00"),
            ("Format(2.345, \"0.00\")", "2.35"),
            ("Format(0.995, \"0.00\")", "1.00"),
            ("Format(1234, \"0.00E+00\")", "1.23E+03"),
            ("Format(7, \"\"\"No. \"\"0\")", "No. 7"),
            ("Format(-3, \"0\")", "-3"),
            ("Format(-0.001, \"0.00\")", "0.00"),
        ],
    );
    values_print(
        "Format function: formats of dates and strings",
        &[
            (
                "Format(DateNumber(2026, 3, 4), \"yyyy-mm-dd\")",
                "2026-03-04",
            ),
            ("Format(DateNumber(2026, 3, 4), \"d.m.yy\")", "4.3.26"),
            ("Format(DateNumber(2026, 3, 4), \"ddd mmm\")", "Wed Mar"),
            ("Format(Now, \"hh:nn:ss\")", "18:00:00"),
            ("Format(Now, \"hh:mm\")", "18:00"),
            ("Format(Now, \"h:nn AM/PM\")", "6:00 PM"),
            ("Format(Now, \"yyyymmddhhnnss\")", "20261121180000"),
            ("Format(\"abc\", \">\")", "ABC"),
            ("Format(\"ABC\", \"<\")", "abc"),
            ("Format(\"abc\", \"@@@@@\")", "  abc"),
            ("Format(\"abc\", \"!@@@@@\")", "abc  "),
            ("Format(\"5551234\", \"@@@-@@@@\")", "555-1234"),
            ("Format(\"x\")", "x"),
            ("Format(12)", "12"),
        ],
    );
}

/// What reaches out of a script and is for the host; all other functions of the language are here.
const OF_THE_HOST: &str = "activateapp appactivate chdir chdrive codelock codelockcheck codeunlock command createlock curdir curdrive destroylock dir environ eof \
    execute fileattr filecopy filedatetime filelen filelock freefile getattr getfileattr imesetmode imestatus input inputb inputbox inputbp kill loc lof mkdir mulock \
    reset rmdir seek sendkeys setattr setfileattr setthreadinfo shell shellid";

/// What the lowering knows by itself, or the machine.
pub(super) const OF_THE_LANGUAGE: &str =
    "getthreadinfo iselement isdefined listtag lsi_info spc tab";

#[test]
fn all_functions_of_the_language_are_here_or_the_hosts() {
    let library = crate::notes::Library::get();
    let names = library
        .functions()
        .map(|function| function.name.to_lowercase());
    let mut elsewhere: Vec<String> = names
        .filter(|name| super::super::builtin::find(name).is_none())
        .collect();
    elsewhere.sort();
    let mut expected: Vec<&str> = OF_THE_HOST
        .split_whitespace()
        .chain(OF_THE_LANGUAGE.split_whitespace())
        .collect();
    expected.sort_unstable();
    assert_eq!(elsewhere, expected);
    values_print(
        "GetThreadInfo, IsDefined functions",
        &[
            ("GetThreadInfo(1)", "INITIALIZE"),
            ("GetThreadInfo(0)", "2"),
            ("IsDefined(\"Initialize\")", "True"),
            ("IsDefined(\"Nobody\")", "False"),
        ],
    );
}
