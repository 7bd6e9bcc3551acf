//! The requests that wait for an answer: by sequence number, and by deadline.

use std::collections::{HashMap, VecDeque};

use tokio::time::Instant;

use super::outbox::Outbox;
use crate::pdu::command;

/// The greatest sequence_number of a request [SMPP 3.4 §5.1.4].
const LAST_SEQUENCE: u32 = 0x7fff_ffff;

/// Timed-out requests that are remembered for a late answer; the oldest beyond are forgotten.
const MOST_LATE: usize = 100_000;

/// What was asked.
#[derive(Clone, Copy)]
pub(super) enum Request {
    Message(u64),
    Enquiry,
    Unbind,
}

/// What a response answers.
#[derive(Debug, PartialEq)]
pub(super) enum Answered {
    InTime(u64),
    Late(u64),
    Enquiry,
    Unbind,
    /// Nothing that is open, or not with this kind of response.
    Nothing,
}

struct Open {
    request: Request,
    /// The command that answers it.
    response: u32,
    /// Its first octet's position in the stream.
    start: u64,
    is_late: bool,
}

pub(super) struct OpenRequests {
    next: u32,
    by_sequence: HashMap<u32, Open>,
    /// In the order of their deadlines, since the time-out is the same for all; answered ones stay until they reach the front or
    /// make up half of it.
    deadlines: VecDeque<(u32, Instant)>,
    late: VecDeque<u32>,
}

impl OpenRequests {
    pub(super) fn new(first_sequence: u32) -> Self {
        Self {
            next: first_sequence.clamp(1, LAST_SEQUENCE),
            by_sequence: HashMap::new(),
            deadlines: VecDeque::new(),
            late: VecDeque::new(),
        }
    }

    /// Gives the request a sequence number that no other open one has.
    pub(super) fn insert(&mut self, request: Request, response: u32, start: u64) -> u32 {
        loop {
            let sequence = self.next;
            self.next = if sequence == LAST_SEQUENCE {
                1
            } else {
                sequence + 1
            };
            if let std::collections::hash_map::Entry::Vacant(free) =
                self.by_sequence.entry(sequence)
            {
                free.insert(Open {
                    request,
                    response,
                    start,
                    is_late: false,
                });
                return sequence;
            }
        }
    }

    /// Its first octet is written: its time runs.
    pub(super) fn start(&mut self, sequence: u32, deadline: Instant) {
        self.deadlines.push_back((sequence, deadline));
        if self.deadlines.len() > 2 * self.by_sequence.len() + 1024 {
            let by_sequence = &self.by_sequence;
            self.deadlines
                .retain(|(sequence, _)| by_sequence.contains_key(sequence));
        }
    }

    pub(super) fn forget(&mut self, sequence: u32) {
        self.by_sequence.remove(&sequence);
    }

    pub(super) fn answer(&mut self, sequence: u32, command_id: u32) -> Answered {
        let fits = |open: &Open| open.response == command_id || command_id == command::GENERIC_NACK;
        match self.by_sequence.get(&sequence) {
            Some(open) if fits(open) => {}
            _ => return Answered::Nothing,
        }
        match self.by_sequence.remove(&sequence) {
            Some(Open {
                request: Request::Message(token),
                is_late: true,
                ..
            }) => Answered::Late(token),
            Some(Open {
                request: Request::Message(token),
                ..
            }) => Answered::InTime(token),
            Some(Open {
                request: Request::Enquiry,
                ..
            }) => Answered::Enquiry,
            Some(Open {
                request: Request::Unbind,
                ..
            }) => Answered::Unbind,
            None => Answered::Nothing,
        }
    }

    /// The nearest deadline of a request that is still open.
    pub(super) fn next_deadline(&mut self) -> Option<Instant> {
        while let Some(&(sequence, deadline)) = self.deadlines.front() {
            if self
                .by_sequence
                .get(&sequence)
                .is_some_and(|open| !open.is_late)
            {
                return Some(deadline);
            }
            self.deadlines.pop_front();
        }
        None
    }

    /// The next request whose time is over; it stays known for a late answer.
    pub(super) fn next_overdue(&mut self, now: Instant) -> Option<u64> {
        if self.next_deadline()? > now {
            return None;
        }
        let (sequence, _) = self.deadlines.pop_front()?;
        let open = self.by_sequence.get_mut(&sequence)?;
        open.is_late = true;
        let Request::Message(token) = open.request else {
            return None;
        };
        self.late.push_back(sequence);
        if self.late.len() > MOST_LATE
            && let Some(oldest) = self.late.pop_front()
            && self
                .by_sequence
                .get(&oldest)
                .is_some_and(|open| open.is_late)
        {
            self.by_sequence.remove(&oldest);
        }
        Some(token)
    }

    /// At the end: the tokens never given to the socket, and those given but neither answered nor timed out; in their order.
    pub(super) fn settle(self, outbox: &Outbox) -> (Vec<u64>, Vec<u64>) {
        let mut rest: Vec<_> = self
            .by_sequence
            .into_values()
            .filter(|open| !open.is_late)
            .filter_map(|open| match open.request {
                Request::Message(token) => Some((open.start, token)),
                Request::Enquiry | Request::Unbind => None,
            })
            .collect();
        rest.sort_unstable();
        let (unanswered, unwritten): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|&(start, _)| outbox.may_have_started(start));
        let tokens =
            |requests: Vec<(u64, u64)>| requests.into_iter().map(|(_, token)| token).collect();
        (tokens(unwritten), tokens(unanswered))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const RESPONSE: u32 = command::SUBMIT_SM | command::RESPONSE;

    #[test]
    fn sequences_wrap_and_pass_over_open_ones() {
        let mut open = OpenRequests::new(LAST_SEQUENCE - 1);
        let mut ask = |token| open.insert(Request::Message(token), RESPONSE, token);
        assert_eq!(
            [ask(1), ask(2), ask(3)],
            [LAST_SEQUENCE - 1, LAST_SEQUENCE, 1]
        );
        open.next = LAST_SEQUENCE - 1;
        assert_eq!(open.answer(LAST_SEQUENCE, RESPONSE), Answered::InTime(2));
        let mut ask = |token| open.insert(Request::Message(token), RESPONSE, token);
        assert_eq!([ask(4), ask(5)], [LAST_SEQUENCE, 2]);
    }

    #[test]
    fn late_then_answered_then_unknown() {
        let (mut open, now) = (OpenRequests::new(1), Instant::now());
        let a = open.insert(Request::Message(10), RESPONSE, 0);
        let b = open.insert(Request::Message(20), RESPONSE, 1);
        open.start(a, now);
        open.start(b, now + Duration::from_secs(1));
        assert_eq!(
            (open.next_overdue(now), open.next_overdue(now)),
            (Some(10), None)
        );
        assert_eq!(
            open.answer(a, command::DELIVER_SM | command::RESPONSE),
            Answered::Nothing
        );
        assert_eq!(open.answer(a, RESPONSE), Answered::Late(10));
        assert_eq!(open.answer(a, RESPONSE), Answered::Nothing);
        assert_eq!(open.answer(b, command::GENERIC_NACK), Answered::InTime(20));
        assert_eq!(open.next_deadline(), None);
    }

    #[test]
    fn one_stuck_request_does_not_make_the_queue_grow() {
        let (mut open, now) = (OpenRequests::new(1), Instant::now());
        let stuck = open.insert(Request::Message(0), RESPONSE, 0);
        open.start(stuck, now);
        for token in 1..100_000 {
            let sequence = open.insert(Request::Message(token), RESPONSE, token);
            open.start(sequence, now);
            open.answer(sequence, RESPONSE);
        }
        assert!(open.deadlines.len() < 2048);
        assert_eq!(open.next_overdue(now), Some(0));
    }

    #[test]
    fn late_ones_are_forgotten_beyond_a_limit() {
        let (mut open, now) = (OpenRequests::new(1), Instant::now());
        for token in 0..MOST_LATE as u64 + 10 {
            let sequence = open.insert(Request::Message(token), RESPONSE, token);
            open.start(sequence, now);
            assert_eq!(open.next_overdue(now), Some(token));
        }
        assert_eq!(open.by_sequence.len(), MOST_LATE);
    }
}
