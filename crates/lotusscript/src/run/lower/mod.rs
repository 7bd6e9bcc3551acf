//! From trees to code: names become slots, labels become places, declarations become what variables hold at first.
//!
//! It takes three walks. The first sees what the modules declare, libraries before those that use them; the second puts classes together with their bases; the third
//! lowers the procedures. What a script names but nobody has is no error here: it fails with its name when it is reached, as the rest may run well without it.

mod assign;
mod declare;
mod expression;
mod statement;

use super::code::{Code, Form, Home, Op, StatementInfo, VariableType};
use super::value::{Array, List, Record, ScalarType, Text, Value};
use crate::place::{LineColumn, Span};
use crate::syntax::{Name, Script, Statement};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A module: the script that runs, or a library.
#[derive(Debug, Clone, Copy)]
pub struct Module<'a> {
    /// As `Use` names it.
    pub name: &'a str,
    /// Its source.
    pub script: &'a Script,
}

/// The name of a module that the first sees without `Use`: the globals of a form.
pub const GLOBALS: &str = "(Globals)";

/// The source does not make a program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}({}:{}): {message}", place.line, place.column)]
pub struct LowerError {
    /// The module or file.
    pub file: String,
    /// Where in it.
    pub place: LineColumn,
    /// What is wrong, and where there is one, what helps.
    pub message: String,
}

pub(super) type Lowered<T> = Result<T, LowerError>;

/// Elements of all arrays that are declared with bounds.
const MAX_DECLARED: usize = 2_000_000;

/// What a name of a module stands for.
#[derive(Debug, Clone)]
enum Symbol {
    Global(u16, VariableType),
    Constant(Value),
    Procedure(u32),
    Class(u16),
    Record(u16),
    External,
}

/// What a name of a procedure stands for.
#[derive(Debug, Clone)]
enum Local {
    Variable(Home, VariableType),
    Constant(Value),
}

/// A module, as names are looked up in it.
#[derive(Debug, Default)]
struct Scope {
    name: String,
    symbols: HashMap<Arc<str>, Symbol>,
    /// Types and classes, which may be called as a procedure is.
    types: HashMap<Arc<str>, Symbol>,
    /// Not seen by those that use it.
    private: Vec<Arc<str>>,
    uses: Vec<usize>,
    initials: Vec<(char, char, ScalarType)>,
    folds: bool,
    base: i32,
    includes: Vec<&'static str>,
}

/// What a procedure has while it is lowered.
#[derive(Debug, Default)]
struct Frame {
    names: HashMap<Arc<str>, Local>,
    slots: Vec<Value>,
    labels: HashMap<Arc<str>, u32>,
    jumps: Vec<(usize, Name)>,
    loops: Vec<Loop>,
    withs: Vec<u16>,
    /// The procedure's own name and what it gives, if it gives something.
    result: Option<(Arc<str>, VariableType)>,
    class: Option<u16>,
    /// Lines of the file before the first of the procedure.
    lines_before: u32,
    is_static: bool,
    result_slot: u16,
}

#[derive(Debug)]
struct Loop {
    kind: crate::syntax::ExitKind,
    exits: Vec<usize>,
}

/// Lowers a program.
pub(super) struct Lower<'a> {
    code: Code,
    scopes: Vec<Scope>,
    files: Vec<&'a Script>,
    module: usize,
    file: u16,
    frame: Frame,
    declared: usize,
    name_numbers: HashMap<Arc<str>, u32>,
    traces: bool,
}

/// A statement of a module, with the file that it is in.
type Placed<'a> = (u16, &'a Statement);

/// Lowers the first module, which may use the others; `includes` are what `%Include` names.
pub(super) fn lower<'a>(
    modules: &[Module<'a>],
    includes: &[Module<'a>],
    traces: bool,
) -> Lowered<Code> {
    let mut lower = Lower {
        code: Code::default(),
        scopes: Vec::new(),
        files: Vec::new(),
        module: 0,
        file: 0,
        frame: Frame::default(),
        declared: 0,
        name_numbers: HashMap::new(),
        traces,
    };
    if modules.is_empty() {
        return Err(lower.fail(Span::default(), "there is no module to run"));
    }
    let mut bodies = Vec::new();
    for module in modules {
        let mut statements = Vec::new();
        let mut scope = Scope {
            name: module.name.to_lowercase(),
            ..Scope::default()
        };
        lower.gather(module, includes, &mut scope, &mut statements, 0)?;
        lower.scopes.push(scope);
        bodies.push(statements);
    }
    let order = lower.order_of_modules(&bodies)?;
    for module in &order {
        lower.module = *module;
        lower.declare_types(&bodies[*module])?;
    }
    for module in &order {
        lower.module = *module;
        lower.declare_all(&bodies[*module])?;
    }
    lower.join_classes()?;
    for module in &order {
        lower.module = *module;
        lower.bodies(&bodies[*module])?;
    }
    Ok(lower.code)
}

impl<'a> Lower<'a> {
    /// The statements of a module and of what it includes.
    fn gather(
        &mut self,
        module: &Module<'a>,
        includes: &[Module<'a>],
        scope: &mut Scope,
        into: &mut Vec<Placed<'a>>,
        depth: usize,
    ) -> Lowered<()> {
        let file = u16::try_from(self.files.len())
            .map_err(|_| self.fail(Span::default(), "there are too many files"))?;
        self.file = file;
        self.files.push(module.script);
        self.code.files.push(module.name.into());
        if let Some(error) = module.script.errors().first() {
            return Err(LowerError {
                file: module.name.to_owned(),
                place: error.place,
                message: error.message.clone(),
            });
        }
        for statement in module.script.module() {
            self.file = file;
            match &statement.kind {
                crate::syntax::StatementKind::Include(text) => {
                    if let Some(known) = crate::notes::Library::get().known_file(&text.value) {
                        scope.includes.push(known);
                        continue;
                    }
                    let found = includes
                        .iter()
                        .find(|include| include.name.eq_ignore_ascii_case(&text.value));
                    let include = found.ok_or_else(|| {
                        self.fail(
                            text.span,
                            format!("the file {} to include is not there", text.value),
                        )
                    })?;
                    if depth >= 16 {
                        return Err(
                            self.fail(text.span, "files include each other more than 16 deep")
                        );
                    }
                    self.gather(include, includes, scope, into, depth + 1)?;
                }
                _ => into.push((file, statement)),
            }
        }
        Ok(())
    }

    fn fail(&self, span: Span, message: impl Into<String>) -> LowerError {
        let file = usize::from(self.file);
        LowerError {
            file: self
                .code
                .files
                .get(file)
                .map_or(String::new(), |name| name.to_string()),
            place: self
                .files
                .get(file)
                .map_or(LineColumn { line: 1, column: 1 }, |script| {
                    script.place(span.start)
                }),
            message: message.into(),
        }
    }

    fn scope(&self) -> &Scope {
        &self.scopes[self.module]
    }

    /// A number for a name, for instructions.
    fn name(&mut self, name: &str) -> u32 {
        if let Some(number) = self.name_numbers.get(name) {
            return *number;
        }
        let number = self.code.names.len() as u32;
        let name: Arc<str> = name.into();
        self.code.names.push(Arc::clone(&name));
        self.name_numbers.insert(name, number);
        number
    }

    fn emit(&mut self, op: Op) -> usize {
        self.code.ops.push(op);
        self.code.ops.len() - 1
    }

    fn here(&self) -> u32 {
        self.code.ops.len() as u32
    }

    fn constant(&mut self, value: Value) {
        if let Value::Integer(number) = value {
            self.emit(Op::Integer(number));
            return;
        }
        let number = self.code.constants.len() as u32;
        self.code.constants.push(value);
        self.emit(Op::Constant(number));
    }

    /// Fails when it is reached.
    fn emit_failure(&mut self, number: i16, why: &str) {
        let why = self.name(why);
        self.emit(Op::Fail { number, why });
    }

    /// Lets a jump go to where the next instruction will be.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        match &mut self.code.ops[jump] {
            Op::Jump(to) | Op::JumpIf(to) | Op::JumpUnless(to) | Op::GoSub(to) => *to = here,
            Op::ForTest { out, .. } | Op::ForAllNext { out, .. } => *out = here,
            _ => {}
        }
    }

    fn begin_statement(&mut self, span: Span) -> usize {
        let number = self.code.statements.len();
        let line = self.files[usize::from(self.file)].lines().line(span.start);
        let start = self.here();
        self.code.statements.push(StatementInfo {
            file: self.file,
            line,
            line_in_procedure: line.saturating_sub(self.frame.lines_before),
            start,
            next: 0,
        });
        self.emit(Op::Statement(number as u32));
        number
    }

    fn end_statement(&mut self, number: usize) {
        let here = self.here();
        let next = &mut self.code.statements[number].next;
        if *next == 0 {
            *next = here;
        }
    }

    /// A slot of the procedure.
    fn slot(&mut self, initial: Value, span: Span) -> Lowered<u16> {
        let slot = u16::try_from(self.frame.slots.len())
            .map_err(|_| self.fail(span, "the procedure has too many variables"))?;
        self.frame.slots.push(initial);
        Ok(slot)
    }

    /// A slot that no name names.
    fn hidden(&mut self) -> Lowered<u16> {
        self.slot(Value::Empty, Span::default())
    }

    fn global(&mut self, initial: Value, span: Span) -> Lowered<u16> {
        let number = u16::try_from(self.code.globals.len())
            .map_err(|_| self.fail(span, "there are too many variables of modules"))?;
        self.code.globals.push(initial);
        Ok(number)
    }

    /// What one value of a type is at first.
    fn initial(&self, of: ScalarType) -> Value {
        match of {
            ScalarType::Record(number) => {
                let fields = self.code.records[usize::from(number)].initial.clone();
                Value::Record(Rc::new(Record::new(number, fields)))
            }
            other => other.initial(),
        }
    }

    /// What a variable holds at first; `bounds` if it was declared with some.
    fn initial_variable(
        &mut self,
        of: VariableType,
        bounds: &[(i32, i32)],
        span: Span,
    ) -> Lowered<Value> {
        Ok(match of.form {
            Form::One => self.initial(of.of),
            Form::List => Value::List(Rc::new(List::new(of.of, self.scope().folds))),
            Form::Array { is_dynamic } => {
                let room = bounds.iter().try_fold(1_usize, |room, (first, last)| {
                    let length = i64::from(*last) - i64::from(*first) + 1;
                    room.checked_mul(usize::try_from(length).ok()?)
                        .filter(|room| *room <= MAX_DECLARED)
                });
                let room = room.ok_or_else(|| self.fail(span, "the array is declared with bounds that are the wrong way round, or with too many elements"))?;
                let room = if bounds.is_empty() { 0 } else { room };
                self.declared += room;
                if self.declared > MAX_DECLARED {
                    return Err(self.fail(
                        span,
                        "the arrays that are declared have too many elements together",
                    ));
                }
                let items = vec![self.initial(of.of); room];
                Value::Array(Rc::new(Array::new(
                    bounds.to_vec(),
                    of.of,
                    is_dynamic,
                    items,
                )))
            }
        })
    }

    /// A variable, constant or procedure of the module, or of one that it uses.
    fn symbol(&self, key: &str) -> Option<&Symbol> {
        self.seen(key, |scope| &scope.symbols)
    }

    /// A type or class of the module, or of one that it uses.
    fn type_named(&self, key: &str) -> Option<&Symbol> {
        self.seen(key, |scope| &scope.types)
    }

    fn seen(
        &self,
        key: &str,
        names: impl Fn(&Scope) -> &HashMap<Arc<str>, Symbol>,
    ) -> Option<&Symbol> {
        if let Some(symbol) = names(self.scope()).get(key) {
            return Some(symbol);
        }
        let mut seen = vec![self.module];
        let mut next = 0;
        while let Some(at) = seen.get(next).copied() {
            next += 1;
            for used in &self.scopes[at].uses {
                if seen.contains(used) {
                    continue;
                }
                seen.push(*used);
                let scope = &self.scopes[*used];
                let is_private = scope.private.iter().any(|private| **private == *key);
                if let Some(symbol) = names(scope).get(key).filter(|_| !is_private) {
                    return Some(symbol);
                }
            }
        }
        None
    }
}

/// A text as a value.
fn text(text: &str) -> Value {
    Value::Text(Text::new(text))
}
