//! Statements. Nothing stays on the stack from one to the next, so that jumps and errors can go anywhere.

use super::super::code::{Form, Handler, Home, Op, PrintOp, Resumption, VariableType};
use super::super::host::FileStatement;
use super::super::value::{ScalarType, Value};
use super::expression::{Known, element_of_list, sides};
use super::{Local, Loop, Lower, Lowered};
use crate::syntax::*;
use std::sync::Arc;

impl Lower<'_> {
    pub(super) fn block(&mut self, block: &[Statement]) -> Lowered<()> {
        for statement in block {
            self.statement(statement)?;
        }
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Lowered<()> {
        let span = statement.span;
        if let StatementKind::Label(name) = &statement.kind {
            let here = self.here();
            if self
                .frame
                .labels
                .insert(Arc::clone(&name.key), here)
                .is_some()
            {
                return Err(self.fail(
                    name.span,
                    format!("the label `{}` stands twice in this procedure", name.text),
                ));
            }
            return Ok(());
        }
        let number = self.begin_statement(span);
        match &statement.kind {
            StatementKind::Const(declaration) => self.declare_constants(declaration, false)?,
            StatementKind::Dim(declaration) => self.dim(declaration)?,
            StatementKind::ReDim {
                preserve,
                variables,
            } => self.redim(*preserve, variables)?,
            StatementKind::Erase(targets) => {
                for target in targets {
                    self.erase(target)?;
                }
            }
            StatementKind::Delete(targets) => {
                for target in targets {
                    self.reference(target)?;
                    self.emit(Op::Delete);
                }
            }
            StatementKind::Assign {
                form,
                target,
                value,
            } => self.assign(*form, target, value)?,
            StatementKind::Call { explicit, target } => self.call_statement(*explicit, target)?,
            StatementKind::If(branches) => self.branches(branches, number)?,
            StatementKind::IfGoTo {
                condition,
                label,
                otherwise,
            } => {
                self.value(condition)?;
                let jump = self.emit(Op::JumpIf(0));
                self.frame.jumps.push((jump, label.clone()));
                self.head_ends(number);
                if let Some(otherwise) = otherwise {
                    self.block(otherwise)?;
                }
            }
            StatementKind::Select(select) => self.select(select, number)?,
            StatementKind::For(looped) => self.for_loop(looped, number, span)?,
            StatementKind::ForAll(looped) => self.for_all(looped, number)?,
            StatementKind::While { condition, body } => {
                let start = self.code.statements[number].start;
                self.value(condition)?;
                let out = self.emit(Op::JumpUnless(0));
                self.head_ends(number);
                self.block(body)?;
                self.emit(Op::Jump(start));
                self.land(out);
            }
            StatementKind::Do(looped) => self.do_loop(looped, number)?,
            StatementKind::With { object, body } => {
                let slot = self.hidden()?;
                self.reference(object)?;
                self.emit(Op::StoreWith(slot));
                self.head_ends(number);
                self.frame.withs.push(slot);
                self.block(body)?;
                self.frame.withs.pop();
            }
            StatementKind::GoTo(label) => self.jump(Op::Jump(0), label),
            StatementKind::GoSub(label) => self.jump(Op::GoSub(0), label),
            StatementKind::Return => {
                self.emit(Op::EndGoSub);
            }
            StatementKind::OnGoTo {
                selector,
                is_gosub,
                labels,
            } => {
                self.value(selector)?;
                let table = self.code.tables.len() as u32;
                self.code.tables.push(Vec::new());
                let at = self.emit(Op::OnGoTo {
                    table,
                    is_gosub: *is_gosub,
                });
                for label in labels {
                    self.frame.jumps.push((at, label.clone()));
                }
            }
            StatementKind::OnError { number, action } => {
                if let Some(number) = number {
                    self.value(number)?;
                }
                let is_numbered = number.is_some();
                match action {
                    ErrorAction::GoTo(label) => self.jump(
                        Op::OnError {
                            action: Handler::GoTo(0),
                            is_numbered,
                        },
                        label,
                    ),
                    ErrorAction::Off => {
                        self.emit(Op::OnError {
                            action: Handler::Off,
                            is_numbered,
                        });
                    }
                    ErrorAction::ResumeNext => {
                        self.emit(Op::OnError {
                            action: Handler::ResumeNext,
                            is_numbered,
                        });
                    }
                }
            }
            StatementKind::Resume(target) => match target {
                ResumeTarget::Same => {
                    self.emit(Op::Resume(Resumption::Same));
                }
                ResumeTarget::Next => {
                    self.emit(Op::Resume(Resumption::Next));
                }
                ResumeTarget::Label(label) => self.jump(Op::Resume(Resumption::Label(0)), label),
            },
            StatementKind::Exit(kind) => self.exit(*kind, span)?,
            StatementKind::End(status) => {
                match status {
                    Some(status) => {
                        self.value(status)?;
                    }
                    None => self.constant(Value::Integer(0)),
                }
                self.emit(Op::End);
            }
            StatementKind::Print { file, items } => self.print(file.as_ref(), items)?,
            StatementKind::OnEvent { .. } => self.emit_failure(
                super::super::host::NOT_THERE as i16,
                "the statement On Event is not there: nothing raises events in this run",
            ),
            StatementKind::Stop
            | StatementKind::Option(_)
            | StatementKind::DefType(_)
            | StatementKind::Forward(_)
            | StatementKind::ForwardClass { .. } => {}
            other => self.file_statement(other, span)?,
        }
        self.end_statement(number);
        Ok(())
    }

    /// The head of a block is done: `Resume Next` goes on with what is in it.
    fn head_ends(&mut self, statement: usize) {
        let here = self.here();
        self.code.statements[statement].next = here;
    }

    fn jump(&mut self, op: Op, label: &Name) {
        let at = self.emit(op);
        self.frame.jumps.push((at, label.clone()));
    }

    fn dim(&mut self, declaration: &Declaration) -> Lowered<()> {
        let stays = self.frame.is_static || declaration.kind == DeclarationKind::Static;
        for variable in &declaration.variables {
            let (of, initial) = self.variable_of(variable)?;
            let home = match stays {
                true => Home::Global(self.global(initial, variable.span)?),
                false => Home::Local(self.slot(initial, variable.span)?),
            };
            if let Some(Local::Variable(Home::Local(_) | Home::ByRef(_), _)) =
                self.frame.names.get(&variable.name.key)
            {
                return Err(self.fail(
                    variable.name.span,
                    format!("`{}` is declared twice", variable.name.text),
                ));
            }
            self.frame
                .names
                .insert(Arc::clone(&variable.name.key), Local::Variable(home, of));
            self.create_new(variable, home, of.of)?;
        }
        Ok(())
    }

    /// `As New Class(…)`
    pub(super) fn create_new(
        &mut self,
        variable: &Variable,
        home: Home,
        of: ScalarType,
    ) -> Lowered<()> {
        let (Some(arguments), Some(TypeName::Named(class))) = (&variable.new, &variable.of) else {
            return Ok(());
        };
        let statement = self.begin_statement(variable.span);
        self.new_object(class, arguments)?;
        self.emit(Op::SetObject(home, of));
        self.end_statement(statement);
        Ok(())
    }

    fn redim(&mut self, preserve: bool, variables: &[Variable]) -> Lowered<()> {
        for variable in variables {
            let bounds = match &variable.shape {
                Shape::Array(bounds) if !bounds.is_empty() && bounds.len() <= 8 => bounds,
                _ => {
                    return Err(self.fail(
                        variable.span,
                        "ReDim takes the bounds of one to eight dimensions",
                    ));
                }
            };
            let (home, of) = match self.variable_named(&variable.name) {
                Some((home, of)) => (home, of.of),
                None => {
                    let of = self.scalar_of(&variable.name, variable.of.as_ref())?;
                    let shape = VariableType {
                        of,
                        form: Form::Array { is_dynamic: true },
                    };
                    let initial = self.initial_variable(shape, &[], variable.span)?;
                    let home = Home::Local(self.slot(initial, variable.span)?);
                    self.frame
                        .names
                        .insert(Arc::clone(&variable.name.key), Local::Variable(home, shape));
                    (home, of)
                }
            };
            let of = match &variable.of {
                Some(_) if of == ScalarType::Variant => {
                    self.scalar_of(&variable.name, variable.of.as_ref())?
                }
                _ => of,
            };
            for bound in bounds {
                match &bound.lower {
                    Some(lower) => {
                        self.value(lower)?;
                    }
                    None => {
                        let base = self.scope().base;
                        self.constant(Value::Long(base));
                    }
                }
                self.value(&bound.upper)?;
            }
            self.emit(Op::ReDim {
                home,
                of,
                count: bounds.len() as u8,
                preserve,
            });
        }
        Ok(())
    }

    fn erase(&mut self, target: &Expression) -> Lowered<()> {
        match element_of_list(target) {
            Some((list, tag)) => {
                self.reference(list)?;
                self.value(tag)?;
                self.emit(Op::EraseElement);
            }
            None => {
                self.reference(target)?;
                self.emit(Op::Erase);
            }
        }
        Ok(())
    }

    /// `Call f(x)`, `f x`; and `f (x)`, where the one argument is an expression in parentheses, so that only its value is passed.
    fn call_statement(&mut self, is_explicit: bool, target: &Expression) -> Lowered<()> {
        if let ExpressionKind::Call {
            target: called,
            arguments,
            ..
        } = &target.kind
            && let ExpressionKind::Name(name) = &called.kind
            && name.key.as_ref() == "error"
            && self.variable_named(name).is_none()
        {
            for argument in arguments.iter().take(2) {
                self.argument_value(argument)?;
            }
            self.emit(Op::Raise(arguments.len().min(2) as u8));
            return Ok(());
        }
        match by_value(is_explicit, target) {
            Some(target) => self.value(&target)?,
            None => self.value(target)?,
        };
        self.emit(Op::Pop);
        Ok(())
    }

    fn branches(&mut self, branches: &If, number: usize) -> Lowered<()> {
        let mut ends = Vec::new();
        for (at, branch) in branches.branches.iter().enumerate() {
            let number = if at == 0 {
                number
            } else {
                self.begin_statement(branch.condition.span)
            };
            self.value(&branch.condition)?;
            let over = self.emit(Op::JumpUnless(0));
            self.head_ends(number);
            self.block(&branch.body)?;
            let is_last = at + 1 == branches.branches.len() && branches.otherwise.is_none();
            if !is_last {
                ends.push(self.emit(Op::Jump(0)));
            }
            self.land(over);
        }
        if let Some(otherwise) = &branches.otherwise {
            self.block(otherwise)?;
        }
        for end in ends {
            self.land(end);
        }
        Ok(())
    }

    fn select(&mut self, select: &Select, number: usize) -> Lowered<()> {
        let slot = self.hidden()?;
        let subject = (slot, self.value(&select.subject)?);
        self.emit(Op::StoreRaw(slot));
        self.head_ends(number);
        let mut ends = Vec::new();
        for case in &select.cases {
            let number = self.begin_statement(case.span);
            let mut hits = Vec::new();
            for test in &case.tests {
                self.case_test(test, subject, &mut hits)?;
            }
            let over = self.emit(Op::Jump(0));
            self.head_ends(number);
            for hit in hits {
                self.land(hit);
            }
            let start = self.here();
            self.code.statements[number].next = start;
            self.block(&case.body)?;
            ends.push(self.emit(Op::Jump(0)));
            self.land(over);
        }
        if let Some(otherwise) = &select.otherwise {
            self.block(otherwise)?;
        }
        for end in ends {
            self.land(end);
        }
        Ok(())
    }

    fn case_test(
        &mut self,
        test: &CaseTest,
        subject: (u16, Known),
        hits: &mut Vec<usize>,
    ) -> Lowered<()> {
        match test {
            CaseTest::Value(value) => self.case_compare(subject, BinaryOperator::Equal, value)?,
            CaseTest::Is(operator, value) => self.case_compare(subject, *operator, value)?,
            CaseTest::Range(from, to) => {
                self.case_compare(subject, BinaryOperator::GreaterOrEqual, from)?;
                let below = self.emit(Op::JumpUnless(0));
                self.case_compare(subject, BinaryOperator::LessOrEqual, to)?;
                hits.push(self.emit(Op::JumpIf(0)));
                self.land(below);
                return Ok(());
            }
        }
        hits.push(self.emit(Op::JumpIf(0)));
        Ok(())
    }

    fn case_compare(
        &mut self,
        (slot, subject): (u16, Known),
        operator: BinaryOperator,
        value: &Expression,
    ) -> Lowered<()> {
        self.emit(Op::LoadLocal(slot));
        let value = self.value(value)?;
        self.emit_binary(operator, sides(subject, value));
        Ok(())
    }

    fn for_loop(&mut self, looped: &For, number: usize, span: Span) -> Lowered<()> {
        let ExpressionKind::Name(name) = &looped.variable.kind else {
            return Err(self.fail(looped.variable.span, "a For counts with a variable"));
        };
        let (home, of) = self.variable_or_new(name)?;
        let slot = self.hidden()?;
        self.hidden()?;
        self.value(&looped.from)?;
        self.value(&looped.to)?;
        match &looped.step {
            Some(step) => {
                self.value(step)?;
            }
            None => self.constant(Value::Integer(1)),
        }
        self.emit(Op::ForStart {
            home,
            of: of.of,
            slot,
        });
        let top = self.here();
        let test = self.emit(Op::ForTest { home, slot, out: 0 });
        self.head_ends(number);
        self.begin_loop(ExitKind::For);
        self.block(&looped.body)?;
        let next = self.begin_statement(looped.next.as_ref().map_or(span, |next| next.span));
        self.emit(Op::ForNext {
            home,
            of: of.of,
            slot,
        });
        self.emit(Op::Jump(top));
        self.land(test);
        self.end_statement(next);
        self.end_loop();
        Ok(())
    }

    fn begin_loop(&mut self, kind: ExitKind) {
        self.frame.loops.push(Loop {
            kind,
            exits: Vec::new(),
        });
    }

    fn end_loop(&mut self) {
        let looped = self.frame.loops.pop();
        for exit in looped.into_iter().flat_map(|looped| looped.exits) {
            self.land(exit);
        }
    }

    fn for_all(&mut self, looped: &ForAll, number: usize) -> Lowered<()> {
        let slot = self.hidden()?;
        self.hidden()?;
        self.hidden()?;
        self.reference(&looped.container)?;
        self.emit(Op::ForAllStart(slot));
        let top = self.here();
        let next = self.emit(Op::ForAllNext { slot, out: 0 });
        self.head_ends(number);
        let element = Local::Variable(Home::ByRef(slot), VariableType::default());
        let before = self
            .frame
            .names
            .insert(Arc::clone(&looped.variable.key), element);
        self.begin_loop(ExitKind::ForAll);
        self.block(&looped.body)?;
        self.emit(Op::Jump(top));
        self.land(next);
        self.end_loop();
        match before {
            Some(before) => self
                .frame
                .names
                .insert(Arc::clone(&looped.variable.key), before),
            None => self.frame.names.remove(&looped.variable.key),
        };
        Ok(())
    }

    fn do_loop(&mut self, looped: &Do, number: usize) -> Lowered<()> {
        let top = self.code.statements[number].start;
        let mut out = None;
        self.begin_loop(ExitKind::Do);
        if let Some(condition) = looped
            .condition
            .as_ref()
            .filter(|condition| !condition.at_end)
        {
            self.value(&condition.condition)?;
            out = Some(self.emit(if condition.until {
                Op::JumpIf(0)
            } else {
                Op::JumpUnless(0)
            }));
        }
        self.head_ends(number);
        self.block(&looped.body)?;
        match looped
            .condition
            .as_ref()
            .filter(|condition| condition.at_end)
        {
            Some(condition) => {
                let number = self.begin_statement(condition.condition.span);
                self.value(&condition.condition)?;
                self.emit(if condition.until {
                    Op::JumpUnless(top)
                } else {
                    Op::JumpIf(top)
                });
                self.end_statement(number);
            }
            None => {
                self.emit(Op::Jump(top));
            }
        }
        if let Some(out) = out {
            self.land(out);
        }
        self.end_loop();
        Ok(())
    }

    fn exit(&mut self, kind: ExitKind, span: Span) -> Lowered<()> {
        if matches!(
            kind,
            ExitKind::Sub | ExitKind::Function | ExitKind::Property
        ) {
            self.emit(Op::Return);
            return Ok(());
        }
        let jump = self.emit(Op::Jump(0));
        match self
            .frame
            .loops
            .iter_mut()
            .rev()
            .find(|looped| looped.kind == kind)
        {
            Some(looped) => {
                looped.exits.push(jump);
                Ok(())
            }
            None => Err(self.fail(span, "there is no loop around it to leave")),
        }
    }

    fn print(&mut self, file: Option<&Expression>, items: &[PrintItem]) -> Lowered<()> {
        if file.is_some() {
            self.emit(Op::Print(PrintOp::BeginFile));
        }
        for item in items {
            if let Some(value) = &item.value {
                self.print_item(value)?;
            }
            if item.separator == Some(PrintSeparator::Comma) {
                self.emit(Op::Print(PrintOp::Zone));
            }
        }
        let ends_line = items.last().is_none_or(|item| item.separator.is_none());
        match file {
            Some(file) => {
                self.value(file)?;
                self.emit(Op::Print(PrintOp::ToFile { ends_line }));
            }
            None if ends_line => {
                self.emit(Op::Print(PrintOp::EndLine));
            }
            None => {}
        }
        Ok(())
    }

    fn print_item(&mut self, value: &Expression) -> Lowered<()> {
        if let ExpressionKind::Call {
            target, arguments, ..
        } = &value.kind
            && let ExpressionKind::Name(name) = &target.kind
            && let [
                Argument {
                    value: Some(argument),
                    ..
                },
            ] = arguments.as_slice()
            && self.variable_named(name).is_none()
        {
            let op = match name.key.as_ref() {
                "tab" => Some(PrintOp::Tab),
                "spc" => Some(PrintOp::Spc),
                _ => None,
            };
            if let Some(op) = op {
                self.value(argument)?;
                self.emit(Op::Print(op));
                return Ok(());
            }
        }
        self.value(value)?;
        self.emit(Op::Print(PrintOp::Item));
        Ok(())
    }

    /// Statements on files: their values in the order that [`FileStatement`] names.
    fn file_statement(&mut self, statement: &StatementKind, span: Span) -> Lowered<()> {
        match statement {
            StatementKind::Open(open) => {
                let how = FileStatement::Open {
                    mode: open.mode,
                    access: open.access,
                    sharing: open.lock,
                };
                self.file_values(
                    how,
                    &[
                        Some(&open.path),
                        Some(&open.file),
                        open.record_length.as_ref(),
                        open.charset.as_ref(),
                    ],
                )?;
            }
            StatementKind::Close(files) => {
                let files: Vec<Option<&Expression>> = files.iter().map(Some).collect();
                self.file_values(FileStatement::Close, &files)?;
            }
            StatementKind::Write { file, items } => {
                let values: Vec<Option<&Expression>> =
                    std::iter::once(file).chain(items).map(Some).collect();
                self.file_values(FileStatement::Write, &values)?;
            }
            StatementKind::Input { file, targets } => {
                for target in targets {
                    self.reference(target)?;
                    self.file_call(FileStatement::Input, &[Some(file)])?;
                    self.emit(Op::Assign);
                }
                return Ok(());
            }
            StatementKind::LineInput { file, target } => {
                self.reference(target)?;
                self.file_call(FileStatement::LineInput, &[Some(file)])?;
                self.emit(Op::Assign);
                return Ok(());
            }
            StatementKind::Get(record) => {
                self.reference(&record.variable)?;
                self.file_call(
                    FileStatement::Get,
                    &[
                        Some(&record.file),
                        record.record.as_ref(),
                        Some(&record.variable),
                    ],
                )?;
                self.emit(Op::Assign);
                return Ok(());
            }
            StatementKind::Put(record) => {
                self.file_values(
                    FileStatement::Put,
                    &[
                        Some(&record.file),
                        record.record.as_ref(),
                        Some(&record.variable),
                    ],
                )?;
            }
            StatementKind::Seek { file, position } => {
                self.file_values(FileStatement::Seek, &[Some(file), Some(position)])?
            }
            StatementKind::Lock {
                is_unlock,
                file,
                from,
                to,
            } => {
                let what = if *is_unlock {
                    FileStatement::Unlock
                } else {
                    FileStatement::Lock
                };
                self.file_values(what, &[Some(file), from.as_ref(), to.as_ref()])?;
            }
            StatementKind::Width { file, columns } => {
                self.file_values(FileStatement::Width, &[Some(file), Some(columns)])?
            }
            StatementKind::Rename { from, to } => {
                self.file_values(FileStatement::Rename, &[Some(from), Some(to)])?
            }
            _ => return Err(self.fail(span, "this cannot stand in a procedure")),
        }
        Ok(())
    }

    fn file_values(
        &mut self,
        statement: FileStatement,
        values: &[Option<&Expression>],
    ) -> Lowered<()> {
        self.file_call(statement, values)?;
        self.emit(Op::Pop);
        Ok(())
    }

    fn file_call(
        &mut self,
        statement: FileStatement,
        values: &[Option<&Expression>],
    ) -> Lowered<()> {
        for value in values.iter().take(255) {
            match value {
                Some(value) => {
                    self.value(value)?;
                }
                None => self.constant(Value::Empty),
            }
        }
        let table = self.code.file_statements.len() as u32;
        self.code.file_statements.push(statement);
        self.emit(Op::File {
            table,
            count: values.len().min(255) as u8,
        });
        Ok(())
    }
}

/// `f (x)` as `f ByVal x`; nothing of all other calls.
fn by_value(is_explicit: bool, target: &Expression) -> Option<Expression> {
    let ExpressionKind::Call {
        target: called,
        arguments,
        parenthesized: true,
    } = &target.kind
    else {
        return None;
    };
    let [argument] = arguments.as_slice() else {
        return None;
    };
    if is_explicit || argument.by_value {
        return None;
    }
    let argument = Argument {
        by_value: true,
        ..argument.clone()
    };
    Some(Expression {
        kind: ExpressionKind::Call {
            target: called.clone(),
            arguments: vec![argument],
            parenthesized: true,
        },
        span: target.span,
    })
}
