//! JSON from text [RFC 8259], with the messages that Notes has for what is wrong.

use super::tree::{MAX_DEPTH, Node, NodeId, ROOT, Tree, TreeError};

/// The longest text, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// What is wrong with a text, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Unable to parse JSON string: {what}, offset {offset}")]
pub(super) struct ReadError {
    pub what: String,
    pub offset: usize,
}

/// Reads one value.
pub(super) fn read(text: &str) -> Result<Tree, ReadError> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        tree: Tree::new(Node::Null),
    };
    let outcome = match text.len() > MAX_BYTES {
        true => Err("The text is too long".to_owned()),
        false => reader.document(),
    };
    match outcome {
        Ok(()) => Ok(reader.tree),
        Err(what) => Err(ReadError {
            what,
            offset: reader.at,
        }),
    }
}

type Step<T> = Result<T, String>;

fn fail<T>(what: &str) -> Step<T> {
    Err(what.to_owned())
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tree: Tree,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn document(&mut self) -> Step<()> {
        self.skip_blanks();
        if self.peek().is_none() {
            return fail("The document is empty");
        }
        let root = self.value()?;
        let is_container = matches!(root, Node::Array(_) | Node::Object(_));
        self.tree.set(ROOT, root);
        if is_container {
            self.containers()?;
        }
        self.skip_blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => fail("The document root must not be followed by other values"),
        }
    }

    /// Reads all that stands in the root, without a deep stack.
    fn containers(&mut self) -> Step<()> {
        let mut open: Vec<NodeId> = vec![ROOT];
        let mut is_first = true;
        while let Some(&id) = open.last() {
            self.skip_blanks();
            let is_object = matches!(self.tree.node(id), Node::Object(_));
            let end = if is_object { b'}' } else { b']' };
            if self.take(end) {
                open.pop();
                is_first = false;
                continue;
            }
            if !is_first {
                if !self.take(b',') {
                    return fail(match is_object {
                        true => "Missing a comma or } after an object member",
                        false => "Missing a comma or ] after an array element",
                    });
                }
                self.skip_blanks();
            }
            let name = match is_object {
                true => self.name()?,
                false => String::new(),
            };
            let value = self.value()?;
            let is_container = matches!(value, Node::Array(_) | Node::Object(_));
            let added = self.tree.append(id, &name, value);
            let added = added.map_err(|error: TreeError| error.to_string())?;
            if is_container {
                if open.len() > MAX_DEPTH {
                    return Err(TreeError::TooDeep.to_string());
                }
                open.push(added);
            }
            is_first = is_container;
        }
        Ok(())
    }

    fn name(&mut self) -> Step<String> {
        if self.peek() != Some(b'"') {
            return fail("Missing a name for object member");
        }
        let name = self.string()?;
        self.skip_blanks();
        if !self.take(b':') {
            return fail("Missing a colon after a name of object member");
        }
        self.skip_blanks();
        Ok(name)
    }

    /// A value; of an array or object, only its opening bracket.
    fn value(&mut self) -> Step<Node> {
        let words: [(&str, Node); 3] = [
            ("null", Node::Null),
            ("true", Node::Boolean(true)),
            ("false", Node::Boolean(false)),
        ];
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                Ok(Node::Object(Vec::new()))
            }
            Some(b'[') => {
                self.at += 1;
                Ok(Node::Array(Vec::new()))
            }
            Some(b'"') => self.string().map(Node::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Node::Number),
            _ => {
                let rest = &self.bytes[self.at..];
                let found = words
                    .into_iter()
                    .find(|(word, _)| rest.starts_with(word.as_bytes()));
                let Some((word, node)) = found else {
                    return fail("Invalid value");
                };
                self.at += word.len();
                Ok(node)
            }
        }
    }

    fn digits(&mut self) -> bool {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > from
    }

    fn number(&mut self) -> Step<String> {
        let from = self.at;
        self.take(b'-');
        if !self.take(b'0') && !self.digits() {
            return fail("Invalid value");
        }
        if self.take(b'.') && !self.digits() {
            return fail("Miss fraction part in number");
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            if !self.digits() {
                return fail("Miss exponent in number");
            }
        }
        let number = &self.text[from..self.at];
        match number.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(number.to_owned()),
            _ => fail("Number too big to be stored in double"),
        }
    }

    fn string(&mut self) -> Step<String> {
        let opening = self.at;
        self.at += 1;
        let mut found = String::new();
        loop {
            let from = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | ..b' ')) {
                self.at += 1;
            }
            found.push_str(&self.text[from..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(found);
                }
                Some(b'\\') => found.push(self.escape()?),
                Some(_) => return fail("Invalid encoding in string"),
                None => {
                    self.at = opening;
                    return fail("Missing a closing quotation mark in string");
                }
            }
        }
    }

    fn escape(&mut self) -> Step<char> {
        let start = self.at;
        let Some(letter) = self.bytes.get(start + 1) else {
            return fail("Invalid escape character in string");
        };
        self.at += 2;
        Ok(match letter {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unit_pair(start),
            _ => {
                self.at = start;
                return fail("Invalid escape character in string");
            }
        })
    }

    fn unit_pair(&mut self, start: usize) -> Step<char> {
        let first = self.hex(start)?;
        let mut units = vec![first];
        if (0xd800..0xdc00).contains(&first) {
            if !(self.take(b'\\') && self.take(b'u')) {
                self.at = start;
                return fail("The surrogate pair in string is invalid");
            }
            units.push(self.hex(start)?);
        }
        match char::decode_utf16(units).next() {
            Some(Ok(c)) => Ok(c),
            _ => {
                self.at = start;
                fail("The surrogate pair in string is invalid")
            }
        }
    }

    fn hex(&mut self, start: usize) -> Step<u16> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let is_hex = |digits: &&[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        let text = digits.filter(is_hex).map(String::from_utf8_lossy);
        match text.and_then(|text| u16::from_str_radix(&text, 16).ok()) {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => {
                self.at = start;
                fail("Incorrect hex digit after \\u escape in string")
            }
        }
    }
}
