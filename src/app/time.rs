//! This node's clock beside the database's. Business time follows the database's, so that all nodes agree on what is due; a machine that is off by more than two seconds
//! is not ready, and says so [SPEC 16.4].

use crate::clock::Correction;
use crate::store::{Lag, Reader};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the clocks are compared.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A look that may be wrong by more says nothing.
const VAGUE_MS: i64 = 1_000;
/// By how much a machine may be off.
const TOLERATED_MS: i64 = 2_000;

/// Compares, and corrects.
#[derive(Debug, Clone)]
pub(super) struct Timekeeper {
    pub reader: Reader,
    pub correction: Correction,
}

impl Timekeeper {
    /// Until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            self.look().await;
        }
    }

    /// Compares once.
    pub async fn look(&self) {
        let lag = match self.reader.clock_lag().await {
            Ok(Some(lag)) => lag,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "the database's clock could not be read");
                return;
            }
        };
        let known = self.correction.ms();
        let next = corrected(known, lag);
        self.correction.set(next);
        if let (None, Some(complaint)) = (complaint(known), complaint(next)) {
            tracing::error!("{complaint}");
        }
    }

    /// How far this machine's clock is behind the database's, ms.
    pub fn behind_ms(&self) -> i64 {
        self.correction.ms()
    }

    /// What is wrong with this machine's clock, if something is.
    pub fn complaint(&self) -> Option<String> {
        complaint(self.correction.ms())
    }
}

/// The correction after a look: what the look cannot tell from the one before stays, so that time does not tremble.
fn corrected(known_ms: i64, lag: Lag) -> i64 {
    let is_news = (lag.behind_ms - known_ms).abs() > lag.within_ms;
    match is_news && lag.within_ms <= VAGUE_MS {
        true => lag.behind_ms,
        false => known_ms,
    }
}

fn complaint(behind_ms: i64) -> Option<String> {
    let off_ms = behind_ms.unsigned_abs();
    let side = if behind_ms > 0 { "behind" } else { "ahead of" };
    (off_ms > TOLERATED_MS.unsigned_abs()).then(|| {
        format!(
            "this machine's clock is {}.{} s {side} the database's; set both right (NTP)",
            off_ms / 1_000,
            off_ms % 1_000 / 100
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_follows_the_database_without_trembling() {
        for (known, behind_ms, within_ms, expected) in [
            (0, 3, 5, 0),
            (0, 30, 5, 30),
            (30, 27, 5, 30),
            (0, -4_000, 20, -4_000),
            (0, 9_000, 1_500, 0),
        ] {
            let lag = Lag {
                behind_ms,
                within_ms,
            };
            assert_eq!(corrected(known, lag), expected, "{lag:?}");
        }
    }

    #[test]
    fn a_clock_that_is_off_is_complained_of() {
        assert_eq!(complaint(2_000), None);
        assert_eq!(complaint(-2_000), None);
        assert!(complaint(2_100).unwrap().contains("2.1 s behind"));
        assert!(complaint(-61_050).unwrap().contains("61.0 s ahead of"));
    }
}
