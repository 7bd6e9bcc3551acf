//! @functions on numbers, and those that make numbers of texts.

use crate::formula::run::{Done, Run, finite, number, numbers, texts, wrong};
use crate::formula::tree::{Binary, Operation};
use crate::formula::value::{Fault, FaultKind, Value};

macro_rules! each {
    ($($name:ident: $page:literal, $made:expr;)*) => {
        $(
            #[doc = concat!("[", $page, "]")]
            pub(super) fn $name(run: &mut Run<'_>, given: &[Value]) -> Done {
                run.each_number(&given[0], $made)
            }
        )*
    };
}

each! {
    abs: "H_ABS", f64::abs;
    acos: "H_ACOS", f64::acos;
    asin: "H_ASIN", f64::asin;
    atan: "H_ATAN", f64::atan;
    cos: "H_COS", f64::cos;
    sin: "H_SIN", f64::sin;
    tan: "H_TAN", f64::tan;
    exp: "H_EXP", f64::exp;
    ln: "H_LN", f64::ln;
    log: "H_LOG", f64::log10;
    sqrt: "H_SQRT", f64::sqrt;
    integer: "H_INTEGER", f64::trunc;
    sign: "H_SIGN", |number| if number == 0.0 { 0.0 } else { number.signum() };
}

/// Of each pair of two lists.
fn pairwise(run: &mut Run<'_>, given: &[Value], made: impl Fn(f64, f64) -> f64) -> Done {
    let (ones, others) = (numbers(&given[0])?, numbers(&given[1])?);
    let pairs = run.pairs(Binary::pairwise(Operation::Add), &given[0], &given[1])?;
    finite(
        pairs
            .map(|(one, other)| made(ones[one], others[other]))
            .collect(),
    )
}

/// The angle of the point (x; y). [H_ATAN2]
pub(super) fn atan2(run: &mut Run<'_>, given: &[Value]) -> Done {
    pairwise(run, given, |x, y| y.atan2(x))
}

/// [H_POWER]
pub(super) fn power(run: &mut Run<'_>, given: &[Value]) -> Done {
    pairwise(run, given, f64::powf)
}

/// With the sign of the first. [H_MODULO]
pub(super) fn modulo(run: &mut Run<'_>, given: &[Value]) -> Done {
    if numbers(&given[1])?.contains(&0.0) {
        return Err(Fault::new(FaultKind::Arithmetic, "Division by zero").into());
    }
    pairwise(run, given, |one, other| one % other)
}

/// Halves away from zero. [H_ROUND]
pub(super) fn round(run: &mut Run<'_>, given: &[Value]) -> Done {
    let factor = given.get(1).map_or(Ok(1.0), number)?;
    if factor == 0.0 {
        return Err(Fault::new(FaultKind::Arithmetic, "Division by zero").into());
    }
    run.each_number(&given[0], |number| {
        // Multiples of .1 are those of a tenth, which is what is meant.
        let inverse = (1.0 / factor).round();
        if inverse.abs() > 1.0 && (inverse * factor - 1.0).abs() < 1e-9 {
            (number * inverse).round() / inverse
        } else {
            (number / factor).round() * factor
        }
    })
}

/// [H_PI]
pub(super) fn pi(_: &mut Run<'_>, _: &[Value]) -> Done {
    Ok(Value::number(std::f64::consts::PI))
}

/// [H_RANDOM]
pub(super) fn random(run: &mut Run<'_>, _: &[Value]) -> Done {
    match run.host.random() {
        Some(number) => Ok(Value::number(number)),
        None => run.ask("@Random", &[]),
    }
}

/// Whether any pair differs by less than a hair. [H_FLOATEQ]
pub(super) fn float_eq(run: &mut Run<'_>, given: &[Value]) -> Done {
    let hair = given.get(2).map_or(Ok(0.0001), number)?;
    let differences = pairwise(run, &given[..2], |one, other| (one - other).abs())?;
    let is_near = numbers(&differences)?
        .iter()
        .any(|difference| *difference < hair);
    Ok(Value::truth(is_near))
}

/// [H_TEXTTONUMBER]
pub(super) fn text_to_number(run: &mut Run<'_>, given: &[Value]) -> Done {
    let list = texts(&given[0])?;
    run.step(list.len() + given[0].bytes() / 16)?;
    let read = |text: &String| {
        run.international
            .leading_number(text)
            .map(|(number, _)| number)
            .ok_or_else(|| wrong("Unable to convert text to a number"))
    };
    let numbers: Result<Vec<f64>, _> = list.iter().map(read).collect();
    Ok(Value::numbers(numbers?))
}

/// A number stays one. [H_TONUMBER]
pub(super) fn to_number(run: &mut Run<'_>, given: &[Value]) -> Done {
    match &given[0] {
        Value::Number(_) => Ok(given[0].clone()),
        Value::Time(_) => Err(Fault::wrong_type("Number").into()),
        _ => text_to_number(run, given),
    }
}
