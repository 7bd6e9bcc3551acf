//! Keyed hashes by which the database finds what it must not know: serials, keys, references, and fingerprints of requests.

use std::fmt;
use std::hash::{Hash, Hasher};

use aws_lc_rs::hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::keys::Keys;

/// What is looked up. Each kind has its own domain: equal texts of two kinds have nothing in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lookup {
    /// The serial of an activated user.
    Serial,
    /// The SMS key that goes with a serial.
    SmsKey,
    /// An API key.
    ApiKey,
    /// A client reference (`Idempotency-Key`); its scope (whose it is) stands beside it in the table.
    Reference,
    /// The identifier in a session cookie.
    Session,
    /// A single-use link or set-up token.
    Token,
}

impl Lookup {
    fn domain(self) -> &'static [u8] {
        match self {
            Lookup::Serial => b"lookup serial\0",
            Lookup::SmsKey => b"lookup sms key\0",
            Lookup::ApiKey => b"lookup api key\0",
            Lookup::Reference => b"lookup reference\0",
            Lookup::Session => b"lookup session\0",
            Lookup::Token => b"lookup token\0",
        }
    }

    /// One spelling for what people type: serials and SMS keys without blanks around them, GUIDs without braces, in capitals.
    fn canonical(self, text: &str) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Lookup::Serial => text
                .trim()
                .trim_start_matches('{')
                .trim_end_matches('}')
                .to_ascii_uppercase(),
            Lookup::SmsKey => text.trim().to_ascii_uppercase(),
            Lookup::ApiKey | Lookup::Reference | Lookup::Session | Lookup::Token => text.to_owned(),
        })
    }
}

const FINGERPRINT_DOMAIN: &[u8] = b"fingerprint\0";

/// HMAC-SHA256 under a lookup key. Compared in constant time; may be printed, for it tells nothing without the key.
#[derive(Clone, Copy)]
pub struct LookupHash([u8; 32]);

impl LookupHash {
    /// The 32 bytes for the store.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What the store held; nothing if these are not 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(LookupHash)
    }
}

impl From<[u8; 32]> for LookupHash {
    fn from(bytes: [u8; 32]) -> Self {
        LookupHash(bytes)
    }
}

impl PartialEq for LookupHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for LookupHash {}

impl Hash for LookupHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl fmt::Debug for LookupHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "LookupHash({a:02x}{b:02x}{c:02x}{d:02x}…)")
    }
}

impl Keys {
    /// The hash of `text` under the current lookup key: what a new row gets.
    pub fn lookup(&self, kind: Lookup, text: &str) -> LookupHash {
        let text = kind.canonical(text);
        hash(self.current_lookup_key(), kind.domain(), text.as_bytes())
    }

    /// The hashes of `text` under every live lookup key, newest first: what a search tries. A row that is found under another than the
    /// first should be given the first.
    pub fn lookup_all(&self, kind: Lookup, text: &str) -> Vec<LookupHash> {
        let text = kind.canonical(text);
        self.lookup_keys()
            .map(|key| hash(key, kind.domain(), text.as_bytes()))
            .collect()
    }

    /// Whether `text` is what `stored` was made of, under any live key, in constant time.
    pub fn lookup_matches(&self, kind: Lookup, text: &str, stored: &LookupHash) -> bool {
        // Every version is computed and compared, whichever fits.
        self.lookup_all(kind, text)
            .iter()
            .fold(false, |found, hash| found | (hash == stored))
    }

    /// The fingerprint of a parsed request, kept beside its client reference [SPEC 2.5].
    pub fn fingerprint(&self, request: &[u8]) -> LookupHash {
        hash(self.current_lookup_key(), FINGERPRINT_DOMAIN, request)
    }

    /// Whether `stored` is the fingerprint of this request, under any live key.
    pub fn fingerprint_matches(&self, request: &[u8], stored: &LookupHash) -> bool {
        self.lookup_keys()
            .any(|key| hash(key, FINGERPRINT_DOMAIN, request) == *stored)
    }
}

fn hash(key: &hmac::Key, domain: &[u8], text: &[u8]) -> LookupHash {
    let mut context = hmac::Context::with_key(key);
    context.update(domain);
    context.update(text);
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.sign().as_ref());
    LookupHash(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashing_is_hmac_sha256() {
        // [RFC 4231 §4.3], its data cut in two.
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        assert_eq!(
            data_encoding::HEXLOWER
                .encode(hash(&key, b"what do ya want", b" for nothing?").as_bytes()),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn kinds_and_keys_are_apart() {
        let keys = Keys::ephemeral();
        let kinds = [
            Lookup::Serial,
            Lookup::SmsKey,
            Lookup::ApiKey,
            Lookup::Reference,
            Lookup::Session,
            Lookup::Token,
        ];
        let hashes: std::collections::HashSet<_> = kinds
            .into_iter()
            .map(|kind| keys.lookup(kind, "1234"))
            .chain([keys.fingerprint(b"1234")])
            .collect();
        assert_eq!(hashes.len(), kinds.len() + 1);
        assert_ne!(
            keys.lookup(Lookup::Serial, "1234"),
            Keys::ephemeral().lookup(Lookup::Serial, "1234")
        );
    }

    #[test]
    fn spellings_of_one_serial_are_one() {
        let keys = Keys::ephemeral();
        let guid = keys.lookup(Lookup::Serial, "6F9619FF-8B86-D011-B42D-00CF4FC964FF");
        assert_eq!(
            guid,
            keys.lookup(Lookup::Serial, " {6f9619ff-8b86-d011-b42d-00cf4fc964ff} ")
        );
        assert_ne!(
            keys.lookup(Lookup::Reference, "a"),
            keys.lookup(Lookup::Reference, "A")
        );
    }

    #[test]
    fn an_older_key_still_finds() {
        let old = Keys::ephemeral();
        let rotated = old.with_another_version();
        let stored = old.lookup(Lookup::ApiKey, "gw_live_x");
        let request = old.fingerprint(b"a request");
        assert_ne!(rotated.lookup(Lookup::ApiKey, "gw_live_x"), stored);
        let all = rotated.lookup_all(Lookup::ApiKey, "gw_live_x");
        assert_eq!(
            all,
            [rotated.lookup(Lookup::ApiKey, "gw_live_x"), stored],
            "newest first"
        );
        assert!(rotated.lookup_matches(Lookup::ApiKey, "gw_live_x", &stored));
        assert!(!rotated.lookup_matches(Lookup::ApiKey, "gw_live_y", &stored));
        assert!(rotated.fingerprint_matches(b"a request", &request));
        assert!(!rotated.fingerprint_matches(b"another request", &request));
    }
}
