//! The writer's transactions, one after the other, with as few ways to the database as can be: the signature goes along with BEGIN, what is left to write along with COMMIT.
//!
//! On PostgreSQL each is one of the pool's. On SQLite one connection is kept for good and its transactions are begun and ended by texts: its driver does every text, and every
//! BEGIN and COMMIT of its own twice, on a thread of its own, and each time a thread has to wake up. sea-orm keeps a connection only inside of a transaction, so one is
//! open as far as sea-orm knows, and never is for SQLite between two batches.

use super::bulk::{self, Writes};
use super::{Ids, StoreError, nodes};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    TransactionTrait,
};

pub(super) struct Transactions {
    connection: DatabaseConnection,
    /// Where the next one is begun, on SQLite.
    kept: Option<DatabaseTransaction>,
}

/// A transaction that is open, and the revision of the accounts in it.
pub(super) struct Open {
    pub tx: DatabaseTransaction,
    pub revision: i64,
}

/// Why a batch was not committed.
pub(super) enum NotCommitted {
    /// Before COMMIT: nothing of it is kept.
    Undone(DbErr),
    /// It may be kept all the same.
    Unknown(DbErr),
}

impl Transactions {
    pub fn new(connection: DatabaseConnection) -> Self {
        Self {
            connection,
            kept: None,
        }
    }

    /// Begins one, and signs it as a batch of a node.
    pub async fn begin(
        &mut self,
        node: &nodes::Node,
        batch: i64,
        ids: &Ids,
    ) -> Result<Open, StoreError> {
        let backend = self.connection.get_database_backend();
        let mut signature = node.signature(backend, batch);
        let tx = match (backend, self.kept.take()) {
            (DatabaseBackend::Postgres, _) => self.connection.begin().await?,
            (_, Some(kept)) => kept,
            (_, None) => {
                let kept = self.connection.begin().await?;
                kept.execute_unprepared("ROLLBACK").await?;
                kept
            }
        };
        if backend != DatabaseBackend::Postgres {
            signature.sql.insert_str(0, "BEGIN IMMEDIATE; ");
        }
        let revision = match tx.query_one_raw(signature).await {
            Ok(returned) => node.signed(&tx, returned, ids).await,
            Err(error) => Err(error.into()),
        };
        match revision {
            Ok(revision) => Ok(Open { tx, revision }),
            Err(error) => {
                self.roll_back(tx).await;
                Err(error)
            }
        }
    }

    /// Writes what is left and commits.
    pub async fn commit(
        &mut self,
        tx: DatabaseTransaction,
        writes: Writes,
    ) -> Result<(), NotCommitted> {
        if tx.get_database_backend() == DatabaseBackend::Postgres {
            if let Err(error) = bulk::run_all(&tx, writes, "").await {
                self.roll_back(tx).await;
                return Err(NotCommitted::Undone(error));
            }
            return tx.commit().await.map_err(NotCommitted::Unknown);
        }
        match bulk::run_all(&tx, writes, "COMMIT").await {
            Ok(()) => {
                self.kept = Some(tx);
                Ok(())
            }
            Err(error) => {
                self.roll_back(tx).await;
                Err(NotCommitted::Unknown(error))
            }
        }
    }

    /// Undoes what was not committed.
    pub async fn roll_back(&mut self, tx: DatabaseTransaction) {
        if tx.get_database_backend() == DatabaseBackend::Postgres {
            // A failed rollback leaves a dead connection, which the pool replaces.
            let _ = tx.rollback().await;
            return;
        }
        // SQLite may have done it by itself, as when the disk is full, and then says that there is nothing to be rolled back.
        let undone = tx.execute_unprepared("ROLLBACK").await;
        if !matches!(
            undone.map_err(StoreError::from),
            Err(StoreError::Unreachable(_))
        ) {
            self.kept = Some(tx);
        }
    }

    /// Looks whether the batch of that number was committed.
    pub async fn has_committed(&self, node: &nodes::Node, batch: i64) -> Result<bool, StoreError> {
        match &self.kept {
            Some(kept) => node.has_committed(kept, batch).await,
            None => node.has_committed(&self.connection, batch).await,
        }
    }

    /// Gives the connection back, whole.
    pub async fn end(mut self) {
        if let Some(kept) = self.kept.take()
            && kept.execute_unprepared("BEGIN").await.is_ok()
        {
            let _ = kept.rollback().await;
        }
    }
}
