//! From tokens to the tree, by recursive descent. Errors are noted and passed over: at the end of the statement, or of the block.

mod blocks;
mod declarations;
mod expressions;
mod files;
mod statements;

use super::error::{SyntaxCode, SyntaxError};
use super::lexer::{LexProblem, Lexed};
use super::token::{Keyword, Mark, Suffix, Token, TokenKind};
use super::tree::{Block, Name, ProcedureKind, Text};
use super::{MAX_DEPTH, MAX_ERRORS, ParseOptions};
use crate::place::{LineIndex, Span};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) struct Parsed {
    pub module: Block,
    pub errors: Vec<SyntaxError>,
}

pub(super) fn parse(
    source: &str,
    lines: &LineIndex,
    lexed: &Lexed,
    options: &ParseOptions,
) -> Parsed {
    let meaning = lexed
        .tokens
        .iter()
        .copied()
        .filter(|token| !token.kind.is_trivia());
    let mut parser = Parser {
        source,
        tokens: meaning.collect(),
        at: 0,
        depth: 0,
        open: Vec::new(),
        names: HashMap::new(),
        errors: Vec::new(),
        wrong_at: HashSet::new(),
        loose: options.loose_statements,
        was_loose: false,
    };
    for (problem, span) in &lexed.problems {
        parser.lexical(*problem, *span);
    }
    let module = parser.module();
    let mut errors = parser.errors;
    errors.sort_by_key(|error| error.span);
    errors.truncate(MAX_ERRORS);
    let errors = errors
        .into_iter()
        .map(|error| error.placed(source, lines))
        .collect();
    Parsed { module, errors }
}

/// An error whose lines are not counted yet.
struct Noted {
    code: SyntaxCode,
    span: Span,
    found: String,
    expected: String,
    message: String,
    remedy: Option<String>,
    opened: Option<(&'static str, Span)>,
}

impl Noted {
    fn placed(self, source: &str, lines: &LineIndex) -> SyntaxError {
        let opened = self
            .opened
            .map(|(word, span)| (word, lines.place(source, span.start)));
        let message = match opened {
            Some((word, place)) => format!(
                "{}, to end the `{word}` of line {}",
                self.message, place.line
            ),
            None => self.message,
        };
        SyntaxError {
            code: self.code,
            span: self.span,
            place: lines.place(source, self.span.start),
            found: self.found,
            expected: self.expected,
            message,
            remedy: self.remedy,
            opened: opened.map(|(_, place)| place),
        }
    }
}

/// An error has been noted; the statement cannot be read on.
struct Failed;

type Parse<T> = Result<T, Failed>;

/// What blocks can be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    If,
    /// On one line.
    IfLine,
    Select,
    For,
    ForAll,
    While,
    Do,
    With,
    Procedure(ProcedureKind),
    Class,
    Type,
}

impl BlockKind {
    /// With what it begins.
    fn word(self) -> &'static str {
        match self {
            Self::If | Self::IfLine => "If",
            Self::Select => "Select Case",
            Self::For => "For",
            Self::ForAll => "ForAll",
            Self::While => "While",
            Self::Do => "Do",
            Self::With => "With",
            Self::Procedure(kind) => kind.words(),
            Self::Class => "Class",
            Self::Type => "Type",
        }
    }

    /// With what it ends.
    fn end(self) -> &'static str {
        match self {
            Self::If | Self::IfLine => "End If",
            Self::Select => "End Select",
            Self::For => "Next",
            Self::ForAll => "End ForAll",
            Self::While => "Wend",
            Self::Do => "Loop",
            Self::With => "End With",
            Self::Procedure(ProcedureKind::Sub) => "End Sub",
            Self::Procedure(ProcedureKind::Function) => "End Function",
            Self::Procedure(_) => "End Property",
            Self::Class => "End Class",
            Self::Type => "End Type",
        }
    }
}

struct Parser<'a> {
    source: &'a str,
    /// Those that mean something.
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    open: Vec<(BlockKind, Span)>,
    names: HashMap<&'a str, (Arc<str>, Arc<str>)>,
    errors: Vec<Noted>,
    /// Where an error is noted already: one for each place is enough.
    wrong_at: HashSet<u32>,
    loose: bool,
    /// The statement before was one that may not stand outside of procedures, too.
    was_loose: bool,
}

impl<'a> Parser<'a> {
    fn token(&self, ahead: usize) -> Token {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens[(self.at + ahead).min(last)]
    }

    fn peek(&self) -> TokenKind {
        self.token(0).kind
    }

    fn keyword(&self) -> Option<Keyword> {
        self.peek().keyword()
    }

    fn keyword_ahead(&self, ahead: usize) -> Option<Keyword> {
        self.token(ahead).kind.keyword()
    }

    fn is_mark(&self, mark: Mark) -> bool {
        self.peek() == TokenKind::Mark(mark)
    }

    fn is_keyword(&self, keyword: Keyword) -> bool {
        self.keyword() == Some(keyword)
    }

    fn span(&self) -> Span {
        self.token(0).span
    }

    /// What stands there, of this parse's source.
    fn word(&self) -> &'a str {
        self.span().of(self.source)
    }

    /// Where the token before ends.
    fn end(&self) -> u32 {
        match self.at.checked_sub(1) {
            Some(before) => self.tokens[before].span.end,
            None => 0,
        }
    }

    /// From a start to the end of the token before.
    fn since(&self, start: u32) -> Span {
        Span::new(start, self.end().max(start))
    }

    fn bump(&mut self) -> Token {
        let token = self.token(0);
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    fn eat_mark(&mut self, mark: Mark) -> bool {
        let is_there = self.is_mark(mark);
        if is_there {
            self.bump();
        }
        is_there
    }

    fn eat_keyword(&mut self, keyword: Keyword) -> bool {
        let is_there = self.is_keyword(keyword);
        if is_there {
            self.bump();
        }
        is_there
    }

    /// Whether the statement ends here, an `Else` of an `If` on one line included.
    fn at_statement_end(&self) -> bool {
        match self.peek() {
            TokenKind::LineEnd | TokenKind::End | TokenKind::Mark(Mark::Colon) => true,
            _ => self.is_keyword(Keyword::Else) && self.is_in_if_line(),
        }
    }

    fn at_line_end(&self) -> bool {
        matches!(self.peek(), TokenKind::LineEnd | TokenKind::End)
    }

    /// Whether a `Then` without a line end stands around.
    fn is_in_if_line(&self) -> bool {
        self.open.iter().any(|(kind, _)| *kind == BlockKind::IfLine)
    }

    fn is_in_procedure(&self) -> bool {
        self.open
            .iter()
            .any(|(kind, _)| matches!(kind, BlockKind::Procedure(_)))
    }

    fn skip_statement(&mut self) {
        while !self.at_statement_end() {
            self.bump();
        }
    }

    fn skip_separators(&mut self) {
        while matches!(
            self.peek(),
            TokenKind::LineEnd | TokenKind::Mark(Mark::Colon)
        ) {
            self.bump();
        }
    }

    /// What stands there, in words.
    fn found(&self) -> String {
        self.described(self.token(0))
    }

    fn described(&self, token: Token) -> String {
        let text = token.span.of(self.source);
        match token.kind {
            TokenKind::LineEnd => "the end of the line".to_owned(),
            TokenKind::End => "the end of the script".to_owned(),
            TokenKind::Text => "a string".to_owned(),
            TokenKind::Number => format!("the number {}", excerpt(text)),
            TokenKind::Word { .. } => {
                let first = token.kind.keyword();
                let next = self
                    .tokens
                    .get(self.at + 1)
                    .map(|next| next.span.of(self.source));
                match (first, next) {
                    (Some(Keyword::End), Some(next))
                        if self.token(0) == token && self.keyword_ahead(1).is_some() =>
                    {
                        format!("`{text} {next}`")
                    }
                    _ => format!("`{}`", excerpt(text)),
                }
            }
            _ => format!("`{}`", excerpt(text)),
        }
    }

    fn note(&mut self, noted: Noted) {
        let is_new = self.wrong_at.insert(noted.span.start);
        if is_new && self.errors.len() < MAX_ERRORS * 2 {
            self.errors.push(noted);
        }
    }

    /// Something else is wanted here.
    fn unexpected(&mut self, expected: &str) -> Failed {
        self.unexpected_with(expected, None)
    }

    fn unexpected_with(&mut self, expected: &str, remedy: Option<String>) -> Failed {
        let found = self.found();
        self.note(Noted {
            code: SyntaxCode::Unexpected,
            span: self.span(),
            message: format!("expected {expected}, found {found}"),
            found,
            expected: expected.to_owned(),
            remedy,
            opened: None,
        });
        Failed
    }

    /// A sentence about a span; nothing in particular is wanted there.
    fn complain(
        &mut self,
        code: SyntaxCode,
        span: Span,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let remedy: String = remedy.into();
        self.note(Noted {
            code,
            span,
            found: format!("`{}`", excerpt(span.of(self.source))),
            expected: String::new(),
            message: message.into(),
            remedy: (!remedy.is_empty()).then_some(remedy),
            opened: None,
        });
    }

    fn expect_mark(&mut self, mark: Mark, expected: &str) -> Parse<()> {
        if self.eat_mark(mark) {
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    fn expect_keyword(&mut self, keyword: Keyword, expected: &str) -> Parse<()> {
        if self.eat_keyword(keyword) {
            Ok(())
        } else {
            Err(self.unexpected(expected))
        }
    }

    /// Nothing more may stand in the statement; if something does, it is passed over.
    fn expect_statement_end(&mut self, behind: &str) {
        if !self.at_statement_end() {
            let expected = format!("the end of the statement behind {behind}");
            self.unexpected(&expected);
            self.skip_statement();
        }
    }

    /// Goes a level deeper, unless that is too deep.
    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= MAX_DEPTH {
            let (span, message) = (
                self.span(),
                format!("this is nested deeper than {MAX_DEPTH} levels"),
            );
            self.complain(
                SyntaxCode::Limit,
                span,
                message,
                "move inner parts into procedures of their own",
            );
            return Err(Failed);
        }
        self.depth += 1;
        let result = inside(self);
        self.depth -= 1;
        result
    }

    /// A name of the script's own; not a word of the grammar.
    fn name(&mut self, expected: &str) -> Parse<Name> {
        match self.peek() {
            TokenKind::Word { keyword, suffix } => match keyword.filter(|word| !word.is_soft()) {
                Some(keyword) if suffix.is_none() => {
                    let (found, word) = (self.found(), keyword.text());
                    self.note(Noted {
                        code: SyntaxCode::Reserved,
                        span: self.span(),
                        message: format!("expected {expected}, found {found}"),
                        found,
                        expected: expected.to_owned(),
                        remedy: Some(format!(
                            "`{word}` is a word of the language; choose another name"
                        )),
                        opened: None,
                    });
                    Err(Failed)
                }
                _ => Ok(self.any_name()),
            },
            _ => Err(self.unexpected(expected)),
        }
    }

    /// The word that stands there, as a name, whatever it is.
    fn any_name(&mut self) -> Name {
        let token = self.bump();
        let suffix = match token.kind {
            TokenKind::Word { suffix, .. } => suffix,
            _ => None,
        };
        let whole = token.span.of(self.source);
        let base = &whole[..whole.len() - suffix.map_or(0, |_: Suffix| 1)];
        let (text, key) = self
            .names
            .entry(base)
            .or_insert_with(|| interned(base))
            .clone();
        Name {
            text,
            key,
            suffix,
            span: token.span,
        }
    }

    /// A string literal.
    fn text(&mut self, expected: &str) -> Parse<Text> {
        if self.peek() != TokenKind::Text {
            return Err(self.unexpected(expected));
        }
        let span = self.bump().span;
        Ok(Text {
            value: text_value(span.of(self.source)),
            span,
        })
    }

    fn lexical(&mut self, problem: LexProblem, span: Span) {
        let text = excerpt(span.of(self.source));
        let (code, message, remedy) = match problem {
            LexProblem::OpenText => (
                SyntaxCode::OpenText,
                "the string has no closing `\"` on its line".to_owned(),
                "close it, or write it between `|` if it goes over lines; a `\"` inside of it is written twice",
            ),
            LexProblem::OpenLines(close) => (
                SyntaxCode::OpenText,
                format!("the string that begins here has no closing `{close}`"),
                "close it; inside of it the closing mark is written twice",
            ),
            LexProblem::OpenRemark => (
                SyntaxCode::OpenDirective,
                "the remark that begins here has no `%END REM`".to_owned(),
                "write `%END REM` on a line of its own",
            ),
            LexProblem::OpenCondition => (
                SyntaxCode::OpenDirective,
                "the `%If` that begins here has no `%End If`".to_owned(),
                "write `%End If` on a line of its own",
            ),
            LexProblem::StrayCondition => (
                SyntaxCode::Directive,
                format!("`{text}` stands without a `%If` before it"),
                "",
            ),
            LexProblem::StrayDirective => (
                SyntaxCode::Directive,
                format!("`{text}` means nothing here"),
                "`%REM`, `%END REM`, `%Include` and `%If` stand at the start of a line",
            ),
            LexProblem::EscapeAtEnd => (
                SyntaxCode::Character,
                "a `~` ends the name".to_owned(),
                "`~` stands before a character that names cannot have otherwise",
            ),
            LexProblem::UnknownCharacter => (
                SyntaxCode::Character,
                format!("`{text}` means nothing in LotusScript"),
                unknown_remedy(&text),
            ),
            LexProblem::Underscore => (
                SyntaxCode::Character,
                "something stands behind the `_` that continues the line".to_owned(),
                "only blanks and a remark may stand there",
            ),
            LexProblem::BadNumber => (
                SyntaxCode::Number,
                format!("`{text}` is neither a number nor a name"),
                "names begin with a letter",
            ),
        };
        self.complain(code, span, message, remedy);
    }
}

fn unknown_remedy(character: &str) -> &'static str {
    match character {
        "@" => "formulas are run by `Evaluate(\"@…\")`",
        "[" | "]" => "subscripts stand in round parentheses",
        "“" | "”" | "„" => "write straight quotation marks",
        "‘" | "’" => "write a straight apostrophe",
        "}" => "a string that begins with `{` ends with it, and so does none here",
        "!" => "write `Not`, or `<>` to compare",
        "?" => "write `Print`",
        "`" => "strings stand in `\"`, remarks behind `'`",
        _ => "",
    }
}

fn interned(base: &str) -> (Arc<str>, Arc<str>) {
    let text: String = base.chars().filter(|letter| *letter != '~').collect();
    // `~~` is a `~`, the only one that stays.
    let text = if base.contains("~~") {
        unescaped(base)
    } else {
        text
    };
    let key = text.to_lowercase();
    let text: Arc<str> = text.into();
    let key = if key == *text {
        text.clone()
    } else {
        key.into()
    };
    (text, key)
}

fn unescaped(base: &str) -> String {
    let mut letters = base.chars();
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '~' => text.extend(letters.next()),
            _ => text.push(letter),
        }
    }
    text
}

/// What a string literal stands for.
fn text_value(literal: &str) -> Arc<str> {
    let Some(open) = literal.chars().next() else {
        return literal.into();
    };
    let close = if open == '{' { '}' } else { open };
    let inner = &literal[1..];
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    if !inner.contains(close) {
        return inner.into();
    }
    inner
        .replace(&format!("{close}{close}"), &close.to_string())
        .into()
}

fn excerpt(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
