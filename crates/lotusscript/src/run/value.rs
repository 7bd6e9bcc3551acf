//! Values as scripts have them, and what they weigh.
//!
//! Arrays, lists and records are values: a copy shares them until one side is changed. Objects are references. All that grows is weighed on a scale of its thread, and
//! containers are taken apart one after the other, so that a chain of a million objects ends without a deep stack.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use super::place::Place;

/// A value.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub enum Value {
    /// A Variant that was never assigned; also an argument that was left out.
    #[default]
    Empty,
    Null,
    Nothing,
    Boolean(bool),
    Byte(u8),
    Integer(i16),
    Long(i32),
    Single(f32),
    Double(f64),
    /// In ten-thousandths.
    Currency(i64),
    /// Days since 30 December 1899, the time as a fraction.
    Date(f64),
    Text(Rc<Text>),
    Array(Rc<Array>),
    List(Rc<List>),
    /// An object of a class of the script.
    Object(Rc<Object>),
    /// A value of a `Type`.
    Record(Rc<Record>),
    /// An object that the host made.
    Product(Rc<Product>),
    /// Where a value stands; only what runs a script sees it.
    Reference(Rc<Reference>),
}

/// Where a value stands.
#[derive(Debug, Clone)]
pub struct Reference(pub(super) Place);

/// The type of a variable, element or result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs)]
pub enum ScalarType {
    #[default]
    Variant,
    Boolean,
    Byte,
    Integer,
    Long,
    Single,
    Double,
    Currency,
    Text,
    /// `String * n`
    Fixed(u16),
    /// A class of the script, by its number.
    Class(u16),
    /// A `Type` of the script, by its number.
    Record(u16),
    /// Any object of the host.
    Product,
}

thread_local! {
    static WEIGHT: Cell<usize> = const { Cell::new(0) };
    static TRASH: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
    static IS_EMPTYING: Cell<bool> = const { Cell::new(false) };
    static ORPHANS: RefCell<Vec<(u16, Vec<Value>)>> = const { RefCell::new(Vec::new()) };
}

/// The bytes of all values of this thread.
pub(super) fn weight() -> usize {
    WEIGHT.get()
}

fn weigh(from: usize, to: usize) {
    let _ = WEIGHT.try_with(|weight| weight.set(weight.get().saturating_sub(from) + to));
}

/// What was printed, which a host may keep: it counts until the run ends.
#[derive(Debug, Default)]
pub(super) struct Printed {
    bytes: usize,
}

impl Printed {
    pub(super) fn add(&mut self, line: &str) {
        let bytes = line.len() + OWN_BYTES;
        weigh(0, bytes);
        self.bytes += bytes;
    }
}

impl Drop for Printed {
    fn drop(&mut self) {
        weigh(self.bytes, 0);
    }
}

/// What a host keeps for a script, on the same scale as the script's own values.
#[derive(Debug, Default)]
pub struct Burden(usize);

impl Burden {
    /// Says how much it is now, in bytes.
    pub fn set(&mut self, bytes: usize) {
        weigh(self.0, bytes);
        self.0 = bytes;
    }

    /// Says that it is so many bytes more.
    pub fn add(&mut self, bytes: usize) {
        self.set(self.0.saturating_add(bytes));
    }
}

impl Clone for Burden {
    fn clone(&self) -> Self {
        weigh(0, self.0);
        Self(self.0)
    }
}

impl Drop for Burden {
    fn drop(&mut self) {
        weigh(self.0, 0);
    }
}

/// An object that nobody holds any more and whose class has a `Sub Delete`: its class and members.
pub(super) fn next_orphan() -> Option<(u16, Vec<Value>)> {
    ORPHANS.with(|orphans| orphans.borrow_mut().pop())
}

/// Lets go of values without going down into what they hold.
fn discard(values: impl Iterator<Item = Value>) {
    let mut containers = values.filter(Value::is_container).peekable();
    if containers.peek().is_none() {
        return;
    }
    let kept = TRASH.try_with(|trash| trash.borrow_mut().extend(containers));
    if kept.is_err() || IS_EMPTYING.replace(true) {
        return;
    }
    while let Some(value) = TRASH.with(|trash| trash.borrow_mut().pop()) {
        drop(value);
    }
    IS_EMPTYING.set(false);
}

/// What each thing weighs beside its content.
const OWN_BYTES: usize = 64;
const CELL_BYTES: usize = size_of::<Value>();
const ENTRY_BYTES: usize = 96;

/// A text. It is counted in UTF-16 units, as Notes does; halves of pairs that stand alone are kept in a private range.
#[derive(Debug)]
pub struct Text {
    text: String,
    is_ascii: bool,
    weighed: usize,
}

/// Where lone halves of pairs are kept: U+D800 becomes U+10D800.
const LONE: u32 = 0x10_0000;

impl Text {
    /// Of a string.
    pub fn new(text: impl Into<String>) -> Rc<Self> {
        Rc::new(Self::of(text.into()))
    }

    fn of(text: String) -> Self {
        let weighed = text.capacity() + OWN_BYTES;
        weigh(0, weighed);
        Self {
            is_ascii: text.is_ascii(),
            text,
            weighed,
        }
    }

    /// Of UTF-16 units.
    pub fn of_units(units: &[u16]) -> Rc<Self> {
        let text: String = char::decode_utf16(units.iter().copied())
            .map(|unit| {
                unit.unwrap_or_else(|lone| {
                    char::from_u32(LONE + u32::from(lone.unpaired_surrogate()))
                        .unwrap_or('\u{FFFD}')
                })
            })
            .collect();
        Self::new(text)
    }

    /// As a string.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a byte is a character.
    pub fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    /// How many units it has.
    pub fn length(&self) -> usize {
        if self.is_ascii {
            self.text.len()
        } else {
            self.text
                .chars()
                .map(|c| if lone(c).is_some() { 1 } else { c.len_utf16() })
                .sum()
        }
    }

    /// Its units.
    pub fn units(&self) -> Vec<u16> {
        units_of(&self.text)
    }

    /// Units from one place, from 0, as many as there are up to `count`.
    pub fn part(&self, from: usize, count: usize) -> Rc<Self> {
        if self.is_ascii {
            let from = from.min(self.text.len());
            let to = from.saturating_add(count).min(self.text.len());
            return Self::new(&self.text[from..to]);
        }
        let units = self.units();
        let from = from.min(units.len());
        let to = from.saturating_add(count).min(units.len());
        Self::of_units(&units[from..to])
    }

    /// Puts another behind it.
    pub fn push(&mut self, other: &str) {
        let joins = !self.is_ascii && !other.is_ascii();
        let ends_lone = joins && self.text.chars().next_back().and_then(lone).is_some();
        if ends_lone && other.chars().next().and_then(lone).is_some() {
            let mut units = self.units();
            units.extend(units_of(other));
            self.text = Self::of_units(&units).text.clone();
        } else {
            self.text.push_str(other);
        }
        self.is_ascii = self.is_ascii && other.is_ascii();
        let weighed = self.text.capacity() + OWN_BYTES;
        weigh(self.weighed, weighed);
        self.weighed = weighed;
    }
}

fn lone(letter: char) -> Option<u16> {
    let code = (letter as u32).checked_sub(LONE)?;
    u16::try_from(code)
        .ok()
        .filter(|code| (0xD800..0xE000).contains(code))
}

/// The UTF-16 units of a string.
pub(super) fn units_of(text: &str) -> Vec<u16> {
    let mut units = Vec::with_capacity(text.len());
    let mut pair = [0; 2];
    for letter in text.chars() {
        match lone(letter) {
            Some(half) => units.push(half),
            None => units.extend_from_slice(letter.encode_utf16(&mut pair)),
        }
    }
    units
}

impl Clone for Text {
    fn clone(&self) -> Self {
        Self::of(self.text.clone())
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        weigh(self.weighed, 0);
    }
}

/// An array.
#[derive(Debug)]
pub struct Array {
    /// The first and last subscript of each dimension; none, if it has no room yet.
    pub bounds: Vec<(i32, i32)>,
    /// What its elements are.
    pub of: ScalarType,
    /// Whether `ReDim` may change it.
    pub is_dynamic: bool,
    /// The elements, the first subscript going fastest.
    items: Vec<Value>,
}

impl Array {
    /// With room for as many elements as `bounds` say, which are these.
    pub fn new(
        bounds: Vec<(i32, i32)>,
        of: ScalarType,
        is_dynamic: bool,
        items: Vec<Value>,
    ) -> Self {
        weigh(0, OWN_BYTES + items.len() * CELL_BYTES);
        Self {
            bounds,
            of,
            is_dynamic,
            items,
        }
    }

    /// Of Variants, in one dimension from 0.
    pub fn of_values(items: Vec<Value>) -> Value {
        Self::of_typed(ScalarType::Variant, items)
    }

    /// In one dimension from 0.
    pub fn of_typed(of: ScalarType, items: Vec<Value>) -> Value {
        let last = i32::try_from(items.len()).unwrap_or(i32::MAX) - 1;
        Value::Array(Rc::new(Self::new(vec![(0, last)], of, true, items)))
    }

    /// The elements.
    pub fn items(&self) -> &[Value] {
        &self.items
    }

    /// The elements, to change.
    pub(super) fn items_mut(&mut self) -> &mut [Value] {
        &mut self.items
    }

    /// Which element some subscripts name.
    pub fn position(&self, subscripts: &[i32]) -> Option<usize> {
        if subscripts.len() != self.bounds.len() {
            return None;
        }
        let (mut at, mut stride) = (0_usize, 1_usize);
        for (subscript, (first, last)) in subscripts.iter().zip(&self.bounds) {
            if subscript < first || subscript > last {
                return None;
            }
            at += subscript.abs_diff(*first) as usize * stride;
            stride *= last.abs_diff(*first) as usize + 1;
        }
        (at < self.items.len()).then_some(at)
    }
}

impl Clone for Array {
    fn clone(&self) -> Self {
        Self::new(
            self.bounds.clone(),
            self.of,
            self.is_dynamic,
            self.items.clone(),
        )
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        weigh(OWN_BYTES + self.items.len() * CELL_BYTES, 0);
        discard(self.items.drain(..));
    }
}

/// A list.
#[derive(Debug)]
pub struct List {
    /// What its elements are.
    pub of: ScalarType,
    /// Whether tags are the same in any case.
    folds: bool,
    index: HashMap<Box<str>, usize>,
    entries: Vec<Option<(Rc<Text>, Value)>>,
}

impl List {
    /// Without elements.
    pub fn new(of: ScalarType, folds: bool) -> Self {
        Self {
            of,
            folds,
            index: HashMap::new(),
            entries: Vec::new(),
        }
    }

    fn key(&self, tag: &str) -> Box<str> {
        if self.folds {
            tag.to_lowercase().into()
        } else {
            tag.into()
        }
    }

    /// Where the element with a tag is.
    pub fn position(&self, tag: &str) -> Option<usize> {
        if self.folds {
            self.index.get(&self.key(tag)).copied()
        } else {
            self.index.get(tag).copied()
        }
    }

    /// An element by its position.
    pub fn entry(&self, position: usize) -> Option<&(Rc<Text>, Value)> {
        self.entries.get(position)?.as_ref()
    }

    pub(super) fn value_mut(&mut self, position: usize) -> Option<&mut Value> {
        self.entries
            .get_mut(position)?
            .as_mut()
            .map(|entry| &mut entry.1)
    }

    /// All elements, in the order in which they came.
    pub fn entries(&self) -> impl Iterator<Item = &(Rc<Text>, Value)> {
        self.entries.iter().flatten()
    }

    /// The next position from one on at which there is an element.
    pub(super) fn next_position(&self, from: usize) -> Option<usize> {
        (from..self.entries.len()).find(|at| self.entries[*at].is_some())
    }

    /// Puts an element in, or another in its place.
    pub fn insert(&mut self, tag: Rc<Text>, value: Value) -> usize {
        if let Some(at) = self.position(tag.as_str()) {
            self.entries[at] = Some((tag, value));
            return at;
        }
        if self.entries.len() > 64 + 2 * self.index.len() {
            self.close_gaps();
        }
        weigh(0, ENTRY_BYTES + tag.as_str().len());
        let at = self.entries.len();
        self.index.insert(self.key(tag.as_str()), at);
        self.entries.push(Some((tag, value)));
        at
    }

    fn close_gaps(&mut self) {
        self.entries.retain(Option::is_some);
        let keys: Vec<Box<str>> = self
            .entries()
            .map(|(tag, _)| self.key(tag.as_str()))
            .collect();
        self.index = keys.into_iter().zip(0..).collect();
    }

    /// Takes an element out.
    pub fn remove(&mut self, tag: &str) -> bool {
        let Some(at) = self.index.remove(&self.key(tag)) else {
            return false;
        };
        let entry = self.entries[at].take();
        self.weigh_out(entry.iter().map(|(tag, _)| tag.as_str().len()));
        discard(entry.into_iter().map(|(_, value)| value));
        true
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.index.clear();
        let entries = std::mem::take(&mut self.entries);
        self.weigh_out(entries.iter().flatten().map(|(tag, _)| tag.as_str().len()));
        discard(entries.into_iter().flatten().map(|(_, value)| value));
    }

    fn weigh_out(&self, tags: impl Iterator<Item = usize>) {
        weigh(tags.map(|bytes| bytes + ENTRY_BYTES).sum(), 0);
    }
}

impl Clone for List {
    fn clone(&self) -> Self {
        let mut copy = Self::new(self.of, self.folds);
        for (tag, value) in self.entries() {
            copy.insert(Rc::clone(tag), value.clone());
        }
        copy
    }
}

impl Drop for List {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A value of a `Type`.
#[derive(Debug)]
pub struct Record {
    /// Which type, by its number.
    pub(super) of: u16,
    pub(super) fields: Vec<Value>,
}

impl Record {
    pub(super) fn new(of: u16, fields: Vec<Value>) -> Self {
        weigh(0, OWN_BYTES + fields.len() * CELL_BYTES);
        Self { of, fields }
    }
}

impl Clone for Record {
    fn clone(&self) -> Self {
        Self::new(self.of, self.fields.clone())
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        weigh(OWN_BYTES + self.fields.len() * CELL_BYTES, 0);
        discard(self.fields.drain(..));
    }
}

/// An object of a class of the script.
#[derive(Debug)]
pub struct Object {
    /// Its class, by its number.
    pub(super) class: u16,
    pub(super) fields: RefCell<Vec<Value>>,
    /// `Delete` was done to it.
    pub(super) is_deleted: Cell<bool>,
    /// Its class has a `Sub Delete` that has not been run.
    pub(super) has_farewell: Cell<bool>,
    size: usize,
}

impl Object {
    pub(super) fn new(class: u16, fields: Vec<Value>, has_farewell: bool) -> Rc<Self> {
        let size = OWN_BYTES + fields.len() * CELL_BYTES;
        weigh(0, size);
        Rc::new(Self {
            class,
            fields: RefCell::new(fields),
            is_deleted: Cell::new(false),
            has_farewell: Cell::new(has_farewell),
            size,
        })
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        weigh(self.size, 0);
        let fields = std::mem::take(self.fields.get_mut());
        if self.has_farewell.get() && !self.is_deleted.get() {
            let _ = ORPHANS.try_with(|orphans| orphans.borrow_mut().push((self.class, fields)));
        } else {
            discard(fields.into_iter());
        }
    }
}

/// An object that the host made. What is in it, only the host knows.
pub struct Product {
    /// Its class, as in `NotesDocument`.
    pub class: Rc<str>,
    /// What the host keeps of it.
    pub inner: Rc<dyn Any>,
}

impl Product {
    /// As a value.
    pub fn value(class: &str, inner: Rc<dyn Any>) -> Value {
        Value::Product(Rc::new(Self {
            class: class.into(),
            inner,
        }))
    }
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.class)
    }
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Text::new(text))
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The number, if it is one, or a text that reads as one.
    pub fn as_number(&self) -> Option<f64> {
        self.to_double().ok()
    }

    /// The elements of an array or list; else the value alone, as items of documents take it.
    pub fn as_items(&self) -> Vec<Value> {
        match self {
            Self::Array(array) => array.items().to_vec(),
            Self::List(list) => list.entries().map(|(_, value)| value.clone()).collect(),
            other => vec![other.clone()],
        }
    }

    fn is_container(&self) -> bool {
        matches!(
            self,
            Self::Array(_) | Self::List(_) | Self::Object(_) | Self::Record(_) | Self::Reference(_)
        )
    }

    /// Whether it is an object, or `Nothing`.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_) | Self::Product(_) | Self::Nothing)
    }

    /// What `DataType` and `VarType` say of it alone.
    pub fn data_type(&self) -> i16 {
        match self {
            Self::Empty => 0,
            Self::Null => 1,
            Self::Integer(_) => 2,
            Self::Long(_) => 3,
            Self::Single(_) => 4,
            Self::Double(_) => 5,
            Self::Currency(_) => 6,
            Self::Date(_) => 7,
            Self::Text(_) => 8,
            Self::Nothing => 9,
            Self::Boolean(_) => 11,
            Self::Byte(_) => 17,
            Self::Object(_) => 34,
            Self::Product(_) => 35,
            Self::Record(_) | Self::Reference(_) => 12,
            Self::Array(array) if array.is_dynamic => 8704 | i16::from(array.of.data_type()),
            Self::Array(array) => 8192 | i16::from(array.of.data_type()),
            Self::List(list) => 2048 | i16::from(list.of.data_type()),
        }
    }
}

impl ScalarType {
    fn data_type(self) -> u8 {
        match self {
            Self::Variant | Self::Record(_) => 12,
            Self::Integer => 2,
            Self::Long => 3,
            Self::Single => 4,
            Self::Double => 5,
            Self::Currency => 6,
            Self::Text | Self::Fixed(_) => 8,
            Self::Boolean => 11,
            Self::Byte => 17,
            Self::Class(_) => 34,
            Self::Product => 35,
        }
    }

    /// What a variable of the type holds at first; records are made by who knows them.
    pub(super) fn initial(self) -> Value {
        match self {
            Self::Variant | Self::Record(_) => Value::Empty,
            Self::Boolean => Value::Boolean(false),
            Self::Byte => Value::Byte(0),
            Self::Integer => Value::Integer(0),
            Self::Long => Value::Long(0),
            Self::Single => Value::Single(0.0),
            Self::Double => Value::Double(0.0),
            Self::Currency => Value::Currency(0),
            Self::Text => Value::text(""),
            Self::Fixed(length) => Value::text(" ".repeat(usize::from(length))),
            Self::Class(_) | Self::Product => Value::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_let_go_weighs_nothing() {
        let before = weight();
        let mut text = Text::clone(&Text::new("a"));
        text.push(&"b".repeat(10_000));
        assert!(weight() - before > 10_000);
        let mut list = List::new(ScalarType::Variant, true);
        list.insert(Text::new("A"), Value::Text(Rc::new(text)));
        list.insert(Text::new("a"), Array::of_values(vec![Value::Null; 1000]));
        assert!(list.entries().count() == 1 && weight() - before > 10_000);
        drop(list.clone());
        assert!(list.remove("A") && !list.remove("a"));
        drop(list);
        assert_eq!(weight(), before);
    }

    #[test]
    fn a_long_chain_is_let_go_without_a_deep_stack() {
        let mut chain = Value::Nothing;
        for _ in 0..300_000 {
            chain = Value::Object(Object::new(0, vec![chain], false));
        }
        drop(chain);
        let mut nest = Value::Empty;
        for _ in 0..300_000 {
            nest = Array::of_values(vec![nest]);
        }
        drop(nest);
        assert_eq!(weight(), 0);
    }

    #[test]
    fn texts_are_counted_in_units_and_halves_find_together() {
        let smile = Text::new("a😀b");
        assert_eq!(smile.length(), 4);
        let (high, low) = (smile.part(1, 1), smile.part(2, 1));
        assert_eq!((high.length(), low.length()), (1, 1));
        let mut both = Text::clone(&high);
        both.push(low.as_str());
        assert_eq!(both.as_str(), "😀");
        assert_eq!(smile.part(3, 9).as_str(), "b");
    }

    #[test]
    fn the_first_subscript_goes_fastest() {
        let array = Array::new(
            vec![(1, 2), (-1, 1)],
            ScalarType::Integer,
            true,
            vec![Value::Integer(0); 6],
        );
        let at = |one, two| array.position(&[one, two]);
        assert_eq!(
            [at(1, -1), at(2, -1), at(1, 0), at(2, 1)],
            [Some(0), Some(1), Some(2), Some(5)]
        );
        assert_eq!([at(0, 0), at(3, 0), at(1, 2)], [None; 3]);
        assert_eq!(array.position(&[1]), None);
    }
}
