//! `emailsms bench`: load through a door, and what it took, beside the last run.

mod door;
mod figures;
mod follow;
mod history;
mod load;
mod machine;
mod own;
mod progress;
mod table;

use super::EndSignals;
use super::demo::GatewayArgs;
use super::files::{self, Temporary};
use super::place::PlaceArgs;
use crate::app;
use crate::config;
use crate::security::Secret;
use crate::store::{self, DatabaseUrl, Reader};
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use door::Door;
use figures::{Figures, Run, Setup, Spread, per_s};
use follow::{Follow, Followed};
use history::History;
use jiff::Timestamp;
use load::{Answers, Handsets, Plan, Until};
use own::Own;
use progress::Progress;
use reqwest::Url;
use serde_json::json;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio_util::sync::CancellationToken;

/// What our own gateway is started with, unless the command line says otherwise: a carrier that takes all it gets and reports nothing, and a queue without an end, so that the
/// gateway is what is measured.
const SETTINGS: [(&str, &str); 4] = [
    ("carrier.window", "100"),
    ("carrier.rate", "0"),
    ("carrier.receipts", "none"),
    ("to_handset.queue_cap", "10000000"),
];
/// How long the load lasts where nothing is said.
const SECONDS: f64 = 10.0;
/// Characters that any text may have, whatever parts it takes.
const LONGEST_TEXT: u64 = 10_000;
/// Our HTTP doors close connections of one address beyond so many.
const MOST_CLIENTS: u64 = 400;

/// Measure: load through a door, and a table beside the last run
///
/// Starts a gateway of its own as `demo` does, and a built-in SMSC as a process of its own; or takes a gateway that runs already. Fills it through one door by keep-alive
/// connections, waits until the last accepted text is with the SMSC, and prints what that took, beside the last run. It measures this machine with everything on it: close what
/// you can, and run twice before you believe a ratio.
#[derive(Args)]
#[command(after_help = HELP)]
pub(super) struct BenchArgs {
    /// Which door of our own gateway takes the texts
    #[arg(long, value_enum, default_value = "rest", conflicts_with_all = ["url", "soap"])]
    door: DoorName,
    /// Connections that each hand in one text after the other
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=MOST_CLIENTS))]
    clients: u64,
    /// How long texts are handed in [default: 10]
    #[arg(long, value_name = "S", value_parser = above_zero, conflicts_with = "texts")]
    seconds: Option<f64>,
    /// How many texts are handed in
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    texts: Option<u64>,
    /// Texts a second, all clients together [default: as fast as they are answered]. A text's time then counts from when it was due, not from when a client was free for it
    #[arg(long, value_name = "PER_SECOND", value_parser = above_zero)]
    rate: Option<f64>,
    /// Characters of each text; above 160 it goes in parts
    #[arg(long, value_name = "CHARS", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=LONGEST_TEXT))]
    length: u64,
    /// The handsets, in turns [default: ten million made-up Australian mobiles]
    #[arg(long, value_name = "FIRST..LAST")]
    to: Option<Handsets>,
    /// Where runs are kept [default: bench.json in --data, else emailsms/bench.json in $XDG_STATE_HOME or ~/.local/state]
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Print one JSON document instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten, next_help_heading = "A gateway of its own")]
    gateway: GatewayArgs,
    #[command(flatten, next_help_heading = "A gateway that runs already")]
    foreign: ForeignArgs,
}

/// Whose door is knocked at, where it is not ours.
#[derive(Args)]
struct ForeignArgs {
    /// Its address; texts go in by REST
    #[arg(long, requires = "api_key_file", conflicts_with_all = ["soap", "data", "database", "smsc", "set"])]
    url: Option<Url>,
    /// A file whose first line is an API key
    #[arg(long, value_name = "FILE", requires = "url")]
    api_key_file: Option<PathBuf>,
    /// The address of its classic SOAP interface; texts go in there
    #[arg(long, value_name = "URL", requires_all = ["serial_file", "key_file"], conflicts_with_all = ["data", "database", "smsc", "set"])]
    soap: Option<Url>,
    /// A file whose first line is a serial
    #[arg(long, value_name = "FILE", requires = "soap")]
    serial_file: Option<PathBuf>,
    /// A file whose first line is the SMS key that goes with it
    #[arg(long, value_name = "FILE", requires = "soap")]
    key_file: Option<PathBuf>,
    /// The authority behind its certificate, PEM, where it is not a public one
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Load a gateway or an SMSC that is not on this machine: the phones of --to ring, and somebody pays
    #[arg(long, requires = "to")]
    really: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DoorName {
    Rest,
    Soap,
}

const HELP: &str = "\
Examples:
  emailsms bench                                        ten seconds by REST, on SQLite
  emailsms bench --door soap --clients 8 --seconds 30
  emailsms bench --texts 20000 --database postgres://postgres@127.0.0.1/emailsms
  emailsms bench --rate 500 --set carrier.window=10     how long a text takes at a load that leaves room
  emailsms bench --data /mnt/disk/bench                 on that disk; runs are remembered there
  emailsms bench --smsc 127.0.0.1:2775 --smsc-system-id me --smsc-password-file pw
  emailsms bench --url http://127.0.0.1:8080/ --api-key-file key

What the rows say:
  to the yes         from a request to its yes, which says that the text is on disk
  ok a second        from the first accept to the last text that the SMSC said yes to
  yes to SMSC        from the accept on disk to the SMSC's own yes on disk
  CPU, memory        of the gateway's process alone: not the SMSC's, the load's, PostgreSQL's
  fsync of the disk  below the gateway's directory, just before: on SQLite it bounds everything

Our own gateway starts with carrier.window=100, carrier.rate=0, carrier.receipts=none and a queue without an end; --set changes that. Texts to few handsets wait for one
another: a handset has at most as many open conversations as there are numbers of ours.
Ctrl-C ends a run early with what was measured; it is not kept. Exit status: 0 measured; 1 not, or not every accepted text reached the SMSC; 2 the command line is wrong.";

fn above_zero(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if number > 0.0 && number <= 1e6 {
        Ok(number)
    } else {
        Err("it must be above 0, and at most 1000000".to_owned())
    }
}

/// Measures, prints, and remembers.
pub(super) async fn run(args: BenchArgs) -> anyhow::Result<()> {
    let end = EndSignals::listen()?;
    let halt = CancellationToken::new();
    tokio::spawn({
        let halt = halt.clone();
        async move {
            end.told().await;
            halt.cancel();
        }
    });
    args.refuse_real_handsets()?;
    let mut history = args.history()?;
    let work = Temporary::new("bench")?;
    let mut site = tokio::select! {
        site = Site::open(&args, work.path()) => site?,
        () = halt.cancelled() => bail!("ended before anything was measured"),
    };
    let measured = site.measure(args.plan(), &halt).await;
    let closed = site.close().await;
    let (run, verdict) = measured?;
    let is_whole = verdict.is_ok() && !halt.is_cancelled();
    let last = history.as_ref().and_then(History::last).cloned();
    args.print(&run, last.as_ref(), is_whole)?;
    if is_whole && let Some(history) = &mut history {
        history.keep(run)?;
    }
    closed?;
    verdict
}

impl BenchArgs {
    fn plan(&self) -> Plan {
        let until = match self.texts {
            Some(texts) => Until::Texts(texts),
            None => Until::Seconds(self.seconds.unwrap_or(SECONDS)),
        };
        Plan {
            clients: usize::try_from(self.clients).unwrap_or(1),
            until,
            rate_per_s: self.rate,
            length: usize::try_from(self.length).unwrap_or(1),
            handsets: self.to.unwrap_or(Handsets::MADE_UP),
        }
    }

    /// Made-up numbers are somebody's: where texts might leave this machine, whoever runs this says so, and to whom.
    fn refuse_real_handsets(&self) -> anyhow::Result<()> {
        let foreign = self.foreign.url.as_ref().or(self.foreign.soap.as_ref());
        let (what, host) = match (foreign, &self.gateway.smsc) {
            (Some(url), _) => ("gateway", url.host_str().unwrap_or_default().to_owned()),
            (None, Some(smsc)) => {
                let host = smsc
                    .rsplit_once(':')
                    .map_or(smsc.as_str(), |(host, _)| host);
                ("SMSC", host.to_owned())
            }
            (None, None) => return Ok(()),
        };
        if self.foreign.really || door::is_loopback(&host) {
            return Ok(());
        }
        bail!(
            "the {what} at {host} is not on this machine: thousands of texts would go to the phones of real people, and be paid for. \
             If that is wanted, say --really, and name phones of your own with --to"
        )
    }

    fn history(&self) -> anyhow::Result<Option<History>> {
        let data = self.gateway.data.as_deref();
        let file = history::place(self.history.as_deref(), data, |name| std::env::var_os(name));
        file.map(History::load).transpose()
    }

    /// The gateway's own settings: ours, unless the command line has others, and the command line's.
    fn settings(&self) -> Vec<String> {
        let given = &self.gateway.set;
        let is_given = |key: &str| given.iter().any(|setting| key_of(setting) == key);
        let ours = SETTINGS.iter().filter(|(key, _)| !is_given(key));
        let ours = ours.map(|(key, value)| format!("{key}={value}"));
        ours.chain(given.iter().cloned()).collect()
    }

    fn print(&self, run: &Run, last: Option<&Run>, is_whole: bool) -> anyhow::Result<()> {
        let mut out = io::stdout().lock();
        if self.json {
            let beside = last.map(|last| {
                let different = figures::differences(&run.setup, &last.setup);
                let different = different
                    .into_iter()
                    .map(|(name, last, this)| json!({ "name": name, "last": last, "this": this }));
                json!({
                    "run": last,
                    "ratios": figures::ratios(&run.figures, &last.figures),
                    "set_up_differently": different.collect::<Vec<_>>(),
                })
            });
            writeln!(
                out,
                "{:#}",
                json!({ "run": run, "is_whole": is_whole, "last": beside })
            )?;
        } else {
            writeln!(out, "{}", table::text_of(run, last).trim_end())?;
            if !is_whole {
                writeln!(
                    out,
                    "This run did not come to its end: it is not kept to compare others with."
                )?;
            }
        }
        Ok(out.flush()?)
    }
}

fn key_of(setting: &str) -> &str {
    setting
        .split_once('=')
        .map_or(setting, |(key, _)| key)
        .trim()
}

/// A setting as it may be kept and shown.
fn showable(setting: &str) -> String {
    let key = key_of(setting);
    if config::is_secret(key) {
        format!("{key}=…")
    } else {
        setting.to_owned()
    }
}

/// What is measured, ready for it.
struct Site {
    door: Arc<Door>,
    /// None: a gateway that runs already.
    own: Option<Own>,
    /// Of our own gateway's database.
    reader: Option<Reader>,
    setup: Setup,
    version: String,
    fsync_ms: Option<f64>,
}

impl Site {
    async fn open(args: &BenchArgs, work: &Path) -> anyhow::Result<Self> {
        let site = match (&args.foreign.url, &args.foreign.soap) {
            (None, None) => Self::own(args, work).await?,
            (url, soap) => Self::foreign(args, url.as_ref(), soap.as_ref()).await?,
        };
        Ok(site)
    }

    async fn foreign(
        args: &BenchArgs,
        url: Option<&Url>,
        soap: Option<&Url>,
    ) -> anyhow::Result<Self> {
        let plan = args.plan();
        let client = door::client(plan.clients, args.foreign.ca.as_deref())?;
        let secret = |flag: &str, file: &Option<PathBuf>| {
            let file = file
                .as_deref()
                .with_context(|| format!("{flag} is missing"))?;
            files::first_line(flag, file).map(Secret::new)
        };
        let (door, address) = match (url, soap) {
            (Some(url), _) => {
                let api_key = secret("--api-key-file", &args.foreign.api_key_file)?;
                (Door::rest(client, url, &api_key)?, url)
            }
            (None, Some(url)) => {
                let serial = secret("--serial-file", &args.foreign.serial_file)?;
                let key = secret("--key-file", &args.foreign.key_file)?;
                (Door::soap(client, url.clone(), serial, key), url)
            }
            (None, None) => bail!("no address"),
        };
        door.try_keys().await?;
        let version = door.version().await.unwrap_or_else(|| "unknown".to_owned());
        let setup = setup_of(&door, address.to_string(), plan);
        Ok(Self {
            door: Arc::new(door),
            own: None,
            reader: None,
            setup,
            version,
            fsync_ms: None,
        })
    }

    async fn own(args: &BenchArgs, work: &Path) -> anyhow::Result<Self> {
        let plan = args.plan();
        let data = match &args.gateway.data {
            Some(data) => data.clone(),
            None => work.join("data"),
        };
        let data = app::private_directory(&data)?;
        let probed = data.clone();
        let fsync_ms = tokio::task::spawn_blocking(move || machine::fsync_ms(&probed)).await?;
        let fsync_ms = fsync_ms.with_context(|| format!("writing to {}", data.display()))?;
        let gateway = GatewayArgs {
            data: Some(data.clone()),
            set: args.settings(),
            ..args.gateway.clone()
        };
        let own = Own::start(gateway, work).await?;
        let client = door::client(plan.clients, None)?;
        let facts = &own.facts;
        let door = match args.door {
            DoorName::Rest => Door::rest(client, &facts.url.parse()?, &facts.api_key)?,
            DoorName::Soap => {
                let (serial, key) = (facts.user.serial.clone(), facts.user.key.clone());
                Door::soap(client, facts.soap_legacy.parse()?, serial, key)
            }
        };
        door.try_keys().await?;
        let place = PlaceArgs {
            data: Some(data),
            ..PlaceArgs::default()
        };
        let database = place.find()?.database;
        let settings = args.settings();
        let window = settings
            .iter()
            .rfind(|setting| key_of(setting) == "carrier.window");
        let setup = Setup {
            database: Some(match database {
                DatabaseUrl::Sqlite(_) => "sqlite".to_owned(),
                DatabaseUrl::Postgres { .. } => "postgres".to_owned(),
            }),
            smsc: Some(
                args.gateway
                    .smsc
                    .clone()
                    .unwrap_or_else(|| "built-in".to_owned()),
            ),
            window: window.and_then(|setting| setting.split_once('=')?.1.trim().parse().ok()),
            settings: args.gateway.set.iter().map(|set| showable(set)).collect(),
            build: Some(
                if cfg!(debug_assertions) {
                    "debug"
                } else {
                    "release"
                }
                .to_owned(),
            ),
            ..setup_of(&door, "own".to_owned(), plan)
        };
        Ok(Self {
            door: Arc::new(door),
            own: Some(own),
            reader: Some(store::open_reader(&database).await?),
            setup,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            fsync_ms: Some(fsync_ms),
        })
    }

    /// Hands in the load and follows it to the SMSC. The verdict is an error if the figures are no measurement.
    async fn measure(
        &mut self,
        plan: Plan,
        halt: &CancellationToken,
    ) -> anyhow::Result<(Run, anyhow::Result<()>)> {
        let at = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let follow = match &self.reader {
            Some(reader) => Follow::Database {
                reader: reader.clone(),
                after: reader.newest_event_id().await?,
            },
            None => Follow::Door(self.door.clone()),
        };
        let progress = Arc::new(Progress::default());
        let watching = progress::watch(progress.clone(), self.reader.clone());
        let pid = self.own.as_ref().and_then(Own::pid);
        let cpu_before = pid.and_then(machine::cpu_s);
        let door = self.door.clone();
        let work = async {
            let answers = load::run(plan, door, progress.clone(), halt).await;
            progress.is_draining.store(true, Ordering::Relaxed);
            let followed = follow.settle(&answers.yes, &progress, halt).await?;
            Ok::<_, anyhow::Error>((answers, followed))
        };
        let ended = async {
            match &mut self.own {
                Some(own) => own.ended().await,
                None => std::future::pending().await,
            }
        };
        let done = tokio::select! {
            done = work => done,
            error = ended => Err(error),
        };
        let cpu_spent = pid.and_then(machine::cpu_s).zip(cpu_before);
        let cpu_spent = cpu_spent.map(|(after, before)| after - before);
        if let Some(watching) = watching {
            watching.abort();
        }
        let (answers, followed) = done?;
        let verdict = judge(&answers, &followed, halt.is_cancelled());
        let figures = Figures {
            peak_memory_octets: pid.and_then(machine::peak_memory_octets),
            fsync_ms: self.fsync_ms,
            ..figures_of(answers, followed, cpu_spent)
        };
        let run = Run {
            at,
            version: self.version.clone(),
            setup: self.setup.clone(),
            figures,
        };
        Ok((run, verdict))
    }

    async fn close(self) -> anyhow::Result<()> {
        drop(self.reader);
        match self.own {
            Some(own) => own.stop().await,
            None => Ok(()),
        }
    }
}

/// What is known without the gateway.
fn setup_of(door: &Door, gateway: String, plan: Plan) -> Setup {
    Setup {
        door: door.name().to_owned(),
        gateway,
        database: None,
        smsc: None,
        window: None,
        settings: Vec::new(),
        build: None,
        clients: plan.clients,
        until: plan.until.to_string(),
        rate_per_s: plan.rate_per_s,
        length: plan.length,
        handsets: plan.handsets.to_string(),
        processors: std::thread::available_parallelism().map_or(0, usize::from),
    }
}

fn figures_of(answers: Answers, followed: Followed, cpu_spent_s: Option<f64>) -> Figures {
    let accepted = answers.yes.len() as u64;
    let per_1000 = |cpu_s: f64| (accepted > 0).then(|| cpu_s * 1_000.0 / accepted as f64);
    Figures {
        accepted,
        refused: answers.refused,
        ok: followed.ok,
        ended_otherwise: followed.ended_otherwise,
        on_their_way: followed.on_their_way,
        yes_per_s: per_s(accepted, answers.span_s),
        ok_per_s: followed
            .span_s
            .and_then(|span_s| per_s(followed.ok, span_s)),
        yes_ms: Spread::of_us(answers.times_us),
        to_smsc_ms: Spread::of_us(followed.times_us),
        cpu_s_per_1000: cpu_spent_s.and_then(per_1000),
        peak_memory_octets: None,
        fsync_ms: None,
    }
}

/// Whether what came of a run is a measurement.
fn judge(answers: &Answers, followed: &Followed, is_halted: bool) -> anyhow::Result<()> {
    if followed.lost > 0 {
        bail!(
            "{} texts got a yes and are not in the database: that must never be; keep the logs and report it",
            followed.lost
        );
    }
    if let Some(why) = &answers.gave_up {
        bail!("the gateway stopped answering: {why}");
    }
    if is_halted {
        return Ok(());
    }
    if answers.yes.is_empty() {
        let codes = answers.refused.iter();
        let codes: Vec<String> = codes
            .map(|(code, count)| format!("{count} × {code}"))
            .collect();
        bail!("no text was accepted: {}", codes.join(", "));
    }
    if followed.on_their_way > 0 {
        bail!(
            "{} accepted texts did not reach the SMSC, and nothing moved for a minute; look at its link",
            followed.on_their_way
        );
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::collections::BTreeMap;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        bench: BenchArgs,
    }

    fn args(words: &[&str]) -> Result<BenchArgs, clap::Error> {
        let words = ["bench"].iter().chain(words);
        Program::try_parse_from(words).map(|program| program.bench)
    }

    #[test]
    fn arguments_have_defaults_and_limits() {
        let plain = args(&[]).unwrap();
        assert_eq!(plain.plan().until, Until::Seconds(SECONDS));
        assert_eq!(plain.plan().clients, 64);
        assert_eq!(plain.plan().handsets, Handsets::MADE_UP);
        let set = args(&["--texts", "5", "--set", "carrier.window = 7"]).unwrap();
        assert_eq!(set.plan().until, Until::Texts(5));
        assert_eq!(
            set.settings(),
            [
                "carrier.rate=0",
                "carrier.receipts=none",
                "to_handset.queue_cap=10000000",
                "carrier.window = 7",
            ]
        );
        assert_eq!(showable("carrier.window = 7"), "carrier.window = 7");
        assert_eq!(showable("security.keys=main:abc"), "security.keys=…");
        for wrong in [
            &["--seconds", "1", "--texts", "1"][..],
            &["--seconds", "0"],
            &["--rate", "nan"],
            &["--clients", "0"],
            &["--clients", "401"],
            &["--length", "20000"],
            &["--url", "http://127.0.0.1/"],
            &[
                "--url",
                "http://127.0.0.1/",
                "--api-key-file",
                "k",
                "--data",
                "d",
            ],
            &[
                "--url",
                "http://127.0.0.1/",
                "--api-key-file",
                "k",
                "--door",
                "soap",
            ],
            &["--soap", "http://127.0.0.1/", "--serial-file", "s"],
            &["--really"],
        ] {
            assert!(args(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn real_handsets_are_texted_only_if_that_is_said() {
        let url = ["--api-key-file", "k", "--url"];
        let soap = ["--serial-file", "s", "--key-file", "k", "--soap"];
        let smsc = ["--smsc-system-id", "me", "--smsc"];
        for (flags, place, is_fine) in [
            (&url[..], "http://127.0.0.1:8080/", true),
            (&url, "http://[::1]:8080/", true),
            (&url, "https://localhost/", true),
            (&url, "https://sms.example/", false),
            (&soap, "http://127.0.0.1/soap", true),
            (&soap, "http://10.0.0.1/soap", false),
            (&smsc, "127.0.0.1:2775", true),
            (&smsc, "smsc.example:2775", false),
        ] {
            let mut words = flags.to_vec();
            words.push(place);
            let refused = args(&words).unwrap().refuse_real_handsets();
            assert_eq!(refused.is_ok(), is_fine, "{place}");
            words.extend(["--really", "--to", "+61491570156"]);
            assert!(args(&words).unwrap().refuse_real_handsets().is_ok());
        }
    }

    #[test]
    fn figures_that_are_no_measurement_are_judged() {
        let yes = |count| Answers {
            yes: (0..count)
                .map(|n: u32| load::Yes {
                    id: n.to_string(),
                    at: 0,
                })
                .collect(),
            ..Answers::default()
        };
        let followed = |on_their_way, lost| Followed {
            on_their_way,
            lost,
            ..Followed::default()
        };
        assert!(judge(&yes(3), &followed(0, 0), false).is_ok());
        assert!(judge(&yes(3), &followed(1, 0), true).is_ok());
        let refused = Answers {
            refused: BTreeMap::from([("503 unavailable".to_owned(), 2)]),
            ..Answers::default()
        };
        for (answers, followed, halted, word) in [
            (yes(3), followed(1, 0), false, "did not reach"),
            (yes(3), followed(0, 1), true, "must never be"),
            (refused, followed(0, 0), false, "2 × 503 unavailable"),
        ] {
            let error = judge(&answers, &followed, halted).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn figures_are_those_of_the_accepted() {
        let answers = Answers {
            yes: vec![
                load::Yes {
                    id: "a".into(),
                    at: 0
                };
                500
            ],
            times_us: vec![2_000; 500],
            span_s: 0.25,
            ..Answers::default()
        };
        let followed = Followed {
            ok: 500,
            span_s: Some(0.5),
            times_us: vec![9_000; 500],
            ..Followed::default()
        };
        let figures = figures_of(answers, followed, Some(0.4));
        assert_eq!(figures.yes_per_s, Some(2_000.0));
        assert_eq!(figures.ok_per_s, Some(1_000.0));
        assert_eq!(figures.cpu_s_per_1000, Some(0.8));
        assert_eq!(figures.to_smsc_ms.unwrap().p99, 9.0);
    }
}
