//! `emailsms dxl run`: an agent of a DXL file, run without a Domino server.

use super::files::{Unreadable, is_output_written, objection_to_inputs, open, read_tree, shown};
use super::network::Network;
use ::domino::store::Store;
use ::domino::{
    DatabaseId, DateOrder, DocumentChange, FileChange, International, Report, Traced, WindowAnswer,
    Wish, World,
};
use ::dxl::Tree;
use ::dxl::design::Database;
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use lotusscript::check::Severity;
use lotusscript::project::{self, Project};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Runs an agent of a DXL file over documents in memory, and shows what it did. No file of yours is changed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  emailsms dxl run app.dxl \"Send reminders\"                        on the documents of the file
  emailsms dxl run app.dxl Alert --documents mail.dxl --trace       on those of another export
  emailsms dxl run app.dxl Compose --script answers.toml            with somebody who answers its windows
  emailsms dxl run app.dxl Send --network --json | jq '.http'

The agent is found by name or alias, and put together with its libraries and %INCLUDE files. LotusScript and formulas are run; Java, simple
actions and compiled formulas are refused by name. All documents of the file, and those of --documents in place of those with the same UNID,
lie in one database; other databases are brought by --database. What the agent is given follows its trigger and its document set: the
documents of --documents, if there are any, otherwise all that it has not marked, the selected ones, or those of the view that is open. An agent
that runs before new mail is run once for each.

Nothing leaves this machine unless --network says so, and no file is written but that of --out. Mails are kept and shown. The clock is the
machine's unless the answers say otherwise; new UNIDs and random numbers follow from --seed, so that the same run leaves the same.

The answers are TOML (or JSON, if the file ends with .json); all of it may be left out:

  user = \"CN=Ann Lee/O=Acme\"        # who runs it; server = \"CN=Hub/O=Acme\" on which server
  now = \"2026-11-21T18:00:00\"       # the clock, in the zone below
  zone = \"Australia/Sydney\"         # otherwise UTC
  dates = \"dmy\"                     # otherwise mdy; ymd
  view = \"Orders\"                   # the view that is open
  selected = [\"0123…\"]              # UNIDs of the documents selected in it
  document = \"0123…\"                # the document that is open, in edit mode
  notes = \"Release 12.0.2\"          # what NotesVersion says; build = 473 what NotesBuildVersion says
  groups = [\"Clerks\"]
  [environment]                     # notes.ini, without the $ before names
  MailFile = 'mail\\ann.nsf'
  [[window]]                        # what is answered, the first that fits
  window = \"MessageBox\"             # InputBox, Prompt, PickListStrings, PickListCollection, DialogBox, @Prompt …
  title = \"Delete\"                  # only with this title
  text = \"sure\"                     # only if its text contains this
  answer = \"Yes\"                    # a button, a text, a number, a list; true is OK, false is Cancel
  times = 1                         # for so many windows

A window that has no answer ends the run, and the message shows what to add. Windows that only tell something need none.

Exit status: 0 the agent ran to its end; 1 it ended early, by an error or because it was stopped; 2 it could not be begun: a file could not
be read, there is no such agent, or its script cannot be read. What the checker finds wrong with the script besides is told on standard
error, and the agent runs as far as it comes.")]
pub struct RunArgs {
    /// The DXL file with the agent, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The agent, by its name or alias
    #[arg(value_name = "AGENT")]
    agent: String,
    /// Documents to run on: they are put into the database, and the agent is given them
    #[arg(long, value_name = "FILE")]
    documents: Vec<PathBuf>,
    /// Another database that scripts find at a path, and on a server if that stands before `!!`: names.nsf=directory.dxl
    #[arg(long, value_name = "PATH=FILE")]
    database: Vec<String>,
    /// What is answered when windows come up, who runs the agent and when
    #[arg(long, value_name = "ANSWERS")]
    script: Option<PathBuf>,
    /// A folder of files that %INCLUDE, Open and NotesStream may name; what is written to them stays in memory and is shown
    #[arg(long, value_name = "FOLDER")]
    files: Option<PathBuf>,
    /// Let HTTP requests go out; without it each of them fails
    #[arg(long)]
    network: bool,
    /// Further roots to trust in HTTPS, in PEM
    #[arg(long, value_name = "FILE", requires = "network")]
    cacert: Vec<PathBuf>,
    /// Show what happens, in order: what is asked of objects, or each statement too
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "calls")]
    trace: Option<TraceOf>,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// Write the database as it is after the run
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// New UNIDs and random numbers follow from it
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// The most statements
    #[arg(long, value_name = "NUMBER", default_value_t = 50_000_000)]
    limit_statements: u64,
    /// The longest time
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    limit_seconds: u64,
    /// The most memory for texts, arrays, lists and objects of scripts
    #[arg(long, value_name = "MEGABYTES", default_value_t = 64)]
    limit_megabytes: usize,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TraceOf {
    Calls,
    Statements,
}

/// The file of answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Answers {
    user: Option<String>,
    server: Option<String>,
    now: Option<String>,
    zone: Option<String>,
    dates: Option<Dates>,
    view: Option<String>,
    selected: Vec<String>,
    document: Option<String>,
    notes: Option<String>,
    build: Option<i32>,
    groups: Vec<String>,
    environment: BTreeMap<String, toml::Value>,
    window: Vec<WindowAnswer>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Dates {
    Mdy,
    Dmy,
    Ymd,
}

/// Runs the command.
pub fn run(args: &RunArgs) -> ExitCode {
    let report = match run_agent(args) {
        Ok(report) => report,
        Err(error) => {
            // Where standard error is gone there is nobody to be told.
            let _ = writeln!(io::stderr(), "emailsms dxl run: {error:#}");
            return ExitCode::from(2);
        }
    };
    let printed = if args.json {
        writeln!(io::stdout(), "{:#}", serde_json::json!(report))
    } else {
        print(args, &report, &mut io::stdout().lock())
    };
    match is_output_written("run", printed) {
        false => ExitCode::from(2),
        true if report.failure.is_none() => ExitCode::SUCCESS,
        true => ExitCode::from(1),
    }
}

fn run_agent(args: &RunArgs) -> anyhow::Result<Report> {
    if let Some(objection) = objection_to_inputs([&args.file].into_iter().chain(&args.documents)) {
        bail!(objection);
    }
    let answers = match &args.script {
        Some(file) => read_answers(file)?,
        None => Answers::default(),
    };
    let tree = read(&args.file)?;
    tell_of_mistakes(&tree, args);
    let path = path_of(&tree, &args.file);
    let mut world = World::new(args.seed);
    settle(&mut world, args, &answers)?;
    let mut store = Store::new(args.seed);
    let server = answers.server.clone().unwrap_or_default();
    let database = store.add(&server, &path, tree);
    for other in &args.database {
        add_database(&mut store, other)?;
    }
    let mut documents = Vec::new();
    for file in &args.documents {
        documents.extend(store.add_documents(database, &read(file)?));
    }
    world.store = store;
    // Before a document is opened, the agent's own windows are not there yet.
    if let Some(unid) = &answers.document
        && !world.open_document(database, unid, true)
    {
        bail!("there is no document {unid} to be open");
    }
    let given = (!args.documents.is_empty()).then_some(documents);
    if let Some(given) = given.as_ref().filter(|_| answers.selected.is_empty()) {
        world.selected.clone_from(given);
    }
    let failure = world.run_agent(database, &args.agent, given)?;
    let report = world.report(failure);
    if let Some(out) = &args.out {
        write_out(&world, database, out)?;
    }
    Ok(report)
}

/// On standard error, what the checker finds wrong with the agent and the libraries of the file. It runs nevertheless: it may not come there.
fn tell_of_mistakes(tree: &Tree, args: &RunArgs) {
    let mut project = Project::new(project::Options::default());
    project.add_dxl("", tree);
    let names: Vec<String> = tree
        .root()
        .descendants()
        .filter(|element| element.name() == "agent")
        .filter_map(|element| element.attribute("name").map(str::to_owned))
        .filter(|name| {
            name.split('|')
                .any(|alias| alias.trim().eq_ignore_ascii_case(&args.agent))
        })
        .map(|name| format!("agent[{name}]"))
        .collect();
    let found: Vec<project::Finding> = project
        .check(0)
        .into_iter()
        .filter(|finding| {
            let is_of_it = names
                .iter()
                .any(|name| finding.path.contains(name.as_str()));
            let is_script = finding.language == project::Language::LotusScript;
            is_script
                && finding.severity == Severity::Error
                && (is_of_it || finding.path.contains("scriptlibrary["))
        })
        .collect();
    let Some(first) = found.first() else {
        return;
    };
    let others = match found.len() {
        1 => String::new(),
        count => format!(", and {} more", count - 1),
    };
    let line = format!(
        "emailsms dxl run: line {} of {}: {}{others}; see emailsms dxl check",
        first.line,
        shown(&args.file),
        first.message
    );
    let _ = writeln!(io::stderr(), "{}", plain(&line));
}

fn read(file: &Path) -> anyhow::Result<Tree> {
    read_tree(file).map_err(|why: Unreadable| anyhow::anyhow!("{why}"))
}

/// What the database is called where nothing says it: as its file, without the path of an export.
fn path_of(tree: &Tree, file: &Path) -> String {
    let written = Database::of(tree.root()).and_then(Database::path);
    match written {
        // `CN=srv/O=X!!mail\ann.nsf`
        Some(path) => path.rsplit("!!").next().unwrap_or(path).to_owned(),
        None => {
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            match name.rsplit_once('.') {
                Some((_, "nsf" | "ntf")) => name.into_owned(),
                _ => format!("{name}.nsf"),
            }
        }
    }
}

fn add_database(store: &mut Store, argument: &str) -> anyhow::Result<()> {
    let Some((place, file)) = argument
        .split_once('=')
        .filter(|(place, _)| !place.is_empty())
    else {
        bail!("--database {argument}: write PATH=FILE, as in names.nsf=directory.dxl");
    };
    // A server's name has `=` in it: the last one divides.
    let (place, file) = match argument.rsplit_once('=') {
        Some(last) if place.eq_ignore_ascii_case("cn") || argument.contains("!!") => last,
        _ => (place, file),
    };
    let (server, path) = place.split_once("!!").unwrap_or(("", place));
    store.add(server, path, read(Path::new(file))?);
    Ok(())
}

fn read_answers(file: &Path) -> anyhow::Result<Answers> {
    let mut text = String::new();
    open(file)
        .map_err(|why| anyhow::anyhow!("{why}"))?
        .read_to_string(&mut text)
        .with_context(|| format!("reading {}", file.display()))?;
    let is_json = file
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let what = || format!("{} is no file of answers; see --help", file.display());
    match is_json {
        true => serde_json::from_str(&text).with_context(what),
        false => toml::from_str(&text).with_context(what),
    }
}

/// Who runs the agent, when, with what and within what.
fn settle(world: &mut World, args: &RunArgs, answers: &Answers) -> anyhow::Result<()> {
    if let Some(zone) = &answers.zone {
        world.zone = TimeZone::get(zone).with_context(|| format!("there is no zone {zone:?}"))?;
    }
    world.now = match &answers.now {
        Some(now) => instant(now, &world.zone)?,
        None => Timestamp::now().as_millisecond(),
    };
    let mut international = International::clone(&world.international);
    international.date_order = match answers.dates {
        None | Some(Dates::Mdy) => DateOrder::MonthDayYear,
        Some(Dates::Dmy) => DateOrder::DayMonthYear,
        Some(Dates::Ymd) => DateOrder::YearMonthDay,
    };
    world.set_international(international);
    if let Some(user) = &answers.user {
        world.user.clone_from(user);
    }
    world.server = answers.server.clone().unwrap_or_default();
    world.groups.clone_from(&answers.groups);
    world.open_view.clone_from(&answers.view);
    world.selected = answers
        .selected
        .iter()
        .map(|unid| unid.to_uppercase())
        .collect();
    if let Some(notes) = &answers.notes {
        world.release.0.clone_from(notes);
    }
    if let Some(build) = answers.build {
        world.release.1 = build;
    }
    for (name, value) in &answers.environment {
        let text = match value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        world.environment.insert(name.to_lowercase(), text);
    }
    world.answers.clone_from(&answers.window);
    world.limits.steps = args.limit_statements;
    world.limits.time = Duration::from_secs(args.limit_seconds);
    world.limits.memory_bytes = args.limit_megabytes.saturating_mul(1 << 20);
    world.trace.wish = match args.trace {
        None => Wish::Little,
        Some(TraceOf::Calls) => Wish::Calls,
        Some(TraceOf::Statements) => Wish::Statements,
    };
    world.files_remedy = "emailsms dxl run takes one by --files".to_owned();
    if let Some(folder) = &args.files {
        gather(folder, folder, world)?;
        world.has_files = true;
    }
    if args.network {
        /// The longest body of a response.
        const MOST_BYTES: usize = 16 << 20;
        world.transport = Box::new(Network::new(&args.cacert, MOST_BYTES)?);
    }
    Ok(())
}

/// `2026-11-21T18:00:00` on the clock of a zone, or with an offset.
fn instant(text: &str, zone: &TimeZone) -> anyhow::Result<i64> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp.as_millisecond());
    }
    let civil: civil::DateTime = text
        .parse()
        .with_context(|| format!("now = {text:?} is no time; write 2026-11-21T18:00:00"))?;
    let zoned: Zoned = civil.to_zoned(zone.clone())?;
    Ok(zoned.timestamp().as_millisecond())
}

/// The files below a folder, by their paths in it.
fn gather(root: &Path, folder: &Path, world: &mut World) -> anyhow::Result<()> {
    /// All of them together.
    const MOST_BYTES: usize = 64 << 20;
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            gather(root, &path, world)?;
        } else if kind.is_file() {
            let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            world.files.insert(name, bytes);
        }
        let held: usize = world.files.values().map(Vec::len).sum();
        if held > MOST_BYTES {
            bail!(
                "{} holds more than 64 MB; name a smaller folder",
                root.display()
            );
        }
    }
    Ok(())
}

fn write_out(world: &World, database: DatabaseId, out: &Path) -> anyhow::Result<()> {
    let Some(database) = world.store.get(database) else {
        bail!("the database is gone");
    };
    let failed = || format!("writing {}", out.display());
    let xml = database.to_xml().with_context(failed)?;
    fs::write(out, xml).with_context(failed)
}

fn print(args: &RunArgs, report: &Report, out: &mut impl Write) -> io::Result<()> {
    if args.trace.is_some() {
        for event in &report.trace {
            writeln!(out, "{}", plain(&event.to_string()))?;
        }
        if report.trace_left_out > 0 {
            writeln!(out, "{} more events are not listed", report.trace_left_out)?;
        }
        writeln!(out)?;
    } else {
        for line in &report.printed {
            writeln!(out, "{}", plain(line))?;
        }
        // Handled errors are the agent's own business, what is sent is not.
        let requests = report
            .trace
            .iter()
            .filter(|event| matches!(event, Traced::Http { .. }));
        for event in requests {
            writeln!(out, "{}", plain(&event.to_string()))?;
        }
    }
    for window in &report.windows {
        let answer = window.answer.as_ref().map(|answer| format!(" → {answer}"));
        let line = format!(
            "{} {:?}: {}{}",
            window.window,
            window.title,
            window.text,
            answer.unwrap_or_default()
        );
        writeln!(out, "window {}", plain(&line))?;
    }
    for mail in &report.mails {
        let all = [&mail.to, &mail.copy_to, &mail.blind_copy_to].map(|names| names.join(", "));
        let names: Vec<&str> = all
            .iter()
            .map(String::as_str)
            .filter(|names| !names.is_empty())
            .collect();
        writeln!(
            out,
            "mail to {}: {}",
            plain(&names.join(", ")),
            plain(&mail.subject)
        )?;
        for line in mail.text.lines() {
            writeln!(out, "    {}", plain(line))?;
        }
    }
    for line in &report.log {
        writeln!(out, "log {}", plain(line))?;
    }
    for change in &report.documents {
        print_change(change, out)?;
    }
    for file in &report.files {
        print_file(file, out)?;
    }
    match &report.failure {
        None => writeln!(out, "{}", told(report)),
        Some(failure) => {
            writeln!(out, "ended early: {failure}")?;
            for call in &failure.calls {
                let line = call
                    .file_line
                    .map(|line| format!(", line {line} of {}", args.file.display()));
                writeln!(
                    out,
                    "    in {}({}), {}{}",
                    plain(&call.script),
                    call.line,
                    plain(&call.procedure),
                    line.unwrap_or_default()
                )?;
            }
            writeln!(out, "{}", told(report))
        }
    }
}

fn print_change(change: &DocumentChange, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{} {} {} in {}",
        change.what,
        plain(&change.form),
        change.unid,
        plain(&change.database)
    )?;
    let lines: Vec<String> = match (&change.difference, &change.dxl) {
        (Some(difference), _) => difference.lines().map(|(_, line)| line).collect(),
        (None, Some(dxl)) => dxl.lines().map(str::to_owned).collect(),
        (None, None) => Vec::new(),
    };
    lines
        .iter()
        .try_for_each(|line| writeln!(out, "    {}", plain(line)))
}

fn print_file(file: &FileChange, out: &mut impl Write) -> io::Result<()> {
    match file.bytes {
        None => return writeln!(out, "removed the file {}", plain(&file.path)),
        Some(bytes) => writeln!(out, "wrote the file {}, {bytes} bytes", plain(&file.path))?,
    }
    let lines = file.text.iter().flat_map(|text| text.lines());
    lines
        .take(MOST_LINES)
        .try_for_each(|line| writeln!(out, "    {}", plain(line)))
}

/// Lines of a file that are shown; `--json` has all.
const MOST_LINES: usize = 100;

/// On a terminal: control characters are written as what they are.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => plain.push(letter),
            letter if letter.is_control() => plain.extend(letter.escape_default()),
            letter => plain.push(letter),
        }
    }
    plain
}

/// The run in a line.
fn told(report: &Report) -> String {
    use ::domino::WhatChanged::{Changed, Made, Removed};
    let count = |what| {
        report
            .documents
            .iter()
            .filter(|change| change.what == what)
            .count()
    };
    format!(
        "{} made, {} changed, {} removed; {} mails, {} requests, {} windows",
        count(Made),
        count(Changed),
        count(Removed),
        report.mails.len(),
        report.http.len(),
        report.windows.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_and_mistakes_in_them_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let good = file(
            "a.toml",
            "user = 'CN=Bo/O=X'\n[environment]\nMailFile = 'm.nsf'\nPort = 5\n[[window]]\nwindow = 'Prompt'\nanswer = ['a', 'b']\ntimes = 2\n",
        );
        let answers = read_answers(&good).unwrap();
        assert_eq!(
            (answers.user.as_deref(), answers.window.len()),
            (Some("CN=Bo/O=X"), 1)
        );
        let json = file(
            "a.json",
            "{\"window\": [{\"window\": \"InputBox\", \"answer\": false}], \"dates\": \"dmy\"}",
        );
        assert_eq!(read_answers(&json).unwrap().window[0].window, "InputBox");
        for bad in [
            "usr = 'x'",
            "[[window]]\nwindow = 'Prompt'",
            "dates = 'xyz'",
            "{",
        ] {
            assert!(read_answers(&file("b.toml", bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_are_read_on_the_clock_of_the_zone() {
        let sydney = TimeZone::get("Australia/Sydney").unwrap();
        for text in [
            "2026-11-21T18:00:00",
            "2026-11-21T07:00:00Z",
            "2026-11-21 18:00",
        ] {
            assert_eq!(instant(text, &sydney).unwrap(), 1_795_244_400_000, "{text}");
        }
        assert!(instant("soon", &sydney).is_err());
    }

    #[test]
    fn databases_are_named_by_path_and_server() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("d.dxl");
        fs::write(
            &file,
            "<database xmlns='http://www.lotus.com/dxl' title='D'/>",
        )
        .unwrap();
        let mut store = Store::new(1);
        for place in ["names.nsf", "CN=Hub/O=X!!mail\\a.nsf"] {
            add_database(&mut store, &format!("{place}={}", file.display())).unwrap();
        }
        let places: Vec<(String, String)> = store
            .databases()
            .map(|(_, database)| (database.server.clone(), database.path.clone()))
            .collect();
        assert_eq!(places[0], (String::new(), "names.nsf".to_owned()));
        assert_eq!(
            places[1],
            ("CN=Hub/O=X".to_owned(), "mail\\a.nsf".to_owned())
        );
        assert!(add_database(&mut store, "names.nsf").is_err());
    }
}
