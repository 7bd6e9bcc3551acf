//! Blocks: where they begin, what ends them, and what to say of those that do not end.

use super::super::error::SyntaxCode;
use super::super::token::{Keyword, Mark, TokenKind};
use super::super::tree::*;
use super::declarations::unnamed;
use super::{BlockKind, Failed, Noted, Parse, Parser};
use crate::place::Span;

/// What ends a block, or divides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Closer {
    kind: CloserKind,
    /// How many tokens it takes.
    tokens: usize,
    /// It is no end that the language knows, though meant as one: `EndIf`, `End For`.
    is_odd: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CloserKind {
    /// `End If`, `Next` and so on. Ends of procedures end those of any sort.
    End(BlockKind),
    Else,
    ElseIf,
    Case,
}

impl CloserKind {
    fn belongs_to(self, block: BlockKind) -> bool {
        match self {
            Self::End(BlockKind::Procedure(_)) => matches!(block, BlockKind::Procedure(_)),
            Self::End(kind) => kind == block,
            Self::Else => matches!(block, BlockKind::If | BlockKind::IfLine),
            Self::ElseIf => block == BlockKind::If,
            Self::Case => block == BlockKind::Select,
        }
    }

    fn ends_loop(self) -> bool {
        matches!(self, Self::End(kind) if is_loop(kind))
    }

    /// To what it belongs, for whoever looks for that.
    fn of(self) -> &'static str {
        match self {
            Self::End(kind) => kind.word(),
            Self::Else | Self::ElseIf => "If",
            Self::Case => "Select Case",
        }
    }
}

impl Parser<'_> {
    /// The closer that stands here, at the start of a statement.
    fn closer(&self) -> Option<Closer> {
        let end = |kind, tokens| {
            Some(Closer {
                kind: CloserKind::End(kind),
                tokens,
                is_odd: false,
            })
        };
        let odd = |kind| {
            Some(Closer {
                kind: CloserKind::End(kind),
                tokens: 2,
                is_odd: true,
            })
        };
        let middle = |kind| {
            Some(Closer {
                kind,
                tokens: 1,
                is_odd: false,
            })
        };
        match self.keyword() {
            Some(Keyword::End) => match self.keyword_ahead(1)? {
                Keyword::For | Keyword::Next => odd(BlockKind::For),
                Keyword::While | Keyword::Wend => odd(BlockKind::While),
                Keyword::Do | Keyword::Loop => odd(BlockKind::Do),
                keyword => end(ended_by(keyword)?, 2),
            },
            Some(Keyword::Next) => end(BlockKind::For, 1),
            Some(Keyword::Loop) => end(BlockKind::Do, 1),
            Some(Keyword::Wend) => end(BlockKind::While, 1),
            Some(Keyword::Else) => middle(CloserKind::Else),
            Some(Keyword::ElseIf) => middle(CloserKind::ElseIf),
            Some(Keyword::Case) => middle(CloserKind::Case),
            Some(_) => None,
            None => self.joined_end(),
        }
    }

    /// `EndIf` and its like, which are no words of the language.
    fn joined_end(&self) -> Option<Closer> {
        let word = self.word();
        let stands_alone = matches!(self.token(1).kind, TokenKind::LineEnd | TokenKind::End);
        let is_end =
            stands_alone && word.is_char_boundary(3) && word[..3].eq_ignore_ascii_case("end");
        let kind = ended_by(Keyword::of(is_end.then(|| &word[3..])?)?)?;
        Some(Closer {
            kind: CloserKind::End(kind),
            tokens: 1,
            is_odd: true,
        })
    }

    /// The statements up to what ends or divides the block that was opened last.
    fn body(&mut self) -> Block {
        let mut block = Block::new();
        loop {
            self.skip_separators();
            if self.peek() == TokenKind::End || self.begins_procedure() {
                return block;
            }
            let Some(closer) = self.closer() else {
                block.push(self.statement());
                continue;
            };
            let is_own = self
                .open
                .iter()
                .any(|(kind, _)| closer.kind.belongs_to(*kind));
            if is_own || self.is_mistaken(closer) {
                return block;
            }
            block.push(self.stray(closer));
        }
    }

    /// The end of another sort of loop than the one that is open: `Loop` for `Wend`.
    fn is_mistaken(&self, closer: Closer) -> bool {
        closer.kind.ends_loop() && self.open.last().is_some_and(|(kind, _)| is_loop(*kind))
    }

    /// A procedure or class begins, though another is open: its end is missing.
    fn begins_procedure(&self) -> bool {
        let mut ahead = 0;
        while matches!(
            self.keyword_ahead(ahead),
            Some(Keyword::Public | Keyword::Private | Keyword::Static)
        ) {
            ahead += 1;
        }
        let begins = matches!(
            self.keyword_ahead(ahead),
            Some(Keyword::Sub | Keyword::Function | Keyword::Property | Keyword::Class)
        );
        begins && self.is_in_procedure()
    }

    /// An end or middle of nothing.
    fn stray(&mut self, closer: Closer) -> Statement {
        let start = self.span();
        for _ in 0..closer.tokens {
            self.bump();
        }
        let span = self.since(start.start);
        let text = span.of(self.source).to_owned();
        let message = format!(
            "`{text}` stands here, but no `{}` is open",
            closer.kind.of()
        );
        let remedy = match closer.kind {
            CloserKind::Else | CloserKind::End(BlockKind::If) => {
                "an `If` with a statement behind `Then` ends with its line"
            }
            _ => "",
        };
        self.complain(SyntaxCode::StrayEnd, span, message, remedy);
        if closer.kind == CloserKind::Else {
            // What is behind it may be a statement as good as any.
            return Statement {
                kind: StatementKind::Wrong,
                span,
            };
        }
        self.skip_statement();
        Statement {
            kind: StatementKind::Wrong,
            span: self.since(start.start),
        }
    }

    /// Runs `inside` with a block open.
    fn within<T>(&mut self, kind: BlockKind, head: Span, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.open.push((kind, head));
        let result = inside(self);
        self.open.pop();
        result
    }

    /// The end of a block; an error if something else stands here, which then belongs to a block around.
    fn finish(&mut self, kind: BlockKind, head: Span) -> Option<Span> {
        let closer = self
            .closer()
            .filter(|closer| matches!(closer.kind, CloserKind::End(_)));
        let Some(closer) = closer.filter(|closer| closer.kind.belongs_to(kind)) else {
            self.missing_end(kind, head);
            let is_around = |closer: Closer| {
                self.open
                    .iter()
                    .any(|(kind, _)| closer.kind.belongs_to(*kind))
            };
            if closer.is_some_and(|closer| {
                is_loop(kind) && closer.kind.ends_loop() && !is_around(closer)
            }) {
                self.skip_statement();
            }
            return None;
        };
        let start = self.span();
        for _ in 0..closer.tokens {
            self.bump();
        }
        let span = self.since(start.start);
        let text = span.of(self.source).to_owned();
        if closer.is_odd {
            let message = format!("`{text}` means nothing in LotusScript");
            self.complain(
                SyntaxCode::Unexpected,
                span,
                message,
                format!("write `{}`", kind.end()),
            );
        } else if let (CloserKind::End(BlockKind::Procedure(other)), BlockKind::Procedure(own)) =
            (closer.kind, kind)
            && other.word() != own.word()
        {
            let line = BlockKind::Procedure(own).end();
            self.complain(
                SyntaxCode::Unexpected,
                span,
                format!("expected `{line}`, found `{text}`"),
                format!("the procedure begins with `{}`", own.words()),
            );
        }
        Some(span)
    }

    fn missing_end(&mut self, kind: BlockKind, head: Span) {
        let found = self.found();
        let end = kind.end();
        let remedy = match kind {
            BlockKind::If => Some("an `If` without a statement behind `Then` ends with `End If`; `Else If` in two words opens another `If`".to_owned()),
            _ => None,
        };
        self.note(Noted {
            code: SyntaxCode::OpenBlock,
            span: self.span(),
            message: format!("expected `{end}`, found {found}"),
            found,
            expected: format!("`{end}`"),
            remedy,
            opened: Some((kind.word(), head)),
        });
    }

    /// Reads the rest of the first line of a block; what is wrong there does not undo the block.
    fn head<T>(&mut self, otherwise: T, read: impl FnOnce(&mut Self) -> Parse<T>) -> T {
        match read(self) {
            Ok(value) => value,
            Err(Failed) => {
                self.skip_statement();
                otherwise
            }
        }
    }

    fn missing(&self) -> Expression {
        Expression {
            kind: ExpressionKind::Missing,
            span: Span::at(self.end()),
        }
    }

    pub(super) fn if_statement(&mut self) -> Parse<StatementKind> {
        let head = self.bump().span;
        let missing = self.missing();
        let condition = match self.expression_for("a condition behind `If`") {
            Ok(condition) => condition,
            Err(Failed) => {
                self.skip_to_then();
                missing
            }
        };
        if self.is_keyword(Keyword::GoTo) {
            return self.if_goto(condition, head);
        }
        let has_then = self.eat_keyword(Keyword::Then);
        if !has_then {
            let remedy = self
                .is_mark(Mark::Equal)
                .then(|| "texts and numbers are compared with one `=`".to_owned());
            self.unexpected_with("`Then` or `GoTo` behind the condition", remedy);
            self.skip_statement_to_line_end();
        }
        if self.at_line_end() {
            return Ok(self.if_block(condition, head));
        }
        self.if_line(condition, head)
    }

    fn skip_to_then(&mut self) {
        while !self.at_line_end()
            && !self.is_keyword(Keyword::Then)
            && !self.is_keyword(Keyword::GoTo)
        {
            self.bump();
        }
    }

    fn skip_statement_to_line_end(&mut self) {
        while !self.at_line_end() {
            self.bump();
        }
    }

    fn if_goto(&mut self, condition: Expression, head: Span) -> Parse<StatementKind> {
        self.bump();
        let label = self.label("a label behind `GoTo`")?;
        let otherwise = match self.eat_keyword(Keyword::Else) {
            true => Some(self.within(BlockKind::IfLine, head, Self::rest_of_line)),
            false => None,
        };
        Ok(StatementKind::IfGoTo {
            condition,
            label,
            otherwise,
        })
    }

    fn if_line(&mut self, condition: Expression, head: Span) -> Parse<StatementKind> {
        let (body, otherwise) = self.within(BlockKind::IfLine, head, |parser| {
            let body = parser.rest_of_line();
            let otherwise = parser
                .eat_keyword(Keyword::Else)
                .then(|| parser.rest_of_line());
            (body, otherwise)
        });
        Ok(StatementKind::If(If {
            branches: vec![Branch { condition, body }],
            otherwise,
            on_one_line: true,
        }))
    }

    /// Statements up to the end of the line, or an `Else` on it.
    fn rest_of_line(&mut self) -> Block {
        let mut block = Block::new();
        loop {
            while self.is_mark(Mark::Colon) {
                self.bump();
            }
            if self.at_line_end() || self.is_keyword(Keyword::Else) {
                return block;
            }
            if let Some(closer) = self.closer() {
                let belongs = |(kind, _): &(BlockKind, Span)| closer.kind.belongs_to(*kind);
                let own = self.open.iter().any(belongs);
                if own {
                    return block;
                }
                let statement = self.stray_on_line(closer);
                block.push(statement);
                continue;
            }
            block.push(self.statement());
        }
    }

    /// `If a Then b End If`, all on one line.
    fn stray_on_line(&mut self, closer: Closer) -> Statement {
        let start = self.span();
        if closer.kind == CloserKind::End(BlockKind::If) {
            for _ in 0..closer.tokens {
                self.bump();
            }
            let span = self.since(start.start);
            self.complain(
                SyntaxCode::StrayEnd,
                span,
                "an `If` on one line has no `End If`",
                "leave it out, or put what is behind `Then` on a line of its own",
            );
            return Statement {
                kind: StatementKind::Wrong,
                span,
            };
        }
        self.stray(closer)
    }

    fn if_block(&mut self, condition: Expression, head: Span) -> StatementKind {
        let (branches, otherwise) = self.within(BlockKind::If, head, |parser| {
            let body = parser.body();
            let mut branches = vec![Branch { condition, body }];
            let mut otherwise: Option<Block> = None;
            while let Some(closer) = parser.closer() {
                if closer.kind == CloserKind::ElseIf {
                    let branch = parser.else_if(otherwise.is_some());
                    match &mut otherwise {
                        // An error is noted; what is in it goes where it stands.
                        Some(otherwise) => otherwise.extend(branch.body),
                        None => branches.push(branch),
                    }
                } else if closer.kind == CloserKind::Else {
                    let more = parser.else_part(otherwise.is_some());
                    otherwise.get_or_insert_default().extend(more);
                } else {
                    break;
                }
            }
            (branches, otherwise)
        });
        self.finish(BlockKind::If, head);
        StatementKind::If(If {
            branches,
            otherwise,
            on_one_line: false,
        })
    }

    fn else_if(&mut self, is_behind_else: bool) -> Branch {
        let word = self.bump().span;
        if is_behind_else {
            self.complain(
                SyntaxCode::StrayEnd,
                word,
                "an `ElseIf` stands behind `Else`",
                "`Else` is the last part of an `If`",
            );
        }
        let missing = self.missing();
        let condition = self.head(missing, |parser| {
            let condition = parser.expression_for("a condition behind `ElseIf`")?;
            parser.expect_keyword(Keyword::Then, "`Then` behind the condition")?;
            Ok(condition)
        });
        let body = self.body();
        Branch { condition, body }
    }

    fn else_part(&mut self, is_second: bool) -> Block {
        let word = self.bump().span;
        if is_second {
            self.complain(
                SyntaxCode::StrayEnd,
                word,
                "this `If` has an `Else` already",
                "",
            );
        }
        self.body()
    }

    pub(super) fn select(&mut self) -> Parse<StatementKind> {
        let head = self.bump().span;
        let missing = self.missing();
        let subject = self.head(missing, |parser| {
            parser.expect_keyword(Keyword::Case, "`Case` behind `Select`")?;
            parser.expression_for("a value behind `Select Case`")
        });
        self.expect_statement_end("`Select Case`");
        let select = self.within(BlockKind::Select, head, |parser| parser.cases(subject));
        self.finish(BlockKind::Select, head);
        Ok(StatementKind::Select(select))
    }

    fn cases(&mut self, subject: Expression) -> Select {
        let mut select = Select {
            subject,
            cases: Vec::new(),
            otherwise: None,
        };
        let early = self.body();
        if let Some(first) = early.first() {
            let span = first.span;
            self.complain(
                SyntaxCode::Misplaced,
                span,
                "a statement stands before the first `Case`",
                "nothing would ever come there",
            );
        }
        while self.is_keyword(Keyword::Case) {
            let start = self.bump().span;
            if self.eat_keyword(Keyword::Else) {
                if select.otherwise.is_some() {
                    self.complain(
                        SyntaxCode::StrayEnd,
                        start,
                        "this `Select Case` has a `Case Else` already",
                        "",
                    );
                }
                let body = self.body();
                select.otherwise.get_or_insert_default().extend(body);
                continue;
            }
            if select.otherwise.is_some() {
                self.complain(
                    SyntaxCode::StrayEnd,
                    start,
                    "a `Case` stands behind `Case Else`",
                    "`Case Else` is the last part of a `Select Case`",
                );
            }
            let tests = self.head(Vec::new(), Self::case_tests);
            let span = self.since(start.start);
            let body = self.body();
            match &mut select.otherwise {
                // An error is noted; what is in it goes where it stands.
                Some(otherwise) => otherwise.extend(body),
                None => select.cases.push(Case { tests, body, span }),
            }
        }
        select
    }

    fn case_tests(&mut self) -> Parse<Vec<CaseTest>> {
        let mut tests = vec![self.case_test("a value, `Is`, or `Else` behind `Case`")?];
        while self.eat_mark(Mark::Comma) {
            tests.push(self.case_test("a value or `Is` behind `,`")?);
        }
        if !self.at_statement_end() {
            // Statements on the same line are taken with or without a colon.
            return match self.keyword() {
                Some(Keyword::To) => Err(self.unexpected("`,` or the end of the statement")),
                _ => Ok(tests),
            };
        }
        Ok(tests)
    }

    fn case_test(&mut self, expected: &str) -> Parse<CaseTest> {
        if self.eat_keyword(Keyword::Is) {
            return self.case_comparison();
        }
        let is_operator = matches!(
            self.peek(),
            TokenKind::Mark(
                Mark::Equal
                    | Mark::NotEqual
                    | Mark::Less
                    | Mark::LessOrEqual
                    | Mark::Greater
                    | Mark::GreaterOrEqual
            )
        );
        if is_operator {
            let remedy = format!("write `Is {} …`", self.word());
            return Err(self.unexpected_with(expected, Some(remedy)));
        }
        let value = self.expression_for(expected)?;
        if self.eat_keyword(Keyword::To) {
            let to = self.expression_for("a value behind `To`")?;
            return Ok(CaseTest::Range(value, to));
        }
        Ok(CaseTest::Value(value))
    }

    fn case_comparison(&mut self) -> Parse<CaseTest> {
        let operator = match self.peek() {
            TokenKind::Mark(Mark::Equal) => BinaryOperator::Equal,
            TokenKind::Mark(Mark::NotEqual) => BinaryOperator::NotEqual,
            TokenKind::Mark(Mark::Less) => BinaryOperator::Less,
            TokenKind::Mark(Mark::LessOrEqual) => BinaryOperator::LessOrEqual,
            TokenKind::Mark(Mark::Greater) => BinaryOperator::Greater,
            TokenKind::Mark(Mark::GreaterOrEqual) => BinaryOperator::GreaterOrEqual,
            _ => return Err(self.unexpected("a comparison such as `>` behind `Is`")),
        };
        self.bump();
        let value = self.expression_for("a value behind the comparison")?;
        Ok(CaseTest::Is(operator, value))
    }

    pub(super) fn for_loop(&mut self) -> Parse<StatementKind> {
        let head = self.bump().span;
        let missing = || Expression {
            kind: ExpressionKind::Missing,
            span: Span::at(head.end),
        };
        let (variable, from, to, step) =
            self.head((missing(), missing(), missing(), None), Self::for_head);
        self.expect_statement_end("the head of the `For`");
        let body = self.within(BlockKind::For, head, Self::body);
        let mut next = None;
        if self.finish(BlockKind::For, head).is_some() && !self.at_statement_end() {
            next = Some(
                self.expression_for("the variable of the `For`, or the end of the statement")?,
            );
        }
        Ok(StatementKind::For(Box::new(For {
            variable,
            from,
            to,
            step,
            body,
            next,
        })))
    }

    /// `For Each`, as other languages have it.
    fn is_each(&self) -> bool {
        self.word().eq_ignore_ascii_case("each")
            && matches!(self.token(1).kind, TokenKind::Word { .. })
    }

    fn for_head(&mut self) -> Parse<(Expression, Expression, Expression, Option<Expression>)> {
        if self.is_each() {
            return Err(self.unexpected_with(
                "a variable behind `For`",
                Some("write `ForAll x In y … End ForAll`".to_owned()),
            ));
        }
        let span = self.span();
        let name = self.name("a variable behind `For`")?;
        let variable = Expression {
            kind: ExpressionKind::Name(name),
            span,
        };
        self.expect_mark(Mark::Equal, "`=` behind the variable of the `For`")?;
        let from = self.expression_for("the first value")?;
        self.expect_keyword(Keyword::To, "`To` and the last value")?;
        let to = self.expression_for("the last value behind `To`")?;
        let step = match self.eat_keyword(Keyword::Step) {
            true => Some(self.expression_for("a value behind `Step`")?),
            false => None,
        };
        Ok((variable, from, to, step))
    }

    pub(super) fn for_all(&mut self) -> Parse<StatementKind> {
        let head = self.bump().span;
        let missing = self.missing();
        let unnamed = unnamed(head);
        let (variable, container) = self.head((unnamed, missing), |parser| {
            let variable = parser.name("a variable behind `ForAll`")?;
            parser.expect_keyword(Keyword::In, "`In` behind the variable")?;
            let container = parser.expression_for("an array, list or collection behind `In`")?;
            Ok((variable, container))
        });
        self.expect_statement_end("the head of the `ForAll`");
        let body = self.within(BlockKind::ForAll, head, Self::body);
        self.finish(BlockKind::ForAll, head);
        Ok(StatementKind::ForAll(ForAll {
            variable,
            container,
            body,
        }))
    }

    pub(super) fn while_loop(&mut self) -> Parse<StatementKind> {
        let head = self.bump().span;
        let missing = self.missing();
        let condition = self.head(missing, |parser| {
            parser.expression_for("a condition behind `While`")
        });
        self.expect_statement_end("the condition of the `While`");
        let body = self.within(BlockKind::While, head, Self::body);
        self.finish(BlockKind::While, head);
        Ok(StatementKind::While { condition, body })
    }

    pub(super) fn do_loop(&mut self) -> Parse<StatementKind> {
        let head = self.bump().span;
        let mut condition = self.head(None, |parser| parser.loop_condition(false));
        self.expect_statement_end("`Do`");
        let body = self.within(BlockKind::Do, head, Self::body);
        if self.finish(BlockKind::Do, head).is_some() {
            let place = self.span();
            let at_end = self.loop_condition(true)?;
            if at_end.is_some() && condition.is_some() {
                self.complain(
                    SyntaxCode::Unexpected,
                    place,
                    "this `Do` has a condition behind `Do` and one behind `Loop`",
                    "keep one of them",
                );
            } else {
                condition = condition.or(at_end);
            }
        }
        Ok(StatementKind::Do(Do { condition, body }))
    }

    fn loop_condition(&mut self, at_end: bool) -> Parse<Option<LoopCondition>> {
        let until = match self.keyword() {
            Some(Keyword::While) => false,
            Some(Keyword::Until) => true,
            _ if self.at_statement_end() => return Ok(None),
            _ => return Err(self.unexpected("`While`, `Until` or the end of the statement")),
        };
        self.bump();
        let condition = self.expression_for("a condition")?;
        Ok(Some(LoopCondition {
            at_end,
            until,
            condition,
        }))
    }

    pub(super) fn with(&mut self) -> Parse<StatementKind> {
        let head = self.bump().span;
        let missing = self.missing();
        let object = self.head(missing, |parser| {
            parser.expression_for("an object behind `With`")
        });
        self.expect_statement_end("the object of the `With`");
        let body = self.within(BlockKind::With, head, Self::body);
        self.finish(BlockKind::With, head);
        Ok(StatementKind::With { object, body })
    }

    /// The statements of a procedure, and its end.
    pub(super) fn procedure_body(
        &mut self,
        kind: ProcedureKind,
        head: Span,
    ) -> (Block, Option<Span>) {
        let block = BlockKind::Procedure(kind);
        // What is open around a procedure has to do with classes only.
        let body = self.within(block, head, Self::body);
        (body, self.finish(block, head))
    }

    /// What stands outside of procedures, up to the end of the script or, in a class, of the class.
    pub(super) fn module(&mut self) -> Block {
        let mut block = Block::new();
        loop {
            self.skip_separators();
            if self.peek() == TokenKind::End {
                return block;
            }
            block.push(match self.closer() {
                Some(closer) => self.stray(closer),
                None => {
                    let statement = self.statement();
                    self.check_place(&statement);
                    statement
                }
            });
        }
    }

    fn check_place(&mut self, statement: &Statement) {
        let is_loose = !matches!(
            statement.kind,
            StatementKind::Option(_)
                | StatementKind::DefType(_)
                | StatementKind::Use(_)
                | StatementKind::UseLsx(_)
                | StatementKind::Include(_)
                | StatementKind::Procedure(_)
                | StatementKind::External(_)
                | StatementKind::Forward(_)
                | StatementKind::ForwardClass { .. }
                | StatementKind::ForwardType(_)
                | StatementKind::Type(_)
                | StatementKind::Class(_)
                | StatementKind::Const(_)
                | StatementKind::Dim(_)
                | StatementKind::Wrong
        );
        if is_loose && !self.was_loose && !self.loose {
            let message = "a statement stands outside of any procedure";
            self.complain(
                SyntaxCode::Misplaced,
                statement.span,
                message,
                "put it into a Sub or Function; an earlier `End Sub` may be one too many",
            );
        }
        // One error for all that follow each other.
        self.was_loose = is_loose;
    }

    pub(super) fn class_body(&mut self, head: Span) -> (Block, Option<Span>) {
        let members = self.within(BlockKind::Class, head, |parser| {
            let mut members = Block::new();
            loop {
                parser.skip_separators();
                let is_next_class = || {
                    parser.keyword() == Some(Keyword::Class)
                        || parser.keyword_ahead(1) == Some(Keyword::Class)
                            && matches!(parser.keyword(), Some(Keyword::Public | Keyword::Private))
                };
                if parser.peek() == TokenKind::End || is_next_class() {
                    return members;
                }
                match parser.closer() {
                    Some(closer) if closer.kind == CloserKind::End(BlockKind::Class) => {
                        return members;
                    }
                    Some(closer) => members.push(parser.stray(closer)),
                    None => members.push(parser.member_statement()),
                }
            }
        });
        (members, self.finish(BlockKind::Class, head))
    }

    /// The members of a `Type`, and its end.
    pub(super) fn type_body(&mut self, head: Span) -> (Vec<Variable>, Option<Span>) {
        let members = self.within(BlockKind::Type, head, |parser| {
            let mut members = Vec::new();
            loop {
                parser.skip_separators();
                let is_end = matches!(parser.closer(), Some(closer) if matches!(closer.kind, CloserKind::End(_)));
                let is_other = matches!(parser.keyword(), Some(Keyword::Sub | Keyword::Function | Keyword::Class | Keyword::Dim | Keyword::Const)) && parser.keyword_ahead(1) != Some(Keyword::As);
                if parser.peek() == TokenKind::End || is_end || is_other {
                    return members;
                }
                match parser.type_members() {
                    Ok(more) => members.extend(more),
                    Err(Failed) => parser.skip_statement(),
                }
                parser.expect_statement_end("the member");
            }
        });
        (members, self.finish(BlockKind::Type, head))
    }
}

fn is_loop(kind: BlockKind) -> bool {
    matches!(
        kind,
        BlockKind::For | BlockKind::ForAll | BlockKind::While | BlockKind::Do
    )
}

/// Which block `End` with a keyword ends.
fn ended_by(keyword: Keyword) -> Option<BlockKind> {
    Some(match keyword {
        Keyword::If => BlockKind::If,
        Keyword::Select => BlockKind::Select,
        Keyword::ForAll => BlockKind::ForAll,
        Keyword::With => BlockKind::With,
        Keyword::Sub => BlockKind::Procedure(ProcedureKind::Sub),
        Keyword::Function => BlockKind::Procedure(ProcedureKind::Function),
        Keyword::Property => BlockKind::Procedure(ProcedureKind::PropertyGet),
        Keyword::Class => BlockKind::Class,
        Keyword::Type => BlockKind::Type,
        _ => return None,
    })
}
