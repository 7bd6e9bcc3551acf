//! Message ids compared as SMSCs mean them: one id may be decimal in the response and hexadecimal in the receipt.
//!
//! Both ids of an attempt are brought to one canonical text, which is what is stored and looked up. The setting's words:
//!
//! | word | response | receipt | |
//! |---|---|---|---|
//! | `as_is` | any | the same | default: any case, leading zeros off |
//! | `hex_receipts` | decimal | hexadecimal | |
//! | `decimal_receipts` | hexadecimal | decimal | |
//!
//! There is no automatic form on purpose: `10` may be ten or sixteen, and a guess would credit a receipt to a stranger's text.

use std::{fmt, str::FromStr};

/// How a carrier writes its message ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum IdForm {
    /// The same text in both places, but for case and leading zeros (`as_is`).
    #[default]
    Text,
    /// Decimal in submit_sm_resp, hexadecimal in receipts (`hex_receipts`).
    DecimalInResponseHexInReceipt,
    /// Hexadecimal in submit_sm_resp, decimal in receipts (`decimal_receipts`).
    HexInResponseDecimalInReceipt,
}

/// Where an id was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdPlace {
    /// In a submit_sm_resp or data_sm_resp.
    InResponse,
    /// In a receipt, text or TLV.
    InReceipt,
}

/// The canonical text of an id: two ids are one when their canonical texts are equal.
///
/// Lower case, without blanks (inside too), quotes and braces around it, NULs, leading zeros, and `0x` before a hexadecimal
/// number. Under the mixed forms the decimal side is turned into hexadecimal, whatever its length; what is not a number
/// stays text.
pub fn canonical(form: IdForm, place: IdPlace, id: &str) -> String {
    let id: String = id
        .trim_matches(|c: char| c.is_whitespace() || "\0\"'{}".contains(c))
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\0')
        .collect();
    match (form, place) {
        (IdForm::DecimalInResponseHexInReceipt, IdPlace::InResponse)
        | (IdForm::HexInResponseDecimalInReceipt, IdPlace::InReceipt) => {
            rebased(&id, 10, 16).unwrap_or_else(|| plain(&id))
        }
        _ => plain(&id),
    }
}

/// The canonical id of a receipt that may bear it in its TLV, in its text, or differently in both.
///
/// The TLV wins, because the specification says what stands in it: the id of the response [SMPP 3.4 §5.3.2.12]. So under the
/// mixed forms it is read as in the response where that agrees with the text, else as in receipts, as the text is.
pub fn receipt_id(form: IdForm, in_tlv: Option<&str>, in_text: Option<&str>) -> Option<String> {
    let text = in_text.map(|id| canonical(form, IdPlace::InReceipt, id));
    let Some(tlv) = in_tlv else {
        return text;
    };
    let as_in_response = canonical(form, IdPlace::InResponse, tlv);
    if text.as_ref() == Some(&as_in_response) {
        return text;
    }
    Some(canonical(form, IdPlace::InReceipt, tlv))
}

fn plain(id: &str) -> String {
    let id = id.to_ascii_lowercase();
    let number = id
        .strip_prefix("0x")
        .filter(|rest| !rest.is_empty() && rest.bytes().all(|octet| octet.is_ascii_hexdigit()));
    let digits = number.unwrap_or(&id).trim_start_matches('0');
    match digits {
        "" if !id.is_empty() => "0".to_owned(),
        _ => digits.to_owned(),
    }
}

/// The longest number that is converted, in digits: an id's own limit [SMPP 3.4 §5.2.23].
const MOST_DIGITS: usize = 64;

/// A number written in another base, in lower case, without leading zeros; `None` for what is no number.
fn rebased(id: &str, from: u32, to: u32) -> Option<String> {
    if id.is_empty() || id.len() > MOST_DIGITS {
        return None;
    }
    // Least significant digit first, in the new base.
    let mut digits: Vec<u32> = Vec::with_capacity(MOST_DIGITS);
    for character in id.chars() {
        let mut carry = character.to_digit(from)?;
        for digit in &mut digits {
            let sum = *digit * from + carry;
            *digit = sum % to;
            carry = sum / to;
        }
        while carry > 0 {
            digits.push(carry % to);
            carry /= to;
        }
    }
    let digits = digits.into_iter().rev();
    let number: Option<String> = digits.map(|digit| char::from_digit(digit, to)).collect();
    number.map(|number| {
        if number.is_empty() {
            "0".to_owned()
        } else {
            number
        }
    })
}

/// The setting names no form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("message_id is one of as_is, hex_receipts, decimal_receipts, not {0:?}")]
pub struct UnknownIdForm(String);

impl FromStr for IdForm {
    type Err = UnknownIdForm;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "as_is" => Ok(Self::Text),
            "hex_receipts" => Ok(Self::DecimalInResponseHexInReceipt),
            "decimal_receipts" => Ok(Self::HexInResponseDecimalInReceipt),
            other => Err(UnknownIdForm(other.to_owned())),
        }
    }
}

impl fmt::Display for IdForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "as_is",
            Self::DecimalInResponseHexInReceipt => "hex_receipts",
            Self::HexInResponseDecimalInReceipt => "decimal_receipts",
        })
    }
}

/// The other spellings under which an SMSC might write the same id: a decimal one in hexadecimal, a hexadecimal one in decimal, one
/// with the number of a part behind it without that.
///
/// `"10"` may be either, so these are only hints: whoever uses them must have another proof that the receipt and the text belong together.
pub fn other_spellings(id: &str) -> Vec<String> {
    let mut spellings: Vec<String> = [
        rebased(id, 10, 16),
        rebased(id, 16, 10),
        without_part(id).map(str::to_owned),
    ]
    .into_iter()
    .flatten()
    .collect();
    spellings.retain(|spelling| spelling != id);
    spellings
}

/// `1a2b3c4d-2`, `1a2b3c4d.2`, `1a2b3c4d_2`: the id of a message that the SMSC cut itself, and which part it was.
fn without_part(id: &str) -> Option<&str> {
    let (whole, part) = id.rsplit_once(['-', '.', '_', '/', '#'])?;
    let is_number =
        (1..=3).contains(&part.len()) && part.bytes().all(|octet| octet.is_ascii_digit());
    (is_number && whole.len() >= 6).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdForm::*;
    use IdPlace::*;

    #[test]
    fn ids_that_are_one() {
        for (form, response, receipt) in [
            (Text, "ABC123", "abc123"),
            (Text, "0000ABC123", "abc123"),
            (Text, "42", "0000000042"),
            (Text, "0", "000"),
            (Text, " 42", "42 "),
            (Text, "a-b-c", "A-B-C"),
            (Text, "0x1A2B", "1a2b"),
            (Text, "\"1a2b\"", "1A2B"),
            (Text, "12 34", "1234"),
            (Text, "1a2b\0", "{1A2B}"),
            (Text, "0xyz", "0XYZ"),
            (DecimalInResponseHexInReceipt, "255", "FF"),
            (DecimalInResponseHexInReceipt, "0255", "00ff"),
            (DecimalInResponseHexInReceipt, "255", "0xFF"),
            (DecimalInResponseHexInReceipt, "0", "00"),
            (
                DecimalInResponseHexInReceipt,
                "not-a-number",
                "NOT-A-NUMBER",
            ),
            (HexInResponseDecimalInReceipt, "00FF", "255"),
            (
                HexInResponseDecimalInReceipt,
                "ffffffffffffffffffffffffffffffff",
                "340282366920938463463374607431768211455",
            ),
            (
                HexInResponseDecimalInReceipt,
                "1ffffffffffffffffffffffffffffffffffffffff",
                "2923003274661805836407369665432566039311865085951",
            ),
        ] {
            assert_eq!(
                canonical(form, InResponse, response),
                canonical(form, InReceipt, receipt),
                "{form} {response} {receipt}"
            );
        }
    }

    #[test]
    fn ids_that_are_two() {
        for (form, response, receipt) in [
            (Text, "255", "ff"),
            (Text, "10", "100"),
            (Text, "", "0"),
            (DecimalInResponseHexInReceipt, "10", "10"),
            (HexInResponseDecimalInReceipt, "10", "10"),
            (DecimalInResponseHexInReceipt, "+255", "ff"),
        ] {
            assert_ne!(
                canonical(form, InResponse, response),
                canonical(form, InReceipt, receipt),
                "{form} {response} {receipt}"
            );
        }
    }

    #[test]
    fn words_go_both_ways() {
        for form in [
            Text,
            DecimalInResponseHexInReceipt,
            HexInResponseDecimalInReceipt,
        ] {
            assert_eq!(form.to_string().parse(), Ok(form));
        }
        assert!("hex".parse::<IdForm>().is_err());
    }

    #[test]
    fn an_id_may_be_decimal_or_hexadecimal() {
        assert_eq!(other_spellings("10"), ["a", "16"]);
        assert_eq!(other_spellings("ff"), ["255"]);
        assert_eq!(other_spellings("not-hex"), Vec::<String>::new());
        assert_eq!(
            other_spellings("4062581461565934000241"),
            ["dc3ba4bad0acc1d871", "77835669152685873476665921"]
        );
        assert_eq!(other_spellings("1a2b3c4d-2"), ["1a2b3c4d"]);
        assert_eq!(
            other_spellings("4a38dc46-5125-4969-90be-72104c340d5c"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_receipt_bears_its_id_twice() {
        let both = |form, tlv, text| receipt_id(form, Some(tlv), Some(text));
        // TLV as in the response, text in the other base.
        let hex = HexInResponseDecimalInReceipt;
        assert_eq!(
            both(hex, "1d305b4c", "0489708364").as_deref(),
            Some("1d305b4c")
        );
        assert_eq!(
            both(hex, "16011000", "0369168384").as_deref(),
            Some("16011000")
        );
        // TLV as the text.
        assert_eq!(
            both(hex, "489708364", "0489708364").as_deref(),
            Some("1d305b4c")
        );
        assert_eq!(both(Text, "6000", "5000").as_deref(), Some("6000"));
        assert_eq!(
            receipt_id(Text, None, Some("5000")).as_deref(),
            Some("5000")
        );
        assert_eq!(
            receipt_id(Text, Some("5000"), None).as_deref(),
            Some("5000")
        );
        assert_eq!(receipt_id(Text, None, None), None);
    }
}
