//! What a source is cut into: tokens, of which some carry meaning and the others only stand between.

use crate::place::Span;

/// What a name ends with to say its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suffix {
    /// `%`
    Integer,
    /// `&`
    Long,
    /// `!`
    Single,
    /// `#`
    Double,
    /// `@`
    Currency,
    /// `$`
    String,
}

impl Suffix {
    /// Of its character.
    pub fn of(letter: char) -> Option<Self> {
        Some(match letter {
            '%' => Self::Integer,
            '&' => Self::Long,
            '!' => Self::Single,
            '#' => Self::Double,
            '@' => Self::Currency,
            '$' => Self::String,
            _ => return None,
        })
    }

    /// Its character.
    pub fn letter(self) -> char {
        match self {
            Self::Integer => '%',
            Self::Long => '&',
            Self::Single => '!',
            Self::Double => '#',
            Self::Currency => '@',
            Self::String => '$',
        }
    }
}

/// A piece of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// The sorts of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Blanks and tabs, and a byte order mark.
    Space,
    /// `_` with the end of its line and what is between.
    Continuation,
    /// From `'` or `Rem` to the end of the line.
    Remark,
    /// From `%REM` to `%END REM`.
    RemarkBlock,
    /// A line with `%If`, `%ElseIf`, `%Else` or `%End If`.
    Condition,
    /// What such a line leaves out.
    LeftOut,
    /// The end of a line.
    LineEnd,
    /// `%Include`.
    Include,
    /// A name or keyword, with its suffix.
    Word {
        /// Which keyword, if it is one.
        keyword: Option<Keyword>,
        /// What it ends with.
        suffix: Option<Suffix>,
    },
    /// A number, with its suffix.
    Number,
    /// A string with its delimiters.
    Text,
    /// An operator or mark.
    Mark(Mark),
    /// What has no place in the language; an error is reported with it.
    Unknown,
    /// Behind the last.
    End,
}

impl TokenKind {
    /// Whether it only stands between.
    pub fn is_trivia(self) -> bool {
        matches!(
            self,
            Self::Space
                | Self::Continuation
                | Self::Remark
                | Self::RemarkBlock
                | Self::Condition
                | Self::LeftOut
        )
    }

    /// The keyword that it is, without a suffix.
    pub fn keyword(self) -> Option<Keyword> {
        match self {
            Self::Word {
                keyword,
                suffix: None,
            } => keyword,
            _ => None,
        }
    }
}

/// Operators and marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Mark {
    Open,
    Close,
    Comma,
    Semicolon,
    Colon,
    Dot,
    DotDot,
    Hash,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    IntegerDivide,
    Power,
    Join,
}

macro_rules! keywords {
    ($($keyword:ident $text:literal $place:ident,)*) => {
        /// The words that the grammar knows. Names of built-in functions are not among them, save those that begin statements of their own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum Keyword {
            $($keyword,)*
        }

        impl Keyword {
            /// All of them.
            pub const ALL: &[Keyword] = &[$(Keyword::$keyword,)*];

            /// As people write it.
            pub fn text(self) -> &'static str {
                match self { $(Keyword::$keyword => $text,)* }
            }

            /// Whether it can stand where a name is wanted: it means something in its own statements only.
            pub fn is_soft(self) -> bool {
                match self { $(Keyword::$keyword => is_soft!($place),)* }
            }
        }
    };
}

macro_rules! is_soft {
    (soft) => {
        true
    };
    (hard) => {
        false
    };
}

keywords! {
    Access "Access" soft, Alias "Alias" soft, And "And" hard, Any "Any" soft, Append "Append" soft, As "As" hard, Base "Base" soft, Binary "Binary" soft,
    Bind "Bind" soft, Boolean "Boolean" soft, ByVal "ByVal" hard, Byte "Byte" soft, Call "Call" hard, Case "Case" hard, Class "Class" hard, Close "Close" hard,
    Compare "Compare" soft, Const "Const" hard, Currency "Currency" soft, Declare "Declare" hard, DefBool "DefBool" hard, DefByte "DefByte" hard, DefCur "DefCur" hard,
    DefDbl "DefDbl" hard, DefInt "DefInt" hard, DefLng "DefLng" hard, DefSng "DefSng" hard, DefStr "DefStr" hard, DefVar "DefVar" hard, Delete "Delete" hard,
    Dim "Dim" hard, Do "Do" hard, Double "Double" soft, Else "Else" hard, ElseIf "ElseIf" hard, Empty "Empty" hard, End "End" hard, Eqv "Eqv" hard, Erase "Erase" hard,
    Error "Error" soft, Event "Event" soft, Exit "Exit" hard, Explicit "Explicit" soft, False "False" hard, For "For" hard, ForAll "ForAll" hard, From "From" soft, Function "Function" hard,
    Get "Get" hard, GoSub "GoSub" hard, GoTo "GoTo" hard, If "If" hard, Imp "Imp" hard, In "In" hard, Input "Input" soft, Integer "Integer" soft, Is "Is" hard, IsA "IsA" hard,
    LSet "LSet" hard, Let "Let" hard, Lib "Lib" soft, Like "Like" hard, Line "Line" soft, List "List" hard, Lmbcs "LMBCS" soft, Lock "Lock" soft, Long "Long" soft, Loop "Loop" hard,
    Me "Me" hard, Mod "Mod" hard, Name "Name" soft, New "New" hard, Next "Next" hard, NoCase "NoCase" soft, NoPitch "NoPitch" soft, Not "Not" hard, Nothing "Nothing" hard,
    Null "Null" hard, On "On" hard, Open "Open" soft, Option "Option" hard, Or "Or" hard, Output "Output" soft, Pi "Pi" soft, Pitch "Pitch" soft, Preserve "Preserve" soft,
    Print "Print" hard, Private "Private" hard, Property "Property" hard, Public "Public" hard, Put "Put" hard, RSet "RSet" hard, Random "Random" soft, ReDim "ReDim" hard,
    Read "Read" soft, Remove "Remove" soft, Resume "Resume" hard, Return "Return" hard, Seek "Seek" soft, Select "Select" hard, Set "Set" hard, Shared "Shared" soft,
    Single "Single" soft, Static "Static" hard, Step "Step" hard, Stop "Stop" hard, String "String" soft, Sub "Sub" hard, Then "Then" hard, To "To" hard, True "True" hard,
    Type "Type" hard, Unicode "Unicode" soft, Unlock "Unlock" soft, Until "Until" hard, Use "Use" hard, UseLsx "UseLSX" hard, Variant "Variant" soft, Wend "Wend" hard,
    While "While" hard, Width "Width" soft, With "With" hard, Write "Write" soft, Xor "Xor" hard,
}

/// Longer than the longest keyword.
const LONGEST: usize = 8;

impl Keyword {
    /// Of a word in any case, without its suffix.
    pub fn of(word: &str) -> Option<Self> {
        if word.len() > LONGEST || !word.is_ascii() {
            return None;
        }
        let lower = word.to_ascii_lowercase();
        let found = sorted().binary_search_by(|(text, _)| text.as_str().cmp(&lower));
        found.ok().map(|at| sorted()[at].1)
    }
}

fn sorted() -> &'static [(String, Keyword)] {
    static SORTED: std::sync::LazyLock<Vec<(String, Keyword)>> = std::sync::LazyLock::new(|| {
        let mut all: Vec<(String, Keyword)> = Keyword::ALL
            .iter()
            .map(|keyword| (keyword.text().to_ascii_lowercase(), *keyword))
            .collect();
        all.sort();
        all
    });
    &SORTED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_in_any_case() {
        for keyword in Keyword::ALL {
            let text = keyword.text();
            assert!(text.len() <= LONGEST, "{text}");
            assert_eq!(Keyword::of(text), Some(*keyword));
            assert_eq!(Keyword::of(&text.to_uppercase()), Some(*keyword));
        }
        assert_eq!(Keyword::of("notesdocument"), None);
        assert_eq!(Keyword::of("iſ"), None);
    }
}
