//! Which installation a command works on: its database, its keys, its settings.

use crate::app;
use crate::clock::Clock;
use crate::config::rooms::Database;
use crate::config::{Layers, Origin, Purpose, Settings};
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::security::Keys;
use crate::store::{self, DatabaseUrl, Store};
use anyhow::{Context, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The database's file in a data directory.
pub const DATABASE_FILE: &str = "emailsms.db";
/// The directory of its keys.
pub const KEYS_DIR: &str = "keys";
/// What a demo remembers of itself there.
pub const DEMO_FILE: &str = "demo.json";

/// The flags that name an installation. Later ones win: settings' file, environment, `--data`, `--database`, `--set`. One of them has to name a database: there
/// is none by default. **Two of the first three that name different ones are refused**, for whoever writes both means either.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which installation (one of the first three must say it)")]
pub struct PlaceArgs {
    /// The settings of a gateway, as `serve` reads them
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The directory of a demo: its database, keys and memory
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// The database: sqlite:PATH or postgres://user@host/name
    #[arg(long, value_name = "URL", global = true)]
    pub database: Option<String>,
    /// The schema that is ours in a PostgreSQL database
    #[arg(long, value_name = "NAME", global = true)]
    pub schema: Option<String>,
    /// A setting, table.key=value; may be given several times (`carrier add` and `carrier set`: key=value is one of the carrier's own)
    #[arg(long = "set", value_name = "SETTING", global = true)]
    pub settings: Vec<String>,
}

/// An installation.
#[derive(Debug)]
pub struct Place {
    /// Its settings, as far as a tool needs them.
    pub settings: Settings,
    /// Its database.
    pub database: DatabaseUrl,
    /// Whether anybody said where its keys are.
    keys_are_named: bool,
}

/// Our schema where nothing else is said.
const SCHEMA: &str = "emailsms";

impl PlaceArgs {
    /// Reads the settings and what a demo remembers.
    pub fn find(&self) -> anyhow::Result<Place> {
        let mut layers = Layers::new();
        if let Some(file) = &self.config {
            layers = layers.file(file);
        }
        // Names and values that are not text are none of ours.
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        layers = layers.environment(variables);
        let mut named = Vec::new();
        if self.config.is_some()
            && let Ok(loaded) = layers.clone().finish(Purpose::Tool)
            && loaded.origin("database.url") != Origin::Default
        {
            named.push(("--config", loaded.settings.database.url));
        }
        let mut schema = None;
        if let Some(dir) = &self.data {
            let remembered = Remembered::of(dir)?;
            schema = remembered.schema;
            let mut database = toml::Table::new();
            let url = remembered_database(dir, remembered.database.as_deref());
            named.push(("--data", url.clone()));
            database.insert("url".to_owned(), url.into());
            let mut security = toml::Table::new();
            let keys = dir.join(KEYS_DIR).display().to_string();
            security.insert("keys_dir".to_owned(), keys.into());
            let mut tables = toml::Table::new();
            tables.insert("database".to_owned(), database.into());
            tables.insert("security".to_owned(), security.into());
            layers = layers.command("--data", tables);
        }
        if let Some(url) = &self.database {
            named.push(("--database", url.clone()));
            layers = layers.set([format!("database.url={url}")]);
        }
        must_agree(&named)?;
        let loaded = layers.set(&self.settings).finish(Purpose::Tool)?;
        if loaded.origin("database.url") == Origin::Default {
            bail!(
                "which installation? Name it with --config FILE (whose database.url says where it is), --data DIR (a demo's) or --database URL"
            );
        }
        let keys_are_named = loaded.settings.security.keys.is_some()
            || loaded.origin("security.keys_dir") != Origin::Default;
        let settings = loaded.settings;
        let schema = self.schema.as_deref().or(schema.as_deref());
        let password = settings.database.password.clone();
        let database =
            DatabaseUrl::parse(&settings.database.url, schema.unwrap_or(SCHEMA), password)
                .map_err(anyhow::Error::msg)?;
        Ok(Place {
            settings,
            database,
            keys_are_named,
        })
    }
}

/// The database of a demo's directory by what its memory says of it: nothing where it is the directory's own, which goes along when that is copied or moved.
pub fn remembered_database(dir: &Path, remembered: Option<&str>) -> String {
    match remembered {
        Some(url) if url != OWN_DATABASE => url.to_owned(),
        _ => format!("sqlite:{}", dir.join(DATABASE_FILE).display()),
    }
}

/// How a demo's memory names the directory's own database.
pub const OWN_DATABASE: &str = "own";

/// An error if flags name different databases.
fn must_agree(named: &[(&str, String)]) -> anyhow::Result<()> {
    for pair in named.windows(2) {
        let [(one, here), (other, there)] = pair else {
            continue;
        };
        let (here, there) = (shown(here), shown(there));
        if here != there && file_of(&here).is_none_or(|file| file_of(&there) != Some(file)) {
            bail!("{one} means {here}, {other} means {there}: keep the one that you mean");
        }
    }
    Ok(())
}

/// A URL without its password.
fn shown(url: &str) -> String {
    let mut database = Database {
        url: url.to_owned(),
        ..Database::default()
    };
    database.hide_password();
    database.url
}

/// The file of an SQLite database that is there, however it is written.
fn file_of(url: &str) -> Option<PathBuf> {
    Path::new(url.strip_prefix("sqlite:")?).canonicalize().ok()
}

/// What a demo's memory says of its database, as far as it says so.
#[derive(Debug, Default, serde::Deserialize)]
struct Remembered {
    database: Option<String>,
    schema: Option<String>,
}

impl Remembered {
    fn of(dir: &Path) -> anyhow::Result<Self> {
        if !dir.is_dir() {
            bail!("--data: there is no directory {}", dir.display());
        }
        let file = dir.join(DEMO_FILE);
        match std::fs::read(&file) {
            Ok(text) => {
                serde_json::from_slice(&text).with_context(|| format!("reading {}", file.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
        }
    }
}

impl Place {
    /// The file of an SQLite database.
    pub fn file(&self) -> Option<&Path> {
        match &self.database {
            DatabaseUrl::Sqlite(path) => Some(path),
            DatabaseUrl::Postgres { .. } => None,
        }
    }

    /// Whether anybody said where the keys are.
    pub fn names_keys(&self) -> bool {
        self.keys_are_named
    }

    /// An error if nobody said where the keys are: they are not looked for, nor made, in whatever directory this was started in.
    pub fn must_name_keys(&self) -> anyhow::Result<()> {
        if !self.keys_are_named {
            bail!(
                "which keys belong to {}? Say where they are with --config FILE, or --set security.keys_dir=DIR",
                self.database
            );
        }
        Ok(())
    }

    /// The keys that belong to the database; none are made.
    pub async fn keys(&self) -> anyhow::Result<Keys> {
        self.must_name_keys()?;
        let security = &self.settings.security;
        if let Some(keys) = &security.keys {
            return Ok(Keys::parse(keys.expose(), "setting security.keys")?);
        }
        let known = store::known_keys(&self.database)
            .await
            .with_context(|| format!("looking into {}", self.database))?;
        Ok(Keys::load_known(&security.keys_dir, &known)?)
    }

    /// An error if an SQLite file is not there: a slip of the finger must not make a new database.
    pub fn must_exist(&self) -> anyhow::Result<()> {
        match self.file() {
            Some(file) if !file.exists() => bail!(
                "there is no database {}; check --data, --database and --config, or make one with `emailsms migrate`",
                file.display()
            ),
            _ => Ok(()),
        }
    }

    /// Brings the database up to date and opens it as a node of its own, with the keys that belong to it.
    pub async fn open(&self, clock: Clock) -> anyhow::Result<(Store, Arc<Keys>)> {
        let keys = Arc::new(self.keys().await?);
        let store = {
            store::migrate(&self.database)
                .await
                .with_context(|| format!("bringing {} up to date", self.database))?;
            store::open(
                &self.database,
                "",
                clock,
                Faults::default(),
                Metrics::default(),
            )
            .await?
        };
        match app::check_keys(&store, &keys).await {
            Ok(()) => Ok((store, keys)),
            Err(error) => {
                // Nothing was handed to the writer yet.
                let _ = store.close().await;
                Err(error)
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_mean_different_databases_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let demo = dir.path().join("demo");
        std::fs::create_dir(&demo).unwrap();
        let inside = demo.join(DATABASE_FILE);
        std::fs::write(&inside, "").unwrap();
        let file = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let demos = format!("sqlite:{}/../demo/{DATABASE_FILE}", demo.display());
        let same = file("same.toml", &format!("[database]\nurl = '{demos}'"));
        let own = file("own.toml", "[database]\nurl = 'sqlite:/srv/own.db'");
        let silent = file("silent.toml", "[accounts]\nzone = 'Europe/Berlin'");
        let other = Some("sqlite:/srv/other.db");
        for (config, data, database, refused) in [
            (Some(&own), None, None, None),
            (
                Some(&own),
                Some(&demo),
                None,
                Some("--config means sqlite:/srv/own.db, --data means"),
            ),
            (Some(&same), Some(&demo), None, None),
            (Some(&silent), Some(&demo), None, None),
            (Some(&silent), None, other, None),
            (
                Some(&own),
                None,
                other,
                Some("--database means sqlite:/srv/other.db"),
            ),
            (Some(&own), None, Some("sqlite:/srv/own.db"), None),
            (None, Some(&demo), other, Some("--data means")),
            (None, Some(&demo), Some(demos.as_str()), None),
            (
                Some(&own),
                None,
                Some("postgres://a:secret@db/x"),
                Some("postgres://a@db/x"),
            ),
        ] {
            let place = PlaceArgs {
                config: config.cloned(),
                data: data.cloned(),
                database: database.map(str::to_owned),
                ..PlaceArgs::default()
            };
            let found = place.find().map(|_| ()).map_err(|error| error.to_string());
            match refused {
                None => assert_eq!(found, Ok(()), "{place:?}"),
                Some(says) => {
                    let said = found.unwrap_err();
                    assert!(said.contains(says) && !said.contains("secret"), "{said}");
                }
            }
        }
    }
}
