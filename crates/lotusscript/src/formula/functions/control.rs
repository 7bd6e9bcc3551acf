//! @functions that decide what is computed, and those that look at a value as it is, errors included.

use crate::formula::Formula as Tree;
use crate::formula::check::{self, Options};
use crate::formula::parse::parse;
use crate::formula::run::{Break, Done, Run, number, text, texts, truth, wrong};
use crate::formula::tree::{Formula, NodeId, NodeKind};
use crate::formula::value::{Fault, FaultKind, Value};

/// With a condition alone nothing is done. [H_IF]
pub(super) fn when(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    if let [condition] = given {
        run.value(formula, *condition)?;
        return Ok(Value::text(""));
    }
    let mut pairs = given.chunks_exact(2);
    for pair in pairs.by_ref() {
        let condition = run.value(formula, pair[0])?;
        if matches!(condition, Value::Error(_)) {
            return Ok(condition);
        }
        if truth(&condition)? {
            return run.value(formula, pair[1]);
        }
    }
    match pairs.remainder().first() {
        Some(otherwise) => run.value(formula, *otherwise),
        None => Ok(Value::text("")),
    }
}

/// [H_DO]
pub(super) fn all_of(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    let mut last = Value::text("");
    for statement in given {
        last = run.value(formula, *statement)?;
    }
    Ok(last)
}

/// [H_RETURN]
pub(super) fn end_with(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    Err(Break::Return(run.value(formula, given[0])?))
}

/// Whether a loop goes on; an error is its end.
fn holds(
    run: &mut Run<'_>,
    formula: &Formula,
    condition: NodeId,
) -> Result<Result<bool, Value>, Break> {
    let value = run.value(formula, condition)?;
    if matches!(value, Value::Error(_)) {
        return Ok(Err(value));
    }
    Ok(Ok(truth(&value)?))
}

/// [H_WHILE_FUNCTION]
pub(super) fn while_true(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    loop {
        match holds(run, formula, given[0])? {
            Ok(true) => all_of(run, formula, &given[1..])?,
            Ok(false) => return Ok(Value::truth(true)),
            Err(error) => return Ok(error),
        };
    }
}

/// [H_DOWHILE_FUNCTION]
pub(super) fn do_while(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    let Some((condition, statements)) = given.split_last() else {
        return Ok(Value::truth(true));
    };
    loop {
        all_of(run, formula, statements)?;
        match holds(run, formula, *condition)? {
            Ok(true) => {}
            Ok(false) => return Ok(Value::truth(true)),
            Err(error) => return Ok(error),
        }
    }
}

/// [H_FOR_FUNCTION]
pub(super) fn for_loop(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    run.value(formula, given[0])?;
    loop {
        match holds(run, formula, given[1])? {
            Ok(true) => {}
            Ok(false) => return Ok(Value::truth(true)),
            Err(error) => return Ok(error),
        }
        all_of(run, formula, &given[3..])?;
        run.value(formula, given[2])?;
    }
}

/// [H_TRANSFORM]
pub(super) fn transform(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    let list = run.value(formula, given[0])?;
    let name = run.value(formula, given[1])?;
    for value in [&list, &name] {
        if matches!(value, Value::Error(_)) {
            return Ok(value.clone());
        }
    }
    let name: Box<str> = text(&name)?.to_lowercase().into();
    let mut made = None;
    for at in 0..list.len() {
        let Some(element) = run.element(&list, at)? else {
            break;
        };
        run.variables.insert(name.clone(), element);
        let value = run.value(formula, given[2])?;
        made = match (made, value) {
            (made, Value::Nothing) => made,
            (_, error @ Value::Error(_)) => return Ok(error),
            (None, value) => Some(value),
            (Some(before), value) => Some(run.concatenated(before, &value)?),
        };
    }
    Ok(made.unwrap_or_else(|| Value::text("")))
}

/// The value of the number that is given; of the last, if the number is greater. [H_SELECT_AT]
pub(super) fn select(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    let at = run.value(formula, given[0])?;
    if matches!(at, Value::Error(_)) {
        return Ok(at);
    }
    let number = number(&at)?;
    if number < 1.0 {
        return Err(wrong("The number of a value begins with 1"));
    }
    let at = (number as usize).min(given.len() - 1);
    run.value(formula, given[at])
}

/// [H_ISERROR]
pub(super) fn is_error(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    let value = run.value(formula, given[0])?;
    let fault = value.as_fault();
    Ok(Value::truth(
        fault.is_some_and(|fault| fault.kind != FaultKind::Failure),
    ))
}

/// What went wrong is in `$Error` for the second argument. [H_IFERROR_FUNCTION]
pub(super) fn if_error(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    let value = run.value(formula, given[0])?;
    match (value.as_fault(), given.get(1)) {
        (None, _) => Ok(value),
        (Some(fault), Some(otherwise)) => {
            let said = Value::text(&fault.message);
            run.variables.insert("$error".into(), said);
            run.value(formula, *otherwise)
        }
        (Some(_), None) => Ok(Value::text("")),
    }
}

/// [H_ERROR]
pub(super) fn error(_: &mut Run<'_>, _: &[Value]) -> Done {
    Err(Fault::new(FaultKind::Error, "@Error").into())
}

/// [H_FAILURE]
pub(super) fn failure(_: &mut Run<'_>, given: &[Value]) -> Done {
    Err(Fault::new(FaultKind::Failure, text(&given[0])?).into())
}

/// 1, for `@True`, `@Success`, `@All` and so on.
pub(super) fn yes(_: &mut Run<'_>, _: &[Value]) -> Done {
    Ok(Value::truth(true))
}

/// 0.
pub(super) fn no(_: &mut Run<'_>, _: &[Value]) -> Done {
    Ok(Value::truth(false))
}

/// [H_NOTHING]
pub(super) fn nothing(_: &mut Run<'_>, _: &[Value]) -> Done {
    Ok(Value::Nothing)
}

/// [H_UNAVAILABLE]
pub(super) fn unavailable(_: &mut Run<'_>, _: &[Value]) -> Done {
    Ok(Value::Unavailable)
}

macro_rules! type_tests {
    ($($name:ident: $page:literal => $type:ident;)*) => {
        $(
            #[doc = concat!("[", $page, "]")]
            pub(super) fn $name(_: &mut Run<'_>, given: &[Value]) -> Done {
                Ok(Value::truth(matches!(given[0], Value::$type(_))))
            }
        )*
    };
}

type_tests! {
    is_text: "H_ISTEXT" => Text;
    is_number: "H_ISNUMBER" => Number;
    is_time: "H_ISTIME" => Time;
}

/// [H_ISNULL]
pub(super) fn is_null(_: &mut Run<'_>, given: &[Value]) -> Done {
    Ok(Value::truth(given[0].is_empty()))
}

/// Whether the document has the field whose name is written as the argument. [H_ISAVAILABLE]
pub(super) fn is_available(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    match &formula.node(given[0]).kind {
        NodeKind::Name(name) => {
            let is_there = run.variables.contains_key(name) || run.host.field(name).is_some();
            Ok(Value::truth(is_there))
        }
        _ => Err(wrong(
            "The name of a field is expected, without quotation marks",
        )),
    }
}

/// [H_ISUNAVAILABLE]
pub(super) fn is_unavailable(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    let is_available = is_available(run, formula, given)?;
    Ok(Value::truth(!truth(&is_available)?))
}

/// [H_GETFIELD_FUNCTION]
pub(super) fn get_field(run: &mut Run<'_>, given: &[Value]) -> Done {
    let name = text(&given[0])?.to_lowercase();
    Ok(run.field(&name))
}

/// [H_SETFIELD]
pub(super) fn set_field(run: &mut Run<'_>, given: &[Value]) -> Done {
    let name = text(&given[0])?.to_lowercase();
    run.set_field(&name, &given[1])?;
    Ok(given[1].clone())
}

/// [H_SET]
pub(super) fn set(run: &mut Run<'_>, given: &[Value]) -> Done {
    let name = text(&given[0])?.to_lowercase();
    run.variables.insert(name.into(), given[1].clone());
    Ok(given[1].clone())
}

/// Each text as a formula of its own, with the same variables; the last says what comes out. [H_EVAL]
pub(super) fn eval(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mut last = Value::text("");
    for source in texts(&given[0])? {
        run.step(source.len())?;
        let formula = match Tree::parse_in(source, &run.international) {
            Ok(formula) => formula,
            Err(errors) => {
                return Err(wrong(
                    errors
                        .errors
                        .first()
                        .map_or_else(String::new, ToString::to_string),
                ));
            }
        };
        last = match run.formula(&formula) {
            Ok(error @ Value::Error(_)) => return Ok(error),
            Ok(value) => value,
            Err(stop) => return Err(Break::Stop(stop)),
        };
    }
    Ok(last)
}

/// `1`, or what is wrong first: message, line, column, offset, length, and the text there; all count characters from 1. [H_CHECKFORMULASYNTAX]
pub(super) fn check_formula_syntax(run: &mut Run<'_>, given: &[Value]) -> Done {
    let source = text(&given[0])?;
    // To find what an unknown name may mean is work for all names of the table.
    run.step(2_000 + source.len())?;
    let parsed = parse(source, &run.international);
    let found = check::errors_of(&parsed, &Options::default());
    let Some(first) = found.first() else {
        return Ok(Value::text("1"));
    };
    let part = first.span.of(source);
    let before = source.get(..first.span.start as usize).unwrap_or_default();
    run.grow(first.message.len() + part.len())?;
    Ok(Value::texts(vec![
        first.message.clone(),
        first.line.to_string(),
        first.column.to_string(),
        (before.chars().count() + 1).to_string(),
        part.chars().count().to_string(),
        part.to_owned(),
    ]))
}
