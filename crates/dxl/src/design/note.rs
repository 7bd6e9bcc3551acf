//! Notes item by item, profile documents, and files and images in the design.

use super::{DesignElement, Sort, whole};
use crate::meaning::text_of_item;
use crate::notes::{Binary, Item};
use crate::tree::Element;
use std::borrow::Cow;

/// A note as it lies in the database: the icon, and any design that was exported raw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawNote<'a>(pub(crate) Element<'a>);

whole! {
    /// A profile document: settings.
    Profile, Sort::Profile
}

/// A file, image, style sheet or applet in the design.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resource<'a>(pub(crate) Element<'a>);

/// What has items.
macro_rules! items {
    ($type:ident) => {
        impl<'a> $type<'a> {
            /// Its items.
            pub fn items(self) -> impl Iterator<Item = Item<'a>> + Clone + use<'a> {
                self.0.all("item").map(Item::new)
            }

            /// The first item of a name, in any case.
            pub fn item(self, name: &str) -> Option<Item<'a>> {
                self.items().find(|item| item.is_named(name))
            }
        }
    };
}
items!(RawNote);
items!(Profile);

impl<'a> RawNote<'a> {
    /// `form`, `view`, `filter`, `icon` and so on.
    pub fn class(self) -> &'a str {
        self.0.attribute("class").unwrap_or_default()
    }

    /// The letters of `$Flags` and `$FlagsExt`, by which Notes tells the sorts of a class apart.
    pub fn flags(self) -> String {
        let item = |name| text_of_item(self.0, name).unwrap_or_default();
        item("$Flags") + &item("$FlagsExt")
    }
}

/// What a note is by its class and its `$Flags`.
pub(crate) fn sort_of_note(class: &str, flags: &str) -> Sort {
    let first_of = |sorts: &[(char, Sort)], usual: Sort| {
        let found = sorts.iter().find(|(flag, _)| flags.contains(*flag));
        found.map_or(usual, |(_, sort)| *sort)
    };
    match class {
        "form" => first_of(FORMS, Sort::Form),
        "view" => first_of(VIEWS, Sort::View),
        "filter" => first_of(FILTERS, Sort::Agent),
        "sharedfield" => Sort::SharedField,
        "icon" => Sort::Icon,
        "helpaboutdocument" => Sort::AboutDocument,
        "helpusingdocument" => Sort::UsingDocument,
        "helpindex" => Sort::HelpIndex,
        "replicationformula" => Sort::ReplicationFormula,
        _ => Sort::Unknown,
    }
}

/// Among notes of class `form`, by letter; those further up come first, since files and images are subforms as well.
const FORMS: &[(char, Sort)] = &[
    ('#', Sort::Frameset),
    ('@', Sort::Applet),
    ('i', Sort::Image),
    ('=', Sort::StyleSheet),
    ('g', Sort::File),
    ('k', Sort::DataConnection),
    ('y', Sort::SharedActions),
    ('W', Sort::Page),
    ('U', Sort::Subform),
];
const VIEWS: &[(char, Sort)] = &[
    ('^', Sort::SharedColumn),
    ('G', Sort::Navigator),
    ('F', Sort::Folder),
];
const FILTERS: &[(char, Sort)] = &[
    ('t', Sort::DatabaseScript),
    ('m', Sort::Outline),
    ('z', Sort::Db2AccessView),
    ('{', Sort::WebService),
    ('s', Sort::ScriptLibrary),
    ('h', Sort::ScriptLibrary),
    ('X', Sort::AgentData),
];

impl<'a> DesignElement<'a> for RawNote<'a> {
    fn element(&self) -> Element<'a> {
        self.0
    }

    fn sort(&self) -> Sort {
        let flags = text_of_item(self.0, "$Flags");
        sort_of_note(self.class(), &flags.unwrap_or_default())
    }

    fn title(&self) -> Cow<'a, str> {
        Cow::Owned(text_of_item(self.0, "$TITLE").unwrap_or_default())
    }

    fn alias_list(&self) -> Cow<'a, str> {
        Cow::Borrowed("")
    }
}

impl<'a> Profile<'a> {
    /// Whose it is, if it is one user's.
    pub fn user(self) -> Option<&'a str> {
        self.0.attribute("username").filter(|user| !user.is_empty())
    }
}

impl<'a> DesignElement<'a> for Resource<'a> {
    fn element(&self) -> Element<'a> {
        self.0
    }

    fn sort(&self) -> Sort {
        match self.0.name() {
            "imageresource" => Sort::Image,
            "stylesheetresource" => Sort::StyleSheet,
            "appletresource" => Sort::Applet,
            _ => Sort::File,
        }
    }
}

impl<'a> Resource<'a> {
    /// The bytes of the file or image, if they are there.
    pub fn data(self) -> Option<Binary<'a>> {
        let data = self.0.elements().find(|inner| {
            let known = ["gif", "jpeg", "png", "filedata"];
            known.contains(&inner.name())
        });
        data.map(|data| Binary::new(data.text()))
    }
}
