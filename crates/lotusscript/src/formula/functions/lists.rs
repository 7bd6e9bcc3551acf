//! @functions on lists.

use crate::formula::clock;
use crate::formula::collation::Collation;
use crate::formula::run::{
    Break, Done, Run, finite, keywords, number, numbers, text, texts, truth, whole, wrong,
};
use crate::formula::tree::{Binary, Formula, NodeId, Operation};
use crate::formula::value::{Fault, Time, Value};
use dxl::notes::DateTime;
use std::cmp::Ordering;
use std::collections::HashSet;

/// 0 for the empty text. [H_ELEMENTS]
pub(super) fn elements(_: &mut Run<'_>, given: &[Value]) -> Done {
    let count = if given[0].is_empty() {
        0
    } else {
        given[0].len()
    };
    Ok(Value::number(count as f64))
}

/// 1 for the empty text. [H_COUNT]
pub(super) fn count(_: &mut Run<'_>, given: &[Value]) -> Done {
    Ok(Value::number(given[0].len() as f64))
}

/// [H_EXPLODE]
pub(super) fn explode(run: &mut Run<'_>, given: &[Value]) -> Done {
    if let Value::Time(ranges) = &given[0] {
        return exploded_ranges(run, ranges);
    }
    let separators = match given.get(1) {
        None => " ,;",
        Some(separators) => text(separators)?,
    };
    let keeps_empties = given.get(2).map_or(Ok(false), truth)?;
    let cuts_lines = given.get(3).map_or(Ok(true), truth)?;
    let mut list = Vec::new();
    for text in texts(&given[0])? {
        run.step(text.len())?;
        let is_separator = |letter: char| {
            separators.contains(letter) || (cuts_lines && matches!(letter, '\n' | '\r'))
        };
        // The two characters of one line end are one separator.
        let joined = text.replace("\r\n", "\n");
        let parts = joined.split(is_separator);
        let kept = parts.filter(|part| keeps_empties || !part.is_empty());
        list.extend(kept.map(str::to_owned));
    }
    run.fits(list.len())?;
    run.grow(given[0].bytes())?;
    Ok(Value::texts(list))
}

/// Each day of a range, as text.
fn exploded_ranges(run: &mut Run<'_>, ranges: &[Time]) -> Done {
    let mut list = Vec::new();
    for range in ranges {
        let (from, to) = crate::formula::operators::ends(range);
        let (from, to) = (
            clock::seen(from, &run.zone).date,
            clock::seen(to, &run.zone).date,
        );
        let (Some(from), Some(to)) = (from, to) else {
            return Err(Fault::wrong_type("Time/Date").into());
        };
        let (from, to) = (from.days_since_1970(), to.days_since_1970());
        let days = usize::try_from((to - from + 1).max(0)).unwrap_or(0);
        run.room_for(list.len() + days)?;
        for day in from..=to {
            let date = dxl::notes::Date::from_days_since_1970(day);
            list.extend(date.map(|date| run.international.date_text(date)));
        }
    }
    Ok(Value::texts(list))
}

/// [H_IMPLODE]
pub(super) fn implode(run: &mut Run<'_>, given: &[Value]) -> Done {
    let separator = match given.get(1) {
        None => " ",
        Some(separator) => text(separator)?,
    };
    let list = texts(&given[0])?;
    let between = separator.len().saturating_mul(list.len() - 1);
    run.grow(given[0].bytes().saturating_add(between))?;
    Ok(Value::text(list.join(separator)))
}

/// The first of each; without a list, the host's own text. [H_UNIQUE]
pub(super) fn unique(run: &mut Run<'_>, given: &[Value]) -> Done {
    let Some(list) = given.first() else {
        return run.ask("@Unique", given);
    };
    run.step(list.len() + list.bytes() / 16)?;
    Ok(match list {
        Value::Text(list) => {
            let mut seen = HashSet::new();
            Value::texts(
                list.iter()
                    .filter(|text| seen.insert(*text))
                    .cloned()
                    .collect(),
            )
        }
        Value::Number(list) => {
            let mut seen = HashSet::new();
            let firsts = list
                .iter()
                .filter(|number| seen.insert((**number + 0.0).to_bits()));
            Value::numbers(firsts.copied().collect())
        }
        Value::Time(list) => {
            let mut seen = HashSet::new();
            Value::times(
                list.iter()
                    .filter(|time| seen.insert(**time))
                    .copied()
                    .collect(),
            )
        }
        other => other.clone(),
    })
}

/// [H_SUBSET]
pub(super) fn subset(run: &mut Run<'_>, given: &[Value]) -> Done {
    let count = whole(&given[1])?;
    if count == 0 {
        return Err(wrong("The number of elements cannot be zero"));
    }
    let wanted = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let all = given[0].len();
    let range = if count > 0 {
        0..wanted.min(all)
    } else {
        all.saturating_sub(wanted)..all
    };
    run.step(range.len() + given[0].bytes() / 64)?;
    Ok(match &given[0] {
        Value::Text(list) => Value::texts(list[range].to_vec()),
        Value::Number(list) => Value::numbers(list[range].to_vec()),
        Value::Time(list) => Value::times(list[range].to_vec()),
        _ => return Err(Fault::wrong_type("Text").into()),
    })
}

/// [H_MEMBER]
pub(super) fn member(run: &mut Run<'_>, given: &[Value]) -> Done {
    let wanted = text(&given[0])?;
    let list = texts(&given[1])?;
    run.step(list.len() + given[1].bytes() / 64)?;
    let at = list.iter().position(|text| text == wanted);
    Ok(Value::number(at.map_or(0.0, |at| (at + 1) as f64)))
}

/// Whether all of the first are in the second. [H_ISMEMBER]
pub(super) fn is_member(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (wanted, list) = members(run, given)?;
    Ok(Value::truth(wanted.iter().all(|text| list.contains(text))))
}

/// Whether none of the first is in the second. [H_ISNOTMEMBER]
pub(super) fn is_not_member(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (wanted, list) = members(run, given)?;
    Ok(Value::truth(!wanted.iter().any(|text| list.contains(text))))
}

fn members<'v>(
    run: &mut Run<'_>,
    given: &'v [Value],
) -> Result<(&'v [String], HashSet<&'v String>), Break> {
    let (wanted, list) = (texts(&given[0])?, texts(&given[1])?);
    run.step(wanted.len() + list.len())?;
    run.step((given[0].bytes() + given[1].bytes()) / 16)?;
    Ok((wanted, list.iter().collect()))
}

/// [H_REPLACE]
pub(super) fn replace(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (from, to) = (texts(&given[1])?, texts(&given[2])?);
    let list = texts(&given[0])?;
    run.step(list.len().saturating_mul(from.len()))?;
    run.step(given[0].bytes().saturating_mul(from.len()) / 64)?;
    let mut made = Vec::with_capacity(list.len());
    for text in list {
        let at = from.iter().position(|from| from == text);
        // What has no counterpart is replaced by nothing.
        let new = at.map(|at| to.get(at).map_or("", String::as_str));
        let new = new.unwrap_or(text);
        run.grow(new.len())?;
        made.push(new.to_owned());
    }
    Ok(Value::texts(made))
}

/// The keywords that stand between separators (anywhere, if there are no separators), in the order in which they are listed. [H_KEYWORDS]
pub(super) fn keywords_in(run: &mut Run<'_>, given: &[Value]) -> Done {
    let (list, wanted) = (texts(&given[0])?, texts(&given[1])?);
    let separators = match given.get(2) {
        None => "? .,!;:[](){}<>\"",
        Some(separators) => text(separators)?,
    };
    let is_separator = |letter: Option<char>| {
        separators.is_empty() || letter.is_none_or(|letter| separators.contains(letter))
    };
    run.step(
        wanted
            .len()
            .saturating_mul(list.len() + given[0].bytes() / 64),
    )?;
    let stands_in = |word: &str, text: &str| {
        !word.is_empty()
            && text.match_indices(word).any(|(at, _)| {
                is_separator(text[..at].chars().next_back())
                    && is_separator(text[at + word.len()..].chars().next())
            })
    };
    let found = wanted
        .iter()
        .filter(|word| list.iter().any(|text| stands_in(word, text)));
    Ok(Value::texts(found.cloned().collect()))
}

/// Who sorts how.
struct Sorting {
    is_descending: bool,
    is_custom: bool,
    how: Collation,
}

fn sorting(order: Option<&Value>) -> Result<Sorting, Break> {
    let mut sorting = Sorting {
        is_descending: false,
        is_custom: false,
        how: Collation::default(),
    };
    let words = order.map_or(Ok(&[][..]), keywords)?;
    for word in words {
        match word.to_ascii_uppercase().as_str() {
            "ASCENDING" => sorting.is_descending = false,
            "DESCENDING" => sorting.is_descending = true,
            "CASESENSITIVE" => sorting.how.ignores_case = false,
            "CASEINSENSITIVE" => sorting.how.ignores_case = true,
            "ACCENTSENSITIVE" => sorting.how.ignores_accents = false,
            "ACCENTINSENSITIVE" => sorting.how.ignores_accents = true,
            "PITCHSENSITIVE" | "PITCHINSENSITIVE" => {}
            "CUSTOMSORT" => sorting.is_custom = true,
            _ => return Err(wrong(format!("[{word}] is no order"))),
        }
    }
    Ok(sorting)
}

/// [H_SORT]
pub(super) fn sort(run: &mut Run<'_>, formula: &Formula, given: &[NodeId]) -> Done {
    let list = run.value(formula, given[0])?;
    let order = match given.get(1) {
        Some(order) => Some(run.value(formula, *order)?),
        None => None,
    };
    if matches!(list, Value::Error(_)) {
        return Ok(list);
    }
    let sorting = sorting(order.as_ref())?;
    match (sorting.is_custom, given.get(2)) {
        (true, Some(expression)) => custom_sort(run, formula, list, *expression),
        (true, None) => Err(wrong(
            "[CUSTOMSORT] needs an expression that compares $A and $B",
        )),
        (false, _) => plain_sort(run, list, &sorting),
    }
}

fn plain_sort(run: &mut Run<'_>, list: Value, sorting: &Sorting) -> Done {
    run.step(list.len() * 8)?;
    let directed = |order: Ordering| match sorting.is_descending {
        true => order.reverse(),
        false => order,
    };
    Ok(match list {
        Value::Text(list) => {
            run.step(list.iter().map(String::len).sum::<usize>() / 8)?;
            let mut keyed: Vec<_> = list
                .iter()
                .map(|text| (sorting.how.key(text), text))
                .collect();
            keyed.sort_by(|one, other| directed(one.0.cmp(&other.0)));
            Value::texts(keyed.into_iter().map(|(_, text)| text.clone()).collect())
        }
        Value::Number(list) => {
            let mut list = list.to_vec();
            list.sort_by(|one, other| directed(one.total_cmp(other)));
            Value::numbers(list)
        }
        Value::Time(list) => {
            let mut keyed: Vec<_> = list
                .iter()
                .map(|time| (sort_key(run, time), *time))
                .collect();
            keyed.sort_by(|one, other| directed(one.0.cmp(&other.0)));
            Value::times(keyed.into_iter().map(|(_, time)| time).collect())
        }
        other => other,
    })
}

/// What orders date-times of every sort: times without a date first, then by date and time of day.
fn sort_key(run: &Run<'_>, time: &Time) -> [(i64, i64); 2] {
    let key = |time: &DateTime| {
        let seen = clock::seen(time, &run.zone);
        let day = seen.date.map_or(i64::MIN, |date| date.days_since_1970());
        (day, seen.time.map_or(-1, |time| time.milliseconds()))
    };
    let (from, to) = crate::formula::operators::ends(time);
    [key(from), key(to)]
}

/// Merged by hand: an expression may contradict itself.
fn custom_sort(run: &mut Run<'_>, formula: &Formula, list: Value, expression: NodeId) -> Done {
    let before = ["$a", "$b"].map(|name| run.variables.get(name).cloned());
    let mut sorted = Vec::with_capacity(list.len());
    for at in 0..list.len() {
        sorted.extend(run.element(&list, at)?);
    }
    let mut width = 1;
    while width < sorted.len() {
        let mut merged = Vec::with_capacity(sorted.len());
        for run_of in sorted.chunks(width * 2) {
            let (left, right) = run_of.split_at(width.min(run_of.len()));
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
                run.variables.insert("$a".into(), (*one).clone());
                run.variables.insert("$b".into(), (*other).clone());
                let is_greater = run.value(formula, expression)?;
                if matches!(is_greater, Value::Error(_)) {
                    return Ok(is_greater);
                }
                let next = match number(&is_greater)? > 0.0 {
                    true => right.next(),
                    false => left.next(),
                };
                merged.extend(next.cloned());
            }
            merged.extend(left.chain(right).cloned());
        }
        sorted = merged;
        width *= 2;
    }
    for (name, value) in ["$a", "$b"].into_iter().zip(before) {
        match value {
            Some(value) => run.variables.insert(name.into(), value),
            None => run.variables.remove(name),
        };
    }
    joined(run, sorted)
}

/// Values as one list.
pub(super) fn joined(run: &mut Run<'_>, values: Vec<Value>) -> Done {
    let mut values = values.into_iter();
    let Some(mut list) = values.next() else {
        return Ok(Value::text(""));
    };
    for value in values {
        list = run.concatenated(list, &value)?;
    }
    Ok(list)
}

/// -1, 0 or 1 for each pair. [H_COMPARE]
pub(super) fn compare(run: &mut Run<'_>, given: &[Value]) -> Done {
    let how = sorting(given.get(2))?.how;
    let (ones, others) = (texts(&given[0])?, texts(&given[1])?);
    let pairs = run.pairs(Binary::pairwise(Operation::Equal), &given[0], &given[1])?;
    run.step((given[0].bytes() + given[1].bytes()) / 16)?;
    let mut list = Vec::new();
    for (one, other) in pairs {
        let (one, other) = (&ones[one], &others[other]);
        run.step((one.len() + other.len()) / 16)?;
        list.push(f64::from(how.key(one).cmp(&how.key(other)) as i8));
    }
    Ok(Value::numbers(list))
}

/// [H_MAX]
pub(super) fn max(run: &mut Run<'_>, given: &[Value]) -> Done {
    extreme(run, given, f64::max)
}

/// [H_MIN]
pub(super) fn min(run: &mut Run<'_>, given: &[Value]) -> Done {
    extreme(run, given, f64::min)
}

fn extreme(run: &mut Run<'_>, given: &[Value], of_two: fn(f64, f64) -> f64) -> Done {
    let ones = numbers(&given[0])?;
    let Some(other) = given.get(1) else {
        run.step(ones.len())?;
        let found = ones.iter().copied().reduce(of_two);
        return Ok(Value::number(found.unwrap_or(0.0)));
    };
    let others = numbers(other)?;
    let pairs = run.pairs(Binary::pairwise(Operation::Equal), &given[0], other)?;
    Ok(Value::numbers(
        pairs
            .map(|(one, other)| of_two(ones[one], others[other]))
            .collect(),
    ))
}

/// [H_SUM]
pub(super) fn sum(run: &mut Run<'_>, given: &[Value]) -> Done {
    let mut sum = 0.0;
    for value in given {
        let list = numbers(value)?;
        run.step(list.len())?;
        sum += list.iter().sum::<f64>();
    }
    finite(vec![sum])
}
