//! The table of a run beside the last one, for people.

use super::figures::{Run, differences, ratio};

/// Wider than any label.
const LABEL: usize = 26;
/// Wider than any figure.
const CELL: usize = 14;
/// How much longer the disk may take before it is said.
const DISK_FACTOR: f64 = 1.5;

/// Labels of [`super::figures::Figures::compared`], with the digits that say something.
const LABELS: [(&str, &str, usize); 14] = [
    ("accepted", "accepted", 0),
    ("refused", "refused", 0),
    ("ok", "ok: the SMSC has them", 0),
    ("yes_per_s", "yes a second", 0),
    ("ok_per_s", "ok a second", 0),
    ("yes_p50_ms", "to the yes, ms     p50", 1),
    ("yes_p90_ms", "                   p90", 1),
    ("yes_p99_ms", "                   p99", 1),
    ("yes_max_ms", "                   max", 1),
    ("to_smsc_p50_ms", "yes to SMSC, ms    p50", 0),
    ("to_smsc_p99_ms", "                   p99", 0),
    ("cpu_s_per_1000", "CPU s for 1,000 texts", 3),
    ("peak_memory_mib", "peak memory, MiB", 0),
    ("fsync_ms", "fsync of the disk, ms", 2),
];

/// The table, with a last line of hints where something keeps the two from being compared.
pub fn text_of(this: &Run, last: Option<&Run>) -> String {
    let mut text = String::new();
    let mut row = |label: &str, cells: [String; 3]| {
        let line = format!(
            "{label:LABEL$}{:>CELL$}{:>CELL$}{:>9}",
            cells[0], cells[1], cells[2]
        );
        text.push_str(line.trim_end());
        text.push('\n');
    };
    let of_last = |what: &dyn Fn(&Run) -> String| last.map(what).unwrap_or_default();
    let heads = if last.is_some() {
        ["last run", "ratio"]
    } else {
        ["", ""]
    };
    row("", ["this run".into(), heads[0].into(), heads[1].into()]);
    let before = last.map(|last| last.figures.compared());
    for (at, (name, now)) in this.figures.compared().into_iter().enumerate() {
        let then = before.as_ref().and_then(|figures| figures[at].1);
        let (_, label, digits) = LABELS[at];
        let cell = |figure| shown(figure, digits);
        let quotient = ratio(now, then).map(|ratio| format!("{ratio:.2}"));
        let then = of_last(&|_| cell(then));
        row(label, [cell(now), then, quotient.unwrap_or_default()]);
        for (label, count) in parts_of(name, this) {
            let count = shown(Some(count as f64), 0);
            row(&format!("  {label}"), [count, String::new(), String::new()]);
        }
    }
    for (label, word) in WORDS {
        row(label, [word(this), of_last(&word), String::new()]);
    }
    if let Some(last) = last {
        hints(this, last, &mut text);
    }
    text
}

/// What stands below a figure of this run, where there is any.
fn parts_of<'a>(name: &str, run: &'a Run) -> Vec<(&'a str, u64)> {
    let figures = &run.figures;
    match name {
        "refused" => {
            let codes = figures.refused.iter();
            codes.map(|(code, count)| (code.as_str(), *count)).collect()
        }
        "ok" => {
            let others = [
                ("ended otherwise", figures.ended_otherwise),
                ("still on their way", figures.on_their_way),
            ];
            others.into_iter().filter(|(_, count)| *count > 0).collect()
        }
        _ => Vec::new(),
    }
}

/// A label, and the word that a run bears under it.
type Word = (&'static str, fn(&Run) -> String);

/// What a run bears as words.
const WORDS: [Word; 5] = [
    ("database", |run| {
        run.setup.database.clone().unwrap_or_else(unknown)
    }),
    ("window", |run| {
        let window = run.setup.window.map(|window| window.to_string());
        window.unwrap_or_else(unknown)
    }),
    ("door", |run| run.setup.door.clone()),
    ("version", |run| match run.setup.build.as_deref() {
        Some("debug") => format!("{} debug", run.version),
        _ => run.version.clone(),
    }),
    ("began, UTC", |run| {
        run.at.get(5..16).unwrap_or_default().replace('T', " ")
    }),
];

fn unknown() -> String {
    "–".to_owned()
}

fn hints(this: &Run, last: &Run, text: &mut String) {
    let different = differences(&this.setup, &last.setup);
    if !different.is_empty() {
        let named: Vec<String> = different
            .iter()
            .map(|(name, then, now)| format!("{name} {then} → {now}"))
            .collect();
        text.push_str(&format!(
            "These two runs were set up differently, so their ratios say little: {}\n",
            named.join("; ")
        ));
    }
    let disk = ratio(this.figures.fsync_ms, last.figures.fsync_ms);
    if let Some(disk) = disk.filter(|disk| !(1.0 / DISK_FACTOR..DISK_FACTOR).contains(disk)) {
        text.push_str(&format!(
            "The disk took {disk:.2} times as long to keep something as in the last run: part of the difference is its.\n"
        ));
    }
}

/// A number with commas between thousands; a dash for none.
fn shown(figure: Option<f64>, digits: usize) -> String {
    let Some(figure) = figure else {
        return unknown();
    };
    let plain = format!("{figure:.digits$}");
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::run;
    use super::*;

    #[test]
    fn labels_stand_beside_their_figures() {
        let names: Vec<&str> = run()
            .figures
            .compared()
            .iter()
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(names, LABELS.map(|(name, ..)| name));
    }

    #[test]
    fn numbers_are_for_people() {
        for (figure, digits, text) in [
            (Some(0.0), 0, "0"),
            (Some(999.0), 0, "999"),
            (Some(1_000.0), 0, "1,000"),
            (Some(1_234_567.25), 1, "1,234,567.2"),
            (Some(0.5), 3, "0.500"),
            (None, 0, "–"),
        ] {
            assert_eq!(shown(figure, digits), text);
        }
    }

    /// Rows as words, blanks between them made one.
    fn rows(this: &Run, last: Option<&Run>) -> Vec<String> {
        let text = text_of(this, last);
        let rows = text.lines().map(|line| line.split_whitespace());
        rows.map(|words| words.collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn a_run_alone_and_beside_another() {
        let last = run();
        let alone = rows(&last, None);
        assert_eq!(alone[..3], ["this run", "accepted 20,000", "refused 3"]);
        assert_eq!(
            alone[3..5],
            ["429 quota_user 3", "ok: the SMSC has them 20,000"]
        );
        assert_eq!(alone.len(), 1 + LABELS.len() + 1 + WORDS.len());

        let mut this = run();
        this.figures.ok_per_s = Some(2_850.0);
        this.figures.on_their_way = 5;
        let beside = rows(&this, Some(&last));
        for row in [
            "this run last run ratio",
            "ok a second 2,850 1,900 1.50",
            "still on their way 5",
            "version 0.1.0 debug 0.1.0 debug",
            "fsync of the disk, ms – –",
        ] {
            assert!(beside.iter().any(|line| line == row), "{row}: {beside:#?}");
        }
        assert_eq!(beside.len(), alone.len() + 1, "no hint");

        this.setup.clients = 8;
        this.figures.fsync_ms = Some(4.0);
        let mut slow = last.clone();
        slow.figures.fsync_ms = Some(1.0);
        let hints = rows(&this, Some(&slow)).split_off(beside.len());
        assert!(
            hints[0].ends_with("say little: clients 64 → 8"),
            "{hints:?}"
        );
        assert!(hints[1].contains("took 4.00 times as long"), "{hints:?}");
    }

    #[test]
    fn columns_stand_below_each_other() {
        let text = text_of(&run(), Some(&run()));
        for line in text.lines().filter(|line| line.ends_with("1.00")) {
            assert_eq!(line.chars().count(), LABEL + 2 * CELL + 9, "{line}");
        }
    }
}
