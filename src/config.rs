//! One file of settings: one table per room, environment and secrets files laid over it.
//!
//! The layers, later ones winning: what the command brings along, the TOML file, the environment (`EMAILSMS__TABLE__KEY`), and `--set
//! table.key=value`. A secret may stand in a file instead, named by its key with `_file` in any layer (`carrier.password_file`,
//! `EMAILSMS__CARRIER__PASSWORD_FILE`). What does not exist, does not fit or lies out of range is a finding that names where it came
//! from, its key, and what to do; all findings of all layers are reported at once [SPEC 16.3].

mod own;
pub mod rooms;
pub mod schema;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use toml::{Table, Value};

use rooms::{
    Accounts, Carrier, Database, Faults, Findings, Http, Log, Mail, Metrics, Pool, Security,
    ToDesktop, ToHandset,
};

/// Every setting of the gateway, complete and within its range.
#[derive(Debug, Clone, Default, Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where everything is kept.
    pub database: Database,
    /// The HTTP doors' listeners.
    pub http: Http,
    /// What Prometheus is shown.
    pub metrics: Metrics,
    /// The journey out: tries, doubts, long texts.
    pub to_handset: ToHandset,
    /// What carriers have in common; `serve` adds this one, with routes and the pool, to an installation that has none. Then the database rules: `emailsms admin carrier`.
    pub carrier: Carrier,
    /// The journey home: replies, receipts, the numbers that texts come from.
    pub to_desktop: ToDesktop,
    /// The relay that takes our mails.
    pub mail: Mail,
    /// Keys and lockouts.
    pub security: Security,
    /// What a new company starts with.
    pub accounts: Accounts,
    /// The first pool numbers, which come with the first carrier. Then the database rules: `emailsms admin number`.
    pub pool: Pool,
    /// The log.
    pub log: Log,
    /// Seams for tests; only the demo takes them.
    pub faults: Faults,
}

/// For which command settings are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A gateway in earnest: no faults, and HTTPS has a certificate.
    Serve,
    /// The demo, which brings its own certificate and may be made to fail.
    Demo,
    /// A command that only needs some of them, such as `migrate`: no faults, no certificate.
    Tool,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A command of ours set it.
    Command(&'static str),
    /// A TOML file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// `--set`.
    Set,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("by default"),
            Origin::Command(name) => f.write_str(name),
            Origin::File(path) => write!(f, "{}", path.display()),
            Origin::Environment(name) => write!(f, "environment variable {name}"),
            Origin::Set => f.write_str("--set"),
        }
    }
}

/// A setting that cannot be. Its text names where it stands, its key, and what to do; never a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {}{problem}", if .key.is_empty() { String::new() } else { format!("{}: ", .key) })]
pub struct ConfigError {
    /// Where it stands.
    pub origin: Origin,
    /// `table.key`, a table's name, or nothing if the whole file is meant.
    pub key: String,
    /// What is wrong, and the remedy.
    pub problem: String,
}

/// Everything that is wrong with the settings, in all layers: one finding is its own sentence, several stand below one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// Each finding.
    pub fn all(&self) -> &[ConfigError] {
        &self.0
    }

    /// Whether the command line is wrong: a `--set` that is no setting at all. One whose value does not fit is a finding as any other.
    pub fn are_misuse(&self) -> bool {
        let is_misuse = |error: &ConfigError| error.origin == Origin::Set && error.key.is_empty();
        self.0.iter().any(is_misuse)
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [only] = self.0.as_slice() {
            return only.fmt(f);
        }
        write!(f, "{} settings cannot be:", self.0.len())?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl std::error::Error for ConfigErrors {}

/// The keys that may stand in a file of their own, and that are taken literally in the environment and `--set`.
const SECRETS: [&str; 4] = [
    "carrier.password",
    "database.password",
    "mail.password",
    "security.keys",
];

/// Whether the value of this key must not be shown, whoever asks.
pub fn is_secret(key: &str) -> bool {
    SECRETS.contains(&key)
}

#[derive(Debug, Clone)]
struct Given {
    value: Value,
    origin: Origin,
    /// The text as typed, if `value` was guessed from one.
    typed: Option<String>,
    /// Whether it came by way of `key_file`.
    from_file: bool,
}

/// Settings in the making: layers are laid over one another in the order of the calls.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    given: BTreeMap<String, Given>,
    wrong: Vec<ConfigError>,
}

/// Settings that were read, and where each came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    origins: BTreeMap<String, Origin>,
}

impl Layers {
    /// No layer yet: the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a command brings along, such as the demo's own defaults and what its directory remembers. `name` stands in errors.
    pub fn command(mut self, name: &'static str, tables: Table) -> Self {
        self.lay(Origin::Command(name), tables);
        self
    }

    /// A TOML file.
    pub fn file(mut self, path: &Path) -> Self {
        match fs::read_to_string(path) {
            Ok(text) => self.text(path, &text),
            Err(error) => {
                let problem = format!("cannot be read: {error}; check --config");
                self.find(Origin::File(path.to_owned()), "", problem);
                self
            }
        }
    }

    fn text(mut self, path: &Path, text: &str) -> Self {
        let origin = Origin::File(path.to_owned());
        match text.parse::<Table>() {
            Ok(tables) => self.lay(origin, tables),
            // The parser's own report quotes the line, which may hold a secret; so the line's number only.
            Err(error) => {
                let before = |span: std::ops::Range<usize>| text.bytes().take(span.start);
                let line = error
                    .span()
                    .map_or(0, |span| before(span).filter(|byte| *byte == b'\n').count())
                    + 1;
                let problem = format!("line {line} is not TOML: {}", error.message().trim());
                self.find(origin, "", problem);
            }
        }
        self
    }

    /// The variables of the environment that begin with `EMAILSMS__`; the others are not ours.
    pub fn environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut ours: Vec<_> = variables
            .into_iter()
            .filter_map(|(name, value)| {
                let key = name.strip_prefix("EMAILSMS__")?.to_lowercase();
                Some((key.replacen("__", ".", 1), name, value))
            })
            .collect();
        ours.sort_unstable();
        for (key, name, value) in ours {
            self.typed(Origin::Environment(name), &key, value);
        }
        self
    }

    /// `table.key=value` arguments. The value is TOML if it can be, else a text.
    pub fn set<S: AsRef<str>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        for argument in arguments {
            match argument.as_ref().split_once('=') {
                Some((key, value)) => self.typed(Origin::Set, key.trim(), value.trim().to_owned()),
                // What stands there may be a secret in the wrong place: not repeated.
                None => self.find(
                    Origin::Set,
                    "",
                    "must be table.key=value, such as to_handset.retries=3".to_owned(),
                ),
            }
        }
        self
    }

    fn find(&mut self, origin: Origin, key: &str, problem: String) {
        self.wrong.push(ConfigError {
            origin,
            key: key.to_owned(),
            problem,
        });
    }

    fn lay(&mut self, origin: Origin, tables: Table) {
        for (table, content) in tables {
            match content {
                Value::Table(content) => {
                    for (key, value) in content {
                        self.put(format!("{table}.{key}"), value, origin.clone(), None);
                    }
                }
                _ => self.wrong.push(unknown(origin.clone(), &table)),
            }
        }
    }

    fn typed(&mut self, origin: Origin, key: &str, text: String) {
        let literal = SECRETS.contains(&key) || key.ends_with("_file") || text.contains('\n');
        let value = if literal {
            None
        } else {
            format!("value = {text}")
                .parse::<Table>()
                .ok()
                .and_then(|mut table| table.remove("value"))
        };
        let value = value.unwrap_or_else(|| Value::String(text.clone()));
        self.put(key.to_owned(), value, origin, Some(text));
    }

    fn put(&mut self, key: String, value: Value, origin: Origin, typed: Option<String>) {
        let secret = key
            .strip_suffix("_file")
            .filter(|stem| SECRETS.contains(stem));
        let (target, value, from_file) = match secret {
            Some(stem) => {
                let read = read_secret(&value).unwrap_or_else(|problem| {
                    self.find(origin.clone(), &key, problem);
                    // Something was given: what asks whether there is any goes on.
                    Value::String("?".to_owned())
                });
                (stem.to_owned(), read, true)
            }
            None if is_known(&key) => (key.clone(), value, false),
            None => return self.wrong.push(unknown(origin, &key)),
        };
        let earlier = self.given.get(&target);
        let twice = earlier.is_some_and(|earlier| {
            earlier.from_file != from_file && same_layer(&earlier.origin, &origin)
        });
        if twice {
            let problem = format!("{target} and {target}_file are both given; keep one");
            return self.find(origin, &key, problem);
        }
        let given = Given {
            value,
            origin,
            typed,
            from_file,
        };
        self.given.insert(target, given);
    }

    /// The settings that the layers make, checked for their purpose.
    pub fn finish(mut self, purpose: Purpose) -> Result<Loaded, ConfigErrors> {
        let mut settings = self.deserialize();
        settings.database.hide_password();
        let origins: BTreeMap<_, _> = self
            .given
            .into_iter()
            .map(|(key, given)| (key, given.origin))
            .collect();
        // A file that could not be read may say all that seems to be missing.
        let is_whole = |error: &ConfigError| {
            !(error.key.is_empty() && matches!(error.origin, Origin::File(_)))
        };
        let found = match self.wrong.iter().all(is_whole) {
            true => settings.check(purpose, &origins),
            false => Vec::new(),
        };
        for (key, problem) in found {
            // A value that was no value has its finding; so has a door that would be open.
            let said = |known: &str| self.wrong.iter().any(|error| error.key == known);
            let is_door = key == "http.https_listen" && said("http.http_listen");
            if !said(&key) && !is_door {
                self.wrong.push(ConfigError {
                    origin: origins.get(&key).cloned().unwrap_or(Origin::Default),
                    key,
                    problem,
                });
            }
        }
        match self.wrong.is_empty() {
            true => Ok(Loaded { settings, origins }),
            false => Err(ConfigErrors(self.wrong)),
        }
    }

    /// What fits, with defaults for the rest. A typed `carrier.system_id=1234` looks like a number and must be a text: what does not fit
    /// as the TOML it looks like is tried as the text it was.
    fn deserialize(&mut self) -> Settings {
        // What was wrong with the TOML says more than that a text does not fit either.
        let mut as_toml: BTreeMap<String, String> = BTreeMap::new();
        loop {
            let error = match serde_path_to_error::deserialize(Value::Table(self.tables())) {
                Ok(settings) => return settings,
                Err(error) => error,
            };
            let path = error.path().to_string();
            let key = key_of(&path).to_owned();
            let Some(given) = self.given.get_mut(&key) else {
                // Not ours to mend by leaving something out.
                self.find(Origin::Default, &path, error.inner().message().to_owned());
                return Settings::default();
            };
            if let Some(typed) = given.typed.take()
                && !given.value.is_str()
            {
                given.value = Value::String(typed);
                as_toml.insert(key, error.inner().message().to_owned());
                continue;
            }
            let origin = given.origin.clone();
            self.given.remove(&key);
            let said = as_toml.remove(&key);
            let said = said.as_deref().unwrap_or(error.inner().message());
            self.find(origin, &key, misfit(&key, said));
        }
    }

    fn tables(&self) -> Table {
        let mut tables = Table::new();
        for (path, given) in &self.given {
            let Some((table, key)) = path.split_once('.') else {
                continue;
            };
            if let Value::Table(content) = tables
                .entry(table)
                .or_insert_with(|| Value::Table(Table::new()))
            {
                content.insert(key.to_owned(), given.value.clone());
            }
        }
        tables
    }
}

impl Settings {
    fn check(&self, purpose: Purpose, origins: &BTreeMap<String, Origin>) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let mut table = |name, check: &dyn Fn(&mut Findings)| {
            let mut findings = Findings::of(name);
            check(&mut findings);
            all.append(&mut findings.found);
        };
        table("database", &|f| self.database.check(f));
        table("http", &|f| self.http.check(f));
        table("to_handset", &|f| self.to_handset.check(f));
        table("carrier", &|f| self.carrier.check(f));
        table("to_desktop", &|f| self.to_desktop.check(f));
        table("mail", &|f| self.mail.check(f));
        table("security", &|f| self.security.check(f));
        table("accounts", &|f| self.accounts.check(f));
        table("pool", &|f| self.pool.check(f));
        table("log", &|f| self.log.check(f));
        table("faults", &|f| self.faults.check(f));
        if purpose == Purpose::Serve {
            table("http", &|f| self.http.check_for_serve(f));
            if self.carrier.host.is_some() && self.carrier.system_id.is_empty() {
                let remedy = "carrier.host names an SMSC: set our account there, too";
                all.push(("carrier.system_id".to_owned(), remedy.to_owned()));
            }
            if let Some(host) = &self.carrier.host
                && let Some(refusal) = self.carrier.refused_in_the_clear(host)
            {
                all.push(("carrier.tls".to_owned(), refusal));
            }
            for (key, remedy) in PLACES {
                if !origins.contains_key(key) {
                    all.push((key.to_owned(), remedy.to_owned()));
                }
            }
        }
        if purpose != Purpose::Demo {
            let fault = origins.keys().find(|key| key.starts_with("faults."));
            all.extend(
                fault.map(|key| (key.clone(), "is for the demo only; remove it".to_owned())),
            );
        }
        all
    }
}

impl Loaded {
    /// Where a setting came from; `key` is `table.key`.
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }

    /// Every setting that has a value, in the order of the tables: its key, its value as TOML (secrets hidden), its origin.
    pub fn effective(&self) -> Vec<(String, String, Origin)> {
        let Ok(Value::Table(tables)) = Value::try_from(&self.settings) else {
            return Vec::new();
        };
        let rows = tables.into_iter().flat_map(|(table, content)| {
            let content = match content {
                Value::Table(content) => content,
                _ => Table::new(),
            };
            content
                .into_iter()
                .map(move |(key, value)| (format!("{table}.{key}"), value.to_string()))
        });
        rows.map(|(key, value)| {
            let origin = self.origin(&key);
            (key, value, origin)
        })
        .collect()
    }
}

/// What has no default in earnest: where it lies is to be said, not found in whatever directory the program was started in.
const PLACES: [(&str, &str); 2] = [
    (
        "database.url",
        "nothing says where everything is kept; set it, such as \"sqlite:/var/lib/emailsms/emailsms.db\", in the file that --config names",
    ),
    (
        "security.keys_dir",
        "nothing says where the keys are kept, and where this gateway lives on its machine; set it, such as \"/etc/emailsms/keys\" (not where the database's backup goes)",
    ),
];

fn same_layer(one: &Origin, other: &Origin) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// What stands in the file that `value` names, without the line end that editors add; else why not.
fn read_secret(value: &Value) -> Result<Value, String> {
    let path = value.as_str().ok_or("must be the path of a file")?;
    let text =
        fs::read_to_string(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.is_empty() {
        return Err(format!("{path} is empty"));
    }
    Ok(Value::String(secret.to_owned()))
}

/// `table.key` of a path, which may lead further into the value.
fn key_of(path: &str) -> &str {
    let path = path.split('[').next().unwrap_or_default();
    match path.match_indices('.').nth(1) {
        Some((end, _)) => &path[..end],
        None => path,
    }
}

/// What a value should have been; never what it was, which may be a secret. Only a table of statuses says itself what of it is wrong.
fn misfit(key: &str, said: &str) -> String {
    match schema::described(key).map(|described| described.kind) {
        Some(schema::Kind::Statuses) if !said.starts_with("invalid") => said.trim().to_owned(),
        Some(kind) => format!("must be {kind}"),
        None => "does not fit".to_owned(),
    }
}

fn is_known(path: &str) -> bool {
    path.split_once('.')
        .is_some_and(|(table, key)| keys_of(table).is_some_and(|keys| keys.contains(&key)))
}

fn unknown(origin: Origin, path: &str) -> ConfigError {
    let (table, key) = path.split_once('.').unwrap_or((path, ""));
    let tables = fields::<Settings>();
    let homes: Vec<String> = tables
        .iter()
        .filter(|home| key.is_empty() && is_known(&format!("{home}.{table}")))
        .map(|home| format!("[{home}]"))
        .collect();
    let problem = match keys_of(table) {
        _ if !homes.is_empty() => {
            format!(
                "stands outside of its table; put it below {}",
                homes.join(" or ")
            )
        }
        Some(_) if key.is_empty() => format!("is a table; write [{table}] and its keys below it"),
        Some(keys) => format!("there is no such key; {}", remedy(key, keys)),
        None => format!("there is no such table; {}", remedy(table, tables)),
    };
    ConfigError {
        origin,
        key: path.to_owned(),
        problem,
    }
}

fn remedy(wrong: &str, choices: &[&'static str]) -> String {
    match nearest(wrong, choices) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there are {}", choices.join(", ")),
    }
}

fn keys_of(table: &str) -> Option<&'static [&'static str]> {
    Some(match table {
        "database" => fields::<Database>(),
        "http" => fields::<Http>(),
        "metrics" => fields::<Metrics>(),
        "to_handset" => fields::<ToHandset>(),
        "carrier" => fields::<Carrier>(),
        "to_desktop" => fields::<ToDesktop>(),
        "mail" => fields::<Mail>(),
        "security" => fields::<Security>(),
        "accounts" => fields::<Accounts>(),
        "pool" => fields::<Pool>(),
        "log" => fields::<Log>(),
        "faults" => fields::<Faults>(),
        _ => return None,
    })
}

/// The known name that is meant, if one is within a slip of the finger or two; in a short word one slip makes another word.
fn nearest(wrong: &str, choices: &[&'static str]) -> Option<&'static str> {
    let (distance, near) = choices
        .iter()
        .map(|choice| (edit_distance(wrong, choice), *choice))
        .min()?;
    (distance <= wrong.len().div_ceil(3).min(2) && distance < near.len().div_ceil(2))
        .then_some(near)
}

fn edit_distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The names of a struct's fields, asked of its own `Deserialize`, so that no second list can go stale.
fn fields<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It always ends in an error: there is nothing to read, only to be asked.
    let _ = T::deserialize(FieldNames(&mut names));
    names
}

struct FieldNames<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("only structs have fields"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = names;
        Err(de::Error::custom("asked for its fields only"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests;
