//! Bytes that a document carries as base64.

use std::borrow::Cow;
use thiserror::Error;

/// Bytes as they are written in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary<'d> {
    base64: Cow<'d, str>,
}

/// Why base64 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadBase64 {
    /// A character that base64 has not.
    #[error(
        "{character:?} at byte {at} is no base64; it has letters, digits, + and /, and = at its end"
    )]
    Character {
        /// In the written text.
        at: usize,
        /// What stands there.
        character: char,
    },
    /// Something is missing, or too much.
    #[error("the base64 ends within a group of four characters; export the file again")]
    Length,
}

impl<'d> Binary<'d> {
    /// Of base64 with white space in it.
    pub fn new(base64: impl Into<Cow<'d, str>>) -> Self {
        Binary {
            base64: base64.into(),
        }
    }

    /// As written, lines and all.
    pub fn as_base64(&self) -> &str {
        &self.base64
    }

    /// The bytes.
    pub fn decode(&self) -> Result<Vec<u8>, BadBase64> {
        let mut bytes = Vec::with_capacity(self.base64.len() / 4 * 3);
        let (mut group, mut digits, mut padding) = (0_u32, 0_u32, 0_u32);
        for (at, character) in self.base64.char_indices() {
            if matches!(character, ' ' | '\t' | '\r' | '\n') {
                continue;
            }
            match digit(character) {
                Some(value) if padding == 0 => {
                    group = group << 6 | value;
                    digits += 1;
                }
                None if character == '=' && digits % 4 + padding >= 2 && padding < 2 => {
                    padding += 1
                }
                _ => return Err(BadBase64::Character { at, character }),
            }
            if digits > 0 && digits % 4 == 0 && padding == 0 {
                bytes.extend_from_slice(&group.to_be_bytes()[1..]);
                (group, digits) = (0, 0);
            }
        }
        match (digits, padding) {
            (0, 0) => Ok(bytes),
            // What stands for less than a byte is no data.
            (2, 0 | 2) => {
                bytes.extend_from_slice(&(group << 4).to_be_bytes()[2..3]);
                Ok(bytes)
            }
            (3, 0 | 1) => {
                bytes.extend_from_slice(&(group << 6).to_be_bytes()[1..3]);
                Ok(bytes)
            }
            _ => Err(BadBase64::Length),
        }
    }
}

fn digit(character: char) -> Option<u32> {
    Some(match character {
        'A'..='Z' => u32::from(character) - u32::from('A'),
        'a'..='z' => u32::from(character) - u32::from('a') + 26,
        '0'..='9' => u32::from(character) - u32::from('0') + 52,
        '+' => 62,
        '/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_holes() {
        let decode = |text: &str| Binary::new(text).decode();
        for (text, expected) in [
            ("", &b""[..]),
            ("\nAwAA\nAA==\n", b"\x03\0\0\0"),
            ("AwAAAA", b"\x03\0\0\0"),
            ("Zm9vYmE=", b"fooba"),
            ("Zm9v\r\nYmFy", b"foobar"),
            ("+/+/", b"\xFB\xFF\xBF"),
        ] {
            assert_eq!(decode(text).unwrap(), expected, "{text}");
        }
        for (text, expected) in [
            ("Zm9vY", BadBase64::Length),
            ("Zm9vYg=", BadBase64::Length),
            (
                "Zm-v",
                BadBase64::Character {
                    at: 2,
                    character: '-',
                },
            ),
            (
                "=",
                BadBase64::Character {
                    at: 0,
                    character: '=',
                },
            ),
            (
                "Zg==Zg==",
                BadBase64::Character {
                    at: 4,
                    character: 'Z',
                },
            ),
            ("Zm8==", BadBase64::Length),
            (
                "Zmä9",
                BadBase64::Character {
                    at: 2,
                    character: 'ä',
                },
            ),
        ] {
            assert_eq!(decode(text).unwrap_err(), expected, "{text}");
        }
    }
}
