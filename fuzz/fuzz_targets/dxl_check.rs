//! Any bytes as a file of DXL, as a DTD, and as orders by which a file is built that is XML at least: checked in both profiles without a panic, and what is found has its place.
#![no_main]

use dxl::check::{Finding, Options, Profile, check};
use dxl::schema::Schema;
use libfuzzer_sys::fuzz_target;
use orders::built;

mod orders;

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
        // What ended the check stands before all others.
        let in_order = |findings: &[Finding]| {
            findings.is_sorted_by_key(|finding| (finding.line, finding.column))
        };
        let findings = &checked.findings;
        assert!(in_order(findings) || findings.get(1..).is_some_and(in_order));
        for finding in findings {
            assert!(finding.line > 0 && finding.column > 0, "{finding}");
            assert!(
                !finding.message.is_empty() && !finding.remedy.is_empty(),
                "{finding}"
            );
            assert!(!finding.to_string().contains('\n'));
        }
    }
}
