//! `emailsms dxl check`: what is wrong with DXL files, and with the LotusScript and the formulas in them.

use super::code::Content;
use super::files::{
    Unreadable, Wanted, counted, files_of, is_output_written, objection_to_inputs, shown,
};
use super::project_folders::ProjectFolders;
use ::dxl::Element;
use ::dxl::check::{self, Checked, Profile, Severity, one_line, printable};
use ::dxl::design::{Design, DesignElement, designs};
use ::dxl::position::shown_path;
use ::dxl::schema::Schema;
use anyhow::{Context, bail};
use clap::Args;
use lotusscript::check::Severity as CodeSeverity;
use lotusscript::notes::Release;
use lotusscript::project::{self, Language, Project};
use serde::Serialize;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What scripts may use where nobody says more: our own design serves Notes 9 and later [SPEC 10.4].
const OLDEST: &str = "9";
/// The releases that LotusScript's tables tell apart.
const FIRST: &str = "5";
const LAST: &str = "14.5.1";

/// Finds what is wrong with DXL files and the LotusScript and formulas in them. Reads only, and fetches nothing that a file names.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  emailsms dxl check export.dxl                 is this DXL, as Domino 9.0.1 writes it?
  emailsms dxl check --import dxl-templates/    will the importer take these as they are meant?
  emailsms dxl check --dtd domino_12_0_2.dtd export.dxl
  emailsms dxl check --notes 12 app.dxl Core.lss     scripts for Notes 12, and a library beside them
  emailsms dxl check --no-code export.dxl            the structure alone, in memory that does not grow
  emailsms dxl check --json design.dxl | jq '.files[].findings[] | {line, rule, remedy}'

Without --import the structure is checked: elements, their order, attributes, text. That holds for whatever comes out of Notes.
With --import also what only the importer minds, and no DTD says: a DOCTYPE, a & in an action's title, names that stand twice, schedules
without times and more. Real exports break some of these rules; what is to be imported must not. The files of a project of Designer on disk,
known by its AppProperties/database.properties, are one database: a name that two of them have is a warning.

In the designs the code is checked too: LotusScript (syntax, names under Option Declare, arguments, classes of Notes and their members, Set,
labels, what is never reached or used) and formulas (syntax, @functions, arguments, what a column cannot do). A file that ends with .lss or
.lsa and is no DXL is LotusScript, an .lss the script library of that name. The libraries of all files given are known to each other by Use,
of two of a name the one in the nearest folder; of a library that is not given a warning says so, and nothing is said of names that may be
its own. What later releases than Notes 9 brought is told as a warning; with --notes it is an error that a script needs a later one.

A line says file, line, column, how grave it is, the rule, and what is wrong; below stand the place in the document, why there is
such a rule, and how to mend it. One mistake gives one finding.

In a folder everything is checked that begins as DXL, whatever is named as DXL is (*.dxl, *.xml; *.form, *.view, *.page, *.metadata and the
others of a project of Designer on disk) and is not some other XML, so that broken files are told, and every *.lss and *.lsa. But for these two,
diff and clean take the same.

In JSON, language says whether a finding is about dxl, lotusscript or formula; unreadable lists what could not be read, and why; left_out
counts the findings of a file beyond --most, and uncompared its names and keys that were too many to be compared with each other.

Exit status: 0 nothing is wrong, or only warnings; 1 there are errors, or with --deny-warnings: warnings; 2 a file could not be read,
or a folder holds nothing to check.")]
pub(super) struct CheckArgs {
    /// Files, folders (all below that begins as DXL or is named so, as *.dxl, *.xml, *.form and so on are, every *.lss and *.lsa), or - for standard input
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Also check what only Domino's importer minds
    #[arg(long)]
    import: bool,
    /// Check by this DTD of Domino's instead of the built-in schema of 9.0.1
    #[arg(long, value_name = "FILE")]
    dtd: Option<PathBuf>,
    /// The oldest release that code is to run on, from 5 to 14, such as 9, 10 or 12.0.2. What is newer is an error then; without it, what is newer than 9 is a warning
    #[arg(long, value_name = "RELEASE", value_parser = release)]
    notes: Option<Release>,
    /// Leave LotusScript and formulas out
    #[arg(long, conflicts_with = "notes")]
    no_code: bool,
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

/// A release of Notes, of those that something is known of.
fn release(text: &str) -> Result<Release, String> {
    let release: Release = text.parse().map_err(|why| format!("{why}"))?;
    let known = |text: &str| text.parse::<Release>().ok();
    match (known(FIRST), known(LAST)) {
        (Some(first), Some(last)) if release < first || release > last.last_of_major() => Err(
            format!("nothing is known of that release; write one from {FIRST} to {LAST}"),
        ),
        _ => Ok(release),
    }
}

/// What came of all files.
#[derive(Debug, Default, Serialize)]
struct Report {
    files: Vec<FileReport>,
    unreadable: Vec<Unreadable>,
    errors: u64,
    warnings: u64,
}

/// What came of one.
#[derive(Debug, Default, Serialize)]
struct FileReport {
    file: String,
    findings: Vec<Finding>,
    left_out: u64,
    errors: u64,
    warnings: u64,
    uncompared: u64,
}

/// One mistake, in DXL or in code.
#[derive(Debug, Serialize)]
struct Finding {
    file: String,
    line: u32,
    column: u32,
    path: String,
    language: &'static str,
    rule: String,
    severity: Severity,
    message: String,
    why: String,
    remedy: String,
}

impl fmt::Display for Finding {
    /// As compilers write it, on one line: `file:line:column: error[rule]: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = (self.line, self.column);
        f.write_str(&one_line(
            &self.file,
            place,
            self.severity,
            &self.rule,
            &self.message,
        ))
    }
}

/// Checks what the arguments name.
pub(super) fn run(args: &CheckArgs) -> ExitCode {
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
    match is_output_written("check", printed) {
        false => ExitCode::from(2),
        true if !report.unreadable.is_empty() => ExitCode::from(2),
        true if report.errors > 0 => ExitCode::from(1),
        true if args.deny_warnings && report.warnings > 0 => ExitCode::from(1),
        true => ExitCode::SUCCESS,
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
    let wanted = match args.no_code {
        true => Wanted::Dxl,
        false => Wanted::DxlAndScripts,
    };
    let mut report = Report::default();
    let mut project = Project::new(code_options(args.notes)?);
    // Which file of the report each of the project's is.
    let mut of_project = Vec::new();
    let mut folders = ProjectFolders::default();
    for path in &args.files {
        let found = files_of(path, wanted);
        report.unreadable.extend(found.unreadable);
        for file in &found.files {
            match check_one(file, &options, (!args.no_code).then_some(&mut project)) {
                Ok((mut checked, with_code)) => {
                    folders.compare(file, &mut checked, args.most);
                    of_project.extend(std::iter::repeat_n(report.files.len(), with_code));
                    report.files.push(checked.into());
                }
                Err(why) => report.unreadable.push(why),
            }
        }
    }
    // Not before now are all libraries known.
    for (number, file) in of_project.into_iter().enumerate() {
        report.files[file].add_code(project.check(number), args.most);
    }
    report.errors = report.files.iter().map(|file| file.errors).sum();
    report.warnings = report.files.iter().map(|file| file.warnings).sum();
    Ok(report)
}

fn code_options(notes: Option<Release>) -> anyhow::Result<project::Options> {
    Ok(project::Options {
        of_later: match notes {
            Some(_) => CodeSeverity::Error,
            None => CodeSeverity::Warning,
        },
        notes: notes.map_or_else(|| OLDEST.parse(), Ok)?,
    })
}

/// What is wrong with a file but for its code, and as how many files the project has its code.
fn check_one(
    file: &Path,
    options: &check::Options<'_>,
    project: Option<&mut Project>,
) -> Result<(Checked, usize), Unreadable> {
    if let Some(ending) = other_ending(file) {
        let why = format!(
            "LotusScript is taken from files that end with .lss or .lsa, not with .{ending}; rename a copy"
        );
        return Err(Unreadable::new(file, why));
    }
    let content = match project {
        Some(_) => Content::of(file)?,
        None => Content::once(file),
    };
    let name = shown(file);
    if let Some(text) = content.lotusscript()? {
        let Some(project) = project else {
            let why = "this is LotusScript, which --no-code leaves out";
            return Err(Unreadable::new(file, why));
        };
        project.add_script(&name, &text);
        let nothing = Checked {
            file: name,
            ..Checked::default()
        };
        return Ok((nothing, 1));
    }
    let opened = content.open()?;
    let checked = check::check(&name, opened, options).map_err(|why| Unreadable::new(file, why))?;
    let Some(project) = project else {
        return Ok((checked, 0));
    };
    match content.tree_with_code(options.limits)? {
        Some(tree) => {
            project.add_dxl(&name, &tree);
            let empty = empty_libraries(tree.root());
            for library in &empty {
                project.add_script(&format!("{name}/{library}.lss"), "");
            }
            Ok((checked, 1 + empty.len()))
        }
        None => Ok((checked, 0)),
    }
}

/// The names of script libraries without any code: what uses them finds them all the same.
fn empty_libraries(root: Element<'_>) -> Vec<String> {
    let libraries = designs(root).filter_map(|design| match design {
        Design::ScriptLibrary(library) => Some(library),
        _ => None,
    });
    libraries
        .filter(|library| {
            let mut parts = library.element().elements();
            !parts.any(|part| matches!(part.name(), "code" | "item"))
        })
        .flat_map(|library| {
            let name = library.name().into_owned();
            [name].into_iter().chain(library.aliases())
        })
        .collect()
}

/// The ending of a file, if it is one of those that people give to scripts elsewhere.
fn other_ending(file: &Path) -> Option<&str> {
    let ending = file.extension()?.to_str()?;
    let is_of_scripts = ["ls", "bas", "vbs"]
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known));
    is_of_scripts.then_some(ending)
}

impl From<Checked> for FileReport {
    fn from(checked: Checked) -> Self {
        let Checked {
            file,
            findings,
            left_out,
            errors,
            warnings,
            uncompared,
            names: _,
        } = checked;
        Self {
            file,
            findings: findings.into_iter().map(Finding::of_structure).collect(),
            left_out,
            errors,
            warnings,
            uncompared,
        }
    }
}

impl FileReport {
    /// Adds what is wrong with the code, listed up to `most` findings in all.
    fn add_code(&mut self, found: Vec<project::Finding>, most: usize) {
        for finding in found {
            match finding.severity {
                CodeSeverity::Error => self.errors += 1,
                CodeSeverity::Warning => self.warnings += 1,
            }
            if self.findings.len() < most {
                let finding = Finding::of_code(&self.file, finding);
                self.findings.push(finding);
            } else {
                self.left_out += 1;
            }
        }
        self.findings
            .sort_by_key(|finding| (finding.line, finding.column));
    }
}

impl Finding {
    fn of_structure(finding: check::Finding) -> Self {
        Self {
            file: finding.file,
            line: finding.line,
            column: finding.column,
            path: finding.path,
            language: "dxl",
            rule: finding.rule.name().to_owned(),
            severity: finding.severity,
            message: finding.message,
            why: finding.why.to_owned(),
            remedy: finding.remedy,
        }
    }

    fn of_code(file: &str, finding: project::Finding) -> Self {
        Self {
            file: file.to_owned(),
            line: finding.line,
            column: finding.column,
            path: finding.path,
            language: match finding.language {
                Language::LotusScript => "lotusscript",
                Language::Formula => "formula",
            },
            rule: finding.rule,
            severity: match finding.severity {
                CodeSeverity::Error => Severity::Error,
                CodeSeverity::Warning => Severity::Warning,
            },
            message: finding.message,
            why: finding.why,
            remedy: finding.remedy,
        }
    }
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
        let (more, are) = match left_out {
            1 => ("1 more finding".to_owned(), "is"),
            _ => (format!("{left_out} more findings"), "are"),
        };
        writeln!(
            out,
            "{more} {are} not listed; --most lists more of each file"
        )?;
    }
    if uncompared > 0 {
        writeln!(
            out,
            "not compared with others: {}; there are too many in one file",
            counted(uncompared, "name")
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
    if !finding.remedy.is_empty() {
        writeln!(out, "    remedy: {}", printable(&finding.remedy))?;
    }
    Ok(())
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
            notes: None,
            no_code: false,
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
                .ends_with(": there is neither DXL nor LotusScript in this folder")
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

    #[test]
    fn code_is_found_in_designs_and_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
        put(
            "core.lss",
            b"\xEF\xBB\xBFPublic Sub Shout(text As String)\nEnd Sub\n",
        );
        put(
            "old.lsa",
            b"' gr\xFC\xDFe\nUse \"Core\"\nSub Initialize\n\tCall Shout(1, 2)\nEnd Sub\n",
        );
        put("agent.lsa", b"<agent name='Send' xmlns='http://www.lotus.com/dxl'><trigger type='actionsmenu'/><documentset type='runonce'/>
<code event='initialize'><lotusscript>Sub Initialize
  Dim session As New NotesSession
  Print session.CreateHTTPRequest Is Nothing
End Sub</lotusscript></code></agent>");
        let told = |args: &CheckArgs| {
            let report = check_all(args).unwrap();
            let findings = report.files.iter().flat_map(|file| &file.findings);
            let lines: Vec<String> = findings
                .map(|one| format!("{}:{} {} {}", one.line, one.column, one.severity, one.rule))
                .collect();
            (lines, report.unreadable.len())
        };
        let mut args = args(&[folder.path()], false);
        let wanted = ["4:17 warning not-in-release", "4:7 error argument-count"];
        assert_eq!(told(&args), (wanted.map(str::to_owned).to_vec(), 0));
        args.notes = Some("10".parse().unwrap());
        assert_eq!(told(&args).0, ["4:7 error argument-count"]);
        args.notes = Some("9.0.1".parse().unwrap());
        assert_eq!(told(&args).0[0], "4:17 error not-in-release");
        args.notes = None;
        args.no_code = true;
        assert_eq!(told(&args), (Vec::new(), 0));
        args.files = vec![folder.path().join("core.lss")];
        assert_eq!(told(&args), (Vec::new(), 1));
    }

    #[test]
    fn an_empty_library_is_at_hand() {
        let folder = tempfile::tempdir().unwrap();
        let library = "<scriptlibrary name='Core' alias='c'/>";
        let agent = "<agent name='A'><trigger type='agentlist'/><code event='options'><lotusscript>Use \"core\"\nUse \"C\"\n</lotusscript></code></agent>";
        let database = |inner: &str| {
            format!("<database title='A' xmlns='http://www.lotus.com/dxl'>{inner}</database>")
        };
        let told = |files: &[(&str, String)], import: bool| {
            let paths: Vec<PathBuf> = files
                .iter()
                .map(|(name, _)| folder.path().join(name))
                .collect();
            for (path, (_, text)) in paths.iter().zip(files) {
                fs::write(path, text).unwrap();
            }
            let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
            let report = check_all(&args(&paths, import)).unwrap();
            let findings = report.files.into_iter().flat_map(|file| file.findings);
            findings.map(|finding| finding.rule).collect::<Vec<_>>()
        };
        let both = database(&format!("{library}{agent}"));
        assert_eq!(told(&[("a.dxl", both)], true), [""; 0]);
        let turned = database(&format!("{agent}{library}"));
        assert_eq!(told(&[("a.dxl", turned)], true), ["library-order"; 2]);
        let apart = [("a.dxl", database(agent)), ("b.dxl", database(library))];
        assert_eq!(told(&apart, false), [""; 0]);
        assert_eq!(told(&apart[..1], false).len(), 2);
    }

    #[test]
    fn names_are_unique_in_a_project_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let form = |name: &str, more: &str| {
            format!(
                "<form name='{name}'{more} xmlns='http://www.lotus.com/dxl'><body><richtext/></body></form>"
            )
        };
        let raw = "<note class='form' xmlns='http://www.lotus.com/dxl'>\n<item name='$TITLE'><text>Boat</text></item></note>";
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let told = |import: bool| {
            let report = check_all(&args(&[folder.path()], import)).unwrap();
            let findings = report.files.into_iter().flat_map(|file| file.findings);
            let of_names = findings.filter(|finding| finding.rule == "duplicate-name");
            let told = of_names.map(|finding| {
                let text = finding.to_string();
                text.replace(&format!("{}/", folder.path().display()), "")
            });
            told.collect::<Vec<_>>()
        };
        for side in ["one", "two"] {
            put(&format!("{side}/Forms/a.form"), &form("Boat|b", ""));
            put(
                &format!("{side}/Forms/b.form"),
                &form("Boot|b", " language='de'"),
            );
        }
        put("one/Forms/c.form", &form("Other", " alias='b'"));
        put("one/Forms/d.form", raw);
        put("one/Forms/a.form.bak", &form("Boat", ""));
        put("one/_backups/a.form", &form("Boat", ""));
        // Nothing says that they are one database.
        assert_eq!(told(true), [""; 0]);
        for side in ["one", "two"] {
            let mark = "<database title='A' xmlns='http://www.lotus.com/dxl'/>";
            put(&format!("{side}/AppProperties/database.properties"), mark);
        }
        assert_eq!(
            told(true),
            [
                "one/Forms/c.form:1:20: warning[duplicate-name]: there is a form \"b\" already, in one/Forms/a.form on line 1",
                "one/Forms/d.form:2:1: warning[duplicate-name]: there is a form \"Boat\" already, in one/Forms/a.form on line 1",
            ]
        );
        assert_eq!(told(false), [""; 0]);
    }

    #[test]
    fn releases_that_nothing_is_known_of_are_refused() {
        for (text, wanted) in [
            ("5", true),
            ("9.0.1", true),
            ("14", true),
            ("14.5.1", true),
            ("4", false),
            ("4.6", false),
            ("15", false),
            ("99", false),
            ("R9", false),
        ] {
            assert_eq!(release(text).is_ok(), wanted, "{text}");
        }
    }

    #[test]
    fn so_many_findings_are_listed_and_the_others_counted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.lss");
        fs::write(&file, "Sub A\n\tDim b\n\tDim c\n\tDim d\nEnd Sub\n").unwrap();
        let mut args = args(&[&file], false);
        args.most = 2;
        let report = check_all(&args).unwrap();
        assert_eq!(
            (report.files[0].findings.len(), report.files[0].left_out),
            (2, 1)
        );
        assert_eq!((report.errors, report.warnings), (0, 3));
        let mut out = Vec::new();
        print(&report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\n1 more finding is not listed; "), "{text}");
    }
}
