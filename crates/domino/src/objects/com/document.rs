//! `MSXML2.DOMDocument`, its nodes and lists, over a tree that scripts change.
//!
//! Version 3 speaks the old patterns unless `SelectionLanguage` says `XPath`, and allows a document type, which is kept and never followed; version 6 speaks XPath and
//! prohibits it. White space between elements goes unless `preserveWhiteSpace` is set. Nothing is fetched: `load` is refused.

use super::{count, failed, long};
use crate::World;
use crate::bytes::charge_for;
use crate::object::{Arguments, Object, not_here, object_of, value_of};
use crate::xml::{
    DOCUMENT, Kind, NodeId, PathOptions, ReadError, ReadOptions, Reason, Tree, TreeError, is_name,
    is_qualified_name, is_xml, parse, select, split_name,
};
use lotusscript::run::{Answer, Fault, NOT_THERE, Product, ScriptError, Value};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// How a document behaves where versions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    Three,
    Six,
}

/// What the nodes of a document share.
struct Document {
    tree: RefCell<Tree>,
    version: Version,
    keeps_blanks: Cell<bool>,
    is_async: Cell<bool>,
    flags: RefCell<HashMap<&'static str, bool>>,
    is_pattern: Cell<bool>,
    namespaces: RefCell<(String, HashMap<String, String>)>,
    error: RefCell<Option<ReadError>>,
}

pub(super) fn document(version: Version) -> Value {
    node_value(&new_document(version), DOCUMENT)
}

/// A document that was read from a text; one that cannot be read is empty and says why.
pub(super) fn document_of_text(version: Version, text: &str) -> Value {
    let document = new_document(version);
    if !text.is_empty() {
        document.load(text);
    }
    node_value(&document, DOCUMENT)
}

fn new_document(version: Version) -> Rc<Document> {
    Rc::new(Document {
        tree: RefCell::default(),
        version,
        keeps_blanks: Cell::new(false),
        is_async: Cell::new(true),
        flags: RefCell::default(),
        is_pattern: Cell::new(version == Version::Three),
        namespaces: RefCell::default(),
        error: RefCell::new(None),
    })
}

/// The XML of an object that is a node.
pub(super) fn of_document(object: &Rc<dyn Object>) -> Option<String> {
    let node = (Rc::clone(object) as Rc<dyn Any>).downcast::<Node>().ok()?;
    Some(node.xml())
}

impl Document {
    /// An empty one with the same settings. What is loaded comes into a new one, so that nodes of the old stay what they are.
    fn renewed(&self) -> Self {
        Self {
            tree: RefCell::default(),
            version: self.version,
            keeps_blanks: self.keeps_blanks.clone(),
            is_async: self.is_async.clone(),
            flags: self.flags.clone(),
            is_pattern: self.is_pattern.clone(),
            namespaces: self.namespaces.clone(),
            error: RefCell::new(None),
        }
    }

    fn load(&self, text: &str) -> bool {
        let options = ReadOptions {
            allows_doctype: self.version == Version::Three,
            checks_namespaces: true,
            keeps_blanks: self.keeps_blanks.get(),
            keeps_declaration: true,
        };
        let (tree, error) = match parse(text, options) {
            Ok(tree) => (tree, None),
            Err(error) => (Tree::default(), Some(error)),
        };
        let is_read = error.is_none();
        *self.tree.borrow_mut() = tree;
        *self.error.borrow_mut() = error;
        is_read
    }

    /// Flags that change nothing here: nothing is validated or fetched.
    fn flag(&self, member: &str) -> Option<bool> {
        let default = match member {
            "validateonparse" => true,
            "resolveexternals" => self.version == Version::Three,
            _ => return None,
        };
        Some(self.flags.borrow().get(member).copied().unwrap_or(default))
    }

    fn set_property(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 2, 2)?;
        let name = arguments.text(0)?.to_lowercase();
        match name.as_str() {
            "selectionlanguage" => {
                let language = arguments.text(1)?.to_lowercase();
                self.is_pattern.set(match language.as_str() {
                    "xpath" => false,
                    "xslpattern" if self.version == Version::Three => true,
                    _ => return Err(failed(format!("SelectionLanguage {language} is not known"))),
                });
            }
            "selectionnamespaces" => {
                let text = arguments.text(1)?;
                let found = namespaces_of(&text).ok_or_else(|| {
                    failed("SelectionNamespaces are written as in xmlns:a=\"…\" xmlns:b=\"…\"")
                })?;
                *self.namespaces.borrow_mut() = (text, found);
            }
            "prohibitdtd"
            | "newparser"
            | "serverhttprequest"
            | "resolveexternals"
            | "validateonparse"
            | "multipleerrormessages"
            | "normalizeattributevalues" => {
                // What these switch is fixed here: nothing is fetched or validated.
            }
            _ => return not_here("DOMDocument", &format!("setProperty({name})")),
        }
        Ok(Value::Empty)
    }

    fn property(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 1, 1)?;
        let name = arguments.text(0)?.to_lowercase();
        Ok(match name.as_str() {
            "selectionlanguage" => Value::text(match self.is_pattern.get() {
                true => "XSLPattern",
                false => "XPath",
            }),
            "selectionnamespaces" => Value::text(self.namespaces.borrow().0.as_str()),
            "prohibitdtd" => Value::Boolean(self.version == Version::Six),
            _ => return not_here("DOMDocument", &format!("getProperty({name})")),
        })
    }
}

/// `xmlns:a="…" xmlns:b='…'`
fn namespaces_of(text: &str) -> Option<HashMap<String, String>> {
    let options = ReadOptions {
        allows_doctype: false,
        checks_namespaces: true,
        keeps_blanks: false,
        keeps_declaration: false,
    };
    let tree = parse(&format!("<a {text}/>"), options).ok()?;
    let root = tree.root()?;
    let attributes = tree.attributes(root).iter();
    let declared = attributes.filter_map(|id| {
        let (before, prefix) = split_name(tree.name(*id));
        (before == "xmlns").then(|| (prefix.to_owned(), tree.value(*id).to_owned()))
    });
    Some(declared.collect())
}

/// A node of a document. One that is put into another document goes over to it.
struct Node(RefCell<(Rc<Document>, NodeId)>);

fn node_value(document: &Rc<Document>, id: NodeId) -> Value {
    value_of(Node(RefCell::new((Rc::clone(document), id))))
}

fn node_or_nothing(document: &Rc<Document>, id: Option<NodeId>) -> Value {
    id.map_or(Value::Nothing, |id| node_value(document, id))
}

/// The node that a value is.
fn node_of(product: &Product) -> Result<Rc<Node>, Box<Fault>> {
    let object = object_of(product)? as Rc<dyn Any>;
    object
        .downcast()
        .map_err(|_| failed(format!("{} is no node of a document", product.class)))
}

fn refused(error: TreeError) -> Box<Fault> {
    failed(error)
}

/// [MSXML, nodeType and nodeTypeString]
fn type_of(kind: Kind) -> (i32, &'static str) {
    match kind {
        Kind::Element => (1, "element"),
        Kind::Attribute => (2, "attribute"),
        Kind::Text => (3, "text"),
        Kind::CData => (4, "cdatasection"),
        Kind::EntityReference => (5, "entityreference"),
        Kind::Instruction | Kind::Declaration => (7, "processinginstruction"),
        Kind::Comment => (8, "comment"),
        Kind::Document => (9, "document"),
        Kind::DocumentType => (10, "documenttype"),
        Kind::Fragment => (11, "documentfragment"),
    }
}

/// The kind of a node that `createNode` is given, by number or name.
fn kind_of(arguments: Arguments<'_>) -> Result<Kind, Box<Fault>> {
    let kinds = [
        Kind::Element,
        Kind::Attribute,
        Kind::Text,
        Kind::CData,
        Kind::EntityReference,
        Kind::Instruction,
        Kind::Comment,
        Kind::Fragment,
    ];
    let wanted = arguments.text(0)?.to_lowercase();
    let is_wanted = |kind: &&Kind| {
        let (number, name) = type_of(**kind);
        number.to_string() == wanted || name == wanted
    };
    match kinds.iter().find(is_wanted) {
        Some(kind) => Ok(*kind),
        None => Err(failed(format!("createNode({wanted}) makes no node"))),
    }
}

fn name_of(tree: &Tree, id: NodeId) -> String {
    match tree.kind(id) {
        Kind::Text => "#text",
        Kind::CData => "#cdata-section",
        Kind::Comment => "#comment",
        Kind::Document => "#document",
        Kind::Fragment => "#document-fragment",
        _ => tree.name(id),
    }
    .to_owned()
}

fn check_value(kind: Kind, value: &str) -> Result<(), Box<Fault>> {
    let fault = match kind {
        _ if !value.chars().all(is_xml) => "An invalid character was found in text content",
        Kind::Comment if value.contains("--") || value.ends_with('-') => {
            "Incorrect syntax was used in a comment"
        }
        Kind::Instruction if value.contains("?>") => "?> stands in a processing instruction",
        _ => return Ok(()),
    };
    Err(failed(fault))
}

impl Node {
    fn parts(&self) -> (Rc<Document>, NodeId) {
        let (document, id) = &*self.0.borrow();
        (Rc::clone(document), *id)
    }

    /// As it is sent and as `xml` gives it. A document ends with a line end, and its declaration names no encoding: a text of a script has none.
    fn xml(&self) -> String {
        let (document, id) = self.parts();
        let tree = document.tree.borrow();
        if id != DOCUMENT {
            return tree.write(id, true);
        }
        let parts = tree.children(DOCUMENT).map(|child| match tree.kind(child) {
            Kind::Declaration => format!("<?xml{}?>\r\n", without_encoding(tree.value(child))),
            _ => tree.write(child, true) + "\r\n",
        });
        parts.collect()
    }

    /// A node that was given to be put into this document; one of another comes over.
    fn adopted(&self, arguments: Arguments<'_>, at: usize) -> Result<NodeId, Box<Fault>> {
        let Some(Value::Product(product)) = arguments.values.get(at) else {
            return Err(arguments.mismatch(at, "a node"));
        };
        let given = node_of(product)?;
        let (own, _) = self.parts();
        let (document, id) = given.parts();
        if Rc::ptr_eq(&own, &document) {
            return Ok(id);
        }
        if id == DOCUMENT {
            return Err(refused(TreeError::WrongPlace));
        }
        let copied = own
            .tree
            .borrow_mut()
            .copy_from(&document.tree.borrow(), id, true)
            .map_err(refused)?;
        let mut old = document.tree.borrow_mut();
        match old.kind(id) {
            Kind::Attribute => old.take_attribute(id),
            _ => old.detach(id),
        }
        drop(old);
        *given.0.borrow_mut() = (own, copied);
        Ok(copied)
    }

    /// A node of this document that was given.
    fn own_node(&self, arguments: Arguments<'_>, at: usize) -> Result<NodeId, Box<Fault>> {
        let Some(Value::Product(product)) = arguments.values.get(at) else {
            return Err(arguments.mismatch(at, "a node"));
        };
        let ((own, _), (document, id)) = (self.parts(), node_of(product)?.parts());
        match Rc::ptr_eq(&own, &document) {
            true => Ok(id),
            false => Err(refused(TreeError::NoChild)),
        }
    }

    fn change(&self, member: &str, arguments: Arguments<'_>) -> Answer {
        let (document, id) = self.parts();
        count(arguments, 1, 2)?;
        let given = match member {
            "removechild" => self.own_node(arguments, 0)?,
            _ => self.adopted(arguments, 0)?,
        };
        let is_there = !matches!(
            arguments.values.get(1),
            None | Some(Value::Empty | Value::Nothing | Value::Null)
        );
        let second = match is_there {
            true => Some(self.own_node(arguments, 1)?),
            false => None,
        };
        let mut tree = document.tree.borrow_mut();
        let changed = match (member, second) {
            ("removechild", _) => tree.remove(id, given),
            ("replacechild", Some(old)) => tree.replace(id, given, old),
            ("replacechild", None) => Err(TreeError::NoChild),
            ("insertbefore", before) => tree.insert(id, given, before),
            _ => tree.insert(id, given, None),
        };
        changed.map_err(refused)?;
        drop(tree);
        let answer = match (member, second) {
            ("replacechild", Some(old)) => old,
            _ => given,
        };
        Ok(node_value(&document, answer))
    }

    fn select(&self, arguments: Arguments<'_>) -> Result<(Rc<Document>, Vec<NodeId>), Box<Fault>> {
        count(arguments, 1, 1)?;
        let (document, id) = self.parts();
        let options = PathOptions {
            namespaces: document.namespaces.borrow().1.clone(),
            is_pattern: document.is_pattern.get(),
        };
        let (found, looks) = select(&document.tree.borrow(), id, &arguments.text(0)?, &options);
        charge_for(looks)?;
        Ok((document, found.map_err(failed)?))
    }

    /// The characters in a node, without white space around them unless that is kept. [MSXML, text]
    fn text(&self) -> String {
        let (document, id) = self.parts();
        let tree = document.tree.borrow();
        let text = tree.text(id);
        let is_kept = document.keeps_blanks.get() || tree.kind(id) == Kind::Attribute;
        match is_kept {
            true => text,
            false => text.trim_matches([' ', '\t', '\r', '\n']).to_owned(),
        }
    }

    fn create(&self, kind: Kind, name: &str, uri: &str, value: &str) -> Answer {
        let (document, _) = self.parts();
        let has_name = matches!(
            kind,
            Kind::Element | Kind::Attribute | Kind::Instruction | Kind::EntityReference
        );
        let is_declaration = kind == Kind::Instruction && name.eq_ignore_ascii_case("xml");
        let is_good = is_name(name) && (uri.is_empty() || is_qualified_name(name));
        if has_name && !is_good {
            return Err(failed(format!("'{name}' is no name in XML")));
        }
        check_value(kind, value)?;
        let kind = match is_declaration {
            true => Kind::Declaration,
            false => kind,
        };
        let mut tree = document.tree.borrow_mut();
        let created = tree.create(kind, name, uri, value).map_err(refused)?;
        drop(tree);
        Ok(node_value(&document, created))
    }

    fn call_document(&self, member: &str, arguments: Arguments<'_>) -> Answer {
        let (document, _) = self.parts();
        let first = || arguments.text(0);
        match member {
            "loadxml" => {
                count(arguments, 1, 1)?;
                let fresh = document.renewed();
                let text = first()?;
                charge_for(text.len())?;
                let is_read = fresh.load(&text);
                *self.0.borrow_mut() = (Rc::new(fresh), DOCUMENT);
                Ok(Value::Boolean(is_read))
            }
            "load" | "save" => {
                let what = arguments.text(0).unwrap_or_default();
                let message = format!(
                    "DOMDocument.{member} of {what} is not there: a run opens no files and fetches nothing; see loadXML and xml"
                );
                Err(ScriptError::new(NOT_THERE, message).into())
            }
            "createelement" => self.create(Kind::Element, &first()?, "", ""),
            "createattribute" => self.create(Kind::Attribute, &first()?, "", ""),
            "createtextnode" => self.create(Kind::Text, "", "", &first()?),
            "createcdatasection" => self.create(Kind::CData, "", "", &first()?),
            "createcomment" => self.create(Kind::Comment, "", "", &first()?),
            "createdocumentfragment" => self.create(Kind::Fragment, "", "", ""),
            "createentityreference" => self.create(Kind::EntityReference, &first()?, "", ""),
            "createprocessinginstruction" => {
                self.create(Kind::Instruction, &first()?, "", &arguments.text_or(1, "")?)
            }
            "createnode" => {
                count(arguments, 2, 3)?;
                let uri = arguments.text_or(2, "")?;
                self.create(kind_of(arguments)?, &arguments.text(1)?, &uri, "")
            }
            "importnode" => {
                count(arguments, 1, 2)?;
                self.import(arguments)
            }
            "setproperty" => document.set_property(arguments),
            "getproperty" => document.property(arguments),
            "abort" => Ok(Value::Empty),
            _ => not_here("DOMDocument", member),
        }
    }

    fn import(&self, arguments: Arguments<'_>) -> Answer {
        let Some(Value::Product(product)) = arguments.values.first() else {
            return Err(arguments.mismatch(0, "a node"));
        };
        let (document, _) = self.parts();
        let (from, id) = node_of(product)?.parts();
        let source = from.tree.borrow().clone();
        let is_deep = arguments.is_true_or(1, false)?;
        let copied = document
            .tree
            .borrow_mut()
            .copy_from(&source, id, is_deep)
            .map_err(refused)?;
        Ok(node_value(&document, copied))
    }

    fn call_element(&self, member: &str, arguments: Arguments<'_>) -> Answer {
        let (document, id) = self.parts();
        let named = || -> Result<Option<NodeId>, Box<Fault>> {
            let name = arguments.text(0)?;
            Ok(document.tree.borrow().attribute(id, &name))
        };
        match member {
            // An attribute that is not there is Null. [MSXML, getAttribute]
            "getattribute" => Ok(match named()? {
                Some(found) => Value::text(document.tree.borrow().value(found)),
                None => Value::Null,
            }),
            "setattribute" => {
                count(arguments, 2, 2)?;
                let (name, value) = (arguments.text(0)?, arguments.text(1)?);
                if !is_name(&name) {
                    return Err(failed(format!("'{name}' is no name in XML")));
                }
                check_value(Kind::Attribute, &value)?;
                let set = document.tree.borrow_mut().set_attribute(id, &name, &value);
                set.map_err(refused)?;
                Ok(Value::Empty)
            }
            "removeattribute" => {
                if let Some(found) = named()? {
                    document.tree.borrow_mut().take_attribute(found);
                }
                Ok(Value::Empty)
            }
            "getattributenode" => Ok(node_or_nothing(&document, named()?)),
            "setattributenode" => {
                let given = self.adopted(arguments, 0)?;
                let old = document.tree.borrow_mut().put_attribute(id, given);
                Ok(node_or_nothing(&document, old.map_err(refused)?))
            }
            "removeattributenode" => {
                let given = self.own_node(arguments, 0)?;
                let mut tree = document.tree.borrow_mut();
                if tree.parent(given) != Some(id) {
                    return Err(refused(TreeError::NoChild));
                }
                tree.take_attribute(given);
                drop(tree);
                Ok(node_value(&document, given))
            }
            "normalize" => {
                normalize(&mut document.tree.borrow_mut(), id);
                Ok(Value::Empty)
            }
            _ => not_here("IXMLDOMElement", member),
        }
    }

    fn node_get(&self, member: &str) -> Option<Value> {
        let (document, id) = self.parts();
        let tree = document.tree.borrow();
        let kind = tree.kind(id);
        let some = |id: Option<NodeId>| node_or_nothing(&document, id);
        Some(match member {
            "nodename" => Value::text(name_of(&tree, id)),
            "nodetype" => Value::Long(type_of(kind).0),
            "nodetypestring" => Value::text(type_of(kind).1),
            "nodevalue" => match kind {
                Kind::Element
                | Kind::Document
                | Kind::Fragment
                | Kind::DocumentType
                | Kind::EntityReference => Value::Null,
                _ => Value::text(tree.value(id)),
            },
            "nodetypedvalue" | "text" => Value::text(self.text()),
            "xml" => Value::text(self.xml()),
            "parentnode" if kind == Kind::Attribute => Value::Nothing,
            "parentnode" => some(tree.parent(id)),
            "firstchild" => some(tree.first_child(id)),
            "lastchild" => some(tree.last_child(id)),
            "nextsibling" => some(tree.next(id)),
            "previoussibling" => some(tree.previous(id)),
            "ownerdocument" if id == DOCUMENT => Value::Nothing,
            "ownerdocument" => node_value(&document, DOCUMENT),
            "namespaceuri" => Value::text(tree.uri(id)),
            "prefix" => Value::text(tree.prefix(id)),
            "basename" => Value::text(tree.local_name(id)),
            "specified" | "parsed" => Value::Boolean(true),
            "childnodes" => value_of(List {
                document: Rc::clone(&document),
                nodes: Nodes::ChildrenOf(id),
                next: Cell::new(0),
            }),
            "attributes" => match kind {
                Kind::Element => value_of(List {
                    document: Rc::clone(&document),
                    nodes: Nodes::AttributesOf(id),
                    next: Cell::new(0),
                }),
                _ => Value::Nothing,
            },
            _ => return None,
        })
    }

    fn special_get(&self, member: &str) -> Answer {
        let (document, id) = self.parts();
        let tree = document.tree.borrow();
        let kind = tree.kind(id);
        Ok(match (kind, member) {
            (Kind::Document, "documentelement") => node_or_nothing(&document, tree.root()),
            (Kind::Document, "doctype") => {
                let found = tree
                    .children(id)
                    .find(|child| tree.kind(*child) == Kind::DocumentType);
                node_or_nothing(&document, found)
            }
            (Kind::Document, "parseerror") => value_of(ParseError(document.error.borrow().clone())),
            (Kind::Document, "async") => Value::Boolean(document.is_async.get()),
            (Kind::Document, "preservewhitespace") => Value::Boolean(document.keeps_blanks.get()),
            (Kind::Document, "readystate") => Value::Long(4),
            (Kind::Document, "url") => Value::text(""),
            (Kind::Document, "validateonparse" | "resolveexternals") => {
                Value::Boolean(document.flag(member).unwrap_or_default())
            }
            (Kind::Element, "tagname") => Value::text(tree.name(id)),
            (Kind::Attribute, "name") | (Kind::DocumentType, "name") => Value::text(tree.name(id)),
            (Kind::Attribute, "value") => Value::text(tree.value(id)),
            (Kind::Instruction | Kind::Declaration, "target") => Value::text(tree.name(id)),
            (Kind::Text | Kind::CData | Kind::Comment | Kind::Instruction, "data") => {
                Value::text(tree.value(id))
            }
            (Kind::Text | Kind::CData | Kind::Comment, "length") => {
                long(tree.value(id).encode_utf16().count())
            }
            _ => return not_here(self.class(), member),
        })
    }
}

/// `version="1.0" encoding="UTF-8"` without the encoding, with a blank before each part.
fn without_encoding(declaration: &str) -> String {
    let text = format!("<a {declaration}/>");
    let options = ReadOptions {
        allows_doctype: false,
        checks_namespaces: false,
        keeps_blanks: false,
        keeps_declaration: false,
    };
    let Ok(tree) = parse(&text, options) else {
        return format!(" {declaration}");
    };
    let attributes = tree.root().map(|root| tree.attributes(root).to_vec());
    let kept = attributes.unwrap_or_default().into_iter();
    kept.filter(|id| tree.name(*id) != "encoding")
        .map(|id| format!(" {}=\"{}\"", tree.name(id), tree.value(id)))
        .collect()
}

/// Joins texts that stand beside each other, and lets go of empty ones.
fn normalize(tree: &mut Tree, top: NodeId) {
    let texts: Vec<NodeId> = tree
        .descendants(top)
        .filter(|id| tree.kind(*id) == Kind::Text)
        .collect();
    for id in texts.into_iter().rev() {
        if tree.value(id).is_empty() {
            tree.detach(id);
            continue;
        }
        let before = tree
            .previous(id)
            .filter(|before| tree.kind(*before) == Kind::Text);
        if let Some(before) = before {
            let joined = format!("{}{}", tree.value(before), tree.value(id));
            tree.set_value(before, &joined);
            tree.detach(id);
        }
    }
}

impl Object for Node {
    fn class(&self) -> &'static str {
        let (document, id) = self.parts();
        let kind = document.tree.borrow().kind(id);
        match kind {
            Kind::Document => "DOMDocument",
            Kind::Element => "IXMLDOMElement",
            Kind::Attribute => "IXMLDOMAttribute",
            Kind::Text => "IXMLDOMText",
            Kind::CData => "IXMLDOMCDATASection",
            Kind::EntityReference => "IXMLDOMEntityReference",
            Kind::Instruction | Kind::Declaration => "IXMLDOMProcessingInstruction",
            Kind::Comment => "IXMLDOMComment",
            Kind::DocumentType => "IXMLDOMDocumentType",
            Kind::Fragment => "IXMLDOMDocumentFragment",
        }
    }

    fn is_method(&self, member: &str) -> bool {
        matches!(
            member,
            "appendchild"
                | "insertbefore"
                | "replacechild"
                | "removechild"
                | "haschildnodes"
                | "clonenode"
                | "selectnodes"
                | "selectsinglenode"
                | "getelementsbytagname"
                | "loadxml"
                | "load"
                | "save"
                | "setproperty"
                | "getproperty"
                | "importnode"
                | "normalize"
                | "abort"
                | "appenddata"
                | "transformnode"
                | "transformnodetoobject"
                | "validate"
                | "nodefromid"
        ) || member.starts_with("create")
            || member.starts_with("getattribute")
            || member.starts_with("setattribute")
            || member.starts_with("removeattribute")
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        match self.node_get(member) {
            Some(Value::Text(text)) => {
                charge_for(text.as_str().len())?;
                Ok(Value::Text(text))
            }
            Some(value) => Ok(value),
            None => self.special_get(member),
        }
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let (document, id) = self.parts();
        let kind = document.tree.borrow().kind(id);
        if kind == Kind::Document {
            let number = value.as_number().ok_or_else(|| ScriptError::of(13))?;
            match member {
                "async" => document.is_async.set(number != 0.0),
                "preservewhitespace" => document.keeps_blanks.set(number != 0.0),
                "validateonparse" => {
                    document
                        .flags
                        .borrow_mut()
                        .insert("validateonparse", number != 0.0);
                }
                "resolveexternals" => {
                    document
                        .flags
                        .borrow_mut()
                        .insert("resolveexternals", number != 0.0);
                }
                _ => return not_here(self.class(), member).map(|_| ()),
            }
            return Ok(());
        }
        let text = value.text_by(&world.international)?;
        check_value(kind, &text)?;
        let has_value = matches!(
            kind,
            Kind::Attribute | Kind::Text | Kind::CData | Kind::Comment | Kind::Instruction
        );
        let mut tree = document.tree.borrow_mut();
        match (member, kind) {
            ("text" | "nodetypedvalue", Kind::Element | Kind::Fragment) => {
                tree.set_text(id, &text).map_err(refused)
            }
            ("text" | "nodetypedvalue" | "nodevalue" | "data" | "value", _) if has_value => {
                tree.set_value(id, &text);
                Ok(())
            }
            _ => {
                drop(tree);
                not_here(self.class(), member).map(|_| ())
            }
        }
    }

    fn call(&self, _: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        let (document, id) = self.parts();
        let kind = document.tree.borrow().kind(id);
        match member {
            "appendchild" | "insertbefore" | "replacechild" | "removechild" => {
                self.change(member, arguments)
            }
            "haschildnodes" => {
                let has = document.tree.borrow().first_child(id).is_some();
                Ok(Value::Boolean(has))
            }
            "clonenode" => {
                let source = document.tree.borrow().clone();
                charge_for(source.size())?;
                let is_deep = arguments.is_true_or(0, false)?;
                let mut tree = document.tree.borrow_mut();
                let copied = tree.copy_from(&source, id, is_deep).map_err(refused)?;
                drop(tree);
                Ok(node_value(&document, copied))
            }
            "selectnodes" => {
                let (document, found) = self.select(arguments)?;
                Ok(value_of(List {
                    document,
                    nodes: Nodes::These(found),
                    next: Cell::new(0),
                }))
            }
            "selectsinglenode" => {
                let (document, found) = self.select(arguments)?;
                Ok(node_or_nothing(&document, found.first().copied()))
            }
            "getelementsbytagname" if matches!(kind, Kind::Element | Kind::Document) => {
                let name = arguments.text(0)?;
                let tree = document.tree.borrow();
                let found = tree
                    .descendants(id)
                    .filter(|node| tree.kind(*node) == Kind::Element)
                    .filter(|node| name == "*" || tree.name(*node) == name)
                    .collect();
                drop(tree);
                Ok(value_of(List {
                    document,
                    nodes: Nodes::These(found),
                    next: Cell::new(0),
                }))
            }
            "appenddata" if matches!(kind, Kind::Text | Kind::CData | Kind::Comment) => {
                let mut tree = document.tree.borrow_mut();
                let joined = format!("{}{}", tree.value(id), arguments.text(0)?);
                check_value(kind, &joined)?;
                tree.set_value(id, &joined);
                Ok(Value::Empty)
            }
            _ if kind == Kind::Document => self.call_document(member, arguments),
            _ if kind == Kind::Element => self.call_element(member, arguments),
            _ => not_here(self.class(), member),
        }
    }
}

/// Which nodes a list has.
enum Nodes {
    These(Vec<NodeId>),
    ChildrenOf(NodeId),
    AttributesOf(NodeId),
}

/// `IXMLDOMNodeList`, and `IXMLDOMNamedNodeMap` of attributes; numbered from 0.
struct List {
    document: Rc<Document>,
    nodes: Nodes,
    next: Cell<usize>,
}

impl List {
    fn ids(&self) -> Vec<NodeId> {
        let tree = self.document.tree.borrow();
        match &self.nodes {
            Nodes::These(ids) => ids.clone(),
            Nodes::ChildrenOf(id) => tree.children(*id).collect(),
            Nodes::AttributesOf(id) => tree.attributes(*id).to_vec(),
        }
    }

    /// A node by its number; Nothing if there is none. [MSXML, item]
    fn item(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 1, 1)?;
        let at = usize::try_from(arguments.long_or(0, 0)?).unwrap_or(usize::MAX);
        let id = match &self.nodes {
            Nodes::These(ids) => ids.get(at).copied(),
            _ => self.ids().get(at).copied(),
        };
        Ok(node_or_nothing(&self.document, id))
    }

    fn named(&self, arguments: Arguments<'_>) -> Result<Option<NodeId>, Box<Fault>> {
        let Nodes::AttributesOf(element) = self.nodes else {
            return not_here(self.class(), "getNamedItem").map(|_| None);
        };
        let name = arguments.text(0)?;
        Ok(self.document.tree.borrow().attribute(element, &name))
    }
}

impl Object for List {
    fn class(&self) -> &'static str {
        match self.nodes {
            Nodes::AttributesOf(_) => "IXMLDOMNamedNodeMap",
            _ => "IXMLDOMNodeList",
        }
    }

    fn is_method(&self, member: &str) -> bool {
        member != "length"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        match member {
            "length" => Ok(long(self.ids().len())),
            _ => not_here(self.class(), member),
        }
    }

    fn call(&self, _: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        match member {
            "item" => self.item(arguments),
            "nextnode" => {
                let at = self.next.get();
                self.next.set(at.saturating_add(1));
                Ok(node_or_nothing(&self.document, self.ids().get(at).copied()))
            }
            "reset" => {
                self.next.set(0);
                Ok(Value::Empty)
            }
            "getnameditem" => Ok(node_or_nothing(&self.document, self.named(arguments)?)),
            "removenameditem" => {
                let found = self.named(arguments)?;
                if let Some(found) = found {
                    self.document.tree.borrow_mut().take_attribute(found);
                }
                Ok(node_or_nothing(&self.document, found))
            }
            "setnameditem" => {
                let Nodes::AttributesOf(element) = self.nodes else {
                    return not_here(self.class(), member);
                };
                let own = Node(RefCell::new((Rc::clone(&self.document), element)));
                own.call_element("setattributenode", arguments)
            }
            _ => not_here(self.class(), member),
        }
    }

    fn index(&self, _: &mut World, arguments: Arguments<'_>) -> Answer {
        self.item(arguments)
    }

    fn elements(&self, _: &mut World) -> Result<Vec<Value>, Box<Fault>> {
        let nodes = self.ids().into_iter();
        Ok(nodes.map(|id| node_value(&self.document, id)).collect())
    }
}

/// `IXMLDOMParseError`
struct ParseError(Option<ReadError>);

impl ParseError {
    /// The number and text that MSXML has for it, where it has one of its own. [MSXML, XML parse error messages]
    fn explained(&self) -> (i32, String) {
        let Some(error) = &self.0 else {
            return (0, String::new());
        };
        match &error.reason {
            Reason::NoRoot => (
                -1_072_896_680,
                "XML document must have a top level element.".to_owned(),
            ),
            Reason::SecondRoot => (
                -1_072_896_683,
                "Only one top level element is allowed in an XML document.".to_owned(),
            ),
            Reason::TextOutside => (
                -1_072_896_682,
                "Invalid at the top level of the document.".to_owned(),
            ),
            Reason::WrongEnd { start, end } => (
                -1_072_896_659,
                format!("End tag '{end}' does not match the start tag '{start}'."),
            ),
            Reason::NotClosed(names) => (
                -1_072_896_685,
                format!("The following tags were not closed: {names}."),
            ),
            Reason::Doctype => (-1_072_896_636, "DTD is prohibited.".to_owned()),
            other => (-2_147_467_259, format!("{other}.")),
        }
    }
}

impl Object for ParseError {
    fn class(&self) -> &'static str {
        "IXMLDOMParseError"
    }

    fn is_method(&self, _: &str) -> bool {
        false
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let place = |of: fn(&ReadError) -> usize| long(self.0.as_ref().map_or(0, of));
        Ok(match member {
            "errorcode" => Value::Long(self.explained().0),
            "reason" => match self.explained().1 {
                none if none.is_empty() => Value::text(""),
                reason => Value::text(reason + "\r\n"),
            },
            "line" => place(|error| error.line),
            "linepos" => place(|error| error.column),
            "filepos" => place(|error| error.offset),
            "srctext" | "url" => Value::text(""),
            _ => return not_here(self.class(), member),
        })
    }
}
