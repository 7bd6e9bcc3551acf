//! Who may send, and how much: the standing of a caller, its quota day, wrong keys and lockouts.
//!
//! What is decided here is decided on what was loaded: nothing here writes.

mod book;
mod lockout;
mod scopes;

pub use book::{Book, Caller, Identified, Unidentified};
pub use lockout::{Lock, Lockouts};
pub use scopes::{KeyScope, KeyScopes};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Who is disabled, or whose quota is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Company,
    Department,
    User,
}

impl std::fmt::Display for Who {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Company => "company",
            Self::Department => "department",
            Self::User => "account",
        })
    }
}

/// The local day of `at` (UTC ms) in `zone` as `yyyymmdd`: the day whose quota a text due then uses.
pub fn quota_day(at: i64, zone: &TimeZone) -> i64 {
    let date = Timestamp::from_millisecond(at)
        .unwrap_or_default()
        .to_zoned(zone.clone())
        .date();
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both nights on which Sydney's clocks change: the day turns at local midnight.
    #[test]
    fn days_turn_at_local_midnight() {
        let sydney = TimeZone::get("Australia/Sydney").unwrap();
        let at = |utc: &str| utc.parse::<Timestamp>().unwrap().as_millisecond();
        for (utc, day) in [
            ("2026-04-04T12:59:59Z", 20_260_404),
            ("2026-04-04T13:00:00Z", 20_260_405),
            ("2026-04-05T13:59:59Z", 20_260_405),
            ("2026-04-05T14:00:00Z", 20_260_406),
            ("2026-10-03T13:59:59Z", 20_261_003),
            ("2026-10-03T14:00:00Z", 20_261_004),
            ("2026-10-04T12:59:59Z", 20_261_004),
            ("2026-10-04T13:00:00Z", 20_261_005),
        ] {
            assert_eq!(quota_day(at(utc), &sydney), day, "{utc}");
        }
    }
}
