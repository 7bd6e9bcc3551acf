//! All that one text and its answer need: people, quotas, carriers, numbers, the two journeys, mails and charges.
//!
//! Ids are 63-bit and time-ordered; times are UTC milliseconds; phone numbers are their E.164 digits as an integer. What is `{bytes}` and not a hash is sealed.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, NODES_AND_KEYS).await?;
        super::run(manager, PEOPLE).await?;
        super::run(manager, CARRIERS).await?;
        super::run(manager, TO_HANDSET).await?;
        super::run(manager, TO_DESKTOP).await
    }
}

const NODES_AND_KEYS: &str = "
CREATE TABLE nodes (
    node_no {id},
    epoch BIGINT NOT NULL UNIQUE,
    holder TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_batch BIGINT NOT NULL
);
CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counters (name, value) VALUES ('epoch', 0), ('legacy_id', 1), ('accounts_revision', 1);
CREATE TABLE key_commitments (name TEXT PRIMARY KEY, commitment {bytes} NOT NULL);
CREATE TABLE data_keys (
    id {id},
    company_id BIGINT NOT NULL,
    week BIGINT NOT NULL,
    wrapped {bytes} NOT NULL,
    UNIQUE (company_id, week)
);
";

const PEOPLE: &str = "
CREATE TABLE companies (
    id {id},
    name TEXT NOT NULL UNIQUE,
    country TEXT NOT NULL,
    zone TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    quota BIGINT,
    receipts BIGINT NOT NULL,
    restricted BOOLEAN NOT NULL,
    fallback_address TEXT,
    created_at BIGINT NOT NULL
);
CREATE TABLE mail_domains (domain TEXT PRIMARY KEY, company_id BIGINT NOT NULL REFERENCES companies (id));
CREATE TABLE departments (
    id {id},
    company_id BIGINT NOT NULL REFERENCES companies (id),
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    quota BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (company_id, name)
);
CREATE TABLE users (
    id {id},
    company_id BIGINT NOT NULL REFERENCES companies (id),
    department_id BIGINT REFERENCES departments (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    quota BIGINT,
    password_hash TEXT,
    serial_hash {bytes} UNIQUE,
    serial_tail TEXT,
    key_hash {bytes},
    created_at BIGINT NOT NULL,
    UNIQUE (company_id, email)
);
CREATE TABLE api_keys (
    id {id},
    company_id BIGINT NOT NULL REFERENCES companies (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    hash {bytes} NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    live BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE TABLE quota_use (
    scope_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (scope_id, day)
);
CREATE TABLE destinations (
    company_id BIGINT NOT NULL REFERENCES companies (id),
    handset BIGINT NOT NULL,
    PRIMARY KEY (company_id, handset)
);
CREATE TABLE opt_outs (
    company_id BIGINT NOT NULL REFERENCES companies (id),
    handset BIGINT NOT NULL,
    word TEXT NOT NULL,
    opted_at BIGINT NOT NULL,
    PRIMARY KEY (company_id, handset)
);
";

const CARRIERS: &str = "
CREATE TABLE carriers (
    id {id},
    name TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    port BIGINT NOT NULL,
    system_id TEXT NOT NULL,
    password {bytes} NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE routes (
    prefix TEXT NOT NULL,
    rank BIGINT NOT NULL,
    name TEXT NOT NULL,
    carrier_id BIGINT NOT NULL REFERENCES carriers (id),
    PRIMARY KEY (prefix, rank)
);
CREATE TABLE numbers (
    number {id},
    carrier_id BIGINT NOT NULL REFERENCES carriers (id),
    company_id BIGINT REFERENCES companies (id),
    removed_at BIGINT,
    created_at BIGINT NOT NULL
);
";

const TO_HANDSET: &str = "
CREATE TABLE sms (
    id {id},
    legacy_id BIGINT NOT NULL,
    company_id BIGINT NOT NULL,
    department_id BIGINT,
    user_id BIGINT NOT NULL,
    handset BIGINT NOT NULL,
    text {bytes} NOT NULL,
    encoding BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    flash BOOLEAN NOT NULL,
    priority BIGINT NOT NULL,
    receipts BIGINT NOT NULL,
    reply_to TEXT NOT NULL,
    door TEXT NOT NULL,
    state BIGINT NOT NULL,
    cause TEXT,
    tries BIGINT NOT NULL,
    resends BIGINT NOT NULL,
    in_doubt BOOLEAN NOT NULL,
    reference BIGINT NOT NULL,
    carrier_id BIGINT,
    number BIGINT,
    accepted_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    quota_day BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    lease BIGINT
);
CREATE INDEX sms_by_legacy_id ON sms (legacy_id);
CREATE INDEX sms_by_user ON sms (user_id, id);
CREATE INDEX sms_to_do ON sms (lease, due_at) WHERE lease IS NOT NULL;
CREATE TABLE attempts (
    id {id},
    sms_id BIGINT NOT NULL,
    part BIGINT NOT NULL,
    try BIGINT NOT NULL,
    carrier_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    handset BIGINT NOT NULL,
    message_id TEXT,
    outcome BIGINT NOT NULL,
    status BIGINT,
    lease BIGINT NOT NULL,
    marked_at BIGINT NOT NULL,
    answered_at BIGINT,
    receipt BIGINT,
    receipt_at BIGINT
);
CREATE INDEX attempts_by_sms ON attempts (sms_id);
CREATE INDEX attempts_by_message_id ON attempts (message_id) WHERE message_id IS NOT NULL;
CREATE TABLE events (
    id {id},
    sms_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    event TEXT NOT NULL,
    cause TEXT,
    part BIGINT,
    try BIGINT,
    carrier_id BIGINT,
    status BIGINT
);
CREATE INDEX events_by_sms ON events (sms_id);
CREATE TABLE client_references (
    user_id BIGINT NOT NULL,
    reference {bytes} NOT NULL,
    fingerprint {bytes} NOT NULL,
    accepted_at BIGINT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (user_id, reference)
);
CREATE TABLE pairs (
    id {id},
    number BIGINT NOT NULL,
    handset BIGINT NOT NULL,
    sms_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    company_id BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    superseded_at BIGINT
);
CREATE INDEX pairs_by_handset ON pairs (handset, number);
CREATE TABLE cursors (
    carrier_id BIGINT NOT NULL,
    handset BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (carrier_id, handset)
);
CREATE TABLE receipts (
    id {id},
    carrier_id BIGINT NOT NULL,
    message_id TEXT,
    number BIGINT,
    handset BIGINT,
    state BIGINT NOT NULL,
    done_at BIGINT,
    arrived_at BIGINT NOT NULL,
    attempt_id BIGINT
);
CREATE INDEX receipts_unmatched ON receipts (message_id) WHERE attempt_id IS NULL;
CREATE INDEX receipts_unmatched_by_handset ON receipts (handset) WHERE attempt_id IS NULL;
CREATE TABLE cdrs (
    id {id},
    direction BIGINT NOT NULL,
    company_id BIGINT NOT NULL,
    department_id BIGINT,
    user_id BIGINT,
    sms_id BIGINT,
    inbound_id BIGINT,
    part BIGINT NOT NULL,
    handset BIGINT NOT NULL,
    number BIGINT NOT NULL,
    carrier_id BIGINT NOT NULL,
    price BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX cdrs_by_sms ON cdrs (sms_id);
";

const TO_DESKTOP: &str = "
CREATE TABLE inbound (
    id {id},
    carrier_id BIGINT NOT NULL,
    company_id BIGINT,
    department_id BIGINT,
    user_id BIGINT,
    sms_id BIGINT,
    handset BIGINT,
    sender TEXT NOT NULL,
    number TEXT NOT NULL,
    text {bytes} NOT NULL,
    parts BIGINT NOT NULL,
    incomplete BOOLEAN NOT NULL,
    ambiguous BOOLEAN NOT NULL,
    reply_to TEXT,
    arrived_at BIGINT NOT NULL,
    collected_at BIGINT
);
CREATE INDEX inbound_by_user ON inbound (user_id, id);
CREATE INDEX inbound_by_sms ON inbound (sms_id);
CREATE INDEX inbound_to_collect ON inbound (user_id, reply_to) WHERE collected_at IS NULL;
CREATE TABLE inbound_parts (
    id {id},
    carrier_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    number TEXT NOT NULL,
    reference BIGINT NOT NULL,
    part BIGINT NOT NULL,
    of BIGINT NOT NULL,
    text {bytes} NOT NULL,
    arrived_at BIGINT NOT NULL,
    UNIQUE (carrier_id, sender, number, reference, of, part)
);
CREATE INDEX inbound_parts_by_age ON inbound_parts (arrived_at);
CREATE TABLE deliveries (
    id {id},
    digest {bytes} NOT NULL,
    session BIGINT NOT NULL,
    arrived_at BIGINT NOT NULL,
    answered BOOLEAN NOT NULL
);
CREATE INDEX deliveries_by_digest ON deliveries (digest);
CREATE INDEX deliveries_by_age ON deliveries (arrived_at);
CREATE TABLE mails (
    id {id},
    kind BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    company_id BIGINT NOT NULL,
    sms_id BIGINT,
    inbound_id BIGINT,
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL,
    dated_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    last_error TEXT,
    due_at BIGINT NOT NULL,
    lease BIGINT,
    UNIQUE (event_id, kind, recipient)
);
CREATE INDEX mails_to_do ON mails (lease, due_at) WHERE lease IS NOT NULL;
";
