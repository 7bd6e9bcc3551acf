//! Replies as the doors show and hand them out.

use super::ToDesktop;
use crate::accounts::Caller;
use crate::security::Field;
use crate::store::{Batch, StoreError, Work, inbound};
use crate::vault::VaultError;
use futures::future::BoxFuture;

/// A reply, opened.
#[derive(Debug, Clone)]
pub struct InboundView {
    pub id: i64,
    /// E.164 with `+`, or as the carrier named it.
    pub from: String,
    /// Our number, likewise.
    pub to: String,
    pub text: String,
    /// The SMS that it answers.
    pub sms_id: Option<i64>,
    pub arrived_at: i64,
}

/// A reply that SOAP hands out, once.
#[derive(Debug, Clone)]
pub struct Collected {
    pub reply: InboundView,
    /// Replies not handed out yet.
    pub left: i64,
}

impl ToDesktop {
    /// The caller's replies with ids above `after`, oldest first.
    pub async fn inbound(
        &self,
        caller: &Caller,
        after: i64,
        limit: u64,
    ) -> Result<Vec<InboundView>, VaultError> {
        let mut views = Vec::new();
        for row in self
            .0
            .reader
            .inbound_of_user(caller.user_id(), after, limit)
            .await?
        {
            views.push(self.view(row).await?);
        }
        Ok(views)
    }

    /// Hands out the caller's oldest reply that was not yet (for `reply_to`, if given). Once: it is noted before it is answered.
    pub async fn collect(
        &self,
        caller: &Caller,
        reply_to: Option<String>,
    ) -> Result<Option<Collected>, VaultError> {
        let found = self
            .0
            .writer
            .write(Collect {
                user_id: caller.user_id(),
                reply_to,
            })
            .await?;
        match found {
            Some((row, left)) => Ok(Some(Collected {
                reply: self.view(row).await?,
                left,
            })),
            None => Ok(None),
        }
    }

    async fn view(&self, row: inbound::Model) -> Result<InboundView, VaultError> {
        let text = self
            .0
            .vault
            .open(row.id, Field::ReplyText, &row.text)
            .await?;
        Ok(InboundView {
            id: row.id,
            from: row.sender,
            to: row.number,
            text,
            sms_id: row.sms_id,
            arrived_at: row.arrived_at,
        })
    }
}

struct Collect {
    user_id: i64,
    reply_to: Option<String>,
}

impl Work for Collect {
    type Answer = Option<(inbound::Model, i64)>;
    const NAME: &'static str = "collect";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<Self::Answer>, StoreError>> {
        Box::pin(async move {
            let mut found = Vec::with_capacity(works.len());
            for work in works.iter() {
                found.push(
                    batch
                        .collect_inbound(work.user_id, work.reply_to.as_deref())
                        .await?,
                );
            }
            Ok(found)
        })
    }
}
