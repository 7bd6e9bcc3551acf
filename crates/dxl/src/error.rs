//! What is wrong with input that cannot be read, where, and how to mend it.

use crate::position::Place;
use std::io;
use thiserror::Error;

/// Why reading ended early. Every variant names its place, and its sentence says how to mend the input.
#[derive(Debug, Error)]
pub enum Error {
    /// The bytes could not be read.
    #[error("{at}: the file cannot be read any further: {source}")]
    Io {
        /// How far it was read.
        at: Place,
        /// What the system said.
        source: io::Error,
    },
    /// Bytes that are no character of the file's encoding.
    #[error(
        "{at}: these bytes are not {encoding}; save the file as UTF-8, or let its XML declaration name the encoding that it has"
    )]
    Malformed {
        /// The first wrong byte.
        at: Place,
        /// What the file is said to be.
        encoding: &'static str,
    },
    /// An encoding that is not read here.
    #[error("{at}: the encoding {name} is not read here; save the file as UTF-8")]
    Encoding {
        /// The declaration.
        at: Place,
        /// As the file names it.
        name: String,
    },
    /// A character that XML has no place for.
    #[error(
        "{at}: the character U+{code:04X} may not stand in XML; in DXL it is written <nonxmlchar value='…'/>"
    )]
    Character {
        /// The character.
        at: Place,
        /// Its code point.
        code: u32,
    },
    /// Not XML 1.0.
    #[error("{at}: XML {version} is not DXL; declare <?xml version='1.0' encoding='utf-8'?>")]
    Version {
        /// The declaration.
        at: Place,
        /// As declared.
        version: String,
    },
    /// Not well-formed.
    #[error("{at}: {mend}")]
    Syntax {
        /// Where.
        at: Place,
        /// What is wrong, and what to write.
        mend: &'static str,
    },
    /// A name that is none.
    #[error(
        "{at}: {name:?} is not a name; a name begins with a letter and goes on with letters, digits, - _ and ."
    )]
    Name {
        /// The name.
        at: Place,
        /// Its beginning.
        name: String,
    },
    /// Element with a prefix.
    #[error(
        "{at}: the element {name} has a prefix; DXL is written without, with xmlns='http://www.lotus.com/dxl' on the root"
    )]
    Prefix {
        /// The element.
        at: Place,
        /// Its name with the prefix.
        name: String,
    },
    /// A default namespace that is not DXL's.
    #[error(
        "{at}: the namespace is {found:?}, so this is not DXL; it is xmlns='http://www.lotus.com/dxl', to the letter"
    )]
    Namespace {
        /// The attribute.
        at: Place,
        /// What stands there.
        found: String,
    },
    /// The same attribute twice.
    #[error("{at}: the attribute {name} stands here twice; keep one")]
    AttributeTwice {
        /// The second one.
        at: Place,
        /// Its name.
        name: String,
    },
    /// A DOCTYPE with a `[ ]` in it, where declarations stand.
    #[error(
        "{at}: the DOCTYPE has a part of its own, in [ ], which is refused; remove it: DXL needs no DOCTYPE, and the importer takes none"
    )]
    InternalSubset {
        /// The DOCTYPE.
        at: Place,
    },
    /// An entity that is none of the five.
    #[error(
        "{at}: the entity &{name}; is not known; there are &amp; &lt; &gt; &quot; &apos; and numbers as in &#228;"
    )]
    Entity {
        /// The reference.
        at: Place,
        /// Its name.
        name: String,
    },
    /// `&#…;` that is no number of a character.
    #[error(
        "{at}: &{reference}; is the number of no character; write the character itself, or its number as in &#228; or &#xE4;"
    )]
    Reference {
        /// The reference.
        at: Place,
        /// Between `&` and `;`.
        reference: String,
    },
    /// `&#…;` of a character that XML has no place for.
    #[error(
        "{at}: &{reference}; may not stand in XML; in DXL a control character is written <nonxmlchar value='…'/>"
    )]
    CharacterReference {
        /// The reference.
        at: Place,
        /// Between `&` and `;`.
        reference: String,
    },
    /// An end tag of another element.
    #[error("{at}: </{found}> ends what <{open}> began; write </{open}> first")]
    WrongEnd {
        /// The end tag.
        at: Place,
        /// Its name.
        found: String,
        /// The element that is open.
        open: String,
    },
    /// An end tag where nothing is open.
    #[error("{at}: </{found}> ends what nothing began; remove it")]
    StrayEnd {
        /// The end tag.
        at: Place,
        /// Its name.
        found: String,
    },
    /// The file ends too early.
    #[error("{at}: the file ends inside {inside}; export it again, or fetch it in full")]
    CutOff {
        /// The end of the file.
        at: Place,
        /// What is open.
        inside: String,
    },
    /// Nothing in it.
    #[error("{at}: {}; DXL has an element, such as <database>", nothing_in(.at))]
    Empty {
        /// The end of the file.
        at: Place,
    },
    /// A second root.
    #[error("{at}: <{name}> is a second root; put both into one <database>, or into two files")]
    SecondRoot {
        /// The second root.
        at: Place,
        /// Its name.
        name: String,
    },
    /// Text before the root.
    #[error(
        "{at}: this is not XML: text stands before the first element; name a file of DXL, or remove the text"
    )]
    NotXml {
        /// The text.
        at: Place,
    },
    /// Text after the root.
    #[error("{at}: there is text outside the root; remove it")]
    Outside {
        /// The text.
        at: Place,
    },
    /// Nested deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("{at}: elements are nested more than {limit} deep, which no export is")]
    TooDeep {
        /// The element too many.
        at: Place,
        /// The limit.
        limit: usize,
    },
    /// More than [`Limits::attributes`](crate::Limits::attributes) in one tag.
    #[error("{at}: the element has more than {limit} attributes, which no export has")]
    TooManyAttributes {
        /// The attribute too many.
        at: Place,
        /// The limit.
        limit: usize,
    },
    /// Longer than [`Limits::name`](crate::Limits::name).
    #[error("{at}: the name is longer than {limit} bytes, which no name of DXL is")]
    NameTooLong {
        /// The name.
        at: Place,
        /// The limit.
        limit: usize,
    },
    /// A text, comment or tag longer than [`Limits::text`](crate::Limits::text).
    #[error(
        "{at}: this is longer than {limit} bytes in one piece; if it is an attachment, export the note without it, or read the file with a higher limit"
    )]
    TooLong {
        /// Where the limit was passed.
        at: Place,
        /// The limit.
        limit: usize,
    },
    /// More elements and texts in one tree than [`Limits::nodes`](crate::Limits::nodes).
    #[error(
        "{at}: there are more than {limit} elements and texts here; read it as a stream, or raise the limit"
    )]
    TooMany {
        /// The one too many.
        at: Place,
        /// The limit.
        limit: usize,
    },
}

/// What of a file there is no element in.
fn nothing_in(end: &Place) -> &'static str {
    if end.position.line == 1 && end.position.column == 1 {
        "the file is empty"
    } else {
        "there is no element in the file"
    }
}

impl Error {
    /// What is wrong and how to mend it, without the place.
    pub fn message(&self) -> String {
        let sentence = self.to_string();
        match sentence.strip_prefix(&format!("{}: ", self.place())) {
            Some(message) => message.to_owned(),
            None => sentence,
        }
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        match self {
            Error::Io { at, .. }
            | Error::Malformed { at, .. }
            | Error::Encoding { at, .. }
            | Error::Character { at, .. }
            | Error::Version { at, .. }
            | Error::Syntax { at, .. }
            | Error::Name { at, .. }
            | Error::Prefix { at, .. }
            | Error::Namespace { at, .. }
            | Error::AttributeTwice { at, .. }
            | Error::InternalSubset { at }
            | Error::Entity { at, .. }
            | Error::Reference { at, .. }
            | Error::CharacterReference { at, .. }
            | Error::WrongEnd { at, .. }
            | Error::StrayEnd { at, .. }
            | Error::CutOff { at, .. }
            | Error::Empty { at }
            | Error::SecondRoot { at, .. }
            | Error::NotXml { at }
            | Error::Outside { at }
            | Error::TooDeep { at, .. }
            | Error::TooManyAttributes { at, .. }
            | Error::NameTooLong { at, .. }
            | Error::TooLong { at, .. }
            | Error::TooMany { at, .. } => at,
        }
    }
}
