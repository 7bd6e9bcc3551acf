//! Malformed calls: what was wrong, where, how to mend it, and the SOAP 1.1 Fault that says so; and the codes of refused ones. [SPEC 2.2, 9.1, 9.5]
//!
//! Nothing a caller sent is repeated to it but names of elements, entities, charsets and operations, cut short; to the log not even those, for what stands where a
//! name is expected may be a piece of a text or a key ([`FaultReason::without_names`]).

use std::fmt;

use super::answer::{DECLARATION, ENVELOPE_NAMESPACE, escape};
use super::legacy::Code;
use crate::to_handset::Refusal;

/// A position in the request as its author sees it: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl Place {
    /// Where byte `offset` of `text` stands; an offset inside a character or past the end counts up to the last whole character.
    pub fn of(text: &str, offset: usize) -> Place {
        let end = (0..=offset.min(text.len()))
            .rev()
            .find(|end| text.is_char_boundary(*end));
        let before = &text[..end.unwrap_or(0)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: count(before.bytes().filter(|byte| *byte == b'\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Why a request is not a call that we can serve. Each names the place; [`FaultReason::remedy`] says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultReason {
    /// Nothing was posted, or only blanks.
    #[error("the request body is empty")]
    Empty,
    /// More bytes than [`super::envelope::MAX_BYTES`].
    #[error("the request body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body starts like a gzip, zip or zlib stream.
    #[error("the request body is compressed")]
    Compressed,
    /// A charset that we do not know, or that is unsafe (UTF-7, UTF-32, ISO-2022-KR, ...).
    #[error("the charset \"{label}\" is not supported")]
    UnknownCharset {
        /// The label as sent, cut short.
        label: String,
    },
    /// The bytes are not what the charset says.
    #[error("the request body is not valid {charset}{}", offset.map(|offset| format!(" at byte {offset}")).unwrap_or_default())]
    Undecodable {
        /// The charset that was declared or seen.
        charset: &'static str,
        /// First wrong byte, from 0, where it is known.
        offset: Option<usize>,
    },
    /// `<!DOCTYPE`.
    #[error("a DOCTYPE stands at {at}")]
    Doctype {
        /// Where.
        at: Place,
    },
    /// `&name;` that is not one of XML's five.
    #[error("the entity \"{name}\" at {at} is not one of XML's own five")]
    CustomEntity {
        /// Its name, cut short.
        name: String,
        /// Where.
        at: Place,
    },
    /// A character, or a reference to one, that XML 1.0 forbids.
    #[error("a character that XML does not allow stands at {at}")]
    ForbiddenCharacter {
        /// Where.
        at: Place,
    },
    /// Elements nested deeper than [`super::envelope::MAX_DEPTH`].
    #[error("elements are nested deeper than {limit} at {at}")]
    TooDeep {
        /// The limit.
        limit: usize,
        /// Where.
        at: Place,
    },
    /// An element with more attributes than [`super::envelope::MAX_ATTRIBUTES`].
    #[error("an element at {at} has more than {limit} attributes")]
    TooManyAttributes {
        /// The limit.
        limit: usize,
        /// Where.
        at: Place,
    },
    /// More elements, comments and sections than [`super::envelope::MAX_NODES`].
    #[error("the document has more than {limit} elements")]
    TooManyNodes {
        /// The limit.
        limit: usize,
    },
    /// More namespace declarations than [`super::envelope::MAX_NAMESPACES`].
    #[error("the document declares more than {limit} namespaces")]
    TooManyNamespaces {
        /// The limit.
        limit: usize,
    },
    /// Not well-formed.
    #[error("the request is not well-formed XML: {cause}{}", at.map(|at| format!(", {at}")).unwrap_or_default())]
    NotXml {
        /// The parser's word on it, without any content.
        cause: &'static str,
        /// Where, unless the document simply ended.
        at: Option<Place>,
    },
    /// The root is something else than an Envelope.
    #[error("the root element is \"{name}\", not a SOAP Envelope")]
    NotAnEnvelope {
        /// Its local name, cut short.
        name: String,
    },
    /// An Envelope of SOAP 1.2, or of no namespace that we know.
    #[error("the Envelope is not in the SOAP 1.1 namespace {ENVELOPE_NAMESPACE}")]
    VersionMismatch,
    /// A header block with mustUnderstand for us. [SOAP 1.1 §4.2.3]
    #[error("the header \"{name}\" at {at} must be understood, and is not")]
    MustUnderstand {
        /// Its local name, cut short.
        name: String,
        /// Where.
        at: Place,
    },
    /// No Body, or nothing in it.
    #[error("the Envelope holds no Body with a call in it")]
    NoCall,
    /// More than one element of the Body could be the call.
    #[error("the Body holds several calls, the second at {at}")]
    SeveralCalls {
        /// Where the second one starts.
        at: Place,
    },
    /// An operation that the interface does not have.
    #[error("there is no operation \"{name}\"")]
    UnknownOperation {
        /// Its local name, cut short.
        name: String,
    },
    /// More arguments than [`super::envelope::MAX_ARGUMENTS`], or more bytes in them than a request may have.
    #[error("the call has too many or too large arguments, at {at}")]
    TooManyArguments {
        /// Where the first one too many stands.
        at: Place,
    },
    /// The same argument twice: it is never guessed which one is meant.
    #[error("the argument \"{name}\" is given a second time at {at}")]
    DuplicateArgument {
        /// Its name, cut short.
        name: String,
        /// Where the second one stands.
        at: Place,
    },
    /// An `href` to nothing, to something outside of the request, or to an id that stands twice.
    #[error("the href at {at} does not lead to exactly one element of this request")]
    BrokenReference {
        /// Where the href stands.
        at: Place,
    },
    /// An `href` that leads back to itself, or over too many steps.
    #[error("the href at {at} leads in a circle")]
    ReferenceLoop {
        /// Where the first href stands.
        at: Place,
    },
    /// An argument that should be plain text holds elements.
    #[error("the argument \"{name}\" at {at} holds elements where plain text is expected")]
    NotPlainText {
        /// Its name, cut short.
        name: String,
        /// Where.
        at: Place,
    },
    /// An argument that does not have the form of its type.
    #[error("the argument \"{name}\" is not {expected}")]
    WrongType {
        /// Its name.
        name: &'static str,
        /// The type with its article, such as `a whole number`.
        expected: &'static str,
    },
    /// We failed, not the caller. The cause is in our log only.
    #[error("the gateway could not process the call")]
    Internal,
}

impl FaultReason {
    /// What the caller's engineer should do about it: one sentence.
    pub fn remedy(&self) -> &'static str {
        match self {
            FaultReason::Empty => "Post a SOAP 1.1 Envelope.",
            FaultReason::TooLarge { .. } => "Send fewer recipients or a shorter text per call.",
            FaultReason::Compressed => "Send the XML itself, without compression.",
            FaultReason::UnknownCharset { .. } => "Send UTF-8 and say so in the Content-Type.",
            FaultReason::Undecodable { .. } => {
                "Make the bytes match the charset of the Content-Type or the XML declaration."
            }
            FaultReason::Doctype { .. } => "Remove the DOCTYPE; SOAP does not allow one.",
            FaultReason::CustomEntity { .. } => {
                "Write the character itself, or a character reference such as &#233;."
            }
            FaultReason::ForbiddenCharacter { .. } => {
                "Remove control characters from the text before sending it."
            }
            FaultReason::TooDeep { .. } => "Send the arguments as plain children of the operation.",
            FaultReason::TooManyAttributes { .. } => {
                "Send fewer attributes; arguments are elements."
            }
            FaultReason::TooManyNodes { .. } => {
                "Send one call with its arguments and nothing else."
            }
            FaultReason::TooManyNamespaces { .. } => "Declare namespaces once, on the Envelope.",
            FaultReason::NotXml { .. } => "Escape & and < in texts, and close every element.",
            FaultReason::NotAnEnvelope { .. } => "Wrap the call in a SOAP 1.1 Envelope and Body.",
            FaultReason::VersionMismatch => "Send SOAP 1.1, not 1.2.",
            FaultReason::MustUnderstand { .. } => {
                "Leave the header out, or clear its mustUnderstand."
            }
            FaultReason::NoCall => "Put the operation's element into the Body.",
            FaultReason::SeveralCalls { .. } => "Send one call per request.",
            FaultReason::UnknownOperation { .. } => {
                "See the WSDL for the operations; names are case-sensitive."
            }
            FaultReason::TooManyArguments { .. } => "Send only the arguments that the WSDL names.",
            FaultReason::DuplicateArgument { .. } => {
                "Send each argument once; several recipients go into one argument, separated by commas."
            }
            FaultReason::BrokenReference { .. } => {
                "Give the referenced element a unique id inside the Body, or send the value in place."
            }
            FaultReason::ReferenceLoop { .. } => "Let every href lead to a value.",
            FaultReason::NotPlainText { .. } => {
                "Escape & and < in texts; send lists as one text with commas."
            }
            FaultReason::WrongType { .. } => "See the WSDL for the type of each argument.",
            FaultReason::Internal => "Try again later; nothing was accepted by this call.",
        }
    }

    /// The same for the log: without any name that the caller chose.
    pub fn without_names(&self) -> FaultReason {
        let mut nameless = self.clone();
        match &mut nameless {
            FaultReason::UnknownCharset { label: name }
            | FaultReason::CustomEntity { name, .. }
            | FaultReason::NotAnEnvelope { name }
            | FaultReason::MustUnderstand { name, .. }
            | FaultReason::UnknownOperation { name }
            | FaultReason::DuplicateArgument { name, .. }
            | FaultReason::NotPlainText { name, .. } => *name = "…".to_owned(),
            _ => {}
        }
        nameless
    }

    /// The SOAP 1.1 fault code, without prefix. [SOAP 1.1 §4.4.1]
    pub fn code(&self) -> &'static str {
        match self {
            FaultReason::VersionMismatch => "VersionMismatch",
            FaultReason::MustUnderstand { .. } => "MustUnderstand",
            FaultReason::Internal => "Server",
            _ => "Client",
        }
    }

    /// The Fault as a whole document, to be answered with [`FAULT_STATUS`] and [`super::answer::CONTENT_TYPE`].
    /// `detail` stands only where the Body is to blame, as the standard demands. [SOAP 1.1 §4.4]
    pub fn to_xml(&self) -> String {
        let remedy = self.remedy();
        let sentence = escape(&format!("{self}. {remedy}"));
        let detail = match self {
            FaultReason::MustUnderstand { .. }
            | FaultReason::VersionMismatch
            | FaultReason::Internal => String::new(),
            _ => format!(
                "<detail><e:problem xmlns:e=\"urn:emailsms:fault\"><e:what>{}</e:what><e:remedy>{}</e:remedy></e:problem></detail>",
                escape(&self.to_string()),
                escape(remedy),
            ),
        };
        format!(
            "{DECLARATION}<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{ENVELOPE_NAMESPACE}\"><SOAP-ENV:Body><SOAP-ENV:Fault>\
             <faultcode>SOAP-ENV:{}</faultcode><faultstring>{sentence}</faultstring>{detail}\
             </SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>",
            self.code(),
        )
    }
}

/// What a refusal is called in this interface. [SPEC 2.2]
impl From<&Refusal> for Code {
    fn from(refusal: &Refusal) -> Code {
        match refusal {
            Refusal::Unavailable
            | Refusal::DiskFull
            | Refusal::Busy { .. }
            | Refusal::Inactive(_) => Code::Unavailable,
            Refusal::UnknownCaller => Code::UnknownSerial,
            Refusal::WrongKey => Code::WrongKey,
            Refusal::Locked { .. } => Code::Locked,
            Refusal::Originator(_)
            | Refusal::ReplyAddress(_)
            | Refusal::Kind(_)
            | Refusal::ReferenceReused => Code::NotPermitted,
            Refusal::Text(_) => Code::BadContent,
            Refusal::Number(_) | Refusal::NotServed(_) => Code::BadDestination,
            Refusal::OptedOut(_) | Refusal::NotOnList(_) => Code::DestinationRefused,
            Refusal::Quota { .. } => Code::QuotaExceeded,
        }
    }
}

/// HTTP status of every Fault. [SOAP 1.1 §6.2]
pub const FAULT_STATUS: u16 = 500;

/// A name from outside, short enough to repeat.
pub(super) fn shorten(name: &str) -> String {
    const LONGEST: usize = 60;
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_hears_no_name_that_the_caller_chose() {
        let (name, at) = ("Pin-4711".to_owned(), Place { line: 1, column: 2 });
        for reason in [
            FaultReason::UnknownCharset {
                label: name.clone(),
            },
            FaultReason::CustomEntity {
                name: name.clone(),
                at,
            },
            FaultReason::NotAnEnvelope { name: name.clone() },
            FaultReason::MustUnderstand {
                name: name.clone(),
                at,
            },
            FaultReason::UnknownOperation { name: name.clone() },
            FaultReason::DuplicateArgument {
                name: name.clone(),
                at,
            },
            FaultReason::NotPlainText { name, at },
        ] {
            assert!(reason.to_string().contains("Pin-4711"), "{reason}");
            let told = reason.without_names().to_string();
            assert!(!told.contains("4711") && told.contains('…'), "{told}");
        }
    }

    #[test]
    fn places_count_lines_and_characters() {
        for (text, offset, line, column) in [
            ("abc", 0, 1, 1),
            ("äb\ncd", 3, 1, 3),
            ("äb\ncd", 5, 2, 2),
            ("ä", 1, 1, 1),
            ("a\n", 99, 2, 1),
        ] {
            assert_eq!(
                Place::of(text, offset),
                Place { line, column },
                "{text:?} {offset}"
            );
        }
    }

    #[test]
    fn faults_are_well_formed_whatever_the_name() {
        let reason = FaultReason::UnknownOperation {
            name: "<&\u{1}]]>".into(),
        };
        let fault = reason.to_xml();
        let document = roxmltree::Document::parse(&fault).unwrap();
        let text = |name: &str| {
            document
                .descendants()
                .find(|n| n.tag_name().name() == name)
                .and_then(|n| n.text())
                .unwrap()
        };
        assert_eq!(text("faultcode"), "SOAP-ENV:Client");
        assert!(
            text("faultstring")
                .starts_with("there is no operation \"<&\u{fffd}]]>\". See the WSDL")
        );
        assert_eq!(text("remedy"), reason.remedy());
    }

    #[test]
    fn headers_and_versions_get_their_own_code_and_no_detail() {
        let at = Place { line: 1, column: 2 };
        for (reason, code) in [
            (
                FaultReason::MustUnderstand {
                    name: "x".into(),
                    at,
                },
                "SOAP-ENV:MustUnderstand<",
            ),
            (FaultReason::VersionMismatch, "SOAP-ENV:VersionMismatch<"),
            (FaultReason::Internal, "SOAP-ENV:Server<"),
        ] {
            let fault = reason.to_xml();
            assert!(
                fault.contains(code) && !fault.contains("<detail>"),
                "{fault}"
            );
        }
    }

    /// What other doors print as the SOAP code is what this door answers.
    #[test]
    fn codes_are_those_of_the_refusal() {
        use crate::to_handset::Who;
        let text = String::new;
        for refusal in [
            Refusal::Unavailable,
            Refusal::DiskFull,
            Refusal::Busy { queued: 1, cap: 1 },
            Refusal::UnknownCaller,
            Refusal::WrongKey,
            Refusal::Locked { seconds: 1 },
            Refusal::Inactive(Who::Company),
            Refusal::Originator(text()),
            Refusal::ReplyAddress(text()),
            Refusal::Kind(text()),
            Refusal::Text(text()),
            Refusal::Number(text()),
            Refusal::NotServed(text()),
            Refusal::OptedOut(text()),
            Refusal::NotOnList(text()),
            Refusal::Quota {
                scope: Who::User,
                limit: 1,
                used: 1,
                needed: 1,
            },
            Refusal::ReferenceReused,
        ] {
            let code = Code::from(&refusal);
            assert_eq!(code.number(), i32::from(refusal.soap_code()), "{refusal:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        assert_eq!(shorten(&"ä".repeat(61)), format!("{}...", "ä".repeat(60)));
        assert_eq!(shorten("short"), "short");
    }
}
