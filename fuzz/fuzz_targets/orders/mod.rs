//! Orders by which a fuzz target builds a file that is XML at least, so that its inputs get past the reader.

use dxl::schema::Schema;
use std::fmt::Write;

/// XML whose elements and attributes are mostly those of DXL, by two bytes each step. Values are numbers, and ids that come more than once.
pub fn built(orders: &[u8]) -> String {
    let schema = Schema::domino_9_0_1();
    let elements: Vec<_> = schema.elements().collect();
    let mut file = "<database xmlns='http://www.lotus.com/dxl'>".to_owned();
    let mut open = vec!["database"];
    for order in orders.chunks_exact(2).take(2_000) {
        let number = usize::from(order[1]);
        match order[0] % 8 {
            0..=3 => {
                let element = elements[number % elements.len()];
                let _ = write!(file, "<{}", element.name);
                if let Some(attribute) = element.attributes.get(usize::from(order[0] / 8)) {
                    let _ = match number % 4 {
                        0 => write!(file, " {}='{number:032X}'", attribute.name),
                        1 => write!(file, " {}='{number:016X}'", attribute.name),
                        _ => write!(file, " {}='{number}'", attribute.name),
                    };
                }
                file.push('>');
                open.push(&element.name);
            }
            4 | 5 if open.len() > 1 => {
                let _ = write!(file, "</{}>", open.pop().unwrap_or_default());
            }
            6 => file.push_str(
                [
                    "\n  ",
                    "text",
                    "Use \"a\"\n",
                    "<!-- -->",
                    "<![CDATA[ ]]>",
                    "T000000",
                    "000000000000000000000000000000FC",
                ][number % 7],
            ),
            _ => file.push(' '),
        }
    }
    while let Some(element) = open.pop() {
        let _ = write!(file, "</{element}>");
    }
    file
}
