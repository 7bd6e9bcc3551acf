//! Trees to bytes: the same tree gives the same bytes, and read again the same tree.
//!
//! The writer writes as Domino's importer wants it: UTF-8, LF, references rather than CDATA, attributes in apostrophes, control characters in
//! a text as `<nonxmlchar value='…'/>`. It adds no white space inside the root, ever: in a paragraph, a run or a formula it counts.

use crate::source::{is_character, is_tag_name};
use crate::tree::{Element, Kind, Node, Step, Tree};
use std::io::{self, Write};
use thiserror::Error;

/// What every file begins with.
const DECLARATION: &str = "<?xml version='1.0' encoding='utf-8'?>\n";

/// Why a tree cannot be written. Trees that were read always can; these come of what was put in by hand.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The bytes could not be written.
    #[error("the file cannot be written: {0}")]
    Io(#[from] io::Error),
    /// A character that has no place where it stands.
    #[error(
        "in {path}: the character U+{code:04X} may stand neither in an attribute nor in a comment; remove it"
    )]
    Character {
        /// The element.
        path: String,
        /// The character.
        code: u32,
    },
    /// A name that is none.
    #[error(
        "in {path}: {name:?} is no name for an element or attribute; write letters, digits, - _ and . only"
    )]
    Name {
        /// The element.
        path: String,
        /// What should be the name.
        name: String,
    },
    /// A comment or an instruction that would end inside itself.
    #[error("in {path}: a comment has no -- in it, and no - at its end; an instruction has no ?>")]
    Ends {
        /// The element around it.
        path: String,
    },
}

impl Tree {
    /// Writes the whole file.
    pub fn write(&self, out: &mut impl Write) -> Result<(), WriteError> {
        out.write_all(DECLARATION.as_bytes())?;
        let mut buffer = String::new();
        for node in self.top() {
            match node.as_element() {
                Some(root) => write_element(root, &mut buffer, out)?,
                None => write_node(node, &mut buffer)?,
            }
            buffer.push('\n');
        }
        out.write_all(buffer.as_bytes())?;
        Ok(())
    }

    /// The whole file as a text.
    pub fn to_xml(&self) -> Result<String, WriteError> {
        let mut bytes = Vec::new();
        self.write(&mut bytes)?;
        String::from_utf8(bytes).map_err(|why| io::Error::other(why).into())
    }
}

impl Element<'_> {
    /// Writes the element alone, without a declaration and without a line's end.
    pub fn write(self, out: &mut impl Write) -> Result<(), WriteError> {
        let mut buffer = String::new();
        write_element(self, &mut buffer, out)?;
        out.write_all(buffer.as_bytes())?;
        Ok(())
    }

    /// The element alone as a text.
    pub fn to_xml(self) -> Result<String, WriteError> {
        let mut bytes = Vec::new();
        self.write(&mut bytes)?;
        String::from_utf8(bytes).map_err(|why| io::Error::other(why).into())
    }
}

/// As much is gathered before it is written.
const CHUNK: usize = 64 * 1024;

/// Leaves in `buffer` what is not yet written.
fn write_element(
    element: Element<'_>,
    buffer: &mut String,
    out: &mut impl Write,
) -> Result<(), WriteError> {
    for step in element.walk() {
        match step {
            Step::Leave(element) => write_end(element, buffer),
            Step::Enter(node) => write_node(node, buffer)?,
        }
        if buffer.len() > CHUNK {
            out.write_all(buffer.as_bytes())?;
            buffer.clear();
        }
    }
    Ok(())
}

fn write_end(element: Element<'_>, out: &mut String) {
    if has_content(element) {
        out.push_str("</");
        out.push_str(element.name());
        out.push('>');
    }
}

/// Empty texts are no content: `<par></par>` and `<par/>` are one tree, and so one spelling.
fn has_content(element: Element<'_>) -> bool {
    element
        .children()
        .any(|node| node.as_text().is_none_or(|text| !text.is_empty()))
}

/// A node, of an element the start tag.
fn write_node(node: Node<'_>, out: &mut String) -> Result<(), WriteError> {
    let path = || node.parent().map(Element::path).unwrap_or_default();
    match node.kind() {
        Kind::Element(element) => write_start(element, out),
        Kind::Text(text) | Kind::CData(text) => {
            write_text(text, out);
            Ok(())
        }
        Kind::Comment(text) => {
            check_characters(text, path)?;
            if text.contains("--") || text.ends_with('-') {
                return Err(WriteError::Ends { path: path() });
            }
            out.extend(["<!--", text, "-->"]);
            Ok(())
        }
        Kind::Instruction { target, data } => {
            check_characters(data, path)?;
            if data.contains("?>") {
                return Err(WriteError::Ends { path: path() });
            }
            let space = if data.is_empty() { "" } else { " " };
            out.extend(["<?", target, space, data, "?>"]);
            Ok(())
        }
        Kind::Doctype(text) => {
            out.extend(["<!DOCTYPE ", text, ">"]);
            Ok(())
        }
    }
}

fn write_start(element: Element<'_>, out: &mut String) -> Result<(), WriteError> {
    let check_name = |name: &str| {
        if is_tag_name(name) {
            return Ok(());
        }
        Err(WriteError::Name {
            path: element.path(),
            name: name.to_owned(),
        })
    };
    check_name(element.name())?;
    out.push('<');
    out.push_str(element.name());
    for (name, value) in element.attributes() {
        check_name(name)?;
        check_characters(value, || element.path())?;
        out.extend([" ", name, "='"]);
        write_value(value, out);
        out.push('\'');
    }
    out.push_str(if has_content(element) { ">" } else { "/>" });
    Ok(())
}

fn check_characters(text: &str, path: impl Fn() -> String) -> Result<(), WriteError> {
    match text.chars().find(|character| !is_character(*character)) {
        None => Ok(()),
        Some(found) => Err(WriteError::Character {
            path: path(),
            code: u32::from(found),
        }),
    }
}

/// Quotes and apostrophes stand in a text as they are, as in Domino's exports.
pub(crate) fn write_text(text: &str, out: &mut String) {
    write_escaped(text, out, |character, out| match character {
        '"' | '\'' => out.push(character),
        // A bare CR would be read as a line's end.
        '\r' => out.push_str("&#13;"),
        '\t' | '\n' => out.push(character),
        _ => {
            let code = u32::from(character);
            out.push_str(&format!("<nonxmlchar value='{code:x}'/>"));
        }
    });
}

/// The delimiter is an apostrophe. White space would be read as a space. Other control characters were refused before.
fn write_value(value: &str, out: &mut String) {
    write_escaped(value, out, |character, out| match character {
        '"' => out.push(character),
        '\'' => out.push_str("&apos;"),
        _ => out.push_str(&format!("&#{};", u32::from(character))),
    });
}

/// `special` writes quotes, apostrophes and control characters.
fn write_escaped(text: &str, out: &mut String, special: impl Fn(char, &mut String)) {
    let mut rest = text;
    while let Some(at) = rest.find(is_escaped) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let Some(character) = after.chars().next() else {
            break;
        };
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => special(character, out),
        }
        rest = &after[character.len_utf8()..];
    }
    out.push_str(rest);
}

fn is_escaped(character: char) -> bool {
    matches!(
        character,
        '&' | '<' | '>' | '\'' | '"' | '\0'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_the_importer_wants_it() {
        let text = "\u{FEFF}<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM 'b'>\r\n<!-- c -->\r\n<a b = \"'&#10;&#9;\"\n c='&quot;d' ><![CDATA[<e>]]>\r\n\
                    <f></f><?g  h?> O&apos;Brien \"&quot; &#13;&#x1F600;</a ><!--i-->";
        let written = Tree::parse(text).unwrap().to_xml().unwrap();
        assert_eq!(
            written,
            "<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE a SYSTEM 'b'>\n<!-- c -->\n<a b='&apos;&#10;&#9;' c='\"d'>&lt;e&gt;\n\
             <f/><?g h?> O'Brien \"\" &#13;\u{1F600}</a>\n<!--i-->\n"
        );
        assert_eq!(Tree::parse(&written).unwrap().to_xml().unwrap(), written);
    }

    #[test]
    fn control_characters_are_elements_in_a_text_and_refused_elsewhere() {
        let mut tree = Tree::new("text");
        tree.root_mut().append_text("a\u{1}b\u{FFFF}\tc\u{1B}");
        let xml = tree.root().to_xml().unwrap();
        assert_eq!(
            xml,
            "<text>a<nonxmlchar value='1'/>b<nonxmlchar value='ffff'/>\tc<nonxmlchar value='1b'/></text>"
        );
        Tree::parse(&xml).unwrap();
        tree.root_mut().append("b").set("c", "d\u{2}");
        let why = tree.to_xml().unwrap_err();
        assert!(matches!(why, WriteError::Character { path, code: 2 } if path == "/text/b"));
    }

    #[test]
    fn what_would_not_be_xml_is_refused() {
        for name in ["", "a b", "1", "a>", ":a"] {
            assert!(matches!(
                Tree::new(name).to_xml(),
                Err(WriteError::Name { .. })
            ));
            let mut tree = Tree::new("a");
            tree.root_mut().set(name, "");
            assert!(matches!(tree.to_xml(), Err(WriteError::Name { .. })));
        }
        for comment in ["a--b", "-", "a-"] {
            let mut tree = Tree::new("a");
            let node = tree.create_comment(comment);
            tree.append(tree.root().id(), node);
            assert!(matches!(tree.to_xml(), Err(WriteError::Ends { .. })));
        }
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[ \\t\\n]{1,3}",
            "[a-z &<>'\"\\]\r\n\tä€😀\u{85}\u{2028}\u{FEFF}]{0,12}",
            "\\PC{0,8}",
        ]
    }

    #[derive(Debug, Clone)]
    enum Piece {
        Element(String, Vec<(String, String)>, Vec<Piece>),
        Text(String),
        Comment(String),
    }

    fn any_piece() -> impl Strategy<Value = Piece> {
        let leaf = prop_oneof![
            any_text().prop_map(Piece::Text),
            "[a-z <>&'\n]{0,8}".prop_map(Piece::Comment),
        ];
        leaf.prop_recursive(6, 60, 6, |inner| {
            let attributes = prop::collection::vec(("[a-c][a-zé0-9._-]{0,3}", any_text()), 0..4);
            let children = prop::collection::vec(inner, 0..6);
            ("[a-z][a-zÄ0-9._-]{0,5}", attributes, children)
                .prop_map(|(name, attributes, children)| Piece::Element(name, attributes, children))
        })
    }

    fn grow(element: &mut crate::tree::ElementMut<'_>, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => {
                    element.append_text(text);
                }
                Piece::Comment(text) => {
                    element.append_comment(text);
                }
                Piece::Element(name, attributes, inner) => {
                    let mut child = element.append(name);
                    for (name, value) in attributes {
                        child.set(name, value);
                    }
                    grow(&mut child, inner);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(pieces in prop::collection::vec(any_piece(), 0..8)) {
            let mut tree = Tree::new("database");
            grow(&mut tree.root_mut(), &pieces);
            let written = tree.to_xml().unwrap();
            let read = Tree::parse(&written).unwrap();
            prop_assert_eq!(&read, &tree);
            prop_assert_eq!(read.to_xml().unwrap(), written);
        }
    }
}
