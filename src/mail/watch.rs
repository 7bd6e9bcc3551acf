//! Whether the relay answers: by what came of the last mail, and by a look of its own when there was none for a while [SPEC 16.5].

use super::relay::{Failure, Relay, Stage};
use crate::metrics::Metrics;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// After so long without a mail the relay is looked at.
const LOOK_AFTER: Duration = Duration::from_secs(60);

/// What is known of the relay. Clones know the same.
#[derive(Clone)]
pub struct Watch {
    relay: Arc<Relay>,
    metrics: Metrics,
    heard: Arc<Mutex<Option<Heard>>>,
}

/// The last that was heard.
#[derive(Clone, Copy)]
struct Heard {
    answers: bool,
    at: Instant,
}

impl Watch {
    /// Nothing is known yet, and shown.
    pub fn new(relay: Arc<Relay>, metrics: Metrics) -> Self {
        Self {
            relay,
            metrics,
            heard: Arc::default(),
        }
    }

    /// What came of a hand-over, or of a look.
    pub fn heard(&self, outcome: Result<(), &Failure>) {
        let Some(answers) = tells(outcome) else {
            return;
        };
        let now = Heard {
            answers,
            at: Instant::now(),
        };
        let before = self.lock().replace(now);
        self.metrics.relay(answers);
        let answered = before.map(|before| before.answers);
        match outcome {
            Err(failure) if !answers && answered != Some(false) => {
                tracing::warn!(%failure, "the relay does not answer; mails wait");
            }
            _ if answers && answered == Some(false) => tracing::info!("the relay answers again"),
            _ => {}
        }
    }

    /// Looks at the relay now, and then whenever no mail told of it for a minute, until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        while stop.run_until_cancelled(self.wait()).await.is_some() {
            let look = stop.run_until_cancelled(self.relay.look()).await;
            match look {
                Some(Some(outcome)) => self.heard(outcome.as_ref().copied()),
                // Mails have all its connections: they will tell.
                Some(None) => {
                    _ = stop
                        .run_until_cancelled(tokio::time::sleep(LOOK_AFTER))
                        .await
                }
                None => return,
            }
        }
    }

    /// Until nothing was heard for long enough.
    async fn wait(&self) {
        while let Some(left) = self.left() {
            tokio::time::sleep(left).await;
        }
    }

    fn left(&self) -> Option<Duration> {
        let heard = (*self.lock())?;
        LOOK_AFTER
            .checked_sub(heard.at.elapsed())
            .filter(|left| !left.is_zero())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Heard>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the relay answers. A no to one mail is an answer; a relay that lets nobody in, dismisses us, or falls silent answers nobody. `None`: this says nothing of it.
fn tells(outcome: Result<(), &Failure>) -> Option<bool> {
    match outcome {
        Ok(()) => Some(true),
        Err(failure) if failure.stage == Stage::Letter => None,
        Err(failure) => {
            let is_let_in = failure.stage != Stage::Connect;
            Some(is_let_in && failure.code.is_some_and(|code| code != 421))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::relay::Lasting;
    use super::*;

    #[test]
    fn a_no_to_a_mail_is_an_answer_and_a_closed_door_is_none() {
        let failed = |stage, code| Failure {
            lasting: Lasting::Temporary,
            stage,
            code,
            text: String::new(),
            in_doubt: false,
        };
        assert_eq!(tells(Ok(())), Some(true));
        for (stage, code, expected) in [
            (Stage::Letter, None, None),
            (Stage::Connect, None, Some(false)),
            (Stage::Connect, Some(421), Some(false)),
            (Stage::Connect, Some(535), Some(false)),
            (Stage::Sender, Some(451), Some(true)),
            (Stage::Sender, Some(421), Some(false)),
            (Stage::Recipient, Some(550), Some(true)),
            (Stage::Data, None, Some(false)),
            (Stage::Content, Some(452), Some(true)),
            (Stage::Content, None, Some(false)),
        ] {
            let failure = failed(stage, code);
            assert_eq!(tells(Err(&failure)), expected, "{stage:?} {code:?}");
        }
    }
}
