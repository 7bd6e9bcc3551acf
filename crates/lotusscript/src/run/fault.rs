//! What stops a statement: errors that a script can handle, and ends that it cannot.

use super::value::ScalarType;
use std::fmt;

/// What a statement gives, or why it failed.
pub(super) type Outcome<T> = Result<T, Box<Fault>>;

/// Why a statement failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// An error; `On Error` may handle it.
    Error(ScriptError),
    /// Nothing handles it.
    Stop(Stop),
}

/// An error with its number, as `Err` and `Error$` give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptError {
    /// As in lserr.lss; from 4000 on, of the product.
    pub number: i32,
    /// What a person reads.
    pub message: String,
}

/// Why a script was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// `End`, with what it gives back.
    End(i32),
    /// More statements than allowed.
    Steps(u64),
    /// More bytes than allowed.
    Memory(usize),
    /// Longer than allowed.
    Time(std::time::Duration),
    /// The host wants no more.
    Host(String),
}

const MEGABYTE: usize = 1 << 20;

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End(status) => write!(f, "End {status}"),
            Self::Steps(limit) => write!(
                f,
                "stopped after {limit} statements, the most allowed; look for a loop without an end, or allow more"
            ),
            Self::Memory(limit) => {
                let limit = match limit % MEGABYTE {
                    0 => format!("{} MB", limit / MEGABYTE),
                    _ => format!("{limit} bytes"),
                };
                write!(
                    f,
                    "stopped: texts, arrays, lists, objects, documents and what was printed together need more than the {limit} allowed; look for what grows without an end, or allow more"
                )
            }
            Self::Time(limit) => write!(
                f,
                "stopped after {} s, the longest allowed; look for a loop without an end, or allow more",
                limit.as_secs_f64()
            ),
            Self::Host(why) => write!(f, "stopped: {why}"),
        }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error {}: {}", self.number, self.message)
    }
}

impl ScriptError {
    /// With the message that the language has for the number.
    pub fn of(number: i32) -> Self {
        Self {
            number,
            message: message_of(number)
                .unwrap_or("User-defined error")
                .to_owned(),
        }
    }

    /// With a message of its own.
    pub fn new(number: i32, message: impl Into<String>) -> Self {
        Self {
            number,
            message: message.into(),
        }
    }
}

impl From<ScriptError> for Box<Fault> {
    fn from(error: ScriptError) -> Self {
        Box::new(Fault::Error(error))
    }
}

impl From<Stop> for Box<Fault> {
    fn from(stop: Stop) -> Self {
        Box::new(Fault::Stop(stop))
    }
}

/// An error of the language.
#[cold]
pub(super) fn fault(number: i32) -> Box<Fault> {
    ScriptError::of(number).into()
}

/// An error of the language, said more closely.
#[cold]
pub(super) fn fault_of(number: i32, why: impl fmt::Display) -> Box<Fault> {
    let message = match message_of(number) {
        Some(message) => format!("{message}: {why}"),
        None => why.to_string(),
    };
    ScriptError::new(number, message).into()
}

/// Numbers of errors that are raised in many places.
pub(super) const ILLEGAL_CALL: i32 = 5;
pub(super) const OVERFLOW: i32 = 6;
pub(super) const SUBSCRIPT: i32 = 9;
pub(super) const DIVISION: i32 = 11;
pub(super) const MISMATCH: i32 = 13;
pub(super) const NOT_SET: i32 = 91;
pub(super) const NULL_USE: i32 = 94;
pub(super) const LIST_ITEM: i32 = 120;

/// What does not fit a type.
#[cold]
pub(super) fn mismatch_with(of: ScalarType) -> Box<Fault> {
    match of {
        ScalarType::Class(_) | ScalarType::Product => {
            fault_of(MISMATCH, "an object of the declared class is expected")
        }
        _ => fault(MISMATCH),
    }
}

/// What the language says of an error.
pub(super) fn message_of(number: i32) -> Option<&'static str> {
    Some(match number {
        3 => "RETURN without GOSUB",
        5 => "Illegal function call",
        6 => "Overflow",
        7 => "Out of memory",
        9 => "Subscript out of range",
        10 => "Array already dimensioned",
        11 => "Division by zero",
        13 => "Type mismatch",
        14 => "Out of string space",
        19 => "No RESUME",
        20 => "RESUME without error",
        28 => "Out of stack space",
        35 => "Sub or function not defined",
        48 => "Error in loading DLL",
        51 => "Internal error",
        52 => "Bad file number",
        53 => "File not found",
        54 => "Bad file mode",
        55 => "File already open",
        57 => "Device I/O error",
        58 => "File already exists",
        59 => "Bad record length",
        61 => "Disk full",
        62 => "Input past end of file",
        63 => "Bad record number",
        64 => "Bad file name",
        67 => "Too many files",
        68 => "Device unavailable",
        70 => "Permission denied",
        71 => "Disk not ready",
        74 => "Can't rename with different drive",
        75 => "Path/file access error",
        76 => "Path not found",
        91 => "Object variable not set",
        92 => "FOR loop not initialized",
        93 => "Invalid pattern string",
        94 => "Invalid use of Null",
        101 => "Illegal reference to parent",
        102 => "Illegal DELETE",
        103 => "Illegal ON ERROR",
        120 => "List item does not exist",
        182 => "Variant does not contain an object",
        183 => "Variant does not contain a container",
        184 => "Variant does not contain an array or list",
        185 => "Member does not exist",
        200 => "Attempt to access uninitialized dynamic array",
        208 => "Cannot create automation object",
        217 => "Invalid number of arguments",
        _ => return None,
    })
}
