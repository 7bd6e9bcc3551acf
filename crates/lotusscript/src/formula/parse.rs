//! Tokens to a tree. Every mistake of a formula is told, not the first one only: behind one, reading goes on at the next `;` or `)`.

use super::error::{Gathered, SyntaxCode, SyntaxError, SyntaxErrors, shown};
use super::functions::Function;
use super::lex::{Odd, Token, TokenKind, Tokens, tokens};
use super::tree::{Assignment, Binary, Call, Formula, Node, NodeId, NodeKind, Target, Unary};
use super::value::Value;
use crate::international::International;
use crate::place::Span;

/// The longest formula, in bytes. Domino Designer keeps far less.
pub const MOST_BYTES: usize = 1 << 20;

/// How deeply a formula may be nested.
pub const MOST_DEPTH: u32 = 120;

/// What a text came to: a tree as far as it was understood, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// With [`NodeKind::Missing`] where something was not understood.
    pub formula: Formula,
    /// In the order of the text; with none, the formula is whole.
    pub errors: Vec<SyntaxError>,
}

impl Formula {
    /// Reads a formula whose date-times are written in the American way.
    pub fn parse(source: &str) -> Result<Formula, SyntaxErrors> {
        Self::parse_in(source, &International::default())
    }

    /// Reads a formula whose date-times are written as somebody's settings have it.
    pub fn parse_in(source: &str, international: &International) -> Result<Formula, SyntaxErrors> {
        let Parsed { formula, errors } = parse(source, international);
        if errors.is_empty() {
            Ok(formula)
        } else {
            Err(SyntaxErrors { errors })
        }
    }
}

/// Reads a formula, with or without mistakes.
pub fn parse(source: &str, international: &International) -> Parsed {
    let mut parser = Parser {
        source,
        international,
        tokens: tokens(source),
        next: Token {
            kind: TokenKind::White,
            span: Span::default(),
        },
        is_at_end: false,
        last: Span::default(),
        nodes: Vec::new(),
        children: Vec::new(),
        errors: Gathered::default(),
        depth: 0,
    };
    let statements = parser.formula();
    Parsed {
        formula: Formula {
            source: source.to_owned(),
            nodes: parser.nodes,
            children: parser.children,
            statements,
        },
        errors: parser.errors.placed(source),
    }
}

/// A mistake was told; whoever knows where to go on does so.
#[derive(Debug)]
struct Lost;

type Read<T> = Result<T, Lost>;

struct Parser<'s> {
    source: &'s str,
    international: &'s International,
    tokens: Tokens<'s>,
    next: Token,
    is_at_end: bool,
    /// The token before.
    last: Span,
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    errors: Gathered,
    depth: u32,
}

impl Parser<'_> {
    fn formula(&mut self) -> Vec<NodeId> {
        let mut statements = Vec::new();
        if self.source.len() > MOST_BYTES {
            self.errors.add(
                SyntaxCode::TooLong,
                Span::between(0, 0),
                format!("{} bytes", self.source.len()),
                format!("at most {MOST_BYTES}"),
                "cut the formula into several",
            );
            return statements;
        }
        self.advance();
        loop {
            while self.is(TokenKind::Semicolon) {
                self.advance();
            }
            if self.is_at_end || self.errors.is_full() || self.depth >= MOST_DEPTH {
                break;
            }
            let before = self.next.span;
            match self.statement() {
                Ok(statement) => statements.push(statement),
                Err(Lost) => {
                    let missing = self.add(NodeKind::Missing, before);
                    statements.push(missing);
                    self.skip_to_statement();
                }
            }
        }
        if statements.is_empty() && self.errors.len() == 0 {
            self.errors.add(
                SyntaxCode::Empty,
                Span::between(0, self.source.len()),
                "nothing",
                "a statement",
                "write what the formula is to return, such as \"\" or @All",
            );
        }
        statements
    }

    fn statement(&mut self) -> Read<NodeId> {
        let statement = self.expression(0)?;
        if self.is_at_end || self.is(TokenKind::Semicolon) {
            return Ok(statement);
        }
        Err(self.no_end())
    }

    /// What stands behind a whole statement.
    fn no_end(&mut self) -> Lost {
        let Token { kind, span } = self.next;
        let found = shown(span.of(self.source));
        match kind {
            TokenKind::Close | TokenKind::Odd(Odd::Bracket) => self.errors.add(
                SyntaxCode::StrayClose,
                span,
                &found,
                "`;` or the end",
                "take it out, or open what it closes",
            ),
            TokenKind::Assign => self.not_assignable(span),
            TokenKind::Odd(odd) => self.odd(odd, span),
            TokenKind::Open => self.errors.add(
                SyntaxCode::NotAFunction,
                span,
                &found,
                "an operator or `;`",
                format!(
                    "{} is no function; functions begin with @",
                    shown(self.last.of(self.source))
                ),
            ),
            _ => self.errors.add(
                SyntaxCode::NoOperator,
                span,
                &found,
                "an operator or `;`",
                "end the statement before with `;`, or write the operator that is missing",
            ),
        }
        Lost
    }

    fn not_assignable(&mut self, span: Span) {
        self.errors.add(
            SyntaxCode::NotAssignable,
            span,
            "`:=`",
            "an operator or `;`",
            "assign to a name alone; an element is changed by making the list anew",
        );
    }

    /// The whole of it: an assignment, a statement with a reserved word, or a value.
    fn expression(&mut self, least: u8) -> Read<NodeId> {
        self.depth += 1;
        if self.depth >= MOST_DEPTH {
            if self.depth == MOST_DEPTH {
                self.errors.add(
                    SyntaxCode::TooDeep,
                    self.next.span,
                    "one level more",
                    format!("at most {MOST_DEPTH} levels"),
                    "put inner parts into variables",
                );
            }
            // It stays that deep, so that everybody gives up.
            return Err(Lost);
        }
        let value = if least == 0 && self.is(TokenKind::Name) {
            self.beginning_with_name()
        } else {
            self.value(least)
        };
        if self.depth < MOST_DEPTH {
            self.depth -= 1;
        }
        value
    }

    fn beginning_with_name(&mut self) -> Read<NodeId> {
        let span = self.next.span;
        let word = span.of(self.source);
        if word.eq_ignore_ascii_case("rem") {
            return self.remark();
        }
        if word.eq_ignore_ascii_case("select") {
            self.advance();
            let condition = self.expression(0)?;
            return Ok(self.add(NodeKind::Select(condition), span.to(self.last)));
        }
        let target = match word.to_ascii_lowercase().as_str() {
            "field" => Target::Field,
            "default" => Target::Default,
            "environment" => Target::Environment,
            _ => return self.name_first(span),
        };
        self.advance();
        if !self.is(TokenKind::Name) {
            let found = self.found();
            self.errors.add(
                SyntaxCode::NoName,
                self.next.span,
                found,
                format!("the name that {word} is for"),
                format!("write {} name := value", word.to_uppercase()),
            );
            return Err(Lost);
        }
        let name_span = self.next.span;
        self.advance();
        if !self.is(TokenKind::Assign) {
            let found = self.found();
            self.errors.add(
                SyntaxCode::NoAssignment,
                self.next.span,
                found,
                "`:=`",
                format!(
                    "write {} {} := value",
                    word.to_uppercase(),
                    name_span.of(self.source)
                ),
            );
            return Err(Lost);
        }
        self.assignment(target, span, name_span)
    }

    /// A name, which may be assigned to.
    fn name_first(&mut self, span: Span) -> Read<NodeId> {
        let mut ahead = self.tokens.clone();
        let behind = ahead.find(|token| token.kind != TokenKind::White);
        if behind.is_none_or(|token| token.kind != TokenKind::Assign) {
            return self.value(0);
        }
        self.advance();
        self.assignment(Target::Variable, span, span)
    }

    /// From the `:=` on.
    fn assignment(&mut self, target: Target, start: Span, name_span: Span) -> Read<NodeId> {
        self.advance();
        let value = self.expression(0)?;
        let assignment = Assignment {
            target,
            name: lower(name_span.of(self.source)),
            name_span,
            value,
        };
        Ok(self.add(NodeKind::Assign(assignment), start.to(self.last)))
    }

    fn remark(&mut self) -> Read<NodeId> {
        let start = self.next.span;
        self.advance();
        match self.next.kind {
            _ if self.is_at_end => Ok(self.add(NodeKind::Remark, start)),
            // An empty remark; it is in formulas that Domino wrote.
            TokenKind::Semicolon => Ok(self.add(NodeKind::Remark, start)),
            TokenKind::Text | TokenKind::Braced => {
                self.advance();
                Ok(self.add(NodeKind::Remark, start.to(self.last)))
            }
            TokenKind::Odd(odd @ (Odd::OpenText | Odd::OpenBrace)) => {
                self.odd(odd, self.next.span);
                Err(Lost)
            }
            _ => {
                let found = self.found();
                self.errors.add(
                    SyntaxCode::NoRemark,
                    self.next.span,
                    found,
                    "the remark as a text",
                    "write REM {…} or REM \"…\"",
                );
                Err(Lost)
            }
        }
    }

    /// A value with the operators behind it that bind at least so tightly.
    fn value(&mut self, least: u8) -> Read<NodeId> {
        let mut left = self.prefixed(least)?;
        loop {
            let operator = match self.next.kind {
                TokenKind::Operator(operator) if !self.is_at_end => operator,
                _ => return Ok(left),
            };
            let binding = operator.binding();
            if binding < least {
                return Ok(left);
            }
            self.advance();
            let right = self.expression(binding + 1)?;
            left = self.binary(operator, left, right);
        }
    }

    fn binary(&mut self, operator: Binary, left: NodeId, right: NodeId) -> NodeId {
        let span = self.span_of(left).to(self.span_of(right));
        self.add(NodeKind::Binary(operator, left, right), span)
    }

    fn prefixed(&mut self, least: u8) -> Read<NodeId> {
        use super::tree::Operation::{Add, Subtract};
        let unary = match self.next.kind {
            _ if self.is_at_end => None,
            TokenKind::Not => Some(Unary::Not),
            TokenKind::Operator(one) if one == Binary::pairwise(Add) => Some(Unary::Plus),
            TokenKind::Operator(one) if one == Binary::pairwise(Subtract) => Some(Unary::Minus),
            _ => None,
        };
        let Some(unary) = unary else {
            return self.postfixed();
        };
        let start = self.next.span;
        self.advance();
        let inner = self.expression(unary.binding().max(least).max(1))?;
        Ok(self.add(NodeKind::Unary(unary, inner), start.to(self.last)))
    }

    fn postfixed(&mut self) -> Read<NodeId> {
        let mut value = self.primary()?;
        while self.is(TokenKind::SubscriptOpen) {
            let open = self.next.span;
            self.advance();
            let index = self.expression(1)?;
            if !self.is(TokenKind::SubscriptClose) {
                let found = self.found();
                self.errors.add(
                    SyntaxCode::OpenSubscript,
                    open,
                    found,
                    "`]`",
                    "close the subscript with `]`",
                );
                return Err(Lost);
            }
            self.advance();
            let span = self.span_of(value).to(self.last);
            value = self.add(NodeKind::Subscript(value, index), span);
        }
        Ok(value)
    }

    fn primary(&mut self) -> Read<NodeId> {
        let Token { kind, span } = self.next;
        if self.is_at_end {
            return Err(self.no_value("the end"));
        }
        let written = span.of(self.source);
        match kind {
            TokenKind::Text => Ok(self.constant(Value::text(unescaped(written)))),
            TokenKind::Braced => Ok(self.constant(Value::text(inner(written)))),
            TokenKind::Number => {
                let number = written.parse().unwrap_or(f64::NAN);
                Ok(self.constant(Value::number(number)))
            }
            TokenKind::Bracketed => self.bracketed(span),
            TokenKind::Name if is_reserved(written) => {
                self.errors.add(
                    SyntaxCode::ReservedWord,
                    span,
                    shown(written),
                    "a value",
                    "a reserved word begins a statement; end the one before with `;`, or take another name",
                );
                self.advance();
                Err(Lost)
            }
            TokenKind::Name => {
                self.advance();
                Ok(self.add(NodeKind::Name(lower(written)), span))
            }
            TokenKind::Function => self.call(span),
            TokenKind::Open => self.parenthesized(),
            TokenKind::Odd(odd) => {
                self.odd(odd, span);
                self.advance();
                Err(Lost)
            }
            _ => Err(self.no_value(&shown(written))),
        }
    }

    fn no_value(&mut self, found: &str) -> Lost {
        let remedy = match self.next.kind {
            TokenKind::Semicolon => {
                "write the value that is missing before `;`; an empty text is \"\""
            }
            TokenKind::Close => "write the value that is missing before `)`; an empty text is \"\"",
            TokenKind::Assign => "write the name that is assigned to before `:=`",
            _ => "write a text, a number, a field or an @function here",
        };
        self.errors.add(
            SyntaxCode::NoValue,
            self.next.span,
            found,
            "a value",
            remedy,
        );
        Lost
    }

    fn constant(&mut self, value: Value) -> NodeId {
        let span = self.next.span;
        self.advance();
        self.add(NodeKind::Constant(value), span)
    }

    /// A keyword or a date-time.
    fn bracketed(&mut self, span: Span) -> Read<NodeId> {
        let inside = inner(span.of(self.source)).trim();
        let is_keyword = inside.starts_with(|letter: char| letter.is_alphabetic() || letter == '$')
            && inside
                .chars()
                .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$'));
        let value = if is_keyword {
            Some(Value::keyword(inside))
        } else {
            self.international.read_time(inside).map(Value::time)
        };
        let Some(value) = value else {
            self.errors.add(
                SyntaxCode::OddBracket,
                span,
                shown(span.of(self.source)),
                "a date-time or a keyword",
                format!(
                    "write a date as [{}], a time as [{}], a keyword as [OK]",
                    self.international.date_pattern(),
                    self.international.time_pattern()
                ),
            );
            self.advance();
            // It is a value, though an odd one: what is behind it may be read.
            return Ok(self.add(NodeKind::Missing, span));
        };
        Ok(self.constant(value))
    }

    fn call(&mut self, name: Span) -> Read<NodeId> {
        self.advance();
        let mut arguments = Vec::new();
        let has_parentheses = self.is(TokenKind::Open);
        if has_parentheses {
            self.arguments(name, &mut arguments)?;
        }
        // Inner calls have listed theirs before.
        let first = self.children.len();
        let call = Call {
            function: Function::named(name.of(self.source)),
            name,
            first: u32::try_from(first).unwrap_or(u32::MAX),
            count: u32::try_from(arguments.len()).unwrap_or(0),
            has_parentheses,
        };
        self.children.append(&mut arguments);
        Ok(self.add(NodeKind::Call(call), name.to(self.last)))
    }

    fn arguments(&mut self, name: Span, arguments: &mut Vec<NodeId>) -> Read<()> {
        let open = self.next.span;
        let told = self.errors.len();
        self.advance();
        if self.is(TokenKind::Close) {
            self.advance();
            return Ok(());
        }
        loop {
            let before = self.next.span;
            let argument = match self.expression(0) {
                Ok(argument) if self.is_end_of_argument() => argument,
                Ok(_) => {
                    self.no_end_of_argument(name);
                    self.recovered(before)?
                }
                Err(Lost) => self.recovered(before)?,
            };
            arguments.push(argument);
            if self.is_at_end {
                if self.errors.len() == told {
                    self.not_closed(open, &format!("{} is", name.of(self.source)));
                }
                return Err(Lost);
            }
            let is_last = self.is(TokenKind::Close);
            self.advance();
            if is_last {
                return Ok(());
            }
        }
    }

    fn is_end_of_argument(&self) -> bool {
        self.is_at_end || self.is(TokenKind::Semicolon) || self.is(TokenKind::Close)
    }

    fn no_end_of_argument(&mut self, name: Span) {
        let Token { kind, span } = self.next;
        let written = span.of(self.source);
        match kind {
            TokenKind::Odd(Odd::Character) if written == "," => self.errors.add(
                SyntaxCode::OddCharacter,
                span,
                "`,`",
                "`;` or `)`",
                format!("arguments of {} are parted by `;`", name.of(self.source)),
            ),
            TokenKind::Odd(odd) => self.odd(odd, span),
            TokenKind::Assign => self.not_assignable(span),
            TokenKind::Open => {
                self.no_end();
            }
            _ => self.errors.add(
                SyntaxCode::NoOperator,
                span,
                shown(written),
                "an operator, `;` or `)`",
                "write the operator or the `;` that is missing, or close the call",
            ),
        }
    }

    fn not_closed(&mut self, open: Span, what: &str) {
        self.errors.add(
            SyntaxCode::OpenParenthesis,
            open,
            "`(`, and then the end",
            "`)`",
            format!("{what} never closed; write `)` behind its last argument"),
        );
    }

    /// Goes on behind a mistake in an argument or a pair of parentheses: at the `;` or `)` that ends it.
    fn recovered(&mut self, from: Span) -> Read<NodeId> {
        if self.depth >= MOST_DEPTH || self.errors.is_full() {
            return Err(Lost);
        }
        let mut inner = 0_u32;
        while !self.is_at_end {
            match self.next.kind {
                TokenKind::Open => inner += 1,
                TokenKind::Close if inner > 0 => inner -= 1,
                TokenKind::Close => break,
                TokenKind::Semicolon if inner == 0 => break,
                _ => {}
            }
            self.advance();
        }
        Ok(self.add(NodeKind::Missing, from.to(self.last)))
    }

    fn parenthesized(&mut self) -> Read<NodeId> {
        let open = self.next.span;
        let told = self.errors.len();
        self.advance();
        let before = self.next.span;
        let inside = match self.expression(0) {
            Ok(inside) => inside,
            Err(Lost) => self.recovered(before)?,
        };
        if self.is(TokenKind::Close) {
            self.advance();
            // The span of what is inside grows, so that a piece of source is whole.
            let span = open.to(self.last);
            if let Some(node) = self.nodes.get_mut(inside.0 as usize) {
                node.span = span;
            }
            return Ok(inside);
        }
        if self.errors.len() == told {
            self.no_close(open);
        }
        self.recovered_behind_parenthesis(open)
    }

    /// What stands where a parenthesis should be closed.
    fn no_close(&mut self, open: Span) {
        let Token { kind, span } = self.next;
        match kind {
            _ if self.is_at_end => self.errors.add(
                SyntaxCode::OpenParenthesis,
                open,
                "`(`, and then the end",
                "`)`",
                "close what was opened here with `)`",
            ),
            TokenKind::Semicolon => self.errors.add(
                SyntaxCode::StraySemicolon,
                span,
                "`;`",
                "`)`",
                "close the parenthesis before, or put @ and a function's name before it",
            ),
            TokenKind::Odd(odd) => self.odd(odd, span),
            TokenKind::Assign => self.not_assignable(span),
            TokenKind::Open => {
                self.no_end();
            }
            _ => self.errors.add(
                SyntaxCode::NoOperator,
                span,
                shown(span.of(self.source)),
                "an operator or `)`",
                "write the operator that is missing, or close the parenthesis",
            ),
        }
    }

    /// Goes on behind the `)`, whatever is before it.
    fn recovered_behind_parenthesis(&mut self, open: Span) -> Read<NodeId> {
        self.recovered(open)?;
        while self.is(TokenKind::Semicolon) {
            self.advance();
            self.recovered(open)?;
        }
        if !self.is(TokenKind::Close) {
            return Err(Lost);
        }
        self.advance();
        Ok(self.add(NodeKind::Missing, open.to(self.last)))
    }

    fn odd(&mut self, odd: Odd, span: Span) {
        let written = span.of(self.source);
        let (code, found, expected, remedy) = match odd {
            Odd::OpenText => (
                SyntaxCode::OpenText,
                shown(written),
                "`\"` at the end of the text",
                "close the text; a quotation mark inside is written \\\"",
            ),
            Odd::OpenBrace => (
                SyntaxCode::OpenBrace,
                shown(written),
                "`}` at the end of the text",
                "close the text with `}`",
            ),
            Odd::OpenBracket => (
                SyntaxCode::OpenBracket,
                shown(written),
                "`]` at the end of the keyword or date",
                "close it with `]`",
            ),
            Odd::Number => (
                SyntaxCode::OddNumber,
                shown(written),
                "a number",
                "write it as 12, .5, 1.5 or 1E-3; a name does not begin with a digit",
            ),
            Odd::At => (
                SyntaxCode::NoFunctionName,
                "`@` alone".to_owned(),
                "the name of an @function",
                "write the name right behind @",
            ),
            Odd::Operator => (
                SyntaxCode::OddOperator,
                shown(written),
                "an operator of the formula language",
                match written {
                    "==" => "equality is `=`, an assignment `:=`",
                    "&&" => "and is `&`",
                    "||" => "or is `|`",
                    "=<" => "less than or equal to is `<=`",
                    _ => "greater than or equal to is `>=`",
                },
            ),
            Odd::Bracket => (
                SyntaxCode::StrayClose,
                shown(written),
                "a value, an operator or `;`",
                "take it out, or open what it closes",
            ),
            Odd::Character => (
                SyntaxCode::OddCharacter,
                shown(written),
                "a value, an operator or `;`",
                match written {
                    "," => "arguments are parted by `;`, elements of a list by `:`",
                    "'" | "’" | "‘" | "“" | "”" => "a text stands between \"…\" or {…}",
                    "}" => "take it out, or open what it closes",
                    "%" => "a share is a number: 5% is 0.05; for remainders there is @Modulo",
                    "^" => "powers are @Power(base; exponent)",
                    "." => "a field's name has no dot; a number is .5",
                    "#" => "a number stands as it is, a date between [ and ]",
                    _ => "take it out, or put it into a text",
                },
            ),
        };
        self.errors.add(code, span, found, expected, remedy);
    }

    fn skip_to_statement(&mut self) {
        // A parenthesis that was opened behind the mistake hides its semicolons.
        let mut inner = 0_u32;
        while !self.is_at_end {
            match self.next.kind {
                TokenKind::Open => inner += 1,
                TokenKind::Close => inner = inner.saturating_sub(1),
                TokenKind::Semicolon if inner == 0 => return,
                _ => {}
            }
            self.advance();
        }
    }

    fn found(&self) -> String {
        if self.is_at_end {
            "the end".to_owned()
        } else {
            shown(self.next.span.of(self.source))
        }
    }

    fn is(&self, kind: TokenKind) -> bool {
        !self.is_at_end && self.next.kind == kind
    }

    /// To the next token that is no white space.
    fn advance(&mut self) {
        self.last = self.next.span;
        match self.tokens.find(|token| token.kind != TokenKind::White) {
            Some(token) => self.next = token,
            None => {
                self.is_at_end = true;
                self.next = Token {
                    kind: TokenKind::White,
                    span: Span::between(self.source.len(), self.source.len()),
                };
            }
        }
    }

    fn add(&mut self, kind: NodeKind, span: Span) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { kind, span });
        id
    }

    fn span_of(&self, id: NodeId) -> Span {
        self.nodes
            .get(id.0 as usize)
            .map_or(Span::default(), |node| node.span)
    }
}

/// Whether it begins a statement rather than naming something.
pub(super) fn is_reserved(word: &str) -> bool {
    ["default", "environment", "field", "rem", "select"]
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(word))
}

fn lower(name: &str) -> Box<str> {
    name.to_lowercase().into()
}

/// Without its first and last character.
fn inner(written: &str) -> &str {
    let mut letters = written.chars();
    letters.next();
    letters.next_back();
    letters.as_str()
}

/// What `"…"` means: behind a backslash each character stands for itself. [H_WAYS_TO_USE_CONSTANTS]
fn unescaped(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut letters = inner(written).chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    text
}
