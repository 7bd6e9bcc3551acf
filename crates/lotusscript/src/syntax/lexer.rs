//! From text to tokens. Every byte of the source is in exactly one of them.

use super::token::{Keyword, Mark, Suffix, Token, TokenKind};
use crate::place::Span;
use std::str::Chars;

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LexProblem {
    /// A string on one line without its closing mark.
    OpenText,
    /// A string over lines without its closing mark.
    OpenLines(char),
    OpenRemark,
    OpenCondition,
    /// `%Else`, `%ElseIf` or `%End If` without `%If`.
    StrayCondition,
    StrayDirective,
    EscapeAtEnd,
    UnknownCharacter,
    /// An underscore that continues nothing: something stands behind it.
    Underscore,
    BadNumber,
}

/// Tokens, the last of which is [`TokenKind::End`], and what is wrong with them.
pub(super) struct Lexed {
    pub tokens: Vec<Token>,
    pub problems: Vec<(LexProblem, Span)>,
}

/// Cuts a source up. `defined` are the constants, in small letters, for which `%If` holds. The source is shorter than 4 GiB.
pub(super) fn lex(source: &str, defined: &[String]) -> Lexed {
    let mut lexer = Lexer {
        source,
        at: 0,
        tokens: Vec::with_capacity(source.len() / 4 + 1),
        problems: Vec::new(),
        before: Before::LineStart,
        conditions: Vec::new(),
        defined,
    };
    if source.starts_with('\u{FEFF}') {
        lexer.take(TokenKind::Space, 3);
    }
    while lexer.at < source.len() {
        lexer.next();
    }
    for (_, span) in std::mem::take(&mut lexer.conditions) {
        lexer.problems.push((LexProblem::OpenCondition, span));
    }
    let end = lexer.here();
    lexer.tokens.push(Token {
        kind: TokenKind::End,
        span: Span::at(end),
    });
    Lexed {
        tokens: lexer.tokens,
        problems: lexer.problems,
    }
}

/// What stands before, trivia aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing on this line.
    LineStart,
    /// A place where a statement can begin.
    Statement,
    /// Something behind which an operator is to come.
    Operand,
    /// Anything else.
    Other,
}

/// Where in a `%If` we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    /// No branch has held yet.
    Searching,
    /// In the branch that holds.
    Taken,
    /// Behind it.
    Done,
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
    tokens: Vec<Token>,
    problems: Vec<(LexProblem, Span)>,
    before: Before,
    conditions: Vec<(Condition, Span)>,
    defined: &'a [String],
}

fn begins_name(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_'
}

fn is_in_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Blank, but not the end of a line.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() && !matches!(letter, '\n' | '\r')
}

impl<'a> Lexer<'a> {
    fn here(&self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    /// Makes a token of the next bytes.
    fn take(&mut self, kind: TokenKind, length: usize) -> Span {
        let start = self.here();
        self.at = (self.at + length).min(self.source.len());
        let span = Span::new(start, self.here());
        self.tokens.push(Token { kind, span });
        span
    }

    fn complain(&mut self, problem: LexProblem, span: Span) {
        self.problems.push((problem, span));
    }

    fn next(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return;
        };
        match first {
            '\n' => self.line_end(1),
            '\r' if rest[1..].starts_with('\n') => self.line_end(2),
            '\r' => self.line_end(1),
            blank if is_blank(blank) => {
                let length = while_in(rest, is_blank);
                self.take(TokenKind::Space, length);
            }
            '\'' => {
                let length = to_line_end(rest);
                self.take(TokenKind::Remark, length);
            }
            '"' => self.quoted(rest),
            '|' | '{' => self.lines(rest, first),
            '%' => self.directive(rest),
            '_' if !rest[1..].starts_with(is_in_name) => self.underscore(rest),
            letter if begins_name(letter) => self.word(rest),
            '~' if !rest[1..].starts_with(char::is_whitespace) && rest.len() > 1 => self.word(rest),
            '0'..='9' => self.number(rest),
            '.' if self.before != Before::Operand
                && rest[1..].starts_with(|c: char| c.is_ascii_digit()) =>
            {
                self.number(rest)
            }
            '&' if self.before != Before::Operand && based_number(rest) > 0 => {
                let length = based_number(rest);
                let length = length + suffix_length(&rest[length..]);
                self.take(TokenKind::Number, length);
                self.before = Before::Operand;
            }
            _ => self.mark(rest, first),
        }
    }

    fn line_end(&mut self, length: usize) {
        self.take(TokenKind::LineEnd, length);
        self.before = Before::LineStart;
    }

    fn quoted(&mut self, rest: &str) {
        let line = &rest[..to_line_end(rest)];
        let mut at = 1;
        let closed = loop {
            match line[at..].find('"') {
                Some(quote) if line[at + quote + 1..].starts_with('"') => at += quote + 2,
                Some(quote) => break Some(at + quote + 1),
                None => break None,
            }
        };
        let span = self.take(TokenKind::Text, closed.unwrap_or(line.len()));
        if closed.is_none() {
            self.complain(LexProblem::OpenText, span);
        }
        self.before = Before::Operand;
    }

    /// A string that may go over lines.
    fn lines(&mut self, rest: &str, open: char) {
        let close = if open == '{' { '}' } else { '|' };
        let mut at = 1;
        let closed = loop {
            match rest[at..].find(close) {
                Some(mark) if rest[at + mark + 1..].starts_with(close) => at += mark + 2,
                Some(mark) => break Some(at + mark + 1),
                None => break None,
            }
        };
        let span = self.take(TokenKind::Text, closed.unwrap_or(rest.len()));
        if closed.is_none() {
            self.complain(
                LexProblem::OpenLines(close),
                Span::new(span.start, span.start + 1),
            );
        }
        self.before = Before::Operand;
    }

    fn underscore(&mut self, rest: &str) {
        let blanks = 1 + while_in(&rest[1..], is_blank);
        let behind = &rest[blanks..];
        let remark = if behind.starts_with('\'') {
            to_line_end(behind)
        } else {
            0
        };
        let end = blanks + remark;
        let line_end = match &rest[end..] {
            behind if behind.starts_with("\r\n") => 2,
            behind if behind.starts_with(['\n', '\r']) => 1,
            "" => 0,
            _ => {
                let span = self.take(TokenKind::Unknown, 1);
                self.complain(LexProblem::Underscore, span);
                self.before = Before::Other;
                return;
            }
        };
        self.take(TokenKind::Continuation, end + line_end);
        if self.before == Before::LineStart {
            self.before = Before::Statement;
        }
    }

    fn word(&mut self, rest: &str) {
        let base = name_length(rest);
        let word = &rest[..base];
        let starts = matches!(self.before, Before::LineStart | Before::Statement);
        if starts && word.eq_ignore_ascii_case("rem") {
            let length = to_line_end(rest);
            self.take(TokenKind::Remark, length);
            return;
        }
        let is_member = self
            .tokens
            .last()
            .is_some_and(|token| matches!(token.kind, TokenKind::Mark(Mark::Dot | Mark::DotDot)));
        let keyword = Keyword::of(word);
        let suffix =
            if keyword.is_some_and(reads_files) && rest[base..].starts_with('#') && !is_member {
                None
            } else {
                suffix_of(&rest[base..])
            };
        let span = self.take(
            TokenKind::Word { keyword, suffix },
            base + suffix.map_or(0, |_| 1),
        );
        if word.ends_with('~') {
            self.complain(LexProblem::EscapeAtEnd, span);
        }
        self.before = match keyword.filter(|_| suffix.is_none() && !is_member) {
            Some(Keyword::Then | Keyword::Else) => Before::Statement,
            Some(keyword) if asks_for_operand(keyword) => Before::Other,
            _ => Before::Operand,
        };
    }

    fn number(&mut self, rest: &str) {
        let digits = |text: &str| while_in(text, |letter| letter.is_ascii_digit());
        let mut length = digits(rest);
        if rest[length..].starts_with('.')
            && !rest[length + 1..].starts_with(['.', '_'])
            && !rest[length + 1..].starts_with(char::is_alphabetic)
        {
            length += 1 + digits(&rest[length + 1..]);
        }
        if rest[length..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
            let exponent = digits(&rest[length + 1 + sign..]);
            if exponent > 0 {
                length += 1 + sign + exponent;
            }
        }
        length += suffix_length(&rest[length..]);
        if rest[length..].starts_with(is_in_name) {
            length += while_in(&rest[length..], is_in_name);
            let span = self.take(TokenKind::Number, length);
            self.complain(LexProblem::BadNumber, span);
        } else {
            self.take(TokenKind::Number, length);
        }
        self.before = Before::Operand;
    }

    fn mark(&mut self, rest: &str, first: char) {
        let second = rest[first.len_utf8()..].chars().next();
        let (mark, length) = match (first, second) {
            ('<', Some('>')) | ('>', Some('<')) => (Mark::NotEqual, 2),
            ('<', Some('=')) | ('=', Some('<')) => (Mark::LessOrEqual, 2),
            ('>', Some('=')) | ('=', Some('>')) => (Mark::GreaterOrEqual, 2),
            ('.', Some('.')) => (Mark::DotDot, 2),
            ('<', _) => (Mark::Less, 1),
            ('>', _) => (Mark::Greater, 1),
            ('=', _) => (Mark::Equal, 1),
            ('.', _) => (Mark::Dot, 1),
            ('(', _) => (Mark::Open, 1),
            (')', _) => (Mark::Close, 1),
            (',', _) => (Mark::Comma, 1),
            (';', _) => (Mark::Semicolon, 1),
            (':', _) => (Mark::Colon, 1),
            ('#', _) => (Mark::Hash, 1),
            ('+', _) => (Mark::Plus, 1),
            ('-', _) => (Mark::Minus, 1),
            ('*', _) => (Mark::Times, 1),
            ('/', _) => (Mark::Divide, 1),
            ('\\', _) => (Mark::IntegerDivide, 1),
            ('^', _) => (Mark::Power, 1),
            ('&', _) => (Mark::Join, 1),
            _ => {
                let span = self.take(TokenKind::Unknown, first.len_utf8());
                self.complain(LexProblem::UnknownCharacter, span);
                self.before = Before::Other;
                return;
            }
        };
        self.take(TokenKind::Mark(mark), length);
        self.before = match mark {
            Mark::Colon => Before::Statement,
            Mark::Close => Before::Operand,
            _ => Before::Other,
        };
    }

    /// `%` begins a directive at the start of a line and nothing anywhere else.
    fn directive(&mut self, rest: &'a str) {
        let word = 1 + while_in(&rest[1..], |letter| letter.is_ascii_alphabetic());
        let name = rest[1..word].to_ascii_lowercase();
        if self.before == Before::LineStart {
            match name.as_str() {
                "rem" => return self.remark_block(rest),
                "include" => {
                    self.take(TokenKind::Include, word);
                    self.before = Before::Other;
                    return;
                }
                "if" | "elseif" | "else" => return self.condition(rest, &name),
                "end" if next_word(&rest[word..]).0.eq_ignore_ascii_case("if") => {
                    return self.condition(rest, "end");
                }
                _ => {}
            }
        }
        let span = self.take(TokenKind::Unknown, word);
        self.complain(LexProblem::StrayDirective, span);
        self.before = Before::Other;
    }

    /// To the line that begins with `%END REM`.
    fn remark_block(&mut self, rest: &str) {
        let mut length = 0;
        for line in rest.split_inclusive(['\n', '\r']).skip(1) {
            let at = length_to(rest, line);
            let indent = while_in(line, is_blank);
            let Some(end) = line[indent..].strip_prefix('%') else {
                continue;
            };
            let (word, skipped) = next_word(end);
            let (second, more) = next_word(&end[skipped..]);
            if word.eq_ignore_ascii_case("end") && second.eq_ignore_ascii_case("rem") {
                // What stands behind it on its line is taken for a remark too.
                length = at + indent + 1 + skipped + more + to_line_end(&end[skipped + more..]);
                break;
            }
        }
        if length == 0 {
            let span = self.take(TokenKind::RemarkBlock, rest.len());
            self.complain(
                LexProblem::OpenRemark,
                Span::new(span.start, span.start + 4),
            );
        } else {
            self.take(TokenKind::RemarkBlock, length);
        }
        self.before = Before::Other;
    }

    fn condition(&mut self, rest: &str, name: &str) {
        let line = to_line_end(rest);
        let holds = || {
            let (_, skipped) = next_word(&rest[1..line]);
            let (constant, _) = next_word(&rest[1 + skipped..line]);
            let constant = constant.to_ascii_lowercase();
            constant == "true" || self.defined.contains(&constant)
        };
        let holds = name.ends_with("if") && holds();
        let span = self.take(TokenKind::Condition, line);
        let state = match (name, self.conditions.pop()) {
            ("if", outer) => {
                self.conditions.extend(outer);
                let state = if holds {
                    Condition::Taken
                } else {
                    Condition::Searching
                };
                self.conditions.push((state, span));
                state
            }
            (_, None) => return self.complain(LexProblem::StrayCondition, span),
            ("end", Some(_)) => return,
            ("elseif", Some((Condition::Searching, open))) if !holds => {
                self.conditions.push((Condition::Searching, open));
                Condition::Searching
            }
            (_, Some((Condition::Searching, open))) => {
                self.conditions.push((Condition::Taken, open));
                Condition::Taken
            }
            (_, Some((_, open))) => {
                self.conditions.push((Condition::Done, open));
                Condition::Done
            }
        };
        if state != Condition::Taken {
            self.leave_out();
        }
    }

    /// Up to the directive that ends the branch.
    fn leave_out(&mut self) {
        let rest = self.rest();
        let mut depth = 0_usize;
        let mut end = rest.len();
        for line in rest.split_inclusive(['\n', '\r']) {
            let indent = while_in(line, is_blank);
            let Some(directive) = line[indent..].strip_prefix('%') else {
                continue;
            };
            let (word, skipped) = next_word(directive);
            let word = word.to_ascii_lowercase();
            let ends = word == "end"
                && next_word(&directive[skipped..])
                    .0
                    .eq_ignore_ascii_case("if");
            if depth == 0 && (ends || word == "else" || word == "elseif") {
                end = length_to(rest, line) + indent;
                break;
            }
            if word == "if" {
                depth += 1;
            } else if ends {
                depth -= 1;
            }
        }
        if end > 0 {
            self.take(TokenKind::LeftOut, end);
        }
        self.before = Before::LineStart;
    }
}

/// How many bytes of `whole` stand before its part `part`.
fn length_to(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

fn while_in(text: &str, is_in: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !is_in(letter)).unwrap_or(text.len())
}

fn to_line_end(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// The word behind any blanks, and how many bytes that takes.
fn next_word(text: &str) -> (&str, usize) {
    let blanks = while_in(text, is_blank);
    let word = while_in(&text[blanks..], is_in_name);
    (&text[blanks..blanks + word], blanks + word)
}

/// The length of a name: letters, digits, underscores, and any character behind a `~`.
fn name_length(text: &str) -> usize {
    let mut letters: Chars<'_> = text.chars();
    let mut length = 0;
    while let Some(letter) = letters.next() {
        if letter == '~' {
            length += 1;
            match letters.next() {
                Some(escaped) if !escaped.is_whitespace() => length += escaped.len_utf8(),
                _ => return length,
            }
        } else if is_in_name(letter) {
            length += letter.len_utf8();
        } else {
            break;
        }
    }
    length
}

/// The suffix at the start of a text. An `&` directly before an operand joins two texts.
fn suffix_of(text: &str) -> Option<Suffix> {
    let mut letters = text.chars();
    let suffix = Suffix::of(letters.next()?)?;
    let joins = suffix == Suffix::Long
        && letters
            .next()
            .is_some_and(|next| is_in_name(next) || matches!(next, '"' | '|' | '{'));
    (!joins).then_some(suffix)
}

fn suffix_length(text: &str) -> usize {
    usize::from(suffix_of(text).is_some_and(|suffix| suffix != Suffix::String))
}

/// The length of `&H…`, `&O…` or `&B…`; 0 if it is none.
fn based_number(text: &str) -> usize {
    let is_digit: fn(char) -> bool = match text.as_bytes().get(1) {
        Some(b'h' | b'H') => |digit| digit.is_ascii_hexdigit(),
        Some(b'o' | b'O') => |digit| matches!(digit, '0'..='7'),
        Some(b'b' | b'B') => |digit| matches!(digit, '0' | '1'),
        _ => return 0,
    };
    let digits = while_in(&text[2..], is_digit);
    if digits == 0 || text[2 + digits..].starts_with(is_in_name) {
        return 0;
    }
    2 + digits
}

/// Keywords behind which `#` is before a file number.
fn reads_files(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Print
            | Keyword::Write
            | Keyword::Input
            | Keyword::Get
            | Keyword::Put
            | Keyword::Close
            | Keyword::Seek
            | Keyword::Lock
            | Keyword::Unlock
            | Keyword::Width
            | Keyword::As
    )
}

/// Keywords behind which an operand comes, no operator.
fn asks_for_operand(keyword: Keyword) -> bool {
    !keyword.is_soft()
        && !matches!(
            keyword,
            Keyword::Me
                | Keyword::Nothing
                | Keyword::Null
                | Keyword::Empty
                | Keyword::True
                | Keyword::False
                | Keyword::New
                | Keyword::Delete
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens that mean something, as text.
    fn meaning(source: &str) -> Vec<&str> {
        let lexed = lex(source, &["win32".to_owned()]);
        let whole: String = lexed
            .tokens
            .iter()
            .map(|token| token.span.of(source))
            .collect();
        assert_eq!(whole, source);
        lexed
            .tokens
            .iter()
            .filter(|token| !token.kind.is_trivia() && token.kind != TokenKind::End)
            .map(|token| token.span.of(source))
            .collect()
    }

    #[test]
    fn sources_are_cut_where_people_would() {
        let cases: &[(&str, &[&str])] = &[
            ("a% = b& + 1.5E-3#", &["a%", "=", "b&", "+", "1.5E-3#"]),
            (
                "x = a&b&\"c\"&|d|",
                &["x", "=", "a", "&", "b", "&", "\"c\"", "&", "|d|"],
            ),
            ("x = &HFF& And &b101", &["x", "=", "&HFF&", "And", "&b101"]),
            ("x = y &Hab", &["x", "=", "y", "&", "Hab"]),
            ("s = \"a\"\"b\" ' \"c", &["s", "=", "\"a\"\"b\""]),
            ("s = {a}}b\n|c}", &["s", "=", "{a}}b\n|c}"]),
            ("s = |a||b|", &["s", "=", "|a||b|"]),
            ("a _ ' why\n b", &["a", "b"]),
            (
                "Rem all\nx : Rem more\nIf a Then Rem so",
                &["\n", "x", ":", "\n", "If", "a", "Then"],
            ),
            ("doc.~$Ref(0)", &["doc", ".", "~$Ref", "(", "0", ")"]),
            ("%REM\nx\n  %End  Rem ////\ny", &["\n", "y"]),
            (
                "%If WIN16\na\n%ElseIf win32 ' this\nb\n%Else\nc\n%End If\nd",
                &["\n", "b", "\n", "\n", "d"],
            ),
            (
                "%if mac\n%if win32\na\n%else\nb\n%end if\n%else\nc\n%end if",
                &["\n", "c", "\n"],
            ),
            ("%Include \"lsconst.lss\"", &["%Include", "\"lsconst.lss\""]),
            (
                "Print#1, .5; a(.5)",
                &["Print", "#", "1", ",", ".5", ";", "a", "(", ".5", ")"],
            ),
            ("a..b", &["a", "..", "b"]),
            ("a =< b >< c => d", &["a", "=<", "b", "><", "c", "=>", "d"]),
            ("Größe = _x", &["Größe", "=", "_x"]),
        ];
        for (source, expected) in cases {
            assert_eq!(&meaning(source), expected, "{source}");
        }
    }

    #[test]
    fn what_cannot_be_cut_is_told() {
        let cases = [
            ("x = \"abc\ny", LexProblem::OpenText, 4),
            ("x = |abc\ny", LexProblem::OpenLines('|'), 4),
            ("x = {abc||\ny", LexProblem::OpenLines('}'), 4),
            ("%rem\nx\n", LexProblem::OpenRemark, 0),
            ("%if win32\nx\n", LexProblem::OpenCondition, 0),
            ("x\n%end if", LexProblem::StrayCondition, 2),
            ("x\n%else", LexProblem::StrayCondition, 2),
            ("x %rem", LexProblem::StrayDirective, 2),
            ("x = a~", LexProblem::EscapeAtEnd, 4),
            ("x = ?", LexProblem::UnknownCharacter, 4),
            ("x = 1 _ 2", LexProblem::Underscore, 6),
            ("x = 12ab", LexProblem::BadNumber, 4),
        ];
        for (source, problem, at) in cases {
            let problems = lex(source, &["win32".to_owned()]).problems;
            assert_eq!(problems.len(), 1, "{source}: {problems:?}");
            assert_eq!(
                (problems[0].0, problems[0].1.start),
                (problem, at),
                "{source}"
            );
        }
    }
}
