//! Expressions: what their names stand for, and what type they have.

use super::operands::Sides;
use super::procedure::Scope;
use super::rules::Code;
use super::symbols::{Element, Form, Signature, SymbolKind, Type, number_type};
use crate::notes::{Constant, MemberKind, ValueType};
use crate::syntax::*;
use std::sync::Arc;

/// What is asked of a name or member.
#[derive(Debug, Clone, Copy)]
pub(super) enum Use<'a> {
    /// Its value.
    Value,
    /// To be called or looked into with arguments.
    Call(&'a [Argument]),
    /// To be run as a statement of its own, with or without arguments.
    Run(&'a [Argument]),
    /// To be assigned to.
    Target,
}

impl Scope<'_, '_, '_> {
    /// Looks at an expression whose value is taken.
    pub fn value(&mut self, expression: &Expression) -> Type {
        match &expression.kind {
            ExpressionKind::Number(number) => Type::value(number_type(*number)),
            ExpressionKind::Text(_) => Type::value(ValueType::String),
            ExpressionKind::Constant(literal) => match literal {
                Literal::Nothing => Type {
                    of: Element::Nothing,
                    shape: Form::One,
                },
                Literal::True | Literal::False => Type::value(ValueType::Boolean),
                Literal::Pi => Type::value(ValueType::Double),
                Literal::Null | Literal::Empty => Type::UNKNOWN,
            },
            ExpressionKind::Name(name) => self.name(name, Use::Value),
            ExpressionKind::Me => self.me(expression.span),
            ExpressionKind::Member { object, name } => {
                self.member(object.as_deref(), name, Use::Value)
            }
            ExpressionKind::BaseMember { .. } => Type::UNKNOWN,
            ExpressionKind::Call {
                target, arguments, ..
            } => {
                self.check_empty_parentheses(target, arguments);
                self.called(target, arguments, false)
            }
            ExpressionKind::New { class, arguments } => self.made(class, arguments),
            ExpressionKind::Bind { name, .. } => {
                self.value(name);
                Type::UNKNOWN
            }
            ExpressionKind::Unary { operand, .. } => {
                self.value(operand);
                Type::UNKNOWN
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => {
                let (of_left, of_right) = (self.value(left), self.value(right));
                let sides = Sides {
                    left: (left, &of_left),
                    right: (right, &of_right),
                };
                self.check_operands(*operator, sides);
                match operator {
                    BinaryOperator::Join => Type::value(ValueType::String),
                    _ => Type::UNKNOWN,
                }
            }
            ExpressionKind::Parenthesized(inner) => self.value(inner),
            ExpressionKind::Missing => Type::UNKNOWN,
        }
    }

    fn me(&mut self, span: Span) -> Type {
        match &self.class {
            Some(class) => Type::object(class),
            None => {
                self.findings.add(
                    Code::StrayMe,
                    span,
                    "`Me` stands outside of any class",
                    "name the object",
                );
                Type::UNKNOWN
            }
        }
    }

    /// Looks at what is assigned to. `None` if nothing can be said of it.
    pub fn target(&mut self, expression: &Expression) -> Option<Type> {
        match &expression.kind {
            ExpressionKind::Name(name) => Some(self.name(name, Use::Target)),
            ExpressionKind::Member { object, name } => {
                Some(self.member(object.as_deref(), name, Use::Target))
            }
            ExpressionKind::Call {
                target, arguments, ..
            } => {
                if self.is_own_result(target) {
                    self.name_result();
                    self.arguments(arguments);
                    return None;
                }
                if let ExpressionKind::Name(name) = &target.kind
                    && self.is_changed_in_place(name)
                {
                    self.arguments(arguments);
                    return None;
                }
                Some(self.called(target, arguments, false))
            }
            _ => {
                self.value(expression);
                None
            }
        }
    }

    fn is_own_result(&self, target: &Expression) -> bool {
        let ExpressionKind::Name(name) = &target.kind else {
            return false;
        };
        self.result
            .as_ref()
            .is_some_and(|(key, _)| *key == name.key)
    }

    /// `Mid(text, 1, 2) = …` and its like.
    fn is_changed_in_place(&self, name: &Name) -> bool {
        matches!(name.key.as_ref(), "mid" | "midb" | "midbp" | "midc")
            && self.module.symbol(&name.key).is_none()
    }

    /// A statement that calls.
    pub fn call(&mut self, target: &Expression) {
        match &target.kind {
            ExpressionKind::Call {
                target, arguments, ..
            } => {
                self.called(target, arguments, true);
            }
            ExpressionKind::Name(name) => {
                self.name(name, Use::Run(&[]));
            }
            ExpressionKind::Member { object, name } => {
                self.member(object.as_deref(), name, Use::Run(&[]));
            }
            _ => {
                self.value(target);
            }
        }
    }

    pub fn arguments(&mut self, arguments: &[Argument]) -> Vec<Type> {
        arguments
            .iter()
            .map(|argument| match &argument.value {
                Some(value) => self.value(value),
                None => Type::UNKNOWN,
            })
            .collect()
    }

    fn called(&mut self, target: &Expression, arguments: &[Argument], is_statement: bool) -> Type {
        let asked = if is_statement {
            Use::Run(arguments)
        } else {
            Use::Call(arguments)
        };
        match &target.kind {
            ExpressionKind::Name(name) => self.name(name, asked),
            ExpressionKind::Member { object, name } => self.member(object.as_deref(), name, asked),
            ExpressionKind::BaseMember { .. } => {
                self.arguments(arguments);
                Type::UNKNOWN
            }
            _ => {
                let of = self.value(target);
                self.arguments(arguments);
                self.looked_into(&of, target.span, "this")
            }
        }
    }

    /// An element of a value.
    fn looked_into(&mut self, of: &Type, span: Span, what: &str) -> Type {
        match of.shape {
            Form::Array | Form::List => of.element(),
            Form::One if of.is_scalar() => {
                let kind = self.described(of);
                self.findings.add(
                    Code::NotAnArray,
                    span,
                    format!("{what} is {kind}, which has no elements"),
                    "leave the subscript out",
                );
                Type::UNKNOWN
            }
            Form::One => Type::UNKNOWN,
        }
    }

    fn name(&mut self, name: &Name, asked: Use<'_>) -> Type {
        let key = &name.key;
        let arguments = match asked {
            Use::Call(arguments) | Use::Run(arguments) => Some(arguments),
            Use::Value | Use::Target => None,
        };
        if let Some(of) = self.local(key) {
            if matches!(asked, Use::Target) && self.is_local_constant(key) {
                self.findings.add(
                    Code::NotAssignable,
                    name.span,
                    format!("`{}` is a constant", name.text),
                    "declare a variable instead",
                );
            }
            return self.variable(name, of, arguments);
        }
        if let Some((own, of)) = self.result.clone()
            && own == *key
            && arguments.is_none_or(<[Argument]>::is_empty)
        {
            self.name_result();
            return of;
        }
        if let Some(of) = self.own_member(name, asked) {
            return of;
        }
        if let Some(symbol) = self.module.symbol(key) {
            let kind = symbol.kind.clone();
            return self.symbol(name, &kind, asked);
        }
        self.outside(name, asked)
    }

    fn variable(&mut self, name: &Name, of: Type, arguments: Option<&[Argument]>) -> Type {
        match arguments.filter(|arguments| !arguments.is_empty()) {
            Some(arguments) => {
                self.arguments(arguments);
                self.check_subscripts(name, arguments);
                let of = self.module.resolved(of);
                self.looked_into(&of, name.span, &format!("`{}`", name.text))
            }
            None => self.module.resolved(of),
        }
    }

    /// A member of the class around, by its bare name.
    fn own_member(&mut self, name: &Name, asked: Use<'_>) -> Option<Type> {
        let class = self.class.clone()?;
        match self.module.member(&class, &name.key) {
            Ok(Some((member, _))) => {
                let kind = member.kind.clone();
                Some(self.symbol(name, &kind, asked))
            }
            Ok(None) => None,
            Err(()) => {
                // It may be one of a base class that cannot be looked into.
                let is_known = self.module.symbol(&name.key).is_some()
                    || self.module.library.function(&name.text).is_some();
                if is_known {
                    return None;
                }
                if let Use::Call(arguments) | Use::Run(arguments) = asked {
                    self.arguments(arguments);
                }
                Some(Type::UNKNOWN)
            }
        }
    }

    fn symbol(&mut self, name: &Name, kind: &SymbolKind, asked: Use<'_>) -> Type {
        let arguments = match asked {
            Use::Call(arguments) | Use::Run(arguments) => Some(arguments),
            Use::Value | Use::Target => None,
        };
        match kind {
            SymbolKind::Variable(of) => self.variable(name, of.clone(), arguments),
            SymbolKind::Constant(of) => {
                if matches!(asked, Use::Target) {
                    self.findings.add(
                        Code::NotAssignable,
                        name.span,
                        format!("`{}` is a constant", name.text),
                        "declare a variable instead",
                    );
                }
                self.variable(name, of.clone(), arguments)
            }
            SymbolKind::Procedure(signature) => {
                let is_property = matches!(
                    signature.kind,
                    ProcedureKind::PropertyGet | ProcedureKind::PropertySet
                );
                if matches!(asked, Use::Target) {
                    if !is_property && !self.is_own_name(name) {
                        self.findings.add(
                            Code::NotAssignable,
                            name.span,
                            format!("`{}` is a {}", name.text, signature.kind.words()),
                            "only within itself can a function's result be assigned",
                        );
                    }
                    return self.module.resolved(signature.returns.clone());
                }
                if is_property {
                    let of = self.module.resolved(signature.returns.clone());
                    return self.variable(name, of, arguments);
                }
                let types = self.arguments(arguments.unwrap_or_default());
                self.check_own_call(name, signature, arguments.unwrap_or_default(), &types);
                if signature.kind == ProcedureKind::Sub && !matches!(asked, Use::Run(_)) {
                    self.findings.add(
                        Code::NoValue,
                        name.span,
                        format!("`{}` is a Sub and gives no value", name.text),
                        "make it a Function, or call it in a statement of its own",
                    );
                }
                self.module.resolved(signature.returns.clone())
            }
            SymbolKind::Class | SymbolKind::Record => {
                self.arguments(arguments.unwrap_or_default());
                Type::UNKNOWN
            }
        }
    }

    fn is_own_name(&self, name: &Name) -> bool {
        self.result
            .as_ref()
            .is_some_and(|(key, _)| *key == name.key)
    }

    /// A name that the script does not declare: of the language, of Notes, or unknown.
    fn outside(&mut self, name: &Name, asked: Use<'_>) -> Type {
        let library = self.module.library;
        let arguments = match asked {
            Use::Call(arguments) | Use::Run(arguments) => arguments,
            Use::Value | Use::Target => &[],
        };
        let types = self.arguments(arguments);
        if let Some(function) = library.function(&name.text) {
            if matches!(asked, Use::Target) {
                if !matches!(name.key.as_ref(), "date" | "time" | "err" | "erl" | "error") {
                    self.findings.add(
                        Code::NotAssignable,
                        name.span,
                        format!("`{}` is a function of the language", function.name),
                        "choose another name for the variable",
                    );
                }
                return Type::UNKNOWN;
            }
            self.check_function_call(name, function, arguments, &types);
            let has_dollar = name.suffix == Some(Suffix::String);
            return function
                .gives(has_dollar)
                .map_or(Type::UNKNOWN, Type::value);
        }
        if let Some(constant) = library.constant(&name.text) {
            self.constant(name, constant, asked);
            return Type::UNKNOWN;
        }
        self.unknown(name, asked);
        Type::UNKNOWN
    }

    /// A constant of Notes, or of a file that must be included.
    fn constant(&mut self, name: &Name, constant: &Constant, asked: Use<'_>) {
        let module = self.module;
        let missing = constant
            .file
            .filter(|file| !module.includes.contains(file) && !module.is_opaque);
        match missing {
            Some(file) if module.own.declares => {
                let message = format!(
                    "`{}` is a constant of {file}, which is not included",
                    constant.name
                );
                let remedy = format!("write `%Include \"{file}\"` among the declarations");
                self.findings
                    .add(Code::MissingInclude, name.span, message, remedy);
            }
            // Without `Option Declare` it is a variable like any other.
            Some(_) => {}
            None if matches!(asked, Use::Target) => {
                let message = format!("`{}` is a constant of Notes", constant.name);
                self.findings.add(
                    Code::NotAssignable,
                    name.span,
                    message,
                    "choose another name for the variable",
                );
            }
            None => {}
        }
    }

    fn unknown(&mut self, name: &Name, asked: Use<'_>) {
        let is_of_errors = !self.module.includes.is_empty()
            && (name.key.starts_with("err") || name.key.starts_with("lserr_"));
        if self.module.is_opaque
            || is_of_errors
            || name.key.is_empty()
            || self.is_implicit(&name.key)
        {
            return;
        }
        if let Some(library) = self.module.library_with(&name.key) {
            let must_exist =
                self.module.own.declares || matches!(asked, Use::Call(_) | Use::Run(_));
            if must_exist {
                self.findings.add(
                    Code::MissingUse,
                    name.span,
                    format!(
                        "`{}` is of the library `{library}`, which is not used",
                        name.text
                    ),
                    format!("write `Use \"{library}\"`"),
                );
            }
            return;
        }
        let known = self.names();
        let known = known.iter().map(AsRef::as_ref);
        match asked {
            Use::Call(_) | Use::Run(_) => {
                let functions = self
                    .module
                    .library
                    .functions()
                    .map(|function| function.name);
                let remedy = self.findings.perhaps(
                    &name.text,
                    known.chain(functions),
                    "write it, or use the library that has it",
                );
                self.findings.add(
                    Code::UnknownProcedure,
                    name.span,
                    format!("there is no sub, function or array `{}`", name.text),
                    remedy,
                );
            }
            Use::Value | Use::Target if self.module.own.declares => {
                let constants = self
                    .module
                    .library
                    .constants()
                    .filter(|constant| constant.file.is_none())
                    .map(|constant| constant.name);
                let near = self
                    .findings
                    .nearest(&name.text, known)
                    .or_else(|| self.findings.nearest(&name.text, constants));
                let class = self.module.library.class(&name.text);
                let remedy = match (class, near) {
                    (Some(class), _) => format!(
                        "it is a class: declare a variable for its objects, as in `Dim x As {}`",
                        self.module.library.about(class).name
                    ),
                    (None, Some(near)) => format!("perhaps `{near}` is meant"),
                    (None, None) => format!("write `Dim {} As …`", name.text),
                };
                self.findings.add(
                    Code::UndeclaredName,
                    name.span,
                    format!("`{}` is not declared", name.text),
                    remedy,
                );
            }
            Use::Value | Use::Target => {}
        }
    }

    fn member(&mut self, object: Option<&Expression>, name: &Name, asked: Use<'_>) -> Type {
        let is_me = matches!(object.map(|object| &object.kind), Some(ExpressionKind::Me));
        if is_me && matches!(asked, Use::Target) && self.is_own_name(name) {
            // `Me.f = …` within `f` is its result, as `f = …` is.
            self.name_result();
            return Type::UNKNOWN;
        }
        let of = match object {
            Some(object) => self.value(object),
            None => self.with.last().cloned().unwrap_or(Type::UNKNOWN),
        };
        let arguments = match asked {
            Use::Call(arguments) | Use::Run(arguments) => arguments,
            Use::Value | Use::Target => &[],
        };
        let types = self.arguments(arguments);
        if of.shape != Form::One {
            return Type::UNKNOWN;
        }
        match &of.of {
            Element::Value(ValueType::Object(class)) => {
                self.notes_member(*class, name, asked, arguments, &types)
            }
            Element::Object(class) => {
                let class = class.clone();
                self.script_member(&class, name, asked, &types)
            }
            Element::Record(record) => {
                let record = record.clone();
                self.record_member(&record, name, arguments)
            }
            Element::Value(value) if value.is_scalar() && object.is_some() => {
                let kind = self.described(&of);
                self.findings.add(
                    Code::UnknownMember,
                    name.span,
                    format!("{kind} has no members, and so no `{}`", name.text),
                    "only objects have members",
                );
                Type::UNKNOWN
            }
            _ => Type::UNKNOWN,
        }
    }

    fn record_member(&mut self, record: &str, name: &Name, arguments: &[Argument]) -> Type {
        let Some(members) = self.module.record(record) else {
            return Type::UNKNOWN;
        };
        match members.get(&name.key) {
            Some(of) => {
                let of = self.module.resolved(of.clone());
                if arguments.is_empty() {
                    of
                } else {
                    of.element()
                }
            }
            None => {
                let remedy =
                    self.findings
                        .perhaps(&name.text, members.keys().map(AsRef::as_ref), "");
                self.findings.add(
                    Code::UnknownMember,
                    name.span,
                    format!("the type `{record}` has no member `{}`", name.text),
                    remedy,
                );
                Type::UNKNOWN
            }
        }
    }

    /// A class of scripts lacks a member.
    fn no_such_member(&mut self, class: &Arc<str>, name: &Name) -> Type {
        let class_name = self.module.class_name(class);
        let info = self.module.class(class).into_iter();
        let members: Vec<Arc<str>> = info
            .flat_map(|class| class.members.values())
            .map(|member| member.name.clone())
            .collect();
        let known = members.iter().map(AsRef::as_ref);
        let remedy = self
            .findings
            .perhaps(&name.text, known, "declare it in the class");
        let message = format!("the class `{class_name}` has no member `{}`", name.text);
        self.findings
            .add(Code::UnknownMember, name.span, message, remedy);
        Type::UNKNOWN
    }

    /// A sub or function of a class of scripts.
    fn method(
        &mut self,
        name: &Name,
        signature: Signature,
        asked: Use<'_>,
        types: &[Type],
    ) -> Type {
        match asked {
            Use::Target => {
                let message = format!("`{}` is a {}", name.text, signature.kind.words());
                self.findings
                    .add(Code::NotAssignable, name.span, message, "");
            }
            Use::Call(arguments) | Use::Run(arguments) => {
                self.check_own_call(name, &signature, arguments, types)
            }
            Use::Value => self.check_own_call(name, &signature, &[], types),
        }
        if signature.kind == ProcedureKind::Sub && matches!(asked, Use::Call(_) | Use::Value) {
            let message = format!("`{}` is a Sub and gives no value", name.text);
            self.findings.add(
                Code::NoValue,
                name.span,
                message,
                "make it a Function, or call it in a statement of its own",
            );
        }
        self.module.resolved(signature.returns)
    }

    fn script_member(
        &mut self,
        class: &Arc<str>,
        name: &Name,
        asked: Use<'_>,
        types: &[Type],
    ) -> Type {
        let (member, owner) = match self.module.member(class, &name.key) {
            Ok(Some(found)) => found,
            Ok(None) => return self.no_such_member(class, name),
            Err(()) => return Type::UNKNOWN,
        };
        if member.is_private && self.class.is_none() {
            let owner = self.module.class_name(&owner);
            self.findings.add(
                Code::PrivateMember,
                name.span,
                format!("`{}` is private in the class `{owner}`", name.text),
                "declare it `Public` there, or give the class a property for it",
            );
        }
        let arguments = match asked {
            Use::Call(arguments) | Use::Run(arguments) => arguments,
            Use::Value | Use::Target => &[],
        };
        match &member.kind {
            SymbolKind::Procedure(signature)
                if matches!(signature.kind, ProcedureKind::Sub | ProcedureKind::Function) =>
            {
                let signature = signature.clone();
                self.method(name, signature, asked, types)
            }
            SymbolKind::Procedure(signature) => {
                let of = self.module.resolved(signature.returns.clone());
                if arguments.is_empty() {
                    of
                } else {
                    Type::UNKNOWN
                }
            }
            SymbolKind::Variable(of) | SymbolKind::Constant(of) => {
                let of = self.module.resolved(of.clone());
                if arguments.is_empty() {
                    of
                } else {
                    self.looked_into(&of, name.span, &format!("`{}`", name.text))
                }
            }
            SymbolKind::Class | SymbolKind::Record => Type::UNKNOWN,
        }
    }

    fn notes_member(
        &mut self,
        class: crate::notes::ClassId,
        name: &Name,
        asked: Use<'_>,
        arguments: &[Argument],
        types: &[Type],
    ) -> Type {
        let library = self.module.library;
        let about = library.about(class);
        let Some(member) = library.member(class, &name.text) else {
            if about.has_items && matches!(asked, Use::Value) {
                return Type {
                    of: Element::Unknown,
                    shape: Form::Array,
                };
            }
            if about.has_items && !matches!(asked, Use::Run(_)) || library.is_open(class) {
                return Type::UNKNOWN;
            }
            let names = library.member_names(class);
            let remedy = self.findings.perhaps(&name.text, names.into_iter(), "");
            self.findings.add(
                Code::UnknownMember,
                name.span,
                format!("{} has no member `{}`", about.name, name.text),
                remedy,
            );
            return Type::UNKNOWN;
        };
        if let Some(since) = member
            .since
            .filter(|_| !member.is_in(self.module.options.notes))
        {
            let release = self.module.options.notes;
            self.findings.add(
                Code::NotInRelease,
                name.span,
                format!(
                    "{}.{} exists since Notes {since}, not in {release}",
                    about.name, member.name
                ),
                "do without it, or ask for a newer release",
            );
        }
        let of = member.of.map_or(Type::UNKNOWN, Type::value);
        match &member.kind {
            MemberKind::Property { is_writable } => {
                if matches!(asked, Use::Target) && !is_writable {
                    self.findings.add(
                        Code::ReadOnly,
                        name.span,
                        format!("{}.{} can be read only", about.name, member.name),
                        "",
                    );
                }
                if arguments.is_empty() {
                    of
                } else {
                    self.looked_into(&of, name.span, &format!("{}.{}", about.name, member.name))
                }
            }
            MemberKind::Method { parameters } => {
                if matches!(asked, Use::Target) {
                    self.findings.add(
                        Code::NotAssignable,
                        name.span,
                        format!("{}.{} is a method", about.name, member.name),
                        "",
                    );
                    return Type::UNKNOWN;
                }
                self.check_notes_call(
                    name,
                    &format!("{}.{}", about.name, member.name),
                    parameters,
                    arguments,
                    types,
                );
                of
            }
        }
    }
}
