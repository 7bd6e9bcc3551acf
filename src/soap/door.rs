//! The SOAP door on HTTP: reads a call, asks who it is, hands it to the journeys, and writes the answer or the Fault. [SPEC 9.1, 9.5]

use super::answer::{self, Outcome, Response as Answer};
use super::envelope::{Call, MAX_BYTES};
use super::fault::{FAULT_STATUS, FaultReason};
use super::legacy::{
    CheckMessageStatus, Code, Credentials, GetIncomingMessage, MessageKind, Operation, Recipients,
    Request, SendBinarySms, SendTextSms,
};
use super::routes::{Target, target};
use super::{values, wsdl};
use crate::accounts::{Book, Caller, Identified, Unidentified};
use crate::metrics::Metrics;
use crate::store::external;
use crate::to_desktop::ToDesktop;
use crate::to_handset::{Destination, Refusal, SendRequest, ToHandset, is_active};
use crate::web::listener::{BodyError, Peer, peer, read_body};
use bytes::{Buf, Bytes};
use futures::Stream;
use http::header::{ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sms::{Classic, Text, TextError};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::host::Authority;
use warp::path::FullPath;
use warp::reply::Response;

/// How long a look into the database may take before its asker is told to ask again.
const PATIENCE: Duration = Duration::from_secs(5);

/// What this door needs.
pub struct Soap {
    /// The journey out.
    pub to_handset: ToHandset,
    /// The journey home.
    pub to_desktop: ToDesktop,
    /// Who has which serial.
    pub book: Arc<Book>,
    /// How the gateway is reached, such as `https://sms.example.com`; without it a served WSDL names the request's Host.
    pub public_url: Option<String>,
    pub metrics: Metrics,
}

/// The door as a filter. What is not its path is rejected, for other doors to answer.
pub fn routes(soap: Soap) -> BoxedFilter<(Response,)> {
    let soap = Arc::new(soap);
    warp::method()
        .and(warp::path::full())
        .and_then(|method: Method, path: FullPath| async move {
            target(&method, path.as_str()).ok_or_else(warp::reject::not_found)
        })
        .and(peer())
        .and(warp::header::headers_cloned())
        // Only a WSDL needs the Host; a call with a strange one, or with none, is served.
        .and(
            warp::host::optional()
                .or(warp::any().map(|| None::<Authority>))
                .unify(),
        )
        .and(warp::body::stream())
        .then(move |target, peer, headers, host, body| {
            let soap = soap.clone();
            async move {
                match target {
                    Target::LegacyWsdl => soap.serve_wsdl(peer, host),
                    Target::LegacyCall => soap.serve_call(peer, &headers, body).await,
                    Target::MethodNotAllowed(allow) => not_allowed(allow),
                }
            }
        })
        .boxed()
}

impl Soap {
    fn serve_wsdl(&self, peer: Peer, host: Option<Authority>) -> Response {
        let scheme = if peer.tls { "https" } else { "http" };
        let host = host.as_ref().map_or("", Authority::as_str);
        match wsdl::base(self.public_url.as_deref(), scheme, host) {
            Ok(base) => respond(StatusCode::OK, wsdl::CONTENT_TYPE, wsdl::legacy(&base)),
            Err(error) => plain(StatusCode::BAD_REQUEST, &format!("{error}.\n")),
        }
    }

    async fn serve_call<B: Buf, E>(
        &self,
        peer: Peer,
        headers: &HeaderMap,
        body: impl Stream<Item = Result<B, E>>,
    ) -> Response {
        let read = match read_body(body, MAX_BYTES).await {
            Ok(body) => read_request(headers, &body),
            Err(BodyError::TooLarge(limit)) => Err(FaultReason::TooLarge { limit }),
            Err(error @ BodyError::Broken) => {
                return plain(StatusCode::BAD_REQUEST, &format!("{error}.\n"));
            }
        };
        let source = peer.addr.ip();
        match read {
            Ok(request) => {
                let xml = self.answer(request, source).await.to_xml();
                respond(StatusCode::OK, answer::CONTENT_TYPE, xml)
            }
            Err(reason) => {
                tracing::info!(%source, reason = %reason.without_names(), "a malformed SOAP call");
                self.metrics.request("soap", "unknown", "fault");
                fault(&reason)
            }
        }
    }

    /// Never fails: what goes wrong is a code, and one line of the log says why, for this interface has no words for it.
    async fn answer(&self, request: Request, source: IpAddr) -> Answer {
        let operation = request.operation();
        let name = operation.name();
        let mut user = None;
        match self.perform(request, source, &mut user).await {
            Ok(outcome) => {
                let user = user.map(|id| external("usr", id));
                tracing::info!(operation = name, code = 0, %source, user, "SOAP");
                self.metrics.request("soap", name, "ok");
                Answer::ok(outcome)
            }
            Err(no) => {
                let user = user.map(|id| external("usr", id));
                let (code, reason, cause) = (no.code.number(), no.reason, no.cause);
                self.metrics.request("soap", name, reason);
                if no.is_ours {
                    tracing::warn!(operation = name, code, %source, user, reason, cause, "SOAP: failed");
                } else {
                    tracing::info!(operation = name, code, %source, user, reason, cause, "SOAP: refused");
                }
                Answer::refusal(operation, no.code)
            }
        }
    }

    /// `user` becomes the caller's id, or that of whose serial it was, as soon as it is known.
    async fn perform(
        &self,
        request: Request,
        source: IpAddr,
        user: &mut Option<i64>,
    ) -> Result<Outcome, No> {
        let who = match request.credentials() {
            Some(credentials) => Some(self.identify(credentials, source, user).await?),
            None => None,
        };
        match (request, who) {
            (Request::RedWebServiceVersion, _) => Ok(Outcome::RedWebServiceVersion),
            (Request::SendTextSms(sms), Some(who)) => self.send(who, sms).await,
            (Request::SendBinarySms(sms), Some(who)) => self.send_binary(who, sms).await,
            (Request::CheckMessageStatus(asked), Some(who)) => self.check(&who.caller, asked).await,
            (Request::GetIncomingMessage(asked), Some(who)) => {
                self.hand_out(&who.caller, asked).await
            }
            // Not built yet, or switched off: not permitted at this door.
            _ => Err(No::new(
                Code::NotPermitted,
                "not_built",
                "This operation is not built yet.",
            )),
        }
    }

    /// Checks 1 and 2 [SPEC 2.2].
    async fn identify(
        &self,
        credentials: &Credentials,
        source: IpAddr,
        user: &mut Option<i64>,
    ) -> Result<Identified, No> {
        if !values::is_serial_shaped(&credentials.serial) {
            return Err(Refusal::UnknownCaller.into());
        }
        let found = self
            .book
            .by_serial(&credentials.serial, &credentials.key, source);
        let who = match timeout(PATIENCE, found).await {
            Ok(Ok(who)) => who,
            Ok(Err(why)) => {
                *user = why.user_id();
                return Err(No::unidentified(why));
            }
            Err(_) => return Err(No::failed("who it is was not found out in time")),
        };
        *user = Some(who.caller.user_id());
        is_active(&who.caller)?;
        Ok(who)
    }

    async fn send(&self, who: Identified, sms: SendTextSms) -> Result<Outcome, No> {
        let text = Text::written(&sms.text);
        let kind = sms
            .kind
            .kind()
            .map_err(|code| No::new(code, "not_permitted", "iInType is none of 0, 1 and 2."))?;
        let (flash, text) = match kind {
            MessageKind::Normal => (false, text),
            MessageKind::Flash => (true, text),
            MessageKind::Unicode => (false, text.map(Text::wide)),
        };
        let ids = self.hand_over(
            who,
            &sms.recipients,
            text,
            flash,
            sms.reply_email,
            sms.originator,
        );
        Ok(Outcome::SendTextSms { ids: ids.await? })
    }

    /// Octets for programs on handsets. strInExtraParam is the header of each part in hexadecimal, with or without its length octet; or empty.
    async fn send_binary(&self, who: Identified, sms: SendBinarySms) -> Result<Outcome, No> {
        let flash = match sms.kind.kind() {
            Ok(MessageKind::Normal) => false,
            Ok(MessageKind::Flash) => true,
            _ => {
                return Err(No::new(
                    Code::NotPermitted,
                    "not_permitted",
                    "iInType is none of 0 and 1.",
                ));
            }
        };
        let malformed = |what| move |code| No::new(code, "text_refused", what);
        let octets = sms
            .content()
            .map_err(malformed("The content is no base64, or nothing."))?;
        let header = sms
            .header()
            .map_err(malformed("strInExtraParam is no header in hexadecimal."))?;
        let text = Text::of_octets_behind(&octets, &header);
        let ids = self.hand_over(
            who,
            &sms.recipients,
            text,
            flash,
            sms.reply_email,
            String::new(),
        );
        Ok(Outcome::SendBinarySms { ids: ids.await? })
    }

    /// Hands a text to the journey; its legacy ids in the order of the recipients.
    async fn hand_over(
        &self,
        who: Identified,
        recipients: &Recipients,
        text: Result<Text, TextError>,
        flash: bool,
        reply_to: String,
        originator: String,
    ) -> Result<Vec<u32>, No> {
        // None, or too many: nobody is left to text, and accept says so in its turn.
        let to = recipients.split().unwrap_or_default();
        let to = to
            .into_iter()
            .map(|given| Destination::parse(given, &who.caller))
            .collect();
        let accepted = self
            .to_handset
            .accept(SendRequest {
                who,
                door: "soap",
                to,
                text,
                reply_to: Some(reply_to),
                originator: Some(originator),
                flash,
                priority: 0,
                receipts: None,
                validity_ms: None,
                reference: None,
                all_or_nothing: true,
            })
            .await?;
        accepted
            .messages
            .iter()
            .map(|message| u32::try_from(message.legacy_id))
            .collect::<Result<_, _>>()
            .map_err(|error| No::failed(format!("a legacy id is out of its range: {error}")))
    }

    async fn check(&self, caller: &Caller, asked: CheckMessageStatus) -> Result<Outcome, No> {
        let ids = asked
            .ids
            .split()
            .map_err(|code| No::new(code, "invalid", "There are no ids, or more than 1,000."))?;
        let ours: Vec<i64> = ids.iter().flatten().copied().map(i64::from).collect();
        let states = self.to_handset.states_by_legacy_ids(caller, &ours);
        let states = match timeout(PATIENCE, states).await {
            Ok(states) => states
                .map_err(|error| No::failed(format!("statuses could not be read: {error}")))?,
            Err(_) => return Err(No::failed("statuses were not read in time")),
        };
        let statuses = ids
            .into_iter()
            .map(|id| {
                let state = id.and_then(|id| states.get(&i64::from(id)));
                state.map_or(Classic::Abort, |state| state.classic())
            })
            .map(Classic::as_str)
            .collect();
        Ok(Outcome::CheckMessageStatus { statuses })
    }

    async fn hand_out(&self, caller: &Caller, asked: GetIncomingMessage) -> Result<Outcome, No> {
        let only = Some(asked.reply_email).filter(|address| !address.is_empty());
        // Waits as long as it takes: what is noted as handed out must not be lost on the way.
        let collected = self
            .to_desktop
            .collect(caller, only)
            .await
            .map_err(|error| No::failed(format!("a reply could not be handed out: {error}")))?;
        let Some(collected) = collected else {
            return Ok(Outcome::empty(Operation::GetIncomingMessage));
        };
        let reply = collected.reply;
        Ok(Outcome::GetIncomingMessage {
            sender: reply.from.trim_start_matches('+').to_owned(),
            content: reply.text,
            timestamp: timestamp(reply.arrived_at, &caller.zone),
            left: i32::try_from(collected.left).unwrap_or(i32::MAX),
        })
    }
}

fn read_request(headers: &HeaderMap, body: &Bytes) -> Result<Request, FaultReason> {
    let is_plain = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if !is_plain {
        return Err(FaultReason::Compressed);
    }
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    Request::of(&Call::read(body, content_type)?)
}

/// `yyyy-mm-dd hh:nn:ss` on the clock of `zone` [SPEC 9.1].
fn timestamp(at: i64, zone: &TimeZone) -> String {
    Timestamp::from_millisecond(at)
        .unwrap_or_default()
        .to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

/// Why a call is answered with a code other than 0. Only the code is sent.
struct No {
    code: Code,
    /// A stable word for the log.
    reason: &'static str,
    /// A sentence for the log, without anything that was sent.
    cause: String,
    /// Our fault, not the caller's.
    is_ours: bool,
}

impl No {
    fn new(code: Code, reason: &'static str, cause: &str) -> Self {
        Self {
            code,
            reason,
            cause: cause.to_owned(),
            is_ours: false,
        }
    }

    fn failed(cause: impl Into<String>) -> Self {
        Self {
            is_ours: true,
            cause: cause.into(),
            ..Self::from(Refusal::Unavailable)
        }
    }

    fn unidentified(why: Unidentified) -> Self {
        match why {
            Unidentified::Store(error) => Self::failed(error.to_string()),
            why => Refusal::from(why).into(),
        }
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self {
            code: (&refusal).into(),
            reason: refusal.code(),
            cause: refusal.cause(),
            is_ours: refusal.is_temporary(),
        }
    }
}

fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let length = body.len();
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

fn fault(reason: &FaultReason) -> Response {
    let status = StatusCode::from_u16(FAULT_STATUS).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    respond(status, answer::CONTENT_TYPE, reason.to_xml())
}

fn plain(status: StatusCode, sentence: &str) -> Response {
    respond(status, "text/plain; charset=utf-8", sentence.to_owned())
}

fn not_allowed(allow: &'static str) -> Response {
    let mut response = plain(
        StatusCode::METHOD_NOT_ALLOWED,
        "Calls of this interface are posted; its WSDL is got.\n",
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allow));
    response
}

#[cfg(test)]
#[path = "door_tests.rs"]
mod tests;
