//! `emailsms dxl`: DXL files as the repository and the importer want them. Opens files, no gateway.

mod clean;
mod diff;
mod files;
mod network;
mod run;

use ::dxl::check::{self, Checked, Finding, Profile};
use ::dxl::position::shown_path;
use ::dxl::schema::Schema;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use files::{Unreadable, files_of, objection_to_inputs, open, shown, tell_of_output};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// DXL, the XML of Notes databases.
#[derive(Debug, Args)]
pub struct DxlArgs {
    #[command(subcommand)]
    command: DxlCommand,
}

#[derive(Debug, Subcommand)]
enum DxlCommand {
    /// Find what is wrong with DXL files, with place, reason and remedy.
    Check(CheckArgs),
    /// Show what really differs between two files or folders.
    Diff(diff::DiffArgs),
    /// Take out what changes by itself, and put the rest into an order that is always the same.
    Clean(clean::CleanArgs),
    /// Run an agent without a Domino server, and show what it did.
    Run(run::RunArgs),
}

/// Finds what is wrong with DXL files. Reads only, and fetches nothing that a file names.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  emailsms dxl check export.dxl                 is this DXL, as Domino 9.0.1 writes it?
  emailsms dxl check --import dxl-templates/    will the importer take these as they are meant?
  emailsms dxl check --dtd domino_12_0_2.dtd export.dxl
  emailsms dxl check --json design.dxl | jq '.files[].findings[] | {line, rule, remedy}'

Without --import the structure is checked: elements, their order, attributes, text. That holds for whatever comes out of Notes.
With --import also what only the importer minds, and no DTD says: a DOCTYPE, a & in an action's title, names that stand twice, schedules
without times and more. Real exports break some of these rules; what is to be imported must not.

A line says file, line, column, how grave it is, the rule, and what is wrong; below stand the place in the document, why there is
such a rule, and how to mend it. One mistake gives one finding.

In a folder everything is checked that begins as DXL, and every *.dxl and *.xml that is not some other XML. diff and clean take the same.

In JSON, unreadable lists what could not be read, and why; left_out counts the findings of a file beyond --most, and uncompared its names
and keys that were too many to be compared with each other.

Exit status: 0 nothing is wrong, or only warnings; 1 there are errors, or with --deny-warnings: warnings; 2 a file could not be read,
or a folder holds no DXL.")]
pub struct CheckArgs {
    /// Files, folders (all that begins as DXL below, and every *.dxl and *.xml that is not some other XML), or - for standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Also check what only Domino's importer minds
    #[arg(long)]
    import: bool,
    /// Check by this DTD of Domino's instead of the built-in schema of 9.0.1
    #[arg(long, value_name = "FILE")]
    dtd: Option<PathBuf>,
    /// Exit with 1 if there are warnings, as if they were errors
    #[arg(long)]
    deny_warnings: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// List so many findings of each file at the most; the others are counted
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    most: usize,
}

/// Runs the command that is asked for.
pub fn run(args: &DxlArgs) -> ExitCode {
    match &args.command {
        DxlCommand::Check(args) => check(args),
        DxlCommand::Diff(args) => diff::run(args),
        DxlCommand::Clean(args) => clean::run(args),
        DxlCommand::Run(args) => run::run(args),
    }
}

/// What came of all files.
#[derive(Debug, Default, serde::Serialize)]
struct Report {
    files: Vec<Checked>,
    unreadable: Vec<Unreadable>,
    errors: u64,
    warnings: u64,
}

fn check(args: &CheckArgs) -> ExitCode {
    let report = match check_all(args) {
        Ok(report) => report,
        Err(error) => {
            // Where standard error is gone there is nobody to be told.
            let _ = writeln!(io::stderr(), "emailsms dxl check: {error:#}");
            return ExitCode::from(2);
        }
    };
    let printed = if args.json {
        writeln!(io::stdout(), "{:#}", serde_json::json!(report))
    } else {
        print(&report, &mut io::stdout().lock())
    };
    for unreadable in &report.unreadable {
        let _ = writeln!(io::stderr(), "emailsms dxl check: {unreadable}");
    }
    match printed {
        Ok(()) if !report.unreadable.is_empty() => ExitCode::from(2),
        Ok(()) if report.errors > 0 => ExitCode::from(1),
        Ok(()) if args.deny_warnings && report.warnings > 0 => ExitCode::from(1),
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            tell_of_output("check", &why);
            ExitCode::from(2)
        }
    }
}

fn check_all(args: &CheckArgs) -> anyhow::Result<Report> {
    if let Some(objection) = objection_to_inputs(&args.files) {
        bail!(objection);
    }
    let own;
    let profile = if args.import {
        Profile::Import
    } else {
        Profile::Reading
    };
    let mut options = check::Options::new(profile);
    options.most_findings = args.most;
    if let Some(dtd) = &args.dtd {
        let name = dtd.display();
        let bytes = fs::read(dtd).with_context(|| format!("reading {name}"))?;
        own = Schema::from_dtd(&bytes).with_context(|| format!("{name} is no DTD of Domino's"))?;
        options.schema = &own;
    }
    let mut report = Report::default();
    for path in &args.files {
        let found = files_of(path);
        report.unreadable.extend(found.unreadable);
        for file in &found.files {
            report.add(check_one(file, &options));
        }
    }
    Ok(report)
}

impl Report {
    fn add(&mut self, checked: Result<Checked, Unreadable>) {
        match checked {
            Ok(checked) => {
                self.errors += checked.errors;
                self.warnings += checked.warnings;
                self.files.push(checked);
            }
            Err(unreadable) => self.unreadable.push(unreadable),
        }
    }
}

fn check_one(file: &Path, options: &check::Options<'_>) -> Result<Checked, Unreadable> {
    check::check(&shown(file), open(file)?, options).map_err(|why| Unreadable::new(file, why))
}

fn print(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut left_out = 0;
    let mut uncompared = 0;
    for file in &report.files {
        for finding in &file.findings {
            print_finding(finding, out)?;
        }
        left_out += file.left_out;
        uncompared += file.uncompared;
    }
    if left_out > 0 {
        writeln!(
            out,
            "{left_out} more findings are not listed; --most lists more of each file"
        )?;
    }
    if uncompared > 0 {
        writeln!(
            out,
            "{uncompared} names and keys were not compared with others: there are too many in one file"
        )?;
    }
    if report.files.is_empty() {
        // That nothing is wrong would be untrue.
        return Ok(());
    }
    writeln!(
        out,
        "{}: {}, {}",
        counted(report.files.len() as u64, "file"),
        counted(report.errors, "error"),
        counted(report.warnings, "warning")
    )
}

fn print_finding(finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{finding}")?;
    if !finding.path.is_empty() {
        writeln!(out, "    in: {}", shown_path(&finding.path))?;
    }
    writeln!(out, "    why: {}", finding.why)?;
    writeln!(out, "    remedy: {}", finding.remedy)
}

fn counted(number: u64, thing: &str) -> String {
    match number {
        0 => format!("no {thing}s"),
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LACKING: &str = "<form name='A' xmlns='http://www.lotus.com/dxl'>\n<actionbar><action title='a &amp; b'/></actionbar></form>";

    fn args(files: &[&Path], import: bool) -> CheckArgs {
        CheckArgs {
            files: files.iter().map(|file| (*file).to_owned()).collect(),
            import,
            dtd: None,
            deny_warnings: false,
            json: false,
            most: 1_000,
        }
    }

    #[test]
    fn findings_are_printed_as_compilers_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.dxl");
        fs::write(&file, LACKING).unwrap();
        let report = check_all(&args(&[&file], true)).unwrap();
        let mut out = Vec::new();
        print(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let text = text.replace(&file.display().to_string(), "a.dxl");
        assert_eq!(
            text,
            "a.dxl:1:1: error[element-missing]: <form> lacks <body>
    in: form[A]
    why: without it the element around it means nothing
    remedy: add <body>
a.dxl:2:20: error[action-title-ampersand]: the action's title \"a & b\" has a & in it
    in: form[A]/actionbar/action[a & b]
    why: the importer drops such an action without a word
    remedy: write “and”, or +
1 file: 2 errors, no warnings
"
        );
    }

    #[test]
    fn folders_give_their_dxl_and_what_cannot_be_read_is_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("Forms")).unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        for name in ["b.dxl", "a.XML", "Forms/c.dxl", "Forms/d", ".git/e.dxl"] {
            fs::write(folder.path().join(name), LACKING).unwrap();
        }
        let about = format!("How DXL begins:\n{LACKING}");
        fs::write(folder.path().join("Forms/notes.txt"), about).unwrap();
        let sheet = "<sheet xmlns:d='http://www.lotus.com/dxl'/>";
        fs::write(folder.path().join("Forms/sheet.xsl"), sheet).unwrap();
        let missing = folder.path().join("missing.dxl");
        let report = check_all(&args(&[folder.path(), &missing], false)).unwrap();
        let files: Vec<_> = report
            .files
            .iter()
            .map(|checked| checked.file.rsplit('/').next().unwrap_or_default())
            .collect();
        assert_eq!(files, ["c.dxl", "d", "a.XML", "b.dxl"]);
        assert_eq!((report.errors, report.warnings), (4, 0));
        assert_eq!(report.unreadable.len(), 1);
        fs::create_dir(folder.path().join("Views")).unwrap();
        let empty = check_all(&args(&[&folder.path().join("Views")], false)).unwrap();
        assert!(
            empty.unreadable[0]
                .to_string()
                .ends_with(": there is no DXL in this folder")
        );
    }

    #[test]
    fn a_dtd_that_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.dxl");
        fs::write(&file, LACKING).unwrap();
        let mut args = args(&[&file], false);
        args.dtd = Some(file);
        let error = format!("{:#}", check_all(&args).unwrap_err());
        assert!(
            error.contains("a.dxl is no DTD of Domino's: line 1, column 1:"),
            "{error}"
        );
    }
}
