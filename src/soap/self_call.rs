//! A call of our own SOAP door, as a client makes it: RedWebServiceVersion, which needs no serial and changes nothing [SPEC 16.5].

use super::answer::{CONTENT_TYPE, DECLARATION, ENVELOPE_NAMESPACE, Outcome, Response as Answer};
use super::legacy::NAMESPACE;
use super::routes::LEGACY_CALL_PATH;
use crate::web::own_door::{NoAnswer, OwnDoor};
use bytes::Bytes;
use http::header::{CONNECTION, HOST};
use http::{Request, StatusCode, header};

/// Why a call did not go well.
#[derive(Debug, thiserror::Error)]
pub enum SelfCallError {
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    #[error("the request could not be made: {0}")]
    Request(#[from] http::Error),
    #[error("answered with {0}")]
    Status(StatusCode),
    /// It is not our answer to this call.
    #[error("answered with something else")]
    Other,
}

/// Calls, and compares what comes with what we answer.
pub async fn call(door: &OwnDoor) -> Result<(), SelfCallError> {
    let envelope = format!(
        "{DECLARATION}<e:Envelope xmlns:e=\"{ENVELOPE_NAMESPACE}\"><e:Body><v:RedWebServiceVersion xmlns:v=\"{NAMESPACE}\"/></e:Body></e:Envelope>"
    );
    let request = Request::post(LEGACY_CALL_PATH)
        .header(HOST, door.address().to_string())
        .header(CONNECTION, "close")
        .header(header::CONTENT_TYPE, CONTENT_TYPE)
        .header(
            "SOAPAction",
            format!("\"{NAMESPACE}#RedWebServiceVersion\""),
        )
        .body(Bytes::from(envelope).into())?;
    let answer = door.ask(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(SelfCallError::Status(answer.status()));
    }
    let wanted = Answer::ok(Outcome::RedWebServiceVersion).to_xml();
    match answer.body() == wanted.as_bytes() {
        true => Ok(()),
        false => Err(SelfCallError::Other),
    }
}
