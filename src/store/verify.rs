//! The proof that a database is whole: promises that hold at every commit, each as one reading statement that finds the rows which break it [SPEC 16.1].
//!
//! All statements see the same moment, so a gateway may be at work meanwhile.

use super::attempts::Outcome;
use super::cdrs::Direction;
use super::mails;
use super::{Reader, StoreError};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, IsolationLevel,
    Statement, TransactionTrait,
};
use serde::Serialize;
use sms::State;

/// Rows named per promise at most; one broken promise tends to break for many rows.
pub const NAMED: usize = 1_000;

/// A row that breaks a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The promise's name.
    pub rule: &'static str,
    /// What it promises.
    pub promise: &'static str,
    /// The table in which the row stands.
    pub table: &'static str,
    /// The row's id.
    pub id: i64,
    /// What was found instead.
    pub detail: String,
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// True if there is no finding.
    pub ok: bool,
    /// How many SMS there are.
    pub sms: i64,
    /// How many attempts.
    pub attempts: i64,
    /// How many replies.
    pub inbound: i64,
    /// How many charges.
    pub cdrs: i64,
    /// How many promises were held against them.
    pub rules: usize,
    /// The rows that break one, at most 1,000 for each promise.
    pub findings: Vec<Finding>,
}

/// A column whose values are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// Texts of SMS.
    SmsText,
    /// Texts of replies.
    ReplyText,
    /// Parts of replies that miss others.
    ReplyPart,
    /// Passwords of carriers.
    CarrierPassword,
}

impl Sealed {
    /// Each.
    pub const ALL: [Sealed; 4] = [
        Sealed::SmsText,
        Sealed::ReplyText,
        Sealed::ReplyPart,
        Sealed::CarrierPassword,
    ];

    /// The table in which it stands.
    pub fn table(self) -> &'static str {
        self.place().0
    }

    fn place(self) -> (&'static str, &'static str) {
        match self {
            Sealed::SmsText => ("sms", "text"),
            Sealed::ReplyText => ("inbound", "text"),
            Sealed::ReplyPart => ("inbound_parts", "text"),
            Sealed::CarrierPassword => ("carriers", "password"),
        }
    }
}

/// A promise; its statement answers `(id, detail)` for each row that breaks it.
struct Rule {
    name: &'static str,
    promise: &'static str,
    table: &'static str,
    sql: &'static str,
}

const fn rule(
    name: &'static str,
    promise: &'static str,
    table: &'static str,
    sql: &'static str,
) -> Rule {
    Rule {
        name,
        promise,
        table,
        sql,
    }
}

/// The words in braces are codes; [`fill`] puts them in.
const RULES: &[Rule] = &[
    rule(
        "sms_state",
        "each SMS has one of the known states",
        "sms",
        "SELECT s.id, 'state ' || CAST(s.state AS TEXT) FROM sms s WHERE s.state NOT IN ({states})",
    ),
    rule(
        "sms_owner",
        "each SMS belongs to a user of its company",
        "sms",
        "SELECT s.id, 'user ' || CAST(s.user_id AS TEXT) || ', company ' || CAST(s.company_id AS TEXT) FROM sms s \
         WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = s.user_id AND u.company_id = s.company_id)",
    ),
    rule(
        "legacy_id",
        "no two SMS have the same legacy id",
        "sms",
        "SELECT MAX(s.id), 'legacy id ' || CAST(s.legacy_id AS TEXT) FROM sms s GROUP BY s.legacy_id HAVING COUNT(*) > 1",
    ),
    rule(
        "accepted_event",
        "the timeline of each SMS tells that it was accepted",
        "sms",
        "SELECT s.id, 'no event `accepted`' FROM sms s \
         WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.sms_id = s.id AND e.event = 'accepted')",
    ),
    rule(
        "final_lease",
        "nobody has an SMS in hand that is over",
        "sms",
        "SELECT s.id, 'state ' || CAST(s.state AS TEXT) || ', lease ' || CAST(s.lease AS TEXT) FROM sms s \
         WHERE s.state IN ({final}) AND s.lease IS NOT NULL",
    ),
    rule(
        "open_lease",
        "an SMS that is not over is somebody's, or waits for somebody",
        "sms",
        "SELECT s.id, 'state ' || CAST(s.state AS TEXT) || ', no lease' FROM sms s \
         WHERE s.state NOT IN ({final}) AND s.state <> {ok} AND s.lease IS NULL",
    ),
    rule(
        "lease_epoch",
        "whoever has an SMS in hand is or was a node",
        "sms",
        "SELECT s.id, 'lease ' || CAST(s.lease AS TEXT) FROM sms s \
         WHERE s.lease < 0 OR s.lease > (SELECT c.value FROM counters c WHERE c.name = 'epoch')",
    ),
    rule(
        "submitting",
        "an SMS that is being submitted is in a node's hand, and has a part under way or still to come",
        "sms",
        "SELECT s.id, 'lease ' || COALESCE(CAST(s.lease AS TEXT), 'none') || ', open attempts ' || \
                CAST((SELECT COUNT(*) FROM attempts a WHERE a.sms_id = s.id AND a.outcome = {open}) AS TEXT) FROM sms s \
         WHERE s.state = {submitting} AND (s.lease IS NULL OR s.lease <= 0 OR s.number IS NULL OR ( \
               NOT EXISTS (SELECT 1 FROM attempts a WHERE a.sms_id = s.id AND a.outcome = {open}) \
               AND (SELECT COUNT(DISTINCT a.part) FROM attempts a WHERE a.sms_id = s.id AND a.outcome = {accepted}) NOT BETWEEN 1 AND s.parts - 1))",
    ),
    rule(
        "attempt_outcome",
        "each attempt has one of the known outcomes",
        "attempts",
        "SELECT a.id, 'outcome ' || CAST(a.outcome AS TEXT) FROM attempts a WHERE a.outcome NOT IN ({outcomes})",
    ),
    rule(
        "attempt_sms",
        "each attempt belongs to a part of an SMS, and to its handset",
        "attempts",
        "SELECT a.id, 'sms ' || CAST(a.sms_id AS TEXT) || ', part ' || CAST(a.part AS TEXT) FROM attempts a \
         WHERE NOT EXISTS (SELECT 1 FROM sms s WHERE s.id = a.sms_id AND s.handset = a.handset AND a.part BETWEEN 1 AND s.parts)",
    ),
    rule(
        "attempt_open",
        "an attempt whose answer is awaited belongs to an SMS that is being submitted",
        "attempts",
        "SELECT a.id, 'sms ' || CAST(a.sms_id AS TEXT) || ', state ' || CAST(s.state AS TEXT) FROM attempts a JOIN sms s ON s.id = a.sms_id \
         WHERE a.outcome = {open} AND s.state <> {submitting}",
    ),
    rule(
        "accepted_parts",
        "the carrier accepted each part of an SMS that is `ok` or has its receipt",
        "sms",
        "SELECT s.id, 'state ' || CAST(s.state AS TEXT) || ', parts ' || CAST(s.parts AS TEXT) FROM sms s WHERE s.state IN ({ok}, {delivered}, {undeliverable}) \
         AND s.parts <> (SELECT COUNT(DISTINCT a.part) FROM attempts a WHERE a.sms_id = s.id AND a.outcome = {accepted})",
    ),
    rule(
        "in_doubt",
        "an SMS that was ever in doubt is marked so",
        "sms",
        "SELECT s.id, 'state ' || CAST(s.state AS TEXT) FROM sms s WHERE NOT s.in_doubt AND s.state <> {submitting} AND (s.state IN ({in_doubt_state}, {unknown}) \
         OR EXISTS (SELECT 1 FROM attempts a WHERE a.sms_id = s.id AND a.outcome IN ({in_doubt}, {resent})))",
    ),
    rule(
        "doubles",
        "an SMS of which the carrier accepted a part twice is marked as in doubt",
        "sms",
        "SELECT s.id, 'part ' || CAST(a.part AS TEXT) || ' accepted ' || CAST(COUNT(*) AS TEXT) || ' times' FROM sms s \
         JOIN attempts a ON a.sms_id = s.id AND a.outcome = {accepted} WHERE NOT s.in_doubt GROUP BY s.id, a.part HAVING COUNT(*) > 1",
    ),
    rule(
        "quota",
        "each quota counter is the sum of the parts of that day's SMS that hold quota",
        "quota_use",
        "WITH spent AS ( \
           SELECT s.company_id, s.department_id, s.user_id, s.quota_day AS day, s.parts, CASE \
             WHEN s.state NOT IN ({abort}, {cancelled}, {unknown}) THEN 2 \
             WHEN EXISTS (SELECT 1 FROM attempts a WHERE a.sms_id = s.id AND a.outcome IN ({accepted}, {in_doubt}, {resent}, {open})) THEN 2 \
             WHEN s.in_doubt THEN 1 ELSE 0 END AS hold FROM sms s), \
         held AS ( \
           SELECT company_id AS scope_id, day, parts, hold FROM spent WHERE hold > 0 \
           UNION ALL SELECT department_id, day, parts, hold FROM spent WHERE hold > 0 AND department_id IS NOT NULL \
           UNION ALL SELECT user_id, day, parts, hold FROM spent WHERE hold > 0), \
         sides AS ( \
           SELECT scope_id, day, CASE WHEN hold = 2 THEN parts ELSE 0 END AS least, parts AS most, 0 AS used FROM held \
           UNION ALL SELECT scope_id, day, 0, 0, used FROM quota_use) \
         SELECT scope_id, 'day ' || CAST(day AS TEXT) || ': counted ' || CAST(SUM(used) AS TEXT) || ', held ' || CAST(SUM(least) AS TEXT) \
         FROM sides GROUP BY scope_id, day HAVING SUM(used) < SUM(least) OR SUM(used) > SUM(most)",
    ),
    rule(
        "cdr_out",
        "each accepted attempt has one charge",
        "sms",
        "SELECT sms_id, 'part ' || CAST(part AS TEXT) || ': accepted ' || CAST(SUM(accepted) AS TEXT) || ', charged ' || CAST(SUM(charged) AS TEXT) FROM ( \
           SELECT a.sms_id, a.part, 1 AS accepted, 0 AS charged FROM attempts a WHERE a.outcome = {accepted} \
           UNION ALL SELECT c.sms_id, c.part, 0, 1 FROM cdrs c WHERE c.direction = {out}) sides \
         GROUP BY sms_id, part HAVING SUM(accepted) <> SUM(charged)",
    ),
    rule(
        "cdr_in",
        "each reply that answers an SMS has one charge",
        "inbound",
        "SELECT inbound_id, 'kept ' || CAST(SUM(kept) AS TEXT) || ', charged ' || CAST(SUM(charged) AS TEXT) FROM ( \
           SELECT i.id AS inbound_id, 1 AS kept, 0 AS charged FROM inbound i WHERE i.sms_id IS NOT NULL \
           UNION ALL SELECT c.inbound_id, 0, 1 FROM cdrs c WHERE c.direction = {in}) sides \
         GROUP BY inbound_id HAVING SUM(kept) <> SUM(charged)",
    ),
    rule(
        "cdr_company",
        "each charge is its own SMS's company's",
        "cdrs",
        "SELECT c.id, 'sms ' || COALESCE(CAST(c.sms_id AS TEXT), 'none') FROM cdrs c \
         WHERE NOT EXISTS (SELECT 1 FROM sms s WHERE s.id = c.sms_id AND s.company_id = c.company_id)",
    ),
    rule(
        "pair_sms",
        "each pair belongs to an SMS, and to its handset",
        "pairs",
        "SELECT p.id, 'sms ' || CAST(p.sms_id AS TEXT) FROM pairs p \
         WHERE NOT EXISTS (SELECT 1 FROM sms s WHERE s.id = p.sms_id AND s.handset = p.handset AND s.company_id = p.company_id)",
    ),
    rule(
        "number_pair",
        "an SMS that was given a number has the pair, so that its answer finds the way home",
        "sms",
        "SELECT s.id, 'number ' || CAST(s.number AS TEXT) FROM sms s WHERE s.number IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM pairs p WHERE p.handset = s.handset AND p.number = s.number AND p.sms_id = s.id)",
    ),
    rule(
        "event_sms",
        "each event belongs to an SMS",
        "events",
        "SELECT e.id, 'sms ' || CAST(e.sms_id AS TEXT) FROM events e WHERE NOT EXISTS (SELECT 1 FROM sms s WHERE s.id = e.sms_id)",
    ),
    rule(
        "receipt_attempt",
        "a receipt that was matched belongs to an attempt",
        "receipts",
        "SELECT r.id, 'attempt ' || CAST(r.attempt_id AS TEXT) FROM receipts r \
         WHERE r.attempt_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.id = r.attempt_id)",
    ),
    rule(
        "reply_mail",
        "each reply that answers an SMS has its mail",
        "inbound",
        "SELECT i.id, 'no mail' FROM inbound i WHERE i.sms_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM mails m WHERE m.event_id = i.id AND m.kind = {reply_mail})",
    ),
    rule(
        "ending_mail",
        "the sender of each SMS that ended without success was told, once",
        "sms",
        "SELECT s.id, 'state ' || CAST(s.state AS TEXT) || ', no mail' FROM sms s WHERE s.state IN ({abort}, {cancelled}, {unknown}) \
         AND NOT EXISTS (SELECT 1 FROM mails m WHERE m.event_id = s.id AND m.kind IN ({failure_mail}, {abort_mail}))",
    ),
];

impl Reader {
    /// Holds every promise against the database as it is at one moment. Reads only.
    pub async fn verify(&self) -> Result<Verified, StoreError> {
        let moment = self.moment().await?;
        let mut findings = Vec::new();
        for rule in RULES {
            findings.extend(broken(rule, &moment).await?);
        }
        let verified = Verified {
            ok: findings.is_empty(),
            sms: count("sms", &moment).await?,
            attempts: count("attempts", &moment).await?,
            inbound: count("inbound", &moment).await?,
            cdrs: count("cdrs", &moment).await?,
            rules: RULES.len(),
            findings,
        };
        moment.rollback().await?;
        Ok(verified)
    }

    /// Some sealed values with their rows' ids, which rise and begin behind `after`; none: there are no more.
    pub async fn sealed_page(
        &self,
        of: Sealed,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let (table, column) = of.place();
        let sql =
            format!("SELECT id, {column} FROM {table} WHERE id > $1 ORDER BY id LIMIT {limit}");
        let backend = self.0.get_database_backend();
        let asked = Statement::from_sql_and_values(backend, sql, [after.into()]);
        let rows = self.0.query_all_raw(asked).await?;
        let pair =
            |row: &sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        Ok(rows.iter().map(pair).collect::<Result<_, DbErr>>()?)
    }

    /// A transaction that sees one state of the database. SQLite's always do, from their first read on.
    async fn moment(&self) -> Result<DatabaseTransaction, DbErr> {
        match self.0.get_database_backend() {
            DatabaseBackend::Postgres => {
                self.0
                    .begin_with_config(
                        Some(IsolationLevel::RepeatableRead),
                        Some(AccessMode::ReadOnly),
                    )
                    .await
            }
            _ => self.0.begin().await,
        }
    }
}

async fn broken(rule: &Rule, moment: &DatabaseTransaction) -> Result<Vec<Finding>, StoreError> {
    let sql = format!("{} LIMIT {NAMED}", fill(rule.sql));
    let rows = moment
        .query_all_raw(Statement::from_string(moment.get_database_backend(), sql))
        .await?;
    let finding = |row: &sea_orm::QueryResult| {
        Ok(Finding {
            rule: rule.name,
            promise: rule.promise,
            table: rule.table,
            // A charge without an SMS or a reply has no row to be named by.
            id: row.try_get_by_index::<Option<i64>>(0)?.unwrap_or_default(),
            detail: row.try_get_by_index(1)?,
        })
    };
    Ok(rows.iter().map(finding).collect::<Result<_, DbErr>>()?)
}

async fn count(table: &str, moment: &DatabaseTransaction) -> Result<i64, StoreError> {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let row = moment
        .query_one_raw(Statement::from_string(moment.get_database_backend(), sql))
        .await?;
    Ok(row
        .map(|row| row.try_get_by_index(0))
        .transpose()?
        .unwrap_or_default())
}

/// Puts the codes into a statement.
fn fill(sql: &str) -> String {
    let list = |codes: Vec<i64>| {
        let codes: Vec<String> = codes.iter().map(i64::to_string).collect();
        codes.join(", ")
    };
    let states = |which: &dyn Fn(State) -> bool| {
        let codes = State::ALL.into_iter().filter(|state| which(*state));
        list(codes.map(|state| i64::from(state.code())).collect())
    };
    let mut sql = sql
        .replace("{states}", &states(&|_| true))
        .replace("{final}", &states(&State::is_final))
        .replace("{outcomes}", &list(OUTCOMES.map(Outcome::code).to_vec()));
    for (word, state) in [
        ("{submitting}", State::Submitting),
        ("{ok}", State::Ok),
        ("{in_doubt_state}", State::InDoubt),
        ("{abort}", State::Abort),
        ("{cancelled}", State::Cancelled),
        ("{unknown}", State::Unknown),
        ("{delivered}", State::Delivered),
        ("{undeliverable}", State::Undeliverable),
    ] {
        sql = sql.replace(word, &state.code().to_string());
    }
    for (word, code) in [
        ("{open}", Outcome::Open.code()),
        ("{accepted}", Outcome::Accepted.code()),
        ("{in_doubt}", Outcome::InDoubt.code()),
        ("{resent}", Outcome::Resent.code()),
        ("{out}", Direction::Out as i64),
        ("{in}", Direction::In as i64),
        ("{reply_mail}", mails::Kind::Reply.code()),
        ("{failure_mail}", mails::Kind::Failure.code()),
        ("{abort_mail}", mails::Kind::Abort.code()),
    ] {
        sql = sql.replace(word, &code.to_string());
    }
    sql
}

const OUTCOMES: [Outcome; 7] = [
    Outcome::Open,
    Outcome::Accepted,
    Outcome::RefusedForNow,
    Outcome::RefusedForGood,
    Outcome::InDoubt,
    Outcome::NotWritten,
    Outcome::Resent,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{DatabaseUrl, migrate, open_reader};
    use sea_orm::{Database, DatabaseConnection};
    use std::path::Path;

    /// One SMS of each fate, as the journeys leave them: accepted in two parts and answered (10), opted out at accept (11), being submitted
    /// with a part to come (12), in doubt (13), given up (14), resent and doubled (15), waiting (16).
    const WHOLE: &str = "
        INSERT INTO companies (id, name, country, zone, active, receipts, restricted, created_at) VALUES (1, 'Acme', 'AU', 'Australia/Sydney', TRUE, 2, FALSE, 0);
        INSERT INTO departments (id, company_id, name, active, created_at) VALUES (2, 1, 'Sales', TRUE, 0);
        INSERT INTO users (id, company_id, department_id, name, email, active, created_at) VALUES (3, 1, 2, 'Jo', 'jo@acme.example', TRUE, 0);
        UPDATE counters SET value = 4 WHERE name = 'epoch';
        INSERT INTO sms (id, legacy_id, company_id, department_id, user_id, handset, text, encoding, parts, flash, priority, receipts, reply_to, door,
                         state, tries, resends, in_doubt, reference, carrier_id, number, accepted_at, valid_until, quota_day, due_at, lease) VALUES
            (10, 1, 1, 2, 3, 61491570156, x'00', 0, 2, FALSE, 0, 0, 'jo@acme.example', 'rest', 3, 1, 0, FALSE, 1, 5, 61400000001, 0, 9, 20261121, 0, 0),
            (11, 2, 1, 2, 3, 61491570157, x'00', 0, 1, FALSE, 0, 0, 'jo@acme.example', 'soap', 6, 0, 0, FALSE, 1, 5, NULL, 0, 9, 20261121, 0, NULL),
            (12, 3, 1, 2, 3, 61491570158, x'00', 0, 2, FALSE, 0, 0, 'jo@acme.example', 'rest', 2, 1, 0, FALSE, 1, 5, 61400000001, 0, 9, 20261121, 0, 4),
            (13, 4, 1, 2, 3, 61491570159, x'00', 0, 1, FALSE, 0, 0, 'jo@acme.example', 'rest', 5, 1, 0, TRUE, 1, 5, 61400000001, 0, 9, 20261121, 0, 0),
            (14, 5, 1, 2, 3, 61491570110, x'00', 0, 3, FALSE, 0, 0, 'jo@acme.example', 'rest', 6, 1, 0, FALSE, 1, 5, 61400000001, 0, 9, 20261121, 0, NULL),
            (15, 6, 1, 2, 3, 61491570156, x'00', 0, 1, FALSE, 0, 2, 'jo@acme.example', 'rest', 9, 1, 1, TRUE, 1, 5, 61400000002, 0, 9, 20261121, 0, NULL),
            (16, 7, 1, 2, 3, 61491570156, x'00', 0, 1, FALSE, 0, 2, 'jo@acme.example', 'rest', 1, 0, 0, FALSE, 1, 5, NULL, 0, 9, 20261122, 0, 4);
        INSERT INTO attempts (id, sms_id, part, try, carrier_id, number, handset, message_id, outcome, lease, marked_at) VALUES
            (20, 10, 1, 1, 5, 61400000001, 61491570156, 'a', 1, 4, 0), (21, 10, 2, 1, 5, 61400000001, 61491570156, 'b', 1, 4, 0),
            (22, 12, 1, 1, 5, 61400000001, 61491570158, NULL, 0, 4, 0), (23, 13, 1, 1, 5, 61400000001, 61491570159, NULL, 4, 4, 0),
            (24, 14, 1, 1, 5, 61400000001, 61491570110, NULL, 3, 4, 0), (25, 15, 1, 1, 5, 61400000002, 61491570156, 'c', 1, 4, 0),
            (26, 15, 1, 1, 5, 61400000002, 61491570156, 'd', 1, 4, 0);
        INSERT INTO pairs (id, number, handset, sms_id, user_id, company_id, opened_at, closes_at) VALUES
            (30, 61400000001, 61491570156, 10, 3, 1, 0, 9), (31, 61400000001, 61491570158, 12, 3, 1, 0, 9), (32, 61400000001, 61491570159, 13, 3, 1, 0, 9),
            (33, 61400000001, 61491570110, 14, 3, 1, 0, 9), (34, 61400000002, 61491570156, 15, 3, 1, 0, 9);
        INSERT INTO events (id, sms_id, at, event) VALUES (40, 10, 0, 'accepted'), (41, 11, 0, 'accepted'), (42, 12, 0, 'accepted'), (43, 13, 0, 'accepted'),
            (44, 14, 0, 'accepted'), (45, 15, 0, 'accepted'), (46, 16, 0, 'accepted'), (47, 11, 0, 'abort');
        INSERT INTO inbound (id, carrier_id, company_id, department_id, user_id, sms_id, handset, sender, number, text, parts, incomplete, ambiguous, arrived_at) VALUES
            (50, 5, 1, 2, 3, 10, 61491570156, '+61491570156', '+61400000001', x'00', 1, FALSE, FALSE, 0),
            (51, 5, NULL, NULL, NULL, NULL, 61491570150, '+61491570150', '+61400000001', x'00', 1, FALSE, FALSE, 0);
        INSERT INTO cdrs (id, direction, company_id, department_id, user_id, sms_id, inbound_id, part, handset, number, carrier_id, price, at) VALUES
            (60, 0, 1, 2, 3, 10, NULL, 1, 61491570156, 61400000001, 5, 0, 0), (61, 0, 1, 2, 3, 10, NULL, 2, 61491570156, 61400000001, 5, 0, 0),
            (62, 0, 1, 2, 3, 15, NULL, 1, 61491570156, 61400000002, 5, 0, 0), (63, 0, 1, 2, 3, 15, NULL, 1, 61491570156, 61400000002, 5, 0, 0),
            (64, 1, 1, 2, 3, 10, 50, 1, 61491570156, 61400000001, 5, 0, 0);
        INSERT INTO mails (id, kind, event_id, company_id, sms_id, inbound_id, recipient, message_id, dated_at, state, tries, due_at) VALUES
            (70, 0, 50, 1, 10, 50, 'jo@acme.example', 'm70', 0, 0, 0, 0), (71, 3, 11, 1, 11, NULL, 'jo@acme.example', 'm71', 0, 0, 0, 0),
            (72, 3, 14, 1, 14, NULL, 'jo@acme.example', 'm72', 0, 0, 0, 0);
        INSERT INTO receipts (id, carrier_id, message_id, state, arrived_at, attempt_id) VALUES (80, 5, 'c', 2, 0, 25);
        INSERT INTO quota_use (scope_id, day, used) VALUES (1, 20261121, 6), (2, 20261121, 6), (3, 20261121, 6), (1, 20261122, 1), (2, 20261122, 1), (3, 20261122, 1),
            (3, 20261120, 0)";

    async fn writing(file: &Path) -> DatabaseConnection {
        Database::connect(format!("sqlite://{}", file.display()))
            .await
            .unwrap()
    }

    async fn change(file: &Path, sql: &str) {
        let connection = writing(file).await;
        connection.execute_unprepared(sql).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn verified(file: &Path) -> Verified {
        let reader = open_reader(&DatabaseUrl::Sqlite(file.to_owned()))
            .await
            .unwrap();
        let verified = reader.verify().await.unwrap();
        reader.0.close().await.unwrap();
        verified
    }

    #[tokio::test]
    async fn what_the_journeys_leave_is_whole_and_each_corruption_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().join("base.db");
        migrate(&DatabaseUrl::Sqlite(base.clone())).await.unwrap();
        let fresh = verified(&base).await;
        assert_eq!((fresh.ok, fresh.sms), (true, 0), "{:?}", fresh.findings);
        change(&base, WHOLE).await;
        let whole = verified(&base).await;
        assert_eq!(whole.findings, []);
        assert_eq!(
            (whole.sms, whole.attempts, whole.inbound, whole.cdrs),
            (7, 7, 2, 5)
        );

        let table: &[(&str, &[(&str, i64)])] = &[
            (
                "UPDATE sms SET state = 11 WHERE id = 16",
                &[("sms_state", 16)],
            ),
            (
                "UPDATE sms SET user_id = 4 WHERE id = 11",
                &[("sms_owner", 11)],
            ),
            (
                "UPDATE sms SET legacy_id = 1 WHERE id = 16",
                &[("legacy_id", 16)],
            ),
            (
                "DELETE FROM events WHERE id = 46",
                &[("accepted_event", 16)],
            ),
            (
                "UPDATE sms SET lease = 4 WHERE id = 14",
                &[("final_lease", 14)],
            ),
            (
                "UPDATE sms SET lease = NULL WHERE id = 16",
                &[("open_lease", 16)],
            ),
            (
                "UPDATE sms SET lease = 5 WHERE id = 16",
                &[("lease_epoch", 16)],
            ),
            (
                "UPDATE sms SET lease = 0 WHERE id = 12",
                &[("submitting", 12)],
            ),
            (
                "UPDATE attempts SET outcome = 2 WHERE id = 22",
                &[("submitting", 12)],
            ),
            (
                "UPDATE attempts SET outcome = 7 WHERE id = 24",
                &[("attempt_outcome", 24)],
            ),
            (
                "INSERT INTO attempts (id, sms_id, part, try, carrier_id, number, handset, outcome, lease, marked_at) VALUES (29, 99, 1, 1, 5, 1, 1, 3, 4, 0)",
                &[("attempt_sms", 29)],
            ),
            (
                "UPDATE attempts SET part = 4 WHERE id = 24",
                &[("attempt_sms", 24)],
            ),
            (
                "UPDATE sms SET state = 4, lease = 0 WHERE id = 12",
                &[("attempt_open", 22)],
            ),
            (
                "UPDATE sms SET parts = 3 WHERE id = 10; UPDATE quota_use SET used = 7 WHERE day = 20261121",
                &[("accepted_parts", 10)],
            ),
            (
                "UPDATE sms SET in_doubt = FALSE WHERE id = 13",
                &[("in_doubt", 13)],
            ),
            (
                "UPDATE sms SET in_doubt = FALSE WHERE id = 15",
                &[("doubles", 15)],
            ),
            (
                "UPDATE quota_use SET used = 7 WHERE scope_id = 2 AND day = 20261121",
                &[("quota", 2)],
            ),
            (
                "DELETE FROM quota_use WHERE scope_id = 1 AND day = 20261122",
                &[("quota", 1)],
            ),
            (
                "UPDATE quota_use SET used = 1 WHERE day = 20261120",
                &[("quota", 3)],
            ),
            ("DELETE FROM cdrs WHERE id = 61", &[("cdr_out", 10)]),
            (
                "UPDATE attempts SET outcome = 6 WHERE id = 26",
                &[("cdr_out", 15)],
            ),
            ("DELETE FROM cdrs WHERE id = 64", &[("cdr_in", 50)]),
            (
                "UPDATE cdrs SET company_id = 7 WHERE id = 60",
                &[("cdr_company", 60)],
            ),
            (
                "UPDATE pairs SET sms_id = 99 WHERE id = 33",
                &[("pair_sms", 33), ("number_pair", 14)],
            ),
            ("DELETE FROM pairs WHERE id = 33", &[("number_pair", 14)]),
            (
                "UPDATE events SET sms_id = 99 WHERE id = 47",
                &[("event_sms", 47)],
            ),
            (
                "UPDATE receipts SET attempt_id = 99 WHERE id = 80",
                &[("receipt_attempt", 80)],
            ),
            ("DELETE FROM mails WHERE id = 70", &[("reply_mail", 50)]),
            ("DELETE FROM mails WHERE id = 71", &[("ending_mail", 11)]),
        ];
        let broken = dir.path().join("broken.db");
        for (sql, expected) in table {
            std::fs::copy(&base, &broken).unwrap();
            change(&broken, sql).await;
            let verified = verified(&broken).await;
            let found: Vec<(&str, i64)> = verified
                .findings
                .iter()
                .map(|finding| (finding.rule, finding.id))
                .collect();
            assert_eq!(found, *expected, "{sql}");
            assert!(!verified.ok);
        }
        let tried: Vec<&str> = table
            .iter()
            .flat_map(|(_, found)| found.iter().map(|(rule, _)| *rule))
            .collect();
        for rule in RULES {
            assert!(tried.contains(&rule.name), "{} is never broken", rule.name);
        }
    }

    /// A late refusal may come after the end: what was held then stays held.
    #[tokio::test]
    async fn quota_of_what_was_in_doubt_at_its_end_may_be_held() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("late.db");
        migrate(&DatabaseUrl::Sqlite(file.clone())).await.unwrap();
        change(&file, WHOLE).await;
        change(
            &file,
            "UPDATE sms SET state = 8, lease = NULL WHERE id = 13; UPDATE attempts SET outcome = 3 WHERE id = 23; \
             INSERT INTO mails (id, kind, event_id, company_id, recipient, message_id, dated_at, state, tries, due_at) VALUES (73, 3, 13, 1, 'j', 'm', 0, 0, 0, 0)",
        )
        .await;
        assert_eq!(verified(&file).await.findings, []);
        change(
            &file,
            "UPDATE quota_use SET used = used - 1 WHERE day = 20261121",
        )
        .await;
        assert_eq!(verified(&file).await.findings, []);
        change(
            &file,
            "UPDATE quota_use SET used = used - 1 WHERE day = 20261121",
        )
        .await;
        assert_eq!(verified(&file).await.findings.len(), 3);
    }

    /// After a crash the newest commits are in the write-ahead log only, and its index is gone.
    #[tokio::test]
    async fn a_crashed_database_is_read_with_its_log() {
        let dir = tempfile::tempdir().unwrap();
        let (file, crashed) = (dir.path().join("live.db"), dir.path().join("crashed.db"));
        migrate(&DatabaseUrl::Sqlite(file.clone())).await.unwrap();
        let live = writing(&file).await;
        live.execute_unprepared("PRAGMA wal_autocheckpoint = 0")
            .await
            .unwrap();
        live.execute_unprepared(WHOLE).await.unwrap();
        assert_eq!(
            verified(&file).await.sms,
            7,
            "beside a process that has it open"
        );
        std::fs::copy(&file, &crashed).unwrap();
        std::fs::copy(
            dir.path().join("live.db-wal"),
            dir.path().join("crashed.db-wal"),
        )
        .unwrap();
        let found = verified(&crashed).await;
        assert_eq!((found.ok, found.sms), (true, 7));
    }
}
