//! Whatever reads as DXL, or is built by orders where it does not look like XML, can be cleaned: cleaned twice it is cleaned once, as a tree and as
//! bytes; the difference between a file and its cleaned self is empty, and so is that of a file and itself.
#![no_main]

use dxl::clean::clean;
use dxl::diff::{Options, diff};
use dxl::{Limits, Tree};
use libfuzzer_sys::fuzz_target;
use orders::built;

mod orders;

fuzz_target!(|data: &[u8]| {
    let looks_like_xml = matches!(data.first(), Some(b'<' | 0xEF | 0xFE | 0xFF));
    let tree = if looks_like_xml {
        Tree::read(data, Limits::default())
    } else {
        Tree::parse(&built(data))
    };
    let Ok(tree) = tree else { return };
    let options = Options::default();
    assert!(diff(&tree, &tree, &options).is_empty());
    let mut once = tree.clone();
    clean(&mut once);
    let written = once.to_xml().expect("what was read can be written");
    let found = diff(&tree, &once, &options);
    assert!(found.is_empty(), "{found}\n== cleaned:\n{written}");
    let mut twice = Tree::parse(&written).expect("what was written can be read");
    clean(&mut twice);
    let again = twice.to_xml().expect("as before");
    assert!(again == written, "once:\n{written}\n== twice:\n{again}");
});
