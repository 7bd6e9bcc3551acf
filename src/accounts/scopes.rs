//! What an API key is for.

use std::fmt;

/// One thing that an API key may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyScope {
    /// Send texts.
    Send,
    /// Look at how one's texts stand, at their events and the replies.
    Read,
    /// See the words in them.
    Text,
    /// What operators do, over all companies: carriers, routes, numbers, metrics.
    Admin,
}

impl KeyScope {
    /// Every one, in order.
    pub const ALL: [Self; 4] = [Self::Send, Self::Read, Self::Text, Self::Admin];

    /// The word that people and the database have for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "messages:send",
            Self::Read => "messages:read",
            Self::Text => "messages:text",
            Self::Admin => "admin",
        }
    }
}

/// What a key is for, altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyScopes(u8);

impl KeyScopes {
    /// What a key is for of which nothing else was said: texts, not administration.
    pub const ORDINARY: Self =
        Self(1 << KeyScope::Send as u8 | 1 << KeyScope::Read as u8 | 1 << KeyScope::Text as u8);

    /// Of the words of [`KeyScope`], separated by blanks. A word that is not known gives nothing.
    pub fn parse(words: &str) -> Self {
        let known = |word: &str| KeyScope::ALL.into_iter().find(|one| one.as_str() == word);
        words.split_whitespace().filter_map(known).collect()
    }

    /// Whether the key is for this.
    pub fn has(self, scope: KeyScope) -> bool {
        self.0 & 1 << scope as u8 != 0
    }
}

impl FromIterator<KeyScope> for KeyScopes {
    fn from_iter<I: IntoIterator<Item = KeyScope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, one| all | 1 << one as u8))
    }
}

impl fmt::Display for KeyScopes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = KeyScope::ALL
            .into_iter()
            .filter(|one| self.has(*one))
            .map(KeyScope::as_str)
            .collect();
        out.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_both_ways_and_strange_ones_give_nothing() {
        for (words, shown) in [
            ("", ""),
            ("messages:send messages:read", "messages:send messages:read"),
            ("admin  messages:send", "messages:send admin"),
            ("messages:text messages:read", "messages:read messages:text"),
            ("Admin root users:*", ""),
        ] {
            assert_eq!(KeyScopes::parse(words).to_string(), shown, "{words}");
        }
        assert_eq!(
            KeyScopes::ORDINARY.to_string(),
            "messages:send messages:read messages:text"
        );
        assert!(!KeyScopes::ORDINARY.has(KeyScope::Admin));
        for scope in KeyScope::ALL {
            let alone: KeyScopes = [scope].into_iter().collect();
            let all = KeyScope::ALL.into_iter();
            assert_eq!(
                all.filter(|one| alone.has(*one)).collect::<Vec<_>>(),
                [scope]
            );
        }
    }
}
