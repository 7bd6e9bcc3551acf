//! The keys of an installation: versioned master and lookup keys, and the check key of serials, as files that only their owner can read.
//!
//! A key file is `<kind>-<version>.key` and holds 64 hexadecimal digits. The newest version of a kind is current; older ones only open
//! and find what was sealed and stored under them. The database holds a [commitment](Keys::commitments) of each, so that a wrong file
//! is noticed before it does harm.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::{hkdf, hmac};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::secrets::random;

/// Why there are no keys to work with. Each says which file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key that must exist does not.
    #[error(
        "there is no {kind} key in {place}; restore the keys from their backup, or create new ones for a new installation"
    )]
    Missing {
        /// `master`, `lookup` or `serials`.
        kind: &'static str,
        /// The directory or setting that was searched.
        place: String,
    },
    /// Keys are to be created where there are some already.
    #[error(
        "{0} already holds keys; load those, or name an empty directory (texts sealed under lost keys are lost)"
    )]
    Exists(PathBuf),
    /// A file or directory that others can read or write.
    #[error("{path} can be used by others (mode {mode:04o}); run: chmod {wanted:04o} {path}")]
    Exposed {
        /// What is exposed.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// What they should be.
        wanted: u32,
    },
    /// A key that is not 64 hexadecimal digits, or whose name is not a kind and a version.
    #[error(
        "{0} is not a key: expected master-N, lookup-N or serials-1, and 64 hexadecimal digits"
    )]
    Malformed(String),
    /// The file system failed.
    #[error("{path}: {source}")]
    Io {
        /// What was to be read or written.
        path: PathBuf,
        /// Why it was not.
        source: io::Error,
    },
    /// The database was filled with another key of that name.
    #[error(
        "key {0} is not the one that this database was filled with; restore that one from its backup, or use the database that belongs to this one"
    )]
    Wrong(String),
    /// The database was filled with keys whose files are not here. Nothing is made in their place: it would open nothing.
    #[error(
        "{files} of {dir} {} missing, with which this database was filled; bring the keys back from their backup (nothing was made in their place)",
        if files.contains(',') { "are" } else { "is" }
    )]
    LostFiles {
        /// The names of the files, one after the other.
        files: String,
        /// Where they should be.
        dir: String,
    },
    /// The database was filled with a key that is not here.
    #[error("key {0}, which this database was filled with, is missing; restore it from its backup")]
    Lost(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Wraps data keys, seals carrier passwords.
    Master,
    /// Makes lookup hashes.
    Lookup,
    /// Makes the check digits of serials. One version for ever: serials outlive every rotation, and losing it to somebody costs
    /// only the early death of their guesses.
    Serials,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Master, Kind::Lookup, Kind::Serials];

    fn name(self) -> &'static str {
        match self {
            Kind::Master => "master",
            Kind::Lookup => "lookup",
            Kind::Serials => "serials",
        }
    }
}

/// A key's name: `master-1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct KeyName {
    kind: Kind,
    version: u32,
}

impl KeyName {
    fn parse(text: &str) -> Option<Self> {
        let (kind, version) = text.split_once('-')?;
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind)?;
        let canonical = version.bytes().all(|b| b.is_ascii_digit()) && !version.starts_with('0');
        let version = version.parse().ok().filter(|_| canonical)?;
        (kind != Kind::Serials || version == 1).then_some(KeyName { kind, version })
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.name(), self.version)
    }
}

type RawKey = Zeroizing<[u8; 32]>;

/// Everything that must stay secret for the database to stay one. `Debug` prints names only.
pub struct Keys {
    masters: BTreeMap<u32, hkdf::Prk>,
    lookups: BTreeMap<u32, hmac::Key>,
    check: hmac::Key,
    commitments: Vec<(String, [u8; 32])>,
    #[cfg(test)]
    raw: BTreeMap<KeyName, RawKey>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.commitments.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Keys {
    /// Makes a first set of keys in `dir` (which is made with mode 0700 if it is not there), each on disk when this returns.
    pub fn create(dir: &Path) -> Result<Self, KeyError> {
        make_dir(dir)?;
        if !read_dir(dir)?.is_empty() {
            return Err(KeyError::Exists(dir.to_owned()));
        }
        Self::load_or_create(dir)
    }

    /// Reads the keys of `dir`. Refused: a directory that others may write to, a file that others may read, a kind without a key.
    pub fn load(dir: &Path) -> Result<Self, KeyError> {
        Self::new(read_dir(dir)?, || dir.display().to_string())
    }

    /// Reads the keys of `dir` and makes those kinds that have none: for the demo, where several nodes may start on one new directory
    /// at once (the first writer of a key wins). That nothing was lost shows in [`Keys::check`].
    pub fn load_or_create(dir: &Path) -> Result<Self, KeyError> {
        make_dir(dir)?;
        let found: BTreeSet<Kind> = read_dir(dir)?.keys().map(|name| name.kind).collect();
        for kind in Kind::ALL {
            if !found.contains(&kind) {
                write_key(dir, KeyName { kind, version: 1 }, &random())?;
            }
        }
        Self::load(dir)
    }

    /// Reads the keys of `dir`, to which those belong that a database was filled with: their files must be there.
    pub fn load_known(dir: &Path, known: &[String]) -> Result<Self, KeyError> {
        let files = known.iter().map(|name| format!("{name}.key"));
        let lost: Vec<String> = files.filter(|file| !dir.join(file).exists()).collect();
        if !lost.is_empty() {
            return Err(KeyError::LostFiles {
                files: lost.join(", "),
                dir: dir.display().to_string(),
            });
        }
        Self::load(dir)
    }

    /// Whether the keys in `dir`, some or none, can be used: refused are a directory or a file that others can, and what is no key.
    pub fn refuse_exposed(dir: &Path) -> Result<(), KeyError> {
        read_dir(dir).map(|_| ())
    }

    /// Reads keys from a text, as an environment variable or the file of a credential store holds it: one `name hexadecimal` a line
    /// or between commas, such as `master-2 00…ff`. `place` names the source in errors.
    pub fn parse(text: &str, place: &str) -> Result<Self, KeyError> {
        let mut found = BTreeMap::new();
        let entries = text.split(['\n', ',']).map(str::trim);
        for (at, entry) in entries.filter(|entry| !entry.is_empty()).enumerate() {
            let malformed = || KeyError::Malformed(format!("entry {} of {place}", at + 1));
            let (name, hex) = entry
                .split_once(|c: char| c.is_whitespace() || c == '=' || c == ':')
                .ok_or_else(malformed)?;
            let name = KeyName::parse(name).ok_or_else(malformed)?;
            let key = decode_key(hex.trim()).ok_or_else(malformed)?;
            if found.insert(name, key).is_some() {
                return Err(malformed());
            }
        }
        Self::new(found, || place.to_owned())
    }

    fn new(found: BTreeMap<KeyName, RawKey>, place: impl Fn() -> String) -> Result<Self, KeyError> {
        let missing = |kind: Kind| KeyError::Missing {
            kind: kind.name(),
            place: place(),
        };
        let mut masters = BTreeMap::new();
        let mut lookups = BTreeMap::new();
        let mut check = None;
        for (name, key) in &found {
            match name.kind {
                Kind::Master => {
                    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"emailsms master key v1");
                    masters.insert(name.version, salt.extract(key.as_ref()));
                }
                Kind::Lookup => {
                    lookups.insert(
                        name.version,
                        hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()),
                    );
                }
                Kind::Serials => check = Some(hmac::Key::new(hmac::HMAC_SHA256, key.as_ref())),
            }
        }
        if masters.is_empty() {
            return Err(missing(Kind::Master));
        }
        if lookups.is_empty() {
            return Err(missing(Kind::Lookup));
        }
        Ok(Keys {
            masters,
            lookups,
            check: check.ok_or_else(|| missing(Kind::Serials))?,
            commitments: found
                .iter()
                .map(|(name, key)| (name.to_string(), commitment(*name, key)))
                .collect(),
            #[cfg(test)]
            raw: found,
        })
    }

    /// For each key its name and what the database keeps of it: enough to recognise the key, nothing to find it by.
    pub fn commitments(&self) -> Vec<(String, [u8; 32])> {
        self.commitments.clone()
    }

    /// Holds the keys against the commitments that the database has, and returns those of keys that are new to it, to be stored. An
    /// error means that this database must not be served with these keys.
    pub fn check(
        &self,
        stored: &[(String, [u8; 32])],
    ) -> Result<Vec<(String, [u8; 32])>, KeyError> {
        for (name, commitment) in stored {
            match self.commitments.iter().find(|(here, _)| here == name) {
                None => return Err(KeyError::Lost(name.clone())),
                Some((_, here)) if !bool::from(here.ct_eq(commitment)) => {
                    return Err(KeyError::Wrong(name.clone()));
                }
                Some(_) => {}
            }
        }
        let known: BTreeSet<&String> = stored.iter().map(|(name, _)| name).collect();
        let mut new = self.commitments();
        new.retain(|(name, _)| !known.contains(name));
        Ok(new)
    }

    /// The current master key and its version.
    pub(super) fn current_master(&self) -> (u32, &hkdf::Prk) {
        let (version, key) = self.masters.last_key_value().expect("new() saw a master");
        (*version, key)
    }

    /// A live master key by its version.
    pub(super) fn master(&self, version: u32) -> Option<&hkdf::Prk> {
        self.masters.get(&version)
    }

    pub(super) fn current_lookup_key(&self) -> &hmac::Key {
        let (_, key) = self.lookups.last_key_value().expect("new() saw a lookup");
        key
    }

    /// Every live lookup key, newest first.
    pub(super) fn lookup_keys(&self) -> impl Iterator<Item = &hmac::Key> {
        self.lookups.values().rev()
    }

    pub(super) fn check_key(&self) -> &hmac::Key {
        &self.check
    }
}

/// HMAC over the name: equal keys under two names have unlike commitments.
fn commitment(name: KeyName, key: &RawKey) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.as_ref()));
    context.update(b"emailsms key commitment v1\0");
    context.update(name.to_string().as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.sign().as_ref());
    bytes
}

fn decode_key(hex: &str) -> Option<RawKey> {
    let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()?);
    let mut key = RawKey::default();
    if bytes.len() != key.len() {
        return None;
    }
    key.copy_from_slice(&bytes);
    Some(key)
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |source| KeyError::Io { path, source }
}

fn make_dir(dir: &Path) -> Result<(), KeyError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(io_error(dir))
}

/// Every `*.key` of the directory; other files are not ours and are left alone.
fn read_dir(dir: &Path) -> Result<BTreeMap<KeyName, RawKey>, KeyError> {
    let mode = fs::metadata(dir)
        .map_err(io_error(dir))?
        .permissions()
        .mode();
    if mode & 0o022 != 0 {
        return Err(KeyError::Exposed {
            path: dir.to_owned(),
            mode: mode & 0o7777,
            wanted: 0o700,
        });
    }
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(io_error(dir))? {
        let path = entry.map_err(io_error(dir))?.path();
        if path.extension().is_some_and(|ending| ending == "key") {
            let name = path
                .file_stem()
                .and_then(|stem| KeyName::parse(stem.to_str()?))
                .ok_or_else(|| KeyError::Malformed(path.display().to_string()))?;
            found.insert(name, read_key(&path)?);
        }
    }
    Ok(found)
}

/// Refuses a file that anybody but its owner can use.
pub(super) fn refuse_exposed(path: &Path) -> Result<(), KeyError> {
    refuse_exposed_file(&fs::File::open(path).map_err(io_error(path))?, path)
}

fn refuse_exposed_file(file: &fs::File, path: &Path) -> Result<(), KeyError> {
    let mode = file.metadata().map_err(io_error(path))?.mode() & 0o7777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(KeyError::Exposed {
        path: path.to_owned(),
        mode,
        wanted: 0o600,
    })
}

fn read_key(path: &Path) -> Result<RawKey, KeyError> {
    let mut file = fs::File::open(path).map_err(io_error(path))?;
    // Asked of the open file, not of the name: what was checked is what is read.
    refuse_exposed_file(&file, path)?;
    let mut text = Zeroizing::new(String::new());
    io::Read::read_to_string(&mut io::Read::take(&mut file, 1024), &mut text)
        .map_err(io_error(path))?;
    decode_key(text.trim()).ok_or_else(|| KeyError::Malformed(path.display().to_string()))
}

fn write_key(dir: &Path, name: KeyName, key: &RawKey) -> Result<(), KeyError> {
    let path = dir.join(format!("{name}.key"));
    let text = Zeroizing::new(format!("{}\n", HEXLOWER.encode(key.as_ref())));
    place(&path, 0o600, text.as_bytes()).map_err(io_error(&path))
}

/// Puts a file on disk whole or not at all, and never over another (that one stays, and this is no error): written beside its place,
/// then linked into it. Synced on return.
pub(super) fn place(path: &Path, mode: u32, content: &[u8]) -> io::Result<()> {
    let nonce = HEXLOWER.encode(random::<8>().as_ref());
    let draft = path.with_extension(format!("{nonce}.draft"));
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&draft)
        .and_then(|mut file| {
            file.write_all(content)?;
            file.sync_all()
        })
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
    // Whatever happened, the draft is of no further use; that it cannot be removed changes nothing.
    let _ = fs::remove_file(&draft);
    written?;
    match path.parent() {
        Some(dir) => fs::File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
impl Keys {
    /// Fresh keys that live in memory only.
    pub(crate) fn ephemeral() -> Self {
        let found = Kind::ALL.map(|kind| (KeyName { kind, version: 1 }, random()));
        Self::new(BTreeMap::from(found), || "memory".to_owned()).expect("one of each kind")
    }

    /// These keys and a newer version of the master and the lookup key.
    pub(crate) fn with_another_version(&self) -> Self {
        let mut found = self.raw.clone();
        for kind in [Kind::Master, Kind::Lookup] {
            let version = found.keys().filter(|name| name.kind == kind).count() as u32 + 1;
            found.insert(KeyName { kind, version }, random());
        }
        Self::new(found, || "memory".to_owned()).expect("one of each kind")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
    }

    #[test]
    fn created_keys_load_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let keys_dir = dir.path().join("a/keys");
        let created = Keys::create(&keys_dir).expect("created");
        let loaded = Keys::load(&keys_dir).expect("loaded");
        assert_eq!(created.commitments(), loaded.commitments());
        assert_eq!(
            format!("{loaded:?}"),
            r#"["master-1", "lookup-1", "serials-1"]"#
        );
        assert!(matches!(Keys::create(&keys_dir), Err(KeyError::Exists(_))));
        assert_eq!(
            Keys::load_or_create(&keys_dir)
                .expect("loaded")
                .commitments(),
            created.commitments()
        );
        let names: BTreeSet<_> = fs::read_dir(&keys_dir)
            .expect("listed")
            .map(|entry| {
                let entry = entry.expect("an entry");
                let mode = entry.metadata().expect("metadata").mode() & 0o777;
                assert_eq!(mode, 0o600);
                entry.file_name().to_string_lossy().into_owned()
            })
            .collect();
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            ["lookup-1.key", "master-1.key", "serials-1.key"]
        );
    }

    #[test]
    fn exposed_keys_are_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        Keys::create(dir.path()).expect("created");
        let path = dir.path().join("master-1.key");
        set_mode(&path, 0o640);
        let error = Keys::load(dir.path()).expect_err("refused").to_string();
        assert!(
            error.contains("chmod 0600") && error.contains("master-1.key"),
            "{error}"
        );
        set_mode(&path, 0o400);
        Keys::load(dir.path()).expect("stricter is fine");
        set_mode(dir.path(), 0o777);
        let error = Keys::load(dir.path()).expect_err("refused").to_string();
        assert!(error.contains("chmod 0700"), "{error}");
    }

    #[test]
    fn broken_and_missing_keys_are_named() {
        let dir = tempfile::tempdir().expect("a directory");
        assert!(matches!(
            Keys::load(&dir.path().join("none")),
            Err(KeyError::Io { .. })
        ));
        Keys::create(dir.path()).expect("created");
        fs::write(dir.path().join("README"), "not a key").expect("written");
        Keys::load(dir.path()).expect("other files are left alone");
        let lookup = dir.path().join("lookup-1.key");
        let text = fs::read_to_string(&lookup).expect("read");
        for (broken, what) in [("", "empty"), (&text[..62], "short"), ("zz", "no digits")] {
            fs::write(&lookup, broken).expect("written");
            assert!(
                matches!(Keys::load(dir.path()), Err(KeyError::Malformed(_))),
                "{what}"
            );
        }
        fs::remove_file(&lookup).expect("removed");
        assert!(matches!(
            Keys::load(dir.path()),
            Err(KeyError::Missing { kind: "lookup", .. })
        ));
    }

    #[test]
    fn names_of_keys() {
        assert!(KeyName::parse("master-1").is_some());
        assert!(KeyName::parse("lookup-4000000000").is_some());
        for no_name in [
            "master",
            "master-",
            "master-0",
            "master-01",
            "master-+1",
            "other-1",
            "serials-2",
            "lookup-5000000000",
        ] {
            assert!(KeyName::parse(no_name).is_none(), "{no_name}");
        }
    }

    #[test]
    fn keys_come_from_a_text_too() {
        let hex = |digit: &str| digit.repeat(64);
        let text = format!(
            "master-1 {}\nmaster-10={}, lookup-2: {}\n\nserials-1 {}\n",
            hex("1"),
            hex("A"),
            hex("2"),
            hex("3")
        );
        let keys = Keys::parse(&text, "EMAILSMS__SECURITY__KEYS").expect("parsed");
        assert_eq!(keys.current_master().0, 10, "by number, not by letter");
        assert!(keys.master(1).is_some() && keys.master(2).is_none());
        for broken in [
            "master-1",
            "master-1 12",
            &format!("{text}\nmaster-1 {}", hex("4")),
            &format!("mistress-1 {}", hex("4")),
        ] {
            let error = Keys::parse(broken, "KEYS")
                .expect_err("refused")
                .to_string();
            assert!(
                error.contains("KEYS") && !error.contains(&hex("4")),
                "{error}"
            );
        }
        assert!(matches!(
            Keys::parse(&format!("lookup-1 {}", hex("5")), "KEYS"),
            Err(KeyError::Missing { kind: "master", .. })
        ));
    }

    #[test]
    fn a_database_knows_its_keys() {
        let keys = Keys::ephemeral();
        let new = keys.check(&[]).expect("a new database");
        assert_eq!(new, keys.commitments());
        assert_eq!(keys.check(&new).expect("the same keys"), []);

        let rotated = keys.with_another_version();
        let added = rotated.check(&new).expect("older keys are still there");
        let names: Vec<_> = added.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["master-2", "lookup-2"]);
        assert!(matches!(
            keys.check(&rotated.commitments()),
            Err(KeyError::Lost(name)) if name == "master-2"
        ));
        assert!(matches!(
            Keys::ephemeral().check(&new),
            Err(KeyError::Wrong(name)) if name == "master-1"
        ));
    }
}
