//! `emailsms verify`: proves that a database is whole, beside a running gateway or after a crash, and names the rows that are not.

mod sealed;

use super::place::PlaceArgs;
use crate::store::verify::{Finding, Verified};
use crate::store::{self, Tables, too_new};
use anyhow::bail;
use clap::Args;
use serde::Serialize;
use std::io::{self, Write};
use std::process::ExitCode;

/// Proves the invariants of a database. Reads only.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  emailsms verify --data /tmp/demo
  emailsms verify --config gateway.toml --json
  emailsms verify --database sqlite:/var/lib/emailsms/emailsms.db

With the keys at hand (--config and --data say where they are) every sealed text, reply and password is opened, too.
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
            let _ = writeln!(io::stderr(), "emailsms verify: {}", super::sentence(&error));
            return ExitCode::from(2);
        }
    };
    let text = if args.json {
        format!("{:#}", serde_json::json!(verified))
    } else {
        text_of(&verified)
    };
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        Ok(()) if verified.verified.ok => ExitCode::SUCCESS,
        Ok(()) => ExitCode::from(1),
        Err(_) => ExitCode::from(2),
    }
}

/// What was held against the promises, and what was opened.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    verified: Verified,
    /// Sealed values that were held against the keys; none: they were not.
    sealed: Option<u64>,
    /// Why they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_not_checked: Option<String>,
}

async fn look(place: &PlaceArgs) -> anyhow::Result<Report> {
    let place = place.find()?;
    place.must_exist()?;
    let reader = store::open_reader(&place.database).await?;
    match reader.tables().await? {
        Tables::Ours | Tables::Newer(_) => {}
        Tables::Missing(missing) => bail!(
            "{} lacks {missing} of the changes that this version makes to its tables; run `emailsms migrate` on it first",
            place.database
        ),
        Tables::TooNew(changes) => bail!("{}: {}", place.database, too_new(&changes)),
    }
    let mut verified = reader.verify().await?;
    if !place.names_keys() {
        let why = "nobody said where the keys are (--config FILE, --data DIR or --set security.keys_dir=DIR does)";
        return Ok(Report {
            verified,
            sealed: None,
            sealed_not_checked: Some(why.to_owned()),
        });
    }
    let opened = match place.keys().await {
        Ok(keys) => sealed::open_all(&reader, &keys).await?,
        Err(error) => sealed::wrong_keys(super::sentence(&error)),
    };
    verified.findings.extend(opened.findings);
    verified.ok = verified.findings.is_empty();
    Ok(Report {
        verified,
        sealed: Some(opened.values),
        sealed_not_checked: None,
    })
}

fn text_of(report: &Report) -> String {
    let verified = &report.verified;
    let mut text = String::new();
    for finding in &verified.findings {
        text.push_str(&line_of(finding));
        text.push('\n');
    }
    let verdict = match verified.findings.len() {
        0 => "the database is whole".to_owned(),
        many => counted(many as i64, "finding", "findings"),
    };
    text.push_str(&format!(
        "{verdict}: {} rules, {} SMS, {}, {}, {}",
        verified.rules,
        verified.sms,
        counted(verified.attempts, "attempt", "attempts"),
        counted(verified.inbound, "reply", "replies"),
        counted(verified.cdrs, "charge", "charges"),
    ));
    match (&report.sealed, &report.sealed_not_checked) {
        (_, Some(why)) => {
            text.push_str(&format!("\nSEALED VALUES WERE NOT CHECKED: {why}\n"));
        }
        (values, None) => text.push_str(&format!(
            ", {}\n",
            counted(
                values.unwrap_or_default() as i64,
                "sealed value",
                "sealed values"
            )
        )),
    }
    text
}

fn counted(many: i64, one: &str, several: &str) -> String {
    match many {
        1 => format!("1 {one}"),
        many => format!("{many} {several}"),
    }
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
