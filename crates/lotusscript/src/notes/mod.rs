//! What Notes and the language bring along: classes with their members, functions, constants, and since which release each is there.
//!
//! The facts are those of the class and language reference of Domino Designer, from 4 to 14.5.1, in tables of our own that are read once.
//!
//! ```
//! use lotusscript::notes::{Library, Release};
//!
//! let library = Library::get();
//! let session = library.class("NotesSession").unwrap();
//! let create = library.member(session, "createhttprequest").unwrap();
//! assert_eq!(create.since, Some("10".parse::<Release>().unwrap()));
//! assert!(!create.is_in("9".parse().unwrap()));
//! assert_eq!(library.constant("mb_yesno").unwrap().value, Some(4));
//! ```

mod read;

use serde::{Serialize, Serializer};
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// A release of Notes, as in 9.0.1. One that is given by its first number alone stands for the last of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    major: u8,
    minor: u8,
    patch: u8,
}

impl Release {
    /// The newest that the tables know.
    pub const NEWEST: Release = Release {
        major: 14,
        minor: 5,
        patch: 1,
    };

    /// The first with these numbers, to compare with.
    const fn first(major: u8, minor: u8, patch: u8) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// The last of all that begin with its first number.
    pub fn last_of_major(self) -> Self {
        Self::first(self.major, u8::MAX, u8::MAX)
    }

    /// Whether a person who names this release has what exists since another: `9` means any 9.
    pub fn has(self, since: Release) -> bool {
        let named = if self.minor == 0 && self.patch == 0 {
            self.last_of_major()
        } else {
            self
        };
        since <= named
    }
}

/// It is no release such as `9`, `9.0.1` or `14.5`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no release; write 9, 9.0.1, 14.5 and the like")]
pub struct BadRelease(String);

impl FromStr for Release {
    type Err = BadRelease;

    fn from_str(text: &str) -> Result<Self, BadRelease> {
        let bad = || BadRelease(text.to_owned());
        let mut numbers = [0_u8; 3];
        for (at, part) in text.split('.').enumerate() {
            *numbers.get_mut(at).ok_or_else(bad)? = part.parse().map_err(|_| bad())?;
        }
        Ok(Self::first(numbers[0], numbers[1], numbers[2]))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.minor, self.patch) {
            (0, 0) => write!(f, "{}", self.major),
            (minor, 0) => write!(f, "{}.{minor}", self.major),
            (minor, patch) => write!(f, "{}.{minor}.{patch}", self.major),
        }
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum ValueType {
    Boolean,
    Byte,
    Integer,
    Long,
    Single,
    Double,
    Currency,
    String,
    /// Anything.
    Variant,
    /// A Variant that holds an array.
    Array,
    /// An object of any class.
    AnyObject,
    /// An object of a class.
    Object(ClassId),
}

impl ValueType {
    /// Whether it is a number, a text or a truth value, and nothing else.
    pub fn is_scalar(self) -> bool {
        !matches!(
            self,
            Self::Variant | Self::Array | Self::AnyObject | Self::Object(_)
        )
    }
}

/// A class of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(u16);

/// A parameter of a method or function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NotesParameter {
    pub name: &'static str,
    pub of: ValueType,
    pub is_optional: bool,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotesClass {
    /// As it is written.
    pub name: &'static str,
    /// Of which it has the members too.
    pub base: Option<ClassId>,
    /// Since when; what has none is older than 9.
    pub since: Option<Release>,
    /// Only where there is a Notes client.
    pub is_ui: bool,
    /// Any name is a member: an item of the document.
    pub has_items: bool,
    /// The table may lack members.
    pub is_open: bool,
    /// What `New` takes; `None` if it cannot be made so.
    pub new: Option<Vec<NotesParameter>>,
    members: HashMap<String, Member>,
}

impl NotesClass {
    /// Its own members, in no order.
    pub fn members(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }
}

/// A property or method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// As it is written.
    pub name: &'static str,
    /// Since when; what has none is older than 9, or as old as its class.
    pub since: Option<Release>,
    /// What sort.
    pub kind: MemberKind,
    /// What it gives; `None` of a method that gives nothing.
    pub of: Option<ValueType>,
}

impl Member {
    /// Whether a release has it.
    pub fn is_in(&self, release: Release) -> bool {
        self.since.is_none_or(|since| release.has(since))
    }
}

/// The sorts of members.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MemberKind {
    Property { is_writable: bool },
    Method { parameters: Vec<NotesParameter> },
}

/// A function or sub of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub parameters: Vec<NotesParameter>,
    /// What it gives; `None` of a sub.
    pub returns: Option<ValueType>,
    /// Whether it may be written with `$`, which makes what it gives a String.
    pub has_dollar: bool,
}

impl Function {
    /// What it gives, as it is written.
    pub fn gives(&self, with_dollar: bool) -> Option<ValueType> {
        match with_dollar && self.has_dollar {
            true => Some(ValueType::String),
            false => self.returns,
        }
    }
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// As it is written.
    pub name: &'static str,
    /// The file that must be included, in small letters; `None` if Notes itself has it.
    pub file: Option<&'static str>,
    /// What it stands for, if the table knows.
    pub value: Option<i64>,
}

/// All tables.
#[derive(Debug)]
pub struct Library {
    classes: Vec<NotesClass>,
    by_name: HashMap<String, ClassId>,
    functions: HashMap<String, Function>,
    constants: HashMap<String, Constant>,
    files: Vec<&'static str>,
}

impl Library {
    /// The tables, read on the first call.
    pub fn get() -> &'static Library {
        static LIBRARY: LazyLock<Library> = LazyLock::new(read::read);
        &LIBRARY
    }

    /// A class by its name, in any case.
    pub fn class(&self, name: &str) -> Option<ClassId> {
        self.by_name.get(&name.to_lowercase()).copied()
    }

    /// What is known of a class.
    pub fn about(&self, class: ClassId) -> &NotesClass {
        &self.classes[usize::from(class.0)]
    }

    /// All classes.
    pub fn classes(&self) -> &[NotesClass] {
        &self.classes
    }

    /// A member of a class or of those that it is based on, by its name in any case.
    pub fn member(&self, class: ClassId, name: &str) -> Option<&Member> {
        let key = name.to_lowercase();
        let mut class = Some(class);
        while let Some(id) = class {
            let about = self.about(id);
            if let Some(member) = about.members.get(&key) {
                return Some(member);
            }
            class = about.base;
        }
        None
    }

    /// The names of all members of a class, those of its bases too.
    pub fn member_names(&self, class: ClassId) -> Vec<&'static str> {
        let mut names = Vec::new();
        let mut class = Some(class);
        while let Some(id) = class {
            let about = self.about(id);
            names.extend(about.members.values().map(|member| member.name));
            class = about.base;
        }
        names.sort_unstable();
        names
    }

    /// Whether members of a class may be missing here.
    pub fn is_open(&self, class: ClassId) -> bool {
        let about = self.about(class);
        about.is_open || about.base.is_some_and(|base| self.is_open(base))
    }

    /// Whether one class is another or based on it.
    pub fn is_a(&self, class: ClassId, other: ClassId) -> bool {
        class == other
            || self
                .about(class)
                .base
                .is_some_and(|base| self.is_a(base, other))
    }

    /// A function or sub of the language, by its name in any case, without a suffix.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.get(&name.to_lowercase())
    }

    /// All functions, in no order.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.functions.values()
    }

    /// A constant, by its name in any case, of whatever file.
    pub fn constant(&self, name: &str) -> Option<&Constant> {
        self.constants.get(&name.to_lowercase())
    }

    /// All constants, in no order.
    pub fn constants(&self) -> impl Iterator<Item = &Constant> {
        self.constants.values()
    }

    /// Whether a file for `%Include` is one of the known ones; whatever folder is in front.
    pub fn known_file(&self, name: &str) -> Option<&'static str> {
        let name = name
            .rsplit(['\\', '/'])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        self.files.iter().find(|file| **file == name).copied()
    }

    /// As a person reads it.
    pub fn type_name(&self, of: ValueType) -> &'static str {
        match of {
            ValueType::Boolean => "Boolean",
            ValueType::Byte => "Byte",
            ValueType::Integer => "Integer",
            ValueType::Long => "Long",
            ValueType::Single => "Single",
            ValueType::Double => "Double",
            ValueType::Currency => "Currency",
            ValueType::String => "String",
            ValueType::Variant => "Variant",
            ValueType::Array => "array",
            ValueType::AnyObject => "object",
            ValueType::Object(class) => self.about(class).name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_as_people_mean_them() {
        let release = |text: &str| text.parse::<Release>().unwrap();
        assert!(!release("9").has(release("10")));
        assert!(release("10").has(release("10.0.1")));
        assert!(!release("10.0").has(release("11")));
        assert!(!release("9.0.1").has(release("9.0.2")));
        assert!(release("14.5").has(release("14")));
        assert_eq!(release("9.0.1").to_string(), "9.0.1");
        for bad in ["", "x", "9.", "9.0.1.2", "300"] {
            assert!(bad.parse::<Release>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_tables_hold_what_people_look_for() {
        let library = Library::get();
        assert!(library.classes().len() > 80);
        let members: usize = library
            .classes()
            .iter()
            .map(|class| class.members().count())
            .sum();
        assert!(members > 1100, "{members}");
        assert!(library.functions().count() > 150);
        let item = library.class("notesrichtextitem").unwrap();
        assert!(library.member(item, "VALUES").is_some());
        let database = library.class("NotesDatabase").unwrap();
        let search = library.member(database, "Search").unwrap();
        let MemberKind::Method { parameters } = &search.kind else {
            panic!("{search:?}");
        };
        assert_eq!(parameters.len(), 3);
        assert_eq!(
            library.known_file("C:\\Notes\\LSCONST.LSS"),
            Some("lsconst.lss")
        );
        assert_eq!(library.constant("ERRORITEM").unwrap().value, Some(256));
        assert_eq!(library.constant("MB_OK").unwrap().file, Some("lsconst.lss"));
    }
}
