//! `emailsms serve`: the gateway, for real.

use super::EndSignals;
use crate::administration::FirstCarrier;
use crate::app::{self, Gateway, Parts, Place};
use crate::clock::Clock;
use crate::config::{Layers, Purpose, Settings, rooms};
use crate::security::{Certificates, Secret};
use crate::store::DatabaseUrl;
use crate::telemetry;
use crate::web::listener::{self, Limits};
use anyhow::Context;
use clap::Args;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The schema of an installation on PostgreSQL.
const SCHEMA: &str = "emailsms";

/// Run the gateway.
///
/// Settings come from the file, then the environment (EMAILSMS__TABLE__KEY), then --set; a secret may stand in a file of its own (KEY_file). `emailsms check-config
/// --print` shows every setting with its meaning and default, `emailsms check-config --config FILE` says what is wrong with a file.
///
/// An installation without a carrier gets the one that [carrier] describes, with [pool]; afterwards the database rules, and `emailsms admin` changes it.
///
/// Several of them may serve one PostgreSQL database, with the same keys, on one machine or many: they share its carriers' binds, and each takes over what another leaves that dies.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  emailsms serve --config /etc/emailsms/config.toml\n  EMAILSMS__CARRIER__PASSWORD_FILE=/run/secrets/smsc emailsms serve --config /etc/emailsms/config.toml\n\n\
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
    /// Reads them, without judging them yet.
    pub fn layers(&self) -> Layers {
        let mut layers = Layers::new();
        if let Some(config) = &self.config {
            layers = layers.file(config);
        }
        // Names and values that are not text are none of ours.
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        layers.environment(variables).set(&self.set)
    }

    /// The flag by which `admin` finds the same installation.
    fn place(&self) -> String {
        let config = self.config.as_ref();
        config.map_or_else(String::new, |path| format!("--config {}", path.display()))
    }
}

/// The database that the settings name.
fn database_of(settings: &Settings) -> anyhow::Result<DatabaseUrl> {
    DatabaseUrl::parse(
        &settings.database.url,
        SCHEMA,
        settings.database.password.clone(),
    )
    .map_err(|problem| anyhow::anyhow!("database.url: {problem}"))
}

/// Certificate and key of HTTPS, if it is on.
pub(super) fn certificates_of(http: &rooms::Http) -> anyhow::Result<Option<Arc<Certificates>>> {
    if http.https_listen.is_none() {
        return Ok(None);
    }
    let certificate = http.certificate.as_ref().context(
        "http.certificate names no file; give a certificate, or switch https_listen = \"off\"",
    )?;
    let private_key = http
        .private_key
        .as_ref()
        .context("http.private_key names no file")?;
    for (key, file) in [
        ("http.certificate", certificate),
        ("http.private_key", private_key),
    ] {
        std::fs::File::open(file).with_context(|| {
            format!(
                "{key} {} cannot be read; check the path, and who may read it",
                file.display()
            )
        })?;
    }
    let loaded = Certificates::load(certificate, private_key);
    Ok(Some(
        loaded.context("http.certificate and http.private_key")?,
    ))
}

/// A sentence with its remedy, if everybody on this machine can read the private key of HTTPS. A group may: that is how keys are shared with one more server.
pub(super) fn exposed_private_key(http: &rooms::Http) -> Option<String> {
    let file = http.https_listen.as_ref().and(http.private_key.as_ref())?;
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    let file = file.display();
    (mode & 0o007 != 0).then(|| {
        format!("everybody on this machine can read http.private_key {file}; run: chmod o= {file}")
    })
}

/// An error if certificates are named to know the SMSC by, and cannot be used.
pub(super) fn look_at_carrier(carrier: &rooms::Carrier) -> anyhow::Result<()> {
    match crate::carrier::Settings::from(carrier).tls {
        Some(tls) if tls.ca_file.is_some() => tls.look().map_err(anyhow::Error::msg),
        _ => Ok(()),
    }
}

pub(super) async fn run(args: ServeArgs) -> anyhow::Result<()> {
    let end = EndSignals::listen()?;
    let settings = args.settings.layers().finish(Purpose::Serve)?.settings;
    telemetry::init(&settings.log.level, settings.log.format)?;
    let database = database_of(&settings)?;
    let certificates = certificates_of(&settings.http)?;
    if let Some(exposure) = exposed_private_key(&settings.http) {
        tracing::warn!("{exposure}");
    }
    look_at_carrier(&settings.carrier)?;
    let security = &settings.security;
    let keys = app::keys_for(&database, security.keys.as_ref(), &security.keys_dir).await?;
    let home = app::private_directory(&settings.security.keys_dir)?;
    let place = match database.is_sqlite() {
        true => Place::take(&home)?,
        false => Place::take_beside(&home, 1)?,
    };
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
    bring_about_carrier(&gateway, &args.settings.place()).await?;
    let (stop, doors) = (CancellationToken::new(), TaskTracker::new());
    open_doors(&gateway, certificates, &doors, &stop).await?;
    gateway.show_metrics(&doors, &stop).await?;
    doors.close();
    let socket = gateway.administration_socket(stop.clone());
    let running = gateway.start()?;
    let was_told = end.told_unless(running.lease_lost()).await;
    tracing::info!("ending");
    stop.cancel();
    doors.wait().await;
    if let Some(socket) = socket {
        let _ = socket.await;
    }
    running.stop().await?;
    tracing::info!("ended");
    was_told
}

/// Listens where the settings say.
async fn open_doors(
    gateway: &Gateway,
    certificates: Option<Arc<Certificates>>,
    doors: &TaskTracker,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let http = &gateway.settings.http;
    let limits = Limits {
        connections: http.connections,
        connections_per_source: http.connections_per_source,
        ..Limits::default()
    };
    if let (Some(address), Some(certificates)) = (http.https_listen, certificates) {
        let listener = super::listen("http.https_listen", address).await?;
        let listens = listener.local_addr()?;
        tracing::info!(%address, "listening, HTTPS");
        gateway.call_itself("https", listens, Some(&certificates), doors, stop);
        doors.spawn(listener::serve(
            listener,
            Some(certificates.https_config()),
            gateway.routes(false),
            limits.clone(),
            stop.clone(),
        ));
    }
    if let Some(address) = http.http_listen {
        let listener = super::listen("http.http_listen", address).await?;
        gateway.call_itself("http", listener.local_addr()?, None, doors, stop);
        // On this machine alone it is the near side of a proxy that speaks TLS.
        let in_the_clear = !address.ip().is_loopback();
        if in_the_clear {
            tracing::warn!(%address, "listening, plain HTTP: whatever is sent there can be read on its way; SOAP alone is answered, REST is not");
        } else {
            tracing::info!(%address, "listening, plain HTTP on this machine alone");
        }
        doors.spawn(listener::serve(
            listener,
            None,
            gateway.routes(in_the_clear),
            limits,
            stop.clone(),
        ));
    }
    Ok(())
}

/// An installation without a carrier gets the one of the settings; in any other the database rules, and what the settings say otherwise is told.
async fn bring_about_carrier(gateway: &Gateway, place: &str) -> anyhow::Result<()> {
    let (carrier, pool) = (&gateway.settings.carrier, &gateway.settings.pool);
    let administration = gateway.administration();
    let Some(host) = carrier.host.clone() else {
        if gateway.store.reader.carriers().await?.is_empty() {
            tracing::warn!(
                "there is no carrier yet, and carrier.host names no SMSC: no text can leave; set it, or: emailsms admin {place} carrier add"
            );
        }
        return Ok(());
    };
    let first = FirstCarrier {
        name: carrier.name.clone(),
        host,
        port: carrier.port,
        system_id: carrier.system_id.clone(),
        password: carrier.password.clone().unwrap_or_else(|| Secret::new("")),
        numbers: pool.numbers.clone(),
    };
    let begun = administration.begin_with(&first).await;
    if begun.context("adding the carrier of the settings")? {
        tracing::info!(
            carrier = first.name,
            host = first.host,
            port = first.port,
            numbers = first.numbers.len(),
            "this installation had no carrier: added the one of the settings, a route to it for every number, and its pool; from now on the database rules"
        );
        if first.numbers.is_empty() {
            tracing::warn!(
                "pool.numbers is empty: texts wait for a number to come from; emailsms admin {place} number add"
            );
        }
        return Ok(());
    }
    for difference in administration.differences(&first, place).await? {
        tracing::warn!("{difference}");
    }
    if let Some(missing) = administration.missing_numbers(&first, place).await? {
        tracing::info!("{missing}");
    }
    Ok(())
}
