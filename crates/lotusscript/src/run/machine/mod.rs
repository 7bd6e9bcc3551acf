//! Runs code: one loop, one stack, frames beside it, so that calls of a script in each other never go deeper on the stack of the thread.

mod call;
mod error;
mod print;
mod variable;

use super::arith;
use super::builtin::Scene;
use super::code::{Code, Handler, Op, Sides};
use super::fault::{MISMATCH, NOT_SET, Outcome, ScriptError, Stop, fault, fault_of};
use super::host::Event;
use super::limit;
use super::place::Place;
use super::value::{Object, Printed, ScalarType, Value};
use crate::syntax::{BinaryOperator, UnaryOperator};
use std::rc::{Rc, Weak};
use variable::check_set;

/// What runs.
pub(super) struct Machine<'h> {
    code: Rc<Code>,
    stack: Vec<Value>,
    globals: Vec<Value>,
    frames: Vec<Frame>,
    /// The next instruction of the uppermost frame.
    pc: usize,
    /// Where its slots begin.
    base: usize,
    pub scene: Scene<'h>,
    /// What was printed of the line that is not over.
    line: String,
    printed: Printed,
    /// Of the screen, while a file is printed to.
    stashed: String,
    depth: usize,
    traces: bool,
    has_farewells: bool,
    /// All objects that were made, so that those that hold each other go too when the run ends.
    objects: Vec<Weak<Object>>,
    /// How many there may be before those that are gone are left out.
    prune_at: usize,
}

/// A procedure that was called.
#[derive(Debug)]
struct Frame {
    procedure: u32,
    /// Where it goes on when what it called returns.
    pc: usize,
    base: usize,
    statement: u32,
    handlers: Vec<(Option<i32>, Handler)>,
    /// A handler runs: the statement that failed, and the one behind it.
    handling: Option<(u32, u32)>,
    gosubs: Vec<usize>,
    me: Option<Rc<Object>>,
    end: FrameEnd,
}

/// What happens to the result of a call.
#[derive(Debug)]
enum FrameEnd {
    Push,
    Discard,
    /// It is looked into.
    Index(Vec<Value>, bool),
    /// The object is gone from now on.
    Deleted(Rc<Object>),
}

/// The head of a `For` was jumped over.
const NO_LOOP: i32 = 92;

/// The deepest that `GoSub` may be nested.
const MAX_GOSUBS: usize = 10_000;

impl<'h> Machine<'h> {
    pub fn new(code: Rc<Code>, scene: Scene<'h>, depth: usize, traces: bool) -> Self {
        let globals = code.globals.clone();
        let has_farewells = code.classes.iter().any(|class| class.delete.is_some());
        Self {
            code,
            stack: Vec::new(),
            globals,
            frames: Vec::new(),
            pc: 0,
            base: 0,
            scene,
            line: String::new(),
            printed: Printed::default(),
            stashed: String::new(),
            depth,
            traces,
            has_farewells,
            objects: Vec::new(),
            prune_at: 1024,
        }
    }

    fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or_default()
    }

    /// What was pushed last, as often as said; references become values.
    fn pop_values(&mut self, count: u8) -> Outcome<Vec<Value>> {
        let at = self.stack.len().saturating_sub(usize::from(count));
        let values = self.stack.split_off(at);
        values.into_iter().map(|value| self.settle(value)).collect()
    }

    fn frame(&mut self) -> &mut Frame {
        // There is always one while instructions run.
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Runs until no frame is left, or something fails.
    pub(super) fn go(&mut self) -> Outcome<()> {
        let code = Rc::clone(&self.code);
        loop {
            let op = code.ops[self.pc];
            self.pc += 1;
            match op {
                Op::Statement(number) => self.statement(number)?,
                Op::LoadLocal(slot) => {
                    let value = self.stack[self.base + usize::from(slot)].clone();
                    self.stack.push(value);
                }
                Op::Integer(number) => self.stack.push(Value::Integer(number)),
                Op::Constant(number) => self.stack.push(code.constants[number as usize].clone()),
                Op::StoreLocalSame(slot) => {
                    let at = self.base + usize::from(slot);
                    self.stack[at] = self.pop();
                }
                Op::Binary {
                    operator,
                    sides,
                    folds,
                } => self.binary(operator, sides, folds)?,
                Op::Jump(to) => self.pc = to as usize,
                Op::JumpUnless(to) => {
                    if !self.pop_condition()? {
                        self.pc = to as usize;
                    }
                }
                Op::JumpIf(to) => {
                    if self.pop_condition()? {
                        self.pc = to as usize;
                    }
                }
                Op::ForTest { home, slot, out } => {
                    limit::step()?;
                    if self.is_for_over(home, slot)? {
                        self.pc = out as usize;
                    }
                }
                Op::Pop => {
                    self.pop();
                }
                Op::Return => {
                    if self.leave()? {
                        return Ok(());
                    }
                }
                Op::Function(function, count) => {
                    limit::step()?;
                    let at = self.stack.len() - usize::from(count);
                    let procedure = self.frames[self.frames.len() - 1].procedure;
                    self.scene.folds = code.procedures[procedure as usize].folds;
                    let value = function(&mut self.scene, &self.stack[at..])?;
                    self.stack.truncate(at);
                    self.stack.push(value);
                }
                other => self.rare(other, &code)?,
            }
        }
    }

    #[inline]
    fn pop_condition(&mut self) -> Outcome<bool> {
        match self.pop() {
            Value::Boolean(truth) => Ok(truth),
            other => other.holds(),
        }
    }

    fn statement(&mut self, number: u32) -> Outcome<()> {
        let frame = self.frame();
        frame.statement = number;
        if self.traces {
            let info = self.code.statements[number as usize];
            let procedure = self.frames[self.frames.len() - 1].procedure;
            let event = Event::Statement {
                file: &self.code.files[usize::from(info.file)],
                line: info.line,
                procedure: &self.code.procedures[procedure as usize].name,
            };
            self.scene.host.trace(&event);
        }
        limit::step()?;
        if self.has_farewells {
            self.bid_farewell()?;
        }
        Ok(())
    }

    #[inline]
    fn binary(&mut self, operator: BinaryOperator, sides: Sides, folds: bool) -> Outcome<()> {
        let right = self.pop();
        let Some(left) = self.stack.last_mut() else {
            return Err(fault(MISMATCH));
        };
        // What most programs do most of the time.
        let quick = match (operator, &*left, &right) {
            (BinaryOperator::Plus, Value::Integer(one), Value::Integer(two)) => {
                one.checked_add(*two).map(Value::Integer)
            }
            (BinaryOperator::Minus, Value::Integer(one), Value::Integer(two)) => {
                one.checked_sub(*two).map(Value::Integer)
            }
            (BinaryOperator::Plus, Value::Long(one), Value::Long(two)) => {
                one.checked_add(*two).map(Value::Long)
            }
            (BinaryOperator::Plus, Value::Long(one), Value::Integer(two)) => {
                one.checked_add(i32::from(*two)).map(Value::Long)
            }
            (BinaryOperator::Plus, Value::Double(one), Value::Double(two)) => Some(one + two)
                .filter(|sum| sum.is_finite())
                .map(Value::Double),
            _ => None,
        };
        if let Some(quick) = quick {
            *left = quick;
            return Ok(());
        }
        let left = std::mem::take(left);
        let value = self.slow_binary(operator, &left, &right, sides, folds)?;
        if let Some(place) = self.stack.last_mut() {
            *place = value;
        }
        Ok(())
    }

    fn slow_binary(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
        sides: Sides,
        folds: bool,
    ) -> Outcome<Value> {
        use BinaryOperator as Op;
        let setting = &self.scene.setting;
        match operator {
            Op::Join => arith::join(left, right, setting),
            Op::Equal
            | Op::NotEqual
            | Op::Less
            | Op::LessOrEqual
            | Op::Greater
            | Op::GreaterOrEqual => Ok(arith::verdict(
                operator,
                arith::compare(left, right, folds, sides, setting)?,
            )),
            Op::And | Op::Or | Op::Xor | Op::Eqv | Op::Imp => arith::logic(operator, left, right),
            Op::Like => arith::like(left, right, folds, setting),
            Op::Is => arith::is_same(left, right).map(Value::Boolean),
            Op::IsA => self.is_a(left, right).map(Value::Boolean),
            _ => arith::reckon(operator, left, right, sides, setting),
        }
    }

    fn is_a(&self, value: &Value, class: &Value) -> Outcome<bool> {
        let class = class.to_text(&self.scene.setting)?;
        Ok(match value {
            Value::Object(object) => {
                let mut own = Some(object.class);
                while let Some(number) = own {
                    let info = &self.code.classes[usize::from(number)];
                    if info.name.eq_ignore_ascii_case(class.as_str()) {
                        return Ok(true);
                    }
                    own = info.base;
                }
                false
            }
            Value::Product(product) => {
                let library = crate::notes::Library::get();
                match (library.class(&product.class), library.class(class.as_str())) {
                    (Some(own), Some(other)) => library.is_a(own, other),
                    _ => product.class.eq_ignore_ascii_case(class.as_str()),
                }
            }
            _ => false,
        })
    }

    /// Instructions that are not run all the time.
    #[inline(never)]
    fn rare(&mut self, op: Op, code: &Rc<Code>) -> Outcome<()> {
        match op {
            Op::Load(home) => {
                let value = self.load(home)?;
                self.stack.push(value);
            }
            Op::Refer(home, of) => {
                let place = self.place_of(home, of)?;
                self.stack
                    .push(Value::Reference(Rc::new(super::value::Reference(place))));
            }
            Op::LoadRaw(slot) => {
                let value = self.stack[self.base + usize::from(slot)].clone();
                self.stack.push(value);
            }
            Op::Me => {
                let me = self.frame().me.clone().ok_or_else(|| fault(NOT_SET))?;
                self.stack.push(Value::Object(me));
            }
            Op::Store(home, of) => {
                let value = self.pop_settled()?;
                check_set(&value, false)?;
                self.store(home, of, value)?;
            }
            Op::SetObject(home, of) => {
                let value = self.pop_settled()?;
                check_set(&value, true)?;
                self.store(home, of, value)?;
            }
            Op::StoreArray(home, of) => {
                let value = self.pop_settled()?;
                self.store_array(home, of, value)?;
            }
            Op::StoreRaw(slot) => {
                let at = self.base + usize::from(slot);
                self.stack[at] = self.pop();
            }
            Op::StoreWith(slot) => {
                let about = self.pop();
                let settled = self.settle(about.clone())?;
                let at = self.base + usize::from(slot);
                self.stack[at] = if settled.is_object() { settled } else { about };
            }
            Op::Append(home, of) => self.append(home, of)?,
            Op::StoreElement(home, of, count, is_set) => {
                let value = self.pop_settled()?;
                let subscripts = self.pop_values(count)?;
                let place = self.place_of(home, of)?;
                self.set_element(place, &subscripts, value, is_set)?;
            }
            Op::SetIndex(count, is_set) => {
                let value = self.pop_settled()?;
                let subscripts = self.pop_values(count)?;
                match self.pop() {
                    Value::Reference(reference) => {
                        self.set_element(reference.0.clone(), &subscripts, value, is_set)?
                    }
                    _ => {
                        return Err(fault_of(
                            MISMATCH,
                            "this is no variable that could be changed",
                        ));
                    }
                }
            }
            Op::Assign => {
                let value = self.pop_settled()?;
                self.assign_popped(value)?;
            }
            Op::Index {
                count,
                wants_reference,
            } => {
                let subscripts = self.pop_values(count)?;
                let target = self.pop();
                let value = self.index(target, &subscripts, wants_reference)?;
                self.stack.push(value);
            }
            Op::GetMember {
                name,
                wants_reference,
            } => self.call_member(&code.names[name as usize], 0, wants_reference)?,
            Op::CallMember {
                name,
                count,
                wants_reference,
            } => self.call_member(&code.names[name as usize], count, wants_reference)?,
            Op::SetMember(name, is_set) => {
                self.set_member(&code.names[name as usize], 0, is_set)?
            }
            Op::SetMemberIndex(name, count, is_set) => {
                self.set_member(&code.names[name as usize], count, is_set)?
            }
            Op::Unary { operator, grows } => {
                let value = self.pop();
                let result = match operator {
                    UnaryOperator::Minus => arith::negate(&value, grows)?,
                    UnaryOperator::Plus => match value {
                        Value::Text(_) => Value::Double(value.to_double()?),
                        other => other,
                    },
                    UnaryOperator::Not => arith::not(&value)?,
                };
                self.stack.push(result);
            }
            Op::Call { procedure, count } => self.enter(procedure, count, None, FrameEnd::Push)?,
            Op::CallOwn { procedure, count } => {
                let me = self.frame().me.clone();
                self.enter(procedure, count, me, FrameEnd::Push)?;
            }
            Op::New { class, count } => self.new_object(class as u16, count)?,
            Op::Create { name, count } => {
                let arguments = self.pop_values(count)?;
                let class = &code.names[name as usize];
                self.tell("New", class, &arguments);
                let value = self.scene.host.create(class, &arguments)?;
                self.stack.push(value);
            }
            Op::Outside { name, count } => {
                let arguments = self.pop_values(count)?;
                let name = &code.names[name as usize];
                let value = match (name.as_ref(), arguments.as_slice()) {
                    ("getthreadinfo" | "lsi_info", [what]) => self.about_thread(what)?,
                    _ => {
                        self.tell("function", name, &arguments);
                        self.scene.host.function(name, &arguments)?
                    }
                };
                self.stack.push(value);
            }
            Op::GoSub(to) => {
                let back = self.pc;
                self.gosub(back, to as usize)?;
            }
            Op::EndGoSub => self.pc = self.frame().gosubs.pop().ok_or_else(|| fault(3))?,
            Op::OnGoTo { table, is_gosub } => {
                let choice = self.pop().to_long()?;
                if !(0..=255).contains(&choice) {
                    return Err(fault(super::fault::ILLEGAL_CALL));
                }
                let label = usize::try_from(choice - 1)
                    .ok()
                    .and_then(|at| code.tables[table as usize].get(at));
                if let Some(to) = label {
                    let back = self.pc;
                    match is_gosub {
                        true => self.gosub(back, *to as usize)?,
                        false => self.pc = *to as usize,
                    }
                }
            }
            Op::OnError {
                action,
                is_numbered,
            } => {
                let number = if is_numbered {
                    Some(self.pop().to_long()?)
                } else {
                    None
                };
                self.on_error(number, action);
            }
            Op::Resume(target) => self.resume(target)?,
            Op::Raise(count) => {
                let values = self.pop_values(count)?;
                return Err(self.raised(&values)?);
            }
            Op::SetErr => {
                let number = self.pop().to_long()?;
                let line = self.line_in_procedure();
                self.scene.error = (number != 0).then(|| (ScriptError::of(number), line));
            }
            Op::End => {
                let status = self.pop().to_long()?;
                return Err(Stop::End(status).into());
            }
            Op::ForStart { home, of, slot } => self.for_start(home, of, slot)?,
            Op::ForNext { home, of, slot } => self.for_next(home, of, slot)?,
            Op::ForAllStart(slot) => self.for_all_start(slot)?,
            Op::ForAllNext { slot, out } => {
                limit::step()?;
                if !self.for_all_next(slot)? {
                    self.pc = out as usize;
                }
            }
            Op::ListTag(slot) => {
                let tag = self.list_tag(slot)?;
                self.stack.push(tag);
            }
            Op::ReDim {
                home,
                of,
                count,
                preserve,
            } => self.redim(home, of, count, preserve)?,
            Op::Erase => self.erase()?,
            Op::EraseElement => self.erase_element()?,
            Op::IsElement => self.is_element()?,
            Op::Delete => self.delete()?,
            Op::Print(part) => self.print(part)?,
            Op::File { table, count } => {
                let values = self.pop_values(count)?;
                let value = self
                    .scene
                    .host
                    .file(&code.file_statements[table as usize], &values)?;
                self.stack.push(value);
            }
            Op::SetMid { count, in_bytes } => self.set_mid(count, in_bytes)?,
            Op::Justify { from_right } => self.justify(from_right)?,
            Op::Trace { name, is_write } => {
                let value = self.stack.last().cloned().unwrap_or_default();
                let name = &code.names[name as usize];
                let event = if is_write {
                    Event::Write {
                        name,
                        value: &value,
                    }
                } else {
                    Event::Read {
                        name,
                        value: &value,
                    }
                };
                self.scene.host.trace(&event);
            }
            Op::Fail { number, why } => {
                return Err(fault_of(i32::from(number), &code.names[why as usize]));
            }
            // Those that the loop itself runs.
            _ => return Err(fault(51)),
        }
        Ok(())
    }

    fn gosub(&mut self, back: usize, to: usize) -> Outcome<()> {
        let frame = self.frame();
        if frame.gosubs.len() >= MAX_GOSUBS {
            return Err(fault(28));
        }
        frame.gosubs.push(back);
        self.pc = to;
        Ok(())
    }

    fn tell(&mut self, what: &str, member: &str, arguments: &[Value]) {
        if self.traces {
            self.scene.host.trace(&Event::Host {
                what,
                member,
                arguments,
            });
        }
    }

    /// Text behind the text of a variable.
    fn append(&mut self, home: super::code::Home, of: ScalarType) -> Outcome<()> {
        let rest = self.pop_settled()?;
        let place = self.place_of(home, of)?;
        let rest = match &rest {
            Value::Text(rest) => Some(Rc::clone(rest)),
            Value::Null => None,
            other => Some(other.to_text(&self.scene.setting)?),
        };
        let setting = self.scene.setting.clone();
        self.change(&place, |value, of| {
            match (&mut *value, rest) {
                (Value::Text(text), Some(rest)) => {
                    let copied = match Rc::strong_count(text) {
                        1 => 0,
                        _ => text.as_str().len(),
                    };
                    limit::expect_bytes(rest.as_str().len() + copied)?;
                    limit::spend_on(copied / 16)?;
                    Rc::make_mut(text).push(rest.as_str());
                    if let ScalarType::Fixed(_) = of {
                        *value = std::mem::take(value).convert(of, &setting)?;
                    }
                }
                (Value::Null, None) => {}
                (other, rest) => {
                    let rest = rest.map_or(Value::Null, Value::Text);
                    *value = arith::join(other, &rest, &setting)?;
                }
            }
            Ok(())
        })
    }

    fn is_for_over(&mut self, home: super::code::Home, slot: u16) -> Outcome<bool> {
        let value = self.load(home)?;
        let at = self.base + usize::from(slot);
        let (limit, step) = (&self.stack[at], &self.stack[at + 1]);
        if matches!(limit, Value::Empty) {
            return Err(fault(NO_LOOP));
        }
        let backwards = match step {
            Value::Integer(step) => *step < 0,
            other => other.to_double()? < 0.0,
        };
        let ordering = arith::compare(&value, limit, false, Sides::LOOSE, &self.scene.setting)?;
        Ok(match ordering {
            Some(ordering) if backwards => ordering.is_lt(),
            Some(ordering) => ordering.is_gt(),
            None => true,
        })
    }

    fn for_start(&mut self, home: super::code::Home, of: ScalarType, slot: u16) -> Outcome<()> {
        let (step, limit, from) = (
            self.pop_settled()?,
            self.pop_settled()?,
            self.pop_settled()?,
        );
        let number = |value: Value| match value {
            Value::Text(_) | Value::Empty | Value::Boolean(_) => {
                value.to_double().map(Value::Double)
            }
            Value::Null => Err(fault(super::fault::NULL_USE)),
            other => other.to_double().map(|_| other),
        };
        let at = self.base + usize::from(slot);
        self.stack[at] = number(limit)?;
        self.stack[at + 1] = number(step)?;
        // A Variant counts in a type that its end fits in.
        let from = match (of, from) {
            (ScalarType::Variant, from) => number(from)?,
            (_, from) => from,
        };
        self.store(home, of, from)
    }

    fn for_next(&mut self, home: super::code::Home, of: ScalarType, slot: u16) -> Outcome<()> {
        let step_at = self.base + usize::from(slot) + 1;
        if matches!(self.stack[step_at], Value::Empty) {
            return Err(fault(NO_LOOP));
        }
        if let super::code::Home::Local(local) = home {
            let at = self.base + usize::from(local);
            let next = match (&self.stack[at], &self.stack[step_at]) {
                (Value::Integer(number), Value::Integer(step)) => {
                    number.checked_add(*step).map(Value::Integer)
                }
                (Value::Long(number), Value::Integer(step)) => {
                    number.checked_add(i32::from(*step)).map(Value::Long)
                }
                _ => None,
            };
            if let Some(next) = next {
                self.stack[at] = next;
                return Ok(());
            }
        }
        let (value, step) = (self.load(home)?, self.stack[step_at].clone());
        let sides = if of == ScalarType::Variant {
            Sides::LOOSE
        } else {
            Sides::TYPED
        };
        let next = arith::reckon(
            BinaryOperator::Plus,
            &value,
            &step,
            sides,
            &self.scene.setting,
        )?;
        self.store(home, of, next)
    }
}

/// A place with one step more.
fn deeper(place: &Place, step: super::place::Step, of: ScalarType) -> Place {
    let mut place = place.clone();
    place.steps.push(step);
    place.of = of;
    place
}

/// As a reference on the stack.
fn reference(place: Place) -> Value {
    Value::Reference(Rc::new(super::value::Reference(place)))
}
