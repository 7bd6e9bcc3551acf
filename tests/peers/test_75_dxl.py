"""`emailsms dxl check`, `diff` and `clean` from outside: what they print, what they end with, and what they do with files that are none."""

import json
import os
import re
import subprocess

import pytest

from gateway import binary

SPACE = "xmlns='http://www.lotus.com/dxl'"
BOAT = f"""<?xml version='1.0' encoding='utf-8'?>
<form name='Boat' {SPACE}>
<actionbar><action title='Launch'><code event='click'><formula>@Command([FileSave])</formula></code></action></actionbar>
<body><richtext><pardef id='1'/><par def='1'>Name of the boat</par></richtext></body>
</form>
"""
SCRIPT = """<?xml version='1.0' encoding='utf-8'?>
<database {space} title='Harbour'{replica}>
<scriptlibrary name='Tides'>
<noteinfo noteid='{note}' unid='{unid}' sequence='{sequence}'><created><datetime>2026{month}01T120000,00+10</datetime></created></noteinfo>
<updatedby><name>CN={server}/O=Example</name></updatedby>
<code event='options'><lotusscript>Option Public
Option Declare
</lotusscript></code>
<code event='initialize'><lotusscript>Sub Initialize
  Dim height As Double
  height = {height}
  Print height
End Sub
</lotusscript></code>
</scriptlibrary>
</database>
"""
HERE = {"replica": " replicaid='C12587AA00112233'", "note": "8fa", "unid": "11" * 16, "sequence": 3, "month": "01", "server": "srv1", "height": "1.5"}
ELSEWHERE = HERE | {"replica": " replicaid='4A25880100AABBCC'", "note": "1206", "unid": "2F" * 16, "sequence": 91, "month": "11", "server": "srv2"}
DEEP = "<database>" + "<form>" * 100_000


def script(values) -> str:
    return SCRIPT.format(space=SPACE, **values)


def dxl(*arguments, stdin=None):
    """(status, standard output, standard error) of the command; both outputs as bytes."""
    run = subprocess.run([binary(), "dxl", *map(str, arguments)], input=stdin, capture_output=True, timeout=60)
    return run.returncode, run.stdout, run.stderr


@pytest.fixture
def write(tmp_path):
    """Puts a file into the test's folder."""

    def put(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


# ---- check


def test_a_good_file_passes_both_profiles(write):
    path = write("boat.dxl", BOAT)
    assert dxl("check", path) == (0, b"1 file: no errors, no warnings\n", b"")
    assert dxl("check", "--import", path) == (0, b"1 file: no errors, no warnings\n", b"")


def test_a_finding_says_where_what_why_and_how_to_mend_it(write):
    path = write("boat.dxl", BOAT.replace("<pardef", "\n  <par><hull/></par><pardef"))
    status, out, err = dxl("check", path)
    first, place, why, remedy, total = out.decode().splitlines()
    assert (status, err) == (1, b"")
    assert first == f"{path}:5:8: error[unknown-element]: <hull> is no element of DXL"
    assert place == "    in: form[Boat]/body/richtext/par/hull"
    assert why.startswith("    why: ") and remedy.startswith("    remedy: ")
    assert total == "1 file: 1 error, no warnings"


def test_the_same_as_json(write):
    path = write("boat.dxl", BOAT.replace("title='Launch'", "title='Launch' colour='red'"))
    status, out, err = dxl("check", "--json", path)
    report = json.loads(out)
    assert (status, err, report["errors"], report["warnings"], report["unreadable"]) == (1, b"", 1, 0, [])
    (file,) = report["files"]
    (finding,) = file["findings"]
    assert file["file"] == str(path)
    assert {name: finding[name] for name in ("line", "column", "severity", "rule")} == {"line": 3, "column": 35, "severity": "error", "rule": "unknown-attribute"}
    assert "colour" in finding["message"] and finding["why"] and finding["remedy"] and finding["path"]


def test_what_only_the_importer_minds_is_asked_for(write):
    path = write("boat.dxl", BOAT.replace("Launch", "Launch &amp; go").replace("<form ", "<!DOCTYPE form SYSTEM 'xmlschemas/domino_9_0_1.dtd'>\n<form "))
    assert dxl("check", path)[0] == 0
    status, out, _ = dxl("check", "--import", path)
    assert status == 1
    assert re.findall(r":(\d+:\d+): error\[(.*?)\]", out.decode()) == [("2:1", "no-doctype"), ("4:20", "action-title-ampersand")]


def test_warnings_alone_are_no_failure(write):
    status, out, _ = dxl("check", "--import", write("boat.dxl", BOAT.replace(SPACE, "")))
    assert status == 0
    assert b":2:1: warning[no-namespace]:" in out and out.endswith(b"1 file: no errors, 1 warning\n")
    assert dxl("check", "--import", "--deny-warnings", write("boat.dxl", BOAT.replace(SPACE, "")))[:2] == (1, out)
    assert dxl("check", "--import", "--deny-warnings", write("boat.dxl", BOAT))[0] == 0


def test_what_is_no_xml_and_what_is_no_number(write):
    for content in (b"\x7fELF\x02\x01\x01\0\0", b"Dear all,\n"):
        path = write("a.dxl", content)
        assert dxl("check", path)[1].startswith(f"{path}:1:1: error[well-formed]: this is not XML: ".encode())
        assert b"a.dxl:1:1: this is not XML: " in dxl("clean", path)[2]
    status, out, _ = dxl("check", write("b.dxl", f"<document {SPACE}><item name='a'><number>abc</number></item></document>"))
    assert status == 0 and b'b.dxl:1:59: warning[number]: "abc" is no number\n' in out


def test_libraries_in_a_circle_can_be_mended(write):
    uses = "".join(f"<scriptlibrary name='{name}'><code event='options'><lotusscript>Use \"{used}\"\n</lotusscript></code></scriptlibrary>" for name, used in (("A", "B"), ("B", "A")))
    status, out, _ = dxl("check", "--import", write("a.dxl", f"<database {SPACE} title='a'>{uses}</database>"))
    assert status == 1 and b"error[library-order]" in out and b"move what both need into a third that uses neither" in out


def test_another_dtd_decides(write):
    path = write("page.dxl", f"<page name='About' captain='Ann' {SPACE}><body>text</body></page>")
    dtd = write(
        "small.dtd",
        "<!-- a small one -->\n<!ENTITY % names 'name CDATA #REQUIRED captain CDATA #IMPLIED'>\n"
        "<!ELEMENT page (body)>\n<!ATTLIST page %names; xmlns CDATA #FIXED 'http://www.lotus.com/dxl'>\n<!ELEMENT body (#PCDATA)>\n",
    )
    status, out, _ = dxl("check", path)
    assert status == 1 and b"captain" in out
    assert dxl("check", "--dtd", dtd, path)[:2] == (0, b"1 file: no errors, no warnings\n")
    crew = write("crew.dxl", f"<page name='About' {SPACE}><body/><body/></page>")
    status, out, _ = dxl("check", "--dtd", dtd, crew)
    assert status == 1 and b"crew.dxl:1:60: error[element-doubled]: " in out
    status, out, err = dxl("check", "--dtd", path, crew)
    assert (status, out) == (2, b"") and b"page.dxl is no DTD of Domino's: line 1, column 1:" in err


def test_a_folder_is_all_that_is_dxl_in_it(write, tmp_path):
    for name in ("b.dxl", "Forms/a.xml", "Forms/boat.form", "Forms/readme.txt", "Forms/logo.gif"):
        write(name, "no DXL" if name.endswith(("txt", "gif")) else BOAT)
    status, out, _ = dxl("check", "--json", tmp_path)
    assert status == 0
    assert [file["file"] for file in json.loads(out)["files"]] == [str(tmp_path / name) for name in ("Forms/a.xml", "Forms/boat.form", "b.dxl")]


def test_standard_input_and_many_findings(write):
    many = BOAT.replace("<pardef id='1'/>", "<hull/>" * 30)
    status, out, _ = dxl("check", "--most", 5, "-", stdin=many.encode())
    assert status == 1
    assert out.count(b"error[unknown-element]") == 5 and b"standard input:4:" in out
    assert b"25 more findings are not listed" in out and out.endswith(b"1 file: 30 errors, no warnings\n")


# ---- check: code

LIBRARY = "Option Public\nOption Declare\n\nSub Sound(times As Integer)\n  Beep\nEnd Sub\n"
AGENT = f"""<agent name='Whistle' {SPACE}><trigger type='actionsmenu'/><documentset type='runonce'/>
<code event='options'><lotusscript>Option Declare
Use "Horn"
</lotusscript></code>
<code event='initialize'><lotusscript>Sub Initialize
  Dim session As New NotesSession
  Call Sound()
  Print session.CreateHTTPRequest Is Nothing
End Sub</lotusscript></code></agent>
"""


def told(out: bytes) -> list:
    return re.findall(r"^\S*?([^/\s]+:\d+:\d+: \w+\[.*?\])", out.decode(), re.M)


def test_code_is_checked_with_the_libraries_beside_it(write, tmp_path):
    write("Horn.lss", LIBRARY)
    path = write("agents/whistle.dxl", AGENT)
    status, out, err = dxl("check", tmp_path)
    assert (status, err) == (1, b"") and out.endswith(b"2 files: 1 error, 1 warning\n")
    assert told(out) == ["whistle.dxl:7:8: error[argument-count]", "whistle.dxl:8:17: warning[not-in-release]"]
    assert f"{path}:7:8: error[argument-count]: `Sound` takes 1 argument, and is given 0\n    in: agent[Whistle]/code[initialize]/lotusscript\n    why: ".encode() in out
    # Without the library nothing is said of what may be its own.
    status, out, _ = dxl("check", path)
    assert (status, told(out)) == (0, ["whistle.dxl:3:5: warning[unknown-library]", "whistle.dxl:8:17: warning[not-in-release]"])
    assert dxl("check", "--deny-warnings", path)[0] == 1
    assert dxl("check", "--no-code", tmp_path) == (0, b"1 file: no errors, no warnings\n", b"")


def test_a_release_that_is_asked_for_is_held(write):
    path = write("whistle.dxl", AGENT)
    for release, wanted in (("9", ["error[not-in-release]"]), ("9.0.1", ["error[not-in-release]"]), ("10", []), ("14", [])):
        status, out, _ = dxl("check", "--notes", release, path)
        assert (status, [line.split(": ")[1] for line in told(out)][1:]) == (1 if wanted else 0, wanted), release
    status, out, err = dxl("check", "--notes", "R9", path)
    assert (status, out) == (2, b"") and b"`R9` is no release; write 9, 9.0.1, 14.5 and the like" in err
    assert dxl("check", "--notes", "9", "--no-code", path)[0] == 2


def test_formulas_are_checked_where_they_stand(write):
    path = write("boat.dxl", BOAT.replace("@Command([FileSave])", "x := 1;\n  @Uppercas(x)").replace("event='click'", "event='click' for='client'"))
    status, out, _ = dxl("check", "--json", path)
    (file,) = json.loads(out)["files"]
    (finding,) = file["findings"]
    assert (status, file["errors"]) == (1, 1)
    assert {name: finding[name] for name in ("line", "column", "language", "rule", "severity", "path")} == {
        "line": 4, "column": 3, "language": "formula", "rule": "unknown-function", "severity": "error",
        "path": "form[Boat]/actionbar/action[Launch]/code[click]/formula",
    }  # fmt: skip
    assert "@Uppercas" in finding["message"] and finding["why"] and "@UpperCase" in finding["remedy"]


def test_lotusscript_in_files_of_its_own(write, tmp_path):
    write("a.lss", b"Option Declare\r\nSub Gr\xfc\xdfe\r\n  x = 1\r\nEnd Sub\r\n")
    write("b.lsa", ("\ufeff" + LIBRARY.replace("Beep", "Beep(")).encode("utf-16-le"))
    write("c.lsa", AGENT)
    write("d.txt", "Sub A")
    status, out, _ = dxl("check", "--json", tmp_path)
    files = {os.path.basename(file["file"]): [(one["line"], one["language"], one["rule"]) for one in file["findings"]] for file in json.loads(out)["files"]}
    assert status == 1
    assert files == {
        "a.lss": [(3, "lotusscript", "undeclared-name")],
        "b.lsa": [(5, "lotusscript", "syntax")],
        "c.lsa": [(3, "lotusscript", "unknown-library"), (8, "lotusscript", "not-in-release")],
    }
    status, out, err = dxl("check", "--no-code", tmp_path / "a.lss")
    assert (status, out) == (2, b"") and b"a.lss: this is LotusScript, which --no-code leaves out" in err
    # What is read once is checked as well.
    assert dxl("check", "-", stdin=AGENT.encode())[1] == dxl("check", tmp_path / "c.lsa")[1].replace(str(tmp_path / "c.lsa").encode(), b"standard input")
    # The other commands leave LotusScript to git.
    assert b".lss" not in b"".join(dxl("clean", "--check", tmp_path)[1:])


def test_what_is_no_dxl_has_no_code(write):
    status, out, _ = dxl("check", write("a.xml", "<sheet><formula>@Nothing(</formula></sheet>"))
    assert status == 1 and told(out) == ["a.xml:1:1: error[wrong-root]"]


# ---- diff


def test_another_servers_export_is_the_same(write):
    here, there = write("here.dxl", script(HERE)), write("there.dxl", script(ELSEWHERE))
    assert here.read_bytes() != there.read_bytes()
    assert dxl("diff", here, there) == (0, b"", b"")
    assert json.loads(dxl("diff", "--json", here, there)[1])["files"] == []


def test_one_changed_line_is_one_changed_line(write):
    here, there = write("here.dxl", script(HERE)), write("there.dxl", script(ELSEWHERE | {"height": "2.25"}))
    status, out, err = dxl("diff", here, there)
    assert (status, err) == (1, b"")
    assert [line for line in out.decode().splitlines() if re.match(r"[-+](?![-+])", line)] == ["-  height = 1.5", "+  height = 2.25"]
    assert out.decode().startswith(f"--- {here}\n+++ {there}\n@@ -")
    assert b"\x1b" not in out and b"\x1b[32m+  height = 2.25" in dxl("diff", "--color", "always", here, there)[1]
    status, out, _ = dxl("diff", "--json", here, there)
    (file,) = json.loads(out)["files"]
    (change,) = file["changes"]
    assert status == 1 and file["old"] == str(here)
    assert "scriptlibrary[Tides]" in change["path"] and "height = 2.25" in json.dumps(change)


def test_folders_by_the_names_of_their_files(write, tmp_path):
    for name in ("old/a.dxl", "old/b.dxl", "new/b.dxl", "new/c.dxl"):
        write(name, script(HERE))
    status, out, _ = dxl("diff", tmp_path / "old", tmp_path / "new")
    assert (status, out.decode()) == (1, f"Only in old: {tmp_path}/old/a.dxl\nOnly in new: {tmp_path}/new/c.dxl\n")


# ---- clean


def test_cleaned_twice_is_cleaned_once(write):
    path = write("here.dxl", script(HERE))
    status, once, err = dxl("clean", path)
    assert (status, err) == (0, b"") and path.read_text() == script(HERE)
    assert b"unid" not in once and b"replicaid" not in once and b"height = 1.5" in once
    assert dxl("clean", write("once.dxl", once)) == (0, once, b"")
    assert dxl("clean", write("there.dxl", script(ELSEWHERE)))[1] == once
    assert dxl("diff", path, "-", stdin=once) == (0, b"", b"")
    assert dxl("clean", "-", stdin=path.read_bytes())[1] == once
    # As a hook before a commit asks.
    assert dxl("clean", "--check", "-", stdin=once) == (0, b"", b"")
    assert dxl("clean", "--check", "-", stdin=path.read_bytes()) == (1, b"-\n", b"")
    status, _, err = dxl("clean", "--in-place", "-", stdin=once)
    assert status == 2 and b"leave out --in-place" in err


def test_a_doctype_goes_as_the_release_does(write):
    paths = [write(f"{release}.dxl", BOAT.replace("?>\n", f"?>\n<!DOCTYPE form SYSTEM 'xmlschemas/domino_{release}.dtd'>\n", 1)) for release in ("11_0_1", "12_0_2")]
    one, other = (dxl("clean", path)[1] for path in paths)
    assert one == other and b"DOCTYPE" not in one
    assert b"DOCTYPE" in paths[0].read_bytes()


def test_quotes_and_apostrophes_are_kept_to_the_byte(write):
    code = """Print "it's" &amp; {a} &amp; "&lt;b&gt;"
	Msgbox "", , "O'Brien's"
"""
    text = f"<page name='A' title='&apos;\"' {SPACE}>\n<code event='x'><lotusscript>{code}</lotusscript></code>\n<body><richtext>\n<par>\"a\" 'b'</par>\n</richtext></body>\n</page>\n"
    out = dxl("clean", write("a.dxl", text))[1].decode()
    assert out.split("\n", 1)[1] == text
    spelled = text.replace('"', "&quot;").replace("{a}", "<![CDATA[{a}]]>").replace("\n", "\r\n")
    assert dxl("clean", write("b.dxl", spelled))[1].decode() == out


def test_cleaned_in_place(write, tmp_path):
    paths = [write("a.dxl", script(HERE)), write("Forms/b.dxl", script(ELSEWHERE)), write("c.dxl", "<form")]
    status, out, err = dxl("clean", "--check", *paths[:2])
    assert (status, out.decode()) == (1, f"{paths[0]}\n{paths[1]}\n")
    assert dxl("clean", *paths[:2])[0] == 2, "standard output takes one file"
    status, out, err = dxl("clean", "--in-place", tmp_path)
    assert (status, out) == (2, b"") and b"c.dxl:1:6: " in err
    assert paths[0].read_bytes() == paths[1].read_bytes() == dxl("clean", paths[0])[1]
    assert paths[2].read_text() == "<form", "what cannot be read stays as it was"
    assert dxl("clean", "--check", *paths[:2]) == (0, b"", b"")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["Forms", "a.dxl", "b.dxl", "c.dxl"]


def test_links_between_files_keep_what_they_point_to(write, tmp_path):
    main = f"<document form='Trip' {SPACE}><noteinfo noteid='8fa' unid='{'AB' * 16}'><created><datetime>20260101T120000,00+10</datetime></created></noteinfo></document>"
    reply = f"<document form='Reply' {SPACE}><item name='$REF'><text>{'ab' * 16}</text></item></document>"
    path, other = write("a/main.dxl", main), write("b/reply.xml", reply)
    assert b"unid" not in dxl("clean", path)[1]
    assert dxl("clean", "--in-place", path.parent, other) == (0, b"", b"")
    kept = path.read_text()
    assert f"<noteinfo unid='{'AB' * 16}'><created><datetime>20260101T120000,00+10</datetime></created></noteinfo>" in kept and "8fa" not in kept
    assert dxl("clean", "--check", tmp_path) == (0, b"", b""), "the same by folder"
    assert dxl("clean", "--check", path)[:2] == (1, f"{path}\n".encode()), "alone, the link is not seen"


# ---- bad files

BAD = {
    "cut off": (BOAT[:200].encode(), "well-formed"),
    "empty": (b"", "well-formed"),
    "no XML": (bytes(range(1, 256)) * 20, "well-formed"),
    "not UTF-8": (BOAT.replace("boat", "bo\xe4t").encode("latin-1"), "encoding"),
    "internal subset": (BOAT.replace("<form ", "<!DOCTYPE form [<!ENTITY a 'aaaa'>]>\n<form ").encode(), "no-entities"),
    "entity": (BOAT.replace("boat<", "&boat;<").encode(), "no-entities"),
    "deep": (DEEP.encode(), "limit"),
    "two roots": (BOAT.encode() + b"<form/>", "well-formed"),
    "another name space": (BOAT.replace("lotus", "locust").encode(), "namespace"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_files_are_findings_with_a_place(write, what):
    content, rule = BAD[what]
    path = write("bad.dxl", content)
    status, out, err = dxl("check", path)
    assert status == 1, (out, err)
    assert re.search(rf"^{path}:\d+:\d+: error\[{rule}\]: ".encode(), out, re.M), out[:300]
    for command in (["diff", path, write("good.dxl", BOAT)], ["clean", path]):
        status, out, err = dxl(*command)
        assert (status, out) == (2, b"")
        assert re.search(rb"^emailsms dxl \w+: \S+bad.dxl:\d+:\d+: [\w<]", err) and b"panicked" not in err, err[:300]


def test_long_paths_are_shortened_for_people_only(write):
    deep = f"<page name='A' {SPACE}><body><richtext>" + "<section>" * 900
    path, good = write("deep.dxl", deep), write("good.dxl", BOAT)
    status, out, _ = dxl("check", "--most", 5000, path)
    assert status == 1 and b"/\xe2\x80\xa6/section" in out
    assert all(len(line) < 400 for line in out.splitlines())
    assert max(len(finding["path"]) for finding in json.loads(dxl("check", "--json", "--most", 5000, path)[1])["files"][0]["findings"]) > 900
    assert all(len(dxl(*command)[2]) < 600 for command in (["diff", path, good], ["clean", path]))
    whole = deep + "{}" + "</section>" * 900 + "</richtext></body></page>"
    status, out, _ = dxl("diff", write("old.dxl", whole.format("<par/>")), write("new.dxl", whole.format("<par>a</par>")))
    assert status == 1 and all(len(line) < 400 for line in out.splitlines())


@pytest.mark.parametrize("command", ["check", "diff", "clean"])
def test_a_full_disk_is_said(write, command):
    files = [write("a.dxl", script(HERE))]
    if command == "diff":
        files.append(write("b.dxl", script(HERE).replace("height = 1.5", "height = 2")))
    with open("/dev/full", "wb") as full:
        run = subprocess.run([binary(), "dxl", command, *files], stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert run.returncode == 2
    assert run.stderr.decode() == f"emailsms dxl {command}: standard output cannot be written: No space left on device (os error 28)\n"


def test_the_words_of_what_cannot_be_written(write, tmp_path):
    path = write("a.dxl", script(HERE))
    # A name so long that the new file beside it has none.
    long = write("b" * 250 + ".dxl", script(HERE))
    status, out, err = dxl("clean", "--in-place", long, path)
    assert (status, out) == (2, b"") and b".new" not in err
    assert re.fullmatch(rb"emailsms dxl clean: \S+/b{250}\.dxl: it cannot be written anew: File name too long \(os error 36\)\n", err)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.dxl", long.name]


def test_mode_and_owner_stay_in_place(write):
    path = write("a.dxl", script(HERE))
    path.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(path, 12345, 54321)
    before = path.stat()
    assert dxl("clean", "--in-place", path)[0] == 0 and path.read_text() != script(HERE)
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_other_encodings_are_read(write, encoding):
    text = BOAT.replace("boat", "bo\u00e4t \U0001f6a4").replace("encoding='utf-8'", f"encoding='{'UTF-16' if '16' in encoding else 'UTF-8'}'")
    path, plain = write("boat.dxl", text.encode(encoding)), write("plain.dxl", BOAT.replace("boat", "bo\u00e4t \U0001f6a4"))
    assert dxl("check", path) == (0, b"1 file: no errors, no warnings\n", b"")
    assert dxl("diff", path, plain) == (0, b"", b"")
    assert dxl("clean", path)[1] == dxl("clean", plain)[1] and b"bo\xc3\xa4t" in dxl("clean", path)[1]


def test_what_is_not_there_is_said(write, tmp_path):
    good, missing, empty = write("good.dxl", BOAT), tmp_path / "missing.dxl", tmp_path / "empty"
    empty.mkdir()
    for command in (["check", good, missing], ["diff", good, missing], ["diff", empty, missing], ["diff", missing, good], ["clean", missing]):
        status, _, err = dxl(*command)
        assert status == 2 and b"missing.dxl: No such file" in err, err
    assert dxl("check", missing)[1] == b"", "what was not read is not without errors"
    for command in (["check", empty], ["diff", good, empty], ["clean", "--in-place", empty]):
        status, _, err = dxl(*command)
        assert status == 2 and err.startswith(b"emailsms dxl ") and err.count(b"\n") == 1, err
    status, out, _ = dxl("check", "--json", good, missing)
    report = json.loads(out)
    assert status == 2 and len(report["files"]) == 1 and report["unreadable"][0]["file"] == str(missing)


# XML that is none of DXL: an ant and a Maven file, a page, one with a DTD of its own, a schema, one of XML 1.1.
FOREIGN = {
    "build.xml": "<project name='a'><target name='b'/></project>",
    "pom.xml": "<?xml version='1.0'?>\n<project xmlns='http://maven.apache.org/POM/4.0.0'><artifactId>a</artifactId></project>",
    "page.dxl": "<!DOCTYPE html>\n<html><body/></html>",
    "src/build.xml": "<?xml version='1.0'?>\n<!DOCTYPE project [<!ENTITY a SYSTEM 'a.xml'>]>\n<project>&a;</project>",
    "src/types.xml": "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'/>",
    "src/site.xml": "<document xmlns='http://maven.apache.org/XDOC/2.0'/>",
    "src/old.xml": "<?xml version='1.1'?><project/>",
}


def test_other_xml_in_a_folder_is_left_alone(write, tmp_path):
    files = {write(f"there/{name}", content): content for name, content in FOREIGN.items()}
    write("there/boat.dxl", script(HERE))
    write("here/boat.dxl", script(ELSEWHERE))
    assert dxl("check", tmp_path / "there") == (0, b"1 file: no errors, no warnings\n", b"")
    assert dxl("diff", tmp_path / "there", tmp_path / "here") == (0, b"", b"")
    assert dxl("clean", "--check", tmp_path / "there") == (1, f"{tmp_path}/there/boat.dxl\n".encode(), b"")
    assert dxl("clean", "--in-place", tmp_path / "there") == (0, b"", b"")
    assert all(path.read_text() == content for path, content in files.items())
    # What is meant as DXL, and is broken, is told.
    for name, content in (("there/cut.xml", "<form na"), ("there/space.dxl", BOAT.replace("lotus", "locust")), ("there/text.xml", "no XML")):
        write(name, content)
    assert dxl("check", tmp_path / "there")[1].endswith(b"4 files: 3 errors, no warnings\n")


@pytest.mark.parametrize("content", [b"", b"<?xml version='1.0' encoding='u", b"<form name='Boat' xmlns='http://ww", b"\0" * 40, BOAT.encode("utf-32")])
def test_a_broken_file_of_a_project_is_told(write, tmp_path, content):
    for side in ("old", "new"):
        write(f"{side}/Forms/good.form", BOAT)
        write(f"{side}/Forms/boat.form", BOAT if side == "old" else content)
    status, out, _ = dxl("check", tmp_path / "new")
    assert status == 1 and b"boat.form:" in out and out.endswith(b"2 files: 1 error, no warnings\n")
    status, out, err = dxl("diff", tmp_path / "old", tmp_path / "new")
    assert (status, out) == (2, b"") and b"new/Forms/boat.form:" in err
    assert dxl("clean", "--check", tmp_path / "new")[0] == 2


@pytest.mark.parametrize("command", [["check"], ["diff", "old.dxl"], ["clean"]])
def test_whoever_closes_the_output_has_what_was_asked_for(write, tmp_path, command):
    write("old.dxl", BOAT)
    many = write("many.dxl", BOAT.replace("<pardef id='1'/>", "<hull/>" * 20_000))
    arguments = [tmp_path / word if word.endswith(".dxl") else word for word in command]
    run = subprocess.Popen([binary(), "dxl", *arguments, many], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.read(10)
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait(60) == (0 if command == ["clean"] else 1)


@pytest.mark.parametrize("name", ["build.xml", "page.dxl"])
def test_another_root_is_refused_by_name(write, name):
    content = FOREIGN[name].replace("<!DOCTYPE html>\n", "")
    path, good = write(name, content), write("good.dxl", BOAT)
    root = re.match(r"<(\w+)", content)[1]
    assert b"error[wrong-root]: <%s> is no element of DXL" % root.encode() in dxl("check", path)[1]
    for command in (["diff", path, good], ["diff", good, path], ["clean", path], ["clean", "--check", path], ["clean", "--in-place", path, good]):
        status, out, err = dxl(*command)
        assert (status, out) == (2, b"")
        assert f"{name}:1:1: <{root}> is no element of DXL; ".encode() in err and path.read_text() == content, err
    assert dxl("clean", write("par.xml", f"<par {SPACE}/>"))[2].endswith(b"such as <form>, <view>, <document> or <note>\n")


def test_one_thing_that_cannot_be_read_is_named_and_the_others_are_checked(write, tmp_path):
    for name in ("old/a.dxl", "old/z.dxl", "new/a.dxl", "new/z.dxl"):
        write(name, script(HERE))
    folder = tmp_path / "old"
    (folder / "loop.dxl").symlink_to("loop.dxl")
    os.mkfifo(folder / "pipe.dxl")
    # A folder whose path is too long to be opened, even for root.
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(18):
        os.mkdir("d" * 240, dir_fd=deep)
        deeper = os.open("d" * 240, os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = deeper
    os.close(deep)
    for command in (["check", folder], ["diff", folder, tmp_path / "new"], ["clean", "--check", folder]):
        status, out, err = dxl(*command)
        told = err.decode().splitlines()
        assert status == 2 and len(told) == 2, told
        assert re.fullmatch(r"emailsms dxl \w+: \S+/old(/d{240})+: File name too long.*", told[0])
        assert re.fullmatch(r"emailsms dxl \w+: \S+/old/loop.dxl: Too many levels of symbolic links.*", told[1])
        wanted = {"check": b"2 files: no errors, no warnings\n", "diff": b"", "clean": f"{folder}/a.dxl\n{folder}/z.dxl\n".encode()}
        assert out == wanted[command[0]]


def test_what_is_no_file_and_standard_input_twice_are_refused(write, tmp_path):
    good, pipe = write("good.dxl", BOAT), tmp_path / "pipe"
    os.mkfifo(pipe)
    for file, what in ((pipe, b"pipe: this is a pipe, not a file"), ("/dev/zero", b"/dev/zero: this is a device, not a file")):
        for command in (["check"], ["diff", good], ["clean"]):
            status, out, err = dxl(*command, file)
            assert (status, out) == (2, b"") and what in err, err
    assert dxl("check", "/dev/stdin", stdin=BOAT.encode())[0] == dxl("diff", good, "/dev/stdin", stdin=BOAT.encode())[0] == 0
    for command in (["check", "-", "-"], ["check", "-", "/dev/stdin"], ["diff", "-", "-"], ["clean", "--check", "-", "-"]):
        status, out, err = dxl(*command, stdin=BOAT.encode())
        assert (status, out) == (2, b"") and b": standard input is named more than once" in err, err


# ---- help


@pytest.mark.parametrize("command", ["check", "diff", "clean"])
def test_the_help_teaches(command):
    status, out, err = dxl(command, "--help")
    text = out.decode()
    assert (status, err) == (0, b"")
    assert re.search(rf"^Usage: \S+ dxl {command} ", text, re.M) and "Exit status: 0 " in text
    examples = re.findall(rf"^  emailsms dxl {command} .+$", text, re.M)
    assert len(examples) >= 2, text
    options = set(re.findall(r"(--[a-z-]+)", text.split("Options:")[1].split("Examples:")[0]))
    for example in examples:
        assert set(re.findall(rf"dxl {command}.*?(--[a-z-]+)", example)) <= options, example
    assert dxl(command)[0] == 2 and b"Usage" in dxl(command)[2]
