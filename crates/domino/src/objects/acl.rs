//! `NotesACL` and `NotesACLEntry`: who may do what, as the DXL of the database says.

use crate::object::{Arguments, Object, not_here, value_of};
use crate::objects::database::OpenDatabase;
use crate::objects::document::notes_error;
use crate::objects::name::NotesName;
use crate::store::DatabaseId;
use crate::{World, names};
use dxl::design::{Acl, EntryType, Level};
use dxl::{NodeId, Tree};
use lotusscript::run::{Answer, Array, Fault, Value};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// An entry, apart from the tree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub name: String,
    /// From 0, no access, to 6, manager.
    pub level: i16,
    kind: i16,
    pub roles: Vec<String>,
    is_default: bool,
    /// The rights beside the level, by their attributes.
    flags: Vec<(&'static str, bool)>,
}

/// The rights beside the level: the property, the attribute, and from which level on one has it unless it is said.
const FLAGS: [(&str, &str, i16); 8] = [
    ("cancreatedocuments", "createdocs", 3),
    ("candeletedocuments", "deletedocs", 6),
    ("cancreatepersonalagent", "createpersonalagents", 5),
    ("cancreatepersonalfolder", "createpersonalviews", 5),
    ("cancreatesharedfolder", "createsharedviews", 5),
    ("cancreatelsorjavaagent", "createlsjavaagents", 6),
    ("ispublicreader", "readpublicdocs", 2),
    ("ispublicwriter", "writepublicdocs", 4),
];

impl Entry {
    fn new(name: &str, level: i16) -> Self {
        Self {
            name: name.to_owned(),
            level,
            kind: 0,
            roles: Vec::new(),
            is_default: false,
            flags: Vec::new(),
        }
    }

    fn has(&self, attribute: &str) -> bool {
        let said = self.flags.iter().find(|(known, _)| *known == attribute);
        match said {
            Some((_, is_on)) => *is_on,
            None => FLAGS
                .iter()
                .any(|(_, known, least)| *known == attribute && self.level >= *least),
        }
    }
}

fn level_number(level: Option<Level>) -> i16 {
    let at = Level::ALL.iter().position(|known| Some(*known) == level);
    at.and_then(|at| i16::try_from(at).ok()).unwrap_or(0)
}

fn acl_of(tree: &Tree) -> Option<Acl<'_>> {
    Acl::of(tree.root())
}

/// The entries of a database.
pub(crate) fn entries_of(world: &World, database: DatabaseId) -> Vec<Entry> {
    let acl = world
        .store
        .get(database)
        .and_then(|store| acl_of(store.design()));
    let entries = acl.into_iter().flat_map(Acl::entries);
    entries
        .map(|entry| Entry {
            name: entry.name().to_owned(),
            level: level_number(entry.level()),
            kind: EntryType::ALL
                .iter()
                .position(|kind| Some(*kind) == entry.kind())
                .and_then(|at| i16::try_from(at).ok())
                .unwrap_or(0),
            roles: entry.roles().map(|role| role.into_owned()).collect(),
            is_default: entry.is_for_others(),
            flags: FLAGS
                .iter()
                .filter_map(|(_, attribute, _)| {
                    Some((*attribute, entry.element().attribute(attribute)? == "true"))
                })
                .collect(),
        })
        .collect()
}

/// The names that a user counts as in a database: the own one, its wildcards, groups, roles.
pub(crate) fn names_of(world: &World, database: Option<DatabaseId>, user: &str) -> Vec<String> {
    let canonical = names::canonical(user);
    let mut all = vec![canonical.clone(), names::common(user)];
    let mut rest = canonical.as_str();
    while let Some((_, outside)) = rest.split_once('/') {
        all.push(format!("*/{outside}"));
        rest = outside;
    }
    all.push("*".to_owned());
    if names::is_same(user, &world.user) {
        all.extend(world.groups.iter().cloned());
    }
    if let Some(database) = database {
        all.extend(roles_of(world, database, user));
    }
    all
}

fn entries_for(world: &World, database: DatabaseId, user: &str) -> Vec<Entry> {
    let entries = entries_of(world, database);
    let own: Vec<Entry> = entries
        .iter()
        .filter(|entry| !entry.is_default && names::is_same(&entry.name, user))
        .cloned()
        .collect();
    if !own.is_empty() {
        return own;
    }
    let known = names_of(world, None, user);
    let groups: Vec<Entry> = entries
        .iter()
        .filter(|entry| {
            !entry.is_default
                && known
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&entry.name))
        })
        .cloned()
        .collect();
    match groups.is_empty() {
        true => entries
            .into_iter()
            .filter(|entry| entry.is_default)
            .collect(),
        false => groups,
    }
}

/// What somebody may do, from 0 to 6; in a database without a list, everything.
pub(crate) fn level_of(world: &World, database: DatabaseId, user: &str) -> i16 {
    if entries_of(world, database).is_empty() {
        return 6;
    }
    let entries = entries_for(world, database, user);
    entries.iter().map(|entry| entry.level).max().unwrap_or(0)
}

/// The roles that somebody has.
pub(crate) fn roles_of(world: &World, database: DatabaseId, user: &str) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    for entry in entries_for(world, database, user) {
        for role in entry.roles {
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
    }
    roles
}

/// Gives a name a level; without one its entry goes.
pub(crate) fn change(
    world: &mut World,
    database: DatabaseId,
    name: &str,
    level: Option<i32>,
) -> Result<(), Box<Fault>> {
    let mut entries = entries_of(world, database);
    let known = entries
        .iter()
        .position(|entry| names::is_same(&entry.name, name));
    match (known, level.and_then(|level| i16::try_from(level).ok())) {
        (Some(at), Some(level)) => entries[at].level = level,
        (None, Some(level)) => entries.push(Entry::new(name, level)),
        (Some(at), None) => {
            entries.remove(at);
        }
        (None, None) => return Err(notes_error("the name is not in the access control list")),
    }
    let roles = list_roles(world, database);
    write(world, database, &entries, &roles);
    Ok(())
}

fn list_roles(world: &World, database: DatabaseId) -> Vec<String> {
    let acl = world
        .store
        .get(database)
        .and_then(|store| acl_of(store.design()));
    let roles = acl.into_iter().flat_map(Acl::roles);
    roles.map(|role| role.into_owned()).collect()
}

/// Writes the list into the design.
fn write(world: &mut World, database: DatabaseId, entries: &[Entry], roles: &[String]) {
    let Some(store) = world.store.get_mut(database) else {
        return;
    };
    let tree = store.design_mut();
    let acl = match tree.root().first("acl").map(|acl| acl.id()) {
        Some(acl) => acl,
        None => {
            let made = tree.create_element("acl");
            let root = tree.root().id();
            let behind = tree
                .root()
                .elements()
                .find(|element| element.name() != "databaseinfo");
            match behind.map(|element| element.id()) {
                Some(next) => tree.insert_before(next, made),
                None => tree.append(root, made),
            }
            made
        }
    };
    let kept: Vec<NodeId> = tree
        .element(acl)
        .into_iter()
        .flat_map(|acl| {
            acl.all("logentry")
                .map(|entry| entry.id())
                .collect::<Vec<_>>()
        })
        .collect();
    let copies: Vec<Tree> = kept
        .into_iter()
        .filter_map(|id| tree.element(id).map(Tree::copy_of))
        .collect();
    tree.edit(acl).clear();
    for role in roles {
        tree.edit(acl).append("role").append_text(role);
    }
    for entry in entries {
        write_entry(tree, acl, entry);
    }
    for copy in copies {
        tree.edit(acl).append_copy(copy.root());
    }
}

fn write_entry(tree: &mut Tree, acl: NodeId, entry: &Entry) {
    let mut holder = tree.edit(acl);
    let mut element = holder.append("aclentry");
    element.set("name", &entry.name);
    if entry.is_default {
        element.set("default", "true");
    }
    let level = usize::try_from(entry.level)
        .ok()
        .and_then(|at| Level::ALL.get(at));
    element.set("level", level.map_or("noaccess", |level| level.word()));
    let kind = usize::try_from(entry.kind)
        .ok()
        .and_then(|at| EntryType::ALL.get(at));
    if let Some(kind) = kind.filter(|kind| **kind != EntryType::Unspecified) {
        element.set("type", kind.word());
    }
    for (attribute, is_on) in &entry.flags {
        element.set(attribute, if *is_on { "true" } else { "false" });
    }
    for role in &entry.roles {
        element.append("role").append_text(role);
    }
}

/// An access control list in the hands of a script; `Save` writes it.
struct OpenAcl {
    database: Rc<OpenDatabase>,
    entries: RefCell<Vec<Rc<RefCell<Entry>>>>,
    roles: RefCell<Vec<String>>,
    next: Cell<usize>,
}

/// `NotesACL`
struct NotesAcl(Rc<OpenAcl>);

/// `NotesACLEntry`
pub(crate) struct NotesAclEntry {
    acl: Rc<OpenAcl>,
    entry: Rc<RefCell<Entry>>,
}

/// The list of a database as a value.
pub(crate) fn open(world: &World, database: &Rc<OpenDatabase>) -> Answer {
    let id = database.store_id()?;
    let entries = entries_of(world, id);
    Ok(value_of(NotesAcl(Rc::new(OpenAcl {
        database: Rc::clone(database),
        entries: RefCell::new(
            entries
                .into_iter()
                .map(|entry| Rc::new(RefCell::new(entry)))
                .collect(),
        ),
        roles: RefCell::new(list_roles(world, id)),
        next: Cell::new(0),
    }))))
}

/// `New NotesACLEntry(acl, name, level)`
pub(crate) fn create_entry(given: Arguments<'_>) -> Answer {
    let acl = given.object::<NotesAcl>(0)?;
    Ok(acl.add(&given.text(1)?, given.long_or(2, 0)?))
}

impl NotesAcl {
    fn value(&self, at: usize) -> Value {
        match self.0.entries.borrow().get(at) {
            Some(entry) => value_of(NotesAclEntry {
                acl: Rc::clone(&self.0),
                entry: Rc::clone(entry),
            }),
            None => Value::Nothing,
        }
    }

    fn add(&self, name: &str, level: i32) -> Value {
        let entry = Entry::new(name, i16::try_from(level).unwrap_or(0));
        self.0
            .entries
            .borrow_mut()
            .push(Rc::new(RefCell::new(entry)));
        self.value(self.0.entries.borrow().len() - 1)
    }

    fn position(&self, name: &str) -> Option<usize> {
        let entries = self.0.entries.borrow();
        entries
            .iter()
            .position(|entry| names::is_same(&entry.borrow().name, name))
    }
}

impl Object for NotesAcl {
    fn class(&self) -> &'static str {
        "NotesACL"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let attribute = |name: &str| {
            let store = self.0.database.id.get().and_then(|id| world.store.get(id));
            let acl = store.and_then(|store| store.design().root().first("acl"));
            acl.and_then(|acl| acl.attribute(name)).map(str::to_owned)
        };
        Ok(match member {
            "roles" => {
                let roles = self.0.roles.borrow();
                Array::of_values(roles.iter().map(Value::text).collect())
            }
            "uniformaccess" => {
                Value::Boolean(attribute("consistentacl").as_deref() == Some("true"))
            }
            "administrationserver" => Value::text(attribute("adminserver").unwrap_or_default()),
            "internetlevel" => {
                let level = attribute("maxinternetaccess").and_then(|word| Level::of(&word));
                Value::Integer(level_number(Some(level.unwrap_or(Level::Editor))))
            }
            "isextendedaccess" => Value::Boolean(false),
            "parent" => self.0.database.value(),
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        Ok(match member {
            "getfirstentry" => {
                self.0.next.set(1);
                self.value(0)
            }
            "getnextentry" => {
                let entry = given.object::<NotesAclEntry>(0)?;
                let at = self
                    .0
                    .entries
                    .borrow()
                    .iter()
                    .position(|known| Rc::ptr_eq(known, &entry.entry));
                at.map_or(Value::Nothing, |at| self.value(at + 1))
            }
            "getentry" => self
                .position(&given.text(0)?)
                .map_or(Value::Nothing, |at| self.value(at)),
            "createaclentry" => self.add(&given.text(0)?, given.long_or(1, 0)?),
            "removeaclentry" => match self.position(&given.text(0)?) {
                Some(at) => {
                    self.0.entries.borrow_mut().remove(at);
                    Value::Empty
                }
                None => return Err(notes_error("the name is not in the access control list")),
            },
            "addrole" | "deleterole" => {
                let role = in_brackets(&given.text(0)?);
                let mut roles = self.0.roles.borrow_mut();
                roles.retain(|known| !known.eq_ignore_ascii_case(&role));
                if member == "addrole" {
                    roles.push(role);
                } else {
                    for entry in self.0.entries.borrow().iter() {
                        entry
                            .borrow_mut()
                            .roles
                            .retain(|known| !known.eq_ignore_ascii_case(&role));
                    }
                }
                Value::Empty
            }
            "renamerole" => {
                let (old, new) = (in_brackets(&given.text(0)?), in_brackets(&given.text(1)?));
                let rename = |roles: &mut Vec<String>| {
                    for role in roles
                        .iter_mut()
                        .filter(|role| role.eq_ignore_ascii_case(&old))
                    {
                        role.clone_from(&new);
                    }
                };
                rename(&mut self.0.roles.borrow_mut());
                for entry in self.0.entries.borrow().iter() {
                    rename(&mut entry.borrow_mut().roles);
                }
                Value::Empty
            }
            "save" => {
                let entries: Vec<Entry> = self
                    .0
                    .entries
                    .borrow()
                    .iter()
                    .map(|entry| entry.borrow().clone())
                    .collect();
                let roles = self.0.roles.borrow().clone();
                write(world, self.0.database.store_id()?, &entries, &roles);
                Value::Empty
            }
            _ => return not_here(self.class(), member),
        })
    }
}

fn in_brackets(role: &str) -> String {
    match role.starts_with('[') {
        true => role.to_owned(),
        false => format!("[{role}]"),
    }
}

impl Object for NotesAclEntry {
    fn class(&self) -> &'static str {
        "NotesACLEntry"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let entry = self.entry.borrow();
        if let Some((_, attribute, _)) = FLAGS.iter().find(|(property, ..)| *property == member) {
            return Ok(Value::Boolean(entry.has(attribute)));
        }
        Ok(match member {
            "name" => Value::text(&entry.name),
            "nameobject" => value_of(NotesName::new(&entry.name, "")),
            "level" => Value::Integer(entry.level),
            "usertype" => Value::Integer(entry.kind),
            "roles" => Array::of_values(entry.roles.iter().map(Value::text).collect()),
            "isperson" => Value::Boolean(entry.kind == 1),
            "isserver" => Value::Boolean(matches!(entry.kind, 2 | 5)),
            "isgroup" => Value::Boolean(matches!(entry.kind, 3..=5)),
            "parent" => value_of(NotesAcl(Rc::clone(&self.acl))),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let number = value.as_number().unwrap_or(0.0);
        let mut entry = self.entry.borrow_mut();
        if let Some((_, attribute, _)) = FLAGS.iter().find(|(property, ..)| *property == member) {
            entry.flags.retain(|(known, _)| known != attribute);
            entry.flags.push((attribute, number != 0.0));
            return Ok(());
        }
        let whole = [0_i16, 1, 2, 3, 4, 5, 6]
            .into_iter()
            .find(|level| f64::from(*level) == number);
        match (member, whole) {
            ("name", _) => entry.name = value.text_by(&world.international)?,
            ("level", Some(level)) => entry.level = level,
            ("usertype", Some(kind @ 0..=5)) => entry.kind = kind,
            ("level" | "usertype", _) => {
                return Err(crate::convert::mismatch("there is no such level or type"));
            }
            _ => return not_here("NotesACLEntry", member).map(|_| ()),
        }
        Ok(())
    }

    fn call(&self, _: &mut World, member: &str, given: Arguments<'_>) -> Answer {
        Ok(match member {
            "isroleenabled" => {
                let role = in_brackets(&given.text(0)?);
                let entry = self.entry.borrow();
                Value::Boolean(
                    entry
                        .roles
                        .iter()
                        .any(|known| known.eq_ignore_ascii_case(&role)),
                )
            }
            "enablerole" => {
                let role = in_brackets(&given.text(0)?);
                let there = self
                    .acl
                    .roles
                    .borrow()
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(&role));
                if !there {
                    return Err(notes_error(&format!(
                        "the access control list has no role {role}"
                    )));
                }
                let mut entry = self.entry.borrow_mut();
                entry
                    .roles
                    .retain(|known| !known.eq_ignore_ascii_case(&role));
                entry.roles.push(role);
                Value::Empty
            }
            "disablerole" => {
                let role = in_brackets(&given.text(0)?);
                self.entry
                    .borrow_mut()
                    .roles
                    .retain(|known| !known.eq_ignore_ascii_case(&role));
                Value::Empty
            }
            "remove" => {
                self.acl
                    .entries
                    .borrow_mut()
                    .retain(|known| !Rc::ptr_eq(known, &self.entry));
                Value::Empty
            }
            _ => return not_here(self.class(), member),
        })
    }
}
