//! Answers of the legacy interface, and how XML is written. [SPEC 9.1]
//!
//! rpc/encoded, the children unqualified and typed: every in/out part in WSDL order, then `return`. Old clients read them by
//! position, new ones by name, so all parts always stand there, empty when the call was refused.

use std::fmt::Write;

use super::{
    envelope::is_xml,
    legacy::{Code, NAMESPACE, Operation, VERSION},
};

/// Namespace of a SOAP 1.1 Envelope.
pub const ENVELOPE_NAMESPACE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// Content-Type of answers and Faults.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";
/// First bytes of every document that we write.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// The in/out parts of an answer that is not a refusal, or is one after all: [`Response::code`] stands beside them.
#[derive(Clone, PartialEq)]
#[allow(missing_docs, reason = "the variants are the operations of the WSDL")]
pub enum Outcome {
    /// Ids in the order of the recipients.
    SendTextSms {
        ids: Vec<u32>,
    },
    /// Ids in the order of the recipients.
    SendBinarySms {
        ids: Vec<u32>,
    },
    /// Bare classic words in the order of the ids.
    CheckMessageStatus {
        statuses: Vec<&'static str>,
    },
    GetPropertyPage {
        content: String,
    },
    GetCreditsLeft {
        credits: f64,
    },
    GetLicenseInformation {
        info: String,
    },
    /// Sender without `+`; timestamp `yyyy-mm-dd hh:nn:ss` on the company's clock; all empty when there is none.
    GetIncomingMessage {
        sender: String,
        content: String,
        timestamp: String,
        left: i32,
    },
    EnterSchedule,
    /// Ids in the order of the recipients.
    EnterScheduleExt {
        ids: Vec<u32>,
    },
    DeleteSchedule,
    GetListNames {
        names: String,
    },
    GetListEntries {
        entries: String,
    },
    RegisterAccount,
    /// Returns a text instead of a code.
    RedWebServiceVersion,
}

/// What a call is answered with.
#[derive(Clone, PartialEq)]
pub struct Response {
    /// The value of `return`.
    pub code: Code,
    /// The other parts.
    pub outcome: Outcome,
}

/// Operation and code only: the rest is what people wrote.
impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Response({}, {:?})",
            self.outcome.operation().name(),
            self.code
        )
    }
}

enum Part {
    Text(String),
    Int(i32),
    Double(f64),
}

impl Response {
    /// A yes with its parts.
    pub fn ok(outcome: Outcome) -> Response {
        Response {
            code: Code::Ok,
            outcome,
        }
    }

    /// A no: all parts empty.
    pub fn refusal(operation: Operation, code: Code) -> Response {
        Response {
            code,
            outcome: Outcome::empty(operation),
        }
    }

    /// The whole document, to be sent with HTTP 200, [`CONTENT_TYPE`] and its Content-Length.
    pub fn to_xml(&self) -> String {
        let name = self.outcome.operation().name();
        let mut parts = self.outcome.parts();
        parts.push(match self.outcome {
            Outcome::RedWebServiceVersion => ("return", Part::Text(VERSION.to_owned())),
            _ => ("return", Part::Int(self.code.number())),
        });
        let mut xml = format!(
            "{DECLARATION}<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{ENVELOPE_NAMESPACE}\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:SOAP-ENC=\"http://schemas.xmlsoap.org/soap/encoding/\">\
             <SOAP-ENV:Body SOAP-ENV:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\
             <NS1:{name}Response xmlns:NS1=\"{NAMESPACE}\">"
        );
        for (part, value) in &parts {
            let (kind, text) = match value {
                Part::Text(text) => ("string", escape(text)),
                Part::Int(number) => ("int", number.to_string()),
                Part::Double(number) => ("double", double(*number)),
            };
            // Writing to a String cannot fail.
            let _ = write!(xml, "<{part} xsi:type=\"xsd:{kind}\">{text}</{part}>");
        }
        let _ = write!(
            xml,
            "</NS1:{name}Response></SOAP-ENV:Body></SOAP-ENV:Envelope>"
        );
        xml
    }
}

impl Outcome {
    /// Which operation this answers.
    pub fn operation(&self) -> Operation {
        match self {
            Outcome::SendTextSms { .. } => Operation::SendTextSms,
            Outcome::SendBinarySms { .. } => Operation::SendBinarySms,
            Outcome::CheckMessageStatus { .. } => Operation::CheckMessageStatus,
            Outcome::GetPropertyPage { .. } => Operation::GetPropertyPage,
            Outcome::GetCreditsLeft { .. } => Operation::GetCreditsLeft,
            Outcome::GetLicenseInformation { .. } => Operation::GetLicenseInformation,
            Outcome::GetIncomingMessage { .. } => Operation::GetIncomingMessage,
            Outcome::EnterSchedule => Operation::EnterSchedule,
            Outcome::EnterScheduleExt { .. } => Operation::EnterScheduleExt,
            Outcome::DeleteSchedule => Operation::DeleteSchedule,
            Outcome::GetListNames { .. } => Operation::GetListNames,
            Outcome::GetListEntries { .. } => Operation::GetListEntries,
            Outcome::RegisterAccount => Operation::RegisterAccount,
            Outcome::RedWebServiceVersion => Operation::RedWebServiceVersion,
        }
    }

    /// All parts empty: what stands beside a refusal, and "nothing there".
    pub fn empty(operation: Operation) -> Outcome {
        let (ids, text) = (Vec::new(), String::new);
        match operation {
            Operation::SendTextSms => Outcome::SendTextSms { ids },
            Operation::SendBinarySms => Outcome::SendBinarySms { ids },
            Operation::CheckMessageStatus => Outcome::CheckMessageStatus {
                statuses: Vec::new(),
            },
            Operation::GetPropertyPage => Outcome::GetPropertyPage { content: text() },
            Operation::GetCreditsLeft => Outcome::GetCreditsLeft { credits: 0.0 },
            Operation::GetLicenseInformation => Outcome::GetLicenseInformation { info: text() },
            Operation::GetIncomingMessage => Outcome::GetIncomingMessage {
                sender: text(),
                content: text(),
                timestamp: text(),
                left: 0,
            },
            Operation::EnterSchedule => Outcome::EnterSchedule,
            Operation::EnterScheduleExt => Outcome::EnterScheduleExt { ids },
            Operation::DeleteSchedule => Outcome::DeleteSchedule,
            Operation::GetListNames => Outcome::GetListNames { names: text() },
            Operation::GetListEntries => Outcome::GetListEntries { entries: text() },
            Operation::RegisterAccount => Outcome::RegisterAccount,
            Operation::RedWebServiceVersion => Outcome::RedWebServiceVersion,
        }
    }

    fn parts(&self) -> Vec<(&'static str, Part)> {
        let text = |name, text: &str| (name, Part::Text(text.to_owned()));
        match self {
            Outcome::SendTextSms { ids }
            | Outcome::SendBinarySms { ids }
            | Outcome::EnterScheduleExt { ids } => {
                let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
                vec![("strOutMessageIDs", Part::Text(ids.join(",")))]
            }
            Outcome::CheckMessageStatus { statuses } => {
                vec![("strOutMessageStatus", Part::Text(statuses.join(",")))]
            }
            Outcome::GetPropertyPage { content } => vec![text("strOutContent", content)],
            Outcome::GetCreditsLeft { credits } => {
                vec![("dOutCreditsLeft", Part::Double(*credits))]
            }
            Outcome::GetLicenseInformation { info } => vec![text("strOutLicenseInfo", info)],
            Outcome::GetIncomingMessage {
                sender,
                content,
                timestamp,
                left,
            } => vec![
                text("strOutSender", sender),
                text("strOutMessageContent", content),
                text("strOutTimeStamp", timestamp),
                ("iOutMessagesLeft", Part::Int(*left)),
            ],
            Outcome::GetListNames { names } => vec![text("strOutListNames", names)],
            Outcome::GetListEntries { entries } => vec![text("strOutListEntries", entries)],
            Outcome::EnterSchedule
            | Outcome::DeleteSchedule
            | Outcome::RegisterAccount
            | Outcome::RedWebServiceVersion => Vec::new(),
        }
    }
}

/// An `xsd:double` without exponent.
fn double(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 {
            "INF".to_owned()
        } else {
            "-INF".to_owned()
        }
    } else {
        number.to_string()
    }
}

/// Text for element content or a quoted attribute. What XML forbids becomes U+FFFD; CR is kept from line-end normalisation.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\r' => escaped.push_str("&#13;"),
            character if is_xml(character) => escaped.push(character),
            _ => escaped.push(char::REPLACEMENT_CHARACTER),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{super::wsdl, *};

    fn samples() -> Vec<Response> {
        let mut samples: Vec<Response> = [
            Outcome::SendTextSms {
                ids: vec![1, 2_147_483_647],
            },
            Outcome::SendBinarySms { ids: vec![3] },
            Outcome::CheckMessageStatus {
                statuses: vec!["OK", "PENDING", "ABORT"],
            },
            Outcome::GetPropertyPage {
                content: "<html>&amp;</html>".into(),
            },
            Outcome::GetCreditsLeft { credits: 12.5 },
            Outcome::GetLicenseInformation {
                info: "Licence".into(),
            },
            Outcome::GetIncomingMessage {
                sender: "61491570156".into(),
                content: "Grüße \u{1f600}\r\n<\u{0}\u{1f}\u{ffff}>\"".into(),
                timestamp: "2026-03-11 14:34:05".into(),
                left: 2,
            },
            Outcome::EnterScheduleExt { ids: vec![7] },
            Outcome::GetListNames {
                names: "1,Staff".into(),
            },
            Outcome::GetListEntries {
                entries: "61491570156".into(),
            },
        ]
        .into_iter()
        .map(Response::ok)
        .collect();
        samples.extend(
            [
                Operation::EnterSchedule,
                Operation::DeleteSchedule,
                Operation::RegisterAccount,
                Operation::RedWebServiceVersion,
            ]
            .map(|o| Response::ok(Outcome::empty(o))),
        );
        samples
    }

    #[test]
    fn goldens() {
        for sample in samples() {
            insta::assert_snapshot!(sample.outcome.operation().name(), sample.to_xml());
        }
    }

    /// Names, order and types of all parts are those of the WSDL, in answers and in refusals.
    #[test]
    fn parts_are_those_of_the_wsdl() {
        let file = roxmltree::Document::parse(wsdl::LEGACY).unwrap();
        let refusals = Operation::ALL.map(|operation| Response::refusal(operation, Code::WrongKey));
        for response in samples().into_iter().chain(refusals) {
            let wrapper = format!("{}Response", response.outcome.operation().name());
            let message = file
                .descendants()
                .find(|node| {
                    node.has_tag_name(("http://schemas.xmlsoap.org/wsdl/", "message"))
                        && node.attribute("name") == Some(&wrapper)
                })
                .unwrap();
            let declared: Vec<(&str, &str)> = message
                .children()
                .filter(roxmltree::Node::is_element)
                .map(|part| {
                    (
                        part.attribute("name").unwrap(),
                        part.attribute("type").unwrap().trim_start_matches("xs:"),
                    )
                })
                .collect();
            let xml = response.to_xml();
            let document = roxmltree::Document::parse(&xml).unwrap();
            let element = document
                .descendants()
                .find(|node| node.has_tag_name((NAMESPACE, wrapper.as_str())))
                .unwrap();
            let written: Vec<(&str, &str)> = element
                .children()
                .map(|part| {
                    assert_eq!(part.tag_name().namespace(), None);
                    let kind = part
                        .attribute(("http://www.w3.org/2001/XMLSchema-instance", "type"))
                        .unwrap();
                    (part.tag_name().name(), kind.trim_start_matches("xsd:"))
                })
                .collect();
            assert_eq!(written, declared, "{wrapper}");
        }
    }

    #[test]
    fn every_operation_has_a_sample() {
        let sampled: Vec<Operation> = samples()
            .iter()
            .map(|sample| sample.outcome.operation())
            .collect();
        assert!(
            Operation::ALL
                .iter()
                .all(|operation| sampled.contains(operation))
        );
    }

    #[test]
    fn doubles_are_schema_doubles() {
        for (number, text) in [
            (0.0, "0"),
            (12.5, "12.5"),
            (1e21, "1000000000000000000000"),
            (f64::INFINITY, "INF"),
            (f64::NEG_INFINITY, "-INF"),
        ] {
            assert_eq!(double(number), text);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_makes_a_well_formed_answer(content: String) {
            let outcome = Outcome::GetPropertyPage { content: content.clone() };
            let xml = Response::ok(outcome).to_xml();
            let document = roxmltree::Document::parse(&xml).unwrap();
            let read = document.descendants().find(|node| node.tag_name().name() == "strOutContent").and_then(|node| node.text()).unwrap_or_default();
            let expected: String = content.chars().map(|c| if is_xml(c) { c } else { '\u{fffd}' }).collect();
            proptest::prop_assert_eq!(read, expected);
        }
    }
}
