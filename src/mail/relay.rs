//! Handing finished mails to the configured relay: a few kept connections, one answer for each mail [SPEC 6.4].
//!
//! The library's own pool tells neither at which command a relay said no, nor whether the final dot had been written; both decide what happens to the
//! mail. So this drives the library's connections itself. A connection belongs to the one hand-over that uses it: if that is dropped or fails
//! in the middle, the connection is closed with it, and no later mail can continue a broken dialogue.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::letter::{Letter, mail_address};

/// A kept connection older than this is closed instead of used: relays drop idle peers after some minutes.
const KEEP_IDLE: Duration = Duration::from_secs(60);
/// Mails over one connection; some relays count.
const MAILS_PER_CONNECTION: u32 = 100;
/// Longest text of a refusal that is kept, in characters.
const TEXT_CHARS: usize = 400;
/// How long a courtesy (RSET, QUIT) may take.
const COURTESY: Duration = Duration::from_secs(3);
/// How long a look may take: mails wait for the connection that it has.
const LOOK: Duration = Duration::from_secs(10);

/// Whether the relay is spoken to in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// In the clear.
    None,
    /// STARTTLS if offered, with any certificate: better than nothing, proof against listeners only [RFC 7435].
    Opportunistic,
    /// STARTTLS with a certificate that holds, or no mail.
    Starttls,
    /// TLS from the first byte, with a certificate that holds.
    Wrapped,
}

/// A login at the relay. Debug shows no password.
#[derive(Clone)]
pub struct Login {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: zeroize::Zeroizing<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// Where the relay is and how to speak to it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name or address; the name that its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// In the clear or not.
    pub tls: Tls,
    /// The login there, if it wants one.
    pub login: Option<Login>,
    /// Certificates (PEM) of an authority of one's own, beside those of the machine.
    pub authority: Option<Vec<u8>>,
    /// Connections at one time.
    pub connections: usize,
    /// The name that we greet with.
    pub hello: String,
    /// For the connection, with TLS.
    pub connect_timeout: Duration,
    /// For the answer to each command.
    pub command_timeout: Duration,
    /// For the mail itself and the answer to its final dot.
    pub data_timeout: Duration,
}

impl Settings {
    /// Plain settings: STARTTLS if offered, four connections.
    pub fn new(host: &str, port: u16, hello: &str) -> Self {
        Settings {
            host: host.to_owned(),
            port,
            tls: Tls::Opportunistic,
            login: None,
            authority: None,
            connections: 4,
            hello: hello.to_owned(),
            connect_timeout: Duration::from_secs(15),
            command_timeout: Duration::from_secs(60),
            data_timeout: Duration::from_secs(300),
        }
    }
}

/// The settings cannot work.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A password over a link that anyone may read.
    #[error("a password goes to {0} over TLS only: set starttls or wrapped")]
    PasswordInTheClear(String),
    /// The authority's certificates.
    #[error("the certificates for the relay are not usable: {0}")]
    Certificates(#[source] lettre::transport::smtp::Error),
}

/// How far the dialogue had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The mail itself was not fit to be handed over.
    Letter,
    /// Connection, greeting, TLS, login.
    Connect,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// The mail was written, wholly or in part; the answer to its final dot was due.
    Content,
}

/// May it be tried again?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// Yes, with the same Message-ID.
    Temporary,
    /// No: nothing changes by waiting.
    Permanent,
}

/// The relay has it: a 250 after the final dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What it said, with its queue id, one line.
    pub response: String,
}

/// The relay does not have it, or nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("relay, {stage:?}: {}{text}", code.map(|code| format!("{code} ")).unwrap_or_default())]
pub struct Failure {
    /// May it be tried again?
    pub lasting: Lasting,
    /// Where it ended.
    pub stage: Stage,
    /// The relay's own code, if it gave one.
    pub code: Option<u16>,
    /// Its words, or ours; one line.
    pub text: String,
    /// The mail was written but never answered: the relay may have it.
    pub in_doubt: bool,
}

impl Failure {
    fn ours(stage: Stage, lasting: Lasting, text: impl fmt::Display) -> Self {
        Failure {
            lasting,
            stage,
            code: None,
            text: one_line(&text.to_string()),
            in_doubt: stage == Stage::Content,
        }
    }

    fn not_greeted() -> Self {
        Failure::ours(Stage::Connect, Lasting::Temporary, "no greeting in time")
    }

    /// Nothing but a clear 5xx about this mail is for good. What a relay says before MAIL is about us, our login or its own state: whoever runs it
    /// mends that, and no mail should be lost meanwhile.
    fn from_relay(stage: Stage, error: &lettre::transport::smtp::Error) -> Self {
        let source =
            std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        let Some(code) = error.status().map(u16::from) else {
            return Failure::ours(stage, Lasting::Temporary, source);
        };
        let about_the_mail = stage != Stage::Connect && !matches!(code, 530 | 534 | 535 | 538);
        let lasting = if code >= 500 && about_the_mail {
            Lasting::Permanent
        } else {
            Lasting::Temporary
        };
        Failure {
            lasting,
            stage,
            code: Some(code),
            text: one_line(&source),
            in_doubt: false,
        }
    }

    /// A kept connection that had died or been dismissed meanwhile says nothing about the mail.
    fn is_a_dead_connection(&self) -> bool {
        self.stage == Stage::Sender && matches!(self.code, None | Some(421))
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<_> = text
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(TEXT_CHARS).collect()
}

struct Kept {
    connection: AsyncSmtpConnection,
    mails: u32,
    used_at: Instant,
}

/// The relay, with its kept connections. Shared by reference; hand-overs beyond `connections` wait for their turn.
pub struct Relay {
    settings: Settings,
    hello: ClientId,
    tls: Option<TlsParameters>,
    kept: Mutex<VecDeque<Kept>>,
    turns: Semaphore,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Relay {
    /// Checks the settings; connects to nothing yet.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let in_the_clear = matches!(settings.tls, Tls::None | Tls::Opportunistic);
        if settings.login.is_some() && in_the_clear && !is_this_machine(&settings.host) {
            return Err(SettingsError::PasswordInTheClear(settings.host));
        }
        let tls = tls_parameters(&settings).map_err(SettingsError::Certificates)?;
        Ok(Relay {
            hello: ClientId::Domain(settings.hello.clone()),
            tls,
            kept: Mutex::default(),
            turns: Semaphore::new(settings.connections.max(1)),
            settings,
        })
    }

    /// Hands one mail over; returns when the relay has answered for it, or a time-out passed.
    ///
    /// `envelope_from` is `None` for the null path, which automatic mails travel under. After a [`Failure`] with `in_doubt` the relay may have the
    /// mail: the same Message-ID at the next try lets the recipient's server see the double.
    pub async fn hand_over(
        &self,
        letter: &Letter,
        envelope_from: Option<&str>,
        to: &str,
    ) -> Result<Accepted, Failure> {
        let unfit =
            |e: super::letter::LetterError| Failure::ours(Stage::Letter, Lasting::Permanent, e);
        let paper = letter.to_bytes().map_err(unfit)?;
        let from = envelope_from.map(mail_address).transpose().map_err(unfit)?;
        let to = mail_address(to).map_err(unfit)?;
        // Closed never happens: nobody closes it.
        let _turn = self
            .turns
            .acquire()
            .await
            .map_err(|e| Failure::ours(Stage::Connect, Lasting::Temporary, e))?;
        if let Some(kept) = self.take_kept() {
            match self.send(kept, from.clone(), to.clone(), &paper).await {
                Err(failure) if failure.is_a_dead_connection() => {}
                outcome => return outcome,
            }
        }
        let connection = self.connect().await?;
        self.send(
            Kept {
                connection,
                mails: 0,
                used_at: Instant::now(),
            },
            from,
            to,
            &paper,
        )
        .await
    }

    /// Connection, greeting, TLS and login, and goodbye: no mail. `None` while mails have all its connections.
    pub async fn look(&self) -> Option<Result<(), Failure>> {
        let _turn = self.turns.try_acquire().ok()?;
        let patience = LOOK.min(self.settings.connect_timeout + self.settings.command_timeout);
        let looked = timeout(patience, self.open()).await;
        let looked = looked.unwrap_or_else(|_| Err(Failure::not_greeted()));
        Some(match looked {
            Ok(mut connection) => {
                timeout(COURTESY, connection.command(Quit)).await.ok();
                Ok(())
            }
            Err(failure) => Err(failure),
        })
    }

    /// Says goodbye on all kept connections.
    pub async fn close(&self) {
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        for mut kept in kept {
            timeout(COURTESY, kept.connection.command(Quit)).await.ok();
        }
    }

    fn take_kept(&self) -> Option<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.used_at.elapsed() < KEEP_IDLE);
        kept.pop_back()
    }

    fn keep(&self, mut one: Kept) {
        one.mails += 1;
        one.used_at = Instant::now();
        if one.mails < MAILS_PER_CONNECTION {
            self.kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_back(one);
        }
    }

    async fn send(
        &self,
        mut kept: Kept,
        from: Option<Address>,
        to: Address,
        paper: &[u8],
    ) -> Result<Accepted, Failure> {
        match self.dialogue(&mut kept.connection, from, to, paper).await {
            Ok(response) => {
                self.keep(kept);
                Ok(Accepted { response })
            }
            Err(failure) => {
                // A refused mail leaves a sound connection, once RSET has cleared it.
                let sound = failure.code.is_some_and(|code| code != 421);
                if sound
                    && matches!(
                        timeout(COURTESY, kept.connection.command(Rset)).await,
                        Ok(Ok(_))
                    )
                {
                    self.keep(kept);
                }
                Err(failure)
            }
        }
    }

    async fn dialogue(
        &self,
        connection: &mut AsyncSmtpConnection,
        from: Option<Address>,
        to: Address,
        paper: &[u8],
    ) -> Result<String, Failure> {
        let patience = self.settings.command_timeout;
        within(
            patience,
            Stage::Sender,
            connection.command(Mail::new(from, vec![])),
        )
        .await?;
        within(
            patience,
            Stage::Recipient,
            connection.command(Rcpt::new(to, vec![])),
        )
        .await?;
        within(patience, Stage::Data, connection.command(Data)).await?;
        let response = within(
            self.settings.data_timeout,
            Stage::Content,
            connection.message(paper),
        )
        .await?;
        let words: Vec<_> = response.message().collect();
        Ok(one_line(&format!(
            "{} {}",
            response.code(),
            words.join(" ")
        )))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failure> {
        match timeout(
            self.settings.connect_timeout + self.settings.command_timeout,
            self.open(),
        )
        .await
        {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::not_greeted()),
        }
    }

    /// Connection, greeting, TLS, login.
    async fn open(&self) -> Result<AsyncSmtpConnection, Failure> {
        let refused = |e| Failure::from_relay(Stage::Connect, &e);
        let place = (self.settings.host.as_str(), self.settings.port);
        let mut connection = if self.settings.tls == Tls::Wrapped {
            AsyncSmtpConnection::connect_tokio1(
                place,
                Some(self.settings.connect_timeout),
                &self.hello,
                self.tls.clone(),
                None,
            )
            .await
            .map_err(refused)?
        } else {
            let stream =
                match timeout(self.settings.connect_timeout, TcpStream::connect(place)).await {
                    Ok(stream) => {
                        stream.map_err(|e| Failure::ours(Stage::Connect, Lasting::Temporary, e))?
                    }
                    Err(_) => {
                        return Err(Failure::ours(
                            Stage::Connect,
                            Lasting::Temporary,
                            "no connection in time",
                        ));
                    }
                };
            // Else the dot waits for the acknowledgement of the text before it: 40 ms a mail.
            stream.set_nodelay(true).ok();
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello)
                .await
                .map_err(refused)?
        };
        let offered = connection.can_starttls();
        if let Some(tls) = &self.tls
            && (self.settings.tls == Tls::Starttls
                || self.settings.tls == Tls::Opportunistic && offered)
        {
            connection
                .starttls(tls.clone(), &self.hello)
                .await
                .map_err(refused)?;
        }
        if let Some(login) = &self.settings.login {
            let credentials = Credentials::new(login.user.clone(), login.password.to_string());
            connection
                .auth(DEFAULT_MECHANISMS, &credentials)
                .await
                .map_err(refused)?;
        }
        Ok(connection)
    }
}

async fn within(
    patience: Duration,
    stage: Stage,
    step: impl Future<Output = Result<Response, lettre::transport::smtp::Error>>,
) -> Result<Response, Failure> {
    match timeout(patience, step).await {
        // 354 opens the mail, 2xx is the yes to all else; the other way round the dialogue is out of step.
        Ok(Ok(response))
            if response.code().severity as u8 == if stage == Stage::Data { 3 } else { 2 } =>
        {
            Ok(response)
        }
        Ok(Ok(response)) => Err(Failure::ours(
            stage,
            Lasting::Temporary,
            format!("unexpected answer {}", response.code()),
        )),
        Ok(Err(error)) => Err(Failure::from_relay(stage, &error)),
        Err(_) => Err(Failure::ours(
            stage,
            Lasting::Temporary,
            "no answer in time",
        )),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

fn tls_parameters(
    settings: &Settings,
) -> Result<Option<TlsParameters>, lettre::transport::smtp::Error> {
    if settings.tls == Tls::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if settings.tls == Tls::Opportunistic {
        builder = builder
            .dangerous_accept_invalid_certs(true)
            .dangerous_accept_invalid_hostnames(true);
    }
    if let Some(pem) = &settings.authority {
        builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
    }
    builder.build().map(Some)
}

/// A mail that was not taken within this time of its first try is given up [SPEC 5.6].
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(5 * 24 * 3600);
/// No wait between two tries is longer (before the jitter).
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 3600);

/// How long to wait after the `tries`-th try (1 is the first): `base`, doubled each time, at most two hours, a quarter more or less by chance, so
/// that what failed together does not come back together.
pub fn next_try(tries: u32, base: Duration) -> Duration {
    let doubled =
        base.as_secs_f64().max(0.001) * 2f64.powi(tries.saturating_sub(1).min(30).cast_signed());
    let mut byte = [128u8];
    // Without randomness there is no jitter, which is no reason not to retry.
    aws_lc_rs::rand::fill(&mut byte).ok();
    Duration::from_secs_f64(
        doubled.min(LONGEST_WAIT.as_secs_f64()) * (0.75 + f64::from(byte[0]) / 512.0),
    )
}

/// Is the mail to be given up rather than tried again at `next_at`? Times are UTC milliseconds.
pub fn gives_up(first_try_at: i64, next_at: i64) -> bool {
    u128::from(next_at.saturating_sub(first_try_at).max(0).unsigned_abs())
        > GIVE_UP_AFTER.as_millis()
}

#[cfg(test)]
#[path = "relay_tests.rs"]
mod tests;
