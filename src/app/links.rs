//! The links: one on each slot that this node holds of a carrier's binds, made anew when the carrier was changed.

use super::slots::Slots;
use crate::carrier::{self, Account, Link};
use crate::clock::Clock;
use crate::config::rooms;
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::policy::{Carriers, Dialect};
use crate::security::Keys;
use crate::store::slots::Slot;
use crate::store::{self, StoreError, Tenure, carriers};
use crate::to_desktop::ToDesktop;
use crate::to_handset::{Binds, ToHandset};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether carriers were added or changed.
const LOOK_AT_CARRIERS: Duration = Duration::from_secs(1);
/// The same while a link ends whose place another one takes.
const LOOK_AT_ENDS: Duration = Duration::from_millis(100);
/// What has to be left of this node's lease after the response to a PDU that is written now [SPEC 16.4].
const LEASE_TO_SPARE: Duration = Duration::from_secs(10);
/// No response is waited for so long that a lease in good standing would not do.
const LEASE_AT_MOST: Duration = Duration::from_secs(45);

/// A carrier as people know it.
struct Named {
    name: String,
    /// Links can be kept to it: its settings and its password can be read.
    is_usable: bool,
}

/// The carriers that links are kept to.
#[derive(Clone)]
pub struct Links {
    carriers: Arc<Mutex<HashMap<i64, Named>>>,
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
            let mut usable = carriers
                .iter()
                .filter(|(_, named)| named.is_usable)
                .peekable();
            usable.peek().is_some() && usable.all(|(id, _)| self.to_handset.has_link(*id))
        })
    }

    /// Of the carriers that texts are to leave over those without a link, by name. None: there is none that they could leave over.
    pub fn down(&self) -> Option<Vec<String>> {
        let open = self.to_handset.open_carriers();
        let carriers = self.carriers.lock().ok()?;
        let down = open.iter().filter(|id| !self.to_handset.has_link(**id));
        let name = |id: &i64| match carriers.get(id) {
            Some(named) => named.name.clone(),
            None => store::external("car", *id),
        };
        (!open.is_empty()).then(|| down.map(name).collect())
    }

    /// Waits until each carrier has a link that stands, but no longer than `patience`.
    pub async fn wait_bound(&self, patience: Duration) {
        let until = std::time::Instant::now() + patience;
        while !self.are_bound() && std::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn include(&self, row: &carriers::Model, is_usable: bool) {
        if let Ok(mut carriers) = self.carriers.lock() {
            let name = row.name.clone();
            carriers.insert(row.id, Named { name, is_usable });
        }
    }
}

/// A carrier as its links were made from.
struct Kept {
    row: carriers::Model,
    /// `None`: it cannot be used.
    makings: Option<(Account, rooms::Carrier)>,
    links: BTreeMap<u16, Running>,
    /// Links of the row before, which have to end first: an account may allow no more binds than it has.
    former: Vec<Running>,
}

/// A link at work.
struct Running {
    ends: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Kept {
    fn slot(&self, number: u16) -> Slot {
        Slot {
            carrier_id: self.row.id,
            number,
        }
    }

    fn binds(&self) -> u16 {
        let settings = self.makings.as_ref().map(|(_, settings)| settings);
        settings.map_or(0, |settings| settings.binds.max(1))
    }

    /// Forgets links that have ended.
    fn forget_ended(&mut self) {
        self.former.retain(|link| !link.task.is_finished());
        self.links
            .retain(|_, link| !(link.ends.is_cancelled() && link.task.is_finished()));
    }
}

/// Keeps the links of all carriers, on the slots that this node holds.
pub(super) struct Supervisor {
    pub reader: store::Reader,
    pub slots: Slots,
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
    pub metrics: Metrics,
    pub links: Links,
}

impl Supervisor {
    pub async fn run(mut self, stop: CancellationToken) {
        let mut kept: BTreeMap<i64, Kept> = BTreeMap::new();
        loop {
            match self.reader.carriers().await {
                Ok(rows) => self.know(rows, &mut kept),
                Err(error) => tracing::warn!(%error, "carriers could not be read"),
            }
            kept.values_mut().for_each(Kept::forget_ended);
            if let Err(error) = self.look_at_slots(&kept).await {
                tracing::warn!(%error, "slots could not be looked at");
            }
            for carrier in kept.values_mut() {
                self.set_right(carrier, &stop);
            }
            let something_ends =
                self.slots.are_moving() || kept.values().any(|carrier| !carrier.former.is_empty());
            let pause = match something_ends {
                true => LOOK_AT_ENDS,
                false => LOOK_AT_CARRIERS,
            };
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
            }
        }
        for carrier in kept.into_values() {
            for link in carrier
                .former
                .into_iter()
                .chain(carrier.links.into_values())
            {
                link.ends.cancel();
                let _ = link.task.await;
            }
        }
        if let Err(error) = self.slots.leave().await {
            tracing::warn!(%error, "this node's slots stay until it is known to be gone");
        }
    }

    /// Takes note of carriers that are new or were changed.
    fn know(&self, rows: Vec<carriers::Model>, kept: &mut BTreeMap<i64, Kept>) {
        for row in rows {
            // A suspended carrier still brings answers and receipts: nothing of its links changes.
            let row = carriers::Model {
                suspended_at: None,
                ..row
            };
            if kept.get(&row.id).is_some_and(|known| known.row == row) {
                continue;
            }
            let makings = self
                .settings(&row)
                .and_then(|settings| Ok((self.account(&row)?, settings)));
            self.links.include(&row, makings.is_ok());
            let makings = makings.map_err(|error| {
                tracing::error!(carrier = row.name, error, "this carrier cannot be used");
            });
            let mut former = Vec::new();
            if let Some(known) = kept.remove(&row.id) {
                former.extend(known.former);
                former.extend(known.links.into_values());
                former.iter().for_each(|link| link.ends.cancel());
            }
            let carrier = Kept {
                makings: makings.ok(),
                links: BTreeMap::new(),
                former,
                row,
            };
            kept.insert(carrier.row.id, carrier);
        }
    }

    async fn look_at_slots(&mut self, kept: &BTreeMap<i64, Kept>) -> Result<(), StoreError> {
        let (mut binds, mut running, mut bound) =
            (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        for carrier in kept.values() {
            binds.insert(carrier.row.id, carrier.binds());
            running.extend(carrier.links.keys().map(|number| carrier.slot(*number)));
            if !carrier.former.is_empty() {
                // Which of them stands on which slot is not known any more.
                running.extend(self.slots.of_even_leaving(carrier.row.id));
            }
            if self.to_handset.has_link_here(carrier.row.id) {
                bound.extend(self.slots.of(carrier.row.id));
            }
        }
        self.slots.look(&binds, &running, &bound).await
    }

    /// Starts links where slots are, ends them where none is, and tells the journey whose the carrier's texts are.
    fn set_right(&self, carrier: &mut Kept, stop: &CancellationToken) {
        let id = carrier.row.id;
        for (number, link) in &carrier.links {
            if self.slots.tenure(carrier.slot(*number)).is_none() {
                link.ends.cancel();
            }
        }
        let ours: Vec<Slot> = self.slots.of(id).collect();
        let binds = Binds {
            are_here: !ours.is_empty(),
            stand_elsewhere: self.slots.is_bound_elsewhere(id),
        };
        self.to_handset.binds_are(id, binds);
        let Some((account, settings)) = &carrier.makings else {
            return;
        };
        if !carrier.former.is_empty() {
            return;
        }
        for slot in ours {
            let Some(tenure) = self.slots.tenure(slot) else {
                continue;
            };
            carrier.links.entry(slot.number).or_insert_with(|| {
                let ends = stop.child_token();
                let link = self.link(account.clone(), slot.number, settings, tenure);
                let task = tokio::spawn(link.run(ends.clone()));
                Running { ends, task }
            });
        }
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

    /// A link writes for as long as both the node's lease and its slot surely stand.
    fn link(&self, account: Account, slot: u16, settings: &rooms::Carrier, held: Tenure) -> Link {
        let tenure = self.tenure.clone();
        let settings = carrier::Settings::from(settings);
        let needed = (settings.response_timeout + LEASE_TO_SPARE).min(LEASE_AT_MOST);
        Link {
            slot,
            may_write: Arc::new(move || tenure.remains() > needed && held.remains() > needed),
            account,
            settings,
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop.clone(),
            ids: self.ids.clone(),
            clock: self.clock,
            faults: self.faults.clone(),
            metrics: self.metrics.clone(),
        }
    }
}
