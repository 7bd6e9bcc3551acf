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

use clap::{Args, Parser, Subcommand};
use std::io;
use std::process::ExitCode;
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
    let cli = Cli::parse();
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
fn ended(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("emailsms: {}", sentence(&error));
            ExitCode::FAILURE
        }
    }
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
