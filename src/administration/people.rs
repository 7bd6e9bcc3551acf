//! Companies, departments, users with their serials, and API keys.

use super::change::{Change, CompanyPatch, DepartmentPatch, HashedSerial, UserPatch};
use super::request::{
    ApiKeyOf, ApiKeyWish, CompanyChange, NewCompany, NewDepartment, NewUser, OfDepartment, OfUser,
    UserChange,
};
use super::view::{Activated, ApiKeyView, CompanyView, DepartmentView, NewApiKey, UserView};
use super::{Administration, AdministrationError, Result, name, named, remedy, shown};
use crate::accounts::{KeyScope, KeyScopes};
use crate::security::{ApiKeyMode, Lookup, Secret, new_api_key, new_sms_key};
use crate::store::people::{api_key, company, department, user};
use crate::store::{external, parse_external};
use sms::{Country, MailAddress, Wish};

/// Letters of an API key that are kept to be shown: `gw_live_` and four more.
const SHOWN_OF_API_KEY: usize = 12;
const DAY_MS: i64 = 86_400_000;

impl Administration {
    /// Adds a company.
    pub async fn add_company(&self, wanted: &NewCompany) -> Result<CompanyView> {
        let defaults = &self.defaults;
        let receipts = wanted.receipts.map_or(Wish::Never, Wish::from);
        let fallback = wanted.fallback.as_ref().or(defaults.fallback.as_ref());
        let row = company::Model {
            id: self.ids.next(),
            name: name("--name", &wanted.name)?,
            country: country(wanted.country.as_deref().unwrap_or(&defaults.country))?,
            zone: zone(wanted.zone.as_deref().unwrap_or(&defaults.zone))?,
            active: true,
            quota: wanted.quota.or(defaults.quota_company).map(i64::from),
            receipts: i64::from(receipts.code()),
            restricted: wanted.restricted,
            fallback_address: fallback
                .map(|given| address("--fallback", given))
                .transpose()?,
            created_at: self.clock.now(),
            suspended_at: None,
        };
        self.free_company_name(&row.name, None).await?;
        let domains = self.free_domains(&wanted.domains).await?;
        self.add(
            Change::AddCompany(row.clone(), domains),
            company_taken(&row.name),
        )
        .await?;
        self.view_company(row).await
    }

    /// All companies, by name.
    pub async fn companies(&self) -> Result<Vec<CompanyView>> {
        let mut views = Vec::new();
        for row in self.reader.companies().await? {
            views.push(self.view_company(row).await?);
        }
        Ok(views)
    }

    /// One company.
    pub async fn show_company(&self, name: &str) -> Result<CompanyView> {
        self.view_company(self.company(name).await?).await
    }

    /// Changes what is given of a company.
    pub async fn set_company(&self, wanted: &CompanyChange) -> Result<CompanyView> {
        let row = self.company(&wanted.name).await?;
        let new_name = wanted.rename.as_deref().map(|new| name("--rename", new));
        let new_name = new_name.transpose()?;
        if let Some(new) = &new_name {
            self.free_company_name(new, Some(row.id)).await?;
        }
        let has = self.reader.mail_domains(row.id).await?;
        let remove_domains = domains(&wanted.remove_domains)?;
        if let Some(stranger) = remove_domains.iter().find(|domain| !has.contains(domain)) {
            return Err(AdministrationError::Unknown {
                what: "mail domain",
                name: shown(stranger),
                remedy: remedy("company", stranger, has.iter().map(String::as_str)),
            });
        }
        let fallback = wanted.fallback.as_deref();
        let patch = CompanyPatch {
            country: wanted.country.as_deref().map(country).transpose()?,
            zone: wanted.zone.as_deref().map(zone).transpose()?,
            receipts: wanted
                .receipts
                .map(|receipts| i64::from(Wish::from(receipts).code())),
            restricted: wanted.restricted,
            fallback_address: match fallback {
                Some(given) => Some(Some(address("--fallback", given)?)),
                None => wanted.no_fallback.then_some(None),
            },
            add_domains: self.free_domains(&wanted.add_domains).await?,
            remove_domains,
            name: new_name,
            ..CompanyPatch::default()
        };
        let taken = company_taken(patch.name.as_deref().unwrap_or(&row.name));
        self.add(Change::SetCompany(row.id, patch), taken).await?;
        self.company_again(row.id).await
    }

    /// Lets a company's people send, or not.
    pub async fn activate_company(&self, name: &str, active: bool) -> Result<CompanyView> {
        let row = self.company(name).await?;
        let patch = CompanyPatch {
            active: Some(active),
            ..CompanyPatch::default()
        };
        self.write(Change::SetCompany(row.id, patch)).await?;
        self.company_again(row.id).await
    }

    pub(super) async fn company_again(&self, id: i64) -> Result<CompanyView> {
        let row = self.reader.company(id).await?;
        let row = row.ok_or_else(|| vanished("company", id))?;
        self.view_company(row).await
    }

    async fn view_company(&self, row: company::Model) -> Result<CompanyView> {
        let domains = self.reader.mail_domains(row.id).await?;
        Ok(CompanyView::new(row, domains))
    }

    async fn free_company_name(&self, name: &str, but: Option<i64>) -> Result<()> {
        match self.reader.company_named(name).await? {
            Some(other) if Some(other.id) != but => Err(company_taken(name)),
            _ => Ok(()),
        }
    }

    /// These domains, in lower case; none of them is a company's already.
    async fn free_domains(&self, given: &[String]) -> Result<Vec<String>> {
        let domains = domains(given)?;
        for domain in &domains {
            if self.reader.company_of_mail_domain(domain).await?.is_some() {
                return Err(AdministrationError::Taken {
                    what: "mail domain",
                    name: domain.clone(),
                    remedy: "a domain belongs to one company; remove it there first (company set --remove-domain)",
                });
            }
        }
        Ok(domains)
    }

    /// Adds a department.
    pub async fn add_department(&self, wanted: &NewDepartment) -> Result<DepartmentView> {
        let company = self.company(&wanted.company).await?;
        let row = department::Model {
            id: self.ids.next(),
            company_id: company.id,
            name: name("--name", &wanted.name)?,
            active: true,
            quota: wanted
                .quota
                .or(self.defaults.quota_department)
                .map(i64::from),
            created_at: self.clock.now(),
        };
        self.free_department_name(&company, &row.name).await?;
        self.add(
            Change::AddDepartment(row.clone()),
            department_taken(&row.name),
        )
        .await?;
        Ok(DepartmentView::new(row, &company))
    }

    /// The departments of a company, by name.
    pub async fn departments(&self, company: &str) -> Result<Vec<DepartmentView>> {
        let company = self.company(company).await?;
        let rows = self.reader.departments(company.id).await?;
        Ok(rows
            .into_iter()
            .map(|row| DepartmentView::new(row, &company))
            .collect())
    }

    /// Gives a department another name.
    pub async fn rename_department(&self, of: &OfDepartment, new: &str) -> Result<DepartmentView> {
        let company = self.company(&of.company).await?;
        let new = name("--rename", new)?;
        let row = self.department(&company, &of.name).await?;
        if row.name != new {
            self.free_department_name(&company, &new).await?;
        }
        let patch = DepartmentPatch {
            name: Some(new.clone()),
            ..DepartmentPatch::default()
        };
        self.add(Change::SetDepartment(row.id, patch), department_taken(&new))
            .await?;
        Ok(DepartmentView::new(
            department::Model { name: new, ..row },
            &company,
        ))
    }

    /// Lets a department's people send, or not.
    pub async fn activate_department(
        &self,
        of: &OfDepartment,
        active: bool,
    ) -> Result<DepartmentView> {
        let company = self.company(&of.company).await?;
        let row = self.department(&company, &of.name).await?;
        let patch = DepartmentPatch {
            active: Some(active),
            ..DepartmentPatch::default()
        };
        self.write(Change::SetDepartment(row.id, patch)).await?;
        Ok(DepartmentView::new(
            department::Model { active, ..row },
            &company,
        ))
    }

    async fn free_department_name(&self, company: &company::Model, name: &str) -> Result<()> {
        let departments = self.reader.departments(company.id).await?;
        if departments.iter().any(|department| department.name == name) {
            return Err(department_taken(name));
        }
        Ok(())
    }

    /// Adds a user with a serial and a key of its own.
    pub async fn add_user(&self, wanted: &NewUser) -> Result<Activated> {
        let company = self.company(&wanted.company).await?;
        let departments = self.reader.departments(company.id).await?;
        let department = match &wanted.department {
            Some(name) => Some(self.department(&company, name).await?.id),
            None => None,
        };
        let email = email("--email", &wanted.email)?;
        self.free_email(&company, &email).await?;
        let (serial, key, hashed) = self.draw_serial().await?;
        let row = user::Model {
            id: self.ids.next(),
            company_id: company.id,
            department_id: department,
            name: name("--name", wanted.name.as_deref().unwrap_or(&email))?,
            email,
            active: true,
            quota: wanted.quota.or(self.defaults.quota_user).map(i64::from),
            password_hash: None,
            serial_hash: Some(hashed.serial_hash),
            serial_tail: Some(hashed.serial_tail),
            key_hash: Some(hashed.key_hash),
            created_at: self.clock.now(),
            unlocked_at: None,
        };
        self.add(Change::AddUser(row.clone()), user_taken(&row.email))
            .await?;
        Ok(Activated {
            user: UserView::new(row, &company, &departments),
            serial,
            key,
        })
    }

    /// The users of a company, or of one of its departments, by address.
    pub async fn users(&self, company: &str, department: Option<&str>) -> Result<Vec<UserView>> {
        let company = self.company(company).await?;
        let departments = self.reader.departments(company.id).await?;
        let only = match department {
            Some(name) => Some(self.department(&company, name).await?.id),
            None => None,
        };
        let mut rows = self.reader.users(company.id).await?;
        rows.retain(|row| only.is_none() || row.department_id == only);
        Ok(rows
            .into_iter()
            .map(|row| UserView::new(row, &company, &departments))
            .collect())
    }

    /// One user.
    pub async fn show_user(&self, of: &OfUser) -> Result<UserView> {
        let (row, company) = self.user(of).await?;
        self.view_user(row, &company).await
    }

    /// Changes what is given of a user.
    pub async fn set_user(&self, wanted: &UserChange) -> Result<UserView> {
        let (row, company) = self.user(&wanted.user).await?;
        let new_email = wanted.new_email.as_deref();
        let new_email = new_email.map(|new| email("--new-email", new)).transpose()?;
        if let Some(new) = new_email.as_ref().filter(|new| **new != row.email) {
            self.free_email(&company, new).await?;
        }
        let new_name = wanted.name.as_deref().map(|new| name("--name", new));
        let patch = UserPatch {
            name: new_name.transpose()?,
            department_id: match &wanted.department {
                Some(name) => Some(Some(self.department(&company, name).await?.id)),
                None => wanted.no_department.then_some(None),
            },
            email: new_email,
            ..UserPatch::default()
        };
        let taken = user_taken(patch.email.as_deref().unwrap_or(&row.email));
        self.add(Change::SetUser(row.id, patch), taken).await?;
        self.user_again(row.id, &company).await
    }

    /// Lets a user send, or not.
    pub async fn activate_user(&self, of: &OfUser, active: bool) -> Result<UserView> {
        let (row, company) = self.user(of).await?;
        let patch = UserPatch {
            active: Some(active),
            ..UserPatch::default()
        };
        self.write(Change::SetUser(row.id, patch)).await?;
        self.user_again(row.id, &company).await
    }

    /// Gives a user a new serial and key; the old ones are unknown from now on.
    pub async fn rotate_serial(&self, of: &OfUser) -> Result<Activated> {
        let (row, company) = self.user(of).await?;
        let (serial, key, hashed) = self.draw_serial().await?;
        let patch = UserPatch {
            serial: Some(hashed),
            ..UserPatch::default()
        };
        self.write(Change::SetUser(row.id, patch)).await?;
        Ok(Activated {
            user: self.user_again(row.id, &company).await?,
            serial,
            key,
        })
    }

    /// A serial that no user has, its key, and what is stored of both.
    async fn draw_serial(&self) -> Result<(Secret, Secret, HashedSerial)> {
        loop {
            let serial = self.keys.new_serial();
            let hashes = self.keys.lookup_all(Lookup::Serial, serial.expose());
            let hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect();
            if self.reader.user_by_serial(&hashes).await?.is_some() {
                continue;
            }
            let key = new_sms_key();
            let hashed = HashedSerial {
                serial_hash: self.hash(Lookup::Serial, &serial),
                serial_tail: serial.expose().chars().skip(12).collect(),
                key_hash: self.hash(Lookup::SmsKey, &key),
            };
            return Ok((serial, key, hashed));
        }
    }

    fn hash(&self, kind: Lookup, secret: &Secret) -> Vec<u8> {
        self.keys.lookup(kind, secret.expose()).as_bytes().to_vec()
    }

    async fn user_again(&self, id: i64, company: &company::Model) -> Result<UserView> {
        let rows = self.reader.users(company.id).await?;
        let row = rows.into_iter().find(|row| row.id == id);
        self.view_user(row.ok_or_else(|| vanished("user", id))?, company)
            .await
    }

    async fn view_user(&self, row: user::Model, company: &company::Model) -> Result<UserView> {
        let departments = self.reader.departments(company.id).await?;
        Ok(UserView::new(row, company, &departments))
    }

    async fn free_email(&self, company: &company::Model, email: &str) -> Result<()> {
        let users = self.reader.users_by_email(email).await?;
        if users.iter().any(|user| user.company_id == company.id) {
            return Err(user_taken(email));
        }
        Ok(())
    }

    /// Makes an API key for a user.
    pub async fn add_api_key(&self, wanted: &ApiKeyWish) -> Result<NewApiKey> {
        let (user, company) = self.user(&wanted.user).await?;
        let mode = if wanted.test {
            ApiKeyMode::Test
        } else {
            ApiKeyMode::Live
        };
        if wanted.expires_days == Some(0) {
            return Err(AdministrationError::Invalid(
                "--expires-days must be 1 or more".to_owned(),
            ));
        }
        let api_key = new_api_key(mode);
        let now = self.clock.now();
        let row = api_key::Model {
            id: self.ids.next(),
            company_id: company.id,
            user_id: user.id,
            hash: self.hash(Lookup::ApiKey, &api_key),
            prefix: api_key.expose().chars().take(SHOWN_OF_API_KEY).collect(),
            live: mode == ApiKeyMode::Live,
            created_at: now,
            expires_at: wanted
                .expires_days
                .map(|days| now + i64::from(days) * DAY_MS),
            revoked_at: None,
            scopes: match wanted.scopes.is_empty() {
                true => KeyScopes::ORDINARY.to_string(),
                false => {
                    let scopes = wanted.scopes.iter().copied().map(KeyScope::from);
                    scopes.collect::<KeyScopes>().to_string()
                }
            },
        };
        self.write(Change::AddApiKey(row.clone())).await?;
        Ok(NewApiKey {
            view: ApiKeyView::new(row, &user),
            api_key,
            note: wanted.test.then_some(
                "there is no sandbox yet: until there is, what this key sends is refused by name",
            ),
        })
    }

    /// Ends the locks of a user's serial, on all nodes.
    pub async fn unlock_user(&self, of: &OfUser) -> Result<UserView> {
        let (user, company) = self.user(of).await?;
        let patch = UserPatch {
            unlocked_at: Some(self.clock.now().max(user.unlocked_at.unwrap_or(0) + 1)),
            ..UserPatch::default()
        };
        self.write(Change::SetUser(user.id, patch)).await?;
        let departments = self.reader.departments(company.id).await?;
        Ok(UserView::new(user, &company, &departments))
    }

    /// The API keys of a user, oldest first, ended ones too.
    pub async fn api_keys(&self, of: &OfUser) -> Result<Vec<ApiKeyView>> {
        let (user, _) = self.user(of).await?;
        let rows = self.reader.api_keys(user.id).await?;
        Ok(rows
            .into_iter()
            .map(|row| ApiKeyView::new(row, &user))
            .collect())
    }

    /// Ends an API key.
    pub async fn revoke_api_key(&self, of: &ApiKeyOf) -> Result<ApiKeyView> {
        let (user, _) = self.user(&of.user).await?;
        let rows = self.reader.api_keys(user.id).await?;
        let wanted = of.key.trim();
        let meant: Vec<&api_key::Model> = match parse_external("key", wanted) {
            Some(id) => rows.iter().filter(|row| row.id == id).collect(),
            None => rows.iter().filter(|row| row.prefix == wanted).collect(),
        };
        let row = match meant.as_slice() {
            [row] => *row,
            [] => {
                let ids: Vec<String> = rows.iter().map(|row| external("key", row.id)).collect();
                return Err(AdministrationError::Unknown {
                    what: "API key",
                    name: shown(wanted).chars().take(20).collect(),
                    remedy: remedy("api-key", wanted, ids.iter().map(String::as_str)),
                });
            }
            _ => {
                return Err(AdministrationError::Invalid(
                    "several keys begin so; give the id (key_…)".to_owned(),
                ));
            }
        };
        if !self.write(Change::RevokeApiKey(row.id)).await? {
            return Err(AdministrationError::Invalid(format!(
                "the API key {} was revoked before",
                external("key", row.id)
            )));
        }
        let rows = self.reader.api_keys(user.id).await?;
        let row = rows.into_iter().find(|again| again.id == row.id);
        let row = row.ok_or_else(|| vanished("API key", 0))?;
        Ok(ApiKeyView::new(row, &user))
    }
}

fn vanished(what: &str, id: i64) -> crate::store::StoreError {
    crate::store::StoreError::Refused(format!("{what} {id} vanished"))
}

fn company_taken(name: &str) -> AdministrationError {
    AdministrationError::Taken {
        what: "company",
        name: shown(name),
        remedy: "choose another name, or change that one with `emailsms admin company set`",
    }
}

fn department_taken(name: &str) -> AdministrationError {
    AdministrationError::Taken {
        what: "department",
        name: shown(name),
        remedy: "choose another name",
    }
}

fn user_taken(email: &str) -> AdministrationError {
    AdministrationError::Taken {
        what: "user",
        name: shown(email),
        remedy: "an address is one user of a company; see `emailsms admin user show`, or `user rotate-serial` for a new serial",
    }
}

fn country(given: &str) -> Result<String> {
    match Country::parse(given.trim()) {
        Ok(country) => Ok(country.as_str().to_owned()),
        Err(error) => Err(AdministrationError::Invalid(format!("--country: {error}"))),
    }
}

/// A zone of the time zone database, in its own spelling.
fn zone(given: &str) -> Result<String> {
    let zones: Vec<String> = jiff::tz::db()
        .available()
        .map(|zone| zone.as_str().to_owned())
        .collect();
    named("time zone", given, zones, |zone| zone).map_err(|error| match error {
        AdministrationError::Unknown { remedy, .. } if remedy.starts_with("did") => {
            AdministrationError::Invalid(format!(
                "--zone: `{}` is no time zone; {remedy}",
                shown(given)
            ))
        }
        _ => AdministrationError::Invalid(format!(
            "--zone: `{}` is no time zone; name one such as Australia/Sydney",
            shown(given)
        )),
    })
}

fn address(flag: &str, given: &str) -> Result<String> {
    match MailAddress::parse(given.trim()) {
        Ok(address) => Ok(address.to_string()),
        Err(error) => Err(AdministrationError::Invalid(format!("{flag}: {error}"))),
    }
}

/// A user's address: lower case, so that one person is one user.
pub(super) fn email(flag: &str, given: &str) -> Result<String> {
    Ok(address(flag, given)?.to_lowercase())
}

fn domains(given: &[String]) -> Result<Vec<String>> {
    let mut domains = Vec::with_capacity(given.len());
    for domain in given {
        let domain = domain.trim().to_lowercase();
        // Whatever may stand behind the @ of an address is a domain.
        if MailAddress::parse(&format!("postmaster@{domain}")).is_err() {
            return Err(AdministrationError::Invalid(format!(
                "`{}` is no mail domain; write it like example.com",
                shown(&domain)
            )));
        }
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    Ok(domains)
}
