//! The journey out: **accept** a text, **claim** it when it is due, **mark** it with its number and attempts, hand it to a carrier, write the **outcome**.
//!
//! A fresh text is inserted already leased to this node and handed over in memory; the claim is for restarts, retries and other nodes. No door is known here: a carrier's
//! link takes what is [`Ready`], and reports what became of it.

mod accept;
mod claim;
mod ending;
mod mark;
mod network;
mod numbers;
mod orphans;
mod outcome;
mod patient;
mod ready;
mod refusal;
mod settle;
mod suspended;
mod transit;
mod view;

pub use accept::{
    Accepted, AcceptedSms, Destination, Reference, RefusedTo, SendRequest, is_active,
};
pub use claim::keep_claiming;
pub use mark::Deposit;
pub use network::{Binds, StandingLink};
pub use outcome::{Answer, LINK_KILLED, Reported};
pub use ready::{Chunk, Ready, Sms};
pub use refusal::Refusal;
pub use view::{CarrierNames, SmsView};

use crate::accounts::Book;
pub use crate::accounts::Who;
use crate::clock::Clock;
use crate::metrics::Metrics;
use crate::policy::Policy;
use crate::store::{Ids, Reader, Writer};
use crate::vault::Vault;
use network::Network;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};

/// The journey out. Clones are handles to the same one.
#[derive(Clone)]
pub struct ToHandset(pub(crate) Arc<Shared>);

/// What the steps of the journey share.
pub(crate) struct Shared {
    pub reader: Reader,
    pub writer: Writer,
    pub ids: Arc<Ids>,
    pub lease: i64,
    pub clock: Clock,
    pub vault: Vault,
    pub book: Arc<Book>,
    pub policy: Arc<Policy>,
    pub metrics: Metrics,
    pub ready: Ready,
    /// Waiting texts per company: counted up at accept, set right by the claimer.
    queued: Mutex<HashMap<i64, i64>>,
    network: RwLock<Arc<Network>>,
    links: network::Links,
    /// Leased to this node and nobody's in memory, since something went wrong in between.
    strays: Mutex<Vec<i64>>,
    legacy_ids: Mutex<accept::LegacyIds>,
    disk_full: AtomicBool,
    stopping: AtomicBool,
}

/// What the journey is made of.
pub struct Needs {
    pub reader: Reader,
    pub writer: Writer,
    pub ids: Arc<Ids>,
    pub lease: i64,
    /// Other nodes may work on the same database.
    pub is_shared: bool,
    pub clock: Clock,
    pub vault: Vault,
    pub book: Arc<Book>,
    pub policy: Arc<Policy>,
    pub metrics: Metrics,
}

impl ToHandset {
    /// A journey over an open store. [`keep_claiming`] must run beside it.
    pub fn new(needs: Needs) -> Self {
        let Needs {
            reader,
            writer,
            ids,
            lease,
            is_shared,
            clock,
            vault,
            book,
            policy,
            metrics,
        } = needs;
        Self(Arc::new(Shared {
            reader,
            writer,
            ids,
            lease,
            clock,
            vault,
            book,
            policy,
            metrics,
            ready: Ready::default(),
            queued: Mutex::default(),
            network: RwLock::default(),
            links: network::Links::new(is_shared),
            strays: Mutex::default(),
            legacy_ids: Mutex::default(),
            disk_full: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        }))
    }

    /// What waits for a carrier's link.
    pub fn ready(&self) -> &Ready {
        &self.0.ready
    }

    /// Accepts nothing more from now on.
    pub fn stop_accepting(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }
}
