//! `emailsms migrate`: brings a database up to date and ends.

use super::serve::{SettingsArgs, database_of};
use crate::config::Purpose;
use crate::store;
use anyhow::Context;
use clap::Args;

/// Bring the database up to date.
///
/// `serve` does it by itself at its start; run this first when several nodes start at a time, or to see that it works. On PostgreSQL one process does it while others wait.
#[derive(Args)]
#[command(after_help = "Example:\n  emailsms migrate --config /etc/emailsms/config.toml")]
pub(super) struct MigrateArgs {
    #[command(flatten)]
    settings: SettingsArgs,
}

pub(super) async fn run(args: MigrateArgs) -> anyhow::Result<()> {
    let settings = args.settings.load(Purpose::Tool)?;
    let database = database_of(&settings)?;
    let applied = store::migrate(&database)
        .await
        .with_context(|| format!("bringing {database} up to date"))?;
    tracing::info!(%database, applied, "up to date");
    Ok(())
}
