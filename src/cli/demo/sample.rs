//! The sample companies of a demo: made once, remembered with their keys; the carrier is set right at each start.

use super::{Carrier, memory::Memory};
use crate::accounts::{KeyScope, KeyScopes};
use crate::administration::FirstCarrier;
use crate::app::Gateway;
use crate::security::{ApiKeyMode, Keys, Lookup, Secret, new_api_key, new_sms_key, passwords};
use crate::store::people::{api_key, company, department, user};
use crate::store::{Batch, StoreError, Work, carriers, external};
use anyhow::Context;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use sms::{PhoneNumber, Wish};
use std::collections::BTreeSet;

/// Numbers in the pool unless the settings name others.
const POOL: i64 = 200;
/// The first of them.
const FIRST_NUMBER: i64 = 61_400_000_001;
/// Everybody in it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Sample {
    pub company: Company,
    /// Two of the company, one of another.
    pub people: Vec<Person>,
    #[serde(skip)]
    pub pool: Vec<i64>,
}

/// The sample company.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Company {
    pub id: String,
    pub name: String,
    pub country: String,
    pub zone: String,
}

/// A user, with what only it should know.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Person {
    pub name: String,
    pub password: String,
    pub email: String,
    pub serial: String,
    pub key: String,
    pub api_key: String,
    pub company: String,
}

/// Makes the sample unless it is remembered; in any case the carrier and the pool are as this start wants them.
pub(super) async fn bring_about(
    gateway: &Gateway,
    memory: &mut Memory,
    carrier: &Carrier,
) -> anyhow::Result<Sample> {
    let is_there = !gateway.store.reader.companies().await?.is_empty();
    let mut sample = match memory.sample() {
        Some(sample) if is_there => sample.clone(),
        _ if is_there => anyhow::bail!(
            "the database has companies that this directory does not remember; give the --data directory that it was made with, or another database"
        ),
        _ => {
            let (sample, seed) = draw(gateway)?;
            gateway
                .store
                .writer
                .write(seed)
                .await
                .context("making the sample company")?;
            memory.remember_sample(&sample);
            sample
        }
    };
    let first = FirstCarrier {
        name: gateway.settings.carrier.name.clone(),
        host: carrier.host.clone(),
        port: carrier.port,
        system_id: carrier.system_id.clone(),
        password: carrier.password.clone(),
        numbers: Vec::new(),
    };
    let begun = gateway.administration().begin_with(&first).await;
    begun.context("making the carrier")?;
    // Where nothing is to be set right, nothing is touched: other nodes would make their links anew.
    if let Some(right) = SetRight::of(gateway, carrier).await? {
        let written = gateway.store.writer.write(right).await;
        written.context("setting the carrier right")?;
    }
    sample.pool = pool(gateway).await?;
    Ok(sample)
}

/// The sample that another node made, and the carrier that it is on.
pub(super) async fn find(gateway: &Gateway, memory: &Memory) -> anyhow::Result<(Sample, Carrier)> {
    let sample = memory.sample().context("the directory remembers nobody")?;
    let row = own_carrier(gateway).await?;
    let password = gateway
        .keys
        .open_secret(row.id, "carrier.password", &row.password)
        .context("opening the carrier's password")?;
    let carrier = Carrier {
        port: u16::try_from(row.port).context("the carrier's port")?,
        password: Secret::new(String::from_utf8_lossy(&password).into_owned()),
        host: row.host,
        system_id: row.system_id,
    };
    let pool = pool(gateway).await?;
    Ok((
        Sample {
            pool,
            ..sample.clone()
        },
        carrier,
    ))
}

async fn pool(gateway: &Gateway) -> anyhow::Result<Vec<i64>> {
    let numbers = gateway.store.reader.numbers().await?.into_iter();
    let in_use = numbers.filter(|number| number.removed_at.is_none());
    Ok(in_use.map(|number| number.number).collect())
}

/// The demo's own is the first that there ever was; others may have been added beside it.
async fn own_carrier(gateway: &Gateway) -> anyhow::Result<carriers::Model> {
    let carriers = gateway.store.reader.carriers().await?;
    let first = carriers.into_iter().min_by_key(|known| known.id);
    first.context("the demo has no carrier")
}

/// A company, its mail domain, and its users: name and local part.
type Staff = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// Who is in every sample.
const STAFF: [Staff; 2] = [
    (
        "Acme Widgets",
        "acme.example",
        &[("Alice Archer", "alice"), ("Bob Baker", "bob")],
    ),
    (
        "Globex Freight",
        "globex.example",
        &[("Carol Cooper", "carol")],
    ),
];

/// Thinks of a sample, and of what it is in the database.
fn draw(gateway: &Gateway) -> anyhow::Result<(Sample, Seed)> {
    let accounts = &gateway.settings.accounts;
    let now = gateway.clock.now();
    let mut seed = Seed::default();
    let mut people = Vec::new();
    let mut first = None;
    for (name, domain, users) in STAFF {
        let company = company::Model {
            id: gateway.store.ids.next(),
            name: name.to_owned(),
            country: accounts.country.clone(),
            zone: accounts.zone.clone(),
            active: true,
            quota: accounts.quota_company.map(i64::from),
            receipts: i64::from(Wish::Always.code()),
            restricted: false,
            fallback_address: accounts.fallback.clone(),
            created_at: now,
            suspended_at: None,
        };
        let department = department::Model {
            id: gateway.store.ids.next(),
            company_id: company.id,
            name: "Head Office".to_owned(),
            active: true,
            quota: accounts.quota_department.map(i64::from),
            created_at: now,
        };
        first.get_or_insert_with(|| Company {
            id: external("com", company.id),
            name: company.name.clone(),
            country: company.country.clone(),
            zone: company.zone.clone(),
        });
        for (name, local) in users {
            let person = Person {
                name: (*name).to_owned(),
                password: passwords::new_password().expose().to_owned(),
                email: format!("{local}@{domain}"),
                serial: gateway.keys.new_serial().expose().to_owned(),
                key: new_sms_key().expose().to_owned(),
                api_key: new_api_key(ApiKeyMode::Live).expose().to_owned(),
                company: company.name.clone(),
            };
            seed.add(&person, &company, &department, gateway, now);
            people.push(person);
        }
        seed.departments.push(department);
        seed.companies.push((company, vec![domain.to_owned()]));
    }
    let company = first.context("no sample company")?;
    Ok((
        Sample {
            company,
            people,
            pool: Vec::new(),
        },
        seed,
    ))
}

#[derive(Default)]
struct Seed {
    companies: Vec<(company::Model, Vec<String>)>,
    departments: Vec<department::Model>,
    users: Vec<user::Model>,
    api_keys: Vec<api_key::Model>,
}

impl Seed {
    fn add(
        &mut self,
        person: &Person,
        company: &company::Model,
        department: &department::Model,
        gateway: &Gateway,
        now: i64,
    ) {
        let keys: &Keys = &gateway.keys;
        let hash = |kind, text: &str| keys.lookup(kind, text).as_bytes().to_vec();
        let user_id = gateway.store.ids.next();
        self.users.push(user::Model {
            id: user_id,
            company_id: company.id,
            department_id: Some(department.id),
            name: person.name.clone(),
            email: person.email.clone(),
            active: true,
            quota: gateway.settings.accounts.quota_user.map(i64::from),
            password_hash: Some(passwords::hash(&Secret::new(person.password.clone()))),
            serial_hash: Some(hash(Lookup::Serial, &person.serial)),
            serial_tail: Some(person.serial.chars().skip(12).collect()),
            key_hash: Some(hash(Lookup::SmsKey, &person.key)),
            created_at: now,
            unlocked_at: None,
        });
        self.api_keys.push(api_key::Model {
            id: gateway.store.ids.next(),
            company_id: company.id,
            user_id,
            hash: hash(Lookup::ApiKey, &person.api_key),
            prefix: person.api_key.chars().take(12).collect(),
            live: true,
            created_at: now,
            expires_at: None,
            revoked_at: None,
            // The first person of a demo is its operator, too.
            scopes: match self.api_keys.is_empty() {
                true => KeyScope::ALL.into_iter().collect::<KeyScopes>().to_string(),
                false => KeyScopes::ORDINARY.to_string(),
            },
        });
    }
}

impl Work for Seed {
    type Answer = ();
    const NAME: &'static str = "sample";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter() {
                for (company, domains) in &work.companies {
                    batch.insert_company(company.clone(), domains).await?;
                }
                for department in &work.departments {
                    batch.insert_department(department.clone()).await?;
                }
                for user in &work.users {
                    batch.insert_user(user.clone()).await?;
                }
                for api_key in &work.api_keys {
                    batch.insert_api_key(api_key.clone()).await?;
                }
            }
            Ok(vec![(); works.len()])
        })
    }
}

/// The carrier and its pool, as this start wants them.
struct SetRight {
    carrier: carriers::Model,
    numbers: Vec<i64>,
}

impl SetRight {
    /// `None`: all is as it should be.
    async fn of(gateway: &Gateway, carrier: &Carrier) -> anyhow::Result<Option<Self>> {
        let known = own_carrier(gateway).await?;
        let password = carrier.password.expose().as_bytes();
        let (field, keys) = ("carrier.password", &gateway.keys);
        let sealed = match keys.open_secret(known.id, field, &known.password) {
            Ok(same) if same.as_slice() == password => known.password.clone(),
            _ => keys.seal_secret(known.id, field, password),
        };
        let row = carriers::Model {
            name: gateway.settings.carrier.name.clone(),
            host: carrier.host.clone(),
            port: i64::from(carrier.port),
            system_id: carrier.system_id.clone(),
            password: sealed,
            ..known.clone()
        };
        let mut numbers = Vec::new();
        for number in &gateway.settings.pool.numbers {
            let number = number
                .strip_prefix('+')
                .and_then(PhoneNumber::from_e164_digits);
            numbers.push(
                number
                    .context("pool.numbers must be like +61400000001")?
                    .as_i64(),
            );
        }
        let pool = pool(gateway).await?;
        if numbers.is_empty() && gateway.store.reader.numbers().await?.is_empty() {
            numbers.extend(FIRST_NUMBER..FIRST_NUMBER + POOL);
        }
        let is_right = row == known && (numbers.is_empty() || same(&numbers, &pool));
        Ok((!is_right).then_some(Self {
            carrier: row,
            numbers,
        }))
    }
}

/// The same numbers, in whatever order.
fn same(wanted: &[i64], pool: &[i64]) -> bool {
    let set = |numbers: &[i64]| numbers.iter().copied().collect::<BTreeSet<i64>>();
    set(wanted) == set(pool)
}

impl Work for SetRight {
    type Answer = ();
    const NAME: &'static str = "sample_carrier";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter() {
                let carrier_id = work.carrier.id;
                batch.update_carrier(work.carrier.clone()).await?;
                // Numbers that this start names are the pool; others rest.
                if !work.numbers.is_empty() {
                    for known in batch
                        .pool()
                        .await?
                        .into_iter()
                        .filter(|known| !work.numbers.contains(&known.number))
                    {
                        batch.remove_number(known.number).await?;
                    }
                }
                for number in &work.numbers {
                    let row = carriers::number::Model {
                        number: *number,
                        carrier_id,
                        company_id: None,
                        removed_at: None,
                        created_at: batch.now,
                    };
                    batch.insert_number(row).await?;
                }
            }
            Ok(vec![(); works.len()])
        })
    }
}
