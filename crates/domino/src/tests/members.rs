//! Every member that the tables of Notes have, with arguments of all sorts: nothing panics, and what is not there says so by its name.

use super::world;
use crate::World;
use crate::windows::{Choice, WindowAnswer};
use lotusscript::notes::{Library, MemberKind};
use lotusscript::run::{Answer, Array, Fault, Host, NOT_THERE, Value};

fn ask(world: &mut World, object: &Value, member: &str, arguments: &[Value]) -> Answer {
    let Value::Product(product) = object else {
        panic!("no object to ask for {member}: {object:?}");
    };
    let member = member.to_lowercase();
    match world.is_method(product, &member) {
        true => world.call(product, &member, arguments),
        false => world.get(product, &member),
    }
}

/// An object of each class of these families, in a world with answers to all windows.
fn objects() -> (World, Vec<Value>) {
    let (mut world, shop) = world();
    world.open_view = Some("Orders".to_owned());
    world.selected = vec!["1".repeat(32)];
    world.open_document(shop, &"1".repeat(32), true);
    let windows = [
        "MessageBox",
        "InputBox",
        "Prompt",
        "PickListStrings",
        "PickListCollection",
        "DialogBox",
        "EditProfile",
    ];
    world.answers = windows
        .iter()
        .map(|window| WindowAnswer {
            window: (*window).to_owned(),
            title: None,
            text: None,
            answer: Choice::Flag(false),
            times: None,
        })
        .collect();
    let w = &mut world;
    let text = |text: &str| Value::text(text);
    let session = w.create("NotesSession", &[]).unwrap();
    let database = ask(w, &session, "CurrentDatabase", &[]).unwrap();
    let document = ask(w, &database, "GetDocumentByID", &[text("8FA")]).unwrap();
    let view = ask(w, &database, "GetView", &[text("Threads")]).unwrap();
    let entries = ask(w, &view, "AllEntries", &[]).unwrap();
    let workspace = w.create("NotesUIWorkspace", &[]).unwrap();
    let acl = ask(w, &database, "ACL", &[]).unwrap();
    let objects = vec![
        ask(w, &document, "GetFirstItem", &[text("Colors")]).unwrap(),
        ask(w, &document, "GetFirstItem", &[text("Body")]).unwrap(),
        ask(w, &database, "AllDocuments", &[]).unwrap(),
        ask(w, &view, "GetColumn", &[Value::Integer(1)]).unwrap(),
        ask(w, &entries, "GetFirstEntry", &[]).unwrap(),
        ask(w, &view, "CreateViewNav", &[]).unwrap(),
        ask(w, &database, "GetForm", &[text("Order")]).unwrap(),
        ask(w, &session, "GetDbDirectory", &[text("")]).unwrap(),
        ask(w, &session, "CreateDateTime", &[text("1/2/2026 10:00")]).unwrap(),
        ask(w, &session, "CreateDateRange", &[]).unwrap(),
        ask(w, &session, "CreateName", &[text("A/B")]).unwrap(),
        ask(w, &session, "CreateLog", &[text("L")]).unwrap(),
        ask(w, &session, "International", &[]).unwrap(),
        ask(w, &acl, "GetFirstEntry", &[]).unwrap(),
        ask(w, &workspace, "CurrentDocument", &[]).unwrap(),
        ask(w, &workspace, "CurrentDatabase", &[]).unwrap(),
        ask(w, &workspace, "CurrentView", &[]).unwrap(),
        acl,
        workspace,
        entries,
        view,
        document,
        database,
        session,
    ];
    (world, objects)
}

fn class_of(object: &Value) -> String {
    match object {
        Value::Product(product) => product.class.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_panics_and_what_is_not_there_is_named() {
    let library = Library::get();
    let (mut there, mut all) = (0, 0);
    let count = objects().1.len();
    for number in 0..count {
        let class_name = class_of(&objects().1[number]);
        let class = library.class(&class_name).unwrap();
        let mut names: Vec<&str> = library
            .about(class)
            .members()
            .map(|member| member.name)
            .collect();
        names.sort_unstable();
        for name in names {
            let member = library.member(class, name).unwrap();
            let (least, most) = match &member.kind {
                MemberKind::Property { .. } => (0, 0),
                MemberKind::Method { parameters } => {
                    let least = parameters.iter().filter(|one| !one.is_optional).count();
                    (least, parameters.len())
                }
            };
            let mut is_there = false;
            for style in 0..3 {
                let (mut world, objects) = objects();
                let arguments: Vec<Value> = (0..if style % 2 == 0 { least } else { most })
                    .map(|at| match (style + at) % 7 {
                        0 => Value::text("Orders"),
                        1 => Value::Integer(1),
                        2 => Value::Nothing,
                        3 => objects[number].clone(),
                        4 => Value::Long(-5),
                        5 => Array::of_values(vec![Value::text("x"), Value::Date(46_347.5)]),
                        _ => Value::Null,
                    })
                    .collect();
                let answer = ask(&mut world, &objects[number], name, &arguments);
                match answer.map_err(|fault| *fault) {
                    Err(Fault::Error(error)) if error.number == NOT_THERE => {
                        assert!(
                            error.message.to_lowercase().contains(&name.to_lowercase()),
                            "{class_name}.{name}: {error}"
                        );
                    }
                    _ => is_there = true,
                }
                if let MemberKind::Property { is_writable: true } = member.kind {
                    let Value::Product(product) = &objects[number] else {
                        continue;
                    };
                    let value = arguments.first().cloned().unwrap_or(Value::Integer(1));
                    let _ = world.set(product, &name.to_lowercase(), value);
                }
            }
            all += 1;
            there += usize::from(is_there);
        }
    }
    // Fewer is a member that was lost; more is welcome.
    assert!(there >= 558, "{there} of {all}");
}
