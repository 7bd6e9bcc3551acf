//! Characters and bytes: what the objects that read and write both need.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The encoding of a text by its label, as in HTTP, XML and Notes.
pub(crate) fn encoding(label: &str) -> Option<&'static Encoding> {
    let known = match label.to_lowercase().as_str() {
        "unicode" | "unicode-1-1" => "utf-16",
        "latin4" => "iso-8859-4",
        "system" => "windows-1252",
        _ => label,
    };
    Encoding::for_label(known.as_bytes())
}

/// The charset in the value of a `Content-Type`.
pub(crate) fn charset_of(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| value.trim().trim_matches(['"', '\'']))
    })
}

/// Text from bytes: by a byte order mark, else by a label, else as UTF-8. What is no character becomes U+FFFD.
pub(crate) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let named = label.and_then(encoding).unwrap_or(UTF_8);
    // A byte order mark wins.
    named.decode(bytes).0.into_owned()
}

/// The same of XML, which may name its encoding itself. [XML 1.0 appendix F]
pub(crate) fn decode_xml(bytes: &[u8], label: Option<&str>) -> String {
    let by_itself = || match bytes {
        [b'<', 0, ..] => Some(UTF_16LE),
        [0, b'<', ..] => Some(UTF_16BE),
        _ => declared(bytes),
    };
    let found = label.and_then(encoding).or_else(by_itself);
    found.unwrap_or(UTF_8).decode(bytes).0.into_owned()
}

/// The encoding in `<?xml … encoding="…"?>`.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(200)];
    let head = String::from_utf8_lossy(head);
    let inside = head.strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = inside.split_once("encoding")?.1.trim_start();
    let value = value.strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = value[1..].split_once(quote)?.0;
    // A text whose declaration can be read as ASCII is not UTF-16.
    encoding(label).filter(|found| found.is_ascii_compatible())
}

/// Bytes from text; a character that the encoding does not have becomes a question mark.
pub(crate) fn encode(text: &str, into: &'static Encoding) -> Vec<u8> {
    if into == UTF_16LE || into == UTF_16BE {
        let bytes = |unit: u16| match into == UTF_16BE {
            true => unit.to_be_bytes(),
            false => unit.to_le_bytes(),
        };
        return text.encode_utf16().flat_map(bytes).collect();
    }
    let (all, _, has_lost) = into.encode(text);
    if !has_lost {
        return all.into_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut letter = [0; 4];
    for c in text.chars() {
        match into.encode(c.encode_utf8(&mut letter)) {
            (found, _, false) => bytes.extend_from_slice(&found),
            _ => bytes.push(b'?'),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_by_mark_label_or_declaration() {
        assert_eq!(decode(b"gr\xfc\xdfe", Some("ISO-8859-1")), "grüße");
        assert_eq!(decode("grüße".as_bytes(), None), "grüße");
        assert_eq!(decode(b"\xff\xfea\0", Some("utf-8")), "a");
        let latin = b"<?xml version='1.0' encoding='latin1'?><a>\xe4</a>";
        assert!(decode_xml(latin, None).ends_with("<a>ä</a>"));
        assert!(decode_xml("<a>ä</a>".as_bytes(), None).ends_with("<a>ä</a>"));
        assert_eq!(decode_xml(b"<\0a\0/\0>\0", None), "<a/>");
        let wrong = b"<?xml version='1.0' encoding='utf-16'?><a/>";
        assert!(decode_xml(wrong, None).ends_with("<a/>"));
    }

    #[test]
    fn charsets_are_found_in_content_types() {
        let cases = [
            ("text/xml; charset=utf-8", Some("utf-8")),
            (
                "text/xml; a=b; CharSet = \"ISO-8859-1\"",
                Some("ISO-8859-1"),
            ),
            ("text/xml", None),
        ];
        for (content_type, expected) in cases {
            assert_eq!(charset_of(content_type), expected, "{content_type}");
        }
    }

    #[test]
    fn what_an_encoding_does_not_have_is_a_question_mark() {
        let latin = encoding("latin1").unwrap();
        assert_eq!(encode("aä→", latin), b"a\xe4?");
        assert_eq!(encode("ä", encoding("Unicode").unwrap()), b"\xe4\0");
        assert_eq!(encode("ä", encoding("UTF-16BE").unwrap()), b"\0\xe4");
    }
}
