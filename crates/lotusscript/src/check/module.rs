//! Modules: what their names stand for, and what they declare.

use super::arrays::{self, Extents};
use super::procedure::Scope;
use super::rules::Code;
use super::symbols::{ClassInfo, ClassMember, Element, Interface, Symbol, Type};
use super::{CheckOptions, Findings, MOST_LIBRARIES, flow};
use crate::notes::Library;
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
                    self.check_base(base, &class.name, findings);
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
                self.check_types(&external.parameters, external.returns.as_ref(), findings);
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
            StatementKind::Dim(_) | StatementKind::Const(_) => {
                self.loose(statement, None, findings)
            }
            // Others have nothing to look into, or are refused for standing here.
            _ => {}
        }
    }

    fn check_base(&self, base: &Name, class: &Name, findings: &mut Findings<'_>) {
        if base.key == class.key {
            findings.add(
                Code::BaseClassOrder,
                base.span,
                format!("`{}` is based on itself", class.text),
                "leave `As` out, or name another class",
            );
            return;
        }
        if let Some(there) = self.own.class_places.get(&base.key) {
            if there.start > class.span.start {
                let line = findings.line(*there);
                findings.add(
                    Code::BaseClassOrder,
                    base.span,
                    format!("`{}` is declared only in line {line}", base.text),
                    format!("put `{}` before `{}`", base.text, class.text),
                );
            }
            return;
        }
        if self.class(&base.key).is_some() || self.is_opaque {
            return;
        }
        if self.library.class(&base.text).is_some() {
            findings.add(
                Code::UnknownType,
                base.span,
                format!("`{}` is a class of Notes, no class of a script", base.text),
                "keep an object of it in a member of the class",
            );
            return;
        }
        if self.told_to_use(base, findings) {
            return;
        }
        let others = self
            .own
            .classes
            .iter()
            .filter(|(key, _)| **key != class.key);
        let known = others.filter_map(|(_, class)| class.name.as_deref());
        findings.add(
            Code::UnknownType,
            base.span,
            format!("there is no class `{}`", base.text),
            findings.perhaps(&base.text, known, "declare it, or use its library"),
        );
    }

    /// Whether a class is one of a library at hand that is not used; then that is told.
    fn told_to_use(&self, name: &Name, findings: &mut Findings<'_>) -> bool {
        let Some(library) = self.library_with(&name.key) else {
            return false;
        };
        findings.add(
            Code::MissingUse,
            name.span,
            format!(
                "`{}` is a class of the library `{library}`, which is not used",
                name.text
            ),
            format!("write `Use \"{library}\"`"),
        );
        true
    }

    fn check_types(
        &self,
        parameters: &[Parameter],
        returns: Option<&TypeName>,
        findings: &mut Findings<'_>,
    ) {
        let types = parameters
            .iter()
            .filter_map(|parameter| parameter.of.as_ref());
        types
            .chain(returns)
            .for_each(|of| self.check_type(of, findings));
    }

    fn heads(&self, procedure: &Procedure, findings: &mut Findings<'_>) {
        self.check_types(&procedure.parameters, procedure.returns.as_ref(), findings);
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
        // Types of the language are names only behind `New`.
        if let Some(basic) = BASIC_TYPES
            .into_iter()
            .find(|basic| basic.eq_ignore_ascii_case(&name.text))
        {
            findings.add(
                Code::NotCreatable,
                name.span,
                format!("`New` makes objects, and {basic} is no class"),
                "leave `New` out",
            );
            return;
        }
        if self.told_to_use(name, findings) {
            return;
        }
        let own = self
            .own
            .classes
            .values()
            .filter_map(|class| class.name.as_deref());
        let notes = self.library.classes().iter().map(|class| class.name);
        let remedy = match name.key.as_ref() {
            "object" | "date" | "datetime" => "write `Variant`".to_owned(),
            _ => findings.perhaps(
                &name.text,
                own.chain(notes).chain(BASIC_TYPES),
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
            .map(|(name, library)| library.name().unwrap_or(name))
            .collect();
        found.sort_unstable();
        found.first().copied()
    }
}

const BASIC_TYPES: [&str; 9] = [
    "Integer", "Long", "String", "Double", "Boolean", "Variant", "Single", "Currency", "Byte",
];
