//! What a form does with a document: defaults, computed fields, translation and validation of what was put in.

use crate::World;
use crate::convert::Content;
use crate::formulas::{self, Subject};
use crate::objects::document::Doc;
use crate::store::DatabaseId;
use dxl::design::{Code, Database as Design, Design as Piece, DesignElement, Field, Language};
use dxl::{Element, NodeId};
use lotusscript::formula::{FaultKind, Time, Value};
use lotusscript::run::{Fault, NOT_THERE, ScriptError};
use std::rc::Rc;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A new document gets its defaults.
    Compose,
    /// Computed fields are computed anew; what was put in is translated, and must be valid.
    Check,
}

/// A field of a form, apart from the tree.
#[derive(Debug, Clone)]
pub(crate) struct FieldOf {
    pub name: String,
    pub holds: String,
    pub kind: String,
    pub has_many: bool,
    pub display_separator: String,
    pub input_separators: String,
    default: Option<String>,
    translation: Option<String>,
    validation: Option<String>,
}

impl FieldOf {
    fn of(field: Field<'_>) -> Result<Self, Box<Fault>> {
        let code = |event: &str| match field.code_for(event) {
            None => Ok(None),
            Some(code) if code.language() == Language::Formula => Ok(Some(text_of(code))),
            Some(code) if code.language() == Language::CompiledFormula => {
                let why = format!("the formula of the field {} is compiled", field.name());
                Err(ScriptError::new(NOT_THERE, why))
            }
            Some(_) => Ok(None),
        };
        let attribute = |name: &str| {
            field
                .element()
                .attribute(name)
                .unwrap_or_default()
                .to_owned()
        };
        Ok(Self {
            name: field.name().to_owned(),
            holds: field.holds().to_owned(),
            kind: field.kind().to_owned(),
            has_many: field.has_many_values(),
            display_separator: attribute("listdisplayseparator"),
            input_separators: attribute("listinputseparators"),
            default: code("defaultvalue")?,
            translation: code("inputtranslation")?,
            validation: code("inputvalidation")?,
        })
    }

    /// What its values are divided by when it is shown.
    pub fn between(&self) -> &'static str {
        match self.display_separator.as_str() {
            "comma" => ", ",
            "space" => " ",
            "newline" => "\n",
            "blankline" => "\n\n",
            _ => "; ",
        }
    }

    /// A text that was put into it, as it holds it.
    pub fn read(&self, world: &World, text: &str) -> Option<Content> {
        let words = self.input_separators.split_whitespace();
        let mut marks: Vec<char> = words
            .filter_map(|word| match word {
                "comma" => Some(','),
                "semicolon" => Some(';'),
                "newline" | "blankline" => Some('\n'),
                "space" => Some(' '),
                _ => None,
            })
            .collect();
        if marks.is_empty() {
            marks = vec![';', ',', '\n'];
        }
        let parts: Vec<&str> = match self.has_many {
            true => text
                .split(|letter| marks.contains(&letter))
                .map(str::trim)
                .collect(),
            false => vec![text],
        };
        if text.trim().is_empty() {
            return Some(Content::text(""));
        }
        match self.holds.as_str() {
            "number" => {
                let numbers: Option<Vec<f64>> = parts
                    .iter()
                    .map(|part| world.international.read_number(part))
                    .collect();
                numbers.map(Content::Numbers)
            }
            "datetime" => {
                let times: Option<Vec<Time>> = parts
                    .iter()
                    .map(|part| world.read_time(part).map(Time::At))
                    .collect();
                times.map(Content::Times)
            }
            _ => Some(Content::Texts(
                parts.into_iter().map(str::to_owned).collect(),
            )),
        }
    }
}

fn text_of(code: Code<'_>) -> String {
    code.text().into_owned()
}

/// The fields of a form in their order, those of its subforms among them; `None` if there is no such form.
pub(crate) fn fields(
    world: &World,
    database: DatabaseId,
    form: &str,
) -> Result<Option<Vec<FieldOf>>, Box<Fault>> {
    let Some(store) = world.store.get(database) else {
        return Ok(None);
    };
    let Some(design) = Design::of(store.design().root()) else {
        return Ok(None);
    };
    let found = design.designs().find_map(|piece| match piece {
        Piece::Form(known) if known.is_called(form) => Some(known),
        _ => None,
    });
    let Some(form) = found else {
        return Ok(None);
    };
    let mut fields = Vec::new();
    gather(
        design,
        form.element(),
        &mut vec![form.element().id()],
        &mut fields,
    )?;
    Ok(Some(fields))
}

fn gather(
    design: Design<'_>,
    form: Element<'_>,
    open: &mut Vec<NodeId>,
    into: &mut Vec<FieldOf>,
) -> Result<(), Box<Fault>> {
    /// Subforms within each other.
    const MOST: usize = 16;
    let views: Vec<Field<'_>> = match Piece::of(form) {
        Some(Piece::Form(form)) => form.fields().collect(),
        Some(Piece::Subform(form)) => form.fields().collect(),
        _ => Vec::new(),
    };
    for element in form.descendants() {
        match element.name() {
            "field" => {
                if let Some(field) = views
                    .iter()
                    .find(|field| field.element().id() == element.id())
                {
                    into.push(FieldOf::of(*field)?);
                }
            }
            "sharedfieldref" => {
                let name = element.attribute("name").unwrap_or_default();
                let shared = design.designs().find_map(|piece| match piece {
                    Piece::SharedField(shared) if shared.is_called(name) => shared.field(),
                    _ => None,
                });
                if let Some(field) = shared {
                    into.push(FieldOf::of(field)?);
                }
            }
            "subformref" => {
                let name = element.attribute("name").unwrap_or_default();
                let found = design.designs().find_map(|piece| match piece {
                    Piece::Subform(known) if !name.is_empty() && known.is_called(name) => {
                        Some(known.element())
                    }
                    _ => None,
                });
                if let Some(found) = found
                    && open.len() < MOST
                    && !open.contains(&found.id())
                {
                    open.push(found.id());
                    gather(design, found, open, into)?;
                    open.pop();
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The form of a document, or the default one.
pub(crate) fn fields_of(world: &World, doc: &Doc) -> Result<Vec<FieldOf>, Box<Fault>> {
    let id = doc.database.store_id()?;
    let form = doc.text("Form");
    match fields(world, id, &form)? {
        Some(fields) => Ok(fields),
        None => {
            let why = format!("Notes error: Cannot locate form {form:?}");
            Err(ScriptError::new(4000, why).into())
        }
    }
}

/// Does with a document what its form does; gives what is wrong with it, if anything.
pub(crate) fn compute(
    world: &mut World,
    doc: &Rc<Doc>,
    purpose: Purpose,
) -> Result<Option<String>, Box<Fault>> {
    let fields = fields_of(world, doc)?;
    let is_new = doc.state.borrow().is_new;
    for field in &fields {
        let is_there = doc.content(&field.name).is_some();
        let formula = match field.kind.as_str() {
            "computed" => field.default.as_ref(),
            "computedwhencomposed" if is_new && !is_there => field.default.as_ref(),
            "computedfordisplay" | "computedwhencomposed" => None,
            _ if !is_there => field.default.as_ref(),
            _ if purpose != Purpose::Compose => field.translation.as_ref(),
            _ => None,
        };
        if let Some(source) = formula {
            let value = evaluate(world, doc, source, &field.name)?;
            if let Some(fault) = value.as_fault() {
                return Ok(Some(format!("Field {}: {}", field.name, fault.message)));
            }
            if let Some(content) = Content::of_formula(&value) {
                doc.set(&field.name, &content);
                mark(doc, field);
            }
        } else if !is_there && field.kind == "editable" && field.holds != "richtext" {
            doc.set(&field.name, &Content::text(""));
            mark(doc, field);
        }
    }
    if purpose != Purpose::Check {
        return Ok(None);
    }
    for field in fields.iter().filter(|field| field.kind == "editable") {
        let Some(source) = &field.validation else {
            continue;
        };
        let value = evaluate(world, doc, source, &field.name)?;
        match value.as_fault() {
            Some(fault) if fault.kind == FaultKind::Failure => {
                return Ok(Some(fault.message.clone()));
            }
            Some(fault) => return Ok(Some(format!("Field {}: {}", field.name, fault.message))),
            None => {}
        }
    }
    Ok(None)
}

fn evaluate(
    world: &mut World,
    doc: &Rc<Doc>,
    source: &str,
    field: &str,
) -> Result<Value, Box<Fault>> {
    let formula = formulas::parse(world, source)?;
    let subject = Subject::Working(Rc::clone(doc));
    let database = doc.database.id.get();
    let outcome = formulas::evaluate_field(world, database, &subject, &formula, Some(field))?;
    Ok(outcome.value)
}

/// Names, authors and readers are marked as such.
fn mark(doc: &Doc, field: &FieldOf) {
    let flag = match field.holds.as_str() {
        "names" => "names",
        "authors" => "authors",
        "readers" => "readers",
        _ => return,
    };
    let mut state = doc.state.borrow_mut();
    let id = state
        .document
        .item(&field.name)
        .map(|item| item.element().id());
    if let Some(id) = id {
        state.document.tree_mut().set_attribute(id, flag, "true");
    }
}
