//! Forms, subforms, pages, fields, actions and help documents.

use super::{Code, Codes, Design, DesignElement, Sort, piece, value, whole};
use crate::notes::RichText;
use crate::tree::Element;
use std::borrow::Cow;

whole! {
    /// A form: how documents of one kind are shown and filled.
    Form, Sort::Form
}

whole! {
    /// A piece of several forms.
    Subform, Sort::Subform
}

whole! {
    /// A page, which shows something and stores nothing.
    Page, Sort::Page
}

whole! {
    /// A field that several forms share.
    SharedField, Sort::SharedField
}

whole! {
    /// The actions that forms and views share.
    SharedActions, Sort::SharedActions
}

/// One of the two help documents of a database.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HelpDocument<'a>(pub(crate) Element<'a>);

piece! {
    /// A field, in a form or shared.
    Field
}

piece! {
    /// An action above a form or view, or a shared one, or the reference to one.
    Action
}

piece! {
    /// Where a subform stands in a form.
    SubformReference
}

/// Elements of this name at any depth.
fn inside<'a>(
    element: Element<'a>,
    name: &'static str,
) -> impl Iterator<Item = Element<'a>> + Clone + use<'a> {
    element
        .descendants()
        .filter(move |inner| inner.name() == name)
}

pub(super) fn actions_of<'a>(
    element: Element<'a>,
) -> impl Iterator<Item = Action<'a>> + Clone + use<'a> {
    let bars = element.all("actionbar");
    bars.flat_map(Element::elements)
        .filter(|entry| matches!(entry.name(), "action" | "sharedactionref"))
        .map(Action)
}

/// What has a body.
macro_rules! body {
    ($type:ident) => {
        impl<'a> $type<'a> {
            /// What it shows.
            pub fn body(self) -> Option<RichText<'a>> {
                let text = self.0.first("body")?.first("richtext")?;
                Some(RichText::new(text))
            }
        }
    };
}
body!(Form);
body!(Subform);
body!(Page);
body!(HelpDocument);

/// What has fields and actions.
macro_rules! content {
    ($type:ident) => {
        impl<'a> $type<'a> {
            /// Its own fields wherever they stand, in tables and sections too; not those of subforms, nor shared ones.
            pub fn fields(self) -> impl Iterator<Item = Field<'a>> + Clone + use<'a> {
                inside(self.0, "field").map(Field)
            }

            /// Names of the shared fields in it.
            pub fn shared_fields(self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
                inside(self.0, "sharedfieldref").filter_map(|field| field.attribute("name"))
            }

            /// The actions of its bar, in their order.
            pub fn actions(self) -> impl Iterator<Item = Action<'a>> + Clone + use<'a> {
                actions_of(self.0)
            }

            /// The subforms in it, in their order.
            pub fn subforms(self) -> impl Iterator<Item = SubformReference<'a>> + Clone + use<'a> {
                inside(self.0, "subformref").map(SubformReference)
            }

            /// The formula of the window's title.
            pub fn window_title(self) -> Option<Code<'a>> {
                self.code_for("windowtitle")
            }

            /// The code that all code in it may use.
            pub fn globals(self) -> impl Iterator<Item = Code<'a>> + Clone + use<'a> {
                self.0.all("globals").flat_map(Codes::of)
            }
        }
    };
}
content!(Form);
content!(Subform);
content!(Page);

impl<'a> Form<'a> {
    /// `document`, `response` or `responsetoresponse`.
    pub fn document_type(self) -> &'a str {
        value(self.0, "type").unwrap_or_default()
    }

    /// Whether new documents have this form unless they say otherwise.
    pub fn is_default(self) -> bool {
        self.flag("default") == Some(true)
    }
}

impl<'a> SharedField<'a> {
    /// The field.
    pub fn field(self) -> Option<Field<'a>> {
        self.0.first("field").map(Field)
    }
}

impl<'a> SharedActions<'a> {
    /// Its actions.
    pub fn actions(self) -> impl Iterator<Item = Action<'a>> + Clone + use<'a> {
        self.0.all("action").map(Action)
    }

    /// The action of a number, by which others refer to it.
    pub fn action(self, id: &str) -> Option<Action<'a>> {
        self.actions().find(|action| action.id() == Some(id))
    }
}

impl<'a> DesignElement<'a> for HelpDocument<'a> {
    fn element(&self) -> Element<'a> {
        self.0
    }

    fn sort(&self) -> Sort {
        match self.0.name() {
            "helpaboutdocument" => Sort::AboutDocument,
            _ => Sort::UsingDocument,
        }
    }
}

impl<'a> Field<'a> {
    /// Its name.
    pub fn name(self) -> &'a str {
        self.0.attribute("name").unwrap_or_default()
    }

    /// What it holds: `text`, `number`, `datetime`, `richtext`, `keyword`, `names` and so on.
    pub fn holds(self) -> &'a str {
        self.0.attribute("type").unwrap_or_default()
    }

    /// Who fills it: `editable`, `computed`, `computedfordisplay`, `computedwhencomposed`.
    pub fn kind(self) -> &'a str {
        value(self.0, "kind").unwrap_or_default()
    }

    /// Whether it holds several values.
    pub fn has_many_values(self) -> bool {
        self.flag("allowmultivalues") == Some(true)
    }

    /// What there is to choose from, if that is a list.
    pub fn choices(self) -> Vec<Cow<'a, str>> {
        let keywords = self.0.all("keywords");
        keywords
            .flat_map(|keywords| keywords.all("textlist"))
            .flat_map(|list| list.all("text"))
            .map(crate::notes::text_of)
            .collect()
    }

    /// The formula that gives what there is to choose from.
    pub fn choices_formula(self) -> Option<Code<'a>> {
        Code::of(self.0.first("keywords")?.first("formula")?)
    }

    /// The formula of its default, or of its value if it is computed.
    pub fn default_value(self) -> Option<Code<'a>> {
        self.code_for("defaultvalue")
    }

    /// The code of one event, in any case.
    pub fn code_for(self, event: &str) -> Option<Code<'a>> {
        self.code()
            .find(|code| code.event().eq_ignore_ascii_case(event))
    }
}

impl<'a> Action<'a> {
    /// Its title, with the names of menus before a `\`; of a reference that of the copy in it, if there is one.
    pub fn title(self) -> &'a str {
        let own = self.0.attribute("title");
        let copied = || self.0.first("action")?.attribute("title");
        own.or_else(copied).unwrap_or_default()
    }

    /// Its number among the shared ones.
    pub fn id(self) -> Option<&'a str> {
        self.0.attribute("id")
    }

    /// Whether it refers to a shared one.
    pub fn is_reference(self) -> bool {
        self.0.name() == "sharedactionref"
    }

    /// The code of one event, in any case.
    pub fn code_for(self, event: &str) -> Option<Code<'a>> {
        self.code()
            .find(|code| code.event().eq_ignore_ascii_case(event))
    }
}

impl<'a> SubformReference<'a> {
    /// Its name; `None` if a formula gives it.
    pub fn name(self) -> Option<&'a str> {
        self.0.attribute("name")
    }

    /// The formula that gives its name.
    pub fn formula(self) -> Option<Code<'a>> {
        self.code().next()
    }

    /// The subform of that name among these.
    pub fn find(self, mut designs: impl Iterator<Item = Design<'a>>) -> Option<Subform<'a>> {
        let name = self.name()?;
        designs.find_map(|design| match design {
            Design::Subform(subform) if subform.is_called(name) => Some(subform),
            _ => None,
        })
    }
}
