//! `emailsms serve`: the gateway, for real.

use super::EndSignals;
use crate::app::{self, Gateway, Parts, Place};
use crate::clock::Clock;
use crate::config::{Layers, Purpose, Settings};
use crate::security::{Certificates, Keys};
use crate::store::DatabaseUrl;
use crate::telemetry;
use crate::web::listener::{self, Limits};
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The schema of an installation on PostgreSQL.
const SCHEMA: &str = "emailsms";

/// Run the gateway.
///
/// Settings come from the file, then the environment (EMAILSMS__TABLE__KEY), then --set; a secret may stand in a file of its own (KEY_file).
#[derive(Args)]
#[command(
    after_help = "Examples:\n  emailsms serve --config /etc/emailsms/config.toml\n  EMAILSMS__CARRIER__PASSWORD_FILE=/run/secrets/smsc emailsms serve --config config.toml\n\n\
SIGTERM ends it: nothing more is accepted, windows drain, links unbind, within 30 seconds."
)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    settings: SettingsArgs,
}

/// Where settings come from.
#[derive(Args)]
pub(super) struct SettingsArgs {
    /// The settings, TOML.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One setting, over all others: table.key=value, such as to_handset.retries=3.
    #[arg(long = "set", value_name = "TABLE.KEY=VALUE")]
    set: Vec<String>,
}

impl SettingsArgs {
    /// Loads them, and starts the log as they say.
    pub fn load(&self, purpose: Purpose) -> anyhow::Result<Settings> {
        let mut layers = Layers::new();
        if let Some(config) = &self.config {
            layers = layers.file(config)?;
        }
        let loaded = layers
            .environment(std::env::vars())?
            .set(&self.set)?
            .finish(purpose)?;
        telemetry::init(&loaded.settings.log.level, loaded.settings.log.format)?;
        Ok(loaded.settings)
    }
}

/// The database that the settings name.
pub(super) fn database_of(settings: &Settings) -> anyhow::Result<DatabaseUrl> {
    DatabaseUrl::parse(
        &settings.database.url,
        SCHEMA,
        settings.database.password.clone(),
    )
    .map_err(|problem| anyhow::anyhow!("database.url: {problem}"))
}

pub(super) async fn run(args: ServeArgs) -> anyhow::Result<()> {
    let end = EndSignals::listen()?;
    let settings = args.settings.load(Purpose::Serve)?;
    let database = database_of(&settings)?;
    let keys = match &settings.security.keys {
        Some(keys) => Keys::parse(keys.expose(), "security.keys")?,
        None => Keys::load_or_create(&app::private_directory(&settings.security.keys_dir)?)?,
    };
    let place = Place::take(&app::private_directory(&settings.security.keys_dir)?)?;
    let faults = app::faults(&settings.faults);
    let gateway = Gateway::open(Parts {
        settings,
        database,
        keys: Arc::new(keys),
        clock: Clock::default(),
        faults,
        place,
    })
    .await?;
    let http = gateway.settings.http.clone();
    let (stop, doors) = (CancellationToken::new(), TaskTracker::new());
    let limits = Limits {
        connections: http.connections,
        connections_per_source: http.connections_per_source,
        ..Limits::default()
    };
    let routes = gateway.routes();
    if let Some(address) = http.https_listen {
        let certificate = http.certificate.as_ref().context(
            "http.certificate names no file; give a certificate, or switch https_listen = \"off\"",
        )?;
        let private_key = http
            .private_key
            .as_ref()
            .context("http.private_key names no file")?;
        let certificates = Certificates::load(certificate, private_key)?;
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("http.https_listen: {address}"))?;
        tracing::info!(%address, "listening, HTTPS");
        doors.spawn(listener::serve(
            listener,
            Some(certificates.https_config()),
            routes.clone(),
            limits.clone(),
            stop.clone(),
        ));
    }
    if let Some(address) = http.http_listen {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("http.http_listen: {address}"))?;
        tracing::warn!(%address, "listening, plain HTTP: whatever is sent there can be read on its way");
        doors.spawn(listener::serve(
            listener,
            None,
            routes,
            limits,
            stop.clone(),
        ));
    }
    doors.close();
    let socket = gateway.administration_socket(stop.clone());
    let running = gateway.start()?;
    end.told().await;
    tracing::info!("ending");
    stop.cancel();
    doors.wait().await;
    if let Some(socket) = socket {
        let _ = socket.await;
    }
    running.stop().await;
    Ok(())
}
