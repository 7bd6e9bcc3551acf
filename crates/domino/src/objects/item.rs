//! `NotesItem` and `NotesRichTextItem`: the items of a document, each by its own place in it.

use crate::World;
use crate::convert::{self, Content, append_item};
use crate::object::{Arguments, Object, value_of};
use crate::objects::database::NotesDatabase;
use crate::objects::datetime::NotesDateTime;
use crate::objects::document::{Doc, NotesDocument, notes_error, weight_of};
use crate::objects::embedded::NotesEmbeddedObject;
use crate::objects::view::NotesView;
use dxl::notes::{self, Document, Item};
use dxl::{Element, NodeId, Tree};
use lotusscript::formula;
use lotusscript::run::{Answer, Array, Fault, ScriptError, Value, charge};
use std::rc::Rc;

/// `NotesItem`, or `NotesRichTextItem` of rich text.
pub(crate) struct NotesItem {
    pub doc: Rc<Doc>,
    id: NodeId,
    is_rich: bool,
}

/// What a link in rich text leads to.
struct LinkTarget {
    element: &'static str,
    replica_id: String,
    /// What is meant in the database, by the attribute that has its universal id.
    within: Option<(&'static str, String)>,
}

/// A database, a view or a document.
fn link_target(world: &mut World, given: Arguments<'_>) -> Result<LinkTarget, Box<Fault>> {
    let (element, database, within) = if let Ok(view) = given.object::<NotesView>(0) {
        let unid = view.0.index(world)?.unid.clone();
        let unid = unid.ok_or_else(|| {
            notes_error("the view has no universal id in the DXL that was given, so that nothing can link to it")
        })?;
        (
            "viewlink",
            Rc::clone(&view.0.database),
            Some(("view", unid)),
        )
    } else if let Ok(document) = given.object::<NotesDocument>(0) {
        let unid = document.0.state.borrow().unid.clone();
        let database = Rc::clone(&document.0.database);
        ("doclink", database, Some(("document", unid)))
    } else {
        let database = given
            .object::<NotesDatabase>(0)
            .map_err(|_| given.mismatch(0, "a NotesDatabase, NotesView or NotesDocument"))?;
        ("databaselink", Rc::clone(&database.0), None)
    };
    Ok(LinkTarget {
        element,
        replica_id: database.store(world)?.replica_id().to_owned(),
        within,
    })
}

/// The item at a place as a value.
pub(crate) fn value(doc: &Rc<Doc>, id: NodeId) -> Value {
    let is_rich = {
        let state = doc.state.borrow();
        let element = state.document.element().tree().element(id);
        element.is_some_and(|element| element.first("richtext").is_some())
    };
    value_of(NotesItem {
        doc: Rc::clone(doc),
        id,
        is_rich,
    })
}

/// Puts an item element that was made behind all others.
pub(crate) fn append(document: &mut Document, item: NodeId) {
    let root = document.element().id();
    let tree = document.tree_mut();
    let line_end = tree.create_text("\n");
    tree.append(root, line_end);
    tree.append(root, item);
}

/// A new item of rich text, empty.
pub(crate) fn create_rich_text(doc: &Rc<Doc>, name: &str) -> Answer {
    let id = {
        let mut state = doc.state.borrow_mut();
        let id = append_item(&mut state.document, name, &Content::text(""));
        let tree = state.document.tree_mut();
        let mut item = tree.edit(id);
        item.clear();
        let mut text = item.append("richtext");
        text.append("pardef").set("id", "1");
        text.append("par").set("def", "1");
        id
    };
    Ok(value(doc, id))
}

/// `New NotesItem(document, name, value, special)`
pub(crate) fn create(world: &mut World, given: Arguments<'_>) -> Answer {
    let document = given.object::<NotesDocument>(0)?;
    let content = Content::of_value(&given.value(2), world)?;
    let special = given.long_or(3, 0)?;
    let id = {
        let mut state = document.0.state.borrow_mut();
        let id = append_item(&mut state.document, &given.text(1)?, &content);
        let flag = match special {
            NAMES => Some("names"),
            READERS => Some("readers"),
            AUTHORS => Some("authors"),
            _ => None,
        };
        if let Some(flag) = flag {
            set_flag(&mut state.document, id, flag, true);
        }
        id
    };
    Ok(value(&document.0, id))
}

const RICHTEXT: i32 = 1;
const NUMBERS: i32 = 768;
const DATETIMES: i32 = 1024;
const NAMES: i32 = 1074;
const READERS: i32 = 1075;
const AUTHORS: i32 = 1076;
const ATTACHMENT: i32 = 1084;
const TEXT: i32 = 1280;
const FORMULA: i32 = 1536;
const EMPTY: i32 = 1280;
const USERDATA: i32 = 14;

fn set_flag(document: &mut Document, id: NodeId, flag: &str, is_on: bool) {
    let tree = document.tree_mut();
    // What is not said of a summary is that it is one, for texts, numbers and dates.
    match (flag, is_on) {
        ("summary" | "protected", is_on) => {
            tree.set_attribute(id, flag, if is_on { "true" } else { "false" });
        }
        (_, true) => tree.set_attribute(id, flag, "true"),
        (_, false) => {
            tree.remove_attribute(id, flag);
        }
    }
}

impl NotesItem {
    fn with<T>(&self, see: impl FnOnce(Item<'_>) -> T) -> Result<T, Box<Fault>> {
        let state = self.doc.state.borrow();
        let element = state.document.element().tree().element(self.id);
        match element.filter(|element| element.parent().is_some()) {
            Some(element) => Ok(see(Item::new(element))),
            None => Err(notes_error("the item has been removed from its document")),
        }
    }

    /// What it costs to read it, and to write it anew: by its values and paragraphs, and the runs of the last of these.
    fn charge(&self) -> Result<(), Box<Fault>> {
        let inner = |element: Element<'_>| element.children().count();
        let parts = self.with(|item| {
            let element = item.element();
            inner(element) + element.elements().map(inner).sum::<usize>()
        });
        // Of one that is gone nothing is read.
        charge(parts.unwrap_or_default() as u64)
    }

    fn change(&self, change: impl FnOnce(&mut Tree)) -> Result<(), Box<Fault>> {
        self.with(|_| ())?;
        change(self.doc.state.borrow_mut().document.tree_mut());
        Ok(())
    }

    /// Its name.
    pub fn name(&self) -> String {
        self.with(|item| item.name().to_owned()).unwrap_or_default()
    }

    /// What it holds.
    pub fn content(&self) -> Result<Option<Content>, Box<Fault>> {
        self.with(Content::of_item)
    }

    fn known_content(&self) -> Result<Content, Box<Fault>> {
        Ok(self.content()?.unwrap_or_else(|| Content::text("")))
    }

    fn put(&self, content: &Content) -> Result<(), Box<Fault>> {
        let id = self.id;
        self.change(|tree| content.write(tree, id))
    }

    /// A copy of it in a document, in place of what bears its name there.
    pub fn copy_to(&self, world: &World, target: &Rc<Doc>, name: &str) -> Answer {
        let copy = {
            let state = self.doc.state.borrow();
            let element = state.document.element().tree().element(self.id);
            element.map(Tree::copy_of)
        };
        let Some(copy) = copy else {
            return Err(notes_error("the item has been removed from its document"));
        };
        world.grow(weight_of(copy.root()))?;
        let id = {
            let mut into = target.state.borrow_mut();
            let is_own = Rc::ptr_eq(target, &self.doc);
            if !is_own
                || !name.eq_ignore_ascii_case(copy.root().attribute("name").unwrap_or_default())
            {
                into.document.remove_item(name);
            }
            let id = into.document.tree_mut().create_copy(copy.root());
            into.document.tree_mut().set_attribute(id, "name", name);
            append(&mut into.document, id);
            id
        };
        Ok(value(target, id))
    }

    fn sort(&self) -> Result<i32, Box<Fault>> {
        self.with(|item| {
            for (flag, sort) in [("names", NAMES), ("readers", READERS), ("authors", AUTHORS)] {
                if item.has(flag) {
                    return sort;
                }
            }
            match item.value() {
                notes::Value::Number(_) | notes::Value::NumberList(_) => NUMBERS,
                notes::Value::DateTime(_) | notes::Value::DateTimeList(_) => DATETIMES,
                notes::Value::RichText(_) => RICHTEXT,
                notes::Value::Object(_) => ATTACHMENT,
                notes::Value::Formula { .. } => FORMULA,
                notes::Value::Raw { kind, .. } => i32::from_str_radix(kind, 16).unwrap_or(USERDATA),
                notes::Value::Empty => EMPTY,
                _ => TEXT,
            }
        })
    }

    fn text(&self, world: &World) -> Result<String, Box<Fault>> {
        Ok(self.known_content()?.to_text(world, ";"))
    }

    fn append_texts(&self, world: &World, added: &Value) -> Result<(), Box<Fault>> {
        let Content::Texts(added) = Content::of_value(added, world)? else {
            return Err(not_for_texts());
        };
        world.grow(added.iter().map(|text| 200 + text.len()).sum())?;
        let many = self.with(|item| {
            let list = item.element().first("textlist")?;
            let has_several = list.elements().nth(1).is_some();
            has_several.then(|| list.id())
        })?;
        if let Some(many) = many {
            // In place: a list that grows is not written anew each time.
            return self.change(|tree| convert::append_texts(tree, many, &added));
        }
        let Content::Texts(mut all) = self.known_content()? else {
            return Err(not_for_texts());
        };
        if matches!(all.as_slice(), [one] if one.is_empty()) {
            all.clear();
        }
        all.extend(added);
        self.put(&Content::Texts(all))
    }

    fn contains(&self, world: &World, wanted: &Value) -> Answer {
        let wanted = Content::of_value(wanted, world)?;
        let found = match (self.known_content()?, wanted) {
            (Content::Texts(list), Content::Texts(wanted)) => wanted.iter().all(|wanted| {
                list.iter()
                    .any(|text| text.to_lowercase() == wanted.to_lowercase())
            }),
            (Content::Numbers(list), Content::Numbers(wanted)) => {
                wanted.iter().all(|wanted| list.contains(wanted))
            }
            (Content::Times(list), Content::Times(wanted)) => {
                let instant = |time: &formula::Time| match time {
                    formula::Time::At(time) => crate::time::ole_of(time, &world.zone),
                    formula::Time::Range(from, _) => crate::time::ole_of(from, &world.zone),
                };
                wanted
                    .iter()
                    .all(|wanted| list.iter().any(|time| instant(time) == instant(wanted)))
            }
            _ => false,
        };
        Ok(Value::Boolean(found))
    }

    /// The first letters of its text, without its small words; as HCL describes, not to the letter.
    fn plain(&self) -> Result<String, Box<Fault>> {
        self.with(|item| match item.value() {
            notes::Value::RichText(text) => text.plain_text(),
            _ => String::new(),
        })
    }
}

/// Which attribute a property is.
fn flag_of(member: &str) -> Option<&'static str> {
    Some(match member {
        "isnames" => "names",
        "isauthors" => "authors",
        "isreaders" => "readers",
        "isencrypted" => "seal",
        "issigned" => "sign",
        "isprotected" => "protected",
        "issummary" => "summary",
        _ => return None,
    })
}

impl Object for NotesItem {
    fn class(&self) -> &'static str {
        match self.is_rich {
            true => "NotesRichTextItem",
            false => "NotesItem",
        }
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        self.charge()?;
        if let Some(flag) = flag_of(member) {
            let is_on = self.with(|item| match flag {
                // Texts, numbers and dates are in the summary unless they say otherwise.
                "summary" => {
                    let plain = !matches!(
                        item.value(),
                        notes::Value::RichText(_)
                            | notes::Value::Object(_)
                            | notes::Value::Raw { .. }
                    );
                    item.element()
                        .attribute("summary")
                        .map_or(plain, |word| word == "true")
                }
                flag => item.has(flag),
            })?;
            return Ok(Value::Boolean(is_on));
        }
        Ok(match member {
            "name" => Value::text(self.with(|item| item.name().to_owned())?),
            "text" => Value::text(self.text(world)?),
            "values" => match self.is_rich {
                true => Value::text(self.plain()?),
                false => self.known_content()?.to_array(&world.zone),
            },
            "type" => Value::Long(self.sort()?),
            "parent" => self.doc.value(),
            "savetodisk" => Value::Boolean(true),
            "valuelength" => {
                let bytes = self.with(|item| item.element().to_xml().map_or(0, |xml| xml.len()))?;
                Value::Long(i32::try_from(bytes).unwrap_or(i32::MAX))
            }
            "datetimevalue" => match self.known_content()? {
                Content::Times(list) => match list.first() {
                    Some(formula::Time::At(time) | formula::Time::Range(time, _)) => {
                        value_of(NotesDateTime::new(*time))
                    }
                    None => Value::Nothing,
                },
                _ => Value::Nothing,
            },
            "lastmodified" => self.doc.value_of_modified(world),
            "embeddedobjects" => {
                let all = NotesEmbeddedObject::all(&self.doc);
                match all.is_empty() {
                    true => Value::Empty,
                    false => Array::of_values(all),
                }
            }
            _ => return crate::object::not_here(self.class(), member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        self.charge()?;
        if let Some(flag) = flag_of(member) {
            let is_on = value.as_number().is_some_and(|number| number != 0.0);
            self.with(|_| ())?;
            let mut state = self.doc.state.borrow_mut();
            set_flag(&mut state.document, self.id, flag, is_on);
            if is_on && matches!(flag, "authors" | "readers") {
                set_flag(&mut state.document, self.id, "names", false);
            }
            return Ok(());
        }
        match member {
            "values" => self.put(&Content::of_value(&value, world)?),
            "datetimevalue" => match Content::of_value(&value, world)? {
                content @ Content::Times(_) => self.put(&content),
                _ => Err(convert::mismatch("DateTimeValue takes a NotesDateTime")),
            },
            _ => crate::object::not_here(self.class(), member).map(|_| ()),
        }
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        self.charge()?;
        if self.is_rich
            && let Some(answer) = self.rich(world, member, given)
        {
            return answer;
        }
        Ok(match member {
            "appendtotextlist" => {
                self.append_texts(world, &given.value(0))?;
                Value::Empty
            }
            "contains" => return self.contains(world, &given.value(0)),
            "copyitemtodocument" => {
                let target = given.object::<NotesDocument>(0)?;
                return self.copy_to(world, &target.0, &given.text(1)?);
            }
            "getvaluedatetimearray" => return super::datetime::array_of(self.content()?),
            "remove" => {
                let name = self.with(|item| item.name().to_owned())?;
                let id = self.id;
                self.change(|tree| tree.detach(id))?;
                if name.eq_ignore_ascii_case("form") {
                    self.doc.remove_item("Form");
                }
                Value::Empty
            }
            "abstract" => {
                let most = usize::try_from(given.long_or(0, 0)?).unwrap_or(0);
                let text = self.text(world)?;
                let start = text.split_whitespace().collect::<Vec<_>>().join(" ");
                Value::text(start.chars().take(most).collect::<String>())
            }
            _ => return crate::object::not_here(self.class(), member),
        })
    }
}

/// Rich text is written at its end.
impl NotesItem {
    fn rich(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Option<Answer> {
        let done = |written: Result<(), Box<Fault>>| written.map(|()| Value::Empty);
        Some(match member {
            "appendtext" => given.text(0).and_then(|text| {
                world.grow(text.len())?;
                done(self.write_text(&text))
            }),
            "addnewline" => (|| {
                let count = given.long_or(0, 1)?;
                let is_paragraph = given.is_true_or(1, true)?;
                world.grow(usize::try_from(count).unwrap_or(0).min(10_000) * 100)?;
                done(self.write_lines(count, is_paragraph))
            })(),
            "addtab" => (|| {
                let count = usize::try_from(given.long_or(0, 1)?).unwrap_or(0).min(1000);
                world.grow(count * 100)?;
                done(self.write_text(&"\t".repeat(count)))
            })(),
            "getunformattedtext" => self.plain().map(Value::text),
            "getformattedtext" => (|| {
                let (strips, columns) = (given.is_true_or(0, false)?, given.long_or(1, 0)?);
                let text = self.plain()?;
                let text = if strips { text.replace('\t', "") } else { text };
                Ok(Value::text(wrapped(
                    &text,
                    usize::try_from(columns).unwrap_or(0),
                )))
            })(),
            "appenddoclink" => world
                .grow(1000)
                .and_then(|()| self.write_link(world, given))
                .map(|()| Value::Empty),
            "appendrtitem" => self.append_rich(world, given).map(|()| Value::Empty),
            "getembeddedobject" => given
                .text(0)
                .map(|name| NotesEmbeddedObject::find(&self.doc, &name)),
            "update" | "compact" => Ok(Value::Empty),
            _ => return None,
        })
    }

    /// Changes the rich text; it is given with the paragraph at its end.
    fn at_end(&self, change: impl FnOnce(&mut Tree, NodeId, NodeId)) -> Result<(), Box<Fault>> {
        let text = self.with(|item| {
            let text = item.element().first("richtext")?;
            let last = text.elements().filter(|block| block.name() == "par").last();
            let is_at_end =
                last.map(|par| par.id()) == text.elements().last().map(|block| block.id());
            let def = last.and_then(|par| par.attribute("def")).unwrap_or("1");
            Some((
                text.id(),
                last.map(|par| par.id()).filter(|_| is_at_end),
                def.to_owned(),
            ))
        })?;
        let Some((text, last, def)) = text else {
            return Err(ScriptError::new(4000, "Notes error: the item holds no rich text").into());
        };
        self.change(|tree| {
            let par = last.unwrap_or_else(|| tree.edit(text).append("par").set("def", &def).id());
            change(tree, text, par);
        })
    }

    fn write_text(&self, text: &str) -> Result<(), Box<Fault>> {
        self.at_end(|tree, _, par| write_into(tree, par, text))
    }

    fn write_lines(&self, count: i32, is_paragraph: bool) -> Result<(), Box<Fault>> {
        let count = count.clamp(0, 10_000);
        self.at_end(|tree, text, par| {
            let def = tree
                .element(par)
                .and_then(|par| par.attribute("def"))
                .unwrap_or("1")
                .to_owned();
            for _ in 0..count {
                match is_paragraph {
                    true => {
                        tree.edit(text).append("par").set("def", &def);
                    }
                    false => {
                        tree.edit(par).append("break");
                    }
                }
            }
        })
    }

    fn write_link(&self, world: &mut World, given: Arguments<'_>) -> Result<(), Box<Fault>> {
        let target = link_target(world, given)?;
        let (comment, hotspot) = (given.text_or(1, "")?, given.text_or(2, "")?);
        self.at_end(|tree, _, par| {
            let mut holder = tree.edit(par);
            let mut link = holder.append(target.element);
            link.set("database", &target.replica_id);
            if let Some((attribute, unid)) = &target.within {
                link.set(attribute, unid);
            }
            if !comment.is_empty() {
                link.set("description", &comment);
            }
            if !hotspot.is_empty() {
                link.append_text(&hotspot);
            }
        })
    }

    fn append_rich(&self, world: &World, given: Arguments<'_>) -> Result<(), Box<Fault>> {
        let other = given.object::<Self>(0)?;
        world.grow(other.with(|item| weight_of(item.element()))?)?;
        // A copy of its own, for it may be this very item.
        let copy = other.with(|item| item.element().first("richtext").map(Tree::copy_of))?;
        let Some(copy) = copy else {
            return Ok(());
        };
        let blocks = || {
            copy.root()
                .elements()
                .filter(|block| block.name() != "pardef")
        };
        self.at_end(|tree, text, par| {
            let def = tree
                .element(par)
                .and_then(|par| par.attribute("def"))
                .unwrap_or("1")
                .to_owned();
            for (number, root) in blocks().enumerate() {
                if number == 0 && root.name() == "par" {
                    // The first paragraph goes on where the text ended.
                    for node in root.children() {
                        if let Some(inner) = node.as_element() {
                            tree.edit(par).append_copy(inner);
                        } else if let Some(piece) = node.as_text() {
                            tree.edit(par).append_text(piece);
                        }
                    }
                    continue;
                }
                let copy = tree.create_copy(root);
                if root.name() == "par" {
                    tree.set_attribute(copy, "def", &def);
                }
                tree.append(text, copy);
            }
        })
    }
}

fn not_for_texts() -> Box<Fault> {
    convert::mismatch("AppendToTextList is for texts")
}

fn write_into(tree: &mut Tree, par: NodeId, text: &str) {
    let mut piece = String::new();
    let put = |tree: &mut Tree, piece: &mut String| {
        if !piece.is_empty() {
            tree.edit(par).append_text(piece);
            piece.clear();
        }
    };
    for letter in text.chars() {
        match letter {
            '\r' => {}
            '\n' => {
                put(tree, &mut piece);
                tree.edit(par).append("break");
            }
            letter if letter.is_control() => {
                put(tree, &mut piece);
                let code = format!("{:x}", u32::from(letter));
                tree.edit(par).append("nonxmlchar").set("value", &code);
            }
            letter => piece.push(letter),
        }
    }
    put(tree, &mut piece);
}

/// Lines of at most so many letters, broken at blanks; 0 breaks none.
fn wrapped(text: &str, columns: usize) -> String {
    if columns == 0 {
        return text.to_owned();
    }
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut open = String::new();
        for word in line.split(' ') {
            let length = open.chars().count() + 1 + word.chars().count();
            if !open.is_empty() && length > columns {
                lines.push(std::mem::take(&mut open));
            }
            if !open.is_empty() {
                open.push(' ');
            }
            open += word;
        }
        lines.push(open);
    }
    lines.join("\n")
}

/// `New NotesRichTextItem(document, name)`
pub(crate) fn create_rich(given: Arguments<'_>) -> Answer {
    let document = given.object::<NotesDocument>(0)?;
    create_rich_text(&document.0, &given.text(1)?)
}
