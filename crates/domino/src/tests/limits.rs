//! What would grow or go on without end is stopped.

use super::{SHOP, run_in, world};
use crate::objects::database::OpenDatabase;
use crate::store::tree_of;
use std::time::Duration;

#[test]
fn what_grows_without_end_is_stopped() {
    let cases = [
        "Do\nSet d = db.CreateDocument\nd.A = \"x\"\nCall d.Save(True, False)\nLoop",
        "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendText(\"some text\")\nDo\nCall r.AppendText(r.Text)\nLoop",
        "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"Body\")\nCall r.AppendText(\"some text\")\nDo\nCall r.AppendRTItem(r)\nLoop",
        "Set d = db.CreateDocument\nDo\nCall d.AppendItemValue(\"A\", String(10000, \"x\"))\nLoop",
        "Set d = db.GetDocumentByID(\"8FA\")\nDo\nSet d = d.CopyToDatabase(db)\nCall d.CopyAllItems(db.GetDocumentByID(\"8FE\"))\nLoop",
        "Set l = s.CreateLog(String(10000, \"x\"))\nCall l.OpenAgentLog\nDo\nCall l.LogAction(\"x\")\nLoop",
        "Dim n As Long\nDo\nn = n + 1\nCall s.SetEnvironmentVar(\"A\" & n, String(10000, \"x\"))\nLoop",
    ];
    for body in cases {
        let (mut world, _) = world();
        world.limits.memory_bytes = 1 << 20;
        world.limits.time = Duration::from_secs(60);
        let printed = run_in(&mut world, body);
        assert!(
            printed.contains("stopped: texts, arrays"),
            "{body}: {printed}"
        );
    }
}

#[test]
fn documents_count_with_all_else_and_the_limit_is_told_as_it_was_set() {
    let (mut world, shop) = world();
    world.limits.memory_bytes = 1 << 20;
    let body = "Do\nSet d = db.CreateDocument\nd.A = \"x\"\nCall d.Save(True, False)\nLoop";
    let printed = run_in(&mut world, body);
    assert!(printed.contains("more than the 1 MB allowed"), "{printed}");
    let made = world.store.get(shop).unwrap().documents().count();
    assert!((100..700).contains(&made), "{made}");
}

#[test]
fn formulas_count_as_statements() {
    let (mut world, _) = world();
    world.limits.steps = 10_000;
    let printed = run_in(&mut world, "Do\nv = Evaluate(\"1\")\nLoop");
    assert!(
        printed.contains("stopped after 10000 statements"),
        "{printed}"
    );
}

/// A loop over what it makes longer would take a minute for statements that an empty loop does in a second.
#[test]
fn work_on_what_has_grown_counts_by_its_size() {
    for body in [
        "Call d.AppendItemValue(\"A\", \"x\")",
        "Call d.ReplaceItemValue(\"A\" & n, \"x\")",
        "Call i.AppendToTextList(\"x\")",
        "Call r.AddNewLine(1)",
        "Set d = db.GetProfileDocument(\"p\", \"k\" & n)\nCall d.Save(True, False)",
    ] {
        let (mut world, _) = world();
        world.limits.steps = 1_000_000;
        let body = format!(
            "Set d = db.CreateDocument\nSet i = d.ReplaceItemValue(\"L\", \"x\")\nSet r = d.CreateRichTextItem(\"R\")\nDo\nn = n + 1\n{body}\nIf n Mod 100 = 0 Then Print n\nLoop"
        );
        let printed = run_in(&mut world, &body);
        assert!(
            printed.starts_with("100|") && !printed.contains("|3000|"),
            "{body}: {printed}"
        );
        assert!(printed.contains("stopped after 1000000 statements"));
    }
}

#[test]
fn what_doubles_is_weighed_by_its_pieces() {
    let (mut world, _) = world();
    let body = "Set d = db.CreateDocument\nSet r = d.CreateRichTextItem(\"R\")\nCall r.AppendText(\"x\")\nDo\nn = n + 1\nPrint n\nCall r.AppendRTItem(r)\nLoop";
    let printed = run_in(&mut world, body);
    // 64 MB of pieces of a hundred bytes: 2^19 of them.
    assert!(
        printed.contains("|18|") && !printed.contains("|22|"),
        "{printed}"
    );
    assert!(printed.contains("stopped: texts"), "{printed}");
}

#[test]
fn steps_of_formulas_count() {
    let (mut world, _) = world();
    world.limits.steps = 1_000_000;
    let grows = "v = Evaluate({@While(@Elements(x) < 100; x := x : \"a\")})";
    let body = format!("Do\nn = n + 1\n{grows}\nIf n Mod 10 = 0 Then Print n\nLoop");
    let printed = run_in(&mut world, &body);
    assert!(
        printed.starts_with("10|") && !printed.contains("|200|"),
        "{printed}"
    );
    assert!(printed.contains("stopped after 1000000 statements"));
}

#[test]
fn views_that_look_into_views_are_done_once() {
    let (mut world, _) = world();
    let column =
        "<code event='value'><formula>@DbColumn(\"\"; \"\"; \"Orders\"; 1)</formula></code>";
    let dxl = SHOP.replace(
        "<code event='value'><formula>\"x\"</formula></code>",
        column,
    );
    let id = world.store.add("", "deep.nsf", tree_of(&dxl).unwrap());
    world.current.database = Some(OpenDatabase::of(&world, id));
    let printed = run_in(
        &mut world,
        "Print db.GetView(\"Orders\").GetFirstDocument.ColumnValues(2)",
    );
    assert_eq!(printed, "ERROR: views cannot look into views");
}

#[test]
fn lists_of_lists_are_no_items() {
    let (mut world, _) = world();
    let body = "Dim v As Variant, n As Integer\nDim a(0) As Variant\nFor n = 1 To 2000\na(0) = v\nv = a\nNext\nSet d = db.CreateDocument\nd.A = v";
    let printed = run_in(&mut world, body);
    assert!(
        printed.ends_with("error 13: Type mismatch: an item holds no arrays of arrays"),
        "{printed}"
    );
}

/// An agent that saves each document of a view while it walks over it.
#[test]
fn a_view_is_walked_and_saved() {
    let (mut world, shop) = world();
    let documents: String = (0..300)
        .map(|number| format!("<document form='Order'><item name='Customer'><text>C{number:04}</text></item><item name='Quantity'><number>{number}</number></item></document>"))
        .collect();
    let tree = tree_of(&format!(
        "<database xmlns='http://www.lotus.com/dxl'>{documents}</database>"
    ))
    .unwrap();
    world.store.add_documents(shop, &tree);
    let body = "Set v = db.GetView(\"Orders\")\nSet d = v.GetFirstDocument\nWhile Not d Is Nothing\nd.Seen = 1\nCall d.Save(True, False)\nn = n + 1\nSet d = v.GetNextDocument(d)\nWend\nPrint n";
    assert_eq!(run_in(&mut world, body), "303");
}
