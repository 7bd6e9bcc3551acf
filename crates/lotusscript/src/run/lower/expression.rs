//! Expressions: what is called, what is looked into, what stands where it can be changed.

use super::super::builtin;
use super::super::code::{Form, Home, MemberInfo, Op, ProcedureInfo, Sides, VariableType};
use super::super::value::{ScalarType, Value};
use super::{Local, Lower, Lowered, Symbol};
use crate::syntax::*;
use std::sync::Arc;

/// What is known of a value before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// The type that it surely has; Variant, if that is not certain.
    pub of: ScalarType,
    /// Whether it comes from what was declared with a type.
    pub is_typed: bool,
}

impl Known {
    /// Nothing.
    pub const ANY: Self = Self {
        of: ScalarType::Variant,
        is_typed: false,
    };

    /// A value of a type, for certain.
    fn surely(of: ScalarType) -> Self {
        Self {
            of,
            is_typed: of != ScalarType::Variant,
        }
    }

    /// One value of a variable, or an element of it.
    fn of_variable(home: Home, of: ScalarType) -> Self {
        Self {
            of: certain(home, of),
            is_typed: of != ScalarType::Variant,
        }
    }
}

/// How two operands stand to each other.
pub(super) fn sides(left: Known, right: Known) -> Sides {
    Sides {
        left_is_loose: !left.is_typed,
        right_is_loose: !right.is_typed,
    }
}

impl Lower<'_> {
    /// A variable by its name, if there is one.
    pub(super) fn variable_named(&self, name: &Name) -> Option<(Home, VariableType)> {
        if let Some(local) = self.frame.names.get(&name.key) {
            return match local {
                Local::Variable(home, of) => Some((*home, *of)),
                Local::Constant(_) => None,
            };
        }
        if let Some((key, of)) = &self.frame.result
            && *key == name.key
        {
            return Some((Home::Local(self.frame.result_slot), *of));
        }
        if let Some(member) = self.member_of_class(&name.key) {
            return member.field.map(|(at, of)| (Home::Member(at), of));
        }
        match self.symbol(&name.key) {
            Some(Symbol::Global(number, of)) => Some((Home::Global(*number), *of)),
            _ => None,
        }
    }

    /// A member of the class that the procedure is of.
    pub(super) fn member_of_class(&self, key: &str) -> Option<MemberInfo> {
        let class = self.frame.class?;
        self.code.classes[usize::from(class)]
            .members
            .get(key)
            .copied()
    }

    /// A variable; one that is not declared comes to be.
    pub(super) fn variable_or_new(&mut self, name: &Name) -> Lowered<(Home, VariableType)> {
        if let Some(found) = self.variable_named(name) {
            return Ok(found);
        }
        let of = VariableType {
            of: self.scalar_of(name, None)?,
            form: Form::One,
        };
        let home = Home::Local(self.slot(of.of.initial(), name.span)?);
        self.frame
            .names
            .insert(Arc::clone(&name.key), Local::Variable(home, of));
        Ok((home, of))
    }

    /// Puts the value of an expression on the stack; says what is known of it.
    pub(super) fn value(&mut self, expression: &Expression) -> Lowered<Known> {
        match &expression.kind {
            ExpressionKind::Number(_) | ExpressionKind::Text(_) | ExpressionKind::Constant(_) => {
                let value = self.fold(expression).unwrap_or_default();
                let of = type_of(&value);
                self.constant(value);
                return Ok(Known::surely(of));
            }
            ExpressionKind::Name(name) => return self.named(name),
            ExpressionKind::Me => {
                self.emit(Op::Me);
            }
            ExpressionKind::Member { .. } => self.member(expression, false)?,
            ExpressionKind::BaseMember { class, name } => self.base_member(class, name, &[])?,
            ExpressionKind::Call {
                target, arguments, ..
            } => return self.call(target, arguments, false),
            ExpressionKind::New { class, arguments } => self.new_object(class, arguments)?,
            ExpressionKind::Bind { .. } => {
                self.emit_failure(super::super::host::NOT_THERE as i16, "Bind is not there")
            }
            ExpressionKind::Unary { operator, operand } => {
                let known = self.value(operand)?;
                self.emit(Op::Unary {
                    operator: *operator,
                    grows: !known.is_typed,
                });
                let is_number = matches!(
                    known.of,
                    ScalarType::Integer | ScalarType::Long | ScalarType::Double
                );
                let of = if is_number {
                    known.of
                } else {
                    ScalarType::Variant
                };
                return Ok(Known {
                    of,
                    is_typed: known.is_typed,
                });
            }
            ExpressionKind::Binary {
                operator: BinaryOperator::IsA,
                left,
                right,
            } => {
                self.value(left)?;
                self.value(right)?;
                self.emit_binary(BinaryOperator::IsA, Sides::LOOSE);
                return Ok(Known::surely(ScalarType::Boolean));
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.emit_binary(*operator, sides(left, right));
                return Ok(Known {
                    of: result_type(*operator, left.of, right.of),
                    is_typed: left.is_typed && right.is_typed,
                });
            }
            ExpressionKind::Parenthesized(inner) => return self.value(inner),
            _ => return Err(self.fail(expression.span, "an expression is missing")),
        }
        Ok(Known::ANY)
    }

    pub(super) fn emit_binary(&mut self, operator: BinaryOperator, sides: Sides) {
        let folds = self.scope().folds;
        self.emit(Op::Binary {
            operator,
            sides,
            folds,
        });
    }

    /// A name alone: a variable, a constant, or a call without arguments.
    fn named(&mut self, name: &Name) -> Lowered<Known> {
        if let Some(value) = self.constant_named(name) {
            let of = type_of(&value);
            self.constant(value);
            return Ok(Known::surely(of));
        }
        if let Some((home, of)) = self.variable_named(name) {
            match home {
                Home::Local(slot) => self.emit(Op::LoadLocal(slot)),
                other => self.emit(Op::Load(other)),
            };
            self.trace(name, false);
            return Ok(if of.form == Form::One {
                Known::of_variable(home, of.of)
            } else {
                Known::ANY
            });
        }
        if self.is_callable(name) {
            return self.call_named(name, &[], false);
        }
        let (home, of) = self.variable_or_new(name)?;
        self.emit(Op::Load(home));
        Ok(Known::of_variable(home, of.of))
    }

    pub(super) fn trace(&mut self, name: &Name, is_write: bool) {
        if self.traces {
            let name = self.name(&name.text.clone());
            self.emit(Op::Trace { name, is_write });
        }
    }

    fn is_callable(&self, name: &Name) -> bool {
        self.member_of_class(&name.key).is_some()
            || matches!(
                self.symbol(&name.key),
                Some(Symbol::Procedure(_) | Symbol::External)
            )
            || crate::notes::Library::get().function(&name.key).is_some()
            || builtin::find(&name.key).is_some()
    }

    /// `object.name`
    fn member(&mut self, expression: &Expression, wants_reference: bool) -> Lowered<()> {
        let ExpressionKind::Member { object, name } = &expression.kind else {
            return Ok(());
        };
        self.object(object.as_deref(), expression.span)?;
        let name = self.name(&name.key.clone());
        self.emit(Op::GetMember {
            name,
            wants_reference,
        });
        Ok(())
    }

    /// What stands in front of a point; records as references, so that they can be changed.
    pub(super) fn object(&mut self, object: Option<&Expression>, span: Span) -> Lowered<()> {
        match object {
            Some(object) => self.reference(object),
            None => match self.frame.withs.last().copied() {
                Some(slot) => {
                    self.emit(Op::LoadRaw(slot));
                    Ok(())
                }
                None => Err(self.fail(span, "a point stands in front only in With")),
            },
        }
    }

    pub(super) fn member_of_base(&self, class: &Expression, name: &Name) -> Option<MemberInfo> {
        let ExpressionKind::Name(class) = &class.kind else {
            return None;
        };
        match self.type_named(&class.key) {
            Some(Symbol::Class(class)) => {
                let info = &self.code.classes[usize::from(*class)];
                info.members.get(&name.key).copied()
            }
            _ => None,
        }
    }

    fn base_member(
        &mut self,
        class: &Expression,
        name: &Name,
        arguments: &[Argument],
    ) -> Lowered<()> {
        match self.member_of_base(class, name) {
            Some(member) => match (member.field, member.method.or(member.get)) {
                (Some((at, _)), _) => {
                    self.emit(Op::Load(Home::Member(at)));
                }
                (None, Some(procedure)) => {
                    let count = self.arguments_for(procedure, arguments)?;
                    self.emit(Op::CallOwn { procedure, count });
                }
                _ => self.emit_failure(185, &name.text.clone()),
            },
            None => self.emit_failure(185, &format!("{} of a base class", name.text)),
        }
        Ok(())
    }

    /// Puts where an expression stands on the stack, if it is something that can be changed; else its value.
    pub(super) fn reference(&mut self, expression: &Expression) -> Lowered<()> {
        match &expression.kind {
            ExpressionKind::Name(name) => {
                let is_variable = self.variable_named(name).is_some();
                if !is_variable && (self.is_callable(name) || self.constant_named(name).is_some()) {
                    self.named(name)?;
                    return Ok(());
                }
                let (home, of) = self.variable_or_new(name)?;
                self.emit(Op::Refer(home, of.of));
            }
            ExpressionKind::Member { .. } => self.member(expression, true)?,
            ExpressionKind::Call {
                target, arguments, ..
            } => {
                self.call(target, arguments, true)?;
            }
            _ => {
                self.value(expression)?;
            }
        }
        Ok(())
    }

    /// `f(x)`, of whatever `f` is.
    fn call(
        &mut self,
        target: &Expression,
        arguments: &[Argument],
        wants_reference: bool,
    ) -> Lowered<Known> {
        match &target.kind {
            ExpressionKind::Name(name) => return self.call_named(name, arguments, wants_reference),
            ExpressionKind::Member { object, name } => {
                self.object(object.as_deref(), target.span)?;
                let count = self.loose_arguments(arguments)?;
                let name = self.name(&name.key.clone());
                self.emit(Op::CallMember {
                    name,
                    count,
                    wants_reference,
                });
            }
            ExpressionKind::BaseMember { class, name } => {
                self.base_member(class, name, arguments)?
            }
            _ => {
                self.reference(target)?;
                self.index(arguments, wants_reference)?;
            }
        }
        Ok(Known::ANY)
    }

    fn index(&mut self, arguments: &[Argument], wants_reference: bool) -> Lowered<()> {
        let count = self.values(arguments)?;
        self.emit(Op::Index {
            count,
            wants_reference,
        });
        Ok(())
    }

    fn call_named(
        &mut self,
        name: &Name,
        arguments: &[Argument],
        wants_reference: bool,
    ) -> Lowered<Known> {
        let own_name = self
            .frame
            .result
            .as_ref()
            .is_some_and(|(key, _)| *key == name.key);
        let is_local = self.frame.names.contains_key(&name.key);
        if (!own_name || is_local)
            && let Some((home, of)) = self.variable_named(name)
        {
            match wants_reference {
                true => self.emit(Op::Refer(home, of.of)),
                false => self.emit(Op::Load(home)),
            };
            self.index(arguments, wants_reference)?;
            return Ok(if of.form == Form::One {
                Known::ANY
            } else {
                Known::of_variable(home, of.of)
            });
        }
        if let Some(member) = self.member_of_class(&name.key)
            && (member.method.is_some() || member.get.is_some())
        {
            self.emit(Op::Me);
            let count = self.loose_arguments(arguments)?;
            let name = self.name(&name.key.clone());
            self.emit(Op::CallMember {
                name,
                count,
                wants_reference,
            });
            let procedure = member.method.or(member.get);
            return Ok(self.result_of(procedure));
        }
        match self.symbol(&name.key).cloned() {
            Some(Symbol::Procedure(procedure)) => {
                let count = self.arguments_for(procedure, arguments)?;
                if usize::from(count) == self.code.procedures[procedure as usize].parameters.len() {
                    self.emit(Op::Call { procedure, count });
                }
                return Ok(self.result_of(Some(procedure)));
            }
            Some(Symbol::External) => {
                self.emit_failure(
                    48,
                    &format!(
                        "{} is a function of another library, which no host of this run has",
                        name.text
                    ),
                );
                return Ok(Known::ANY);
            }
            _ => {}
        }
        self.call_of_language(name, arguments)
    }

    /// What a procedure gives. That of a method may be another's, of a class based on this one.
    fn result_of(&self, procedure: Option<u32>) -> Known {
        let returns = procedure
            .and_then(|number| self.code.procedures.get(number as usize))
            .map_or(ScalarType::Variant, |info: &ProcedureInfo| info.returns);
        Known {
            of: ScalarType::Variant,
            is_typed: returns != ScalarType::Variant,
        }
    }

    /// A function of the language.
    fn call_of_language(&mut self, name: &Name, arguments: &[Argument]) -> Lowered<Known> {
        let key = name.key.as_ref();
        match (key, arguments) {
            (
                "iselement",
                [
                    Argument {
                        value: Some(element),
                        ..
                    },
                ],
            ) => return self.is_element(element),
            (
                "listtag",
                [
                    Argument {
                        value:
                            Some(Expression {
                                kind: ExpressionKind::Name(element),
                                ..
                            }),
                        ..
                    },
                ],
            ) => {
                if let Some((Home::ByRef(slot), _)) = self.variable_named(element) {
                    self.emit(Op::ListTag(slot));
                    return Ok(Known::surely(ScalarType::Text));
                }
            }
            (
                "isdefined",
                [
                    Argument {
                        value: Some(wanted),
                        ..
                    },
                ],
            ) => {
                let is_defined = matches!(self.fold(wanted), Some(Value::Text(name)) if {
                    let key = name.as_str().to_lowercase();
                    self.frame.names.contains_key(key.as_str()) || self.symbol(&key).is_some()
                });
                self.constant(Value::Boolean(is_defined));
                return Ok(Known::surely(ScalarType::Boolean));
            }
            _ => {}
        }
        if let Some(found) = builtin::find(key) {
            return self.call_builtin(name, &found, arguments);
        }
        if let Some(function) = crate::notes::Library::get().function(key) {
            let count = self.values(arguments)?;
            let number = self.name(key);
            self.emit(Op::Outside {
                name: number,
                count,
            });
            return Ok(Known {
                of: ScalarType::Variant,
                is_typed: gives_type(function, name),
            });
        }
        self.emit_failure(35, &name.text.clone());
        Ok(Known::ANY)
    }

    fn call_builtin(
        &mut self,
        name: &Name,
        found: &builtin::Builtin,
        arguments: &[Argument],
    ) -> Lowered<Known> {
        let key = name.key.as_ref();
        let mut first = None;
        for argument in arguments {
            let known = match &argument.value {
                Some(value) => self.value(value)?,
                None => {
                    self.argument_value(argument)?;
                    Known::ANY
                }
            };
            first = first.or(Some(known));
        }
        let count = self.count_of(arguments)?;
        if !found.takes.contains(&count) {
            self.emit_failure(217, &format!("{} is called with {count}", name.text));
            return Ok(Known::ANY);
        }
        let special = match name.suffix {
            Some(Suffix::String) => builtin::with_suffix(key),
            _ => builtin::of_variant(key).filter(|_| first.is_some_and(|of| !of.is_typed)),
        };
        self.emit(Op::Function(special.unwrap_or(found.function), count));
        let of = match (name.suffix, key) {
            (Some(Suffix::String), _) | (_, "cstr") => ScalarType::Text,
            (_, "cint") => ScalarType::Integer,
            (_, "clng" | "len" | "ubound" | "lbound") => ScalarType::Long,
            (_, "cdbl") => ScalarType::Double,
            _ => ScalarType::Variant,
        };
        let function = crate::notes::Library::get().function(key);
        Ok(Known {
            of,
            is_typed: of != ScalarType::Variant
                || function.is_some_and(|function| gives_type(function, name)),
        })
    }

    fn is_element(&mut self, element: &Expression) -> Lowered<Known> {
        match element_of_list(element) {
            Some((list, tag)) => {
                self.reference(list)?;
                self.value(tag)?;
                self.emit(Op::IsElement);
            }
            None => self.emit_failure(
                13,
                "IsElement takes an element of a list, as in IsElement(prices(\"x\"))",
            ),
        }
        Ok(Known::surely(ScalarType::Boolean))
    }

    /// The values of arguments; what was left out is Empty.
    pub(super) fn values(&mut self, arguments: &[Argument]) -> Lowered<u8> {
        for argument in arguments {
            self.argument_value(argument)?;
        }
        self.count_of(arguments)
    }

    fn count_of(&self, arguments: &[Argument]) -> Lowered<u8> {
        let span = arguments
            .last()
            .map_or(Span::default(), |argument| argument.span);
        u8::try_from(arguments.len())
            .map_err(|_| self.fail(span, "there are more than 255 arguments"))
    }

    pub(super) fn argument_value(&mut self, argument: &Argument) -> Lowered<()> {
        match &argument.value {
            Some(value) => {
                self.value(value)?;
            }
            None => self.constant(Value::Empty),
        }
        Ok(())
    }

    /// Arguments for something that is known only when it runs: references, where there can be one.
    fn loose_arguments(&mut self, arguments: &[Argument]) -> Lowered<u8> {
        for argument in arguments {
            match &argument.value {
                Some(value) if !argument.by_value => self.reference(value)?,
                _ => self.argument_value(argument)?,
            }
        }
        self.count_of(arguments)
    }

    /// Arguments for a procedure. If they are too many or too few, that fails when it is reached.
    pub(super) fn arguments_for(&mut self, procedure: u32, arguments: &[Argument]) -> Lowered<u8> {
        let info = &self.code.procedures[procedure as usize];
        let by_value: Vec<bool> = info
            .parameters
            .iter()
            .map(|parameter| parameter.by_value)
            .collect();
        let name = Arc::clone(&info.name);
        for (at, argument) in arguments.iter().enumerate() {
            match &argument.value {
                Some(value) if !argument.by_value && by_value.get(at) == Some(&false) => {
                    self.reference(value)?
                }
                _ => self.argument_value(argument)?,
            }
        }
        if arguments.len() != by_value.len() {
            self.emit_failure(
                217,
                &format!("{name} takes {}, not {}", by_value.len(), arguments.len()),
            );
        }
        self.count_of(arguments)
    }

    pub(super) fn new_object(&mut self, class: &Name, arguments: &[Argument]) -> Lowered<()> {
        if let Some(Symbol::Class(number)) = self.type_named(&class.key).cloned() {
            let wanted = self.code.new_of(number);
            let count = match wanted {
                Some(procedure) => self.arguments_for(procedure, arguments)?,
                None => self.values(arguments)?,
            };
            let expected = wanted.map_or(0, |procedure| {
                self.code.procedures[procedure as usize].parameters.len()
            });
            if usize::from(count) != expected {
                self.emit_failure(
                    217,
                    &format!("New {} takes {expected}, not {count}", class.text),
                );
            }
            self.emit(Op::New {
                class: u32::from(number),
                count,
            });
        } else {
            let count = self.values(arguments)?;
            let name = self.name(&class.text.clone());
            self.emit(Op::Create { name, count });
        }
        Ok(())
    }
}

/// Whether a function, as it is written here, gives a value of a type and no Variant.
fn gives_type(function: &crate::notes::Function, name: &Name) -> bool {
    let has_dollar = name.suffix == Some(Suffix::String);
    let is_scalar = function
        .gives(has_dollar)
        .is_some_and(crate::notes::ValueType::is_scalar);
    is_scalar && (has_dollar || !function.has_dollar)
}

/// The type that a value surely has. What stands behind a reference may be of another, and a Variant is anything.
pub(super) fn certain(home: Home, of: ScalarType) -> ScalarType {
    match (home, of) {
        (Home::ByRef(_), _)
        | (
            _,
            ScalarType::Fixed(_)
            | ScalarType::Record(_)
            | ScalarType::Class(_)
            | ScalarType::Product,
        ) => ScalarType::Variant,
        (_, of) => of,
    }
}

fn type_of(value: &Value) -> ScalarType {
    match value {
        Value::Integer(_) => ScalarType::Integer,
        Value::Long(_) => ScalarType::Long,
        Value::Single(_) => ScalarType::Single,
        Value::Double(_) => ScalarType::Double,
        Value::Currency(_) => ScalarType::Currency,
        Value::Text(_) => ScalarType::Text,
        Value::Boolean(_) => ScalarType::Boolean,
        _ => ScalarType::Variant,
    }
}

/// The type that a result surely has.
fn result_type(operator: BinaryOperator, left: ScalarType, right: ScalarType) -> ScalarType {
    use BinaryOperator as Op;
    let rank = |of| match of {
        ScalarType::Integer => Some(0),
        ScalarType::Long => Some(1),
        ScalarType::Single => Some(2),
        ScalarType::Double => Some(3),
        ScalarType::Currency => Some(4),
        _ => None,
    };
    match (operator, rank(left), rank(right)) {
        (Op::Join, _, _) if left == ScalarType::Text || right == ScalarType::Text => {
            ScalarType::Text
        }
        (Op::Plus, _, _) if left == ScalarType::Text && right == ScalarType::Text => {
            ScalarType::Text
        }
        (Op::Plus | Op::Minus | Op::Times, Some(one), Some(two)) => {
            if one > two {
                left
            } else {
                right
            }
        }
        (Op::Divide | Op::Power, Some(_), Some(_)) => ScalarType::Double,
        (operator, Some(_), Some(_)) if operator.is_comparison() => ScalarType::Boolean,
        _ => ScalarType::Variant,
    }
}

/// `list(tag)` as its two parts.
pub(super) fn element_of_list(element: &Expression) -> Option<(&Expression, &Expression)> {
    let ExpressionKind::Call {
        target, arguments, ..
    } = &element.kind
    else {
        return None;
    };
    match arguments.as_slice() {
        [
            Argument {
                value: Some(tag), ..
            },
        ] => Some((target, tag)),
        _ => None,
    }
}
