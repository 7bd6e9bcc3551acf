//! The database's shape, one file per change. A change adds; what older builds still need goes only when no supported build does, and that raises the floor (`m0007_floor`).
//! The same text serves SQLite and PostgreSQL; only the words in braces differ.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::{DbErr, MigrationTrait, SchemaManager};
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseBackend};

mod m0001_first_text;
mod m0002_carriers;
mod m0003_nodes;
mod m0004_operators;
mod m0005_text_scope;
mod m0006_validity;
mod m0007_floor;

/// Applies the changes that a database does not have yet, oldest first.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first_text::Migration),
            Box::new(m0002_carriers::Migration),
            Box::new(m0003_nodes::Migration),
            Box::new(m0004_operators::Migration),
            Box::new(m0005_text_scope::Migration),
            Box::new(m0006_validity::Migration),
            Box::new(m0007_floor::Migration),
        ]
    }
}

/// Runs each statement of `sql` (separated by `;` at a line's end) after filling in the words that the two databases spell differently:
/// `{id}` a 63-bit primary key, `{bytes}` octets.
async fn run(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let (id, bytes) = match connection.get_database_backend() {
        // Only this spelling makes SQLite use the id as the row's own address instead of building a second index.
        DatabaseBackend::Sqlite => ("INTEGER PRIMARY KEY", "BLOB"),
        _ => ("BIGINT PRIMARY KEY", "BYTEA"),
    };
    let sql = sql.replace("{id}", id).replace("{bytes}", bytes);
    for statement in sql
        .split(";\n")
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
    {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}
