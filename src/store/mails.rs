//! The mail queue: references, not bodies. Unique per event, kind and recipient, so that nobody gets the same mail twice.

use super::bulk::Bulk;
use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, Statement, Value};

/// What a mail tells. Stored as its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Reply,
    Receipt,
    Failure,
    Abort,
}

impl Kind {
    /// The number in the database; never changes its meaning.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// The word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Receipt => "receipt",
            Self::Failure => "failure",
            Self::Abort => "abort",
        }
    }

    /// The kind of that code.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Reply, Self::Receipt, Self::Failure, Self::Abort]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// Waiting to be handed over.
pub const WAITING: i64 = 0;
/// The relay has it.
pub const SENT: i64 = 1;
/// Given up.
pub const FAILED: i64 = 2;

/// A mail of ours on its way.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub kind: i64,
    /// What it tells of: the SMS, the reply.
    pub event_id: i64,
    pub company_id: i64,
    pub sms_id: Option<i64>,
    pub inbound_id: Option<i64>,
    pub recipient: String,
    /// Stays the same over all tries.
    pub message_id: String,
    pub dated_at: i64,
    pub state: i64,
    pub tries: i64,
    pub last_error: Option<String>,
    pub due_at: i64,
    pub lease: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

/// A mail to be queued.
#[derive(Debug, Clone)]
pub struct NewMail {
    pub kind: Kind,
    pub event_id: i64,
    pub company_id: i64,
    pub sms_id: Option<i64>,
    pub inbound_id: Option<i64>,
    pub recipient: String,
    /// The part behind the `@` of its Message-ID.
    pub mail_domain: String,
}

pub(super) const INSERT: Bulk = Bulk::Insert {
    into: "mails (id, kind, event_id, company_id, sms_id, inbound_id, recipient, message_id, dated_at, state, tries, due_at, lease)",
    columns: 13,
    then: "ON CONFLICT (event_id, kind, recipient) DO NOTHING",
};

impl Batch<'_> {
    /// Queues a mail, unless the same one is queued already.
    pub fn queue_mail(&self, mail: NewMail) {
        let id = self.ids.next();
        let message_id = format!("{}@{}", super::external("mail", id), mail.mail_domain);
        self.growth().mails.extend::<[Value; 13]>([
            id.into(),
            mail.kind.code().into(),
            mail.event_id.into(),
            mail.company_id.into(),
            mail.sms_id.into(),
            mail.inbound_id.into(),
            mail.recipient.into(),
            message_id.into(),
            self.now.into(),
            WAITING.into(),
            0i64.into(),
            self.now.into(),
            0i64.into(),
        ]);
    }

    /// Leases up to `limit` due mails to this node; those of dead nodes too.
    pub async fn claim_mails(&self, limit: u64) -> Result<Vec<Model>, StoreError> {
        let sql = format!(
            "WITH picked AS MATERIALIZED (SELECT id FROM mails WHERE lease = 0 AND due_at <= $1 ORDER BY due_at LIMIT {limit}{}) \
             UPDATE mails SET lease = $2 WHERE id IN (SELECT id FROM picked) RETURNING *",
            self.skip_locked()
        );
        let rows = self
            .query(&sql, vec![self.now.into(), self.lease.into()])
            .await?;
        Ok(rows
            .iter()
            .map(|row| Model::from_query_result(row, ""))
            .collect::<Result<_, _>>()?)
    }

    /// Gives the mails that a dead node held back to everybody.
    pub async fn release_orphaned_mails(&self) -> Result<u64, StoreError> {
        let sql = "UPDATE mails SET lease = 0 WHERE lease > 0 AND lease <> $1 AND lease NOT IN (SELECT epoch FROM nodes)";
        self.execute(sql, vec![self.lease.into()]).await
    }

    /// The relay has it.
    pub async fn mail_sent(&self, id: i64) -> Result<(), StoreError> {
        let sql = "UPDATE mails SET state = $1, lease = NULL, tries = tries + 1, last_error = NULL WHERE id = $2";
        self.execute(sql, vec![SENT.into(), id.into()]).await?;
        Ok(())
    }

    /// Queues what one mail told for another recipient.
    pub async fn redirect_mail(
        &self,
        id: i64,
        recipient: &str,
        mail_domain: &str,
    ) -> Result<(), StoreError> {
        let Some(row) = Entity::find_by_id(id).one(self.tx).await? else {
            return Ok(());
        };
        let Some(kind) = Kind::from_code(row.kind) else {
            return Ok(());
        };
        self.queue_mail(NewMail {
            kind,
            event_id: row.event_id,
            company_id: row.company_id,
            sms_id: row.sms_id,
            inbound_id: row.inbound_id,
            recipient: recipient.to_owned(),
            mail_domain: mail_domain.to_owned(),
        });
        Ok(())
    }

    /// It was not taken: to be tried again at `due_at`, or never (`None`).
    pub async fn mail_refused(
        &self,
        id: i64,
        due_at: Option<i64>,
        error: &str,
    ) -> Result<(), StoreError> {
        let (state, lease) = if due_at.is_some() {
            (WAITING, Some(0i64))
        } else {
            (FAILED, None)
        };
        let sql = "UPDATE mails SET state = $1, lease = $2, due_at = COALESCE($3, due_at), tries = tries + 1, last_error = $4 WHERE id = $5";
        self.execute(
            sql,
            vec![
                state.into(),
                lease.into(),
                due_at.into(),
                error.into(),
                id.into(),
            ],
        )
        .await?;
        Ok(())
    }
}

impl Reader {
    /// When the next mail that nobody has in hand is due.
    pub async fn next_mail_due_at(&self) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT due_at FROM mails WHERE lease = 0 ORDER BY due_at LIMIT 1";
        let row = self
            .0
            .query_one_raw(Statement::from_string(self.0.get_database_backend(), sql))
            .await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// How many mails wait for the relay.
    pub async fn mails_waiting(&self) -> Result<u64, StoreError> {
        Ok(Entity::find()
            .filter(Column::Lease.is_not_null())
            .count(&self.0)
            .await?)
    }
}
