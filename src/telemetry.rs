//! The log: structure, levels, and what never reaches it.
//!
//! Lines go to standard error, as text or JSON, one event a line whatever the event says: control characters are escaped where the line
//! is written, so no caller can forget [THREATS T16]. Secrets do not get here because their types print nothing, and because
//! libraries that put on record what goes over their wires are held at warnings, whatever level is asked for [SPEC 15.6].

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The log cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is not one.
    #[error("{0:?} is no log level; use error, warn, info, debug or trace")]
    Level(String),
    /// There is a log already.
    #[error("the log is already running")]
    Running,
}

/// The form of the log's lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Libraries that would print logins, texts or statements with their values.
const QUIET: [&str; 9] = [
    "lettre",
    "sqlx",
    "sea_orm",
    "hyper",
    "hyper_util",
    "h2",
    "rustls",
    "reqwest",
    "warp",
];

/// Starts the log of the process. `level` is a level or a list of `target=level`.
pub fn init(level: &str, format: LogFormat) -> Result<(), TelemetryError> {
    let registry = tracing_subscriber::registry().with(filter(level)?);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(OneLine(io::stderr))
        .with_ansi(false);
    match format {
        LogFormat::Text => registry.with(layer).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    }
    .map_err(|_| TelemetryError::Running)
}

/// Whether [`init`] would take this level.
pub(crate) fn level_fits(level: &str) -> bool {
    filter(level).is_ok()
}

fn filter(level: &str) -> Result<EnvFilter, TelemetryError> {
    let wrong = || TelemetryError::Level(level.to_owned());
    // A bare word that is no level would be taken for the name of a target, and silence everything else.
    let words = ["off", "error", "warn", "info", "debug", "trace"];
    let first = level.split(',').next().unwrap_or_default();
    if !first.contains('=') && !words.contains(&first.to_ascii_lowercase().as_str()) {
        return Err(wrong());
    }
    let mut directives = level.to_owned();
    for name in QUIET {
        directives.push_str(&format!(",{name}=warn"));
    }
    EnvFilter::builder().parse(directives).map_err(|_| wrong())
}

/// Writes through to `W`, escaping every control character but the line end that closes an event.
struct OneLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = Escaping<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Escaping(self.0.make_writer())
    }
}

struct Escaping<W>(W);

impl<W: Write> Write for Escaping<W> {
    /// The subscriber hands over one whole event a call.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let (line, end) = match text.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (&*text, ""),
        };
        if line.contains(must_escape) {
            let mut escaped = String::with_capacity(line.len() + 16);
            for c in line.chars() {
                if must_escape(c) {
                    // The form of JSON, which reads as well in text; all of them are below U+10000.
                    escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
                } else {
                    escaped.push(c);
                }
            }
            escaped.push_str(end);
            self.0.write_all(escaped.as_bytes())?;
        } else {
            self.0.write_all(text.as_bytes())?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What moves a terminal's cursor, breaks a line, or turns its reading order.
fn must_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("unpoisoned").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: &str, json: bool, act: impl FnOnce()) -> String {
        let memory = Memory::default();
        let writer = memory.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_writer(OneLine(move || writer.clone()))
            .with_ansi(false);
        let registry = tracing_subscriber::registry().with(filter(level).expect("a level"));
        if json {
            let registry = registry.with(layer.json().flatten_event(true));
            tracing::subscriber::with_default(registry, act);
        } else {
            tracing::subscriber::with_default(registry.with(layer), act);
        }
        let bytes = memory.0.lock().expect("unpoisoned").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }

    const HOSTILE: &str = "a\r\n2026-01-01 ERROR forged \u{1b}[2J\u{7f}\u{9b}\u{2028}\u{202e}\0";

    #[test]
    fn an_event_is_one_line() {
        for json in [false, true] {
            let log = logged("info", json, || {
                tracing::info!(hostile = HOSTILE, shown = %HOSTILE, "{HOSTILE}");
                tracing::warn!("next");
            });
            assert_eq!(log.lines().count(), 2, "{log:?}");
            assert!(!log.replace('\n', "").contains(must_escape), "{log:?}");
            assert!(log.contains("forged"));
            if json {
                for line in log.lines() {
                    serde_json::from_str::<serde_json::Value>(line).expect("an object");
                }
                let event: serde_json::Value =
                    serde_json::from_str(log.lines().next().expect("a line")).expect("JSON");
                assert_eq!(event["hostile"], HOSTILE);
            }
        }
    }

    #[test]
    fn wire_logs_stay_shut_and_secrets_unseen() {
        let secret = crate::security::Secret::new("hunter2");
        let log = logged("trace", false, || {
            tracing::trace!(target: "lettre::transport", "AUTH PLAIN hunter2");
            tracing::debug!(target: "sqlx::query", "insert hunter2");
            tracing::trace!(?secret, "ours");
        });
        assert!(log.contains("ours") && log.contains("[hidden]"), "{log}");
        assert!(!log.contains("hunter2"), "{log}");
    }

    #[test]
    fn levels() {
        for good in ["info", "DEBUG", "warn,emailsms::carrier=debug", "off"] {
            assert!(level_fits(good), "{good}");
        }
        for bad in ["", "loud", "info,emailsms=loud", "verbose,info"] {
            assert!(!level_fits(bad), "{bad}");
        }
    }
}
