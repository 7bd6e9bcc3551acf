//! Marks and outcomes that must not be forgotten while the database is away: tried until they are written.

use super::{Answer, Chunk, Deposit, Reported, ToHandset};
use crate::store::StoreError;
use std::time::Duration;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl ToHandset {
    /// [`mark`](Self::mark)s, for as long as the database is away. `None` when this node may not write any more.
    pub async fn mark_patiently(&self, chunks: Vec<Chunk>) -> Option<Vec<Deposit>> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.mark(chunks.clone()).await {
                Ok(deposits) => return Some(deposits),
                Err(StoreError::LeaseLost) => return None,
                Err(error) => tracing::error!(%error, "texts could not be marked; they wait"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// [`report`](Self::report)s, for as long as the database is away: what a carrier said must not be forgotten.
    pub async fn report_patiently(&self, reported: Vec<Reported>) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.report(reported.clone()).await {
                Ok(()) | Err(StoreError::LeaseLost) => return,
                Err(error) => tracing::error!(%error, "outcomes could not be written; they wait"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// What was marked and could not be written to a link.
    pub async fn report_unwritten(&self, deposits: Vec<Deposit>) {
        let unwritten = deposits.into_iter().map(|deposit| Reported {
            deposit,
            answer: Answer::NotWritten,
        });
        self.report_patiently(unwritten.collect()).await;
    }

    /// Parts that wait in memory and for which no link is: a try of them that could not be written.
    pub(super) async fn mark_unwritten(&self, chunks: Vec<Chunk>) {
        if chunks.is_empty() {
            return;
        }
        if let Some(deposits) = self.mark_patiently(chunks).await {
            self.report_unwritten(deposits).await;
        }
    }
}
