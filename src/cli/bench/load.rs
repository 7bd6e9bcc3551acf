//! The load: clients that hand in one text after the other, as fast as they are answered or at a rate, and what they were answered.

use super::door::{Answer, Door};
use super::progress::Progress;
use sms::PhoneNumber;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// Rest after a request without an answer, so that a gateway that is gone is not hammered.
const REST: Duration = Duration::from_millis(100);
/// A client that got no answer so many times in a row gives up, and with it the run.
const MOST_UNANSWERED: u32 = 20;
/// How long answers under way are waited for once the run is to end early.
const GRACE: Duration = Duration::from_secs(5);
/// A time so far off that nobody waits for it.
const FAR: Duration = Duration::from_secs(365 * 86_400);

/// Handsets from the first to the last, taken in turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handsets {
    first: i64,
    last: i64,
}

impl Handsets {
    /// Ten million made-up Australian mobiles.
    pub const MADE_UP: Self = Self {
        first: 61_410_000_000,
        last: 61_419_999_999,
    };

    /// The handset of the nth text, E.164 with `+`.
    fn nth(self, n: u64) -> String {
        let count = self.last.abs_diff(self.first) + 1;
        let step = i64::try_from(n % count).unwrap_or_default();
        format!("+{}", self.first + step)
    }
}

impl FromStr for Handsets {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let digits = text.trim().trim_start_matches('+');
            let number = PhoneNumber::from_e164_digits(digits).map(PhoneNumber::as_i64);
            number.ok_or_else(|| format!("`{text}` is no number: write it as +61491570156"))
        };
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (number(first)?, number(last)?);
        if last < first {
            return Err(format!("+{last} comes before +{first}"));
        }
        Ok(Self { first, last })
    }
}

impl fmt::Display for Handsets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "+{}", self.first)
        } else {
            write!(f, "+{}..+{}", self.first, self.last)
        }
    }
}

/// When enough was handed in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Until {
    Seconds(f64),
    Texts(u64),
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => write!(f, "{seconds} s"),
            Self::Texts(texts) => write!(f, "{texts} texts"),
        }
    }
}

/// What is to be handed in, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    pub clients: usize,
    pub until: Until,
    /// Texts a second; none: as fast as clients get their answers.
    pub rate_per_s: Option<f64>,
    /// Characters of a text.
    pub length: usize,
    pub handsets: Handsets,
}

/// A text that got a yes.
#[derive(Debug, Clone)]
pub struct Yes {
    /// At this door.
    pub id: String,
    /// When the yes was read, by this machine's clock, UTC ms.
    pub at: i64,
}

/// What the clients were answered.
#[derive(Debug, Default)]
pub struct Answers {
    /// In the order in which they came.
    pub yes: Vec<Yes>,
    /// From when a text was handed in (under a rate: was due) to its yes.
    pub times_us: Vec<u32>,
    /// By the door's code.
    pub refused: BTreeMap<String, u64>,
    /// From the first request to the last yes.
    pub span_s: f64,
    /// Why the run was given up.
    pub gave_up: Option<String>,
}

/// Hands in texts as planned, until it is enough or `halt` says so; texts under way then are waited for.
pub async fn run(
    plan: Plan,
    door: Arc<Door>,
    progress: Arc<Progress>,
    halt: &CancellationToken,
) -> Answers {
    let began = Instant::now();
    let lane = Lane {
        plan,
        door,
        progress,
        halt: halt.child_token(),
        began,
        next: Arc::default(),
    };
    let mut clients = JoinSet::new();
    for _ in 0..plan.clients {
        clients.spawn(lane.clone().run());
    }
    let mut answers = Answers::default();
    // A client that panicked would be a bug of ours; what the others got still counts.
    while let Some(done) = clients.join_next().await {
        if let Ok(theirs) = done {
            answers.add(theirs);
        }
    }
    answers.yes.sort_by_key(|yes| yes.at);
    answers
}

impl Answers {
    fn add(&mut self, mut theirs: Self) {
        self.yes.append(&mut theirs.yes);
        self.times_us.append(&mut theirs.times_us);
        for (code, count) in theirs.refused {
            *self.refused.entry(code).or_default() += count;
        }
        self.span_s = self.span_s.max(theirs.span_s);
        self.gave_up = self.gave_up.take().or(theirs.gave_up);
    }
}

/// What every client has.
#[derive(Clone)]
struct Lane {
    plan: Plan,
    door: Arc<Door>,
    progress: Arc<Progress>,
    halt: CancellationToken,
    began: Instant,
    /// The number of the next text, of all clients.
    next: Arc<AtomicU64>,
}

impl Lane {
    async fn run(self) -> Answers {
        let mut answers = Answers::default();
        let mut unanswered = 0;
        while let Some((n, due)) = self.turn().await {
            let text = text(n, self.plan.length);
            match self.send(&self.plan.handsets.nth(n), &text).await {
                Answer::Yes(id) => {
                    unanswered = 0;
                    self.progress.accepted.fetch_add(1, Ordering::Relaxed);
                    let time_us = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
                    answers.times_us.push(time_us);
                    answers.yes.push(Yes { id, at: now() });
                    answers.span_s = self.began.elapsed().as_secs_f64();
                }
                Answer::No(code) => {
                    unanswered = 0;
                    self.progress.refused.fetch_add(1, Ordering::Relaxed);
                    *answers.refused.entry(code).or_default() += 1;
                }
                Answer::None(why) => {
                    unanswered += 1;
                    self.progress.refused.fetch_add(1, Ordering::Relaxed);
                    *answers.refused.entry("no answer".to_owned()).or_default() += 1;
                    if unanswered >= MOST_UNANSWERED {
                        answers.gave_up = Some(why);
                        self.halt.cancel();
                        break;
                    }
                    sleep(REST).await;
                }
            }
        }
        answers
    }

    async fn send(&self, to: &str, text: &str) -> Answer {
        let given_up = async {
            self.halt.cancelled().await;
            sleep(GRACE).await;
        };
        tokio::select! {
            answer = self.door.send(to, text) => answer,
            () = given_up => Answer::None("the run ended first".to_owned()),
        }
    }

    /// The number of this client's next text, once it is due, and when that was; `None` when it is enough.
    async fn turn(&self) -> Option<(u64, Instant)> {
        if self.halt.is_cancelled() {
            return None;
        }
        let end = match self.plan.until {
            Until::Seconds(seconds) => self.began + Duration::from_secs_f64(seconds),
            Until::Texts(_) => self.began + FAR,
        };
        let n = self.next.fetch_add(1, Ordering::Relaxed);
        if matches!(self.plan.until, Until::Texts(texts) if n >= texts) {
            return None;
        }
        let due = match self.plan.rate_per_s {
            Some(rate) => {
                let wait = Duration::try_from_secs_f64(n as f64 / rate).unwrap_or(FAR);
                self.began + wait.min(FAR)
            }
            None => Instant::now(),
        };
        if due >= end {
            return None;
        }
        tokio::select! {
            () = self.halt.cancelled() => None,
            () = sleep_until(due) => Some((n, due)),
        }
    }
}

/// The nth text: each another, of so many characters, in the default alphabet.
fn text(n: u64, length: usize) -> String {
    let opening = format!("Bench text {n}, as long as an alert usually is. ");
    opening.chars().cycle().take(length).collect()
}

/// This machine's clock, UTC ms.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn handsets_go_round() {
        let one: Handsets = "+61491570156".parse().unwrap();
        assert_eq!(
            (one.nth(0), one.nth(7)),
            ("+61491570156".into(), "+61491570156".into())
        );
        let three: Handsets = "61491570156..+61491570158".parse().unwrap();
        let numbers: Vec<String> = (0..4).map(|n| three.nth(n)).collect();
        assert_eq!(numbers[2..], ["+61491570158", "+61491570156"]);
        assert_eq!(three.to_string(), "+61491570156..+61491570158");
        for wrong in [
            "",
            "x",
            "+61491570158..+61491570156",
            "1..",
            "+61491570156..x",
        ] {
            assert!(wrong.parse::<Handsets>().is_err(), "{wrong}");
        }
        let made_up = Handsets::MADE_UP;
        assert_eq!(made_up.to_string().parse(), Ok(made_up));
        assert_eq!(made_up.nth(10_000_001), "+61410000001");
    }

    #[test]
    fn texts_have_their_length() {
        for length in [1, 50, 160, 700] {
            assert_eq!(text(123_456, length).chars().count(), length);
        }
        assert_ne!(text(1, 50), text(2, 50));
        assert!(text(7, 50).starts_with("Bench text 7, as long"));
    }

    fn lane(until: Until, rate_per_s: Option<f64>) -> Lane {
        let door = Door::rest(
            reqwest::Client::new(),
            &"http://127.0.0.1:1/".parse().unwrap(),
            &crate::security::Secret::new("k"),
        );
        Lane {
            plan: Plan {
                clients: 1,
                until,
                rate_per_s,
                length: 50,
                handsets: Handsets::MADE_UP,
            },
            door: Arc::new(door.unwrap()),
            progress: Arc::default(),
            halt: CancellationToken::new(),
            began: Instant::now(),
            next: Arc::default(),
        }
    }

    #[tokio::test]
    async fn turns_end_when_it_is_enough() {
        let three = lane(Until::Texts(3), None);
        for n in 0..3 {
            assert_eq!(three.turn().await.map(|(n, _)| n), Some(n));
        }
        assert_eq!(three.turn().await, None);

        // At ten a second, the texts of a fifth of a second are those due at 0 and 0.1 s.
        let paced = lane(Until::Seconds(0.2), Some(10.0));
        let mut due = Vec::new();
        while let Some((_, at)) = paced.turn().await {
            due.push((at - paced.began).as_millis());
        }
        assert_eq!(due, [0, 100]);

        let halted = lane(Until::Texts(3), Some(0.001));
        halted.turn().await.unwrap();
        halted.halt.cancel();
        assert_eq!(halted.turn().await, None);
    }

    #[tokio::test]
    async fn a_gateway_that_is_gone_is_given_up() {
        let Lane {
            plan,
            door,
            progress,
            ..
        } = lane(Until::Texts(1_000), None);
        let answers = run(plan, door, progress, &CancellationToken::new()).await;
        assert!(answers.gave_up.is_some());
        assert_eq!(answers.refused["no answer"], u64::from(MOST_UNANSWERED));
    }
}
