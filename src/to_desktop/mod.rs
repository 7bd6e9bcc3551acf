//! The journey home: **receive** a receipt or a reply, **notify** its owner by a mail in the queue, **claim** due mails, write the **outcome**.
//!
//! What arrives is on disk before the carrier is told so. An answer that fits no pair is kept and listed, never guessed [SPEC 5.3].

mod mailing;
pub mod receipts;
mod replies;
mod view;

pub use mailing::{AttemptLine, Claimed, MailAnswer, Subject, keep_in_order};
pub use receipts::Receipt;
pub use replies::{Incoming, Received};
pub use view::{Collected, InboundView};

use crate::clock::Clock;
use crate::policy::Policy;
use crate::store::{Reader, Writer};
use crate::vault::Vault;
use std::sync::Arc;
use tokio::sync::Notify;

/// The journey home. Clones are handles to the same one.
#[derive(Clone)]
pub struct ToDesktop(Arc<Shared>);

struct Shared {
    reader: Reader,
    writer: Writer,
    vault: Vault,
    clock: Clock,
    policy: Arc<Policy>,
    mail_queued: Notify,
}

impl ToDesktop {
    /// A journey over an open store.
    pub fn new(
        reader: Reader,
        writer: Writer,
        vault: Vault,
        clock: Clock,
        policy: Arc<Policy>,
    ) -> Self {
        Self(Arc::new(Shared {
            reader,
            writer,
            vault,
            clock,
            policy,
            mail_queued: Notify::new(),
        }))
    }

    /// Resolves when a mail may have been queued here after the call.
    pub async fn mail_queued(&self) {
        self.0.mail_queued.notified().await;
    }
}
