//! What formulas compute with: lists of texts, numbers or date-times, and errors that travel like values.

use dxl::notes::DateTime;
use std::fmt;
use std::sync::Arc;

/// A value. A list has at least one element; a single value is a list of one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Texts.
    Text(Arc<Vec<String>>),
    /// Numbers. True is 1, false 0.
    Number(Arc<Vec<f64>>),
    /// Dates, times, both, and ranges of them.
    Time(Arc<Vec<Time>>),
    /// What an @function is told in brackets, `[CN]`, without them.
    Keyword(Arc<Vec<String>>),
    /// What went wrong; operators and most @functions hand it on.
    Error(Arc<Fault>),
    /// `@Unavailable` and `@DeleteField`: a field that is assigned this is gone.
    Unavailable,
    /// `@Nothing`: an element that `@Transform` leaves out.
    Nothing,
}

/// An element of a list of date-times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Time {
    /// A date, a time, or both.
    At(DateTime),
    /// From one to another.
    Range(DateTime, DateTime),
}

/// An error within a formula: what `@IsError` finds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fault {
    /// What sort.
    pub kind: FaultKind,
    /// In words, as Notes has them where they are documented.
    pub message: String,
}

/// The sorts of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// `@Error`.
    Error,
    /// `@Failure`: a validation formula refuses the input. No error to `@IsError`.
    Failure,
    /// A value of the wrong type.
    Type,
    /// An argument of the right type that makes no sense.
    Argument,
    /// A number that there is not, such as by a division by zero.
    Arithmetic,
    /// Something that was looked for and not found.
    NotFound,
    /// What the host said went wrong.
    Host,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// As Notes says it. [H_DEBUGGING_FORMULAS]
    pub(crate) fn wrong_type(expected: &str) -> Self {
        Self::new(
            FaultKind::Type,
            format!("Incorrect data type for operator or @Function: {expected} expected"),
        )
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Value {
    /// A single text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Arc::new(vec![text.into()]))
    }

    /// Texts; with none, the empty text.
    pub fn texts(mut texts: Vec<String>) -> Self {
        if texts.is_empty() {
            texts.push(String::new());
        }
        Self::Text(Arc::new(texts))
    }

    /// A single number.
    pub fn number(number: f64) -> Self {
        Self::Number(Arc::new(vec![number]))
    }

    /// Numbers; with none, the empty text, which is what Notes has for no value of any type.
    pub fn numbers(numbers: Vec<f64>) -> Self {
        if numbers.is_empty() {
            return Self::text("");
        }
        Self::Number(Arc::new(numbers))
    }

    /// A single date-time or range.
    pub fn time(time: Time) -> Self {
        Self::Time(Arc::new(vec![time]))
    }

    /// Date-times; with none, the empty text.
    pub fn times(times: Vec<Time>) -> Self {
        if times.is_empty() {
            return Self::text("");
        }
        Self::Time(Arc::new(times))
    }

    /// 1 or 0.
    pub fn truth(truth: bool) -> Self {
        Self::number(f64::from(u8::from(truth)))
    }

    /// A single keyword, without its brackets.
    pub fn keyword(word: impl Into<String>) -> Self {
        Self::Keyword(Arc::new(vec![word.into()]))
    }

    pub(crate) fn fault(fault: Fault) -> Self {
        Self::Error(Arc::new(fault))
    }

    /// A list without elements, which only a host can make, as the empty text.
    pub(crate) fn at_least_one(self) -> Self {
        match self.len() {
            0 => Self::text(""),
            _ => self,
        }
    }

    /// How many elements; of what is no list, one.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(list) | Self::Keyword(list) => list.len(),
            Self::Number(list) => list.len(),
            Self::Time(list) => list.len(),
            Self::Error(_) | Self::Unavailable | Self::Nothing => 1,
        }
    }

    /// Whether it is the empty text, Notes' word for no value.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(list) if list.len() == 1 && list[0].is_empty())
    }

    /// Its texts, if it is text.
    pub fn as_texts(&self) -> Option<&[String]> {
        match self {
            Self::Text(list) => Some(list),
            _ => None,
        }
    }

    /// Its numbers, if it is numbers.
    pub fn as_numbers(&self) -> Option<&[f64]> {
        match self {
            Self::Number(list) => Some(list),
            _ => None,
        }
    }

    /// Its date-times, if it is that.
    pub fn as_times(&self) -> Option<&[Time]> {
        match self {
            Self::Time(list) => Some(list),
            _ => None,
        }
    }

    /// Its error, if it is one.
    pub fn as_fault(&self) -> Option<&Fault> {
        match self {
            Self::Error(fault) => Some(fault),
            _ => None,
        }
    }

    /// Whether a condition with it holds: any number of it is not zero. `None` if it is not made of numbers.
    pub fn is_true(&self) -> Option<bool> {
        self.as_numbers()
            .map(|numbers| numbers.iter().any(|number| *number != 0.0))
    }

    /// An element as a value of its own, from 0.
    pub fn element(&self, at: usize) -> Option<Value> {
        match self {
            Self::Text(list) => list.get(at).map(Value::text),
            Self::Keyword(list) => list.get(at).map(Value::keyword),
            Self::Number(list) => list.get(at).map(|one| Value::number(*one)),
            Self::Time(list) => list.get(at).map(|one| Value::time(*one)),
            Self::Error(_) | Self::Unavailable | Self::Nothing => (at == 0).then(|| self.clone()),
        }
    }

    /// How many bytes of text it holds.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text(list) | Self::Keyword(list) => list.iter().map(String::len).sum(),
            _ => 0,
        }
    }

    /// The type for a message.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::Time(_) => "date-time",
            Self::Keyword(_) => "keyword",
            Self::Error(_) => "error",
            Self::Unavailable => "unavailable",
            Self::Nothing => "nothing",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::text(text)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::number(number)
    }
}

impl From<DateTime> for Value {
    fn from(time: DateTime) -> Self {
        Value::time(Time::At(time))
    }
}
