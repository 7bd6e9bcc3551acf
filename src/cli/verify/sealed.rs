//! What is sealed is held against the keys: every text, reply and password is opened, a page at a time, and what does not open is named.

use crate::security::{DataKey, Field, Keys, OpenKey, SealError, sealed_key_id};
use crate::store::verify::{Finding, NAMED, Sealed};
use crate::store::{Reader, StoreError};
use std::collections::HashMap;

/// Rows in memory at one time.
const PAGE: u32 = 500;
/// Data keys in memory at one time: a company has one for each week.
const KEYS_AT_ONCE: usize = 1_000;

const OPENS: &str = "each sealed value opens with the keys of this installation";
const BELONG: &str = "the keys are those that the database was filled with";

/// What came of it.
#[derive(Debug, Default)]
pub struct Opened {
    /// Values that were opened.
    pub values: u64,
    /// What could not be.
    pub findings: Vec<Finding>,
}

/// A finding about the keys as a whole: nothing is opened with them.
pub fn wrong_keys(detail: String) -> Opened {
    Opened {
        values: 0,
        findings: vec![Finding {
            rule: "keys",
            promise: BELONG,
            table: "key_commitments",
            id: 0,
            detail,
        }],
    }
}

/// Opens everything.
pub async fn open_all(reader: &Reader, keys: &Keys) -> Result<Opened, StoreError> {
    let stored = reader.key_commitments().await?.into_iter();
    let stored: Vec<(String, [u8; 32])> = stored
        .filter_map(|(name, commitment)| Some((name, commitment.try_into().ok()?)))
        .collect();
    if let Err(error) = keys.check(&stored) {
        return Ok(wrong_keys(error.to_string()));
    }
    let mut opened = Opened::default();
    let mut data_keys = DataKeys {
        reader,
        keys,
        open: HashMap::new(),
    };
    for column in Sealed::ALL {
        let (mut after, mut named) = (i64::MIN, 0);
        loop {
            let page = reader.sealed_page(column, after, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (id, blob) in page {
                opened.values += 1;
                let Err(error) = data_keys.open(column, id, &blob).await? else {
                    continue;
                };
                named += 1;
                if named <= NAMED {
                    opened.findings.push(Finding {
                        rule: "sealed",
                        promise: OPENS,
                        table: column.table(),
                        id,
                        detail: error,
                    });
                }
            }
        }
    }
    Ok(opened)
}

/// Keys of companies and weeks, opened as they are met.
struct DataKeys<'a> {
    reader: &'a Reader,
    keys: &'a Keys,
    open: HashMap<i64, Result<OpenKey, String>>,
}

impl DataKeys<'_> {
    async fn open(
        &mut self,
        column: Sealed,
        row: i64,
        blob: &[u8],
    ) -> Result<Result<(), String>, StoreError> {
        let field = match column {
            Sealed::SmsText => Field::SmsText,
            Sealed::ReplyText => Field::ReplyText,
            Sealed::ReplyPart => Field::ReplyPart,
            Sealed::CarrierPassword => {
                let password = self.keys.open_secret(row, "carrier.password", blob);
                return Ok(password.map(|_| ()).map_err(|error| error.to_string()));
            }
        };
        let Some(id) = sealed_key_id(blob) else {
            return Ok(Err(SealError::Malformed.to_string()));
        };
        if !self.open.contains_key(&id) {
            if self.open.len() >= KEYS_AT_ONCE {
                self.open.clear();
            }
            let key = self.data_key(id).await?;
            self.open.insert(id, key);
        }
        Ok(match self.open.get(&id) {
            Some(Ok(key)) => key
                .open(row, field, blob)
                .map(|_| ())
                .map_err(|error| error.to_string()),
            Some(Err(error)) => Err(error.clone()),
            None => Err(format!("data key {id} is not at hand")),
        })
    }

    async fn data_key(&self, id: i64) -> Result<Result<OpenKey, String>, StoreError> {
        let Some(kept) = self.reader.data_key(id).await? else {
            return Ok(Err(format!("data key {id} is not in the database")));
        };
        let wrapped = DataKey {
            id: kept.id,
            company: kept.company_id,
            week: i32::try_from(kept.week).unwrap_or_default(),
            wrapped: kept.wrapped,
        };
        let key = self.keys.open_data_key(&wrapped);
        Ok(key.map_err(|error| format!("its data key {id}: {error}")))
    }
}
