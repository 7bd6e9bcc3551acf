//! Dates, times and zones, clock changes included. Cases with a page are as documented.

use super::{host, run_on, value};
use crate::formula::{International, Time, Value};
use jiff::tz::TimeZone;

/// Page, formula, a formula for what it must come to.
const AS_DOCUMENTED: &[(&str, &str, &str)] = &[
    (
        "H_ADJUST",
        "@Adjust([06/30/1995]; 2; 2; 2; 0; 0; 0)",
        "[09/02/1997]",
    ),
    (
        "H_ADJUST",
        "@Adjust([03/30/1996]; -2; 0; -10; 0; 0; 0)",
        "[03/20/1994]",
    ),
    (
        "H_ADJUST",
        "@Adjust([06/29/1995]:[06/30/1995]; 2; 2; 2; 0; 0; 0)",
        "[09/01/1997]:[09/02/1997]",
    ),
    (
        "H_ADJUST",
        "@Adjust([02/02/2006]; 0; 2; 28; 0; 0; 0)",
        "[05/02/2006]",
    ),
    (
        "H_ADJUST",
        "@Adjust(@Adjust([02/02/2006]; 0; 2; 0; 0; 0; 0); 0; 0; 28; 0; 0; 0)",
        "[04/30/2006]",
    ),
    // Over the beginning of summer time: a day is 24 hours, or the same hour.
    (
        "H_ADJUST",
        "@Hour(@Adjust([03/07/2026 12:00]; 0; 0; 1; 0; 0; 0))",
        "13",
    ),
    (
        "H_ADJUST",
        "@Hour(@Adjust([03/07/2026 12:00]; 0; 0; 1; 0; 0; 0; [INLOCALTIME]))",
        "12",
    ),
    (
        "H_ADJUST",
        "@Hour(@Adjust([10/31/2026 12:00]; 0; 0; 1; 0; 0; 0; [INGMT]))",
        "11",
    ),
    ("H_DATE", "@Date(2025; 2; 28)", "[02/28/2025]"),
    ("H_DATE", "@Date([02/28/2025 10:00])", "[02/28/2025]"),
    (
        "H_DATE",
        "@Date(2025; 2; 28; 10; 30; 0)",
        "[02/28/2025 10:30]",
    ),
    ("H_TIME", "@Time(5; 30; 15)", "[05:30:15]"),
    ("H_TIME", "@Time([02/28/2025 10:30])", "[10:30]"),
    ("H_YEAR", "@Year([02/28/2025])", "2025"),
    ("H_MONTH", "@Month([02/28/2025] : [03/01/2025])", "2 : 3"),
    ("H_DAY", "@Day([02/28/2025])", "28"),
    ("H_DAY", "@Day([10:30])", "-1"),
    ("H_HOUR", "@Hour([02/28/2025 22:30])", "22"),
    ("H_HOUR", "@Hour([02/28/2025])", "-1"),
    ("H_MINUTE", "@Minute([22:30])", "30"),
    ("H_SECOND", "@Second([22:30:45])", "45"),
    ("H_WEEKDAY", "@Weekday([03/08/2026])", "1"),
    ("H_WEEKDAY", "@Weekday([03/14/2026])", "7"),
    ("H_TODAY", "@Today", "[03/10/2026]"),
    ("H_TOMORROW", "@Tomorrow", "[03/11/2026]"),
    ("H_YESTERDAY", "@Yesterday", "[03/09/2026]"),
    (
        "H_NOW",
        "@Now",
        "@TextToTime(\"03/10/2026 02:30:15 PM EDT\")",
    ),
    ("H_ZONE", "@Zone", "5"),
    (
        "H_ZONE",
        "@Zone(@TextToTime(\"03/10/2026 10:00 GMT\"))",
        "0",
    ),
    (
        "H_ZONE",
        "@Zone(@TextToTime(\"03/10/2026 10:00 ZE5B\"))",
        "-3005",
    ),
    (
        "H_TIMEMERGE",
        "@TimeMerge([02/28/2025]; [10:30])",
        "@Date(2025; 2; 28; 10; 30; 0)",
    ),
    (
        "H_BUSINESSDAYS_FUNCTION",
        "@BusinessDays([01/01/2001]; [12/31/2001]; 1:7; [01/01/2001]:[01/15/2001]:[02/16/2001]:[05/28/2001]:[07/04/2001]:[09/03/2001]:[10/08/2001]:[11/22/2001]:[11/23/2001]:[12/25/2001])",
        "251",
    ),
    (
        "H_BUSINESSDAYS_FUNCTION",
        "@BusinessDays([03/09/2026]; [03/15/2026]; 1:7)",
        "5",
    ),
    (
        "H_BUSINESSDAYS_FUNCTION",
        "@BusinessDays([03/09/2026]; [03/15/2026])",
        "7",
    ),
    (
        "H_BUSINESSDAYS_FUNCTION",
        "@BusinessDays([03/09/2026]; [03/01/2026])",
        "-1",
    ),
    (
        "H_BUSINESSDAYS_FUNCTION",
        "@BusinessDays([03/09/2026]:[03/10/2026]; [03/10/2026])",
        "2:1",
    ),
    (
        "H_BUSINESSDAYS_FUNCTION",
        "@BusinessDays([10:00]; [03/10/2026])",
        "-1",
    ),
    (
        "H_WAYS_TO_USE_OPERATORS",
        "@TextToTime(\"03/10/2026 10:00 EST\") - @TextToTime(\"03/10/2026 10:00 GMT\")",
        "18000",
    ),
    ("H_WAYS_TO_USE_OPERATORS", "[10:00:30] - [10:00]", "30"),
    (
        "H_WAYS_TO_USE_OPERATORS",
        "[01/08/2025 10:00] + 90",
        "[01/08/2025 10:01:30]",
    ),
];

#[test]
fn dates_come_to_what_is_documented() {
    let mut wrong = Vec::new();
    for (page, formula, expected) in AS_DOCUMENTED {
        let (got, expected) = (value(formula), value(expected));
        let is_same = |got: &Value, expected: &Value| match (got, expected) {
            (Value::Time(_), Value::Time(_)) => {
                let mut host = host();
                let text = |value: &Value, host: &mut crate::formula::host::Memory| {
                    host.document.insert("x".into(), value.clone());
                    run_on(host, "@Text(x)").unwrap().value
                };
                text(got, &mut host) == text(expected, &mut host)
            }
            (got, expected) => got == expected,
        };
        if !is_same(&got, &expected) {
            wrong.push(format!("[{page}] {formula} is {got:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_day_is_that_of_the_hosts_zone() {
    let mut host = host();
    // 14:30 in New York is the next morning in Sydney.
    host.zone = TimeZone::get("Australia/Sydney").unwrap();
    host.international = International::australia();
    let text = run_on(
        &mut host,
        "@Text(@Today) : @Text(@Now; \"T1S2Z2\") : @Text([31/12/2025])",
    );
    let expected = ["11/03/2026", "11/03/2026 05:30 AM ZE11", "31/12/2025"];
    assert_eq!(
        text.unwrap().value,
        Value::texts(expected.map(str::to_owned).to_vec())
    );
}

#[test]
fn an_hour_that_there_is_not_is_the_one_behind_it() {
    // Clocks go from 2 to 3 in the night of the 8th.
    let text = value("@Text(@Date(2026; 3; 8; 2; 30; 0); \"S1T1\")");
    assert_eq!(text, Value::text("03:30 AM"));
}

#[test]
fn parts_that_are_too_great_go_to_the_next_larger() {
    for (formula, expected) in [
        ("@Text(@Date(2025; 14; 1))", "02/01/2026"),
        ("@Text(@Date(2025; 1; 32))", "02/01/2025"),
        ("@Text(@Date(2025; 1; 0))", "12/31/2024"),
        ("@Text(@Time(25; 0; 0))", "01:00:00 AM"),
        (
            "@Text(@Adjust([01/31/2025]; 0; 1; 0; 0; 0; 0))",
            "03/03/2025",
        ),
        ("@Text(@Adjust([23:00]; 0; 0; 0; 2; 0; 0))", "01:00:00 AM"),
        (
            "@Text(@Adjust([12/31/2025]; 0; 0; 0; 25; 0; 0))",
            "01/01/2026",
        ),
    ] {
        assert_eq!(value(formula), Value::text(expected), "{formula}");
    }
}

#[test]
fn what_is_beyond_the_calendar_is_an_error() {
    for formula in [
        "@Date(9999; 12; 32)",
        "@Date(0; 1; 1)",
        "@Adjust([01/01/2025]; 99999; 0; 0; 0; 0; 0)",
        "@Adjust([01/01/2025]; 1E300; 1E300; 1E300; 1E300; 1E300; 1E300)",
        "[01/01/2025] + 1E300",
        "@Date(1E300; -1E300; 1E300)",
    ] {
        assert!(value(formula).as_fault().is_some(), "{formula}");
    }
}

#[test]
fn settings_read_what_they_write() {
    let usual = International::default();
    let two_digits = International {
        four_digit_years: false,
        halves_of_day: None,
        date_separator: '.',
        ..International::australia()
    };
    for settings in [usual, International::australia(), two_digits] {
        for written in [
            "20251231T173000",
            "19500101T000000",
            "20490704T120005",
            "00010203",
            "T235959",
        ] {
            let time = dxl::notes::DateTime::parse(written, false).unwrap();
            let mut text = String::new();
            if let Some(date) = time.date {
                text += &settings.date_text(date);
            }
            if let Some(clock) = time.time {
                text = format!("{text} {}", settings.time_text(clock, true));
            }
            assert_eq!(settings.read_time(&text), Some(Time::At(time)), "{text}");
        }
    }
}

#[test]
fn numbers_are_read_and_written_as_the_settings_have_them() {
    let german = International {
        decimal: ',',
        thousands: '.',
        currency: "€".into(),
        currency_is_before: false,
        ..International::default()
    };
    for (text, number) in [
        ("1.234,5", Some(1234.5)),
        ("(12)", Some(-12.0)),
        ("5%", Some(0.05)),
        ("7 Stück", Some(7.0)),
        ("3,5€", Some(3.5)),
        ("-0,5", Some(-0.5)),
        ("1e3", Some(1000.0)),
        ("", None),
        ("x5", None),
        ("1e999", None),
        ("--5", None),
    ] {
        assert_eq!(german.read_number(text), number, "{text}");
    }
    let mut host = host();
    host.international = german;
    let text = run_on(
        &mut host,
        "@Text(1234.5; \"C,\") : @Text(.5) : @Text(1/3) : @Text(1E20)",
    );
    let expected = ["1.234,50 €", "0,5", "0,333333333333333", "1E+20"];
    assert_eq!(
        text.unwrap().value,
        Value::texts(expected.map(str::to_owned).to_vec())
    );
}
