//! How fast a link is fed: the account's rate, and less for a while after ESME_RTHROTTLED. Recovers by itself: halves at a throttle, adds a tenth of the allowed rate each second.

use std::time::{Duration, Instant};

/// The slowest that throttling makes a link, parts a second.
const SLOWEST: f64 = 1.0;
/// Throttles within this time of each other count as one.
const ONE_THROTTLE: Duration = Duration::from_millis(200);

/// A token bucket whose rate moves.
#[derive(Debug)]
pub(super) struct Pacer {
    /// Parts a second; infinite: as many as the window takes.
    allowed: f64,
    now: f64,
    tokens: f64,
    filled_at: Instant,
    throttled_at: Option<Instant>,
    /// Parts that left since `counted_since`: what the link really did when it was throttled.
    sent: f64,
    counted_since: Instant,
}

impl Pacer {
    pub fn new(rate: f64, now: Instant) -> Self {
        let allowed = if rate > 0.0 { rate } else { f64::INFINITY };
        Self {
            allowed,
            now: allowed,
            tokens: 1.0,
            filled_at: now,
            throttled_at: None,
            sent: 0.0,
            counted_since: now,
        }
    }

    /// How many of `wanted` parts may leave now; they count as gone.
    pub fn take(&mut self, wanted: usize, now: Instant) -> usize {
        self.fill(now);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "windows are small"
        )]
        let taken = if self.now.is_infinite() {
            wanted
        } else {
            (self.tokens.min(wanted as f64)) as usize
        };
        #[expect(clippy::cast_precision_loss, reason = "windows are small")]
        let parts = taken as f64;
        self.tokens -= parts;
        self.sent += parts;
        taken
    }

    /// Gives back what [`Self::take`] counted and nothing was there for.
    pub fn give_back(&mut self, parts: usize) {
        #[expect(clippy::cast_precision_loss, reason = "windows are small")]
        let parts = parts as f64;
        self.tokens += parts;
        self.sent = (self.sent - parts).max(0.0);
    }

    /// The carrier said ESME_RTHROTTLED.
    pub fn throttled(&mut self, now: Instant) {
        if self
            .throttled_at
            .is_some_and(|at| now.duration_since(at) < ONE_THROTTLE)
        {
            return;
        }
        self.throttled_at = Some(now);
        let seconds = now
            .duration_since(self.counted_since)
            .as_secs_f64()
            .max(0.1);
        let real = self.sent / seconds;
        self.now = (self.now.min(real.max(SLOWEST * 2.0)) / 2.0).max(SLOWEST);
        self.tokens = self.tokens.min(1.0);
        self.filled_at = now;
        self.sent = 0.0;
        self.counted_since = now;
    }

    fn fill(&mut self, now: Instant) {
        let seconds = now.duration_since(self.filled_at).as_secs_f64();
        self.filled_at = now;
        if now.duration_since(self.counted_since) > Duration::from_secs(2) {
            self.sent /= 2.0;
            self.counted_since = now.checked_sub(Duration::from_secs(1)).unwrap_or(now);
        }
        if self.now.is_infinite() {
            return;
        }
        if self
            .throttled_at
            .is_some_and(|at| now.duration_since(at) > ONE_THROTTLE)
        {
            // Without an account rate it grows by a tenth of itself, and after a minute without a throttle the brake is off.
            let step = if self.allowed.is_finite() {
                self.allowed / 10.0
            } else {
                self.now.max(10.0) / 10.0
            };
            self.now = (self.now + step * seconds).min(self.allowed);
            if self
                .throttled_at
                .is_some_and(|at| now.duration_since(at) > Duration::from_secs(60))
            {
                self.now = self.allowed;
                self.throttled_at = None;
            }
        }
        if self.now.is_finite() {
            // A tenth of a second's worth at most, so that a pause is not followed by a burst.
            self.tokens = (self.tokens + self.now * seconds).min((self.now / 10.0).max(1.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent_in(pacer: &mut Pacer, from: Instant, seconds: u64) -> usize {
        (0..seconds * 100)
            .map(|step| pacer.take(50, from + Duration::from_millis(step * 10)))
            .sum()
    }

    #[test]
    fn keeps_the_rate() {
        let start = Instant::now();
        let sent = sent_in(&mut Pacer::new(200.0, start), start, 10);
        assert!((1_980..=2_021).contains(&sent), "{sent}");
    }

    #[test]
    fn a_throttle_halves_and_time_heals() {
        let start = Instant::now();
        let mut pacer = Pacer::new(200.0, start);
        sent_in(&mut pacer, start, 2);
        pacer.throttled(start + Duration::from_secs(2));
        let after = sent_in(&mut pacer, start + Duration::from_secs(2), 1);
        assert!((60..=140).contains(&after), "{after}");
        let later = sent_in(&mut pacer, start + Duration::from_secs(20), 5);
        assert!((980..=1_022).contains(&later), "{later}");
    }

    #[test]
    fn no_rate_is_no_limit() {
        let start = Instant::now();
        let mut pacer = Pacer::new(0.0, start);
        assert_eq!(pacer.take(1_000, start), 1_000);
        pacer.throttled(start + Duration::from_secs(1));
        assert!(pacer.take(1_000, start + Duration::from_secs(1)) < 1_000);
    }
}
