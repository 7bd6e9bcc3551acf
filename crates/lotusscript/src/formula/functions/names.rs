//! `@Name`: hierarchical names and Internet addresses, taken apart and put together. [H_NAME]

use crate::formula::run::{Done, Run, keywords, text, wrong};
use crate::formula::value::Value;

/// The parts of a hierarchical name by label, from the common name outwards: `CN`, `OU` … `O`, `C`.
struct Parts {
    parts: Vec<(String, String)>,
}

impl Parts {
    /// `None` of a flat name and of an address.
    fn of(name: &str) -> Option<Parts> {
        let is_canonical = name
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case("CN="))
            || name.split('/').any(|part| label_of(part).is_some());
        if !is_canonical && (!name.contains('/') || name.contains('@')) {
            return None;
        }
        let pieces: Vec<&str> = name.split('/').collect();
        let parts = if is_canonical {
            pieces
                .iter()
                .map(|piece| match label_of(piece) {
                    Some((label, value)) => (label, value.to_owned()),
                    None => (String::new(), (*piece).to_owned()),
                })
                .collect()
        } else {
            labelled(&pieces)
        };
        Some(Parts { parts })
    }

    fn first(&self, label: &str) -> &str {
        let found = self.parts.iter().find(|(own, _)| own == label);
        found.map_or("", |(_, value)| value)
    }

    /// The units, the innermost organization's first.
    fn unit(&self, number: usize) -> &str {
        let units = self.parts.iter().rev().filter(|(label, _)| label == "OU");
        units
            .map(|(_, value)| value.as_str())
            .nth(number - 1)
            .unwrap_or_default()
    }

    fn canonical(&self) -> String {
        let parts = self
            .parts
            .iter()
            .map(|(label, value)| match label.as_str() {
                "" => value.clone(),
                label => format!("{label}={value}"),
            });
        parts.collect::<Vec<_>>().join("/")
    }

    fn without_labels<'p>(parts: impl Iterator<Item = &'p (String, String)>, sign: &str) -> String {
        let values: Vec<&str> = parts.map(|(_, value)| value.as_str()).collect();
        values.join(sign)
    }

    fn outside(&self) -> impl DoubleEndedIterator<Item = &(String, String)> {
        self.parts.iter().filter(|(label, _)| label != "CN")
    }
}

/// `OU=Sales` as its two halves, if the label is one of a name's.
fn label_of(piece: &str) -> Option<(String, &str)> {
    let (label, value) = piece.split_once('=')?;
    let label = label.trim().to_ascii_uppercase();
    let plain = label.trim_end_matches(|digit: char| digit.is_ascii_digit());
    matches!(
        plain,
        "CN" | "OU" | "O" | "C" | "G" | "S" | "I" | "Q" | "A" | "P"
    )
    .then(|| {
        let known = if plain == "OU" {
            "OU".to_owned()
        } else {
            label.clone()
        };
        (known, value)
    })
}

/// An abbreviated name's pieces: the first is the common name, a last one of two letters the country, the one before that the organization.
fn labelled(pieces: &[&str]) -> Vec<(String, String)> {
    let last = pieces.len() - 1;
    let is_country =
        |piece: &str| piece.len() == 2 && piece.bytes().all(|byte| byte.is_ascii_alphabetic());
    let country = (last >= 2 && is_country(pieces[last])).then_some(last);
    let organization = country.map_or(last, |country| country - 1);
    let label = |at: usize| match at {
        0 => "CN",
        _ if Some(at) == country => "C",
        _ if at == organization => "O",
        _ => "OU",
    };
    pieces
        .iter()
        .enumerate()
        .map(|(at, piece)| (label(at).to_owned(), (*piece).to_owned()))
        .collect()
}

/// The phrase and the address of `"Ann Lee" <ann@acme.com>`.
fn internet(name: &str) -> Option<(&str, &str)> {
    if let Some((phrase, rest)) = name.split_once('<') {
        let (address, _) = rest.split_once('>')?;
        return Some((phrase.trim().trim_matches('"'), address.trim()));
    }
    name.contains('@').then_some(("", name.trim()))
}

pub(super) fn name(run: &mut Run<'_>, given: &[Value]) -> Done {
    run.step(given[1].bytes())?;
    let action = keywords(&given[0])?
        .first()
        .map_or(String::new(), |word| word.to_ascii_uppercase());
    let user = match action.as_str() {
        "CANONICALIZE" if text(&given[1]).is_ok() => users_hierarchy(run, given)?,
        _ => None,
    };
    if !ACTIONS.contains(&action.as_str()) {
        return Err(wrong(format!("[{action}] is no part of a name")));
    }
    run.each_text(&given[1], |name| part(&action, name, user.as_deref()))
}

/// What [`name`] can be asked for.
pub(crate) const ACTIONS: &[&str] = &[
    "A",
    "ABBREVIATE",
    "ADDRESS821",
    "C",
    "CANONICALIZE",
    "CN",
    "G",
    "HIERARCHYONLY",
    "I",
    "LP",
    "O",
    "OU1",
    "OU2",
    "OU3",
    "OU4",
    "P",
    "PHRASE",
    "Q",
    "S",
    "TOAT",
    "TODATATYPE",
    "TOFIELD",
    "TOKEYWORD",
    "TOOC",
    "TOSYNTAX",
];

/// What stands behind the common name of the user, if a flat name is to be completed by it.
fn users_hierarchy(
    run: &mut Run<'_>,
    given: &[Value],
) -> Result<Option<String>, crate::formula::run::Break> {
    let names = crate::formula::run::texts(&given[1])?;
    let is_flat =
        |name: &String| !name.is_empty() && Parts::of(name).is_none() && internet(name).is_none();
    if !names.iter().any(is_flat) {
        return Ok(None);
    }
    let user = run.ask("@UserName", &[])?;
    let parts = Parts::of(text(&user)?);
    Ok(parts.map(|parts| {
        let outside = parts.outside().cloned().collect();
        Parts { parts: outside }.canonical()
    }))
}

/// A part of a name, by the word of `@Name` in any letters: `CN`, `OU1`, `Abbreviate` …; empty if it has no such part, or there is no such word.
pub fn part_of_name(word: &str, name: &str) -> String {
    part(&word.to_ascii_uppercase(), name, None)
}

fn part(action: &str, name: &str, user: Option<&str>) -> String {
    let Some(parts) = Parts::of(name) else {
        return flat_part(action, name, user);
    };
    match action {
        "CN" => parts.first("CN").to_owned(),
        "ABBREVIATE" => Parts::without_labels(parts.parts.iter(), "/"),
        "CANONICALIZE" => parts.canonical(),
        "HIERARCHYONLY" => Parts::without_labels(parts.outside(), "/"),
        "TOKEYWORD" => Parts::without_labels(parts.outside().rev(), "\\"),
        "OU1" | "OU2" | "OU3" | "OU4" => {
            let number = action[2..].parse().unwrap_or(1);
            parts.unit(number).to_owned()
        }
        "O" | "C" | "G" | "S" | "I" | "Q" | "A" | "P" => parts.first(action).to_owned(),
        _ => String::new(),
    }
}

fn flat_part(action: &str, name: &str, user: Option<&str>) -> String {
    let address = internet(name);
    match (action, address) {
        ("CN", Some(("", address))) => local_part(address).to_owned(),
        ("CN" | "PHRASE", Some((phrase, _))) => phrase.to_owned(),
        ("ADDRESS821", Some((_, address))) => address.to_owned(),
        ("LP", Some((_, address))) => local_part(address).to_owned(),
        ("CN" | "ABBREVIATE", _) => name.to_owned(),
        ("CANONICALIZE", Some(_)) => name.to_owned(),
        ("CANONICALIZE", None) => match user {
            Some(user) if !name.is_empty() && !user.is_empty() => format!("CN={name}/{user}"),
            _ => name.to_owned(),
        },
        _ => String::new(),
    }
}

fn local_part(address: &str) -> &str {
    address.split_once('@').map_or(address, |(local, _)| local)
}
