//! Octets that are no text, for a program on the handset, and how they are cut into parts [3GPP TS 23.040 §9.2.3.24].

use crate::text::{Encoding, MAX_PART_OCTETS, MAX_PARTS, Part, Reference, TextError};

/// Cuts octets into parts of encoding binary. `elements` are information elements that each part's header bears, such as
/// ports, without the header's length octet; a concatenation element is added where there are several parts.
///
/// Refuses nothing at all, elements that leave no room, more than `max_parts`, and more than [`MAX_PARTS`] whatever is
/// allowed.
pub fn cut_octets(
    payload: &[u8],
    elements: &[u8],
    reference: Reference,
    max_parts: usize,
) -> Result<Vec<Part>, TextError> {
    if payload.is_empty() {
        return Err(TextError::Empty);
    }
    let allowed = max_parts.min(MAX_PARTS);
    let alone = MAX_PART_OCTETS.saturating_sub(header(elements, &[]).len());
    let together = MAX_PART_OCTETS.saturating_sub(header(elements, &reference.element(1, 1)).len());
    let room = if payload.len() <= alone {
        alone
    } else {
        together
    };
    let needed = payload.len().div_ceil(room.max(1));
    let of = u8::try_from(needed)
        .ok()
        .filter(|of| room > 0 && usize::from(*of) <= allowed)
        .ok_or(TextError::TooManyParts { needed, allowed })?;
    Ok((1..=of)
        .zip(payload.chunks(room))
        .map(|(number, chunk)| {
            let place = if of > 1 {
                reference.element(number, of)
            } else {
                Vec::new()
            };
            Part {
                number,
                of,
                encoding: Encoding::Binary,
                udh: Some(header(elements, &place)).filter(|header| !header.is_empty()),
                payload: chunk.to_vec(),
            }
        })
        .collect())
}

/// The header of these elements with its length octet; empty without any.
fn header(elements: &[u8], place: &[u8]) -> Vec<u8> {
    let both = [elements, place].concat();
    match u8::try_from(both.len()) {
        Ok(0) => both,
        Ok(length) => [&[length][..], &both].concat(),
        // No header is so long; it leaves no room, which is what is asked here.
        Err(_) => both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::UserDataHeader;
    use proptest::prelude::*;

    /// To the port of WAP push.
    const PORTS: [u8; 6] = [5, 4, 0x0b, 0x84, 0x23, 0xf0];

    #[test]
    fn what_fits_one_part() {
        for (octets, elements, parts) in [
            (1, &[][..], 1),
            (140, &[], 1),
            (141, &[], 2),
            (133, &PORTS, 1),
            (134, &PORTS, 2),
            (128 * 2, &PORTS, 2),
            (128 * 2 + 1, &PORTS, 3),
        ] {
            let cut = cut_octets(&vec![7; octets], elements, Reference::Eight(9), 255).unwrap();
            assert_eq!(cut.len(), parts, "{octets} {elements:02x?}");
        }
        let plain = cut_octets(&[1, 2], &[], Reference::Eight(9), 1).unwrap();
        assert_eq!(
            (plain[0].udh.clone(), plain[0].user_data()),
            (None, vec![1, 2])
        );
    }

    #[test]
    fn what_cannot_be_cut() {
        let cut = |octets: usize, elements: &[u8], most| {
            cut_octets(&vec![7; octets], elements, Reference::Sixteen(9), most).map(|cut| cut.len())
        };
        assert_eq!(cut(0, &[], 9), Err(TextError::Empty));
        for (octets, elements, most) in [(141, 0, 1), (34_000, 0, 1_000), (1, 140, 9), (1, 300, 9)]
        {
            let refused = cut(octets, &vec![0; elements], most);
            assert!(
                matches!(refused, Err(TextError::TooManyParts { .. })),
                "{octets} {elements}"
            );
        }
    }

    proptest! {
        #[test]
        fn parts_are_whole_again(payload in prop::collection::vec(any::<u8>(), 1..2_000), reference: u16) {
            let parts = cut_octets(&payload, &PORTS, Reference::Sixteen(reference), 255).unwrap();
            let mut joined = Vec::new();
            for (number, part) in (1..).zip(&parts) {
                let user_data = part.user_data();
                prop_assert!(user_data.len() <= MAX_PART_OCTETS);
                let (header, rest) = UserDataHeader::parse(&user_data).unwrap();
                prop_assert_eq!(header.ports().map(|ports| ports.destination), Some(2948));
                let place = header.concat().map(|concat| (concat.reference, concat.number, usize::from(concat.of)));
                prop_assert_eq!(place, (parts.len() > 1).then_some((reference, number, parts.len())));
                joined.extend_from_slice(rest);
            }
            prop_assert_eq!(joined, payload);
        }
    }
}
