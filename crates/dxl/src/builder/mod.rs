//! Builds DXL: databases, forms, views, agents and so on, that Domino's importer takes as they were meant.
//!
//! Methods may be called in any order; what comes out stands in the DTD's order, says nothing twice, and is the same to the byte for the same calls. What the importer
//! minds beyond the DTD is kept as well: lines end with LF, there is no CDATA and no DOCTYPE, control characters are `<nonxmlchar>`, agents for new mail have no documents to choose
//! from, schedules have a beginning and an end, libraries come before what uses them, paragraph styles have ids. Attributes that have no method of their own are
//! given by `set`, and held to the schema. What cannot be is a [`BuildError`], which names the element and the remedy, and at last
//! [our own checker](crate::check) looks over the whole.
//!
//! ```
//! use dxl::builder::*;
//!
//! let form = Form::new("SMS Message")
//!     .alias("SMS")
//!     .body(Body::new().paragraph(
//!         Paragraph::new().text("To: ").field(Field::new("SendTo", FieldType::Names).many_values()),
//!     ))
//!     .window_title("\"SMS\"");
//! let send = Agent::new("(send)", Trigger::AgentList(DocumentSet::RunOnce))
//!     .script("Option Declare\nSub Initialize\n\tPrint \"sent\"\nEnd Sub\n");
//! let tree = Database::new("Texting").part(send).part(form).build()?;
//! assert_eq!(tree.root().to_xml()?, "<database xmlns='http://www.lotus.com/dxl' maintenanceversion='1.0' title='Texting' version='9.0'>
//! <form alias='SMS' name='SMS Message'><code event='windowtitle'><formula>\"SMS\"</formula></code><body><richtext><pardef id='1'/>\
//! <par def='1'>To: <field allowmultivalues='true' kind='editable' listdisplayseparator='comma' \
//! listinputseparators='comma semicolon newline' name='SendTo' type='names'/></par></richtext></body></form>
//! <agent name='(send)'><trigger type='agentlist'/><documentset type='runonce'/>\
//! <code event='options'><lotusscript>Option Declare
//! </lotusscript></code><code event='initialize'><lotusscript>Sub Initialize
//! \tPrint \"sent\"
//! End Sub
//! </lotusscript></code></agent>
//! </database>");
//!
//! let why = Form::new("A|B").build().unwrap_err();
//! assert_eq!(why.element, "form[A|B]");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod acl;
mod action;
mod agent;
mod code;
mod database;
mod error;
mod field;
mod form;
mod names;
mod navigation;
mod note;
mod out;
mod rich_text;
mod script;
#[cfg(test)]
mod tests;
mod view;

pub use acl::{Acl, AclEntry, EntryType, Level};
pub use action::{Action, ActionBar, SharedActions};
pub use agent::{
    Agent, DatabaseScript, DocumentSet, RunOn, Schedule, ScriptLibrary, TimeOfDay, Trigger, Weekday,
};
pub use code::{Audience, Code, SimpleAction};
pub use database::{Database, Launch};
pub use error::{BuildError, Fault};
pub use field::{Choices, Field, FieldKind, FieldType, SharedField};
pub use form::{Form, HelpDocument, Page, Subform};
pub use navigation::{Frame, Frameset, Link, Outline, OutlineEntry};
pub use note::{ImageResource, Item, Profile, RawNote};
pub use rich_text::{Body, Button, Cell, Font, Paragraph, Section, Style, Table};
pub use script::split_lotusscript;
pub use view::{Column, Folder, View};

use crate::tree::Tree;
use error::Built;
use out::{Attributes, Out};
use std::fmt::Debug;

/// How a part of a database writes itself.
trait Emit: Debug {
    /// Its attributes as they are written.
    fn prepared(&self) -> Attributes;

    /// What stands in it, into the element that is open.
    fn emit_content(&self, out: &mut Out) -> Built;

    /// Whether it is found by its name.
    fn is_named(&self) -> bool {
        false
    }

    /// It as a whole.
    fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.prepared())?;
        self.emit_inside(out)?;
        out.leave();
        Ok(())
    }

    /// Its names, and what stands in it.
    fn emit_inside(&self, out: &mut Out) -> Built {
        if self.is_named() {
            names::check_design_names(&self.prepared(), true, out)?;
        }
        self.emit_content(out)
    }

    /// It alone, as a file of its own.
    fn build_alone(&self) -> Result<Tree, BuildError> {
        let mut out = Out::new(&self.prepared())?;
        self.emit_inside(&mut out)?;
        out.finish()
    }
}

mod sealed {
    /// Only this crate knows what a database consists of.
    #[allow(private_bounds)]
    pub trait Sealed: super::Emit {}
    #[allow(private_bounds)]
    impl<T: super::Emit> Sealed for T {}
}

/// A part of a database: what stands in it as an element of its own.
pub trait Part: sealed::Sealed {
    /// It alone as a file, which imports into any database.
    fn build(&self) -> Result<Tree, BuildError>;
}

impl<T: Emit> Part for T {
    fn build(&self) -> Result<Tree, BuildError> {
        self.build_alone()
    }
}

/// Any attribute of the DTD's.
macro_rules! setters {
    ($type:ident) => {
        impl $type {
            /// Any other attribute that the DTD gives the element. Attributes and their values are held to the schema when it is built.
            pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
                self.attributes.set(name, value);
                self
            }
        }
    };
}
use setters;

/// What design elements have that people see by name.
macro_rules! titled {
    ($type:ident) => {
        $crate::builder::setters!($type);

        impl $type {
            /// Another name, by which programs know it; several are written `one|two`, or given one after the other.
            pub fn alias(mut self, alias: &str) -> Self {
                let all = match self.attributes.get("alias") {
                    Some(others) => format!("{others}|{alias}"),
                    None => alias.to_owned(),
                };
                self.attributes.set("alias", all);
                self
            }

            /// What developers should know of it, on one line.
            pub fn comment(mut self, text: &str) -> Self {
                self.attributes.set("comment", text);
                self
            }

            /// Words for who does not see it: `v3 v4 … web notes mobile`.
            pub fn hide(mut self, words: &str) -> Self {
                self.attributes.set("hide", words);
                self
            }

            /// Whether those may use it who may only read or write public documents.
            pub fn public_access(mut self, is: bool) -> Self {
                self.attributes.flag("publicaccess", is);
                self
            }
        }
    };
}
use titled;
