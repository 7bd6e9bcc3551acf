//! The wrapped keys that texts are sealed with, one per company and week; commitments of the keys that never are in the database; blocks of legacy ids.

use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryResult, Statement};

/// A data key as it is stored.
#[derive(Debug, Clone)]
pub struct WrappedKey {
    pub id: i64,
    pub company_id: i64,
    /// ISO week of acceptance, `yyyyww`.
    pub week: i64,
    pub wrapped: Vec<u8>,
}

impl WrappedKey {
    fn from_row(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get_by_index(0)?,
            company_id: row.try_get_by_index(1)?,
            week: row.try_get_by_index(2)?,
            wrapped: row.try_get_by_index(3)?,
        })
    }
}

impl Reader {
    /// The key of a company and week.
    pub async fn data_key_of(
        &self,
        company_id: i64,
        week: i64,
    ) -> Result<Option<WrappedKey>, StoreError> {
        let sql = "SELECT id, company_id, week, wrapped FROM data_keys WHERE company_id = $1 AND week = $2";
        let statement = Statement::from_sql_and_values(
            self.0.get_database_backend(),
            sql,
            [company_id.into(), week.into()],
        );
        Ok(self
            .0
            .query_one_raw(statement)
            .await?
            .as_ref()
            .map(WrappedKey::from_row)
            .transpose()?)
    }

    /// The key of that id.
    pub async fn data_key(&self, id: i64) -> Result<Option<WrappedKey>, StoreError> {
        let sql = "SELECT id, company_id, week, wrapped FROM data_keys WHERE id = $1";
        let statement =
            Statement::from_sql_and_values(self.0.get_database_backend(), sql, [id.into()]);
        Ok(self
            .0
            .query_one_raw(statement)
            .await?
            .as_ref()
            .map(WrappedKey::from_row)
            .transpose()?)
    }

    /// The commitments of the keys that this database was used with.
    pub async fn key_commitments(&self) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let sql = "SELECT name, commitment FROM key_commitments ORDER BY name";
        let rows = self
            .0
            .query_all_raw(Statement::from_string(self.0.get_database_backend(), sql))
            .await?;
        Ok(rows
            .iter()
            .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
            .collect::<Result<_, DbErr>>()?)
    }
}

impl Batch<'_> {
    /// Keeps a key unless there is one for that company and week; the one that counts.
    pub async fn keep_data_key(&self, key: &WrappedKey) -> Result<WrappedKey, StoreError> {
        let sql = "INSERT INTO data_keys (id, company_id, week, wrapped) VALUES ($1, $2, $3, $4) ON CONFLICT (company_id, week) DO NOTHING";
        self.execute(
            sql,
            vec![
                key.id.into(),
                key.company_id.into(),
                key.week.into(),
                key.wrapped.clone().into(),
            ],
        )
        .await?;
        let sql = "SELECT id, company_id, week, wrapped FROM data_keys WHERE company_id = $1 AND week = $2";
        let rows = self
            .query(sql, vec![key.company_id.into(), key.week.into()])
            .await?;
        let row = rows
            .first()
            .ok_or_else(|| StoreError::Refused("a data key vanished".into()))?;
        Ok(WrappedKey::from_row(row)?)
    }

    /// Notes the commitments of keys that are new to this database.
    pub async fn keep_key_commitments(
        &self,
        commitments: &[(String, [u8; 32])],
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO key_commitments (name, commitment) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        for (name, commitment) in commitments {
            self.execute(sql, vec![name.clone().into(), commitment.to_vec().into()])
                .await?;
        }
        Ok(())
    }

    /// Takes a block of `size` legacy ids; the first of them.
    pub async fn take_legacy_ids(&self, size: i64) -> Result<i64, StoreError> {
        let sql = "UPDATE counters SET value = value + $1 WHERE name = 'legacy_id' RETURNING value";
        let rows = self.query(sql, vec![size.into()]).await?;
        let end: i64 = rows
            .first()
            .map(|row| row.try_get_by_index(0))
            .transpose()?
            .ok_or_else(|| StoreError::Refused("the counter `legacy_id` is missing".into()))?;
        Ok(end - size)
    }
}
