//! What may stand where in DXL: elements, what they hold and what they bear, in a form that checks each child in one step.
//!
//! A [`Schema`] is read from our own notation ([`Schema::domino_9_0_1`], embedded) or from a DTD of Domino's ([`Schema::from_dtd`]). Both come out as the same tables, so that
//! [`differences`] can say whether two of them allow the same.
//!
//! ```
//! use dxl::schema::{AttributeKind, Content, Schema};
//!
//! let schema = Schema::domino_9_0_1();
//! let agent = schema.element(schema.find("agent").expect("agents are in it"));
//! let Content::Children(order) = &agent.content else { unreachable!() };
//! let trigger = schema.find("trigger").expect("triggers are in it");
//! let after = order.step(order.start(), trigger).expect("nothing need stand before it");
//! assert!(order.may_end(after) && !order.may_end(order.start()));
//! let restrictions = agent.attribute("restrictions").expect("agents have it");
//! assert!(matches!(&restrictions.kind, AttributeKind::OneOf(words) if words.len() == 3));
//! ```

mod automaton;
mod compact;
mod difference;
mod dtd;
mod model;

pub use automaton::{Automaton, StateId};
pub use difference::differences;
pub use model::{Model, Particle, Repeat};

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// More would be no DTD of Domino's, which has 212.
const MAX_ELEMENTS: usize = 10_000;
/// More positions in one content model, or in all of them, would be no DTD of Domino's either.
const MAX_POSITIONS: usize = 1_000;
const MAX_ALL_POSITIONS: usize = 100_000;

/// A schema that cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct SchemaError {
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// What is wrong there, and how to mend it.
    pub what: String,
}

/// An element by its place in a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(u16);

/// Every element that there is.
#[derive(Debug, Clone)]
pub struct Schema {
    /// In the order of their names, so that ids sort as names do.
    elements: Vec<Element>,
    by_name: HashMap<String, ElementId>,
}

/// An element: what it holds, what it bears.
#[derive(Debug, Clone)]
pub struct Element {
    /// As it is written.
    pub name: String,
    /// What it holds.
    pub content: Content,
    /// In the order of their names.
    pub attributes: Vec<Attribute>,
}

/// What an element holds.
#[derive(Debug, Clone)]
pub enum Content {
    /// Nothing at all, not even white space.
    Empty,
    /// Text and any declared element.
    Any,
    /// Text, among it these elements in any order; sorted.
    Mixed(Vec<ElementId>),
    /// Elements only, in the order that the automaton knows.
    Children(Automaton),
}

/// An attribute of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// As it is written.
    pub name: String,
    /// What it may say.
    pub kind: AttributeKind,
    /// Whether it must be there.
    pub presence: Presence,
}

/// What an attribute may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeKind {
    /// Anything.
    Text,
    /// One name token.
    Token,
    /// One name token or more.
    Tokens,
    /// A name that no other element of the file has.
    Id,
    /// One of these; sorted.
    OneOf(Vec<String>),
}

/// Whether an attribute must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// It may be left out.
    Optional,
    /// It may not.
    Required,
    /// It means this when it is left out.
    Default(String),
    /// It can say nothing but this.
    Fixed(String),
}

impl Schema {
    /// The elements of Domino 9.0.1, which later releases still read. Made at the first call and kept.
    pub fn domino_9_0_1() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| {
            Self::from_compact(include_str!("domino-9.0.1.schema"))
                .expect("the embedded schema is read by a test")
        })
    }

    /// Reads our own notation; `domino-9.0.1.schema` explains it.
    pub fn from_compact(text: &str) -> Result<Self, SchemaError> {
        compact::read(text)?.compile()
    }

    /// Reads a DTD. Nothing is fetched: what it wants from other files is refused, as is what grows too large when its entities are put in.
    pub fn from_dtd(bytes: &[u8]) -> Result<Self, SchemaError> {
        dtd::read(bytes)?.compile()
    }

    /// The element of this name.
    pub fn find(&self, name: &str) -> Option<ElementId> {
        self.by_name.get(name).copied()
    }

    /// What is known of an element.
    pub fn element(&self, id: ElementId) -> &Element {
        &self.elements[usize::from(id.0)]
    }

    /// An element's name.
    pub fn name(&self, id: ElementId) -> &str {
        &self.element(id).name
    }

    /// All elements in the order of their names.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = &Element> {
        self.elements.iter()
    }

    /// The ids of all elements.
    pub fn ids(&self) -> impl Iterator<Item = ElementId> {
        (0_u16..).map(ElementId).take(self.elements.len())
    }

    /// Why an element of this name cannot be the outermost one of a file, and how to mend that; `None` if it can.
    pub fn objection_to_root(&self, name: &str) -> Option<String> {
        let known = self.find(name);
        if known.is_some_and(|id| self.may_be_root(id)) {
            return None;
        }
        let (message, remedy) = wrong_root(name, known.is_some());
        Some(format!("{message}; {remedy}"))
    }

    /// Whether an element may be the outermost one: in DXL those that bear the name space. A schema in which none does allows all.
    pub fn may_be_root(&self, id: ElementId) -> bool {
        let bears = |element: &Element| element.attribute("xmlns").is_some();
        bears(self.element(id)) || !self.elements.iter().any(bears)
    }
}

/// What is said of an outermost element that cannot be that, and how to mend it.
pub(crate) fn wrong_root(name: &str, is_known: bool) -> (String, &'static str) {
    let message = match is_known {
        true => format!("<{name}> cannot be the outermost element"),
        false => format!("<{name}> is no element of DXL"),
    };
    let remedy = "the outermost element is <database>, or one note such as <form>, <view>, <document> or <note>";
    (message, remedy)
}

impl Element {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        let at = self
            .attributes
            .binary_search_by(|attribute| attribute.name.as_str().cmp(name));
        at.ok().map(|at| &self.attributes[at])
    }
}

impl Content {
    /// Whether text may stand in it.
    pub fn allows_text(&self) -> bool {
        matches!(self, Self::Any | Self::Mixed(_))
    }
}

/// What a reader gathers before names are resolved.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    elements: BTreeMap<String, DraftElement>,
}

/// An element that is declared, or so far only has attributes.
#[derive(Debug, Default)]
struct DraftElement {
    model: Option<Model>,
    attributes: BTreeMap<String, Attribute>,
}

impl Draft {
    /// Says what an element holds; false if that was said before.
    pub(crate) fn declare(&mut self, name: &str, model: Model) -> bool {
        let element = self.elements.entry(name.to_owned()).or_default();
        let first = element.model.is_none();
        element.model.get_or_insert(model);
        first
    }

    /// Gives an element an attribute. As in XML the first declaration counts; false if there was one.
    pub(crate) fn attribute(&mut self, element: &str, attribute: Attribute) -> bool {
        let element = self.elements.entry(element.to_owned()).or_default();
        let first = !element.attributes.contains_key(&attribute.name);
        element
            .attributes
            .entry(attribute.name.clone())
            .or_insert(attribute);
        first
    }

    /// Resolves the names and makes the automata.
    pub(crate) fn compile(mut self) -> Result<Schema, SchemaError> {
        let end = |what: String| SchemaError {
            line: 1,
            column: 1,
            what,
        };
        // Attributes of what is never declared mean nothing.
        self.elements.retain(|_, element| element.model.is_some());
        if self.elements.is_empty() {
            return Err(end("no element is declared here".to_owned()));
        }
        if self.elements.len() > MAX_ELEMENTS {
            return Err(end(format!("more than {MAX_ELEMENTS} elements")));
        }
        let by_name: HashMap<String, ElementId> = (0_u16..)
            .zip(self.elements.keys())
            .map(|(at, name)| (name.clone(), ElementId(at)))
            .collect();
        let mut elements = Vec::with_capacity(self.elements.len());
        let mut positions = 0;
        for (name, drafted) in self.elements {
            let content = match drafted.model {
                Some(Model::Empty) | None => Content::Empty,
                Some(Model::Any) => Content::Any,
                Some(Model::Mixed(names)) => {
                    let mut ids = names
                        .iter()
                        .filter_map(|child| by_name.get(child).copied())
                        .collect::<Vec<_>>();
                    ids.sort_unstable();
                    ids.dedup();
                    Content::Mixed(ids)
                }
                Some(Model::Children(particle)) => {
                    positions += particle.positions();
                    if particle.positions() > MAX_POSITIONS || positions > MAX_ALL_POSITIONS {
                        return Err(end(format!("the content of `{name}` is too large")));
                    }
                    let automaton = Automaton::of(&particle, &by_name)
                        .ok_or_else(|| end(format!("the content of `{name}` is too tangled")))?;
                    Content::Children(automaton)
                }
            };
            let attributes = drafted.attributes.into_values().collect();
            elements.push(Element {
                name,
                content,
                attributes,
            });
        }
        Ok(Schema { elements, by_name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NAMESPACE;

    #[test]
    fn the_embedded_schema_is_read() {
        let schema = Schema::from_compact(include_str!("domino-9.0.1.schema")).unwrap();
        assert_eq!(schema.elements().len(), 212);
        let form = schema.element(schema.find("form").unwrap());
        assert_eq!(
            form.attribute("xmlns").unwrap().presence,
            Presence::Fixed(NAMESPACE.to_owned())
        );
        assert!(schema.may_be_root(schema.find("form").unwrap()));
        assert!(!schema.may_be_root(schema.find("par").unwrap()));
    }

    #[test]
    fn no_name_in_the_embedded_schema_is_a_slip() {
        // An element that is named but never declared is left out of the model without a word, as XML wants it.
        let draft = compact::read(include_str!("domino-9.0.1.schema")).unwrap();
        let missing: Vec<String> = draft
            .elements
            .values()
            .flat_map(|element| element.model.iter().flat_map(Model::names))
            .filter(|name| !draft.elements.contains_key(*name))
            .map(str::to_owned)
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        let schema = draft.compile().unwrap();
        for element in schema.elements() {
            for attribute in &element.attributes {
                if let (AttributeKind::OneOf(words), Presence::Default(word)) =
                    (&attribute.kind, &attribute.presence)
                {
                    assert!(words.contains(word), "{} {}", element.name, attribute.name);
                }
            }
        }
    }
}
