//! What API keys are for. Keys from before are for texts, and not for administration.
//!
//! Only adds: a node of the build before goes on beside it, and the keys that it makes are ordinary ones.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCOPES).await
    }
}

/// Words, separated by blanks.
const SCOPES: &str = "
ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL DEFAULT 'messages:send messages:read';
";
