//! A database as a whole: its properties, and what opens first.

use super::{Acl, Design, designs, piece, value};
use crate::notes::WrittenDateTime;
use crate::tree::Element;

piece! {
    /// A database, by the attributes of `<database>`.
    Database
}

piece! {
    /// What a server writes about the file: size, number of documents, dates.
    DatabaseInfo
}

piece! {
    /// What opens first.
    Launch
}

impl<'a> Database<'a> {
    /// Of the root of a file; `None` if that is one note.
    pub fn of(root: Element<'a>) -> Option<Self> {
        (root.name() == "database").then_some(Self(root))
    }

    /// Its title.
    pub fn title(self) -> &'a str {
        self.0.attribute("title").unwrap_or_default()
    }

    /// A property that is a word or a number, as it is written, or else as the DTD has it.
    pub fn property(self, name: &str) -> Option<&'a str> {
        value(self.0, name)
    }

    /// Its replica id, 16 hexadecimal digits.
    pub fn replica_id(self) -> Option<&'a str> {
        self.0.attribute("replicaid")
    }

    /// The file that it was exported from.
    pub fn path(self) -> Option<&'a str> {
        self.0.attribute("path")
    }

    /// The name by which other databases inherit its design.
    pub fn template_name(self) -> Option<&'a str> {
        self.0.attribute("templatename")
    }

    /// The template that it inherits its design from.
    pub fn from_template(self) -> Option<&'a str> {
        self.0.attribute("fromtemplate")
    }

    /// What a server wrote about the file.
    pub fn info(self) -> Option<DatabaseInfo<'a>> {
        self.0.first("databaseinfo").map(DatabaseInfo)
    }

    /// Who may do what.
    pub fn acl(self) -> Option<Acl<'a>> {
        Acl::of(self.0)
    }

    /// What opens first.
    pub fn launch(self) -> Option<Launch<'a>> {
        self.0.first("launchsettings").map(Launch)
    }

    /// Its design.
    pub fn designs(self) -> impl Iterator<Item = Design<'a>> + Clone + use<'a> {
        designs(self.0)
    }
}

impl<'a> DatabaseInfo<'a> {
    /// What it says under this name: `dbid`, `odsversion`, `diskspace` and so on.
    pub fn property(self, name: &str) -> Option<&'a str> {
        self.0.attribute(name)
    }

    /// One of its dates: `datamodified`, `designmodified`, `created`, `modified`.
    pub fn date(self, name: &str) -> Option<WrittenDateTime<'a>> {
        Some(WrittenDateTime::of(self.0.first(name)?.first("datetime")?))
    }
}

impl<'a> Launch<'a> {
    /// In Notes: how, such as `openframeset`, and what, if that is named.
    pub fn in_notes(self) -> Option<(&'a str, Option<&'a str>)> {
        let names = ["frameset", "navigator", "xpage", "compapp"];
        launched(self.0.first("noteslaunch")?, &names)
    }

    /// In a browser: how, and what.
    pub fn in_browser(self) -> Option<(&'a str, Option<&'a str>)> {
        let names = ["frameset", "navigator", "page", "view", "xpage"];
        launched(self.0.first("weblaunch")?, &names)
    }
}

fn launched<'a>(launch: Element<'a>, names: &[&str]) -> Option<(&'a str, Option<&'a str>)> {
    let name = names.iter().find_map(|name| launch.attribute(name));
    Some((launch.attribute("whenopened").unwrap_or_default(), name))
}
