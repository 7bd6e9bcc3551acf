//! Wires the rooms, starts and stops them. What runs is started here and nowhere else.

mod links;
#[cfg(test)]
mod nodes_tests;
mod process;
mod self_call;
mod sight;
mod slots;
mod time;

use crate::accounts::{Book, Lockouts};
use crate::administration::{self, Administration};
use crate::clock::Clock;
use crate::config::{Settings, rooms};
use crate::faults::{Fault, Faults};
use crate::mail::relay::{self, Relay};
use crate::mail::sender::Sender;
use crate::mail::watch::Watch;
use crate::metrics::Metrics;
use crate::policy::{Carriers, Dialect, Policy};
use crate::rest::{self, Check, Readiness, Rest};
use crate::security::{Certificates, Keys, Secret, new_sms_key};
use crate::soap;
use crate::store::{self, Batch, DatabaseUrl, Store, StoreError, Work};
use crate::to_desktop::{self, ToDesktop};
use crate::to_handset::{self, ToHandset};
use crate::vault::Vault;
use crate::web::listener::{self, Limits};
use crate::web::own_door::OwnDoor;
use anyhow::Context;
use futures::future::BoxFuture;
use links::{Links, Supervisor};
use sight::Sight;
use slots::Slots;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use time::Timekeeper;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

/// What a gateway is made of.
pub struct Parts {
    pub settings: Settings,
    pub database: DatabaseUrl,
    pub keys: Arc<Keys>,
    pub clock: Clock,
    pub faults: Faults,
    /// Where this gateway lives, alone.
    pub place: Place,
}

/// A place in a directory of this machine in which one gateway lives at a time. Its name tells the database which earlier node is dead.
pub struct Place {
    number: u16,
    name: String,
    _lock: std::fs::File,
}

/// Places in a directory: as many as there may be nodes.
const PLACES: u16 = 255;

impl Place {
    /// Takes the directory's first place; refused while another process has it.
    pub fn take(directory: &std::path::Path) -> anyhow::Result<Self> {
        Self::try_take(directory, 1)?.with_context(|| {
            format!(
                "another gateway lives in {}; stop it, or give this one a directory of its own",
                directory.display()
            )
        })
    }

    /// Takes the first place that is free, from `first` on, where several nodes of one database may share a directory.
    pub fn take_beside(directory: &std::path::Path, first: u16) -> anyhow::Result<Self> {
        for number in first..=PLACES {
            if let Some(place) = Self::try_take(directory, number)? {
                return Ok(place);
            }
        }
        anyhow::bail!("all places in {} are taken", directory.display())
    }

    /// From 1.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// `None` while another process has it. The name has the machine in it, the directory, and a word drawn at random that stays in the lock's file: two directories of the
    /// same name, in two containers of one machine, are two places.
    fn try_take(directory: &std::path::Path, number: u16) -> anyhow::Result<Option<Self>> {
        use std::io::{Read, Seek, Write};
        let path = directory.join(match number {
            1 => "node.lock".to_owned(),
            further => format!("node-{further}.lock"),
        });
        let said = || path.display().to_string();
        let mut file = std::fs::File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .with_context(said)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
            Err(std::fs::TryLockError::Error(error)) => return Err(error).with_context(said),
        }
        let mut word = String::new();
        file.read_to_string(&mut word).with_context(said)?;
        if word.is_empty() {
            word = new_sms_key().expose().to_owned();
            file.rewind().with_context(said)?;
            file.write_all(word.as_bytes()).with_context(said)?;
        }
        let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        Ok(Some(Self {
            number,
            name: format!(
                "{}:{}:{}#{number}",
                machine.trim(),
                directory.display(),
                word.trim()
            ),
            _lock: file,
        }))
    }
}

/// An open gateway: nothing moves yet but the writer.
pub struct Gateway {
    pub settings: Settings,
    pub database: DatabaseUrl,
    pub keys: Arc<Keys>,
    pub clock: Clock,
    pub faults: Faults,
    pub store: Store,
    place: Place,
    timekeeper: Timekeeper,
    pub book: Arc<Book>,
    pub to_handset: ToHandset,
    pub to_desktop: ToDesktop,
    carriers: Arc<Carriers>,
    links: Links,
    metrics: Metrics,
    sight: Sight,
}

/// A gateway at work.
pub struct Running {
    store: Store,
    _place: Place,
    to_handset: ToHandset,
    /// Ends links, sender and claimers, in this order of need: the doors first.
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// The fault that the settings arm.
pub fn faults(settings: &rooms::Faults) -> Faults {
    match &settings.at {
        None => Faults::default(),
        Some(at) => {
            let fault = match settings.what {
                rooms::Fault::Kill => Fault::Kill,
                rooms::Fault::Fail => Fault::Error,
            };
            Faults::armed(at, settings.nth, fault)
        }
    }
}

impl Gateway {
    /// Brings the database up to date, opens it, and checks that it belongs to these keys.
    pub async fn open(parts: Parts) -> anyhow::Result<Self> {
        let Parts {
            settings,
            database,
            keys,
            clock,
            faults,
            place,
        } = parts;
        if let Some(exposure) = database.exposure() {
            tracing::warn!("{exposure}");
        }
        let applied = store::migrate(&database)
            .await
            .with_context(|| format!("bringing {database} up to date"))?;
        if applied > 0 {
            tracing::info!(%database, applied, "migrated");
        }
        let (clock, correction) = clock.correctable();
        let metrics = Metrics::default();
        let opened = store::open(
            &database,
            &place.name,
            clock,
            faults.clone(),
            metrics.clone(),
        );
        let store = opened
            .await
            .with_context(|| format!("opening {database}"))?;
        let timekeeper = Timekeeper {
            reader: store.reader.clone(),
            correction,
        };
        timekeeper.look().await;
        check_keys(&store, &keys).await?;
        let lockouts = Lockouts::new(
            settings.security.lockout_tries,
            settings.security.lockout_s.duration(),
        );
        let book = Arc::new(Book::new(keys.clone(), store.reader.clone(), lockouts));
        let vault = Vault::new(keys.clone(), store.reader.clone(), store.ids.clone());
        let policy = Arc::new(Policy {
            to_handset: settings.to_handset.clone(),
            to_desktop: settings.to_desktop.clone(),
            carriers: Arc::new(Carriers::alike(Dialect::from(&settings.carrier))),
            mail_domain: settings.mail.domain.clone(),
        });
        let to_handset = ToHandset::new(to_handset::Needs {
            reader: store.reader.clone(),
            writer: store.writer.clone(),
            ids: store.ids.clone(),
            lease: store.lease,
            is_shared: !database.is_sqlite(),
            clock,
            vault: vault.clone(),
            book: book.clone(),
            policy: policy.clone(),
            metrics: metrics.clone(),
        });
        let to_desktop = ToDesktop::new(
            store.reader.clone(),
            store.writer.clone(),
            vault,
            clock,
            policy.clone(),
        );
        let sight = Sight {
            metrics: metrics.clone(),
            reader: store.reader.clone(),
            to_handset: to_handset.clone(),
            epoch: store.lease,
            tenure: store.tenure.clone(),
            clock,
            timekeeper: timekeeper.clone(),
            database_file: database.file().map(ToOwned::to_owned),
            seen: Arc::default(),
        };
        Ok(Self {
            metrics,
            sight,
            settings,
            database,
            keys,
            clock,
            faults,
            store,
            place,
            timekeeper,
            book,
            links: Links::new(to_handset.clone()),
            to_handset,
            to_desktop,
            carriers: policy.carriers.clone(),
        })
    }

    /// Whether a carrier's link is up.
    pub fn links(&self) -> Links {
        self.links.clone()
    }

    /// The HTTP doors, as one filter; `in_the_clear`: for a listener whose bytes others may read.
    pub fn routes(&self, in_the_clear: bool) -> BoxedFilter<(Response,)> {
        let soap = soap::door::routes(soap::door::Soap {
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop.clone(),
            book: self.book.clone(),
            public_url: self.settings.http.public_url.clone(),
            metrics: self.metrics.clone(),
        });
        let sight = self.sight.clone();
        let (reader, links) = (self.store.reader.clone(), self.links.clone());
        let timekeeper = self.timekeeper.clone();
        let down: Arc<str> = meaning_of_outage(&self.settings.to_handset).into();
        let rest = rest::routes(Rest {
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop.clone(),
            book: self.book.clone(),
            administration: self.administration(),
            clock: self.clock,
            readiness: Arc::new(move || {
                let (reader, links, down) = (reader.clone(), links.clone(), down.clone());
                let complaint = timekeeper.complaint();
                Box::pin(async move { readiness(&reader, &links, &down, complaint).await })
            }),
            version: env!("CARGO_PKG_VERSION"),
            metrics: self.metrics.clone(),
            sight: Arc::new(move || {
                let sight = sight.clone();
                Box::pin(async move { sight.text().await })
            }),
            metrics_open: self.settings.metrics.open,
            in_the_clear,
        });
        soap.or(rest).unify().or(rest::nowhere()).unify().boxed()
    }

    /// Shows the metrics where the settings say: at a listener of its own, which ends with `stop`. Where it listens.
    pub async fn show_metrics(
        &self,
        doors: &TaskTracker,
        stop: &CancellationToken,
    ) -> anyhow::Result<Option<SocketAddr>> {
        let Some(address) = self.settings.metrics.listen else {
            return Ok(None);
        };
        // Who looks on must not keep texts from leaving: a port that is taken costs the sight of this node alone.
        let listener = match TcpListener::bind(address).await {
            Ok(listener) => listener,
            Err(error) => {
                tracing::error!(%address, %error, "metrics are not shown: give each node on this machine a metrics.listen of its own, or \"off\"");
                return Ok(None);
            }
        };
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "metrics are shown to whoever reaches this address");
        }
        tracing::info!(%address, "listening, metrics");
        doors.spawn(listener::serve(
            listener,
            None,
            self.sight.routes(),
            Limits::default(),
            stop.clone(),
        ));
        Ok(Some(address))
    }

    /// Calls the SOAP door at a listener of ours (`http` or `https`), from now on until `stop`; what comes of it is in the metrics. It must listen already.
    pub fn call_itself(
        &self,
        listener: &'static str,
        listens: SocketAddr,
        certificates: Option<&Arc<Certificates>>,
        doors: &TaskTracker,
        stop: &CancellationToken,
    ) {
        doors.spawn(self_call::keep_calling(
            listener,
            OwnDoor::new(listens, certificates),
            self.metrics.clone(),
            stop.clone(),
        ));
    }

    /// What administrators ask for, done on this gateway's database.
    pub fn administration(&self) -> Administration {
        let to_handset = self.to_handset.clone();
        Administration::new(
            &self.store,
            self.keys.clone(),
            self.clock,
            self.settings.accounts.clone(),
            self.settings.carrier.clone(),
        )
        .knowing_links(move |carrier_id| to_handset.has_link(carrier_id))
    }

    /// The socket beside an SQLite database through which `admin` reaches this process. It must have ended before the gateway stops.
    pub fn administration_socket(
        &self,
        stop: CancellationToken,
    ) -> Option<tokio::task::JoinHandle<()>> {
        let DatabaseUrl::Sqlite(path) = &self.database else {
            return None;
        };
        let path = administration::socket::path_of(path);
        let administration = self.administration();
        Some(tokio::spawn(async move {
            if let Err(error) =
                administration::socket::serve(path.clone(), administration, stop).await
            {
                tracing::error!(%error, path = %path.display(), "`admin` cannot reach this process");
            }
        }))
    }

    /// Starts everything behind the doors.
    pub fn start(self) -> anyhow::Result<Running> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let file = self.database.file().map(ToOwned::to_owned);
        tasks.spawn(to_handset::keep_claiming(
            self.to_handset.clone(),
            file,
            stop.clone(),
        ));
        tasks.spawn(to_desktop::keep_in_order(
            self.to_desktop.clone(),
            stop.clone(),
        ));
        let relay = Arc::new(Relay::new(relay_settings(&self.settings.mail)?)?);
        let watch = Watch::new(relay.clone(), self.metrics.clone());
        tasks.spawn(watch.clone().run(stop.clone()));
        let sender = Sender {
            journey: self.to_desktop.clone(),
            relay,
            watch,
            mail_domain: self.settings.mail.domain.clone(),
            retry: self.settings.mail.retry_s.duration(),
            clock: self.clock,
            faults: self.faults.clone(),
            metrics: self.metrics.clone(),
        };
        tasks.spawn(sender.run(stop.clone()));
        let supervisor = Supervisor {
            reader: self.store.reader.clone(),
            slots: Slots::new(
                self.store.reader.clone(),
                self.store.writer.clone(),
                self.store.lease,
                !self.database.is_sqlite(),
            ),
            tenure: self.store.tenure.clone(),
            ids: self.store.ids.clone(),
            keys: self.keys,
            common: self.settings.carrier,
            carriers: self.carriers,
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop,
            clock: self.clock,
            faults: self.faults,
            metrics: self.metrics,
            links: self.links,
        };
        tasks.spawn(supervisor.run(stop.clone()));
        tasks.spawn(self.timekeeper.run(stop.clone()));
        tasks.close();
        Ok(Running {
            store: self.store,
            _place: self.place,
            to_handset: self.to_handset,
            stop,
            tasks,
        })
    }
}

impl Running {
    /// Resolves when another node took this one's lease over: it can write nothing any more, and has to end.
    pub async fn lease_lost(&self) {
        self.store.lost.cancelled().await;
    }

    /// Ends what was started: no more is accepted, windows drain, links unbind, what waits in memory goes back to the database.
    /// An error says that not everything is on disk that was handed over.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self {
            store,
            to_handset,
            stop,
            tasks,
            _place,
        } = self;
        to_handset.stop_accepting();
        stop.cancel();
        if tokio::time::timeout(Duration::from_secs(20), tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("not everything ended in time");
        }
        if let Err(error) = store.writer.write(Leave).await {
            tracing::warn!(%error, "what was in hand could not be released; the next start takes it over");
        }
        store.close().await.context("ending")
    }
}

/// What a link that is down means for the texts that are accepted meanwhile.
fn meaning_of_outage(to_handset: &rooms::ToHandset) -> String {
    match to_handset.outage {
        rooms::Outage::Hold => format!(
            "texts wait for it until their validity ends ({} h by default)",
            to_handset.validity_h
        ),
        rooms::Outage::Classic => format!(
            "texts try on every {} s, and one that failed {} times ends, its sender told (to_handset.outage = \"classic\"; with \"hold\" it would wait)",
            to_handset.retry_delay_s.ms() / 1000,
            to_handset.retries + 1
        ),
    }
}

/// Ready is whoever can keep a text, and knows what time it is: `complaint` says otherwise. What a carrier that is down does to a text stands in `down`.
async fn readiness(
    reader: &store::Reader,
    links: &Links,
    down: &str,
    complaint: Option<String>,
) -> Readiness {
    let database = reader.is_reachable().await;
    let complaint_of_carriers = complaint_of_carriers(links.down(), down);
    let check = |name: &str, ok: bool, otherwise: &str| Check {
        name: name.to_owned(),
        ok,
        detail: (!ok).then(|| otherwise.to_owned()),
    };
    Readiness {
        ready: database && complaint.is_none(),
        checks: vec![
            check("database", database, "the database does not answer"),
            check(
                "clock",
                complaint.is_none(),
                complaint.as_deref().unwrap_or_default(),
            ),
            check(
                "carriers",
                complaint_of_carriers.is_none(),
                complaint_of_carriers.as_deref().unwrap_or_default(),
            ),
        ],
    }
}

/// What operators are told of the carriers that texts are to leave over; none: each has a link. One that no route leads to, or that is suspended, is missed by nobody.
fn complaint_of_carriers(without_link: Option<Vec<String>>, meaning: &str) -> Option<String> {
    match without_link {
        None => {
            Some("no route leads to a carrier that is not suspended: nothing can leave".to_owned())
        }
        Some(names) if names.is_empty() => None,
        Some(names) => Some(format!("no link to {}; {meaning}", names.join(", "))),
    }
}

/// The keys that belong to a database: those of the settings, or those of `dir`. **New ones are made for a database that no key has filled yet, and for no other.**
pub async fn keys_for(
    database: &DatabaseUrl,
    given: Option<&Secret>,
    dir: &std::path::Path,
) -> anyhow::Result<Keys> {
    if let Some(keys) = given {
        return Ok(Keys::parse(keys.expose(), "setting security.keys")?);
    }
    let known = store::known_keys(database)
        .await
        .with_context(|| format!("looking into {database}"))?;
    Ok(match known.is_empty() {
        true => Keys::load_or_create(&private_directory(dir)?)?,
        false => Keys::load_known(dir, &known)?,
    })
}

/// Refuses keys that the database was not filled with; notes those that are new to it.
pub async fn check_keys(store: &Store, keys: &Keys) -> anyhow::Result<()> {
    let mut known = Vec::new();
    for (name, commitment) in store.reader.key_commitments().await? {
        let commitment: [u8; 32] = commitment
            .try_into()
            .map_err(|_| anyhow::anyhow!("the commitment of {name} is broken"))?;
        known.push((name, commitment));
    }
    let new = keys
        .check(&known)
        .context("these keys do not belong to this database")?;
    if !new.is_empty() {
        store.writer.write(Commit(new)).await?;
    }
    Ok(())
}

fn relay_settings(mail: &rooms::Mail) -> anyhow::Result<relay::Settings> {
    let (host, port) = mail
        .relay
        .rsplit_once(':')
        .context("mail.relay must be host:port")?;
    let mut settings = relay::Settings::new(
        host.trim_matches(['[', ']']),
        port.parse().context("mail.relay must be host:port")?,
        &mail.domain,
    );
    settings.tls = match mail.tls {
        rooms::MailTls::None => relay::Tls::None,
        rooms::MailTls::Opportunistic => relay::Tls::Opportunistic,
        rooms::MailTls::Starttls => relay::Tls::Starttls,
        rooms::MailTls::Wrapped => relay::Tls::Wrapped,
    };
    settings.connections = usize::try_from(mail.connections).unwrap_or(4);
    if let (Some(user), Some(password)) = (&mail.user, &mail.password) {
        settings.login = Some(relay::Login {
            user: user.clone(),
            password: password.expose().to_owned().into(),
        });
    }
    Ok(settings)
}

struct Commit(Vec<(String, [u8; 32])>);

impl Work for Commit {
    type Answer = ();
    const NAME: &'static str = "key_commitments";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter() {
                batch.keep_key_commitments(&work.0).await?;
            }
            Ok(vec![(); works.len()])
        })
    }
}

/// Gives back what this node leased and did not begin.
struct Leave;

impl Work for Leave {
    type Answer = ();
    const NAME: &'static str = "leave";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            batch.release_own().await?;
            Ok(vec![(); works.len()])
        })
    }
}

/// A directory that is ours alone: made with mode 0700 if it is not there.
pub fn private_directory(path: &std::path::Path) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("making {}", path.display()))?;
    path.canonicalize()
        .with_context(|| format!("finding {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriers_without_a_link_are_named() {
        for (without_link, said) in [
            (Some(vec![]), None),
            (
                Some(vec!["telco".to_owned(), "other".to_owned()]),
                Some("no link to telco, other; they wait"),
            ),
            (
                None,
                Some("no route leads to a carrier that is not suspended: nothing can leave"),
            ),
        ] {
            let complaint = complaint_of_carriers(without_link, "they wait");
            assert_eq!(complaint.as_deref(), said);
        }
    }
}
