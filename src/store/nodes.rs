//! This node's row: its number (part of its ids), its epoch (the lease under which it claims), and the number of its last batch.

use super::people::REVISION;
use super::{Batch, Ids, Reader, StoreError};
use crate::clock::real_now;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, QueryResult, Statement, TransactionTrait,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How long a node's lease outlives its last sign of life, ms: longer than a response to a PDU may take, and than a database may pause.
pub(super) const LEASE_MS: i64 = 60_000;

/// A moment on a clock that nobody sets and that goes on while the machine sleeps.
#[derive(Debug, Clone, Copy)]
pub struct Moment(i64);

impl Moment {
    /// Now.
    pub fn now() -> Self {
        Self(awake_or_not_ms())
    }
}

/// How long this node's lease, or a slot of it, surely stands. Clones share it.
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

    /// Of a slot that nobody else could take.
    pub fn endless() -> Self {
        Self { until_ms: None }
    }

    /// Of a slot that was taken in a batch handed over after `since`, and that is on disk.
    pub fn taken(since: Moment) -> Self {
        Self {
            until_ms: Some(Arc::new(AtomicI64::new(since.0 + LEASE_MS))),
        }
    }

    /// It was signed in a batch that began after `since`, and that is on disk.
    pub fn renewed(&self, since: Moment) {
        if let Some(until_ms) = &self.until_ms {
            until_ms.fetch_max(since.0 + LEASE_MS, Ordering::Relaxed);
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

/// UTC milliseconds by the database's own clock, which all its nodes share; on SQLite that is the machine's.
pub(super) fn now_there(backend: DatabaseBackend) -> &'static str {
    match backend {
        DatabaseBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        _ => "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    }
}

/// The identity under which this process writes. A process that starts is a new epoch, also with the same number.
#[derive(Debug)]
pub(super) struct Node {
    pub node_no: i64,
    pub epoch: i64,
    pub tenure: Tenure,
    last_batch: i64,
    /// When the last batch was signed, until it is known to be on disk.
    signed: Moment,
}

impl Node {
    /// Takes the lowest free node number under a new epoch. `holder` names who starts, uniquely: whoever bore that name before is dead, and need not be waited for. Whoever
    /// has no name is a tool, and makes no links.
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
        let now = now_there(backend);
        let dead =
            format!("DELETE FROM nodes WHERE expires_at < {now} OR (holder = $1 AND holder <> '')");
        tx.execute_raw(Statement::from_sql_and_values(
            backend,
            dead,
            [holder.into()],
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
            format!("INSERT INTO nodes (node_no, epoch, expires_at, holder, last_batch, links) VALUES ($1, $2, {now} + {LEASE_MS}, $3, 0, $4)"),
            [node_no.into(), epoch.into(), holder.into(), i64::from(!holder.is_empty()).into()],
        ))
        .await?;
        tx.commit().await?;
        Ok(Self {
            node_no,
            epoch,
            tenure: Tenure::new(backend),
            last_batch: 0,
            signed: Moment::now(),
        })
    }

    pub fn next_batch(&mut self) -> i64 {
        self.last_batch += 1;
        self.signed = Moment::now();
        self.last_batch
    }

    /// The last batch is on disk.
    pub fn batch_is_kept(&self) {
        self.tenure.renewed(self.signed);
    }

    /// Writes the batch's number into this node's row, which also extends its lease; returns what [`Self::signed`] reads.
    pub fn signature(&self, backend: DatabaseBackend, batch: i64) -> Statement {
        let sql = format!(
            "UPDATE nodes SET last_batch = $1, expires_at = {} + {LEASE_MS} WHERE node_no = $2 AND epoch = $3 \
             RETURNING ({REVISION}), (SELECT COUNT(*) FROM nodes)",
            now_there(backend)
        );
        let values = [batch.into(), self.node_no.into(), self.epoch.into()];
        Statement::from_sql_and_values(backend, sql, values)
    }

    /// The revision of the accounts, which almost every batch asks for, out of what the signature returned; nothing, if another epoch took the row over.
    ///
    /// Where several nodes live, `ids` rise above those of all feeds: **what this batch adds to a feed stands behind what others committed before it was signed**, and whoever
    /// reads a feed waits for those that are signed ([`Reader::horizon`]).
    pub async fn signed<C: ConnectionTrait>(
        &self,
        tx: &C,
        returned: Option<QueryResult>,
        ids: &Ids,
    ) -> Result<i64, StoreError> {
        let row = returned.ok_or(StoreError::LeaseLost)?;
        let nodes: i64 = row.try_get_by_index(1)?;
        if nodes > 1 {
            // In a statement of its own, which sees what was committed until the row above was locked.
            ids.rise_above(newest_of_feeds(tx).await?.0);
        }
        Ok(row.try_get_by_index(0)?)
    }

    /// Whether the batch of that number was committed. On PostgreSQL the row lock waits for a COMMIT that is still under way. Without a row nobody can tell, for whoever took
    /// the node over also took its row: [`StoreError::LeaseLost`].
    pub async fn has_committed<C: ConnectionTrait>(
        &self,
        connection: &C,
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

/// The highest id that stands in a feed, and how many nodes there are.
async fn newest_of_feeds(connection: &impl ConnectionTrait) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT COALESCE((SELECT MAX(id) FROM events), 0), COALESCE((SELECT MAX(id) FROM inbound), 0), (SELECT COUNT(*) FROM nodes)";
    let backend = connection.get_database_backend();
    let statement = Statement::from_string(backend, sql);
    let Some(row) = connection.query_one_raw(statement).await? else {
        return Ok((0, 0));
    };
    let (events, inbound): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok((events.max(inbound), row.try_get_by_index(2)?))
}

impl Reader {
    /// Up to this id feeds are whole: no node commits a row of them any more whose id is not above it. Where several nodes live, batches that are signed are waited for.
    pub async fn horizon(&self) -> Result<i64, StoreError> {
        let backend = self.0.get_database_backend();
        // SQLite has one writer, whose ids are in the order of its commits.
        if backend != DatabaseBackend::Postgres {
            return Ok(i64::MAX);
        }
        let (newest, nodes) = newest_of_feeds(&self.0).await?;
        if nodes < 2 {
            return Ok(i64::MAX);
        }
        // One at a time: whoever waits for one node's batch keeps no other's from its next.
        let all = Statement::from_string(backend, "SELECT node_no FROM nodes");
        for row in self.0.query_all_raw(all).await? {
            let node_no: i64 = row.try_get_by_index(0)?;
            let sql = "SELECT node_no FROM nodes WHERE node_no = $1 FOR SHARE";
            let signed = Statement::from_sql_and_values(backend, sql, [node_no.into()]);
            self.0.query_one_raw(signed).await?;
        }
        Ok(newest)
    }
}

/// How far the machine's clock is behind the database's, ms (before it: negative), as of one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    pub behind_ms: i64,
    /// By how much that may be wrong: the look took twice as long.
    pub within_ms: i64,
}

impl Lag {
    /// The database's clock showed `there` between `before` and `after` by the machine's.
    pub fn between(before: i64, there: i64, after: i64) -> Self {
        let within_ms = (after - before).max(0) / 2;
        Self {
            behind_ms: there - before - within_ms,
            within_ms,
        }
    }
}

impl Reader {
    /// Compares the machine's clock with the database's; `None` where it is the same.
    pub async fn clock_lag(&self) -> Result<Option<Lag>, StoreError> {
        let backend = self.0.get_database_backend();
        if backend != DatabaseBackend::Postgres {
            return Ok(None);
        }
        let sql = format!("SELECT {}", now_there(backend));
        let before = real_now();
        let row = self
            .0
            .query_one_raw(Statement::from_string(backend, sql))
            .await?;
        let after = real_now();
        let there: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(there.map(|there| Lag::between(before, there, after)))
    }
}

impl Batch<'_> {
    /// Forgets nodes whose lease has ended. One that is in the middle of a batch is passed over, so that nobody waits for it.
    pub async fn forget_dead_nodes(&self) -> Result<(), StoreError> {
        let (now, lock) = (self.now_there(), self.skip_locked());
        let sql = format!(
            "DELETE FROM nodes WHERE epoch IN (SELECT epoch FROM nodes WHERE expires_at < {now}{lock})"
        );
        self.execute(&sql, vec![]).await?;
        Ok(())
    }

    /// Whether this node is the one that sweeps, which it becomes if nobody is: what is swept for all nodes is swept by one at a time, until it is silent for as long as a
    /// node may be, or dead.
    pub async fn is_sweeper(&self) -> Result<bool, StoreError> {
        let now = self.now_there();
        let vacant = format!("(expires_at < {now} OR epoch NOT IN (SELECT epoch FROM nodes))");
        let looked =
            format!("SELECT 1 FROM duties WHERE name = 'sweeper' AND (epoch = $1 OR {vacant})");
        // Looked at first, because the others would wait for each other's batches in vain.
        if self
            .query(&looked, vec![self.lease.into()])
            .await?
            .is_empty()
        {
            return Ok(false);
        }
        let sql = format!(
            "UPDATE duties SET epoch = $1, expires_at = {now} + {LEASE_MS} WHERE name = 'sweeper' AND (epoch = $1 OR {vacant})"
        );
        Ok(self.execute(&sql, vec![self.lease.into()]).await? == 1)
    }

    pub(super) fn now_there(&self) -> &'static str {
        now_there(self.backend())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DatabaseUrl, migrate};

    #[test]
    fn a_clock_is_compared_in_the_middle_of_the_look() {
        for (before, there, after, behind_ms, within_ms) in [
            (1_000, 1_000, 1_000, 0, 0),
            (1_000, 1_005, 1_010, 0, 5),
            (1_000, 4_005, 1_010, 3_000, 5),
            (5_000, 2_000, 5_000, -3_000, 0),
            // Set back while it was looked.
            (1_000, 1_000, 900, 0, 0),
        ] {
            let lag = Lag {
                behind_ms,
                within_ms,
            };
            assert_eq!(Lag::between(before, there, after), lag);
        }
    }

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
        let returned = tx
            .query_one_raw(node.signature(DatabaseBackend::Sqlite, 7))
            .await
            .unwrap();
        node.signed(&tx, returned, &Ids::new(1, 0)).await.unwrap();
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
