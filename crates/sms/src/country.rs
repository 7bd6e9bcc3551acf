//! A country by its ISO 3166 letters, as far as telephone numbering knows it.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use crate::NumberError;

/// An ISO 3166-1 alpha-2 country with a telephone numbering plan, in upper case. Shown as `AU`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// Australia, the home of companies that name no other [SPEC 2.6].
    pub const AU: Country = Country(*b"AU");

    /// Reads two letters in any case; refuses countries whose numbering plan is not known.
    pub fn parse(code: &str) -> Result<Country, NumberError> {
        let letters: [u8; 2] = code
            .trim()
            .as_bytes()
            .try_into()
            .map_err(|_| NumberError::UnknownCountry)?;
        let country = Country(letters.map(|letter| letter.to_ascii_uppercase()));
        match country.numbering_plan() {
            Some(_) => Ok(country),
            None => Err(NumberError::UnknownCountry),
        }
    }

    /// The two letters, upper case.
    pub fn as_str(&self) -> &str {
        // Only ASCII letters pass `parse`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The country's telephone prefix without `+`: 61 for AU, 1 for US and CA.
    pub fn calling_code(&self) -> u16 {
        self.numbering_plan().unwrap_or_default()
    }

    fn numbering_plan(&self) -> Option<u16> {
        let code = PHONE_NUMBER_UTIL.get_country_code_for_region(self.region()?)?;
        u16::try_from(code).ok().filter(|code| *code > 0)
    }

    pub(crate) fn region(&self) -> Option<Region> {
        Region::from_code(self.as_str()).ok()
    }

    /// The country of a region, unless it is one that numbering invented ("the world").
    pub(crate) fn from_region(region: Region) -> Option<Country> {
        let code = region.as_region_str();
        <[u8; 2]>::try_from(code.as_str().as_bytes())
            .ok()
            .map(Country)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_have_calling_codes() {
        let table = [
            ("AU", 61),
            ("nz", 64),
            ("GB", 44),
            ("us", 1),
            ("CA", 1),
            ("IT", 39),
        ];
        for (code, calling_code) in table {
            let country = Country::parse(code).unwrap();
            assert_eq!(country.calling_code(), calling_code);
            assert_eq!(country.to_string(), code.to_ascii_uppercase());
        }
        assert_eq!(Country::parse("AU"), Ok(Country::AU));
    }

    #[test]
    fn what_is_no_country_is_refused() {
        for code in ["", "A", "AUS", "XX", "001", "ZZ", "é", "4U", "\0\0", "OO"] {
            assert_eq!(
                Country::parse(code),
                Err(NumberError::UnknownCountry),
                "{code:?}"
            );
        }
    }
}
