//! A gateway of our own for a run: `emailsms demo` as a process, and before it, unless another is named, `emailsms smsc` as one.
//!
//! Both are this program, started by their public contract, each in a process of its own, so that neither the SMSC's work nor the load's counts as the gateway's. They end when
//! their standard input does, and so with this process, however it ends.

use crate::cli::demo::GatewayArgs;
use crate::cli::files;
use crate::security::{Secret, new_sms_key};
use anyhow::{Context, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// How long a process may take to be ready, a migration included.
const READY: Duration = Duration::from_secs(60);
/// How long it may take to end; a gateway drains within 30 s.
const END: Duration = Duration::from_secs(40);
/// The end of a log that is shown when a process failed.
const LOG_LINES: usize = 8;
/// Its account at the SMSC of ours.
const SYSTEM_ID: &str = "bench";

/// The gateway that is measured, with its SMSC.
pub struct Own {
    gateway: Process,
    smsc: Option<Process>,
    pub facts: Facts,
}

/// What is needed of the line that a demo says when it is ready.
#[derive(Deserialize)]
pub struct Facts {
    pub url: String,
    pub soap_legacy: String,
    pub api_key: Secret,
    pub user: User,
}

/// Who the texts come from.
#[derive(Deserialize)]
pub struct User {
    pub serial: Secret,
    pub key: Secret,
}

impl Own {
    /// Starts both and waits until they are ready. `work` is for what goes with the run: logs, a password.
    pub async fn start(mut args: GatewayArgs, work: &Path) -> anyhow::Result<Self> {
        let smsc = match args.smsc {
            Some(_) => None,
            None => {
                let password = work.join("smsc-password");
                // As long as SMPP lets it be.
                let drawn: String = new_sms_key().expose().chars().take(8).collect();
                files::write_whole(&password, drawn.as_bytes())?;
                let (smsc, address) = start_smsc(work, &password).await?;
                args.smsc = Some(address);
                args.smsc_system_id = Some(SYSTEM_ID.to_owned());
                args.smsc_password_file = Some(password);
                Some(smsc)
            }
        };
        let mut flags: Vec<OsString> = ["demo", "--json", "--port", "0"].map(Into::into).into();
        flags.extend(args.flags());
        let (gateway, facts) =
            Process::start("the gateway", flags, work.join("gateway.log")).await?;
        Ok(Self {
            gateway,
            smsc,
            facts,
        })
    }

    /// The gateway's process.
    pub fn pid(&self) -> Option<u32> {
        self.gateway.child.id()
    }

    /// Resolves, with the reason, when either process ends before it was told to.
    pub async fn ended(&mut self) -> anyhow::Error {
        let smsc = async {
            match &mut self.smsc {
                Some(smsc) => smsc.ended().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            error = self.gateway.ended() => error,
            error = smsc => error,
        }
    }

    /// Ends both, the gateway first, and waits for them.
    pub async fn stop(self) -> anyhow::Result<()> {
        let gateway = self.gateway.stop().await;
        if let Some(smsc) = self.smsc {
            smsc.stop().await?;
        }
        gateway
    }
}

/// Ready, and where it listens.
#[derive(Deserialize)]
struct SmscFacts {
    smpp: String,
}

async fn start_smsc(work: &Path, password: &Path) -> anyhow::Result<(Process, String)> {
    let any = "127.0.0.1:0";
    let words = [
        "smsc",
        "--json",
        "--listen",
        any,
        "--control",
        any,
        "--system-id",
        SYSTEM_ID,
    ];
    let mut flags: Vec<OsString> = words.map(Into::into).into();
    flags.extend(["--password-file".into(), password.into()]);
    let (smsc, facts) = Process::start("the SMSC", flags, work.join("smsc.log")).await?;
    let SmscFacts { smpp } = facts;
    Ok((smsc, smpp))
}

/// A process of this program.
struct Process {
    name: &'static str,
    child: Child,
    /// While it is open, the process goes on. Apart from the child, for whoever waits for that closes it.
    input: Option<ChildStdin>,
    /// Open, so that it may go on to write.
    _output: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Process {
    /// Starts it and reads the line of JSON that it says when it is ready.
    async fn start<T: DeserializeOwned>(
        name: &'static str,
        flags: Vec<OsString>,
        log: PathBuf,
    ) -> anyhow::Result<(Self, T)> {
        let program = std::env::current_exe().context("finding this program")?;
        let errors = File::create(&log).with_context(|| log.display().to_string())?;
        let mut child = Command::new(program)
            .args(flags)
            .arg("--end-with-input")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            // Ctrl-C is for us: what it has to drain, it drains while we wait for it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let input = child.stdin.take();
        let output = child.stdout.take().context("no output")?;
        let mut output = BufReader::new(output).lines();
        let ready = timeout(READY, output.next_line()).await;
        let mut process = Self {
            name,
            child,
            input,
            _output: output,
            log,
        };
        match ready {
            Ok(Ok(Some(line))) => {
                let facts = serde_json::from_str(&line)
                    .with_context(|| format!("{name} is ready, but says it in other words"))?;
                Ok((process, facts))
            }
            Ok(_) => Err(process.ended().await),
            Err(_) => bail!(
                "{name} was not ready after {} s{}",
                READY.as_secs(),
                process.log_end()
            ),
        }
    }

    async fn ended(&mut self) -> anyhow::Error {
        let how = match self.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        anyhow::anyhow!("{} ended by itself, {how}{}", self.name, self.log_end())
    }

    async fn stop(mut self) -> anyhow::Result<()> {
        drop(self.input.take());
        let Ok(status) = timeout(END, self.child.wait()).await else {
            // It goes with this value.
            bail!(
                "{} did not end within {} s{}",
                self.name,
                END.as_secs(),
                self.log_end()
            );
        };
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => bail!("{} ended with {status}{}", self.name, self.log_end()),
            Err(error) => Err(error.into()),
        }
    }

    fn log_end(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let end = &lines[lines.len().saturating_sub(LOG_LINES)..];
        if end.is_empty() {
            return String::new();
        }
        format!("; the end of its log:\n{}", end.join("\n"))
    }
}
