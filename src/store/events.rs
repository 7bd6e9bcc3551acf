//! The timeline of an SMS: one row per change. Ids are made in the writer, so their order is the order of commits: a feed that remembers the last id skips none.

use super::bulk::Bulk;
use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect, Value};

/// One step of an SMS.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub sms_id: i64,
    pub at: i64,
    /// A [`Kind`] in words.
    pub event: String,
    pub cause: Option<String>,
    pub part: Option<i64>,
    #[sea_orm(column_name = "try")]
    pub try_no: Option<i64>,
    pub carrier_id: Option<i64>,
    /// SMPP command status.
    pub status: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What happened [SPEC 12.1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Accepted,
    NumberChosen,
    Submitting,
    Ok,
    Fail,
    Pending,
    InDoubt,
    Resent,
    Abort,
    Cancelled,
    Unknown,
    Receipt,
    Reply,
    MailSent,
    MailFailed,
}

impl Kind {
    /// Every kind, in the order of the words.
    pub const ALL: [Self; 15] = [
        Self::Accepted,
        Self::NumberChosen,
        Self::Submitting,
        Self::Ok,
        Self::Fail,
        Self::Pending,
        Self::InDoubt,
        Self::Resent,
        Self::Abort,
        Self::Cancelled,
        Self::Unknown,
        Self::Receipt,
        Self::Reply,
        Self::MailSent,
        Self::MailFailed,
    ];

    /// The word in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::NumberChosen => "number_chosen",
            Self::Submitting => "submitting",
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Pending => "pending",
            Self::InDoubt => "in_doubt",
            Self::Resent => "resent",
            Self::Abort => "abort",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
            Self::Receipt => "receipt",
            Self::Reply => "reply",
            Self::MailSent => "mail_sent",
            Self::MailFailed => "mail_failed",
        }
    }
}

/// An event before it has its id.
#[derive(Debug, Clone)]
pub struct Event {
    pub sms_id: i64,
    pub kind: Kind,
    pub cause: Option<String>,
    pub part: Option<i64>,
    pub try_no: Option<i64>,
    pub carrier_id: Option<i64>,
    pub status: Option<i64>,
}

impl Event {
    /// An event with nothing more to tell.
    pub const fn new(sms_id: i64, kind: Kind) -> Self {
        Self {
            sms_id,
            kind,
            cause: None,
            part: None,
            try_no: None,
            carrier_id: None,
            status: None,
        }
    }

    /// The same, with a cause.
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

pub(super) const INSERT: Bulk = Bulk::Insert {
    into: "events (id, sms_id, at, event, cause, part, try, carrier_id, status)",
    columns: 9,
    then: "",
};

impl Batch<'_> {
    /// Adds events, in this order.
    pub fn add_events(&self, events: impl IntoIterator<Item = Event>) {
        let values = &mut self.growth().events;
        for event in events {
            values.extend::<[Value; 9]>([
                self.ids.next().into(),
                event.sms_id.into(),
                self.now.into(),
                event.kind.as_str().into(),
                event.cause.into(),
                event.part.into(),
                event.try_no.into(),
                event.carrier_id.into(),
                event.status.into(),
            ]);
        }
    }

    /// How many events of this kind and cause an SMS has.
    pub async fn count_events(
        &self,
        sms_id: i64,
        kind: Kind,
        cause: &str,
    ) -> Result<u64, StoreError> {
        self.grow().await?;
        let found = Entity::find()
            .filter(Column::SmsId.eq(sms_id))
            .filter(Column::Event.eq(kind.as_str()))
            .filter(Column::Cause.eq(cause));
        Ok(found.count(self.tx).await?)
    }
}

impl Reader {
    /// An SMS's events with ids above `after`, oldest first.
    pub async fn events_of(
        &self,
        sms_id: i64,
        after: i64,
        limit: u64,
    ) -> Result<Vec<Model>, StoreError> {
        let found = Entity::find()
            .filter(Column::SmsId.eq(sms_id))
            .filter(Column::Id.gt(after));
        Ok(found
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.0)
            .await?)
    }

    /// The events of all SMS with ids above `after`, oldest first: a feed that skips none, as far as one node writes.
    pub async fn events_after(&self, after: i64, limit: u64) -> Result<Vec<Model>, StoreError> {
        Ok(Entity::find()
            .filter(Column::Id.gt(after))
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.0)
            .await?)
    }

    /// The id of the newest event; 0 without any.
    pub async fn newest_event_id(&self) -> Result<i64, StoreError> {
        let newest = Entity::find()
            .order_by_desc(Column::Id)
            .one(&self.0)
            .await?;
        Ok(newest.map_or(0, |event| event.id))
    }
}
