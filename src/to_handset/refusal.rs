//! Why a text was not accepted: whose fault it is, what to do, and whether it may be tried again [SPEC 2.2]. Each door translates it in one file.

use crate::accounts::Who;
use serde::{Deserialize, Serialize};

/// A refusal. Nothing was queued for what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", content = "of", rename_all = "snake_case")]
pub enum Refusal {
    /// The database does not answer.
    #[error(
        "The gateway cannot keep texts at the moment. Nothing was accepted; please try again shortly."
    )]
    Unavailable,
    /// No room on the disk.
    #[error(
        "The gateway's disk is full. Nothing was accepted; please tell its operator and try again later."
    )]
    DiskFull,
    /// The company's queue is at its cap.
    #[error(
        "Your company already has {queued} texts waiting, and {cap} is its limit. Please try again when some have left."
    )]
    Busy {
        /// Texts waiting.
        queued: i64,
        /// Texts that may wait.
        cap: i64,
    },
    /// Unknown serial, or API key.
    #[error(
        "This serial number or key is not known. Please check it, or ask your administrator to activate you."
    )]
    UnknownCaller,
    /// The serial's key is another.
    #[error(
        "The key does not belong to this serial number. Please correct it: too many tries lock."
    )]
    WrongKey,
    /// Too many wrong keys.
    #[error("Too many wrong keys came from your network. Please try again in {seconds} seconds.")]
    Locked {
        /// Until then.
        seconds: u64,
    },
    /// Company, department or user is disabled.
    #[error("Your {0} is disabled. Please ask your administrator.")]
    Inactive(Who),
    /// The sender ID is not the caller's.
    #[error(
        "The originator `{0}` is not registered to you. Leave it empty, and a number of ours is chosen."
    )]
    Originator(String),
    /// The reply address is not the caller's.
    #[error("{0}")]
    ReplyAddress(String),
    /// This kind of text is not for the caller, or not at this door.
    #[error("{0}")]
    Kind(String),
    /// The text is empty, cannot be encoded, or is too long.
    #[error("{0}")]
    Text(String),
    /// The destination is no mobile number.
    #[error("{0}")]
    Number(String),
    /// The destination is a mobile number that no route serves.
    #[error("{0} is in a country that is not served. Please ask your administrator for a route.")]
    NotServed(String),
    /// The handset opted out.
    #[error(
        "{0} asked not to get texts from your company. If that has changed, please ask your administrator."
    )]
    OptedOut(String),
    /// The handset is not on the restricted list.
    #[error(
        "{0} is not on the list of destinations that your company may text. Please ask your administrator to add it."
    )]
    NotOnList(String),
    /// The day's quota is used up.
    #[error(
        "This text needs {needed}, and the daily quota of your {scope} has {left} of {limit} parts left. Please send less, wait for the next day, or ask your administrator.",
        needed = parts(*needed),
        left = (*limit - *used).max(0)
    )]
    Quota {
        /// Whose quota.
        scope: Who,
        /// Parts a day.
        limit: i64,
        /// Parts used.
        used: i64,
        /// Parts of this text.
        needed: i64,
    },
    /// The reference was used for another request.
    #[error(
        "This client reference was used for a different request in the last 24 hours. Please use a new one."
    )]
    ReferenceReused,
}

impl Refusal {
    /// One of each code, in the order of the checks: for tables that must leave none out.
    pub fn one_of_each() -> Vec<Self> {
        let quota = |scope| Self::Quota {
            scope,
            limit: 10,
            used: 9,
            needed: 2,
        };
        let word = || "example".to_owned();
        vec![
            Self::Unavailable,
            Self::DiskFull,
            Self::Busy { queued: 1, cap: 1 },
            Self::UnknownCaller,
            Self::WrongKey,
            Self::Locked { seconds: 60 },
            Self::Inactive(Who::User),
            Self::Originator(word()),
            Self::ReplyAddress(word()),
            Self::Kind(word()),
            Self::Text(word()),
            Self::Number(word()),
            Self::NotServed(word()),
            Self::OptedOut(word()),
            Self::NotOnList(word()),
            quota(Who::Company),
            quota(Who::Department),
            quota(Who::User),
            Self::ReferenceReused,
        ]
    }

    /// A short stable word, the same at every door and in `docs/ERRORS.md`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::DiskFull => "disk_full",
            Self::Busy { .. } => "queue_full",
            Self::UnknownCaller => "unknown_caller",
            Self::WrongKey => "wrong_key",
            Self::Locked { .. } => "locked",
            Self::Inactive(_) => "inactive",
            Self::Originator(_) => "originator_not_permitted",
            Self::ReplyAddress(_) => "reply_address_not_permitted",
            Self::Kind(_) => "not_permitted",
            Self::Text(_) => "text_refused",
            Self::Number(_) => "not_a_mobile_number",
            Self::NotServed(_) => "destination_not_served",
            Self::OptedOut(_) => "opted_out",
            Self::NotOnList(_) => "destination_restricted",
            Self::Quota {
                scope: Who::Company,
                ..
            } => "quota_company",
            Self::Quota {
                scope: Who::Department,
                ..
            } => "quota_department",
            Self::Quota {
                scope: Who::User, ..
            } => "quota_user",
            Self::ReferenceReused => "reference_reused",
        }
    }

    /// The code of the classic interface **C** [SPEC 2.2].
    pub const fn soap_code(&self) -> u8 {
        match self {
            Self::Unavailable | Self::DiskFull | Self::Busy { .. } | Self::Inactive(_) => 2,
            Self::UnknownCaller => 10,
            Self::WrongKey => 4,
            Self::Locked { .. } => 3,
            Self::Originator(_) | Self::ReplyAddress(_) | Self::Kind(_) | Self::ReferenceReused => {
                1
            }
            Self::Text(_) => 9,
            Self::Number(_) | Self::NotServed(_) => 8,
            Self::OptedOut(_) | Self::NotOnList(_) => 13,
            Self::Quota { .. } => 12,
        }
    }

    /// Its sentence for the log: what the client wrote stands between backquotes, and is left out.
    pub fn cause(&self) -> String {
        let sentence = self.to_string();
        match (sentence.find('`'), sentence.rfind('`')) {
            (Some(first), Some(last)) if first < last => {
                format!("{}…{}", &sentence[..=first], &sentence[last..])
            }
            _ => sentence,
        }
    }

    /// Whether it is the gateway's fault, and the same request may succeed soon.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable | Self::DiskFull | Self::Busy { .. })
    }
}

fn parts(count: i64) -> String {
    match count {
        1 => "1 part".to_owned(),
        more => format!("{more} parts"),
    }
}

/// An error of the language's crates as a sentence of its own.
pub(super) fn sentence(error: &impl std::fmt::Display) -> String {
    let told = error.to_string();
    let mut letters = told.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

impl From<crate::store::StoreError> for Refusal {
    fn from(error: crate::store::StoreError) -> Self {
        tracing::error!(%error, "a text could not be kept");
        match error {
            crate::store::StoreError::DiskFull(_) => Self::DiskFull,
            _ => Self::Unavailable,
        }
    }
}

impl From<crate::accounts::Unidentified> for Refusal {
    fn from(why: crate::accounts::Unidentified) -> Self {
        use crate::accounts::Unidentified;
        match why {
            Unidentified::Unknown => Self::UnknownCaller,
            Unidentified::WrongKey { .. } => Self::WrongKey,
            Unidentified::Locked(lock) => Self::Locked {
                seconds: lock.seconds,
            },
            Unidentified::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_a_sentence() {
        for refusal in Refusal::one_of_each() {
            let free = matches!(
                refusal,
                Refusal::ReplyAddress(_) | Refusal::Kind(_) | Refusal::Text(_) | Refusal::Number(_)
            );
            let told = refusal.to_string();
            assert!(free || told.ends_with('.'), "{told}");
        }
        let quota = Refusal::Quota {
            scope: Who::Company,
            limit: 40,
            used: 37,
            needed: 5,
        };
        let told = quota.to_string();
        assert!(told.starts_with("This text needs 5 parts, and the daily quota of your company has 3 of 40 parts left."), "{told}");
        assert_eq!(
            sentence(&sms::TextError::Nul { at: 2 }),
            "The text contains a NUL at character 2; remove it."
        );
    }

    #[test]
    fn what_a_client_wrote_is_no_cause() {
        for refusal in [
            Refusal::Originator("see you at `8`".into()),
            Refusal::Number("The number `see you at `8`` cannot be texted: it has letters.".into()),
            Refusal::ReplyAddress("`see you at 8` is no mail address.".into()),
        ] {
            let cause = refusal.cause();
            assert!(!cause.contains("see you"), "{cause}");
            assert!(cause.ends_with('.'), "{cause}");
        }
    }
}
