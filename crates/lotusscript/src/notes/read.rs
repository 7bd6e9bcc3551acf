//! Reads the tables. They are a part of this crate, so that a line that cannot be read is a fault of ours, which the tests find.

use super::{
    ClassId, Constant, Function, Library, Member, MemberKind, NotesClass, NotesParameter, Release,
    ValueType,
};
use std::collections::HashMap;

const CLASSES: &str = include_str!("classes.txt");
const LANGUAGE: &str = include_str!("language.txt");
const CONSTANTS: &str = include_str!("constants.txt");

pub(super) fn read() -> Library {
    let by_name: HashMap<String, ClassId> = class_lines()
        .zip(0_u16..)
        .filter_map(|(line, id)| {
            Some((line.split_whitespace().nth(1)?.to_lowercase(), ClassId(id)))
        })
        .collect();
    let mut reader = Reader { by_name: &by_name };
    let classes = reader.classes();
    let functions = reader.functions();
    let (constants, files) = constants();
    Library {
        classes,
        functions,
        constants,
        files,
        by_name,
    }
}

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

fn class_lines() -> impl Iterator<Item = &'static str> {
    lines(CLASSES).filter(|line| line.starts_with("class "))
}

/// The parts of a line between commas that are in no parentheses.
fn entries(line: &'static str) -> impl Iterator<Item = &'static str> {
    let mut depth = 0_i32;
    line.split(move |letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        letter == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|entry| !entry.is_empty())
}

struct Reader<'a> {
    by_name: &'a HashMap<String, ClassId>,
}

impl Reader<'_> {
    fn value_type(&self, name: &str) -> ValueType {
        match name {
            "Boolean" => ValueType::Boolean,
            "Byte" => ValueType::Byte,
            "Integer" => ValueType::Integer,
            "Long" => ValueType::Long,
            "Single" => ValueType::Single,
            "Double" => ValueType::Double,
            "Currency" => ValueType::Currency,
            "String" => ValueType::String,
            "Array" => ValueType::Array,
            "Any" => ValueType::AnyObject,
            _ => match self.by_name.get(&name.to_lowercase()) {
                Some(class) => ValueType::Object(*class),
                None => ValueType::Variant,
            },
        }
    }

    fn classes(&mut self) -> Vec<NotesClass> {
        let mut classes: Vec<NotesClass> = Vec::new();
        for line in lines(CLASSES) {
            if let Some(head) = line.strip_prefix("class ") {
                classes.push(self.class(head));
            } else if let Some(class) = classes.last_mut() {
                for entry in entries(line) {
                    match entry.strip_prefix("new(") {
                        Some(parameters) => class.new = Some(self.parameters(parameters)),
                        None => {
                            let member = self.member(entry);
                            class.members.insert(member.name.to_lowercase(), member);
                        }
                    }
                }
            }
        }
        classes
    }

    fn class(&self, head: &'static str) -> NotesClass {
        let words: Vec<&'static str> = head.split_whitespace().collect();
        let has = |flag: &str| words.contains(&flag);
        let base = words
            .iter()
            .position(|word| *word == "<")
            .and_then(|at| words.get(at + 1));
        NotesClass {
            name: words.first().copied().unwrap_or_default(),
            base: base.and_then(|base| self.by_name.get(&base.to_lowercase()).copied()),
            since: since(&words),
            is_ui: has("ui"),
            has_items: has("items"),
            is_open: has("open"),
            new: None,
            members: HashMap::new(),
        }
    }

    /// `name Type`, `name = Type`, `name(…) Type`, with `@release` at the end.
    fn member(&self, entry: &'static str) -> Member {
        let (name, kind, rest) = match entry.split_once('(') {
            Some((name, rest)) => {
                let (parameters, rest) = rest.split_once(')').unwrap_or((rest, ""));
                let parameters = self.parameters(parameters);
                (name, MemberKind::Method { parameters }, rest)
            }
            None => {
                let (name, rest) = entry.split_once(' ').unwrap_or((entry, ""));
                let is_writable = rest.starts_with('=');
                (
                    name,
                    MemberKind::Property { is_writable },
                    rest.trim_start_matches('='),
                )
            }
        };
        let words: Vec<&'static str> = rest.split_whitespace().collect();
        let of = words.first().filter(|word| !word.starts_with('@'));
        Member {
            name: name.trim(),
            since: since(&words),
            kind,
            of: of.map(|name| self.value_type(name)),
        }
    }

    /// `name Type?, name Type`
    fn parameters(&self, text: &'static str) -> Vec<NotesParameter> {
        let text = text.trim_end_matches(')');
        let each = text.split(',').map(str::trim).filter(|one| !one.is_empty());
        each.map(|one| {
            let (name, of) = one.split_once(' ').unwrap_or((one, "Variant"));
            NotesParameter {
                name,
                of: self.value_type(of.trim_end_matches('?')),
                is_optional: of.ends_with('?'),
            }
        })
        .collect()
    }

    fn functions(&self) -> HashMap<String, Function> {
        let mut functions = HashMap::new();
        for entry in lines(LANGUAGE).flat_map(entries) {
            let (name, rest) = entry.split_once('(').unwrap_or((entry, ""));
            let (parameters, rest) = rest.split_once(')').unwrap_or((rest, ""));
            let of = rest.split_whitespace().find(|word| *word != "$");
            let function = Function {
                name,
                parameters: self.parameters(parameters),
                returns: of.map(|of| self.value_type(of)),
                has_dollar: rest.ends_with('$'),
            };
            functions.insert(name.to_lowercase(), function);
        }
        functions
    }
}

fn since(words: &[&str]) -> Option<Release> {
    let release = words.iter().find_map(|word| word.strip_prefix('@'))?;
    release.parse().ok()
}

fn constants() -> (HashMap<String, Constant>, Vec<&'static str>) {
    let (mut constants, mut files) = (HashMap::new(), Vec::new());
    let mut file = None;
    for line in lines(CONSTANTS) {
        if let Some(name) = line.strip_prefix("file") {
            file = Some(name.trim()).filter(|name| !name.is_empty());
            files.extend(file);
            continue;
        }
        for entry in entries(line) {
            let (name, value) = entry.split_once(' ').unwrap_or((entry, ""));
            let constant = Constant {
                name,
                file,
                value: value.parse().ok(),
            };
            // The first file that has it is the one to name.
            constants.entry(name.to_lowercase()).or_insert(constant);
        }
    }
    (constants, files)
}
