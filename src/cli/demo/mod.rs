//! `emailsms demo`: the gateway with everything it needs built in, and the contract that black-box tests rely on [SPEC 16.2].

mod memory;
mod sample;
mod stand_ins;

use super::files::Temporary;
use super::{EndArgs, EndSignals, place};
use crate::app::{self, Gateway, Parts, Place};
use crate::clock::Clock;
use crate::config::{Layers, Purpose, Settings, rooms};
use crate::security::{Authority, Secret};
use crate::simulator::catcher::{self, Catcher};
use crate::simulator::mailbox::Mailboxes;
use crate::simulator::smsc::{self, Smsc};
use crate::store::DatabaseUrl;
use crate::telemetry;
use crate::web::listener::{self, Limits};
use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use memory::{Memory, OwnMemory};
use serde::Serialize;
use stand_ins::StandIns;
use std::ffi::OsString;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Try it: everything built in, nothing to set up.
///
/// A database, an SMSC with phones (real SMPP), a mail relay with mailboxes (real SMTP), a sample company. Prints the address of a page where a phone and an inbox stand side by
/// side: text, see it arrive, answer, read the mail. Everything listens on this machine only.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  emailsms demo\n  emailsms demo --data ./demo            the same people, keys and ports each time\n  emailsms demo --json --set to_handset.retry_delay_s=2 --set carrier.window=100\n  \
emailsms demo --smsc 127.0.0.1:2775 --smsc-system-id me --smsc-password-file pw --relay 127.0.0.1:25"
)]
pub(super) struct DemoArgs {
    /// Print one line of JSON on standard output when ready: addresses, people, keys.
    #[arg(long)]
    json: bool,
    /// The port of the page; 0: any free one. The others are any free ones.
    #[arg(long, value_name = "PORT", conflicts_with = "port_base")]
    port: Option<u16>,
    /// The ports N to N+3: page, HTTPS, SMSC, mail.
    #[arg(long, value_name = "N")]
    port_base: Option<u16>,
    #[command(flatten)]
    gateway: GatewayArgs,
    /// Another mail relay than the built-in catcher.
    #[arg(long, value_name = "HOST:PORT")]
    relay: Option<String>,
    /// Pretend that it is this time now (RFC 3339); it goes on from there.
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// A further node beside those that run in --data, on the same PostgreSQL database: with ports of its own, and their people, keys, carrier and mail relay.
    #[arg(long, requires = "data")]
    join: bool,
    #[command(flatten)]
    end: EndArgs,
}

/// What a gateway of this kind is made of; who starts one says it in the same words.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct GatewayArgs {
    /// Keeps everything there, to be the same the next time. Without it, all is gone at the end.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// sqlite:PATH or postgres://user@host/name. A password comes from PGPASSWORD or a pass file.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// Another SMSC than the built-in one.
    #[arg(long, value_name = "HOST:PORT", requires = "smsc_system_id")]
    pub smsc: Option<String>,
    /// The account there.
    #[arg(long, value_name = "ID", requires = "smsc")]
    pub smsc_system_id: Option<String>,
    /// A file with its password.
    #[arg(long, value_name = "FILE", requires = "smsc")]
    pub smsc_password_file: Option<PathBuf>,
    /// One setting, over what DIR remembers: table.key=value, such as to_handset.retries=3.
    #[arg(long = "set", value_name = "TABLE.KEY=VALUE")]
    pub set: Vec<String>,
}

impl GatewayArgs {
    /// The flags that say the same.
    pub fn flags(&self) -> Vec<OsString> {
        let mut flags: Vec<OsString> = Vec::new();
        let mut give = |name: &str, value: Option<OsString>| {
            if let Some(value) = value {
                flags.extend([name.into(), value]);
            }
        };
        give("--data", self.data.clone().map(Into::into));
        give("--database", self.database.clone().map(Into::into));
        give("--smsc", self.smsc.clone().map(Into::into));
        let system_id = self.smsc_system_id.clone();
        give("--smsc-system-id", system_id.map(Into::into));
        let password_file = self.smsc_password_file.clone();
        give("--smsc-password-file", password_file.map(Into::into));
        for setting in &self.set {
            give("--set", Some(setting.into()));
        }
        flags
    }
}

/// The line of JSON. A key is there when its part exists.
#[derive(Serialize)]
struct Ready<'a> {
    pid: u32,
    url: String,
    https: String,
    ca: &'a Path,
    rest: String,
    soap_legacy: String,
    soap_legacy_wsdl: String,
    mail_domain: &'a str,
    smpp: ReadySmpp<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<String>,
    relay: &'a str,
    database: String,
    data: &'a Path,
    company: &'a sample::Company,
    user: &'a sample::Person,
    users: Vec<&'a sample::Person>,
    api_key: &'a str,
    pool: Vec<String>,
}

#[derive(Serialize)]
struct ReadySmpp<'a> {
    host: &'a str,
    port: u16,
    system_id: &'a str,
    password: &'a str,
}

/// The SMSC that the demo texts through.
struct Carrier {
    host: String,
    port: u16,
    system_id: String,
    password: Secret,
}

/// What stands before a gateway can be opened.
struct Stage {
    place: Place,
    memory: Memory,
    database: DatabaseUrl,
    settings: Settings,
    http: TcpListener,
    https: TcpListener,
    /// `None`: whoever set the directory up has it in the database already.
    carrier: Option<Carrier>,
    smsc: Option<Smsc>,
    boxes: Option<Arc<Mailboxes>>,
}

/// What runs around a gateway, and what ends it.
struct Around {
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// All that a demo stands on, with the SMSC and the mail relay that are built in.
async fn set_up(
    args: &DemoArgs,
    settings: Settings,
    data: &Path,
    clock: Clock,
    around: &Around,
) -> anyhow::Result<Stage> {
    let mut settings = settings;
    let elsewhere = smsc_elsewhere(&args.gateway)?;
    let place = Place::take(data)?;
    let mut memory = Memory::load(data)?;
    let database = database_of(&args.gateway, data, &mut memory)?;
    let ports = memory.ports(args.port, args.port_base).await?;
    let (carrier, smsc) = match elsewhere {
        Some(carrier) => (carrier, None),
        None => {
            let built_in = ports.smpp.local_addr()?;
            let carrier = Carrier {
                host: built_in.ip().to_string(),
                port: built_in.port(),
                system_id: "emailsms".to_owned(),
                password: Secret::new(memory.smpp_password()),
            };
            let account = smsc::Account {
                system_id: carrier.system_id.clone(),
                password: smpp::Secret::new(carrier.password.expose()),
            };
            let phones = smsc::Settings::default();
            let smsc = Smsc::start(ports.smpp, account, phones, Clock::default())?;
            (carrier, Some(smsc))
        }
    };
    let boxes = match &args.relay {
        Some(_) => None,
        None => {
            settings.mail.relay = ports.mail.local_addr()?.to_string();
            let boxes = Arc::new(Mailboxes::default());
            let catcher = Catcher {
                boxes: boxes.clone(),
                limits: catcher::Limits::default(),
                now: move || clock.now(),
            };
            let serving = catcher::serve(ports.mail, catcher, around.stop.clone());
            around.tasks.spawn(serving);
            Some(boxes)
        }
    };
    memory.remember_relay(&settings.mail.relay);
    Ok(Stage {
        place,
        memory,
        database,
        settings,
        http: ports.http,
        https: ports.https,
        carrier: Some(carrier),
        smsc,
        boxes,
    })
}

/// A further node beside those that live in a directory: on their database, with their keys, people, carrier and mail relay.
async fn set_up_beside(args: &DemoArgs, settings: Settings, data: &Path) -> anyhow::Result<Stage> {
    let mut settings = settings;
    let mut memory = Memory::load(data)?;
    let Some(remembered) = memory.database() else {
        anyhow::bail!(
            "--join: {} is no demo's directory; begin with: emailsms demo --data {} --database postgres://…",
            data.display(),
            data.display()
        );
    };
    let given = args.gateway.database.as_ref();
    if let Some(given) = given.filter(|given| **given != remembered) {
        anyhow::bail!(
            "--join: the nodes in {} are on {remembered}, not on {given}",
            data.display()
        );
    }
    let database = database_of(&args.gateway, data, &mut memory)?;
    if database.is_sqlite() {
        anyhow::bail!(
            "--join: SQLite serves one node only; several need PostgreSQL: emailsms demo --data DIR --database postgres://…"
        );
    }
    if memory.sample().is_none() {
        anyhow::bail!(
            "--join: the first node in {} has to be ready once",
            data.display()
        );
    }
    if let (None, Some(relay)) = (&args.relay, memory.relay()) {
        relay.clone_into(&mut settings.mail.relay);
    }
    let place = Place::take_beside(data, 2)?;
    let mut own = OwnMemory::load(data, place.number())?;
    let (http, https) = own.ports(args.port, args.port_base).await?;
    Ok(Stage {
        place,
        memory,
        database,
        settings,
        http,
        https,
        carrier: None,
        smsc: None,
        boxes: None,
    })
}

pub(super) async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let end = EndSignals::listen_as(args.end)?;
    // What the command line says is judged before anything is made.
    let settings = load_settings(&args)?;
    smsc_elsewhere(&args.gateway)?;
    let given = args.gateway.data.as_deref();
    if args.join {
        // It is another's: a slip of the finger must not make one.
        let data =
            given.context("--join needs the --data directory of the nodes that are there")?;
        anyhow::ensure!(
            data.is_dir(),
            "--join: there is no directory {}",
            data.display()
        );
    }
    let temporary = match given {
        Some(_) => None,
        None => Some(Temporary::new("demo")?),
    };
    let data = given.or(temporary.as_ref().map(Temporary::path));
    let data = app::private_directory(data.context("no directory")?)?;
    telemetry::init(&settings.log.level, settings.log.format)?;
    let clock = match args.now {
        None => Clock::default(),
        Some(now) => Clock::starting_at(now.as_millisecond()),
    };
    let around = Around {
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
    };
    let stage = match args.join {
        true => set_up_beside(&args, settings, &data).await?,
        false => set_up(&args, settings, &data, clock, &around).await?,
    };
    let (Around { tasks, stop }, Stage { smsc, boxes, .. }) = (around, &stage);
    let (smsc, boxes) = (smsc.clone(), boxes.clone());
    let around = tasks;
    let keys = Arc::new(app::keys_for(&stage.database, None, &data.join("keys")).await?);
    let authority = Authority::create_or_load(&app::private_directory(&data.join("authority"))?)?;
    let certificates = authority.issue()?;
    let mut settings = stage.settings;
    settings.mail.tls = rooms::MailTls::None;
    let faults = app::faults(&settings.faults);
    let gateway = Gateway::open(Parts {
        settings,
        database: stage.database.clone(),
        keys,
        clock,
        faults,
        place: stage.place,
    })
    .await?;
    let (database, mut memory) = (stage.database, stage.memory);
    let (sample, carrier) = match stage.carrier {
        Some(carrier) => {
            let sample = sample::bring_about(&gateway, &mut memory, &carrier).await?;
            memory.save()?;
            (sample, carrier)
        }
        None => sample::find(&gateway, &memory).await?,
    };

    let (url, https) = (stage.http.local_addr()?, stage.https.local_addr()?);
    let (mail_domain, relay) = (
        gateway.settings.mail.domain.clone(),
        gateway.settings.mail.relay.clone(),
    );
    let stand_ins = StandIns {
        smsc: smsc.clone(),
        boxes,
        pool: sample.pool.clone(),
        people: sample.people.clone(),
        company: sample.company.name.clone(),
    };
    let routes = stand_ins.routes(gateway.routes(false));
    around.spawn(listener::serve(
        stage.http,
        None,
        routes.clone(),
        Limits::default(),
        stop.clone(),
    ));
    around.spawn(listener::serve(
        stage.https,
        Some(certificates.https_config()),
        routes,
        Limits::default(),
        stop.clone(),
    ));
    gateway.call_itself("http", url, None, &around, &stop);
    gateway.call_itself("https", https, Some(&certificates), &around, &stop);
    let metrics = gateway.show_metrics(&around, &stop).await?;
    let metrics = match metrics {
        Some(address) => Some(format!("http://{address}/metrics")),
        None => (gateway.settings.metrics.open).then(|| format!("http://{url}/metrics")),
    };
    around.close();
    let socket = gateway.administration_socket(stop.clone());
    let links = gateway.links();
    let running = gateway.start()?;
    links.wait_bound(std::time::Duration::from_secs(5)).await;

    let host = carrier.host.as_str();
    let ready = Ready {
        pid: std::process::id(),
        url: format!("http://{url}/"),
        https: format!("https://localhost:{}/", https.port()),
        ca: authority.certificate(),
        rest: format!("http://{url}/v1/"),
        soap_legacy: format!("http://{url}{}", crate::soap::routes::LEGACY_CALL_PATH),
        soap_legacy_wsdl: format!("http://{url}{}", crate::soap::routes::LEGACY_WSDL_PATH),
        mail_domain: &mail_domain,
        smpp: ReadySmpp {
            host,
            port: carrier.port,
            system_id: &carrier.system_id,
            password: carrier.password.expose(),
        },
        metrics,
        relay: &relay,
        database: database.to_string(),
        data: &data,
        company: &sample.company,
        user: &sample.people[0],
        users: sample.people.iter().skip(1).collect(),
        api_key: &sample.people[0].api_key,
        pool: sample
            .pool
            .iter()
            .map(|number| format!("+{number}"))
            .collect(),
    };
    announce(&ready, args.json)?;
    let was_told = end.told_unless(running.lease_lost()).await;
    tracing::info!("ending");
    // The doors first, then what is behind them, then what stands around.
    stop.cancel();
    around.wait().await;
    if let Some(socket) = socket {
        let _ = socket.await;
    }
    let stopped = running.stop().await;
    if let Some(smsc) = smsc {
        smsc.stop().await;
    }
    stopped?;
    tracing::info!("ended");
    was_told
}

fn load_settings(args: &DemoArgs) -> anyhow::Result<Settings> {
    let defaults = "[to_handset]\noutage = \"hold\"\n[carrier]\nname = \"demo\"\n[http]\nhttps_listen = \"off\"\n[metrics]\nlisten = \"off\"\nopen = true\n[log]\nlevel = \"info\"\n";
    let layers = Layers::new().command("demo", defaults.parse()?);
    // Names and values that are not text are none of ours.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut layers = layers.environment(variables).set(&args.gateway.set);
    if let Some(relay) = &args.relay {
        let mut mail = toml::Table::new();
        mail.insert("relay".to_owned(), relay.clone().into());
        let mut tables = toml::Table::new();
        tables.insert("mail".to_owned(), mail.into());
        layers = layers.command("--relay", tables);
    }
    Ok(layers.finish(Purpose::Demo)?.settings)
}

fn database_of(
    args: &GatewayArgs,
    data: &Path,
    memory: &mut Memory,
) -> anyhow::Result<DatabaseUrl> {
    let url = match (&args.database, memory.database()) {
        (Some(url), _) => url.clone(),
        (None, Some(remembered)) => remembered,
        (None, None) => place::remembered_database(data, None),
    };
    let schema = memory.remember_database(&url);
    DatabaseUrl::parse(&url, &schema, None)
        .map_err(|problem| anyhow::anyhow!("--database: {problem}"))
}

/// The SMSC that the command line names, if it names one.
fn smsc_elsewhere(args: &GatewayArgs) -> anyhow::Result<Option<Carrier>> {
    let Some(smsc) = &args.smsc else {
        return Ok(None);
    };
    let (host, port) = smsc.rsplit_once(':').context("--smsc must be HOST:PORT")?;
    let port = port
        .parse()
        .with_context(|| format!("--smsc: `{port}` is no port"))?;
    let password = match &args.smsc_password_file {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("--smsc-password-file {}", file.display()))?,
        None => String::new(),
    };
    let password = Secret::new(password.trim_end_matches(['\r', '\n']));
    Ok(Some(Carrier {
        host: host.to_owned(),
        port,
        system_id: args.smsc_system_id.clone().unwrap_or_default(),
        password,
    }))
}

#[expect(clippy::print_stdout, reason = "the contract of this command")]
fn announce(ready: &Ready<'_>, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(ready)?);
    } else {
        println!("\n  EmailSMS is ready: open  {}\n", ready.url);
        println!("  A phone and an inbox stand side by side there. Ctrl-C ends it.\n");
        println!(
            "  You are  {} <{}> of {}",
            ready.user.name, ready.user.email, ready.company.name
        );
        println!(
            "  REST     {}messages   Authorization: Bearer {}",
            ready.rest, ready.api_key
        );
        println!(
            "  SOAP     {}   serial {}  key {}",
            ready.soap_legacy_wsdl, ready.user.serial, ready.user.key
        );
        println!(
            "  HTTPS    {}   authority {}",
            ready.https,
            ready.ca.display()
        );
        if let Some(metrics) = &ready.metrics {
            println!("  Metrics  {metrics}   for Prometheus");
        }
        println!(
            "\n  For the lines of the README, in another shell:\n  URL={} KEY={} ADDRESS={} SERIAL={} SMSKEY={}\n",
            ready.url.trim_end_matches('/'),
            ready.api_key,
            ready.user.email,
            ready.user.serial,
            ready.user.key
        );
    }
    std::io::stdout().flush()?;
    Ok(())
}

/// Loopback, whatever the port.
fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Listens on a port of this machine; on any, for 0.
async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind(loopback(port)).await.with_context(|| format!("port {port} of this machine is taken; end what uses it, or choose others with --port-base"))
}
