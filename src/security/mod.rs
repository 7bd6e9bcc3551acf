//! Secrets: keys and their commitments, lookup hashes, passwords, sealing of texts, serials and tokens, certificates.
//!
//! What lies in the database is useless without the [`Keys`]: texts are sealed under data keys that a master key wraps, and serials,
//! SMS keys, API keys and client references are there only as keyed hashes [SPEC 15.1, 15.2].

pub mod certificates;
pub mod keys;
pub mod lookup;
pub mod passwords;
pub mod sealing;
pub mod secrets;

pub use certificates::{Authority, CertificateError, Certificates};
pub use keys::{KeyError, Keys};
pub use lookup::{Lookup, LookupHash};
pub use sealing::{DataKey, Field, OpenKey, SealError, sealed_key_id, week_of};
pub use secrets::{ApiKeyMode, Secret, new_api_key, new_sms_key};
