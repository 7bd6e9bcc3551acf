//! Any octets as a PDU: read without a panic; what was read without an oddity is written, read and written the same again; what a message carries is read too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp::{Frame, IdForm, IdPlace, Pdu, canonical, other_spellings, parse_receipt};

fuzz_target!(|octets: &[u8]| {
    let Ok((frame, oddity)) = Frame::decode(octets) else {
        return;
    };
    if let Pdu::SubmitSm(sm) | Pdu::DeliverSm(sm) | Pdu::DataSm(sm) = &frame.pdu {
        let _ = (sm.is_receipt(), sm.is_intermediate(), sm.has_udhi());
        let _ = (
            sm.message_payload(),
            sm.message_state(),
            sm.sar_msg_ref_num(),
        );
        let _ = sms::split(sm.user_data());
        let _ = sms::decode_user_data(sm.data_coding, sm.user_data());
        let _ = parse_receipt(&String::from_utf8_lossy(sm.user_data()));
        if let Some(id) = sm.receipted_message_id() {
            for form in [
                IdForm::Text,
                IdForm::DecimalInResponseHexInReceipt,
                IdForm::HexInResponseDecimalInReceipt,
            ] {
                let _ = other_spellings(&canonical(form, IdPlace::InReceipt, &id));
            }
        }
    }
    let mut written = Vec::new();
    // A response that refuses is written without a body, whatever it came with.
    if !frame.status.is_ok() || oddity.is_some() || frame.encode(&mut written).is_err() {
        return;
    }
    let (again, _) = Frame::decode(&written).expect("what we write can be read");
    let mut rewritten = Vec::new();
    again
        .encode(&mut rewritten)
        .expect("what was read can be written");
    assert_eq!(rewritten, written);
    if let (
        Pdu::SubmitSm(sm) | Pdu::DeliverSm(sm) | Pdu::DataSm(sm),
        Pdu::SubmitSm(same) | Pdu::DeliverSm(same) | Pdu::DataSm(same),
    ) = (&frame.pdu, &again.pdu)
    {
        // A message too long for its own field travels as message_payload.
        assert_eq!(sm.user_data(), same.user_data());
    }
});
