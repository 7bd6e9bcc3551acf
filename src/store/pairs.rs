//! Pairs (pool number, handset): who gets the answer. And each handset's cursor over a pool.

use super::bulk::{Bulk, Pick};
use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DatabaseBackend, FromQueryResult, Statement, Value};
use std::collections::{BTreeMap, HashMap};

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

/// Pairs that a look at the use of numbers goes through, the newest: a third of a second's work. There is no index by number, which would cost each text.
pub const MOST_PAIRS: u32 = 500_000;

/// How numbers are used, as far as was looked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct UseOfNumbers {
    /// Numbers without any pair are not there.
    pub by_number: BTreeMap<i64, NumberUse>,
    /// When the oldest pair was opened that was looked at, if there are older ones.
    pub counted_since: Option<i64>,
}

/// How a number is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberUse {
    /// Handsets whose answer to this number has an owner: pairs that are open and that no newer SMS took over.
    pub pairs: i64,
    /// When the oldest of these was opened.
    pub held_since: Option<i64>,
    /// When the newest pair was opened, also one that is over.
    pub last_used_at: i64,
}

/// Whatever is not asked for is one group, so that what was looked through can be counted.
const USE_OF_NUMBERS: &str = "SELECT CASE WHEN number BETWEEN $1 AND $2 THEN number END AS asked_for, COUNT(*), \
    COUNT(CASE WHEN closes_at > $3 AND superseded_at IS NULL THEN 1 END), \
    MIN(CASE WHEN closes_at > $3 AND superseded_at IS NULL THEN opened_at END), MIN(opened_at), MAX(opened_at) \
    FROM (SELECT number, opened_at, closes_at, superseded_at FROM pairs ORDER BY id DESC LIMIT $4) AS newest GROUP BY asked_for";

impl Reader {
    /// How the numbers from `first` to `last` are used at `now`, by the newest `most` pairs of all numbers.
    pub async fn use_of_numbers(
        &self,
        (first, last): (i64, i64),
        now: i64,
        most: u32,
    ) -> Result<UseOfNumbers, StoreError> {
        let values: [Value; 4] = [
            first.into(),
            last.into(),
            now.into(),
            i64::from(most).into(),
        ];
        let backend = self.0.get_database_backend();
        let asked = Statement::from_sql_and_values(backend, USE_OF_NUMBERS, values);
        let (mut looked_at, mut oldest) = (0, None::<i64>);
        let mut by_number = BTreeMap::new();
        for row in self.0.query_all_raw(asked).await? {
            let count: i64 = row.try_get_by_index(1)?;
            looked_at += count;
            let opened_at: i64 = row.try_get_by_index(4)?;
            oldest = Some(oldest.map_or(opened_at, |known| known.min(opened_at)));
            if let Some(number) = row.try_get_by_index::<Option<i64>>(0)? {
                let used = NumberUse {
                    pairs: row.try_get_by_index(2)?,
                    held_since: row.try_get_by_index(3)?,
                    last_used_at: row.try_get_by_index(5)?,
                };
                by_number.insert(number, used);
            }
        }
        Ok(UseOfNumbers {
            by_number,
            // As many as that: there may be more.
            counted_since: oldest.filter(|_| looked_at >= i64::from(most)),
        })
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::{BEGINNING, Bed};

    #[tokio::test]
    async fn numbers_show_what_they_hold_as_far_as_was_looked() {
        let bed = Bed::open().await;
        let pair = |id: i64, number, opened_at, superseded_at| Model {
            id,
            number,
            handset: 61_491_570_156 + id,
            sms_id: id,
            user_id: 1,
            company_id: 1,
            opened_at: BEGINNING + opened_at,
            closes_at: BEGINNING + opened_at + 1_000,
            superseded_at,
        };
        let rows = [
            pair(1, 61_400_000_001, 0, None),
            pair(2, 61_400_000_001, 500, Some(BEGINNING + 600)),
            pair(3, 61_400_000_001, 600, None),
            pair(4, 61_400_000_001, 700, None),
            pair(5, 61_400_000_002, 800, Some(BEGINNING + 900)),
            pair(6, 61_400_000_009, 900, None),
        ];
        bed.write(move |batch| {
            Box::pin(async move {
                batch.insert_pairs(&rows).await?;
                batch.supersede_pairs(&[2, 5]).await
            })
        })
        .await;
        let asked_for = (61_400_000_001, 61_400_000_003);
        let look = |now, most| {
            let reader = bed.store.reader.clone();
            async move {
                let found = reader.use_of_numbers(asked_for, BEGINNING + now, most);
                found.await.unwrap()
            }
        };
        let used = |pairs, held_since: Option<i64>, last| NumberUse {
            pairs,
            held_since: held_since.map(|at| BEGINNING + at),
            last_used_at: BEGINNING + last,
        };
        // The first is over by now, and the second is another text's.
        let found = look(1_000, 100).await;
        let expected = [
            (61_400_000_001, used(2, Some(600), 700)),
            (61_400_000_002, used(0, None, 800)),
        ];
        assert_eq!(found.by_number, expected.into());
        assert_eq!(found.counted_since, None);
        // Only the newest three: the other numbers' count as looked at.
        let found = look(1_000, 3).await;
        let expected = [
            (61_400_000_001, used(1, Some(700), 700)),
            (61_400_000_002, used(0, None, 800)),
        ];
        assert_eq!(found.by_number, expected.into());
        assert_eq!(found.counted_since, Some(BEGINNING + 700));
        let none = Bed::open().await;
        let found = none.store.reader.use_of_numbers(asked_for, BEGINNING, 3);
        assert_eq!(found.await.unwrap(), UseOfNumbers::default());
    }
}
