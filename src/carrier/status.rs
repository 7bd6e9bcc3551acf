//! What a command_status of a submit_sm_resp means for its text [SPEC 4.2]. Unknown ones are temporary: a wrong "never" loses a text, a wrong "later" costs a retry.

use crate::to_handset::Answer;
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

/// The answer that a status is to a deposit.
pub(super) fn answer_of(status: CommandStatus, message_id: String) -> Answer {
    match status {
        status if status.is_ok() => Answer::Accepted { message_id },
        CommandStatus::ESME_RTHROTTLED => Answer::Throttled { status: status.0 },
        status if FOR_GOOD.contains(&status.0) => Answer::RefusedForGood { status: status.0 },
        status => Answer::RefusedForNow { status: status.0 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_statuses_are_temporary() {
        let class = |status| answer_of(CommandStatus(status), String::new());
        assert_eq!(
            class(0),
            Answer::Accepted {
                message_id: String::new()
            }
        );
        assert_eq!(class(0x58), Answer::Throttled { status: 0x58 });
        assert_eq!(class(0x0B), Answer::RefusedForGood { status: 0x0B });
        for temporary in [0x08, 0x14, 0x45, 0x64, 0xFE, 0x400, 0xDEAD_BEEF] {
            assert_eq!(
                class(temporary),
                Answer::RefusedForNow { status: temporary }
            );
        }
    }
}
