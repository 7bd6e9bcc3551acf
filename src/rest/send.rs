//! `POST /v1/messages`: from a body of any shape to one request of the journey, and its outcome as JSON [SPEC 12.1].

use super::answer;
use super::fields::{self, Fields};
use super::problem::{self, Fault, FieldError, Problem, Reckoning, Standing};
use super::{Asked, Rest, json};
use crate::accounts::{Caller, Identified};
use crate::to_handset::{Accepted, Destination, Reference, SendRequest};
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use sms::{Text, TextError, Wish};
use utoipa::ToSchema;
use warp::reply::Response;

/// Octets of a body at most.
pub const BODY_CAP: usize = 1 << 20;
/// Destinations of one request at most [SPEC 2.4].
const MOST_DESTINATIONS: usize = 1_000;
/// A week.
const LONGEST_VALIDITY_S: u64 = 7 * 86_400;
/// Its value is the client reference, and wins over the field.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that this is the answer to an earlier request under the same reference.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// All that a request may have.
const KNOWN: &[&str] = &[
    "binary",
    "client_reference",
    "flash",
    "from",
    "priority",
    "receipts",
    "reply_to",
    "text",
    "to",
    "udh",
    "validity_s",
];
/// Fields that the product will have. One that is left out of account would send another text than was asked for.
const NOT_BUILT: &[&str] = &[
    "class", "lists", "metadata", "optimise", "optimize", "send_at", "split", "template",
    "validity",
];
/// What these fields are called elsewhere, small letters only.
const ALIASES: &[(&str, &str)] = &[
    ("body", "text"),
    ("content", "text"),
    ("deliverat", "send_at"),
    ("idempotencykey", "client_reference"),
    ("message", "text"),
    ("number", "to"),
    ("numbers", "to"),
    ("originator", "from"),
    ("recipient", "to"),
    ("recipients", "to"),
    ("reference", "client_reference"),
    ("replyemail", "reply_to"),
    ("scheduleat", "send_at"),
    ("scheduledat", "send_at"),
    ("sender", "from"),
    ("senderid", "from"),
    ("ttl", "validity_s"),
];

/// One text for one or more handsets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SendMessages {
    /// Mobile numbers, as the company's country or E.164 writes them.
    #[schema(min_items = 1, max_items = 1000, example = json!(["+61491570156"]))]
    pub to: Vec<String>,
    /// The text; left out where there is `binary`.
    #[schema(required = false, example = "Your parcel has arrived.")]
    pub text: String,
    /// Octets in place of the text, for a program on the handset: base64.
    #[schema(example = "3wEC")]
    pub binary: Option<String>,
    /// The user data header of each part of `binary`, such as ports: hexadecimal, with its length octet. Where several parts are needed, their places are added.
    #[schema(example = "0605040b8423f0")]
    pub udh: Option<String>,
    /// A registered sender ID. None can be registered yet, so leave it out, and a number of ours is chosen.
    pub from: Option<String>,
    /// Where answers go: the user's own address *(default)*, or one in a mail domain of the company.
    pub reply_to: Option<String>,
    /// How long the text is worth something, in seconds from now.
    #[schema(minimum = 1, maximum = 604800)]
    pub validity_s: Option<u64>,
    /// Which receipts are mailed; the company's setting if none.
    pub receipts: Option<Receipts>,
    /// `normal` if none.
    pub priority: Option<Priority>,
    /// Shown at once on the handset and not kept there (class 0).
    pub flash: Option<bool>,
    /// Makes a repeat within 24 hours return the first answer. The header `Idempotency-Key` is the same, and wins where both are there.
    #[schema(min_length = 1, max_length = 255)]
    pub client_reference: Option<String>,
}

/// Which receipts are mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Receipts {
    Always,
    Failures,
    Never,
}

impl Receipts {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("always", Self::Always),
        ("failures", Self::Failures),
        ("never", Self::Never),
    ];

    const fn wish(self) -> Wish {
        match self {
            Self::Always => Wish::Always,
            Self::Failures => Wish::Failures,
            Self::Never => Wish::Never,
        }
    }
}

/// Who goes first when many wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    Normal,
    Urgent,
}

impl Priority {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("low", Self::Low),
        ("normal", Self::Normal),
        ("urgent", Self::Urgent),
    ];

    /// As the journey counts: higher is more urgent.
    const fn level(self) -> i64 {
        match self {
            Self::Low => -1,
            Self::Normal => 0,
            Self::Urgent => 1,
        }
    }
}

/// What became of each destination.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sent {
    /// Accepted, in the order of the request; a duplicate has the id of the first.
    pub messages: Vec<SentMessage>,
    /// Refused, in the order of the request.
    pub refused: Vec<RefusedDestination>,
}

/// An accepted text.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentMessage {
    /// E.164 with `+`.
    pub to: String,
    #[schema(example = "msg_01c8y7ktz4g5e")]
    pub id: String,
    /// The id at the classic interface.
    pub legacy_id: i64,
    pub state: String,
    /// SMS that it is split into.
    pub parts: u8,
    /// `gsm7`, `ucs2` or `binary`.
    pub encoding: String,
}

/// A refused destination.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RefusedDestination {
    /// As given.
    pub to: String,
    /// Stable; programs decide by it.
    pub code: &'static str,
    pub soap_code: u8,
    pub detail: String,
}

/// Send a text to up to 1,000 handsets.
///
/// Answered after the texts are on disk. Checks of the request as a whole answer with a problem; numbers, opt-outs and quotas are judged for each destination. If
/// every destination was refused, a problem comes with the status that their refusals have in common, or 422; `messages` is empty, and `refused` says why of each.
/// A field that is not described here is refused, as is one that comes twice.
#[utoipa::path(
    post, path = "/v1/messages", tag = "messages", security(("api_key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, nullable = false,
        description = "Client reference; a repeat within 24 hours returns the first answer. Once only")),
    request_body = SendMessages,
    responses(
        (status = 202, description = "Accepted for at least one destination", body = Sent,
            headers(("Location" = String, description = "The message, if there is one only"), ("Idempotency-Replayed" = String, description = "`true` if this is an earlier answer"))),
        (status = 400, description = "`malformed_json`, `incomplete`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`inactive`, `originator_not_permitted`, `reply_address_not_permitted`, `not_permitted`; or every destination refused: `opted_out`, `destination_restricted`, `all_refused`",
            body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "`too_large`: more than 1 MiB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "`not_json`", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, `not_built`, `text_refused`, `reference_reused`; or every destination refused: `not_a_mobile_number`, `destination_not_served`, `all_refused`",
            body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Every destination refused by a quota of the day: `quota_company`, `quota_department`, `quota_user`, `all_refused`",
            body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`, `queue_full`: cannot be kept now", body = Problem, content_type = "application/problem+json"),
        (status = 507, description = "`disk_full`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn send(
    rest: &Rest,
    asked: &Asked,
    who: Identified,
    body: &[u8],
) -> Result<Response, Fault> {
    let given = SendMessages::parse(body, &asked.headers)?;
    let zone = who.caller.zone.clone();
    let accepted = rest.to_handset.accept(given.into_request(who)).await?;
    answer_to(
        accepted,
        Reckoning {
            now: rest.clock.now(),
            zone: Some(&zone),
        },
    )
}

fn octets(base64: &str) -> Option<Vec<u8>> {
    BASE64.decode(base64.trim().as_bytes()).ok()
}

fn header(hexadecimal: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE
        .decode(hexadecimal.trim().as_bytes())
        .ok()
}

/// Whether the body is JSON, by its headers.
pub fn is_json(headers: &HeaderMap) -> bool {
    let plain = headers
        .get(header::CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    plain && essence.trim().eq_ignore_ascii_case("application/json")
}

impl SendMessages {
    /// Reads a body and the headers beside it; every field that is wrong is named.
    fn parse(body: &[u8], headers: &HeaderMap) -> Result<Self, Fault> {
        let (value, doubled) = json::read(body).map_err(Fault::Malformed)?;
        let Value::Object(object) = value else {
            return Err(Fault::Fields(vec![FieldError::field(
                "",
                format!(
                    "must be an object with `to` and `text`, not {}; send one request for each text",
                    fields::kind_of(&value)
                ),
            )]));
        };
        let mut fields = Fields::new(object, doubled);
        fields.refuse_unknown(KNOWN, NOT_BUILT, ALIASES);
        let to = fields.texts("to", MOST_DESTINATIONS, "numbers");
        // A text that is not there is the journey's business, like an empty one: check 4 comes after checks 2 and 3.
        let text = fields.string("text").unwrap_or_default();
        let binary = fields.string("binary");
        let udh = fields.string("udh");
        if binary.is_some() && !text.is_empty() {
            fields.refuse("/binary", "cannot stand beside `text`; send one of the two");
        }
        if binary
            .as_deref()
            .is_some_and(|given| octets(given).is_none())
        {
            fields.refuse("/binary", "must be base64");
        }
        if udh.is_some() && binary.is_none() {
            fields.refuse("/udh", "needs `binary` beside it");
        }
        if udh.as_deref().is_some_and(|given| header(given).is_none()) {
            fields.refuse("/udh", "must be hexadecimal");
        }
        let parsed = Self {
            to,
            text,
            binary,
            udh,
            from: fields.name("from"),
            reply_to: fields.name("reply_to"),
            validity_s: fields.whole_number("validity_s", LONGEST_VALIDITY_S),
            receipts: fields.word("receipts", Receipts::WORDS),
            priority: fields.word("priority", Priority::WORDS),
            flash: fields.boolean("flash"),
            client_reference: fields.reference("client_reference", headers, &IDEMPOTENCY_KEY),
        };
        fields.finish(NOT_BUILT)?;
        Ok(parsed)
    }

    fn into_request(mut self, who: Identified) -> SendRequest {
        let to: Vec<Destination> = self
            .to
            .iter()
            .map(|given| Destination::parse(given, &who.caller))
            .collect();
        let text = match &self.binary {
            None => Text::written(&self.text),
            Some(binary) => {
                let header = self.udh.as_deref().and_then(header);
                let octets = octets(binary).unwrap_or_default();
                Text::of_octets_behind(&octets, &header.unwrap_or_default())
            }
        };
        let reference = self.client_reference.take().map(|key| Reference {
            key,
            request: self.canonical(&to, &text, &who.caller),
        });
        SendRequest {
            door: "rest",
            text,
            reply_to: self.reply_to,
            originator: self.from,
            flash: self.flash.unwrap_or(false),
            priority: self.priority.unwrap_or(Priority::Normal).level(),
            receipts: self.receipts.map(Receipts::wish),
            validity_ms: self
                .validity_s
                .and_then(|validity_s| i64::try_from(validity_s).ok())
                .map(|validity_s| validity_s * 1_000),
            reference,
            all_or_nothing: false,
            who,
            to,
        }
    }

    /// Equal for requests that mean the same, however numbers, line ends, defaults and JSON were written; the reference itself is taken out before.
    fn canonical(
        &self,
        to: &[Destination],
        text: &Result<Text, TextError>,
        caller: &Caller,
    ) -> Vec<u8> {
        let to = to.iter().map(|destination| match &destination.number {
            Ok(number) => number.to_string(),
            Err(_) => destination.given.clone(),
        });
        let own = caller.standing.user.email.as_str();
        let meant = Self {
            to: to.collect(),
            text: text
                .as_ref()
                .map_or(self.text.as_str(), Text::as_str)
                .to_owned(),
            reply_to: Some(self.reply_to.as_deref().unwrap_or(own).to_lowercase()),
            flash: Some(self.flash.unwrap_or(false)),
            priority: Some(self.priority.unwrap_or(Priority::Normal)),
            ..self.clone()
        };
        // A struct of strings, numbers and words always can be written.
        serde_json::to_vec(&meant).unwrap_or_default()
    }
}

/// 202 if anything was accepted; else a problem with what the refusals have in common, or 422.
fn answer_to(accepted: Accepted, at: Reckoning<'_>) -> Result<Response, Fault> {
    let standing = common(&accepted, at);
    let is_replayed = accepted.is_replayed;
    let sent = Sent::from(accepted);
    if sent.messages.is_empty() {
        return Err(Fault::NoneAccepted(sent.refused, standing));
    }
    if !sent.refused.is_empty() {
        let (accepted, refused) = (sent.messages.len(), problem::summary(&sent.refused));
        tracing::info!(accepted, refused, "refused in part");
    }
    let mut response = answer::json(StatusCode::ACCEPTED, &sent);
    let headers = response.headers_mut();
    if is_replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    if let [only] = &sent.messages[..]
        && let Ok(place) = HeaderValue::from_str(&format!("/v1/messages/{}", only.id))
    {
        headers.insert(header::LOCATION, place);
    }
    Ok(response)
}

fn common(accepted: &Accepted, at: Reckoning<'_>) -> Standing {
    let standings = accepted
        .refused
        .iter()
        .map(|refused| problem::standing(&refused.refusal, at));
    let mixed = Standing {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        title: "Every destination refused",
        retry_after_s: None,
    };
    standings
        .reduce(|one, other| match one {
            one if one == other => one,
            one if one.status == other.status => Standing {
                title: mixed.title,
                ..one
            },
            _ => mixed,
        })
        .unwrap_or(mixed)
}

impl From<Accepted> for Sent {
    fn from(accepted: Accepted) -> Self {
        let messages = accepted.messages.into_iter().map(|message| SentMessage {
            to: answer::number(message.to),
            id: crate::store::external(answer::MESSAGE, message.id),
            legacy_id: message.legacy_id,
            state: message.state,
            parts: message.parts,
            encoding: message.encoding,
        });
        let refused = accepted
            .refused
            .into_iter()
            .map(|refused| RefusedDestination {
                to: refused.to,
                code: refused.refusal.code(),
                soap_code: refused.refusal.soap_code(),
                detail: refused.refusal.to_string(),
            });
        Self {
            messages: messages.collect(),
            refused: refused.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::to_handset::{Refusal, RefusedTo, Who};
    use proptest::prelude::*;

    fn parse(body: &str) -> Result<SendMessages, Fault> {
        SendMessages::parse(body.as_bytes(), &HeaderMap::new())
    }

    fn pointers(body: &str) -> Vec<String> {
        match parse(body) {
            Err(Fault::Fields(errors) | Fault::FieldsNotBuilt(errors)) => errors
                .into_iter()
                .filter_map(|error| error.pointer)
                .collect(),
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn wrong_fields_are_named() {
        for (body, expected) in [
            ("[]", &[""][..]),
            ("7", &[""]),
            ("{}", &["/to"]),
            (r#"{"to":"0491570156"}"#, &["/to"]),
            (r#"{"to":[]}"#, &["/to"]),
            (r#"{"to":[61491570156,"x",null]}"#, &["/to/0", "/to/2"]),
            (r#"{"to":["x"],"text":7}"#, &["/text"]),
            (r#"{"to":["x"],"validity_s":0}"#, &["/validity_s"]),
            (r#"{"to":["x"],"validity_s":1.5}"#, &["/validity_s"]),
            (r#"{"to":["x"],"validity_s":"60"}"#, &["/validity_s"]),
            (r#"{"to":["x"],"validity_s":604801}"#, &["/validity_s"]),
            (r#"{"to":["x"],"receipts":"sometimes"}"#, &["/receipts"]),
            (r#"{"to":["x"],"receipts":true}"#, &["/receipts"]),
            (r#"{"to":["x"],"strange":1}"#, &["/strange"]),
            (r#"{"to":["x"],"strange":null}"#, &["/strange"]),
            (
                r#"{"to":["x"],"to":["y"],"text":"a","text":"b"}"#,
                &["/text", "/to"],
            ),
            (r#"{"to":["x"],"a/b":{"c":1,"c":2}}"#, &["/a~1b", "/a~1b/c"]),
            (r#"{"to":["x"],"priority":1}"#, &["/priority"]),
            (r#"{"to":["x"],"flash":"yes"}"#, &["/flash"]),
            (r#"{"to":["x"],"binary":"?"}"#, &["/binary"]),
            (r#"{"to":["x"],"binary":"AAE"}"#, &["/binary"]),
            (r#"{"to":["x"],"binary":"AAE=","text":"hi"}"#, &["/binary"]),
            (r#"{"to":["x"],"text":"hi","udh":"00"}"#, &["/udh"]),
            (r#"{"to":["x"],"binary":"AAE=","udh":"0"}"#, &["/udh"]),
            (
                r#"{"to":["x"],"reply_to":[],"from":{}}"#,
                &["/from", "/reply_to"],
            ),
            (
                r#"{"to":["x"],"client_reference":""}"#,
                &["/client_reference"],
            ),
            (
                r#"{"to":["x"],"client_reference":"a\nb"}"#,
                &["/client_reference"],
            ),
            (
                r#"{"to":["x"],"send_at":"2027-01-01T00:00:00Z"}"#,
                &["/send_at"],
            ),
            (
                r#"{"to":["x"],"split":true,"metadata":{}}"#,
                &["/metadata", "/split"],
            ),
        ] {
            let mut found = pointers(body);
            found.sort();
            assert_eq!(found, expected, "{body}");
        }
        let many = format!(r#"{{"to":[{}"x"]}}"#, "\"x\",".repeat(1000));
        assert_eq!(pointers(&many), ["/to"]);
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for body in [
            &b""[..],
            b"{",
            b"{'to':1}",
            br#"{"to":["x"],"text":"\ud83d"}"#,
            br#"{"to":["x"],"text":"\ude00\ud83d"}"#,
            b"{\"text\":\"\xff\"}",
            &[b'['; 500],
        ] {
            assert!(
                matches!(
                    SendMessages::parse(body, &HeaderMap::new()),
                    Err(Fault::Malformed(_))
                ),
                "{}",
                String::from_utf8_lossy(body)
            );
        }
    }

    #[test]
    fn nulls_are_passed_over() {
        let parsed = parse(
            r#"{"to":["0491570156"],"text":"hi","send_at":null,"receipts":null,"priority":"urgent","flash":true,"validity_s":60}"#,
        )
        .unwrap();
        assert_eq!(parsed.to, ["0491570156"]);
        assert_eq!(parsed.priority, Some(Priority::Urgent));
        assert_eq!((parsed.flash, parsed.receipts), (Some(true), None));
        assert_eq!(parsed.validity_s, Some(60));
    }

    #[test]
    fn what_was_meant_is_guessed_and_told() {
        for (field, told) in [
            ("reply-to", "did you mean `reply_to`?"),
            ("replyTo", "did you mean `reply_to`?"),
            ("Text", "did you mean `text`?"),
            ("priorty", "did you mean `priority`?"),
            ("recipients", "did you mean `to`?"),
            ("sendAt", "did you mean `send_at`, which is not built yet?"),
            (
                "scheduled_at",
                "did you mean `send_at`, which is not built yet?",
            ),
            (
                "xyzzy",
                "The field `/xyzzy` is not known here; leave it out.",
            ),
            ("", "The field `/` is not known here; leave it out."),
        ] {
            let Err(Fault::Fields(errors)) = parse(&format!(r#"{{"to":["x"],"{field}":1}}"#))
            else {
                panic!("{field}")
            };
            assert!(errors[0].detail.contains(told), "{}", errors[0].detail);
        }
        let many: String = (0..5_000).map(|n| format!("\"f{n}\":1,")).collect();
        let Err(Fault::Fields(errors)) = parse(&format!(r#"{{{many}"to":["x"]}}"#)) else {
            panic!("unknown fields were taken")
        };
        assert_eq!(errors.len(), fields::MOST_ERRORS);
    }

    #[test]
    fn the_header_wins_over_the_field() {
        let body = br#"{"to":["x"],"client_reference":"body"}"#;
        let mut headers = HeaderMap::new();
        headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_static("head"));
        let parsed = SendMessages::parse(body, &headers).unwrap();
        assert_eq!(parsed.client_reference.as_deref(), Some("head"));
        headers.append(IDEMPOTENCY_KEY, HeaderValue::from_static("head"));
        assert!(matches!(
            SendMessages::parse(body, &headers),
            Err(Fault::Fields(_))
        ));
        headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_bytes(b"\xff").unwrap());
        assert!(matches!(
            SendMessages::parse(body, &headers),
            Err(Fault::Fields(_))
        ));
        headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_static(""));
        assert!(matches!(
            SendMessages::parse(body, &headers),
            Err(Fault::Fields(_))
        ));
    }

    #[test]
    fn only_json_is_read() {
        for (kind, encoding, fits) in [
            (Some("application/json"), None, true),
            (
                Some("Application/JSON; charset=utf-8"),
                Some("identity"),
                true,
            ),
            (Some("application/json"), Some("gzip"), false),
            (Some("text/plain"), None, false),
            (Some("application/jsonx"), None, false),
            (None, None, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(kind) = kind {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            }
            if let Some(encoding) = encoding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            assert_eq!(is_json(&headers), fits, "{kind:?} {encoding:?}");
        }
    }

    #[test]
    fn refusals_in_common_decide_the_status() {
        let at = Reckoning { now: 0, zone: None };
        let refused = |refusal: Refusal| RefusedTo {
            to: "x".into(),
            refusal,
        };
        let quota = Refusal::Quota {
            scope: Who::User,
            limit: 1,
            used: 1,
            needed: 1,
        };
        let number = Refusal::Number("x".into());
        let opted_out = Refusal::OptedOut("x".into());
        let not_on_list = Refusal::NotOnList("x".into());
        for (refusals, status, retry) in [
            (vec![number.clone()], 422, None),
            (vec![quota.clone(), quota.clone()], 429, Some("3600")),
            (vec![opted_out.clone(), not_on_list], 403, None),
            (vec![opted_out, quota], 422, None),
        ] {
            let accepted = Accepted {
                refused: refusals.into_iter().map(refused).collect(),
                ..Accepted::default()
            };
            let response = answer_to(accepted, at)
                .unwrap_err()
                .into_response("req_1", at);
            assert_eq!(response.status().as_u16(), status);
            let found = response.headers().get(header::RETRY_AFTER);
            assert_eq!(found.map(|value| value.to_str().unwrap()), retry);
        }
    }

    proptest! {
        #[test]
        fn any_body_is_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = SendMessages::parse(&body, &HeaderMap::new());
        }

        #[test]
        fn any_value_of_any_field_is_read_or_refused(
            name in prop::sample::select(vec!["to", "text", "from", "reply_to", "validity_s", "receipts", "priority", "flash", "binary", "udh", "client_reference", "send_at"]),
            value in prop::sample::select(vec!["null", "true", "-1", "1e308", "18446744073709551616", "\"\"", "\"\\u0000\"", "[[]]", "{\"a\":[]}", "[\"\",\"\\u0000\"]"]),
        ) {
            let _ = parse(&format!("{{\"{name}\":{value}}}"));
        }
    }
}
