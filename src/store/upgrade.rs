//! Bringing a database's tables up to date, and whether this build can work with them [SPEC 16.4].
//!
//! Changes expand first and contract in a later build, so that a build works beside the next one. How old a build may be stands in the table `schema_floor`.

use super::StoreError;
use super::connect::{DatabaseUrl, Reader, connect, has_table};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};

/// How a database's tables stand to what this build knows of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tables {
    /// They lack so many of this build's changes; those of a new database lack all.
    Missing(usize),
    /// They are this build's.
    Ours,
    /// A later build made these further changes; this one works with them all the same.
    Newer(Vec<String>),
    /// A later build made these further changes, and this one cannot work with them.
    TooNew(Vec<String>),
}

impl Reader {
    /// How the tables stand to what this build knows of them.
    pub async fn tables(&self) -> Result<Tables, StoreError> {
        Tables::of(&self.0).await
    }
}

impl Tables {
    async fn of(connection: &DatabaseConnection) -> Result<Self, StoreError> {
        let known: Vec<String> = Migrator::migrations()
            .iter()
            .map(|change| change.name().to_owned())
            .collect();
        let made = match has_table(connection, "seaql_migrations").await? {
            true => text_column(connection, "SELECT version FROM seaql_migrations").await?,
            false => Vec::new(),
        };
        let missing = known.iter().filter(|name| !made.contains(name)).count();
        let mut newer: Vec<String> = made
            .into_iter()
            .filter(|name| !known.contains(name))
            .collect();
        newer.sort();
        if newer.is_empty() {
            return Ok(match missing {
                0 => Self::Ours,
                missing => Self::Missing(missing),
            });
        }
        let floor = match has_table(connection, "schema_floor").await? {
            true => text_column(connection, "SELECT change FROM schema_floor").await?,
            false => Vec::new(),
        };
        let suffices = !floor.is_empty() && floor.iter().all(|name| known.contains(name));
        Ok(if suffices && missing == 0 {
            Self::Newer(newer)
        } else {
            Self::TooNew(newer)
        })
    }
}

async fn text_column(
    connection: &DatabaseConnection,
    sql: &str,
) -> Result<Vec<String>, StoreError> {
    let asked = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(asked).await?;
    let column: Result<Vec<String>, DbErr> =
        rows.iter().map(|row| row.try_get_by_index(0)).collect();
    Ok(column?)
}

/// The error of [`Tables::TooNew`], with its remedy.
pub fn too_new(changes: &[String]) -> StoreError {
    StoreError::TooNew(format!(
        "a later build changed its tables ({}), and this one, {}, cannot work with them: start that build again, or put back the backup from before the upgrade",
        changes.join(", "),
        env!("CARGO_PKG_VERSION")
    ))
}

/// Applies the changes that are missing; their number. On PostgreSQL one node does it while others wait.
pub async fn migrate(url: &DatabaseUrl) -> Result<usize, StoreError> {
    let connection = connect(url, 1, false).await?;
    let backend = connection.get_database_backend();
    if let DatabaseUrl::Postgres { schema, .. } = url {
        let lock = Statement::from_string(backend, "SELECT pg_advisory_lock(726001)");
        connection.execute_raw(lock).await?;
        let schema = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
        connection.execute_unprepared(&schema).await?;
    }
    let applied = match Tables::of(&connection).await? {
        Tables::Missing(missing) => {
            Migrator::up(&connection, None).await?;
            missing
        }
        Tables::Ours => 0,
        Tables::Newer(changes) => {
            tracing::warn!(
                ?changes,
                "a later build changed the tables; this one works with them"
            );
            0
        }
        Tables::TooNew(changes) => return Err(too_new(&changes)),
    };
    if !url.is_sqlite() {
        let unlock = Statement::from_string(backend, "SELECT pg_advisory_unlock(726001)");
        connection.execute_raw(unlock).await?;
    }
    connection.close().await?;
    Ok(applied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tables_of_a_later_build_are_worked_with_as_far_as_its_floor_allows() {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("emailsms.db"));
        let all = Migrator::migrations().len();
        let reader = super::super::open_reader(&url).await;
        assert!(reader.is_err(), "there is no file yet");
        assert_eq!(migrate(&url).await.unwrap(), all);
        assert_eq!(migrate(&url).await.unwrap(), 0);
        let reader = super::super::open_reader(&url).await.unwrap();
        assert_eq!(reader.tables().await.unwrap(), Tables::Ours);

        let connection = connect(&url, 1, false).await.unwrap();
        let change = async |sql: &str| {
            connection.execute_unprepared(sql).await.unwrap();
        };
        let later = vec!["m9999_later".to_owned()];
        change("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)")
            .await;
        assert_eq!(
            reader.tables().await.unwrap(),
            Tables::Newer(later.clone()),
            "it only added something"
        );
        assert_eq!(migrate(&url).await.unwrap(), 0);

        change("UPDATE schema_floor SET change = 'm9999_later'").await;
        assert_eq!(reader.tables().await.unwrap(), Tables::TooNew(later));
        let refused = migrate(&url).await.unwrap_err().to_string();
        assert!(refused.contains("m9999_later") && refused.contains("backup"));

        // As after a build on another branch: it made a change of its own and lacks one of ours.
        change("UPDATE schema_floor SET change = 'm0006_validity'").await;
        change("DELETE FROM seaql_migrations WHERE version = 'm0007_floor'").await;
        assert!(matches!(reader.tables().await.unwrap(), Tables::TooNew(_)));
    }
}
