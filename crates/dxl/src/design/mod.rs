//! The design of a database as typed views over a tree: who it is, what it looks like, and above all its code.
//!
//! Views borrow the tree, cost nothing to make, and change nothing: what they do not know stays in the tree and is written back as it was. An element of design that
//! has no view of its own is [`Design::Other`], and a note that was exported item by item is [`Design::Raw`]; name, aliases and code are there for both.
//!
//! ```
//! use dxl::design::{Design, DesignElement, designs};
//!
//! let tree = dxl::Tree::parse("<database title='Boats'>
//! <form name='Boat|b' alias='B'><code event='windowtitle'><formula>Name</formula></code><body><richtext>
//! <par><field name='Name' type='text' kind='editable'/></par></richtext></body></form>
//! <agent name='Sail' enabled='false'><trigger type='afternewmail'/><code event='initialize'><lotusscript>Sub Initialize
//! End Sub</lotusscript></code></agent></database>")?;
//! for design in designs(tree.root()) {
//!     match design {
//!         Design::Form(form) => {
//!             assert_eq!((form.name().as_ref(), form.aliases()), ("Boat", vec!["b".into(), "B".into()]));
//!             assert_eq!(form.fields().next().unwrap().name(), "Name");
//!         }
//!         Design::Agent(agent) => {
//!             assert!(!agent.is_enabled());
//!             let code = agent.code().next().unwrap();
//!             assert_eq!((code.event(), code.position().line), ("initialize", 4));
//!         }
//!         other => panic!("{other:?}"),
//!     }
//! }
//! # Ok::<(), dxl::Error>(())
//! ```

mod acl;
mod agent;
mod code;
mod database;
mod form;
mod navigation;
mod note;
#[cfg(test)]
mod tests;
mod view;

pub use acl::{Acl, AclEntry, EntryType, Level};
pub use agent::{Agent, DatabaseScript, JavaProject, Schedule, ScriptLibrary};
pub use code::{Code, Codes, Language, ScriptPart};
pub use database::{Database, DatabaseInfo, Launch};
pub use form::{
    Action, Field, Form, HelpDocument, Page, SharedActions, SharedField, Subform, SubformReference,
};
pub use navigation::{Frame, Frameset, Link, Outline, OutlineEntry};
pub(crate) use note::sort_of_note;
pub use note::{Profile, RawNote, Resource};
pub use view::{Column, Folder, SharedColumn, View};

use crate::meaning::declared;
use crate::notes::WrittenDateTime;
use crate::schema::Presence;
use crate::tree::Element;
use std::borrow::Cow;

/// What sort of design something is, however it was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Sort {
    Form,
    Subform,
    Page,
    Frameset,
    View,
    Folder,
    SharedField,
    SharedColumn,
    SharedActions,
    Agent,
    /// What an agent remembers.
    AgentData,
    ScriptLibrary,
    DatabaseScript,
    Outline,
    AboutDocument,
    UsingDocument,
    HelpIndex,
    Icon,
    Image,
    File,
    StyleSheet,
    Applet,
    WebService,
    DataConnection,
    Db2AccessView,
    Navigator,
    ReplicationFormula,
    Profile,
    /// Nothing that is known here.
    Unknown,
}

/// A piece of design.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Design<'a> {
    Form(Form<'a>),
    Subform(Subform<'a>),
    Page(Page<'a>),
    View(View<'a>),
    Folder(Folder<'a>),
    Agent(Agent<'a>),
    ScriptLibrary(ScriptLibrary<'a>),
    DatabaseScript(DatabaseScript<'a>),
    SharedActions(SharedActions<'a>),
    SharedField(SharedField<'a>),
    SharedColumn(SharedColumn<'a>),
    Outline(Outline<'a>),
    Frameset(Frameset<'a>),
    HelpDocument(HelpDocument<'a>),
    Resource(Resource<'a>),
    Profile(Profile<'a>),
    /// A `<note>` item by item, of whatever class but documents.
    Raw(RawNote<'a>),
    /// Design without a view of its own: web services, data connections, and what later releases have.
    Other(Other<'a>),
}

/// The design in a file: what is in a `<database>`, or the one note that it is. Documents, properties and the access control list are none.
pub fn designs<'a>(root: Element<'a>) -> impl Iterator<Item = Design<'a>> + Clone + use<'a> {
    let is_database = root.name() == "database";
    let inside = is_database.then(|| root.elements());
    let alone = (!is_database).then_some(root);
    inside
        .into_iter()
        .flatten()
        .chain(alone)
        .filter_map(Design::of)
}

impl<'a> Design<'a> {
    /// Of an element; `None` for documents and for what is about the database as a whole.
    pub fn of(element: Element<'a>) -> Option<Self> {
        Some(match element.name() {
            "form" => Self::Form(Form(element)),
            "subform" => Self::Subform(Subform(element)),
            "page" => Self::Page(Page(element)),
            "view" => Self::View(View(element)),
            "folder" => Self::Folder(Folder(element)),
            "agent" => Self::Agent(Agent(element)),
            "scriptlibrary" => Self::ScriptLibrary(ScriptLibrary(element)),
            "databasescript" => Self::DatabaseScript(DatabaseScript(element)),
            "sharedactions" => Self::SharedActions(SharedActions(element)),
            "sharedfield" => Self::SharedField(SharedField(element)),
            "sharedcolumn" => Self::SharedColumn(SharedColumn(element)),
            "outline" => Self::Outline(Outline(element)),
            "frameset" => Self::Frameset(Frameset(element)),
            "helpaboutdocument" | "helpusingdocument" => Self::HelpDocument(HelpDocument(element)),
            "imageresource" | "fileresource" | "stylesheetresource" | "appletresource" => {
                Self::Resource(Resource(element))
            }
            "profiledocument" => Self::Profile(Profile(element)),
            "note" if element.attribute("class") == Some("document") => return None,
            "note" => Self::Raw(RawNote(element)),
            "document" | "databaseinfo" | "acl" | "fulltextsettings" | "launchsettings"
            | "viewentries" | "database" => return None,
            _ => Self::Other(Other(element)),
        })
    }

    fn part(&self) -> &dyn DesignElement<'a> {
        match self {
            Self::Form(part) => part,
            Self::Subform(part) => part,
            Self::Page(part) => part,
            Self::View(part) => part,
            Self::Folder(part) => part,
            Self::Agent(part) => part,
            Self::ScriptLibrary(part) => part,
            Self::DatabaseScript(part) => part,
            Self::SharedActions(part) => part,
            Self::SharedField(part) => part,
            Self::SharedColumn(part) => part,
            Self::Outline(part) => part,
            Self::Frameset(part) => part,
            Self::HelpDocument(part) => part,
            Self::Resource(part) => part,
            Self::Profile(part) => part,
            Self::Raw(part) => part,
            Self::Other(part) => part,
        }
    }
}

impl<'a> DesignElement<'a> for Design<'a> {
    fn element(&self) -> Element<'a> {
        self.part().element()
    }

    fn sort(&self) -> Sort {
        self.part().sort()
    }

    fn title(&self) -> Cow<'a, str> {
        self.part().title()
    }

    fn alias_list(&self) -> Cow<'a, str> {
        self.part().alias_list()
    }
}

/// What all design has.
pub trait DesignElement<'a> {
    /// The element in the tree.
    fn element(&self) -> Element<'a>;

    /// What sort of design it is.
    fn sort(&self) -> Sort;

    /// Its name as it is written, with any `|` and aliases; empty if it has none.
    fn title(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.element().attribute("name").unwrap_or_default())
    }

    /// Aliases that are written apart from the name, divided by `|`.
    fn alias_list(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.element().attribute("alias").unwrap_or_default())
    }

    /// Its name, without aliases; empty if it has none.
    fn name(&self) -> Cow<'a, str> {
        let mut title = self.title();
        if let Some(end) = title.find('|') {
            title = match title {
                Cow::Borrowed(title) => Cow::Borrowed(&title[..end]),
                Cow::Owned(title) => Cow::Owned(title[..end].to_owned()),
            };
        }
        match title {
            Cow::Borrowed(title) => Cow::Borrowed(title.trim()),
            Cow::Owned(title) => Cow::Owned(title.trim().to_owned()),
        }
    }

    /// Its other names, in order: what stands behind a `|` in the name, then those apart from it.
    fn aliases(&self) -> Vec<String> {
        let (title, list) = (self.title(), self.alias_list());
        let behind = title.split('|').skip(1);
        behind
            .chain(list.split('|'))
            .map(str::trim)
            .filter(|alias| !alias.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Whether it is known by this name or alias, in any case.
    fn is_called(&self, name: &str) -> bool {
        let same = |known: &str| known.to_lowercase() == name.to_lowercase();
        same(&self.name()) || self.aliases().iter().any(|alias| same(alias))
    }

    /// Its universal id, 32 hexadecimal digits.
    fn unid(&self) -> Option<&'a str> {
        self.element().first("noteinfo")?.attribute("unid")
    }

    /// When it was last changed.
    fn modified(&self) -> Option<WrittenDateTime<'a>> {
        let time = self.element().first("noteinfo")?.first("modified")?;
        Some(WrittenDateTime::of(time.first("datetime")?))
    }

    /// An attribute that is true or false, as it is written, or else as the DTD has it; `None` if neither says.
    fn flag(&self, name: &str) -> Option<bool> {
        flag(self.element(), name)
    }

    /// The words for who does not see it: `v3`, `web`, `notes` and so on.
    fn hidden_from(&self) -> Vec<&'a str> {
        let words = self.element().attribute("hide").unwrap_or_default();
        words.split_whitespace().collect()
    }

    /// The template that it comes from, if it alone comes from one.
    fn template(&self) -> Option<&'a str> {
        self.element().attribute("fromtemplate")
    }

    /// What developers say of it.
    fn comment(&self) -> Option<&'a str> {
        self.element().attribute("comment")
    }

    /// All code in it, that of its fields, actions, columns and so on too, in the order of the file.
    fn code(&self) -> Codes<'a> {
        Codes::of(self.element())
    }

    /// The code of one event of its own, in any case: not of a field or an action in it.
    fn code_for(&self, event: &str) -> Option<Code<'a>> {
        let element = self.element();
        self.code()
            .filter(|code| code.owner().id() == element.id())
            .find(|code| code.event().eq_ignore_ascii_case(event))
    }
}

/// Design without a view of its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Other<'a>(pub(crate) Element<'a>);

impl<'a> DesignElement<'a> for Other<'a> {
    fn element(&self) -> Element<'a> {
        self.0
    }

    fn sort(&self) -> Sort {
        match self.0.name() {
            "agentdata" => Sort::AgentData,
            "webservice" => Sort::WebService,
            "dataconnection" => Sort::DataConnection,
            "db2accessview" => Sort::Db2AccessView,
            _ => Sort::Unknown,
        }
    }
}

/// An attribute that is true or false, as it is written or as the DTD has it.
pub(crate) fn flag(element: Element<'_>, name: &str) -> Option<bool> {
    match value(element, name)? {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// An attribute as it is written or as the DTD has it.
pub(crate) fn value<'a>(element: Element<'a>, name: &str) -> Option<&'a str> {
    element.attribute(name).or_else(|| {
        let declared = declared(element.name())?.attribute(name)?;
        match &declared.presence {
            Presence::Default(usual) | Presence::Fixed(usual) => Some(usual.as_str()),
            Presence::Required | Presence::Optional => None,
        }
    })
}

/// A view of an element of design.
macro_rules! whole {
    ($(#[$doc:meta])* $type:ident, $sort:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $type<'a>(pub(crate) $crate::tree::Element<'a>);

        impl<'a> $crate::design::DesignElement<'a> for $type<'a> {
            fn element(&self) -> $crate::tree::Element<'a> {
                self.0
            }

            fn sort(&self) -> $crate::design::Sort {
                $sort
            }
        }
    };
}
use whole;

/// A view of a piece of one.
macro_rules! piece {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $type<'a>(pub(crate) $crate::tree::Element<'a>);

        impl<'a> $type<'a> {
            /// The element in the tree.
            pub fn element(self) -> $crate::tree::Element<'a> {
                self.0
            }

            /// An attribute that is true or false, as it is written, or else as the DTD has it; `None` if neither says.
            pub fn flag(self, name: &str) -> Option<bool> {
                $crate::design::flag(self.0, name)
            }

            /// Its code, in the order of the file.
            pub fn code(self) -> $crate::design::Codes<'a> {
                $crate::design::Codes::of(self.0)
            }
        }
    };
}
use piece;
