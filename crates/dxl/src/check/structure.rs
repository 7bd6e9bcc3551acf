//! The structure: every element and attribute against the schema, each mistake told once.

use super::finding::{Findings, behind, excerpt, printable};
use super::order::{History, Kind, Order, Problem};
use super::rules::Rule;
use super::seen::Seen;
use crate::position::Position;
use crate::schema::{Attribute, AttributeKind, Content, Element, ElementId, Presence, Schema};
use crate::source::Attributes;

/// Of the elements that could stand somewhere so many are named.
const MOST_NAMED: usize = 8;

/// The state of the check between two events.
pub(super) struct Structure<'s> {
    schema: &'s Schema,
    frames: Vec<Frame>,
    history: History,
    keys: Seen,
    /// The outermost element is none of DXL: nothing else is looked at.
    is_foreign: bool,
}

/// An element that is open.
#[derive(Debug)]
struct Frame {
    /// None if it is not declared.
    element: Option<ElementId>,
    /// It stands where it may not, so that what it holds is not held against it as well.
    excused: bool,
    order: Order,
    /// Text or a comment in the wrong place was told.
    told: bool,
    /// The child before was told to stand where it may not. Its neighbours are the same mistake: what held them is gone.
    among_strangers: bool,
    history_from: usize,
    start: Position,
}

impl<'s> Structure<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            frames: Vec::new(),
            history: History::default(),
            keys: Seen::default(),
            is_foreign: false,
        }
    }

    /// How many keys could not be compared.
    pub(super) fn uncompared(&self) -> u64 {
        self.keys.forgotten()
    }

    /// An element begins; `path` ends with it, `above` is its beginning without it.
    pub(super) fn start(
        &mut self,
        (name, attributes): (&str, Attributes<'_>),
        at: Position,
        (path, above): (&str, &str),
        findings: &mut Findings,
    ) {
        let schema = self.schema;
        let element = schema.find(name);
        let fits = if self.is_foreign {
            false
        } else if self.frames.is_empty() {
            self.is_root(element, name, at, path, findings)
        } else {
            self.fits((element, name), at, (path, above), findings)
        };
        let start = match element.map(|id| &schema.element(id).content) {
            Some(Content::Children(automaton)) => automaton.start(),
            _ => crate::schema::StateId::default(),
        };
        self.frames.push(Frame {
            element,
            excused: !fits,
            order: Order::new(start),
            told: false,
            among_strangers: false,
            history_from: self.history.len(),
            start: at,
        });
        if let (Some(id), true) = (element, fits) {
            self.attributes(schema.element(id), attributes, at, path, findings);
        }
    }

    /// The innermost element ends; `path` ends with it.
    pub(super) fn end(&mut self, path: &str, findings: &mut Findings) {
        let Some(mut frame) = self.frames.pop() else {
            return;
        };
        self.history.truncate(frame.history_from);
        if frame.excused {
            return;
        }
        if let Some(id) = frame.element
            && let Content::Children(automaton) = &self.schema.element(id).content
        {
            for problem in frame.order.end(automaton) {
                tell(self.schema, id, &frame, problem, path, findings);
            }
        }
    }

    /// Text, or CDATA, in the innermost element.
    pub(super) fn text(
        &mut self,
        text: &str,
        is_cdata: bool,
        at: Position,
        path: &str,
        findings: &mut Findings,
    ) {
        let Some((frame, element)) = self.judged() else {
            return;
        };
        let name = &element.name;
        let first = text.find(|letter| !matches!(letter, ' ' | '\t' | '\n' | '\r'));
        match (&element.content, first) {
            (Content::Empty, _) => {
                frame.told = true;
                findings.add(
                    Rule::NotEmpty,
                    at,
                    path,
                    format!("<{name}> holds nothing, and here is text in it"),
                    format!("write <{name}/>; what stands in it belongs before or behind it"),
                );
            }
            (Content::Children(_), None) if !is_cdata => {}
            (Content::Children(_), first) => {
                frame.told = true;
                frame.order.stranger();
                let start = if is_cdata { 0 } else { first.unwrap_or(0) };
                let shown = excerpt(text[start..].trim());
                findings.add(
                    Rule::TextNotAllowed,
                    behind(at, &text[..start]),
                    path,
                    format!("{shown:?} stands directly in <{name}>, which holds elements only"),
                    "remove it, or put it into the element that it belongs to",
                );
            }
            (Content::Any | Content::Mixed(_), _) => {}
        }
    }

    /// A comment or an instruction in the innermost element.
    pub(super) fn aside(&mut self, at: Position, path: &str, findings: &mut Findings) {
        if let Some((frame, element)) = self.judged()
            && matches!(element.content, Content::Empty)
        {
            frame.told = true;
            let name = &element.name;
            findings.add(
                Rule::NotEmpty,
                at,
                path,
                format!("<{name}> holds nothing, not even a comment"),
                format!("write <{name}/>, and the comment before it"),
            );
        }
    }

    /// The innermost element, unless text in it is not judged (any more).
    fn judged(&mut self) -> Option<(&mut Frame, &'s Element)> {
        let frame = self.frames.last_mut()?;
        let element = self.schema.element(frame.element?);
        (!frame.excused && !frame.told).then_some((frame, element))
    }

    fn is_root(
        &mut self,
        element: Option<ElementId>,
        name: &str,
        at: Position,
        path: &str,
        findings: &mut Findings,
    ) -> bool {
        if element.is_some_and(|id| self.schema.may_be_root(id)) {
            return true;
        }
        let (message, remedy) = crate::schema::wrong_root(&excerpt(name), element.is_some());
        findings.add(Rule::WrongRoot, at, path, message, remedy);
        self.is_foreign = element.is_none();
        element.is_some()
    }

    /// Whether a child may stand in the innermost element. If not, that is told.
    fn fits(
        &mut self,
        (child, name): (Option<ElementId>, &str),
        at: Position,
        (path, above): (&str, &str),
        findings: &mut Findings,
    ) -> bool {
        let schema = self.schema;
        let Some(frame) = self.frames.last_mut() else {
            return true;
        };
        let parent = frame.element.map(|id| (id, schema.element(id)));
        let Some((parent_id, parent)) = parent.filter(|_| !frame.excused) else {
            return child.is_some();
        };
        let Some(child) = child else {
            frame.order.stranger();
            if findings.is_full() {
                findings.count(Rule::UnknownElement);
                return false;
            }
            let remedy = remedy_for_unknown(schema, parent, name);
            let message = format!("<{}> is no element of DXL", excerpt(name));
            findings.add(Rule::UnknownElement, at, path, message, remedy);
            return false;
        };
        let knows = match &parent.content {
            Content::Any => true,
            Content::Empty => false,
            Content::Mixed(among) => among.binary_search(&child).is_ok(),
            Content::Children(automaton) if automaton.knows(child) => {
                let history_from = frame.history_from;
                let history = &mut self.history;
                let told = frame
                    .order
                    .child(automaton, (child, at), history, history_from);
                for problem in told {
                    tell(schema, parent_id, frame, problem, above, findings);
                }
                true
            }
            Content::Children(_) => false,
        };
        if !knows && !std::mem::replace(&mut frame.among_strangers, true) {
            frame.order.stranger();
            if findings.is_full() {
                findings.count(Rule::ElementNotAllowed);
                return false;
            }
            let message = format!("<{name}> may not stand in <{}>", parent.name);
            let remedy = remedy_for_stranger(schema, parent, child);
            findings.add(Rule::ElementNotAllowed, at, path, message, remedy);
        }
        frame.among_strangers = !knows;
        knows
    }

    fn attributes(
        &mut self,
        element: &Element,
        attributes: Attributes<'_>,
        at: Position,
        path: &str,
        findings: &mut Findings,
    ) {
        // A required attribute under a wrong name is one mistake, not two.
        let mut missing: Vec<&Attribute> = element
            .attributes
            .iter()
            .filter(|attribute| attribute.presence == Presence::Required)
            .filter(|attribute| attributes.get(&attribute.name).is_none())
            .collect();
        for written in attributes {
            if let Some(known) = element.attribute(written.name) {
                if let Some((rule, message, remedy)) = self.wrong(known, written.value, at) {
                    findings.add(rule, written.position(), path, message, remedy);
                }
                continue;
            }
            let required = missing.pop();
            if findings.is_full() {
                findings.count(Rule::UnknownAttribute);
                continue;
            }
            let (name, wrong) = (&element.name, excerpt(written.name));
            let remedy = match required {
                Some(required) => format!("write {}, which must be there", required.name),
                None => remedy_for_attribute(element, attributes, written.name),
            };
            findings.add(
                Rule::UnknownAttribute,
                written.position(),
                path,
                format!("<{name}> has no attribute {wrong}"),
                remedy,
            );
        }
        for attribute in missing {
            let name = attribute.name.as_str();
            let message = format!("<{}> lacks the attribute {name}", element.name);
            let remedy = match &attribute.kind {
                AttributeKind::OneOf(words) => {
                    format!("add {name}='…', one of {}", words.join(", "))
                }
                _ => format!("add {name}='…'"),
            };
            findings.add(Rule::AttributeMissing, at, path, message, remedy);
        }
    }

    /// What is wrong with an attribute's value.
    fn wrong(
        &mut self,
        attribute: &Attribute,
        value: &str,
        at: Position,
    ) -> Option<(Rule, String, String)> {
        let name = &attribute.name;
        let shown = || printable(&excerpt(value));
        let wrong = |remedy: String| {
            let message = format!("{name}='{}' is not possible", shown());
            Some((Rule::AttributeValue, message, remedy))
        };
        // Spaces around a word do not count [XML 1.0 §3.3.3].
        let word = value.trim_matches(' ');
        match &attribute.kind {
            AttributeKind::OneOf(words)
                if words
                    .binary_search_by(|known| known.as_str().cmp(word))
                    .is_err() =>
            {
                return wrong(one_of(words.iter().map(String::as_str), words.len()));
            }
            AttributeKind::Token if !is_token(word) => {
                return wrong("write one word of letters, digits, - _ . and :".to_owned());
            }
            AttributeKind::Tokens if word.is_empty() || !word.split(' ').all(is_tokens_word) => {
                return wrong("write words of letters, digits, - _ . and :".to_owned());
            }
            AttributeKind::Id if !crate::source::is_name(word) => {
                return wrong("a key begins with a letter, and has no space in it".to_owned());
            }
            AttributeKind::Id => {
                if let Some(first) = self.keys.meet(&[word], at) {
                    let message = format!(
                        "the key {} was given already, on line {}",
                        shown(),
                        first.line
                    );
                    let remedy = "give each note a key of its own".to_owned();
                    return Some((Rule::KeyDoubled, message, remedy));
                }
            }
            _ => {}
        }
        match &attribute.presence {
            Presence::Fixed(fixed) if value != fixed => {
                wrong(format!("write {name}='{fixed}', or leave it out"))
            }
            _ => None,
        }
    }
}

/// Tells a problem with the order of an element's children; `path` ends with that element.
fn tell(
    schema: &Schema,
    parent: ElementId,
    frame: &Frame,
    problem: Problem,
    path: &str,
    findings: &mut Findings,
) {
    let parent = schema.element(parent);
    let Content::Children(automaton) = &parent.content else {
        return;
    };
    if findings.is_full() {
        return findings.count(match problem.kind {
            Kind::Missing(_) => Rule::ElementMissing,
            _ => Rule::ElementOrder,
        });
    }
    let within = &parent.name;
    let child = problem.child.map(|(id, at)| {
        (
            id,
            schema.name(id),
            at,
            format!("{path}/{}", schema.name(id)),
        )
    });
    match (problem.kind, child) {
        (Kind::Missing(place), child) => {
            let missing = some_of(schema, &place);
            let (before, at) = match &child {
                Some((_, name, at, _)) => (format!(" before <{name}>"), *at),
                None => (String::new(), frame.start),
            };
            let message = match place.as_slice() {
                [one] => format!("<{within}> lacks <{}>{before}", schema.name(*one)),
                _ => format!("<{within}> lacks an element{before}"),
            };
            findings.add(
                Rule::ElementMissing,
                at,
                path,
                message,
                format!("add {missing}"),
            );
        }
        (Kind::Early(late), Some((_, name, at, path))) => {
            let late = schema.name(late);
            let message = format!("<{name}> stands before <{late}> in <{within}>");
            let remedy = format!("put <{late}> before it");
            findings.add(Rule::ElementOrder, at, &path, message, remedy);
        }
        (Kind::Misplaced, Some((id, name, at, path))) if frame.order.is_doubled(automaton, id) => {
            let message = format!("<{within}> has a second <{name}>");
            let remedy = "keep one of them";
            findings.add(Rule::ElementDoubled, at, &path, message, remedy);
        }
        (Kind::Misplaced | Kind::Wandered, Some((id, name, at, path))) => {
            let message = format!("<{name}> is out of place in <{within}>");
            let order = order_around(schema, automaton.elements(), id);
            let remedy = format!("the order is {order}");
            findings.add(Rule::ElementOrder, at, &path, message, remedy);
        }
        (_, None) => {}
    }
}

/// The elements of a model around one of them: "… <a>, <b>, <c> …"
fn order_around(schema: &Schema, elements: &[ElementId], id: ElementId) -> String {
    const AROUND: usize = 3;
    let at = elements.iter().position(|other| *other == id).unwrap_or(0);
    let from = at.saturating_sub(AROUND);
    let to = (at + AROUND + 1).min(elements.len());
    let names: Vec<String> = elements[from..to]
        .iter()
        .map(|id| format!("<{}>", schema.name(*id)))
        .collect();
    let before = if from > 0 { "… " } else { "" };
    let after = if to < elements.len() { " …" } else { "" };
    format!("{before}{}{after}", names.join(", "))
}

/// "<a>, <b> or <c>", not too many.
fn some_of(schema: &Schema, ids: &[ElementId]) -> String {
    let names: Vec<String> = ids
        .iter()
        .take(MOST_NAMED)
        .map(|id| format!("<{}>", schema.name(*id)))
        .collect();
    match (names.split_last(), ids.len() > MOST_NAMED) {
        (None, _) => "nothing".to_owned(),
        (Some(_), true) => format!("{} …", names.join(", ")),
        (Some((last, [])), false) => last.clone(),
        (Some((last, others)), false) => format!("{} or {last}", others.join(", ")),
    }
}

fn one_of<'w>(words: impl Iterator<Item = &'w str>, count: usize) -> String {
    let words: Vec<&str> = words.take(20).collect();
    let more = if count > words.len() { " …" } else { "" };
    format!("write one of {}{more}", words.join(", "))
}

/// What Designer shows as elements and DXL writes as raw notes.
const RAW_NOTES: &[(&str, &str)] = &[
    ("icon", "write <note class='icon'>"),
    (
        "navigator",
        "write a raw <note>, or better an outline on a page",
    ),
    (
        "replicationformula",
        "write <note class='replicationformula'>",
    ),
];

fn remedy_for_unknown(schema: &Schema, parent: &Element, name: &str) -> String {
    if let Some((_, remedy)) = RAW_NOTES.iter().find(|(raw, _)| *raw == name) {
        return (*remedy).to_owned();
    }
    let names = |ids: &[ElementId]| ids.iter().map(|id| schema.name(*id)).collect();
    let mut children: Vec<&str> = match &parent.content {
        Content::Mixed(among) => names(among),
        Content::Children(automaton) => names(automaton.elements()),
        Content::Any | Content::Empty => Vec::new(),
    };
    children.retain(|known| is_like(known, name));
    match nearest(name, &children) {
        Some(known) => format!("perhaps <{known}> was meant"),
        None => "if a later release wrote it, check by that release's DTD (--dtd); else remove it"
            .to_owned(),
    }
}

fn remedy_for_stranger(schema: &Schema, parent: &Element, child: ElementId) -> String {
    let homes: Vec<ElementId> = schema
        .ids()
        .filter(|id| match &schema.element(*id).content {
            Content::Mixed(among) => among.binary_search(&child).is_ok(),
            Content::Children(automaton) => automaton.knows(child),
            Content::Any | Content::Empty => false,
        })
        .collect();
    if matches!(parent.content, Content::Empty) {
        return format!("write <{}/> without content", parent.name);
    }
    match homes.as_slice() {
        [] => "it is an outermost element; remove it here".to_owned(),
        homes => format!("move it into {}, or remove it", some_of(schema, homes)),
    }
}

fn remedy_for_attribute(element: &Element, written: Attributes<'_>, name: &str) -> String {
    if name.starts_with("xmlns") {
        return "declare the name space of DXL on the outermost element, and no other".to_owned();
    }
    let free: Vec<&str> = element
        .attributes
        .iter()
        .map(|attribute| attribute.name.as_str())
        .filter(|known| is_like(known, name) && written.get(known).is_none())
        .collect();
    match nearest(name, &free) {
        Some(known) => format!("perhaps {known} was meant"),
        None => "if a later release wrote it, check by that release's DTD (--dtd); else remove it"
            .to_owned(),
    }
}

fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .copied()
        .min_by_key(|known| strsim::damerau_levenshtein(known, name))
}

/// Whether one name may be the other one misspelled.
fn is_like(known: &str, written: &str) -> bool {
    const LONGEST: usize = 40;
    if known.len() > LONGEST || written.len() > LONGEST {
        return false;
    }
    let apart = strsim::damerau_levenshtein(&known.to_lowercase(), &written.to_lowercase());
    apart <= (known.len().min(written.len()) / 3).min(3)
}

/// One name token [XML 1.0 §2.3].
fn is_token(word: &str) -> bool {
    // A name is a token that begins with a letter, and so is any token behind one.
    !word.is_empty() && crate::source::is_name(&format!("a{word}"))
}

/// Words may have more than one space between them.
fn is_tokens_word(word: &str) -> bool {
    word.is_empty() || is_token(word)
}
