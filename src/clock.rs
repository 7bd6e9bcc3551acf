//! The one clock. Business time (due, quota day, windows, mails) may be shifted by the demo's `--now`; it ticks all the same.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time as UTC milliseconds since 1970. Copied freely: it is only an offset.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    offset_ms: i64,
}

impl Clock {
    /// A clock that shows `at` (UTC milliseconds) now.
    pub fn starting_at(at: i64) -> Self {
        Self {
            offset_ms: at - real_now(),
        }
    }

    /// A machine's time as business time.
    pub fn shifted(self, real: i64) -> i64 {
        real + self.offset_ms
    }

    /// Business time, UTC milliseconds.
    pub fn now(self) -> i64 {
        real_now() + self.offset_ms
    }
}

/// The machine's time, UTC milliseconds: for leases and ids, which no shift may touch.
pub fn real_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}
