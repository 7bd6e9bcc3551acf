//! Who is that: callers by API key or serial, kept in memory for as long as nothing about people changed.

use super::{KeyScopes, Lock, Lockouts, Who};
use crate::security::{Keys, Lookup, LookupHash};
use crate::store::people::{Standing, api_key};
use crate::store::{Reader, StoreError};
use jiff::tz::TimeZone;
use sms::{Country, Wish};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, RwLock};

/// Callers kept in memory at most; beyond it the book starts afresh.
const KEPT: usize = 50_000;

/// An identified user and all that decides whether it may send, as of a revision.
#[derive(Debug)]
pub struct Caller {
    /// User, department, company, mail domains.
    pub standing: Standing,
    /// The company's zone.
    pub zone: TimeZone,
    /// How the company's people write numbers.
    pub country: Country,
    /// The company's receipt wish, where a request has none.
    pub receipts: Wish,
    /// What the book's revision was.
    pub revision: i64,
}

impl Caller {
    /// The user's id.
    pub fn user_id(&self) -> i64 {
        self.standing.user.id
    }

    /// The company's id.
    pub fn company_id(&self) -> i64 {
        self.standing.company.id
    }

    /// The department's id, if the user is in one.
    pub fn department_id(&self) -> Option<i64> {
        self.standing.user.department_id
    }

    /// Whose account is switched off, if one is: check 2 of [SPEC 2.2], the widest first.
    pub fn inactive(&self) -> Option<Who> {
        let standing = &self.standing;
        let department = standing.department.as_ref();
        if !standing.company.active {
            Some(Who::Company)
        } else if department.is_some_and(|department| !department.active) {
            Some(Who::Department)
        } else if !standing.user.active {
            Some(Who::User)
        } else {
            None
        }
    }

    fn from_standing(standing: Standing, revision: i64) -> Result<Self, StoreError> {
        let company = &standing.company;
        let broken = |what: &str, value: &str| {
            StoreError::Refused(format!("company {}: `{value}` is no {what}", company.id))
        };
        let zone = TimeZone::get(&company.zone).map_err(|_| broken("time zone", &company.zone))?;
        let country =
            Country::parse(&company.country).map_err(|_| broken("country", &company.country))?;
        let receipts = i16::try_from(company.receipts)
            .ok()
            .and_then(Wish::from_code)
            .unwrap_or(Wish::Never);
        Ok(Self {
            zone,
            country,
            receipts,
            revision,
            standing,
        })
    }
}

/// A caller and how it proved who it is.
#[derive(Debug, Clone)]
pub struct Identified {
    /// Who it is.
    pub caller: Arc<Caller>,
    /// False for a test key, whose texts never reach a carrier.
    pub is_live: bool,
    /// The API key that proved it, if one did.
    pub api_key_id: Option<i64>,
    /// What that is for; a serial is for texts.
    pub scopes: KeyScopes,
}

/// Why nobody was identified.
#[derive(Debug, thiserror::Error)]
pub enum Unidentified {
    /// No such serial, or API key.
    #[error("unknown")]
    Unknown,
    /// The serial exists, its key is another.
    #[error("wrong key")]
    WrongKey {
        /// Whose serial it is.
        user_id: i64,
    },
    /// Too many wrong keys for this serial from this network.
    #[error("locked for {} more seconds", .0.seconds)]
    Locked(Lock),
    /// It could not be found out now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Unidentified {
    /// Whose serial it was, where there is such a serial.
    pub fn user_id(&self) -> Option<i64> {
        match self {
            Self::WrongKey { user_id } => Some(*user_id),
            Self::Locked(lock) => Some(lock.user_id),
            Self::Unknown | Self::Store(_) => None,
        }
    }
}

/// The book of callers.
pub struct Book {
    keys: Arc<Keys>,
    reader: Reader,
    lockouts: Lockouts,
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    revision: i64,
    api_keys: HashMap<LookupHash, (api_key::Model, Arc<Caller>)>,
    serials: HashMap<LookupHash, Arc<Caller>>,
}

impl Book {
    /// A book over a database; nobody is in it yet.
    pub fn new(keys: Arc<Keys>, reader: Reader, lockouts: Lockouts) -> Self {
        Self {
            keys,
            reader,
            lockouts,
            kept: RwLock::default(),
        }
    }

    /// Forgets everybody if the revision is not `revision` any more.
    pub fn turn_to(&self, revision: i64) {
        if let Ok(mut kept) = self.kept.write()
            && kept.revision != revision
        {
            *kept = Kept {
                revision,
                ..Kept::default()
            };
        }
    }

    /// Who has this API key. An expired or revoked one is unknown.
    pub async fn by_api_key(&self, key: &str, now: i64) -> Result<Identified, Unidentified> {
        let hashes = self.keys.lookup_all(Lookup::ApiKey, key);
        let kept = self.kept.read().ok().and_then(|kept| {
            hashes
                .iter()
                .find_map(|hash| kept.api_keys.get(hash).cloned())
        });
        // Whoever may not send may have been enabled meanwhile.
        let (row, caller) = match kept.filter(|(_, caller)| caller.inactive().is_none()) {
            Some(kept) => kept,
            None => {
                let revision = self.reader.accounts_revision().await?;
                let stored: Vec<Vec<u8>> =
                    hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect();
                let row = self
                    .reader
                    .api_key(&stored)
                    .await?
                    .ok_or(Unidentified::Unknown)?;
                let caller = self.load(row.user_id, revision).await?;
                let hash = LookupHash::from_slice(&row.hash).ok_or(Unidentified::Unknown)?;
                self.keep(revision, |kept| {
                    kept.api_keys.insert(hash, (row.clone(), caller.clone()));
                });
                (row, caller)
            }
        };
        if row.revoked_at.is_some() || row.expires_at.is_some_and(|at| at <= now) {
            return Err(Unidentified::Unknown);
        }
        Ok(Identified {
            caller,
            is_live: row.live,
            api_key_id: Some(row.id),
            scopes: KeyScopes::parse(&row.scopes),
        })
    }

    /// Who has this serial, proved by its key. Wrong keys are counted per serial and source network.
    pub async fn by_serial(
        &self,
        serial: &str,
        key: &str,
        source: IpAddr,
    ) -> Result<Identified, Unidentified> {
        let hashes = self.keys.lookup_all(Lookup::Serial, serial);
        let first = hashes.first().ok_or(Unidentified::Unknown)?;
        let place = (*first.as_bytes(), Lockouts::network(source));
        let caller = match self.lockouts.lock_of(&place) {
            None => self.caller_of_serial(&hashes, first).await?,
            Some(lock) => match self.caller_of_serial(&hashes, first).await {
                Ok(caller) if caller.standing.user.unlocked_at != lock.unlocked_at => {
                    self.lockouts.forget(&place);
                    caller
                }
                _ => return Err(Unidentified::Locked(lock)),
            },
        };
        let stored = caller
            .standing
            .user
            .key_hash
            .as_deref()
            .and_then(LookupHash::from_slice);
        if stored.is_some_and(|stored| self.keys.lookup_matches(Lookup::SmsKey, key, &stored)) {
            return Ok(Identified {
                caller,
                is_live: true,
                api_key_id: None,
                scopes: KeyScopes::ORDINARY,
            });
        }
        let user_id = caller.user_id();
        let unlocked_at = caller.standing.user.unlocked_at;
        match self.lockouts.count_wrong(&place, user_id, unlocked_at) {
            Some(lock) => {
                let (user, email) = (
                    crate::store::external("usr", user_id),
                    caller.standing.user.email.as_str(),
                );
                tracing::warn!(user, email, %source, seconds = lock.seconds, "too many wrong keys: this serial is locked for this network; `emailsms admin user unlock` ends that");
                Err(Unidentified::Locked(lock))
            }
            None => Err(Unidentified::WrongKey { user_id }),
        }
    }

    /// Who has the serial of these hashes; `first` is the one that it is kept under.
    async fn caller_of_serial(
        &self,
        hashes: &[LookupHash],
        first: &LookupHash,
    ) -> Result<Arc<Caller>, Unidentified> {
        let kept = self.kept.read().ok().and_then(|kept| {
            hashes
                .iter()
                .find_map(|hash| kept.serials.get(hash).cloned())
        });
        if let Some(caller) = kept.filter(|caller| caller.inactive().is_none()) {
            return Ok(caller);
        }
        let revision = self.reader.accounts_revision().await?;
        let stored: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect();
        let user = self
            .reader
            .user_by_serial(&stored)
            .await?
            .ok_or(Unidentified::Unknown)?;
        let caller = self.load(user.id, revision).await?;
        self.keep(revision, |kept| {
            kept.serials.insert(*first, caller.clone());
        });
        Ok(caller)
    }

    /// The same caller again, as it stands now; unknown if its key was revoked meanwhile.
    pub async fn again(&self, who: &Identified, now: i64) -> Result<Identified, Unidentified> {
        let revision = self.reader.accounts_revision().await?;
        self.turn_to(revision);
        if let Some(id) = who.api_key_id
            && !self.reader.api_key_is_good(id, now).await?
        {
            return Err(Unidentified::Unknown);
        }
        let caller = self.load(who.caller.user_id(), revision).await?;
        Ok(Identified {
            caller,
            ..who.clone()
        })
    }

    async fn load(&self, user_id: i64, revision: i64) -> Result<Arc<Caller>, Unidentified> {
        let standing = self
            .reader
            .standing(user_id)
            .await?
            .ok_or(Unidentified::Unknown)?;
        Ok(Arc::new(Caller::from_standing(standing, revision)?))
    }

    fn keep(&self, revision: i64, insert: impl FnOnce(&mut Kept)) {
        let Ok(mut kept) = self.kept.write() else {
            return;
        };
        if kept.revision != revision || kept.api_keys.len() + kept.serials.len() >= KEPT {
            *kept = Kept {
                revision,
                ..Kept::default()
            };
        }
        insert(&mut kept);
    }
}
