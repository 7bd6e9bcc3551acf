//! `emailsms migrate`: makes a database or brings it up to date, and makes the keys of a new one.

use super::place::{Place, PlaceArgs};
use crate::app;
use crate::security::Keys;
use crate::store;
use anyhow::Context;
use clap::Args;
use std::io::{self, Write};
use std::process::ExitCode;

/// Makes the database, or brings it up to date.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  emailsms migrate --config gateway.toml
  emailsms migrate --database sqlite:/var/lib/emailsms/emailsms.db --set security.keys_dir=/etc/emailsms/keys

A new database gets new keys, if there are none yet: back both up. `serve` and `demo` bring their database up to date by themselves.
Exit status: 0 done; 1 not done; 2 the command line is wrong.")]
pub struct MigrateArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// Migrates, and says what was done.
pub async fn run(args: MigrateArgs) -> ExitCode {
    let done = match args.place.find() {
        Ok(place) => migrate(&place).await.map_err(|error| (error, 1)),
        Err(error) => Err((error, 2)),
    };
    // Where the output is gone there is nobody to be told.
    match done {
        Ok(text) => {
            let _ = writeln!(io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err((error, code)) => {
            let _ = writeln!(
                io::stderr(),
                "emailsms migrate: {}",
                super::sentence(&error)
            );
            ExitCode::from(code)
        }
    }
}

async fn migrate(place: &Place) -> anyhow::Result<String> {
    place.must_name_keys()?;
    if let Some(exposure) = place.database.exposure() {
        // Where standard error is gone there is nobody to be told.
        let _ = writeln!(io::stderr(), "emailsms migrate: {exposure}");
    }
    let security = &place.settings.security;
    let had_keys = security.keys.is_some() || Keys::load(&security.keys_dir).is_ok();
    // Before the tables: where the keys of a database are lost, it is said first, and nothing is made.
    app::keys_for(&place.database, security.keys.as_ref(), &security.keys_dir).await?;
    let applied = store::migrate(&place.database)
        .await
        .with_context(|| format!("bringing {} up to date", place.database))?;
    let mut text = match applied {
        0 => format!("{} was up to date", place.database),
        1 => format!("{}: 1 change applied", place.database),
        many => format!("{}: {many} changes applied", place.database),
    };
    if !had_keys {
        text.push_str(&format!(
            "\nnew keys are in {}; without them nothing in the database can be read: back them up",
            security.keys_dir.display()
        ));
    }
    Ok(text)
}
