//! Every rule by name: how grave it is to break it, in which profile it is checked, and why it is there.

use serde::{Serialize, Serializer};
use std::fmt;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It is read and imported, but perhaps not as it was meant.
    Warning,
    /// It is not DXL, or the importer refuses it, drops it, or makes something that does not work.
    Error,
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Whether a file is DXL: for what comes out of Notes.
    Reading,
    /// Also whether Domino's importer takes it as it was meant: for what goes in.
    Import,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Makes the enum and its table in one, so that neither can lack a rule.
macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $name:literal, $profile:ident, $severity:ident, $why:literal;)*) => {
        /// What a file is held to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* $rule,)*
        }

        impl Rule {
            /// All of them; structure first.
            pub const ALL: &[Rule] = &[$(Rule::$rule,)*];

            /// Its name in output.
            pub fn name(self) -> &'static str {
                match self { $(Rule::$rule => $name,)* }
            }

            /// How grave it is to break it.
            pub fn severity(self) -> Severity {
                match self { $(Rule::$rule => Severity::$severity,)* }
            }

            /// The narrowest profile that checks it.
            pub fn profile(self) -> Profile {
                match self { $(Rule::$rule => Profile::$profile,)* }
            }

            /// Why it is there.
            pub fn why(self) -> &'static str {
                match self { $(Rule::$rule => $why,)* }
            }
        }
    };
}

rules! {
    /// The file is XML.
    WellFormed = "well-formed", Reading, Error,
        "what is not XML cannot be read beyond this place";
    /// Its bytes are characters of an encoding that is read.
    Encoding = "encoding", Reading, Error,
        "bytes that are no characters of the file's encoding would come out as other text";
    /// Control characters are written as `<nonxmlchar>`.
    ControlCharacter = "control-character", Reading, Error,
        "XML has no place for control characters; DXL has an element for them";
    /// Only the five entities of XML.
    NoEntities = "no-entities", Reading, Error,
        "DXL needs no entities but those of XML; what others stand for may lie elsewhere, or grow without bound, so they are never resolved";
    /// Nothing is larger than any export.
    Limit = "limit", Reading, Error,
        "readers would need memory without bound; exports stay far below";
    /// The name space is DXL's.
    Namespace = "namespace", Reading, Error,
        "elements of another name space are not DXL, whatever their names";
    /// The outermost element is one that may be that.
    WrongRoot = "wrong-root", Reading, Error,
        "a file of DXL is a database or one note";
    /// Every element is known.
    UnknownElement = "unknown-element", Reading, Error,
        "an importer of that release ends at an element that it does not know";
    /// Every attribute is known.
    UnknownAttribute = "unknown-attribute", Reading, Error,
        "an importer of that release ends at an attribute that it does not know";
    /// An element stands in one that may hold it.
    ElementNotAllowed = "element-not-allowed", Reading, Error,
        "each element holds certain others only";
    /// Elements stand in their order.
    ElementOrder = "element-order", Reading, Error,
        "the importer reads elements in a fixed order";
    /// Nothing stands twice that may stand once.
    ElementDoubled = "element-doubled", Reading, Error,
        "there is room for one";
    /// What must be there is there.
    ElementMissing = "element-missing", Reading, Error,
        "without it the element around it means nothing";
    /// Text stands where text may be.
    TextNotAllowed = "text-not-allowed", Reading, Error,
        "text between elements belongs to nothing";
    /// What holds nothing is empty.
    NotEmpty = "not-empty", Reading, Error,
        "such an element says everything by its attributes; not even a space may stand in it";
    /// Attributes say what they may.
    AttributeValue = "attribute-value", Reading, Error,
        "the attribute is one of a few words, or of a certain form";
    /// Attributes that must be there are.
    AttributeMissing = "attribute-missing", Reading, Error,
        "without it the element means nothing";
    /// Keys are unique.
    KeyDoubled = "key-doubled", Reading, Error,
        "other elements refer to a note by its key";
    /// Binary data is Base64.
    Base64 = "base64", Reading, Warning,
        "data with a hole in it comes out damaged or not at all";
    /// Numbers are written with digits.
    Number = "number", Reading, Warning,
        "a number that is written otherwise is read as none, or as another";
    /// Dates and times are written as ISO 8601 has them.
    DateTime = "datetime", Reading, Warning,
        "a date that is written otherwise is read as none, or as another";

    /// No DOCTYPE.
    NoDoctype = "no-doctype", Import, Error,
        "an importer older than the DTD that is named refuses the file with error 4522";
    /// The root says that it is DXL.
    NoNamespace = "no-namespace", Import, Warning,
        "without a DOCTYPE nothing but the name space says that this is DXL";
    /// No carriage return comes into code.
    LineEnds = "line-ends", Import, Error,
        "a carriage return that is written as a reference is kept, and becomes part of the code";
    /// Lines of the file end with LF.
    CarriageReturns = "carriage-returns", Import, Warning,
        "whoever reads XML takes CR LF for LF, so nothing is lost; but exports have LF, and other tools see every line changed";
    /// Text is written with entities.
    NoCData = "no-cdata", Import, Warning,
        "exports have entities, and the importer is made for them";
    /// No full-text settings.
    NoFullTextSettings = "no-fulltextsettings", Import, Error,
        "the importer does not take them; a full-text index is made on the server";
    /// Nothing stands between a picture's tags.
    PictureSpace = "picture-space", Import, Error,
        "the importer stumbles over text in <picture> and <imageref>, be it a space or a line's end";
    /// Rich text and code are not laid out anew.
    PrettyPrinted = "pretty-printed", Import, Warning,
        "space counts in there: what indents the file becomes part of the page or the code";
    /// `<nonxmlchar>` has a hexadecimal number.
    NonXmlChar = "nonxmlchar-value", Import, Error,
        "it stands for the character with this hexadecimal number";
    /// Names and aliases are unique.
    DuplicateName = "duplicate-name", Import, Error,
        "the importer replaces by name, so the later one takes the place of the earlier one";
    /// Each event has one piece of code.
    CodeDoubled = "code-doubled", Import, Error,
        "there is one <code> for each event and procedure; of two, one is lost";
    /// Libraries come before what uses them.
    LibraryOrder = "library-order", Import, Error,
        "LotusScript is compiled as it is imported; what uses a library that is not there yet stays without code, and the log calls that warning 7005";
    /// No `&` in the title of an action.
    ActionTitleAmpersand = "action-title-ampersand", Import, Error,
        "the importer drops such an action without a word";
    /// Resources belong to the database.
    ReplicaBound = "replica-bound", Import, Error,
        "it is looked for in the database that it was exported from, not in the one that it is imported into";
    /// No Java.
    NoJavaAgent = "no-java-agent", Import, Error,
        "servers do not compile Java as they import it";
    /// Schedules say from when to when.
    ScheduleTimes = "schedule-times", Import, Error,
        "the importer wants explicit times; an agent without them may never run";
    /// Not from midnight to midnight.
    ScheduleMidnight = "schedule-midnight", Import, Error,
        "from 00:00 to 00:00 is no time at all";
    /// Five minutes at least.
    ScheduleInterval = "schedule-interval", Import, Error,
        "the agent manager runs nothing more often than every five minutes";
    /// Agents for new mail have no document set.
    NewMailDocuments = "new-mail-documents", Import, Error,
        "an agent for new mail works on the mail that came; it has nothing to choose from";
    /// Mail does not wait for an agent.
    BeforeNewMail = "before-new-mail", Import, Warning,
        "the router waits for such an agent, for 30 seconds at most, and a database can have one";
    /// An agent is made of one kind of code.
    AgentActions = "agent-actions", Import, Error,
        "an agent is a script, a formula or simple actions; of two, one is lost";
    /// Agents may no more than they need.
    AgentUnrestricted = "agent-unrestricted", Import, Warning,
        "it may do anything on the server, and its signer needs the right to that";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(names.len(), Rule::ALL.len());
    }
}
