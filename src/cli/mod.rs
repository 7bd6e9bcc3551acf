//! The commands, one file each.

mod admin;
mod demo;
mod dxl;
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
    /// Try it: everything built in, nothing to set up.
    Demo(Box<demo::DemoArgs>),
    /// Run the gateway.
    Serve(serve::ServeArgs),
    /// Companies, users, keys, quotas, numbers, carriers.
    Admin(Box<admin::AdminArgs>),
    /// Prove that the database is sound.
    Verify(verify::VerifyArgs),
    /// Make the database, or bring it up to date.
    Migrate(migrate::MigrateArgs),
    /// DXL, the XML of Notes: check files before they are imported, or after they were exported.
    Dxl(dxl::DxlArgs),
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
            Command::Migrate(args) => migrate::run(args).await,
            Command::Dxl(args) => dxl::run(&args),
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
            eprintln!("emailsms: {error:#}");
            ExitCode::FAILURE
        }
    }
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
