//! Texts out and in: cut and put together again is the original, and any octets from a handset are read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sms::{
    Encoding, Incoming, MAX_PARTS, Reference, ReferenceSize, Text, decode_user_data, gsm, split,
};

fuzz_target!(|input: (u8, u16, &str, &[u8])| {
    let (data_coding, reference, written, octets) = input;

    let (_, payload) = split(octets);
    let _ = decode_user_data(data_coding, payload);
    let _ = gsm::decode(octets);
    assert_eq!(
        gsm::pack(&gsm::unpack(octets, usize::MAX)).len(),
        octets.len()
    );

    let Ok(text) = Text::new(written) else { return };
    assert_eq!(
        text.truncate_to_one_part()
            .parts_needed(ReferenceSize::Eight),
        1
    );
    let _ = text.transliterate();
    // At the front of a part these are byte order marks on the way in.
    if written.contains(['\u{FEFF}', '\u{FFFE}']) {
        return;
    }
    let reference = match u8::try_from(reference) {
        Ok(reference) => Reference::Eight(reference),
        Err(_) => Reference::Sixteen(reference),
    };
    let Ok(parts) = text.cut(reference, MAX_PARTS) else {
        return;
    };
    let mut whole = String::new();
    for part in &parts {
        let user_data = part.user_data();
        let payload = if part.udh.is_some() {
            split(&user_data).1
        } else {
            &user_data
        };
        let data_coding = if part.encoding == Encoding::Gsm7 {
            0
        } else {
            8
        };
        match decode_user_data(data_coding, payload) {
            Incoming::Text(piece) => whole.push_str(&piece),
            Incoming::Binary(_) => panic!("a text came back as binary"),
        }
    }
    assert_eq!(whole, text.as_str());
});
