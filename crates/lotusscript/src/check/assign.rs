//! Assignments: objects with `Set`, values without, and what fits what.

use super::procedure::{Scope, is_plain_variable};
use super::rules::Code;
use super::symbols::{Element, Form, Type};
use crate::notes::ValueType;
use crate::syntax::*;

impl Scope<'_, '_, '_> {
    pub fn assign(&mut self, form: AssignForm, target: &Expression, value: &Expression) {
        let to = self.target(target);
        let from = self.value(value);
        let Some(to) = to else {
            return;
        };
        let is_object = from.is_object() || from.of == Element::Nothing;
        match form {
            AssignForm::Let
                if is_object
                    && (to.is_object() || to.is_unknown() && is_plain_variable(target)) =>
            {
                let text = self.findings.script.text(target.span).to_owned();
                self.findings.add(
                    Code::SetMissing,
                    target.span,
                    format!(
                        "an object is assigned to `{}` without `Set`",
                        one_line(&text)
                    ),
                    format!("write `Set {} = …`", one_line(&text)),
                );
            }
            AssignForm::Let
                if from.is_scalar()
                    && to.is_object()
                    && !matches!(to.of, Element::Value(ValueType::AnyObject)) =>
            {
                let (from, to) = (self.described(&from), self.describe(&to));
                self.findings.add(
                    Code::TypeMismatch,
                    value.span,
                    format!("{from} is assigned to a variable for {to}"),
                    "assign an object by `Set`, or declare the variable otherwise",
                );
            }
            AssignForm::Set if from.is_scalar() => {
                let from = self.described(&from);
                self.findings.add(
                    Code::SetWrong,
                    value.span,
                    format!("`Set` assigns {from}, which is no object"),
                    "leave `Set` out",
                );
            }
            AssignForm::Set if to.is_scalar() && is_plain_variable(target) => {
                let to = self.described(&to);
                self.findings.add(
                    Code::SetWrong,
                    target.span,
                    format!("`Set` assigns to {to}, which holds no object"),
                    "leave `Set` out, or declare the variable for an object",
                );
            }
            AssignForm::Set => self.check_classes(&to, &from, value.span),
            _ => self.check_number(&to, value),
        }
    }

    /// Objects of classes that have nothing to do with each other.
    fn check_classes(&mut self, to: &Type, from: &Type, span: Span) {
        let unrelated = match (&to.of, &from.of) {
            (Element::Value(ValueType::Object(to)), Element::Value(ValueType::Object(from))) => {
                let library = self.module.library;
                !library.is_a(*to, *from) && !library.is_a(*from, *to)
            }
            (Element::Object(to), Element::Value(ValueType::Object(_))) => {
                self.module.class(to).is_some()
            }
            (Element::Value(ValueType::Object(_)), Element::Object(from)) => {
                self.module.class(from).is_some()
            }
            _ => false,
        };
        if unrelated && to.shape == Form::One && from.shape == Form::One {
            let (from, to) = (self.described(from), self.describe(to));
            self.findings.add(
                Code::TypeMismatch,
                span,
                format!("{from} is assigned to a variable for {to}"),
                "declare the variable for what it is given",
            );
        }
    }
}

/// The first line of a text from the source.
fn one_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}
