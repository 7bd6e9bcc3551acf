//! Design looked at through the views, in the shapes that exports have.

use super::*;
use crate::schema::Schema;
use crate::tree::Tree;
use proptest::prelude::*;

fn tree(text: &str) -> Tree {
    Tree::parse(text).unwrap()
}

fn only(tree: &Tree) -> Design<'_> {
    let mut found = designs(tree.root());
    let first = found.next().unwrap();
    assert!(found.next().is_none());
    first
}

#[test]
fn documents_and_what_is_about_the_database_are_no_design() {
    let tree = tree(
        "<database><databaseinfo/><acl/><launchsettings/><fulltextsettings/><document form='f'/><note class='document'/>
         <note class='icon'/><form name='f'/><webservice name='w'/><xpage name='later'/></database>",
    );
    let sorts: Vec<Sort> = designs(tree.root()).map(|design| design.sort()).collect();
    assert_eq!(
        sorts,
        [Sort::Icon, Sort::Form, Sort::WebService, Sort::Unknown]
    );
    assert_eq!(designs(tree.root()).last().unwrap().name(), "later");
}

#[test]
fn names_and_aliases_in_both_shapes() {
    for (note, name, aliases) in [
        ("<form name='a'/>", "a", vec![]),
        (
            "<form name='a|b | c' alias='d||e'/>",
            "a",
            vec!["b", "c", "d", "e"],
        ),
        ("<agent/>", "", vec![]),
        (
            "<note class='form'><item name='$title'><text>A|b</text></item></note>",
            "A",
            vec!["b"],
        ),
        (
            "<note class='form'><item name='$TITLE'><textlist><text>A</text><text>b</text></textlist></item></note>",
            "A",
            vec![],
        ),
    ] {
        let tree = tree(note);
        let design = only(&tree);
        assert_eq!(
            (design.name().as_ref(), design.aliases()),
            (
                name,
                aliases.iter().map(|&alias| alias.to_owned()).collect()
            ),
            "{note}"
        );
        assert!(design.is_called(&name.to_uppercase()));
    }
}

#[test]
fn raw_notes_are_told_apart_by_their_flags() {
    for (class, flags, sort) in [
        ("form", "", Sort::Form),
        ("form", "CUAx3", Sort::Subform),
        ("form", "W3", Sort::Page),
        ("form", "34yQC", Sort::SharedActions),
        ("form", "#34CQ", Sort::Frameset),
        ("form", "34Ci", Sort::Image),
        ("form", "=g34CQ", Sort::StyleSheet),
        ("form", "34CQg", Sort::File),
        ("view", "PYc", Sort::View),
        ("view", "F3", Sort::Folder),
        ("view", "^3", Sort::SharedColumn),
        ("filter", "fL3", Sort::Agent),
        ("filter", "s34Q", Sort::ScriptLibrary),
        ("filter", "34h", Sort::ScriptLibrary),
        ("filter", "m34Q", Sort::Outline),
        ("filter", "t34", Sort::DatabaseScript),
        ("filter", "{34", Sort::WebService),
        ("icon", "J7", Sort::Icon),
        ("helpaboutdocument", "", Sort::AboutDocument),
        ("nosuch", "", Sort::Unknown),
    ] {
        let tree = tree(&format!(
            "<note class='{class}'><item name='$Flags'><text>{flags}</text></item></note>"
        ));
        assert_eq!(only(&tree).sort(), sort, "{class} {flags}");
    }
}

#[test]
fn code_knows_its_event_its_owner_and_its_place() {
    let tree = tree(
        "<form name='f'><globals><code event='declarations'><lotusscript>Dim a</lotusscript></code></globals>
<code event='windowtitle'><formula>\"a&amp;\" <!-- b -->+ c</formula></code>
<actionbar><action title='Go'><code event='onClick' for='web'><javascript>go()</javascript></code></action></actionbar>
<body><richtext><pardef id='1'><code event='hidewhen' enabled='false'><formula>h</formula></code></pardef><par def='1'><run>
<field name='n' type='keyword'><keywords><formula>k</formula></keywords><code event='defaultvalue'><formula>x<nonxmlchar value='1'/></formula></code></field>
</run></par></richtext></body><item name='$i'><formula compiled='true'>AAAA</formula></item></form>",
    );
    let form = only(&tree);
    let found: Vec<(Language, &str, &str, String, u32)> = form
        .code()
        .map(|code| {
            let owner = code.owner().name();
            (
                code.language(),
                code.event(),
                owner,
                code.text().into_owned(),
                code.position().line,
            )
        })
        .collect();
    let line = |number: u32| number;
    assert_eq!(
        found,
        [
            (
                Language::LotusScript,
                "declarations",
                "form",
                "Dim a".to_owned(),
                line(1)
            ),
            (
                Language::Formula,
                "windowtitle",
                "form",
                "\"a&\" + c".to_owned(),
                line(2)
            ),
            (
                Language::JavaScript,
                "onClick",
                "action",
                "go()".to_owned(),
                line(3)
            ),
            (
                Language::Formula,
                "hidewhen",
                "pardef",
                "h".to_owned(),
                line(4)
            ),
            (
                Language::Formula,
                "keywords",
                "field",
                "k".to_owned(),
                line(5)
            ),
            (
                Language::Formula,
                "defaultvalue",
                "field",
                "x\u{1}".to_owned(),
                line(5)
            ),
            (
                Language::CompiledFormula,
                "$i",
                "form",
                "AAAA".to_owned(),
                line(6)
            ),
        ]
    );
    let codes: Vec<Code<'_>> = form.code().collect();
    assert_eq!(
        (codes[2].audience(), codes[1].audience()),
        (Some("web"), None)
    );
    assert_eq!(
        (codes[3].is_enabled(), codes[1].is_enabled()),
        (false, true)
    );
    assert_eq!(codes[1].position().column, 36);
    assert_eq!(
        form.code_for("WINDOWTITLE").unwrap().text(),
        codes[1].text()
    );
    assert!(form.code_for("defaultvalue").is_none());
    let Design::Form(form) = form else {
        panic!("{form:?}")
    };
    assert_eq!(form.globals().count(), 1);
    let field = form.fields().next().unwrap();
    assert_eq!(
        (field.name(), field.kind(), field.choices().len()),
        ("n", "editable", 0)
    );
    assert_eq!(field.choices_formula().unwrap().text(), "k");
    assert_eq!(field.default_value().unwrap().text(), "x\u{1}");
}

#[test]
fn scripts_in_raw_notes_are_code_and_other_texts_are_not() {
    let tree = tree(
        "<note class='filter'><item name='$Flags'><text>s</text></item><item name='$ScriptLib'><text>Sub A
End Sub</text></item><item name='$FORMULA'><formula>@All</formula></item></note>",
    );
    let code: Vec<_> = only(&tree)
        .code()
        .map(|code| (code.language(), code.event(), code.text()))
        .collect();
    assert_eq!(
        code,
        [
            (Language::LotusScript, "$ScriptLib", "Sub A\nEnd Sub".into()),
            (Language::Formula, "$FORMULA", "@All".into()),
        ]
    );
    let document =
        Tree::parse("<document><item name='$Script'><text>x</text></item></document>").unwrap();
    assert_eq!(Codes::of(document.root()).count(), 0);
}

#[test]
fn flags_fall_back_on_the_schema() {
    let tree = tree(
        "<database title='t' multilingual='true'><view name='v' hide='web v3' fromtemplate='T'><noteinfo unid='AB'/></view></database>",
    );
    let database = Database::of(tree.root()).unwrap();
    assert_eq!(database.flag("multilingual"), Some(true));
    assert_eq!(database.flag("usejavascriptinpages"), Some(true));
    assert_eq!(database.flag("nosuch"), None);
    assert_eq!(database.property("type"), Some("standard"));
    assert!(database.launch().is_none() && database.info().is_none() && database.acl().is_none());
    let view = database.designs().next().unwrap();
    assert_eq!(
        (view.flag("uniquekeys"), view.flag("publicaccess")),
        (Some(false), None)
    );
    assert_eq!(view.hidden_from(), ["web", "v3"]);
    assert_eq!(
        (view.template(), view.unid(), view.comment()),
        (Some("T"), Some("AB"), None)
    );
}

#[test]
fn agents_and_schedules() {
    let tree = tree(
        "<agent name='a' restrictions='unrestricted' enabled='false' runonbehalfof='CN=x'><trigger type='scheduled'>
         <schedule type='byminutes' hours='1' minutes='30' runlocation='specific' runserver='s' onweekends='false'>
         <starttime><datetime>T080000,00</datetime></starttime></schedule></trigger><documentset type='all'/>
         <code event='options'><lotusscript>Use \"Core\"\n</lotusscript></code>
         <rundata><agentrun><datetime>20260101T000000,00Z</datetime></agentrun></rundata></agent>",
    );
    let Design::Agent(agent) = only(&tree) else {
        panic!()
    };
    assert_eq!(
        (agent.trigger(), agent.document_set()),
        ("scheduled", Some("all"))
    );
    assert_eq!(
        (agent.is_enabled(), agent.restrictions()),
        (false, "unrestricted")
    );
    assert_eq!(
        (agent.runs_on_behalf_of(), agent.language()),
        (Some("CN=x"), Some(Language::LotusScript))
    );
    assert_eq!(agent.uses(), ["core"]);
    assert_eq!(agent.last_run().unwrap().written, "20260101T000000,00Z");
    let schedule = agent.schedule().unwrap();
    assert_eq!(
        (schedule.kind(), schedule.interval_minutes()),
        ("byminutes", Some(90))
    );
    assert_eq!(
        (schedule.run_location(), schedule.server()),
        (Some("specific"), Some("s"))
    );
    assert!(!schedule.is_on_weekends() && schedule.end_time().is_none());
    assert_eq!(schedule.start_time().unwrap().written, "T080000,00");
}

#[test]
fn shared_columns_and_actions_show_what_is_copied_in() {
    let tree = tree(
        "<view name='v'><actionbar><sharedactionref id='7'><action title='Shown'/></sharedactionref></actionbar>
         <sharedcolumnref name='S'><column itemname='i' sort='none' categorized='true'><columnheader title='T'/></column></sharedcolumnref>
         <sharedcolumnref name='R'/></view>",
    );
    let Design::View(view) = only(&tree) else {
        panic!()
    };
    let action = view.actions().next().unwrap();
    assert_eq!(
        (action.title(), action.id(), action.is_reference()),
        ("Shown", Some("7"), true)
    );
    let columns: Vec<Column<'_>> = view.columns().collect();
    assert_eq!(
        (
            columns[0].item_name(),
            columns[0].title(),
            columns[0].sort()
        ),
        (Some("i"), "T", None)
    );
    assert_eq!(
        (columns[0].shared_name(), columns[0].is_categorized()),
        (Some("S"), true)
    );
    assert_eq!(
        (columns[1].shared_name(), columns[1].item_name()),
        (Some("R"), None)
    );
}

#[test]
fn deep_nonsense_is_looked_at_without_recursion() {
    let limits = crate::Limits {
        depth: usize::MAX,
        ..crate::Limits::default()
    };
    let text = format!(
        "<form><body>{}<formula>x</formula>{}</body></form>",
        "<simpleaction>".repeat(100_000),
        "</simpleaction>".repeat(100_000)
    );
    let tree = Tree::read(text.as_bytes(), limits).unwrap();
    let Design::Form(form) = only(&tree) else {
        panic!()
    };
    assert_eq!(form.fields().count(), 0);
    let last = form.code().last().unwrap();
    assert_eq!(
        (last.language(), last.owner().name()),
        (Language::Formula, "body")
    );
    assert_eq!(form.code().count(), 100_001);
}

#[test]
fn scripts_in_raw_notes_come_apart_where_designer_marks_them() {
    let tree = tree(
        "<note class='form'>
<item name='$Script'><text>' in front
'++LotusScript Development Environment:2:5:(Options):0:74
Option &lt;Public<break/>'++LotusScript Development Environment:2:5:(Declarations):0:2
'++LotusScript Development Environment:2:2:Queryopen:1:12
Sub Queryopen<nonxmlchar value='1'/>(Source)
End Sub</text></item></note>",
    );
    let code = only(&tree).code().next().unwrap();
    let parts: Vec<(String, String, u32)> = code
        .parts()
        .into_iter()
        .map(|part| (part.event, part.text, part.line))
        .collect();
    let expected = [
        ("$Script", "' in front\n", 2),
        ("options", "Option <Public\n", 4),
        ("declarations", "", 5),
        ("Queryopen", "Sub Queryopen\u{1}(Source)\nEnd Sub", 6),
    ];
    let expected = expected.map(|(event, text, line)| (event.to_owned(), text.to_owned(), line));
    assert_eq!(parts, expected);
}

#[test]
fn java_and_simple_actions_are_code_too() {
    let tree = tree(
        "<agent name='j'><trigger type='agentlist'/><code event='action'><javaproject class='J.class'><java name='J.java'>class J {}</java>
         <javaarchive name='a.jar'>AAAA</javaarchive></javaproject></code><code event='x'><simpleaction action='markread'/>
         <simpleaction action='runformula'><formula>@All</formula></simpleaction></code></agent>",
    );
    let Design::Agent(agent) = only(&tree) else {
        panic!()
    };
    let project = agent.java_project().unwrap();
    assert_eq!(project.class(), Some("J.class"));
    assert_eq!(project.files().collect::<Vec<_>>(), ["a.jar"]);
    let code: Vec<(Language, &str, String)> = agent
        .code()
        .map(|code| (code.language(), code.event(), code.text().into_owned()))
        .collect();
    assert_eq!(
        code,
        [
            (Language::Java, "J.java", "class J {}".to_owned()),
            (
                Language::SimpleAction,
                "x",
                "<simpleaction action='markread'/>".to_owned()
            ),
            (
                Language::SimpleAction,
                "x",
                "<simpleaction action='runformula'><formula>@All</formula></simpleaction>"
                    .to_owned()
            ),
            (Language::Formula, "simpleaction", "@All".to_owned()),
        ]
    );
    let parts = agent.code().next().unwrap().parts();
    assert_eq!((parts.len(), parts[0].event.as_str()), (1, "J.java"));
}

/// Everything that a view can say; how much there was of it.
fn look_all_over(design: Design<'_>) -> usize {
    let mut seen = design.name().len() + design.aliases().len() + design.hidden_from().len();
    seen += usize::from(design.modified().is_some()) + design.unid().unwrap_or_default().len();
    for code in design.code() {
        seen += code.text().len() + code.event().len() + code.parts().len();
        seen += code.owner().name().len() + code.audience().unwrap_or_default().len();
        seen += usize::from(code.is_enabled()) + code.position().line as usize;
    }
    seen += match design {
        Design::Form(form) => {
            let fields = form
                .fields()
                .map(|field| field.choices().len() + field.kind().len());
            let subforms = form
                .subforms()
                .filter_map(SubformReference::formula)
                .count();
            fields.sum::<usize>()
                + subforms
                + form
                    .actions()
                    .map(|action| action.title().len())
                    .sum::<usize>()
        }
        Design::View(view) => view
            .columns()
            .map(|column| {
                column.title().len()
                    + usize::from(column.is_hidden())
                    + usize::from(column.formula().is_some())
            })
            .sum(),
        Design::Agent(agent) => {
            let schedule = agent.schedule().and_then(Schedule::interval_minutes);
            let java = agent.java_project().map_or(0, |java| java.files().count());
            agent.uses().len() + java + usize::from(schedule.is_some())
        }
        Design::Outline(outline) => outline
            .entries()
            .filter_map(|entry| entry.link()?.target().map(str::len))
            .sum(),
        Design::Frameset(frameset) => frameset.frames().count() + frameset.columns().len(),
        Design::Raw(note) => note.items().map(|item| item.texts().len()).sum(),
        Design::Resource(resource) => usize::from(resource.data().is_some()),
        _ => 0,
    };
    seen
}

#[derive(Debug, Clone)]
struct Piece(usize, Vec<(usize, usize)>, Vec<Piece>);

fn any_piece() -> impl Strategy<Value = Piece> {
    let attributes = || prop::collection::vec((0..1_000_usize, 0..12_usize), 0..4);
    let leaf = (0..1_000_usize, attributes())
        .prop_map(|(name, attributes)| Piece(name, attributes, Vec::new()));
    leaf.prop_recursive(7, 60, 5, move |inner| {
        (
            0..1_000_usize,
            attributes(),
            prop::collection::vec(inner, 0..5),
        )
            .prop_map(|(name, attributes, inner)| Piece(name, attributes, inner))
    })
}

/// Elements and attributes of the schema wherever chance puts them; those that the views look at come often.
fn grow(element: &mut crate::tree::ElementMut<'_>, pieces: &[Piece]) {
    const OFTEN: &[&str] = &[
        "code",
        "formula",
        "lotusscript",
        "item",
        "text",
        "note",
        "form",
        "view",
        "agent",
        "column",
        "trigger",
        "schedule",
        "action",
        "actionbar",
        "field",
        "keywords",
        "outline",
        "outlineentry",
        "namedelementlink",
        "javaproject",
        "simpleaction",
        "noteinfo",
        "modified",
        "datetime",
        "nonxmlchar",
        "break",
    ];
    const VALUES: &[&str] = &[
        "",
        "true",
        "false",
        "x",
        "a|b||c",
        "4294967295",
        "-1",
        "$Script",
        "$TITLE",
        "s",
        "form",
        "99999999999",
    ];
    let schema = Schema::domino_9_0_1();
    for Piece(name, attributes, inner) in pieces {
        let known = schema
            .elements()
            .nth(name % schema.elements().len())
            .unwrap();
        let often = OFTEN.get(name % (2 * OFTEN.len()));
        let name = often.map_or(known.name.as_str(), |name| name);
        let known = schema.element(schema.find(name).unwrap());
        let mut child = element.append(name);
        for (attribute, value) in attributes {
            if !known.attributes.is_empty() {
                let attribute = &known.attributes[attribute % known.attributes.len()];
                child.set(&attribute.name, VALUES[*value]);
            }
        }
        child.append_text("'++LotusScript Development Environment:2\nUse \"a\"");
        grow(&mut child, inner);
    }
}

proptest! {
    #[test]
    fn nothing_that_stands_anywhere_makes_a_view_fall(pieces in prop::collection::vec(any_piece(), 1..8)) {
        let mut tree = Tree::new("database");
        grow(&mut tree.root_mut(), &pieces);
        let seen: usize = designs(tree.root()).map(look_all_over).sum();
        // And each element taken alone, as if it were the file.
        let alone = tree.root().descendants().filter_map(Design::of).map(look_all_over).sum::<usize>();
        prop_assert!(alone >= seen);
        let acl = tree.root().descendants().filter_map(Acl::of);
        prop_assert!(acl.map(|acl| acl.entries().count() + acl.roles().count()).sum::<usize>() < 10_000);
    }
}
