//! Files that are open, by their numbers.

use super::{
    ALREADY_OPEN, BAD_MODE, BAD_NUMBER, BAD_RECORD, NOT_FOUND, PAST_END, expect_folder, fault,
    fields, place,
};
use crate::World;
use crate::charset;
use crate::object::Arguments;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use lotusscript::run::{Answer, Burden, Fault, NOT_THERE, ScriptError, Value, charge, missing};
use lotusscript::syntax::OpenMode;
use std::collections::BTreeMap;

/// The files that scripts have open.
#[derive(Debug, Default)]
pub(crate) struct OpenFiles {
    open: BTreeMap<u8, OpenFile>,
    /// What `Dir` has yet to give, the next one last.
    pub listing: Vec<String>,
}

#[derive(Debug)]
pub(super) struct OpenFile {
    path: String,
    mode: OpenMode,
    charset: &'static Encoding,
    /// What is read, if it is open for input.
    text: String,
    /// That text in memory.
    burden: Burden,
    /// Of the byte that is next: in the text, or in the file.
    pub position: usize,
}

impl OpenFiles {
    /// `FreeFile`
    pub fn free_number(&self) -> Answer {
        let free = (1..=u8::MAX).find(|number| !self.open.contains_key(number));
        match free {
            Some(number) => Ok(Value::Integer(number.into())),
            None => Err(ScriptError::of(67).into()),
        }
    }

    pub fn close_all(&mut self) {
        self.open.clear();
    }

    /// One that is not open is closed already.
    pub fn close(&mut self, number: &Value) -> Result<(), Box<Fault>> {
        self.open.remove(&number_of(number)?);
        Ok(())
    }

    pub fn expect_closed(&self, path: &str) -> Result<(), Box<Fault>> {
        match self.open.values().any(|file| file.path == path) {
            true => Err(fault(ALREADY_OPEN, path)),
            false => Ok(()),
        }
    }
}

fn number_of(value: &Value) -> Result<u8, Box<Fault>> {
    let number = value.as_number().ok_or_else(|| ScriptError::of(13))?;
    let number = (1_u8..=u8::MAX).find(|known| f64::from(*known) == number);
    number.ok_or_else(|| ScriptError::of(BAD_NUMBER).into())
}

/// Does something with an open file; it is given all bytes of it.
pub(super) fn with(
    world: &mut World,
    number: &Value,
    act: impl FnOnce(&mut OpenFile, &[u8]) -> Answer,
) -> Answer {
    expect_folder(world)?;
    let open = world.open_files.open.get_mut(&number_of(number)?);
    let file = open.ok_or_else(|| ScriptError::of(BAD_NUMBER))?;
    let bytes = world.files.get(&file.path).map_or(&[][..], Vec::as_slice);
    act(file, bytes)
}

/// `Open path For mode As #number`
pub(super) fn open(
    world: &mut World,
    mode: Option<OpenMode>,
    given: Arguments<'_>,
) -> Result<(), Box<Fault>> {
    let path = place(world, &given.text(0)?)?;
    let number = number_of(&given.value(1))?;
    if world.open_files.open.contains_key(&number) {
        return Err(fault(ALREADY_OPEN, &format!("#{number}")));
    }
    let mode = mode.unwrap_or(OpenMode::Random);
    if mode != OpenMode::Input {
        world.open_files.expect_closed(&path)?;
    }
    let label = given.has(3).then(|| given.text(3)).transpose()?;
    let charset = match &label {
        Some(label) => charset::encoding(label).ok_or_else(|| {
            ScriptError::new(
                NOT_THERE,
                format!("Open: the character set {label} is not there"),
            )
        })?,
        None if mode == OpenMode::Binary => WINDOWS_1252,
        None => UTF_8,
    };
    let mut file = OpenFile {
        mode,
        charset,
        text: String::new(),
        burden: Burden::default(),
        position: 0,
        path,
    };
    match mode {
        OpenMode::Input => {
            let bytes = world
                .files
                .get(&file.path)
                .ok_or_else(|| fault(NOT_FOUND, &file.path))?;
            charge(bytes.len() as u64 / 64)?;
            file.text = match &label {
                None if std::str::from_utf8(bytes).is_err() => {
                    charset::decode(bytes, Some("windows-1252"))
                }
                label => charset::decode(bytes, label.as_deref()),
            };
            file.burden.set(file.text.len());
        }
        OpenMode::Output => {
            world.files.insert(file.path.clone(), Vec::new());
        }
        OpenMode::Append => {
            let bytes = world.files.entry(file.path.clone()).or_default();
            file.position = bytes.len();
        }
        OpenMode::Binary => {
            world.files.entry(file.path.clone()).or_default();
        }
        OpenMode::Random => return missing("Open … For Random").map(|_| ()),
    }
    if mode != OpenMode::Input {
        world.grow(100 + file.path.len())?;
        world.touched_files.insert(file.path.clone());
    }
    world.open_files.open.insert(number, file);
    Ok(())
}

/// Puts text at the end of a file that is open for that.
pub(super) fn append(world: &mut World, number: &Value, text: &str) -> Result<(), Box<Fault>> {
    let mut bytes = Vec::new();
    with(world, number, |file, _| {
        if !matches!(file.mode, OpenMode::Output | OpenMode::Append) {
            return Err(fault(BAD_MODE, &file.path));
        }
        bytes = charset::encode(text, file.charset);
        file.position += bytes.len();
        Ok(Value::Empty)
    })?;
    write_at(world, number, None, &bytes)
}

/// Puts bytes at a place, or at the end.
fn write_at(
    world: &mut World,
    number: &Value,
    at: Option<usize>,
    bytes: &[u8],
) -> Result<(), Box<Fault>> {
    world.grow(bytes.len() + at.unwrap_or(0))?;
    let Some(file) = world.open_files.open.get(&number_of(number)?) else {
        return Err(ScriptError::of(BAD_NUMBER).into());
    };
    let held = world.files.entry(file.path.clone()).or_default();
    match at {
        None => held.extend_from_slice(bytes),
        Some(at) => {
            if held.len() < at + bytes.len() {
                held.resize(at + bytes.len(), 0);
            }
            held[at..at + bytes.len()].copy_from_slice(bytes);
        }
    }
    Ok(())
}

/// The place of an argument that counts bytes from 1; `None` if it was left out.
pub(super) fn record(given: Arguments<'_>, at: usize) -> Result<Option<usize>, Box<Fault>> {
    if !given.has(at) {
        return Ok(None);
    }
    match usize::try_from(given.long_or(at, 1)?) {
        Ok(place @ 1..) => Ok(Some(place - 1)),
        _ => Err(ScriptError::of(BAD_RECORD).into()),
    }
}

/// `Get #number, position, variable`: as many bytes as the variable holds.
pub(super) fn get(world: &mut World, given: Arguments<'_>) -> Answer {
    let (at, holds) = (record(given, 1)?, given.value(2));
    with(world, &given.value(0), |file, bytes| {
        file.expect(OpenMode::Binary)?;
        let from = at.unwrap_or(file.position);
        let count = match &holds {
            Value::Text(text) => text.length(),
            other => bytes_of(other)?.len(),
        };
        let Some(taken) = from.checked_add(count).and_then(|end| bytes.get(from..end)) else {
            return Err(fault(PAST_END, &file.path));
        };
        file.position = from + count;
        match &holds {
            Value::Text(_) => Ok(Value::text(
                file.charset.decode_without_bom_handling(taken).0,
            )),
            other => value_of(other, taken),
        }
    })
}

/// `Put #number, position, value`
pub(super) fn put(world: &mut World, given: Arguments<'_>) -> Result<(), Box<Fault>> {
    let (at, value) = (record(given, 1)?, given.value(2));
    let (mut from, mut bytes) = (0, Vec::new());
    with(world, &given.value(0), |file, _| {
        file.expect(OpenMode::Binary)?;
        bytes = match &value {
            Value::Text(text) => charset::encode(text.as_str(), file.charset),
            other => bytes_of(other)?,
        };
        from = at.unwrap_or(file.position);
        file.position = from + bytes.len();
        Ok(Value::Empty)
    })?;
    write_at(world, &given.value(0), Some(from), &bytes)
}

/// A number as it lies in memory, the lowest byte first.
fn bytes_of(value: &Value) -> Result<Vec<u8>, Box<Fault>> {
    Ok(match value {
        Value::Byte(number) => vec![*number],
        Value::Integer(number) => number.to_le_bytes().to_vec(),
        Value::Long(number) => number.to_le_bytes().to_vec(),
        Value::Single(number) => number.to_le_bytes().to_vec(),
        Value::Double(number) => number.to_le_bytes().to_vec(),
        Value::Currency(parts) => parts.to_le_bytes().to_vec(),
        _ => {
            return Err(ScriptError::new(
                NOT_THERE,
                "Get and Put are there for texts and numbers only",
            )
            .into());
        }
    })
}

/// A number of the type of another.
fn value_of(like: &Value, bytes: &[u8]) -> Answer {
    let short = || ScriptError::of(PAST_END);
    Ok(match like {
        Value::Byte(_) => Value::Byte(*bytes.first().ok_or_else(short)?),
        Value::Integer(_) => {
            Value::Integer(i16::from_le_bytes(bytes.try_into().map_err(|_| short())?))
        }
        Value::Long(_) => Value::Long(i32::from_le_bytes(bytes.try_into().map_err(|_| short())?)),
        Value::Single(_) => {
            Value::Single(f32::from_le_bytes(bytes.try_into().map_err(|_| short())?))
        }
        Value::Double(_) => {
            Value::Double(f64::from_le_bytes(bytes.try_into().map_err(|_| short())?))
        }
        _ => Value::Currency(i64::from_le_bytes(bytes.try_into().map_err(|_| short())?)),
    })
}

impl OpenFile {
    pub fn is_at_end(&self, bytes: &[u8]) -> bool {
        let length = match self.mode {
            OpenMode::Input => self.text.len(),
            _ => bytes.len(),
        };
        self.position >= length
    }

    fn expect(&self, mode: OpenMode) -> Result<(), Box<Fault>> {
        match self.mode == mode {
            true => Ok(()),
            false => Err(fault(BAD_MODE, &self.path)),
        }
    }

    /// What is not read yet; there is something.
    fn rest(&self) -> Result<&str, Box<Fault>> {
        self.expect(OpenMode::Input)?;
        match self.text.get(self.position..) {
            None | Some("") => Err(fault(PAST_END, &self.path)),
            Some(rest) => Ok(rest),
        }
    }

    /// `Line Input #`: up to the end of the line.
    pub fn line(&mut self) -> Answer {
        let rest = self.rest()?;
        let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let line = Value::text(&rest[..end]);
        self.position += end + fields::separator(&rest[end..]);
        Ok(line)
    }

    /// `Input #`: up to the next comma.
    pub fn field(&mut self) -> Answer {
        let (value, taken) = fields::read(self.rest()?);
        self.position += taken;
        Ok(value)
    }

    /// `Input(count, #number)`
    pub fn letters(&mut self, count: usize) -> Answer {
        let rest = self.rest()?;
        let text: String = rest.chars().take(count).collect();
        charge(text.len() as u64 / 16)?;
        self.position += text.len();
        Ok(Value::text(text))
    }
}
