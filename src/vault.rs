//! Texts at rest: finds or makes the data key of a company and week, seals with it, and opens what was sealed with any.
//!
//! Keys are opened once and kept in memory; the database has them wrapped only.

use crate::security::{DataKey, Field, Keys, OpenKey, SealError, sealed_key_id, week_of};
use crate::store::data_keys::WrappedKey;
use crate::store::{Batch, Ids, Reader, StoreError, Work, Writer};
use futures::future::BoxFuture;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// The company of texts that belong to none yet.
pub const NO_COMPANY: i64 = 0;

/// Why a text could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key is missing or a row was tampered with; needs an operator.
    #[error("a stored text cannot be opened: {0}")]
    Sealed(#[from] SealError),
    /// Its data key is not in the database.
    #[error("the data key {0} is not in the database")]
    NoKey(i64),
}

/// Seals and opens texts. Clones share the keys in memory.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    keys: Arc<Keys>,
    reader: Reader,
    ids: Arc<Ids>,
    open: RwLock<Open>,
}

#[derive(Default)]
struct Open {
    by_id: HashMap<i64, Arc<OpenKey>>,
    by_week: HashMap<(i64, i64), Arc<OpenKey>>,
}

impl Vault {
    /// A vault over an open database.
    pub fn new(keys: Arc<Keys>, reader: Reader, ids: Arc<Ids>) -> Self {
        Self(Arc::new(Inner {
            keys,
            reader,
            ids,
            open: RwLock::default(),
        }))
    }

    /// The keys that hash what is looked up.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The key to seal a company's texts of `now` with; made, and on disk, if there was none.
    pub async fn sealing_key(
        &self,
        writer: &Writer,
        company_id: i64,
        now: i64,
    ) -> Result<Arc<OpenKey>, VaultError> {
        let week = week_of(now);
        let place = (company_id, i64::from(week));
        if let Some(key) = self
            .0
            .open
            .read()
            .ok()
            .and_then(|open| open.by_week.get(&place).cloned())
        {
            return Ok(key);
        }
        let kept = match self.0.reader.data_key_of(company_id, place.1).await? {
            Some(kept) => kept,
            None => {
                let made = self
                    .0
                    .keys
                    .new_data_key(self.0.ids.next(), company_id, week);
                let made = WrappedKey {
                    id: made.id,
                    company_id,
                    week: place.1,
                    wrapped: made.wrapped,
                };
                writer.write(KeepKey(made)).await?
            }
        };
        let key = self.remember(&kept)?;
        if let Ok(mut open) = self.0.open.write() {
            open.by_week.insert(place, key.clone());
        }
        Ok(key)
    }

    /// Opens what was sealed for that row and field.
    pub async fn open(&self, row: i64, field: Field, blob: &[u8]) -> Result<String, VaultError> {
        let id = sealed_key_id(blob).ok_or(SealError::Malformed)?;
        let known = self
            .0
            .open
            .read()
            .ok()
            .and_then(|open| open.by_id.get(&id).cloned());
        let key = match known {
            Some(key) => key,
            None => self.remember(
                &self
                    .0
                    .reader
                    .data_key(id)
                    .await?
                    .ok_or(VaultError::NoKey(id))?,
            )?,
        };
        Ok(String::from_utf8_lossy(&key.open(row, field, blob)?).into_owned())
    }

    fn remember(&self, kept: &WrappedKey) -> Result<Arc<OpenKey>, VaultError> {
        let week = i32::try_from(kept.week).unwrap_or_default();
        let wrapped = DataKey {
            id: kept.id,
            company: kept.company_id,
            week,
            wrapped: kept.wrapped.clone(),
        };
        let key = Arc::new(self.0.keys.open_data_key(&wrapped)?);
        if let Ok(mut open) = self.0.open.write() {
            open.by_id.insert(kept.id, key.clone());
        }
        Ok(key)
    }
}

struct KeepKey(WrappedKey);

impl Work for KeepKey {
    type Answer = WrappedKey;
    const NAME: &'static str = "data_key";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<WrappedKey>, StoreError>> {
        Box::pin(async move {
            let mut kept = Vec::with_capacity(works.len());
            for work in works.iter() {
                kept.push(batch.keep_data_key(&work.0).await?);
            }
            Ok(kept)
        })
    }
}
