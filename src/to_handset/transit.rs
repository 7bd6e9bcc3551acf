//! Texts on their way between the database and memory: leased to this node, and nobody's in memory. What a mishap leaves there is given back.

use super::Shared;
use crate::store::{Batch, StoreError, Work};
use futures::future::BoxFuture;
use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

/// Texts on their way. When this is dropped, those that did not arrive are strays, which the claimer gives back at its next look.
#[must_use]
pub(super) struct Transit {
    shared: Arc<Shared>,
    ids: HashSet<i64>,
}

impl Transit {
    /// These are on their way.
    pub fn begin(shared: &Arc<Shared>, ids: impl IntoIterator<Item = i64>) -> Self {
        Self {
            shared: shared.clone(),
            ids: ids.into_iter().collect(),
        }
    }

    /// This one is in memory again, or what became of it is on disk.
    pub fn arrived(&mut self, id: i64) {
        self.ids.remove(&id);
    }

    /// So are all of them.
    pub fn all_arrived(mut self) {
        self.ids.clear();
    }
}

impl Drop for Transit {
    fn drop(&mut self) {
        if !self.ids.is_empty() {
            tracing::warn!(
                texts = self.ids.len(),
                "texts are nobody's in memory; they are given back to the database"
            );
            let strays = &self.shared.strays;
            let mut strays = strays.lock().unwrap_or_else(PoisonError::into_inner);
            strays.extend(self.ids.drain());
        }
    }
}

impl Shared {
    /// Gives strays back: whoever claims next has them.
    pub(super) async fn give_strays_back(self: &Arc<Self>) -> Result<(), StoreError> {
        let strays = {
            let mut strays = self.strays.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *strays)
        };
        if strays.is_empty() {
            return Ok(());
        }
        let transit = Transit::begin(self, strays.iter().copied());
        self.writer.write(GiveBack(strays)).await?;
        transit.all_arrived();
        Ok(())
    }
}

struct GiveBack(Vec<i64>);

impl Work for GiveBack {
    type Answer = ();
    const NAME: &'static str = "give_back";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter() {
                batch.give_sms_back(&work.0).await?;
            }
            Ok(vec![(); works.len()])
        })
    }
}
