//! What a module declares: the names that its own code sees, and those that others see who use it.

use crate::notes::{Library, ValueType};
use crate::syntax::*;
use std::collections::HashMap;
use std::sync::Arc;

/// What a variable or value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Type {
    pub of: Element,
    pub shape: Form,
}

/// What a single value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Element {
    /// Not known, or anything.
    Unknown,
    /// `Nothing`
    Nothing,
    /// Of the language or of Notes.
    Value(ValueType),
    /// An object of a class of scripts, by its key.
    Object(Arc<str>),
    /// Of a `Type`, by its key.
    Record(Arc<str>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    One,
    Array,
    List,
}

impl Type {
    pub const UNKNOWN: Type = Type {
        of: Element::Unknown,
        shape: Form::One,
    };

    pub fn value(of: ValueType) -> Self {
        Self {
            of: match of {
                ValueType::Variant => Element::Unknown,
                of => Element::Value(of),
            },
            shape: Form::One,
        }
    }

    pub fn object(class: &Arc<str>) -> Self {
        Self {
            of: Element::Object(class.clone()),
            shape: Form::One,
        }
    }

    pub fn element(&self) -> Self {
        Self {
            of: self.of.clone(),
            shape: Form::One,
        }
    }

    /// An object, `Nothing` aside.
    pub fn is_object(&self) -> bool {
        self.shape == Form::One
            && matches!(
                self.of,
                Element::Object(_) | Element::Value(ValueType::Object(_) | ValueType::AnyObject)
            )
    }

    /// A number, text or truth value for certain.
    pub fn is_scalar(&self) -> bool {
        self.shape == Form::One && matches!(self.of, Element::Value(of) if of.is_scalar())
    }

    pub fn is_unknown(&self) -> bool {
        self.of == Element::Unknown
    }
}

/// A parameter, as a call must fill it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub name: Arc<str>,
    pub of: Type,
    /// What is given is converted, as nothing comes back.
    pub by_value: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub kind: ProcedureKind,
    pub parameters: Vec<Wanted>,
    pub returns: Type,
}

#[derive(Debug, Clone)]
pub(super) enum SymbolKind {
    Variable(Type),
    Constant(Type),
    Procedure(Signature),
    Class,
    Record,
}

#[derive(Debug, Clone)]
pub(super) struct Symbol {
    pub name: Arc<str>,
    pub span: Span,
    pub kind: SymbolKind,
    pub is_private: bool,
    /// Only a forward declaration so far.
    pub is_forward: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ClassMember {
    pub name: Arc<str>,
    pub kind: SymbolKind,
    pub is_private: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct ClassInfo {
    pub name: Option<Arc<str>>,
    pub base: Option<Arc<str>>,
    pub members: HashMap<Arc<str>, ClassMember>,
}

/// What a module declares, for the modules that use it.
#[derive(Debug, Clone, Default)]
pub struct Interface {
    /// What the library is called, if that is known.
    name: Option<String>,
    pub(super) symbols: HashMap<Arc<str>, Symbol>,
    pub(super) classes: HashMap<Arc<str>, ClassInfo>,
    /// Where classes are declared first, forward or not.
    pub(super) class_places: HashMap<Arc<str>, Span>,
    pub(super) records: HashMap<Arc<str>, HashMap<Arc<str>, Type>>,
    /// Libraries that it uses: as they are written, and where.
    pub(super) uses: Vec<(String, Span)>,
    /// Known files that it includes.
    pub(super) includes: Vec<&'static str>,
    /// It takes in what cannot be looked into: LSX, other files, libraries named by constants.
    pub(super) is_opaque: bool,
    pub(super) declares: bool,
    pub(super) default_types: Vec<(BasicType, char, char)>,
    /// Names that were declared again: the name, here, and there before.
    pub(super) doubles: Vec<(Arc<str>, Span, Span)>,
}

impl Interface {
    /// With the name of the library, as its author spells it.
    pub fn called(self, name: &str) -> Self {
        Self {
            name: Some(name.to_owned()),
            ..self
        }
    }

    /// The name of the library, as its author spells it.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Of a module.
    pub fn of(script: &Script) -> Self {
        let mut interface = Self::default();
        // Settings first: declarations mean what these say, wherever they stand.
        for statement in script.module() {
            interface.setting(statement);
        }
        for statement in script.module() {
            interface.declaration(statement);
        }
        interface
    }

    fn setting(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Option(OptionKind::Declare) => self.declares = true,
            StatementKind::Use(name) => match &name.kind {
                ExpressionKind::Text(text) => self.uses.push((text.to_string(), name.span)),
                _ => self.is_opaque = true,
            },
            StatementKind::UseLsx(_) => self.is_opaque = true,
            StatementKind::Include(file) => match Library::get().known_file(&file.value) {
                Some("lsxsd.lss") | None => self.is_opaque = true,
                Some(known) => self.includes.push(known),
            },
            StatementKind::DefType(of) => {
                let ranges = of.ranges.iter().map(|(from, to)| (of.of, *from, *to));
                self.default_types.extend(ranges);
            }
            StatementKind::Class(class) => {
                self.classes
                    .insert(class.name.key.clone(), ClassInfo::default());
            }
            StatementKind::Type(record) => {
                self.records.insert(record.name.key.clone(), HashMap::new());
            }
            StatementKind::Wrong => self.is_opaque = true,
            _ => {}
        }
    }

    fn add(&mut self, name: &Name, kind: SymbolKind, is_private: bool, is_forward: bool) {
        let symbol = Symbol {
            name: name.text.clone(),
            span: name.span,
            kind,
            is_private,
            is_forward,
        };
        let is_record = |kind: &SymbolKind| matches!(kind, SymbolKind::Record);
        match self.symbols.get(&name.key) {
            // Types have names of their own: a function may be called the same.
            Some(before) if is_record(&before.kind) != is_record(&symbol.kind) => {
                if is_record(&before.kind) {
                    self.symbols.insert(name.key.clone(), symbol);
                }
            }
            Some(before) if before.is_forward || is_forward => {
                if before.is_forward {
                    self.symbols.insert(name.key.clone(), symbol);
                }
            }
            Some(before) => {
                let is_pair = |kind: &SymbolKind| matches!(kind, SymbolKind::Procedure(signature) if matches!(signature.kind, ProcedureKind::PropertyGet | ProcedureKind::PropertySet));
                if !(is_pair(&before.kind) && is_pair(&symbol.kind)) {
                    self.doubles
                        .push((name.text.clone(), name.span, before.span));
                }
            }
            None => {
                self.symbols.insert(name.key.clone(), symbol);
            }
        }
    }

    fn declaration(&mut self, statement: &Statement) {
        let is_private = |visibility: Option<Visibility>| visibility == Some(Visibility::Private);
        match &statement.kind {
            StatementKind::Procedure(procedure) => {
                let signature = self.signature(procedure);
                self.add(
                    &procedure.name,
                    SymbolKind::Procedure(signature),
                    is_private(procedure.visibility),
                    false,
                );
            }
            StatementKind::Forward(procedure) => {
                let signature = self.signature(procedure);
                self.add(
                    &procedure.name,
                    SymbolKind::Procedure(signature),
                    is_private(procedure.visibility),
                    true,
                );
            }
            StatementKind::External(external) => {
                let mut signature = Signature {
                    kind: if external.is_function {
                        ProcedureKind::Function
                    } else {
                        ProcedureKind::Sub
                    },
                    parameters: self.parameters(&external.parameters),
                    returns: self.type_of(&external.name, external.returns.as_ref()),
                };
                // Other languages take what they are given.
                signature
                    .parameters
                    .iter_mut()
                    .for_each(|wanted| wanted.by_value = true);
                self.add(
                    &external.name,
                    SymbolKind::Procedure(signature),
                    is_private(external.visibility),
                    false,
                );
            }
            StatementKind::Const(declaration) => {
                for constant in &declaration.constants {
                    let of = constant_type(&constant.name, &constant.value);
                    self.add(
                        &constant.name,
                        SymbolKind::Constant(of),
                        is_private(declaration.visibility),
                        false,
                    );
                }
            }
            StatementKind::Dim(declaration) => {
                let is_private = declaration.kind == DeclarationKind::Private;
                for variable in &declaration.variables {
                    let of = self.variable_type(variable);
                    self.add(&variable.name, SymbolKind::Variable(of), is_private, false);
                }
            }
            StatementKind::Type(record) => {
                self.add(
                    &record.name,
                    SymbolKind::Record,
                    is_private(record.visibility),
                    false,
                );
                let members = record
                    .members
                    .iter()
                    .map(|member| (member.name.key.clone(), self.variable_type(member)));
                let members = members.collect();
                self.records.insert(record.name.key.clone(), members);
            }
            StatementKind::Class(class) => {
                self.add(
                    &class.name,
                    SymbolKind::Class,
                    is_private(class.visibility),
                    false,
                );
                let info = self.class(class);
                self.classes.insert(class.name.key.clone(), info);
                let place = self.class_places.entry(class.name.key.clone());
                place.or_insert(class.name.span);
            }
            StatementKind::ForwardType(name) => self.add(name, SymbolKind::Record, false, true),
            StatementKind::ForwardClass { name, .. } => {
                self.class_places
                    .entry(name.key.clone())
                    .or_insert(name.span);
                self.add(name, SymbolKind::Class, false, true)
            }
            _ => {}
        }
    }

    fn class(&mut self, class: &Class) -> ClassInfo {
        let mut info = ClassInfo {
            name: Some(class.name.text.clone()),
            base: class.base.as_ref().map(|base| base.key.clone()),
            members: HashMap::new(),
        };
        let mut places: HashMap<Arc<str>, Span> = HashMap::new();
        for statement in &class.members {
            let mut found: Vec<(&Name, SymbolKind, bool)> = Vec::new();
            match &statement.kind {
                StatementKind::Procedure(procedure) => {
                    let signature = self.signature(procedure);
                    found.push((
                        &procedure.name,
                        SymbolKind::Procedure(signature),
                        procedure.visibility == Some(Visibility::Private),
                    ));
                }
                StatementKind::Dim(declaration) => {
                    // Variables of a class are private unless they are said to be public.
                    let is_private = declaration.kind != DeclarationKind::Public;
                    for variable in &declaration.variables {
                        found.push((
                            &variable.name,
                            SymbolKind::Variable(self.variable_type(variable)),
                            is_private,
                        ));
                    }
                }
                StatementKind::Const(declaration) => {
                    for constant in &declaration.constants {
                        found.push((
                            &constant.name,
                            SymbolKind::Constant(constant_type(&constant.name, &constant.value)),
                            false,
                        ));
                    }
                }
                _ => {}
            }
            for (name, kind, is_private) in found {
                let is_accessor = |kind: &SymbolKind| matches!(kind, SymbolKind::Procedure(signature) if matches!(signature.kind, ProcedureKind::PropertyGet | ProcedureKind::PropertySet));
                let before = info
                    .members
                    .get(&name.key)
                    .map(|member| is_accessor(&member.kind));
                if before.is_some_and(|before| !(before && is_accessor(&kind))) {
                    let there = places.get(&name.key).copied().unwrap_or_default();
                    self.doubles.push((name.text.clone(), name.span, there));
                }
                places.entry(name.key.clone()).or_insert(name.span);
                let member = ClassMember {
                    name: name.text.clone(),
                    kind,
                    is_private,
                };
                info.members.entry(name.key.clone()).or_insert(member);
            }
        }
        info
    }

    pub(super) fn signature(&self, procedure: &Procedure) -> Signature {
        Signature {
            kind: procedure.kind,
            parameters: self.parameters(&procedure.parameters),
            returns: match procedure.kind {
                ProcedureKind::Sub => Type::UNKNOWN,
                _ => self.type_of(&procedure.name, procedure.returns.as_ref()),
            },
        }
    }

    fn parameters(&self, parameters: &[Parameter]) -> Vec<Wanted> {
        let wanted = |parameter: &Parameter| Wanted {
            name: parameter.name.text.clone(),
            of: self.parameter_type(parameter),
            by_value: parameter.by_value,
        };
        parameters.iter().map(wanted).collect()
    }

    pub(super) fn parameter_type(&self, parameter: &Parameter) -> Type {
        let mut of = self.type_of(&parameter.name, parameter.of.as_ref());
        of.shape = form(&parameter.shape);
        of
    }

    pub(super) fn variable_type(&self, variable: &Variable) -> Type {
        let mut of = self.type_of(&variable.name, variable.of.as_ref());
        of.shape = form(&variable.shape);
        of
    }

    /// By `As`, by suffix, or by `DefInt` and its like.
    pub(super) fn type_of(&self, name: &Name, of: Option<&TypeName>) -> Type {
        match of {
            Some(TypeName::Basic(of, _)) => Type::value(basic(*of)),
            Some(TypeName::FixedString(..) | TypeName::CodedString(_)) => {
                Type::value(ValueType::String)
            }
            Some(TypeName::Any(_)) => Type::UNKNOWN,
            Some(TypeName::Named(class)) => self.named(class),
            None => match name.suffix {
                Some(suffix) => Type::value(basic(BasicType::of_suffix(suffix))),
                None => self.default_type(name),
            },
        }
    }

    fn default_type(&self, name: &Name) -> Type {
        let first = name.key.chars().next();
        let by_letter = self
            .default_types
            .iter()
            .rev()
            .find(|(_, from, to)| first.is_some_and(|first| (*from..=*to).contains(&first)));
        by_letter.map_or(Type::UNKNOWN, |(of, _, _)| Type::value(basic(*of)))
    }

    fn named(&self, class: &Name) -> Type {
        let of = if self.records.contains_key(&class.key) {
            Element::Record(class.key.clone())
        } else if self.classes.contains_key(&class.key) {
            Element::Object(class.key.clone())
        } else if let Some(class) = Library::get().class(&class.text) {
            Element::Value(ValueType::Object(class))
        } else {
            // Of a library, perhaps; who asks for it looks there.
            Element::Object(class.key.clone())
        };
        Type {
            of,
            shape: Form::One,
        }
    }
}

pub(super) fn form(shape: &Shape) -> Form {
    match shape {
        Shape::Scalar => Form::One,
        Shape::Array(_) => Form::Array,
        Shape::List => Form::List,
    }
}

pub(super) fn basic(of: BasicType) -> ValueType {
    match of {
        BasicType::Boolean => ValueType::Boolean,
        BasicType::Byte => ValueType::Byte,
        BasicType::Integer => ValueType::Integer,
        BasicType::Long => ValueType::Long,
        BasicType::Single => ValueType::Single,
        BasicType::Double => ValueType::Double,
        BasicType::Currency => ValueType::Currency,
        BasicType::String => ValueType::String,
        BasicType::Variant => ValueType::Variant,
    }
}

fn constant_type(name: &Name, value: &Expression) -> Type {
    if let Some(suffix) = name.suffix {
        return Type::value(basic(BasicType::of_suffix(suffix)));
    }
    match &value.kind {
        ExpressionKind::Text(_) => Type::value(ValueType::String),
        ExpressionKind::Number(number) => Type::value(number_type(*number)),
        ExpressionKind::Constant(Literal::True | Literal::False) => Type::value(ValueType::Boolean),
        _ => Type::UNKNOWN,
    }
}

pub(super) fn number_type(number: Number) -> ValueType {
    match number {
        Number::Integer(_) => ValueType::Integer,
        Number::Long(_) => ValueType::Long,
        Number::Single(_) => ValueType::Single,
        Number::Double(_) => ValueType::Double,
        Number::Currency(_) => ValueType::Currency,
    }
}
