//! The functions of the language, by their names. What reaches out of the script, the host is asked for.

mod array;
mod format;
mod moment;
mod number;
mod string;

use super::convert::Setting;
use super::fault::{ILLEGAL_CALL, Outcome, ScriptError, fault, message_of};
use super::host::Host;
use super::value::{ScalarType, Value};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What functions may look at and change.
pub(super) struct Scene<'h> {
    pub host: &'h mut dyn Host,
    pub setting: Setting,
    /// The error that `Err`, `Error$` and `Erl` tell of, and its line.
    pub error: Option<(ScriptError, u32)>,
    /// Whether texts are compared without regard to case.
    pub folds: bool,
    /// Of `Rnd`.
    pub seed: u64,
    pub random: f32,
    /// The names of the script's classes, by their numbers.
    pub classes: Vec<Arc<str>>,
}

/// A function of the language. What was left out is Empty.
pub(super) type Function = for<'s, 'h, 'v> fn(&'s mut Scene<'h>, &'v [Value]) -> Outcome<Value>;

/// A function and how many arguments it takes.
#[derive(Debug, Clone)]
pub(super) struct Builtin {
    pub function: Function,
    pub takes: RangeInclusive<u8>,
}

/// The function of a name in small letters.
pub(super) fn find(name: &str) -> Option<Builtin> {
    let (function, takes) = string::find(name)
        .or_else(|| number::find(name))
        .or_else(|| array::find(name))
        .or_else(|| moment::find(name))
        .or_else(|| own(name))?;
    Some(Builtin { function, takes })
}

/// What some functions are for a Variant, whose value they take as a text.
pub(super) fn of_variant(name: &str) -> Option<Function> {
    string::of_variant(name)
}

/// What some functions are whose name bears a `$`.
pub(super) fn with_suffix(name: &str) -> Option<Function> {
    moment::with_suffix(name)
}

type Found = Option<(Function, RangeInclusive<u8>)>;

fn own(name: &str) -> Found {
    Some(match name {
        "err" => (
            |scene, _| {
                Ok(Value::Integer(
                    scene.error.as_ref().map_or(0, |(error, _)| {
                        i16::try_from(error.number).unwrap_or(i16::MAX)
                    }),
                ))
            },
            0..=0,
        ),
        "erl" => (
            |scene, _| {
                Ok(Value::Integer(
                    scene
                        .error
                        .as_ref()
                        .map_or(0, |(_, line)| i16::try_from(*line).unwrap_or(i16::MAX)),
                ))
            },
            0..=0,
        ),
        "error" => (error_text, 0..=1),
        "isarray" => (
            |_, values| truth(matches!(values[0], Value::Array(_))),
            1..=1,
        ),
        "islist" => (
            |_, values| truth(matches!(values[0], Value::List(_))),
            1..=1,
        ),
        "isempty" => (|_, values| truth(matches!(values[0], Value::Empty)), 1..=1),
        "isnull" => (|_, values| truth(matches!(values[0], Value::Null)), 1..=1),
        "isobject" => (|_, values| truth(values[0].is_object()), 1..=1),
        "isscalar" => (|_, values| truth(is_scalar(&values[0])), 1..=1),
        "isunknown" => (|_, _| truth(false), 1..=1),
        "typename" => (
            |scene, values| Ok(Value::text(type_name(&values[0], &scene.classes))),
            1..=1,
        ),
        "datatype" | "vartype" => (|_, values| Ok(Value::Integer(values[0].data_type())), 1..=1),
        "cvar" => (|_, values| Ok(values[0].clone()), 1..=1),
        "createobject" => (create_object, 1..=1),
        "getobject" => (get_object, 1..=2),
        "evaluate" => (evaluate, 1..=2),
        "sleep" => (sleep, 1..=1),
        "doevents" | "yield" => (|_, _| Ok(Value::Integer(0)), 0..=0),
        "beep" => (|_, _| Ok(Value::Empty), 0..=0),
        "messagebox" | "msgbox" => (message_box, 1..=3),
        _ => return None,
    })
}

fn truth(holds: bool) -> Outcome<Value> {
    Ok(Value::Boolean(holds))
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::List(_) | Value::Record(_)) && !value.is_object()
}

fn error_text(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    Ok(Value::text(match values.first() {
        Some(Value::Empty) | None => scene
            .error
            .as_ref()
            .map_or(String::new(), |(error, _)| error.message.clone()),
        Some(number) => message_of(number.to_long()?)
            .unwrap_or("User-defined error")
            .to_owned(),
    }))
}

/// As `TypeName` says it, in capitals; objects by their class.
fn type_name(value: &Value, classes: &[Arc<str>]) -> String {
    match value {
        Value::Empty => "EMPTY".to_owned(),
        Value::Null => "NULL".to_owned(),
        Value::Nothing => "OBJECT".to_owned(),
        Value::Boolean(_) => "BOOLEAN".to_owned(),
        Value::Byte(_) => "BYTE".to_owned(),
        Value::Integer(_) => "INTEGER".to_owned(),
        Value::Long(_) => "LONG".to_owned(),
        Value::Single(_) => "SINGLE".to_owned(),
        Value::Double(_) => "DOUBLE".to_owned(),
        Value::Currency(_) => "CURRENCY".to_owned(),
        Value::Date(_) => "DATE".to_owned(),
        Value::Text(_) => "STRING".to_owned(),
        Value::Array(array) => format!("{}( )", type_name_of(array.of, classes)),
        Value::List(list) => format!("{} LIST", type_name_of(list.of, classes)),
        Value::Object(object) => type_name_of(ScalarType::Class(object.class), classes),
        Value::Product(product) => product.class.to_uppercase(),
        Value::Record(_) | Value::Reference(_) => "OBJECT".to_owned(),
    }
}

fn type_name_of(of: ScalarType, classes: &[Arc<str>]) -> String {
    let name = match of {
        ScalarType::Variant | ScalarType::Record(_) => "VARIANT",
        ScalarType::Boolean => "BOOLEAN",
        ScalarType::Byte => "BYTE",
        ScalarType::Integer => "INTEGER",
        ScalarType::Long => "LONG",
        ScalarType::Single => "SINGLE",
        ScalarType::Double => "DOUBLE",
        ScalarType::Currency => "CURRENCY",
        ScalarType::Text | ScalarType::Fixed(_) => "STRING",
        ScalarType::Class(number) => match classes.get(usize::from(number)) {
            Some(name) => return name.to_uppercase(),
            None => "OBJECT",
        },
        ScalarType::Product => "OBJECT",
    };
    name.to_owned()
}

fn create_object(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let class = values[0].to_text(&scene.setting)?;
    scene.host.create_object(class.as_str(), None)
}

fn get_object(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let path = values[0].to_text(&scene.setting)?;
    let class = values
        .get(1)
        .map_or(Ok(super::value::Text::new("")), |class| {
            class.to_text(&scene.setting)
        })?;
    scene
        .host
        .create_object(class.as_str(), Some(path.as_str()))
}

fn evaluate(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let formula = values[0].to_text(&scene.setting)?;
    scene.host.evaluate(formula.as_str(), values.get(1))
}

fn sleep(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let seconds = values[0].to_double()?;
    if !(0.0..=1e9).contains(&seconds) {
        return Err(fault(ILLEGAL_CALL));
    }
    scene.host.sleep(seconds);
    Ok(Value::Empty)
}

fn message_box(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let mut values = values.to_vec();
    values[0] = Value::text(values[0].shown(&scene.setting)?);
    scene.host.function("messagebox", &values)
}
