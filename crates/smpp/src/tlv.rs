//! Optional parameters: tag, length, value.

use bytes::Bytes;

/// One optional parameter, its value uninterpreted [SMPP 3.4 §5.3].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tlv {
    /// What it is; see [`tag`].
    pub tag: u16,
    /// Its value, without tag and length. At most 65,535 octets can be written.
    pub value: Bytes,
}

impl Tlv {
    /// A parameter with any value.
    pub fn new(tag: u16, value: impl Into<Bytes>) -> Self {
        Self {
            tag,
            value: value.into(),
        }
    }

    /// A one-octet number.
    pub fn u8(tag: u16, value: u8) -> Self {
        Self::new(tag, vec![value])
    }

    /// A two-octet number.
    pub fn u16(tag: u16, value: u16) -> Self {
        Self::new(tag, value.to_be_bytes().to_vec())
    }

    /// A C-octet string: the text and its NUL.
    pub fn c_string(tag: u16, text: &str) -> Self {
        let mut value = Vec::with_capacity(text.len() + 1);
        crate::pdu::put_c_string(&mut value, text);
        Self::new(tag, value)
    }

    /// The value as a number, if it is one to four octets long; some peers use another width than the specification's.
    pub fn number(&self) -> Option<u32> {
        match self.value.len() {
            1..=4 => Some(
                self.value
                    .iter()
                    .fold(0, |sum, &octet| sum << 8 | u32::from(octet)),
            ),
            _ => None,
        }
    }

    /// The value as text up to its NUL, or to its end where the NUL is missing.
    pub fn text(&self) -> String {
        let end = self.value.iter().position(|&octet| octet == 0);
        crate::pdu::latin1(&self.value[..end.unwrap_or(self.value.len())])
    }
}

/// The tags of the specification [SMPP 3.4 §5.3.2].
#[allow(missing_docs)] // the names are the specification's
pub mod tag {
    pub const DEST_ADDR_SUBUNIT: u16 = 0x0005;
    pub const DEST_NETWORK_TYPE: u16 = 0x0006;
    pub const DEST_BEARER_TYPE: u16 = 0x0007;
    pub const DEST_TELEMATICS_ID: u16 = 0x0008;
    pub const SOURCE_ADDR_SUBUNIT: u16 = 0x000d;
    pub const SOURCE_NETWORK_TYPE: u16 = 0x000e;
    pub const SOURCE_BEARER_TYPE: u16 = 0x000f;
    pub const SOURCE_TELEMATICS_ID: u16 = 0x0010;
    pub const QOS_TIME_TO_LIVE: u16 = 0x0017;
    pub const PAYLOAD_TYPE: u16 = 0x0019;
    pub const ADDITIONAL_STATUS_INFO_TEXT: u16 = 0x001d;
    pub const RECEIPTED_MESSAGE_ID: u16 = 0x001e;
    pub const MS_MSG_WAIT_FACILITIES: u16 = 0x0030;
    pub const PRIVACY_INDICATOR: u16 = 0x0201;
    pub const SOURCE_SUBADDRESS: u16 = 0x0202;
    pub const DEST_SUBADDRESS: u16 = 0x0203;
    pub const USER_MESSAGE_REFERENCE: u16 = 0x0204;
    pub const USER_RESPONSE_CODE: u16 = 0x0205;
    pub const SOURCE_PORT: u16 = 0x020a;
    pub const DESTINATION_PORT: u16 = 0x020b;
    pub const SAR_MSG_REF_NUM: u16 = 0x020c;
    pub const LANGUAGE_INDICATOR: u16 = 0x020d;
    pub const SAR_TOTAL_SEGMENTS: u16 = 0x020e;
    pub const SAR_SEGMENT_SEQNUM: u16 = 0x020f;
    pub const SC_INTERFACE_VERSION: u16 = 0x0210;
    pub const CALLBACK_NUM_PRES_IND: u16 = 0x0302;
    pub const CALLBACK_NUM_ATAG: u16 = 0x0303;
    pub const NUMBER_OF_MESSAGES: u16 = 0x0304;
    pub const CALLBACK_NUM: u16 = 0x0381;
    pub const DPF_RESULT: u16 = 0x0420;
    pub const SET_DPF: u16 = 0x0421;
    pub const MS_AVAILABILITY_STATUS: u16 = 0x0422;
    pub const NETWORK_ERROR_CODE: u16 = 0x0423;
    pub const MESSAGE_PAYLOAD: u16 = 0x0424;
    pub const DELIVERY_FAILURE_REASON: u16 = 0x0425;
    pub const MORE_MESSAGES_TO_SEND: u16 = 0x0426;
    pub const MESSAGE_STATE: u16 = 0x0427;
    pub const USSD_SERVICE_OP: u16 = 0x0501;
    pub const DISPLAY_TIME: u16 = 0x1201;
    pub const SMS_SIGNAL: u16 = 0x1203;
    pub const MS_VALIDITY: u16 = 0x1204;
    pub const ALERT_ON_MESSAGE_DELIVERY: u16 = 0x130c;
    pub const ITS_REPLY_TYPE: u16 = 0x1380;
    pub const ITS_SESSION_INFO: u16 = 0x1383;
}
