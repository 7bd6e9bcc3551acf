//! Clean and diff on the checker's fixtures: nothing that counts is lost, what another server would export is the same.

#![allow(clippy::unwrap_used)]

use dxl::check::{Options, Profile, Rule, check};
use dxl::clean::clean;
use dxl::diff::{Difference, What, diff};
use dxl::{NodeId, Tree};
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
const MENDED: [&str; 5] = [
    "picture-space",
    "line-ends",
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
