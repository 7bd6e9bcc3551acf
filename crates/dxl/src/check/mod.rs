//! Checks files of DXL: whether they are what a schema allows, and whether Domino's importer takes them.
//!
//! A file is read once, in memory that does not grow with it, however long a text in it is; tags, comments and CDATA take what they take,
//! up to [`Limits::text`]. One mistake gives one [`Finding`], with its place, the [`Rule`] that it breaks, why that is a rule, and how to mend it;
//! the check goes on behind it as if it were mended.
//!
//! ```
//! use dxl::check::{Options, Profile, check};
//!
//! let file = "<form name='Memo' xmlns='http://www.lotus.com/dxl'><actionbar/></form>";
//! let checked = check("memo.form", file.as_bytes(), &Options::new(Profile::Reading))?;
//! let found: Vec<String> = checked.findings.iter().map(ToString::to_string).collect();
//! assert_eq!(found, ["memo.form:1:1: error[element-missing]: <form> lacks <body>"]);
//! # Ok::<(), std::io::Error>(())
//! ```

mod content;
mod finding;
mod import;
mod names;
mod order;
mod rules;
mod seen;
mod structure;

pub use finding::{Checked, Finding, one_line, printable};
pub use import::DesignName;
pub use names::Names;
pub use rules::{Profile, Rule, Severity};

use crate::error::Error;
use crate::position::{Place, Position};
use crate::schema::Schema;
use crate::source::{Event, Limits, Source};
use crate::tree::Element;
use content::Reading;
use finding::{Findings, excerpt, halves};
use import::Import;
use std::io::{self, BufRead};
use structure::Structure;

/// How a file is checked.
#[derive(Debug, Clone)]
pub struct Options<'s> {
    /// Structure only, or the importer's rules as well.
    pub profile: Profile,
    /// What is allowed.
    pub schema: &'s Schema,
    /// What input may ask for.
    pub limits: Limits,
    /// So many findings are listed; the others are counted.
    pub most_findings: usize,
}

impl Options<'static> {
    /// By the schema of Domino 9.0.1, a thousand findings.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            schema: Schema::domino_9_0_1(),
            limits: Limits::default(),
            most_findings: 1_000,
        }
    }
}

/// Checks a file, which findings name `file`. An error means that it could not be read to its end; what is wrong with what was read is a finding.
pub fn check<R: BufRead>(file: &str, bytes: R, options: &Options<'_>) -> io::Result<Checked> {
    let mut source = Source::new(bytes, options.limits).in_pieces();
    let mut checker = Checker::new(file, options);
    loop {
        match source.next() {
            Ok(Some(event)) => checker.take(event),
            Ok(None) => break,
            Err(Error::Io { source, .. }) => return Err(source),
            Err(why) => {
                checker.broken(&why);
                break;
            }
        }
    }
    Ok(checker.finish(source.first_carriage_return()))
}

/// The check between two events.
struct Checker<'s> {
    structure: Structure<'s>,
    import: Option<Import>,
    findings: Findings,
    /// `/database/form[Main]`
    path: String,
    /// Where in `path` the open elements begin.
    open: Vec<usize>,
    /// The content of the innermost element, if it is more than text, and where that begins.
    reading: Option<(Reading, Position)>,
}

impl<'s> Checker<'s> {
    fn new(file: &str, options: &Options<'s>) -> Self {
        Self {
            structure: Structure::new(options.schema),
            import: (options.profile == Profile::Import).then(Import::default),
            findings: Findings::new(file, options.most_findings),
            path: String::new(),
            open: Vec::new(),
            reading: None,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        let at = event.position();
        match event {
            Event::Declaration { .. } => {}
            Event::Doctype { text, .. } => {
                if let Some(import) = &self.import {
                    import.doctype(text, at, &mut self.findings);
                }
            }
            Event::Start {
                name, attributes, ..
            } => {
                let above = self.path.len();
                self.open.push(above);
                self.path.push('/');
                self.path.push_str(name);
                push_label(&mut self.path, |name| attributes.get(name));
                let paths = (self.path.as_str(), &self.path[..above]);
                let tag = (name, attributes);
                self.structure.start(tag, at, paths, &mut self.findings);
                if let Some(import) = &mut self.import {
                    import.start(name, attributes, at, &self.path, &mut self.findings);
                }
                self.reading = Reading::of(name, at).map(|reading| (reading, at));
            }
            Event::End { .. } => {
                if let Some((reading, started)) = self.reading.take() {
                    reading.end(started, &self.path, &mut self.findings);
                }
                self.structure.end(&self.path, &mut self.findings);
                if let Some(import) = &mut self.import {
                    import.end(&self.path, &mut self.findings);
                }
                self.path.truncate(self.open.pop().unwrap_or_default());
            }
            Event::Text { text, .. } => self.text(text, false, at),
            Event::CData { text, .. } => self.text(text, true, at),
            Event::Comment { .. } | Event::Instruction { .. } => {
                self.structure.aside(at, &self.path, &mut self.findings);
            }
        }
    }

    fn text(&mut self, text: &str, is_cdata: bool, at: Position) {
        let (path, findings) = (self.path.as_str(), &mut self.findings);
        self.structure.text(text, is_cdata, at, path, findings);
        if let Some(import) = &mut self.import {
            import.text(text, is_cdata, at, path, findings);
        }
        if let Some((reading, _)) = &mut self.reading {
            reading.text(text, at);
        }
    }

    /// The file cannot be read any further.
    fn broken(&mut self, why: &Error) {
        let rule = match why {
            Error::Malformed { .. } | Error::Encoding { .. } => Rule::Encoding,
            Error::Character { .. } | Error::CharacterReference { .. } => Rule::ControlCharacter,
            Error::InternalSubset { .. } | Error::Entity { .. } => Rule::NoEntities,
            Error::Namespace { .. } | Error::Prefix { .. } => Rule::Namespace,
            Error::TooDeep { .. }
            | Error::TooManyAttributes { .. }
            | Error::NameTooLong { .. }
            | Error::TooLong { .. }
            | Error::TooMany { .. } => Rule::Limit,
            _ => Rule::WellFormed,
        };
        // An error says its place, what is wrong, and behind a semicolon how to mend it.
        let (place, sentence) = (why.place(), why.message());
        let (message, remedy) =
            halves(&sentence).unwrap_or((&sentence, "mend it there, or export the file again"));
        let path = match self.path.is_empty() {
            true => place.path.as_str(),
            false => self.path.as_str(),
        };
        let (message, remedy) = (message.to_owned(), remedy.to_owned());
        self.findings
            .add_end(rule, place.position, path, message, remedy);
    }

    fn finish(mut self, carriage_return: Option<Position>) -> Checked {
        let findings = &mut self.findings;
        findings.checked.uncompared = self.structure.uncompared();
        if let Some(mut import) = self.import.take() {
            import.finish(carriage_return, findings);
            findings.checked.uncompared += import.uncompared();
            findings.checked.names = import.names_of_root();
        }
        self.findings.finish()
    }
}

/// The elements around an element and itself, as findings name them: `database/form[Main]/code[queryopen]`.
pub fn path_of(element: Element<'_>) -> String {
    let mut around = vec![element];
    while let Some(outer) = around.last().and_then(|inner| inner.parent()) {
        around.push(outer);
    }
    let mut path = String::new();
    for element in around.iter().rev() {
        path.push('/');
        path.push_str(element.name());
        push_label(&mut path, |name| element.attribute(name));
    }
    let path = Place::new(Position::NONE, &path).path;
    path.strip_prefix('/').unwrap_or(&path).to_owned()
}

/// What tells an element from its siblings, for people: `[Main]`.
fn push_label<'v>(path: &mut String, attribute: impl Fn(&str) -> Option<&'v str>) {
    let label = ["name", "event", "title", "itemname"]
        .iter()
        .find_map(|name| attribute(name));
    if let Some(label) = label.filter(|label| !label.is_empty()) {
        path.push('[');
        path.push_str(&printable(&excerpt(label)));
        path.push(']');
    }
}
