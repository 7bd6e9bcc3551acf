//! Translation: a deposit as submit_sm, a deliver_sm as a receipt or a text from a handset.

use super::Settings;
use crate::clock::Clock;
use crate::config::rooms::Receipts;
use crate::to_desktop::{Incoming, Receipt};
use crate::to_handset::Deposit;
use aws_lc_rs::digest;
use jiff::civil::DateTime;
use smpp::{Address, IdPlace, ShortMessage, canonical, parse_receipt, parse_receipt_date};
use sms::{
    Concat, Encoding, ReceiptState, SmscAddress, TypeOfNumber, Wish, decode_user_data, normalise,
};

/// esm_class: the user data begin with a header [SMPP 3.4 §5.2.12].
const UDHI: u8 = 0x40;
/// data_coding of the default alphabet and of UCS-2, and with the bits of message class 0 [3GPP TS 23.038 §4].
const GSM: u8 = 0x00;
const GSM_FLASH: u8 = 0x10;
const UCS2: u8 = 0x08;
const UCS2_FLASH: u8 = 0x18;
const BINARY: u8 = 0x04;

/// A done date this much in the future is a carrier's clock that is wrong.
const CLOCK_SLACK_MS: i64 = 5 * 60_000;

/// What a deliver_sm is.
pub(super) enum Delivered {
    Receipt(Receipt),
    Text(Box<Incoming>),
}

/// The submit_sm of a deposit.
pub(super) fn submit_sm(deposit: &Deposit, settings: &Settings, now: i64) -> ShortMessage {
    let (sms, part) = (&deposit.sms, &deposit.part);
    let wants_receipt = sms.receipts != Wish::Never
        && match settings.receipts {
            Receipts::EveryPart => true,
            Receipts::LastPart => part.number == part.of,
            Receipts::None => false,
        };
    ShortMessage {
        service_type: settings.service_type.clone(),
        source: Address::new(
            settings.source_ton,
            settings.source_npi,
            deposit.number.to_string(),
        ),
        dest: Address::new(settings.dest_ton, settings.dest_npi, sms.handset.digits()),
        esm_class: if part.udh.is_some() { UDHI } else { 0 },
        priority_flag: u8::try_from(sms.priority.clamp(0, 3)).unwrap_or_default(),
        validity_period: relative_period(sms.valid_until - now),
        registered_delivery: u8::from(wants_receipt),
        data_coding: match (part.encoding, sms.flash) {
            (Encoding::Gsm7, false) => GSM,
            (Encoding::Gsm7, true) => GSM_FLASH,
            (Encoding::Ucs2, false) => UCS2,
            (Encoding::Ucs2, true) => UCS2_FLASH,
            (Encoding::Binary, _) => BINARY,
        },
        short_message: part.user_data().into(),
        ..ShortMessage::default()
    }
}

/// `YYMMDDhhmmsstnnp` in its relative form; a year has 365 days and a month 30 [SMPP 3.4 §7.1.1].
fn relative_period(ms: i64) -> String {
    let seconds = (ms / 1_000).clamp(60, 63 * 86_400);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    format!(
        "00{:02}{:02}{:02}{:02}{:02}000R",
        days / 30,
        days % 30,
        rest / 3_600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Reads a deliver_sm, or data_sm. An odd one is read as far as it goes, never refused.
pub(super) fn delivered(
    sm: &ShortMessage,
    carrier_id: i64,
    session: i64,
    settings: &Settings,
    clock: Clock,
) -> Delivered {
    let sender = normalise(
        &sm.source.addr,
        TypeOfNumber::from(sm.source.ton),
        settings.country,
    );
    let number = normalise(
        &sm.dest.addr,
        TypeOfNumber::from(sm.dest.ton),
        settings.country,
    );
    if sm.is_receipt()
        && let Some(receipt) = receipt(sm, carrier_id, &sender, &number, settings, clock)
    {
        return Delivered::Receipt(receipt);
    }
    let (concat, payload) = if sm.has_udhi() {
        sms::split(sm.user_data())
    } else {
        (sar(sm), &sm.user_data()[..])
    };
    let text = match decode_user_data(sm.data_coding, payload) {
        sms::Incoming::Text(text) => text,
        sms::Incoming::Binary(octets) => {
            format!("[binary: {}]", data_encoding::HEXLOWER.encode(&octets))
        }
    };
    Delivered::Text(Box::new(Incoming {
        carrier_id,
        sender,
        number,
        text,
        concat,
        session,
        digest: digest_of(sm),
    }))
}

fn receipt(
    sm: &ShortMessage,
    carrier_id: i64,
    sender: &SmscAddress,
    number: &SmscAddress,
    settings: &Settings,
    clock: Clock,
) -> Option<Receipt> {
    let written = String::from_utf8_lossy(sm.user_data());
    let text = parse_receipt(&written);
    let id = sm
        .receipted_message_id()
        .filter(|id| !id.is_empty())
        .or_else(|| text.as_ref().map(|text| text.id.clone()));
    let by_tlv = sm
        .message_state()
        .and_then(ReceiptState::from_smpp_message_state);
    let by_text = text
        .as_ref()
        .and_then(|text| text.stat.as_deref())
        .and_then(ReceiptState::from_stat);
    let now = clock.now();
    let done_at = text
        .as_ref()
        .and_then(|text| text.done.as_deref())
        .and_then(parse_receipt_date)
        .and_then(|(year, month, day, hour, minute, second)| {
            let [month, day, hour, minute, second] =
                [month, day, hour, minute, second].map(u8::cast_signed);
            let civil = DateTime::new(
                i16::try_from(year).ok()?,
                month,
                day,
                hour,
                minute,
                second,
                0,
            )
            .ok()?;
            Some(clock.shifted(civil.in_tz("UTC").ok()?.timestamp().as_millisecond()))
        });
    Some(Receipt {
        carrier_id,
        message_id: id.map(|id| canonical(settings.message_id, IdPlace::InReceipt, &id)),
        number: number.number().map(sms::PhoneNumber::as_i64),
        handset: sender.number().map(sms::PhoneNumber::as_i64),
        state: by_tlv.or(by_text)?,
        done_at: done_at.filter(|at| *at <= now + CLOCK_SLACK_MS),
    })
}

fn sar(sm: &ShortMessage) -> Option<Concat> {
    let (reference, number, of) = (
        sm.sar_msg_ref_num()?,
        sm.sar_segment_seqnum()?,
        sm.sar_total_segments()?,
    );
    (of > 1 && (1..=of).contains(&number)).then_some(Concat {
        reference,
        number,
        of,
        wide: true,
    })
}

/// Equal for equal deliver_sm, whatever their session and sequence_number.
fn digest_of(sm: &ShortMessage) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    for text in [&sm.source.addr, &sm.dest.addr] {
        context.update(&(text.len() as u64).to_be_bytes());
        context.update(text.as_bytes());
    }
    context.update(&[sm.esm_class, sm.data_coding]);
    context.update(sm.user_data());
    for tlv in &sm.tlvs {
        context.update(&tlv.tag.to_be_bytes());
        context.update(&tlv.value);
    }
    context.finish().as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_relative() {
        for (ms, expected) in [
            (0, "000000000100000R"),
            (72 * 3_600_000, "000003000000000R"),
            (90_061_000, "000001010101000R"),
            (i64::MAX, "000203000000000R"),
        ] {
            assert_eq!(relative_period(ms), expected);
        }
    }
}
