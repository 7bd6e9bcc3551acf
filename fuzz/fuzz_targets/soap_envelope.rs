//! Any bytes as the body of a SOAP call: read, bound, and answered, without a panic. The first byte chooses the Content-Type.
#![no_main]

use emailsms::soap::{
    answer::Response,
    envelope::Call,
    legacy::{Code, Request},
};
use libfuzzer_sys::fuzz_target;

const CONTENT_TYPES: [Option<&str>; 5] = [
    None,
    Some("text/xml"),
    Some("text/xml; charset=utf-8"),
    Some("text/xml; charset=\"ISO-8859-1\""),
    Some("text/xml; charset=utf-16"),
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    match Call::read(
        body,
        CONTENT_TYPES[usize::from(*choice) % CONTENT_TYPES.len()],
    ) {
        Err(reason) => drop(reason.to_xml()),
        Ok(call) => match Request::of(&call) {
            Err(reason) => drop(reason.to_xml()),
            Ok(request) => {
                if let Request::SendTextSms(sms) = &request {
                    let _ = (sms.recipients.split(), sms.kind.kind());
                }
                drop(Response::refusal(request.operation(), Code::UnknownSerial).to_xml());
            }
        },
    }
});
