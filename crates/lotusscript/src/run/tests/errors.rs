//! Errors: which handler takes one, where it goes on, what `Err`, `Error$` and `Erl` say then.

use super::{bodies_print, modules_print};

#[test]
fn handlers() {
    bodies_print(
        "On Error statement",
        &[
            (
                "On Error 11 GoTo z\nOn Error GoTo g\nx = 1 / 0\nExit Sub\nz: Print \"z\"\nExit Sub\ng: Print \"g\"",
                "g",
            ),
            (
                "On Error GoTo g\nOn Error 11 Resume Next\nx = 1 / 0\nPrint Err\nError 9\nExit Sub\ng: Print \"g\" & Err",
                "11|g9",
            ),
            (
                "On Error 11 GoTo z\nOn Error 13 GoTo t\nx = 1 / 0\nExit Sub\nz: Print \"z\"\nResume more\nmore: i% = \"a\"\nExit Sub\nt: Print \"t\"",
                "z|t",
            ),
            (
                "n = 11\nOn Error n GoTo z\nx = 1 / 0\nExit Sub\nz: Print \"z\"",
                "z",
            ),
            (
                "On Error Resume Next\nOn Error GoTo 0\nx = 1 / 0",
                "error 11",
            ),
            (
                "On Error GoTo a\nx = 1 / 0\nExit Sub\na: On Error GoTo b\nResume c\nc: x = 1 / 0\nExit Sub\nb: Print \"b\"",
                "b",
            ),
            (
                "On Error GoTo h\nFor i = 1 To 3\nIf i = 2 Then Error 1000\nPrint i;\nNext\nExit Sub\nh: Print \"!\";\nResume Next",
                "1!23",
            ),
            (
                "On Error GoTo h\nDo While 1 / n > 0\nPrint \"in\"\nExit Do\nLoop\nExit Sub\nh: n = 1\nResume",
                "in",
            ),
            (
                "On Error GoTo h\nSelect Case 1 / n\nCase 1 : Print \"one\"\nEnd Select\nExit Sub\nh: n = 1\nResume 0",
                "one",
            ),
            (
                "On Error Resume Next\nDim a(1)\na(5) = 1\nPrint Err & Error$\nErr = 0\na(1) = 1\nPrint Err",
                "9Subscript out of range|0",
            ),
            (
                "On Error Resume Next\nError 1234, \"one\"\nPrint Error$\nError 1234\nPrint Error$",
                "one|User-defined error",
            ),
            (
                "On Error Resume Next\nForAll x In 5\nPrint \"in\"\nEnd ForAll\nPrint \"out\" & Err",
                "in|out183",
            ),
            (
                "On Error GoTo h\nx = 1 / 0\nPrint \"after\"\nExit Sub\nh: Resume Next",
                "after",
            ),
            (
                "On Error GoTo h\nError 5 : Print \"same line\"\nExit Sub\nh: Resume Next",
                "same line",
            ),
            (
                "On Error GoTo h\nIf True Then Error 5 : Print \"behind\"\nPrint \"next\"\nExit Sub\nh: Resume Next",
                "behind|next",
            ),
            (
                "On Error GoTo h\nGoSub part\nPrint \"end\"\nExit Sub\npart: Error 5\nPrint \"part\"\nReturn\nh: Resume Next",
                "part|end",
            ),
            (
                "On Error GoTo h\nh: Print \"fell\"\nResume Next",
                "fell|fell",
            ),
            (
                "On Error GoTo h\nPrint Error & Err & Erl\nError 11\nPrint Error & Err & Erl\nExit Sub\nh: Print Error & Err & Erl\nResume Next",
                "00|Division by zero114|00",
            ),
        ],
    );
    bodies_print(
        "Error statement; Err statement; Error function",
        &[
            ("Error 13", "error 13"),
            ("Error -1", "error 5"),
            ("Error \"x\"", "error 13"),
            (
                "On Error Resume Next\nErr = 7\nPrint Err & Error$",
                "7Out of memory",
            ),
            (
                "On Error Resume Next\nError 11\nErr = 0\nPrint Err & \"[\" & Error$ & \"]\" & Erl",
                "0[]0",
            ),
            (
                "Print Error$(13) & \",\" & Error$(9999)",
                "Type mismatch,User-defined error",
            ),
            ("Print \"[\" & Error$ & \"]\"", "[]"),
            (
                "On Error GoTo h\nError 2000, \"a\" & \"b\"\nExit Sub\nh: Error Err, Error$ & \"c\"",
                "error 2000",
            ),
        ],
    );
}

#[test]
fn callers() {
    modules_print(
        "On Error statement: errors that a procedure does not handle",
        &[
            (
                "Sub a\nOn Error GoTo h\nb\nPrint \"a goes on\"\nExit Sub\nh: Print \"a\" & Err\nResume Next\nEnd Sub\nSub b\nc\nPrint \"never\"\nEnd Sub\nSub c\nError 1\nEnd Sub\nSub Initialize\na\nEnd Sub",
                "a1|a goes on",
            ),
            (
                "Sub b\nOn Error Resume Next\nError 1\nPrint \"b\" & Err\nEnd Sub\nSub Initialize\nOn Error GoTo h\nb\nPrint \"fine\"\nExit Sub\nh: Print \"never\"\nEnd Sub",
                "b1|fine",
            ),
            (
                "Dim n\nSub b\nn = n + 1\nIf n < 3 Then Error 1\nPrint \"b\" & n\nEnd Sub\nSub Initialize\nOn Error GoTo h\nb\nExit Sub\nh: Resume\nEnd Sub",
                "b3",
            ),
            (
                "Sub b\nOn Error GoTo h\nError 1\nExit Sub\nh: Error 2, \"in handler\"\nEnd Sub\nSub Initialize\nOn Error GoTo h\nb\nExit Sub\nh: Print Err & Error$\nEnd Sub",
                "2in handler",
            ),
            (
                "Sub b\nOn Error GoTo h\nError 1\nExit Sub\nh: c\nPrint \"b handled\"\nResume Next\nEnd Sub\nSub c\nOn Error Resume Next\nError 3\nPrint \"c\" & Err\nEnd Sub\nSub Initialize\nb\nEnd Sub",
                "c3|b handled",
            ),
            (
                "Function f(n)\nOn Error GoTo h\nf = 10 / n\nExit Function\nh: f = -1\nExit Function\nEnd Function\nSub Initialize\nPrint f(5) & \",\" & f(0) & \",\" & f(2)\nEnd Sub",
                "2,-1,5",
            ),
            (
                "Function f(n)\nf = 10 / n\nEnd Function\nSub Initialize\nOn Error Resume Next\nx = 7\nx = f(0)\nPrint x & \",\" & Err\nEnd Sub",
                "7,11",
            ),
            (
                "Class A\nSub New\nError 1000\nEnd Sub\nEnd Class\nSub Initialize\nOn Error GoTo h\nDim o As New A\nPrint \"never\"\nExit Sub\nh: Print Err & (o Is Nothing)\nEnd Sub",
                "1000True",
            ),
            (
                "Class A\nProperty Get p\nError 1000\nEnd Property\nEnd Class\nSub Initialize\nOn Error Resume Next\nDim o As New A\nPrint \"a\" & o.p\nPrint Err\nEnd Sub",
                "1000",
            ),
            (
                "Sub deep(n)\nIf n = 0 Then Error 77\ndeep n - 1\nEnd Sub\nSub Initialize\nOn Error GoTo h\ndeep 50\nExit Sub\nh: Print Err & \" \" & Erl\nEnd Sub",
                "77 3",
            ),
            (
                "Sub b\nOn Error GoTo h\nError 5\nExit Sub\nh: Exit Sub\nEnd Sub\nSub Initialize\nb\nPrint Err\nEnd Sub",
                "0",
            ),
            (
                "Sub b\nError 5\nEnd Sub\nSub Initialize\nOn Error GoTo h\nFor i = 1 To 2\nb\nPrint \"after \" & i\nNext\nExit Sub\nh: Print \"h\"\nResume Next\nEnd Sub",
                "h|after 1|h|after 2",
            ),
        ],
    );
}
