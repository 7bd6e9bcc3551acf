//! `NotesDOMParser` and the `NotesDOM` nodes over a tree that scripts change.
//!
//! Where there is no node, Notes gives one whose `IsNull` is True, and not Nothing [NotesDOMNode.IsNull]. Document types are kept and never followed, entities of their
//! own are not known, nothing is fetched.

#[cfg(test)]
mod tests;

use crate::World;
use crate::bytes::charge_for;
use crate::object::{Arguments, NOTES_ERROR, Object, not_here, object_of, value_of};
use crate::objects::stream::Stream;
use crate::xml::{
    DOCUMENT, Kind, NodeId, ReadError, ReadOptions, Tree, TreeError, is_name, is_qualified_name,
    is_xml, parse,
};
use lotusscript::run::{Answer, Fault, NOT_THERE, ScriptError, Value, missing};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// "DOM parser operation failed."
const PARSER_FAILED: i32 = 4602;

/// "Object variable not set."
const NOT_SET: i32 = 91;

/// `NotesSession.CreateDOMParser`
pub(crate) fn parser(input: &Value, output: &Value) -> Answer {
    let parser = Parser(RefCell::new(State::default()));
    if !matches!(input, Value::Empty | Value::Nothing) {
        parser.0.borrow_mut().input = Some(Input::of(input)?);
    }
    if !matches!(output, Value::Empty | Value::Nothing) {
        parser.0.borrow_mut().output = Some(stream_of(output)?);
    }
    Ok(value_of(parser))
}

#[derive(Clone)]
enum Input {
    Text(String),
    Stream(Rc<Stream>),
}

impl Input {
    fn of(value: &Value) -> Result<Self, Box<Fault>> {
        match value {
            Value::Text(text) => Ok(Self::Text(text.as_str().to_owned())),
            other => stream_of(other).map(Self::Stream),
        }
    }
}

fn stream_of(value: &Value) -> Result<Rc<Stream>, Box<Fault>> {
    let Value::Product(product) = value else {
        let message = "Type mismatch: a NotesDOMParser reads a text or a NotesStream";
        return Err(ScriptError::new(13, message).into());
    };
    let object = object_of(product)? as Rc<dyn Any>;
    object.downcast().map_err(|_| {
        let message = format!(
            "reading or writing {} with NotesDOMParser is not there",
            product.class
        );
        ScriptError::new(NOT_THERE, message).into()
    })
}

/// A tree that nodes share.
type Shared = Rc<RefCell<Tree>>;

struct Parser(RefCell<State>);

struct State {
    input: Option<Input>,
    output: Option<Rc<Stream>>,
    document: Shared,
    adds_declaration: bool,
    does_namespaces: bool,
    exits_on_fatal: bool,
    expands_entities: bool,
    validation: i16,
    log: String,
    comment: String,
}

impl Default for State {
    /// [NotesDOMParser, defaults of the properties]
    fn default() -> Self {
        Self {
            input: None,
            output: None,
            document: Shared::default(),
            adds_declaration: false,
            does_namespaces: true,
            exits_on_fatal: true,
            expands_entities: false,
            validation: 2,
            log: String::new(),
            comment: String::new(),
        }
    }
}

impl State {
    /// "An XML representation of warnings, errors, and fatal errors." [NotesXMLProcessor.Log]
    fn note(&mut self, error: &ReadError) {
        let mut log = Tree::default();
        let written = (|| {
            let top = log.create(Kind::Element, "DOMParserLog", "", "")?;
            log.insert(DOCUMENT, top, None)?;
            if !self.comment.is_empty() {
                let comment = log.create(Kind::Comment, "", "", &safe_comment(&self.comment))?;
                log.insert(top, comment, None)?;
            }
            let fatal = log.create(Kind::Element, "fatalerror", "", "")?;
            log.insert(top, fatal, None)?;
            log.set_attribute(fatal, "line", &error.line.to_string())?;
            log.set_attribute(fatal, "column", &error.column.to_string())?;
            log.set_text(fatal, &error.reason.to_string())
        })();
        if written.is_ok() {
            self.log = format!("<?xml version='1.0'?>\n{}", log.write(DOCUMENT, false));
        }
    }

    fn parse(&mut self, world: &World) -> Answer {
        let text = match &self.input {
            Some(Input::Text(text)) => text.clone(),
            Some(Input::Stream(stream)) => stream.text(world),
            None => {
                let message =
                    "the NotesDOMParser has no input; give it to CreateDOMParser or SetInput";
                return Err(ScriptError::new(PARSER_FAILED, message).into());
            }
        };
        let options = ReadOptions {
            allows_doctype: true,
            checks_namespaces: self.does_namespaces,
            keeps_blanks: true,
            keeps_declaration: self.adds_declaration,
        };
        self.log.clear();
        charge_for(text.len())?;
        match parse(&text, options) {
            Ok(tree) => self.document = Rc::new(RefCell::new(tree)),
            Err(error) => {
                self.document = Shared::default();
                self.note(&error);
                if self.exits_on_fatal {
                    let message = format!("DOM parser operation failed: {error}");
                    return Err(ScriptError::new(PARSER_FAILED, message).into());
                }
            }
        }
        Ok(Value::Empty)
    }

    fn write(&self, world: &mut World, text: &str) -> Answer {
        let Some(output) = &self.output else {
            let message =
                "the NotesDOMParser has no output; give it to CreateDOMParser or SetOutput";
            return Err(ScriptError::new(PARSER_FAILED, message).into());
        };
        output.write(world, text)?;
        Ok(Value::Empty)
    }

    /// The document with a declaration before it.
    fn serialized(&self) -> String {
        let tree = self.document.borrow();
        let has_own = tree
            .first_child(DOCUMENT)
            .is_some_and(|first| tree.kind(first) == Kind::Declaration);
        let declaration = match has_own {
            true => "",
            false => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
        };
        format!("{declaration}{}", tree.write(DOCUMENT, false))
    }
}

/// `--` cannot stand in a comment.
fn safe_comment(text: &str) -> String {
    let mut safe: String = text.chars().filter(|c| is_xml(*c)).collect();
    while safe.contains("--") {
        safe = safe.replace("--", "- -");
    }
    match safe.ends_with('-') {
        true => safe + " ",
        false => safe,
    }
}

impl Object for Parser {
    fn class(&self) -> &'static str {
        "NotesDOMParser"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let state = self.0.borrow();
        Ok(match member {
            "document" => node(&state.document, DOCUMENT),
            "addxmldeclnode" => Value::Boolean(state.adds_declaration),
            "donamespaces" => Value::Boolean(state.does_namespaces),
            "exitonfirstfatalerror" => Value::Boolean(state.exits_on_fatal),
            "expandentityreferences" => Value::Boolean(state.expands_entities),
            "inputvalidationoption" => Value::Integer(state.validation),
            "log" => Value::text(state.log.as_str()),
            "logcomment" => Value::text(state.comment.as_str()),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let mut state = self.0.borrow_mut();
        if member == "logcomment" {
            state.comment = value.text_by(&world.international)?;
            return Ok(());
        }
        let number = value.as_number().ok_or_else(|| ScriptError::of(13))?;
        let truth = number != 0.0;
        match member {
            "addxmldeclnode" => state.adds_declaration = truth,
            "donamespaces" => state.does_namespaces = truth,
            "exitonfirstfatalerror" => state.exits_on_fatal = truth,
            "expandentityreferences" => state.expands_entities = truth,
            "inputvalidationoption" => match number {
                // Document types are not followed, so there is nothing to validate by.
                0.0 => state.validation = 0,
                2.0 => state.validation = 2,
                _ => return missing("VALIDATE_ALWAYS of NotesDOMParser").map(|_| ()),
            },
            _ => return not_here(self.class(), member).map(|_| ()),
        }
        Ok(())
    }

    fn call(&self, world: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        let mut state = self.0.borrow_mut();
        match member {
            "parse" | "process" => return state.parse(world),
            "output" => {
                let text = arguments.text(0)?;
                return state.write(world, &text);
            }
            "serialize" => {
                let text = state.serialized();
                return state.write(world, &text);
            }
            "setinput" => state.input = Some(Input::of(&arguments.value(0))?),
            "setoutput" => state.output = Some(stream_of(&arguments.value(0))?),
            _ => return not_here(self.class(), member),
        }
        Ok(Value::Empty)
    }
}

/// A node, as a value.
fn node(tree: &Shared, id: NodeId) -> Value {
    let kind = tree.borrow().kind(id);
    value_of(Node {
        tree: Rc::clone(tree),
        id: Some(id),
        class: class_of(kind),
    })
}

fn class_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "NotesDOMDocumentNode",
        Kind::Element => "NotesDOMElementNode",
        Kind::Attribute => "NotesDOMAttributeNode",
        Kind::Text => "NotesDOMTextNode",
        Kind::CData => "NotesDOMCDATASectionNode",
        Kind::EntityReference => "NotesDOMEntityReferenceNode",
        Kind::Instruction => "NotesDOMProcessingInstructionNode",
        Kind::Comment => "NotesDOMCommentNode",
        Kind::DocumentType => "NotesDOMDocumentTypeNode",
        Kind::Fragment => "NotesDOMDocumentFragmentNode",
        Kind::Declaration => "NotesDOMXMLDeclNode",
    }
}

/// [NotesDOMNode.NodeType]
fn type_of(kind: Kind) -> i32 {
    match kind {
        Kind::Element => 1,
        Kind::Attribute => 2,
        Kind::Text => 3,
        Kind::CData => 4,
        Kind::EntityReference => 5,
        Kind::Instruction => 7,
        Kind::Comment => 8,
        Kind::Document => 9,
        Kind::DocumentType => 10,
        Kind::Fragment => 11,
        Kind::Declaration => 13,
    }
}

/// Why a tree was not changed, as the script sees it.
fn refused(error: TreeError) -> Box<Fault> {
    ScriptError::new(NOTES_ERROR, error.to_string()).into()
}

/// A node, or the lack of one.
struct Node {
    tree: Shared,
    id: Option<NodeId>,
    class: &'static str,
}

/// Part of `<?xml …?>`.
fn declared(value: &str, name: &str) -> String {
    let behind = value.split_once(name).map_or("", |(_, behind)| behind);
    let behind = behind.trim_start().strip_prefix('=').unwrap_or_default();
    let behind = behind.trim_start();
    let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''));
    let inside = quote.and_then(|quote| behind[1..].split_once(quote));
    inside.map_or(String::new(), |(value, _)| value.to_owned())
}

impl Node {
    fn other(&self, id: Option<NodeId>) -> Value {
        match id {
            Some(id) => node(&self.tree, id),
            None => self.none("NotesDOMNode"),
        }
    }

    /// A node of a class that is not there.
    fn none(&self, class: &'static str) -> Value {
        value_of(Self {
            tree: Rc::clone(&self.tree),
            id: None,
            class,
        })
    }

    fn id(&self) -> Result<NodeId, Box<Fault>> {
        self.id.ok_or_else(|| {
            let message = "Object variable not set: the node is null; ask IsNull before";
            ScriptError::new(NOT_SET, message).into()
        })
    }

    fn name(&self, tree: &Tree, id: NodeId) -> String {
        match tree.kind(id) {
            Kind::Text => "#text",
            Kind::CData => "#cdata-section",
            Kind::Comment => "#comment",
            Kind::Document => "#document",
            Kind::Fragment => "#document-fragment",
            Kind::Declaration => "#xmldecl",
            _ => tree.name(id),
        }
        .to_owned()
    }

    /// A node of the same tree that was given.
    fn given(&self, arguments: Arguments<'_>, at: usize) -> Result<NodeId, Box<Fault>> {
        let other: Rc<Self> = arguments.object(at)?;
        match Rc::ptr_eq(&self.tree, &other.tree) {
            true => other.id(),
            false => {
                let message = format!(
                    "the node given to {} is of another parser; see ImportNode",
                    arguments.of
                );
                Err(ScriptError::new(NOTES_ERROR, message).into())
            }
        }
    }

    fn create(&self, kind: Kind, name: &str, uri: &str, value: &str) -> Answer {
        let needs_name = !kind.is_text() && !matches!(kind, Kind::Comment | Kind::Fragment);
        let is_good = match uri.is_empty() {
            true => is_name(name),
            false => is_qualified_name(name),
        };
        if needs_name && !is_good {
            let message = format!("'{name}' is no name in XML");
            return Err(ScriptError::new(NOTES_ERROR, message).into());
        }
        check_value(kind, value)?;
        let created = self.tree.borrow_mut().create(kind, name, uri, value);
        Ok(self.other(Some(created.map_err(refused)?)))
    }

    fn elements(&self, id: NodeId, matches: impl Fn(&Tree, NodeId) -> bool) -> Value {
        let tree = self.tree.borrow();
        let found = tree
            .descendants(id)
            .filter(|node| tree.kind(*node) == Kind::Element && matches(&tree, *node))
            .collect();
        value_of(List {
            tree: Rc::clone(&self.tree),
            ids: found,
        })
    }

    /// Elements by their name, or by namespace and name.
    fn elements_by(&self, id: NodeId, member: &str, arguments: Arguments<'_>) -> Answer {
        if member == "getelementsbytagname" {
            let name = arguments.text(0)?;
            return Ok(self.elements(id, |tree, node| name == "*" || tree.name(node) == name));
        }
        let (uri, local) = (arguments.text(0)?, arguments.text(1)?);
        Ok(self.elements(id, |tree, node| {
            (uri == "*" || tree.uri(node) == uri)
                && (local == "*" || tree.local_name(node) == local)
        }))
    }

    fn change(&self, id: NodeId, member: &str, arguments: Arguments<'_>) -> Answer {
        let given = self.given(arguments, 0)?;
        let old = match member {
            "replacechild" => Some(self.given(arguments, 1)?),
            _ => None,
        };
        let mut tree = self.tree.borrow_mut();
        let changed = match (member, old) {
            ("removechild", _) => tree.remove(id, given),
            (_, Some(old)) => tree.replace(id, given, old),
            _ => tree.insert(id, given, None),
        };
        changed.map_err(refused)?;
        drop(tree);
        Ok(self.other(Some(old.unwrap_or(given))))
    }

    /// A copy of a node, which may be of another tree.
    fn copy(&self, other: &Self, is_deep: bool) -> Answer {
        let id = other.id()?;
        let copied = match Rc::ptr_eq(&self.tree, &other.tree) {
            true => {
                let source = self.tree.borrow().clone();
                charge_for(source.size())?;
                self.tree.borrow_mut().copy_from(&source, id, is_deep)
            }
            false => {
                let source = other.tree.borrow();
                self.tree.borrow_mut().copy_from(&source, id, is_deep)
            }
        };
        Ok(self.other(Some(copied.map_err(refused)?)))
    }

    fn call_element(&self, id: NodeId, member: &str, arguments: Arguments<'_>) -> Answer {
        let by_uri = member.ends_with("ns");
        let attribute = || -> Result<Option<NodeId>, Box<Fault>> {
            let tree = self.tree.borrow();
            Ok(match by_uri {
                true => tree.attribute_in(id, &arguments.text(0)?, &arguments.text(1)?),
                false => tree.attribute(id, &arguments.text(0)?),
            })
        };
        let text = |id: NodeId| Value::text(self.tree.borrow().value(id));
        Ok(match member {
            "getattribute" | "getattributens" => attribute()?.map_or(Value::text(""), text),
            "hasattribute" => Value::Boolean(attribute()?.is_some()),
            "getattributenode" | "getattributenodens" => match attribute()? {
                Some(found) => self.other(Some(found)),
                None => self.none("NotesDOMAttributeNode"),
            },
            "removeattribute" | "removeattributens" => {
                if let Some(found) = attribute()? {
                    self.tree.borrow_mut().take_attribute(found);
                }
                Value::Empty
            }
            "setattribute" => {
                let (name, value) = (arguments.text(0)?, arguments.text(1)?);
                return self.set_attribute(id, &name, None, &value);
            }
            "setattributens" => {
                let (uri, name) = (arguments.text(0)?, arguments.text(1)?);
                return self.set_attribute(id, &name, Some(&uri), &arguments.text(2)?);
            }
            "setattributenode" | "setattributenodens" => {
                let given = self.given(arguments, 0)?;
                return self.put_attribute(id, given);
            }
            "removeattributenode" => {
                let given = self.given(arguments, 0)?;
                if self.tree.borrow().parent(given) != Some(id) {
                    return Err(refused(TreeError::NoChild));
                }
                self.tree.borrow_mut().take_attribute(given);
                self.other(Some(given))
            }
            "getelementsbytagname" | "getelementsbytagnamens" => {
                return self.elements_by(id, member, arguments);
            }
            _ => return not_here(self.class, member),
        })
    }

    fn put_attribute(&self, element: NodeId, attribute: NodeId) -> Answer {
        let old = self.tree.borrow_mut().put_attribute(element, attribute);
        Ok(match old.map_err(refused)? {
            Some(old) => self.other(Some(old)),
            None => self.none("NotesDOMAttributeNode"),
        })
    }

    fn set_attribute(&self, id: NodeId, name: &str, uri: Option<&str>, value: &str) -> Answer {
        if !is_name(name) {
            let message = format!("'{name}' is no name in XML");
            return Err(ScriptError::new(NOTES_ERROR, message).into());
        }
        check_value(Kind::Attribute, value)?;
        let mut tree = self.tree.borrow_mut();
        let set = (|| {
            let Some(uri) = uri else {
                return tree.set_attribute(id, name, value);
            };
            let local = name.split_once(':').map_or(name, |(_, local)| local);
            if let Some(found) = tree.attribute_in(id, uri, local) {
                tree.set_value(found, value);
                return Ok(found);
            }
            let attribute = tree.create(Kind::Attribute, name, uri, value)?;
            tree.put_attribute(id, attribute)?;
            Ok(attribute)
        })();
        set.map_err(refused)?;
        Ok(Value::Empty)
    }

    fn call_document(&self, id: NodeId, member: &str, arguments: Arguments<'_>) -> Answer {
        let first = || arguments.text(0);
        match member {
            "createelementnode" => self.create(Kind::Element, &first()?, "", ""),
            "createelementnodens" => self.create(Kind::Element, &arguments.text(1)?, &first()?, ""),
            "createattributenode" => self.create(Kind::Attribute, &first()?, "", ""),
            "createattributenodens" => {
                self.create(Kind::Attribute, &arguments.text(1)?, &first()?, "")
            }
            "createtextnode" => self.create(Kind::Text, "", "", &first()?),
            "createcdatasectionnode" => self.create(Kind::CData, "", "", &first()?),
            "createcommentnode" => self.create(Kind::Comment, "", "", &first()?),
            "createdocumentfragmentnode" => self.create(Kind::Fragment, "", "", ""),
            "createentityreferencenode" => self.create(Kind::EntityReference, &first()?, "", ""),
            "createprocessinginstructionnode" => {
                self.create(Kind::Instruction, &first()?, "", &arguments.text(1)?)
            }
            "createxmldeclnode" => {
                let part = |at: usize, name: &str| -> Result<String, Box<Fault>> {
                    let value = arguments.text(at)?;
                    let is_safe = !value.contains(['"', '<', '&', '?']);
                    Ok(match value.is_empty() || !is_safe {
                        true => String::new(),
                        false => format!(" {name}=\"{value}\""),
                    })
                };
                let standalone = part(2, "standalone")?.to_lowercase();
                let value = part(0, "version")? + &part(1, "encoding")? + &standalone;
                self.create(Kind::Declaration, "xml", "", value.trim_start())
            }
            "importnode" => {
                let other: Rc<Self> = arguments.object(0)?;
                self.copy(&other, arguments.is_true_or(1, false)?)
            }
            "getelementsbytagname" | "getelementsbytagnamens" => {
                self.elements_by(id, member, arguments)
            }
            _ => not_here(self.class, member),
        }
    }

    /// The character data of a text, CDATA section or comment, counted from 0 in UTF-16 units.
    fn call_text(&self, id: NodeId, member: &str, arguments: Arguments<'_>) -> Answer {
        let old: Vec<u16> = self.tree.borrow().value(id).encode_utf16().collect();
        let place = |at: usize| -> Result<usize, Box<Fault>> {
            let wanted = usize::try_from(arguments.long_or(at, 0)?).unwrap_or(usize::MAX);
            Ok(wanted.min(old.len()))
        };
        let text = |units: &[u16]| String::from_utf16_lossy(units);
        let set = |value: String| -> Answer {
            check_value(self.tree.borrow().kind(id), &value)?;
            self.tree.borrow_mut().set_value(id, &value);
            Ok(Value::Empty)
        };
        match member {
            "appenddata" => set(text(&old) + &arguments.text(0)?),
            "insertdata" => {
                let at = place(0)?;
                set(text(&old[..at]) + &arguments.text(1)? + &text(&old[at..]))
            }
            "deletedata" | "replacedata" | "substringdata" => {
                let from = place(0)?;
                let end = from.saturating_add(place(1)?).min(old.len());
                match member {
                    "substringdata" => Ok(Value::text(text(&old[from..end]))),
                    "deletedata" => set(text(&old[..from]) + &text(&old[end..])),
                    _ => set(text(&old[..from]) + &arguments.text(2)? + &text(&old[end..])),
                }
            }
            "splittext" => {
                let at = place(0)?;
                let mut tree = self.tree.borrow_mut();
                let kind = tree.kind(id);
                let (before, behind) = (text(&old[..at]), text(&old[at..]));
                let (parent, next) = (tree.parent(id), tree.next(id));
                let second = tree.create(kind, "", "", &behind).map_err(refused)?;
                if let Some(parent) = parent {
                    tree.insert(parent, second, next).map_err(refused)?;
                }
                tree.set_value(id, &before);
                drop(tree);
                Ok(self.other(Some(second)))
            }
            _ => not_here(self.class, member),
        }
    }
}

/// What cannot be written as XML again is refused where it comes in.
fn check_value(kind: Kind, value: &str) -> Result<(), Box<Fault>> {
    let fault = match kind {
        _ if !value.chars().all(is_xml) => "a character that XML does not have",
        Kind::Comment if value.contains("--") || value.ends_with('-') => "-- in a comment",
        Kind::Instruction if value.contains("?>") => "?> in a processing instruction",
        _ => return Ok(()),
    };
    Err(ScriptError::new(NOTES_ERROR, format!("the value has {fault}")).into())
}

impl Object for Node {
    fn class(&self) -> &'static str {
        self.class
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        if member == "isnull" {
            return Ok(Value::Boolean(self.id.is_none()));
        }
        let id = self.id()?;
        let tree = self.tree.borrow();
        let kind = tree.kind(id);
        let truth = Value::Boolean;
        Ok(match (member, kind) {
            ("firstchild", _) => self.other(tree.first_child(id)),
            ("lastchild", _) => self.other(tree.last_child(id)),
            ("nextsibling", _) => self.other(tree.next(id)),
            ("previoussibling", _) => self.other(tree.previous(id)),
            // An attribute has no parent. [DOM Core, Node.parentNode]
            ("parentnode", Kind::Attribute) => self.other(None),
            ("parentnode", _) => self.other(tree.parent(id)),
            ("ownerdocument", _) => node(&self.tree, DOCUMENT),
            ("haschildnodes", _) => truth(tree.first_child(id).is_some()),
            ("numberofchildnodes", _) => {
                Value::Long(i32::try_from(tree.children(id).count()).unwrap_or(i32::MAX))
            }
            ("nodename", _) | ("tagname", Kind::Element) | ("attributename", Kind::Attribute) => {
                Value::text(self.name(&tree, id))
            }
            ("target", Kind::Instruction) => Value::text(tree.name(id)),
            ("nodetype", _) => Value::Long(type_of(kind)),
            ("nodevalue", _)
            | ("attributevalue", Kind::Attribute)
            | ("data", Kind::Instruction) => Value::text(match kind {
                Kind::DocumentType | Kind::Declaration => "",
                _ => tree.value(id),
            }),
            ("localname", _) => Value::text(tree.local_name(id)),
            ("prefix", _) => Value::text(tree.prefix(id)),
            ("namespaceuri", _) => Value::text(tree.uri(id)),
            ("attributes", Kind::Element) => value_of(Map {
                tree: Rc::clone(&self.tree),
                element: id,
            }),
            ("attributes", _) => Value::Nothing,
            ("isspecified", Kind::Attribute) => truth(true),
            ("documentelement", Kind::Document) => match tree.root() {
                Some(root) => self.other(Some(root)),
                None => self.none("NotesDOMElementNode"),
            },
            ("documenttype", Kind::Document) => {
                let found = tree
                    .children(id)
                    .find(|child| tree.kind(*child) == Kind::DocumentType);
                match found {
                    Some(found) => self.other(Some(found)),
                    None => self.none("NotesDOMDocumentTypeNode"),
                }
            }
            ("version" | "encoding" | "standalone", Kind::Declaration) => {
                Value::text(declared(tree.value(id), member))
            }
            ("length", _) if kind.is_text() || kind == Kind::Comment => {
                let length = tree.value(id).encode_utf16().count();
                Value::Long(i32::try_from(length).unwrap_or(i32::MAX))
            }
            _ => return not_here(self.class, member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let id = self.id()?;
        let text = value.text_by(&world.international)?;
        let kind = self.tree.borrow().kind(id);
        match (member, kind) {
            (
                "nodevalue",
                Kind::Attribute | Kind::Text | Kind::CData | Kind::Comment | Kind::Instruction,
            )
            | ("attributevalue", Kind::Attribute) => {
                check_value(kind, &text)?;
                self.tree.borrow_mut().set_value(id, &text);
            }
            // "Setting it has no effect" where a node has no value. [DOM Core, Node.nodeValue]
            ("nodevalue", _) => {}
            ("prefix", Kind::Element | Kind::Attribute) if text.is_empty() || is_name(&text) => {
                self.tree.borrow_mut().set_prefix(id, &text);
            }
            _ => return not_here(self.class, member).map(|_| ()),
        }
        Ok(())
    }

    fn call(&self, _: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        let id = self.id()?;
        match member {
            "appendchild" | "removechild" | "replacechild" => {
                return self.change(id, member, arguments);
            }
            "clone" => return self.copy(self, arguments.is_true_or(0, false)?),
            _ => {}
        }
        let kind = self.tree.borrow().kind(id);
        match kind {
            Kind::Element => {}
            Kind::Document => return self.call_document(id, member, arguments),
            Kind::Text | Kind::CData | Kind::Comment => {
                return self.call_text(id, member, arguments);
            }
            _ => return not_here(self.class, member),
        }
        self.call_element(id, member, arguments)
    }
}

/// `NotesDOMNodeList`, numbered from 1.
struct List {
    tree: Shared,
    ids: Vec<NodeId>,
}

/// A node of a list by its number, from 1; null if there is none. [NotesDOMNodeList.GetItem]
fn numbered(tree: &Shared, ids: &[NodeId], arguments: Arguments<'_>) -> Answer {
    let number = usize::try_from(arguments.long_or(0, 0)?).unwrap_or(0);
    let found = number.checked_sub(1).and_then(|at| ids.get(at));
    Ok(match found {
        Some(id) => node(tree, *id),
        None => null(tree),
    })
}

fn null(tree: &Shared) -> Value {
    value_of(Node {
        tree: Rc::clone(tree),
        id: None,
        class: "NotesDOMNode",
    })
}

fn count(number: usize) -> Value {
    Value::Long(i32::try_from(number).unwrap_or(i32::MAX))
}

impl Object for List {
    fn class(&self) -> &'static str {
        "NotesDOMNodeList"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        match member {
            "numberofentries" => Ok(count(self.ids.len())),
            _ => not_here(self.class(), member),
        }
    }

    fn call(&self, _: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        match member {
            "getitem" => numbered(&self.tree, &self.ids, arguments),
            _ => not_here(self.class(), member),
        }
    }
}

/// `NotesDOMNamedNodeMap`: the attributes of an element as they are now, numbered from 1.
struct Map {
    tree: Shared,
    element: NodeId,
}

impl Object for Map {
    fn class(&self) -> &'static str {
        "NotesDOMNamedNodeMap"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        match member {
            "numberofentries" => Ok(count(self.tree.borrow().attributes(self.element).len())),
            _ => not_here(self.class(), member),
        }
    }

    fn call(&self, _: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        let tree = self.tree.borrow();
        let found = match member {
            "getitem" => {
                let ids = tree.attributes(self.element).to_vec();
                return numbered(&self.tree, &ids, arguments);
            }
            "getnameditem" | "removenameditem" => tree.attribute(self.element, &arguments.text(0)?),
            "getnameditemns" | "removenameditemns" => {
                tree.attribute_in(self.element, &arguments.text(0)?, &arguments.text(1)?)
            }
            "setnameditem" | "setnameditemns" => {
                let own = Node {
                    tree: Rc::clone(&self.tree),
                    id: Some(self.element),
                    class: class_of(Kind::Element),
                };
                let given = own.given(arguments, 0)?;
                drop(tree);
                return own.put_attribute(self.element, given);
            }
            _ => return not_here(self.class(), member),
        };
        drop(tree);
        let Some(found) = found else {
            return Ok(null(&self.tree));
        };
        if member.starts_with("remove") {
            self.tree.borrow_mut().take_attribute(found);
        }
        Ok(node(&self.tree, found))
    }
}
