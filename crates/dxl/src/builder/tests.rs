//! What the builder refuses, with the element and the remedy; and the order that it knows.

use super::*;
use crate::check::Rule;
use crate::notes::{Date, DateTime};
use crate::tree::{Element, Tree};

fn text(name: &str) -> Field {
    Field::new(name, FieldType::Text)
}

fn form(body: Body) -> Form {
    Form::new("F").body(body)
}

fn line(field: Field) -> Body {
    Body::new().paragraph(Paragraph::new().field(field))
}

fn bar(action: Action) -> Form {
    Form::new("F").action(action)
}

fn scheduled(schedule: Schedule) -> Agent {
    Agent::new("A", Trigger::Scheduled(schedule, DocumentSet::RunOnce)).formula("1")
}

const NOON: TimeOfDay = TimeOfDay {
    hour: 12,
    minute: 0,
};

fn refused(built: Result<Tree, BuildError>) -> BuildError {
    built.map(|tree| tree.to_xml().unwrap()).unwrap_err()
}

#[test]
fn what_cannot_be_is_refused_where_it_stands() {
    let deep = (0..200).fold(Body::new(), |body, _| {
        Body::new().section(Section::new("s", body))
    });
    let agent = |script: &str| Agent::new("A", Trigger::AfterNewMail).script(script);
    let ambiguous = Frameset::columns("F", ["1*", "1*"]).frame(Frame::new("a", None));
    let long = "é".repeat(33);
    let long_label = format!("form[{long}]");
    let cases: Vec<(Result<Tree, BuildError>, &str, Fault)> = vec![
        (Form::new("").build(), "form[]", Fault::Name),
        (Form::new(" F").build(), "form[ F]", Fault::Name),
        (Form::new("F").alias("x||y").build(), "form[F]", Fault::Name),
        (Form::new(&long).build(), &long_label, Fault::Name),
        (Form::new("a\nb").build(), "form[a\\nb]", Fault::Character),
        (
            form(line(text("1st"))).build(),
            "form[F]/body/richtext/par/field[1st]",
            Fault::Name,
        ),
        (
            form(line(text("a b"))).build(),
            "form[F]/body/richtext/par/field[a b]",
            Fault::Name,
        ),
        (
            form(line(text("Body")).section(Section::new("s", line(text("BODY"))))).build(),
            "form[F]",
            Fault::Duplicate,
        ),
        (
            form(line(text("a").set("kind", "computed"))).build(),
            "form[F]/body/richtext/par/field[a]",
            Fault::Value,
        ),
        (
            form(line(Field::new("a", FieldType::Keyword))).build(),
            "form[F]/body/richtext/par/field[a]",
            Fault::Value,
        ),
        (
            form(line(text("a").choices(Choices::list(["x"])))).build(),
            "form[F]/body/richtext/par/field[a]",
            Fault::Value,
        ),
        (
            form(line(text("a").format([("show", "date")]))).build(),
            "form[F]/body/richtext/par/field[a]",
            Fault::Value,
        ),
        (
            form(line(text("a").default_value(" \n"))).build(),
            "form[F]/body/richtext/par/field[a]/code[defaultvalue]",
            Fault::Missing,
        ),
        (
            form(line(text("a").default_value("1").default_value("2"))).build(),
            "form[F]/body/richtext/par/field[a]",
            Fault::Duplicate,
        ),
        (form(deep).build(), "", Fault::Depth),
        (
            form(Body::new().table(Table::new(["1in", "1in"]).row([Cell::text("a")]))).build(),
            "form[F]/body/richtext/table",
            Fault::Value,
        ),
        (
            form(Body::new().table(Table::new(["1in"]).row([Cell::text("a").spanning(1, 2)])))
                .build(),
            "form[F]/body/richtext/table",
            Fault::Value,
        ),
        (
            form(Body::new().table(Table::new(Vec::<String>::new()))).build(),
            "form[F]/body/richtext/table",
            Fault::Missing,
        ),
        (
            form(Body::new().paragraph(Paragraph::new().button(Button::new("a\u{1}")))).build(),
            "form[F]/body/richtext/par/button",
            Fault::Character,
        ),
        (
            bar(Action::new("This & that").formula("1")).build(),
            "form[F]/actionbar/action[This & that]",
            Fault::Name,
        ),
        (
            SharedActions::new()
                .action(1, Action::new("a"))
                .action(1, Action::new("b"))
                .build(),
            "sharedactions",
            Fault::Duplicate,
        ),
        (
            Agent::new("A", Trigger::AfterNewMail).build(),
            "agent[A]",
            Fault::Missing,
        ),
        (
            agent("Sub Initialize\nEnd Sub")
                .code(Code::lotusscript("Initialize", "x"))
                .build(),
            "agent[A]",
            Fault::Duplicate,
        ),
        (
            agent("Sub Initialize\nEnd Sub").unrestricted().build(),
            "agent[A]",
            Fault::Rule(Rule::AgentUnrestricted),
        ),
        (
            Agent::new("A", Trigger::AfterNewMail)
                .code(Code::simple_actions([]))
                .build(),
            "agent[A]/code[action]",
            Fault::Missing,
        ),
        (
            scheduled(Schedule::every_minutes(4)).build(),
            "agent[A]/trigger/schedule",
            Fault::Value,
        ),
        (
            scheduled(Schedule::every_minutes(1441)).build(),
            "agent[A]/trigger/schedule",
            Fault::Value,
        ),
        (
            scheduled(Schedule::every_minutes(5).between(NOON, NOON)).build(),
            "agent[A]/trigger/schedule",
            Fault::Value,
        ),
        (
            scheduled(Schedule::daily(TimeOfDay {
                hour: 24,
                minute: 0,
            }))
            .build(),
            "agent[A]/trigger/schedule",
            Fault::Value,
        ),
        (
            scheduled(Schedule::daily(NOON).between(
                NOON,
                TimeOfDay {
                    hour: 13,
                    minute: 0,
                },
            ))
            .build(),
            "agent[A]/trigger/schedule",
            Fault::Value,
        ),
        (
            scheduled(Schedule::monthly(32, NOON)).build(),
            "agent[A]/trigger/schedule",
            Fault::Value,
        ),
        (
            scheduled(Schedule::daily(NOON).dates(
                Some(Date {
                    year: 2026,
                    month: 2,
                    day: 30,
                }),
                None,
            ))
            .build(),
            "agent[A]/trigger/schedule",
            Fault::Value,
        ),
        (
            View::new("V").column(Column::item("t", "a b")).build(),
            "view[V]/column[a b]",
            Fault::Name,
        ),
        (
            Outline::new("O")
                .entry(OutlineEntry::heading("h").level(1))
                .build(),
            "outline[O]/outlineentry[h]",
            Fault::Value,
        ),
        (ambiguous.build(), "frameset[F]", Fault::Value),
        (
            Profile::new("P")
                .item(Item::text("a", ""))
                .item(Item::text("A", ""))
                .build(),
            "profiledocument[P]",
            Fault::Duplicate,
        ),
        (
            Profile::new("P").item(Item::number("a", f64::NAN)).build(),
            "profiledocument[P]/item[a]",
            Fault::Value,
        ),
        (
            Profile::new("P")
                .item(Item::date_time(
                    "a",
                    DateTime {
                        date: Some(Date {
                            year: 2026,
                            month: 13,
                            day: 1,
                        }),
                        ..DateTime::default()
                    },
                ))
                .build(),
            "profiledocument[P]/item[a]",
            Fault::Value,
        ),
        (RawNote::new("letter").build(), "note", Fault::Value),
        (
            ImageResource::new("i", b"BM").build(),
            "imageresource[i]",
            Fault::Value,
        ),
        (
            Form::new("F").set("nosuch", "1").build(),
            "form[F]",
            Fault::Value,
        ),
        (
            Form::new("F").set("type", "letter").build(),
            "form[F]",
            Fault::Value,
        ),
        (
            Database::new("D")
                .part(RawNote::icon("a"))
                .part(RawNote::icon("b"))
                .build(),
            "database[D]",
            Fault::Duplicate,
        ),
        (
            Database::new("D")
                .part(SharedActions::new())
                .part(SharedActions::new())
                .build(),
            "database[D]",
            Fault::Duplicate,
        ),
        (
            Database::new("D")
                .part(Profile::new("p"))
                .part(Profile::new("P"))
                .build(),
            "database[D]",
            Fault::Duplicate,
        ),
        (Database::new("").build(), "database[]", Fault::Name),
        (
            Database::new("D").set("replicaid", "1").build(),
            "database[D]",
            Fault::Value,
        ),
        (
            Database::new("D")
                .template_name("T")
                .from_template("T")
                .build(),
            "database[D]",
            Fault::Value,
        ),
        (
            Database::new("D")
                .launch(Launch::new().frameset("F"))
                .build(),
            "database[D]",
            Fault::Missing,
        ),
        (
            Database::new("D")
                .part(Form::new("F"))
                .part(Form::new("G").alias("F"))
                .build(),
            "database[D]/form[G]",
            Fault::Rule(Rule::DuplicateName),
        ),
        (
            Database::new("D")
                .acl(Acl::new().role("a").role("[A]"))
                .build(),
            "database[D]/acl",
            Fault::Duplicate,
        ),
        (
            Database::new("D")
                .acl(Acl::new().role("a long role's name"))
                .build(),
            "database[D]/acl",
            Fault::Name,
        ),
        (
            Database::new("D")
                .acl(Acl::new().entry(AclEntry::others(Level::Reader).role("a")))
                .build(),
            "database[D]/acl/aclentry[-Default-]",
            Fault::Missing,
        ),
        (
            Database::new("D")
                .acl(
                    Acl::new()
                        .entry(AclEntry::others(Level::Reader))
                        .entry(AclEntry::others(Level::Editor)),
                )
                .build(),
            "database[D]/acl/aclentry[-Default-]",
            Fault::Duplicate,
        ),
        (
            Database::new("D")
                .part(ScriptLibrary::lotusscript("a", "Use \"b\"\n"))
                .part(ScriptLibrary::lotusscript("b", "Use \"A\"\n"))
                .build(),
            "database[D]/scriptlibrary[b]/code[options]/lotusscript",
            Fault::Rule(Rule::LibraryOrder),
        ),
    ];
    for (number, (built, element, fault)) in cases.into_iter().enumerate() {
        let why = refused(built);
        assert_eq!(why.fault, fault, "{number}: {why}");
        assert!(
            fault == Fault::Depth || why.element == element,
            "{number}: {why}"
        );
        assert!(!why.remedy.is_empty(), "{number}: {why}");
    }
}

#[test]
fn an_error_reads_like_a_sentence() {
    let why = refused(bar(Action::new("A & B")).build());
    assert_eq!(
        why.to_string(),
        "form[F]/actionbar/action[A & B]: the title \"A & B\" has a & in it, and the importer drops such an action; write “and”, or +"
    );
}

fn names(tree: &Tree) -> Vec<String> {
    let name = |element: Element<'_>| {
        let name = element.attribute("name").unwrap_or_default();
        format!("{} {name}", element.name())
    };
    tree.root().elements().map(name).collect()
}

#[test]
fn parts_stand_in_the_order_of_the_importer_whatever_the_order_of_the_calls() {
    let library = |name: &str, uses: &str| {
        ScriptLibrary::lotusscript(name, &format!("Option Public\nUse \"{uses}\"\n"))
    };
    let built = |is_turned: bool| {
        let mut parts: Vec<fn(Database) -> Database> = vec![
            |database| {
                database.part(
                    Agent::new("z", Trigger::AgentList(DocumentSet::All)).script("Use \"top\"\n"),
                )
            },
            |database| database.part(DatabaseScript::lotusscript("Option Public\n")),
            |database| database.part(View::new("v")),
            |database| database.part(Form::new("f")).acl(Acl::new()),
            |database| database.part(Subform::new("s")),
            |database| database.part(ImageResource::new("i", b"GIF89a")),
        ];
        if is_turned {
            parts.reverse();
        }
        let database = parts
            .into_iter()
            .fold(Database::new("D"), |database, add| add(database));
        let database = database
            .part(library("top", "middle"))
            .part(library("a", "none"));
        database
            .part(library("middle", "z base"))
            .part(library("z base", "none"))
            .build()
            .unwrap()
    };
    let tree = built(false);
    let expected = [
        "acl ",
        "imageresource i",
        "subform s",
        "form f",
        "view v",
        "scriptlibrary a",
        "scriptlibrary z base",
        "scriptlibrary middle",
        "scriptlibrary top",
        "agent z",
        "databasescript ",
    ];
    assert_eq!(names(&tree), expected);
    assert_eq!(built(true).to_xml().unwrap(), tree.to_xml().unwrap());
}

#[test]
fn equal_styles_are_one_definition_and_all_stand_in_front() {
    let centered = || Paragraph::new().style(Style::new().set("align", "center").hide_when("x"));
    let body = Body::new()
        .text("a")
        .table(Table::new(["1in"]).row([Cell::new(Body::new().paragraph(centered()))]))
        .paragraph(centered());
    let tree = form(body).build().unwrap();
    let rich_text = tree
        .root()
        .first("body")
        .unwrap()
        .first("richtext")
        .unwrap();
    assert_eq!(
        rich_text.to_xml().unwrap(),
        "<richtext><pardef id='1'/><pardef align='center' id='2'><code enabled='true' event='hidewhen'><formula>x</formula></code></pardef>\
         <par def='1'>a</par><table><tablecolumn width='1in'/><tablerow><tablecell><par def='2'/></tablecell></tablerow></table><par def='2'/></richtext>"
    );
}

#[test]
fn a_note_that_was_read_is_taken_over() {
    let read = Tree::parse("<view name='v' xmlns='http://www.lotus.com/dxl'><code event='selection'><formula>1</formula></code></view>").unwrap();
    let built = Database::new("D")
        .copy_of(read.root())
        .part(Form::new("f"))
        .build()
        .unwrap();
    assert_eq!(names(&built), ["form f", "view v"]);
    assert!(
        built
            .root()
            .first("view")
            .unwrap()
            .attribute("xmlns")
            .is_none()
    );
    let bad = Tree::parse("<view name='v'><par/></view>").unwrap();
    let why = refused(Database::new("D").copy_of(bad.root()).build());
    assert_eq!(why.fault, Fault::Rule(Rule::ElementNotAllowed));
}

#[test]
fn options_and_declarations_stand_before_procedures() {
    let events = [
        "Other",
        "terminate",
        "declarations",
        "Forward",
        "abc",
        "initialize",
        "options",
    ];
    let agent = events.iter().fold(
        Agent::new("A", Trigger::AgentList(DocumentSet::All)),
        |agent, event| agent.code(Code::lotusscript(event, "x")),
    );
    let tree = agent.build().unwrap();
    let found: Vec<&str> = tree
        .root()
        .all("code")
        .filter_map(|code| code.attribute("event"))
        .collect();
    assert_eq!(
        found,
        [
            "options",
            "Forward",
            "declarations",
            "initialize",
            "terminate",
            "abc",
            "Other"
        ]
    );
}
