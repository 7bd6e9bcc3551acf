//! `emailsms check-config`: every finding of the settings at once, or all settings with their meaning.

use super::serve::{self, SettingsArgs};
use crate::config::{Purpose, Settings, schema};
use crate::security::Keys;
use clap::Args;
use std::io::{self, Write};
use std::process::ExitCode;

/// Says what is wrong with the settings of a gateway, all of it at once, without starting anything.
#[derive(Args)]
#[command(after_help = "\
Examples:
  emailsms check-config --print                                  every setting, its meaning, its default
  emailsms check-config --print > emailsms.toml                  a file to start from
  emailsms check-config --config /etc/emailsms/config.toml       what `serve` would refuse

A relative path in the settings counts from the directory that emailsms is started in, not from the file's.
Exit status: 0 `serve` would take them; 1 it would not, each finding is on standard error; 2 the command line is wrong.")]
pub(super) struct CheckConfigArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print all settings with meaning, value and default, as a file that can be read again. Asks only whether each value fits, not whether a gateway could start
    #[arg(long)]
    print: bool,
}

/// Judges, or prints.
pub(super) fn run(args: &CheckConfigArgs) -> ExitCode {
    let purpose = match args.print {
        true => Purpose::Demo,
        false => Purpose::Serve,
    };
    let loaded = match args.settings.layers().finish(purpose) {
        Ok(loaded) => loaded,
        Err(errors) => {
            for error in errors.all() {
                say(&mut io::stderr(), &error.to_string());
            }
            return match errors.are_misuse() {
                true => ExitCode::from(2),
                false => ExitCode::FAILURE,
            };
        }
    };
    if args.print {
        say(&mut io::stdout(), schema::annotated(&loaded).trim_end());
        return ExitCode::SUCCESS;
    }
    if let Some(exposure) = serve::exposed_private_key(&loaded.settings.http) {
        say(&mut io::stderr(), &format!("warning: {exposure}"));
    }
    let findings = findings_of(&loaded.settings);
    for finding in &findings {
        say(&mut io::stderr(), finding);
    }
    if findings.is_empty() {
        say(&mut io::stdout(), "these settings can be used");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

/// What is wrong with the files that settings name.
fn findings_of(settings: &Settings) -> Vec<String> {
    let mut findings = Vec::new();
    if let Err(error) = serve::certificates_of(&settings.http) {
        findings.push(super::sentence(&error));
    }
    if let Err(error) = serve::look_at_carrier(&settings.carrier) {
        findings.push(super::sentence(&error));
    }
    let security = &settings.security;
    let keys = match &security.keys {
        Some(keys) => Keys::parse(keys.expose(), "security.keys").map(|_| ()),
        // A new installation has none yet.
        None if !security.keys_dir.exists() => Ok(()),
        None => Keys::refuse_exposed(&security.keys_dir),
    };
    if let Err(error) = keys {
        findings.push(format!("security: {error}"));
    }
    findings
}

fn say(to: &mut dyn Write, line: &str) {
    // Where the output is gone there is nobody to be told.
    let _ = writeln!(to, "{line}");
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::config::Layers;

    #[test]
    fn files_that_cannot_be_read_are_named_by_their_settings() {
        let dir = tempfile::tempdir().unwrap();
        let there = dir.path().join("there.pem").display().to_string();
        std::fs::write(&there, "no PEM").unwrap();
        let off = "http.https_listen=off".to_owned();
        let nowhere = "/nowhere/x.pem";
        let (certificate, key) = ("http.certificate=", "http.private_key=");
        for (set, says) in [
            (vec![off.clone()], None),
            (
                vec![
                    off.clone(),
                    "carrier.tls=tls".into(),
                    format!("carrier.tls_ca_file={nowhere}"),
                ],
                Some("carrier.tls_ca_file /nowhere/x.pem cannot be read"),
            ),
            (
                vec![
                    off.clone(),
                    "carrier.tls=tls".into(),
                    format!("carrier.tls_ca_file={there}"),
                ],
                Some("holds no certificate"),
            ),
            // Nobody would read it.
            (vec![off, format!("carrier.tls_ca_file={nowhere}")], None),
            (
                vec![format!("{certificate}{there}"), format!("{key}{nowhere}")],
                Some("http.private_key /nowhere/x.pem cannot be read"),
            ),
            (
                vec![format!("{certificate}{nowhere}"), format!("{key}{there}")],
                Some("http.certificate /nowhere/x.pem cannot be read"),
            ),
        ] {
            let keys = format!("security.keys_dir={}/keys", dir.path().display());
            let layers = Layers::new().set(&set).set([keys]);
            let settings = layers.finish(Purpose::Demo).unwrap().settings;
            let findings = findings_of(&settings);
            match says {
                None => assert!(findings.is_empty(), "{set:?}: {findings:?}"),
                Some(says) => assert!(
                    findings.len() == 1 && findings[0].contains(says),
                    "{set:?}: {findings:?}"
                ),
            }
        }
    }

    #[test]
    fn a_private_key_that_everybody_can_read_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("key.pem");
        std::fs::write(&key, "a key").unwrap();
        for (mode, https, is_told) in [
            (0o644, "127.0.0.1:0", true),
            (0o640, "127.0.0.1:0", false),
            (0o600, "127.0.0.1:0", false),
            (0o644, "off", false),
        ] {
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
            let file = key.display();
            let set = [
                format!("http.https_listen={https}"),
                format!("http.certificate={file}"),
                format!("http.private_key={file}"),
            ];
            let settings = Layers::new()
                .set(set)
                .finish(Purpose::Demo)
                .unwrap()
                .settings;
            let said = serve::exposed_private_key(&settings.http).unwrap_or_default();
            assert_eq!(
                said.contains(&format!("chmod o= {file}")),
                is_told,
                "{mode:o} {https}"
            );
        }
    }
}
