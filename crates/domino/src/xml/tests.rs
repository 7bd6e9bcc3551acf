//! Trees that are read, changed and written, and expressions over them.

use super::*;
use proptest::prelude::*;

const PLAIN: ReadOptions = ReadOptions {
    allows_doctype: true,
    checks_namespaces: true,
    keeps_blanks: true,
    keeps_declaration: true,
};

fn read(text: &str) -> Tree {
    parse(text, PLAIN).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn what_is_read_is_written_again() {
    let cases = [
        "<a/>",
        "<a b=\"1\" c=\"&lt;&amp;&quot;\">x &amp; y &lt; z</a>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- c --><?pi data?><a><![CDATA[<x>]]></a><?end?>",
        "<a xmlns=\"u\" xmlns:p=\"v\"><p:b p:c=\"1\"/><d/></a>",
        "<!DOCTYPE a SYSTEM \"a.dtd\" [<!ENTITY e \"x\">]><a/>",
        "<a>ä\u{1f600}</a>",
    ];
    for text in cases {
        assert_eq!(read(text).write(DOCUMENT, false), text);
    }
}

#[test]
fn references_white_space_and_line_ends_are_resolved() {
    let cases = [
        ("<a>&#65;&#x42;&apos;&quot;</a>", "<a>AB'\"</a>"),
        ("<a b='x\ny\tz&#10;'/>", "<a b=\"x y z&#10;\"/>"),
        ("<a>1\r\n2\r3</a>", "<a>1\n2\n3</a>"),
        ("\u{feff}<a ></a >", "<a/>"),
        (" <a/> ", ""),
    ];
    for (text, expected) in cases {
        let written = match parse(text, PLAIN) {
            Ok(tree) => tree.write(DOCUMENT, false),
            Err(error) => error.to_string(),
        };
        let expected = if expected.is_empty() {
            "<a/>"
        } else {
            expected
        };
        assert_eq!(written, expected, "{text:?}");
    }
}

#[test]
fn what_is_no_document_is_refused_with_its_place() {
    let cases = [
        ("", "line 1, column 1: the document has no element"),
        (
            "<a>\n</b>",
            "line 2, column 1: the end tag 'b' does not match the start tag 'a'",
        ),
        (
            "<a><b>",
            "line 1, column 7: these elements have no end tag: b, a",
        ),
        ("</a>", "line 1, column 1: the end tag 'a' has no start tag"),
        (
            "<a/><b/>",
            "line 1, column 5: a document has one element only",
        ),
        (
            "x<a/>",
            "line 1, column 1: text stands outside of the element of the document",
        ),
        (
            "<a/>&amp;",
            "line 1, column 5: text stands outside of the element of the document",
        ),
        (
            "<a b='1' b='2'/>",
            "line 1, column 1: the attribute 'b' stands twice",
        ),
        (
            "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>",
            "line 1, column 1: the attribute 'y:b' stands twice",
        ),
        (
            "<a b=1/>",
            "line 1, column 1: the value of an attribute has no quotes",
        ),
        (
            "<a b='1'c='2'/>",
            "line 1, column 1: white space is missing between attributes",
        ),
        (
            "<a b='<'/>",
            "line 1, column 1: a < stands in the value of an attribute",
        ),
        ("<p:a/>", "line 1, column 1: the prefix 'p' is not declared"),
        ("<1/>", "line 1, column 1: '1' is no name"),
        (
            "<a>&nbsp;</a>",
            "line 1, column 4: the entity 'nbsp' is not known; no entities are taken from document types",
        ),
        (
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
            "line 1, column 34: the entity 'e' is not known; no entities are taken from document types",
        ),
        (
            "<a>&#0;</a>",
            "line 1, column 4: a character that XML does not have",
        ),
        ("<a>]]></a>", "line 1, column 4: ]]> stands in a text"),
        (
            "<a><!-- a -- b --></a>",
            "line 1, column 11: -- stands in a comment",
        ),
        (
            "<a><![CDATA[x</a>",
            "line 1, column 4: a CDATA section has no end",
        ),
        ("<a", "line 1, column 1: a tag has no end"),
        (
            " <?xml version='1.0'?><a/>",
            "line 1, column 2: the XML declaration stands at the very beginning only",
        ),
    ];
    for (text, expected) in cases {
        let error = parse(text, PLAIN).unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
    }
    let strict = ReadOptions {
        allows_doctype: false,
        ..PLAIN
    };
    assert_eq!(
        parse("<!DOCTYPE a><a/>", strict).unwrap_err().reason,
        Reason::Doctype
    );
}

#[test]
fn depth_and_size_are_limited() {
    let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(parse(&deep(MAX_DEPTH), PLAIN).is_ok());
    let error = parse(&deep(MAX_DEPTH + 1), PLAIN).unwrap_err();
    assert_eq!(error.reason, Reason::Limit(TreeError::TooDeep));
    let attributes: String = (0..=MAX_ATTRIBUTES).map(|n| format!(" a{n}='1'")).collect();
    let error = parse(&format!("<a{attributes}/>"), PLAIN).unwrap_err();
    assert_eq!(error.reason, Reason::Limit(TreeError::TooManyAttributes));
    let mut tree = Tree::default();
    let mut top = tree.create(Kind::Element, "a", "", "").unwrap();
    let outcome = (0..2 * MAX_DEPTH).try_for_each(|_| {
        let above = tree.create(Kind::Element, "a", "", "")?;
        tree.insert(above, top, None)?;
        top = above;
        Ok(())
    });
    assert_eq!(outcome, Err(TreeError::TooDeep));
}

#[test]
fn namespaces_that_nobody_declared_are_declared() {
    let mut tree = Tree::default();
    let a = tree.create(Kind::Element, "p:a", "u", "").unwrap();
    let b = tree.create(Kind::Element, "b", "v", "").unwrap();
    let c = tree.create(Kind::Element, "c", "", "").unwrap();
    let d = tree.create(Kind::Attribute, "p:d", "u", "1").unwrap();
    tree.insert(DOCUMENT, a, None).unwrap();
    tree.insert(a, b, None).unwrap();
    tree.insert(b, c, None).unwrap();
    tree.put_attribute(c, d).unwrap();
    let bare = "<p:a xmlns:p=\"u\"><b xmlns=\"v\"><c p:d=\"1\"/></b></p:a>";
    assert_eq!(tree.write(DOCUMENT, false), bare);
    assert_eq!(
        tree.write(DOCUMENT, true),
        bare.replace("p:d=\"1\"", "p:d=\"1\" xmlns=\"\"")
    );
    assert_eq!(tree.write(c, false), "<c p:d=\"1\" xmlns:p=\"u\"/>");
}

#[test]
fn nodes_change_places() {
    let mut tree = read("<a><b/><c/><d/></a>");
    let a = tree.root().unwrap();
    let [b, c, d] = tree.children(a).collect::<Vec<_>>().try_into().unwrap();
    tree.insert(a, d, Some(b)).unwrap();
    assert_eq!(tree.write(a, false), "<a><d/><b/><c/></a>");
    tree.replace(a, c, b).unwrap();
    assert_eq!(tree.write(a, false), "<a><d/><c/></a>");
    tree.replace(a, c, d).unwrap();
    assert_eq!(tree.write(a, false), "<a><c/></a>");
    assert_eq!(tree.replace(c, a, b), Err(TreeError::NoChild));
    assert_eq!(tree.insert(c, a, None), Err(TreeError::Cycle));
    assert_eq!(tree.insert(DOCUMENT, b, None), Err(TreeError::SecondRoot));
    let fragment = tree.create(Kind::Fragment, "", "", "").unwrap();
    tree.insert(fragment, b, None).unwrap();
    tree.insert(fragment, d, None).unwrap();
    tree.insert(a, fragment, Some(c)).unwrap();
    assert_eq!(tree.write(a, false), "<a><b/><d/><c/></a>");
    assert!(tree.first_child(fragment).is_none());
    let copy = tree.clone();
    let other = tree.copy_from(&copy, a, true).unwrap();
    tree.insert(c, other, None).unwrap();
    assert_eq!(
        tree.write(a, false),
        "<a><b/><d/><c><a><b/><d/><c/></a></c></a>"
    );
}

const LIBRARY: &str = "<lib xmlns:x='urn:x'><book id='1' lang='en'><title>One</title><price>10</price></book>\
<book id='2'><title>Two &amp; more</title><price>20.5</price><x:note>n</x:note></book><!--c--><?go on?><mag><title>Three</title></mag></lib>";

fn selected(expression: &str, options: &PathOptions) -> String {
    let tree = read(LIBRARY);
    let found = match select(&tree, DOCUMENT, expression, options).0 {
        Ok(found) => found,
        Err(error) => return error.to_string(),
    };
    let shown = found.into_iter().map(|id| match tree.kind(id) {
        Kind::Document => "/".to_owned(),
        Kind::Attribute => format!("@{}={}", tree.name(id), tree.value(id)),
        Kind::Element => match tree.attribute(id, "id") {
            Some(number) => format!("{}{}", tree.name(id), tree.value(number)),
            None => tree.name(id).to_owned(),
        },
        _ => format!("'{}'", tree.value(id)),
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn expressions_select_as_xpath_says() {
    let cases = [
        ("/", "/"),
        ("/lib/book", "book1 book2"),
        ("lib/book[1]", "book1"),
        ("//book[2]/title", "title"),
        ("//title", "title title title"),
        ("//title[1]", "title title title"),
        ("(//title)[1]/text()", "'One'"),
        ("//title[last()]/..", "book1 book2 mag"),
        ("//book[last()]", "book2"),
        ("//book[@id='2']/@id", "@id=2"),
        ("//book[@lang]", "book1"),
        ("//book[not(@lang)]", "book2"),
        ("//@*", "@id=1 @lang=en @id=2"),
        ("//*[title and price > 15]", "book2"),
        ("//book[price >= 10 and price <= 20.5]", "book1 book2"),
        ("//book[price = 10 or title = 'Two & more']", "book1 book2"),
        ("//book[contains(title, 'more')]", "book2"),
        ("//*[starts-with(name(), 'ma')]", "mag"),
        (
            "//*[local-name() = 'note' and namespace-uri()='urn:x']",
            "x:note",
        ),
        ("//x:note", "x:note"),
        ("//x:*", "x:note"),
        ("//comment()", "'c'"),
        ("//processing-instruction('go')", "'on'"),
        ("//processing-instruction('no')", ""),
        ("//book[1]/following-sibling::*", "book2 mag"),
        ("//mag/preceding-sibling::book[1]", "book2"),
        ("//price/ancestor::lib", "lib"),
        ("//mag/preceding::title", "title title"),
        ("//book[1]/following::title", "title title"),
        ("//title/parent::mag", "mag"),
        ("descendant::price[. * 2 = 41]", "price"),
        ("//mag | //book[1]", "book1 mag"),
        ("//book[position() mod 2 = 0]", "book2"),
        ("//book[count(*) = 3]", "book2"),
        ("//book[string-length(title) = 3]", "book1"),
        ("//book[normalize-space(' a  b ') = 'a b'][1]", "book1"),
        ("//book[substring(title, 1, 2) = 'On']", "book1"),
        ("//book[translate(title, 'NEO', 'neo') = 'one']", "book1"),
        ("//book[substring-before(title, ' ') = 'Two']", "book2"),
        ("//book[substring-after(title, '& ') = 'more']", "book2"),
        ("//book[concat(@id, '-', title) = '1-One']", "book1"),
        ("//lib[sum(book/price) = 30.5]", "lib"),
        (
            "//book[round(price) = 21 and floor(price) = 20 and ceiling(price) = 21]",
            "book2",
        ),
        ("//book[number(price) != 10]", "book2"),
        ("//book[-1 < -price + 11]", "book1"),
        ("//book[boolean(@lang) = true()]", "book1"),
        ("self::node()/lib/child::mag/./title", "title"),
        ("//none", ""),
        (
            "//y:a",
            "the prefix 'y' is not declared; see SelectionNamespaces",
        ),
        ("//book[id('a')]", "the function id is not there"),
        ("namespace::x", "the axis namespace is not there"),
        ("$a", "a variable is not there"),
        ("1 + 1", "the expression gives no nodes"),
        (
            "//book[",
            "expected a step at character 8 of the expression",
        ),
        (
            "//book]",
            "expected the end of the expression at character 7 of the expression",
        ),
        (
            "'a",
            "expected the quote at the end of a text at character 1 of the expression",
        ),
        (
            "contains('a')",
            "the function contains takes other arguments",
        ),
        (
            "#",
            "expected a name, a number, a text or a sign at character 1 of the expression",
        ),
    ];
    let options = PathOptions {
        namespaces: [("x".to_owned(), "urn:x".to_owned())].into(),
        is_pattern: false,
    };
    for (expression, expected) in cases {
        assert_eq!(selected(expression, &options), expected, "{expression}");
    }
}

#[test]
fn old_patterns_count_from_zero_and_compare_prefixes_as_written() {
    let options = PathOptions {
        is_pattern: true,
        ..PathOptions::default()
    };
    let cases = [
        ("//book[0]", "book1"),
        ("lib/book[1]/@id", "@id=2"),
        ("//x:note", "x:note"),
        ("//y:note", ""),
        ("//book[@id = '2']", "book2"),
    ];
    for (expression, expected) in cases {
        assert_eq!(selected(expression, &options), expected, "{expression}");
    }
}

#[test]
fn expressions_are_limited() {
    let options = PathOptions::default();
    let deep = format!("{}1{}", "(".repeat(50), ")".repeat(50));
    assert_eq!(selected(&deep, &options), "the expression goes too deep");
    let long = "1+".repeat(300) + "1";
    assert_eq!(selected(&long, &options), "the expression goes too deep");
    let text = format!("<a>{}</a>", "<b/>".repeat(3000));
    let tree = read(&text);
    let much = select(
        &tree,
        DOCUMENT,
        "//*[count(//*) > 0][count(//*) > 0]",
        &options,
    );
    assert_eq!(
        much.0.unwrap_err().to_string(),
        "the expression looks at too many nodes"
    );
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[<>/a-c!?='\"& \\[\\]x:;#-]{0,60}") {
        if let Ok(tree) = parse(&text, PLAIN) {
            let written = tree.write(DOCUMENT, false);
            let again = read(&written);
            prop_assert_eq!(again.write(DOCUMENT, false), written);
        }
    }

    #[test]
    fn any_expression_is_read_or_refused(text in "[/@a-c\\[\\]()0-9.*=<>|,' :$-]{0,40}") {
        let _ = selected(&text, &PathOptions::default());
    }

    #[test]
    fn trees_of_any_values_come_back(values in prop::collection::vec("\\PC{0,20}", 1..8)) {
        let mut tree = Tree::default();
        let root = tree.create(Kind::Element, "a", "", "").unwrap();
        tree.insert(DOCUMENT, root, None).unwrap();
        for value in &values {
            let child = tree.create(Kind::Element, "b", "", "").unwrap();
            tree.insert(root, child, None).unwrap();
            tree.set_attribute(child, "c", value).unwrap();
            tree.set_text(child, value).unwrap();
        }
        let again = read(&tree.write(DOCUMENT, false));
        let root = again.root().unwrap();
        let texts: Vec<String> = again.children(root).map(|id| again.text(id)).collect();
        let attributes: Vec<&str> = again
            .children(root)
            .filter_map(|id| again.attribute(id, "c"))
            .map(|id| again.value(id))
            .collect();
        prop_assert_eq!(&texts, &values);
        prop_assert_eq!(attributes, values);
    }
}
