//! What administrators are shown. Ids are external ones, times RFC 3339 in UTC, numbers E.164. Secrets serialise as nothing; [`Exposed`] is the one door they leave by.

use super::HasLink;
use crate::config::rooms::OwnSettings;
use crate::security::Secret;
use crate::store::external;
use crate::store::pairs::UseOfNumbers;
use crate::store::people::{api_key, company, department, user};
use crate::store::{carriers, inbound};
use serde::Serialize;
use serde_json::{Value, json};

/// A company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CompanyView {
    pub id: String,
    pub name: String,
    pub country: String,
    pub zone: String,
    pub active: bool,
    /// Parts a day; none: no limit.
    pub quota: Option<i64>,
    /// `always`, `failures` or `never`.
    pub receipts: String,
    pub restricted: bool,
    pub fallback_address: Option<String>,
    pub mail_domains: Vec<String>,
    pub created_at: String,
    /// Since when its texts are held back.
    pub suspended_at: Option<String>,
}

/// A department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DepartmentView {
    pub id: String,
    pub name: String,
    pub company: String,
    pub active: bool,
    pub quota: Option<i64>,
    pub created_at: String,
}

/// A user, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserView {
    pub id: String,
    pub email: String,
    pub name: String,
    pub company: String,
    pub department: Option<String>,
    pub active: bool,
    pub quota: Option<i64>,
    /// The last four digits of its serial.
    pub serial_tail: Option<String>,
    pub created_at: String,
}

/// A user and the serial and key it just got; they are nowhere else.
#[derive(Debug, Clone, Serialize)]
pub struct Activated {
    #[serde(flatten)]
    pub user: UserView,
    pub serial: Secret,
    pub key: Secret,
}

/// An API key, without itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiKeyView {
    pub id: String,
    pub user: String,
    /// Its first letters.
    pub prefix: String,
    /// `live`, or `test`: its texts never reach a carrier.
    pub kind: &'static str,
    /// What it is for.
    pub scopes: Vec<String>,
    pub created_at: String,
    pub expires_at: Option<String>,
    pub revoked_at: Option<String>,
}

/// An API key that was just made; it is nowhere else.
#[derive(Debug, Clone, Serialize)]
pub struct NewApiKey {
    #[serde(flatten)]
    pub view: ApiKeyView,
    pub api_key: Secret,
    /// What its owner has to know.
    pub note: Option<&'static str>,
}

/// A daily quota and what is used of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuotaView {
    /// `company`, `department` or `user`.
    pub scope: &'static str,
    pub name: String,
    /// Parts a day; none: no limit.
    pub quota: Option<i64>,
    pub used_today: i64,
    /// The company's local day, `yyyy-mm-dd`.
    pub day: String,
}

/// A restricted list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DestinationsView {
    pub company: String,
    /// Whether only these may be texted.
    pub restricted: bool,
    pub destinations: Vec<String>,
}

/// A handset that wants no texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OptOutView {
    pub handset: String,
    pub word: String,
    pub opted_at: String,
}

/// A pool number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberView {
    pub number: String,
    pub carrier: String,
    pub created_at: String,
    pub removed_at: Option<String>,
    /// Where it was asked for.
    #[serde(flatten)]
    pub used: Option<NumberUseView>,
}

/// How a pool number is used. Times are RFC 3339, UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NumberUseView {
    /// Handsets whose answers to it have an owner.
    pub pairs: i64,
    /// The oldest of these pairs.
    pub held_since: Option<String>,
    /// When a text was last given this number.
    pub last_used_at: Option<String>,
    /// If there were too many pairs to look at all: how far back this goes.
    pub counted_since: Option<String>,
}

impl NumberUseView {
    pub(super) fn of(number: i64, found: &UseOfNumbers) -> Self {
        let used = found.by_number.get(&number);
        Self {
            pairs: used.map_or(0, |used| used.pairs),
            held_since: used.and_then(|used| used.held_since).map(time),
            last_used_at: used.map(|used| time(used.last_used_at)),
            counted_since: found.counted_since.map(time),
        }
    }
}

/// A carrier, without its password.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CarrierView {
    #[serde(skip)]
    pub row_id: i64,
    pub id: String,
    pub name: String,
    /// `up`: a link stands, on whichever node; `down`; or `suspended`: nothing is sent over it.
    pub state: &'static str,
    pub host: String,
    pub port: i64,
    pub system_id: String,
    /// In what it differs from the table `[carrier]`, by key.
    pub settings: OwnSettings,
    pub created_at: String,
    pub suspended_at: Option<String>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteView {
    pub prefix: String,
    pub rank: i64,
    pub weight: i64,
    pub name: String,
    pub carrier: String,
    pub suspended_at: Option<String>,
}

/// Texts that wait for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueView {
    pub company: String,
    pub carrier: Option<String>,
    pub state: &'static str,
    pub cause: Option<String>,
    pub texts: i64,
    /// When the oldest was accepted.
    pub oldest_at: String,
    /// When it is the first one's turn.
    pub due_at: String,
}

/// A text, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextView {
    pub id: String,
    pub company: String,
    pub carrier: Option<String>,
    pub handset: String,
    pub state: &'static str,
    pub cause: Option<String>,
    pub parts: i64,
    pub tries: i64,
    pub in_doubt: bool,
    pub accepted_at: String,
    /// When it is its turn; none when nothing is left to do.
    pub due_at: Option<String>,
    pub valid_until: String,
}

/// A text that waits for an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldView {
    pub id: String,
    pub company: String,
    pub handset: String,
    pub cause: String,
    pub accepted_at: String,
    /// When it ends by itself.
    pub valid_until: String,
}

/// A reply that is with nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StrandedView {
    pub id: String,
    pub arrived_at: String,
    pub from: String,
    pub to: String,
    pub carrier: String,
    pub parts: i64,
    /// `unmatched`: it belongs to nobody yet; `mail_refused`: nobody's mailbox took it.
    pub why: &'static str,
    /// Whose it is, if it is somebody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Only if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Shown to the administrator who asked, and nowhere else: what is secret is in the clear.
pub trait Exposed {
    /// The whole, secrets too.
    fn exposed(&self) -> Value;
}

impl Exposed for Activated {
    fn exposed(&self) -> Value {
        let mut shown = json!(self.user);
        shown["serial"] = json!(self.serial.expose());
        shown["key"] = json!(self.key.expose());
        shown
    }
}

impl Exposed for NewApiKey {
    fn exposed(&self) -> Value {
        let mut shown = json!(self.view);
        shown["api_key"] = json!(self.api_key.expose());
        if let Some(note) = self.note {
            shown["note"] = json!(note);
        }
        shown
    }
}

/// UTC milliseconds as RFC 3339, always with three digits of them: so they sort as texts, and look as they do in REST.
pub(super) fn time(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |at| format!("{at:.3}"))
}

/// 20261121 as 2026-11-21.
pub(super) fn day(yyyymmdd: i64) -> String {
    let (month, day) = (yyyymmdd / 100 % 100, yyyymmdd % 100);
    format!("{:04}-{month:02}-{day:02}", yyyymmdd / 10_000)
}

/// `+61491570156`
pub(super) fn number(number: i64) -> String {
    format!("+{number}")
}

impl CompanyView {
    pub(super) fn new(row: company::Model, mail_domains: Vec<String>) -> Self {
        let receipts = i16::try_from(row.receipts)
            .ok()
            .and_then(sms::Wish::from_code);
        Self {
            id: external("com", row.id),
            name: row.name,
            country: row.country,
            zone: row.zone,
            active: row.active,
            quota: row.quota,
            receipts: receipts.map_or("unknown", sms::Wish::as_str).to_owned(),
            restricted: row.restricted,
            fallback_address: row.fallback_address,
            mail_domains,
            created_at: time(row.created_at),
            suspended_at: row.suspended_at.map(time),
        }
    }
}

impl DepartmentView {
    pub(super) fn new(row: department::Model, company: &company::Model) -> Self {
        Self {
            id: external("dep", row.id),
            name: row.name,
            company: company.name.clone(),
            active: row.active,
            quota: row.quota,
            created_at: time(row.created_at),
        }
    }
}

impl UserView {
    pub(super) fn new(
        row: user::Model,
        company: &company::Model,
        departments: &[department::Model],
    ) -> Self {
        let department = row
            .department_id
            .and_then(|id| departments.iter().find(|department| department.id == id));
        Self {
            id: external("usr", row.id),
            email: row.email,
            name: row.name,
            company: company.name.clone(),
            department: department.map(|department| department.name.clone()),
            active: row.active,
            quota: row.quota,
            serial_tail: row.serial_tail,
            created_at: time(row.created_at),
        }
    }
}

impl ApiKeyView {
    pub(super) fn new(row: api_key::Model, user: &user::Model) -> Self {
        Self {
            id: external("key", row.id),
            user: user.email.clone(),
            prefix: row.prefix,
            kind: if row.live { "live" } else { "test" },
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            created_at: time(row.created_at),
            expires_at: row.expires_at.map(time),
            revoked_at: row.revoked_at.map(time),
        }
    }
}

impl CarrierView {
    pub(super) fn new(row: carriers::Model, has_link: &HasLink) -> Self {
        Self {
            state: match row.suspended_at {
                Some(_) => "suspended",
                None if has_link(row.id) => "up",
                None => "down",
            },
            row_id: row.id,
            id: external("car", row.id),
            name: row.name,
            host: row.host,
            port: row.port,
            system_id: row.system_id,
            settings: OwnSettings::parse(&row.settings).unwrap_or_default(),
            created_at: time(row.created_at),
            suspended_at: row.suspended_at.map(time),
        }
    }
}

/// The name of a carrier that a row refers to.
pub(super) fn carrier_name(id: i64, carriers: &[carriers::Model]) -> String {
    carriers
        .iter()
        .find(|carrier| carrier.id == id)
        .map_or_else(|| external("car", id), |carrier| carrier.name.clone())
}

impl StrandedView {
    pub(super) fn new(
        row: inbound::Model,
        text: Option<String>,
        carriers: &[carriers::Model],
    ) -> Self {
        Self {
            id: external("in", row.id),
            arrived_at: time(row.arrived_at),
            from: row.sender,
            to: row.number,
            carrier: carrier_name(row.carrier_id, carriers),
            parts: row.parts,
            why: match row.user_id {
                Some(_) => "mail_refused",
                None => "unmatched",
            },
            user: row.user_id.map(|id| external("usr", id)),
            text,
        }
    }
}
