//! The SMS of the journey out: one row each, its state changed here only.
//!
//! `lease` says whose turn it is: a node's epoch (that node has it in hand), 0 (nobody: due at `due_at`), NULL (nothing more to do).

use super::bulk::{Bulk, Pick};
use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{FromQueryResult, QueryOrder, QueryResult, QuerySelect, Statement, Value};
use sms::{Encoding, State};

/// One text for one handset.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sms")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub legacy_id: i64,
    pub company_id: i64,
    pub department_id: Option<i64>,
    pub user_id: i64,
    pub handset: i64,
    /// Sealed.
    pub text: Vec<u8>,
    pub encoding: i64,
    pub parts: i64,
    pub flash: bool,
    pub priority: i64,
    pub receipts: i64,
    pub reply_to: String,
    pub door: String,
    pub state: i64,
    pub cause: Option<String>,
    pub tries: i64,
    pub resends: i64,
    pub in_doubt: bool,
    pub reference: i64,
    pub carrier_id: Option<i64>,
    pub number: Option<i64>,
    pub accepted_at: i64,
    pub valid_until: i64,
    pub quota_day: i64,
    pub due_at: i64,
    pub lease: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// The state in words; a code that this build does not know is `unknown`.
    pub fn state(&self) -> State {
        i16::try_from(self.state)
            .ok()
            .and_then(State::from_code)
            .unwrap_or(State::Unknown)
    }

    /// Whether parts of it were ever marked: a throttled try is not counted, but parts of it may have been accepted.
    pub fn was_tried(&self) -> bool {
        self.tries > 0 || self.in_doubt || self.number.is_some()
    }
}

impl Model {
    /// How its parts are encoded.
    pub fn encoding(&self) -> Encoding {
        let code = i16::try_from(self.encoding).ok();
        code.and_then(Encoding::from_i16).unwrap_or(Encoding::Ucs2)
    }
}

/// What becomes of an SMS: written by [`Batch::change_sms`].
#[derive(Clone, Debug)]
pub struct Change {
    pub id: i64,
    pub state: State,
    pub cause: Option<String>,
    pub tries: i64,
    pub resends: i64,
    pub in_doubt: bool,
    pub carrier_id: Option<i64>,
    pub number: Option<i64>,
    pub due_at: i64,
    pub lease: Option<i64>,
}

/// Texts that wait in the same line: of one company, for one carrier, of one priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    pub carrier_id: i64,
    pub company_id: i64,
    pub priority: i64,
}

/// A sum over what waits.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct QueueLine {
    pub company_id: i64,
    pub carrier_id: Option<i64>,
    pub state: i64,
    pub cause: Option<String>,
    pub texts: i64,
    /// When the oldest was accepted.
    pub oldest_at: i64,
    /// When it is the first one's turn.
    pub due_at: i64,
}

/// Which texts are to be listed.
#[derive(Debug, Clone, Default)]
pub struct TextsFilter {
    /// None: all that wait, are on their way, or are in doubt.
    pub states: Vec<State>,
    pub company_id: Option<i64>,
    pub carrier_id: Option<i64>,
    /// UTC ms.
    pub accepted_until: Option<i64>,
    /// Ids above it.
    pub after: i64,
    pub limit: u64,
}

/// A text without what it says.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct TextLine {
    pub id: i64,
    pub company_id: i64,
    pub carrier_id: Option<i64>,
    pub handset: i64,
    pub state: i64,
    pub cause: Option<String>,
    pub parts: i64,
    pub tries: i64,
    pub in_doubt: bool,
    pub accepted_at: i64,
    pub due_at: i64,
    pub valid_until: i64,
    pub lease: Option<i64>,
}

impl TextLine {
    /// Where it stands.
    pub fn state(&self) -> State {
        let code = i16::try_from(self.state).ok();
        code.and_then(State::from_code).unwrap_or(State::Unknown)
    }
}

/// What waits and stands in no lane.
#[derive(Debug, Clone, Copy)]
pub struct BesideLanes {
    /// Texts in doubt, or without their receipt, whose wait is over.
    pub to_settle: bool,
    /// Texts that never were given a way.
    pub unrouted: bool,
    /// Texts whose validity is over.
    pub expired: bool,
}

/// What waits to leave, pending (1) or to be tried again (4): word for word the condition of the index `sms_to_leave`.
const WAITING: &str = "lease = 0 AND state IN (1, 4)";
/// What of it is due, the first first.
const DUE: &str = "due_at <= $1 ORDER BY due_at";
/// What waits for proof (5 in doubt) or for its receipt (3 ok): that of the index `sms_to_settle`.
const TO_SETTLE: &str = "lease = 0 AND state IN (3, 5)";

const INSERT: Bulk = Bulk::Insert {
    into: "sms (id, legacy_id, company_id, department_id, user_id, handset, text, encoding, parts, flash, priority, receipts, reply_to, door, \
             state, cause, tries, resends, in_doubt, reference, carrier_id, accepted_at, valid_until, quota_day, due_at, lease)",
    columns: 26,
    then: "",
    per_text: 1,
};

const CHANGE: Bulk = Bulk::Update {
    rows: "id, state, cause, tries, resends, in_doubt, carrier_id, number, due_at, lease",
    columns: 10,
    update: "UPDATE sms SET state = v.state, cause = v.cause, tries = v.tries, resends = v.resends, in_doubt = v.in_doubt, carrier_id = v.carrier_id, \
            number = v.number, due_at = v.due_at, lease = v.lease FROM v WHERE sms.id = v.id",
};

const LET_GO: Bulk = Bulk::Update {
    rows: "id, carrier_id, lease",
    columns: 3,
    // A number belongs to its carrier.
    update: "UPDATE sms SET lease = 0, number = CASE WHEN sms.carrier_id = v.carrier_id THEN sms.number END, carrier_id = v.carrier_id FROM v \
            WHERE sms.id = v.id AND sms.lease = v.lease",
};

const BY_IDS: Pick = Pick {
    before: "SELECT * FROM sms WHERE id IN (",
    after: ")",
};

const BY_IDS_LOCKED: Pick = Pick {
    before: BY_IDS.before,
    after: ") ORDER BY id FOR UPDATE",
};

impl Batch<'_> {
    /// Inserts fresh rows as they are.
    pub async fn insert_sms(&self, rows: Vec<Model>) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(rows.len() * INSERT.columns());
        for row in rows {
            values.extend::<[Value; 26]>([
                row.id.into(),
                row.legacy_id.into(),
                row.company_id.into(),
                row.department_id.into(),
                row.user_id.into(),
                row.handset.into(),
                row.text.into(),
                row.encoding.into(),
                row.parts.into(),
                row.flash.into(),
                row.priority.into(),
                row.receipts.into(),
                row.reply_to.into(),
                row.door.into(),
                row.state.into(),
                row.cause.into(),
                row.tries.into(),
                row.resends.into(),
                row.in_doubt.into(),
                row.reference.into(),
                row.carrier_id.into(),
                row.accepted_at.into(),
                row.valid_until.into(),
                row.quota_day.into(),
                row.due_at.into(),
                row.lease.into(),
            ]);
        }
        self.write(&INSERT, values).await
    }

    /// Writes changes of state; at most one per SMS.
    pub async fn change_sms(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(changes.len() * CHANGE.columns());
        for change in changes {
            values.extend::<[Value; 10]>([
                change.id.into(),
                i64::from(change.state.code()).into(),
                change.cause.into(),
                change.tries.into(),
                change.resends.into(),
                change.in_doubt.into(),
                change.carrier_id.into(),
                change.number.into(),
                change.due_at.into(),
                change.lease.into(),
            ]);
        }
        self.write(&CHANGE, values).await
    }

    /// The rows of these ids, in no order. Locks them: what is decided on them no other node decides meanwhile.
    pub async fn sms_by_ids(&self, ids: &[i64]) -> Result<Vec<Model>, StoreError> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        let keys: Vec<Value> = ids.into_iter().map(Value::from).collect();
        let pick = self.pick(&BY_IDS, &BY_IDS_LOCKED);
        models(&self.pick_all(pick, &[], &keys).await?)
    }

    /// Leases up to `limit` due texts of a lane to this node and returns them as they are now.
    pub async fn claim_lane(&self, lane: Lane, limit: usize) -> Result<Vec<Model>, StoreError> {
        let which = format!(
            "{WAITING} AND carrier_id = $3 AND company_id = $4 AND priority = $5 AND {DUE}"
        );
        let more = [
            lane.carrier_id.into(),
            lane.company_id.into(),
            lane.priority.into(),
        ];
        self.claim(&which, limit, more).await
    }

    /// The same of texts that never were given a way, which an older build leaves.
    pub async fn claim_unrouted(&self, limit: usize) -> Result<Vec<Model>, StoreError> {
        let which = format!("{WAITING} AND carrier_id IS NULL AND {DUE}");
        self.claim(&which, limit, []).await
    }

    /// The same of texts whose validity is over, due or not.
    pub async fn claim_expired(&self, limit: usize) -> Result<Vec<Model>, StoreError> {
        let which = format!("{WAITING} AND valid_until <= $1 ORDER BY valid_until");
        self.claim(&which, limit, []).await
    }

    /// The same of texts in doubt, and of those whose receipt does not come, when their wait is over.
    pub async fn claim_to_settle(&self, limit: usize) -> Result<Vec<Model>, StoreError> {
        let mut claimed = self
            .claim(&format!("{TO_SETTLE} AND state = 5 AND {DUE}"), limit, [])
            .await?;
        let left = limit - claimed.len();
        claimed.extend(
            self.claim(&format!("{TO_SETTLE} AND state = 3 AND {DUE}"), left, [])
                .await?,
        );
        Ok(claimed)
    }

    /// `which` says which of those that nobody has in hand, and in which order; `$1` in it is now, its own parameters begin at `$3`.
    async fn claim<const N: usize>(
        &self,
        which: &str,
        limit: usize,
        more: [Value; N],
    ) -> Result<Vec<Model>, StoreError> {
        let lock = self.skip_locked();
        let sql = format!(
            "WITH picked AS MATERIALIZED (SELECT id FROM sms WHERE {which} LIMIT {limit}{lock}) \
             UPDATE sms SET lease = $2 WHERE id IN (SELECT id FROM picked) RETURNING *"
        );
        let mut values = vec![self.now.into(), self.lease.into()];
        values.extend(more);
        self.models(&sql, values).await
    }

    /// Gives texts that this node has in hand back to whoever has the links of their carrier: `(id, carrier)`.
    pub async fn let_sms_go(&self, texts: &[(i64, i64)]) -> Result<(), StoreError> {
        let values: Vec<Value> = texts
            .iter()
            .flat_map(|(id, carrier)| [(*id).into(), (*carrier).into(), self.lease.into()])
            .collect();
        self.write(&LET_GO, values).await
    }

    /// Gives texts back that this node leased and did not begin to submit, as they are.
    pub async fn give_sms_back(&self, ids: &[i64]) -> Result<(), StoreError> {
        let submitting = i64::from(State::Submitting.code());
        for id in ids {
            let sql = "UPDATE sms SET lease = 0 WHERE id = $1 AND lease = $2 AND state <> $3";
            let values = vec![(*id).into(), self.lease.into(), submitting.into()];
            self.execute(sql, values).await?;
        }
        Ok(())
    }

    /// Lets a text go that was held for an operator; whether it was.
    pub async fn release_held(&self, id: i64) -> Result<bool, StoreError> {
        let sql = format!(
            "UPDATE sms SET cause = 'released', due_at = $1 WHERE id = $2 AND {WAITING} AND cause LIKE 'held%'"
        );
        Ok(self.execute(&sql, vec![self.now.into(), id.into()]).await? == 1)
    }

    /// Gives back what this node has in hand and did not begin to submit: others, or its next start, claim it. Its mails too.
    pub async fn release_own(&self) -> Result<(), StoreError> {
        let submitting = i64::from(State::Submitting.code());
        // SQLite knows by `lease > 0` that the index of what is in hand has them all.
        let sql = "UPDATE sms SET lease = 0 WHERE lease > 0 AND lease = $1 AND state <> $2";
        self.execute(sql, vec![self.lease.into(), submitting.into()])
            .await?;
        self.execute(
            "UPDATE mails SET lease = 0 WHERE lease = $1",
            vec![self.lease.into()],
        )
        .await?;
        Ok(())
    }

    /// Up to `limit` rows that a dead node still holds.
    pub async fn orphaned_sms(&self, limit: u64) -> Result<Vec<Model>, StoreError> {
        let lock = self.skip_locked();
        let sql = format!(
            "SELECT * FROM sms WHERE lease > 0 AND lease <> $1 AND lease NOT IN (SELECT epoch FROM nodes) ORDER BY lease, due_at LIMIT {limit}{lock}"
        );
        self.models(&sql, vec![self.lease.into()]).await
    }

    async fn models(&self, sql: &str, values: Vec<Value>) -> Result<Vec<Model>, StoreError> {
        models(&self.query(sql, values).await?)
    }
}

impl Reader {
    /// The SMS of that id.
    pub async fn sms(&self, id: i64) -> Result<Option<Model>, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.0).await?)
    }

    /// The rows of these ids, in no order.
    pub async fn sms_by_ids(&self, ids: &[i64]) -> Result<Vec<Model>, StoreError> {
        let keys: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
        models(&BY_IDS.all(&self.0, &[], &keys).await?)
    }

    /// `(legacy id, state)` of those of the user's SMS that have these legacy ids.
    pub async fn states_by_legacy_ids(
        &self,
        user_id: i64,
        legacy_ids: &[i64],
    ) -> Result<Vec<(i64, State)>, StoreError> {
        let found: Vec<(i64, i64)> = Entity::find()
            .select_only()
            .column(Column::LegacyId)
            .column(Column::State)
            // By the legacy ids, not by all that the user ever had.
            .filter(Expr::col(Column::UserId).add(0).eq(user_id))
            .filter(Column::LegacyId.is_in(legacy_ids.iter().copied()))
            .into_tuple()
            .all(&self.0)
            .await?;
        let known = |code: i64| {
            i16::try_from(code)
                .ok()
                .and_then(State::from_code)
                .unwrap_or(State::Unknown)
        };
        Ok(found
            .into_iter()
            .map(|(id, code)| (id, known(code)))
            .collect())
    }

    /// The user's SMS with ids above `after`, oldest first.
    pub async fn sms_of_user(
        &self,
        user_id: i64,
        after: i64,
        limit: u64,
    ) -> Result<Vec<Model>, StoreError> {
        Ok(Entity::find()
            .filter(Column::UserId.eq(user_id))
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.0)
            .await?)
    }

    /// The lane after `after` in which texts wait, and when its first is due. Lanes have an order and begin after `None`.
    pub async fn next_lane(&self, after: Option<Lane>) -> Result<Option<(Lane, i64)>, StoreError> {
        let after = after.unwrap_or(Lane {
            carrier_id: -1,
            company_id: 0,
            priority: 0,
        });
        let behind = |what: &str| {
            format!(
                "SELECT * FROM (SELECT carrier_id, company_id, priority, due_at FROM sms WHERE {WAITING} AND {what} ORDER BY carrier_id, company_id, priority, due_at LIMIT 1) AS next"
            )
        };
        // Asked for what is greater than all three at once, SQLite would walk through the whole lane that it is to pass over.
        let sql = format!(
            "{} UNION ALL {} UNION ALL {} ORDER BY 1, 2, 3 LIMIT 1",
            behind("carrier_id = $1 AND company_id = $2 AND priority > $3"),
            behind("carrier_id = $1 AND company_id > $2"),
            behind("carrier_id > $1"),
        );
        let values = [
            after.carrier_id.into(),
            after.company_id.into(),
            after.priority.into(),
        ];
        let Some(row) = self.first(&sql, values).await? else {
            return Ok(None);
        };
        let lane = Lane {
            carrier_id: row.try_get_by_index(0)?,
            company_id: row.try_get_by_index(1)?,
            priority: row.try_get_by_index(2)?,
        };
        Ok(Some((lane, row.try_get_by_index(3)?)))
    }

    /// What waits beside the lanes.
    pub async fn waiting_beside_lanes(&self, now: i64) -> Result<BesideLanes, StoreError> {
        let due = |state| {
            format!(
                "EXISTS (SELECT 1 FROM sms WHERE {TO_SETTLE} AND state = {state} AND due_at <= $1)"
            )
        };
        let sql = format!(
            "SELECT CASE WHEN {} OR {} THEN 1 ELSE 0 END, CASE WHEN EXISTS (SELECT 1 FROM sms WHERE {WAITING} AND carrier_id IS NULL) THEN 1 ELSE 0 END, \
             CASE WHEN EXISTS (SELECT 1 FROM sms WHERE {WAITING} AND valid_until <= $1) THEN 1 ELSE 0 END",
            due(5),
            due(3)
        );
        let row = self.first(&sql, [now.into()]).await?;
        let flag = |place| -> Result<bool, DbErr> {
            let flag: Option<i32> = row
                .as_ref()
                .map(|row| row.try_get_by_index(place))
                .transpose()?;
            Ok(flag == Some(1))
        };
        Ok(BesideLanes {
            to_settle: flag(0)?,
            unrouted: flag(1)?,
            expired: flag(2)?,
        })
    }

    async fn first<const N: usize>(
        &self,
        sql: &str,
        values: [Value; N],
    ) -> Result<Option<QueryResult>, StoreError> {
        let backend = self.0.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, values);
        Ok(self.0.query_one_raw(statement).await?)
    }

    /// Whether a dead node still holds SMS.
    pub async fn has_orphans(&self, lease: i64) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM sms WHERE lease > 0 AND lease <> $1 AND lease NOT IN (SELECT epoch FROM nodes) LIMIT 1";
        let statement =
            Statement::from_sql_and_values(self.0.get_database_backend(), sql, [lease.into()]);
        Ok(self.0.query_one_raw(statement).await?.is_some())
    }

    /// What waits or is on its way, summed up by company, carrier, state and cause.
    pub async fn queue(&self) -> Result<Vec<QueueLine>, StoreError> {
        let queued = queued("company_id, carrier_id, state, cause, accepted_at, due_at");
        let sql = format!(
            "SELECT company_id, carrier_id, state, cause, COUNT(*) AS texts, MIN(accepted_at) AS oldest_at, MIN(due_at) AS due_at FROM \
             ({queued}) AS queued GROUP BY company_id, carrier_id, state, cause ORDER BY company_id, carrier_id, state, cause"
        );
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        Ok(QueueLine::find_by_statement(statement).all(&self.0).await?)
    }

    /// Texts one by one, oldest first. Those that are not over are found by their own indexes; whoever asks for others looks through the table from `after` on.
    pub async fn texts(&self, filter: &TextsFilter) -> Result<Vec<TextLine>, StoreError> {
        const COLUMNS: &str = "id, company_id, carrier_id, handset, state, cause, parts, tries, in_doubt, accepted_at, due_at, valid_until, lease";
        let is_open = |state: &State| {
            matches!(
                state,
                State::Pending | State::Submitting | State::Fail | State::InDoubt
            )
        };
        // `+id` keeps SQLite from going through the table in the order of ids.
        let (from, id) = match filter.states.iter().all(is_open) {
            true => (format!("({}) AS queued", queued(COLUMNS)), "+id"),
            false => ("sms".to_owned(), "id"),
        };
        let mut which = format!("{id} > $1");
        let mut values: Vec<Value> = vec![filter.after.into()];
        if !filter.states.is_empty() {
            let codes = filter.states.iter().map(|state| state.code().to_string());
            let codes: Vec<String> = codes.collect();
            which.push_str(&format!(" AND state IN ({})", codes.join(", ")));
        }
        let further = [
            ("company_id =", filter.company_id),
            ("carrier_id =", filter.carrier_id),
            ("accepted_at <=", filter.accepted_until),
        ];
        for (condition, value) in further {
            if let Some(value) = value {
                values.push(value.into());
                which.push_str(&format!(" AND {condition} ${}", values.len()));
            }
        }
        let limit = filter.limit;
        let sql = format!("SELECT {COLUMNS} FROM {from} WHERE {which} ORDER BY {id} LIMIT {limit}");
        let statement = Statement::from_sql_and_values(self.0.get_database_backend(), sql, values);
        Ok(TextLine::find_by_statement(statement).all(&self.0).await?)
    }

    /// Texts that an operator has to look at, oldest first.
    pub async fn held(&self, limit: u64) -> Result<Vec<Model>, StoreError> {
        let sql = format!(
            "SELECT * FROM sms WHERE {WAITING} AND cause LIKE 'held%' ORDER BY +id LIMIT {limit}"
        );
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        Ok(Model::find_by_statement(statement).all(&self.0).await?)
    }

    /// How many SMS of each company wait or are on their way: `(company id, number)`.
    pub async fn queued_by_company(&self) -> Result<Vec<(i64, i64)>, StoreError> {
        let sql = format!(
            "SELECT company_id, COUNT(*) FROM ({}) AS queued GROUP BY company_id",
            queued("company_id")
        );
        let rows = self
            .0
            .query_all_raw(Statement::from_string(self.0.get_database_backend(), sql))
            .await?;
        Ok(rows
            .iter()
            .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
            .collect::<Result<_, DbErr>>()?)
    }
}

/// These columns of every SMS that waits, is on its way, or is in doubt: each part of it by its own index.
pub(super) fn queued(columns: &str) -> String {
    format!(
        "SELECT {columns} FROM sms WHERE lease > 0 AND state <> 3 UNION ALL SELECT {columns} FROM sms WHERE {WAITING} \
         UNION ALL SELECT {columns} FROM sms WHERE {TO_SETTLE} AND state = 5"
    )
}

fn models(rows: &[QueryResult]) -> Result<Vec<Model>, StoreError> {
    Ok(rows
        .iter()
        .map(|row| Model::from_query_result(row, ""))
        .collect::<Result<_, _>>()?)
}
