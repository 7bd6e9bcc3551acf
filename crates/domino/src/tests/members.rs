//! Every member that the tables of Notes have, with arguments of all sorts: nothing panics, and what is not there says so by its name. `docs/LOTUSSCRIPT.md` lists what is there.

use super::world;
use crate::World;
use crate::store::tree_of;
use crate::windows::{Choice, WindowAnswer};
use lotusscript::notes::{Library, MemberKind};
use lotusscript::run::{Answer, Array, Fault, Host, NOT_THERE, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

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

/// What the shop has not: an agent, and a file in a document.
const MORE: &str = "<database xmlns='http://www.lotus.com/dxl' title='More'><agent name='Sweep'><trigger type='agentlist'/><documentset type='runonce'/>
<code event='initialize'><lotusscript>Sub Initialize\nEnd Sub</lotusscript></code></agent>
<document form='A'><noteinfo unid='99999999999999999999999999999999'/><item name='$FILE' summary='true'><object><file hosttype='msdos' compression='none' flags='storedindoc' encoding='none' name='a.txt'>
<created><datetime>20261121T120000,00</datetime></created><modified><datetime>20261121T120000,00</datetime></modified><filedata>aGVsbG8=</filedata></file></object></item></document></database>";

/// An object of each class of these families, in a world with answers to all windows.
fn objects() -> (World, Vec<Value>) {
    let (mut world, shop) = world();
    world.store.add("", "more.nsf", tree_of(MORE).unwrap());
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
    let more = ask(w, &session, "GetDatabase", &[text(""), text("more.nsf")]).unwrap();
    let holder = ask(w, &more, "GetDocumentByUNID", &[text(&"9".repeat(32))]).unwrap();
    let json = text("{\"a\": 1, \"o\": {}, \"l\": [1]}");
    let navigator = ask(w, &session, "CreateJSONNavigator", &[json]).unwrap();
    let element = ask(w, &navigator, "GetElementByName", &[text("a")]).unwrap();
    let inner = ["o", "l"].map(|name| {
        let element = ask(w, &navigator, "GetElementByName", &[text(name)]).unwrap();
        ask(w, &element, "Value", &[]).unwrap()
    });
    let xml = text("<a b='c'>t<!--x--><?p q?><![CDATA[z]]></a>");
    let parser = ask(w, &session, "CreateDOMParser", &[xml]).unwrap();
    ask(w, &parser, "Process", &[]).unwrap();
    let dom = ask(w, &parser, "Document", &[]).unwrap();
    let root = ask(w, &dom, "DocumentElement", &[]).unwrap();
    let list = ask(w, &dom, "GetElementsByTagName", &[text("a")]).unwrap();
    let attributes = ask(w, &root, "Attributes", &[]).unwrap();
    let mut nodes = vec![ask(w, &root, "FirstChild", &[]).unwrap()];
    for at in 0..3 {
        nodes.push(ask(w, &nodes[at], "NextSibling", &[]).unwrap());
    }
    nodes.push(ask(w, &root, "GetAttributeNode", &[text("b")]).unwrap());
    let mut objects = vec![
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
        ask(w, &session, "CreateHTTPRequest", &[]).unwrap(),
        ask(w, &session, "CreateStream", &[]).unwrap(),
        ask(w, &more, "GetAgent", &[text("Sweep")]).unwrap(),
        ask(w, &holder, "GetAttachment", &[text("a.txt")]).unwrap(),
        navigator,
        element,
        parser,
        dom,
        root,
        list,
        attributes,
        acl,
        workspace,
        entries,
        view,
        document,
        database,
        session,
    ];
    objects.extend(inner);
    objects.extend(nodes);
    (world, objects)
}

fn class_of(object: &Value) -> String {
    match object {
        Value::Product(product) => product.class.to_string(),
        other => panic!("{other:?}"),
    }
}

/// By its class, which members are there and which are not.
type Members = BTreeMap<String, (BTreeSet<&'static str>, BTreeSet<&'static str>)>;

/// Asks an object for a member, with several sorts of arguments; whether it was there.
fn is_there(number: usize, class_name: &str, name: &str, kind: &MemberKind) -> bool {
    let (least, most) = match kind {
        MemberKind::Property { .. } => (0, 0),
        MemberKind::Method { parameters } => {
            let least = parameters.iter().filter(|one| !one.is_optional).count();
            (least, parameters.len())
        }
    };
    let mut is_there = false;
    for style in 0..3 {
        let (mut world, objects) = objects();
        let count = if style % 2 == 0 { least } else { most };
        let arguments = arguments(count, style, &objects[number]);
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
        if let (MemberKind::Property { is_writable: true }, Value::Product(product)) =
            (kind, &objects[number])
        {
            let value = arguments.first().cloned().unwrap_or(Value::Integer(1));
            let _ = world.set(product, &name.to_lowercase(), value);
        }
    }
    is_there
}

fn arguments(count: usize, style: usize, own: &Value) -> Vec<Value> {
    let arguments = (0..count).map(|at| match (style + at) % 7 {
        0 => Value::text("Orders"),
        1 => Value::Integer(1),
        2 => Value::Nothing,
        3 => own.clone(),
        4 => Value::Long(-5),
        5 => Array::of_values(vec![Value::text("x"), Value::Date(46_347.5)]),
        _ => Value::Null,
    });
    arguments.collect()
}

fn members() -> Members {
    let library = Library::get();
    let mut found = Members::new();
    let classes: Vec<String> = objects().1.iter().map(class_of).collect();
    for (number, class_name) in classes.iter().enumerate() {
        let Some(class) = library.class(class_name) else {
            continue;
        };
        if found.contains_key(class_name) {
            continue;
        }
        let (there, lacking) = found.entry(class_name.clone()).or_default();
        for name in library.member_names(class) {
            let member = library.member(class, name).unwrap();
            match is_there(number, class_name, name, &member.kind) {
                true => there.insert(member.name),
                false => lacking.insert(member.name),
            };
        }
    }
    found
}

/// Functions of the language that the World has.
fn functions() -> BTreeSet<&'static str> {
    let functions = Library::get().functions().filter(|function| {
        let least = function.parameters.iter().filter(|one| !one.is_optional).count();
        let given = arguments(least, 0, &Value::Nothing);
        let mut world = objects().0;
        world.has_files = true;
        let answer = world.function(&function.name.to_lowercase(), &given);
        !matches!(answer.map_err(|fault| *fault), Err(Fault::Error(error)) if error.number == NOT_THERE)
    });
    functions.map(|function| function.name).collect()
}

fn listed(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

/// The part of the guide between the marks.
fn table(members: &Members) -> String {
    let mut text = format!(
        "Functions that it has of those that are marked *host* below: {}.\n\n| class | members that run | refused by name |\n|---|---|---|\n",
        listed(&functions())
    );
    for (class, (there, lacking)) in members {
        let all = there.len() + lacking.len();
        writeln!(
            text,
            "| {class} | {} of {all}: {} | {} |",
            there.len(),
            listed(there),
            listed(lacking)
        )
        .unwrap();
    }
    text
}

const BEGIN: &str = "<!-- what runs, made below -->\n";
const END: &str = "<!-- made above -->\n";

#[test]
fn nothing_panics_what_is_not_there_is_named_and_the_guide_lists_the_rest() {
    let members = members();
    let there: usize = members.values().map(|(there, _)| there.len()).sum();
    // Fewer is a member that was lost; more is welcome.
    assert!(there >= 700, "{there}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/LOTUSSCRIPT.md");
    let guide = std::fs::read_to_string(path).unwrap();
    let (before, rest) = guide.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let made = table(&members);
    if std::env::var_os("LOTUSSCRIPT_MD").is_some_and(|wish| wish == "write") {
        std::fs::write(path, format!("{before}{BEGIN}\n{made}\n{END}{after}")).unwrap();
        return;
    }
    assert!(
        written.trim() == made.trim(),
        "docs/LOTUSSCRIPT.md does not list what runs; LOTUSSCRIPT_MD=write writes it anew"
    );
}
