//! The settings of each room, with their defaults and ranges [SPEC 16.2, 16.3]. A room that comes to own its settings takes its struct
//! from here.
//!
//! Durations are in seconds and may be fractions, so that tests can shorten them.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smpp::CommandStatus;
use std::collections::BTreeMap;

pub use super::own::{OwnChanges, OwnError, OwnSettings};
use crate::security::Secret;
use crate::telemetry::LogFormat;

/// A duration as settings give it: whole or fractional seconds, not negative.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
pub struct Seconds(f64);

impl Seconds {
    /// Above this it is a mistake, not a duration: 100 years.
    const MAX: f64 = 100.0 * 366.0 * 86_400.0;

    /// So many whole seconds.
    pub const fn whole(seconds: u32) -> Self {
        Seconds(seconds as f64)
    }

    /// As a duration.
    pub fn duration(self) -> Duration {
        Duration::from_secs_f64(self.0)
    }

    /// In whole milliseconds, the unit of times in the store.
    pub fn ms(self) -> i64 {
        (self.0 * 1000.0).round() as i64
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        if (0.0..=Seconds::MAX).contains(&seconds) {
            Ok(Seconds(seconds))
        } else {
            Err(serde::de::Error::custom("no number of seconds"))
        }
    }
}

/// Collects what is out of range in one table.
pub(super) struct Findings {
    table: &'static str,
    /// Key and remedy.
    pub(super) found: Vec<(String, String)>,
}

impl Findings {
    pub(super) fn of(table: &'static str) -> Self {
        Findings {
            table,
            found: Vec::new(),
        }
    }

    fn unless(&mut self, fits: bool, key: &str, remedy: impl Into<String>) {
        if !fits {
            self.found
                .push((format!("{}.{key}", self.table), remedy.into()));
        }
    }

    fn range<T: PartialOrd + std::fmt::Display>(&mut self, key: &str, value: T, low: T, high: T) {
        let fits = low <= value && value <= high;
        self.unless(fits, key, format!("must be from {low} to {high}"));
    }

    fn positive(&mut self, key: &str, value: Seconds) {
        self.unless(value.0 > 0.0, key, "must be more than 0 seconds");
    }
}

/// `[database]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH`, or `postgres://user@host:port/name` without a password: one that stands in it is moved to `password`.
    pub url: String,
    /// PostgreSQL's password; without it `PGPASSWORD` and the pass file are asked.
    pub password: Option<Secret>,
    /// Connections for reading; writing goes through one more.
    pub connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Database {
            url: "sqlite:emailsms.db".to_owned(),
            password: None,
            connections: 8,
        }
    }
}

impl Database {
    pub(super) fn check(&self, findings: &mut Findings) {
        let known = ["sqlite:", "postgres://", "postgresql://"]
            .iter()
            .any(|scheme| {
                self.url
                    .strip_prefix(scheme)
                    .is_some_and(|rest| !rest.is_empty())
            });
        findings.unless(
            known,
            "url",
            "must be sqlite:PATH or postgres://user@host/name",
        );
        findings.range("connections", self.connections, 1, 1000);
    }

    /// Moves a password out of the URL, so that the URL can be printed.
    pub(crate) fn hide_password(&mut self) {
        let Some((scheme, rest)) = self.url.split_once("://") else {
            return;
        };
        let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
        let Some((login, _)) = rest[..authority_end].rsplit_once('@') else {
            return;
        };
        let Some((user, password)) = login.split_once(':') else {
            return;
        };
        let shown = format!("{scheme}://{user}{}", &rest[login.len()..]);
        if self.password.is_none() {
            self.password = Some(Secret::new(percent_decode(password)));
        }
        self.url = shown;
    }
}

/// [RFC 3986 §2.1]; what is no escape stays as it is.
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%')
            .then(|| tail.split_at_checked(2))
            .flatten()
            .and_then(|(hex, tail)| {
                let byte = data_encoding::HEXLOWER_PERMISSIVE.decode(hex).ok()?;
                Some((byte[0], tail))
            });
        let (byte, tail) = escaped.unwrap_or((first, tail));
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// `[http]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Where HTTPS listens, or `"off"`.
    #[serde(with = "listen")]
    pub https_listen: Option<SocketAddr>,
    /// Where plain HTTP listens; off unless set. On an address that others reach it answers SOAP alone, for no API key is taken in the clear [SPEC 9.4].
    #[serde(with = "listen")]
    pub http_listen: Option<SocketAddr>,
    /// The PEM file of the certificate chain, our own first.
    pub certificate: Option<PathBuf>,
    /// The PEM file of its private key.
    pub private_key: Option<PathBuf>,
    /// The address that clients reach us at, `https://sms.example.com/`; without it each request's Host.
    pub public_url: Option<String>,
    /// Connections at one time; more wait.
    pub connections: usize,
    /// Connections at one time from one source address (IPv6: one /64); more are dropped.
    pub connections_per_source: usize,
}

impl Default for Http {
    fn default() -> Self {
        Http {
            https_listen: Some(SocketAddr::from(([0, 0, 0, 0], 443))),
            http_listen: None,
            certificate: None,
            private_key: None,
            public_url: None,
            connections: 800,
            connections_per_source: 400,
        }
    }
}

impl Http {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.unless(
            self.certificate.is_none() || self.private_key.is_some(),
            "certificate",
            "needs http.private_key beside it",
        );
        findings.unless(
            self.private_key.is_none() || self.certificate.is_some(),
            "private_key",
            "needs http.certificate beside it",
        );
        let public = self.public_url.as_deref();
        findings.unless(
            public.is_none_or(|url| url.starts_with("https://") || url.starts_with("http://")),
            "public_url",
            "must begin with https:// or http://",
        );
        if let (Some(https), Some(http)) = (self.https_listen, self.http_listen) {
            let remedy = "is taken by http.https_listen; give each an address or port of its own, or set one to \"off\"";
            findings.unless(!are_one_place(https, http), "http_listen", remedy);
        }
        findings.range("connections", self.connections, 1, 1_000_000);
        findings.range(
            "connections_per_source",
            self.connections_per_source,
            1,
            1_000_000,
        );
    }

    /// What `serve` asks for beyond [`Http::check`]; the demo brings its own certificate.
    pub(super) fn check_for_serve(&self, findings: &mut Findings) {
        findings.unless(
            self.https_listen.is_some() || self.http_listen.is_some(),
            "https_listen",
            "every door is off, and doors are what a gateway is for; set an address such as \"0.0.0.0:443\", or one for http.http_listen",
        );
        findings.unless(
            self.https_listen.is_none() || self.certificate.is_some(),
            "certificate",
            "HTTPS needs one; name the PEM files in http.certificate and http.private_key, or set http.https_listen = \"off\"",
        );
    }
}

/// Whether two cannot listen there at one time. Port 0 is any that is free.
fn are_one_place(one: SocketAddr, other: SocketAddr) -> bool {
    let (a, b) = (one.ip(), other.ip());
    let is_every = |ip: IpAddr| ip.is_unspecified() && a.is_ipv4() == b.is_ipv4();
    one.port() == other.port() && one.port() != 0 && (a == b || is_every(a) || is_every(b))
}

/// An address to listen at, or the word `off`.
mod listen {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        value: &Option<SocketAddr>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(address) => serializer.collect_str(address),
            None => serializer.serialize_str("off"),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<SocketAddr>, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "off" {
            return Ok(None);
        }
        text.parse()
            .map(Some)
            .map_err(|_| serde::de::Error::custom("no address and port"))
    }
}

/// `[metrics]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Where `/metrics` is shown to whoever asks, or `"off"`. An address that others reach shows them how much is sent, over which carriers; no numbers and no texts.
    #[serde(with = "listen")]
    pub listen: Option<SocketAddr>,
    /// Whether the HTTP doors show it to anybody; else only to an API key of the scope `admin`.
    pub open: bool,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 9464))),
            open: false,
        }
    }
}

/// What becomes of a part in doubt when the wait for proof is over [SPEC 4.3].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InDoubt {
    /// Sent again, marked.
    Resend,
    /// Never sent again.
    Hold,
}

/// How tries count while no link is up [SPEC 4.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// Every try counts.
    Classic,
    /// None counts; texts wait until their validity ends.
    Hold,
}

/// What becomes of a text that is too long [SPEC 3.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongText {
    /// Cut into parts.
    Split,
    /// Shortened to one part.
    Truncate,
    /// Refused.
    Reject,
}

/// `[to_handset]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToHandset {
    /// Between two tries.
    pub retry_delay_s: Seconds,
    /// Further tries after the first.
    pub retries: u32,
    /// What a new company's parts in doubt do.
    pub in_doubt: InDoubt,
    /// How long proof of acceptance is waited for.
    pub in_doubt_wait_s: Seconds,
    /// How often one part is sent again at most.
    pub in_doubt_resends: u32,
    /// How tries count while no link is up.
    pub outage: Outage,
    /// How long a carrier's links may be down before its texts go over the route's next one.
    pub failover_s: Seconds,
    /// Hours after which an SMS that gives no validity of its own is worth nothing.
    pub validity_h: u32,
    /// SMS of one company that may wait; above it doors say "later".
    pub queue_cap: u64,
    /// What becomes of a text above one part.
    pub long_text: LongText,
    /// Parts of one SMS at most.
    pub max_parts: u8,
}

impl Default for ToHandset {
    fn default() -> Self {
        ToHandset {
            retry_delay_s: Seconds::whole(120),
            retries: 10,
            in_doubt: InDoubt::Resend,
            in_doubt_wait_s: Seconds::whole(60),
            in_doubt_resends: 1,
            outage: Outage::Classic,
            failover_s: Seconds::whole(3),
            validity_h: 72,
            queue_cap: 100_000,
            long_text: LongText::Split,
            max_parts: 10,
        }
    }
}

impl ToHandset {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.positive("retry_delay_s", self.retry_delay_s);
        findings.range("retries", self.retries, 0, 1000);
        findings.range("in_doubt_resends", self.in_doubt_resends, 0, 100);
        findings.range("validity_h", self.validity_h, 1, 24 * 366);
        findings.range("queue_cap", self.queue_cap, 1, 1_000_000_000);
        findings.range("max_parts", self.max_parts, 1, u8::MAX);
    }
}

/// How a carrier writes its message ids [SPEC 4.5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageId {
    /// Alike but for case and leading zeros; else decimal read as hexadecimal or the reverse, if number and handset prove it.
    Auto,
    /// Alike in responses and receipts, but for case and leading zeros.
    AsIs,
    /// Decimal in responses, hexadecimal in receipts.
    HexReceipts,
    /// Hexadecimal in responses, decimal in receipts.
    DecimalReceipts,
}

/// What a carrier means by data_coding 0 [SPEC 4.5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultAlphabet {
    /// The GSM alphabet, one septet per octet.
    Gsm,
    /// The GSM alphabet, packed as on the air.
    GsmPacked,
    /// Latin-1, or ASCII.
    Latin1,
}

/// Which parts a carrier is asked to report on [SPEC 4.5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receipts {
    /// Each.
    EveryPart,
    /// The last of each SMS.
    LastPart,
    /// None.
    None,
}

/// What a bind is made of [SPEC 4.5].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BindForm {
    /// One session for both ways.
    Transceiver,
    /// A transmitter and a receiver, which stand and fall together.
    Split,
}

/// The version of SMPP that a bind names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InterfaceVersion {
    /// 3.3
    #[serde(rename = "3.3")]
    V33,
    /// 3.4, what we speak.
    #[serde(rename = "3.4")]
    V34,
    /// 5.0
    #[serde(rename = "5.0")]
    V50,
}

/// Whether a carrier is spoken to in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarrierTls {
    /// In the clear: on this machine, or over a private network.
    None,
    /// TLS from the first octet, with a certificate that holds.
    Tls,
}

/// What a refusal by a carrier means for a text [SPEC 4.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusClass {
    /// Too much of us: the link slows down, no try is counted.
    Throttled,
    /// This handset's queue is full: that text waits and a try is counted; the link slows down only when many handsets' are.
    QueueFull,
    /// Not now: a try is counted.
    Temporary,
    /// Never: the text ends.
    Permanent,
}

/// Command statuses that a carrier uses in its own way: `{ ESME_RSYSERR = "permanent", "0x58" = "throttled", 1025 = "temporary" }`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statuses(BTreeMap<u32, StatusClass>);

impl Statuses {
    /// What is said of a status; `None`: nothing.
    pub fn class_of(&self, status: u32) -> Option<StatusClass> {
        self.0.get(&status).copied()
    }
}

impl Serialize for Statuses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let by_name =
            |(status, class): (&u32, &StatusClass)| (CommandStatus(*status).name(), *class);
        serializer.collect_map(self.0.iter().map(by_name))
    }
}

impl<'de> Deserialize<'de> for Statuses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = |what: String| Err(serde::de::Error::custom(what));
        let mut statuses = BTreeMap::new();
        for (written, class) in BTreeMap::<String, String>::deserialize(deserializer)? {
            let read = StatusClass::deserialize(class.as_str().into_deserializer());
            let Ok(class): Result<_, serde::de::value::Error> = read else {
                return wrong(format!(
                    "{written} cannot mean `{class}`; write throttled, queue_full, temporary or permanent"
                ));
            };
            let Some(status) = CommandStatus::from_name(&written) else {
                return wrong(format!(
                    "there is no command status {written:?}; write a name such as ESME_RSYSERR, or a number such as 0x58 or 1025"
                ));
            };
            if status.is_ok() {
                return wrong("ESME_ROK is acceptance and nothing else; remove it".to_owned());
            }
            if statuses.insert(status.0, class).is_some() {
                return wrong(format!("{status} stands there twice; keep one"));
            }
        }
        Ok(Self(statuses))
    }
}

/// `[carrier]`: what carriers have in common. What differs for one is among its own settings, see [`OwnSettings`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Carrier {
    /// What people call it.
    pub name: String,
    /// Host name or address of its SMSC; none: no carrier yet.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// Our account.
    pub system_id: String,
    /// Its password.
    pub password: Option<Secret>,
    /// The system_type of the bind.
    pub system_type: String,
    /// The service_type of our texts; mostly empty.
    pub service_type: String,
    /// The version of SMPP that the bind names.
    pub interface_version: InterfaceVersion,
    /// One session for both ways, or one for each.
    pub bind: BindForm,
    /// How many binds the account may have at one time, over all nodes; `window` and `rate` are those of each.
    pub binds: u16,
    /// Whether the link is encrypted.
    pub tls: CarrierTls,
    /// Certificates (PEM) that we trust in place of this machine's: the authority that signed the SMSC's, or the SMSC's own.
    pub tls_ca_file: Option<PathBuf>,
    /// The name that its certificate bears, if it is not `host`.
    pub tls_server_name: Option<String>,
    /// How long a response may take before its part is in doubt.
    pub response_timeout_s: Seconds,
    /// Requests without a response at one time, on each bind.
    pub window: u16,
    /// Parts a second on each bind; 0: no limit.
    pub rate: f64,
    /// Silence after which the link is tested.
    pub enquire_link_s: Seconds,
    /// The first wait before connecting again; grows, with jitter, to 30 s.
    pub reconnect_s: Seconds,
    /// How it writes message ids.
    pub message_id: MessageId,
    /// What it means by data_coding 0, in both directions.
    pub default_alphabet: DefaultAlphabet,
    /// Which parts it reports on.
    pub receipts: Receipts,
    /// What its command statuses mean where it uses them in its own way.
    pub statuses: Statuses,
    /// Type of number of our pool numbers.
    pub source_ton: u8,
    /// Numbering plan of our pool numbers.
    pub source_npi: u8,
    /// Type of number of handsets.
    pub dest_ton: u8,
    /// Numbering plan of handsets.
    pub dest_npi: u8,
    /// The country in which it writes national numbers, `AU`.
    pub country: String,
    /// That a VPN or a private line carries a link without TLS.
    pub private_network: bool,
}

impl Default for Carrier {
    fn default() -> Self {
        Carrier {
            name: "carrier".to_owned(),
            host: None,
            port: 2775,
            system_id: String::new(),
            password: None,
            system_type: String::new(),
            service_type: String::new(),
            interface_version: InterfaceVersion::V34,
            bind: BindForm::Transceiver,
            binds: 1,
            tls: CarrierTls::None,
            tls_ca_file: None,
            tls_server_name: None,
            response_timeout_s: Seconds::whole(10),
            window: 10,
            rate: 0.0,
            enquire_link_s: Seconds::whole(30),
            reconnect_s: Seconds::whole(1),
            message_id: MessageId::Auto,
            default_alphabet: DefaultAlphabet::Gsm,
            receipts: Receipts::EveryPart,
            statuses: Statuses::default(),
            source_ton: 1,
            source_npi: 1,
            dest_ton: 1,
            dest_npi: 1,
            country: "AU".to_owned(),
            private_network: false,
        }
    }
}

impl Carrier {
    /// Why no link is made to `host` as these settings are, with the remedy; none: it may be.
    pub fn refused_in_the_clear(&self, host: &str) -> Option<String> {
        let may_leave = self.tls == CarrierTls::Tls || self.private_network;
        (!may_leave && !is_this_machine(host)).then(|| in_the_clear(host))
    }

    /// The lengths are those of the bind, without their NUL. [SMPP 3.4 §5.2.1–5.2.3, §5.2.11]
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.unless(!self.name.is_empty(), "name", "must not be empty");
        findings.unless(self.port != 0, "port", "must be from 1 to 65535");
        findings.unless(
            self.system_id.len() <= 15,
            "system_id",
            "may have 15 characters at most",
        );
        let password = self.password.as_ref();
        findings.unless(
            password.is_none_or(|password| password.expose().len() <= 8),
            "password",
            "may have 8 characters at most",
        );
        findings.unless(
            self.system_type.len() <= 12,
            "system_type",
            "may have 12 characters at most",
        );
        findings.unless(
            self.service_type.len() <= 5,
            "service_type",
            "may have 5 characters at most",
        );
        findings.range("binds", self.binds, 1, 100);
        let path = self.tls_ca_file.as_ref();
        findings.unless(
            path.is_none_or(|path| !path.as_os_str().is_empty()),
            "tls_ca_file",
            "must be the path of a PEM file",
        );
        let name = self.tls_server_name.as_deref();
        findings.unless(
            name.is_none_or(|name| rustls::pki_types::ServerName::try_from(name).is_ok()),
            "tls_server_name",
            "must be a host name or an address, such as smsc.telco.example",
        );
        findings.positive("response_timeout_s", self.response_timeout_s);
        findings.positive("enquire_link_s", self.enquire_link_s);
        findings.range("window", self.window, 1, 1000);
        findings.range("rate", self.rate, 0.0, 1_000_000.0);
        findings.range("source_ton", self.source_ton, 0, 7);
        findings.range("source_npi", self.source_npi, 0, 18);
        findings.range("dest_ton", self.dest_ton, 0, 7);
        findings.range("dest_npi", self.dest_npi, 0, 18);
        check_country(&self.country, findings);
    }
}

/// Whether a host that is named so is this machine: a loopback address, or `localhost` and the names below it. Any other name may lead anywhere. [RFC 6761 §6.3]
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim().trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// What is said of a link in the clear that would leave this machine.
pub fn in_the_clear(place: &str) -> String {
    format!(
        "{place} would be reached in the clear: set carrier.tls = \"tls\", or carrier.private_network = true if a VPN or private line carries it"
    )
}

/// How pool numbers are chosen [SPEC 5.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolMode {
    /// Another number each time, so that each answer names its question.
    PerMessage,
    /// The same user and handset keep their number.
    PerConversation,
}

/// What becomes of a text when every number is taken by other companies [SPEC 5.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolExhausted {
    /// It ends, and its sender is told.
    Reject,
    /// It waits.
    Defer,
}

/// `[to_desktop]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ToDesktop {
    /// How long after the last deposit an answer finds its way home.
    pub reply_window_s: Seconds,
    /// How pool numbers are chosen.
    pub pool_mode: PoolMode,
    /// What happens when all are taken.
    pub pool_exhausted: PoolExhausted,
    /// How long the parts of a reply are waited for.
    pub reassembly_s: Seconds,
    /// How long a receipt is kept for a deposit whose response is still to come.
    pub receipt_wait_s: Seconds,
}

impl Default for ToDesktop {
    fn default() -> Self {
        ToDesktop {
            reply_window_s: Seconds::whole(10 * 86_400),
            pool_mode: PoolMode::PerMessage,
            pool_exhausted: PoolExhausted::Reject,
            reassembly_s: Seconds::whole(600),
            receipt_wait_s: Seconds::whole(3600),
        }
    }
}

impl ToDesktop {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.positive("reply_window_s", self.reply_window_s);
        findings.positive("reassembly_s", self.reassembly_s);
    }
}

/// Whether the relay is spoken to in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// In the clear.
    None,
    /// STARTTLS if it is offered, else in the clear.
    Opportunistic,
    /// STARTTLS, or no mail.
    Starttls,
    /// TLS from the first byte.
    Wrapped,
}

/// `[mail]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The relay that takes our mails, `host:port`.
    pub relay: String,
    /// How it is spoken to.
    pub tls: MailTls,
    /// The login there, if it wants one.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// The domain of our own addresses.
    pub domain: String,
    /// The first wait before a mail is tried again; doubles each time.
    pub retry_s: Seconds,
    /// Connections to the relay at one time.
    pub connections: u32,
}

impl Default for Mail {
    fn default() -> Self {
        Mail {
            relay: "127.0.0.1:25".to_owned(),
            tls: MailTls::Opportunistic,
            user: None,
            password: None,
            domain: "sms.example.com".to_owned(),
            retry_s: Seconds::whole(60),
            connections: 4,
        }
    }
}

impl Mail {
    pub(super) fn check(&self, findings: &mut Findings) {
        let relay = self.relay.rsplit_once(':');
        findings.unless(
            relay.is_some_and(|(host, port)| {
                !host.is_empty() && port.parse().is_ok_and(|port: u16| port != 0)
            }),
            "relay",
            "must be host:port, such as mail.example.com:25",
        );
        let label = |label: &str| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        findings.unless(
            self.domain.len() <= 253 && self.domain.split('.').all(label),
            "domain",
            "must be a mail domain, such as sms.example.com",
        );
        findings.unless(
            self.user.is_some() == self.password.is_some(),
            "user",
            "user and password go together",
        );
        let clear = matches!(self.tls, MailTls::None | MailTls::Opportunistic);
        let local = relay.is_some_and(|(host, _)| {
            matches!(host, "localhost" | "[::1]") || host.starts_with("127.")
        });
        findings.unless(
            self.password.is_none() || !clear || local,
            "tls",
            "a password would go in the clear; set starttls or wrapped",
        );
        findings.positive("retry_s", self.retry_s);
        findings.range("connections", self.connections, 1, 100);
    }
}

/// `[security]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// The directory of the key files. A gateway lives there, too: its lock keeps a second one out, so it is named even where `keys` holds the keys.
    pub keys_dir: PathBuf,
    /// The keys themselves, in place of the directory: `master-1 HEX, lookup-1 HEX, serials-1 HEX`.
    pub keys: Option<Secret>,
    /// How long wrong passwords and keys are counted, and how long the lock holds.
    pub lockout_s: Seconds,
    /// Wrong ones that are still answered within that time; the next locks.
    pub lockout_tries: u32,
}

impl Default for Security {
    fn default() -> Self {
        Security {
            keys_dir: PathBuf::from("keys"),
            keys: None,
            lockout_s: Seconds::whole(3600),
            lockout_tries: 10,
        }
    }
}

impl Security {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.range("lockout_tries", self.lockout_tries, 1, 1_000_000);
    }
}

/// `[accounts]`: what a new company starts with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Parts a day of a company; none: no quota.
    pub quota_company: Option<u32>,
    /// Parts a day of a department.
    pub quota_department: Option<u32>,
    /// Parts a day of a user.
    pub quota_user: Option<u32>,
    /// The time zone, `Australia/Sydney`.
    pub zone: String,
    /// The country whose national numbers are understood, `AU`.
    pub country: String,
    /// Who gets the replies that belong to nobody.
    pub fallback: Option<String>,
}

impl Default for Accounts {
    fn default() -> Self {
        Accounts {
            quota_company: None,
            quota_department: None,
            quota_user: None,
            zone: "Australia/Sydney".to_owned(),
            country: "AU".to_owned(),
            fallback: None,
        }
    }
}

impl Accounts {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.unless(
            jiff::tz::TimeZone::get(&self.zone).is_ok(),
            "zone",
            "is not a known time zone; name one such as Australia/Sydney",
        );
        check_country(&self.country, findings);
        let fallback = self.fallback.as_deref();
        findings.unless(
            fallback.is_none_or(|address| sms::MailAddress::parse(address).is_ok()),
            "fallback",
            "must be a mail address, such as office@example.com",
        );
    }
}

fn check_country(country: &str, findings: &mut Findings) {
    findings.unless(
        country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()),
        "country",
        "must be two capital letters, such as AU",
    );
}

/// `[pool]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pool {
    /// The pool numbers that a new installation starts with, `+61400000001`.
    pub numbers: Vec<String>,
}

impl Pool {
    pub(super) fn check(&self, findings: &mut Findings) {
        for number in &self.numbers {
            let e164 = number.strip_prefix('+').is_some_and(|digits| {
                (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
            });
            findings.unless(
                e164,
                "numbers",
                format!("{number:?} must be a number such as \"+61400000001\""),
            );
        }
        let mut sorted = self.numbers.clone();
        sorted.sort_unstable();
        let twice = sorted.windows(2).any(|pair| pair[0] == pair[1]);
        findings.unless(!twice, "numbers", "must name each number once");
    }
}

/// `[log]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,emailsms::carrier=debug`.
    pub level: String,
    /// The form of the lines.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Log {
            level: "info".to_owned(),
            format: LogFormat::Text,
        }
    }
}

impl Log {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.unless(
            crate::telemetry::level_fits(&self.level),
            "level",
            "must be error, warn, info, debug or trace, or such as info,emailsms::carrier=debug",
        );
    }
}

/// What an armed commit point does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The process dies as by `kill -9`.
    Kill,
    /// The point answers an error.
    Fail,
}

/// `[faults]`: the seams at which tests make the demo fail.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The name of the commit point; none: nothing fails.
    pub at: Option<String>,
    /// At which passage, from 1.
    pub nth: u64,
    /// What happens there.
    pub what: Fault,
}

impl Default for Faults {
    fn default() -> Self {
        Faults {
            at: None,
            nth: 1,
            what: Fault::Kill,
        }
    }
}

impl Faults {
    pub(super) fn check(&self, findings: &mut Findings) {
        findings.unless(self.nth > 0, "nth", "counts from 1");
    }
}
