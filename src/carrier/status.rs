//! What a command_status of a submit_sm_resp means for its text [SPEC 4.2]: a table, and what a carrier's settings say over it. Unknown ones are temporary: a wrong "never"
//! loses a text, a wrong "later" costs a retry.

use crate::config::rooms::{StatusClass, Statuses};
use smpp::CommandStatus;

/// Refusals that the same PDU will always meet [SMPP 3.4 §5.1.3].
const FOR_GOOD: [u32; 25] = [
    0x01, // ESME_RINVMSGLEN
    0x02, // ESME_RINVCMDLEN
    0x03, // ESME_RINVCMDID
    0x06, // ESME_RINVPRTFLG
    0x07, // ESME_RINVREGDLVFLG
    0x0A, // ESME_RINVSRCADR
    0x0B, // ESME_RINVDSTADR
    0x33, // ESME_RINVNUMDESTS
    0x34, // ESME_RINVDLNAME
    0x40, // ESME_RINVDESTFLAG
    0x42, // ESME_RINVSUBREP
    0x43, // ESME_RINVESMCLASS
    0x44, // ESME_RCNTSUBDL
    0x48, // ESME_RINVSRCTON
    0x49, // ESME_RINVSRCNPI
    0x50, // ESME_RINVDSTTON
    0x51, // ESME_RINVDSTNPI
    0x61, // ESME_RINVSCHED
    0x62, // ESME_RINVEXPIRY
    0x63, // ESME_RINVDFTMSGID
    0xC0, // ESME_RINVOPTPARSTREAM
    0xC1, // ESME_ROPTPARNOTALLWD
    0xC2, // ESME_RINVPARLEN
    0xC3, // ESME_RMISSINGOPTPARAM
    0xC4, // ESME_RINVOPTPARAMVAL
];

/// What a refusal means at a carrier; `None`: it is none.
pub(super) fn class_of(status: CommandStatus, own: &Statuses) -> Option<StatusClass> {
    if status.is_ok() {
        return None;
    }
    let by_table = || match status {
        CommandStatus::ESME_RTHROTTLED => StatusClass::Throttled,
        CommandStatus::ESME_RMSGQFUL => StatusClass::QueueFull,
        status if FOR_GOOD.contains(&status.0) => StatusClass::Permanent,
        _ => StatusClass::Temporary,
    };
    Some(own.class_of(status.0).unwrap_or_else(by_table))
}

/// What a refused bind means: how long to wait, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BindRefusal {
    /// The account is bound elsewhere, or the SMSC has not noticed that it no longer is.
    AlreadyBound,
    /// The account or its password is wrong.
    WrongPassword,
    /// Anything else: it may pass.
    Other,
}

impl BindRefusal {
    /// The word of its meter.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AlreadyBound => "already_bound",
            Self::WrongPassword => "wrong_password",
            Self::Other => "failed",
        }
    }
}

impl BindRefusal {
    pub fn of(status: CommandStatus) -> Self {
        match status {
            CommandStatus::ESME_RALYBND => Self::AlreadyBound,
            // ESME_RBINDFAIL is what many SMSCs say instead of what is wrong.
            CommandStatus::ESME_RBINDFAIL
            | CommandStatus::ESME_RINVPASWD
            | CommandStatus::ESME_RINVSYSID => Self::WrongPassword,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_statuses_are_temporary() {
        let class = |status| class_of(CommandStatus(status), &Statuses::default());
        assert_eq!(class(0), None);
        assert_eq!(class(0x58), Some(StatusClass::Throttled));
        assert_eq!(class(0x14), Some(StatusClass::QueueFull));
        assert_eq!(class(0x0B), Some(StatusClass::Permanent));
        for temporary in [0x08, 0x45, 0x64, 0xFE, 0x400, 0xDEAD_BEEF] {
            assert_eq!(class(temporary), Some(StatusClass::Temporary));
        }
    }

    #[test]
    fn a_carrier_has_the_last_word() {
        let own = "ESME_RSYSERR = 'permanent'\n0x58 = 'temporary'\n1025 = 'throttled'";
        let own: Statuses = toml::from_str(own).expect("fits");
        let class = |status| class_of(CommandStatus(status), &own);
        assert_eq!(class(0x08), Some(StatusClass::Permanent));
        assert_eq!(class(0x58), Some(StatusClass::Temporary));
        assert_eq!(class(1025), Some(StatusClass::Throttled));
        assert_eq!(
            class(0x0B),
            Some(StatusClass::Permanent),
            "the table still holds"
        );
        assert_eq!(class(0), None);
    }
}
