//! Names of people and servers, by the rules that `@Name` has.

use lotusscript::formula::functions::part_of_name;

/// With the labels of its parts: `CN=Ann Lee/O=Acme`.
pub(crate) fn canonical(name: &str) -> String {
    or_itself(name, part_of_name("Canonicalize", name))
}

/// Without them: `Ann Lee/Acme`.
pub(crate) fn abbreviated(name: &str) -> String {
    or_itself(name, part_of_name("Abbreviate", name))
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
    part_of_name("CN", name)
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
