//! Texts as the doors show them: a user sees its own, nobody else's [SPEC 2.2].

use super::ToHandset;
use crate::accounts::Caller;
use crate::security::Field;
use crate::store::{StoreError, attempts, events};
use crate::vault::VaultError;
use sms::{Encoding, State, Text};
use std::collections::HashMap;

/// A text, opened.
#[derive(Debug, Clone)]
pub struct SmsView {
    pub id: i64,
    pub legacy_id: i64,
    pub state: State,
    pub cause: Option<String>,
    pub to: i64,
    /// The pool number, once chosen.
    pub from: Option<i64>,
    pub text: String,
    pub encoding: Encoding,
    pub parts: i64,
    /// How many of them the SMSC has.
    pub parts_accepted: i64,
    pub tries: i64,
    /// Ever.
    pub in_doubt: bool,
    pub reply_to: String,
    pub accepted_at: i64,
    pub valid_until: i64,
}

impl SmsView {
    /// The information elements and the octets, if it is no text.
    pub fn octets(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        if self.encoding != Encoding::Binary {
            return None;
        }
        let stored = Text::stored(&self.text, self.encoding).ok()?;
        let (elements, octets) = stored.octets()?;
        Some((elements.to_vec(), octets.to_vec()))
    }
}

/// Carriers by id.
pub type CarrierNames = HashMap<i64, String>;

impl ToHandset {
    /// The caller's text of that id; `None` if there is none, or it is somebody else's.
    pub async fn sms(&self, caller: &Caller, id: i64) -> Result<Option<SmsView>, VaultError> {
        let Some(row) = self
            .0
            .reader
            .sms(id)
            .await?
            .filter(|row| row.user_id == caller.user_id())
        else {
            return Ok(None);
        };
        let text = self.0.vault.open(row.id, Field::SmsText, &row.text).await?;
        let parts_accepted = match row.state() {
            State::Ok | State::Delivered | State::Undeliverable => row.parts,
            _ if !row.was_tried() => 0,
            _ => attempts::accepted_parts(row.parts, &self.0.reader.attempts_of(row.id).await?),
        };
        let encoding = row.encoding();
        Ok(Some(SmsView {
            id: row.id,
            legacy_id: row.legacy_id,
            state: row.state(),
            cause: row.cause,
            to: row.handset,
            from: row.number,
            text,
            encoding,
            parts: row.parts,
            parts_accepted,
            tries: row.tries,
            in_doubt: row.in_doubt,
            reply_to: row.reply_to,
            accepted_at: row.accepted_at,
            valid_until: row.valid_until,
        }))
    }

    /// The events of the caller's text with ids above `after`, oldest first; `None` as in [`Self::sms`].
    pub async fn events(
        &self,
        caller: &Caller,
        id: i64,
        after: i64,
        limit: u64,
    ) -> Result<Option<Vec<events::Model>>, StoreError> {
        if self
            .0
            .reader
            .sms(id)
            .await?
            .is_none_or(|row| row.user_id != caller.user_id())
        {
            return Ok(None);
        }
        Ok(Some(self.0.reader.events_of(id, after, limit).await?))
    }

    /// The states of those of the caller's texts that have these legacy ids.
    pub async fn states_by_legacy_ids(
        &self,
        caller: &Caller,
        legacy_ids: &[i64],
    ) -> Result<HashMap<i64, State>, StoreError> {
        Ok(self
            .0
            .reader
            .states_by_legacy_ids(caller.user_id(), legacy_ids)
            .await?
            .into_iter()
            .collect())
    }

    /// The names of all carriers.
    pub async fn carrier_names(&self) -> Result<CarrierNames, StoreError> {
        Ok(self
            .0
            .reader
            .carriers()
            .await?
            .into_iter()
            .map(|carrier| (carrier.id, carrier.name))
            .collect())
    }
}
