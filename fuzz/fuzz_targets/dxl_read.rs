//! Any bytes as DXL: events, and documents with all that is in them, or an error with its place, without a panic. However the bytes are handed
//! over, what is read is the same.
#![no_main]

use dxl::notes::{Reader, Value};
use dxl::{Limits, Source};
use libfuzzer_sys::fuzz_target;
use std::io::{BufRead, BufReader};

const LIMITS: Limits = Limits {
    depth: 64,
    attributes: 32,
    name: 64,
    text: 4096,
    nodes: 4096,
};

/// The events, and how they end.
fn read(bytes: impl BufRead) -> (usize, String) {
    let mut source = Source::new(bytes, LIMITS);
    let (mut events, mut position) = (0, source.position());
    loop {
        match source.next() {
            Ok(Some(event)) => {
                assert!(event.position() >= position, "events go forward");
                position = event.position();
                events += 1;
            }
            Ok(None) => {
                assert!(source.next().is_ok_and(|event| event.is_none()));
                return (events, "whole".to_owned());
            }
            Err(why) => return (events, why.to_string()),
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let whole = read(data);
    assert_eq!(read(BufReader::with_capacity(3, data)), whole);
    for document in Reader::new(data, LIMITS) {
        let Ok(document) = document else { break };
        let _ = (document.form(), document.parent(), document.mime());
        let _ = (document.created(), document.updated_by());
        for item in document.items() {
            match item.value() {
                Value::Raw { data, .. } => drop(data.decode()),
                Value::RichText(text) => drop((text.plain_text(), text.attachment_names())),
                Value::Object(file) => drop((file.size(), file.data().map(|data| data.decode()))),
                Value::DateTime(time) => drop(time.value.map(|time| time.instant())),
                _ => drop((item.texts(), item.numbers())),
            }
        }
    }
});
