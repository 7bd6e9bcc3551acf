//! `NotesStream`: bytes and texts in memory. Files are those that the [`World`] holds.

#[cfg(test)]
mod tests;

use crate::World;
use crate::bytes::{bytes_of, bytes_value};
use crate::charset;
use crate::object::{Arguments, NOTES_ERROR, Object, not_here, value_of};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use lotusscript::run::{Answer, Burden, Fault, NOT_THERE, ScriptError, Value};
use std::cell::RefCell;

/// The most bytes of a stream.
const MAX_BYTES: usize = 64 << 20;

/// The most bytes that `Read` gives, and `Write` takes.
const MAX_BUFFER: usize = 65535;

/// A new stream.
pub(crate) fn stream() -> Value {
    value_of(Stream::default())
}

/// A stream. Positions are counted without the byte order mark.
#[derive(Debug, Default)]
pub(crate) struct Stream(RefCell<State>);

#[derive(Debug, Default)]
struct State {
    /// What is in it, if it is no file.
    own: Vec<u8>,
    burden: Burden,
    /// The file of the world that it is.
    file: Option<String>,
    /// As it was given to `Open`.
    charset: String,
    position: usize,
}

impl State {
    fn bytes<'a>(&'a self, world: &'a World) -> &'a [u8] {
        let all = match &self.file {
            None => self.own.as_slice(),
            Some(file) => world.files.get(file).map(Vec::as_slice).unwrap_or_default(),
        };
        &all[self.mark_length(all)..]
    }

    /// How long the byte order mark is.
    fn mark_length(&self, all: &[u8]) -> usize {
        let encoding = self.encoding();
        match Encoding::for_bom(all) {
            Some((found, length)) if found == encoding && self.file.is_some() => length,
            _ => 0,
        }
    }

    /// Texts of streams that are no file are UTF-8.
    fn encoding(&self) -> &'static Encoding {
        let is_ascii = matches!(self.charset.to_lowercase().as_str(), "ascii" | "us-ascii");
        match is_ascii || self.charset.is_empty() {
            true => UTF_8,
            false => charset::encoding(&self.charset).unwrap_or(UTF_8),
        }
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        match self.charset.to_lowercase().as_str() {
            "ascii" | "us-ascii" => text
                .chars()
                .map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?'))
                .collect(),
            _ => charset::encode(text, self.encoding()),
        }
    }

    fn decode(&self, bytes: &[u8]) -> String {
        self.encoding()
            .decode_without_bom_handling(bytes)
            .0
            .into_owned()
    }

    /// Puts bytes at the end, and goes there.
    fn append(&mut self, world: &mut World, bytes: &[u8], is_text: bool) -> Result<(), Box<Fault>> {
        let encoding = self.encoding();
        let is_wide = encoding == UTF_16LE || encoding == UTF_16BE;
        let target = match &self.file {
            None => &mut self.own,
            Some(file) => {
                world.touched_files.insert(file.clone());
                world.files.entry(file.clone()).or_default()
            }
        };
        if target.len() + bytes.len() > MAX_BYTES {
            let message = format!("a NotesStream holds at most {MAX_BYTES} bytes here");
            return Err(ScriptError::new(NOTES_ERROR, message).into());
        }
        if is_text && is_wide && target.is_empty() && self.file.is_some() {
            target.extend(charset::encode("\u{feff}", encoding));
        }
        target.extend_from_slice(bytes);
        self.burden.add(bytes.len());
        self.position = self.bytes(world).len();
        Ok(())
    }
}

/// What ends a line, by its constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineEnd {
    CrLf,
    Lf,
    Cr,
    Any,
    None,
}

impl LineEnd {
    /// `EOL_PLATFORM` is that of Windows, where the Notes client is at home.
    fn of(constant: i32) -> Result<Self, Box<Fault>> {
        Ok(match constant {
            0 | 3 => Self::CrLf,
            1 => Self::Lf,
            2 => Self::Cr,
            4 => Self::Any,
            5 => Self::None,
            _ => {
                let message = format!("{constant} is no end of line");
                return Err(ScriptError::new(NOTES_ERROR, message).into());
            }
        })
    }

    fn written(self) -> &'static str {
        match self {
            Self::CrLf => "\r\n",
            Self::Lf => "\n",
            Self::Cr => "\r",
            Self::Any | Self::None => "",
        }
    }

    /// Where the first line ends, its end too. All encodings write its signs as one unit.
    fn end_of_line(self, bytes: &[u8], encoding: &'static Encoding) -> usize {
        let ends: &[&str] = match self {
            Self::Any => &["\r\n", "\r", "\n"],
            Self::None => &[],
            Self::CrLf => &["\r\n"],
            Self::Lf => &["\n"],
            Self::Cr => &["\r"],
        };
        let ends: Vec<Vec<u8>> = ends
            .iter()
            .map(|end| charset::encode(end, encoding))
            .collect();
        let unit = match encoding == UTF_16LE || encoding == UTF_16BE {
            true => 2,
            false => 1,
        };
        let end_at = |at: usize| ends.iter().find(|end| bytes[at..].starts_with(end));
        (0..bytes.len())
            .step_by(unit)
            .find_map(|at| end_at(at).map(|end| at + end.len()))
            .unwrap_or(bytes.len())
    }
}

impl Stream {
    /// All bytes, from the beginning.
    pub fn content(&self, world: &World) -> Vec<u8> {
        self.0.borrow().bytes(world).to_vec()
    }

    /// All text, from the beginning.
    pub fn text(&self, world: &World) -> String {
        let state = self.0.borrow();
        match state.charset.is_empty() {
            true => charset::decode_xml(state.bytes(world), None),
            false => state.decode(state.bytes(world)),
        }
    }

    /// Puts text at the end.
    pub fn write(&self, world: &mut World, text: &str) -> Result<(), Box<Fault>> {
        let mut state = self.0.borrow_mut();
        let bytes = state.encode(text);
        state.append(world, &bytes, true)
    }

    fn open(&self, world: &World, arguments: Arguments<'_>) -> Answer {
        let (path, charset) = (arguments.text(0)?, arguments.text_or(1, "System")?);
        if self.0.borrow().file.is_some() {
            return Ok(Value::Boolean(false));
        }
        let is_binary = charset.eq_ignore_ascii_case("binary");
        if !is_binary && charset::encoding(&charset).is_none() {
            let message = format!("the character set {charset} is not there");
            return Err(ScriptError::new(NOT_THERE, message).into());
        }
        if !world.files.contains_key(&path) {
            let message = format!(
                "NotesStream.Open: the file {path} is not there: a run sees only the files that it was given"
            );
            return Err(ScriptError::new(NOT_THERE, message).into());
        }
        let mut state = self.0.borrow_mut();
        *state = State {
            file: Some(path),
            charset,
            ..State::default()
        };
        Ok(Value::Boolean(true))
    }

    fn close(&self, world: &mut World) {
        let state = std::mem::take(&mut *self.0.borrow_mut());
        // "Closing a stream with zero bytes deletes the associated file."
        if let Some(file) = &state.file
            && state.bytes(world).is_empty()
        {
            world.touched_files.insert(file.clone());
            world.files.remove(file);
        }
    }

    fn read(&self, world: &World, arguments: Arguments<'_>) -> Answer {
        let mut state = self.0.borrow_mut();
        let length = arguments.long_or(0, MAX_BUFFER as i32)?;
        let length = usize::try_from(length).unwrap_or(0).min(MAX_BUFFER);
        let bytes = state.bytes(world);
        let end = state.position.saturating_add(length).min(bytes.len());
        let read = bytes_value(&bytes[state.position.min(end)..end]);
        state.position = end;
        Ok(read)
    }

    fn read_text(&self, world: &World, arguments: Arguments<'_>) -> Answer {
        let mut state = self.0.borrow_mut();
        let is_line = arguments.has(0) && arguments.long_or(0, 0)? == 0;
        let end = LineEnd::of(arguments.long_or(1, 0)?)?;
        let bytes = state.bytes(world);
        let rest = &bytes[state.position.min(bytes.len())..];
        let taken = match is_line {
            true => end.end_of_line(rest, state.encoding()),
            false => rest.len(),
        };
        let text = state.decode(&rest[..taken]);
        state.position += taken;
        Ok(Value::text(text))
    }

    fn write_text(&self, world: &mut World, arguments: Arguments<'_>) -> Answer {
        let end = LineEnd::of(arguments.long_or(1, 5)?)?;
        let text = arguments.text(0)? + end.written();
        self.write(world, &text)?;
        let count = text.chars().map(char::len_utf16).sum::<usize>();
        Ok(long(count))
    }

    fn write_bytes(&self, world: &mut World, arguments: Arguments<'_>) -> Answer {
        let bytes = bytes_of(&arguments.value(0))
            .ok_or_else(|| arguments.mismatch(0, "an array of bytes"))?;
        if bytes.len() > MAX_BUFFER {
            let message = format!("NotesStream.Write takes at most {MAX_BUFFER} bytes");
            return Err(ScriptError::new(NOTES_ERROR, message).into());
        }
        self.0.borrow_mut().append(world, &bytes, false)?;
        Ok(long(bytes.len()))
    }
}

fn long(count: usize) -> Value {
    Value::Long(i32::try_from(count).unwrap_or(i32::MAX))
}

impl Object for Stream {
    fn class(&self) -> &'static str {
        "NotesStream"
    }

    fn get(&self, world: &mut World, member: &str) -> Answer {
        let state = self.0.borrow();
        let length = state.bytes(world).len();
        Ok(match member {
            "bytes" => long(length),
            "charset" => Value::text(state.charset.as_str()),
            "iseos" => Value::Boolean(state.position >= length),
            "isreadonly" => Value::Boolean(false),
            "position" => long(state.position),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, world: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        if member != "position" {
            return not_here(self.class(), member).map(|_| ());
        }
        let mut state = self.0.borrow_mut();
        let wanted = value.as_number().ok_or_else(|| ScriptError::of(13))?;
        let length = state.bytes(world).len();
        if wanted < 0.0 {
            let message = "the position of a NotesStream is 0 or more";
            return Err(ScriptError::new(NOTES_ERROR, message).into());
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let wanted = wanted as usize;
        state.position = wanted.min(length);
        Ok(())
    }

    fn call(&self, world: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        match member {
            "open" => self.open(world, arguments),
            "read" => self.read(world, arguments),
            "readtext" => self.read_text(world, arguments),
            "write" => self.write_bytes(world, arguments),
            "writetext" => self.write_text(world, arguments),
            "close" => {
                self.close(world);
                Ok(Value::Empty)
            }
            "truncate" => {
                let mut state = self.0.borrow_mut();
                state.own = Vec::new();
                state.burden.set(0);
                state.position = 0;
                if let Some(bytes) = state
                    .file
                    .as_ref()
                    .and_then(|file| world.files.get_mut(file))
                {
                    bytes.clear();
                }
                Ok(Value::Empty)
            }
            _ => not_here(self.class(), member),
        }
    }
}
