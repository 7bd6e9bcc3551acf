//! People, rules, numbers, carriers and routes: what an administrator asks for is judged here and written as one change. The command line, the demo and the pages ask the same.

mod change;
mod first_carrier;
mod network;
mod people;
mod queue;
pub mod request;
mod rules;
pub mod socket;
#[cfg(test)]
mod tests;
pub mod view;

use crate::clock::Clock;
use crate::config::rooms;
use crate::security::Keys;
use crate::store::people::{company, department, user};
use crate::store::{Ids, Reader, Store, StoreError, Writer, carriers};
use crate::vault::{Vault, VaultError};
use change::Change;
pub use first_carrier::FirstCarrier;
use request::{
    ApiKeyRequest, CarrierRequest, CompanyRequest, DepartmentRequest, DestinationRequest,
    InboundRequest, NumberRequest, OptOutRequest, QueueRequest, QuotaRequest, Request,
    RouteRequest, UserRequest,
};
use serde_json::{Value, json};
use std::sync::Arc;
use view::Exposed;

/// Why it was not done. Each says what to do; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AdministrationError {
    /// What was named does not exist.
    #[error("there is no {what} `{name}`; {remedy}")]
    Unknown {
        what: &'static str,
        name: String,
        remedy: String,
    },
    /// What is to be added exists.
    #[error("there is a {what} `{name}` already; {remedy}")]
    Taken {
        what: &'static str,
        name: String,
        remedy: &'static str,
    },
    /// A value cannot be.
    #[error("{0}")]
    Invalid(String),
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored text could not be opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

type Result<T> = std::result::Result<T, AdministrationError>;

/// Does what administrators ask for, on an open database. Clones share everything.
#[derive(Clone)]
pub struct Administration {
    reader: Reader,
    writer: Writer,
    ids: Arc<Ids>,
    keys: Arc<Keys>,
    vault: Vault,
    clock: Clock,
    /// What a new company, department or user starts with.
    defaults: Arc<rooms::Accounts>,
    /// What carriers have in common.
    carrier: Arc<rooms::Carrier>,
    /// Whether a link stands to a carrier, as the gateway knows it that this is a part of. `None`: what the database says of binds is all that is known.
    has_link: Option<HasLink>,
}

/// Whether a link stands to the carrier of that id.
type HasLink = Arc<dyn Fn(i64) -> bool + Send + Sync>;

impl Administration {
    /// An administration of `store`; `defaults` is what new companies start with, `carrier` what carriers have in common.
    pub fn new(
        store: &Store,
        keys: Arc<Keys>,
        clock: Clock,
        defaults: rooms::Accounts,
        carrier: rooms::Carrier,
    ) -> Self {
        Self {
            reader: store.reader.clone(),
            writer: store.writer.clone(),
            ids: store.ids.clone(),
            vault: Vault::new(keys.clone(), store.reader.clone(), store.ids.clone()),
            keys,
            clock,
            defaults: Arc::new(defaults),
            carrier: Arc::new(carrier),
            has_link: None,
        }
    }

    /// The same, as a part of a gateway that knows to which carriers a link stands.
    pub fn knowing_links(self, has_link: impl Fn(i64) -> bool + Send + Sync + 'static) -> Self {
        Self {
            has_link: Some(Arc::new(has_link)),
            ..self
        }
    }

    /// Does one thing. What it answers may hold secrets in the clear: it is for the administrator who asked.
    pub async fn answer(&self, request: Request) -> Result<Value> {
        match request {
            Request::Company(request) => self.answer_company(request).await,
            Request::Department(request) => self.answer_department(request).await,
            Request::User(request) => self.answer_user(request).await,
            Request::ApiKey(request) => Ok(match request {
                ApiKeyRequest::Add(wish) => self.add_api_key(&wish).await?.exposed(),
                ApiKeyRequest::List(user) => json!(self.api_keys(&user).await?),
                ApiKeyRequest::Revoke(key) => json!(self.revoke_api_key(&key).await?),
            }),
            Request::Quota(request) => Ok(match request {
                QuotaRequest::Set(quota) => json!(self.set_quota(&quota).await?),
                QuotaRequest::List(of) => json!(self.quotas(&of.company).await?),
            }),
            Request::Destination(request) => Ok(match request {
                DestinationRequest::Add(of) => json!(self.list_destinations(&of, true).await?),
                DestinationRequest::Remove(of) => json!(self.list_destinations(&of, false).await?),
                DestinationRequest::List(of) => json!(self.destinations(&of.company).await?),
                DestinationRequest::On(of) => json!(self.restrict(&of.company, true).await?),
                DestinationRequest::Off(of) => json!(self.restrict(&of.company, false).await?),
            }),
            Request::OptOut(request) => Ok(match request {
                OptOutRequest::List(of) => json!(self.opt_outs(&of.company).await?),
                OptOutRequest::Add(of) => json!(self.set_opt_outs(&of, true).await?),
                OptOutRequest::Remove(of) => json!(self.set_opt_outs(&of, false).await?),
            }),
            Request::Number(request) => Ok(match request {
                NumberRequest::Add(numbers) => json!(self.add_numbers(&numbers).await?),
                NumberRequest::Remove(of) => json!(self.remove_numbers(&of.numbers).await?),
                NumberRequest::List(asked) => json!(self.list_numbers(&asked).await?),
            }),
            Request::Carrier(request) => Ok(match request {
                CarrierRequest::Add(carrier) => json!(self.add_carrier(&carrier).await?),
                CarrierRequest::List => json!(self.carriers().await?),
                CarrierRequest::Show(of) => json!(self.show_carrier(&of.name).await?),
                CarrierRequest::Set(change) => json!(self.set_carrier(&change).await?),
                CarrierRequest::Suspend(carrier) => json!(self.suspend_carrier(&carrier).await?),
                CarrierRequest::Resume(carrier) => json!(self.resume_carrier(&carrier).await?),
            }),
            Request::Route(request) => Ok(match request {
                RouteRequest::Add(route) => json!(self.add_route(&route).await?),
                RouteRequest::Remove(route) => json!(self.remove_route(&route).await?),
                RouteRequest::List => json!(self.routes().await?),
                RouteRequest::Suspend(route) => json!(self.suspend_routes(&route).await?),
                RouteRequest::Resume(route) => json!(self.resume_routes(&route).await?),
            }),
            Request::Queue(request) => Ok(match request {
                QueueRequest::List => json!(self.queue().await?),
                QueueRequest::Texts(wish) => json!(self.texts(&wish).await?),
                QueueRequest::Suspend(of) => json!(self.suspend_queue(&of).await?),
                QueueRequest::Resume(of) => json!(self.resume_queue(&of).await?),
                QueueRequest::Held(wish) => json!(self.held(&wish).await?),
                QueueRequest::Release(of) => json!(self.release_held(&of).await?),
            }),
            Request::Inbound(InboundRequest::List(wish)) => {
                Ok(json!(self.stranded(wish.limit, wish.text).await?))
            }
        }
    }

    async fn answer_company(&self, request: CompanyRequest) -> Result<Value> {
        Ok(match request {
            CompanyRequest::Add(company) => json!(self.add_company(&company).await?),
            CompanyRequest::List => json!(self.companies().await?),
            CompanyRequest::Show(of) => json!(self.show_company(&of.name).await?),
            CompanyRequest::Set(change) => json!(self.set_company(&change).await?),
            CompanyRequest::Enable(of) => json!(self.activate_company(&of.name, true).await?),
            CompanyRequest::Disable(of) => json!(self.activate_company(&of.name, false).await?),
        })
    }

    async fn answer_department(&self, request: DepartmentRequest) -> Result<Value> {
        Ok(match request {
            DepartmentRequest::Add(department) => json!(self.add_department(&department).await?),
            DepartmentRequest::List(of) => json!(self.departments(&of.company).await?),
            DepartmentRequest::Set(change) => {
                json!(
                    self.rename_department(&change.department, &change.rename)
                        .await?
                )
            }
            DepartmentRequest::Enable(of) => json!(self.activate_department(&of, true).await?),
            DepartmentRequest::Disable(of) => json!(self.activate_department(&of, false).await?),
        })
    }

    async fn answer_user(&self, request: UserRequest) -> Result<Value> {
        Ok(match request {
            UserRequest::Add(user) => self.add_user(&user).await?.exposed(),
            UserRequest::List(of) => {
                json!(self.users(&of.company, of.department.as_deref()).await?)
            }
            UserRequest::Show(of) => json!(self.show_user(&of).await?),
            UserRequest::Set(change) => json!(self.set_user(&change).await?),
            UserRequest::Enable(of) => json!(self.activate_user(&of, true).await?),
            UserRequest::Disable(of) => json!(self.activate_user(&of, false).await?),
            UserRequest::Unlock(of) => json!(self.unlock_user(&of).await?),
            UserRequest::RotateSerial(of) => self.rotate_serial(&of).await?.exposed(),
        })
    }

    /// Writes a change; whether what it changes was there.
    async fn write(&self, change: Change) -> Result<bool> {
        Ok(self.writer.write(change).await?)
    }

    /// Writes an addition. Two administrators may add the same at once: the second hears that it is there already.
    async fn add(&self, change: Change, taken: AdministrationError) -> Result<()> {
        match self.writer.write(change).await {
            Ok(_) => Ok(()),
            Err(StoreError::Refused(text)) if text.to_lowercase().contains("unique") => Err(taken),
            Err(error) => Err(error.into()),
        }
    }

    /// A company by its name; upper and lower case may differ if only one is meant.
    async fn company(&self, name: &str) -> Result<company::Model> {
        if let Some(company) = self.reader.company_named(name.trim()).await? {
            return Ok(company);
        }
        let companies = self.reader.companies().await?;
        named("company", name, companies, |company| &company.name)
    }

    async fn department(&self, company: &company::Model, name: &str) -> Result<department::Model> {
        let departments = self.reader.departments(company.id).await?;
        named("department", name, departments, |department| {
            &department.name
        })
    }

    async fn user(&self, of: &request::OfUser) -> Result<(user::Model, company::Model)> {
        let email = of.email.trim().to_lowercase();
        let mut users = self.reader.users_by_email(&email).await?;
        if let Some(name) = &of.company {
            let company = self.company(name).await?;
            return match users.into_iter().find(|user| user.company_id == company.id) {
                Some(user) => Ok((user, company)),
                None => {
                    let users = self.reader.users(company.id).await?;
                    let user = named("user", &email, users, |user| &user.email)?;
                    Ok((user, company))
                }
            };
        }
        match (users.pop(), users.len()) {
            (None, _) => Err(AdministrationError::Unknown {
                what: "user",
                name: email,
                remedy: "see `emailsms admin user list --company NAME`".to_owned(),
            }),
            (Some(user), 0) => {
                let company = self.reader.company(user.company_id).await?;
                let company = company.ok_or_else(|| {
                    StoreError::Refused(format!("user {} has no company", user.id))
                })?;
                Ok((user, company))
            }
            _ => Err(AdministrationError::Invalid(format!(
                "several companies have a user {email}; say which with --company NAME"
            ))),
        }
    }

    /// A carrier by its name; the only one there is if none is named.
    async fn carrier(&self, name: Option<&str>) -> Result<carriers::Model> {
        let mut carriers = self.reader.carriers().await?;
        match name {
            Some(name) => named("carrier", name, carriers, |carrier| &carrier.name),
            None => match (carriers.pop(), carriers.len()) {
                (Some(carrier), 0) => Ok(carrier),
                (None, _) => Err(AdministrationError::Invalid(
                    "there is no carrier yet; add one with `emailsms admin carrier add`".to_owned(),
                )),
                _ => Err(AdministrationError::Invalid(
                    "there are several carriers; say which with --carrier NAME".to_owned(),
                )),
            },
        }
    }
}

/// The one of that name: exactly, or but for upper and lower case.
fn named<T>(
    what: &'static str,
    name: &str,
    all: Vec<T>,
    name_of: impl Fn(&T) -> &String,
) -> Result<T> {
    let wanted = name.trim().to_lowercase();
    let is_exact = |one: &T| name_of(one) == name.trim();
    let is_alike = |one: &T| name_of(one).to_lowercase() == wanted;
    let place = all.iter().position(is_exact).or_else(|| {
        let alike: Vec<usize> = (0..all.len()).filter(|at| is_alike(&all[*at])).collect();
        (alike.len() == 1).then(|| alike[0])
    });
    let remedy = remedy(what, name, all.iter().map(|one| name_of(one).as_str()));
    all.into_iter()
        .nth(place.unwrap_or(usize::MAX))
        .ok_or(AdministrationError::Unknown {
            what,
            name: shown(name),
            remedy,
        })
}

/// What may be meant instead of `name`, which is not among `names`.
fn remedy<'a>(what: &str, name: &str, names: impl Iterator<Item = &'a str>) -> String {
    let wanted = name.trim().to_lowercase();
    let names: Vec<&str> = names.collect();
    let near = names
        .iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&wanted, &name.to_lowercase()),
                *name,
            )
        })
        .min()
        .filter(|(distance, _)| *distance <= slips(wanted.chars().count()));
    match (near, names.as_slice()) {
        (Some((_, near)), _) => format!("did you mean `{near}`?"),
        (None, []) => format!("there is no {what} at all yet"),
        (None, names) if names.len() <= 8 => format!("there is {}", names.join(", ")),
        (None, _) => format!("see `emailsms admin {what} list`"),
    }
}

/// Slips of the finger that a name of so many letters may have and still be meant.
fn slips(letters: usize) -> usize {
    match letters {
        0..4 => 1,
        _ => 2.max(letters / 4),
    }
}

/// What somebody wrote, short and harmless enough to be shown back.
fn shown(given: &str) -> String {
    sms::printable_line(given).chars().take(60).collect()
}

/// A name that people give: one line, not empty.
fn name(flag: &str, given: &str) -> Result<String> {
    if given.trim().chars().any(char::is_control) {
        return Err(AdministrationError::Invalid(format!(
            "{flag} may not contain control characters, such as ends of lines; write it on one line"
        )));
    }
    let name = sms::printable_line(given);
    if name.is_empty() || name.chars().count() > 100 {
        return Err(AdministrationError::Invalid(format!(
            "{flag} must have 1 to 100 characters"
        )));
    }
    Ok(name)
}
