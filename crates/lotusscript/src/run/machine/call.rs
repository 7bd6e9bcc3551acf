//! Calls: of procedures, methods and properties, of what the host has; and the lives of objects.

use super::super::code::{Form, MemberInfo, ParameterInfo};
use super::super::fault::{MISMATCH, NOT_SET, Outcome, fault, fault_of};
use super::super::place::{Place, Root, Step};
use super::super::value::{self, Object, Product, ScalarType, Value};
use super::variable::check_set;
use super::{Frame, FrameEnd, Machine, deeper, reference};
use std::rc::Rc;

impl Machine<'_> {
    /// Calls a procedure with what was pushed last.
    pub(super) fn enter(
        &mut self,
        procedure: u32,
        count: u8,
        me: Option<Rc<Object>>,
        end: FrameEnd,
    ) -> Outcome<()> {
        let code = Rc::clone(&self.code);
        let info = &code.procedures[procedure as usize];
        if usize::from(count) != info.parameters.len() {
            return Err(fault_of(
                217,
                format_args!("{} takes {}, not {count}", info.name, info.parameters.len()),
            ));
        }
        if self.frames.len() >= self.depth {
            return Err(fault_of(
                28,
                format_args!("calls go more than {} deep", self.depth),
            ));
        }
        let base = self.stack.len() - usize::from(count);
        for (at, parameter) in info.parameters.iter().enumerate() {
            let given = std::mem::take(&mut self.stack[base + at]);
            self.stack[base + at] = self.receive(given, parameter)?;
        }
        self.stack.extend(info.slots.iter().cloned());
        if let Some(frame) = self.frames.last_mut() {
            frame.pc = self.pc;
        }
        self.frames.push(Frame {
            procedure,
            pc: 0,
            base,
            statement: u32::MAX,
            handlers: Vec::new(),
            handling: None,
            gosubs: Vec::new(),
            me,
            end,
        });
        self.pc = info.start as usize;
        self.base = base;
        Ok(())
    }

    /// An argument as a parameter takes it: where it stands, if both are of the same type; else its value.
    fn receive(&self, given: Value, parameter: &ParameterInfo) -> Outcome<Value> {
        let of = parameter.of.of;
        if parameter.of.form != Form::One {
            let settled = self.settle(given.clone())?;
            let fits = matches!(
                (parameter.of.form, &settled),
                (Form::List, Value::List(_)) | (Form::Array { .. }, Value::Array(_))
            );
            return match (fits, parameter.by_value) {
                (false, _) => Err(fault_of(MISMATCH, "an array or list is expected")),
                (true, true) => Ok(settled),
                (true, false) => Ok(given),
            };
        }
        let Value::Reference(place) = &given else {
            return self.fit(given, of);
        };
        if !parameter.by_value && (of == ScalarType::Variant || place.0.of == of) {
            return Ok(given);
        }
        let settled = self.read(&place.0)?;
        if !parameter.by_value && are_other_numbers(place.0.of, of) {
            return Err(fault_of(
                MISMATCH,
                "what is passed by reference must be of the type that is declared",
            ));
        }
        if parameter.by_value {
            return self.fit(settled, of);
        }
        let same_sort = std::mem::discriminant(&settled) == std::mem::discriminant(&of.initial());
        let is_object = matches!(of, ScalarType::Class(_) | ScalarType::Product);
        let value = self.fit(settled, of)?;
        if same_sort || is_object {
            Ok(given)
        } else {
            Ok(value)
        }
    }

    /// Ends the uppermost call; says whether it was the lowest of the run.
    pub(super) fn leave(&mut self) -> Outcome<bool> {
        let Some(frame) = self.frames.pop() else {
            return Ok(true);
        };
        let parameters = self.code.procedures[frame.procedure as usize]
            .parameters
            .len();
        let at = frame.base + parameters;
        let result = self
            .stack
            .get_mut(at)
            .map(std::mem::take)
            .unwrap_or_default();
        self.stack.truncate(frame.base);
        if frame.handling.is_some() {
            self.scene.error = None;
        }
        if let Some(caller) = self.frames.last() {
            self.pc = caller.pc;
            self.base = caller.base;
        }
        match frame.end {
            FrameEnd::Push => self.stack.push(result),
            FrameEnd::Discard => {}
            FrameEnd::Index(subscripts, wants_reference) => {
                let value = self.index(result, &subscripts, wants_reference)?;
                self.stack.push(value);
            }
            FrameEnd::Deleted(object) => end_of(&object),
        }
        Ok(self.frames.is_empty())
    }

    /// `object.name(…)`, the object and then the arguments being on the stack.
    pub(super) fn call_member(
        &mut self,
        name: &str,
        count: u8,
        wants_reference: bool,
    ) -> Outcome<()> {
        let at = self.stack.len() - usize::from(count) - 1;
        let target = std::mem::take(&mut self.stack[at]);
        match self.settle_object(&target)? {
            Value::Object(object) => self.call_own_member(&object, name, count, wants_reference),
            Value::Product(product) => {
                let arguments = self.pop_values(count)?;
                self.pop();
                let value = self.call_product(&product, name, &arguments)?;
                self.stack.push(value);
                Ok(())
            }
            Value::Record(record) => {
                let (field, of) = self.field_of(record.of, name)?;
                let subscripts = self.pop_values(count)?;
                self.pop();
                let member = match &target {
                    Value::Reference(place) => reference(deeper(&place.0, Step::Field(field), of)),
                    _ => record.fields.get(field).cloned().unwrap_or_default(),
                };
                let value = match wants_reference || !subscripts.is_empty() {
                    true => self.index(member, &subscripts, wants_reference)?,
                    false => self.settle(member)?,
                };
                self.stack.push(value);
                Ok(())
            }
            _ => Err(fault(182)),
        }
    }

    /// An object that can be asked for members.
    fn settle_object(&self, target: &Value) -> Outcome<Value> {
        let value = self.settle(target.clone())?;
        match &value {
            Value::Nothing => Err(fault(NOT_SET)),
            Value::Object(object) if object.is_deleted.get() => Err(fault(NOT_SET)),
            _ => Ok(value),
        }
    }

    fn field_of(&self, record: u16, name: &str) -> Outcome<(usize, ScalarType)> {
        let info = &self.code.records[usize::from(record)];
        let at = info.fields.iter().position(|(key, _)| **key == *name);
        let at = at.ok_or_else(|| fault_of(185, format_args!("{}.{name}", info.name)))?;
        Ok((at, info.fields[at].1.of))
    }

    fn member_info(&self, object: &Object, name: &str) -> Outcome<MemberInfo> {
        let info = &self.code.classes[usize::from(object.class)];
        let member = info
            .members
            .get(name)
            .copied()
            .ok_or_else(|| fault_of(185, format_args!("{}.{name}", info.name)))?;
        if member.is_private && !self.runs_within(object.class) {
            return Err(fault_of(
                185,
                format_args!("{}.{name} is private", info.name),
            ));
        }
        Ok(member)
    }

    /// Whether what runs is a procedure of a class, of one that it is based on, or of one based on it.
    fn runs_within(&self, class: u16) -> bool {
        let me = self.frames.last().and_then(|frame| frame.me.as_ref());
        me.is_some_and(|me| self.code.is_a(me.class, class) || self.code.is_a(class, me.class))
    }

    /// The object's place on the stack is still below the arguments.
    fn call_own_member(
        &mut self,
        object: &Rc<Object>,
        name: &str,
        count: u8,
        wants_reference: bool,
    ) -> Outcome<()> {
        let member = self.member_info(object, name)?;
        if let Some((at, of)) = member.field {
            let subscripts = self.pop_values(count)?;
            self.pop();
            let place = Place::new(Root::Member(Rc::clone(object), u32::from(at)), of.of);
            let value = match wants_reference || count > 0 {
                true => self.index(reference(place), &subscripts, wants_reference)?,
                false => self.read(&place)?,
            };
            self.stack.push(value);
            return Ok(());
        }
        let procedure = member
            .method
            .or(member.get)
            .ok_or_else(|| fault_of(185, name))?;
        let takes = self.code.procedures[procedure as usize].parameters.len();
        if member.method.is_none() && takes == 0 && count > 0 {
            let subscripts = self.pop_values(count)?;
            self.pop();
            return self.enter(
                procedure,
                0,
                Some(Rc::clone(object)),
                FrameEnd::Index(subscripts, wants_reference),
            );
        }
        let at = self.stack.len() - usize::from(count) - 1;
        self.stack.remove(at);
        self.enter(procedure, count, Some(Rc::clone(object)), FrameEnd::Push)
    }

    fn call_product(
        &mut self,
        product: &Rc<Product>,
        name: &str,
        arguments: &[Value],
    ) -> Outcome<Value> {
        self.tell(&product.class, name, arguments);
        if self.scene.host.is_method(product, name) {
            return self.scene.host.call(product, name, arguments);
        }
        let value = self.scene.host.get(product, name)?;
        self.index(value, arguments, false)
    }

    /// `object.name(…) = value`: the object, the arguments and the value are on the stack.
    pub(super) fn set_member(&mut self, name: &str, count: u8, is_set: bool) -> Outcome<()> {
        let value = self.pop_settled()?;
        let arguments = self.pop_values(count)?;
        let target = self.pop();
        match self.settle_object(&target)? {
            Value::Object(object) => {
                let member = self.member_info(&object, name)?;
                if let Some((at, of)) = member.field {
                    let place = Place::new(Root::Member(object, u32::from(at)), of.of);
                    return self.set_place(place, &arguments, value, is_set, of.form);
                }
                check_set(&value, is_set)?;
                match (member.set, member.get) {
                    (Some(procedure), _) => {
                        self.stack.extend(arguments);
                        self.stack.push(value);
                        let count = count.checked_add(1).ok_or_else(|| fault(217))?;
                        self.enter(procedure, count, Some(object), FrameEnd::Discard)
                    }
                    _ => Err(fault_of(
                        185,
                        format_args!("nothing can be assigned to {name}"),
                    )),
                }
            }
            Value::Product(product) => {
                if count > 0 {
                    return Err(fault_of(
                        MISMATCH,
                        format_args!("{}.{name} is assigned as a whole", product.class),
                    ));
                }
                self.tell(&product.class, name, std::slice::from_ref(&value));
                self.scene.host.set(&product, name, value)
            }
            Value::Record(record) => {
                let (field, _) = self.field_of(record.of, name)?;
                let of = self.code.records[usize::from(record.of)].fields[field].1;
                drop(record);
                match &target {
                    Value::Reference(place) => {
                        let place = deeper(&place.0, Step::Field(field), of.of);
                        self.set_place(place, &arguments, value, is_set, of.form)
                    }
                    _ => Err(fault_of(
                        MISMATCH,
                        "this is no variable that could be changed",
                    )),
                }
            }
            _ => Err(fault(182)),
        }
    }

    fn set_place(
        &mut self,
        place: Place,
        subscripts: &[Value],
        value: Value,
        is_set: bool,
        form: Form,
    ) -> Outcome<()> {
        if !subscripts.is_empty() {
            return self.set_element(place, subscripts, value, is_set);
        }
        match (form, value) {
            (Form::One, value) => {
                check_set(&value, is_set)?;
                self.put(&place, value)
            }
            (Form::Array { .. }, Value::Array(given)) => self.replace_array(&place, &given),
            _ => Err(fault(MISMATCH)),
        }
    }

    /// `New Class(…)`: the object stays on the stack, its `Sub New` gets the arguments.
    pub(super) fn new_object(&mut self, class: u16, count: u8) -> Outcome<()> {
        let code = Rc::clone(&self.code);
        let info = &code.classes[usize::from(class)];
        let mut has_farewell = false;
        let mut line = Some(class);
        while let Some(number) = line {
            has_farewell |= code.classes[usize::from(number)].delete.is_some();
            line = code.classes[usize::from(number)].base;
        }
        let object = Object::new(class, info.fields.clone(), has_farewell);
        self.remember(&object);
        match code.new_of(class) {
            Some(procedure) => {
                let at = self.stack.len() - usize::from(count);
                self.stack.insert(at, Value::Object(Rc::clone(&object)));
                self.enter(procedure, count, Some(object), FrameEnd::Discard)
            }
            None => {
                self.stack.truncate(self.stack.len() - usize::from(count));
                self.stack.push(Value::Object(object));
                Ok(())
            }
        }
    }

    fn remember(&mut self, object: &Rc<Object>) {
        if self.objects.len() >= self.prune_at {
            self.objects.retain(|object| object.strong_count() > 0);
            self.prune_at = 1024.max(self.objects.len() * 2);
        }
        self.objects.push(Rc::downgrade(object));
    }

    /// `Delete object`
    pub(super) fn delete(&mut self) -> Outcome<()> {
        let target = self.pop();
        let value = self.settle(target.clone())?;
        if let Value::Reference(place) = &target {
            self.change(&place.0, |value, _| {
                Ok(std::mem::replace(value, Value::Nothing))
            })
            .map(drop)?;
        }
        match value {
            Value::Object(object) if !object.is_deleted.get() => {
                if object.has_farewell.replace(false) {
                    return self.say_farewell(&object);
                }
                end_of(&object);
                Ok(())
            }
            Value::Product(_) => Ok(()),
            Value::Nothing | Value::Object(_) => Err(fault(NOT_SET)),
            _ => Err(fault(102)),
        }
    }

    /// `Sub Delete` of its class and of those that it is based on, in this order.
    fn say_farewell(&mut self, object: &Rc<Object>) -> Outcome<()> {
        let mut line = Vec::new();
        let mut class = Some(object.class);
        while let Some(number) = class {
            let info = &self.code.classes[usize::from(number)];
            line.extend(info.delete);
            class = info.base;
        }
        for (at, procedure) in line.iter().rev().enumerate() {
            let end = if at == 0 {
                FrameEnd::Deleted(Rc::clone(object))
            } else {
                FrameEnd::Discard
            };
            self.enter(*procedure, 0, Some(Rc::clone(object)), end)?;
        }
        Ok(())
    }

    /// Calls `Sub Delete` of an object that nobody holds any more; says whether there was one.
    pub(in crate::run) fn bid_farewell(&mut self) -> Outcome<bool> {
        let Some((class, fields)) = value::next_orphan() else {
            return Ok(false);
        };
        let object = Object::new(class, fields, false);
        self.say_farewell(&object)?;
        Ok(true)
    }

    /// Runs a procedure to its end, for who runs the program.
    pub(in crate::run) fn call_from_outside(
        &mut self,
        procedure: u32,
        arguments: Vec<Value>,
    ) -> Outcome<()> {
        let count = u8::try_from(arguments.len()).map_err(|_| fault(217))?;
        self.stack.extend(arguments);
        self.enter(procedure, count, None, FrameEnd::Push)
    }

    /// Lets go of the variables of the modules.
    pub(in crate::run) fn let_go(&mut self) {
        self.globals.fill(Value::Empty);
    }

    /// What the lowest call gave.
    pub(in crate::run) fn result(&mut self) -> Value {
        self.pop()
    }
}

impl Drop for Machine<'_> {
    /// Objects that hold each other would stay for ever.
    fn drop(&mut self) {
        for object in std::mem::take(&mut self.objects) {
            if let Some(object) = object.upgrade() {
                object.has_farewell.set(false);
                end_of(&object);
            }
        }
        while value::next_orphan().is_some() {}
    }
}

/// Whether both are types of single values, and not the same; texts of any length are the same.
fn are_other_numbers(one: ScalarType, two: ScalarType) -> bool {
    let sort = |of: ScalarType| match of {
        ScalarType::Fixed(_) => Some(ScalarType::Text),
        ScalarType::Variant
        | ScalarType::Class(_)
        | ScalarType::Record(_)
        | ScalarType::Product => None,
        other => Some(other),
    };
    matches!((sort(one), sort(two)), (Some(one), Some(two)) if one != two)
}

/// The object is gone: so is what it holds.
fn end_of(object: &Object) {
    object.is_deleted.set(true);
    let fields = std::mem::take(&mut *object.fields.borrow_mut());
    drop(Object::new(object.class, fields, false));
}
