//! Addresses as SMSCs write them, brought to one form before anything is looked up [SPEC 4.5].

use std::fmt;

use crate::number::{Dialled, Order};
use crate::{Country, PhoneNumber, gsm, printable_line};

/// The longest other address that is kept, in characters; SMPP's own limit is 20 [SMPP 3.4 §5.2.8], 64 for data_sm.
const MAX_OTHER_CHARS: usize = 64;

/// Type of number 5: a name.
const ALPHANUMERIC: TypeOfNumber = TypeOfNumber::Other(5);

/// The type of number of an address [SMPP 3.4 §5.2.5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeOfNumber {
    /// 0.
    Unknown,
    /// 1: with the country code.
    International,
    /// 2: as dialled within the country.
    National,
    /// Anything else (network specific, subscriber, alphanumeric, abbreviated).
    Other(u8),
}

impl From<u8> for TypeOfNumber {
    fn from(ton: u8) -> TypeOfNumber {
        match ton {
            0 => TypeOfNumber::Unknown,
            1 => TypeOfNumber::International,
            2 => TypeOfNumber::National,
            other => TypeOfNumber::Other(other),
        }
    }
}

impl From<TypeOfNumber> for u8 {
    fn from(ton: TypeOfNumber) -> u8 {
        match ton {
            TypeOfNumber::Unknown => 0,
            TypeOfNumber::International => 1,
            TypeOfNumber::National => 2,
            TypeOfNumber::Other(other) => other,
        }
    }
}

/// Who a text from an SMSC is from or to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SmscAddress {
    /// A telephone number.
    Number(PhoneNumber),
    /// A name or a short code, printable, at most 64 characters; may be empty.
    Other(String),
}

impl SmscAddress {
    /// The number, if it is one.
    pub fn number(&self) -> Option<PhoneNumber> {
        match self {
            SmscAddress::Number(number) => Some(*number),
            SmscAddress::Other(_) => None,
        }
    }
}

impl fmt::Display for SmscAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SmscAddress::Number(number) => number.fmt(f),
            SmscAddress::Other(address) => f.write_str(address),
        }
    }
}

/// Reads an address of a carrier whose country is `home`.
///
/// The type of number says which reading is tried first, no more: SMSCs send national numbers as international and the
/// reverse, `00` and `0011` prefixes under any type, and leave the type unknown. A mobile of the home country wins; then
/// a reading that a numbering plan knows over one that merely has the right length. Fewer than 7 digits without `+` are a short code.
pub fn normalise(address: &str, ton: TypeOfNumber, home: Country) -> SmscAddress {
    let order = match ton {
        TypeOfNumber::International => Order::InternationalFirst,
        TypeOfNumber::Unknown | TypeOfNumber::National | TypeOfNumber::Other(_) => Order::HomeFirst,
    };
    let address = address.trim_matches('\0');
    Dialled::clean(address)
        .ok()
        .filter(|dialled| !dialled.is_short())
        .and_then(|dialled| dialled.as_address(home, order))
        .map_or_else(
            || SmscAddress::Other(other(address, ton)),
            SmscAddress::Number,
        )
}

fn other(address: &str, ton: TypeOfNumber) -> String {
    // Cut first: the rest is not worth cleaning.
    let start: String = address.chars().take(MAX_OTHER_CHARS).collect();
    let name = (ton == ALPHANUMERIC).then(|| gsm_name(&start)).flatten();
    printable_line(&name.unwrap_or(start))
}

/// A name in GSM septets, as some SMSCs hand on what was on the air: packed, or one septet per octet. `None` for one
/// that is printable as it stands.
fn gsm_name(name: &str) -> Option<String> {
    let octets: Vec<u8> = name
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect::<Option<_>>()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " .,&'+-_@$!/".contains(c);
    if !name.contains(char::is_control) {
        return None;
    }
    let unpacked = gsm::decode(&octets);
    if octets.is_ascii() && unpacked.chars().all(is_plain) {
        return Some(unpacked);
    }
    Some(gsm::decode(&gsm::unpack_after(0, &octets)))
        .filter(|packed| !packed.is_empty() && packed.chars().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_handset_has_many_addresses() {
        use TypeOfNumber::{International, National, Other, Unknown};
        for (address, ton) in [
            ("61491570156", International),
            ("+61491570156", International),
            ("+61491570156", Unknown),
            ("+61491570156", Other(5)),
            ("61491570156", Unknown),
            ("61491570156", National),
            ("61491570156", Other(3)),
            ("0491570156", National),
            ("0491570156", Unknown),
            ("0491570156", International),
            ("491570156", National),
            ("491570156", Unknown),
            ("001161491570156", Unknown),
            ("001161491570156", International),
            ("0061491570156", International),
            ("0061491570156", Unknown),
            ("61491570156\0", International),
        ] {
            let number = PhoneNumber::from_i64(61_491_570_156).unwrap();
            assert_eq!(
                normalise(address, ton, Country::AU),
                SmscAddress::Number(number),
                "{address} {ton:?}"
            );
        }
    }

    #[test]
    fn foreign_handsets_keep_their_country() {
        for (address, ton) in [
            ("64211234567", TypeOfNumber::International),
            ("64211234567", TypeOfNumber::Unknown),
            ("0064211234567", TypeOfNumber::Unknown),
        ] {
            assert_eq!(
                normalise(address, ton, Country::AU).to_string(),
                "+64211234567"
            );
        }
    }

    #[test]
    fn names_and_short_codes_stay_what_they_are() {
        for (address, ton, kept) in [
            ("MyBank", TypeOfNumber::Other(5), "MyBank"),
            ("12345", TypeOfNumber::Unknown, "12345"),
            ("12345", TypeOfNumber::International, "12345"),
            ("199123", TypeOfNumber::Other(6), "199123"),
            ("4U 2", TypeOfNumber::Other(5), "4U 2"),
            ("", TypeOfNumber::Unknown, ""),
            ("Evil\r\nBcc: x", TypeOfNumber::Other(5), "Evil Bcc: x"),
        ] {
            assert_eq!(
                normalise(address, ton, Country::AU),
                SmscAddress::Other(kept.into()),
                "{address:?}"
            );
        }
    }

    #[test]
    fn names_in_gsm_septets() {
        let latin = |octets: &[u8]| octets.iter().copied().map(char::from).collect::<String>();
        for (octets, kept) in [
            (b"My\x11Bank".to_vec(), "My_Bank"),
            (gsm::pack(b"MyBank 24"), "MyBank 24"),
            (gsm::pack(b"MyBank"), "MyBank"),
            (b"M\xfcnchen".to_vec(), "M\u{fc}nchen"),
            (b"\x7f\x01\x02".to_vec(), "\u{7f}\u{1}\u{2}"),
        ] {
            let kept = printable_line(kept);
            let read = normalise(&latin(&octets), TypeOfNumber::Other(5), Country::AU);
            assert_eq!(read, SmscAddress::Other(kept), "{octets:02x?}");
        }
    }

    /// Each numbering plan in its own words: international with and without its prefix, national with its trunk digit.
    #[test]
    fn addresses_of_other_countries() {
        use TypeOfNumber::{International, National, Other, Unknown};
        for (home, ton, address, number) in [
            ("NZ", National, "0211234567", "+64211234567"),
            ("NZ", Unknown, "0064 21 123 4567", "+64211234567"),
            ("NZ", National, "211234567", "+64211234567"),
            ("GB", National, "07400123456", "+447400123456"),
            ("GB", National, "7400123456", "+447400123456"),
            ("GB", Unknown, "00447400123456", "+447400123456"),
            ("GB", International, "447400 123 456", "+447400123456"),
            ("US", National, "2015550123", "+12015550123"),
            ("US", International, "12015550123", "+12015550123"),
            ("US", Unknown, "01161491570156", "+61491570156"),
            ("DE", National, "015123456789", "+4915123456789"),
            ("DE", Unknown, "4915123456789", "+4915123456789"),
            ("IT", National, "3471234567", "+393471234567"),
            ("SG", Unknown, "81234567", "+6581234567"),
            ("SG", International, "6581234567", "+6581234567"),
            ("AU", Other(3), "0491 570 156", "+61491570156"),
            ("AU", International, " +61 491 570 156 ", "+61491570156"),
        ] {
            let home_country = Country::parse(home).unwrap();
            let read = normalise(address, ton, home_country).to_string();
            assert_eq!(read, number, "{home} {ton:?} {address}");
        }
    }

    proptest! {
        #[test]
        fn no_address_panics(address in any::<String>(), ton in any::<u8>()) {
            prop_assert_eq!(u8::from(TypeOfNumber::from(ton)), ton);
            if let SmscAddress::Other(kept) = normalise(&address, ton.into(), Country::AU) {
                prop_assert!(kept.chars().count() <= MAX_OTHER_CHARS);
            }
        }
    }
}
