//! What an installation starts with: a carrier, routes that lead every number to it, and its pool. Afterwards the database rules, and what the settings say
//! otherwise is only told.

use super::network::{host, pool_number, port, system_id};
use super::view::number;
use super::{Administration, AdministrationError, Result, name};
use crate::security::Secret;
use crate::store::carriers::{self, route};
use crate::store::{Batch, StoreError, Work};
use futures::future::BoxFuture;
use sms::Country;
use std::collections::BTreeSet;

/// Together every number there is, by the names that the classic service gave its queues.
const EVERYWHERE: [(&str, &str); 11] = [
    ("61", "SAU"),
    ("64", "SNZ"),
    ("1", "S1"),
    ("2", "S2"),
    ("3", "S3"),
    ("4", "S4"),
    ("5", "S5"),
    ("7", "S7"),
    ("8", "S8"),
    ("9", "S9"),
    ("6", "S6"),
];

/// A carrier's account and its numbers, as settings name them.
#[derive(Debug, Clone)]
pub struct FirstCarrier {
    /// What people call it.
    pub name: String,
    /// Host name or address of its SMSC.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Our account there.
    pub system_id: String,
    /// The account's password.
    pub password: Secret,
    /// Its pool, `+61400000001`.
    pub numbers: Vec<String>,
}

impl FirstCarrier {
    /// The carrier of the database that is meant: that of its name, else that of its place.
    fn among<'a>(&self, carriers: &'a [carriers::Model]) -> Option<&'a carriers::Model> {
        let same_place =
            |row: &&carriers::Model| row.host == self.host && row.port == i64::from(self.port);
        let mut all = carriers.iter();
        all.find(|row| row.name == self.name)
            .or_else(|| carriers.iter().find(same_place))
    }
}

impl Administration {
    /// Adds this carrier with a route for every number and its pool, all in one commit, where there is no carrier yet. False: there is one.
    pub async fn begin_with(&self, first: &FirstCarrier) -> Result<bool> {
        let id = self.ids.next();
        let numbers = self.pool_of(first)?;
        let begin = Begin {
            carrier: carriers::Model {
                id,
                name: name("carrier.name", &first.name)?,
                host: host(&first.host)?,
                port: port(first.port)?,
                system_id: system_id(&first.system_id)?,
                password: self.seal_password(id, &first.password)?,
                created_at: self.clock.now(),
                settings: String::new(),
                suspended_at: None,
            },
            numbers,
        };
        Ok(self.writer.write(begin).await?)
    }

    /// Where the database differs from what the settings name, each as a sentence that ends in the command which changes the database. `place` is the flag that
    /// names the installation there, such as `--config gateway.toml`.
    pub async fn differences(&self, wanted: &FirstCarrier, place: &str) -> Result<Vec<String>> {
        let admin = format!("emailsms admin {place}").trim_end().to_owned();
        let carriers = self.reader.carriers().await?;
        let Some(known) = wanted.among(&carriers) else {
            return Ok(vec![format!(
                "[carrier] of the settings is none of the database's carriers, which rule; to add it: {admin} carrier add --name '{}' --host {} --port {} --system-id {} --password-file FILE",
                wanted.name, wanted.host, wanted.port, wanted.system_id
            )]);
        };
        let mut told = Vec::new();
        let mut change = String::new();
        if known.host != wanted.host {
            change.push_str(&format!(" --host {}", wanted.host));
        }
        if known.port != i64::from(wanted.port) {
            change.push_str(&format!(" --port {}", wanted.port));
        }
        if known.system_id != wanted.system_id {
            change.push_str(&format!(" --system-id {}", wanted.system_id));
        }
        let password = self
            .keys
            .open_secret(known.id, super::network::PASSWORD, &known.password);
        if password.is_ok_and(|password| password.as_slice() != wanted.password.expose().as_bytes())
        {
            change.push_str(" --password-file FILE");
        }
        if !change.is_empty() {
            told.push(format!(
                "[carrier] of the settings differs from the carrier in the database, which rules; to change that one: {admin} carrier set --name '{}'{change}",
                known.name
            ));
        }
        Ok(told)
    }

    /// The numbers that the settings name and the database never had, as a sentence that ends in the command which adds the first of them. What else the pool holds,
    /// and what was removed from it, was meant so: the database rules.
    pub async fn missing_numbers(
        &self,
        wanted: &FirstCarrier,
        place: &str,
    ) -> Result<Option<String>> {
        let carriers = self.reader.carriers().await?;
        let Some(carrier) = wanted.among(&carriers) else {
            return Ok(None);
        };
        let known: BTreeSet<i64> = self
            .reader
            .numbers()
            .await?
            .into_iter()
            .map(|row| row.number)
            .collect();
        let wanted_numbers = self.pool_of(wanted)?;
        let mut missing = wanted_numbers.difference(&known);
        let Some(first) = missing.next() else {
            return Ok(None);
        };
        let admin = format!("emailsms admin {place}").trim_end().to_owned();
        Ok(Some(format!(
            "pool.numbers of the settings names {} numbers that the pool in the database, which rules, has not; to add them, number by number or in ranges FIRST..LAST: {admin} number add --carrier '{}' {}",
            missing.count() + 1,
            carrier.name,
            number(*first)
        )))
    }

    fn pool_of(&self, first: &FirstCarrier) -> Result<BTreeSet<i64>> {
        let home = Country::parse(&self.defaults.country).unwrap_or(Country::AU);
        let numbers = first.numbers.iter();
        numbers
            .map(|given| {
                pool_number(given, home)
                    .map_err(|error| AdministrationError::Invalid(format!("pool.numbers: {error}")))
            })
            .collect()
    }
}

/// The first carrier on its way into a batch. Two nodes may begin at once: whether there is a carrier is asked inside.
struct Begin {
    carrier: carriers::Model,
    numbers: BTreeSet<i64>,
}

impl Work for Begin {
    type Answer = bool;
    const NAME: &'static str = "first_carrier";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, std::result::Result<Vec<bool>, StoreError>> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(works.len());
            for work in works.iter() {
                answers.push(work.write(batch).await?);
            }
            Ok(answers)
        })
    }
}

impl Begin {
    async fn write(&self, batch: &Batch<'_>) -> std::result::Result<bool, StoreError> {
        if batch.has_carriers().await? {
            return Ok(false);
        }
        let carrier_id = self.carrier.id;
        batch.insert_carrier(self.carrier.clone()).await?;
        for (prefix, name) in EVERYWHERE {
            let route = route::Model {
                prefix: prefix.to_owned(),
                rank: 1,
                name: name.to_owned(),
                carrier_id,
                weight: 1,
                suspended_at: None,
            };
            batch.insert_route(route).await?;
        }
        for number in &self.numbers {
            let row = carriers::number::Model {
                number: *number,
                carrier_id,
                company_id: None,
                removed_at: None,
                created_at: batch.now,
            };
            batch.insert_number(row).await?;
        }
        Ok(true)
    }
}
