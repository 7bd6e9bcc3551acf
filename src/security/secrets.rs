//! The secrets that people and programs carry: serials, SMS keys, API keys; how they are made and which guesses die at sight.

use std::fmt;

use aws_lc_rs::hmac;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::keys::Keys;

/// A text that must not be seen: `Debug` and `Serialize` print no part of it, its memory is wiped when it is dropped.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text into hiding. The caller's other copies are the caller's affair.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that sends or hashes it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True for a secret without any character.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl PartialEq for Secret {
    /// Takes the same time wherever the two differ; their lengths may show.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("[hidden]")
    }
}

/// Whether an API key reaches carriers or only acts [SPEC 12.4].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiKeyMode {
    /// Texts are sent and paid for.
    Live,
    /// Nothing leaves the house.
    Test,
}

impl ApiKeyMode {
    fn prefix(self) -> &'static str {
        match self {
            ApiKeyMode::Live => "gw_live_",
            ApiKeyMode::Test => "gw_test_",
        }
    }

    /// The mode that a presented key claims, or nothing if it cannot be a key of ours; no look-up is needed for those.
    pub fn of(key: &str) -> Option<Self> {
        [ApiKeyMode::Live, ApiKeyMode::Test]
            .into_iter()
            .find(|mode| {
                key.strip_prefix(mode.prefix())
                    .is_some_and(|rest| rest.len() == 43 && rest.bytes().all(is_base64url))
            })
    }
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// A new API key: `gw_live_` or `gw_test_` and 256 random bits, 51 characters in all.
pub fn new_api_key(mode: ApiKeyMode) -> Secret {
    let bytes = random::<32>();
    let mut text = String::with_capacity(51);
    text.push_str(mode.prefix());
    BASE64URL_NOPAD.encode_append(bytes.as_ref(), &mut text);
    Secret::new(text)
}

/// A new SMS key (the `K` of the legacy interface): 24 base32 characters, 120 random bits [SPEC 9.1].
pub fn new_sms_key() -> Secret {
    Secret::new(BASE32_NOPAD.encode(random::<15>().as_ref()))
}

/// Digits of a serial that are drawn; the other two are its keyed check digits.
const DRAWN_DIGITS: usize = 14;
const SERIAL_DIGITS: usize = 16;

impl Keys {
    /// A new serial: 16 digits, the first of them not 0 so that clients which keep it as a number lose nothing, the last two a keyed
    /// check. It may have been given before: the store's unique index decides.
    pub fn new_serial(&self) -> Secret {
        const LOWEST: u64 = 10u64.pow(DRAWN_DIGITS as u32 - 1);
        const SPAN: u64 = 9 * LOWEST;
        // 64 random bits over 9·10^13 values: the bias is below 10^-5 of a value's share.
        let drawn = LOWEST + u64::from_be_bytes(*random::<8>()) % SPAN;
        let mut digits = Zeroizing::new(drawn.to_string());
        let check = self.serial_check(digits.as_bytes());
        let serial = format!("{}{check:02}", *digits);
        digits.zeroize();
        Secret::new(serial)
    }

    /// Whether a presented serial can be one of ours: 16 digits with the right check digits, or a GUID (which older installations use
    /// as serials). Of 100 guesses 99 die here, without a look-up [THREATS T13].
    pub fn serial_possible(&self, serial: &str) -> bool {
        let serial = serial.trim().as_bytes();
        if serial.len() == SERIAL_DIGITS && serial.iter().all(u8::is_ascii_digit) {
            let (drawn, check) = serial.split_at(DRAWN_DIGITS);
            let expected = format!("{:02}", self.serial_check(drawn));
            return expected.as_bytes().ct_eq(check).into();
        }
        is_guid(serial)
    }

    fn serial_check(&self, drawn: &[u8]) -> u64 {
        let tag = hmac::sign(self.check_key(), drawn);
        let mut head = [0; 8];
        head.copy_from_slice(&tag.as_ref()[..8]);
        u64::from_be_bytes(head) % 100
    }
}

/// `8-4-4-4-12` hexadecimal digits, in braces or not.
fn is_guid(text: &[u8]) -> bool {
    let bare = match text {
        [b'{', inner @ .., b'}'] => inner,
        other => other,
    };
    bare.len() == 36
        && bare.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `N` bytes of the system's randomness.
///
/// Panics if the system has none: nothing may go on without.
pub(super) fn random<const N: usize>() -> Zeroizing<[u8; N]> {
    let mut bytes = Zeroizing::new([0; N]);
    aws_lc_rs::rand::fill(bytes.as_mut()).expect("the system's random source works");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_secret_shows_nothing() {
        let secret = Secret::new("open sesame");
        assert_eq!(format!("{secret:?}"), "[hidden]");
        assert_eq!(
            serde_json::to_string(&secret).expect("serialises"),
            "\"[hidden]\""
        );
        assert_eq!(format!("{:?}", Some(&secret)), "Some([hidden])");
        assert_eq!(secret, Secret::new("open sesame"));
        assert_ne!(secret, Secret::new("open sesamE"));
    }

    #[test]
    fn serials_carry_their_check() {
        let keys = Keys::ephemeral();
        let mut seen = HashSet::new();
        for _ in 0..200 {
            let serial = keys.new_serial();
            assert_eq!(serial.expose().len(), 16);
            assert!(!serial.expose().starts_with('0'));
            assert!(keys.serial_possible(serial.expose()));
            assert!(seen.insert(serial.expose().to_owned()));
        }
    }

    #[test]
    fn guessed_serials_die() {
        let keys = Keys::ephemeral();
        let possible = (0..10_000u64)
            .filter(|n| keys.serial_possible(&format!("{:016}", 4_711_000_000_000_000 + n * 7)))
            .count();
        assert!((30..300).contains(&possible), "{possible} of 10,000");

        let serial = keys.new_serial();
        let other = Keys::ephemeral();
        let accepted_elsewhere = (0..200)
            .filter(|_| other.serial_possible(keys.new_serial().expose()))
            .count();
        assert!(accepted_elsewhere < 20, "the check is keyed");
        for broken in [
            "",
            "1",
            "123456789012345",
            "12345678901234567",
            "1234567890123a56",
            "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦",
        ] {
            assert!(!keys.serial_possible(broken), "{broken}");
        }
        assert!(keys.serial_possible(&format!(" {} ", serial.expose())));
    }

    #[test]
    fn guids_are_possible_serials() {
        let keys = Keys::ephemeral();
        for guid in [
            "6F9619FF-8B86-D011-B42D-00CF4FC964FF",
            "{6f9619ff-8b86-d011-b42d-00cf4fc964ff}",
        ] {
            assert!(keys.serial_possible(guid), "{guid}");
        }
        for no_guid in [
            "6F9619FF-8B86-D011-B42D-00CF4FC964F",
            "6F9619FF-8B86-D011-B42D-00CF4FC964FG",
            "{6F9619FF-8B86-D011-B42D-00CF4FC964FF",
            "6F9619FF+8B86-D011-B42D-00CF4FC964FF",
        ] {
            assert!(!keys.serial_possible(no_guid), "{no_guid}");
        }
    }

    #[test]
    fn keys_have_their_shapes() {
        let sms_key = new_sms_key();
        assert_eq!(sms_key.expose().len(), 24);
        assert!(
            sms_key
                .expose()
                .bytes()
                .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b))
        );
        for mode in [ApiKeyMode::Live, ApiKeyMode::Test] {
            let key = new_api_key(mode);
            assert_eq!(key.expose().len(), 51);
            assert_eq!(ApiKeyMode::of(key.expose()), Some(mode));
            assert_ne!(key, new_api_key(mode));
            assert_eq!(ApiKeyMode::of(&key.expose()[..50]), None);
        }
        for no_key in ["", "gw_live_", "gw_demo_AAAA", "Bearer x"] {
            assert_eq!(ApiKeyMode::of(no_key), None, "{no_key}");
        }
    }
}
