//! Any text as LotusScript, with itself as a library and as the globals of its form: checked without a panic, and what is found has its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lotusscript::check::{CheckOptions, Interface, MAX_FINDINGS, check};
use lotusscript::syntax::parse;

fuzz_target!(|data: &str| {
    look(data);
    look(&format!("Option Declare\nUse \"core\"\nSub t\nDim s As New NotesSession\n{data}\nEnd Sub\n"));
});

fn look(source: &str) {
    let script = parse(source);
    let interface = Interface::of(&script);
    let options = CheckOptions {
        notes: "9".parse().expect("a release"),
        libraries: [("core".to_owned(), &interface)].into(),
        globals: Some(&interface),
        is_partial: false,
    };
    for options in [CheckOptions::default(), options] {
        let findings = check(&script, &options);
        assert!(findings.len() <= MAX_FINDINGS);
        for finding in findings {
            assert!(finding.span.end as usize <= source.len() && finding.place.line > 0, "{finding}");
            assert!(!finding.message.is_empty());
        }
    }
}
