//! Rich text as plain text: what a person would read, for a text to a phone or a preview.

use super::item::{character_of, text_of};
use crate::tree::{Element, Kind, Node, NodeId, Step};

/// A `<richtext>`, to look at.
///
/// # As plain text
///
/// What a person would read, in order, one line a paragraph:
///
/// - `<break/>` begins a new line; a page break too.
/// - A table gives a line for each row, its cells separated by tabs; a cell of several paragraphs joins them with a space. Tables in cells likewise.
/// - A section gives its title on a line, then what is in it; a horizontal rule, `---`.
/// - A link gives its text; a URL link with another address than its text adds the address in brackets: `our page [https://…]`. Links to
///   documents, views and databases without a text give their description.
/// - An attachment gives its name in brackets, `[offer.pdf]`; a picture its caption, or its alternative text in brackets.
/// - A button and a hotspot give their label. Fields, computed text, programs and uninterpreted data give nothing.
///
/// White space at and after the line ends of the file counts as the importer counts it: it goes, unless `keepindentation='true'`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RichText<'d> {
    element: Element<'d>,
}

/// Elements with nothing to read in them, or read by their attributes.
const PASSED_OVER: &[&str] = &[
    "code",
    "compositedata",
    "computedtext",
    "embeddedcontrol",
    "field",
    "font",
    "javaapplet",
    "layer",
    "pardef",
    "parstyle",
    "popuptext",
    "richtextdata",
    "sharedfieldref",
    "subformref",
];

/// Formats of pictures, whose text is base64.
const PICTURE_DATA: &[&str] = &[
    "gif",
    "jpeg",
    "png",
    "bitmap",
    "nativeimage",
    "cgm",
    "notesbitmap",
];

impl<'d> RichText<'d> {
    /// Of a `<richtext>`.
    pub fn new(element: Element<'d>) -> Self {
        RichText { element }
    }

    /// The element.
    pub fn element(self) -> Element<'d> {
        self.element
    }

    /// What a person would read; lines end with `\n`, the last without. The rules are above.
    pub fn plain_text(self) -> String {
        let mut page = Page::default();
        let mut skipped = None;
        for step in self.element.walk() {
            match step {
                Step::Enter(node) if skipped.is_none() => {
                    skipped = page.enter(node);
                }
                Step::Leave(element) if skipped == Some(element.id()) => skipped = None,
                Step::Leave(element) if skipped.is_none() => page.leave(element),
                _ => {}
            }
        }
        page.into_text()
    }

    /// The names of the files that are shown in it, in order.
    pub fn attachment_names(self) -> Vec<&'d str> {
        self.element
            .descendants()
            .filter(|element| element.name() == "attachmentref")
            .filter_map(attachment_name)
            .collect()
    }
}

/// The name to show.
fn attachment_name(element: Element<'_>) -> Option<&str> {
    ["displayname", "name", "path"]
        .into_iter()
        .find_map(|name| element.attribute(name))
}

/// Plain text as it grows.
#[derive(Debug, Default)]
struct Page {
    text: String,
    /// Something is on the line, if only its being one.
    line_is_open: bool,
    /// How many table cells are open.
    cells: usize,
    /// Whether the row has a cell already, for each open table.
    rows: Vec<bool>,
    /// Where the text of each open link begins.
    links: Vec<usize>,
    /// For each open element that says so, whether it keeps its indentation.
    keeps: Vec<bool>,
}

impl Page {
    /// Which element to pass over, if this is one.
    fn enter(&mut self, node: Node<'_>) -> Option<NodeId> {
        let element = match node.kind() {
            Kind::Element(element) => element,
            Kind::Text(text) | Kind::CData(text) => {
                if holds_text(node) {
                    self.push_file_text(text);
                }
                return None;
            }
            _ => return None,
        };
        if let Some(keeps) = element.attribute("keepindentation") {
            self.keeps.push(keeps == "true");
        }
        let name = element.name();
        if PASSED_OVER.contains(&name) || PICTURE_DATA.contains(&name) {
            return Some(element.id());
        }
        match name {
            "par" | "tablerow" => self.begin_line(),
            "table" => self.rows.push(false),
            "tablecell" => self.begin_cell(),
            "break" => self.push("\n"),
            "nonxmlchar" => self.push(character_of(element).encode_utf8(&mut [0; 4])),
            "horizrule" => self.push("---"),
            "sectiontitle" => {
                self.begin_line();
                let title = element.first("text").map(text_of).unwrap_or_default();
                self.push(&title);
                return Some(element.id());
            }
            "attachmentref" => {
                self.push_in_brackets(attachment_name(element).unwrap_or_default());
                return Some(element.id());
            }
            "picture" if element.first("caption").is_none() => {
                self.push_in_brackets(element.attribute("alttext").unwrap_or_default());
            }
            "urllink" | "doclink" | "viewlink" | "databaselink" => self.links.push(self.text.len()),
            _ => {}
        }
        None
    }

    fn leave(&mut self, element: Element<'_>) {
        match element.name() {
            "table" => {
                self.rows.pop();
            }
            "tablerow" => {
                if let Some(row) = self.rows.last_mut() {
                    *row = false;
                }
            }
            "tablecell" => self.cells = self.cells.saturating_sub(1),
            "urllink" | "doclink" | "viewlink" | "databaselink" => self.leave_link(element),
            _ => {}
        }
        if element.attribute("keepindentation").is_some() {
            self.keeps.pop();
        }
    }

    fn leave_link(&mut self, link: Element<'_>) {
        let start = self.links.pop().unwrap_or(self.text.len());
        let shown = self.text.get(start..).unwrap_or_default().trim();
        let told = match (link.attribute("href"), link.attribute("description")) {
            (Some(href), _) => {
                let bare = href.strip_prefix("mailto:").unwrap_or(href);
                if shown == href || shown == bare {
                    return;
                }
                href
            }
            (None, Some(description)) if shown.is_empty() => description,
            _ => return,
        };
        if told.is_empty() {
            return;
        }
        if shown.is_empty() {
            self.push(told);
        } else {
            self.push(" ");
            self.push_in_brackets(told);
        }
    }

    /// In a cell a paragraph is no line of its own.
    fn begin_line(&mut self) {
        if self.cells > 0 {
            if !self.text.ends_with(['\t', '\n', ' ']) && self.line_is_open && !self.text.is_empty()
            {
                self.text.push(' ');
            }
            return;
        }
        if self.line_is_open {
            self.text.push('\n');
        }
        self.line_is_open = true;
    }

    fn begin_cell(&mut self) {
        self.cells += 1;
        if let Some(row) = self.rows.last_mut() {
            if *row {
                let kept = self.text.trim_end_matches(' ').len();
                self.text.truncate(kept);
                self.text.push('\t');
            }
            *row = true;
        }
    }

    fn push(&mut self, text: &str) {
        if text == "\n" && self.cells > 0 {
            self.text.push(' ');
            return;
        }
        self.line_is_open |= !text.is_empty();
        self.text.push_str(text);
    }

    fn push_in_brackets(&mut self, text: &str) {
        if !text.is_empty() {
            self.push("[");
            self.push(text);
            self.push("]");
        }
    }

    /// Text of the file, with the white space at and after its line ends as the importer takes it.
    fn push_file_text(&mut self, text: &str) {
        if self.keeps.last().copied().unwrap_or(false) {
            self.push(text);
            return;
        }
        let mut rest = text;
        while let Some(at) = rest.find('\n') {
            let before = &rest[..at];
            let after = rest[at..].trim_start_matches([' ', '\t', '\n']);
            let at_an_end = (before.is_empty() && rest.len() == text.len()) || after.is_empty();
            self.push(before);
            if !at_an_end && !before.ends_with([' ', '\t']) {
                self.push(" ");
            }
            rest = after;
        }
        self.push(rest);
    }

    fn into_text(mut self) -> String {
        let kept = self.text.trim_end_matches('\n').len();
        self.text.truncate(kept);
        self.text
    }
}

/// Whether text there is for reading, rather than between blocks.
fn holds_text(node: Node<'_>) -> bool {
    let Some(parent) = node.parent() else {
        return false;
    };
    !matches!(
        parent.name(),
        "richtext"
            | "block"
            | "table"
            | "tablerow"
            | "tablecell"
            | "section"
            | "picture"
            | "imagemap"
            | "area"
            | "border"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn plain(inner: &str) -> String {
        let tree = Tree::parse(&format!("<richtext>{inner}</richtext>")).unwrap();
        RichText::new(tree.root()).plain_text()
    }

    #[test]
    fn what_a_person_would_read() {
        for (inner, expected) in [
            ("", ""),
            (
                "\n <pardef id='1'/>\n <par def='1'>I am</par>\n <par def='1' />\n <par>some</par>\n",
                "I am\n\nsome",
            ),
            (
                "<par><run><font size='9pt'/>Line one</run><break/>line two</par><par/><par>tail &amp; <run>x</run></par>",
                "Line one\nline two\n\ntail & x",
            ),
            ("<par/><par>second</par>", "\nsecond"),
            ("<par>a</par><par/><par/>", "a"),
            (
                "<par>one\n   two \n three<run>\n  four\n</run>five</par>",
                "one two threefourfive",
            ),
            ("<par keepindentation='true'>one\n  two</par>", "one\n  two"),
            ("<par>x<nonxmlchar value='9'/>y</par>", "x\ty"),
            (
                "<par>see</par><table><tablecolumn width='1in'/>\n<tablerow>\n<tablecell><par>a</par><par>b</par></tablecell>\n<tablecell><par/></tablecell>\n\
                 <tablecell><par>c<break/>d</par></tablecell></tablerow><tablerow><tablecell><par>e</par></tablecell></tablerow></table><par>after</par>",
                "see\na b\t\tc d\ne\nafter",
            ),
            (
                "<section><sectiontitle><font/><text>More</text></sectiontitle><par>inside</par></section><par>after</par>",
                "More\ninside\nafter",
            ),
            ("<par>a</par><par><horizrule height='2px'/></par>", "a\n---"),
            (
                "<par><urllink href='https://example.com/'>our <run>page</run></urllink>.</par>",
                "our page [https://example.com/].",
            ),
            (
                "<par><urllink href='https://example.com/'>https://example.com/</urllink></par>",
                "https://example.com/",
            ),
            (
                "<par><urllink href='mailto:a@example.com'>a@example.com</urllink></par>",
                "a@example.com",
            ),
            (
                "<par><urllink href='https://example.com/'/></par>",
                "https://example.com/",
            ),
            (
                "<par>x <doclink document='1' description='The plan'/></par>",
                "x The plan",
            ),
            (
                "<par><doclink document='1' description='The plan'>plan</doclink></par>",
                "plan",
            ),
            (
                "<par><attachmentref name='ATT1' displayname='offer.pdf'><picture><gif>AAAA</gif><caption>offer</caption></picture></attachmentref></par>",
                "[offer.pdf]",
            ),
            (
                "<par><picture width='1px'><jpeg>/9j/</jpeg><caption>Our house</caption></picture></par>",
                "Our house",
            ),
            (
                "<par><picture alttext='logo'><gif>\nR0lGODlh\n</gif></picture></par>",
                "[logo]",
            ),
            (
                "<par><button>Send<code event='click'><formula>@True</formula></code></button></par>",
                "Send",
            ),
            (
                "<par>a<field name='F' type='text' kind='editable'><code event='defaultvalue'><formula>1</formula></code></field>b</par>",
                "ab",
            ),
            (
                "<par>a<compositedata type='98'>\nYg4BAIQA\n</compositedata>b</par>",
                "ab",
            ),
            (
                "<par><popup>hot<popuptext>hidden</popuptext></popup></par>",
                "hot",
            ),
        ] {
            assert_eq!(plain(inner), expected, "{inner}");
        }
    }

    #[test]
    fn names_of_attachments() {
        let tree = Tree::parse(
            "<richtext><par><attachmentref name='a.txt'/><run><attachmentref displayname='b.txt' name='ATT'/></run></par></richtext>",
        )
        .unwrap();
        assert_eq!(
            RichText::new(tree.root()).attachment_names(),
            ["a.txt", "b.txt"]
        );
    }
}
