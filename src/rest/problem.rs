//! The one place where this door says no: every fault and every refusal as a problem [RFC 9457; SPEC 2.2].

use super::send::{RefusedDestination, SentMessage};
use crate::accounts::{KeyScope, Unidentified};
use crate::to_handset::Refusal;
use crate::web::BodyError;
use crate::web::caller::NoCaller;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::error::Error;
use std::fmt;
use utoipa::ToSchema;
use warp::reply::Response;

/// The codes of this door beside those of refusals.
pub const OWN_CODES: &[&str] = &[
    "all_refused",
    "incomplete",
    "invalid",
    "malformed_json",
    "method_not_allowed",
    "no_api_key",
    "not_built",
    "not_found",
    "not_json",
    "too_large",
    "unreadable",
];

/// Why a request got no good answer.
#[derive(Debug)]
pub enum Fault {
    /// A check of the journey failed for the request as a whole.
    Refused(Refusal),
    /// No API key came.
    NoKey,
    /// No such message, or it is somebody else's.
    NoMessage,
    /// No such thing of this kind.
    NoThing(&'static str),
    /// No such path.
    NoPath,
    /// The path has these methods only.
    MethodNotAllowed(String),
    /// The operation is known by name only.
    NotBuilt(String),
    /// The body is not JSON by its headers.
    MediaType,
    /// The body did not come, or is too large.
    Body(BodyError),
    /// The body is no JSON; where and why.
    Malformed(FieldError),
    /// Fields or parameters have the wrong type or value.
    Fields(Vec<FieldError>),
    /// Fields or parameters that are known by name only.
    FieldsNotBuilt(Vec<FieldError>),
    /// Every destination was refused, each for its own reason.
    NoneAccepted(Vec<RefusedDestination>, Standing),
    /// What was asked for could not be read now; why, for the log.
    NotRead(String),
    /// A stored text cannot be opened; needs an operator. Why, for the log.
    Unreadable(String),
}

/// What is wrong with one field of the body, one query parameter or one header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body [RFC 6901].
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pointer: Option<String>,
    /// Name of the query parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// A sentence that says what to do.
    pub detail: String,
}

impl FieldError {
    /// About the field of the body that the pointer names, or the body itself: what it must be, as the rest of a sentence.
    pub fn field(pointer: impl AsRef<str>, must: impl fmt::Display) -> Self {
        let pointer = clip(pointer.as_ref());
        let mut detail = match pointer.as_str() {
            "" => format!("The body {must}"),
            pointer => format!("The field `{pointer}` {must}"),
        };
        if !detail.ends_with('?') {
            detail.push('.');
        }
        Self {
            pointer: Some(pointer),
            parameter: None,
            detail,
        }
    }

    /// About a query parameter.
    pub fn parameter(name: &str, must: impl fmt::Display) -> Self {
        Self {
            pointer: None,
            parameter: Some(name.to_owned()),
            detail: format!("The parameter `{name}` {must}."),
        }
    }

    /// About a header.
    pub fn header(name: &str, must: impl fmt::Display) -> Self {
        Self {
            detail: format!("The header `{name}` {must}."),
            ..Self::parameter(name, "")
        }
    }

    /// The same for the log: a name that does not look like one of ours may be a text, a number or a serial that went astray.
    fn cause(&self) -> String {
        let is_name = |step: &str| {
            let is_index = step.len() <= 4 && step.bytes().all(|c| c.is_ascii_digit());
            let is_word = |c: u8| c.is_ascii_alphabetic() || b"_-".contains(&c);
            is_index || (step.len() <= 32 && step.bytes().all(is_word))
        };
        let (name, what) = match (&self.pointer, &self.parameter) {
            (Some(pointer), _) => (pointer.as_str(), "field"),
            (None, Some(parameter)) => (parameter.as_str(), "parameter"),
            (None, None) => ("", ""),
        };
        match name.split('/').all(is_name) {
            true => self.detail.clone(),
            false => format!("a {what} whose name is not shown here"),
        }
    }
}

/// A place from outside, short enough to be shown back.
pub fn clip(place: &str) -> String {
    const LONGEST: usize = 80;
    match place.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &place[..end]),
        None => place.to_owned(),
    }
}

/// A problem, as it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:emailsms:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: &'static str,
    pub status: u16,
    /// A sentence that helps.
    pub detail: String,
    /// Stable; programs decide by it.
    pub code: &'static str,
    /// The code of the classic interface for the same refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub soap_code: Option<u8>,
    /// The fields it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// Only where every destination was refused: empty, as nothing was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 0)]
    pub messages: Option<Vec<SentMessage>>,
    /// Only where every destination was refused: why each was, in the order of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refused: Option<Vec<RefusedDestination>>,
    /// To be quoted to the operator; also in the header `X-Request-Id`.
    pub request_id: String,
}

/// How a refusal looks over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub status: StatusCode,
    pub title: &'static str,
    /// For `Retry-After`.
    pub retry_after_s: Option<u64>,
}

/// What `Retry-After` is reckoned from.
#[derive(Debug, Clone, Copy)]
pub struct Reckoning<'a> {
    /// UTC ms.
    pub now: i64,
    /// The company's, once it is known.
    pub zone: Option<&'a TimeZone>,
}

/// Status, title and Retry-After of each refusal [SPEC 2.2].
pub fn standing(refusal: &Refusal, at: Reckoning<'_>) -> Standing {
    let (status, title, retry_after_s) = match refusal {
        Refusal::Unavailable => (503, "Not available now", Some(5)),
        Refusal::DiskFull => (507, "No room left", Some(300)),
        Refusal::Busy { .. } => (503, "Queue full", Some(30)),
        Refusal::UnknownCaller | Refusal::WrongKey => (401, "Unknown caller", None),
        Refusal::Locked { seconds } => (401, "Locked", Some(*seconds)),
        Refusal::Inactive(_) => (403, "Disabled", None),
        Refusal::Originator(_) => (403, "Originator not permitted", None),
        Refusal::ReplyAddress(_) => (403, "Reply address not permitted", None),
        Refusal::Kind(_) => (403, "Not permitted", None),
        Refusal::Text(_) => (422, "Text refused", None),
        Refusal::Number(_) => (422, "Not a mobile number", None),
        Refusal::NotServed(_) => (422, "Destination not served", None),
        Refusal::OptedOut(_) => (403, "Opted out", None),
        Refusal::NotOnList(_) => (403, "Destination not permitted", None),
        Refusal::Quota { .. } => (429, "Quota used up", Some(until_tomorrow_s(at))),
        Refusal::ReferenceReused => (422, "Client reference used before", None),
    };
    Standing {
        status: status_of(status),
        title,
        retry_after_s,
    }
}

/// Seconds until the company's next local day; an hour if that cannot be told.
fn until_tomorrow_s(at: Reckoning<'_>) -> u64 {
    let reckon = || -> Option<u64> {
        let now = Timestamp::from_millisecond(at.now).ok()?;
        let tomorrow = now.to_zoned(at.zone?.clone()).tomorrow().ok()?;
        let midnight = tomorrow.start_of_day().ok()?.timestamp();
        u64::try_from(midnight.as_second() - now.as_second()).ok()
    };
    reckon().unwrap_or(3600).max(1)
}

fn status_of(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A key that is for something else.
pub fn not_for(scope: KeyScope) -> Fault {
    let word = scope.as_str();
    Refusal::Kind(format!(
        "This API key is not for that. Please ask your administrator for one with the scope `{word}`."
    ))
    .into()
}

/// A test key where there is nothing to test on.
pub fn not_for_tests() -> Fault {
    Refusal::Kind(
        "This is a test key, and this changes what everybody's texts depend on. Please use a live key."
            .to_owned(),
    )
    .into()
}

/// An API key that came, or was to come, where others may read it.
pub fn in_the_clear() -> Fault {
    Refusal::Kind(
        "API keys are not taken in the clear: use this gateway's https address. If a key was sent here, replace it, for it may have been read on its way."
            .to_owned(),
    )
    .into()
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// For what is read; what is kept has refusals of its own.
impl From<crate::store::StoreError> for Fault {
    fn from(error: crate::store::StoreError) -> Self {
        Self::NotRead(chain(&error))
    }
}

impl From<crate::vault::VaultError> for Fault {
    fn from(error: crate::vault::VaultError) -> Self {
        match error {
            crate::vault::VaultError::Store(error) => error.into(),
            error => Self::Unreadable(chain(&error)),
        }
    }
}

/// An error with all that it came from, for the log.
fn chain(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_told = cause.to_string();
        // Some errors repeat their source in their own words.
        if !told.ends_with(&cause_told) {
            told = format!("{told}: {cause_told}");
        }
        source = cause.source();
    }
    told
}

impl Fault {
    /// Nobody is known to ask. `keeps`: whether a text was to be kept, about which a refusal says more.
    pub fn nobody(why: NoCaller, keeps: bool) -> Self {
        match why {
            NoCaller::NoKey => Self::NoKey,
            NoCaller::Unidentified(Unidentified::Store(error)) if !keeps => error.into(),
            NoCaller::Unidentified(why) => Self::Refused(why.into()),
        }
    }

    /// The same for the log: nothing that the client wrote.
    pub fn cause(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.cause(),
            Self::Malformed(error) => error.detail.clone(),
            Self::Fields(errors) | Self::FieldsNotBuilt(errors) => {
                let first = errors.first().map(FieldError::cause);
                first.unwrap_or_default() + &and_more(errors)
            }
            Self::NoneAccepted(refused, _) => summary(refused),
            Self::NotRead(cause) | Self::Unreadable(cause) => cause.clone(),
            Self::NotBuilt(_) => "It is not built yet.".into(),
            _ => self.detail(),
        }
    }

    /// Status and code.
    pub fn told(&self) -> (StatusCode, &'static str) {
        let nowhere = Reckoning { now: 0, zone: None };
        (self.standing(nowhere).status, self.code())
    }

    /// The problem as an answer, with the headers that belong to it.
    pub fn into_response(mut self, request_id: &str, at: Reckoning<'_>) -> Response {
        let shown = self.standing(at);
        let code = self.code();
        let mut problem = Problem {
            kind: format!("urn:emailsms:problem:{code}"),
            title: shown.title,
            status: shown.status.as_u16(),
            detail: self.detail(),
            code,
            soap_code: self.soap_code(),
            errors: self.errors(),
            messages: None,
            refused: None,
            request_id: request_id.to_owned(),
        };
        if let Self::NoneAccepted(refused, _) = &mut self {
            problem.messages = Some(Vec::new());
            problem.refused = Some(std::mem::take(refused));
        }
        let mut response = super::answer::json(shown.status, &problem);
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = shown.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if shown.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(if matches!(self, Self::NoKey) {
                    "Bearer realm=\"emailsms\""
                } else {
                    "Bearer realm=\"emailsms\", error=\"invalid_token\""
                }),
            );
        }
        if let Self::MethodNotAllowed(allow) = &self
            && let Ok(allow) = HeaderValue::from_str(allow)
        {
            headers.insert(header::ALLOW, allow);
        }
        response
    }

    fn standing(&self, at: Reckoning<'_>) -> Standing {
        let (status, title) = match self {
            Self::Refused(refusal) => return standing(refusal, at),
            Self::NoneAccepted(_, standing) => return *standing,
            Self::NotRead(_) => return standing(&Refusal::Unavailable, at),
            Self::NoKey => (401, "API key missing"),
            Self::NoMessage | Self::NoThing(_) | Self::NoPath => (404, "Not found"),
            Self::MethodNotAllowed(_) => (405, "Method not allowed"),
            Self::NotBuilt(_) => (501, "Not built yet"),
            Self::MediaType => (415, "Not JSON"),
            Self::Body(BodyError::TooLarge(_)) => (413, "Too large"),
            Self::Body(BodyError::Broken) => (400, "Incomplete request"),
            Self::Malformed(_) => (400, "Malformed JSON"),
            Self::Fields(_) => (422, "Invalid request"),
            Self::FieldsNotBuilt(_) => (422, "Not built yet"),
            Self::Unreadable(_) => (500, "Stored text unreadable"),
        };
        Standing {
            status: status_of(status),
            title,
            retry_after_s: None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NoneAccepted(refused, _) => common_code(refused).unwrap_or("all_refused"),
            Self::NotRead(_) => Refusal::Unavailable.code(),
            Self::NoKey => "no_api_key",
            Self::NoMessage | Self::NoThing(_) | Self::NoPath => "not_found",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::NotBuilt(_) | Self::FieldsNotBuilt(_) => "not_built",
            Self::MediaType => "not_json",
            Self::Body(BodyError::TooLarge(_)) => "too_large",
            Self::Body(BodyError::Broken) => "incomplete",
            Self::Malformed(_) => "malformed_json",
            Self::Fields(_) => "invalid",
            Self::Unreadable(_) => "unreadable",
        }
    }

    fn soap_code(&self) -> Option<u8> {
        match self {
            Self::Refused(refusal) => Some(refusal.soap_code()),
            Self::NoKey => Some(Refusal::UnknownCaller.soap_code()),
            Self::NotRead(_) => Some(Refusal::Unavailable.soap_code()),
            Self::NoneAccepted(refused, _) => {
                common_code(refused).and_then(|_| refused.first().map(|one| one.soap_code))
            }
            _ => None,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Refused(Refusal::UnknownCaller) => {
                "This API key is not known, or it has expired or been revoked. Please ask your administrator for a new one.".into()
            }
            Self::Refused(refusal) => refusal.to_string(),
            Self::NoKey => "Send your API key in the header `Authorization: Bearer gw_live_…`.".into(),
            Self::NoMessage => "There is no message of yours with this id. Use the `id` of an acceptance, with the API key of the same user.".into(),
            Self::NoThing(what) => format!("There is no such {what}. Look into the list, which says how each is called."),
            Self::NoPath => "There is nothing at this path. Look into /openapi.json, which lists what there is.".into(),
            Self::MethodNotAllowed(allow) => format!("This path has other methods only: {allow}."),
            Self::NotBuilt(what) => format!("{} is not built yet. Look into /openapi.json, which lists what there is.", clip(what)),
            Self::MediaType => "Send the body as JSON, with the header `Content-Type: application/json` and without Content-Encoding.".into(),
            Self::Body(BodyError::TooLarge(most)) => format!("The request's body is larger than {most} octets. Send fewer destinations at a time."),
            Self::Body(BodyError::Broken) => "The request's body did not arrive whole. Please send it again.".into(),
            Self::Malformed(error) => error.detail.clone(),
            Self::Fields(errors) | Self::FieldsNotBuilt(errors) => {
                errors.first().map(|first| first.detail.clone()).unwrap_or_default() + &and_more(errors)
            }
            Self::NoneAccepted(refused, _) => match &refused[..] {
                [only] => only.detail.clone(),
                many => format!("None of the {} destinations was accepted. Each entry of `refused` says why, and what to do.", many.len()),
            },
            Self::NotRead(_) => "The gateway's database does not answer, so nothing can be shown at the moment. Please ask again shortly.".into(),
            Self::Unreadable(_) => "The text is stored, but cannot be opened. Please tell the gateway's operator the `request_id`.".into(),
        }
    }

    fn errors(&self) -> Vec<FieldError> {
        let at = |pointer: &str| {
            vec![FieldError {
                pointer: Some(pointer.to_owned()),
                parameter: None,
                detail: self.detail(),
            }]
        };
        match self {
            Self::Refused(Refusal::Text(_)) => at("/text"),
            Self::Refused(Refusal::ReplyAddress(_)) => at("/reply_to"),
            Self::Refused(Refusal::Originator(_)) => at("/from"),
            Self::Malformed(error) => vec![error.clone()],
            Self::Fields(errors) | Self::FieldsNotBuilt(errors) => errors.clone(),
            _ => Vec::new(),
        }
    }
}

/// That there are more than the first.
fn and_more(errors: &[FieldError]) -> String {
    match errors.len() {
        0 | 1 => String::new(),
        all => format!(" `errors` lists {} more.", all - 1),
    }
}

/// The code that all of these have, if they have one in common.
fn common_code(refused: &[RefusedDestination]) -> Option<&'static str> {
    let first = refused.first()?.code;
    refused.iter().all(|one| one.code == first).then_some(first)
}

/// How many were refused with which code, for the log.
pub fn summary(refused: &[RefusedDestination]) -> String {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for one in refused {
        *counts.entry(one.code).or_default() += 1;
    }
    let told: Vec<String> = counts
        .iter()
        .map(|(code, count)| format!("{code} {count}"))
        .collect();
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::to_handset::Who;

    /// The HTTP column of the table of checks.
    #[test]
    fn refusals_have_their_status() {
        let sydney = TimeZone::get("Australia/Sydney").unwrap();
        let now: Timestamp = "2026-03-11T12:59:30Z".parse().unwrap();
        let at = Reckoning {
            now: now.as_millisecond(),
            zone: Some(&sydney),
        };
        let quota = |scope| Refusal::Quota {
            scope,
            limit: 1,
            used: 1,
            needed: 1,
        };
        let word = || "x".to_owned();
        for (refusal, status, retry) in [
            (Refusal::Unavailable, 503, Some(5)),
            (Refusal::DiskFull, 507, Some(300)),
            (Refusal::Busy { queued: 1, cap: 1 }, 503, Some(30)),
            (Refusal::UnknownCaller, 401, None),
            (Refusal::WrongKey, 401, None),
            (Refusal::Locked { seconds: 9 }, 401, Some(9)),
            (Refusal::Inactive(Who::User), 403, None),
            (Refusal::Originator(word()), 403, None),
            (Refusal::ReplyAddress(word()), 403, None),
            (Refusal::Kind(word()), 403, None),
            (Refusal::Text(word()), 422, None),
            (Refusal::Number(word()), 422, None),
            (Refusal::NotServed(word()), 422, None),
            (Refusal::OptedOut(word()), 403, None),
            (Refusal::NotOnList(word()), 403, None),
            (quota(Who::Company), 429, Some(30)),
            (Refusal::ReferenceReused, 422, None),
        ] {
            let found = standing(&refusal, at);
            assert_eq!(
                (found.status.as_u16(), found.retry_after_s),
                (status, retry),
                "{refusal:?}"
            );
            let response = Fault::Refused(refusal).into_response("req_1", at);
            assert_eq!(
                response.headers().contains_key(header::WWW_AUTHENTICATE),
                status == 401
            );
            assert_eq!(
                response.headers().contains_key(header::RETRY_AFTER),
                retry.is_some()
            );
            assert_eq!(
                response.headers()[header::CONTENT_TYPE],
                "application/problem+json"
            );
        }
    }

    /// The HTTP column of `docs/ERRORS.md` is what this door sends, row by row, also on the wire.
    #[test]
    fn the_table_of_refusals_has_this_door_s_statuses() {
        let text = include_str!("../../docs/ERRORS.md");
        let section = text
            .split("\n## ")
            .find(|section| section.starts_with("Refusals\n"))
            .unwrap();
        let listed: Vec<(&str, u16)> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| `"))
            .map(|line| {
                let cells: Vec<&str> = line.split(" | ").collect();
                (cells[0].trim_end_matches('`'), cells[2].parse().unwrap())
            })
            .collect();
        let at = Reckoning { now: 0, zone: None };
        let sent: Vec<(&str, u16)> = Refusal::one_of_each()
            .into_iter()
            .map(|refusal| {
                let code = refusal.code();
                let response = Fault::Refused(refusal).into_response("req_1", at);
                (code, response.status().as_u16())
            })
            .collect();
        assert_eq!(listed, sent);
    }

    #[test]
    fn what_is_our_fault_tells_the_log_its_cause() {
        use crate::store::StoreError;
        use crate::vault::VaultError;
        let unreachable = || StoreError::Unreachable("connection refused".into());
        for (fault, code, cause) in [
            (
                Fault::from(VaultError::NoKey(7)),
                "unreadable",
                "the data key 7 is not in the database",
            ),
            (
                Fault::from(VaultError::Store(unreachable())),
                "unavailable",
                "the database is not reachable: connection refused",
            ),
            (
                Fault::from(unreachable()),
                "unavailable",
                "the database is not reachable: connection refused",
            ),
        ] {
            assert_eq!(
                (fault.code(), fault.cause()),
                (code, cause.to_owned()),
                "{fault:?}"
            );
            assert!(!fault.detail().contains(cause), "{fault:?}");
        }
        let inner = std::io::Error::other("inner");
        let outer = Outer(inner);
        assert_eq!(chain(&outer), "outer: inner");
    }

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    /// The day on which the clocks go forward has 23 hours.
    #[test]
    fn a_quota_comes_back_at_local_midnight() {
        let sydney = TimeZone::get("Australia/Sydney").unwrap();
        let midnight: Timestamp = "2026-10-03T14:00:00Z".parse().unwrap();
        let at = Reckoning {
            now: midnight.as_millisecond(),
            zone: Some(&sydney),
        };
        assert_eq!(until_tomorrow_s(at), 23 * 3600);
        assert_eq!(until_tomorrow_s(Reckoning { zone: None, ..at }), 3600);
    }
}
