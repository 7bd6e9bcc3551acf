//! Wires the rooms, starts and stops them. What runs is started here and nowhere else.

use crate::accounts::{Book, Lockouts};
use crate::administration::{self, Administration};
use crate::carrier::{self, Account, Link};
use crate::clock::Clock;
use crate::config::{Settings, rooms};
use crate::faults::{Fault, Faults};
use crate::mail::relay::{self, Relay};
use crate::mail::sender::Sender;
use crate::policy::{Carriers, Dialect, Policy};
use crate::rest::{self, Check, Readiness, Rest};
use crate::security::Keys;
use crate::soap;
use crate::store::{self, Batch, DatabaseUrl, Store, StoreError, Work};
use crate::to_desktop::{self, ToDesktop};
use crate::to_handset::{self, ToHandset};
use crate::vault::Vault;
use anyhow::Context;
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

/// How often it is looked whether carriers were added or changed.
const LOOK_AT_CARRIERS: Duration = Duration::from_secs(1);

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

/// A directory of this machine in which one gateway lives at a time. Its name tells the database which earlier node is dead.
pub struct Place {
    name: String,
    _lock: std::fs::File,
}

impl Place {
    /// Takes the directory; refused while another process has it.
    pub fn take(directory: &std::path::Path) -> anyhow::Result<Self> {
        let path = directory.join("node.lock");
        let file = std::fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| path.display().to_string())?;
        if file.try_lock().is_err() {
            anyhow::bail!(
                "another gateway lives in {}; stop it, or give this one a directory of its own",
                directory.display()
            );
        }
        let machine = std::fs::read_to_string("/etc/machine-id").unwrap_or_default();
        Ok(Self {
            name: format!("{}:{}", machine.trim(), directory.display()),
            _lock: file,
        })
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
    pub book: Arc<Book>,
    pub to_handset: ToHandset,
    pub to_desktop: ToDesktop,
    carriers: Arc<Carriers>,
    links: Links,
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
        let applied = store::migrate(&database)
            .await
            .with_context(|| format!("bringing {database} up to date"))?;
        if applied > 0 {
            tracing::info!(%database, applied, "migrated");
        }
        let store = store::open(&database, &place.name, clock, faults.clone())
            .await
            .with_context(|| format!("opening {database}"))?;
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
            clock,
            vault: vault.clone(),
            book: book.clone(),
            policy: policy.clone(),
        });
        let to_desktop = ToDesktop::new(
            store.reader.clone(),
            store.writer.clone(),
            vault,
            clock,
            policy.clone(),
        );
        Ok(Self {
            settings,
            database,
            keys,
            clock,
            faults,
            store,
            place,
            book,
            to_handset,
            to_desktop,
            carriers: policy.carriers.clone(),
            links: Links::default(),
        })
    }

    /// Whether a carrier's link is up.
    pub fn links(&self) -> Links {
        self.links.clone()
    }

    /// The HTTP doors, as one filter.
    pub fn routes(&self) -> BoxedFilter<(Response,)> {
        let soap = soap::door::routes(soap::door::Soap {
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop.clone(),
            book: self.book.clone(),
            public_url: self.settings.http.public_url.clone(),
        });
        let (reader, links) = (self.store.reader.clone(), self.links.clone());
        let rest = rest::routes(Rest {
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop.clone(),
            book: self.book.clone(),
            clock: self.clock,
            readiness: Arc::new(move || {
                let (reader, links) = (reader.clone(), links.clone());
                Box::pin(async move { readiness(&reader, &links).await })
            }),
            version: env!("CARGO_PKG_VERSION"),
        });
        soap.or(rest).unify().or(rest::nowhere()).unify().boxed()
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
        let administration = Administration::new(
            &self.store,
            self.keys.clone(),
            self.clock,
            self.settings.accounts.clone(),
            self.settings.carrier.clone(),
        );
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
        let file = match &self.database {
            DatabaseUrl::Sqlite(path) => Some(path.clone()),
            DatabaseUrl::Postgres { .. } => None,
        };
        tasks.spawn(to_handset::keep_claiming(
            self.to_handset.clone(),
            file,
            stop.clone(),
        ));
        tasks.spawn(to_desktop::keep_in_order(
            self.to_desktop.clone(),
            stop.clone(),
        ));
        let sender = Sender {
            journey: self.to_desktop.clone(),
            relay: Arc::new(Relay::new(relay_settings(&self.settings.mail)?)?),
            mail_domain: self.settings.mail.domain.clone(),
            retry: self.settings.mail.retry_s.duration(),
            clock: self.clock,
            faults: self.faults.clone(),
        };
        tasks.spawn(sender.run(stop.clone()));
        let supervisor = Supervisor {
            reader: self.store.reader.clone(),
            ids: self.store.ids.clone(),
            keys: self.keys,
            common: self.settings.carrier,
            carriers: self.carriers,
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop,
            clock: self.clock,
            faults: self.faults,
            links: self.links,
        };
        tasks.spawn(supervisor.run(stop.clone()));
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
    /// Ends what was started: no more is accepted, windows drain, links unbind, what waits in memory goes back to the database.
    pub async fn stop(self) {
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
        // The writer ends with its last handle.
        drop(to_handset);
        store.close().await;
    }
}

/// Ready is whoever can keep a text; a carrier that is down delays texts and loses none.
async fn readiness(reader: &store::Reader, links: &Links) -> Readiness {
    let database = reader.is_reachable().await;
    let check = |name: &str, ok: bool, otherwise: &str| Check {
        name: name.to_owned(),
        ok,
        detail: (!ok).then(|| otherwise.to_owned()),
    };
    Readiness {
        ready: database,
        checks: vec![
            check("database", database, "the database does not answer"),
            check("carriers", links.are_bound(), "a link is down; texts wait"),
        ],
    }
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

/// How many links of each carrier stand.
#[derive(Clone, Default)]
pub struct Links(Arc<Mutex<HashMap<i64, Arc<AtomicUsize>>>>);

impl Links {
    /// Whether there is a carrier, and each has a link that stands.
    pub fn are_bound(&self) -> bool {
        self.0.lock().is_ok_and(|links| {
            !links.is_empty() && links.values().all(|up| up.load(Ordering::Relaxed) > 0)
        })
    }

    /// Waits until each carrier has a link that stands, but no longer than `patience`.
    pub async fn wait_bound(&self, patience: Duration) {
        let until = std::time::Instant::now() + patience;
        while !self.are_bound() && std::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn of(&self, carrier_id: i64) -> Arc<AtomicUsize> {
        self.0
            .lock()
            .map(|mut links| links.entry(carrier_id).or_default().clone())
            .unwrap_or_default()
    }
}

/// A link at work, and the row that it was made of.
struct LinkTask {
    row: store::carriers::Model,
    ends: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

/// Keeps one link per carrier; a carrier that was changed gets a new one.
struct Supervisor {
    reader: store::Reader,
    ids: Arc<store::Ids>,
    keys: Arc<Keys>,
    /// What carriers have in common.
    common: rooms::Carrier,
    /// What the journeys know of carriers.
    carriers: Arc<Carriers>,
    to_handset: ToHandset,
    to_desktop: ToDesktop,
    clock: Clock,
    faults: Faults,
    links: Links,
}

impl Supervisor {
    async fn run(self, stop: CancellationToken) {
        let mut running: HashMap<i64, LinkTask> = HashMap::new();
        let tasks = TaskTracker::new();
        loop {
            match self.reader.carriers().await {
                Ok(rows) => {
                    for row in rows {
                        if running.get(&row.id).is_some_and(|task| task.row == row) {
                            continue;
                        }
                        let former = running.remove(&row.id);
                        let ends = stop.child_token();
                        let link = self.link(&row).inspect_err(|error| {
                            tracing::error!(
                                carrier = row.name,
                                error,
                                "this carrier cannot be used"
                            );
                        });
                        let (link, ends_too) = (link.ok(), ends.clone());
                        let task = tasks.spawn(async move {
                            // An account may allow no more binds than it has: the former drains and unbinds first.
                            if let Some(former) = former {
                                former.ends.cancel();
                                let _ = former.task.await;
                            }
                            if let Some(link) = link {
                                link.run(ends_too).await;
                            }
                        });
                        running.insert(row.id, LinkTask { row, ends, task });
                    }
                }
                Err(error) => tracing::warn!(%error, "carriers could not be read"),
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(LOOK_AT_CARRIERS) => {}
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    /// A carrier's settings: those of all, and its own over them. The journeys hear of them before its link speaks.
    fn settings(&self, row: &store::carriers::Model) -> Result<rooms::Carrier, String> {
        let settings = rooms::OwnSettings::parse(&row.settings)
            .and_then(|own| own.over(&self.common))
            .map_err(|error| {
                format!("{error}; see `emailsms admin carrier show`, and change it with `carrier set --set` or `--unset`")
            })?;
        self.carriers.learn(row.id, Dialect::from(&settings));
        Ok(settings)
    }

    fn link(&self, row: &store::carriers::Model) -> Result<Link, String> {
        let settings = self.settings(row)?;
        let password = self
            .keys
            .open_secret(row.id, "carrier.password", &row.password)
            .map_err(|error| error.to_string())?;
        let password = String::from_utf8(password.to_vec())
            .map_err(|_| "its password is not text".to_owned())?;
        let account = Account {
            carrier_id: row.id,
            name: row.name.clone(),
            host: row.host.clone(),
            port: u16::try_from(row.port).map_err(|_| format!("{} is no port", row.port))?,
            system_id: row.system_id.clone(),
            password: smpp::Secret::new(password),
        };
        Ok(Link {
            account,
            slot: 1,
            may_write: Arc::new(|| true),
            settings: carrier::Settings::from(&settings),
            to_handset: self.to_handset.clone(),
            to_desktop: self.to_desktop.clone(),
            ids: self.ids.clone(),
            clock: self.clock,
            faults: self.faults.clone(),
            up: self.links.of(row.id),
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
