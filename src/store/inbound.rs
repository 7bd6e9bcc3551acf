//! Replies, their parts until they are complete, and what is needed to know a redelivery.

use super::bulk::{Bulk, Pick};
use super::{Batch, Reader, StoreError, mails};
use sea_orm::entity::prelude::*;
use sea_orm::{
    Condition, DatabaseBackend, FromQueryResult, IntoActiveModel, QueryOrder, QuerySelect, Value,
};
use std::collections::BTreeSet;

/// A text from a handset. Without a company it is unmatched and waits for an administrator.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbound")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub carrier_id: i64,
    pub company_id: Option<i64>,
    pub department_id: Option<i64>,
    pub user_id: Option<i64>,
    /// The SMS that it answers.
    pub sms_id: Option<i64>,
    /// `None` when the sender is no number (a short code, a name).
    pub handset: Option<i64>,
    /// The sender's address as it came, normalised.
    pub sender: String,
    /// Our number that it was sent to.
    pub number: String,
    /// Sealed under the company's key, or the gateway's own while it has none.
    pub text: Vec<u8>,
    pub parts: i64,
    /// Parts were missing when the time for them was over.
    pub incomplete: bool,
    /// It may answer an older text of the pair.
    pub ambiguous: bool,
    /// Where the answered SMS wants its answers.
    pub reply_to: Option<String>,
    pub arrived_at: i64,
    /// When SOAP handed it out.
    pub collected_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

/// One part of a long reply, kept until the others are here.
pub mod part {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "inbound_parts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub carrier_id: i64,
        pub sender: String,
        pub number: String,
        pub reference: i64,
        pub part: i64,
        pub of: i64,
        /// Sealed.
        pub text: Vec<u8>,
        pub arrived_at: i64,
        /// Of the deliver_sm that it came in; none from an older build.
        pub digest: Option<Vec<u8>>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Parts looked at together.
const OVERDUE: usize = 1_000;

const TAKE_TURNS: Bulk = Bulk::Insert {
    into: "turns (turn)",
    columns: 1,
    then: "ON CONFLICT (turn) DO UPDATE SET turn = excluded.turn",
    per_text: 1,
};
const END_TURNS: Pick = Pick {
    before: "DELETE FROM turns WHERE turn IN (",
    after: ")",
};

impl Batch<'_> {
    /// Keeps a reply.
    pub async fn insert_inbound(&self, row: Model) -> Result<(), StoreError> {
        Entity::insert(row.into_active_model())
            .exec_without_returning(self.settled().await?)
            .await?;
        Ok(())
    }

    /// Whether the handset answered this SMS, and no other SMS could be meant: it is the only one that ever owned the pair.
    pub async fn was_answered(
        &self,
        sms_id: i64,
        number: i64,
        handset: i64,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM inbound WHERE sms_id = $1 AND NOT EXISTS (SELECT 1 FROM pairs WHERE handset = $2 AND number = $3 AND sms_id <> $1) LIMIT 1";
        Ok(!self
            .query(sql, vec![sms_id.into(), handset.into(), number.into()])
            .await?
            .is_empty())
    }

    /// Keeps a part unless it is here already; then all parts of its text, by number.
    pub async fn insert_inbound_part(
        &self,
        row: part::Model,
    ) -> Result<Vec<part::Model>, StoreError> {
        let sql = "INSERT INTO inbound_parts (id, carrier_id, sender, number, reference, part, of, text, arrived_at, digest) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) \
                   ON CONFLICT (carrier_id, sender, number, reference, of, part) DO NOTHING";
        let key: [Value; 4] = [
            row.carrier_id.into(),
            row.sender.clone().into(),
            row.number.clone().into(),
            row.reference.into(),
        ];
        let of = row.of;
        let mut values = vec![row.id.into()];
        values.extend(key.clone());
        values.extend::<[Value; 5]>([
            row.part.into(),
            of.into(),
            row.text.into(),
            row.arrived_at.into(),
            row.digest.into(),
        ]);
        self.execute(sql, values).await?;
        let mut values = key.to_vec();
        values.push(of.into());
        let all = format!(
            "SELECT * FROM inbound_parts WHERE carrier_id = $1 AND sender = $2 AND number = $3 AND reference = $4 AND of = $5 ORDER BY part{}",
            self.for_update()
        );
        let rows = self.query(&all, values).await?;
        Ok(rows
            .iter()
            .map(|row| part::Model::from_query_result(row, ""))
            .collect::<Result<_, _>>()?)
    }

    /// Forgets parts, once their text is a reply.
    pub async fn delete_inbound_parts(&self, ids: &[i64]) -> Result<(), StoreError> {
        part::Entity::delete_many()
            .filter(part::Column::Id.is_in(ids.iter().copied()))
            .exec(self.settled().await?)
            .await?;
        Ok(())
    }

    /// The parts that there are of texts of which one is older than `before`, text by text, each whole; some of them. Locks them.
    pub async fn overdue_inbound_parts(&self, before: i64) -> Result<Vec<part::Model>, StoreError> {
        let same = "o.carrier_id = p.carrier_id AND o.sender = p.sender AND o.number = p.number AND o.reference = p.reference AND o.of = p.of";
        // A text has 255 parts at most.
        let sql = format!(
            "SELECT p.* FROM inbound_parts p WHERE EXISTS (SELECT 1 FROM inbound_parts o WHERE o.arrived_at < $1 AND {same}) \
             ORDER BY p.carrier_id, p.sender, p.number, p.reference, p.of, p.part LIMIT {OVERDUE}{}",
            self.for_update()
        );
        let rows = self.query(&sql, vec![before.into()]).await?;
        let mut parts = rows
            .iter()
            .map(|row| part::Model::from_query_result(row, ""))
            .collect::<Result<Vec<_>, _>>()?;
        if parts.len() == OVERDUE
            && let Some(last) = parts.pop()
        {
            // Of the last there may be more.
            let key = |part: &part::Model| {
                let (sender, number) = (part.sender.clone(), part.number.clone());
                (part.carrier_id, sender, number, part.reference, part.of)
            };
            let last = key(&last);
            parts.retain(|part| key(part) != last);
        }
        Ok(parts)
    }

    /// Remembers what a reply was put together from.
    pub async fn note_joined(&self, parts: &[part::Model]) -> Result<(), StoreError> {
        let sql = "INSERT INTO inbound_joined (id, carrier_id, sender, number, digest, joined_at) VALUES ($1, $2, $3, $4, $5, $6)";
        for part in parts {
            let Some(digest) = &part.digest else { continue };
            let values = vec![
                self.ids.next().into(),
                part.carrier_id.into(),
                part.sender.clone().into(),
                part.number.clone().into(),
                digest.clone().into(),
                self.now.into(),
            ];
            self.execute(sql, values).await?;
        }
        Ok(())
    }

    /// Whether a reply was put together from this very part already.
    pub async fn was_joined(&self, part: &part::Model) -> Result<bool, StoreError> {
        let Some(digest) = &part.digest else {
            return Ok(false);
        };
        let sql = "SELECT 1 FROM inbound_joined WHERE digest = $1 AND carrier_id = $2 AND sender = $3 AND number = $4 LIMIT 1";
        let values = vec![
            digest.clone().into(),
            part.carrier_id.into(),
            part.sender.clone().into(),
            part.number.clone().into(),
        ];
        Ok(!self.query(sql, values).await?.is_empty())
    }

    /// Forgets what replies were put together from before `before`.
    pub async fn forget_joined(&self, before: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM inbound_joined WHERE joined_at < $1";
        self.execute(sql, vec![before.into()]).await?;
        Ok(())
    }

    /// Waits until no other node's batch works on one of these keys, and makes others wait for this one. To be given back by [`Self::end_turns`] at the end of the same work.
    pub async fn take_turns(&self, keys: &BTreeSet<Vec<u8>>) -> Result<(), StoreError> {
        if self.backend() == DatabaseBackend::Postgres {
            // A row that another transaction inserted is waited for, also when it is deleted there again: so nothing is left of them. In order, against deadlocks.
            let values: Vec<Value> = keys.iter().map(|key| key.clone().into()).collect();
            self.write(&TAKE_TURNS, values).await?;
        }
        Ok(())
    }

    /// Gives turns back: whoever waits goes on when this batch is on disk.
    pub async fn end_turns(&self, keys: &BTreeSet<Vec<u8>>) -> Result<(), StoreError> {
        if self.backend() == DatabaseBackend::Postgres {
            let keys: Vec<Value> = keys.iter().map(|key| key.clone().into()).collect();
            self.pick_all(&END_TURNS, &[], &keys).await?;
        }
        Ok(())
    }

    /// Whether this very deliver_sm came on another session since `since` and its answer is not known to have been written. Notes this one either way.
    pub async fn note_delivery(
        &self,
        digest: &[u8],
        session: i64,
        since: i64,
    ) -> Result<Delivery, StoreError> {
        let sql = "SELECT id FROM deliveries WHERE digest = $1 AND session <> $2 AND arrived_at >= $3 AND NOT answered ORDER BY id LIMIT 1";
        let earlier = self
            .query(
                sql,
                vec![digest.to_vec().into(), session.into(), since.into()],
            )
            .await?;
        if let Some(row) = earlier.first() {
            let id: i64 = row.try_get_by_index(0)?;
            // From now on it belongs to this session; a third copy would be recognised in the same way.
            self.execute(
                "UPDATE deliveries SET session = $1, arrived_at = $2 WHERE id = $3",
                vec![session.into(), self.now.into(), id.into()],
            )
            .await?;
            return Ok(Delivery {
                id,
                is_repeated: true,
            });
        }
        let id = self.ids.next();
        let sql = "INSERT INTO deliveries (id, digest, session, arrived_at, answered) VALUES ($1, $2, $3, $4, $5)";
        self.execute(
            sql,
            vec![
                id.into(),
                digest.to_vec().into(),
                session.into(),
                self.now.into(),
                false.into(),
            ],
        )
        .await?;
        Ok(Delivery {
            id,
            is_repeated: false,
        })
    }

    /// Notes that the answers to these deliveries were written to the link.
    pub async fn deliveries_answered(&self, ids: &[i64]) -> Result<(), StoreError> {
        for id in ids {
            self.execute(
                "UPDATE deliveries SET answered = $1 WHERE id = $2",
                vec![true.into(), (*id).into()],
            )
            .await?;
        }
        Ok(())
    }

    /// Forgets deliveries older than `before`.
    pub async fn delete_old_deliveries(&self, before: i64) -> Result<(), StoreError> {
        self.execute(
            "DELETE FROM deliveries WHERE arrived_at < $1",
            vec![before.into()],
        )
        .await?;
        Ok(())
    }

    /// Hands out the oldest reply of the user that was not collected yet (and is for `reply_to`, if given), and says how many are left after it.
    pub async fn collect_inbound(
        &self,
        user_id: i64,
        reply_to: Option<&str>,
    ) -> Result<Option<(Model, i64)>, StoreError> {
        let only = if reply_to.is_some() {
            " AND LOWER(reply_to) = LOWER($2)"
        } else {
            ""
        };
        let mut values: Vec<Value> = vec![user_id.into()];
        values.extend(reply_to.map(Value::from));
        // By what is to be collected, which is sorted then, not in order through all that ever came.
        let sql = format!(
            "SELECT * FROM inbound WHERE user_id = $1 AND collected_at IS NULL{only} ORDER BY +id LIMIT 1{}",
            self.for_update()
        );
        let rows = self.query(&sql, values.clone()).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let found = Model::from_query_result(row, "")?;
        self.execute(
            "UPDATE inbound SET collected_at = $1 WHERE id = $2",
            vec![self.now.into(), found.id.into()],
        )
        .await?;
        let count = format!(
            "SELECT COUNT(*) FROM inbound WHERE user_id = $1 AND collected_at IS NULL{only}"
        );
        let left = self
            .query(&count, values)
            .await?
            .first()
            .map(|row| row.try_get_by_index(0))
            .transpose()?
            .unwrap_or(0);
        Ok(Some((found, left)))
    }
}

/// A deliver_sm as noted.
#[derive(Debug, Clone, Copy)]
pub struct Delivery {
    pub id: i64,
    pub is_repeated: bool,
}

impl Reader {
    /// The user's replies with ids above `after`, oldest first.
    pub async fn inbound_of_user(
        &self,
        user_id: i64,
        after: i64,
        limit: u64,
    ) -> Result<Vec<Model>, StoreError> {
        let horizon = self.horizon().await?;
        let found = Entity::find()
            .filter(Column::UserId.eq(user_id))
            .filter(Column::Id.gt(after))
            .filter(Column::Id.lte(horizon));
        Ok(found
            .order_by_asc(Column::Id)
            .limit(limit)
            .all(&self.0)
            .await?)
    }

    /// A reply.
    pub async fn inbound(&self, id: i64) -> Result<Option<Model>, StoreError> {
        Ok(Entity::find_by_id(id).one(&self.0).await?)
    }

    /// Replies that are with nobody, newest first: they belong to nobody yet, or every mail with them was refused for good.
    pub async fn stranded_inbound(&self, limit: u64) -> Result<Vec<Model>, StoreError> {
        let reply = mails::Kind::Reply.code();
        let failed = mails::FAILED;
        let refused = format!(
            "id IN (SELECT event_id FROM mails WHERE kind = {reply} AND state = {failed} EXCEPT SELECT event_id FROM mails WHERE kind = {reply} AND state <> {failed})"
        );
        let stranded = Condition::any()
            .add(Column::UserId.is_null())
            .add(Expr::cust(refused));
        Ok(Entity::find()
            .filter(stranded)
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(&self.0)
            .await?)
    }
}
