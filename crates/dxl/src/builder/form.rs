//! Forms, subforms, pages and help documents.

use super::action::{Action, ActionBar};
use super::code::{Code, emit_all};
use super::error::Built;
use super::out::{Attributes, Out};
use super::rich_text::Body;
use super::script::split_lotusscript;
use super::{Emit, setters, titled};

/// What forms, subforms and pages have in common.
#[derive(Debug, Clone, Default, PartialEq)]
struct Content {
    globals: Vec<Code>,
    codes: Vec<Code>,
    actions: ActionBar,
    body: Body,
}

impl Content {
    fn emit(&self, out: &mut Out) -> Built {
        if !self.globals.is_empty() {
            out.enter_bare("globals");
            emit_all(&self.globals, out)?;
            out.leave();
        }
        emit_all(&self.codes, out)?;
        self.actions.emit(out)?;
        self.body.emit(out)
    }
}

macro_rules! content {
    ($type:ident, $element:literal) => {
        titled!($type);

        impl $type {
            /// By its name, with nothing in it.
            pub fn new(name: &str) -> Self {
                Self {
                    attributes: Attributes::of($element).with("name", name),
                    content: Content::default(),
                }
            }

            /// What it shows; the last one given counts.
            pub fn body(mut self, body: Body) -> Self {
                self.content.body = body;
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

            /// A whole LotusScript that all code in it may use.
            pub fn globals(mut self, script: &str) -> Self {
                self.content.globals.extend(split_lotusscript(script));
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

            /// The bar as a whole; the last one given counts.
            pub fn action_bar(mut self, bar: ActionBar) -> Self {
                self.content.actions = bar;
                self
            }

            /// What stands in the window's title.
            pub fn window_title(self, formula: &str) -> Self {
                self.code(Code::formula("windowtitle", formula))
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
                self.content.emit(out)
            }
        }
    };
}

/// A form: how documents of one kind are shown and filled.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    attributes: Attributes,
    content: Content,
}
content!(Form, "form");

/// A piece of several forms.
#[derive(Debug, Clone, PartialEq)]
pub struct Subform {
    attributes: Attributes,
    content: Content,
}
content!(Subform, "subform");

/// A page, which shows something and stores nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    attributes: Attributes,
    content: Content,
}
content!(Page, "page");

/// One of the two help documents of a database.
#[derive(Debug, Clone, PartialEq)]
pub struct HelpDocument {
    attributes: Attributes,
    body: Body,
}
setters!(HelpDocument);

impl HelpDocument {
    /// What the database is for.
    pub fn about(body: Body) -> Self {
        Self {
            attributes: Attributes::of("helpaboutdocument"),
            body,
        }
    }

    /// How to work with it.
    pub fn using(body: Body) -> Self {
        Self {
            attributes: Attributes::of("helpusingdocument"),
            body,
        }
    }
}

impl Emit for HelpDocument {
    fn prepared(&self) -> Attributes {
        self.attributes.clone()
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        self.body.emit(out)
    }
}
