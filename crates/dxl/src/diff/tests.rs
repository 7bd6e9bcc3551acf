//! What counts as a difference, and what does not.

use super::*;
use proptest::prelude::*;

fn compared(old: &str, new: &str) -> Difference {
    let (old, new) = (Tree::parse(old).unwrap(), Tree::parse(new).unwrap());
    diff(
        &old,
        &new,
        &Options {
            context: 0,
            ..Options::default()
        },
    )
}

/// Path and what of each change.
fn told(old: &str, new: &str) -> Vec<String> {
    let found = compared(old, new);
    let word = |what: &What| match what {
        What::Added { .. } => "added".to_owned(),
        What::Removed { .. } => "removed".to_owned(),
        What::Attribute { name, .. } => format!("@{name}"),
        What::Text { hunks } => hunks
            .iter()
            .flat_map(|hunk| &hunk.lines)
            .map(|line| match line.sign {
                Sign::Same => format!(" {}", line.text),
                Sign::Old => format!("-{}", line.text),
                Sign::New => format!("+{}", line.text),
            })
            .collect::<Vec<_>>()
            .join("|"),
        What::Binary {
            old_bytes,
            new_bytes,
        } => format!("{old_bytes}→{new_bytes}"),
    };
    let changes = found.changes.iter();
    changes
        .map(|change| format!("{} {}", change.path, word(&change.what)))
        .collect()
}

#[test]
fn what_a_server_writes_does_not_count() {
    for (old, new) in [
        // Run data, dates, names, ids.
        (
            "<agent name='a'><noteinfo unid='85257C43005FA91585257C43005FA915' noteid='8' sequence='1'/><updatedby><name>A</name></updatedby><wassignedby><name>A</name></wassignedby><trigger type='agentlist'/><rundata processeddocs='3'/></agent>",
            "<agent name='a' version='12.0' replicaid='85257C43005FA915'><designchange><datetime>20260101</datetime></designchange><trigger type='agentlist'/></agent>",
        ),
        // The order of what has none, a default, a comment, layout, CDATA.
        (
            "<database path='a'><form name='a'><body><richtext/></body><item name='X'><text>1</text></item><item name='y'><text>&lt;</text></item></form><view name='v'/></database>",
            "<database xmlns='http://www.lotus.com/dxl'>\n<!-- v --><view default='false' name='v'/>\n<form name='a'><body><richtext/></body><item name='y'><text><![CDATA[<]]></text></item>\n<item name='x'><text>1</text></item></form></database>",
        ),
        (
            "<database><acl><role>[a]</role><role>[b]</role><aclentry name='n' level='reader'/><aclentry name='m' level='author'><role>[b]</role><role>[a]</role></aclentry><logentry>x</logentry></acl></database>",
            "<database><databaseinfo dbid='1'/><acl><role>[b]</role><role>[a]</role><aclentry level='author' name='m'><role>[a]</role><role>[b]</role></aclentry><aclentry name='n' level='reader'/></acl></database>",
        ),
        // Two of one name, and documents without any, in another order.
        (
            "<database><document form='f'><item name='i'><number>1</number></item></document><document form='f'><item name='i'><number>2</number></item></document></database>",
            "<database><document form='f'><item name='i'><number>2</number></item></document><document form='f'><item name='i'><number>1</number></item></document></database>",
        ),
        // The numbers of paragraph definitions and of shared actions.
        (
            "<page name='a'><body><richtext><pardef id='1'/><pardef id='2' align='center'/><par def='2'/><section><sectiontitle pardef='1'/></section></richtext></body></page>",
            "<page name='a'><body><richtext><pardef id='4'/><pardef id='1' align='center'/><par def='1'/><section><sectiontitle pardef='4'/></section></richtext></body></page>",
        ),
        (
            "<page name='a'><body><richtext><pardef id='1'/><par def='1'/><pardef id='1' align='center'/><par def='1'/></richtext></body></page>",
            "<page name='a'><body><richtext><pardef id='1'/><par def='1'/><pardef id='2' align='center'/><par def='2'/></richtext></body></page>",
        ),
        (
            "<database><form name='a'><actionbar><sharedactionref id='7'/></actionbar></form><sharedactions maxid='7'><action title='x' id='7'/><action title='y' id='8'/></sharedactions></database>",
            "<database><form name='a'><actionbar><sharedactionref id='1'/></actionbar></form><sharedactions maxid='3'><action title='x' id='1'/><action title='y' id='2'/></sharedactions></database>",
        ),
        // base64 has no lines; what is compiled counts only without its source.
        (
            "<note class='filter'><item name='$ScriptLib'><text>a</text></item><item name='$ScriptLib_O'><rawitemdata type='14'>AAAA</rawitemdata></item><item name='b'><rawitemdata type='1'>AA\nAA</rawitemdata></item></note>",
            "<note class='filter'><item name='$ScriptLib'><text>a</text></item><item name='$ScriptLib_O'><rawitemdata type='14'>BBBB</rawitemdata></item><item name='b'><rawitemdata type='1'>AAAA</rawitemdata></item></note>",
        ),
    ] {
        assert_eq!(told(old, new), [""; 0], "{old}\n{new}");
        assert_eq!(told(new, old), [""; 0], "{old}\n{new}");
    }
}

#[test]
fn what_a_developer_writes_counts() {
    for (old, new, wanted) in [
        (
            "<form name='a' hide='v3'><body><richtext/></body></form>",
            "<form name='a' hide='v4'><body><richtext/></body></form>",
            vec!["/form[a] @hide"],
        ),
        (
            "<scriptlibrary name='a'><code event='x'><lotusscript>1\n2\n3</lotusscript></code><code event='y'><lotusscript>1</lotusscript></code></scriptlibrary>",
            "<scriptlibrary name='a'><code event='z'><lotusscript>1</lotusscript></code><code event='x'><lotusscript>1\n2b\n3</lotusscript></code></scriptlibrary>",
            vec![
                "/scriptlibrary[a]/code[x]/lotusscript -2|+2b",
                "/scriptlibrary[a]/code[y] removed",
                "/scriptlibrary[a]/code[z] added",
            ],
        ),
        // By paragraph; text and what looks other; space counts.
        (
            "<page name='a'><body><richtext><par>one</par><par>two <run>words</run></par><par>three</par></richtext></body></page>",
            "<page name='a'><body><richtext><par>one</par><par>new</par><par>two <run><font style='bold'/>words</run></par><par>three </par></richtext></body></page>",
            vec![
                "/page[a]/body/richtext/par[2] added",
                "/page[a]/body/richtext/par[3]/run/font added",
                "/page[a]/body/richtext/par[4] -three|+three ",
            ],
        ),
        // A field in a paragraph whose text is another one as well.
        (
            "<page name='a'><body><richtext><par>a <field name='f' kind='editable'/></par></richtext></body></page>",
            "<page name='a'><body><richtext><par>b <field name='f' kind='computed'/></par></richtext></body></page>",
            vec![
                "/page[a]/body/richtext/par -a [field f]|+b [field f]",
                "/page[a]/body/richtext/par/field[f] @kind",
            ],
        ),
        // A definition that changed is told once, whatever its number; so is a paragraph that has another.
        (
            "<page name='a'><body><richtext><pardef id='1'/><pardef id='2'/><pardef id='3' align='right'/><par def='1'>a</par><par def='3'>b</par><par def='3'>c</par></richtext></body></page>",
            "<page name='a'><body><richtext><pardef id='1'/><pardef id='2'/><pardef id='4' align='center'/><par def='2'>a</par><par def='4'>b</par><par def='4'>c</par></richtext></body></page>",
            vec!["/page[a]/body/richtext/pardef[3] @align"],
        ),
        (
            "<page name='a'><body><richtext><pardef id='1'/><pardef id='2' align='right'/><par def='1'>a</par><par def='2'>b</par></richtext></body></page>",
            "<page name='a'><body><richtext><pardef id='1'/><pardef id='2' align='right'/><par def='2'>a</par><par def='2'>b</par></richtext></body></page>",
            vec!["/page[a]/body/richtext/par[1] @def"],
        ),
        (
            "<page name='a'><body><richtext><pardef id='1'/><par def='1'>b</par></richtext></body></page>",
            "<page name='a'><body><richtext><pardef id='1' align='center'/><par def='1'>a</par><pardef id='2'/><par def='2'>b</par></richtext></body></page>",
            vec![
                "/page[a]/body/richtext/pardef[1] added",
                "/page[a]/body/richtext/par[1] added",
            ],
        ),
        // One that is nowhere, and one that other files may point to, are known by their ids alone.
        (
            "<page name='a'><body><richtext><pardef id='1'/><par def='2'/></richtext></body></page>",
            "<page name='a'><body><richtext><pardef id='1'/><par def='3'/></richtext></body></page>",
            vec!["/page[a]/body/richtext/par @def"],
        ),
        (
            "<sharedactions><action title='x' id='7'/></sharedactions>",
            "<sharedactions><action title='x' id='1'/></sharedactions>",
            vec!["/sharedactions/action[x] @id"],
        ),
        (
            "<database><form name='a'><actionbar><sharedactionref id='7'/><sharedactionref id='8'/></actionbar></form><sharedactions><action title='x' id='7'/><action title='y' id='8'/></sharedactions></database>",
            "<database><form name='a'><actionbar><sharedactionref id='1'/><sharedactionref id='1'/></actionbar></form><sharedactions><action title='x2' id='1'/><action title='y' id='2'/></sharedactions></database>",
            vec![
                "/database/form[a]/actionbar/sharedactionref[2] @id",
                "/database/sharedactions/action[x2] @title",
            ],
        ),
        // Order where it counts.
        (
            "<view name='v'><column itemname='a'/><column itemname='b'/></view>",
            "<view name='v'><column itemname='b'/><column itemname='a'/></view>",
            vec!["/view[v]/column[b] added", "/view[v]/column[b] removed"],
        ),
        (
            "<document><item name='a'><text>1</text></item><item name='a'><text>2</text></item></document>",
            "<document><item name='a'><text>2</text></item><item name='a'><text>1</text></item></document>",
            vec!["/document/item[a] added", "/document/item[a] removed"],
        ),
        (
            "<document><item name='a'><rawitemdata type='1'>AAAA</rawitemdata></item></document>",
            "<document><item name='a'><rawitemdata type='1'>BBBBBB==</rawitemdata></item></document>",
            vec!["/document/item[a]/rawitemdata 3→4"],
        ),
        // Renamed with its old name as alias.
        (
            "<database><form name='a'><body><richtext/></body></form></database>",
            "<database><form name='b' alias='c|a'><body><richtext/></body></form></database>",
            vec!["/database/form[b] @alias", "/database/form[b] @name"],
        ),
        // Another root.
        (
            "<form name='a'/>",
            "<view name='a'/>",
            vec!["/form[a] removed", "/view[a] added"],
        ),
        // A document by most of what is in it.
        (
            "<database><document form='f'><item name='i'><text>1</text></item><item name='j'><text>2</text></item></document><document form='f'><item name='i'><text>3</text></item></document></database>",
            "<database><document form='f'><item name='i'><text>4</text></item></document><document form='f'><item name='i'><text>1</text></item><item name='j'><text>5</text></item></document></database>",
            vec![
                "/database/document[f] removed",
                "/database/document[f] added",
                "/database/document[f]/item[j]/text -2|+5",
            ],
        ),
    ] {
        assert_eq!(told(old, new), wanted, "{old}\n{new}");
    }
}

const ONE: &str = "0123456789ABCDEF0123456789ABCD01";
const TWO: &str = "0123456789ABCDEF0123456789ABCD02";
const THREE: &str = "0123456789ABCDEF0123456789ABCD03";

fn thread(mother: &str, other: &str, parent: &str) -> String {
    let document = |unid: &str, parent: &str, name: &str| {
        format!(
            "<document form='f'{parent}><noteinfo unid='{unid}'/><item name='Subject'><text>{name}</text></item></document>"
        )
    };
    let parent = format!(" parent='{parent}'");
    let answer = document("0123456789ABCDEF0123456789ABCD0F", &parent, "answer");
    format!(
        "<database>{}{}{answer}</database>",
        document(mother, "", "mother"),
        document(other, "", "other")
    )
}

#[test]
fn ids_count_by_what_they_point_to() {
    // The same thread elsewhere, and one that was moved.
    assert_eq!(
        told(&thread(ONE, TWO, ONE), &thread(THREE, TWO, THREE)),
        [""; 0]
    );
    assert_eq!(
        told(&thread(ONE, TWO, ONE), &thread(ONE, TWO, TWO)),
        ["/database/document[f] @parent"]
    );
    let own = |id: &str, link: &str| {
        format!(
            "<database replicaid='{id}'><page name='a'><body><richtext><par><viewlink database='{link}' view='x'/></par></richtext></body></page></database>"
        )
    };
    let (one, two) = ("85257C43005FA915", "C12585B4004B6231");
    assert_eq!(told(&own(one, one), &own(two, two)), [""; 0]);
    assert_eq!(told(&own(one, one), &own(two, one)).len(), 1);
}

#[test]
fn places_are_those_of_the_files() {
    let old = "<agent name='a'>\n<trigger type='agentlist'/><code event='x'><lotusscript>1\n2\n3\n</lotusscript></code></agent>";
    let new = "<agent name='a'>\n\n<trigger type='agentlist'/>\n <code event='x'><lotusscript>1\n2b\n3\n</lotusscript></code></agent>";
    let found = compared(old, new);
    let [change] = found.changes.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        (change.old, change.new),
        (
            Spot {
                line: 2,
                column: 57
            },
            Spot {
                line: 4,
                column: 31
            }
        )
    );
    let What::Text { hunks } = &change.what else {
        panic!("{found:?}");
    };
    let lines: Vec<_> = hunks[0]
        .lines
        .iter()
        .map(|line| (line.old_line, line.new_line))
        .collect();
    assert_eq!(lines, [(Some(3), None), (None, Some(5))]);
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["changes"][0]["what"], "text");
    assert_eq!(json["changes"][0]["hunks"][0]["lines"][1]["text"], "2b");
}

#[test]
fn more_changes_than_are_listed_are_counted() {
    let (old, new) = (
        Tree::parse("<textlist><text>1</text><text>2</text></textlist>").unwrap(),
        Tree::parse("<textlist><text>3</text><text>4</text></textlist>").unwrap(),
    );
    let found = diff(
        &old,
        &new,
        &Options {
            most_changes: 1,
            context: 0,
        },
    );
    assert_eq!((found.changes.len(), found.left_out), (1, 1));
    assert!(found.to_string().ends_with("1 more change is not listed\n"));
}

#[test]
fn a_million_levels_are_no_recursion() {
    for (name, end, depth) in [("run", "x", 1_000_000), ("code", " ", 100_000)] {
        let nest = |inner: &str| {
            let mut tree = Tree::new(name);
            let mut here = tree.root().id();
            for _ in 1..depth {
                here = tree.edit(here).append(name).id();
            }
            tree.edit(here).append(inner).append_text(end);
            tree
        };
        let (one, other) = (nest("a"), nest("b"));
        assert!(diff(&one, &one, &Options::default()).is_empty());
        let found = diff(&one, &other, &Options::default());
        assert!(
            (1..=3).contains(&found.changes.len()),
            "{}",
            found.changes.len()
        );
        let mut cleaned = one.clone();
        crate::clean::clean(&mut cleaned);
        assert!(diff(&one, &cleaned, &Options::default()).is_empty());
    }
}

/// A design as generated: some notes with items, code and rich text.
fn any_note() -> impl Strategy<Value = String> {
    let text = "[a-c<&>\n ]{0,6}".prop_map(|text| text.replace('&', "&amp;").replace('<', "&lt;"));
    let items = prop::collection::vec(("[a-cA-C$]{1,2}", text.clone()), 0..5).prop_map(|items| {
        items
            .iter()
            .map(|(name, text)| format!("\n<item name='{name}'><text>{text}</text></item>"))
            .collect::<String>()
    });
    let code = prop::collection::vec(("[a-c]", text.clone()), 0..3).prop_map(|codes| {
        codes
            .iter()
            .map(|(event, text)| format!("<code event='{event}'><formula>{text}</formula></code>"))
            .collect::<String>()
    });
    let pars = prop::collection::vec((text.clone(), text), 0..4).prop_map(|pars| {
        pars.iter()
            .map(|(one, two)| format!("<par>{one}<run><font style='bold'/>{two}</run></par>\n"))
            .collect::<String>()
    });
    let head = "[0-9A-F]{32}".prop_map(|unid| format!("<noteinfo unid='{unid}' sequence='3'/>"));
    ("[a-c]", prop_oneof![Just("form"), Just("page"), Just("document")], items, code, pars, head).prop_map(
        |(name, kind, items, code, pars, head)| match kind {
            "document" => format!("<document form='{name}'>{head}{items}</document>"),
            _ => format!("<{kind} name='{name}'>{head}{code}<body><richtext>{pars}</richtext></body>{items}</{kind}>"),
        },
    )
}

fn database(notes: &[String]) -> Tree {
    Tree::parse(&format!(
        "<database title='t'>\n{}</database>",
        notes.join("\n")
    ))
    .unwrap()
}

proptest! {
    #[test]
    fn clean_is_stable_and_loses_nothing_that_counts(notes in prop::collection::vec(any_note(), 0..6), turn in 0_usize..6) {
        let tree = database(&notes);
        let mut once = tree.clone();
        crate::clean::clean(&mut once);
        let written = once.to_xml().unwrap();
        let mut twice = Tree::parse(&written).unwrap();
        crate::clean::clean(&mut twice);
        prop_assert_eq!(&twice.to_xml().unwrap(), &written);
        let found = diff(&tree, &once, &Options::default());
        prop_assert!(found.is_empty(), "{}", found);
        // In another order.
        let mut turned = notes.clone();
        turned.rotate_left(turn.min(notes.len()));
        let turned = database(&turned);
        let found = diff(&tree, &turned, &Options::default());
        prop_assert!(found.is_empty(), "{}", found);
        let mut turned = turned;
        crate::clean::clean(&mut turned);
        prop_assert_eq!(turned.to_xml().unwrap(), written);
    }

    #[test]
    fn what_differs_cleaned_differs_and_what_does_not_does_not(old in prop::collection::vec(any_note(), 0..4), new in prop::collection::vec(any_note(), 0..4)) {
        let (old, new) = (database(&old), database(&new));
        let (mut one, mut other) = (old.clone(), new.clone());
        crate::clean::clean(&mut one);
        crate::clean::clean(&mut other);
        let found = diff(&old, &new, &Options::default());
        if one == other {
            prop_assert!(found.is_empty(), "{}", found);
        }
        let cleaned = diff(&one, &other, &Options::default());
        prop_assert_eq!(found.is_empty(), cleaned.is_empty(), "{}\n{}", found, cleaned);
        prop_assert_eq!(found.is_empty(), diff(&new, &old, &Options::default()).is_empty());
    }
}

/// An id that is written as before and means something else says what.
#[test]
fn an_id_that_means_another_thing_says_what() {
    let old = "<page name='a'><body><richtext><pardef id='1'/><pardef id='2' align='right'/><par def='1'>a</par></richtext></body></page>";
    let new = "<page name='a'><body><richtext><pardef id='2'/><pardef id='1' align='right'/><par def='1'>a</par></richtext></body></page>";
    assert_eq!(
        compared(old, new).to_string(),
        "@@ -1:78 +1:78 @@ /page[a]/body/richtext/par\n-def=\"1 (nothing set)\"\n+def=\"1 (align=right)\"\n"
    );
}
