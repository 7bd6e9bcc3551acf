//! Statements that are no blocks: assignments, calls, jumps, errors and events.

use super::super::error::SyntaxCode;
use super::super::token::{Keyword, Mark, TokenKind};
use super::super::tree::*;
use super::expressions::Tall;
use super::{BlockKind, Parse, Parser};
use crate::place::Span;

/// Built-in subs that take nothing, so that a colon behind one does not make it a label.
const BARE: &[&str] = &["beep", "doevents", "yield", "randomize", "reset"];

impl Parser<'_> {
    /// A statement. On an error the rest of it is passed over.
    pub(super) fn statement(&mut self) -> Statement {
        let start = self.span().start;
        let kind = match self.statement_kind() {
            Ok(kind) => kind,
            Err(_) => {
                self.skip_statement();
                StatementKind::Wrong
            }
        };
        let span = self.since(start);
        let is_label = matches!(kind, StatementKind::Label(_));
        if !is_label && !self.at_statement_end() && !self.is_behind_separator() {
            self.unexpected_rest(&kind);
            self.skip_statement();
        }
        Statement { kind, span }
    }

    /// Whether the token before ended a statement: that of a block without its end.
    fn is_behind_separator(&self) -> bool {
        let before = self
            .at
            .checked_sub(1)
            .map(|before| self.tokens[before].kind);
        matches!(
            before,
            None | Some(TokenKind::LineEnd | TokenKind::Mark(Mark::Colon))
        )
    }

    /// Something stands behind a statement that is complete.
    fn unexpected_rest(&mut self, kind: &StatementKind) {
        let remedy = match (kind, self.keyword()) {
            (_, Some(Keyword::Then)) => Some("`Then` belongs to `If`".to_owned()),
            (StatementKind::Call { explicit: true, .. }, _) => Some("behind `Call` the arguments stand in parentheses".to_owned()),
            (_, Some(Keyword::As)) => Some("a declaration begins with `Dim`, `Static`, `Public` or `Private`".to_owned()),
            _ if self.peek() == TokenKind::Text || matches!(self.peek(), TokenKind::Word { .. } | TokenKind::Number) => Some("an operator or a comma may be missing before it, or a `:` between two statements".to_owned()),
            _ if self.is_mark(Mark::Close) => Some("a `(` is missing before it, or it is one too many".to_owned()),
            _ => None,
        };
        self.unexpected_with("the end of the statement", remedy);
    }

    fn statement_kind(&mut self) -> Parse<StatementKind> {
        let Some(keyword) = self.keyword() else {
            return self.nameless();
        };
        match keyword {
            Keyword::If => self.deeper(Self::if_statement),
            Keyword::Select => self.deeper(Self::select),
            Keyword::For => self.deeper(Self::for_loop),
            Keyword::ForAll => self.deeper(Self::for_all),
            Keyword::While => self.deeper(Self::while_loop),
            Keyword::Do => self.deeper(Self::do_loop),
            Keyword::With => self.deeper(Self::with),
            Keyword::Call => self.explicit_call(),
            Keyword::Set => self.set(AssignForm::Set),
            Keyword::Let => self.set(AssignForm::Let),
            Keyword::LSet => self.set(AssignForm::LSet),
            Keyword::RSet => self.set(AssignForm::RSet),
            Keyword::GoTo => self.jump().map(StatementKind::GoTo),
            Keyword::GoSub => self.jump().map(StatementKind::GoSub),
            Keyword::Return => self.alone(StatementKind::Return),
            Keyword::Stop => self.alone(StatementKind::Stop),
            Keyword::On => self.on(),
            Keyword::Resume => self.resume(),
            Keyword::Exit => self.exit(),
            Keyword::End => self.end_statement(),
            Keyword::Erase => self
                .targets("a variable behind `Erase`")
                .map(StatementKind::Erase),
            Keyword::Delete => self
                .targets("a variable behind `Delete`")
                .map(StatementKind::Delete),
            Keyword::ReDim => self.redim(),
            Keyword::Print => self.print(),
            _ if keyword.is_soft() => match self.file_statement(keyword) {
                Some(statement) => statement,
                None => self.declared_or_named(),
            },
            Keyword::Close | Keyword::Get | Keyword::Put => match self.file_statement(keyword) {
                Some(statement) => statement,
                None => Err(self.unexpected("a statement")),
            },
            _ => self.declared_or_named(),
        }
    }

    fn declared_or_named(&mut self) -> Parse<StatementKind> {
        match self.declaration() {
            Some(declaration) => declaration,
            None => self.nameless(),
        }
    }

    fn alone(&mut self, kind: StatementKind) -> Parse<StatementKind> {
        self.bump();
        Ok(kind)
    }

    /// What begins with no keyword: a label, an assignment, a call, `%Include`.
    fn nameless(&mut self) -> Parse<StatementKind> {
        if self.peek() == TokenKind::Include {
            self.bump();
            return self
                .text("the name of a file as a string behind `%Include`")
                .map(StatementKind::Include);
        }
        if self.is_label() {
            let name = self.any_name();
            self.bump();
            return Ok(StatementKind::Label(name));
        }
        self.assignment_or_call()
    }

    /// A name and a colon, first on their line.
    fn is_label(&self) -> bool {
        let begins_line = match self.at.checked_sub(1) {
            Some(before) => self.tokens[before].kind == TokenKind::LineEnd,
            None => true,
        };
        let is_name = matches!(
            self.peek(),
            TokenKind::Word {
                keyword: None,
                suffix: None
            }
        );
        let is_sub = || {
            BARE.iter()
                .any(|bare| self.word().eq_ignore_ascii_case(bare))
        };
        begins_line && is_name && self.token(1).kind == TokenKind::Mark(Mark::Colon) && !is_sub()
    }

    fn assignment_or_call(&mut self) -> Parse<StatementKind> {
        let target = self.designator()?;
        if self.eat_mark(Mark::Equal) {
            let value = self.expression_for("a value behind `=`")?;
            let target = target.expression;
            return Ok(StatementKind::Assign {
                form: AssignForm::Let,
                target,
                value,
            });
        }
        self.implicit_call(target)
    }

    fn implicit_call(&mut self, target: Tall) -> Parse<StatementKind> {
        if self.at_statement_end() {
            return self.call_of(target, false);
        }
        let is_called = matches!(target.expression.kind, ExpressionKind::Call { .. });
        if is_called {
            return Err(
                self.unexpected_with("`=` or the end of the statement", self.remedy_behind_call())
            );
        }
        if !self.can_begin_argument() {
            return Err(self.unexpected_with(
                "`=`, arguments or the end of the statement",
                self.remedy_behind_call(),
            ));
        }
        let start = target.expression.span.start;
        let (arguments, _) = self.loose_arguments()?;
        let call = ExpressionKind::Call {
            target: Box::new(target.expression),
            arguments,
            parenthesized: false,
        };
        let span = self.since(start);
        Ok(StatementKind::Call {
            explicit: false,
            target: Expression { kind: call, span },
        })
    }

    /// What may have been meant by what stands behind a name.
    fn remedy_behind_call(&self) -> Option<String> {
        let remedy = match (self.peek(), self.token(1).kind, self.keyword()) {
            (
                TokenKind::Mark(Mark::Plus | Mark::Minus | Mark::Times | Mark::Divide | Mark::Join),
                TokenKind::Mark(Mark::Equal),
                _,
            ) => "write `x = x + …`",
            (_, _, Some(Keyword::Then)) => "`Then` belongs to `If`",
            (_, _, Some(Keyword::As)) => {
                "a declaration begins with `Dim`, `Static`, `Public` or `Private`"
            }
            (_, _, Some(Keyword::End)) if self.is_in_if_line() => {
                "an `If` on one line has no `End If`"
            }
            (TokenKind::Mark(Mark::Close), _, _) => {
                "a `(` is missing before it, or it is one too many"
            }
            _ => return None,
        };
        Some(remedy.to_owned())
    }

    fn call_of(&mut self, target: Tall, explicit: bool) -> Parse<StatementKind> {
        let target = target.expression;
        let is_callable = matches!(
            target.kind,
            ExpressionKind::Name(_)
                | ExpressionKind::Member { .. }
                | ExpressionKind::BaseMember { .. }
                | ExpressionKind::Call { .. }
        );
        if !is_callable {
            let span = target.span;
            self.complain(
                SyntaxCode::Unexpected,
                span,
                "this is a value, not a statement",
                "assign it to a variable, or call something with it",
            );
        }
        Ok(StatementKind::Call { explicit, target })
    }

    fn can_begin_argument(&self) -> bool {
        match self.peek() {
            TokenKind::Number | TokenKind::Text => true,
            TokenKind::Mark(mark) => {
                matches!(mark, Mark::Open | Mark::Minus | Mark::Comma | Mark::Dot)
            }
            TokenKind::Word { .. } => match self.keyword() {
                Some(keyword) => {
                    keyword.is_soft()
                        || matches!(
                            keyword,
                            Keyword::Not
                                | Keyword::New
                                | Keyword::ByVal
                                | Keyword::Me
                                | Keyword::Nothing
                                | Keyword::Null
                                | Keyword::Empty
                                | Keyword::True
                                | Keyword::False
                        )
                }
                None => true,
            },
            _ => false,
        }
    }

    /// What can be assigned to or called, at the start of a statement. `f (a) & b, c` is a call with two arguments, `f (a)` one with its argument in parentheses: what
    /// stands behind the closing parenthesis tells.
    fn designator(&mut self) -> Parse<Tall> {
        let span = self.span();
        let mut value = match self.peek() {
            TokenKind::Word { keyword, suffix } if keyword.is_none() || suffix.is_some() => {
                self.named(span)
            }
            TokenKind::Word {
                keyword: Some(Keyword::Me),
                ..
            } => {
                self.bump();
                Tall {
                    expression: Expression {
                        kind: ExpressionKind::Me,
                        span,
                    },
                    height: 1,
                }
            }
            TokenKind::Word {
                keyword: Some(keyword),
                ..
            } if keyword.is_soft() => self.named(span),
            TokenKind::Mark(Mark::Dot) => {
                let expression = self.member_designator()?;
                Tall {
                    expression,
                    height: 1,
                }
            }
            _ => return Err(self.no_statement()),
        };
        loop {
            value = match self.peek() {
                TokenKind::Mark(Mark::Dot) if self.is_argument_of_with() => return Ok(value),
                TokenKind::Mark(Mark::Dot | Mark::DotDot) => self.member(value)?,
                TokenKind::Mark(Mark::Open) if self.are_all_arguments() => self.called(value)?,
                _ => return Ok(value),
            };
        }
    }

    fn named(&mut self, span: Span) -> Tall {
        let kind = ExpressionKind::Name(self.any_name());
        Tall {
            expression: Expression { kind, span },
            height: 1,
        }
    }

    fn member_designator(&mut self) -> Parse<Expression> {
        let start = self.bump().span;
        if !matches!(self.peek(), TokenKind::Word { .. }) {
            return Err(self.unexpected("the name of a member behind `.`"));
        }
        let name = self.any_name();
        if !self.open.iter().any(|(kind, _)| *kind == BlockKind::With) {
            self.complain(
                SyntaxCode::Misplaced,
                start,
                "a member stands here without its object",
                "`.name` alone is for blocks of `With`",
            );
        }
        let kind = ExpressionKind::Member { object: None, name };
        let span = self.since(start.start);
        Ok(Expression { kind, span })
    }

    /// `f .name` in a `With`: a blank before the dot, none behind it.
    fn is_argument_of_with(&self) -> bool {
        let dot = self.span();
        let is_apart = self.end() < dot.start && self.token(1).span.start == dot.end;
        is_apart && self.open.iter().any(|(kind, _)| *kind == BlockKind::With)
    }

    /// Whether what is behind the parenthesis that closes the one here lets them hold all arguments, not a part of the first one.
    fn are_all_arguments(&self) -> bool {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(self.at) {
            match token.kind {
                TokenKind::Mark(Mark::Open) => depth += 1,
                TokenKind::Mark(Mark::Close) => depth = depth.saturating_sub(1),
                TokenKind::LineEnd | TokenKind::End | TokenKind::Mark(Mark::Colon) => return true,
                _ => {}
            }
            if depth == 0 {
                let next = self
                    .tokens
                    .get(at + 1)
                    .map_or(TokenKind::End, |token| token.kind);
                return match next {
                    TokenKind::LineEnd | TokenKind::End => true,
                    TokenKind::Mark(mark) => matches!(
                        mark,
                        Mark::Equal
                            | Mark::Dot
                            | Mark::DotDot
                            | Mark::Open
                            | Mark::Close
                            | Mark::Colon
                    ),
                    kind => kind.keyword() == Some(Keyword::Else) || !is_operator(kind),
                };
            }
        }
        true
    }

    fn explicit_call(&mut self) -> Parse<StatementKind> {
        self.bump();
        let target = self.designator_of_call()?;
        self.call_of(target, true)
    }

    fn designator_of_call(&mut self) -> Parse<Tall> {
        let is_there = matches!(
            self.peek(),
            TokenKind::Word { .. } | TokenKind::Mark(Mark::Dot)
        );
        if !is_there {
            return Err(self.unexpected("what is called behind `Call`"));
        }
        self.designator()
    }

    fn set(&mut self, form: AssignForm) -> Parse<StatementKind> {
        let word = self.bump().span.of(self.source).to_owned();
        let is_there = matches!(
            self.peek(),
            TokenKind::Word { .. } | TokenKind::Mark(Mark::Dot)
        );
        if !is_there {
            return Err(self.unexpected(&format!("a variable behind `{word}`")));
        }
        let target = self.designator()?.expression;
        self.expect_mark(Mark::Equal, "`=` behind the variable")?;
        let value = self.expression_for("a value behind `=`")?;
        Ok(StatementKind::Assign {
            form,
            target,
            value,
        })
    }

    fn jump(&mut self) -> Parse<Name> {
        let word = self.bump().span.of(self.source).to_owned();
        self.label(&format!("a label behind `{word}`"))
    }

    pub(super) fn label(&mut self, expected: &str) -> Parse<Name> {
        if self.peek() == TokenKind::Number {
            let remedy = "labels are names, not numbers".to_owned();
            return Err(self.unexpected_with(expected, Some(remedy)));
        }
        self.name(expected)
    }

    fn labels(&mut self) -> Parse<Vec<Name>> {
        let mut labels = vec![self.label("a label")?];
        while self.eat_mark(Mark::Comma) {
            labels.push(self.label("a label behind `,`")?);
        }
        Ok(labels)
    }

    fn targets(&mut self, expected: &str) -> Parse<Vec<Expression>> {
        self.bump();
        let mut targets = vec![self.expression_for(expected)?];
        while self.eat_mark(Mark::Comma) {
            targets.push(self.expression_for("a variable behind `,`")?);
        }
        Ok(targets)
    }

    fn on(&mut self) -> Parse<StatementKind> {
        self.bump();
        match self.keyword() {
            Some(Keyword::Error) => self.on_error(),
            Some(Keyword::Event) if matches!(self.token(1).kind, TokenKind::Word { .. }) => {
                self.on_event()
            }
            _ => {
                let selector = self.expression_for("`Error`, `Event` or a number behind `On`")?;
                let is_gosub = match self.keyword() {
                    Some(Keyword::GoTo) => false,
                    Some(Keyword::GoSub) => true,
                    _ => return Err(self.unexpected("`GoTo` or `GoSub`")),
                };
                self.bump();
                let labels = self.labels()?;
                Ok(StatementKind::OnGoTo {
                    selector,
                    is_gosub,
                    labels,
                })
            }
        }
    }

    fn on_error(&mut self) -> Parse<StatementKind> {
        self.bump();
        let number = match self.keyword() {
            Some(Keyword::GoTo | Keyword::Resume) => None,
            _ => Some(self.expression_for(
                "`GoTo`, `Resume Next` or the number of an error behind `On Error`",
            )?),
        };
        let action = match self.keyword() {
            Some(Keyword::GoTo) => {
                self.bump();
                if self.peek() == TokenKind::Number && self.word() == "0" {
                    self.bump();
                    ErrorAction::Off
                } else {
                    ErrorAction::GoTo(self.label("a label or 0 behind `GoTo`")?)
                }
            }
            Some(Keyword::Resume) => {
                self.bump();
                self.expect_keyword(Keyword::Next, "`Next` behind `On Error Resume`")?;
                ErrorAction::ResumeNext
            }
            _ => return Err(self.unexpected("`GoTo` or `Resume Next`")),
        };
        Ok(StatementKind::OnError { number, action })
    }

    fn on_event(&mut self) -> Parse<StatementKind> {
        self.bump();
        let event = self.any_name();
        self.expect_keyword(Keyword::From, "`From` behind the event")?;
        let object = self.expression_for("an object behind `From`")?;
        let is_removal = match self.keyword() {
            Some(Keyword::Call) => false,
            Some(Keyword::Remove) => true,
            _ => return Err(self.unexpected("`Call` or `Remove`")),
        };
        self.bump();
        let procedure = match is_removal && self.at_statement_end() {
            true => None,
            false => Some(self.expression_for("the name of a procedure")?),
        };
        Ok(StatementKind::OnEvent {
            event,
            object,
            procedure,
            is_removal,
        })
    }

    fn resume(&mut self) -> Parse<StatementKind> {
        self.bump();
        if self.at_statement_end() {
            return Ok(StatementKind::Resume(ResumeTarget::Same));
        }
        if self.peek() == TokenKind::Number && self.word() == "0" {
            self.bump();
            return Ok(StatementKind::Resume(ResumeTarget::Same));
        }
        if self.eat_keyword(Keyword::Next) {
            return Ok(StatementKind::Resume(ResumeTarget::Next));
        }
        let label = self.label("`Next`, 0, a label or the end of the statement behind `Resume`")?;
        Ok(StatementKind::Resume(ResumeTarget::Label(label)))
    }

    fn exit(&mut self) -> Parse<StatementKind> {
        let start = self.bump().span;
        let (kind, block) = match self.keyword() {
            Some(Keyword::Do) => (ExitKind::Do, Some(BlockKind::Do)),
            Some(Keyword::For) => (ExitKind::For, Some(BlockKind::For)),
            Some(Keyword::ForAll) => (ExitKind::ForAll, Some(BlockKind::ForAll)),
            Some(Keyword::Sub) => (ExitKind::Sub, None),
            Some(Keyword::Function) => (ExitKind::Function, None),
            Some(Keyword::Property) => (ExitKind::Property, None),
            found => {
                let remedy = match found {
                    Some(Keyword::While) => {
                        Some("a `While` cannot be left by `Exit`; use `Do While … Loop`")
                    }
                    Some(Keyword::If | Keyword::Select) => Some("use `GoTo` a label behind it"),
                    _ => None,
                };
                return Err(self.unexpected_with(
                    "`Do`, `For`, `ForAll`, `Sub`, `Function` or `Property` behind `Exit`",
                    remedy.map(str::to_owned),
                ));
            }
        };
        let word = self.bump();
        let text = word.span.of(self.source);
        if let Some(block) = block.filter(|block| !self.open.iter().any(|(kind, _)| kind == block))
        {
            let message = format!("`Exit {text}` stands outside of any `{}`", block.word());
            self.complain(SyntaxCode::Misplaced, start.to(word.span), message, "");
        }
        self.check_exit(kind, start.to(word.span));
        Ok(StatementKind::Exit(kind))
    }

    fn check_exit(&mut self, kind: ExitKind, span: Span) {
        let wanted = match kind {
            ExitKind::Sub => "Sub",
            ExitKind::Function => "Function",
            ExitKind::Property => "Property",
            _ => return,
        };
        let around = self.open.iter().rev().find_map(|(open, _)| match open {
            BlockKind::Procedure(kind) => Some(*kind),
            _ => None,
        });
        if let Some(around) = around.filter(|around| around.word() != wanted) {
            let message = format!("`Exit {wanted}` stands in a {}", around.word());
            self.complain(
                SyntaxCode::Misplaced,
                span,
                message,
                format!("write `Exit {}`", around.word()),
            );
        }
    }

    fn end_statement(&mut self) -> Parse<StatementKind> {
        self.bump();
        if self.at_statement_end() {
            return Ok(StatementKind::End(None));
        }
        if matches!(self.peek(), TokenKind::Word { keyword: Some(word), .. } if !word.is_soft()) {
            return Err(self.unexpected("`If`, `Select`, `ForAll`, `With`, `Sub`, `Function`, `Property`, `Class` or `Type` behind `End`"));
        }
        self.expression().map(|code| StatementKind::End(Some(code)))
    }

    /// No statement begins like this.
    fn no_statement(&mut self) -> super::Failed {
        let remedy = match self.peek() {
            TokenKind::Text | TokenKind::Number => {
                Some("a value alone does nothing; assign it, or call something with it".to_owned())
            }
            _ => None,
        };
        self.unexpected_with("a statement", remedy)
    }
}

/// Whether an operator or comma stands there: what is before it is a part of an argument.
fn is_operator(kind: TokenKind) -> bool {
    match kind {
        TokenKind::Mark(_) => true,
        kind => matches!(
            kind.keyword(),
            Some(
                Keyword::Mod
                    | Keyword::Like
                    | Keyword::Is
                    | Keyword::IsA
                    | Keyword::And
                    | Keyword::Or
                    | Keyword::Xor
                    | Keyword::Eqv
                    | Keyword::Imp
            )
        ),
    }
}
