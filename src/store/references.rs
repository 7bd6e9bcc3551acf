//! Client references: what a request with this reference was answered, for 24 hours [SPEC 2.5].

use super::{Batch, StoreError};
use sea_orm::Value;

/// An earlier acceptance.
#[derive(Debug, Clone)]
pub struct Reference {
    pub fingerprint: Vec<u8>,
    pub answer: String,
}

impl Batch<'_> {
    /// The acceptance under this reference since `since`, if any. `reference` is a keyed hash.
    pub async fn reference(
        &self,
        user_id: i64,
        reference: &[u8],
        since: i64,
    ) -> Result<Option<Reference>, StoreError> {
        let sql = "SELECT fingerprint, answer FROM client_references WHERE user_id = $1 AND reference = $2 AND accepted_at >= $3";
        let rows = self
            .query(
                sql,
                vec![user_id.into(), reference.to_vec().into(), since.into()],
            )
            .await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        Ok(Some(Reference {
            fingerprint: row.try_get_by_index(0)?,
            answer: row.try_get_by_index(1)?,
        }))
    }

    /// Remembers an acceptance; an outdated one gives way. A younger one that another node committed meanwhile is found when the batch is done again.
    pub async fn insert_reference(
        &self,
        user_id: i64,
        reference: &[u8],
        new: &Reference,
        since: i64,
    ) -> Result<(), StoreError> {
        let expired = "DELETE FROM client_references WHERE user_id = $1 AND reference = $2 AND accepted_at < $3";
        self.execute(
            expired,
            vec![user_id.into(), reference.to_vec().into(), since.into()],
        )
        .await?;
        let sql = "INSERT INTO client_references (user_id, reference, fingerprint, accepted_at, answer) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let values: Vec<Value> = vec![
            user_id.into(),
            reference.to_vec().into(),
            new.fingerprint.clone().into(),
            self.now.into(),
            new.answer.clone().into(),
        ];
        match self.execute(sql, values).await? {
            1 => Ok(()),
            _ => Err(StoreError::Contended("a client reference".to_owned())),
        }
    }
}
