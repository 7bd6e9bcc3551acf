//! Every rule by its stable name: how grave it is to break it, and why it is one.

use serde::{Serialize, Serializer};
use std::fmt;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It runs, but something in it is for nothing or not as it was meant.
    Warning,
    /// It does not compile, or fails as soon as it comes to this place.
    Error,
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
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal, $severity:ident, $why:literal;)*) => {
        /// What a script is held to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $code,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Code] = &[$(Code::$code,)*];

            /// Its name in output.
            pub fn name(self) -> &'static str {
                match self { $(Code::$code => $name,)* }
            }

            /// How grave it is.
            pub fn severity(self) -> Severity {
                match self { $(Code::$code => Severity::$severity,)* }
            }

            /// Why it is a rule.
            pub fn why(self) -> &'static str {
                match self { $(Code::$code => $why,)* }
            }
        }
    };
}

codes! {
    /// The source can be read.
    Syntax = "syntax", Error, "what the compiler cannot read it does not compile";
    /// Names are declared, where `Option Declare` asks for it.
    UndeclaredName = "undeclared-name", Error, "with `Option Declare` every name must be declared";
    /// What is called exists.
    UnknownProcedure = "unknown-procedure", Error, "only subs, functions, arrays and lists that exist can be given arguments";
    /// Libraries that are needed are used.
    MissingUse = "missing-use", Error, "names of a script library are known only where it is used";
    /// Files that are needed are included.
    MissingInclude = "missing-include", Error, "these constants are known only where their file is included";
    /// Libraries that are used can be looked into.
    UnknownLibrary = "unknown-library", Warning, "what the library declares cannot be checked";
    /// A name stands for one thing.
    Redeclared = "redeclared", Error, "a name can be declared only once in its scope";
    /// Types exist.
    UnknownType = "unknown-type", Error, "a type must be one of the language, of Notes, or declared";
    /// Base classes stand before what is based on them.
    BaseClassOrder = "base-class-order", Error, "a class is compiled where it stands, and what it is based on must be known by then";
    /// Members exist.
    UnknownMember = "unknown-member", Error, "a class has the members that it declares, and no others";
    /// Private members are used by their class alone.
    PrivateMember = "private-member", Error, "private members can be used in their own class only";
    /// It exists in the release that the script is for.
    NotInRelease = "not-in-release", Error, "an older release does not know it, and the script does not compile there";
    /// As many arguments as there are parameters.
    ArgumentCount = "argument-count", Error, "a call must give what is asked for, no less and no more";
    /// Arguments fit their parameters.
    ArgumentType = "argument-type", Error, "an object cannot be given for a value, nor a value for an object";
    /// What cannot be copied is not given by value.
    PassedByValue = "passed-by-value", Error, "parentheses around the only argument of a call without `Call` give it by value, and objects, arrays and lists cannot be";
    /// Calls are written as the language has them.
    CallForm = "call-form", Error, "without `Call`, parentheses go around a single argument, which is then given by value; and `Call` is for subs, functions of scripts and methods";
    /// What is no array and no function is not given parentheses.
    EmptyParentheses = "empty-parentheses", Error, "empty parentheses call a function or mean a whole array, and a variable for one value is neither";
    /// Loops count with variables of their own.
    LoopVariable = "loop-variable", Error, "`Next` names the variable of its own `For`, and a `For` within another counts with another variable";
    /// Bounds and subscripts fit each other.
    ArrayBounds = "array-bounds", Error, "an array has an element for each subscript from its lower to its upper bound, in each of its dimensions";
    /// What has bounds keeps them.
    FixedArray = "fixed-array", Error, "only an array that is declared without bounds is given them by `ReDim`";
    /// Texts that are taken for numbers are such.
    NotANumber = "not-a-number", Error, "a text is converted only if all of it is a number";
    /// Arrays do not stand with values at an operator.
    ArrayOperand = "array-operand", Warning, "operators take single values, and an item of a document is an array unless it is rich text";
    /// Objects are compared by Is.
    ObjectCompared = "object-compared", Error, "objects, and `Nothing`, are compared by `Is`";
    /// By value goes what can be copied, and types hold nothing that is made.
    BadDeclaration = "bad-declaration", Error, "arrays and lists go by reference, and a member of a type is not made by `New`";
    /// Objects are assigned with Set.
    SetMissing = "set-missing", Error, "an object is assigned by `Set`";
    /// Values are assigned without.
    SetWrong = "set-wrong", Error, "`Set` is for objects only";
    /// An object is of the class of its variable.
    TypeMismatch = "type-mismatch", Error, "a variable of a class holds objects of that class or of those based on it";
    /// Properties that are only read are not written.
    ReadOnly = "read-only", Error, "the property can be read only";
    /// Constants and functions are not assigned to.
    NotAssignable = "not-assignable", Error, "only variables, members and the result of the function around can be assigned to";
    /// What is no array is not given subscripts.
    NotAnArray = "not-an-array", Error, "only arrays, lists and Variants that hold one have elements";
    /// Classes that cannot be made are not made.
    NotCreatable = "not-creatable", Error, "objects of this class are given out by others";
    /// A sub gives no value.
    NoValue = "no-value", Error, "a sub gives nothing back";
    /// `Me` stands in classes.
    StrayMe = "stray-me", Error, "`Me` is the object of the class around, and there is none";
    /// Labels are there once.
    DuplicateLabel = "duplicate-label", Error, "a jump must know where to go";
    /// Jumps have a label.
    MissingLabel = "missing-label", Error, "a jump goes to a label of its own procedure";
    /// Error handlers are reached.
    UnreachedHandler = "unreached-handler", Warning, "nothing comes there: no jump names the label, and the statement before it leaves";
    /// What stands behind a jump is reached.
    Unreachable = "unreachable", Warning, "the statement before it always leaves";
    /// Variables are used.
    UnusedVariable = "unused-variable", Warning, "it is declared for nothing; perhaps another was meant somewhere";
    /// Functions give a result.
    NoResult = "no-result", Warning, "a function gives what is assigned to its name; so it gives 0, \"\" or nothing";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
