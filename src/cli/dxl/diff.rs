//! `emailsms dxl diff`: what really differs between two files of DXL, or two folders of them.

use super::files::{
    Unreadable, Wanted, files_of, is_input, is_output_written, objection_to_inputs, read_tree,
    shown,
};
use ::dxl::diff::{Difference, Options, Role, diff};
use anyhow::bail;
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Shows what really differs between two files or folders. Reads only, and fetches nothing that a file names.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  emailsms dxl diff yesterday.dxl today.dxl      what was changed in this design?
  emailsms dxl diff dxl-templates/ export/       file by file, by their names
  emailsms dxl diff --json a.dxl b.dxl | jq '.files[].changes[] | {path, what}'

What a server writes does not count: note ids, UNIDs, sequence numbers, replica ids, dates, who saved and signed it, revisions, run data of
agents, the release that exported it, LotusScript compiled beside its source ($AssistAction_Ex, $ScriptLib_O, $$Script_O,
$$$FormScript_O), times of files in design elements (<created> and <modified> of $FILE, $FileModDT). Of a document <created> counts, as
do the times of its files. Nor does order where it has no meaning: of notes in a database, entries and roles of an access
control list, items of different names, code of different events, attributes. Nor do comments, defaults that are written out, and white
space between elements. Ids count by what they point to: UNIDs of notes in the same file, the replica id of the database, the numbers of paragraph
definitions, and in a database those of shared actions.

A change says line and column in both files and the path of the element; of a text the lines that differ follow. In JSON, files lists
those that differ, unreadable what could not be read, and why; left_out counts the changes of a file beyond --most.

Exit status: 0 the same; 1 different; 2 a file could not be read, or a folder holds no DXL.")]
pub struct DiffArgs {
    /// The old file or folder, or - for standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new file or folder, or - for standard input
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
    /// So many lines that are the same before and after those that differ
    #[arg(long, short = 'U', value_name = "LINES", default_value_t = 3)]
    context: usize,
    /// List so many changes of each file at the most; the others are counted
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    most: usize,
    /// Colours: on a terminal, if NO_COLOR is not set; always; never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: Color,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// What came of all files.
#[derive(Debug, Default, serde::Serialize)]
struct Report {
    /// Only those that differ.
    files: Vec<Compared>,
    only_in_old: Vec<String>,
    only_in_new: Vec<String>,
    unreadable: Vec<Unreadable>,
}

#[derive(Debug, serde::Serialize)]
struct Compared {
    old: String,
    new: String,
    #[serde(flatten)]
    difference: Difference,
}

/// Runs the command.
pub fn run(args: &DiffArgs) -> ExitCode {
    let report = match compare_all(args) {
        Ok(report) => report,
        Err(error) => {
            // Where standard error is gone there is nobody to be told.
            let _ = writeln!(io::stderr(), "emailsms dxl diff: {error:#}");
            return ExitCode::from(2);
        }
    };
    let printed = if args.json {
        writeln!(io::stdout(), "{:#}", serde_json::json!(report))
    } else {
        let coloured = match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                io::stdout().is_terminal() && !refused
            }
        };
        print(&report, coloured, &mut io::stdout().lock())
    };
    for unreadable in &report.unreadable {
        let _ = writeln!(io::stderr(), "emailsms dxl diff: {unreadable}");
    }
    match is_output_written("diff", printed) {
        false => ExitCode::from(2),
        true if !report.unreadable.is_empty() => ExitCode::from(2),
        true if report.is_same() => ExitCode::SUCCESS,
        true => ExitCode::from(1),
    }
}

fn compare_all(args: &DiffArgs) -> anyhow::Result<Report> {
    let options = Options {
        context: args.context,
        most_changes: args.most,
    };
    let mut report = Report::default();
    let both = [&args.old, &args.new];
    if let Some(objection) = objection_to_inputs(both) {
        bail!(objection);
    }
    if !both.iter().all(|path| report.is_there(path)) {
        return Ok(report);
    }
    match (args.old.is_dir(), args.new.is_dir()) {
        (false, false) => report.compare(&args.old, &args.new, &options),
        (true, true) => {
            let (old, new) = (report.names_in(&args.old), report.names_in(&args.new));
            let joined = |folder: &Path, name: &PathBuf| folder.join(name).display().to_string();
            for name in old.union(&new) {
                if !new.contains(name) {
                    report.only_in_old.push(joined(&args.old, name));
                } else if !old.contains(name) {
                    report.only_in_new.push(joined(&args.new, name));
                } else {
                    report.compare(&args.old.join(name), &args.new.join(name), &options);
                }
            }
        }
        _ => bail!("one is a file and the other a folder; name two files, or two folders"),
    }
    Ok(report)
}

impl Report {
    fn is_same(&self) -> bool {
        self.files.is_empty() && self.only_in_old.is_empty() && self.only_in_new.is_empty()
    }

    /// Whether there is anything of this name. If not, that is told.
    fn is_there(&mut self, path: &Path) -> bool {
        if is_input(path) {
            return true;
        }
        let found = fs::metadata(path);
        if let Err(why) = &found {
            self.unreadable.push(Unreadable::new(path, why));
        }
        found.is_ok()
    }

    /// The files in a folder, by their path from there.
    fn names_in(&mut self, folder: &Path) -> BTreeSet<PathBuf> {
        let found = files_of(folder, Wanted::Dxl);
        self.unreadable.extend(found.unreadable);
        found
            .files
            .into_iter()
            .filter_map(|file| Some(file.strip_prefix(folder).ok()?.to_owned()))
            .collect()
    }

    fn compare(&mut self, old: &Path, new: &Path, options: &Options) {
        match (read_tree(old), read_tree(new)) {
            (Ok(old_tree), Ok(new_tree)) => {
                let difference = diff(&old_tree, &new_tree, options);
                if !difference.is_empty() {
                    self.files.push(Compared {
                        old: shown(old),
                        new: shown(new),
                        difference,
                    });
                }
            }
            (old_tree, new_tree) => {
                let unreadable = [old_tree.err(), new_tree.err()];
                self.unreadable.extend(unreadable.into_iter().flatten());
            }
        }
    }
}

fn print(report: &Report, coloured: bool, out: &mut impl Write) -> io::Result<()> {
    let mut line = |colour: &str, line: &str| match coloured && !colour.is_empty() {
        true => writeln!(out, "\x1b[{colour}m{line}\x1b[0m"),
        false => writeln!(out, "{line}"),
    };
    for file in &report.files {
        line("1", &format!("--- {}", file.old))?;
        line("1", &format!("+++ {}", file.new))?;
        for (role, text) in file.difference.lines() {
            let colour = match role {
                Role::Place => "36",
                Role::Same => "",
                Role::Old => "31",
                Role::New => "32",
            };
            line(colour, &text)?;
        }
    }
    for file in &report.only_in_old {
        line("31", &format!("Only in old: {file}"))?;
    }
    for file in &report.only_in_new {
        line("32", &format!("Only in new: {file}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(old: &Path, new: &Path) -> DiffArgs {
        DiffArgs {
            old: old.to_owned(),
            new: new.to_owned(),
            json: false,
            context: 3,
            most: 1_000,
            color: Color::Never,
        }
    }

    #[test]
    fn folders_are_compared_file_by_file() {
        let folder = tempfile::tempdir().unwrap();
        let form = |name: &str, unid: &str, hide: &str| {
            fs::write(
                folder.path().join(name),
                format!("<form name='A'{hide} xmlns='http://www.lotus.com/dxl'><noteinfo unid='{unid}'/></form>"),
            )
            .unwrap();
        };
        for side in ["old/Forms", "new/Forms"] {
            fs::create_dir_all(folder.path().join(side)).unwrap();
        }
        form("old/Forms/a.dxl", "1", "");
        form("new/Forms/a.dxl", "2", "");
        form("old/b.xml", "1", "");
        form("new/b.xml", "1", " hide='v3'");
        form("old/c.dxl", "1", "");
        form("new/d.dxl", "1", "");
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        let report = compare_all(&args(&old, &new)).unwrap();
        assert!(!report.is_same() && report.unreadable.is_empty());
        let mut out = Vec::new();
        print(&report, false, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let text = text.replace(&format!("{}/", folder.path().display()), "");
        assert_eq!(
            text,
            "--- old/b.xml\n+++ new/b.xml\n@@ -1:1 +1:1 @@ /form[A]\n+hide=\"v3\"\nOnly in old: old/c.dxl\nOnly in new: new/d.dxl\n"
        );
        let mut out = Vec::new();
        print(&report, true, &mut out).unwrap();
        assert!(
            String::from_utf8(out)
                .unwrap()
                .contains("\x1b[32m+hide=\"v3\"\x1b[0m\n")
        );
        form("new/c.dxl", "2", "");
        fs::write(folder.path().join("new/b.xml"), "<form").unwrap();
        let report = compare_all(&args(&old, &new)).unwrap();
        assert_eq!(report.unreadable.len(), 1);
        assert!(compare_all(&args(&old, &new.join("d.dxl"))).is_err());
    }
}
