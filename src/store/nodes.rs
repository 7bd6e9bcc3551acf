//! This node's row: its number (part of its ids), its epoch (the lease under which it claims), and the number of its last batch.

use super::{Batch, StoreError};
use crate::clock::real_now;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, Statement,
    TransactionTrait,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How long a node's lease outlives its last sign of life, ms: longer than a response to a PDU may take, and than a database may pause.
pub(super) const LEASE_MS: i64 = 60_000;

/// How long this node's lease surely stands. Clones share it.
#[derive(Debug, Clone)]
pub struct Tenure {
    /// On the clock of [`awake_or_not_ms`]; `None` where nobody else could take the lease.
    until_ms: Option<Arc<AtomicI64>>,
}

impl Tenure {
    pub(super) fn new(backend: DatabaseBackend) -> Self {
        let shared = backend == DatabaseBackend::Postgres;
        Self {
            until_ms: shared.then(|| Arc::new(AtomicI64::new(awake_or_not_ms() + LEASE_MS))),
        }
    }

    /// The lease was signed in a batch that began at `since_ms`, and that is on disk.
    fn renewed(&self, since_ms: i64) {
        if let Some(until_ms) = &self.until_ms {
            until_ms.fetch_max(since_ms + LEASE_MS, Ordering::Relaxed);
        }
    }

    /// What is left of it.
    pub fn remains(&self) -> Duration {
        match &self.until_ms {
            None => Duration::MAX,
            Some(until_ms) => {
                let left = until_ms.load(Ordering::Relaxed) - awake_or_not_ms();
                Duration::from_millis(u64::try_from(left).unwrap_or(0))
            }
        }
    }
}

/// Milliseconds on a clock that nobody sets and that goes on while the machine sleeps.
fn awake_or_not_ms() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
}

/// The identity under which this process writes. A process that starts is a new epoch, also with the same number.
#[derive(Debug)]
pub(super) struct Node {
    pub node_no: i64,
    pub epoch: i64,
    pub tenure: Tenure,
    last_batch: i64,
    /// When the last batch was signed, until it is known to be on disk.
    signed_ms: i64,
}

impl Node {
    /// Takes the lowest free node number under a new epoch. `holder` names who starts, uniquely: whoever bore that name before is dead, and need not be waited for.
    pub async fn register(
        connection: &DatabaseConnection,
        holder: &str,
    ) -> Result<Self, StoreError> {
        let backend = connection.get_database_backend();
        let tx = connection.begin().await?;
        let next = "UPDATE counters SET value = value + 1 WHERE name = 'epoch' RETURNING value";
        let epoch: i64 = tx
            .query_one_raw(Statement::from_string(backend, next))
            .await?
            .ok_or_else(|| StoreError::Refused("the counter `epoch` is missing".into()))?
            .try_get_by_index(0)?;
        // The row lock on the counter, taken above, makes this read and the insert below one step over all nodes.
        let now = real_now();
        let dead = "DELETE FROM nodes WHERE expires_at < $1 OR (holder = $2 AND holder <> '')";
        tx.execute_raw(Statement::from_sql_and_values(
            backend,
            dead,
            [now.into(), holder.into()],
        ))
        .await?;
        let mut taken = Vec::new();
        for row in tx
            .query_all_raw(Statement::from_string(
                backend,
                "SELECT node_no FROM nodes ORDER BY node_no",
            ))
            .await?
        {
            taken.push(row.try_get_by_index::<i64>(0)?);
        }
        let node_no = (1..256)
            .find(|number| !taken.contains(number))
            .ok_or_else(|| StoreError::Refused("255 nodes are running already".into()))?;
        tx.execute_raw(Statement::from_sql_and_values(
            backend,
            "INSERT INTO nodes (node_no, epoch, expires_at, holder, last_batch) VALUES ($1, $2, $3, $4, 0)",
            [node_no.into(), epoch.into(), (now + LEASE_MS).into(), holder.into()],
        ))
        .await?;
        tx.commit().await?;
        Ok(Self {
            node_no,
            epoch,
            tenure: Tenure::new(backend),
            last_batch: 0,
            signed_ms: 0,
        })
    }

    pub fn next_batch(&mut self) -> i64 {
        self.last_batch += 1;
        self.signed_ms = awake_or_not_ms();
        self.last_batch
    }

    /// The last batch is on disk.
    pub fn batch_is_kept(&self) {
        self.tenure.renewed(self.signed_ms);
    }

    /// Writes the batch's number into this node's row, which also extends its lease. Fails if another epoch took the row over.
    pub async fn sign(&self, tx: &DatabaseTransaction, batch: i64) -> Result<(), StoreError> {
        let statement = Statement::from_sql_and_values(
            tx.get_database_backend(),
            "UPDATE nodes SET last_batch = $1, expires_at = $2 WHERE node_no = $3 AND epoch = $4",
            [
                batch.into(),
                (real_now() + LEASE_MS).into(),
                self.node_no.into(),
                self.epoch.into(),
            ],
        );
        match tx.execute_raw(statement).await?.rows_affected() {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost),
        }
    }

    /// Whether the batch of that number was committed. On PostgreSQL the row lock waits for a COMMIT that is still under way. Without a row nobody can tell, for whoever took
    /// the node over also took its row: [`StoreError::LeaseLost`].
    pub async fn has_committed(
        &self,
        connection: &DatabaseConnection,
        batch: i64,
    ) -> Result<bool, StoreError> {
        let backend = connection.get_database_backend();
        let lock = if backend == DatabaseBackend::Postgres {
            " FOR UPDATE"
        } else {
            ""
        };
        let sql = format!("SELECT last_batch FROM nodes WHERE node_no = $1 AND epoch = $2{lock}");
        let statement =
            Statement::from_sql_and_values(backend, sql, [self.node_no.into(), self.epoch.into()]);
        let mut pause_ms = 50;
        loop {
            match connection.query_one_raw(statement.clone()).await {
                Ok(Some(row)) => return Ok(row.try_get_by_index::<i64>(0)? >= batch),
                Ok(None) => return Err(StoreError::LeaseLost),
                // Without a word from the database neither yes nor no would be true, so the callers wait.
                Err(error) => tracing::error!(%error, "looking up a COMMIT of unknown outcome"),
            }
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            pause_ms = (pause_ms * 2).min(2_000);
        }
    }
}

impl Batch<'_> {
    /// Forgets nodes whose lease has ended.
    pub async fn forget_dead_nodes(&self) -> Result<(), StoreError> {
        self.execute(
            "DELETE FROM nodes WHERE expires_at < $1",
            vec![real_now().into()],
        )
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DatabaseUrl, migrate};

    #[tokio::test]
    async fn a_batch_is_committed_or_not_and_without_a_row_nobody_can_tell() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("emailsms.db");
        migrate(&DatabaseUrl::Sqlite(file.clone())).await.unwrap();
        let connection = sea_orm::Database::connect(format!("sqlite:{}", file.display()))
            .await
            .unwrap();
        let node = Node::register(&connection, "here").await.unwrap();
        let tx = connection.begin().await.unwrap();
        node.sign(&tx, 7).await.unwrap();
        tx.commit().await.unwrap();
        for (batch, committed) in [(6, true), (7, true), (8, false)] {
            let found = node.has_committed(&connection, batch).await.unwrap();
            assert_eq!(found, committed, "batch {batch}");
        }
        // Whoever bears the name next takes the place, under another epoch.
        let next = Node::register(&connection, "here").await.unwrap();
        assert_eq!(next.node_no, node.node_no);
        let lost = node.has_committed(&connection, 7).await;
        assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
    }
}
