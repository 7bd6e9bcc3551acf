//! Expressions, by the precedence of their operators.

use super::super::MAX_CHAIN;
use super::super::error::SyntaxCode;
use super::super::token::{Keyword, Mark, Suffix, TokenKind};
use super::super::tree::{
    Argument, BinaryOperator, Expression, ExpressionKind, Literal, Number, UnaryOperator,
};
use super::{Failed, Parse, Parser, text_value};
use crate::currency::parse_currency;
use crate::place::Span;

/// An expression and how many levels its tree has: what walks trees must not run out of stack.
pub(super) struct Tall {
    pub expression: Expression,
    pub height: usize,
}

impl Tall {
    fn leaf(kind: ExpressionKind, span: Span) -> Self {
        Self {
            expression: Expression { kind, span },
            height: 1,
        }
    }
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Parse<Expression> {
        self.expression_for("an expression")
    }

    /// `expected` is what is said if there is none.
    pub(super) fn expression_for(&mut self, expected: &str) -> Parse<Expression> {
        Ok(self.binary(0, expected)?.expression)
    }

    fn binary(&mut self, least: u8, expected: &str) -> Parse<Tall> {
        let mut left = self.unary(expected)?;
        while let Some(operator) = self
            .operator()
            .filter(|operator| operator.precedence() >= least)
        {
            self.bump();
            let wanted = format!("a value behind `{}`", operator.text());
            let right = self.deeper(|parser| parser.binary(operator.precedence() + 1, &wanted))?;
            let span = left.expression.span.to(right.expression.span);
            let height = left.height.max(right.height);
            let kind = ExpressionKind::Binary {
                operator,
                left: Box::new(left.expression),
                right: Box::new(right.expression),
            };
            left = self.grown(kind, span, height)?;
        }
        Ok(left)
    }

    /// A node over others.
    fn grown(&mut self, kind: ExpressionKind, span: Span, height: usize) -> Parse<Tall> {
        let tall = Tall {
            expression: Expression { kind, span },
            height: height + 1,
        };
        if tall.height <= MAX_CHAIN {
            return Ok(tall);
        }
        let message =
            format!("the expression goes on for more than {MAX_CHAIN} operators, members or calls");
        let at = self.span();
        self.complain(
            SyntaxCode::Limit,
            at,
            message,
            "take it in several statements",
        );
        Err(Failed)
    }

    fn operator(&self) -> Option<BinaryOperator> {
        Some(match self.peek() {
            TokenKind::Mark(mark) => match mark {
                Mark::Power => BinaryOperator::Power,
                Mark::Times => BinaryOperator::Times,
                Mark::Divide => BinaryOperator::Divide,
                Mark::IntegerDivide => BinaryOperator::IntegerDivide,
                Mark::Plus => BinaryOperator::Plus,
                Mark::Minus => BinaryOperator::Minus,
                Mark::Join => BinaryOperator::Join,
                Mark::Equal => BinaryOperator::Equal,
                Mark::NotEqual => BinaryOperator::NotEqual,
                Mark::Less => BinaryOperator::Less,
                Mark::LessOrEqual => BinaryOperator::LessOrEqual,
                Mark::Greater => BinaryOperator::Greater,
                Mark::GreaterOrEqual => BinaryOperator::GreaterOrEqual,
                _ => return None,
            },
            kind => match kind.keyword()? {
                Keyword::Mod => BinaryOperator::Mod,
                Keyword::Like => BinaryOperator::Like,
                Keyword::Is => BinaryOperator::Is,
                Keyword::IsA => BinaryOperator::IsA,
                Keyword::And => BinaryOperator::And,
                Keyword::Or => BinaryOperator::Or,
                Keyword::Xor => BinaryOperator::Xor,
                Keyword::Eqv => BinaryOperator::Eqv,
                Keyword::Imp => BinaryOperator::Imp,
                _ => return None,
            },
        })
    }

    fn unary(&mut self, expected: &str) -> Parse<Tall> {
        let operator = match self.peek() {
            TokenKind::Mark(Mark::Minus) => UnaryOperator::Minus,
            TokenKind::Mark(Mark::Plus) => UnaryOperator::Plus,
            kind if kind.keyword() == Some(Keyword::Not) => UnaryOperator::Not,
            _ => {
                let primary = self.primary(expected)?;
                return self.postfix(primary);
            }
        };
        let start = self.bump().span.start;
        let wanted = format!("a value behind `{}`", operator.text());
        let operand = self.deeper(|parser| parser.binary(operator.precedence(), &wanted))?;
        let (span, height) = (self.since(start), operand.height);
        let kind = ExpressionKind::Unary {
            operator,
            operand: Box::new(operand.expression),
        };
        self.grown(kind, span, height)
    }

    fn primary(&mut self, expected: &str) -> Parse<Tall> {
        let span = self.span();
        let kind = match self.peek() {
            TokenKind::Number => {
                self.bump();
                ExpressionKind::Number(self.number(span))
            }
            TokenKind::Text => {
                self.bump();
                ExpressionKind::Text(text_value(span.of(self.source)))
            }
            TokenKind::Mark(Mark::Open) => return self.parenthesized(),
            TokenKind::Mark(Mark::Dot) => return self.member_of_with(expected),
            TokenKind::Word { keyword, suffix } => match keyword.filter(|_| suffix.is_none()) {
                None => ExpressionKind::Name(self.any_name()),
                Some(Keyword::New) => return self.made(),
                Some(Keyword::Bind) => return self.bound(),
                Some(keyword) => match self.word_value(keyword) {
                    Some(kind) => kind,
                    None if keyword.is_soft() => ExpressionKind::Name(self.any_name()),
                    None => return Err(self.unexpected(expected)),
                },
            },
            TokenKind::Mark(Mark::Equal) => {
                let remedy = "one `=` compares as well as it assigns".to_owned();
                return Err(self.unexpected_with(expected, Some(remedy)));
            }
            _ => return Err(self.unexpected(expected)),
        };
        Ok(Tall::leaf(kind, span))
    }

    /// `True`, `Me` and so on.
    fn word_value(&mut self, keyword: Keyword) -> Option<ExpressionKind> {
        let literal = match keyword {
            Keyword::True => Literal::True,
            Keyword::False => Literal::False,
            Keyword::Nothing => Literal::Nothing,
            Keyword::Null => Literal::Null,
            Keyword::Empty => Literal::Empty,
            Keyword::Pi => Literal::Pi,
            Keyword::Me => {
                self.bump();
                return Some(ExpressionKind::Me);
            }
            _ => return None,
        };
        self.bump();
        Some(ExpressionKind::Constant(literal))
    }

    fn parenthesized(&mut self) -> Parse<Tall> {
        let start = self.bump().span.start;
        let inner = self.deeper(|parser| parser.binary(0, "an expression behind `(`"))?;
        self.expect_mark(Mark::Close, "`)`")?;
        let (span, height) = (self.since(start), inner.height);
        self.grown(
            ExpressionKind::Parenthesized(Box::new(inner.expression)),
            span,
            height,
        )
    }

    fn member_of_with(&mut self, expected: &str) -> Parse<Tall> {
        let start = self.span();
        if !matches!(self.token(1).kind, TokenKind::Word { .. }) {
            return Err(self.unexpected(expected));
        }
        self.bump();
        let name = self.any_name();
        let is_with = self
            .open
            .iter()
            .any(|(kind, _)| *kind == super::BlockKind::With);
        if !is_with {
            self.complain(
                SyntaxCode::Misplaced,
                start,
                "a member stands here without its object",
                "`.name` alone is for blocks of `With`",
            );
        }
        let span = self.since(start.start);
        Ok(Tall::leaf(
            ExpressionKind::Member { object: None, name },
            span,
        ))
    }

    /// `New Class(…)`
    fn made(&mut self) -> Parse<Tall> {
        let start = self.bump().span.start;
        let class = self.name("the name of a class behind `New`")?;
        let (arguments, height) = if self.is_mark(Mark::Open) {
            self.arguments_in_parentheses()?
        } else {
            (Vec::new(), 0)
        };
        let span = self.since(start);
        self.grown(ExpressionKind::New { class, arguments }, span, height)
    }

    /// `Bind Class(name)`, `Bind(name)`
    fn bound(&mut self) -> Parse<Tall> {
        let start = self.span().start;
        let next = self.token(1).kind;
        if !matches!(next, TokenKind::Word { .. } | TokenKind::Mark(Mark::Open)) {
            let span = self.span();
            return Ok(Tall::leaf(ExpressionKind::Name(self.any_name()), span));
        }
        self.bump();
        let class = match next {
            TokenKind::Word { .. } => Some(self.name("the name of a class behind `Bind`")?),
            _ => None,
        };
        self.expect_mark(Mark::Open, "`(` with the name of an object")?;
        let name = self.deeper(|parser| parser.binary(0, "the name of an object"))?;
        self.expect_mark(Mark::Close, "`)`")?;
        let (span, height) = (self.since(start), name.height);
        let name = Box::new(name.expression);
        self.grown(ExpressionKind::Bind { class, name }, span, height)
    }

    /// Members, calls and subscripts behind a value.
    fn postfix(&mut self, mut value: Tall) -> Parse<Tall> {
        loop {
            value = match self.peek() {
                TokenKind::Mark(Mark::Open) if can_be_called(&value.expression) => {
                    self.called(value)?
                }
                TokenKind::Mark(Mark::Dot | Mark::DotDot) => self.member(value)?,
                _ => return Ok(value),
            };
        }
    }

    pub(super) fn called(&mut self, target: Tall) -> Parse<Tall> {
        let (arguments, height) = self.arguments_in_parentheses()?;
        let span = self.since(target.expression.span.start);
        let height = height.max(target.height);
        let kind = ExpressionKind::Call {
            target: Box::new(target.expression),
            arguments,
            parenthesized: true,
        };
        self.grown(kind, span, height)
    }

    pub(super) fn member(&mut self, object: Tall) -> Parse<Tall> {
        let is_base = self.bump().kind == TokenKind::Mark(Mark::DotDot);
        if !matches!(self.peek(), TokenKind::Word { .. }) {
            return Err(self.unexpected(if is_base {
                "the name of a member behind `..`"
            } else {
                "the name of a member behind `.`"
            }));
        }
        let name = self.any_name();
        let span = self.since(object.expression.span.start);
        let value = Box::new(object.expression);
        let kind = if is_base {
            ExpressionKind::BaseMember { class: value, name }
        } else {
            ExpressionKind::Member {
                object: Some(value),
                name,
            }
        };
        self.grown(kind, span, object.height)
    }

    pub(super) fn arguments_in_parentheses(&mut self) -> Parse<(Vec<Argument>, usize)> {
        self.bump();
        let (mut arguments, mut height) = (Vec::new(), 0);
        if self.eat_mark(Mark::Close) {
            return Ok((arguments, height));
        }
        loop {
            let (argument, tall) = self.argument()?;
            arguments.push(argument);
            height = height.max(tall);
            if self.eat_mark(Mark::Close) {
                return Ok((arguments, height));
            }
            self.expect_mark(Mark::Comma, "`,` or `)`")?;
        }
    }

    /// Arguments without parentheses, up to the end of the statement.
    pub(super) fn loose_arguments(&mut self) -> Parse<(Vec<Argument>, usize)> {
        let (mut arguments, mut height) = (Vec::new(), 0);
        loop {
            let (argument, tall) = self.argument()?;
            arguments.push(argument);
            height = height.max(tall);
            if self.at_statement_end() {
                return Ok((arguments, height));
            }
            self.expect_mark(Mark::Comma, "`,` or the end of the statement")?;
        }
    }

    fn argument(&mut self) -> Parse<(Argument, usize)> {
        let start = self.span().start;
        if matches!(self.peek(), TokenKind::Mark(Mark::Comma | Mark::Close)) {
            let argument = Argument {
                by_value: false,
                value: None,
                span: Span::at(start),
            };
            return Ok((argument, 0));
        }
        let by_value = self.eat_keyword(Keyword::ByVal);
        // `Input$(5, #1)`
        self.eat_mark(Mark::Hash);
        let value = self.deeper(|parser| parser.binary(0, "an argument"))?;
        let argument = Argument {
            by_value,
            value: Some(value.expression),
            span: self.since(start),
        };
        Ok((argument, value.height))
    }

    /// What a number literal stands for.
    fn number(&mut self, span: Span) -> Number {
        let text = span.of(self.source);
        let number = number_of(text);
        number.unwrap_or_else(|why| {
            // The lexer has told of what is no number at all.
            if let Some((message, remedy)) = why {
                self.complain(SyntaxCode::Number, span, message, remedy);
            }
            Number::Integer(0)
        })
    }
}

fn can_be_called(value: &Expression) -> bool {
    matches!(
        value.kind,
        ExpressionKind::Name(_)
            | ExpressionKind::Member { .. }
            | ExpressionKind::BaseMember { .. }
            | ExpressionKind::Call { .. }
            | ExpressionKind::Parenthesized(_)
    )
}

type BadNumber = Option<(String, &'static str)>;

fn number_of(text: &str) -> Result<Number, BadNumber> {
    let suffix = text.chars().last().and_then(Suffix::of);
    let digits = &text[..text.len() - suffix.map_or(0, |_| 1)];
    let too_large = |of: &str| {
        Some((
            format!("{text} is too large for {of}"),
            "write it as a Double, with `#` behind it",
        ))
    };
    if let Some(based) = digits.strip_prefix('&') {
        return based_number(based, suffix).ok_or_else(|| {
            Some((
                format!("{text} has more than 32 bits"),
                "write it with fewer digits",
            ))
        });
    }
    let is_whole = digits.bytes().all(|digit| digit.is_ascii_digit());
    match suffix {
        Some(Suffix::Integer) if is_whole => digits
            .parse()
            .map(Number::Integer)
            .map_err(|_| too_large("an Integer, which ends at 32767")),
        Some(Suffix::Long) if is_whole => digits
            .parse()
            .map(Number::Long)
            .map_err(|_| too_large("a Long, which ends at 2147483647")),
        Some(Suffix::Integer | Suffix::Long) => Err(Some((
            format!("{text} has a decimal point, but its suffix says that it is whole"),
            "leave the suffix out",
        ))),
        Some(Suffix::Currency) => parse_currency(digits)
            .map(Number::Currency)
            .ok_or_else(|| too_large("a Currency, which ends at 922337203685477.5807")),
        Some(Suffix::Single) => float::<f32>(digits, f32::is_finite)
            .map(Number::Single)
            .ok_or_else(|| too_large("a Single")),
        None if is_whole => Ok(match (digits.parse(), digits.parse()) {
            (Ok(small), _) => Number::Integer(small),
            (_, Ok(long)) => Number::Long(long),
            _ => Number::Double(digits.parse().unwrap_or(f64::MAX)),
        }),
        _ => float::<f64>(digits, f64::is_finite)
            .map(Number::Double)
            .ok_or_else(|| match digits.parse::<f64>() {
                Ok(_) => Some((format!("{text} is too large for a Double"), "")),
                Err(_) => None,
            }),
    }
}

fn float<F: std::str::FromStr + Copy>(digits: &str, is_finite: impl Fn(F) -> bool) -> Option<F> {
    digits.parse::<F>().ok().filter(|number| is_finite(*number))
}

/// `H…`, `O…`, `B…`. Without a suffix, 16 bits make an Integer and 32 a Long, the highest bit being the sign.
fn based_number(based: &str, suffix: Option<Suffix>) -> Option<Number> {
    let radix = match based.as_bytes().first()? {
        b'h' | b'H' => 16,
        b'o' | b'O' => 8,
        _ => 2,
    };
    let bits = u32::from_str_radix(based.get(1..)?, radix).ok()?;
    Some(match (u16::try_from(bits), suffix) {
        (Ok(bits), None | Some(Suffix::Integer)) => Number::Integer(bits.cast_signed()),
        _ => Number::Long(bits.cast_signed()),
    })
}
