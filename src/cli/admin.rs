//! `emailsms admin`: asks the running gateway through its socket, or works on the database itself where none runs.

mod table;

use super::place::{Place, PlaceArgs};
use crate::administration::request::{CarrierRequest, PasswordFile, Request};
use crate::administration::socket::{self, AskError, Refused};
use crate::administration::{Administration, AdministrationError};
use crate::clock::Clock;
use crate::security::Secret;
use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::process::ExitCode;

/// Sets up companies, people, numbers and carriers.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples, from nothing to a first text:
  emailsms admin carrier add --config gateway.toml --name telco --host smsc.telco.example --system-id acme --password-file telco.password --set tls=tls
  emailsms admin route add --config gateway.toml --prefix 61 --carrier telco --name SAU
  emailsms admin number add --config gateway.toml +61400000001..+61400000200
  emailsms admin company add --config gateway.toml --name Acme --zone Australia/Sydney --domain acme.example
  emailsms admin user add --config gateway.toml --company Acme --email jo@acme.example --name 'Jo Lee'
  emailsms admin api-key add --config gateway.toml --user jo@acme.example --json

Which installation is meant say --config FILE, --data DIR (a demo's) or --database URL, before or after the noun and verb.
A gateway may be running meanwhile: it takes every change within a second, without a restart.
Exit status: 0 done; 1 not done, the reason is on standard error; 2 the command line is wrong.")]
pub struct AdminArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Print one JSON document instead of a table
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub request: Request,
}

/// Why the command did nothing.
enum Failure {
    /// The command line is wrong.
    Misuse(String),
    /// It could not be done.
    NotDone(String),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::NotDone(super::sentence(&error))
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        if refused.is_misuse {
            Self::Misuse(refused.text)
        } else {
            Self::NotDone(refused.text)
        }
    }
}

impl From<AdministrationError> for Failure {
    fn from(error: AdministrationError) -> Self {
        Refused::from(&error).into()
    }
}

/// Does what the command line says and prints what came of it.
pub async fn run(args: AdminArgs) -> ExitCode {
    let is_json = args.json;
    let (text, code) = match act(args).await {
        Ok(answer) if is_json => (pretty(&answer), 0),
        Ok(answer) => (table::text_of(&answer), 0),
        Err(failure) => {
            let (text, code) = match failure {
                Failure::NotDone(text) => (text, 1),
                Failure::Misuse(text) => (text, 2),
            };
            if !is_json {
                // Where standard error is gone there is nobody to be told.
                let _ = writeln!(io::stderr(), "emailsms admin: {text}");
                return ExitCode::from(code);
            }
            (pretty(&json!({ "error": text })), code)
        }
    };
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        Ok(()) => ExitCode::from(code),
        Err(_) => ExitCode::from(1),
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

async fn act(mut args: AdminArgs) -> Result<Value, Failure> {
    read_passwords(&mut args.request)?;
    take_own(&mut args.request, &mut args.place.settings);
    let place = args
        .place
        .find()
        .map_err(|error| Failure::Misuse(super::sentence(&error)))?;
    if let Some(file) = place.file() {
        match socket::ask(&socket::path_of(file), &args.request).await {
            Ok(answer) => return Ok(answer),
            Err(AskError::NobodyThere) => {}
            Err(AskError::Refused(refused)) => return Err(refused.into()),
            Err(error) => return Err(Failure::NotDone(error.to_string())),
        }
    }
    directly(&place, args.request).await
}

/// Without a gateway: as a node of its own, for as long as it takes.
async fn directly(place: &Place, request: Request) -> Result<Value, Failure> {
    place.must_exist()?;
    if let Some(exposure) = place.database.exposure() {
        // Where standard error is gone there is nobody to be told.
        let _ = writeln!(io::stderr(), "emailsms admin: {exposure}");
    }
    let clock = Clock::default();
    let (store, keys) = place.open(clock).await?;
    let settings = &place.settings;
    let (defaults, carrier) = (settings.accounts.clone(), settings.carrier.clone());
    let administration = Administration::new(&store, keys, clock, defaults, carrier);
    let answer = administration.answer(request).await;
    drop(administration);
    let closed = store.close().await;
    let answer = answer?;
    closed.context("writing it")?;
    Ok(answer)
}

/// `--set table.key=value` is a setting of the installation, `--set key=value` one of the carrier that is added or changed.
fn take_own(request: &mut Request, settings: &mut Vec<String>) {
    let own = match request {
        Request::Carrier(CarrierRequest::Add(carrier)) => &mut carrier.set,
        Request::Carrier(CarrierRequest::Set(change)) => &mut change.set,
        _ => return,
    };
    let has_table = |setting: &String| setting.split('=').next().unwrap_or_default().contains('.');
    let given = std::mem::take(settings);
    (*settings, *own) = given.into_iter().partition(has_table);
}

/// Reads the passwords that stand in files, so that none ever stands on a command line.
fn read_passwords(request: &mut Request) -> anyhow::Result<()> {
    let password = match request {
        Request::Carrier(CarrierRequest::Add(carrier)) => &mut carrier.password,
        Request::Carrier(CarrierRequest::Set(change)) => &mut change.password,
        _ => return Ok(()),
    };
    let PasswordFile { file, secret } = password;
    if let Some(file) = file.take() {
        let mut text = String::new();
        if file.as_os_str() == "-" {
            io::stdin()
                .read_to_string(&mut text)
                .context("reading the password from standard input")?;
        } else {
            text = std::fs::read_to_string(&file)
                .with_context(|| format!("reading the password from {}", file.display()))?;
        }
        *secret = Some(Secret::new(text.trim_end_matches(['\r', '\n'])));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, FromArgMatches, Parser};

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: AdminArgs,
    }

    #[test]
    fn a_quota_is_a_number_from_0() {
        for (given, says) in [
            ("0", None),
            ("10000", None),
            ("-3", Some("from 0 to")),
            ("1.5", Some("from 0 to")),
            ("many", Some("from 0 to")),
        ] {
            for line in [
                "quota set --company A --parts",
                "company add --name A --quota",
            ] {
                let words = ["admin"].into_iter().chain(line.split(' ')).chain([given]);
                match (Command::command().try_get_matches_from(words), says) {
                    (Ok(_), None) => {}
                    (Err(error), Some(says)) => {
                        assert!(error.to_string().contains(says), "{error}");
                    }
                    (parsed, _) => panic!("{line} {given}: {parsed:?}"),
                }
            }
        }
    }

    #[test]
    fn a_setting_without_a_table_is_the_carriers_own() {
        Command::command().debug_assert();
        let line = "admin carrier set --name telco --set window=50 --set security.keys_dir=/keys --set statuses={0.5=1} --unset rate";
        let matches = Command::command().get_matches_from(line.split(' '));
        let mut args = Command::from_arg_matches(&matches).unwrap().args;
        take_own(&mut args.request, &mut args.place.settings);
        assert_eq!(args.place.settings, ["security.keys_dir=/keys"]);
        let Request::Carrier(CarrierRequest::Set(change)) = args.request else {
            panic!("{:?}", args.request);
        };
        assert_eq!(change.set, ["window=50", "statuses={0.5=1}"]);
        assert_eq!(change.unset, ["rate"]);
    }
}
