//! The states of an SMS on its journey, and the four classic words that old clients know [SPEC 4.1].

use std::fmt;

/// Where an SMS stands. Stored as [`State::code`], shown as [`State::as_str`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Waits for its send time.
    Scheduled,
    /// Due, waits for its turn (or for quiet hours, a free pair, a suspended carrier).
    Pending,
    /// Its parts are being written to a carrier.
    Submitting,
    /// The SMSC accepted all parts.
    Ok,
    /// Refused for now, will be tried again.
    Fail,
    /// Written, and no answer came; it may have arrived.
    InDoubt,
    /// Given up for good.
    Abort,
    /// Taken back before it left.
    Cancelled,
    /// In doubt for good.
    Unknown,
    /// The carrier says that the handset has it.
    Delivered,
    /// The carrier says that the handset will not get it.
    Undeliverable,
}

/// The four words of the classic interface **C**; an id that does not exist is `Abort` too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Classic {
    /// Not accepted by the SMSC yet.
    Pending,
    /// Accepted by the SMSC; stays so whatever the receipt says.
    Ok,
    /// Failed or in doubt for the moment.
    Fail,
    /// Over without success.
    Abort,
}

impl State {
    /// Every state, in the order of the codes.
    pub const ALL: [State; 11] = [
        State::Scheduled,
        State::Pending,
        State::Submitting,
        State::Ok,
        State::Fail,
        State::InDoubt,
        State::Abort,
        State::Cancelled,
        State::Unknown,
        State::Delivered,
        State::Undeliverable,
    ];

    /// The word in JSON, pages and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Scheduled => "scheduled",
            State::Pending => "pending",
            State::Submitting => "submitting",
            State::Ok => "ok",
            State::Fail => "fail",
            State::InDoubt => "in_doubt",
            State::Abort => "abort",
            State::Cancelled => "cancelled",
            State::Unknown => "unknown",
            State::Delivered => "delivered",
            State::Undeliverable => "undeliverable",
        }
    }

    /// The state of that word, as [`State::as_str`] writes it.
    pub fn parse(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The number in the database. Codes never change their meaning.
    pub const fn code(self) -> i16 {
        match self {
            State::Scheduled => 0,
            State::Pending => 1,
            State::Submitting => 2,
            State::Ok => 3,
            State::Fail => 4,
            State::InDoubt => 5,
            State::Abort => 6,
            State::Cancelled => 7,
            State::Unknown => 8,
            State::Delivered => 9,
            State::Undeliverable => 10,
        }
    }

    /// The state of that code, if there is one.
    pub fn from_code(code: i16) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The classic word for it **C**.
    pub const fn classic(self) -> Classic {
        match self {
            State::Scheduled | State::Pending | State::Submitting => Classic::Pending,
            State::Ok | State::Delivered | State::Undeliverable => Classic::Ok,
            State::Fail | State::InDoubt => Classic::Fail,
            State::Abort | State::Cancelled | State::Unknown => Classic::Abort,
        }
    }

    /// No further try will be made and no receipt is awaited. A late delivery receipt may still turn
    /// `undeliverable` into `delivered` [SPEC 6.2]; `ok` awaits its receipt and is not final.
    pub const fn is_final(self) -> bool {
        match self {
            State::Abort
            | State::Cancelled
            | State::Unknown
            | State::Delivered
            | State::Undeliverable => true,
            State::Scheduled
            | State::Pending
            | State::Submitting
            | State::Ok
            | State::Fail
            | State::InDoubt => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Classic {
    /// The word as old clients compare it, to the letter **C**.
    pub const fn as_str(self) -> &'static str {
        match self {
            Classic::Pending => "PENDING",
            Classic::Ok => "OK",
            Classic::Fail => "FAIL",
            Classic::Abort => "ABORT",
        }
    }
}

impl fmt::Display for Classic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_go_there_and_back() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert_eq!(State::from_code(-1), None);
        assert_eq!(State::from_code(11), None);
        assert_eq!(State::parse("OK"), None);
    }

    #[test]
    fn classic_words_are_those_of_the_specification() {
        let table = [
            (
                "PENDING",
                vec![State::Scheduled, State::Pending, State::Submitting],
            ),
            (
                "OK",
                vec![State::Ok, State::Delivered, State::Undeliverable],
            ),
            ("FAIL", vec![State::Fail, State::InDoubt]),
            (
                "ABORT",
                vec![State::Abort, State::Cancelled, State::Unknown],
            ),
        ];
        for (word, states) in table {
            for state in states {
                assert_eq!(state.classic().as_str(), word, "{state}");
            }
        }
    }
}
