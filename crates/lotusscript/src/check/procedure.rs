//! Procedures: their variables, and their statements one after the other.

use super::Findings;
use super::arrays::{self, Extents};
use super::flow;
use super::module::ModuleScope;
use super::rules::Code;
use super::symbols::{Element, Form, SymbolKind, Type};
use crate::syntax::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A variable of a procedure.
pub(super) struct Local {
    pub name: Name,
    of: Type,
    is_used: bool,
    is_parameter: bool,
    is_constant: bool,
    /// One value, of a type that is known to be no class: a Variant, or one of the language.
    is_single: bool,
}

/// What a procedure sees.
pub(super) struct Scope<'a, 'f, 's> {
    pub module: &'a ModuleScope<'a>,
    pub findings: &'f mut Findings<'s>,
    /// The class around.
    pub class: Option<Arc<str>>,
    pub(super) locals: HashMap<Arc<str>, Local>,
    /// Names that are assigned to, which declares them where `Option Declare` does not forbid it.
    implicit: HashSet<Arc<str>>,
    /// Variables of the `ForAll` around, the innermost last.
    pub(super) aliases: Vec<(Arc<str>, Type)>,
    /// Variables that count the `For` around.
    pub counters: Vec<Arc<str>>,
    /// Arrays of the procedure that have bounds.
    fixed: HashMap<Arc<str>, Extents>,
    /// What the `With` around are about, the innermost last.
    pub with: Vec<Type>,
    /// The procedure: its key and what it gives.
    pub result: Option<(Arc<str>, Type)>,
    result_is_named: bool,
    pub is_loose: bool,
}

impl<'a, 'f, 's> Scope<'a, 'f, 's> {
    pub fn new(
        module: &'a ModuleScope<'a>,
        class: Option<&Arc<str>>,
        findings: &'f mut Findings<'s>,
    ) -> Self {
        Self {
            module,
            findings,
            class: class.cloned(),
            locals: HashMap::new(),
            implicit: HashSet::new(),
            aliases: Vec::new(),
            counters: Vec::new(),
            fixed: HashMap::new(),
            with: Vec::new(),
            result: None,
            result_is_named: false,
            is_loose: false,
        }
    }

    pub fn own(&mut self, procedure: &Procedure) {
        let signature = self.module.own.signature(procedure);
        if procedure.kind != ProcedureKind::Sub {
            self.result = Some((procedure.name.key.clone(), signature.returns));
        }
        if procedure.kind == ProcedureKind::PropertySet {
            // What is assigned bears the name of the property.
            self.result_is_named = true;
        }
        for parameter in &procedure.parameters {
            let of = self.module.own.parameter_type(parameter);
            self.add(&parameter.name, of, true, false);
        }
    }

    fn add(&mut self, name: &Name, of: Type, is_parameter: bool, is_constant: bool) {
        if name.key.is_empty() {
            return;
        }
        if let Some(before) = self.locals.get(&name.key) {
            let (line, what) = (
                self.findings.line(before.name.span),
                if before.is_parameter {
                    "a parameter"
                } else {
                    "declared"
                },
            );
            self.findings.add(
                Code::Redeclared,
                name.span,
                format!("`{}` is {what} in line {line} already", name.text),
                "give one of them another name",
            );
            return;
        }
        let is_single = is_single(&of);
        let of = self.module.resolved(of);
        let local = Local {
            name: name.clone(),
            of,
            is_used: is_parameter,
            is_parameter,
            is_constant,
            is_single,
        };
        self.locals.insert(name.key.clone(), local);
    }

    /// Takes down what a block declares: it is for the whole procedure.
    pub fn declare(&mut self, block: &[Statement]) {
        for statement in block {
            match &statement.kind {
                StatementKind::Dim(declaration) => {
                    let variables = declaration.variables.iter();
                    self.fixed
                        .extend(arrays::fixed(variables, self.module.base));
                    for variable in &declaration.variables {
                        let of = self.module.own.variable_type(variable);
                        // What a class of scripts does as it is made may be all that is wanted.
                        let does_something =
                            variable.new.is_some() && matches!(of.of, Element::Object(_));
                        self.add(&variable.name, of, false, false);
                        if does_something {
                            self.local(&variable.name.key);
                        }
                    }
                }
                StatementKind::Const(declaration) => {
                    for constant in &declaration.constants {
                        self.add(&constant.name, Type::UNKNOWN, false, true);
                    }
                }
                StatementKind::Assign { target, .. } => self.declare_implicitly(target),
                StatementKind::For(looped) => self.declare_implicitly(&looped.variable),
                _ => {}
            }
            flow::blocks_of(statement, &mut |inner| self.declare(inner));
        }
        for statement in block {
            if let StatementKind::ReDim { variables, .. } = &statement.kind {
                self.declare_redim(variables);
            }
        }
    }

    fn declare_implicitly(&mut self, target: &Expression) {
        if let ExpressionKind::Name(name) = &target.kind
            && !self.module.own.declares
        {
            self.implicit.insert(name.key.clone());
        }
    }

    /// Whether the procedure declares a name by assigning to it.
    pub fn is_implicit(&self, key: &str) -> bool {
        self.implicit.contains(key)
    }

    /// `ReDim` declares what nothing else has declared.
    fn declare_redim(&mut self, variables: &[Variable]) {
        for variable in variables {
            let key = &variable.name.key;
            let is_known = self.locals.contains_key(key)
                || self.module.symbol(key).is_some()
                || self.is_member(key)
                || self
                    .result
                    .as_ref()
                    .is_some_and(|(result, _)| result == key);
            if !is_known {
                let of = self.module.own.variable_type(variable);
                self.add(&variable.name, of, false, false);
                if let Some(local) = self.locals.get_mut(key) {
                    local.is_used = true;
                }
            }
        }
    }

    fn is_member(&self, key: &str) -> bool {
        match &self.class {
            Some(class) => !matches!(self.module.member(class, key), Ok(None)),
            None => false,
        }
    }

    pub fn finish(self, procedure: &Procedure) {
        let mut unused: Vec<&Local> = self
            .locals
            .values()
            .filter(|local| !local.is_used)
            .collect();
        unused.sort_by_key(|local| local.name.span);
        for local in unused {
            let what = if local.is_constant {
                "constant"
            } else {
                "variable"
            };
            self.findings.add(
                Code::UnusedVariable,
                local.name.span,
                format!("the {what} `{}` is never used", local.name.text),
                "take it out",
            );
        }
        let gives = matches!(
            procedure.kind,
            ProcedureKind::Function | ProcedureKind::PropertyGet
        );
        if gives && !self.result_is_named && !procedure.body.is_empty() && procedure.end.is_some() {
            let message = format!("nothing is ever assigned to `{}`", procedure.name.text);
            self.findings.add(
                Code::NoResult,
                procedure.name.span,
                message,
                format!(
                    "assign the result to `{}`, or make it a Sub",
                    procedure.name.text
                ),
            );
        }
    }

    pub fn block(&mut self, block: &[Statement]) {
        for statement in block {
            self.statement(statement);
        }
    }

    /// The type of a variable of the procedure, which is then used.
    pub fn local(&mut self, key: &str) -> Option<Type> {
        if let Some((_, of)) = self
            .aliases
            .iter()
            .rev()
            .find(|(name, _)| name.as_ref() == key)
        {
            return Some(of.clone());
        }
        let local = self.locals.get_mut(key)?;
        local.is_used = true;
        Some(local.of.clone())
    }

    pub fn is_local_constant(&self, key: &str) -> bool {
        self.locals.get(key).is_some_and(|local| local.is_constant)
    }

    /// Whether a name is a variable, of the procedure or the module.
    pub fn is_variable(&self, key: &str) -> bool {
        match self.locals.get(key) {
            Some(local) => !local.is_constant,
            None => matches!(
                self.module.symbol(key).map(|symbol| &symbol.kind),
                Some(SymbolKind::Variable(_))
            ),
        }
    }

    /// Whether a name is a variable that is declared for one value, and no object.
    pub fn is_single_variable(&self, key: &str) -> bool {
        if self.is_alias(key) {
            return false;
        }
        match self.locals.get(key) {
            Some(local) => local.is_single && !local.is_constant,
            None if self.is_own_thing(key) && self.is_member(key) => false,
            None => matches!(
                self.module.symbol(key).map(|symbol| &symbol.kind),
                Some(SymbolKind::Variable(of)) if is_single(of)
            ),
        }
    }

    /// Whether the script itself declares a name.
    pub fn is_own_thing(&self, key: &str) -> bool {
        self.is_alias(key)
            || self.locals.contains_key(key)
            || self.is_member(key)
            || self.module.symbol(key).is_some()
    }

    fn is_alias(&self, key: &str) -> bool {
        self.aliases.iter().any(|(name, _)| name.as_ref() == key)
    }

    /// The bounds of an array that keeps them.
    pub fn extents(&self, key: &str) -> Option<&Extents> {
        match self.locals.contains_key(key) {
            true => self.fixed.get(key),
            false if self.is_alias(key) || self.is_member(key) => None,
            false => self.module.fixed.get(key),
        }
    }

    pub fn name_result(&mut self) {
        self.result_is_named = true;
    }

    /// Names that can be meant in its place.
    pub fn names(&self) -> Vec<Arc<str>> {
        if !self.findings.may_guess() {
            return Vec::new();
        }
        let locals = self.locals.values().map(|local| local.name.text.clone());
        let module = self
            .module
            .own
            .symbols
            .values()
            .map(|symbol| symbol.name.clone());
        let others = self
            .module
            .others
            .iter()
            .flat_map(|other| other.symbols.values())
            .map(|symbol| symbol.name.clone());
        let members = self
            .class
            .as_ref()
            .and_then(|class| self.module.class(class));
        let members = members
            .into_iter()
            .flat_map(|class| class.members.values())
            .map(|member| member.name.clone());
        locals.chain(module).chain(others).chain(members).collect()
    }

    pub fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Dim(declaration) => self.dim(&declaration.variables),
            StatementKind::ReDim { variables, .. } => {
                for variable in variables {
                    self.local(&variable.name.key);
                    self.check_redim(variable);
                    if self
                        .result
                        .as_ref()
                        .is_some_and(|(key, _)| *key == variable.name.key)
                    {
                        self.name_result();
                    }
                }
                self.dim(variables);
            }
            StatementKind::Assign {
                form,
                target,
                value,
            } => self.assign(*form, target, value),
            StatementKind::Call { explicit, target } => {
                self.call(target);
                self.check_call_form(*explicit, target);
                if !explicit {
                    self.check_by_value(target);
                }
            }
            StatementKind::ForAll(looped) => self.for_all(looped),
            StatementKind::With { object, body } => {
                let of = self.value(object);
                self.with.push(of);
                self.block(body);
                self.with.pop();
            }
            StatementKind::For(looped) => self.for_loop(looped),
            StatementKind::OnEvent { object, .. } => {
                self.value(object);
            }
            _ => parts_of_statement(statement, &mut |part| match part {
                Part::Statement(inner) => self.statement(inner),
                Part::Expression(inner) => {
                    self.value(inner);
                }
            }),
        }
    }

    /// With an article.
    pub fn described(&self, of: &Type) -> String {
        let described = self.describe(of);
        let article = match described.starts_with(['A', 'E', 'I', 'O', 'U', 'a', 'o']) {
            true => "an",
            false => "a",
        };
        format!("{article} {described}")
    }

    pub fn describe(&self, of: &Type) -> String {
        let one = match &of.of {
            Element::Unknown => "Variant".to_owned(),
            Element::Nothing => "Nothing".to_owned(),
            Element::Value(value) => self.module.library.type_name(*value).to_owned(),
            Element::Object(class) | Element::Record(class) => {
                self.module.class_name(class).to_string()
            }
        };
        match of.shape {
            Form::One => one,
            Form::Array => format!("array of {one}"),
            Form::List => format!("list of {one}"),
        }
    }
}

/// One value that is no object, nor of a class that is not known.
fn is_single(of: &Type) -> bool {
    of.is_scalar() || *of == Type::UNKNOWN
}

pub(super) fn is_plain_variable(target: &Expression) -> bool {
    matches!(target.kind, ExpressionKind::Name(_))
}
