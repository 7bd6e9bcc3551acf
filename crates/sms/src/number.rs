//! Telephone numbers: read from what people and systems write, kept as E.164 [SPEC 2.6].
//!
//! The numbering plans come from the libphonenumber data. Reading is strict about shape (one number, nothing else) and
//! lenient about spelling (separators, prefixes, full-width digits).

use std::fmt;

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber as Parsed, PhoneNumberFormat,
    PhoneNumberType, Region, ValidationError,
};
use thiserror::Error;

use crate::Country;

/// The longest input that is looked at, in characters; the longest number with every separator is far shorter.
const MAX_INPUT_CHARS: usize = 40;
/// The most digits that are looked at: 15 of E.164 [ITU-T E.164 §6.2.1] and an international prefix.
const MAX_DIGITS: usize = 20;
/// The fewest digits of a number with its country code.
const MIN_E164: u64 = 1_000_000;
/// The most digits of E.164, as a number.
const MAX_E164: u64 = 999_999_999_999_999;

/// An international telephone number, 7 to 15 digits with the country code. Shown as `+61491570156`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber(u64);

/// Why something is not a number that can be texted, in a sentence for whoever wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Nothing but blanks.
    #[error("the number is empty; write it like 0491 570 156 or +61 491 570 156")]
    Empty,
    /// Longer than any number.
    #[error(
        "the number is too long; write one number with at most 15 digits, like +61 491 570 156"
    )]
    TooLong,
    /// A control character, a line break among them.
    #[error("the number contains a control character; write it on one line, like +61 491 570 156")]
    ControlCharacter,
    /// Letters, a word or a "vanity" number.
    #[error("the number contains letters; write it in digits, like +61 491 570 156")]
    Letters,
    /// An extension after the number.
    #[error(
        "the number has an extension, which cannot be texted; write the number alone, like +61 491 570 156"
    )]
    Extension,
    /// Not the shape of one number.
    #[error("this is not one telephone number; write it like 0491 570 156 or +61 491 570 156")]
    NotANumber,
    /// Digits are missing.
    #[error(
        "the number is too short; write all its digits with the area or country code, like +61 491 570 156"
    )]
    TooShort,
    /// The digits after `+` begin with no country code.
    #[error(
        "the number begins with no known country code; after + comes the country, like +61 491 570 156"
    )]
    UnknownCallingCode,
    /// The right length, but nobody has such a number.
    #[error(
        "no telephone number of that country looks like this; check the digits, as in +61 491 570 156"
    )]
    NotPossible,
    /// A telephone number that is not a mobile.
    #[error("the number is not a mobile number; texts go to mobiles only, like +61 491 570 156")]
    NotMobile,
    /// Not a country of the numbering plans.
    #[error("the country is not known; write its two ISO letters, like AU")]
    UnknownCountry,
}

impl PhoneNumber {
    /// Reads a number that may be a mobile (in some countries the plan cannot tell mobiles from fixed lines).
    ///
    /// A number without `+` is read as the `home` country would dial it, and only if that is no mobile there, as an
    /// international one without its `+` (`6421…`, `00 64 21 …`). Full-width digits count as digits. Refused are
    /// letters, extensions, control characters and everything that is not exactly one number; invisible marks that
    /// address books put around numbers are tolerated at the ends.
    pub fn parse(input: &str, home: Country) -> Result<PhoneNumber, NumberError> {
        let dialled = Dialled::clean(input)?;
        dialled
            .reading(home, Order::HomeFirst, may_be_mobile)
            .ok_or_else(|| dialled.complaint(home, PhoneNumberType::Mobile))
    }

    /// Reads any number whose length is right: pool numbers, handset addresses from an SMSC. Mobile or not does not
    /// matter; a reading that a numbering plan knows is preferred.
    pub fn any(input: &str, home: Country) -> Result<PhoneNumber, NumberError> {
        let dialled = Dialled::clean(input)?;
        dialled
            .valid_or_possible(home, Order::HomeFirst)
            .ok_or_else(|| dialled.complaint(home, PhoneNumberType::Unknown))
    }

    /// The digits as kept, with the country code, without `+`. No numbering plan is asked.
    pub fn from_e164_digits(digits: &str) -> Option<PhoneNumber> {
        let only_digits = digits.len() <= 15 && digits.bytes().all(|octet| octet.is_ascii_digit());
        if !only_digits || digits.starts_with('0') {
            return None;
        }
        digits.parse().ok().and_then(PhoneNumber::from_i64)
    }

    /// The number as kept in the database. No numbering plan is asked.
    pub fn from_i64(number: i64) -> Option<PhoneNumber> {
        let number = u64::try_from(number).ok()?;
        (MIN_E164..=MAX_E164)
            .contains(&number)
            .then_some(PhoneNumber(number))
    }

    /// The number for the database: its E.164 digits read as one number.
    pub const fn as_i64(self) -> i64 {
        // At most 15 digits: far below 2^63.
        self.0 as i64
    }

    /// The digits with the country code, without `+`.
    pub fn digits(self) -> String {
        self.0.to_string()
    }

    /// The country whose number it is; the largest of those that share a calling code when the number alone cannot
    /// tell; `None` for numbers of no country (satellite phones) or of an unknown calling code.
    pub fn country(&self) -> Option<Country> {
        let parsed = PHONE_NUMBER_UTIL.parse(self.to_string(), None).ok()?;
        parsed
            .get_region_code()
            .or_else(|| PHONE_NUMBER_UTIL.get_region_for_country_code(parsed.country_code))
            .and_then(Country::from_region)
    }

    fn of(parsed: &Parsed) -> Option<PhoneNumber> {
        // The format keeps leading zeros that belong to the number, as in Italy.
        PhoneNumber::from_e164_digits(
            parsed
                .format_as(PhoneNumberFormat::E164)
                .strip_prefix('+')?,
        )
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// Which reading of digits without `+` is tried first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the home country dials, then international.
    HomeFirst,
    /// International, then as the home country dials.
    InternationalFirst,
}

/// Input that has the shape of one number: `+` or not, then ASCII digits.
pub(crate) struct Dialled {
    plus: bool,
    digits: String,
}

impl Dialled {
    /// Keeps the digits of an input that is nothing but one number.
    pub(crate) fn clean(input: &str) -> Result<Dialled, NumberError> {
        if input.len() > MAX_INPUT_CHARS * 4 {
            return Err(NumberError::TooLong);
        }
        let input = input.trim_matches(|character: char| is_blank(character) || is_mark(character));
        if input.is_empty() {
            return Err(NumberError::Empty);
        }
        if input.chars().count() > MAX_INPUT_CHARS {
            return Err(NumberError::TooLong);
        }
        let mut dialled = Dialled {
            plus: false,
            digits: String::with_capacity(MAX_DIGITS),
        };
        for character in input.chars() {
            match character {
                '0'..='9' => dialled.digits.push(character),
                '０'..='９' => dialled.digits.push(ascii_digit(character)),
                '+' | '＋' if !dialled.plus && dialled.digits.is_empty() => dialled.plus = true,
                _ if is_separator(character) => {}
                _ => return Err(complaint_about(character, input)),
            }
        }
        match dialled.digits.len() {
            0 => Err(NumberError::NotANumber),
            count if count > MAX_DIGITS => Err(NumberError::TooLong),
            _ => Ok(dialled),
        }
    }

    /// Digits without `+`, as few as short codes have.
    pub(crate) fn is_short(&self) -> bool {
        !self.plus && self.digits.len() < 7
    }

    /// The first reading that `accept` takes.
    fn reading(
        &self,
        home: Country,
        order: Order,
        accept: fn(&Parsed) -> bool,
    ) -> Option<PhoneNumber> {
        let international = || self.as_international();
        let at_home = || self.as_dialled_at(home).ok();
        let accepted =
            |parsed: Option<Parsed>| parsed.filter(accept).as_ref().and_then(PhoneNumber::of);
        match order {
            Order::HomeFirst => accepted(at_home()).or_else(|| accepted(international())),
            Order::InternationalFirst => accepted(international()).or_else(|| accepted(at_home())),
        }
    }

    /// The first reading that a numbering plan knows, else the first whose length is right.
    pub(crate) fn valid_or_possible(&self, home: Country, order: Order) -> Option<PhoneNumber> {
        self.reading(home, order, Parsed::is_valid)
            .or_else(|| self.reading(home, order, is_possible))
    }

    /// What an SMSC means: a mobile of its own country, in either reading, before anything else, because a mobile with
    /// its country code can look like a fixed line without it (`4915…` in Germany).
    pub(crate) fn as_address(&self, home: Country, order: Order) -> Option<PhoneNumber> {
        self.reading(home, order, may_be_mobile)
            .filter(|number| number.country() == Some(home))
            .or_else(|| self.valid_or_possible(home, order))
    }

    /// As somebody in that country dials it; with `+` the country does not matter.
    fn as_dialled_at(&self, home: Country) -> Result<Parsed, ParseError> {
        if self.plus {
            return PHONE_NUMBER_UTIL.parse(format!("+{}", self.digits), None);
        }
        PHONE_NUMBER_UTIL.parse(&self.digits, home.region())
    }

    /// As an international number that lost its `+`, or has `0011` or `00` in its place, which not every country dials.
    fn as_international(&self) -> Option<Parsed> {
        let digits = self.digits.as_str();
        let number = if self.plus {
            digits
        } else {
            digits
                .strip_prefix("0011")
                .or_else(|| digits.strip_prefix("00"))
                .unwrap_or(digits)
        };
        if number.starts_with('0') {
            return None;
        }
        PHONE_NUMBER_UTIL
            .parse(format!("+{number}"), None::<Region>)
            .ok()
    }

    /// What is wrong with a number of which no reading is of the `wanted` kind.
    fn complaint(&self, home: Country, wanted: PhoneNumberType) -> NumberError {
        let parsed = match self.as_dialled_at(home) {
            Ok(parsed) => parsed,
            Err(ParseError::InvalidCountryCode) => return NumberError::UnknownCallingCode,
            Err(ParseError::NotANumber(_)) if self.digits.len() >= 3 => {
                return NumberError::NotANumber;
            }
            Err(
                ParseError::NotANumber(_) | ParseError::TooShortAfterIdd | ParseError::TooShortNsn,
            ) => {
                return NumberError::TooShort;
            }
            Err(ParseError::TooLongNsn) => return NumberError::TooLong,
        };
        if parsed.get_type() != PhoneNumberType::Unknown {
            return NumberError::NotMobile;
        }
        // Lengths of the wanted kind: other kinds may be shorter or longer, and would hide a lost or doubled digit.
        match PHONE_NUMBER_UTIL.is_possible_number_for_type_with_reason(&parsed, wanted) {
            Err(ValidationError::TooShort) | Ok(NumberLengthType::IsPossibleLocalOnly) => {
                NumberError::TooShort
            }
            Err(ValidationError::TooLong) => NumberError::TooLong,
            Err(ValidationError::InvalidCountryCode) => NumberError::UnknownCallingCode,
            Err(ValidationError::InvalidLength) | Ok(NumberLengthType::IsPossible) => {
                NumberError::NotPossible
            }
        }
    }
}

fn may_be_mobile(parsed: &Parsed) -> bool {
    matches!(
        parsed.get_type(),
        PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile
    )
}

fn is_possible(parsed: &Parsed) -> bool {
    parsed.is_possible_with_reason() == Ok(NumberLengthType::IsPossible)
}

fn ascii_digit(full_width: char) -> char {
    let value = (full_width as u32).wrapping_sub('０' as u32);
    char::from_digit(value, 10).unwrap_or('0')
}

fn is_blank(character: char) -> bool {
    matches!(
        character,
        ' ' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{3000}'
    )
}

/// Invisible direction and width marks, which copies from address books carry.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

/// What people write between digits.
fn is_separator(character: char) -> bool {
    is_blank(character)
        || matches!(
            character,
            '-' | '.' | '(' | ')' | '/' | '\u{2010}'
                ..='\u{2015}' | '\u{2212}' | '－' | '．' | '（' | '）'
        )
}

/// Names the fault of an input that holds a character which no number has.
fn complaint_about(character: char, input: &str) -> NumberError {
    if input.chars().any(char::is_control) {
        return NumberError::ControlCharacter;
    }
    let extension_begins = |c: char| matches!(c, '#' | ';' | 'x' | 'X' | 'e' | 'E');
    let digits_before = input
        .chars()
        .take_while(|c| *c != character)
        .filter(char::is_ascii_digit)
        .count();
    let word = input
        .get(input.find(character).unwrap_or_default()..)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_extension = ["x", "ext", "#", ";ext"].iter().any(|beginning| {
        word.strip_prefix(beginning).is_some_and(|rest| {
            rest.trim_start_matches(['.', ':', '=', ' ', 'n'])
                .starts_with(|c: char| c.is_ascii_digit())
        })
    });
    if extension_begins(character) && digits_before > 4 && is_extension {
        return NumberError::Extension;
    }
    if input.chars().any(char::is_alphabetic) {
        return NumberError::Letters;
    }
    NumberError::NotANumber
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    #[test]
    fn one_number_has_many_spellings() {
        for input in [
            "0491 570 156",
            "0491570156",
            "491570156",
            "61491570156",
            "+61491570156",
            "+61 491-570-156",
            "+61 (0)491 570 156",
            "(04) 9157 0156",
            "0491.570.156",
            "0011 61 491 570 156",
            "0061491570156",
            "００６１491570156",
            "０４９１　５７０　１５６",
            "＋61 491570156",
            "\u{202A}+61 491 570 156\u{202C}",
            " 0491\u{A0}570\u{A0}156 ",
            "0491\u{2011}570\u{2013}156",
        ] {
            let number = PhoneNumber::parse(input, Country::AU)
                .unwrap_or_else(|error| panic!("{input}: {error}"));
            assert_eq!(number.to_string(), "+61491570156", "{input}");
            assert_eq!(number.digits(), "61491570156");
        }
    }

    #[test]
    fn the_fiction_mobiles_of_australia_pass() {
        for last in [
            "570006", "570156", "570157", "570159", "570110", "570313", "570737", "571266",
            "571491", "571804", "572549", "572665", "572983", "573770", "573087", "574118",
            "574632", "575254", "575789", "576398", "576801", "577426", "577644", "578957",
            "578148", "578888", "579212", "579760", "579455",
        ] {
            let number = PhoneNumber::parse(&format!("0491{last}"), Country::AU).unwrap();
            assert_eq!(number.digits(), format!("61491{last}"));
            assert_eq!(number.country(), Some(Country::AU));
        }
        assert_eq!(
            PhoneNumber::any("+61400000001", Country::AU)
                .unwrap()
                .digits(),
            "61400000001"
        );
    }

    #[test]
    fn other_countries_are_read_with_and_without_plus() {
        let table = [
            ("+64 21 123 4567", "AU", "64211234567", "NZ"),
            ("64211234567", "AU", "64211234567", "NZ"),
            ("0011 64 21 123 4567", "AU", "64211234567", "NZ"),
            ("021 123 4567", "NZ", "64211234567", "NZ"),
            ("00 61 491 570 156", "NZ", "61491570156", "AU"),
            ("61491570156", "NZ", "61491570156", "AU"),
            ("07400 123456", "GB", "447400123456", "GB"),
            ("(201) 555-0123", "US", "12015550123", "US"),
            ("+39 347 123 4567", "AU", "393471234567", "IT"),
        ];
        for (input, home, digits, from) in table {
            let number = PhoneNumber::parse(input, country(home))
                .unwrap_or_else(|error| panic!("{input}: {error}"));
            assert_eq!(
                (number.digits().as_str(), number.country()),
                (digits, Some(country(from))),
                "{input}"
            );
        }
    }

    #[test]
    fn numbers_of_every_wrong_shape_are_told_apart() {
        let long = "0".repeat(100_000);
        let table = [
            ("", NumberError::Empty),
            (" \u{A0} ", NumberError::Empty),
            ("+", NumberError::NotANumber),
            ("()", NumberError::NotANumber),
            ("1", NumberError::TooShort),
            ("000", NumberError::TooShort),
            ("+61 491 570", NumberError::TooShort),
            ("0491570", NumberError::TooShort),
            ("0491 570 156 0491 570 157", NumberError::TooLong),
            ("+61 491 570 156 789", NumberError::TooLong),
            ("0491 570 1566", NumberError::TooLong),
            (&long, NumberError::TooLong),
            ("+999 491 570 156", NumberError::UnknownCallingCode),
            ("02 9999 9999", NumberError::NotMobile),
            ("1300 975 707", NumberError::NotMobile),
            ("1800 160 401", NumberError::NotMobile),
            ("+442079460000", NumberError::NotMobile),
            ("0991 570 156", NumberError::NotPossible),
            ("0491 570 ABC", NumberError::Letters),
            ("1800 FLOWERS", NumberError::Letters),
            ("abc", NumberError::Letters),
            ("0491 570 156 ext 12", NumberError::Extension),
            ("0491570156x12", NumberError::Extension),
            ("0491570156#12", NumberError::Extension),
            ("+61491570156;ext=12", NumberError::Extension),
            ("tel:+61491570156", NumberError::Letters),
            ("0491570156\n", NumberError::ControlCharacter),
            ("0491\u{0}570156", NumberError::ControlCharacter),
            ("0491570156\r\nBcc: x", NumberError::ControlCharacter),
            ("0491570156,0491570157", NumberError::NotANumber),
            ("0491570156;0491570157", NumberError::NotANumber),
            ("++61491570156", NumberError::NotANumber),
            ("61+491570156", NumberError::NotANumber),
            ("*100#", NumberError::NotANumber),
            ("٠٤٩١٥٧٠١٥٦", NumberError::NotANumber),
            ("0491😀570156", NumberError::NotANumber),
        ];
        for (input, error) in table {
            let shown: String = input.chars().take(50).collect();
            assert_eq!(
                PhoneNumber::parse(input, Country::AU),
                Err(error),
                "{shown:?}"
            );
        }
    }

    #[test]
    fn any_takes_fixed_lines_and_new_ranges_but_no_short_ones() {
        for (input, digits) in [
            ("02 9999 9999", "61299999999"),
            ("+61 1300 975 707", "611300975707"),
            ("+61 991 570 156", "61991570156"),
        ] {
            assert_eq!(
                PhoneNumber::any(input, Country::AU)
                    .map(PhoneNumber::digits)
                    .as_deref(),
                Ok(digits)
            );
        }
        for input in ["911", "", "+999 1234567", "STOP"] {
            assert!(PhoneNumber::any(input, Country::AU).is_err(), "{input}");
        }
    }

    #[test]
    fn kept_digits_are_bounded() {
        for digits in [
            "",
            "0",
            "061491570156",
            "1234567890123456",
            "+61491570156",
            "6149157015x",
            "123456",
        ] {
            assert_eq!(PhoneNumber::from_e164_digits(digits), None, "{digits}");
        }
        for number in [
            -61_491_570_156,
            0,
            999_999,
            1_000_000_000_000_000,
            i64::MAX,
            i64::MIN,
        ] {
            assert_eq!(PhoneNumber::from_i64(number), None);
        }
        let number = PhoneNumber::from_i64(61_491_570_156).unwrap();
        assert_eq!(number.as_i64(), 61_491_570_156);
        assert_eq!(format!("{number:?}"), "+61491570156");
    }

    proptest! {
        #[test]
        fn no_input_panics_and_what_is_read_is_kept(input in any::<String>()) {
            if let Ok(number) = PhoneNumber::any(&input, Country::AU) {
                prop_assert_eq!(PhoneNumber::from_e164_digits(&number.digits()), Some(number));
            }
            let _ = PhoneNumber::parse(&input, Country::AU);
        }

        #[test]
        fn what_looks_like_a_number_reads_the_same_again(input in "[+0]{0,2}[0-9 ().-]{0,24}", home in prop::sample::select(vec!["AU", "NZ", "US", "IT", "GB", "DE"])) {
            if let Ok(number) = PhoneNumber::parse(&input, country(home)) {
                prop_assert_eq!(PhoneNumber::parse(&number.to_string(), country(home)), Ok(number));
                prop_assert_eq!(PhoneNumber::from_i64(number.as_i64()), Some(number));
                prop_assert!(number.country().is_some());
            }
        }
    }
}
