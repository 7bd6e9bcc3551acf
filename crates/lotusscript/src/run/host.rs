//! What a script wants of the world: objects, files, the clock, windows. A host gives it, or says that it is not there.

use super::fault::{Fault, ScriptError};
use super::value::{Product, Value};
use std::rc::Rc;

/// What a host answers.
pub type Answer = Result<Value, Box<Fault>>;

/// The world outside of a script. What a host does not take over fails with its name.
#[allow(unused_variables)]
pub trait Host {
    /// `New Class(…)` of a class that the script does not have.
    fn create(&mut self, class: &str, arguments: &[Value]) -> Answer {
        missing(&format!("the class {class}"))
    }

    /// `CreateObject`, and `GetObject` with its path.
    fn create_object(&mut self, class: &str, path: Option<&str>) -> Answer {
        missing(&format!("the object {class}"))
    }

    /// What a member of an object is. Of a property the host is asked with [`Host::get`] and what comes is indexed by the arguments, as in `doc.Subject(0)`; a method is called.
    fn is_method(&mut self, object: &Rc<Product>, member: &str) -> bool {
        false
    }

    /// The value of a property. The name is in small letters.
    fn get(&mut self, object: &Rc<Product>, member: &str) -> Answer {
        missing(&format!("{}.{member}", object.class))
    }

    /// `object.member = value`
    fn set(&mut self, object: &Rc<Product>, member: &str, value: Value) -> Result<(), Box<Fault>> {
        missing(&format!("{}.{member}", object.class)).map(|_| ())
    }

    /// `object.method(…)`
    fn call(&mut self, object: &Rc<Product>, member: &str, arguments: &[Value]) -> Answer {
        missing(&format!("{}.{member}", object.class))
    }

    /// `object(…)`, by the default member.
    fn index(&mut self, object: &Rc<Product>, arguments: &[Value]) -> Answer {
        missing(&format!("a default member of {}", object.class))
    }

    /// What `ForAll` goes over.
    fn elements(&mut self, object: &Rc<Product>) -> Result<Vec<Value>, Box<Fault>> {
        missing(&format!("going over {}", object.class)).map(|_| Vec::new())
    }

    /// A function of the language that reaches out: `MessageBox`, `InputBox`, `Environ`, `Shell`, `Dir`, `Execute`, … The name is in small letters.
    fn function(&mut self, name: &str, arguments: &[Value]) -> Answer {
        missing(&format!("the function {name}"))
    }

    /// A statement on a file.
    fn file(&mut self, statement: &FileStatement, arguments: &[Value]) -> Answer {
        missing(&format!("the statement {statement:?} on files"))
    }

    /// A line that was printed.
    fn print(&mut self, line: &str) {}

    /// `Evaluate`
    fn evaluate(&mut self, formula: &str, document: Option<&Value>) -> Answer {
        missing("Evaluate")
    }

    /// The date and time, in days since 30 December 1899.
    fn now(&mut self) -> f64 {
        0.0
    }

    /// What `Sleep` does: to wait, or only to move a clock of the host's own.
    fn sleep(&mut self, seconds: f64) {}

    /// Something that happened, if the run is traced.
    fn trace(&mut self, event: &Event<'_>) {}
}

/// Something that happened.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub enum Event<'a> {
    /// A statement begins.
    Statement {
        file: &'a str,
        line: u32,
        procedure: &'a str,
    },
    /// A variable was read.
    Read { name: &'a str, value: &'a Value },
    /// A variable was written.
    Write { name: &'a str, value: &'a Value },
    /// A line was printed.
    Print { line: &'a str },
    /// The host was asked for a member, or told to do something.
    Host {
        what: &'a str,
        member: &'a str,
        arguments: &'a [Value],
    },
    /// An error was raised.
    Error(&'a ScriptError),
}

/// A statement on a file. Its values are handed on in the order of the fields named; what was left out is Empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileStatement {
    /// path, number, length of records, charset.
    Open {
        /// How; random, if not said.
        mode: Option<crate::syntax::OpenMode>,
        /// What is done with it.
        access: Option<crate::syntax::Access>,
        /// What others may not do.
        sharing: Option<crate::syntax::Sharing>,
    },
    /// The numbers; none closes all.
    Close,
    /// number, text with its end of line.
    Print,
    /// number, values.
    Write,
    /// number; gives one value.
    Input,
    /// number; gives a line.
    LineInput,
    /// number, record, what the variable holds; gives what it holds from now on.
    Get,
    /// number, record, value.
    Put,
    /// number, position.
    Seek,
    /// number, first, last.
    Lock,
    /// number, first, last.
    Unlock,
    /// number, columns.
    Width,
    /// old path, new path.
    Rename,
}

/// That something is not there, with its name.
pub fn missing(what: &str) -> Answer {
    Err(ScriptError::new(
        NOT_THERE,
        format!("{what} is not there: no host of this run has it"),
    )
    .into())
}

/// The number of the error for what a host does not have.
pub const NOT_THERE: i32 = 4999;

/// A host that has nothing but keeps what was printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Console {
    /// The lines.
    pub lines: Vec<String>,
}

impl Host for Console {
    fn print(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }
}
