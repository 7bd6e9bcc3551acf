//! Agents: found, put together, given their documents, and reported on.

use super::{SHOP, run_in, world};
use crate::report::WhatChanged;
use crate::store::tree_of;
use crate::trace::Wish;
use crate::world::World;
use crate::{AgentError, DatabaseId};

const AGENTS: &str = "<scriptlibrary name='Core|c'><code event='options'><lotusscript>Option Public
%INCLUDE \"more.lss\"
</lotusscript></code><code event='declarations'><lotusscript>Const mark = \"seen\"
</lotusscript></code><code event='stamp'><lotusscript>Sub Stamp(d As NotesDocument)
	d.State = mark
	If limit > 0 Then Call d.Save(True, False)
End Sub
Sub Fail
	Error 1000, \"on purpose\"
End Sub</lotusscript></code></scriptlibrary>
<agent name='Mark|m'><updatedby><name>CN=Dev/O=Acme</name></updatedby><trigger type='scheduled'><schedule type='byminutes' minutes='5' runlocation='any'/></trigger><documentset type='modified'/>
<code event='options'><lotusscript>Use \"Core\"
</lotusscript></code><code event='initialize'><lotusscript>Sub Initialize
	Dim s As New NotesSession
	Dim c As NotesDocumentCollection, d As NotesDocument
	Set c = s.CurrentDatabase.UnprocessedDocuments
	Print s.CurrentAgent.Name &amp; c.Count &amp; s.CurrentAgent.Trigger &amp; s.CurrentAgent.Target &amp; s.CurrentAgent.CommonOwner
	Set d = c.GetFirstDocument
	Do Until d Is Nothing
		If d.HasItem(\"Quantity\") Then Call Stamp(d)
		Call s.UpdateProcessedDoc(d)
		Set d = c.GetNextDocument(d)
	Loop
	Print s.CurrentDatabase.UnprocessedDocuments.Count
End Sub</lotusscript></code><code event='terminate'><lotusscript>Sub Terminate
	Print \"end\"
End Sub</lotusscript></code><rundata><agentrun><datetime>20261120T100000,00+11</datetime></agentrun></rundata></agent>
<agent name='Broken'><trigger type='agentlist'/><documentset type='runonce'/><code event='options'><lotusscript>Use \"Core\"
</lotusscript></code><code event='initialize'><lotusscript>Sub Initialize
	Print \"go\"
	Call Fail
End Sub</lotusscript></code></agent>
<agent name='Caller'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	Dim s As New NotesSession
	Dim d As NotesDocument
	Print s.CurrentDatabase.GetAgent(\"m\").LastRun
	Set d = s.CurrentDatabase.GetDocumentByID(\"902\")
	d.Memory = 1
	Print s.CurrentDatabase.GetAgent(\"Called\").RunWithDocumentContext(d, d.NoteID)
	Print d.Back(0) &amp; s.CurrentAgent.Name
	Print s.CurrentDatabase.GetAgent(\"Broken\").Run
End Sub</lotusscript></code></agent>
<agent name='Called'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	Dim s As New NotesSession
	Print s.DocumentContext.Memory(0) &amp; s.CurrentAgent.ParameterDocID
	s.DocumentContext.Back = \"back\"
End Sub</lotusscript></code></agent>
<agent name='Loop'><trigger type='agentlist'/><documentset type='runonce'/><code event='initialize'><lotusscript>Sub Initialize
	Dim s As New NotesSession
	Call s.CurrentAgent.Run
End Sub</lotusscript></code></agent>
<agent name='Mail'><trigger type='beforenewmail'/><code event='initialize'><lotusscript>Sub Initialize
	Dim s As New NotesSession
	Print s.DocumentContext.NoteID
End Sub</lotusscript></code></agent>
<agent name='Upper'><trigger type='actionsmenu'/><documentset type='all'/><code event='action'><formula>SELECT Form = \"Order\";
FIELD Customer := @UpperCase(Customer)</formula></code></agent>
<agent name='Double' formulatype='createdocs'><trigger type='actionsmenu'/><documentset type='selected'/><code event='action'><formula>FIELD Copy := \"yes\"</formula></code></agent>
<agent name='Java'><trigger type='agentlist'/><documentset type='runonce'/><code event='action'><javaproject class='A'/></code></agent>
<agent name='Lost'><trigger type='agentlist'/><documentset type='runonce'/><code event='options'><lotusscript>Use \"Nowhere\"</lotusscript></code><code event='initialize'><lotusscript>Sub Initialize
End Sub</lotusscript></code></agent>
</database>";

fn shop() -> (World, DatabaseId) {
    let (mut world, _) = world();
    let dxl = SHOP
        .replace("</database>", AGENTS)
        .replace("shop.nsf", "agents.nsf");
    let id = world.store.add("", "agents.nsf", tree_of(&dxl).unwrap());
    world
        .files
        .insert("more.lss".into(), b"Const limit = 1\n".to_vec());
    (world, id)
}

#[test]
fn a_scheduled_agent_gets_what_it_has_not_marked() {
    let (mut world, id) = shop();
    let failure = world.run_agent(id, "m", None).unwrap();
    assert_eq!(failure, None);
    let report = world.report(failure);
    assert_eq!(report.printed, ["Mark512Dev", "0", "end"]);
    assert_eq!((report.documents.len(), report.processed.len()), (3, 5));
    let first = &report.documents[0];
    assert_eq!(
        (first.what, first.form.as_str(), first.database.as_str()),
        (WhatChanged::Changed, "Order", "agents.nsf")
    );
    assert!(
        first
            .difference
            .as_ref()
            .unwrap()
            .to_string()
            .contains("State")
    );
    assert!(
        first
            .dxl
            .as_ref()
            .unwrap()
            .contains("<item name='State'><text>seen</text></item>")
    );
}

#[test]
fn a_failure_says_where_in_script_and_file() {
    let (mut world, id) = shop();
    let failure = world.run_agent(id, "Broken", None).unwrap().unwrap();
    assert_eq!(
        failure.to_string(),
        "Core(9) in Fail: error 1000: on purpose"
    );
    let places: Vec<(&str, u32)> = failure
        .calls
        .iter()
        .map(|call| (call.script.as_str(), call.line))
        .collect();
    assert_eq!(places, [("Core", 9), ("Broken", 4)]);
    let dxl = world.store.get(id).unwrap().design().to_xml().unwrap();
    let line = |at: usize| {
        dxl.lines()
            .nth(failure.calls[at].file_line.unwrap() as usize - 1)
            .unwrap()
            .trim()
            .to_owned()
    };
    assert_eq!(
        (line(0).as_str(), line(1).as_str()),
        ("Error 1000, \"on purpose\"", "Call Fail")
    );
}

#[test]
fn agents_start_agents() {
    let (mut world, id) = shop();
    let failure = world.run_agent(id, "Caller", None).unwrap().unwrap();
    assert_eq!(
        world.printed,
        ["11/20/2026 10:00:00 AM", "1902", "0", "backCaller", "go"]
    );
    assert_eq!(
        failure.to_string(),
        "Caller(9) in Initialize: error 4000: Notes error: the agent Broken failed: Core(9) in Fail: error 1000: on purpose"
    );
    let failure = world.run_agent(id, "Loop", None).unwrap().unwrap();
    assert_eq!(
        (failure.number, failure.message.as_str()),
        (None, "stopped: more than 16 agents run within each other")
    );
}

#[test]
fn each_new_mail_is_a_run_of_its_own() {
    let (mut world, id) = shop();
    let mails = vec!["1".repeat(32), "3".repeat(32)];
    assert_eq!(world.run_agent(id, "Mail", Some(mails)).unwrap(), None);
    assert_eq!(world.printed, ["8FA", "902"]);
}

#[test]
fn formulas_run_over_documents() {
    let (mut world, id) = shop();
    assert_eq!(world.run_agent(id, "Upper", None).unwrap(), None);
    let changed: Vec<String> = world
        .store
        .get(id)
        .unwrap()
        .changes()
        .iter()
        .map(|change| change.after.as_ref().unwrap().text("Customer").into_owned())
        .collect();
    assert_eq!(changed, ["MILLER", "ADAMS", "MILES"]);
    world.selected = vec!["4".repeat(32)];
    assert_eq!(world.run_agent(id, "Double", None).unwrap(), None);
    let report = world.report(None);
    let made = report.documents.last().unwrap();
    assert_eq!(
        (made.what, made.form.as_str()),
        (WhatChanged::Made, "Answer")
    );
    assert!(
        made.dxl
            .as_ref()
            .unwrap()
            .contains("<item name='Copy'><text>yes</text></item>")
    );
}

#[test]
fn what_cannot_begin_says_why() {
    let (mut world, id) = shop();
    let mut why = |name: &str| world.run_agent(id, name, None).unwrap_err().to_string();
    assert_eq!(
        why("x"),
        "there is no agent \"x\"; the database has Mark, Broken, Caller, Called, Loop, Mail, Upper, Double, Java, Lost"
    );
    assert_eq!(
        why("Java"),
        "the agent Java is no LotusScript and no formula: it has no code"
    );
    assert_eq!(
        why("Lost"),
        "Lost uses the library \"Nowhere\", which the database does not have"
    );
    assert!(matches!(
        world.run_agent(DatabaseId(99), "x", None),
        Err(AgentError::Database)
    ));
    world.files.clear();
    let error = world.run_agent(id, "Mark", None).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("the file more.lss to include is not there"),
        "{error}"
    );
}

#[test]
fn a_trace_tells_as_much_as_is_wished() {
    for (wish, expected) in [(Wish::Little, 1), (Wish::Calls, 4), (Wish::Statements, 7)] {
        let (mut world, id) = shop();
        world.trace.wish = wish;
        let documents = Some(vec!["1".repeat(32)]);
        world.run_agent(id, "Mail", documents).unwrap();
        let events: Vec<String> = world.trace.events.iter().map(ToString::to_string).collect();
        assert_eq!(events.len(), expected, "{events:?}");
    }
}

#[test]
fn the_same_run_leaves_the_same() {
    let run = || {
        let (mut world, _) = world();
        run_in(
            &mut world,
            "Set d = db.CreateDocument\nd.Form = \"A\"\nCall d.Save(True, False)\nv = Evaluate(\"@Text(@Random)\")\nPrint d.UniversalID & v(0)",
        )
    };
    assert_eq!(run(), run());
}
