//! What only Domino's importer minds: rules that no DTD can say.

mod agents;
mod libraries;
mod names;

use super::finding::{Findings, behind, excerpt};
use super::rules::Rule;
use super::seen::Seen;
use crate::position::Position;
use crate::source::Attributes;
use agents::Agent;
use libraries::Libraries;
use names::{Names, RawNote};

pub use names::DesignName;
pub(super) use names::REMEDY as NAME_REMEDY;

/// The state of the check between two events.
#[derive(Debug, Default)]
pub(super) struct Import {
    open: Vec<Open>,
    names: Names,
    codes: Seen,
    /// How many elements have held code, which tells their codes apart.
    owners: u64,
    libraries: Libraries,
    /// The agent that is open.
    agent: Option<Agent>,
    /// The note that is open and lies item by item.
    note: Option<RawNote>,
    /// In this note the layout was told.
    layout_told: bool,
}

/// An element that is open.
#[derive(Debug)]
struct Open {
    kind: Kind,
    /// Text in it was told.
    told: bool,
    /// Its number, once it holds code.
    owner: Option<u64>,
}

/// Elements that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Database,
    Agent,
    /// Holds LotusScript that is compiled when libraries are there.
    User,
    Picture,
    /// Rich text in lines.
    Line,
    /// Text in which space counts, and nothing else stands.
    Verbatim,
    /// Likewise a formula or JavaScript.
    Code,
    LotusScript,
    /// A formula as bytes.
    Compiled,
    Other,
}

impl Kind {
    fn of(name: &str, attributes: Attributes<'_>) -> Self {
        match name {
            "database" => Self::Database,
            "agent" => Self::Agent,
            "scriptlibrary" | "webservice" | "sharedactions" | "databasescript" => Self::User,
            "picture" | "imageref" => Self::Picture,
            "par" | "run" | "span" | "doclink" | "viewlink" | "databaselink" | "urllink"
            | "namedelementlink" | "popup" | "actionhotspot" | "region" | "attachmentref" => {
                Self::Line
            }
            "formula" if attributes.get("compiled") == Some("true") => Self::Compiled,
            "formula" | "javascript" => Self::Code,
            "text" => Self::Verbatim,
            "lotusscript" => Self::LotusScript,
            _ => Self::Other,
        }
    }
}

/// From here on a text may be one piece of several.
const LONG_TEXT: usize = 1 << 19;

/// Attributes by which an element names a resource's database.
const BOUND: &[&str] = &[
    "appletresourcefileref",
    "embeddednavigator",
    "embeddedoutline",
    "embeddedview",
    "imageref",
    "namedelementref",
    "subformref",
];

impl Import {
    /// How many names could not be compared.
    pub(super) fn uncompared(&self) -> u64 {
        self.names.forgotten() + self.codes.forgotten() + self.libraries.forgotten()
    }

    /// The names of the root, if it is no database.
    pub(super) fn names_of_root(self) -> Vec<DesignName> {
        self.names.of_root
    }

    pub(super) fn doctype(&self, text: &str, at: Position, findings: &mut Findings) {
        findings.add(
            Rule::NoDoctype,
            at,
            "",
            format!("the file has a DOCTYPE: {:?}", excerpt(text.trim())),
            "remove the line",
        );
    }

    pub(super) fn start(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        at: Position,
        path: &str,
        findings: &mut Findings,
    ) {
        let kind = Kind::of(name, attributes);
        let above = self.open.last().map(|open| open.kind);
        let is_root = above.is_none();
        if is_root && attributes.get("xmlns").is_none() {
            findings.add(
                Rule::NoNamespace,
                at,
                path,
                format!("<{name}> declares no name space"),
                "write xmlns='http://www.lotus.com/dxl' on it",
            );
        }
        let is_note = (is_root && kind != Kind::Database) || above == Some(Kind::Database);
        if is_note {
            self.layout_told = false;
            let place = (at, path);
            self.names
                .element(name, attributes, place, is_root, findings);
            if name == "scriptlibrary" {
                self.libraries.defined(attributes, at, findings);
            }
            if kind == Kind::Agent {
                self.agent = Some(Agent::new(attributes, path));
            }
        }
        if let Some(note) = &mut self.note {
            note.start(name, attributes, at);
        } else if is_note && name == "note" {
            self.note = Some(RawNote::new(attributes, at, path));
        }
        self.look_at(name, attributes, at, path, findings);
        if let Some(agent) = &mut self.agent {
            agent.start(name, attributes, at, path, findings);
        }
        if kind == Kind::LotusScript {
            self.libraries.script_begins();
        }
        self.open.push(Open {
            kind,
            told: false,
            owner: None,
        });
    }

    /// Rules about one element.
    fn look_at(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        at: Position,
        path: &str,
        findings: &mut Findings,
    ) {
        match name {
            "fulltextsettings" => findings.add(
                Rule::NoFullTextSettings,
                at,
                path,
                "the file has full-text settings".to_owned(),
                "remove the element, and make the index on the server",
            ),
            "action" => {
                for attribute in attributes
                    .iter()
                    .filter(|attribute| attribute.name == "title" && attribute.value.contains('&'))
                {
                    findings.add(
                        Rule::ActionTitleAmpersand,
                        attribute.position(),
                        path,
                        format!(
                            "the action's title {:?} has a & in it",
                            excerpt(attribute.value)
                        ),
                        "write “and”, or +",
                    );
                }
            }
            "nonxmlchar" => {
                let value = attributes.get("value").unwrap_or_default();
                let digits = value.trim_start_matches("0x");
                let is_character =
                    u32::from_str_radix(digits, 16).is_ok_and(|code| code <= 0x10_FFFF);
                if !is_character || digits.starts_with('+') {
                    findings.add(
                        Rule::NonXmlChar,
                        at,
                        path,
                        format!(
                            "{:?} is no hexadecimal number of a character",
                            excerpt(value)
                        ),
                        "write value='1f' for the character U+001F",
                    );
                }
            }
            "javaproject" if self.is_compiled_with_libraries() => findings.add(
                Rule::NoJavaAgent,
                at,
                path,
                "here is Java to be compiled".to_owned(),
                "write it in LotusScript, or import it with Designer",
            ),
            "code" => self.code(attributes, at, path, findings),
            _ => {}
        }
        if BOUND.binary_search(&name).is_ok() {
            for attribute in attributes
                .iter()
                .filter(|attribute| attribute.name == "database" && is_replica_id(attribute.value))
            {
                findings.add(
                    Rule::ReplicaBound,
                    attribute.position(),
                    path,
                    format!("<{name}> is bound to the database {}", attribute.value),
                    "remove the attribute, so that it is looked for in the database itself",
                );
            }
        }
    }

    /// Whether an agent, a library, a service or a script of the database is open: what is imported after libraries. Forms and views come before them.
    fn is_compiled_with_libraries(&self) -> bool {
        self.open
            .iter()
            .any(|open| matches!(open.kind, Kind::Agent | Kind::User))
    }

    /// Of the pieces of code that an element holds each is for another event.
    fn code(
        &mut self,
        attributes: Attributes<'_>,
        at: Position,
        path: &str,
        findings: &mut Findings,
    ) {
        let Some(owner) = self.open.last_mut() else {
            return;
        };
        let number = *owner.owner.get_or_insert_with(|| {
            self.owners += 1;
            self.owners
        });
        let number = number.to_string();
        let of = |name: &str| attributes.get(name).unwrap_or_default();
        let (event, client) = (of("event"), of("for"));
        let key = [number.as_str(), event, client, of("level")];
        if let Some(first) = self.codes.meet(&key, at) {
            findings.add(
                Rule::CodeDoubled,
                at,
                path,
                format!(
                    "there is code for {:?} already, on line {}",
                    excerpt(event),
                    first.line
                ),
                "put both into one <code>, or name the other event",
            );
        }
    }

    pub(super) fn end(&mut self, path: &str, findings: &mut Findings) {
        let Some(open) = self.open.pop() else { return };
        if let Some(note) = names::ended(&mut self.note) {
            let is_root = self.open.is_empty();
            self.names.note(note, is_root, findings);
        }
        if let Some(agent) = &mut self.agent {
            agent.end(path, findings);
            if open.kind == Kind::Agent
                && let Some(agent) = self.agent.take()
            {
                agent.finish(findings);
            }
        }
    }

    pub(super) fn text(
        &mut self,
        text: &str,
        is_cdata: bool,
        at: Position,
        path: &str,
        findings: &mut Findings,
    ) {
        if is_cdata {
            findings.add(
                Rule::NoCData,
                at,
                path,
                "here is CDATA".to_owned(),
                "write the text with &lt; and &amp; instead",
            );
        }
        if let Some(control) = text.find(|letter| matches!(letter, '\u{7F}'..='\u{9F}')) {
            let code = text[control..].chars().next().map_or(0, u32::from);
            findings.add(
                Rule::ControlCharacter,
                behind(at, &text[..control]),
                path,
                format!("the control character U+{code:04X} stands in the text"),
                format!("write <nonxmlchar value='{code:x}'/>, or the character that was meant"),
            );
        }
        if let Some(agent) = &mut self.agent {
            agent.text(text);
        }
        if let Some(note) = &mut self.note {
            note.text(text);
        }
        self.layout(text, at, path, findings);
        match self.open.last_mut() {
            // Other text there is against the structure, and told as that.
            Some(open) if open.kind == Kind::Picture && !open.told && is_blank(text) => {
                open.told = true;
                findings.add(
                    Rule::PictureSpace,
                    at,
                    path,
                    "there is space between the picture's tags".to_owned(),
                    "write the tags one behind the other, on one line",
                );
            }
            Some(open) if matches!(open.kind, Kind::Code | Kind::LotusScript) => {
                // One that was no reference is none here.
                if let Some(before) = text.find('\r').filter(|_| !open.told) {
                    open.told = true;
                    findings.add(
                        Rule::LineEnds,
                        behind(at, &text[..before]),
                        path,
                        "a carriage return stands in the code, written as &#13;".to_owned(),
                        "remove the reference; the end of a line alone ends it",
                    );
                }
                if open.kind == Kind::LotusScript {
                    self.script(text, at, path);
                }
            }
            _ => {}
        }
    }

    fn script(&mut self, text: &str, at: Position, path: &str) {
        if self.is_compiled_with_libraries()
            && self.libraries.script(text, at, path)
            && let Some(agent) = &mut self.agent
        {
            agent.uses_library();
        }
    }

    /// Whether the text looks as if it had been indented. A piece of a long one tells nothing of its ends.
    fn layout(&mut self, text: &str, at: Position, path: &str, findings: &mut Findings) {
        let Some(open) = self.open.last().filter(|_| !self.layout_told) else {
            return;
        };
        let blank = is_blank(text);
        let indented = match open.kind {
            Kind::Line => (blank && text.contains('\n')) || is_wrapped(text),
            Kind::Verbatim | Kind::Code | Kind::LotusScript => {
                !blank && text.len() < LONG_TEXT && is_wrapped(text)
            }
            _ => false,
        };
        if indented {
            self.layout_told = true;
            findings.add(
                Rule::PrettyPrinted,
                at,
                path,
                "line ends and indentation stand in the content".to_owned(),
                "write the tags and the text one behind the other, and no line's end that is not meant",
            );
        }
    }

    /// At the end of the file.
    pub(super) fn finish(&mut self, carriage_return: Option<Position>, findings: &mut Findings) {
        if let Some(at) = carriage_return {
            findings.add(
                Rule::CarriageReturns,
                at,
                "",
                "the file has carriage returns".to_owned(),
                "save it with LF as the end of lines",
            );
        }
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n'))
}

/// A line's end and indentation before the text, a line's end behind it.
fn is_wrapped(text: &str) -> bool {
    let begins = text.starts_with("\n ") || text.starts_with("\n\t");
    begins && text.trim_end_matches([' ', '\t']).ends_with('\n')
}

/// 1 to 16 hexadecimal digits, as Notes writes them or with a colon; zeros mean the database itself.
fn is_replica_id(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| *byte != b':');
    let count = digits.clone().count();
    (1..=16).contains(&count)
        && digits.clone().all(|byte| byte.is_ascii_hexdigit())
        && !digits.clone().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted() {
        assert!(BOUND.is_sorted());
    }

    #[test]
    fn replica_ids_and_databases_by_name() {
        for id in ["85257C43005FA915", "8525:7C43005FA915", "1"] {
            assert!(is_replica_id(id), "{id}");
        }
        for other in [
            "",
            "0000000000000000",
            "mailfile",
            "addressbook",
            "names.nsf",
        ] {
            assert!(!is_replica_id(other), "{other}");
        }
    }
}
