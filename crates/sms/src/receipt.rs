//! What a carrier says became of an attempt, and which receipts a sender wishes for.

/// The state in a receipt. Codes are those of SMPP's `message_state` [SMPP 3.4 §5.2.28, SMPP 5.0 §4.7.15].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReceiptState {
    /// Waits at the SMSC for its time (SMPP 5.0).
    Scheduled,
    /// On its way.
    Enroute,
    /// On the handset.
    Delivered,
    /// Its validity ended first.
    Expired,
    /// Deleted at the SMSC.
    Deleted,
    /// Cannot be delivered.
    Undeliverable,
    /// Accepted on the handset's behalf; says nothing final [SPEC 4.5].
    Accepted,
    /// The SMSC does not know.
    Unknown,
    /// Rejected by the SMSC.
    Rejected,
    /// Left out by the SMSC (SMPP 5.0).
    Skipped,
}

/// What decides wherever it stands in the word, because the beginning would mislead (`DELIVERY_FAILED`).
const INSIDE: [(&str, ReceiptState); 6] = [
    ("REJECT", ReceiptState::Rejected),
    ("FAIL", ReceiptState::Undeliverable),
    ("IMPOSSIBLE", ReceiptState::Undeliverable),
    ("NOTDELIV", ReceiptState::Undeliverable),
    ("NONDELIV", ReceiptState::Undeliverable),
    ("TONETWORK", ReceiptState::Accepted),
];

/// Beginnings of the words of SMSCs; the first that fits decides.
const BEGINNINGS: [(&str, ReceiptState); 25] = [
    ("DELI", ReceiptState::Delivered),
    ("DLVR", ReceiptState::Delivered),
    ("DELE", ReceiptState::Deleted),
    ("CANCEL", ReceiptState::Deleted),
    ("EXP", ReceiptState::Expired),
    ("UND", ReceiptState::Undeliverable),
    ("SYSERR", ReceiptState::Undeliverable),
    ("ERR", ReceiptState::Undeliverable),
    ("ACC", ReceiptState::Accepted),
    ("ACK", ReceiptState::Accepted),
    ("UNK", ReceiptState::Unknown),
    ("REJ", ReceiptState::Rejected),
    ("BLOCK", ReceiptState::Rejected),
    ("BLACKLIST", ReceiptState::Rejected),
    ("NOCRED", ReceiptState::Rejected),
    ("ENR", ReceiptState::Enroute),
    ("BUFF", ReceiptState::Enroute),
    ("QUEUE", ReceiptState::Enroute),
    ("PEND", ReceiptState::Enroute),
    ("SENT", ReceiptState::Enroute),
    ("SUBMIT", ReceiptState::Enroute),
    ("RETRY", ReceiptState::Enroute),
    ("DEFER", ReceiptState::Enroute),
    ("SCHED", ReceiptState::Scheduled),
    ("SKIP", ReceiptState::Skipped),
];

impl ReceiptState {
    /// Every state, in the order of the codes.
    pub const ALL: [ReceiptState; 10] = [
        ReceiptState::Scheduled,
        ReceiptState::Enroute,
        ReceiptState::Delivered,
        ReceiptState::Expired,
        ReceiptState::Deleted,
        ReceiptState::Undeliverable,
        ReceiptState::Accepted,
        ReceiptState::Unknown,
        ReceiptState::Rejected,
        ReceiptState::Skipped,
    ];

    /// The value of a `message_state` TLV, or `None` for one that no version of SMPP defines.
    pub fn from_smpp_message_state(value: u8) -> Option<ReceiptState> {
        ReceiptState::ALL.get(usize::from(value)).copied()
    }

    /// The word after `stat:` in a receipt's text form [SMPP 3.4 Appendix B], in any case, cut short or written
    /// out, as SMSCs vary it: `DELIVRD`, `Delivered`, `deliv`, `DND_REJECTED`, or the digit of `message_state`.
    ///
    /// `None` for a word that tells nothing, and for 0, which is SCHEDULED to some and success to others.
    pub fn from_stat(word: &str) -> Option<ReceiptState> {
        if let [digit @ b'1'..=b'9'] = word.trim().as_bytes() {
            return ReceiptState::from_smpp_message_state(digit - b'0');
        }
        let letters: String = word
            .chars()
            .filter(char::is_ascii_alphabetic)
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let has_other = word.chars().any(|c| !c.is_ascii() || c.is_ascii_digit());
        if has_other {
            return None;
        }
        INSIDE
            .iter()
            .find(|(part, _)| letters.contains(part))
            .or_else(|| {
                BEGINNINGS
                    .iter()
                    .find(|(beginning, _)| letters.starts_with(beginning))
            })
            .map(|(_, state)| *state)
    }

    /// The seven-letter word of the text form, for records and the simulator.
    pub const fn as_stat(self) -> &'static str {
        match self {
            ReceiptState::Scheduled => "SCHEDUL",
            ReceiptState::Enroute => "ENROUTE",
            ReceiptState::Delivered => "DELIVRD",
            ReceiptState::Expired => "EXPIRED",
            ReceiptState::Deleted => "DELETED",
            ReceiptState::Undeliverable => "UNDELIV",
            ReceiptState::Accepted => "ACCEPTD",
            ReceiptState::Unknown => "UNKNOWN",
            ReceiptState::Rejected => "REJECTD",
            ReceiptState::Skipped => "SKIPPED",
        }
    }

    /// The number in the database, equal to SMPP's `message_state`.
    pub const fn code(self) -> i16 {
        match self {
            ReceiptState::Scheduled => 0,
            ReceiptState::Enroute => 1,
            ReceiptState::Delivered => 2,
            ReceiptState::Expired => 3,
            ReceiptState::Deleted => 4,
            ReceiptState::Undeliverable => 5,
            ReceiptState::Accepted => 6,
            ReceiptState::Unknown => 7,
            ReceiptState::Rejected => 8,
            ReceiptState::Skipped => 9,
        }
    }

    /// The state of that code, if there is one.
    pub fn from_code(code: i16) -> Option<ReceiptState> {
        u8::try_from(code)
            .ok()
            .and_then(ReceiptState::from_smpp_message_state)
    }

    /// Nothing more is to come for this attempt: neither under way nor merely accepted [SPEC 4.5].
    pub const fn is_final(self) -> bool {
        !matches!(
            self,
            ReceiptState::Scheduled | ReceiptState::Enroute | ReceiptState::Accepted
        )
    }

    /// The handset has it; every other final state is UNDELIVERABLE in mails [SPEC 6.2].
    pub const fn means_delivered(self) -> bool {
        matches!(self, ReceiptState::Delivered)
    }
}

/// Which final receipts a sender wants by mail [SPEC 3.4, 6.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wish {
    /// Delivered or not.
    Always,
    /// Only when it was not delivered.
    Failures,
    /// None.
    Never,
}

impl Wish {
    /// The word in settings and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Wish::Always => "always",
            Wish::Failures => "failures",
            Wish::Never => "never",
        }
    }

    /// The wish of that word, as [`Wish::as_str`] writes it.
    pub fn parse(word: &str) -> Option<Wish> {
        [Wish::Always, Wish::Failures, Wish::Never]
            .into_iter()
            .find(|wish| wish.as_str() == word)
    }

    /// The number in the database.
    pub const fn code(self) -> i16 {
        match self {
            Wish::Always => 0,
            Wish::Failures => 1,
            Wish::Never => 2,
        }
    }

    /// The wish of that code, if there is one.
    pub fn from_code(code: i16) -> Option<Wish> {
        [Wish::Always, Wish::Failures, Wish::Never]
            .into_iter()
            .find(|wish| wish.code() == code)
    }

    /// Whether a final receipt with this outcome is to be told.
    pub const fn wants(self, delivered: bool) -> bool {
        match self {
            Wish::Always => true,
            Wish::Failures => !delivered,
            Wish::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_go_there_and_back() {
        for state in ReceiptState::ALL {
            assert_eq!(ReceiptState::from_code(state.code()), Some(state));
            assert_eq!(ReceiptState::from_stat(state.as_stat()), Some(state));
            assert_eq!(state.as_stat().len(), 7);
        }
        for wish in [Wish::Always, Wish::Failures, Wish::Never] {
            assert_eq!(Wish::from_code(wish.code()), Some(wish));
            assert_eq!(Wish::parse(wish.as_str()), Some(wish));
        }
        for code in [-1, 10, 258, i16::MAX] {
            assert_eq!(ReceiptState::from_code(code), None);
        }
        assert_eq!(
            ReceiptState::from_smpp_message_state(2),
            Some(ReceiptState::Delivered)
        );
        assert_eq!(ReceiptState::from_smpp_message_state(200), None);
    }

    #[test]
    fn words_of_real_smscs_are_understood() {
        let table: [(&str, Option<ReceiptState>); 31] = [
            ("DELIVRD", Some(ReceiptState::Delivered)),
            ("delivered", Some(ReceiptState::Delivered)),
            (" DELIV ", Some(ReceiptState::Delivered)),
            ("DELETED", Some(ReceiptState::Deleted)),
            ("Undeliverable", Some(ReceiptState::Undeliverable)),
            ("UNDELIVERED", Some(ReceiptState::Undeliverable)),
            ("UNKNOWN", Some(ReceiptState::Unknown)),
            ("REJECTED", Some(ReceiptState::Rejected)),
            ("ACCEPTED", Some(ReceiptState::Accepted)),
            ("FAILED", Some(ReceiptState::Undeliverable)),
            ("DELIVERY_FAILED", Some(ReceiptState::Undeliverable)),
            ("Not-Delivered", Some(ReceiptState::Undeliverable)),
            ("DeliveryImpossible", Some(ReceiptState::Undeliverable)),
            ("DeliveredToNetwork", Some(ReceiptState::Accepted)),
            ("DeliveredToTerminal", Some(ReceiptState::Delivered)),
            ("DND_REJECTED", Some(ReceiptState::Rejected)),
            ("NOCRED", Some(ReceiptState::Rejected)),
            ("SYSERR", Some(ReceiptState::Undeliverable)),
            ("BUFFRED", Some(ReceiptState::Enroute)),
            ("BUFFERD", Some(ReceiptState::Enroute)),
            ("ACKED", Some(ReceiptState::Accepted)),
            ("SKIPPED", Some(ReceiptState::Skipped)),
            ("2", Some(ReceiptState::Delivered)),
            ("8", Some(ReceiptState::Rejected)),
            ("0", None),
            ("22", None),
            ("DELIVRD2", None),
            ("DEL", None),
            ("", None),
            ("é", None),
            ("DELéVRD", None),
        ];
        for (word, state) in table {
            assert_eq!(ReceiptState::from_stat(word), state, "{word}");
        }
    }

    #[test]
    fn intermediate_states_are_never_final() {
        let open: Vec<_> = ReceiptState::ALL
            .into_iter()
            .filter(|state| !state.is_final())
            .collect();
        assert_eq!(
            open,
            [
                ReceiptState::Scheduled,
                ReceiptState::Enroute,
                ReceiptState::Accepted
            ]
        );
    }
}
