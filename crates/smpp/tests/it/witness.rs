//! An independent, strict codec reads what we write, and we read what it writes.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use rusmpp::{Command, tokio_codec::CommandCodec};
use smpp::{
    Address, Bind, BindKind, BindResp, CommandStatus, Frame, Pdu, ShortMessage, Tlv, pdu::command,
    tag,
};
use tokio_util::codec::{Decoder, Encoder};

/// Our octets, read and written again by the witness.
fn through_the_witness(octets: &[u8]) -> (Command, Vec<u8>) {
    let mut codec = CommandCodec::new().with_max_length(smpp::MAX_PDU);
    let mut input = BytesMut::from(octets);
    let read = codec
        .decode(&mut input)
        .expect("the witness can read it")
        .expect("it is whole");
    assert!(input.is_empty(), "the witness left {} octets", input.len());
    let mut output = BytesMut::new();
    codec
        .encode(&read, &mut output)
        .expect("the witness can write it");
    (read, output.to_vec())
}

fn text(most: usize) -> impl Strategy<Value = String> {
    prop::string::string_regex(&format!("[!-~]{{0,{most}}}")).expect("a regex")
}

fn octets(most: usize) -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..=most).prop_map(Bytes::from)
}

fn address(most: usize) -> impl Strategy<Value = Address> {
    (
        0u8..=6,
        prop::sample::select(vec![0u8, 1, 3, 4, 6, 8, 9, 10, 14, 18]),
        text(most),
    )
        .prop_map(|(ton, npi, addr)| Address { ton, npi, addr })
}

/// Parameters whose values the witness accepts as they are.
fn tlvs() -> impl Strategy<Value = Vec<Tlv>> {
    let tlv = prop_oneof![
        any::<u16>().prop_map(|n| Tlv::u16(tag::USER_MESSAGE_REFERENCE, n)),
        any::<u16>().prop_map(|n| Tlv::u16(tag::SAR_MSG_REF_NUM, n)),
        any::<u8>().prop_map(|n| Tlv::u8(tag::SAR_TOTAL_SEGMENTS, n)),
        any::<u8>().prop_map(|n| Tlv::u8(tag::SAR_SEGMENT_SEQNUM, n)),
        any::<u16>().prop_map(|n| Tlv::u16(tag::DESTINATION_PORT, n)),
        (1u8..=8).prop_map(|n| Tlv::u8(tag::MESSAGE_STATE, n)),
        text(64).prop_map(|id| Tlv::c_string(tag::RECEIPTED_MESSAGE_ID, &id)),
        octets(3000).prop_map(|value| Tlv::new(tag::MESSAGE_PAYLOAD, value)),
        octets(40).prop_map(|value| Tlv::new(0x1501, value)), // an operator's own
    ];
    prop::collection::vec(tlv, 0..5)
}

prop_compose! {
    fn message()(
        (service_type, source, dest) in (text(5), address(20), address(20)),
        (esm_class, protocol_id, priority_flag) in (any::<u8>(), any::<u8>(), 0u8..=3),
        (schedule_delivery_time, validity_period) in (time(), time()),
        (registered_delivery, replace_if_present) in (0u8..=0x1f, 0u8..=1),
        (data_coding, sm_default_msg_id) in (any::<u8>(), any::<u8>()),
        short_message in octets(254),
        tlvs in tlvs(),
    ) -> ShortMessage {
        ShortMessage {
            service_type, source, dest, esm_class, protocol_id, priority_flag, schedule_delivery_time, validity_period,
            registered_delivery, replace_if_present, data_coding, sm_default_msg_id, short_message, tlvs,
        }
    }
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[0-9]{12}[0-9]{3}[R+-]"]
}

fn kind() -> impl Strategy<Value = BindKind> {
    prop::sample::select(vec![
        BindKind::Transceiver,
        BindKind::Transmitter,
        BindKind::Receiver,
    ])
}

prop_compose! {
    fn bind()(
        system_id in text(15), password in text(8), system_type in text(12), address_range in address(40),
        interface_version in prop::sample::select(vec![0x33u8, 0x34, 0x50]),
    ) -> Bind {
        Bind { system_id, password: password.into(), system_type, interface_version, address_range }
    }
}

/// As data_sm carries it: what it has no field for is empty.
fn as_data_sm(sm: ShortMessage) -> ShortMessage {
    ShortMessage {
        service_type: sm.service_type,
        source: sm.source,
        dest: sm.dest,
        esm_class: sm.esm_class,
        registered_delivery: sm.registered_delivery,
        data_coding: sm.data_coding,
        tlvs: sm.tlvs,
        ..Default::default()
    }
}

fn other() -> impl Strategy<Value = Pdu> {
    let c = |text: &str| [text.as_bytes(), &[0]].concat();
    // query_sm, cancel_sm, replace_sm, outbind, alert_notification and responses, as the specification lays them out
    let query = (text(64), address(20)).prop_map(move |(id, from)| {
        (
            command::QUERY_SM,
            [c(&id), vec![from.ton, from.npi], c(&from.addr)].concat(),
        )
    });
    let cancel =
        (text(5), text(64), address(20), address(20)).prop_map(move |(service, id, from, to)| {
            let ends = [
                vec![from.ton, from.npi],
                c(&from.addr),
                vec![to.ton, to.npi],
                c(&to.addr),
            ]
            .concat();
            (command::CANCEL_SM, [c(&service), c(&id), ends].concat())
        });
    let outbind = (text(15), text(8))
        .prop_map(move |(id, password)| (command::OUTBIND, [c(&id), c(&password)].concat()));
    let cancelled = Just((command::CANCEL_SM | command::RESPONSE, Vec::new()));
    prop_oneof![query, cancel, outbind, cancelled].prop_map(|(command_id, body)| Pdu::Unknown {
        command_id,
        body: body.into(),
    })
}

fn pdu() -> impl Strategy<Value = Pdu> {
    let version = prop_oneof![Just(None), Just(Some(0x34u8))];
    prop_oneof![
        (kind(), bind()).prop_map(|(kind, bind)| Pdu::Bind(kind, bind)),
        (kind(), text(15), version).prop_map(|(kind, system_id, interface_version)| {
            Pdu::BindResp(
                kind,
                BindResp {
                    system_id,
                    interface_version,
                },
            )
        }),
        message().prop_map(Pdu::SubmitSm),
        message().prop_map(Pdu::DeliverSm),
        message().prop_map(|sm| Pdu::DataSm(as_data_sm(sm))),
        text(64).prop_map(|message_id| Pdu::SubmitSmResp { message_id }),
        text(64).prop_map(|message_id| Pdu::DataSmResp { message_id }),
        Just(Pdu::DeliverSmResp),
        Just(Pdu::EnquireLink),
        Just(Pdu::EnquireLinkResp),
        Just(Pdu::Unbind),
        Just(Pdu::UnbindResp),
        Just(Pdu::GenericNack),
        other(),
    ]
}

proptest! {
    #[test]
    fn each_reads_what_the_other_writes(sequence in 1u32..=0x7fff_ffff, pdu in pdu()) {
        let frame = Frame::new(sequence, pdu);
        let mut ours = Vec::new();
        frame.encode(&mut ours).expect("fits");
        let (command, theirs) = through_the_witness(&ours);
        prop_assert_eq!(command.sequence_number(), sequence);
        prop_assert_eq!(u32::from(command.id()), frame.pdu.command_id());
        prop_assert_eq!(&theirs, &ours);
        prop_assert_eq!(Frame::decode(&theirs), Ok((frame, None)));
    }

    #[test]
    fn a_submit_field_by_field(sm in message()) {
        let mut ours = Vec::new();
        Frame::new(1, Pdu::SubmitSm(sm.clone())).encode(&mut ours).expect("fits");
        let (command, _) = through_the_witness(&ours);
        let Some(rusmpp::Pdu::SubmitSm(theirs)) = command.pdu() else { panic!("another PDU") };
        prop_assert_eq!(theirs.source_addr.as_str(), &sm.source.addr);
        prop_assert_eq!(theirs.destination_addr.as_str(), &sm.dest.addr);
        prop_assert_eq!(u8::from(theirs.esm_class), sm.esm_class);
        prop_assert_eq!(u8::from(theirs.data_coding), sm.data_coding);
        prop_assert_eq!(theirs.protocol_id, sm.protocol_id);
        prop_assert_eq!(theirs.sm_default_msg_id, sm.sm_default_msg_id);
        prop_assert_eq!(u8::from(theirs.registered_delivery), sm.registered_delivery);
        prop_assert_eq!(&theirs.short_message().clone().into_bytes(), &sm.short_message);
        prop_assert_eq!(theirs.tlvs().len(), sm.tlvs.len());
    }
}

/// What the witness makes of octets, written again; `None` if it refuses them. It takes a header alone for any command: that is no body
/// read.
fn as_the_witness_reads(pdu: &[u8]) -> Option<Vec<u8>> {
    let mut codec = CommandCodec::new().with_max_length(smpp::MAX_PDU);
    let mut input = BytesMut::from(pdu);
    let read = codec.decode(&mut input).ok()??;
    let mut output = BytesMut::new();
    codec.encode(&read, &mut output).ok()?;
    Some(output.to_vec()).filter(|octets| octets.len() > smpp::pdu::HEADER)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Octets changed, cut or added anywhere: where the witness accepts them, we read what it read. Its own writing of it is the
    /// measure; `tests/proofs/pdu-codecs` compares field by field, with a third codec.
    #[test]
    fn mutated_pdus_are_read_alike(
        pdu in pdu(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        tail in prop::collection::vec(any::<u8>(), 0..6),
        cut in prop_oneof![Just(None), any::<prop::sample::Index>().prop_map(Some)],
    ) {
        let mut octets = Vec::new();
        Frame::new(7, pdu.clone()).encode(&mut octets).expect("fits");
        octets.extend(tail);
        for (at, octet) in changes {
            // the length is put right below, the command stays what it is
            let at = 16 + at.index(octets.len().max(17) - 16);
            if let Some(place) = octets.get_mut(at) {
                *place = octet;
            }
        }
        if let Some(cut) = cut {
            octets.truncate(16 + cut.index(octets.len() - 15));
        }
        let length = u32::try_from(octets.len()).expect("short");
        octets[..4].copy_from_slice(&length.to_be_bytes());
        // What we hand on unread, the witness reads and shortens.
        prop_assume!(!matches!(pdu, Pdu::Unknown { .. }));
        let ours = Frame::decode(&octets);
        if let Some(theirs) = as_the_witness_reads(&octets) {
            let (again, _) = Frame::decode(&theirs).expect("the witness writes whole PDUs");
            let (ours, _) = ours.expect("what the witness accepts is not undecodable");
            prop_assert_eq!(ours, again);
        }
    }
}

#[test]
fn statuses_bear_the_same_numbers() {
    for &status in CommandStatus::NAMED {
        let theirs = format!("{:?}", rusmpp::CommandStatus::from(status.0));
        let ours = status.name();
        let plain = |name: &str| name.replace('_', "").to_lowercase();
        // the witness knows SMPP 5.0's names; two differ
        let renamed = ["ESME_RINVTLVSTREAM", "ESME_RINVREPFLAG"];
        if !renamed.contains(&ours.as_str()) {
            assert_eq!(plain(&theirs), plain(&ours), "{:#x}", status.0);
        }
    }
}
