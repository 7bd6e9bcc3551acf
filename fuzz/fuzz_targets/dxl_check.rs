//! Any bytes as a file of DXL, as a DTD, and as orders by which a file is built that is XML at least: checked in both profiles without a panic, and what is found has its place.
#![no_main]

use dxl::check::{Options, Profile, check};
use dxl::schema::Schema;
use libfuzzer_sys::fuzz_target;
use std::fmt::Write;

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = data.split_first() else {
        return;
    };
    match choice % 3 {
        0 => look(rest),
        1 => look(built(rest).as_bytes()),
        _ => {
            if let Ok(schema) = Schema::from_dtd(rest) {
                let options = Options {
                    schema: &schema,
                    ..Options::new(Profile::Reading)
                };
                let _ = check("", built(rest).as_bytes(), &options);
            }
        }
    }
});

fn look(file: &[u8]) {
    let mut reading = Options::new(Profile::Reading);
    let mut import = Options::new(Profile::Import);
    (reading.most_findings, import.most_findings) = (50, 50);
    let reading = check("f", file, &reading).expect("bytes in memory can be read");
    let import = check("f", file, &import).expect("bytes in memory can be read");
    assert!(reading.errors <= import.errors && reading.warnings <= import.warnings);
    for checked in [reading, import] {
        let listed = checked.findings.len() as u64;
        assert_eq!(checked.errors + checked.warnings, listed + checked.left_out);
        assert!(
            checked
                .findings
                .is_sorted_by_key(|finding| (finding.line, finding.column))
        );
        for finding in &checked.findings {
            assert!(finding.line > 0 && finding.column > 0, "{finding}");
            assert!(
                !finding.message.is_empty() && !finding.remedy.is_empty(),
                "{finding}"
            );
            assert!(!finding.to_string().contains('\n'));
        }
    }
}

/// XML whose elements and attributes are mostly those of DXL, by two bytes each step.
fn built(orders: &[u8]) -> String {
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
                    let _ = write!(file, " {}='{number}'", attribute.name);
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
                ][number % 6],
            ),
            _ => file.push(' '),
        }
    }
    while let Some(element) = open.pop() {
        let _ = write!(file, "</{element}>");
    }
    file
}
