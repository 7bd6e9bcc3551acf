//! The counters of daily quotas: parts used by a company, department or user on one of its local days (`yyyymmdd`).

use super::bulk::{Bulk, Pick};
use super::{Batch, StoreError};
use sea_orm::Value;
use std::collections::{BTreeMap, BTreeSet};

/// `(company, department or user; day)`. Ids are unique over all three.
pub type Scope = (i64, i64);

const ADD: Bulk = Bulk::Insert {
    into: "quota_use (scope_id, day, used)",
    columns: 3,
    then: "ON CONFLICT (scope_id, day) DO UPDATE SET used = quota_use.used + excluded.used",
};

const SEED: Bulk = Bulk::Insert {
    into: "quota_use (scope_id, day, used)",
    columns: 3,
    then: "ON CONFLICT DO NOTHING",
};
const USED: Pick = Pick {
    before: "SELECT scope_id, day, used FROM quota_use WHERE day >= $1 AND scope_id IN (",
    after: ")",
};
const USED_LOCKED: Pick = Pick {
    before: "SELECT scope_id, day, used FROM quota_use WHERE day >= $1 AND scope_id IN (",
    after: ") ORDER BY scope_id, day FOR UPDATE",
};

impl Batch<'_> {
    /// What these scopes used, and 0 where there is no counter yet. Locks the counters in key order.
    pub async fn quota_used(&self, scopes: &[Scope]) -> Result<BTreeMap<Scope, i64>, StoreError> {
        let mut used: BTreeMap<Scope, i64> = scopes.iter().map(|scope| (*scope, 0)).collect();
        let Some(first_day) = used.keys().map(|(_, day)| *day).min() else {
            return Ok(used);
        };
        let locks = self.for_update() != "";
        if locks {
            // A counter that does not exist cannot be locked, and two nodes would both count from 0.
            let seeds = used
                .keys()
                .flat_map(|(scope, day)| [(*scope).into(), (*day).into(), 0i64.into()]);
            SEED.run(self.tx, seeds.collect()).await?;
        }
        let keys: BTreeSet<i64> = used.keys().map(|(scope, _)| *scope).collect();
        let keys: Vec<Value> = keys.into_iter().map(Value::from).collect();
        let pick = if locks { &USED_LOCKED } else { &USED };
        for row in pick.all(self.tx, &[first_day.into()], &keys).await? {
            if let Some(used) = used.get_mut(&(row.try_get_by_index(0)?, row.try_get_by_index(1)?))
            {
                *used = row.try_get_by_index(2)?;
            }
        }
        Ok(used)
    }

    /// Adds to counters; negative gives back.
    pub async fn add_quota(&self, added: &BTreeMap<Scope, i64>) -> Result<(), StoreError> {
        let changed = added.iter().filter(|(_, parts)| **parts != 0);
        let values: Vec<Value> = changed
            .flat_map(|((scope, day), parts)| [(*scope).into(), (*day).into(), (*parts).into()])
            .collect();
        ADD.run(self.tx, values).await?;
        Ok(())
    }
}
