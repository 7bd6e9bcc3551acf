//! Expressions from text.

use super::{Axis, Expression, From, Operator, Path, PathError, Step, Test};

/// How deep parts of an expression may stand in each other.
const MAX_DEPTH: usize = 40;

/// The longest expression; a row of operators is as deep as it is long.
const MAX_TOKENS: usize = 400;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name, with a prefix or `prefix:*`.
    Name(String),
    Number(f64),
    Text(String),
    Sign(&'static str),
}

/// The signs, the longer ones first.
const SIGNS: [&str; 23] = [
    "::", "..", "//", "!=", "<=", ">=", "(", ")", "[", "]", ".", "@", ",", "/", "|", "+", "-", "=",
    "<", ">", "*", "$", ":",
];

pub(super) fn read(text: &str) -> Result<Expression, PathError> {
    let mut reader = Reader {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        length: text.chars().count(),
    };
    let expression = reader.either()?;
    match reader.peek() {
        None => Ok(expression),
        Some(_) => Err(reader.expected("the end of the expression")),
    }
}

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, PathError> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let at = text.chars().count() - rest.chars().count() + 1;
        let (token, length) = token(first, rest, at)?;
        found.push((token, at));
        if found.len() > MAX_TOKENS {
            return Err(PathError::TooDeep);
        }
        rest = rest[length..].trim_start();
    }
    Ok(found)
}

fn token(first: char, rest: &str, at: usize) -> Result<(Token, usize), PathError> {
    if let '"' | '\'' = first {
        let Some(end) = rest[1..].find(first) else {
            let expected = "the quote at the end of a text";
            return Err(PathError::Expected { expected, at });
        };
        return Ok((Token::Text(rest[1..=end].to_owned()), end + 2));
    }
    let is_fraction = first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || is_fraction {
        let length = number_length(rest);
        let number = rest[..length].parse().unwrap_or(f64::NAN);
        return Ok((Token::Number(number), length));
    }
    if super::super::begins_name(first) {
        let length = name_length(rest);
        return Ok((Token::Name(rest[..length].to_owned()), length));
    }
    let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
    match sign {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err(PathError::Expected {
            expected: "a name, a number, a text or a sign",
            at,
        }),
    }
}

fn number_length(rest: &str) -> usize {
    let digits = |from: usize| {
        rest[from..]
            .find(|c: char| !c.is_ascii_digit())
            .map_or(rest.len(), |length| from + length)
    };
    let whole = digits(0);
    match rest[whole..].starts_with('.') {
        true => digits(whole + 1),
        false => whole,
    }
}

fn name_length(rest: &str) -> usize {
    let part = |from: usize| {
        rest[from..]
            .find(|c: char| !super::super::is_in_name(c))
            .map_or(rest.len(), |length| from + length)
    };
    let end = part(0);
    let behind = &rest[end..];
    if behind.starts_with("::") || !behind.starts_with(':') {
        return end;
    }
    match behind[1..].chars().next() {
        Some('*') => end + 2,
        Some(c) if super::super::begins_name(c) => part(end + 1),
        _ => end,
    }
}

struct Reader {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
    length: usize,
}

type Read = Result<Expression, PathError>;

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn peek_second(&self) -> Option<&Token> {
        self.tokens.get(self.at + 1).map(|(token, _)| token)
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(found)) if *found == sign)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_there = self.is_sign(sign);
        self.at += usize::from(is_there);
        is_there
    }

    fn expect_sign(&mut self, sign: &str, expected: &'static str) -> Result<(), PathError> {
        match self.take_sign(sign) {
            true => Ok(()),
            false => Err(self.expected(expected)),
        }
    }

    fn expected(&self, expected: &'static str) -> PathError {
        let at = self.tokens.get(self.at);
        PathError::Expected {
            expected,
            at: at.map_or(self.length + 1, |(_, at)| *at),
        }
    }

    /// The operator that comes, if it is of a level: the lower binds looser.
    fn operator(&self, level: usize) -> Option<Operator> {
        let (found, of) = match self.peek()? {
            Token::Name(name) => match name.as_str() {
                "or" => (Operator::Or, 0),
                "and" => (Operator::And, 1),
                "div" => (Operator::Divide, 5),
                "mod" => (Operator::Remainder, 5),
                _ => return None,
            },
            Token::Sign(sign) => match *sign {
                "=" => (Operator::Equal, 2),
                "!=" => (Operator::Unequal, 2),
                "<" => (Operator::Less, 3),
                "<=" => (Operator::LessOrEqual, 3),
                ">" => (Operator::Greater, 3),
                ">=" => (Operator::GreaterOrEqual, 3),
                "+" => (Operator::Plus, 4),
                "-" => (Operator::Minus, 4),
                "*" => (Operator::Times, 5),
                "|" => (Operator::Union, 7),
                _ => return None,
            },
            _ => return None,
        };
        (of == level).then_some(found)
    }

    /// Any expression.
    fn either(&mut self) -> Read {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(PathError::TooDeep);
        }
        let read = self.binary(0);
        self.depth -= 1;
        read
    }

    fn binary(&mut self, level: usize) -> Read {
        let mut left = self.tighter(level)?;
        while let Some(operator) = self.operator(level) {
            self.at += 1;
            let right = self.tighter(level)?;
            left = Expression::Binary(operator, Box::new([left, right]));
        }
        Ok(left)
    }

    fn tighter(&mut self, level: usize) -> Read {
        match level {
            5 => self.unary(),
            7 => self.path(),
            level => self.binary(level + 1),
        }
    }

    fn unary(&mut self) -> Read {
        let mut is_negative = false;
        let mut is_signed = false;
        while self.take_sign("-") {
            is_negative = !is_negative;
            is_signed = true;
        }
        let value = self.binary(7)?;
        Ok(match (is_signed, is_negative) {
            (false, _) => value,
            (true, true) => Expression::Negate(Box::new(value)),
            (true, false) => Expression::Negate(Box::new(Expression::Negate(Box::new(value)))),
        })
    }

    fn path(&mut self) -> Read {
        if let Some(primary) = self.primary()? {
            let predicates = self.predicates()?;
            let steps = self.steps_behind()?;
            return Ok(match predicates.is_empty() && steps.is_empty() {
                true => primary,
                false => Expression::Path(Path {
                    from: From::Nodes(Box::new(primary), predicates),
                    steps,
                }),
            });
        }
        let mut steps = Vec::new();
        let mut from = From::Here;
        if self.take_sign("//") {
            from = From::Document;
            steps.push(anywhere());
            steps.push(self.step()?);
        } else if self.take_sign("/") {
            from = From::Document;
            if self.begins_step() {
                steps.push(self.step()?);
            }
        } else {
            steps.push(self.step()?);
        }
        steps.extend(self.steps_behind()?);
        Ok(Expression::Path(Path { from, steps }))
    }

    fn steps_behind(&mut self) -> Result<Vec<Step>, PathError> {
        let mut steps = Vec::new();
        loop {
            if self.take_sign("//") {
                steps.push(anywhere());
            } else if !self.take_sign("/") {
                return Ok(steps);
            }
            steps.push(self.step()?);
        }
    }

    fn begins_step(&self) -> bool {
        matches!(
            self.peek(),
            Some(Token::Name(_) | Token::Sign("." | ".." | "@" | "*"))
        )
    }

    /// A text, a number, a call or something in brackets, if no step stands there.
    fn primary(&mut self) -> Result<Option<Expression>, PathError> {
        let token = self.peek().cloned();
        let found = match token {
            Some(Token::Text(text)) => Expression::Text(text),
            Some(Token::Number(number)) => Expression::Number(number),
            Some(Token::Sign("$")) => return Err(PathError::NotThere("a variable".to_owned())),
            Some(Token::Sign("(")) => {
                self.at += 1;
                let inner = self.either()?;
                self.expect_sign(")", "a closing bracket")?;
                return Ok(Some(inner));
            }
            Some(Token::Name(name))
                if self.peek_second() == Some(&Token::Sign("(")) && !is_node_test(&name) =>
            {
                self.at += 2;
                return self
                    .arguments()
                    .map(|all| Some(Expression::Call(name, all)));
            }
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(found))
    }

    fn arguments(&mut self) -> Result<Vec<Expression>, PathError> {
        let mut arguments = Vec::new();
        if self.take_sign(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.either()?);
            if self.take_sign(")") {
                return Ok(arguments);
            }
            self.expect_sign(",", "a comma or a closing bracket")?;
        }
    }

    fn predicates(&mut self) -> Result<Vec<Expression>, PathError> {
        let mut predicates = Vec::new();
        while self.take_sign("[") {
            predicates.push(self.either()?);
            self.expect_sign("]", "a closing square bracket")?;
        }
        Ok(predicates)
    }

    fn step(&mut self) -> Result<Step, PathError> {
        if self.take_sign(".") {
            return Ok(plain(Axis::Itself, Test::Any));
        }
        if self.take_sign("..") {
            return Ok(plain(Axis::Parent, Test::Any));
        }
        let axis = self.axis()?;
        let test = self.test()?;
        let predicates = self.predicates()?;
        Ok(Step {
            axis,
            test,
            predicates,
        })
    }

    fn axis(&mut self) -> Result<Axis, PathError> {
        if self.take_sign("@") {
            return Ok(Axis::Attribute);
        }
        let (Some(Token::Name(name)), Some(Token::Sign("::"))) = (self.peek(), self.peek_second())
        else {
            return Ok(Axis::Child);
        };
        let axis = match name.as_str() {
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "attribute" => Axis::Attribute,
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "following" => Axis::Following,
            "following-sibling" => Axis::FollowingSibling,
            "parent" => Axis::Parent,
            "preceding" => Axis::Preceding,
            "preceding-sibling" => Axis::PrecedingSibling,
            "self" => Axis::Itself,
            other => return Err(PathError::NotThere(format!("the axis {other}"))),
        };
        self.at += 2;
        Ok(axis)
    }

    fn test(&mut self) -> Result<Test, PathError> {
        if self.take_sign("*") {
            return Ok(Test::Named);
        }
        let Some(Token::Name(name)) = self.peek().cloned() else {
            return Err(self.expected("a step"));
        };
        self.at += 1;
        if let Some(prefix) = name.strip_suffix(":*") {
            return Ok(Test::InNamespace(prefix.to_owned()));
        }
        if !(is_node_test(&name) && self.take_sign("(")) {
            return Ok(Test::Name(name));
        }
        let target = match self.peek().cloned() {
            Some(Token::Text(target)) if name == "processing-instruction" => {
                self.at += 1;
                Some(target)
            }
            _ => None,
        };
        self.expect_sign(")", "a closing bracket")?;
        Ok(match name.as_str() {
            "text" => Test::Text,
            "comment" => Test::Comment,
            "node" => Test::Any,
            _ => Test::Instruction(target),
        })
    }
}

fn is_node_test(name: &str) -> bool {
    matches!(name, "text" | "comment" | "node" | "processing-instruction")
}

fn plain(axis: Axis, test: Test) -> Step {
    Step {
        axis,
        test,
        predicates: Vec::new(),
    }
}

/// What `//` stands for.
fn anywhere() -> Step {
    plain(Axis::DescendantOrSelf, Test::Any)
}
