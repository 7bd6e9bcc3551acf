//! Bytes as scripts have them, arrays of Byte; and what work on many costs.

use lotusscript::run::{Array, Fault, ScalarType, Value, charge};
use std::rc::Rc;

/// Bytes as an array: from 0, or from -32768 if they are more than 32767, because subscripts are Integers. [NotesStream.Read]
pub(crate) fn bytes_value(bytes: &[u8]) -> Value {
    let items: Vec<Value> = bytes.iter().map(|byte| Value::Byte(*byte)).collect();
    let first: i32 = match bytes.len() > 32767 {
        true => -32768,
        false => 0,
    };
    let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
    let bounds = vec![(first, first.saturating_add(count) - 1)];
    Value::Array(Rc::new(Array::new(bounds, ScalarType::Byte, true, items)))
}

/// The bytes of an array of whole numbers from 0 to 255.
pub(crate) fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    let Value::Array(array) = value else {
        return None;
    };
    array.items().iter().map(byte_of).collect()
}

fn byte_of(value: &Value) -> Option<u8> {
    let number = match value {
        Value::Text(_) => return None,
        other => other.as_number()?,
    };
    let is_byte = number.fract() == 0.0 && (0.0..=255.0).contains(&number);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    is_byte.then_some(number as u8)
}

/// Work of the host on so many bytes or nodes: eight are as much as a statement, and the time is looked at in between.
pub(crate) fn charge_for(parts: usize) -> Result<(), Box<Fault>> {
    charge(u64::try_from(parts / 8).unwrap_or(u64::MAX))
}
