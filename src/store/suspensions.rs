//! What an operator suspended: a carrier, the routes of a name, a company's queue, or everything [SPEC 4.6].

use super::people::company;
use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QuerySelect, Statement};

/// What is suspended and resumed as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suspension {
    All,
    Company(i64),
    Carrier(i64),
    /// All routes of that name.
    Route(String),
}

/// How much is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspensions {
    /// 1 if everything is.
    pub all: i64,
    pub companies: i64,
    pub carriers: i64,
    pub routes: i64,
}

impl Batch<'_> {
    /// Suspends from `since` on, or resumes; whether there was something to be changed.
    pub async fn suspend(&self, what: &Suspension, since: Option<i64>) -> Result<bool, StoreError> {
        let unlike = match since {
            Some(_) => "suspended_at IS NULL",
            None => "suspended_at IS NOT NULL",
        };
        let changed = match what {
            Suspension::All => {
                let unlike = if since.is_some() { "= 0" } else { "<> 0" };
                let sql = format!(
                    "UPDATE counters SET value = $1 WHERE name = 'all_suspended_at' AND value {unlike}"
                );
                self.execute(&sql, vec![since.unwrap_or(0).into()]).await?
            }
            Suspension::Company(id) => {
                let sql =
                    format!("UPDATE companies SET suspended_at = $1 WHERE id = $2 AND {unlike}");
                self.execute(&sql, vec![since.into(), (*id).into()]).await?
            }
            Suspension::Carrier(id) => {
                let sql =
                    format!("UPDATE carriers SET suspended_at = $1 WHERE id = $2 AND {unlike}");
                self.execute(&sql, vec![since.into(), (*id).into()]).await?
            }
            Suspension::Route(name) => {
                let sql =
                    format!("UPDATE routes SET suspended_at = $1 WHERE name = $2 AND {unlike}");
                self.execute(&sql, vec![since.into(), name.as_str().into()])
                    .await?
            }
        };
        self.raise_accounts_revision().await?;
        Ok(changed > 0)
    }
}

impl Reader {
    /// Since when an operator holds everything back.
    pub async fn all_suspended_at(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = 'all_suspended_at'";
        let row = self
            .0
            .query_one_raw(Statement::from_string(self.0.get_database_backend(), sql))
            .await?;
        let since: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(since.filter(|since| *since != 0))
    }

    /// How much of each kind is suspended.
    pub async fn suspensions(&self) -> Result<Suspensions, StoreError> {
        let sql = "SELECT (SELECT COUNT(*) FROM counters WHERE name = 'all_suspended_at' AND value <> 0), \
             (SELECT COUNT(*) FROM companies WHERE suspended_at IS NOT NULL), (SELECT COUNT(*) FROM carriers WHERE suspended_at IS NOT NULL), \
             (SELECT COUNT(*) FROM routes WHERE suspended_at IS NOT NULL)";
        let asked = Statement::from_string(self.0.get_database_backend(), sql);
        let row = self.0.query_one_raw(asked).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("a count".into()))?;
        Ok(Suspensions {
            all: row.try_get_by_index(0)?,
            companies: row.try_get_by_index(1)?,
            carriers: row.try_get_by_index(2)?,
            routes: row.try_get_by_index(3)?,
        })
    }

    /// Companies whose texts an operator holds back.
    pub async fn suspended_companies(&self) -> Result<Vec<i64>, StoreError> {
        Ok(company::Entity::find()
            .select_only()
            .column(company::Column::Id)
            .filter(company::Column::SuspendedAt.is_not_null())
            .into_tuple()
            .all(&self.0)
            .await?)
    }
}
