//! The user data header: where a part belongs, which ports and which national tables it names.

use crate::language::{Language, Shift};

/// The header that user data begins with when the UDHI bit is set [3GPP TS 23.040 §9.2.3.24].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserDataHeader {
    /// The information elements in their order: identifier and data.
    pub elements: Vec<(u8, Vec<u8>)>,
}

/// Which part of a longer text this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Concat {
    /// What the parts of one text share; 8 bits unless `wide`.
    pub reference: u16,
    /// Which part this is, from 1 to `of`.
    pub number: u8,
    /// How many parts there are, at least 1.
    pub of: u8,
    /// The reference has 16 bits: an equal 8-bit reference is another text.
    pub wide: bool,
}

/// Application ports, of 8 or 16 bits: the payload is meant for a program on the handset, or comes from one
/// [3GPP TS 23.040 §9.2.3.24.3, §9.2.3.24.4].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ports {
    /// Where to.
    pub destination: u16,
    /// Where from.
    pub source: u16,
}

/// The longest header whose elements need not fit exactly: a longer one is rather the first letter of a text.
const LONGEST_ODD_HEADER: u8 = 0x1F;

impl UserDataHeader {
    /// Reads the header at the front and returns it with what follows. An element that is cut short ends the list.
    ///
    /// `None` if it was no header: the length octet promises more than there is, or it is a printable character and what
    /// follows has not the form of elements (SMSCs set the UDHI bit on plain texts too).
    pub fn parse(user_data: &[u8]) -> Option<(UserDataHeader, &[u8])> {
        let (length, rest) = user_data.split_first()?;
        let (mut header, payload) = rest.split_at_checked(usize::from(*length))?;
        let mut elements = Vec::new();
        while let [identifier, length, rest @ ..] = header {
            let Some((data, rest)) = rest.split_at_checked(usize::from(*length)) else {
                break;
            };
            elements.push((*identifier, data.to_vec()));
            header = rest;
        }
        let fits = header.is_empty();
        (fits || *length <= LONGEST_ODD_HEADER).then_some((UserDataHeader { elements }, payload))
    }

    /// A header at the front of user data whose UDHI bit is *not* set: nothing but a concatenation element that makes
    /// sense, of several parts. In a text these octets would be controls that no handset sends.
    pub fn parse_unannounced(user_data: &[u8]) -> Option<(UserDataHeader, &[u8])> {
        let (header, payload) = match user_data {
            [5, 0x00, 3, ..] | [6, 0x08, 4, ..] => UserDataHeader::parse(user_data)?,
            _ => return None,
        };
        header
            .concat()
            .is_some_and(|concat| concat.of > 1)
            .then_some((header, payload))
    }

    /// Its octets, the length octet included.
    pub fn octets(&self) -> usize {
        let elements = self.elements.iter().map(|(_, data)| 2 + data.len());
        1 + elements.sum::<usize>()
    }

    /// The last port addressing element.
    pub fn ports(&self) -> Option<Ports> {
        self.elements.iter().rev().find_map(|(identifier, data)| {
            match (identifier, data.as_slice()) {
                (0x04, [destination, source]) => Some(Ports {
                    destination: u16::from(*destination),
                    source: u16::from(*source),
                }),
                (0x05, [to_high, to_low, from_high, from_low]) => Some(Ports {
                    destination: u16::from_be_bytes([*to_high, *to_low]),
                    source: u16::from_be_bytes([*from_high, *from_low]),
                }),
                _ => None,
            }
        })
    }

    /// The national tables that it names, or `None` if one of them is not read here: then a GSM text cannot be read.
    /// Identifier 0 and the tables that a language lacks are the default ones.
    pub fn shift(&self) -> Option<Shift> {
        let mut shift = Shift::default();
        for (identifier, data) in &self.elements {
            let table = match identifier {
                0x24 => &mut shift.single,
                0x25 => &mut shift.locking,
                _ => continue,
            };
            let [language] = data.as_slice() else {
                continue;
            };
            *table = match *language {
                0 => None,
                known => Some(Language::from_identifier(known)?),
            };
        }
        Some(shift)
    }

    /// The last concatenation element that makes sense; others are to be ignored [3GPP TS 23.040 §9.2.3.24.1].
    pub fn concat(&self) -> Option<Concat> {
        self.elements
            .iter()
            .rev()
            .filter_map(|(identifier, data)| match (identifier, data.as_slice()) {
                (0x00, [reference, of, number]) => Some(Concat {
                    reference: u16::from(*reference),
                    number: *number,
                    of: *of,
                    wide: false,
                }),
                (0x08, [high, low, of, number]) => Some(Concat {
                    reference: u16::from_be_bytes([*high, *low]),
                    number: *number,
                    of: *of,
                    wide: true,
                }),
                _ => None,
            })
            .find(|concat| (1..=concat.of).contains(&concat.number))
    }
}

/// Parts user data whose UDHI bit is set into its place in a longer text, if it has one, and its payload. Without a
/// readable header everything is payload.
pub fn split(user_data: &[u8]) -> (Option<Concat>, &[u8]) {
    match UserDataHeader::parse(user_data) {
        Some((header, payload)) => (header.concat(), payload),
        None => (None, user_data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headers_are_read_leniently() {
        let eight = Concat {
            reference: 7,
            number: 2,
            of: 3,
            wide: false,
        };
        let sixteen = Concat {
            reference: 0x0107,
            number: 2,
            of: 3,
            wide: true,
        };
        let table: [(&[u8], Option<Concat>, &[u8]); 15] = [
            (&[5, 0, 3, 7, 3, 2, b'x'], Some(eight), b"x"),
            (&[6, 8, 4, 1, 7, 3, 2, b'x'], Some(sixteen), b"x"),
            // Another element (a port address) before it.
            (&[11, 5, 4, 0, 1, 0, 2, 0, 3, 7, 3, 2], Some(eight), b""),
            // Both: the last wins.
            (&[11, 8, 4, 1, 7, 3, 2, 0, 3, 7, 3, 2], Some(eight), b""),
            (&[5, 0, 3, 7, 0, 0, b'x'], None, b"x"),
            (&[5, 0, 3, 7, 3, 4, b'x'], None, b"x"),
            (&[5, 0, 3, 7, 3, 0, b'x'], None, b"x"),
            (&[5, 0, 9, 7, 3, 2, b'x'], None, b"x"),
            (&[4, 0, 2, 7, 3, b'x'], None, b"x"),
            (&[1, 0, b'x'], None, b"x"),
            (&[0, b'x'], None, b"x"),
            (&[200, 0, 3], None, &[200, 0, 3]),
            // UDHI on a plain text: H promises 72 octets that have not the form of elements.
            (HELLO, None, HELLO),
            // Elements of an unknown kind that fit are a header, however long.
            (&LONG_HEADER, None, &[]),
            (&[], None, &[]),
        ];
        for (user_data, concat, payload) in table {
            assert_eq!(split(user_data), (concat, payload), "{user_data:02x?}");
        }
        let (header, _) = UserDataHeader::parse(&[4, 0x24, 1, 1, 9]).unwrap();
        assert_eq!(header.elements, [(0x24, vec![1])]);
    }

    const LONG_HEADER: [u8; 0x23] = {
        let mut octets = [0; 0x23];
        (octets[0], octets[1], octets[2]) = (0x22, 0x70, 0x20);
        octets
    };
    const HELLO: &[u8] =
        b"Hello, this is a text whose UDHI bit is set although it has no header, long enough.";

    #[test]
    fn what_else_a_header_says() {
        let parse = |octets: &[u8]| UserDataHeader::parse(octets).unwrap().0;
        let ports = |destination, source| {
            Some(Ports {
                destination,
                source,
            })
        };
        let turkish = Some(Language::Turkish);
        let portuguese = Some(Language::Portuguese);
        let shift = |locking, single| Some(Shift { locking, single });
        type Row<'a> = (&'a [u8], Option<Ports>, Option<Shift>);
        let table: [Row; 10] = [
            (
                &[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0],
                ports(2948, 9200),
                shift(None, None),
            ),
            (&[4, 4, 2, 240, 241], ports(240, 241), shift(None, None)),
            (&[4, 5, 2, 240, 241], None, shift(None, None)),
            (&[3, 0x24, 1, 1], None, shift(None, turkish)),
            (&[3, 0x25, 1, 3], None, shift(portuguese, None)),
            (
                &[6, 0x24, 1, 3, 0x25, 1, 1],
                None,
                shift(turkish, portuguese),
            ),
            (&[3, 0x25, 1, 0], None, shift(None, None)),
            (&[3, 0x24, 1, 6], None, None), // Hindi
            (&[4, 0x24, 2, 6, 6], None, shift(None, None)),
            (&[0], None, shift(None, None)),
        ];
        for (octets, ports, shift) in table {
            let header = parse(octets);
            assert_eq!(
                (header.ports(), header.shift()),
                (ports, shift),
                "{octets:02x?}"
            );
            assert_eq!(header.octets(), octets.len());
        }
    }

    #[test]
    fn a_header_without_its_bit() {
        let table: [(&[u8], bool); 8] = [
            (&[5, 0, 3, 7, 3, 2, b'x'], true),
            (&[6, 8, 4, 1, 7, 3, 2, b'x'], true),
            (&[5, 0, 3, 7, 1, 1, b'x'], false), // one part only: rather a text
            (&[5, 0, 3, 7, 3, 4, b'x'], false),
            (&[5, 0, 3], false),
            (&[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0], false),
            (b"text", false),
            (&[], false),
        ];
        for (octets, is_header) in table {
            let parsed = UserDataHeader::parse_unannounced(octets);
            assert_eq!(parsed.is_some(), is_header, "{octets:02x?}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read(user_data in prop::collection::vec(any::<u8>(), 0..300)) {
            let (concat, payload) = split(&user_data);
            prop_assert!(payload.len() <= user_data.len());
            if let Some(concat) = concat {
                prop_assert!(concat.number >= 1 && concat.number <= concat.of);
                prop_assert!(concat.wide || concat.reference < 256);
            }
            if let Some((header, payload)) = UserDataHeader::parse(&user_data) {
                let _ = (header.ports(), header.shift());
                prop_assert!(header.octets() + payload.len() <= user_data.len());
            }
            let _ = UserDataHeader::parse_unannounced(&user_data);
        }
    }
}
