//! The script in Domino's own record of an agent: what `$AssistAction` holds where a note was exported item by item.

/// With what Designer begins each part of a script.
const MARK: &[u8] = b"'++LotusScript Development Environment:";

/// The characters of code page 850 from 0x80 on: what LMBCS, Domino's character set, means by a byte alone.
const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

/// The script in a record, up to the zero that ends it; `None` if there is none. Characters of other groups than the Western one become U+FFFD, save those that are
/// written as Unicode.
pub(super) fn script_in(record: &[u8]) -> Option<String> {
    let start = record
        .windows(MARK.len())
        .position(|window| window == MARK)?;
    let text = &record[start..];
    let end = text
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(text.len());
    Some(decoded(&text[..end]).replace("\r\n", "\n"))
}

fn decoded(text: &[u8]) -> String {
    let high: Vec<char> = HIGH.chars().collect();
    let mut bytes = text.iter().copied();
    let mut out = String::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\t' | b'\n' | b'\r' | 0x20..=0x7F => char::from(byte),
            0x80.. => high
                .get(usize::from(byte) - 0x80)
                .copied()
                .unwrap_or('\u{FFFD}'),
            // The group of Unicode: two bytes follow.
            0x14 => {
                let pair = [bytes.next().unwrap_or(0), bytes.next().unwrap_or(0)];
                char::from_u32(u32::from(u16::from_be_bytes(pair))).unwrap_or('\u{FFFD}')
            }
            // The Western group said aloud.
            0x01 => match bytes.next() {
                Some(byte @ 0x80..) => high
                    .get(usize::from(byte) - 0x80)
                    .copied()
                    .unwrap_or('\u{FFFD}'),
                _ => '\u{FFFD}',
            },
            _ => {
                bytes.next();
                '\u{FFFD}'
            }
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_found_in_its_record_and_its_characters_too() {
        let mut record = vec![0x85, 0xFF, 0x40, 0, 0, 0, 0, 0, 0x34, 0, 0, 0];
        record.extend_from_slice(MARK);
        record.extend_from_slice(
            b"2:5:(Options):0:66\r\nPrint \"\xA2 \x01\x84 \x14\x20\xAC \x10\x91\"\r\n\0\x22\x22",
        );
        let script = script_in(&record).unwrap();
        assert_eq!(script.lines().nth(1), Some("Print \"ó ä € \u{FFFD}\""));
        assert!(script.ends_with("\"\n"));
        assert_eq!(script_in(b"\x85\xFF formula"), None);
        assert_eq!(HIGH.chars().count(), 128);
    }
}
