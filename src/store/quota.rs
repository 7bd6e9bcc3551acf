//! The counters of daily quotas: parts used by a company, department or user on one of its local days (`yyyymmdd`).

use super::bulk::Bulk;
use super::{Batch, StoreError};
use sea_orm::Value;
use std::collections::BTreeMap;

/// `(company, department or user; day)`. Ids are unique over all three.
pub type Scope = (i64, i64);

const ADD: Bulk = Bulk {
    before: "INSERT INTO quota_use (scope_id, day, used) VALUES ",
    columns: 3,
    after: " ON CONFLICT (scope_id, day) DO UPDATE SET used = quota_use.used + excluded.used",
};

impl Batch<'_> {
    /// What these scopes used, and 0 where there is no counter yet. Locks the counters in key order.
    pub async fn quota_used(&self, scopes: &[Scope]) -> Result<BTreeMap<Scope, i64>, StoreError> {
        let mut used: BTreeMap<Scope, i64> = scopes.iter().map(|scope| (*scope, 0)).collect();
        let sql = format!(
            "SELECT used FROM quota_use WHERE scope_id = $1 AND day = $2{}",
            self.for_update()
        );
        for (scope, used) in &mut used {
            if self.for_update() != "" {
                // A counter that does not exist cannot be locked, and two nodes would both count from 0.
                let seed = "INSERT INTO quota_use (scope_id, day, used) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING";
                self.execute(seed, vec![scope.0.into(), scope.1.into()])
                    .await?;
            }
            if let Some(row) = self
                .query(&sql, vec![scope.0.into(), scope.1.into()])
                .await?
                .first()
            {
                *used = row.try_get_by_index(0)?;
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
