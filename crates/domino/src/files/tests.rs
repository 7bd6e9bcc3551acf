//! Statements and functions on files, as documented in HCL's language reference; each group names its page.

use crate::World;
use crate::objects::bench::printed_in;

fn world() -> World {
    let mut world = World::default();
    world.has_files = true;
    for (path, text) in [
        ("in.csv", "a,1\nb,2\n"),
        ("sub/Two.txt", "one\r\ntwo"),
        ("latin.txt", "caf\u{e9}"),
    ] {
        let bytes = match path {
            "latin.txt" => text.chars().map(|letter| letter as u8).collect(),
            _ => text.as_bytes().to_vec(),
        };
        world.files.insert(path.to_owned(), bytes);
    }
    world
}

fn documented(page: &str, cases: &[(&str, &str)]) {
    for (body, expected) in cases {
        assert_eq!(printed_in(&mut world(), body), *expected, "{page}: {body}");
    }
}

#[test]
fn files_are_read_as_documented() {
    documented(
        "LSAZ_OPEN_STATEMENT, LSAZ_LINE_INPUT_STATEMENT, LSAZ_EOF_FUNCTION",
        &[
            (
                "f% = FreeFile()\nOpen \"in.csv\" For Input As #f%\nDo Until EOF(f%)\nLine Input #f%, l$\nPrint l$\nLoop\nClose #f%\nPrint FreeFile",
                "a,1|b,2|1",
            ),
            (
                "Open \".\\SUB\\two.TXT\" For Input As 1\nLine Input #1, l$\nPrint l$; LOF(1); LOC(1)\nLine Input #1, l$\nPrint l$; EOF(1)",
                "one85|twoTrue",
            ),
            (
                "Open \"latin.txt\" For Input As 1\nLine Input #1, l$\nPrint l$",
                "café",
            ),
            (
                "Open \"none.txt\" For Input As 1",
                "error 53: File not found: none.txt",
            ),
            (
                "Open \"in.csv\" For Input As 1\nOpen \"in.csv\" For Input As 1",
                "error 55: File already open: #1",
            ),
            (
                "Open \"in.csv\" For Input As 300",
                "error 52: Bad file number",
            ),
            ("Print EOF(7)", "error 52: Bad file number"),
            (
                "Open \"in.csv\" For Input As 1\nPrint #1, \"x\"",
                "error 54: Bad file mode: in.csv",
            ),
            (
                "Open \"latin.txt\" For Input As 1\nLine Input #1, l$\nLine Input #1, l$",
                "error 62: Input past end of file: latin.txt",
            ),
        ],
    );
    documented(
        "LSAZ_INPUT_STATEMENT, LSAZ_INPUT_FUNCTION",
        &[
            (
                "Dim n As Integer\nOpen \"in.csv\" For Input As 1\nInput #1, t$, n\nPrint t$; n + 1\nInput #1, t$, n\nPrint t$; n; EOF(1)",
                "a2|b2True",
            ),
            ("Open \"in.csv\" For Input As 1\nPrint Input$(3, 1)", "a,1"),
        ],
    );
}

#[test]
fn files_are_written_as_documented() {
    documented(
        "LSAZ_PRINT_HASH_STATEMENT, LSAZ_WRITE_STATEMENT",
        &[
            (
                "Open \"out.txt\" For Output As 1\nPrint #1, \"a\"; 5\nPrint #1, \"b\";\nClose 1\nOpen \"out.txt\" For Append As 1\nPrint #1, \"c\"\nClose\nPrint FileLen(\"out.txt\")\nOpen \"out.txt\" For Input As 1\nLine Input #1, x$\nLine Input #1, y$\nPrint x$; y$",
                "8|a5bc",
            ),
            (
                "Open \"out.txt\" For Output As 1\nWrite #1, \"a,b\", 5, True, Null\nClose 1\nOpen \"out.txt\" For Input As 1\nLine Input #1, l$\nPrint l$\nClose 1\nOpen \"out.txt\" For Input As 1\nInput #1, t$, n%, b, e\nPrint t$; n%; b; IsNull(e)",
                "\"a,b\",5,#TRUE#,#NULL#|a,b5TrueTrue",
            ),
            (
                "Open \"out.txt\" For Output As 1\nOpen \"out.txt\" For Append As 2",
                "error 55: File already open: out.txt",
            ),
        ],
    );
    documented(
        "LSAZ_GET_STATEMENT, LSAZ_PUT_STATEMENT, LSAZ_SEEK_STATEMENT",
        &[
            (
                "Dim n As Long, q As String\nOpen \"b.bin\" For Binary As 1\nPut #1, , 258&\nPut #1, 5, \"xyz\"\nGet #1, 1, n\nq = Space(2)\nGet #1, 6, q\nPrint n; q; LOF(1); Seek(1)\nSeek #1, 2\nPrint LOC(1)",
                "258yz78|1",
            ),
            (
                "Open \"b.bin\" For Binary As 1\nDim n As Long\nGet #1, 1, n",
                "error 62: Input past end of file: b.bin",
            ),
            (
                "Open \"b.bin\" As 1",
                "error 4999: Open … For Random is not there: no host of this run has it",
            ),
        ],
    );
}

#[test]
fn files_are_listed_removed_and_renamed_as_documented() {
    documented(
        "LSAZ_DIR_FUNCTION, LSAZ_KILL_STATEMENT, LSAZ_NAME_STATEMENT, LSAZ_FILECOPY_STATEMENT, LSAZ_CURDIR_FUNCTION",
        &[
            (
                "Print Dir$(\"*.*\", 0); \" \"; Dir$(); \"[\"; Dir$(); \"]\"",
                "in.csv latin.txt[]",
            ),
            ("Print Dir(\"sub\\t?o.txt\"); Dir(\"nothing*\")", "Two.txt"),
            (
                "Kill \"in.csv\"\nPrint \"[\" & Dir$(\"in.csv\") & \"]\"\nKill \"in.csv\"",
                "[]|error 53: File not found: in.csv",
            ),
            (
                "Name \"in.csv\" As \"new.csv\"\nPrint FileLen(\"new.csv\")\nName \"latin.txt\" As \"NEW.csv\"",
                "8|error 58: File already exists: new.csv",
            ),
            (
                "FileCopy \"in.csv\", CurDir & \"\\c.csv\"\nPrint FileLen(\"c.csv\")",
                "8",
            ),
        ],
    );
}

#[test]
fn nothing_outside_of_the_folder_is_reached() {
    for path in [
        "..\\x",
        "/etc/passwd",
        "c:\\x.txt",
        "sub/../../x",
        "\\\\host\\x",
    ] {
        let printed = printed_in(&mut world(), &format!("Open {{{path}}} For Input As 1"));
        assert!(
            printed.starts_with("error 75: Path/file access error: "),
            "{path}: {printed}"
        );
        assert!(
            printed.ends_with("lies outside of the folder of files that this run was given"),
            "{path}: {printed}"
        );
    }
    let mut world = World::default();
    world.files_remedy = "there is a switch for it".to_owned();
    for body in [
        "Open \"x\" For Output As 1",
        "Print FreeFile",
        "Print Dir$(\"*\")",
        "Kill \"x\"",
    ] {
        let printed = printed_in(&mut world, body);
        assert!(
            printed.starts_with("error 4999: files are not there")
                && printed.ends_with("no folder of them; there is a switch for it"),
            "{printed}"
        );
    }
    world.files_remedy.clear();
    let printed = printed_in(&mut world, "Kill \"x\"");
    assert!(printed.ends_with("no folder of them"), "{printed}");
    let endless = "Open \"x\" For Output As 1\nDo\nPrint #1, String(100000, \"x\")\nLoop";
    let mut world = self::world();
    assert!(printed_in(&mut world, endless).contains("stopped"));
}
