//! Views and folders, and their columns.

use super::form::actions_of;
use super::{Action, Code, Sort, piece, value, whole};
use super::{DesignElement, flag};
use crate::tree::Element;

whole! {
    /// A view: the documents that its selection finds.
    View, Sort::View
}

whole! {
    /// A folder: documents that people put into it.
    Folder, Sort::Folder
}

whole! {
    /// A column that several views share.
    SharedColumn, Sort::SharedColumn
}

piece! {
    /// A column of a view, or the reference to a shared one.
    Column
}

/// What has columns.
macro_rules! columns {
    ($type:ident) => {
        impl<'a> $type<'a> {
            /// Its columns, in their order.
            pub fn columns(self) -> impl Iterator<Item = Column<'a>> + Clone + use<'a> {
                let entries = self.0.elements();
                entries
                    .filter(|entry| matches!(entry.name(), "column" | "sharedcolumnref"))
                    .map(Column)
            }

            /// The actions of its bar, in their order.
            pub fn actions(self) -> impl Iterator<Item = Action<'a>> + Clone + use<'a> {
                actions_of(self.0)
            }

            /// The formula that names the form in which a document opens.
            pub fn form_formula(self) -> Option<Code<'a>> {
                self.code_for("formformula")
            }
        }
    };
}
columns!(View);
columns!(Folder);

impl<'a> View<'a> {
    /// The formula that selects its documents.
    pub fn selection(self) -> Option<Code<'a>> {
        self.code_for("selection")
    }

    /// `standard`, `calendar` or `queryview`.
    pub fn view_type(self) -> &'a str {
        value(self.0, "type").unwrap_or_default()
    }

    /// Whether it opens when nothing else is chosen.
    pub fn is_default(self) -> bool {
        flag(self.0, "default") == Some(true)
    }
}

impl<'a> SharedColumn<'a> {
    /// The column.
    pub fn column(self) -> Option<Column<'a>> {
        self.0.first("column").map(Column)
    }
}

impl<'a> Column<'a> {
    /// The column itself: of a reference the copy in it.
    fn body(self) -> Option<Element<'a>> {
        if self.is_shared() {
            self.0.first("column")
        } else {
            Some(self.0)
        }
    }

    /// Whether it refers to a shared one.
    pub fn is_shared(self) -> bool {
        self.0.name() == "sharedcolumnref"
    }

    /// The name of the shared column that it refers to.
    pub fn shared_name(self) -> Option<&'a str> {
        self.0.attribute("name").filter(|_| self.is_shared())
    }

    /// The item that it shows, or the name under which programs know it.
    pub fn item_name(self) -> Option<&'a str> {
        self.body()?.attribute("itemname")
    }

    /// What stands above it.
    pub fn title(self) -> &'a str {
        let header = self.body().and_then(|column| column.first("columnheader"));
        header
            .and_then(|header| header.attribute("title"))
            .unwrap_or_default()
    }

    /// Its width in letters, as it is written.
    pub fn width(self) -> Option<&'a str> {
        self.body()?.attribute("width")
    }

    /// `ascending` or `descending`, if rows are sorted by it.
    pub fn sort(self) -> Option<&'a str> {
        self.body()?
            .attribute("sort")
            .filter(|sort| *sort != "none")
    }

    /// `ascending`, `descending`, `both` or `toview`, if people can sort by it.
    pub fn resort(self) -> Option<&'a str> {
        self.body()?
            .attribute("resort")
            .filter(|sort| *sort != "none")
    }

    /// Whether rows of the same value stand under a heading.
    pub fn is_categorized(self) -> bool {
        self.is("categorized")
    }

    /// Whether it is not shown.
    pub fn is_hidden(self) -> bool {
        self.is("hidden")
    }

    fn is(self, name: &str) -> bool {
        self.body().and_then(|column| flag(column, name)) == Some(true)
    }

    /// The formula of what it shows; without one it shows the item.
    pub fn formula(self) -> Option<Code<'a>> {
        self.code().find(|code| code.event() == "value")
    }
}
