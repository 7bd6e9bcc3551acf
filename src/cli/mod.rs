//! The commands, one file each.

mod admin;
mod bench;
mod check_config;
mod demo;
mod dxl;
mod files;
mod migrate;
mod place;
mod serve;
mod smsc;
mod verify;

use crate::config::ConfigErrors;
use crate::store::DatabaseUrl;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// Text mobile phones from Notes, mail and software, and get the answers in your inbox.
#[derive(Parser)]
#[command(
    name = "emailsms",
    version,
    max_term_width = 110,
    after_help = "Start here:  emailsms demo\n\nIt needs nothing and prints a page where a phone and an inbox stand side by side."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    // What these two say of themselves in full is theirs.
    Demo(Box<demo::DemoArgs>),
    Serve(serve::ServeArgs),
    /// Companies, users, keys, quotas, numbers, carriers.
    Admin(Box<admin::AdminArgs>),
    /// Prove that the database is sound.
    Verify(verify::VerifyArgs),
    /// Say what is wrong with the settings, or print them all.
    CheckConfig(check_config::CheckConfigArgs),
    /// Make the database, or bring it up to date.
    Migrate(migrate::MigrateArgs),
    /// DXL, the XML of Notes: check files before they are imported, or after they were exported.
    Dxl(dxl::DxlArgs),
    /// Run the built-in SMSC alone, for tests of other software.
    Smsc(smsc::SmscArgs),
    // Its own words stand in its help, all of them.
    Bench(Box<bench::BenchArgs>),
}

/// Runs the program with this process's arguments.
pub fn run() -> ExitCode {
    let matches = Cli::command().get_matches();
    if let Some(wrong) = misuse(&matches) {
        complain(&wrong);
        return ExitCode::from(2);
    }
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    // reqwest's and lettre's TLS ask for it; a second call is refused and harms nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return ended(Err(error.into())),
    };
    runtime.block_on(async {
        match cli.command {
            Command::Demo(args) => ended(demo::run(*args).await),
            Command::Serve(args) => ended(serve::run(args).await),
            Command::Admin(args) => admin::run(*args).await,
            Command::Verify(args) => verify::run(args).await,
            Command::CheckConfig(args) => check_config::run(&args),
            Command::Migrate(args) => migrate::run(args).await,
            Command::Dxl(args) => dxl::run(&args),
            Command::Smsc(args) => ended(smsc::run(args).await),
            Command::Bench(args) => ended(bench::run(*args).await),
        }
    })
}

#[expect(
    clippy::print_stderr,
    reason = "the last word of a command, also when there is no log"
)]
fn complain(text: &str) {
    eprintln!("emailsms: {text}");
}

fn ended(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&sentence(&error));
            match error.downcast_ref::<ConfigErrors>() {
                Some(errors) if errors.are_misuse() => ExitCode::from(2),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

/// What is wrong with the demo's flags though each is a text or a number, said before anything is made.
fn misuse(matches: &ArgMatches) -> Option<String> {
    let demo = matches.subcommand_matches("demo")?;
    // clap's own words would repeat the URL, and a password may stand in it.
    if let Some(url) = demo.get_one::<String>("database")
        && let Err(problem) = DatabaseUrl::parse(url, "demo", None)
    {
        return Some(format!("--database: {problem}"));
    }
    let (needed, highest) = match demo.get_flag("join") {
        true => ("two ports are", u16::MAX - 1),
        false => ("four ports are", u16::MAX - 3),
    };
    let base = demo.get_one::<u16>("port_base")?;
    (*base > highest)
        .then(|| format!("--port-base: {needed} needed from there on, so it is {highest} at most"))
}

/// Listens there. `setting` is what named the address.
async fn listen(setting: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    let remedy = |error: &io::Error| match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{setting}: port {} of {} is taken; end what uses it, or set another address",
            address.port(),
            address.ip()
        ),
        io::ErrorKind::PermissionDenied => format!(
            "{setting}: {address} may not be listened at; ports below 1024 take the right to (CAP_NET_BIND_SERVICE), or set another"
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "{setting}: {} is no address of this machine; set one that is, or 0.0.0.0 for all",
            address.ip()
        ),
        _ => format!("{setting}: {address} cannot be listened at"),
    };
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| {
        let remedy = remedy(&error);
        anyhow::Error::new(error).context(remedy)
    })
}

/// When a command that runs until it is told otherwise ends.
#[derive(Debug, Clone, Copy, Default, Args)]
struct EndArgs {
    /// End also when standard input does: for programs that start this one, and take it with them however they end
    #[arg(long)]
    end_with_input: bool,
}

/// An error and its causes in one sentence, without what a cause only says again.
fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// What tells a process to end. To be made before anybody can know that the process is there: until then signals kill it.
struct EndSignals {
    terminate: Signal,
    interrupt: Signal,
    /// Resolves when standard input has ended; none: nobody looks at it.
    input: Option<oneshot::Receiver<()>>,
}

impl EndSignals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            input: None,
        })
    }

    /// The signals, and the end of standard input where that is asked for.
    fn listen_as(args: EndArgs) -> io::Result<Self> {
        let mut signals = Self::listen()?;
        if args.end_with_input {
            let (ended, input) = oneshot::channel();
            // A thread of its own: a read that the runtime had begun would keep it from ending.
            std::thread::spawn(move || {
                let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
                let _ = ended.send(());
            });
            signals.input = Some(input);
        }
        Ok(signals)
    }

    /// Resolves when the process is told to end; an error when `lost` does first, which is that another node took this one's lease over.
    async fn told_unless(self, lost: impl Future<Output = ()>) -> anyhow::Result<()> {
        tokio::select! {
            () = self.told() => Ok(()),
            () = lost => {
                tracing::error!("another node took over what this one had in hand: it was silent for too long. It ends; start it again");
                Err(anyhow::anyhow!(
                    "another node took over what this one had in hand, because it was silent for too long; start it again"
                ))
            }
        }
    }

    /// Resolves when the process is told to end (SIGTERM, Ctrl-C, or the end of its input).
    async fn told(mut self) {
        let input_ended = async {
            match self.input {
                Some(input) => {
                    let _ = input.await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = input_ended => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_the_demo_that_cannot_be_are_misuse() {
        for (line, says) in [
            ("demo", None),
            ("demo --port-base 65532", None),
            ("demo --port-base 65533", Some("65532 at most")),
            ("demo --join --data d --port-base 65534", None),
            (
                "demo --join --data d --port-base 65535",
                Some("65534 at most"),
            ),
            ("demo --database sqlite:x.db", None),
            ("demo --database mysql://u:secret@h/x", Some("sqlite:PATH")),
            (
                "demo --database postgres://u:secret@h/x",
                Some("PGPASSWORD"),
            ),
            ("migrate --database mysql://x", None),
        ] {
            let words = ["emailsms"].into_iter().chain(line.split(' '));
            let matches = Cli::command().get_matches_from(words);
            match (misuse(&matches), says) {
                (None, None) => {}
                (Some(said), Some(says)) => {
                    assert!(said.contains(says) && !said.contains("secret"), "{said}");
                }
                (said, _) => panic!("{line}: {said:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_told_with_the_remedy() {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let first = listen("http.http_listen", any).await.unwrap();
        let address = first.local_addr().unwrap();
        let said = sentence(&listen("http.http_listen", address).await.unwrap_err());
        let expected = format!(
            "http.http_listen: port {} of 127.0.0.1 is taken; end what uses it",
            address.port()
        );
        assert!(said.starts_with(&expected), "{said}");
    }

    #[test]
    fn causes_are_said_once() {
        let inner = io::Error::other("no such file");
        let twice = anyhow::Error::new(inner).context("a.pem: no such file");
        assert_eq!(sentence(&twice), "a.pem: no such file");
        assert_eq!(
            sentence(&twice.context("starting")),
            "starting: a.pem: no such file"
        );
    }
}
