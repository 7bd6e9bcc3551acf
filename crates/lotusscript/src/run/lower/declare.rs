//! What modules declare: options, constants, types, classes, variables, procedures.

use super::super::arith;
use super::super::code::{
    ClassInfo, Form, Home, MemberInfo, Op, ParameterInfo, ProcedureInfo, RecordInfo, Sides,
    VariableType,
};
use super::super::convert::Setting;
use super::super::value::{ScalarType, Value};
use super::{Frame, Local, Lower, Lowered, Placed, Symbol, text};
use crate::syntax::*;
use std::collections::HashMap;
use std::sync::Arc;

/// What the `Property Set` of a module is kept under; its `Property Get` has the name itself.
pub(super) fn key_of_setter(name: &Name) -> Arc<str> {
    format!("{}=", name.key).into()
}

/// The name of a procedure of a module, by which its symbol is found.
fn name_of(procedure: &Procedure) -> Name {
    let mut name = procedure.name.clone();
    if procedure.kind == ProcedureKind::PropertySet {
        name.key = key_of_setter(&name);
    }
    name
}

impl<'a> Lower<'a> {
    /// Modules with those that they use in front of them.
    pub(super) fn order_of_modules(&mut self, bodies: &[Vec<Placed<'a>>]) -> Lowered<Vec<usize>> {
        for (module, body) in bodies.iter().enumerate() {
            for (_, statement) in body {
                if let StatementKind::Use(library) = &statement.kind
                    && let ExpressionKind::Text(name) = &library.kind
                    && let Some(used) = self
                        .scopes
                        .iter()
                        .position(|scope| scope.name == name.to_lowercase())
                    && used != module
                {
                    self.scopes[module].uses.push(used);
                }
            }
        }
        let globals = super::GLOBALS.to_lowercase();
        if let Some(globals) = self
            .scopes
            .iter()
            .skip(1)
            .position(|scope| scope.name == globals)
        {
            self.scopes[0].uses.push(globals + 1);
        }
        let mut order = Vec::new();
        let mut open: Vec<(usize, usize)> = vec![(0, 0)];
        let mut seen = vec![false; bodies.len()];
        if let Some(first) = seen.first_mut() {
            *first = true;
        }
        while let Some((module, next)) = open.last_mut() {
            let used = self.scopes[*module].uses.get(*next).copied();
            *next += 1;
            match used {
                Some(used) if !seen[used] => {
                    seen[used] = true;
                    open.push((used, 0));
                }
                Some(_) => {}
                None => {
                    order.push(*module);
                    open.pop();
                }
            }
        }
        Ok(order)
    }

    /// Options, and the names of types and classes.
    pub(super) fn declare_types(&mut self, body: &[Placed<'a>]) -> Lowered<()> {
        for (file, statement) in body {
            self.file = *file;
            match &statement.kind {
                StatementKind::Option(option) => {
                    let scope = &mut self.scopes[self.module];
                    match option {
                        OptionKind::Base(base) => scope.base = i32::from(*base),
                        OptionKind::Compare(kinds) => {
                            scope.folds = kinds.contains(&Compare::NoCase)
                        }
                        _ => {}
                    }
                }
                StatementKind::DefType(definition) => {
                    let of = basic(definition.of);
                    let ranges = definition.ranges.iter().map(|(from, to)| (*from, *to, of));
                    self.scopes[self.module].initials.extend(ranges);
                }
                StatementKind::Class(class) => {
                    let number = u16::try_from(self.code.classes.len())
                        .map_err(|_| self.fail(statement.span, "there are too many classes"))?;
                    self.code.classes.push(ClassInfo {
                        name: Arc::clone(&class.name.text),
                        ..ClassInfo::default()
                    });
                    self.define(&class.name, Symbol::Class(number), class.visibility)?;
                }
                StatementKind::Type(definition) => {
                    let number = u16::try_from(self.code.records.len())
                        .map_err(|_| self.fail(statement.span, "there are too many types"))?;
                    self.code.records.push(RecordInfo {
                        name: Arc::clone(&definition.name.text),
                        ..RecordInfo::default()
                    });
                    self.define(
                        &definition.name,
                        Symbol::Record(number),
                        definition.visibility,
                    )?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn define(
        &mut self,
        name: &Name,
        symbol: Symbol,
        visibility: Option<Visibility>,
    ) -> Lowered<()> {
        let scope = &mut self.scopes[self.module];
        if visibility == Some(Visibility::Private) {
            scope.private.push(Arc::clone(&name.key));
        }
        let names = match symbol {
            Symbol::Class(_) | Symbol::Record(_) => &mut scope.types,
            _ => &mut scope.symbols,
        };
        match names.insert(Arc::clone(&name.key), symbol) {
            Some(_) => Err(self.fail(name.span, format!("`{}` is declared twice", name.text))),
            None => Ok(()),
        }
    }

    /// Everything else: constants, members, variables, heads of procedures.
    pub(super) fn declare_all(&mut self, body: &[Placed<'a>]) -> Lowered<()> {
        self.frame = Frame::default();
        let setup = self.begin_procedure("(Declarations)", Vec::new(), ScalarType::Variant);
        self.code.setups.push(setup);
        for (file, statement) in body {
            self.file = *file;
            match &statement.kind {
                StatementKind::Const(declaration) => self.declare_constants(declaration, true)?,
                StatementKind::Type(definition) => self.declare_record(definition)?,
                StatementKind::Class(class) => self.declare_members(class)?,
                StatementKind::Dim(declaration) => {
                    let private = declaration.kind != DeclarationKind::Public;
                    for variable in &declaration.variables {
                        let (of, initial) = self.variable_of(variable)?;
                        let number = self.global(initial, variable.span)?;
                        let visibility = if private {
                            None
                        } else {
                            Some(Visibility::Public)
                        };
                        self.define(&variable.name, Symbol::Global(number, of), visibility)?;
                        self.create_new(variable, Home::Global(number), of.of)?;
                    }
                }
                StatementKind::Procedure(procedure) => {
                    let number = self.declare_procedure(procedure)?;
                    let name = name_of(procedure);
                    self.define(&name, Symbol::Procedure(number), procedure.visibility)?;
                    self.code.entries.insert((self.module, name.key), number);
                }
                StatementKind::External(external) => {
                    self.define(&external.name, Symbol::External, external.visibility)?;
                }
                _ => {}
            }
        }
        self.emit(Op::Return);
        self.code.procedures[setup as usize].slots = std::mem::take(&mut self.frame.slots);
        Ok(())
    }

    fn declare_record(&mut self, definition: &TypeDefinition) -> Lowered<()> {
        let Some(Symbol::Record(number)) = self.type_named(&definition.name.key).cloned() else {
            return Ok(());
        };
        let mut info = RecordInfo {
            name: Arc::clone(&definition.name.text),
            ..RecordInfo::default()
        };
        for member in &definition.members {
            let (of, initial) = self.variable_of(member)?;
            if let ScalarType::Record(other) = of.of
                && other >= number
            {
                return Err(self.fail(member.span, "a Type holds only Types that stand above it"));
            }
            self.declared += info.initial.len() / 8;
            info.fields.push((Arc::clone(&member.name.key), of));
            info.initial.push(initial);
        }
        self.code.records[usize::from(number)] = info;
        Ok(())
    }

    /// The own members of a class.
    fn declare_members(&mut self, class: &Class) -> Lowered<()> {
        let Some(Symbol::Class(number)) = self.type_named(&class.name.key).cloned() else {
            return Ok(());
        };
        let base = match &class.base {
            Some(base) => match self.type_named(&base.key) {
                Some(Symbol::Class(base)) if *base != number => Some(*base),
                _ => {
                    return Err(self.fail(
                        base.span,
                        format!("`{}` is no class of this script to be based on", base.text),
                    ));
                }
            },
            None => None,
        };
        let mut info = ClassInfo {
            name: Arc::clone(&class.name.text),
            base,
            ..ClassInfo::default()
        };
        self.code.classes[usize::from(number)].base = base;
        for statement in &class.members {
            match &statement.kind {
                StatementKind::Dim(declaration) => {
                    for variable in &declaration.variables {
                        let (of, initial) = self.variable_of(variable)?;
                        let at = info.fields.len() as u16;
                        info.fields.push(initial);
                        let member = info
                            .members
                            .entry(Arc::clone(&variable.name.key))
                            .or_default();
                        member.field = Some((at, of));
                        member.is_private = declaration.kind != DeclarationKind::Public;
                    }
                }
                StatementKind::Procedure(procedure) => {
                    let number = self.declare_procedure(procedure)?;
                    let member: &mut MemberInfo = info
                        .members
                        .entry(Arc::clone(&procedure.name.key))
                        .or_default();
                    member.is_private |= procedure.visibility == Some(Visibility::Private);
                    match procedure.kind {
                        ProcedureKind::PropertyGet => member.get = Some(number),
                        ProcedureKind::PropertySet => member.set = Some(number),
                        _ => match procedure.name.key.as_ref() {
                            "new" => info.new = Some(number),
                            "delete" => info.delete = Some(number),
                            _ => member.method = Some(number),
                        },
                    }
                }
                StatementKind::Const(declaration) => self.declare_constants(declaration, true)?,
                _ => {}
            }
        }
        self.code.classes[usize::from(number)] = info;
        Ok(())
    }

    /// Gives each class the members of those that it is based on.
    pub(super) fn join_classes(&mut self) -> Lowered<()> {
        for class in 0..self.code.classes.len() {
            let mut line = vec![class];
            while let Some(base) = line.last().and_then(|last| self.code.classes[*last].base) {
                if line.contains(&usize::from(base)) || line.len() > 64 {
                    let name = Arc::clone(&self.code.classes[class].name);
                    return Err(self.fail(
                        Span::default(),
                        format!("the class {name} is based on itself, or on more than 64 others"),
                    ));
                }
                line.push(usize::from(base));
            }
            // From the base down; own fields are shifted behind those of the bases.
            let (mut fields, mut members) = (Vec::new(), HashMap::new());
            for class in line.iter().rev() {
                let own = &self.code.classes[*class];
                // A base that was joined already holds the fields of its own bases.
                let is_joined = own.members.contains_key("\u{0}joined");
                if is_joined {
                    fields = own.fields.clone();
                    members = own.members.clone();
                    continue;
                }
                let shift = fields.len() as u16;
                for (key, member) in &own.members {
                    let mut member = *member;
                    if let Some((at, _)) = &mut member.field {
                        *at = at.checked_add(shift).unwrap_or(u16::MAX);
                    }
                    let inherited: MemberInfo = members.get(key).copied().unwrap_or_default();
                    if member.field.is_none() && member.method.is_none() {
                        member.get = member.get.or(inherited.get);
                        member.set = member.set.or(inherited.set);
                    }
                    members.insert(Arc::clone(key), member);
                }
                fields.extend(own.fields.iter().cloned());
            }
            members.insert("\u{0}joined".into(), MemberInfo::default());
            if fields.len() >= usize::from(u16::MAX) {
                return Err(self.fail(Span::default(), "a class has too many members"));
            }
            self.code.classes[class].fields = fields;
            self.code.classes[class].members = members;
        }
        Ok(())
    }

    /// Constants of the module, or of the procedure. What cannot be reckoned now is reckoned when the module is set up.
    pub(super) fn declare_constants(
        &mut self,
        declaration: &ConstDeclaration,
        of_module: bool,
    ) -> Lowered<()> {
        for constant in &declaration.constants {
            let value = self.fold(&constant.value);
            let value = match (value, constant.name.suffix) {
                (Some(value), Some(suffix)) => {
                    let of = basic(BasicType::of_suffix(suffix));
                    Some(value.convert(of, &Setting::default()).map_err(|_| {
                        self.fail(constant.name.span, "the constant does not fit its suffix")
                    })?)
                }
                (value, _) => value,
            };
            match value {
                Some(value) if of_module => {
                    self.define(
                        &constant.name,
                        Symbol::Constant(value),
                        declaration.visibility,
                    )?;
                }
                Some(value) => {
                    self.frame
                        .names
                        .insert(Arc::clone(&constant.name.key), Local::Constant(value));
                }
                None => {
                    let number = self.global(Value::Empty, constant.name.span)?;
                    let of = VariableType::default();
                    let home = Home::Global(number);
                    if of_module {
                        self.define(
                            &constant.name,
                            Symbol::Global(number, of),
                            declaration.visibility,
                        )?;
                    } else {
                        self.frame
                            .names
                            .insert(Arc::clone(&constant.name.key), Local::Variable(home, of));
                    }
                    self.value(&constant.value)?;
                    self.emit(Op::Store(home, of.of));
                }
            }
        }
        Ok(())
    }

    /// The value of an expression of literals and constants.
    pub(super) fn fold(&self, expression: &Expression) -> Option<Value> {
        let setting = Setting::default();
        Some(match &expression.kind {
            ExpressionKind::Number(number) => match *number {
                Number::Integer(number) => Value::Integer(number),
                Number::Long(number) => Value::Long(number),
                Number::Single(number) => Value::Single(number),
                Number::Double(number) => Value::Double(number),
                Number::Currency(parts) => Value::Currency(parts),
            },
            ExpressionKind::Text(value) => text(value),
            ExpressionKind::Constant(literal) => match literal {
                Literal::True => Value::Boolean(true),
                Literal::False => Value::Boolean(false),
                Literal::Nothing => Value::Nothing,
                Literal::Null => Value::Null,
                Literal::Empty => Value::Empty,
                Literal::Pi => Value::Double(std::f64::consts::PI),
            },
            ExpressionKind::Name(name) => self.constant_named(name)?,
            ExpressionKind::Parenthesized(inner) => self.fold(inner)?,
            ExpressionKind::Unary { operator, operand } => {
                let operand = self.fold(operand)?;
                match operator {
                    UnaryOperator::Minus => arith::negate(&operand, false).ok()?,
                    UnaryOperator::Plus => operand,
                    UnaryOperator::Not => arith::not(&operand).ok()?,
                }
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => {
                let (left, right) = (self.fold(left)?, self.fold(right)?);
                match operator {
                    BinaryOperator::Join => arith::join(&left, &right, &setting).ok()?,
                    BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Xor => {
                        arith::logic(*operator, &left, &right).ok()?
                    }
                    operator if operator.precedence() >= BinaryOperator::Plus.precedence() => {
                        arith::reckon(*operator, &left, &right, Sides::TYPED, &setting).ok()?
                    }
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    /// What a name stands for, if it is a constant of the script or of Notes.
    pub(super) fn constant_named(&self, name: &Name) -> Option<Value> {
        match self.frame.names.get(&name.key) {
            Some(Local::Constant(value)) => return Some(value.clone()),
            Some(_) => return None,
            None => {}
        }
        match self.symbol(&name.key) {
            Some(Symbol::Constant(value)) => return Some(value.clone()),
            Some(_) => return None,
            None => {}
        }
        if self.member_of_class(&name.key).is_some() {
            return None;
        }
        let constant = crate::notes::Library::get().constant(&name.key)?;
        let is_there = constant
            .file
            .is_none_or(|file| self.scope().includes.contains(&file));
        let number = constant.value.filter(|_| is_there)?;
        Some(match (i16::try_from(number), i32::try_from(number)) {
            (Ok(number), _) => Value::Integer(number),
            (_, Ok(number)) => Value::Long(number),
            _ => return None,
        })
    }

    /// The type of a variable, and what it holds at first.
    pub(super) fn variable_of(&mut self, variable: &Variable) -> Lowered<(VariableType, Value)> {
        let of = self.scalar_of(&variable.name, variable.of.as_ref())?;
        let (form, bounds) = match &variable.shape {
            Shape::Scalar => (Form::One, Vec::new()),
            Shape::List => (Form::List, Vec::new()),
            Shape::Array(bounds) => {
                let bounds = bounds
                    .iter()
                    .map(|bounds| self.constant_bounds(bounds))
                    .collect::<Lowered<Vec<_>>>()?;
                (
                    Form::Array {
                        is_dynamic: bounds.is_empty(),
                    },
                    bounds,
                )
            }
        };
        let of = VariableType { of, form };
        Ok((of, self.initial_variable(of, &bounds, variable.span)?))
    }

    fn constant_bounds(&self, bounds: &Bounds) -> Lowered<(i32, i32)> {
        let constant = |bound: &Expression| {
            let value = self.fold(bound).and_then(|value| value.to_long().ok());
            value.ok_or_else(|| self.fail(bound.span, "the bounds of an array that is declared must be constants; use ReDim for others"))
        };
        let lower = match &bounds.lower {
            Some(lower) => constant(lower)?,
            None => self.scope().base,
        };
        Ok((lower, constant(&bounds.upper)?))
    }

    /// A type by its name, the suffix or the first letter of the variable.
    pub(super) fn scalar_of(&mut self, name: &Name, of: Option<&TypeName>) -> Lowered<ScalarType> {
        Ok(match of {
            None => match name.suffix {
                Some(suffix) => basic(BasicType::of_suffix(suffix)),
                None => self.implied(&name.key),
            },
            Some(TypeName::Basic(of, _)) => basic(*of),
            Some(TypeName::FixedString(length, span)) => {
                let length = self.fold(length).and_then(|value| value.to_long().ok());
                let length = length
                    .and_then(|length| u16::try_from(length).ok())
                    .filter(|length| *length > 0);
                ScalarType::Fixed(length.ok_or_else(|| {
                    self.fail(
                        *span,
                        "the length of a String must be a constant from 1 to 65535",
                    )
                })?)
            }
            Some(TypeName::Any(_)) => ScalarType::Variant,
            Some(TypeName::CodedString(_)) => ScalarType::Text,
            Some(TypeName::Named(name)) => match self.type_named(&name.key) {
                Some(Symbol::Class(number)) => ScalarType::Class(*number),
                Some(Symbol::Record(number)) => ScalarType::Record(*number),
                _ => ScalarType::Product,
            },
        })
    }

    /// As `DefInt` and the like say.
    pub(super) fn implied(&self, key: &str) -> ScalarType {
        let first = key.chars().next().unwrap_or('a');
        let initials = &self.scope().initials;
        let found = initials
            .iter()
            .find(|(from, to, _)| (*from..=*to).contains(&first));
        found.map_or(ScalarType::Variant, |(_, _, of)| *of)
    }

    fn begin_procedure(
        &mut self,
        name: &str,
        parameters: Vec<ParameterInfo>,
        returns: ScalarType,
    ) -> u32 {
        let number = self.code.procedures.len() as u32;
        let folds = self.scope().folds;
        let start = self.here();
        self.code.procedures.push(ProcedureInfo {
            name: name.into(),
            file: self.file,
            start,
            parameters,
            slots: Vec::new(),
            returns,
            folds,
        });
        number
    }

    /// The head of a procedure.
    fn declare_procedure(&mut self, procedure: &Procedure) -> Lowered<u32> {
        let mut parameters = Vec::new();
        for parameter in &procedure.parameters {
            let form = match &parameter.shape {
                Shape::Scalar => Form::One,
                Shape::List => Form::List,
                Shape::Array(_) => Form::Array { is_dynamic: true },
            };
            let of = self.scalar_of(&parameter.name, parameter.of.as_ref())?;
            parameters.push(ParameterInfo {
                by_value: parameter.by_value,
                of: VariableType { of, form },
            });
        }
        if procedure.kind == ProcedureKind::PropertySet {
            let of = self.scalar_of(&procedure.name, procedure.returns.as_ref())?;
            parameters.push(ParameterInfo {
                by_value: true,
                of: VariableType {
                    of,
                    form: Form::One,
                },
            });
        }
        if parameters.len() > 255 {
            return Err(self.fail(procedure.head, "the procedure has too many parameters"));
        }
        let returns = self.result_type_of(procedure)?;
        Ok(self.begin_procedure(&procedure.name.text, parameters, returns))
    }

    fn result_type_of(&mut self, procedure: &Procedure) -> Lowered<ScalarType> {
        match procedure.kind {
            ProcedureKind::Function | ProcedureKind::PropertyGet => {
                self.scalar_of(&procedure.name, procedure.returns.as_ref())
            }
            _ => Ok(ScalarType::Variant),
        }
    }

    /// All procedures of a module, and of its classes.
    pub(super) fn bodies(&mut self, body: &[Placed<'a>]) -> Lowered<()> {
        for (file, statement) in body {
            self.file = *file;
            match &statement.kind {
                StatementKind::Procedure(procedure) => {
                    if let Some(Symbol::Procedure(number)) =
                        self.scope().symbols.get(&name_of(procedure).key)
                    {
                        self.body(procedure, *number, None)?;
                    }
                }
                StatementKind::Class(class) => {
                    let Some(Symbol::Class(number)) =
                        self.scope().types.get(&class.name.key).cloned()
                    else {
                        continue;
                    };
                    for member in &class.members {
                        if let StatementKind::Procedure(procedure) = &member.kind {
                            self.method(procedure, number)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn method(&mut self, procedure: &Procedure, class: u16) -> Lowered<()> {
        let info = &self.code.classes[usize::from(class)];
        let member = info
            .members
            .get(&procedure.name.key)
            .copied()
            .unwrap_or_default();
        let number = match (procedure.kind, procedure.name.key.as_ref()) {
            (ProcedureKind::PropertyGet, _) => member.get,
            (ProcedureKind::PropertySet, _) => member.set,
            (_, "new") => info.new,
            (_, "delete") => info.delete,
            _ => member.method,
        };
        match number {
            Some(number) => self.body(procedure, number, Some(class)),
            None => Ok(()),
        }
    }

    fn body(&mut self, procedure: &Procedure, number: u32, class: Option<u16>) -> Lowered<()> {
        let lines = self.files[usize::from(self.file)].lines();
        self.frame = Frame {
            class,
            lines_before: lines.line(procedure.head.start) - 1,
            is_static: procedure.is_static,
            ..Frame::default()
        };
        let infos = self.code.procedures[number as usize].parameters.clone();
        for (parameter, info) in procedure.parameters.iter().zip(&infos) {
            let slot = self.slot(Value::Empty, parameter.name.span)?;
            let home = if info.by_value {
                Home::Local(slot)
            } else {
                Home::ByRef(slot)
            };
            self.frame.names.insert(
                Arc::clone(&parameter.name.key),
                Local::Variable(home, info.of),
            );
        }
        if procedure.kind == ProcedureKind::PropertySet {
            let slot = self.slot(Value::Empty, procedure.name.span)?;
            let of = infos.last().map(|info| info.of).unwrap_or_default();
            self.frame.names.insert(
                Arc::clone(&procedure.name.key),
                Local::Variable(Home::Local(slot), of),
            );
        }
        let of = self.code.procedures[number as usize].returns;
        let result = VariableType {
            of,
            form: Form::One,
        };
        self.frame.result_slot = self.slot(self.initial(of), procedure.name.span)?;
        if matches!(
            procedure.kind,
            ProcedureKind::Function | ProcedureKind::PropertyGet
        ) {
            self.frame.result = Some((Arc::clone(&procedure.name.key), result));
        }
        self.code.procedures[number as usize].start = self.here();
        if let Some(class) = class
            && procedure.name.key.as_ref() == "new"
        {
            self.call_base_new(procedure, class)?;
        }
        self.block(&procedure.body)?;
        self.emit(Op::Return);
        self.resolve_jumps()?;
        let parameters = infos.len();
        let slots = std::mem::take(&mut self.frame.slots);
        self.code.procedures[number as usize].slots = slots.into_iter().skip(parameters).collect();
        Ok(())
    }

    /// What makes the base class: `, Base(…)`, or what this class is made with.
    fn call_base_new(&mut self, procedure: &Procedure, class: u16) -> Lowered<()> {
        let base = self.code.classes[usize::from(class)].base;
        let Some(number) = base.and_then(|base| self.code.new_of(base)) else {
            return Ok(());
        };
        let statement = self.begin_statement(procedure.head);
        let wanted = self.code.procedures[number as usize].parameters.len();
        let count = match &procedure.base_call {
            Some(call) => {
                self.arguments_for(number, &call.arguments)?;
                call.arguments.len()
            }
            None => {
                for slot in 0..procedure.parameters.len() {
                    self.emit(Op::LoadRaw(slot as u16));
                }
                procedure.parameters.len()
            }
        };
        if count != wanted {
            self.emit_failure(217, "the base class is made with other arguments; name them behind `Base(…)` in the head of `Sub New`");
        } else {
            self.emit(Op::CallOwn {
                procedure: number,
                count: count as u8,
            });
            self.emit(Op::Pop);
        }
        self.end_statement(statement);
        Ok(())
    }

    fn resolve_jumps(&mut self) -> Lowered<()> {
        for (at, label) in std::mem::take(&mut self.frame.jumps) {
            let Some(to) = self.frame.labels.get(&label.key).copied() else {
                return Err(self.fail(
                    label.span,
                    format!("there is no label `{}` in this procedure", label.text),
                ));
            };
            match &mut self.code.ops[at] {
                Op::Jump(place) | Op::JumpIf(place) | Op::GoSub(place) => *place = to,
                Op::OnError { action, .. } => *action = super::super::code::Handler::GoTo(to),
                Op::Resume(resumption) => *resumption = super::super::code::Resumption::Label(to),
                Op::OnGoTo { table, .. } => self.code.tables[*table as usize].push(to),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A type of the language.
pub(super) fn basic(of: BasicType) -> ScalarType {
    match of {
        BasicType::Boolean => ScalarType::Boolean,
        BasicType::Byte => ScalarType::Byte,
        BasicType::Integer => ScalarType::Integer,
        BasicType::Long => ScalarType::Long,
        BasicType::Single => ScalarType::Single,
        BasicType::Double => ScalarType::Double,
        BasicType::Currency => ScalarType::Currency,
        BasicType::String => ScalarType::Text,
        BasicType::Variant => ScalarType::Variant,
    }
}

impl super::super::code::Code {
    /// The `Sub New` that makes objects of a class: its own, or that of the nearest base with one.
    pub(in crate::run) fn new_of(&self, class: u16) -> Option<u32> {
        let mut class = Some(class);
        while let Some(number) = class {
            let info = &self.classes[usize::from(number)];
            if info.new.is_some() {
                return info.new;
            }
            class = info.base;
        }
        None
    }

    /// Whether a class is another or based on it.
    pub(in crate::run) fn is_a(&self, class: u16, other: u16) -> bool {
        let mut class = Some(class);
        while let Some(number) = class {
            if number == other {
                return true;
            }
            class = self.classes[usize::from(number)].base;
        }
        false
    }
}
