//! To see the words of texts is a scope of its own. Keys that could look at texts saw their words, and still do.
//!
//! A node of the build before knows nothing of this word and passes over it; a key that is made at one beside this build looks at texts without their words.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TEXT_SCOPE).await
    }
}

const TEXT_SCOPE: &str = "
UPDATE api_keys SET scopes = scopes || ' messages:text' WHERE ' ' || scopes || ' ' LIKE '% messages:read %';
";
