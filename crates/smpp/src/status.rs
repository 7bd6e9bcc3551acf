//! command_status: the number with which a peer answers, and its name.

use std::fmt;

/// The status of a response [SMPP 3.4 §5.1.3]. Any number is possible; those of the specification have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CommandStatus(pub u32);

macro_rules! statuses {
    ($($name:ident = $value:literal, $meaning:literal;)*) => {
        impl CommandStatus {
            $(#[doc = $meaning] pub const $name: Self = Self($value);)*

            /// The name of the specification, if it has one.
            pub const fn known_name(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some(stringify!($name)),)*
                    _ => None,
                }
            }

            /// Every status that has a name, in the order of their numbers.
            pub const NAMED: &'static [Self] = &[$(Self($value)),*];
        }
    };
}

statuses! {
    ESME_ROK = 0x0000, "No error.";
    ESME_RINVMSGLEN = 0x0001, "The message is too long or too short.";
    ESME_RINVCMDLEN = 0x0002, "command_length does not fit the PDU.";
    ESME_RINVCMDID = 0x0003, "Unknown or unsupported command.";
    ESME_RINVBNDSTS = 0x0004, "Not allowed in this bind state.";
    ESME_RALYBND = 0x0005, "Already bound.";
    ESME_RINVPRTFLG = 0x0006, "Invalid priority_flag.";
    ESME_RINVREGDLVFLG = 0x0007, "Invalid registered_delivery.";
    ESME_RSYSERR = 0x0008, "System error.";
    ESME_RINVSRCADR = 0x000a, "Invalid source address.";
    ESME_RINVDSTADR = 0x000b, "Invalid destination address.";
    ESME_RINVMSGID = 0x000c, "Invalid message_id.";
    ESME_RBINDFAIL = 0x000d, "Bind failed.";
    ESME_RINVPASWD = 0x000e, "Invalid password.";
    ESME_RINVSYSID = 0x000f, "Invalid system_id.";
    ESME_RCANCELFAIL = 0x0011, "cancel_sm failed.";
    ESME_RREPLACEFAIL = 0x0013, "replace_sm failed.";
    ESME_RMSGQFUL = 0x0014, "The message queue is full.";
    ESME_RINVSERTYP = 0x0015, "Invalid service_type.";
    ESME_RINVNUMDESTS = 0x0033, "Invalid number of destinations.";
    ESME_RINVDLNAME = 0x0034, "Invalid distribution list.";
    ESME_RINVDESTFLAG = 0x0040, "Invalid destination flag.";
    ESME_RINVSUBREP = 0x0042, "Invalid submit-with-replace request.";
    ESME_RINVESMCLASS = 0x0043, "Invalid esm_class.";
    ESME_RCNTSUBDL = 0x0044, "Cannot submit to the distribution list.";
    ESME_RSUBMITFAIL = 0x0045, "submit_sm failed.";
    ESME_RINVSRCTON = 0x0048, "Invalid source TON.";
    ESME_RINVSRCNPI = 0x0049, "Invalid source NPI.";
    ESME_RINVDSTTON = 0x0050, "Invalid destination TON.";
    ESME_RINVDSTNPI = 0x0051, "Invalid destination NPI.";
    ESME_RINVSYSTYP = 0x0053, "Invalid system_type.";
    ESME_RINVREPFLAG = 0x0054, "Invalid replace_if_present_flag.";
    ESME_RINVNUMMSGS = 0x0055, "Invalid number of messages.";
    ESME_RTHROTTLED = 0x0058, "More messages than the account may send.";
    ESME_RINVSCHED = 0x0061, "Invalid scheduled delivery time.";
    ESME_RINVEXPIRY = 0x0062, "Invalid validity period.";
    ESME_RINVDFTMSGID = 0x0063, "Invalid predefined message.";
    ESME_RX_T_APPN = 0x0064, "The receiver has a temporary error.";
    ESME_RX_P_APPN = 0x0065, "The receiver has a permanent error.";
    ESME_RX_R_APPN = 0x0066, "The receiver rejects the message.";
    ESME_RQUERYFAIL = 0x0067, "query_sm failed.";
    ESME_RINVTLVSTREAM = 0x00c0, "Error in the optional part.";
    ESME_RTLVNOTALLWD = 0x00c1, "TLV not allowed.";
    ESME_RINVTLVLEN = 0x00c2, "Invalid TLV length.";
    ESME_RMISSINGTLV = 0x00c3, "An expected TLV is missing.";
    ESME_RINVTLVVAL = 0x00c4, "Invalid TLV value.";
    ESME_RDELIVERYFAILURE = 0x00fe, "Delivery failure.";
    ESME_RUNKNOWNERR = 0x00ff, "Unknown error.";
    ESME_RSERTYPUNAUTH = 0x0100, "Not authorised for this service_type (SMPP 5.0).";
    ESME_RPROHIBITED = 0x0101, "Prohibited (SMPP 5.0).";
    ESME_RSERTYPUNAVAIL = 0x0102, "service_type unavailable (SMPP 5.0).";
    ESME_RSERTYPDENIED = 0x0103, "service_type denied (SMPP 5.0).";
    ESME_RINVDCS = 0x0104, "Invalid data_coding (SMPP 5.0).";
    ESME_RINVSRCADDRSUBUNIT = 0x0105, "Invalid source address subunit (SMPP 5.0).";
    ESME_RINVDSTADDRSUBUNIT = 0x0106, "Invalid destination address subunit (SMPP 5.0).";
}

impl CommandStatus {
    /// Whether this is [`CommandStatus::ESME_ROK`].
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// `ESME_RTHROTTLED` and so on; a number without a name as `0x00000fff`.
    pub fn name(self) -> String {
        match self.known_name() {
            Some(name) => name.to_owned(),
            None => format!("{:#010x}", self.0),
        }
    }

    /// The reverse of [`name`](Self::name), any case: a name of the specification, or a number in decimal or with `0x`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        if let Some(hex) = name.strip_prefix("0x").or_else(|| name.strip_prefix("0X")) {
            return u32::from_str_radix(hex, 16).ok().map(Self);
        }
        let by_name = Self::NAMED.iter().copied().find(|status| {
            status
                .known_name()
                .is_some_and(|known| known.eq_ignore_ascii_case(name))
        });
        by_name.or_else(|| name.parse().ok().map(Self))
    }
}

impl fmt::Display for CommandStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        assert_eq!(CommandStatus(0x58).name(), "ESME_RTHROTTLED");
        assert_eq!(CommandStatus(0xfff).name(), "0x00000fff");
        for &status in CommandStatus::NAMED {
            assert_eq!(CommandStatus::from_name(&status.name()), Some(status));
        }
        assert_eq!(
            CommandStatus::from_name("0x00000fff"),
            Some(CommandStatus(0xfff))
        );
        assert_eq!(
            CommandStatus::from_name(" esme_rmsgqful "),
            Some(CommandStatus::ESME_RMSGQFUL)
        );
        assert_eq!(
            CommandStatus::from_name("88"),
            Some(CommandStatus::ESME_RTHROTTLED)
        );
        assert_eq!(CommandStatus::from_name("ESME_NONSENSE"), None);
        assert_eq!(CommandStatus::from_name("0x1ffffffff"), None);
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(CommandStatus::NAMED.is_sorted_by(|a, b| a < b));
    }
}
