//! Reads PDUs as lines of hexadecimal digits, and writes a line of JSON for each: how this crate reads it, what it found odd, and the
//! octets that the witness of the tests (`rusmpp`) makes of it. For `tests/proofs/pdu-codecs`.
#![allow(clippy::print_stdout)] // its output is its purpose

use std::fmt::Write as _;
use std::io::{self, BufRead, Write as _};

use bytes::BytesMut;
use rusmpp::tokio_codec::CommandCodec;
use smpp::{Address, Frame, Pdu, ShortMessage};
use tokio_util::codec::{Decoder, Encoder};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let octets = unhex(line?.trim());
        let (ours, odd) = match Frame::decode(&octets) {
            Ok((frame, odd)) => (fields(&frame), odd.map(|odd| odd.to_string())),
            Err(_) => ("null".to_owned(), None),
        };
        let odd = odd.map_or("null".to_owned(), |odd| format!("\"{odd}\""));
        let theirs = witness(&octets).map_or("null".to_owned(), |octets| quoted(&octets));
        writeln!(out, "{{\"ours\":{ours},\"odd\":{odd},\"rusmpp\":{theirs}}}")?;
    }
    out.flush()
}

/// The witness' own writing of what it read; `None` if it refuses the octets.
fn witness(octets: &[u8]) -> Option<Vec<u8>> {
    let mut codec = CommandCodec::new().with_max_length(smpp::MAX_PDU);
    let mut input = BytesMut::from(octets);
    let command = codec.decode(&mut input).ok()??;
    let mut output = BytesMut::new();
    codec.encode(&command, &mut output).ok()?;
    Some(output.to_vec())
}

/// A JSON object; strings and octets in hexadecimal.
fn fields(frame: &Frame) -> String {
    let mut json = format!(
        "{{\"command\":{},\"status\":{},\"sequence\":{}",
        frame.pdu.command_id(),
        frame.status.0,
        frame.sequence
    );
    match &frame.pdu {
        Pdu::SubmitSm(sm) | Pdu::DeliverSm(sm) => message(&mut json, sm, true),
        Pdu::DataSm(sm) => message(&mut json, sm, false),
        Pdu::SubmitSmResp { message_id } | Pdu::DataSmResp { message_id } => {
            string(&mut json, "message_id", message_id);
        }
        Pdu::Bind(_, bind) => {
            string(&mut json, "system_id", &bind.system_id);
            string(&mut json, "password", bind.password.expose());
            string(&mut json, "system_type", &bind.system_type);
            number(&mut json, "interface_version", bind.interface_version);
            address(&mut json, "address", &bind.address_range);
        }
        Pdu::BindResp(_, resp) => string(&mut json, "system_id", &resp.system_id),
        _ => {}
    }
    json.push('}');
    json
}

fn message(json: &mut String, sm: &ShortMessage, is_short: bool) {
    string(json, "service_type", &sm.service_type);
    address(json, "source", &sm.source);
    address(json, "dest", &sm.dest);
    number(json, "esm_class", sm.esm_class);
    number(json, "registered_delivery", sm.registered_delivery);
    number(json, "data_coding", sm.data_coding);
    if is_short {
        number(json, "protocol_id", sm.protocol_id);
        number(json, "priority_flag", sm.priority_flag);
        string(json, "schedule_delivery_time", &sm.schedule_delivery_time);
        string(json, "validity_period", &sm.validity_period);
        number(json, "replace_if_present_flag", sm.replace_if_present);
        number(json, "sm_default_msg_id", sm.sm_default_msg_id);
        let _ = write!(json, ",\"short_message\":{}", quoted(&sm.short_message));
    }
    let tlvs: Vec<String> = sm
        .tlvs
        .iter()
        .map(|tlv| format!("[{},{}]", tlv.tag, quoted(&tlv.value)))
        .collect();
    let _ = write!(json, ",\"tlvs\":[{}]", tlvs.join(","));
}

fn address(json: &mut String, name: &str, address: &Address) {
    number(json, &format!("{name}_ton"), address.ton);
    number(json, &format!("{name}_npi"), address.npi);
    string(json, &format!("{name}_addr"), &address.addr);
}

fn number(json: &mut String, name: &str, value: u8) {
    let _ = write!(json, ",\"{name}\":{value}");
}

/// Latin-1, as it was read.
fn string(json: &mut String, name: &str, text: &str) {
    let octets: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect();
    let _ = write!(json, ",\"{name}\":{}", quoted(&octets));
}

fn quoted(octets: &[u8]) -> String {
    let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
    format!("\"{digits}\"")
}

/// Hexadecimal digits as octets; what is none ends them.
fn unhex(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks_exact(2)
        .map_while(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
