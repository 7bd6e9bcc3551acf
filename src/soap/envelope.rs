//! SOAP 1.1 envelopes: bytes in, one [`Call`] out. It knows the rules of SOAP, and of no interface.
//!
//! Clients of twenty years are taken as they are: any prefix, any charset of [`super::charset`], leading blanks, no declaration,
//! `xsi:type` and `encodingStyle` or none, values in place or by `href`. Attackers are not: a first pass over the bare events counts
//! and refuses ([SPEC 9.5]) before a tree is built, so that memory stays within a few times the request and time is linear.
//!
//! Decided here: the Body's namespace and the SOAPAction are not compared with anything; an argument given twice is refused, even if
//! both are equal; what stands beside the call in the Body is ignored only when an `href` leads to it or it is marked as no root.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

use quick_xml::events::{BytesRef, BytesStart, Event};
use roxmltree::{Document, Node, NodeId, ParsingOptions};

use super::{
    answer::ENVELOPE_NAMESPACE,
    charset,
    fault::{FaultReason, Place, shorten},
};

/// Largest request in bytes, as received. [SPEC 9.5]
pub const MAX_BYTES: usize = 1 << 20;
/// Deepest nesting of elements, the Envelope being 1. [SPEC 9.5]
pub const MAX_DEPTH: usize = 64;
/// Most attributes of one element, namespace declarations included. [SPEC 9.5]
pub const MAX_ATTRIBUTES: usize = 64;
/// Most elements, comments, sections and processing instructions.
pub const MAX_NODES: usize = 10_000;
/// Most namespace declarations of a document: a tree copies those in scope for each element that adds one.
pub const MAX_NAMESPACES: usize = 256;
/// Most arguments of a call; the largest operation has ten.
pub const MAX_ARGUMENTS: usize = 64;
/// Most steps from a first `href` to its value.
const MAX_REFERENCES: usize = 16;

/// One call: an operation and its arguments by local name, as strings.
#[derive(PartialEq, Eq)]
pub struct Call {
    /// Local name of the operation's element.
    pub operation: String,
    /// The arguments by the local names of their elements.
    pub arguments: BTreeMap<String, Value>,
}

/// What an argument's element holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Its text, blanks kept, line ends as LF unless sent as character references.
    Text(String),
    /// `xsi:nil`, or `xsi:null` of older schemas.
    Nil,
    /// Elements: an array or a structure.
    Nested(Place),
}

/// Names only: arguments hold keys and texts.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("arguments", &self.arguments.keys())
            .finish()
    }
}

/// Lengths only: arguments hold keys and texts.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Value::Nil => f.write_str("Nil"),
            Value::Nested(at) => write!(f, "Nested({at})"),
        }
    }
}

impl Call {
    /// Reads the body of a POST. Takes under 100 ms and a few times [`MAX_BYTES`] for any input.
    ///
    /// Errors: a [`FaultReason`], to be answered as it is.
    pub fn read(body: &[u8], content_type: Option<&str>) -> Result<Call, FaultReason> {
        if body.len() > MAX_BYTES {
            return Err(FaultReason::TooLarge { limit: MAX_BYTES });
        }
        let text = charset::decode(body, content_type)?;
        let source = Source::of(&text)?;
        source.refuse_hostile()?;
        let options = ParsingOptions {
            nodes_limit: 3 * MAX_NODES as u32,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(source.markup, options)
            .map_err(|error| source.explain(error))?;
        Reader {
            source: &source,
            document: &document,
        }
        .call()
    }
}

/// A document without blanks and declaration in front, which remembers where it starts for its author.
struct Source<'a> {
    markup: &'a str,
    start: Place,
}

impl<'a> Source<'a> {
    /// Leaves out leading blanks and the XML declaration: the charset is settled, and its other words (`version="1.1"`,
    /// `standalone`) change nothing for SOAP.
    fn of(text: &'a str) -> Result<Source<'a>, FaultReason> {
        let mut markup =
            text.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}');
        if markup.is_empty() {
            return Err(FaultReason::Empty);
        }
        let at = Place::of(text, text.len() - markup.len());
        if let Some(declaration) = markup
            .strip_prefix("<?xml")
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace()))
        {
            let end = declaration.find("?>").ok_or(FaultReason::NotXml {
                cause: "the XML declaration has no end",
                at: Some(at),
            })?;
            markup = &declaration[end + 2..];
        }
        Ok(Source {
            markup,
            start: Place::of(text, text.len() - markup.len()),
        })
    }

    fn place(&self, offset: usize) -> Place {
        self.shift(Place::of(self.markup, offset))
    }

    fn shift(&self, Place { line, column }: Place) -> Place {
        let column = if line == 1 {
            column + self.start.column - 1
        } else {
            column
        };
        Place {
            line: line + self.start.line - 1,
            column,
        }
    }

    /// The first pass: no tree, no copies, stops at the first thing too much.
    fn refuse_hostile(&self) -> Result<(), FaultReason> {
        let mut reader = quick_xml::Reader::from_str(self.markup);
        let mut counts = Counts::default();
        loop {
            let offset = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            match reader.read_event() {
                Ok(Event::Start(tag)) => {
                    counts.element(self, offset, &tag)?;
                    counts.depth += 1;
                }
                Ok(Event::Empty(tag)) => counts.element(self, offset, &tag)?,
                Ok(Event::End(_)) => counts.depth = counts.depth.saturating_sub(1),
                Ok(Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::Decl(_)) => {
                    counts.node()?
                }
                Ok(Event::DocType(_)) => {
                    return Err(FaultReason::Doctype {
                        at: self.place(offset),
                    });
                }
                Ok(Event::GeneralRef(reference)) => self.check_reference(&reference, offset)?,
                Ok(Event::Text(_)) => {}
                Ok(Event::Eof) => return Ok(()),
                Err(error) => {
                    let offset = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                    return Err(self.explain_event(&error, offset));
                }
            }
        }
    }

    fn check_reference(&self, reference: &BytesRef<'_>, offset: usize) -> Result<(), FaultReason> {
        if reference.is_char_ref() {
            return match reference.resolve_char_ref() {
                Ok(Some(character)) if is_xml(character) => Ok(()),
                _ => Err(FaultReason::ForbiddenCharacter {
                    at: self.place(offset),
                }),
            };
        }
        let name: &str = reference;
        match name {
            "amp" | "lt" | "gt" | "quot" | "apos" => Ok(()),
            _ => Err(FaultReason::CustomEntity {
                name: shorten(name),
                at: self.place(offset),
            }),
        }
    }

    fn explain_event(&self, error: &quick_xml::Error, offset: usize) -> FaultReason {
        let cause = match error {
            quick_xml::Error::Syntax(_) => "a tag, comment or section has no end",
            quick_xml::Error::IllFormed(_) => {
                "a start tag and an end tag do not match, or an & stands alone"
            }
            quick_xml::Error::InvalidAttr(_) => "an attribute is malformed or stands twice",
            quick_xml::Error::Escape(_) => "a reference is malformed",
            _ => "it cannot be read",
        };
        FaultReason::NotXml {
            cause,
            at: Some(self.place(offset)),
        }
    }

    /// Says what the parser says, without repeating anything of the content.
    fn explain(&self, error: roxmltree::Error) -> FaultReason {
        use roxmltree::Error;
        let position = error.pos();
        let at = self.shift(Place {
            line: position.row,
            column: position.col,
        });
        let cause = match error {
            Error::NodesLimitReached | Error::AttributesLimitReached => {
                return FaultReason::TooManyNodes { limit: MAX_NODES };
            }
            Error::NamespacesLimitReached => {
                return FaultReason::TooManyNamespaces {
                    limit: MAX_NAMESPACES,
                };
            }
            Error::DtdDetected => return FaultReason::Doctype { at },
            Error::UnknownEntityReference(name, _) => {
                return FaultReason::CustomEntity {
                    name: shorten(&name),
                    at,
                };
            }
            Error::NonXmlChar(..) => return FaultReason::ForbiddenCharacter { at },
            Error::UnclosedRootNode | Error::UnexpectedEndOfStream | Error::NoRootNode => {
                return FaultReason::NotXml {
                    cause: "the document ends too early",
                    at: None,
                };
            }
            Error::UnknownNamespace(..) => "a prefix is not declared",
            Error::DuplicatedAttribute(..) | Error::DuplicatedNamespace(..) => {
                "an attribute stands twice"
            }
            Error::UnexpectedCloseTag(..) => "a start tag and an end tag do not match",
            Error::MalformedEntityReference(_) => "a reference is malformed or an & stands alone",
            Error::InvalidAttributeValue(_) => "a < stands in an attribute",
            Error::InvalidName(_) => "a name is malformed",
            Error::InvalidCharacterData(_) => "]]> stands in a text",
            Error::InvalidComment(_) => "-- stands in a comment",
            _ => "a character stands where it cannot",
        };
        FaultReason::NotXml {
            cause,
            at: Some(at),
        }
    }
}

/// Allowed by XML 1.0. [XML 1.0 §2.2]
pub(super) fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[derive(Default)]
struct Counts {
    nodes: usize,
    depth: usize,
    namespaces: usize,
}

impl Counts {
    fn node(&mut self) -> Result<(), FaultReason> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            Err(FaultReason::TooManyNodes { limit: MAX_NODES })
        } else {
            Ok(())
        }
    }

    fn element(
        &mut self,
        source: &Source<'_>,
        offset: usize,
        tag: &BytesStart<'_>,
    ) -> Result<(), FaultReason> {
        self.node()?;
        if self.depth >= MAX_DEPTH {
            return Err(FaultReason::TooDeep {
                limit: MAX_DEPTH,
                at: source.place(offset),
            });
        }
        for (before, attribute) in tag.attributes().enumerate() {
            let attribute =
                attribute.map_err(|error| source.explain_event(&error.into(), offset))?;
            if before >= MAX_ATTRIBUTES {
                return Err(FaultReason::TooManyAttributes {
                    limit: MAX_ATTRIBUTES,
                    at: source.place(offset),
                });
            }
            self.namespaces += usize::from(attribute.key.as_namespace_binding().is_some());
        }
        if self.namespaces > MAX_NAMESPACES {
            return Err(FaultReason::TooManyNamespaces {
                limit: MAX_NAMESPACES,
            });
        }
        Ok(())
    }
}

/// The second pass: SOAP, over a tree that is known to be small.
struct Reader<'d, 'x> {
    source: &'d Source<'x>,
    document: &'d Document<'x>,
}

/// The elements that an `href` can lead to; `None` for an id that stands twice.
type Targets<'d, 'x> = HashMap<&'d str, Option<Node<'d, 'x>>>;

impl<'d, 'x> Reader<'d, 'x> {
    fn at(&self, node: Node<'_, '_>) -> Place {
        self.source.place(node.range().start)
    }

    fn call(&self) -> Result<Call, FaultReason> {
        let body = self.body()?;
        let mut targets: Targets<'d, 'x> = HashMap::new();
        for node in body.descendants().filter(Node::is_element) {
            if let Some(id) = node.attribute("id") {
                targets
                    .entry(id)
                    .and_modify(|target| *target = None)
                    .or_insert(Some(node));
            }
        }
        let operation = self.operation(body, &targets)?;
        Ok(Call {
            operation: operation.tag_name().name().to_owned(),
            arguments: self.arguments(operation, &targets)?,
        })
    }

    /// Checks Envelope and Header on the way to the Body.
    fn body(&self) -> Result<Node<'d, 'x>, FaultReason> {
        let root = self.document.root_element();
        if root.tag_name().name() != "Envelope" {
            return Err(FaultReason::NotAnEnvelope {
                name: shorten(root.tag_name().name()),
            });
        }
        if root.tag_name().namespace() != Some(ENVELOPE_NAMESPACE) {
            return Err(FaultReason::VersionMismatch);
        }
        let part = |name| {
            root.children()
                .find(|node| node.has_tag_name((ENVELOPE_NAMESPACE, name)))
        };
        for header in part("Header")
            .iter()
            .flat_map(Node::children)
            .filter(Node::is_element)
        {
            let required = header
                .attribute((ENVELOPE_NAMESPACE, "mustUnderstand"))
                .map(str::trim);
            let actor = header
                .attribute((ENVELOPE_NAMESPACE, "actor"))
                .map_or("", str::trim);
            let is_for_us =
                actor.is_empty() || actor == "http://schemas.xmlsoap.org/soap/actor/next";
            if is_for_us && matches!(required, Some("1" | "true")) {
                return Err(FaultReason::MustUnderstand {
                    name: shorten(header.tag_name().name()),
                    at: self.at(header),
                });
            }
        }
        part("Body").ok_or(FaultReason::NoCall)
    }

    /// The one element of the Body that is neither marked as no root nor the target of an `href`. [SOAP 1.1 §5.6]
    fn operation(
        &self,
        body: Node<'d, 'x>,
        targets: &Targets<'d, 'x>,
    ) -> Result<Node<'d, 'x>, FaultReason> {
        let referenced: HashSet<NodeId> = body
            .descendants()
            .filter_map(|node| node.attribute("href")?.strip_prefix('#'))
            .filter_map(|id| targets.get(id).copied().flatten())
            .map(|target| target.id())
            .collect();
        let is_no_root = |node: &Node<'_, '_>| {
            node.attributes().any(|a| {
                a.name() == "root"
                    && a.namespace().is_some()
                    && matches!(a.value().trim(), "0" | "false")
            })
        };
        let mut roots = body.children().filter(|node| {
            node.is_element() && !is_no_root(node) && !referenced.contains(&node.id())
        });
        let operation = roots.next().ok_or(FaultReason::NoCall)?;
        match roots.next() {
            None => Ok(operation),
            Some(second) => Err(FaultReason::SeveralCalls {
                at: self.at(second),
            }),
        }
    }

    fn arguments(
        &self,
        operation: Node<'d, 'x>,
        targets: &Targets<'d, 'x>,
    ) -> Result<BTreeMap<String, Value>, FaultReason> {
        let mut arguments = BTreeMap::new();
        let mut bytes = 0;
        for element in operation.children().filter(Node::is_element) {
            let name = element.tag_name().name();
            let value = self.value(element, targets)?;
            // Many hrefs to one long text would multiply it.
            bytes += if let Value::Text(text) = &value {
                text.len()
            } else {
                0
            };
            if arguments.len() >= MAX_ARGUMENTS || bytes > 3 * MAX_BYTES {
                return Err(FaultReason::TooManyArguments {
                    at: self.at(element),
                });
            }
            if arguments.insert(name.to_owned(), value).is_some() {
                return Err(FaultReason::DuplicateArgument {
                    name: shorten(name),
                    at: self.at(element),
                });
            }
        }
        Ok(arguments)
    }

    fn value(
        &self,
        element: Node<'d, 'x>,
        targets: &Targets<'d, 'x>,
    ) -> Result<Value, FaultReason> {
        let holder = self.follow(element, targets)?;
        if is_nil(element) || is_nil(holder) {
            return Ok(Value::Nil);
        }
        if holder.children().any(|child| child.is_element()) {
            return Ok(Value::Nested(self.at(element)));
        }
        Ok(Value::Text(
            holder
                .children()
                .filter(Node::is_text)
                .filter_map(|text| text.text())
                .collect(),
        ))
    }

    /// From an element to the one that its `href` leads to in the end.
    fn follow(
        &self,
        element: Node<'d, 'x>,
        targets: &Targets<'d, 'x>,
    ) -> Result<Node<'d, 'x>, FaultReason> {
        let mut holder = element;
        for _ in 0..=MAX_REFERENCES {
            let Some(href) = holder.attribute("href") else {
                return Ok(holder);
            };
            holder = href
                .strip_prefix('#')
                .and_then(|id| targets.get(id).copied().flatten())
                .ok_or_else(|| FaultReason::BrokenReference {
                    at: self.at(holder),
                })?;
        }
        Err(FaultReason::ReferenceLoop {
            at: self.at(element),
        })
    }
}

/// `nil` of the schema of 2001, `null` of those of 1999 and 2000.
fn is_nil(node: Node<'_, '_>) -> bool {
    node.attributes().any(|attribute| {
        matches!(attribute.name(), "nil" | "null")
            && attribute
                .namespace()
                .is_some_and(|namespace| namespace.ends_with("/XMLSchema-instance"))
            && matches!(attribute.value().trim(), "1" | "true")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::answer::escape, *};

    fn envelope(body: &str) -> String {
        format!("<s:Envelope xmlns:s=\"{ENVELOPE_NAMESPACE}\"><s:Body>{body}</s:Body></s:Envelope>")
    }

    fn read(body: &str) -> Result<Call, FaultReason> {
        Call::read(envelope(body).as_bytes(), None)
    }

    #[test]
    fn values_come_in_place_by_reference_and_as_nothing() {
        let xsi = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:j=\"http://www.w3.org/1999/XMLSchema-instance\"";
        for (argument, value) in [
            ("<a> x </a>", Value::Text(" x ".into())),
            (
                "<q:a xmlns:q='u' i:type='q:odd'>x<!-- y --><![CDATA[<&]]>&#x1F600;&amp;</q:a>",
                Value::Text("x<&\u{1f600}&".into()),
            ),
            ("<a/>", Value::Text(String::new())),
            ("<a i:nil='true'/>", Value::Nil),
            ("<a j:null='1'>x</a>", Value::Nil),
            ("<a href='#1'/><b id='1'>x</b>", Value::Text("x".into())),
            (
                "<a href='#1'/><b id='1' href='#2'/><c id='2' i:nil='1'/>",
                Value::Nil,
            ),
        ] {
            let call = read(&format!("<Op {xsi}>{argument}</Op>")).unwrap();
            assert!(
                call.arguments["a"] == value,
                "{argument}: {:?}",
                call.arguments
            );
        }
        assert!(matches!(
            read("<Op><a><b/></a></Op>").unwrap().arguments["a"],
            Value::Nested(_)
        ));
    }

    #[test]
    fn siblings_of_the_call_may_hold_its_values_and_nothing_else() {
        let call =
            read("<m id='r1'>x</m><Op><a href='#r1'/></Op><n xmlns:e='enc' e:root='0'/>").unwrap();
        assert!(call.operation == "Op" && call.arguments["a"] == Value::Text("x".into()));
        assert!(matches!(
            read("<Op/><Op/>"),
            Err(FaultReason::SeveralCalls { .. })
        ));
        assert_eq!(read(""), Err(FaultReason::NoCall));
    }

    #[test]
    fn references_that_lead_nowhere_are_refused() {
        for broken in [
            "<a href='#1'/>",
            "<a href='http://x/#1'/>",
            "<a href='#1'/><b id='1'/><c id='1'/>",
        ] {
            assert!(
                matches!(
                    read(&format!("<Op>{broken}</Op>")),
                    Err(FaultReason::BrokenReference { .. })
                ),
                "{broken}"
            );
        }
        for circle in [
            "<a id='1' href='#1'/>",
            "<a href='#1'/><b id='1' href='#2'/><c id='2' href='#1'/>",
        ] {
            assert!(
                matches!(
                    read(&format!("<Op>{circle}</Op>")),
                    Err(FaultReason::ReferenceLoop { .. })
                ),
                "{circle}"
            );
        }
    }

    #[test]
    fn limits_hold_exactly() {
        let attributes = |n: usize| {
            format!(
                "<Op {}/>",
                (0..n).map(|i| format!("a{i}='' ")).collect::<String>()
            )
        };
        assert!(read(&attributes(MAX_ATTRIBUTES)).is_ok());
        assert!(matches!(
            read(&attributes(MAX_ATTRIBUTES + 1)),
            Err(FaultReason::TooManyAttributes { .. })
        ));
        let nested = |n: usize| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
        assert!(read(&nested(MAX_DEPTH - 2)).is_ok());
        assert!(matches!(
            read(&nested(MAX_DEPTH - 1)),
            Err(FaultReason::TooDeep { .. })
        ));
        let namespaces = |n: usize| format!("<Op><a>{}</a></Op>", "<b xmlns:p='u'/>".repeat(n));
        assert!(read(&namespaces(MAX_NAMESPACES - 1)).is_ok());
        assert_eq!(
            read(&namespaces(MAX_NAMESPACES)),
            Err(FaultReason::TooManyNamespaces {
                limit: MAX_NAMESPACES
            })
        );
        let nodes = |n: usize| format!("<Op><a>{}</a></Op>", "<b/>".repeat(n));
        assert!(read(&nodes(MAX_NODES - 4)).is_ok());
        assert_eq!(
            read(&nodes(MAX_NODES - 3)),
            Err(FaultReason::TooManyNodes { limit: MAX_NODES })
        );
        let arguments = |n: usize| {
            format!(
                "<Op>{}</Op>",
                (0..n).map(|i| format!("<a{i}/>")).collect::<String>()
            )
        };
        assert!(read(&arguments(MAX_ARGUMENTS)).is_ok());
        assert!(matches!(
            read(&arguments(MAX_ARGUMENTS + 1)),
            Err(FaultReason::TooManyArguments { .. })
        ));
    }

    #[test]
    fn references_do_not_multiply_a_long_text() {
        let hrefs: String = (0..MAX_ARGUMENTS)
            .map(|i| format!("<a{i} href='#1'/>"))
            .collect();
        let body = format!(
            "<Op>{hrefs}</Op><t id='1'>{}</t>",
            "x".repeat(MAX_BYTES - 10_000)
        );
        assert!(matches!(
            read(&body),
            Err(FaultReason::TooManyArguments { .. })
        ));
    }

    #[test]
    fn texts_full_of_references_are_texts() {
        let call = read(&format!("<Op><a>{}</a></Op>", "&amp;".repeat(100_000))).unwrap();
        assert!(call.arguments["a"] == Value::Text("&".repeat(100_000)));
    }

    #[test]
    fn headers_are_ignored_unless_they_must_be_understood() {
        let with_header = |header: &str| {
            let text = format!(
                "<s:Envelope xmlns:s='{ENVELOPE_NAMESPACE}'><s:Header>{header}</s:Header><s:Body><Op/></s:Body></s:Envelope>"
            );
            Call::read(text.as_bytes(), None)
        };
        assert!(
            with_header(
                "<h>x</h><i s:mustUnderstand='0'/><j s:mustUnderstand='1' s:actor='http://other'/>"
            )
            .is_ok()
        );
        assert!(matches!(
            with_header("<h s:mustUnderstand='1'/>"),
            Err(FaultReason::MustUnderstand { .. })
        ));
    }

    #[test]
    fn places_are_those_of_the_request_as_sent() {
        let text = "\n <?xml version='1.0'?> <a>\n&nope;</a>";
        assert_eq!(
            Call::read(text.as_bytes(), None),
            Err(FaultReason::CustomEntity {
                name: "nope".into(),
                at: Place { line: 3, column: 1 }
            })
        );
        let unbound = "\n <?xml version='1.0'?><p:a/>";
        let Err(FaultReason::NotXml { at: Some(at), .. }) = Call::read(unbound.as_bytes(), None)
        else {
            panic!()
        };
        assert_eq!((at.line, at.column > 20), (2, true), "{at}");
    }

    #[test]
    fn forbidden_characters_are_refused_however_they_come() {
        for bad in [
            "<Op><a>\u{1}</a></Op>",
            "<Op><a>&#1;</a></Op>",
            "<Op><a>&#xD800;</a></Op>",
            "<Op><a>&#xFFFF;</a></Op>",
            "<Op><a>\0</a></Op>",
        ] {
            assert!(
                matches!(read(bad), Err(FaultReason::ForbiddenCharacter { .. })),
                "{bad:?}: {:?}",
                read(bad)
            );
        }
        assert!(read("<Op a='&#1;'/>").is_err() && read("<Op a='&nope;'/>").is_err());
    }

    #[test]
    fn debug_shows_no_argument() {
        let call = read("<Op><strInSMSKey>topsecret</strInSMSKey></Op>").unwrap();
        assert!(!format!("{call:?} {:?}", call.arguments).contains("topsecret"));
    }

    proptest! {
        #[test]
        fn any_text_that_xml_allows_comes_through(text in proptest::collection::vec(any::<char>().prop_filter("XML", |c| is_xml(*c)), 0..80)) {
            let text: String = text.into_iter().collect();
            let call = read(&format!("<Op><a>{}</a></Op>", escape(&text))).unwrap();
            prop_assert!(call.arguments["a"] == Value::Text(text));
        }

        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>) {
            let _ = Call::read(&body, None);
        }

        #[test]
        fn no_markup_makes_it_panic(pieces in proptest::collection::vec(prop_oneof![
            Just("<"), Just(">"), Just("/"), Just("a"), Just("&"), Just(";"), Just("#"), Just("<![CDATA["), Just("]]>"), Just("<!--"),
            Just("-->"), Just("<?xml "), Just("?>"), Just("<Op>"), Just("</Op>"), Just(" href='#1'"), Just(" id='1'"), Just("'"), Just("\u{1f600}"),
        ], 0..40)) {
            let markup = pieces.concat();
            let _ = (read(&markup), Call::read(markup.as_bytes(), None));
        }
    }
}
