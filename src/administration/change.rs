//! Changes on their way into a batch: a change reads its row again inside the transaction, so that two administrators at once lose nothing of each other's.

use crate::config::rooms::{OwnChanges, OwnSettings};
use crate::store::people::{api_key, company, department, user};
use crate::store::suspensions::Suspension;
use crate::store::{Batch, StoreError, Work, carriers};
use futures::future::BoxFuture;

/// A change of people, rules, numbers, carriers or routes. Answers false if there is nothing (any more) to be changed.
pub(super) enum Change {
    AddCompany(company::Model, Vec<String>),
    SetCompany(i64, CompanyPatch),
    AddDepartment(department::Model),
    SetDepartment(i64, DepartmentPatch),
    AddUser(user::Model),
    SetUser(i64, UserPatch),
    AddApiKey(api_key::Model),
    RevokeApiKey(i64),
    /// `(company, handsets, listed)`
    SetDestinations(i64, Vec<i64>, bool),
    /// `(company, handsets, word)`; without a word they are taken off.
    SetOptOuts(i64, Vec<i64>, Option<&'static str>),
    AddNumbers(Vec<carriers::number::Model>),
    RemoveNumbers(Vec<i64>),
    AddCarrier(carriers::Model),
    SetCarrier(i64, CarrierPatch),
    AddRoute(carriers::route::Model),
    /// `(prefix, carrier)`
    RemoveRoute(String, i64),
    /// From then on, or no longer.
    Suspend(Suspension, Option<i64>),
    ReleaseHeld(i64),
}

/// What changes of a company; `None` stays.
#[derive(Debug, Clone, Default)]
pub(super) struct CompanyPatch {
    pub name: Option<String>,
    pub country: Option<String>,
    pub zone: Option<String>,
    pub active: Option<bool>,
    pub quota: Option<Option<i64>>,
    pub receipts: Option<i64>,
    pub restricted: Option<bool>,
    pub fallback_address: Option<Option<String>>,
    pub add_domains: Vec<String>,
    pub remove_domains: Vec<String>,
}

/// What changes of a department.
#[derive(Debug, Clone, Default)]
pub(super) struct DepartmentPatch {
    pub name: Option<String>,
    pub active: Option<bool>,
    pub quota: Option<Option<i64>>,
}

/// What changes of a user.
#[derive(Debug, Clone, Default)]
pub(super) struct UserPatch {
    pub name: Option<String>,
    pub email: Option<String>,
    pub department_id: Option<Option<i64>>,
    pub active: Option<bool>,
    pub quota: Option<Option<i64>>,
    pub serial: Option<HashedSerial>,
    pub unlocked_at: Option<i64>,
}

/// A serial and its key, as they are stored.
#[derive(Debug, Clone)]
pub(super) struct HashedSerial {
    pub serial_hash: Vec<u8>,
    pub serial_tail: String,
    pub key_hash: Vec<u8>,
}

/// What changes of a carrier.
#[derive(Debug, Clone, Default)]
pub(super) struct CarrierPatch {
    pub host: Option<String>,
    pub port: Option<i64>,
    pub system_id: Option<String>,
    pub password: Option<Vec<u8>>,
    /// Of its own settings.
    pub settings: OwnChanges,
}

impl Work for Change {
    type Answer = bool;
    const NAME: &'static str = "administration";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<bool>, StoreError>> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(works.len());
            for change in works.iter() {
                answers.push(change.write(batch).await?);
            }
            Ok(answers)
        })
    }
}

impl Change {
    async fn write(&self, batch: &Batch<'_>) -> Result<bool, StoreError> {
        match self {
            Self::AddCompany(row, domains) => batch.insert_company(row.clone(), domains).await?,
            Self::SetCompany(id, patch) => return patch.write(*id, batch).await,
            Self::AddDepartment(row) => batch.insert_department(row.clone()).await?,
            Self::SetDepartment(id, patch) => {
                let Some(row) = batch.department(*id).await? else {
                    return Ok(false);
                };
                batch.update_department(patch.apply(row)).await?;
            }
            Self::AddUser(row) => batch.insert_user(row.clone()).await?,
            Self::SetUser(id, patch) => {
                let Some(row) = batch.user(*id).await? else {
                    return Ok(false);
                };
                batch.update_user(patch.apply(row)).await?;
            }
            Self::AddApiKey(row) => batch.insert_api_key(row.clone()).await?,
            Self::RevokeApiKey(id) => return batch.revoke_api_key(*id).await,
            Self::SetDestinations(company_id, handsets, listed) => {
                for handset in handsets {
                    batch
                        .set_destination(*company_id, *handset, *listed)
                        .await?;
                }
            }
            Self::SetOptOuts(company_id, handsets, word) => {
                for handset in handsets {
                    batch.set_opt_out(*company_id, *handset, *word).await?;
                }
            }
            Self::AddNumbers(rows) => {
                for row in rows {
                    batch.insert_number(row.clone()).await?;
                }
            }
            Self::RemoveNumbers(numbers) => {
                let mut removed = false;
                for number in numbers {
                    removed |= batch.remove_number(*number).await?;
                }
                return Ok(removed);
            }
            Self::AddCarrier(row) => batch.insert_carrier(row.clone()).await?,
            Self::SetCarrier(id, patch) => {
                let Some(row) = batch.carrier(*id).await? else {
                    return Ok(false);
                };
                batch.update_carrier(patch.apply(row)).await?;
            }
            Self::AddRoute(row) => batch.insert_route(row.clone()).await?,
            Self::RemoveRoute(prefix, carrier_id) => {
                return batch.delete_route(prefix, *carrier_id).await;
            }
            Self::Suspend(what, since) => return batch.suspend(what, *since).await,
            Self::ReleaseHeld(id) => return batch.release_held(*id).await,
        }
        Ok(true)
    }
}

impl CompanyPatch {
    async fn write(&self, id: i64, batch: &Batch<'_>) -> Result<bool, StoreError> {
        let Some(row) = batch.company(id).await? else {
            return Ok(false);
        };
        batch.update_company(self.apply(row)).await?;
        for domain in &self.remove_domains {
            batch.delete_mail_domain(id, domain).await?;
        }
        for domain in &self.add_domains {
            batch.insert_mail_domain(id, domain).await?;
        }
        Ok(true)
    }

    fn apply(&self, row: company::Model) -> company::Model {
        let patch = self.clone();
        company::Model {
            name: patch.name.unwrap_or(row.name),
            country: patch.country.unwrap_or(row.country),
            zone: patch.zone.unwrap_or(row.zone),
            active: patch.active.unwrap_or(row.active),
            quota: patch.quota.unwrap_or(row.quota),
            receipts: patch.receipts.unwrap_or(row.receipts),
            restricted: patch.restricted.unwrap_or(row.restricted),
            fallback_address: patch.fallback_address.unwrap_or(row.fallback_address),
            ..row
        }
    }
}

impl DepartmentPatch {
    fn apply(&self, row: department::Model) -> department::Model {
        let patch = self.clone();
        department::Model {
            name: patch.name.unwrap_or(row.name),
            active: patch.active.unwrap_or(row.active),
            quota: patch.quota.unwrap_or(row.quota),
            ..row
        }
    }
}

impl UserPatch {
    fn apply(&self, row: user::Model) -> user::Model {
        let patch = self.clone();
        let (serial_hash, serial_tail, key_hash) = match patch.serial {
            Some(serial) => (
                Some(serial.serial_hash),
                Some(serial.serial_tail),
                Some(serial.key_hash),
            ),
            None => (row.serial_hash, row.serial_tail, row.key_hash),
        };
        user::Model {
            name: patch.name.unwrap_or(row.name),
            email: patch.email.unwrap_or(row.email),
            department_id: patch.department_id.unwrap_or(row.department_id),
            active: patch.active.unwrap_or(row.active),
            quota: patch.quota.unwrap_or(row.quota),
            unlocked_at: patch.unlocked_at.or(row.unlocked_at),
            serial_hash,
            serial_tail,
            key_hash,
            ..row
        }
    }
}

impl CarrierPatch {
    fn apply(&self, row: carriers::Model) -> carriers::Model {
        let patch = self.clone();
        carriers::Model {
            host: patch.host.unwrap_or(row.host),
            port: patch.port.unwrap_or(row.port),
            system_id: patch.system_id.unwrap_or(row.system_id),
            password: patch.password.unwrap_or(row.password),
            // What cannot be read was of no use to any link.
            settings: OwnSettings::parse(&row.settings)
                .unwrap_or_default()
                .with(&patch.settings)
                .to_text(),
            ..row
        }
    }
}
