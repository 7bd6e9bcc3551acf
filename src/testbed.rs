//! A gateway without its doors, for unit tests: a new SQLite database with both journeys over it, one company, one user, one carrier for Australia.
//!
//! Nothing runs beside it: no claimer, no link, no relay. What a test wants to happen it does itself.

use crate::accounts::{Book, KeyScopes, Lockouts};
use crate::administration::Administration;
use crate::clock::Clock;
use crate::config::rooms;
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::policy::{Carriers, Dialect, Policy};
use crate::security::{ApiKeyMode, Field, Keys, Lookup, new_api_key, new_sms_key};
use crate::store::people::{api_key, company, department, user};
use crate::store::{Batch, DatabaseUrl, Store, StoreError, Work, carriers, inbound, migrate, open};
use crate::to_desktop::ToDesktop;
use crate::to_handset::{Destination, Needs, SendRequest, ToHandset};
use crate::vault::Vault;
use futures::future::BoxFuture;
use sms::{Text, Wish};
use std::cell::RefCell;
use std::sync::{Arc, Once};
use std::time::Duration;
use tempfile::TempDir;

/// Business time at which a bed begins: 14:34 in Sydney.
pub const BEGINNING: i64 = 1_773_200_040_000;
/// Wrong keys an hour before a serial is locked.
pub const WRONG_KEYS: u32 = 10;

/// An open gateway in a directory that goes with it.
pub struct Bed {
    _dir: Arc<TempDir>,
    /// Points at which its batches wait.
    pub faults: Faults,
    pub store: Store,
    pub metrics: Metrics,
    pub keys: Arc<Keys>,
    pub vault: Vault,
    pub book: Arc<Book>,
    pub clock: Clock,
    pub to_handset: ToHandset,
    pub to_desktop: ToDesktop,
    /// Serves +61 with the pool number +61491570006.
    pub carrier_id: i64,
    /// In Australia, with the mail domain `example.com`, without quota.
    pub company_id: i64,
    /// `ann@example.com`, of that company.
    pub ann: Person,
}

/// A user with all that proves who it is.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: i64,
    pub company_id: i64,
    pub email: String,
    pub serial: String,
    /// The SMS key that goes with the serial.
    pub key: String,
    pub api_key: String,
    /// A test key: its texts never reach a carrier.
    pub api_key_test: String,
}

impl Bed {
    /// A bed with the default settings.
    pub async fn open() -> Self {
        Self::with(|_| {}).await
    }

    /// A bed whose settings differ from the defaults.
    pub async fn with(change: impl FnOnce(&mut Policy)) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let url = DatabaseUrl::Sqlite(dir.path().join("emailsms.db"));
        migrate(&url).await.unwrap();
        let keys = Arc::new(Keys::create(&dir.path().join("keys")).unwrap());
        let mut bed = Self::make(dir, &url, "", keys, Faults::default(), change).await;
        bed.furnish().await;
        bed
    }

    /// Two nodes on one PostgreSQL database, whose batches wait at these points (none: ""). `None` where the tests run without PostgreSQL: SQLite has one node.
    pub async fn two(points: [&str; 2]) -> Option<[Self; 2]> {
        let place = std::env::var("EMAILSMS_TEST_DATABASE").ok()?;
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let keys = Arc::new(Keys::create(&dir.path().join("keys")).unwrap());
        let word = new_sms_key().expose().to_lowercase();
        let url = DatabaseUrl::parse(&place, &format!("bed_{word}"), None).unwrap();
        migrate(&url).await.unwrap();
        let [one, two] = points.map(Faults::gated);
        // What misses other parts is given up when somebody looks.
        let hasty = |policy: &mut Policy| {
            policy.to_desktop.reassembly_s = rooms::Seconds::whole(0);
        };
        let mut first = Self::make(dir.clone(), &url, "one", keys.clone(), one, hasty).await;
        first.furnish().await;
        let mut second = Self::make(dir, &url, "two", keys, two, hasty).await;
        (second.carrier_id, second.company_id) = (first.carrier_id, first.company_id);
        second.ann = first.ann.clone();
        Some([first, second])
    }

    async fn make(
        dir: Arc<TempDir>,
        url: &DatabaseUrl,
        holder: &str,
        keys: Arc<Keys>,
        faults: Faults,
        change: impl FnOnce(&mut Policy),
    ) -> Self {
        Log::install();
        let (clock, metrics) = (Clock::starting_at(BEGINNING), Metrics::default());
        let store = open(url, holder, clock, faults.clone(), metrics.clone())
            .await
            .unwrap();
        let vault = Vault::new(keys.clone(), store.reader.clone(), store.ids.clone());
        let lockouts = Lockouts::new(WRONG_KEYS, Duration::from_secs(3600));
        let book = Arc::new(Book::new(keys.clone(), store.reader.clone(), lockouts));
        let mut policy = Policy {
            to_handset: rooms::ToHandset::default(),
            to_desktop: rooms::ToDesktop::default(),
            carriers: Arc::new(Carriers::alike(Dialect {
                receipts: rooms::Receipts::EveryPart,
                guesses_ids: true,
            })),
            mail_domain: "sms.example.com".into(),
        };
        change(&mut policy);
        let policy = Arc::new(policy);
        let to_handset = ToHandset::new(Needs {
            reader: store.reader.clone(),
            writer: store.writer.clone(),
            ids: store.ids.clone(),
            lease: store.lease,
            is_shared: false,
            clock,
            vault: vault.clone(),
            book: book.clone(),
            policy: policy.clone(),
            metrics: metrics.clone(),
        });
        let to_desktop = ToDesktop::new(
            store.reader.clone(),
            store.writer.clone(),
            vault.clone(),
            clock,
            policy,
        );
        Self {
            _dir: dir,
            faults,
            metrics,
            keys,
            vault,
            book,
            clock,
            to_handset,
            to_desktop,
            carrier_id: store.ids.next(),
            company_id: 0,
            ann: Person::nobody(),
            store,
        }
    }

    async fn furnish(&mut self) {
        self.add_carrier().await;
        self.company_id = self.add_company("Example", &["example.com"]).await;
        self.ann = self.add_user(self.company_id, "ann@example.com").await;
    }

    /// A request of Ann's as software makes it.
    pub async fn request(&self, handset: &str, text: &str) -> SendRequest {
        let who = self.book.by_api_key(&self.ann.api_key, BEGINNING);
        let who = who.await.unwrap();
        SendRequest {
            to: vec![Destination::parse(handset, &who.caller)],
            who,
            door: "test",
            text: Text::new(text),
            reply_to: None,
            originator: None,
            flash: false,
            priority: 0,
            receipts: Some(Wish::Always),
            validity_ms: None,
            reference: None,
            all_or_nothing: false,
        }
    }

    /// What administrators ask for.
    pub fn administration(&self) -> Administration {
        Administration::new(
            &self.store,
            self.keys.clone(),
            self.clock,
            rooms::Accounts::default(),
            rooms::Carrier::default(),
        )
    }

    /// Writes something in a transaction of its own; what the book knew is forgotten after it.
    pub async fn write(
        &self,
        change: impl for<'a> FnOnce(&'a Batch<'_>) -> BoxFuture<'a, Result<(), StoreError>>
        + Send
        + 'static,
    ) {
        let change = Change(Some(Box::new(change)));
        self.store.writer.write(change).await.unwrap();
        self.book
            .turn_to(self.store.reader.accounts_revision().await.unwrap());
    }

    /// Adds a company like the first; its id.
    pub async fn add_company(&self, name: &str, domains: &[&str]) -> i64 {
        let id = self.store.ids.next();
        let row = company::Model {
            id,
            name: name.into(),
            country: "AU".into(),
            zone: "Australia/Sydney".into(),
            active: true,
            quota: None,
            receipts: i64::from(Wish::Always.code()),
            restricted: false,
            fallback_address: None,
            created_at: BEGINNING,
            suspended_at: None,
        };
        let domains: Vec<String> = domains.iter().map(|&domain| domain.to_owned()).collect();
        self.write(move |batch| Box::pin(async move { batch.insert_company(row, &domains).await }))
            .await;
        id
    }

    /// Changes a company's row.
    pub async fn change_company(&self, id: i64, change: impl FnOnce(&mut company::Model)) {
        let mut row = self.store.reader.company(id).await.unwrap().unwrap();
        change(&mut row);
        self.write(move |batch| Box::pin(batch.update_company(row)))
            .await;
    }

    /// Adds a department with this quota, and puts the user in it; its id.
    pub async fn add_department(&self, person: &Person, quota: Option<i64>) -> i64 {
        let id = self.store.ids.next();
        let row = department::Model {
            id,
            company_id: person.company_id,
            name: "Depot".into(),
            active: true,
            quota,
            created_at: BEGINNING,
        };
        self.write(move |batch| Box::pin(batch.insert_department(row)))
            .await;
        self.change_user(person, |user| user.department_id = Some(id))
            .await;
        id
    }

    /// Adds an active user with a serial, its key, and an API key of either mode.
    pub async fn add_user(&self, company_id: i64, email: &str) -> Person {
        let person = Person {
            id: self.store.ids.next(),
            company_id,
            email: email.into(),
            serial: self.keys.new_serial().expose().into(),
            key: new_sms_key().expose().into(),
            api_key: new_api_key(ApiKeyMode::Live).expose().into(),
            api_key_test: new_api_key(ApiKeyMode::Test).expose().into(),
        };
        let hash = |kind, text: &str| self.keys.lookup(kind, text).as_bytes().to_vec();
        let row = user::Model {
            id: person.id,
            company_id,
            department_id: None,
            name: email.split('@').next().unwrap_or_default().into(),
            email: email.into(),
            active: true,
            quota: None,
            password_hash: None,
            serial_hash: Some(hash(Lookup::Serial, &person.serial)),
            serial_tail: None,
            key_hash: Some(hash(Lookup::SmsKey, &person.key)),
            created_at: BEGINNING,
            unlocked_at: None,
        };
        let api_keys =
            [(&person.api_key, true), (&person.api_key_test, false)].map(|(text, live)| {
                api_key::Model {
                    id: self.store.ids.next(),
                    company_id,
                    user_id: person.id,
                    hash: hash(Lookup::ApiKey, text),
                    prefix: text.chars().take(12).collect(),
                    live,
                    created_at: BEGINNING,
                    expires_at: None,
                    revoked_at: None,
                    scopes: KeyScopes::ORDINARY.to_string(),
                }
            });
        self.write(move |batch| {
            Box::pin(async move {
                batch.insert_user(row).await?;
                for api_key in api_keys {
                    batch.insert_api_key(api_key).await?;
                }
                Ok(())
            })
        })
        .await;
        person
    }

    /// Changes a user's row.
    pub async fn change_user(&self, person: &Person, change: impl FnOnce(&mut user::Model)) {
        let users = self.store.reader.users(person.company_id).await.unwrap();
        let mut row = users.into_iter().find(|user| user.id == person.id).unwrap();
        change(&mut row);
        self.write(move |batch| Box::pin(batch.update_user(row)))
            .await;
    }

    /// Keeps a reply of a handset to an SMS of that user; its id.
    pub async fn add_reply(&self, person: &Person, sms_id: Option<i64>, text: &str) -> i64 {
        let key = self
            .vault
            .sealing_key(&self.store.writer, person.company_id, BEGINNING)
            .await
            .unwrap();
        let id = self.store.ids.next();
        let row = inbound::Model {
            id,
            carrier_id: self.carrier_id,
            company_id: Some(person.company_id),
            department_id: None,
            user_id: Some(person.id),
            sms_id,
            handset: Some(61_491_570_156),
            sender: "+61491570156".into(),
            number: "+61491570006".into(),
            text: key.seal(id, Field::ReplyText, text.as_bytes()),
            parts: 1,
            incomplete: false,
            ambiguous: false,
            reply_to: Some(person.email.clone()),
            arrived_at: BEGINNING,
            collected_at: None,
        };
        self.write(move |batch| Box::pin(batch.insert_inbound(row)))
            .await;
        id
    }

    /// A carrier that serves Australia and has one pool number.
    async fn add_carrier(&self) {
        let id = self.carrier_id;
        self.write(move |batch| {
            Box::pin(async move {
                let carrier = carriers::Model {
                    id,
                    name: "one".into(),
                    host: "127.0.0.1".into(),
                    port: 2775,
                    system_id: "esme".into(),
                    password: Vec::new(),
                    created_at: BEGINNING,
                    settings: String::new(),
                    suspended_at: None,
                };
                let route = carriers::route::Model {
                    prefix: "61".into(),
                    rank: 1,
                    name: "SAU".into(),
                    carrier_id: id,
                    weight: 1,
                    suspended_at: None,
                };
                let number = carriers::number::Model {
                    number: 61_491_570_006,
                    carrier_id: id,
                    company_id: None,
                    removed_at: None,
                    created_at: BEGINNING,
                };
                batch.insert_carrier(carrier).await?;
                batch.insert_route(route).await?;
                batch.insert_number(number).await
            })
        })
        .await;
    }
}

impl Person {
    fn nobody() -> Self {
        Self {
            id: 0,
            company_id: 0,
            email: String::new(),
            serial: String::new(),
            key: String::new(),
            api_key: String::new(),
            api_key_test: String::new(),
        }
    }
}

thread_local! {
    /// What was logged on this thread since somebody listens.
    static LOGGED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What is logged on this thread, from `info` on, for as long as this lives.
pub struct Log;

impl Log {
    pub fn listen() -> Self {
        Self::install();
        LOGGED.set(Some(Vec::new()));
        Self
    }

    /// One subscriber for all tests, from the beginning on: where each has its own for a while, tracing now and then remembers of a line that another test logs at the same
    /// time that nobody wants it.
    fn install() {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::INFO)
                .with_ansi(false)
                .with_writer(|| ThisThread)
                .init();
        });
    }

    /// The only line with this word since the last time that anybody asked.
    pub fn take_line(&self, word: &str) -> String {
        let all = self.take();
        let mut lines = all.lines().filter(|line| line.contains(word));
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("no `{word}` in:\n{all}"));
        assert_eq!(lines.next(), None, "more than one `{word}` in:\n{all}");
        line.to_owned()
    }

    /// Everything since the last time that anybody asked.
    pub fn take(&self) -> String {
        String::from_utf8(LOGGED.replace(Some(Vec::new())).unwrap()).unwrap()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LOGGED.set(None);
    }
}

struct ThisThread;

impl std::io::Write for ThisThread {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| {
            if let Some(logged) = logged {
                logged.extend_from_slice(octets);
            }
        });
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

type Written =
    Box<dyn for<'a> FnOnce(&'a Batch<'_>) -> BoxFuture<'a, Result<(), StoreError>> + Send>;

struct Change(Option<Written>);

impl Work for Change {
    type Answer = ();
    const NAME: &'static str = "test";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter_mut() {
                if let Some(change) = work.0.take() {
                    change(batch).await?;
                }
            }
            Ok(vec![(); works.len()])
        })
    }
}
