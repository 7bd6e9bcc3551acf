//! Mail addresses: the plain ASCII form that every relay takes.

use std::fmt;
use std::hash::{Hash, Hasher};

use thiserror::Error;

/// The longest address [RFC 5321 §4.5.3.1.3, less the angle brackets].
const MAX_OCTETS: usize = 254;
/// The longest local part [RFC 5321 §4.5.3.1.1].
const MAX_LOCAL_OCTETS: usize = 64;
/// The longest label of a domain [RFC 1035 §2.3.4].
const MAX_LABEL_OCTETS: usize = 63;

/// A mail address such as `Jo.Lee@example.com`. Shown as written, the domain in lower case; two addresses that differ
/// only in case are equal, as every mail system that matters treats them.
#[derive(Clone)]
pub struct MailAddress {
    whole: String,
    at: usize,
}

/// Why something is not a mail address, in a sentence for whoever wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MailAddressError {
    /// Nothing there.
    #[error("the mail address is empty; write it like name@example.com")]
    Empty,
    /// Longer than mail allows.
    #[error("the mail address is too long; at most 254 characters, 64 of them before the @")]
    TooLong,
    /// Not ASCII: internationalised addresses are not supported.
    #[error(
        "the mail address has letters that are not plain ASCII; write it like name@example.com"
    )]
    NotAscii,
    /// A blank or a control character.
    #[error(
        "the mail address contains a blank or a control character; write it like name@example.com"
    )]
    BlankOrControl,
    /// No `@`, or more than one.
    #[error("the mail address must have exactly one @; write it like name@example.com")]
    NotOneAt,
    /// The part before the `@` is empty, quoted or has a character or dot where none may be.
    #[error(
        "the part before the @ of the mail address is not valid; quotes and special characters are not supported"
    )]
    BadLocalPart,
    /// The part after the `@` is not a host name.
    #[error(
        "the part after the @ of the mail address is not a domain; write it like name@example.com"
    )]
    BadDomain,
}

impl MailAddress {
    /// Reads a bare address: no display name, no angle brackets, no blanks around it.
    pub fn parse(input: &str) -> Result<MailAddress, MailAddressError> {
        if input.is_empty() {
            return Err(MailAddressError::Empty);
        }
        if input.len() > MAX_OCTETS {
            return Err(MailAddressError::TooLong);
        }
        if input
            .chars()
            .any(|character| character.is_whitespace() || character.is_control())
        {
            return Err(MailAddressError::BlankOrControl);
        }
        if !input.is_ascii() {
            return Err(MailAddressError::NotAscii);
        }
        let (local, domain) = input.split_once('@').ok_or(MailAddressError::NotOneAt)?;
        if domain.contains('@') {
            return Err(MailAddressError::NotOneAt);
        }
        if local.len() > MAX_LOCAL_OCTETS {
            return Err(MailAddressError::TooLong);
        }
        if !local.split('.').all(is_atom) {
            return Err(MailAddressError::BadLocalPart);
        }
        if !domain.split('.').all(is_label) {
            return Err(MailAddressError::BadDomain);
        }
        let whole = format!("{local}@{}", domain.to_ascii_lowercase());
        Ok(MailAddress {
            whole,
            at: local.len(),
        })
    }

    /// The part before the `@`, as written.
    pub fn local(&self) -> &str {
        self.whole.get(..self.at).unwrap_or_default()
    }

    /// The part after the `@`, in lower case.
    pub fn domain(&self) -> &str {
        self.whole.get(self.at + 1..).unwrap_or_default()
    }

    /// The whole address, as shown.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// The whole address in lower case: the form to look it up by.
    pub fn to_key(&self) -> String {
        self.whole.to_ascii_lowercase()
    }
}

/// One atom of a dot-string [RFC 5321 §4.1.2].
fn is_atom(atom: &str) -> bool {
    !atom.is_empty()
        && atom
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet))
}

/// One label of a host name [RFC 1123 §2.1].
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL_OCTETS
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || octet == b'-')
}

impl PartialEq for MailAddress {
    fn eq(&self, other: &MailAddress) -> bool {
        self.whole.eq_ignore_ascii_case(&other.whole)
    }
}

impl Eq for MailAddress {}

impl Hash for MailAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for octet in self.whole.bytes() {
            state.write_u8(octet.to_ascii_lowercase());
        }
        state.write_u8(0xFF);
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whole)
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whole)
    }
}

impl std::str::FromStr for MailAddress {
    type Err = MailAddressError;

    fn from_str(input: &str) -> Result<MailAddress, MailAddressError> {
        MailAddress::parse(input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn plain_addresses_are_read() {
        for (input, local, domain) in [
            ("jo@example.com", "jo", "example.com"),
            ("Jo.Lee+sms@EXAMPLE.Com", "Jo.Lee+sms", "example.com"),
            ("o'neil@a-b.example", "o'neil", "a-b.example"),
            (
                "61491570156+tabcdefgh@sms.example.com",
                "61491570156+tabcdefgh",
                "sms.example.com",
            ),
            ("root@localhost", "root", "localhost"),
        ] {
            let address = MailAddress::parse(input).unwrap();
            assert_eq!((address.local(), address.domain()), (local, domain));
            assert_eq!(address.to_string(), format!("{local}@{domain}"));
        }
    }

    #[test]
    fn addresses_of_every_wrong_shape_are_told_apart() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}com", "example.".repeat(40));
        let long_label = format!("a@{}.com", "b".repeat(64));
        for (input, error) in [
            ("", MailAddressError::Empty),
            (long.as_str(), MailAddressError::TooLong),
            (&long_local, MailAddressError::TooLong),
            (&long_label, MailAddressError::BadDomain),
            (" jo@example.com", MailAddressError::BlankOrControl),
            (
                "jo@example.com\r\nBcc: x@example.com",
                MailAddressError::BlankOrControl,
            ),
            ("jo\0@example.com", MailAddressError::BlankOrControl),
            ("jo@example\u{2028}.com", MailAddressError::BlankOrControl),
            ("jö@example.com", MailAddressError::NotAscii),
            ("jo@exämple.com", MailAddressError::NotAscii),
            ("jo.example.com", MailAddressError::NotOneAt),
            ("jo@lee@example.com", MailAddressError::NotOneAt),
            ("\"jo@lee\"@example.com", MailAddressError::NotOneAt),
            ("\"jo\"@example.com", MailAddressError::BadLocalPart),
            ("<jo@example.com>", MailAddressError::BadLocalPart),
            ("@example.com", MailAddressError::BadLocalPart),
            (".jo@example.com", MailAddressError::BadLocalPart),
            ("jo..lee@example.com", MailAddressError::BadLocalPart),
            ("jo,lee@example.com", MailAddressError::BadLocalPart),
            ("jo@", MailAddressError::BadDomain),
            ("jo@example..com", MailAddressError::BadDomain),
            ("jo@example.com.", MailAddressError::BadDomain),
            ("jo@-example.com", MailAddressError::BadDomain),
            ("jo@[192.0.2.1]", MailAddressError::BadDomain),
            ("jo@exa_mple.com", MailAddressError::BadDomain),
        ] {
            assert_eq!(MailAddress::parse(input), Err(error), "{input:?}");
        }
    }

    #[test]
    fn case_does_not_tell_addresses_apart() {
        let one = MailAddress::parse("Jo.Lee@Example.com").unwrap();
        let other = MailAddress::parse("jo.lee@example.COM").unwrap();
        assert_eq!(one, other);
        assert_eq!(one.to_key(), "jo.lee@example.com");
        assert_eq!(HashSet::from([one, other]).len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_read_reads_the_same_again(input in "[a-zA-Z0-9.+_@\"-]{0,20}@[a-zA-Z0-9.-]{0,20}") {
            if let Ok(address) = MailAddress::parse(&input) {
                prop_assert_eq!(MailAddress::parse(address.as_str()), Ok(address.clone()));
                prop_assert_eq!(address.as_str().matches('@').count(), 1);
            }
        }
    }
}
