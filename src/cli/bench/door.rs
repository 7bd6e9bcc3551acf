//! A gateway's door from outside: one text handed in, its answer read; what became of a text that got a yes.

use crate::security::Secret;
use crate::soap::answer::{ENVELOPE_NAMESPACE, escape};
use crate::soap::envelope::{Call, Value as Part};
use crate::soap::legacy::{NAMESPACE, Operation};
use anyhow::{Context, bail};
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Certificate, Client, RequestBuilder, Response, Url, redirect};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

/// An answer that takes longer is none.
const PATIENCE: Duration = Duration::from_secs(30);
/// Events of one text that are looked at; a text that has more than these is in no hurry.
const MOST_EVENTS: u32 = 1_000;

/// What a text was answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Accepted; its id at this door.
    Yes(String),
    /// Refused; the door's code.
    No(String),
    /// None came, or none that can be understood; why.
    None(String),
}

/// What is known of a text, as of an answer to a later question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    OnItsWay,
    Ok,
    EndedOtherwise,
}

/// The times at which a text was accepted and its fate was settled, by the gateway's clock, UTC ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeline {
    pub accepted_at: i64,
    pub settled_at: Option<i64>,
    pub fate: Fate,
}

/// A door that texts are handed in at.
pub struct Door {
    client: Client,
    kind: Kind,
}

enum Kind {
    Rest {
        base: Url,
        authorization: HeaderValue,
    },
    Soap {
        url: Url,
        serial: Secret,
        key: Secret,
    },
}

impl Door {
    /// REST, below `base`: a gateway's address, with or without `v1/`.
    pub fn rest(client: Client, base: &Url, api_key: &Secret) -> anyhow::Result<Self> {
        let mut base = base.clone();
        let path = base.path().trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path).to_owned();
        base.set_path(&format!("{path}/v1/"));
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", api_key.expose()))
            .context("the API key holds what no header can carry")?;
        authorization.set_sensitive(true);
        let kind = Kind::Rest {
            base,
            authorization,
        };
        Ok(Self { client, kind })
    }

    /// The classic SOAP interface at its address.
    pub fn soap(client: Client, url: Url, serial: Secret, key: Secret) -> Self {
        let kind = Kind::Soap { url, serial, key };
        Self { client, kind }
    }

    /// `rest` or `soap`.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Rest { .. } => "rest",
            Kind::Soap { .. } => "soap",
        }
    }

    /// Fails with a sentence if nobody answers there, or the keys are not known.
    pub async fn try_keys(&self) -> anyhow::Result<()> {
        match &self.kind {
            Kind::Rest { base, .. } => {
                let response = self.get(base.join("inbound?limit=1")?).await?;
                let status = response.status();
                if status.is_success() {
                    return Ok(());
                }
                let body: Value =
                    serde_json::from_slice(&body_of(response).await?).unwrap_or_default();
                let said = code_of(&body).map(|code| format!(" {code}"));
                let said = said.unwrap_or_default();
                if matches!(status.as_u16(), 401 | 403) {
                    bail!("{base} does not take this API key: it answered {status}{said}");
                }
                bail!("{base} is no REST door that can be used now: it answered {status}{said}");
            }
            Kind::Soap { url, .. } => {
                // An id that need not exist: what is asked is only whether we may.
                let ask = [("strInMessageIDs", "1")];
                let code = self.call(Operation::CheckMessageStatus, &ask).await?.code;
                if matches!(code.as_str(), "2" | "3" | "4" | "10") {
                    bail!("{url} does not take this serial and key: it answered code {code}");
                }
                Ok(())
            }
        }
    }

    /// Which version runs there, where it says so.
    pub async fn version(&self) -> Option<String> {
        let (Kind::Rest { base: url, .. } | Kind::Soap { url, .. }) = &self.kind;
        let response = self.get(url.join("/version").ok()?).await.ok()?;
        let version: Value = serde_json::from_slice(&body_of(response).await.ok()?).ok()?;
        Some(version["version"].as_str()?.to_owned())
    }

    /// Hands in one text for one handset.
    pub async fn send(&self, to: &str, text: &str) -> Answer {
        let answer = match &self.kind {
            Kind::Rest { .. } => self.send_rest(to, text).await,
            Kind::Soap { .. } => self.send_soap(to, text).await,
        };
        answer.unwrap_or_else(|error| Answer::None(format!("{error:#}")))
    }

    async fn send_rest(&self, to: &str, text: &str) -> anyhow::Result<Answer> {
        let Kind::Rest { base, .. } = &self.kind else {
            bail!("no REST door");
        };
        let body = json!({ "to": [to], "text": text }).to_string();
        let request = self.client.post(base.join("messages")?);
        let request = self
            .authorize(request)
            .header(CONTENT_TYPE, "application/json");
        let response = request.body(body).send().await.map_err(bare)?;
        let status = response.status().as_u16();
        Ok(read_rest(status, &body_of(response).await?))
    }

    async fn send_soap(&self, to: &str, text: &str) -> anyhow::Result<Answer> {
        let arguments = [("strInRecipients", to), ("strInMessageText", text)];
        let answer = self.call(Operation::SendTextSms, &arguments).await?;
        Ok(match answer.code.parse::<i32>() {
            Ok(0) => Answer::Yes(answer.part("strOutMessageIDs")),
            Ok(code) => Answer::No(format!("code {code}")),
            Err(_) => Answer::No(answer.code),
        })
    }

    /// The timeline of a text by its id; REST only.
    pub async fn timeline(&self, id: &str) -> anyhow::Result<Timeline> {
        let Kind::Rest { base, .. } = &self.kind else {
            bail!("only REST tells when something happened");
        };
        let url = base.join(&format!("messages/{id}/events?limit={MOST_EVENTS}"))?;
        let response = self.get(url).await?;
        let status = response.status();
        if !status.is_success() {
            bail!("{status} for the events of {id}");
        }
        let events: Value = serde_json::from_slice(&body_of(response).await?)?;
        read_timeline(&events)
            .with_context(|| format!("the events of {id} do not begin with its accept"))
    }

    /// The fates of texts by their ids, in this order; SOAP only, at most 1,000.
    pub async fn fates(&self, ids: &[&str]) -> anyhow::Result<Vec<Fate>> {
        let list = ids.join(",");
        let answer = self
            .call(Operation::CheckMessageStatus, &[("strInMessageIDs", &list)])
            .await?;
        let words = answer.part("strOutMessageStatus");
        let fates: Vec<Fate> = words.split(',').map(read_word).collect();
        if answer.code != "0" || fates.len() != ids.len() {
            bail!(
                "code {} and {} words for {} ids",
                answer.code,
                fates.len(),
                ids.len()
            );
        }
        Ok(fates)
    }

    fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.kind {
            Kind::Rest { authorization, .. } => request.header(AUTHORIZATION, authorization),
            Kind::Soap { .. } => request,
        }
    }

    async fn get(&self, url: Url) -> anyhow::Result<Response> {
        let shown = url.clone();
        let answer = self
            .authorize(self.client.get(url))
            .send()
            .await
            .map_err(bare);
        answer.with_context(|| format!("nobody answers at {shown}"))
    }

    async fn call(&self, operation: Operation, arguments: &[(&str, &str)]) -> anyhow::Result<Said> {
        let Kind::Soap { url, serial, key } = &self.kind else {
            bail!("no SOAP door");
        };
        let body = envelope(operation, serial, key, arguments);
        let request = self.client.post(url.clone());
        let request = request
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .header(
                "SOAPAction",
                format!("\"{NAMESPACE}#{}\"", operation.name()),
            );
        let response = request.body(body).send().await.map_err(bare);
        let response = response.with_context(|| format!("nobody answers at {url}"))?;
        let status = response.status().as_u16();
        read_soap(status, &body_of(response).await?)
    }
}

/// A client that keeps its connections, follows no redirect (it would lead past the guard), and uses no proxy.
pub fn client(clients: usize, authority: Option<&Path>) -> anyhow::Result<Client> {
    let mut builder = Client::builder()
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .tcp_nodelay(true)
        .pool_max_idle_per_host(clients)
        .timeout(PATIENCE);
    if let Some(file) = authority {
        let shown = || format!("--ca {}", file.display());
        let pem = std::fs::read(file).with_context(shown)?;
        let certificates = Certificate::from_pem_bundle(&pem).with_context(shown)?;
        builder = builder.tls_certs_only(certificates);
    }
    builder.build().context("preparing to speak HTTP")
}

/// Whether a host, as it stands in an address, is this machine.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Without the address, which whoever adds context names.
fn bare(error: reqwest::Error) -> anyhow::Error {
    error.without_url().into()
}

async fn body_of(response: Response) -> anyhow::Result<Vec<u8>> {
    let body = response.bytes().await.map_err(bare);
    Ok(body.context("the answer did not come whole")?.into())
}

/// The code of a no: a problem's, or that of the one destination that was refused.
fn code_of(body: &Value) -> Option<&str> {
    let refused = || body["refused"][0]["code"].as_str();
    body["code"].as_str().or_else(refused)
}

fn read_rest(status: u16, body: &[u8]) -> Answer {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    if let (200 | 202, Some(id)) = (status, said["messages"][0]["id"].as_str()) {
        return Answer::Yes(id.to_owned());
    }
    match code_of(&said) {
        Some(code) => Answer::No(format!("{status} {code}")),
        None if matches!(status, 200 | 202) => {
            Answer::None(format!("HTTP {status} that names no text"))
        }
        None => Answer::No(status.to_string()),
    }
}

fn read_timeline(events: &Value) -> Option<Timeline> {
    let mut timeline: Option<Timeline> = None;
    for event in events["data"].as_array()? {
        let at = event["at"]
            .as_str()?
            .parse::<Timestamp>()
            .ok()?
            .as_millisecond();
        let word = event["event"].as_str()?;
        match &mut timeline {
            None => {
                (word == "accepted").then_some(())?;
                timeline = Some(Timeline {
                    accepted_at: at,
                    settled_at: None,
                    fate: Fate::OnItsWay,
                });
            }
            Some(timeline) if timeline.settled_at.is_none() => {
                timeline.fate = fate_of(word);
                timeline.settled_at = (timeline.fate != Fate::OnItsWay).then_some(at);
            }
            Some(_) => {}
        }
    }
    timeline
}

/// What an event says of its text's fate.
pub fn fate_of(event: &str) -> Fate {
    match event {
        "ok" => Fate::Ok,
        "abort" | "cancelled" | "unknown" => Fate::EndedOtherwise,
        _ => Fate::OnItsWay,
    }
}

/// One of the four words of the classic interface.
fn read_word(word: &str) -> Fate {
    match word.trim() {
        "OK" => Fate::Ok,
        "ABORT" => Fate::EndedOtherwise,
        _ => Fate::OnItsWay,
    }
}

/// An answer of the classic interface.
#[derive(Debug)]
struct Said {
    /// What `return` says; a Fault's code otherwise.
    code: String,
    call: Call,
}

impl Said {
    fn part(&self, name: &str) -> String {
        match self.call.arguments.get(name) {
            Some(Part::Text(text)) => text.trim().to_owned(),
            _ => String::new(),
        }
    }
}

fn envelope(
    operation: Operation,
    serial: &Secret,
    key: &Secret,
    arguments: &[(&str, &str)],
) -> String {
    let name = operation.name();
    let mut body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"{ENVELOPE_NAMESPACE}\"><s:Body><m:{name} xmlns:m=\"{NAMESPACE}\">"
    );
    let who = [
        ("strInSerialNo", serial.expose()),
        ("strInSMSKey", key.expose()),
    ];
    for (name, value) in who.iter().chain(arguments) {
        body.push_str(&format!("<{name}>{}</{name}>", escape(value)));
    }
    body.push_str(&format!("</m:{name}></s:Body></s:Envelope>"));
    body
}

/// An answer has the form of a call: one element in the Body, with values by name.
fn read_soap(status: u16, body: &[u8]) -> anyhow::Result<Said> {
    let Ok(call) = Call::read(body, Some("text/xml; charset=utf-8")) else {
        bail!("HTTP {status} that is no SOAP");
    };
    let mut said = Said {
        code: String::new(),
        call,
    };
    said.code = match said.call.operation.as_str() {
        "Fault" => format!("{status} Fault {}", said.part("faultcode"))
            .trim_end()
            .to_owned(),
        _ => said.part("return"),
    };
    if said.code.is_empty() {
        bail!("HTTP {status} that says no code");
    }
    Ok(said)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::soap::answer::{Outcome, Response};
    use crate::soap::fault::FaultReason;
    use crate::soap::legacy::{Code, Request};

    #[test]
    fn rest_answers_are_read() {
        let yes = |id: &str| Answer::Yes(id.to_owned());
        let no = |code: &str| Answer::No(code.to_owned());
        let list = |code: &str| format!(r#"{{"messages":[],"refused":[{{"code":"{code}"}}]}}"#);
        for (status, body, answer) in [
            (
                202,
                r#"{"messages":[{"id":"msg_1"}],"refused":[]}"#.to_owned(),
                yes("msg_1"),
            ),
            (422, list("opted_out"), no("422 opted_out")),
            (429, list("quota_user"), no("429 quota_user")),
            (
                503,
                r#"{"code":"unavailable"}"#.to_owned(),
                no("503 unavailable"),
            ),
            (502, "<html>".to_owned(), no("502")),
            (
                202,
                "<html>".to_owned(),
                Answer::None("HTTP 202 that names no text".to_owned()),
            ),
        ] {
            assert_eq!(read_rest(status, body.as_bytes()), answer, "{body}");
        }
    }

    #[test]
    fn timelines_end_with_the_first_settling_event() {
        let event = |event: &str, second: u8| json!({"event": event, "at": format!("1970-01-01T00:00:0{second}.5Z")});
        let read = |events: &[Value]| read_timeline(&json!({ "data": events }));
        let timeline = |settled_at, fate| Timeline {
            accepted_at: 500,
            settled_at,
            fate,
        };
        let accepted = || event("accepted", 0);
        for (events, expected) in [
            (vec![], None),
            (vec![event("ok", 1)], None),
            (vec![accepted()], Some(timeline(None, Fate::OnItsWay))),
            (
                vec![accepted(), event("fail", 1)],
                Some(timeline(None, Fate::OnItsWay)),
            ),
            (
                vec![
                    accepted(),
                    event("submitting", 1),
                    event("ok", 2),
                    event("receipt", 3),
                ],
                Some(timeline(Some(2_500), Fate::Ok)),
            ),
            (
                vec![accepted(), event("abort", 1)],
                Some(timeline(Some(1_500), Fate::EndedOtherwise)),
            ),
        ] {
            assert_eq!(read(&events), expected, "{events:?}");
        }
    }

    #[test]
    fn soap_is_written_as_the_door_reads_it() {
        let (serial, key) = (Secret::new("1234567890123456"), Secret::new("a<b&c"));
        let arguments = [
            ("strInRecipients", "+61491570156"),
            ("strInMessageText", "one & two"),
        ];
        let body = envelope(Operation::SendTextSms, &serial, &key, &arguments);
        let call = Call::read(body.as_bytes(), Some("text/xml; charset=utf-8")).unwrap();
        let Request::SendTextSms(request) = Request::of(&call).unwrap() else {
            panic!("another operation");
        };
        assert_eq!(&*request.credentials.key, "a<b&c");
        assert_eq!(request.recipients.split(), Ok(vec!["+61491570156"]));
        assert_eq!(&*request.text, "one & two");
    }

    #[test]
    fn soap_answers_are_read_as_the_door_writes_them() {
        let sent = Response::ok(Outcome::SendTextSms { ids: vec![1042] }).to_xml();
        let said = read_soap(200, sent.as_bytes()).unwrap();
        assert_eq!(
            (said.code.as_str(), said.part("strOutMessageIDs")),
            ("0", "1042".to_owned())
        );
        let refused = Response::refusal(Operation::SendTextSms, Code::QuotaExceeded).to_xml();
        assert_eq!(read_soap(200, refused.as_bytes()).unwrap().code, "12");
        let fault = FaultReason::Internal.to_xml();
        let code = read_soap(500, fault.as_bytes()).unwrap().code;
        assert!(code.starts_with("500 Fault "), "{code}");
        assert!(read_soap(502, b"<html>").is_err());
        let words = ["OK", "PENDING", "FAIL", "ABORT", "UNKNOWN"].map(read_word);
        let on = Fate::OnItsWay;
        assert_eq!(words, [Fate::Ok, on, on, Fate::EndedOtherwise, on]);
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for (host, is_it) in [
            ("127.0.0.1", true),
            ("127.9.9.9", true),
            ("[::1]", true),
            ("::ffff:127.0.0.1", true),
            ("LocalHost", true),
            ("localhost.example.com", false),
            ("10.0.0.1", false),
            ("0.0.0.0", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), is_it, "{host}");
        }
    }

    #[test]
    fn the_rest_door_is_found_from_a_gateways_address() {
        for (given, base) in [
            ("http://h:1", "http://h:1/v1/"),
            ("http://h:1/v1", "http://h:1/v1/"),
            ("http://h:1/v1/", "http://h:1/v1/"),
            ("https://h/sms/", "https://h/sms/v1/"),
        ] {
            let url = Url::parse(given).unwrap();
            let door = Door::rest(Client::new(), &url, &Secret::new("k")).unwrap();
            let Kind::Rest { base: found, .. } = &door.kind else {
                panic!("no REST");
            };
            assert_eq!(found.as_str(), base);
        }
    }
}
