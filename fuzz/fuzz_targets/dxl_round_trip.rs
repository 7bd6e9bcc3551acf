//! Whatever reads as DXL is written and read again: the same tree, and written a second time the same bytes. Control characters in a text, which
//! only a program can put there, are written too.
#![no_main]

use dxl::{Limits, Tree};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| {
    let (text, bytes) = input;
    if let Ok(tree) = Tree::read(bytes, Limits::default()) {
        let written = tree.to_xml().expect("what was read can be written");
        let again = Tree::parse(&written).expect("what was written can be read");
        assert!(again == tree);
        assert_eq!(again.to_xml().expect("as before"), written);
        assert!(Tree::copy_of(tree.root()) == tree);
    }
    let mut made = Tree::new("text");
    made.root_mut().append_text(text);
    let written = made.to_xml().expect("any text can be written");
    Tree::parse(&written).expect("what was written can be read");
});
