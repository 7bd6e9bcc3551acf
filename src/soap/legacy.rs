//! The legacy interface: its fourteen operations, its result codes, and typed requests out of a [`Call`]. [SPEC 9.1]
//!
//! Arguments are bound by name. One that is missing, nil or empty is an empty text, 0 or false, so that the ordinary checks answer
//! with a code; only a value of the wrong form is a malformed call. Arguments that the operation does not have, and the values that
//! clients must send for its out parts, are not looked at.

use std::{fmt, ops::Deref};

use super::{
    envelope::{Call, Value},
    fault::{FaultReason, shorten},
    values,
};

/// Namespace of the Body's elements.
pub const NAMESPACE: &str = "urn:SOAPServerImpl-ISOAPServer";

/// What RedWebServiceVersion returns.
pub const VERSION: &str = "5.0";

/// What `return` says. 16 and 17 belong to clients and are never sent. [SPEC 2.2]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Code {
    /// 0: accepted, and on disk.
    Ok = 0,
    /// 1: this door, kind, originator or reply address is not permitted, or a parameter cannot be.
    NotPermitted = 1,
    /// 2: not able to keep it now, or company, department or user inactive.
    Unavailable = 2,
    /// 3: too many wrong keys.
    Locked = 3,
    /// 4: wrong key.
    WrongKey = 4,
    /// 5: no balance.
    NoCredit = 5,
    /// 6: not enough balance.
    NotEnoughCredit = 6,
    /// 7: reserved.
    Reserved7 = 7,
    /// 8: a destination is not a mobile number that we serve, or the list is empty or too long.
    BadDestination = 8,
    /// 9: the text is missing, too long or not encodable; binary content is malformed.
    BadContent = 9,
    /// 10: unknown serial.
    UnknownSerial = 10,
    /// 11: reserved.
    Reserved11 = 11,
    /// 12: daily quota used up.
    QuotaExceeded = 12,
    /// 13: destination opted out, or not on the restricted list.
    DestinationRefused = 13,
    /// 14: reserved.
    Reserved14 = 14,
    /// 15: reserved.
    Reserved15 = 15,
}

impl Code {
    /// The number in `return`.
    pub fn number(self) -> i32 {
        self as i32
    }
}

/// An operation of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of the WSDL")]
pub enum Operation {
    SendTextSms,
    SendBinarySms,
    CheckMessageStatus,
    GetPropertyPage,
    GetCreditsLeft,
    GetLicenseInformation,
    GetIncomingMessage,
    EnterSchedule,
    EnterScheduleExt,
    DeleteSchedule,
    GetListNames,
    GetListEntries,
    RegisterAccount,
    RedWebServiceVersion,
}

impl Operation {
    /// All of them, in WSDL order.
    pub const ALL: [Operation; 14] = [
        Operation::SendTextSms,
        Operation::SendBinarySms,
        Operation::CheckMessageStatus,
        Operation::GetPropertyPage,
        Operation::GetCreditsLeft,
        Operation::GetLicenseInformation,
        Operation::GetIncomingMessage,
        Operation::EnterSchedule,
        Operation::EnterScheduleExt,
        Operation::DeleteSchedule,
        Operation::GetListNames,
        Operation::GetListEntries,
        Operation::RegisterAccount,
        Operation::RedWebServiceVersion,
    ];

    /// Its name in the WSDL.
    pub fn name(self) -> &'static str {
        match self {
            Operation::SendTextSms => "SendTextSMS",
            Operation::SendBinarySms => "SendBinarySMS",
            Operation::CheckMessageStatus => "CheckMessageStatus",
            Operation::GetPropertyPage => "GetPropertyPage",
            Operation::GetCreditsLeft => "GetCreditsLeft",
            Operation::GetLicenseInformation => "GetLicenseInformation",
            Operation::GetIncomingMessage => "GetIncomingMessage",
            Operation::EnterSchedule => "EnterSchedule",
            Operation::EnterScheduleExt => "EnterScheduleExt",
            Operation::DeleteSchedule => "DeleteSchedule",
            Operation::GetListNames => "GetListNames",
            Operation::GetListEntries => "GetListEntries",
            Operation::RegisterAccount => "RegisterAccount",
            Operation::RedWebServiceVersion => "RedWebServiceVersion",
        }
    }

    /// The operation of that name, letter by letter.
    pub fn named(name: &str) -> Option<Operation> {
        Operation::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
    }
}

/// A text that no log may show: a key, a serial, what someone writes to someone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Private(String);

impl Private {
    /// The text itself, given away.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl From<&str> for Private {
    fn from(text: &str) -> Private {
        Private(text.to_owned())
    }
}

impl Deref for Private {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Private")
    }
}

/// Who calls: a user's serial or a program's key, and its secret. Blanks around both are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// strInSerialNo
    pub serial: Private,
    /// strInSMSKey
    pub key: Private,
}

/// How a text is to be shown or encoded: iInType.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// 0
    Normal,
    /// 1: class 0, shown at once.
    Flash,
    /// 2: UCS-2 even where GSM would do.
    Unicode,
}

/// An iInType as sent; judged only when the caller is known. [SPEC 2.2]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindNumber(pub i32);

impl KindNumber {
    /// Errors: [`Code::NotPermitted`] for every other number.
    pub fn kind(self) -> Result<MessageKind, Code> {
        match self.0 {
            0 => Ok(MessageKind::Normal),
            1 => Ok(MessageKind::Flash),
            2 => Ok(MessageKind::Unicode),
            _ => Err(Code::NotPermitted),
        }
    }
}

/// A list of destinations as sent; judged only when the caller is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients(Private);

impl Recipients {
    /// The destinations in order, as written, doubles included.
    ///
    /// Errors: [`Code::BadDestination`] if there are none or more than [`values::MAX_RECIPIENTS`].
    pub fn split(&self) -> Result<Vec<&str>, Code> {
        bounded(&self.0)
    }
}

/// A list of message ids as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageIds(String);

impl MessageIds {
    /// The ids in order; `None` for an entry that cannot be one of ours, which is answered like an id that does not exist.
    ///
    /// Errors: [`Code::BadDestination`] if there are none or more than [`values::MAX_RECIPIENTS`].
    pub fn split(&self) -> Result<Vec<Option<u32>>, Code> {
        Ok(bounded(&self.0)?
            .into_iter()
            .map(values::message_id)
            .collect())
    }
}

fn bounded(list: &str) -> Result<Vec<&str>, Code> {
    let entries: Vec<&str> = values::entries(list)
        .take(values::MAX_RECIPIENTS + 1)
        .collect();
    if (1..=values::MAX_RECIPIENTS).contains(&entries.len()) {
        Ok(entries)
    } else {
        Err(Code::BadDestination)
    }
}

/// One text for one or more handsets, now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendTextSms {
    /// strInSerialNo, strInSMSKey
    pub credentials: Credentials,
    /// strInRecipients
    pub recipients: Recipients,
    /// strInMessageText, as sent
    pub text: Private,
    /// strInReplyEmail, trimmed; empty: the user's own
    pub reply_email: String,
    /// strInOriginator, trimmed; empty: a pool number
    pub originator: String,
    /// iInType
    pub kind: KindNumber,
}

/// Binary content for one or more handsets, now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendBinarySms {
    /// strInSerialNo, strInSMSKey
    pub credentials: Credentials,
    /// strInRecipients
    pub recipients: Recipients,
    /// strInBinaryContent, still base64: see [`SendBinarySms::content`]
    pub encoded_content: Private,
    /// strInExtraParam
    pub extra: Private,
    /// strInReplyEmail, trimmed
    pub reply_email: String,
    /// iInType
    pub kind: KindNumber,
}

impl SendBinarySms {
    /// The bytes. Errors: [`Code::BadContent`] if they are not base64, or none.
    pub fn content(&self) -> Result<Vec<u8>, Code> {
        values::base64(&self.encoded_content)
            .filter(|bytes| !bytes.is_empty())
            .ok_or(Code::BadContent)
    }

    /// The header of each part. Errors: [`Code::BadContent`] if strInExtraParam is not hexadecimal.
    pub fn header(&self) -> Result<Vec<u8>, Code> {
        let digits: String = self.extra.split_whitespace().collect();
        data_encoding::HEXLOWER_PERMISSIVE
            .decode(digits.as_bytes())
            .map_err(|_| Code::BadContent)
    }
}

/// What became of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckMessageStatus {
    /// strInSerialNo, strInSMSKey
    pub credentials: Credentials,
    /// strInMessageIDs
    pub ids: MessageIds,
}

/// The settings page of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetPropertyPage {
    /// strInSerialNo, strInSMSKey
    pub credentials: Credentials,
    /// bFirstUse
    pub is_first_use: bool,
}

/// The next reply that was not yet handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetIncomingMessage {
    /// strInSerialNo, strInSMSKey
    pub credentials: Credentials,
    /// strInReplyEmail, trimmed; empty: all of that user's
    pub reply_email: String,
}

/// One text for one or more handsets, later: EnterSchedule and EnterScheduleExt, which differ only in their answer.
#[derive(Debug, Clone, PartialEq)]
pub struct EnterSchedule {
    /// All that a text sent now has, too.
    pub message: SendTextSms,
    /// dInDateTime: days since 1899-12-30; any double, NaN too
    pub date_time: f64,
    /// dInRefTime: the caller's now on the same clock, or 0
    pub ref_time: f64,
}

/// Takes scheduled messages back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteSchedule {
    /// strInSerialNo, strInSMSKey
    pub credentials: Credentials,
    /// strInMessageIDs
    pub ids: MessageIds,
}

/// The members of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetListEntries {
    /// strInSerialNo, strInSMSKey
    pub credentials: Credentials,
    /// iInListID
    pub list: i32,
}

/// Asks for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterAccount {
    /// strInSerialNo, trimmed
    pub serial: Private,
    /// strInEmailAddress, trimmed
    pub email: String,
    /// strInName, trimmed
    pub name: String,
    /// strInOrganization, trimmed
    pub organization: String,
    /// iInCountryID
    pub country: i32,
}

/// A call of the interface with its arguments.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant is documented by its content")]
pub enum Request {
    SendTextSms(SendTextSms),
    SendBinarySms(SendBinarySms),
    CheckMessageStatus(CheckMessageStatus),
    GetPropertyPage(GetPropertyPage),
    GetCreditsLeft(Credentials),
    GetLicenseInformation(Credentials),
    GetIncomingMessage(GetIncomingMessage),
    EnterSchedule(EnterSchedule),
    EnterScheduleExt(EnterSchedule),
    DeleteSchedule(DeleteSchedule),
    GetListNames(Credentials),
    GetListEntries(GetListEntries),
    RegisterAccount(RegisterAccount),
    RedWebServiceVersion,
}

impl Request {
    /// Binds the arguments of a call.
    ///
    /// Errors: an unknown operation, or an argument that is not of its type.
    pub fn of(call: &Call) -> Result<Request, FaultReason> {
        let operation =
            Operation::named(&call.operation).ok_or_else(|| FaultReason::UnknownOperation {
                name: shorten(&call.operation),
            })?;
        Ok(match operation {
            Operation::SendTextSms => Request::SendTextSms(call.text_sms()?),
            Operation::SendBinarySms => Request::SendBinarySms(SendBinarySms {
                credentials: call.credentials()?,
                recipients: call.recipients()?,
                encoded_content: call.text("strInBinaryContent")?.into(),
                extra: call.text("strInExtraParam")?.into(),
                reply_email: call.trimmed("strInReplyEmail")?,
                kind: call.kind()?,
            }),
            Operation::CheckMessageStatus => Request::CheckMessageStatus(CheckMessageStatus {
                credentials: call.credentials()?,
                ids: call.ids()?,
            }),
            Operation::GetPropertyPage => Request::GetPropertyPage(GetPropertyPage {
                credentials: call.credentials()?,
                is_first_use: call.typed("bFirstUse", false, "true or false", values::boolean)?,
            }),
            Operation::GetCreditsLeft => Request::GetCreditsLeft(call.credentials()?),
            Operation::GetLicenseInformation => Request::GetLicenseInformation(call.credentials()?),
            Operation::GetIncomingMessage => Request::GetIncomingMessage(GetIncomingMessage {
                credentials: call.credentials()?,
                reply_email: call.trimmed("strInReplyEmail")?,
            }),
            Operation::EnterSchedule => Request::EnterSchedule(call.schedule()?),
            Operation::EnterScheduleExt => Request::EnterScheduleExt(call.schedule()?),
            Operation::DeleteSchedule => Request::DeleteSchedule(DeleteSchedule {
                credentials: call.credentials()?,
                ids: call.ids()?,
            }),
            Operation::GetListNames => Request::GetListNames(call.credentials()?),
            Operation::GetListEntries => Request::GetListEntries(GetListEntries {
                credentials: call.credentials()?,
                list: call.int("iInListID")?,
            }),
            Operation::RegisterAccount => Request::RegisterAccount(RegisterAccount {
                serial: call.trimmed("strInSerialNo")?.as_str().into(),
                email: call.trimmed("strInEmailAddress")?,
                name: call.trimmed("strInName")?,
                organization: call.trimmed("strInOrganization")?,
                country: call.int("iInCountryID")?,
            }),
            Operation::RedWebServiceVersion => Request::RedWebServiceVersion,
        })
    }

    /// Who calls; `None` for the two operations that anybody may call.
    pub fn credentials(&self) -> Option<&Credentials> {
        match self {
            Request::SendTextSms(sms) => Some(&sms.credentials),
            Request::SendBinarySms(sms) => Some(&sms.credentials),
            Request::CheckMessageStatus(asked) => Some(&asked.credentials),
            Request::GetPropertyPage(asked) => Some(&asked.credentials),
            Request::GetIncomingMessage(asked) => Some(&asked.credentials),
            Request::EnterSchedule(schedule) | Request::EnterScheduleExt(schedule) => {
                Some(&schedule.message.credentials)
            }
            Request::DeleteSchedule(asked) => Some(&asked.credentials),
            Request::GetListEntries(asked) => Some(&asked.credentials),
            Request::GetCreditsLeft(credentials)
            | Request::GetLicenseInformation(credentials)
            | Request::GetListNames(credentials) => Some(credentials),
            Request::RegisterAccount(_) | Request::RedWebServiceVersion => None,
        }
    }

    /// Which operation was called.
    pub fn operation(&self) -> Operation {
        match self {
            Request::SendTextSms(_) => Operation::SendTextSms,
            Request::SendBinarySms(_) => Operation::SendBinarySms,
            Request::CheckMessageStatus(_) => Operation::CheckMessageStatus,
            Request::GetPropertyPage(_) => Operation::GetPropertyPage,
            Request::GetCreditsLeft(_) => Operation::GetCreditsLeft,
            Request::GetLicenseInformation(_) => Operation::GetLicenseInformation,
            Request::GetIncomingMessage(_) => Operation::GetIncomingMessage,
            Request::EnterSchedule(_) => Operation::EnterSchedule,
            Request::EnterScheduleExt(_) => Operation::EnterScheduleExt,
            Request::DeleteSchedule(_) => Operation::DeleteSchedule,
            Request::GetListNames(_) => Operation::GetListNames,
            Request::GetListEntries(_) => Operation::GetListEntries,
            Request::RegisterAccount(_) => Operation::RegisterAccount,
            Request::RedWebServiceVersion => Operation::RedWebServiceVersion,
        }
    }
}

/// Arguments by the names of this interface.
impl Call {
    fn text(&self, name: &'static str) -> Result<&str, FaultReason> {
        match self.arguments.get(name) {
            None | Some(Value::Nil) => Ok(""),
            Some(Value::Text(text)) => Ok(text),
            Some(Value::Nested(at)) => Err(FaultReason::NotPlainText {
                name: name.to_owned(),
                at: *at,
            }),
        }
    }

    fn trimmed(&self, name: &'static str) -> Result<String, FaultReason> {
        Ok(self.text(name)?.trim().to_owned())
    }

    fn typed<T>(
        &self,
        name: &'static str,
        absent: T,
        expected: &'static str,
        parse: fn(&str) -> Option<T>,
    ) -> Result<T, FaultReason> {
        match self.text(name)?.trim() {
            "" => Ok(absent),
            text => parse(text).ok_or(FaultReason::WrongType { name, expected }),
        }
    }

    fn int(&self, name: &'static str) -> Result<i32, FaultReason> {
        self.typed(name, 0, "a whole number of 32 bits", values::int)
    }

    fn double(&self, name: &'static str) -> Result<f64, FaultReason> {
        self.typed(name, 0.0, "a number with a decimal point", values::double)
    }

    fn credentials(&self) -> Result<Credentials, FaultReason> {
        let private = |name| Ok(Private(self.trimmed(name)?));
        Ok(Credentials {
            serial: private("strInSerialNo")?,
            key: private("strInSMSKey")?,
        })
    }

    fn recipients(&self) -> Result<Recipients, FaultReason> {
        Ok(Recipients(self.text("strInRecipients")?.into()))
    }

    fn ids(&self) -> Result<MessageIds, FaultReason> {
        Ok(MessageIds(self.text("strInMessageIDs")?.to_owned()))
    }

    fn kind(&self) -> Result<KindNumber, FaultReason> {
        Ok(KindNumber(self.int("iInType")?))
    }

    fn text_sms(&self) -> Result<SendTextSms, FaultReason> {
        Ok(SendTextSms {
            credentials: self.credentials()?,
            recipients: self.recipients()?,
            text: self.text("strInMessageText")?.into(),
            reply_email: self.trimmed("strInReplyEmail")?,
            originator: self.trimmed("strInOriginator")?,
            kind: self.kind()?,
        })
    }

    fn schedule(&self) -> Result<EnterSchedule, FaultReason> {
        Ok(EnterSchedule {
            message: self.text_sms()?,
            date_time: self.double("dInDateTime")?,
            ref_time: self.double("dInRefTime")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{super::fault::Place, *};

    fn call(operation: &str, arguments: &[(&str, &str)]) -> Call {
        let value =
            |(name, text): &(&str, &str)| ((*name).to_owned(), Value::Text((*text).to_owned()));
        Call {
            operation: operation.to_owned(),
            arguments: arguments.iter().map(value).collect(),
        }
    }

    #[test]
    fn a_text_is_bound_by_name() {
        let request = Request::of(&call(
            "SendTextSMS",
            &[
                ("iInType", " 1.0 "),
                ("strInMessageText", " two  blanks "),
                ("strInSMSKey", " K \n"),
                ("strInSerialNo", "S"),
                ("strInRecipients", "1;2"),
                ("strInOriginator", " "),
                ("strInReplyEmail", " a@b "),
                ("unheardOf", "x"),
            ],
        ))
        .unwrap();
        let Request::SendTextSms(sms) = &request else {
            panic!("{request:?}")
        };
        assert_eq!(
            (&*sms.credentials.serial, &*sms.credentials.key, &*sms.text),
            ("S", "K", " two  blanks ")
        );
        assert_eq!(sms.recipients.split(), Ok(vec!["1", "2"]));
        assert_eq!(
            (
                sms.reply_email.as_str(),
                sms.originator.as_str(),
                sms.kind.kind()
            ),
            ("a@b", "", Ok(MessageKind::Flash))
        );
        let shown = format!("{request:?}");
        assert!(
            !shown.contains("blanks") && !shown.contains("\"K\"") && !shown.contains("\"S\""),
            "{shown}"
        );
    }

    #[test]
    fn what_is_missing_is_empty() {
        for operation in Operation::ALL {
            let request = Request::of(&call(operation.name(), &[])).unwrap();
            assert_eq!(request.operation(), operation);
        }
        let Request::EnterSchedule(schedule) = Request::of(&call("EnterSchedule", &[])).unwrap()
        else {
            panic!()
        };
        assert_eq!(
            (schedule.date_time, schedule.message.recipients.split()),
            (0.0, Err(Code::BadDestination))
        );
    }

    #[test]
    fn wrong_forms_are_malformed_calls() {
        for (operation, name, text) in [
            ("SendTextSMS", "iInType", "one"),
            ("GetPropertyPage", "bFirstUse", "maybe"),
            ("EnterScheduleExt", "dInDateTime", "tomorrow"),
            ("EnterSchedule", "dInRefTime", "1,5"),
            ("GetListEntries", "iInListID", "99999999999"),
            ("RegisterAccount", "iInCountryID", "AU"),
        ] {
            let Err(FaultReason::WrongType { name: named, .. }) =
                Request::of(&call(operation, &[(name, text)]))
            else {
                panic!("{name}")
            };
            assert_eq!(named, name);
        }
        assert_eq!(
            Request::of(&call("sendtextsms", &[])),
            Err(FaultReason::UnknownOperation {
                name: "sendtextsms".into()
            })
        );
        let at = Place { line: 1, column: 1 };
        let nested = Call {
            operation: "SendTextSMS".into(),
            arguments: BTreeMap::from([("strInRecipients".to_owned(), Value::Nested(at))]),
        };
        assert_eq!(
            Request::of(&nested),
            Err(FaultReason::NotPlainText {
                name: "strInRecipients".into(),
                at
            })
        );
    }

    #[test]
    fn lists_kinds_and_contents_are_judged_by_code() {
        let recipients = |n: usize| Recipients(vec!["0491570156"; n].join(",").as_str().into());
        assert_eq!(recipients(1_000).split().map(|list| list.len()), Ok(1_000));
        assert_eq!(recipients(1_001).split(), Err(Code::BadDestination));
        assert_eq!(
            MessageIds("1, x,3,".into()).split(),
            Ok(vec![Some(1), None, Some(3)])
        );
        assert_eq!(MessageIds(" , ".into()).split(), Err(Code::BadDestination));
        assert_eq!(KindNumber(3).kind(), Err(Code::NotPermitted));
        for (text, content) in [
            ("AQI=", Ok(vec![1, 2])),
            ("*", Err(Code::BadContent)),
            ("", Err(Code::BadContent)),
        ] {
            let request =
                Request::of(&call("SendBinarySMS", &[("strInBinaryContent", text)])).unwrap();
            let Request::SendBinarySms(sms) = request else {
                panic!()
            };
            assert_eq!(sms.content(), content);
        }
    }

    /// Every argument that the WSDL declares as an in part changes the request, so none is misspelt here.
    #[test]
    fn every_in_part_of_the_wsdl_is_read() {
        let wsdl = roxmltree::Document::parse(super::super::wsdl::LEGACY).unwrap();
        for operation in Operation::ALL {
            let empty = Request::of(&call(operation.name(), &[])).unwrap();
            let message = wsdl
                .descendants()
                .find(|node| {
                    node.attribute("name") == Some(&format!("{}Request", operation.name()))
                })
                .unwrap();
            for part in message.children().filter_map(|part| part.attribute("name")) {
                let is_in = !part.contains("Out");
                let changed =
                    Request::of(&call(operation.name(), &[(part, "1")])).unwrap() != empty;
                assert_eq!(changed, is_in, "{} {part}", operation.name());
            }
        }
    }
}
