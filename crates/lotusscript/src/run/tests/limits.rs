//! Whatever a script does, it is stopped, and it is said where.

use super::*;

fn stopped(source: &str, limits: Limits) -> RunError {
    let script = parse(source);
    assert_eq!(script.errors(), [], "{source}");
    let program = Program::new(
        &[Module {
            name: "Agent",
            script: &script,
        }],
        &[],
    )
    .unwrap();
    let options = RunOptions {
        limits,
        ..RunOptions::default()
    };
    program
        .run("Initialize", Vec::new(), &mut Console::default(), &options)
        .unwrap_err()
}

/// Small enough to be reached soon; the time is not, however busy the machine is.
fn small() -> Limits {
    Limits {
        steps: 300_000,
        memory_bytes: 16 << 20,
        time: std::time::Duration::from_secs(3600),
        ..Limits::default()
    }
}

#[test]
fn loops_without_an_end_are_stopped() {
    let bodies = [
        "Do\nLoop",
        "While True\nWend",
        "l:\nGoTo l",
        "For i = 1 To 2 Step 0\nNext",
        "Do\nn = Len(String(10, \"a\"))\nLoop",
        "On Error Resume Next\nDo\nx = 1 / 0\nLoop",
    ];
    for body in bodies {
        let error = stopped(&format!("Sub Initialize\n{body}\nEnd Sub\n"), small());
        assert_eq!(error.fault, Fault::Stop(Stop::Steps(300_000)), "{body}");
        assert!((1..=6).contains(&error.calls[0].line), "{error}");
    }
    // Errors that are passed over take time, too.
    let limits = Limits {
        steps: 5000,
        ..small()
    };
    let error = stopped(
        "Sub Initialize\nOn Error Resume Next\nFor i = 1 To 500\nError 5\nNext\nEnd Sub\n",
        limits,
    );
    assert_eq!(error.fault, Fault::Stop(Stop::Steps(5000)));
    let limits = Limits {
        time: std::time::Duration::ZERO,
        ..small()
    };
    let error = stopped("Sub Initialize\nDo\nLoop\nEnd Sub\n", limits);
    assert!(matches!(error.fault, Fault::Stop(Stop::Time(_))));
}

#[test]
fn calls_without_an_end_are_error_28() {
    let sources = [
        "Sub f(n)\nf n + 1\nEnd Sub\nSub Initialize\nf 1\nEnd Sub\n",
        "Class A\nSub New\nDim a As New A\nEnd Sub\nEnd Class\nSub Initialize\nDim a As New A\nEnd Sub\n",
        "Sub f(v)\nv(0) = v\nf v(0)\nEnd Sub\nSub Initialize\nReDim v(0)\nf v\nEnd Sub\n",
        "Sub Initialize\nl:\nGoSub l\nEnd Sub\n",
    ];
    for source in sources {
        let error = stopped(
            source,
            Limits {
                depth: 5000,
                ..small()
            },
        );
        assert!(
            matches!(&error.fault, Fault::Error(error) if error.number == 28),
            "{source}: {error}"
        );
        assert!(error.calls.len() <= 20 && error.calls[0].line > 0);
    }
}

#[test]
fn what_grows_without_an_end_is_stopped() {
    let bodies = [
        "s$ = \"x\"\nDo\ns$ = s$ & s$\nLoop",
        "s$ = \"x\"\nDo\ns$ = s$ + s$\nLoop",
        "s$ = \"x\"\nDo\ns$ = s$ & \"0123456789012345678901234567890123456789012345678901234567890123456789\"\nLoop",
        "Dim l List\nDo\nn = n + 1\nl(n) = n\nLoop",
        "s$ = String(2000000000, \"x\")",
        "ReDim a(2000000000)",
        "ReDim a(1000000, 1000)",
        "ReDim a(1)\nDo\nReDim Preserve a(UBound(a) * 2)\nLoop",
        "v = Split(\"a\")\nDo\nv = ArrayAppend(v, v)\nLoop",
        "s$ = String(1000000, \"x\")\nt$ = Replace(s$, \"x\", s$)",
        "ReDim v(0)\nDo\nv(0) = v\nLoop",
        "s$ = String(1000000, \"x\")\nDim l List\nDo\nn = n + 1\nl(n) = UCase(s$)\nLoop",
        "s$ = String(1000000, \"x\")\nv = Split(s$, \"x\")",
        "Do\nPrint \"line\"\nLoop",
        "Do\nPrint\nLoop",
        "Do\nPrint \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\";\nLoop",
    ];
    let before = value::weight();
    for body in bodies {
        let error = stopped(
            &format!("Sub Initialize\n{body}\nEnd Sub\n"),
            Limits {
                steps: 20_000_000,
                ..small()
            },
        );
        assert_eq!(
            error.fault,
            Fault::Stop(Stop::Memory(16 << 20)),
            "{body}: {error}"
        );
        assert_eq!(value::weight(), before, "{body}");
    }
}

#[test]
fn work_on_much_at_once_is_counted() {
    let bodies = [
        "ReDim a(100000)\nDo\nReDim Preserve a(100000)\nLoop",
        "ReDim a(100000)\nDo\nb = a\nb(0) = 1\nLoop",
        "ReDim a(100000)\nDo\nb = ArrayGetIndex(a, \"x\")\nLoop",
        "ReDim a(100000)\nDo\nb = Join(a)\nLoop",
        "ReDim a(100000)\nDo\nb = FullTrim(a)\nLoop",
        "ReDim a(100000)\nDo\nb = ArrayUnique(a)\nLoop",
        "s$ = String(1000000, \"x\")\nDo\nb = InStr(s$, \"y\")\nLoop",
        "s$ = String(1000000, \"ä\")\nDo\nb = Mid(s$, 5, 1)\nLoop",
        "s$ = String(1000000, \"x\")\nDo\nt$ = \"y\" & s$\nLoop",
        "s$ = String(200000, \"x\")\nDo\nv = Split(s$, \"y\")\nLoop",
        "s$ = String(200000, \"x\")\nDo\nt$ = UCase(s$)\nLoop",
        "s$ = String(200000, \"a\")\nDo\nb = s$ Like \"*b\"\nLoop",
    ];
    for body in bodies {
        let error = stopped(
            &format!("Sub Initialize\n{body}\nEnd Sub\n"),
            Limits {
                steps: 100_000,
                memory_bytes: 64 << 20,
                ..small()
            },
        );
        assert_eq!(error.fault, Fault::Stop(Stop::Steps(100_000)), "{body}");
    }
}

#[test]
fn a_long_chain_of_objects_ends_well() {
    let source = "Class N\nPublic nx As N\nEnd Class\nSub Initialize\nDim head As N, i As Long, n As N\nFor i = 1 To 50000\nSet n = New N\nSet n.nx = head\nSet head = n\nNext\nSet head = Nothing\nSet n = Nothing\nPrint \"done\"\nEnd Sub\n";
    assert_eq!(outcome_of(source), "done");
}

#[test]
fn the_deepest_trees_that_the_parser_lets_through_are_run() {
    let long = vec!["x"; 240].join(" & ");
    let deep = format!("{}1{}", "(".repeat(90), ")".repeat(90));
    let calls = format!("{}1{}", "Abs(".repeat(90), ")".repeat(90));
    let members = format!("x{}", ".y".repeat(240));
    let blocks = format!(
        "{}Print 7\n{}",
        "If True Then\n".repeat(80),
        "End If\n".repeat(80)
    );
    let cases = [
        (format!("x = {long}\nPrint 1"), "1"),
        (format!("Print {deep}"), "1"),
        (format!("Print {calls}"), "1"),
        (format!("Print {members}"), "error 182"),
        (blocks, "7"),
    ];
    for (body, expected) in cases {
        assert_eq!(
            outcome_of(&format!("Sub Initialize\n{body}\nEnd Sub\n")),
            expected
        );
    }
}
