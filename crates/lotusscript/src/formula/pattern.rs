//! The patterns of `@Matches` and `@Like`, matched without going back: all places of a pattern at once, a character at a time.

/// A pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    /// One after the other.
    Sequence(Vec<Piece>),
    Not(Box<Pattern>),
    All(Vec<Pattern>),
    Any(Vec<Pattern>),
}

/// A piece of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    what: What,
    /// Whether any number of it will do, none included.
    is_repeated: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    /// This character, great or small.
    Folded(char),
    /// This very one.
    Exact(char),
    /// One of these ranges; or none of them.
    Set(Vec<(char, char)>, bool),
    AnyOne,
}

impl Pattern {
    /// `?` one character, `*` any number, `{A-FX}` one of a set, `{!…}` none of it, `+x` any number of x, `!` not, `&` and, `|` or, `\` before one of
    /// these for itself. Letters are alike great and small but in sets. [H_MATCHES]
    pub(super) fn of_matches(text: &str) -> Result<Pattern, String> {
        let letters: Vec<char> = text.chars().collect();
        let any = parted(&letters, '|')
            .into_iter()
            .map(|part| {
                let all: Result<Vec<_>, _> = parted(part, '&').into_iter().map(negatable).collect();
                Ok(Pattern::All(all?))
            })
            .collect::<Result<Vec<_>, String>>()?;
        Ok(Pattern::Any(any))
    }

    /// `_` one character, `%` any number. [H_LIKE]
    pub(super) fn of_like(text: &str, escape: Option<char>) -> Pattern {
        let mut pieces = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let (what, is_repeated) = match letter {
                _ if Some(letter) == escape => {
                    (What::Exact(letters.next().unwrap_or(letter)), false)
                }
                '_' => (What::AnyOne, false),
                '%' => (What::AnyOne, true),
                _ => (What::Exact(letter), false),
            };
            pieces.push(Piece { what, is_repeated });
        }
        Pattern::Sequence(pieces)
    }

    /// Whether the whole text is like this.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Sequence(pieces) => sequence_matches(pieces, text),
            Pattern::Not(inner) => !inner.matches(text),
            Pattern::All(parts) => parts.iter().all(|part| part.matches(text)),
            Pattern::Any(parts) => parts.iter().any(|part| part.matches(text)),
        }
    }

    /// How much work a text may be.
    pub(super) fn cost(&self, text: &str) -> usize {
        1 + (1 + text.len()).saturating_mul(1 + self.size()) / 4
    }

    fn size(&self) -> usize {
        match self {
            Pattern::Sequence(pieces) => pieces
                .iter()
                .map(|piece| match &piece.what {
                    What::Set(ranges, _) => 1 + ranges.len(),
                    _ => 1,
                })
                .sum(),
            Pattern::Not(inner) => inner.size(),
            Pattern::All(parts) | Pattern::Any(parts) => parts.iter().map(Pattern::size).sum(),
        }
    }
}

/// Cut at a sign that neither a backslash nor braces hide.
fn parted(letters: &[char], sign: char) -> Vec<&[char]> {
    let (mut parts, mut start, mut at, mut is_set) = (Vec::new(), 0, 0, false);
    while let Some(letter) = letters.get(at) {
        match letter {
            '\\' if !is_set => at += 1,
            '{' => is_set = true,
            '}' => is_set = false,
            _ if *letter == sign && !is_set => {
                parts.push(&letters[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&letters[start.min(letters.len())..]);
    parts
}

fn negatable(letters: &[char]) -> Result<Pattern, String> {
    let signs = letters.iter().take_while(|letter| **letter == '!').count();
    let inner = Pattern::Sequence(sequence(&letters[signs..])?);
    Ok(if signs % 2 == 1 {
        Pattern::Not(Box::new(inner))
    } else {
        inner
    })
}

fn sequence(letters: &[char]) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let (mut at, mut is_repeated) = (0, false);
    while let Some(letter) = letters.get(at) {
        at += 1;
        let what = match letter {
            '+' => {
                is_repeated = true;
                continue;
            }
            '*' => {
                is_repeated = true;
                What::AnyOne
            }
            '?' => What::AnyOne,
            '\\' => {
                at += 1;
                What::Folded(letters.get(at - 1).copied().unwrap_or('\\'))
            }
            '{' => {
                let rest = &letters[at..];
                let length = rest
                    .iter()
                    .position(|letter| *letter == '}')
                    .ok_or("A set in the pattern is not closed with }")?;
                at += length + 1;
                set(&rest[..length])
            }
            letter => What::Folded(*letter),
        };
        pieces.push(Piece { what, is_repeated });
        is_repeated = false;
    }
    if is_repeated {
        return Err("Behind + the pattern lacks what may come any number of times".into());
    }
    Ok(pieces)
}

fn set(letters: &[char]) -> What {
    let (letters, is_inverted) = match letters.split_first() {
        Some(('!', rest)) => (rest, true),
        _ => (letters, false),
    };
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(first) = letters.get(at) {
        match (letters.get(at + 1), letters.get(at + 2)) {
            (Some('-'), Some(last)) => {
                ranges.push((*first, *last));
                at += 3;
            }
            _ => {
                ranges.push((*first, *first));
                at += 1;
            }
        }
    }
    What::Set(ranges, is_inverted)
}

fn sequence_matches(pieces: &[Piece], text: &str) -> bool {
    // Whether the text so far is like the pieces up to each place.
    let mut places = vec![false; pieces.len() + 1];
    places[0] = true;
    skip_repeated(pieces, &mut places);
    let mut next = places.clone();
    for letter in text.chars() {
        next.fill(false);
        for (at, piece) in pieces.iter().enumerate() {
            if places[at] && piece.what.is(letter) {
                next[if piece.is_repeated { at } else { at + 1 }] = true;
            }
        }
        skip_repeated(pieces, &mut next);
        std::mem::swap(&mut places, &mut next);
    }
    places.last().copied().unwrap_or(false)
}

/// What may come any number of times may come not at all.
fn skip_repeated(pieces: &[Piece], places: &mut [bool]) {
    for (at, piece) in pieces.iter().enumerate() {
        if places[at] && piece.is_repeated {
            places[at + 1] = true;
        }
    }
}

impl What {
    fn is(&self, letter: char) -> bool {
        match self {
            What::Folded(own) => own == &letter || own.to_lowercase().eq(letter.to_lowercase()),
            What::Exact(own) => *own == letter,
            What::Set(ranges, is_inverted) => {
                let is_in = |(first, last): &(char, char)| (*first..=*last).contains(&letter);
                ranges.iter().any(is_in) != *is_inverted
            }
            What::AnyOne => true,
        }
    }
}
