//! A formula's text as tokens. Together they are the text to the byte: white space is a token too, and so is what has no place in a formula.

use super::tree::{Binary, Operation};
use crate::place::Span;

/// A piece of a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// Blanks and line ends.
    White,
    /// A field, a variable or a reserved word.
    Name,
    /// `@Left`
    Function,
    /// `12`, `.5`, `1E-3`
    Number,
    /// `"…"`
    Text,
    /// `{…}`
    Braced,
    /// `[12/31/2025]`, `[CN]`: a date-time or a keyword.
    Bracketed,
    /// `[` behind a value.
    SubscriptOpen,
    /// `]` of a subscript.
    SubscriptClose,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `;`
    Semicolon,
    /// `:=`
    Assign,
    /// `!`
    Not,
    /// Between two values. `+` and `-` stand before one, too.
    Operator(Binary),
    /// What no formula has.
    Odd(Odd),
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Odd {
    /// A `"` without the one that closes it.
    OpenText,
    /// A `{` likewise.
    OpenBrace,
    /// A `[` likewise.
    OpenBracket,
    /// `1.2.3`, `12ab`, `1E`
    Number,
    /// `@` alone.
    At,
    /// An operator of another language: `==`, `&&`, `=<` …
    Operator,
    /// A `]` that closes nothing.
    Bracket,
    /// Any other character.
    Character,
}

/// The tokens of a text.
pub fn tokens(source: &str) -> Tokens<'_> {
    Tokens {
        source,
        at: 0,
        behind_value: false,
        subscripts: 0,
    }
}

/// See [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'s> {
    source: &'s str,
    at: usize,
    /// Whether a `[` here is a subscript's.
    behind_value: bool,
    subscripts: u32,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.source.get(self.at..)?;
        let first = rest.chars().next()?;
        let (kind, length) = self.piece(rest, first);
        let start = self.at;
        self.at += length;
        match kind {
            TokenKind::White => {}
            TokenKind::SubscriptOpen => self.subscripts += 1,
            TokenKind::SubscriptClose => self.subscripts = self.subscripts.saturating_sub(1),
            _ => {}
        }
        if kind != TokenKind::White {
            self.behind_value = matches!(
                kind,
                TokenKind::Name
                    | TokenKind::Function
                    | TokenKind::Number
                    | TokenKind::Text
                    | TokenKind::Braced
                    | TokenKind::Bracketed
                    | TokenKind::SubscriptClose
                    | TokenKind::Close
            );
        }
        Some(Token {
            kind,
            span: Span::between(start, self.at),
        })
    }
}

impl Tokens<'_> {
    fn piece(&self, rest: &str, first: char) -> (TokenKind, usize) {
        match first {
            _ if is_white(first) => (TokenKind::White, run(rest, is_white)),
            '"' => quoted(rest),
            '{' => closed(rest, '}', TokenKind::Braced, Odd::OpenBrace),
            '[' if self.behind_value => (TokenKind::SubscriptOpen, 1),
            '[' => closed(rest, ']', TokenKind::Bracketed, Odd::OpenBracket),
            ']' if self.subscripts > 0 => (TokenKind::SubscriptClose, 1),
            ']' => (TokenKind::Odd(Odd::Bracket), 1),
            '@' => match run(&rest[1..], is_in_name) {
                0 => (TokenKind::Odd(Odd::At), 1),
                length => (TokenKind::Function, 1 + length),
            },
            _ if starts_number(rest) => number(rest),
            _ if starts_name(first) => (TokenKind::Name, run(rest, is_in_name)),
            _ => operator(rest, first),
        }
    }
}

fn is_white(letter: char) -> bool {
    letter.is_whitespace() || letter == '\0'
}

fn starts_name(letter: char) -> bool {
    letter.is_alphabetic() || matches!(letter, '_' | '$')
}

fn is_in_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$')
}

fn starts_number(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    is_digit(0) || (bytes.first() == Some(&b'.') && is_digit(1))
}

/// How many bytes at the beginning are of a kind.
fn run(text: &str, is_of_kind: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !is_of_kind(letter))
        .unwrap_or(text.len())
}

fn quoted(rest: &str) -> (TokenKind, usize) {
    let mut letters = rest.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (TokenKind::Text, at + 1),
            '\\' => {
                letters.next();
            }
            _ => {}
        }
    }
    (TokenKind::Odd(Odd::OpenText), rest.len())
}

fn closed(rest: &str, close: char, kind: TokenKind, odd: Odd) -> (TokenKind, usize) {
    match rest.find(close) {
        Some(at) => (kind, at + 1),
        None => (TokenKind::Odd(odd), rest.len()),
    }
}

fn number(rest: &str) -> (TokenKind, usize) {
    let bytes = rest.as_bytes();
    let digits = |from: usize| {
        bytes[from.min(bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut length = digits(0);
    if bytes.get(length) == Some(&b'.') {
        length += 1;
        length += digits(length);
    }
    let mut is_odd = false;
    if matches!(bytes.get(length), Some(b'E' | b'e')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign);
        length += 1 + if exponent > 0 { sign + exponent } else { 0 };
        is_odd = exponent == 0;
    }
    // What sticks to it is part of the same mistake.
    let tail = run(&rest[length..], |letter| {
        is_in_name(letter) || letter == '.'
    });
    if is_odd || tail > 0 {
        return (TokenKind::Odd(Odd::Number), length + tail);
    }
    (TokenKind::Number, length)
}

/// The longest first.
const OPERATORS: &[(&str, TokenKind)] = {
    use Operation::{
        Add, And, Concatenate, Divide, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Multiply,
        NotEqual, Or, Subtract,
    };
    use TokenKind::Operator;
    &[
        ("*<>", Operator(Binary::permuted(NotEqual))),
        ("*><", Operator(Binary::permuted(NotEqual))),
        ("*!=", Operator(Binary::permuted(NotEqual))),
        ("*=!", Operator(Binary::permuted(NotEqual))),
        ("*<=", Operator(Binary::permuted(LessOrEqual))),
        ("*>=", Operator(Binary::permuted(GreaterOrEqual))),
        (":=", TokenKind::Assign),
        ("==", TokenKind::Odd(Odd::Operator)),
        ("=<", TokenKind::Odd(Odd::Operator)),
        ("=>", TokenKind::Odd(Odd::Operator)),
        ("&&", TokenKind::Odd(Odd::Operator)),
        ("||", TokenKind::Odd(Odd::Operator)),
        ("<>", Operator(Binary::pairwise(NotEqual))),
        ("><", Operator(Binary::pairwise(NotEqual))),
        ("!=", Operator(Binary::pairwise(NotEqual))),
        ("=!", Operator(Binary::pairwise(NotEqual))),
        ("<=", Operator(Binary::pairwise(LessOrEqual))),
        (">=", Operator(Binary::pairwise(GreaterOrEqual))),
        ("*=", Operator(Binary::permuted(Equal))),
        ("*<", Operator(Binary::permuted(Less))),
        ("*>", Operator(Binary::permuted(Greater))),
        ("*+", Operator(Binary::permuted(Add))),
        ("*-", Operator(Binary::permuted(Subtract))),
        ("**", Operator(Binary::permuted(Multiply))),
        ("*/", Operator(Binary::permuted(Divide))),
        ("=", Operator(Binary::pairwise(Equal))),
        ("<", Operator(Binary::pairwise(Less))),
        (">", Operator(Binary::pairwise(Greater))),
        ("+", Operator(Binary::pairwise(Add))),
        ("-", Operator(Binary::pairwise(Subtract))),
        ("*", Operator(Binary::pairwise(Multiply))),
        ("/", Operator(Binary::pairwise(Divide))),
        (":", Operator(Binary::pairwise(Concatenate))),
        ("&", Operator(Binary::pairwise(And))),
        ("|", Operator(Binary::pairwise(Or))),
        ("!", TokenKind::Not),
        ("(", TokenKind::Open),
        (")", TokenKind::Close),
        (";", TokenKind::Semicolon),
    ]
};

fn operator(rest: &str, first: char) -> (TokenKind, usize) {
    OPERATORS
        .iter()
        .find(|(written, _)| rest.starts_with(written))
        .map_or(
            (TokenKind::Odd(Odd::Character), first.len_utf8()),
            |(written, kind)| (*kind, written.len()),
        )
}
