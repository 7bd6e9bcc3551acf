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
/// Lower case, without surrounding blanks and leading zeros. Under the mixed forms the decimal side is turned into hexadecimal
/// (up to 128 bits); what is not a number stays text.
pub fn canonical(form: IdForm, place: IdPlace, id: &str) -> String {
    let id = id.trim();
    match (form, place) {
        (IdForm::Text, _) => plain(id),
        (IdForm::DecimalInResponseHexInReceipt, IdPlace::InResponse)
        | (IdForm::HexInResponseDecimalInReceipt, IdPlace::InReceipt) => decimal_to_hex(id),
        _ => plain(
            id.strip_prefix("0x")
                .or_else(|| id.strip_prefix("0X"))
                .unwrap_or(id),
        ),
    }
}

fn plain(id: &str) -> String {
    let digits = id.trim_start_matches('0');
    match digits {
        "" if !id.is_empty() => "0".to_owned(),
        _ => digits.to_ascii_lowercase(),
    }
}

fn decimal_to_hex(id: &str) -> String {
    // `parse` alone would take a sign as well
    let is_number = !id.is_empty() && id.bytes().all(|octet| octet.is_ascii_digit());
    match id.parse::<u128>() {
        Ok(number) if is_number => format!("{number:x}"),
        _ => plain(id),
    }
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
}

/// The other spellings under which an SMSC might write the same id: a decimal one in hexadecimal, a hexadecimal one in decimal.
///
/// `"10"` may be either, so these are only hints: whoever uses them must have another proof that the receipt and the text belong together.
pub fn other_spellings(id: &str) -> Vec<String> {
    let mut spellings = Vec::new();
    if id.len() <= 38
        && id.bytes().all(|octet| octet.is_ascii_digit())
        && let Ok(number) = id.parse::<u128>()
    {
        spellings.push(format!("{number:x}"));
    }
    if id.len() <= 32
        && let Ok(number) = u128::from_str_radix(id, 16)
    {
        spellings.push(number.to_string());
    }
    spellings.retain(|spelling| spelling != id);
    spellings
}

#[cfg(test)]
mod spelling_tests {
    use super::other_spellings;

    #[test]
    fn an_id_may_be_decimal_or_hexadecimal() {
        assert_eq!(other_spellings("10"), ["a", "16"]);
        assert_eq!(other_spellings("ff"), ["255"]);
        assert_eq!(other_spellings("not-hex"), Vec::<String>::new());
    }
}
