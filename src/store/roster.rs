//! What only administrators read and change: single rows inside a transaction, mail domains, opt-outs with their word, routes that go.

use super::people::{department, user};
use super::{Batch, Reader, StoreError, carriers};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, Statement, Value};

/// A handset that wants no texts of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOut {
    pub handset: i64,
    /// What it wrote.
    pub word: String,
    pub opted_at: i64,
}

impl Reader {
    /// The users of that address, in lower case, over all companies.
    pub async fn users_by_email(&self, email: &str) -> Result<Vec<user::Model>, StoreError> {
        Ok(user::Entity::find()
            .filter(user::Column::Email.eq(email))
            .order_by_asc(user::Column::Id)
            .all(&self.0)
            .await?)
    }

    /// The domains that a company's mail lives in, by name.
    pub async fn mail_domains(&self, company_id: i64) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT domain FROM mail_domains WHERE company_id = $1 ORDER BY domain";
        let rows = self.rows(sql, vec![company_id.into()]).await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, DbErr>>()?)
    }

    /// The company that a mail domain belongs to.
    pub async fn company_of_mail_domain(&self, domain: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT company_id FROM mail_domains WHERE domain = $1";
        let rows = self.rows(sql, vec![domain.into()]).await?;
        Ok(rows
            .first()
            .map(|row| row.try_get_by_index(0))
            .transpose()?)
    }

    /// A company's opt-outs, by handset.
    pub async fn opt_outs_in_full(&self, company_id: i64) -> Result<Vec<OptOut>, StoreError> {
        let sql =
            "SELECT handset, word, opted_at FROM opt_outs WHERE company_id = $1 ORDER BY handset";
        let rows = self.rows(sql, vec![company_id.into()]).await?;
        let opt_out = |row: &QueryResult| {
            Ok(OptOut {
                handset: row.try_get_by_index(0)?,
                word: row.try_get_by_index(1)?,
                opted_at: row.try_get_by_index(2)?,
            })
        };
        Ok(rows.iter().map(opt_out).collect::<Result<_, DbErr>>()?)
    }

    /// The parts that a company, department or user used on one of its days.
    pub async fn quota_used_on(&self, scope_id: i64, day: i64) -> Result<i64, StoreError> {
        let sql = "SELECT used FROM quota_use WHERE scope_id = $1 AND day = $2";
        let rows = self.rows(sql, vec![scope_id.into(), day.into()]).await?;
        Ok(rows
            .first()
            .map(|row| row.try_get_by_index(0))
            .transpose()?
            .unwrap_or_default())
    }

    async fn rows(&self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>, StoreError> {
        let backend = self.0.get_database_backend();
        Ok(self
            .0
            .query_all_raw(Statement::from_sql_and_values(backend, sql, values))
            .await?)
    }
}

impl Batch<'_> {
    /// A department as this transaction sees it.
    pub async fn department(&self, id: i64) -> Result<Option<department::Model>, StoreError> {
        Ok(department::Entity::find_by_id(id)
            .one(self.settled().await?)
            .await?)
    }

    /// A user as this transaction sees it.
    pub async fn user(&self, id: i64) -> Result<Option<user::Model>, StoreError> {
        Ok(user::Entity::find_by_id(id)
            .one(self.settled().await?)
            .await?)
    }

    /// A carrier as this transaction sees it.
    pub async fn carrier(&self, id: i64) -> Result<Option<carriers::Model>, StoreError> {
        Ok(carriers::Entity::find_by_id(id)
            .one(self.settled().await?)
            .await?)
    }

    /// Takes a mail domain from a company; whether it had it.
    pub async fn delete_mail_domain(
        &self,
        company_id: i64,
        domain: &str,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM mail_domains WHERE company_id = $1 AND domain = $2";
        let deleted = self
            .execute(sql, vec![company_id.into(), domain.into()])
            .await?;
        self.raise_accounts_revision().await?;
        Ok(deleted == 1)
    }

    /// Removes a route; whether there was one.
    pub async fn delete_route(&self, prefix: &str, carrier_id: i64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM routes WHERE prefix = $1 AND carrier_id = $2";
        let deleted = self
            .execute(sql, vec![prefix.into(), carrier_id.into()])
            .await?;
        self.raise_accounts_revision().await?;
        Ok(deleted == 1)
    }
}
