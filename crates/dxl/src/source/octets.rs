//! The bytes of a file as clean text, block by block: decoded, without characters that XML forbids, with lines and columns counted.

use super::encoding::{Detected, Encoding, characters};
use crate::position::Position;
use std::io::{self, BufRead};

/// As much is decoded at a time, at least.
const BLOCK: usize = 64 * 1024;

/// In larger windows lines are counted as they are passed.
const HUGE: usize = 8 * BLOCK;

/// Why there are no more bytes.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    Malformed(&'static str),
    Encoding(String),
    Character(u32),
}

/// What a block may hold, so that a search for it can be spared.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holds {
    pub(super) carriage_return: bool,
    pub(super) bracket: bool,
}

/// A window on the file's text that moves on.
#[derive(Debug)]
pub(super) struct Octets<R> {
    inner: R,
    encoding: Option<Encoding>,
    /// Read, not yet decoded: the first bytes until the encoding is known, then a character that a block's end cut.
    raw: Vec<u8>,
    block: String,
    holds: Holds,
    /// A single piece made the window so large that lists of what is in it would be larger still.
    is_huge: bool,
    /// Where in `block` each line ends.
    line_ends: Vec<usize>,
    /// The first of them that `here` has not passed.
    next_line_end: usize,
    /// Where in `block` stand bytes that are not a character's first.
    followers: Vec<usize>,
    /// The first of them that `here` has not passed.
    next_follower: usize,
    /// In `block`: where `here` is.
    counted: usize,
    here: Position,
    first_carriage_return: Option<Position>,
    ended: bool,
    /// Comes after the text of `block`.
    fault: Option<Fault>,
}

impl<R: BufRead> Octets<R> {
    pub(super) fn new(inner: R) -> Self {
        Octets {
            inner,
            encoding: None,
            raw: Vec::new(),
            block: String::new(),
            holds: Holds::default(),
            is_huge: false,
            line_ends: Vec::new(),
            next_line_end: 0,
            followers: Vec::new(),
            next_follower: 0,
            counted: 0,
            here: Position::START,
            first_carriage_return: None,
            ended: false,
            fault: None,
        }
    }

    /// What is in the window.
    #[inline]
    pub(super) fn text(&self) -> &str {
        &self.block
    }

    /// Whether nothing comes after the window.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Moves on to a byte of the window.
    #[inline(always)]
    pub(super) fn locate(&mut self, at: usize) {
        let begin = self.counted;
        if at <= begin {
            return;
        }
        if self.is_huge {
            let bytes = self.block.as_bytes();
            self.here = advance(self.here, &bytes[begin..at], self.encoding);
            self.counted = at;
            return;
        }
        let mut from = begin;
        while self
            .line_ends
            .get(self.next_line_end)
            .is_some_and(|end| *end < at)
        {
            from = self.line_ends[self.next_line_end] + 1;
            self.next_line_end += 1;
            self.here.line = self.here.line.saturating_add(1);
            self.here.column = 1;
        }
        let mut columns = at - from;
        while self
            .followers
            .get(self.next_follower)
            .is_some_and(|byte| *byte < at)
        {
            columns -= usize::from(self.followers[self.next_follower] >= from);
            self.next_follower += 1;
        }
        self.here.column = self.here.column.saturating_add(small(columns));
        self.here.byte += match self.encoding {
            None | Some(Encoding::Utf8) => (at - begin) as u64,
            Some(other) => other.raw_len(&self.block.as_bytes()[begin..at]) as u64,
        };
        self.counted = at;
    }

    /// The position that was moved to.
    #[inline]
    pub(super) fn here(&self) -> Position {
        self.here
    }

    /// The position of what stands `text` after `position`.
    pub(super) fn beyond(&self, position: Position, text: &str) -> Position {
        advance(position, text.as_bytes(), self.encoding)
    }

    /// The encoding, once the first text was read.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// What is in the window, at most.
    #[inline]
    pub(super) fn holds(&self) -> Holds {
        self.holds
    }

    /// Where the first CR stands of what was read so far.
    pub(super) fn first_carriage_return(&self) -> Option<Position> {
        self.first_carriage_return
    }

    /// What ended the text early.
    pub(super) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    /// Moves the window on: what is before `from` goes, and what stays is at most half of what there is then, unless the file ends.
    pub(super) fn move_to(&mut self, from: usize) {
        self.locate(from);
        self.block.drain(..from);
        self.counted = 0;
        let kept = self.block.len();
        let wanted = BLOCK.max(kept.saturating_mul(2));
        if self.block.capacity() > 8 * wanted {
            // A huge item has passed.
            self.block.shrink_to(wanted);
        }
        while self.block.len() < wanted && !self.ended {
            let read = self.read_raw();
            if self.fault.is_none() {
                self.decode(read == 0);
            }
            self.ended = read == 0 || self.fault.is_some();
        }
        if let Some((at, code)) = forbidden(&self.block, kept) {
            self.block.truncate(at);
            self.fault = Some(Fault::Character(code));
            self.ended = true;
        }
        self.look_over();
    }

    /// More bytes into `raw`; how many.
    fn read_raw(&mut self) -> usize {
        loop {
            match self.inner.fill_buf() {
                Ok(bytes) => {
                    let taken = bytes.len().min(BLOCK);
                    self.raw.extend_from_slice(&bytes[..taken]);
                    self.inner.consume(taken);
                    return taken;
                }
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => {
                    self.fault = Some(Fault::Io(why));
                    return 0;
                }
            }
        }
    }

    fn decode(&mut self, ended: bool) {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => match Encoding::detect(&self.raw, ended) {
                Detected::Open => return,
                Detected::Unknown(name) => {
                    self.fault = Some(Fault::Encoding(name));
                    return;
                }
                Detected::Known(encoding, mark) => {
                    self.encoding = Some(encoding);
                    self.raw.drain(..mark);
                    self.here.byte += mark as u64;
                    encoding
                }
            },
        };
        let (taken, wrong) = encoding.decode(&self.raw, &mut self.block);
        self.raw.drain(..taken);
        if wrong || (ended && !self.raw.is_empty()) {
            self.fault = Some(Fault::Malformed(encoding.name()));
        }
    }

    fn look_over(&mut self) {
        let bytes = self.block.as_bytes();
        self.is_huge = bytes.len() > HUGE;
        self.line_ends.clear();
        self.followers.clear();
        (self.next_line_end, self.next_follower) = (0, 0);
        if !self.is_huge {
            self.line_ends.extend(memchr::memchr_iter(b'\n', bytes));
            find_followers(bytes, &mut self.followers);
        }
        let carriage_return = memchr::memchr(b'\r', bytes);
        self.holds = Holds {
            carriage_return: carriage_return.is_some(),
            bracket: memchr::memchr(b']', bytes).is_some(),
        };
        if let (Some(at), None) = (carriage_return, self.first_carriage_return) {
            self.first_carriage_return = Some(advance(self.here, &bytes[..at], self.encoding));
        }
    }
}

/// Most text is plain: many bytes are passed over at a time.
fn find_followers(text: &[u8], followers: &mut Vec<usize>) {
    const STEP: usize = 64;
    for (step, piece) in text.chunks(STEP).enumerate() {
        if piece.is_ascii() {
            continue;
        }
        let inside = piece
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte & 0xC0 == 0x80);
        followers.extend(inside.map(|(at, _)| step * STEP + at));
    }
}

/// The position of what stands `piece` after `position`. Without an encoding nothing was decoded yet.
pub(super) fn advance(
    mut position: Position,
    piece: &[u8],
    encoding: Option<Encoding>,
) -> Position {
    position.byte += encoding.unwrap_or(Encoding::Utf8).raw_len(piece) as u64;
    match memchr::memrchr(b'\n', piece) {
        None => position.column = position.column.saturating_add(small(characters(piece))),
        Some(last) => {
            let lines = 1 + memchr::memchr_iter(b'\n', &piece[..last]).count();
            position.line = position.line.saturating_add(small(lines));
            position.column = small(1 + characters(&piece[last + 1..]));
        }
    }
    position
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The first character at or after `from` that XML forbids [XML 1.0 §2.2]: control characters, U+FFFE, U+FFFF. Surrogates are in no `text`.
fn forbidden(text: &str, from: usize) -> Option<(usize, u32)> {
    let text = &text.as_bytes()[from..];
    let is_control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Two passes: the first has no early exit, and so is done many bytes at a time.
    let control = text
        .iter()
        .fold(false, |any, byte| any | is_control(*byte))
        .then(|| text.iter().position(|byte| is_control(*byte)))
        .flatten()
        .map(|at| (from + at, u32::from(text[at])));
    let noncharacter = memchr::memmem::find_iter(text, b"\xEF\xBF")
        .find(|at| matches!(text.get(at + 2), Some(0xBE | 0xBF)))
        .map(|at| (from + at, 0xFFC0 + u32::from(text[at + 2] & 0x3F)));
    [control, noncharacter].into_iter().flatten().min()
}
