//! Modules and procedures: what their names stand for, and their statements one after the other.

use super::arrays::{self, Extents};
use super::rules::Code;
use super::symbols::{ClassInfo, ClassMember, Element, Form, Interface, Symbol, SymbolKind, Type};
use super::{CheckOptions, Findings, MOST_LIBRARIES, flow};
use crate::notes::{Library, ValueType};
use crate::syntax::*;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What all procedures of a module see.
pub(super) struct ModuleScope<'a> {
    pub own: &'a Interface,
    /// Its form's globals and the libraries that it uses, those that they use too.
    pub others: Vec<&'a Interface>,
    pub library: &'static Library,
    pub options: &'a CheckOptions<'a>,
    /// Names may come from where nothing can be looked into.
    pub is_opaque: bool,
    pub includes: HashSet<&'static str>,
    /// What `Option Base` says.
    pub base: i64,
    /// Arrays of the module that have bounds.
    pub fixed: HashMap<Arc<str>, Extents>,
    missing: Vec<(String, Span)>,
}

impl<'a> ModuleScope<'a> {
    pub fn new(
        own: &'a Interface,
        script: &Script,
        options: &'a CheckOptions<'a>,
        library: &'static Library,
    ) -> Self {
        let base = arrays::base_of(script);
        let variables = script
            .module()
            .iter()
            .filter_map(|statement| match &statement.kind {
                StatementKind::Dim(declaration) => Some(&declaration.variables),
                _ => None,
            })
            .flatten();
        let mut scope = Self {
            own,
            others: Vec::new(),
            library,
            options,
            is_opaque: own.is_opaque || options.is_partial,
            includes: own.includes.iter().copied().collect(),
            base,
            fixed: arrays::fixed(variables, base),
            missing: Vec::new(),
        };
        if let Some(globals) = options.globals {
            scope.others.push(globals);
            scope.is_opaque |= globals.is_opaque;
            scope.includes.extend(&globals.includes);
        }
        scope.gather();
        scope
    }

    /// The libraries that are used, and those that they use.
    fn gather(&mut self) {
        let mut seen: HashSet<String> = HashSet::new();
        let mut waiting: Vec<(String, Option<Span>)> = self
            .own
            .uses
            .iter()
            .map(|(name, span)| (name.clone(), Some(*span)))
            .collect();
        if let Some(globals) = self.options.globals {
            waiting.extend(globals.uses.iter().map(|(name, _)| (name.clone(), None)));
        }
        while let Some((name, span)) = waiting.pop() {
            if !seen.insert(name.to_lowercase()) {
                continue;
            }
            let Some(used) = self.options.libraries.get(&name.to_lowercase()) else {
                self.is_opaque = true;
                self.missing.extend(span.map(|span| (name, span)));
                continue;
            };
            if self.others.len() >= MOST_LIBRARIES {
                self.is_opaque = true;
                return;
            }
            self.is_opaque |= used.is_opaque;
            self.includes.extend(&used.includes);
            self.others.push(used);
            waiting.extend(used.uses.iter().map(|(name, _)| (name.clone(), None)));
        }
    }

    pub fn symbol(&self, key: &str) -> Option<&'a Symbol> {
        let other = || {
            self.others
                .iter()
                .find_map(|other| other.symbols.get(key).filter(|symbol| !symbol.is_private))
        };
        self.own.symbols.get(key).or_else(other)
    }

    pub fn class(&self, key: &str) -> Option<&'a ClassInfo> {
        let other = || self.others.iter().find_map(|other| other.classes.get(key));
        self.own.classes.get(key).or_else(other)
    }

    pub fn record(&self, key: &str) -> Option<&'a HashMap<Arc<str>, Type>> {
        let other = || self.others.iter().find_map(|other| other.records.get(key));
        self.own.records.get(key).or_else(other)
    }

    /// A member of a class of scripts; `Err` if it, or a class that it is based on, is not known.
    pub fn member(
        &self,
        class: &str,
        key: &str,
    ) -> Result<Option<(&'a ClassMember, Arc<str>)>, ()> {
        let mut class: Arc<str> = class.into();
        // A circle of classes ends too.
        for _ in 0..50 {
            let info = self.class(&class).ok_or(())?;
            if let Some(member) = info.members.get(key) {
                return Ok(Some((member, class)));
            }
            match &info.base {
                Some(base) => class = base.clone(),
                None if info.name.is_none() => return Err(()),
                None => return Ok(None),
            }
        }
        Err(())
    }

    /// What a class is called where it is declared.
    pub fn class_name(&self, key: &Arc<str>) -> Arc<str> {
        self.class(key)
            .and_then(|info| info.name.clone())
            .unwrap_or_else(|| key.clone())
    }

    /// What an object of a library's class really is: records and classes cannot be told apart before.
    pub fn resolved(&self, of: Type) -> Type {
        match &of.of {
            Element::Object(key) if self.class(key).is_none() => match self.record(key) {
                Some(_) => Type {
                    of: Element::Record(key.clone()),
                    shape: of.shape,
                },
                None => Type {
                    of: Element::Unknown,
                    shape: of.shape,
                },
            },
            _ => of,
        }
    }

    pub fn check(&self, script: &Script, findings: &mut Findings<'_>) {
        for (name, span) in &self.missing {
            findings.add(
                Code::UnknownLibrary,
                *span,
                format!("the library `{name}` is not at hand"),
                "give the checker its source too",
            );
        }
        for (name, here, before) in &self.own.doubles {
            let line = findings.line(*before);
            findings.add(
                Code::Redeclared,
                *here,
                format!("`{name}` is declared in line {line} already"),
                "give one of them another name",
            );
        }
        for statement in script.module() {
            self.statement(statement, findings);
        }
    }

    fn statement(&self, statement: &Statement, findings: &mut Findings<'_>) {
        match &statement.kind {
            StatementKind::Procedure(procedure) => self.procedure(procedure, None, findings),
            StatementKind::Class(class) => {
                if let Some(base) = &class.base {
                    self.check_base(base, findings);
                }
                for member in &class.members {
                    match &member.kind {
                        StatementKind::Procedure(procedure) => {
                            self.procedure(procedure, Some(&class.name.key), findings)
                        }
                        _ => self.loose(member, Some(&class.name.key), findings),
                    }
                }
            }
            StatementKind::Forward(procedure) => self.heads(procedure, findings),
            StatementKind::External(external) => {
                let types = external
                    .parameters
                    .iter()
                    .filter_map(|parameter| parameter.of.as_ref());
                types
                    .chain(&external.returns)
                    .for_each(|of| self.check_type(of, findings));
            }
            StatementKind::Type(record) => {
                for member in &record.members {
                    member
                        .of
                        .iter()
                        .for_each(|of| self.check_type(of, findings));
                    if member.new.is_some() {
                        findings.add(
                            Code::BadDeclaration,
                            member.span,
                            format!("`{}` is made by `New` within a type", member.name.text),
                            "leave `New` out, and set it where the type is used",
                        );
                    }
                }
            }
            StatementKind::Use(_) | StatementKind::UseLsx(_) | StatementKind::Option(_) => {}
            _ => self.loose(statement, None, findings),
        }
    }

    fn check_base(&self, base: &Name, findings: &mut Findings<'_>) {
        let is_known = self.class(&base.key).is_some() || self.is_opaque;
        if !is_known {
            let known = self
                .own
                .classes
                .values()
                .filter_map(|class| class.name.as_deref());
            findings.add(
                Code::UnknownType,
                base.span,
                format!("there is no class `{}`", base.text),
                findings.perhaps(&base.text, known, "declare it, or use its library"),
            );
        }
    }

    fn heads(&self, procedure: &Procedure, findings: &mut Findings<'_>) {
        let types = procedure
            .parameters
            .iter()
            .filter_map(|parameter| parameter.of.as_ref());
        types
            .chain(&procedure.returns)
            .for_each(|of| self.check_type(of, findings));
        for parameter in &procedure.parameters {
            if parameter.by_value && parameter.shape != Shape::Scalar {
                findings.add(
                    Code::BadDeclaration,
                    parameter.name.span,
                    format!(
                        "`{}` holds many values, and `ByVal` is for one",
                        parameter.name.text
                    ),
                    "leave `ByVal` out",
                );
            }
        }
    }

    /// A declaration outside of procedures.
    fn loose(&self, statement: &Statement, class: Option<&Arc<str>>, findings: &mut Findings<'_>) {
        let mut scope = Scope::new(self, class, findings);
        scope.is_loose = true;
        scope.statement(statement);
    }

    fn procedure(
        &self,
        procedure: &Procedure,
        class: Option<&Arc<str>>,
        findings: &mut Findings<'_>,
    ) {
        self.heads(procedure, findings);
        let mut scope = Scope::new(self, class, findings);
        scope.own(procedure);
        scope.declare(&procedure.body);
        if let Some(base) = &procedure.base_call {
            base.arguments
                .iter()
                .filter_map(|argument| argument.value.as_ref())
                .for_each(|value| {
                    scope.value(value);
                });
        }
        scope.block(&procedure.body);
        scope.finish(procedure);
        flow::check(procedure, findings);
    }

    pub fn check_type(&self, of: &TypeName, findings: &mut Findings<'_>) {
        let TypeName::Named(name) = of else {
            return;
        };
        if let Some(class) = self.library.class(&name.text) {
            let about = self.library.about(class);
            if let Some(since) = about.since.filter(|since| !self.options.notes.has(*since)) {
                findings.add(
                    Code::NotInRelease,
                    name.span,
                    format!(
                        "{} exists since Notes {since}, not in {}",
                        about.name, self.options.notes
                    ),
                    "do without it, or ask for a newer release",
                );
            }
            return;
        }
        let is_known =
            self.class(&name.key).is_some() || self.record(&name.key).is_some() || self.is_opaque;
        if is_known || name.key.is_empty() {
            return;
        }
        if let Some(library) = self.library_with(&name.key) {
            findings.add(
                Code::MissingUse,
                name.span,
                format!(
                    "`{}` is a class of the library `{library}`, which is not used",
                    name.text
                ),
                format!("write `Use \"{library}\"`"),
            );
            return;
        }
        let own = self
            .own
            .classes
            .values()
            .filter_map(|class| class.name.as_deref());
        let notes = self.library.classes().iter().map(|class| class.name);
        let basic = [
            "Integer", "Long", "String", "Double", "Boolean", "Variant", "Single", "Currency",
        ];
        let remedy = match name.key.as_ref() {
            "object" | "date" | "datetime" => "write `Variant`".to_owned(),
            _ => findings.perhaps(
                &name.text,
                own.chain(notes).chain(basic),
                "declare it, or use its library",
            ),
        };
        findings.add(
            Code::UnknownType,
            name.span,
            format!("there is no type or class `{}`", name.text),
            remedy,
        );
    }

    /// A library at hand, but not used, that has a public symbol. Not looked for among too many.
    pub fn library_with(&self, key: &str) -> Option<&str> {
        if self.options.libraries.len() > MOST_LIBRARIES {
            return None;
        }
        let mut found: Vec<&str> = self
            .options
            .libraries
            .iter()
            .filter(|(_, library)| {
                library
                    .symbols
                    .get(key)
                    .is_some_and(|symbol| !symbol.is_private)
            })
            .map(|(name, _)| name.as_str())
            .collect();
        found.sort_unstable();
        found.first().copied()
    }
}

/// A variable of a procedure.
struct Local {
    name: Name,
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
    locals: HashMap<Arc<str>, Local>,
    /// Names that are assigned to, which declares them where `Option Declare` does not forbid it.
    implicit: HashSet<Arc<str>>,
    /// Variables of the `ForAll` around, the innermost last.
    aliases: Vec<(Arc<str>, Type)>,
    /// Variables that count the `For` around.
    pub counters: Vec<Arc<str>>,
    /// Arrays of the procedure that have bounds.
    fixed: HashMap<Arc<str>, Extents>,
    /// What the `With` around are about, the innermost last.
    pub with: Vec<Type>,
    /// The procedure: its key and what it gives.
    pub result: Option<(Arc<str>, Type)>,
    result_is_named: bool,
    is_loose: bool,
}

impl<'a, 'f, 's> Scope<'a, 'f, 's> {
    fn new(
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

    fn own(&mut self, procedure: &Procedure) {
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
    fn declare(&mut self, block: &[Statement]) {
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

    fn finish(self, procedure: &Procedure) {
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

    /// `f(x)` without `Call`, where x is what cannot be copied.
    fn check_by_value(&mut self, call: &Expression) {
        let ExpressionKind::Call {
            target,
            arguments,
            parenthesized: true,
        } = &call.kind
        else {
            return;
        };
        let (ExpressionKind::Name(name), [argument]) = (&target.kind, arguments.as_slice()) else {
            return;
        };
        let is_procedure = matches!(
            self.module.symbol(&name.key).map(|symbol| &symbol.kind),
            Some(SymbolKind::Procedure(_))
        );
        let Some(value) = argument
            .value
            .as_ref()
            .filter(|value| is_plain_variable(value) && is_procedure)
        else {
            return;
        };
        let of = self.value(value);
        if of.is_object() || of.shape != Form::One || matches!(of.of, Element::Record(_)) {
            let message = format!(
                "the parentheses give {} by value to `{}`",
                self.described(&of),
                name.text
            );
            let remedy = format!(
                "write `Call {}(…)`, or leave the parentheses out",
                name.text
            );
            self.findings
                .add(Code::PassedByValue, argument.span, message, remedy);
        }
    }

    fn dim(&mut self, variables: &[Variable]) {
        for variable in variables {
            if let Some(of) = &variable.of {
                self.module.check_type(of, self.findings);
            }
            if let Shape::Array(bounds) = &variable.shape {
                for bounds in bounds {
                    bounds.lower.iter().for_each(|lower| {
                        self.value(lower);
                    });
                    self.value(&bounds.upper);
                    self.check_bounds(bounds);
                }
            }
            if let (Some(arguments), Some(TypeName::Named(class))) = (&variable.new, &variable.of) {
                self.made(class, arguments);
            }
        }
    }

    fn for_all(&mut self, looped: &ForAll) {
        let container = self.value(&looped.container);
        let of = match container.shape {
            Form::Array | Form::List => container.element(),
            Form::One => Type::UNKNOWN,
        };
        if let Some(before) = self.locals.get(&looped.variable.key) {
            let line = self.findings.line(before.name.span);
            let name = &looped.variable;
            self.findings.add(
                Code::Redeclared,
                name.span,
                format!(
                    "`{}` is declared in line {line}, and the variable of a ForAll declares itself",
                    name.text
                ),
                "take the declaration out, or choose another name",
            );
        }
        self.aliases.push((looped.variable.key.clone(), of));
        self.block(&looped.body);
        self.aliases.pop();
    }

    fn assign(&mut self, form: AssignForm, target: &Expression, value: &Expression) {
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

fn is_plain_variable(target: &Expression) -> bool {
    matches!(target.kind, ExpressionKind::Name(_))
}

/// The first line of a text from the source.
fn one_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}
