//! Cases as documented by HCL.

use crate::World;
use crate::objects::bench::{check, printed_in};

#[test]
fn streams_are_as_documented() {
    check(&[
        (
            "NotesStream",
            "Set x = s.CreateStream\nPrint x.Bytes & x.IsEOS & x.IsReadOnly & x.Position",
            "0TrueFalse0",
        ),
        (
            "NotesStream.WriteText",
            "Set x = s.CreateStream\nPrint x.WriteText(\"abc\") & x.Bytes & x.IsEOS & x.Position",
            "33True3",
        ),
        (
            "NotesStream.WriteText, EOL_CRLF and EOL_LF",
            "Set x = s.CreateStream\nCall x.WriteText(\"a\", EOL_CRLF)\nCall x.WriteText(\"b\", EOL_LF)\nPrint x.Bytes",
            "5",
        ),
        (
            "NotesStream.WriteText, EOL_NONE is the default",
            "Set x = s.CreateStream\nCall x.WriteText(\"a\")\nCall x.WriteText(\"b\", EOL_NONE)\nCall x.WriteText(\"c\", EOL_CR)\nPrint x.Bytes",
            "4",
        ),
        (
            "NotesStream.Position",
            "Set x = s.CreateStream\nCall x.WriteText(\"abc\")\nx.Position = 1\nPrint x.ReadText() & x.IsEOS",
            "bcTrue",
        ),
        (
            "NotesStream.ReadText, STMREAD_LINE with the end of line",
            "Set x = s.CreateStream\nCall x.WriteText(\"a\", EOL_CRLF)\nCall x.WriteText(\"b\")\nx.Position = 0\nt = x.ReadText(STMREAD_LINE)\nPrint Len(t) & Left(t, 1) & x.IsEOS & x.ReadText(STMREAD_LINE) & x.IsEOS",
            "3aFalsebTrue",
        ),
        (
            "NotesStream.ReadText, EOL_ANY",
            "Set x = s.CreateStream\nCall x.WriteText(\"a\" & Chr(13) & \"b\" & Chr(10) & \"c\")\nx.Position = 0\nPrint Len(x.ReadText(STMREAD_LINE, EOL_ANY)) & Len(x.ReadText(STMREAD_LINE, EOL_ANY)) & x.ReadText(STMREAD_LINE, EOL_ANY)",
            "22c",
        ),
        (
            "NotesStream.ReadText, EOL_NONE",
            "Set x = s.CreateStream\nCall x.WriteText(\"a\", EOL_CRLF)\nCall x.WriteText(\"b\")\nx.Position = 0\nPrint Len(x.ReadText(STMREAD_LINE, EOL_NONE))",
            "4",
        ),
        (
            "NotesStream.ReadText, the whole stream",
            "Set x = s.CreateStream\nCall x.WriteText(\"a\", EOL_LF)\nCall x.WriteText(\"b\")\nx.Position = 0\nPrint Len(x.ReadText())",
            "3",
        ),
        (
            "NotesStream.Write",
            "Dim b(1 To 3) As Byte\nb(1) = 65\nb(2) = 66\nb(3) = 67\nSet x = s.CreateStream\nPrint x.Write(b) & x.Bytes & x.IsEOS\nx.Position = 0\nPrint x.ReadText()",
            "33True|ABC",
        ),
        (
            "NotesStream.Write appends",
            "Dim b(0) As Byte\nb(0) = 65\nSet x = s.CreateStream\nCall x.WriteText(\"xy\")\nx.Position = 0\nCall x.Write(b)\nx.Position = 0\nPrint x.ReadText()",
            "xyA",
        ),
        (
            "NotesStream.Read",
            "Set x = s.CreateStream\nCall x.WriteText(\"abcd\")\nx.Position = 0\nv = x.Read(3)\nPrint LBound(v) & UBound(v) & v(0) & \" \" & x.Position & x.IsEOS\nv = x.Read()\nPrint UBound(v) & v(0)",
            "0297 3False|0100",
        ),
        (
            "NotesStream.Read, more than 32767 bytes begin at -32768",
            "Set x = s.CreateStream\nCall x.WriteText(String(40000, \"a\"))\nx.Position = 0\nv = x.Read()\nPrint LBound(v) & \" \" & UBound(v)",
            "-32768 7231",
        ),
        (
            "NotesStream.Truncate",
            "Set x = s.CreateStream\nCall x.WriteText(\"abc\")\nCall x.Truncate\nPrint x.Bytes & x.IsEOS & x.Position",
            "0True0",
        ),
        (
            "NotesStream.Write, a text is no buffer",
            "Set x = s.CreateStream\nCall x.Write(\"a\")",
            "error 13: Type mismatch: argument 1 of NotesStream.Write is not an array of bytes",
        ),
        (
            "NotesStream.Open, only files of the run",
            "Set x = s.CreateStream\nPrint x.Open(\"c:\\x.txt\")",
            "error 4999: NotesStream.Open: the file c:\\x.txt is not there: a run sees only the files that it was given",
        ),
    ]);
}

#[test]
fn files_of_the_run_are_streams_as_documented() {
    let mut world = World::default();
    let files = [
        ("a.txt", b"\xe4b".as_slice()),
        ("u.txt", b"\xff\xfea\0"),
        ("new.txt", b""),
    ];
    for (path, content) in files {
        world.files.insert(path.to_owned(), content.to_vec());
    }
    let cases = [
        (
            "NotesStream.Open",
            "Set x = s.CreateStream\nPrint x.Open(\"a.txt\", \"ISO-8859-1\") & x.Bytes & x.Position & x.IsEOS & x.Charset\nPrint x.ReadText()\nPrint x.Open(\"a.txt\")",
            "True20FalseISO-8859-1|äb|False",
        ),
        (
            "NotesStream.Bytes, without byte order marks",
            "Set x = s.CreateStream\nPrint x.Open(\"u.txt\", \"Unicode\") & x.Bytes & x.ReadText()",
            "True2a",
        ),
        (
            "NotesStream.WriteText, with a byte order mark in an empty file",
            "Set x = s.CreateStream\nCall x.Open(\"new.txt\", \"UTF-16\")\nCall x.WriteText(\"é\")\nPrint x.Bytes\nx.Position = 0\nPrint x.ReadText()\nCall x.Close",
            "2|é",
        ),
        (
            "NotesStream.Open, ASCII",
            "Set x = s.CreateStream\nCall x.Open(\"a.txt\", \"ASCII\")\nCall x.Truncate\nCall x.WriteText(\"aä\")\nx.Position = 0\nPrint x.ReadText()",
            "a?",
        ),
        (
            "NotesStream.Open, a character set that is not there",
            "Set x = s.CreateStream\nPrint x.Open(\"a.txt\", \"Klingon\")",
            "error 4999: the character set Klingon is not there",
        ),
        (
            "NotesStream.Truncate, closing with zero bytes deletes the file",
            "Set x = s.CreateStream\nCall x.Open(\"u.txt\")\nCall x.Truncate\nCall x.Close\nPrint x.Open(\"u.txt\")",
            "error 4999: NotesStream.Open: the file u.txt is not there: a run sees only the files that it was given",
        ),
    ];
    for (documented, body, expected) in cases {
        let printed = printed_in(&mut world, body);
        assert_eq!(printed, expected, "as documented in {documented}:\n{body}");
    }
    assert_eq!(world.files["new.txt"], b"\xff\xfe\xe9\0");
    assert_eq!(world.files["a.txt"], b"a?");
}
