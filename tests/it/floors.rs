//! The floors of `docs/ARCHITECTURE.md`: which room may use which, and which crates are whose business.
//!
//! The compiler holds the lowest floors (`crates/*` cannot reach into `src/`); inside `src/` this test does.

use crate::tree::{Source, code_of, line_of, rust_files, without_tests};
use std::collections::BTreeSet;

/// A room, and what it may use: another room, or (`room::item`) one thing of it. Everything else is forbidden. Why there is an exception stands beside it.
const ROOMS: &[(&str, &[&str])] = &[
    // The ground.
    ("clock", &[]),
    ("faults", &[]),
    ("metrics", &[]),
    ("security", &[]),
    ("telemetry", &[]),
    // Secrets print nothing, from the moment they are read; a log's level and form are the log's words.
    (
        "config",
        &[
            "security::Secret",
            "telemetry::LogFormat",
            "telemetry::level_fits",
        ],
    ),
    // It is made of two rooms' settings.
    ("policy", &["config::rooms"]),
    // The database's password is a secret; fault points lie at commits, which are counted, and ids and leases need the machine's time. No other room.
    ("store", &["clock", "faults", "metrics", "security::Secret"]),
    ("vault", &["security", "store"]),
    // The book reads people and keeps nothing.
    ("accounts", &["security", "store"]),
    (
        "administration",
        &[
            "accounts",
            "clock",
            "config::rooms",
            "security",
            "store",
            "vault",
        ],
    ),
    // The journeys. A receipt and the commit that makes its id known are two halves of one rule, kept in one file of the journey home.
    (
        "to_handset",
        &[
            "accounts",
            "clock",
            "config::rooms",
            "metrics",
            "policy",
            "security",
            "store",
            "to_desktop::receipts",
            "vault",
        ],
    ),
    (
        "to_desktop",
        &[
            "accounts::Caller",
            "clock",
            "config::rooms",
            "metrics",
            "policy",
            "security",
            "store",
            "vault",
        ],
    ),
    // What the HTTP doors share. Who calls is asked of the book. Whoever asks our own door knows it by our certificate.
    (
        "web",
        &["accounts", "security::ApiKeyMode", "security::Certificates"],
    ),
    // The doors: journeys below them, never the store's tables. An error that says "this node lost its lease" has to stop a loop, hence StoreError; a session is numbered by Ids.
    (
        "carrier",
        &[
            "clock",
            "config::rooms",
            "faults",
            "metrics",
            "store::Ids",
            "store::StoreError",
            "to_desktop",
            "to_handset",
        ],
    ),
    (
        "mail",
        &[
            "clock",
            "faults",
            "metrics",
            "store::StoreError",
            "to_desktop",
        ],
    ),
    // Ids look outside as the store writes them, and events have their words there.
    (
        "soap",
        &[
            "accounts",
            "metrics",
            "store::external",
            "to_desktop",
            "to_handset",
            "web",
        ],
    ),
    (
        "rest",
        &[
            "accounts",
            // What operators do is the same from the command line and from here.
            "administration",
            "clock",
            "metrics",
            "store::StoreError",
            "store::events",
            "store::external",
            "store::parse_external",
            "to_desktop",
            "to_handset",
            "vault::VaultError",
            "web",
        ],
    ),
    ("simulator", &["clock"]),
    // The roof. Commands may use everything; only they know the simulator.
    (
        "app",
        &[
            "accounts",
            "administration",
            "carrier",
            "clock",
            "config",
            "faults",
            "mail",
            "metrics",
            "policy",
            "rest",
            "security",
            "soap",
            "store",
            "to_desktop",
            "to_handset",
            "vault",
            "web",
        ],
    ),
    (
        "cli",
        &[
            "accounts",
            "administration",
            "app",
            "carrier",
            "clock",
            "config",
            "faults",
            "mail",
            "metrics",
            "rest",
            "security",
            "simulator",
            "soap",
            "store",
            "telemetry",
            "vault",
            "web",
        ],
    ),
];

/// A crate that is the business of some rooms only, and why.
const CRATES: &[(&str, &[&str], &str)] = &[
    ("sea_orm", &["store"], "the store is the only SQL"),
    ("sqlx", &["store"], "the store is the only SQL"),
    ("migrations", &["store"], "the store is the only SQL"),
    (
        "warp",
        &["app", "cli", "rest", "simulator", "soap", "web"],
        "HTTP ends at the doors",
    ),
    // reqwest keeps a server's own words behind a status in a type of hyper's.
    (
        "hyper",
        &["simulator", "web", "cli"],
        "HTTP ends at the doors",
    ),
    ("prometheus", &["metrics"], "rooms count by words of ours"),
    ("lettre", &["mail"], "only the mail door sends mail"),
    ("reqwest", &["cli"], "the gateway asks nobody over HTTP"),
    // The names of command statuses, and the spellings of message ids, are words that events, receipts and settings are written in.
    (
        "smpp",
        &[
            "app",
            "carrier",
            "cli",
            "config",
            "rest",
            "simulator",
            "to_desktop",
            "to_handset",
        ],
        "SMPP ends at the carrier's link and the simulator",
    ),
    (
        "anyhow",
        &["app", "cli"],
        "a room's errors are its own; anyhow is for what starts and ends",
    ),
    (
        "clap",
        &["administration", "cli"],
        "arguments are the commands', and administration's requests are what `admin` is given",
    ),
    ("quick_xml", &["soap"], "XML is the SOAP door's"),
    ("roxmltree", &["soap"], "XML is the SOAP door's"),
];

/// `from` uses `item` of the room `to`.
struct Use {
    line: usize,
    to: String,
    /// Without one the room as a whole.
    item: Option<String>,
}

#[test]
fn no_room_uses_what_is_above_or_beside_it() {
    let sources = rust_files(&["src"]);
    let tests = test_files(&sources);
    let rooms: BTreeSet<String> = sources
        .iter()
        .filter_map(|file| room_of(&file.path))
        .collect();
    let mut broken = Vec::new();
    let mut seen = 0;
    for file in &sources {
        let Some(room) = room_of(&file.path) else {
            continue;
        };
        if tests.contains(&file.path) {
            continue;
        }
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            broken.push(format!(
                "{}: the room `{room}` has no row in ROOMS; say what it may use",
                file.path
            ));
            continue;
        };
        let (code, _) = without_tests(&code_of(&file.text));
        for used in uses(&code, depth_of(&file.path)) {
            if used.to == room || !rooms.contains(&used.to) {
                continue;
            }
            seen += 1;
            let one = used
                .item
                .as_ref()
                .map(|item| format!("{}::{item}", used.to));
            let may = allowed.contains(&used.to.as_str())
                || one.as_deref().is_some_and(|one| allowed.contains(&one));
            if !may {
                broken.push(format!(
                    "{}:{}: `{room}` must not use `{}`; it may use {allowed:?}",
                    file.path,
                    used.line,
                    one.unwrap_or(used.to)
                ));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    assert!(
        seen > 50,
        "only {seen} uses were found: the search is broken"
    );
}

#[test]
fn crates_stay_in_their_rooms() {
    let sources = rust_files(&["src"]);
    let tests = test_files(&sources);
    let mut broken = Vec::new();
    for file in sources.iter().filter(|file| !tests.contains(&file.path)) {
        let Some(room) = room_of(&file.path) else {
            continue;
        };
        let (code, _) = without_tests(&code_of(&file.text));
        for (name, rooms, why) in CRATES {
            if rooms.contains(&room.as_str()) {
                continue;
            }
            for at in paths_from(&code, name) {
                broken.push(format!(
                    "{}:{}: `{room}` must not use the crate `{name}`: {why}",
                    file.path,
                    line_of(&code, at)
                ));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The room that a file of `src/` belongs to; none for the crate's roots.
fn room_of(path: &str) -> Option<String> {
    let inside = path.strip_prefix("src/")?;
    let room = inside.split('/').next()?.trim_end_matches(".rs");
    (!matches!(room, "lib" | "main")).then(|| room.to_owned())
}

/// How many modules a file's own module lies below the crate's root.
fn depth_of(path: &str) -> usize {
    let steps = path.trim_end_matches(".rs").split('/').count() - 1;
    steps - usize::from(path.ends_with("/mod.rs"))
}

/// Files that exist for tests only: declared behind `#[cfg(test)]`, and whatever lies below them.
fn test_files(sources: &[Source]) -> BTreeSet<String> {
    let mut prefixes = Vec::new();
    for file in sources {
        let (_, modules) = without_tests(&code_of(&file.text));
        let own = file.path.trim_end_matches(".rs");
        let (folder, name) = own.rsplit_once('/').unwrap_or_default();
        let inside = if matches!(name, "mod" | "lib" | "main") {
            folder
        } else {
            own
        };
        for module in modules {
            prefixes.push(format!("{inside}/{module}"));
            // `#[path = "<file>_tests.rs"]` keeps a file's tests beside it.
            prefixes.push(format!("{own}_{module}"));
        }
    }
    sources
        .iter()
        .filter(|file| {
            prefixes.iter().any(|prefix| {
                file.path == format!("{prefix}.rs") || file.path.starts_with(&format!("{prefix}/"))
            })
        })
        .map(|file| file.path.clone())
        .collect()
}

/// Every path in `code` that starts at the crate's root, be it by `crate::` or by as many `super::` as it takes.
fn uses(code: &str, depth: usize) -> Vec<Use> {
    let mut found = Vec::new();
    for at in paths_from(code, "crate") {
        read_use(code, at, &code[at + "crate::".len()..], &mut found);
    }
    for at in paths_from(code, "super") {
        let mut rest = &code[at..];
        let mut climbed = 0;
        while let Some(more) = rest.strip_prefix("super::") {
            climbed += 1;
            rest = more;
        }
        if climbed >= depth {
            read_use(code, at, rest, &mut found);
        }
    }
    found
}

/// Where `name::` begins a path.
fn paths_from<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    code.match_indices(name)
        .map(|(at, _)| at)
        .filter(move |at| code[at + name.len()..].starts_with("::"))
        .filter(move |at| !code[..*at].ends_with(is_name))
}

fn read_use(code: &str, at: usize, rest: &str, found: &mut Vec<Use>) {
    for path in branches(rest) {
        let mut steps = path.split("::").map(str::trim);
        let Some(room) = steps.next().filter(|room| !room.is_empty()) else {
            continue;
        };
        let items = path.trim().strip_prefix(room).unwrap_or_default();
        let items = items.strip_prefix("::").map(branches).unwrap_or_default();
        let used = |item: Option<&String>| Use {
            line: line_of(code, at),
            to: room.to_owned(),
            item: item.and_then(|item| {
                let first = item.split("::").next().unwrap_or_default();
                let first = first.split(" as ").next().unwrap_or_default().trim();
                (!matches!(first, "self" | "*" | "")).then(|| first.to_owned())
            }),
        };
        if items.is_empty() {
            found.push(used(None));
        }
        found.extend(items.iter().map(|item| used(Some(item))));
    }
}

/// The paths that stand at `rest`: one, or those of a group in braces.
fn branches(rest: &str) -> Vec<String> {
    let rest = rest.trim_start();
    if !rest.starts_with('{') {
        return vec![one_path(rest)];
    }
    let mut depth = 0;
    let mut branch = String::new();
    let mut found = Vec::new();
    for letter in rest.chars() {
        match letter {
            '{' if depth == 0 => depth = 1,
            ',' if depth == 1 => found.push(std::mem::take(&mut branch)),
            '}' if depth == 1 => break,
            _ => {
                depth += i32::from(letter == '{') - i32::from(letter == '}');
                branch.push(letter);
            }
        }
    }
    found.push(branch);
    found
        .into_iter()
        .map(|branch| branch.trim().to_owned())
        .filter(|branch| !branch.is_empty())
        .collect()
}

/// One path with the group that it may end in.
fn one_path(rest: &str) -> String {
    let end = rest
        .find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | ':')))
        .unwrap_or(rest.len());
    let group = if rest[..end].ends_with("::") && rest[end..].starts_with('{') {
        let mut depth = 0;
        rest[end..]
            .char_indices()
            .find(|(_, letter)| {
                depth += i32::from(*letter == '{') - i32::from(*letter == '}');
                depth == 0
            })
            .map_or(0, |(at, _)| at + 1)
    } else {
        0
    };
    rest[..end + group].to_owned()
}

#[test]
fn every_way_to_write_a_use_is_found() {
    for (code, depth, wanted) in [
        ("use crate::store::Ids;", 2, "store::Ids"),
        (
            "use crate::store::{Ids, people::user};",
            2,
            "store::Ids store::people",
        ),
        ("use crate::store::{self, Work};", 2, "store store::Work"),
        (
            "use crate::{clock, store::{Ids, Work as W}};",
            2,
            "clock store::Ids store::Work",
        ),
        ("use crate::store;", 2, "store"),
        (
            "fn f(e: crate::store::StoreError) {}",
            2,
            "store::StoreError",
        ),
        (
            "use super::Batch; use super::super::clock::Clock;",
            2,
            "clock::Clock",
        ),
        ("use super::store::Ids;", 1, "store::Ids"),
        ("use mycrate::store::Ids;", 1, ""),
        ("pub(crate) use self::ids;", 1, ""),
    ] {
        let found: Vec<String> = uses(code, depth)
            .into_iter()
            .map(|used| match used.item {
                Some(item) => format!("{}::{item}", used.to),
                None => used.to,
            })
            .collect();
        assert_eq!(found.join(" "), wanted, "{code}");
    }
}
