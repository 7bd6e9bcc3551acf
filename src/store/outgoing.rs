//! The SMS of the journey out: one row each, its state changed here only.
//!
//! `lease` says whose turn it is: a node's epoch (that node has it in hand), 0 (nobody: due at `due_at`), NULL (nothing more to do).

use super::bulk::{Bulk, Pick};
use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect, Statement, Value};
use sms::State;

/// One text for one handset.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub legacy_id: i64,
    pub company_id: i64,
    pub department_id: Option<i64>,
    pub user_id: i64,
    pub handset: i64,
    /// Sealed.
    pub text: Vec<u8>,
    pub encoding: i64,
    pub parts: i64,
    pub flash: bool,
    pub priority: i64,
    pub receipts: i64,
    pub reply_to: String,
    pub door: String,
    pub state: i64,
    pub cause: Option<String>,
    pub tries: i64,
    pub resends: i64,
    pub in_doubt: bool,
    pub reference: i64,
    pub carrier_id: Option<i64>,
    pub number: Option<i64>,
    pub accepted_at: i64,
    pub valid_until: i64,
    pub quota_day: i64,
    pub due_at: i64,
    pub lease: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The state in words; a code that this build does not know is `unknown`.
    pub fn state(&self) -> State {
        i16::try_from(self.state)
            .ok()
            .and_then(State::from_code)
            .unwrap_or(State::Unknown)
    }
}

/// What becomes of an SMS: written by [`Batch::change_sms`].
#[derive(Clone, Debug)]
pub struct Change {
    pub id: i64,
    pub state: State,
    pub cause: Option<String>,
    pub tries: i64,
    pub resends: i64,
    pub in_doubt: bool,
    pub carrier_id: Option<i64>,
    pub number: Option<i64>,
    pub due_at: i64,
    pub lease: Option<i64>,
}

const INSERT: Bulk = Bulk {
    before: "INSERT INTO sms (id, legacy_id, company_id, department_id, user_id, handset, text, encoding, parts, flash, priority, receipts, reply_to, door, \
             state, cause, tries, resends, in_doubt, reference, accepted_at, valid_until, quota_day, due_at, lease) VALUES ",
    columns: 25,
    after: "",
};

const CHANGE: Bulk = Bulk {
    before: "WITH v (id, state, cause, tries, resends, in_doubt, carrier_id, number, due_at, lease) AS (VALUES ",
    columns: 10,
    after: ") UPDATE sms SET state = v.state, cause = v.cause, tries = v.tries, resends = v.resends, in_doubt = v.in_doubt, carrier_id = v.carrier_id, \
            number = v.number, due_at = v.due_at, lease = v.lease FROM v WHERE sms.id = v.id",
};

const BY_IDS: Pick = Pick {
    before: "SELECT * FROM sms WHERE id IN (",
    after: ")",
};

impl Batch<'_> {
    /// Inserts fresh rows as they are.
    pub async fn insert_sms(&self, rows: Vec<Model>) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(rows.len() * INSERT.columns);
        for row in rows {
            values.extend::<[Value; 25]>([
                row.id.into(),
                row.legacy_id.into(),
                row.company_id.into(),
                row.department_id.into(),
                row.user_id.into(),
                row.handset.into(),
                row.text.into(),
                row.encoding.into(),
                row.parts.into(),
                row.flash.into(),
                row.priority.into(),
                row.receipts.into(),
                row.reply_to.into(),
                row.door.into(),
                row.state.into(),
                row.cause.into(),
                row.tries.into(),
                row.resends.into(),
                row.in_doubt.into(),
                row.reference.into(),
                row.accepted_at.into(),
                row.valid_until.into(),
                row.quota_day.into(),
                row.due_at.into(),
                row.lease.into(),
            ]);
        }
        INSERT.run(self.tx, values).await?;
        Ok(())
    }

    /// Writes changes of state; at most one per SMS.
    pub async fn change_sms(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(changes.len() * CHANGE.columns);
        for change in changes {
            values.extend::<[Value; 10]>([
                change.id.into(),
                i64::from(change.state.code()).into(),
                change.cause.into(),
                change.tries.into(),
                change.resends.into(),
                change.in_doubt.into(),
                change.carrier_id.into(),
                change.number.into(),
                change.due_at.into(),
                change.lease.into(),
            ]);
        }
        CHANGE.run(self.tx, values).await?;
        Ok(())
    }

    /// The rows of these ids, in no order.
    pub async fn sms_by_ids(&self, ids: &[i64]) -> Result<Vec<Model>, StoreError> {
        by_ids(self.tx, ids).await
    }

    /// Leases up to `limit` due rows to this node and returns them as they are now.
    pub async fn claim_sms(&self, limit: u64) -> Result<Vec<Model>, StoreError> {
        let lock = self.skip_locked();
        let sql = format!(
            "WITH picked AS MATERIALIZED (SELECT id FROM sms WHERE lease = 0 AND due_at <= $1 ORDER BY due_at LIMIT {limit}{lock}) \
             UPDATE sms SET lease = $2 WHERE id IN (SELECT id FROM picked) RETURNING *"
        );
        self.models(&sql, vec![self.now.into(), self.lease.into()])
            .await
    }

    /// Up to `limit` rows that a dead node still holds.
    pub async fn orphaned_sms(&self, limit: u64) -> Result<Vec<Model>, StoreError> {
        let lock = self.skip_locked();
        let sql = format!(
            "SELECT * FROM sms WHERE lease > 0 AND lease <> $1 AND lease NOT IN (SELECT epoch FROM nodes) ORDER BY lease, due_at LIMIT {limit}{lock}"
        );
        self.models(&sql, vec![self.lease.into()]).await
    }

    async fn models(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Model>, StoreError> {
        let rows = self
            .tx
            .query_all_raw(Statement::from_sql_and_values(
                self.tx.get_database_backend(),
                sql,
                values,
            ))
            .await?;
        Ok(rows
            .iter()
            .map(|row| Model::from_query_result(row, ""))
            .collect::<Result<_, _>>()?)
    }
}

impl Reader {
    /// The SMS of that id.
    pub async fn sms(&self, id: i64) -> Result<Option<Model>, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.0).await?)
    }

    /// The rows of these ids, in no order.
    pub async fn sms_by_ids(&self, ids: &[i64]) -> Result<Vec<Model>, StoreError> {
        by_ids(&self.0, ids).await
    }

    /// `(legacy id, state)` of those of the user's SMS that have these legacy ids.
    pub async fn states_by_legacy_ids(
        &self,
        user_id: i64,
        legacy_ids: &[i64],
    ) -> Result<Vec<(i64, State)>, StoreError> {
        let found: Vec<(i64, i64)> = Entity::find()
            .select_only()
            .column(Column::LegacyId)
            .column(Column::State)
            .filter(Column::UserId.eq(user_id))
            .filter(Column::LegacyId.is_in(legacy_ids.iter().copied()))
            .into_tuple()
            .all(&self.0)
            .await?;
        let known = |code: i64| {
            i16::try_from(code)
                .ok()
                .and_then(State::from_code)
                .unwrap_or(State::Unknown)
        };
        Ok(found
            .into_iter()
            .map(|(id, code)| (id, known(code)))
            .collect())
    }

    /// The user's SMS with ids above `after`, oldest first.
    pub async fn sms_of_user(
        &self,
        user_id: i64,
        after: i64,
        limit: u64,
    ) -> Result<Vec<Model>, StoreError> {
        Ok(Entity::find()
            .filter(Column::UserId.eq(user_id))
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.0)
            .await?)
    }

    /// When the next SMS that nobody has in hand is due.
    pub async fn next_sms_due_at(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT due_at FROM sms WHERE lease = 0 ORDER BY due_at LIMIT 1";
        let row = self
            .0
            .query_one_raw(Statement::from_string(self.0.get_database_backend(), sql))
            .await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Whether a dead node still holds SMS.
    pub async fn has_orphans(&self, lease: i64) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM sms WHERE lease > 0 AND lease <> $1 AND lease NOT IN (SELECT epoch FROM nodes) LIMIT 1";
        let statement =
            Statement::from_sql_and_values(self.0.get_database_backend(), sql, [lease.into()]);
        Ok(self.0.query_one_raw(statement).await?.is_some())
    }

    /// How many SMS of each company wait or are on their way: `(company id, number)`.
    pub async fn queued_by_company(&self) -> Result<Vec<(i64, i64)>, StoreError> {
        let sql = "SELECT company_id, COUNT(*) FROM sms WHERE lease IS NOT NULL AND state <> 3 GROUP BY company_id";
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

async fn by_ids<C: ConnectionTrait>(connection: &C, ids: &[i64]) -> Result<Vec<Model>, StoreError> {
    let keys: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    let rows = BY_IDS.all(connection, &[], &keys).await?;
    Ok(rows
        .iter()
        .map(|row| Model::from_query_result(row, ""))
        .collect::<Result<_, _>>()?)
}
