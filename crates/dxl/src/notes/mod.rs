//! Notes documents: a stream of them out of a file of any size, and what is in them.
//!
//! ```
//! use dxl::Limits;
//! use dxl::notes::Reader;
//!
//! let file = "<database xmlns='http://www.lotus.com/dxl' title='Names'>
//! <document form='Person'>
//! <item name='FullName' names='true'><textlist><text>CN=Ann Lee/O=Example</text><text>Ann Lee</text></textlist></item>
//! <item name='CellPhoneNumber'><text>0491 570 156</text></item></document>
//! </database>";
//! for document in Reader::new(file.as_bytes(), Limits::default()) {
//!     let person = document?;
//!     assert_eq!(person.form().as_deref(), Some("Person"));
//!     assert_eq!(person.texts("fullname"), ["CN=Ann Lee/O=Example", "Ann Lee"]);
//!     assert_eq!(person.text("CellPhoneNumber"), "0491 570 156");
//! }
//! # Ok::<(), dxl::Error>(())
//! ```

mod binary;
mod date_time;
mod document;
mod item;
mod rich_text;
#[cfg(test)]
mod tests;

pub use binary::{BadBase64, Binary};
pub use date_time::{Date, DateTime, OddDateTime, Time, Zone};
pub use document::{Document, DocumentKind};
pub(crate) use item::read_number;
pub use item::{Attachment, Item, Moment, Number, Value, WrittenDateTime};
pub(crate) use item::{character_of, text_of};
pub use rich_text::RichText;

use crate::error::Error;
use crate::source::{Event, Limits, Source};
use crate::tree::{Element, Growth, Room, Tree};
use std::io::BufRead;

/// Reads the documents of a file one after the other: `<document>`, `<profiledocument>` and `<note class='document'>`, alone or in a
/// `<database>`. Design is passed over. Memory holds one document at a time.
///
/// After an error there is nothing more.
#[derive(Debug)]
pub struct Reader<R> {
    source: Source<R>,
    database: Option<Tree>,
    room: Room,
    done: bool,
}

impl<R: BufRead> Reader<R> {
    /// Of any bytes; [`Limits::nodes`] holds for each document.
    pub fn new(bytes: R, limits: Limits) -> Self {
        Reader {
            source: Source::new(bytes, limits),
            database: None,
            room: Room::default(),
            done: false,
        }
    }

    /// The `<database>` that the documents are in, with its attributes (title, replica id, …) and nothing inside; once a document was read, or
    /// the end reached.
    pub fn database(&self) -> Option<Element<'_>> {
        self.database.as_ref().map(Tree::root)
    }

    /// The source, for its encoding and position.
    pub fn source(&self) -> &Source<R> {
        &self.source
    }

    /// The next document; `None` at the end.
    pub fn read(&mut self) -> Result<Option<Document>, Error> {
        loop {
            let depth = self.source.depth();
            let Some(event) = self.source.next()? else {
                return Ok(None);
            };
            let Event::Start {
                name, attributes, ..
            } = event
            else {
                continue;
            };
            if let Some(kind) = DocumentKind::of(name, attributes.get("class")) {
                let mut growth = Growth::roomy(self.room);
                growth.take(&event);
                return self.read_rest(growth, kind).map(Some);
            }
            if name == "database" && self.database.is_none() && depth == 0 {
                let mut growth = Growth::roomy(Room::default());
                growth.take(&event);
                self.database = Some(growth.tree);
            } else {
                self.source.skip_element()?;
            }
        }
    }

    fn read_rest(&mut self, mut growth: Growth, kind: DocumentKind) -> Result<Document, Error> {
        let outside = self.source.depth();
        let limit = self.source.limits().nodes;
        loop {
            // No `?`: it would copy every event.
            let is_end = match self.source.next() {
                Ok(Some(event)) => {
                    growth.take(&event);
                    matches!(event, Event::End { .. })
                }
                Ok(None) => break,
                Err(why) => return Err(why),
            };
            if is_end && self.source.depth() == outside {
                break;
            }
            if growth.size() > limit {
                let at = self.source.place();
                return Err(Error::TooMany { at, limit });
            }
        }
        self.room = Room::like(&growth.tree);
        Ok(Document::from_tree(growth.tree, kind))
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Document, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let read = self.read().transpose();
        self.done = !matches!(read, Some(Ok(_)));
        read
    }
}
