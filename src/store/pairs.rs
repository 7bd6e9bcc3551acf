//! Pairs (pool number, handset): who gets the answer. And each handset's cursor over a pool.

use super::bulk::{Bulk, Pick};
use super::{Batch, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseBackend, FromQueryResult, Value};
use std::collections::HashMap;

/// A pool number that an SMS to a handset came from, while answers to it are awaited.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pairs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub number: i64,
    pub handset: i64,
    pub sms_id: i64,
    pub user_id: i64,
    pub company_id: i64,
    pub opened_at: i64,
    /// The end of the reply window.
    pub closes_at: i64,
    /// When a newer SMS took the pair over, if one did.
    pub superseded_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Which numbers of a carrier's pool handsets were texted from.
#[derive(Debug, Default)]
pub struct NumbersGiven {
    /// Where the handsets' cursors stand in the pool: handset to the number last given.
    pub cursors: HashMap<i64, i64>,
    /// Open pairs of the handsets that no newer SMS took over, in no order.
    pub open_pairs: Vec<Model>,
}

const INSERT: Bulk = Bulk::Insert {
    into: "pairs (id, number, handset, sms_id, user_id, company_id, opened_at, closes_at)",
    columns: 8,
    then: "",
    per_text: 1,
};
const SUPERSEDE: Bulk = Bulk::Update {
    rows: "id, at",
    columns: 2,
    update: "UPDATE pairs SET superseded_at = v.at FROM v WHERE pairs.id = v.id",
};
const PROLONG: Bulk = Bulk::Update {
    rows: "sms_id, number, handset, closes_at",
    columns: 4,
    update: "UPDATE pairs SET closes_at = v.closes_at FROM v WHERE pairs.handset = v.handset AND pairs.number = v.number AND pairs.sms_id = v.sms_id",
};
const SET_CURSOR: Bulk = Bulk::Insert {
    into: "cursors (carrier_id, handset, number)",
    columns: 3,
    then: "ON CONFLICT (carrier_id, handset) DO UPDATE SET number = excluded.number",
    per_text: 1,
};
/// Before the first number of any pool.
const NOWHERE: i64 = 0;

/// Locks cursors, and makes those that are missing, which could not be locked otherwise: two nodes would both begin at the pool's first number.
const LOCK_CURSORS: Bulk = Bulk::Insert {
    into: "cursors (carrier_id, handset, number)",
    columns: 3,
    then: "ON CONFLICT (carrier_id, handset) DO UPDATE SET number = cursors.number RETURNING handset, number",
    per_text: 1,
};
const CURSORS: Pick = Pick {
    before: "SELECT handset, number FROM cursors WHERE carrier_id = $1 AND handset IN (",
    after: ")",
};
const OPEN_OF: Pick = Pick {
    before: "SELECT * FROM pairs WHERE closes_at > $1 AND superseded_at IS NULL AND handset IN (",
    after: ")",
};

impl Batch<'_> {
    /// What decides about the numbers of these handsets. Locks their cursors, also those that stand nowhere yet (before the pool's first number); `handsets` must be sorted, each
    /// once.
    pub async fn numbers_given(
        &self,
        carrier_id: i64,
        handsets: &[i64],
    ) -> Result<NumbersGiven, StoreError> {
        let keys: Vec<Value> = handsets.iter().map(|handset| (*handset).into()).collect();
        let (now, carrier) = ([self.now.into()], [carrier_id.into()]);
        let (cursors, pairs): (Vec<_>, Vec<_>) = match self.backend() {
            DatabaseBackend::Postgres => {
                let seeds = handsets
                    .iter()
                    .flat_map(|handset| [carrier_id.into(), (*handset).into(), NOWHERE.into()]);
                let cursors = self.write_returning(&LOCK_CURSORS, seeds.collect()).await?;
                (cursors, self.pick_all(&OPEN_OF, &now, &keys).await?)
            }
            _ => {
                let both: [(&Pick, &[Value]); 2] = [(&CURSORS, &carrier), (&OPEN_OF, &now)];
                let rows = self.pick_all_of(&both, &keys).await?;
                // A cursor has no id.
                rows.into_iter()
                    .partition(|row| row.try_get::<i64>("", "id").is_err())
            }
        };
        Ok(NumbersGiven {
            cursors: cursors
                .iter()
                .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
                .collect::<Result<_, DbErr>>()?,
            open_pairs: pairs
                .iter()
                .map(|row| Model::from_query_result(row, ""))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Moves cursors: `(handset, number given)`.
    pub async fn set_cursors(
        &self,
        carrier_id: i64,
        cursors: &[(i64, i64)],
    ) -> Result<(), StoreError> {
        let values: Vec<Value> = cursors
            .iter()
            .flat_map(|(handset, number)| [carrier_id.into(), (*handset).into(), (*number).into()])
            .collect();
        self.write(&SET_CURSOR, values).await
    }

    /// Opens pairs.
    pub async fn insert_pairs(&self, pairs: &[Model]) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(pairs.len() * INSERT.columns());
        for pair in pairs {
            values.extend::<[Value; 8]>([
                pair.id.into(),
                pair.number.into(),
                pair.handset.into(),
                pair.sms_id.into(),
                pair.user_id.into(),
                pair.company_id.into(),
                pair.opened_at.into(),
                pair.closes_at.into(),
            ]);
        }
        self.write(&INSERT, values).await
    }

    /// Marks pairs as taken over by a newer SMS.
    pub async fn supersede_pairs(&self, ids: &[i64]) -> Result<(), StoreError> {
        let values: Vec<Value> = ids
            .iter()
            .flat_map(|id| [(*id).into(), self.now.into()])
            .collect();
        self.write(&SUPERSEDE, values).await
    }

    /// Moves the end of reply windows: `(sms, number, handset, closes_at)`.
    pub async fn prolong_pairs(&self, pairs: &[(i64, i64, i64, i64)]) -> Result<(), StoreError> {
        let values: Vec<Value> = pairs
            .iter()
            .flat_map(|(sms, number, handset, at)| {
                [
                    (*sms).into(),
                    (*number).into(),
                    (*handset).into(),
                    (*at).into(),
                ]
            })
            .collect();
        self.write(&PROLONG, values).await
    }

    /// All pairs of a number and a handset whose window is open, superseded ones too, newest first.
    pub async fn pairs_between(&self, number: i64, handset: i64) -> Result<Vec<Model>, StoreError> {
        let sql = "SELECT * FROM pairs WHERE handset = $1 AND number = $2 AND closes_at > $3 ORDER BY id DESC LIMIT 1000";
        let rows = self
            .query(sql, vec![handset.into(), number.into(), self.now.into()])
            .await?;
        Ok(rows
            .iter()
            .map(|row| Model::from_query_result(row, ""))
            .collect::<Result<_, _>>()?)
    }

    /// The companies that ever had a pair of this number and handset: all of them must respect an opt-out.
    pub async fn companies_of_pair(
        &self,
        number: i64,
        handset: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT DISTINCT company_id FROM pairs WHERE handset = $1 AND number = $2 ORDER BY company_id";
        let rows = self.query(sql, vec![handset.into(), number.into()]).await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get_by_index(0))
            .collect::<Result<_, DbErr>>()?)
    }
}
