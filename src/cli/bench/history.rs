//! The runs of earlier times, kept as one JSON document: oldest first, the newest hundred.

use super::figures::Run;
use crate::cli::files;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Older ones are forgotten.
const KEPT: usize = 100;
/// What the file is called where its directory alone is known.
const NAME: &str = "bench.json";

/// Earlier runs, and where they are kept.
#[derive(Debug)]
pub struct History {
    file: PathBuf,
    kept: Kept,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    runs: Vec<Run>,
}

/// Where the history lies: the file that was named, else in the gateway's directory, else in the user's state directory.
///
/// `variable` reads the environment. [XDG Base Directory Specification]
pub fn place(
    named: Option<&Path>,
    data: Option<&Path>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    if let Some(file) = named {
        return Some(file.to_owned());
    }
    if let Some(data) = data {
        return Some(data.join(NAME));
    }
    // A relative path is to be taken for none.
    let absolute = |name| {
        variable(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let state = absolute("XDG_STATE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("emailsms").join(NAME))
}

impl History {
    /// Reads it; a file that is not there yet is an empty one.
    pub fn load(file: PathBuf) -> anyhow::Result<Self> {
        let kept = match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| {
                format!(
                    "{} is no history of bench; move it away, or name another with --history",
                    file.display()
                )
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Kept::default(),
            Err(error) => return Err(error).with_context(|| file.display().to_string()),
        };
        Ok(Self { file, kept })
    }

    /// The newest run.
    pub fn last(&self) -> Option<&Run> {
        self.kept.runs.last()
    }

    /// Adds a run and writes the file, whole or not at all.
    pub fn keep(&mut self, run: Run) -> anyhow::Result<()> {
        self.kept.runs.push(run);
        let excess = self.kept.runs.len().saturating_sub(KEPT);
        self.kept.runs.drain(..excess);
        if let Some(directory) = self.file.parent() {
            std::fs::create_dir_all(directory)
                .with_context(|| format!("making {}", directory.display()))?;
        }
        files::write_whole(&self.file, &serde_json::to_vec_pretty(&self.kept)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::figures::tests::run;
    use super::*;

    #[test]
    fn the_newest_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("deep/bench.json");
        let mut history = History::load(file.clone()).unwrap();
        assert!(history.last().is_none());
        for clients in 1..=KEPT + 2 {
            let mut run = run();
            run.setup.clients = clients;
            history.keep(run).unwrap();
        }
        let history = History::load(file.clone()).unwrap();
        assert_eq!(history.last().unwrap().setup.clients, KEPT + 2);
        assert_eq!(history.kept.runs.len(), KEPT);
        assert_eq!(history.kept.runs[0].setup.clients, 3);

        std::fs::write(&file, "{\"runs\": 5}").unwrap();
        let error = format!("{:#}", History::load(file).unwrap_err());
        assert!(error.contains("--history"), "{error}");
    }

    #[test]
    fn it_lies_where_its_user_would_look() {
        let path = |text: &str| Some(PathBuf::from(text));
        let none: &[(&str, &str)] = &[];
        for (named, data, variables, place_wanted) in [
            (Some("h.json"), Some("d"), none, path("h.json")),
            (None, Some("d"), none, path("d/bench.json")),
            (
                None,
                None,
                &[("XDG_STATE_HOME", "/s"), ("HOME", "/h")][..],
                path("/s/emailsms/bench.json"),
            ),
            (
                None,
                None,
                &[("XDG_STATE_HOME", "s"), ("HOME", "/h")],
                path("/h/.local/state/emailsms/bench.json"),
            ),
            (None, None, none, None),
        ] {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| OsString::from(value))
            };
            let found = place(named.map(Path::new), data.map(Path::new), variable);
            assert_eq!(found, place_wanted);
        }
    }
}
