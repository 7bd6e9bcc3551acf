//! From the bytes of a request to text: which charset it is in, and nothing else.
//!
//! In this order: a byte order mark; the shape of UTF-16 (`<` beside a NUL); the `charset` of the Content-Type; the XML declaration;
//! UTF-8; windows-1252, which is what unlabelled Latin-1 from Windows really is. A label never overrides what the bytes plainly
//! show: many clients declare `utf-16` over single bytes, because a string in their memory was. A label that is there and does not
//! fit is refused rather than guessed past, for a wrong guess sends a garbled text to a handset. [RFC 7303 §3, XML 1.0 app. F]

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::fault::{FaultReason, shorten};

/// How far an XML declaration may reach.
const DECLARATION_REACH: usize = 512;

/// The text of a request body, without its byte order mark. Borrowed where it is UTF-8 already.
///
/// Errors: an unsupported or unfit charset, or compressed bytes.
pub fn decode<'a>(body: &'a [u8], content_type: Option<&str>) -> Result<Cow<'a, str>, FaultReason> {
    if let Some((unicode, mark)) = shape(body)? {
        return strictly(&body[mark..], unicode);
    }
    let mut labels: Vec<&'static Encoding> = Vec::with_capacity(2);
    for label in [content_type.and_then(charset_parameter), declared(body)]
        .into_iter()
        .flatten()
    {
        let encoding = known(&label)?;
        if ![UTF_16LE, UTF_16BE].contains(&encoding) {
            labels.push(encoding);
        }
    }
    match labels[..] {
        [] => strictly(body, UTF_8).or_else(|_| strictly(body, WINDOWS_1252)),
        [only] => strictly(body, only),
        [first, second, ..] => strictly(body, first).or_else(|refusal| {
            if first == second {
                Err(refusal)
            } else {
                strictly(body, second)
            }
        }),
    }
}

/// The charset that the bytes themselves show, and the length of the mark before the text.
fn shape(body: &[u8]) -> Result<Option<(&'static Encoding, usize)>, FaultReason> {
    let utf_32 = || FaultReason::UnknownCharset {
        label: "UTF-32".into(),
    };
    let blanks_skipped = body
        .iter()
        .position(|byte| !b" \t\r\n\0".contains(byte))
        .unwrap_or(0);
    match body {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => return Err(utf_32()),
        [0x1F, 0x8B, ..] | [b'P', b'K', 3, 4, ..] | [0x78, 0x01 | 0x5E | 0x9C | 0xDA, ..] => {
            return Err(FaultReason::Compressed);
        }
        [0xEF, 0xBB, 0xBF, ..] => return Ok(Some((UTF_8, 3))),
        [0xFF, 0xFE, ..] => return Ok(Some((UTF_16LE, 2))),
        [0xFE, 0xFF, ..] => return Ok(Some((UTF_16BE, 2))),
        _ => {}
    }
    let even = blanks_skipped % 2 == 0;
    Ok(match &body[blanks_skipped..] {
        [b'<', 0, 0, 0, ..] => return Err(utf_32()),
        [b'<', 0, _, 0, ..] if even => Some((UTF_16LE, 0)),
        [b'<', 0, ..] if !even && body[blanks_skipped - 1] == 0 => Some((UTF_16BE, 0)),
        _ => None,
    })
}

fn strictly<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Result<Cow<'a, str>, FaultReason> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(|| FaultReason::Undecodable {
            charset: encoding.name(),
            offset: (encoding == UTF_8).then(|| Encoding::utf8_valid_up_to(bytes)),
        })
}

/// The encoding of a label, if it is one in which a parser and a reader can only see the same text.
fn known(label: &str) -> Result<&'static Encoding, FaultReason> {
    let unsupported = || FaultReason::UnknownCharset {
        label: shorten(label),
    };
    let encoding = Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(unsupported)?;
    if encoding == encoding_rs::X_USER_DEFINED || encoding == encoding_rs::ISO_2022_JP {
        Err(unsupported())
    } else {
        Ok(encoding)
    }
}

/// The charset parameter of a Content-Type, quoted or not; an empty one counts as none.
fn charset_parameter(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']).trim();
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
    })
}

/// The encoding named by the XML declaration of an ASCII-compatible body.
fn declared(body: &[u8]) -> Option<String> {
    let head = body.trim_ascii_start();
    let head = &head[..head.len().min(DECLARATION_REACH)];
    let declaration = std::str::from_utf8(
        head.strip_prefix(b"<?xml")?
            .split(|byte| *byte == b'>')
            .next()?,
    )
    .ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value
        .chars()
        .next()
        .filter(|quote| "\"'".contains(*quote))?;
    value[1..]
        .split(quote)
        .next()
        .map(|label| label.trim().to_owned())
        .filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| {
                if little {
                    unit.to_le_bytes()
                } else {
                    unit.to_be_bytes()
                }
            })
            .collect()
    }

    #[test]
    fn the_same_text_comes_out_of_every_charset() {
        let latin = b"<a>caf\xE9</a>".to_vec();
        let declared_latin =
            b" <?xml version='1.0' encoding = 'ISO-8859-1'?><a>caf\xE9</a>".to_vec();
        let cases: Vec<(&str, Vec<u8>, Option<&str>)> = vec![
            ("utf-8, no label", "<a>café</a>".into(), None),
            (
                "utf-8 mark",
                "\u{feff}<a>café</a>".into(),
                Some("text/xml; charset=iso-8859-1"),
            ),
            ("latin-1, no label", latin.clone(), Some("text/xml")),
            (
                "latin-1 by header",
                latin.clone(),
                Some("text/xml; action=x; Charset=\"ISO-8859-1\""),
            ),
            (
                "latin-1 by declaration",
                declared_latin.clone(),
                Some("text/xml; charset="),
            ),
            (
                "latin-1 by declaration against a false header",
                declared_latin,
                Some("text/xml; charset=utf-8"),
            ),
            (
                "utf-16 declared over single bytes",
                "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>café</a>".into(),
                None,
            ),
            (
                "utf-16 in the header over single bytes",
                "<a>café</a>".into(),
                Some("text/xml; charset=UTF-16"),
            ),
            (
                "utf-16le, mark",
                [vec![0xFF, 0xFE], utf_16("<a>café</a>", true)].concat(),
                None,
            ),
            (
                "utf-16be, mark",
                [vec![0xFE, 0xFF], utf_16("<a>café</a>", false)].concat(),
                Some("text/xml; charset=utf-8"),
            ),
            ("utf-16le, bare", utf_16("\r\n <a>café</a>", true), None),
            ("utf-16be, bare", utf_16(" <a>café</a>", false), None),
        ];
        for (case, body, content_type) in cases {
            let text =
                decode(&body, content_type).unwrap_or_else(|reason| panic!("{case}: {reason}"));
            assert!(
                text.ends_with("<a>café</a>") && !text.contains(['\0', '\u{feff}']),
                "{case}: {text:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_safely_is_refused() {
        let unknown = |label: &str| FaultReason::UnknownCharset {
            label: label.into(),
        };
        let cases: Vec<(&str, Vec<u8>, Option<&str>, FaultReason)> = vec![
            (
                "utf-7",
                b"<a/>".to_vec(),
                Some("text/xml; charset=utf-7"),
                unknown("utf-7"),
            ),
            (
                "utf-7 declared",
                b"<?xml version='1.0' encoding='UTF-7'?><a/>".to_vec(),
                None,
                unknown("UTF-7"),
            ),
            (
                "iso-2022-kr",
                b"<a/>".to_vec(),
                Some("text/xml; charset=iso-2022-kr"),
                unknown("iso-2022-kr"),
            ),
            (
                "utf-32",
                b"<\0\0\0a\0\0\0".to_vec(),
                None,
                unknown("UTF-32"),
            ),
            (
                "utf-32 mark",
                b"\xFF\xFE\0\0<\0\0\0".to_vec(),
                None,
                unknown("UTF-32"),
            ),
            (
                "gzip",
                b"\x1F\x8B\x08\0".to_vec(),
                None,
                FaultReason::Compressed,
            ),
            (
                "labelled",
                b"<a>\xE9</a>".to_vec(),
                Some("text/xml; charset=utf-8"),
                FaultReason::Undecodable {
                    charset: "UTF-8",
                    offset: Some(3),
                },
            ),
            (
                "lone surrogate",
                b"\xFF\xFE<\0\x00\xD8".to_vec(),
                None,
                FaultReason::Undecodable {
                    charset: "UTF-16LE",
                    offset: None,
                },
            ),
        ];
        for (case, body, content_type, expected) in cases {
            assert_eq!(decode(&body, content_type), Err(expected), "{case}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>, content_type: Option<String>) {
            let _ = decode(&body, content_type.as_deref());
        }
    }
}
