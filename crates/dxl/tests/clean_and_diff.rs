//! Clean and diff on the checker's fixtures: nothing that counts is lost, what another server would export is the same.

#![allow(clippy::unwrap_used)]

use dxl::check::{Options, Profile, Rule, check};
use dxl::clean::{Links, clean, clean_among};
use dxl::diff::{Difference, What, diff};
use dxl::{NodeId, Tree};
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "dxl"));
    files
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(path).unwrap(),
            )
        })
        .collect()
}

fn read(bytes: &[u8]) -> Option<Tree> {
    Tree::read(bytes, dxl::Limits::default()).ok()
}

fn compared(old: &Tree, new: &Tree) -> Difference {
    diff(old, new, &dxl::diff::Options::default())
}

fn rules(bytes: &[u8], profile: Profile) -> Vec<Rule> {
    let checked = check("a.dxl", bytes, &Options::new(profile)).unwrap();
    let mut rules: Vec<Rule> = checked
        .findings
        .iter()
        .map(|finding| finding.rule)
        .collect();
    rules.sort_by_key(ToString::to_string);
    rules
}

/// Of writing, not of content: whatever is written anew has these no more. Libraries are sorted.
const MENDED: [&str; 6] = [
    "no-doctype",
    "picture-space",
    "carriage-returns",
    "no-cdata",
    "pretty-printed",
    "library-order",
];

#[test]
fn cleaning_twice_is_cleaning_once_and_the_checker_finds_the_same() {
    let mut read_count = 0;
    for (file, bytes) in fixtures() {
        let Some(tree) = read(&bytes) else {
            continue;
        };
        read_count += 1;
        let mut once = tree.clone();
        clean(&mut once);
        let written = once.to_xml().unwrap();
        let mut twice = read(written.as_bytes()).unwrap();
        clean(&mut twice);
        assert_eq!(twice.to_xml().unwrap(), written, "{file}");
        let found = compared(&tree, &once);
        assert!(found.is_empty(), "{file}\n{found}");
        for profile in [Profile::Reading, Profile::Import] {
            let is_left = |rule: &Rule| !MENDED.contains(&rule.to_string().as_str());
            let before: Vec<Rule> = rules(&bytes, profile).into_iter().filter(is_left).collect();
            let after: Vec<Rule> = rules(written.as_bytes(), profile)
                .into_iter()
                .filter(is_left)
                .collect();
            // A mistake in what is stripped is stripped with it; nothing is new.
            let mut left = before.clone();
            for rule in after {
                let at = left.iter().position(|known| *known == rule);
                left.remove(at.unwrap_or_else(|| panic!("{file}: {rule} is new\n{written}")));
            }
            let is_stripped = |rule: &Rule| rule.to_string().starts_with("element-");
            assert!(left.iter().all(is_stripped), "{file}: {left:?}\n{written}");
        }
    }
    assert!(read_count > 20, "{read_count} fixtures could be read");
}

/// As another server would export it: other ids, dates and names, run data, and the order of its own note ids.
fn elsewhere(tree: &Tree) -> Tree {
    let mut tree = tree.clone();
    tree.root_mut()
        .set("replicaid", "85257C43005FA915")
        .set("version", "14.0")
        .set("path", "CN=there!!copy.nsf");
    let everything: Vec<NodeId> = tree
        .root()
        .descendants()
        .map(|element| element.id())
        .collect();
    for id in everything {
        let element = tree.element(id).unwrap();
        let name = element.name().to_owned();
        let items: Vec<NodeId> = element.all("item").map(|item| item.id()).collect();
        let children: Vec<NodeId> = element.elements().map(|child| child.id()).collect();
        match name.as_str() {
            "noteinfo" => {
                tree.edit(id)
                    .set("unid", "FEDCBA9876543210FEDCBA9876543210")
                    .set("noteid", "8f6")
                    .set("sequence", "9");
            }
            "database" => {
                // What comes before the notes has an order.
                let (head, notes) = children.split_at(2);
                let mut order = head.to_vec();
                order.extend(notes.iter().rev());
                tree.reorder(id, &order);
            }
            "agent" => {
                tree.edit(id)
                    .append("rundata")
                    .set("processeddocs", "7")
                    .append("runlog")
                    .append_text("Started");
            }
            _ if !items.is_empty() => {
                tree.edit(id)
                    .append("wassignedby")
                    .append("name")
                    .append_text("CN=There");
                let others = children.iter().filter(|child| !items.contains(child));
                let order: Vec<NodeId> = others.chain(items.iter().rev()).copied().collect();
                tree.reorder(id, &order);
            }
            _ => {}
        }
    }
    tree
}

#[test]
fn the_same_design_from_another_server_is_the_same() {
    let (_, bytes) = fixtures()
        .into_iter()
        .find(|(file, _)| file == "clean.dxl")
        .unwrap();
    let here = read(&bytes).unwrap();
    let there = elsewhere(&here);
    assert_ne!(here.to_xml().unwrap(), there.to_xml().unwrap());
    let found = compared(&here, &there);
    assert!(found.is_empty(), "{found}");
    let (mut one, mut other) = (here.clone(), there.clone());
    clean(&mut one);
    clean(&mut other);
    assert_eq!(one.to_xml().unwrap(), other.to_xml().unwrap());

    // One line changed in a script, there.
    let mut changed = there;
    let text = changed
        .root()
        .descendants()
        .find(|element| element.name() == "lotusscript" && element.text().contains("Sub Postopen"));
    let node = text.unwrap().children().next().unwrap();
    let script = node
        .as_text()
        .unwrap()
        .replace("End Sub", "\tPrint 1\nEnd Sub");
    let node = node.id();
    changed.set_text(node, &script);
    let found = compared(&here, &changed);
    let [change] = found.changes.as_slice() else {
        panic!("{found}");
    };
    assert_eq!(
        change.path,
        "/database[Mooring fees]/databasescript/code[postopen]/lotusscript"
    );
    let What::Text { hunks } = &change.what else {
        panic!("{found}");
    };
    let lines = hunks.iter().flat_map(|hunk| &hunk.lines);
    let marked: Vec<&str> = lines
        .filter(|line| line.old_line.is_none() || line.new_line.is_none())
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(marked, ["\tPrint 1"]);
}

/// A note with all that is compiled or dated: of each `choice` one way to write it.
fn dated_note(is_document: bool, choice: &[bool]) -> String {
    let day = |at: usize| if choice[at] { "20260101" } else { "20260202" };
    let item = |at: usize, name: &str, data: &str| match choice[at] {
        true => format!("<item name='{name}'><rawitemdata type='14'>{data}</rawitemdata></item>"),
        false => String::new(),
    };
    let class = if is_document { "document" } else { "form" };
    let mut note = format!(
        "<note class='{class}'><noteinfo sequence='{}'><created><datetime>{}</datetime></created><modified><datetime>{}</datetime></modified></noteinfo>",
        usize::from(choice[0]),
        day(1),
        day(2)
    );
    let compiled = [
        ("$AssistAction_Ex", "$AssistAction"),
        ("$ScriptLib_O", "$ScriptLib"),
        ("$$Script_O", "$Script"),
        ("$$$FormScript_O", "$$FormScript"),
    ];
    for (at, (compiled, source)) in compiled.into_iter().enumerate() {
        note += &item(3 + 3 * at, source, "AAAA");
        let data = if choice[4 + 3 * at] { "BBBB" } else { "CCCC" };
        note += &item(5 + 3 * at, compiled, data);
    }
    note += &format!(
        "<item name='$FILE'><object><file name='a'><created><datetime dst='{}'>{}</datetime></created><modified><datetime>{}</datetime></modified></file></object></item>\
         <item name='$FileModDT'><datetime>{}</datetime></item></note>",
        choice[15],
        day(16),
        day(17),
        day(18)
    );
    note
}

proptest! {
    /// Half of the choices are the same in both, so that pairs that mean the same are met.
    #[test]
    fn what_is_the_same_to_diff_is_the_same_once_cleaned(
        is_document in any::<bool>(),
        one in prop::collection::vec(any::<bool>(), 19),
        differs in prop_oneof![Just(vec![false; 19]), prop::collection::vec(prop::bool::weighted(0.15), 19)],
        is_elsewhere in any::<bool>(),
    ) {
        // What a server alone decides: sequence, the note's dates, compiled code, dates of files.
        let servers = [0, 1, 2, 4, 7, 10, 13, 15, 16, 17, 18];
        let other: Vec<bool> = (0..19)
            .map(|at| one[at] ^ (differs[at] || (is_elsewhere && servers.contains(&at))))
            .collect();
        let read = |choice: &[bool]| read(dated_note(is_document, choice).as_bytes()).unwrap();
        let (mut one, mut other) = (read(&one), read(&other));
        let found = compared(&one, &other);
        clean(&mut one);
        clean(&mut other);
        let (one, other) = (one.to_xml().unwrap(), other.to_xml().unwrap());
        prop_assert_eq!(found.is_empty(), one == other, "{}\n{}\n{}", found, one, other);
    }
}

#[test]
fn compiled_code_and_times_of_files_go_and_what_is_data_stays() {
    let written = |is_document: bool, choice: &[bool]| {
        let mut tree = read(dated_note(is_document, choice).as_bytes()).unwrap();
        clean(&mut tree);
        tree.to_xml().unwrap()
    };
    let design = written(false, &[true; 19]);
    assert!(!design.contains("_O'") && !design.contains("_Ex'") && !design.contains("noteinfo"));
    let epoch = "<datetime>19700101T000000,00Z</datetime>";
    assert_eq!(design.matches(epoch).count(), 3, "{design}");
    let document = written(true, &[true; 19]);
    assert!(
        document.contains("<noteinfo><created><datetime>20260101</datetime></created></noteinfo>")
    );
    assert!(
        document.contains("$ScriptLib_O") && !document.contains("1970"),
        "{document}"
    );
    // Without its source there is nothing else to compile it from.
    let mut choice = [true; 19];
    choice[6] = false;
    assert!(written(false, &choice).contains("$ScriptLib_O"));
}

/// Paragraph definitions are numbered in their order, and what points to them alike; but for a note in which one is lacking.
#[test]
fn paragraph_definitions_have_numbers_in_their_order() {
    let body = |name: &str, ids: [u32; 5]| {
        let [first, second, twice, lone, lacking] = ids;
        format!(
            "<page name='{name}'>\n<body><richtext>\n<pardef id='{first}'/>\n<pardef align='center' id='{second}'/>\n<par def='{first}'/>\n<section>\n<sectiontitle pardef='{second}'/>\n</section>\n\
             <pardef align='right' id='{twice}'/>\n<par def='{twice}'/>\n</richtext></body>\n<item name='a'><richtext>\n<pardef id='{lone}'/>\n<par def='{lone}'/>\n<par def='{lacking}'/>\n</richtext></item>\n</page>\n"
        )
    };
    for (written, wanted) in [
        // The id of the first is defined anew for the third; another rich text has its own.
        ([7, 3, 7, 3, 3], [1, 2, 3, 4, 4]),
        ([1, 2, 3, 4, 4], [1, 2, 3, 4, 4]),
        ([7, 3, 7, 3, 7], [7, 3, 7, 3, 7]),
    ] {
        let file = |ids| {
            format!(
                "<?xml version='1.0' encoding='utf-8'?>\n<database>\n{}{}</database>\n",
                body("A", ids),
                body("B", [1, 2, 3, 4, 4])
            )
        };
        let tree = read(file(written).as_bytes()).unwrap();
        let mut cleaned = tree.clone();
        clean(&mut cleaned);
        assert_eq!(cleaned.to_xml().unwrap(), file(wanted));
        assert!(compared(&tree, &cleaned).is_empty());
    }
}

#[test]
fn ids_stay_if_another_file_points_to_them() {
    let unid = "85257C43005FA91585257C43005FA915";
    let target = format!(
        "<document form='f'><noteinfo noteid='8' unid='{unid}'><modified><datetime>2026</datetime></modified></noteinfo></document>"
    );
    let pointing = format!("<document form='g' parent='{}'/>", unid.to_lowercase());
    let (target, pointing) = (
        read(target.as_bytes()).unwrap(),
        read(pointing.as_bytes()).unwrap(),
    );
    let mut links = Links::new();
    links.gather(&target);
    assert!(links.is_empty(), "its own id is no link");
    links.gather(&pointing);
    assert_eq!(links.len(), 1);
    let (mut alone, mut among) = (target.clone(), target);
    clean(&mut alone);
    clean_among(&mut among, &links);
    assert!(!alone.to_xml().unwrap().contains("noteinfo"));
    assert!(
        among
            .to_xml()
            .unwrap()
            .contains(&format!("<noteinfo unid='{unid}'/>"))
    );
    let once = among.to_xml().unwrap();
    clean_among(&mut among, &links);
    assert_eq!(among.to_xml().unwrap(), once);
}
