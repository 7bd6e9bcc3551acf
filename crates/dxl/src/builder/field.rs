//! Fields, in forms and shared.

use super::code::{Code, emit_all, leaf, tidy};
use super::error::{Built, Fault};
use super::names::check_field_name;
use super::out::{Attributes, Out};
use super::{Emit, setters};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum FieldType {
    Text,
    Number,
    DateTime,
    RichText,
    /// One or more of some choices.
    Keyword,
    /// People and groups.
    Names,
    /// Who may change the document.
    Authors,
    /// Who may read it.
    Readers,
    Password,
    Color,
}

impl FieldType {
    /// As DXL writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::DateTime => "datetime",
            Self::RichText => "richtext",
            Self::Keyword => "keyword",
            Self::Names => "names",
            Self::Authors => "authors",
            Self::Readers => "readers",
            Self::Password => "password",
            Self::Color => "color",
        }
    }
}

/// Who fills a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// People.
    Editable,
    /// A formula, each time that the document is recalculated.
    Computed,
    /// A formula, and the value is not stored.
    ComputedForDisplay,
    /// A formula, once.
    ComputedWhenComposed,
}

impl FieldKind {
    /// As DXL writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Editable => "editable",
            Self::Computed => "computed",
            Self::ComputedForDisplay => "computedfordisplay",
            Self::ComputedWhenComposed => "computedwhencomposed",
        }
    }
}

/// A field. The default, or value, of a field, its validation and translation are code: `defaultvalue`, `inputvalidation`, `inputtranslation`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    attributes: Attributes,
    choices: Option<Choices>,
    format: Option<Attributes>,
    codes: Vec<Code>,
}

setters!(Field);

impl Field {
    /// Filled by people.
    pub fn new(name: &str, holds: FieldType) -> Self {
        Self {
            attributes: Attributes::of("field")
                .with("name", name)
                .with("type", holds.word())
                .with("kind", FieldKind::Editable.word()),
            choices: None,
            format: None,
            codes: Vec::new(),
        }
    }

    /// Filled by a formula.
    pub fn computed(name: &str, holds: FieldType, kind: FieldKind, formula: &str) -> Self {
        let mut field = Self::new(name, holds);
        field.attributes.set("kind", kind.word());
        field.code(Code::formula("defaultvalue", formula))
    }

    /// What stands in it to begin with.
    pub fn default_value(self, formula: &str) -> Self {
        self.code(Code::formula("defaultvalue", formula))
    }

    /// A formula that is `@Success`, or `@Failure` and says why.
    pub fn validation(self, formula: &str) -> Self {
        self.code(Code::formula("inputvalidation", formula))
    }

    /// Code for any event.
    pub fn code(mut self, code: Code) -> Self {
        self.codes.push(code);
        self
    }

    /// Several values, divided by comma, semicolon or a new line.
    pub fn many_values(mut self) -> Self {
        self.attributes
            .flag("allowmultivalues", true)
            .set("listinputseparators", "comma semicolon newline")
            .set("listdisplayseparator", "comma");
        self
    }

    /// Of a keyword field: what there is to choose from.
    pub fn choices(mut self, choices: Choices) -> Self {
        self.choices = Some(choices);
        self
    }

    /// How a date and time is shown, by the attributes of `<datetimeformat>`; of a number, of `<numberformat>`.
    pub fn format<'a>(mut self, attributes: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let element = match self.attributes.get("type") {
            Some("number") => "numberformat",
            _ => "datetimeformat",
        };
        let mut format = Attributes::of(element);
        for (name, value) in attributes {
            format.set(name, value);
        }
        self.format = Some(format);
        self
    }

    pub(super) fn name(&self) -> &str {
        self.attributes.get("name").unwrap_or_default()
    }

    pub(super) fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        self.check(out)?;
        if let Some(choices) = &self.choices {
            choices.emit(out)?;
        }
        if let Some(format) = &self.format {
            out.empty(format)?;
        }
        emit_all(&self.codes, out)?;
        out.leave();
        Ok(())
    }

    fn check(&self, out: &Out) -> Built {
        check_field_name(self.name(), out)?;
        let attribute = |name| self.attributes.get(name).unwrap_or_default();
        let is_keyword = attribute("type") == "keyword";
        let has_dialog = !matches!(attribute("choicesdialog"), "" | "none");
        let may_choose = matches!(
            attribute("type"),
            "keyword" | "names" | "authors" | "readers" | "timezone"
        );
        let is_computed = attribute("kind").starts_with("computed");
        let has_value = self.codes.iter().any(|code| code.event() == "defaultvalue");
        let (message, remedy) = if is_keyword && self.choices.is_none() && !has_dialog {
            (
                "a keyword field has no choices",
                "give it some, or let it hold text",
            )
        } else if !may_choose && self.choices.is_some() {
            (
                "what it holds is not chosen from a list",
                "let it hold a keyword",
            )
        } else if is_computed && !has_value {
            (
                "a computed field has no formula",
                "give it one, \"\" for instance",
            )
        } else if self.format.is_some() && !matches!(attribute("type"), "number" | "datetime") {
            (
                "only numbers and times have formats",
                "leave the format out",
            )
        } else {
            return Ok(());
        };
        Err(out.fault(Fault::Value, message.to_owned(), remedy))
    }
}

/// A field that several forms share, by the name of the field.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedField {
    attributes: Attributes,
    field: Field,
}
setters!(SharedField);

impl SharedField {
    /// Of a field.
    pub fn new(field: Field) -> Self {
        Self {
            attributes: Attributes::of("sharedfield"),
            field,
        }
    }
}

impl Emit for SharedField {
    fn prepared(&self) -> Attributes {
        self.attributes.clone().with("name", self.field.name())
    }

    fn is_named(&self) -> bool {
        true
    }

    fn emit_content(&self, out: &mut Out) -> Built {
        self.field.emit(out)
    }
}

/// What there is to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    attributes: Attributes,
    source: ChoiceSource,
}

#[derive(Debug, Clone, PartialEq)]
enum ChoiceSource {
    List(Vec<String>),
    Formula(String),
}

setters!(Choices);

impl Choices {
    /// These; `Shown|stored` stores something else than it shows.
    pub fn list<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self {
            attributes: Attributes::of("keywords"),
            source: ChoiceSource::List(texts.into_iter().map(Into::into).collect()),
        }
    }

    /// What a formula gives.
    pub fn formula(formula: &str) -> Self {
        Self {
            attributes: Attributes::of("keywords"),
            source: ChoiceSource::Formula(tidy(formula)),
        }
    }

    /// `dialoglist`, `checkbox`, `radiobutton`, `combobox` or `listbox`.
    pub fn shown_as(mut self, ui: &str) -> Self {
        self.attributes.set("ui", ui);
        self
    }

    fn emit(&self, out: &mut Out) -> Built {
        out.enter(&self.attributes)?;
        match &self.source {
            ChoiceSource::List(texts) => {
                out.enter_bare("textlist");
                for text in texts {
                    out.bare_leaf("text", text)?;
                }
                out.leave();
            }
            ChoiceSource::Formula(formula) => leaf(out, "formula", formula)?,
        }
        out.leave();
        Ok(())
    }
}
