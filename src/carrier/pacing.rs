//! How fast a link is fed: the account's rate, and less where the carrier throttles. Finds by itself how much gets through, and whether slowing down helps at all.
//!
//! Answers are judged in rounds. A round with too many ESME_RTHROTTLED cuts the speed to a little below what got through in it, and the next round says whether that helped: at
//! an SMSC that meters by a token bucket the throttling ends, and what gets through stays the same; where throttling comes at random it stays, less gets through, and so the
//! cut is taken back and that share is borne from then on. Rounds without a cut raise the speed, by a fiftieth, then by twice as much each time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The slowest that throttling makes a link, parts a second.
const SLOWEST: f64 = 1.0;
/// Of what got through, what is tried after a cut.
const CUT: f64 = 0.95;
/// The first raise after a cut, and the greatest.
const FIRST_RAISE: f64 = 0.02;
const GREATEST_RAISE: f64 = 1.0;
/// A cut that leaves at least so much of the share of throttled parts did not help.
const SAME_SHARE: f64 = 0.75;
/// Never borne as chance: a greater share of throttled parts.
const MOST_CHANCE: f64 = 0.3;
/// Fewer throttled parts in a round are no reason for a cut.
const FEW: u32 = 3;
/// After so long without too many throttled parts the brake is off.
const FORGOTTEN: Duration = Duration::from_secs(60);
/// How long answers to what left before a cut are awaited.
const STALE: Duration = Duration::from_secs(2);
/// Queues that were full so lately count together.
const LATELY: Duration = Duration::from_secs(5);
/// So many handsets whose queues are full, and so large a share of the answers, are the SMSC's trouble and not the handsets'.
const MANY_FULL: usize = 5;
const MUCH_FULL: f64 = 0.25;

/// A token bucket whose rate moves.
#[derive(Debug)]
pub(super) struct Pacer {
    /// Parts a second; infinite: as many as the window takes.
    allowed: f64,
    rate: f64,
    tokens: f64,
    filled_at: Instant,
    round: Round,
    /// Answers yet to come to what left before the last cut, and until when they are awaited.
    stale: (usize, Instant),
    /// The share of throttled parts that no slowness avoids.
    chance: f64,
    /// A cut on probation.
    cut: Option<Cut>,
    raise: f64,
    /// The last round with too many throttled parts.
    throttled_at: Option<Instant>,
    full: FullQueues,
}

/// Answers since a moment.
#[derive(Debug, Clone, Copy)]
struct Round {
    began_at: Instant,
    passed: u32,
    throttled: u32,
}

/// What there was before a cut.
#[derive(Debug, Clone, Copy)]
struct Cut {
    share: f64,
    rate: f64,
}

impl Round {
    fn new(began_at: Instant) -> Self {
        Self {
            began_at,
            passed: 0,
            throttled: 0,
        }
    }

    fn answers(&self) -> u32 {
        self.passed + self.throttled
    }

    /// Long enough to say something: by time and answers.
    fn is_over(&self, now: Instant) -> bool {
        let lasted = now.duration_since(self.began_at);
        let (ms, answers) = (lasted.as_millis(), self.answers());
        ms >= 3_000
            || ms >= 1_000 && answers >= 5
            || ms >= 500 && answers >= 50
            || ms >= 100 && self.throttled >= 50
    }

    fn share(&self) -> f64 {
        f64::from(self.throttled) / f64::from(self.answers().max(1))
    }
}

impl Pacer {
    pub fn new(rate: f64, now: Instant) -> Self {
        let allowed = if rate > 0.0 { rate } else { f64::INFINITY };
        Self {
            allowed,
            rate: allowed,
            tokens: 1.0,
            filled_at: now,
            round: Round::new(now),
            stale: (0, now),
            chance: 0.0,
            cut: None,
            raise: FIRST_RAISE,
            throttled_at: None,
            full: FullQueues::new(now),
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
        let taken = (self.tokens.min(wanted as f64)) as usize;
        self.tokens -= float(taken);
        taken
    }

    /// Parts a second that may leave now; `None`: as many as the window takes.
    pub fn rate(&self) -> Option<f64> {
        self.rate.is_finite().then_some(self.rate)
    }

    /// Gives back what [`Self::take`] counted and nothing was there for.
    pub fn give_back(&mut self, parts: usize) {
        self.tokens += float(parts);
    }

    /// The carrier dealt with a part, whatever it made of it; so many are still in flight.
    pub fn passed(&mut self, in_flight: usize, now: Instant) {
        self.full.pass(now);
        self.answer(false, in_flight, now);
    }

    /// The carrier said ESME_RTHROTTLED, or the like.
    pub fn throttled(&mut self, in_flight: usize, now: Instant) {
        self.answer(true, in_flight, now);
    }

    /// The carrier said ESME_RMSGQFUL, or the like; whether it says so of so many handsets that it means us, and so is throttling.
    pub fn queue_full(&mut self, handset: i64, in_flight: usize, now: Instant) -> bool {
        let is_frequent = self.full.note(handset, now);
        self.answer(is_frequent, in_flight, now);
        is_frequent
    }

    fn answer(&mut self, is_throttled: bool, in_flight: usize, now: Instant) {
        let (stale, until) = &mut self.stale;
        if *stale > 0 && now < *until {
            *stale -= 1;
            self.round = Round::new(now);
            return;
        }
        if is_throttled {
            self.round.throttled += 1;
        } else {
            self.round.passed += 1;
        }
        if self.round.is_over(now) {
            let round = std::mem::replace(&mut self.round, Round::new(now));
            self.judge(round, in_flight, now);
        }
    }

    fn judge(&mut self, round: Round, in_flight: usize, now: Instant) {
        let share = round.share();
        let seconds = now.duration_since(round.began_at).as_secs_f64().max(0.001);
        let samples = f64::from(round.answers().max(1));
        // Two standard deviations of what chance alone would throttle.
        let slack = 0.02 + 2.0 * (self.chance * (1.0 - self.chance) / samples).sqrt();
        let is_too_much = round.throttled >= FEW && share > self.chance + slack;
        match self.cut.take() {
            Some(cut) if share >= cut.share * SAME_SHARE && share <= MOST_CHANCE => {
                self.chance = share;
                self.rate = cut.rate;
            }
            _ if is_too_much => {
                let passed = f64::from(round.passed) / seconds;
                self.cut = Some(Cut {
                    share,
                    rate: self.rate,
                });
                self.chance = 0.0;
                self.rate = (passed * CUT).max(SLOWEST).min(self.rate);
                // Where nothing gets through there is nothing to lose by a great raise.
                self.raise = if round.passed == 0 {
                    GREATEST_RAISE
                } else {
                    FIRST_RAISE
                };
                self.tokens = self.tokens.min(1.0);
                self.filled_at = now;
                self.stale = (in_flight, now + STALE);
                self.throttled_at = Some(now);
            }
            _ => {
                if share < self.chance {
                    self.chance = 0.9 * self.chance + 0.1 * share;
                }
                let speed = samples / seconds;
                if self.rate.is_finite() && speed > 0.7 * self.rate {
                    self.rate = (self.rate * (1.0 + self.raise)).min(self.allowed);
                    self.raise = (self.raise * 2.0).min(GREATEST_RAISE);
                }
            }
        }
    }

    fn fill(&mut self, now: Instant) {
        let seconds = now.duration_since(self.filled_at).as_secs_f64();
        self.filled_at = now;
        if self
            .throttled_at
            .is_some_and(|at| now.duration_since(at) > FORGOTTEN)
        {
            self.throttled_at = None;
            self.cut = None;
            self.rate = self.allowed;
        }
        // A tenth of a second's worth at most, so that a pause is not followed by a burst.
        let most = (self.rate / 10.0).max(1.0);
        self.tokens = if self.rate.is_finite() {
            (self.tokens + self.rate * seconds).min(most)
        } else {
            most
        };
    }
}

#[expect(clippy::cast_precision_loss, reason = "windows are small")]
fn float(parts: usize) -> f64 {
    parts as f64
}

/// Handsets whose queues were full lately, each once, and how much else passed in that time.
#[derive(Debug)]
struct FullQueues {
    handsets: VecDeque<(i64, Instant)>,
    /// Fades with time.
    passed: f64,
    faded_at: Instant,
}

impl FullQueues {
    fn new(now: Instant) -> Self {
        Self {
            handsets: VecDeque::new(),
            passed: 0.0,
            faded_at: now,
        }
    }

    fn pass(&mut self, now: Instant) {
        let lasted = now.duration_since(self.faded_at).as_secs_f64();
        self.passed = self.passed * (-lasted / LATELY.as_secs_f64()).exp() + 1.0;
        self.faded_at = now;
    }

    /// Notes one; whether there are many.
    fn note(&mut self, handset: i64, now: Instant) -> bool {
        const MOST: usize = 1_000;
        self.handsets
            .retain(|(other, at)| *other != handset && now.duration_since(*at) < LATELY);
        self.handsets.push_back((handset, now));
        if self.handsets.len() > MOST {
            self.handsets.pop_front();
        }
        let full = float(self.handsets.len());
        self.handsets.len() >= MANY_FULL && full >= MUCH_FULL * (full + self.passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An SMSC on paper: a bucket of so many a second (none: no limit), a share that is throttled by chance, and an answer after so long.
    struct Smsc {
        rate: f64,
        chance: f64,
        delay: Duration,
        tokens: f64,
        dice: u64,
    }

    impl Smsc {
        fn new(rate: f64, chance: f64, delay_ms: u64) -> Self {
            Self {
                rate,
                chance,
                delay: Duration::from_millis(delay_ms),
                tokens: rate,
                dice: 7,
            }
        }

        /// xorshift64
        fn roll(&mut self) -> f64 {
            self.dice ^= self.dice << 13;
            self.dice ^= self.dice >> 7;
            self.dice ^= self.dice << 17;
            float((self.dice >> 40) as usize) / float(1 << 24)
        }

        fn throttles(&mut self) -> bool {
            if self.rate > 0.0 {
                if self.tokens < 1.0 {
                    return true;
                }
                self.tokens -= 1.0;
            }
            self.roll() < self.chance
        }
    }

    /// Runs a link under more load than it can take, in steps of a millisecond; parts accepted and throttled in each second.
    fn run(
        pacer: &mut Pacer,
        smsc: &mut Smsc,
        window: usize,
        from: Instant,
        seconds: u64,
    ) -> Vec<(u32, u32)> {
        let mut answers: VecDeque<(Instant, bool)> = VecDeque::new();
        let mut counts = Vec::new();
        for second in 0..seconds {
            let (mut accepted, mut throttled) = (0, 0);
            for ms in 0..1_000 {
                let now = from + Duration::from_millis(second * 1_000 + ms);
                smsc.tokens = (smsc.tokens + smsc.rate / 1_000.0).min(smsc.rate);
                while answers.front().is_some_and(|(at, _)| *at <= now) {
                    let (_, is_throttled) = answers.pop_front().unwrap();
                    if is_throttled {
                        throttled += 1;
                        pacer.throttled(answers.len(), now);
                    } else {
                        accepted += 1;
                        pacer.passed(answers.len(), now);
                    }
                }
                for _ in 0..pacer.take(window - answers.len(), now) {
                    let is_throttled = smsc.throttles();
                    answers.push_back((now + smsc.delay, is_throttled));
                }
            }
            counts.push((accepted, throttled));
        }
        counts
    }

    fn sum(counts: &[(u32, u32)]) -> (u32, u32) {
        counts.iter().fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
    }

    #[test]
    fn keeps_the_rate() {
        let start = Instant::now();
        let mut pacer = Pacer::new(200.0, start);
        let sent: usize = (0..1_000)
            .map(|step| pacer.take(50, start + Duration::from_millis(step * 10)))
            .sum();
        assert!((1_980..=2_021).contains(&sent), "{sent}");
        let counts = run(
            &mut Pacer::new(200.0, start),
            &mut Smsc::new(0.0, 0.0, 5),
            50,
            start,
            10,
        );
        assert!((1_980..=2_021).contains(&sum(&counts).0), "{counts:?}");
    }

    #[test]
    fn a_bucket_is_used_up_without_being_knocked_at_for_ever() {
        let start = Instant::now();
        for (rate, window, delay) in [
            (200.0, 10, 1),
            (200.0, 100, 20),
            (50.0, 10, 5),
            (1_000.0, 50, 10),
            (10.0, 10, 5),
        ] {
            let mut pacer = Pacer::new(0.0, start);
            let counts = run(
                &mut pacer,
                &mut Smsc::new(rate, 0.0, delay),
                window,
                start,
                60,
            );
            let (accepted, _) = sum(&counts);
            assert!(
                f64::from(accepted) >= 0.9 * rate * 60.0,
                "{rate}: {accepted} {counts:?}"
            );
            let (_, throttled) = sum(&counts[5..]);
            assert!(
                throttled < accepted / 5,
                "{rate}: {throttled} of {accepted}, {counts:?}"
            );
        }
    }

    #[test]
    fn what_is_throttled_by_chance_slows_nothing_down() {
        let start = Instant::now();
        for (chance, window, delay) in [(0.1, 10, 20), (0.1, 100, 20), (0.05, 10, 1), (0.2, 50, 20)]
        {
            let mut pacer = Pacer::new(0.0, start);
            let counts = run(
                &mut pacer,
                &mut Smsc::new(0.0, chance, delay),
                window,
                start,
                60,
            );
            let (accepted, throttled) = sum(&counts);
            let possible = float(window) * 1_000.0 / delay as f64 * (1.0 - chance) * 60.0;
            assert!(
                f64::from(accepted) >= 0.85 * possible,
                "{chance}: {accepted} of {possible}, {throttled} throttled, {counts:?}"
            );
        }
    }

    #[test]
    fn chance_beside_a_bucket() {
        let start = Instant::now();
        let mut pacer = Pacer::new(0.0, start);
        let counts = run(&mut pacer, &mut Smsc::new(200.0, 0.1, 5), 20, start, 60);
        assert!(sum(&counts).0 >= 200 * 60 * 8 / 10 * 9 / 10, "{counts:?}");
    }

    #[test]
    fn it_recovers_by_itself() {
        let start = Instant::now();
        let mut pacer = Pacer::new(0.0, start);
        // Nothing gets through for half a minute.
        let counts = run(&mut pacer, &mut Smsc::new(0.0, 1.0, 5), 10, start, 30);
        assert!(sum(&counts[5..]).1 < 1_000, "{counts:?}");
        let later = start + Duration::from_secs(30);
        let counts = run(&mut pacer, &mut Smsc::new(0.0, 0.0, 5), 10, later, 30);
        assert!(counts[29].0 > 1_900, "{counts:?}");
        // A bucket of 100 becomes one of 1,000.
        let mut pacer = Pacer::new(0.0, start);
        run(&mut pacer, &mut Smsc::new(100.0, 0.0, 5), 10, start, 30);
        let counts = run(&mut pacer, &mut Smsc::new(1_000.0, 0.0, 5), 10, later, 20);
        assert!(counts[19].0 > 850, "{counts:?}");
    }

    #[test]
    fn an_account_rate_is_never_exceeded() {
        let start = Instant::now();
        let mut pacer = Pacer::new(100.0, start);
        let counts = run(&mut pacer, &mut Smsc::new(50.0, 0.1, 5), 10, start, 60);
        assert!(counts.iter().all(|(a, b)| a + b <= 110), "{counts:?}");
    }

    #[test]
    fn full_queues_of_few_handsets_are_theirs() {
        let start = Instant::now();
        let mut full = FullQueues::new(start);
        for ms in 0..1_000 {
            assert!(!full.note(1, start + Duration::from_millis(ms)));
        }
        let now = start + Duration::from_secs(10);
        let many: Vec<bool> = (0..10).map(|handset| full.note(handset, now)).collect();
        assert_eq!(many.iter().filter(|frequent| **frequent).count(), 6);
        for _ in 0..100 {
            full.pass(now);
        }
        assert!(!full.note(11, now), "a tenth of the answers");
        assert!(!full.note(12, now + LATELY), "of long ago");
    }
}
