//! Arguments: whether there are as many as are asked for, and of the right sort.

use super::procedure::Scope;
use super::rules::Code;
use super::symbols::{Element, Form, Signature, SymbolKind, Type, Wanted};
use crate::notes::{Function, NotesParameter, ValueType};
use crate::syntax::*;

impl Scope<'_, '_, '_> {
    /// A call of a procedure of scripts: all its parameters must be given.
    pub fn check_own_call(
        &mut self,
        name: &Name,
        signature: &Signature,
        arguments: &[Argument],
        types: &[Type],
    ) {
        let (wanted, given) = (signature.parameters.len(), arguments.len());
        if wanted != given {
            let names: Vec<&str> = signature
                .parameters
                .iter()
                .map(|wanted| wanted.name.as_ref())
                .collect();
            let list = if names.is_empty() {
                "nothing".to_owned()
            } else {
                format!("({})", names.join(", "))
            };
            self.findings.add(
                Code::ArgumentCount,
                name.span,
                format!(
                    "`{}` takes {}, and is given {given}",
                    name.text,
                    counted(wanted)
                ),
                format!("it takes {list}"),
            );
            return;
        }
        for ((wanted, argument), given) in signature.parameters.iter().zip(arguments).zip(types) {
            let of = self.module.resolved(wanted.of.clone());
            self.check_argument(&name.text, &wanted.name, &of, argument, given);
            if !wanted.by_value {
                self.check_reference(&name.text, wanted, argument, given);
            }
        }
    }

    /// A variable that is given by reference is of the very type that is asked for.
    fn check_reference(
        &mut self,
        called: &str,
        wanted: &Wanted,
        argument: &Argument,
        given: &Type,
    ) {
        let Some(Expression {
            kind: ExpressionKind::Name(name),
            ..
        }) = &argument.value
        else {
            return;
        };
        let differs = wanted.of.is_scalar() && given.is_scalar() && wanted.of.of != given.of;
        if differs && !argument.by_value && self.is_variable(&name.key) {
            let (kind, asked) = (self.described(given), self.described(&wanted.of));
            let message = format!(
                "{called} takes {asked} as `{}` by reference, and `{}` is {kind}",
                wanted.name, name.text
            );
            self.findings.add(
                Code::ArgumentType,
                argument.span,
                message,
                format!(
                    "give `({})`, declare it as {}, or take `{}` by value",
                    name.text,
                    self.describe(&wanted.of),
                    wanted.name
                ),
            );
        }
    }

    pub fn check_function_call(
        &mut self,
        name: &Name,
        function: &Function,
        arguments: &[Argument],
        types: &[Type],
    ) {
        self.check_notes_call(name, function.name, &function.parameters, arguments, types);
    }

    pub fn check_notes_call(
        &mut self,
        name: &Name,
        called: &str,
        parameters: &[NotesParameter],
        arguments: &[Argument],
        types: &[Type],
    ) {
        let least = parameters
            .iter()
            .filter(|parameter| !parameter.is_optional)
            .count();
        let (most, given) = (parameters.len(), arguments.len());
        if given < least || given > most {
            let wanted = if least == most {
                counted(least)
            } else {
                format!("{least} to {}", counted(most))
            };
            let names: Vec<String> = parameters
                .iter()
                .map(|parameter| {
                    if parameter.is_optional {
                        format!("[{}]", parameter.name)
                    } else {
                        parameter.name.to_owned()
                    }
                })
                .collect();
            let remedy = if names.is_empty() {
                "it takes nothing".to_owned()
            } else {
                format!("it takes ({})", names.join(", "))
            };
            self.findings.add(
                Code::ArgumentCount,
                name.span,
                format!("{called} takes {wanted}, and is given {given}"),
                remedy,
            );
            return;
        }
        for ((parameter, argument), given) in parameters.iter().zip(arguments).zip(types) {
            self.check_argument(
                called,
                parameter.name,
                &Type::value(parameter.of),
                argument,
                given,
            );
        }
    }

    /// Only what is sure to fail: an object for a value, a value for an object, an object of a class that has nothing to do with the one asked for.
    fn check_argument(
        &mut self,
        called: &str,
        parameter: &str,
        wanted: &Type,
        argument: &Argument,
        given: &Type,
    ) {
        if wanted.shape != Form::One || given.shape != Form::One {
            return;
        }
        let is_wrong = match (&wanted.of, &given.of) {
            (Element::Value(ValueType::AnyObject), _) => given.is_scalar(),
            (
                Element::Value(ValueType::Object(wanted)),
                Element::Value(ValueType::Object(given)),
            ) => {
                let library = self.module.library;
                !library.is_a(*wanted, *given) && !library.is_a(*given, *wanted)
            }
            (Element::Value(ValueType::Object(_)), Element::Object(class)) => {
                self.module.class(class).is_some()
            }
            (Element::Object(class), Element::Value(ValueType::Object(_))) => {
                self.module.class(class).is_some()
            }
            (Element::Value(ValueType::Object(_)) | Element::Object(_), _) => given.is_scalar(),
            (Element::Value(value), _) if value.is_scalar() => given.is_object(),
            _ => false,
        };
        if is_wrong {
            let (given, wanted) = (self.described(given), self.described(wanted));
            self.findings.add(
                Code::ArgumentType,
                argument.span,
                format!("{called} takes {wanted} as `{parameter}`, and is given {given}"),
                "",
            );
        }
    }

    /// `New Class(…)`
    pub fn made(&mut self, class: &Name, arguments: &[Argument]) -> Type {
        let types = self.arguments(arguments);
        let library = self.module.library;
        if let Some(id) = library
            .class(&class.text)
            .filter(|_| self.module.class(&class.key).is_none())
        {
            self.module
                .check_type(&TypeName::Named(class.clone()), self.findings);
            let about = library.about(id);
            match &about.new {
                Some(parameters) => self.check_notes_call(
                    class,
                    &format!("New {}", about.name),
                    parameters,
                    arguments,
                    &types,
                ),
                None if library.is_open(id) => {}
                None => self.findings.add(
                    Code::NotCreatable,
                    class.span,
                    format!("{} cannot be made by `New`", about.name),
                    "",
                ),
            }
            return Type::value(ValueType::Object(id));
        }
        self.module
            .check_type(&TypeName::Named(class.clone()), self.findings);
        let constructor = self
            .module
            .class(&class.key)
            .and_then(|info| info.members.get("new"));
        if let Some(SymbolKind::Procedure(signature)) = constructor.map(|member| &member.kind) {
            let signature = signature.clone();
            self.check_own_call(class, &signature, arguments, &types);
        }
        self.module.resolved(Type::object(&class.key))
    }
}

fn counted(number: usize) -> String {
    match number {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        number => format!("{number} arguments"),
    }
}
