//! `GET`: a message, its events, the replies that came [SPEC 12.1]. Everybody sees what is its own; what is another's is not there.

use super::answer;
use super::page::Page;
use super::problem::{Fault, Problem};
use super::{Asked, Rest};
use crate::accounts::{Caller, Identified, KeyScope};
use crate::store::{events, external, parse_external};
use crate::to_desktop::InboundView;
use crate::to_handset::{CarrierNames, SmsView};
use data_encoding::{BASE64, HEXLOWER};
use http::StatusCode;
use serde::Serialize;
use smpp::CommandStatus;
use utoipa::ToSchema;
use warp::reply::Response;

/// A text and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    pub id: String,
    /// The id at the classic interface.
    pub legacy_id: i64,
    /// Where it stands. `scheduled` and `cancelled` by request are not built yet.
    pub state: &'static str,
    /// The same at the classic interface.
    pub classic: &'static str,
    /// Why it stands so, where there is more to say.
    #[schema(required)]
    pub cause: Option<String>,
    /// E.164 with `+`.
    pub to: String,
    /// Our number that it comes from, once chosen.
    #[schema(required)]
    pub from: Option<String>,
    /// Left out, as `binary` and `udh` are, if the key is not of the scope `messages:text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    /// The octets of a binary text, base64; its `text` is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub binary: Option<String>,
    /// Its user data header with its length octet, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub udh: Option<String>,
    /// `gsm7`, `ucs2` or `binary`.
    pub encoding: &'static str,
    pub parts: i64,
    /// How many of them a carrier has accepted.
    pub parts_accepted: i64,
    /// The first counts 1.
    pub tries: i64,
    /// Whether it ever was.
    pub in_doubt: bool,
    pub reply_to: String,
    /// RFC 3339, UTC.
    pub accepted_at: String,
    /// RFC 3339, UTC.
    pub valid_until: String,
}

impl Message {
    fn of(sms: SmsView, sees_text: bool) -> Self {
        let octets = sms.octets();
        let (text, binary, udh) = match octets {
            _ if !sees_text => (None, None, None),
            None => (Some(sms.text), None, None),
            Some((elements, octets)) => {
                let length = u8::try_from(elements.len()).unwrap_or_default();
                let header = [&[length][..], &elements].concat();
                let udh = (length > 0).then(|| HEXLOWER.encode(&header));
                (Some(String::new()), Some(BASE64.encode(&octets)), udh)
            }
        };
        Self {
            id: external(answer::MESSAGE, sms.id),
            legacy_id: sms.legacy_id,
            state: sms.state.as_str(),
            classic: sms.state.classic().as_str(),
            cause: sms.cause,
            to: answer::number(sms.to),
            from: sms.from.map(answer::number),
            text,
            binary,
            udh,
            encoding: sms.encoding.as_str(),
            parts: sms.parts,
            parts_accepted: sms.parts_accepted,
            tries: sms.tries,
            in_doubt: sms.in_doubt,
            reply_to: sms.reply_to,
            accepted_at: answer::time(sms.accepted_at),
            valid_until: answer::time(sms.valid_until),
        }
    }
}

/// One step of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    pub id: String,
    /// RFC 3339, UTC.
    pub at: String,
    /// What happened.
    pub event: String,
    #[schema(required)]
    pub cause: Option<String>,
    /// Of the message's parts, from 1.
    #[schema(required)]
    pub part: Option<i64>,
    /// From 1.
    #[serde(rename = "try")]
    #[schema(required)]
    pub try_no: Option<i64>,
    /// Its name.
    #[schema(required)]
    pub carrier: Option<String>,
    /// SMPP command status by name.
    #[schema(required)]
    pub command_status: Option<String>,
    /// Of `mail_sent` and `mail_failed`: which mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kind: Option<String>,
}

impl Event {
    fn new(row: events::Model, carriers: &CarrierNames) -> Self {
        let is_mail = [events::Kind::MailSent, events::Kind::MailFailed]
            .iter()
            .any(|kind| kind.as_str() == row.event);
        let (cause, kind) = match row.cause {
            // Which mail, and behind it why it failed.
            Some(told) if is_mail => match told.split_once(' ') {
                Some((kind, cause)) => (Some(cause.to_owned()), Some(kind.to_owned())),
                None => (None, Some(told)),
            },
            cause => (cause, None),
        };
        Self {
            id: external(answer::EVENT, row.id),
            at: answer::time(row.at),
            event: row.event,
            cause,
            part: row.part,
            try_no: row.try_no,
            carrier: row.carrier_id.and_then(|id| carriers.get(&id).cloned()),
            command_status: row
                .status
                .and_then(|status| u32::try_from(status).ok())
                .map(|status| CommandStatus(status).to_string()),
            kind,
        }
    }
}

/// A page of events, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Events {
    pub data: Vec<Event>,
    /// To go on from, as `after`; on the last page too.
    pub next: String,
}

/// A reply from a handset.
#[derive(Debug, Serialize, ToSchema)]
pub struct Inbound {
    pub id: String,
    /// The handset: E.164 with `+`, or as the carrier named it.
    pub from: String,
    /// Our number.
    pub to: String,
    /// Left out if the key is not of the scope `messages:text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text: Option<String>,
    /// The message that it answers.
    #[schema(required)]
    pub message_id: Option<String>,
    /// RFC 3339, UTC.
    pub at: String,
}

impl Inbound {
    fn of(reply: InboundView, sees_text: bool) -> Self {
        Self {
            id: external(answer::INBOUND, reply.id),
            from: reply.from,
            to: reply.to,
            text: sees_text.then_some(reply.text),
            message_id: reply.sms_id.map(|id| external(answer::MESSAGE, id)),
            at: answer::time(reply.arrived_at),
        }
    }
}

/// A page of replies, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboundPage {
    pub data: Vec<Inbound>,
    /// To go on from, as `after`; on the last page too.
    pub next: String,
}

/// A message.
#[utoipa::path(
    get, path = "/v1/messages/{id}", tag = "messages", security(("api_key" = [])),
    params(("id" = String, Path, description = "The message's id")),
    responses(
        (status = 200, description = "How it stands", body = Message),
        (status = 404, description = "`not_found`: no such message of yours", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`: a parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn message(rest: &Rest, who: &Identified, id: &str) -> Result<Response, Fault> {
    let id = parse_external(answer::MESSAGE, id).ok_or(Fault::NoMessage)?;
    let sms = rest.to_handset.sms(&who.caller, id).await?;
    let sees_text = who.scopes.has(KeyScope::Text);
    let message = Message::of(sms.ok_or(Fault::NoMessage)?, sees_text);
    Ok(answer::json(StatusCode::OK, &message))
}

/// The timeline of a message.
#[utoipa::path(
    get, path = "/v1/messages/{id}/events", tag = "messages", security(("api_key" = [])),
    params(
        ("id" = String, Path, description = "The message's id"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "100 if none"),
        ("after" = Option<String>, Query, description = "`next` of an earlier page"),
    ),
    responses(
        (status = 200, description = "What happened to it", body = Events, headers(("Link" = String, description = "rel=next, if there is more already"))),
        (status = 404, description = "`not_found`: no such message of yours", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, `not_built`: a parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    rest: &Rest,
    asked: &Asked,
    caller: &Caller,
    id: &str,
) -> Result<Response, Fault> {
    let id = parse_external(answer::MESSAGE, id).ok_or(Fault::NoMessage)?;
    let page = Page::parse(&asked.query, answer::EVENT)?;
    let rows = rest
        .to_handset
        .events(caller, id, page.after, page.fetch())
        .await?;
    let mut rows = rows.ok_or(Fault::NoMessage)?;
    let more = page.cut(&mut rows);
    let next = page.next(rows.last().map(|row| row.id));
    let carriers = if rows.iter().any(|row| row.carrier_id.is_some()) {
        rest.to_handset.carrier_names().await?
    } else {
        CarrierNames::new()
    };
    let data = rows
        .into_iter()
        .map(|row| Event::new(row, &carriers))
        .collect();
    let events = Events { data, next };
    let mut response = answer::json(StatusCode::OK, &events);
    if more {
        page.link(&mut response, &asked.path, &events.next);
    }
    Ok(response)
}

/// The replies to your messages.
#[utoipa::path(
    get, path = "/v1/inbound", tag = "inbound", security(("api_key" = [])),
    params(
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000, description = "100 if none"),
        ("after" = Option<String>, Query, description = "`next` of an earlier page"),
    ),
    responses(
        (status = 200, description = "What came", body = InboundPage, headers(("Link" = String, description = "rel=next, if there is more already"))),
        (status = 422, description = "`invalid`, `not_built`: a parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn inbound(rest: &Rest, asked: &Asked, who: &Identified) -> Result<Response, Fault> {
    let page = Page::parse(&asked.query, answer::INBOUND)?;
    let mut replies = rest
        .to_desktop
        .inbound(&who.caller, page.after, page.fetch())
        .await?;
    let more = page.cut(&mut replies);
    let next = page.next(replies.last().map(|reply| reply.id));
    let sees_text = who.scopes.has(KeyScope::Text);
    let data = replies.into_iter();
    let data = data.map(|reply| Inbound::of(reply, sees_text)).collect();
    let found = InboundPage { data, next };
    let mut response = answer::json(StatusCode::OK, &found);
    if more {
        page.link(&mut response, &asked.path, &found.next);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_name_carrier_status_and_kind() {
        let row = events::Model {
            id: 7,
            sms_id: 1,
            at: 1_700_000_000_123,
            event: "fail".into(),
            cause: Some("queue full".into()),
            part: Some(1),
            try_no: Some(2),
            carrier_id: Some(3),
            status: Some(0x14),
        };
        let carriers = CarrierNames::from([(3, "one".to_owned())]);
        let mail = events::Model {
            event: "mail_sent".into(),
            cause: Some("reply".into()),
            part: None,
            try_no: None,
            carrier_id: Some(4),
            status: Some(-1),
            ..row.clone()
        };
        let failed = events::Model {
            event: "mail_failed".into(),
            cause: Some("receipt relay_refused 550".into()),
            ..mail.clone()
        };
        let shown = serde_json::to_value(Event::new(failed, &carriers)).unwrap();
        assert_eq!(
            (&shown["kind"], &shown["cause"]),
            (&"receipt".into(), &"relay_refused 550".into())
        );
        assert_eq!(
            serde_json::to_value([Event::new(row, &carriers), Event::new(mail, &carriers)])
                .unwrap(),
            serde_json::json!([
                {"id": "evt_000000000000e", "at": "2023-11-14T22:13:20.123Z", "event": "fail", "cause": "queue full", "part": 1, "try": 2,
                 "carrier": "one", "command_status": "ESME_RMSGQFUL"},
                {"id": "evt_000000000000e", "at": "2023-11-14T22:13:20.123Z", "event": "mail_sent", "cause": null, "part": null, "try": null,
                 "carrier": null, "command_status": null, "kind": "reply"},
            ])
        );
    }
}
