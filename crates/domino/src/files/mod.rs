//! The files of a run, for `Open` and its like: those that the [`World`] was given and those that scripts make, in memory, by their paths.
//!
//! Paths are relative to the folder that was given; what leads out of it is refused. Text is UTF-8, or Windows-1252 if it cannot be that; what `Print` and `Write` put down
//! is UTF-8. An `Open` with `Charset` decides otherwise. Lines end as on Windows.

mod fields;
mod open;
#[cfg(test)]
mod tests;

pub(crate) use open::OpenFiles;

use crate::World;
use crate::object::Arguments;
use lotusscript::run::{Answer, Fault, FileStatement, NOT_THERE, ScriptError, Value, missing};

const BAD_NUMBER: i32 = 52;
const NOT_FOUND: i32 = 53;
const BAD_MODE: i32 = 54;
const ALREADY_OPEN: i32 = 55;
const EXISTS: i32 = 58;
const PAST_END: i32 = 62;
const BAD_RECORD: i32 = 63;
const NO_ACCESS: i32 = 75;

/// An error of the language with what it is about.
fn fault(number: i32, about: &str) -> Box<Fault> {
    let message = ScriptError::of(number).message;
    ScriptError::new(number, format!("{message}: {about}")).into()
}

/// A function on files by its name in small letters; `None` if it is none.
pub(crate) fn function(world: &mut World, name: &str, given: Arguments<'_>) -> Option<Answer> {
    Some(match name {
        "freefile" => expect_folder(world).and_then(|()| world.open_files.free_number()),
        "eof" => open::with(world, &given.value(0), |file, bytes| {
            Ok(Value::Boolean(file.is_at_end(bytes)))
        }),
        "lof" => open::with(world, &given.value(0), |_, bytes| Ok(long(bytes.len()))),
        "loc" => open::with(world, &given.value(0), |file, _| Ok(long(file.position))),
        "seek" => open::with(world, &given.value(0), |file, _| {
            Ok(long(file.position + 1))
        }),
        "input" => (|| {
            let count = usize::try_from(given.long_or(0, 0)?).map_err(|_| ScriptError::of(5))?;
            open::with(world, &given.value(1), |file, _| file.letters(count))
        })(),
        "reset" => {
            world.open_files.close_all();
            Ok(Value::Empty)
        }
        "filelen" => existing(world, given).map(|path| long(world.files[&path].len())),
        "kill" => existing(world, given).and_then(|path| {
            world.open_files.expect_closed(&path)?;
            world.touched_files.insert(path.clone());
            world.files.remove(&path);
            Ok(Value::Empty)
        }),
        "filecopy" => existing(world, given).and_then(|from| {
            let to = place(world, &given.text(1)?)?;
            world.open_files.expect_closed(&to)?;
            let bytes = world.files[&from].clone();
            world.grow(bytes.len())?;
            world.touched_files.insert(to.clone());
            world.files.insert(to, bytes);
            Ok(Value::Empty)
        }),
        "curdir" => expect_folder(world).map(|()| Value::text(".")),
        "dir" => dir(world, given),
        _ => return None,
    })
}

/// A statement on files; what it is given is in the order of [`FileStatement`].
pub(crate) fn statement(
    world: &mut World,
    statement: &FileStatement,
    given: Arguments<'_>,
) -> Answer {
    let number = given.value(0);
    match statement {
        FileStatement::Open { mode, .. } => open::open(world, *mode, given)?,
        FileStatement::Close if given.values.is_empty() => world.open_files.close_all(),
        FileStatement::Close => {
            for number in given.values {
                world.open_files.close(number)?;
            }
        }
        FileStatement::Print => {
            let text = given.text(1)?;
            let text = match text.strip_suffix('\n') {
                Some(line) => format!("{line}\r\n"),
                None => text,
            };
            open::append(world, &number, &text)?;
        }
        FileStatement::Write => {
            let line = fields::written(&given.values[1..], given.international)?;
            open::append(world, &number, &line)?;
        }
        FileStatement::Input => return open::with(world, &number, |file, _| file.field()),
        FileStatement::LineInput => return open::with(world, &number, |file, _| file.line()),
        FileStatement::Get => return open::get(world, given),
        FileStatement::Put => open::put(world, given)?,
        FileStatement::Seek => {
            let position = open::record(given, 1)?.unwrap_or(0);
            open::with(world, &number, |file, _| {
                file.position = position;
                Ok(Value::Empty)
            })?;
        }
        FileStatement::Rename => {
            let from = existing(world, given)?;
            let to = place(world, &given.text(1)?)?;
            if world.files.contains_key(&to) {
                return Err(fault(EXISTS, &to));
            }
            world.open_files.expect_closed(&from)?;
            world.touched_files.extend([from.clone(), to.clone()]);
            let bytes = world.files.remove(&from).unwrap_or_default();
            world.files.insert(to, bytes);
        }
        // Nobody else is there.
        FileStatement::Lock | FileStatement::Unlock => {}
        FileStatement::Width => return missing("the statement Width #"),
    }
    Ok(Value::Empty)
}

fn long(count: usize) -> Value {
    Value::Long(i32::try_from(count).unwrap_or(i32::MAX))
}

/// That the run was given a folder.
fn expect_folder(world: &World) -> Result<(), Box<Fault>> {
    match world.has_files {
        true => Ok(()),
        false => {
            let mut why = "files are not there: this run was given no folder of them".to_owned();
            if !world.files_remedy.is_empty() {
                why = format!("{why}; {}", world.files_remedy);
            }
            Err(ScriptError::new(NOT_THERE, why).into())
        }
    }
}

/// The path of a file within the folder, as it is kept; of one that is there, in whatever case it was asked for.
fn place(world: &World, path: &str) -> Result<String, Box<Fault>> {
    expect_folder(world)?;
    let outside = || {
        fault(
            NO_ACCESS,
            &format!("{path} lies outside of the folder of files that this run was given"),
        )
    };
    let slashed = path.trim().replace('\\', "/");
    if slashed.starts_with('/') || slashed.contains(':') {
        return Err(outside());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in slashed.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(outside)?;
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        return Err(fault(64, path));
    }
    let wanted = parts.join("/");
    let known = world
        .files
        .keys()
        .find(|known| known.replace('\\', "/").to_lowercase() == wanted.to_lowercase());
    Ok(known.cloned().unwrap_or(wanted))
}

/// The path of the first argument, of a file that is there.
fn existing(world: &World, given: Arguments<'_>) -> Result<String, Box<Fault>> {
    let path = place(world, &given.text(0)?)?;
    match world.files.contains_key(&path) {
        true => Ok(path),
        false => Err(fault(NOT_FOUND, &path)),
    }
}

/// `Dir(pattern)`, and `Dir` for the next.
fn dir(world: &mut World, given: Arguments<'_>) -> Answer {
    expect_folder(world)?;
    if given.has(0) {
        let pattern = place(world, &given.text(0)?)?.to_lowercase();
        let (folder, pattern) = pattern.rsplit_once('/').unwrap_or(("", &pattern));
        let names = world.files.keys().filter_map(|path| {
            let slashed = path.replace('\\', "/");
            let (of, name) = slashed.rsplit_once('/').unwrap_or(("", &slashed));
            let fits = of.to_lowercase() == folder && fits(pattern, &name.to_lowercase());
            fits.then(|| name.to_owned())
        });
        let mut names: Vec<String> = names.collect();
        names.reverse();
        world.open_files.listing = names;
    }
    Ok(Value::text(
        world.open_files.listing.pop().unwrap_or_default(),
    ))
}

/// Whether a name fits a pattern with `*` and `?`.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut of) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while of < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[of] => {
                at += 1;
                of += 1;
            }
            _ => match &mut star {
                Some((before, taken)) => {
                    *taken += 1;
                    (at, of) = (*before + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == '*')
}
