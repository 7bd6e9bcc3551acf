//! Addresses as SMSCs write them, brought to one form before anything is looked up [SPEC 4.5].

use std::fmt;

use crate::number::{Dialled, Order};
use crate::{Country, PhoneNumber, printable_line};

/// The longest other address that is kept, in characters; SMPP's own limit is 20 [SMPP 3.4 §5.2.8], 64 for data_sm.
const MAX_OTHER_CHARS: usize = 64;

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
/// reverse, `00` and `0011` prefixes under any type, and leave the type unknown. A reading that a numbering plan knows
/// wins over one that merely has the right length. Fewer than 7 digits without `+` are a short code.
pub fn normalise(address: &str, ton: TypeOfNumber, home: Country) -> SmscAddress {
    let order = match ton {
        TypeOfNumber::International => Order::InternationalFirst,
        TypeOfNumber::Unknown | TypeOfNumber::National | TypeOfNumber::Other(_) => Order::HomeFirst,
    };
    let address = address.trim_matches('\0');
    Dialled::clean(address)
        .ok()
        .filter(|dialled| !dialled.is_short())
        .and_then(|dialled| dialled.valid_or_possible(home, order))
        .map_or_else(|| SmscAddress::Other(other(address)), SmscAddress::Number)
}

fn other(address: &str) -> String {
    // Cut first: the rest is not worth cleaning.
    let start: String = address.chars().take(MAX_OTHER_CHARS).collect();
    printable_line(&start)
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
