//! Dates, ranges and how they are written.

use super::{documented, run_in, world};
use lotusscript::international::{DateOrder, International};

/// [NotesDateTime, as documented]
#[test]
fn notes_date_time() {
    documented(
        "NotesDateTime",
        &[
            (
                "Set t = New NotesDateTime(\"08/18/2026 10:30:00 AM\")\nPrint t.LocalTime & \"/\" & t.DateOnly & \"/\" & t.TimeOnly",
                "08/18/2026 10:30:00 AM/08/18/2026/10:30:00 AM",
            ),
            (
                "Set t = New NotesDateTime(\"08/18/2026 10:30:00 AM\")\nPrint t.GMTTime\nPrint t.LSGMTTime\nPrint t.LSLocalTime",
                "08/18/2026 12:30:00 AM GMT|08/18/2026 12:30:00 AM|08/18/2026 10:30:00 AM",
            ),
            (
                "Set t = New NotesDateTime(\"08/18/2026 10:30:00 AM\")\nPrint t.TimeZone & t.IsDST & t.IsValidDate",
                "-10FalseTrue",
            ),
            (
                "Set t = New NotesDateTime(\"12/18/2026 10:30:00 AM\")\nPrint t.TimeZone & t.IsDST & t.GMTTime",
                "-10True12/17/2026 11:30:00 PM GMT",
            ),
            (
                "Set t = New NotesDateTime(\"\")\nPrint t.IsValidDate & \"[\" & t.LocalTime & \"]\"",
                "False[]",
            ),
            (
                "Set t = New NotesDateTime(\"Today\")\nPrint t.LocalTime\nSet t = New NotesDateTime(\"Tomorrow\")\nPrint t.DateOnly\nSet t = New NotesDateTime(\"Yesterday 10:00\")\nPrint t.LocalTime",
                "11/21/2026|11/22/2026|11/20/2026 10:00:00 AM",
            ),
            (
                "Set t = New NotesDateTime(\"10:30\")\nPrint t.LocalTime & \"[\" & t.DateOnly & \"]\"",
                "10:30:00 AM[]",
            ),
            (
                "On Error GoTo h\nSet t = New NotesDateTime(\"no date\")\nExit Sub\nh: Print Err",
                "4000",
            ),
            (
                "Set t = New NotesDateTime(\"08/18/2026 10:30 EST\")\nPrint t.LocalTime & \" \" & t.TimeZone & \" \" & t.ZoneTime",
                "08/19/2026 01:30:00 AM 5 08/18/2026 10:30:00 AM EST",
            ),
            // Adjusting.
            (
                "Set t = New NotesDateTime(\"01/31/2026 10:00\")\nCall t.AdjustMonth(1)\nPrint t.DateOnly\nCall t.AdjustYear(-1)\nPrint t.DateOnly\nCall t.AdjustDay(1)\nPrint t.DateOnly",
                "02/28/2026|02/28/2025|03/01/2025",
            ),
            (
                "Set t = New NotesDateTime(\"11/21/2026 23:30\")\nCall t.AdjustHour(1)\nCall t.AdjustMinute(15)\nCall t.AdjustSecond(5)\nPrint t.LocalTime",
                "11/22/2026 12:45:05 AM",
            ),
            (
                "Set t = New NotesDateTime(\"10/03/2026 12:00\")\nCall t.AdjustDay(1)\nPrint t.LocalTime\nSet t = New NotesDateTime(\"10/03/2026 12:00\")\nCall t.AdjustDay(1, True)\nPrint t.LocalTime",
                "10/04/2026 01:00:00 PM|10/04/2026 12:00:00 PM",
            ),
            (
                "Set t = New NotesDateTime(\"10/04/2026 01:30\")\nCall t.AdjustHour(1)\nPrint t.LocalTime",
                "10/04/2026 03:30:00 AM",
            ),
            // Zones.
            (
                "Set t = New NotesDateTime(\"11/21/2026 18:00\")\nCall t.ConvertToZone(5, False)\nPrint t.ZoneTime & \" \" & t.TimeZone & t.IsDST\nPrint t.LocalTime",
                "11/21/2026 02:00:00 AM EST 5False|11/21/2026 06:00:00 PM",
            ),
            (
                "Set t = New NotesDateTime(\"07/01/2026 18:00\")\nCall t.ConvertToZone(5, True)\nPrint t.ZoneTime & \" \" & t.TimeZone & t.IsDST",
                "07/01/2026 04:00:00 AM EDT 5True",
            ),
            (
                "Set t = New NotesDateTime(\"11/21/2026 18:00\")\nCall t.ConvertToZone(-3005, False)\nPrint t.ZoneTime & \" \" & t.TimeZone",
                "11/21/2026 12:30:00 PM ZE5B -3005",
            ),
            // Differences.
            (
                "Set a = New NotesDateTime(\"11/22/2026 00:00\")\nSet b = New NotesDateTime(\"11/21/2026 23:00\")\nPrint a.TimeDifference(b) & \" \" & b.TimeDifference(a) & \" \" & TypeName(a.TimeDifference(b))",
                "3600 -3600 LONG",
            ),
            (
                "Set a = New NotesDateTime(\"11/22/2026\")\nSet b = New NotesDateTime(\"11/20/2026\")\nPrint a.TimeDifference(b) & \" \" & TypeName(a.TimeDifferenceDouble(b))",
                "172800 DOUBLE",
            ),
            (
                "Set a = New NotesDateTime(\"01/01/2126 00:00\")\nSet b = New NotesDateTime(\"01/01/2026 00:00\")\nPrint a.TimeDifferenceDouble(b)\nOn Error GoTo h\nPrint a.TimeDifference(b)\nExit Sub\nh: Print Err",
                "3155673600|6",
            ),
            (
                "Set t = New NotesDateTime(\"\")\nCall t.SetNow\nPrint t.LocalTime",
                "11/21/2026 06:00:00 PM",
            ),
            (
                "Set t = New NotesDateTime(\"11/21/2026 18:00\")\nCall t.SetAnyTime\nPrint t.LocalTime & \"[\" & t.TimeOnly & \"]\"",
                "11/21/2026[]",
            ),
            (
                "Set t = New NotesDateTime(\"11/21/2026 18:00\")\nCall t.SetAnyDate\nPrint t.LocalTime & \"[\" & t.DateOnly & \"]\"",
                "06:00:00 PM[]",
            ),
            (
                "Set t = New NotesDateTime(\"\")\nt.LSLocalTime = DateNumber(2026, 3, 4) + TimeNumber(5, 6, 7)\nPrint t.LocalTime\nt.LocalTime = \"1/2/2027 3:04\"\nPrint t.LSLocalTime",
                "03/04/2026 05:06:07 AM|01/02/2027 03:04:00 AM",
            ),
            (
                "Set t = s.CreateDateTime(\"1/2/2026\")\nSet u = s.CreateDateTime(t.LSLocalTime)\nPrint u.LocalTime",
                "01/02/2026",
            ),
        ],
    );
}

/// [NotesDateRange, as documented]
#[test]
fn notes_date_range() {
    documented(
        "NotesDateRange",
        &[
            (
                "Set r = s.CreateDateRange\nSet r.StartDateTime = s.CreateDateTime(\"1/2/2026\")\nSet r.EndDateTime = s.CreateDateTime(\"1/3/2026\")\nPrint r.Text",
                "01/02/2026 - 01/03/2026",
            ),
            (
                "Set r = New NotesDateRange\nr.Text = \"1/2/2026 10:00 - 1/2/2026 11:00\"\nPrint r.EndDateTime.TimeDifference(r.StartDateTime)",
                "3600",
            ),
            (
                "Set r = s.CreateDateRange\nr.Text = \"1/2/2026 - 1/4/2026\"\nSet d = db.CreateDocument\nCall d.ReplaceItemValue(\"Away\", r)\nv = d.GetFirstItem(\"Away\").GetValueDateTimeArray\nPrint TypeName(v(0)) & v(0).EndDateTime.LocalTime",
                "NOTESDATERANGE01/04/2026",
            ),
        ],
    );
}

/// [NotesInternational, as documented]
#[test]
fn notes_international() {
    documented(
        "NotesInternational",
        &[
            (
                "Set i = s.International\nPrint i.DateSep & i.TimeSep & i.DecimalSep & i.ThousandsSep & i.IsDateMDY & i.IsTime24Hour & i.AMString",
                "/:.,TrueFalseAM",
            ),
            (
                "Set i = s.International\nPrint i.TimeZone & i.IsDST & i.CurrencySymbol & i.Today",
                "-10True$Today",
            ),
        ],
    );
    let (mut world, _) = world();
    world.set_international(International::australia());
    let printed = run_in(
        &mut world,
        "Print s.International.IsDateDMY\nSet t = New NotesDateTime(\"25/12/2026 18:00\")\nPrint t.LocalTime\nd = t.LSLocalTime\nPrint Month(d)",
    );
    assert_eq!(printed, "True|25/12/2026 06:00:00 PM|12");
    world.set_international(International {
        date_order: DateOrder::YearMonthDay,
        date_separator: '-',
        time_separator: '.',
        halves_of_day: None,
        ..International::default()
    });
    let printed = run_in(
        &mut world,
        "Set i = s.International\nPrint i.IsDateYMD & i.DateSep & i.TimeSep & i.IsTime24Hour\nd = CDat(\"2026-12-25 18.30\")\nPrint CStr(d)\nv = Evaluate(|@Text(@Date(2026; 12; 25; 18; 30; 0))|)\nPrint v(0)",
    );
    assert_eq!(
        printed,
        "True-.True|2026-12-25 18.30.00|2026-12-25 18.30.00"
    );
}
