//! PDUs to and from octets.
//!
//! **Decoding forgives.** What a real SMSC sends and the specification forbids is read as far as it goes, and the oddity is named
//! for the log: addresses of any length and in Latin-1, times of any length, a missing last NUL, sm_length beyond the end, TLVs cut
//! short (the whole ones before them count, and a message_payload as far as it goes), stray octets after the end, responses without a body. Only a request whose mandatory
//! part is missing is [`Undecodable`], and even that leaves the header with which to answer it.
//!
//! **Encoding keeps to the specification**, except that the length of addresses and of the password is left to the caller.

use std::fmt;

use bytes::Bytes;

use crate::{
    message::{Address, ShortMessage},
    secret::Secret,
    status::CommandStatus,
    tlv::{Tlv, tag},
};

/// Octets of the header: command_length, command_id, command_status, sequence_number [SMPP 3.4 §3.2].
pub const HEADER: usize = 16;

/// The longest PDU that is read or written, header included.
pub const MAX_PDU: usize = 64 * 1024;

/// The longest user data in short_message; more goes into message_payload [SMPP 3.4 §5.2.21].
pub const MAX_SHORT_MESSAGE: usize = 254;

/// The numbers of the commands [SMPP 3.4 §5.1.2.1]. A response is its request with [`command::RESPONSE`] set.
#[allow(missing_docs)] // the names are the specification's
pub mod command {
    pub const RESPONSE: u32 = 0x8000_0000;
    pub const GENERIC_NACK: u32 = 0x8000_0000;
    pub const BIND_RECEIVER: u32 = 0x01;
    pub const BIND_TRANSMITTER: u32 = 0x02;
    pub const QUERY_SM: u32 = 0x03;
    pub const SUBMIT_SM: u32 = 0x04;
    pub const DELIVER_SM: u32 = 0x05;
    pub const UNBIND: u32 = 0x06;
    pub const REPLACE_SM: u32 = 0x07;
    pub const CANCEL_SM: u32 = 0x08;
    pub const BIND_TRANSCEIVER: u32 = 0x09;
    pub const OUTBIND: u32 = 0x0b;
    pub const ENQUIRE_LINK: u32 = 0x15;
    pub const SUBMIT_MULTI: u32 = 0x21;
    pub const ALERT_NOTIFICATION: u32 = 0x0102;
    pub const DATA_SM: u32 = 0x0103;

    /// The specification's name of a command, for the log; a number without one as `0x00000fff`.
    pub fn name(command_id: u32) -> String {
        let name = match command_id & !RESPONSE {
            0 if command_id == GENERIC_NACK => return "generic_nack".to_owned(),
            BIND_RECEIVER => "bind_receiver",
            BIND_TRANSMITTER => "bind_transmitter",
            QUERY_SM => "query_sm",
            SUBMIT_SM => "submit_sm",
            DELIVER_SM => "deliver_sm",
            UNBIND => "unbind",
            REPLACE_SM => "replace_sm",
            CANCEL_SM => "cancel_sm",
            BIND_TRANSCEIVER => "bind_transceiver",
            OUTBIND => "outbind",
            ENQUIRE_LINK => "enquire_link",
            SUBMIT_MULTI => "submit_multi",
            ALERT_NOTIFICATION => "alert_notification",
            DATA_SM => "data_sm",
            _ => return format!("{command_id:#010x}"),
        };
        let response = if command_id & RESPONSE != 0 {
            "_resp"
        } else {
            ""
        };
        format!("{name}{response}")
    }
}

/// What a session is bound for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BindKind {
    /// Both ways in one session.
    #[default]
    Transceiver,
    /// Only submits.
    Transmitter,
    /// Only deliveries.
    Receiver,
}

impl BindKind {
    const fn command_id(self) -> u32 {
        match self {
            Self::Transceiver => command::BIND_TRANSCEIVER,
            Self::Transmitter => command::BIND_TRANSMITTER,
            Self::Receiver => command::BIND_RECEIVER,
        }
    }
}

impl fmt::Display for BindKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transceiver => "transceiver",
            Self::Transmitter => "transmitter",
            Self::Receiver => "receiver",
        })
    }
}

/// A bind request [SMPP 3.4 §4.1].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bind {
    /// Who binds.
    pub system_id: String,
    /// And the proof of it.
    pub password: Secret,
    /// What kind of system; mostly empty.
    pub system_type: String,
    /// 0x34 for 3.4.
    pub interface_version: u8,
    /// The addresses that the ESME serves; mostly empty.
    pub address_range: Address,
}

/// The answer to a bind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BindResp {
    /// The SMSC's name for itself.
    pub system_id: String,
    /// sc_interface_version, if it said so.
    pub interface_version: Option<u8>,
}

/// One protocol data unit, without its header.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // the names are the specification's
pub enum Pdu {
    Bind(BindKind, Bind),
    BindResp(BindKind, BindResp),
    SubmitSm(ShortMessage),
    SubmitSmResp {
        message_id: String,
    },
    DeliverSm(ShortMessage),
    DeliverSmResp,
    DataSm(ShortMessage),
    DataSmResp {
        message_id: String,
    },
    EnquireLink,
    EnquireLinkResp,
    Unbind,
    UnbindResp,
    GenericNack,
    /// query_sm, cancel_sm, replace_sm, submit_multi, outbind, alert_notification, their responses, and whatever else comes.
    Unknown {
        command_id: u32,
        body: Bytes,
    },
}

/// A PDU with what its header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// command_status: of meaning in responses only.
    pub status: CommandStatus,
    /// sequence_number.
    pub sequence: u32,
    /// The rest.
    pub pdu: Pdu,
}

/// What was forgiven in decoding; for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Oddity {
    /// Fewer octets than sm_length.
    #[error("short_message ends before its sm_length")]
    ShortMessageCut,
    /// The optional part ends inside a TLV, which was dropped; a message_payload is kept as far as it goes.
    #[error("a TLV is cut short")]
    TlvCut,
    /// Octets after the end of the PDU's fields.
    #[error("octets after the last field")]
    Trailing,
}

/// A request whose mandatory fields are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{} ends inside its mandatory fields", command::name(*command_id))]
pub struct Undecodable {
    /// Which command it was.
    pub command_id: u32,
    /// Its sequence_number, to answer it.
    pub sequence: u32,
}

/// A PDU that would be longer than [`MAX_PDU`], or has a TLV of more than 65,535 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the PDU is longer than {MAX_PDU} octets")]
pub struct Oversized;

impl Pdu {
    /// The command's number.
    pub fn command_id(&self) -> u32 {
        match self {
            Self::Bind(kind, _) => kind.command_id(),
            Self::BindResp(kind, _) => kind.command_id() | command::RESPONSE,
            Self::SubmitSm(_) => command::SUBMIT_SM,
            Self::SubmitSmResp { .. } => command::SUBMIT_SM | command::RESPONSE,
            Self::DeliverSm(_) => command::DELIVER_SM,
            Self::DeliverSmResp => command::DELIVER_SM | command::RESPONSE,
            Self::DataSm(_) => command::DATA_SM,
            Self::DataSmResp { .. } => command::DATA_SM | command::RESPONSE,
            Self::EnquireLink => command::ENQUIRE_LINK,
            Self::EnquireLinkResp => command::ENQUIRE_LINK | command::RESPONSE,
            Self::Unbind => command::UNBIND,
            Self::UnbindResp => command::UNBIND | command::RESPONSE,
            Self::GenericNack => command::GENERIC_NACK,
            Self::Unknown { command_id, .. } => *command_id,
        }
    }

    /// Whether it answers a request.
    pub fn is_response(&self) -> bool {
        self.command_id() & command::RESPONSE != 0
    }
}

impl Frame {
    /// A request, or a response with status 0.
    pub fn new(sequence: u32, pdu: Pdu) -> Self {
        Self {
            status: CommandStatus::ESME_ROK,
            sequence,
            pdu,
        }
    }

    /// A response with a status.
    pub fn with_status(status: CommandStatus, sequence: u32, pdu: Pdu) -> Self {
        Self {
            status,
            sequence,
            pdu,
        }
    }

    /// Appends the PDU to `out`; on an error `out` is as before.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), Oversized> {
        let start = out.len();
        for word in [0, self.pdu.command_id(), self.status.0, self.sequence] {
            out.extend_from_slice(&word.to_be_bytes());
        }
        let fits = put_body(out, &self.pdu, self.status);
        let length = out.len() - start;
        if !fits || length > MAX_PDU {
            out.truncate(start);
            return Err(Oversized);
        }
        out[start..start + 4].copy_from_slice(&(length as u32).to_be_bytes());
        Ok(())
    }

    /// Reads one whole PDU, as cut from the stream by its command_length, with what was forgiven in it.
    ///
    /// Octets fewer than a header are read as zeros; the stream never yields such.
    pub fn decode(pdu: &[u8]) -> Result<(Self, Option<Oddity>), Undecodable> {
        let word = |i: usize| {
            pdu.get(i..i + 4)
                .map_or(0, |w| u32::from_be_bytes([w[0], w[1], w[2], w[3]]))
        };
        let (command_id, status, sequence) = (word(4), CommandStatus(word(8)), word(12));
        let mut body = Body {
            rest: pdu.get(HEADER..).unwrap_or_default(),
            oddity: None,
        };
        let pdu = body.pdu(command_id).ok_or(Undecodable {
            command_id,
            sequence,
        })?;
        Ok((
            Self {
                status,
                sequence,
                pdu,
            },
            body.oddity,
        ))
    }
}

fn put_body(out: &mut Vec<u8>, pdu: &Pdu, status: CommandStatus) -> bool {
    match pdu {
        Pdu::Bind(_, bind) => {
            put_c_string(out, &bind.system_id);
            put_c_string(out, bind.password.expose());
            put_c_string(out, &bind.system_type);
            out.push(bind.interface_version);
            put_address(out, &bind.address_range);
            true
        }
        // a refused bind or submit has no body [SMPP 3.4 §4.1.2, §4.4.2]
        Pdu::BindResp(..) | Pdu::SubmitSmResp { .. } if !status.is_ok() => true,
        Pdu::BindResp(_, resp) => {
            put_c_string(out, &resp.system_id);
            resp.interface_version
                .is_none_or(|version| put_tlv(out, tag::SC_INTERFACE_VERSION, &[version]))
        }
        Pdu::SubmitSm(sm) | Pdu::DeliverSm(sm) => put_message(out, sm),
        Pdu::DataSm(sm) => put_data(out, sm),
        Pdu::SubmitSmResp { message_id } | Pdu::DataSmResp { message_id } => {
            put_c_string(out, message_id);
            true
        }
        Pdu::DeliverSmResp => {
            out.push(0); // message_id, always empty [SMPP 3.4 §4.6.2]
            true
        }
        Pdu::EnquireLink
        | Pdu::EnquireLinkResp
        | Pdu::Unbind
        | Pdu::UnbindResp
        | Pdu::GenericNack => true,
        Pdu::Unknown { body, .. } => {
            out.extend_from_slice(body);
            true
        }
    }
}

fn put_message(out: &mut Vec<u8>, sm: &ShortMessage) -> bool {
    put_c_string(out, &sm.service_type);
    put_address(out, &sm.source);
    put_address(out, &sm.dest);
    out.extend_from_slice(&[sm.esm_class, sm.protocol_id, sm.priority_flag]);
    put_c_string(out, &sm.schedule_delivery_time);
    put_c_string(out, &sm.validity_period);
    out.extend_from_slice(&[
        sm.registered_delivery,
        sm.replace_if_present,
        sm.data_coding,
        sm.sm_default_msg_id,
    ]);
    if sm.short_message.len() <= MAX_SHORT_MESSAGE {
        out.push(sm.short_message.len() as u8);
        out.extend_from_slice(&sm.short_message);
        put_tlvs(out, sm)
    } else {
        out.push(0);
        put_tlvs(out, sm) && put_tlv(out, tag::MESSAGE_PAYLOAD, &sm.short_message)
    }
}

fn put_data(out: &mut Vec<u8>, sm: &ShortMessage) -> bool {
    put_c_string(out, &sm.service_type);
    put_address(out, &sm.source);
    put_address(out, &sm.dest);
    out.extend_from_slice(&[sm.esm_class, sm.registered_delivery, sm.data_coding]);
    put_tlvs(out, sm)
        && (sm.short_message.is_empty() || put_tlv(out, tag::MESSAGE_PAYLOAD, &sm.short_message))
}

fn put_tlvs(out: &mut Vec<u8>, sm: &ShortMessage) -> bool {
    sm.tlvs.iter().all(|tlv| put_tlv(out, tlv.tag, &tlv.value))
}

fn put_tlv(out: &mut Vec<u8>, tag: u16, value: &[u8]) -> bool {
    let Ok(length) = u16::try_from(value.len()) else {
        return false;
    };
    out.extend_from_slice(&tag.to_be_bytes());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(value);
    true
}

fn put_address(out: &mut Vec<u8>, address: &Address) {
    out.extend_from_slice(&[address.ton, address.npi]);
    put_c_string(out, &address.addr);
}

/// A C-octet string in Latin-1: cut at a NUL inside, `?` for what Latin-1 lacks.
pub(crate) fn put_c_string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|octet| (1..0x80).contains(&octet)) {
        out.extend_from_slice(text.as_bytes());
    } else {
        let octets = text.chars().take_while(|&c| c != '\0');
        out.extend(octets.map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')));
    }
    out.push(0);
}

/// Latin-1 octets as text: every octet is a character.
pub(crate) fn latin1(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(ascii) if ascii.is_ascii() => ascii.to_owned(),
        _ => octets.iter().map(|&octet| char::from(octet)).collect(),
    }
}

fn tag_of(tlv: &[u8]) -> Option<u16> {
    tlv.first_chunk().copied().map(u16::from_be_bytes)
}

/// The fields of a body, taken one after the other.
struct Body<'a> {
    rest: &'a [u8],
    oddity: Option<Oddity>,
}

impl Body<'_> {
    fn pdu(&mut self, command_id: u32) -> Option<Pdu> {
        let request = command_id & !command::RESPONSE;
        let is_response = command_id & command::RESPONSE != 0;
        let bind_kind = match request {
            command::BIND_TRANSCEIVER => Some(BindKind::Transceiver),
            command::BIND_TRANSMITTER => Some(BindKind::Transmitter),
            command::BIND_RECEIVER => Some(BindKind::Receiver),
            _ => None,
        };
        if let Some(kind) = bind_kind {
            return Some(if is_response {
                self.bind_resp(kind)
            } else {
                Pdu::Bind(kind, self.bind()?)
            });
        }
        let pdu = match (request, is_response) {
            (command::SUBMIT_SM, false) => return Some(Pdu::SubmitSm(self.message()?)),
            (command::DELIVER_SM, false) => return Some(Pdu::DeliverSm(self.message()?)),
            (command::DATA_SM, false) => return Some(Pdu::DataSm(self.data()?)),
            // TLVs may follow a message_id; none of them is of use here
            (command::SUBMIT_SM, true) => {
                return Some(Pdu::SubmitSmResp {
                    message_id: self.c_string(),
                });
            }
            (command::DATA_SM, true) => {
                return Some(Pdu::DataSmResp {
                    message_id: self.c_string(),
                });
            }
            (command::DELIVER_SM, true) => return Some(Pdu::DeliverSmResp),
            (command::ENQUIRE_LINK, false) => Pdu::EnquireLink,
            (command::ENQUIRE_LINK, true) => Pdu::EnquireLinkResp,
            (command::UNBIND, false) => Pdu::Unbind,
            (command::UNBIND, true) => Pdu::UnbindResp,
            (0, true) => Pdu::GenericNack,
            _ => {
                let body = Bytes::copy_from_slice(self.rest);
                return Some(Pdu::Unknown { command_id, body });
            }
        };
        if !self.rest.is_empty() {
            self.oddity = Some(Oddity::Trailing);
        }
        Some(pdu)
    }

    fn bind(&mut self) -> Option<Bind> {
        Some(Bind {
            system_id: self.mandatory_c_string()?,
            password: self.mandatory_c_string()?.into(),
            system_type: self.mandatory_c_string()?,
            interface_version: self.octet()?,
            // some clients leave the last fields out
            address_range: Address {
                ton: self.octet().unwrap_or(0),
                npi: self.octet().unwrap_or(0),
                addr: self.c_string(),
            },
        })
    }

    fn bind_resp(&mut self, kind: BindKind) -> Pdu {
        let system_id = self.c_string();
        let version = self
            .tlvs()
            .into_iter()
            .find(|tlv| tlv.tag == tag::SC_INTERFACE_VERSION);
        let interface_version = version.and_then(|tlv| tlv.number()?.try_into().ok());
        Pdu::BindResp(
            kind,
            BindResp {
                system_id,
                interface_version,
            },
        )
    }

    fn message(&mut self) -> Option<ShortMessage> {
        let mut sm = ShortMessage {
            service_type: self.mandatory_c_string()?,
            source: self.address()?,
            dest: self.address()?,
            esm_class: self.octet()?,
            protocol_id: self.octet()?,
            priority_flag: self.octet()?,
            schedule_delivery_time: self.mandatory_c_string()?,
            validity_period: self.mandatory_c_string()?,
            registered_delivery: self.octet()?,
            replace_if_present: self.octet()?,
            data_coding: self.octet()?,
            sm_default_msg_id: self.octet()?,
            ..Default::default()
        };
        let sm_length = usize::from(self.octet()?);
        if sm_length > self.rest.len() {
            self.oddity = Some(Oddity::ShortMessageCut);
        }
        sm.short_message = Bytes::copy_from_slice(self.take(sm_length.min(self.rest.len())));
        sm.tlvs = self.tlvs();
        Some(sm)
    }

    fn data(&mut self) -> Option<ShortMessage> {
        Some(ShortMessage {
            service_type: self.mandatory_c_string()?,
            source: self.address()?,
            dest: self.address()?,
            esm_class: self.octet()?,
            registered_delivery: self.octet()?,
            data_coding: self.octet()?,
            tlvs: self.tlvs(),
            ..Default::default()
        })
    }

    fn address(&mut self) -> Option<Address> {
        Some(Address {
            ton: self.octet()?,
            npi: self.octet()?,
            addr: self.mandatory_c_string()?,
        })
    }

    fn tlvs(&mut self) -> Vec<Tlv> {
        let mut tlvs = Vec::new();
        while let Some(&[tag_high, tag_low, length_high, length_low]) = self.rest.first_chunk::<4>()
        {
            let length = usize::from(u16::from_be_bytes([length_high, length_low]));
            if self.rest.len() < 4 + length {
                self.oddity = Some(Oddity::TlvCut);
                let cut = self.take(self.rest.len());
                // Half an id or number would be another one; half a text is better than none.
                if tag_of(cut) == Some(tag::MESSAGE_PAYLOAD) {
                    tlvs.push(Tlv::new(
                        tag::MESSAGE_PAYLOAD,
                        Bytes::copy_from_slice(&cut[4..]),
                    ));
                }
                return tlvs;
            }
            let value = Bytes::copy_from_slice(&self.take(4 + length)[4..]);
            tlvs.push(Tlv {
                tag: u16::from_be_bytes([tag_high, tag_low]),
                value,
            });
        }
        if !self.rest.is_empty() {
            self.oddity = self.oddity.or(Some(Oddity::Trailing));
        }
        tlvs
    }

    fn octet(&mut self) -> Option<u8> {
        let (&octet, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(octet)
    }

    /// A string that other mandatory fields follow: without its NUL there is no telling where they begin.
    fn mandatory_c_string(&mut self) -> Option<String> {
        self.rest.contains(&0).then(|| self.c_string())
    }

    /// A string up to its NUL, or to the end of the PDU where the NUL is missing.
    fn c_string(&mut self) -> String {
        let end = self.rest.iter().position(|&octet| octet == 0);
        let text = latin1(self.take(end.unwrap_or(self.rest.len())));
        self.octet();
        text
    }
}

impl<'a> Body<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn octets(frame: &Frame) -> Vec<u8> {
        let mut out = Vec::new();
        frame.encode(&mut out).expect("fits");
        out
    }

    /// The octets with command_length put right.
    fn measured(mut pdu: Vec<u8>) -> Vec<u8> {
        let length = pdu.len() as u32;
        pdu[..4].copy_from_slice(&length.to_be_bytes());
        pdu
    }

    fn sample() -> ShortMessage {
        ShortMessage {
            service_type: "CMT".into(),
            source: Address::new(1, 1, "61400000001"),
            dest: Address::new(1, 1, "61491570156"),
            esm_class: 0x40,
            validity_period: "000003000000000R".into(),
            registered_delivery: 1,
            data_coding: 8,
            short_message: Bytes::from_static(b"hello"),
            tlvs: vec![Tlv::u16(tag::USER_MESSAGE_REFERENCE, 7)],
            ..Default::default()
        }
    }

    #[test]
    fn a_submit_octet_by_octet() {
        let sm = ShortMessage {
            source: Address::new(5, 0, "AB"),
            dest: Address::new(1, 1, "61"),
            esm_class: 3,
            registered_delivery: 1,
            data_coding: 4,
            short_message: Bytes::from_static(&[0xff, 0x00]),
            tlvs: vec![Tlv::u8(tag::SAR_TOTAL_SEGMENTS, 2)],
            ..Default::default()
        };
        let expected = [
            0u8, 0, 0, 48, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, // header
            0, 5, 0, b'A', b'B', 0, 1, 1, b'6', b'1', 0, // service_type, addresses
            3, 0, 0, 0, 0, 1, 0, 4, 0, 2, 0xff, 0, // to short_message
            0x02, 0x0e, 0, 1, 2,
        ];
        let mut expected = expected.to_vec();
        expected[3] = expected.len() as u8;
        assert_eq!(octets(&Frame::new(9, Pdu::SubmitSm(sm))), expected);
    }

    #[test]
    fn what_is_forgiven() {
        let whole = octets(&Frame::new(1, Pdu::DeliverSm(sample())));
        let (start_of_tlv, no_tlvs) = (
            whole.len() - 6,
            ShortMessage {
                tlvs: vec![],
                ..sample()
            },
        );

        let cut = measured(whole[..whole.len() - 1].to_vec());
        assert_eq!(
            Frame::decode(&cut),
            Ok((
                Frame::new(1, Pdu::DeliverSm(no_tlvs.clone())),
                Some(Oddity::TlvCut)
            ))
        );

        let stray = measured([&whole[..], &[0, 0, 0]].concat());
        assert_eq!(
            Frame::decode(&stray),
            Ok((
                Frame::new(1, Pdu::DeliverSm(sample())),
                Some(Oddity::Trailing)
            ))
        );

        let no_text = measured(whole[..start_of_tlv - 2].to_vec());
        let shorter = ShortMessage {
            short_message: Bytes::from_static(b"hel"),
            ..no_tlvs
        };
        assert_eq!(
            Frame::decode(&no_text),
            Ok((
                Frame::new(1, Pdu::DeliverSm(shorter)),
                Some(Oddity::ShortMessageCut)
            ))
        );

        let beyond = measured(whole[..30].to_vec());
        assert_eq!(
            Frame::decode(&beyond),
            Err(Undecodable {
                command_id: command::DELIVER_SM,
                sequence: 1
            })
        );
    }

    #[test]
    fn fields_beyond_the_specification() {
        let sm = ShortMessage {
            source: Address::new(1, 1, "6149157015661491570156614915701566149157"),
            dest: Address::new(5, 0, "M\u{fc}nchen"),
            validity_period: "00:05".into(),
            tlvs: vec![Tlv::new(tag::NETWORK_ERROR_CODE, vec![3, 0, 0, 1])],
            ..sample()
        };
        let frame = Frame::new(1, Pdu::DeliverSm(sm));
        assert_eq!(Frame::decode(&octets(&frame)), Ok((frame, None)));
    }

    #[test]
    fn responses_without_a_body_or_a_nul() {
        let resp = |command_id: u32, body: &[u8]| {
            let unknown = Pdu::Unknown {
                command_id,
                body: Bytes::copy_from_slice(body),
            };
            Frame::decode(&octets(&Frame::with_status(
                CommandStatus(0x58),
                4,
                unknown,
            )))
            .map(|(frame, _)| frame.pdu)
        };
        let submitted = |id: &str| {
            Ok(Pdu::SubmitSmResp {
                message_id: id.into(),
            })
        };
        assert_eq!(resp(0x8000_0004, b""), submitted(""));
        assert_eq!(resp(0x8000_0004, b"\0"), submitted(""));
        assert_eq!(resp(0x8000_0004, b"abc"), submitted("abc"));
        assert_eq!(resp(0x8000_0004, b"abc\0junk"), submitted("abc"));
        assert_eq!(resp(0x8000_0005, b""), Ok(Pdu::DeliverSmResp));
        assert_eq!(resp(0x8000_0005, b"junk"), Ok(Pdu::DeliverSmResp));
        assert_eq!(
            resp(0x8000_0009, b""),
            Ok(Pdu::BindResp(BindKind::Transceiver, BindResp::default()))
        );
        assert_eq!(resp(0x8000_0000, b"x"), Ok(Pdu::GenericNack));
    }

    #[test]
    fn long_data_becomes_message_payload() {
        for (length, in_payload) in [(254, false), (255, true), (60_000, true)] {
            let text = Bytes::from(vec![b'x'; length]);
            let sm = ShortMessage {
                short_message: text.clone(),
                ..sample()
            };
            let (frame, _) =
                Frame::decode(&octets(&Frame::new(1, Pdu::SubmitSm(sm)))).expect("decodes");
            let Pdu::SubmitSm(sm) = frame.pdu else {
                panic!("another PDU")
            };
            assert_eq!(
                (sm.user_data() == &text, sm.message_payload().is_some()),
                (true, in_payload),
                "{length}"
            );
        }
        for length in [65_500, 65_536, 200_000] {
            let sm = ShortMessage {
                short_message: vec![b'x'; length].into(),
                ..sample()
            };
            let mut out = vec![1, 2, 3];
            assert_eq!(
                Frame::new(1, Pdu::SubmitSm(sm)).encode(&mut out),
                Err(Oversized)
            );
            assert_eq!(out, [1, 2, 3]);
        }
    }

    #[test]
    fn strings_that_do_not_fit_are_written_safely() {
        let mut out = Vec::new();
        put_c_string(&mut out, "a\0b");
        put_c_string(&mut out, "é€");
        assert_eq!(out, [b'a', 0, 0xe9, b'?', 0]);
    }

    #[test]
    fn command_names() {
        for (id, name) in [
            (4, "submit_sm"),
            (0x8000_0004, "submit_sm_resp"),
            (0x8000_0000, "generic_nack"),
            (0x1234, "0x00001234"),
            (0, "0x00000000"),
        ] {
            assert_eq!(command::name(id), name);
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_survived(mut pdu in prop::collection::vec(any::<u8>(), 16..200), id in prop::sample::select(vec![1u32, 2, 4, 5, 9, 0x103, 0x8000_0004, 0x8000_0009, 0x8000_0103, 0x15])) {
            let _ = Frame::decode(&pdu);
            pdu[4..8].copy_from_slice(&id.to_be_bytes());
            let _ = Frame::decode(&pdu);
            let _ = Frame::decode(&pdu[..7]);
        }

        #[test]
        fn a_pdu_cut_anywhere_or_changed_anywhere_is_survived(at in 16usize..90, octet: u8) {
            let mut whole = octets(&Frame::new(1, Pdu::SubmitSm(sample())));
            let at = at.min(whole.len() - 1);
            let _ = Frame::decode(&whole[..at]);
            whole[at] = octet;
            let _ = Frame::decode(&whole);
        }
    }
}
