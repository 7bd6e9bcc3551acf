//! Numbers, addresses and opt words from outside: nothing panics, and what is read reads the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sms::{Country, MailAddress, PhoneNumber, SmscAddress, normalise, opt_word, printable_line};

fuzz_target!(|input: (u8, u8, &str)| {
    let (home, ton, input) = input;
    let homes = ["AU", "NZ", "US", "GB", "IT", "DE", "AR", "MX"];
    let home = Country::parse(homes[usize::from(home) % homes.len()]).expect("a known country");

    if let Ok(number) = PhoneNumber::parse(input, home) {
        assert_eq!(PhoneNumber::parse(&number.to_string(), home), Ok(number));
        assert_eq!(PhoneNumber::any(&number.to_string(), home), Ok(number));
    }
    if let Ok(number) = PhoneNumber::any(input, home) {
        assert_eq!(PhoneNumber::from_i64(number.as_i64()), Some(number));
        assert_eq!(
            PhoneNumber::from_e164_digits(&number.digits()),
            Some(number)
        );
        let _ = number.country();
    }
    if let SmscAddress::Other(kept) = normalise(input, ton.into(), home) {
        assert_eq!(printable_line(&kept), kept);
    }
    if let Ok(address) = MailAddress::parse(input) {
        assert_eq!(MailAddress::parse(address.as_str()), Ok(address));
    }
    let _ = (opt_word(input), Country::parse(input));
});
