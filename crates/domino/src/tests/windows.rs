//! The classes of the client, and windows that are answered beforehand.

use super::{documented, run_in, world};
use crate::windows::{Choice, WindowAnswer};

fn answered(answers: &[(&str, Choice)], body: &str) -> String {
    let (mut world, shop) = world();
    world.open_view = Some("Orders".to_owned());
    world.selected = vec!["1".repeat(32), "3".repeat(32)];
    world.open_document(shop, &"1".repeat(32), true);
    world.answers = answers
        .iter()
        .map(|(window, answer)| WindowAnswer {
            window: (*window).to_owned(),
            title: None,
            text: None,
            answer: answer.clone(),
            times: Some(1),
        })
        .collect();
    run_in(
        &mut world,
        &format!("Dim w As New NotesUIWorkspace\n{body}"),
    )
}

fn text(text: &str) -> Choice {
    Choice::Text(text.to_owned())
}

fn list(list: &[&str]) -> Choice {
    Choice::List(list.iter().map(|one| (*one).to_owned()).collect())
}

/// [MessageBox, InputBox, as documented]
#[test]
fn boxes_of_the_language() {
    for (window, answer, body, expected) in [
        (
            "MessageBox",
            text("Yes"),
            "Print MessageBox(\"Sure?\", 4, \"Title\")",
            "6",
        ),
        (
            "MessageBox",
            text("no"),
            "Print MessageBox(\"Sure?\", 4 + 32, \"Title\")",
            "7",
        ),
        (
            "MessageBox",
            Choice::Flag(false),
            "Print MessageBox(\"Sure?\", 3)",
            "7",
        ),
        (
            "MessageBox",
            Choice::Flag(false),
            "Print MessageBox(\"Go?\", 1)",
            "2",
        ),
        (
            "MessageBox",
            Choice::Number(5.0),
            "Print MessageBox(\"Again?\", 2)",
            "5",
        ),
        ("InputBox", text("Ann"), "Print InputBox(\"Who?\")", "Ann"),
        (
            "InputBox",
            Choice::Flag(true),
            "Print InputBox(\"Who?\", \"T\", \"Bo\")",
            "Bo",
        ),
        (
            "InputBox",
            Choice::Flag(false),
            "Print \"[\" & InputBox(\"Who?\", \"T\", \"Bo\") & \"]\"",
            "[]",
        ),
    ] {
        assert_eq!(answered(&[(window, answer)], body), expected, "{body}");
    }
    assert_eq!(
        answered(
            &[],
            "Print MessageBox(\"Done\")\nMessageBox \"x\", 64, \"t\""
        ),
        "1"
    );
    let unanswered = answered(
        &[],
        "On Error Resume Next\nPrint MessageBox(\"Sure?\", 4, \"Title\")\nPrint \"never\"",
    );
    assert_eq!(
        unanswered,
        "Agent(6) in Initialize: stopped: the window MessageBox \"Title\" asks \"Sure?\" and has no answer. Of these: Yes, No. Add to the answers:\n[[window]]\nwindow = \"MessageBox\"\ntitle = \"Title\"\nanswer = …"
    );
}

/// [NotesUIWorkspace, as documented]
#[test]
fn notes_ui_workspace() {
    for (window, answer, body, expected) in [
        (
            "Prompt",
            Choice::Flag(true),
            "Print w.Prompt(2, \"T\", \"Sure?\")",
            "1",
        ),
        (
            "Prompt",
            text("No"),
            "Print w.Prompt(2, \"T\", \"Sure?\")",
            "0",
        ),
        (
            "Prompt",
            text("Cancel"),
            "Print w.Prompt(8, \"T\", \"Sure?\")",
            "-1",
        ),
        (
            "Prompt",
            text("abc"),
            "Print w.Prompt(3, \"T\", \"What?\", \"d\")",
            "abc",
        ),
        (
            "Prompt",
            Choice::Flag(true),
            "Print w.Prompt(3, \"T\", \"What?\", \"d\")",
            "d",
        ),
        (
            "Prompt",
            Choice::Flag(false),
            "Print IsEmpty(w.Prompt(3, \"T\", \"What?\", \"d\"))",
            "True",
        ),
        (
            "Prompt",
            text("b"),
            "Print w.Prompt(4, \"T\", \"Which?\", \"a\", Split(\"a b\"))",
            "b",
        ),
        (
            "Prompt",
            list(&["a", "b"]),
            "v = w.Prompt(7, \"T\", \"Which?\", \"\", Split(\"a b\"))\nPrint v(0) & v(1)",
            "ab",
        ),
        (
            "PickListStrings",
            text("Miles"),
            "v = w.PickListStrings(3, False, \"\", \"\", \"Orders\", \"T\", \"P\", 2)\nPrint v(0)",
            "12",
        ),
        (
            "PickListStrings",
            Choice::Flag(false),
            "Print IsEmpty(w.PickListStrings(3, True, \"\", \"names.nsf\", \"People\", \"T\", \"P\", 2))",
            "True",
        ),
        (
            "PickListStrings",
            text("0491 570 156"),
            "v = w.PickListStrings(3, True, \"\", \"names.nsf\", \"People\", \"T\", \"P\", 2)\nPrint v(0)",
            "0491 570 156",
        ),
        (
            "PickListCollection",
            list(&["adams", "Miller"]),
            "Set c = w.PickListCollection(3, True, \"\", \"\", \"Orders\", \"T\", \"P\")\nPrint c.Count & c.GetFirstDocument.Customer(0)",
            "2adams",
        ),
        (
            "PickListCollection",
            Choice::Flag(false),
            "Print w.PickListCollection(3, True, \"\", \"\", \"Orders\", \"T\", \"P\").Count",
            "0",
        ),
        (
            "DialogBox",
            Choice::Flag(true),
            "Print w.DialogBox(\"Dialog\")",
            "True",
        ),
        (
            "DialogBox",
            list(&["Customer=Zoe"]),
            "Set d = db.CreateDocument\nPrint w.DialogBox(\"Dialog\", True, True, False, False, False, False, \"T\", d) & d.Customer(0)",
            "TrueZoe",
        ),
    ] {
        assert_eq!(answered(&[(window, answer)], body), expected, "{body}");
    }
    assert_eq!(answered(&[], "Print w.Prompt(1, \"T\", \"Done\")"), "True");
    assert_eq!(
        answered(
            &[],
            "Print w.CurrentDatabase.Database.Title & w.CurrentView.ViewName & w.CurrentView.View.EntryCount & w.CurrentView.Documents.Count"
        ),
        "ShopOrders32"
    );
    assert_eq!(
        answered(
            &[],
            "Print w.CurrentView.CaretNoteID & w.CurrentView.ViewAlias\nCall w.CurrentView.DeselectAll\nPrint w.CurrentView.Documents.Count"
        ),
        "8FAByCustomer|0"
    );
    assert_eq!(
        answered(
            &[],
            "Call w.ViewRefresh\nCall w.OpenDatabase(\"\", \"shop.nsf\", \"Regions\")\nPrint w.CurrentView.ViewName"
        ),
        "Regions"
    );
    documented(
        "NotesUIWorkspace",
        &[(
            "Dim w As New NotesUIWorkspace\nPrint (w.CurrentDocument Is Nothing) & (w.CurrentView Is Nothing)",
            "TrueTrue",
        )],
    );
}

/// [NotesUIDocument, as documented]
#[test]
fn notes_ui_document() {
    for (body, expected) in [
        (
            "Set u = w.CurrentDocument\nPrint u.FieldGetText(\"Customer\") & u.EditMode & u.IsNewDoc & u.Document.UniversalID",
            "MillerTrueFalse11111111111111111111111111111111",
        ),
        (
            "Set u = w.CurrentDocument\nPrint u.FieldGetText(\"Colors\") & \"/\" & u.FieldGetText(\"Due\") & \"/\" & u.FieldGetText(\"Price\")",
            "Red; Green/11/25/2026 12:00:00 PM/2.5",
        ),
        (
            "Set u = w.CurrentDocument\nCall u.FieldSetText(\"Quantity\", \"8\")\nCall u.FieldSetText(\"Colors\", \"a, b; c\")\nPrint u.Document.Quantity(0) + 1\nPrint u.Document.Colors(2)",
            "9|c",
        ),
        (
            "Set u = w.CurrentDocument\nCall u.FieldAppendText(\"Customer\", \" & Co\")\nPrint u.FieldGetText(\"Customer\") & u.FieldContains(\"Customer\", \"& CO\")\nCall u.FieldClear(\"Customer\")\nPrint \"[\" & u.FieldGetText(\"Customer\") & \"]\"",
            "Miller & CoTrue|[]",
        ),
        (
            "Set u = w.CurrentDocument\nCall u.GotoField(\"Customer\")\nCall u.InsertText(\"!\")\nPrint u.CurrentField & u.FieldGetText & u.FieldGetText(\"Customer\")",
            "CustomerMiller!Miller!",
        ),
        (
            "Set u = w.CurrentDocument\nCall u.FieldSetText(\"Quantity\", \"4\")\nCall u.Refresh\nPrint u.Document.Total(0)\nCall u.Save\nCall u.Close\nPrint (w.CurrentDocument Is Nothing) & db.Search(\"Total = 10\", Nothing, 0).Count",
            "10|True1",
        ),
        (
            "Set u = w.CurrentDocument\nCall u.FieldSetText(\"Customer\", \"\")\nOn Error GoTo h\nCall u.Save\nExit Sub\nh: Print Error$ & db.GetDocumentByID(\"8FA\").Authors(0)",
            "Notes error: Who buys?CN=Bo Ray/O=Acme",
        ),
        (
            "Set u = w.CurrentDocument\nu.EditMode = False\nOn Error GoTo h\nCall u.FieldSetText(\"Customer\", \"x\")\nExit Sub\nh: Print Error$",
            "Notes error: the document is not in edit mode",
        ),
        (
            "Set u = w.CurrentDocument\nOn Error GoTo h\nCall u.FieldGetText(\"Nope\")\nExit Sub\nh: Print Err & Error$",
            "4407Notes error: Cannot locate field Nope",
        ),
        (
            "Set u = w.ComposeDocument(\"\", \"\", \"Order\")\nPrint u.FieldGetText(\"Customer\") & u.IsNewDoc & u.EditMode & u.FieldGetText(\"MadeBy\")\nCall u.FieldSetText(\"Price\", \"2\")\nCall u.Save\nPrint u.Document.Total(0) & db.AllDocuments.Count",
            "nobodyTrueTrueCN=Ann Lee/O=Acme|26",
        ),
        (
            "Set u = w.EditDocument(True, db.GetDocumentByID(\"8FE\"))\nPrint u.FieldGetText(\"Customer\") & (w.CurrentDocument.Document.NoteID) & u.EditMode",
            "adams8FETrue",
        ),
        (
            "Set u = w.EditDocument(False)\nPrint u.FieldGetText(\"Customer\") & (u Is w.CurrentDocument)",
            "MillerTrue",
        ),
        (
            "Set u = w.CurrentDocument\nCall u.Close\nCall u.Reload",
            "Agent(7) in Initialize: error 4000: Notes error: the window of the document is closed",
        ),
        (
            "Set u = w.CurrentDocument\nCall u.Cut",
            "Agent(6) in Initialize: error 4999: NotesUIDocument.Cut is not there: no host of this run has it",
        ),
    ] {
        assert_eq!(answered(&[], body), expected, "{body}");
    }
}

/// [@Prompt, as documented]
#[test]
fn prompts_of_formulas() {
    for (answer, formula, expected) in [
        (
            Choice::Flag(true),
            "@Prompt([YesNo]; \"T\"; \"Sure?\")",
            "1",
        ),
        (
            text("x"),
            "@Prompt([OkCancelEdit]; \"T\"; \"What?\"; \"d\")",
            "x",
        ),
        (
            list(&["a", "b"]),
            "@Implode(@Prompt([OkCancelListMult]; \"T\"; \"Which?\"; \"a\"; \"a\":\"b\":\"c\"); \"+\")",
            "a+b",
        ),
    ] {
        let body = format!("v = Evaluate(|{formula}|)\nPrint v(0)");
        assert_eq!(
            answered(&[("@Prompt", answer)], &body),
            expected,
            "{formula}"
        );
    }
}
