//! Whether two schemas allow the same: the automata are walked together, the attributes compared one by one.

use super::{Attribute, AttributeKind, Content, Element, Presence, Schema};
use std::collections::BTreeSet;

/// Everything that one of two schemas allows and the other does not, a sentence each; none if they are the same model. Content counts by what it allows, not by how it is written.
pub fn differences(left: &Schema, right: &Schema) -> Vec<String> {
    let names: BTreeSet<&str> = left
        .elements()
        .chain(right.elements())
        .map(|element| element.name.as_str())
        .collect();
    let mut found = Vec::new();
    for name in names {
        match (left.find(name), right.find(name)) {
            (Some(a), Some(b)) => {
                let (a, b) = (left.element(a), right.element(b));
                content(left, a, right, b, &mut found);
                attributes(a, b, &mut found);
            }
            (Some(_), None) => found.push(format!("only the first has the element {name}")),
            _ => found.push(format!("only the second has the element {name}")),
        }
    }
    found
}

fn content(left: &Schema, a: &Element, right: &Schema, b: &Element, found: &mut Vec<String>) {
    let name = &a.name;
    match (&a.content, &b.content) {
        (Content::Empty, Content::Empty) | (Content::Any, Content::Any) => {}
        (Content::Mixed(ours), Content::Mixed(theirs)) => {
            let ours: BTreeSet<&str> = ours.iter().map(|id| left.name(*id)).collect();
            let theirs: BTreeSet<&str> = theirs.iter().map(|id| right.name(*id)).collect();
            for child in ours.symmetric_difference(&theirs) {
                found.push(format!(
                    "{name}: only one of them allows {child} among text"
                ));
            }
        }
        (Content::Children(ours), Content::Children(theirs)) => {
            if let Some(row) = ours.difference(left, theirs, right) {
                let row = row.join(" ");
                found.push(format!("{name}: only one of them allows [{row}]"));
            }
        }
        _ => found.push(format!("{name}: not the same kind of content")),
    }
}

fn attributes(a: &Element, b: &Element, found: &mut Vec<String>) {
    let names: BTreeSet<&str> = a
        .attributes
        .iter()
        .chain(&b.attributes)
        .map(|attribute| attribute.name.as_str())
        .collect();
    for name in names {
        let both = (a.attribute(name), b.attribute(name));
        if both.0 != both.1 {
            let say = |attribute: Option<&Attribute>| attribute.map_or("none".to_owned(), spelled);
            let (ours, theirs) = (say(both.0), say(both.1));
            found.push(format!("{}: {name} is {ours}, or {theirs}", a.name));
        }
    }
}

fn spelled(attribute: &Attribute) -> String {
    let kind = match &attribute.kind {
        AttributeKind::OneOf(words) => format!("one of {}", words.join(" ")),
        other => format!("{other:?}").to_lowercase(),
    };
    match &attribute.presence {
        Presence::Optional => format!("{kind}, optional"),
        Presence::Required => format!("{kind}, required"),
        Presence::Default(value) => format!("{kind}, {value:?} by default"),
        Presence::Fixed(value) => format!("{kind}, always {value:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let base = "element a = b c? / c\n    x(p [q]) y!\nelement b = ~ / c\nelement c = -\n";
        let read = |text: &str| Schema::from_compact(text).unwrap();
        let same = "element c = -\nelement b = ~ / c\nelement a = c / b / (b c)\n    y! x([q] p)\n";
        assert!(differences(&read(base), &read(same)).is_empty());
        for (from, to, wanted) in [
            ("b c? / c", "b c*", "a: only one of them allows [c]"),
            ("b c? / c", "~", "a: not the same kind of content"),
            ("~ / c", "~", "b: only one of them allows c among text"),
            (
                "[q]",
                "q",
                "a: x is one of p q, \"q\" by default, or one of p q, optional",
            ),
            ("y!", "y", "a: y is text, required, or text, optional"),
            ("y!", "", "a: y is text, required, or none"),
        ] {
            let other = read(&base.replacen(from, to, 1));
            assert_eq!(differences(&read(base), &other), [wanted]);
        }
        let more = read(&format!("{base}element d = -\n"));
        assert_eq!(
            differences(&read(base), &more),
            ["only the second has the element d"]
        );
    }
}
