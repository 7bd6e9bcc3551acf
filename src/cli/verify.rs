//! `emailsms verify`: proves that a database is whole, beside a running gateway or after a crash, and names the rows that are not.

use super::place::PlaceArgs;
use crate::store;
use crate::store::verify::{Finding, Verified};
use clap::Args;
use std::io::{self, Write};
use std::process::ExitCode;

/// Proves the invariants of a database. Reads only.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  emailsms verify --data /tmp/demo
  emailsms verify --config gateway.toml --json
  emailsms verify --database sqlite:/var/lib/emailsms/emailsms.db

A gateway may be running meanwhile; what it writes after the start of the proof is not looked at.
Exit status: 0 the database is whole; 1 it is not, each row is named with the rule that it breaks; 2 it could not be looked at.")]
pub struct VerifyArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// Proves, prints, and says by its status what came of it.
pub async fn run(args: VerifyArgs) -> ExitCode {
    let verified = match look(&args.place).await {
        Ok(verified) => verified,
        Err(error) => {
            // Where standard error is gone there is nobody to be told.
            let _ = writeln!(io::stderr(), "emailsms verify: {error:#}");
            return ExitCode::from(2);
        }
    };
    let text = if args.json {
        format!("{:#}", serde_json::json!(verified))
    } else {
        text_of(&verified)
    };
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        Ok(()) if verified.ok => ExitCode::SUCCESS,
        Ok(()) => ExitCode::from(1),
        Err(_) => ExitCode::from(2),
    }
}

async fn look(place: &PlaceArgs) -> anyhow::Result<Verified> {
    let place = place.find()?;
    place.must_exist()?;
    let reader = store::open_reader(&place.database).await?;
    Ok(reader.verify().await?)
}

fn text_of(verified: &Verified) -> String {
    let mut text = String::new();
    for finding in &verified.findings {
        text.push_str(&line_of(finding));
        text.push('\n');
    }
    let verdict = match verified.findings.len() {
        0 => "the database is whole".to_owned(),
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    text.push_str(&format!(
        "{verdict}: {} rules, {} SMS, {} attempts, {} replies, {} charges\n",
        verified.rules, verified.sms, verified.attempts, verified.inbound, verified.cdrs
    ));
    text
}

fn line_of(finding: &Finding) -> String {
    let external = match finding.table {
        "sms" => format!(" ({})", store::external("msg", finding.id)),
        _ => String::new(),
    };
    format!(
        "{} {}{external}: {}: {}; found: {}",
        finding.table, finding.id, finding.rule, finding.promise, finding.detail
    )
}
