//! Receipts as they came. A row without an attempt waits for one: it may have come before the response.

use super::bulk::{Bulk, Pick};
use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect, Value};

/// A carrier's word on what became of an attempt.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "receipts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub carrier_id: i64,
    pub message_id: Option<String>,
    pub number: Option<i64>,
    pub handset: Option<i64>,
    pub state: i64,
    pub done_at: Option<i64>,
    pub arrived_at: i64,
    pub attempt_id: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

const INSERT: Bulk = Bulk::Insert {
    into: "receipts (id, carrier_id, message_id, number, handset, state, done_at, arrived_at, attempt_id)",
    columns: 9,
    then: "",
};
const MATCH: Bulk = Bulk::Update {
    rows: "id, attempt_id",
    columns: 2,
    update: "UPDATE receipts SET attempt_id = v.attempt_id FROM v WHERE receipts.id = v.id",
};
const UNMATCHED: Pick = Pick {
    before: "SELECT * FROM receipts WHERE attempt_id IS NULL AND message_id IN (",
    after: ") ORDER BY id",
};

const UNMATCHED_LOCKED: Pick = Pick {
    before: UNMATCHED.before,
    after: ") ORDER BY id FOR UPDATE",
};

impl Reader {
    /// Up to `limit` receipts without an attempt whose ids are above `after`, oldest first.
    pub async fn unmatched_receipts(
        &self,
        after: i64,
        limit: u64,
    ) -> Result<Vec<Model>, StoreError> {
        Ok(Entity::find()
            .filter(Column::Id.gt(after))
            .filter(Column::AttemptId.is_null())
            .filter(Column::MessageId.is_not_null())
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.0)
            .await?)
    }
}

impl Batch<'_> {
    /// Keeps receipts.
    pub async fn insert_receipts(&self, rows: &[Model]) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(rows.len() * INSERT.columns());
        for row in rows {
            values.extend::<[Value; 9]>([
                row.id.into(),
                row.carrier_id.into(),
                row.message_id.clone().into(),
                row.number.into(),
                row.handset.into(),
                row.state.into(),
                row.done_at.into(),
                row.arrived_at.into(),
                row.attempt_id.into(),
            ]);
        }
        INSERT.run(self.tx, values).await?;
        Ok(())
    }

    /// Gives receipts their attempts: `(receipt, attempt)`.
    pub async fn match_receipts(&self, matches: &[(i64, i64)]) -> Result<(), StoreError> {
        let values: Vec<Value> = matches
            .iter()
            .flat_map(|(receipt, attempt)| [(*receipt).into(), (*attempt).into()])
            .collect();
        MATCH.run(self.tx, values).await?;
        Ok(())
    }

    /// Receipts without an attempt that bear one of these ids, oldest first. Locks them: each gets its attempt once.
    pub async fn unmatched_receipts(&self, message_ids: &[&str]) -> Result<Vec<Model>, StoreError> {
        let keys: Vec<Value> = message_ids.iter().map(|id| (*id).into()).collect();
        let rows = self
            .pick(&UNMATCHED, &UNMATCHED_LOCKED)
            .all(self.tx, &[], &keys)
            .await?;
        Ok(rows
            .iter()
            .map(|row| Model::from_query_result(row, ""))
            .collect::<Result<_, _>>()?)
    }

    /// Receipts without an attempt for texts from that number to that handset that came at `since` or later, oldest first.
    pub async fn unmatched_receipts_between(
        &self,
        carrier_id: i64,
        number: i64,
        handset: i64,
        since: i64,
    ) -> Result<Vec<Model>, StoreError> {
        let sql = format!(
            "SELECT * FROM receipts WHERE attempt_id IS NULL AND handset = $1 AND number = $2 AND carrier_id = $3 AND arrived_at >= $4 ORDER BY id{}",
            self.for_update()
        );
        let rows = self
            .query(
                &sql,
                vec![
                    handset.into(),
                    number.into(),
                    carrier_id.into(),
                    since.into(),
                ],
            )
            .await?;
        Ok(rows
            .iter()
            .map(|row| Model::from_query_result(row, ""))
            .collect::<Result<_, _>>()?)
    }
}
