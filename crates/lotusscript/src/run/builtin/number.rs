//! Numbers: functions of one, conversions, chance.

use super::super::convert::general;
use super::super::fault::{ILLEGAL_CALL, OVERFLOW, Outcome, fault};
use super::super::value::{ScalarType, Value};
use super::{Found, Scene};

pub(super) fn find(name: &str) -> Found {
    Some(match name {
        "abs" => (abs, 1..=1),
        "sgn" => (sgn, 1..=1),
        "int" => (|_, values| whole_part(values, f64::floor), 1..=1),
        "fix" => (|_, values| whole_part(values, f64::trunc), 1..=1),
        "fraction" => (fraction, 1..=1),
        "round" => (round, 2..=2),
        "sqr" | "sqrt" => (
            |_, values| {
                real(values, |number| {
                    if number < 0.0 {
                        None
                    } else {
                        Some(number.sqrt())
                    }
                })
            },
            1..=1,
        ),
        "exp" => (|_, values| real(values, |number| Some(number.exp())), 1..=1),
        "log" => (
            |_, values| {
                real(values, |number| {
                    if number <= 0.0 {
                        None
                    } else {
                        Some(number.ln())
                    }
                })
            },
            1..=1,
        ),
        "sin" => (|_, values| real(values, |number| Some(number.sin())), 1..=1),
        "cos" => (|_, values| real(values, |number| Some(number.cos())), 1..=1),
        "tan" => (|_, values| real(values, |number| Some(number.tan())), 1..=1),
        "atn" => (
            |_, values| real(values, |number| Some(number.atan())),
            1..=1,
        ),
        "asin" => (
            |_, values| {
                real(values, |number| {
                    (number.abs() <= 1.0).then(|| number.asin())
                })
            },
            1..=1,
        ),
        "acos" => (
            |_, values| {
                real(values, |number| {
                    (number.abs() <= 1.0).then(|| number.acos())
                })
            },
            1..=1,
        ),
        "atn2" => (atn2, 2..=2),
        "pi" => (|_, _| Ok(Value::Double(std::f64::consts::PI)), 0..=0),
        "rnd" => (rnd, 0..=1),
        "randomize" => (randomize, 0..=1),
        "hex" => (|_, values| based(values, |bits| format!("{bits:X}")), 1..=1),
        "oct" => (|_, values| based(values, |bits| format!("{bits:o}")), 1..=1),
        "bin" => (|_, values| based(values, |bits| format!("{bits:b}")), 1..=1),
        "cbool" => (
            |scene, values| converted(scene, values, ScalarType::Boolean),
            1..=1,
        ),
        "cbyte" => (
            |scene, values| converted(scene, values, ScalarType::Byte),
            1..=1,
        ),
        "cint" => (
            |scene, values| converted(scene, values, ScalarType::Integer),
            1..=1,
        ),
        "clng" => (
            |scene, values| converted(scene, values, ScalarType::Long),
            1..=1,
        ),
        "csng" => (
            |scene, values| converted(scene, values, ScalarType::Single),
            1..=1,
        ),
        "cdbl" => (
            |scene, values| converted(scene, values, ScalarType::Double),
            1..=1,
        ),
        "ccur" => (
            |scene, values| converted(scene, values, ScalarType::Currency),
            1..=1,
        ),
        "isnumeric" => (
            |_, values| {
                Ok(Value::Boolean(
                    !values[0].is_object() && values[0].to_double().is_ok(),
                ))
            },
            1..=1,
        ),
        _ => return None,
    })
}

fn converted(scene: &mut Scene<'_>, values: &[Value], of: ScalarType) -> Outcome<Value> {
    values[0].clone().convert(of, &scene.setting)
}

fn real(values: &[Value], function: impl Fn(f64) -> Option<f64>) -> Outcome<Value> {
    if matches!(values[0], Value::Null) {
        return Ok(Value::Null);
    }
    let result = function(values[0].to_double()?).ok_or_else(|| fault(ILLEGAL_CALL))?;
    if result.is_finite() {
        Ok(Value::Double(result))
    } else {
        Err(fault(OVERFLOW))
    }
}

fn abs(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    match &values[0] {
        Value::Null => Ok(Value::Null),
        Value::Boolean(truth) => Ok(Value::Integer(i16::from(*truth))),
        value if value.to_double()? < 0.0 => match super::super::arith::negate(value, true)? {
            Value::Date(date) => Ok(Value::Date(date)),
            other => Ok(other),
        },
        Value::Text(_) => converted(scene, values, ScalarType::Double),
        value => Ok(value.clone()),
    }
}

fn sgn(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    if matches!(values[0], Value::Null) {
        return Ok(Value::Null);
    }
    let number = values[0].to_double()?;
    Ok(Value::Integer(
        i16::from(number > 0.0) - i16::from(number < 0.0),
    ))
}

/// `Int` and `Fix`, in the type of the number.
fn whole_part(values: &[Value], part: impl Fn(f64) -> f64) -> Outcome<Value> {
    Ok(match &values[0] {
        Value::Single(number) => {
            #[allow(clippy::cast_possible_truncation)]
            let whole = part(f64::from(*number)) as f32;
            Value::Single(whole)
        }
        Value::Currency(_) => {
            Value::Currency(Value::Double(part(values[0].to_double()?)).to_currency()?)
        }
        Value::Date(date) => Value::Date(date.trunc()),
        Value::Double(number) => Value::Double(part(*number)),
        Value::Text(_) => Value::Double(part(values[0].to_double()?)),
        other => {
            if !matches!(other, Value::Null) {
                other.to_double()?;
            }
            other.clone()
        }
    })
}

fn fraction(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    Ok(match &values[0] {
        Value::Null => Value::Null,
        Value::Single(number) => Value::Single(number.fract()),
        Value::Currency(parts) => Value::Currency(parts % 10_000),
        Value::Date(date) => Value::Date(date.fract().abs()),
        Value::Double(number) => Value::Double(number.fract()),
        Value::Text(_) => Value::Double(values[0].to_double()?.fract()),
        other => {
            other.to_double()?;
            Value::Integer(0)
        }
    })
}

/// Half to even, seen as the number is written.
fn round(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    if matches!(values[0], Value::Null) {
        return Ok(Value::Null);
    }
    let (number, places) = (
        values[0].to_double()?,
        values[1].to_long()?.clamp(-300, 300),
    );
    let factor = 10_f64.powi(places);
    let scaled = number * factor;
    // 2.675 lies a little below what it says; people mean what it says.
    let said: f64 = general(scaled, 15).parse().unwrap_or(scaled);
    let rounded = said.round_ties_even() / factor;
    Ok(Value::Double(if rounded.is_finite() {
        rounded
    } else {
        number
    }))
}

fn atn2(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let (x, y) = (values[0].to_double()?, values[1].to_double()?);
    if x == 0.0 && y == 0.0 {
        return Err(fault(ILLEGAL_CALL));
    }
    Ok(Value::Double(y.atan2(x)))
}

/// The next number of chance; 0 gives the last again, one below 0 the same for the same number.
fn rnd(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let wish = values.first().map_or(Ok(1.0), Value::to_double)?;
    if wish < 0.0 {
        scene.seed = wish.to_bits();
    }
    if wish != 0.0 {
        // SplitMix64: small, and good enough for scripts.
        scene.seed = scene.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = scene.seed;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        #[allow(clippy::cast_precision_loss)]
        let random = ((bits ^ (bits >> 31)) >> 40) as f32 / 16_777_216.0;
        scene.random = random;
    }
    Ok(Value::Single(scene.random))
}

fn randomize(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let seed = match values.first() {
        None | Some(Value::Empty) => scene.host.now(),
        Some(seed) => seed.to_double()?,
    };
    scene.seed = seed.to_bits();
    Ok(Value::Empty)
}

fn based(values: &[Value], write: impl Fn(u32) -> String) -> Outcome<Value> {
    let bits = values[0].to_long()?.cast_unsigned();
    Ok(Value::text(write(bits)))
}
