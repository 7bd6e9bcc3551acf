//! From the yes to the SMSC: waits until the last text got there, and says when each did.
//!
//! Our own gateway is followed by its database, which costs its process nothing; a foreign one by asking the door that took the texts, after the last of them is known to be
//! settled, so that the questions do not slow down what is measured.

use super::door::{Door, Fate, Timeline, fate_of};
use super::load::{Yes, now};
use super::progress::Progress;
use crate::store::Reader;
use futures::StreamExt;
use futures::stream;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// Without a text that got further for so long, the rest is not waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// Events read at one time.
const PAGE: u64 = 5_000;
/// Ids of one question over SOAP.
const MOST_IDS: usize = 1_000;
/// Questions over REST at one time.
const QUESTIONS: usize = 16;

/// How texts are followed.
pub enum Follow {
    /// By the database of our own gateway, from this event on.
    Database { reader: Reader, after: i64 },
    /// By the door that took them.
    Door(Arc<Door>),
}

/// What became of the accepted texts.
#[derive(Debug, Default, PartialEq)]
pub struct Followed {
    pub ok: u64,
    pub ended_otherwise: u64,
    pub on_their_way: u64,
    /// Of those with a yes, how many the database does not know: always 0, or something is very wrong.
    pub lost: u64,
    /// From the first accept to the last ok.
    pub span_s: Option<f64>,
    /// From accept to ok, of each text, where the gateway tells.
    pub times_us: Vec<u32>,
}

impl Follow {
    /// Waits until all that was accepted is settled, until nothing moves any more, or until `halt`.
    pub async fn settle(
        self,
        accepted: &[Yes],
        progress: &Progress,
        halt: &CancellationToken,
    ) -> anyhow::Result<Followed> {
        let watch = Watch {
            progress,
            halt,
            moved: Instant::now(),
            settled: 0,
        };
        match self {
            Self::Database { reader, after } => by_events(&reader, after, accepted, watch).await,
            Self::Door(door) if door.name() == "rest" => by_asking(&door, accepted, watch).await,
            Self::Door(door) => by_words(&door, accepted, watch).await,
        }
    }
}

/// Says when waiting has an end.
struct Watch<'a> {
    progress: &'a Progress,
    halt: &'a CancellationToken,
    moved: Instant,
    settled: usize,
}

impl Watch<'_> {
    /// Takes a rest; false if there is nothing to wait for any more.
    async fn goes_on(&mut self, settled: usize) -> bool {
        if settled > self.settled {
            self.settled = settled;
            self.moved = Instant::now();
            let count = u64::try_from(settled).unwrap_or_default();
            self.progress.settled.store(count, Ordering::Relaxed);
        }
        if self.halt.is_cancelled() || self.moved.elapsed() > PATIENCE {
            return false;
        }
        tokio::select! {
            () = self.halt.cancelled() => {}
            () = sleep(PAUSE) => {}
        }
        true
    }
}

async fn by_events(
    reader: &Reader,
    mut after: i64,
    accepted: &[Yes],
    mut watch: Watch<'_>,
) -> anyhow::Result<Followed> {
    let mut texts: HashMap<i64, Timeline> = HashMap::new();
    let mut settled = 0;
    loop {
        let events = reader.events_after(after, PAGE).await?;
        let is_all = (events.len() as u64) < PAGE;
        for event in events {
            after = event.id;
            if event.event == "accepted" {
                let timeline = Timeline {
                    accepted_at: event.at,
                    settled_at: None,
                    fate: Fate::OnItsWay,
                };
                texts.insert(event.sms_id, timeline);
            } else if let Some(timeline) = texts.get_mut(&event.sms_id)
                && timeline.settled_at.is_none()
                && fate_of(&event.event) != Fate::OnItsWay
            {
                timeline.fate = fate_of(&event.event);
                timeline.settled_at = Some(event.at);
                settled += 1;
            }
        }
        if !is_all {
            continue;
        }
        let is_settled = texts.len() >= accepted.len() && settled == texts.len();
        if is_settled || !watch.goes_on(settled).await {
            break;
        }
    }
    let lost = accepted.len().saturating_sub(texts.len());
    let mut followed = sum_up(texts.into_values());
    followed.lost = u64::try_from(lost).unwrap_or_default();
    Ok(followed)
}

async fn by_asking(
    door: &Door,
    accepted: &[Yes],
    mut watch: Watch<'_>,
) -> anyhow::Result<Followed> {
    let Some(newest) = accepted.last() else {
        return Ok(Followed::default());
    };
    while door.timeline(&newest.id).await?.settled_at.is_none() {
        if !watch.goes_on(0).await {
            break;
        }
    }
    let mut settled = Vec::new();
    let mut left: Vec<&Yes> = accepted.iter().collect();
    let mut open;
    loop {
        let questions = left
            .iter()
            .map(|yes| async { (*yes, door.timeline(&yes.id).await) });
        let questions = stream::iter(questions.collect::<Vec<_>>()).buffered(QUESTIONS);
        let answers: Vec<_> = questions.take_until(watch.halt.cancelled()).collect().await;
        (open, left) = (Vec::new(), Vec::new());
        for (yes, timeline) in answers {
            let timeline = timeline?;
            if timeline.settled_at.is_some() {
                settled.push(timeline);
            } else {
                open.push(timeline);
                left.push(yes);
            }
        }
        if left.is_empty() || !watch.goes_on(settled.len()).await {
            break;
        }
    }
    let known = settled.len() + open.len();
    let mut followed = sum_up(settled.into_iter().chain(open));
    // Those that were not asked after when the run was ended early.
    followed.on_their_way += (accepted.len() - known) as u64;
    Ok(followed)
}

/// The classic interface tells no times: those of our own looks stand for them, and the way of a single text is not known.
async fn by_words(door: &Door, accepted: &[Yes], mut watch: Watch<'_>) -> anyhow::Result<Followed> {
    let mut settled: Vec<Timeline> = Vec::new();
    let mut left: Vec<&Yes> = accepted.iter().collect();
    loop {
        let mut still = Vec::new();
        for some in left.chunks(MOST_IDS) {
            let ids: Vec<&str> = some.iter().map(|yes| yes.id.as_str()).collect();
            let fates = door.fates(&ids).await?;
            let seen_at = now();
            for (yes, fate) in some.iter().zip(fates) {
                if fate == Fate::OnItsWay {
                    still.push(*yes);
                    continue;
                }
                settled.push(Timeline {
                    accepted_at: yes.at,
                    settled_at: Some(seen_at),
                    fate,
                });
            }
        }
        left = still;
        if left.is_empty() || !watch.goes_on(settled.len()).await {
            break;
        }
    }
    let mut followed = sum_up(settled.into_iter());
    followed.times_us.clear();
    followed.on_their_way = left.len() as u64;
    Ok(followed)
}

fn sum_up(timelines: impl Iterator<Item = Timeline>) -> Followed {
    let mut followed = Followed::default();
    let (mut first_accept, mut last_ok) = (i64::MAX, i64::MIN);
    for timeline in timelines {
        first_accept = first_accept.min(timeline.accepted_at);
        match (timeline.fate, timeline.settled_at) {
            (Fate::Ok, Some(at)) => {
                followed.ok += 1;
                last_ok = last_ok.max(at);
                let took_ms = u32::try_from(at - timeline.accepted_at).unwrap_or_default();
                followed.times_us.push(took_ms.saturating_mul(1_000));
            }
            (Fate::EndedOtherwise, _) => followed.ended_otherwise += 1,
            _ => followed.on_their_way += 1,
        }
    }
    if followed.ok > 0 {
        followed.span_s = Some((last_ok - first_accept) as f64 / 1_000.0);
    }
    followed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timelines_are_summed_up() {
        let timeline = |accepted_at, settled_at, fate| Timeline {
            accepted_at,
            settled_at,
            fate,
        };
        assert_eq!(sum_up([].into_iter()), Followed::default());
        let followed = sum_up(
            [
                timeline(1_500, Some(1_510), Fate::Ok),
                timeline(1_000, Some(2_000), Fate::Ok),
                timeline(500, Some(9_000), Fate::EndedOtherwise),
                timeline(600, None, Fate::OnItsWay),
            ]
            .into_iter(),
        );
        let expected = Followed {
            ok: 2,
            ended_otherwise: 1,
            on_their_way: 1,
            lost: 0,
            span_s: Some(1.5),
            times_us: vec![10_000, 1_000_000],
        };
        assert_eq!(followed, expected);
        let late = [timeline(5, Some(1), Fate::Ok)].into_iter();
        assert_eq!(sum_up(late).times_us, [0], "a clock that was set back");
    }
}
