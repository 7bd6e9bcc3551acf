//! Which encoding a file has, and its bytes as UTF-8.
//!
//! The first bytes decide, then the XML declaration [XML 1.0 appendix F]. A declaration that contradicts the bytes loses: programs
//! that save a text anew often leave its old declaration in place.

/// The encodings that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Latin1,
    Windows1252,
}

/// What the first bytes say.
pub(super) enum Detected {
    /// The encoding, and how many bytes its mark takes.
    Known(Encoding, usize),
    /// Nobody reads it here.
    Unknown(String),
    /// More bytes are needed.
    Open,
}

/// A declaration longer than this is not looked at.
const MAX_DECLARATION: usize = 1024;

impl Encoding {
    /// For people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::Latin1 => "ISO-8859-1",
            Encoding::Windows1252 => "Windows-1252",
        }
    }

    /// From the first bytes of a file; `ended` when there are no more.
    pub(super) fn detect(bytes: &[u8], ended: bool) -> Detected {
        if bytes.len() < 4 && !ended {
            return Detected::Open;
        }
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Detected::Known(Encoding::Utf8, 3),
            [0xFF, 0xFE, 0, 0, ..] | [b'<', 0, 0, 0, ..] => Detected::Unknown("UTF-32".to_owned()),
            [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, b'<', ..] => Detected::Unknown("UTF-32".to_owned()),
            [0xFF, 0xFE, ..] => Detected::Known(Encoding::Utf16Le, 2),
            [0xFE, 0xFF, ..] => Detected::Known(Encoding::Utf16Be, 2),
            [b'<', 0, _, 0, ..] => Detected::Known(Encoding::Utf16Le, 0),
            [0, b'<', 0, _, ..] => Detected::Known(Encoding::Utf16Be, 0),
            [0x4C, 0x6F, 0xA7, 0x94, ..] => Detected::Unknown("EBCDIC".to_owned()),
            _ => Encoding::declared(bytes, ended),
        }
    }

    fn declared(bytes: &[u8], ended: bool) -> Detected {
        let utf8 = Detected::Known(Encoding::Utf8, 0);
        let opening: &[u8] = b"<?xml";
        if !bytes.starts_with(opening) {
            let may_still = bytes.len() < opening.len() && opening.starts_with(bytes);
            return if may_still && !ended {
                Detected::Open
            } else {
                utf8
            };
        }
        // However many bytes came at once, the same of them decide.
        let first = &bytes[..bytes.len().min(MAX_DECLARATION)];
        let Some(end) = memchr::memmem::find(first, b"?>") else {
            return if first.len() < MAX_DECLARATION && !ended {
                Detected::Open
            } else {
                utf8
            };
        };
        match label(&bytes[..end]).as_deref() {
            None => utf8,
            Some("utf-8" | "utf8" | "us-ascii" | "ascii") => utf8,
            // The bytes are not two to a character: whoever saved them so left the declaration as it was.
            Some("utf-16" | "utf-16le" | "utf-16be" | "ucs-2" | "iso-10646-ucs-2" | "unicode") => {
                utf8
            }
            Some("iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "latin-1" | "l1") => {
                Detected::Known(Encoding::Latin1, 0)
            }
            Some("windows-1252" | "cp1252" | "cp-1252" | "x-cp1252") => {
                Detected::Known(Encoding::Windows1252, 0)
            }
            Some(other) => Detected::Unknown(other.to_owned()),
        }
    }

    /// Appends what `raw` says to `text`; returns how many bytes of it were taken, and whether the byte after them is wrong. Bytes of
    /// a character that goes on after `raw` stay untaken.
    pub(super) fn decode(self, raw: &[u8], text: &mut String) -> (usize, bool) {
        match self {
            Encoding::Utf8 => match std::str::from_utf8(raw) {
                Ok(good) => {
                    text.push_str(good);
                    (raw.len(), false)
                }
                Err(wrong) => {
                    let good = &raw[..wrong.valid_up_to()];
                    text.push_str(std::str::from_utf8(good).unwrap_or_default());
                    (good.len(), wrong.error_len().is_some())
                }
            },
            Encoding::Utf16Le => decode_utf16(raw, text, u16::from_le_bytes),
            Encoding::Utf16Be => decode_utf16(raw, text, u16::from_be_bytes),
            Encoding::Latin1 => decode_bytes(raw, text, |byte| Some(char::from(byte))),
            Encoding::Windows1252 => decode_bytes(raw, text, windows_1252),
        }
    }

    /// How many bytes of the file the UTF-8 `text` was.
    pub(super) fn raw_len(self, text: &[u8]) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Latin1 | Encoding::Windows1252 => characters(text),
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let pairs = text.iter().filter(|byte| **byte >= 0xF0).count();
                2 * (characters(text) + pairs)
            }
        }
    }
}

/// How many characters a piece of UTF-8 has.
pub(super) fn characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

/// The encoding that a declaration names, in lower case.
fn label(declaration: &[u8]) -> Option<String> {
    let text: String = declaration.iter().map(|byte| char::from(*byte)).collect();
    let (_, after) = text.split_once("encoding")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = after
        .chars()
        .next()
        .filter(|quote| matches!(quote, '\'' | '"'))?;
    let (name, _) = after[1..].split_once(quote)?;
    Some(name.trim().to_ascii_lowercase())
}

fn decode_bytes(
    raw: &[u8],
    text: &mut String,
    character: impl Fn(u8) -> Option<char>,
) -> (usize, bool) {
    for (at, byte) in raw.iter().enumerate() {
        match character(*byte) {
            Some(found) => text.push(found),
            None => return (at, true),
        }
    }
    (raw.len(), false)
}

fn decode_utf16(raw: &[u8], text: &mut String, unit: fn([u8; 2]) -> u16) -> (usize, bool) {
    let unit_at = |at: usize| Some(unit([*raw.get(at)?, *raw.get(at + 1)?]));
    let mut at = 0;
    while let Some(first) = unit_at(at) {
        let units = if (0xD800..0xDC00).contains(&first) {
            match unit_at(at + 2) {
                Some(second) => [first, second],
                None => return (at, false),
            }
        } else {
            [first, 0]
        };
        match char::decode_utf16(units).next() {
            Some(Ok(found)) => {
                text.push(found);
                at += 2 * found.len_utf16();
            }
            _ => return (at, true),
        }
    }
    (at, false)
}

/// The 0x80–0x9F row; the rest is Latin-1.
fn windows_1252(byte: u8) -> Option<char> {
    const ROW: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0',
        '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => Some(ROW[usize::from(byte - 0x80)]).filter(|found| *found != '\0'),
        _ => Some(char::from(byte)),
    }
}
