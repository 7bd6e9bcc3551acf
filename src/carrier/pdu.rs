//! Translation: a deposit as submit_sm, a deliver_sm as a receipt or a text from a handset.

use super::Settings;
use crate::clock::Clock;
use crate::config::rooms::Receipts;
use crate::to_desktop::{Incoming, Receipt};
use crate::to_handset::Deposit;
use aws_lc_rs::digest;
use jiff::civil::DateTime;
use smpp::{
    Address, ReceiptText, ShortMessage, parse_receipt, parse_receipt_date, plain_text, receipt_id,
};
use sms::{
    Concat, DefaultAlphabet, Encoding, Part, Ports, ReceiptState, SmscAddress, TypeOfNumber, Wish,
    gsm, normalise, read_user_data,
};

/// esm_class: the user data begin with a header [SMPP 3.4 §5.2.12].
const UDHI: u8 = 0x40;
/// data_coding of the default alphabet and of UCS-2, and with the bits of message class 0 [3GPP TS 23.038 §4].
const GSM: u8 = 0x00;
const GSM_FLASH: u8 = 0x10;
/// GSM whatever the default alphabet is, as an ordinary text (class 1).
const GSM_EXPRESSLY: u8 = 0x11;
const UCS2: u8 = 0x08;
const UCS2_FLASH: u8 = 0x18;
const BINARY: u8 = 0x04;
const BINARY_FLASH: u8 = 0x14;

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
    let (data_coding, user_data) = encoded(part, sms.flash, settings.default_alphabet);
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
        data_coding,
        short_message: user_data.into(),
        ..ShortMessage::default()
    }
}

/// The data_coding of a part, and its user data as the carrier reads them under it.
///
/// For a carrier whose default alphabet is Latin-1, GSM characters that Latin-1 lacks (the euro sign, Greek capitals) go under a
/// data_coding that names the GSM alphabet expressly [3GPP TS 23.038 §4].
pub(super) fn encoded(part: &Part, flash: bool, alphabet: DefaultAlphabet) -> (u8, Vec<u8>) {
    let header = part.udh.as_deref().unwrap_or_default();
    let with_header = |payload: &[u8]| [header, payload].concat();
    match (part.encoding, flash) {
        (Encoding::Gsm7, _) if alphabet == DefaultAlphabet::GsmPacked => {
            let packed = gsm::pack_after(header.len(), &part.payload);
            (if flash { GSM_FLASH } else { GSM }, with_header(&packed))
        }
        (Encoding::Gsm7, false) if alphabet == DefaultAlphabet::Latin1 => {
            match latin1(&part.payload) {
                Some(payload) => (GSM, with_header(&payload)),
                None => (GSM_EXPRESSLY, part.user_data()),
            }
        }
        (Encoding::Gsm7, false) => (GSM, part.user_data()),
        (Encoding::Gsm7, true) => (GSM_FLASH, part.user_data()),
        (Encoding::Ucs2, false) => (UCS2, part.user_data()),
        (Encoding::Ucs2, true) => (UCS2_FLASH, part.user_data()),
        (Encoding::Binary, false) => (BINARY, part.user_data()),
        (Encoding::Binary, true) => (BINARY_FLASH, part.user_data()),
    }
}

/// Septets in Latin-1, if it has all their characters.
fn latin1(septets: &[u8]) -> Option<Vec<u8>> {
    gsm::decode(septets)
        .chars()
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect()
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
    let address = |address: &Address| {
        normalise(
            &address.addr,
            TypeOfNumber::from(address.ton),
            settings.country,
        )
    };
    let (sender, number) = (address(&sm.source), address(&sm.dest));
    if let Some(receipt) = receipt(sm, carrier_id, &sender, &number, settings, clock) {
        return Delivered::Receipt(receipt);
    }
    let data = read_user_data(
        sm.user_data(),
        sm.has_udhi(),
        sm.data_coding,
        settings.default_alphabet,
    );
    let concat = data.concat.or_else(|| sar(sm));
    let text = match data.content {
        sms::Incoming::Text(part) if concat.is_some() => part,
        sms::Incoming::Text(text) => sms::mend(text),
        sms::Incoming::Binary(octets) => marked(&octets, data.ports),
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

/// What cannot be read, kept whole: in hexadecimal, saying so.
fn marked(octets: &[u8], ports: Option<Ports>) -> String {
    let hex = data_encoding::HEXLOWER.encode(octets);
    match ports {
        Some(ports) => format!("[binary for port {}: {hex}]", ports.destination),
        None => format!("[binary: {hex}]"),
    }
}

/// Reads a receipt, if it is one.
///
/// With esm_class saying so, anything that looks like a receipt is one, and an empty message too; a person's words under a wrong
/// esm_class stay a text. Without it only what no person writes is one: both TLVs, or a text with an id, a known state and two more
/// fields.
fn receipt(
    sm: &ShortMessage,
    carrier_id: i64,
    sender: &SmscAddress,
    number: &SmscAddress,
    settings: &Settings,
    clock: Clock,
) -> Option<Receipt> {
    let text = receipt_text(sm, settings);
    let in_tlv = sm.receipted_message_id();
    let is_receipt = if sm.is_receipt() {
        let says_something = in_tlv.is_some() || sm.message_state().is_some() || text.is_some();
        says_something || sm.user_data().is_empty()
    } else {
        let both = in_tlv.is_some() && sm.message_state().is_some();
        both || text.as_ref().is_some_and(is_beyond_doubt)
    };
    if !is_receipt {
        return None;
    }
    let text = text.unwrap_or_default();
    Some(Receipt {
        carrier_id,
        message_id: receipt_id(settings.message_id, in_tlv.as_deref(), text.id.as_deref()),
        number: number.number().map(sms::PhoneNumber::as_i64),
        handset: sender.number().map(sms::PhoneNumber::as_i64),
        state: state_of(sm, &text, carrier_id),
        done_at: done_at(&text, clock),
    })
}

/// The receipt's text in whatever encoding it is: SMSCs name another in data_coding than they use.
fn receipt_text(sm: &ShortMessage, settings: &Settings) -> Option<ReceiptText> {
    let octets = sm.user_data();
    let payload = if sm.has_udhi() {
        sms::split(octets).1
    } else {
        octets
    };
    parse_receipt(&plain_text(payload)).or_else(|| {
        let alphabet = settings.default_alphabet;
        match read_user_data(octets, sm.has_udhi(), sm.data_coding, alphabet).content {
            sms::Incoming::Text(text) => parse_receipt(&text),
            sms::Incoming::Binary(_) => None,
        }
    })
}

fn is_beyond_doubt(text: &ReceiptText) -> bool {
    let is_known = text.stat.as_deref().and_then(ReceiptState::from_stat);
    text.id.is_some() && is_known.is_some() && text.particulars() >= 2
}

/// The state that a receipt tells.
///
/// The TLV wins over the text, except a zero, which is what a field holds that nobody filled in. A word that nobody knows is no final
/// word: the receipt still proves that the carrier has the text. Neither is anything in an intermediate notice [SPEC 4.5].
fn state_of(sm: &ShortMessage, text: &ReceiptText, carrier_id: i64) -> ReceiptState {
    let by_tlv = sm
        .message_state()
        .and_then(ReceiptState::from_smpp_message_state);
    let by_text = text
        .stat
        .as_deref()
        .and_then(|stat| ReceiptState::from_stat(stat).or_else(|| by_zero(stat, text)));
    let state = by_tlv
        .filter(|state| *state != ReceiptState::Scheduled)
        .or(by_text)
        .or(by_tlv)
        .unwrap_or_else(|| {
            let stat = sms::printable_line(text.stat.as_deref().unwrap_or_default());
            tracing::info!(carrier_id, stat, "a receipt without a state that is known");
            ReceiptState::Enroute
        });
    if sm.is_intermediate() && state.is_final() {
        return ReceiptState::Enroute;
    }
    state
}

/// `stat:0` is success to those who write it, if their other fields say so.
fn by_zero(stat: &str, text: &ReceiptText) -> Option<ReceiptState> {
    let is_zero = |value: &str| !value.is_empty() && value.bytes().all(|octet| octet == b'0');
    let without_error = text.err.as_deref().is_none_or(is_zero);
    let delivered = text.dlvrd.as_deref().is_some_and(|count| !is_zero(count));
    (is_zero(stat) && without_error && delivered).then_some(ReceiptState::Delivered)
}

/// The done date in business time; `None` if there is none, or one that cannot be.
fn done_at(text: &ReceiptText, clock: Clock) -> Option<i64> {
    let date = parse_receipt_date(text.done.as_deref()?)?;
    let [month, day, hour, minute, second] =
        [date.month, date.day, date.hour, date.minute, date.second].map(u8::cast_signed);
    let year = i16::try_from(date.year).ok()?;
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let local_ms = civil.in_tz("UTC").ok()?.timestamp().as_millisecond();
    let ahead_ms = i64::from(date.offset_minutes.unwrap_or(0)) * 60_000;
    Some(clock.shifted(local_ms - ahead_ms)).filter(|at| *at <= clock.now() + CLOCK_SLACK_MS)
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
