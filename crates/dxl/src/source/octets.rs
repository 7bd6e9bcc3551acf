//! The bytes of a file as clean UTF-8, block by block: decoded, without characters that XML forbids, with lines and columns counted.

use super::encoding::{Detected, Encoding, characters};
use crate::position::Position;
use std::io::{self, BufRead, Read};

/// As much is decoded at a time.
const BLOCK: usize = 64 * 1024;

/// Why there are no more bytes.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    Malformed(&'static str),
    Encoding(String),
    Character(u32),
    TooLong,
}

/// What the bytes since the last mark may hold, so that a search for it can be spared.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holds {
    pub(super) carriage_return: bool,
    pub(super) bracket: bool,
}

/// A `BufRead` of clean UTF-8 over a `BufRead` of anything.
#[derive(Debug)]
pub(super) struct Octets<R> {
    inner: R,
    encoding: Option<Encoding>,
    /// Read, not yet decoded: the first bytes until the encoding is known, then a character that a block's end cut.
    raw: Vec<u8>,
    /// Whole characters.
    block: Vec<u8>,
    block_is_ascii: bool,
    block_holds: Holds,
    /// In `block`: consumed.
    at: usize,
    /// In `block`: where `here` is.
    counted: usize,
    here: Position,
    first_carriage_return: Option<Position>,
    /// Since the mark, in the blocks before this one.
    marked: usize,
    /// In `block`: the mark, if it is in this one.
    mark: usize,
    holds: Holds,
    limit: usize,
    /// Comes after the bytes of `block`.
    fault: Option<Fault>,
}

impl<R: BufRead> Octets<R> {
    /// `limit`: the most bytes between two marks, give or take a block.
    pub(super) fn new(inner: R, limit: usize) -> Self {
        Octets {
            inner,
            encoding: None,
            raw: Vec::new(),
            block: Vec::new(),
            block_is_ascii: true,
            block_holds: Holds::default(),
            at: 0,
            counted: 0,
            here: Position::START,
            first_carriage_return: None,
            marked: 0,
            mark: 0,
            holds: Holds::default(),
            limit,
            fault: None,
        }
    }

    /// Where the next byte stands. A piece begins there, whose length is limited.
    #[inline]
    pub(super) fn mark(&mut self) -> Position {
        self.marked = 0;
        self.mark = self.at;
        self.holds = self.block_holds;
        self.locate()
    }

    /// Where the next byte stands.
    #[inline]
    pub(super) fn locate(&mut self) -> Position {
        if self.counted < self.at {
            let counted = self.counted;
            self.counted = self.at;
            self.here = self.after(self.here, counted, self.at);
        }
        self.here
    }

    #[inline]
    fn after(&self, position: Position, from: usize, to: usize) -> Position {
        let piece = &self.block[from..to];
        if self.block_is_ascii && self.encoding == Some(Encoding::Utf8) {
            return advance_ascii(position, piece);
        }
        advance(position, piece, self.encoding)
    }

    /// The position of what stands `text` after `position`.
    pub(super) fn beyond(&self, position: Position, text: &str) -> Position {
        advance(position, text.as_bytes(), self.encoding)
    }

    /// The encoding, once the first byte was read.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// What stands in the bytes since the mark, at least.
    #[inline]
    pub(super) fn holds(&self) -> Holds {
        self.holds
    }

    /// Where the first CR stands of what was read so far.
    pub(super) fn first_carriage_return(&self) -> Option<Position> {
        self.first_carriage_return
    }

    /// The next byte, if there is one.
    #[inline]
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill_buf()?.first().copied())
    }

    /// What ended the bytes early.
    pub(super) fn take_fault(&mut self) -> Option<Fault> {
        self.fault.take()
    }

    /// A new block. None is left empty but at the end.
    #[cold]
    fn refill(&mut self) -> io::Result<()> {
        self.locate();
        if self.fault.is_some() {
            return Err(stopped());
        }
        self.marked += self.block.len() - self.mark;
        self.mark = 0;
        if self.marked > self.limit {
            self.fault = Some(Fault::TooLong);
            return Err(stopped());
        }
        self.block.clear();
        (self.at, self.counted) = (0, 0);
        while self.block.is_empty() {
            let ended = self.read_raw() == 0;
            if self.fault.is_none() {
                self.decode(ended);
            }
            if self.fault.is_some() && self.block.is_empty() {
                return Err(stopped());
            }
            if ended {
                break;
            }
        }
        self.look_over();
        Ok(())
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
        if let Some((at, code)) = forbidden(&self.block) {
            self.block.truncate(at);
            self.fault = Some(Fault::Character(code));
        }
    }

    fn look_over(&mut self) {
        self.block_is_ascii = self.block.is_ascii();
        let carriage_return = memchr::memchr(b'\r', &self.block);
        self.block_holds = Holds {
            carriage_return: carriage_return.is_some(),
            bracket: memchr::memchr(b']', &self.block).is_some(),
        };
        if let (Some(at), None) = (carriage_return, self.first_carriage_return) {
            self.first_carriage_return = Some(self.after(self.here, 0, at));
        }
        self.holds.carriage_return |= self.block_holds.carriage_return;
        self.holds.bracket |= self.block_holds.bracket;
    }
}

/// The error that `fill_buf` answers with; why is in the [`Fault`].
fn stopped() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidInput)
}

#[inline]
fn advance_ascii(mut position: Position, piece: &[u8]) -> Position {
    position.byte += piece.len() as u64;
    match memchr::memrchr(b'\n', piece) {
        None => position.column = position.column.saturating_add(small(piece.len())),
        Some(last) => {
            let lines = 1 + memchr::memchr_iter(b'\n', &piece[..last]).count();
            position.line = position.line.saturating_add(small(lines));
            position.column = small(piece.len() - last);
        }
    }
    position
}

/// `None`: nothing was decoded yet.
pub(super) fn advance(
    mut position: Position,
    piece: &[u8],
    encoding: Option<Encoding>,
) -> Position {
    let encoding = encoding.unwrap_or(Encoding::Utf8);
    position.byte += encoding.raw_len(piece) as u64;
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

/// The first character that XML forbids [XML 1.0 §2.2]: control characters, U+FFFE, U+FFFF. Surrogates are in no `text`.
fn forbidden(text: &[u8]) -> Option<(usize, u32)> {
    let is_control = |byte: u8| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Two passes: the first has no early exit, and so is done many bytes at a time.
    let controls = text
        .iter()
        .fold(false, |any, byte| any | is_control(*byte))
        .then(|| text.iter().position(|byte| is_control(*byte)))
        .flatten()
        .map(|at| (at, u32::from(text[at])));
    let noncharacter = memchr::memmem::find_iter(text, b"\xEF\xBF")
        .find(|at| matches!(text.get(at + 2), Some(0xBE | 0xBF)))
        .map(|at| (at, 0xFFC0 + u32::from(text[at + 2] & 0x3F)));
    [controls, noncharacter].into_iter().flatten().min()
}

impl<R: BufRead> Read for Octets<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Octets<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.block.len() {
            self.refill()?;
        }
        Ok(&self.block[self.at..])
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}
