//! Trees read, changed, compared, and of any depth.

use super::*;

fn tree(text: &str) -> Tree {
    Tree::parse(text).unwrap()
}

#[test]
fn looking_around() {
    let tree = tree("<!--x--><a b='1' c='2'>t<d/>u<![CDATA[v]]><e><d/></e><d f='3'/></a>");
    let root = tree.root();
    assert_eq!(root.text(), "tuv");
    assert_eq!(
        root.attributes().collect::<Vec<_>>(),
        [("b", "1"), ("c", "2")]
    );
    let paths: Vec<_> = root.descendants().map(Element::path).collect();
    assert_eq!(paths, ["/a", "/a/d[1]", "/a/e", "/a/e/d", "/a/d[2]"]);
    assert_eq!(root.all("d").count(), 2);
    assert_eq!(root.all("d").last().unwrap().attribute("f"), Some("3"));
    let e = root.first("e").unwrap();
    assert_eq!(e.position().column, 43);
    assert_eq!(e.parent().unwrap().id(), root.id());
    assert_eq!(e.as_node().previous().unwrap().as_text(), Some("v"));
    assert_eq!(tree.top().count(), 2);
    assert!(root.parent().is_none());
}

#[test]
fn equal_is_what_reads_the_same() {
    for (left, right, equal) in [
        (
            "<a b='1' c='2'/>",
            "<!-- x --><a c=\"2\" b=\"1\"></a>",
            true,
        ),
        ("<a>x&amp;y</a>", "<a>x<![CDATA[&]]>y</a>", true),
        ("<a> </a>", "<a/>", false),
        ("<a>\n</a>", "<a>\r\n</a>", true),
        ("<a><b/>x</a>", "<a>x<b/></a>", false),
        ("<a><b><c/></b></a>", "<a><b/><c/></a>", false),
        ("<a><!--x--></a>", "<a><!--y--></a>", false),
        ("<a b='1'/>", "<a b='2'/>", false),
        ("<a/>", "<b/>", false),
        ("<a/>", "<a><b/></a>", false),
    ] {
        assert_eq!(tree(left) == tree(right), equal, "{left} {right}");
    }
}

#[test]
fn changing() {
    let mut tree = tree("<a x='1' y='2'><b/>t<c z='3'/><b n='2'/></a>");
    let root = tree.root().id();
    let ids: Vec<_> = tree.root().children().map(Node::id).collect();
    tree.set_attribute(root, "w", "0");
    tree.set_attribute(root, "x", "one");
    tree.set_attribute(ids[2], "z", "three");
    assert!(tree.remove_attribute(root, "y"));
    assert!(!tree.remove_attribute(root, "y"));
    tree.sort_attributes(root);
    tree.reorder(root, &[ids[3], ids[2]]);
    tree.rename(ids[0], "d");
    tree.set_text(ids[1], "T");
    tree.insert_before(ids[0], ids[1]);
    let inner = tree.create_comment("c");
    tree.append(ids[0], inner);
    let copy = tree.clone();
    tree.edit(ids[2]).append_copy(copy.root()).append_text("!");
    tree.detach(ids[3]);
    let expected = "<a w='0' x='one'><c z='three'><a w='0' x='one'><b n='2'/><c z='three'/>T<d><!--c--></d></a>!</c>T<d><!--c--></d></a>";
    assert_eq!(tree.root().to_xml().unwrap(), expected);
    tree.append(ids[0], ids[3]);
    tree.append(ids[0], ids[1]);
    assert_eq!(
        tree.element(ids[0]).unwrap().to_xml().unwrap(),
        "<d><!--c--><b n='2'/>T</d>"
    );
    tree.root_mut().clear();
    assert_eq!(tree.root().to_xml().unwrap(), "<a w='0' x='one'/>");
}

#[test]
#[should_panic(expected = "a node in itself")]
fn a_node_does_not_go_into_itself() {
    let mut tree = tree("<a><b><c/></b></a>");
    let ids: Vec<_> = tree.root().descendants().map(Element::id).collect();
    tree.append(ids[2], ids[1]);
}

#[test]
fn a_million_deep_without_recursion() {
    let limits = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    let text = "<a>".repeat(1_000_000) + &"</a>".repeat(1_000_000);
    let tree = Tree::read(text.as_bytes(), limits).unwrap();
    let mut copy = tree.clone();
    assert!(tree == copy);
    let innermost = copy.root().descendants().last().unwrap().id();
    copy.set_attribute(innermost, "b", "c");
    assert!(tree != copy);
    let written = copy.to_xml().unwrap();
    assert!(Tree::read(written.as_bytes(), limits).unwrap() == copy);
    let mut other = Tree::new("b");
    let copied = other.create_copy(copy.root());
    assert_eq!(
        other.element(copied).unwrap().descendants().count(),
        1_000_000
    );
}

#[test]
fn too_many_nodes_are_refused() {
    let limits = Limits {
        nodes: 10,
        ..Limits::default()
    };
    let why = Tree::read(
        &b"<a><b/><b/><b/><b/><b c='' d=''/><b/><b/></a>"[..],
        limits,
    );
    assert!(matches!(why, Err(Error::TooMany { limit: 10, at }) if at.position.column == 38));
}
