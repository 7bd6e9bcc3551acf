//! Reading and changing variables, elements and members of records, wherever they stand.

use super::super::code::Home;
use super::super::convert::fit;
use super::super::fault::{
    ILLEGAL_CALL, LIST_ITEM, MISMATCH, NOT_SET, Outcome, SUBSCRIPT, fault, fault_of, mismatch_with,
};
use super::super::limit;
use super::super::place::{Place, Root, Step};
use super::super::value::{Array, List, Record, ScalarType, Text, Value};
use super::{Machine, deeper, reference};
use std::rc::Rc;

/// An array that has no room yet.
const NOT_DIMENSIONED: i32 = 200;
/// What cannot be: a path that leads nowhere.
const INTERNAL: i32 = 51;
/// A Variant that holds nothing to look into.
const NO_CONTAINER: i32 = 184;

impl Machine<'_> {
    /// The value of a variable.
    pub(super) fn load(&mut self, home: Home) -> Outcome<Value> {
        match home {
            Home::Local(slot) => Ok(self.stack[self.base + usize::from(slot)].clone()),
            Home::Global(number) => Ok(self.globals[usize::from(number)].clone()),
            Home::ByRef(slot) => {
                let value = self.stack[self.base + usize::from(slot)].clone();
                self.settle(value)
            }
            Home::Member(at) => {
                let me = self.frame().me.as_ref().ok_or_else(|| fault(NOT_SET))?;
                let fields = me.fields.borrow();
                fields
                    .get(usize::from(at))
                    .cloned()
                    .ok_or_else(|| fault(NOT_SET))
            }
        }
    }

    /// Where a variable stands.
    pub(super) fn place_of(&mut self, home: Home, of: ScalarType) -> Outcome<Place> {
        let root = match home {
            Home::Local(slot) => Root::Stack((self.base + usize::from(slot)) as u32),
            Home::Global(number) => Root::Global(u32::from(number)),
            Home::ByRef(slot) => {
                let at = self.base + usize::from(slot);
                match &self.stack[at] {
                    Value::Reference(reference) => return Ok(reference.0.clone()),
                    _ => Root::Stack(at as u32),
                }
            }
            Home::Member(at) => {
                let me = self.frame().me.clone().ok_or_else(|| fault(NOT_SET))?;
                Root::Member(me, u32::from(at))
            }
        };
        Ok(Place::new(root, of))
    }

    /// A value; what a reference refers to.
    pub(super) fn settle(&self, value: Value) -> Outcome<Value> {
        match value {
            Value::Reference(reference) => self.read(&reference.0),
            other => Ok(other),
        }
    }

    pub(super) fn pop_settled(&mut self) -> Outcome<Value> {
        let value = self.pop();
        self.settle(value)
    }

    pub(super) fn read(&self, place: &Place) -> Outcome<Value> {
        self.look(place, |value| Ok(value.clone()))
    }

    /// Looks at a value where it stands.
    pub(super) fn look<R>(
        &self,
        place: &Place,
        see: impl FnOnce(&Value) -> Outcome<R>,
    ) -> Outcome<R> {
        match &place.root {
            Root::Stack(at) => see(inside(
                self.stack
                    .get(*at as usize)
                    .ok_or_else(|| fault(INTERNAL))?,
                &place.steps,
            )?),
            Root::Global(at) => see(inside(&self.globals[*at as usize], &place.steps)?),
            Root::Member(object, at) => {
                let fields = object.fields.borrow();
                let field = fields.get(*at as usize).ok_or_else(|| fault(NOT_SET))?;
                see(inside(field, &place.steps)?)
            }
        }
    }

    /// Changes a value where it stands. What it is shared with stays as it was.
    pub(super) fn change<R>(
        &mut self,
        place: &Place,
        change: impl FnOnce(&mut Value, ScalarType) -> Outcome<R>,
    ) -> Outcome<R> {
        match &place.root {
            Root::Stack(at) => change(
                inside_mut(
                    self.stack
                        .get_mut(*at as usize)
                        .ok_or_else(|| fault(INTERNAL))?,
                    &place.steps,
                )?,
                place.of,
            ),
            Root::Global(at) => change(
                inside_mut(&mut self.globals[*at as usize], &place.steps)?,
                place.of,
            ),
            Root::Member(object, at) => {
                let mut fields = object.fields.borrow_mut();
                let field = fields.get_mut(*at as usize).ok_or_else(|| fault(NOT_SET))?;
                change(inside_mut(field, &place.steps)?, place.of)
            }
        }
    }

    /// A value as a variable of a type can hold it.
    pub(super) fn fit(&self, value: Value, of: ScalarType) -> Outcome<Value> {
        let value = value.convert(of, &self.scene.setting)?;
        let fits = match (of, &value) {
            (ScalarType::Class(class), Value::Object(object)) => {
                self.code.is_a(object.class, class)
            }
            (ScalarType::Record(number), Value::Record(record)) => record.of == number,
            _ => true,
        };
        if fits {
            Ok(value)
        } else {
            Err(mismatch_with(of))
        }
    }

    pub(super) fn store(&mut self, home: Home, of: ScalarType, value: Value) -> Outcome<()> {
        let value = match (home, of) {
            (Home::ByRef(_), _) => {
                let value = self.fit(value, of)?;
                let place = self.place_of(home, of)?;
                return self.put(&place, value);
            }
            (_, ScalarType::Variant) if !matches!(value, Value::Record(_)) => value,
            _ => self.fit(value, of)?,
        };
        match home {
            Home::Local(slot) => {
                let at = self.base + usize::from(slot);
                self.stack[at] = value;
            }
            Home::Global(number) => self.globals[usize::from(number)] = value,
            _ => {
                let place = self.place_of(home, of)?;
                self.change(&place, |old, _| {
                    *old = value;
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    /// Puts a value where another stands.
    pub(super) fn put(&mut self, place: &Place, value: Value) -> Outcome<()> {
        let value = self.fit(value, place.of)?;
        // The old value goes when nothing is borrowed any more.
        self.change(place, |old, _| Ok(std::mem::replace(old, value)))
            .map(drop)
    }

    pub(super) fn store_array(&mut self, home: Home, of: ScalarType, value: Value) -> Outcome<()> {
        let Value::Array(given) = value else {
            return Err(fault_of(MISMATCH, "an array is expected"));
        };
        let place = self.place_of(home, of)?;
        self.replace_array(&place, &given)
    }

    /// A dynamic array becomes as another is; its elements keep their type.
    pub(super) fn replace_array(&mut self, place: &Place, given: &Array) -> Outcome<()> {
        let of = place.of;
        limit::expect_bytes(size_of_val(given.items()))?;
        limit::spend(given.items().len() as u64)?;
        let items = given
            .items()
            .iter()
            .map(|item| self.fit(item.clone(), of))
            .collect::<Outcome<Vec<Value>>>()?;
        let bounds = given.bounds.clone();
        let old = self.change(place, |old, _| match old {
            Value::Array(array) if array.is_dynamic => {
                let new = Value::Array(Rc::new(Array::new(bounds, of, true, items)));
                Ok(std::mem::replace(old, new))
            }
            _ => Err(fault_of(
                MISMATCH,
                "an array that was declared with bounds is not assigned as a whole",
            )),
        })?;
        drop(old);
        Ok(())
    }

    pub(super) fn assign_popped(&mut self, value: Value) -> Outcome<()> {
        match self.pop() {
            Value::Reference(reference) => self.put(&reference.0, value),
            _ => Err(fault_of(
                MISMATCH,
                "this is no variable that could be changed",
            )),
        }
    }

    /// What subscripts name in a value or at a place.
    pub(super) fn index(
        &mut self,
        target: Value,
        subscripts: &[Value],
        wants_reference: bool,
    ) -> Outcome<Value> {
        if subscripts.is_empty() {
            return if wants_reference {
                Ok(target)
            } else {
                self.settle(target)
            };
        }
        let place = match &target {
            Value::Reference(reference) => Some(reference.0.clone()),
            _ => None,
        };
        let found = match &place {
            Some(place) => self.look(place, |value| self.find(value, subscripts))?,
            None => self.find(&target, subscripts)?,
        };
        match found {
            Found::At(step, of) => {
                let wanted = match &place {
                    Some(place) => deeper(place, step, of),
                    None => return inside(&target, &[step]).cloned(),
                };
                if wants_reference {
                    Ok(reference(wanted))
                } else {
                    self.read(&wanted)
                }
            }
            Found::Product(product) => {
                self.tell(&product.class, "", subscripts);
                self.scene.host.index(&product, subscripts)
            }
        }
    }

    fn find(&self, value: &Value, subscripts: &[Value]) -> Outcome<Found> {
        match value {
            Value::Array(array) => {
                let position = position_in(array, subscripts)?;
                Ok(Found::At(Step::Element(position), array.of))
            }
            Value::List(list) => {
                let [tag] = subscripts else {
                    return Err(fault(SUBSCRIPT));
                };
                let tag = tag.to_text(&self.scene.setting)?;
                let position = list
                    .position(tag.as_str())
                    .ok_or_else(|| fault_of(LIST_ITEM, tag.as_str()))?;
                Ok(Found::At(Step::Entry(position), list.of))
            }
            Value::Product(product) => Ok(Found::Product(Rc::clone(product))),
            Value::Nothing => Err(fault(NOT_SET)),
            _ => Err(fault(NO_CONTAINER)),
        }
    }

    /// `a(i) = value`; what a list does not have yet, it gets.
    pub(super) fn set_element(
        &mut self,
        place: Place,
        subscripts: &[Value],
        value: Value,
        is_set: bool,
    ) -> Outcome<()> {
        check_set(&value, is_set)?;
        let (of, tag) = self.look(&place, |container| match container {
            Value::Array(array) => Ok((array.of, None)),
            Value::List(list) => Ok((list.of, subscripts.first().cloned())),
            Value::Nothing => Err(fault(NOT_SET)),
            _ => Err(fault(NO_CONTAINER)),
        })?;
        let value = self.fit(value, of)?;
        let tag = tag
            .map(|tag| tag.to_text(&self.scene.setting))
            .transpose()?;
        let old = self.change(&place, |container, _| match (container, tag) {
            (Value::Array(array), _) => {
                let position = position_in(array, subscripts)?;
                let array = unshared(array, array.items().len())?;
                Ok(std::mem::replace(&mut array.items_mut()[position], value))
            }
            (Value::List(list), Some(tag)) => {
                unshared_list(list)?.insert(tag, value);
                Ok(Value::Empty)
            }
            _ => Err(fault(NO_CONTAINER)),
        })?;
        drop(old);
        Ok(())
    }

    pub(super) fn redim(
        &mut self,
        home: Home,
        of: ScalarType,
        count: u8,
        preserve: bool,
    ) -> Outcome<()> {
        let numbers = self.pop_values(count * 2)?;
        let mut bounds = Vec::new();
        let mut room = 1_usize;
        for pair in numbers.chunks(2) {
            let (first, last) = (pair[0].to_long()?, pair[1].to_long()?);
            let length = i64::from(last) - i64::from(first) + 1;
            let length = usize::try_from(length)
                .ok()
                .filter(|length| *length > 0)
                .ok_or_else(|| fault(SUBSCRIPT))?;
            room = room.checked_mul(length).ok_or_else(|| fault(7))?;
            bounds.push((first, last));
        }
        limit::expect_bytes(room.saturating_mul(size_of::<Value>() * 2))?;
        limit::spend(room as u64)?;
        let initial = self.initial(of);
        let place = self.place_of(home, of)?;
        let old = self.change(&place, |value, _| {
            let items = match value {
                Value::Array(array) if !array.is_dynamic => return Err(fault(10)),
                Value::Array(array) if preserve => preserved(array, &bounds, room, &initial)?,
                _ => vec![initial; room],
            };
            let array = Array::new(bounds, of, true, items);
            Ok(std::mem::replace(value, Value::Array(Rc::new(array))))
        })?;
        drop(old);
        Ok(())
    }

    /// What a variable of a type holds at first.
    pub(super) fn initial(&self, of: ScalarType) -> Value {
        match of {
            ScalarType::Record(number) => {
                let fields = self.code.records[usize::from(number)].initial.clone();
                Value::Record(Rc::new(Record::new(number, fields)))
            }
            other => other.initial(),
        }
    }

    /// `Erase` of an array or list: what has bounds begins anew, all else is emptied.
    pub(super) fn erase(&mut self) -> Outcome<()> {
        let Value::Reference(reference) = self.pop() else {
            return Err(fault(NO_CONTAINER));
        };
        let of = self.look(&reference.0, |value| match value {
            Value::Array(array) => Ok(array.of),
            Value::List(list) => Ok(list.of),
            _ => Err(fault(NO_CONTAINER)),
        })?;
        let initial = self.initial(of);
        let old = self.change(&reference.0, |value, _| {
            let fresh = match value {
                Value::Array(array) if array.is_dynamic => {
                    Array::new(Vec::new(), of, true, Vec::new())
                }
                Value::Array(array) => Array::new(
                    array.bounds.clone(),
                    of,
                    false,
                    vec![initial; array.items().len()],
                ),
                Value::List(list) => {
                    unshared_list(list)?.clear();
                    return Ok(Value::Empty);
                }
                _ => return Err(fault(NO_CONTAINER)),
            };
            Ok(std::mem::replace(value, Value::Array(Rc::new(fresh))))
        })?;
        drop(old);
        Ok(())
    }

    pub(super) fn erase_element(&mut self) -> Outcome<()> {
        let tag = self.pop_settled()?.to_text(&self.scene.setting)?;
        let Value::Reference(reference) = self.pop() else {
            return Err(fault(NO_CONTAINER));
        };
        self.change(&reference.0, |value, _| match value {
            Value::List(list) => match unshared_list(list)?.remove(tag.as_str()) {
                true => Ok(()),
                false => Err(fault_of(LIST_ITEM, tag.as_str())),
            },
            _ => Err(fault(NO_CONTAINER)),
        })
    }

    pub(super) fn is_element(&mut self) -> Outcome<()> {
        let tag = self.pop_settled()?.to_text(&self.scene.setting)?;
        let is_there = match self.pop_settled()? {
            Value::List(list) => list.position(tag.as_str()).is_some(),
            _ => return Err(fault(NO_CONTAINER)),
        };
        self.stack.push(Value::Boolean(is_there));
        Ok(())
    }

    /// The slots: the element, the container, the position.
    pub(super) fn for_all_start(&mut self, slot: u16) -> Outcome<()> {
        let mut container = self.pop();
        let at = self.base + usize::from(slot);
        let settled = self.settle(container.clone())?;
        match settled {
            Value::Array(_) | Value::List(_) => {}
            Value::Product(product) => {
                self.tell(&product.class, "ForAll", &[]);
                container = Array::of_values(self.scene.host.elements(&product)?);
            }
            Value::Nothing => return Err(fault(NOT_SET)),
            _ => return Err(fault(183)),
        }
        self.stack[at] = Value::Empty;
        self.stack[at + 1] = container;
        self.stack[at + 2] = Value::Long(-1);
        Ok(())
    }

    /// Goes on to the next element; says whether there is one.
    pub(super) fn for_all_next(&mut self, slot: u16) -> Outcome<bool> {
        let at = self.base + usize::from(slot);
        let place = match &self.stack[at + 1] {
            Value::Reference(reference) => reference.0.clone(),
            _ => Place::new(Root::Stack((at + 1) as u32), ScalarType::Variant),
        };
        let next = match &self.stack[at + 2] {
            Value::Long(position) => usize::try_from(position + 1).unwrap_or_default(),
            _ => 0,
        };
        let found = self.look(&place, |container| {
            Ok(match container {
                Value::Array(array) => {
                    (next < array.items().len()).then_some((Step::Element(next), array.of))
                }
                Value::List(list) => list
                    .next_position(next)
                    .map(|at| (Step::Entry(at), list.of)),
                _ => None,
            })
        })?;
        let Some((step, of)) = found else {
            return Ok(false);
        };
        let (Step::Element(position) | Step::Entry(position) | Step::Field(position)) = step;
        self.stack[at + 2] = Value::Long(i32::try_from(position).map_err(|_| fault(SUBSCRIPT))?);
        self.stack[at] = reference(deeper(&place, step, of));
        Ok(true)
    }

    pub(super) fn list_tag(&mut self, slot: u16) -> Outcome<Value> {
        let at = self.base + usize::from(slot);
        let Value::Reference(element) = &self.stack[at] else {
            return Err(fault(ILLEGAL_CALL));
        };
        let mut list = element.0.clone();
        let Some(Step::Entry(position)) = list.steps.pop() else {
            return Err(fault_of(
                ILLEGAL_CALL,
                "ListTag is for a ForAll over a list",
            ));
        };
        self.look(&list, |value| match value {
            Value::List(list) => {
                let (tag, _) = list.entry(position).ok_or_else(|| fault(LIST_ITEM))?;
                Ok(Value::Text(Rc::clone(tag)))
            }
            _ => Err(fault(ILLEGAL_CALL)),
        })
    }

    /// `Mid(text, begin, count) = part`: no more letters than there are.
    pub(super) fn set_mid(&mut self, count: u8, in_bytes: bool) -> Outcome<()> {
        let part = self.pop_settled()?.to_text(&self.scene.setting)?;
        let numbers = self.pop_values(count)?;
        let factor = if in_bytes { 2 } else { 1 };
        let begin = numbers
            .first()
            .map_or(Ok(1), Value::to_count)?
            .checked_sub(1)
            .ok_or_else(|| fault(ILLEGAL_CALL))?
            / factor;
        let wanted = match numbers.get(1) {
            Some(count) => count.to_count()? / factor,
            None => usize::MAX,
        };
        let target = self.pop();
        let text = self.settle(target.clone())?.to_text(&self.scene.setting)?;
        limit::spend_on(text.as_str().len())?;
        let mut units = text.units();
        if begin > units.len() {
            return Err(fault(ILLEGAL_CALL));
        }
        for (place, unit) in units[begin..].iter_mut().zip(part.units()).take(wanted) {
            *place = unit;
        }
        self.stack.push(target);
        self.assign_popped(Value::Text(Text::of_units(&units)))
    }

    /// `LSet` and `RSet`: as long as the text was before.
    pub(super) fn justify(&mut self, from_right: bool) -> Outcome<()> {
        let value = self.pop_settled()?;
        let target = self.pop();
        let new = match (self.settle(target.clone())?, &value) {
            (Value::Record(_), Value::Record(_)) => value,
            (old, value) => {
                let length = old.to_text(&self.scene.setting)?.length();
                Value::Text(fit(
                    &value.to_text(&self.scene.setting)?,
                    length,
                    from_right,
                ))
            }
        };
        self.stack.push(target);
        self.assign_popped(new)
    }
}

enum Found {
    At(Step, ScalarType),
    Product(Rc<super::super::value::Product>),
}

fn position_in(array: &Array, subscripts: &[Value]) -> Outcome<usize> {
    if array.bounds.is_empty() {
        return Err(fault(NOT_DIMENSIONED));
    }
    if let [Value::Integer(subscript)] = subscripts {
        return array
            .position(&[i32::from(*subscript)])
            .ok_or_else(|| fault(SUBSCRIPT));
    }
    let numbers = subscripts
        .iter()
        .map(Value::to_long)
        .collect::<Outcome<Vec<i32>>>()?;
    array.position(&numbers).ok_or_else(|| fault(SUBSCRIPT))
}

/// The thing itself, to change; a copy of it, if others see it too.
fn unshared<T: Clone>(shared: &mut Rc<T>, cells: usize) -> Outcome<&mut T> {
    if Rc::strong_count(shared) > 1 {
        limit::expect_bytes(cells * size_of::<Value>())?;
        limit::spend_on(cells)?;
    }
    Ok(Rc::make_mut(shared))
}

fn unshared_list(shared: &mut Rc<List>) -> Outcome<&mut List> {
    let cells = if Rc::strong_count(shared) > 1 {
        shared.entries().count() * 8
    } else {
        0
    };
    unshared(shared, cells)
}

/// `Set` is for objects, and only for them.
pub(super) fn check_set(value: &Value, is_set: bool) -> Outcome<()> {
    match (value.is_object(), is_set) {
        (true, false) => Err(fault_of(MISMATCH, "an object is assigned with Set")),
        (false, true) => Err(fault_of(MISMATCH, "Set assigns objects only")),
        _ => Ok(()),
    }
}

fn inside<'v>(root: &'v Value, steps: &[Step]) -> Outcome<&'v Value> {
    let mut value = root;
    for step in steps {
        let next = match (value, step) {
            (Value::Array(array), Step::Element(at)) => array.items().get(*at),
            (Value::List(list), Step::Entry(at)) => list.entry(*at).map(|(_, value)| value),
            (Value::Record(record), Step::Field(at)) => record.fields.get(*at),
            _ => None,
        };
        value = next.ok_or_else(|| fault(SUBSCRIPT))?;
    }
    Ok(value)
}

fn inside_mut<'v>(root: &'v mut Value, steps: &[Step]) -> Outcome<&'v mut Value> {
    let mut value = root;
    for step in steps {
        let next = match (value, step) {
            (Value::Array(array), Step::Element(at)) => {
                let cells = array.items().len();
                unshared(array, cells)?.items_mut().get_mut(*at)
            }
            (Value::List(list), Step::Entry(at)) => unshared_list(list)?.value_mut(*at),
            (Value::Record(record), Step::Field(at)) => Rc::make_mut(record).fields.get_mut(*at),
            _ => None,
        };
        value = next.ok_or_else(|| fault(SUBSCRIPT))?;
    }
    Ok(value)
}

/// The elements of an array for new bounds: only those of the last dimension may differ.
fn preserved(
    array: &mut Rc<Array>,
    bounds: &[(i32, i32)],
    room: usize,
    initial: &Value,
) -> Outcome<Vec<Value>> {
    let old = &array.bounds;
    if old.is_empty() {
        return Ok(vec![initial.clone(); room]);
    }
    let same_front = old.len() == bounds.len()
        && old
            .iter()
            .zip(bounds)
            .take(bounds.len() - 1)
            .all(|(old, new)| old == new)
        && old.last().map(|last| last.0) == bounds.last().map(|last| last.0);
    if !same_front {
        return Err(fault(SUBSCRIPT));
    }
    let mut items = match Rc::get_mut(array) {
        Some(array) => array.items_mut().iter_mut().map(std::mem::take).collect(),
        None => array.items().to_vec(),
    };
    items.resize(room, initial.clone());
    Ok(items)
}
