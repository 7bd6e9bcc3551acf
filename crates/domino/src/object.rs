//! What every product object is to a script: a class whose members stand in the tables of Notes, and arguments with their types.

use crate::World;
use lotusscript::international::International;
use lotusscript::notes::{Library, Member, MemberKind};
use lotusscript::run::{Answer, Fault, NOT_THERE, Product, ScriptError, Value, missing};
use std::any::Any;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// An error of Notes that has no number of its own in lsxbeerr.lss.
pub(crate) const NOTES_ERROR: i32 = 4000;

/// Type mismatch.
const MISMATCH: i32 = 13;

/// An object of Notes. Names of members come in small letters. That its class has a member, and how many arguments that takes, is proved before it is asked; what it does
/// not have although Notes has it fails with its name.
pub(crate) trait Object: Any {
    /// As in `NotesDocument`.
    fn class(&self) -> &'static str;

    /// Whether a member is a method. What is in no table of Notes says so itself.
    fn is_method(&self, member: &str) -> bool {
        is_method(self.class(), member)
    }

    /// A property.
    fn get(&self, _: &mut World, member: &str) -> Answer {
        not_here(self.class(), member)
    }

    /// Sets a property.
    fn set(&self, _: &mut World, member: &str, _: Value) -> Result<(), Box<Fault>> {
        not_here(self.class(), member).map(|_| ())
    }

    /// Calls a method.
    fn call(&self, _: &mut World, member: &str, _: Arguments<'_>) -> Answer {
        not_here(self.class(), member)
    }

    /// `object(…)`
    fn index(&self, _: &mut World, _: Arguments<'_>) -> Answer {
        not_here(self.class(), "its default member")
    }

    /// What `ForAll` goes over.
    fn elements(&self, _: &mut World) -> Result<Vec<Value>, Box<Fault>> {
        not_here(self.class(), "ForAll").map(|_| Vec::new())
    }
}

/// An object as the interpreter keeps it.
pub(crate) struct Handle(pub Rc<dyn Object>);

/// An object as a value.
pub(crate) fn value_of<T: Object>(object: T) -> Value {
    value_of_shared(Rc::new(object))
}

/// The same of an object that is held elsewhere as well.
pub(crate) fn value_of_shared(object: Rc<dyn Object>) -> Value {
    Product::value(object.class(), Rc::new(Handle(object)))
}

/// The object in a product of the interpreter.
pub(crate) fn object_of(product: &Product) -> Result<Rc<dyn Object>, Box<Fault>> {
    match product.inner.downcast_ref::<Handle>() {
        Some(handle) => Ok(Rc::clone(&handle.0)),
        None => Err(ScriptError::new(
            NOT_THERE,
            format!("the object {} belongs to another run", product.class),
        )
        .into()),
    }
}

/// That a class has no such member here.
pub(crate) fn not_here(class: &str, member: &str) -> Answer {
    missing(&format!("{class}.{}", member_name(class, member)))
}

/// A member as Notes writes it; one that no table has as it is given.
pub(crate) fn member_name<'n>(class: &str, member: &'n str) -> &'n str {
    member_of(class, member).map_or(member, |found| found.name)
}

/// What the tables know of a member.
pub(crate) fn member_of(class: &str, member: &str) -> Option<&'static Member> {
    let library = Library::get();
    library.member(library.class(class)?, member)
}

fn is_method(class: &str, member: &str) -> bool {
    member_of(class, member).is_some_and(|found| matches!(found.kind, MemberKind::Method { .. }))
}

/// What a method was given; left out and `Empty` are the same.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a> {
    /// Of what: `NotesDocument.GetItemValue`.
    pub of: &'a str,
    pub values: &'a [Value],
    /// How dates become texts.
    pub international: &'a International,
}

impl Arguments<'_> {
    /// Whether an argument is there.
    pub fn has(&self, at: usize) -> bool {
        !matches!(self.values.get(at), None | Some(Value::Empty))
    }

    /// An argument as it is.
    pub fn value(&self, at: usize) -> Value {
        self.values.get(at).cloned().unwrap_or_default()
    }

    /// A text; a number is written as one.
    pub fn text(&self, at: usize) -> Result<String, Box<Fault>> {
        let value = self.value(at);
        value
            .text_by(self.international)
            .map_err(|_| self.mismatch(at, "a text"))
    }

    /// A text that may be left out.
    pub fn text_or(&self, at: usize, default: &str) -> Result<String, Box<Fault>> {
        match self.has(at) {
            true => self.text(at),
            false => Ok(default.to_owned()),
        }
    }

    /// A number.
    pub fn number(&self, at: usize) -> Result<f64, Box<Fault>> {
        let value = self.value(at);
        value
            .as_number()
            .ok_or_else(|| self.mismatch(at, "a number"))
    }

    /// A whole number that may be left out; it is rounded half to even, as the language does.
    pub fn long_or(&self, at: usize, default: i32) -> Result<i32, Box<Fault>> {
        if !self.has(at) {
            return Ok(default);
        }
        let number = self.number(at)?.round_ties_even();
        match number >= f64::from(i32::MIN) && number <= f64::from(i32::MAX) {
            #[allow(clippy::cast_possible_truncation)]
            true => Ok(number as i32),
            false => Err(ScriptError::of(6).into()),
        }
    }

    /// A truth value that may be left out.
    pub fn is_true_or(&self, at: usize, default: bool) -> Result<bool, Box<Fault>> {
        match self.has(at) {
            true => Ok(self.number(at)? != 0.0),
            false => Ok(default),
        }
    }

    /// An object of a class.
    pub fn object<T: Object>(&self, at: usize) -> Result<Rc<T>, Box<Fault>> {
        let found = match self.values.get(at) {
            Some(Value::Product(product)) => object_of(product).ok(),
            _ => None,
        };
        let typed = found.and_then(|object| (object as Rc<dyn Any>).downcast::<T>().ok());
        typed.ok_or_else(|| self.mismatch(at, "another object"))
    }

    /// An object of a class that may be left out, or `Nothing`.
    pub fn object_if<T: Object>(&self, at: usize) -> Result<Option<Rc<T>>, Box<Fault>> {
        match self.values.get(at) {
            None | Some(Value::Empty | Value::Nothing) => Ok(None),
            Some(_) => self.object(at).map(Some),
        }
    }

    /// That an argument is of a wrong type.
    pub fn mismatch(&self, at: usize, wanted: &str) -> Box<Fault> {
        let message = format!(
            "Type mismatch: argument {} of {} is not {wanted}",
            at + 1,
            self.of
        );
        ScriptError::new(MISMATCH, message).into()
    }
}

/// The value of an object that is the same each time, as long as somebody holds it, so that `Is` holds.
pub(crate) fn once(kept: &RefCell<Weak<Handle>>, make: impl FnOnce() -> Rc<dyn Object>) -> Value {
    let known = kept.borrow().upgrade();
    let handle = known.unwrap_or_else(|| {
        let made = Rc::new(Handle(make()));
        *kept.borrow_mut() = Rc::downgrade(&made);
        made
    });
    Product::value(handle.0.class(), handle)
}
