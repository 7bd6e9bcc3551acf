//! `emailsms check-config`: every finding of the settings at once, or all settings with their meaning.

use super::serve::{self, SettingsArgs};
use crate::config::{Purpose, schema};
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
            return ExitCode::FAILURE;
        }
    };
    if args.print {
        say(&mut io::stdout(), schema::annotated(&loaded).trim_end());
        return ExitCode::SUCCESS;
    }
    let mut findings = Vec::new();
    if let Err(error) = serve::certificates_of(&loaded.settings.http) {
        findings.push(super::sentence(&error));
    }
    let security = &loaded.settings.security;
    let keys = match &security.keys {
        Some(keys) => Keys::parse(keys.expose(), "security.keys").map(|_| ()),
        // A new installation has none yet.
        None if !security.keys_dir.exists() => Ok(()),
        None => Keys::refuse_exposed(&security.keys_dir),
    };
    if let Err(error) = keys {
        findings.push(format!("security: {error}"));
    }
    for finding in &findings {
        say(&mut io::stderr(), finding);
    }
    if findings.is_empty() {
        say(&mut io::stdout(), "these settings can be used");
        return ExitCode::SUCCESS;
    }
    ExitCode::FAILURE
}

fn say(to: &mut dyn Write, line: &str) {
    // Where the output is gone there is nobody to be told.
    let _ = writeln!(to, "{line}");
}
