//! The mails that we write, from plain values to finished bytes: reply, receipt, failure and abort [SPEC 6].
//!
//! Bodies are a contract: people's filters and programs read them, so each row of the table is produced to the letter and only a [`Note`] adds to it.
//! Everything here is pure. What a handset sent goes into bodies only, and every body travels as base64: no byte of a text can become a header,
//! a line of the SMTP dialogue, or a stray line end [SPEC 6.3].

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use lettre::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, SinglePart};
use serde::Deserialize;

/// The last millisecond of the year 9999: mail dates have four-digit years.
const LAST_MS: i64 = 253_402_300_799_999;
/// Longest display name that we put into a header, in characters.
const NAME_CHARS: usize = 64;
/// Longest address and Message-ID that we take, in bytes [RFC 5321 §4.5.3.1.3].
const ADDRESS_BYTES: usize = 254;
const MESSAGE_ID_BYTES: usize = 500;

/// How the line above the original text of a reply is set [SPEC 6].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginalHeader {
    /// `---Original Message--- Sent: 11/03/2003 14:34`
    #[default]
    OneLine,
    /// `---Original Message---`, and `Sent: …` on the next line.
    TwoLines,
}

/// How Australian zones are abbreviated in a `Date:` line [SPEC 6].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneNames {
    /// As the zone database has them: AEST, AEDT, ACST, AWST.
    #[default]
    Current,
    /// As they were: EST, EDT, CST, WST.
    Classic,
}

/// What all mails of one company share.
#[derive(Clone, Debug)]
pub struct Style {
    /// The domain behind the numbers: `sms.example.com`.
    pub mail_domain: String,
    /// The company's zone; every time in a body is local to it.
    pub zone: TimeZone,
    /// One line or two above the original text.
    pub original_header: OriginalHeader,
    /// AEDT or EDT.
    pub zone_names: ZoneNames,
}

/// When, to whom, and about which SMS a mail is written. Times are UTC milliseconds.
#[derive(Clone, Debug)]
pub struct Occasion<'a> {
    /// The mail's own Message-ID, with or without angle brackets; the same at every try.
    pub message_id: &'a str,
    /// The `Date` header; the same at every try.
    pub date_at: i64,
    /// When that happened which the mail tells of; `X-EmailSMS-Time`, and the `Date:` line of failure and abort.
    pub event_at: i64,
    /// Where the mail goes.
    pub to: &'a str,
    /// The name beside that address, if known; what is unfit for a header is dropped.
    pub to_name: Option<&'a str>,
    /// The handset, with or without `+`; `None` if what was asked for is no number.
    pub handset: Option<&'a str>,
    /// The SMS the mail is about (`msg_…`); `None` if there never was one.
    pub sms_id: Option<&'a str>,
    /// The Message-ID of the mail that became the SMS, if a mail did.
    pub answers: Option<&'a str>,
}

/// What the final paragraph and `X-EmailSMS-Note` tell [SPEC 6.1].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The text was cut before it was sent.
    Cut,
    /// Parts of the reply never arrived [SPEC 4.5].
    Incomplete,
    /// The reply may answer an older text [SPEC 5.2].
    Ambiguous,
    /// In doubt for good: the text may have arrived [SPEC 4.3].
    Unknown,
}

impl Note {
    fn word(self) -> &'static str {
        match self {
            Note::Cut => "cut",
            Note::Incomplete => "incomplete",
            Note::Ambiguous => "ambiguous",
            Note::Unknown => "unknown",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Note::Cut => "The text was longer than allowed: only its beginning was sent.",
            Note::Incomplete => "Parts of this reply did not arrive: the text above is incomplete.",
            Note::Ambiguous => "This reply may answer an older text to the same mobile.",
            Note::Unknown => "The carrier never confirmed this text: it may have arrived.",
        }
    }
}

/// One try of one part, as a line of the abort mail.
#[derive(Clone, Debug)]
pub struct AttemptLine<'a> {
    /// When the try ended.
    pub at: i64,
    /// The carrier's name; `None` if it never came to one (no free number, no route).
    pub carrier: Option<&'a str>,
    /// The command status by name, or the cause.
    pub outcome: &'a str,
}

/// What the mail says.
#[derive(Clone, Debug)]
pub enum Matter<'a> {
    /// A handset answered.
    Reply {
        /// What it wrote.
        text: &'a str,
        /// When the gateway accepted the SMS that it answers.
        sent_at: i64,
        /// That SMS, as sent.
        original: &'a str,
    },
    /// The final receipt.
    Receipt {
        /// DELIVERED, else UNDELIVERABLE.
        delivered: bool,
        /// When the gateway accepted the SMS.
        submitted_at: i64,
        /// The carrier's done date, else the receipt's arrival.
        received_at: i64,
        /// The SMS, as sent.
        text: &'a str,
    },
    /// A text was refused or cancelled.
    Failure {
        /// A text of [SPEC 7.5], or a plain sentence.
        status: &'a str,
    },
    /// An SMS was given up.
    Abort {
        /// How many tries there were; 0 if it never came to one.
        tries: u32,
        /// Parts accepted, of how many; `None` if none were.
        parts: Option<(u32, u32)>,
        /// Each try, oldest first.
        attempts: &'a [AttemptLine<'a>],
        /// The SMS, as sent.
        text: &'a str,
    },
}

/// A finished mail, still readable; [`Letter::to_bytes`] puts it on paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// With angle brackets.
    pub message_id: String,
    /// UTC milliseconds.
    pub date: i64,
    /// An address of ours.
    pub from: String,
    /// The recipient's address.
    pub to: String,
    /// The name beside it, fit for a header.
    pub to_name: Option<String>,
    /// ASCII.
    pub subject: String,
    /// All further headers, in order; ASCII.
    pub headers: Vec<(&'static str, String)>,
    /// Lines end in CRLF; the last one has no end.
    pub body: String,
    /// The return path it should travel under; `None` is the null path, for what no person wrote.
    pub envelope_from: Option<String>,
}

/// Why a mail cannot be written. Neither passes by waiting.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LetterError {
    /// The address is none, or not one that plain SMTP carries.
    #[error("not a mail address that we can write to: {0:?}")]
    Address(String),
    /// The Message-ID is malformed.
    #[error("not a Message-ID: {0:?}")]
    MessageId(String),
    /// The mail could not be put together.
    #[error("the mail cannot be built: {0}")]
    Build(String),
}

/// Writes one mail. With no notes its body is the classic one, byte for byte [SPEC 6, 6.1].
pub fn write(
    style: &Style,
    occasion: &Occasion<'_>,
    matter: &Matter<'_>,
    notes: &[Note],
) -> Result<Letter, LetterError> {
    let handset: String = occasion
        .handset
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .take(20)
        .collect();
    let no_reply = format!("no-reply@{}", style.mail_domain);
    let by_a_person = matches!(matter, Matter::Reply { .. });
    let to = mail_address(occasion.to)?;
    Ok(Letter {
        message_id: message_id(occasion.message_id)
            .ok_or_else(|| LetterError::MessageId(occasion.message_id.to_owned()))?,
        date: occasion.date_at.clamp(0, LAST_MS),
        from: if handset.is_empty() {
            no_reply.clone()
        } else {
            format!("{handset}@{}", style.mail_domain)
        },
        to: to.to_string(),
        to_name: occasion.to_name.and_then(header_name),
        subject: subject(matter, &handset),
        headers: headers(style, occasion, &no_reply, by_a_person, notes),
        body: body(style, occasion.event_at, &handset, matter, notes),
        envelope_from: by_a_person.then_some(no_reply),
    })
}

fn subject(matter: &Matter<'_>, handset: &str) -> String {
    match matter {
        Matter::Reply { .. } => format!("Reply from Mobile# {handset}"),
        Matter::Receipt { .. } => format!("Delivery Receipt from Mobile# {handset}"),
        Matter::Failure { .. } | Matter::Abort { .. } => "Message Failed".to_owned(),
    }
}

fn headers(
    style: &Style,
    occasion: &Occasion<'_>,
    no_reply: &str,
    by_a_person: bool,
    notes: &[Note],
) -> Vec<(&'static str, String)> {
    let mut headers = vec![("Reply-To", no_reply.to_owned())];
    // A text that no mail began has no Message-ID; one made of its id is the same in every mail about it, so that they still form one thread.
    let sms_id = occasion.sms_id.map(header_word).filter(|id| !id.is_empty());
    let thread = occasion
        .answers
        .and_then(message_id)
        .or_else(|| message_id(&format!("{}@{}", sms_id.as_deref()?, style.mail_domain)));
    if let Some(thread) = thread {
        headers.push(("In-Reply-To", thread.clone()));
        headers.push(("References", thread));
    }
    if !by_a_person {
        headers.push(("Auto-Submitted", "auto-generated".to_owned()));
    }
    headers.push((
        "X-EmailSMS-Time",
        timestamp(occasion.event_at)
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
    ));
    if let Some(id) = sms_id {
        headers.push(("X-EmailSMS-Id", id));
    }
    if !notes.is_empty() {
        let words: Vec<_> = notes.iter().map(|note| note.word()).collect();
        headers.push(("X-EmailSMS-Note", words.join(", ")));
    }
    headers
}

fn body(
    style: &Style,
    event_at: i64,
    handset: &str,
    matter: &Matter<'_>,
    notes: &[Note],
) -> String {
    let mut lines: Vec<String> = match matter {
        Matter::Reply {
            text,
            sent_at,
            original,
        } => {
            let sent = local(style, *sent_at, "%d/%m/%Y %H:%M");
            let head = match style.original_header {
                OriginalHeader::OneLine => format!("---Original Message--- Sent: {sent}"),
                OriginalHeader::TwoLines => format!("---Original Message---\r\nSent: {sent}"),
            };
            vec![
                crlf(text),
                String::new(),
                head,
                String::new(),
                crlf(original),
            ]
        }
        Matter::Receipt {
            delivered,
            submitted_at,
            received_at,
            text,
        } => vec![
            "Delivery Receipt:".to_owned(),
            String::new(),
            format!(
                "Status: {}",
                if *delivered {
                    "DELIVERED"
                } else {
                    "UNDELIVERABLE"
                }
            ),
            format!("Destination: {handset}"),
            format!(
                "Submitted: {}",
                local(style, *submitted_at, "%d/%m/%y %H:%M")
            ),
            format!("Received: {}", local(style, *received_at, "%d/%m/%y %H:%M")),
            String::new(),
            "Message:".to_owned(),
            String::new(),
            crlf(text),
        ],
        Matter::Failure { status } => vec![
            date_line(style, event_at),
            String::new(),
            format!("Status: {}", one_line(status)),
        ],
        Matter::Abort {
            tries,
            parts,
            attempts,
            text,
        } => {
            let mut lines = vec![
                date_line(style, event_at),
                String::new(),
                abort_status(handset, *tries, *parts),
                String::new(),
            ];
            lines.extend(attempts.iter().map(|attempt| attempt_line(style, attempt)));
            if !attempts.is_empty() {
                lines.push(String::new());
            }
            lines.extend(["Message:".to_owned(), String::new(), crlf(text)]);
            lines
        }
    };
    if !notes.is_empty() {
        let sentences: Vec<_> = notes.iter().map(|note| note.sentence()).collect();
        lines.extend([String::new(), sentences.join(" ")]);
    }
    lines.join("\r\n")
}

fn date_line(style: &Style, at: i64) -> String {
    format!(
        "Date: {} {}",
        local(style, at, "%d/%m/%Y %H:%M:%S"),
        zone_name(style, at)
    )
}

/// The sentence is fixed; how many parts went before, if any did, follows it on the same line.
fn abort_status(handset: &str, tries: u32, parts: Option<(u32, u32)>) -> String {
    let mut status = format!("Status: Message to {handset} could not be delivered");
    match tries {
        0 => status.push('.'),
        1 => status.push_str(" after 1 attempt."),
        n => status.push_str(&format!(" after {n} attempts.")),
    }
    if let Some((accepted, all)) = parts {
        status.push_str(&format!(" {accepted} of {all} parts were accepted."));
    }
    status
}

fn attempt_line(style: &Style, attempt: &AttemptLine<'_>) -> String {
    let at = local(style, attempt.at, "%d/%m/%Y %H:%M:%S");
    match attempt.carrier {
        Some(carrier) => format!("{at} {} {}", one_line(carrier), one_line(attempt.outcome)),
        None => format!("{at} {}", one_line(attempt.outcome)),
    }
}

fn timestamp(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at.clamp(0, LAST_MS)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn local(style: &Style, at: i64, shape: &str) -> String {
    timestamp(at)
        .to_zoned(style.zone.clone())
        .strftime(shape)
        .to_string()
}

fn zone_name(style: &Style, at: i64) -> String {
    let name = local(style, at, "%Z");
    match (style.zone_names, name.as_str()) {
        (ZoneNames::Classic, "AEDT") => "EDT".to_owned(),
        (ZoneNames::Classic, "AEST") => "EST".to_owned(),
        (ZoneNames::Classic, "ACDT") => "CDT".to_owned(),
        (ZoneNames::Classic, "ACST") => "CST".to_owned(),
        (ZoneNames::Classic, "AWST") => "WST".to_owned(),
        _ => name,
    }
}

/// Every kind of line end becomes CRLF, as text in mail has it [RFC 2046 §4.1.1].
fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            c => out.push(c),
        }
    }
    out
}

/// Runs of blanks and control characters become one space.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Characters that nobody sees but that change what one sees: directions, joiners, tags.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A display name without control and bidi characters [SPEC 6.3]; `None` if nothing is left.
fn header_name(name: &str) -> Option<String> {
    // The mail library panics on CR, LF and NUL in a name.
    let visible: String = one_line(
        &name
            .chars()
            .filter(|c| !is_invisible(*c))
            .take(NAME_CHARS * 4)
            .collect::<String>(),
    );
    let short: String = visible.chars().take(NAME_CHARS).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

/// An id as a header can carry it: letters, digits, `-`, `_`, `.`.
fn header_word(id: &str) -> String {
    id.chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .take(64)
        .collect()
}

/// `<left@right>` in visible ASCII, brackets added where missing; `None` for anything else [RFC 5322 §3.6.4].
fn message_id(id: &str) -> Option<String> {
    let id = id.trim();
    let bare = id
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(id);
    let (left, right) = bare.split_once('@')?;
    let fits = bare.len() <= MESSAGE_ID_BYTES
        && bare
            .bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>'));
    (fits && !left.is_empty() && !right.is_empty()).then(|| format!("<{bare}>"))
}

/// An address that any relay takes: ASCII, unquoted.
pub(super) fn mail_address(address: &str) -> Result<Address, LetterError> {
    let plain = address.len() <= ADDRESS_BYTES
        && address
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"<>(),:;\\".contains(&b));
    plain
        .then(|| Address::from_str(address).ok())
        .flatten()
        .ok_or_else(|| LetterError::Address(address.chars().take(ADDRESS_BYTES).collect()))
}

impl Letter {
    /// The finished mail: CRLF line ends, headers in ASCII, body in base64.
    pub fn to_bytes(&self) -> Result<Vec<u8>, LetterError> {
        let date = SystemTime::UNIX_EPOCH
            + Duration::from_millis(self.date.clamp(0, LAST_MS).unsigned_abs());
        let mut message = Message::builder()
            .from(Mailbox::new(None, mail_address(&self.from)?))
            .to(Mailbox::new(
                self.to_name.as_deref().and_then(header_name),
                mail_address(&self.to)?,
            ))
            .subject(one_line(&self.subject))
            .date(date)
            .message_id(Some(
                message_id(&self.message_id)
                    .ok_or_else(|| LetterError::MessageId(self.message_id.clone()))?,
            ));
        for (name, value) in &self.headers {
            let name = HeaderName::new_from_ascii((*name).to_owned())
                .map_err(|e| LetterError::Build(e.to_string()))?;
            message = message.raw_header(HeaderValue::new(name, one_line(value)));
        }
        // Never left to the library's choice: only an encoded body is safe from its handling of bare line ends.
        let body = Body::new_with_encoding(self.body.clone(), ContentTransferEncoding::Base64)
            .map_err(|_| LetterError::Build("body".to_owned()))?;
        let part = SinglePart::builder()
            .header(ContentType::TEXT_PLAIN)
            .body(body);
        message
            .singlepart(part)
            .map(|mail| mail.formatted())
            .map_err(|e| LetterError::Build(e.to_string()))
    }
}

#[cfg(test)]
#[path = "letter_tests.rs"]
mod tests;
