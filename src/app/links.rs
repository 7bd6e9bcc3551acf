//! The links: so many to each carrier as it has binds, made anew when the carrier was changed.

use crate::carrier::{self, Account, Link};
use crate::clock::Clock;
use crate::config::rooms;
use crate::faults::Faults;
use crate::policy::{Carriers, Dialect};
use crate::security::Keys;
use crate::store::{self, Tenure, carriers};
use crate::to_desktop::ToDesktop;
use crate::to_handset::ToHandset;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often it is looked whether carriers were added or changed.
const LOOK_AT_CARRIERS: Duration = Duration::from_secs(1);
/// What has to be left of this node's lease after the response to a PDU that is written now [SPEC 16.4].
const LEASE_TO_SPARE: Duration = Duration::from_secs(10);
/// No response is waited for so long that a lease in good standing would not do.
const LEASE_AT_MOST: Duration = Duration::from_secs(45);

/// The carriers that links are kept to.
#[derive(Clone)]
pub struct Links {
    carriers: Arc<Mutex<HashSet<i64>>>,
    /// It counts the links that stand.
    to_handset: ToHandset,
}

impl Links {
    pub(super) fn new(to_handset: ToHandset) -> Self {
        Self {
            carriers: Arc::default(),
            to_handset,
        }
    }

    /// Whether there is a carrier, and each has a link that stands.
    pub fn are_bound(&self) -> bool {
        self.carriers.lock().is_ok_and(|carriers| {
            let mut all = carriers.iter();
            !carriers.is_empty() && all.all(|carrier| self.to_handset.has_link(*carrier))
        })
    }

    /// Waits until each carrier has a link that stands, but no longer than `patience`.
    pub async fn wait_bound(&self, patience: Duration) {
        let until = std::time::Instant::now() + patience;
        while !self.are_bound() && std::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn include(&self, carrier_id: i64) {
        if let Ok(mut carriers) = self.carriers.lock() {
            carriers.insert(carrier_id);
        }
    }
}

/// The links of a carrier at work, and the row that they were made of.
struct Kept {
    row: carriers::Model,
    ends: CancellationToken,
    tasks: TaskTracker,
}

/// Keeps the links of all carriers.
pub(super) struct Supervisor {
    pub reader: store::Reader,
    pub tenure: Tenure,
    pub ids: Arc<store::Ids>,
    pub keys: Arc<Keys>,
    /// What carriers have in common.
    pub common: rooms::Carrier,
    /// What the journeys know of carriers.
    pub carriers: Arc<Carriers>,
    pub to_handset: ToHandset,
    pub to_desktop: ToDesktop,
    pub clock: Clock,
    pub faults: Faults,
    pub links: Links,
}

impl Supervisor {
    pub async fn run(self, stop: CancellationToken) {
        let mut running: HashMap<i64, Kept> = HashMap::new();
        let all = TaskTracker::new();
        loop {
            match self.reader.carriers().await {
                Ok(rows) => {
                    for row in rows {
                        // A suspended carrier still brings answers and receipts: nothing of its links changes.
                        let row = carriers::Model {
                            suspended_at: None,
                            ..row
                        };
                        if running.get(&row.id).is_some_and(|known| known.row == row) {
                            continue;
                        }
                        let former = running.remove(&row.id);
                        let kept = self.start(row, former, &all, stop.child_token());
                        running.insert(kept.row.id, kept);
                    }
                }
                Err(error) => tracing::warn!(%error, "carriers could not be read"),
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(LOOK_AT_CARRIERS) => {}
            }
        }
        all.close();
        all.wait().await;
    }

    /// Starts the links of a carrier. An account may allow no more binds than it has: the former ones drain and unbind first.
    fn start(
        &self,
        row: carriers::Model,
        former: Option<Kept>,
        all: &TaskTracker,
        ends: CancellationToken,
    ) -> Kept {
        let links = self.links_of(&row).unwrap_or_else(|error| {
            tracing::error!(carrier = row.name, error, "this carrier cannot be used");
            Vec::new()
        });
        let tasks = TaskTracker::new();
        let (own, own_ends) = (tasks.clone(), ends.clone());
        all.spawn(async move {
            if let Some(former) = former {
                former.ends.cancel();
                former.tasks.wait().await;
            }
            for link in links {
                own.spawn(link.run(own_ends.clone()));
            }
            own.close();
            own.wait().await;
        });
        Kept { row, ends, tasks }
    }

    fn links_of(&self, row: &carriers::Model) -> Result<Vec<Link>, String> {
        let settings = self.settings(row)?;
        let account = self.account(row)?;
        self.links.include(row.id);
        Ok((1..=settings.binds.max(1))
            .map(|slot| self.link(account.clone(), slot, carrier::Settings::from(&settings)))
            .collect())
    }

    /// A carrier's settings: those of all, and its own over them. The journeys hear of them before its link speaks.
    fn settings(&self, row: &carriers::Model) -> Result<rooms::Carrier, String> {
        let settings = rooms::OwnSettings::parse(&row.settings)
            .and_then(|own| own.over(&self.common))
            .map_err(|error| {
                format!("{error}; see `emailsms admin carrier show`, and change it with `carrier set --set` or `--unset`")
            })?;
        self.carriers.learn(row.id, Dialect::from(&settings));
        Ok(settings)
    }

    fn account(&self, row: &carriers::Model) -> Result<Account, String> {
        let password = self
            .keys
            .open_secret(row.id, "carrier.password", &row.password)
            .map_err(|error| error.to_string())?;
        let password = String::from_utf8(password.to_vec())
            .map_err(|_| "its password is not text".to_owned())?;
        Ok(Account {
            carrier_id: row.id,
            name: row.name.clone(),
            host: row.host.clone(),
            port: u16::try_from(row.port).map_err(|_| format!("{} is no port", row.port))?,
            system_id: row.system_id.clone(),
            password: smpp::Secret::new(password),
        })
    }

    fn link(&self, account: Account, slot: u16, settings: carrier::Settings) -> Link {
        let tenure = self.tenure.clone();
        let needed = (settings.response_timeout + LEASE_TO_SPARE).min(LEASE_AT_MOST);
        Link {
            slot,
            may_write: Arc::new(move || tenure.remains() > needed),
            account,
            settings,
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop.clone(),
            ids: self.ids.clone(),
            clock: self.clock,
            faults: self.faults.clone(),
        }
    }
}
