//! Passwords: argon2id hashes, the check that costs the same for unknown users, and passwords that we make up.
//!
//! Each call takes tens of milliseconds and 19 MB: run it in `spawn_blocking`, and few at a time.

use std::sync::OnceLock;

use argon2::password_hash::{self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use super::secrets::{Secret, random};

/// A stored hash that nothing can be compared with.
#[derive(Debug, thiserror::Error)]
#[error("the stored password hash cannot be read: {0}")]
pub struct BrokenHash(password_hash::Error);

/// Argon2id with 19 MiB, two passes, one lane: the least that OWASP asks for.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("the parameters are within bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password with a salt of its own, as a PHC string. Every password is hashable, the empty one too: what may be chosen is
/// the business of whoever lets it be chosen.
pub fn hash(password: &Secret) -> String {
    let salt = SaltString::encode_b64(random::<16>().as_ref()).expect("16 bytes are a salt");
    argon2()
        .hash_password(password.expose().as_bytes(), &salt)
        .expect("argon2 within its bounds")
        .to_string()
}

/// Whether the password is the one that was hashed.
pub fn verify(password: &Secret, stored: &str) -> Result<bool, BrokenHash> {
    let stored = PasswordHash::new(stored).map_err(BrokenHash)?;
    match argon2().verify_password(password.expose().as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::Password) => Ok(false),
        Err(error) => Err(BrokenHash(error)),
    }
}

/// The check for a user who does not exist: takes as long as a real one, and is false.
pub fn verify_unknown(password: &Secret) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = NOBODY.get_or_init(|| hash(&new_password()));
    // The result is used so that the work cannot be left out, and thrown away so that nobody gets in.
    verify(password, nobody).is_ok_and(|_| false)
}

/// Whether a stored hash is weaker than what [`hash`] makes today; then the next right password should be hashed anew.
pub fn is_dated(stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else {
        return true;
    };
    let today = argon2();
    stored.algorithm != Algorithm::Argon2id.ident()
        || Params::try_from(&stored).map_or(true, |params| {
            params.m_cost() < today.params().m_cost() || params.t_cost() < today.params().t_cost()
        })
}

/// A password for a person to type once: 20 letters and digits in four groups, 100 random bits, none of `0 1 l o`.
pub fn new_password() -> Secret {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut text = String::with_capacity(23);
    for (at, byte) in random::<20>().iter().enumerate() {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_passes() {
        let password = Secret::new("Grüße, 世界");
        let stored = hash(&password);
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(&password, &stored).expect("a hash"));
        assert!(!verify(&Secret::new("Gruesse"), &stored).expect("a hash"));
        assert_ne!(stored, hash(&password), "the salt is fresh");
        assert!(!is_dated(&stored));
        assert!(is_dated(&stored.replace("m=19456", "m=4096")));
        assert!(verify(&password, "plain").is_err());
        assert!(!verify_unknown(&password));
    }

    #[test]
    fn argon2id_is_the_published_one() {
        // From the reference implementation's own test list: version 0x13, 2 passes, 64 MiB, 1 lane.
        let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(verify(&Secret::new("password"), stored).expect("a hash"));
    }

    #[test]
    fn made_up_passwords_are_typeable() {
        let password = new_password();
        assert_eq!(password.expose().len(), 23);
        assert_eq!(password.expose().split('-').count(), 4);
        assert_ne!(password, new_password());
    }
}
