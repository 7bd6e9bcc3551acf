//! Arrays and lists: bounds, searching, joining, splitting.

use super::super::arith::{compare, compare_texts};
use super::super::code::Sides;
use super::super::fault::{ILLEGAL_CALL, MISMATCH, Outcome, SUBSCRIPT, fault, fault_of};
use super::super::limit;
use super::super::value::{Array, ScalarType, Text, Value};
use super::string::{folds, replaced, split, text_at};
use super::{Found, Scene};
use std::rc::Rc;

pub(super) fn find(name: &str) -> Found {
    Some(match name {
        "lbound" => (|_, values| bound(values, false), 1..=2),
        "ubound" => (|_, values| bound(values, true), 1..=2),
        "arrayappend" => (append, 2..=2),
        "arraygetindex" => (get_index, 2..=3),
        "arrayreplace" => (array_replace, 3..=3),
        "arrayunique" => (unique, 1..=2),
        "fulltrim" => (full_trim, 1..=1),
        "join" | "implode" => (join, 1..=2),
        "split" => (|scene, values| split_text(scene, values, false), 1..=4),
        "explode" => (|scene, values| split_text(scene, values, true), 1..=4),
        "replace" => (replace, 3..=6),
        _ => return None,
    })
}

fn array_of(value: &Value) -> Outcome<&Rc<Array>> {
    match value {
        Value::Array(array) if array.bounds.is_empty() => Err(fault(200)),
        Value::Array(array) => Ok(array),
        _ => Err(fault_of(MISMATCH, "an array is expected")),
    }
}

fn bound(values: &[Value], upper: bool) -> Outcome<Value> {
    let array = array_of(&values[0])?;
    let dimension = match values.get(1) {
        None | Some(Value::Empty) => 1,
        Some(dimension) => dimension.to_count()?,
    };
    let bounds = dimension.checked_sub(1).and_then(|at| array.bounds.get(at));
    let (first, last) = bounds.ok_or_else(|| fault(SUBSCRIPT))?;
    Ok(Value::Long(if upper { *last } else { *first }))
}

fn append(_: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let one = array_of(&values[0])?;
    let added = match &values[1] {
        Value::Array(two) => two.items().to_vec(),
        other => vec![other.clone()],
    };
    limit::expect_bytes((one.items().len() + added.len()) * size_of::<Value>())?;
    limit::spend_on(one.items().len() + added.len())?;
    let first = one.bounds.first().map_or(0, |bounds| bounds.0);
    let same = matches!(&values[1], Value::Array(two) if two.of == one.of);
    let of = if same { one.of } else { ScalarType::Variant };
    let mut items = one.items().to_vec();
    items.extend(added);
    let last = i32::try_from(items.len()).map_err(|_| fault(SUBSCRIPT))? - 1 + first;
    Ok(Value::Array(Rc::new(Array::new(
        vec![(first, last)],
        of,
        true,
        items,
    ))))
}

fn is_same(scene: &Scene<'_>, one: &Value, two: &Value, folds: bool) -> bool {
    match (one, two) {
        (Value::Text(one), Value::Text(two)) => {
            compare_texts(one.as_str(), two.as_str(), folds).is_eq()
        }
        (Value::Text(_), _) | (_, Value::Text(_)) => false,
        _ => compare(one, two, folds, Sides::LOOSE, &scene.setting)
            .ok()
            .flatten()
            .is_some_and(std::cmp::Ordering::is_eq),
    }
}

fn get_index(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let array = array_of(&values[0])?;
    let folds = folds(scene, values.get(2))?;
    limit::spend(array.items().len() as u64)?;
    let at = array
        .items()
        .iter()
        .position(|item| is_same(scene, item, &values[1], folds));
    let first = array.bounds.first().map_or(0, |bounds| bounds.0);
    Ok(match at.and_then(|at| i32::try_from(at).ok()) {
        Some(at) => Value::Long(first + at),
        None => Value::Null,
    })
}

fn items_of(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(array) => array.items().to_vec(),
        other => vec![other.clone()],
    }
}

/// Each that is in the second array becomes the one at the same place in the third, or its last.
fn array_replace(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let array = array_of(&values[0])?;
    let (find, by) = (items_of(&values[1]), items_of(&values[2]));
    limit::spend(array.items().len() as u64 * find.len() as u64)?;
    let items = array.items().iter().map(|item| {
        let at = find
            .iter()
            .position(|wanted| is_same(scene, item, wanted, scene.folds));
        match at {
            Some(at) => by.get(at).or(by.last()).cloned().unwrap_or_default(),
            None => item.clone(),
        }
    });
    let items = items.collect();
    Ok(Value::Array(Rc::new(Array::new(
        array.bounds.clone(),
        ScalarType::Variant,
        true,
        items,
    ))))
}

fn unique(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let array = array_of(&values[0])?;
    let folds = folds(scene, values.get(1))?;
    limit::spend(array.items().len() as u64)?;
    let mut kept: Vec<Value> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for item in array.items() {
        let is_new = match item {
            Value::Text(text) => seen.insert(if folds {
                text.as_str().to_lowercase()
            } else {
                text.as_str().to_owned()
            }),
            other => {
                limit::spend(kept.len() as u64)?;
                !kept.iter().any(|kept| is_same(scene, kept, other, folds))
            }
        };
        if is_new {
            kept.push(item.clone());
        }
    }
    let first = array.bounds.first().map_or(0, |bounds| bounds.0);
    let last = first + i32::try_from(kept.len()).map_err(|_| fault(SUBSCRIPT))? - 1;
    Ok(Value::Array(Rc::new(Array::new(
        vec![(first, last)],
        array.of,
        true,
        kept,
    ))))
}

fn trimmed(text: &Text) -> String {
    text.as_str()
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Without blanks around and doubled, and without empty elements.
fn full_trim(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    Ok(match &values[0] {
        Value::Array(array) => {
            limit::spend(array.items().len() as u64)?;
            let mut items = Vec::new();
            for item in array.items() {
                match item {
                    Value::Text(text) => items.push(trimmed(text)),
                    Value::Empty | Value::Null => {}
                    other => items.push(other.to_text(&scene.setting)?.as_str().to_owned()),
                }
            }
            items.retain(|item| !item.is_empty());
            if items.is_empty() {
                items.push(String::new());
            }
            Array::of_typed(
                ScalarType::Text,
                items.into_iter().map(Value::text).collect(),
            )
        }
        Value::Null => Value::Null,
        other => {
            let text = other.to_text(&scene.setting)?;
            limit::spend_on(text.as_str().len())?;
            Value::text(trimmed(&text))
        }
    })
}

fn join(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    let array = array_of(&values[0])?;
    let separator = match values.get(1) {
        None | Some(Value::Empty) => Text::new(" "),
        Some(separator) => separator.to_text(&scene.setting)?,
    };
    let mut joined = String::new();
    limit::spend(array.items().len() as u64)?;
    for (at, item) in array.items().iter().enumerate() {
        let text = item.to_text(&scene.setting)?;
        limit::expect_bytes(joined.len() + separator.as_str().len() + text.as_str().len())?;
        if at > 0 {
            joined += separator.as_str();
        }
        joined += text.as_str();
    }
    Ok(Value::text(joined))
}

/// `Explode` takes each of some letters as a separator and drops empty parts in a row.
fn split_text(scene: &mut Scene<'_>, values: &[Value], explodes: bool) -> Outcome<Value> {
    let text = text_at(scene, values, 0)?;
    let separator = match values.get(1) {
        None | Some(Value::Empty) => Text::new(if explodes { " ,;" } else { " " }),
        Some(separator) => separator.to_text(&scene.setting)?,
    };
    if explodes {
        let letters: Vec<char> = separator.as_str().chars().collect();
        limit::expect_bytes(text.as_str().len() * 2)?;
        limit::spend_on(text.as_str().len())?;
        let parts = text
            .as_str()
            .split(|letter| letters.contains(&letter))
            .filter(|part| !part.is_empty());
        return Ok(Array::of_typed(
            ScalarType::Text,
            parts.map(Value::text).collect(),
        ));
    }
    let most = match values.get(2) {
        None | Some(Value::Empty) => usize::MAX,
        Some(count) => usize::try_from(count.to_long()?).unwrap_or(usize::MAX),
    };
    let folds = folds(scene, values.get(3))?;
    let parts = split(&text, &separator, most, folds)?;
    Ok(Array::of_typed(
        ScalarType::Text,
        parts.into_iter().map(Value::Text).collect(),
    ))
}

/// In a text, or in each element of an array; the sought and their replacements may be arrays too.
fn replace(scene: &mut Scene<'_>, values: &[Value]) -> Outcome<Value> {
    if matches!(values[0], Value::Null) {
        return Ok(Value::Null);
    }
    let begin = match values.get(3) {
        None | Some(Value::Empty) => 0,
        Some(begin) => begin
            .to_count()?
            .checked_sub(1)
            .ok_or_else(|| fault(ILLEGAL_CALL))?,
    };
    let most = match values.get(4) {
        None | Some(Value::Empty) => usize::MAX,
        Some(count) => usize::try_from(count.to_long()?).unwrap_or(usize::MAX),
    };
    let folds = folds(scene, values.get(5))?;
    let (find, by) = (items_of(&values[1]), items_of(&values[2]));
    let one = |value: &Value| -> Outcome<Value> {
        let text = value.to_text(&scene.setting)?;
        limit::spend_on(text.as_str().len())?;
        let mut text = text.part(begin, usize::MAX);
        for (at, find) in find.iter().enumerate() {
            let by = by.get(at).or(by.last()).cloned().unwrap_or_default();
            text = replaced(
                &text,
                find.to_text(&scene.setting)?.as_ref(),
                by.to_text(&scene.setting)?.as_ref(),
                most,
                folds,
            )?;
        }
        Ok(Value::Text(text))
    };
    match &values[0] {
        Value::Array(array) => {
            limit::spend(array.items().len() as u64)?;
            let items = array
                .items()
                .iter()
                .map(one)
                .collect::<Outcome<Vec<Value>>>()?;
            Ok(Value::Array(Rc::new(Array::new(
                array.bounds.clone(),
                ScalarType::Text,
                true,
                items,
            ))))
        }
        other => one(other),
    }
}
