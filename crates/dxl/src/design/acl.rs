//! Who may do what in a database.

use super::piece;
use crate::tree::Element;
use std::borrow::Cow;

/// What an entry allows at the most, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Level {
    NoAccess,
    Depositor,
    Reader,
    Author,
    Editor,
    Designer,
    Manager,
}

impl Level {
    /// All of them, from least to most.
    pub const ALL: [Self; 7] = [
        Self::NoAccess,
        Self::Depositor,
        Self::Reader,
        Self::Author,
        Self::Editor,
        Self::Designer,
        Self::Manager,
    ];

    /// As DXL writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoAccess => "noaccess",
            Self::Depositor => "depositor",
            Self::Reader => "reader",
            Self::Author => "author",
            Self::Editor => "editor",
            Self::Designer => "designer",
            Self::Manager => "manager",
        }
    }

    /// Of the word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }
}

/// Whom an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum EntryType {
    Unspecified,
    Person,
    Server,
    MixedGroup,
    PersonGroup,
    ServerGroup,
}

impl EntryType {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::Person,
        Self::Server,
        Self::MixedGroup,
        Self::PersonGroup,
        Self::ServerGroup,
    ];

    /// As DXL writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Person => "person",
            Self::Server => "server",
            Self::MixedGroup => "mixedgroup",
            Self::PersonGroup => "persongroup",
            Self::ServerGroup => "servergroup",
        }
    }

    /// Of the word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

piece! {
    /// An access control list.
    Acl
}

piece! {
    /// An entry of an access control list.
    AclEntry
}

impl<'a> Acl<'a> {
    /// Of a database, or of the list as a file of its own.
    pub fn of(root: Element<'a>) -> Option<Self> {
        let acl = if root.name() == "acl" {
            Some(root)
        } else {
            root.first("acl")
        };
        acl.map(Self)
    }

    /// The roles that there are, in brackets.
    pub fn roles(self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        self.0.all("role").map(Element::text)
    }

    /// Its entries.
    pub fn entries(self) -> impl Iterator<Item = AclEntry<'a>> + use<'a> {
        self.0.all("aclentry").map(AclEntry)
    }

    /// The entry for all others.
    pub fn others(self) -> Option<AclEntry<'a>> {
        self.entries().find(|entry| entry.is_for_others())
    }

    /// The entry for a name, in any case.
    pub fn entry(self, name: &str) -> Option<AclEntry<'a>> {
        let name = name.to_lowercase();
        self.entries()
            .find(|entry| entry.name().to_lowercase() == name)
    }

    /// What people who come with a browser are allowed at the most.
    pub fn max_internet_access(self) -> Option<Level> {
        Level::of(super::value(self.0, "maxinternetaccess")?)
    }

    /// What was changed when by whom, in the words of the server.
    pub fn log(self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        self.0.all("logentry").map(Element::text)
    }
}

impl<'a> AclEntry<'a> {
    /// A person, server or group.
    pub fn name(self) -> &'a str {
        self.0.attribute("name").unwrap_or_default()
    }

    /// What it allows at the most; `None` for a word that is no level.
    pub fn level(self) -> Option<Level> {
        Level::of(self.0.attribute("level")?)
    }

    /// Whom it is for; `None` for a word that is no type.
    pub fn kind(self) -> Option<EntryType> {
        EntryType::of(super::value(self.0, "type")?)
    }

    /// Whether it is the entry for all others.
    pub fn is_for_others(self) -> bool {
        self.flag("default") == Some(true)
    }

    /// The roles that it has, in brackets.
    pub fn roles(self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        self.0.all("role").map(Element::text)
    }
}
