//! Which builds can work with these tables: those that know the change named here, though they may not know all that came after it.
//!
//! A change that only adds leaves the floor where it is. One that takes away what older builds need raises it, to the newest change that those builds lack.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, FLOOR).await
    }
}

const FLOOR: &str = "
CREATE TABLE schema_floor (change TEXT NOT NULL);
INSERT INTO schema_floor (change) VALUES ('m0006_validity');
";
