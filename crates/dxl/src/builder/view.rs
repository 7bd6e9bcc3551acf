//! Views and folders, and their columns.

use super::action::{Action, ActionBar};
use super::code::{Code, emit_all};
use super::error::Built;
use super::names::check_field_name;
use super::out::{Attributes, Out};
use super::rich_text::Font;
use super::script::split_lotusscript;
use super::{Emit, setters, titled};
use std::collections::BTreeSet;

/// What views and folders have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Content {
    codes: Vec<Code>,
    actions: ActionBar,
    columns: Vec<Column>,
}

macro_rules! content {
    ($type:ident, $element:literal) => {
        titled!($type);

        impl $type {
            /// By its name, without columns; `Group\Name` stands in a menu of the group, `(Name)` in none.
            pub fn new(name: &str) -> Self {
                Self {
                    attributes: Attributes::of($element).with("name", name),
                    content: Content::default(),
                }
            }

            /// The next column.
            pub fn column(mut self, column: Column) -> Self {
                self.content.columns.push(column);
                self
            }

            /// Code for one event.
            pub fn code(mut self, code: Code) -> Self {
                self.content.codes.push(code);
                self
            }

            /// A whole LotusScript: options, declarations, events and procedures.
            pub fn script(mut self, script: &str) -> Self {
                self.content.codes.extend(split_lotusscript(script));
                self
            }

            /// An action in its bar.
            pub fn action(mut self, action: Action) -> Self {
                self.content.actions = self.content.actions.action(action);
                self
            }

            /// The shared action of this number in its bar.
            pub fn shared_action(mut self, id: u32) -> Self {
                self.content.actions = self.content.actions.shared(id);
                self
            }
        }

        impl Emit for $type {
            fn prepared(&self) -> Attributes {
                self.attributes.clone()
            }

            fn is_named(&self) -> bool {
                true
            }

            fn emit_content(&self, out: &mut Out) -> Built {
                let content = self.complete();
                emit_all(&content.codes, out)?;
                content.actions.emit(out)?;
                emit_columns(&content.columns, out)
            }
        }
    };
}

/// A view: the documents that its selection finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    attributes: Attributes,
    content: Content,
}
content!(View, "view");

impl View {
    /// Which documents: `SELECT Form = "SMS"`. Without one it shows all.
    pub fn selection(self, formula: &str) -> Self {
        self.code(Code::formula("selection", formula))
    }

    fn complete(&self) -> Content {
        let mut content = self.content.clone();
        if !content.codes.iter().any(|code| code.event() == "selection") {
            content
                .codes
                .push(Code::formula("selection", "SELECT @All"));
        }
        content
    }
}

/// A folder: documents that people put into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    attributes: Attributes,
    content: Content,
}
content!(Folder, "folder");

impl Folder {
    fn complete(&self) -> &Content {
        &self.content
    }
}

/// A column of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    attributes: Attributes,
    header: Attributes,
    font: Option<Font>,
    format: Option<Attributes>,
    codes: Vec<Code>,
}

setters!(Column);

impl Column {
    fn new(title: &str) -> Self {
        Self {
            attributes: Attributes::of("column"),
            header: Attributes::of("columnheader").with("title", title),
            font: None,
            format: None,
            codes: Vec::new(),
        }
    }

    /// Shows an item of the documents.
    pub fn item(title: &str, item: &str) -> Self {
        Self::new(title).set("itemname", item)
    }

    /// Shows what a formula gives. Programs know it as `$` and a number, unless `itemname` is set.
    pub fn formula(title: &str, formula: &str) -> Self {
        Self::new(title).code(Code::formula("value", formula))
    }

    /// How wide, in letters.
    pub fn width(self, letters: u16) -> Self {
        self.set("width", letters.to_string())
    }

    /// Sorted, `ascending` or `descending`.
    pub fn sorted(self, direction: &str) -> Self {
        self.set("sort", direction)
    }

    /// Rows of the same value stand under a heading.
    pub fn categorized(mut self) -> Self {
        self.attributes
            .flag("categorized", true)
            .flag("twisties", true);
        if self.attributes.get("sort").is_none() {
            self.attributes.set("sort", "ascending");
        }
        self
    }

    /// Not shown.
    pub fn hidden(mut self) -> Self {
        self.attributes.flag("hidden", true);
        self
    }

    /// How its letters look.
    pub fn font(mut self, font: Font) -> Self {
        self.font = Some(font);
        self
    }

    /// Shows dates and times, formatted by the attributes of `<datetimeformat>`. A column has one format; the last one counts.
    pub fn date_time_format<'a>(
        self,
        attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        self.format("datetimeformat", attributes)
    }

    /// Shows numbers, formatted by the attributes of `<numberformat>`.
    pub fn number_format<'a>(
        self,
        attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        self.format("numberformat", attributes)
    }

    fn format<'a>(
        mut self,
        element: &'static str,
        attributes: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut format = Attributes::of(element);
        for (name, value) in attributes {
            format.set(name, value);
        }
        self.format = Some(format);
        self
    }

    /// Code for any event.
    pub fn code(mut self, code: Code) -> Self {
        self.codes.push(code);
        self
    }

    fn emit(&self, item: &str, out: &mut Out) -> Built {
        out.enter(&self.attributes.clone().with("itemname", item))?;
        check_field_name(item, out)?;
        if let Some(font) = &self.font {
            font.emit(out)?;
        }
        out.empty(&self.header)?;
        if let Some(format) = &self.format {
            out.empty(format)?;
        }
        emit_all(&self.codes, out)?;
        out.leave();
        Ok(())
    }
}

/// Columns without a name get one that is free.
fn emit_columns(columns: &[Column], out: &mut Out) -> Built {
    let taken: BTreeSet<&str> = columns
        .iter()
        .filter_map(|column| column.attributes.get("itemname"))
        .collect();
    let mut free = (0..).map(|number| format!("${number}"));
    for column in columns {
        let item = match column.attributes.get("itemname") {
            Some(item) => item.to_owned(),
            None => free
                .find(|item| !taken.contains(item.as_str()))
                .unwrap_or_default(),
        };
        column.emit(&item, out)?;
    }
    Ok(())
}
