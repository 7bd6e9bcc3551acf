//! Companies, their mail domains, departments, users and API keys; restricted destinations and opt-outs. Whatever changes here raises the revision that caches are held against.

use super::bulk::Pick;
use super::{Batch, Reader, StoreError};
use sea_orm::IntoActiveModel;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, Statement, Value};

/// A customer.
pub mod company {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "companies")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        #[sea_orm(unique)]
        pub name: String,
        /// ISO 3166 alpha-2: how its people write numbers.
        pub country: String,
        /// IANA name.
        pub zone: String,
        pub active: bool,
        /// Parts a day.
        pub quota: Option<i64>,
        /// Code of its receipt wish.
        pub receipts: i64,
        /// Only destinations on its list.
        pub restricted: bool,
        /// Gets mails that nobody else could.
        pub fallback_address: Option<String>,
        pub created_at: i64,
        /// Since when an operator holds its texts back.
        pub suspended_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A cost centre.
pub mod department {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "departments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub company_id: i64,
        pub name: String,
        pub active: bool,
        pub quota: Option<i64>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Somebody, or a program, that sends.
pub mod user {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub company_id: i64,
        pub department_id: Option<i64>,
        pub name: String,
        /// Lower case.
        pub email: String,
        pub active: bool,
        pub quota: Option<i64>,
        pub password_hash: Option<String>,
        /// Keyed hash.
        pub serial_hash: Option<Vec<u8>>,
        /// The last four digits, to be shown.
        pub serial_tail: Option<String>,
        /// Keyed hash of the SMS key.
        pub key_hash: Option<Vec<u8>>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A user's key to REST.
pub mod api_key {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "api_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub company_id: i64,
        pub user_id: i64,
        /// Keyed hash.
        pub hash: Vec<u8>,
        /// Its first letters, to be shown.
        pub prefix: String,
        /// Test keys never reach a carrier.
        pub live: bool,
        pub created_at: i64,
        pub expires_at: Option<i64>,
        pub revoked_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A user with all that decides whether it may send.
#[derive(Clone, Debug)]
pub struct Standing {
    pub user: user::Model,
    pub department: Option<department::Model>,
    pub company: company::Model,
    pub mail_domains: Vec<String>,
}

const OPTED_OUT: Pick = Pick {
    before: "SELECT handset FROM opt_outs WHERE company_id = $1 AND handset IN (",
    after: ")",
};
const PERMITTED: Pick = Pick {
    before: "SELECT handset FROM destinations WHERE company_id = $1 AND handset IN (",
    after: ")",
};

impl Reader {
    /// The revision of people, rules, numbers and routes: equal as long as nothing of them changed.
    pub async fn accounts_revision(&self) -> Result<i64, StoreError> {
        revision(&self.0).await
    }

    /// The standing of a user.
    pub async fn standing(&self, user_id: i64) -> Result<Option<Standing>, StoreError> {
        let Some(user) = user::Entity::find_by_id(user_id).one(&self.0).await? else {
            return Ok(None);
        };
        let Some(company) = company::Entity::find_by_id(user.company_id)
            .one(&self.0)
            .await?
        else {
            return Ok(None);
        };
        let department = match user.department_id {
            Some(id) => department::Entity::find_by_id(id).one(&self.0).await?,
            None => None,
        };
        let sql = "SELECT domain FROM mail_domains WHERE company_id = $1 ORDER BY domain";
        let statement =
            Statement::from_sql_and_values(self.0.get_database_backend(), sql, [company.id.into()]);
        let domains = self.0.query_all_raw(statement).await?;
        let mail_domains = domains
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, DbErr>>()?;
        Ok(Some(Standing {
            user,
            department,
            company,
            mail_domains,
        }))
    }

    /// The API key of one of these hashes.
    pub async fn api_key(&self, hashes: &[Vec<u8>]) -> Result<Option<api_key::Model>, StoreError> {
        Ok(api_key::Entity::find()
            .filter(api_key::Column::Hash.is_in(hashes.iter().cloned()))
            .one(&self.0)
            .await?)
    }

    /// Whether an API key is there, not revoked, and not expired.
    pub async fn api_key_is_good(&self, id: i64, now: i64) -> Result<bool, StoreError> {
        let row = api_key::Entity::find_by_id(id).one(&self.0).await?;
        Ok(row.is_some_and(|row| {
            row.revoked_at.is_none() && row.expires_at.is_none_or(|at| at > now)
        }))
    }

    /// The user whose serial has one of these hashes.
    pub async fn user_by_serial(
        &self,
        hashes: &[Vec<u8>],
    ) -> Result<Option<user::Model>, StoreError> {
        Ok(user::Entity::find()
            .filter(user::Column::SerialHash.is_in(hashes.iter().cloned()))
            .one(&self.0)
            .await?)
    }

    /// All companies, by name.
    pub async fn companies(&self) -> Result<Vec<company::Model>, StoreError> {
        Ok(company::Entity::find()
            .order_by_asc(company::Column::Name)
            .all(&self.0)
            .await?)
    }

    /// A company by its name.
    pub async fn company_named(&self, name: &str) -> Result<Option<company::Model>, StoreError> {
        Ok(company::Entity::find()
            .filter(company::Column::Name.eq(name))
            .one(&self.0)
            .await?)
    }

    /// A company.
    pub async fn company(&self, id: i64) -> Result<Option<company::Model>, StoreError> {
        Ok(company::Entity::find_by_id(id).one(&self.0).await?)
    }

    /// The departments of a company, by name.
    pub async fn departments(&self, company_id: i64) -> Result<Vec<department::Model>, StoreError> {
        let found = department::Entity::find().filter(department::Column::CompanyId.eq(company_id));
        Ok(found
            .order_by_asc(department::Column::Name)
            .all(&self.0)
            .await?)
    }

    /// The users of a company, by address.
    pub async fn users(&self, company_id: i64) -> Result<Vec<user::Model>, StoreError> {
        Ok(user::Entity::find()
            .filter(user::Column::CompanyId.eq(company_id))
            .order_by_asc(user::Column::Email)
            .all(&self.0)
            .await?)
    }

    /// The API keys of a user, oldest first.
    pub async fn api_keys(&self, user_id: i64) -> Result<Vec<api_key::Model>, StoreError> {
        Ok(api_key::Entity::find()
            .filter(api_key::Column::UserId.eq(user_id))
            .order_by_asc(api_key::Column::Id)
            .all(&self.0)
            .await?)
    }

    /// The handsets on a company's restricted list.
    pub async fn destinations(&self, company_id: i64) -> Result<Vec<i64>, StoreError> {
        self.handsets(
            "SELECT handset FROM destinations WHERE company_id = $1 ORDER BY handset",
            company_id,
        )
        .await
    }

    /// The handsets that opted out of a company's texts.
    pub async fn opt_outs(&self, company_id: i64) -> Result<Vec<i64>, StoreError> {
        self.handsets(
            "SELECT handset FROM opt_outs WHERE company_id = $1 ORDER BY handset",
            company_id,
        )
        .await
    }

    async fn handsets(&self, sql: &str, company_id: i64) -> Result<Vec<i64>, StoreError> {
        let statement =
            Statement::from_sql_and_values(self.0.get_database_backend(), sql, [company_id.into()]);
        let rows = self.0.query_all_raw(statement).await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, DbErr>>()?)
    }
}

impl Batch<'_> {
    /// The revision as this transaction sees it.
    pub async fn accounts_revision(&self) -> Result<i64, StoreError> {
        let known = self.revision.lock().map_or(None, |known| *known);
        if let Some(revision) = known {
            return Ok(revision);
        }
        let read = revision(self.tx).await?;
        if let Ok(mut known) = self.revision.lock() {
            *known = Some(read);
        }
        Ok(read)
    }

    /// To be called with every change of people, rules, numbers or routes, in the transaction that changes them.
    pub async fn raise_accounts_revision(&self) -> Result<(), StoreError> {
        if let Ok(mut known) = self.revision.lock() {
            *known = None;
        }
        self.execute(
            "UPDATE counters SET value = value + 1 WHERE name = 'accounts_revision'",
            vec![],
        )
        .await?;
        Ok(())
    }

    /// Those of these handsets that opted out of the company's texts.
    pub async fn opted_out(
        &self,
        company_id: i64,
        handsets: &[i64],
    ) -> Result<Vec<i64>, StoreError> {
        self.some_of(&OPTED_OUT, company_id, handsets).await
    }

    /// Those of these handsets that are on the company's restricted list.
    pub async fn permitted(
        &self,
        company_id: i64,
        handsets: &[i64],
    ) -> Result<Vec<i64>, StoreError> {
        self.some_of(&PERMITTED, company_id, handsets).await
    }

    async fn some_of(
        &self,
        pick: &Pick,
        company_id: i64,
        handsets: &[i64],
    ) -> Result<Vec<i64>, StoreError> {
        let keys: Vec<Value> = handsets.iter().map(|handset| (*handset).into()).collect();
        let rows = pick.all(self.tx, &[company_id.into()], &keys).await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, DbErr>>()?)
    }

    /// Whether user, department and company of an SMS are all active, by `(user, department, company)`.
    pub async fn is_active(
        &self,
        user_id: i64,
        department_id: Option<i64>,
        company_id: i64,
    ) -> Result<bool, StoreError> {
        let user = user::Entity::find_by_id(user_id)
            .one(self.tx)
            .await?
            .is_some_and(|user| user.active);
        let company = company::Entity::find_by_id(company_id)
            .one(self.tx)
            .await?
            .is_some_and(|company| company.active);
        let department = match department_id {
            Some(id) => department::Entity::find_by_id(id)
                .one(self.tx)
                .await?
                .is_some_and(|department| department.active),
            None => true,
        };
        Ok(user && company && department)
    }

    /// A company as this transaction sees it.
    pub async fn company(&self, id: i64) -> Result<Option<company::Model>, StoreError> {
        Ok(company::Entity::find_by_id(id).one(self.tx).await?)
    }

    /// Adds a company with the domains that its users' mail lives in.
    pub async fn insert_company(
        &self,
        row: company::Model,
        mail_domains: &[String],
    ) -> Result<(), StoreError> {
        let id = row.id;
        company::Entity::insert(row.into_active_model())
            .exec_without_returning(self.tx)
            .await?;
        for domain in mail_domains {
            self.insert_mail_domain(id, domain).await?;
        }
        self.raise_accounts_revision().await
    }

    /// Adds a mail domain to a company.
    pub async fn insert_mail_domain(
        &self,
        company_id: i64,
        domain: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO mail_domains (domain, company_id) VALUES ($1, $2)",
            vec![domain.to_lowercase().into(), company_id.into()],
        )
        .await?;
        self.raise_accounts_revision().await
    }

    /// Replaces a company's row.
    pub async fn update_company(&self, row: company::Model) -> Result<(), StoreError> {
        company::Entity::update(row.into_active_model().reset_all())
            .exec(self.tx)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Adds a department.
    pub async fn insert_department(&self, row: department::Model) -> Result<(), StoreError> {
        department::Entity::insert(row.into_active_model())
            .exec_without_returning(self.tx)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Replaces a department's row.
    pub async fn update_department(&self, row: department::Model) -> Result<(), StoreError> {
        department::Entity::update(row.into_active_model().reset_all())
            .exec(self.tx)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Adds a user.
    pub async fn insert_user(&self, row: user::Model) -> Result<(), StoreError> {
        user::Entity::insert(row.into_active_model())
            .exec_without_returning(self.tx)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Replaces a user's row.
    pub async fn update_user(&self, row: user::Model) -> Result<(), StoreError> {
        user::Entity::update(row.into_active_model().reset_all())
            .exec(self.tx)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Adds an API key.
    pub async fn insert_api_key(&self, row: api_key::Model) -> Result<(), StoreError> {
        api_key::Entity::insert(row.into_active_model())
            .exec_without_returning(self.tx)
            .await?;
        self.raise_accounts_revision().await
    }

    /// Revokes an API key; whether there was one that was not revoked yet.
    pub async fn revoke_api_key(&self, id: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";
        let revoked = self.execute(sql, vec![self.now.into(), id.into()]).await?;
        self.raise_accounts_revision().await?;
        Ok(revoked == 1)
    }

    /// Puts a handset on, or takes it off, a company's restricted list.
    pub async fn set_destination(
        &self,
        company_id: i64,
        handset: i64,
        listed: bool,
    ) -> Result<(), StoreError> {
        let sql = if listed {
            "INSERT INTO destinations (company_id, handset) VALUES ($1, $2) ON CONFLICT DO NOTHING"
        } else {
            "DELETE FROM destinations WHERE company_id = $1 AND handset = $2"
        };
        self.execute(sql, vec![company_id.into(), handset.into()])
            .await?;
        self.raise_accounts_revision().await
    }

    /// Puts a handset on, or takes it off (no word), a company's opt-out list.
    pub async fn set_opt_out(
        &self,
        company_id: i64,
        handset: i64,
        word: Option<&str>,
    ) -> Result<(), StoreError> {
        match word {
            Some(word) => {
                let sql = "INSERT INTO opt_outs (company_id, handset, word, opted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
                self.execute(
                    sql,
                    vec![
                        company_id.into(),
                        handset.into(),
                        word.into(),
                        self.now.into(),
                    ],
                )
                .await?;
            }
            None => {
                self.execute(
                    "DELETE FROM opt_outs WHERE company_id = $1 AND handset = $2",
                    vec![company_id.into(), handset.into()],
                )
                .await?;
            }
        }
        self.raise_accounts_revision().await
    }
}

/// Asks for the revision.
pub(super) const REVISION: &str = "SELECT value FROM counters WHERE name = 'accounts_revision'";

async fn revision<C: ConnectionTrait>(connection: &C) -> Result<i64, StoreError> {
    let asked = Statement::from_string(connection.get_database_backend(), REVISION);
    let row = connection.query_one_raw(asked).await?;
    row.map(|row| row.try_get_by_index(0))
        .transpose()?
        .ok_or_else(|| StoreError::Refused("the counter `accounts_revision` is missing".into()))
}
