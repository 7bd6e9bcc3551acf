//! How the queues stand, over all nodes, for whoever watches them.

use super::outgoing::queued;
use super::{Reader, StoreError};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use sms::State;

/// How the queues stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub queue: Vec<QueueLevel>,
    /// Texts that wait for an operator.
    pub held: i64,
    /// For how long the oldest text that is not over has been due; 0 if none is.
    pub oldest_due_ms: i64,
    /// Mails that wait for the relay.
    pub mails: i64,
    /// The same of mails.
    pub oldest_mail_due_ms: i64,
}

/// Texts of one state and urgency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLevel {
    pub state: State,
    /// `low`, `normal` or `urgent`.
    pub priority: &'static str,
    pub texts: i64,
}

impl Reader {
    /// How the queues stand at `now`, by business time.
    pub async fn standing_of_all(&self, now: i64) -> Result<Standing, StoreError> {
        let backend = self.0.get_database_backend();
        let queued = queued("state, priority, due_at, cause");
        let sql = format!(
            "SELECT state, CASE WHEN priority < 0 THEN -1 WHEN priority > 0 THEN 1 ELSE 0 END AS urgency, COUNT(*), MIN(due_at), \
             COUNT(CASE WHEN cause LIKE 'held%' AND state IN (1, 4) THEN 1 END) FROM ({queued}) AS queued GROUP BY state, urgency ORDER BY state, urgency"
        );
        let mut standing = Standing {
            queue: Vec::new(),
            held: 0,
            oldest_due_ms: 0,
            mails: 0,
            oldest_mail_due_ms: 0,
        };
        let age = |due_at: i64| (now - due_at).max(0);
        for row in self
            .0
            .query_all_raw(Statement::from_string(backend, sql))
            .await?
        {
            let (state, urgency): (i64, i32) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let (texts, due_at): (i64, i64) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
            let held: i64 = row.try_get_by_index(4)?;
            let state = i16::try_from(state).ok().and_then(State::from_code);
            standing.queue.push(QueueLevel {
                state: state.unwrap_or(State::Unknown),
                priority: match urgency {
                    ..0 => "low",
                    0 => "normal",
                    _ => "urgent",
                },
                texts,
            });
            standing.held += held;
            standing.oldest_due_ms = standing.oldest_due_ms.max(age(due_at));
        }
        let sql = "SELECT COUNT(*), MIN(due_at) FROM mails WHERE lease IS NOT NULL";
        let row = self
            .0
            .query_one_raw(Statement::from_string(backend, sql))
            .await?
            .ok_or_else(|| DbErr::RecordNotFound("a count".into()))?;
        standing.mails = row.try_get_by_index(0)?;
        let due_at: Option<i64> = row.try_get_by_index(1)?;
        standing.oldest_mail_due_ms = due_at.map_or(0, age);
        Ok(standing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::{BEGINNING, Bed};

    #[tokio::test]
    async fn the_queue_is_counted_by_state_and_urgency() {
        let bed = Bed::open().await;
        let mut standing = bed.store.reader.standing_of_all(BEGINNING).await.unwrap();
        assert_eq!(standing.queue, []);
        assert_eq!((standing.oldest_due_ms, standing.mails), (0, 0));
        for (handset, priority) in [("0491570156", 0), ("0491570157", 0), ("0491570158", 7)] {
            let mut request = bed.request(handset, "hi").await;
            request.priority = priority;
            bed.to_handset.accept(request).await.unwrap();
        }
        let later = bed.clock.now() + 60_000;
        standing = bed.store.reader.standing_of_all(later).await.unwrap();
        let level = |priority, texts| QueueLevel {
            state: State::Pending,
            priority,
            texts,
        };
        assert_eq!(standing.queue, [level("normal", 2), level("urgent", 1)]);
        assert_eq!(standing.held, 0);
        assert!((60_000..120_000).contains(&standing.oldest_due_ms));
        let hold = "UPDATE sms SET lease = 0, cause = 'held_unreadable' WHERE priority = 7";
        bed.write(move |batch| {
            Box::pin(async move { batch.execute(hold, vec![]).await.map(|_| ()) })
        })
        .await;
        standing = bed.store.reader.standing_of_all(later).await.unwrap();
        assert_eq!((standing.held, standing.queue.len()), (1, 2));
    }
}
