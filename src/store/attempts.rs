//! Attempts: one part handed to one carrier once, and what became of it.

use super::bulk::{Bulk, Pick};
use super::{Batch, Reader, StoreError};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QueryOrder, QueryResult, Value};

/// What is known of an attempt. Stored as [`Outcome::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Marked; on its way or waiting for the answer.
    Open,
    /// The SMSC has it.
    Accepted,
    /// The SMSC refused it for now.
    RefusedForNow,
    /// The SMSC refused it for good.
    RefusedForGood,
    /// Written, perhaps, and no answer came.
    InDoubt,
    /// Never written to the link.
    NotWritten,
    /// Was in doubt until its part was sent again.
    Resent,
}

impl Outcome {
    const ALL: [Self; 7] = [
        Self::Open,
        Self::Accepted,
        Self::RefusedForNow,
        Self::RefusedForGood,
        Self::InDoubt,
        Self::NotWritten,
        Self::Resent,
    ];

    /// The number in the database; never changes its meaning.
    pub const fn code(self) -> i64 {
        self as i64
    }

    fn from_code(code: i64) -> Self {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.code() == code)
            .unwrap_or(Self::InDoubt)
    }
}

/// One part handed to one carrier once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub sms_id: i64,
    /// From 1.
    pub part: i64,
    /// From 1.
    #[sea_orm(column_name = "try")]
    pub try_no: i64,
    pub carrier_id: i64,
    pub number: i64,
    pub handset: i64,
    /// As [`smpp`] canonicalises it.
    pub message_id: Option<String>,
    pub outcome: i64,
    /// SMPP command status of a refusal.
    pub status: Option<i64>,
    pub lease: i64,
    pub marked_at: i64,
    pub answered_at: Option<i64>,
    /// Code of the newest receipt's state.
    pub receipt: Option<i64>,
    pub receipt_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What is known of it.
    pub fn outcome(&self) -> Outcome {
        Outcome::from_code(self.outcome)
    }
}

/// How many of the parts were accepted, of all the attempts of their text.
pub fn accepted_parts(parts: i64, attempts: &[Model]) -> i64 {
    let is_in = |part: &i64| {
        attempts
            .iter()
            .any(|attempt| attempt.part == *part && attempt.outcome() == Outcome::Accepted)
    };
    i64::try_from((1..=parts).filter(is_in).count()).unwrap_or(parts)
}

/// What became of an attempt.
#[derive(Clone, Debug)]
pub struct Change {
    pub id: i64,
    pub outcome: Outcome,
    pub message_id: Option<String>,
    pub status: Option<i64>,
    pub answered_at: Option<i64>,
}

const INSERT: Bulk = Bulk::Insert {
    into: "attempts (id, sms_id, part, try, carrier_id, number, handset, outcome, lease, marked_at)",
    columns: 10,
    then: "",
    per_text: 1,
};
const CHANGE: Bulk = Bulk::Update {
    rows: "id, outcome, message_id, status, answered_at",
    columns: 5,
    update: "UPDATE attempts SET outcome = v.outcome, message_id = v.message_id, status = v.status, answered_at = v.answered_at FROM v WHERE attempts.id = v.id",
};
const SET_RECEIPT: Bulk = Bulk::Update {
    rows: "id, receipt, receipt_at",
    columns: 3,
    update: "UPDATE attempts SET receipt = v.receipt, receipt_at = v.receipt_at FROM v WHERE attempts.id = v.id",
};
const BY_SMS: Pick = Pick {
    before: "SELECT * FROM attempts WHERE sms_id IN (",
    after: ")",
};
const BY_MESSAGE_ID: Pick = Pick {
    before: "SELECT * FROM attempts WHERE message_id IN (",
    after: ") ORDER BY id",
};
const BY_MESSAGE_ID_LOCKED: Pick = Pick {
    before: BY_MESSAGE_ID.before,
    after: ") ORDER BY id FOR UPDATE",
};

impl Batch<'_> {
    /// Inserts open attempts.
    pub async fn insert_attempts(&self, rows: &[Model]) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(rows.len() * INSERT.columns());
        for row in rows {
            values.extend::<[Value; 10]>([
                row.id.into(),
                row.sms_id.into(),
                row.part.into(),
                row.try_no.into(),
                row.carrier_id.into(),
                row.number.into(),
                row.handset.into(),
                row.outcome.into(),
                row.lease.into(),
                row.marked_at.into(),
            ]);
        }
        self.write(&INSERT, values).await
    }

    /// Writes outcomes; at most one per attempt.
    pub async fn change_attempts(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(changes.len() * CHANGE.columns());
        for change in changes {
            values.extend::<[Value; 5]>([
                change.id.into(),
                change.outcome.code().into(),
                change.message_id.into(),
                change.status.into(),
                change.answered_at.into(),
            ]);
        }
        self.write(&CHANGE, values).await
    }

    /// Notes receipts: `(attempt, state's code, when)`.
    pub async fn set_attempt_receipts(
        &self,
        receipts: &[(i64, i64, i64)],
    ) -> Result<(), StoreError> {
        let values: Vec<Value> = receipts
            .iter()
            .flat_map(|(id, state, at)| [(*id).into(), (*state).into(), (*at).into()])
            .collect();
        self.write(&SET_RECEIPT, values).await
    }

    /// All attempts of these SMS, in no order.
    pub async fn attempts_of(&self, sms_ids: &[i64]) -> Result<Vec<Model>, StoreError> {
        let keys: Vec<Value> = sms_ids.iter().map(|id| (*id).into()).collect();
        models(self.pick_all(&BY_SMS, &[], &keys).await?)
    }

    /// The attempts with these carrier message ids (any carrier), oldest first. Locks them: two words on the same attempt may come at two nodes.
    pub async fn attempts_by_message_ids(
        &self,
        message_ids: &[&str],
    ) -> Result<Vec<Model>, StoreError> {
        let keys: Vec<Value> = message_ids.iter().map(|id| (*id).into()).collect();
        let pick = self.pick(&BY_MESSAGE_ID, &BY_MESSAGE_ID_LOCKED);
        models(self.pick_all(pick, &[], &keys).await?)
    }

    /// Attempts in doubt from that number to that handset, oldest first.
    pub async fn attempts_in_doubt(
        &self,
        carrier_id: i64,
        number: i64,
        handset: i64,
    ) -> Result<Vec<Model>, StoreError> {
        // By way of the pairs, which are indexed by handset: attempts are not.
        let sql = "SELECT a.* FROM attempts a WHERE a.sms_id IN (SELECT p.sms_id FROM pairs p WHERE p.handset = $1 AND p.number = $2) \
                   AND a.outcome = $3 AND a.carrier_id = $4 AND a.number = $2 ORDER BY a.id";
        let values: Vec<Value> = vec![
            handset.into(),
            number.into(),
            Outcome::InDoubt.code().into(),
            carrier_id.into(),
        ];
        models(self.query(sql, values).await?)
    }
}

impl Reader {
    /// Whether an attempt has one of these carrier message ids.
    pub async fn has_message_ids(&self, message_ids: &[&str]) -> Result<bool, StoreError> {
        let keys: Vec<Value> = message_ids.iter().map(|id| (*id).into()).collect();
        Ok(!BY_MESSAGE_ID.all(&self.0, &[], &keys).await?.is_empty())
    }

    /// The attempts of an SMS, oldest first.
    pub async fn attempts_of(&self, sms_id: i64) -> Result<Vec<Model>, StoreError> {
        Ok(Entity::find()
            .filter(Column::SmsId.eq(sms_id))
            .order_by_asc(Column::Id)
            .all(&self.0)
            .await?)
    }
}

fn models(rows: Vec<QueryResult>) -> Result<Vec<Model>, StoreError> {
    Ok(rows
        .iter()
        .map(|row| Model::from_query_result(row, ""))
        .collect::<Result<_, _>>()?)
}

/// What the attempts of a text say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartsStanding {
    /// Answers are awaited.
    Open,
    /// The SMSC has every part.
    AllAccepted,
    /// A part was refused for good.
    RefusedForGood,
    /// A part may or may not have arrived.
    InDoubt,
    /// A part was refused for now, or never left.
    ToRetry,
}

/// Judges a text of `parts` parts by all of its attempts, in any order. A part counts as accepted if any of its attempts was.
pub fn standing_of(parts: u8, attempts: &[Model]) -> PartsStanding {
    let fates: Vec<Option<Outcome>> = (1..=i64::from(parts))
        .map(|part| {
            let of_part = attempts.iter().filter(|attempt| attempt.part == part);
            let newest = of_part
                .clone()
                .max_by_key(|attempt| attempt.id)
                .map(Model::outcome);
            let accepted = of_part
                .clone()
                .any(|attempt| attempt.outcome() == Outcome::Accepted);
            if accepted {
                Some(Outcome::Accepted)
            } else {
                newest.filter(|outcome| *outcome != Outcome::Resent)
            }
        })
        .collect();
    let any = |fate: Outcome| fates.contains(&Some(fate));
    if any(Outcome::Open) {
        PartsStanding::Open
    } else if fates.iter().all(|fate| *fate == Some(Outcome::Accepted)) {
        PartsStanding::AllAccepted
    } else if any(Outcome::RefusedForGood) {
        PartsStanding::RefusedForGood
    } else if any(Outcome::InDoubt) {
        PartsStanding::InDoubt
    } else {
        PartsStanding::ToRetry
    }
}

/// Whether a text of `parts` parts may be at its handset though no answer says so: none of its parts is known to be missing, and of one of them only a doubt is left.
pub fn may_have_arrived<'a>(parts: u8, attempts: impl Iterator<Item = &'a Model> + Clone) -> bool {
    let (mut doubts, mut missing) = (false, false);
    for part in 1..=i64::from(parts) {
        let of_part = attempts.clone().filter(|attempt| attempt.part == part);
        let outcomes: Vec<Outcome> = of_part.map(Model::outcome).collect();
        let is_doubtful = outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::InDoubt | Outcome::Resent));
        let is_accepted = outcomes.contains(&Outcome::Accepted);
        doubts |= is_doubtful && !is_accepted;
        missing |= !is_doubtful && !is_accepted;
    }
    doubts && !missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_have_arrived_misses_no_part_and_has_a_doubt() {
        use Outcome::{Accepted, InDoubt, NotWritten, RefusedForGood, Resent};
        let cases: [(&[(i64, Outcome)], bool); 7] = [
            (&[(1, Resent), (1, RefusedForGood), (2, Accepted)], true),
            (&[(1, InDoubt), (2, Resent)], true),
            (&[(1, InDoubt), (2, RefusedForGood)], false),
            (&[(1, Resent), (1, Accepted), (2, Accepted)], false),
            (&[(1, Resent), (1, Accepted), (2, NotWritten)], false),
            (&[(1, InDoubt)], false),
            (&[], false),
        ];
        for (attempts, expected) in cases {
            let attempts: Vec<Model> = (1..)
                .zip(attempts)
                .map(|(id, (part, outcome))| attempt(id, *part, *outcome))
                .collect();
            assert_eq!(
                may_have_arrived(2, attempts.iter()),
                expected,
                "{attempts:?}"
            );
        }
    }

    fn attempt(id: i64, part: i64, outcome: Outcome) -> Model {
        Model {
            id,
            sms_id: 1,
            part,
            try_no: 1,
            carrier_id: 1,
            number: 1,
            handset: 1,
            message_id: None,
            outcome: outcome.code(),
            status: None,
            lease: 1,
            marked_at: 0,
            answered_at: None,
            receipt: None,
            receipt_at: None,
        }
    }

    /// How many parts, the attempts (part, outcome), and what they make of the SMS.
    type Case = (u8, &'static [(i64, Outcome)], PartsStanding);

    #[test]
    fn parts_stand_together() {
        use Outcome::{Accepted, InDoubt, NotWritten, Open, RefusedForGood, RefusedForNow, Resent};
        let table: [Case; 12] = [
            (1, &[(1, Accepted)], PartsStanding::AllAccepted),
            (1, &[(1, RefusedForNow)], PartsStanding::ToRetry),
            (1, &[(1, InDoubt)], PartsStanding::InDoubt),
            (1, &[(1, Resent), (1, Accepted)], PartsStanding::AllAccepted),
            (
                1,
                &[(1, Accepted), (1, RefusedForGood)],
                PartsStanding::AllAccepted,
            ),
            (1, &[(1, Resent), (1, InDoubt)], PartsStanding::InDoubt),
            (1, &[(1, NotWritten)], PartsStanding::ToRetry),
            (2, &[(1, Accepted)], PartsStanding::ToRetry),
            (2, &[(1, Accepted), (2, Open)], PartsStanding::Open),
            (2, &[(1, RefusedForGood), (2, Open)], PartsStanding::Open),
            (
                2,
                &[(1, RefusedForGood), (2, InDoubt)],
                PartsStanding::RefusedForGood,
            ),
            (
                2,
                &[(1, RefusedForNow), (2, InDoubt)],
                PartsStanding::InDoubt,
            ),
        ];
        for (parts, attempts, expected) in table {
            let attempts: Vec<Model> = attempts
                .iter()
                .zip(1..)
                .map(|((part, outcome), id)| attempt(id, *part, *outcome))
                .collect();
            assert_eq!(standing_of(parts, &attempts), expected, "{attempts:?}");
        }
    }
}
