//! `emailsms smsc`: the built-in SMSC by itself, to try any SMPP client with.

use std::{
    io::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use clap::Args;
use smpp::Secret;
use tokio::{net::TcpListener, sync::oneshot, time::timeout};

use super::{EndArgs, EndSignals, files};
use crate::{
    clock::Clock,
    simulator::{
        smsc::{Account, Settings, Smsc},
        stand_ins::{IsOurs, StandIn, handsets_filter, warp_peer},
    },
    telemetry::{self, LogFormat},
};

/// How long requests under way may take once the end has come.
const DRAIN: Duration = Duration::from_secs(5);

/// Run the built-in SMSC: an SMPP server with phones that you can look at
///
/// It speaks SMPP 3.4, takes binds of every kind under one account, brings texts to any number of simulated phones, sends receipts,
/// and passes on what you make the phones answer. Nothing is kept on disk, nothing leaves this machine.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub struct SmscArgs {
    /// Where SMPP clients connect; port 0 takes any free one
    #[arg(long, value_name = "HOST:PORT", default_value_t = loopback(2775))]
    pub listen: SocketAddr,
    /// Where the phones are reached over HTTP, on loopback; port 0 takes any free one
    #[arg(long, value_name = "HOST:PORT", default_value_t = loopback(2776))]
    pub control: SocketAddr,
    /// The account's name, at most 15 characters
    #[arg(long, value_name = "NAME")]
    pub system_id: String,
    /// The file whose first line is the account's password, at most 8 characters by the book
    #[arg(long, value_name = "FILE")]
    pub password_file: PathBuf,
    /// A number that phones may answer to; may be given several times [default: any number]
    #[arg(long = "number", value_name = "DIGITS")]
    pub numbers: Vec<String>,
    /// Say where it listens as one line of JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    end: EndArgs,
}

const HELP: &str = "\
Example:
  printf 'secret' > password
  emailsms smsc --system-id demo --password-file password &

  # Bind to 127.0.0.1:2775 as demo/secret and send a text to 61491570156; then look at that phone:
  curl '127.0.0.1:2776/demo/handsets/61491570156?wait_s=10'

  # Take it out of coverage (texts and receipts wait), and bring it back with another fate:
  curl -X PUT 127.0.0.1:2776/demo/handsets/61491570156 -d '{\"coverage\": false}'
  curl -X PUT 127.0.0.1:2776/demo/handsets/61491570156 -d '{\"coverage\": true, \"receipt\": \"UNDELIV\", \"delay_s\": 2}'

  # Let it answer; your client gets a deliver_sm:
  curl 127.0.0.1:2776/demo/handsets/61491570156/replies -d '{\"to\": \"61400000001\", \"text\": \"Yes\"}'

  # Forget its texts:
  curl -X DELETE 127.0.0.1:2776/demo/handsets/61491570156

Ends on TERM or INT, after it has unbound its clients.";

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Runs until TERM or INT.
pub async fn run(args: SmscArgs) -> anyhow::Result<()> {
    // Before anything is announced, so that no signal finds the process unprepared.
    let end = EndSignals::listen_as(args.end)?;
    telemetry::init("info", LogFormat::Text)?;
    let is_ours = numbers(&args.numbers)?;
    if !args.control.ip().is_loopback() {
        bail!(
            "--control {} is not on loopback; the phones are for this machine only",
            args.control
        );
    }
    let account = Account {
        system_id: system_id(&args.system_id)?,
        password: password(&args.password_file)?,
    };
    if !args.listen.ip().is_loopback() {
        tracing::warn!(listen = %args.listen, "passwords and texts cross the network in clear");
    }
    let control = listen(args.control, "--control").await?;
    let listener = listen(args.listen, "--listen").await?;
    let control_at = control.local_addr()?;
    let smsc = Smsc::start(listener, account, Settings::default(), Clock::default())?;

    let (stop_control, stopped) = oneshot::channel::<()>();
    let filter = handsets_filter(StandIn::BuiltIn(smsc.clone()), is_ours, warp_peer());
    let serving = warp::serve(filter).incoming(control).graceful(async {
        let _ = stopped.await;
    });
    let serving = tokio::spawn(serving.run());
    announce(smsc.address(), control_at, args.json)?;
    end.told().await;
    let _ = stop_control.send(());
    smsc.stop().await;
    // What still hangs then is a client that does not read; the process ends anyway.
    let _ = timeout(DRAIN, serving).await;
    Ok(())
}

fn numbers(numbers: &[String]) -> anyhow::Result<IsOurs> {
    let mut ours = std::collections::HashSet::new();
    for number in numbers {
        match crate::simulator::handsets::Digits::parse(number) {
            Some(digits) => ours.insert(digits.as_str().to_owned()),
            None => bail!("--number {number:?} is not a number; write up to 20 digits"),
        };
    }
    Ok(Arc::new(move |number: &str| {
        ours.is_empty() || ours.contains(number)
    }))
}

fn system_id(name: &str) -> anyhow::Result<String> {
    // A C-octet string of at most 16 octets [SMPP 3.4 §4.1.1].
    let fits = (1..=15).contains(&name.len()) && name.bytes().all(|octet| octet.is_ascii_graphic());
    if !fits {
        bail!(
            "--system-id {name:?} cannot be bound with; write 1 to 15 ASCII characters without blanks"
        );
    }
    Ok(name.to_owned())
}

fn password(file: &Path) -> anyhow::Result<Secret> {
    let password = files::first_line("--password-file", file)?;
    if password.contains('\0') {
        bail!(
            "--password-file {} holds a NUL, which no bind can carry",
            file.display()
        );
    }
    Ok(Secret::new(password))
}

async fn listen(at: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(at).await.with_context(|| {
        format!("{flag} {at} cannot be listened on; choose another port, or 0 for any")
    })
}

fn announce(smpp: SocketAddr, control: SocketAddr, as_json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if as_json {
        let facts = serde_json::json!({
            "pid": std::process::id(),
            "smpp": smpp.to_string(),
            "control": format!("http://{control}/"),
        });
        writeln!(out, "{facts}")?;
    } else {
        writeln!(
            out,
            "SMPP on {smpp}; phones on http://{control}/demo/handsets/<digits>"
        )?;
    }
    Ok(out.flush()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        smsc: SmscArgs,
    }

    #[test]
    fn arguments_have_defaults_and_limits() {
        let program =
            Program::try_parse_from(["smsc", "--system-id", "demo", "--password-file", "p"])
                .unwrap();
        assert_eq!(program.smsc.listen.to_string(), "127.0.0.1:2775");
        assert_eq!(program.smsc.control.to_string(), "127.0.0.1:2776");
        assert!(Program::try_parse_from(["smsc"]).is_err());
        for wrong in ["", "a b", "sixteen-letters!", "é"] {
            assert!(system_id(wrong).is_err(), "{wrong}");
        }
        assert!(numbers(&["+61400000001".into()]).unwrap()("61400000001"));
        assert!(!numbers(&["61400000001".into()]).unwrap()("61400000002"));
        assert!(numbers(&[]).unwrap()("61400000002"));
        assert!(numbers(&["x".into()]).is_err());
    }
}
