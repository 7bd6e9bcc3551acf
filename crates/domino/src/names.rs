//! Names of people and servers, by the rules that `@Name` has.

use lotusscript::formula::host::Memory;
use lotusscript::formula::{Formula, Limits, Value};

/// A part of a name, by the word of `@Name`: `CN`, `O`, `OU1`, `Abbreviate` …; empty if it has no such part.
pub(crate) fn part(name: &str, word: &str) -> String {
    let Ok(formula) = Formula::parse(&format!("@Name([{word}]; name)")) else {
        return String::new();
    };
    let mut host = Memory::default();
    host.document.insert("name".into(), Value::text(name));
    let outcome = formula.evaluate(&mut host, &Limits::default());
    let value = outcome.ok().map(|outcome| outcome.value);
    value
        .as_ref()
        .and_then(Value::as_texts)
        .and_then(<[String]>::first)
        .cloned()
        .unwrap_or_default()
}

/// With the labels of its parts: `CN=Ann Lee/O=Acme`.
pub(crate) fn canonical(name: &str) -> String {
    or_itself(name, part(name, "Canonicalize"))
}

/// Without them: `Ann Lee/Acme`.
pub(crate) fn abbreviated(name: &str) -> String {
    or_itself(name, part(name, "Abbreviate"))
}

/// A flat name has no other spelling.
fn or_itself(name: &str, spelled: String) -> String {
    if spelled.is_empty() {
        name.to_owned()
    } else {
        spelled
    }
}

/// The common name: `Ann Lee`.
pub(crate) fn common(name: &str) -> String {
    part(name, "CN")
}

/// Whether two spellings name the same.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || canonical(one).to_lowercase() == canonical(other).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name() {
        assert_eq!(
            canonical("Ann Lee/Sales/Acme"),
            "CN=Ann Lee/OU=Sales/O=Acme"
        );
        assert_eq!(
            abbreviated("CN=Ann Lee/OU=Sales/O=Acme"),
            "Ann Lee/Sales/Acme"
        );
        assert_eq!(common("CN=Ann Lee/O=Acme"), "Ann Lee");
        assert!(is_same("ann lee/acme", "CN=Ann Lee/O=Acme"));
        assert_eq!(canonical("Ann"), "Ann");
    }
}
