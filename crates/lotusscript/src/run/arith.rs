//! Operators: which type the result has, and what it is.
//!
//! The type of a result is that of the operand that comes later in Byte, Integer, Long, Single, Double, Currency. What does not fit is error 6, but Variants grow: Integer to
//! Long, Long to Double. Null makes the result Null. A text and a number: what has a declared type decides how the Variant is taken; of two Variants, `+` adds, and the number
//! is less than the text. [Language reference: "Addition operator", "Relational (comparison) operators", "Automatic data type conversion"]

use super::code::Sides;
use super::convert::Setting;
use super::fault::{DIVISION, ILLEGAL_CALL, MISMATCH, NULL_USE, OVERFLOW, Outcome, fault};
use super::value::{Text, Value};
use crate::syntax::BinaryOperator;
use std::cmp::Ordering;
use std::rc::Rc;

/// A number in one of the types that are reckoned in.
#[derive(Debug, Clone, Copy)]
enum Number {
    Integer(i16),
    Long(i32),
    Single(f32),
    Double(f64),
    Currency(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Integer,
    Long,
    Single,
    Double,
    Currency,
}

impl Number {
    fn of(value: &Value) -> Outcome<Self> {
        Ok(match value {
            Value::Empty => Self::Integer(0),
            Value::Boolean(truth) => Self::Integer(-i16::from(*truth)),
            Value::Byte(number) => Self::Integer(i16::from(*number)),
            Value::Integer(number) => Self::Integer(*number),
            Value::Long(number) => Self::Long(*number),
            Value::Single(number) => Self::Single(*number),
            Value::Currency(parts) => Self::Currency(*parts),
            _ => Self::Double(value.to_double()?),
        })
    }

    fn rank(self) -> Rank {
        match self {
            Self::Integer(_) => Rank::Integer,
            Self::Long(_) => Rank::Long,
            Self::Single(_) => Rank::Single,
            Self::Double(_) => Rank::Double,
            Self::Currency(_) => Rank::Currency,
        }
    }

    fn double(self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        match self {
            Self::Integer(number) => f64::from(number),
            Self::Long(number) => f64::from(number),
            Self::Single(number) => f64::from(number),
            Self::Double(number) => number,
            Self::Currency(parts) => parts as f64 / 10_000.0,
        }
    }

    fn long(self) -> i64 {
        match self {
            Self::Integer(number) => i64::from(number),
            Self::Long(number) => i64::from(number),
            _ => 0,
        }
    }

    fn currency(self) -> Outcome<i64> {
        match self {
            Self::Currency(parts) => Ok(parts),
            other => Value::Double(other.double()).to_currency(),
        }
    }
}

/// A whole number in the least type from one on that has room; only Variants grow.
fn whole(number: i64, least: Rank, grows: bool) -> Outcome<Value> {
    if least == Rank::Integer
        && let Ok(short) = i16::try_from(number)
    {
        return Ok(Value::Integer(short));
    }
    if least == Rank::Integer && !grows {
        return Err(fault(OVERFLOW));
    }
    if let Ok(long) = i32::try_from(number) {
        return Ok(Value::Long(long));
    }
    if !grows {
        return Err(fault(OVERFLOW));
    }
    #[allow(clippy::cast_precision_loss)]
    Ok(Value::Double(number as f64))
}

fn floating(number: f64, rank: Rank, grows: bool) -> Outcome<Value> {
    if rank == Rank::Single {
        #[allow(clippy::cast_possible_truncation)]
        let short = number as f32;
        if short.is_finite() {
            return Ok(Value::Single(short));
        }
        if !grows {
            return Err(fault(OVERFLOW));
        }
    }
    if number.is_finite() {
        Ok(Value::Double(number))
    } else {
        Err(fault(OVERFLOW))
    }
}

fn is_null(left: &Value, right: &Value) -> bool {
    matches!(left, Value::Null) || matches!(right, Value::Null)
}

/// `+`, `-`, `*`, `/`, `\`, `Mod`, `^`.
pub(super) fn reckon(
    operator: BinaryOperator,
    left: &Value,
    right: &Value,
    sides: Sides,
    setting: &Setting,
) -> Outcome<Value> {
    use BinaryOperator as Op;
    let grows = sides.grow();
    match (operator, left, right) {
        (Op::Plus, Value::Text(one), Value::Text(two)) => return join_texts(one, two),
        (Op::Plus, Value::Text(one), Value::Empty) => return Ok(Value::Text(Rc::clone(one))),
        (Op::Plus, Value::Empty, Value::Text(two)) => return Ok(Value::Text(Rc::clone(two))),
        (Op::Plus, Value::Text(one), two)
            if !sides.left_is_loose && sides.right_is_loose && !matches!(two, Value::Null) =>
        {
            return join_texts(one, &two.to_text(setting)?);
        }
        (Op::Plus, one, Value::Text(two))
            if sides.left_is_loose && !sides.right_is_loose && !matches!(one, Value::Null) =>
        {
            return join_texts(&one.to_text(setting)?, two);
        }
        _ => {}
    }
    if is_null(left, right) {
        return Ok(Value::Null);
    }
    match operator {
        Op::Plus | Op::Minus | Op::Times => {
            let dates = (
                matches!(left, Value::Date(_)),
                matches!(right, Value::Date(_)),
            );
            let result = add_or_multiply(operator, Number::of(left)?, Number::of(right)?, grows)?;
            match dates {
                (true, true) if operator == Op::Minus => Ok(result),
                (false, false) => Ok(result),
                _ if operator == Op::Times => Ok(result),
                _ => Ok(Value::Date(result.to_date(setting)?)),
            }
        }
        Op::Divide => divide(Number::of(left)?, Number::of(right)?),
        Op::IntegerDivide => {
            let (left, right) = (left.to_long()?, right.to_long()?);
            if right == 0 {
                return Err(fault(DIVISION));
            }
            whole(i64::from(left) / i64::from(right), Rank::Integer, true)
        }
        Op::Mod => {
            let (left, right) = (left.to_long()?, right.to_long()?);
            if right == 0 {
                return Err(fault(DIVISION));
            }
            whole(i64::from(left) % i64::from(right), Rank::Integer, true)
        }
        Op::Power => power(left.to_double()?, right.to_double()?),
        _ => Err(fault(ILLEGAL_CALL)),
    }
}

fn add_or_multiply(
    operator: BinaryOperator,
    left: Number,
    right: Number,
    grows: bool,
) -> Outcome<Value> {
    let rank = left.rank().max(right.rank());
    match rank {
        Rank::Integer | Rank::Long => {
            let (left, right) = (left.long(), right.long());
            let result = match operator {
                BinaryOperator::Plus => left + right,
                BinaryOperator::Minus => left - right,
                _ => left * right,
            };
            whole(result, rank, grows)
        }
        Rank::Single | Rank::Double => {
            let (left, right) = (left.double(), right.double());
            let result = match operator {
                BinaryOperator::Plus => left + right,
                BinaryOperator::Minus => left - right,
                _ => left * right,
            };
            floating(result, rank, grows)
        }
        Rank::Currency => {
            let (left, right) = (left.currency()?, right.currency()?);
            let result = match operator {
                BinaryOperator::Plus => left.checked_add(right),
                BinaryOperator::Minus => left.checked_sub(right),
                _ => {
                    let product = i128::from(left) * i128::from(right);
                    i64::try_from(half_even(product, 10_000)).ok()
                }
            };
            result.map(Value::Currency).ok_or_else(|| fault(OVERFLOW))
        }
    }
}

/// A quotient rounded half to even; the divisor is greater than 0.
fn half_even(number: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (number.div_euclid(divisor), number.rem_euclid(divisor));
    match (rest * 2).cmp(&divisor) {
        Ordering::Less => quotient,
        Ordering::Greater => quotient + 1,
        Ordering::Equal => quotient + quotient.rem_euclid(2),
    }
}

/// Always a Double.
fn divide(left: Number, right: Number) -> Outcome<Value> {
    if right.double() == 0.0 {
        return Err(fault(DIVISION));
    }
    floating(left.double() / right.double(), Rank::Double, false)
}

fn power(base: f64, exponent: f64) -> Outcome<Value> {
    if base < 0.0 && exponent.fract() != 0.0 {
        return Err(fault(ILLEGAL_CALL));
    }
    if base == 0.0 && exponent < 0.0 {
        return Err(fault(DIVISION));
    }
    floating(base.powf(exponent), Rank::Double, false)
}

/// `-x`
pub(super) fn negate(value: &Value, grows: bool) -> Outcome<Value> {
    if matches!(value, Value::Null) {
        return Ok(Value::Null);
    }
    match Number::of(value)? {
        Number::Double(number) => match value {
            Value::Date(_) if super::date::is_valid(-number) => Ok(Value::Date(-number)),
            Value::Date(_) => Err(fault(OVERFLOW)),
            _ => Ok(Value::Double(-number)),
        },
        other => add_or_multiply(BinaryOperator::Minus, Number::Integer(0), other, grows),
    }
}

fn join_texts(one: &Rc<Text>, two: &Rc<Text>) -> Outcome<Value> {
    let length = one.as_str().len() + two.as_str().len();
    super::limit::expect_bytes(length)?;
    super::limit::spend_on(length / 16)?;
    let mut text = Text::clone(one);
    text.push(two.as_str());
    Ok(Value::Text(Rc::new(text)))
}

/// `&`
pub(super) fn join(left: &Value, right: &Value, setting: &Setting) -> Outcome<Value> {
    match (left, right) {
        (Value::Null, Value::Null) => Ok(Value::Null),
        (Value::Null, other) | (other, Value::Null) => Ok(Value::Text(other.to_text(setting)?)),
        _ => join_texts(&left.to_text(setting)?, &right.to_text(setting)?),
    }
}

/// Whether letters that differ in case only are the same.
pub(super) fn compare_texts(left: &str, right: &str, folds: bool) -> Ordering {
    if folds {
        left.chars()
            .flat_map(char::to_lowercase)
            .cmp(right.chars().flat_map(char::to_lowercase))
    } else {
        left.cmp(right)
    }
}

/// `=`, `<` and so on; `None` if one is Null.
pub(super) fn compare(
    left: &Value,
    right: &Value,
    folds: bool,
    sides: Sides,
    setting: &Setting,
) -> Outcome<Option<Ordering>> {
    Ok(Some(match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Long(left), Value::Long(right)) => left.cmp(right),
        (Value::Text(left), Value::Text(right)) => {
            compare_texts(left.as_str(), right.as_str(), folds)
        }
        (Value::Null, _) | (_, Value::Null) => return Ok(None),
        (Value::Text(left), Value::Empty) => compare_texts(left.as_str(), "", folds),
        (Value::Empty, Value::Text(right)) => compare_texts("", right.as_str(), folds),
        (Value::Text(text), other) if sides.right_is_loose => {
            mixed(text, other, sides.left_is_loose, folds, setting)?
        }
        (other, Value::Text(text)) if sides.left_is_loose => {
            mixed(text, other, sides.right_is_loose, folds, setting)?.reverse()
        }
        (Value::Currency(left), right) if exact(right) => left.cmp(&right.to_currency()?),
        (left, Value::Currency(right)) if exact(left) => left.to_currency()?.cmp(right),
        _ => compare_doubles(left.to_double()?, right.to_double()?)?,
    }))
}

fn exact(value: &Value) -> bool {
    matches!(
        value,
        Value::Currency(_) | Value::Integer(_) | Value::Long(_) | Value::Byte(_)
    )
}

/// A text against what a Variant holds and is no text: a text of its own type makes a text of the other; of two Variants, the number is the lesser.
fn mixed(
    text: &Rc<Text>,
    other: &Value,
    text_is_loose: bool,
    folds: bool,
    setting: &Setting,
) -> Outcome<Ordering> {
    let written = other.to_text(setting)?;
    Ok(if text_is_loose {
        Ordering::Greater
    } else {
        compare_texts(text.as_str(), written.as_str(), folds)
    })
}

fn compare_doubles(left: f64, right: f64) -> Outcome<Ordering> {
    left.partial_cmp(&right).ok_or_else(|| fault(OVERFLOW))
}

/// The result of a comparison.
pub(super) fn verdict(operator: BinaryOperator, ordering: Option<Ordering>) -> Value {
    use BinaryOperator as Op;
    let Some(ordering) = ordering else {
        return Value::Null;
    };
    Value::Boolean(match operator {
        Op::Equal => ordering.is_eq(),
        Op::NotEqual => ordering.is_ne(),
        Op::Less => ordering.is_lt(),
        Op::LessOrEqual => ordering.is_le(),
        Op::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    })
}

/// `And`, `Or`, `Xor`, `Eqv`, `Imp`, bit by bit; of truth values, a truth value.
pub(super) fn logic(operator: BinaryOperator, left: &Value, right: &Value) -> Outcome<Value> {
    use BinaryOperator as Op;
    let known = |value: &Value| {
        if matches!(value, Value::Null) {
            Ok(None)
        } else {
            value.to_long().map(Some)
        }
    };
    let (one, two) = (known(left)?, known(right)?);
    let bits = match (operator, one, two) {
        (Op::And, Some(one), Some(two)) => one & two,
        (Op::Or, Some(one), Some(two)) => one | two,
        (Op::Xor, Some(one), Some(two)) => one ^ two,
        (Op::Eqv, Some(one), Some(two)) => !(one ^ two),
        (Op::Imp, Some(one), Some(two)) => !one | two,
        (Op::And, Some(0), None) | (Op::And, None, Some(0)) => 0,
        (Op::Or, Some(-1), None) | (Op::Or, None, Some(-1)) => -1,
        (Op::Imp, Some(0), None) | (Op::Imp, None, Some(-1)) => -1,
        (Op::Imp, None, Some(two)) if two != 0 => two,
        _ => return Ok(Value::Null),
    };
    Ok(logic_result(bits, left, right))
}

fn logic_result(bits: i32, left: &Value, right: &Value) -> Value {
    let truth = |value: &Value| matches!(value, Value::Boolean(_) | Value::Null);
    let short = |value: &Value| {
        matches!(
            value,
            Value::Boolean(_) | Value::Null | Value::Integer(_) | Value::Byte(_) | Value::Empty
        )
    };
    if truth(left) && truth(right) {
        return Value::Boolean(bits != 0);
    }
    match i16::try_from(bits) {
        Ok(bits) if short(left) && short(right) => Value::Integer(bits),
        _ => Value::Long(bits),
    }
}

/// `Not x`
pub(super) fn not(value: &Value) -> Outcome<Value> {
    Ok(match value {
        Value::Null => Value::Null,
        Value::Boolean(truth) => Value::Boolean(!truth),
        Value::Empty => Value::Integer(-1),
        Value::Byte(number) => Value::Integer(!i16::from(*number)),
        Value::Integer(number) => Value::Integer(!number),
        other => Value::Long(!other.to_long()?),
    })
}

/// `text Like pattern`
pub(super) fn like(left: &Value, right: &Value, folds: bool, setting: &Setting) -> Outcome<Value> {
    if is_null(left, right) {
        return Ok(Value::Null);
    }
    let fold = |text: Rc<Text>| -> Vec<char> {
        if folds {
            text.as_str().to_lowercase().chars().collect()
        } else {
            text.as_str().chars().collect()
        }
    };
    let (text, pattern) = (left.to_text(setting)?, right.to_text(setting)?);
    super::limit::spend_on(text.as_str().len() + pattern.as_str().len())?;
    let (text, pattern) = (fold(text), fold(pattern));
    Ok(Value::Boolean(matches_pattern(
        &text,
        &pattern_of(&pattern)?,
    )?))
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq)]
enum Wanted {
    Any,
    Digit,
    Rest,
    Letter(char),
    OneOf(Vec<(char, char)>, bool),
}

fn pattern_of(pattern: &[char]) -> Outcome<Vec<Wanted>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(letter) = pattern.get(at) {
        at += 1;
        parts.push(match letter {
            '?' => Wanted::Any,
            '#' => Wanted::Digit,
            '*' => Wanted::Rest,
            '[' => {
                let end = pattern[at..].iter().position(|letter| *letter == ']');
                // One that is not closed stands for itself: published libraries of HCL depend on it.
                let Some(end) = end.map(|end| at + end) else {
                    parts.push(Wanted::Letter('['));
                    continue;
                };
                let part = class_of(&pattern[at..end])?;
                at = end + 1;
                match part {
                    Some(part) => part,
                    None => continue,
                }
            }
            letter => Wanted::Letter(*letter),
        });
    }
    Ok(parts)
}

/// What stands between brackets; nothing matches nothing.
fn class_of(letters: &[char]) -> Outcome<Option<Wanted>> {
    let (negated, letters) = match letters {
        [] => return Ok(None),
        ['!'] => return Ok(Some(Wanted::Letter('!'))),
        ['!', rest @ ..] => (true, rest),
        letters => (false, letters),
    };
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let from = letters[at];
        if letters.get(at + 1) == Some(&'-') && at + 2 < letters.len() {
            let to = letters[at + 2];
            if to < from {
                return Err(fault(93));
            }
            ranges.push((from, to));
            at += 3;
        } else {
            ranges.push((from, from));
            at += 1;
        }
    }
    Ok(Some(Wanted::OneOf(ranges, negated)))
}

/// Goes back to the last `*` only, which is enough.
fn matches_pattern(text: &[char], pattern: &[Wanted]) -> Outcome<bool> {
    let (mut at, mut part) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    let mut looks = 0_usize;
    while at < text.len() {
        looks += 1;
        if looks.is_multiple_of(65_536) {
            super::limit::spend(4096)?;
        }
        match pattern.get(part) {
            Some(Wanted::Rest) => {
                last_star = Some((part, at));
                part += 1;
            }
            Some(wanted) if fits(text[at], wanted) => {
                at += 1;
                part += 1;
            }
            _ => match &mut last_star {
                Some((star, from)) => {
                    *from += 1;
                    (part, at) = (*star + 1, *from);
                }
                None => return Ok(false),
            },
        }
    }
    Ok(pattern[part..].iter().all(|wanted| *wanted == Wanted::Rest))
}

fn fits(letter: char, wanted: &Wanted) -> bool {
    match wanted {
        Wanted::Any => true,
        Wanted::Rest => false,
        Wanted::Digit => letter.is_ascii_digit(),
        Wanted::Letter(other) => letter == *other,
        Wanted::OneOf(ranges, negated) => {
            ranges
                .iter()
                .any(|(from, to)| (*from..=*to).contains(&letter))
                != *negated
        }
    }
}

/// `Is`: whether both are the same object.
pub(super) fn is_same(left: &Value, right: &Value) -> Outcome<bool> {
    let living = |value: &Value| match value {
        Value::Object(object) if object.is_deleted.get() => Value::Nothing,
        other => other.clone(),
    };
    Ok(match (living(left), living(right)) {
        (Value::Nothing, Value::Nothing) => true,
        (Value::Object(one), Value::Object(two)) => Rc::ptr_eq(&one, &two),
        (Value::Product(one), Value::Product(two)) => {
            Rc::ptr_eq(&one, &two) || Rc::ptr_eq(&one.inner, &two.inner)
        }
        (one, two) if one.is_object() && two.is_object() => false,
        (Value::Null, _) | (_, Value::Null) => return Err(fault(NULL_USE)),
        // A Variant that was never set is no object.
        (Value::Empty, other) | (other, Value::Empty) if other.is_object() => false,
        _ => return Err(fault(MISMATCH)),
    })
}
