//! The octets on their way to the socket, and which PDU each of them belongs to.

use std::collections::VecDeque;

use crate::pdu::{Frame, Oversized};

/// What a PDU in the outbox is.
#[derive(Clone, Copy)]
pub(super) enum Placed {
    /// A request that carries a message.
    Request(u32),
    /// An answer whose writing is told.
    Answer(u32),
    Other,
}

/// One batch of PDUs. Positions count octets since the session began.
#[derive(Default)]
pub(super) struct Outbox {
    octets: Vec<u8>,
    /// Of `octets`, what the socket accepted.
    done: usize,
    /// All that the socket ever accepted.
    accepted: u64,
    /// (first octet, octet after the last, which); those not accepted whole.
    placed: VecDeque<(u64, u64, Placed)>,
    requests_unstarted: usize,
    failed: bool,
    /// Something was accepted since the last flush.
    pub(super) wants_flush: bool,
    /// Answers accepted whole and not yet flushed.
    pub(super) answers_accepted: Vec<u32>,
}

impl Outbox {
    /// A batch of one very long PDU is no reason to keep its memory.
    const KEEP: usize = 256 * 1024;

    pub(super) fn is_empty(&self) -> bool {
        self.done == self.octets.len()
    }

    /// Where the next PDU will begin.
    pub(super) fn end(&self) -> u64 {
        self.accepted + (self.octets.len() - self.done) as u64
    }

    pub(super) fn waiting(&self) -> &[u8] {
        &self.octets[self.done..]
    }

    pub(super) fn has_unstarted_request(&self) -> bool {
        self.requests_unstarted > 0
    }

    pub(super) fn place(&mut self, frame: &Frame, what: Placed) -> Result<(), Oversized> {
        let start = self.end();
        frame.encode(&mut self.octets)?;
        self.placed.push_back((start, self.end(), what));
        self.requests_unstarted += usize::from(matches!(what, Placed::Request(_)));
        Ok(())
    }

    /// The socket accepted so many octets more; `started` is called with the sequence of each request whose first octet is among them.
    pub(super) fn accept(&mut self, octets: usize, mut started: impl FnMut(u32)) {
        let before = self.accepted;
        self.accepted += octets as u64;
        self.done += octets;
        self.wants_flush = true;
        for &(start, _, what) in &self.placed {
            if start >= self.accepted {
                break;
            }
            if let Placed::Request(sequence) = what
                && start >= before
            {
                self.requests_unstarted -= 1;
                started(sequence);
            }
        }
        while let Some(&(_, end, what)) = self.placed.front()
            && end <= self.accepted
        {
            self.placed.pop_front();
            if let Placed::Answer(sequence) = what {
                self.answers_accepted.push(sequence);
            }
        }
        if self.is_empty() {
            self.octets.clear();
            self.octets.shrink_to(Self::KEEP);
            self.done = 0;
        }
    }

    /// A write failed: there is no telling how much of the batch it took.
    pub(super) fn fail(&mut self) {
        self.failed = true;
    }

    /// Whether a request that begins at `start` may have reached the socket.
    pub(super) fn may_have_started(&self, start: u64) -> bool {
        self.failed || start < self.accepted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::Pdu;

    #[test]
    fn started_from_the_first_octet_written_after_the_last() {
        let mut outbox = Outbox::default();
        let place = |outbox: &mut Outbox, sequence, what| {
            let start = outbox.end();
            outbox
                .place(&Frame::new(sequence, Pdu::EnquireLink), what)
                .expect("fits");
            start
        };
        let first = place(&mut outbox, 1, Placed::Request(1));
        place(&mut outbox, 2, Placed::Answer(2));
        let third = place(&mut outbox, 3, Placed::Request(3));
        assert_eq!(
            (first, third, outbox.may_have_started(first)),
            (0, 32, false)
        );

        let accept = |outbox: &mut Outbox, octets| {
            let mut started = Vec::new();
            outbox.accept(octets, |sequence| started.push(sequence));
            started
        };
        assert_eq!(accept(&mut outbox, 1), [1]);
        assert!(accept(&mut outbox, 30).is_empty());
        assert!(outbox.answers_accepted.is_empty() && outbox.has_unstarted_request());
        assert!(accept(&mut outbox, 1).is_empty());
        assert_eq!(outbox.answers_accepted, [2]);
        assert!(outbox.may_have_started(first) && !outbox.may_have_started(third));
        assert_eq!(accept(&mut outbox, 16), [3]);
        assert!(outbox.is_empty() && !outbox.has_unstarted_request());
        assert_eq!(outbox.end(), 48);
    }

    #[test]
    fn after_a_failed_write_all_may_have_started() {
        let mut outbox = Outbox::default();
        outbox
            .place(&Frame::new(1, Pdu::EnquireLink), Placed::Request(1))
            .expect("fits");
        outbox.fail();
        assert!(outbox.may_have_started(0));
    }
}
