//! Octets from the socket, cut into PDUs by their length alone.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, ReadBuf};

use crate::pdu::{HEADER, MAX_PDU};

/// How much is asked of the socket at once.
const READ: usize = 16 * 1024;

/// What was read and is not yet cut. It grows to one PDU of the greatest length and one read, never further.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    octets: Vec<u8>,
    start: usize,
    end: usize,
}

/// The stream cannot be cut into PDUs any more: there is no way to find where the next one begins.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Unframed {
    #[error("command_length {0} is shorter than a header")]
    TooShort(usize),
    #[error("command_length {0} is above the limit of {MAX_PDU}")]
    TooLong(usize),
}

impl Inbox {
    /// Reads once. `Ok(0)` is the end of the stream.
    pub(crate) fn poll_fill<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.make_room();
        let mut room = ReadBuf::new(&mut self.octets[self.end..]);
        ready!(Pin::new(stream).poll_read(cx, &mut room))?;
        let read = room.filled().len();
        self.end += read;
        Poll::Ready(Ok(read))
    }

    /// The next whole PDU, header included, if it is there.
    pub(crate) fn next_pdu(&mut self) -> Result<Option<&[u8]>, Unframed> {
        let Some(length) = self.next_length()? else {
            return Ok(None);
        };
        if self.end - self.start < length {
            return Ok(None);
        }
        let from = self.start;
        self.start += length;
        Ok(Some(&self.octets[from..from + length]))
    }

    /// Whether part of a PDU is waiting for its rest.
    pub(crate) fn holds_a_part(&self) -> bool {
        self.start < self.end
    }

    fn next_length(&self) -> Result<Option<usize>, Unframed> {
        let Some(&[a, b, c, d]) = self.octets[self.start..self.end].first_chunk::<4>() else {
            return Ok(None);
        };
        match u32::from_be_bytes([a, b, c, d]) as usize {
            length if length < HEADER => Err(Unframed::TooShort(length)),
            length if length > MAX_PDU => Err(Unframed::TooLong(length)),
            length => Ok(Some(length)),
        }
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.octets.len() - self.end < READ / 4 {
            self.octets.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.octets.len() - self.end < READ / 4 {
            self.octets.resize(self.end + READ, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn cut(mut stream: &[u8]) -> (Vec<Vec<u8>>, Option<Unframed>, bool) {
        let (mut inbox, mut pdus) = (Inbox::default(), Vec::new());
        loop {
            let read = poll_fn(|cx| inbox.poll_fill(&mut stream, cx))
                .await
                .expect("memory reads");
            loop {
                match inbox.next_pdu() {
                    Ok(Some(pdu)) => pdus.push(pdu.to_vec()),
                    Ok(None) => break,
                    Err(e) => return (pdus, Some(e), true),
                }
            }
            if read == 0 {
                return (pdus, None, inbox.holds_a_part());
            }
        }
    }

    fn pdu_of(length: usize, fill: u8) -> Vec<u8> {
        let mut pdu = vec![fill; length];
        pdu[..4].copy_from_slice(&(length as u32).to_be_bytes());
        pdu
    }

    #[tokio::test]
    async fn pdus_of_every_size_come_out_whole() {
        let expected: Vec<_> = [16, 17, 4096, 16384, 16385, MAX_PDU, 16, MAX_PDU, 200]
            .iter()
            .enumerate()
            .map(|(i, &length)| pdu_of(length, i as u8))
            .collect();
        let (pdus, error, part) = cut(&expected.concat()).await;
        assert_eq!((pdus == expected, error, part), (true, None, false));
    }

    #[tokio::test]
    async fn lengths_that_end_the_stream() {
        for (length, error) in [
            (0u32, Unframed::TooShort(0)),
            (15, Unframed::TooShort(15)),
            (MAX_PDU as u32 + 1, Unframed::TooLong(MAX_PDU + 1)),
            (u32::MAX, Unframed::TooLong(u32::MAX as usize)),
        ] {
            let stream = [pdu_of(20, 7), length.to_be_bytes().to_vec()].concat();
            let (pdus, found, _) = cut(&stream).await;
            assert_eq!((pdus.len(), found), (1, Some(error)));
        }
    }

    #[tokio::test]
    async fn a_half_is_kept() {
        let (pdus, error, part) = cut(&pdu_of(40, 1)[..39]).await;
        assert_eq!((pdus.len(), error, part), (0, None, true));
    }
}
