//! Functions of the language that reach out: windows and the user's settings.

use crate::World;
use crate::files;
use crate::object::Arguments;
use crate::windows::{Choice, Window};
use lotusscript::run::{Answer, Value, missing};

/// A function by its name in small letters.
pub(crate) fn call(world: &mut World, name: &str, given: Arguments<'_>) -> Answer {
    match name {
        "messagebox" | "msgbox" => message_box(world, given),
        "inputbox" => input_box(world, given),
        "environ" => {
            let name = given.text(0)?.to_lowercase();
            let found = world.environment.get(&name).cloned();
            Ok(Value::text(found.unwrap_or_default()))
        }
        _ => files::function(world, name, given)
            .unwrap_or_else(|| missing(&format!("the function {name}"))),
    }
}

/// The buttons of a box with the numbers that they give, by the lowest bits of its type.
fn buttons(kind: i32) -> &'static [(&'static str, i16)] {
    match kind & 7 {
        1 => &[("OK", 1), ("Cancel", 2)],
        2 => &[("Abort", 3), ("Retry", 4), ("Ignore", 5)],
        3 => &[("Yes", 6), ("No", 7), ("Cancel", 2)],
        4 => &[("Yes", 6), ("No", 7)],
        5 => &[("Retry", 4), ("Cancel", 2)],
        _ => &[("OK", 1)],
    }
}

fn message_box(world: &mut World, given: Arguments<'_>) -> Answer {
    let (text, kind, title) = (given.text(0)?, given.long_or(1, 0)?, given.text_or(2, "")?);
    let buttons = buttons(kind);
    if let [(_, number)] = buttons {
        world.tell("MessageBox", &title, &text);
        return Ok(Value::Integer(*number));
    }
    let answer = world.ask(Window {
        window: "MessageBox".to_owned(),
        title,
        text,
        choices: buttons.iter().map(|(name, _)| (*name).to_owned()).collect(),
        answer: None,
    })?;
    let pressed = |name: &str| {
        buttons
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    let button = match &answer {
        Choice::Text(name) => pressed(name),
        Choice::Number(number) => buttons
            .iter()
            .find(|(_, known)| f64::from(*known) == *number),
        Choice::Flag(true) => buttons.first(),
        Choice::Flag(false) => pressed("No").or(pressed("Cancel")).or(buttons.last()),
        Choice::List(_) => None,
    };
    match button {
        Some((_, number)) => Ok(Value::Integer(*number)),
        None => {
            let why = format!("the box has no button {answer}");
            Err(lotusscript::run::Stop::Host(why).into())
        }
    }
}

fn input_box(world: &mut World, given: Arguments<'_>) -> Answer {
    let default = given.text_or(2, "")?;
    let answer = world.ask(Window {
        window: "InputBox".to_owned(),
        title: given.text_or(1, "")?,
        text: given.text(0)?,
        choices: Vec::new(),
        answer: None,
    })?;
    Ok(Value::text(match answer {
        Choice::Flag(true) => default,
        Choice::Flag(false) => String::new(),
        Choice::Number(number) => number.to_string(),
        Choice::Text(text) => text,
        Choice::List(list) => list.join(";"),
    }))
}
