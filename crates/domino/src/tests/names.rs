//! `NotesName`, and people as formulas name them, as documented.

use super::documented;

/// [NotesName, as documented]
#[test]
fn notes_name() {
    documented(
        "NotesName",
        &[
            (
                "Set n = New NotesName(\"CN=Ann Lee/OU=Sales/O=Acme/C=US\")\nPrint n.Abbreviated\nPrint n.Canonical\nPrint n.Common & n.OrgUnit1 & n.Organization & n.Country",
                "Ann Lee/Sales/Acme/US|CN=Ann Lee/OU=Sales/O=Acme/C=US|Ann LeeSalesAcmeUS",
            ),
            (
                "Set n = s.CreateName(\"Ann Lee/Sales/Acme\")\nPrint n.Canonical & n.IsHierarchical",
                "CN=Ann Lee/OU=Sales/O=AcmeTrue",
            ),
            (
                "Set n = s.CreateName(\"Ann Lee\")\nPrint n.Common & n.IsHierarchical & \"[\" & n.Organization & \"]\"",
                "Ann LeeFalse[]",
            ),
            (
                "Set n = s.CreateName(\"CN=A/OU=One/OU=Two/O=X\")\nPrint n.OrgUnit1 & n.OrgUnit2 & \"[\" & n.OrgUnit3 & \"]\"",
                "TwoOne[]",
            ),
            (
                "Set n = s.CreateName(\"CN=A/OU=One/O=X/C=AU\")\nPrint n.Keyword",
                "AU\\X\\One",
            ),
            (
                "Set n = s.CreateName(|\"Ann Lee\" <ann@example.com>|)\nPrint n.Addr821 & n.Addr822Phrase & n.Addr822LocalPart",
                "ann@example.comAnn Leeann",
            ),
            (
                "Set n = s.CreateName(\"CN=A/O=X\", \"fr\")\nPrint n.Language",
                "fr",
            ),
            (
                "Print s.CreateName(\"A/X\").Nickname",
                "Agent(4) in Initialize: error 185: NotesName has no member nickname",
            ),
        ],
    );
}
