//! The one place where this door says no: every fault and every refusal as a problem [RFC 9457; SPEC 2.2].

use crate::to_handset::Refusal;
use crate::web::BodyError;
use crate::web::caller::NoCaller;
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;
use warp::reply::Response;

/// Why a request got no good answer.
#[derive(Debug)]
pub enum Fault {
    /// A check of the journey failed for the request as a whole.
    Refused(Refusal),
    /// No API key came.
    NoKey,
    /// No such message, or it is somebody else's.
    NoMessage,
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
    /// The body is no JSON; why.
    Malformed(String),
    /// Fields or parameters have the wrong type or value.
    Fields(Vec<FieldError>),
    /// Fields or parameters that are known by name only.
    FieldsNotBuilt(Vec<FieldError>),
    /// A stored text cannot be opened; needs an operator.
    Unreadable,
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
    pub detail: String,
}

impl FieldError {
    /// About the field of the body that the pointer names.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            detail: detail.into(),
        }
    }

    /// About a query parameter or header.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: Some(name.into()),
            detail: detail.into(),
        }
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

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<crate::store::StoreError> for Fault {
    fn from(error: crate::store::StoreError) -> Self {
        tracing::error!(%error, "the store could not be read");
        Self::Refused(match error {
            crate::store::StoreError::DiskFull(_) => Refusal::DiskFull,
            _ => Refusal::Unavailable,
        })
    }
}

impl From<crate::vault::VaultError> for Fault {
    fn from(error: crate::vault::VaultError) -> Self {
        match error {
            crate::vault::VaultError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "a stored text could not be shown");
                Self::Unreadable
            }
        }
    }
}

impl From<NoCaller> for Fault {
    fn from(why: NoCaller) -> Self {
        match why {
            NoCaller::NoKey => Self::NoKey,
            NoCaller::Unidentified(why) => Self::Refused(why.into()),
        }
    }
}

impl Fault {
    /// The problem as an answer, with the headers that belong to it.
    pub fn into_response(self, request_id: &str, at: Reckoning<'_>) -> Response {
        let shown = self.standing(at);
        let code = self.code();
        let problem = Problem {
            kind: format!("urn:emailsms:problem:{code}"),
            title: shown.title,
            status: shown.status.as_u16(),
            detail: self.detail(),
            code,
            soap_code: self.soap_code(),
            errors: self.errors(),
            request_id: request_id.to_owned(),
        };
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
            Self::NoKey => (401, "API key missing"),
            Self::NoMessage | Self::NoPath => (404, "Not found"),
            Self::MethodNotAllowed(_) => (405, "Method not allowed"),
            Self::NotBuilt(_) => (501, "Not built yet"),
            Self::MediaType => (415, "Not JSON"),
            Self::Body(BodyError::TooLarge(_)) => (413, "Too large"),
            Self::Body(BodyError::Broken) => (400, "Incomplete request"),
            Self::Malformed(_) => (400, "Malformed JSON"),
            Self::Fields(_) => (422, "Invalid request"),
            Self::FieldsNotBuilt(_) => (422, "Not built yet"),
            Self::Unreadable => (500, "Stored text unreadable"),
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
            Self::NoKey => "no_api_key",
            Self::NoMessage | Self::NoPath => "not_found",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::NotBuilt(_) | Self::FieldsNotBuilt(_) => "not_built",
            Self::MediaType => "not_json",
            Self::Body(BodyError::TooLarge(_)) => "too_large",
            Self::Body(BodyError::Broken) => "incomplete",
            Self::Malformed(_) => "malformed_json",
            Self::Fields(_) => "invalid",
            Self::Unreadable => "unreadable",
        }
    }

    fn soap_code(&self) -> Option<u8> {
        match self {
            Self::Refused(refusal) => Some(refusal.soap_code()),
            Self::NoKey => Some(Refusal::UnknownCaller.soap_code()),
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
            Self::NoMessage => "There is no message of yours with this id.".into(),
            Self::NoPath => "There is nothing at this path. /openapi.json lists what there is.".into(),
            Self::MethodNotAllowed(allow) => format!("This path can be asked by {allow} only."),
            Self::NotBuilt(what) => format!("`{what}` is not built yet."),
            Self::MediaType => "Send the body as JSON, with the header `Content-Type: application/json` and without Content-Encoding.".into(),
            Self::Body(error) => format!("{}.", sentence(&error.to_string())),
            Self::Malformed(why) => format!("The body is not JSON: {why}."),
            Self::Fields(errors) => told(errors),
            Self::FieldsNotBuilt(errors) => told(errors),
            Self::Unreadable => "The text is stored, but cannot be opened. The gateway's operator has to look into it.".into(),
        }
    }

    fn errors(&self) -> Vec<FieldError> {
        let at = |pointer: &str| vec![FieldError::field(pointer, self.detail())];
        match self {
            Self::Refused(Refusal::Text(_)) => at("/text"),
            Self::Refused(Refusal::ReplyAddress(_)) => at("/reply_to"),
            Self::Refused(Refusal::Originator(_)) => at("/from"),
            Self::Fields(errors) | Self::FieldsNotBuilt(errors) => errors.clone(),
            _ => Vec::new(),
        }
    }
}

/// The first of them in a sentence, and how many more there are.
fn told(errors: &[FieldError]) -> String {
    let Some(first) = errors.first() else {
        return "The request is not valid.".into();
    };
    let place = first.pointer.as_ref().or(first.parameter.as_ref());
    let more = match errors.len() {
        1 => String::new(),
        _ => format!(" (`errors` lists {} more)", errors.len() - 1),
    };
    format!(
        "`{}` {}{more}.",
        place.map_or("", String::as_str),
        first.detail
    )
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
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
