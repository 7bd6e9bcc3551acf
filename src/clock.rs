//! The one clock. Business time (due, quota day, windows, mails) may be shifted by the demo's `--now`, and follows the database's where nodes share one; it ticks all the same.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Of clocks that nobody corrects.
static UNCORRECTED: AtomicI64 = AtomicI64::new(0);

/// Tells the time as UTC milliseconds since 1970. Copied freely: copies are corrected together.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    offset_ms: i64,
    correction_ms: &'static AtomicI64,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            offset_ms: 0,
            correction_ms: &UNCORRECTED,
        }
    }
}

/// Corrects a clock and its copies.
#[derive(Debug, Clone, Copy)]
pub struct Correction(&'static AtomicI64);

impl Correction {
    /// The machine's time is so far behind the true one, ms; before it: negative.
    pub fn set(self, behind_ms: i64) {
        self.0.store(behind_ms, Ordering::Relaxed);
    }

    /// As it was last set; 0 before.
    pub fn ms(self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Clock {
    /// A clock that shows `at` (UTC milliseconds) now.
    pub fn starting_at(at: i64) -> Self {
        Self {
            offset_ms: at - real_now(),
            ..Self::default()
        }
    }

    /// The same clock with a correction of its own. For the one clock of a process: what corrects it is never freed.
    pub fn correctable(self) -> (Self, Correction) {
        let correction_ms: &'static AtomicI64 = Box::leak(Box::default());
        let clock = Self {
            correction_ms,
            ..self
        };
        (clock, Correction(correction_ms))
    }

    /// A machine's time as business time.
    pub fn shifted(self, real: i64) -> i64 {
        real + self.offset_ms + self.correction_ms.load(Ordering::Relaxed)
    }

    /// Business time, UTC milliseconds.
    pub fn now(self) -> i64 {
        self.shifted(real_now())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_corrected_together_and_others_are_not() {
        let (clock, correction) = Clock::starting_at(5_000_000).correctable();
        let (copy, other) = (clock, Clock::starting_at(5_000_000));
        correction.set(-3_000_000);
        assert_eq!(correction.ms(), -3_000_000);
        for (clock, shows) in [(clock, 2_000_000), (copy, 2_000_000), (other, 5_000_000)] {
            assert!((shows..shows + 60_000).contains(&clock.now()), "{clock:?}");
        }
    }
}
