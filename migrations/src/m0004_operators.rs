//! What API keys are for, and when a user was unlocked. Keys from before are for texts, and not for administration.
//!
//! Only adds: a node of the build before goes on beside it, and the keys that it makes are ordinary ones.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, SCOPES).await?;
        super::run(manager, UNLOCKED).await
    }
}

/// Words, separated by blanks.
const SCOPES: &str = "
ALTER TABLE api_keys ADD COLUMN scopes TEXT NOT NULL DEFAULT 'messages:send messages:read';
";

/// A lock that a node holds in its memory ends when this is not what it was.
const UNLOCKED: &str = "
ALTER TABLE users ADD COLUMN unlocked_at BIGINT;
";
