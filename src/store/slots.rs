//! Slots: each bind to a carrier is one, held by a node until a time by the database's clock. Who holds none of a carrier's makes no link to it.

use super::nodes::{LEASE_MS, now_there};
use super::{Batch, Reader, StoreError};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

/// A bind of a carrier, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    pub carrier_id: i64,
    pub number: u16,
}

/// A slot that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub slot: Slot,
    pub epoch: i64,
    /// Links of its holder stand there.
    pub is_bound: bool,
}

/// Who holds what.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Epochs that take their share, oldest first.
    pub nodes: Vec<i64>,
    /// A node of a build without slots lives: it binds by itself, whatever is held here.
    pub has_older_build: bool,
    /// Slots whose holder lives and was heard of in time. All others are free.
    pub held: Vec<Held>,
}

/// Whether a holder has a row, and the slot was renewed in time.
fn held_sql(now: &str) -> String {
    format!(
        "SELECT carrier_id, slot, epoch, bound FROM slots WHERE expires_at >= {now} AND epoch IN (SELECT epoch FROM nodes) ORDER BY carrier_id, slot"
    )
}

/// Whoever's lease has ended, and was not forgotten yet, has no share any more.
fn nodes_sql(now: &str) -> String {
    format!("SELECT epoch, links, holder FROM nodes WHERE expires_at >= {now} ORDER BY epoch")
}

impl Table {
    fn of(nodes: &[QueryResult], held: &[QueryResult]) -> Result<Self, StoreError> {
        let mut table = Self::default();
        for row in nodes {
            let (epoch, links): (i64, Option<i64>) =
                (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            let holder: String = row.try_get_by_index(2)?;
            match links {
                Some(0) => {}
                Some(_) => table.nodes.push(epoch),
                // Tools of that build have no name, and no links.
                None => table.has_older_build |= !holder.is_empty(),
            }
        }
        for row in held {
            let slot: i64 = row.try_get_by_index(1)?;
            let bound: i64 = row.try_get_by_index(3)?;
            table.held.push(Held {
                slot: Slot {
                    carrier_id: row.try_get_by_index(0)?,
                    number: u16::try_from(slot).unwrap_or(u16::MAX),
                },
                epoch: row.try_get_by_index(2)?,
                is_bound: bound != 0,
            });
        }
        Ok(table)
    }
}

impl Reader {
    /// Who holds what now.
    pub async fn slots(&self) -> Result<Table, StoreError> {
        let backend = self.0.get_database_backend();
        let now = now_there(backend);
        let ask = async |sql: String| {
            let statement = Statement::from_string(backend, sql);
            self.0.query_all_raw(statement).await
        };
        Table::of(&ask(nodes_sql(now)).await?, &ask(held_sql(now)).await?)
    }
}

impl Batch<'_> {
    /// Who holds what; nobody else changes that before this batch has ended.
    pub async fn lock_slots(&self) -> Result<Table, StoreError> {
        let sql = "UPDATE duties SET epoch = $1 WHERE name = 'slots'";
        self.execute(sql, vec![self.lease.into()]).await?;
        let now = self.now_there();
        let nodes = self.query(&nodes_sql(now), vec![]).await?;
        Table::of(&nodes, &self.query(&held_sql(now), vec![]).await?)
    }

    /// Takes a free slot, or renews one of ours.
    pub async fn hold_slot(&self, slot: Slot, is_bound: bool) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO slots (carrier_id, slot, epoch, expires_at, bound) VALUES ($1, $2, $3, {} + {LEASE_MS}, $4) ON CONFLICT (carrier_id, slot) \
             DO UPDATE SET epoch = excluded.epoch, expires_at = excluded.expires_at, bound = excluded.bound",
            self.now_there()
        );
        let values = vec![
            slot.carrier_id.into(),
            i64::from(slot.number).into(),
            self.lease.into(),
            i64::from(is_bound).into(),
        ];
        self.execute(&sql, values).await?;
        Ok(())
    }

    /// Gives a slot of ours back.
    pub async fn give_slot(&self, slot: Slot) -> Result<(), StoreError> {
        let sql = "DELETE FROM slots WHERE carrier_id = $1 AND slot = $2 AND epoch = $3";
        let values = vec![
            slot.carrier_id.into(),
            i64::from(slot.number).into(),
            self.lease.into(),
        ];
        self.execute(sql, values).await?;
        Ok(())
    }

    /// This node makes no more links: all its slots are free, and it has no share from now on.
    pub async fn give_all_slots(&self) -> Result<(), StoreError> {
        let sql = "UPDATE nodes SET links = 0 WHERE epoch = $1";
        self.execute(sql, vec![self.lease.into()]).await?;
        let sql = "DELETE FROM slots WHERE epoch = $1";
        self.execute(sql, vec![self.lease.into()]).await?;
        Ok(())
    }
}
