//! What each setting means, which kind of value it takes, and all of them as one annotated file.
//!
//! The structs' own documentation is the only one there is: it is read here from their source, so that what `check-config --print` says
//! cannot differ from what the code says. A test holds every key of every table to it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::{Loaded, Origin, PLACES, SECRETS, Settings, fields, keys_of};

/// Where the settings' structs and their words stand; the first names the tables.
const SOURCES: [&str; 3] = [
    include_str!("../config.rs"),
    include_str!("rooms.rs"),
    include_str!("../telemetry.rs"),
];

/// A setting, in the words of its struct.
#[derive(Debug, Clone)]
pub struct Described {
    /// What it is for.
    pub doc: String,
    /// What it can be.
    pub kind: Kind,
}

/// The kinds of values. Displayed, one completes "must be".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Words that nobody else is to read.
    Secret,
    /// A place in the file system.
    Path,
    /// Somewhere to listen, or nowhere.
    Listen,
    /// Without fractions; the highest, if the type has one that people could reach.
    Whole(Option<u64>),
    /// With fractions.
    Number,
    /// A duration.
    Seconds,
    /// Yes or no.
    Truth,
    /// Several texts.
    List,
    /// Command statuses, each with what it means.
    Statuses,
    /// One of these words; each with its meaning.
    Choice(Vec<(String, String)>),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Text | Kind::Secret => f.write_str("a text"),
            Kind::Path => f.write_str("the path of a file or directory"),
            Kind::Listen => {
                f.write_str("an address and port such as 0.0.0.0:443 or [::]:443, or off")
            }
            Kind::Whole(Some(most)) => write!(f, "a whole number from 0 to {most}"),
            Kind::Whole(None) => f.write_str("a whole number, 0 or more"),
            Kind::Number => f.write_str("a number"),
            Kind::Seconds => f.write_str("a number of seconds, 0 or more"),
            Kind::Truth => f.write_str("true or false"),
            Kind::List => f.write_str("a list of texts such as [\"one\", \"two\"]"),
            Kind::Statuses => f.write_str(
                "a table of command statuses such as { ESME_RSYSERR = \"permanent\", \"0x58\" = \"throttled\" }",
            ),
            Kind::Choice(words) => {
                let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
                match words.split_last() {
                    Some((last, [])) => f.write_str(last),
                    Some((last, others)) => write!(f, "{} or {last}", others.join(", ")),
                    None => Ok(()),
                }
            }
        }
    }
}

/// A field as its source has it: name, type, documentation, whether it is a place to listen at.
type Field = (String, String, String, bool);

/// The structs and enums of the sources, by name.
#[derive(Default)]
struct Sources {
    structs: BTreeMap<String, Vec<Field>>,
    enums: BTreeMap<String, Vec<(String, String)>>,
}

static READ: LazyLock<Sources> = LazyLock::new(Sources::read);

/// What is being read.
enum Within {
    Nothing,
    Struct(String),
    Enum(String),
}

impl Sources {
    fn read() -> Self {
        let mut sources = Self::default();
        for source in SOURCES {
            let (mut within, mut doc, mut listens) = (Within::Nothing, Vec::new(), false);
            for line in source.lines() {
                let text = line.trim();
                if let Some(words) = text.strip_prefix("///") {
                    doc.push(words.trim());
                    continue;
                }
                if text.starts_with("#[") {
                    listens |= text.contains("with = \"listen\"");
                    continue;
                }
                let said = std::mem::take(&mut doc).join(" ");
                let is_place = std::mem::take(&mut listens);
                if line == "}" {
                    within = Within::Nothing;
                } else if let Some(name) = opened(line, "pub struct ") {
                    within = Within::Struct(name);
                } else if let Some(name) = opened(line, "pub enum ") {
                    within = Within::Enum(name);
                } else {
                    sources.keep(&within, text, said, is_place);
                }
            }
        }
        sources
    }

    fn keep(&mut self, within: &Within, text: &str, doc: String, is_place: bool) {
        let Some(text) = text.strip_suffix(',') else {
            return;
        };
        match within {
            Within::Struct(name) => {
                if let Some((field, kind)) = text
                    .strip_prefix("pub ")
                    .and_then(|text| text.split_once(": "))
                {
                    let fields = self.structs.entry(name.clone()).or_default();
                    fields.push((field.to_owned(), kind.to_owned(), doc, is_place));
                }
            }
            Within::Enum(name) if text.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                let words = self.enums.entry(name.clone()).or_default();
                words.push((snake_case(text), doc));
            }
            _ => {}
        }
    }

    fn field(&self, of: &str, name: &str) -> Option<&Field> {
        self.structs.get(of)?.iter().find(|field| field.0 == name)
    }

    fn kind(&self, written: &str, is_place: bool) -> Option<Kind> {
        if is_place {
            return Some(Kind::Listen);
        }
        let written = written
            .strip_prefix("Option<")
            .and_then(|inner| inner.strip_suffix('>'))
            .unwrap_or(written);
        Some(match written {
            "String" => Kind::Text,
            "Secret" => Kind::Secret,
            "PathBuf" => Kind::Path,
            "u8" => Kind::Whole(Some(u8::MAX.into())),
            "u16" => Kind::Whole(Some(u16::MAX.into())),
            "u32" | "u64" | "usize" => Kind::Whole(None),
            "f64" => Kind::Number,
            "Seconds" => Kind::Seconds,
            "bool" => Kind::Truth,
            "Vec<String>" => Kind::List,
            "Statuses" => Kind::Statuses,
            name => Kind::Choice(self.enums.get(name)?.clone()),
        })
    }
}

/// The name of a struct or enum that this line opens.
fn opened(line: &str, word: &str) -> Option<String> {
    let name = line.strip_prefix(word)?.strip_suffix(" {")?;
    Some(name.to_owned())
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// A setting by its `table.key`.
pub fn described(path: &str) -> Option<Described> {
    let (table, key) = path.split_once('.')?;
    let (_, of, ..) = READ.field("Settings", table)?;
    let (_, written, doc, is_place) = READ.field(of, key)?;
    Some(Described {
        doc: without_sources(doc),
        kind: READ.kind(written, *is_place)?,
    })
}

/// Where a rule comes from, `[SPEC 4.2]`, is for who reads the source.
fn without_sources(doc: &str) -> String {
    let mut text = doc.to_owned();
    for source in [" [SPEC ", " [SMPP ", " [RFC ", " [3GPP "] {
        while let Some(begin) = text.find(source)
            && let Some(length) = text[begin..].find(']')
        {
            text.replace_range(begin..=begin + length, "");
        }
    }
    text
}

/// Every table and key with its meaning, its value in force and, where that is another, its default: a file that can be read as settings.
pub fn annotated(loaded: &Loaded) -> String {
    let defaults = Loaded {
        settings: Settings::default(),
        origins: BTreeMap::new(),
    };
    let values = |of: &Loaded| -> BTreeMap<String, String> {
        let rows = of.effective().into_iter();
        rows.map(|(key, value, _)| (key, value)).collect()
    };
    let (now, default) = (values(loaded), values(&defaults));
    let mut text = String::from(
        "# Every setting. Later ones win: this file, the environment (EMAILSMS__TABLE__KEY), --set table.key=value.\n\
         # What begins with # is not set. Durations are in seconds and may be fractions.\n\
         # A relative path counts from the directory that emailsms is started in, not from this file's.\n",
    );
    for table in fields::<Settings>() {
        let meant = READ.field("Settings", table);
        let meant = meant.map_or("", |(_, _, doc, _)| doc.as_str());
        text.push_str(&format!("\n# {meant}\n[{table}]\n"));
        for key in keys_of(table).unwrap_or_default() {
            let path = format!("{table}.{key}");
            let Some(described) = described(&path) else {
                continue;
            };
            comment(&mut text, &described.doc);
            if let Kind::Choice(words) = &described.kind {
                for (word, meaning) in words {
                    comment(&mut text, &format!("  \"{word}\": {meaning}"));
                }
            } else {
                let kind = described.kind.to_string();
                comment(&mut text, &format!("  {kind}"));
            }
            if SECRETS.contains(&path.as_str()) {
                comment(
                    &mut text,
                    "  It may stand in a file of its own, without its line end:",
                );
                text.push_str(&format!("# {key}_file = \"FILE\"\n"));
                continue;
            }
            let plain = |value: &String| match described.kind {
                Kind::Seconds | Kind::Number => {
                    value.strip_suffix(".0").unwrap_or(value).to_owned()
                }
                _ => value.clone(),
            };
            let (now, default) = (now.get(&path).map(plain), default.get(&path).map(plain));
            let origin = loaded.origin(&path);
            if origin != Origin::Default {
                let default = default.as_deref().unwrap_or("not set");
                comment(
                    &mut text,
                    &format!("  From {origin}; by default: {default}"),
                );
            }
            if PLACES.iter().any(|(place, _)| *place == path) && origin == Origin::Default {
                comment(
                    &mut text,
                    "  To be set: `serve` and the tools take no default for it.",
                );
                text.push_str(&format!("# {key} = {}\n", now.unwrap_or_default()));
                continue;
            }
            // Only the demo takes them, so a file that names them would be refused.
            let is_seam = *table == "faults" && origin == Origin::Default;
            match now {
                Some(value) if is_seam => text.push_str(&format!("# {key} = {value}\n")),
                Some(value) => text.push_str(&format!("{key} = {value}\n")),
                None => text.push_str(&format!("# {key} = …\n")),
            }
        }
    }
    text
}

/// A comment, in lines that a terminal holds.
fn comment(text: &mut String, words: &str) {
    const WIDE: usize = 110;
    let indent: String = words.chars().take_while(|c| *c == ' ').collect();
    let mut line = String::new();
    for word in words.split_whitespace() {
        if !line.is_empty() && line.chars().count() + word.chars().count() >= WIDE {
            text.push_str(&format!("# {indent}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    text.push_str(&format!("# {indent}{line}\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, Purpose};
    use std::path::Path;

    #[test]
    fn every_key_has_its_words_and_its_kind() {
        for table in fields::<Settings>() {
            for key in keys_of(table).expect("a table") {
                let path = format!("{table}.{key}");
                let described =
                    described(&path).unwrap_or_else(|| panic!("{path}: its type is no kind"));
                assert!(
                    described.doc.len() > 5 && !described.doc.contains("[SPEC"),
                    "{path}: {described:?}"
                );
                if let Kind::Choice(words) = &described.kind {
                    assert!(words.len() > 1, "{path}: {words:?}");
                    assert!(
                        words.iter().all(|(_, meaning)| !meaning.is_empty()),
                        "{path}: {words:?}"
                    );
                }
                if path.ends_with("_s") {
                    assert_eq!(described.kind, Kind::Seconds, "{path}");
                }
            }
        }
    }

    /// It names every key, and read as a file it is the defaults.
    #[test]
    fn what_is_printed_is_complete_and_true() {
        let defaults = Layers::new().finish(Purpose::Demo).expect("the defaults");
        let text = annotated(&defaults);
        for table in fields::<Settings>() {
            assert!(text.contains(&format!("\n[{table}]\n")), "{table}");
            let part = text
                .split(&format!("\n[{table}]\n"))
                .nth(1)
                .expect("a table");
            let part = part.split("\n[").next().expect("a part");
            for key in keys_of(table).expect("a table") {
                let named = |line: &str| {
                    let line = line.trim_start_matches("# ");
                    line.starts_with(&format!("{key} = "))
                        || line.starts_with(&format!("{key}_file = "))
                };
                assert_eq!(
                    part.lines().filter(|line| named(line)).count(),
                    1,
                    "{table}.{key}"
                );
            }
        }
        let head = text.split("\n[").next().expect("a head");
        assert!(head.contains("relative path counts from the directory"));
        let read = Layers::new().text(Path::new("printed.toml"), &text);
        let read = read.finish(Purpose::Demo).expect("it is TOML that fits");
        let values = |of: &Loaded| -> Vec<_> {
            of.effective()
                .into_iter()
                .map(|(key, value, _)| (key, value))
                .collect()
        };
        assert_eq!(values(&read), values(&defaults));
        let served = Layers::new().text(Path::new("printed.toml"), &text);
        let served = served.set([
            "http.certificate=c.pem",
            "http.private_key=k.pem",
            "database.url=sqlite:/srv/emailsms.db",
            "security.keys_dir=/srv/keys",
        ]);
        let finished = served.finish(Purpose::Serve).map(|_| ());
        assert_eq!(finished.map_err(|findings| findings.to_string()), Ok(()));
    }

    #[test]
    fn what_was_set_says_from_where_and_secrets_stay() {
        let loaded = Layers::new()
            .set(["to_handset.retries=3", "carrier.password=hunter2"])
            .finish(Purpose::Demo)
            .expect("fits");
        let text = annotated(&loaded);
        assert!(
            text.contains("#   From --set; by default: 10\nretries = 3\n"),
            "{text}"
        );
        assert!(!text.contains("hunter2"));
    }
}
