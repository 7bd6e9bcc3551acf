//! What a statement or expression directly consists of, in the order of the source.

use super::tree::*;

/// A node directly in another.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum Part<'a> {
    Statement(&'a Statement),
    Expression(&'a Expression),
}

/// Calls `see` with each statement and expression that stands directly in a statement.
pub fn parts_of_statement<'a>(statement: &'a Statement, see: &mut dyn FnMut(Part<'a>)) {
    let mut walk = Walk { see };
    walk.statement(&statement.kind);
}

/// Calls `see` with each expression that stands directly in an expression.
pub fn parts_of_expression<'a>(expression: &'a Expression, see: &mut dyn FnMut(&'a Expression)) {
    match &expression.kind {
        ExpressionKind::Number(_)
        | ExpressionKind::Text(_)
        | ExpressionKind::Constant(_)
        | ExpressionKind::Name(_)
        | ExpressionKind::Me
        | ExpressionKind::Missing => {}
        ExpressionKind::Member { object, .. } => {
            if let Some(object) = object {
                see(object);
            }
        }
        ExpressionKind::BaseMember { class, .. } => see(class),
        ExpressionKind::Call {
            target, arguments, ..
        } => {
            see(target);
            for argument in arguments {
                argument.value.iter().for_each(&mut *see);
            }
        }
        ExpressionKind::New { arguments, .. } => {
            for argument in arguments {
                argument.value.iter().for_each(&mut *see);
            }
        }
        ExpressionKind::Bind { name, .. } => see(name),
        ExpressionKind::Unary { operand, .. } => see(operand),
        ExpressionKind::Binary { left, right, .. } => {
            see(left);
            see(right);
        }
        ExpressionKind::Parenthesized(inner) => see(inner),
    }
}

struct Walk<'a, 'see> {
    see: &'see mut dyn FnMut(Part<'a>),
}

impl<'a> Walk<'a, '_> {
    fn expression(&mut self, expression: &'a Expression) {
        (self.see)(Part::Expression(expression));
    }

    fn expressions(&mut self, expressions: impl IntoIterator<Item = &'a Expression>) {
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn block(&mut self, block: &'a [Statement]) {
        for statement in block {
            (self.see)(Part::Statement(statement));
        }
    }

    fn arguments(&mut self, arguments: &'a [Argument]) {
        self.expressions(
            arguments
                .iter()
                .filter_map(|argument| argument.value.as_ref()),
        );
    }

    fn type_name(&mut self, of: Option<&'a TypeName>) {
        if let Some(TypeName::FixedString(length, _)) = of {
            self.expression(length);
        }
    }

    fn shape(&mut self, shape: &'a Shape) {
        if let Shape::Array(bounds) = shape {
            for bounds in bounds {
                self.expressions(&bounds.lower);
                self.expression(&bounds.upper);
            }
        }
    }

    fn variables(&mut self, variables: &'a [Variable]) {
        for variable in variables {
            self.shape(&variable.shape);
            self.type_name(variable.of.as_ref());
            self.arguments(variable.new.as_deref().unwrap_or_default());
        }
    }

    fn parameters(&mut self, parameters: &'a [Parameter]) {
        for parameter in parameters {
            self.shape(&parameter.shape);
            self.type_name(parameter.of.as_ref());
        }
    }

    fn procedure(&mut self, procedure: &'a Procedure) {
        self.parameters(&procedure.parameters);
        self.type_name(procedure.returns.as_ref());
        if let Some(base) = &procedure.base_call {
            self.arguments(&base.arguments);
        }
        self.block(&procedure.body);
    }

    fn select(&mut self, select: &'a Select) {
        self.expression(&select.subject);
        for case in &select.cases {
            for test in &case.tests {
                match test {
                    CaseTest::Value(value) | CaseTest::Is(_, value) => self.expression(value),
                    CaseTest::Range(from, to) => self.expressions([from, to]),
                }
            }
            self.block(&case.body);
        }
        self.block(select.otherwise.as_deref().unwrap_or_default());
    }

    fn do_loop(&mut self, looped: &'a Do) {
        match &looped.condition {
            Some(condition) if condition.at_end => {
                self.block(&looped.body);
                self.expression(&condition.condition);
            }
            condition => {
                self.expressions(condition.iter().map(|condition| &condition.condition));
                self.block(&looped.body);
            }
        }
    }

    fn statement(&mut self, kind: &'a StatementKind) {
        match kind {
            StatementKind::Option(_)
            | StatementKind::DefType(_)
            | StatementKind::Include(_)
            | StatementKind::ForwardClass { .. }
            | StatementKind::ForwardType(_)
            | StatementKind::Label(_)
            | StatementKind::GoTo(_)
            | StatementKind::GoSub(_)
            | StatementKind::Return
            | StatementKind::Resume(_)
            | StatementKind::Exit(_)
            | StatementKind::Stop
            | StatementKind::Wrong => {}
            StatementKind::Use(name) | StatementKind::UseLsx(name) => self.expression(name),
            StatementKind::Procedure(procedure) | StatementKind::Forward(procedure) => {
                self.procedure(procedure)
            }
            StatementKind::External(external) => {
                self.expression(&external.library);
                self.expressions(&external.alias);
                self.parameters(&external.parameters);
            }
            StatementKind::Type(definition) => self.variables(&definition.members),
            StatementKind::Class(class) => self.block(&class.members),
            StatementKind::Const(declaration) => {
                self.expressions(declaration.constants.iter().map(|constant| &constant.value))
            }
            StatementKind::Dim(declaration) => self.variables(&declaration.variables),
            StatementKind::ReDim { variables, .. } => self.variables(variables),
            StatementKind::Erase(targets)
            | StatementKind::Delete(targets)
            | StatementKind::Close(targets) => self.expressions(targets),
            StatementKind::Assign { target, value, .. } => self.expressions([target, value]),
            StatementKind::Call { target, .. } => self.expression(target),
            StatementKind::End(code) => self.expressions(code),
            StatementKind::Select(select) => self.select(select),
            StatementKind::Do(looped) => self.do_loop(looped),
            StatementKind::If(branches) => {
                for branch in &branches.branches {
                    self.expression(&branch.condition);
                    self.block(&branch.body);
                }
                self.block(branches.otherwise.as_deref().unwrap_or_default());
            }
            StatementKind::IfGoTo {
                condition,
                otherwise,
                ..
            } => {
                self.expression(condition);
                self.block(otherwise.as_deref().unwrap_or_default());
            }
            StatementKind::For(looped) => {
                self.expressions([&looped.variable, &looped.from, &looped.to]);
                self.expressions(&looped.step);
                self.block(&looped.body);
                self.expressions(&looped.next);
            }
            StatementKind::ForAll(looped) => {
                self.expression(&looped.container);
                self.block(&looped.body);
            }
            StatementKind::While { condition, body } => {
                self.expression(condition);
                self.block(body);
            }
            StatementKind::With { object, body } => {
                self.expression(object);
                self.block(body);
            }
            StatementKind::OnGoTo { selector, .. } => self.expression(selector),
            StatementKind::OnError { number, .. } => self.expressions(number),
            StatementKind::OnEvent {
                object, procedure, ..
            } => {
                self.expression(object);
                self.expressions(procedure);
            }
            _ => self.file_statement(kind),
        }
    }

    fn file_statement(&mut self, kind: &'a StatementKind) {
        match kind {
            StatementKind::Print { file, items } => {
                self.expressions(file);
                self.expressions(items.iter().filter_map(|item| item.value.as_ref()));
            }
            StatementKind::Write { file, items } => {
                self.expression(file);
                self.expressions(items);
            }
            StatementKind::Input { file, targets } => {
                self.expression(file);
                self.expressions(targets);
            }
            StatementKind::LineInput { file, target } => self.expressions([file, target]),
            StatementKind::Open(open) => {
                self.expressions([&open.path, &open.file]);
                self.expressions(&open.record_length);
                self.expressions(&open.charset);
            }
            StatementKind::Get(record) | StatementKind::Put(record) => {
                self.expression(&record.file);
                self.expressions(&record.record);
                self.expression(&record.variable);
            }
            StatementKind::Seek { file, position } => self.expressions([file, position]),
            StatementKind::Lock { file, from, to, .. } => {
                self.expression(file);
                self.expressions(from);
                self.expressions(to);
            }
            StatementKind::Width { file, columns } => self.expressions([file, columns]),
            StatementKind::Rename { from, to } => self.expressions([from, to]),
            _ => {}
        }
    }
}
