//! Opening a database: SQLite (a file of our own, locked) or PostgreSQL (a schema of our own).

use super::nodes::{self, Tenure};
use super::transaction::Transactions;
use super::writer::{self, Writer};
use super::{Ids, StoreError};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::security::Secret;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, Statement,
};
use std::fs::File;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a PostgreSQL server may take to let us in at the start.
const KNOCK: Duration = Duration::from_secs(5);
/// SQLite's own memory of pages, of the writer and of each of its readers, in KiB. What is read beyond it comes from the system's, at the price of a call; a database of
/// any size costs no more than this.
const WRITER_CACHE_KIB: u32 = 32 * 1024;
const READER_CACHE_KIB: u32 = 4 * 1024;
/// How long the writer may take for what it has when the store closes.
const CLOSE: Duration = Duration::from_secs(20);

/// Which database. Its `Display` shows no password.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A file; made if it is not there.
    Sqlite(PathBuf),
    /// A server: `postgres://user@host:port/database`, the password apart, and the schema that is ours.
    Postgres {
        /// Without a password: it comes from the environment (`PGPASSWORD`), a pass file, or `password`.
        url: String,
        /// Name of our schema; made if it is not there.
        schema: String,
        /// If it is neither in the environment nor in a pass file.
        password: Option<Secret>,
    },
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` or `postgres://…`. `schema` is used for PostgreSQL only.
    pub fn parse(text: &str, schema: &str, password: Option<Secret>) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            if path.is_empty() {
                return Err(
                    "`sqlite:` needs a path, for example sqlite:/var/lib/emailsms/emailsms.db"
                        .into(),
                );
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let authority = text
                .split("://")
                .nth(1)
                .and_then(|rest| rest.split('/').next())
                .unwrap_or_default();
            if authority
                .split('@')
                .next()
                .is_some_and(|user| authority.contains('@') && user.contains(':'))
            {
                return Err("a password does not belong into the database URL; give it in PGPASSWORD or a pass file (PGPASSFILE)".into());
            }
            let shape = !schema.is_empty()
                && schema.len() <= 63
                && schema.bytes().all(|octet| {
                    octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_'
                });
            if !shape {
                return Err(format!(
                    "`{schema}` cannot be the name of a schema: use a-z, 0-9 and _"
                ));
            }
            return Ok(Self::Postgres {
                url: text.to_owned(),
                schema: schema.to_owned(),
                password,
            });
        }
        Err(format!(
            "`{}` is no database: use sqlite:PATH or postgres://user@host/database",
            text.split(':').next().unwrap_or_default()
        ))
    }

    /// SQLite's.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres { .. } => None,
        }
    }

    /// SQLite serves one node only.
    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// A sentence with its remedy, if somebody other than its owner can use an SQLite database's file.
    pub fn exposure(&self) -> Option<String> {
        let Self::Sqlite(path) = self else {
            return None;
        };
        let mut exposed = Vec::new();
        for ending in ["", "-wal", "-shm"] {
            let file = beside(path, ending);
            if let Ok(found) = std::fs::metadata(&file)
                && found.permissions().mode() & 0o077 != 0
            {
                exposed.push(file.display().to_string());
            }
        }
        let files = exposed.join(" ");
        (!exposed.is_empty())
            .then(|| format!("others on this machine can use {files}; run: chmod 0600 {files}"))
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(out, "sqlite:{}", path.display()),
            Self::Postgres { url, .. } => out.write_str(url),
        }
    }
}

/// Reads from the database, each for itself; holds no transaction open.
#[derive(Clone, Debug)]
pub struct Reader(pub(super) DatabaseConnection);

impl Reader {
    /// Answers whether the database can be asked now.
    pub async fn is_reachable(&self) -> bool {
        matches!(
            tokio::time::timeout(Duration::from_secs(2), self.0.ping()).await,
            Ok(Ok(()))
        )
    }

    /// As if the database were gone.
    #[cfg(test)]
    pub async fn close_for_test(&self) {
        self.0.clone().close().await.unwrap();
    }
}

/// Whether there is a table of that name.
pub(super) async fn has_table(
    connection: &DatabaseConnection,
    name: &str,
) -> Result<bool, StoreError> {
    let backend = connection.get_database_backend();
    let sql = match backend {
        DatabaseBackend::Postgres => "SELECT to_regclass($1) IS NOT NULL",
        _ => "SELECT COUNT(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = $1",
    };
    let asked = Statement::from_sql_and_values(backend, sql, [name.into()]);
    let row = connection.query_one_raw(asked).await?;
    Ok(row.map_or(Ok(false), |row| row.try_get_by_index(0))?)
}

/// An open database with its writer running.
pub struct Store {
    /// For reads.
    pub reader: Reader,
    /// For writes.
    pub writer: Writer,
    /// Makes ids for rows that the writer's callers prepare.
    pub ids: Arc<Ids>,
    /// This node's epoch: rows leased under another, dead one are left over from a crash.
    pub lease: i64,
    /// How long that surely stands.
    pub tenure: Tenure,
    /// Cancelled when another node took this one's lease over: nothing can be written any more, and the process has to end.
    pub lost: CancellationToken,
    closing: CancellationToken,
    task: tokio::task::JoinHandle<()>,
    _lock: Option<File>,
}

impl Store {
    /// Waits until everything that was handed to the writer is written; other [`Writer`] clones write no more from now on. An error
    /// says that it did not end in time: what callers were not answered for may be written or not.
    pub async fn close(self) -> Result<(), StoreError> {
        self.closing.cancel();
        let ended = match tokio::time::timeout(CLOSE, self.task).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(StoreError::Refused("the writer ended badly".to_owned())),
            Err(_) => Err(StoreError::Unreachable(format!(
                "the writer did not finish within {} s",
                CLOSE.as_secs()
            ))),
        };
        if self.reader.0.get_database_backend() == DatabaseBackend::Postgres {
            // On SQLite the next start forgets the row.
            let gone = Statement::from_sql_and_values(
                DatabaseBackend::Postgres,
                "DELETE FROM nodes WHERE epoch = $1",
                [self.lease.into()],
            );
            if let Err(error) = self.reader.0.execute_raw(gone).await {
                tracing::warn!(%error, "this node's row stays until its lease ends");
            }
        }
        let _ = self.reader.0.close().await;
        ended
    }
}

/// Opens the database, which [`super::migrate`] has brought up to date, and starts its writer under a new epoch.
///
/// `holder` names this process's place uniquely among all that live; empty: it has no name, and what it leaves behind is taken over when its lease ends. On SQLite the file's
/// lock says that whoever was there before is dead.
pub async fn open(
    url: &DatabaseUrl,
    holder: &str,
    clock: Clock,
    faults: Faults,
    metrics: Metrics,
) -> Result<Store, StoreError> {
    let lock = match url {
        DatabaseUrl::Sqlite(path) => Some(lock_file(path)?),
        DatabaseUrl::Postgres { .. } => None,
    };
    let reader = connect(url, if url.is_sqlite() { 4 } else { 8 }, true).await?;
    let connection = connect(url, 1, false).await?;
    let node =
        nodes::Node::register(&connection, if url.is_sqlite() { "sqlite" } else { holder }).await?;
    let ids = Arc::new(Ids::new(node.node_no, newest_id(&reader).await?));
    let lease = node.epoch;
    let (lost, tenure) = (CancellationToken::new(), node.tenure.clone());
    let closing = CancellationToken::new();
    let task = writer::Task {
        transactions: Transactions::new(connection),
        ids: ids.clone(),
        clock,
        node,
        faults,
        metrics,
        lost: lost.clone(),
    };
    let (writer, task) = writer::start(task, closing.clone());
    Ok(Store {
        reader: Reader(reader),
        writer,
        ids,
        lease,
        tenure,
        lost,
        closing,
        task,
        _lock: lock,
    })
}

/// Opens the database for reading only, without a node, a lock, or a writer.
pub async fn open_reader(url: &DatabaseUrl) -> Result<Reader, StoreError> {
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        return Err(StoreError::Unreachable(format!(
            "there is no file {}",
            path.display()
        )));
    }
    Ok(Reader(connect(url, 2, true).await?))
}

/// The names of the keys that a database was filled with, before anything of it is touched: none for one that does not exist yet or has no tables.
pub async fn known_keys(url: &DatabaseUrl) -> Result<Vec<String>, StoreError> {
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        return Ok(Vec::new());
    }
    let reader = open_reader(url).await?;
    let known = match has_table(&reader.0, "key_commitments").await? {
        true => reader.key_commitments().await?,
        false => Vec::new(),
    };
    reader.0.close().await?;
    Ok(known.into_iter().map(|(name, _)| name).collect())
}

pub(super) async fn connect(
    url: &DatabaseUrl,
    connections: u32,
    reading: bool,
) -> Result<DatabaseConnection, StoreError> {
    let mut options = match url {
        DatabaseUrl::Sqlite(path) => {
            make_private(path)?;
            must_be_ours(path).await?;
            let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
            let cache_kib = if reading {
                READER_CACHE_KIB
            } else {
                WRITER_CACHE_KIB
            };
            options.map_sqlx_sqlite_opts(move |sqlite| {
                let sqlite = sqlite
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .busy_timeout(Duration::from_secs(10));
                let sqlite = sqlite
                    .foreign_keys(true)
                    .statement_cache_capacity(512)
                    .pragma("cache_size", format!("-{cache_kib}"))
                    .pragma("temp_store", "MEMORY");
                if reading {
                    sqlite.pragma("query_only", "ON")
                } else {
                    sqlite.pragma("wal_autocheckpoint", "4000")
                }
            });
            options
        }
        DatabaseUrl::Postgres {
            url,
            schema,
            password,
        } => {
            knock(url, password.as_ref()).await?;
            let mut options = ConnectOptions::new(url.clone());
            options.set_schema_search_path(schema.clone());
            let password = password.clone();
            options.map_sqlx_postgres_opts(move |postgres| {
                let postgres = match &password {
                    Some(password) => postgres.password(password.expose()),
                    None => postgres,
                };
                postgres.statement_cache_capacity(512).options([
                    ("plan_cache_mode", "force_custom_plan"),
                    ("synchronous_commit", "on"),
                    ("lock_timeout", "10s"),
                    // A node that stops in the middle of a batch must not keep the others from the rows that it has locked.
                    ("idle_in_transaction_session_timeout", "5s"),
                ])
            });
            options
        }
    };
    options
        .max_connections(connections)
        .min_connections(1)
        .sqlx_logging(false)
        // A file does not go away.
        .test_before_acquire(!url.is_sqlite())
        .acquire_timeout(Duration::from_secs(10))
        .connect_timeout(Duration::from_secs(10));
    Ok(Database::connect(options).await?)
}

/// Looks into an SQLite file before anything of it is changed, be it its journal: an error if it holds the tables of another program, or is no database.
async fn must_be_ours(path: &Path) -> Result<(), StoreError> {
    let shown = path.display();
    let remedy = "name another file in database.url or --database, such as sqlite:/var/lib/emailsms/emailsms.db";
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let look = async {
        let mut connection = options.connect().await?;
        let sql = "SELECT COUNT(*) > 0 AND SUM(name = 'seaql_migrations') = 0 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        let is_foreign: Option<bool> = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(is_foreign.unwrap_or_default())
    };
    match look.await {
        Ok(false) => Ok(()),
        Ok(true) => Err(StoreError::Foreign(format!(
            "{shown} is the database of another program: its tables are not ours, and nothing was changed; {remedy}"
        ))),
        // SQLITE_NOTADB
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("26") => {
            Err(StoreError::Foreign(format!(
                "{shown} is no SQLite database (or an encrypted one): {remedy}, or restore it from a backup if it was one of ours"
            )))
        }
        Err(error) => Err(StoreError::Unreachable(format!("{shown}: {error}"))),
    }
}

/// Connects once, to learn why it cannot be: a pool tries again until its time is over, and then says only that.
async fn knock(url: &str, password: Option<&Secret>) -> Result<(), StoreError> {
    let refused = |error: sqlx::Error| StoreError::Refused(format!("{url}: {error}"));
    let mut options: PgConnectOptions = url.parse().map_err(refused)?;
    if let Some(password) = password {
        options = options.password(password.expose());
    }
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let unreachable = |why: &str| {
        StoreError::Unreachable(format!("{place}: {why}; is PostgreSQL running there?"))
    };
    match tokio::time::timeout(KNOCK, options.connect()).await {
        Err(_) => Err(unreachable(&format!(
            "no answer within {} s",
            KNOCK.as_secs()
        ))),
        Ok(Ok(connection)) => {
            // It is let in; that it says no farewell changes nothing.
            let _ = connection.close().await;
            Ok(())
        }
        Ok(Err(sqlx::Error::Io(error))) => Err(match error.kind() {
            std::io::ErrorKind::ConnectionRefused => unreachable("connection refused"),
            _ => unreachable(&error.to_string()),
        }),
        Ok(Err(sqlx::Error::Database(error))) => {
            let why = error.message();
            Err(match error.code().as_deref() {
                // Wrong password; no login allowed. [PostgreSQL, appendix A, class 28]
                Some("28P01" | "28000") => StoreError::Denied(format!(
                    "{why}; the user stands in the URL, its password comes from database.password_file, PGPASSWORD or a pass file"
                )),
                Some("3D000") => StoreError::Denied(format!("{why}; make it with createdb")),
                _ => StoreError::Unreachable(format!("{place}: {why}")),
            })
        }
        Ok(Err(error)) => Err(StoreError::Unreachable(format!("{place}: {error}"))),
    }
}

/// `FILE-wal` of `FILE`, and the like.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A new database's file is its owner's alone; SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let made = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(
            StoreError::Unreachable(format!("{}: {error}", path.display())),
        ),
        _ => Ok(()),
    }
}

/// One process per SQLite file: a second would believe the first one's leases dead.
fn lock_file(path: &Path) -> Result<File, StoreError> {
    let place = beside(path, ".lock");
    let refused =
        |error: std::io::Error| StoreError::Unreachable(format!("{}: {error}", place.display()));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&place)
        .map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(format!(
            "{} is in use by another emailsms process; stop it first, or use PostgreSQL for several nodes",
            path.display()
        ))),
        Err(std::fs::TryLockError::Error(error)) => Err(refused(error)),
    }
}

/// The highest id in the tables that get one with every step, so that ids go on from there whatever the clock says.
async fn newest_id(connection: &DatabaseConnection) -> Result<i64, StoreError> {
    let mut newest = 0;
    for table in [
        "sms",
        "events",
        "attempts",
        "inbound",
        "receipts",
        "mails",
        "users",
        "companies",
    ] {
        let sql = format!("SELECT COALESCE(MAX(id), 0) FROM {table}");
        let row = connection
            .query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql))
            .await?;
        newest = newest.max(
            row.map(|row| row.try_get_by_index::<i64>(0))
                .transpose()?
                .unwrap_or(0),
        );
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Batch, Tables, Work, migrate};
    use futures::future::BoxFuture;

    struct Nothing;

    impl Work for Nothing {
        type Answer = ();
        const NAME: &'static str = "nothing";

        fn run<'a>(
            works: &'a mut [Self],
            _: &'a Batch<'_>,
        ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
            Box::pin(async move { Ok(vec![(); works.len()]) })
        }
    }

    /// A door that nobody closed, a route that nobody dropped: whoever still holds a handle does not hold up the end, and hears that it is over.
    #[tokio::test]
    async fn a_store_closes_though_somebody_holds_its_writer() {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("emailsms.db"));
        migrate(&url).await.unwrap();
        let store = open(
            &url,
            "",
            Clock::default(),
            Faults::default(),
            Metrics::default(),
        )
        .await
        .unwrap();
        let writer = store.writer.clone();
        let handed = tokio::spawn({
            let writer = writer.clone();
            async move { writer.write(Nothing).await }
        });
        handed.await.unwrap().unwrap();
        let closed = tokio::time::timeout(CLOSE / 2, store.close()).await;
        closed.expect("at once").unwrap();
        let late = writer.write(Nothing).await;
        assert!(matches!(late, Err(StoreError::Unreachable(_))), "{late:?}");
    }

    #[tokio::test]
    async fn keys_are_known_before_anything_is_touched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("emailsms.db");
        let url = DatabaseUrl::Sqlite(path.clone());
        assert!(known_keys(&url).await.unwrap().is_empty() && !path.exists());
        std::fs::write(&path, "").unwrap();
        assert!(known_keys(&url).await.unwrap().is_empty(), "without tables");
        let reader = open_reader(&url).await.unwrap();
        assert!(matches!(reader.tables().await.unwrap(), Tables::Missing(_)));
        migrate(&url).await.unwrap();
        assert_eq!(reader.tables().await.unwrap(), Tables::Ours);
        assert!(known_keys(&url).await.unwrap().is_empty(), "without keys");
        let connection = connect(&url, 1, false).await.unwrap();
        let sql = "INSERT INTO key_commitments (name, commitment) VALUES ('master-1', x'00')";
        connection.execute_unprepared(sql).await.unwrap();
        assert_eq!(known_keys(&url).await.unwrap(), ["master-1"]);
    }

    /// The change that made words a scope of their own, on a database of the build before.
    #[tokio::test]
    async fn keys_from_before_that_could_read_still_see_words() {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("emailsms.db"));
        migrate(&url).await.unwrap();
        let connection = connect(&url, 1, false).await.unwrap();
        let before = "DELETE FROM seaql_migrations WHERE version = 'm0005_text_scope'; \
            INSERT INTO companies (id, name, country, zone, active, receipts, restricted, created_at) VALUES (1, 'Acme', 'AU', 'UTC', TRUE, 1, FALSE, 0); \
            INSERT INTO users (id, company_id, name, email, active, created_at) VALUES (2, 1, 'Jo', 'jo@acme.example', TRUE, 0)";
        connection.execute_unprepared(before).await.unwrap();
        let keys = [
            (
                "messages:send messages:read",
                "messages:send messages:read messages:text",
            ),
            ("messages:read admin", "messages:read admin messages:text"),
            ("messages:send", "messages:send"),
            ("admin", "admin"),
            ("", ""),
        ];
        for (id, (scopes, _)) in keys.iter().enumerate() {
            let add = format!(
                "INSERT INTO api_keys (id, company_id, user_id, hash, prefix, live, created_at, scopes) VALUES ({id}, 1, 2, x'0{id}', 'gw_', TRUE, 0, '{scopes}')"
            );
            connection.execute_unprepared(&add).await.unwrap();
        }
        assert_eq!(migrate(&url).await.unwrap(), 1);
        let rows = "SELECT scopes FROM api_keys ORDER BY id";
        let rows = Statement::from_string(connection.get_database_backend(), rows);
        let rows = connection.query_all_raw(rows).await.unwrap();
        let scopes: Vec<String> = rows
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect();
        assert_eq!(scopes, keys.map(|(_, after)| after));
    }

    #[tokio::test]
    async fn a_file_of_another_program_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("other.db");
        let url = DatabaseUrl::Sqlite(path.clone());
        let options = SqliteConnectOptions::new().filename(&path);
        let mut theirs = options.create_if_missing(true).connect().await.unwrap();
        let create = "CREATE TABLE sqliteish (x INTEGER)";
        sqlx::query(create).execute(&mut theirs).await.unwrap();
        theirs.close().await.unwrap();
        let before = std::fs::read(&path).unwrap();
        let told = |error: StoreError| match error {
            StoreError::Foreign(text) => text,
            other => panic!("{other}"),
        };
        let said = told(migrate(&url).await.unwrap_err());
        assert!(
            said.contains("another program") && said.contains("database.url"),
            "{said}"
        );
        told(known_keys(&url).await.unwrap_err());
        assert!(
            std::fs::read(&path).unwrap() == before,
            "nothing was changed"
        );

        std::fs::write(
            &path,
            "no database at all, but longer than SQLite's head. ".repeat(9),
        )
        .unwrap();
        let said = told(migrate(&url).await.unwrap_err());
        assert!(
            said.contains("is no SQLite database") && said.contains("database.url"),
            "{said}"
        );
    }

    #[test]
    fn exposed_files_are_named_with_the_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("emailsms.db");
        let url = DatabaseUrl::Sqlite(path.clone());
        assert_eq!(url.exposure(), None);
        make_private(&path).unwrap();
        make_private(&path).unwrap();
        assert_eq!(url.exposure(), None);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let said = url.exposure().unwrap();
        assert!(
            said.ends_with(&format!("chmod 0600 {}", path.display())),
            "{said}"
        );
    }
}
