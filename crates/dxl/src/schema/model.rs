//! Content models as they are written: names, one after the other, one of several, repeated.

/// What an element may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Model {
    /// Nothing.
    Empty,
    /// Anything that is declared.
    Any,
    /// Text, and among it these elements.
    Mixed(Vec<String>),
    /// Elements in an order.
    Children(Particle),
}

/// A piece of an order of elements. Readers bound how deep it nests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Particle {
    /// This element.
    Name(String),
    /// One after the other.
    Sequence(Vec<Particle>),
    /// One of them.
    Choice(Vec<Particle>),
    /// The same more or less often than once.
    Repeated(Box<Particle>, Repeat),
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// `?`
    Optional,
    /// `*`
    Any,
    /// `+`
    Some,
}

/// How deep parentheses may nest in a model; 4 in Domino's DTD.
pub(super) const MAX_DEPTH: usize = 64;

impl Repeat {
    /// What `?`, `*` or `+` means.
    pub(super) fn of(sign: char) -> Option<Self> {
        match sign {
            '?' => Some(Self::Optional),
            '*' => Some(Self::Any),
            '+' => Some(Self::Some),
            _ => None,
        }
    }
}

impl Model {
    /// Every element that is named.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        match self {
            Self::Empty | Self::Any => {}
            Self::Mixed(mixed) => names.extend(mixed.iter().map(String::as_str)),
            Self::Children(particle) => particle.gather(&mut names),
        }
        names
    }
}

impl Particle {
    /// A piece alone, or repeated.
    pub(super) fn repeated(self, repeat: Option<Repeat>) -> Self {
        match repeat {
            Some(repeat) => Self::Repeated(Box::new(self), repeat),
            None => self,
        }
    }

    /// How many names are written in it.
    pub fn positions(&self) -> usize {
        let mut names = Vec::new();
        self.gather(&mut names);
        names.len()
    }

    fn gather<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Name(name) => names.push(name),
            Self::Sequence(parts) | Self::Choice(parts) => {
                parts.iter().for_each(|part| part.gather(names));
            }
            Self::Repeated(part, _) => part.gather(names),
        }
    }
}
