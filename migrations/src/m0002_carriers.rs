//! Carriers as they are: their own settings, weights, what an operator suspended, and lanes for what waits.
//!
//! Only adds: a node of the build before goes on beside it. (Routes get another key, under the same name.)

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, CARRIERS).await?;
        super::run(manager, QUEUE).await
    }
}

/// `settings` is TOML in the words of the table `[carrier]`: what differs there for this carrier. What has `suspended_at` is suspended since then.
const CARRIERS: &str = "
ALTER TABLE carriers ADD COLUMN settings TEXT NOT NULL DEFAULT '';
ALTER TABLE carriers ADD COLUMN suspended_at BIGINT;
CREATE TABLE new_routes (
    prefix TEXT NOT NULL,
    carrier_id BIGINT NOT NULL REFERENCES carriers (id),
    rank BIGINT NOT NULL,
    weight BIGINT NOT NULL DEFAULT 1,
    name TEXT NOT NULL,
    suspended_at BIGINT,
    PRIMARY KEY (prefix, carrier_id)
);
INSERT INTO new_routes (prefix, carrier_id, rank, name) SELECT prefix, carrier_id, MIN(rank), MIN(name) FROM routes GROUP BY prefix, carrier_id;
DROP TABLE routes;
ALTER TABLE new_routes RENAME TO routes;
ALTER TABLE companies ADD COLUMN suspended_at BIGINT;
INSERT INTO counters (name, value) VALUES ('all_suspended_at', 0);
";

/// What waits stands in lanes (carrier, company, priority), so that nobody's thousand texts are looked through for another's one; what is to be settled
/// stands by state and time, what somebody has in hand by who. States: 1 pending, 3 ok, 4 fail, 5 in doubt.
const QUEUE: &str = "
CREATE INDEX sms_to_leave ON sms (carrier_id, company_id, priority, due_at) WHERE lease = 0 AND state IN (1, 4);
CREATE INDEX sms_to_settle ON sms (state, due_at) WHERE lease = 0 AND state IN (3, 5);
CREATE INDEX sms_in_hand ON sms (lease) WHERE lease > 0;
DROP INDEX sms_to_do;
";
