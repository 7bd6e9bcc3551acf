//! Runs a formula: statements in order, within limits, against a host.

use super::error::shown;
use super::functions::Body;
use super::host::{Answer, Host};
use super::tree::{Assignment, Call, Formula, NodeId, NodeKind, Target, Unary};
use super::value::{Fault, FaultKind, Time, Value};
use crate::international::International;
use crate::place::{LineColumn, LineIndex, Span};
use jiff::tz::TimeZone;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// How much a formula may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Nodes computed and elements touched.
    pub steps: u64,
    /// Elements of one list.
    pub elements: usize,
    /// Bytes of all texts of one value.
    pub bytes: usize,
    /// Bytes of all texts that come to be, those that are forgotten included.
    pub bytes_in_all: u64,
    /// Formulas that `@Eval` runs within each other, and levels of nesting in all of them.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 5_000_000,
            elements: 65_535,
            bytes: 1 << 20,
            bytes_in_all: 64 << 20,
            depth: 200,
        }
    }
}

/// What a formula came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Of its last statement, or of `@Return`.
    pub value: Value,
    /// What the last `SELECT` said; `None` without one.
    pub selection: Option<bool>,
    /// The work that it took, as [`Limits::steps`] counts it.
    pub steps: u64,
}

/// Why a formula was ended that was not yet done. No `@IsError` sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Why.
    pub reason: StopReason,
    /// Where in the formula; in one that `@Eval` was given, where in that.
    pub span: Span,
    /// From 1; 0 if it is nowhere.
    pub line: u32,
    /// From 1, in characters; 0 if it is nowhere.
    pub column: u32,
}

/// The reasons for a [`Stop`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// More than [`Limits::steps`].
    Steps(u64),
    /// More than [`Limits::elements`].
    Elements(usize),
    /// More than [`Limits::bytes`], or in all.
    Bytes(u64),
    /// More than [`Limits::depth`].
    Depth(u32),
    /// The host has no such function.
    NotHere(String),
    /// A function that this crate does not have, and why.
    Refused(&'static str, &'static str),
    /// There is no such function.
    Unknown(String),
    /// A function was given too few or too many arguments.
    Arity(String),
    /// A part of the formula was not understood.
    Syntax,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        match &self.reason {
            StopReason::Steps(most) => write!(f, "more than {most} steps; a loop does not end"),
            StopReason::Elements(most) => write!(f, "a list of more than {most} elements"),
            StopReason::Bytes(most) => write!(f, "more than {most} bytes of text"),
            StopReason::Depth(most) => write!(f, "nested more than {most} levels deep"),
            StopReason::NotHere(name) => write!(f, "{name} is not available here"),
            StopReason::Refused(name, why) => write!(f, "{name} is not covered: {why}"),
            StopReason::Unknown(name) => write!(f, "there is no {name}"),
            StopReason::Arity(what) => f.write_str(what),
            StopReason::Syntax => f.write_str("this part of the formula was not understood"),
        }
    }
}

impl std::error::Error for Stop {}

/// Why the computing of a node ends early.
#[derive(Debug)]
pub(crate) enum Break {
    /// The value is this error; operators and functions hand it on.
    Fault(Fault),
    /// `@Return`.
    Return(Value),
    /// The end of everything.
    Stop(Box<Stop>),
}

pub(crate) type Done = Result<Value, Break>;

impl From<Fault> for Break {
    fn from(fault: Fault) -> Self {
        Break::Fault(fault)
    }
}

impl From<StopReason> for Break {
    fn from(reason: StopReason) -> Self {
        Break::Stop(Box::new(Stop {
            reason,
            span: Span::default(),
            line: 0,
            column: 0,
        }))
    }
}

/// A formula being run.
pub(crate) struct Run<'h> {
    pub(crate) host: &'h mut dyn Host,
    pub(crate) international: International,
    pub(crate) zone: TimeZone,
    pub(crate) variables: HashMap<Box<str>, Value>,
    /// What a `DEFAULT` was written for.
    defaults: HashSet<Box<str>>,
    limits: Limits,
    steps_left: u64,
    bytes_left: u64,
    depth: u32,
    selection: Option<bool>,
}

impl Formula {
    /// Runs it. An error within the formula is a value; a [`Stop`] is what no formula can mend.
    pub fn evaluate(&self, host: &mut dyn Host, limits: &Limits) -> Result<Outcome, Stop> {
        let mut run = Run {
            international: host.international(),
            zone: host.zone(),
            host,
            variables: HashMap::new(),
            defaults: HashSet::new(),
            limits: *limits,
            steps_left: limits.steps,
            bytes_left: limits.bytes_in_all,
            depth: 0,
            selection: None,
        };
        let value = run.formula(self).map_err(|stop| *stop)?;
        Ok(Outcome {
            value,
            selection: run.selection,
            steps: limits.steps - run.steps_left,
        })
    }
}

impl Run<'_> {
    /// All statements.
    pub(crate) fn formula(&mut self, formula: &Formula) -> Result<Value, Box<Stop>> {
        let mut last = Value::text("");
        for statement in &formula.statements {
            if matches!(formula.node(*statement).kind, NodeKind::Remark) {
                continue;
            }
            match self.value(formula, *statement) {
                Ok(value) => last = value,
                Err(Break::Fault(fault)) => last = Value::fault(fault),
                Err(Break::Return(value)) => return Ok(value),
                Err(Break::Stop(stop)) => return Err(stop),
            }
        }
        Ok(last)
    }

    /// The value of a node. Never a [`Break::Fault`]: that is a value here.
    pub(crate) fn value(&mut self, formula: &Formula, id: NodeId) -> Done {
        self.step(1)?;
        if self.depth >= self.limits.depth {
            return Err(StopReason::Depth(self.limits.depth).into());
        }
        self.depth += 1;
        let done = self.computed(formula, id);
        self.depth -= 1;
        match done {
            Err(Break::Fault(fault)) => Ok(Value::fault(fault)),
            Err(Break::Stop(mut stop)) if stop.line == 0 => {
                stop.span = formula.node(id).span;
                let lines = LineIndex::new(&formula.source);
                LineColumn {
                    line: stop.line,
                    column: stop.column,
                } = lines.place(&formula.source, stop.span.start);
                Err(Break::Stop(stop))
            }
            done => done,
        }
    }

    fn computed(&mut self, formula: &Formula, id: NodeId) -> Done {
        match &formula.node(id).kind {
            NodeKind::Constant(value) => Ok(value.clone()),
            NodeKind::Name(name) => Ok(self.read(name)),
            NodeKind::Binary(..) => self.chain(formula, id),
            NodeKind::Unary(unary, inner) => {
                let value = self.value(formula, *inner)?;
                self.unary(*unary, value)
            }
            NodeKind::Subscript(list, index) => {
                let list = self.value(formula, *list)?;
                let index = self.value(formula, *index)?;
                self.subscript(&list, &index)
            }
            NodeKind::Call(call) => self.call(formula, call),
            NodeKind::Assign(assignment) => self.assign(formula, assignment),
            NodeKind::Select(condition) => {
                let value = self.value(formula, *condition)?;
                self.selection = Some(value.is_true().unwrap_or(false));
                Ok(value)
            }
            NodeKind::Remark => Ok(Value::text("")),
            NodeKind::Missing => Err(StopReason::Syntax.into()),
        }
    }

    /// A variable, else a field of the document, else the empty text.
    pub(crate) fn read(&mut self, name: &str) -> Value {
        match self.variables.get(name) {
            Some(value) => value.clone(),
            None => self.field(name),
        }
    }

    /// A field of the document, or the empty text.
    pub(crate) fn field(&mut self, name: &str) -> Value {
        let value = self.host.field(name);
        value.map_or_else(|| Value::text(""), Value::at_least_one)
    }

    /// Operators in a row are taken in a loop, so that a list of ten thousand elements needs no depth.
    fn chain(&mut self, formula: &Formula, id: NodeId) -> Done {
        let mut waiting = Vec::new();
        let mut at = id;
        while let NodeKind::Binary(operator, left, right) = formula.node(at).kind {
            waiting.push((operator, right));
            at = left;
        }
        let mut left = self.value(formula, at)?;
        while let Some((operator, right)) = waiting.pop() {
            let right = self.value(formula, right)?;
            left = match self.operate(operator, left, right) {
                Err(Break::Fault(fault)) => Value::fault(fault),
                done => done?,
            };
        }
        Ok(left)
    }

    fn unary(&mut self, unary: Unary, value: Value) -> Done {
        if matches!(value, Value::Error(_)) {
            return Ok(value);
        }
        let numbers = numbers(&value)?;
        self.step(numbers.len())?;
        Ok(match unary {
            Unary::Plus => value,
            Unary::Minus => Value::numbers(numbers.iter().map(|number| -number).collect()),
            Unary::Not => Value::truth(!numbers.iter().any(|number| *number != 0.0)),
        })
    }

    fn call(&mut self, formula: &Formula, call: &Call) -> Done {
        let Some(function) = call.function else {
            let name = call.name.of(&formula.source);
            return Err(StopReason::Unknown(shown(name)).into());
        };
        let arguments = formula.arguments(call);
        if let Some(wrong) = function.wrong_count(arguments.len()) {
            return Err(StopReason::Arity(wrong).into());
        }
        match function.body {
            Body::Form(body) => body(self, formula, arguments),
            Body::Refused(why) => Err(StopReason::Refused(function.name, why).into()),
            Body::Plain(body) => match self.arguments(formula, arguments)? {
                Ok(values) => body(self, &values),
                Err(fault) => Ok(fault),
            },
            Body::Host => match self.arguments(formula, arguments)? {
                Ok(values) => self.ask(function.name, &values),
                Err(fault) => Ok(fault),
            },
        }
    }

    /// All arguments; or the first that is an error.
    fn arguments(
        &mut self,
        formula: &Formula,
        arguments: &[NodeId],
    ) -> Result<Result<Vec<Value>, Value>, Break> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let value = self.value(formula, *argument)?;
            if matches!(value, Value::Error(_)) {
                return Ok(Err(value));
            }
            values.push(value);
        }
        Ok(Ok(values))
    }

    /// What the host says.
    pub(crate) fn ask(&mut self, function: &str, arguments: &[Value]) -> Done {
        match self.host.ask(function, arguments) {
            Answer::Value(value) => self.admitted(value.at_least_one()),
            Answer::Failed(why) => Err(Fault::new(FaultKind::Host, why).into()),
            Answer::NotHere => Err(StopReason::NotHere(function.to_owned()).into()),
        }
    }

    fn assign(&mut self, formula: &Formula, assignment: &Assignment) -> Done {
        let value = self.value(formula, assignment.value)?;
        let name = &assignment.name;
        match assignment.target {
            Target::Variable => {
                self.variables.insert(name.clone(), value.clone());
            }
            Target::Field => self.set_field(name, &value)?,
            Target::Default => {
                // The first one counts. [H_DEFAULT]
                let is_new = self.defaults.insert(name.clone());
                if is_new && self.host.field(name).is_none() {
                    self.variables.insert(name.clone(), value.clone());
                }
            }
            Target::Environment => {
                if !matches!(value, Value::Error(_)) {
                    text(&value)?;
                    let name = assignment.name_span.of(&formula.source);
                    return self.ask("@SetEnvironment", &[Value::text(name), value]);
                }
            }
        }
        Ok(value)
    }

    /// Changes the document. A variable of the same name is forgotten, for the name means the field from here on.
    pub(crate) fn set_field(&mut self, name: &str, value: &Value) -> Result<(), Break> {
        if matches!(value, Value::Error(_)) {
            return Ok(());
        }
        self.variables.remove(name);
        self.host
            .set_field(name, value)
            .map_err(|why| Fault::new(FaultKind::Host, why).into())
    }

    /// Counts work.
    pub(crate) fn step(&mut self, count: usize) -> Result<(), Break> {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        match self.steps_left.checked_sub(count) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => Err(StopReason::Steps(self.limits.steps).into()),
        }
    }

    /// Counts bytes of a text that is about to be.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Break> {
        if bytes > self.limits.bytes {
            return Err(StopReason::Bytes(self.limits.bytes as u64).into());
        }
        match self.bytes_left.checked_sub(bytes as u64) {
            Some(left) => {
                self.bytes_left = left;
                Ok(())
            }
            None => Err(StopReason::Bytes(self.limits.bytes_in_all).into()),
        }
    }

    /// Refuses a list that would be too long.
    pub(crate) fn fits(&self, elements: usize) -> Result<(), Break> {
        if elements > self.limits.elements {
            return Err(StopReason::Elements(self.limits.elements).into());
        }
        Ok(())
    }

    /// The same; counts it as work.
    pub(crate) fn room_for(&mut self, elements: usize) -> Result<(), Break> {
        self.fits(elements)?;
        self.step(elements)
    }

    /// A value from outside, if it is within the limits.
    fn admitted(&mut self, value: Value) -> Done {
        self.room_for(value.len())?;
        self.grow(value.bytes())?;
        Ok(value)
    }

    /// An element as a value of its own, from 0; its copying is work.
    pub(crate) fn element(&mut self, list: &Value, at: usize) -> Result<Option<Value>, Break> {
        let bytes = match list {
            Value::Text(list) => list.get(at).map_or(0, String::len),
            _ => 0,
        };
        self.step(1 + bytes / 64)?;
        Ok(list.element(at))
    }

    /// `x[2]`: the first is 1, a fraction is rounded. [H_LIST_SUBSCRIPT_OPERATOR]
    fn subscript(&mut self, list: &Value, index: &Value) -> Done {
        for value in [list, index] {
            if matches!(value, Value::Error(_)) {
                return Ok(value.clone());
            }
        }
        let number = usize::try_from(number(index)?.round() as i64).ok();
        let element = match number.and_then(|number| number.checked_sub(1)) {
            Some(at) => self.element(list, at)?,
            None => None,
        };
        element.ok_or_else(|| wrong("Array index out of bounds"))
    }

    /// Each text of a list made another.
    pub(crate) fn each_text(
        &mut self,
        value: &Value,
        mut made: impl FnMut(&str) -> String,
    ) -> Done {
        let given = texts(value)?;
        self.step(given.len())?;
        let mut list = Vec::with_capacity(given.len());
        let mut bytes = 0;
        for text in given {
            self.step(text.len() / 4)?;
            let text = made(text);
            bytes += text.len();
            if bytes > self.limits.bytes {
                self.grow(bytes)?;
            }
            list.push(text);
        }
        self.grow(bytes)?;
        Ok(Value::texts(list))
    }

    /// Each number of a list made another.
    pub(crate) fn each_number(&mut self, value: &Value, made: impl Fn(f64) -> f64) -> Done {
        let given = numbers(value)?;
        self.step(given.len())?;
        let list: Vec<f64> = given.iter().map(|number| made(*number)).collect();
        finite(list)
    }
}

/// Numbers that exist.
pub(crate) fn finite(list: Vec<f64>) -> Done {
    if list.iter().all(|number| number.is_finite()) {
        Ok(Value::numbers(list))
    } else {
        Err(Fault::new(FaultKind::Arithmetic, "There is no such number").into())
    }
}

pub(crate) fn wrong(message: impl Into<String>) -> Break {
    Fault::new(FaultKind::Argument, message).into()
}

pub(crate) fn texts(value: &Value) -> Result<&[String], Break> {
    value
        .as_texts()
        .ok_or_else(|| Fault::wrong_type("Text").into())
}

/// The first text.
pub(crate) fn text(value: &Value) -> Result<&str, Break> {
    Ok(texts(value)?.first().map_or("", String::as_str))
}

pub(crate) fn numbers(value: &Value) -> Result<&[f64], Break> {
    value
        .as_numbers()
        .ok_or_else(|| Fault::wrong_type("Number").into())
}

/// The first number.
pub(crate) fn number(value: &Value) -> Result<f64, Break> {
    Ok(numbers(value)?.first().copied().unwrap_or(0.0))
}

/// The first number without its fraction.
pub(crate) fn whole(value: &Value) -> Result<i64, Break> {
    // Beyond the range it is the nearest there is.
    Ok(number(value)?.trunc() as i64)
}

pub(crate) fn times(value: &Value) -> Result<&[Time], Break> {
    value
        .as_times()
        .ok_or_else(|| Fault::wrong_type("Time/Date").into())
}

pub(crate) fn keywords(value: &Value) -> Result<&[String], Break> {
    match value {
        Value::Keyword(list) => Ok(list),
        _ => Err(Fault::wrong_type("Keyword").into()),
    }
}

/// Whether a condition holds.
pub(crate) fn truth(value: &Value) -> Result<bool, Break> {
    value
        .is_true()
        .ok_or_else(|| Fault::wrong_type("Number").into())
}
