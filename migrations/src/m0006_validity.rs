//! Texts that wait are found by the end of their validity, too: they end then, wherever they wait and whatever for.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, VALIDITY).await
    }
}

const VALIDITY: &str = "
CREATE INDEX sms_by_validity ON sms (valid_until) WHERE lease = 0 AND state IN (1, 4);
";
