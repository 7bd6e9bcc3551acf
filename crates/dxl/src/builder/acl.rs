//! Who may do what in a database.

use super::error::{Built, Fault};
use super::out::{Attributes, Out};
use super::setters;
pub use crate::design::{EntryType, Level};
use std::collections::HashSet;

/// An access control list. It always has an entry for all others, who have no access unless that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acl {
    attributes: Attributes,
    roles: Vec<String>,
    entries: Vec<AclEntry>,
}
setters!(Acl);

/// An entry of an access control list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclEntry {
    attributes: Attributes,
    roles: Vec<String>,
}
setters!(AclEntry);

/// What the entry for all others is called.
const DEFAULT: &str = "-Default-";
/// Roles are no longer, without their brackets.
const MAX_ROLE: usize = 15;

impl Default for Acl {
    fn default() -> Self {
        Self::new()
    }
}

impl Acl {
    /// Nobody may do anything.
    pub fn new() -> Self {
        Self {
            attributes: Attributes::of("acl"),
            roles: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// A role, with brackets or without.
    pub fn role(mut self, name: &str) -> Self {
        self.roles.push(bracketed(name));
        self
    }

    /// An entry.
    pub fn entry(mut self, entry: AclEntry) -> Self {
        self.entries.push(entry);
        self
    }

    pub(super) fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        let mut roles = HashSet::new();
        for role in &self.roles {
            let name = role.trim_matches(['[', ']']);
            if name.trim().is_empty() || name.len() > MAX_ROLE || name.contains(['[', ']']) {
                return Err(out.fault(
                    Fault::Name,
                    format!("{role:?} is no name for a role"),
                    "write 1 to 15 bytes, without brackets in it",
                ));
            }
            if !roles.insert(role.to_lowercase()) {
                return Err(twice("roles", role, out));
            }
            out.bare_leaf("role", role)?;
        }
        let mut names = HashSet::new();
        let usual = AclEntry::others(Level::NoAccess);
        let has_default = self.entries.iter().any(|entry| entry.name() == DEFAULT);
        for entry in (!has_default)
            .then_some(&usual)
            .into_iter()
            .chain(&self.entries)
        {
            out.enter(&entry.attributes)?;
            if !names.insert(entry.name().to_lowercase()) {
                return Err(twice("entries", entry.name(), out));
            }
            entry.emit_roles(&roles, out)?;
            out.leave();
        }
        out.leave();
        Ok(())
    }
}

fn twice(what: &str, name: &str, out: &Out) -> super::BuildError {
    out.fault(
        Fault::Duplicate,
        format!("there are two {what} {name:?}"),
        "keep one",
    )
}

fn bracketed(role: &str) -> String {
    format!("[{}]", role.trim_start_matches('[').trim_end_matches(']'))
}

impl AclEntry {
    /// For a name as Notes has it, `CN=Ann Lee/O=Example`, or a group.
    pub fn new(name: &str, kind: EntryType, level: Level) -> Self {
        Self {
            attributes: Attributes::of("aclentry")
                .with("name", name)
                .with("type", kind.word())
                .with("level", level.word()),
            roles: Vec::new(),
        }
    }

    /// For all others.
    pub fn others(level: Level) -> Self {
        Self {
            attributes: Attributes::of("aclentry")
                .with("name", DEFAULT)
                .with("default", "true")
                .with("level", level.word()),
            roles: Vec::new(),
        }
    }

    /// It has a role that the list has.
    pub fn role(mut self, name: &str) -> Self {
        self.roles.push(bracketed(name));
        self
    }

    fn name(&self) -> &str {
        self.attributes.get("name").unwrap_or_default()
    }

    fn emit_roles(&self, known: &HashSet<String>, out: &mut Out) -> Built {
        if self.name().trim().is_empty() {
            return Err(out.fault(
                Fault::Name,
                "an entry has no name".to_owned(),
                "name a person, server or group",
            ));
        }
        let mut met = HashSet::new();
        for role in &self.roles {
            if !known.contains(&role.to_lowercase()) {
                return Err(out.fault(
                    Fault::Missing,
                    format!("the list has no role {role:?}"),
                    "give the list the role too",
                ));
            }
            if !met.insert(role.to_lowercase()) {
                return Err(twice("roles", role, out));
            }
            out.bare_leaf("role", role)?;
        }
        Ok(())
    }
}
