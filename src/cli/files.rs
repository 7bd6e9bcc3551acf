//! Files of the commands: directories that go when the command does, secrets read from a file, documents written whole or not at all.

use crate::app;
use crate::security::new_sms_key;
use anyhow::{Context, bail};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A directory of mode 0700 that goes when this does.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// A new one among the system's temporary files, named after the command.
    pub fn new(command: &str) -> anyhow::Result<Self> {
        let name = format!("emailsms-{command}-{}", new_sms_key().expose());
        let path = std::env::temp_dir().join(name);
        if path.exists() {
            bail!("{} exists already", path.display());
        }
        Ok(Self(app::private_directory(&path)?))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "the temporary directory stays");
        }
    }
}

/// The first line of a file that holds a secret; `flag` is what named it.
pub fn first_line(flag: &str, file: &Path) -> anyhow::Result<String> {
    let shown = file.display();
    let text =
        std::fs::read_to_string(file).with_context(|| format!("{flag} {shown} cannot be read"))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        bail!("{flag} {shown} is empty; its first line is what is wanted");
    }
    Ok(line.to_owned())
}

/// Writes a file of mode 0600, whole or not at all.
pub fn write_whole(file: &Path, octets: &[u8]) -> anyhow::Result<()> {
    let new = file.with_extension("new");
    let write = || {
        let mut out = std::fs::OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&new)?;
        out.write_all(octets)?;
        out.sync_all()?;
        std::fs::rename(&new, file)
    };
    write().with_context(|| format!("writing {}", file.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_the_first_line() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("secret");
        assert!(first_line("--key-file", &file).is_err());
        for (content, expected) in [
            ("pw", Some("pw")),
            ("pw\r\nrest\n", Some("pw")),
            ("\n", None),
        ] {
            write_whole(&file, content.as_bytes()).unwrap();
            assert_eq!(first_line("--key-file", &file).ok().as_deref(), expected);
        }
    }

    #[test]
    fn a_temporary_directory_goes() {
        let temporary = Temporary::new("test").unwrap();
        let path = temporary.path().to_owned();
        std::fs::write(path.join("file"), "").unwrap();
        drop(temporary);
        assert!(!path.exists());
    }
}
