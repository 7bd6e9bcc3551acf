//! The only SQL: tables, batches, the writer. SQLite (one node) and PostgreSQL speak the same statements.
//!
//! Reads come from a pool and hold no transaction open; **every write travels through the [`Writer`]**, in one transaction with whatever arrived beside it.

mod bulk;
mod connect;
mod ids;
mod nodes;
mod transaction;
mod upgrade;
mod writer;

pub mod attempts;
pub mod carriers;
pub mod cdrs;
pub mod data_keys;
pub mod events;
pub mod inbound;
pub mod mails;
pub mod outgoing;
pub mod pairs;
pub mod people;
pub mod quota;
pub mod receipts;
pub mod references;
pub mod roster;
pub mod sight;
pub mod slots;
pub mod suspensions;
pub mod verify;

pub use connect::{DatabaseUrl, Reader, Store, known_keys, open, open_reader};
pub use ids::{Ids, before_all_since, external, parse_external};
pub use nodes::{Lag, Moment, Tenure};
pub use upgrade::{Tables, migrate, too_new};
pub use writer::{Batch, Work, Writer};

use sea_orm::{DbErr, RuntimeErr};

/// Why the store could not do it. Nothing of the request was kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer; may be tried again.
    #[error("the database is not reachable: {0}")]
    Unreachable(String),
    /// It answers and does not let us in: a wrong password, no such database.
    #[error("the database does not let us in: {0}")]
    Denied(String),
    /// Another process has the database's file.
    #[error("{0}")]
    InUse(String),
    /// The file is another program's, or no database at all.
    #[error("{0}")]
    Foreign(String),
    /// A later build changed the tables so that this one cannot work with them.
    #[error("{0}")]
    TooNew(String),
    /// There is no room left on the database's disk; may be tried again when there is.
    #[error("the database's disk is full: {0}")]
    DiskFull(String),
    /// Another node was in the way (a deadlock, a serialization failure); done again, it would do. The writer does it again.
    #[error("another node was in the way: {0}")]
    Contended(String),
    /// This node's lease was taken over by another; it must stop writing.
    #[error("another node took over this node's lease")]
    LeaseLost,
    /// Something that should not be: a broken row, a constraint.
    #[error("the database refused: {0}")]
    Refused(String),
}

impl StoreError {
    /// Which it is, in a word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Unreachable(_)
            | Self::Denied(_)
            | Self::InUse(_)
            | Self::Foreign(_)
            | Self::TooNew(_) => "unreachable",
            Self::DiskFull(_) => "disk_full",
            Self::Contended(_) => "contended",
            Self::LeaseLost => "lease_lost",
            Self::Refused(_) => "refused",
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let text = error.to_string();
        let lower = text.to_lowercase();
        if lower.contains("disk is full")
            || lower.contains("no space left")
            || lower.contains("(code: 13)")
            || lower.contains("53100")
        {
            return Self::DiskFull(text);
        }
        match code_of(&error).as_deref() {
            // serialization_failure, deadlock_detected [PostgreSQL, appendix A].
            Some("40001" | "40P01") => return Self::Contended(text),
            // lock_not_available: somebody holds up the database, and would hold up each work of the batch as well.
            Some("55P03") => return Self::Unreachable(text),
            _ => {}
        }
        match error {
            DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => Self::Unreachable(text),
            DbErr::Exec(ref inner) | DbErr::Query(ref inner)
                if is_connection_trouble(&inner.to_string()) =>
            {
                Self::Unreachable(text)
            }
            _ => Self::Refused(text),
        }
    }
}

/// The database's own code of an error, if it comes from there.
fn code_of(error: &DbErr) -> Option<String> {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))
    | DbErr::Conn(RuntimeErr::SqlxError(inner))) = error
    else {
        return None;
    };
    Some(inner.as_database_error()?.code()?.into_owned())
}

fn is_connection_trouble(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "connection",
        "broken pipe",
        "communicating with database",
        "terminating",
        "shutting down",
        "eof",
        "database is locked",
        "pool timed out",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}
