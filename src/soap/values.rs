//! The lexical forms of arguments: what counts as a number, a list of recipients, a list of ids.
//!
//! Lenient where only one meaning is possible (blanks around, a plus sign, `1.0` for 1, any case of `true`), strict where a guess
//! could go wrong (a comma in a number, an exponent in a whole one).

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Most recipients, and most ids, of a call. [SPEC 2.4]
pub const MAX_RECIPIENTS: usize = 1_000;

/// A whole number; one with a fraction of zeros only is whole (clients without integer types write `1.0`).
pub fn int(text: &str) -> Option<i32> {
    let text = text.trim();
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !whole.is_empty() && zeros.bytes().all(|digit| digit == b'0') => {
            whole
        }
        Some(_) => return None,
        None => text,
    };
    whole.parse().ok()
}

/// An `xsd:double`: `INF`, `-INF` and `NaN` by these names only.
pub fn double(text: &str) -> Option<f64> {
    match text.trim() {
        "INF" | "+INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        number
            if number
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) =>
        {
            number.parse().ok()
        }
        _ => None,
    }
}

/// `true`, `false`, `1`, `0`, in any case; Visual Basic's `-1` is true.
pub fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "-1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// `xsd:base64Binary`, with or without padding and line breaks.
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let lenient =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let packed: String = text.split_ascii_whitespace().collect();
    GeneralPurpose::new(&STANDARD, lenient).decode(packed).ok()
}

/// The entries of a list separated by `,`, `;`, `|`, blanks or line ends, in order; empty entries are left out. [SPEC 9.1]
pub fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(|c: char| matches!(c, ',' | ';' | '|') || c.is_whitespace())
        .filter(|entry| !entry.is_empty())
}

/// A message id as clients keep it: decimal, above 0, under 2³¹. [SPEC 1]
pub fn message_id(text: &str) -> Option<u32> {
    let is_decimal = text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|id| is_decimal && (1..1 << 31).contains(id))
}

/// Whether a text has the form of a serial: 16 digits, or a GUID with or without braces. [SPEC 9.1]
pub fn is_serial_shaped(text: &str) -> bool {
    if text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return true;
    }
    let bare = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(text);
    bare.len() == 36
        && bare.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        for (text, value) in [
            ("1", Some(1)),
            (" +1\n", Some(1)),
            ("1.0", Some(1)),
            ("2.", Some(2)),
            ("-7.000", Some(-7)),
            ("2147483647", Some(i32::MAX)),
            ("2147483648", None),
            ("1.5", None),
            (".0", None),
            ("1e0", None),
            ("1,0", None),
            ("0x1", None),
            ("one", None),
            ("", None),
        ] {
            assert_eq!(int(text), value, "{text:?}");
        }
    }

    #[test]
    fn doubles() {
        for (text, value) in [
            ("45981.5", Some(45981.5)),
            (" 1E3 ", Some(1000.0)),
            ("-INF", Some(f64::NEG_INFINITY)),
            ("45981,5", None),
            ("inf", None),
            ("nan", None),
            ("infinity", None),
            ("", None),
            ("e", None),
        ] {
            assert_eq!(double(text), value, "{text:?}");
        }
        assert!(double("NaN").unwrap().is_nan());
    }

    #[test]
    fn booleans_and_binaries() {
        for (text, value) in [
            ("TRUE", Some(true)),
            (" 0 ", Some(false)),
            ("-1", Some(true)),
            ("yes", None),
            ("", None),
        ] {
            assert_eq!(boolean(text), value, "{text:?}");
        }
        for (text, value) in [
            ("AQI=", Some(vec![1, 2])),
            ("AQ\r\n I", Some(vec![1, 2])),
            ("", Some(vec![])),
            ("A", None),
            ("A_==", None),
        ] {
            assert_eq!(base64(text), value, "{text:?}");
        }
    }

    #[test]
    fn lists() {
        let list: Vec<&str> =
            entries(" 0491570156,+61491570157; 61491570158|\r\n0491570159\u{a0},,").collect();
        assert_eq!(
            list,
            ["0491570156", "+61491570157", "61491570158", "0491570159"]
        );
        for (text, id) in [
            ("1", Some(1)),
            ("2147483647", Some(2_147_483_647)),
            ("2147483648", None),
            ("0", None),
            ("+1", None),
            ("x", None),
        ] {
            assert_eq!(message_id(text), id, "{text}");
        }
    }
    #[test]
    fn serials() {
        for (text, is_shaped) in [
            ("1234567890123456", true),
            ("123456789012345", false),
            ("12345678901234567", false),
            ("123456789012345x", false),
            ("6F9619FF-8B86-D011-B42D-00C04FC964FF", true),
            ("{6f9619ff-8b86-d011-b42d-00c04fc964ff}", true),
            ("{6f9619ff-8b86-d011-b42d-00c04fc964ff", false),
            ("6f9619ff-8b86-d011-b42d+00c04fc964ff", false),
            ("äääääääääääääääääääääääääääääääää", false),
            ("", false),
        ] {
            assert_eq!(is_serial_shaped(text), is_shaped, "{text}");
        }
    }
}
