//! Reads every document of a file and prints what that took: `person_rate FILE [ITEM]`. `tests/proofs/dxl-speed` compares it with lxml.

use dxl::Limits;
use dxl::notes::Reader;
use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::time::Instant;

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let Some(file) = arguments.next() else {
        return Err("person_rate FILE [ITEM]".into());
    };
    let item = arguments
        .next()
        .map(|item| item.to_string_lossy().into_owned());
    let start = Instant::now();
    let (mut documents, mut values) = (0_u64, 0_usize);
    for document in Reader::new(
        BufReader::with_capacity(256 * 1024, File::open(file)?),
        Limits::default(),
    ) {
        let document = document?;
        documents += 1;
        if let Some(item) = &item {
            values += document.texts(item).len();
        }
    }
    println!("{documents} {values} {:.3}", start.elapsed().as_secs_f64());
    Ok(())
}
