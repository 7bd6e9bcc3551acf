//! Any text as LotusScript, alone and in a Sub and a class: read without a panic, given back to the byte, and its errors have their places.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lotusscript::syntax::{MAX_ERRORS, parse};

fuzz_target!(|data: &str| {
    look(data);
    look(&format!("Sub t\n{data}\nEnd Sub\n"));
    look(&format!("Class c\n{data}\nEnd Class\n"));
});

fn look(source: &str) {
    let script = parse(source);
    assert_eq!(script.print(), source);
    let mut end = 0;
    for token in script.tokens() {
        assert_eq!(token.span.start, end);
        end = token.span.end;
    }
    assert_eq!(end as usize, source.len());
    assert!(script.errors().len() <= MAX_ERRORS);
    for error in script.errors() {
        assert!(error.span.end as usize <= source.len() && error.place.line <= script.lines().lines());
        assert!(!error.message.is_empty());
    }
}
