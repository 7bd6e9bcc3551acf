//! The statement `Use "…"` of LotusScript: which library a script needs first.

/// Reads a script line by line.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    /// In a remark of several lines.
    in_remark: bool,
}

impl Uses {
    /// The library that the next line names.
    pub fn next<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        let statement = line.trim_start();
        let word = statement.get(..4).unwrap_or_default();
        if word.eq_ignore_ascii_case("%rem") {
            self.in_remark = true;
        } else if word.eq_ignore_ascii_case("%end") {
            self.in_remark = false;
        } else if !self.in_remark {
            return used(statement);
        }
        None
    }
}

/// The library that a statement names, in one of the three kinds of quotes.
fn used(statement: &str) -> Option<&str> {
    let (word, rest) = statement.split_at_checked(3)?;
    let quoted = rest.trim_start();
    if !word.eq_ignore_ascii_case("use") || quoted.len() == rest.len() {
        return None;
    }
    let close = match quoted.chars().next()? {
        '{' => '}',
        quote @ ('"' | '|') => quote,
        _ => return None,
    };
    quoted[1..].split(close).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_found() {
        for (line, wanted) in [
            ("Use \"a.b\"\n", Some("a.b")),
            ("use |c d| ' why", Some("c d")),
            ("USE\t{e}", Some("e")),
            ("Use\"a\"", None),
            ("User \"a\"", None),
            ("UseLSX \"*javacon\"", None),
            ("Us", None),
            ("Üse \"a\"", None),
        ] {
            assert_eq!(Uses::default().next(line), wanted, "{line}");
        }
    }
}
