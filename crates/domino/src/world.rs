//! What all objects of a run share, and what stands between them and the interpreter.

use crate::object::{Arguments, Object, object_of};
use crate::objects;
use crate::transport::{Exchange, NoNetwork, Transport};
use lotusscript::notes::{Library, MemberKind, NotesParameter};
use lotusscript::run::{
    Answer, Event, Fault, Host, Manners, NOT_THERE, Product, ScriptError, Value, missing,
};
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a run sees of the world.
#[derive(Debug)]
pub struct World {
    /// How dates and numbers are written.
    pub manners: Manners,
    /// The network.
    pub transport: Box<dyn Transport>,
    /// What was sent over the network, in its order.
    pub exchanges: Vec<Exchange>,
    /// The files that a run sees, by their paths as scripts write them.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What was printed.
    pub printed: Vec<String>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            manners: Manners::default(),
            transport: Box::new(NoNetwork),
            exchanges: Vec::new(),
            files: BTreeMap::new(),
            printed: Vec::new(),
        }
    }
}

impl Host for World {
    fn create(&mut self, class: &str, arguments: &[Value]) -> Answer {
        let library = Library::get();
        let Some(about) = library.class(class).map(|class| library.about(class)) else {
            return missing(&format!("the class {class}"));
        };
        let Some(parameters) = &about.new else {
            let message = format!("{} is not made with New", about.name);
            return Err(ScriptError::new(NOT_THERE, message).into());
        };
        count(about.name, parameters, arguments)?;
        let manners = self.manners.clone();
        objects::create(self, about.name, given(about.name, arguments, &manners))
    }

    fn create_object(&mut self, class: &str, path: Option<&str>) -> Answer {
        match path {
            None => objects::create_object(self, &class.to_lowercase()),
            Some(path) => missing(&format!("the object in {path}")),
        }
    }

    fn is_method(&mut self, object: &Rc<Product>, member: &str) -> bool {
        object_of(object).is_ok_and(|object| object.is_method(member))
    }

    fn get(&mut self, object: &Rc<Product>, member: &str) -> Answer {
        let object = object_of(object)?;
        known(&*object, member)?;
        object.get(self, member)
    }

    fn set(&mut self, object: &Rc<Product>, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let object = object_of(object)?;
        known(&*object, member)?;
        writable(object.class(), member)?;
        object.set(self, member, value)
    }

    fn call(&mut self, object: &Rc<Product>, member: &str, arguments: &[Value]) -> Answer {
        let object = object_of(object)?;
        let of = format!("{}.{member}", object.class());
        if let Some(parameters) = parameters(object.class(), member) {
            count(&of, parameters, arguments)?;
        }
        let manners = self.manners.clone();
        object.call(self, member, given(&of, arguments, &manners))
    }

    fn index(&mut self, object: &Rc<Product>, arguments: &[Value]) -> Answer {
        let object = object_of(object)?;
        let manners = self.manners.clone();
        object.index(self, given(object.class(), arguments, &manners))
    }

    fn elements(&mut self, object: &Rc<Product>) -> Result<Vec<Value>, Box<Fault>> {
        object_of(object)?.elements(self)
    }

    fn print(&mut self, line: &str) {
        self.printed.push(line.to_owned());
    }

    fn trace(&mut self, _: &Event<'_>) {}
}

fn given<'a>(of: &'a str, values: &'a [Value], manners: &'a Manners) -> Arguments<'a> {
    Arguments {
        of,
        values,
        manners,
    }
}

/// That a class of Notes has a member; any name is one of a document, and of what is in no table.
fn known(object: &dyn Object, member: &str) -> Result<(), Box<Fault>> {
    let library = Library::get();
    let Some(class) = library.class(object.class()) else {
        return Ok(());
    };
    let about = library.about(class);
    match about.has_items || library.is_open(class) || library.member(class, member).is_some() {
        true => Ok(()),
        false => {
            let message = format!("{} has no member {member}", about.name);
            Err(ScriptError::new(NO_MEMBER, message).into())
        }
    }
}

/// That a property may be set.
fn writable(class: &str, member: &str) -> Result<(), Box<Fault>> {
    let library = Library::get();
    let found = library
        .class(class)
        .and_then(|class| library.member(class, member));
    match found.map(|member| (&member.kind, member.name)) {
        Some((MemberKind::Property { is_writable: false }, name)) => {
            let message = format!("{class}.{name} is read-only");
            Err(ScriptError::new(NO_MEMBER, message).into())
        }
        _ => Ok(()),
    }
}

/// Member does not exist.
const NO_MEMBER: i32 = 185;

fn parameters(class: &str, member: &str) -> Option<&'static [NotesParameter]> {
    let library = Library::get();
    match &library.member(library.class(class)?, member)?.kind {
        MemberKind::Method { parameters } => Some(parameters),
        MemberKind::Property { .. } => None,
    }
}

fn count(of: &str, parameters: &[NotesParameter], arguments: &[Value]) -> Result<(), Box<Fault>> {
    let least = parameters
        .iter()
        .filter(|parameter| !parameter.is_optional)
        .count();
    let fits = (least..=parameters.len()).contains(&arguments.len());
    match fits {
        true => Ok(()),
        false => {
            let takes = match least == parameters.len() {
                true => least.to_string(),
                false => format!("{least} to {}", parameters.len()),
            };
            let message = format!(
                "{of} takes {takes} arguments, and is given {}",
                arguments.len()
            );
            Err(ScriptError::new(WRONG_COUNT, message).into())
        }
    }
}

/// Wrong number of arguments for method.
const WRONG_COUNT: i32 = 183;
