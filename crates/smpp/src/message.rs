//! The one message type: submit_sm, deliver_sm and data_sm in a single shape.

use bytes::Bytes;

use crate::tlv::{Tlv, tag};

/// An address with its type of number and numbering plan [SMPP 3.4 §5.2.5–5.2.8].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Address {
    /// Type of number: 0 unknown, 1 international, 2 national, 5 alphanumeric.
    pub ton: u8,
    /// Numbering plan: 0 unknown, 1 ISDN (E.164).
    pub npi: u8,
    /// The digits or name as they stand in the PDU. Decoding takes any length and Latin-1.
    pub addr: String,
}

impl Address {
    /// An address of the three parts.
    pub fn new(ton: u8, npi: u8, addr: impl Into<String>) -> Self {
        Self {
            ton,
            npi,
            addr: addr.into(),
        }
    }
}

/// A short message in either direction.
///
/// data_sm is mapped onto it: the fields that it lacks are zero or empty, its text is the message_payload TLV.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ShortMessage {
    /// service_type; empty for the default.
    pub service_type: String,
    /// The originator.
    pub source: Address,
    /// The recipient.
    pub dest: Address,
    /// Mode, type and features [SMPP 3.4 §5.2.12].
    pub esm_class: u8,
    /// protocol_id, network specific.
    pub protocol_id: u8,
    /// 0 lowest to 3 highest.
    pub priority_flag: u8,
    /// Empty for at once; else SMPP time [SMPP 3.4 §7.1].
    pub schedule_delivery_time: String,
    /// Empty for the SMSC's default; else SMPP time [SMPP 3.4 §7.1]. Decoding takes any length.
    pub validity_period: String,
    /// Bits 0–1: the receipt wanted [SMPP 3.4 §5.2.17].
    pub registered_delivery: u8,
    /// replace_if_present_flag.
    pub replace_if_present: u8,
    /// How the user data is encoded [SMPP 3.4 §5.2.19].
    pub data_coding: u8,
    /// A predefined message of the SMSC; 0 for none.
    pub sm_default_msg_id: u8,
    /// The user data, at most 254 octets in a PDU; longer data is written as message_payload.
    pub short_message: Bytes,
    /// The optional parameters, in the order of the PDU.
    pub tlvs: Vec<Tlv>,
}

impl ShortMessage {
    /// The first optional parameter with this tag.
    pub fn tlv(&self, tag: u16) -> Option<&Tlv> {
        self.tlvs.iter().find(|tlv| tlv.tag == tag)
    }

    /// The message_payload parameter.
    pub fn message_payload(&self) -> Option<&Bytes> {
        self.tlv(tag::MESSAGE_PAYLOAD).map(|tlv| &tlv.value)
    }

    /// receipted_message_id, with or without its NUL; an empty one counts as absent.
    pub fn receipted_message_id(&self) -> Option<String> {
        let id = self.tlv(tag::RECEIPTED_MESSAGE_ID)?.text();
        (!id.trim().is_empty()).then(|| id.trim().to_owned())
    }

    /// message_state: 1 ENROUTE, 2 DELIVERED, 3 EXPIRED, 4 DELETED, 5 UNDELIVERABLE, 6 ACCEPTED, 7 UNKNOWN, 8 REJECTED
    /// [SMPP 3.4 §5.2.28].
    pub fn message_state(&self) -> Option<u8> {
        self.small_number(tag::MESSAGE_STATE)
    }

    /// user_message_reference.
    pub fn user_message_reference(&self) -> Option<u16> {
        self.tlv(tag::USER_MESSAGE_REFERENCE)?
            .number()?
            .try_into()
            .ok()
    }

    /// sar_msg_ref_num: which message a segment belongs to.
    pub fn sar_msg_ref_num(&self) -> Option<u16> {
        self.tlv(tag::SAR_MSG_REF_NUM)?.number()?.try_into().ok()
    }

    /// sar_total_segments.
    pub fn sar_total_segments(&self) -> Option<u8> {
        self.small_number(tag::SAR_TOTAL_SEGMENTS)
    }

    /// sar_segment_seqnum, from 1.
    pub fn sar_segment_seqnum(&self) -> Option<u8> {
        self.small_number(tag::SAR_SEGMENT_SEQNUM)
    }

    /// The octets that carry the text, UDH included: short_message, or message_payload where that is empty.
    pub fn user_data(&self) -> &Bytes {
        match self.message_payload() {
            Some(payload) if self.short_message.is_empty() => payload,
            _ => &self.short_message,
        }
    }

    /// Whether the SMSC says that this is a delivery receipt or an intermediate notice, not a handset's text
    /// [SMPP 3.4 §5.2.12]. Acknowledgements by the recipient's own device (0x08, 0x10) carry a person's words: not receipts.
    pub fn is_receipt(&self) -> bool {
        self.esm_class & 0x24 != 0
    }

    /// Whether this is an intermediate notice: never final.
    pub fn is_intermediate(&self) -> bool {
        self.esm_class & 0x20 != 0
    }

    /// Whether the user data begins with a header (UDHI).
    pub fn has_udhi(&self) -> bool {
        self.esm_class & 0x40 != 0
    }

    fn small_number(&self, tag: u16) -> Option<u8> {
        self.tlv(tag)?.number()?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipted_message_id_with_and_without_nul() {
        let cases: [(&[u8], Option<&str>); 6] = [
            (b"abc\0", Some("abc")),
            (b"abc", Some("abc")),
            (b" abc \0junk", Some("abc")),
            (b"\0", None),
            (b"", None),
            (b"  ", None),
        ];
        for (value, expected) in cases {
            let sm = ShortMessage {
                tlvs: vec![Tlv::new(tag::RECEIPTED_MESSAGE_ID, value.to_vec())],
                ..Default::default()
            };
            assert_eq!(sm.receipted_message_id().as_deref(), expected, "{value:?}");
        }
    }

    #[test]
    fn message_type_bits() {
        // (esm_class, receipt, intermediate, udhi)
        for (esm_class, receipt, intermediate, udhi) in [
            (0x00, false, false, false),
            (0x04, true, false, false),
            (0x07, true, false, false),
            (0x08, false, false, false),
            (0x10, false, false, false),
            (0x20, true, true, false),
            (0x40, false, false, true),
            (0x44, true, false, true),
            (0xc0, false, false, true),
        ] {
            let sm = ShortMessage {
                esm_class,
                ..Default::default()
            };
            assert_eq!(
                (sm.is_receipt(), sm.is_intermediate(), sm.has_udhi()),
                (receipt, intermediate, udhi),
                "{esm_class:#x}"
            );
        }
    }

    #[test]
    fn user_data_prefers_short_message_unless_empty() {
        let payload = Tlv::new(tag::MESSAGE_PAYLOAD, &b"long"[..]);
        let mut sm = ShortMessage {
            tlvs: vec![payload],
            ..Default::default()
        };
        assert_eq!(sm.user_data(), "long");
        sm.short_message = Bytes::from_static(b"short");
        assert_eq!(sm.user_data(), "short");
        sm.tlvs.clear();
        sm.short_message = Bytes::new();
        assert!(sm.user_data().is_empty());
    }

    #[test]
    fn numbers_of_any_width_up_to_four_octets() {
        let sm = |value: &[u8]| ShortMessage {
            tlvs: vec![Tlv::new(tag::SAR_MSG_REF_NUM, value.to_vec())],
            ..Default::default()
        };
        assert_eq!(sm(&[1, 2]).sar_msg_ref_num(), Some(0x102));
        assert_eq!(sm(&[7]).sar_msg_ref_num(), Some(7));
        assert_eq!(sm(&[0, 0, 1, 2]).sar_msg_ref_num(), Some(0x102));
        assert_eq!(sm(&[1, 0, 1, 2]).sar_msg_ref_num(), None);
        assert_eq!(sm(&[]).sar_msg_ref_num(), None);
        assert_eq!(sm(&[0; 5]).sar_msg_ref_num(), None);
    }
}
