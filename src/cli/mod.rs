//! The commands, one file each.

mod admin;
mod check_config;
mod demo;
mod migrate;
mod place;
mod serve;
mod smsc;
mod verify;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use tokio::signal::unix::{Signal, SignalKind, signal};

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
    /// Run the built-in SMSC alone, for tests of other software.
    Smsc(smsc::SmscArgs),
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
            Command::Smsc(args) => ended(smsc::run(args).await),
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

/// The signals that tell a process to end. To be made before anybody can know that the process is there: until then they kill it.
struct EndSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl EndSignals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Resolves when the process is told to end (SIGTERM, or Ctrl-C).
    async fn told(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_said_once() {
        let inner = std::io::Error::other("no such file");
        let twice = anyhow::Error::new(inner).context("a.pem: no such file");
        assert_eq!(sentence(&twice), "a.pem: no such file");
        assert_eq!(
            sentence(&twice.context("starting")),
            "starting: a.pem: no such file"
        );
    }
}
