//! What operators make of two lists: element by element, or each with each. [H_OPERATIONS_ON_LISTS]

use super::clock;
use super::run::{Break, Done, Run, finite, numbers, times};
use super::tree::{Binary, Operation};
use super::value::{Fault, FaultKind, Time, Value};
use std::cmp::Ordering;
use std::sync::Arc;

impl Run<'_> {
    pub(crate) fn operate(&mut self, operator: Binary, left: Value, right: Value) -> Done {
        if matches!(left, Value::Error(_)) {
            return Ok(left);
        }
        if matches!(right, Value::Error(_)) {
            return Ok(right);
        }
        match operator.operation {
            Operation::Concatenate => self.concatenated(left, &right),
            Operation::And | Operation::Or => self.logical(operator.operation, &left, &right),
            Operation::Add => self.sum(operator, &left, &right),
            Operation::Subtract => self.difference(operator, &left, &right),
            Operation::Multiply | Operation::Divide => self.product(operator, &left, &right),
            _ => self.compared(operator, &left, &right),
        }
    }

    /// `:`. All of one type.
    pub(crate) fn concatenated(&mut self, left: Value, right: &Value) -> Done {
        let all = left.len() + right.len();
        self.step(right.len())?;
        self.fits(all)?;
        Ok(match (left, right) {
            (Value::Text(mut left), Value::Text(right)) => {
                let bytes = right.iter().map(String::len).sum::<usize>();
                self.grow(bytes)?;
                if Arc::get_mut(&mut left).is_none() {
                    self.step(left.iter().map(String::len).sum::<usize>() / 256)?;
                }
                self.extend(&mut left, right)?;
                Value::Text(left)
            }
            (Value::Number(mut left), Value::Number(right)) => {
                self.extend(&mut left, right)?;
                Value::Number(left)
            }
            (Value::Time(mut left), Value::Time(right)) => {
                self.extend(&mut left, right)?;
                Value::Time(left)
            }
            (Value::Keyword(mut left), Value::Keyword(right)) => {
                self.extend(&mut left, right)?;
                Value::Keyword(left)
            }
            (left, _) => return Err(Fault::wrong_type(expected_with(&left)).into()),
        })
    }

    fn extend<T: Clone>(
        &mut self,
        left: &mut Arc<Vec<T>>,
        right: &Arc<Vec<T>>,
    ) -> Result<(), Break> {
        // A list that a variable holds as well is copied; one under way grows in its place.
        if Arc::get_mut(left).is_none() {
            self.step(left.len() / 8)?;
        }
        Arc::make_mut(left).extend(right.iter().cloned());
        Ok(())
    }

    fn logical(&mut self, operation: Operation, left: &Value, right: &Value) -> Done {
        let truth = |value: &Value| -> Result<bool, Break> {
            Ok(numbers(value)?.iter().any(|number| *number != 0.0))
        };
        self.step(left.len() + right.len())?;
        let (left, right) = (truth(left)?, truth(right)?);
        Ok(Value::truth(match operation {
            Operation::And => left && right,
            _ => left || right,
        }))
    }

    fn sum(&mut self, operator: Binary, left: &Value, right: &Value) -> Done {
        let pairs = self.pairs(operator, left, right)?;
        match (left, right) {
            (Value::Text(left), Value::Text(right)) => {
                let mut list = Vec::with_capacity(pairs.total());
                let mut bytes = 0;
                for (one, other) in pairs {
                    let (one, other) = (&left[one], &right[other]);
                    bytes += one.len() + other.len();
                    if bytes > 1 << 16 {
                        self.grow(bytes)?;
                        bytes = 0;
                    }
                    list.push(format!("{one}{other}"));
                }
                self.grow(bytes)?;
                Ok(Value::texts(list))
            }
            (Value::Number(left), Value::Number(right)) => {
                finite(pairs.map(|(one, other)| left[one] + right[other]).collect())
            }
            (Value::Time(left), Value::Number(right)) => self.moved(pairs, left, right, 1.0),
            (Value::Number(left), Value::Time(right)) => {
                let swapped = pairs.map(|(one, other)| (other, one));
                self.moved(swapped, right, left, 1.0)
            }
            (left, _) => Err(Fault::wrong_type(expected_with(left)).into()),
        }
    }

    fn difference(&mut self, operator: Binary, left: &Value, right: &Value) -> Done {
        let pairs = self.pairs(operator, left, right)?;
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => {
                finite(pairs.map(|(one, other)| left[one] - right[other]).collect())
            }
            (Value::Time(left), Value::Number(right)) => self.moved(pairs, left, right, -1.0),
            (Value::Time(left), Value::Time(right)) => {
                let mut list = Vec::new();
                for (one, other) in pairs {
                    let between = match (left[one], right[other]) {
                        (Time::At(one), Time::At(other)) => {
                            clock::seconds_between(&one, &other, &self.zone)
                        }
                        _ => None,
                    };
                    list.push(between.ok_or_else(|| Fault::wrong_type("Time/Date"))?);
                }
                Ok(Value::numbers(list))
            }
            (Value::Text(_), _) => Err(Fault::wrong_type("Number").into()),
            (left, _) => Err(Fault::wrong_type(expected_with(left)).into()),
        }
    }

    /// Date-times so many seconds later.
    fn moved(
        &mut self,
        pairs: impl Iterator<Item = (usize, usize)>,
        times: &[Time],
        seconds: &[f64],
        sign: f64,
    ) -> Done {
        let mut list = Vec::new();
        for (time, by) in pairs {
            let by = clock::Adjustment {
                // A time is kept to the hundredth, and moved by whole seconds.
                seconds: (sign * seconds[by]).trunc() as i64,
                ..Default::default()
            };
            let moved = match times[time] {
                Time::At(time) => clock::adjusted(&time, by, &self.zone),
                Time::Range(..) => None,
            };
            let moved = moved.ok_or_else(|| Fault::wrong_type("Time/Date"))?;
            list.push(Time::At(moved));
        }
        Ok(Value::times(list))
    }

    fn product(&mut self, operator: Binary, left: &Value, right: &Value) -> Done {
        let (one, other) = (numbers(left)?, numbers(right)?);
        let pairs = self.pairs(operator, left, right)?;
        let is_division = operator.operation == Operation::Divide;
        if is_division && other.contains(&0.0) {
            return Err(Fault::new(FaultKind::Arithmetic, "Division by zero").into());
        }
        finite(
            pairs
                .map(|(left, right)| match is_division {
                    true => one[left] / other[right],
                    false => one[left] * other[right],
                })
                .collect(),
        )
    }

    /// 1 if any pair is so.
    fn compared(&mut self, operator: Binary, left: &Value, right: &Value) -> Done {
        let operation = operator.operation;
        // `@Nothing` equals a field without a value. [H_TRANSFORM]
        let (nothing, empty) = (Value::Nothing, Value::text(""));
        let plain = |value| if value == &nothing { &empty } else { value };
        let (left, right) = (plain(left), plain(right));
        let pairs = self.pairs(operator, left, right)?;
        // Of a permuted comparison each text may be read as often as the other list is long.
        let rounds = if operator.is_permuted {
            left.len().max(right.len())
        } else {
            1
        };
        self.step((left.bytes() + right.bytes()).saturating_mul(rounds) / 64)?;
        let holds = |order: Ordering| match operation {
            Operation::Equal => order.is_eq(),
            Operation::NotEqual => order.is_ne(),
            Operation::Less => order.is_lt(),
            Operation::Greater => order.is_gt(),
            Operation::LessOrEqual => order.is_le(),
            _ => order.is_ge(),
        };
        let mut pairs = pairs;
        Ok(Value::truth(match (left, right) {
            (Value::Text(left), Value::Text(right)) => {
                pairs.any(|(one, other)| holds(left[one].cmp(&right[other])))
            }
            (Value::Number(left), Value::Number(right)) => {
                pairs.any(|(one, other)| left[one].partial_cmp(&right[other]).is_some_and(holds))
            }
            (Value::Time(_), Value::Time(_)) => {
                let (left, right) = (times(left)?, times(right)?);
                let mut holds_somewhere = false;
                for (one, other) in pairs {
                    holds_somewhere |= match self.order_of(&left[one], &right[other]) {
                        Some(order) => holds(order),
                        None => operation == Operation::NotEqual,
                    };
                }
                holds_somewhere
            }
            // Values of two types differ; which is greater cannot be said.
            _ if operation == Operation::Equal => false,
            _ if operation == Operation::NotEqual => true,
            // A field that is not there is neither more nor less. [H_SELECT]
            _ if left.is_empty() || right.is_empty() => false,
            _ => return Err(Fault::wrong_type(expected_with(left)).into()),
        }))
    }

    /// Which of two is earlier; of ranges, which begins earlier, then which ends earlier.
    pub(crate) fn order_of(&self, one: &Time, other: &Time) -> Option<Ordering> {
        let ((one, one_end), (other, other_end)) = (ends(one), ends(other));
        let begins = clock::compare(one, other, &self.zone)?;
        Some(begins.then(clock::compare(one_end, other_end, &self.zone)?))
    }

    /// Which elements meet, by their places in both lists.
    pub(crate) fn pairs(
        &mut self,
        operator: Binary,
        left: &Value,
        right: &Value,
    ) -> Result<Pairs, Break> {
        let (left, right) = (left.len(), right.len());
        let pairs = Pairs {
            left,
            right,
            is_permuted: operator.is_permuted,
            at: 0,
        };
        self.room_for(pairs.total())?;
        Ok(pairs)
    }
}

/// A range's ends; a moment is both of its own.
pub(crate) fn ends(time: &Time) -> (&dxl::notes::DateTime, &dxl::notes::DateTime) {
    match time {
        Time::At(time) => (time, time),
        Time::Range(from, to) => (from, to),
    }
}

/// Places in two lists.
pub(crate) struct Pairs {
    left: usize,
    right: usize,
    is_permuted: bool,
    at: usize,
}

impl Pairs {
    /// How many in all.
    fn total(&self) -> usize {
        if self.is_permuted {
            self.left.saturating_mul(self.right)
        } else {
            self.left.max(self.right)
        }
    }
}

impl Iterator for Pairs {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        if self.at >= self.total() {
            return None;
        }
        let at = self.at;
        self.at += 1;
        Some(if self.is_permuted {
            (at / self.right, at % self.right)
        } else {
            (at.min(self.left - 1), at.min(self.right - 1))
        })
    }
}

/// What a value of this type goes with.
fn expected_with(value: &Value) -> &'static str {
    match value {
        Value::Number(_) => "Number",
        Value::Time(_) => "Time/Date",
        _ => "Text",
    }
}
