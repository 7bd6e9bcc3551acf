//! Assignments: to variables, elements, members, parts of a text.

use super::super::code::{Form, Home, Op, Sides, VariableType};
use super::super::value::ScalarType;
use super::declare::key_of_setter;
use super::expression::certain;
use super::{Lower, Lowered, Symbol};
use crate::syntax::*;

impl Lower<'_> {
    /// `target = value`
    pub(super) fn assign(
        &mut self,
        form: AssignForm,
        target: &Expression,
        value: &Expression,
    ) -> Lowered<()> {
        if matches!(form, AssignForm::LSet | AssignForm::RSet) {
            self.reference(target)?;
            self.value(value)?;
            self.emit(Op::Justify {
                from_right: form == AssignForm::RSet,
            });
            return Ok(());
        }
        let is_set = form == AssignForm::Set;
        match &target.kind {
            ExpressionKind::Name(name) => self.assign_name(name, value, is_set),
            // Within `f`, `Me.f` is what it gives, too.
            ExpressionKind::Member {
                object: Some(object),
                name,
            } if object.kind == ExpressionKind::Me && self.is_own_result(name) => {
                self.assign_name(name, value, is_set)
            }
            ExpressionKind::Member { object, name } => {
                self.object(object.as_deref(), target.span)?;
                self.value(value)?;
                let name = self.name(&name.key.clone());
                self.emit(Op::SetMember(name, is_set));
                Ok(())
            }
            ExpressionKind::Call {
                target: inner,
                arguments,
                ..
            } => self.assign_element(inner, arguments, value, is_set),
            ExpressionKind::BaseMember { class, name } => {
                self.assign_base_member(class, name, &[], value, is_set)
            }
            _ => Err(self.fail(target.span, "nothing can be assigned to this")),
        }
    }

    fn is_own_result(&self, name: &Name) -> bool {
        let is_own = self
            .frame
            .result
            .as_ref()
            .is_some_and(|(key, _)| *key == name.key);
        is_own
            && self
                .member_of_class(&name.key)
                .is_some_and(|member| member.field.is_none() && member.set.is_none())
    }

    fn assign_name(&mut self, name: &Name, value: &Expression, is_set: bool) -> Lowered<()> {
        if self.variable_named(name).is_none() {
            if self
                .member_of_class(&name.key)
                .is_some_and(|member| member.set.is_some())
            {
                self.emit(Op::Me);
                self.value(value)?;
                let name = self.name(&name.key.clone());
                self.emit(Op::SetMember(name, is_set));
                return Ok(());
            }
            if let Some(Symbol::Procedure(setter)) = self.symbol(&key_of_setter(name)).cloned() {
                return self.assign_property(setter, name, value);
            }
            match (name.key.as_ref(), self.symbol(&name.key)) {
                ("err", None) => {
                    self.value(value)?;
                    self.emit(Op::SetErr);
                    return Ok(());
                }
                ("date" | "time", None) => {
                    self.emit_failure(
                        super::super::host::NOT_THERE as i16,
                        "setting the clock is not there",
                    );
                    return Ok(());
                }
                (_, Some(Symbol::Procedure(_) | Symbol::Constant(_))) => {
                    return Err(self.fail(
                        name.span,
                        format!(
                            "`{}` is no variable; nothing can be assigned to it",
                            name.text
                        ),
                    ));
                }
                _ => {}
            }
        }
        let (home, of) = self.variable_or_new(name)?;
        if is_set {
            self.value(value)?;
            self.trace(name, true);
            self.emit(Op::SetObject(home, of.of));
            return Ok(());
        }
        if of.form == Form::One
            && let Some(rest) = self.appended(name, home, of.of, value)
        {
            self.joined(&rest)?;
            self.emit(Op::Append(home, of.of));
            return Ok(());
        }
        let given = self.value(value)?.of;
        self.trace(name, true);
        self.store(home, of, given);
        Ok(())
    }

    /// To the `Property Set` of a module.
    fn assign_property(&mut self, setter: u32, name: &Name, value: &Expression) -> Lowered<()> {
        let given = Argument {
            by_value: false,
            value: Some(value.clone()),
            span: value.span,
        };
        let wanted = self.code.procedures[setter as usize].parameters.len();
        if wanted != 1 {
            let why = format!("`{}` is a property with arguments", name.text);
            return Err(self.fail(name.span, why));
        }
        let count = self.arguments_for(setter, &[given])?;
        self.emit(Op::Call {
            procedure: setter,
            count,
        });
        self.emit(Op::Pop);
        Ok(())
    }

    /// What is on the stack goes into a variable.
    fn store(&mut self, home: Home, of: VariableType, given: ScalarType) {
        match (home, of.form) {
            (_, Form::Array { .. }) => {
                self.emit(Op::StoreArray(home, of.of));
            }
            (_, Form::List) => self.emit_failure(13, "a list is not assigned as a whole"),
            (Home::Local(slot), _) if given == of.of && given != ScalarType::Variant => {
                self.emit(Op::StoreLocalSame(slot));
            }
            _ => {
                self.emit(Op::Store(home, of.of));
            }
        }
    }

    /// What is put behind a variable by `x = x & a & b`, if it cannot change `x` itself meanwhile.
    fn appended<'e>(
        &self,
        name: &Name,
        home: Home,
        of: ScalarType,
        value: &'e Expression,
    ) -> Option<Vec<&'e Expression>> {
        if !matches!(of, ScalarType::Text | ScalarType::Variant) {
            return None;
        }
        let mut rest = Vec::new();
        let mut left = value;
        loop {
            match &left.kind {
                ExpressionKind::Binary {
                    operator: BinaryOperator::Join,
                    left: deeper,
                    right,
                } => {
                    rest.push(right.as_ref());
                    left = deeper;
                }
                ExpressionKind::Binary {
                    operator: BinaryOperator::Plus,
                    left: deeper,
                    right,
                } if of == ScalarType::Text && rest.is_empty() && self.is_text(right) => {
                    rest.push(right.as_ref());
                    left = deeper;
                    break;
                }
                _ => break,
            }
        }
        let ExpressionKind::Name(first) = &left.kind else {
            return None;
        };
        let is_quiet =
            |part: &&Expression| !touches(part, &name.key, matches!(home, Home::Local(_)));
        rest.reverse();
        (first.key == name.key && !rest.is_empty() && rest.iter().all(is_quiet)).then_some(rest)
    }

    /// Whether it is certainly a text.
    fn is_text(&self, expression: &Expression) -> bool {
        match &expression.kind {
            ExpressionKind::Text(_)
            | ExpressionKind::Binary {
                operator: BinaryOperator::Join,
                ..
            } => true,
            ExpressionKind::Name(name) => self.variable_named(name).is_some_and(|(home, of)| {
                of.form == Form::One && certain(home, of.of) == ScalarType::Text
            }),
            _ => false,
        }
    }

    fn joined(&mut self, parts: &[&Expression]) -> Lowered<()> {
        for (at, part) in parts.iter().enumerate() {
            self.value(part)?;
            if at > 0 {
                self.emit_binary(BinaryOperator::Join, Sides::LOOSE);
            }
        }
        Ok(())
    }

    fn assign_element(
        &mut self,
        target: &Expression,
        arguments: &[Argument],
        value: &Expression,
        is_set: bool,
    ) -> Lowered<()> {
        match &target.kind {
            ExpressionKind::Name(name) => {
                let variable = self.variable_named(name);
                if variable.is_none() && matches!(name.key.as_ref(), "mid" | "midb") {
                    return self.assign_mid(name, arguments, value);
                }
                if variable.is_none()
                    && let Some(member) = self.member_of_class(&name.key)
                    && member.set.is_some()
                {
                    self.emit(Op::Me);
                    let count = self.values(arguments)?;
                    self.value(value)?;
                    let name = self.name(&name.key.clone());
                    self.emit(Op::SetMemberIndex(name, count, is_set));
                    return Ok(());
                }
                let (home, of) = match variable {
                    Some(found) => found,
                    None => self.variable_or_new(name)?,
                };
                let count = self.values(arguments)?;
                self.value(value)?;
                self.emit(Op::StoreElement(home, of.of, count, is_set));
            }
            ExpressionKind::Member { object, name } => {
                self.object(object.as_deref(), target.span)?;
                let count = self.values(arguments)?;
                self.value(value)?;
                let name = self.name(&name.key.clone());
                self.emit(Op::SetMemberIndex(name, count, is_set));
            }
            ExpressionKind::BaseMember { class, name } => {
                self.assign_base_member(class, name, arguments, value, is_set)?;
            }
            _ => {
                self.reference(target)?;
                let count = self.values(arguments)?;
                self.value(value)?;
                self.emit(Op::SetIndex(count, is_set));
            }
        }
        Ok(())
    }

    /// `Base..name = value`: what the base class has, whatever this class made of it.
    fn assign_base_member(
        &mut self,
        class: &Expression,
        name: &Name,
        arguments: &[Argument],
        value: &Expression,
        is_set: bool,
    ) -> Lowered<()> {
        let member = self.member_of_base(class, name).unwrap_or_default();
        if let Some((at, of)) = member.field {
            let home = Home::Member(at);
            let count = self.values(arguments)?;
            let given = self.value(value)?.of;
            match (count, is_set) {
                (0, true) => {
                    self.emit(Op::SetObject(home, of.of));
                }
                (0, false) => self.store(home, of, given),
                _ => {
                    self.emit(Op::StoreElement(home, of.of, count, is_set));
                }
            }
            return Ok(());
        }
        let Some(procedure) = member.set else {
            self.emit_failure(185, &format!("{} of a base class", name.text));
            return Ok(());
        };
        let count = self.values(arguments)?;
        self.value(value)?;
        let takes = self.code.procedures[procedure as usize].parameters.len();
        if usize::from(count) + 1 != takes {
            self.emit_failure(217, &name.text.clone());
            return Ok(());
        }
        self.emit(Op::CallOwn {
            procedure,
            count: count + 1,
        });
        self.emit(Op::Pop);
        Ok(())
    }

    /// `Mid(text, begin, count) = part`
    fn assign_mid(
        &mut self,
        name: &Name,
        arguments: &[Argument],
        value: &Expression,
    ) -> Lowered<()> {
        let Some((
            Argument {
                value: Some(changed),
                ..
            },
            rest,
        )) = arguments.split_first()
        else {
            return Err(self.fail(name.span, "the text to change is missing"));
        };
        self.reference(changed)?;
        let count = self.values(rest)?;
        self.value(value)?;
        self.emit(Op::SetMid {
            count,
            in_bytes: name.key.as_ref() == "midb",
        });
        Ok(())
    }
}

/// Whether an expression names a variable; or, if it is not one of the procedure alone, might run something that does.
fn touches(expression: &Expression, key: &str, is_local: bool) -> bool {
    let mut found = match &expression.kind {
        ExpressionKind::Name(name) => !is_local || *name.key == *key,
        ExpressionKind::Call { .. }
        | ExpressionKind::Member { .. }
        | ExpressionKind::BaseMember { .. }
        | ExpressionKind::New { .. } => !is_local,
        _ => false,
    };
    parts_of_expression(expression, &mut |part| {
        found = found || touches(part, key, is_local)
    });
    found
}
