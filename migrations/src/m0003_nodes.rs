//! Several nodes: binds as slots that nodes hold, duties that one node has at a time, turns that nodes take over a key, and what is known of replies that came in parts.
//!
//! Only adds: a node of the build before goes on beside it. It knows no slots and binds by itself, so the nodes of this build leave the links to it until it ends.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, NODES).await?;
        super::run(manager, REPLIES).await
    }
}

/// `nodes.links`: 1 takes its share of the slots, 0 has no links, NULL is a build that knows no slots. `bound`: links of its holder stand there. All times of these
/// tables are the database's.
const NODES: &str = "
ALTER TABLE nodes ADD COLUMN links BIGINT;
CREATE TABLE slots (
    carrier_id BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    bound BIGINT NOT NULL,
    PRIMARY KEY (carrier_id, slot)
);
CREATE TABLE duties (name TEXT PRIMARY KEY, epoch BIGINT NOT NULL, expires_at BIGINT NOT NULL);
INSERT INTO duties (name, epoch, expires_at) VALUES ('slots', 0, 0), ('sweeper', 0, 0);
CREATE TABLE turns (turn {bytes} PRIMARY KEY);
";

/// What a reply was put together from: a part that comes once more is no other reply.
const REPLIES: &str = "
ALTER TABLE inbound_parts ADD COLUMN digest {bytes};
CREATE TABLE inbound_joined (
    id {id},
    carrier_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    number TEXT NOT NULL,
    digest {bytes} NOT NULL,
    joined_at BIGINT NOT NULL
);
CREATE INDEX inbound_joined_by_digest ON inbound_joined (digest);
CREATE INDEX inbound_joined_by_age ON inbound_joined (joined_at);
";
