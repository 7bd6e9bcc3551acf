"""`emailsms dxl run` from outside: what an agent does to documents, what is answered, and how it ends."""

import json
import subprocess

import pytest

from gateway import binary

SPACE = "xmlns='http://www.lotus.com/dxl'"
HARBOUR = f"""<?xml version='1.0' encoding='utf-8'?>
<database {SPACE} title='Harbour' path='CN=srv/O=X!!harbour.nsf'>
<scriptlibrary name='Tides'><code event='options'><lotusscript>Option Public
%INCLUDE "limits.lss"
</lotusscript></code><code event='rise'><lotusscript>Sub Rise(boat As NotesDocument)
	boat.Height = boat.Height(0) + tide
	Call boat.Save(True, False)
End Sub</lotusscript></code></scriptlibrary>
<view name='Boats'><code event='selection'><formula>SELECT Form = "Boat"</formula></code><column sort='ascending' itemname='Name'><columnheader title='Name'/></column></view>
<agent name='Flood|f'><trigger type='scheduled'/><documentset type='modified'/>
<code event='options'><lotusscript>Use "Tides"
</lotusscript></code><code event='initialize'><lotusscript>Sub Initialize
	Dim s As New NotesSession
	Dim boats As NotesDocumentCollection, boat As NotesDocument
	Set boats = s.CurrentDatabase.UnprocessedDocuments
	Set boat = boats.GetFirstDocument
	Do Until boat Is Nothing
		Call Rise(boat)
		Print boat.Name(0) &amp; " floats at " &amp; Now
		Set boat = boats.GetNextDocument(boat)
	Loop
End Sub</lotusscript></code></agent>
<agent name='Scrap'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	Dim s As New NotesSession
	Dim boat As NotesDocument
	Set boat = s.CurrentDatabase.GetView("Boats").GetDocumentByKey("Ellen")
	If MessageBox("Scrap " &amp; boat.Name(0) &amp; "?", 4, "Harbour") = 6 Then
		Call boat.Remove(True)
		Dim mail As New NotesDocument(s.CurrentDatabase)
		mail.Form = "Memo"
		mail.Subject = "Scrapped by " &amp; s.CommonUserName
		Call mail.Send(False, "master@example.com")
	End If
End Sub</lotusscript></code></agent>
<agent name='Broken'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	Dim d As NotesDocument
	Print "before"
	Print d.Name(0)
End Sub</lotusscript></code></agent>
<agent name='Endless'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	Do
	Loop
End Sub</lotusscript></code></agent>
<agent name='Call'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	Dim s As New NotesSession
	Dim request As NotesHTTPRequest
	Set request = s.CreateHTTPRequest()
	On Error Resume Next
	Print request.Get("https://sms.example.com/v1/?key=secret")
End Sub</lotusscript></code></agent>
<agent name='Bad'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	If x Then
End Sub</lotusscript></code></agent>
<document form='Boat'><noteinfo noteid='8fa' unid='{"1" * 32}' sequence='1'/>
<item name='Name'><text>Ellen</text></item>
<item name='Height'><number>2</number></item></document>
</database>
"""
GUEST = f"<document {SPACE} form='Boat'><noteinfo unid='{'2' * 32}'/><item name='Name'><text>Guest</text></item><item name='Height'><number>9</number></item></document>"
ANSWERS = """user = "CN=Bo Ray/O=Acme"
now = "2026-11-21T18:00:00"
zone = "Australia/Sydney"
[[window]]
window = "MessageBox"
title = "Harbour"
answer = "Yes"
"""


@pytest.fixture
def run(tmp_path):
    """(status, standard output, standard error) of `dxl run` in a folder with the files of these tests."""
    files = {"harbour.dxl": HARBOUR, "guest.dxl": GUEST, "answers.toml": ANSWERS, "lss/limits.lss": "Const tide = 3\n"}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)

    def start(*arguments, stdin=None):
        command = [binary(), "dxl", "run", *arguments]
        done = subprocess.run(command, cwd=tmp_path, input=stdin, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    start.folder = tmp_path
    return start


def test_an_agent_runs_and_what_it_did_is_shown(run):
    status, out, err = run("harbour.dxl", "f", "--files", "lss", "--script", "answers.toml")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Ellen floats at 11/21/2026 06:00:00 PM"
    assert lines[1] == f"changed Boat {'1' * 32} in harbour.nsf"
    assert {"    -2", "    +5"} <= set(lines)
    assert lines[-1] == "0 made, 1 changed, 0 removed; 0 mails, 0 requests, 0 windows"
    assert (run.folder / "harbour.dxl").read_text() == HARBOUR


def test_documents_of_another_export_are_what_it_runs_on(run):
    status, out, _ = run("harbour.dxl", "Flood", "--files", "lss", "--documents", "guest.dxl", "--json")
    report = json.loads(out)
    assert status == 0 and report["failure"] is None
    assert [line.split(" floats")[0] for line in report["printed"]] == ["Guest"]
    [change] = report["documents"]
    assert (change["what"], change["unid"], change["form"]) == ("changed", "2" * 32, "Boat")
    assert "<number>12</number>" in change["dxl"]


def test_windows_are_answered_mails_kept_and_the_database_written(run):
    status, out, err = run("harbour.dxl", "Scrap", "--script", "answers.toml", "--out", "after.dxl")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        'window MessageBox "Harbour": Scrap Ellen? → "Yes"',
        "mail to master@example.com: Scrapped by Bo Ray",
        f"removed Boat {'1' * 32} in harbour.nsf",
        "0 made, 0 changed, 1 removed; 1 mails, 0 requests, 1 windows",
    ]
    after = (run.folder / "after.dxl").read_text()
    assert "<text>Ellen</text>" not in after and "<agent name='Scrap'>" in after
    check = subprocess.run([binary(), "dxl", "check", "--no-code", run.folder / "after.dxl"], capture_output=True, timeout=60)
    assert check.returncode == 0, check.stdout


def test_a_window_without_an_answer_ends_the_run_and_shows_what_to_add(run):
    status, out, _ = run("harbour.dxl", "Scrap")
    assert status == 1
    assert 'the window MessageBox "Harbour" asks "Scrap Ellen?" and has no answer. Of these: Yes, No.' in out
    assert '[[window]]\nwindow = "MessageBox"\ntitle = "Harbour"\nanswer = ' in out


def test_an_error_has_its_place_in_script_and_file(run):
    status, out, _ = run("harbour.dxl", "Broken")
    line = next(at for at, text in enumerate(HARBOUR.splitlines(), 1) if "Print d.Name(0)" in text)
    assert status == 1
    lines = out.splitlines()
    assert lines[0] == "before"
    assert lines[1] == "ended early: Broken(4) in Initialize: error 91: Object variable not set"
    assert lines[2] == f"    in Broken(4), Initialize, line {line} of harbour.dxl"


def test_limits_hold(run):
    status, out, _ = run("harbour.dxl", "Endless", "--limit-statements", "10000")
    assert status == 1 and "stopped after 10000 statements" in out
    status, out, _ = run("harbour.dxl", "Endless", "--limit-seconds", "1", "--limit-statements", "100000000000")
    assert status == 1 and "stopped after 1 s" in out


def test_nothing_goes_out_unless_it_may(run):
    status, out, _ = run("harbour.dxl", "Call")
    assert status == 0
    assert "http  GET https://sms.example.com/v1/?…, 0 bytes sent: this run has no network" in out
    assert "secret" not in out


def test_a_trace_shows_calls_and_statements(run):
    _, calls, _ = run("harbour.dxl", "Flood", "--files", "lss", "--trace")
    assert "call  NOTESDOCUMENT" not in calls and "call  NotesDocument.Save(True, False)" in calls
    _, statements, _ = run("harbour.dxl", "Flood", "--files", "lss", "--trace=statements")
    assert "Tides(" in statements and len(statements) > len(calls)


@pytest.mark.parametrize(
    "arguments, why",
    [
        (["harbour.dxl", "Nobody"], 'there is no agent "Nobody"; the database has Flood, Scrap, Broken, Endless, Call, Bad'),
        (["nowhere.dxl", "Flood"], "nowhere.dxl"),
        (["harbour.dxl", "Flood"], "the file limits.lss to include is not there"),
        (["harbour.dxl", "Bad"], "line "),
        (["harbour.dxl", "Flood", "--script", "harbour.dxl"], "harbour.dxl is no file of answers; see --help"),
        (["harbour.dxl", "Flood", "--database", "names.nsf"], "write PATH=FILE"),
        (["harbour.dxl", "Flood", "--documents", "missing.dxl"], "missing.dxl"),
    ],
)
def test_what_cannot_begin_says_why(run, arguments, why):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("emailsms dxl run: ") and why in err


def test_a_file_may_come_from_standard_input(run):
    status, out, _ = run("-", "Scrap", "--script", "answers.toml", stdin=HARBOUR)
    assert status == 0 and "1 removed" in out


FILES = f"""<database {SPACE} title='Files'><agent name='Copy'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	Dim n As Integer, text As String
	Dim view As NotesView
	If n = 1 Then Print view.Nothing1
	n = FreeFile
	Open "limits.lss" For Input As #n
	Line Input #n, text
	Close #n
	Open "copy.txt" For Output As #n
	Print #n, text
	Close #n
End Sub</lotusscript></code></agent></database>"""


def test_files_are_read_and_written_in_memory_and_mistakes_told_beforehand(run):
    status, out, err = run("-", "Copy", "--files", "lss", stdin=FILES)
    assert status == 0
    assert out.splitlines()[:2] == ["wrote the file copy.txt, 16 bytes", "    Const tide = 3"]
    assert "NotesView has no member `Nothing1`; see emailsms dxl check" in err
    assert [path.name for path in (run.folder / "lss").iterdir()] == ["limits.lss"]
    status, out, _ = run("-", "Copy", stdin=FILES)
    assert status == 1 and "this run was given no folder of them" in out and "--files" in out
