//! Charge records: one per accepted part and per reply. No text in them [SPEC 7.10].

use super::Batch;
use super::bulk::Bulk;
use sea_orm::Value;

/// Which way the text went. Stored as its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To a handset.
    Out,
    /// From a handset.
    In,
}

/// A charge, before it has its id.
#[derive(Debug, Clone)]
pub struct Cdr {
    pub direction: Direction,
    pub company_id: i64,
    pub department_id: Option<i64>,
    pub user_id: Option<i64>,
    pub sms_id: Option<i64>,
    pub inbound_id: Option<i64>,
    /// From 1; of a reply the number of its parts.
    pub part: i64,
    pub handset: i64,
    pub number: i64,
    pub carrier_id: i64,
    /// Thousandths of a credit.
    pub price: i64,
}

pub(super) const INSERT: Bulk = Bulk::Insert {
    into: "cdrs (id, direction, company_id, department_id, user_id, sms_id, inbound_id, part, handset, number, carrier_id, price, at)",
    columns: 13,
    then: "",
};

impl Batch<'_> {
    /// Adds charges.
    pub fn add_cdrs(&self, cdrs: impl IntoIterator<Item = Cdr>) {
        let values = &mut self.growth().cdrs;
        for cdr in cdrs {
            values.extend::<[Value; 13]>([
                self.ids.next().into(),
                (cdr.direction as i64).into(),
                cdr.company_id.into(),
                cdr.department_id.into(),
                cdr.user_id.into(),
                cdr.sms_id.into(),
                cdr.inbound_id.into(),
                cdr.part.into(),
                cdr.handset.into(),
                cdr.number.into(),
                cdr.carrier_id.into(),
                cdr.price.into(),
                self.now.into(),
            ]);
        }
    }
}
